//! Files, written so that nothing half-done is ever seen under its final name.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use tempfile::TempDir;

/// A file or directory that could not be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot {verb} `{}`: {source}", path.display())]
pub struct FileError {
    verb: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl FileError {
    /// What the system said.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

pub(super) fn at<'a>(
    verb: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> FileError + 'a {
    move |source| FileError { verb, path: path.to_owned(), source }
}

/// Reads a file of at most `limit` bytes; none if it does not exist.
///
/// # Errors
/// It cannot be read, or is larger.
pub fn read(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(at("open", path))?,
    };
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(at("read", path))?;
    if bytes.len() as u64 > limit {
        let error = io::Error::other(format!("it has more than {limit} bytes"));
        return Err(at("read", path)(error));
    }
    Ok(Some(bytes))
}

/// As [`read`], for text.
///
/// # Errors
/// It is no UTF-8, besides those of [`read`].
pub fn read_text(path: &Path, limit: u64) -> Result<Option<String>, FileError> {
    let bytes = read(path, limit)?;
    let text = bytes.map(String::from_utf8).transpose();
    text.map_err(|_| at("read", path)(io::Error::other("it is not UTF-8 text")))
}

/// Opens a file for reading.
///
/// # Errors
/// It cannot be opened.
pub fn open(path: &Path) -> Result<File, FileError> {
    File::open(path).map_err(at("open", path))
}

/// Opens a file for writing behind what is in it; makes it and its directory if need be.
///
/// # Errors
/// It cannot be opened.
pub fn append(path: &Path) -> Result<File, FileError> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(at("create the directory", parent))?;
    }
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true).open(path).map_err(at("create", path))
}

/// Empties an open file.
///
/// # Errors
/// It cannot be written.
pub fn truncate(path: &Path, file: &File) -> Result<(), FileError> {
    file.set_len(0).map_err(at("write", path))
}

/// Gives a file another name, in the place of whatever had it.
///
/// # Errors
/// It cannot be moved.
pub fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).map_err(at("write", to))
}

/// Makes a [`FileError`] of what the system said while `verb` was done to `path`.
pub fn cannot<'a>(verb: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FileError + 'a {
    at(verb, path)
}

/// Hands all bytes of a file to `sink`, piece by piece.
///
/// # Errors
/// It cannot be read.
pub fn each_piece(path: &Path, sink: &mut dyn FnMut(&[u8])) -> Result<(), FileError> {
    let mut file = open(path)?;
    let mut buffer = vec![0; 128 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => sink(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(at("read", path)(error)),
        }
    }
}

/// The size of a regular file; none for anything else and for what does not exist.
pub fn size(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
}

/// When a file's content last changed, as far as the system tells.
pub fn changed(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

/// Whether something is at `path`, even a broken link.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether a directory is at `path`.
pub fn is_directory(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_dir())
}

/// Whether two paths lead to one existing file.
pub fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| fs::canonicalize(path).ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}

/// Fails if a part of the path below `base` is a symbolic link: it may lead out of it.
///
/// # Errors
/// As said.
pub fn refuse_links(base: &Path, path: &Path) -> Result<(), FileError> {
    let below = path.strip_prefix(base).unwrap_or(path);
    let mut place = base.to_owned();
    for part in below.components() {
        place.push(part);
        if fs::symlink_metadata(&place).is_ok_and(|metadata| metadata.is_symlink()) {
            let error = io::Error::other("it is a symbolic link, which may lead anywhere");
            return Err(at("write to", &place)(error));
        }
    }
    Ok(())
}

/// The path of a file below `base`, links followed; it may not exist.
///
/// # Errors
/// It lies elsewhere.
pub fn inside(base: &Path, below: &Path) -> Result<PathBuf, FileError> {
    let path = base.join(below);
    let outside = || at("read", &path)(io::Error::other("it is not in the repository"));
    let climbs =
        below.components().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir));
    if climbs {
        return Err(outside());
    }
    let real = |path: &Path| fs::canonicalize(path).ok();
    match (real(base), real(&path)) {
        (Some(base), Some(real)) if !real.starts_with(&base) => Err(outside()),
        _ => Ok(path),
    }
}

