//! The header fields of a mail or of a part of it: found, unfolded and decoded. Pure.
//!
//! One walk over the lines serves the full reading and the quick look at a whole mailbox
//! ([`super::scan`]), so that both see the same fields.

use std::borrow::Cow;

use mail_parser::HeaderValue;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;

use super::{Address, MessageId};

/// The most that is read of one field's value, in bytes. Decoding is quadratic on hostile values.
const LONGEST_VALUE: usize = 16 << 10;
/// The most that is read of `References`.
const LONGEST_REFERENCES: usize = 64 << 10;
/// The most that is read of a mail's header, in bytes.
pub const LONGEST_HEADER: usize = 256 << 10;

/// The header fields of a mail, in their order, as they stand.
pub(crate) struct Fields<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> Fields<'a> {
    /// Takes the fields of `header`, as [`split`] gives it.
    pub(crate) fn read(header: &'a [u8]) -> Self {
        Self(fields(header).collect())
    }

    /// Values of the fields of this name, top first, with their folds.
    pub(crate) fn all(&self, name: &str) -> impl DoubleEndedIterator<Item = &'a [u8]> {
        let name = name.as_bytes().to_vec();
        let named = move |(found, _): &&(&[u8], &[u8])| found.eq_ignore_ascii_case(&name);
        self.0.iter().filter(named).map(|(_, value)| *value)
    }

    /// The first of them.
    pub(crate) fn first(&self, name: &str) -> Option<&'a [u8]> {
        self.all(name).next()
    }
}

/// What stands before and behind the last such byte of a value.
pub(crate) fn last_part(value: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memrchr(byte, value)?;
    Some((&value[..at], &value[at + 1..]))
}

/// Cuts a mail, or a part of one, at the first empty line: header and body.
pub(crate) fn split(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    loop {
        let rest = &bytes[at..];
        match rest {
            [b'\n', body @ ..] | [b'\r', b'\n', body @ ..] => {
                return (&bytes[..at.min(LONGEST_HEADER)], body);
            }
            _ => match memchr::memchr(b'\n', rest) {
                Some(end) => at += end + 1,
                None => return (&bytes[..bytes.len().min(LONGEST_HEADER)], &[]),
            },
        }
    }
}

/// Walks over the fields of a header: name and value, the value with its folds and without its
/// last line end. Lines that are no field are passed over.
pub(crate) fn fields(header: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = header;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let field;
            (field, rest) = rest.split_at(field_end(rest));
            let Some(colon) = memchr::memchr(b':', field) else { continue };
            let name = field[..colon].trim_ascii_end();
            if !name.is_empty() && name.iter().all(u8::is_ascii_graphic) {
                return Some((name, field[colon + 1..].trim_ascii_end()));
            }
        }
        None
    })
}

/// Where the field that `bytes` begin with ends: before the first line that is no continuation.
fn field_end(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match memchr::memchr(b'\n', &bytes[at..]) {
            Some(end) => at += end + 1,
            None => return bytes.len(),
        }
        if !matches!(bytes.get(at), Some(b' ' | b'\t')) {
            return at;
        }
    }
}

/// A value as the parsers want it: at most so long, in UTF-8, ended by a line end.
fn prepared(value: &[u8], limit: usize) -> Cow<'_, [u8]> {
    let value = &value[..value.len().min(limit)];
    let mut value = match std::str::from_utf8(value) {
        // A character cut by the limit is no reason to take the rest for another charset.
        Err(error) if error.error_len().is_some() => {
            charset_decoder(b"windows-1252").map_or_else(Vec::new, |decode| decode(value).into())
        }
        _ => value.to_vec(),
    };
    value.push(b'\n');
    Cow::Owned(value)
}

/// Decodes a value of free text, such as a subject, to one clean line.
pub(crate) fn text(value: &[u8]) -> String {
    let value = prepared(value, LONGEST_VALUE);
    let decoded = match MessageStream::new(&value).parse_unstructured() {
        HeaderValue::Text(text) => text.into_owned(),
        _ => String::new(),
    };
    line(&with_words_decoded(decoded))
}

