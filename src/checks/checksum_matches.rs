//! `checksum-matches`: every checksum is that of its artifact.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::checksum::{self, Listed, is_name_of};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "checksum-matches",
    title: "Every checksum is that of its artifact",
    severity: Severity::Error,
    rule: Some(policy::C_01),
    why: "a checksum that does not match means that the file, or the checksum, is not what the \
          release manager made",
    fix: "download again; if it still differs, the candidate is broken and needs to be made anew",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut matching = 0;
    for artifact in &evidence.artifacts {
        for file in &artifact.checksums {
            let wrong = |message: String| Finding::new(Severity::Error, message).at(&file.name);
            let listed = match &file.listed {
                Ok(listed) => listed,
                Err(error) => {
                    findings.push(wrong(format!("{} cannot be used: {error}", file.name)));
                    continue;
                }
            };
            let named = |one: &&Listed| {
                one.name.as_deref().is_some_and(|n| is_name_of(n, artifact.base_name()))
            };
            // In a list of several files, those that name this one; else what there is.
            let of_this = match listed.iter().any(|one| named(&one)) {
                true => listed.iter().filter(named).collect::<Vec<_>>(),
                false => listed.iter().collect(),
            };
            for one in of_this {
                let Some(actual) = artifact.digests.get(&one.algorithm) else {
                    continue;
                };
                if *actual == one.digest {
                    matching += 1;
                    continue;
                }
                let (stated, actual) = (checksum::hex(&one.digest), checksum::hex(actual));
                let message = format!(
                    "{} says {} {stated}, but {} has {actual}",
                    file.name,
                    one.algorithm,
                    artifact.base_name()
                );
                findings.push(wrong(message).line(one.line));
            }
        }
    }
    if findings.is_empty() && matching == 0 {
        return CheckOutcome::not_applicable("there is no checksum to compare with");
    }
    CheckOutcome::of(findings, format!("{matching} of {matching}"))
}
