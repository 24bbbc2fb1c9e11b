//! What one mail says: a vote with the line that says so, or that it is none, or that a person has
//! to be asked. Never a guess.
//!
//! Three rules, in this order, for every figure in the writer's own lines ([`super::own_text`]):
//!
//! 1. What stands in a plain form (`forms`, a closed list) counts, or what is ticked (`boxes`).
//! 2. What is none by its shape is none: a version, a telephone number, code (`figure`), one of a
//!    count or a choice (`sentence/shape`), a ballot's option, a table of others' votes (`lists`).
//! 3. Everything else is asked about, unless the writer has a plain vote.
//!
//! Nothing is dropped: a mail without a vote says which line speaks of one. What all figures of a
//! mail come to is decided here. Takes time linear in the text. Pure.

mod boxes;
mod claim;
mod figure;
mod forms;
mod lists;
mod program;
mod sentence;
mod tokens;
mod words;

use std::fmt;

use serde::Serialize;

use super::own_text::{self, Kind as Whose, Line};
use super::subject::{Kind as SubjectKind, Subject, which_call};
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
    /// Line of [`Message::text`], from 1; 0 is the subject.
    pub line: usize,
    /// That line, trimmed.
    pub text: String,
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "subject: {}", self.text),
            line => write!(f, "line {line}: {}", self.text),
        }
    }
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
    /// Its line with a figure or a word of consent, else the first line of one that says nothing.
    pub first: Option<Evidence>,
    /// A line of the writer's own has a figure that may be a vote, a thumb or a word of consent.
    pub figure: bool,
    /// The one vote that it may be if it is unclear; none where that is open too. Somebody who voted
    /// so only speaks of it.
    pub may_be: Option<Value>,
}

use boxes::Choice;
use forms::Deed;
use lists::notes;
use program::{Patch, is_of_program};
use sentence::{Doubt, Verdict};
use tokens::{Kind, Tokens};

/// Reads what `message` says. `answered` is the mail it answers, to tell unprefixed quotes;
/// `is_call` whether it is the mail that called the vote, whose ballot options are no vote.
pub fn read(message: &Message, answered: Option<&Message>, is_call: bool) -> Reading {
    let answered = answered.map(|message| &message.text[..]);
    let page = Page::read(message, answered);
    // Most subjects are just that of the vote.
    let ends = ["result", "cancel", "discuss", "passed", "failed", "withdrawn", "closed"];
    let ends = ends.iter().any(|word| page.subject.contains(word));
    let subject = ends.then(|| which_call(&message.subject));
    let mut findings = page.findings(Role::of(subject.as_ref(), &message.subject, is_call));
    // Consent under another subject may be to that.
    let elsewhere = |subject: Subject| {
        subject.reply && matches!(subject.kind, SubjectKind::Cancel | SubjectKind::Discuss)
    };
    if subject.is_some_and(elsewhere) {
        for finding in findings.iter_mut().filter(|finding| finding.does(Deed::Votes)) {
            finding.verdict = Verdict::Doubt(Doubt::Other);
        }
    }
    let mut reading = settle(&findings);
    if reading.is_none() && !is_call {
        findings.extend(page.doubts(answered));
        findings.extend(page.subject(message));
        reading = settle(&findings);
    }
    let line = |line: &Line<'_>| evidence(line);
    let first = findings.iter().min_by_key(|finding| finding.line.number).map(|f| line(&f.line));
    let mut reading = reading.unwrap_or(Reading {
        says: Says::Nothing,
        evidence: None,
        claims_binding: None,
        carried: false,
        first: page.first_words().map(line),
        figure: false,
        may_be: None,
    });
    reading.figure = first.is_some();
    reading.first = first.or(reading.first);
    reading
}

fn evidence(line: &Line<'_>) -> Evidence {
    Evidence { line: line.number, text: line.text.trim().to_owned() }
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
    fn of(subject: Option<&Subject>, text: &str, is_call: bool) -> Self {
        let Some(subject) = subject.filter(|_| !is_call) else {
            return if is_call { Self::Call } else { Self::Answer };
        };
        const WORDS: &[&str] = &["PASSED", "FAILED", "WITHDRAWN", "CLOSED"];
        let text = text.to_ascii_uppercase();
        let mut tags = text.split('[').skip(1).filter_map(|tag| tag.split_once(']'));
        let tagged = tags.any(|(tag, _)| WORDS.iter().any(|word| tag.contains(word)));
        let tells = matches!(subject.kind, SubjectKind::Result | SubjectKind::Cancel) || tagged;
        if tells && !subject.reply { Self::Result } else { Self::Answer }
    }
}

