//! The tar stream: ustar headers with nothing of this machine in them, pax records only where
//! ustar has no room, entries in the order of the tree.
//!
//! Follows <https://reproducible-builds.org/docs/archives/> (policy notes, 8.2).

use std::io::{self, Read, Write};

use tar::{EntryType, Header};

use super::Layout;
use crate::source::{Entry, Kind};

/// Bytes of a tar block.
const BLOCK: usize = 512;
/// tar pads to whole records, of twenty blocks by custom.
const RECORD: u64 = 20 * BLOCK as u64;
/// The largest size that fits into the eleven octal digits of a header.
const LARGEST_SIZE: u64 = 0o77_777_777_777;

pub(super) struct TarWriter<'a> {
    out: &'a mut dyn Write,
    top: Vec<u8>,
    mtime: u64,
    written: u64,
    buffer: Vec<u8>,
}

impl<'a> TarWriter<'a> {
    /// Starts the stream with the commit in a global comment, where `git get-tar-commit-id` reads
    /// it, and with the top directory.
    pub(super) fn new(out: &'a mut dyn Write, layout: &Layout) -> io::Result<Self> {
        let top = layout.top_directory.clone().into_bytes();
        let buffer = vec![0; 128 << 10];
        let mut writer = Self { out, top, mtime: layout.mtime, written: 0, buffer };
        let comment = pax_record("comment", layout.commit.as_str().as_bytes());
        writer.special(EntryType::XGlobalHeader, b"pax_global_header", &comment)?;
        let top = [&writer.top[..], b"/"].concat();
        writer.header(&top, EntryType::Directory, 0o755, 0, b"")?;
        Ok(writer)
    }

    pub(super) fn append(&mut self, entry: &Entry, content: &mut dyn Read) -> io::Result<()> {
        let mut path = [&self.top[..], b"/", entry.path.as_bytes()].concat();
        match &entry.kind {
            Kind::Directory => {
                path.push(b'/');
                self.header(&path, EntryType::Directory, 0o755, 0, b"")
            }
            Kind::Symlink { target } => self.header(&path, EntryType::Symlink, 0o777, 0, target),
            Kind::File { executable } => {
                let mode = if *executable { 0o755 } else { 0o644 };
                self.header(&path, EntryType::Regular, mode, entry.size, b"")?;
                self.content(entry.size, content)
            }
        }
    }

    /// Ends the archive with two empty blocks and fills the last record.
    pub(super) fn finish(mut self) -> io::Result<()> {
        let end = (self.written + 2 * BLOCK as u64).next_multiple_of(RECORD);
        self.zeros(end - self.written)?;
        self.out.flush()
    }

    fn header(
        &mut self,
        path: &[u8],
        kind: EntryType,
        mode: u32,
        size: u64,
        target: &[u8],
    ) -> io::Result<()> {
        let mut header = self.plain_header(kind, mode);
        let mut records = Vec::new();
        if !set_path(&mut header, path) {
            records.extend(pax_record("path", path));
        }
        if !set_target(&mut header, target) {
            records.extend(pax_record("linkpath", target));
        }
        if size > LARGEST_SIZE {
            records.extend(pax_record("size", size.to_string().as_bytes()));
        }
        header.set_size(size);
        if !records.is_empty() {
            self.special(EntryType::XHeader, &pax_header_name(path), &records)?;
        }
        self.block(&mut header)
    }

    fn special(&mut self, kind: EntryType, name: &[u8], records: &[u8]) -> io::Result<()> {
        let mut header = self.plain_header(kind, 0o644);
        set_path(&mut header, name);
        header.set_size(records.len() as u64);
        self.block(&mut header)?;
        self.content(records.len() as u64, &mut &records[..])
    }

    fn plain_header(&self, kind: EntryType, mode: u32) -> Header {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(self.mtime);
        if let Some(ustar) = header.as_ustar_mut() {
            ustar.dev_major = *b"0000000\0";
            ustar.dev_minor = *b"0000000\0";
        }
        header
    }

    fn block(&mut self, header: &mut Header) -> io::Result<()> {
        header.set_cksum();
        self.written += BLOCK as u64;
        self.out.write_all(header.as_bytes())
    }

