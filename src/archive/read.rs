//! Reading archives made by others: tar in its usual compressions, and zip.
//!
//! A stranger made the archive: its members are counted, measured and digested while they stream
//! by, within [`Limits`], and nothing is ever written to disk.

use std::fmt;
use std::io::{self, Read, Seek};

use sha2::{Digest, Sha512};

use super::described::Described;
use super::zip_layout;

/// What holds the members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// gzip-compressed tar.
    TarGz,
    /// xz-compressed tar.
    TarXz,
    /// bzip2-compressed tar.
    TarBz2,
    /// Plain tar.
    Tar,
    /// zip.
    Zip,
}

impl Container {
    /// Tells the container by its first bytes (at least 262 of them, if it has so many).
    pub fn sniff(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Container::TarGz),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Container::TarXz),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Container::TarBz2),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Container::Zip),
            _ if start.get(257..262) == Some(b"ustar") => Some(Container::Tar),
            _ => None,
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Container::TarGz => "tar.gz",
            Container::TarXz => "tar.xz",
            Container::TarBz2 => "tar.bz2",
            Container::Tar => "tar",
            Container::Zip => "zip",
        })
    }
}

/// How much of a stranger's archive is looked at before giving up.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Members.
    pub members: u64,
    /// Bytes after decompression, headers included.
    pub bytes: u64,
    /// Bytes in a path or link target.
    pub path: usize,
    /// Bytes of all paths together, which are kept in memory.
    pub names: u64,
}

impl Limits {
    /// Limits for an archive of `size` bytes: what is beyond a GiB may not be more than the
    /// two-hundredfold of it. Source code is packed to a tenth; a bomb to a thousandth.
    pub fn for_size(size: u64) -> Self {
        let most = Self::default();
        Self { bytes: size.saturating_mul(200).clamp(1 << 30, most.bytes), ..most }
    }
}

impl Default for Limits {
    /// A million members, 16 GiB, paths of 4,096 bytes, 256 MiB of paths: ten times what any known
    /// release needs.
    fn default() -> Self {
        Self { members: 1_000_000, bytes: 16 << 30, path: 4096, names: 256 << 20 }
    }
}

/// Why an archive could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Broken, cut off, or not what its first bytes say.
    #[error("the archive cannot be read: {0}")]
    Broken(#[source] io::Error),
    /// zip's own structure is broken.
    #[error("the zip file cannot be read: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// Made so that readers disagree about what is in it.
    #[error("not every reader sees the same in this zip file: {0}")]
    Ambiguous(String),
    /// Beyond the limits.
    #[error("the archive has more than {limit} {what}; it was not read further")]
    Limit {
        /// Which limit.
        what: &'static str,
        /// Its value.
        limit: u64,
    },
    /// Not an archive that is known here.
    #[error("this is not a tar (plain, gzip, xz, bzip2) or zip archive")]
    Unknown,
}

/// What a member is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberKind {
    /// A directory.
    Directory,
    /// A regular file with the digest of its content.
    File {
        /// SHA-512 of the content.
        sha512: [u8; 64],
        /// Bytes of content.
        size: u64,
        /// Whether the owner may execute it.
        executable: bool,
    },
    /// A symbolic link with its target.
    Symlink(Vec<u8>),
    /// Anything else, by tar's type letter.
    Other(u8),
}

/// A member as the archive has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The raw path, without a final `/`.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: MemberKind,
    /// Permission bits.
    pub mode: u32,
    /// Seconds since 1970; for zip read as UTC.
    pub mtime: i64,
    /// User and group in numbers and names, as tar has them.
    pub owner: String,
}

/// What is in an archive.
#[derive(Debug, Default)]
pub struct Listing {
    /// The members in their order.
    pub members: Vec<Member>,
    /// SHA-512 of the uncompressed tar stream; none for zip.
    pub tar_sha512: Option<[u8; 64]>,
    /// The commit in a global comment, if there is one.
    pub comment: Option<String>,
}

/// What a member's header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadKind {
    /// A directory.
    Directory,
    /// A regular file.
    File,
    /// A symbolic link with its target.
    Symlink(Vec<u8>),
    /// A hard link to another member.
    HardLink(Vec<u8>),
    /// Anything else, by tar's type letter.
    Other(u8),
}

/// A member's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The raw path, without a final `/`.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: HeadKind,
    /// Bytes of content that the header promises.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Seconds since 1970; for zip read as UTC.
    pub mtime: i64,
    /// User and group in numbers and names, as tar has them.
    pub owner: String,
}

/// Receives each member with its content, which need not be read to its end.
pub type Visitor<'a> = dyn FnMut(Head, &mut dyn Read) -> io::Result<()> + 'a;

