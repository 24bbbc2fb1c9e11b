//! Compiled code, told by the first bytes of a file.
//!
//! A format without a number of its own beyond a few letters is only told where the bytes cannot
//! be text, so that no text file is ever taken for compiled code, whatever it begins with.

use std::borrow::Cow;

use super::magic::{be16, be32, is_text, le16};
use super::{START, native};

/// What compiled code a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compiled {
    /// ELF: Linux, BSD and others; native Node and Python modules too.
    Elf(Linked),
    /// Mach-O: macOS, for one processor.
    MachO(Linked),
    /// Mach-O for several processors.
    UniversalMachO {
        /// How many.
        parts: u32,
    },
    /// A Portable Executable of Windows.
    Windows {
        /// A DLL.
        library: bool,
        /// For .NET.
        managed: bool,
    },
    /// A program for DOS, 16-bit Windows or OS/2.
    Dos,
    /// A Java class.
    JavaClass {
        /// The major version in it: 52 is Java 8.
        major: u16,
    },
    /// A zip with Java classes in it: jar, war, ear, aar.
    Jar {
        /// How many classes.
        classes: u64,
    },
    /// Python bytecode.
    Python {
        /// The version's two parts, if its number is known.
        version: Option<(u8, u8)>,
    },
    /// Lua bytecode.
    Lua {
        /// The version's two parts.
        version: (u8, u8),
    },
    /// A format of which nothing but its name matters.
    Named(&'static str),
}

/// What a linker or compiler made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linked {
    /// A program.
    Executable,
    /// A library or module that is loaded by programs.
    SharedLibrary,
    /// An object file, to be linked.
    Object,
    /// The memory of a program that crashed.
    Core,
    /// Another kind.
    Other,
}

impl Compiled {
    /// What it is, in words: `ELF shared object`, `Java class (Java 8)`.
    pub fn name(&self) -> Cow<'static, str> {
        match *self {
            Compiled::Elf(Linked::Executable) => "ELF executable".into(),
            Compiled::Elf(Linked::SharedLibrary) => "ELF shared object".into(),
            Compiled::Elf(Linked::Object) => "ELF object file".into(),
            Compiled::Elf(Linked::Core) => "ELF core dump".into(),
            Compiled::Elf(Linked::Other) => "ELF file".into(),
            Compiled::MachO(Linked::Executable) => "Mach-O executable".into(),
            Compiled::MachO(Linked::SharedLibrary) => "Mach-O library".into(),
            Compiled::MachO(Linked::Object) => "Mach-O object file".into(),
            Compiled::MachO(Linked::Core) => "Mach-O core dump".into(),
            Compiled::MachO(Linked::Other) => "Mach-O file".into(),
            Compiled::UniversalMachO { parts } => {
                format!("Mach-O universal binary ({parts} processors)").into()
            }
            Compiled::Windows { managed: true, .. } => ".NET assembly (PE)".into(),
            Compiled::Windows { library: true, .. } => "Windows DLL (PE)".into(),
            Compiled::Windows { .. } => "Windows executable (PE)".into(),
            Compiled::Dos => "DOS or 16-bit Windows executable (MZ)".into(),
            Compiled::JavaClass { major: 45 } => "Java class (Java 1.1)".into(),
            Compiled::JavaClass { major: major @ 46..=48 } => {
                format!("Java class (Java 1.{})", major - 44).into()
            }
            Compiled::JavaClass { major } => format!("Java class (Java {})", major - 44).into(),
            Compiled::Jar { classes: 1 } => "jar with 1 class file".into(),
            Compiled::Jar { classes } => format!("jar with {classes} class files").into(),
            Compiled::Python { version: Some((major, minor)) } => {
                format!("Python {major}.{minor} bytecode").into()
            }
            Compiled::Python { version: None } => "Python bytecode".into(),
            Compiled::Lua { version: (major, minor) } => {
                format!("Lua {major}.{minor} bytecode").into()
            }
            Compiled::Named(name) => name.into(),
        }
    }
}

