//! What a count was made from, kept beside the ledger: the mails and the rosters, so that the result
//! and the promotion go by the very count that a person has seen, and anybody can make it again.

use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::people::Document;
use super::remembered::failure;
use super::{CountArgs, Counted, Job, Round, mails};
use crate::backend::files;
use crate::backend::ledger::LedgerFile;
use crate::error::Failure;
use crate::ledger::event::{Counts, Outcome, Votes};
use crate::ledger::{Event, State, What};
use crate::release::{CandidateNumber, Version};
use crate::vote::roster::Body;
use crate::vote::{rules, tally};

/// The most that is read of the description, and of a roster.
const LARGEST: u64 = 256 << 20;
const DESCRIPTION: &str = "count.json";
const MAILS: &str = "mails.mbox";

/// A count that was kept.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// When it was made.
    at: DateTime<Utc>,
    /// By what.
    arguments: CountArgs,
    /// The rosters, each in a file beside this description.
    rosters: Vec<KeptRoster>,
    #[serde(skip)]
    directory: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeptRoster {
    body: Option<Body>,
    name: String,
    file: String,
    fetched: Option<NaiveDate>,
    #[serde(skip)]
    bytes: Vec<u8>,
}

impl Kept {
    /// What is counted, in words.
    pub(super) fn words(&self) -> String {
        format!(
            "counted again from the mails that `plusone tally` read on {}, kept in {}",
            self.at.format("%Y-%m-%d at %H:%M UTC"),
            self.directory.display()
        )
    }

    /// The arguments for the same count, with rulings that are given now, and its rosters.
    pub(super) fn into_parts(self, given: &CountArgs) -> (CountArgs, Vec<Document>) {
        let rosters = self.rosters.into_iter().map(|kept| Document {
            body: kept.body,
            name: kept.name,
            bytes: kept.bytes,
            fetched: kept.fetched,
        });
        let arguments = CountArgs {
            mbox: vec![self.directory.join(MAILS)],
            maildir: Vec::new(),
            eml: Vec::new(),
            thread: Vec::new(),
            list: Vec::new(),
            month: Vec::new(),
            roster: Vec::new(),
            version: given.version.clone().or(self.arguments.version.clone()),
            rc: given.rc.or(self.arguments.rc),
            project: given.project.clone().or(self.arguments.project.clone()),
            rule: given.rule.clone(),
            reason: given.reason.clone(),
            ..self.arguments
        };
        (arguments, rosters.collect())
    }
}

/// Where the count of a candidate is kept.
fn directory(ledger: &LedgerFile, rc: Option<CandidateNumber>) -> PathBuf {
    let name = rc.map_or_else(|| "count".to_owned(), |rc| format!("count-rc{rc}"));
    ledger.home().join(name)
}

