//! Building a stranger's source, when the user asks for it: unpacked into a throw-away directory,
//! with the project's own commands.

use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha512};

use super::files::{self, FileError, Scratch};
use super::process::ProcessError;
use crate::archive::read::{self, Container, Head};

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
    /// It was fetched anew, and is another than the one that was verified.
    #[error("the source is not the one that was verified: the server gave out another")]
    Another,
}

/// An unpacked source; removed when dropped.
#[derive(Debug)]
pub struct Unpacked {
    directory: Scratch,
    top: String,
}

/// Unpacks a tar archive whose one top directory is `top` and whose SHA-512 is `sha512`: it may
/// come from a server for the second time. It is read as when it was verified, so that just what was
/// looked at is built.
///
/// # Errors
/// See [`UnpackError`].
pub fn unpack(
    archive: Box<dyn Read + Send>,
    top: &str,
    sha512: &[u8],
) -> Result<Unpacked, UnpackError> {
    let directory = files::scratch()?;
    let archive = Digesting { archive, digest: Sha512::new() };
    let mut archive = BufReader::with_capacity(128 << 10, archive);
    let start = std::io::BufRead::fill_buf(&mut archive).map_err(UnpackError::Write)?;
    let container = Container::sniff(&start[..start.len().min(512)]);
    let container = container.ok_or(read::ReadError::Unknown)?;
    if container == Container::Zip {
        return Err(UnpackError::Zip);
    }
    let limits = read::Limits::default();
    read::visit_tar(
        &mut *read::decompressed(&mut archive, container),
        limits,
        false,
        &mut |head, content| write(directory.path(), &head, content),
    )?;
    io::copy(&mut archive, &mut io::sink()).map_err(UnpackError::Write)?;
    if archive.into_inner().digest.finalize()[..] != *sha512 {
        return Err(UnpackError::Another);
    }
    Ok(Unpacked { directory, top: top.to_owned() })
}

/// Writes a member below `root`. That nothing of it is in the way, and no link on the way to it, is
/// known of every member that is read.
#[cfg(unix)]
fn write(root: &Path, head: &Head, content: &mut dyn Read) -> io::Result<()> {
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::path::Component;
    use std::time::{Duration, UNIX_EPOCH};

    use crate::archive::read::HeadKind;

    let inside = |path: &[u8]| {
        let path = Path::new(OsStr::from_bytes(path));
        let stays = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        let leaves = || io::Error::other("a member leaves the directory");
        path.components().all(stays).then(|| root.join(path)).ok_or_else(leaves)
    };
    let path = inside(&head.path)?;
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match &head.kind {
        HeadKind::Directory => fs::create_dir_all(&path),
        HeadKind::HardLink(target) => fs::hard_link(inside(target)?, &path),
        HeadKind::Symlink(target) => symlink(OsStr::from_bytes(target), &path),
        HeadKind::Other(_) => Ok(()),
        HeadKind::File => {
            let mut file = fs::File::create_new(&path)?;
            io::copy(content, &mut file)?;
            let mode = if head.mode & 0o100 == 0 { 0o644 } else { 0o755 };
            file.set_permissions(fs::Permissions::from_mode(mode))?;
            // What is generated is told from its source by what is newer.
            let time = UNIX_EPOCH.checked_add(Duration::from_secs(head.mtime.unsigned_abs()));
            time.map_or(Ok(()), |time| file.set_modified(time))
        }
    }
}

#[cfg(not(unix))]
fn write(_: &Path, _: &Head, _: &mut dyn Read) -> io::Result<()> {
    Err(io::Error::other("sources are unpacked on Unix alone"))
}

/// Digests what is read through it.
struct Digesting {
    archive: Box<dyn Read + Send>,
    digest: Sha512,
}

impl Read for Digesting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.archive.read(buffer)?;
        self.digest.update(&buffer[..count]);
        Ok(count)
    }
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
