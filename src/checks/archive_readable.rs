//! `archive-readable`: every archive can be read to its last byte.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::archive::read::Container;
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
            None => {}
            Some(Err(reason)) => findings.push(found(Severity::Error, reason.clone())),
            Some(Ok(contents)) => match &contents.broken {
                Some(reason) => findings.push(found(Severity::Error, reason.clone())),
                None if contents.members.is_empty() => {
                    findings.push(found(Severity::Error, "it holds nothing".to_owned()));
                }
                None if !is_called(&artifact.name, contents.container) => {
                    let what = format!("it is a {} by its content", contents.container);
                    findings.push(found(Severity::Error, what));
                }
                None if contents.walked.trailing_garbage => {
                    let what = "something other than zeros follows the end of the tar";
                    findings.push(found(Severity::Error, what.to_owned()));
                }
                None if !contents.walked.ended => {
                    let what = "the tar has no end mark: it may have been cut off";
                    findings.push(found(Severity::Error, what.to_owned()));
                }
                None => seen.push(format!("{} members", contents.members.len())),
            },
        }
    }
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("there is no archive");
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
