//! Reading archives made by others: tar in its usual compressions, and zip.
//!
//! A stranger made the archive: its members are counted, measured and digested while they stream
//! by, within [`Limits`], and nothing is ever written to disk. What comes out is what every
//! unpacker makes of it; what unpackers take differently is no member but a [`ReadError`].

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Seek};

use sha2::{Digest, Sha512};

pub use super::zip_members::Kinds;
use super::{tar_members, zip_members};

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
    /// Tells the container by its first bytes (at least 512 of them, if it has so many).
    pub fn sniff(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Container::TarGz),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Container::TarXz),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Container::TarBz2),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Container::Zip),
            _ if start.get(257..262) == Some(b"ustar") => Some(Container::Tar),
            _ if tar_members::is_header(start) => Some(Container::Tar),
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
    /// 250,000 members, 16 GiB, paths of 4,096 bytes, 24 MiB of paths: several times what any known
    /// release needs, and what they and all findings about them take in memory stays below 256 MB.
    fn default() -> Self {
        Self { members: 250_000, bytes: 16 << 30, path: 4096, names: 24 << 20 }
    }
}

/// Why an archive could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Broken, cut off, or not what its first bytes say.
    #[error("the archive cannot be read: {0}")]
    Broken(#[source] io::Error),
    /// Made so that unpackers disagree about what is in it.
    #[error("{}{why}", named(member))]
    Ambiguous {
        /// The member; empty where it is the archive as a whole.
        member: String,
        /// In what form it is, and who makes what of it.
        why: String,
    },
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

impl ReadError {
    pub(crate) fn ambiguous(member: impl AsRef<[u8]>, why: impl Into<String>) -> Self {
        let member = String::from_utf8_lossy(member.as_ref()).into_owned();
        Self::Ambiguous { member, why: why.into() }
    }

    pub(crate) fn broken(why: impl Into<String>) -> Self {
        Self::Broken(io::Error::other(why.into()))
    }
}

fn named(member: &str) -> String {
    if member.is_empty() { String::new() } else { format!("{member} ") }
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
    /// A hard link, a device or a pipe, by tar's type letter.
    Other(u8),
}

/// A member as the archive has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The path, without `.`, empty parts, and a final `/`.
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
    /// A device or a pipe, by tar's type letter.
    Other(u8),
}

/// A member's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The path, without `.`, empty parts, and a final `/`.
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
}

/// Lists an archive, with the digest of each member's content.
///
/// # Errors
/// See [`ReadError`].
pub fn list<R: Read + Seek + Send>(mut archive: R, limits: Limits) -> Result<Listing, ReadError> {
    let start = start_of(&mut archive)?;
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
    let kinds = match container {
        Container::Zip => Kinds::read(&mut archive, limits)?,
        _ => Kinds::default(),
    };
    archive.rewind().map_err(ReadError::Broken)?;
    let mut archive = BufReader::with_capacity(128 << 10, archive);
    let walked = match container {
        Container::Zip => visit_zip(&mut archive, &kinds, limits, &mut note)?,
        _ => visit_tar(&mut *decompressed(archive, container), limits, true, &mut note)?,
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
pub fn decompressed<'a>(archive: impl BufRead + 'a, container: Container) -> Box<dyn Read + 'a> {
    match container {
        Container::TarGz => {
            Box::new(Gzip { member: Some(flate2::bufread::GzDecoder::new(archive)) })
        }
        Container::TarXz => Box::new(xz_reader(archive)),
        Container::TarBz2 => Box::new(bzip2::bufread::MultiBzDecoder::new(archive)),
        Container::Tar | Container::Zip => Box::new(archive),
    }
}

/// The members of a gzip file, one behind the other.
struct Gzip<R> {
    member: Option<flate2::bufread::GzDecoder<R>>,
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(mut rest) = self.member.take().map(flate2::bufread::GzDecoder::into_inner)
            else {
                break;
            };
            // Zeros at the very end are padding to all.
            let mut padded = false;
            while matches!(rest.fill_buf()?, [0, ..]) {
                rest.consume(1);
                padded = true;
            }
            match rest.fill_buf()? {
                [] => {}
                [0x1f, ..] if !padded => self.member = Some(flate2::bufread::GzDecoder::new(rest)),
                _ => return Err(io::Error::other("something that is no gzip follows the gzip")),
            }
        }
        Ok(0)
    }
}

/// Memory that unpacking xz may take: level 9 takes 65 MiB.
const XZ_MEMORY: u64 = 80 << 20;

fn xz_reader<R: BufRead>(archive: R) -> liblzma::bufread::XzDecoder<R> {
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
    let mut stream = Metered { stream, digest, left: limits.bytes, over: false };
    let outcome = tar_members::walk(&mut stream, limits, visitor);
    if stream.over {
        return Err(ReadError::Limit { what: "bytes", limit: limits.bytes });
    }
    let comment = outcome?;
    Ok(Walked { tar_sha512: stream.digest.map(|digest| digest.finalize().into()), comment })
}

/// Hands every member of a zip file, of which the kinds were read before, to `visitor`.
///
/// # Errors
/// See [`ReadError`]; an error of the visitor comes back as [`ReadError::Broken`].
pub fn visit_zip(
    stream: &mut dyn BufRead,
    kinds: &Kinds,
    limits: Limits,
    visitor: &mut Visitor<'_>,
) -> Result<Walked, ReadError> {
    let (mut left, mut over) = (limits.bytes, false);
    let mut watch = |_, _, count: usize| {
        over = left < count as u64;
        left = left.saturating_sub(count as u64);
        if over { Err(io::Error::other("too many bytes")) } else { Ok(()) }
    };
    let walk = zip_members::Walk { before: 0, kinds: Some(kinds), limits };
    let outcome = zip_members::walk(stream, walk, &mut watch, visitor);
    if over {
        return Err(ReadError::Limit { what: "bytes", limit: limits.bytes });
    }
    let comment = String::from_utf8(outcome?).ok().filter(|text| !text.is_empty());
    Ok(Walked { tar_sha512: None, comment })
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

/// Digests and limits what is read through it.
struct Metered<'a> {
    stream: &'a mut dyn Read,
    digest: Option<Sha512>,
    left: u64,
    over: bool,
}

impl Read for Metered<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        if let Some(digest) = &mut self.digest {
            digest.update(&buffer[..count]);
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
