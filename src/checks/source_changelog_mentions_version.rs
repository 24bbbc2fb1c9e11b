//! `source-changelog-mentions-version`: the change log speaks of the version.

use std::collections::BTreeSet;

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "source-changelog-mentions-version",
    title: "The change log speaks of the version",
    severity: Severity::Note,
    rule: None,
    why: "users look there to see what is new",
    fix: "add a section for the version to the change log",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let Some(version) = &evidence.version else {
        return CheckOutcome::not_applicable("the version is not known: say it with --version");
    };
    let bare = version.as_str().trim_end_matches("-incubating");
    let mut logs = BTreeSet::new();
    for (_, contents) in evidence.source_contents() {
        for (path, text) in contents.texts.iter().filter(|(path, _)| is_change_log(path)) {
            if String::from_utf8_lossy(&text.bytes).contains(bare) {
                return CheckOutcome::pass(path);
            }
            logs.insert(path.clone());
        }
    }
    if logs.is_empty() {
        return CheckOutcome::not_applicable("there is no change log in the root");
    }
    let logs: Vec<String> = logs.into_iter().collect();
    let message = format!("{} does not mention {bare}", logs.join(", "));
    CheckOutcome::of(vec![Finding::new(Severity::Note, message).at(&logs[0])], "")
}

fn is_change_log(path: &str) -> bool {
    let name = path.to_lowercase();
    let known = ["change", "release", "news", "history"];
    !path.contains('/') && known.iter().any(|start| name.starts_with(start))
}
