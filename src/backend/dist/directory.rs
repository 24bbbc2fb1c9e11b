//! A dist area in a plain directory, mounted or synchronized by whatever means.
//!
//! New files are made under names that start with `.plusone-` beside their final place, and then
//! renamed. What a commit is going to rename and remove is written down first (`.plusone-commit`,
//! in the root): a commit that was interrupted after that is finished by the next look at the area,
//! one that was interrupted before leaves nothing. A lock keeps writers apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use sha2::Digest;

use super::{AreaError, Depth, DistArea, MayWrite, Trouble};
use crate::dist::{Change, Commit, Content, Files, Listing, Place, Revision, Sha512};

/// What names of ours start with, which are no part of the area.
const OURS: &str = ".plusone-";

/// A plain directory.
#[derive(Debug)]
pub struct Directory {
    root: PathBuf,
    address: String,
    /// Digests of files that were read, valid while size and time of change stay.
    known: Mutex<HashMap<PathBuf, (u64, SystemTime, Sha512)>>,
}

/// What a commit is going to do, in places from the root. All renames come before all removals.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Intent {
    /// Whether everything to be renamed is complete.
    ready: bool,
    /// From, a name of ours, and to.
    renames: Vec<(Place, Place)>,
    /// The place, and the name of ours that it is moved to before it is removed.
    removals: Vec<(Place, Place)>,
}

impl Directory {
    /// The area in a directory, which is not looked at yet.
    pub fn new(root: &Path) -> Self {
        let address = format!("directory:{}", root.display());
        Self { root: root.to_owned(), address, known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<PathBuf, (u64, SystemTime, Sha512)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, place: &Place) -> PathBuf {
        if place.is_root() { self.root.clone() } else { self.root.join(place.as_str()) }
    }

    fn failed(&self, verb: &'static str, path: &Path) -> impl Fn(io::Error) -> AreaError {
        let path = path.display().to_string();
        move |error| {
            let trouble = match error.kind() {
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                    Trouble::Forbidden
                }
                io::ErrorKind::NotFound => Trouble::Missing,
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Trouble::Full,
                io::ErrorKind::AlreadyExists => Trouble::Changed,
                _ => Trouble::Other,
            };
            AreaError::new(trouble, verb, &path, error)
        }
    }

    fn refuse(&self, trouble: Trouble, place: &Place, said: &str) -> AreaError {
        let path = self.path(place).display().to_string();
        AreaError::new(trouble, "commit to", &path, said)
    }

    /// Keeps other writers out until dropped.
    fn lock(&self) -> Result<File, AreaError> {
        let path = self.root.join(format!("{OURS}lock"));
        let open = || File::options().create(true).truncate(false).write(true).open(&path);
        let file = open().map_err(self.failed("lock", &path))?;
        file.lock().map_err(self.failed("lock", &path))?;
        Ok(file)
    }

    fn intent(&self) -> PathBuf {
        self.root.join(format!("{OURS}commit"))
    }