/// One thing in a mail that may be its vote.
#[derive(Debug, Clone)]
struct Finding<'t> {
    verdict: Verdict,
    /// The vote; the figure itself where it cannot count, nothing where only words speak of one.
    value: Result<Value, String>,
    claim: Option<bool>,
    /// A `0` without a sign, which gives way to a vote with one.
    bare: bool,
    line: Line<'t>,
    /// Which of the mail's.
    sentence: Option<usize>,
    /// It speaks of the writer's own vote.
    of_writer: bool,
    /// What to ask; by default what the doubt asks.
    question: Option<&'static str>,
}

impl<'t> Finding<'t> {
    fn doubt(line: &Line<'t>, value: Option<Value>, question: &'static str) -> Self {
        Self {
            verdict: Verdict::Doubt(Doubt::Vote),
            value: value.ok_or_else(String::new),
            claim: None,
            bare: false,
            line: *line,
            sentence: None,
            of_writer: false,
            question: Some(question),
        }
    }

    fn does(&self, deed: Deed) -> bool {
        self.verdict == Verdict::Plain(deed)
    }

    /// Whether the line begins with a vote.
    fn opens_line(&self) -> bool {
        self.line.text.trim_start().starts_with(['+', '-', '−', '*'])
    }

    fn is_doubt(&self) -> Option<Doubt> {
        match self.verdict {
            Verdict::Doubt(doubt) => Some(doubt),
            _ => None,
        }
    }

    fn reading(&self, says: Says) -> Reading {
        Reading {
            says,
            evidence: Some(evidence(&self.line)),
            claims_binding: self.claim,
            carried: self.does(Deed::Carries),
            first: None,
            figure: true,
            may_be: None,
        }
    }

    fn unclear(&self, question: &str) -> Reading {
        const LONGEST: usize = 72;
        let mut line = self.line.text.trim().to_owned();
        if let Some((end, _)) = line.char_indices().nth(LONGEST) {
            line.truncate(end);
            line.push('…');
        }
        self.reading(Says::Unclear(format!("`{line}`: {question}")))
    }
}

/// The own lines of a mail with text, and what else may hold its vote.
struct Page<'t> {
    all: Vec<Line<'t>>,
    /// The lines that `tokens` counts.
    lines: Vec<Line<'t>>,
    tokens: Tokens,
    choices: Vec<(Line<'t>, Choice)>,
    subject: String,
    writer: &'t str,
}

impl<'t> Page<'t> {
    fn read(message: &'t Message, answered: Option<&str>) -> Self {
        let all = own_text::lines(&message.text, answered);
        let mut patch = Patch::default();
        let (mut lines, mut choices, mut new_paragraph) = (Vec::new(), Vec::new(), Vec::new());
        let mut apart = true;
        for line in &all {
            let words = line.kind == Whose::Own && !line.text.trim().is_empty();
            if !words || patch.holds(line.text) || is_of_program(line.text) {
                apart = true;
            } else if let Some(choice) = boxes::read(line.text) {
                choices.push((*line, choice));
                apart = true;
            } else {
                lines.push(*line);
                new_paragraph.push(apart);
                apart = false;
            }
        }
        let texts = lines.iter().map(|line| line.text).zip(new_paragraph);
        let tokens = Tokens::read(texts);
        let subject = message.subject.to_lowercase();
        let writer = message.sender.name.as_deref().unwrap_or_default();
        Self { all, lines, tokens, choices, subject, writer }
    }

