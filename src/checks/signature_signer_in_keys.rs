//! `signature-signer-in-keys`: the signer's key is in KEYS.

use std::collections::BTreeSet;

use super::signatures::judged;
use super::{Check, CheckOutcome, Severity};
use crate::evidence::Evidence;
use crate::openpgp::Verdict;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "signature-signer-in-keys",
    title: "The signer's key is in KEYS",
    severity: Severity::Error,
    rule: Some(policy::K_05),
    why: "users verify with the keys in the project's KEYS file and no others; a key that is not \
          there could be anybody's",
    fix: "the release manager appends the key to the project's KEYS file: `plusone keys append`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if let Ok(Some(keys)) = &evidence.keys
        && keys.doubt.is_some()
    {
        return CheckOutcome::not_run(
            "it is not known whether the KEYS file is the project's: say so with --keys",
        );
    }
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for judged in match judged(evidence) {
        Ok(judged) => judged,
        Err(outcome) => return outcome,
    } {
        let known = judged.judgements.iter().any(|judgement| judgement.signer.is_some());
        for judgement in judged.judgements {
            match &judgement.signer {
                Some(signer) => {
                    seen.insert(signer.certificate.to_string());
                }
                None if judgement.verdict == Verdict::SignerNotInKeys => {
                    // A voter's added signature (K-04) is no fault of the release manager's.
                    let severity = if known { Severity::Note } else { Severity::Error };
                    findings.push(judged.finding(severity, judgement.words(), judgement));
                }
                None => {}
            }
        }
    }
    CheckOutcome::of(findings, seen.into_iter().collect::<Vec<_>>().join(", "))
}
