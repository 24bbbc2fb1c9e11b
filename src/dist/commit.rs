//! What is committed to a dist area: changes that become one revision, or none. Pure.

use serde::Serialize;

use super::{Content, Files, Place, Revision};
use crate::plan::Step;

/// One change of a [`Commit`]. What it makes must not exist yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Makes an empty directory.
    MakeDirectory(Place),
    /// Adds a file.
    Put {
        /// Under this path.
        to: Place,
        /// With this content.
        content: Content,
        /// Read from this local path.
        from: String,
    },
    /// Copies within the area, with its history.
    Copy {
        /// From here, a file or a directory.
        from: Place,
        /// As it was then.
        at: Revision,
        /// To here.
        to: Place,
        /// The files this makes, by their path from `to`; a single file has the empty path.
        files: Files,
    },
    /// Removes a file, or a directory with all that is in it.
    Remove(Place),
}

/// Changes that become one revision together, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// The directory that it is all about: the candidate's, the release's.
    pub about: Place,
    /// What the changes were decided upon; what changed since then and is touched stops them.
    pub base: Revision,
    /// In the order in which they are made.
    pub changes: Vec<Change>,
    /// The log message.
    pub message: String,
}

impl Commit {
    /// All files that are there afterwards because of it, with their content.
    pub fn adds(&self) -> Files {
        let mut files = Files::new();
        for change in &self.changes {
            match change {
                Change::Put { to, content, .. } => {
                    files.insert(to.clone(), content.clone());
                }
                Change::Copy { to, files: copied, .. } => {
                    files.extend(copied.iter().map(|(at, file)| (to.join(at), file.clone())));
                }
                Change::MakeDirectory(_) | Change::Remove(_) => {}
            }
        }
        files
    }

    /// All places that are gone afterwards because of it.
    pub fn removes(&self) -> impl Iterator<Item = &Place> {
        self.changes.iter().filter_map(|change| match change {
            Change::Remove(place) => Some(place),
            _ => None,
        })
    }

    /// What it does in the words of svnmucc, for an area at `root`.
    pub fn actions(&self, root: &str) -> Vec<String> {
        let mut words = Vec::new();
        for change in &self.changes {
            match change {
                Change::MakeDirectory(place) => words.extend(["mkdir".to_owned(), place.url(root)]),
                Change::Put { to, from, .. } => {
                    words.extend(["put".to_owned(), from.clone(), to.url(root)]);
                }
                Change::Copy { from, at, to, .. } => {
                    words.extend(["cp".to_owned(), at.to_string(), from.url(root), to.url(root)])
                }
                Change::Remove(place) => words.extend(["rm".to_owned(), place.url(root)]),
            }
        }
        words
    }

    /// The command that does the same by hand, for somebody else who may.
    pub fn by_hand(&self, root: &str) -> Vec<String> {
        let mut words = vec!["svnmucc".to_owned()];
        words.extend(self.actions(root));
        words.extend(["-r", &self.base.to_string(), "-m", &self.message].map(str::to_owned));
        words
    }

    /// What it does, apart from where the files lie on this machine and which revisions came in
    /// between: the same for the same effect.
    fn content(&self) -> String {
        let mut text = format!("{}\n", self.message);
        for change in &self.changes {
            let line = match change {
                Change::MakeDirectory(place) => format!("mkdir {place}"),
                Change::Put { to, content, .. } => {
                    format!("put {} {} {to}", content.size, content.sha512)
                }
                Change::Copy { from, at, to, .. } => format!("cp {at} {from}\n{to}"),
                Change::Remove(place) => format!("rm {place}"),
            };
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

/// A step of a plan together with the commit that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What people see.
    pub step: Step,
    /// What is run.
    pub commit: Commit,
}

impl Planned {
    pub(super) fn new(does: String, mut details: Vec<(String, String)>, commit: Commit) -> Self {
        details.push(("message".to_owned(), commit.message.clone()));
        let step = Step::new(does, details, commit.content().as_bytes());
        Self { step, commit }
    }
}
