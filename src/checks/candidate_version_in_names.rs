//! `candidate-version-in-names`: every artifact's name has the version.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "candidate-version-in-names",
    title: "Every artifact's name has the version",
    severity: Severity::Warning,
    rule: Some(policy::P_03),
    why: "people keep the file and forget where it came from; its name has to say what it is",
    fix: "name the artifacts with the version",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let Some(version) = &evidence.version else {
        return CheckOutcome::not_applicable("the version is not known: say it with --version");
    };
    // A podling's `-incubating` may stand in its version and not in the name, or elsewhere in it.
    let bare = version.as_str().trim_end_matches("-incubating");
    let without = evidence.artifacts.iter().filter(|artifact| !artifact.base_name().contains(bare));
    let findings = without.map(|artifact| {
        let name = artifact.base_name();
        Finding::new(Severity::Warning, format!("{name} does not name the version {version}"))
            .at(&artifact.name)
    });
    CheckOutcome::of(findings.collect(), version.as_str())
}
