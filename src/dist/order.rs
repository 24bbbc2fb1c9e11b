//! Which version is newer, and which releases a newer one supersedes.
//!
//! X-02: dist/release holds the newest release of each line under development only. X-03:
//! pre-releases go once what they led to is out. What is not understood is never superseded.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

pub use crate::project::file::Lines;

/// How old a version is among those of its project: its numbers, and how far before the release
/// of that number it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precedence {
    numbers: Vec<Digits>,
    stage: Stage,
    /// The number behind the word, as the 2 of `rc2`.
    counters: Vec<Digits>,
}

/// A number of any length, without leading zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Digits(String);

impl Ord for Digits {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Digits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Development,
    Alpha,
    Beta,
    Milestone,
    Candidate,
    Released,
}

fn stage(word: &str) -> Option<Stage> {
    Some(match word {
        "dev" | "snapshot" | "nightly" => Stage::Development,
        "a" | "alpha" | "preview" | "ea" => Stage::Alpha,
        "b" | "beta" => Stage::Beta,
        "m" | "milestone" => Stage::Milestone,
        "rc" | "cr" => Stage::Candidate,
        "ga" | "final" | "release" => Stage::Released,
        _ => return None,
    })
}

impl Precedence {
    /// Reads a version such as `1.2.0`, `2.0.0-M3`, `1.0rc1` or `0.4.0-incubating`; none if it has
    /// a word whose place in the order is not known.
    pub fn of(version: &str) -> Option<Self> {
        let version = version.to_ascii_lowercase();
        let version = version.strip_prefix('v').unwrap_or(&version);
        let mut precedence =
            Self { numbers: Vec::new(), stage: Stage::Released, counters: Vec::new() };
        let mut worded = false;
        for part in version.split(['.', '-', '_']) {
            for piece in pieces(part) {
                if piece.starts_with(|c: char| c.is_ascii_digit()) {
                    let digits = Digits(piece.trim_start_matches('0').to_owned());
                    let to =
                        if worded { &mut precedence.counters } else { &mut precedence.numbers };
                    to.push(digits);
                } else if piece != "incubating" {
                    if worded || precedence.numbers.is_empty() {
                        return None;
                    }
                    precedence.stage = stage(piece)?;
                    worded = true;
                }
            }
        }
        (!precedence.numbers.is_empty()).then_some(precedence)
    }

    /// Whether it comes before the release of its number.
    pub fn is_pre_release(&self) -> bool {
        self.stage < Stage::Released
    }

    fn line(&self, lines: Lines) -> Vec<Digits> {
        let kept = match lines {
            Lines::Minor => 2,
            Lines::Major => 1,
            Lines::One => 0,
            Lines::Each => self.numbers.len(),
        };
        let zero = Digits(String::new());
        self.numbers.iter().chain(std::iter::repeat(&zero)).take(kept).cloned().collect()
    }
}

/// Runs of digits and runs of anything else.
fn pieces(part: &str) -> impl Iterator<Item = &str> {
    let mut rest = part;
    std::iter::from_fn(move || {
        let digit = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digit).unwrap_or(rest.len());
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        Some(piece)
    })
}

impl Ord for Precedence {
    fn cmp(&self, other: &Self) -> Ordering {
        padded(&self.numbers, &other.numbers)
            .then(self.stage.cmp(&other.stage))
            .then_with(|| padded(&self.counters, &other.counters))
    }
}

