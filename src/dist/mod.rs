//! The dist area: what a commit to it consists of, for staging, promoting and clearing a candidate.
//!
//! From a candidate's files and what the area holds, these functions make one [`Commit`]: one
//! revision that does all of it or nothing. They never look at the area themselves; whoever calls
//! lists it and hands the facts over. Pure.

pub mod order;
pub mod promote;
pub mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::checksum::{hex, unhex};
use crate::plan::Step;

/// A path below the root of a dist area, in components separated by `/`; empty for the root.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Place(String);

/// A text that is no path below a root.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a path in a dist area: {reason}", text.escape_debug())]
pub struct PlaceError {
    text: String,
    reason: &'static str,
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let bad = |reason| Err(PlaceError { text: text.chars().take(200).collect(), reason });
        if text.chars().any(char::is_control) {
            return bad("it has a control character");
        }
        if text.len() > 4096 {
            return bad("it is longer than 4096 bytes");
        }
        if !text.is_empty() && text.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return bad("a part of it is empty, `.` or `..`");
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Place {
    type Error = PlaceError;
    fn try_from(text: String) -> Result<Self, PlaceError> {
        text.parse()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> String {
        place.0
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Place {
    /// The root itself.
    pub const ROOT: Place = Place(String::new());

    /// As text, without slashes at its ends.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// What is `below` it.
    pub fn join(&self, below: &Place) -> Place {
        match (self.is_root(), below.is_root()) {
            (true, _) => below.clone(),
            (_, true) => self.clone(),
            _ => Place(format!("{}/{}", self.0, below.0)),
        }
    }

    /// Its address below a root, in which all that is not plain is encoded: `@` too, which svn takes
    /// for the start of a revision.
    pub fn url(&self, root: &str) -> String {
        let mut url = root.to_owned();
        for part in self.0.split('/').filter(|part| !part.is_empty()) {
            url.push('/');
            for byte in part.bytes() {
                match byte {
                    b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                        url.push(byte.into());
                    }
                    _ => url.push_str(&format!("%{byte:02X}")),
                }
            }
        }
        url
    }

    /// Where it lies; none for the root.
    pub fn parent(&self) -> Option<Place> {
        if self.is_root() {
            return None;
        }
        Some(Place(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned()))
    }

    /// Its last component; empty for the root.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The path from `ancestor` to here; none if it lies elsewhere.
    pub fn below(&self, ancestor: &Place) -> Option<Place> {
        if ancestor.is_root() {
            return Some(self.clone());
        }
        let rest = self.0.strip_prefix(&ancestor.0)?;
        match rest.strip_prefix('/') {
            Some(rest) => Some(Place(rest.to_owned())),
            None => rest.is_empty().then_some(Place::ROOT),
        }
    }

    /// The directories above it, the topmost first, without the root.
    pub fn ancestors(&self) -> impl Iterator<Item = Place> {
        self.0.match_indices('/').map(|(at, _)| Place(self.0[..at].to_owned()))
    }
}

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
    fn new(does: String, mut details: Vec<(String, String)>, commit: Commit) -> Self {
        details.push(("message".to_owned(), commit.message.clone()));
        let step = Step::new(does, details, commit.content().as_bytes());
        Self { step, commit }
    }
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

/// Compares what a directory holds with what it should. `same` is asked about files of the right
/// name and size only; it says how the content differs, if it does.
///
/// # Errors
/// Those of `same`.
pub fn differences<E>(
    expected: &Files,
    found: &BTreeMap<Place, u64>,
    mut same: impl FnMut(&Place, &Content) -> Result<Option<String>, E>,
) -> Result<Vec<Difference>, E> {
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
                if let Some(how) = same(place, content)? {
                    differences.push(Difference::Other { file, how });
                }
            }
        }
    }
    let unexpected = found.keys().filter(|place| !expected.contains_key(*place));
    differences.extend(unexpected.map(|file| Difference::Unexpected { file: file.clone() }));
    Ok(differences)
}

fn listed(items: &[impl fmt::Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// An address that is not one of a dist area, or two that do not belong together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not a scheme that is spoken.
    #[error(
        "`{0}` is no dist area: expected https://, http://, svn://, svn+ssh://, file:// or directory:/path"
    )]
    Scheme(String),
    /// A name or password in it would end up on command lines and in logs.
    #[error("the address of a dist area must not hold a password")]
    Password,
    /// Nothing that both lie below.
    #[error("`{0}` and `{1}` have no place in common: one commit cannot change both")]
    Apart(String, String),
    /// A part of the path.
    #[error(transparent)]
    Place(#[from] PlaceError),
}

