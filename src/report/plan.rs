//! A plan, shown or run.

use serde::Serialize;

use super::{Page, Report, Tone};
use crate::error::ExitStatus;
use crate::plan::{Plan, State};

/// What an outward command would do, or did.
#[derive(Debug, Serialize)]
pub struct PlanReport {
    /// The steps.
    #[serde(flatten)]
    pub plan: Plan,
    /// Whether they were run.
    pub executed: bool,
}

impl Report for PlanReport {
    const SCHEMA: &'static str = "plusone.plan/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        page.title(&self.plan.purpose);
        if self.plan.steps.is_empty() {
            page.paragraph("There is nothing to do.");
            return;
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
        if !self.executed {
            page.paragraph(
                "Nothing was sent. To do exactly this, run the same command with --execute.",
            );
        }
    }
}