/// What is known of an archive besides its members.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Walked {
    /// SHA-512 of the uncompressed tar stream, if it was asked for; none for zip.
    pub tar_sha512: Option<[u8; 64]>,
    /// The commit in a global comment, if there is one.
    pub comment: Option<String>,
    /// Whether a tar ends with its end mark, two blocks of zeros; always so for zip.
    pub ended: bool,
    /// Whether something other than zeros follows the end mark of a tar.
    pub trailing_garbage: bool,
}

/// Lists an archive, with the digest of each member's content.
///
/// # Errors
/// See [`ReadError`].
pub fn list<R: Read + Seek + Send>(mut archive: R, limits: Limits) -> Result<Listing, ReadError> {
    let start = start_of(&mut archive)?;
    archive.rewind().map_err(ReadError::Broken)?;
    let container = Container::sniff(&start).ok_or(ReadError::Unknown)?;
    let mut members = Vec::new();
    let mut note = |head: Head, content: &mut dyn Read| {
        let kind = match head.kind {
            HeadKind::Directory => MemberKind::Directory,
            HeadKind::Symlink(target) => MemberKind::Symlink(target),
            HeadKind::HardLink(_) => MemberKind::Other(b'1'),
            HeadKind::Other(letter) => MemberKind::Other(letter),
            HeadKind::File => {
                let (sha512, size) = digest(content)?;
                MemberKind::File { sha512, size, executable: head.mode & 0o100 != 0 }
            }
        };
        let Head { path, mode, mtime, owner, .. } = head;
        members.push(Member { path, kind, mode, mtime, owner });
        Ok(())
    };
    let walked = match container {
        Container::Zip => visit_zip(archive, limits, &mut note)?,
        _ => {
            let archive = io::BufReader::with_capacity(128 << 10, archive);
            visit_tar(&mut *decompressed(archive, container), limits, true, &mut note)?
        }
    };
    Ok(Listing { members, tar_sha512: walked.tar_sha512, comment: walked.comment })
}

/// Reads the first bytes of an archive, enough for [`Container::sniff`].
///
/// # Errors
/// They cannot be read.
pub fn start_of(archive: &mut dyn Read) -> Result<Vec<u8>, ReadError> {
    let mut start = Vec::with_capacity(512);
    archive.take(512).read_to_end(&mut start).map_err(ReadError::Broken)?;
    Ok(start)
}

/// The tar stream inside a compressed archive; what is no compressed tar comes back as it is.
pub fn decompressed<'a>(
    archive: impl io::BufRead + Send + 'a,
    container: Container,
) -> Box<dyn Read + Send + 'a> {
    match container {
        Container::TarGz => Box::new(flate2::bufread::MultiGzDecoder::new(archive)),
        Container::TarXz => Box::new(xz_reader(archive)),
        Container::TarBz2 => Box::new(bzip2::bufread::MultiBzDecoder::new(archive)),
        Container::Tar | Container::Zip => Box::new(archive),
    }
}

/// Memory that unpacking xz may take: level 9 takes 65 MiB.
const XZ_MEMORY: u64 = 80 << 20;

fn xz_reader<R: io::BufRead>(archive: R) -> liblzma::bufread::XzDecoder<R> {
    match liblzma::stream::Stream::new_stream_decoder(XZ_MEMORY, liblzma::stream::CONCATENATED) {
        Ok(stream) => liblzma::bufread::XzDecoder::new_stream(archive, stream),
        // Only without memory for the decoder itself.
        Err(_) => liblzma::bufread::XzDecoder::new_multi_decoder(archive),
    }
}

/// Hands every member of a tar stream to `visitor`, and reads the stream to its last byte.
///
/// # Errors
/// See [`ReadError`]; an error of the visitor comes back as [`ReadError::Broken`].
pub fn visit_tar(
    stream: &mut dyn Read,
    limits: Limits,
    digest: bool,
    visitor: &mut Visitor<'_>,
) -> Result<Walked, ReadError> {
    let digest = digest.then(Sha512::new);
    let mut stream = Metered { stream, digest, left: limits.bytes, over: false, zeros: 0 };
    let outcome = visit_members(&mut stream, limits, visitor);
    if stream.over {
        return Err(ReadError::Limit { what: "bytes", limit: limits.bytes });
    }
    let mut walked = outcome?;
    walked.tar_sha512 = stream.digest.map(|digest| digest.finalize().into());
    Ok(walked)
}