/// The address under which all of several addresses lie, with the path of each from there.
///
/// # Errors
/// See [`AddressError`].
pub fn common_root(addresses: &[&str]) -> Result<(String, Vec<Place>), AddressError> {
    let split = |address: &str| -> Result<(String, Vec<String>), AddressError> {
        let scheme = || AddressError::Scheme(address.to_owned());
        let (base, path) = match address.strip_prefix("directory:") {
            Some(path) if path.starts_with('/') => ("directory:".to_owned(), path),
            Some(_) => return Err(scheme()),
            None => {
                let (name, rest) = address.split_once("://").ok_or_else(scheme)?;
                if !matches!(name, "https" | "http" | "svn" | "svn+ssh" | "file") {
                    return Err(scheme());
                }
                let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                if host.split_once('@').is_some_and(|(user, _)| user.contains(':')) {
                    return Err(AddressError::Password);
                }
                (format!("{name}://{host}"), path)
            }
        };
        let parts = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Ok((base, parts))
    };
    let mut split_up = Vec::new();
    for address in addresses {
        split_up.push(split(address)?);
    }
    let Some((base, first)) = split_up.first() else {
        return Err(AddressError::Scheme(String::new()));
    };
    if let Some(other) = split_up.iter().position(|(other, _)| other != base) {
        return Err(AddressError::Apart(addresses[0].to_owned(), addresses[other].to_owned()));
    }
    let common = (0..first.len())
        .take_while(|&at| split_up.iter().all(|(_, parts)| parts.get(at) == first.get(at)))
        .count();
    let root: String = first[..common].iter().map(|part| format!("/{part}")).collect();
    if root.is_empty() && addresses.len() > 1 && !base.contains("://") {
        return Err(AddressError::Apart(addresses[0].to_owned(), addresses[1].to_owned()));
    }
    let mut places = Vec::new();
    for (_, parts) in &split_up {
        let rest = parts[common..].join("/");
        // Addresses are percent-encoded, the paths of a plain directory are not.
        let rest = if base.contains("://") { decoded(&rest) } else { rest };
        places.push(rest.parse()?);
    }
    Ok((format!("{base}{root}"), places))
}

/// Undoes percent-encoding; what is no valid encoding stays as it is.
pub fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes.get(at + 1..at + 3).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(unhex) {
            Some(byte) if bytes[at] == b'%' => {
                out.push(byte[0]);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        text.parse().expect(text)
    }

    #[test]
    fn places_stay_below_their_root() {
        for good in ["", "KEYS", "dev/demo/1.0-rc1/ä b.txt"] {
            assert_eq!(place(good).as_str(), good);
        }
        for bad in ["/", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\nb", "a\u{1b}b"] {
            assert!(bad.parse::<Place>().is_err(), "{bad:?}");
        }
        assert_eq!(place("a/b").below(&place("a")), Some(place("b")));
        assert_eq!(place("a").below(&place("a")), Some(Place::ROOT));
        assert_eq!(place("ab").below(&place("a")), None);
        assert_eq!(place("a/b/c").ancestors().collect::<Vec<_>>(), [place("a"), place("a/b")]);
        assert_eq!(place("a").parent(), Some(Place::ROOT));
    }

    #[test]
    fn addresses_are_encoded() {
        let url = "https://example.org/repos/dist/dev/a%20b%407/%C3%A4%25.tgz";
        assert_eq!(place("dev/a b@7/ä%.tgz").url("https://example.org/repos/dist"), url);
        assert_eq!(Place::ROOT.url("svn://x"), "svn://x");
    }

    #[test]
    fn addresses_share_a_root() {
        let dev = "https://dist.apache.org/repos/dist/dev/demo";
        let release = "https://dist.apache.org/repos/dist/release/demo/";
        let (root, places) = common_root(&[dev, release]).expect("they do");
        assert_eq!(root, "https://dist.apache.org/repos/dist");
        assert_eq!(places, [place("dev/demo"), place("release/demo")]);
        let (root, places) = common_root(&["directory:/srv/dev", "directory:/srv/r"]).expect("so");
        assert_eq!((&root[..], places), ("directory:/srv", vec![place("dev"), place("r")]));
        let (root, places) = common_root(&["file:///x/a%20b"]).expect("alone");
        assert_eq!((&root[..], places), ("file:///x/a%20b", vec![Place::ROOT]));
        for bad in [
            &["/srv"][..],
            &["directory:srv"],
            &["ftp://x/y"],
            &["https://me:secret@example.org/x"],
            &["https://a.example/x", "https://b.example/x"],
            &["directory:/a", "directory:/b"],
            &["file:///a/b", "directory:/a/b"],
            &["svn://h/a/b", "svn://h/a/.."],
        ] {
            assert!(common_root(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn encoded_names_are_read() {
        for (text, name) in
            [("a%20b", "a b"), ("%C3%A4", "ä"), ("100%", "100%"), ("%+1%zz%", "%+1%zz%")]
        {
            assert_eq!(decoded(text), name);
        }
        assert_eq!(decoded("%FF"), "%FF");
    }

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
