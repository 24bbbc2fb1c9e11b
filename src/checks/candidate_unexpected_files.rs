//! `candidate-unexpected-files`: nothing lies in the candidate that does not belong to a release.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "candidate-unexpected-files",
    title: "Nothing lies in the candidate that does not belong to a release",
    severity: Severity::Warning,
    rule: Some(policy::P_20),
    why: "what is staged is what gets published: mail drafts, stale packages and hidden files \
          with it",
    fix: "remove the file from the staging area; a changed candidate needs a new vote",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let strays = evidence.strays().filter(|file| !belongs(&file.name));
    let findings = strays.map(|file| {
        let hidden = file.name.split('/').any(|part| part.starts_with('.'));
        let what = if hidden { "a hidden file" } else { "neither an artifact nor part of one" };
        Finding::new(Severity::Warning, format!("{} is {what}", file.name)).at(&file.name)
    });
    CheckOutcome::of(findings.collect(), format!("{} files", evidence.files.len()))
}

/// What may accompany artifacts: texts that projects publish beside them, lists of digests over the
/// whole directory (C-05), and KEYS, of which another check speaks.
fn belongs(path: &str) -> bool {
    const TEXTS: [&str; 9] = [
        "CHANGES",
        "CHANGELOG",
        "RELEASE",
        "RELEASE-NOTES",
        "RELEASE_NOTES",
        "LICENSE",
        "NOTICE",
        "README",
        "SECURITY",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.split('.').next().unwrap_or(name).to_uppercase();
    let sums = ["MD5SUM", "SHA1SUM", "SHA256SUM", "SHA512SUM", "KEYS"];
    let texts = TEXTS.iter().any(|text| stem.starts_with(text));
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    !hidden && (texts || sums.contains(&stem.trim_end_matches('S')) || stem == "KEYS")
}
