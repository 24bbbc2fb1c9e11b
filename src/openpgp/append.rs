//! What appending a certificate to a KEYS file means. Append-only: no byte of the file is ever changed (POLICY K-07).

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::algorithm::{KeyKind, Strength, StrengthRule};
use super::certificate::{Certificate, Revocation};
use super::entry::{Extent, entry, packets_of};
use super::handle::Fingerprint;
use super::keyring::{CertificateError, Keyring};
use super::keys_file::{Encoding, KeysFile, KeysFileError};
use super::limits::Limits;
use super::packets::{self, packets};
use super::problem::ProblemKind;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The file already says all of it.
    NoOp {
        /// The certificate.
        fingerprint: Fingerprint,
        /// The line of its newest block, counted from 1.
        line: u32,
    },
    /// Bytes go to the end of the file.
    Append {
        /// The certificate.
        fingerprint: Fingerprint,
        /// What is new in it; empty when the whole certificate is.
        changes: Vec<Change>,
        /// The bytes to append to the file as it is, missing line ends at its end included.
        bytes: Vec<u8>,
    },
}

/// What a certificate says that its entries in the file do not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Change {
    /// A subkey.
    #[error("new subkey {0}")]
    Subkey(Fingerprint),
    /// A user id; foreign text.
    #[error("new user id {0}")]
    UserId(String),
    /// Another end, or none.
    #[error("new expiry {}", .0.map_or("never".to_owned(), |at| at.format("%Y-%m-%d").to_string()))]
    Expiry(Option<DateTime<Utc>>),
    /// A subkey or user id revoked.
    #[error("new revocation")]
    Revocation,
    /// Other signatures.
    #[error("new signatures")]
    Signatures,
}

/// Why nothing is appended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// One of the two is too large.
    #[error(transparent)]
    TooLarge(#[from] KeysFileError),
    /// The certificate cannot be understood.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// What is to be appended holds secret keys (POLICY K-11).
    #[error("secret key material in what is to be appended")]
    SecretKey,
    /// What is to be appended holds no certificate that can be read.
    #[error("no certificate in what is to be appended")]
    NoCertificate,
    /// What is to be appended holds several certificates.
    #[error("{0} certificates in what is to be appended")]
    Several(usize),
    /// Nothing proves that the certificate is its owner's.
    #[error("certificate {0} has no valid self-signature")]
    NotSelfSigned(Fingerprint),
    /// Its key says that it was made later.
    #[error("certificate {fingerprint} says that it was made in the future, on {}", .at.format("%Y-%m-%d"))]
    FromTheFuture {
        /// The certificate.
        fingerprint: Fingerprint,
        /// When.
        at: DateTime<Utc>,
    },
    /// Its time is over.
    #[error("certificate {fingerprint} expired on {}", .at.format("%Y-%m-%d"))]
    Expired {
        /// The certificate.
        fingerprint: Fingerprint,
        /// When.
        at: DateTime<Utc>,
    },
    /// It is revoked (POLICY K-12).
    #[error("certificate {fingerprint} was revoked on {}", .revocation.at.format("%Y-%m-%d"))]
    Revoked {
        /// The certificate.
        fingerprint: Fingerprint,
        /// How.
        revocation: Revocation,
    },
    /// No key of it can sign (POLICY K-17).
    #[error("certificate {0} has no key that can sign")]
    CannotSign(Fingerprint),
    /// Its signing keys are too weak (POLICY K-08).
    #[error("certificate {fingerprint} signs with {kind}, which policy does not accept")]
    TooWeak {
        /// The certificate.
        fingerprint: Fingerprint,
        /// Its strongest signing key.
        kind: KeyKind,
    },
    /// The file to append to is none of public keys.
    #[error("the file is not a KEYS file: {0}")]
    NotKeysFile(&'static str),
}

/// What holds for an append.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// How much of the certificate goes into the file.
    pub extent: Extent,
    /// How "RSA only" is taken.
    pub strength: StrengthRule,
    /// How much of either side is read.
    pub limits: Limits,
}

