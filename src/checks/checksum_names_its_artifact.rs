//! `checksum-names-its-artifact`: a checksum file names its artifact as it is called.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::checksum::is_name_of;
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "checksum-names-its-artifact",
    title: "A checksum file names its artifact as it is called",
    severity: Severity::Warning,
    rule: Some(policy::C_06),
    why: "`sha512sum -c` looks for the file under the name that is written there; a path, or the \
          name of a candidate, makes it fail for every user",
    fix: "write the file in the artifact's own directory: `sha512sum NAME > NAME.sha512`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = 0;
    for artifact in &evidence.artifacts {
        for file in &artifact.checksums {
            let Ok(listed) = &file.listed else { continue };
            if listed.iter().any(|one| one.name.as_deref() == Some(artifact.base_name())) {
                seen += 1;
                continue;
            }
            for (name, line) in
                listed.iter().filter_map(|one| Some((one.name.as_deref()?, one.line)))
            {
                let message = match is_name_of(name, artifact.base_name()) {
                    true => format!("{} names `{name}`, with a path before the name", file.name),
                    false => format!("{} names `{name}`, not {}", file.name, artifact.base_name()),
                };
                findings.push(Finding::new(Severity::Warning, message).at(&file.name).line(line));
            }
        }
    }
    CheckOutcome::of(
        findings,
        if seen == 0 { "no names are given".to_owned() } else { format!("{seen} of {seen}") },
    )
}
