//! The members of a zip, in the forms that every unpacker reads alike.
//!
//! Some unpackers go by the directory at a zip's end, some by the headers in front of the members,
//! and some take a name from a field that others do not know. This is the grammar of those zips with
//! which it makes no difference: the members follow one another without gaps, each as long and of
//! the name, the method and the checksum that directory, header and content alike have it, and
//! nothing stands before, between or behind them. What is not of it is refused as
//! [`ReadError::Ambiguous`]. The layout is PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5;
//! `tests/archive_differential.rs` holds the grammar against the programs.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use super::paths::{self, Paths};
use super::read::{Head, HeadKind, Limits, ReadError, Visitor};

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const DIRECTORY: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const END_64_LOCATOR: u32 = 0x0706_4b50;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const BZIPPED: u16 = 12;

/// By PKWARE's old way, or by the strong one.
const ENCRYPTED: u16 = 1 | 1 << 6;
/// Checksum and sizes stand behind the content.
const DESCRIBED: u16 = 1 << 3;
const UTF8: u16 = 1 << 11;
/// Of what is left two bits say how hard it was packed.
const KNOWN: u16 = ENCRYPTED | 0b110 | DESCRIBED | UTF8;

/// The latest version that Info-ZIP's unzip knows, which leaves out what needs a later one.
const LATEST: u8 = 46;

/// Bytes of the end record, and the most with its comment.
const END_SIZE: usize = 22;
const LONGEST_END: u64 = END_SIZE as u64 + 0xffff;

/// What the directory says of each member's kind and size, by where the member begins: what is a
/// link stands only there, and a size may stand only there and behind the content.
#[derive(Debug, Default)]
pub struct Kinds(Vec<(u64, Attributes, u64)>);

impl Kinds {
    /// Reads them from the end of the file, which has still to be walked: nothing is judged.
    ///
    /// # Errors
    /// There is no end record, or the directory is larger than the limits.
    pub fn read<R: Read + Seek>(zip: &mut R, limits: Limits) -> Result<Self, ReadError> {
        let length = zip.seek(SeekFrom::End(0)).map_err(ReadError::Broken)?;
        let tail_start = length.saturating_sub(LONGEST_END + 20);
        let mut tail = Vec::new();
        zip.seek(SeekFrom::Start(tail_start)).map_err(ReadError::Broken)?;
        zip.take(LONGEST_END + 20).read_to_end(&mut tail).map_err(ReadError::Broken)?;
        let end = memchr::memmem::rfind(&tail, &END.to_le_bytes());
        let end = end.filter(|end| end + END_SIZE <= tail.len());
        let end = end.ok_or_else(|| ReadError::broken("it has no end record"))?;
        let mut start = number(&tail, end + 16, 4);
        if let Some(locator) = end.checked_sub(20).map(|at| &tail[at..])
            && word(locator, 0) == END_64_LOCATOR
        {
            let mut record = [0; 56];
            zip.seek(SeekFrom::Start(number(locator, 8, 8))).map_err(ReadError::Broken)?;
            zip.read_exact(&mut record).map_err(ReadError::Broken)?;
            start = number(&record, 48, 8);
        }
        zip.seek(SeekFrom::Start(start)).map_err(ReadError::Broken)?;
        let position = Cell::new(start);
        let mut zip = BufReader::with_capacity(64 << 10, zip);
        let mut directory = Zip::new(&mut zip, &position);
        let mut kinds = Vec::new();
        while directory.signature()? == DIRECTORY {
            if kinds.len() as u64 == limits.members {
                return Err(ReadError::Limit { what: "members", limit: limits.members });
            }
            let listed = directory.listed()?;
            kinds.push((listed.entry.offset, listed.attributes, listed.entry.size));
        }
        kinds.sort_unstable_by_key(|(offset, ..)| *offset);
        Ok(Self(kinds))
    }

