//! What one mail says: a vote with the line that says so, or that it is none, or that a person has
//! to be asked. Never a guess.
//!
//! The writer's own lines ([`super::own_text`]) become tokens (`tokens`); every figure in them is
//! seen with its sentence (`mention`) and judged by an ordered table of rules (`rules`, in the
//! language of `pattern`, with the word lists of `words`; `lists` and `shape` tell what words do not). Boxes
//! that are ticked are read beside (`boxes`), and so are words without a figure (`remarks`). What
//! all figures of a mail come to is decided here. Takes time linear in the text. Pure.

mod boxes;
mod figure;
mod lists;
mod mention;
mod page;
mod pattern;
mod remarks;
mod rules;
mod shape;
mod tokens;
mod words;
use serde::Serialize;

use super::own_text::{Kind, Line};
use crate::mail::Message;

/// The votes that count (POLICY T-05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Value {
    /// `+1`
    #[serde(rename = "+1")]
    PlusOne,
    /// `0`, however it is signed.
    #[serde(rename = "0")]
    Zero,
    /// `-1`
    #[serde(rename = "-1")]
    MinusOne,
}

/// The place in a mail that says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Line of [`Message::text`], from 1.
    pub line: usize,
    /// That line, trimmed.
    pub text: String,
}

/// What a mail says about the vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "says", content = "what")]
pub enum Says {
    /// Nothing: a question, thanks, a remark.
    Nothing,
    /// This vote.
    Vote(Value),
    /// The sender takes back what they voted before.
    Withdrawn,
    /// A vote that cannot count: a fraction, `++1`, `+100` (POLICY T-05).
    NotCountable(String),
    /// A careful person would ask back; why.
    Unclear(String),
}

/// A mail's vote with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// What it says.
    pub says: Says,
    /// Where; none when it says nothing.
    pub evidence: Option<Evidence>,
    /// Whether the voter wrote "(binding)" or "(non-binding)"; decides nothing (POLICY T-03).
    pub claims_binding: Option<bool>,
    /// The vote is carried over from another list or round, by the voter's own word.
    pub carried: bool,
    /// Why it was read so, in a few words for people.
    pub why: String,
    /// Of a mail that says nothing: the own line with a figure in it, else the first one that is more
    /// than a greeting.
    pub first: Option<Evidence>,
    /// Whether an own line holds a signed figure of one, a thumb or a word of approval.
    pub figure: bool,
}

use mention::Mention;
use page::Page;
use rules::Verdict;

/// Reads what `message` says. `answered` is the mail it answers, to tell unprefixed quotes;
/// `is_call` whether it is the mail that called the vote, whose ballot options are no vote.
pub fn read(message: &Message, answered: Option<&Message>, is_call: bool) -> Reading {
    let answered = answered.map(|message| &message.text[..]);
    let writer = message.sender.name.as_deref().unwrap_or_default();
    let page = Page::read(&message.text, answered, writer);
    let findings = page.findings(Role::of(&message.subject, is_call));
    let reading = settle(&findings).unwrap_or_else(|| Reading {
        says: Says::Nothing,
        evidence: None,
        claims_binding: None,
        carried: false,
        why: findings.first().map_or("no vote in it", |finding| finding.why).to_owned(),
        first: None,
        figure: false,
    });
    let (first, figure) = shown(&message.text, answered);
    let first = first.filter(|_| reading.says == Says::Nothing);
    Reading { first, figure, ..reading }
}

/// The own line that shows best what a mail is about, and whether it holds a figure.
fn shown(text: &str, answered: Option<&str>) -> (Option<Evidence>, bool) {
    let holds = |line: &str| {
        let line = line.replace(['−', '–'], "-").to_lowercase();
        let signed = ["+1", "-1", "±0", "+0", "-0", "👍", "👎", "lgtm", "approve"];
        signed.iter().any(|figure| line.contains(figure))
    };
    let greets = |line: &str| {
        let first = line.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let few = line.split_whitespace().count() <= 3;
        few && ["hi", "hello", "dear", "hey", "hallo"].contains(&&first.to_lowercase()[..])
    };
    let lines = super::own_text::lines(text, answered);
    let own = || lines.iter().filter(|l| l.kind == Kind::Own && !l.text.trim().is_empty());
    let figure = own().find(|line| holds(line.text));
    let first = figure.or_else(|| own().find(|line| !greets(line.text.trim())));
    let evidence =
        |line: &Line<'_>| Evidence { line: line.number, text: line.text.trim().to_owned() };
    (first.map(evidence), figure.is_some())
}

