//! One entry of a KEYS file in the customary form: what `gpg --list-sigs` says of the key, then its armored block.

use chrono::{DateTime, Utc};
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::serialize::MarshalInto;
use sequoia_openpgp::{Cert, Packet};

use super::algorithm::Algorithm;
use super::armor::{self, Label};
use super::certificate::{Certificate, Subkey};
use super::handle::{Fingerprint, KeyId};
use super::instant::system;
use super::keyring::{CertificateError, Keyring};
use super::packets::{self, packets};
use super::policy::Lenient;

/// How much of a certificate goes into an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Extent {
    /// The keys and user ids with a valid self-signature, the newest of those each, and all revocations: what is needed to
    /// verify releases, old ones among them.
    #[default]
    Minimal,
    /// Everything, certifications by others and photos too.
    Full,
}

/// Writes the entry of a certificate, the same bytes for the same certificate and day.
///
/// # Errors
///
/// Fails when the certificate is not in the keyring or cannot be understood.
pub fn entry(
    keyring: &Keyring,
    fingerprint: &Fingerprint,
    extent: Extent,
    now: DateTime<Utc>,
) -> Result<String, CertificateError> {
    let number = keyring.entry(fingerprint).ok_or(CertificateError::Unknown(*fingerprint))?;
    let certificate = keyring.checked(number, now)?;
    let data = packets_of(keyring, number, extent, now)?;
    let mut text = listing(&certificate, &data);
    text.push('\n');
    text.push_str(&armor::write(Label::PublicKey, &data));
    Ok(text)
}

/// Writes the certificate alone, armored, as a keyserver wants it.
///
/// # Errors
///
/// As [`entry`].
pub fn armored(
    keyring: &Keyring,
    fingerprint: &Fingerprint,
    extent: Extent,
    now: DateTime<Utc>,
) -> Result<String, CertificateError> {
    let number = keyring.entry(fingerprint).ok_or(CertificateError::Unknown(*fingerprint))?;
    Ok(armor::write(Label::PublicKey, &packets_of(keyring, number, extent, now)?))
}

/// Returns the packets that an entry holds.
pub(super) fn packets_of(
    keyring: &Keyring,
    entry: usize,
    extent: Extent,
    now: DateTime<Utc>,
) -> Result<Vec<u8>, CertificateError> {
    match extent {
        Extent::Minimal => Ok(minimal(keyring, entry, &keyring.cert(entry)?, now)),
        Extent::Full => Ok(keyring.all_packets(entry)),
    }
}

fn minimal(keyring: &Keyring, entry: usize, cert: &Cert, now: DateTime<Utc>) -> Vec<u8> {
    let at = system(now);
    let mut data = Vec::new();
    let mut put = |packet: Packet| {
        // Serializing into memory fails for nothing that was parsed from memory.
        let whole = packet.to_vec().unwrap_or_default();
        for packet in packets(&whole).map_while(Result::ok) {
            packets::write(packet.tag, &whole[packet.body], &mut data);
        }
    };
    let primary = cert.primary_key();
    put(Packet::from(primary.key().clone()));
    primary.self_revocations().for_each(|signature| put(signature.clone().into()));
    if let Ok(signature) =
        cert.with_policy(&Lenient, at).and_then(|valid| valid.direct_key_signature().cloned())
    {
        put(signature.into());
    }
    let (subkey_order, user_id_order) = keyring.order(entry);
    let mut user_ids: Vec<_> = cert.userids().collect();
    user_ids.sort_by_key(|user_id| {
        let text = String::from_utf8_lossy(user_id.userid().value());
        user_id_order.iter().position(|known| *known == text)
    });
    for user_id in user_ids {
        let Ok(binding) = user_id.binding_signature(&Lenient, at) else {
            continue;
        };
        put(user_id.userid().clone().into());
        user_id.self_revocations().for_each(|signature| put(signature.clone().into()));
        put(binding.clone().into());
    }
    let mut subkeys: Vec<_> = cert.keys().subkeys().collect();
    subkeys.sort_by_key(|subkey| {
        let fingerprint = subkey.key().fingerprint();
        subkey_order.iter().position(|known| known.as_bytes() == fingerprint.as_bytes())
    });
    for subkey in subkeys {
        let Ok(binding) = subkey.binding_signature(&Lenient, at) else {
            continue;
        };
        put(Packet::from(subkey.key().clone()));
        subkey.self_revocations().for_each(|signature| put(signature.clone().into()));
        put(Signature::clone(binding).into());
    }
    data
}

