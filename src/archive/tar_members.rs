//! The members of a tar, in the forms that every unpacker reads alike.
//!
//! GNU tar, bsdtar and Python's tarfile agree about the tars that people make, and differ about many
//! others: where a member ends, what it is called, whether it is there at all. This is the grammar
//! of those about which they agree: headers of POSIX's ustar and of GNU tar; before a member GNU's
//! long names or one PAX header, each once, with records that are known; content only in files;
//! nothing behind the end. What is not of it is refused as [`ReadError::Ambiguous`], by its name.
//! `tests/archive_differential.rs` holds the grammar against the programs.

use std::io::{self, Read};

use super::paths::{self, Paths};
use super::read::{Head, HeadKind, Limits, ReadError, Visitor};

const BLOCK: usize = 512;

/// Bytes of a header that describes the next member: paths are shorter.
const LONGEST_HEADER: u64 = 64 << 10;

/// Hands every member to `visitor` and reads the stream to its last byte; returns the global
/// comment.
///
/// # Errors
/// See [`ReadError`]; an error of the visitor comes back as [`ReadError::Broken`].
pub(super) fn walk(
    stream: &mut dyn Read,
    limits: Limits,
    visitor: &mut Visitor<'_>,
) -> Result<Option<String>, ReadError> {
    let mut paths = Paths::new(limits);
    let mut comment = None;
    let mut described = Described::default();
    loop {
        let Some(block) = block(stream)? else {
            return Err(ReadError::broken("the tar has no end mark: it may have been cut off"));
        };
        if block == [0; BLOCK] {
            described.end()?;
            end(stream)?;
            return Ok(comment);
        }
        let header = Header::parse(&block)?;
        match header.letter {
            b'L' | b'K' => {
                let value = long_name(&header, &header.records(stream)?)?;
                described.long(&header, value)?;
            }
            b'x' => described.records(&header, &header.records(stream)?)?,
            b'g' => {
                described.end()?;
                comment = global(&header, &header.records(stream)?)?.or(comment);
            }
            _ => {
                let size = header.size;
                if let Some(head) = header.member(std::mem::take(&mut described), limits, &paths)? {
                    paths.take(&head.path, &head.kind, head.mode & 0o100 != 0)?;
                    let mut content = Content { stream, left: size };
                    visitor(head, &mut content).map_err(ReadError::Broken)?;
                    let left = content.left;
                    skip(stream, left)?;
                }
                skip(stream, size.next_multiple_of(BLOCK as u64) - size)?;
            }
        }
    }
}

/// The next block; none at the end of the stream.
fn block(stream: &mut dyn Read) -> Result<Option<[u8; BLOCK]>, ReadError> {
    let mut block = [0; BLOCK];
    match fill(stream, &mut block)? {
        0 => Ok(None),
        BLOCK => Ok(Some(block)),
        _ => Err(cut_off()),
    }
}

fn fill(stream: &mut dyn Read, buffer: &mut [u8]) -> Result<usize, ReadError> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ReadError::Broken(error)),
        }
    }
    Ok(filled)
}

fn cut_off() -> ReadError {
    ReadError::broken("it ends in the middle of a member")
}

fn skip(stream: &mut dyn Read, count: u64) -> Result<(), ReadError> {
    if count == 0 {
        return Ok(());
    }
    let skipped = io::copy(&mut stream.take(count), &mut io::sink()).map_err(ReadError::Broken)?;
    if skipped == count { Ok(()) } else { Err(cut_off()) }
}

/// Reads what follows the first block of the end mark: another, and zeros without number.
fn end(stream: &mut dyn Read) -> Result<(), ReadError> {
    let mut rest = vec![0; 64 << 10];
    let mut zeros = 0;
    loop {
        let count = fill(stream, &mut rest)?;
        if rest[..count].iter().any(|&byte| byte != 0) {
            return Err(ReadError::broken("something other than zeros follows the end of the tar"));
        }
        zeros += count;
        if count < rest.len() {
            break;
        }
    }
    if zeros < BLOCK {
        return Err(ReadError::broken("the tar has no end mark: it may have been cut off"));
    }
    Ok(())
}

