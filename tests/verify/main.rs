//! `plusone verify`: a sound candidate passes every check, and each way to spoil it is found by the
//! check that is there for it, and by no other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod candidate;
mod checks;
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