/// Decides what appending the certificate in `new` (as `gpg --export` writes it, armored or not) to the KEYS file `old`
/// means as of `now`.
///
/// # Errors
///
/// Fails when the certificate must not go into a KEYS file, or `old` is none.
pub fn append(
    old: &[u8],
    new: &[u8],
    options: &Options,
    now: DateTime<Utc>,
) -> Result<Decision, Refusal> {
    let old_file = KeysFile::read(old, &options.limits)?;
    check_file(old, &old_file)?;
    let (keyring, fingerprint) = one_certificate(new, &options.limits)?;
    let certificate = keyring.certificate(&fingerprint, now)?;
    let old_keyring = Keyring::new(old_file);
    // Whoever revoked a key that is there wants everybody to know it.
    let revokes = certificate.revoked.is_some() && old_keyring.entry(&fingerprint).is_some();
    if !revokes {
        check_certificate(&certificate, options.strength, now)?;
    }
    let line = old_keyring.occurrences(&fingerprint).last().map(|occurrence| occurrence.line);
    let changes = match old_keyring.entry(&fingerprint) {
        None => Vec::new(),
        Some(known) => {
            let changes =
                changes(&old_keyring, known, &keyring, &certificate, options.extent, now)?;
            if let Some(line) = line
                && changes.is_empty()
            {
                return Ok(Decision::NoOp { fingerprint, line });
            }
            changes
        }
    };
    let text = entry(&keyring, &fingerprint, options.extent, now)?;
    let note = note(&changes);
    let mut bytes = join(old);
    let crlf = old.windows(2).any(|pair| pair == b"\r\n");
    for line in [note.as_str(), text.as_str()].into_iter().flat_map(str::lines) {
        bytes.extend_from_slice(line.as_bytes());
        bytes.extend_from_slice(if crlf { b"\r\n" } else { b"\n" });
    }
    Ok(Decision::Append { fingerprint, changes, bytes })
}

fn check_file(bytes: &[u8], file: &KeysFile) -> Result<(), Refusal> {
    match file.encoding {
        Encoding::Binary => return Err(Refusal::NotKeysFile("it is a binary keyring")),
        Encoding::Utf16 => return Err(Refusal::NotKeysFile("it is stored as UTF-16")),
        Encoding::Utf8 | Encoding::Utf8WithMark | Encoding::EightBit => {}
    }
    for problem in file.all_problems() {
        match problem.kind {
            ProblemKind::SecretKey => return Err(Refusal::NotKeysFile("it holds secret keys")),
            ProblemKind::BinaryData => return Err(Refusal::NotKeysFile("it holds binary data")),
            _ => {}
        }
    }
    let open = file.blocks.last().is_some_and(|block| {
        block.problems.iter().any(|problem| problem.kind == ProblemKind::EndMissing)
    });
    if open {
        return Err(Refusal::NotKeysFile("its last block has no END line"));
    }
    let header = bytes.to_ascii_lowercase();
    let mentions = |word: &[u8]| header.windows(word.len()).any(|window| window == word);
    let has_keys = file.certificates().next().is_some();
    if !has_keys && !bytes.trim_ascii().is_empty() && !mentions(b"pgp") && !mentions(b"gpg") {
        return Err(Refusal::NotKeysFile("it holds no key and does not speak of any"));
    }
    Ok(())
}

fn one_certificate(bytes: &[u8], limits: &Limits) -> Result<(Keyring, Fingerprint), Refusal> {
    let file = KeysFile::read(bytes, limits)?;
    if file.all_problems().iter().any(|problem| problem.kind == ProblemKind::SecretKey) {
        return Err(Refusal::SecretKey);
    }
    let keyring = Keyring::new(file);
    let mut fingerprints = keyring.fingerprints();
    let fingerprint = fingerprints.next().ok_or(Refusal::NoCertificate)?;
    if fingerprints.next().is_some() {
        return Err(Refusal::Several(keyring.len()));
    }
    drop(fingerprints);
    Ok((keyring, fingerprint))
}

