//! Checks: what is looked at, why, and what to do about it.
//!
//! A check takes evidence that is already collected and returns an outcome; it never prints,
//! fetches or decides how the program ends. Each carries its own explanation and the rule it rests
//! on. Pure.

use serde::Serialize;

use crate::policy::Rule;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Should be looked at.
    Warning,
    /// Must be mended.
    Error,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found, with the values.
    pub message: String,
    /// How bad it is, where it is not as bad as its check can be.
    pub severity: Severity,
    /// What to do about this very finding.
    pub fix: String,
}

/// What came of a check: it passes, finds something, or could not look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum CheckOutcome {
    /// All is well; says what was seen.
    Pass {
        /// What was seen.
        seen: String,
    },
    /// Something is not well.
    Finding {
        /// What, at least one.
        findings: Vec<Finding>,
    },
    /// It could not be looked at; never a pass.
    NotRun {
        /// Why not.
        reason: String,
    },
    /// There is nothing here to look at.
    NotApplicable {
        /// Why not.
        reason: String,
    },
}

impl CheckOutcome {
    /// A pass that says what was seen.
    pub fn pass(seen: impl Into<String>) -> Self {
        Self::Pass { seen: seen.into() }
    }

    /// One finding.
    pub fn found(severity: Severity, message: impl Into<String>, fix: impl Into<String>) -> Self {
        let finding = Finding { message: message.into(), severity, fix: fix.into() };
        Self::Finding { findings: vec![finding] }
    }

    /// Could not look.
    pub fn not_run(reason: impl Into<String>) -> Self {
        Self::NotRun { reason: reason.into() }
    }

    /// Nothing to look at.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable { reason: reason.into() }
    }
}

/// One check over evidence of type `E`.
pub struct Check<E> {
    /// Kebab-case, unique: `key-expiry`.
    pub id: &'static str,
    /// What holds when it passes.
    pub title: &'static str,
    /// Why it matters to a release.
    pub why: &'static str,
    /// The rule it rests on, if one asks for it.
    pub rule: Option<Rule>,
    /// The check itself.
    pub run: fn(&E) -> CheckOutcome,
}
