//! What a certificate says about itself, its self-signatures checked.

use std::num::NonZero;
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use sequoia_openpgp::Cert;
use sequoia_openpgp::cert::ValidCert;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::types::RevocationStatus;
use sequoia_openpgp::types::{ReasonForRevocation, RevocationType};
use serde::Serialize;

use super::algorithm::{DigestAlgorithm, KeyKind};
use super::handle::{Fingerprint, KeyId};
use super::instant::{system, utc};
use super::keyring::{CertificateError, Keyring};
use super::policy::Lenient;
use super::verdict::CLOCK_SKEW;

/// A certificate as of an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// The fingerprint of the primary key.
    pub fingerprint: Fingerprint,
    /// Its key id.
    pub key_id: KeyId,
    /// The version of the key packet, 4 or 6.
    pub version: u8,
    /// The algorithm and size of the primary key.
    pub kind: KeyKind,
    /// When the primary key was made.
    pub created: DateTime<Utc>,
    /// When it expires, by the newest self-signature; `None` for never (or when nothing valid says so).
    pub expires: Option<DateTime<Utc>>,
    /// The gravest revocation of the whole certificate.
    pub revoked: Option<Revocation>,
    /// Whether the primary key may sign data.
    pub can_sign: bool,
    /// Whether a valid self-signature stands behind it. Without one, `gpg` does not import it and nothing it says
    /// about itself is proved.
    pub self_signed: bool,
    /// Whether every valid self-signature in force uses SHA-1 or weaker (POLICY K-09).
    pub sha1_only: bool,
    /// The user ids, bound or not, in the order of the certificate.
    pub user_ids: Vec<UserId>,
    /// The subkeys, bound or not.
    pub subkeys: Vec<Subkey>,
    /// The ASF id guessed from a bound user id with an `@apache.org` address.
    pub asf_id: Option<String>,
}

/// A user id of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UserId {
    /// The text, with characters that are not UTF-8 replaced. Foreign: escape it before it reaches a terminal.
    pub text: String,
    /// Whether a valid self-signature binds it.
    pub bound: bool,
    /// Whether it is the primary one.
    pub primary: bool,
    /// Whether it is revoked.
    pub revoked: bool,
    /// The digest of the newest valid self-signature.
    pub digest: Option<DigestAlgorithm>,
}

/// A subkey of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subkey {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// Its key id.
    pub key_id: KeyId,
    /// Its algorithm and size.
    pub kind: KeyKind,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it expires.
    pub expires: Option<DateTime<Utc>>,
    /// Its gravest revocation.
    pub revoked: Option<Revocation>,
    /// Whether a valid self-signature binds it (for a signing subkey: in both directions).
    pub bound: bool,
    /// Whether it is bound and marked for signing (POLICY K-17).
    pub can_sign: bool,
}

/// A statement by the key itself that it is not to be used any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// The reason, as a number of RFC 9580, section 5.2.3.31; 0 when none is given.
    pub code: u8,
    /// The explanation, if any; foreign text, at most 500 characters.
    pub text: String,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// Whether it also takes back the signatures made before it: everything but "superseded" and "retired".
    pub hard: bool,
}

impl Revocation {
    /// Returns the reason in words.
    pub fn reason(&self) -> &'static str {
        match self.code {
            1 => "superseded by another key",
            2 => "compromised",
            3 => "retired",
            32 => "user id no longer valid",
            _ => "no reason given",
        }
    }

    /// Returns the gravest: a hard one before a soft one, then the earliest.
    pub(super) fn gravest<'s>(signatures: impl Iterator<Item = &'s Signature>) -> Option<Self> {
        signatures.map(Self::of).min_by_key(|revocation| (!revocation.hard, revocation.at))
    }

    fn of(signature: &Signature) -> Self {
        let reason = signature.reason_for_revocation();
        let code = reason.map_or(ReasonForRevocation::Unspecified, |(code, _)| code);
        let text = reason.map_or(&[][..], |(_, text)| text);
        Self {
            code: code.into(),
            text: String::from_utf8_lossy(text).chars().take(500).collect(),
            at: signature.signature_creation_time().map(utc).unwrap_or_default(),
            hard: code.revocation_type() == RevocationType::Hard,
        }
    }
}