/// What a mail is in its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Answer,
    /// It calls the vote, and so names the votes to choose from.
    Call,
    /// It announces a result, or that the vote is cancelled, and so names the votes of others.
    Result,
}

impl Role {
    fn of(subject: &str, is_call: bool) -> Self {
        const WORDS: &[&str] = &["RESULT", "CANCEL", "PASSED", "FAILED", "WITHDRAWN", "CLOSED"];
        let subject = subject.to_ascii_uppercase();
        let answers = subject.trim_start().starts_with("RE:");
        let mut tags = subject.split('[').skip(1).filter_map(|tag| tag.split_once(']'));
        let tagged = tags.any(|(tag, _)| WORDS.iter().any(|word| tag.contains(word)));
        let begins =
            ["RESULT:", "RESULTS:", "RESULT OF", "CANCEL"].iter().any(|w| subject.starts_with(w));
        match () {
            () if is_call => Self::Call,
            () if (tagged || begins) && !answers => Self::Result,
            () => Self::Answer,
        }
    }
}

/// One thing in a mail that may be its vote.
#[derive(Debug, Clone)]
struct Finding<'t> {
    verdict: Verdict,
    /// The rule.
    why: &'static str,
    /// The vote; the figure itself where it cannot count.
    value: Result<Value, String>,
    claim: Option<bool>,
    carried: bool,
    /// A `0` without a sign, which gives way to a vote with one.
    bare: bool,
    line: Line<'t>,
}

impl Finding<'_> {
    fn reading(&self, says: Says) -> Reading {
        Reading {
            says,
            evidence: Some(Evidence {
                line: self.line.number,
                text: self.line.text.trim().to_owned(),
            }),
            claims_binding: self.claim,
            carried: self.carried,
            why: self.why.to_owned(),
            first: None,
            figure: false,
        }
    }

    fn unclear(&self, why: &str) -> Reading {
        let why = why.to_owned();
        Reading { why: why.clone(), ..self.reading(Says::Unclear(why)) }
    }

    fn casts(&self) -> bool {
        matches!(self.verdict, Verdict::Votes | Verdict::Stands | Verdict::Says | Verdict::Carries)
    }
}

/// Decides what the findings come to, in this order: a vote that is changed, votes that agree, a
/// vote that is taken back, what a person has to be asked. None: nothing is said.
fn settle(findings: &[Finding<'_>]) -> Option<Reading> {
    let with = |verdict| findings.iter().filter(move |finding| finding.verdict == verdict);
    let changes: Vec<&Finding<'_>> = with(Verdict::Changes).collect();
    let mut casts: Vec<&Finding<'_>> = findings.iter().filter(|finding| finding.casts()).collect();
    if casts.iter().any(|cast| !cast.bare) {
        casts.retain(|cast| !cast.bare);
    }
    if let Some(reading) = agreed(&changes) {
        return Some(reading);
    }
    let withdrawn = with(Verdict::Withdraws).next();
    if let (Some(cast), Some(withdrawn)) = (casts.first(), withdrawn)
        && cast.value == withdrawn.value
    {
        return Some(withdrawn.unclear("a vote is cast and taken back"));
    }
    if let Some(reading) = agreed(&casts) {
        return Some(reading);
    }
    let withdrawn = withdrawn.map(|finding| finding.reading(Says::Withdrawn));
    withdrawn.or_else(|| with(Verdict::Asks).next().map(|finding| finding.unclear(finding.why)))
}

/// The vote that the findings agree on; unclear if they do not.
fn agreed(findings: &[&Finding<'_>]) -> Option<Reading> {
    let first = findings.first()?;
    if findings.iter().any(|finding| finding.value != first.value) {
        return Some(first.unclear("different votes in one mail"));
    }
    let mut reading = first.reading(match &first.value {
        Ok(value) => Says::Vote(*value),
        Err(figure) => Says::NotCountable(figure.clone()),
    });
    reading.claims_binding = findings.iter().find_map(|finding| finding.claim);
    reading.carried = findings.iter().any(|finding| finding.carried);
    Some(reading)
}
