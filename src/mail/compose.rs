//! Mails of our own: headers and a plain text in, the bytes of a message out. Pure.
//!
//! The same parts give the same bytes, Message-ID included. It is made of what the mail says and of
//! the sender's domain, not of the date: whoever finds it in an archive knows that this very mail
//! has arrived, and nothing has to be sent twice to be sure. No header can bring in another one: a
//! line feed, or any other control character, in any part is an error.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{Address, MessageId};

/// Columns of a header line where it can be folded (RFC 5322, section 2.1.1).
const HEADER_WIDTH: usize = 76;

/// Bytes of a line that no mail may have more of, without its CRLF (RFC 5322, section 2.1.1).
const LONGEST_LINE: usize = 998;

/// Mails of a thread that are named in `References`: the first and the latest.
const MOST_REFERENCES: usize = 21;

/// What a mail is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The sender.
    pub from: Address,
    /// Who it goes to, at least one.
    pub to: Vec<Address>,
    /// Who gets a copy.
    pub cc: Vec<Address>,
    /// The subject.
    pub subject: String,
    /// When it is sent.
    pub date: DateTime<Utc>,
    /// The mails it follows, oldest first; it answers the last.
    pub thread: Vec<MessageId>,
    /// The text, `\n` or CRLF at the end of each line.
    pub body: String,
}

/// A mail that is ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    parts: Parts,
    id: MessageId,
}

/// Parts that make no mail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeError {
    /// Not `name@domain`, with or without `Name <…>` around it.
    #[error(
        "`{0}` is not a mail address: expected `name@example.org` or `Name <name@example.org>`"
    )]
    Address(String),
    /// A line feed or another control character where a header cannot have one.
    #[error("the {part} of the mail has a control character in it: {value:?}")]
    Control {
        /// Which: `subject`, `name of the sender`.
        part: &'static str,
        /// The value.
        value: String,
    },
    /// Not the id of a mail.
    #[error("`{0}` is not a Message-ID")]
    MessageId(String),
    /// It goes to nobody.
    #[error("the mail has no recipient")]
    NoRecipient,
    /// It has no subject.
    #[error("the mail has no subject")]
    NoSubject,
}

impl Outgoing {
    /// Checks the parts and makes the Message-ID.
    ///
    /// # Errors
    /// See [`ComposeError`].
    pub fn new(mut parts: Parts) -> Result<Self, ComposeError> {
        check_address(&parts.from)?;
        parts.to.iter().chain(&parts.cc).try_for_each(check_address)?;
        if parts.to.is_empty() {
            return Err(ComposeError::NoRecipient);
        }
        check_control("subject", &parts.subject)?;
        parts.subject = parts.subject.trim().to_owned();
        if parts.subject.is_empty() {
            return Err(ComposeError::NoSubject);
        }
        parts.thread.iter().try_for_each(check_message_id)?;
        parts.body = parts.body.replace("\r\n", "\n");
        let no_text = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
        if let Some(line) = parts.body.split('\n').find(|line| line.contains(no_text)) {
            return Err(ComposeError::Control { part: "text", value: line.to_owned() });
        }
        if !parts.body.ends_with('\n') {
            parts.body.push('\n');
        }
        let domain = parts.from.address.rsplit('@').next().unwrap_or_default();
        let id = MessageId(format!("plusone.{}@{domain}", content_id(&parts)));
        Ok(Self { parts, id })
    }

    /// What it is made of.
    pub fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Its Message-ID, `plusone.<digest>@<the sender's domain>`.
    pub fn message_id(&self) -> &MessageId {
        &self.id
    }

    /// The address that answers of mail servers go to.
    pub fn sender(&self) -> &str {
        &self.parts.from.address
    }

    /// Every address it goes to, each once, in order.
    pub fn recipients(&self) -> Vec<&str> {
        let mut recipients: Vec<&str> = Vec::new();
        for Address { address, .. } in self.parts.to.iter().chain(&self.parts.cc) {
            if !recipients.iter().any(|known| known.eq_ignore_ascii_case(address)) {
                recipients.push(address);
            }
        }
        recipients
    }

