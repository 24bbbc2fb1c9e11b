//! How a key is named: by fingerprint, or by the shorter key id.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// The fingerprint of a key: 20 bytes (version 4) or 32 bytes (version 5 and 6).
///
/// Reads upper- and lower-case hexadecimal digits with blanks, colons and a leading `0x`; writes 40 or 64 upper-case
/// digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(Digits);

/// The key id of a key: the last 8 bytes of a version 4 fingerprint, the first 8 of a version 6 fingerprint.
///
/// Not an identity: two keys may share one. Reads like [`Fingerprint`]; writes 16 upper-case digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 8]);

/// Why a text is no fingerprint or key id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    /// A character that is not a hexadecimal digit.
    #[error("`{0}` is not a hexadecimal digit")]
    NotHexadecimal(char),
    /// A number of digits that no fingerprint or key id has.
    #[error("{found} digits, where {wanted} are wanted")]
    WrongLength {
        /// The hexadecimal digits found.
        found: usize,
        /// The lengths that are possible.
        wanted: &'static str,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Digits {
    Twenty([u8; 20]),
    ThirtyTwo([u8; 32]),
}

impl Fingerprint {
    /// Takes the raw bytes of a fingerprint, 20 or 32 of them.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if let Ok(twenty) = bytes.try_into() {
            return Some(Self(Digits::Twenty(twenty)));
        }
        bytes.try_into().ok().map(|thirty_two| Self(Digits::ThirtyTwo(thirty_two)))
    }

    /// Returns the raw bytes.
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Digits::Twenty(bytes) => bytes,
            Digits::ThirtyTwo(bytes) => bytes,
        }
    }

    /// Returns the key id that belongs to the fingerprint.
    pub fn key_id(&self) -> KeyId {
        let bytes = self.as_bytes();
        let eight = match self.0 {
            Digits::Twenty(_) => &bytes[12..],
            Digits::ThirtyTwo(_) => &bytes[..8],
        };
        KeyId(eight.try_into().expect("eight bytes were cut out"))
    }

    /// Returns the fingerprint in groups of four digits, as id.apache.org and most KEYS files show it.
    pub fn spaced(&self) -> String {
        let digits = self.to_string();
        let mut spaced = String::with_capacity(digits.len() * 5 / 4 + 1);
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && place % 4 == 0 {
                spaced.push(' ');
            }
            if place == digits.len() / 2 {
                spaced.push(' ');
            }
            spaced.push(digit);
        }
        spaced
    }
}

impl KeyId {
    /// Takes the raw bytes of a key id.
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Returns the raw bytes.
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }

    /// Whether it is the id of no key, as the issuer of an anonymous message has it.
    pub fn is_wildcard(&self) -> bool {
        self.0 == [0; 8]
    }
}

impl FromStr for Fingerprint {
    type Err = HandleError;

    fn from_str(text: &str) -> Result<Self, HandleError> {
        let bytes = hexadecimal(text)?;
        Self::from_bytes(&bytes)
            .ok_or(HandleError::WrongLength { found: bytes.len() * 2, wanted: "40 or 64" })
    }
}

impl FromStr for KeyId {
    type Err = HandleError;

    fn from_str(text: &str) -> Result<Self, HandleError> {
        let bytes = hexadecimal(text)?;
        let found = bytes.len() * 2;
        bytes.try_into().map(Self).map_err(|_| HandleError::WrongLength { found, wanted: "16" })
    }
}

/// Reads digits, skipping what people put between them; an odd digit counts as half a byte too much.
fn hexadecimal(text: &str) -> Result<Vec<u8>, HandleError> {
    let text = text.trim();
    let text = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    let mut digits = Vec::with_capacity(64);
    for character in text.chars() {
        if character.is_whitespace() || character == ':' {
            continue;
        }
        let digit = character.to_digit(16).ok_or(HandleError::NotHexadecimal(character))?;
        digits.push(u8::try_from(digit).expect("a hexadecimal digit is below 16"));
        if digits.len() > 64 {
            return Err(HandleError::WrongLength { found: digits.len(), wanted: "16, 40 or 64" });
        }
    }
    if digits.len() % 2 == 1 {
        return Err(HandleError::WrongLength { found: digits.len(), wanted: "16, 40 or 64" });
    }
    Ok(digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(self.as_bytes(), f)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_hexadecimal(&self.0, f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn write_hexadecimal(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_forms_people_paste() -> Result<(), HandleError> {
        let plain: Fingerprint = "07617D4968B34D8F13D56E20BE5AAA0BA210C095".parse()?;
        assert_eq!(plain, "0761 7D49 68B3 4D8F 13D5  6E20 BE5A AA0B A210 C095".parse()?);
        assert_eq!(plain, "0x07617d4968b34d8f13d56e20be5aaa0ba210c095".parse()?);
        assert_eq!(plain.key_id(), "BE5AAA0BA210C095".parse()?);
        assert_eq!(plain.spaced(), "0761 7D49 68B3 4D8F 13D5  6E20 BE5A AA0B A210 C095");
        assert_eq!(plain.to_string().parse(), Ok(plain));
        Ok(())
    }

    #[test]
    fn refuses_what_is_neither() {
        assert_eq!(
            "A210 C0".parse::<KeyId>(),
            Err(HandleError::WrongLength { found: 6, wanted: "16" })
        );
        assert_eq!("xyz".parse::<KeyId>(), Err(HandleError::NotHexadecimal('x')));
        assert!("0".repeat(1 << 20).parse::<Fingerprint>().is_err());
    }
}
