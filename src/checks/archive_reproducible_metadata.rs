//! `archive-reproducible-metadata`: the archive carries no traces of the machine it was made on.

use std::collections::BTreeSet;

use super::{Check, CheckOutcome, Finding, Severity};
use crate::archive::read::HeadKind;
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-reproducible-metadata",
    title: "The archive carries no traces of the machine it was made on",
    severity: Severity::Note,
    rule: Some(policy::REPRO),
    why: "times, owners and orders that come from one machine keep others from making the same \
          bytes",
    fix: "make it with `plusone package`, or with `git archive` and `gzip -n`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    for (artifact, contents) in evidence.source_contents() {
        let mut found = |what: String| {
            let message = format!("{}: {what}", artifact.base_name());
            findings.push(Finding::new(Severity::Note, message).at(&artifact.name));
        };
        let times: BTreeSet<i64> = contents.members.iter().map(|member| member.mtime).collect();
        if times.len() > 1 {
            found(format!("its members have {} different times", times.len()));
        }
        let owner = contents.members.iter().find(|member| !is_neutral(&member.owner));
        if let Some(member) = owner {
            found(format!("its members belong to `{}`", member.owner));
        }
        let sorted = contents.members.is_sorted_by_key(|member| {
            let slash: &[u8] = if member.kind == HeadKind::Directory { b"/" } else { b"" };
            [&member.path[..], slash].concat()
        });
        if !sorted {
            found("its members are in no order".to_owned());
        }
    }
    CheckOutcome::of(findings, "one time, no owner, in order")
}

/// Numbers 0 and the name root, or none.
fn is_neutral(owner: &str) -> bool {
    matches!(owner, "" | "0:0 :" | "0:0 root:root" | "0:0 root:wheel")
}
