//! `checksum-algorithm-accepted`: no checksum is of an algorithm that was given up.

use std::collections::BTreeSet;

use super::{Check, CheckOutcome, Finding, Severity};
use crate::checksum::Algorithm;
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "checksum-algorithm-accepted",
    title: "No checksum is of an algorithm that was given up",
    severity: Severity::Error,
    rule: Some(policy::C_02),
    why: "MD5 and SHA-1 can be forged, and files with them suggest a safety that is not there",
    fix: "remove the file; SHA-512 alone is enough",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for artifact in &evidence.artifacts {
        for file in &artifact.checksums {
            let name = file.name.to_lowercase();
            let found = |severity, message: String| Finding::new(severity, message).at(&file.name);
            if name.ends_with(".md5") {
                findings.push(found(Severity::Error, format!("{} is an MD5 checksum", file.name)));
            } else if name.ends_with(".sha1") {
                findings
                    .push(found(Severity::Warning, format!("{} is a SHA-1 checksum", file.name)));
            } else if name.ends_with(".sha") {
                let message = format!("{} does not say which algorithm it is of", file.name);
                findings.push(found(Severity::Warning, message));
            }
            let Ok(listed) = &file.listed else { continue };
            for one in listed {
                let suffix = match one.algorithm {
                    Algorithm::Sha512 => ".sha512",
                    Algorithm::Sha384 => ".sha384",
                    Algorithm::Sha256 => ".sha256",
                    Algorithm::Sha1 | Algorithm::Md5 => continue,
                };
                seen.insert(one.algorithm.as_str());
                let other = [".sha512", ".sha384", ".sha256"].iter().any(|s| name.ends_with(s));
                if other && !name.ends_with(suffix) {
                    // C-07: the length betrays another algorithm than the suffix says.
                    let message = format!("{} holds a {} digest", file.name, one.algorithm);
                    findings.push(found(Severity::Error, message).line(one.line));
                }
            }
        }
    }
    CheckOutcome::of(findings, seen.into_iter().collect::<Vec<_>>().join(", "))
}
