//! Subversion, by its own programs.
//!
//! Credentials come from svn's own store, or from a command whose answer is handed over on stdin:
//! never on a command line, where every user of the machine could read them.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::files::{self, FileError, Scratch};
use super::process::{self, Printed, ProcessError, Waiting};

/// The oldest Subversion that takes a password on stdin.
pub const OLDEST: (u32, u32) = (1, 10);

/// How to get into a server, where svn's own store does not say.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The user name.
    pub username: Option<String>,
    /// The password.
    pub password: Option<Password>,
    /// Where svn's settings and its store of credentials are; none for their usual place.
    pub config_directory: Option<PathBuf>,
}

/// A password; it can be handed over, not printed.
#[derive(Clone)]
pub struct Password(Vec<u8>);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

impl Password {
    /// Takes the first line that a shell command prints; none if that is empty.
    ///
    /// # Errors
    /// The command fails.
    pub fn from_command(line: &str) -> Result<Option<Self>, ProcessError> {
        let out = process::stdout(Command::new("sh").args(["-c", line]), None)?;
        let end = out.iter().position(|&byte| byte == b'\n').unwrap_or(out.len());
        Ok((end > 0).then(|| Self(out[..end].to_vec())))
    }

    /// As it is, for one who hands it over.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl From<&str> for Password {
    fn from(text: &str) -> Self {
        Self(text.as_bytes().to_vec())
    }
}

/// A command of `svn` or `svnmucc` with `words`, and what it reads on stdin.
fn prepared(program: &str, access: &Access, words: &[&str]) -> (Command, Option<Vec<u8>>) {
    let mut command = Command::new(program);
    // C would refuse names and messages that are not ASCII; where there is no C.UTF-8, it is C.
    command.args(words).arg("--non-interactive").env("LC_ALL", "C.UTF-8");
    if let Some(directory) = &access.config_directory {
        command.arg("--config-dir").arg(directory);
    }
    if let Some(username) = &access.username {
        command.args(["--username", username]);
    }
    let stdin = access.password.as_ref().map(|password| {
        command.args(["--password-from-stdin", "--no-auth-cache"]);
        [&password.0[..], b"\n"].concat()
    });
    (command, stdin)
}

fn finished(
    mut command: Command,
    stdin: Option<Vec<u8>>,
    waiting: Waiting,
) -> Result<Output, ProcessError> {
    let output = process::output_from_server(&mut command, stdin, waiting)?;
    if output.status.success() { Ok(output) } else { Err(process::failed(&command, &output)) }
}

fn run(access: &Access, words: &[&str], place: &str) -> Result<Output, ProcessError> {
    let (mut command, stdin) = prepared("svn", access, words);
    command.arg("--").arg(pegged(place));
    let sends = words.first().is_some_and(|word| *word == "commit");
    let waiting = if sends { Waiting::WhileSending } else { Waiting::ForAnswers };
    finished(command, stdin, waiting)
}

/// Runs svn on an address whose `@`s are encoded, as it was in `revision`; returns what it prints.
pub(super) fn ask(
    access: &Access,
    words: &[&str],
    url: &str,
    revision: Option<u64>,
) -> Result<Vec<u8>, ProcessError> {
    let (mut command, stdin) = prepared("svn", access, words);
    command.arg("--").arg(at_revision(url, revision));
    finished(command, stdin, Waiting::ForAnswers).map(|output| output.stdout)
}

/// As `URL@7`; without a number, the newest. An `@` in the address stays what it is.
fn at_revision(url: &str, revision: Option<u64>) -> String {
    revision.map_or_else(|| format!("{url}@"), |revision| format!("{url}@{revision}"))
}

