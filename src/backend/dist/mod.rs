//! Dist areas: Subversion, or a plain directory where none is wanted. One trait for both.
//!
//! A commit is one revision or nothing, whatever breaks; errors say what to do, and whether it is
//! certain that nothing was committed.

mod committer;
mod dav;
mod directory;
mod local;
mod subversion;
mod svnserve;
mod trouble;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use sha2::Digest;

pub use self::committer::{Committer, outcome};
pub use self::directory::Directory;
pub use self::local::{LocalFiles, SeenFiles};
pub use self::subversion::Subversion;
pub use self::trouble::{AreaError, Trouble};
use super::machine;
use super::svn::Access;
use crate::checksum::Algorithm;
use crate::dist::stage::Target;
use crate::dist::{
    AddressError, Commit, Content, Difference, Files, Listing, Place, Revision, Sha512,
    common_root, differences,
};

/// How much of a directory is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What is in it.
    Entries,
    /// What is below it.
    All,
}

/// Whether something may be committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayWrite {
    /// As far as can be seen without trying.
    Yes,
    /// It cannot, for this reason.
    No(String),
    /// Only trying tells, for this reason.
    Unknown(String),
}

/// Digests as the server stores them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// What they were made with.
    pub algorithm: Algorithm,
    /// In lower-case hex, by path from the directory asked about.
    pub digests: BTreeMap<Place, String>,
}

/// A dist area, addressed from its root.
pub trait DistArea: Sync {
    /// The address of the root, without a final `/`.
    fn address(&self) -> &str;

    /// Lists a place; none if there is nothing.
    ///
    /// # Errors
    /// It cannot be listed.
    fn list(&self, place: &Place, depth: Depth) -> Result<Option<Listing>, AreaError>;

    /// Lists places with all that is below, at the same time.
    ///
    /// # Errors
    /// One of them cannot be listed.
    fn list_all(&self, places: &[&Place]) -> Result<Vec<Option<Listing>>, AreaError> {
        side_by_side(places, |place| self.list(place, Depth::All))
    }

    /// Hands the bytes of a file to `sink`, as it was in a revision or as it is.
    ///
    /// # Errors
    /// It cannot be read, or `sink` does not want more.
    fn stream(
        &self,
        place: &Place,
        at: Option<&Revision>,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), AreaError>;

    /// Which digests the server may tell.
    fn tells(&self) -> Option<Algorithm> {
        None
    }

    /// The digests that the server stores of files below a directory; none if it tells none.
    fn stored(&self, _directory: &Place, _files: &[&Place]) -> Option<Stored> {
        None
    }

    /// Commits all or nothing; returns the revision in which [`Commit::about`] is then.
    ///
    /// # Errors
    /// Nothing was committed if [`AreaError::nothing_was_done`] says so; else look.
    fn apply(&self, commit: &Commit) -> Result<Revision, AreaError>;

    /// When a place last changed, where the area tells.
    fn changed_at(&self, _place: &Place) -> Option<DateTime<Utc>> {
        None
    }

    /// Whether something may be committed to a place, without trying.
    fn may_write(&self, place: &Place) -> MayWrite;

    /// Reads a file of at most `limit` bytes.
    ///
    /// # Errors
    /// It cannot be read or is larger.
    fn read(&self, place: &Place, at: Option<&Revision>, limit: u64) -> Result<Vec<u8>, AreaError> {
        let mut bytes = Vec::new();
        self.stream(place, at, &mut |piece| {
            if (bytes.len() + piece.len()) as u64 > limit {
                return Err(io::Error::other(format!("it has more than {limit} bytes")));
            }
            bytes.extend_from_slice(piece);
            Ok(())
        })?;
        Ok(bytes)
    }

    /// The digest of a file's bytes, which are all read.
    ///
    /// # Errors
    /// It cannot be read.
    fn sha512(&self, place: &Place, at: Option<&Revision>) -> Result<Sha512, AreaError> {
        let mut hasher = sha2::Sha512::new();
        self.stream(place, at, &mut |piece| {
            hasher.update(piece);
            Ok(())
        })?;
        Ok(hasher.into())
    }
}

