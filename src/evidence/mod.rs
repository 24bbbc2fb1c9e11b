//! Everything that a verification looks at, already collected. Pure.
//!
//! What could not be had is an `Err` with the reason, never an empty value: a check over it then
//! says that it could not run. What nobody asked for is `None`.

mod contents;
mod digesting;
mod pass;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::archive::read::ReadError;
use crate::candidate;
use crate::checksum::{Algorithm, ChecksumError, Listed};
use crate::openpgp::Judgement;
use crate::policy::Preset;
use crate::release::{CandidateNumber, ObjectId, ProjectName, Version};

pub use contents::{Contents, Member, Text};
pub use digesting::{BlobId, ObjectFormat};
pub use pass::{Passed, Seekable, Source, Wanted, archived_ids, pass};

/// What is known, or why it is not.
pub type Known<T> = Result<T, String>;

/// Everything that the checks of a candidate look at.
#[derive(Debug)]
pub struct Evidence {
    /// As of when.
    pub now: DateTime<Utc>,
    /// Which rules apply.
    pub preset: Preset,
    /// The project's short name, if it is known.
    pub project: Option<ProjectName>,
    /// The version, if it is known.
    pub version: Option<Version>,
    /// The number of the candidate, if it has one.
    pub rc: Option<CandidateNumber>,
    /// Everything that lies in the candidate's directory.
    pub files: Vec<CandidateFile>,
    /// What is released, in the order of their names.
    pub artifacts: Vec<Artifact>,
    /// The keys that signatures are judged by; none if nobody said where they are.
    pub keys: Known<Option<KeysFacts>>,
    /// The tag and its tree; none if nobody named a repository.
    pub tag: Known<Option<TagFacts>>,
    /// Whether the archive was made anew from the tag; none if that was not asked for.
    pub rebuilt: Known<Option<Rebuilt>>,
    /// The project's build commands with the exit status of each; none if that was not asked for.
    pub built: Known<Option<Vec<(String, i32)>>>,
    /// What the `[VOTE]` mail says; none without one.
    pub mail: Option<MailFacts>,
    /// Ids of the project's committers; none without a roster.
    pub committers: Known<Option<BTreeSet<String>>>,
    /// Paths that a project's own tools leave out of their header check, from its settings.
    pub header_exclusions: Vec<String>,
    /// Whether the project claims that its archive can be rebuilt to the byte.
    pub claims_reproducible: bool,
    /// Whether contents were asked for that are not known: nothing is to be concluded from the rest.
    pub unread: Cell<bool>,
}

/// A file in the candidate's directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CandidateFile {
    /// Its path below the directory, `/` between.
    pub name: String,
    /// Its size in bytes, where the place tells.
    pub size: Option<u64>,
}

/// What an artifact is to the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A source package: what is voted on (P-01).
    Source,
    /// A convenience package, made from the source (P-03).
    Convenience,
}

/// One artifact with what accompanies it.
#[derive(Debug)]
pub struct Artifact {
    /// Its path below the candidate's directory.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// What it is to the release.
    pub role: Role,
    /// Its digests: SHA-512, and whatever else its checksum files name.
    pub digests: BTreeMap<Algorithm, Vec<u8>>,
    /// Its checksum files.
    pub checksums: Vec<ChecksumFile>,
    /// Its signature file; none if there is none.
    pub signature: Option<Known<SignatureFacts>>,
    /// What is in it, for an archive; an error if it cannot be read as one to its end, or unpackers
    /// take it differently.
    pub contents: Option<Result<Contents, ReadError>>,
}

/// A checksum file as it was found.
#[derive(Debug)]
pub struct ChecksumFile {
    /// Its path below the candidate's directory.
    pub name: String,
    /// What it says.
    pub listed: Result<Vec<Listed>, ChecksumError>,
}

/// A signature file, judged.
#[derive(Debug)]
pub struct SignatureFacts {
    /// Whether it is ASCII-armored (K-01).
    pub armored: bool,
    /// Each signature in it.
    pub judgements: Vec<Judgement>,
}

/// The KEYS file that signatures were judged by.
#[derive(Debug, Clone)]
pub struct KeysFacts {
    /// Where it was read.
    pub place: String,
    /// Why it is not known to be the project's, in a sentence without a full stop; none if it is.
    pub doubt: Option<String>,
    /// SHA-512 of its bytes, in hex.
    pub sha512: String,
    /// How many certificates it holds.
    pub certificates: usize,
}