    /// Finishes or undoes what an interrupted commit left. Whoever calls holds the lock.
    fn recover(&self) -> Result<(), AreaError> {
        let path = self.intent();
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other.map_err(self.failed("read", &path))?,
        };
        // It was renamed into its place complete: what cannot be read was not written by us.
        let intent: Intent = serde_json::from_slice(&bytes)
            .map_err(|error| self.failed("read", &path)(io::Error::other(error)))?;
        if intent.ready { self.carry_out(&intent) } else { self.undo(&intent) }
    }

    fn undo(&self, intent: &Intent) -> Result<(), AreaError> {
        for (from, _) in &intent.renames {
            self.discard(from)?;
        }
        self.forget()
    }

    /// Does what is still to be done.
    fn carry_out(&self, intent: &Intent) -> Result<(), AreaError> {
        for (from, to) in &intent.renames {
            let (from, to) = (self.path(from), self.path(to));
            if fs::symlink_metadata(&from).is_ok() {
                if fs::symlink_metadata(&to).is_ok() {
                    let error = io::Error::other("something else is there meanwhile");
                    return Err(self.failed("move to", &to)(error));
                }
                fs::rename(&from, &to).map_err(self.failed("move to", &to))?;
                self.sync_directory(&to)?;
            }
        }
        for (place, trash) in &intent.removals {
            let (from, to) = (self.path(place), self.path(trash));
            if fs::symlink_metadata(&from).is_ok() {
                fs::rename(&from, &to).map_err(self.failed("remove", &from))?;
                self.sync_directory(&to)?;
            }
            self.discard(trash)?;
        }
        self.forget()
    }

    fn discard(&self, place: &Place) -> Result<(), AreaError> {
        let path = self.path(place);
        let removed = match fs::symlink_metadata(&path) {
            Err(_) => return Ok(()),
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&path),
            Ok(_) => fs::remove_file(&path),
        };
        removed.map_err(self.failed("remove", &path))
    }

    fn forget(&self) -> Result<(), AreaError> {
        let path = self.intent();
        fs::remove_file(&path).map_err(self.failed("remove", &path))?;
        self.sync_directory(&path)
    }

    /// Makes durable under which name `path` is.
    fn sync_directory(&self, path: &Path) -> Result<(), AreaError> {
        let parent = path.parent().unwrap_or(&self.root);
        // Not all systems can do that for a directory.
        let _ = File::open(parent).and_then(|directory| directory.sync_all());
        Ok(())
    }

    fn note(&self, intent: &Intent) -> Result<(), AreaError> {
        let (path, new) = (self.intent(), self.root.join(format!("{OURS}commit-new")));
        let write = || -> io::Result<()> {
            let mut file = File::create(&new)?;
            file.write_all(&serde_json::to_vec(intent)?)?;
            file.sync_all()?;
            fs::rename(&new, &path)
        };
        write().map_err(self.failed("write", &path))?;
        self.sync_directory(&path)
    }

    fn metadata(&self, place: &Place) -> Result<Option<Metadata>, AreaError> {
        let path = self.path(place);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            // Below a file is nothing.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(None),
            other => other.map(Some).map_err(self.failed("look at", &path)),
        }
    }

    /// The digest of a file; that of a link is of where it leads, which is not gone to.
    fn digest(&self, path: &Path, metadata: &Metadata) -> io::Result<Sha512> {
        if metadata.is_symlink() {
            let target = fs::read_link(path)?;
            let mut hasher = sha2::Sha512::new();
            hasher.update(format!("link to {}", target.display()));
            return Ok(hasher.into());
        }
        let changed = metadata.modified()?;
        if let Some((size, at, digest)) = self.known().get(path)
            && (*size, *at) == (metadata.len(), changed)
        {
            return Ok(digest.clone());
        }
        let mut hasher = sha2::Sha512::new();
        pump(&mut File::open(path)?, &mut |piece| {
            hasher.update(piece);
            Ok(())
        })?;
        let digest: Sha512 = hasher.into();
        let entry = (metadata.len(), changed, digest.clone());
        self.known().insert(path.to_owned(), entry);
        Ok(digest)
    }

    fn walk(&self, place: &Place, depth: Depth, listing: &mut Listing) -> Result<(), AreaError> {
        let mut waiting = vec![Place::ROOT];
        while let Some(directory) = waiting.pop() {
            let path = self.path(&place.join(&directory));
            let failed = self.failed("list", &path);
            for entry in fs::read_dir(&path).map_err(&failed)? {
                let entry = entry.map_err(&failed)?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.starts_with(OURS) {
                    continue;
                }
                let name: Place = name.parse().map_err(io::Error::other).map_err(&failed)?;
                let metadata = entry.metadata().map_err(&failed)?;
                let below = directory.join(&name);
                if metadata.is_dir() {
                    if depth == Depth::All {
                        waiting.push(below.clone());
                    }
                    listing.directories.insert(below);
                } else {
                    listing.files.insert(below, metadata.len());
                }
            }
        }
        Ok(())
    }

    /// All files at a place with their digests.
    fn contents(&self, place: &Place, files: &BTreeMap<Place, u64>) -> Result<Files, AreaError> {
        let mut contents = Files::new();
        for (below, &size) in files {
            let path = self.path(&place.join(below));
            let digest = fs::symlink_metadata(&path)
                .and_then(|metadata| self.digest(&path, &metadata))
                .map_err(self.failed("read", &path))?;
            contents.insert(below.clone(), Content { size, sha512: digest });
        }
        Ok(contents)
    }

    fn look(&self, place: &Place, depth: Depth) -> Result<Option<Listing>, AreaError> {
        let Some(metadata) = self.metadata(place)? else { return Ok(None) };
        let mut listing = Listing {
            revision: Revision::of(&Files::new()),
            changed: Revision::of(&Files::new()),
            files: BTreeMap::new(),
            directories: BTreeSet::new(),
        };
        if metadata.is_dir() {
            self.walk(place, depth, &mut listing)?;
        } else {
            listing.files.insert(Place::ROOT, metadata.len());
        }
        if depth == Depth::All {
            listing.revision = Revision::of(&self.contents(place, &listing.files)?);
            listing.changed = listing.revision.clone();
        }
        Ok(Some(listing))
    }
}