/// Names of what is in a directory, sorted.
///
/// # Errors
/// It cannot be listed.
pub fn list(directory: &Path) -> Result<Vec<String>, FileError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(at("list", directory))? {
        let entry = entry.map_err(at("list", directory))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Writes a file in one step: to a temporary name beside it, then by rename.
///
/// # Errors
/// It cannot be written; what was at `path` is unchanged then.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let staging = Staging::beside(path)?;
    let name = staging.path().join("file");
    let mut file = File::create(&name).map_err(at("create", path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(at("write", path))?;
    fs::rename(&name, path).map_err(at("write", path))
}

/// Makes a directory with those above it, if there is none.
///
/// # Errors
/// It cannot be made.
pub fn make_directory(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(at("create the directory", path))
}

/// Gives a file another name, and makes the directories above that name; whether it could: names on
/// another file system cannot be had, nor those of somebody else's files on some systems.
pub fn link(file: &Path, name: &Path) -> bool {
    // Of a symbolic link itself it would be another symbolic link.
    let linked = fs::canonicalize(file).and_then(|file| {
        name.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::hard_link(file, name)
    });
    linked.is_ok()
}

/// Whether the system may run a file as a program.
pub fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Removes a file; that there is none is fine.
///
/// # Errors
/// It cannot be removed.
pub fn remove_if_present(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other.map_err(at("remove", path)),
    }
}

/// Replaces what is in a file by what `change` makes of it, in one step and alone: another `change`
/// of the same file waits. A link is followed, and the file keeps its permissions. `change` gets
/// none if there is no file, and leaves it alone by returning no bytes.
///
/// # Errors
/// It cannot be read, is larger than `limit`, or cannot be written (it is unchanged then); or those
/// of `change`.
pub fn change<T, E: From<FileError>>(
    path: &Path,
    limit: u64,
    change: impl FnOnce(Option<&[u8]>) -> Result<(Option<Vec<u8>>, T), E>,
) -> Result<T, E> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    // The directory is locked, as the file is another one after each change. Where directories
    // cannot be locked, nobody waits.
    let lock = File::open(directory.unwrap_or(Path::new("."))).ok();
    if let Some(lock) = &lock {
        let _ = lock.lock();
    }
    let old = read(path, limit)?;
    let (new, result) = change(old.as_deref())?;
    if let Some(new) = new {
        replace(path, &new)?;
    }
    Ok(result)
}

/// As [`write()`], keeping the permissions of the file that was there.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let staging = Staging::beside(path)?;
    staging.create("file")?.write_all(bytes).map_err(at("write", path))?;
    if let Ok(metadata) = fs::metadata(path) {
        let name = staging.path().join("file");
        fs::set_permissions(name, metadata.permissions()).map_err(at("write", path))?;
    }
    staging.publish("file", path)
}

/// Makes a directory for output inside a work tree, if there is none yet, that git takes no notice
/// of: what is made there shall not make the work tree look dirty.
///
/// # Errors
/// It cannot be made.
pub fn ensure_ignored_directory(directory: &Path) -> Result<(), FileError> {
    if is_directory(directory) {
        return Ok(());
    }
    fs::create_dir_all(directory).map_err(at("create the directory", directory))?;
    write(&directory.join(".gitignore"), b"*\n")
}

/// A directory for files in the making, in the same filesystem as their final place. It is removed
/// with all that is left in it when dropped.
#[derive(Debug)]
pub struct Staging {
    directory: Scratch,
    /// Held for as long as it lives: whoever sweeps knows by it that somebody works here.
    _lock: Option<File>,
}

/// What directories for files in the making are called, and the file in them that is locked.
const STAGING: &str = ".plusone-";
const LOCK: &str = ".lock";

/// Directories that an interrupt has to remove.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what is unfinished when the program is interrupted or told to end.
///
/// # Errors
/// The system does not let us; the program works all the same.
pub fn clean_up_on_interrupt() -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(|| {
        const ATTEMPTS: u32 = 5;
        for directory in UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // What other threads still write into cannot be removed at once; what cannot be removed
            // at all stays under its temporary name.
            let _ = { 0..ATTEMPTS }.any(|_| fs::remove_dir_all(&directory).is_ok());
        }
        // As a shell reports a program that an interrupt ended.
        std::process::exit(130);
    })
}

/// Removes directories for files in the making that nobody works in any more.
fn sweep(directory: &Path) {
    for name in list(directory).unwrap_or_default() {
        let left = directory.join(&name);
        if !name.starts_with(STAGING) || !is_directory(&left) {
            continue;
        }
        // Whoever makes one locks it at once. Without a lock it is somebody else's, or empty still.
        let lock = File::open(left.join(LOCK)).ok().filter(|lock| lock.try_lock().is_ok());
        if lock.is_some() {
            // What cannot be removed stays under its temporary name.
            let _ = fs::remove_dir_all(&left);
        }
    }
}

