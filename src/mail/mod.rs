//! Mails as strangers send them: bytes in, a message with decoded headers and plain text out. Pure.
//!
//! The fields are found by `fields`, the body's text by `body` (with `flowed`, `html` and
//! `enriched`), the person behind a list by `sender`, the one on GitHub by `mirror`. Many mails in one
//! file are parted by [`mbox`].

pub mod compose;

mod body;
pub mod date;
mod enriched;
pub(crate) mod fields;
mod flowed;
pub(crate) mod glance;
mod html;
mod ids;
pub mod mbox;
mod mirror;
mod sender;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use fields::Fields;

pub use body::LONGEST_TEXT;
pub use fields::LONGEST_HEADER;
pub use ids::Ids;
pub use mirror::{Deed, Mirrored};
pub(crate) use sender::is_machine;

/// A Message-ID without its angle brackets.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct MessageId(pub String);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A person as a mail names them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub struct Address {
    /// The display name, decoded.
    pub name: Option<String>,
    /// The address, as written; may be empty in a malformed mail.
    pub address: String,
}

/// What told who sent a mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SenderSource {
    /// `From`, untouched by list software.
    #[default]
    From,
    /// `From`, without the `.INVALID` that the list put behind the address.
    Unmasked,
    /// `X-Original-From`, behind a list.
    OriginalFrom,
    /// `Reply-To`, behind a list.
    ReplyTo,
    /// The envelope sender in `Received-SPF`, behind a list.
    ReceivedSpf,
    /// The last `Cc`, behind a list.
    LastCc,
    /// The mirror of what is written on GitHub: the sender is a login there.
    #[serde(rename = "github")]
    GitHub,
    /// Nothing: the list put itself into `From`, and there is only a name. Why no field helps.
    Hidden(&'static str),
    /// Nothing: what `From` says is no one person. In how far.
    Unsure(&'static str),
}

impl SenderSource {
    /// The field, where it is another than `From`, which only the sender can write.
    pub const fn other_field(self) -> Option<&'static str> {
        match self {
            SenderSource::Unmasked => Some("From without .INVALID"),
            SenderSource::OriginalFrom => Some("X-Original-From"),
            SenderSource::ReplyTo => Some("Reply-To"),
            SenderSource::ReceivedSpf => Some("Received-SPF"),
            SenderSource::LastCc => Some("Cc"),
            SenderSource::From
            | SenderSource::GitHub
            | SenderSource::Hidden(_)
            | SenderSource::Unsure(_) => None,
        }
    }
}

/// A mail that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Its Message-ID; where it has none, one made of the digest of what the sender wrote, so that
    /// it is the same in every archive.
    pub id: MessageId,
    /// `In-Reply-To`.
    pub in_reply_to: Ids,
    /// `References`, oldest first.
    pub references: Ids,
    /// The subject, decoded and unfolded.
    pub subject: String,
    /// The person who sent it: list rewriting undone.
    pub sender: Arc<Address>,
    /// How the person is known.
    pub sender_source: SenderSource,
    /// `From` as it stands, where that is not the sender.
    pub rewritten: Option<Box<Address>>,
    /// What on GitHub it mirrors.
    pub mirrored: Option<Box<Mirrored>>,
    /// When it was sent (`Date`), else received; none if nothing says.
    pub date: Option<DateTime<Utc>>,
    /// When the last host received it (`Received`).
    pub received: Option<DateTime<Utc>>,
    /// The lists it came over: List-Id or list addresses in To and Cc, as `dev@x.apache.org`.
    pub lists: Vec<String>,
    /// The text a person reads, with `\n` line ends: the plain part, else HTML turned to text;
    /// quotes keep their `>`.
    pub text: String,
    /// What was odd about it and had to be guessed.
    pub warnings: Vec<String>,
}

impl Message {
    /// `From` as it stands.
    pub fn from(&self) -> &Address {
        self.rewritten.as_deref().unwrap_or(&self.sender)
    }
}

/// The most bytes of a mail that are looked at.
const LARGEST: usize = 32 << 20;
/// A mail that says it was sent so much later than it was received has a wrong clock.
const CLOCK_SKEW: TimeDelta = TimeDelta::days(1);
/// No mail is under way longer: moderators of a list take days.
const LONGEST_WAY: TimeDelta = TimeDelta::days(14);
/// What is said of mails whose text nobody but the receivers can read.
const ENCRYPTED: &str = "it is encrypted, so that nothing of it could be read";
const OPAQUE: &str = "it is packed as S/MIME, so that nothing of it could be read";
const NO_TEXT: &str = "it has no part that is text";

