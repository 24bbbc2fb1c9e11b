//! What the events of a ledger add up to.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::event::{Counts, Outcome, Signer};
use super::{Event, Record, What};
use crate::dist::{Files, Revision};
use crate::plan::Progress;
use crate::release::{CandidateNumber, Version};

/// Where everything stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct State {
    /// In the order in which they were first heard of.
    pub candidates: Vec<Candidate>,
    /// Events of a later plusone, as they stand.
    pub unknown: Vec<Value>,
}

/// A candidate, and what happened to it. Of what happened twice, the last is kept.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The version.
    pub version: Version,
    /// Its number.
    pub rc: Option<CandidateNumber>,
    /// How it was made.
    pub packaged: Option<Packaged>,
    /// Where it was staged.
    pub staged: Option<Staged>,
    /// The votes on it, in the order in which they were called.
    pub rounds: Vec<Round>,
    /// What persons said about unclear mails; by Message-ID.
    pub rulings: BTreeMap<String, Ruling>,
    /// Why and when it was given up.
    pub cancelled: Option<Cancelled>,
    /// When it was removed from the staging area.
    pub cleared: Option<DateTime<Utc>>,
    /// When and how it became a release.
    pub promoted: Option<Promoted>,
    /// When, and by which mail, it was announced.
    pub announced: Option<Mailed>,
    /// Mails as they were prepared, by which they are; of each the last.
    pub mails: BTreeMap<String, Prepared>,
    /// Outward steps, by id.
    pub steps: BTreeMap<String, Step>,
    /// What persons wrote down.
    pub notes: Vec<String>,
}

/// How a candidate was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Packaged {
    /// When.
    pub at: DateTime<Utc>,
    /// Of which tag or other reference.
    pub reference: String,
    /// The commit's id.
    pub commit: String,
    /// The files.
    pub files: Files,
    /// Where they are on the machine that made them.
    pub directory: Option<String>,
}

/// Where a candidate is staged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Staged {
    /// When.
    pub at: DateTime<Utc>,
    /// The address of its directory.
    pub url: String,
    /// In which revision.
    pub revision: Revision,
    /// The files.
    pub files: Files,
    /// Whose key signed them.
    pub signer: Option<Signer>,
}

/// A mail that was prepared, sent or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prepared {
    /// The outward step that sends it.
    pub step: String,
    /// Its Message-ID.
    pub message_id: String,
    /// Its date.
    pub date: DateTime<Utc>,
    /// Its headers and text.
    pub draft: String,
    /// The mails that it follows, oldest first.
    pub thread: Vec<String>,
    /// When the vote that it calls closes.
    pub closes: Option<DateTime<Utc>>,
}

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Round {
    /// Which.
    pub round: String,
    /// The Message-ID of the call.
    pub message_id: String,
    /// When it opened.
    pub opened: DateTime<Utc>,
    /// When it closes.
    pub closes: DateTime<Utc>,
    /// How it came out when last counted.
    pub outcome: Option<Outcome>,
    /// The numbers then.
    pub counts: Option<Counts>,
    /// When, and by which mail, the result was told.
    pub result: Option<Mailed>,
}

/// What a person said about a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ruling {
    /// What it is to be taken for.
    pub value: String,
    /// Why.
    pub reason: String,
}

/// A mail that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mailed {
    /// When.
    pub at: DateTime<Utc>,
    /// Its Message-ID.
    pub message_id: String,
}

/// A candidate that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cancelled {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// A candidate that became a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Promoted {
    /// When.
    pub at: DateTime<Utc>,
    /// The address of its directory.
    pub url: String,
    /// In which revision.
    pub revision: Revision,
    /// Somebody else did it.
    pub by_others: bool,
}

/// An outward step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it does.
    pub what: String,
    /// The command it is part of.
    pub command: Option<String>,
    /// How far it has come.
    #[serde(serialize_with = "in_a_word")]
    pub progress: Progress,
    /// When that was written down.
    pub at: DateTime<Utc>,
}

fn in_a_word<S: serde::Serializer>(progress: &Progress, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(match progress {
        Progress::NotStarted => "failed",
        Progress::Started => "started",
        Progress::Finished(_) => "finished",
    })
}