fn visit_members(
    stream: &mut Metered<'_>,
    limits: Limits,
    visitor: &mut Visitor<'_>,
) -> Result<Walked, ReadError> {
    let mut walked = Walked::default();
    let mut budget = Budget::new(limits);
    let mut archive = tar::Archive::new(&mut *stream);
    let mut next = Described::default();
    for member in archive.entries().map_err(ReadError::Broken)?.raw(true) {
        let mut member = member.map_err(ReadError::Broken)?;
        let kind = member.header().entry_type();
        if Described::is_kind(kind) {
            next.read(kind, &mut member).map_err(ReadError::Broken)?;
            continue;
        }
        if kind == tar::EntryType::XGlobalHeader {
            let mut text = String::new();
            // A global header that is no UTF-8 holds no commit id.
            let _ = (&mut member).take(4096).read_to_string(&mut text);
            walked.comment = text
                .lines()
                .find_map(|line| line.split_once(" comment="))
                .map(|(_, id)| id.to_owned());
            continue;
        }
        let head = tar_head(&member, std::mem::take(&mut next), limits)?;
        budget.member(&head)?;
        visitor(head, &mut member).map_err(ReadError::Broken)?;
    }
    // What the reader of members has seen of the end mark is its first block.
    let zeros = stream.zeros;
    let mut rest = [0; 64 << 10];
    let mut drained = 0;
    loop {
        match stream.read(&mut rest) {
            Ok(0) => break,
            Ok(count) => {
                drained += count as u64;
                walked.trailing_garbage |= rest[..count].iter().any(|&byte| byte != 0);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(ReadError::Broken(error)),
        }
    }
    walked.ended = zeros + drained >= 1024;
    Ok(walked)
}

fn tar_head<R: Read>(
    member: &tar::Entry<'_, R>,
    described: Described,
    limits: Limits,
) -> Result<Head, ReadError> {
    let header = member.header();
    let size = header.entry_size().and_then(|size| described.checked_size(size));
    let size = size.map_err(ReadError::Broken)?;
    let path = described.path.unwrap_or_else(|| header.path_bytes().into_owned());
    let path = member_path(&path, limits)?;
    let mode = header.mode().map_err(ReadError::Broken)? & 0o7777;
    let mtime = i64::try_from(header.mtime().unwrap_or(0)).unwrap_or(i64::MAX);
    let name =
        |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    let owner = format!(
        "{}:{} {}:{}",
        header.uid().unwrap_or(0),
        header.gid().unwrap_or(0),
        name(header.username_bytes()),
        name(header.groupname_bytes()),
    );
    let link = described.link.or_else(|| Some(header.link_name_bytes()?.into_owned()));
    let target = || bounded(link.unwrap_or_default(), limits);
    let kind = match header.entry_type() {
        tar::EntryType::Directory => HeadKind::Directory,
        tar::EntryType::Symlink => HeadKind::Symlink(target()?),
        tar::EntryType::Link => HeadKind::HardLink(target()?),
        // What stands in the archive is not what comes out of it: nothing to compare.
        _ if described.sparse => HeadKind::Other(b'S'),
        tar::EntryType::Regular | tar::EntryType::Continuous => HeadKind::File,
        other => HeadKind::Other(other.as_byte()),
    };
    Ok(Head { path, kind, size, mode, mtime, owner })
}

/// Hands every member of a zip file to `visitor`.
///
/// # Errors
/// See [`ReadError`]; an error of the visitor comes back as [`ReadError::Broken`].
pub fn visit_zip<R: Read + Seek>(
    archive: R,
    limits: Limits,
    visitor: &mut Visitor<'_>,
) -> Result<Walked, ReadError> {
    let mut archive = Nearby::new(archive);
    zip_layout::check(&mut archive, limits)?;
    let mut zip = zip::ZipArchive::new(archive)?;
    let mut budget = Budget::new(limits);
    let mut left = limits.bytes;
    for index in 0..zip.len() {
        let mut member = zip.by_index(index)?;
        let path = member_path(member.name_raw(), limits)?;
        let mode = member.unix_mode().unwrap_or(if member.is_dir() { 0o755 } else { 0o644 });
        let mtime = member.last_modified().map(zip_time).unwrap_or_default();
        let (directory, link) = (member.is_dir(), mode & 0o170_000 == 0o120_000);
        let size = member.size();
        let mut content = Bounded { stream: &mut member, left: &mut left, count: 0, over: false };
        let kind = if directory {
            HeadKind::Directory
        } else if link {
            let mut target = Vec::new();
            let limit = limits.path as u64 + 1;
            (&mut content).take(limit).read_to_end(&mut target).map_err(ReadError::Broken)?;
            HeadKind::Symlink(bounded(target, limits)?)
        } else {
            HeadKind::File
        };
        let head = Head { path, kind, size, mode: mode & 0o7777, mtime, owner: String::new() };
        budget.member(&head)?;
        let outcome = visitor(head, &mut content)
            // What the visitor did not want is read all the same: its checksum is looked at.
            .and_then(|()| io::copy(&mut content, &mut io::sink()));
        if content.over {
            return Err(ReadError::Limit { what: "bytes", limit: limits.bytes });
        }
        outcome.map_err(ReadError::Broken)?;
        if content.count != size {
            let error = io::Error::other("a member has another size than the directory says");
            return Err(ReadError::Broken(error));
        }
    }
    let comment = String::from_utf8(zip.comment().to_vec()).ok().filter(|text| !text.is_empty());
    Ok(Walked { comment, ended: true, ..Walked::default() })
}

/// Counts what members cost in memory.
struct Budget {
    limits: Limits,
    members: u64,
    names: u64,
}

impl Budget {
    fn new(limits: Limits) -> Self {
        Self { limits, members: 0, names: 0 }
    }

    fn member(&mut self, head: &Head) -> Result<(), ReadError> {
        self.members += 1;
        self.names += head.path.len() as u64;
        if self.members > self.limits.members {
            return Err(ReadError::Limit { what: "members", limit: self.limits.members });
        }
        if self.names > self.limits.names {
            return Err(ReadError::Limit { what: "bytes of names", limit: self.limits.names });
        }
        Ok(())
    }
}

/// Stops a stream that is longer than all limits allow.
struct Bounded<'a> {
    stream: &'a mut dyn Read,
    left: &'a mut u64,
    count: u64,
    over: bool,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.count += count as u64;
        match self.left.checked_sub(count as u64) {
            Some(left) => *self.left = left,
            None => {
                self.over = true;
                return Err(io::Error::other("too many bytes"));
            }
        }
        Ok(count)
    }
}

