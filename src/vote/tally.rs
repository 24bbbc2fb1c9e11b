//! Counting: the answers to a call, whose word binds, and the rulings of a person become the outcome
//! as of an instant.
//!
//! A pure fold: nothing is looked up on the way, and the order in which the answers come changes
//! nothing. Each answer is listed with what became of it; none is dropped silently. What a careful
//! person would ask about stays unclear until a ruling settles it, and holds the outcome up only if
//! it could matter. [`PassedVote`] can only be had from here.

mod fold;
mod outcome;
mod passed;

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;

use super::ballot::{Evidence, Reading, Says, Value};
use super::identity::{How, Identity};
use super::kind::Requirements;
use super::roster::Roster;
use super::rules::Count;
use crate::checks::CheckOutcome;
use crate::mail::{Address, MessageId, Mirrored};
use crate::release::{CandidateNumber, Version};

pub use passed::{NotPassed, PassedRound, PassedVote};

/// A vote that is counted: what is voted on, how long, by which rules, and whose votes bind.
#[derive(Debug, Clone)]
pub struct VoteRound {
    /// The project or podling.
    pub project: String,
    /// The version voted on; none for a vote on something else.
    pub version: Option<Version>,
    /// The candidate voted on.
    pub rc: Option<CandidateNumber>,
    /// The mail that called the vote; none if it was not found.
    pub call: Option<CallMail>,
    /// When it opens and closes.
    pub times: Times,
    /// What it takes to pass.
    pub requirements: Requirements,
    /// Whose votes bind.
    pub roster: Roster,
    /// The day that membership is judged by, where it is not that of each ballot.
    pub roster_day: Option<NaiveDate>,
    /// The mail that tells the result.
    pub result: Option<End>,
    /// The mail that cancels the vote.
    pub cancel: Option<End>,
    /// The mail in which who called the vote says that it begins anew.
    pub restart: Option<End>,
}

impl VoteRound {
    /// The restart, where it is known as of an instant and nobody said when the vote opened.
    fn restarted(&self, as_of: DateTime<Utc>) -> Option<&End> {
        self.restart.as_ref().filter(|restart| restart.at <= as_of && !self.times.opened_given)
    }
}

/// The mail that called a vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallMail {
    /// Its Message-ID.
    pub message_id: MessageId,
    /// Its subject.
    pub subject: String,
    /// Who called.
    pub from: String,
}

/// When a vote opens and closes, by the call or by who counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// When the call was sent, or as given.
    pub opened: Option<DateTime<Utc>>,
    /// It is given by who counts and not taken from the call.
    pub opened_given: bool,
    /// The hours it stays open at least.
    pub hours: u32,
    /// The instant it closes, where one is stated.
    pub closes: Option<DateTime<Utc>>,
    /// Votes after `closes` are late; without it the call only says that it stays open so long at
    /// least.
    pub firm: bool,
    /// `closes` is given by who counts, and is not put off until the hours are over.
    pub closes_given: bool,
    /// Why it is open for less than is usual (V-03).
    pub expedited: Option<String>,
}

/// A mail that ends a vote, or begins it anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct End {
    /// Its Message-ID.
    pub message_id: MessageId,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// Who sent it.
    pub from: String,
    /// It is from who called the vote or from a member, by address or by a ruling; anybody else
    /// ends nothing.
    pub authorised: bool,
    /// Only a name says that it is from one of those.
    pub by_name: bool,
    /// The line that says so, where its subject does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

impl End {
    /// What is said of it where only a name says by whom it is.
    pub fn by_name_only(&self, what: &str, does: &str) -> String {
        let (from, id) = (&self.from, &self.message_id);
        format!(
            "only the name says that the {what} is by {from}, and so it {does} nothing; if it is: \
             --rule '<{id}>=genuine' --reason 'how it is known'"
        )
    }
}

