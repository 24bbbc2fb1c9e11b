//! The keys of one or more KEYS files, found by fingerprint or key id (POLICY K-05, K-06, K-17).

use std::collections::HashMap;

use sequoia_openpgp::Cert;
use sequoia_openpgp::Packet as SequoiaPacket;
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::parse::Parse;

use chrono::{DateTime, Utc};

use super::algorithm::Algorithm;
use super::certificate::Certificate;
use super::extract;
use super::handle::{Fingerprint, KeyId};
use super::keys_file::{Block, KeysFile, RawCertificate};
use super::packets::{self, packets};

/// An index over KEYS files. Building it hashes each key once and checks nothing; self-signatures are checked for the
/// entries that are asked for.
///
/// A certificate that stands in several blocks (append-only files are full of them) is one entry with several
/// [`Occurrence`]s, whose packets count together.
#[derive(Debug, Default)]
pub struct Keyring {
    blocks: Vec<(usize, Block)>,
    entries: Vec<Entry>,
    /// Primary keys and subkeys, by key id; an id may be shared.
    by_key_id: HashMap<KeyId, Vec<Place>>,
    by_fingerprint: HashMap<Fingerprint, usize>,
    /// Revocations that stand apart from their key, by the id of the key that they name.
    revocations: HashMap<KeyId, Vec<Vec<u8>>>,
    files: usize,
}

/// Where a certificate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Occurrence {
    /// The KEYS file, counted from 0 in the order they were added.
    pub file: usize,
    /// The line of the block's `BEGIN` marker, counted from 1.
    pub line: u32,
    #[serde(skip)]
    block: usize,
    #[serde(skip)]
    certificate: usize,
}

/// Why a certificate cannot be read further than its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// No certificate of that fingerprint.
    #[error("no certificate {0}")]
    Unknown(Fingerprint),
    /// Its packets cannot be understood.
    #[error("certificate {fingerprint} cannot be read: {reason}")]
    Unreadable {
        /// Its fingerprint.
        fingerprint: Fingerprint,
        /// Why, as the OpenPGP library says it.
        reason: String,
    },
}

#[derive(Debug)]
struct Entry {
    fingerprint: Fingerprint,
    occurrences: Vec<Occurrence>,
}

/// A key of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) entry: usize,
    pub(super) key: Fingerprint,
}

impl Keyring {
    /// Indexes one KEYS file.
    pub fn new(file: KeysFile) -> Self {
        let mut keyring = Self::default();
        keyring.add(file);
        keyring
    }

    /// Indexes one more KEYS file (POLICY K-06: a project may have one per component).
    pub fn add(&mut self, file: KeysFile) {
        let number = self.files;
        self.files += 1;
        for block in file.blocks {
            let block_number = self.blocks.len();
            for (certificate, raw) in block.certificates.iter().enumerate() {
                let occurrence = Occurrence {
                    file: number,
                    line: block.first_line,
                    block: block_number,
                    certificate,
                };
                self.index(raw, occurrence);
            }
            for body in &block.revocations {
                self.revoke(body);
            }
            self.blocks.push((number, block));
        }
    }

    fn revoke(&mut self, body: &[u8]) {
        const MOST: usize = 32;
        let Some(glance) = packets::glance(body) else { return };
        let named = glance.fingerprints.iter().map(Fingerprint::key_id);
        for key_id in named.chain(glance.key_ids.iter().copied()) {
            let known = self.revocations.entry(key_id).or_default();
            if known.len() < MOST && !known.iter().any(|known| known == body) {
                known.push(body.to_vec());
            }
        }
    }

    /// The revocations of a certificate that stand apart from it, as packets. Whether they are its owner's is not
    /// checked.
    fn loose_revocations(&self, fingerprint: &Fingerprint) -> Vec<u8> {
        let mut found = Vec::new();
        for body in self.revocations.get(&fingerprint.key_id()).into_iter().flatten() {
            if packets::glance(body).is_some_and(|glance| glance.may_be_by(fingerprint)) {
                packets::write(packets::SIGNATURE, body, &mut found);
            }
        }
        found
    }

