//! Mailboxes on disk: mbox files (gzip too), Maildirs, directories of `.eml` files.
//!
//! A list's archive holds a hundred thousand mails, of which a vote has fifty. So each file is read
//! twice: once in large pieces, where the borders of the mails are found and their headers looked
//! at, and once for the mails that belong to the vote.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use flate2::read::MultiGzDecoder;

use crate::mail::mbox::{self, Borders, LOOK_AHEAD};
use crate::mail::{self, LONGEST_HEADER};
use crate::vote::select::{Gathered, Selection};
use crate::vote::thread::Which;

/// A mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mailbox {
    /// An mbox file, which may be compressed with gzip.
    Mbox(PathBuf),
    /// A Maildir, with `cur` and `new`.
    Maildir(PathBuf),
    /// A directory whose `.eml` files are mails.
    Directory(PathBuf),
}

/// A mailbox that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The file system says no.
    #[error("cannot {verb} {}: {source}", path.display())]
    Io {
        /// `read`, `write`.
        verb: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A directory without `cur` and `new`.
    #[error("{} is no Maildir: it has neither `cur` nor `new`", .0.display())]
    NoMaildir(PathBuf),
    /// More mails than are reckoned with.
    #[error("{} holds more than {MOST_MAILS} mails", .0.display())]
    TooMany(PathBuf),
    /// The mails wanted are larger than is reckoned with.
    #[error("the mails wanted are larger than {LARGEST_WANTED} bytes")]
    TooLarge,
}

/// The most mails of one mailbox.
const MOST_MAILS: usize = 4_000_000;
/// The most bytes of one mail; the rest of it is passed over.
const LARGEST_MAIL: u64 = 32 << 20;
/// The most bytes of all mails that are returned.
const LARGEST_WANTED: u64 = 1 << 30;
/// How much is read at a time: it stays in the processor's cache while it is searched.
const PIECE: usize = 128 << 10;
/// Smaller files are not worth a second thread.
const WORTH_A_THREAD: u64 = 4 << 20;

/// What was read to see a vote.
#[derive(Debug, Default)]
pub struct Scan {
    /// The mails that have to be known.
    pub gathered: Gathered,
    /// What is no mail, as it has no header, and so may have been one of them; in words.
    pub headless: Vec<String>,
}

/// Reads the mails that have to be known to see the vote that is meant, from all `mailboxes`
/// together: see [`Selection::gather`].
///
/// # Errors
/// See [`MailboxError`].
pub fn votes(mailboxes: &[Mailbox], which: &Which, keep: bool) -> Result<Scan, MailboxError> {
    let shelf = Shelf::of(mailboxes)?;
    // A packed file can only be read from its beginning, and so better once.
    let piecemeal = !shelf.files.iter().any(|file| file.is_gzip);
    let read = |numbers: &[usize], each: &mut dyn FnMut(&[u8])| shelf.read(numbers, each);
    let gathered = shelf.seen.gather(which, piecemeal, keep, read)?;
    Ok(Scan { gathered, headless: shelf.files.iter().flat_map(Looked::headless).collect() })
}

/// The bytes of these mails.
///
/// # Errors
/// See [`MailboxError`].
pub fn scan(mailboxes: &[Mailbox], which: &Which) -> Result<Vec<Vec<u8>>, MailboxError> {
    Ok(votes(mailboxes, which, true)?.gathered.mails)
}

/// Reads every mail of all `mailboxes`.
///
/// # Errors
/// See [`MailboxError`].
pub fn all(mailboxes: &[Mailbox]) -> Result<Vec<Vec<u8>>, MailboxError> {
    let shelf = Shelf::of(mailboxes)?;
    let numbers: Vec<usize> = (0..shelf.seen.len()).collect();
    let mut mails = Vec::with_capacity(numbers.len());
    shelf.read(&numbers, &mut |bytes| mails.push(bytes.to_vec()))?;
    Ok(mails)
}

/// Mailboxes whose headers were looked at.
struct Shelf {
    files: Vec<Looked>,
    seen: Selection,
}