/// A mail of the vote, read.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its Message-ID.
    pub message_id: MessageId,
    /// The person who sent it, as the mail has them.
    pub sender: Arc<Address>,
    /// When it was sent.
    pub at: Option<DateTime<Utc>>,
    /// It refers to the call, so that it cannot be older, whatever its clock says.
    pub answers_call: bool,
    /// Who that is.
    pub identity: Arc<Identity>,
    /// What it says.
    pub reading: Reading,
    /// It gives a reason beside the vote (T-11).
    pub reasoned: bool,
    /// The sender's own words, quotes left out.
    pub words: String,
    /// It is a vote on another list that the call carries over by name (V-10): which list.
    pub carried_from: Option<String>,
    /// What on GitHub it mirrors: a comment that is edited or deleted changes what it said before.
    pub mirrored: Option<Box<Mirrored>>,
}

/// What a person decides about a mail that is unclear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ruling {
    /// The mail.
    pub message_id: MessageId,
    /// What it is to be taken for.
    pub value: RulingValue,
    /// Why; printed with the result.
    pub reason: String,
}

impl Ruling {
    /// The words on the command line that say it.
    pub fn words(&self) -> [String; 4] {
        let rule = format!("<{}>={}", self.message_id, self.value);
        ["--rule".to_owned(), rule, "--reason".to_owned(), self.reason.clone()]
    }
}

/// What a mail is ruled to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulingValue {
    /// This vote.
    Vote(Value),
    /// No vote.
    None,
    /// A -1 that was answered, for projects that ask for it.
    Answered,
    /// By the person that its name says, so that it takes effect as it stands: a vote, a vote taken
    /// back, the end of a vote.
    Genuine,
}

impl fmt::Display for RulingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            RulingValue::Vote(value) => figure(*value),
            RulingValue::None => "none",
            RulingValue::Answered => "answered",
            RulingValue::Genuine => "genuine",
        })
    }
}

impl Serialize for RulingValue {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for RulingValue {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "+1" => Ok(RulingValue::Vote(Value::PlusOne)),
            "0" | "+0" | "-0" => Ok(RulingValue::Vote(Value::Zero)),
            "-1" => Ok(RulingValue::Vote(Value::MinusOne)),
            "none" => Ok(RulingValue::None),
            "answered" => Ok(RulingValue::Answered),
            "genuine" => Ok(RulingValue::Genuine),
            _ => {
                Err(format!("`{text}` is no ruling: expected +1, 0, -1, none, answered or genuine"))
            }
        }
    }
}

/// A value as it is written.
pub const fn figure(value: Value) -> &'static str {
    match value {
        Value::PlusOne => "+1",
        Value::Zero => "0",
        Value::MinusOne => "-1",
    }
}

/// A ruling that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulingError {
    /// There is no such mail.
    #[error("there is no mail <{0}> in this vote to rule on")]
    NoMail(MessageId),
    /// What it says is clear.
    #[error("the mail <{message_id}> {says}, and a ruling cannot overturn that")]
    Clear {
        /// The mail.
        message_id: MessageId,
        /// What it says.
        says: String,
    },
    /// Two rulings contradict each other.
    #[error("there are two rulings on the mail <{0}>")]
    Twice(MessageId),
}

/// Whether a vote binds (T-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// A member's.
    Binding,
    /// Anybody else's (T-04).
    NonBinding,
}

/// What became of a ballot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state", content = "by")]
pub enum State {
    /// It counts.
    Counted,
    /// The same person voted again (T-07): in this mail.
    Superseded(MessageId),
    /// The same person took it back: in this mail.
    Withdrawn(MessageId),
    /// It came after the close.
    Late,
    /// It came before the vote opened.
    Early,
}