    fn content(&mut self, size: u64, content: &mut dyn Read) -> io::Result<()> {
        let mut left = size;
        while left > 0 {
            let room = self.buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let count = match content.read(&mut self.buffer[..room]) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            self.out.write_all(&self.buffer[..count])?;
            left -= count as u64;
        }
        self.written += size;
        self.zeros(size.next_multiple_of(BLOCK as u64) - size)
    }

    fn zeros(&mut self, count: u64) -> io::Result<()> {
        self.written += count;
        io::copy(&mut io::repeat(0).take(count), &mut self.out).map(drop)
    }
}

/// Puts the path into the header where ustar has room for it; says whether it had.
///
/// ustar names are ASCII by the letter of POSIX. A name in UTF-8 goes into a pax record, so that
/// every reader knows its encoding; one that is no UTF-8 has no other place than the header.
fn set_path(header: &mut Header, path: &[u8]) -> bool {
    let plain = path.is_ascii() || std::str::from_utf8(path).is_err();
    let Some(ustar) = header.as_ustar_mut() else {
        return false;
    };
    let (prefix, name) = match split_path(path) {
        Some(parts) => parts,
        None => (&b""[..], &path[..path.len().min(ustar.name.len())]),
    };
    ustar.name[..name.len()].copy_from_slice(name);
    ustar.prefix[..prefix.len()].copy_from_slice(prefix);
    plain && split_path(path).is_some()
}

/// Splits a path into ustar's prefix (at most 155 bytes) and name (at most 100), at the first `/`
/// that makes both fit.
fn split_path(path: &[u8]) -> Option<(&[u8], &[u8])> {
    if path.len() <= 100 {
        return Some((b"", path));
    }
    let earliest = path.len() - 101;
    let slash = (earliest..path.len() - 1).find(|&at| path[at] == b'/')?;
    (slash <= 155 && slash > 0).then(|| (&path[..slash], &path[slash + 1..]))
}

fn set_target(header: &mut Header, target: &[u8]) -> bool {
    let plain = target.is_ascii() || std::str::from_utf8(target).is_err();
    let old = header.as_old_mut();
    let room = target.len().min(old.linkname.len());
    old.linkname[..room].copy_from_slice(&target[..room]);
    plain && room == target.len()
}

/// The name of the extended header itself, as GNU tar and POSIX suggest: `%d/PaxHeaders/%f`. Only
/// readers without pax ever see it; it is cut to fit.
fn pax_header_name(path: &[u8]) -> Vec<u8> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    let slash = path.iter().rposition(|&byte| byte == b'/');
    let (directory, name) = match slash {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (&b"."[..], path),
    };
    let ascii = |bytes: &[u8], most: usize| -> Vec<u8> {
        let plain = bytes.iter().map(|byte| if byte.is_ascii_graphic() { *byte } else { b'_' });
        plain.take(most).collect()
    };
    [ascii(directory, 40), b"/PaxHeaders/".to_vec(), ascii(name, 40)].concat()
}

/// One pax record: its own length in decimal, a blank, `key=value`, a line feed.
fn pax_record(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = 1 + key.len() + 1 + value.len() + 1;
    let mut length = rest;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    let mut record = format!("{length} {key}=").into_bytes();
    record.extend_from_slice(value);
    record.push(b'\n');
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pax_records_count_themselves() {
        // The first from POSIX pax, "ustar Interchange Format"; the second as git writes it.
        let id = [b'a'; 40];
        assert_eq!(pax_record("comment", &id), [&b"52 comment="[..], &id, b"\n"].concat());
        let value = [b'x'; 90];
        let record = pax_record("path", &value);
        assert_eq!(record.len(), 99);
        assert!(record.starts_with(b"99 path="));
        // 98 bytes without its own length: a length of two digits would make it 100.
        let value = [b'x'; 91];
        let record = pax_record("path", &value);
        assert!(record.starts_with(b"101 path=") && record.len() == 101);
    }

    #[test]
    fn long_paths_split_where_both_parts_fit() {
        let path = [vec![b'd'; 90], b"/".to_vec(), vec![b'n'; 90]].concat();
        assert_eq!(split_path(&path).map(|(p, n)| (p.len(), n.len())), Some((90, 90)));
        assert_eq!(split_path(&[b'n'; 101]), None);
        let deep = [vec![b'd'; 160], b"/".to_vec(), vec![b'n'; 90]].concat();
        assert_eq!(split_path(&deep), None);
    }
}
