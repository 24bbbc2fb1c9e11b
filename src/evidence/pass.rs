//! One pass over an archive: its bytes are read once, and everything that any check wants to know
//! of them is found out on the way.
//!
//! Three threads share the work: one reads and digests the file, one decompresses, and the caller's
//! looks at the members. What they hand over is bounded, and so is what is kept.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, Read, Seek};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use sha2::{Digest, Sha256, Sha384, Sha512};

use super::contents::{Contents, Member, Text};
use super::digesting::{BlobHasher, ObjectFormat};
use super::{TreeFile, TreeKind};
use crate::archive::read::{self, Container, Head, HeadKind, Kinds, Limits, ReadError};
use crate::checksum::Algorithm;
use crate::inspect;
use crate::inspect::Budget;
use crate::legal;
use crate::legal::exclusions::{self, Tiny};
use crate::legal::file_type::{self, Room};
use crate::openpgp::{Digests, Hashing, SignatureFile};

/// Where an archive's bytes come from.
pub enum Source {
    /// From a stream that is read once. A zip cannot be looked into this way.
    Stream(Box<dyn Read + Send>),
    /// From a file, opened twice: zip files are read from their end.
    File(Box<dyn Read + Send>, Box<dyn Seekable>),
}

/// Something that can be read at any place.
pub trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

/// What is to be found out.
#[derive(Debug, Clone, Default)]
pub struct Wanted<'a> {
    /// Digests of the file, besides SHA-512.
    pub digests: BTreeSet<Algorithm>,
    /// Signatures that are to be judged over the file.
    pub signatures: Option<&'a SignatureFile>,
    /// git's ids of the members' content, in this format.
    pub ids: Option<ObjectFormat>,
    /// What only concerns source packages: licences, headers, compiled code.
    pub source: bool,
    /// The digest of the tar stream.
    pub tar_digest: bool,
    /// How much is looked at.
    pub limits: Limits,
}

/// What came of a pass.
pub struct Passed {
    /// Bytes of the file.
    pub size: u64,
    /// Digests of the file.
    pub digests: BTreeMap<Algorithm, Vec<u8>>,
    /// What the signatures need, if there are any.
    pub signed: Option<Digests>,
    /// What is in it, to its last byte.
    pub contents: Result<Contents, ReadError>,
}

/// Bytes handed from thread to thread at once.
const CHUNK: usize = 256 << 10;

/// Chunks that may wait between two threads.
const WAITING: usize = 8;

/// The most that is kept of one small file, and of all of them.
const LONGEST_TEXT: usize = 1 << 20;
const ALL_TEXTS: usize = 16 << 20;

/// The largest artifact that is read: four times what the ASF's servers take (P-17). A server that
/// never ends is stopped there.
const LARGEST_ARTIFACT: u64 = 4 << 30;

/// Reads everything there is to `source`.
///
/// # Errors
/// The bytes cannot be read. That they make no archive is no error.
pub fn pass(source: Source, wanted: &Wanted<'_>) -> io::Result<Passed> {
    let (stream, file) = match source {
        Source::Stream(stream) => (stream, None),
        Source::File(stream, file) => (stream, Some(file)),
    };
    let (to_reader, chunks) = sync_channel(WAITING);
    thread::scope(|scope| {
        let digesting = scope.spawn(move || digest_all(stream, wanted, &to_reader));
        let contents = look_inside(chunks, file, wanted);
        let digested = digesting.join().unwrap_or_else(|_| Err(io::Error::other("a thread died")));
        let (size, digests, signed) = digested?;
        Ok(Passed { size, digests, signed, contents })
    })
}

type Digested = (u64, BTreeMap<Algorithm, Vec<u8>>, Option<Digests>);

