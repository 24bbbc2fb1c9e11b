//! The secret keys that `gpg` has, read from
//! `gpg --list-secret-keys --with-colons --fixed-list-mode --with-fingerprint`.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::algorithm::Algorithm;
use super::gpg_status::instant;
use super::handle::Fingerprint;

/// A secret key with its subkeys and user ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretKey {
    /// The primary key.
    pub primary: SecretPart,
    /// Its subkeys.
    pub subkeys: Vec<SecretPart>,
    /// Its user ids.
    pub user_ids: Vec<ListedUserId>,
}

/// A primary key or subkey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretPart {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// Its size in bits.
    pub bits: u32,
    /// Its curve, where it has one.
    pub curve: Option<String>,
    /// When it was made.
    pub created: Option<DateTime<Utc>>,
    /// When it expires.
    pub expires: Option<DateTime<Utc>>,
    /// Whether `gpg` finds it usable.
    pub validity: Validity,
    /// Where the secret is.
    pub place: SecretPlace,
    /// Whether this very key may sign.
    pub can_sign: bool,
    /// Whether this very key may certify.
    pub can_certify: bool,
}

/// What `gpg` thinks of a key or user id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// Nothing against it.
    Usable,
    /// Expired.
    Expired,
    /// Revoked.
    Revoked,
    /// Disabled by its owner.
    Disabled,
    /// Without a valid self-signature.
    Invalid,
}

/// Where a secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "place", content = "serial")]
pub enum SecretPlace {
    /// Here, with the agent.
    Agent,
    /// On a smart card of that serial number.
    Card(String),
    /// Somewhere else: only a stub is here (`sec#`).
    Elsewhere,
}

/// A user id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedUserId {
    /// Its text. Foreign: escape it before it reaches a terminal.
    pub text: String,
    /// What `gpg` thinks of it.
    pub validity: Validity,
}

impl SecretKey {
    /// Returns the parts that can sign now with a secret that is at hand: here or on a card.
    pub fn signing_parts(&self) -> impl Iterator<Item = &SecretPart> {
        let whole_usable = self.primary.validity == Validity::Usable;
        std::iter::once(&self.primary).chain(&self.subkeys).filter(move |part| {
            let at_hand = part.place != SecretPlace::Elsewhere;
            whole_usable && part.validity == Validity::Usable && part.can_sign && at_hand
        })
    }
}

/// Reads the listing. Records of other kinds, and keys that lack a fingerprint, are skipped.
pub fn secret_keys(listing: &[u8]) -> Vec<SecretKey> {
    let mut keys: Vec<SecretKey> = Vec::new();
    // The record of a key comes before the one with its fingerprint.
    let mut waiting: Option<(bool, Vec<&[u8]>)> = None;
    for line in listing.split(|byte| *byte == b'\n') {
        let fields: Vec<_> = line.split(|byte| *byte == b':').collect();
        match fields[0] {
            b"sec" | b"pub" => waiting = Some((true, fields)),
            b"ssb" | b"sub" => waiting = Some((false, fields)),
            b"fpr" => {
                let Some((primary, record)) = waiting.take() else {
                    continue;
                };
                let Some(part) = part(&record, &fields) else {
                    continue;
                };
                match (primary, keys.last_mut()) {
                    (true, _) => keys.push(SecretKey {
                        primary: part,
                        subkeys: Vec::new(),
                        user_ids: Vec::new(),
                    }),
                    (false, Some(key)) => key.subkeys.push(part),
                    (false, None) => {}
                }
            }
            b"uid" => {
                if let Some(key) = keys.last_mut() {
                    key.user_ids.push(ListedUserId {
                        text: unescape(fields.get(9).copied().unwrap_or_default()),
                        validity: validity(fields.get(1).copied().unwrap_or_default()),
                    });
                }
            }
            _ => {}
        }
    }
    keys
}

