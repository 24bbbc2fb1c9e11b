//! `candidate-no-keys-inside`: the candidate holds no KEYS file.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "candidate-no-keys-inside",
    title: "The candidate holds no KEYS file",
    severity: Severity::Error,
    rule: Some(policy::P_20),
    why: "a KEYS file beside the artifacts proves nothing, as whoever changed them could change \
          it too, and promotion would publish it in the wrong place",
    fix: "remove it from the candidate; the project's KEYS file is one directory of its own \
          above all releases",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let keys = evidence.files.iter().filter(|file| {
        let name = file.name.rsplit('/').next().unwrap_or_default();
        matches!(name, "KEYS" | "KEYS.txt")
    });
    let findings = keys.map(|file| {
        Finding::new(Severity::Error, format!("{} lies in the candidate", file.name)).at(&file.name)
    });
    CheckOutcome::of(findings.collect(), "none")
}
