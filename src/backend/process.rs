//! Running other programs.

use std::ffi::OsStr;
use std::io::{self, IsTerminal, Read, Write};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::http::{LONGEST_DOWNLOAD, Patient};

/// The most that is read of what a program prints: what it prints may come from a stranger's
/// server. Trees are streamed and not read this way.
const LARGEST_OUTPUT: u64 = 256 << 20;

/// The most that is kept of what it writes to stderr.
const LONGEST_COMPLAINT: u64 = 1 << 20;

/// A program that could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    /// Not on the PATH.
    #[error("the program `{program}` was not found")]
    NotFound {
        /// Its name.
        program: String,
    },
    /// Could not be started, or not be talked to.
    #[error("cannot run `{program}`: {source}")]
    Start {
        /// Its name.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// Printed more than is kept in memory.
    #[error("`{program}` printed more than {LARGEST_OUTPUT} bytes and was stopped")]
    TooMuch {
        /// Its name.
        program: String,
    },
    /// Took longer than anybody waits.
    #[error("`{program}` was stopped: {why}")]
    Slow {
        /// Its name, with the subcommand.
        program: String,
        /// How slow it was.
        why: String,
    },
    /// Ended with a failure.
    #[error("`{program}` failed ({status}){}", complaint(stderr))]
    Failed {
        /// Its name, with the subcommand.
        program: String,
        /// Its exit status.
        status: String,
        /// What it complained about.
        stderr: String,
    },
}

/// The last lines that a program wrote to stderr, in a form that fits into a sentence.
fn complaint(stderr: &str) -> String {
    let lines: Vec<&str> = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let start = lines.len().saturating_sub(3);
    let text = lines[start..].join("; ").replace(":; ", ": ");
    if text.is_empty() { String::new() } else { format!(": {text}") }
}

/// What a program reads on its standard input.
#[derive(Debug, Clone, Copy)]
pub enum Stdin<'a> {
    /// Nothing.
    Nothing,
    /// What we read on ours.
    Ours,
    /// These bytes.
    Bytes(&'a [u8]),
}

/// Runs a program to its end and returns what it printed, whatever its exit status. It reads the
/// given bytes, or nothing.
///
/// # Errors
/// The program is missing or cannot be started.
pub fn output(command: &mut Command, stdin: Option<&[u8]>) -> Result<Output, ProcessError> {
    output_from(command, stdin.map_or(Stdin::Nothing, Stdin::Bytes))
}

/// Why a program did not start.
fn unstarted(program: &str, source: io::Error) -> ProcessError {
    match source.kind() {
        io::ErrorKind::NotFound => {
            let program = program.split(' ').next().unwrap_or_default().to_owned();
            ProcessError::NotFound { program }
        }
        _ => ProcessError::Start { program: program.to_owned(), source },
    }
}

/// Has a program say what it says in English, unless somebody set a language for it.
fn in_english(command: &mut Command) {
    if !command.get_envs().any(|(name, _)| name == "LC_ALL") {
        command.env("LC_ALL", "C");
    }
    command.env_remove("LANGUAGE");
}

/// As [`output`], with another standard input.
///
/// # Errors
/// As [`output`].
pub fn output_from(command: &mut Command, stdin: Stdin<'_>) -> Result<Output, ProcessError> {
    let program = name(command);
    let start = |source: io::Error| unstarted(&program, source);
    in_english(command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (pipe, bytes) = match stdin {
        Stdin::Nothing => (Stdio::null(), None),
        Stdin::Ours => (Stdio::inherit(), None),
        Stdin::Bytes(bytes) => (Stdio::piped(), Some(bytes.to_vec())),
    };
    command.stdin(pipe);
    let mut child = command.spawn().map_err(start)?;
    let feeder = child.stdin.take().zip(bytes).map(|(mut pipe, bytes)| {
        // A program that stops reading has its reasons, which its exit status tells.
        std::thread::spawn(move || drop(pipe.write_all(&bytes)))
    });
    let complaints = child.stderr.take().map(|mut pipe| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            // What cannot be read of it is missing from a message, nothing else; the rest is read
            // so that the program does not wait for us.
            let _ = (&mut pipe).take(LONGEST_COMPLAINT).read_to_end(&mut text);
            let _ = io::copy(&mut pipe, &mut io::sink());
            text
        })
    });
    let mut stdout = Vec::new();
    if let Some(pipe) = child.stdout.take() {
        pipe.take(LARGEST_OUTPUT + 1).read_to_end(&mut stdout).map_err(start)?;
    }
    if stdout.len() as u64 > LARGEST_OUTPUT {
        // It may have ended by itself meanwhile.
        let _ = child.kill();
        let _ = child.wait();
        return Err(ProcessError::TooMuch { program });
    }
    let status = child.wait().map_err(start)?;
    let stderr = complaints.and_then(|thread| thread.join().ok()).unwrap_or_default();
    let output = Output { status, stdout, stderr };
    if let Some(feeder) = feeder {
        // The thread only writes to a pipe; a panic in it is impossible.
        let _ = feeder.join();
    }
    Ok(output)
}