impl Staging {
    /// Makes one inside `directory`, which is made too if need be.
    ///
    /// # Errors
    /// The directory cannot be made or written to.
    pub fn inside(directory: &Path) -> Result<Self, FileError> {
        fs::create_dir_all(directory).map_err(at("create the directory", directory))?;
        let made = tempfile::Builder::new().prefix(STAGING).tempdir_in(directory);
        let directory = Scratch::new(made.map_err(at("write to the directory", directory))?);
        // Where files cannot be locked, nothing is swept.
        let lock = File::create(directory.path().join(LOCK)).ok();
        let lock = lock.filter(|lock| lock.try_lock().is_ok());
        Ok(Self { directory, _lock: lock })
    }

    /// Makes one for files whose final place is `directory`, which is made too if need be: beside it,
    /// so that nothing but finished files is ever in it, and on the same file system. What a killed
    /// program left of such is swept away.
    ///
    /// # Errors
    /// The directory cannot be made or written to.
    pub fn outside(directory: &Path) -> Result<Self, FileError> {
        make_directory(directory)?;
        let parent = absolute(directory).parent().map(Path::to_owned);
        for place in parent.iter().map(PathBuf::as_path).chain([directory]) {
            sweep(place);
        }
        // A directory of its own file system, or below one that is not ours.
        let beside = parent.and_then(|parent| Self::inside(&parent).ok());
        let fits = |staging: &Self| {
            let probe = directory.join(staging.directory.path().file_name().unwrap_or_default());
            let moved = staging.create("probe").is_ok()
                && fs::rename(staging.path().join("probe"), &probe).is_ok();
            moved && fs::remove_file(&probe).is_ok()
        };
        match beside.filter(fits) {
            Some(staging) => Ok(staging),
            None => Self::inside(directory),
        }
    }

    fn beside(path: &Path) -> Result<Self, FileError> {
        match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            Some(parent) => Self::inside(parent),
            None => Self::inside(Path::new(".")),
        }
    }

    /// Where the files in the making are.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Creates a file in it.
    ///
    /// # Errors
    /// It cannot be created.
    pub fn create(&self, name: &str) -> Result<File, FileError> {
        let path = self.path().join(name);
        File::create(&path).map_err(at("create", &path))
    }

    /// Gives a finished file its final place, durably; replaces what was there.
    ///
    /// # Errors
    /// It cannot be moved.
    pub fn publish(&self, name: &str, to: &Path) -> Result<(), FileError> {
        let from = self.path().join(name);
        File::open(&from).and_then(|file| file.sync_all()).map_err(at("write", to))?;
        fs::rename(&from, to).map_err(at("write", to))
    }
}

/// Lets nobody but the owner into a directory.
///
/// # Errors
/// The system does not allow it.
pub fn make_private(path: &Path) -> Result<(), FileError> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(path, private).map_err(at("change the permissions of", path))?;
    }
    Ok(())
}

/// A new directory for what is left to be looked at.
///
/// # Errors
/// The system gives none.
pub fn kept_scratch(prefix: &str) -> Result<PathBuf, FileError> {
    let place = std::env::temp_dir();
    let made = tempfile::Builder::new().prefix(prefix).tempdir().map_err(at("write to", &place))?;
    Ok(made.keep())
}

/// A new private directory for throw-away data.
///
/// # Errors
/// The system gives none.
pub fn scratch() -> Result<Scratch, FileError> {
    let place = std::env::temp_dir();
    let made = tempfile::Builder::new().prefix("plusone-").tempdir();
    Ok(Scratch::new(made.map_err(at("write to", &place))?))
}

/// A directory that is removed with all that is in it when dropped, and after a signal too.
#[derive(Debug)]
pub struct Scratch(TempDir);

impl Scratch {
    fn new(directory: TempDir) -> Self {
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        unfinished.push(directory.path().to_owned());
        Self(directory)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Lets it stay; returns where it is.
    pub fn keep(mut self) -> PathBuf {
        self.0.disable_cleanup(true);
        self.path().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let mut unfinished = UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner);
        unfinished.retain(|directory| directory != self.0.path());
    }
}

/// Puts what is at `from` where it is read as `to`; what is not there is not put there.
///
/// # Errors
/// It cannot be linked.
pub(super) fn borrow(from: &Path, to: &Path) -> Result<(), FileError> {
    if !exists(from) {
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        make_directory(parent)?;
    }
    #[cfg(unix)]
    let linked = std::os::unix::fs::symlink(from, to);
    #[cfg(not(unix))]
    let linked = fs::hard_link(from, to);
    linked.map_err(at("link", to))
}

/// The path in full, for people and for other programs.
pub fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
