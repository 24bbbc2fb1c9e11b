//! `archive-no-nested-archives`: a source archive holds no archives.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-no-nested-archives",
    title: "A source archive holds no archives",
    severity: Severity::Warning,
    rule: Some(policy::P_02),
    why: "what is packed inside is looked at by nobody, and seldom has its licence beside it",
    fix: "unpack it into the tree, or fetch it when building; test data is waived by its path, \
          with the reason",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    for (_, contents) in evidence.source_contents() {
        for (path, member) in contents.below_top() {
            let Some(inside) = &member.inside else { continue };
            let Some(kind) = &inside.archive else { continue };
            if inside.has_compiled() {
                // Of what is worse speaks another check.
                continue;
            }
            let path = String::from_utf8_lossy(path).into_owned();
            let severity = match kind.holds_members() {
                true => Severity::Warning,
                // One compressed file: data, mostly.
                false => Severity::Note,
            };
            findings
                .push(Finding::new(severity, format!("{path} is an archive ({kind})")).at(path));
        }
    }
    CheckOutcome::of(findings, "none")
}
