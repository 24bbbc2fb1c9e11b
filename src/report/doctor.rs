//! What `plusone doctor` found.

use serde::Serialize;

use super::{Page, Report, Tone, severity_label};
use crate::checks::{CheckOutcome, Severity};
use crate::error::ExitStatus;
use crate::policy::Rule;

/// The state of machine, key and repository.
#[derive(Debug, Serialize)]
pub struct DoctorReport {
    /// The project's short name.
    pub project: String,
    /// One by one, in the order of the catalogue.
    pub checks: Vec<DoctorCheck>,
}

/// One check with its outcome.
#[derive(Debug, Serialize)]
pub struct DoctorCheck {
    /// Its id.
    pub id: &'static str,
    /// What holds when it passes.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// The rule it rests on.
    pub rule: Option<Rule>,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: CheckOutcome,
}

impl Report for DoctorReport {
    const SCHEMA: &'static str = "plusone.doctor/1";

    fn exit(&self) -> ExitStatus {
        let worst = self.checks.iter().map(|check| match &check.outcome {
            CheckOutcome::Finding { findings } => {
                match findings.iter().any(|finding| finding.severity == Severity::Error) {
                    true => ExitStatus::Bad,
                    false => ExitStatus::Done,
                }
            }
            CheckOutcome::NotRun { .. } => ExitStatus::Incomplete,
            CheckOutcome::Pass { .. } | CheckOutcome::NotApplicable { .. } => ExitStatus::Done,
        });
        // What is known to be wrong says more than what is not known.
        let all: Vec<_> = worst.collect();
        if all.contains(&ExitStatus::Bad) {
            ExitStatus::Bad
        } else {
            all.into_iter().max().unwrap_or(ExitStatus::Done)
        }
    }

    fn write(&self, page: &mut Page) {
        for check in &self.checks {
            match &check.outcome {
                CheckOutcome::Pass { seen } => {
                    page.item(Tone::Good, "ok", &format!("{}: {seen}", check.id), []);
                }
                CheckOutcome::NotApplicable { reason } => {
                    page.item(Tone::Plain, "-", &format!("{}: {reason}", check.id), []);
                }
                CheckOutcome::NotRun { reason } => {
                    let text = format!("{}: {reason}", check.id);
                    let details = [
                        ("why", check.why.to_owned()),
                        ("fix", "look whether the address and the network are right".to_owned()),
                    ];
                    page.item(Tone::Warning, "not run", &text, details);
                }
                CheckOutcome::Finding { findings } => {
                    for finding in findings {
                        let (tone, label) = severity_label(finding.severity);
                        let mut details =
                            vec![("why", check.why.to_owned()), ("fix", finding.fix.clone())];
                        if let Some(rule) = check.rule {
                            details.push(("rule", format!("{} {}", rule.id, rule.link)));
                        }
                        let text = format!("{}: {}", check.id, finding.message);
                        page.item(tone, label, &text, details);
                    }
                }
            }
        }
        page.paragraph(match self.exit() {
            ExitStatus::Done => "Ready for a release.",
            ExitStatus::Bad => "Not ready: mend the errors above first.",
            _ => "Nothing is wrong that could be seen, but not all could be looked at.",
        });
    }
}