/// Tells compiled code by a file's first bytes: all of a short file, else 512 at least.
/// More than [`START`] are not looked at.
pub fn sniff(start: &[u8]) -> Option<Compiled> {
    let start = &start[..start.len().min(START)];
    match *start.first()? {
        0x7f => native::elf(start),
        0xca => java_class(start).or_else(|| native::fat_mach_o(start)),
        0xce | 0xcf | 0xfe => native::mach_o(start),
        b'M' => native::dos_or_windows(start),
        b'!' | b'<' => native::static_library(start),
        0x1b => lua(start),
        b'F' | b'C' | b'Z' => flash(start).or_else(|| beam(start)),
        b';' => emacs(start),
        _ => None,
    }
    .or_else(|| python(start))
    .or_else(|| native::coff(start))
    .or_else(|| by_magic(start))
}

/// The Java Virtual Machine Specification, 4.1: version 45 or above, then the constants, of which
/// there is at least one and whose kinds are few.
fn java_class(start: &[u8]) -> Option<Compiled> {
    let (major, constants, kind) = (be16(start, 6)?, be16(start, 8)?, *start.get(10)?);
    let plausible = be32(start, 0)? == 0xcafe_babe
        && (45..=255).contains(&major)
        && constants > 1
        && matches!(kind, 1 | 3..=12 | 15..=20);
    plausible.then_some(Compiled::JavaClass { major })
}

/// Python's `importlib/_bootstrap_external.py` lists the numbers; a carriage return and line feed
/// follow. After them come, by version, the source's time and size or hash (PEP 552), then a code
/// object as `marshal` writes it, with or without its flag for references.
fn python(start: &[u8]) -> Option<Compiled> {
    if start.get(2..4)? != b"\r\n" || is_text(start) {
        return None;
    }
    let number = le16(start, 0)?;
    let version = match number {
        62011..=62029 => Some((2, 3)),
        62041..=62069 => Some((2, 4)),
        62071..=62139 => Some((2, 5)),
        62151..=62169 => Some((2, 6)),
        62171..=62219 => Some((2, 7)),
        3000..=3139 => Some((3, 0)),
        3140..=3159 => Some((3, 1)),
        3160..=3189 => Some((3, 2)),
        3190..=3239 => Some((3, 3)),
        3240..=3319 => Some((3, 4)),
        3320..=3359 => Some((3, 5)),
        3360..=3389 => Some((3, 6)),
        3390..=3399 => Some((3, 7)),
        3400..=3419 => Some((3, 8)),
        3420..=3429 => Some((3, 9)),
        3430..=3449 => Some((3, 10)),
        // "Starting with Python 3.11, Python 3.n starts with magic number 2900+50n."
        3450..=3999 => u8::try_from((number - 2900) / 50).ok().map(|minor| (3, minor)),
        // 1.5 to 2.2, and PyPy, which counts from 48.
        20121 | 50428 | 50823 | 60202 | 60717 | 48..=999 => None,
        _ => return None,
    };
    let is_code = |at: usize| start.get(at).is_some_and(|kind| kind & 0x7f == b'c');
    let at: &[usize] = match number {
        3392..=3999 => &[16],
        3210..=3391 => &[12],
        48..=999 => &[8, 12, 16],
        _ => &[8],
    };
    at.iter().any(|&at| is_code(at)).then_some(Compiled::Python { version })
}

/// `lundump.h` of Lua 5.x, and LuaJIT's `lj_bcdump.h`.
fn lua(start: &[u8]) -> Option<Compiled> {
    match *start {
        [0x1b, b'L', b'u', b'a', version @ 0x40..=0x5f, ..] if !is_text(start) => {
            Some(Compiled::Lua { version: (version >> 4, version & 15) })
        }
        [0x1b, b'L', b'J', 1..=2, ..] => Some(Compiled::Named("LuaJIT bytecode")),
        _ => None,
    }
}