/// How far a candidate has come, at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Nothing is known of it but its name.
    Named,
    /// It is made.
    Packaged,
    /// It is in the staging area.
    Staged,
    /// A vote on it is open until its time is over.
    VoteOpen,
    /// The time of the vote is over, and it is not decided.
    VoteClosed,
    /// A vote passed; another is still needed.
    PartlyPassed,
    /// All votes passed.
    Passed,
    /// A vote did not pass.
    Failed,
    /// It is the release.
    Promoted,
    /// It is the release, and announced.
    Announced,
    /// It was given up.
    Cancelled,
}

impl State {
    /// Adds up what a ledger holds.
    pub fn of(records: impl IntoIterator<Item = Record>) -> Self {
        let mut state = Self::default();
        for record in records {
            match record {
                Record::Known(event) => state.happened(*event),
                Record::Unknown(value) => state.unknown.push(value),
            }
        }
        state
    }

    /// Adds one event.
    pub fn happened(&mut self, event: Event) {
        let Event { at, version, rc, what, .. } = event;
        let same = |candidate: &Candidate| candidate.version == version && candidate.rc == rc;
        let known = self.candidates.iter().rposition(same);
        let known = known.filter(|&index| !self.candidates[index].is_followed_by(&what));
        let index = known.unwrap_or_else(|| {
            self.candidates.push(Candidate::new(version, rc));
            self.candidates.len() - 1
        });
        self.candidates[index].happened(at, what);
    }

    /// A candidate by its name; of several that had it one after another, the last.
    pub fn candidate(&self, version: &Version, rc: Option<CandidateNumber>) -> Option<&Candidate> {
        let same = |candidate: &&Candidate| candidate.version == *version && candidate.rc == rc;
        self.candidates.iter().rfind(same)
    }

    /// The candidate that is worked on: the newest.
    pub fn current(&self) -> Option<&Candidate> {
        self.candidates.last()
    }
}

