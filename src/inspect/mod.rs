//! What the bytes of a file are: compiled code, an archive, something left behind.
//!
//! A file is told by its content, never by its name; only leftovers are told by where they lie.
//! Archives are looked into while they stream by, archives within archives too, within a
//! [`Budget`]; nothing is stored. What cannot be looked into is said to be so and never passes
//! for clean. Pure.

mod archives;
mod budget;
pub mod compiled;
pub mod leftovers;
mod magic;
mod native;
mod nested;
mod tar_stream;
mod zip_stream;

use std::fmt;
use std::io::Read;

pub use archives::ArchiveKind;
pub use budget::{Budget, Limits};
pub use compiled::Compiled;

/// How many bytes of a file's start are enough to tell what it is.
pub const START: usize = 4096;

/// How many findings inside one archive are listed; the others are counted.
pub const LISTED: usize = 100;

/// What a file is and holds, as far as it matters to a source release (P-02).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// Compiled code, if the file is that: a jar is both this and an archive.
    pub compiled: Option<Compiled>,
    /// The kind of archive, if the file is one.
    pub archive: Option<ArchiveKind>,
    /// Compiled code inside the archive, at any depth: the first [`LISTED`].
    pub inside: Vec<Inside>,
    /// How many there are inside, with those that are not listed.
    pub inside_count: u64,
    /// The first thing inside that could not be looked at, if any: then `inside` proves nothing.
    pub incomplete: Option<Incomplete>,
}

impl Contents {
    /// Whether the file is compiled code or holds any.
    pub fn has_compiled(&self) -> bool {
        self.compiled.is_some() || self.inside_count > 0
    }
}

/// Compiled code inside an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// Where: the member's path as the archive has it, `!/` before the path in an archive within;
    /// the content of a compressed file is called [`DECOMPRESSED`]. A stranger's words.
    pub path: String,
    /// What it is.
    pub what: Compiled,
}

impl fmt::Display for Inside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.what.name())
    }
}

/// Something that could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incomplete {
    /// Where, as in [`Inside::path`]; empty for the file itself.
    pub path: String,
    /// Why not: `it is encrypted`.
    pub why: String,
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path[..] {
            "" => f.write_str(&self.why),
            path => write!(f, "{path}: {}", self.why),
        }
    }
}

/// What stands in a path for the content of a single compressed file, as `C.class` in `C.class.gz`.
pub const DECOMPRESSED: &str = "(decompressed)";

/// Tells what a file is and what it holds.
///
/// `start` is the file's first bytes: [`START`] of them, or all if it has fewer. `reader` yields
/// the whole file, those bytes included (`start.chain(rest)`); an ordinary file's is not touched.
/// An archive's is read as far as needed, with some reading ahead, so that who needs each byte
/// (for a digest) puts an adapter below and drains the rest afterwards.
pub fn file(start: &[u8], reader: &mut dyn Read, budget: &mut Budget) -> Contents {
    nested::look(start, reader, 0, budget)
}
