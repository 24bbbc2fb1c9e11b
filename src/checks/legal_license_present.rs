//! `legal-license-present`: LICENSE is in every package.

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-license-present",
    title: "LICENSE is in every package",
    severity: Severity::Error,
    rule: Some(policy::P_04),
    why: "whoever gets the package has to learn from itself under which terms",
    fix: "put LICENSE into the root of the tree and commit it",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (artifact, contents) in evidence.readable_contents() {
        match contents.text(texts::LICENSE) {
            Some((name, _)) => seen.push(name),
            None => {
                let message =
                    format!("{} has no LICENSE in its top directory", artifact.base_name());
                findings.push(Finding::new(Severity::Error, message).at(&artifact.name));
            }
        }
    }
    texts::outcome(findings, seen)
}
