//! `legal-disclaimer`: a podling's archive has the Incubator's disclaimer.

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::legal::disclaimer::{self, Standing};
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-disclaimer",
    title: "A podling's archive has the Incubator's disclaimer",
    severity: Severity::Error,
    rule: Some(policy::P_22),
    why: "users have to learn that the project is not yet endorsed by the ASF",
    fix: "add a file DISCLAIMER, or DISCLAIMER-WIP, with the Incubator's text beside LICENSE",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if evidence.preset != policy::Preset::Podling {
        return CheckOutcome::not_applicable("only podlings have to");
    }
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (artifact, contents) in evidence.source_contents() {
        let Some((name, text)) = contents.text(texts::DISCLAIMER) else {
            let message =
                format!("{} has no DISCLAIMER in its top directory", artifact.base_name());
            findings.push(Finding::new(Severity::Error, message).at(&artifact.name));
            continue;
        };
        let read = disclaimer::read(&text);
        match read.standing {
            Standing::None => {
                let message = format!("{name} does not hold the Incubator's text");
                findings.push(Finding::new(Severity::Error, message).at(name));
            }
            _ if !read.missing.is_empty() => {
                let message = format!("{name} lacks `{}`", read.missing.join("`, `"));
                findings.push(Finding::new(Severity::Warning, message).at(name));
            }
            _ => seen.push(name),
        }
    }
    texts::outcome(findings, seen)
}
