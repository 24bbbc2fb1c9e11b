//! Walks OpenPGP packets by their headers, without understanding what is in them (RFC 9580, section 4.2).
//!
//! This is what makes finding a signer cheap: of a file of certificates only headers are read and key packets hashed.
//! Packets of certificates and signatures always have a definite length, so partial and indeterminate lengths (the door
//! to nested and endless data) are refused here, before any parser sees them.

use std::ops::Range;

use sequoia_openpgp::types::HashAlgorithm;
use sha2::{Digest as _, Sha256};

use super::handle::{Fingerprint, KeyId};

pub(super) const SIGNATURE: u8 = 2;
pub(super) const SECRET_KEY: u8 = 5;
pub(super) const PUBLIC_KEY: u8 = 6;
pub(super) const SECRET_SUBKEY: u8 = 7;
pub(super) const COMPRESSED: u8 = 8;
pub(super) const MARKER: u8 = 10;
pub(super) const TRUST: u8 = 12;
pub(super) const USER_ID: u8 = 13;
pub(super) const PUBLIC_SUBKEY: u8 = 14;
pub(super) const USER_ATTRIBUTE: u8 = 17;
pub(super) const PADDING: u8 = 21;

/// Where one packet lies in the bytes walked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) tag: u8,
    /// Header and body.
    pub(super) whole: Range<usize>,
    /// The body alone.
    pub(super) body: Range<usize>,
}

/// Why the walk stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum PacketError {
    #[error("no packet starts at byte {0}")]
    NoHeader(usize),
    #[error("the packet at byte {0} is cut off")]
    CutOff(usize),
    #[error("the packet at byte {at} has no definite length")]
    NoLength { at: usize, tag: u8 },
}

/// The packets of `data`, in order; ends after the first error.
pub(super) fn packets(data: &[u8]) -> Packets<'_> {
    Packets { data, at: 0 }
}

pub(super) struct Packets<'d> {
    data: &'d [u8],
    at: usize,
}

impl Iterator for Packets<'_> {
    type Item = Result<Packet, PacketError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.data.len() {
            return None;
        }
        let packet = packet_at(self.data, self.at);
        self.at = packet.as_ref().map_or(self.data.len(), |packet| packet.whole.end);
        Some(packet)
    }
}

fn packet_at(data: &[u8], start: usize) -> Result<Packet, PacketError> {
    let first = data[start];
    if first & 0x80 == 0 {
        return Err(PacketError::NoHeader(start));
    }
    let byte = |offset: usize| {
        data.get(start + offset).map(|byte| usize::from(*byte)).ok_or(PacketError::CutOff(start))
    };
    let number = |from: usize, count: usize| {
        (from..from + count).try_fold(0usize, |sum, offset| Ok(sum << 8 | byte(offset)?))
    };
    let new_format = first & 0x40 != 0;
    let (tag, header, length) = if new_format {
        let (header, length) = match byte(1)? {
            short @ 0..192 => (2, short),
            first @ 192..224 => (3, ((first - 192) << 8) + byte(2)? + 192),
            255 => (6, number(2, 4)?),
            _ => {
                return Err(PacketError::NoLength { at: start, tag: first & 0x3f });
            }
        };
        (first & 0x3f, header, length)
    } else {
        let (header, length) = match first & 3 {
            0 => (2, number(1, 1)?),
            1 => (3, number(1, 2)?),
            2 => (5, number(1, 4)?),
            _ => {
                return Err(PacketError::NoLength { at: start, tag: first >> 2 & 0x0f });
            }
        };
        (first >> 2 & 0x0f, header, length)
    };
    let body = start + header;
    let end = body.checked_add(length).filter(|end| *end <= data.len());
    let end = end.ok_or(PacketError::CutOff(start))?;
    Ok(Packet { tag, whole: start..end, body: body..end })
}

/// Appends a packet with the header that `gpg` writes, so that an entry made here is the same as one made there.
pub(super) fn write(tag: u8, body: &[u8], out: &mut Vec<u8>) {
    let length = u32::try_from(body.len()).expect("packets are cut from files of at most 4 GiB");
    let [_, _, high, low] = length.to_be_bytes();
    if tag < 16 {
        let first = 0x80 | tag << 2;
        match length {
            0..0x100 => out.extend([first, low]),
            0x100..0x1_0000 => out.extend([first | 1, high, low]),
            _ => {
                out.push(first | 2);
                out.extend(length.to_be_bytes());
            }
        }
    } else {
        out.push(0xc0 | tag);
        match length {
            0..192 => out.push(low),
            192..8384 => {
                let [.., high, low] = (length - 192).to_be_bytes();
                out.extend([high + 192, low]);
            }
            _ => {
                out.push(255);
                out.extend(length.to_be_bytes());
            }
        }
    }
    out.extend_from_slice(body);
}

/// Returns the fingerprint of a public key packet's body; versions 4, 5 and 6 have one we can compute.
pub(super) fn fingerprint(body: &[u8]) -> Option<Fingerprint> {
    let length = u32::try_from(body.len()).ok()?;
    match body.first()? {
        4 => {
            let short = u16::try_from(length).ok()?;
            // Sequoia's SHA-1 notices crafted collisions and then gives no digest.
            let mut context = HashAlgorithm::SHA1.context().ok()?.for_digest();
            context.update(&[0x99]);
            context.update(&short.to_be_bytes());
            context.update(body);
            Fingerprint::from_bytes(&context.into_digest().ok()?)
        }
        version @ (5 | 6) => {
            let mut hash = Sha256::new();
            hash.update([if *version == 5 { 0x9a } else { 0x9b }]);
            hash.update(length.to_be_bytes());
            hash.update(body);
            Fingerprint::from_bytes(&hash.finalize())
        }
        _ => None,
    }
}