    /// Everything in the writer's own words that may be the vote.
    fn findings(&self, role: Role) -> Vec<Finding<'t>> {
        let mut notes = notes(&self.tokens, self.writer);
        for (note, remark) in notes.iter_mut().zip(lists::under_remarks(&self.all, &self.lines)) {
            note.under_remark = remark;
        }
        let mut findings = Vec::new();
        let sentences: Vec<_> = sentence::all(&self.tokens, &self.subject, self.writer).collect();
        for (at, sentence) in sentences.iter().enumerate() {
            let from = findings.len();
            findings.extend(sentence.found(&notes).iter().map(|found| self.finding(found, at)));
            // "Good catch! +1", "+1. This depends on the licence."
            let before = at.checked_sub(1).map(|before| &sentences[before]).filter(|before| {
                let same = before.lines().zip(sentence.lines());
                same.is_some_and(|(before, here)| before.1 == here.0)
            });
            let above = at.checked_sub(1).filter(|_| before.is_none());
            let led = above.and_then(|above| sentences[above].leads_to());
            let doubt = match () {
                () if led.is_some() => led,
                () if before.is_some_and(sentence::Sentence::leads_elsewhere) => Some(Doubt::Other),
                () if sentences.get(at + 1).is_some_and(sentence::Sentence::takes_back) => {
                    Some(Doubt::Condition)
                }
                () => None,
            };
            for finding in &mut findings[from..] {
                finding.of_writer = sentence.is_of_writer();
                if finding.does(Deed::Votes) {
                    finding.verdict = doubt.map_or(finding.verdict, Verdict::Doubt);
                }
            }
            if role == Role::Answer {
                let remark = sentence.consent();
                findings.extend(remark.map(|(at, value)| {
                    let line = &self.lines[self.tokens.all[at].line];
                    Finding::doubt(line, value, "words for a vote: which one is it?")
                }));
            }
        }
        if role != Role::Answer {
            // It speaks of others' votes: only what is said in so many words is the writer's own.
            for finding in &mut findings {
                let said = sentence::is_first_person(&finding.line);
                let stands = role == Role::Call && finding.claim.is_some();
                match finding.verdict {
                    Verdict::Plain(Deed::Votes) if !said && !stands => {
                        finding.verdict = Verdict::None
                    }
                    Verdict::Doubt(_) if !said || role == Role::Result => {
                        finding.verdict = Verdict::None
                    }
                    _ => {}
                }
            }
            return findings;
        }
        findings.extend(ticked(&self.choices));
        findings
    }

    /// Plain votes where the writer's own text is not expected.
    fn doubts(&self, answered: Option<&str>) -> Vec<Finding<'t>> {
        let mut found: Vec<Finding<'t>> =
            ticked(&ticked_in_quote(&self.all, answered)).into_iter().collect();
        for line in &self.all {
            let question = match line.kind {
                Whose::Doubtful => "it may be quoted: is it the vote?",
                Whose::Signature => "it stands in the signature: is it the vote?",
                Whose::Forwarded => "in a mail that is passed on: whose vote is it?",
                _ => continue,
            };
            let tokens = Tokens::read(std::iter::once((line.text, true)));
            let sentences = sentence::all(&tokens, &self.subject, self.writer);
            let plain = sentences.flat_map(|sentence| sentence.found(&[])).find_map(|plain| {
                let Kind::Figure(figure) = tokens.all[plain.at].kind else { return None };
                (plain.verdict == Verdict::Plain(Deed::Votes) && !figure.bare)
                    .then_some(figure.value?)
            });
            found.extend(plain.map(|value| Finding::doubt(line, Some(value), question)));
        }
        found
    }

    /// A vote in the subject.
    fn subject(&self, message: &'t Message) -> Option<Finding<'t>> {
        let tokens = Tokens::read(std::iter::once((&message.subject[..], true)));
        let value = tokens.all.iter().find_map(|token| match token.kind {
            Kind::Figure(figure) if !figure.bare => figure.value,
            _ => None,
        });
        let line = Line { number: 0, text: &message.subject, kind: Whose::Own };
        value
            .map(|value| Finding::doubt(&line, Some(value), "in the subject only: is it the vote?"))
    }

    /// The first line in which the writer says something.
    fn first_words(&self) -> Option<&Line<'t>> {
        let own = || self.lines.iter().chain(self.choices.iter().map(|(line, _)| line));
        let greets = |line: &&Line<'_>| {
            let text = line.text.trim_end();
            text.ends_with(',') && text.split_whitespace().count() <= 4
        };
        own().find(|line| !greets(line)).or_else(|| own().next())
    }

    fn finding(&self, found: &sentence::Found, sentence: usize) -> Finding<'t> {
        let token = &self.tokens.all[found.at];
        let (value, bare) = match token.kind {
            Kind::Figure(figure) => {
                (figure.value.ok_or_else(|| self.tokens.text(token).to_owned()), figure.bare)
            }
            _ => (Err(String::new()), false),
        };
        let (line, claim) = (self.lines[token.line], found.claim);
        let (verdict, sentence) = (found.verdict, Some(sentence));
        Finding { verdict, value, claim, bare, line, sentence, of_writer: false, question: None }
    }
}

/// What the ticks come to: the one vote, or a question.
fn ticked<'t>(choices: &[(Line<'t>, Choice)]) -> Option<Finding<'t>> {
    let ticked = || choices.iter().filter(|(_, choice)| choice.ticked == Some(true));
    if let Some((line, choice)) = ticked().next() {
        if ticked().any(|(_, other)| other.value != choice.value) {
            return Some(Finding::doubt(
                line,
                None,
                "several boxes are ticked: which is the vote?",
            ));
        }
        let tokens = Tokens::read(std::iter::once((line.text, true)));
        let claim = claim::of(&tokens, 0..tokens.all.len(), None);
        let (verdict, value) = (Verdict::Plain(Deed::Votes), Ok(choice.value));
        let verdict = sentence::doubt_of_option(&tokens).map_or(verdict, Verdict::Doubt);
        let (bare, sentence, of_writer, question) = (false, None, false, None);
        let line = *line;
        return Some(Finding { verdict, value, claim, bare, line, sentence, of_writer, question });
    }
    let odd = choices.iter().find(|(_, choice)| choice.ticked.is_none())?;
    Some(Finding::doubt(&odd.0, Some(odd.1.value), "is this box ticked?"))
}

