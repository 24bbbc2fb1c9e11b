//! What a detached signature is worth, in words a voter understands.

use std::io::{ErrorKind, Read};

use chrono::{DateTime, TimeDelta, Utc};
use sequoia_openpgp::Cert;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::types::SignatureType;
use serde::Serialize;

use super::algorithm::{Algorithm, DigestAlgorithm, KeyKind};
use super::certificate::{Certificate, Revocation};
use super::handle::{Fingerprint, KeyId};
use super::instant::utc_seconds;
use super::keyring::Keyring;
use super::policy::has_unknown_critical;
use super::search::{Outcome, Search};
use super::signature::{Digests, Found, SignatureFile, SignatureFileError};

/// One signature, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// The gravest that is to be said.
    pub verdict: Verdict,
    /// What else is to be said, by gravity.
    pub also: Vec<Verdict>,
    /// The line of the signature's armored block, counted from 1.
    pub line: u32,
    /// Whether the signature file is ASCII-armored, as it has to be (POLICY K-01, K-02).
    pub armored: bool,
    /// Who the signature says made it; unproved.
    pub issuer: Issuer,
    /// The key in KEYS that it was checked with, if there is one.
    pub signer: Option<Signer>,
    /// The algorithm of the signing key.
    pub algorithm: Algorithm,
    /// The digest algorithm.
    pub digest: DigestAlgorithm,
    /// When it says it was made.
    pub created: Option<DateTime<Utc>>,
    /// Whether it is over the text with its line endings evened out, instead of over the bytes.
    pub text_mode: bool,
}

/// What a signature is worth. "Good" is only said of a signature whose key was found in KEYS and that holds
/// mathematically.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// Good.
    Good,
    /// Good, by a key that has expired since.
    GoodKeyExpiredNow {
        /// When it expired.
        expired: DateTime<Utc>,
    },
    /// Good, by a key that was later superseded or retired.
    GoodKeyRevokedLater {
        /// The revocation.
        revocation: Revocation,
    },
    /// It was to be valid for a time that is over.
    SignatureExpired {
        /// When it ended.
        expired: DateTime<Utc>,
    },
    /// Mathematically good, over a digest that can be forged (POLICY K-09).
    WeakDigest {
        /// The digest algorithm.
        digest: DigestAlgorithm,
    },
    /// The key had expired when the signature was made (POLICY K-13).
    KeyExpiredBeforeSignature {
        /// When it expired.
        expired: DateTime<Utc>,
    },
    /// The key or its certificate is revoked (POLICY K-12).
    KeyRevoked {
        /// The revocation.
        revocation: Revocation,
    },
    /// The key is not marked for signing (POLICY K-17).
    NotForSigning,
    /// No valid self-signature ties the key to its certificate.
    KeyNotBound,
    /// It says it was made before its key was.
    BeforeKeyCreation {
        /// When the key was made.
        key_created: DateTime<Utc>,
    },
    /// It says it was made after the instant of judgement.
    FromTheFuture,
    /// Its key is not in KEYS, so nothing can be said about it (POLICY K-05).
    SignerNotInKeys,
    /// The signer's certificate cannot be understood.
    CertificateUnreadable {
        /// Why.
        reason: String,
    },
    /// An algorithm, version or critical detail that is not supported, so nothing can be said about it.
    Unsupported {
        /// What it is.
        what: String,
    },
    /// A signature, but of another thing than a document, such as a certification.
    NotOverDocument {
        /// The signature type of RFC 9580, section 5.2.1.
        signature_type: u8,
    },
    /// A signature in text mode that does not fit the bytes as they are: programs even out lines differently, above
    /// all in files that are no text, so that nothing can be said about it.
    TextMode,
    /// The document is not what was signed, or the signature is damaged.
    Bad,
}

/// Who a signature says made it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Issuer {
    /// The fingerprint of the signing key or subkey.
    pub fingerprint: Option<Fingerprint>,
    /// Its key id.
    pub key_id: Option<KeyId>,
}

/// The key a signature was checked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// The fingerprint of the certificate (its primary key).
    pub certificate: Fingerprint,
    /// The fingerprint of the key that signed: the primary key or a subkey.
    pub key: Fingerprint,
    /// Its algorithm and size, for POLICY K-08.
    pub kind: KeyKind,
    /// The primary user id, else the first bound one. Foreign text.
    pub user_id: Option<String>,
    /// The ASF id guessed from the user ids.
    pub asf_id: Option<String>,
}

