//! `legal-license-present`: LICENSE is in every package.

use super::texts;
use super::{Check, CheckOutcome, Severity};
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
    texts::in_every_package(evidence, "LICENSE", texts::LICENSE)
}
