//! What the checks of legal files have in common.

use std::collections::BTreeSet;

use super::{CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::legal::{Category, How, Licence, category};

/// Names that LICENSE may have (P-04: the bare one is preferred).
pub(super) const LICENSE: &[&str] =
    &["LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING", "META-INF/LICENSE"];

/// Names that NOTICE may have.
pub(super) const NOTICE: &[&str] = &["NOTICE", "NOTICE.txt", "NOTICE.md", "META-INF/NOTICE"];

/// Names that a podling's disclaimer may have (P-22).
pub(super) const DISCLAIMER: &[&str] = &[
    "DISCLAIMER",
    "DISCLAIMER-WIP",
    "DISCLAIMER.txt",
    "DISCLAIMER-WIP.txt",
    "DISCLAIMER.md",
    "DISCLAIMER-WIP.md",
];

/// The outcome of a look at files of which there should be some.
pub(super) fn outcome<T: Into<String>>(findings: Vec<Finding>, seen: Vec<T>) -> CheckOutcome {
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("there is no such file that can be read");
    }
    let seen: BTreeSet<String> = seen.into_iter().map(Into::into).collect();
    CheckOutcome::of(findings, seen.into_iter().collect::<Vec<_>>().join(", "))
}

/// Every file that is put under a licence of the category, or holds its text. A mere name (`not
/// under the GPL`) counts for nothing.
pub(super) fn of_category(evidence: &Evidence, wanted: Category) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, contents) in evidence.source_contents() {
        for (path, member) in contents.below_top() {
            let headed = member.legal.iter().flat_map(|legal| &legal.licences);
            let stated = headed.chain(&member.licences).filter(|licence| licence.how != How::Name);
            let mut seen = BTreeSet::new();
            for Licence { id, line, .. } in stated {
                let judged = category(id);
                if judged.category != wanted || !seen.insert(id) {
                    continue;
                }
                let path = String::from_utf8_lossy(path).into_owned();
                let message = format!("{path} speaks of {id}, of Category {}", wanted.as_str());
                findings.push(Finding::new(Severity::Error, message).at(path).line(*line));
            }
        }
    }
    findings
}
