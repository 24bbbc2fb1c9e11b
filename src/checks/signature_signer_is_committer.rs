//! `signature-signer-is-committer`: the signer is a committer of the project.

use std::collections::BTreeSet;

use super::signatures::judged;
use super::{Check, CheckOutcome, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "signature-signer-is-committer",
    title: "The signer is a committer of the project",
    severity: Severity::Error,
    rule: Some(policy::K_03),
    why: "releases are made by the project's own people",
    fix: "let a committer sign; or add the signer's address at apache.org to the key, so that it \
          can be told",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let committers = match &evidence.committers {
        Ok(Some(committers)) => committers,
        Ok(None) => return CheckOutcome::not_applicable("no roster was named: see --roster"),
        Err(reason) => return CheckOutcome::not_run(reason),
    };
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for judged in match judged(evidence) {
        Ok(judged) => judged,
        Err(outcome) => return outcome,
    } {
        for judgement in judged.judgements {
            let Some(signer) = &judgement.signer else { continue };
            match &signer.asf_id {
                Some(id) if committers.contains(id) => {
                    seen.insert(id.clone());
                }
                Some(id) => {
                    let message = format!("is by {id}, who is not on the roster");
                    findings.push(judged.finding(Severity::Error, message, judgement));
                }
                None => {
                    let message = "is by a key without an address at apache.org".to_owned();
                    findings.push(judged.finding(Severity::Warning, message, judgement));
                }
            }
        }
    }
    CheckOutcome::of(findings, seen.into_iter().collect::<Vec<_>>().join(", "))
}