/// The content of a member, as long as its header says.
struct Content<'a> {
    stream: &'a mut dyn Read,
    left: u64,
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let room = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if room == 0 {
            return Ok(0);
        }
        let count = self.stream.read(&mut buffer[..room])?;
        if count == 0 {
            return Err(io::Error::other("it ends in the middle of a member"));
        }
        self.left -= count as u64;
        Ok(count)
    }
}

/// Where the fields of a header lie (POSIX pax, "ustar Interchange Format").
mod field {
    use std::ops::Range;

    pub(super) const NAME: Range<usize> = 0..100;
    pub(super) const MODE: Range<usize> = 100..108;
    pub(super) const UID: Range<usize> = 108..116;
    pub(super) const GID: Range<usize> = 116..124;
    pub(super) const SIZE: Range<usize> = 124..136;
    pub(super) const MTIME: Range<usize> = 136..148;
    pub(super) const SUM: Range<usize> = 148..156;
    pub(super) const LETTER: usize = 156;
    pub(super) const LINK: Range<usize> = 157..257;
    pub(super) const MAGIC: Range<usize> = 257..265;
    pub(super) const USER: Range<usize> = 265..297;
    pub(super) const GROUP: Range<usize> = 297..329;
    pub(super) const DEVICE: [Range<usize>; 2] = [329..337, 337..345];
    pub(super) const PREFIX: Range<usize> = 345..500;
}

/// A header that all unpackers understand alike, by itself.
struct Header<'a> {
    block: &'a [u8; BLOCK],
    letter: u8,
    /// Prefix and name.
    path: Vec<u8>,
    size: u64,
    mode: u32,
    mtime: i64,
    ids: [u64; 2],
}

impl<'a> Header<'a> {
    fn parse(block: &'a [u8; BLOCK]) -> Result<Self, ReadError> {
        check_sum(block)?;
        let letter = block[field::LETTER];
        let name = text(&block[field::NAME]);
        let odd = |why: &str| Err(ReadError::ambiguous(name, why));
        let path = match &block[field::MAGIC] {
            [b'u', b's', b't', b'a', b'r', 0, version @ ..] => {
                let prefix = text(&block[field::PREFIX]);
                // Maven's old archiver wrote no version, and never a prefix.
                if version != b"00" && (version != b"\0\0" || !prefix.is_empty()) {
                    return odd(
                        "has a header whose version is neither ustar's nor GNU tar's: some \
                         unpackers leave out the first part of its path",
                    );
                }
                let behind = &block[field::PREFIX.start + prefix.len()..];
                if &block[508..] == b"tar\0" {
                    return odd("has a header of star: GNU tar reads a part of its path as times");
                }
                if behind.iter().any(|&byte| byte != 0) {
                    return odd(
                        "has a header with something behind its path, which GNU tar reads as times \
                         and others as path",
                    );
                }
                if prefix.is_empty() { name.to_vec() } else { [prefix, b"/", name].concat() }
            }
            b"ustar  \0" => {
                if letter == b'S' {
                    return odd(SPARSE);
                }
                if block[field::PREFIX.start..].iter().any(|&byte| byte != 0) {
                    return odd(
                        "has a header of GNU tar's incremental archives: GNU tar and bsdtar read \
                         times where Python reads the start of the path",
                    );
                }
                name.to_vec()
            }
            [b'u', b's', b't', b'a', b'r', ..] => {
                return odd(
                    "has a header whose mark is neither ustar's nor GNU tar's: some unpackers leave \
                     out the first part of its path",
                );
            }
            _ => {
                return odd(
                    "has a header from before POSIX, without the mark `ustar`: Python reads a first \
                     part of the path in it, GNU tar and bsdtar do not, and bsdtar may take the \
                     whole for another kind of archive",
                );
            }
        };
        if let Some(why) = refused(letter) {
            return odd(why);
        }
        let number = |at: std::ops::Range<usize>, what: &str| {
            number(&block[at]).ok_or_else(|| {
                let why = format!(
                    "has a header whose {what} is no number as all write it: GNU tar fails, Python \
                     takes the archive for ended"
                );
                ReadError::ambiguous(name, why)
            })
        };
        let mode = number(field::MODE, "mode")?;
        let size = number(field::SIZE, "size")?;
        let mtime = match &block[field::MTIME] {
            // GNU tar's way to write times before 1970.
            [0xff, rest @ ..] => {
                let low = rest.last_chunk().map(|low| i64::from_be_bytes(*low));
                low.filter(|low| *low < 0 && rest.starts_with(&[0xff; 3]))
            }
            _ => None,
        };
        let mtime = match mtime {
            Some(mtime) => mtime,
            None => number(field::MTIME, "time")?.cast_signed(),
        };
        let ids = [number(field::UID, "owner")?, number(field::GID, "group")?];
        if ids.iter().any(|id| *id >= u64::from(u32::MAX)) {
            return odd("belongs to a number that no system knows, at which GNU tar fails");
        }
        for device in field::DEVICE {
            // Those who fill it with blanks do so for files.
            if block[device.clone()].iter().any(|byte| !matches!(byte, 0 | b' ')) {
                number(device, "device")?;
            }
        }
        let mode = u32::try_from(mode & 0o7777).unwrap_or_default();
        Ok(Self { block, letter, path, size, mode, mtime, ids })
    }

