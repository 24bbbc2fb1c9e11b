//! Mails as strangers send them: bytes in, a message with decoded headers and plain text out. Pure.

pub mod compose;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// A Message-ID without its angle brackets.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct MessageId(pub String);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A person as a mail names them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Address {
    /// The display name, decoded.
    pub name: Option<String>,
    /// The address, as written; may be empty in a malformed mail.
    pub address: String,
}

/// Which header told who sent a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SenderSource {
    /// `From`, untouched by list software.
    From,
    /// `Reply-To`.
    ReplyTo,
    /// `X-Original-From`.
    OriginalFrom,
    /// The envelope sender in `Received-SPF`.
    ReceivedSpf,
    /// The last `Cc`.
    LastCc,
}

/// A mail that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its Message-ID; where it has none, one made of the digest of its bytes.
    pub id: MessageId,
    /// `In-Reply-To`.
    pub in_reply_to: Vec<MessageId>,
    /// `References`, oldest first.
    pub references: Vec<MessageId>,
    /// The subject, decoded and unfolded.
    pub subject: String,
    /// `From` as it stands.
    pub from: Address,
    /// The person behind it: list rewriting undone.
    pub sender: Address,
    /// How the person is known.
    pub sender_source: SenderSource,
    /// When it was sent (`Date`), else received; none if nothing says.
    pub date: Option<DateTime<Utc>>,
    /// The lists it came over: List-Id or list addresses in To and Cc, as `dev@x.apache.org`.
    pub lists: Vec<String>,
    /// The text a person reads, with `\n` line ends: the plain part, else HTML turned to text;
    /// quotes keep their `>`.
    pub text: String,
    /// What was odd about it and had to be guessed.
    pub warnings: Vec<String>,
}
