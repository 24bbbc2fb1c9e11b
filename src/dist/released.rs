//! The releases that are in the release area, and which of them have had their time. Pure.

use std::collections::BTreeMap;

use super::order::{Precedence, Superseded, superseded};
use super::promote::{Promotion, ReleaseArea, Voted};
use super::{Listing, Place};
use crate::release::METADATA_SUFFIXES;

/// A release in the release area that has had its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its version.
    pub version: String,
    /// One directory or file of it, from the area's root.
    pub place: Place,
    /// Why it goes.
    pub why: Superseded,
    /// Why it stays all the same.
    pub kept: Option<&'static str>,
}

/// The releases that a promotion takes out, and those that it would but for a reason. Each should be
/// in the archive before it goes.
pub fn outgoing(facts: Promotion<'_>) -> Vec<Outgoing> {
    let ReleaseArea { home, listing: Some(listing), lines, keep, .. } = facts.release else {
        return Vec::new();
    };
    let mut released = releases(facts.voted, facts.release, facts.version, listing);
    let mut gone = superseded(released.keys().map(String::as_str).chain([facts.version]), lines);
    gone.remove(facts.version);
    let mut outgoing = Vec::new();
    for (version, why) in gone {
        for below in released.remove(&version).unwrap_or_default() {
            let place = home.join(&below);
            let holds_keys = |file: &Place| is_keys(file) && file.below(&below).is_some();
            let kept = if keep.iter().any(|name| *name == version || name == place.name()) {
                Some("it was asked for")
            } else if listing.files.keys().any(holds_keys) {
                Some("it holds a KEYS file")
            } else {
                None
            };
            outgoing.push(Outgoing { version: version.clone(), place, why: why.clone(), kept });
        }
    }
    outgoing
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
        // A longer name of another product, as in `x-core-1.0` for `x-`, is no version.
        Precedence::of(version).map(|_| version)
    }
}

/// The releases in the project's release area: what belongs to each version.
fn releases(
    voted: &Voted,
    release: ReleaseArea<'_>,
    version: &str,
    listing: &Listing,
) -> BTreeMap<String, Vec<Place>> {
    let mut found: BTreeMap<String, Vec<Place>> = BTreeMap::new();
    let mut add = |version: &str, place: &Place| {
        found.entry(version.to_owned()).or_default().push(place.clone());
    };
    let top = |place: &&Place| !place.as_str().contains('/');
    if release.directory == release.home {
        // All releases in one directory: told apart by the names of their artifacts.
        let names: Vec<&str> = voted.files.keys().map(Place::name).map(artifact).collect();
        let namings: Vec<Naming<'_>> =
            names.iter().filter_map(|name| Naming::of(name, version)).collect();
        for place in listing.files.keys().filter(top) {
            let name = artifact(place.name());
            if let Some(version) = namings.iter().find_map(|naming| naming.version_in(name)) {
                add(version, place);
            }
        }
    } else if let Some(naming) = Naming::of(release.directory.name(), version) {
        for place in listing.directories.iter().filter(top) {
            if let Some(version) = naming.version_in(place.name()) {
                add(version, place);
            }
        }
    }
    found
}

/// The artifact that a signature or checksum belongs to.
fn artifact(name: &str) -> &str {
    METADATA_SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}