/// A vote that somebody cast, with the line that says so.
#[derive(Debug, Clone)]
pub struct Ballot {
    /// Who that is.
    pub identity: Arc<Identity>,
    /// The sender as the mail has them.
    pub sender: Arc<Address>,
    /// What they voted.
    pub value: Value,
    /// Whether it binds.
    pub standing: Standing,
    /// What became of it.
    pub state: State,
    /// When it was sent.
    pub at: Option<DateTime<Utc>>,
    /// The mail.
    pub message_id: MessageId,
    /// The line.
    pub evidence: Option<Evidence>,
    /// It gives a reason beside the vote.
    pub reasoned: bool,
    /// The voter's own words, quotes left out.
    pub words: String,
    /// It was carried over from another list or round.
    pub carried: bool,
    /// The ruling that makes it a vote.
    pub ruling: Option<Ruling>,
    /// What is worth knowing about it.
    pub notes: Vec<String>,
}

impl Ballot {
    /// Whether it is in the counts.
    pub fn counts(&self) -> bool {
        self.state == State::Counted
    }

    /// Whether it binds only by the voter's name, and nobody has ruled on it.
    pub fn by_name(&self) -> bool {
        let ruled = self.ruling.is_some();
        self.standing == Standing::Binding && self.identity.how == How::Name && !ruled
    }
}

/// Why a mail is not looked at that was sent after the instant of the count.
pub const LATER: &str = "sent later than this count";

/// A mail that casts no vote that counts: unclear, with a vote that cannot count, taking one back, or
/// without any.
#[derive(Debug, Clone)]
pub struct SetAside {
    /// Who sent it.
    pub identity: Arc<Identity>,
    /// The sender as the mail has them.
    pub sender: Arc<Address>,
    /// When it was sent.
    pub at: Option<DateTime<Utc>>,
    /// The mail.
    pub message_id: MessageId,
    /// The line; where none says anything, the first.
    pub evidence: Option<Evidence>,
    /// It has a figure, a thumb or a word of approval.
    pub figure: bool,
    /// The sender's own words, quotes left out.
    pub words: String,
    /// Why it is set aside.
    pub why: String,
    /// Whether it would bind.
    pub standing: Standing,
    /// A later mail of the same person, a ruling, or its date settles it.
    pub settled: Option<String>,
}

/// A mail in which no vote was found. In a large thread they are nearly all: their list copies nothing.
#[derive(Debug, Clone, Copy)]
pub struct NoVote<'a> {
    /// The mail.
    pub answer: &'a Answer,
    /// It was sent after the instant of the count, and not looked at.
    pub later: bool,
    /// Whether its vote would bind.
    pub standing: Standing,
}

impl NoVote<'_> {
    /// The same as a mail that was set aside.
    pub fn set_aside(&self) -> SetAside {
        let reading = &self.answer.reading;
        let why = match reading.says {
            _ if self.later => LATER,
            Says::Unclear(_) => "it names the vote that the same person cast",
            _ if reading.figure => "its figure is a count, a number, or an option to choose",
            _ => "no vote in it",
        };
        SetAside::of(self.answer, why.to_owned(), self.standing)
    }
}

impl SetAside {
    fn of(answer: &Answer, why: String, standing: Standing) -> Self {
        Self {
            identity: answer.identity.clone(),
            sender: answer.sender.clone(),
            at: answer.at,
            message_id: answer.message_id.clone(),
            evidence: answer.reading.evidence.as_ref().or(answer.reading.first.as_ref()).cloned(),
            figure: answer.reading.figure,
            words: answer.words.clone(),
            why,
            standing,
            settled: None,
        }
    }
}

/// How a vote stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Time is left or something is missing, and nobody closed it.
    Open,
    /// It passed.
    Passed,
    /// It was closed and did not pass.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// A person has to say something first.
    NeedsRuling,
}

impl Outcome {
    /// The word in JSON and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Open => "open",
            Outcome::Passed => "passed",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
            Outcome::NeedsRuling => "needs-ruling",
        }
    }
}

/// How many voted what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Votes that bind.
    pub binding: Count,
    /// Votes of everybody else.
    pub non_binding: Count,
}

/// What a rule said of this vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The rule: `vote-majority`.
    pub id: &'static str,
    /// What holds when it passes.
    pub title: &'static str,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: CheckOutcome,
}

