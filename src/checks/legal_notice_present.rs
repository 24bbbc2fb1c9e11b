//! `legal-notice-present`: NOTICE is in every package.

use super::texts;
use super::{Check, CheckOutcome, Severity};
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
    texts::in_every_package(evidence, "NOTICE", texts::NOTICE)
}
