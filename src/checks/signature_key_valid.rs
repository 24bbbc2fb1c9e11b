//! `signature-key-valid`: the signing key was valid, and is.

use super::signatures::{is_about_key, judged};
use super::{Check, CheckOutcome, Severity};
use crate::evidence::Evidence;
use crate::openpgp::Verdict;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "signature-key-valid",
    title: "The signing key was valid, and is",
    severity: Severity::Error,
    rule: Some(policy::K_12),
    why: "a key that was revoked, or had expired when it signed, vouches for nothing",
    fix: "a key that expired since can be extended and appended to KEYS again, which repairs its \
          old signatures; a revoked key needs a new one and a new candidate",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = 0;
    for judged in match judged(evidence) {
        Ok(judged) => judged,
        Err(outcome) => return outcome,
    } {
        for judgement in judged.judgements {
            for verdict in std::iter::once(&judgement.verdict).chain(&judgement.also) {
                let severity = match verdict {
                    Verdict::GoodKeyExpiredNow { .. } | Verdict::GoodKeyRevokedLater { .. } => {
                        Severity::Warning
                    }
                    verdict if is_about_key(verdict) => Severity::Error,
                    _ => continue,
                };
                findings.push(judged.finding(severity, verdict.clause(), judgement));
            }
            seen += usize::from(judgement.signer.is_some());
        }
    }
    if findings.is_empty() && seen == 0 {
        return CheckOutcome::not_applicable("no signature's key is known");
    }
    CheckOutcome::of(findings, format!("{seen} of {seen}"))
}