fn part(record: &[&[u8]], fingerprint: &[&[u8]]) -> Option<SecretPart> {
    let text = |number: usize| -> &str {
        record.get(number - 1).and_then(|field| str::from_utf8(field).ok()).unwrap_or_default()
    };
    let capabilities = text(12);
    Some(SecretPart {
        fingerprint: str::from_utf8(fingerprint.get(9)?).ok()?.parse().ok()?,
        algorithm: Algorithm::from_id(text(4).parse().unwrap_or(0)),
        bits: text(3).parse().unwrap_or(0),
        curve: Some(text(17)).filter(|curve| !curve.is_empty()).map(str::to_owned),
        created: instant(text(6)),
        expires: instant(text(7)),
        validity: if capabilities.contains('D') {
            Validity::Disabled
        } else {
            validity(text(2).as_bytes())
        },
        place: match text(15) {
            "#" => SecretPlace::Elsewhere,
            "" | "+" => SecretPlace::Agent,
            serial => SecretPlace::Card(serial.to_owned()),
        },
        // Upper-case letters tell what the whole key can do.
        can_sign: capabilities.contains('s'),
        can_certify: capabilities.contains('c'),
    })
}

fn validity(field: &[u8]) -> Validity {
    match field.first() {
        Some(b'e') => Validity::Expired,
        Some(b'r') => Validity::Revoked,
        Some(b'd') => Validity::Disabled,
        Some(b'i') => Validity::Invalid,
        _ => Validity::Usable,
    }
}

/// Undoes the `\x3a` that stands for a colon (and the like), and replaces what is not UTF-8.
fn unescape(field: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((first, after)) = rest.split_first() {
        let escaped = match rest {
            [b'\\', b'x', high, low, ..] => {
                let digit = |byte: &u8| char::from(*byte).to_digit(16);
                digit(high)
                    .zip(digit(low))
                    .and_then(|(high, low)| u8::try_from(high << 4 | low).ok())
            }
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &rest[4..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The first two keys are as gpg 2.2.40 lists them; the third is a card key with its primary key elsewhere.
    const LISTING: &str = "\
sec:u:2048:1:F1DFBE380DDEBC3A:1795246095:1858318095::u:::scSC:::+:::23::0:
fpr:::::::::24AC890D9710955D44F22A56F1DFBE380DDEBC3A:
grp:::::::::C51554DFE749D8EEFA792D1B4B542218C20376B7:
uid:u::::1795246095::00A8926849B0566A5C0C2B25F58E936DED2966F9::A <a@apache.org>::::::::::0:
sec:r:255:22:4FC4D5B622FFC805:1795246097:1795332497::-:::sc:::+::ed25519:::0:
fpr:::::::::775369A2C771F741B6A6FABB4FC4D5B622FFC805:
grp:::::::::E0F8130A8507A66FB692BA52B0FC206DE1901D92:
uid:r::::1795246097::2101A77B780976118728A304603ECB6123186E6B::B\\x3a <b@apache.org>::::::::::0:
sec:u:4096:1:BE5AAA0BA210C095:1795246095:::u:::cSC:::#:::23::0:
fpr:::::::::07617D4968B34D8F13D56E20BE5AAA0BA210C095:
uid:u::::1795246095::00A8926849B0566A5C0C2B25F58E936DED2966F9::C <c@apache.org>::::::::::0:
ssb:u:4096:1:1209E7F13D0C92B9:1795246095::::::s:::D2760001240102000006012345670000::::23:
fpr:::::::::47660BC98BC433F01E5C90581209E7F13D0C92B9:
";

    #[test]
    fn reads_keys_cards_and_stubs() {
        let keys = secret_keys(LISTING.as_bytes());
        let [plain, revoked, card] = &keys[..] else { panic!("{keys:?}") };
        assert_eq!(
            plain.primary.fingerprint.to_string(),
            "24AC890D9710955D44F22A56F1DFBE380DDEBC3A"
        );
        assert_eq!((plain.primary.algorithm, plain.primary.bits), (Algorithm::Rsa, 2048));
        assert_eq!(plain.signing_parts().count(), 1);
        assert_eq!(revoked.primary.validity, Validity::Revoked);
        assert_eq!(revoked.primary.curve.as_deref(), Some("ed25519"));
        assert_eq!(revoked.user_ids[0].text, "B: <b@apache.org>");
        assert_eq!(revoked.signing_parts().count(), 0);
        assert_eq!(card.primary.place, SecretPlace::Elsewhere);
        let parts: Vec<_> = card.signing_parts().collect();
        assert_eq!(parts.len(), 1);
        assert!(matches!(&parts[0].place, SecretPlace::Card(serial) if serial.starts_with("D276")));
    }
}
