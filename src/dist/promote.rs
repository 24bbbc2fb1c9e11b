//! Promoting what was voted on: one revision that moves the candidate to the release area, takes
//! superseded releases out and clears the candidate's leftovers away.
//!
//! The bytes are never sent again: the server copies them from the revision that was voted on
//! . Anything that differs from what was voted on stops it (S-04). `KEYS` is never touched.

use std::collections::{BTreeMap, BTreeSet};

use super::order::Lines;
pub use super::released::{ArchiveNames, Outgoing, outgoing};
use super::released::{is_own, kept_directories, places};
use super::stage::Target;
use super::{
    Change, Commit, Content, Difference, Files, Listing, Place, Planned, Revision, Sha512,
    described, listed,
};
use crate::vote::tally::PassedVote;

/// What was voted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voted {
    /// The candidate's directory, from the area's root.
    pub directory: Place,
    /// The revision that the vote names.
    pub revision: Revision,
    /// The digest of each file, by its path from the directory.
    pub files: BTreeMap<Place, Sha512>,
}

/// What the candidate's directory holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its files.
    pub listing: Listing,
    /// Their digests. What was read in a revision holds for that revision for ever: digests that
    /// were recorded when that same revision was staged need not be read again.
    pub digests: BTreeMap<Place, Sha512>,
}

/// Where releases are, and what is there.
#[derive(Debug, Clone, Copy)]
pub struct ReleaseArea<'a> {
    /// Where this one goes, from the area's root.
    pub directory: &'a Place,
    /// What is there already, compared with what was voted on.
    pub target: &'a Target,
    /// Where the releases of the project are: `directory` itself, if all share one, else the one
    /// above it.
    pub home: &'a Place,
    /// All that is there; none if it does not exist.
    pub listing: Option<&'a Listing>,
    /// How this component names its archives.
    pub archives: ArchiveNames<'a>,
    /// Which releases form a line.
    pub lines: Lines,
    /// Versions or names that stay although superseded.
    pub keep: &'a [String],
}

/// A promotion to be decided on.
#[derive(Debug, Clone, Copy)]
pub struct Promotion<'a> {
    /// The address of the area's root, for people.
    pub area: &'a str,
    /// The version that is released.
    pub version: &'a str,
    /// What was voted on.
    pub voted: &'a Voted,
    /// What is staged now; none if the directory is gone.
    pub found: Option<&'a Found>,
    /// Where it goes.
    pub release: ReleaseArea<'a>,
    /// Directories that are called as earlier candidates of this version are, from the root.
    pub leftovers: &'a [(Place, Listing)],
    /// The log message.
    pub message: &'a str,
}

/// What promoting comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Promoted {
    /// Somebody did all of it already: the release has been there since this revision.
    Already(Revision),
    /// This has to be committed.
    Planned(Box<Planned>),
}

/// A candidate that cannot be promoted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotPromote {
    /// The vote that passed is on another version.
    #[error("the vote that passed is on {voted}, not on {version}")]
    OtherVote {
        /// The version voted on.
        voted: String,
        /// The version to be promoted.
        version: String,
    },
    /// Neither staged nor released.
    #[error("`{0}` is gone, and its files are not in the release area")]
    Gone(Place),
    /// The staged directory changed after the vote was called.
    #[error("`{directory}` changed in revision {changed}, but the vote was on revision {voted}")]
    Changed {
        /// Where.
        directory: Place,
        /// When it last changed.
        changed: Revision,
        /// What was voted on.
        voted: Revision,
    },
    /// What is staged is not what was voted on.
    #[error("`{directory}` is not what was voted on: {}", listed(differences))]
    NotAsVoted {
        /// Where.
        directory: Place,
        /// In which ways.
        differences: Vec<Difference>,
    },
    /// The release area has other files under the same names.
    #[error("`{directory}` holds other files under the same names: {}", listed(differences))]
    InTheWay {
        /// Where.
        directory: Place,
        /// Which.
        differences: Vec<Difference>,
    },
}

/// Decides what promoting takes, of a version whose vote passed.
///
/// # Errors
/// See [`CannotPromote`].
pub fn promotion(passed: &PassedVote, facts: Promotion<'_>) -> Result<Promoted, CannotPromote> {
    let voted = passed.version().as_str();
    if voted != facts.version {
        let (voted, version) = (voted.to_owned(), facts.version.to_owned());
        return Err(CannotPromote::OtherVote { voted, version });
    }
    decide(facts)
}

