//! What compilers and linkers of machine code make: ELF, Mach-O, PE and COFF, static libraries.
//!
//! Each is told by several fields of its header, never by the first letters alone.

use super::compiled::{Compiled, Linked};
use super::magic::{be32, is_text, le16, le32, le64};

/// ELF: the System V gABI, chapter 4, and `e_type`.
pub(super) fn elf(start: &[u8]) -> Option<Compiled> {
    let (class, order) = (*start.get(4)?, *start.get(5)?);
    if !start.starts_with(b"\x7fELF") || !(1..=2).contains(&class) || !(1..=2).contains(&order) {
        return None;
    }
    let number = |at| le16(start, at).map(|n| if order == 2 { n.swap_bytes() } else { n });
    Some(Compiled::Elf(match number(16)? {
        1 => Linked::Object,
        2 => Linked::Executable,
        // Programs are position-independent nowadays: those have an interpreter.
        3 if has_interpreter(start, class == 2, order == 2) => Linked::Executable,
        3 => Linked::SharedLibrary,
        4 => Linked::Core,
        _ => Linked::Other,
    }))
}

fn has_interpreter(start: &[u8], wide: bool, swapped: bool) -> bool {
    let half = |at| le16(start, at).map(|n| if swapped { n.swap_bytes() } else { n });
    let word = |at| le32(start, at).map(|n| if swapped { n.swap_bytes() } else { n });
    let giant = |at| le64(start, at).map(|n| if swapped { n.swap_bytes() } else { n });
    let (table, size, count) = if wide {
        (giant(32), half(54), half(56))
    } else {
        (word(28).map(u64::from), half(42), half(44))
    };
    let (Some(table), Some(size), Some(count)) = (table, size, count) else { return false };
    let Ok(table) = usize::try_from(table) else { return false };
    (0..usize::from(count))
        .map_while(|index| table.checked_add(index * usize::from(size)))
        .map_while(word)
        .any(|kind| kind == 3) // PT_INTERP
}

/// Mach-O, thin: `mach-o/loader.h`.
pub(super) fn mach_o(start: &[u8]) -> Option<Compiled> {
    let swapped = match start.first_chunk()? {
        [0xce | 0xcf, 0xfa, 0xed, 0xfe] => false,
        [0xfe, 0xed, 0xfa, 0xce | 0xcf] => true,
        _ => return None,
    };
    let word = |at| le32(start, at).map(|n| if swapped { n.swap_bytes() } else { n });
    if !is_mach_cpu(word(4)?) {
        return None;
    }
    Some(Compiled::MachO(match word(12)? {
        1 => Linked::Object,
        2 => Linked::Executable,
        4 => Linked::Core,
        6 | 8 | 9 => Linked::SharedLibrary, // and bundles, and stubs of libraries
        3 | 5 | 7 | 10..=12 => Linked::Other,
        _ => return None,
    }))
}

/// Mach-O for several processors: `mach-o/fat.h`. It begins as a Java class does, whose next two
/// numbers, read as one, are the version: never below 45. No fat file has that many parts.
pub(super) fn fat_mach_o(start: &[u8]) -> Option<Compiled> {
    let wide = match be32(start, 0)? {
        0xcafe_babe => false,
        0xcafe_babf => true,
        _ => return None,
    };
    let parts = be32(start, 4)?;
    let alignment = be32(start, if wide { 32 } else { 24 })?;
    ((1..45).contains(&parts) && is_mach_cpu(be32(start, 8)?) && alignment < 32)
        .then_some(Compiled::UniversalMachO { parts })
}

/// `CPU_TYPE_*` of `mach/machine.h`; the upper byte says 64 bits.
fn is_mach_cpu(number: u32) -> bool {
    matches!(number >> 24, 0..=2)
        && matches!(number & 0xff_ffff, 1 | 6 | 7 | 10 | 11 | 12 | 13 | 14 | 15 | 18)
}

/// DOS and Windows programs: Microsoft's "PE Format", and the DOS header before it.
pub(super) fn dos_or_windows(start: &[u8]) -> Option<Compiled> {
    if !start.starts_with(b"MZ") || is_text(start) {
        return None;
    }
    let header = le32(start, 0x3c).and_then(|at| usize::try_from(at).ok());
    if let Some(found) = header.and_then(|at| portable_executable(start.get(at..)?)) {
        return Some(found);
    }
    // Without the newer header, or with one beyond `start`: all sizes of the DOS header must fit.
    let (last, pages, paragraphs) = (le16(start, 2)?, le16(start, 4)?, le16(start, 8)?);
    let relocations = le16(start, 0x18)?;
    let plausible = last < 512
        && pages > 0
        && paragraphs >= 2
        && u32::from(paragraphs) * 16 <= u32::from(pages) * 512
        && relocations >= 0x1c;
    plausible.then_some(Compiled::Dos)
}