/// Reads the stream to its end and digests it, whatever becomes of those who wait for its chunks.
fn digest_all(
    mut stream: Box<dyn Read + Send>,
    wanted: &Wanted<'_>,
    chunks: &SyncSender<Vec<u8>>,
) -> io::Result<Digested> {
    let mut size = 0;
    let mut signing = wanted.signatures.map(SignatureFile::hashing);
    // What the signature is over is, most of the time, what the checksum is of.
    let shared = signing.as_ref().is_some_and(Hashing::makes_sha512);
    let mut sha512 = (!shared).then(Sha512::new);
    let mut sha384 = wanted.digests.contains(&Algorithm::Sha384).then(Sha384::new);
    let mut sha256 = wanted.digests.contains(&Algorithm::Sha256).then(Sha256::new);
    loop {
        let mut chunk = vec![0; CHUNK];
        let count = fill(&mut stream, &mut chunk)?;
        if count == 0 {
            break;
        }
        chunk.truncate(count);
        size += count as u64;
        if size > LARGEST_ARTIFACT {
            let limit = format!("it has more than {LARGEST_ARTIFACT} bytes");
            return Err(io::Error::other(limit));
        }
        if let Some(digest) = &mut sha512 {
            digest.update(&chunk);
        }
        if let Some(digest) = &mut sha384 {
            digest.update(&chunk);
        }
        if let Some(digest) = &mut sha256 {
            digest.update(&chunk);
        }
        if let Some(digests) = &mut signing {
            digests.update(&chunk);
        }
        // Nobody may be there any more: a broken archive is given up, its digest is not.
        let _ = chunks.send(chunk);
    }
    let signed = signing.map(Hashing::finish);
    let sha512 = sha512.map(|digest| digest.finalize().to_vec());
    let sha512 = sha512.or_else(|| signed.as_ref()?.sha512());
    let mut digests = BTreeMap::new();
    digests.extend(sha512.map(|digest| (Algorithm::Sha512, digest)));
    digests.extend(sha384.map(|digest| (Algorithm::Sha384, digest.finalize().to_vec())));
    digests.extend(sha256.map(|digest| (Algorithm::Sha256, digest.finalize().to_vec())));
    Ok((size, digests, signed))
}

/// Lists what is in a tar stream made by `git archive` without a prefix, with git's ids.
///
/// # Errors
/// See [`ReadError`].
pub fn archived_ids(
    stream: &mut dyn Read,
    format: ObjectFormat,
) -> Result<BTreeMap<Vec<u8>, TreeFile>, ReadError> {
    let wanted = Wanted { ids: Some(format), ..Wanted::default() };
    let mut inside = Inside::new(&wanted);
    read::visit_tar(stream, wanted.limits, false, &mut |head, content| {
        inside.member(head, content)
    })?;
    let files = inside.members.into_iter().filter_map(|member| {
        let kind = match member.kind {
            HeadKind::Symlink(_) => TreeKind::Symlink,
            HeadKind::File if member.mode & 0o100 != 0 => TreeKind::Executable,
            HeadKind::File => TreeKind::File,
            _ => return None,
        };
        Some((member.path, TreeFile { id: member.id?, kind }))
    });
    Ok(files.collect())
}

