//! The dist area: what a commit to it consists of, for staging, promoting and clearing a candidate.
//!
//! From a candidate's files and what the area holds, these functions make one [`Commit`]: one
//! revision that does all of it or nothing. They never look at the area themselves; whoever calls
//! lists it and hands the facts over. Pure.

mod commit;
pub mod order;
mod place;
pub mod promote;
mod released;
pub mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::commit::{Change, Commit, Planned};
pub use self::place::{AddressError, Place, PlaceError, common_root, decoded};
use crate::checksum::hex;
use crate::release::METADATA_SUFFIXES;

/// A SHA-512 digest in 128 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha512(String);

/// A text that is no SHA-512 digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a SHA-512 digest: expected 128 hex digits")]
pub struct NotSha512;

impl FromStr for Sha512 {
    type Err = NotSha512;

    fn from_str(text: &str) -> Result<Self, NotSha512> {
        match text.len() == 128 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => Ok(Self(text.to_ascii_lowercase())),
            false => Err(NotSha512),
        }
    }
}

impl TryFrom<String> for Sha512 {
    type Error = NotSha512;
    fn try_from(text: String) -> Result<Self, NotSha512> {
        text.parse()
    }
}

impl From<Sha512> for String {
    fn from(digest: Sha512) -> String {
        digest.0
    }
}

impl From<sha2::Sha512> for Sha512 {
    fn from(hasher: sha2::Sha512) -> Self {
        Self(hex(&hasher.finalize()))
    }
}

impl Sha512 {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha512 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What is known of a file's content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Bytes.
    pub size: u64,
    /// Their digest.
    pub sha512: Sha512,
}

/// Files by their path below some directory.
pub type Files = BTreeMap<Place, Content>;

/// Which state of an area is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Revision {
    /// Subversion's.
    Number(u64),
    /// A plain directory has no history: the digest of what is in it.
    Digest(String),
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Revision::Number(number) => number.fmt(f),
            Revision::Digest(digest) => f.pad(digest),
        }
    }
}

impl Revision {
    /// The revision of a plain directory that holds exactly these files.
    pub fn of(files: &Files) -> Self {
        let mut digest = Sha256::new();
        for (place, content) in files {
            digest.update(format!("{place}\n{} {}\n", content.size, content.sha512));
        }
        Revision::Digest(hex(&digest.finalize()))
    }

    /// Whether what last changed in revision `self` is, at `other`, what it is now.
    pub fn is_unchanged_since(&self, other: &Revision) -> bool {
        match (self, other) {
            (Revision::Number(changed), Revision::Number(seen)) => changed <= seen,
            _ => self == other,
        }
    }

    /// The earlier of two; of two digests, which have no order, the first.
    pub fn earlier<'a>(&'a self, other: &'a Revision) -> &'a Revision {
        match (self, other) {
            (Revision::Number(first), Revision::Number(second)) if second < first => other,
            _ => self,
        }
    }
}

/// What an area holds at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The state of the area when it was listed; what is committed is based on it.
    pub revision: Revision,
    /// The state in which the place, or anything below, last changed.
    pub changed: Revision,
    /// Sizes in bytes of the files, by their path from the place; a file listed itself has the
    /// empty path.
    pub files: BTreeMap<Place, u64>,
    /// The directories, by their path from the place, without the place itself.
    pub directories: BTreeSet<Place>,
}

/// How a directory differs from what it should hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "difference")]
pub enum Difference {
    /// A file is not there.
    Missing {
        /// Its path from the directory.
        file: Place,
    },
    /// A file has another content.
    Other {
        /// Its path from the directory.
        file: Place,
        /// In which way.
        how: String,
    },
    /// A file is there that should not be.
    Unexpected {
        /// Its path from the directory.
        file: Place,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Missing { file } => write!(f, "`{file}` is missing"),
            Difference::Other { file, how } => write!(f, "`{file}` is another file: {how}"),
            Difference::Unexpected { file } => write!(f, "`{file}` does not belong there"),
        }
    }
}

/// Compares what a directory holds with what it should. `other` is asked about files of the right
/// name and size only; it says how the content differs, if it does.
pub fn differences(
    expected: &Files,
    found: &BTreeMap<Place, u64>,
    other: impl Fn(&Place) -> Option<String>,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (place, content) in expected {
        let file = place.clone();
        match found.get(place) {
            None => differences.push(Difference::Missing { file }),
            Some(&size) if size != content.size => {
                let how = format!("{size} bytes instead of {}", content.size);
                differences.push(Difference::Other { file, how });
            }
            Some(_) => {
                differences.extend(other(place).map(|how| Difference::Other { file, how }));
            }
        }
    }
    let unexpected = found.keys().filter(|place| !expected.contains_key(*place));
    differences.extend(unexpected.map(|file| Difference::Unexpected { file: file.clone() }));
    differences
}

/// A file with its size, and its digest unless it is itself a signature or a checksum.
fn described(place: &Place, content: &Content) -> String {
    let Content { size, sha512 } = content;
    match METADATA_SUFFIXES.iter().any(|suffix| place.as_str().ends_with(suffix)) {
        true => format!("{place}, {size} bytes"),
        false => format!("{place}, {size} bytes, SHA-512 {sha512}"),
    }
}

fn listed(items: &[impl fmt::Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_digests_are_compared_differently() {
        let (old, new) = (Revision::Number(7), Revision::Number(9));
        assert!(old.is_unchanged_since(&new) && !new.is_unchanged_since(&old));
        assert_eq!(new.earlier(&old), &old);
        let digest = |text: &str| Revision::Digest(text.to_owned());
        assert!(digest("a").is_unchanged_since(&digest("a")));
        assert!(!digest("a").is_unchanged_since(&digest("b")));
        assert!(!old.is_unchanged_since(&digest("a")));
    }
}
