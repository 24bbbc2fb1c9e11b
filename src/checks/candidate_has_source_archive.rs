//! `candidate-has-source-archive`: the candidate has a source archive.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "candidate-has-source-archive",
    title: "The candidate has a source archive",
    severity: Severity::Error,
    rule: Some(policy::P_01),
    why: "a release of the ASF is source code; everything else is a convenience for its users",
    fix: "stage a source archive, named with `-src` if there are packages beside it",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let names: Vec<&str> = evidence.sources().map(|source| source.base_name()).collect();
    if names.is_empty() {
        let seen = match evidence.files.len() {
            0 => "the candidate's directory is empty".to_owned(),
            count => format!("none of the {count} files is a source archive"),
        };
        return CheckOutcome::of(vec![Finding::new(Severity::Error, seen)], "");
    }
    CheckOutcome::pass(names.join(", "))
}
