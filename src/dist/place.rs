//! Where something is in a dist area, and where the area is. Pure.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::checksum::unhex;

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
}