/// What a signature packet says about itself, read without checking anything.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Glance {
    pub(super) version: u8,
    pub(super) kind: u8,
    pub(super) key_algorithm: u8,
    pub(super) digest_algorithm: u8,
    pub(super) created: Option<u32>,
    pub(super) key_ids: Vec<KeyId>,
    pub(super) fingerprints: Vec<Fingerprint>,
}

impl Glance {
    /// Whether it claims to be made by the key, or claims no maker at all.
    pub(super) fn may_be_by(&self, key: &Fingerprint) -> bool {
        (self.key_ids.is_empty() && self.fingerprints.is_empty())
            || self.fingerprints.contains(key)
            || self.key_ids.contains(&key.key_id())
    }

    /// Whether it revokes a key, a subkey or a user id.
    pub(super) fn revokes(&self) -> bool {
        matches!(self.kind, 0x20 | 0x28 | 0x30)
    }
}

/// Looks at the body of a signature packet; `None` when it is cut off or of a version nobody reads.
pub(super) fn glance(body: &[u8]) -> Option<Glance> {
    match *body.first()? {
        version @ (2 | 3) => Some(Glance {
            version,
            kind: *body.get(2)?,
            created: Some(u32::from_be_bytes(body.get(3..7)?.try_into().ok()?)),
            key_ids: vec![KeyId::from_bytes(body.get(7..15)?.try_into().ok()?)],
            key_algorithm: *body.get(15)?,
            digest_algorithm: *body.get(16)?,
            fingerprints: Vec::new(),
        }),
        version @ 4..=6 => {
            let mut glance = Glance {
                version,
                kind: *body.get(1)?,
                key_algorithm: *body.get(2)?,
                digest_algorithm: *body.get(3)?,
                ..Glance::default()
            };
            let width = if version == 6 { 4 } else { 2 };
            let mut at = 4;
            for _ in ["hashed", "unhashed"] {
                let length = big_endian(body.get(at..at + width)?);
                let area = body.get(at + width..)?.get(..length)?;
                subpackets(area, &mut glance);
                at += width + length;
            }
            Some(glance)
        }
        _ => None,
    }
}

/// Returns what of a signature's body its maker signed, together with the signature itself: two signatures that differ in
/// the rest alone, the unhashed area, are the same.
pub(super) fn signed_part(body: &[u8]) -> Vec<u8> {
    let cut = || {
        let width = match body.first()? {
            4 | 5 => 2,
            6 => 4,
            _ => return None,
        };
        let hashed = 4 + width + big_endian(body.get(4..4 + width)?);
        let unhashed = hashed + width + big_endian(body.get(hashed..hashed + width)?);
        Some([body.get(..hashed)?, body.get(unhashed..)?].concat())
    };
    cut().unwrap_or_else(|| body.to_vec())
}

fn subpackets(mut area: &[u8], glance: &mut Glance) {
    while let Some((length, rest)) = subpacket_length(area) {
        let Some((subpacket, rest)) = rest.split_at_checked(length) else {
            return;
        };
        area = rest;
        let Some((kind, value)) = subpacket.split_first() else {
            continue;
        };
        match kind & 0x7f {
            2 => glance.created = value.try_into().ok().map(u32::from_be_bytes),
            16 => glance.key_ids.extend(value.try_into().ok().map(KeyId::from_bytes)),
            33 if value.len() > 1 => {
                glance.fingerprints.extend(Fingerprint::from_bytes(&value[1..]));
            }
            _ => {}
        }
    }
}

fn subpacket_length(area: &[u8]) -> Option<(usize, &[u8])> {
    match *area.first()? {
        short @ 0..192 => Some((usize::from(short), &area[1..])),
        first @ 192..255 => {
            let second = usize::from(*area.get(1)?);
            Some((((usize::from(first) - 192) << 8) + second + 192, &area[2..]))
        }
        255 => Some((big_endian(area.get(1..5)?), &area[5..])),
    }
}

fn big_endian(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_both_header_formats() {
        let data = [0x98, 1, 4, 0xcd, 2, b'h', b'i', 0xc2, 0xff, 0, 0, 0, 0];
        let found: Vec<_> = packets(&data).map(|packet| packet.map(|p| (p.tag, p.body))).collect();
        assert_eq!(found, [Ok((6, 2..3)), Ok((13, 5..7)), Ok((2, 13..13))]);
    }

    #[test]
    fn reads_what_it_writes() {
        for tag in [2, 6, 13, 17] {
            for length in [0, 1, 191, 192, 255, 256, 8383, 8384, 65535, 65536] {
                let body = vec![7; length];
                let mut data = Vec::new();
                write(tag, &body, &mut data);
                let found: Vec<_> =
                    packets(&data).map(|p| p.map(|p| (p.tag, p.body.len()))).collect();
                assert_eq!(found, [Ok((tag, length))]);
            }
        }
    }

    #[test]
    fn refuses_lengths_without_an_end() {
        assert_eq!(
            packets(&[0xcb, 0xe1, 0, 0]).next(),
            Some(Err(PacketError::NoLength { at: 0, tag: 11 }))
        );
        assert_eq!(
            packets(&[0xab, 0, 0]).next(),
            Some(Err(PacketError::NoLength { at: 0, tag: 10 }))
        );
        assert_eq!(packets(&[0xcd, 5, 0]).next(), Some(Err(PacketError::CutOff(0))));
        assert_eq!(packets(&[0xcd, 255, 255, 255, 255, 255]).count(), 1);
        assert_eq!(packets(b"text").next(), Some(Err(PacketError::NoHeader(0))));
    }
}
