//! The releases that are in the release area, and which of them have had their time.
//!
//! Told by files, never by what a directory is called: only a file that is named as this component's
//! archives are is one of its releases, and only beside such a file are its companions known. Several
//! components may share an area, even a directory. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::order::{Precedence, Superseded, superseded};
use super::promote::{Promotion, ReleaseArea, Voted};
use super::{Listing, Place};
use crate::candidate::{is_archive, stem};
use crate::project::template::{Names, Template};
use crate::release::METADATA_SUFFIXES;

/// How this component names its archives, whatever the version.
#[derive(Debug, Clone, Copy)]
pub struct ArchiveNames<'a> {
    /// The template of their base names.
    pub template: &'a Template,
    /// What it is filled with, but for the version.
    pub names: &'a Names,
}

impl ArchiveNames<'_> {
    /// The version in the name of an archive of this component.
    fn version_in(&self, name: &str) -> Option<String> {
        if !is_archive(name) {
            return None;
        }
        let names = Names { version: None, rc: None, ..self.names.clone() };
        let version = self.template.read(stem(name), &names)?.version?;
        // A longer name of another product, as in `x-core-1.0` for `x-`, is no version.
        Precedence::of(version.as_str()).map(|_| version.to_string())
    }
}

/// A file of a release in the release area that has had its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its version.
    pub version: String,
    /// The file, from the place of the listing.
    pub file: Place,
    /// Why it goes.
    pub why: Superseded,
    /// Why it stays all the same.
    pub kept: Option<&'static str>,
}

/// The files that a promotion takes out, and those that it would but for a reason. Each should be in
/// the archive before it goes.
pub fn outgoing(facts: Promotion<'_>) -> Vec<Outgoing> {
    let ReleaseArea { listing: Some(listing), archives, lines, keep, .. } = facts.release else {
        return Vec::new();
    };
    let mut released = releases(facts.voted, archives, facts.version, listing);
    let mut gone = superseded(released.keys().map(String::as_str).chain([facts.version]), lines);
    gone.remove(facts.version);
    let mut outgoing = Vec::new();
    for (version, why) in gone {
        for file in released.remove(&version).unwrap_or_default() {
            let named = |name: &String| {
                *name == version || file.as_str().split('/').any(|part| part == name)
            };
            let kept = keep.iter().any(named).then_some("it was asked for");
            outgoing.push(Outgoing { version: version.clone(), file, why: why.clone(), kept });
        }
    }
    outgoing
}

/// The places that go if these files do: a directory as a whole where nothing else is in it, nor comes
/// to be in it with `new`.
pub(super) fn places(listing: &Listing, gone: &BTreeSet<&Place>, new: &Place) -> Vec<Place> {
    let stays = |directory: &Place| {
        if new.below(directory).is_some() {
            return true;
        }
        let other = |place: &Place| place.below(directory).is_some_and(|below| !below.is_root());
        let mut kept = listing.files.keys().filter(|file| !gone.contains(file));
        // An empty directory is somebody's too.
        let empty =
            |below: &&Place| other(below) && !gone.iter().any(|file| file.below(below).is_some());
        kept.any(other) || listing.directories.iter().any(|below| empty(&below))
    };
    let whole = |file: &Place| file.ancestors().find(|directory| !stays(directory));
    let places: BTreeSet<Place> =
        gone.iter().map(|file| whole(file).unwrap_or_else(|| (*file).clone())).collect();
    places.into_iter().collect()
}

/// Whether a file of another candidate of this version is this component's: an archive of it, what
/// belongs to one, or called as a file that was voted on.
pub(super) fn is_own(facts: Promotion<'_>, file: &Place) -> bool {
    let archive = facts.release.archives.version_in(artifact(file.name()));
    let artifact = |place: &Place| artifact(place.name()) == artifact(file.name());
    !is_keys(file)
        && (archive.as_deref() == Some(facts.version)
            || facts.voted.files.keys().any(|voted| {
                artifact(voted) && voted.name().contains(facts.version) || voted == file
            }))
}

