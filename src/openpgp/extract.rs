//! Takes out of a certificate's packets what is needed: what it says of itself, or all of it, each once.

use std::collections::{HashMap, HashSet};

use super::handle::Fingerprint;
use super::packets::{self, packets};

/// A key, user id or photo, with the signatures behind it.
struct Part<'d> {
    tag: u8,
    body: &'d [u8],
    signatures: Vec<&'d [u8]>,
}

/// Puts several copies of a certificate together: each part once, in order, with the signatures of all copies.
pub(super) fn merged<'d>(copies: impl Iterator<Item = &'d [u8]>) -> Vec<u8> {
    let mut parts: Vec<Part<'d>> = Vec::new();
    let mut places: HashMap<(u8, &[u8]), usize> = HashMap::new();
    let mut seen: HashSet<(usize, &[u8])> = HashSet::new();
    for data in copies {
        let mut place = 0;
        for packet in packets(data).map_while(Result::ok) {
            let (tag, body) = (packet.tag, &data[packet.body]);
            match tag {
                packets::TRUST | packets::MARKER | packets::PADDING | 60..=63 => {}
                packets::SIGNATURE => {
                    if seen.insert((place, body))
                        && let Some(part) = parts.get_mut(place)
                    {
                        part.signatures.push(body);
                    }
                }
                tag => {
                    place = *places.entry((tag, body)).or_insert(parts.len());
                    if place == parts.len() {
                        parts.push(Part { tag, body, signatures: Vec::new() });
                    }
                }
            }
        }
    }
    // User ids may not stand behind subkeys.
    parts.sort_by_key(|part| match part.tag {
        packets::PUBLIC_KEY => 0,
        packets::PUBLIC_SUBKEY => 2,
        _ => 1,
    });
    let mut all = Vec::new();
    for part in parts {
        packets::write(part.tag, part.body, &mut all);
        for signature in part.signatures {
            packets::write(packets::SIGNATURE, signature, &mut all);
        }
    }
    all
}

/// Leaves out what proves nothing about the certificate itself: certifications by others (most of the bytes of a well
/// connected key, and hashing each of them is what makes reading slow), photos, and keys nobody would compute with.
pub(super) fn own_packets(data: &[u8], primary: &Fingerprint) -> Result<Vec<u8>, String> {
    let mut own = Vec::with_capacity(data.len().min(1 << 16));
    let mut signatures = 0;
    let mut components = 1;
    let mut component_kept = true;
    for packet in packets(data).map_while(Result::ok) {
        let body = &data[packet.body.clone()];
        let keep = match packet.tag {
            packets::PUBLIC_KEY if !is_reasonable_key(body) => {
                return Err("a key of unreasonable size".to_owned());
            }
            packets::PUBLIC_KEY => true,
            packets::USER_ID | packets::PUBLIC_SUBKEY => {
                let reasonable = match packet.tag {
                    packets::USER_ID => body.len() <= USER_ID_BYTES,
                    _ => is_reasonable_key(body),
                };
                component_kept = reasonable && components < COMPONENTS;
                components += usize::from(component_kept);
                component_kept
            }
            packets::USER_ATTRIBUTE => {
                component_kept = false;
                false
            }
            packets::SIGNATURE if component_kept && signatures * components < ATTEMPTS => {
                let keep = packets::glance(body)
                    .is_some_and(|glance| glance.may_be_by(primary) || glance.revokes());
                signatures += usize::from(keep);
                keep
            }
            _ => false,
        };
        if keep {
            own.extend_from_slice(&data[packet.whole]);
        }
    }
    Ok(own)
}

/// User ids above this are not looked at; `gpg` refuses them too.
pub(super) const USER_ID_BYTES: usize = 2048;

/// User ids and subkeys of one certificate that are looked at; real ones have dozens.
const COMPONENTS: usize = 500;

/// A self-signature that does not fit where it stands is tried on every user id and subkey: how often in all.
const ATTEMPTS: usize = 20_000;

/// Whether arithmetic with the key ends soon: at most 16384 bits, and an RSA exponent of at most 64.
fn is_reasonable_key(body: &[u8]) -> bool {
    const LONGEST: usize = 16 * 1024;
    if body.len() > LONGEST / 8 * 4 {
        return false;
    }
    let (Some(version), Some(algorithm)) = (body.first(), body.get(5)) else {
        return false;
    };
    if !matches!(algorithm, 1..=3) {
        return true;
    }
    // Version 6 has the length of what follows before it.
    let mpis = body.get(if *version == 6 { 10 } else { 6 }..).unwrap_or_default();
    let bits = |at: usize| {
        mpis.get(at..at + 2).map(|two| usize::from(u16::from_be_bytes([two[0], two[1]])))
    };
    let Some(modulus) = bits(0) else { return false };
    let exponent = bits(2 + modulus.div_ceil(8));
    modulus <= LONGEST && exponent.is_some_and(|exponent| exponent <= 64)
}