impl Message {
    /// Why its text, or a part of it, could not be read.
    pub fn unread(&self) -> Option<&str> {
        let known = |warning: &&String| [ENCRYPTED, OPAQUE, NO_TEXT].contains(&&warning[..]);
        self.warnings.iter().find(known).map(String::as_str)
    }
}

/// Reads a mail. Whatever the bytes are, there is a message; what had to be guessed is told in its
/// `warnings`.
pub fn read(bytes: &[u8]) -> Message {
    let mut warnings = Vec::new();
    if bytes.len() > LARGEST {
        warnings.push(format!("only the first {LARGEST} bytes of it were read"));
    }
    let bytes = without_mbox_line(&bytes[..bytes.len().min(LARGEST)]);
    let (header, body) = fields::split(bytes);
    let fields = Fields::read(header);
    let text_of = |name: &str| fields.first(name).map(fields::text).unwrap_or_default();
    let ids_of = |name: &str| fields.all(name).flat_map(fields::message_ids).collect::<Ids>();
    let id = fields.all("message-id").find_map(id_of).unwrap_or_else(|| {
        warnings.push("it has no Message-ID".to_owned());
        digest_id(&fields, body)
    });
    let from = fields.all("from").flat_map(fields::addresses).next().unwrap_or_else(|| {
        warnings.push("it does not say who sent it".to_owned());
        Address::default()
    });
    let lists = lists(&fields);
    let mut text = body::text(&fields, body, &mut warnings);
    let (mut sender, mut sender_source) = sender::sender(&fields, &from, &lists);
    let is_mirrors = from.address.eq_ignore_ascii_case(mirror::ADDRESS);
    let mirrored = is_mirrors.then(|| mirror::read(&text_of("from"), &text)).flatten();
    let mirrored = mirrored.and_then(|(mirrored, own)| {
        text = own;
        // Another host can write the rest of it too.
        id.0.ends_with(mirror::HOST).then(|| {
            sender = Address {
                name: Some(format!("GitHub user {}", mirrored.login)),
                address: format!("github:{}", mirrored.login),
            };
            sender_source = SenderSource::GitHub;
            Box::new(mirrored)
        })
    });
    if let SenderSource::Hidden(why) = sender_source {
        warnings.push(why.to_owned());
    }
    let rewritten = (from != sender).then(|| Box::new(from));
    let sender = Arc::new(sender);
    if let Some(line) = mbox::other_mail(&text) {
        warnings.push(format!(
            "another mail seems to begin in its line {line}: are they run together?"
        ));
    }
    let sent = fields.all("date").find_map(sent_date);
    // Each host puts its line on top: the first is the latest.
    let received = fields.all("received").take(MOST_HOSTS).find_map(received_date);
    let date = date(sent, received, &mut warnings);
    Message {
        id,
        in_reply_to: ids_of("in-reply-to"),
        references: ids_of("references"),
        subject: text_of("subject"),
        sender,
        sender_source,
        rewritten,
        mirrored,
        date,
        received,
        lists,
        text,
        warnings,
    }
}

/// Whether the bytes begin with the header of a mail, rather than being a web page or an excuse.
pub fn is_mail(bytes: &[u8]) -> bool {
    let (header, _) = fields::split(without_mbox_line(&bytes[..bytes.len().min(LARGEST)]));
    let known = [
        "from",
        "message-id",
        "received",
        "return-path",
        "date",
        "subject",
        "delivered-to",
        "list-id",
    ];
    let is_known =
        |name: &[u8]| known.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
    fields::fields(header).any(|(name, _)| is_known(name))
}

/// A byte order mark, and the line by which mbox files begin a mail, are no part of it.
fn without_mbox_line(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"From ") || bytes.starts_with(b">From ") {
        return memchr::memchr(b'\n', bytes).map_or(&[], |end| &bytes[end + 1..]);
    }
    bytes
}

/// The id of a `Message-ID` field; one without brackets and without `@` is one too.
pub(crate) fn id_of(value: &[u8]) -> Option<MessageId> {
    let found = fields::raw_message_ids(value).find_map(fields::message_id);
    found.or_else(|| fields::message_id(&value[..value.len().min(1000)]))
}

