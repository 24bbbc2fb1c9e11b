//! Kinds of archives and compressed files, told by their first bytes.

use std::fmt;

use super::magic::{is_text, is_utf8_text, le16, le32};
use super::native;
use crate::archive::read::Container;
use crate::archive::tar_members::is_header;

/// What kind of archive a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveKind {
    /// Looked into, member by member.
    Members(Container),
    /// A zip with a Java manifest, or with classes.
    Jar,
    /// One compressed file, looked into.
    Compressed(Compression),
    /// Recognised, but not looked into.
    Opaque(&'static str),
}

/// The compressions that are undone to look inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// gzip.
    Gzip,
    /// bzip2.
    Bzip2,
    /// xz.
    Xz,
}

impl Compression {
    /// The container if what is compressed is a tar.
    pub(super) const fn of_tar(self) -> Container {
        match self {
            Compression::Gzip => Container::TarGz,
            Compression::Bzip2 => Container::TarBz2,
            Compression::Xz => Container::TarXz,
        }
    }
}

impl ArchiveKind {
    /// Whether it holds files under names of their own, so that it is an archive in the usual
    /// sense; else it is one compressed file.
    pub fn holds_members(&self) -> bool {
        !matches!(
            self,
            ArchiveKind::Compressed(_)
                | ArchiveKind::Opaque("zstd" | "lz4" | "lzma" | "lzip" | "compress")
        )
    }

    /// Tells an archive by its first bytes. A compressed tar is told only by what is inside: here
    /// it is [`ArchiveKind::Compressed`].
    pub(super) fn sniff(start: &[u8]) -> Option<Self> {
        let kind = match Container::sniff(start) {
            Some(Container::TarGz) if start.get(2) == Some(&8) => Compression::Gzip,
            Some(Container::TarXz) => Compression::Xz,
            Some(Container::TarBz2) if is_bzip2(start) => Compression::Bzip2,
            Some(Container::Zip) => return Some(ArchiveKind::Members(Container::Zip)),
            _ if is_header(start) => return Some(ArchiveKind::Members(Container::Tar)),
            _ if script_before_zip(start).is_some() || is_spanned_zip(start) => {
                return Some(ArchiveKind::Members(Container::Zip));
            }
            _ => return opaque(start).map(ArchiveKind::Opaque),
        };
        Some(ArchiveKind::Compressed(kind))
    }
}

impl fmt::Display for ArchiveKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArchiveKind::Members(container) => container.fmt(f),
            ArchiveKind::Jar => f.write_str("jar"),
            ArchiveKind::Compressed(Compression::Gzip) => f.write_str("gzip"),
            ArchiveKind::Compressed(Compression::Bzip2) => f.write_str("bzip2"),
            ArchiveKind::Compressed(Compression::Xz) => f.write_str("xz"),
            ArchiveKind::Opaque(name) => f.write_str(name),
        }
    }
}

/// A digit of the level, then the first block's number (pi) or the end's (its square root).
fn is_bzip2(start: &[u8]) -> bool {
    let block = start.get(4..10);
    (block == Some(b"1AY&SY") || block == Some(b"\x17\x72\x45\x38\x50\x90")) && !is_utf8_text(start)
}

/// How long the script line is that a zip follows at once: Python's zipapp is one.
pub(super) fn script_before_zip(start: &[u8]) -> Option<usize> {
    if !start.starts_with(b"#!") {
        return None;
    }
    let line = memchr::memchr(b'\n', start)? + 1;
    start[line..].starts_with(b"PK\x03\x04").then_some(line)
}

/// Whether a zip starts with the mark that it was to be spread over several disks, and was not.
pub(super) fn is_spanned_zip(start: &[u8]) -> bool {
    start.starts_with(b"PK00PK\x03\x04") || start.starts_with(b"PK\x07\x08PK\x03\x04")
}