/// Encoded words that stand where RFC 2047 does not allow them, as in quotes or inside a word.
fn with_words_decoded(text: String) -> String {
    if !text.contains("=?") {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = &text[..];
    while let Some(start) = rest.find("=?") {
        out.push_str(&rest[..start]);
        let word = &rest[start + 1..];
        let mut stream = MessageStream::new(word.as_bytes());
        match stream.decode_rfc2047() {
            Some(decoded) => {
                out.push_str(&decoded);
                rest = word.get(stream.offset()..).unwrap_or_default();
            }
            None => {
                out.push_str("=?");
                rest = &word[1..];
            }
        }
    }
    out + rest
}

/// One line without control characters: what they were is one blank each run.
pub(crate) fn line(text: &str) -> String {
    let shown = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let shown: String = shown.filter(|c| !invisible(*c)).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters without width, which only part what a reader sees as one word, and those that turn
/// the direction of reading.
pub(crate) fn invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// The start of `text`: at most `limit` bytes, whole characters.
pub(crate) fn start(text: &str, limit: usize) -> &str {
    let end = (0..=limit.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// Every address of a value, those of groups too.
pub(crate) fn addresses(value: &[u8]) -> Vec<Address> {
    let value = prepared(value, LONGEST_VALUE);
    let HeaderValue::Address(found) = MessageStream::new(&value).parse_address() else {
        return Vec::new();
    };
    let address = |found: &mail_parser::Addr<'_>| Address {
        name: found
            .name
            .as_deref()
            .map(|name| line(&with_words_decoded(name.to_owned())))
            .filter(|name| !name.is_empty()),
        address: found.address.as_deref().map(line).unwrap_or_default().replace(' ', ""),
    };
    found.iter().map(address).collect()
}

/// The Message-IDs of a value, in their order: what stands in angle brackets, else every word with
/// an `@` in it.
pub(crate) fn message_ids(value: &[u8]) -> Vec<MessageId> {
    raw_message_ids(value).filter_map(message_id).collect()
}

/// A Message-ID of the bytes between its angle brackets. Folds in it are taken out.
pub(crate) fn message_id(raw: &[u8]) -> Option<MessageId> {
    let shown = |c: &char| !c.is_whitespace() && !c.is_control() && !invisible(*c);
    let id: String = String::from_utf8_lossy(raw).chars().filter(shown).collect();
    (!id.is_empty()).then_some(MessageId(id))
}

/// The Message-IDs of a value as they stand, without copying them.
pub(crate) fn raw_message_ids(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    let value = &value[..value.len().min(LONGEST_REFERENCES)];
    let bracketed = memchr::memchr(b'<', value).is_some();
    let mut rest = value;
    std::iter::from_fn(move || {
        if bracketed {
            // Between ids stand a blank or two: no search is worth while.
            let start = rest.iter().position(|byte| *byte == b'<')? + 1;
            let end = memchr::memchr2(b'>', b'<', &rest[start..]).map_or(rest.len(), |n| start + n);
            let id = &rest[start..end];
            rest = &rest[end..];
            return Some(id);
        }
        loop {
            rest = rest.trim_ascii_start();
            if rest.is_empty() {
                return None;
            }
            let end = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
            let word;
            (word, rest) = rest.split_at(end);
            if word.contains(&b'@') {
                return Some(word);
            }
        }
    })
}

/// A `Content-Type` or `Content-Disposition`, all but the values in lower case.
pub(crate) struct ContentType {
    /// `text`, `multipart`, `attachment`.
    pub(crate) main: String,
    /// `plain`, `mixed`; none in a disposition.
    pub(crate) sub: Option<String>,
    attributes: Vec<(String, String)>,
}

impl ContentType {
    /// The value of `charset`, `boundary` or another attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| &value[..])
    }
}

/// Reads a `Content-Type` or `Content-Disposition`.
pub(crate) fn content_type(value: &[u8]) -> Option<ContentType> {
    let value = prepared(value, LONGEST_VALUE);
    let HeaderValue::ContentType(found) = MessageStream::new(&value).parse_content_type() else {
        return None;
    };
    let attributes = found.attributes().unwrap_or_default().iter();
    Some(ContentType {
        main: found.ctype().to_ascii_lowercase(),
        sub: found.subtype().map(str::to_ascii_lowercase),
        attributes: attributes
            .map(|one| (one.name.to_ascii_lowercase(), one.value.clone().into_owned()))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(value: &str) -> Vec<String> {
        message_ids(value.as_bytes()).into_iter().map(|id| id.0).collect()
    }

    #[test]
    fn fields_are_unfolded_and_lines_that_are_none_passed_over() {
        let mail = b"From: a@b\r\nno field here\r\nX-Empty:\r\nSubject: one\r\n\ttwo\r\n three\r\n\r\nBody: x\n";
        let (header, body) = split(mail);
        assert_eq!(body, b"Body: x\n");
        let fields = Fields::read(header);
        assert_eq!(text(fields.first("subject").unwrap_or_default()), "one two three");
        assert_eq!(fields.first("x-empty"), Some(&b""[..]));
        assert_eq!(fields.first("body"), None);
        assert_eq!(split(b"\nbody"), (&b""[..], &b"body"[..]));
        assert_eq!(split(b"A: b"), (&b"A: b"[..], &b""[..]));
    }

    #[test]
    fn subjects_are_decoded_wherever_the_words_stand() {
        for (raw, read) in [
            ("=?UTF-8?Q?[VOTE]_Release_Caf=C3=A9?=\n =?UTF-8?Q?_1.0?=", "[VOTE] Release Café 1.0"),
            ("[VOTE] =?utf-8?B?UmVsZWFzZQ==?= Foo", "[VOTE] Release Foo"),
            ("Re:=?utf-8?Q?_[VOTE]?= Foo", "Re: [VOTE] Foo"),
            ("caf\u{e9} in UTF-8", "café in UTF-8"),
            ("bad =?utf-8?X?word?= stays", "bad =?utf-8?X?word?= stays"),
            ("escape \u{1b}[31m\u{7}red\u{200b}", "escape [31m red"),
        ] {
            assert_eq!(text(raw.as_bytes()), read);
        }
        assert_eq!(text(b"caf\xe9 in Latin-1"), "café in Latin-1");
    }

    #[test]
    fn addresses_come_with_decoded_names() {
        let read = |raw: &str| -> Vec<(Option<String>, String)> {
            addresses(raw.as_bytes()).into_iter().map(|a| (a.name, a.address)).collect()
        };
        let one = |name: &str, address: &str| vec![(Some(name.to_owned()), address.to_owned())];
        assert_eq!(read("jane@x.org (Jane Doe)"), one("Jane Doe", "jane@x.org"));
        assert_eq!(read("=?ISO-8859-1?Q?Herv=E9?= B <h@x.fr>"), one("Hervé B", "h@x.fr"));
        assert_eq!(read("\"=?utf-8?Q?J=C3=A9?=\" <h@x.fr>"), one("Jé", "h@x.fr"));
        assert_eq!(read("\"Doe, Jane\" <j@x.org>"), one("Doe, Jane", "j@x.org"));
        assert_eq!(read("a@x, g: b@x, c@x;").len(), 3);
        assert_eq!(read("<j@x.org>"), [(None, "j@x.org".to_owned())]);
    }

    #[test]
    fn message_ids_are_found_in_any_company() {
        assert_eq!(ids(" <a@x>\r\n <b@x>"), ["a@x", "b@x"]);
        assert_eq!(ids("Your message of \"Mon, 1 Jan\" <a@x>"), ["a@x"]);
        assert_eq!(ids("a@x b@x"), ["a@x", "b@x"]);
        assert_eq!(ids("<a@\r\n x> <cut@x"), ["a@x", "cut@x"]);
        assert_eq!(ids("<a@x<b@x>"), ["a@x", "b@x"]);
        assert_eq!(ids("nothing"), [""; 0]);
    }
}
