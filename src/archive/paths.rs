//! Where members go, and that no two of them are in each other's way.
//!
//! Of two members at one place some unpackers keep the first and some the last; what lies below a
//! link or a file is written elsewhere by some and refused by others.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, RandomState};
use std::hash::{BuildHasher, Hasher};

use super::read::{HeadKind, Limits, ReadError};

/// Bytes in a part of a path that file systems take.
const LONGEST_NAME: usize = 255;

/// Gives a path as every unpacker takes it: without `.` and empty parts, and without a final `/`.
/// That it starts at the root, or goes up, is left to see.
pub(super) fn plain(path: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(path.len());
    if path.starts_with(b"/") {
        plain.push(b'/');
    }
    for part in path.split(|&byte| byte == b'/') {
        if matches!(part, b"" | b".") {
            continue;
        }
        if !matches!(plain[..], [] | [b'/']) {
            plain.push(b'/');
        }
        plain.extend_from_slice(part);
    }
    plain
}

/// Whether a path can only be a directory's: its last part is no name.
pub(super) fn is_directory_name(path: &[u8]) -> bool {
    let last = path.rsplit(|&byte| byte == b'/').next();
    matches!(last, Some(b"" | b"." | b".."))
}

/// What is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Directory,
    /// Of a program, by its mode, or not.
    File(bool),
    Link,
    Other,
}

impl Taken {
    fn words(self) -> &'static str {
        match self {
            Taken::Directory => "a directory",
            Taken::File(_) => "a file",
            Taken::Link => "a link",
            Taken::Other => "neither file nor directory",
        }
    }
}

/// A place, by two digests whose keys nobody knows: paths are long, and there may be many.
type Place = [u64; 2];

/// The places that members have taken.
pub(super) struct Paths {
    limits: Limits,
    members: u64,
    names: u64,
    taken: HashMap<Place, Taken>,
    root: [DefaultHasher; 2],
    /// The directory that the last member was in: the next is there too, mostly.
    last: Vec<u8>,
    at_last: [DefaultHasher; 2],
}

impl Paths {
    pub(super) fn new(limits: Limits) -> Self {
        let root = [RandomState::new().build_hasher(), RandomState::new().build_hasher()];
        let taken = HashMap::new();
        let at_last = root.clone();
        Self { limits, members: 0, names: 0, taken, root, last: Vec::new(), at_last }
    }

    /// Takes the place of one more member, which may be run or not.
    ///
    /// # Errors
    /// There are more members than [`Limits`] allow, or others are in its way.
    pub(super) fn take(
        &mut self,
        path: &[u8],
        kind: &HeadKind,
        runs: bool,
    ) -> Result<(), ReadError> {
        self.members += 1;
        self.names += path.len() as u64;
        // Directories that only the paths name take memory like members.
        if self.members.max(self.taken.len() as u64) > self.limits.members {
            return Err(ReadError::Limit { what: "members", limit: self.limits.members });
        }
        if self.names > self.limits.names {
            return Err(ReadError::Limit { what: "bytes of names", limit: self.limits.names });
        }
        if path.len() > LONGEST_NAME
            && path.split(|&byte| byte == b'/').any(|part| part.len() > LONGEST_NAME)
        {
            return Err(ReadError::Limit { what: "bytes in a name", limit: LONGEST_NAME as u64 });
        }
        let (parent, name) = split(path);
        if parent != self.last {
            self.enter(parent).map_err(|(above, what)| {
                let above = String::from_utf8_lossy(above);
                let why = format!(
                    "lies below {above}, which is {}: some unpackers follow it, some replace it, \
                     some refuse",
                    what.words()
                );
                ReadError::ambiguous(path, why)
            })?;
        }
        let mut at = self.at_last.clone();
        let place = descend(&mut at, name);
        let new = match kind {
            HeadKind::Directory => Taken::Directory,
            HeadKind::File | HeadKind::HardLink(_) => Taken::File(runs),
            HeadKind::Symlink(_) => Taken::Link,
            HeadKind::Other(_) => Taken::Other,
        };
        match self.taken.insert(place, new) {
            None => Ok(()),
            Some(Taken::Directory) if new == Taken::Directory => Ok(()),
            Some(old) if old.words() == new.words() => {
                let why = "is in it twice: some unpackers keep the first, some the last";
                Err(ReadError::ambiguous(path, why))
            }
            Some(old) => {
                let why = format!(
                    "is in it twice, as {} and as {}: unpackers keep the one or the other, or fail",
                    old.words(),
                    new.words()
                );
                Err(ReadError::ambiguous(path, why))
            }
        }
    }

    /// Whether a file is at that place already, and whether that may be run.
    pub(super) fn file(&self, path: &[u8]) -> Option<bool> {
        let mut at = self.root.clone();
        let place = path.split(|&byte| byte == b'/').map(|part| descend(&mut at, part)).last();
        match self.taken.get(&place?)? {
            Taken::File(runs) => Some(*runs),
            _ => None,
        }
    }

    /// Goes to a directory, and makes it; where something else is in the way, says what.
    fn enter<'p>(&mut self, directory: &'p [u8]) -> Result<(), (&'p [u8], Taken)> {
        let mut at = self.root.clone();
        let mut end = 0;
        for part in directory.split(|&byte| byte == b'/').filter(|_| !directory.is_empty()) {
            end += part.len();
            match self.taken.entry(descend(&mut at, part)).or_insert(Taken::Directory) {
                Taken::Directory => {}
                other => return Err((&directory[..end], *other)),
            }
            end += 1;
        }
        self.last = directory.to_vec();
        self.at_last = at;
        Ok(())
    }
}

/// The directory that a path is in, and its last part.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memrchr(b'/', path) {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

fn descend(at: &mut [DefaultHasher; 2], part: &[u8]) -> Place {
    at.each_mut().map(|hasher| {
        hasher.write(part);
        hasher.write_u8(b'/');
        hasher.finish()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_plainly() {
        for (path, expected) in [
            (&b"./d/f"[..], &b"d/f"[..]),
            (b"d//f", b"d/f"),
            (b"d/./f/", b"d/f"),
            (b"./", b""),
            (b"//d", b"/d"),
            (b"../d/..", b"../d/.."),
            (b".d/f.", b".d/f."),
        ] {
            assert_eq!(plain(path), expected);
        }
    }

    #[test]
    fn no_member_is_in_the_way_of_another() {
        let link = HeadKind::Symlink(b"x".to_vec());
        let (file, directory) = (HeadKind::File, HeadKind::Directory);
        let outcome = |members: &[(&str, &HeadKind)]| {
            let mut paths = Paths::new(Limits::default());
            members.iter().try_for_each(|(path, kind)| paths.take(path.as_bytes(), kind, false))
        };
        for fine in [
            &[("d", &directory), ("d/f", &file), ("d", &directory), ("e/f", &file)][..],
            &[("d/e/f", &file), ("d", &directory), ("d/e", &directory), ("d/l", &link)],
        ] {
            assert!(outcome(fine).is_ok(), "{fine:?}");
        }
        for (odd, says) in [
            (&[("d/f", &file), ("d/f", &file)][..], "twice"),
            (&[("d", &directory), ("d", &file)], "twice"),
            (&[("d", &file), ("d", &directory)], "twice"),
            (&[("d/f", &file), ("d", &link)], "twice"),
            (&[("d", &link), ("d/e/f", &file)], "below d, which is a link"),
            (&[("d/f", &file), ("d/f/g", &file)], "below d/f, which is a file"),
        ] {
            let error = outcome(odd).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|error| error.contains(says)), "{odd:?}: {error:?}");
        }
    }
}
