//! The ledger on disk: `.plusone/<version>/ledger.jsonl`, appended to and never rewritten.
//!
//! An event is in it when [`LedgerFile::append`] returns: one write under a lock, then fsync. A line
//! that was torn by a crash is left out when reading and cut off by the next append.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

use super::files::{self, FileError, at};
use crate::ledger::{self, Event, Parsed, State, What};
use crate::plan::{Journal, Progress, Step};
use crate::release::{CandidateNumber, Version};

/// The directory in a repository where ledgers are; git takes no notice of it.
pub const DIRECTORY: &str = ".plusone";

/// The most that is read of a ledger, in bytes.
const LARGEST: u64 = 64 << 20;

/// The ledger of one version.
#[derive(Debug, Clone)]
pub struct LedgerFile {
    directory: PathBuf,
    version: Version,
}

impl LedgerFile {
    /// The ledger of a version in the repository at `root`. It need not exist.
    pub fn new(root: &Path, version: &Version) -> Self {
        Self { directory: root.join(DIRECTORY), version: version.clone() }
    }

    /// The versions that have a ledger in the repository at `root`.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn versions(root: &Path) -> Result<Vec<Version>, FileError> {
        let directory = root.join(DIRECTORY);
        if !files::is_directory(&directory) {
            return Ok(Vec::new());
        }
        let names = files::list(&directory)?;
        let versions = names.iter().filter_map(|name| name.parse().ok());
        Ok(versions.filter(|version| Self::new(root, version).path().is_file()).collect())
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.home().join("ledger.jsonl")
    }

    /// The directory that it is in, with what is kept beside it.
    pub fn home(&self) -> PathBuf {
        self.directory.join(self.version.as_str())
    }

    /// Reads what is in it; nothing if there is none.
    ///
    /// # Errors
    /// It cannot be read, is larger than 64 MiB, or is of a newer plusone.
    pub fn read(&self) -> Result<Parsed, FileError> {
        let path = self.path();
        // Nobody writes meanwhile: a line that is being written would look torn. Where files cannot
        // be locked, it may look so.
        let file = files::exists(&path).then(|| files::open(&path)).transpose()?;
        let _ = file.as_ref().map(File::lock_shared);
        let bytes = files::read(&path, LARGEST)?;
        let parsed = bytes.map_or_else(Parsed::default, |bytes| ledger::parse(&bytes));
        match parsed.newer {
            None => Ok(parsed),
            Some(form) => Err(at("read", &path)(io::Error::other(format!(
                "a newer plusone wrote it, in form {form}, and this one knows form {}",
                ledger::SCHEMA
            )))),
        }
    }

    /// Adds an event, durably.
    ///
    /// # Errors
    /// It cannot be written; then it is not in the ledger, or torn, which counts as not.
    pub fn append(&self, event: &Event) -> Result<(), FileError> {
        let path = self.path();
        self.make_directories()?;
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(at("open", &path))?;
        file.lock().map_err(at("lock", &path))?;
        let new = cut_torn_line(&mut file).map_err(at("write", &path))? == 0;
        file.write_all(event.line().as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(at("write", &path))?;
        if new {
            sync_directory(&self.home());
        }
        Ok(())
    }

    fn make_directories(&self) -> Result<(), FileError> {
        // A repository may bring a link under this name.
        let base = self.directory.parent().unwrap_or(Path::new("."));
        files::refuse_links(base, &self.path())?;
        files::ensure_ignored_directory(&self.directory)?;
        let home = self.home();
        if !files::is_directory(&home) {
            std::fs::create_dir_all(&home).map_err(at("create the directory", &home))?;
            sync_directory(&self.directory);
        }
        Ok(())
    }
}

/// Where directories cannot be synchronized, the system does without.
fn sync_directory(path: &Path) {
    let _ = File::open(path).and_then(|directory| directory.sync_all());
}