impl Certificate {
    /// Whether it is expired at `now`.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// Whether its key says that it was made after `now`, clocks apart: nobody takes such a key.
    pub fn is_from_the_future(&self, now: DateTime<Utc>) -> bool {
        self.created > now + CLOCK_SKEW
    }

    /// Returns the kinds of the keys that can sign for it as of `now`: bound, marked, neither expired nor revoked.
    pub fn signing_keys(&self, now: DateTime<Utc>) -> Vec<(Fingerprint, &KeyKind)> {
        if self.is_expired(now) || self.revoked.is_some() || self.is_from_the_future(now) {
            return Vec::new();
        }
        let primary = self.can_sign.then_some((self.fingerprint, &self.kind));
        let subkeys = self.subkeys.iter().filter(|subkey| {
            let expired = subkey.expires.is_some_and(|expires| expires <= now);
            subkey.can_sign && subkey.revoked.is_none() && !expired
        });
        primary
            .into_iter()
            .chain(subkeys.map(|subkey| (subkey.fingerprint, &subkey.kind)))
            .collect()
    }

    pub(super) fn checked(cert: &Cert, now: DateTime<Utc>) -> Self {
        let reference = reference(cert, now);
        let at = system(reference);
        let valid = cert.with_policy(&Lenient, at).ok();
        let primary = cert.primary_key();
        let valid_primary = valid.as_ref().map(|valid| valid.primary_key());
        let kind = KeyKind::of(primary.key());
        let fingerprint = fingerprint(primary.key().fingerprint().as_bytes());
        let can_sign = valid_primary.as_ref().is_some_and(|primary| {
            // Keys from before key flags sign with whatever can sign.
            primary.key_flags().map_or(kind.algorithm.can_sign(), |flags| flags.for_signing())
        });
        let user_ids = user_ids(cert, at);
        let subkeys: Vec<_> = subkeys(cert, at, now);
        let mut digests: Vec<_> = user_ids.iter().filter_map(|user_id| user_id.digest).collect();
        let binding = valid_primary.as_ref().map(|primary| primary.binding_signature());
        digests.extend(binding.map(|binding| DigestAlgorithm::of(binding.hash_algo())));
        Self {
            fingerprint,
            key_id: fingerprint.key_id(),
            version: primary.key().version(),
            created: utc(primary.key().creation_time()),
            expires: expiry(cert, valid.as_ref()),
            revoked: Revocation::gravest(
                primary.self_revocations().filter(|signature| counts(signature, now)),
            ),
            can_sign,
            self_signed: valid.is_some(),
            sha1_only: !digests.is_empty() && digests.iter().all(|digest| digest.is_weak()),
            asf_id: user_ids
                .iter()
                .filter(|user_id| user_id.bound)
                .find_map(|user_id| user_id.asf_id()),
            user_ids,
            subkeys,
            kind,
        }
    }
}

/// When the primary key expires. What the newest signature over the key itself says counts before what those over
/// user ids say, as GnuPG and RNP have it.
fn expiry(cert: &Cert, valid: Option<&ValidCert<'_>>) -> Option<DateTime<Utc>> {
    let valid = valid?;
    let created = cert.primary_key().key().creation_time();
    let direct = valid.direct_key_signature().ok().and_then(|direct| direct.key_validity_period());
    let end = match direct {
        Some(period) => Some(created + period),
        None => valid.primary_key().key_expiration_time(),
    };
    end.map(utc)
}

impl UserId {
    /// Returns the id in front of `@apache.org`, in lower case, if there is one.
    pub fn asf_id(&self) -> Option<String> {
        let text = self.text.to_ascii_lowercase();
        let address = match text.rsplit_once('<') {
            Some((_, address)) => address.split('>').next().unwrap_or_default(),
            None => text.as_str(),
        };
        let id = address.trim().strip_suffix("@apache.org")?;
        let known =
            |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
        (!id.is_empty() && id.chars().all(known)).then(|| id.to_owned())
    }
}

