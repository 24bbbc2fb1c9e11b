//! Running the catalogue, and the one place where a project's own word changes what comes of it.
//!
//! A check of good practice may be allowed, made a warning or an error. A check that rests on a
//! rule cannot be silenced, only waived for a reason, which is printed wherever the result is. What
//! ties the bytes to a person (signatures, checksums) and to the vote (the mail) cannot be waived at
//! all: the file that would say so is itself what is being checked.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobMatcher};
use serde::Serialize;

use super::{CATALOGUE, Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy::{self, Level, Waiver};

/// A project's word about checks that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdjustError {
    /// No check of that name.
    #[error("there is no check `{0}`")]
    Unknown(String),
    /// A level for a check that rests on a rule.
    #[error(
        "`{check}` rests on the rule {rule} and cannot be set to a level; waive it with a reason"
    )]
    Rule {
        /// Id of the check.
        check: String,
        /// Id of the rule.
        rule: &'static str,
    },
    /// A waiver for what cannot be waived.
    #[error("`{0}` cannot be waived: it ties the candidate to its signer and its vote")]
    Unwaivable(String),
    /// A waiver without a reason.
    #[error("the waiver of `{0}` gives no reason")]
    NoReason(String),
    /// A glob that is none.
    #[error("the waiver of `{check}` has the path `{path}`, which is no glob: {reason}")]
    Glob {
        /// Id of the check.
        check: String,
        /// As written.
        path: String,
        /// Why not.
        reason: String,
    },
}

/// A project's word about checks, understood.
#[derive(Debug, Default)]
pub struct Adjustments {
    levels: BTreeMap<String, Level>,
    waivers: Vec<(Waiver, Option<GlobMatcher>)>,
    without: Vec<String>,
}

/// A finding that was waived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waived {
    /// What was found.
    #[serde(flatten)]
    pub finding: Finding,
    /// Why the project stands by it.
    pub reason: String,
}

/// A check with what came of it.
pub struct Checked {
    /// The check.
    pub check: &'static Check<Evidence>,
    /// What came of it, waived findings left out.
    pub outcome: CheckOutcome,
    /// Findings that were waived.
    pub waived: Vec<Waived>,
}

/// What all checks together say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No errors, and everything was looked at.
    Pass,
    /// At least one error.
    Fail,
    /// No errors, but a check that could find one could not run.
    Incomplete,
}

/// The families whose findings a project may waive.
const WAIVABLE: [&str; 4] = ["archive", "candidate", "legal", "source"];

/// Findings of one check that are told, even in JSON: a stranger's archive of a million members may
/// have that many.
const MOST_FINDINGS: usize = 10_000;

/// Leaves out what is beyond the most that is told, the least grave first, and says so.
fn shorten(findings: &mut Vec<Finding>) {
    let Some(more) = findings.len().checked_sub(MOST_FINDINGS).filter(|more| *more > 0) else {
        return;
    };
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let severity = findings[MOST_FINDINGS].severity;
    findings.truncate(MOST_FINDINGS);
    findings.push(Finding::new(severity, format!("there are {more} more of this kind")));
}

/// The part of an id before its first hyphen: `archive` of `archive-safe-paths`.
pub fn family(id: &str) -> &str {
    id.split('-').next().unwrap_or(id)
}

/// Finds a check of a candidate by its id.
pub fn find(id: &str) -> Option<&'static Check<Evidence>> {
    CATALOGUE.iter().copied().find(|check| check.id == id)
}

impl Adjustments {
    /// Understands what settings say. `without` are ids or families that the user leaves out.
    ///
    /// # Errors
    /// See [`AdjustError`].
    pub fn new(
        levels: &BTreeMap<String, Level>,
        waivers: &[Waiver],
        without: &[String],
    ) -> Result<Self, AdjustError> {
        for id in levels.keys() {
            let check = find(id).ok_or_else(|| AdjustError::Unknown(id.clone()))?;
            if let Some(rule) = check.rule {
                return Err(AdjustError::Rule { check: id.clone(), rule: rule.id });
            }
        }
        for id in without {
            if !CATALOGUE.iter().any(|check| check.id == id || family(check.id) == id) {
                return Err(AdjustError::Unknown(id.clone()));
            }
        }
        let waivers = waivers.iter().cloned().map(|waiver| Ok((matcher(&waiver)?, waiver)));
        let waivers = waivers.collect::<Result<Vec<_>, AdjustError>>()?;
        Ok(Self {
            levels: levels.clone(),
            waivers: waivers.into_iter().map(|(glob, waiver)| (waiver, glob)).collect(),
            without: without.to_vec(),
        })
    }

    /// Runs every check over `evidence`.
    pub fn run(&self, evidence: &Evidence) -> Vec<Checked> {
        let wip = evidence.has_wip_disclaimer();
        CATALOGUE.iter().map(|&check| self.run_one(check, evidence, wip)).collect()
    }

