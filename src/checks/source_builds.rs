//! `source-builds`: the source builds and passes its tests.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "source-builds",
    title: "The source builds and passes its tests",
    severity: Severity::Error,
    rule: Some(policy::P_01),
    why: "whoever votes +1 has to have built and tested the source; a release that does not build \
          is of no use",
    fix: "look at what the command says, and whether a program that it needs is missing here",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let built = match &evidence.built {
        Ok(Some(built)) => built,
        Ok(None) => return CheckOutcome::not_applicable("not asked for: see --build"),
        Err(reason) => return CheckOutcome::not_run(reason),
    };
    let failed = built.iter().filter(|(_, status)| *status != 0);
    let findings = failed.map(|(command, status)| {
        Finding::new(Severity::Error, format!("`{command}` ended with status {status}"))
    });
    let seen = built.iter().map(|(command, _)| format!("`{command}`")).collect::<Vec<_>>();
    CheckOutcome::of(findings.collect(), seen.join(", "))
}