/// Why a document could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The signature file.
    #[error(transparent)]
    Signatures(#[from] SignatureFileError),
    /// The document.
    #[error("the signed document cannot be read")]
    Document(#[source] std::io::Error),
}

/// Judges every signature of a file over a document, read once, as of `now`.
///
/// # Errors
///
/// Fails when the file holds no detached signature, or the document cannot be read to its end. A bad signature is no
/// error.
pub fn judge(
    signatures: &[u8],
    document: &mut dyn Read,
    keyring: &Keyring,
    now: DateTime<Utc>,
) -> Result<Vec<Judgement>, JudgeError> {
    let file = SignatureFile::read(signatures)?;
    let mut hashing = file.hashing();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match document.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => hashing.update(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(JudgeError::Document(error)),
        }
    }
    Ok(file.judge(&hashing.finish(), keyring, now))
}

impl SignatureFile {
    /// Judges every signature by the digests of the document, as of `now`.
    pub fn judge(
        &self,
        digests: &Digests,
        keyring: &Keyring,
        now: DateTime<Utc>,
    ) -> Vec<Judgement> {
        self.signatures.iter().map(|found| one(found, digests, keyring, now)).collect()
    }
}

impl Judgement {
    /// Whether the signature may count: good, also where its key expired or retired since.
    pub fn is_good(&self) -> bool {
        self.verdict.is_good()
    }
}

impl Verdict {
    /// Whether it is one of the good ones.
    pub fn is_good(&self) -> bool {
        matches!(
            self,
            Self::Good | Self::GoodKeyExpiredNow { .. } | Self::GoodKeyRevokedLater { .. }
        )
    }

    fn gravity(&self) -> u8 {
        match self {
            Self::Bad => 16,
            Self::TextMode => 15,
            Self::NotOverDocument { .. } => 14,
            Self::Unsupported { .. } => 13,
            Self::CertificateUnreadable { .. } => 12,
            Self::SignerNotInKeys => 11,
            Self::KeyNotBound => 10,
            Self::KeyRevoked { revocation } if revocation.hard => 9,
            Self::BeforeKeyCreation { .. } => 8,
            Self::FromTheFuture => 7,
            Self::NotForSigning => 6,
            Self::KeyRevoked { .. } => 5,
            Self::KeyExpiredBeforeSignature { .. } => 4,
            Self::WeakDigest { .. } => 3,
            Self::SignatureExpired { .. } => 2,
            Self::GoodKeyRevokedLater { .. } | Self::GoodKeyExpiredNow { .. } => 1,
            Self::Good => 0,
        }
    }
}

/// How far the clocks of two machines may differ before "from the future" is said.
pub(super) const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(30);

fn one(found: &Found, digests: &Digests, keyring: &Keyring, now: DateTime<Utc>) -> Judgement {
    let glance = &found.glance;
    let mut judgement = Judgement {
        verdict: Verdict::Good,
        also: Vec::new(),
        line: found.line,
        armored: true,
        issuer: Issuer {
            fingerprint: glance.fingerprints.first().copied(),
            key_id: glance.key_ids.first().copied().filter(|key_id| !key_id.is_wildcard()),
        },
        signer: None,
        algorithm: Algorithm::from_id(glance.key_algorithm),
        digest: DigestAlgorithm::from_id(glance.digest_algorithm),
        created: glance.created.map(|seconds| utc_seconds(seconds.into())),
        text_mode: glance.kind == 0x01,
    };
    let mut verdicts = match &found.signature {
        None => vec![Verdict::Unsupported { what: unsupported(found) }],
        Some(signature) => verdicts(signature, &mut judgement, found, digests, keyring, now),
    };
    verdicts.sort_by_key(|verdict| std::cmp::Reverse(verdict.gravity()));
    let mut verdicts = verdicts.into_iter();
    judgement.verdict = verdicts.next().unwrap_or(Verdict::Good);
    judgement.also = verdicts.collect();
    judgement
}

fn unsupported(found: &Found) -> String {
    let Found { glance, .. } = found;
    let algorithm = Algorithm::from_id(glance.key_algorithm);
    let digest = DigestAlgorithm::from_id(glance.digest_algorithm);
    format!("signature version {} ({algorithm}, {digest})", glance.version)
}