/// Where the letters at the start tell all there is.
const BY_MAGIC: &[(&[u8], &str)] = &[
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\x02\x21\x4c\x18", "lz4"),
    (b"LZIP\x01", "lzip"),
    (b"LZIP\0", "lzip"),
    (b"MSCF\0\0\0\0", "cab"),
    (b"\xed\xab\xee\xdb", "rpm"),
    (b"xar!\0\x1c", "xar"),
    (b"x\x01\x73\x0d\x62\x62\x60", "dmg"),
    (b"encrcdsa", "encrypted dmg"),
    (b"Cr24", "Chrome extension"),
    (b"hsqs", "squashfs"),
    (b"sqsh", "squashfs"),
    (b"MSWIM\0\0\0", "wim"),
    (b"\x89LZO\0\r\n\x1a\n", "lzop"),
];

fn opaque(start: &[u8]) -> Option<&'static str> {
    if let Some((_, name)) = BY_MAGIC.iter().find(|(magic, _)| start.starts_with(magic)) {
        return (!is_text(start)).then_some(*name);
    }
    if native::is_ar(start) {
        let debian =
            native::ar_first_name(start).is_some_and(|name| name.starts_with(b"debian-binary"));
        return Some(if debian { "deb (ar)" } else { "ar" });
    }
    match start {
        // Bits per code, in blocks or not.
        [0x1f, 0x9d, 9..=16 | 0x89..=0x90, ..] => Some("compress"),
        // The header's size, and that of its fixed part, must fit.
        [0x60, 0xea, low, high @ 0..=10, 30..=60, ..] if *high > 0 || *low >= 30 => Some("arj"),
        _ if is_lzma(start) => Some("lzma"),
        _ if is_cpio(start) => Some("cpio"),
        [_, _, b'-', b'l', b'h' | b'z', b'0'..=b'9' | b'd' | b's', b'-', ..] if !is_text(start) => {
            Some("lha")
        }
        _ => None,
    }
}

/// The old LZMA format has no mark: usual properties, a dictionary of a usual size, and a length
/// that is unknown or below 256 GiB; the data always begin with a zero byte.
fn is_lzma(start: &[u8]) -> bool {
    let dictionary = le32(start, 1).unwrap_or_default();
    let length = start.get(5..13).unwrap_or_default();
    start.starts_with(&[0x5d])
        && dictionary >= 1 << 12
        && dictionary.count_ones() <= 2
        && (length == [0xff; 8] || length.ends_with(&[0, 0, 0]))
        && start.get(13) == Some(&0)
}

/// cpio as `cpio(5)` has it: of three kinds of headers, each with the name's length and name.
fn is_cpio(start: &[u8]) -> bool {
    let number = |from: usize, to: usize, radix| {
        let digits = std::str::from_utf8(start.get(from..to)?).ok()?;
        usize::from_str_radix(digits, radix).ok()
    };
    let (name, size) = match start {
        [b'0', b'7', b'0', b'7', b'0', b'1' | b'2', ..] => {
            let hex =
                start.get(6..110).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
            (110, number(94, 102, 16).filter(|_| hex))
        }
        [b'0', b'7', b'0', b'7', b'0', b'7', ..] => (76, number(59, 65, 8)),
        [0xc7, 0x71, ..] => (26, le16(start, 20).map(usize::from)),
        [0x71, 0xc7, ..] => (26, le16(start, 20).map(|size| usize::from(size.swap_bytes()))),
        _ => return false,
    };
    size.filter(|size| (2..=1024).contains(size))
        .and_then(|size| start.get(name..name + size)?.split_last())
        .is_some_and(|(&end, name)| end == 0 && is_text(name))
}

/// Where the mark of an ISO 9660 image lies, and the mark.
const ISO_MARK: (usize, &[u8]) = (32_769, b"CD001");

/// How many bytes it takes to see whether a file is an ISO image.
pub(super) const ISO_START: usize = ISO_MARK.0 + ISO_MARK.1.len();

/// Whether a file may be an ISO image, so that it is worth reading [`ISO_START`] bytes: what lies
/// before the mark is empty, or code that starts a machine.
pub(super) fn may_be_iso(start: &[u8]) -> bool {
    start.len() >= 512
        && (start[..512].iter().all(|&byte| byte == 0) || start[510..512] == [0x55, 0xaa])
}

/// Whether these first [`ISO_START`] bytes are an ISO image's.
pub(super) fn is_iso(start: &[u8]) -> bool {
    start.get(ISO_MARK.0..ISO_START) == Some(ISO_MARK.1)
}
