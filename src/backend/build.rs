//! Building a stranger's source, when the user asks for it: unpacked into a throw-away directory,
//! with the project's own commands.

use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::files::{self, FileError};
use super::process::ProcessError;
use crate::archive::read::{self, Container};

/// A source that could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// No directory could be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// The archive cannot be read.
    #[error(transparent)]
    Read(#[from] read::ReadError),
    /// A member cannot be written.
    #[error("cannot unpack the source: {0}")]
    Write(#[source] std::io::Error),
    /// Only tar archives are unpacked.
    #[error("only tar archives are unpacked")]
    Zip,
}

/// An unpacked source; removed when dropped.
#[derive(Debug)]
pub struct Unpacked {
    directory: TempDir,
    top: String,
}

/// Unpacks a tar archive whose one top directory is `top`. Members that would leave the directory
/// are left out by the library that unpacks; a check speaks of them.
///
/// # Errors
/// See [`UnpackError`].
pub fn unpack(archive: Box<dyn Read + Send>, top: &str) -> Result<Unpacked, UnpackError> {
    let directory = files::scratch()?;
    let mut archive = BufReader::with_capacity(128 << 10, archive);
    let start = std::io::BufRead::fill_buf(&mut archive).map_err(UnpackError::Write)?;
    let container = Container::sniff(&start[..start.len().min(512)]);
    let container = container.ok_or(read::ReadError::Unknown)?;
    if container == Container::Zip {
        return Err(UnpackError::Zip);
    }
    let mut tar = tar::Archive::new(read::decompressed(archive, container));
    tar.unpack(directory.path()).map_err(UnpackError::Write)?;
    Ok(Unpacked { directory, top: top.to_owned() })
}

impl Unpacked {
    /// The directory that the commands run in.
    pub fn path(&self) -> PathBuf {
        self.directory.path().join(&self.top)
    }

    /// Runs a shell command in it, with what it says going to stderr; returns its exit status.
    ///
    /// # Errors
    /// There is no shell.
    pub fn run(&self, line: &str) -> Result<i32, ProcessError> {
        let start = |source| ProcessError::Start { program: "sh".to_owned(), source };
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(self.path()).stdin(Stdio::null());
        command.stdout(Stdio::from(std::io::stderr()));
        let status = command.status().map_err(start)?;
        Ok(status.code().unwrap_or(-1))
    }
}
