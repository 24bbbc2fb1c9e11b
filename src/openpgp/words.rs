//! The sentences that verdicts are told in.

use chrono::{DateTime, Utc};

use super::certificate::Revocation;
use super::verdict::{Judgement, Verdict};

impl Judgement {
    /// Says in one sentence what the signature is worth, without a full stop. It may quote a user id and the reason of a
    /// revocation: foreign text, to be escaped before it reaches a terminal.
    pub fn words(&self) -> String {
        let who = self.who();
        let made = self.created.map(|at| format!(", made {}", day(at))).unwrap_or_default();
        let mut sentence = match &self.verdict {
            Verdict::Good => format!("good signature by {who}{made}"),
            Verdict::Bad => {
                format!(
                    "bad signature: the file is not what {who} signed, or the signature is damaged"
                )
            }
            Verdict::SignerNotInKeys => {
                format!("the signature by {who}{made} cannot be checked: the key is not in KEYS")
            }
            verdict if verdict.is_good() => {
                format!("good signature by {who}{made}; {}", verdict.clause())
            }
            verdict => format!("signature by {who}{made} does not count: {}", verdict.clause()),
        };
        for further in &self.also {
            sentence.push_str("; ");
            sentence.push_str(&further.clause());
        }
        sentence
    }

    fn who(&self) -> String {
        match (&self.signer, self.issuer.fingerprint, self.issuer.key_id) {
            (Some(signer), ..) => {
                let name = signer.user_id.as_deref().unwrap_or("a key without a user id");
                format!("{name} ({}, {}, key {})", signer.kind, self.digest, signer.key)
            }
            (None, Some(fingerprint), _) => format!("key {fingerprint}"),
            (None, None, Some(key_id)) => format!("key {key_id}"),
            (None, None, None) => "an unnamed key".to_owned(),
        }
    }
}

impl Verdict {
    /// Says the verdict as a part of a sentence.
    pub fn clause(&self) -> String {
        match self {
            Self::Good => "it is good".to_owned(),
            Self::GoodKeyExpiredNow { expired } => {
                format!("the key was valid then and expired on {}", day(*expired))
            }
            Self::GoodKeyRevokedLater { revocation } => {
                format!("the key was valid then and revoked on {}", revoked(revocation))
            }
            Self::SignatureExpired { expired } => {
                format!("the signature itself expired on {}", day(*expired))
            }
            Self::WeakDigest { digest } => {
                format!("it is made over {digest}, which can be forged")
            }
            Self::KeyExpiredBeforeSignature { expired } => {
                format!("the key had expired before, on {}", day(*expired))
            }
            Self::KeyRevoked { revocation } => {
                format!("the key was revoked on {}", revoked(revocation))
            }
            Self::TextMode => "it is a text signature (0x01), which programs read differently over binary files; it is to be made again without --textmode".to_owned(),
            Self::NotForSigning => "the key is not marked for signing".to_owned(),
            Self::KeyNotBound => "no valid self-signature ties the key to its owner".to_owned(),
            Self::BeforeKeyCreation { key_created } => {
                format!("the key was made later, on {}", day(*key_created))
            }
            Self::FromTheFuture => "it says it was made in the future".to_owned(),
            Self::SignerNotInKeys => "the key is not in KEYS".to_owned(),
            Self::CertificateUnreadable { reason } => reason.clone(),
            Self::Unsupported { what } => format!("{what} is not supported"),
            Self::NotOverDocument { signature_type } => {
                format!("it is of type 0x{signature_type:02x}, which is not over a document")
            }
            Self::Bad => "it is bad".to_owned(),
        }
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

fn revoked(revocation: &Revocation) -> String {
    let reason = match revocation.text.trim() {
        "" => revocation.reason().to_owned(),
        text => format!("{}: {text}", revocation.reason()),
    };
    format!("{} ({reason})", day(revocation.at))
}