fn verdicts(
    signature: &Signature,
    judgement: &mut Judgement,
    found: &Found,
    digests: &Digests,
    keyring: &Keyring,
    now: DateTime<Utc>,
) -> Vec<Verdict> {
    if !matches!(signature.typ(), SignatureType::Binary | SignatureType::Text) {
        return vec![Verdict::NotOverDocument { signature_type: signature.typ().into() }];
    }
    let Some(created) = judgement.created else {
        return vec![Verdict::Unsupported { what: "a signature without a time".to_owned() }];
    };
    let Some(digest) = digests.of(signature) else {
        return vec![Verdict::Unsupported { what: judgement.digest.to_string() }];
    };
    if has_unknown_critical(signature) {
        return vec![Verdict::Unsupported { what: "a critical subpacket".to_owned() }];
    }
    let search = Search { signature, found, digest: &digest, keyring };
    let (cert, key) = match search.signer() {
        Outcome::Verified(cert, key) => (cert, key),
        Outcome::Failed(cert, key) => {
            judgement.signer = Some(signer(&Certificate::checked(&cert, now), key, &cert));
            return vec![if judgement.text_mode { Verdict::TextMode } else { Verdict::Bad }];
        }
        Outcome::Other(verdict) => return vec![verdict],
    };
    let certificate = Certificate::checked(&cert, now);
    judgement.signer = Some(signer(&certificate, key, &cert));
    let mut verdicts = about_key(&certificate, key, created);
    if created > now + CLOCK_SKEW {
        verdicts.push(Verdict::FromTheFuture);
    }
    if judgement.digest.is_weak() {
        verdicts.push(Verdict::WeakDigest { digest: judgement.digest });
    }
    if let Some(expired) = signature.signature_expiration_time().map(super::instant::utc)
        && expired <= now
    {
        verdicts.push(Verdict::SignatureExpired { expired });
    }
    if let Some(expired) = expiry(&certificate, key) {
        if expired <= created {
            verdicts.push(Verdict::KeyExpiredBeforeSignature { expired });
        } else if expired <= now {
            verdicts.push(Verdict::GoodKeyExpiredNow { expired });
        }
    }
    verdicts
}

/// What the signer's certificate says about a signature made at `created`.
fn about_key(certificate: &Certificate, key: Fingerprint, created: DateTime<Utc>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    let subkey = certificate.subkeys.iter().find(|subkey| subkey.fingerprint == key);
    let (bound, can_sign, key_created) = match subkey {
        Some(subkey) => (subkey.bound, subkey.can_sign, subkey.created),
        None => (true, certificate.can_sign, certificate.created),
    };
    if !bound || !certificate.self_signed {
        verdicts.push(Verdict::KeyNotBound);
    } else if !can_sign {
        verdicts.push(Verdict::NotForSigning);
    }
    if created < key_created {
        verdicts.push(Verdict::BeforeKeyCreation { key_created });
    }
    let revocations = [&certificate.revoked, subkey.map_or(&None, |subkey| &subkey.revoked)];
    for revocation in revocations.into_iter().flatten().cloned() {
        verdicts.push(if revocation.hard || revocation.at <= created {
            Verdict::KeyRevoked { revocation }
        } else {
            Verdict::GoodKeyRevokedLater { revocation }
        });
    }
    verdicts
}

/// The earlier end of the key and its certificate.
fn expiry(certificate: &Certificate, key: Fingerprint) -> Option<DateTime<Utc>> {
    let subkey = certificate.subkeys.iter().find(|subkey| subkey.fingerprint == key);
    let ends = [certificate.expires, subkey.and_then(|subkey| subkey.expires)];
    ends.into_iter().flatten().min()
}

fn signer(certificate: &Certificate, key: Fingerprint, cert: &Cert) -> Signer {
    let used = cert.keys().find(|found| found.key().fingerprint().as_bytes() == key.as_bytes());
    let bound = |primary: bool| {
        let mut user_ids = certificate.user_ids.iter();
        user_ids.find(|user_id| user_id.bound && !user_id.revoked && (user_id.primary || !primary))
    };
    Signer {
        certificate: certificate.fingerprint,
        key,
        kind: used.map_or_else(|| certificate.kind.clone(), |found| KeyKind::of(found.key())),
        user_id: bound(true).or_else(|| bound(false)).map(|user_id| user_id.text.clone()),
        asf_id: certificate.asf_id.clone(),
    }
}