/// The ballot quoted from a mail in which no box was ticked: the writer ticked it.
fn ticked_in_quote<'t>(all: &[Line<'t>], answered: Option<&str>) -> Vec<(Line<'t>, Choice)> {
    let choices = |text: &str| -> Vec<(Value, bool)> {
        let read = text.lines().filter_map(boxes::read);
        read.map(|choice| (choice.value, choice.ticked == Some(false))).collect()
    };
    let Some(asked) = answered.map(choices) else { return Vec::new() };
    let quoted = all.iter().filter(|line| line.kind == Whose::Quoted);
    quoted
        .filter_map(|line| Some((*line, boxes::read(line.text)?)))
        .filter(|(_, choice)| {
            let mut of_value = asked.iter().filter(|(value, _)| *value == choice.value).peekable();
            of_value.peek().is_some() && of_value.all(|(_, empty)| *empty)
        })
        .filter(|(_, choice)| choice.ticked == Some(true))
        .collect()
}

/// Decides what the findings come to, in this order: a vote that is changed, votes that agree, a
/// vote that is taken back, what a person has to be asked. None: nothing is said.
fn settle(findings: &[Finding<'_>]) -> Option<Reading> {
    let with = |deed| findings.iter().filter(move |finding| finding.does(deed));
    let mut casts: Vec<&Finding<'_>> = with(Deed::Votes).chain(with(Deed::Carries)).collect();
    if casts.iter().any(|cast| !cast.bare) {
        casts.retain(|cast| !cast.bare);
    }
    let changes: Vec<&Finding<'_>> = with(Deed::Changes).collect();
    if !changes.is_empty() {
        casts = changes;
    }
    let withdrawn = with(Deed::Withdraws).next();
    let Some(first) = casts.first() else {
        let other = |finding: &&Finding<'_>| {
            finding.is_doubt().is_some()
                && finding.value.is_ok()
                && withdrawn.is_some_and(|w| w.value != finding.value)
        };
        if let Some(other) = findings.iter().find(other) {
            return Some(other.unclear("a vote is taken back: is this the new one?"));
        }
        let taken_back = withdrawn.map(|finding| finding.reading(Says::Withdrawn));
        return taken_back.or_else(|| asked(findings));
    };
    if withdrawn.is_some_and(|withdrawn| withdrawn.value == first.value) {
        return Some(first.unclear("is it cast, or taken back?"));
    }
    if casts.iter().any(|cast| cast.value != first.value) {
        return Some(first.unclear("there are different votes in this mail: which one counts?"));
    }
    // Beside a plain vote only what stands where a vote would, or makes this one depend on something,
    // or an other one in its own sentence, makes doubtful.
    let doubtful = findings.iter().find(|finding| {
        let Some(doubt) = finding.is_doubt().filter(|_| finding.value.is_ok()) else {
            return false;
        };
        let other = finding.value != first.value && finding.question.is_none();
        let beside = finding.sentence.is_some() && finding.sentence == first.sentence;
        match doubt {
            Doubt::Vote => other,
            Doubt::Other | Doubt::Question => other && (beside || finding.opens_line()),
            Doubt::Condition => !other || first.value == Ok(Value::PlusOne),
            Doubt::Named => false,
        }
    });
    if let Some(doubtful) = doubtful {
        return Some(doubtful.unclear("there is another vote in this mail: which one counts?"));
    }
    let mut reading = first.reading(match &first.value {
        Ok(value) => Says::Vote(*value),
        Err(figure) => Says::NotCountable(figure.clone()),
    });
    reading.claims_binding = casts.iter().find_map(|cast| cast.claim);
    reading.carried = casts.iter().any(|cast| cast.does(Deed::Carries));
    Some(reading)
}

/// What a person has to be asked, if anything.
fn asked(findings: &[Finding<'_>]) -> Option<Reading> {
    let doubts = || findings.iter().filter(|finding| finding.is_doubt().is_some());
    let first = doubts()
        .max_by_key(|finding| (finding.is_doubt(), std::cmp::Reverse(finding.line.number)))?;
    let question = first.question.unwrap_or_else(|| first.is_doubt().map_or("", Doubt::question));
    let mut reading = first.unclear(question);
    let one = doubts().all(|other| other.value == first.value);
    // What is said of one's own vote may take it back.
    let named = one && !doubts().any(|doubt| doubt.of_writer);
    reading.may_be = first.value.clone().ok().filter(|_| named);
    Some(reading)
}
