//! `archive-readable`: every archive can be read to its last byte.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::archive::read::{Container, ReadError};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-readable",
    title: "Every archive can be read to its last byte",
    severity: Severity::Error,
    rule: Some(policy::P_01),
    why: "an archive that only some tools can read, or that hides bytes behind its end, is not \
          what people think they looked at",
    fix: "make the candidate anew; if the file was downloaded, download it again first",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for artifact in &evidence.artifacts {
        let found = |severity, what: String| {
            Finding::new(severity, format!("{}: {what}", artifact.base_name())).at(&artifact.name)
        };
        match &artifact.contents {
            // Of what readers take differently speaks a check of its own.
            None | Some(Err(ReadError::Ambiguous { .. })) => {}
            Some(Err(reason)) => findings.push(found(Severity::Error, reason.to_string())),
            Some(Ok(contents)) if contents.members.is_empty() => {
                findings.push(found(Severity::Error, "it holds nothing".to_owned()));
            }
            Some(Ok(contents)) if !is_called(&artifact.name, contents.container) => {
                let what = format!("it is a {} by its content", contents.container);
                findings.push(found(Severity::Error, what));
            }
            Some(Ok(contents)) => seen.push(format!("{} members", contents.members.len())),
        }
    }
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("there is no archive to read, or none is read alike");
    }
    CheckOutcome::of(findings, seen.join(", "))
}

/// Whether an archive is of the kind that its name says: unpackers go by the name.
fn is_called(name: &str, container: Container) -> bool {
    let endings: &[&str] = match container {
        Container::TarGz => &[".tar.gz", ".tgz"],
        Container::TarXz => &[".tar.xz", ".txz"],
        Container::TarBz2 => &[".tar.bz2", ".tbz2"],
        Container::Tar => &[".tar"],
        Container::Zip => &[".zip"],
    };
    let lower = name.to_lowercase();
    endings.iter().any(|ending| lower.ends_with(ending))
}
