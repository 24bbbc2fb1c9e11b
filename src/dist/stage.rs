//! Staging a candidate, and clearing one away.
//!
//! Staging is one commit that adds a directory with exactly the candidate's files (S-01, S-04): a
//! directory that is there already must hold the same bytes, and then there is nothing to do.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Change, Commit, Difference, Files, Listing, Place, Planned, Revision, described, listed,
};
use crate::release::{METADATA_SUFFIXES, Suffix};

/// The files of a directory, told apart by whether they belong to the candidate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Artifacts with their signatures and checksums: what is staged.
    pub files: BTreeSet<String>,
    /// Signatures (K-01) and checksums (C-01) that the artifacts lack, or artifacts themselves.
    pub missing: Vec<String>,
    /// What lies there too, and stays there: drafts of mails, files of an earlier attempt.
    pub stray: Vec<String>,
}

/// Selects, of the paths below a directory, the artifacts and what accompanies them.
pub fn select<'a>(names: impl IntoIterator<Item = &'a str>, artifacts: &[&str]) -> Selection {
    let mut selection = Selection::default();
    for name in names {
        let belongs = artifacts.iter().any(|artifact| {
            name.strip_prefix(*artifact)
                .is_some_and(|rest| rest.is_empty() || METADATA_SUFFIXES.contains(&rest))
        });
        if belongs {
            selection.files.insert(name.to_owned());
        } else {
            selection.stray.push(name.to_owned());
        }
    }
    for artifact in artifacts {
        for suffix in ["", Suffix::Signature.as_str(), Suffix::Sha512.as_str()] {
            let name = format!("{artifact}{suffix}");
            if !selection.files.contains(&name) {
                selection.missing.push(name);
            }
        }
    }
    selection
}

/// What is where a candidate shall be staged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Nothing.
    Absent {
        /// The state of the area when it was looked at.
        revision: Revision,
        /// Directories above it that are not there either, the topmost first.
        missing: Vec<Place>,
    },
    /// A directory.
    Present {
        /// The state of the area when it was looked at.
        revision: Revision,
        /// The state in which it last changed.
        changed: Revision,
        /// How it differs from the candidate.
        differences: Vec<Difference>,
    },
}

/// A candidate that is to be staged.
#[derive(Debug, Clone, Copy)]
pub struct Staging<'a> {
    /// The address of the area's root, for people.
    pub area: &'a str,
    /// The candidate's directory, from the root.
    pub directory: &'a Place,
    /// Its files, from that directory.
    pub files: &'a Files,
    /// The local path of each.
    pub local: &'a BTreeMap<Place, String>,
    /// The log message.
    pub message: &'a str,
}

/// What staging comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staged {
    /// It is there already, byte for byte, since this revision.
    Already(Revision),
    /// This has to be committed.
    Planned(Box<Planned>),
}

/// A candidate that cannot be staged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotStage {
    /// A candidate is its bytes: other bytes are another candidate (S-04).
    #[error("`{directory}` is there already and differs: {}", listed(differences))]
    Differs {
        /// Where.
        directory: Place,
        /// In which ways.
        differences: Vec<Difference>,
    },
    /// Nothing would be staged.
    #[error("the candidate has no files")]
    Empty,
    /// A file of the candidate is nowhere on this machine.
    #[error("`{0}` has no local file")]
    NoFile(Place),
}

/// Decides what staging a candidate takes.
///
/// # Errors
/// See [`CannotStage`].
pub fn staging(staging: Staging<'_>, target: &Target) -> Result<Staged, CannotStage> {
    let Staging { area, directory, files, local, message } = staging;
    if files.is_empty() {
        return Err(CannotStage::Empty);
    }
    let (revision, missing) = match target {
        Target::Present { changed, differences, .. } if differences.is_empty() => {
            return Ok(Staged::Already(changed.clone()));
        }
        Target::Present { differences, .. } => {
            let (directory, differences) = (directory.clone(), differences.clone());
            return Err(CannotStage::Differs { directory, differences });
        }
        Target::Absent { revision, missing } => (revision, missing),
    };
    let mut details = vec![("to".to_owned(), format!("{area}/{directory}"))];
    let mut changes = Vec::new();
    for place in missing {
        details.push(("makes".to_owned(), format!("the directory {place}, which is new")));
        changes.push(Change::MakeDirectory(place.clone()));
    }
    changes.push(Change::MakeDirectory(directory.clone()));
    let below: BTreeSet<Place> = files.keys().flat_map(Place::ancestors).collect();
    changes.extend(below.iter().map(|place| Change::MakeDirectory(directory.join(place))));
    for (place, content) in files {
        let from = local.get(place).ok_or_else(|| CannotStage::NoFile(place.clone()))?;
        changes.push(Change::Put {
            to: directory.join(place),
            content: content.clone(),
            from: from.clone(),
        });
        details.push(("adds".to_owned(), described(place, content)));
    }
    let does = format!("commit {} to {directory}", counted(files.len()));
    let commit = Commit {
        about: directory.clone(),
        base: revision.clone(),
        changes,
        message: message.to_owned(),
    };
    Ok(Staged::Planned(Box::new(Planned::new(does, details, commit))))
}