    /// Reads the content of a header that describes the next member.
    fn records(&self, stream: &mut dyn Read) -> Result<Vec<u8>, ReadError> {
        if self.size > LONGEST_HEADER {
            return Err(ReadError::Limit { what: "bytes in a header", limit: LONGEST_HEADER });
        }
        let padded = self.size.next_multiple_of(BLOCK as u64);
        let mut bytes = vec![0; usize::try_from(padded).unwrap_or_default()];
        if fill(stream, &mut bytes)? < bytes.len() {
            return Err(cut_off());
        }
        let padding = bytes.split_off(usize::try_from(self.size).unwrap_or_default());
        if padding.iter().any(|&byte| byte != 0) {
            return Err(
                self.odd("has something behind its end, which Python takes for a part of it")
            );
        }
        Ok(bytes)
    }

    fn odd(&self, why: impl Into<String>) -> ReadError {
        ReadError::ambiguous(&self.path, why)
    }

    /// The member, with what the headers before say of it; none for the directory that everything is
    /// unpacked into.
    fn member(
        self,
        described: Described,
        limits: Limits,
        paths: &Paths,
    ) -> Result<Option<Head>, ReadError> {
        let odd =
            |why: &str| ReadError::ambiguous(described.path.as_ref().unwrap_or(&self.path), why);
        if described.size.is_some_and(|size| size != self.size) {
            return Err(odd("has two sizes, of which unpackers take one or the other"));
        }
        let own_slash = text(&self.block[field::NAME]).ends_with(b"/");
        let raw = described.path.as_ref().unwrap_or(&self.path);
        if raw.is_empty() {
            return Err(odd("has no name: some unpackers leave it out, some fail"));
        }
        let letter = match self.letter {
            // How directories were written before they had a letter.
            0 if own_slash && described.path.is_none() => b'5',
            0 if own_slash => {
                return Err(odd(
                    "is a directory by its header's name and a file by its own: Python makes the \
                     one, GNU tar and bsdtar the other",
                ));
            }
            0 | b'7' => b'0',
            letter => letter,
        };
        if letter != b'5' && paths::is_directory_name(raw) {
            return Err(odd(
                "is named as a directory, and is none: Python makes a file of it, GNU tar and \
                 bsdtar a directory",
            ));
        }
        if letter != b'0' && self.size > 0 {
            return Err(odd(&format!(
                "has {} bytes of content, and is of a kind that has none: GNU tar, bsdtar and \
                 Python take them for further members, others skip them",
                self.size
            )));
        }
        let path = bounded(paths::plain(raw), limits)?;
        let is_link = matches!(letter, b'1' | b'2');
        if described.link.is_some() && !is_link {
            return Err(odd("is given the target of a link, and is none"));
        }
        let own_target = text(&self.block[field::LINK]);
        if is_link && own_target.is_empty() {
            return Err(odd(
                "is a link whose own header names no target: bsdtar makes a file of it, or fails",
            ));
        }
        let target = described.link.clone().unwrap_or_else(|| own_target.to_vec());
        let target = bounded(target, limits);
        let kind = match letter {
            b'0' => HeadKind::File,
            b'1' => {
                let target = target?;
                match paths.file(&paths::plain(&target)) {
                    Some(runs) if runs == (self.mode & 0o100 != 0) => {}
                    Some(_) => {
                        return Err(odd(
                            "is a hard link of another mode than its file: Python gives that to \
                             both, GNU tar and bsdtar do not",
                        ));
                    }
                    None => {
                        return Err(odd(
                            "is a hard link to what is no file before it in the archive: GNU tar \
                             and bsdtar link to what lies there, or fail, Python unpacks what comes \
                             later",
                        ));
                    }
                }
                HeadKind::HardLink(target)
            }
            b'2' => HeadKind::Symlink(target?),
            b'5' => HeadKind::Directory,
            device => HeadKind::Other(device),
        };
        if path.is_empty() {
            return Ok(None);
        }
        let [uid, gid] = self.ids;
        let name = |at| String::from_utf8_lossy(text(&self.block[at])).into_owned();
        let owner = format!("{uid}:{gid} {}:{}", name(field::USER), name(field::GROUP));
        let Self { size, mode, mtime, .. } = self;
        Ok(Some(Head { path, kind, size, mode, mtime, owner }))
    }
}

