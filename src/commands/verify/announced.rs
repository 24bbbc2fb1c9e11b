//! A `[VOTE]` mail: what it says of the candidate.

use std::path::Path;

use super::super::Session;
use crate::backend::files;
use crate::backend::http::Patience;
use crate::backend::ponymail::{Archive, PonymailError, ThreadAddress};
use crate::candidate::{self, Guess};
use crate::error::Failure;
use crate::evidence::MailFacts;
use crate::mail::{self, Message};
use crate::vote::call::{self, Call};
use crate::vote::subject::{Kind, which_call};
use crate::vote::thread::threads;

/// The most that is read of a mail.
const LARGEST_MAIL: u64 = 32 << 20;

/// A mail that calls a vote.
pub(super) struct Announced {
    /// Where it was read.
    pub(super) place: String,
    pub(super) message: Message,
    pub(super) stated: Call,
}

/// Reads the mail that `what` names; none if it names no mail.
pub(super) fn read(session: &Session, what: &str) -> Result<Option<Announced>, Failure> {
    let web = what.starts_with("https://") || what.starts_with("http://");
    if web && (what.contains("/thread/") || what.contains("/thread.html/")) {
        return from_archive(session, what).map(Some);
    }
    let path = Path::new(what);
    if files::is_directory(path) || !files::exists(path) || candidate::is_artifact(what) {
        return Ok(None);
    }
    let Some(bytes) = files::read(path, LARGEST_MAIL).map_err(Failure::usage)? else {
        return Ok(None);
    };
    let message = mail::read(&bytes);
    if message.subject.is_empty() && message.from().address.is_empty() {
        return Err(Failure::usage(format!("`{what}` is neither an archive nor a mail"))
            .hint("name a directory, an address (https://…, svn://…), an archive or a mail"));
    }
    if which_call(&message.subject).kind != Kind::Vote {
        session.ui.warn(&format!("the subject does not say [VOTE]: {}", message.subject));
    }
    Ok(Some(Announced::of(what, message)))
}

/// Fetches a thread from the list's archive; the newest call in it is meant.
fn from_archive(session: &Session, what: &str) -> Result<Announced, Failure> {
    let failed = |error: PonymailError| {
        Failure::outside(error).hint("save the mail to a file and name that instead")
    };
    let address = ThreadAddress::read(what, None).map_err(failed)?;
    session.ui.detail(&format!("fetching the thread {} from {}", address.id, address.base));
    let archive = Archive::new(Patience::default()).map_err(failed)?;
    let mails = archive.thread(&address, &|_, _| {}).map_err(failed)?;
    let threads = threads(mails.iter().map(|bytes| mail::read(bytes)).collect());
    let calls = threads.into_iter().map(|thread| thread.call);
    let newest = calls.max_by_key(|call| call.date).ok_or_else(|| {
        Failure::usage(format!("nobody calls a vote in {what}"))
            .hint("is it the thread that begins with [VOTE]?")
    })?;
    Ok(Announced::of(what, newest))
}

impl Announced {
    pub(super) fn of(place: &str, message: Message) -> Self {
        let stated = call::read(&message.subject, &message.text, message.date);
        Self { place: place.to_owned(), message, stated }
    }

    /// The address of the candidate's directory.
    pub(super) fn place(&self) -> Result<String, Failure> {
        if let Some(directory) = self.stated.directories.first() {
            return Ok(directory.value.clone());
        }
        let file = self.stated.files.iter().find(|file| candidate::is_artifact(&file.value));
        let directory = file.and_then(|file| file.value.rsplit_once('/'));
        directory.map(|(directory, _)| directory.to_owned()).ok_or_else(|| {
            Failure::usage("the mail does not say where the candidate is")
                .hint("name its directory or address with --at")
        })
    }

    /// What the names in the mail tell about the candidate.
    pub(super) fn guess(&self) -> Guess {
        let files = self.stated.files.iter().map(|file| &file.value[..]);
        let names = files.filter(|file| candidate::is_artifact(file));
        let directories = &self.stated.directories;
        let mut guess =
            candidate::guess(names, directories.first().map_or("", |directory| &directory.value));
        let podling = directories.iter().any(|directory| directory.value.contains("/incubator/"));
        guess.incubating |= podling || self.message.subject.to_lowercase().contains("incubating");
        guess
    }

    /// The commit, one in full if there is one.
    pub(super) fn commit(&self) -> Option<String> {
        let commits = self.stated.commits.iter().map(|commit| &commit.value);
        let full = commits.clone().find(|commit| !commit.short);
        full.or_else(|| commits.clone().next()).map(|commit| commit.hash.clone())
    }

    /// The repository; only addresses that a stranger may send us to.
    pub(super) fn repository(&self) -> Option<String> {
        let of_tags = self.stated.tags.iter().filter_map(|tag| tag.value.repository.as_ref());
        let others = self.stated.repositories.iter().map(|repository| &repository.value);
        of_tags.chain(others).find(|url| url.starts_with("https://")).cloned()
    }

    /// What is compared with what was found.
    pub(super) fn facts(&self) -> MailFacts {
        let hashes = self.stated.hashes.iter();
        MailFacts {
            place: self.place.clone(),
            digests: hashes
                .map(|hash| (hash.value.hex.clone(), hash.value.file.clone(), hash.line))
                .collect(),
            commits: self
                .stated
                .commits
                .iter()
                .map(|commit| (commit.value.hash.clone(), commit.line))
                .collect(),
            tags: self.stated.tags.iter().map(|tag| tag.value.name.clone()).collect(),
            version: self.stated.version.as_ref().map(|version| version.value.clone()),
        }
    }

    /// What the mail says and what it leaves out, for the reader.
    pub(super) fn remarks(&self) -> Vec<String> {
        let call = &self.stated;
        let missing = [
            ("KEYS", call.keys.is_empty()),
            ("a tag", call.tags.is_empty()),
            ("a commit", call.commits.is_empty()),
            ("checksums", call.hashes.is_empty()),
            ("a version", call.version.is_none()),
            ("how long the vote is open", call.earliest_close.is_none()),
        ];
        let missing: Vec<&str> =
            missing.into_iter().filter(|(_, missing)| *missing).map(|(what, _)| what).collect();
        let mut remarks = Vec::new();
        if !missing.is_empty() {
            remarks.push(format!("The mail does not state {}.", missing.join(", ")));
        }
        if let [first, _, ..] = &call.tags[..] {
            remarks.push(format!(
                "The mail names {} tags; what is compared is {}, unless --tag names another.",
                call.tags.len(),
                first.value.name
            ));
        }
        if let Some(closes) = call.earliest_close {
            let closes = closes.format("%Y-%m-%d %H:%M UTC");
            remarks.push(format!("The vote is open until {closes} at least."));
        }
        remarks
    }
}
