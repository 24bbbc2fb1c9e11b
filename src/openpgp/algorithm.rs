//! Algorithms of keys and digests, and how strong the rules find them (POLICY K-08, K-09).

use std::fmt;

use sequoia_openpgp::crypto::mpi::PublicKey;
use sequoia_openpgp::packet::Key;
use sequoia_openpgp::packet::key::{KeyParts, KeyRole};
use sequoia_openpgp::types::{HashAlgorithm, PublicKeyAlgorithm};
use serde::Serialize;

/// A family of public-key algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// RSA, for signing, encryption or both.
    Rsa,
    /// DSA.
    Dsa,
    /// ElGamal; encrypts only.
    Elgamal,
    /// ECDSA over one of the NIST or Brainpool curves.
    Ecdsa,
    /// Ed25519 or Ed448.
    Eddsa,
    /// ECDH, X25519 or X448; encrypts only.
    Ecdh,
    /// Anything else.
    Unknown,
}

/// The algorithm of a key with its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyKind {
    /// The family.
    pub algorithm: Algorithm,
    /// The size in bits, of the modulus or of the curve.
    pub bits: Option<u32>,
    /// The curve, as Sequoia writes it, where there is one.
    pub curve: Option<String>,
}

/// How strong a key is by policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// RSA of 4096 bits or more.
    Recommended,
    /// RSA of 2048 to 4095 bits: allowed, while 4096 should be used for new keys.
    Allowed,
    /// A modern elliptic curve where the setting accepts it: sound, but not what the policy asks for.
    NotRsa,
    /// A modern elliptic curve by the letter of the policy.
    NotAllowed,
    /// RSA below 2048 bits, DSA, or an algorithm nobody knows.
    TooWeak,
}

/// How the rule "RSA only" is taken (POLICY section 9, number 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StrengthRule {
    /// By the letter: whatever is not RSA is refused.
    #[default]
    RsaOnly,
    /// Elliptic curves of 250 bits and more give a warning.
    CurvesWarn,
}

/// The digest algorithm of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum DigestAlgorithm {
    /// MD5.
    #[serde(rename = "MD5")]
    Md5,
    /// SHA-1.
    #[serde(rename = "SHA1")]
    Sha1,
    /// RIPEMD-160.
    #[serde(rename = "RIPEMD160")]
    Ripemd160,
    /// SHA-224.
    #[serde(rename = "SHA224")]
    Sha224,
    /// SHA-256.
    #[serde(rename = "SHA256")]
    Sha256,
    /// SHA-384.
    #[serde(rename = "SHA384")]
    Sha384,
    /// SHA-512.
    #[serde(rename = "SHA512")]
    Sha512,
    /// SHA3-256.
    #[serde(rename = "SHA3-256")]
    Sha3_256,
    /// SHA3-512.
    #[serde(rename = "SHA3-512")]
    Sha3_512,
    /// The number of an algorithm nobody knows.
    #[serde(rename = "unknown")]
    Unknown(u8),
}

impl KeyKind {
    pub(super) fn of<P: KeyParts, R: KeyRole>(key: &Key<P, R>) -> Self {
        let curve = match key.mpis() {
            PublicKey::EdDSA { curve, .. }
            | PublicKey::ECDSA { curve, .. }
            | PublicKey::ECDH { curve, .. } => Some(curve.to_string()),
            PublicKey::Ed25519 { .. } => Some("Ed25519".to_owned()),
            PublicKey::Ed448 { .. } => Some("Ed448".to_owned()),
            PublicKey::X25519 { .. } => Some("X25519".to_owned()),
            PublicKey::X448 { .. } => Some("X448".to_owned()),
            _ => None,
        };
        let bits = key.mpis().bits().and_then(|bits| u32::try_from(bits).ok());
        // As `gpg` counts Ed25519.
        let bits = bits.map(|bits| if bits == 256 && is_25519(&curve) { 255 } else { bits });
        Self { algorithm: Algorithm::of(key.pk_algo()), bits, curve }
    }

    /// Returns how strong a signing key of this kind is (POLICY K-08).
    pub fn strength(&self, rule: StrengthRule) -> Strength {
        let bits = self.bits.unwrap_or(0);
        match self.algorithm {
            Algorithm::Rsa if bits >= 4096 => Strength::Recommended,
            Algorithm::Rsa if bits >= 2048 => Strength::Allowed,
            Algorithm::Ecdsa | Algorithm::Eddsa if bits >= 250 => match rule {
                StrengthRule::RsaOnly => Strength::NotAllowed,
                StrengthRule::CurvesWarn => Strength::NotRsa,
            },
            _ => Strength::TooWeak,
        }
    }
}

fn is_25519(curve: &Option<String>) -> bool {
    curve.as_deref().is_some_and(|curve| curve.ends_with("25519"))
}

impl Strength {
    /// Whether the policy accepts signatures on new artifacts by such a key.
    pub fn is_accepted(self) -> bool {
        matches!(self, Self::Recommended | Self::Allowed | Self::NotRsa)
    }
}

impl Algorithm {
    /// Whether the algorithm can sign at all.
    pub fn can_sign(self) -> bool {
        matches!(self, Self::Rsa | Self::Dsa | Self::Ecdsa | Self::Eddsa)
    }

    pub(super) fn of(algorithm: PublicKeyAlgorithm) -> Self {
        Self::from_id(algorithm.into())
    }

    /// Takes the number of RFC 9580, section 9.1.
    pub fn from_id(id: u8) -> Self {
        match id {
            1..=3 => Self::Rsa,
            16 | 20 => Self::Elgamal,
            17 => Self::Dsa,
            18 | 25 | 26 => Self::Ecdh,
            19 => Self::Ecdsa,
            22 | 27 | 28 => Self::Eddsa,
            _ => Self::Unknown,
        }
    }
}

impl DigestAlgorithm {
    /// Takes the number of RFC 9580, section 9.5.
    pub fn from_id(id: u8) -> Self {
        match id {
            1 => Self::Md5,
            2 => Self::Sha1,
            3 => Self::Ripemd160,
            8 => Self::Sha256,
            9 => Self::Sha384,
            10 => Self::Sha512,
            11 => Self::Sha224,
            12 => Self::Sha3_256,
            14 => Self::Sha3_512,
            other => Self::Unknown(other),
        }
    }

    pub(super) fn of(algorithm: HashAlgorithm) -> Self {
        Self::from_id(algorithm.into())
    }

    /// Whether signatures made with it prove too little today (POLICY K-09).
    pub fn is_weak(self) -> bool {
        matches!(self, Self::Md5 | Self::Sha1 | Self::Ripemd160)
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.curve, self.bits) {
            (Some(curve), _) => f.write_str(curve),
            (None, Some(bits)) => write!(f, "{} {bits}", self.algorithm),
            (None, None) => write!(f, "{}", self.algorithm),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rsa => "RSA",
            Self::Dsa => "DSA",
            Self::Elgamal => "ElGamal",
            Self::Ecdsa => "ECDSA",
            Self::Eddsa => "EdDSA",
            Self::Ecdh => "ECDH",
            Self::Unknown => "unknown algorithm",
        })
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Ripemd160 => "RIPEMD-160",
            Self::Sha224 => "SHA-224",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
            Self::Sha3_256 => "SHA3-256",
            Self::Sha3_512 => "SHA3-512",
            Self::Unknown(number) => return write!(f, "digest algorithm {number}"),
        })
    }
}
