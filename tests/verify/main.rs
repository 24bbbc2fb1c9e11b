//! `plusone verify`: a sound candidate passes every check, and each way to spoil it is found by the
//! check that is there for it, and by no other.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod candidate;
mod checks;
mod corpus;
mod downloads;
mod hostile;
mod own;
mod repositories;
mod sources;
mod strangers;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;

use candidate::{Candidate, Maker};
use serde_json::Value;

/// Ids of the checks whose outcome is as named.
fn with_outcome(report: &Value, outcome: &str) -> BTreeSet<String> {
    let checks = report["checks"].as_array().unwrap().iter();
    checks
        .filter(|check| check["outcome"] == outcome)
        .map(|check| check["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The check with this id.
fn check<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id).unwrap()
}

/// Messages of the findings of a check, whatever their severity.
fn messages(report: &Value, id: &str) -> Vec<String> {
    let findings = check(report, id)["findings"].as_array();
    let message = |finding: &Value| finding["message"].as_str().unwrap().to_owned();
    findings.into_iter().flatten().map(message).collect()
}

#[test]
fn a_sound_candidate_passes() {
    let maker = Maker::new();
    let ran = maker.verify(&Candidate::sound());
    let report = ran.json();
    assert_eq!(with_outcome(&report, "finding"), BTreeSet::new(), "{}", ran.stdout);
    assert_eq!(with_outcome(&report, "not-run"), BTreeSet::new(), "{}", ran.stdout);
    assert_eq!(report["verdict"], "pass");
    assert_eq!(ran.status, 0);
}

#[test]
fn a_call_says_all_that_is_needed() {
    let maker = Maker::new();
    let mut candidate = Candidate::sound();
    candidate.mail = Some(checks::VOTE.to_owned());
    let report = maker.verify(&candidate).ok().json();
    let mail = report["checks"].as_array().unwrap().iter();
    let mail = mail.clone().find(|check| check["id"] == "mail-names-what-was-verified").unwrap();
    assert_eq!(mail["outcome"], "pass");
    assert_eq!(mail["seen"], "the digest of apache-demo-1.2.0-src.tar.gz, the commit");
    let remarks = report["remarks"].to_string();
    assert!(remarks.contains("open until 2026-11-23 12:00 UTC at least"), "{remarks}");
}