    /// The message: ASCII, CRLF at the end of each line, no line longer than a mail may have.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Parts { from, to, cc, subject, date, thread, body } = &self.parts;
        let mut out = String::new();
        push_header(&mut out, "From", &address_words(std::slice::from_ref(from)));
        push_header(&mut out, "To", &address_words(to));
        if !cc.is_empty() {
            push_header(&mut out, "Cc", &address_words(cc));
        }
        push_header(&mut out, "Subject", &text_words(subject));
        let date = date.format("%a, %d %b %Y %H:%M:%S +0000").to_string();
        push_header(&mut out, "Date", &[date]);
        push_header(&mut out, "Message-ID", &[format!("<{}>", self.id)]);
        if let Some(answered) = thread.last() {
            push_header(&mut out, "In-Reply-To", &[format!("<{answered}>")]);
            let latest = thread.len().saturating_sub(MOST_REFERENCES - 1).max(1);
            let named = thread.iter().take(1).chain(thread.iter().skip(latest));
            let named: Vec<String> = named.map(|id| format!("<{id}>")).collect();
            push_header(&mut out, "References", &named);
        }
        out.push_str("MIME-Version: 1.0\r\n");
        let fits = body.is_ascii() && body.lines().all(|line| line.len() <= LONGEST_LINE);
        let (charset, encoding) =
            if fits { ("us-ascii", "7bit") } else { ("utf-8", "quoted-printable") };
        let _ = write!(
            out,
            "Content-Type: text/plain; charset={charset}; format=fixed\r\n\
             Content-Transfer-Encoding: {encoding}\r\n\r\n"
        );
        match fits {
            true => out.push_str(&body.replace('\n', "\r\n")),
            false => push_quoted_printable(&mut out, body),
        }
        out.into_bytes()
    }
}

/// Twenty bytes of the digest of what a mail says and to whom; the date is not in it.
fn content_id(parts: &Parts) -> String {
    let mut digest = Sha256::new();
    let mut field = |name: &str, value: &str| {
        digest.update(format!("{name} {}\n{value}\n", value.len()));
    };
    field("from", &parts.from.address);
    parts.to.iter().for_each(|to| field("to", &to.address));
    parts.cc.iter().for_each(|cc| field("cc", &cc.address));
    field("subject", &parts.subject);
    parts.thread.iter().for_each(|id| field("thread", &id.0));
    field("body", &parts.body);
    digest.finalize().iter().take(20).map(|byte| format!("{byte:02x}")).collect()
}

/// Reads `name@example.org` or `Name <name@example.org>`; the name may stand in quotes.
///
/// # Errors
/// It is neither, or not ASCII where a mail address must be.
pub fn parse_address(text: &str) -> Result<Address, ComposeError> {
    let wrong = || ComposeError::Address(text.to_owned());
    let text = text.trim();
    let (name, address) = match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((name, address)) => (name.trim(), address),
        None => ("", text),
    };
    let name = match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(quoted) => unescaped(quoted),
        None => name.to_owned(),
    };
    let address =
        Address { name: Some(name).filter(|name| !name.is_empty()), address: address.to_owned() };
    check_address(&address).map_err(|error| match error {
        ComposeError::Control { .. } => error,
        _ => wrong(),
    })?;
    Ok(address)
}

fn unescaped(quoted: &str) -> String {
    let mut out = String::new();
    let mut chars = quoted.chars();
    while let Some(c) = chars.next() {
        out.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    out
}

/// Splits a list of addresses at its commas, not at those in quotes or in `<…>`. Empty items are
/// dropped.
pub fn split_addresses(list: &str) -> Vec<String> {
    let (mut quoted, mut escaped, mut angle) = (false, false, false);
    let mut items = vec![String::new()];
    for c in list.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '<' if !quoted => angle = true,
            '>' if !quoted => angle = false,
            ',' if !quoted && !angle => {
                items.push(String::new());
                continue;
            }
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        items.last_mut().expect("there is always one").push(c);
    }
    items.iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// An address without quotes, comments and routes: what mailing lists and people have.
fn check_address(address: &Address) -> Result<(), ComposeError> {
    check_control("name of an address", address.name.as_deref().unwrap_or_default())?;
    let atom = |text: &str, more: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        text.split('.').all(|part| !part.is_empty() && part.chars().all(allowed))
    };
    let fine = address.address.split_once('@').is_some_and(|(local, domain)| {
        local.len() <= 64
            && domain.len() <= 253
            && atom(local, "!#$%&'*+-/=?^_`{|}~")
            && atom(domain, "-")
    });
    if fine { Ok(()) } else { Err(ComposeError::Address(address.address.clone())) }
}