/// The tag, or the commit, that the candidate is said to be made of.
#[derive(Debug)]
pub struct TagFacts {
    /// Where the repository is.
    pub repository: String,
    /// The tag, if there is one.
    pub tag: Option<String>,
    /// The commit it leads to.
    pub commit: ObjectId,
    /// The commit that somebody stated (mail, flag), if anybody did; it may be abbreviated.
    pub stated: Option<String>,
    /// Whether the tag is signed, and what came of checking it.
    pub signature: TagSignature,
    /// Files and links of the tree by their path.
    pub tree: BTreeMap<Vec<u8>, TreeFile>,
    /// Paths of submodules, whose content is not in the tree.
    pub submodules: BTreeSet<Vec<u8>>,
    /// What `git archive` makes of the tree; none as long as nobody had to ask. It lacks what
    /// `export-ignore` names, and holds what `export-subst` and line ending rules make of files.
    pub archived: Option<BTreeMap<Vec<u8>, TreeFile>>,
}

/// A file or link at the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeFile {
    /// The id of its content.
    pub id: BlobId,
    /// What it is.
    pub kind: TreeKind,
}

/// What git knows of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeKind {
    /// A file.
    File,
    /// A file that may be executed.
    Executable,
    /// A symbolic link.
    Symlink,
}

/// Whether a tag is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagSignature {
    /// It is a mere name for the commit, or no tag was named.
    Lightweight,
    /// Annotated, not signed.
    Unsigned,
    /// Signed, with what is to be said of the signature.
    Signed {
        /// Whether it is good by a key in KEYS.
        good: bool,
        /// In words.
        words: String,
    },
}

/// What came of making the archives anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// Archives whose tar stream is the same to the byte, with whether the compressed bytes are
    /// too.
    pub same: Vec<(String, bool)>,
    /// Archives that differ, with how.
    pub different: Vec<(String, String)>,
}

/// What the `[VOTE]` mail states.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MailFacts {
    /// Where the mail was read.
    pub place: String,
    /// Digests it states, in lower-case hex, with the file name beside them if there is one, and
    /// the line.
    pub digests: Vec<(String, Option<String>, usize)>,
    /// Commits it states, with their lines.
    pub commits: Vec<(String, usize)>,
    /// Tags it states.
    pub tags: Vec<String>,
    /// The version it states.
    pub version: Option<String>,
}

impl Evidence {
    /// The source packages.
    pub fn sources(&self) -> impl Iterator<Item = &Artifact> {
        self.artifacts.iter().filter(|artifact| artifact.role == Role::Source)
    }

    /// The source packages whose content is known, with it.
    pub fn source_contents(&self) -> impl Iterator<Item = (&Artifact, &Contents)> {
        self.readable_contents().filter(|(artifact, _)| artifact.role == Role::Source)
    }

    /// All packages whose content is known, convenience packages too. Those that are passed over are
    /// noted: see [`Evidence::whole`].
    pub fn readable_contents(&self) -> impl Iterator<Item = (&Artifact, &Contents)> {
        self.artifacts.iter().filter_map(|artifact| match artifact.contents.as_ref()? {
            Ok(contents) => Some((artifact, contents)),
            Err(_) => {
                self.unread.set(true);
                None
            }
        })
    }

    /// Does something over the evidence and says whether it got all the contents that it asked for.
    pub fn whole<T>(&self, look: impl FnOnce(&Self) -> T) -> (T, bool) {
        self.unread.set(false);
        (look(self), !self.unread.get())
    }

    /// Whether a podling's archive says that its licensing is work in progress (P-23).
    pub fn has_wip_disclaimer(&self) -> bool {
        let wip = ["DISCLAIMER-WIP", "DISCLAIMER-WIP.txt", "DISCLAIMER-WIP.md"];
        self.preset == Preset::Podling
            && self.source_contents().any(|(_, contents)| contents.text(&wip).is_some())
    }

    /// Files of the candidate that are neither artifacts nor belong to one.
    pub fn strays(&self) -> impl Iterator<Item = &CandidateFile> {
        self.files.iter().filter(|file| {
            let belongs = self.artifacts.iter().any(|artifact| {
                file.name.strip_prefix(&artifact.name[..]).is_some_and(|suffix| {
                    suffix.is_empty() || (suffix.starts_with('.') && candidate::is_metadata(suffix))
                })
            });
            !belongs
        })
    }
}

impl Artifact {
    /// The file name without directories.
    pub fn base_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// The file name without directories and without its ending.
    pub fn stem(&self) -> &str {
        candidate::stem(&self.name)
    }

    /// SHA-512 in hex.
    pub fn sha512(&self) -> String {
        self.digests.get(&Algorithm::Sha512).map(|d| crate::checksum::hex(d)).unwrap_or_default()
    }
}
