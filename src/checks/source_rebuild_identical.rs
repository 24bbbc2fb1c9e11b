//! `source-rebuild-identical`: the archive can be made again, to the byte.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "source-rebuild-identical",
    title: "The archive can be made again, to the byte",
    severity: Severity::Error,
    rule: Some(policy::REPRO),
    why: "an archive that anybody can make again from the commit cannot have been tampered with \
          on the release manager's machine",
    fix: "make it with `plusone package`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let rebuilt = match &evidence.rebuilt {
        Ok(Some(rebuilt)) => rebuilt,
        Ok(None) => return CheckOutcome::not_applicable("not asked for: see --rebuild"),
        Err(reason) if evidence.claims_reproducible => return CheckOutcome::not_run(reason),
        Err(reason) => return CheckOutcome::not_applicable(reason),
    };
    // Only who claims it is held to it.
    let severity = if evidence.claims_reproducible { Severity::Error } else { Severity::Note };
    let findings = rebuilt.different.iter().map(|(name, how)| {
        Finding::new(severity, format!("{name} could not be made again: {how}")).at(name)
    });
    let seen = rebuilt.same.iter().map(|(name, bytes)| match bytes {
        true => format!("{name} is the same to the byte"),
        false => format!("{name} holds the same tar, packed otherwise"),
    });
    CheckOutcome::of(findings.collect(), seen.collect::<Vec<_>>().join(", "))
}
