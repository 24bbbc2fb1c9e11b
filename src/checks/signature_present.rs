//! `signature-present`: every artifact has a signature.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "signature-present",
    title: "Every artifact has a signature",
    severity: Severity::Error,
    rule: Some(policy::K_01),
    why: "without a signature nobody can tell who made an artifact",
    fix: "sign it: `plusone sign FILE`, or `gpg --armor --detach-sign FILE`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let unsigned = evidence.artifacts.iter().filter(|artifact| artifact.signature.is_none());
    let findings = unsigned.map(|artifact| {
        let message = format!("{} has no .asc file", artifact.base_name());
        Finding::new(Severity::Error, message).at(&artifact.name)
    });
    CheckOutcome::of(findings.collect(), format!("{} of {0}", evidence.artifacts.len()))
}