const SPARSE: &str = "is stored with holes (GNU tar's sparse files), which not every unpacker fills \
                      in alike";

/// Why a kind of header is refused.
fn refused(letter: u8) -> Option<&'static str> {
    match letter {
        0 | b'0'..=b'7' | b'L' | b'K' | b'x' | b'g' => None,
        b'S' => Some(SPARSE),
        b'D' => Some(
            "is a directory of GNU tar's incremental archives: GNU tar reads names in its content, \
             Python makes a file of it",
        ),
        b'M' => Some(
            "is the rest of a file of GNU tar's archives in several parts: GNU tar asks for the \
             other part, others make a file of it",
        ),
        b'V' => Some("is the label of an archive, of which Python makes a file, others nothing"),
        b'N' => {
            Some("is a list of long names as GNU tar once wrote it, which others take for a file")
        }
        b'X' => Some(
            "is an extended header of Solaris: some unpackers take the next member's path from it, \
             some make a file of it",
        ),
        b'A' | b'I' | b'E' => Some(
            "is of a kind that only Solaris and star know: others make a file of it, or leave it out",
        ),
        _ => Some("is of a kind that is not known: some unpackers make a file of it, some nothing"),
    }
}

/// The bytes before the first zero.
fn text(field: &[u8]) -> &[u8] {
    &field[..memchr::memchr(0, field).unwrap_or(field.len())]
}

/// A number: octal digits between blanks and zeros, nothing at all, or in the base of 256 that GNU
/// tar has for what is too large.
fn number(field: &[u8]) -> Option<u64> {
    if let [0x80, rest @ ..] = field {
        let (high, low) = rest.split_at(rest.len().saturating_sub(8));
        let value = low.iter().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
        return (high.iter().all(|&byte| byte == 0) && value <= i64::MAX as u64).then_some(value);
    }
    octal(field)
}

fn octal(field: &[u8]) -> Option<u64> {
    let digits = field.trim_ascii_start();
    let count = digits.iter().take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let (digits, rest) = digits.split_at(count);
    // GNU tar takes no number for zero, but not blanks alone.
    let some = count > 0 || rest.first() == Some(&0);
    let plain = field.iter().all(|byte| matches!(byte, 0 | b' ' | b'0'..=b'7'))
        && rest.iter().all(|byte| matches!(byte, 0 | b' '));
    let value = digits.iter().fold(0, |sum, &digit| sum << 3 | u64::from(digit - b'0'));
    (some && plain).then_some(value)
}

/// Whether this is how a tar may begin, by the checksum of its first header: those before POSIX have
/// no mark.
pub(crate) fn is_header(start: &[u8]) -> bool {
    let broken = |block| matches!(check_sum(block), Err(ReadError::Broken(_)));
    start.first_chunk().is_some_and(|block| !broken(block))
}

/// Holds a header against its checksum.
fn check_sum(block: &[u8; BLOCK]) -> Result<(), ReadError> {
    let bytes = block[..field::SUM.start].iter().chain(&block[field::SUM.end..]);
    let sum = bytes.clone().map(|&byte| u64::from(byte)).sum::<u64>() + 8 * u64::from(b' ');
    let signed = || sum.checked_sub(256 * bytes.filter(|byte| **byte > 0x7f).count() as u64);
    match octal(&block[field::SUM]) {
        Some(written) if written == sum => Ok(()),
        Some(written) if signed() == Some(written) => {
            let why = "has a checksum over signed bytes, as some old programs made it, which not \
                       every unpacker takes";
            Err(ReadError::ambiguous(text(&block[field::NAME]), why))
        }
        _ => Err(ReadError::broken("what should be the header of a member is none")),
    }
}

