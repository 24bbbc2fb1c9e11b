//! `archive-no-compiled-code`: a source archive holds no compiled code.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-no-compiled-code",
    title: "A source archive holds no compiled code",
    severity: Severity::Error,
    rule: Some(policy::P_02),
    why: "nobody can read it, so nobody can vote on it; whoever wants to hide something hides it \
          there",
    fix: "take it out of the tree, also wrapper jars; test data that has to be compiled is \
          waived by its path, with the reason",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut files = 0;
    for (_, contents) in evidence.source_contents() {
        for (path, member) in contents.below_top() {
            files += usize::from(member.is_file());
            let Some(inside) = &member.inside else { continue };
            let path = String::from_utf8_lossy(path).into_owned();
            let mut found = |severity, what: String| {
                findings.push(Finding::new(severity, format!("{path} {what}")).at(&path));
            };
            if let Some(compiled) = &inside.compiled {
                found(Severity::Error, format!("is compiled: {}", compiled.name()));
            }
            for one in &inside.inside {
                found(Severity::Error, format!("holds {}: {}", one.path, one.what.name()));
            }
            let more = inside.inside_count - inside.inside.len() as u64;
            if more > 0 {
                found(Severity::Error, format!("holds {more} more compiled files"));
            }
            if let Some(reason) = &inside.incomplete {
                // Not a pass: what cannot be looked into may hold anything.
                found(Severity::Warning, format!("could not be looked into: {reason}"));
            }
        }
    }
    CheckOutcome::of(findings, format!("{files} files"))
}