/// Returns the instant at which self-signatures are looked for: `now`, except when all of them are newer. Who renews a
/// key replaces its self-signatures, so that asking for an earlier instant would find nothing in today's KEYS file.
fn reference(cert: &Cert, now: DateTime<Utc>) -> DateTime<Utc> {
    if cert.with_policy(&Lenient, system(now)).is_ok() {
        return now;
    }
    let user_ids = cert.userids();
    let of_user_ids = user_ids.flat_map(|user_id| user_id.self_signatures());
    let all = of_user_ids.chain(cert.primary_key().self_signatures());
    let newest = all.filter_map(|signature| signature.signature_creation_time()).map(utc).max();
    newest.map_or(now, |newest| newest.max(now))
}

/// Whether a revocation is to be heeded: policy accepts it, and it is not a soft one from the future.
fn counts(signature: &Signature, now: DateTime<Utc>) -> bool {
    use sequoia_openpgp::policy::{HashAlgoSecurity, Policy as _};
    let accepted = Lenient.signature(signature, HashAlgoSecurity::SecondPreImageResistance).is_ok();
    let revocation = Revocation::of(signature);
    accepted && (revocation.hard || revocation.at <= now)
}

fn user_ids(cert: &Cert, at: SystemTime) -> Vec<UserId> {
    let valid = cert.with_policy(&Lenient, at).ok();
    let primary = valid.as_ref().and_then(|valid| valid.primary_userid().ok());
    let primary = primary.as_ref().map(|primary| primary.userid().value());
    cert.userids()
        .map(|user_id| {
            let value = user_id.userid().value();
            let binding = user_id.binding_signature(&Lenient, at).ok();
            let revoked = user_id.revocation_status(&Lenient, at);
            UserId {
                text: String::from_utf8_lossy(value).into_owned(),
                bound: binding.is_some(),
                primary: primary == Some(value),
                revoked: matches!(revoked, RevocationStatus::Revoked(_)),
                digest: binding.map(|binding| DigestAlgorithm::of(binding.hash_algo())),
            }
        })
        .collect()
}

fn subkeys(cert: &Cert, at: SystemTime, now: DateTime<Utc>) -> Vec<Subkey> {
    cert.keys()
        .subkeys()
        .map(|subkey| {
            let key = subkey.key();
            let binding = subkey.binding_signature(&Lenient, at).ok();
            let fingerprint = fingerprint(key.fingerprint().as_bytes());
            Subkey {
                fingerprint,
                key_id: fingerprint.key_id(),
                kind: KeyKind::of(key),
                created: utc(key.creation_time()),
                expires: binding
                    .and_then(|binding| binding.key_validity_period())
                    .map(|period| utc(key.creation_time() + period)),
                revoked: Revocation::gravest(
                    subkey.self_revocations().filter(|signature| counts(signature, now)),
                ),
                bound: binding.is_some(),
                can_sign: binding
                    .and_then(|binding| binding.key_flags())
                    .is_some_and(|flags| flags.for_signing()),
            }
        })
        .collect()
}

/// Takes over a fingerprint of Sequoia's; it has one of our two lengths for the versions it reads.
pub(super) fn fingerprint(bytes: &[u8]) -> Fingerprint {
    Fingerprint::from_bytes(bytes).expect("keys of version 4 and 6 only are handed to Sequoia")
}

/// Reads all certificates of a keyring with their self-signatures checked, in its order, on up to `threads` threads.
pub fn certificates(
    keyring: &Keyring,
    now: DateTime<Utc>,
    threads: NonZero<usize>,
) -> Vec<Result<Certificate, CertificateError>> {
    let count = keyring.len();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let read = || {
        let mut found = Vec::new();
        loop {
            let entry = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if entry >= count {
                return found;
            }
            found.push((entry, keyring.checked(entry, now)));
        }
    };
    let mut found = if threads.get() == 1 || count < 2 {
        read()
    } else {
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                (0..threads.get().min(count)).map(|_| scope.spawn(read)).collect();
            let join = |worker: std::thread::ScopedJoinHandle<'_, _>| match worker.join() {
                Ok(found) => found,
                Err(panic) => std::panic::resume_unwind(panic),
            };
            workers.into_iter().flat_map(join).collect()
        })
    };
    found.sort_by_key(|(entry, _)| *entry);
    found.into_iter().map(|(_, certificate)| certificate).collect()
}