    fn of(&self, offset: u64) -> Option<(Attributes, u64)> {
        let at = self.0.binary_search_by_key(&offset, |(offset, ..)| *offset).ok()?;
        let (_, attributes, size) = self.0[at];
        Some((attributes, size))
    }
}

/// What watches over how much is unpacked: is told the bytes unpacked of a member, the packed bytes
/// read for them, and how many came just now.
pub(crate) type Watch<'a> = dyn FnMut(u64, u64, usize) -> io::Result<()> + 'a;

/// How a zip is to be walked.
pub(crate) struct Walk<'a> {
    /// Bytes in front of the zip that are no part of it, and already read.
    pub(crate) before: u64,
    /// What is a link; without it links are taken for files.
    pub(crate) kinds: Option<&'a Kinds>,
    pub(crate) limits: Limits,
}

/// Hands every member to `visitor` and reads the zip to its last byte; returns its comment.
///
/// What is encrypted or packed by an unknown method is handed over too: reading it fails. Who does
/// not mind gets the members behind it.
///
/// # Errors
/// See [`ReadError`]; an error of the visitor comes back as [`ReadError::Broken`].
pub(crate) fn walk(
    stream: &mut dyn BufRead,
    Walk { before, kinds, limits }: Walk<'_>,
    watch: &mut Watch<'_>,
    visitor: &mut Visitor<'_>,
) -> Result<Vec<u8>, ReadError> {
    let position = Cell::new(before);
    let mut zip = Zip::new(stream, &position);
    let mut paths = Paths::new(limits);
    loop {
        let offset = position.get();
        match zip.signature()? {
            LOCAL => {
                let local = zip.local(offset)?;
                let known = match kinds {
                    Some(kinds) => kinds.of(offset).ok_or_else(|| local.odd(HIDDEN))?,
                    None => (Attributes::of_name(&local.name), local.entry.size),
                };
                zip.member(local, known, limits, &mut paths, watch, visitor)?;
            }
            DIRECTORY => {
                zip.directory.get_or_insert(offset);
                let listed = zip.listed()?;
                zip.compare(&listed)?;
            }
            END_64 => {
                let large = zip.large_end(offset)?;
                return zip.end(offset, Some(large));
            }
            END => return zip.end(offset, None),
            _ => return Err(strange()),
        }
    }
}

const HIDDEN: &str = "is not in the directory: who reads the zip as a stream unpacks it, who goes by \
                      the directory does not";

fn strange() -> ReadError {
    odd(
        "",
        "there is something before, between or behind its members, which some unpackers read and \
         some pass over",
    )
}

fn odd(path: impl AsRef<[u8]>, why: impl Into<String>) -> ReadError {
    ReadError::ambiguous(path, why)
}

fn number(bytes: &[u8], at: usize, width: usize) -> u64 {
    let bytes = bytes.get(at..at + width).unwrap_or_default();
    bytes.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte))
}

fn half(bytes: &[u8], at: usize) -> u16 {
    number(bytes, at, 2) as u16
}

fn word(bytes: &[u8], at: usize) -> u32 {
    number(bytes, at, 4) as u32
}

/// What header, content and directory say alike of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    offset: u64,
    /// A digest of the name as it is written.
    name: u64,
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
}

/// A header in front of a member.
struct Local {
    entry: Entry,
    /// It has room for sizes of eight bytes.
    wide: bool,
    mtime: i64,
    name: Vec<u8>,
}

impl Local {
    fn odd(&self, why: impl Into<String>) -> ReadError {
        odd(&self.name, why)
    }

