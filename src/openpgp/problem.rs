//! What can be wrong in a KEYS file, and where.

use std::fmt;

use serde::Serialize;

/// Something wrong at a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Counted from 1.
    pub line: u32,
    /// What it is.
    #[serde(flatten)]
    pub kind: ProblemKind,
}

/// What can be wrong with a block, or with a line that looks like one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum ProblemKind {
    /// The block has no `END` marker.
    #[error("the block has no END line")]
    EndMissing,
    /// An `END` marker outside of every block.
    #[error("an END line without a BEGIN line")]
    EndWithoutBegin,
    /// The `END` marker names another kind of block than `BEGIN`.
    #[error("the END line names another kind of block than the BEGIN line")]
    OtherEndMarker,
    /// Data follows the armor headers at once.
    #[error("no blank line between the armor headers and the data")]
    BlankLineMissing,
    /// Text stands on the line of a marker, behind it.
    #[error("text follows the marker on its line")]
    TextAfterMarker,
    /// A marker stands inside a line of text, where `gpg` does not see it.
    #[error("a BEGIN line does not start at the beginning of its line")]
    MarkerInsideLine,
    /// The block is indented.
    #[error("the block is indented")]
    Indented,
    /// The block is quoted like a mail.
    #[error("the block is quoted")]
    Quoted,
    /// The block is inside a cleartext signed text.
    #[error("the block is dash-escaped, as inside a signed text")]
    DashEscaped,
    /// The CRC-24 does not fit the data, which `gpg` does not take then.
    #[error("the checksum of the armor does not fit its data, so none of it is taken")]
    ChecksumWrong,
    /// Characters that no base64 has, skipped.
    #[error("{count} characters in the armor are not base64")]
    ForeignCharacters {
        /// How many.
        count: usize,
    },
    /// A block without any packet.
    #[error("the block is empty")]
    Empty,
    /// Another kind of block than public keys.
    #[error("a block of another kind: {label}")]
    NotKeys {
        /// The words of its marker.
        label: &'static str,
    },
    /// Secret key packets. Nothing of them is kept.
    #[error("secret key material")]
    SecretKey,
    /// The packets end in the middle, or are no packets.
    #[error("the packets cannot be read: {reason}")]
    Malformed {
        /// Where and how.
        reason: String,
    },
    /// A packet that does not belong among certificates.
    #[error("a packet of type {tag} does not belong among public keys")]
    UnexpectedPacket {
        /// The packet type of RFC 9580, section 5.
        tag: u8,
    },
    /// A compressed packet. It is not unpacked.
    #[error("a compressed packet, which is not unpacked")]
    Compressed,
    /// A key of a version that is not read, such as 3 (PGP 2.6) or 5 (LibrePGP).
    #[error("a key of version {version}, which is not supported")]
    UnsupportedVersion {
        /// The version.
        version: u8,
    },
    /// A user id above the limit, not shown.
    #[error("a user id of {length} bytes")]
    UserIdTooLong {
        /// Its length in bytes.
        length: usize,
    },
    /// More packets in a certificate than the limit; the rest is not read.
    #[error("more than {limit} packets in one certificate")]
    TooManyPackets {
        /// The limit.
        limit: usize,
    },
    /// More subkeys in the file than the limit; the rest is not read.
    #[error("more than {limit} subkeys in the file")]
    TooManyKeys {
        /// The limit.
        limit: usize,
    },
    /// More blocks without keys, or lines that look like armor, than the limit; the rest is not told.
    #[error("more than {limit} blocks or lines that hold no key; no more of them are told")]
    TooManyProblems {
        /// The limit.
        limit: usize,
    },
    /// More certificates in the file than the limit; the rest is not read.
    #[error("more than {limit} certificates in the file")]
    TooManyCertificates {
        /// The limit.
        limit: usize,
    },
    /// A block above the limit.
    #[error("the block holds more than {limit} bytes")]
    BlockTooLarge {
        /// The limit in decoded bytes.
        limit: usize,
    },
    /// Bytes that are not text.
    #[error("binary data between the blocks")]
    BinaryData,
    /// The whole file is a binary keyring.
    #[error("a binary keyring instead of armored text")]
    BinaryKeyring,
    /// The file is UTF-16, which `gpg` does not read.
    #[error("the file is stored as UTF-16")]
    Utf16,
}

impl ProblemKind {
    /// Whether keys may be missing from what was read, or secrets are in it that must not be.
    pub fn hides_keys(&self) -> bool {
        !matches!(
            self,
            Self::EndWithoutBegin
                | Self::NotKeys { .. }
                | Self::OtherEndMarker
                | Self::BlankLineMissing
                | Self::TextAfterMarker
                | Self::ForeignCharacters { .. }
                | Self::UserIdTooLong { .. }
                | Self::BinaryKeyring
        )
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.kind)
    }
}