impl Shelf {
    fn of(mailboxes: &[Mailbox]) -> Result<Self, MailboxError> {
        let mut shelf = Self { files: Vec::new(), seen: Selection::default() };
        for (path, layout) in paths(mailboxes)? {
            let io = |source| MailboxError::Io { verb: "read", path: path.clone(), source };
            let mut file = match layout {
                Layout::Mbox => look_at_mbox(&path).map_err(io)?,
                Layout::OneMail => look_at_mail(&path).map_err(io)?,
            };
            shelf.seen.append(std::mem::take(&mut file.span.seen));
            if shelf.seen.len() > MOST_MAILS {
                return Err(MailboxError::TooMany(path));
            }
            shelf.files.push(file);
        }
        Ok(shelf)
    }

    /// Reads the mails of these `numbers`, ascending, and hands over each.
    fn read(&self, numbers: &[usize], each: &mut dyn FnMut(&[u8])) -> Result<(), MailboxError> {
        let mut wanted = numbers.iter().copied().peekable();
        let mut budget = LARGEST_WANTED;
        let mut first = 0;
        for file in &self.files {
            let mut numbers = Vec::new();
            while let Some(number) =
                wanted.next_if(|number| *number < first + file.span.starts.len())
            {
                numbers.push(number - first);
            }
            first += file.span.starts.len();
            if !numbers.is_empty() {
                let read = file.members(&numbers, &mut budget, each);
                read.map_err(|source| match source.kind() {
                    io::ErrorKind::FileTooLarge => MailboxError::TooLarge,
                    _ => MailboxError::Io { verb: "read", path: file.path.clone(), source },
                })?;
            }
        }
        Ok(())
    }
}

/// Whether a file holds many mails or one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Layout {
    Mbox,
    OneMail,
}

/// The files of the mailboxes, in an order that does not depend on the file system.
fn paths(mailboxes: &[Mailbox]) -> Result<Vec<(PathBuf, Layout)>, MailboxError> {
    let mut files = Vec::new();
    for mailbox in mailboxes {
        match mailbox {
            Mailbox::Mbox(path) => files.push((path.clone(), Layout::Mbox)),
            Mailbox::Directory(path) => {
                let eml = |file: &Path| {
                    file.extension().is_some_and(|found| found.eq_ignore_ascii_case("eml"))
                };
                files.extend(listed(path, eml)?);
            }
            Mailbox::Maildir(path) => {
                let below: Vec<PathBuf> = ["cur", "new"]
                    .iter()
                    .map(|name| path.join(name))
                    .filter(|p| p.is_dir())
                    .collect();
                if below.is_empty() {
                    return Err(MailboxError::NoMaildir(path.clone()));
                }
                let hidden = |file: &Path| {
                    file.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
                };
                for directory in below {
                    files.extend(listed(&directory, |file| !hidden(file))?);
                }
            }
        }
    }
    Ok(files)
}

fn listed(
    directory: &Path,
    is_wanted: impl Fn(&Path) -> bool,
) -> Result<Vec<(PathBuf, Layout)>, MailboxError> {
    let io = |source| MailboxError::Io { verb: "read", path: directory.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.is_file() && is_wanted(&path) {
            files.push((path, Layout::OneMail));
        }
    }
    files.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(files)
}

/// A file that was looked at.
struct Looked {
    path: PathBuf,
    layout: Layout,
    is_gzip: bool,
    span: Span,
}

/// What a look at a part of a file brought.
#[derive(Default)]
struct Span {
    seen: Selection,
    /// Where each mail begins; for one in a file of its own, 0.
    starts: Vec<u64>,
    /// The numbers of those without a header.
    headless: Vec<usize>,
}

impl Span {
    fn append(&mut self, other: Self) {
        self.headless.extend(other.headless.iter().map(|number| number + self.starts.len()));
        self.seen.append(other.seen);
        self.starts.extend(other.starts);
    }

