//! `archive-single-top-directory`: everything is in one directory, named like the archive.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-single-top-directory",
    title: "Everything is in one directory, named like the archive",
    severity: Severity::Warning,
    rule: Some(policy::P_19),
    why: "an archive that unpacks into the current directory, or into a directory of another \
          name, surprises everybody",
    fix: "set the top directory when packaging: `--prefix=NAME/` for git archive",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (artifact, contents) in evidence.source_contents() {
        let found = |message: String| Finding::new(Severity::Warning, message).at(&artifact.name);
        let Some(top) = contents.top() else {
            findings.push(found(format!("{} has no single top directory", artifact.base_name())));
            continue;
        };
        let top = String::from_utf8_lossy(top).into_owned();
        if is_name_for(&top, artifact.stem()) {
            seen.push(top);
        } else {
            findings.push(found(format!(
                "everything in {} is in `{top}`, not in `{}`",
                artifact.base_name(),
                artifact.stem()
            )));
        }
    }
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("there is no source archive that can be read");
    }
    CheckOutcome::of(findings, seen.join(", "))
}

/// Projects leave `-src` out of the directory, or `apache-` (ATR takes both).
fn is_name_for(top: &str, stem: &str) -> bool {
    fn bare(name: &str) -> &str {
        let name = name.strip_prefix("apache-").unwrap_or(name);
        let endings = ["-source-release", "-sources", "-source", "-src", "_src"];
        endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
    }
    bare(top) == bare(stem)
}