fn decide(facts: Promotion<'_>) -> Result<Promoted, CannotPromote> {
    let mut draft = Draft::default();
    let staged = facts.found.map(|found| as_voted(facts.voted, found)).transpose()?;
    let missing = match facts.release.target {
        Target::Absent { revision, missing } => {
            draft.sees(revision);
            Some(missing.clone())
        }
        Target::Present { revision, differences, .. } => {
            draft.sees(revision);
            let other = |difference: &&Difference| matches!(difference, Difference::Other { .. });
            let differences: Vec<_> = differences.iter().filter(other).cloned().collect();
            if !differences.is_empty() {
                let directory = facts.release.directory.clone();
                return Err(CannotPromote::InTheWay { directory, differences });
            }
            None
        }
    };
    match (&staged, facts.found) {
        (Some(files), Some(found)) => {
            draft.sees(&found.listing.revision);
            draft.copies(facts, found, files, missing);
            draft.clears(facts.voted, found, files);
        }
        _ if is_released(facts.release.target) => {}
        _ => return Err(CannotPromote::Gone(facts.voted.directory.clone())),
    }
    draft.supersedes(facts);
    for (directory, listing) in facts.leftovers {
        draft.drops(facts, directory, listing);
    }
    match (facts.release.target, draft.base) {
        (Target::Present { changed, .. }, _) if draft.changes.is_empty() => {
            Ok(Promoted::Already(changed.clone()))
        }
        (_, Some(base)) => {
            let Draft { mut details, changes, .. } = draft;
            details.insert(0, ("in".to_owned(), facts.area.to_owned()));
            let about = facts.release.directory.clone();
            let commit = Commit { about, base, changes, message: facts.message.to_owned() };
            let does = format!("release {} in one revision", facts.version);
            Ok(Promoted::Planned(Box::new(Planned::new(does, details, commit))))
        }
        // Nothing is staged, nothing released, no listing at all.
        (_, None) => Err(CannotPromote::Gone(facts.voted.directory.clone())),
    }
}

fn is_released(target: &Target) -> bool {
    let missing = |difference: &Difference| matches!(difference, Difference::Missing { .. });
    matches!(target, Target::Present { differences, .. } if !differences.iter().any(missing))
}

/// The voted files with their sizes, if what is staged is what was voted on.
fn as_voted(voted: &Voted, found: &Found) -> Result<Files, CannotPromote> {
    let directory = voted.directory.clone();
    let changed = &found.listing.changed;
    if !changed.is_unchanged_since(&voted.revision) {
        let (changed, voted) = (changed.clone(), voted.revision.clone());
        return Err(CannotPromote::Changed { directory, changed, voted });
    }
    let mut differences = Vec::new();
    let mut files = Files::new();
    for (place, sha512) in &voted.files {
        let file = place.clone();
        match (found.listing.files.get(place), found.digests.get(place)) {
            (None, _) => differences.push(Difference::Missing { file }),
            (Some(&size), Some(digest)) if digest == sha512 => {
                files.insert(file, Content { size, sha512: sha512.clone() });
            }
            (Some(_), digest) => {
                let digest = digest.map_or("unknown", Sha512::as_str);
                let how = format!("its SHA-512 is {digest}, voted on was {sha512}");
                differences.push(Difference::Other { file, how });
            }
        }
    }
    match differences.is_empty() && !files.is_empty() {
        true => Ok(files),
        false => Err(CannotPromote::NotAsVoted { directory, differences }),
    }
}

/// The commit in the making.
#[derive(Default)]
struct Draft {
    base: Option<Revision>,
    changes: Vec<Change>,
    details: Vec<(String, String)>,
}

impl Draft {
    fn says(&mut self, name: &str, what: String) {
        self.details.push((name.to_owned(), what));
    }

    /// The commit is based on the earliest state that anything was decided upon.
    fn sees(&mut self, revision: &Revision) {
        self.base = Some(match &self.base {
            Some(base) => base.earlier(revision).clone(),
            None => revision.clone(),
        });
    }