    /// The path, if all unpackers take the name for the same.
    fn path(&self, limits: Limits) -> Result<Vec<u8>, ReadError> {
        let name = &self.name[..];
        if name.len() > limits.path {
            return Err(ReadError::Limit { what: "bytes in a path", limit: limits.path as u64 });
        }
        let plain =
            name.is_ascii() || self.entry.flags & UTF8 != 0 && std::str::from_utf8(name).is_ok();
        if !plain {
            return Err(self.odd(
                "has a name that is not marked as UTF-8: Python reads it in code page 437, unzip and \
                 bsdtar as it is",
            ));
        }
        if name.iter().any(u8::is_ascii_control) {
            return Err(self.odd(
                "has a control character in its name, which unzip leaves out, and at which Python may \
                 end it",
            ));
        }
        if name.contains(&b'\\') {
            return Err(self.odd(
                "has a backslash in its name, which some unpackers take for a part of it and some \
                 for the end of a directory",
            ));
        }
        let is_directory = name.ends_with(b"/");
        let digits = name.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        if name[..name.len() - digits].ends_with(b";") {
            return Err(self.odd("ends like a version of VMS, which unzip takes off its name"));
        }
        if name.is_empty() || !is_directory && paths::is_directory_name(name) {
            return Err(self.odd("has no name: some unpackers leave it out, some fail"));
        }
        Ok(paths::plain(name))
    }
}

/// An entry of the directory.
struct Listed {
    entry: Entry,
    attributes: Attributes,
    name: Vec<u8>,
}

/// What the directory says of a member's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Attributes {
    /// The system it was made on: 3 is Unix, 19 macOS.
    system: u8,
    external: u32,
}

impl Attributes {
    fn of_name(name: &[u8]) -> Self {
        let kind = if name.ends_with(b"/") { 0o040_755 } else { 0o100_644 };
        Self { system: 3, external: kind << 16 }
    }

    fn mode(self, directory: bool) -> u32 {
        match (self.system, self.external >> 16) {
            (3 | 19, mode @ 1..) => mode & 0o7777,
            _ if directory => 0o755,
            _ => 0o644,
        }
    }

    /// Whether every unpacker that knows links takes the member for one.
    ///
    /// # Errors
    /// Its name and its attributes say different things of its kind.
    fn is_link(self, is_directory: bool) -> Result<bool, &'static str> {
        const DIRECTORY: u32 = 0o040_000;
        const FILE: u32 = 0o100_000;
        const LINK: u32 = 0o120_000;
        if self.external & 0x08 != 0 {
            return Err("is marked as the label of a disk, which unzip leaves out");
        }
        if self.external & 0x10 != 0 && !is_directory {
            return Err(
                "is marked as a directory and named as a file: unpackers go by one of the two",
            );
        }
        match (self.external >> 16 & 0o170_000, is_directory) {
            (0 | FILE, false) | (0 | DIRECTORY, true) => Ok(false),
            (LINK, false) if self.system == 3 => Ok(true),
            (FILE | LINK, true) => {
                Err("is named as a directory and marked as none: unzip, bsdtar and Python make a \
                     directory and leave out its content, others a file")
            }
            (DIRECTORY, false) => {
                Err("is marked as a directory and named as a file: unpackers go by one of the two")
            }
            (LINK, false) => Err(
                "is marked as a link, of a system without links: some unpackers make a file of it",
            ),
            _ => Err(
                "is neither file, link nor directory: unzip makes a file of it, bsdtar does not",
            ),
        }
    }
}

/// A zip that streams by.
struct Zip<'a> {
    stream: &'a mut dyn BufRead,
    position: &'a Cell<u64>,
    names: RandomState,
    /// The members in their order, with whether the directory listed them.
    seen: Vec<(Entry, bool)>,
    /// Where the directory begins, and how many members it listed.
    directory: Option<u64>,
    listed: u64,
    /// The bytes where Zip64's locator would begin, if the end record came next.
    before_end: [u8; 4],
}

impl Read for Zip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.position.set(self.position.get() + count as u64);
        Ok(count)
    }
}

impl BufRead for Zip<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.stream.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.position.set(self.position.get() + amount as u64);
        self.stream.consume(amount);
    }
}

impl<'a> Zip<'a> {
    fn new(stream: &'a mut dyn BufRead, position: &'a Cell<u64>) -> Self {
        Self {
            stream,
            position,
            names: RandomState::new(),
            seen: Vec::new(),
            directory: None,
            listed: 0,
            before_end: [0; 4],
        }
    }