/// Directories that a reader may take for superseded releases, for what they are called or hold, and
/// what is in them that keeps them.
pub(super) fn kept_directories(
    facts: Promotion<'_>,
    listing: &Listing,
    known: &[Outgoing],
) -> Vec<(Place, String)> {
    let top = |place: &&Place| !place.as_str().contains('/');
    let tops = || listing.directories.iter().filter(top);
    let naming = Naming::of(facts.release.directory.name(), facts.version)
        .filter(|_| facts.release.directory != facts.release.home);
    let version = |top: &Place| naming.as_ref()?.version_in(top.name()).map(str::to_owned);
    let versions: Vec<String> = tops().filter_map(version).collect();
    let names = versions.iter().map(String::as_str).chain([facts.version]);
    let old = superseded(names, facts.release.lines);
    let mut kept = Vec::new();
    for directory in tops() {
        let below = || listing.files.keys().filter(|file| file.below(directory).is_some());
        let is_known = |file: &&Place| known.iter().any(|known| known.file == **file);
        let others: Vec<&Place> = below().filter(|file| !is_known(file)).collect();
        let by_name = version(directory).filter(|version| version != facts.version);
        let by_name = by_name.is_some_and(|version| old.contains_key(&version));
        if others.is_empty() || !(by_name || below().any(|file| is_known(&file))) {
            continue;
        }
        const SHOWN: usize = 3;
        let mut text =
            others.iter().take(SHOWN).map(|file| file.name()).collect::<Vec<_>>().join(", ");
        if let Some(more) = others.len().checked_sub(SHOWN).filter(|&more| more > 0) {
            text += &format!(" and {more} more");
        }
        kept.push((directory.clone(), text));
    }
    kept
}

/// K-07, X-02: entries of KEYS are needed for archived releases too.
pub(super) fn is_keys(place: &Place) -> bool {
    place.name().starts_with("KEYS")
}

/// How the version stands in names: between these.
struct Naming<'a> {
    before: &'a str,
    after: &'a str,
}

impl<'a> Naming<'a> {
    fn of(name: &'a str, version: &str) -> Option<Self> {
        let (before, after) = name.split_once(version)?;
        Some(Self { before, after })
    }

    fn version_in<'b>(&self, name: &'b str) -> Option<&'b str> {
        let version = name.strip_prefix(self.before)?.strip_suffix(self.after)?;
        Precedence::of(version).map(|_| version)
    }
}

/// The releases of this component: the files of each version, from the place of the listing.
fn releases(
    voted: &Voted,
    archives: ArchiveNames<'_>,
    version: &str,
    listing: &Listing,
) -> BTreeMap<String, BTreeSet<Place>> {
    let files = || listing.files.keys().filter(|file| !is_keys(file));
    let parent = |file: &Place| file.parent().unwrap_or_default();
    // Where archives lie below a candidate's directory.
    let sources: BTreeSet<Place> = voted
        .files
        .keys()
        .filter(|file| archives.version_in(artifact(file.name())).as_deref() == Some(version))
        .map(parent)
        .collect();
    let mut found: BTreeMap<String, BTreeSet<Place>> = BTreeMap::new();
    // The directories that releases are in, each as a candidate's would be.
    let mut homes: BTreeMap<String, BTreeSet<Place>> = BTreeMap::new();
    for file in files() {
        let Some(version) = archives.version_in(artifact(file.name())) else { continue };
        found.entry(version.clone()).or_default().insert(file.clone());
        let directory = parent(file);
        let homes = homes.entry(version).or_default();
        homes.extend(sources.iter().filter_map(|source| above(&directory, source)));
    }
    // What else was voted on has its like beside the archives of earlier releases.
    for place in voted.files.keys() {
        let Some(naming) = Naming::of(artifact(place.name()), version) else { continue };
        for file in files() {
            let Some(version) = naming.version_in(artifact(file.name())) else { continue };
            let beside = |home: &Place| home.join(&parent(place)) == parent(file);
            if homes.get(version).is_some_and(|homes| homes.iter().any(beside)) {
                found.entry(version.to_owned()).or_default().insert(file.clone());
            }
        }
    }
    // Names without a version, as `CHANGES.txt`, say whose they are only where nobody else's lie.
    for (version, homes) in &homes {
        for home in homes.iter().filter(|home| !home.is_root()) {
            let own = found.entry(version.clone()).or_default();
            let rest = listing.files.keys().filter(|file| file.below(home).is_some());
            let rest: Vec<&Place> = rest.filter(|file| !own.contains(*file)).collect();
            let like_ours = |file: &&Place| {
                file.below(home).is_some_and(|below| voted.files.contains_key(&below))
            };
            if rest.iter().all(like_ours) && !rest.iter().any(|file| is_keys(file)) {
                own.extend(rest.into_iter().cloned());
            }
        }
    }
    found
}

/// The directory in which `below` is `directory`; none if there is none.
fn above(directory: &Place, below: &Place) -> Option<Place> {
    if below.is_root() {
        return Some(directory.clone());
    }
    let rest = directory.as_str().strip_suffix(below.as_str())?;
    match rest.strip_suffix('/') {
        Some(rest) => rest.parse().ok(),
        None => rest.is_empty().then_some(Place::ROOT),
    }
}

/// The artifact that a signature or checksum belongs to.
fn artifact(name: &str) -> &str {
    METADATA_SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}
