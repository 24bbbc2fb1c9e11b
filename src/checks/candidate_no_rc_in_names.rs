//! `candidate-no-rc-in-names`: no artifact's name has the candidate's number.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "candidate-no-rc-in-names",
    title: "No artifact's name has the candidate's number",
    severity: Severity::Warning,
    rule: Some(policy::S_05),
    why: "the files that were voted on are published unchanged; a number in their names, or in \
          the names inside checksum files, would have to be changed",
    fix: "keep the number in the directory and the tag",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let numbered = evidence.artifacts.iter().filter(|artifact| has_number(artifact.base_name()));
    let findings = numbered.map(|artifact| {
        let name = artifact.base_name();
        Finding::new(Severity::Warning, format!("{name} carries the number of a candidate"))
            .at(&artifact.name)
    });
    CheckOutcome::of(findings.collect(), "none")
}

/// Whether `rc` and a number stand in a name, as in `-rc1`, `_RC2`, `.rc.3`, `2.0rc1`.
fn has_number(name: &str) -> bool {
    let name = name.to_lowercase();
    name.match_indices("rc").any(|(at, _)| {
        let before = name[..at].chars().next_back();
        let after = name[at + 2..].trim_start_matches(['-', '.', '_']).chars().next();
        // `src2.tar.gz` is no candidate.
        before.is_some_and(|c| !c.is_ascii_alphabetic())
            && after.is_some_and(|c| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::has_number;

    #[test]
    fn numbers_are_told_from_sources() {
        for name in
            ["apache-x-1.0-rc1-src.tar.gz", "x-2.0.0-RC2.zip", "x-2.0rc1.tgz", "x_1.0_rc.3.zip"]
        {
            assert!(has_number(name), "{name}");
        }
        for name in ["apache-x-1.0-src.tar.gz", "x-src2.zip", "arc3-1.0.zip", "x-march-1.0.tgz"] {
            assert!(!has_number(name), "{name}");
        }
    }
}
