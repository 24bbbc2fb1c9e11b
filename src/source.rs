//! The tree at a commit, as the entries an archive is made of.
//!
//! A [`Tree`] hands out its entries in one order: the byte order of their paths, where a
//! directory's path ends in `/`. That is the order in which git keeps files, so a stream from
//! `git archive` needs no buffer, only a check. The work tree is never seen here: whoever makes a
//! tree takes it from a commit. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Read};

use crate::release::ObjectId;

/// A path inside the tree: relative, `/` between its parts, no `.` or `..`, no final `/`. Bytes,
/// because git does not know encodings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreePath(Vec<u8>);

impl TreePath {
    /// Parses a path as git or tar has it; a final `/` is dropped.
    ///
    /// # Errors
    /// A sentence that says what is wrong with an absolute path, an empty one, or one that leaves
    /// its directory.
    pub fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        let bytes = bytes.strip_suffix(b"/").unwrap_or(bytes);
        if bytes.is_empty() {
            return Err("it is empty");
        }
        if bytes.contains(&0) {
            return Err("it holds a NUL byte");
        }
        for part in bytes.split(|&byte| byte == b'/') {
            match part {
                b"" => return Err("it is absolute or has an empty part"),
                b"." | b".." => return Err("it has a part `.` or `..`"),
                _ => {}
            }
        }
        Ok(Self(bytes.to_vec()))
    }

    /// The path's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The path for people; bytes that are not UTF-8 are replaced. Not yet safe for a terminal.
    pub fn display(&self) -> String {
        String::from_utf8_lossy(&self.0).into_owned()
    }

    fn join(&self, below: &TreePath) -> TreePath {
        TreePath([&self.0[..], b"/", &below.0[..]].concat())
    }
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A regular file.
    File {
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A symbolic link.
    Symlink {
        /// Where it points to, as recorded.
        target: Vec<u8>,
    },
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is, below the tree's root.
    pub path: TreePath,
    /// What it is.
    pub kind: Kind,
    /// Bytes of content; 0 unless it is a file.
    pub size: u64,
}

impl Entry {
    /// Returns what the order of entries goes by: the path, with a final `/` for directories.
    fn order(&self) -> Vec<u8> {
        order_key(&self.path, matches!(self.kind, Kind::Directory))
    }
}

fn order_key(path: &TreePath, directory: bool) -> Vec<u8> {
    let mut key = path.0.clone();
    if directory {
        key.push(b'/');
    }
    key
}