/// How long a program that talks to a server is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// As for a request that we make ourselves: see `Patient`.
    ForAnswers,
    /// It says nothing while it sends.
    WhileSending,
}

/// How long a commit may take.
const LONGEST_COMMIT: Duration = Duration::from_secs(6 * 60 * 60);

/// What a program prints, as it comes, for as long as it comes at a bearable pace.
pub(super) struct Printed {
    child: Child,
    program: String,
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
    pace: Patient<io::Empty>,
    waiting: Waiting,
    complaints: Option<JoinHandle<Vec<u8>>>,
}

impl Printed {
    /// Starts a program that reads the given bytes, or nothing.
    ///
    /// # Errors
    /// The program is missing or cannot be started.
    pub(super) fn start(
        command: &mut Command,
        stdin: Option<Vec<u8>>,
        waiting: Waiting,
    ) -> Result<Self, ProcessError> {
        let program = name(command);
        let start = |source: io::Error| unstarted(&program, source);
        in_english(command);
        command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(start)?;
        if let Some((mut pipe, bytes)) = child.stdin.take().zip(stdin) {
            // A program that stops reading has its reasons, which its exit status tells.
            std::thread::spawn(move || drop(pipe.write_all(&bytes)));
        }
        const PIECE: usize = 128 << 10;
        const AHEAD: usize = 4;
        let (sender, pieces) = std::sync::mpsc::sync_channel(AHEAD);
        if let Some(mut pipe) = child.stdout.take() {
            std::thread::spawn(move || {
                let mut buffer = vec![0; PIECE];
                loop {
                    let piece = match pipe.read(&mut buffer) {
                        Ok(0) => break,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                        outcome => outcome.map(|count| buffer[..count].to_vec()),
                    };
                    let failed = piece.is_err();
                    // Who reads may have gone away.
                    if sender.send(piece).is_err() || failed {
                        break;
                    }
                }
            });
        }
        let complaints = child.stderr.take().map(|mut pipe| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                // What cannot be read of it is missing from a message, nothing else.
                let _ = (&mut pipe).take(LONGEST_COMPLAINT).read_to_end(&mut text);
                let _ = io::copy(&mut pipe, &mut io::sink());
                text
            })
        });
        let longest = match waiting {
            Waiting::ForAnswers => LONGEST_DOWNLOAD,
            Waiting::WhileSending => LONGEST_COMMIT,
        };
        let pace = Patient::new(io::empty(), longest);
        let piece = io::Cursor::default();
        Ok(Self { child, program, pieces, piece, pace, waiting, complaints })
    }

    fn left(&self) -> Duration {
        match self.waiting {
            Waiting::ForAnswers => self.pace.left(),
            Waiting::WhileSending => LONGEST_COMMIT,
        }
    }

    /// The next bytes; none at the end.
    fn next(&mut self) -> Result<Option<Vec<u8>>, ProcessError> {
        let slow = |program: &str| ProcessError::Slow {
            program: program.to_owned(),
            why: "too little came for too long".to_owned(),
        };
        match self.pieces.recv_timeout(self.left()) {
            Ok(Ok(piece)) => {
                self.pace.count(piece.len() as u64);
                Ok(Some(piece))
            }
            Ok(Err(source)) => Err(ProcessError::Start { program: self.program.clone(), source }),
            Err(RecvTimeoutError::Disconnected) => Ok(None),
            Err(RecvTimeoutError::Timeout) => {
                // It may have ended by itself meanwhile.
                let _ = self.child.kill();
                Err(slow(&self.program))
            }
        }
    }

    /// Waits for its end; returns its status and what it complained about.
    ///
    /// # Errors
    /// It does not end.
    pub(super) fn end(&mut self) -> Result<Output, ProcessError> {
        const SHORTEST: Duration = Duration::from_millis(1);
        const LONGEST: Duration = Duration::from_millis(20);
        let mut pause = SHORTEST;
        let mut left = self.left();
        let program = self.program.clone();
        let start = |source| ProcessError::Start { program: program.clone(), source };
        let status = loop {
            if let Some(status) = self.child.try_wait().map_err(start)? {
                break status;
            }
            if left.is_zero() {
                let _ = self.child.kill();
                let why = "it did not end".to_owned();
                return Err(ProcessError::Slow { program, why });
            }
            std::thread::sleep(pause);
            left = left.saturating_sub(pause);
            pause = (pause * 2).min(LONGEST);
        };
        let stderr = self.complaints.take().and_then(|thread| thread.join().ok());
        Ok(Output { status, stdout: Vec::new(), stderr: stderr.unwrap_or_default() })
    }

    /// Reads all of it, at most [`LARGEST_OUTPUT`], and waits for the end.
    fn whole(mut self) -> Result<Output, ProcessError> {
        let mut stdout = Vec::new();
        while let Some(piece) = self.next()? {
            stdout.extend(piece);
            if stdout.len() as u64 > LARGEST_OUTPUT {
                return Err(ProcessError::TooMuch { program: self.program.clone() });
            }
        }
        Ok(Output { stdout, ..self.end()? })
    }
}

