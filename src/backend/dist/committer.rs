//! Commits as steps of a plan: run, and looked after when it is not known how they ended.

use std::collections::BTreeMap;

use super::super::machine;
use super::{AreaError, Depth, DistArea, LocalFiles, Trouble};
use crate::dist::{Commit, Listing, Place, Revision};
use crate::plan::{Executor, Failed, Probe, Step};

/// Runs the steps of a plan that are commits to a dist area.
pub struct Committer<'a> {
    /// The area.
    pub area: &'a dyn DistArea,
    /// The commits by the ids of their steps.
    pub commits: BTreeMap<String, Commit>,
    /// The files that they add: while the server is busy with them, the digests are read that
    /// [`super::compare`] will want.
    pub local: Option<&'a LocalFiles>,
}

impl Committer<'_> {
    fn commit(&self, step: &Step) -> Result<&Commit, AreaError> {
        self.commits.get(&step.id).ok_or_else(|| {
            AreaError::new(Trouble::Other, "run", self.area.address(), "a step without a commit")
        })
    }

    /// Of the files that a commit adds, those that are there and those that are not.
    fn added(&self, commit: &Commit) -> Result<(Vec<Place>, Vec<Place>), AreaError> {
        let (mut there, mut not) = (Vec::new(), Vec::new());
        let mut listings: BTreeMap<Place, Option<Listing>> = BTreeMap::new();
        for (place, content) in commit.adds() {
            let directory = place.parent().unwrap_or_default();
            if !listings.contains_key(&directory) {
                let listing = self.area.list(&directory, Depth::Entries)?;
                listings.insert(directory.clone(), listing);
            }
            let listing = listings.get(&directory).and_then(Option::as_ref);
            let name = place.below(&directory).unwrap_or_default();
            let size = listing.and_then(|listing| listing.files.get(&name));
            let same =
                size == Some(&content.size) && self.area.sha512(&place, None)? == content.sha512;
            if same { there.push(place) } else { not.push(place) }
        }
        Ok((there, not))
    }

    /// Of the places that a commit removes, those that are still there.
    fn still_there(&self, commit: &Commit) -> Result<Vec<Place>, AreaError> {
        let mut found = Vec::new();
        for place in commit.removes() {
            if self.area.list(place, Depth::Entries)?.is_some() {
                found.push(place.clone());
            }
        }
        Ok(found)
    }
}

fn named(places: &[Place]) -> String {
    places.iter().map(|place| format!("`{place}`")).collect::<Vec<_>>().join(", ")
}

impl Executor for Committer<'_> {
    type Error = AreaError;

    fn run(&mut self, step: &Step) -> Result<String, Failed<AreaError>> {
        let commit = self.commit(step).map_err(Failed::NotDone)?;
        let applied = std::thread::scope(|scope| {
            if let Some((local, algorithm)) = self.local.zip(self.area.tells()) {
                scope.spawn(move || {
                    // svn and the server are who is waited for.
                    machine::stand_back();
                    local.digest(algorithm);
                });
            }
            self.area.apply(commit)
        });
        match applied {
            Ok(revision) => Ok(outcome(&revision)),
            Err(error) if error.nothing_was_done() => Err(Failed::NotDone(error)),
            Err(error) => Err(Failed::Unclear(error)),
        }
    }

    /// An area takes no commit twice: what it makes must not exist, what it removes must.
    fn may_repeat(&self, _: &Step) -> bool {
        true
    }

    fn probe(&mut self, step: &Step) -> Result<Probe, AreaError> {
        let commit = self.commit(step)?;
        let (there, not) = self.added(commit)?;
        let remains = self.still_there(commit)?;
        // All of it is done or none: where nothing of it was added, or is left to be removed, it was
        // somebody else who removed the rest.
        if there.is_empty() && (!not.is_empty() || !remains.is_empty()) {
            return Ok(Probe::NotDone);
        }
        if !not.is_empty() || !remains.is_empty() {
            let mut seen = format!("{} are as they should be", named(&there));
            for (places, how) in [(&not, "are not"), (&remains, "should be gone and are not")] {
                if !places.is_empty() {
                    seen.push_str(&format!("; {} {how}", named(places)));
                }
            }
            return Ok(Probe::Unknown(seen));
        }
        let listing = self.area.list(&commit.about, Depth::All)?;
        let outcome = listing.map(|listing| outcome(&listing.changed));
        Ok(Probe::Done(outcome.unwrap_or_else(|| "removed".to_owned())))
    }
}

/// What came of a commit, in words.
pub fn outcome(revision: &Revision) -> String {
    format!("revision {revision}")
}
