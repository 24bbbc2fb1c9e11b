//! The search for the key that made a signature, among all that KEYS holds (POLICY K-17).

use sequoia_openpgp::Cert;
use sequoia_openpgp::Error as SequoiaError;
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::packet::signature::subpacket::SubpacketTag;
use sequoia_openpgp::packet::{Key, Signature};

use super::algorithm::Algorithm;
use super::certificate::fingerprint;
use super::handle::Fingerprint;
use super::keyring::Keyring;
use super::signature::Found;
use super::verdict::Verdict;

/// The search for the key that made a signature.
pub(super) struct Search<'s> {
    pub(super) signature: &'s Signature,
    pub(super) found: &'s Found,
    pub(super) digest: &'s [u8],
    pub(super) keyring: &'s Keyring,
}

/// How the search ended.
pub(super) enum Outcome {
    Verified(Cert, Fingerprint),
    /// The claimed key is in KEYS and does not fit.
    Failed(Cert, Fingerprint),
    Other(Verdict),
}

impl Search<'_> {
    pub(super) fn signer(&self) -> Outcome {
        let mut failed = None;
        for (entry, claimed) in self.claimed() {
            let cert = match self.keyring.cert(entry) {
                Ok(cert) => cert,
                Err(error) => {
                    let reason = error.to_string();
                    failed.get_or_insert(Outcome::Other(Verdict::CertificateUnreadable { reason }));
                    continue;
                }
            };
            let checked = {
                let mut keys = cert.keys();
                let key = keys.find(|key| key.key().fingerprint().as_bytes() == claimed.as_bytes());
                key.map(|key| self.check(key.key().role_as_unspecified()))
            };
            match checked {
                Some(Ok(())) => return Outcome::Verified(cert, claimed),
                Some(Err(Some(what))) => {
                    failed.get_or_insert(Outcome::Other(Verdict::Unsupported { what }));
                }
                Some(Err(None)) => {
                    failed.get_or_insert(Outcome::Failed(cert, claimed));
                }
                None => {}
            }
        }
        // Key ids outside of the signed part may be anything, and some signatures name no issuer.
        if !self.issuer_is_signed()
            && self.signature.digest_prefix()[..] == self.digest[..2]
            && let Some(outcome) = self.try_all()
        {
            return outcome;
        }
        let nobody_named =
            self.found.glance.key_ids.is_empty() && self.found.glance.fingerprints.is_empty();
        failed.unwrap_or_else(|| {
            let altered = self.signature.digest_prefix()[..] != self.digest[..2];
            Outcome::Other(if nobody_named && altered {
                Verdict::Bad
            } else {
                Verdict::SignerNotInKeys
            })
        })
    }

    /// The keys in KEYS that the signature names, by fingerprint first; at most a few.
    fn claimed(&self) -> Vec<(usize, Fingerprint)> {
        let glance = &self.found.glance;
        let by_fingerprint = glance.fingerprints.iter().flat_map(|fingerprint| {
            let places = self.keyring.places(&fingerprint.key_id()).iter();
            places.filter(move |place| place.key == *fingerprint)
        });
        let by_key_id = glance.key_ids.iter().flat_map(|key_id| self.keyring.places(key_id));
        let places = by_fingerprint.chain(by_key_id);
        let mut claimed: Vec<_> = places.map(|place| (place.entry, place.key)).collect();
        let mut seen = std::collections::HashSet::new();
        claimed.retain(|place| seen.insert(*place));
        claimed.truncate(8);
        claimed
    }

    fn issuer_is_signed(&self) -> bool {
        let hashed = self.signature.hashed_area();
        hashed.subpacket(SubpacketTag::IssuerFingerprint).is_some()
            || hashed.subpacket(SubpacketTag::Issuer).is_some()
    }

    fn try_all(&self) -> Option<Outcome> {
        const TRIES: usize = 5000;
        let algorithm = Algorithm::from_id(self.found.glance.key_algorithm);
        let keys = self.keyring.keys_of_algorithm(algorithm);
        for (entry, key) in keys.take(TRIES) {
            if self.check(&key).is_ok() {
                let cert = self.keyring.cert(entry).ok()?;
                return Some(Outcome::Verified(cert, fingerprint(key.fingerprint().as_bytes())));
            }
        }
        None
    }

    /// Checks the mathematics alone. An error with words means that it could not be checked.
    fn check(&self, key: &Key<PublicParts, UnspecifiedRole>) -> Result<(), Option<String>> {
        if (self.signature.version() == 6) != (key.version() == 6) {
            return Err(None);
        }
        key.verify(self.signature.mpis(), self.signature.hash_algo(), self.digest).map_err(
            |error| match error.downcast_ref::<SequoiaError>() {
                Some(
                    error @ (SequoiaError::UnsupportedPublicKeyAlgorithm(_)
                    | SequoiaError::UnsupportedEllipticCurve(_)
                    | SequoiaError::UnsupportedHashAlgorithm(_)),
                ) => Some(error.to_string()),
                _ => None,
            },
        )
    }
}
