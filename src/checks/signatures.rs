//! What the checks of signatures have in common.

use super::{CheckOutcome, Finding, Severity};
use crate::evidence::{Artifact, Evidence};
use crate::openpgp::{Judgement, Verdict};

/// An artifact with its judged signatures.
pub(super) struct Judged<'a> {
    pub(super) artifact: &'a Artifact,
    pub(super) judgements: &'a [Judgement],
}

/// Every artifact with a signature file that could be read; without keys, or without any signature,
/// the outcome to return instead.
pub(super) fn judged(evidence: &Evidence) -> Result<Vec<Judged<'_>>, CheckOutcome> {
    match &evidence.keys {
        Ok(Some(_)) => {}
        Ok(None) => {
            return Err(CheckOutcome::not_run("no KEYS file is known: name it with --keys"));
        }
        Err(reason) => return Err(CheckOutcome::not_run(reason)),
    }
    let judged: Vec<_> = evidence
        .artifacts
        .iter()
        .filter_map(|artifact| match &artifact.signature {
            Some(Ok(facts)) => Some(Judged { artifact, judgements: &facts.judgements }),
            _ => None,
        })
        .collect();
    if judged.is_empty() {
        return Err(CheckOutcome::not_applicable("there is no signature to look at"));
    }
    Ok(judged)
}

impl Judged<'_> {
    /// A finding about one of the signatures, at its place.
    pub(super) fn finding(
        &self,
        severity: Severity,
        words: String,
        judgement: &Judgement,
    ) -> Finding {
        let file = format!("{}.asc", self.artifact.name);
        Finding::new(severity, format!("{}: {words}", self.artifact.base_name()))
            .at(file)
            .line(judgement.line as usize)
    }
}

/// Whether a verdict is about the state of the key rather than about the signature.
pub(super) fn is_about_key(verdict: &Verdict) -> bool {
    matches!(
        verdict,
        Verdict::KeyExpiredBeforeSignature { .. }
            | Verdict::KeyRevoked { .. }
            | Verdict::NotForSigning
            | Verdict::KeyNotBound
            | Verdict::BeforeKeyCreation { .. }
    )
}