/// A reader that keeps its buffer when it is asked to go on a little further, as the members of a
/// zip file do.
struct Nearby<R> {
    inner: io::BufReader<R>,
    position: u64,
}

impl<R: Read> Nearby<R> {
    fn new(inner: R) -> Self {
        Self { inner: io::BufReader::with_capacity(128 << 10, inner), position: 0 }
    }
}

impl<R: Read> Read for Nearby<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl<R: Seek> Seek for Nearby<R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        if let io::SeekFrom::Start(to) = to
            && let (Ok(to), Ok(from)) = (i64::try_from(to), i64::try_from(self.position))
        {
            self.inner.seek_relative(to - from)?;
            self.position = to.unsigned_abs();
        } else {
            self.position = self.inner.seek(to)?;
        }
        Ok(self.position)
    }
}

fn zip_time(time: zip::DateTime) -> i64 {
    chrono::NaiveDate::from_ymd_opt(time.year().into(), time.month().into(), time.day().into())
        .and_then(|day| {
            day.and_hms_opt(time.hour().into(), time.minute().into(), time.second().into())
        })
        .map_or(0, |at| at.and_utc().timestamp())
}

fn member_path(bytes: &[u8], limits: Limits) -> Result<Vec<u8>, ReadError> {
    bounded(bytes.strip_suffix(b"/").unwrap_or(bytes).to_vec(), limits)
}

fn bounded(bytes: Vec<u8>, limits: Limits) -> Result<Vec<u8>, ReadError> {
    if bytes.len() > limits.path {
        return Err(ReadError::Limit { what: "bytes in a path", limit: limits.path as u64 });
    }
    Ok(bytes)
}

/// Digests everything in `content`; returns the SHA-512 and the count of bytes.
pub(super) fn digest(mut content: impl Read) -> io::Result<([u8; 64], u64)> {
    let mut digest = Sha512::new();
    let mut buffer = [0; 64 << 10];
    let mut size = 0;
    loop {
        match content.read(&mut buffer) {
            Ok(0) => return Ok((digest.finalize().into(), size)),
            Ok(count) => {
                digest.update(&buffer[..count]);
                size += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Digests and limits what is read through it, and counts the zeros at its end.
struct Metered<'a> {
    stream: &'a mut dyn Read,
    digest: Option<Sha512>,
    left: u64,
    over: bool,
    zeros: u64,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        let bytes = &buffer[..count];
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
        // Only blocks of tar's own size can be its end mark; content is not looked at.
        if count <= 512 {
            let zeros = bytes.iter().rev().take_while(|&&byte| byte == 0).count() as u64;
            self.zeros = if zeros == count as u64 { self.zeros + zeros } else { zeros };
        } else {
            self.zeros = 0;
        }
        match self.left.checked_sub(count as u64) {
            Some(left) => self.left = left,
            None => {
                self.over = true;
                return Err(io::Error::other("too many bytes"));
            }
        }
        Ok(count)
    }
}
