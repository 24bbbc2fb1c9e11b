//! Whether every reader sees the same members in a zip file.
//!
//! Some readers go by the directory at a zip's end, some by the headers in front of the members;
//! some take the first of two members of one name, some the last. A zip is only looked into if that
//! makes no difference: its members follow one another without gaps, as its directory has them, and
//! nothing stands before, between or behind them. APPNOTE.TXT 6.3.10, section 4.3.

use std::io::{self, Read, Seek, SeekFrom};

use super::read::{Limits, ReadError};

/// Bytes of the end record, and the most with its comment.
const END: usize = 22;
const LONGEST_END: u64 = END as u64 + 0xffff;

/// A member by the directory.
struct Entry {
    name: Box<[u8]>,
    start: u64,
    packed: u64,
    size: u64,
    /// Whether sizes and checksum stand behind the content (bit 3).
    described: bool,
}

/// Where the directory is.
struct Directory {
    start: u64,
    length: u64,
    entries: u64,
}

fn odd(what: impl Into<String>) -> ReadError {
    ReadError::Ambiguous(what.into())
}

fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    let bytes = bytes.get(at..at + width).unwrap_or_default();
    bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}

fn read_at<R: Read + Seek>(zip: &mut R, at: u64, buffer: &mut [u8]) -> Result<(), ReadError> {
    zip.seek(SeekFrom::Start(at)).map_err(ReadError::Broken)?;
    zip.read_exact(buffer).map_err(ReadError::Broken)
}

/// Looks at directory and headers, not at the members' content.
///
/// # Errors
/// [`ReadError::Ambiguous`] with what differs; a limit; or the file cannot be read.
pub(super) fn check<R: Read + Seek>(zip: &mut R, limits: Limits) -> Result<(), ReadError> {
    let directory = find(zip)?;
    if directory.entries > limits.members {
        return Err(ReadError::Limit { what: "members", limit: limits.members });
    }
    let mut entries = read_directory(zip, &directory, limits)?;
    entries.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    if let Some(two) = entries.windows(2).find(|two| two[0].name == two[1].name) {
        return Err(odd(format!("{} is in it twice", String::from_utf8_lossy(&two[0].name))));
    }
    entries.sort_unstable_by_key(|entry| entry.start);
    let mut end = 0;
    let mut described = false;
    for entry in &entries {
        follows(end, entry.start, described)?;
        end = member_end(zip, entry)?;
        described = entry.described;
    }
    follows(end, directory.start, described)
}

/// Finds the directory by the record at the end.
fn find<R: Read + Seek>(zip: &mut R) -> Result<Directory, ReadError> {
    let length = zip.seek(SeekFrom::End(0)).map_err(ReadError::Broken)?;
    let tail_start = length.saturating_sub(LONGEST_END);
    let mut tail = Vec::new();
    zip.seek(SeekFrom::Start(tail_start)).map_err(ReadError::Broken)?;
    zip.take(LONGEST_END).read_to_end(&mut tail).map_err(ReadError::Broken)?;
    let at = memchr::memmem::rfind(&tail, b"PK\x05\x06").filter(|at| at + END <= tail.len());
    let at = at.ok_or_else(|| ReadError::Broken(io::Error::other("it has no end record")))?;
    let end = &tail[at..];
    if END as u64 + number(end, 20, 2) != end.len() as u64 {
        return Err(odd("something comes after its end"));
    }
    let mut directory = Directory {
        start: number(end, 16, 4),
        length: number(end, 12, 4),
        entries: number(end, 10, 2),
    };
    let mut behind = tail_start + at as u64;
    let mut locator = [0; 20];
    if behind >= 20 {
        read_at(zip, behind - 20, &mut locator)?;
    }
    if locator.starts_with(b"PK\x06\x07") {
        let start = number(&locator, 8, 8);
        let mut record = [0; 56];
        read_at(zip, start, &mut record)?;
        let length = number(&record, 4, 8).saturating_add(12);
        if !record.starts_with(b"PK\x06\x06") || start.saturating_add(length) != behind - 20 {
            return Err(odd("its end says two things"));
        }
        let large = Directory {
            start: number(&record, 48, 8),
            length: number(&record, 40, 8),
            entries: number(&record, 32, 8),
        };
        let agrees = |small, large, most| small == most || small == large;
        if !agrees(directory.start, large.start, 0xffff_ffff)
            || !agrees(directory.length, large.length, 0xffff_ffff)
            || !agrees(directory.entries, large.entries, 0xffff)
        {
            return Err(odd("its end says two things"));
        }
        (directory, behind) = (large, start);
    }
    match directory.start.checked_add(directory.length) {
        Some(end) if end == behind => Ok(directory),
        Some(end) if end < behind => Err(odd("something comes before its members or its end")),
        _ => Err(odd("its directory is not where its end says")),
    }
}