    /// Notes the mail that begins at `start` with `bytes`; returns how long its header is. None, and
    /// nothing noted, where the header goes on behind them; unless they are `all` there is.
    fn note(&mut self, start: u64, bytes: &[u8], all: bool) -> Option<usize> {
        let line = match bytes.starts_with(b"From ") || bytes.starts_with(b">From ") {
            true => memchr::memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1),
            false => 0,
        };
        let header = self.seen.add(&bytes[line..], all)?;
        if !self.seen.last_has_an_id() && !mail::is_mail(&bytes[line..]) {
            self.headless.push(self.starts.len());
        }
        self.starts.push(start);
        Some(line + header)
    }
}

fn look_at_mail(path: &Path) -> io::Result<Looked> {
    let mut bytes = Vec::new();
    File::open(path)?.take((LONGEST_HEADER + PIECE) as u64).read_to_end(&mut bytes)?;
    let mut span = Span::default();
    span.note(0, in_file(&bytes), true);
    Ok(Looked { path: path.to_owned(), layout: Layout::OneMail, is_gzip: false, span })
}

/// The mail in a file of its own: empty lines before it are no header.
fn in_file(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let blanks = bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    &bytes[blanks..]
}

/// Looks at an mbox file; a large one in two halves at the same time.
fn look_at_mbox(path: &Path) -> io::Result<Looked> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let is_gzip = is_gzip(path)?;
    let file = File::open(path)?;
    let span = if is_gzip {
        look_at_span(MultiGzDecoder::new(file), 0, u64::MAX)?
    } else if metadata.len() < WORTH_A_THREAD {
        look_at_span(file, 0, u64::MAX)?
    } else {
        look_at_halves(path, metadata.len() / 2)?
    };
    Ok(Looked { path: path.to_owned(), layout: Layout::Mbox, is_gzip, span })
}

fn look_at_halves(path: &Path, middle: u64) -> io::Result<Span> {
    std::thread::scope(|scope| {
        let second = scope.spawn(|| {
            let mut file = File::open(path)?;
            // What precedes a border decides whether it is one.
            let start = middle - BEFORE as u64;
            file.seek(SeekFrom::Start(start))?;
            look_at_span(file, start, u64::MAX)
        });
        let mut span = look_at_span(File::open(path)?, 0, middle)?;
        let second = second.join();
        span.append(second.map_err(|_| io::Error::other("a thread of its own failed"))??);
        Ok(span)
    })
}

/// How many bytes before a border are looked at.
const BEFORE: usize = 4;

fn is_gzip(path: &Path) -> io::Result<bool> {
    let mut magic = Vec::new();
    File::open(path)?.take(2).read_to_end(&mut magic)?;
    Ok(magic == [0x1f, 0x8b])
}

/// Looks at the mails that begin in `file`, which begins at `start` of the whole, before `end`.
/// Where `start` is not 0, the first bytes only precede what is looked at.
fn look_at_span(mut file: impl Read, start: u64, end: u64) -> io::Result<Span> {
    let borders = Borders::default();
    let mut looked = Span::default();
    let mut buffer = vec![0; PIECE + LONGEST_HEADER];
    // How much of the buffer is filled, where it stands in the whole, and from where in it on
    // borders are to be found.
    let (mut filled, mut base, mut from) = (0, start, if start == 0 { 0 } else { BEFORE });
    let mut leading = start == 0;
    loop {
        let ended = fill(&mut file, &mut buffer, &mut filled)?;
        let bytes = &buffer[..filled];
        let mut next = borders.next(bytes, from, base == 0);
        if std::mem::take(&mut leading) && !bytes[..next.unwrap_or(filled)].trim_ascii().is_empty()
        {
            // The file does not begin with a border.
            looked.note(0, bytes, true);
        }
        while let Some(at) = next {
            if base + at as u64 >= end {
                return Ok(looked);
            }
            if !ended && filled - at < LOOK_AHEAD {
                break;
            }
            let Some(length) = looked.note(base + at as u64, &bytes[at..], ended) else { break };
            if looked.starts.len() > MOST_MAILS {
                return Ok(looked);
            }
            from = at + length;
            next = borders.next(bytes, from, false);
        }
        let passed = base + filled as u64 >= end.saturating_add(LOOK_AHEAD as u64);
        if ended || (passed && next.is_none()) {
            return Ok(looked);
        }
        // What is left is a header that goes on, or a tail in which no border was seen; its end may
        // be the beginning of one.
        from = next.unwrap_or(filled.saturating_sub(LOOK_AHEAD).max(from));
        let keep = from.saturating_sub(BEFORE);
        buffer.copy_within(keep..filled, 0);
        (filled, base, from) = (filled - keep, base + keep as u64, from - keep);
    }
}