    fn array<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], ReadError> {
        let mut bytes = [0; SIZE];
        self.read_exact(&mut bytes).map_err(ReadError::Broken)?;
        Ok(bytes)
    }

    fn bytes(&mut self, count: u16) -> Result<Vec<u8>, ReadError> {
        let mut bytes = vec![0; count.into()];
        self.read_exact(&mut bytes).map_err(ReadError::Broken)?;
        Ok(bytes)
    }

    fn signature(&mut self) -> Result<u32, ReadError> {
        self.array().map(u32::from_le_bytes)
    }

    fn local(&mut self, offset: u64) -> Result<Local, ReadError> {
        let header = self.array::<26>()?;
        let name = self.bytes(half(&header, 22))?;
        let extra = self.bytes(half(&header, 24))?;
        if self.directory.is_some() {
            return Err(odd(&name, HIDDEN));
        }
        let wide = zip64(&name, &extra)?;
        let [size, packed] = large(&name, [number(&header, 18, 4), number(&header, 14, 4)], wide)?;
        let entry = Entry {
            offset,
            name: self.names.hash_one(&name),
            flags: flags(&name, header[0], half(&header, 2))?,
            method: half(&header, 4),
            crc: word(&header, 10),
            packed,
            size,
        };
        let mtime = time(half(&header, 8), half(&header, 6));
        Ok(Local { entry, wide: wide.is_some(), mtime, name })
    }

    /// Hands a member to the visitor, and leaves the stream behind it.
    fn member(
        &mut self,
        local: Local,
        (attributes, size): (Attributes, u64),
        limits: Limits,
        paths: &mut Paths,
        watch: &mut Watch<'_>,
        visitor: &mut Visitor<'_>,
    ) -> Result<(), ReadError> {
        let is_directory = local.name.ends_with(b"/");
        let path = local.path(limits)?;
        let link = attributes.is_link(is_directory).map_err(|why| {
            // That something else is in its place says more.
            let kind = if is_directory { HeadKind::Directory } else { HeadKind::File };
            paths.take(&path, &kind, false).err().unwrap_or_else(|| local.odd(why))
        })?;
        let mut entry = local.entry;
        let described = entry.flags & DESCRIBED != 0;
        let sealed = match entry.method {
            _ if entry.flags & ENCRYPTED != 0 => Some("it is encrypted"),
            STORED | DEFLATED | BZIPPED => None,
            _ => Some("its packing is unknown here"),
        };
        if link && entry.method == BZIPPED {
            return Err(local.odd("is a link packed by bzip2, at which bsdtar fails"));
        }
        if described && entry.method == BZIPPED {
            return Err(local.odd(
                "is packed by bzip2 and has its size behind it, at which bsdtar fails in a stream",
            ));
        }
        // Only what is deflated says itself where it ends.
        let open = described && entry.packed == 0 && entry.method == DEFLATED && sealed.is_none();
        let (position, from) = (self.position, self.position.get());
        let packed = (&mut *self).take(if open { u64::MAX } else { entry.packed });
        let unpacked: Box<dyn Read + '_> = match (sealed, entry.method) {
            (Some(why), _) => Box::new(Sealed(why)),
            (None, DEFLATED) => Box::new(flate2::bufread::DeflateDecoder::new(packed)),
            (None, BZIPPED) => Box::new(bzip2::bufread::BzDecoder::new(packed)),
            (None, _) => Box::new(packed),
        };
        let crc = flate2::Crc::new();
        let mut content = Content { unpacked, crc, size: 0, position, from, watch };
        let kind = if is_directory {
            HeadKind::Directory
        } else if link {
            let mut target = Vec::new();
            let most = limits.path as u64;
            (&mut content).take(most + 1).read_to_end(&mut target).map_err(ReadError::Broken)?;
            if target.is_empty() || target.contains(&0) || target.len() as u64 > most {
                return Err(local.odd("is a link to nothing that can be: some unpackers fail"));
            }
            HeadKind::Symlink(target)
        } else {
            HeadKind::File
        };
        let mode = attributes.mode(is_directory);
        let (mtime, owner) = (local.mtime, String::new());
        if !path.is_empty() {
            paths.take(&path, &kind, false)?;
            let head = Head { path, kind, size, mode, mtime, owner };
            visitor(head, &mut content).map_err(ReadError::Broken)?;
        }
        if sealed.is_some() {
            drop(content);
            let skipped = io::copy(&mut (&mut *self).take(entry.packed), &mut io::sink());
            if skipped.map_err(ReadError::Broken)? < entry.packed {
                return Err(ReadError::Broken(io::ErrorKind::UnexpectedEof.into()));
            }
        } else {
            // What nobody wanted is read all the same: it has to be as long as it says.
            io::copy(&mut content, &mut io::sink()).map_err(ReadError::Broken)?;
            let (size, crc) = (content.size, content.crc.sum());
            drop(content);
            let used = position.get() - from;
            if is_directory && size > 0 {
                return Err(local.odd(
                    "has content, and is named as a directory: some unpackers fail, some leave it \
                     out",
                ));
            }
            if entry.method == STORED && used < entry.packed {
                return Err(ReadError::Broken(io::ErrorKind::UnexpectedEof.into()));
            }
            if !open && used != entry.packed {
                return Err(local.odd(
                    "ends before its packed size: who reads the zip as a stream takes what follows \
                     for members, who goes by the directory passes over it",
                ));
            }
            if size != entry.size && !(described && entry.size == 0) {
                return Err(local.odd("has another size than its header says"));
            }
            if crc != entry.crc && !(described && entry.crc == 0) {
                let name = String::from_utf8_lossy(&local.name).into_owned();
                return Err(ReadError::broken(format!("the checksum of {name} is another")));
            }
            (entry.packed, entry.size, entry.crc) = (used, size, crc);
        }
        if described {
            self.descriptor(&local, &entry)?;
        }
        self.seen.push((entry, false));
        Ok(())
    }

    /// What follows a member whose sizes were not known before: perhaps a signature, the checksum,
    /// both sizes in four bytes each, or in eight where the header has Zip64's field.
    fn descriptor(&mut self, local: &Local, entry: &Entry) -> Result<(), ReadError> {
        let mut crc = self.signature()?;
        let signed = crc == DESCRIPTOR;
        if signed {
            crc = self.signature()?;
        }
        let width = if local.wide { 8 } else { 4 };
        let mut sizes = [0; 16];
        self.read_exact(&mut sizes[..2 * width]).map_err(ReadError::Broken)?;
        let (packed, size) = (number(&sizes, 0, width), number(&sizes, width, width));
        let fits = (crc, packed, size) == (entry.crc, entry.packed, entry.size);
        // What is stored ends for bsdtar where it finds the signature.
        if fits && (signed || entry.method != STORED) {
            return Ok(());
        }
        Err(local.odd(
            "has no true size in front of it: who reads the zip as a stream cannot tell where it \
             ends",
        ))
    }

    fn listed(&mut self) -> Result<Listed, ReadError> {
        let header = self.array::<42>()?;
        let name = self.bytes(half(&header, 24))?;
        let extra = self.bytes(half(&header, 26))?;
        let comment = self.bytes(half(&header, 28))?;
        let numbers = [number(&header, 20, 4), number(&header, 16, 4), number(&header, 38, 4)];
        let [size, packed, offset] = large(&name, numbers, zip64(&name, &extra)?)?;
        if half(&header, 30) != 0 {
            return Err(odd(&name, "is on another disk: unpackers ask for it, or fail"));
        }
        if !name.is_ascii() && extra.is_empty() && matches!(header[1], 0 | 6 | 11) {
            return Err(odd(
                &name,
                "is of a DOS or Windows program, and has letters in its name and no extra field: \
                 unzip reads it in a code page even if it is marked as UTF-8",
            ));
        }
        let whole = [&header[..], &name, &extra, &comment].concat();
        self.before_end.copy_from_slice(&whole[whole.len() - 20..][..4]);
        let entry = Entry {
            offset,
            name: self.names.hash_one(&name),
            flags: flags(&name, header[2], half(&header, 4))?,
            method: half(&header, 6),
            crc: word(&header, 12),
            packed,
            size,
        };
        let attributes = Attributes { system: header[1], external: word(&header, 34) };
        Ok(Listed { entry, attributes, name })
    }

    /// Holds an entry of the directory against the member that it lists.
    fn compare(&mut self, listed: &Listed) -> Result<(), ReadError> {
        let found = self.seen.binary_search_by_key(&listed.entry.offset, |(seen, _)| seen.offset);
        let Some((seen, known)) = found.ok().map(|at| &mut self.seen[at]) else {
            return Err(odd(&listed.name, "is in the directory, and not where it says"));
        };
        let is_directory = listed.name.ends_with(b"/");
        listed.attributes.is_link(is_directory).map_err(|why| odd(&listed.name, why))?;
        let (one, other) = (*seen, listed.entry);
        let differs = if *known {
            "two entries of the directory"
        } else if one.name != other.name {
            "two names"
        } else if one.size != other.size || one.packed != other.packed {
            "two sizes"
        } else if one.crc != other.crc {
            "two checksums"
        } else if one.method != other.method {
            "two methods of packing"
        } else if one.flags != other.flags {
            "two kinds of flags"
        } else {
            *known = true;
            self.listed += 1;
            return Ok(());
        };
        Err(odd(
            &listed.name,
            format!(
                "has {differs}: unzip and Python go by the directory, who reads the zip as a stream \
                 by what stands in front of the member"
            ),
        ))
    }

    /// Reads Zip64's end record and its locator; returns what the end record then may leave open.
    fn large_end(&mut self, offset: u64) -> Result<[u64; 3], ReadError> {
        let record = self.array::<52>()?;
        let locator = self.array::<20>()?;
        let fits = number(&record, 0, 8) == 44
            && number(&record, 12, 8) == 0
            && number(&record, 20, 8) == number(&record, 28, 8)
            && word(&locator, 0) == END_64_LOCATOR
            && word(&locator, 4) == 0
            && number(&locator, 8, 8) == offset
            && word(&locator, 16) <= 1;
        if !fits || self.signature()? != END {
            return Err(strange());
        }
        Ok([number(&record, 28, 8), number(&record, 36, 8), number(&record, 44, 8)])
    }

    /// Reads the end record, whose directory ended at `offset`; returns the comment.
    fn end(&mut self, offset: u64, large: Option<[u64; 3]>) -> Result<Vec<u8>, ReadError> {
        let record = self.array::<18>()?;
        let comment = self.bytes(half(&record, 16))?;
        let start = self.directory.unwrap_or(offset);
        let true_ones = [self.seen.len() as u64, offset - start, start];
        let written = [number(&record, 6, 2), number(&record, 8, 4), number(&record, 12, 4)];
        let may_be = |written: u64, most: u64, real: u64| {
            written == real || written == most && large.is_some()
        };
        let fits = self.listed == true_ones[0]
            && large.is_none_or(|large| large == true_ones)
            && may_be(written[0], 0xffff, true_ones[0])
            && may_be(number(&record, 4, 2), 0xffff, true_ones[0])
            && may_be(written[1], 0xffff_ffff, true_ones[1])
            && may_be(written[2], 0xffff_ffff, true_ones[2])
            && [0, 2].iter().all(|&at| may_be(number(&record, at, 2), 0xffff, 0));
        if !fits {
            return Err(odd(
                "",
                "its directory lists other members than it has, or its end says another place for \
                 it: unpackers go by the one or the other",
            ));
        }
        let locator = END_64_LOCATOR.to_le_bytes();
        let other_end = memchr::memmem::find(&comment, &END.to_le_bytes()).is_some();
        if other_end || large.is_none() && self.before_end == locator {
            return Err(odd("", "it has two ends, of which unpackers take the one or the other"));
        }
        if !self.fill_buf().map_err(ReadError::Broken)?.is_empty() {
            return Err(odd("", "something comes after its end, where some unpackers look for it"));
        }
        Ok(comment)
    }
}

