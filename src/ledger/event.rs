//! What can happen to a release, as it is written down. Names are general: the same events will
//! carry whole release plans.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::SCHEMA;
use crate::dist::{Files, Place, Revision};
use crate::release::{CandidateNumber, Version};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    schema: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// To which version.
    pub version: Version,
    /// To which candidate; none if the project does without numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rc: Option<CandidateNumber>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

impl Event {
    /// An event in the present form.
    pub fn new(
        at: DateTime<Utc>,
        version: Version,
        rc: Option<CandidateNumber>,
        what: What,
    ) -> Self {
        Self { schema: SCHEMA, at, version, rc, what }
    }

    /// The event as a line of a ledger, with its line feed.
    pub fn line(&self) -> String {
        let mut line = serde_json::to_string(self).expect("maps with text keys become JSON");
        line.push('\n');
        line
    }
}

/// How a count came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Not over.
    Open,
    /// It passed.
    Passed,
    /// It did not pass.
    Failed,
    /// It was called off.
    Cancelled,
    /// A person has to say what a mail means.
    NeedsRuling,
}

/// Votes by their value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Votes {
    /// In favour.
    pub plus_one: u32,
    /// Neither.
    pub zero: u32,
    /// Against.
    pub minus_one: u32,
}

/// All votes that were counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Those that decide.
    pub binding: Votes,
    /// The others.
    pub non_binding: Votes,
}

/// Who signed a candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// The certificate's fingerprint.
    pub fingerprint: String,
    /// A user id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum What {
    /// A candidate was made of a commit.
    CandidatePackaged {
        /// The tag or other reference.
        reference: String,
        /// The commit's id.
        commit: String,
        /// The files.
        files: Files,
        /// Where they are on the machine that made them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        directory: Option<String>,
    },
    /// An outward step is begun.
    StepStarted {
        /// Made of its content.
        id: String,
        /// What it does, in a sentence.
        what: String,
        /// The command it is part of, as in `stage`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        command: Option<String>,
    },
    /// An outward step is done.
    StepFinished {
        /// Made of its content.
        id: String,
        /// What came of it.
        outcome: String,
    },
    /// An outward step has certainly not happened.
    StepFailed {
        /// Made of its content.
        id: String,
        /// Why.
        reason: String,
    },
    /// A person said what became of a step that nobody else could tell of.
    StepSettled {
        /// Made of its content.
        id: String,
        /// Whether it happened.
        done: bool,
        /// What they saw.
        note: String,
    },
    /// The candidate is in the staging area, and its bytes there were looked at.
    Staged {
        /// The address of its directory.
        url: String,
        /// The revision that it is in.
        revision: Revision,
        /// The files, by their path from there.
        files: Files,
        /// Whose key signed them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signer: Option<Signer>,
    },
    /// A mail is about to be sent, as it stands here: should it be unclear whether it was sent, it
    /// is looked for by its id, and never composed anew.
    MailPrepared {
        /// Which, as in `vote` or `result-ipmc`.
        mail: String,
        /// The outward step that sends it.
        step: String,
        /// Its Message-ID.
        message_id: String,
        /// Its date.
        date: DateTime<Utc>,
        /// Its headers and text, as a person edits them.
        draft: String,
        /// The mails that it follows, oldest first.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        thread: Vec<String>,
        /// When the vote that it calls closes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        closes: Option<DateTime<Utc>>,
    },
    /// A vote was called.
    VoteCalled {
        /// Which, where a release needs several: the votes are counted apart.
        round: String,
        /// The mail's Message-ID, without angle brackets.
        message_id: String,
        /// When the vote opened.
        opened: DateTime<Utc>,
        /// When it closes.
        closes: DateTime<Utc>,
    },
    /// A person said what a mail means.
    Ruling {
        /// The mail's Message-ID.
        message_id: String,
        /// What it is to be taken for, as in `+1` or `none`.
        value: String,
        /// Why.
        reason: String,
    },
    /// The votes were counted.
    Tallied {
        /// Which vote.
        round: String,
        /// How it came out.
        outcome: Outcome,
        /// The numbers.
        counts: Counts,
    },
    /// The result was told.
    ResultSent {
        /// Of which vote.
        round: String,
        /// The mail's Message-ID.
        message_id: String,
    },
    /// The candidate was given up.
    Cancelled {
        /// Why.
        reason: String,
        /// The Message-ID of the mail that says so, if one was sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message_id: Option<String>,
    },
    /// The candidate was removed from the staging area.
    Cleared {
        /// The revision without it.
        revision: Revision,
    },
    /// The candidate was moved to the release area.
    Promoted {
        /// The address of its directory there.
        url: String,
        /// The revision that it is in.
        revision: Revision,
        /// Superseded releases that were taken out, from the area's root.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        removed: Vec<Place>,
        /// Somebody else did it, and we saw it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_others: bool,
    },
    /// The release was announced.
    Announced {
        /// The mail's Message-ID.
        message_id: String,
    },
    /// A person wrote something down.
    Note {
        /// What.
        text: String,
    },
}