impl Read for Printed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.piece.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.next().map_err(io::Error::other)? {
                Some(piece) => self.piece = io::Cursor::new(piece),
                None => return Ok(0),
            }
        }
    }
}

impl Drop for Printed {
    fn drop(&mut self) {
        // Already ended, unless we gave up on it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As [`output`], of a program that talks to a server.
///
/// # Errors
/// It is too slow, besides those of [`output`].
pub(super) fn output_from_server(
    command: &mut Command,
    stdin: Option<Vec<u8>>,
    waiting: Waiting,
) -> Result<Output, ProcessError> {
    Printed::start(command, stdin, waiting)?.whole()
}

/// Runs a program to its end and returns its stdout.
///
/// # Errors
/// See [`ProcessError`].
pub fn stdout(command: &mut Command, stdin: Option<&[u8]>) -> Result<Vec<u8>, ProcessError> {
    let output = output(command, stdin)?;
    if output.status.success() { Ok(output.stdout) } else { Err(failed(command, &output)) }
}

/// The error for a program that ended with a failure.
pub fn failed(command: &Command, output: &Output) -> ProcessError {
    ProcessError::Failed {
        program: name(command),
        status: output.status.to_string(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Lets a person edit a file with `$VISUAL`, `$EDITOR` or vi, at the terminal.
///
/// # Errors
/// It cannot be started, or it fails: the file may have been changed all the same.
pub fn edit(path: &std::path::Path) -> Result<(), ProcessError> {
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| super::machine::variable(name));
    if editor.is_none() && !io::stdin().is_terminal() {
        // vi would wait for a person who cannot type.
        let why = "there is no terminal to edit at, and neither VISUAL nor EDITOR is set";
        return Err(ProcessError::Start {
            program: "vi".to_owned(),
            source: io::Error::other(why),
        });
    }
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    // As git does it: the variable may hold options.
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{editor} \"$@\"")).arg(&editor).arg(path);
    let status =
        shell.status().map_err(|source| ProcessError::Start { program: editor.clone(), source })?;
    match status.success() {
        true => Ok(()),
        false => Err(ProcessError::Failed {
            program: editor,
            status: status.to_string(),
            stderr: String::new(),
        }),
    }
}

/// Whether `program --version` can be run; returns its first line.
///
/// # Errors
/// See [`ProcessError`].
pub fn version(program: &str) -> Result<String, ProcessError> {
    let out = stdout(Command::new(program).arg("--version"), None)?;
    let text = String::from_utf8_lossy(&out);
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

fn name(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let program = program.rsplit('/').next().unwrap_or(&program).to_owned();
    // The first word that is no option and no option's value: git's or svn's subcommand.
    let words: Vec<&OsStr> = command.get_args().collect();
    let subcommand = words.iter().enumerate().find_map(|(at, word)| {
        let word = word.to_str()?;
        let is_value = at > 0 && words[at - 1].to_str().is_some_and(|w| w == "-c" || w == "-C");
        (!word.starts_with('-') && !is_value).then_some(word)
    });
    match subcommand {
        Some(word) if word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') => {
            format!("{program} {word}")
        }
        _ => program,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endless_output_is_stopped() {
        let outcome = output(Command::new("sh").args(["-c", "exec cat /dev/zero"]), None);
        assert!(matches!(outcome, Err(ProcessError::TooMuch { .. })));
    }

    #[test]
    fn long_complaints_hold_nobody_up() {
        let line = "head -c 3000000 /dev/zero >&2; echo done; exit 3";
        let output = output(Command::new("sh").args(["-c", line]), None).expect("it runs");
        assert_eq!((&output.stdout[..], output.status.code()), (&b"done\n"[..], Some(3)));
        assert_eq!(output.stderr.len() as u64, LONGEST_COMPLAINT);
    }
}