fn portable_executable(header: &[u8]) -> Option<Compiled> {
    if matches!(header, [b'N', b'E', ..] | [b'L', b'E' | b'X', ..]) && !is_text(header) {
        return Some(Compiled::Dos);
    }
    if !header.starts_with(b"PE\0\0") {
        return None;
    }
    let library = le16(header, 22)? & 0x2000 != 0;
    let directories = match le16(header, 24) {
        Some(0x20b) => 24 + 112,
        _ => 24 + 96,
    };
    // The directory of the Common Language Runtime is the fifteenth, of eight bytes each.
    let managed = le32(header, directories + 14 * 8).is_some_and(|address| address != 0);
    Some(Compiled::Windows { library, managed })
}

/// COFF objects of Windows compilers, and the short ones in import libraries.
pub(super) fn coff(start: &[u8]) -> Option<Compiled> {
    let found = if start.starts_with(&[0, 0, 0xff, 0xff]) {
        le16(start, 4)? <= 2 && is_coff_machine(le16(start, 6)?) && start.len() >= 20
    } else {
        is_coff_object(start)?
    };
    found.then_some(Compiled::Named("COFF object file"))
}

/// A header without the part that only programs have, and a section that is loaded nowhere yet.
fn is_coff_object(start: &[u8]) -> Option<bool> {
    let (sections, symbols) = (le16(start, 2)?, le32(start, 8)?);
    let fits = is_coff_machine(le16(start, 0)?)
        && (1..=4096).contains(&sections)
        && le16(start, 16)? == 0
        && (symbols == 0 || symbols >= 20 + 40 * u32::from(sections))
        && le32(start, 20 + 12)? == 0;
    let name = start.get(20..28)?;
    let end = name.iter().position(|&byte| byte == 0).unwrap_or(8);
    let named = matches!(name[0], b'.' | b'/')
        && name[..end].iter().all(u8::is_ascii_graphic)
        && name[end..].iter().all(|&byte| byte == 0);
    Some(fits && named)
}

fn is_coff_machine(number: u16) -> bool {
    matches!(number, 0x14c | 0x1c0 | 0x1c4 | 0x200 | 0x5032 | 0x5064 | 0x8664 | 0xaa64 | 0xa641)
}

/// The size of the header of one member in an `ar` archive, and where the first one lies.
const AR_HEADER: usize = 60;
const AR_FIRST: usize = 8;

/// Whether this is an `ar` archive, by its first member's header.
pub(super) fn is_ar(start: &[u8]) -> bool {
    let magic = start.starts_with(b"!<arch>\n") || start.starts_with(b"!<thin>\n");
    magic && (start.len() == AR_FIRST || ar_first_name(start).is_some())
}

/// The name of the first member in an `ar` archive.
pub(super) fn ar_first_name(start: &[u8]) -> Option<&[u8]> {
    let header = start.get(AR_FIRST..AR_FIRST + AR_HEADER)?;
    header.ends_with(b"`\n").then(|| header[..16].trim_ascii_end())
}

/// Static libraries: an `ar` archive that has a symbol table, or whose first member is an object.
/// Rust's rlib, Go's package archives and Windows' import libraries are among them.
pub(super) fn static_library(start: &[u8]) -> Option<Compiled> {
    const LIBRARY: Compiled = Compiled::Named("static library (ar archive)");
    if start.starts_with(b"<bigaf>\n") && !is_text(start) {
        return Some(LIBRARY);
    }
    if !start.starts_with(b"!<arch>\n") {
        return None;
    }
    let mut name = ar_first_name(start)?;
    let mut content = start.get(AR_FIRST + AR_HEADER..)?;
    if name == b"//" {
        // GNU's table of long names comes first where there is no symbol table.
        let size: usize = decimal(&start[AR_FIRST + 48..AR_FIRST + 58])?;
        content = content.get(size.checked_next_multiple_of(2)?.checked_add(AR_HEADER)?..)?;
    } else if let Some(size) = name.strip_prefix(b"#1/").and_then(decimal) {
        // BSD puts a long name at the head of the content.
        (name, content) = content.split_at_checked(size)?;
    }
    let tables: [&[u8]; 3] = [b"/", b"/SYM64/", b"__.PKGDEF"];
    let has_table = tables.contains(&name) || name.starts_with(b"__.SYMDEF");
    (has_table && !is_text(start) || super::compiled::sniff(content).is_some()).then_some(LIBRARY)
}

fn decimal(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits.trim_ascii()).ok()?.parse().ok()
}