/// Reads a piece more, as far as the buffer has room; tells whether the end was reached.
fn fill(file: &mut impl Read, buffer: &mut [u8], filled: &mut usize) -> io::Result<bool> {
    let full = buffer.len().min(*filled + PIECE);
    while *filled < full {
        match file.read(&mut buffer[*filled..full]) {
            Ok(0) => return Ok(true),
            Ok(count) => *filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

impl Looked {
    /// What has no header, in words.
    fn headless(&self) -> impl Iterator<Item = String> {
        self.span.headless.iter().map(|number| match self.layout {
            Layout::Mbox => format!("mail {} of `{}`", number + 1, self.path.display()),
            Layout::OneMail => format!("`{}`", self.path.display()),
        })
    }

    /// Reads the mails of these `numbers`, ascending, and hands over each.
    fn members(
        &self,
        numbers: &[usize],
        budget: &mut u64,
        each: &mut dyn FnMut(&[u8]),
    ) -> io::Result<()> {
        let file = File::open(&self.path)?;
        let mut stream: Box<dyn Source> = match self.is_gzip {
            true => Box::new(MultiGzDecoder::new(file)),
            false => Box::new(BufReader::with_capacity(PIECE, file)),
        };
        let starts = &self.span.starts;
        let mut at = 0;
        let mut piece = Vec::new();
        for &number in numbers {
            let start = starts[number];
            let length = starts.get(number + 1).map_or(u64::MAX, |next| next - start);
            stream.pass(start - at)?;
            piece.clear();
            let read =
                Read::take(&mut *stream, length.min(LARGEST_MAIL)).read_to_end(&mut piece)?;
            at = start + read as u64;
            *budget = budget
                .checked_sub(read as u64)
                .ok_or_else(|| io::Error::from(io::ErrorKind::FileTooLarge))?;
            match self.layout {
                Layout::Mbox => each(&mbox::content(&piece)),
                Layout::OneMail => each(in_file(&piece)),
            }
        }
        Ok(())
    }
}

/// Where mails are read one after another.
trait Source: Read {
    /// Passes over so many bytes.
    fn pass(&mut self, count: u64) -> io::Result<()>;
}

impl Source for BufReader<File> {
    fn pass(&mut self, count: u64) -> io::Result<()> {
        self.seek_relative(i64::try_from(count).map_err(io::Error::other)?)
    }
}

impl Source for MultiGzDecoder<File> {
    fn pass(&mut self, count: u64) -> io::Result<()> {
        io::copy(&mut Read::take(self, count), &mut io::sink()).map(drop)
    }
}

/// Writes mails with their dates to an mboxrd file, from which they can be read again byte for
/// byte. The file is there whole or not at all.
///
/// # Errors
/// See [`MailboxError`].
pub fn save<'m>(
    path: &Path,
    mails: impl IntoIterator<Item = (&'m [u8], Option<DateTime<Utc>>)>,
) -> Result<(), MailboxError> {
    let io = |source| MailboxError::Io { verb: "write", path: path.to_owned(), source };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut file =
        tempfile::NamedTempFile::new_in(directory.unwrap_or(Path::new("."))).map_err(io)?;
    let mut out = BufWriter::new(file.as_file_mut());
    for (mail, date) in mails {
        mbox::write(mail, date, &mut out).map_err(io)?;
    }
    out.flush().map_err(io)?;
    drop(out);
    file.as_file().sync_all().map_err(io)?;
    file.persist(path).map_err(|error| io(error.error))?;
    Ok(())
}
