//! Which of many votes is meant. Pure.

use std::fmt;

use super::{Thread, order};
use crate::mail::Message;
use crate::vote::subject::{Subject, which_call};

/// What a person says of the vote they mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// The newest whose subject has these; what is not given is not asked.
    Release {
        /// The project's name, as in `apisix-ingress-controller`: every word of it in the subject, or
        /// it is that of the list.
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
    /// Whether a call with this subject can be the one; ids and lists are not looked at, and so not
    /// the project either, which a list can tell.
    pub fn may_fit(&self, subject: &str, read: &Subject) -> bool {
        match self {
            Self::Release { version, rc, .. } => {
                version.as_deref().is_none_or(|version| is_version(version, read))
                    && rc.is_none_or(|rc| read.rc.is_none_or(|found| found == rc))
            }
            Self::Subject(text) => flat(subject).contains(&flat(text)),
            Self::MessageId(_) => false,
        }
    }

    /// Whether a subject names the project that is meant, or none.
    pub fn is_named_by(&self, read: &Subject) -> bool {
        match self {
            Self::Release { project: Some(project), .. } => {
                read.project.is_empty() || names(project, read)
            }
            _ => true,
        }
    }

    /// Whether a call of another subject can be the one, where there is no other.
    fn admits(&self, read: &Subject) -> bool {
        match self {
            Self::Release { version, rc, .. } => {
                let same = |version: &str| read.version.is_none() || is_version(version, read);
                version.as_deref().is_none_or(same)
                    && rc.is_none_or(|rc| read.rc.is_none_or(|found| found == rc))
            }
            _ => false,
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
    if let (true, [only]) = (fitting.is_empty(), threads) {
        let read = which_call(&only.call.subject);
        fitting.extend((which.admits(&read) && is_on_list(only, which)).then_some((only, read)));
    }
    // A subject that names another project on the same list comes last.
    if fitting.iter().any(|(_, read)| which.is_named_by(read)) {
        fitting.retain(|(_, read)| which.is_named_by(read));
    }
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
            return Err(ambiguous(which, fitting.iter().map(|(thread, _)| *thread), false));
        }
    }
    let [(newest, read), earlier @ ..] = &fitting[..] else {
        return Err(not_found(threads, which));
    };
    // Whoever calls the same vote again, while another's is under way, may be anybody.
    let again = |(thread, subject): &&(&Thread, Subject)| {
        subject.key == read.key && !thread.is_superseded_by(newest)
    };
    match earlier.iter().find(again) {
        Some((other, _)) => Err(ambiguous(which, [*newest, *other].into_iter(), true)),
        None => Ok(newest),
    }
}

/// Several votes fit; their ids tell those apart that have one subject.
fn ambiguous<'a>(
    which: &Which,
    threads: impl Iterator<Item = &'a Thread>,
    by_id: bool,
) -> FindError {
    let candidate = |thread: &Thread| match by_id {
        true => format!("{} <{}>", thread.call.subject, thread.call.id),
        false => thread.call.subject.clone(),
    };
    let candidates = threads.take(MOST_CANDIDATES).map(candidate).collect();
    FindError::Ambiguous { wanted: which.words(), candidates }
}

fn is_meant(thread: &Thread, read: &Subject, which: &Which) -> bool {
    let fits = || which.may_fit(&thread.call.subject, read) && is_on_list(thread, which);
    match which {
        Which::MessageId(id) => {
            thread.call.id.0 == bare(id) || thread.messages().any(|mail| mail.id.0 == bare(id))
        }
        Which::Release { project: Some(project), .. } => {
            (names(project, read) || is_lists(project, thread)) && fits()
        }
        _ => fits(),
    }
}

fn calls(thread: &Thread) -> impl Iterator<Item = &Message> {
    std::iter::once(&thread.call).chain(&thread.also_posted)
}

/// Whether a vote was called on the list that is named, if one is.
fn is_on_list(thread: &Thread, which: &Which) -> bool {
    let Which::Release { list: Some(list), .. } = which else { return true };
    let on = |lists: &[String]| lists.iter().any(|found| found.eq_ignore_ascii_case(list));
    calls(thread).any(|call| on(&call.lists))
}

/// Whether a vote was called on a list of the project: `dev@fortress.apache.org`.
fn is_lists(project: &str, thread: &Thread) -> bool {
    let project = project.to_lowercase();
    let project = project.strip_prefix("incubator-").unwrap_or(&project);
    let of_project = |list: &String| {
        let host = list.split_once('@').map_or("", |(_, host)| host);
        host.strip_suffix(".apache.org") == Some(project)
    };
    calls(thread).any(|call| call.lists.iter().any(of_project))
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