/// An area that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its address.
    #[error(transparent)]
    Address(#[from] AddressError),
}

/// Opens the area that all of `addresses` lie in; returns the path of each from its root.
///
/// # Errors
/// The addresses do not fit together. Whether anything is there is not looked at.
pub fn open(
    addresses: &[&str],
    access: &Access,
) -> Result<(Box<dyn DistArea>, Vec<Place>), OpenError> {
    let (root, places) = common_root(addresses)?;
    let area: Box<dyn DistArea> = match root.strip_prefix("directory:") {
        Some(path) => Box::new(Directory::new(Path::new(path))),
        None => Box::new(Subversion::new(&root, access)),
    };
    Ok((area, places))
}

/// The directories above a place that are not there, the topmost first, and the state of the area.
///
/// # Errors
/// They cannot be listed.
pub fn missing_above(
    area: &dyn DistArea,
    place: &Place,
) -> Result<(Revision, Vec<Place>), AreaError> {
    let mut missing = Vec::new();
    let mut above = place.parent();
    while let Some(directory) = above {
        if let Some(listing) = area.list(&directory, Depth::Entries)? {
            missing.reverse();
            return Ok((listing.revision, missing));
        }
        above = directory.parent();
        missing.push(directory);
    }
    Err(AreaError::new(Trouble::Missing, "list", area.address(), "there is nothing at all"))
}

/// How a file in an area is known to be the right one.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// By the local file: digests that the server stores can be compared with its.
    Local(&'a LocalFiles),
    /// By its SHA-512 only: the bytes are read.
    Digest,
}

/// What a comparison went by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadBack {
    /// The digests that the server stores.
    Stored,
    /// The bytes.
    Bytes,
}

/// Compares what a directory holds with what it should hold, by the digests that the server stores
/// or else by reading all bytes.
///
/// # Errors
/// The area cannot be read.
pub fn compare(
    area: &dyn DistArea,
    directory: &Place,
    listing: &Listing,
    expected: &Files,
    known: Known<'_>,
) -> Result<(Vec<Difference>, ReadBack), AreaError> {
    let local = match known {
        Known::Local(local) => Some(local),
        Known::Digest => None,
    };
    let right_size =
        |(place, content): &(&Place, &Content)| listing.files.get(*place) == Some(&content.size);
    let same_size: Vec<(&Place, &Content)> = expected.iter().filter(right_size).collect();
    // Asked only if there is something to compare it with.
    let names: Vec<&Place> = same_size.iter().map(|(place, _)| *place).collect();
    let ask = local.is_some() && !names.is_empty();
    let stored = ask.then(|| area.stored(directory, &names)).flatten();
    let stored = |place: &Place| {
        let stored = stored.as_ref()?;
        Some((stored.algorithm, stored.digests.get(place)?))
    };
    let how = |(place, content): &(&Place, &Content)| -> Result<Option<String>, AreaError> {
        let (file, at) = (directory.join(place), Some(&listing.revision));
        let Some(ours) = local.and_then(|local| local.file(place)) else {
            let (theirs, ours) = (area.sha512(&file, at)?, &content.sha512);
            return Ok((theirs != *ours).then(|| format!("SHA-512 {theirs} instead of {ours}")));
        };
        let how = match stored(place) {
            Some((algorithm, theirs)) => {
                let ours = ours.digest(algorithm);
                (ours != theirs).then(|| format!("{algorithm} {theirs} there, {ours} here"))
            }
            None => {
                let mut comparison = ours.compared();
                area.stream(&file, at, &mut |piece| comparison.go_on(piece))?;
                (!comparison.is_same()).then(|| "its bytes are not those here".to_owned())
            }
        };
        let changed = !ours.is_unchanged() || ours.content != **content;
        Ok(if changed { Some("the local file has changed meanwhile".to_owned()) } else { how })
    };
    let hows = side_by_side(&same_size, how)?;
    let basis = match local.is_some() && names.iter().all(|place| stored(place).is_some()) {
        true => ReadBack::Stored,
        false => ReadBack::Bytes,
    };
    let hows: BTreeMap<&Place, Option<String>> = names.into_iter().zip(hows).collect();
    let same = |place: &Place| hows.get(place).cloned().flatten();
    Ok((differences(expected, &listing.files, same), basis))
}

