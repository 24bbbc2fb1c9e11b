//! A mail's own lines, ready to be judged.

use super::boxes::{self, Choice};
use super::lists::{self, Note};
use super::rules::{self, Verdict};
use super::tokens::{Kind as TokenKind, Tokens};
use super::{Finding, Mention, Role, Value, remarks};
use crate::vote::own_text::{self, Kind, Line};

/// The own lines of a mail with text, and what else may hold its vote.
pub(super) struct Page<'t> {
    /// The lines that [`Self::tokens`] counts.
    lines: Vec<Line<'t>>,
    tokens: Tokens,
    notes: Vec<Note>,
    choices: Vec<(Line<'t>, Choice)>,
    /// Lines that may be the writer's own: below a signature's dashes, or also in the mail
    /// answered.
    doubtful: Vec<(Line<'t>, &'static str)>,
    /// The ballot was ticked inside the quote.
    ticked_in_quote: Vec<(Line<'t>, Choice)>,
}

impl<'t> Page<'t> {
    pub(super) fn read(text: &'t str, answered: Option<&str>, writer: &str) -> Self {
        let all = own_text::lines(text, answered);
        let mut patch = Patch::default();
        let mut lines = Vec::new();
        let mut new_paragraph = Vec::new();
        let mut choices = Vec::new();
        let mut doubtful = Vec::new();
        let mut apart = true;
        for line in &all {
            match line.kind {
                Kind::Own if line.text.trim().is_empty() => apart = true,
                Kind::Own if patch.holds(line.text) || is_of_program(line.text) => apart = true,
                Kind::Own => match boxes::read(line.text) {
                    Some(choice) => {
                        choices.push((*line, choice));
                        apart = true;
                    }
                    None => {
                        lines.push(*line);
                        new_paragraph.push(apart);
                        apart = false;
                    }
                },
                Kind::Doubtful => doubtful.push((*line, "it may be quoted from the mail answered")),
                Kind::Signature => doubtful.push((*line, "it stands below the signature")),
                _ => apart = true,
            }
            apart |= line.kind != Kind::Own;
        }
        let texts = lines.iter().map(|line| line.text).zip(new_paragraph);
        let tokens = Tokens::read(texts);
        let mut notes = lists::notes(&tokens, writer);
        for (note, remark) in notes.iter_mut().zip(under_remarks(&all, &lines)) {
            note.under_remark = remark;
        }
        let ticked_in_quote = ticked_in_quote(&all, answered);
        Self { lines, tokens, notes, choices, doubtful, ticked_in_quote }
    }

    /// Everything that may be the vote. In a call or a result only what is plainly the writer's own
    /// counts.
    pub(super) fn findings(&self, role: Role) -> Vec<Finding<'t>> {
        let mut findings: Vec<Finding<'t>> = Mention::all(&self.tokens)
            .map(|mention| {
                let (verdict, why) = rules::judge(&mention, &self.notes[mention.line]);
                finding(&mention, &self.lines[mention.line], verdict, why)
            })
            .collect();
        findings.extend(remarks::all(&self.tokens).map(|(line, verdict, why)| {
            let (value, line) = (Err(String::new()), self.lines[line]);
            Finding { verdict, why, value, claim: None, carried: false, bare: false, line }
        }));
        if role != Role::Answer {
            for finding in &mut findings {
                let counts = match finding.verdict {
                    Verdict::Votes | Verdict::Asks => false,
                    Verdict::Stands => role == Role::Call,
                    _ => true,
                };
                if !counts {
                    finding.verdict = Verdict::Mention;
                }
            }
            return findings;
        }
        let asked = |finding: &Finding<'_>| finding.verdict != Verdict::Mention;
        findings.extend(ticked(&self.choices, "ticked on the ballot"));
        if !findings.iter().any(asked) {
            findings.extend(ticked(&self.ticked_in_quote, "ticked on the quoted ballot"));
        }
        if !findings.iter().any(asked) {
            findings.extend(self.doubts());
        }
        findings
    }

    /// Plain votes where the writer's own text is not expected.
    fn doubts(&self) -> Vec<Finding<'t>> {
        let mut found = Vec::new();
        for (line, why) in &self.doubtful {
            let tokens = Tokens::read(std::iter::once((line.text, true)));
            let plain = Mention::all(&tokens).find(|mention| {
                let alone = mention.starts_line && (mention.is_alone() || mention.claim.is_some());
                alone && !mention.figure.bare && !mention.figure.plural
            });
            let plain = plain.map(|m| finding(&m, line, Verdict::Asks, why));
            found.extend(plain);
        }
        found
    }
}

fn finding<'t>(
    mention: &Mention<'_>,
    line: &Line<'t>,
    verdict: Verdict,
    why: &'static str,
) -> Finding<'t> {
    let figure = mention.figure;
    let as_written = || mention.text().to_owned();
    Finding {
        verdict,
        why,
        value: figure.value.ok_or_else(as_written),
        claim: mention.claim,
        carried: verdict == Verdict::Carries,
        bare: figure.bare && mention.is_alone(),
        line: *line,
    }
}