/// What the headers before a member say of it.
#[derive(Debug, Default)]
struct Described {
    path: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    size: Option<u64>,
    /// Whether there was a PAX header.
    pax: bool,
}

impl Described {
    /// Takes one of GNU tar's long names.
    fn long(&mut self, header: &Header<'_>, value: Vec<u8>) -> Result<(), ReadError> {
        let place = if header.letter == b'L' { &mut self.path } else { &mut self.link };
        if self.pax || place.is_some() {
            return Err(twice(&value));
        }
        *place = Some(value);
        Ok(())
    }

    /// Takes a PAX header.
    fn records(&mut self, header: &Header<'_>, bytes: &[u8]) -> Result<(), ReadError> {
        if self.pax || self.path.is_some() || self.link.is_some() {
            return Err(twice(self.path.as_ref().unwrap_or(&header.path)));
        }
        self.pax = true;
        let mut seen: Vec<&[u8]> = Vec::new();
        for (key, value) in records(header, bytes)? {
            let shown = String::from_utf8_lossy(key);
            if seen.contains(&key) {
                return Err(header.odd(format!(
                    "has two PAX records `{shown}`, of which unpackers take the one or the other"
                )));
            }
            seen.push(key);
            let fits = match key {
                b"path" | b"linkpath" => !value.is_empty() && !value.contains(&0),
                b"size" | b"uid" | b"gid" => is_count(value),
                b"atime" | b"ctime" | b"mtime" => is_time(value),
                b"hdrcharset" => matches!(value, b"BINARY" | b"ISO-IR 10646 2000 UTF-8"),
                _ => is_harmless(key),
            };
            if key.starts_with(b"GNU.sparse.") || key == b"SCHILY.realsize" {
                return Err(header.odd(SPARSE));
            }
            if !fits {
                return Err(header.odd(format!(
                    "has a PAX record `{shown}` that is not known, or not of its form: what \
                     unpackers make of it differs"
                )));
            }
            match key {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => self.size = std::str::from_utf8(value).ok().and_then(|v| v.parse().ok()),
                _ => {}
            }
        }
        Ok(())
    }

    /// Objects to headers behind which no member comes.
    fn end(&self) -> Result<(), ReadError> {
        if !self.pax && self.path.is_none() && self.link.is_none() {
            return Ok(());
        }
        let path = self.path.as_deref().unwrap_or(b"a member");
        Err(ReadError::ambiguous(path, "is described, and does not follow"))
    }
}

fn twice(path: &[u8]) -> ReadError {
    let why = "has two headers before it that name it: GNU tar takes the last or PAX's, Python the \
               first";
    ReadError::ambiguous(path, why)
}

/// One of GNU tar's long names: all up to the zeros at its end.
fn long_name(header: &Header<'_>, bytes: &[u8]) -> Result<Vec<u8>, ReadError> {
    let name = text(bytes);
    if name.is_empty() || bytes[name.len()..].iter().any(|&byte| byte != 0) {
        return Err(header.odd("is a long name with zeros in it, of which unpackers take a part"));
    }
    Ok(name.to_vec())
}

/// A global header: a comment, as git writes it, and nothing that would change a member.
fn global(header: &Header<'_>, bytes: &[u8]) -> Result<Option<String>, ReadError> {
    let mut comment = None;
    for (key, value) in records(header, bytes)? {
        if key != b"comment" {
            return Err(header.odd(format!(
                "has a PAX record `{}` for all members: GNU tar and Python heed it, bsdtar does not",
                String::from_utf8_lossy(key)
            )));
        }
        comment = String::from_utf8(value.to_vec()).ok();
    }
    Ok(comment)
}

/// Key and value of a PAX header.
type Record<'b> = (&'b [u8], &'b [u8]);

