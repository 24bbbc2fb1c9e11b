//! `legal-license-pointers`: what LICENSE points to is in the package.

use std::collections::BTreeSet;

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::legal::licence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-license-pointers",
    title: "What LICENSE points to is in the package",
    severity: Severity::Error,
    rule: Some(policy::P_06),
    why: "the licence of a bundled part has to be in the package, in LICENSE itself or in a file \
          that it points to",
    fix: "add the file, or take the part out of LICENSE if it is no longer bundled",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = 0;
    for (_, contents) in evidence.source_contents() {
        let Some((name, text)) = contents.text(texts::LICENSE) else { continue };
        let paths: BTreeSet<&[u8]> = contents.below_top().map(|(path, _)| path).collect();
        for pointer in licence::pointers(&text) {
            let path = pointer.path.trim_start_matches("./");
            let there = paths.contains(path.as_bytes())
                || paths.iter().any(|known| known.ends_with(format!("/{path}").as_bytes()));
            if there {
                seen += 1;
                continue;
            }
            let message = format!("{name} points to {path}, which is not in the package");
            findings.push(Finding::new(Severity::Error, message).at(name).line(pointer.line));
        }
    }
    if findings.is_empty() && seen == 0 {
        return CheckOutcome::not_applicable("LICENSE points to no files");
    }
    CheckOutcome::of(findings, format!("{seen} of {seen}"))
}
