//! `archive-readable`: every archive can be read to its last byte.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-readable",
    title: "Every archive can be read to its last byte",
    severity: Severity::Error,
    rule: Some(policy::P_01),
    why: "an archive that only some tools can read, or that hides bytes behind its end, is not \
          what people think they looked at",
    fix: "make the candidate anew; if the file was downloaded, download it again first",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for artifact in &evidence.artifacts {
        let found = |severity, what: String| {
            Finding::new(severity, format!("{}: {what}", artifact.base_name())).at(&artifact.name)
        };
        match &artifact.contents {
            None => {}
            Some(Err(reason)) => findings.push(found(Severity::Error, reason.clone())),
            Some(Ok(contents)) => match &contents.broken {
                Some(reason) => findings.push(found(Severity::Error, reason.clone())),
                None if contents.members.is_empty() => {
                    findings.push(found(Severity::Error, "it holds nothing".to_owned()));
                }
                None if contents.walked.trailing_garbage => {
                    let what = "something other than zeros follows the end of the tar";
                    findings.push(found(Severity::Error, what.to_owned()));
                }
                None if !contents.walked.ended => {
                    let what = "the tar has no end mark: it may have been cut off";
                    findings.push(found(Severity::Warning, what.to_owned()));
                }
                None => seen.push(format!("{} members", contents.members.len())),
            },
        }
    }
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("there is no archive");
    }
    CheckOutcome::of(findings, seen.join(", "))
}