impl PartialOrd for Precedence {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// `1.0` and `1.0.0` are the same.
fn padded(first: &[Digits], second: &[Digits]) -> Ordering {
    let zero = Digits(String::new());
    (0..first.len().max(second.len()))
        .map(|at| first.get(at).unwrap_or(&zero).cmp(second.get(at).unwrap_or(&zero)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Why a release has had its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Superseded {
    /// This newer release is in the same line (X-02).
    Newer(String),
    /// A pre-release, and this later release is out (X-03).
    PreRelease(String),
}

impl fmt::Display for Superseded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Superseded::Newer(by) => write!(f, "superseded by {by}"),
            Superseded::PreRelease(by) => write!(f, "a pre-release, and {by} is out"),
        }
    }
}

/// Of `versions`, those that others among them supersede, and why.
pub fn superseded<'a>(
    versions: impl IntoIterator<Item = &'a str>,
    lines: Lines,
) -> BTreeMap<String, Superseded> {
    if lines == Lines::Each {
        return BTreeMap::new();
    }
    let known: Vec<(&str, Precedence)> = versions
        .into_iter()
        .filter_map(|version| Some((version, Precedence::of(version)?)))
        .collect();
    // The newest of each line, releases apart from pre-releases; and the newest release of all.
    let mut newest: BTreeMap<(Vec<Digits>, bool), (&str, &Precedence)> = BTreeMap::new();
    let mut newest_release: Option<(&str, &Precedence)> = None;
    for (version, precedence) in &known {
        let line = (precedence.line(lines), precedence.is_pre_release());
        let best = newest.entry(line).or_insert((version, precedence));
        if precedence > best.1 {
            *best = (version, precedence);
        }
        let newer = newest_release.is_none_or(|(_, best)| precedence > best);
        if newer && !precedence.is_pre_release() {
            newest_release = Some((version, precedence));
        }
    }
    let mut out = BTreeMap::new();
    for (version, precedence) in &known {
        let pre = precedence.is_pre_release();
        let out_since = newest_release.filter(|(_, best)| pre && precedence < *best);
        let (by, best) = newest[&(precedence.line(lines), pre)];
        let why = match out_since {
            Some((by, _)) => Some(Superseded::PreRelease(by.to_owned())),
            None => (precedence < best).then(|| Superseded::Newer(by.to_owned())),
        };
        out.extend(why.map(|why| ((*version).to_owned(), why)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_have_an_order() {
        // As people read them; 2.0.0-M1 stands after the betas, as in Maven's and Spring's order.
        let ordered = [
            "0.9.0-incubating",
            "0.10",
            "1.0-SNAPSHOT",
            "1.0.0-alpha-1",
            "1.0.0alpha2",
            "1.0.0-beta",
            "1.0.0-b2",
            "1.0.0-M1",
            "1.0.0-M10",
            "1.0-RC1",
            "1.0.0.rc.2",
            "1.0",
            "1.0.0.1",
            "1.0.1",
            "1.2",
            "1.10",
            "v2",
            "20130725",
            "99999999999999999999999999999999999999999.1",
        ];
        for pair in ordered.windows(2) {
            let (older, newer) = (Precedence::of(pair[0]), Precedence::of(pair[1]));
            assert!(older.is_some() && newer.is_some(), "{pair:?}");
            assert!(older < newer, "{pair:?}");
        }
        for same in [["1.0", "1.0.0"], ["1.0-RC1", "1.0.0.rc1"], ["1.2.0-incubating", "v1.2"]] {
            let both = same.map(|version| Precedence::of(version).expect(version));
            assert_eq!(both[0].cmp(&both[1]), Ordering::Equal, "{same:?}");
        }
        for unknown in ["KEYS", "docs", "1.0-docs", "1.x", "", "1.0-rc1-hadoop3", "latest-1", "-"] {
            assert_eq!(Precedence::of(unknown), None, "{unknown}");
        }
    }

    fn gone(versions: &[&str], lines: Lines) -> Vec<String> {
        superseded(versions.iter().copied(), lines).into_keys().collect()
    }

    #[test]
    fn the_newest_of_each_line_stays() {
        let versions = ["1.2.3", "1.2.10", "1.3.0", "2.0.0", "2.0.1", "2.0.1-docs", "docs"];
        assert_eq!(gone(&versions, Lines::Minor), ["1.2.3", "2.0.0"]);
        assert_eq!(gone(&versions, Lines::Major), ["1.2.10", "1.2.3", "2.0.0"]);
        assert_eq!(gone(&versions, Lines::One), ["1.2.10", "1.2.3", "1.3.0", "2.0.0"]);
        assert!(gone(&["1.0", "1.0.0"], Lines::Minor).is_empty());
        assert!(gone(&versions, Lines::Each).is_empty());
    }

    #[test]
    fn pre_releases_go_when_the_release_is_out() {
        // X-03: of 3.0 only a pre-release exists, so it stays; those of 2.0 led to 2.0.0.
        let versions = ["2.0.0-M1", "2.0.0", "2.1.0-rc1", "1.9.9-beta1", "3.0.0-alpha1"];
        assert_eq!(gone(&versions, Lines::Minor), ["1.9.9-beta1", "2.0.0-M1"]);
        assert_eq!(gone(&["3.0.0-alpha1", "3.0.0-alpha2"], Lines::Minor), ["3.0.0-alpha1"]);
        // A newer pre-release supersedes no release.
        assert!(gone(&["2.0.0", "2.0.1-rc1"], Lines::Minor).is_empty());
    }
}
