//! What the mail that calls a vote states: where the candidate is, its tag, commit and checksums,
//! whose key signed it, how long the vote is open. Each fact comes with the line it stands on; what
//! the mail does not say is absent, never guessed (POLICY V-06). Pure.

mod hex;
mod hours;
mod lines;
mod urls;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::subject::which_call;
use lines::Lines;

/// A fact with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stated<T> {
    /// What is stated.
    pub value: T,
    /// Line of the mail's text, from 1; 0 is the subject.
    pub line: usize,
}

/// A commit id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commit {
    /// Hex digits in lower case: 40, 64, or fewer.
    pub hash: String,
    /// It is cut short, so that it does not pin the commit.
    pub short: bool,
}

/// A tag, by name, address, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tag {
    /// As in `v1.2.0-rc3`.
    pub name: String,
    /// Where it can be looked at.
    pub url: Option<String>,
    /// The repository its address is in.
    pub repository: Option<String>,
}

/// The digest algorithms that mails announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// 32 hex digits.
    Md5,
    /// 40 hex digits.
    Sha1,
    /// 64 hex digits.
    Sha256,
    /// 128 hex digits.
    Sha512,
}

/// A checksum that the mail itself states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnouncedHash {
    /// Told by its length.
    pub algorithm: Algorithm,
    /// Hex digits in lower case.
    pub hex: String,
    /// The file it is of, where the mail says so.
    pub file: Option<String>,
}

/// The facts of a mail that calls a vote, each list in the order of the mail and without repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The words that name the project in the subject.
    pub project: Option<Stated<String>>,
    /// The version.
    pub version: Option<Stated<String>>,
    /// The number of the candidate.
    pub rc: Option<Stated<u32>>,
    /// Directories below a dist area: where the candidate is.
    pub directories: Vec<Stated<String>>,
    /// Single files of a candidate, signatures and checksums too.
    pub files: Vec<Stated<String>>,
    /// Maven staging repositories, and what is in them.
    pub staging: Vec<Stated<String>>,
    /// `KEYS` files.
    pub keys: Vec<Stated<String>>,
    /// Tags.
    pub tags: Vec<Stated<Tag>>,
    /// Repositories of the source, as web addresses.
    pub repositories: Vec<Stated<String>>,
    /// Commits, full and short.
    pub commits: Vec<Stated<Commit>>,
    /// Checksums.
    pub hashes: Vec<Stated<AnnouncedHash>>,
    /// Fingerprints and key ids in upper case, without blanks.
    pub fingerprints: Vec<Stated<String>>,
    /// The Subversion revision that pins the candidate.
    pub revision: Option<Stated<u64>>,
    /// How long the vote is open, at least (POLICY V-02).
    pub hours: Option<Stated<u32>>,
    /// When it closes, where an instant with its zone is stated.
    pub closes_at: Option<Stated<DateTime<Utc>>>,
    /// When it closes at the earliest: the instant stated, else `hours` after it was sent.
    pub earliest_close: Option<DateTime<Utc>>,
    /// The sentence that says why it is open for less than 72 hours (POLICY V-03).
    pub expedited: Option<Stated<String>>,
    /// The ballots offered, as in `+1 approve`.
    pub options: Vec<Stated<String>>,
}

/// Reads the call of a vote from its decoded `subject` and `text`; `sent` is the mail's date.
pub fn read(subject: &str, text: &str, sent: Option<DateTime<Utc>>) -> Call {
    let mut call = Call::default();
    call.read_subject(subject);
    let lines = Lines::of(text);
    urls::read(&lines, &mut call);
    hex::read(&lines, &mut call);
    hours::read(&lines, &mut call);
    call.read_names(&lines);
    call.sort();
    call.earliest_close = match (&call.closes_at, &call.hours, sent) {
        (Some(closes_at), _, _) => Some(closes_at.value),
        (None, Some(hours), Some(sent)) => {
            sent.checked_add_signed(TimeDelta::hours(hours.value.into()))
        }
        _ => None,
    };
    call
}

impl Call {
    fn read_subject(&mut self, subject: &str) {
        let read = which_call(subject);
        let stated = |value| Stated { value, line: 0 };
        if !read.project.is_empty() {
            self.project = Some(stated(read.project.join(" ")));
        }
        self.version = read.version.map(stated);
        self.rc = read.rc.map(|value| Stated { value, line: 0 });
    }

    /// Puts every list in the order of the mail.
    fn sort(&mut self) {
        let texts = [
            &mut self.directories,
            &mut self.files,
            &mut self.staging,
            &mut self.keys,
            &mut self.repositories,
            &mut self.fingerprints,
            &mut self.options,
        ];
        texts.into_iter().for_each(|facts| facts.sort_by_key(|fact| fact.line));
        self.tags.sort_by_key(|fact| fact.line);
        self.commits.sort_by_key(|fact| fact.line);
        self.hashes.sort_by_key(|fact| fact.line);
    }

