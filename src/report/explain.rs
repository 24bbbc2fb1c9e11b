//! Checks, explained.

use serde::Serialize;

use super::{Page, Report};
use crate::checks::adjust::family;
use crate::checks::{Check, Severity};
use crate::error::ExitStatus;
use crate::policy::{Rule, Strength};

/// What is to be known of a check.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// Its id.
    pub id: &'static str,
    /// What holds when it passes.
    pub title: &'static str,
    /// The gravest that it can find.
    pub severity: Severity,
    /// The rule it rests on; none for good practice.
    pub basis: Option<Rule>,
    /// Why it matters.
    pub why: &'static str,
    /// How to mend what it finds.
    pub fix: &'static str,
}

/// Checks, one by one.
#[derive(Debug, Serialize)]
pub struct ExplainReport {
    /// In the order of the catalogue.
    pub checks: Vec<Explanation>,
}

/// The catalogue, a line each.
#[derive(Debug, Serialize)]
pub struct ListReport {
    /// In the order of the catalogue.
    pub checks: Vec<Explanation>,
}

impl Explanation {
    /// What a check says of itself.
    pub fn of<E>(check: &Check<E>) -> Self {
        Self {
            id: check.id,
            title: check.title,
            severity: check.severity,
            basis: check.rule,
            why: check.why,
            fix: check.fix,
        }
    }

    fn basis(&self) -> String {
        let Some(rule) = self.basis else {
            return "good practice; no rule of the ASF asks for it".to_owned();
        };
        let strength = match rule.strength {
            Strength::Must => "must",
            Strength::Should => "should",
            Strength::Custom => "custom",
        };
        format!("{} ({strength}): {}", rule.id, rule.text)
    }
}

/// The word for a severity.
fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

impl Report for ExplainReport {
    const SCHEMA: &'static str = "plusone.explain/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        for check in &self.checks {
            page.title(check.id);
            let mut fields = vec![
                ("passes if", sentence(check.title)),
                ("why", check.why.to_owned()),
                ("fix", check.fix.to_owned()),
                ("rule", check.basis()),
            ];
            fields.extend(check.basis.map(|rule| ("link", rule.link.to_owned())));
            fields.push(("at worst", word(check.severity).to_owned()));
            page.fields(fields);
        }
    }
}

/// A title inside a sentence.
fn sentence(title: &str) -> String {
    let mut letters = title.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_lowercase).collect();
    let rest = letters.as_str();
    // `LICENSE …` stays as it is.
    if rest.starts_with(char::is_uppercase) { title.to_owned() } else { format!("{first}{rest}") }
}

impl Report for ListReport {
    const SCHEMA: &'static str = "plusone.explain/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        let mut families: Vec<&str> = self.checks.iter().map(|check| family(check.id)).collect();
        families.dedup();
        for name in families {
            page.title(name);
            let these = self.checks.iter().filter(|check| family(check.id) == name);
            page.fields(these.map(|check| (check.id, sentence(check.title))));
        }
        page.paragraph("`plusone explain ID` says why, and how to mend what a check finds.");
    }
}

/// The reference page of all checks, `docs/checks.md`.
pub fn reference(checks: &[Explanation]) -> String {
    let mut out = String::from(
        "# The checks\n\n\
         This page is written by `cargo test --test catalogue`, from the checks themselves; \
         `plusone explain ID` says the same. Those of candidates come first (`plusone verify`, and \
         `plusone stage` as far as they need no network), then the rules that votes are counted by \
         (`plusone tally`), then those of mails (before `plusone vote`, `result`, `cancel` and \
         `announce` send one).\n\n\
         A finding is an *error*, a *warning* or a *note*. One error makes the verdict bad (exit 1); \
         a check that could find an error and could not run makes it incomplete (exit 3).\n",
    );
    let mut last = "";
    for check in checks {
        let name = family(check.id);
        if name != last {
            out += &format!("\n## {name}\n");
            last = name;
        }
        out += &format!(
            "\n### `{}`\n\n**{}.** At worst: {}.\n\n- Why: {}\n- How to mend it: {}\n- Rule: {}\n",
            check.id,
            check.title,
            word(check.severity),
            check.why,
            check.fix,
            match check.basis {
                Some(rule) => format!("[{}]({})", check.basis(), rule.link),
                None => check.basis(),
            }
        );
    }
    out
}