/// A counted vote. Made by [`tally`] only; outcome and counts cannot be changed afterwards.
#[derive(Debug, Clone)]
pub struct Tally {
    outcome: Outcome,
    counts: Counts,
    reasons: Vec<String>,
    round: VoteRound,
    closes_at: Option<DateTime<Utc>>,
    closed_at: Option<DateTime<Utc>>,
    as_of: DateTime<Utc>,
    judged: Vec<Judged>,
    ballots: Vec<Ballot>,
    unclear: Vec<SetAside>,
    not_countable: Vec<SetAside>,
    withdrawals: Vec<SetAside>,
    dismissed: Vec<SetAside>,
    answers: Vec<Answer>,
    no_vote: Vec<(usize, bool, Standing)>,
    rulings: Vec<Ruling>,
    warnings: Vec<String>,
}

impl Tally {
    /// How it stands.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// How many voted what.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Why it stands so: time left, what is missing, the arithmetic.
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }

    /// What was counted.
    pub fn round(&self) -> &VoteRound {
        &self.round
    }

    /// When it may close at the earliest.
    pub fn closes_at(&self) -> Option<DateTime<Utc>> {
        self.closes_at
    }

    /// When it was closed, by a `[RESULT]`, a `[CANCEL]` or a stated end that is past.
    pub fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.closed_at
    }

    /// The instant it was judged by.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// What each rule said.
    pub fn judged(&self) -> &[Judged] {
        &self.judged
    }

    /// Every ballot, by date, with what became of it.
    pub fn ballots(&self) -> &[Ballot] {
        &self.ballots
    }

    /// What a person has to be asked about.
    pub fn unclear(&self) -> &[SetAside] {
        &self.unclear
    }

    /// Votes that cannot count, as fractions (T-05).
    pub fn not_countable(&self) -> &[SetAside] {
        &self.not_countable
    }

    /// Mails that took a vote back.
    pub fn withdrawals(&self) -> &[SetAside] {
        &self.withdrawals
    }

    /// Mails that a person ruled to be no votes.
    pub fn dismissed(&self) -> &[SetAside] {
        &self.dismissed
    }

    /// Every other mail, by date: no vote was found in it.
    pub fn no_vote(&self) -> impl Iterator<Item = NoVote<'_>> {
        let found = self.no_vote.iter();
        found.map(|(index, later, standing)| NoVote {
            answer: &self.answers[*index],
            later: *later,
            standing: *standing,
        })
    }

    /// The ids of the members who did not vote, and of whom nothing is asked.
    pub fn not_voted(&self) -> impl Iterator<Item = &str> {
        let asked = self.unclear.iter().filter(|aside| aside.settled.is_none());
        let people = self.ballots.iter().map(|ballot| &ballot.identity);
        let people = people.chain(asked.map(|aside| &aside.identity));
        let voted: BTreeSet<&str> = people.filter_map(|person| person.id.as_deref()).collect();
        let members = self.round.roster.members.keys().map(String::as_str);
        members.filter(move |id| !voted.contains(id))
    }

    /// The rulings that were used.
    pub fn rulings(&self) -> &[Ruling] {
        &self.rulings
    }

    /// What was odd and had to be assumed.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// Counts a vote as of an instant: what was sent later is listed, and not looked at. Every answer is in
/// one of the lists, or is the call or the end of the vote.
///
/// # Errors
/// A ruling on a mail that is not in the vote, or that would overturn a clear ballot.
pub fn tally(
    round: VoteRound,
    mut answers: Vec<Answer>,
    rulings: &[Ruling],
    as_of: DateTime<Utc>,
) -> Result<Tally, RulingError> {
    answers.sort_unstable_by(|one, other| {
        (one.at, &one.message_id).cmp(&(other.at, &other.message_id))
    });
    let schedule = outcome::Schedule::of(&round, &answers, as_of);
    let folded = fold::fold(&round, &schedule, &answers, rulings, as_of)?;
    Ok(outcome::decide(round, schedule, folded, answers, as_of))
}

#[cfg(test)]
mod tests;