fn pump(file: &mut dyn Read, sink: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; 128 << 10];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => sink(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

impl DistArea for Directory {
    fn address(&self) -> &str {
        &self.address
    }

    fn list(&self, place: &Place, depth: Depth) -> Result<Option<Listing>, AreaError> {
        if fs::symlink_metadata(self.intent()).is_ok() {
            let _lock = self.lock()?;
            self.recover()?;
        }
        self.look(place, depth)
    }

    fn stream(
        &self,
        place: &Place,
        _at: Option<&Revision>,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), AreaError> {
        let path = self.path(place);
        let failed = self.failed("read", &path);
        // A link may lead anywhere.
        if !fs::symlink_metadata(&path).map_err(&failed)?.is_file() {
            return Err(failed(io::Error::other("it is no regular file")));
        }
        pump(&mut File::open(&path).map_err(&failed)?, sink).map_err(&failed)
    }

    fn apply(&self, commit: &Commit) -> Result<Revision, AreaError> {
        let _lock = self.lock()?;
        self.recover()?;
        let draft = Draft::new(self, commit)?;
        self.note(&draft.intent)?;
        let prepared = draft.prepare(commit);
        let Draft { mut intent, .. } = draft;
        if let Err(error) = prepared {
            // If even that fails, the next look at the area does it.
            let _ = self.undo(&intent);
            return Err(error);
        }
        intent.ready = true;
        self.note(&intent)?;
        // From here on it will be done, by the next look at the area if not now.
        let unclear = |mut error: AreaError| {
            error.trouble = Trouble::Other;
            error
        };
        self.carry_out(&intent).map_err(unclear)?;
        let about = self.look(&commit.about, Depth::All)?;
        Ok(about.map_or_else(|| Revision::of(&Files::new()), |listing| listing.changed))
    }

    fn may_write(&self, place: &Place) -> MayWrite {
        let mut path = self.path(place);
        while fs::symlink_metadata(&path).is_err() && path.pop() {}
        match tempfile::Builder::new().prefix(OURS).tempfile_in(&path) {
            Ok(_) => MayWrite::Yes,
            Err(error) => MayWrite::No(format!("{}: {error}", path.display())),
        }
    }
}

/// A commit that was found to be possible.
struct Draft<'a> {
    area: &'a Directory,
    intent: Intent,
}

impl<'a> Draft<'a> {
    /// Checks that a commit can be made, and decides under which names.
    fn new(area: &'a Directory, commit: &Commit) -> Result<Self, AreaError> {
        let mut draft = Self { area, intent: Intent::default() };
        let mut made: BTreeSet<Place> = BTreeSet::new();
        for change in &commit.changes {
            match change {
                Change::MakeDirectory(to) | Change::Put { to, .. } => draft.adds(to, &mut made)?,
                Change::Copy { from, to, files, .. } => {
                    draft.is_as_voted(from, files)?;
                    draft.adds(to, &mut made)?;
                }
                Change::Remove(place) => draft.removes(place)?,
            }
        }
        Ok(draft)
    }