/// Adobe's "SWF File Format Specification": plain, deflated or LZMA, a version, the whole length,
/// and the beginning of what follows.
fn flash(start: &[u8]) -> Option<Compiled> {
    let (version, follows) = (*start.get(3)?, *start.get(8)?);
    let begins = match start.first_chunk()? {
        b"FWS" => true,
        b"CWS" => follows == 0x78,
        b"ZWS" => start.get(12) == Some(&0x5d),
        _ => false,
    };
    (begins && (1..=60).contains(&version) && !is_text(start))
        .then_some(Compiled::Named("Flash program (swf)"))
}

/// An IFF form as `beam_file` of Erlang/OTP has it.
fn beam(start: &[u8]) -> Option<Compiled> {
    (start.starts_with(b"FOR1") && start.get(8..12) == Some(b"BEAM") && !is_text(start))
        .then_some(Compiled::Named("Erlang BEAM module"))
}

/// `;ELC`, a version and three zero bytes, as the byte compiler of Emacs writes them.
fn emacs(start: &[u8]) -> Option<Compiled> {
    matches!(start, [b';', b'E', b'L', b'C', 1..=0x3f, 0, 0, 0, ..])
        .then_some(Compiled::Named("Emacs Lisp bytecode"))
}

/// Where the letters at the start tell all there is.
const BY_MAGIC: &[(&[u8], &str)] = &[
    (b"\0asm\x01\0\0\0", "WebAssembly module"),
    (b"\0asm\x0d\0\x01\0", "WebAssembly component"),
    (b"dex\n0", "Dalvik bytecode (dex)"),
    (b"dey\n0", "optimised Dalvik bytecode (odex)"),
    (b"cdex0", "compact Dalvik bytecode"),
    (b"vdex0", "verified Dalvik bytecode (vdex)"),
    (b"oat\n0", "Android compiled code (oat)"),
    (b"art\n0", "Android runtime image (art)"),
    (b"BC\xc0\xde", "LLVM bitcode"),
    (b"\xde\xc0\x17\x0b", "LLVM bitcode"),
    (b"\x50\xed\x55\xba\x01\0\x10\0", "CUDA fat binary"),
    (b"\x03\x02\x23\x07", "SPIR-V shader"),
    (b"\x07\x23\x02\x03", "SPIR-V shader"),
    (b"DXBC", "Direct3D shader"),
    (b"rust\0\0\0", "Rust metadata (rmeta)"),
    (b"Caml1999", "OCaml compiled unit"),
    (b"\x01\xfa\xce\x64", "Haskell interface"),
    (b"\x5c\xa1\xab\x1f", "Scala TASTy"),
    (b"\xca\xfe\x4a\x53", "Scala.js compiled unit"),
    (b"\xca\xfe\xd0\x0d", "packed Java classes (pack200)"),
    (b"JM\x01\0PK\x03\x04", "Java module (jmod)"),
    (b"\xda\xda\xfe\xca", "Java runtime image (jimage)"),
    (b"\xca\xfe\xda\xda", "Java runtime image (jimage)"),
    (b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f", "Hermes bytecode"),
    (b"\xe2\x9c\xa8\x0e", "Swift module"),
    (b"CPCH", "Clang precompiled header or module"),
    (b"gpch", "GCC precompiled header"),
    (b"YARB", "Ruby bytecode"),
    (b"# FASL\n", "Lisp compiled file (fasl)"),
    (b"Microsoft C/C++ MSF 7.00\r\n\x1aDS\0\0\0", "Windows debug symbols (PDB)"),
    (b"BSJB\x01\0\x01\0", ".NET debug symbols (PDB)"),
];

fn by_magic(start: &[u8]) -> Option<Compiled> {
    let (_, name) = BY_MAGIC.iter().find(|(magic, _)| start.starts_with(magic))?;
    (!is_text(start)).then_some(Compiled::Named(name))
}