/// A member's content while it is unpacked.
struct Content<'a, 'w> {
    unpacked: Box<dyn Read + 'a>,
    crc: flate2::Crc,
    size: u64,
    position: &'a Cell<u64>,
    from: u64,
    watch: &'a mut Watch<'w>,
}

impl Read for Content<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.unpacked.read(buffer)?;
        self.crc.update(&buffer[..count]);
        self.size += count as u64;
        (self.watch)(self.size, self.position.get() - self.from, count)?;
        Ok(count)
    }
}

/// Content that cannot be unpacked here.
struct Sealed(&'static str);

impl Read for Sealed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other(self.0))
    }
}

/// The flags that matter.
fn flags(name: &[u8], needed: u8, flags: u16) -> Result<u16, ReadError> {
    if flags & !KNOWN != 0 {
        return Err(odd(name, "has flags that not every unpacker knows"));
    }
    if needed > LATEST {
        return Err(odd(
            name,
            "is said to need a later version: unzip leaves it out, others do not",
        ));
    }
    Ok(flags)
}

/// Reads through the extra fields and returns Zip64's.
fn zip64<'e>(name: &[u8], mut extra: &'e [u8]) -> Result<Option<&'e [u8]>, ReadError> {
    let mut found = None;
    // Fewer bytes than a field's head are no field to anybody.
    while extra.len() >= 4 {
        let end = 4 + usize::from(half(extra, 2));
        let Some(field) = extra.get(4..end) else {
            return Err(odd(name, "has an extra field that is cut off, at which Python fails"));
        };
        match half(extra, 0) {
            1 if found.is_some() => {
                return Err(odd(name, "has two fields with its large sizes"));
            }
            1 => found = Some(field),
            0x7075 => {
                return Err(odd(
                    name,
                    "has a second name in its Unicode path field: unzip and bsdtar take that one, \
                     many others the header's",
                ));
            }
            0x6c78 => {
                return Err(odd(name, "has a field of bsdtar's that says another kind for it"));
            }
            _ => {}
        }
        extra = &extra[end..];
    }
    Ok(found)
}

/// Replaces the numbers that do not fit by those of the field for it (APPNOTE 4.5.3).
fn large<const COUNT: usize>(
    name: &[u8],
    mut numbers: [u64; COUNT],
    field: Option<&[u8]>,
) -> Result<[u64; COUNT], ReadError> {
    let mut values = field.unwrap_or_default().chunks_exact(8);
    for value in numbers.iter_mut().filter(|number| **number == 0xffff_ffff) {
        let large = values.next().map(|value| number(value, 0, 8));
        *value = large.ok_or_else(|| odd(name, "has a size that is nowhere"))?;
    }
    Ok(numbers)
}

/// Seconds since 1970 of MS-DOS's date and time, read as UTC.
fn time(date: u16, time: u16) -> i64 {
    let [year, month, day] =
        [i32::from(date >> 9) + 1980, i32::from(date >> 5 & 15), i32::from(date & 31)];
    let [hour, minute, second] = [time >> 11, time >> 5 & 63, (time & 31) * 2].map(u32::from);
    chrono::NaiveDate::from_ymd_opt(year, month.unsigned_abs(), day.unsigned_abs())
        .and_then(|day| day.and_hms_opt(hour, minute, second))
        .map_or(0, |at| at.and_utc().timestamp())
}
