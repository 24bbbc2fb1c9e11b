//! `archive-unambiguous`: every unpacker makes the same of every archive.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::archive::read::ReadError;
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-unambiguous",
    title: "Every unpacker makes the same of every archive",
    severity: Severity::Error,
    rule: Some(policy::P_18),
    why: "GNU tar, bsdtar, Python and unzip take some archives differently: who made such a one \
          shows voters one tree and gives users another, so nothing in it can be judged",
    fix: "make the archive anew with `plusone package` or `git archive`; if you did not make it, ask \
          who did how it came about",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for artifact in &evidence.artifacts {
        match &artifact.contents {
            Some(Err(error @ ReadError::Ambiguous { member, .. })) => {
                let message = format!("{}: {error}", artifact.base_name());
                let place = if member.is_empty() { &artifact.name } else { member };
                findings.push(Finding::new(Severity::Error, message).at(place));
            }
            Some(Ok(_)) => seen.push(artifact.base_name()),
            // Of what cannot be read at all speaks `archive-readable`.
            Some(Err(_)) | None => {}
        }
    }
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("there is no archive that can be read");
    }
    CheckOutcome::of(findings, seen.join(", "))
}