/// Hands the bytes of the file at `url` to `sink`, piece by piece, whatever its size.
///
/// # Errors
/// svn fails, or `sink` does not want more.
pub(super) fn stream(
    access: &Access,
    url: &str,
    revision: Option<u64>,
    sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> Result<(), ProcessError> {
    let (mut command, stdin) = prepared("svn", access, &["cat"]);
    command.arg("--").arg(at_revision(url, revision));
    let mut printed = Printed::start(&mut command, stdin, Waiting::ForAnswers)?;
    let mut buffer = vec![0; 128 << 10];
    let failed = |source| ProcessError::Start { program: "svn cat".to_owned(), source };
    loop {
        match printed.read(&mut buffer).map_err(failed)? {
            0 => break,
            count => sink(&buffer[..count]).map_err(failed)?,
        }
    }
    let output = printed.end()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(process::failed(&command, &output)),
    }
}

/// Keeps svn from asking a server whether it takes requests in pieces, which is known.
pub(super) const TAKES_PIECES: &[&str] =
    &["--config-option", "servers:global:http-chunked-requests=yes"];

/// Commits all of `actions`, in the words of svnmucc, as one revision on top of `base`; returns its
/// number, if svnmucc says it.
///
/// # Errors
/// svnmucc is missing or fails.
pub(super) fn commit(
    access: &Access,
    base: u64,
    actions: &[&str],
    message: &str,
    options: &[&str],
) -> Result<Option<u64>, ProcessError> {
    let base = base.to_string();
    let words = [actions, &["--revision", &base, "--message", message], options].concat();
    let (command, stdin) = prepared("svnmucc", access, &words);
    let output = finished(command, stdin, Waiting::WhileSending)?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // As in `r12 committed by jane at 2026-11-21T10:31:08.399020Z`.
    Ok(said.lines().find_map(|line| line.strip_prefix('r')?.split_once(' ')?.0.parse().ok()))
}

/// Commits all that is in a local directory to `url` as one revision; returns its number, if svn says
/// it. Directories above that are not there are made; what is there already, svn refuses to add.
///
/// # Errors
/// svn is missing or fails.
pub(super) fn import(
    access: &Access,
    directory: &Path,
    url: &str,
    message: &str,
    options: &[&str],
) -> Result<Option<u64>, ProcessError> {
    let words = ["import", "--no-ignore", "--no-auto-props", "--force-log", "--message", message];
    let words = [&words, options].concat();
    let (mut command, stdin) = prepared("svn", access, &words);
    // The directory is not named, as its name may hold an `@`.
    command.args(["--", ".", url]).current_dir(directory);
    let output = finished(command, stdin, Waiting::WhileSending)?;
    Ok(revision(&String::from_utf8_lossy(&output.stdout)))
}

/// A final `@` keeps an `@` inside a path from being read as a revision.
fn pegged(place: &str) -> String {
    if place.contains('@') { format!("{place}@") } else { place.to_owned() }
}

/// Asks the server about `url`, with stored credentials and without questions.
///
/// This tells whether it can be read; who may write there is known only by trying.
///
/// # Errors
/// svn is missing, or the server says no.
pub fn info(url: &str) -> Result<(), ProcessError> {
    run(&Access::default(), &["info", "--show-item", "url"], url).map(drop)
}

/// A file on a server could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// svn is missing, or the server says no.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// More than was reckoned with.
    #[error("{url} has more than {limit} bytes")]
    TooLarge {
        /// What was asked for.
        url: String,
        /// Bytes.
        limit: u64,
    },
}

/// Reads the file at `url`, at most `limit` bytes.
///
/// # Errors
/// See [`ReadError`].
pub fn cat(url: &str, limit: u64, access: &Access) -> Result<Vec<u8>, ReadError> {
    let bytes = run(access, &["cat"], url)?.stdout;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge { url: url.to_owned(), limit });
    }
    Ok(bytes)
}

/// A file could not be committed.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Somebody else committed since it was read.
    #[error("somebody else committed in between")]
    OutOfDate,
    /// svn failed, or the server says no.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The working copy cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A working copy of one file, in a throw-away directory.
#[derive(Debug)]
pub struct SvnFile {
    directory: Scratch,
    name: String,
    access: Access,
}

