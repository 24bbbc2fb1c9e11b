//! `signature-digest-strong`: signatures use a strong digest.

use std::collections::BTreeSet;

use super::signatures::judged;
use super::{Check, CheckOutcome, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "signature-digest-strong",
    title: "Signatures use a strong digest",
    severity: Severity::Error,
    rule: Some(policy::K_09),
    why: "a signature over SHA-1 or MD5 can be moved to another file by whoever can make a \
          collision",
    fix: "sign again with `--digest-algo SHA512`, or a newer GnuPG",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for judged in match judged(evidence) {
        Ok(judged) => judged,
        Err(outcome) => return outcome,
    } {
        for judgement in judged.judgements {
            seen.insert(judgement.digest.to_string());
            if judgement.digest.is_weak() {
                let message = format!("is over {}, which can be forged", judgement.digest);
                findings.push(judged.finding(Severity::Error, message, judgement));
            }
        }
    }
    CheckOutcome::of(findings, seen.into_iter().collect::<Vec<_>>().join(", "))
}