/// Decides what clearing a candidate away takes, as when a vote is cancelled; none if it is gone. The
/// directory stays where it holds anything besides `expected`, which is named.
pub fn removal(
    area: &str,
    directory: &Place,
    found: Option<&Listing>,
    expected: &Files,
    message: &str,
) -> Option<Planned> {
    let found = found?;
    let mut details = vec![("at".to_owned(), format!("{area}/{directory}"))];
    let (mut own, mut others) = (Vec::new(), 0);
    for (place, size) in &found.files {
        if expected.contains_key(place) {
            details.push(("removes".to_owned(), format!("{place}, {size} bytes")));
            own.push(place);
        } else {
            details
                .push(("keeps".to_owned(), format!("{place}, {size} bytes: we did not stage it")));
            others += 1;
        }
    }
    if own.is_empty() {
        return None;
    }
    let above: BTreeSet<Place> = own.iter().flat_map(|place| place.ancestors()).collect();
    let whole = others == 0 && found.directories.iter().all(|place| above.contains(place));
    let changes: Vec<Change> = match whole {
        true => vec![Change::Remove(directory.clone())],
        false => own.iter().map(|place| Change::Remove(directory.join(place))).collect(),
    };
    let does = match whole {
        true => format!("remove {directory} with {}", counted(own.len())),
        false => format!("remove {} from {directory}", counted(own.len())),
    };
    let commit = Commit {
        about: directory.clone(),
        base: found.revision.clone(),
        changes,
        message: message.to_owned(),
    };
    Some(Planned::new(does, details, commit))
}

fn counted(files: usize) -> String {
    match files {
        1 => "1 file".to_owned(),
        more => format!("{more} files"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Sha512};
    use super::*;

    fn place(text: &str) -> Place {
        text.parse().expect(text)
    }

    fn content(size: u64) -> Content {
        let sha512: Sha512 = format!("{size:0128x}").parse().expect("hex");
        Content { size, sha512 }
    }

    #[test]
    fn only_what_belongs_to_the_candidate_is_selected() {
        let artifacts = ["a-1.0.tar.gz", "a-1.0-bin.zip"];
        let names = [
            "a-1.0.tar.gz",
            "a-1.0.tar.gz.asc",
            "a-1.0.tar.gz.sha512",
            "a-1.0.tar.gz.asc.orig",
            "a-1.0.tar.gz.sha256",
            "a-1.0-bin.zip",
            "a-1.0-bin.zip.asc",
            "a-0.9.tar.gz",
            "vote.eml",
            "KEYS",
        ];
        let selection = select(names, &artifacts);
        let files: Vec<&str> = selection.files.iter().map(String::as_str).collect();
        let staged = [
            "a-1.0-bin.zip",
            "a-1.0-bin.zip.asc",
            "a-1.0.tar.gz",
            "a-1.0.tar.gz.asc",
            "a-1.0.tar.gz.sha256",
            "a-1.0.tar.gz.sha512",
        ];
        assert_eq!(files, staged);
        assert_eq!(selection.missing, ["a-1.0-bin.zip.sha512"]);
        assert_eq!(selection.stray, ["a-1.0.tar.gz.asc.orig", "a-0.9.tar.gz", "vote.eml", "KEYS"]);
    }

    fn plan(files: &Files, target: &Target) -> Result<Staged, CannotStage> {
        let local = files.keys().map(|place| (place.clone(), format!("/tmp/{place}"))).collect();
        let (directory, message) = (&place("dev/demo/1.0-rc1"), "Stage 1.0-rc1");
        staging(Staging { area: "svn://x", directory, files, local: &local, message }, target)
    }

    #[test]
    fn one_commit_adds_the_directory_with_all_files() {
        let files = Files::from([(place("a"), content(1)), (place("binaries/b"), content(2))]);
        let target =
            Target::Absent { revision: Revision::Number(7), missing: vec![place("dev/demo")] };
        let Ok(Staged::Planned(planned)) = plan(&files, &target) else { panic!("not planned") };
        let made = ["dev/demo", "dev/demo/1.0-rc1", "dev/demo/1.0-rc1/binaries"];
        let changes = &planned.commit.changes;
        assert_eq!(changes[..3], made.map(|made| Change::MakeDirectory(place(made))));
        assert_eq!(changes.len(), 5);
        let added: Vec<Place> = planned.commit.adds().into_keys().collect();
        assert_eq!(added, ["dev/demo/1.0-rc1/a", "dev/demo/1.0-rc1/binaries/b"].map(place));
        // The id is the effect's: other people's commits in between do not change it.
        let later =
            Target::Absent { revision: Revision::Number(9), missing: vec![place("dev/demo")] };
        let Ok(Staged::Planned(again)) = plan(&files, &later) else { panic!("not planned") };
        assert_eq!(again.step.id, planned.step.id);
        let others = Files::from([(place("a"), content(3)), (place("binaries/b"), content(2))]);
        let Ok(Staged::Planned(other)) = plan(&others, &target) else { panic!("not planned") };
        assert_ne!(other.step.id, planned.step.id);
    }

    #[test]
    fn other_bytes_are_another_candidate() {
        let files = Files::from([(place("a"), content(1)), (place("b"), content(2))]);
        let found = BTreeMap::from([(place("b"), 3), (place("draft.eml"), 1)]);
        let differences = super::super::differences(&files, &found, |_| None);
        let present = |differences| Target::Present {
            revision: Revision::Number(5),
            changed: Revision::Number(3),
            differences,
        };
        let target = present(differences);
        let refused = plan(&files, &target).expect_err("it differs").to_string();
        for words in ["`a` is missing", "`b` is another file: 3 bytes instead of 2", "`draft.eml`"]
        {
            assert!(refused.contains(words), "{refused}");
        }
        let target = present(Vec::new());
        assert_eq!(plan(&files, &target), Ok(Staged::Already(Revision::Number(3))));
        assert_eq!(plan(&Files::new(), &target), Err(CannotStage::Empty));
    }
}
