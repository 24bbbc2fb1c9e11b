//! `archive-formats-agree`: archives of the same source hold the same.

use std::collections::BTreeMap;

use super::{Check, CheckOutcome, Finding, Severity};
use crate::archive::read::HeadKind;
use crate::evidence::Evidence;
use crate::evidence::{Artifact, BlobId, Contents};
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-formats-agree",
    title: "Archives of the same source hold the same",
    severity: Severity::Error,
    rule: Some(policy::P_18),
    why: "people vote on one of them and use another",
    fix: "make them all of the same commit, in one go",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut stems: BTreeMap<&str, Vec<(&Artifact, &Contents)>> = BTreeMap::new();
    for (artifact, contents) in evidence.source_contents() {
        stems.entry(artifact.stem()).or_default().push((artifact, contents));
    }
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (first, others) in stems.values().filter_map(|all| all.split_first()) {
        for other in others {
            let before = findings.len();
            compare(first, other, &mut findings);
            if findings.len() == before {
                seen.push(format!("{} and {}", first.0.base_name(), other.0.base_name()));
            }
        }
    }
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("there is only one archive of each source");
    }
    CheckOutcome::of(findings, seen.join(", "))
}

fn compare(
    (one, left): &(&Artifact, &Contents),
    (other, right): &(&Artifact, &Contents),
    findings: &mut Vec<Finding>,
) {
    let files = |contents: &'_ Contents| -> BTreeMap<Vec<u8>, (u64, Option<BlobId>, bool)> {
        let members = contents.below_top().filter(|(_, member)| member.kind != HeadKind::Directory);
        members
            .map(|(path, member)| {
                // Hard links and links have no content of their own to compare.
                let size = if member.is_file() { member.size } else { 0 };
                (path.to_vec(), (size, member.id, member.is_file()))
            })
            .collect()
    };
    let (left, right) = (files(left), files(right));
    let mut found = |path: &[u8], what: String| {
        let path = String::from_utf8_lossy(path).into_owned();
        findings.push(Finding::new(Severity::Error, format!("{path} {what}")).at(path));
    };
    for (path, content) in &left {
        match right.get(path) {
            None => found(path, format!("is in {}, not in {}", one.base_name(), other.base_name())),
            Some(same) if same == content => {}
            Some(_) => {
                found(
                    path,
                    format!("differs between {} and {}", one.base_name(), other.base_name()),
                );
            }
        }
    }
    for path in right.keys().filter(|path| !left.contains_key(*path)) {
        found(path, format!("is in {}, not in {}", other.base_name(), one.base_name()));
    }
}