impl Job<'_> {
    /// The count that was kept of the release that is meant.
    pub(super) fn kept(&self) -> Result<Option<Kept>, Failure> {
        let (Some(root), Some(version)) = (&self.root, &self.args.version) else { return Ok(None) };
        let ledger = LedgerFile::new(root, version);
        let directory = directory(&ledger, self.args.rc);
        let path = directory.join(DESCRIPTION);
        let Some(bytes) = files::read(&path, LARGEST).map_err(failure)? else { return Ok(None) };
        let broken = |what: String| {
            Failure::outside(format!("`{}` cannot be used: {what}", path.display()))
                .hint("count anew: `plusone tally`")
        };
        let mut kept: Kept =
            serde_json::from_slice(&bytes).map_err(|error| broken(error.to_string()))?;
        for roster in &mut kept.rosters {
            let name: crate::release::FileName =
                roster.file.parse().map_err(|error| broken(format!("{error}")))?;
            let path = directory.join(name.as_str());
            let bytes = files::read(&path, LARGEST).map_err(failure)?;
            roster.bytes = bytes.ok_or_else(|| broken(format!("{} is gone", path.display())))?;
        }
        kept.directory = directory;
        Ok(Some(kept))
    }

    /// Keeps a count of a release whose ledger is here, and writes into it how the vote stands.
    pub(super) fn keep(&self, counted: &Counted) -> Result<(), Failure> {
        let Some((ledger, version)) = self.ledger(counted) else { return Ok(()) };
        let directory = directory(&ledger, counted.rc);
        files::make_directory(&directory).map_err(failure)?;
        // Without its description a count that was kept half is none.
        files::remove_if_present(&directory.join(DESCRIPTION)).map_err(failure)?;
        mails::save(&directory.join(MAILS), &counted.read.mails)?;
        let mut rosters = Vec::new();
        for (number, document) in counted.people.documents().iter().enumerate() {
            let base = document.name.rsplit('/').next().unwrap_or_default();
            let plain: String = base
                .chars()
                .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
                .collect();
            let file = format!("roster-{}-{plain}", number + 1);
            files::write(&directory.join(&file), &document.bytes).map_err(failure)?;
            let (body, name, fetched) = (document.body, document.name.clone(), document.fetched);
            rosters.push(KeptRoster { body, name, file, fetched, bytes: Vec::new() });
        }
        let arguments = CountArgs { version: Some(version), rc: counted.rc, ..self.args.clone() };
        let kept = Kept { at: self.session.now, arguments, rosters, directory: PathBuf::new() };
        let mut text = serde_json::to_string_pretty(&kept).map_err(Failure::bug)?;
        text.push('\n');
        files::write(&directory.join(DESCRIPTION), text.as_bytes()).map_err(failure)?;
        self.note(counted)
    }

    /// Writes into the ledger how the votes stand, if it does not say so already.
    pub(super) fn note(&self, counted: &Counted) -> Result<(), Failure> {
        let Some((ledger, version)) = self.ledger(counted) else { return Ok(()) };
        let state = State::of(ledger.read().map_err(failure)?.records);
        let known = state.candidate(&version, counted.rc);
        let write = |what: What| {
            let event = Event::new(self.session.now, version.clone(), counted.rc, what);
            ledger.append(&event).map_err(failure)
        };
        for round in &counted.rounds {
            let known = known.and_then(|candidate| candidate.round(round.name()));
            // A mail program may have given the call another id than we did, and sent it later: what
            // is on the list is the call.
            let call = round.tally.round().call.as_ref();
            let other = known.is_some_and(|known| {
                known.result.is_none()
                    && call.is_some_and(|call| call.message_id.0 != known.message_id)
            });
            if let (true, Some(called)) = (known.is_none() || other, called(round)) {
                write(called)?;
            }
            let (outcome, counts) = (outcome(round), counts(round));
            let same = known.is_some_and(|known| {
                !other && known.outcome == Some(outcome) && known.counts == Some(counts)
            });
            if !same {
                write(What::Tallied { round: round.name().to_owned(), outcome, counts })?;
            }
            let told = known.is_some_and(|known| known.result.is_some());
            let result = round.tally.round().result.as_ref().filter(|end| end.authorised && !told);
            if let Some(end) = result {
                let (round, message_id) = (round.name().to_owned(), end.message_id.to_string());
                write(What::ResultSent { round, message_id })?;
            }
        }
        Ok(())
    }

    /// The ledger of what was voted on, if there is one here.
    fn ledger(&self, counted: &Counted) -> Option<(LedgerFile, Version)> {
        let (root, version) = (self.root.as_deref()?, counted.version.clone()?);
        let ledger = LedgerFile::new(root as &Path, &version);
        files::exists(&ledger.path()).then_some((ledger, version))
    }
}

/// That a vote was called, as its mail says.
fn called(round: &Round) -> Option<What> {
    let tally = &round.tally;
    Some(What::VoteCalled {
        round: round.name().to_owned(),
        message_id: tally.round().call.as_ref()?.message_id.to_string(),
        opened: tally.round().times.opened?,
        closes: tally.closes_at()?,
    })
}

fn outcome(round: &Round) -> Outcome {
    match round.tally.outcome() {
        tally::Outcome::Open => Outcome::Open,
        tally::Outcome::Passed => Outcome::Passed,
        tally::Outcome::Failed => Outcome::Failed,
        tally::Outcome::Cancelled => Outcome::Cancelled,
        tally::Outcome::NeedsRuling => Outcome::NeedsRuling,
    }
}

fn counts(round: &Round) -> Counts {
    let votes = |count: rules::Count| Votes {
        plus_one: count.plus_one,
        zero: count.zero,
        minus_one: count.minus_one,
    };
    let counts = round.tally.counts();
    Counts { binding: votes(counts.binding), non_binding: votes(counts.non_binding) }
}