fn check_certificate(
    certificate: &Certificate,
    rule: StrengthRule,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let fingerprint = certificate.fingerprint;
    if let Some(revocation) = &certificate.revoked {
        return Err(Refusal::Revoked { fingerprint, revocation: revocation.clone() });
    }
    if !certificate.self_signed {
        return Err(Refusal::NotSelfSigned(fingerprint));
    }
    if certificate.is_from_the_future(now) {
        return Err(Refusal::FromTheFuture { fingerprint, at: certificate.created });
    }
    if let Some(at) = certificate.expires.filter(|expires| *expires <= now) {
        return Err(Refusal::Expired { fingerprint, at });
    }
    let keys = certificate.signing_keys(now);
    let Some((_, first)) = keys.first() else {
        return Err(Refusal::CannotSign(fingerprint));
    };
    if !keys.iter().any(|(_, kind)| Strength::is_accepted(kind.strength(rule))) {
        let kind = KeyKind::clone(first);
        return Err(Refusal::TooWeak { fingerprint, kind });
    }
    Ok(())
}

/// Compares what would be written with all that the file already says of the certificate.
fn changes(
    old: &Keyring,
    known: usize,
    new: &Keyring,
    certificate: &Certificate,
    extent: Extent,
    now: DateTime<Utc>,
) -> Result<Vec<Change>, Refusal> {
    let said = Said::of(&old.all_packets(known));
    let saying = Said::of(&packets_of(new, 0, extent, now)?);
    let fresh: Vec<_> = saying.signatures.difference(&said.signatures).collect();
    if fresh.is_empty() && saying.components.is_subset(&said.components) {
        return Ok(Vec::new());
    }
    let before = old.checked(known, now)?;
    let mut changes = Vec::new();
    let is_known = |fingerprint: &Fingerprint| {
        before.subkeys.iter().any(|subkey| subkey.fingerprint == *fingerprint)
    };
    let subkeys = certificate.subkeys.iter().filter(|subkey| subkey.bound);
    let subkeys = subkeys.map(|subkey| subkey.fingerprint);
    changes.extend(subkeys.filter(|subkey| !is_known(subkey)).map(Change::Subkey));
    let user_ids = certificate.user_ids.iter().filter(|user_id| user_id.bound);
    let user_ids = user_ids.map(|user_id| user_id.text.clone());
    let is_known = |text: &String| before.user_ids.iter().any(|user_id| user_id.text == *text);
    changes.extend(user_ids.filter(|text| !is_known(text)).map(Change::UserId));
    if certificate.expires != before.expires {
        changes.push(Change::Expiry(certificate.expires));
    }
    let revokes = |signature: &&Vec<u8>| matches!(signature.get(1), Some(0x20 | 0x28 | 0x30));
    if fresh.iter().any(revokes) {
        changes.push(Change::Revocation);
    }
    if changes.is_empty() {
        changes.push(Change::Signatures);
    }
    Ok(changes)
}

/// The parts and signatures of a certificate, in a form that can be compared.
struct Said {
    components: HashSet<Vec<u8>>,
    signatures: HashSet<Vec<u8>>,
}

impl Said {
    fn of(data: &[u8]) -> Self {
        let mut said = Self { components: HashSet::new(), signatures: HashSet::new() };
        for packet in packets(data).map_while(Result::ok) {
            let body = &data[packet.body];
            match packet.tag {
                packets::SIGNATURE => said.signatures.insert(packets::signed_part(body)),
                packets::TRUST | packets::MARKER | packets::PADDING => false,
                _ => said.components.insert(body.to_vec()),
            };
        }
        said
    }
}

/// Says why a certificate stands in the file again.
fn note(changes: &[Change]) -> String {
    if changes.is_empty() {
        return String::new();
    }
    let kinds: Vec<_> = changes
        .iter()
        .map(|change| match change {
            // The listing below shows it, with its control characters made visible.
            Change::UserId(_) => "new user id".to_owned(),
            other => other.to_string(),
        })
        .collect();
    format!(
        "The following key is in this file already; this entry adds to it: {}.\n\n",
        kinds.join(", ")
    )
}

/// Returns what is missing at the end of the file to start an entry on a line of its own, after a blank one.
fn join(old: &[u8]) -> Vec<u8> {
    let newline: &[u8] = if old.windows(2).any(|pair| pair == b"\r\n") { b"\r\n" } else { b"\n" };
    let ends = |text: &[u8]| text.ends_with(b"\n") || text.ends_with(b"\r");
    if old.is_empty() {
        return Vec::new();
    }
    if ends(old) { newline.to_vec() } else { newline.repeat(2) }
}
