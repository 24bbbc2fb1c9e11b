//! `candidate-incubating-in-names`: a podling's artifacts say `incubating` in their names.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "candidate-incubating-in-names",
    title: "A podling's artifacts say `incubating` in their names",
    severity: Severity::Error,
    rule: Some(policy::P_21),
    why: "users have to see that the project is in incubation",
    fix: "rename the artifacts, for a new candidate",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if evidence.preset != policy::Preset::Podling {
        return CheckOutcome::not_applicable("only podlings have to");
    }
    let without =
        evidence.artifacts.iter().filter(|artifact| !artifact.base_name().contains("incubating"));
    let findings = without.map(|artifact| {
        let name = artifact.base_name();
        Finding::new(Severity::Error, format!("{name} does not contain `incubating`"))
            .at(&artifact.name)
    });
    CheckOutcome::of(findings.collect(), "all")
}