/// Reads until `buffer` is full or the stream ends.
fn fill(stream: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match stream.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The chunks that another thread hands over, as one stream.
struct Chunks {
    waiting: Receiver<Vec<u8>>,
    chunk: Vec<u8>,
    used: usize,
}

impl Chunks {
    fn new(waiting: Receiver<Vec<u8>>) -> Self {
        Self { waiting, chunk: Vec::new(), used: 0 }
    }
}

impl BufRead for Chunks {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.used == self.chunk.len() {
            match self.waiting.recv() {
                Ok(chunk) => (self.chunk, self.used) = (chunk, 0),
                // The other thread is done.
                Err(_) => break,
            }
        }
        Ok(&self.chunk[self.used..])
    }

    fn consume(&mut self, count: usize) {
        self.used += count;
    }
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(buffer.len());
        buffer[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// Lists what is in the archive.
fn look_inside(
    chunks: Receiver<Vec<u8>>,
    file: Option<Box<dyn Seekable>>,
    wanted: &Wanted<'_>,
) -> Result<Contents, ReadError> {
    let mut archive = Chunks::new(chunks);
    let start = archive.fill_buf().map_err(ReadError::Broken)?;
    let container = Container::sniff(&start[..start.len().min(512)]).ok_or(ReadError::Unknown)?;
    let mut inside = Inside::new(wanted);
    let walked = match (container, file) {
        (Container::Zip, None) => return Err(ReadError::Unknown),
        (Container::Zip, Some(mut file)) => {
            let kinds = Kinds::read(&mut file, wanted.limits)?;
            read::visit_zip(&mut archive, &kinds, wanted.limits, &mut |head, content| {
                inside.member(head, content)
            })?
        }
        _ => visit_decompressed(archive, container, wanted, &mut inside)?,
    };
    Ok(Contents { container, members: inside.members, texts: inside.texts, walked })
}

fn visit_decompressed(
    archive: Chunks,
    container: Container,
    wanted: &Wanted<'_>,
    inside: &mut Inside<'_>,
) -> Result<read::Walked, ReadError> {
    let (to_members, chunks) = sync_channel(WAITING);
    thread::scope(|scope| {
        let unpacking = scope.spawn(move || unpack(archive, container, &to_members));
        let mut stream = Chunks::new(chunks);
        let outcome =
            read::visit_tar(&mut stream, wanted.limits, wanted.tar_digest, &mut |head, content| {
                inside.member(head, content)
            });
        // Whoever still unpacks has nobody to hand it to.
        drop(stream);
        match unpacking.join().unwrap_or_else(|_| Err(io::Error::other("a thread died"))) {
            // What stopped the unpacking says more than the tar that was cut off by it.
            Err(error) if matches!(outcome, Ok(_) | Err(ReadError::Broken(_))) => {
                Err(ReadError::Broken(error))
            }
            _ => outcome,
        }
    })
}

fn unpack(archive: Chunks, container: Container, chunks: &SyncSender<Vec<u8>>) -> io::Result<()> {
    let mut stream = read::decompressed(archive, container);
    loop {
        let mut chunk = vec![0; CHUNK];
        let count = fill(&mut *stream, &mut chunk)?;
        chunk.truncate(count);
        // Nobody waits for it any more: the tar in it is broken, or too large.
        if count == 0 || chunks.send(chunk).is_err() {
            return Ok(());
        }
    }
}

/// What is gathered from the members.
struct Inside<'a> {
    wanted: &'a Wanted<'a>,
    members: Vec<Member>,
    texts: BTreeMap<String, Text>,
    kept: usize,
    owner: Arc<str>,
    /// How much of what is inside of members may still be looked at.
    budget: Budget,
    /// The first bytes of the member at hand.
    first: Vec<u8>,
    buffer: Vec<u8>,
}

impl<'a> Inside<'a> {
    fn new(wanted: &'a Wanted<'a>) -> Self {
        Self {
            wanted,
            members: Vec::new(),
            texts: BTreeMap::new(),
            kept: 0,
            owner: "".into(),
            budget: Budget::default(),
            first: vec![0; 64 << 10],
            buffer: vec![0; 64 << 10],
        }
    }

    fn member(&mut self, head: Head, content: &mut dyn Read) -> io::Result<()> {
        if *self.owner != *head.owner {
            self.owner = head.owner.into();
        }
        let mut member = Member {
            path: head.path,
            kind: head.kind,
            size: head.size,
            mode: head.mode,
            mtime: head.mtime,
            owner: Arc::clone(&self.owner),
            id: None,
            inside: None,
            private_key: false,
            legal: None,
            tiny: false,
            licences: Vec::new(),
            web_page: false,
        };
        match &member.kind {
            HeadKind::File => self.file(&mut member, content)?,
            HeadKind::Symlink(target) => {
                let hasher = self.wanted.ids.map(|ids| BlobHasher::new(ids, target.len() as u64));
                member.id = hasher.and_then(|mut hasher| {
                    hasher.update(target);
                    hasher.finish()
                });
            }
            _ => {}
        }
        self.members.push(member);
        Ok(())
    }

    fn file(&mut self, member: &mut Member, content: &mut dyn Read) -> io::Result<()> {
        let hasher = self.wanted.ids.map(|ids| BlobHasher::new(ids, member.size));
        let keep = Keep::new(&member.path, ALL_TEXTS - self.kept);
        let mut tapped = Tapped { content, hasher, keep, total: 0 };
        let count = fill(&mut tapped, &mut self.first)?;
        if self.wanted.source {
            let first = &self.first[..count];
            read_start(member, first, count < self.first.len());
            let start = &first[..count.min(inspect::START)];
            let found = inspect::file(start, &mut first.chain(&mut tapped), &mut self.budget);
            let notable = found.compiled.is_some() || found.archive.is_some();
            member.inside = notable.then(|| Box::new(found));
        }
        while tapped.read(&mut self.buffer)? > 0 {}
        let Tapped { hasher, keep, total, .. } = tapped;
        let below = below_top(&member.path);
        let cut = (keep.bytes.len() as u64) < total;
        if self.wanted.source && is_licence(below) {
            member.licences = legal::licence::find(&String::from_utf8_lossy(&keep.bytes));
            member.web_page = legal::licence::is_web_page(&keep.bytes);
        }
        if is_kept(below) {
            self.kept += keep.bytes.len();
            let name = String::from_utf8_lossy(below).into_owned();
            self.texts.insert(name, Text { bytes: keep.bytes, cut });
        }
        // A zip may promise another size than it keeps; then the id is of something else.
        member.id = hasher.filter(|_| total == member.size).and_then(BlobHasher::finish);
        member.size = total;
        Ok(())
    }
}

/// A file's content, digested and kept while others look at it.
struct Tapped<'a> {
    content: &'a mut dyn Read,
    hasher: Option<BlobHasher>,
    keep: Keep,
    total: u64,
}

