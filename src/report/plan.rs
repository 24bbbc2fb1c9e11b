//! A plan, shown or run, with what was looked at before, the mail that it sends, and what comes next.

use serde::Serialize;

use super::{Page, Report, SHOWN, Tone, count, kinds, severity_label};
use crate::checks::{Check, CheckOutcome, Severity};
use crate::error::ExitStatus;
use crate::plan::{Plan, State};
use crate::policy::Rule;

/// What an outward command would do, or did.
#[derive(Debug, Default, Serialize)]
pub struct PlanReport {
    /// The steps.
    #[serde(flatten)]
    pub plan: Plan,
    /// Whether they were run.
    pub executed: bool,
    /// The mail that is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailText>,
    /// What was looked at before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub checked: Option<Checked>,
    /// What is worth knowing, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// A command by which somebody else can do the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<ByHand>,
    /// Why it must not be run, in a sentence; none if it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// The command that comes next, one word an item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next: Vec<String>,
}

/// Why a plan must not be run.
#[derive(Debug, Serialize)]
pub struct Stopped {
    /// In a sentence.
    pub why: String,
    /// Something could not be looked at; else something is wrong.
    pub incomplete: bool,
}

/// What somebody else is asked to do.
#[derive(Debug, Serialize)]
pub struct ByHand {
    /// Why they have to.
    pub why: String,
    /// The command, one word an item.
    pub command: Vec<String>,
    /// A mail that asks them.
    pub request: String,
}

/// A mail as people read it.
#[derive(Debug, Serialize)]
pub struct MailText {
    /// The sender.
    pub from: String,
    /// Who it goes to.
    pub to: Vec<String>,
    /// Who gets a copy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cc: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub body: String,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
}

/// Checks before something is sent.
#[derive(Debug, Default, Serialize)]
pub struct Checked {
    /// What was looked at: `the letter`, `the candidate`.
    pub what: &'static str,
    /// How many passed.
    pub passed: usize,
    /// Those that found something, or could not look.
    pub checks: Vec<CheckLine>,
    /// Those that were left out on purpose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// A check that found something or could not look.
#[derive(Debug, Serialize)]
pub struct CheckLine {
    /// Its id.
    pub id: &'static str,
    /// The rule it rests on.
    pub basis: Option<Rule>,
    /// How bad the worst finding is, or could be.
    pub severity: Severity,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: CheckOutcome,
    /// How to mend it, where no finding says it.
    pub fix: &'static str,
}

impl Checked {
    /// Nothing looked at yet.
    pub fn new(what: &'static str) -> Self {
        Self { what, ..Self::default() }
    }

    /// Takes what came of a check.
    pub fn add<E>(&mut self, check: &Check<E>, outcome: CheckOutcome) {
        let severity = match &outcome {
            CheckOutcome::Pass { .. } => {
                self.passed += 1;
                return;
            }
            CheckOutcome::NotApplicable { .. } => return,
            CheckOutcome::Finding { findings } => {
                findings.iter().map(|finding| finding.severity).max().unwrap_or(check.severity)
            }
            CheckOutcome::NotRun { .. } => check.severity,
        };
        let (id, basis, fix) = (check.id, check.rule, check.fix);
        self.checks.push(CheckLine { id, basis, severity, outcome, fix });
    }

    /// How many checks found errors.
    pub fn errors(&self) -> usize {
        let found = |check: &&CheckLine| matches!(check.outcome, CheckOutcome::Finding { .. });
        let grave = |check: &&CheckLine| check.severity == Severity::Error;
        self.checks.iter().filter(found).filter(grave).count()
    }

    /// The ids of checks that could find errors, and could not look.
    pub fn not_run(&self) -> impl Iterator<Item = &'static str> {
        let not_run = |check: &&CheckLine| {
            matches!(check.outcome, CheckOutcome::NotRun { .. })
                && check.severity == Severity::Error
        };
        self.checks.iter().filter(not_run).map(|check| check.id)
    }