/// The digests of files below a directory, of which all bytes are read, several at once.
///
/// # Errors
/// One of them cannot be read.
pub fn sha512s(
    area: &dyn DistArea,
    directory: &Place,
    at: &Revision,
    files: &[Place],
) -> Result<BTreeMap<Place, Sha512>, AreaError> {
    let digests = side_by_side(files, |file| area.sha512(&directory.join(file), Some(at)))?;
    Ok(files.iter().cloned().zip(digests).collect())
}

/// A file or directory as a server lists it.
struct Entry<'a> {
    /// From the root of the repository.
    path: &'a str,
    /// Bytes; none of a directory.
    size: Option<u64>,
    /// The revision in which it last changed.
    changed: u64,
}

/// What a server's list says, of which the first entry is the place asked about; none if the others
/// are not below it.
fn listing(entries: &[Entry<'_>], revision: u64) -> Option<Listing> {
    let (place, below) = entries.split_first()?;
    let mut listing = Listing {
        revision: Revision::Number(revision),
        changed: Revision::Number(place.changed),
        files: BTreeMap::new(),
        directories: BTreeSet::new(),
    };
    if let Some(size) = place.size {
        listing.files.insert(Place::ROOT, size);
    }
    let above = place.path.trim_end_matches('/');
    for entry in below {
        let name = entry.path.strip_prefix(above)?.strip_prefix('/')?.parse().ok()?;
        match entry.size {
            Some(size) => drop(listing.files.insert(name, size)),
            None => drop(listing.directories.insert(name)),
        }
    }
    Some(listing)
}

/// What `work` makes of each item, a few at a time.
fn side_by_side<I: Sync, O: Send, E: Send>(
    items: &[I],
    work: impl Fn(&I) -> Result<O, E> + Sync,
) -> Result<Vec<O>, E> {
    let threads = machine::threads().get().min(4).min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { return };
                    let outcome = work(item);
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(at, outcome);
                }
            });
        }
    });
    outcomes.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// Looks at the place where `expected` shall be.
///
/// # Errors
/// The area or a local file cannot be read.
pub fn target(
    area: &dyn DistArea,
    directory: &Place,
    expected: &Files,
    known: Known<'_>,
) -> Result<Target, AreaError> {
    let Some(listing) = area.list(directory, Depth::All)? else {
        let (revision, missing) = missing_above(area, directory)?;
        return Ok(Target::Absent { revision, missing });
    };
    let (differences, _) = compare(area, directory, &listing, expected, known)?;
    Ok(Target::Present { revision: listing.revision, changed: listing.changed, differences })
}

/// As [`target`], for a place of which `around`, or a directory above it, was listed with all that
/// is below.
///
/// # Errors
/// As [`target`].
pub fn target_within(
    area: &dyn DistArea,
    directory: &Place,
    around: (&Place, &Listing),
    expected: &Files,
    known: Known<'_>,
) -> Result<Target, AreaError> {
    let (home, listing) = around;
    match directory.below(home) {
        Some(below) if !below.is_root() && !listing.directories.contains(&below) => {
            let above = below.ancestors().filter(|place| !listing.directories.contains(place));
            let missing = above.map(|place| home.join(&place)).collect();
            Ok(Target::Absent { revision: listing.revision.clone(), missing })
        }
        _ => target(area, directory, expected, known),
    }
}

/// As [`DistArea::list_all`], for a number of places that is known.
///
/// # Errors
/// One of them cannot be listed.
pub fn list_all<const N: usize>(
    area: &dyn DistArea,
    places: [&Place; N],
) -> Result<[Option<Listing>; N], AreaError> {
    let listings = area.list_all(&places)?;
    let strange = |_| AreaError::new(Trouble::Other, "list", area.address(), "too few answers");
    listings.try_into().map_err(strange)
}
