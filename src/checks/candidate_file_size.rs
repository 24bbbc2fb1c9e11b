//! `candidate-file-size`: no artifact is larger than the servers like.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "candidate-file-size",
    title: "No artifact is larger than the servers like",
    severity: Severity::Error,
    rule: Some(policy::P_17),
    why: "the servers of the ASF ask for notice of large files and do not take very large ones",
    fix: "leave large data out of the package, or ask Infra before the release",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    for artifact in &evidence.artifacts {
        let (severity, limit) = match artifact.size {
            size if size > 1_000_000_000 => (Severity::Error, "1 GB, which is not hosted"),
            size if size > 100_000_000 => (Severity::Warning, "100 MB"),
            _ => continue,
        };
        let name = artifact.base_name();
        let message = format!("{name} has {} bytes, more than {limit}", artifact.size);
        findings.push(Finding::new(severity, message).at(&artifact.name));
    }
    let largest = evidence.artifacts.iter().map(|artifact| artifact.size).max().unwrap_or(0);
    CheckOutcome::of(findings, format!("the largest has {largest} bytes"))
}