impl What {
    /// The names of all events, as they are written.
    pub const NAMES: &[&str] = &[
        "candidate-packaged",
        "step-started",
        "step-finished",
        "step-failed",
        "step-settled",
        "staged",
        "mail-prepared",
        "vote-called",
        "ruling",
        "tallied",
        "result-sent",
        "cancelled",
        "cleared",
        "promoted",
        "announced",
        "note",
    ];
}

/// One event of each kind, as a release could have them.
#[cfg(test)]
pub(super) fn examples() -> Vec<Event> {
    use crate::dist::Content;
    let at = |minute| -> DateTime<Utc> {
        format!("2026-11-21T10:{minute:02}:00Z").parse().expect("a time")
    };
    let text = str::to_owned;
    let content = Content { size: 7, sha512: "ab".repeat(64).parse().expect("a digest") };
    let files = Files::from([("a.tar.gz".parse().expect("a path"), content)]);
    let round = || text("project");
    let revision = Revision::Number(7);
    let digest = Revision::Digest("ab".repeat(32));
    let binding = Votes { plus_one: 3, zero: 0, minus_one: 1 };
    let kinds = [
        What::CandidatePackaged {
            reference: text("v1.0-rc1"),
            commit: "ab".repeat(20),
            files: files.clone(),
            directory: Some(text("dist/1.0-rc1")),
        },
        What::StepStarted { id: text("0123"), what: text("commit"), command: Some(text("stage")) },
        What::StepFinished { id: text("0123"), outcome: text("revision 7") },
        What::StepFailed { id: text("0124"), reason: text("no\nspace \"left\" \u{1b}") },
        What::StepSettled { id: text("0125"), done: true, note: text("seen in the archive") },
        What::Staged {
            url: text("https://example.org/dev"),
            revision,
            files,
            signer: Some(Signer { fingerprint: "AB".repeat(20), name: None }),
        },
        What::VoteCalled { round: round(), message_id: text("a@b"), opened: at(1), closes: at(2) },
        What::Ruling { message_id: text("c@d"), value: text("+1"), reason: text("typo") },
        What::Tallied {
            round: round(),
            outcome: Outcome::Passed,
            counts: Counts { binding, non_binding: Votes::default() },
        },
        What::ResultSent { round: round(), message_id: text("e@f") },
        What::Cancelled { reason: text("a bug"), message_id: None },
        What::Cleared { revision: Revision::Number(9) },
        What::Promoted {
            url: text("directory:/srv"),
            revision: digest,
            removed: Vec::new(),
            by_others: true,
        },
        What::Announced { message_id: text("g@h") },
        What::Note { text: text("süß") },
        What::MailPrepared {
            mail: text("vote"),
            step: text("0126"),
            message_id: text("a@b"),
            date: at(1),
            draft: text("Subject: x\n\ny\n"),
            thread: vec![text("z@b")],
            closes: Some(at(2)),
        },
    ];
    let version: Version = "1.0".parse().expect("a version");
    let event =
        |(minute, what)| Event::new(at(minute), version.clone(), Some(CandidateNumber(1)), what);
    (0..).zip(kinds).map(event).collect()
}
