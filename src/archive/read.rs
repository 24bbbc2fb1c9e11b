//! Reading archives made by others: tar in its usual compressions, and zip.
//!
//! A stranger made the archive: its members are counted, measured and digested while they stream
//! by, within [`Limits`], and nothing is ever written to disk.

use std::fmt;
use std::io::{self, Read, Seek};

use sha2::{Digest, Sha512};

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
}

impl Default for Limits {
    /// A million members, 16 GiB, paths of 4,096 bytes: ten times what any known release needs.
    fn default() -> Self {
        Self { members: 1_000_000, bytes: 16 << 30, path: 4096 }
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

/// Lists an archive, with the digest of each member's content.
///
/// # Errors
/// See [`ReadError`].
pub fn list<R: Read + Seek>(mut archive: R, limits: Limits) -> Result<Listing, ReadError> {
    let mut start = Vec::with_capacity(512);
    (&mut archive).take(512).read_to_end(&mut start).map_err(ReadError::Broken)?;
    archive.rewind().map_err(ReadError::Broken)?;
    let container = Container::sniff(&start).ok_or(ReadError::Unknown)?;
    let archive = io::BufReader::with_capacity(128 << 10, archive);
    match container {
        Container::TarGz => list_tar(flate2::bufread::MultiGzDecoder::new(archive), limits),
        Container::TarXz => {
            list_tar(liblzma::bufread::XzDecoder::new_multi_decoder(archive), limits)
        }
        Container::TarBz2 => list_tar(bzip2::bufread::MultiBzDecoder::new(archive), limits),
        Container::Tar => list_tar(archive, limits),
        Container::Zip => list_zip(archive, limits),
    }
}

fn list_tar(stream: impl Read, limits: Limits) -> Result<Listing, ReadError> {
    let mut stream = Metered { stream, digest: Sha512::new(), left: limits.bytes, over: false };
    let outcome = list_tar_members(&mut stream, limits);
    if stream.over {
        return Err(ReadError::Limit { what: "bytes", limit: limits.bytes });
    }
    let (members, comment) = outcome?;
    Ok(Listing { members, comment, tar_sha512: Some(stream.digest.finalize().into()) })
}

fn list_tar_members<R: Read>(
    stream: &mut Metered<R>,
    limits: Limits,
) -> Result<(Vec<Member>, Option<String>), ReadError> {
    let mut members = Vec::new();
    let mut comment = None;
    let mut archive = tar::Archive::new(&mut *stream);
    for member in archive.entries().map_err(ReadError::Broken)? {
        let mut member = member.map_err(ReadError::Broken)?;
        if member.header().entry_type() == tar::EntryType::XGlobalHeader {
            let mut text = String::new();
            // A global header that is no UTF-8 holds no commit id.
            let _ = (&mut member).take(4096).read_to_string(&mut text);
            comment = text
                .lines()
                .find_map(|line| line.split_once(" comment="))
                .map(|(_, id)| id.to_owned());
            continue;
        }
        members.push(tar_member(&mut member, limits)?);
        check_count(members.len(), limits)?;
    }
    io::copy(stream, &mut io::sink()).map_err(ReadError::Broken)?;
    Ok((members, comment))
}

fn tar_member<R: Read>(
    member: &mut tar::Entry<'_, R>,
    limits: Limits,
) -> Result<Member, ReadError> {
    let path = member_path(&member.path_bytes(), limits)?;
    let header = member.header();
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
    let kind = match header.entry_type() {
        tar::EntryType::Directory => MemberKind::Directory,
        tar::EntryType::Symlink => {
            let target = member.link_name_bytes().unwrap_or_default().into_owned();
            MemberKind::Symlink(bounded(target, limits)?)
        }
        tar::EntryType::Regular | tar::EntryType::Continuous | tar::EntryType::GNUSparse => {
            let (sha512, size) = digest(member).map_err(ReadError::Broken)?;
            MemberKind::File { sha512, size, executable: mode & 0o100 != 0 }
        }
        other => MemberKind::Other(other.as_byte()),
    };
    Ok(Member { path, kind, mode, mtime, owner })
}

fn list_zip(archive: impl Read + Seek, limits: Limits) -> Result<Listing, ReadError> {
    let mut zip = zip::ZipArchive::new(archive)?;
    check_count(zip.len(), limits)?;
    let mut left = limits.bytes;
    let mut members = Vec::with_capacity(zip.len());
    for index in 0..zip.len() {
        let mut member = zip.by_index(index)?;
        let path = member_path(member.name_raw(), limits)?;
        let mode = member.unix_mode().unwrap_or(if member.is_dir() { 0o755 } else { 0o644 });
        let mtime = member.last_modified().map(zip_time).unwrap_or_default();
        let (directory, link) = (member.is_dir(), mode & 0o170_000 == 0o120_000);
        let content = (&mut member).take(left.saturating_add(1));
        let kind = if directory {
            MemberKind::Directory
        } else if link {
            let mut target = Vec::new();
            let limit = limits.path as u64 + 1;
            content.take(limit).read_to_end(&mut target).map_err(ReadError::Broken)?;
            MemberKind::Symlink(bounded(target, limits)?)
        } else {
            let (sha512, size) = digest(content).map_err(ReadError::Broken)?;
            left = left
                .checked_sub(size)
                .ok_or(ReadError::Limit { what: "bytes", limit: limits.bytes })?;
            MemberKind::File { sha512, size, executable: mode & 0o100 != 0 }
        };
        members.push(Member { path, kind, mode: mode & 0o7777, mtime, owner: String::new() });
    }
    let comment = String::from_utf8(zip.comment().to_vec()).ok().filter(|text| !text.is_empty());
    Ok(Listing { members, tar_sha512: None, comment })
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

fn check_count(count: usize, limits: Limits) -> Result<(), ReadError> {
    if count as u64 > limits.members {
        return Err(ReadError::Limit { what: "members", limit: limits.members });
    }
    Ok(())
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
struct Metered<R> {
    stream: R,
    digest: Sha512,
    left: u64,
    over: bool,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.digest.update(&buffer[..count]);
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