impl Candidate {
    fn new(version: Version, rc: Option<CandidateNumber>) -> Self {
        Self {
            version,
            rc,
            packaged: None,
            staged: None,
            rounds: Vec::new(),
            rulings: BTreeMap::new(),
            cancelled: None,
            cleared: None,
            promoted: None,
            announced: None,
            mails: BTreeMap::new(),
            steps: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    fn happened(&mut self, at: DateTime<Utc>, what: What) {
        match what {
            What::CandidatePackaged { reference, commit, files, directory } => {
                self.packaged = Some(Packaged { at, reference, commit, files, directory });
            }
            What::StepStarted { id, what, command } => {
                self.steps.insert(id, Step { what, command, progress: Progress::Started, at });
            }
            What::StepFinished { id, outcome } => {
                self.step(id, Progress::Finished(outcome), at);
            }
            What::StepFailed { id, .. } => self.step(id, Progress::NotStarted, at),
            What::StepSettled { id, done: true, note } => {
                self.step(id, Progress::Finished(note), at);
            }
            What::StepSettled { id, done: false, .. } => self.step(id, Progress::NotStarted, at),
            What::Staged { url, revision, files, signer } => {
                self.staged = Some(Staged { at, url, revision, files, signer });
                self.cleared = None;
            }
            What::MailPrepared { mail, step, message_id, date, draft, thread, closes } => {
                let prepared = Prepared { step, message_id, date, draft, thread, closes };
                self.mails.insert(mail, prepared);
            }
            What::VoteCalled { round, message_id, opened, closes } => {
                self.rounds.retain(|earlier| earlier.round != round);
                let (outcome, counts, result) = (None, None, None);
                let called = Round { round, message_id, opened, closes, outcome, counts, result };
                self.rounds.push(called);
            }
            What::Ruling { message_id, value, reason } => {
                self.rulings.insert(message_id, Ruling { value, reason });
            }
            What::Tallied { round, outcome, counts } => {
                if let Some(round) = self.round_mut(&round) {
                    (round.outcome, round.counts) = (Some(outcome), Some(counts));
                }
            }
            What::ResultSent { round, message_id } => {
                if let Some(round) = self.round_mut(&round) {
                    round.result = Some(Mailed { at, message_id });
                }
            }
            What::Cancelled { reason, .. } => self.cancelled = Some(Cancelled { at, reason }),
            What::Cleared { .. } => self.cleared = Some(at),
            What::Promoted { url, revision, by_others, .. } => {
                self.promoted = Some(Promoted { at, url, revision, by_others });
            }
            What::Announced { message_id } => self.announced = Some(Mailed { at, message_id }),
            What::Note { text } => self.notes.push(text),
        }
    }

    fn step(&mut self, id: String, progress: Progress, at: DateTime<Utc>) {
        let step = self.steps.entry(id).or_insert(Step {
            what: String::new(),
            command: None,
            progress: Progress::NotStarted,
            at,
        });
        (step.progress, step.at) = (progress, at);
    }

    fn round_mut(&mut self, name: &str) -> Option<&mut Round> {
        self.rounds.iter_mut().find(|round| round.round == name)
    }

    /// Whether it was given up, by us or as the last count saw.
    pub fn is_given_up(&self) -> bool {
        let cancelled = |round: &Round| round.outcome == Some(Outcome::Cancelled);
        self.cancelled.is_some() || self.rounds.iter().any(cancelled)
    }

    /// Whether what happens is the beginning of another candidate of the same name, as where candidates
    /// have no numbers: what is made after this one was given up, or staged after it was removed.
    fn is_followed_by(&self, what: &What) -> bool {
        self.is_given_up()
            && match what {
                What::CandidatePackaged { .. } => true,
                What::Staged { .. } => self.cleared.is_some(),
                _ => false,
            }
    }

    /// Whether an event says of its making what is known already.
    pub fn is_packaged_as(&self, event: &Event) -> bool {
        let (What::CandidatePackaged { reference, commit, files, directory }, Some(known)) =
            (&event.what, &self.packaged)
        else {
            return false;
        };
        !self.is_given_up()
            && known.reference == *reference
            && known.commit == *commit
            && known.files == *files
            && known.directory == *directory
    }

    /// A vote on it, by name.
    pub fn round(&self, name: &str) -> Option<&Round> {
        self.rounds.iter().find(|round| round.round == name)
    }

    /// The first outward step of which only the beginning is known.
    pub fn unfinished(&self) -> Option<(&str, &Step)> {
        let started = |step: &&Step| step.progress == Progress::Started;
        let steps = self.steps.iter().map(|(id, step)| (&id[..], step));
        steps.filter(|(_, step)| started(step)).min_by_key(|(_, step)| step.at)
    }

    /// How far it has come, if all of `needed` votes have to pass.
    pub fn standing(&self, needed: &[&str], now: DateTime<Utc>) -> Standing {
        if self.announced.is_some() {
            return Standing::Announced;
        }
        if self.promoted.is_some() {
            return Standing::Promoted;
        }
        let is = |outcome| move |round: &Round| round.outcome == Some(outcome);
        if self.is_given_up() {
            return Standing::Cancelled;
        }
        if self.rounds.iter().any(is(Outcome::Failed)) {
            return Standing::Failed;
        }
        if let Some(undecided) = self.rounds.iter().find(|round| !is(Outcome::Passed)(round)) {
            let open = now < undecided.closes;
            return if open { Standing::VoteOpen } else { Standing::VoteClosed };
        }
        if !self.rounds.is_empty() {
            let all = needed.iter().all(|name| self.round(name).is_some());
            return if all { Standing::Passed } else { Standing::PartlyPassed };
        }
        match (&self.staged, &self.packaged) {
            (Some(_), _) if self.cleared.is_none() => Standing::Staged,
            (_, Some(_)) => Standing::Packaged,
            _ => Standing::Named,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::{Votes, examples};
    use super::*;

    fn at(hour: u32) -> DateTime<Utc> {
        format!("2026-11-{:02}T{:02}:00:00Z", 1 + hour / 24, hour % 24).parse().expect("a time")
    }

    fn state(events: &[What]) -> State {
        let version: Version = "1.0".parse().expect("a version");
        let event = |(hour, what): (u32, &What)| {
            let rc = Some(CandidateNumber(1));
            Record::Known(Box::new(Event::new(at(hour), version.clone(), rc, what.clone())))
        };
        State::of((0..).zip(events).map(event))
    }

    fn called(round: &str, closes: u32) -> What {
        let (round, message_id) = (round.to_owned(), format!("{round}@x"));
        What::VoteCalled { round, message_id, opened: at(0), closes: at(closes) }
    }

    fn tallied(round: &str, outcome: Outcome) -> What {
        let binding = Votes { plus_one: 3, ..Votes::default() };
        let counts = Counts { binding, ..Counts::default() };
        What::Tallied { round: round.to_owned(), outcome, counts }
    }

    fn standing(events: &[What], needed: &[&str], hour: u32) -> Standing {
        state(events).candidates[0].standing(needed, at(hour))
    }

    #[test]
    fn a_release_goes_its_way() {
        let examples: Vec<What> = examples().into_iter().map(|event| event.what).collect();
        let needed = ["project"];
        let [packaged, staged, cleared, promoted, announced] =
            [0, 5, 11, 12, 13].map(|at: usize| examples[at].clone());
        let mut events = vec![packaged];
        assert_eq!(standing(&events, &needed, 1), Standing::Packaged);
        events.push(staged.clone());
        assert_eq!(standing(&events, &needed, 1), Standing::Staged);
        events.push(cleared);
        assert_eq!(standing(&events, &needed, 1), Standing::Packaged);
        events.push(staged);
        events.push(called("project", 72));
        assert_eq!(standing(&events, &needed, 71), Standing::VoteOpen);
        assert_eq!(standing(&events, &needed, 72), Standing::VoteClosed);
        for outcome in [Outcome::Open, Outcome::NeedsRuling] {
            events.push(tallied("project", outcome));
            assert_eq!(standing(&events, &needed, 73), Standing::VoteClosed);
        }
        events.push(tallied("project", Outcome::Passed));
        assert_eq!(standing(&events, &needed, 73), Standing::Passed);
        assert_eq!(standing(&events, &["project", "incubator"], 73), Standing::PartlyPassed);
        events.push(promoted);
        assert_eq!(standing(&events, &needed, 74), Standing::Promoted);
        events.push(announced);
        assert_eq!(standing(&events, &needed, 76), Standing::Announced);
    }

    #[test]
    fn both_votes_of_a_podling_count() {
        let needed = ["podling", "incubator"];
        let mut events = vec![called("podling", 72), called("incubator", 72)];
        events.push(tallied("incubator", Outcome::Passed));
        assert_eq!(standing(&events, &needed, 80), Standing::VoteClosed);
        events.push(tallied("podling", Outcome::Passed));
        assert_eq!(standing(&events, &needed, 80), Standing::Passed);
        events.push(tallied("podling", Outcome::Failed));
        assert_eq!(standing(&events, &needed, 80), Standing::Failed);
        events.push(called("podling", 90));
        assert_eq!(standing(&events, &needed, 80), Standing::VoteOpen, "called anew");
        events.push(What::Cancelled { reason: String::new(), message_id: None });
        assert_eq!(standing(&events, &needed, 80), Standing::Cancelled);
    }

    #[test]
    fn a_name_that_is_used_again_is_another_candidate() {
        let examples: Vec<What> = examples().into_iter().map(|event| event.what).collect();
        let [packaged, staged, cleared] = [0, 5, 11].map(|at: usize| examples[at].clone());
        let given_up = What::Cancelled { reason: "r".to_owned(), message_id: None };
        let mut events = vec![packaged.clone(), staged.clone(), called("project", 72), given_up];
        let last = |events: &[What]| {
            let state = state(events);
            let candidate = state.current().expect("there").clone();
            assert_eq!(state.candidate(&candidate.version, candidate.rc), Some(&candidate));
            (state.candidates.len(), candidate.standing(&["project"], at(80)))
        };
        assert_eq!(last(&events), (1, Standing::Cancelled));
        // Staged anew without having been removed is still the one that was given up.
        events.push(staged.clone());
        assert_eq!(last(&events), (1, Standing::Cancelled));
        events.push(cleared);
        let removed = events.clone();
        events.push(packaged);
        assert_eq!(last(&events), (2, Standing::Packaged));
        events.push(staged.clone());
        assert_eq!(last(&events), (2, Standing::Staged), "nobody was asked about this one");
        assert_eq!(last(&[removed, vec![staged]].concat()), (2, Standing::Staged));
    }

    #[test]
    fn what_was_only_started_is_found() {
        let id = || "abc".to_owned();
        let started = What::StepStarted { id: id(), what: "commit".to_owned(), command: None };
        let after = |event: Option<What>| {
            let events: Vec<What> = std::iter::once(started.clone()).chain(event).collect();
            let state = state(&events);
            state.candidates[0].unfinished().map(|(id, step)| (id.to_owned(), step.what.clone()))
        };
        assert_eq!(after(None), Some((id(), "commit".to_owned())));
        assert_eq!(after(Some(What::StepFinished { id: id(), outcome: id() })), None);
        assert_eq!(after(Some(What::StepFailed { id: id(), reason: id() })), None);
        for done in [true, false] {
            assert_eq!(after(Some(What::StepSettled { id: id(), done, note: id() })), None);
        }
    }
}