/// What the ticks come to: the one vote, or a question.
fn ticked<'t>(choices: &[(Line<'t>, Choice)], why: &'static str) -> Option<Finding<'t>> {
    let ticked: Vec<_> = choices.iter().filter(|(_, choice)| choice.ticked == Some(true)).collect();
    let odd = choices.iter().find(|(_, choice)| choice.ticked.is_none());
    let (first, rest) =
        ticked.split_first().map_or((odd, &[][..]), |(first, rest)| (Some(*first), rest));
    let (line, choice) = first?;
    let several = rest.iter().any(|(_, other)| other.value != choice.value);
    let (verdict, why) = match (choice.ticked, several) {
        (None, _) => (Verdict::Asks, "a box of the ballot holds an unknown mark"),
        (_, true) => (Verdict::Asks, "several boxes of the ballot are ticked"),
        _ => (Verdict::Says, why),
    };
    let tokens = Tokens::read(std::iter::once((line.text, true)));
    let claim = Mention::all(&tokens).find_map(|mention| mention.claim);
    let (value, carried, bare) = (Ok(choice.value), false, false);
    Some(Finding { verdict, why, value, claim, carried, bare, line: *line })
}

/// The ballot quoted from a mail in which no box was ticked: the writer ticked it.
fn ticked_in_quote<'t>(all: &[Line<'t>], answered: Option<&str>) -> Vec<(Line<'t>, Choice)> {
    let choices = |text: &str| -> Vec<(Value, bool)> {
        let read = text.lines().filter_map(boxes::read);
        read.map(|choice| (choice.value, choice.ticked == Some(false))).collect()
    };
    let Some(asked) = answered.map(choices) else { return Vec::new() };
    let quoted = all.iter().filter(|line| line.kind == Kind::Quoted);
    quoted
        .filter_map(|line| Some((*line, boxes::read(line.text)?)))
        .filter(|(_, choice)| {
            let mut of_value = asked.iter().filter(|(value, _)| *value == choice.value).peekable();
            of_value.peek().is_some() && of_value.all(|(_, empty)| *empty)
        })
        .filter(|(_, choice)| choice.ticked == Some(true))
        .collect()
}

/// What a program printed: logs, commands, stack traces.
fn is_of_program(text: &str) -> bool {
    const STARTS: &[&str] = &[
        "[INFO]",
        "[DEBUG]",
        "[WARN",
        "[ERROR]",
        "[TRACE]",
        "$ ",
        "at org.",
        "at java.",
        "at com.",
        "Caused by:",
        ">>> ",
    ];
    let text = text.trim_start();
    STARTS.iter().any(|start| text.starts_with(start))
}

/// The hunks of a patch, by the line counts in their headers.
#[derive(Default)]
struct Patch {
    old: u32,
    new: u32,
    /// Between `diff --git` and the first hunk.
    in_header: bool,
}

impl Patch {
    /// Whether the next line belongs to a patch.
    fn holds(&mut self, line: &str) -> bool {
        if let Some(ranges) = line.strip_prefix("@@ -") {
            let mut ranges = ranges.split([' ', '+']).filter(|range| !range.is_empty());
            let count = |range: Option<&str>| {
                let range = range.unwrap_or_default();
                range.split_once(',').map_or(1, |(_, count)| count.parse().unwrap_or(0))
            };
            (self.old, self.new) = (count(ranges.next()), count(ranges.next()));
            self.in_header = false;
            return true;
        }
        if line.starts_with("diff --git ") {
            self.in_header = true;
        }
        let is_header = ["diff --git ", "index ", "--- ", "+++ ", "new file", "deleted file"];
        if self.in_header && is_header.iter().any(|start| line.starts_with(start)) {
            return true;
        }
        let (old, new) = match line.chars().next() {
            Some('+') => (0, 1),
            Some('-') => (1, 0),
            Some(' ') | None => (1, 1),
            _ => (u32::MAX, 0),
        };
        if self.old + self.new == 0 || old > self.old || new > self.new {
            (self.old, self.new) = (0, 0);
            return false;
        }
        (self.old, self.new) = (self.old - old, self.new - new);
        true
    }
}

/// For each own line whether it begins the answer to one of several quoted remarks: right below a
/// quote that speaks of no vote, with more of the writer's words below another quote.
fn under_remarks(all: &[Line<'_>], own: &[Line<'_>]) -> Vec<bool> {
    let mut answers = vec![false; own.len()];
    let mut pending = None;
    let mut quote: Option<bool> = None;
    let mut at = 0;
    for line in all {
        match line.kind {
            Kind::Quoted => {
                let speaks = quote.unwrap_or(false) || speaks_of_vote(line.text);
                quote = Some(speaks);
            }
            Kind::Own if own.get(at).is_some_and(|own| own.number == line.number) => {
                if let Some(speaks_of_vote) = quote.take() {
                    // What came before is not the last word, so it answers what is above it.
                    if let Some(before) = pending.replace((at, !speaks_of_vote)) {
                        answers[before.0] = before.1;
                    }
                }
                at += 1;
            }
            _ => {}
        }
    }
    answers
}

/// A line of the call or of another vote.
fn speaks_of_vote(quoted: &str) -> bool {
    let folded = quoted.to_lowercase();
    let words = ["vote", "release", "approve", "candidate", "proposal", "propose"];
    words.iter().any(|word| folded.contains(word))
        || Tokens::read(std::iter::once((quoted.trim_start_matches(['>', ' ']), true)))
            .all
            .iter()
            .any(|token| matches!(token.kind, TokenKind::Figure(_)))
}