    fn write(&self, page: &mut Page) {
        page.paragraph(&format!(
            "Looked at {}: {} passed.",
            self.what,
            count(self.passed as u64, "check", "checks")
        ));
        for check in &self.checks {
            let rule = check.basis.map(|rule| format!("{}: {}", rule.id, rule.text));
            match &check.outcome {
                CheckOutcome::NotRun { reason } => {
                    page.item(Tone::Warning, "not run", reason, [("check", check.id.to_owned())]);
                }
                CheckOutcome::Finding { findings } => {
                    let shown = kinds(findings).into_iter().flat_map(|kind| {
                        let more = kind.len().saturating_sub(SHOWN);
                        let last = kind.len().min(SHOWN) - 1;
                        let these = kind.into_iter().take(SHOWN).enumerate();
                        these.map(move |(index, it)| (it, if index == last { more } else { 0 }))
                    });
                    for (finding, more) in shown {
                        let (tone, label) = severity_label(finding.severity);
                        let message = match &finding.path {
                            Some(path) => format!("{path}: {}", finding.message),
                            None => finding.message.clone(),
                        };
                        let fix = match &finding.fix[..] {
                            "" => check.fix.to_owned(),
                            fix => fix.to_owned(),
                        };
                        let mut details = vec![("fix", fix), ("check", check.id.to_owned())];
                        details.extend(rule.clone().map(|rule| ("rule", rule)));
                        if more > 0 {
                            let how = format!("{more} of this kind; --format json has them all");
                            details.push(("more", how));
                        }
                        page.item(tone, label, &message, details);
                    }
                }
                CheckOutcome::Pass { .. } | CheckOutcome::NotApplicable { .. } => {}
            }
        }
        if !self.left_out.is_empty() {
            page.paragraph(&format!("Left out on purpose: {}.", self.left_out.join(", ")));
        }
    }
}

impl PlanReport {
    /// A plan with nothing around it.
    pub fn new(plan: Plan, executed: bool) -> Self {
        Self { plan, executed, ..Self::default() }
    }
}

impl Report for PlanReport {
    const SCHEMA: &'static str = "plusone.plan/1";

    fn exit(&self) -> ExitStatus {
        match &self.stopped {
            None => ExitStatus::Done,
            Some(Stopped { incomplete: true, .. }) => ExitStatus::Incomplete,
            Some(_) => ExitStatus::Bad,
        }
    }

    fn write(&self, page: &mut Page) {
        page.title(&self.plan.purpose);
        if self.plan.steps.is_empty() && self.stopped.is_none() {
            page.paragraph("There is nothing to do.");
        }
        for step in &self.plan.steps {
            let (tone, label) = match step.state {
                State::Planned => (Tone::Plain, "would"),
                State::Done => (Tone::Good, "done"),
            };
            let mut details: Vec<(&str, String)> =
                step.details.iter().map(|(name, value)| (&name[..], value.clone())).collect();
            if let Some(outcome) = &step.outcome {
                details.push(("result", outcome.clone()));
            }
            details.push(("step", step.id.clone()));
            page.item(tone, label, &step.does, details);
        }
        if let Some(mail) = &self.mail {
            let mut text = format!("From: {}\nTo: {}\n", mail.from, mail.to.join(", "));
            if !mail.cc.is_empty() {
                text += &format!("Cc: {}\n", mail.cc.join(", "));
            }
            page.verbatim(&format!("{text}Subject: {}\n\n{}", mail.subject, mail.body));
        }
        if let Some(checked) = &self.checked {
            checked.write(page);
        }
        for note in &self.notes {
            page.paragraph(note);
        }
        if let Some(ByHand { why, command, request }) = &self.by_hand {
            page.paragraph(why);
            let words: Vec<&str> = command.iter().map(|word| &word[..]).collect();
            page.commands([&words[..]]);
            page.paragraph("A mail that asks for it:");
            page.verbatim(request);
        }
        if let Some(Stopped { why, .. }) = &self.stopped {
            page.paragraph(&format!("Nothing was sent: {why}."));
        } else if !self.executed && !self.plan.steps.is_empty() {
            page.paragraph(
                "Nothing was sent. To do exactly this, run the same command with --execute.",
            );
        }
        if !self.next.is_empty() {
            page.paragraph("Next:");
            let words: Vec<&str> = self.next.iter().map(|word| &word[..]).collect();
            page.commands([&words[..]]);
        }
    }
}
