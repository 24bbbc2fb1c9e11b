//! `legal-category-unlisted`: every licence is in one of the ASF's categories.

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::legal::{Category, is_for_binaries, is_published};
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-category-unlisted",
    title: "Every licence is in one of the ASF's categories",
    severity: Severity::Warning,
    rule: Some(policy::P_14),
    why: "a licence that the ASF has not judged may ask for more than the Apache License does; \
          a person has to decide",
    fix: "ask on legal-discuss@apache.org whether the part may be in the package, or take it out",
    run,
};

/// Licences in no list that ask for no more than a notice.
const PERMISSIVE: &[&str] = &[
    "BSD-1-Clause",
    "FSFUL",
    "FSFULLR",
    "HPND-sell-variant",
    "Unicode-3.0",
    "W3C-20150513",
    "X11",
    "ZPL-2.1",
];

fn run(evidence: &Evidence) -> CheckOutcome {
    if !evidence.preset.is_asf() {
        return CheckOutcome::not_applicable("the categories are those of the ASF");
    }
    let mut findings = Vec::new();
    for (path, member, licence, judged) in texts::stated(evidence) {
        // A family (`BSD`) or a name of nobody's is no licence that could be in a list.
        if judged.category != Category::Unknown
            || !is_published(&judged.by)
            || is_for_binaries(&path)
        {
            continue;
        }
        let message = format!("{path} speaks of {}, which is in no category", licence.id);
        // What an exception is for, and what allows everything, is seldom the question.
        let mild = judged.by.contains(" WITH ") || PERMISSIVE.contains(&&judged.by[..]);
        let most = if mild { Severity::Note } else { Severity::Warning };
        let severity = texts::weight(&path, member).min(most);
        findings.push(Finding::new(severity, message).at(path).line(licence.line));
    }
    CheckOutcome::of(findings, "all")
}