fn check_control(part: &'static str, value: &str) -> Result<(), ComposeError> {
    // Unicode's line and paragraph separators end a line for some readers.
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if value.contains(breaks) {
        return Err(ComposeError::Control { part, value: value.to_owned() });
    }
    Ok(())
}

fn check_message_id(id: &MessageId) -> Result<(), ComposeError> {
    let fine = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>');
    if !id.0.is_empty() && id.0.len() <= LONGEST_LINE - 20 && id.0.chars().all(fine) {
        return Ok(());
    }
    Err(ComposeError::MessageId(id.0.clone()))
}

/// Writes a header, folded between its words.
fn push_header(out: &mut String, name: &str, words: &[String]) {
    out.push_str(name);
    out.push(':');
    let mut column = name.len() + 1;
    for (at, word) in words.iter().enumerate() {
        // The first word stays on the line of the name, which must not be left alone.
        if at > 0 && column + 1 + word.len() > HEADER_WIDTH {
            out.push_str("\r\n");
            column = 0;
        }
        out.push(' ');
        out.push_str(word);
        column += 1 + word.len();
    }
    out.push_str("\r\n");
}

/// A text as the words of a header, encoded if it cannot stand as it is (RFC 2047).
fn text_words(text: &str) -> Vec<String> {
    plain_words(text).unwrap_or_else(|| encoded_words(text))
}

/// The words of a text that a reader gets back as they are; none where that takes encoding. Blanks
/// in a row count as that: folding would lose them.
fn plain_words(text: &str) -> Option<Vec<String>> {
    let as_it_is = |word: &str| {
        // What looks like an encoded word would be taken for one.
        !word.is_empty() && word.len() < 900 && word.is_ascii() && !word.contains("=?")
    };
    text.split(' ').map(|word| as_it_is(word).then(|| word.to_owned())).collect()
}

/// Encoded words of at most 75 bytes each, never a character torn in two.
fn encoded_words(text: &str) -> Vec<String> {
    const ROOM: usize = 75 - "=?utf-8?q??=".len();
    let mut words = vec![String::new()];
    for c in text.chars() {
        let mut piece = String::new();
        if c == ' ' {
            piece.push('_');
        } else if c.is_ascii_alphanumeric() || matches!(c, '!' | '*' | '+' | '-' | '/') {
            // The set that may stand in a name unencoded (RFC 2047, section 5).
            piece.push(c);
        } else {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(piece, "={byte:02X}");
            }
        }
        if words.last().is_some_and(|word| word.len() + piece.len() > ROOM) {
            words.push(String::new());
        }
        words.last_mut().expect("there is always one").push_str(&piece);
    }
    words.iter().map(|word| format!("=?utf-8?q?{word}?=")).collect()
}

/// Addresses as the words of a header.
fn address_words(addresses: &[Address]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for address in addresses {
        if let Some(last) = words.last_mut() {
            last.push(',');
        }
        match address.name.as_deref().filter(|name| !name.is_empty()) {
            None => words.push(address.address.clone()),
            Some(name) => {
                words.extend(name_words(name));
                words.push(format!("<{}>", address.address));
            }
        }
    }
    words
}

/// A person's name as the words of a header: bare, in quotes, or encoded.
fn name_words(name: &str) -> Vec<String> {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    match plain_words(name) {
        None => encoded_words(name),
        Some(words) if words.iter().all(|word| word.chars().all(atom)) => words,
        Some(_) => {
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{quoted}\"").split(' ').map(str::to_owned).collect()
        }
    }
}

/// Quoted-printable (RFC 2045, section 6.7).
fn push_quoted_printable(out: &mut String, text: &str) {
    for line in text.split_inclusive('\n') {
        let line = line.trim_end_matches('\n');
        let mut column = 0;
        for (at, byte) in line.bytes().enumerate() {
            let last = at + 1 == line.len();
            let plain = match byte {
                b' ' | b'\t' => !last,
                b'=' => false,
                other => other.is_ascii_graphic(),
            };
            let width = if plain { 1 } else { 3 };
            if column + width > 75 {
                out.push_str("=\r\n");
                column = 0;
            }
            // Writing to a String cannot fail.
            let _ = match plain {
                true => write!(out, "{}", char::from(byte)),
                false => write!(out, "={byte:02X}"),
            };
            column += width;
        }
        out.push_str("\r\n");
    }
}