impl Read for Tapped<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = loop {
            match self.content.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => break outcome?,
            }
        };
        let bytes = &buffer[..count];
        if let Some(hasher) = &mut self.hasher {
            hasher.update(bytes);
        }
        self.keep.take(bytes);
        self.total += count as u64;
        Ok(count)
    }
}

/// What is kept of a file's content while it streams by.
struct Keep {
    bytes: Vec<u8>,
    room: usize,
}

impl Keep {
    fn new(path: &[u8], room: usize) -> Self {
        let below = below_top(path);
        let wanted = is_kept(below) || is_licence(below);
        Self { bytes: Vec::new(), room: if wanted { room.min(LONGEST_TEXT) } else { 0 } }
    }

    fn take(&mut self, bytes: &[u8]) {
        let count = bytes.len().min(self.room);
        self.bytes.extend_from_slice(&bytes[..count]);
        self.room -= count;
    }
}

/// Looks at the first bytes of a file of a source package.
fn read_start(member: &mut Member, first: &[u8], whole: bool) {
    let below = below_top(&member.path);
    let path = String::from_utf8_lossy(below);
    let start = &first[..first.len().min(legal::header::START)];
    let complete = whole && start.len() == first.len();
    member.private_key = inspect::leftovers::private_key(below, start).is_some();
    let read = legal::header::read(&path, start, complete);
    member.tiny = Tiny::default().why(start, complete).is_some();
    member.legal = (read.kind == legal::Kind::Text).then(|| Box::new(read));
}

fn below_top(path: &[u8]) -> &[u8] {
    let path = super::contents::plain(path);
    match path.iter().position(|&byte| byte == b'/') {
        Some(slash) => &path[slash + 1..],
        None => path,
    }
}

/// Whether a member's text is worth keeping, by its path below the top directory: it lies in the
/// root (or one below it, for manifests) and says something about licences, versions or changes.
fn is_kept(below: &[u8]) -> bool {
    const NAMES: [&str; 21] = [
        "license",
        "licence",
        "notice",
        "disclaimer",
        "readme",
        "change",
        "release",
        "news",
        "history",
        ".rat",
        "rat-excludes",
        "rat_exclude",
        ".licenserc",
        "pom.xml",
        "plusone.toml",
        "package.json",
        "cargo.toml",
        "build.gradle",
        "gradle.properties",
        "cmakelists.txt",
        "pyproject.toml",
    ];
    let depth = below.iter().filter(|&&byte| byte == b'/').count();
    let name = name_of(below);
    // A pom may name any file as its list of exemptions; such are mostly called so.
    let is_list = (name.contains("exclu") || name.contains("ignore"))
        && file_type::of(&name).file_type().is_none_or(|known| known.room != Room::Comment);
    // Lists of exemptions count where they lie.
    is_list
        || (depth <= 1 && NAMES.iter().any(|known| name.starts_with(known)))
        || exclusions::Format::of(&name).is_some()
}

/// Whether a file is called a licence, wherever it lies: `LICENSE`, `LICENSE-foo.txt`, `COPYING`,
/// `licenses/foo`; not `LicenseCheck.java`.
fn is_licence(below: &[u8]) -> bool {
    let name = name_of(below);
    let called = ["license", "licence", "copying"].iter().any(|known| {
        name.strip_prefix(known).is_some_and(|rest| {
            rest.trim_start_matches('s').is_empty() || rest.starts_with(['.', '-', '_'])
        })
    });
    let mut parents = below.split(|&byte| byte == b'/').rev().skip(1);
    let inside = parents.any(|part| {
        part.eq_ignore_ascii_case(b"licenses") || part.eq_ignore_ascii_case(b"licences")
    });
    (called || inside)
        && file_type::of(&name).file_type().is_none_or(|known| known.room != Room::Comment)
}

fn name_of(path: &[u8]) -> String {
    let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    String::from_utf8_lossy(name).to_lowercase()
}