fn read_directory<R: Read + Seek>(
    zip: &mut R,
    directory: &Directory,
    limits: Limits,
) -> Result<Vec<Entry>, ReadError> {
    zip.seek(SeekFrom::Start(directory.start)).map_err(ReadError::Broken)?;
    let mut rest = zip.take(directory.length);
    let mut entries = Vec::new();
    let mut names = 0;
    for _ in 0..directory.entries {
        let mut head = [0; 46];
        rest.read_exact(&mut head).map_err(ReadError::Broken)?;
        if !head.starts_with(b"PK\x01\x02") {
            return Err(odd("its directory is not what its end says"));
        }
        let length = |at| usize::try_from(number(&head, at, 2)).unwrap_or(0);
        let mut name = vec![0; length(28)];
        rest.read_exact(&mut name).map_err(ReadError::Broken)?;
        let mut extra = vec![0; length(30)];
        rest.read_exact(&mut extra).map_err(ReadError::Broken)?;
        let mut comment = vec![0; length(32)];
        rest.read_exact(&mut comment).map_err(ReadError::Broken)?;
        names += name.len() as u64;
        if names > limits.names {
            return Err(ReadError::Limit { what: "bytes of names", limit: limits.names });
        }
        let small = [number(&head, 24, 4), number(&head, 20, 4), number(&head, 42, 4)];
        let [size, packed, start] = large(small, &extra);
        let described = number(&head, 8, 2) & 8 != 0;
        entries.push(Entry { name: name.into(), start, packed, size, described });
    }
    if rest.limit() > 0 {
        return Err(odd("its directory holds more than its end says"));
    }
    Ok(entries)
}

/// Replaces the numbers that do not fit by those of the extra field for it (APPNOTE 4.5.3).
fn large(mut numbers: [u64; 3], mut extra: &[u8]) -> [u64; 3] {
    while let Some(content) = extra.get(4..) {
        let length = usize::try_from(number(extra, 2, 2)).unwrap_or(0).min(content.len());
        if number(extra, 0, 2) == 1 {
            let mut values = content[..length].chunks_exact(8);
            for number_of in numbers.iter_mut().filter(|number| **number == 0xffff_ffff) {
                *number_of = values.next().map_or(*number_of, |value| number(value, 0, 8));
            }
            break;
        }
        extra = &content[length..];
    }
    numbers
}

/// Compares a member's own header with the directory; returns where its content ends.
fn member_end<R: Read + Seek>(zip: &mut R, entry: &Entry) -> Result<u64, ReadError> {
    let shown = || String::from_utf8_lossy(&entry.name).into_owned();
    let mut head = [0; 30];
    read_at(zip, entry.start, &mut head)?;
    if !head.starts_with(b"PK\x03\x04") {
        return Err(odd(format!("{} is not where its directory says", shown())));
    }
    let length = |at| usize::try_from(number(&head, at, 2)).unwrap_or(0);
    let mut name = vec![0; length(26)];
    zip.read_exact(&mut name).map_err(ReadError::Broken)?;
    if name != *entry.name {
        let name = String::from_utf8_lossy(&name).into_owned();
        return Err(odd(format!("one member has two names, {} and {name}", shown())));
    }
    let [size, packed] = [number(&head, 22, 4), number(&head, 18, 4)];
    let same = |own, listed| own == 0xffff_ffff || own == listed;
    let described = number(&head, 6, 2) & 8 != 0;
    if described != entry.described
        || !(described || same(size, entry.size) && same(packed, entry.packed))
    {
        return Err(odd(format!("{} has two sizes", shown())));
    }
    let head = 30 + name.len() as u64 + number(&head, 28, 2);
    let end = entry.start.checked_add(head).and_then(|start| start.checked_add(entry.packed));
    end.ok_or_else(|| odd(format!("{} has an impossible size", shown())))
}

/// What comes next has to begin at the end of what was before, or behind its data descriptor.
fn follows(end: u64, start: u64, described: bool) -> Result<(), ReadError> {
    match start.checked_sub(end) {
        None => Err(odd("members of it overlap")),
        Some(0) => Ok(()),
        // Three numbers of 4 bytes, or one of 4 and two of 8, with a signature or without.
        Some(12 | 16 | 20 | 24) if described => Ok(()),
        Some(_) if end == 0 => Err(odd("something comes before its members")),
        Some(_) => Err(odd("something lies between its members")),
    }
}