    fn copies(
        &mut self,
        facts: Promotion<'_>,
        found: &Found,
        files: &Files,
        missing: Option<Vec<Place>>,
    ) {
        let (from, to) = (&facts.voted.directory, facts.release.directory);
        let at = || facts.voted.revision.clone();
        let whole = missing.is_some() && found.listing.files.keys().eq(files.keys());
        let present: BTreeSet<Place> = match facts.release.target {
            Target::Absent { .. } => BTreeSet::new(),
            Target::Present { differences, .. } => {
                let lacks = |place: &&Place| {
                    let file = (*place).clone();
                    !differences.contains(&Difference::Missing { file })
                };
                files.keys().filter(lacks).cloned().collect()
            }
        };
        for place in missing.iter().flatten() {
            self.says("makes", format!("the directory {place}, which is new"));
            self.changes.push(Change::MakeDirectory(place.clone()));
        }
        if whole {
            self.changes.push(Change::Copy {
                from: from.clone(),
                at: at(),
                to: to.clone(),
                files: files.clone(),
            });
        } else {
            if missing.is_some() {
                self.changes.push(Change::MakeDirectory(to.clone()));
            }
            let known = facts.release.listing.filter(|_| missing.is_none());
            let there = |place: &Place| {
                known.is_some_and(|listing| {
                    let below = to.join(place).below(facts.release.home);
                    below.is_some_and(|below| listing.directories.contains(&below))
                })
            };
            let above: BTreeSet<Place> = files
                .keys()
                .filter(|place| !present.contains(*place))
                .flat_map(Place::ancestors)
                .filter(|place| !there(place))
                .collect();
            self.changes.extend(above.iter().map(|place| Change::MakeDirectory(to.join(place))));
            for (place, content) in files.iter().filter(|(place, _)| !present.contains(*place)) {
                self.changes.push(Change::Copy {
                    from: from.join(place),
                    at: at(),
                    to: to.join(place),
                    files: Files::from([(Place::ROOT, content.clone())]),
                });
            }
        }
        for (place, content) in files {
            let verb = if present.contains(place) { "has already" } else { "moves" };
            self.says(
                verb,
                format!("{} to {}", from.join(place), described(&to.join(place), content)),
            );
        }
    }

    /// Clears the candidate's directory away, unless anything else is in it.
    fn clears(&mut self, voted: &Voted, found: &Found, files: &Files) {
        let own: BTreeSet<Place> = files.keys().flat_map(Place::ancestors).collect();
        let strays = || found.listing.files.keys().filter(|place| !files.contains_key(*place));
        let others = || found.listing.directories.iter().filter(|place| !own.contains(*place));
        if strays().chain(others()).next().is_none() {
            self.changes.push(Change::Remove(voted.directory.clone()));
            return;
        }
        let remove = |place| Change::Remove(voted.directory.join(place));
        self.changes.extend(files.keys().map(remove));
        let others = others().filter(|place| !strays().any(|file| file.below(place).is_some()));
        for place in strays().chain(others) {
            self.says("keeps", format!("{}: not voted on", voted.directory.join(place)));
        }
    }

    /// Clears an earlier candidate of this version away: its files, and its directory if nothing else
    /// is in it.
    fn drops(&mut self, facts: Promotion<'_>, directory: &Place, listing: &Listing) {
        let (own, others): (BTreeSet<&Place>, BTreeSet<&Place>) =
            listing.files.keys().partition(|file| is_own(facts, file));
        for file in &own {
            let file = directory.join(file);
            self.says("removes", format!("{file}: of an earlier candidate"));
        }
        for file in &others {
            let file = directory.join(file);
            self.says("keeps", format!("{file}: not named as this candidate's files are"));
        }
        if own.is_empty() {
            return;
        }
        self.sees(&listing.revision);
        let below: BTreeSet<Place> = own.iter().flat_map(|file| file.ancestors()).collect();
        match others.is_empty() && listing.directories.iter().all(|place| below.contains(place)) {
            true => self.changes.push(Change::Remove(directory.clone())),
            false => {
                self.changes.extend(own.iter().map(|file| Change::Remove(directory.join(file))))
            }
        }
    }

