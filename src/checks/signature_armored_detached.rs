//! `signature-armored-detached`: signatures are armored and detached.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "signature-armored-detached",
    title: "Signatures are armored and detached",
    severity: Severity::Error,
    rule: Some(policy::K_01),
    why: "everybody's tools expect `<artifact>.asc` with a detached signature in ASCII armor",
    fix: "sign again with `gpg --armor --detach-sign FILE`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = 0;
    for artifact in &evidence.artifacts {
        let asc = format!("{}.asc", artifact.name);
        match &artifact.signature {
            None => {}
            Some(Err(reason)) => {
                findings.push(Finding::new(Severity::Error, format!("{asc}: {reason}")).at(&asc));
            }
            Some(Ok(facts)) if !facts.armored => {
                let message = format!("{asc} is binary, not ASCII-armored");
                findings.push(Finding::new(Severity::Error, message).at(&asc));
            }
            Some(Ok(_)) => seen += 1,
        }
        let binary = format!("{}.sig", artifact.name);
        if evidence.files.iter().any(|file| file.name == binary) {
            let message =
                format!("{binary} is a binary signature, which must not be provided (K-02)");
            findings.push(Finding::new(Severity::Error, message).at(&binary));
        }
    }
    CheckOutcome::of(findings, format!("{seen} of {seen}"))
}
