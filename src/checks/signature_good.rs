//! `signature-good`: every artifact has a good signature by a key in KEYS.

use super::signatures::{is_about_key, judged};
use super::{Check, CheckOutcome, Severity};
use crate::evidence::Evidence;
use crate::openpgp::Verdict;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "signature-good",
    title: "Every artifact has a good signature by a key in KEYS",
    severity: Severity::Error,
    rule: Some(policy::K_01),
    why: "this is what ties the bytes to a person: the checksum beside them proves nothing",
    fix: "if the file was downloaded whole, it is not what the release manager signed: ask on \
          the list, do not vote for it",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    let mut unknown = 0;
    for judged in match judged(evidence) {
        Ok(judged) => judged,
        Err(outcome) => return outcome,
    } {
        let mut good = false;
        for judgement in judged.judgements {
            match &judgement.verdict {
                verdict if verdict.is_good() => {
                    good = true;
                    seen.push(format!("{}: {}", judged.artifact.base_name(), judgement.words()));
                }
                // Of these, other checks speak.
                verdict if is_about_key(verdict) => {}
                Verdict::WeakDigest { .. } => {}
                Verdict::SignerNotInKeys => unknown += 1,
                _ => findings.push(judged.finding(Severity::Error, judgement.words(), judgement)),
            }
        }
        // Voters may have added theirs (K-04); one good signature does not make a bad one good, but
        // a voter's whose key is missing is no fault of the release manager's.
        if good {
            unknown = 0;
        }
    }
    if findings.is_empty() && unknown > 0 {
        return CheckOutcome::not_applicable("nothing can be said without the signer's key");
    }
    CheckOutcome::of(findings, seen.join("; "))
}