    fn run_one(&self, check: &'static Check<Evidence>, evidence: &Evidence, wip: bool) -> Checked {
        if self.without.iter().any(|id| id == check.id || id == family(check.id)) {
            let outcome = CheckOutcome::not_applicable("left out with --without");
            return Checked { check, outcome, waived: Vec::new() };
        }
        let (outcome, whole) = evidence.whole(check.run);
        let grave = matches!(&outcome, CheckOutcome::Finding { findings }
            if findings.iter().any(|finding| finding.severity == Severity::Error));
        if !whole && !grave {
            let reason = "what is in an archive cannot be told";
            let outcome = CheckOutcome::not_run(reason);
            return Checked { check, outcome, waived: Vec::new() };
        }
        let findings = match outcome {
            CheckOutcome::Finding { findings } => findings,
            outcome => return Checked { check, outcome, waived: Vec::new() },
        };
        let mut waived = Vec::new();
        let mut left = Vec::new();
        for mut finding in findings {
            if let Some(reason) = self.reason(check.id, &finding) {
                waived.push(Waived { finding, reason });
                continue;
            }
            if wip && policy::tolerated_in_progress(check.id) {
                finding.severity = finding.severity.min(Severity::Warning);
            }
            finding.severity = match self.levels.get(check.id) {
                Some(Level::Allow) => Severity::Note,
                Some(Level::Warn) => Severity::Warning,
                Some(Level::Deny) => Severity::Error,
                None => finding.severity,
            };
            left.push(finding);
        }
        shorten(&mut left);
        waived.truncate(MOST_FINDINGS);
        let outcome = CheckOutcome::of(left, format!("{} waived", waived.len()));
        Checked { check, outcome, waived }
    }

    fn reason(&self, id: &str, finding: &Finding) -> Option<String> {
        let fits = |glob: &Option<GlobMatcher>| match (glob, &finding.path) {
            (None, _) => true,
            (Some(glob), Some(path)) => {
                let below = path.split_once('/').map(|(_, below)| below);
                glob.is_match(path) || below.is_some_and(|below| glob.is_match(below))
            }
            (Some(_), None) => false,
        };
        let waiver = self.waivers.iter().find(|(waiver, glob)| waiver.check == id && fits(glob));
        waiver.map(|(waiver, _)| waiver.reason.clone())
    }
}

fn matcher(waiver: &Waiver) -> Result<Option<GlobMatcher>, AdjustError> {
    let check = find(&waiver.check).ok_or_else(|| AdjustError::Unknown(waiver.check.clone()))?;
    if !WAIVABLE.contains(&family(check.id)) {
        return Err(AdjustError::Unwaivable(waiver.check.clone()));
    }
    if waiver.reason.trim().is_empty() {
        return Err(AdjustError::NoReason(waiver.check.clone()));
    }
    let Some(path) = &waiver.path else { return Ok(None) };
    let glob = GlobBuilder::new(path).literal_separator(true).build();
    let wrong = |error: globset::Error| AdjustError::Glob {
        check: waiver.check.clone(),
        path: path.clone(),
        reason: error.kind().to_string(),
    };
    Ok(Some(glob.map_err(wrong)?.compile_matcher()))
}

/// What all checks together say.
pub fn verdict(checked: &[Checked]) -> Verdict {
    let mut verdict = Verdict::Pass;
    for one in checked {
        match &one.outcome {
            CheckOutcome::Finding { findings }
                if findings.iter().any(|finding| finding.severity == Severity::Error) =>
            {
                return Verdict::Fail;
            }
            CheckOutcome::NotRun { .. } if one.check.severity == Severity::Error => {
                verdict = Verdict::Incomplete;
            }
            _ => {}
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiver(check: &str, reason: &str) -> Waiver {
        Waiver { check: check.to_owned(), path: None, reason: reason.to_owned() }
    }

    #[test]
    fn only_what_may_be_is_adjusted() {
        let levels = |id: &str| BTreeMap::from([(id.to_owned(), Level::Allow)]);
        let new = |levels: &BTreeMap<String, Level>, waivers: &[Waiver]| {
            Adjustments::new(levels, waivers, &[]).map(drop)
        };
        let none = BTreeMap::new();
        assert_eq!(new(&levels("source-versions-agree"), &[]), Ok(()));
        assert!(matches!(new(&levels("archive-safe-paths"), &[]), Err(AdjustError::Rule { .. })));
        assert!(matches!(new(&levels("archive-unsafe"), &[]), Err(AdjustError::Unknown(_))));
        assert_eq!(new(&none, &[waiver("source-matches-tag", "generated")]), Ok(()));
        let no_reason = new(&none, &[waiver("source-matches-tag", " ")]);
        assert!(matches!(no_reason, Err(AdjustError::NoReason(_))));
        for id in ["signature-good", "checksum-matches", "mail-names-what-was-verified"] {
            let refused = new(&none, &[waiver(id, "trust me")]);
            assert!(matches!(refused, Err(AdjustError::Unwaivable(_))), "{id}");
        }
    }
}
