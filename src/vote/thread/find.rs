//! Which of many votes is meant. Pure.

use std::fmt;

use super::{Thread, order};
use crate::vote::subject::{Subject, which_call};

/// What a person says of the vote they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The newest whose subject has these; what is not given is not asked.
    Release {
        /// The project's name, as in `apisix-ingress-controller`; every word of it.
        project: Option<String>,
        /// The version.
        version: Option<String>,
        /// The candidate. A call that names none fits if no other is exact.
        rc: Option<u32>,
        /// The list it was called on.
        list: Option<String>,
    },
    /// This text in the subject, in any case; the newest if several have the same subject.
    Subject(String),
    /// The Message-ID of any of its mails, with or without angle brackets.
    MessageId(String),
}

/// The vote that is meant was not found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindError {
    /// There is no vote at all.
    NoVotes,
    /// None is the one.
    NotFound {
        /// What was looked for, in words.
        wanted: String,
        /// Subjects of the votes there are, likeliest first, then newest.
        candidates: Vec<String>,
    },
    /// Votes on different things fit.
    Ambiguous {
        /// What was looked for, in words.
        wanted: String,
        /// Their subjects, newest first.
        candidates: Vec<String>,
    },
}

/// The most candidates an error lists.
const MOST_CANDIDATES: usize = 8;

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVotes => write!(f, "there is no mail with [VOTE] in its subject"),
            Self::NotFound { wanted, candidates } => {
                let candidates = candidates.join("`, `");
                write!(f, "there is no vote {wanted}; did you mean `{candidates}`")
            }
            Self::Ambiguous { wanted, candidates } => {
                write!(f, "there are several votes {wanted}: `{}`", candidates.join("`, `"))
            }
        }
    }
}

impl std::error::Error for FindError {}

impl Which {
    /// Whether a call with this subject can be the one; ids and lists are not looked at.
    pub fn fits(&self, subject: &str, read: &Subject) -> bool {
        match self {
            Self::Release { project, version, rc, .. } => {
                project.as_deref().is_none_or(|project| names(project, read))
                    && version.as_deref().is_none_or(|version| is_version(version, read))
                    && rc.is_none_or(|rc| read.rc.is_none_or(|found| found == rc))
            }
            Self::Subject(text) => flat(subject).contains(&flat(text)),
            Self::MessageId(_) => false,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Release { project, version, rc, list } => {
                let mut words = Vec::new();
                words.extend(project.clone());
                words.extend(version.clone());
                words.extend(rc.map(|rc| format!("rc{rc}")));
                let on = list.as_ref().map(|list| format!(" on {list}")).unwrap_or_default();
                match words.is_empty() {
                    true => format!("at all{on}"),
                    false => format!("on `{}`{on}", words.join(" ")),
                }
            }
            Self::Subject(text) => format!("with `{text}` in its subject"),
            Self::MessageId(id) => format!("with the mail <{}>", bare(id)),
        }
    }
}

/// Finds the vote that is meant.
///
/// # Errors
/// None is it, or votes on different things fit; see [`FindError`].
pub fn find<'a>(threads: &'a [Thread], which: &Which) -> Result<&'a Thread, FindError> {
    if threads.is_empty() {
        return Err(FindError::NoVotes);
    }
    let mut fitting: Vec<(&Thread, Subject)> = threads
        .iter()
        .map(|thread| (thread, which_call(&thread.call.subject)))
        .filter(|(thread, read)| is_meant(thread, read, which))
        .collect();
    fitting.sort_by(|one, other| newest_first(one.0, other.0));
    if let Which::Release { rc: Some(rc), .. } = which
        && fitting.iter().any(|(_, read)| read.rc == Some(*rc))
    {
        fitting.retain(|(_, read)| read.rc == Some(*rc));
    }
    if let Which::Subject(text) = which {
        let exact = |read: &Subject| read.key == flat(text) || read.key == which_call(text).key;
        if fitting.iter().any(|(_, read)| exact(read)) {
            fitting.retain(|(_, read)| exact(read));
        }
        let keys = || fitting.iter().map(|(_, read)| &read.key);
        if keys().any(|key| Some(key) != keys().next()) {
            let candidates = fitting.iter().map(|(thread, _)| thread.call.subject.clone());
            let candidates = candidates.take(MOST_CANDIDATES).collect();
            return Err(FindError::Ambiguous { wanted: which.words(), candidates });
        }
    }
    match fitting.first() {
        Some((thread, _)) => Ok(thread),
        None => Err(not_found(threads, which)),
    }
}

fn is_meant(thread: &Thread, read: &Subject, which: &Which) -> bool {
    match which {
        Which::MessageId(id) => {
            thread.call.id.0 == bare(id) || thread.messages().any(|mail| mail.id.0 == bare(id))
        }
        Which::Release { list: Some(list), .. } => {
            let on = |lists: &[String]| lists.iter().any(|found| found.eq_ignore_ascii_case(list));
            let calls = std::iter::once(&thread.call).chain(&thread.also_posted);
            which.fits(&thread.call.subject, read) && { calls }.any(|call| on(&call.lists))
        }
        _ => which.fits(&thread.call.subject, read),
    }
}

fn newest_first(one: &Thread, other: &Thread) -> std::cmp::Ordering {
    // A vote without a date is older than all that have one.
    let key = |thread: &Thread| (thread.call.date, thread.call.id.clone());
    key(other).cmp(&key(one)).then_with(|| order(&one.call).cmp(&order(&other.call)))
}

fn not_found(threads: &[Thread], which: &Which) -> FindError {
    let wanted = match which {
        Which::Release { project, version, .. } => [project.as_deref(), version.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" "),
        Which::Subject(text) => text.clone(),
        Which::MessageId(_) => String::new(),
    };
    let wanted_words = parts(&wanted);
    let likeness = |thread: &Thread| {
        let found = parts(&thread.call.subject);
        wanted_words.iter().filter(|word| found.contains(word)).count()
    };
    let mut votes: Vec<&Thread> = threads.iter().collect();
    votes.sort_by(|one, other| {
        likeness(other).cmp(&likeness(one)).then_with(|| newest_first(one, other))
    });
    let candidates = votes.iter().take(MOST_CANDIDATES).map(|vote| vote.call.subject.clone());
    FindError::NotFound { wanted: which.words(), candidates: candidates.collect() }
}

/// Whether every word of a project's name stands in the subject.
fn names(project: &str, read: &Subject) -> bool {
    let wanted = parts(project);
    let key = parts(&read.key);
    wanted.iter().filter(|word| *word != "incubator").all(|word| key.contains(word))
}

fn is_version(version: &str, read: &Subject) -> bool {
    let plain = |text: &str| {
        let text = text.to_lowercase();
        text.strip_prefix('v').unwrap_or(&text).replace("-incubating", "")
    };
    read.version.as_deref().is_some_and(|found| plain(found) == plain(version))
        // A vote on several components names several versions.
        || read.key.split(|c: char| c.is_whitespace() || ",;()".contains(c))
            .any(|word| plain(word) == plain(version))
}

fn parts(text: &str) -> Vec<String> {
    let words = text.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn bare(id: &str) -> &str {
    id.trim().trim_start_matches('<').trim_end_matches('>')
}
