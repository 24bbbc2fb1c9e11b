//! `signature-key-strength`: the signing key is strong enough.

use std::collections::BTreeSet;

use super::signatures::judged;
use super::{Check, CheckOutcome, Severity};
use crate::evidence::Evidence;
use crate::openpgp::{Strength, StrengthRule};
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "signature-key-strength",
    title: "The signing key is strong enough",
    severity: Severity::Error,
    rule: Some(policy::K_08),
    why: "the ASF takes RSA keys of at least 2048 bits for new artifacts and asks for 4096",
    fix: "make a key of RSA with 4096 bits, append it to KEYS and sign again",
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
            let Some(signer) = &judgement.signer else { continue };
            let kind = &signer.kind;
            seen.insert(kind.to_string());
            let (severity, what) = match kind.strength(StrengthRule::RsaOnly) {
                Strength::Recommended => continue,
                Strength::Allowed => (Severity::Note, "new keys should have 4096 bits"),
                Strength::TooWeak => (Severity::Error, "too weak, or of an unknown algorithm"),
                // Sound keys that the letter of the ASF's rule does not allow.
                Strength::NotRsa | Strength::NotAllowed if evidence.preset.is_asf() => {
                    (Severity::Error, "the ASF takes RSA keys only")
                }
                Strength::NotRsa | Strength::NotAllowed => continue,
            };
            findings.push(judged.finding(
                severity,
                format!("is by a key of {kind}: {what}"),
                judgement,
            ));
        }
    }
    CheckOutcome::of(findings, seen.into_iter().collect::<Vec<_>>().join(", "))
}