/// Writes what the packets hold as `gpg --list-sigs` does, without the trust that only its owner's machine knows.
fn listing(certificate: &Certificate, data: &[u8]) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(line.trim_end());
        text.push('\n');
    };
    let mut names: Vec<_> = certificate.user_ids.iter().collect();
    names.sort_by_key(|user_id| !user_id.primary);
    let name = names.first().map(|user_id| printable(&user_id.text)).unwrap_or_default();
    for packet in packets(data).map_while(Result::ok) {
        let body = &data[packet.body];
        match packet.tag {
            packets::PUBLIC_KEY => {
                let mut flags = "C".to_owned();
                if certificate.can_sign {
                    flags.insert(0, 'S');
                }
                let kind = gpg_name(
                    certificate.kind.algorithm,
                    certificate.kind.bits,
                    &certificate.kind.curve,
                );
                let end = end(
                    certificate.revoked.as_ref().map(|revoked| revoked.at),
                    certificate.expires,
                );
                line(format!("pub   {kind} {} [{flags}]{end}", day(certificate.created)));
                line(format!("      {}", certificate.fingerprint));
            }
            packets::PUBLIC_SUBKEY => {
                let fingerprint = packets::fingerprint(body);
                let mut subkeys = certificate.subkeys.iter();
                let subkey = subkeys.find(|subkey| Some(subkey.fingerprint) == fingerprint);
                if let Some(subkey) = subkey {
                    line(subkey_line(subkey));
                    line(format!("      {}", subkey.fingerprint));
                }
            }
            packets::USER_ID => {
                line(format!(
                    "uid                      {}",
                    printable(&String::from_utf8_lossy(body))
                ));
            }
            packets::USER_ATTRIBUTE => {
                line("uid                      [a photo or the like]".to_owned())
            }
            packets::SIGNATURE => {
                let Some(glance) = packets::glance(body) else {
                    continue;
                };
                let by: Option<KeyId> = glance
                    .fingerprints
                    .first()
                    .map(Fingerprint::key_id)
                    .or(glance.key_ids.first().copied());
                let Some(by) = by else { continue };
                let own = by == certificate.key_id;
                let kind = if glance.revokes() { "rev" } else { "sig" };
                let level = match glance.kind {
                    0x11 => '1',
                    0x12 => '2',
                    0x13 => '3',
                    _ => ' ',
                };
                let made =
                    glance.created.map(|seconds| super::instant::utc_seconds(seconds.into()));
                let made = made.map(day).unwrap_or_default();
                let who = if own { name.as_str() } else { "[User ID not found]" };
                line(format!("{kind} {level}        {by} {made}  {who}"));
            }
            _ => {}
        }
    }
    text
}

fn subkey_line(subkey: &Subkey) -> String {
    let flags = match (subkey.can_sign, subkey.kind.algorithm) {
        (true, _) => " [S]",
        (false, Algorithm::Ecdh | Algorithm::Elgamal | Algorithm::Rsa) => " [E]",
        (false, _) => "",
    };
    let end = end(subkey.revoked.as_ref().map(|revoked| revoked.at), subkey.expires);
    let kind = gpg_name(subkey.kind.algorithm, subkey.kind.bits, &subkey.kind.curve);
    format!("sub   {kind} {}{flags}{end}", day(subkey.created))
}

fn end(revoked: Option<DateTime<Utc>>, expires: Option<DateTime<Utc>>) -> String {
    match (revoked, expires) {
        (Some(at), _) => format!(" [revoked: {}]", day(at)),
        (None, Some(at)) => format!(" [expires: {}]", day(at)),
        (None, None) => String::new(),
    }
}

fn gpg_name(algorithm: Algorithm, bits: Option<u32>, curve: &Option<String>) -> String {
    let bits = bits.unwrap_or(0);
    match (algorithm, curve) {
        (_, Some(curve)) => curve.to_ascii_lowercase(),
        (Algorithm::Rsa, None) => format!("rsa{bits}"),
        (Algorithm::Dsa, None) => format!("dsa{bits}"),
        (Algorithm::Elgamal, None) => format!("elg{bits}"),
        (_, None) => "unknown".to_owned(),
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// Writes control characters as `gpg` does, so that a user id stays on its line and can start no block.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => printable.push_str("\\x5c"),
            character if character.is_control() => {
                printable.push_str(&format!("\\x{:02x}", u32::from(character)));
            }
            character => printable.push(character),
        }
    }
    printable.replace("-----", "- - -")
}
