//! What a project, a version, a candidate and its artifacts are called.
//!
//! Every name that ends up in a path, a URL or a mail is parsed here once, at the door; a value of
//! one of these types needs no second look. Pure.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not the name it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}: {reason}")]
pub struct NameError {
    /// What was expected, with its article: "a version".
    pub what: &'static str,
    /// What was given.
    pub text: String,
    /// Why it cannot be one.
    pub reason: String,
}

/// Declares a text newtype whose only way in is its `check` function.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                match $check(text) {
                    Ok(()) => Ok(Self(text.to_owned())),
                    Err(reason) => {
                        Err(NameError { what: $what, text: shorten(text), reason })
                    }
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

name! {
    /// The short name of a project or podling, as in its roster and dist directory: `fortress`.
    ProjectName, "a project name", check_project_name
}
name! {
    /// A released version, as in `2.10.0`, `1.0.0-M2` or `2.4.1-incubating`. Text, because `2.10`
    /// is not a number.
    Version, "a version", check_version
}
name! {
    /// The base name of an artifact or of a file beside it: one path component, safe everywhere.
    FileName, "a file name", check_file_name
}
name! {
    /// A git object id in full: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits.
    ObjectId, "a git object id", check_object_id
}

/// The number of a release candidate, as in `rc1`. Some projects start at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CandidateNumber(pub u32);

impl fmt::Display for CandidateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CandidateNumber {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(number) if digits => Ok(Self(number)),
            _ => Err(NameError {
                what: "a candidate number",
                text: shorten(text),
                reason: "expected digits only, as in 1".to_owned(),
            }),
        }
    }
}

impl ObjectId {
    /// The first twelve digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

impl FileName {
    /// This name with `suffix` added: `a.tar.gz` with `.asc`.
    pub fn with_suffix(&self, suffix: Suffix) -> FileName {
        FileName(format!("{}{}", self.0, suffix.as_str()))
    }
}

/// The files that accompany an artifact (K-01, C-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suffix {
    /// `.asc`: the armored detached signature.
    Signature,
    /// `.sha512`: the checksum file.
    Sha512,
}

impl Suffix {
    /// With its dot.
    pub const fn as_str(self) -> &'static str {
        match self {
            Suffix::Signature => ".asc",
            Suffix::Sha512 => ".sha512",
        }
    }
}

/// File name endings of signatures and checksums, in use and abandoned (C-03): what is never
/// itself signed.
pub const METADATA_SUFFIXES: [&str; 9] =
    [".asc", ".sig", ".sha512", ".sha256", ".sha384", ".sha1", ".sha", ".md5", ".mds"];

fn shorten(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn check_characters(text: &str, allowed: impl Fn(char) -> bool) -> Result<(), String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    if text.len() > 200 {
        return Err(format!("it is {} bytes long, at most 200 are allowed", text.len()));
    }
    match text.chars().find(|&c| !allowed(c)) {
        Some(c) => Err(format!("{c:?} is not allowed in it")),
        None => Ok(()),
    }
}

fn check_project_name(text: &str) -> Result<(), String> {
    check_characters(text, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))?;
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err("it must start with a letter or a digit".to_owned());
    }
    Ok(())
}

fn check_version(text: &str) -> Result<(), String> {
    check_characters(text, |c| {
        c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '~')
    })?;
    if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err("it must start with a letter or a digit".to_owned());
    }
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return Err("it has no digit".to_owned());
    }
    if text.contains("..") || text.ends_with('.') {
        return Err("it has an empty part".to_owned());
    }
    Ok(())
}

fn check_file_name(text: &str) -> Result<(), String> {
    check_characters(text, |c| !c.is_control() && !matches!(c, '/' | '\\' | ':'))?;
    if text.starts_with(['.', '-']) {
        return Err("it must not start with a dot or a hyphen".to_owned());
    }
    Ok(())
}

fn check_object_id(text: &str) -> Result<(), String> {
    check_characters(text, |c| matches!(c, '0'..='9' | 'a'..='f'))?;
    if !matches!(text.len(), 40 | 64) {
        return Err(format!("it has {} digits instead of 40 or 64", text.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_stay_text() {
        for good in ["2.10", "1.0.0-M2", "2.4.1-incubating", "20130725", "1.0.0+build.7"] {
            assert_eq!(good.parse::<Version>().expect(good).as_str(), good);
        }
        for bad in ["", "../etc", "1.0/2", "-1", "1..0", "1.", "latest", "1.0\u{1b}[31m"] {
            assert!(bad.parse::<Version>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn file_names_are_one_plain_component() {
        assert!("apache-x-1.0-src.tar.gz".parse::<FileName>().is_ok());
        for bad in ["", "a/b", "..", ".hidden", "-rf", "a\nb", "c:\\x"] {
            assert!(bad.parse::<FileName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn candidate_numbers_are_digits_only() {
        assert_eq!("0".parse(), Ok(CandidateNumber(0)));
        for bad in ["", "+1", "-1", "rc1", "99999999999"] {
            assert!(bad.parse::<CandidateNumber>().is_err(), "{bad:?}");
        }
    }
}
