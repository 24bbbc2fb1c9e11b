//! A rehearsal, told: what was done, step by step, with what came of it.

use serde::Serialize;

use super::{Page, Report};
use crate::error::ExitStatus;

/// A whole release in throw-away places.
#[derive(Debug, Default, Serialize)]
pub struct RehearsalReport {
    /// Where all of it is left.
    pub directory: String,
    /// One after the other.
    pub steps: Vec<RehearsalStep>,
    /// What to look at.
    pub left: Vec<Left>,
    /// How long it took.
    pub seconds: f64,
    /// The repository that was rehearsed with, if it was not the sample.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}

/// A step.
#[derive(Debug, Clone, Serialize)]
pub struct RehearsalStep {
    /// What it is.
    pub title: String,
    /// What happens in it, in order.
    pub scenes: Vec<RehearsalScene>,
    /// How long it took.
    pub seconds: f64,
}

/// Something in a step.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum RehearsalScene {
    /// What is going on.
    Said {
        /// In a sentence or more.
        text: String,
    },
    /// A command.
    Ran {
        /// As a person types it.
        command: String,
        /// How it ended.
        status: i32,
        /// What it printed.
        output: String,
        /// How long it took.
        seconds: f64,
    },
}

/// Something that is left to be looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Left {
    /// What it is.
    pub what: String,
    /// Where it is.
    pub path: String,
}

/// Lines of a command's output that are shown, from its beginning and its end; the rest is in the
/// transcript.
const FIRST: usize = 9;
const LAST: usize = 9;

impl RehearsalStep {
    /// Tells it.
    pub fn write(&self, number: usize, page: &mut Page) {
        page.title(&format!("{number}. {} ({:.1} s)", self.title, self.seconds));
        for scene in &self.scenes {
            match scene {
                RehearsalScene::Said { text } => page.paragraph(text),
                RehearsalScene::Ran { command, status, output, .. } => {
                    page.verbatim(&shown(command, *status, output, false));
                }
            }
        }
    }

    /// Tells it with every line.
    pub fn transcript(&self, number: usize) -> String {
        let mut text = format!("{number}. {}\n", self.title);
        for scene in &self.scenes {
            match scene {
                RehearsalScene::Said { text: said } => text += &format!("\n# {said}\n"),
                RehearsalScene::Ran { command, status, output, .. } => {
                    text += &format!("\n{}\n", shown(command, *status, output, true));
                }
            }
        }
        text + "\n"
    }
}

/// A command with its output, all of it or its ends.
fn shown(command: &str, status: i32, output: &str, all: bool) -> String {
    let mut text = format!("$ {command}\n");
    let lines: Vec<&str> =
        output.trim_end().lines().skip_while(|line| line.is_empty()).map(str::trim_end).collect();
    let left_out = match lines.len().checked_sub(FIRST + LAST) {
        // One line less is no gain.
        Some(2..) if !all => FIRST..lines.len() - LAST,
        _ => 0..0,
    };
    for (number, line) in lines.iter().enumerate() {
        if !left_out.contains(&number) {
            text += &format!("  {line}\n");
        } else if number == left_out.start {
            text += &format!("  … {} lines …\n", left_out.len());
        }
    }
    if status != 0 {
        text += &format!("  (exit {status})\n");
    }
    text
}

impl RehearsalReport {
    /// Says what was left where, and what comes next for one's own project.
    pub fn write_end(&self, page: &mut Page) {
        page.title(&format!("That was a whole release, in {:.1} seconds.", self.seconds));
        page.fields(self.left.iter().map(|left| (&left.what[..], left.path.clone())));
        page.paragraph("For your own project, in its repository:");
        page.commands([
            &["plusone", "rehearse", "--repo", "."][..],
            &["plusone", "init"],
            &["plusone", "doctor"],
        ]);
    }
}

impl Report for RehearsalReport {
    const SCHEMA: &'static str = "plusone.rehearsal/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        for (number, step) in self.steps.iter().enumerate() {
            step.write(number + 1, page);
        }
        self.write_end(page);
    }
}