/// The records of a PAX header: each its length, a blank, `key=value`, a line feed.
fn records<'b>(header: &Header<'_>, mut bytes: &'b [u8]) -> Result<Vec<Record<'b>>, ReadError> {
    let mut records = Vec::new();
    while !bytes.is_empty() {
        let one = record(bytes).ok_or_else(|| {
            header
                .odd("has a PAX record that is not as long as it says, which unpackers read apart")
        })?;
        let (key, value, rest) = one;
        records.push((key, value));
        bytes = rest;
    }
    Ok(records)
}

fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let blank = memchr::memchr(b' ', bytes)?;
    let digits = &bytes[..blank];
    let length: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    if !is_count(digits) || digits.starts_with(b"0") || length > bytes.len() || length <= blank + 1
    {
        return None;
    }
    let (record, rest) = bytes.split_at(length);
    let record = record[blank + 1..].strip_suffix(b"\n")?;
    let equals = memchr::memchr(b'=', record)?;
    let (key, value) = (&record[..equals], &record[equals + 1..]);
    (equals > 0 && !key.contains(&0)).then_some((key, value, rest))
}

fn is_count(value: &[u8]) -> bool {
    (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit)
}

/// Seconds since 1970, perhaps before, perhaps with a fraction.
fn is_time(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"-").unwrap_or(value);
    let mut parts = value.splitn(2, |&byte| byte == b'.');
    parts.next().is_some_and(is_count)
        && parts.next().is_none_or(|part| part.iter().all(u8::is_ascii_digit))
}

/// Whether a PAX record says nothing of where a member goes, what it is and how long it is.
fn is_harmless(key: &[u8]) -> bool {
    const KEYS: [&[u8]; 10] = [
        b"comment",
        b"charset",
        b"gname",
        b"uname",
        b"SCHILY.dev",
        b"SCHILY.devmajor",
        b"SCHILY.devminor",
        b"SCHILY.fflags",
        b"SCHILY.ino",
        b"SCHILY.nlink",
    ];
    // bsdtar's, Red Hat's, star's, and that of npm's packages.
    const FAMILIES: [&[u8]; 6] = [
        b"LIBARCHIVE.",
        b"MSWINDOWS.",
        b"NODETAR.",
        b"RHT.security.",
        b"SCHILY.acl.",
        b"SCHILY.xattr.",
    ];
    KEYS.contains(&key) || FAMILIES.iter().any(|family| key.starts_with(family))
}

fn bounded(bytes: Vec<u8>, limits: Limits) -> Result<Vec<u8>, ReadError> {
    if bytes.len() > limits.path {
        return Err(ReadError::Limit { what: "bytes in a path", limit: limits.path as u64 });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_that_all_read() {
        for (field, expected) in [
            (&b"0000644\0"[..], Some(0o644)),
            (b"   644 \0", Some(0o644)),
            (b"00000644", Some(0o644)),
            (b"\0\0\0\0\0\0\0\0", Some(0)),
            (b"       \0", Some(0)),
            (b"\x80\0\0\0\0\0\x01\0", Some(256)),
            // Python's `int` takes a sign and `_`, GNU tar skips one zero, bsdtar stops at an 8.
            (b"-000644\0", None),
            (b"0_00644\0", None),
            (b"\x00000644\0", None),
            (b"0000648\0", None),
            (b"644\x00123\0", None),
            (b"        ", None),
            (b"\x80\x01\0\0\0\0\0\0\0\0\0\0", None),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff", None),
        ] {
            assert_eq!(number(field), expected, "{field:?}");
        }
    }

    #[test]
    fn records_are_as_long_as_they_say() {
        // A value with a line feed, as macOS writes extended attributes.
        let (key, value, rest) = record(b"12 a=b\nc=d\n\n8 e=fgh\n").expect("whole");
        assert_eq!((key, value, rest), (&b"a"[..], &b"b\nc=d\n"[..], &b"8 e=fgh\n"[..]));
        for odd in [&b"999 path=x\n"[..], b"0 path=x\n", b"path=x\n", b"-9 a=bcd\n", b"09 a=bcd\n"]
        {
            assert!(record(odd).is_none(), "{odd:?}");
        }
        for (time, fits) in [("1", true), ("-1.5", true), ("1.", true), ("1e9", false), ("", false)]
        {
            assert_eq!(is_time(time.as_bytes()), fits, "{time}");
        }
    }
}