/// Cuts off what follows the last line feed, and goes to the end; returns the size.
fn cut_torn_line(file: &mut File) -> io::Result<u64> {
    let size = file.seek(SeekFrom::End(0))?;
    let mut end = size;
    let mut piece = [0; 4096];
    let complete = loop {
        if end == 0 {
            break 0;
        }
        let start = end.saturating_sub(piece.len() as u64);
        let part = &mut piece[..(end - start) as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(found) = part.iter().rposition(|&byte| byte == b'\n') {
            break start + found as u64 + 1;
        }
        end = start;
    };
    if complete < size {
        file.set_len(complete)?;
    }
    file.seek(SeekFrom::Start(complete))
}

/// A ledger that cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum NotebookError {
    /// Another plusone runs steps of the same version.
    #[error("another plusone is at work on version {0}")]
    Busy(Version),
    /// What it says was done may not be all that was done.
    #[error("the ledger {} cannot be gone by: {why}", path.display())]
    Damaged {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// The ledger in the hands of a command that runs steps: no other command does so for the same
/// version meanwhile.
#[derive(Debug)]
pub struct Notebook {
    ledger: LedgerFile,
    rc: Option<CandidateNumber>,
    command: String,
    state: State,
    /// What is wrong with the ledger, in sentences.
    pub warnings: Vec<String>,
    start: (DateTime<Utc>, Instant),
    _lock: Lock,
}

/// A lock that is given back when this is dropped, even if a program that is just being started has a
/// copy of the open file still.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // If not now, then when the last copy is closed.
        let _ = self.0.unlock();
    }
}

impl Notebook {
    /// Opens the ledger for a command, as in `stage`, about one candidate. Times are counted from
    /// `now`.
    ///
    /// # Errors
    /// See [`NotebookError`].
    pub fn open(
        ledger: &LedgerFile,
        rc: Option<CandidateNumber>,
        command: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, NotebookError> {
        ledger.make_directories()?;
        let path = ledger.home().join("lock");
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let lock = open.map_err(at("open", &path))?;
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => {
                return Err(NotebookError::Busy(ledger.version.clone()));
            }
            other => other.map_err(|error| at("lock", &path)(error.into()))?,
        }
        let Parsed { records, warnings, damaged, .. } = ledger.read()?;
        // Making it anew is the remedy.
        if damaged && command != "status" {
            return Err(NotebookError::Damaged { path: ledger.path(), why: warnings.join("; ") });
        }
        Ok(Self {
            ledger: ledger.clone(),
            rc,
            command: command.to_owned(),
            state: State::of(records),
            warnings,
            start: (now, Instant::now()),
            _lock: Lock(lock),
        })
    }

    /// What the ledger adds up to, with all that was written since.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Takes in what was written into the ledger past this notebook.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub fn refresh(&mut self) -> Result<(), FileError> {
        self.state = State::of(self.ledger.read()?.records);
        Ok(())
    }

    /// The time, counted from when it was opened.
    pub fn now(&self) -> DateTime<Utc> {
        let (now, since) = self.start;
        now + TimeDelta::from_std(since.elapsed()).unwrap_or_default()
    }

    /// Writes down what happened to the candidate.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self, what: What) -> Result<(), FileError> {
        let event = Event::new(self.now(), self.ledger.version.clone(), self.rc, what);
        self.ledger.append(&event)?;
        self.state.happened(event);
        Ok(())
    }

    fn steps(&self) -> Option<&BTreeMap<String, ledger::state::Step>> {
        let candidate = self.state.candidate(&self.ledger.version, self.rc)?;
        Some(&candidate.steps)
    }
}

impl Journal for Notebook {
    type Error = FileError;

    fn progress(&self, step: &Step) -> Progress {
        let known = self.steps().and_then(|steps| steps.get(&step.id));
        known.map_or(Progress::NotStarted, |step| step.progress.clone())
    }

    fn started(&mut self, step: &Step) -> Result<(), FileError> {
        let (id, what) = (step.id.clone(), step.does.clone());
        self.write(What::StepStarted { id, what, command: Some(self.command.clone()) })
    }

    fn finished(&mut self, step: &Step, outcome: &str) -> Result<(), FileError> {
        let (id, outcome) = (step.id.clone(), outcome.to_owned());
        self.write(What::StepFinished { id, outcome })
    }

    fn failed(&mut self, step: &Step, why: &str) -> Result<(), FileError> {
        let (id, reason) = (step.id.clone(), why.to_owned());
        self.write(What::StepFailed { id, reason })
    }
}
