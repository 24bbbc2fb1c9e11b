//! Looking at a letter before it is sent. Pure.
//!
//! The letter is looked at as it is after a person has edited it, together with what is known about
//! the release. What is not known (a page that was not fetched) makes a check "not run", never
//! passed.

mod announcement;
mod call;
pub mod links;
mod message;

use chrono::{DateTime, Utc};

use super::Letter;
use crate::checks::{Check, CheckOutcome, Finding, Severity};
use crate::policy::{self, Preset};

/// A letter with what is known about the release it is about.
#[derive(Debug, Clone)]
pub struct Posting {
    /// The letter.
    pub letter: Letter,
    /// What kind of project.
    pub preset: Preset,
    /// What is known besides.
    pub known: Known,
}

/// What is known about a release; the default is nothing.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The version.
    pub version: Option<String>,
    /// Where the candidate lies.
    pub candidate_url: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// The list that the project votes on.
    pub vote_list: Option<String>,
    /// The address of the download page.
    pub download_page: Option<String>,
    /// What is on the download page, as it was fetched: HTML.
    pub download_page_text: Option<String>,
    /// When the release was promoted.
    pub promoted_at: Option<DateTime<Utc>>,
    /// When it is looked at.
    pub now: Option<DateTime<Utc>>,
    /// Addresses that were asked for, with why they did not answer.
    pub asked: Vec<Asked>,
}

/// An address that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The address.
    pub url: String,
    /// Nothing if it answered well, else what went wrong: `404 Not Found`.
    pub failure: Option<String>,
    /// Whether it is one of the released files on the download servers.
    pub released_file: bool,
}

/// All checks, in the order of the report.
pub const CATALOGUE: &[Check<Posting>] = &[
    Check {
        id: "mail-no-placeholders",
        title: "Nothing in the letter is left to be replaced",
        severity: Severity::Error,
        fix: "fill in what is left, with --edit or in the template",
        why: "a mail cannot be taken back, and one with a hole in it is what readers remember",
        rule: None,
        run: message::no_placeholders,
    },
    Check {
        id: "mail-subject-tag",
        title: "The subject says what the letter is and of which version",
        severity: Severity::Error,
        fix: "begin the subject with the tag, and name the version in it",
        why: "people filter, and tallies begin and end, by these tags",
        rule: Some(policy::V_07),
        run: message::subject_tag,
    },
    Check {
        id: "mail-plain-text",
        title: "The letter is plain text",
        severity: Severity::Error,
        fix: "send the letter as plusone writes it, or as plain text from your mail program",
        why: "announce@apache.org rejects anything else, and other lists strip or garble it",
        rule: Some(policy::A_06),
        run: message::plain_text,
    },
    Check {
        id: "mail-from-apache",
        title: "What goes to announce@apache.org comes from an @apache.org address",
        severity: Severity::Error,
        fix: "send it from your @apache.org address, through mail-relay.apache.org",
        why: "the list rejects other senders without a word to the readers who wait",
        rule: Some(policy::A_04),
        run: message::from_apache,
    },
    Check {
        id: "mail-https-only",
        title: "Links are https",
        severity: Severity::Error,
        fix: "write https instead of http",
        why: "a download page or a KEYS file over http can be replaced on the way; moderators \
              reject it",
        rule: Some(policy::A_08),
        run: message::https_only,
    },
    Check {
        id: "mail-links-resolve",
        title: "The links in the letter answer",
        severity: Severity::Error,
        fix: "correct the link, or wait until what it leads to is there",
        why: "a dead link in a mail stays dead in every archive",
        rule: None,
        run: message::links_resolve,
    },
    Check {
        id: "mail-vote-on-public-list",
        title: "The vote is held on the project's public list",
        severity: Severity::Error,
        fix: "send it to the project's dev list",
        why: "a vote that nobody can read is no vote of the community, and must be repeated",
        rule: Some(policy::V_11),
        run: call::on_public_list,
    },
    Check {
        id: "mail-unreleased-stays-private-to-dev",
        title: "What is not released is not shown to users",
        severity: Severity::Error,
        fix: "leave announce@ and users@ out until the release is promoted",
        why: "candidates are for developers who know what they do; anything wider is a release \
              without a vote",
        rule: Some(policy::S_03),
        run: call::unreleased_stays_private,
    },
    Check {
        id: "mail-vote-elements",
        title: "The call to vote names all that a voter needs",
        severity: Severity::Warning,
        fix: "add what is missing, or use the template that plusone brings",
        why: "voters vote on certain bytes: they need to find them, and to know whose and when",
        rule: Some(policy::V_06),
        run: call::elements,
    },
    Check {
        id: "mail-no-forbidden-links",
        title: "The announcement links to places that are meant for the public",
        severity: Severity::Error,
        fix: "link to the project's download page instead",
        why: "moderators reject dist.apache.org, repository.apache.org, mirror scripts and bare \
              directories",
        rule: Some(policy::A_07),
        run: announcement::no_forbidden_links,
    },
    Check {
        id: "mail-download-page",
        title: "The announcement links to a download page that is ready for the release",
        severity: Severity::Error,
        fix: "bring the download page up to date and link to it",
        why: "moderators follow the link and look for the version, the source, its signature and \
              checksum, and KEYS",
        rule: Some(policy::A_03),
        run: announcement::download_page,
    },
    Check {
        id: "mail-one-hour-after-promotion",
        title: "The files had an hour to reach the download servers",
        severity: Severity::Error,
        fix: "wait until the files had an hour to reach the download servers",
        why: "readers come at once, and a download that is not there yet looks like a broken \
              release",
        rule: Some(policy::A_01),
        run: announcement::one_hour_after_promotion,
    },
    Check {
        id: "mail-about-text",
        title: "The announcement says what the project is",
        severity: Severity::Warning,
        fix: "add three to five lines on what the project is; `description` in the [project] table of plusone.toml is used for that",
        why: "most readers of announce@apache.org have never heard of it",
        rule: Some(policy::A_05),
        run: announcement::about_text,
    },
    Check {
        id: "mail-podling-disclaimer",
        title: "A podling's announcement carries the disclaimer",
        severity: Severity::Error,
        fix: "add the Incubator's disclaimer, as the template of plusone does",
        why: "readers must be told that the ASF does not endorse the project yet",
        rule: Some(policy::A_12),
        run: announcement::podling_disclaimer,
    },
];

impl Posting {
    /// Whether it goes to this address.
    fn goes_to(&self, address: &str) -> bool {
        self.letter.recipients().any(|recipient| recipient.eq_ignore_ascii_case(address))
    }

    /// Whether it goes to the ASF-wide list, whose moderators are strict.
    fn goes_to_announce(&self) -> bool {
        self.goes_to("announce@apache.org")
    }

    /// An error where the strict list would reject the mail, else a warning.
    fn strictness(&self) -> Severity {
        if self.goes_to_announce() { Severity::Error } else { Severity::Warning }
    }
}

/// A pass if nothing was found.
fn outcome(findings: Vec<Finding>, seen: impl Into<String>) -> CheckOutcome {
    match findings.is_empty() {
        true => CheckOutcome::pass(seen),
        false => CheckOutcome::Finding { findings },
    }
}

fn finding(severity: Severity, message: impl Into<String>, fix: impl Into<String>) -> Finding {
    Finding::new(severity, message).fix(fix)
}

/// The text with every run of blanks as one blank, in lower case: for phrases that may be folded.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
