//! `source-versions-agree`: the manifests state the version that is released.

use std::collections::BTreeSet;

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::project::manifests;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "source-versions-agree",
    title: "The manifests state the version that is released",
    severity: Severity::Warning,
    rule: None,
    why: "a source package that builds as another version is a common reason for a new candidate",
    fix: "set the version in the manifest before the tag is made",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let Some(version) = &evidence.version else {
        return CheckOutcome::not_applicable("the version is not known: say it with --version");
    };
    let bare = |text: &str| text.trim_start_matches('v').trim_end_matches("-incubating").to_owned();
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (_, contents) in evidence.source_contents() {
        for path in manifests::USUAL {
            let Some((_, text)) = contents.text(&[path]) else { continue };
            match manifests::version(path, &text) {
                Ok(Some(stated)) if bare(&stated) == bare(version.as_str()) => {
                    seen.insert(path);
                }
                // A workspace's own version, or one set when it is built.
                Ok(None) => {}
                Ok(Some(stated)) if stated.contains("${") => {}
                Ok(Some(stated)) => {
                    let message = format!("{path} states {stated}, not {version}");
                    findings.push(Finding::new(Severity::Warning, message).at(path));
                }
                Err(reason) => {
                    let message = format!("{path} cannot be read: {reason}");
                    findings.push(Finding::new(Severity::Warning, message).at(path));
                }
            }
        }
    }
    findings.dedup();
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("no manifest in the root states a version");
    }
    CheckOutcome::of(findings, seen.into_iter().collect::<Vec<_>>().join(", "))
}