/// Archives differ in what they add to a mail and in its line ends, not in this.
pub(crate) fn digest_id(fields: &Fields<'_>, body: &[u8]) -> MessageId {
    let mut digest = Sha256::new();
    for name in ["from", "date", "subject"] {
        digest.update(fields.first(name).unwrap_or_default().trim_ascii());
        digest.update([0]);
    }
    for line in body.trim_ascii_end().split(|byte| *byte == b'\n') {
        digest.update(line.strip_suffix(b"\r").unwrap_or(line));
        digest.update(b"\n");
    }
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    MessageId(format!("{hex}@sha256.invalid"))
}

/// The date of the mail with this header, as [`read`] has it.
pub(crate) fn date_of(header: &[u8]) -> Option<DateTime<Utc>> {
    let mut sent = None;
    let mut received = None;
    let mut hosts = 0;
    for (name, value) in fields::fields(header) {
        match name.first().map(u8::to_ascii_lowercase) {
            Some(b'd') if sent.is_none() && name.eq_ignore_ascii_case(b"date") => {
                sent = sent_date(value);
            }
            Some(b'r') if name.eq_ignore_ascii_case(b"received") => {
                if hosts < MOST_HOSTS && received.is_none() {
                    received = received_date(value);
                }
                hosts += 1;
            }
            _ => {}
        }
    }
    date(sent, received, &mut Vec::new())
}

/// So many `Received` fields are looked at for a date.
const MOST_HOSTS: usize = 20;

fn sent_date(value: &[u8]) -> Option<DateTime<Utc>> {
    match std::str::from_utf8(value) {
        Ok(plain) if !plain.contains("=?") => date::read(plain),
        _ => date::read(&fields::text(value)),
    }
}

fn received_date(value: &[u8]) -> Option<DateTime<Utc>> {
    let (_, when) = fields::last_part(value, b';')?;
    date::read(&String::from_utf8_lossy(when))
}

/// When it was sent; when it was received, if it does not say or says what cannot be.
fn date(
    sent: Option<DateTime<Utc>>,
    received: Option<DateTime<Utc>>,
    warnings: &mut Vec<String>,
) -> Option<DateTime<Utc>> {
    match (sent, received) {
        (Some(sent), Some(received)) if sent > received + CLOCK_SKEW => {
            warnings.push(format!(
                "it says it was sent {sent}, after it was received: taken is when it was received"
            ));
            Some(received)
        }
        (Some(sent), Some(received)) if sent + LONGEST_WAY < received => {
            warnings.push(format!(
                "it says it was sent {sent}, long before it was received: taken is when it was received"
            ));
            Some(received)
        }
        (Some(sent), _) => Some(sent),
        (None, Some(received)) => {
            warnings.push("it has no date: taken is when it was received".to_owned());
            Some(received)
        }
        (None, None) => {
            warnings.push("it has no date".to_owned());
            None
        }
    }
}

/// The lists a mail came over or was sent to, each once, in lower case.
fn lists(fields: &Fields<'_>) -> Vec<String> {
    let mut lists: Vec<String> = Vec::new();
    let mut add = |list: String| {
        if !list.is_empty() && !lists.contains(&list) && lists.len() < 20 {
            lists.push(list);
        }
    };
    fields.all("list-id").filter_map(list_of_id).for_each(&mut add);
    let posts = fields.all("list-post").map(|value| String::from_utf8_lossy(value).into_owned());
    for post in posts {
        let address = post.split_once("mailto:").map_or("", |(_, rest)| rest);
        let address = address.split(['>', '?']).next().unwrap_or_default();
        if address.contains('@') {
            add(fields::line(address).to_ascii_lowercase());
        }
    }
    let named = ["to", "cc"].into_iter().flat_map(|name| fields.all(name));
    for address in named.flat_map(fields::addresses) {
        let address = address.address.to_ascii_lowercase();
        if address.ends_with(".apache.org") || address == "announce@apache.org" {
            add(address);
        }
    }
    lists.shrink_to_fit();
    lists
}

/// `dev@x.apache.org` of `"A list" <dev.x.apache.org>`.
fn list_of_id(value: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&value[..value.len().min(1000)]).into_owned();
    let inside = match text.rsplit_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => &text,
    };
    let id = fields::line(inside).to_ascii_lowercase();
    if id.contains('@') {
        return Some(id);
    }
    let (name, host) = id.split_once('.')?;
    (!name.is_empty() && host.contains('.') && !id.contains(' ')).then(|| format!("{name}@{host}"))
}