    fn index(&mut self, raw: &RawCertificate, occurrence: Occurrence) {
        let entry = *self.by_fingerprint.entry(raw.fingerprint).or_insert_with(|| {
            let (fingerprint, occurrences) = (raw.fingerprint, Vec::new());
            self.entries.push(Entry { fingerprint, occurrences });
            self.entries.len() - 1
        });
        self.entries[entry].occurrences.push(occurrence);
        for key in std::iter::once(&raw.fingerprint).chain(&raw.subkeys) {
            let places = self.by_key_id.entry(key.key_id()).or_default();
            let place = Place { entry, key: *key };
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }

    /// The number of different certificates.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no certificate at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Returns the fingerprints of all certificates, in the order of their first occurrence.
    pub fn fingerprints(&self) -> impl Iterator<Item = Fingerprint> {
        self.entries.iter().map(|entry| entry.fingerprint)
    }

    /// Returns where the certificate stands; empty when it does not.
    pub fn occurrences(&self, certificate: &Fingerprint) -> &[Occurrence] {
        self.by_fingerprint
            .get(certificate)
            .map_or(&[], |entry| &self.entries[*entry].occurrences[..])
    }

    /// Returns the certificates that hold the key, as primary key or subkey (POLICY K-17). Not a statement that the
    /// subkey is bound.
    pub fn certificates_with_key(&self, key: &Fingerprint) -> Vec<Fingerprint> {
        let places = self.places(&key.key_id());
        let found = places.iter().filter(|place| place.key == *key);
        found.map(|place| self.entries[place.entry].fingerprint).collect()
    }

    /// Returns the certificates that hold a key of that id.
    pub fn certificates_with_key_id(&self, key: &KeyId) -> Vec<Fingerprint> {
        let mut found: Vec<_> =
            self.places(key).iter().map(|place| self.entries[place.entry].fingerprint).collect();
        found.dedup();
        found
    }

    /// Reads one certificate with its self-signatures checked, as of `now`.
    ///
    /// # Errors
    ///
    /// Fails when there is no such certificate or its packets cannot be understood.
    pub fn certificate(
        &self,
        fingerprint: &Fingerprint,
        now: DateTime<Utc>,
    ) -> Result<Certificate, CertificateError> {
        let entry = self.by_fingerprint.get(fingerprint);
        let entry = entry.ok_or(CertificateError::Unknown(*fingerprint))?;
        self.checked(*entry, now)
    }

    pub(super) fn checked(
        &self,
        entry: usize,
        now: DateTime<Utc>,
    ) -> Result<Certificate, CertificateError> {
        let mut certificate = Certificate::checked(&self.cert(entry)?, now);
        let (subkeys, user_ids) = self.order(entry);
        let place = |subkey: &Fingerprint| subkeys.iter().position(|known| known == subkey);
        certificate.subkeys.sort_by_key(|subkey| place(&subkey.fingerprint));
        let place = |text: &str| user_ids.iter().position(|known| known == text);
        certificate.user_ids.sort_by_key(|user_id| place(&user_id.text));
        Ok(certificate)
    }

    /// The subkeys and user ids in the order they were written in; Sequoia has an order of its own.
    pub(super) fn order(&self, entry: usize) -> (Vec<Fingerprint>, Vec<String>) {
        let mut subkeys = Vec::new();
        let mut user_ids = Vec::new();
        for occurrence in &self.entries[entry].occurrences {
            let data = self.packets(occurrence);
            for packet in packets(data).map_while(Result::ok) {
                let body = &data[packet.body];
                match packet.tag {
                    packets::PUBLIC_SUBKEY => subkeys.extend(packets::fingerprint(body)),
                    packets::USER_ID if body.len() <= extract::USER_ID_BYTES => {
                        user_ids.push(String::from_utf8_lossy(body).into_owned());
                    }
                    _ => {}
                }
            }
        }
        (subkeys, user_ids)
    }

    /// All packets of the entry that may be published, each once: those of later occurrences behind their own parts.
    pub(super) fn all_packets(&self, entry: usize) -> Vec<u8> {
        let Entry { fingerprint, occurrences } = &self.entries[entry];
        let loose = self.loose_revocations(fingerprint);
        let own = occurrences.iter().map(|occurrence| self.packets(occurrence));
        // Before any other part they are about the key itself.
        extract::merged(own.chain([&loose[..]]))
    }

    pub(super) fn entry(&self, certificate: &Fingerprint) -> Option<usize> {
        self.by_fingerprint.get(certificate).copied()
    }

    pub(super) fn places(&self, key: &KeyId) -> &[Place] {
        self.by_key_id.get(key).map_or(&[], Vec::as_slice)
    }

    /// Hands the entry's packets, certifications by others left out, to Sequoia.
    pub(super) fn cert(&self, entry: usize) -> Result<Cert, CertificateError> {
        let entry = &self.entries[entry];
        let unreadable = |reason: &dyn std::fmt::Display| CertificateError::Unreadable {
            fingerprint: entry.fingerprint,
            reason: reason.to_string(),
        };
        let mut merged: Option<Cert> = None;
        let mut seen: Vec<Vec<u8>> = Vec::new();
        for occurrence in &entry.occurrences {
            let own = extract::own_packets(self.packets(occurrence), &entry.fingerprint)
                .map_err(|reason| unreadable(&reason))?;
            if seen.contains(&own) {
                continue;
            }
            let cert = Cert::from_bytes(&own).map_err(|error| unreadable(&error))?;
            merged = Some(match merged {
                None => cert,
                Some(before) => before.merge_public(cert).map_err(|error| unreadable(&error))?,
            });
            seen.push(own);
        }
        let cert = merged.ok_or(CertificateError::Unknown(entry.fingerprint))?;
        let loose = self.loose_revocations(&entry.fingerprint);
        let signatures = packets(&loose).map_while(Result::ok);
        let signatures = signatures.filter_map(|packet| {
            match SequoiaPacket::from_bytes(&loose[packet.whole]).ok()? {
                SequoiaPacket::Signature(signature) => Some(signature),
                _ => None,
            }
        });
        let cert = cert.insert_packets(signatures).map_err(|error| unreadable(&error))?;
        Ok(cert.0)
    }

    /// Returns the public keys whose signatures are of the given algorithm, unchecked, with their entries.
    pub(super) fn keys_of_algorithm(
        &self,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = (usize, Key<PublicParts, UnspecifiedRole>)> {
        self.entries.iter().enumerate().flat_map(move |(number, entry)| {
            let first = entry.occurrences.first();
            let data = first.map_or(&[][..], |occurrence| self.packets(occurrence));
            packets(data).map_while(Result::ok).filter_map(move |packet| {
                let key = matches!(packet.tag, packets::PUBLIC_KEY | packets::PUBLIC_SUBKEY);
                let id = data.get(packet.body.start + 5).copied();
                if !key || id.map(Algorithm::from_id) != Some(algorithm) {
                    return None;
                }
                parse_key(&data[packet.whole]).map(|key| (number, key))
            })
        })
    }

    pub(super) fn packets(&self, occurrence: &Occurrence) -> &[u8] {
        let (_, block) = &self.blocks[occurrence.block];
        block.packets_of(&block.certificates[occurrence.certificate])
    }
}

fn parse_key(packet: &[u8]) -> Option<Key<PublicParts, UnspecifiedRole>> {
    match SequoiaPacket::from_bytes(packet).ok()? {
        SequoiaPacket::PublicKey(key) => Some(key.role_into_unspecified()),
        SequoiaPacket::PublicSubkey(key) => Some(key.role_into_unspecified()),
        _ => None,
    }
}