/// Why a tree could not be handed out.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The stream behind the tree broke.
    #[error("cannot read the tree: {0}")]
    Read(#[source] io::Error),
    /// Whoever received the entries failed.
    #[error("{0}")]
    Visit(#[source] io::Error),
    /// A path that no archive may hold.
    #[error("the tree holds the path `{path}`: {reason}")]
    Path {
        /// The path, lossy.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Neither file, directory nor link.
    #[error("`{path}` is neither a file, a directory nor a symbolic link")]
    Member {
        /// The path, lossy.
        path: String,
    },
    /// Entries out of their order, or twice.
    #[error("the tree is out of order at `{path}`")]
    Order {
        /// The path, lossy.
        path: String,
    },
    /// The stream is of another commit than was asked for.
    #[error("the tree is of commit {found}, not of {expected}")]
    Commit {
        /// What the stream says.
        found: String,
        /// What was asked for.
        expected: ObjectId,
    },
}

/// Receives each entry with its content.
pub type Visitor<'a> = dyn FnMut(&Entry, &mut dyn Read) -> io::Result<()> + 'a;

/// Entries in their one order.
pub trait Tree {
    /// Hands every entry to `visitor`, in order.
    ///
    /// # Errors
    /// See [`TreeError`]; an error of the visitor comes back as [`TreeError::Visit`].
    fn visit(&mut self, visitor: &mut Visitor<'_>) -> Result<(), TreeError>;
}

/// A tree held in memory: sorts what it is given.
#[derive(Debug, Default)]
pub struct ListedTree {
    entries: BTreeMap<Vec<u8>, (Entry, Vec<u8>)>,
}

impl ListedTree {
    /// Adds an entry in any order; of two with the same path the later stays. The size is that of
    /// the content.
    pub fn insert(&mut self, path: TreePath, kind: Kind, content: Vec<u8>) {
        let entry = Entry { path, kind, size: content.len() as u64 };
        self.entries.insert(entry.order(), (entry, content));
    }
}

impl Tree for ListedTree {
    fn visit(&mut self, visitor: &mut Visitor<'_>) -> Result<(), TreeError> {
        for (entry, content) in self.entries.values() {
            visitor(entry, &mut &content[..]).map_err(TreeError::Visit)?;
        }
        Ok(())
    }
}

/// The tree in a tar stream made by `git archive` without a prefix.
pub struct TarTree<R> {
    stream: R,
    commit: ObjectId,
}

impl<R: Read> TarTree<R> {
    /// Reads the tree of `commit` from `stream`.
    pub fn new(stream: R, commit: ObjectId) -> Self {
        Self { stream, commit }
    }
}

impl<R: Read> Tree for TarTree<R> {
    fn visit(&mut self, visitor: &mut Visitor<'_>) -> Result<(), TreeError> {
        let mut archive = tar::Archive::new(&mut self.stream);
        for member in archive.entries().map_err(TreeError::Read)? {
            let mut member = member.map_err(TreeError::Read)?;
            if member.header().entry_type() == tar::EntryType::XGlobalHeader {
                check_commit(&mut member, &self.commit)?;
                continue;
            }
            let entry = entry_of(&member)?;
            visitor(&entry, &mut member).map_err(TreeError::Visit)?;
        }
        // git pads its stream to a full block, which can be all of another block. Who stops reading
        // before makes git fail with a broken pipe, if git is the slower of the two.
        io::copy(&mut self.stream, &mut io::sink()).map_err(TreeError::Read)?;
        Ok(())
    }
}

fn check_commit(comment: &mut dyn Read, expected: &ObjectId) -> Result<(), TreeError> {
    let mut text = String::new();
    comment.take(1024).read_to_string(&mut text).map_err(TreeError::Read)?;
    // Dates after 2242 stand there too, as a record of their own.
    match text.lines().find_map(|record| record.split_once(" comment=")) {
        Some((_, found)) if found != expected.as_str() => {
            Err(TreeError::Commit { found: found.to_owned(), expected: expected.clone() })
        }
        _ => Ok(()),
    }
}

fn entry_of<R: Read>(member: &tar::Entry<'_, R>) -> Result<Entry, TreeError> {
    let bytes = member.path_bytes();
    let path = TreePath::parse(&bytes).map_err(|reason| TreeError::Path {
        path: String::from_utf8_lossy(&bytes).into_owned(),
        reason,
    })?;
    let header = member.header();
    let (kind, size) = match header.entry_type() {
        tar::EntryType::Directory => (Kind::Directory, 0),
        tar::EntryType::Regular | tar::EntryType::Continuous => {
            let executable = header.mode().map_err(TreeError::Read)? & 0o100 != 0;
            (Kind::File { executable }, member.size())
        }
        tar::EntryType::Symlink => {
            let target = member.link_name_bytes().unwrap_or_default().into_owned();
            (Kind::Symlink { target }, 0)
        }
        _ => {
            return Err(TreeError::Member { path: path.display() });
        }
    };
    Ok(Entry { path, kind, size })
}

/// A tree whose submodules (empty directories in git's stream) are filled with trees of their own.
pub struct WithSubmodules<'a> {
    main: Box<dyn Tree + 'a>,
    submodules: BTreeMap<TreePath, Box<dyn Tree + 'a>>,
}

impl<'a> WithSubmodules<'a> {
    /// Fills `main` with a tree for each of the given paths.
    pub fn new(
        main: Box<dyn Tree + 'a>,
        submodules: BTreeMap<TreePath, Box<dyn Tree + 'a>>,
    ) -> Self {
        Self { main, submodules }
    }
}

impl Tree for WithSubmodules<'_> {
    fn visit(&mut self, visitor: &mut Visitor<'_>) -> Result<(), TreeError> {
        // git sorts a submodule as if it were a file, so `lib` comes before `lib-a`, but `lib/x`
        // belongs after it: submodules wait until their place among the paths has come.
        let submodules = &mut self.submodules;
        let mut waiting: BTreeMap<Vec<u8>, Entry> = BTreeMap::new();
        let mut failure = None;
        let outcome = self.main.visit(&mut |entry, content| {
            if submodules.contains_key(&entry.path) {
                waiting.insert(entry.order(), entry.clone());
                return Ok(());
            }
            let place = entry.order();
            while let Some(next) = waiting.first_entry().filter(|next| *next.key() < place) {
                if let Err(error) = fill(submodules, &next.remove(), visitor) {
                    failure = Some(error);
                    return Err(io::Error::other("submodule"));
                }
            }
            visitor(entry, content)
        });
        if let Some(error) = failure {
            return Err(error);
        }
        outcome?;
        for entry in waiting.into_values() {
            fill(submodules, &entry, visitor)?;
        }
        Ok(())
    }
}

fn fill(
    submodules: &mut BTreeMap<TreePath, Box<dyn Tree + '_>>,
    directory: &Entry,
    visitor: &mut Visitor<'_>,
) -> Result<(), TreeError> {
    visitor(directory, &mut io::empty()).map_err(TreeError::Visit)?;
    let Some(tree) = submodules.get_mut(&directory.path) else {
        return Ok(());
    };
    tree.visit(&mut |entry, content| {
        let path = directory.path.join(&entry.path);
        visitor(&Entry { path, ..entry.clone() }, content)
    })
}

/// What is worth telling a release manager about a tree, collected while it passes by.
#[derive(Debug, Default)]
pub struct Survey {
    /// Number of regular files.
    pub files: u64,
    /// Number of directories.
    pub directories: u64,
    /// Number of symbolic links.
    pub symlinks: u64,
    /// Bytes of content.
    pub bytes: u64,
    /// Files that are Git LFS pointers instead of what they stand for.
    pub lfs_pointers: Vec<TreePath>,
    /// Paths that Windows cannot hold, with the reason.
    pub unportable: Vec<(TreePath, &'static str)>,
    /// Pairs of paths that are one path where case does not count.
    pub case_clashes: Vec<(TreePath, TreePath)>,
    /// Files at the root.
    pub root_files: BTreeSet<Vec<u8>>,
    folded: HashMap<Vec<u8>, TreePath>,
    last: Vec<u8>,
}

/// The largest a Git LFS pointer may be, by its specification.
const LFS_POINTER_LIMIT: u64 = 1024;

impl Survey {
    /// Visits `tree`, checks its order, notes what stands out, and passes each entry on.
    ///
    /// # Errors
    /// As [`Tree::visit`].
    pub fn pass(&mut self, tree: &mut dyn Tree, next: &mut Visitor<'_>) -> Result<(), TreeError> {
        let mut disorder = None;
        let outcome = tree.visit(&mut |entry, content| {
            let place = entry.order();
            if place <= self.last {
                disorder = Some(entry.path.display());
                return Err(io::Error::other("order"));
            }
            self.last = place;
            self.note(entry);
            if !matches!(entry.kind, Kind::File { .. }) || entry.size > LFS_POINTER_LIMIT {
                return next(entry, content);
            }
            let mut small = Vec::with_capacity(entry.size as usize);
            content.read_to_end(&mut small)?;
            if is_lfs_pointer(&small) {
                self.lfs_pointers.push(entry.path.clone());
            }
            next(entry, &mut &small[..])
        });
        match disorder {
            Some(path) => Err(TreeError::Order { path }),
            None => outcome,
        }
    }

    fn note(&mut self, entry: &Entry) {
        match entry.kind {
            Kind::Directory => self.directories += 1,
            Kind::Symlink { .. } => self.symlinks += 1,
            Kind::File { .. } => {
                self.files += 1;
                if !entry.path.as_bytes().contains(&b'/') {
                    self.root_files.insert(entry.path.as_bytes().to_vec());
                }
            }
        }
        self.bytes += entry.size;
        let name = entry.path.0.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        if let Some(reason) = windows_objection(name) {
            self.unportable.push((entry.path.clone(), reason));
        }
        let folded = String::from_utf8_lossy(&entry.path.0).to_lowercase().into_bytes();
        match self.folded.get(&folded) {
            Some(other) => self.case_clashes.push((other.clone(), entry.path.clone())),
            None => {
                self.folded.insert(folded, entry.path.clone());
            }
        }
    }
}

fn is_lfs_pointer(content: &[u8]) -> bool {
    let first_line = b"version https://git-lfs.github.com/spec/v1\n";
    content.starts_with(first_line) && content.windows(12).any(|w| w == b"\noid sha256:")
}

/// Says why Windows cannot hold a file of this name, if it cannot.
/// <https://learn.microsoft.com/windows/win32/fileio/naming-a-file>
fn windows_objection(name: &[u8]) -> Option<&'static str> {
    if name.iter().any(|byte| *byte < 32 || br#"<>:"|?*\"#.contains(byte)) {
        return Some("a character that Windows does not allow in names");
    }
    if name.ends_with(b".") || name.ends_with(b" ") {
        return Some("Windows drops the final dot or space");
    }
    let stem = name.split(|&byte| byte == b'.').next().unwrap_or_default().to_ascii_lowercase();
    let device = match &stem[..] {
        b"con" | b"prn" | b"aux" | b"nul" => true,
        [rest @ .., digit] => (rest == b"com" || rest == b"lpt") && matches!(digit, b'1'..=b'9'),
        [] => false,
    };
    device.then_some("the name of a device on Windows")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> TreePath {
        TreePath::parse(text.as_bytes()).expect(text)
    }

    fn listed(names: &[&str]) -> ListedTree {
        let mut tree = ListedTree::default();
        for name in names {
            let kind = if name.ends_with('/') {
                Kind::Directory
            } else {
                Kind::File { executable: false }
            };
            tree.insert(path(name), kind, Vec::new());
        }
        tree
    }

    fn order_of(tree: &mut dyn Tree) -> Vec<String> {
        let mut names = Vec::new();
        Survey::default()
            .pass(tree, &mut |entry, _| {
                names.push(entry.path.display());
                Ok(())
            })
            .expect("in order");
        names
    }

    #[test]
    fn unsafe_paths_are_refused() {
        for bad in ["", "/", "/etc/passwd", "a//b", "../a", "a/../b", "./a", "a\0b"] {
            assert!(TreePath::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert_eq!(path("a/b/").as_bytes(), b"a/b");
    }

    #[test]
    fn the_padding_of_the_stream_is_read_too() {
        // As git pads: what is left of a block of 20 records, here nothing, and then another one.
        let stream = vec![0; 2 * 10_240];
        let mut rest = &stream[..];
        let commit = "7f9f04e3ea6025fe3c4b7e7c2d9d0c20bd47bafe".parse().expect("an id");
        TarTree::new(&mut rest, commit).visit(&mut |_, _| Ok(())).expect("an empty tree");
        assert!(rest.is_empty(), "{} bytes are left", rest.len());
    }

    #[test]
    fn directories_sort_with_their_slash() {
        let mut tree = listed(&["a/x", "a.txt", "a/", "a0"]);
        assert_eq!(order_of(&mut tree), ["a.txt", "a", "a/x", "a0"]);
    }

    #[test]
    fn a_submodule_moves_to_its_place() {
        // The order in which git has them: the submodule `lib` as if it were a file.
        struct GitOrder;
        impl Tree for GitOrder {
            fn visit(&mut self, visitor: &mut Visitor<'_>) -> Result<(), TreeError> {
                for (name, kind) in [
                    ("lib", Kind::Directory),
                    ("lib-a", Kind::File { executable: false }),
                    ("z", Kind::File { executable: false }),
                ] {
                    let entry = Entry { path: path(name), kind, size: 0 };
                    visitor(&entry, &mut io::empty()).map_err(TreeError::Visit)?;
                }
                Ok(())
            }
        }
        let inside: Box<dyn Tree> = Box::new(listed(&["src/", "src/x.c"]));
        let submodules = BTreeMap::from([(path("lib"), inside)]);
        let mut tree = WithSubmodules::new(Box::new(GitOrder), submodules);
        assert_eq!(order_of(&mut tree), ["lib-a", "lib", "lib/src", "lib/src/x.c", "z"]);
    }

    #[test]
    fn names_that_do_not_travel_are_noted() {
        let mut survey = Survey::default();
        let mut tree = listed(&["aux.c", "a:b", "README", "readme", "dot.", "com10", "console"]);
        survey.pass(&mut tree, &mut |_, _| Ok(())).expect("in order");
        let unportable: Vec<_> = survey.unportable.iter().map(|(p, _)| p.display()).collect();
        assert_eq!(unportable, ["a:b", "aux.c", "dot."]);
        assert_eq!(survey.case_clashes, [(path("README"), path("readme"))]);
    }

    #[test]
    fn lfs_pointers_are_recognised_and_passed_on() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 3\n";
        let mut tree = ListedTree::default();
        let file = Kind::File { executable: false };
        tree.insert(path("logo.png"), file.clone(), pointer.to_vec());
        tree.insert(path("notes.md"), file, b"version https://git-lfs.github.com/spec".to_vec());
        let mut survey = Survey::default();
        let mut bytes = 0;
        let mut count = |_: &Entry, content: &mut dyn Read| {
            bytes += io::copy(content, &mut io::sink())?;
            Ok(())
        };
        survey.pass(&mut tree, &mut count).expect("in order");
        assert_eq!(survey.lfs_pointers, [path("logo.png")]);
        assert_eq!(bytes, survey.bytes);
    }
}