/// The file could not be checked out.
#[derive(Debug, thiserror::Error)]
pub enum CheckOutError {
    /// The address has no directory above it.
    #[error("`{0}` is no address of a file in a directory")]
    Address(String),
    /// It is a directory itself.
    #[error("`{0}` is a directory")]
    Directory(String),
    /// svn failed, or the server says no.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// No directory could be made.
    #[error(transparent)]
    File(#[from] FileError),
}

impl SvnFile {
    /// Checks out the directory of the file at `url`, without anything else in it.
    ///
    /// # Errors
    /// See [`CheckOutError`].
    pub fn check_out(url: &str, access: &Access) -> Result<Self, CheckOutError> {
        let (parent, name) = url
            .rsplit_once('/')
            .filter(|(parent, name)| !name.is_empty() && !parent.ends_with('/'))
            .ok_or_else(|| CheckOutError::Address(url.to_owned()))?;
        let directory = files::scratch()?;
        let place = directory.path().join("wc");
        let place = place.to_string_lossy().into_owned();
        let mut words = vec!["checkout", "--quiet", "--depth", "empty"];
        // checkout takes address and path; the path stands before our `--`.
        let address = pegged(parent);
        words.push(&address);
        run(access, &words, &place)?;
        let file = Self { directory, name: name.to_owned(), access: access.clone() };
        // Only the file itself: what was named may be a directory with all releases in it.
        file.update()?;
        if files::is_directory(&file.path()) {
            return Err(CheckOutError::Directory(url.to_owned()));
        }
        Ok(file)
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("wc").join(&self.name)
    }

    fn run(&self, words: &[&str]) -> Result<Output, ProcessError> {
        run(&self.access, words, &self.path().to_string_lossy())
    }

    fn update(&self) -> Result<(), ProcessError> {
        self.run(&["update", "--quiet", "--depth", "empty"]).map(drop)
    }

    /// The content as the server had it when last asked; none if there is no such file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn content(&self, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
        files::read(&self.path(), limit)
    }

    /// Commits new content; returns the revision.
    ///
    /// # Errors
    /// See [`CommitError`]. After [`CommitError::OutOfDate`], [`SvnFile::refresh`] fetches what
    /// somebody else committed.
    pub fn commit(&self, content: &[u8], message: &str) -> Result<u64, CommitError> {
        let new = !files::exists(&self.path());
        files::write(&self.path(), content)?;
        if new {
            self.run(&["add", "--quiet"])?;
        }
        match self.run(&["commit", "--force-log", "--message", message]) {
            Ok(output) => Ok(revision(&String::from_utf8_lossy(&output.stdout)).unwrap_or(0)),
            Err(ProcessError::Failed { stderr, .. }) if is_out_of_date(&stderr) => {
                Err(CommitError::OutOfDate)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Drops our change and fetches the newest content.
    ///
    /// # Errors
    /// svn fails.
    pub fn refresh(&mut self) -> Result<(), CheckOutError> {
        self.run(&["revert", "--quiet"])?;
        // A file that we had added is no longer known to svn, but still lies there.
        files::remove_if_present(&self.path())?;
        self.update()?;
        Ok(())
    }
}

/// `E155011` and `E160028`: out of date; `E160024`: a conflict with a later change; `E160020`:
/// somebody else added the same path; `E170004`: the same over http.
fn is_out_of_date(stderr: &str) -> bool {
    ["E155011", "E160028", "E160024", "E160020", "E170004"].iter().any(|code| stderr.contains(code))
}

/// The number in `Committed revision 12.`
fn revision(stdout: &str) -> Option<u64> {
    stdout.lines().rev().find_map(|line| {
        line.strip_prefix("Committed revision ")?.trim_end_matches('.').parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_read() {
        let text = "Sending        KEYS\nTransmitting file data .done\nCommitting transaction...\nCommitted revision 12.\n";
        assert_eq!(revision(text), Some(12));
    }

    #[test]
    fn passwords_do_not_print() {
        assert_eq!(format!("{:?}", Password(b"s3cret".to_vec())), "Password(…)");
    }
}
