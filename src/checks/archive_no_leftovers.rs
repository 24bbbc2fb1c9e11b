//! `archive-no-leftovers`: nothing was left behind in the source.

use std::collections::BTreeSet;

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::inspect::leftovers::{self, Certainty};

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-no-leftovers",
    title: "Nothing was left behind in the source",
    severity: Severity::Error,
    rule: None,
    why: "files of version control, editors, builds and operating systems come in when an \
          archive is made of a working directory instead of a tag; sometimes with secrets",
    fix: "make the archive of the tag: `plusone package` or `git archive`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    for (_, contents) in evidence.source_contents() {
        let mut roots: BTreeSet<&[u8]> = BTreeSet::new();
        // What macOS keeps beside each file may be in any archive thousands of times, the top directory's too.
        let doubles =
            contents.members.iter().filter(|member| member.is_file() && is_double(&member.path));
        let (first, count) = doubles.fold((None, 0_u64), |(first, count), member| {
            (first.or(Some(member.display())), count + 1)
        });
        if let Some(first) = first {
            let message =
                format!("{count} files `._*` are what macOS keeps beside a file: {first}");
            let fix = "set COPYFILE_DISABLE=1 for tar on macOS, or make the archive of the tag: \
                       `plusone package` or `git archive`";
            findings.push(Finding::new(Severity::Error, message).at(first).fix(fix));
        }
        for (path, member) in contents.below_top() {
            let shown = String::from_utf8_lossy(path).into_owned();
            if member.private_key {
                let message = format!("{shown} is a private key");
                findings.push(Finding::new(Severity::Warning, message).at(shown));
                continue;
            }
            let Some(leftover) = leftovers::why(path, member.is_directory()) else { continue };
            if is_double(leftover.root) {
                continue;
            }
            // A directory full of leftovers is told once.
            if !roots.insert(leftover.root) {
                continue;
            }
            let severity = match leftover.certainty {
                Certainty::Certain => Severity::Warning,
                Certainty::Suspicious => Severity::Note,
            };
            let root = String::from_utf8_lossy(leftover.root).into_owned();
            let message = format!("{root} is {}", leftover.reason);
            findings.push(Finding::new(severity, message).at(root));
        }
    }
    CheckOutcome::of(findings, "nothing")
}

/// Whether a path is that of an AppleDouble file.
fn is_double(path: &[u8]) -> bool {
    path.rsplit(|&byte| byte == b'/').next().is_some_and(|name| name.starts_with(b"._"))
}
