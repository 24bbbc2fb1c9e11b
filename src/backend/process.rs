//! Running other programs.

use std::ffi::OsStr;
use std::io::{self, IsTerminal, Read, Write};
use std::process::{Command, Output, Stdio};

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

/// As [`output`], with another standard input.
///
/// # Errors
/// As [`output`].
pub fn output_from(command: &mut Command, stdin: Stdin<'_>) -> Result<Output, ProcessError> {
    let program = name(command);
    let start = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => {
            let program = program.split(' ').next().unwrap_or_default().to_owned();
            ProcessError::NotFound { program }
        }
        _ => ProcessError::Start { program: program.clone(), source },
    };
    if !command.get_envs().any(|(name, _)| name == "LC_ALL") {
        command.env("LC_ALL", "C");
    }
    command.env_remove("LANGUAGE");
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
