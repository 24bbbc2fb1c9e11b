//! `archive-no-leftovers`: nothing was left behind in the source.

use std::collections::BTreeSet;

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::inspect::leftovers::{self, Certainty};

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-no-leftovers",
    title: "Nothing was left behind in the source",
    severity: Severity::Warning,
    rule: None,
    why: "files of version control, editors, builds and operating systems come in when an \
          archive is made of a working directory instead of a tag; sometimes with secrets",
    fix: "make the archive of the tag: `plusone package` or `git archive`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    for (_, contents) in evidence.source_contents() {
        let mut roots: BTreeSet<&[u8]> = BTreeSet::new();
        for (path, member) in contents.below_top() {
            let shown = String::from_utf8_lossy(path).into_owned();
            if member.private_key {
                let message = format!("{shown} is a private key");
                findings.push(Finding::new(Severity::Warning, message).at(shown));
                continue;
            }
            let Some(leftover) = leftovers::why(path, member.is_directory()) else { continue };
            // A directory full of leftovers is told once.
            if !roots.insert(leftover.root) {
                continue;
            }
            let severity = match leftover.certainty {
                Certainty::Certain => Severity::Warning,
                Certainty::Suspicious => Severity::Note,
            };
            let root = String::from_utf8_lossy(leftover.root).into_owned();
            let message = format!("{root} is {}", leftover.reason);
            findings.push(Finding::new(severity, message).at(root));
        }
    }
    CheckOutcome::of(findings, "nothing")
}