    fn adds(&mut self, to: &Place, made: &mut BTreeSet<Place>) -> Result<(), AreaError> {
        let refuse = |trouble, said| Err(self.area.refuse(trouble, to, said));
        if to.is_root() || self.area.metadata(to)?.is_some() || made.contains(to) {
            return refuse(Trouble::Changed, "it is there already");
        }
        let parent = to.parent().unwrap_or_default();
        if !made.contains(&parent) {
            if !self.area.metadata(&parent)?.is_some_and(|metadata| metadata.is_dir()) {
                return refuse(Trouble::Missing, "its directory is not there");
            }
            let name = self.new_name(&parent);
            self.intent.renames.push((name, to.clone()));
        }
        made.insert(to.clone());
        Ok(())
    }

    fn removes(&mut self, place: &Place) -> Result<(), AreaError> {
        if place.is_root() || self.area.metadata(place)?.is_none() {
            return Err(self.area.refuse(Trouble::Missing, place, "it is not there"));
        }
        let name = self.new_name(&place.parent().unwrap_or_default());
        self.intent.removals.push((place.clone(), name));
        Ok(())
    }

    /// A name of ours in `directory`; the lock makes it ours alone.
    fn new_name(&self, directory: &Place) -> Place {
        let number = self.intent.renames.len() + self.intent.removals.len();
        let name = format!("{OURS}{number}").parse().unwrap_or_default();
        directory.join(&name)
    }

    fn is_as_voted(&self, from: &Place, files: &Files) -> Result<(), AreaError> {
        let listing = self.area.look(from, Depth::All)?;
        let sizes = listing.map(|listing| listing.files).unwrap_or_default();
        let same = self.area.contents(from, &sizes)? == *files;
        match same {
            true => Ok(()),
            false => Err(self.area.refuse(Trouble::Changed, from, "it is not what it was")),
        }
    }

    /// Where a place is while it is made.
    fn unfinished(&self, place: &Place) -> PathBuf {
        let below = |(name, to): &(Place, Place)| Some(name.join(&place.below(to)?));
        let place = self.intent.renames.iter().find_map(below).unwrap_or_else(|| place.clone());
        self.area.path(&place)
    }

    fn prepare(&self, commit: &Commit) -> Result<(), AreaError> {
        for (name, _) in &self.intent.renames {
            self.area.discard(name)?;
        }
        for change in &commit.changes {
            match change {
                Change::MakeDirectory(place) => self.make_directory(place)?,
                Change::Put { to, content, from } => {
                    self.copy(Path::new(from), to, content, "read")?;
                }
                Change::Copy { from, to, files, .. } => {
                    let is_file = files.contains_key(&Place::ROOT);
                    if !is_file {
                        self.make_directory(to)?;
                    }
                    let below: BTreeSet<Place> = files.keys().flat_map(Place::ancestors).collect();
                    for directory in &below {
                        self.make_directory(&to.join(directory))?;
                    }
                    for (place, content) in files {
                        let from = self.area.path(&from.join(place));
                        self.copy(&from, &to.join(place), content, "copy")?;
                    }
                }
                Change::Remove(_) => {}
            }
        }
        Ok(())
    }

    fn make_directory(&self, place: &Place) -> Result<(), AreaError> {
        let path = self.unfinished(place);
        fs::create_dir(&path).map_err(self.area.failed("make", &path))?;
        self.area.sync_directory(&path)
    }

