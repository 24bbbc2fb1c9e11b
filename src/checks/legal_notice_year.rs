//! `legal-notice-year`: the years in NOTICE reach to this year.

use chrono::Datelike;

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::legal::notice;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-notice-year",
    title: "The years in NOTICE reach to this year",
    severity: Severity::Warning,
    rule: Some(policy::P_08),
    why: "the copyright years should cover the year in which the release is made",
    fix: "bring the years in NOTICE up to date",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if !evidence.preset.is_asf() {
        return CheckOutcome::not_applicable("the form is that of the ASF");
    }
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    let this_year = evidence.now.year();
    for (_, contents) in evidence.source_contents() {
        let Some((name, text)) = contents.text(texts::NOTICE) else { continue };
        let Some(years) = notice::read(&text).copyright else { continue };
        if years.what.last == notice::OPEN {
            let message = format!("{name} has no last year in numbers");
            let finding = Finding::new(Severity::Note, message).at(name).line(years.line);
            findings.push(finding);
            continue;
        }
        let last = i32::from(years.what.last);
        if last < this_year {
            let message = format!("{name} ends with {last}, and it is {this_year}");
            findings.push(Finding::new(Severity::Warning, message).at(name).line(years.line));
        } else {
            seen.push(last.to_string());
        }
    }
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("there is no NOTICE with years");
    }
    CheckOutcome::of(findings, seen.join(", "))
}