    /// What is named in words: tags, the Subversion revision, ballots, and the version and
    /// candidate where the subject does not tell.
    fn read_names(&mut self, lines: &Lines<'_>) {
        for line in lines.own() {
            if let Some(ballot) = ballot(line.text) {
                add(&mut self.options, ballot, line.number);
            }
            if let Some(name) = tag_name(line.text) {
                match self.tags.iter_mut().find(|known| known.value.name == name) {
                    Some(known) => known.line = known.line.min(line.number),
                    None => {
                        let tag = Tag { name, url: None, repository: None };
                        add(&mut self.tags, tag, line.number);
                    }
                }
            }
            if self.revision.is_none() {
                self.revision =
                    revision(line.text).map(|value| Stated { value, line: line.number });
            }
            let lower = line.text.to_lowercase();
            if (self.version.is_none() || self.rc.is_none())
                && ["release", "candidate", "version", "vote"]
                    .iter()
                    .any(|word| lower.contains(word))
                && !lower.contains("://")
            {
                let read = which_call(line.text);
                let stated = |value| Stated { value, line: line.number };
                if self.version.is_none() && lower.contains("version") | lower.contains("release") {
                    self.version = read.version.clone().map(stated);
                }
                let same = self.version.as_ref().map(|v| &v.value) == read.version.as_ref();
                if self.rc.is_none() && same {
                    self.rc = read.rc.map(|value| Stated { value, line: line.number });
                }
            }
        }
    }
}

/// Adds a fact, or notes that it stands on an earlier line too.
fn add<T: PartialEq>(facts: &mut Vec<Stated<T>>, value: T, line: usize) {
    if let Some(known) = facts.iter_mut().find(|known| known.value == value) {
        known.line = known.line.min(line);
    } else if facts.len() < MOST_FACTS {
        facts.push(Stated { value, line });
    }
}

/// A call with more than this is none.
const MOST_FACTS: usize = 500;

/// `+1 approve` of `[ ] +1 approve` or of `+1 = approve`: a ballot offered, not cast.
fn ballot(line: &str) -> Option<String> {
    let line = line.trim().trim_start_matches(['*', '-', '•']).trim_start();
    // The dash of a list and a minus cannot be told apart: take back what was taken.
    let boxed = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let offer = match boxed {
        Some((inside, offer)) if inside.trim().is_empty() => offer.trim(),
        _ => return None,
    };
    let value = offer.trim_start_matches(['+', '-', '−', '±']);
    let digit = value.starts_with(['0', '1']);
    let alone = !value.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    (digit && alone).then(|| offer.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The name in `Git tag: v1.0-rc1`, `The tag to be voted on is v1.0-rc1 (commit 1234567)`.
fn tag_name(line: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    let at = lower.find("tag")?;
    let before = lower[..at].chars().next_back();
    if before.is_some_and(char::is_alphanumeric) || lower.contains("://") {
        return None;
    }
    let rest = lower[at..].strip_prefix("tag")?;
    let rest = &line[line.len() - rest.len()..];
    let parted = |c: char| {
        c.is_whitespace() || matches!(c, ':' | '"' | '\'' | '`' | '(' | ')' | ',' | '*' | '[' | ']')
    };
    let words = rest.split(parted).filter(|word| !word.is_empty());
    // A name has a digit and something that parts its pieces; before it stand only small words.
    for word in words.take(12) {
        let word = word.trim_end_matches(['.', ';']);
        let digits = word.contains(|c: char| c.is_ascii_digit());
        let parted = word.contains(['.', '-', '_', '/']);
        let bare = word.chars().all(|c| c.is_ascii_alphanumeric() || "._-/+".contains(c));
        if digits && parted && bare && !word.ends_with(".git") {
            return Some(word.to_owned());
        }
        if digits {
            return None;
        }
    }
    None
}

/// The number in `revision 12345`, `rev: 12345`, `r12345`, `-r 12345`.
fn revision(line: &str) -> Option<u64> {
    let lower = line.to_ascii_lowercase();
    if !["revision", "rev", "svn", "dist", " r"].iter().any(|word| lower.contains(word)) {
        return None;
    }
    let parted = |c: char| c.is_whitespace() || ":,;()[]#=*`@.".contains(c);
    let words: Vec<&str> = lower.split(parted).filter(|word| !word.is_empty()).collect();
    let number = |word: &str| -> Option<u64> {
        let digits = word.strip_prefix('r').unwrap_or(word);
        let fits = (3..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then(|| digits.parse().ok()).flatten()
    };
    words.iter().enumerate().find_map(|(index, word)| {
        let named = index.checked_sub(1).is_some_and(|before| {
            matches!(words[before], "revision" | "rev" | "-r")
                || matches!(words[before], "is" | "number" | "id")
                    && before.checked_sub(1).is_some_and(|b| words[b] == "revision")
        });
        let marked = word.starts_with('r') && word.len() >= 5;
        (named || marked).then(|| number(word)).flatten()
    })
}