    /// Copies a file and looks at every byte of it on the way.
    fn copy(
        &self,
        from: &Path,
        to: &Place,
        content: &Content,
        verb: &'static str,
    ) -> Result<(), AreaError> {
        let local =
            |said: String| AreaError::new(Trouble::Local, verb, &from.display().to_string(), said);
        let path = self.unfinished(to);
        let failed = self.area.failed("write", &path);
        let mut source = File::open(from).map_err(|error| local(error.to_string()))?;
        let mut file = File::create(&path).map_err(&failed)?;
        let mut hasher = sha2::Sha512::new();
        pump(&mut source, &mut |piece| {
            hasher.update(piece);
            file.write_all(piece)
        })
        .and_then(|()| file.sync_all())
        .map_err(&failed)?;
        self.area.sync_directory(&path)?;
        let digest: Sha512 = hasher.into();
        if digest != content.sha512 {
            return Err(local(format!("it has become another file, of SHA-512 {digest}")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        text.parse().expect(text)
    }

    /// An area with `old/file`, and a commit that adds `new/a` and `new/b`, copies `old` to `moved`
    /// and removes it.
    fn world() -> (tempfile::TempDir, Directory, Commit) {
        let home = tempfile::tempdir().expect("a directory");
        let root = home.path().join("area");
        fs::create_dir_all(root.join("old")).expect("made");
        fs::write(root.join("old/file"), "old").expect("written");
        let area = Directory::new(&root);
        let put = |name: &str| {
            let from = home.path().join(name);
            fs::write(&from, name).expect("written");
            let content = super::super::local::content(&from).expect("read");
            let from = from.to_str().expect("UTF-8").to_owned();
            Change::Put { to: place(&format!("new/{name}")), content, from }
        };
        let files = area.contents(&place("old"), &[(place("file"), 3)].into()).expect("read");
        let changes = vec![
            Change::MakeDirectory(place("new")),
            put("a"),
            put("b"),
            Change::Copy {
                from: place("old"),
                at: Revision::of(&files),
                to: place("moved"),
                files,
            },
            Change::Remove(place("old")),
        ];
        let base = Revision::of(&Files::new());
        let commit = Commit { about: place("new"), base, changes, message: String::new() };
        (home, area, commit)
    }

    fn names(area: &Directory) -> Vec<String> {
        let listing = area.list(&Place::ROOT, Depth::All).expect("listed").expect("there");
        let names = listing.files.keys().map(ToString::to_string).collect();
        let all = |path: &Path| -> Vec<PathBuf> {
            fs::read_dir(path).expect("listed").map(|entry| entry.expect("one").path()).collect()
        };
        let directories = std::iter::once(area.root.clone())
            .chain(all(&area.root).into_iter().filter(|path| path.is_dir()));
        let ours = directories.flat_map(|directory| all(&directory)).filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(OURS) && name != ".plusone-lock"
        });
        assert_eq!(ours.count(), 0, "nothing of ours is left");
        names
    }

    const BEFORE: [&str; 1] = ["old/file"];
    const AFTER: [&str; 3] = ["moved/file", "new/a", "new/b"];

    #[test]
    fn a_commit_is_made() {
        let (_home, area, commit) = world();
        let revision = area.apply(&commit).expect("it is made");
        assert_eq!(names(&area), AFTER);
        let listing = area.list(&place("new"), Depth::All).expect("listed").expect("there");
        assert_eq!(listing.changed, revision);
    }

    #[test]
    fn what_was_interrupted_before_it_was_ready_is_undone() {
        let (_home, area, commit) = world();
        let draft = Draft::new(&area, &commit).expect("it can be made");
        area.note(&draft.intent).expect("written");
        draft.prepare(&commit).expect("prepared");
        assert_eq!(names(&area), BEFORE);
        area.apply(&commit).expect("it can be made now");
        assert_eq!(names(&area), AFTER);
    }

    #[test]
    fn what_was_interrupted_after_it_was_ready_is_finished() {
        // After each of the renames and removals there are.
        for steps in 0..4 {
            let (_home, area, commit) = world();
            let mut draft = Draft::new(&area, &commit).expect("it can be made");
            area.note(&draft.intent).expect("written");
            draft.prepare(&commit).expect("prepared");
            draft.intent.ready = true;
            area.note(&draft.intent).expect("written");
            let renames = draft.intent.renames.iter().chain(&draft.intent.removals);
            for (from, to) in renames.take(steps) {
                fs::rename(area.path(from), area.path(to)).expect("renamed");
            }
            assert_eq!(names(&area), AFTER, "{steps}");
        }
    }

    #[test]
    fn what_is_in_the_way_is_kept() {
        let (_home, area, commit) = world();
        fs::create_dir(area.root.join("moved")).expect("made");
        let error = area.apply(&commit).expect_err("it is in the way");
        assert_eq!(error.trouble, Trouble::Changed);
        assert_eq!(names(&area), BEFORE);
        fs::remove_dir(area.root.join("moved")).expect("removed");
        fs::write(area.root.join("old/file"), "new").expect("written");
        let error = area.apply(&commit).expect_err("it has changed");
        assert_eq!(error.trouble, Trouble::Changed);
        assert_eq!(names(&area), BEFORE);
    }
}