    fn supersedes(&mut self, facts: Promotion<'_>) {
        let Some(listing) = facts.release.listing else { return };
        self.sees(&listing.revision);
        let home = facts.release.home;
        let outgoing = outgoing(facts);
        for Outgoing { file, why, kept, .. } in &outgoing {
            let place = home.join(file);
            match kept {
                Some(kept) => self.says("keeps", format!("{place}: {why}, but {kept}")),
                None => self.says("removes", format!("{place}: {why}")),
            }
        }
        let gone = outgoing.iter().filter(|gone| gone.kept.is_none()).map(|gone| &gone.file);
        let gone: BTreeSet<&Place> = gone.collect();
        for (directory, others) in kept_directories(facts, listing, &outgoing) {
            let place = home.join(&directory);
            self.says(
                "keeps",
                format!("{place}: it holds {others}, not of this component's releases by name"),
            );
        }
        let new = facts.release.directory.below(home).unwrap_or_default();
        let places = places(listing, &gone, &new);
        self.changes.extend(places.iter().map(|place| Change::Remove(home.join(place))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::template::{Names, Template};

    fn place(text: &str) -> Place {
        text.parse().expect(text)
    }

    fn digest(size: u64) -> Sha512 {
        format!("{size:0128x}").parse().expect("hex")
    }

    /// Files with sizes; a file's digest follows from its size.
    fn listing(files: &[(&str, u64)], revision: u64, changed: u64) -> Listing {
        let files: BTreeMap<Place, u64> =
            files.iter().map(|(name, size)| (place(name), *size)).collect();
        Listing {
            revision: Revision::Number(revision),
            changed: Revision::Number(changed),
            directories: files.keys().flat_map(Place::ancestors).collect(),
            files,
        }
    }

    const CANDIDATE: &[(&str, u64)] = &[("demo-1.2.4-src.tgz", 4), ("demo-1.2.4-src.tgz.asc", 1)];

    /// A world in which everything is as it should be.
    struct World {
        voted: Voted,
        found: Option<Found>,
        target: Target,
        released: Listing,
        directory: Place,
        home: Place,
        keep: Vec<String>,
        leftovers: Vec<(Place, Listing)>,
        template: Template,
        names: Names,
    }

    impl World {
        fn new() -> Self {
            let staged = listing(CANDIDATE, 20, 10);
            let digests: BTreeMap<Place, Sha512> =
                staged.files.iter().map(|(place, size)| (place.clone(), digest(*size))).collect();
            Self {
                voted: Voted {
                    directory: place("dev/demo/1.2.4-rc2"),
                    revision: Revision::Number(12),
                    files: digests.clone(),
                },
                found: Some(Found { listing: staged, digests }),
                target: Target::Absent { revision: Revision::Number(21), missing: Vec::new() },
                released: listing(
                    &[
                        ("KEYS", 5),
                        ("1.2.3/demo-1.2.3-src.tgz", 1),
                        ("1.1.0/demo-1.1.0-src.tgz", 1),
                    ],
                    19,
                    18,
                ),
                directory: place("release/demo/1.2.4"),
                home: place("release/demo"),
                keep: Vec::new(),
                leftovers: vec![(place("dev/demo/1.2.4-rc1"), listing(CANDIDATE, 20, 9))],
                template: "{project}{-component}-{version}-src".parse().expect("a template"),
                names: Names { project: "demo".to_owned(), ..Names::default() },
            }
        }

        /// All releases in one directory.
        fn flat(mut self) -> Self {
            self.directory = self.home.clone();
            let missing = |file: &Place| Difference::Missing { file: file.clone() };
            self.target = Target::Present {
                revision: Revision::Number(20),
                changed: Revision::Number(18),
                differences: self.voted.files.keys().map(missing).collect(),
            };
            self.released = listing(
                &[
                    ("KEYS", 5),
                    ("demo-1.2.3-src.tgz", 3),
                    ("demo-1.2.3-src.tgz.asc", 1),
                    ("demo-1.2.3-src.tgz.md5", 1),
                    ("demo-core-1.2.3-src.tgz", 3),
                    ("README-1.2.3", 1),
                    ("demo-1.3.0-src.tgz", 3),
                ],
                19,
                18,
            );
            self
        }

        fn plan(&self) -> Result<Promoted, CannotPromote> {
            let release = ReleaseArea {
                directory: &self.directory,
                target: &self.target,
                home: &self.home,
                listing: Some(&self.released),
                archives: ArchiveNames { template: &self.template, names: &self.names },
                lines: Lines::Minor,
                keep: &self.keep,
            };
            let facts = Promotion {
                area: "svn://x",
                version: "1.2.4",
                voted: &self.voted,
                found: self.found.as_ref(),
                release,
                leftovers: &self.leftovers,
                message: "Release 1.2.4",
            };
            decide(facts)
        }

        fn commit(&self) -> Commit {
            match self.plan() {
                Ok(Promoted::Planned(planned)) => planned.commit,
                other => panic!("not planned: {other:?}"),
            }
        }

        fn removed(&self) -> Vec<String> {
            self.commit().removes().map(ToString::to_string).collect()
        }
    }

    #[test]
    fn the_voted_directory_moves_as_a_whole() {
        let commit = World::new().commit();
        assert_eq!(commit.base, Revision::Number(19), "the earliest that was looked at");
        let Change::Copy { from, at, to, .. } = &commit.changes[0] else { panic!("no copy") };
        assert_eq!((from.as_str(), to.as_str()), ("dev/demo/1.2.4-rc2", "release/demo/1.2.4"));
        assert_eq!(at, &Revision::Number(12), "as voted on");
        let removed: Vec<&str> = commit.removes().map(Place::as_str).collect();
        assert_eq!(removed, ["dev/demo/1.2.4-rc2", "release/demo/1.2.3", "dev/demo/1.2.4-rc1"]);
    }

    #[test]
    fn what_differs_from_the_vote_is_refused() {
        let mut world = World::new();
        world.voted.revision = Revision::Number(9);
        assert!(matches!(world.plan(), Err(CannotPromote::Changed { .. })));
        let mut world = World::new();
        world.voted.files.insert(place("demo-1.2.4-src.tgz"), digest(5));
        assert!(matches!(world.plan(), Err(CannotPromote::NotAsVoted { .. })));
        let mut world = World::new();
        world.voted.files.insert(place("more"), digest(5));
        let error = world.plan().expect_err("it lacks a file").to_string();
        assert!(error.contains("`more` is missing"), "{error}");
        let mut world = World::new();
        world.found.as_mut().expect("there").digests.clear();
        assert!(matches!(world.plan(), Err(CannotPromote::NotAsVoted { .. })), "not looked at");
        let mut world = World::new();
        world.found = None;
        assert!(matches!(world.plan(), Err(CannotPromote::Gone(_))));
        let mut world = World::new().flat();
        let (file, how) = (place("demo-1.2.4-src.tgz"), String::new());
        let Target::Present { differences, .. } = &mut world.target else { panic!("flat") };
        differences.push(Difference::Other { file, how });
        assert!(matches!(world.plan(), Err(CannotPromote::InTheWay { .. })));
        let mut world = World::new();
        world.voted.files.clear();
        assert!(world.plan().is_err(), "nothing was voted on");
    }

    #[test]
    fn what_was_not_voted_on_is_not_released() {
        let mut world = World::new();
        let found = world.found.as_mut().expect("there");
        found.listing.files.insert(place("draft.eml"), 9);
        let commit = world.commit();
        let added: Vec<Place> = commit.adds().into_keys().collect();
        let names = CANDIDATE.iter().map(|(name, _)| place(&format!("release/demo/1.2.4/{name}")));
        assert!(added.iter().cloned().eq(names), "{added:?}");
        assert_eq!(world.removed()[0], "dev/demo/1.2.4-rc2/demo-1.2.4-src.tgz", "file by file");
    }

    #[test]
    fn a_shared_staging_directory_stays() {
        let mut world = World::new();
        world.voted.directory = place("dev/demo");
        world.leftovers.clear();
        let found = world.found.as_mut().expect("there");
        found.listing.files.insert(place("KEYS"), 9);
        let removed = world.removed();
        let own = ["dev/demo/demo-1.2.4-src.tgz", "dev/demo/demo-1.2.4-src.tgz.asc"];
        assert_eq!(removed, [&own[..], &["release/demo/1.2.3"]].concat());
    }

    #[test]
    fn releases_that_share_a_directory_are_told_apart_by_name() {
        let world = World::new().flat();
        let removed = world.removed();
        let released: Vec<&String> =
            removed.iter().filter(|place| place.starts_with("release")).collect();
        let gone = ["src.tgz", "src.tgz.asc", "src.tgz.md5"];
        assert_eq!(released, gone.map(|end| format!("release/demo/demo-1.2.3-{end}")).each_ref());
    }

    #[test]
    fn keep_and_keys_keep() {
        let mut world = World::new();
        world.leftovers.clear();
        world.keep = vec!["1.2.3".to_owned()];
        assert_eq!(world.removed(), ["dev/demo/1.2.4-rc2"]);
        world.keep.clear();
        let files = ["1.2.3/KEYS", "1.2.3/demo-1.2.3-src.tgz", "1.2.2/demo-1.2.2-src.tgz"];
        world.released = listing(&files.map(|file| (file, 1)), 19, 18);
        let gone = ["release/demo/1.2.2", "release/demo/1.2.3/demo-1.2.3-src.tgz"];
        assert_eq!(world.removed()[1..], gone);
    }

    #[test]
    fn what_another_component_released_stays() {
        // Two products of one project share directories that are called by version.
        let mut world = World::new();
        world.leftovers.clear();
        world.names.component = Some("board".to_owned());
        let own = ["demo-board-1.2.4-src.tgz", "demo-board-1.2.4-bin.zip", "NEWS"];
        let files: Vec<(&str, u64)> = own.map(|name| (name, 4)).to_vec();
        let staged = listing(&files, 20, 10);
        world.voted.files =
            staged.files.iter().map(|(place, size)| (place.clone(), digest(*size))).collect();
        world.found = Some(Found { listing: staged, digests: world.voted.files.clone() });
        let released = [
            "1.2.0/demo-1.2.0-src.tgz",
            "1.2.0/demo-1.2.0-bin.zip",
            "1.2.1/demo-1.2.1-src.tgz",
            "1.2.1/demo-board-1.2.1-src.tgz",
            "1.2.1/demo-board-1.2.1-src.tgz.asc",
            "1.2.1/NEWS",
            "1.2.2/demo-board-1.2.2-src.zip",
            "1.2.2/demo-board-1.2.2-bin.zip",
            "1.2.2/NEWS",
            "1.2.3/demo-board-1.2.3-bin.zip",
        ];
        world.released = listing(&released.map(|file| (file, 1)), 19, 18);
        let gone =
            ["1.2.1/demo-board-1.2.1-src.tgz", "1.2.1/demo-board-1.2.1-src.tgz.asc", "1.2.2"];
        let gone = gone.map(|place| format!("release/demo/{place}"));
        assert_eq!(world.removed()[1..], gone);
        let Ok(Promoted::Planned(planned)) = world.plan() else { panic!("not planned") };
        let details: Vec<String> =
            planned.step.details.iter().map(|(verb, what)| format!("{verb} {what}")).collect();
        for words in [
            "removes release/demo/1.2.2/NEWS: superseded by 1.2.4",
            "keeps release/demo/1.2.0: it holds demo-1.2.0-bin.zip, demo-1.2.0-src.tgz, not of",
            "keeps release/demo/1.2.1: it holds NEWS, demo-1.2.1-src.tgz, not of",
            "keeps release/demo/1.2.3: it holds demo-board-1.2.3-bin.zip, not of",
        ] {
            assert!(
                details.iter().any(|detail| detail.starts_with(words)),
                "{words}: {details:#?}"
            );
        }
    }

    #[test]
    fn another_products_candidate_stays() {
        let mut world = World::new();
        let other = listing(&[("demo-board-1.2.4-src.tgz", 4)], 20, 9);
        let mixed = listing(&[("demo-1.2.4-src.tgz", 4), ("demo-board-1.2.4-src.tgz", 4)], 20, 9);
        world.leftovers =
            vec![(place("dev/demo/1.2.4-rc0"), other), (place("dev/demo/1.2.4-rc1"), mixed)];
        let removed = world.removed();
        assert_eq!(removed[2..], ["dev/demo/1.2.4-rc1/demo-1.2.4-src.tgz"], "{removed:?}");
    }

    #[test]
    fn a_directory_of_a_line_is_not_taken_away_from_under_the_release() {
        let mut world = World::new();
        world.leftovers.clear();
        world.directory = place("release/demo/1.2");
        world.released = listing(&[("1.2/demo-1.2.3-src.tgz", 1)], 19, 18);
        let missing = |file: &Place| Difference::Missing { file: file.clone() };
        world.target = Target::Present {
            revision: Revision::Number(20),
            changed: Revision::Number(18),
            differences: world.voted.files.keys().map(missing).collect(),
        };
        assert_eq!(world.removed()[1..], ["release/demo/1.2/demo-1.2.3-src.tgz"]);
    }

    #[test]
    fn what_somebody_else_did_is_noticed() {
        let mut world = World::new();
        world.found = None;
        let revision = Revision::Number(30);
        let changed = Revision::Number(25);
        world.target = Target::Present { revision, changed, differences: Vec::new() };
        // They left the old release and the earlier candidate.
        assert_eq!(world.removed(), ["release/demo/1.2.3", "dev/demo/1.2.4-rc1"]);
        world.leftovers.clear();
        world.released = listing(&[("KEYS", 5)], 30, 25);
        assert_eq!(world.plan(), Ok(Promoted::Already(Revision::Number(25))));
    }
}
