//! `legal-notice-present`: NOTICE is in every package.

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-notice-present",
    title: "NOTICE is in every package",
    severity: Severity::Error,
    rule: Some(policy::P_04),
    why: "the Apache License asks whoever passes the software on to pass NOTICE on too",
    fix: "put NOTICE into the root of the tree and commit it",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if !evidence.preset.is_asf() {
        return CheckOutcome::not_applicable("only projects of the ASF have to have one");
    }
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (artifact, contents) in evidence.readable_contents() {
        match contents.text(texts::NOTICE) {
            Some((name, _)) => seen.push(name),
            None => {
                let message =
                    format!("{} has no NOTICE in its top directory", artifact.base_name());
                findings.push(Finding::new(Severity::Error, message).at(&artifact.name));
            }
        }
    }
    texts::outcome(findings, seen)
}
