//! `checksum-present`: every artifact has a SHA-512 or SHA-256 checksum file.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "checksum-present",
    title: "Every artifact has a SHA-512 or SHA-256 checksum file",
    severity: Severity::Error,
    rule: Some(policy::C_01),
    why: "a checksum tells a broken download from a good one",
    fix: "add the file that `sha512sum` writes, under the artifact's name with .sha512",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for artifact in &evidence.artifacts {
        let strong = artifact.checksums.iter().filter(|file| {
            let name = file.name.to_lowercase();
            [".sha512", ".sha256", ".sha384", ".mds"].iter().any(|suffix| name.ends_with(suffix))
        });
        let names: Vec<&str> = strong.map(|file| base_name(&file.name)).collect();
        if names.is_empty() {
            let name = artifact.base_name();
            let message = format!("{name} has neither a .sha512 nor a .sha256 file");
            findings.push(Finding::new(Severity::Error, message).at(&artifact.name));
        }
        seen.extend(names);
    }
    CheckOutcome::of(findings, seen.join(", "))
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
