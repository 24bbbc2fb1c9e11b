//! The text of a mail's body: its MIME parts walked, the one a person reads taken and decoded.
//! Pure; depth, number of parts and size are bounded, and the work is linear in the input.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;

use super::fields::{ContentType, Fields, content_type, invisible, split, start};
use super::{ENCRYPTED, NO_TEXT, OPAQUE, enriched, flowed, html};

/// The most text that is kept of a mail, in bytes.
pub const LONGEST_TEXT: usize = 1 << 20;
/// Parts within parts within parts: more than any mail program makes.
const DEEPEST: usize = 12;
/// The most parts that are looked at.
const MOST_PARTS: usize = 500;

/// Reads the text of `body`, whose header is `fields`. What was odd goes to `warnings`.
pub(crate) fn text(fields: &Fields<'_>, body: &[u8], warnings: &mut Vec<String>) -> String {
    let mut reader = Reader { warnings, parts: 0 };
    let found = reader.part(fields, body, Place::Root, 0);
    let text = match found {
        Some(found) => found.text,
        None => {
            if !body.trim_ascii().is_empty() {
                reader.warn(NO_TEXT);
            }
            String::new()
        }
    };
    let text = without_clear_signature(&clean(&text));
    let (text, was_encrypted) = without_encrypted(text);
    if was_encrypted {
        reader.warn(ENCRYPTED);
    }
    // One reason is enough.
    if warnings.iter().any(|warning| warning == ENCRYPTED || warning == OPAQUE) {
        warnings.retain(|warning| warning != NO_TEXT);
    }
    cut(text, warnings)
}

fn cut(mut text: String, warnings: &mut Vec<String>) -> String {
    if text.len() > LONGEST_TEXT {
        text.truncate(start(&text, LONGEST_TEXT).len());
        warnings.push(format!("only the first {LONGEST_TEXT} bytes of its text were read"));
    }
    text
}

/// Line ends become `\n`; other control characters but tabs become U+FFFD, and characters without
/// width go, as do those that turn the direction of reading.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let shown = text.chars().filter(|c| !invisible(*c)).map(|c| match c {
        '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => '\n',
        '\n' | '\t' => c,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    });
    shown.collect()
}

/// Where a part stands, which decides whether it is text or an attachment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Alternative,
    Other,
}

/// How good a form of the same text is; the greatest is taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Blank,
    Enriched,
    Html,
    Plain,
}

struct Found {
    form: Form,
    text: String,
}

struct Reader<'w> {
    warnings: &'w mut Vec<String>,
    parts: usize,
}

impl Reader<'_> {
    fn warn(&mut self, words: &str) {
        if !self.warnings.iter().any(|known| known == words) {
            self.warnings.push(words.to_owned());
        }
    }

    fn part(
        &mut self,
        fields: &Fields<'_>,
        body: &[u8],
        place: Place,
        depth: usize,
    ) -> Option<Found> {
        self.parts += 1;
        if self.parts > MOST_PARTS || depth > DEEPEST {
            self.warn("it has more parts than were looked at");
            return None;
        }
        let kind = fields.first("content-type").and_then(content_type);
        let (main, sub) = match &kind {
            Some(kind) => (&kind.main[..], kind.sub.as_deref()),
            None => ("text", Some("plain")),
        };
        let attribute = |name| kind.as_ref().and_then(|kind| kind.attribute(name));
        match (main, sub) {
            ("multipart", sub) => {
                let parts =
                    attribute("boundary").map(|b| parts(body, b.as_bytes())).unwrap_or_default();
                if parts.is_empty() {
                    self.warn("the border of its parts is missing: the whole is taken as text");
                    return self.leaf(fields, body, "plain", None);
                }
                self.several(&parts, sub == Some("alternative"), depth)
            }
            ("text", sub) => {
                if place != Place::Root && is_attachment(fields, attribute("name").is_some()) {
                    return None;
                }
                let sub = match sub {
                    Some("html" | "enriched" | "richtext") => sub.unwrap_or_default(),
                    // Invitations, patches and the like are no text of the sender's, unless they
                    // are all there is.
                    Some("plain" | "markdown" | "x-markdown") | None => "plain",
                    Some(_) if place == Place::Root => "plain",
                    Some(_) => return None,
                };
                self.leaf(fields, body, sub, kind.as_ref())
            }
            ("application", Some("pgp-encrypted")) => {
                self.warn(ENCRYPTED);
                None
            }
            ("application", Some("pkcs7-mime" | "x-pkcs7-mime")) => {
                self.warn(OPAQUE);
                None
            }
            // A type without a slash, as old programs wrote it.
            (_, None) if place == Place::Root => self.leaf(fields, body, "plain", None),
            _ => None,
        }
    }

    fn several(&mut self, parts: &[&[u8]], alternative: bool, depth: usize) -> Option<Found> {
        let place = if alternative { Place::Alternative } else { Place::Other };
        let mut all: Option<Found> = None;
        for part in parts {
            let (header, body) = split(part);
            let Some(found) = self.part(&Fields::read(header), body, place, depth + 1) else {
                continue;
            };
            all = Some(match all {
                None => found,
                Some(best) if alternative => match found.form > best.form {
                    true => found,
                    false => best,
                },
                Some(mut before) => {
                    if !before.text.ends_with('\n') {
                        before.text.push('\n');
                    }
                    before.text.push_str(&found.text);
                    Found { form: before.form.max(found.form), text: before.text }
                }
            });
            let enough = |found: &Found| found.text.len() > 2 * LONGEST_TEXT;
            if all.as_ref().is_some_and(enough) {
                break;
            }
        }
        all
    }

    fn leaf(
        &mut self,
        fields: &Fields<'_>,
        body: &[u8],
        sub: &str,
        kind: Option<&ContentType>,
    ) -> Option<Found> {
        let attribute = |name| kind.and_then(|kind| kind.attribute(name));
        let encoding = fields.first("content-transfer-encoding").unwrap_or_default();
        let bytes = self.transferred(encoding, body);
        let decoded = self.decoded(&bytes, attribute("charset"));
        let decoded = decoded.replace("\r\n", "\n");
        let is = |name, wanted: &str| {
            attribute(name).is_some_and(|found| found.eq_ignore_ascii_case(wanted))
        };
        let (form, text) = match sub {
            "html" => (Form::Html, html::text(&decoded, 2 * LONGEST_TEXT)),
            "enriched" | "richtext" => (Form::Enriched, enriched::text(&decoded)),
            _ if is("format", "flowed") => {
                (Form::Plain, flowed::joined(&decoded, is("delsp", "yes")))
            }
            _ => (Form::Plain, decoded),
        };
        let form = if text.trim().is_empty() { Form::Blank } else { form };
        Some(Found { form, text })
    }

    /// Undoes the transfer encoding. What is wrong in it is passed over or left as it stands.
    fn transferred<'b>(&mut self, encoding: &[u8], body: &'b [u8]) -> Cow<'b, [u8]> {
        // Twelve bytes make at least three of text, whatever the encoding and charset.
        let limit = 8 * LONGEST_TEXT;
        let body = if body.len() > limit { &body[..limit] } else { body };
        let named = |name: &[u8]| {
            let encoding = encoding.trim_ascii();
            encoding.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        };
        if named(b"base64") {
            let in_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
            let digits: Vec<u8> = body.iter().copied().filter(in_alphabet).collect();
            let odd = |byte: &u8| !in_alphabet(byte) && !byte.is_ascii_whitespace();
            if body.iter().any(odd) {
                self.warn("its base64 holds other characters");
            }
            Cow::Owned(base64_decode(&digits).unwrap_or_default())
        } else if named(b"quoted-printable") {
            Cow::Owned(quoted_printable(body))
        } else {
            Cow::Borrowed(body)
        }
    }

    /// Undoes the charset. Programs label UTF-8 as something else more often than Latin-1 text
    /// happens to be UTF-8, so UTF-8 wins over every charset of single bytes.
    fn decoded(&mut self, bytes: &[u8], charset: Option<&str>) -> String {
        let charset = charset.unwrap_or_default().trim().to_ascii_lowercase();
        let by_label = charset_decoder(charset.as_bytes()).filter(|_| !charset.is_empty());
        let utf8 = std::str::from_utf8(bytes).ok();
        let single = charset.is_empty()
            || by_label.is_none()
            || [
                "us-ascii",
                "ascii",
                "iso-8859-",
                "iso8859",
                "latin",
                "windows-125",
                "cp125",
                "utf-8",
                "utf8",
            ]
            .iter()
            .any(|start| charset.starts_with(start));
        match (utf8, by_label) {
            (Some(text), _) if single => text.to_owned(),
            (_, Some(decode)) if !matches!(&charset[..], "utf-8" | "utf8") => decode(bytes),
            _ => {
                self.warn("its text is not in the charset it names");
                let fallback = charset_decoder(b"windows-1252");
                let lossy = || String::from_utf8_lossy(bytes).into_owned();
                // A few broken characters in UTF-8 are no reason to take the rest for Latin-1.
                let lossy_is_better =
                    bytes.windows(2).any(|pair| pair[0] >= 0xc2 && pair[1] & 0xc0 == 0x80);
                match fallback {
                    Some(decode) if !lossy_is_better => decode(bytes),
                    _ => lossy(),
                }
            }
        }
    }
}

/// Whether a text is a file that was attached: it says so, or has a file's name.
fn is_attachment(fields: &Fields<'_>, named: bool) -> bool {
    let disposition = fields.first("content-disposition").and_then(content_type);
    let said = disposition
        .as_ref()
        .is_some_and(|said| said.main == "attachment" || said.attribute("filename").is_some());
    said || named
}

/// Cuts a multipart body at its borders. A last part without its border is one too; empty when
/// there is no border at all.
fn parts<'b>(body: &'b [u8], boundary: &[u8]) -> Vec<&'b [u8]> {
    let border = [b"--", boundary].concat();
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    for at in memchr::memmem::find_iter(body, &border) {
        let line_begins = at == 0 || body[at - 1] == b'\n';
        let after = at + border.len();
        let rest_end = memchr::memchr(b'\n', &body[after..]).map_or(body.len(), |n| after + n + 1);
        let rest = body[after..rest_end].trim_ascii();
        if !line_begins || !(rest.is_empty() || rest == b"--") {
            continue;
        }
        if let Some(start) = start {
            parts.push(without_line_end(&body[start..at]));
        }
        if !rest.is_empty() || parts.len() > MOST_PARTS {
            return parts;
        }
        start = Some(rest_end);
    }
    if let Some(start) = start {
        parts.push(&body[start.min(body.len())..]);
    }
    parts
}

/// The line end before a border belongs to the border.
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}

/// RFC 2045 (6.7); `=` before anything but two hex digits or a line end stays.
fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let end = line.trim_ascii_end().len();
        let (mut text, ends) = (&line[..end], &line[end..]);
        let soft = text.last() == Some(&b'=');
        if soft {
            text = &text[..text.len() - 1];
        }
        while let Some(at) = memchr::memchr(b'=', text) {
            out.extend_from_slice(&text[..at]);
            let digits = text.get(at + 1..at + 3).and_then(|pair| {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)
            });
            match digits {
                Some(byte) => out.push(byte),
                None => out.push(b'='),
            }
            text = &text[at + if digits.is_some() { 3 } else { 1 }..];
        }
        out.extend_from_slice(text);
        if !soft && ends.ends_with(b"\n") {
            out.push(b'\n');
        }
    }
    out
}

/// Takes the frame of an OpenPGP clear-signed text away, and the dashes it put before lines that
/// begin with one (RFC 9580, 7.1): `- -1` was written `-1`. The signature is not judged.
fn without_clear_signature(text: &str) -> String {
    const BEGIN: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
    if !text.lines().any(|line| line.trim_end() == BEGIN) {
        return text.to_owned();
    }
    #[derive(PartialEq)]
    enum At {
        Outside,
        ArmorHeader,
        Signed,
        Signature,
    }
    let mut at = At::Outside;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let bare = line.trim_end();
        match at {
            At::Outside if bare == BEGIN => at = At::ArmorHeader,
            At::ArmorHeader if bare.is_empty() => at = At::Signed,
            At::ArmorHeader => {}
            At::Signed if bare == "-----BEGIN PGP SIGNATURE-----" => at = At::Signature,
            At::Signature if bare == "-----END PGP SIGNATURE-----" => at = At::Outside,
            At::Signature => {}
            At::Outside | At::Signed => {
                let escaped = line.strip_prefix("- ").filter(|_| at == At::Signed);
                out.push_str(escaped.unwrap_or(line));
                out.push('\n');
            }
        }
    }
    out
}

/// Takes OpenPGP messages out of a text, and tells whether there was one: nobody but those they are
/// meant for can read them.
fn without_encrypted(text: String) -> (String, bool) {
    const BEGIN: &str = "-----BEGIN PGP MESSAGE";
    if !text.starts_with(BEGIN) && !text.contains(&format!("\n{BEGIN}")) {
        return (text, false);
    }
    let mut inside = false;
    let kept = text.split_inclusive('\n').filter(|line| {
        let begins = line.starts_with(BEGIN);
        let ends = inside && line.starts_with("-----END PGP MESSAGE");
        let keep = !inside && !begins;
        inside = (inside || begins) && !ends;
        keep
    });
    (kept.collect(), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(mail: &str) -> (String, Vec<String>) {
        let mut warnings = Vec::new();
        let (header, body) = split(mail.as_bytes());
        let text = text(&Fields::read(header), body, &mut warnings);
        (text, warnings)
    }

    fn body(mail: &str) -> String {
        let (text, warnings) = read(mail);
        assert_eq!(warnings, [""; 0], "{mail}");
        text
    }

    #[test]
    fn transfer_encodings_are_undone() {
        let quoted = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: Quoted-Printable\n\n";
        assert_eq!(
            body(&format!("{quoted}=E2=88=921 (bind=\ning)  \nx=3D1 =zz =\n")),
            "−1 (binding)\nx=1 =zz "
        );
        let base = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: BASE64\n\n";
        assert_eq!(body(&format!("{base}KzEgKGJp\r\nbmRpbmcp\r\n")), "+1 (binding)");
        // Truncated in the middle of a group, and with a mailing list's footer behind it.
        assert_eq!(body(&format!("{base}KzEgKGJpbmRpbm")), "+1 (bindin");
        assert!(read(&format!("{base}KzEK\n\n-- \n")).0.starts_with("+1\n"));
    }

    #[test]
    fn charsets_are_undone_and_labels_not_believed_blindly() {
        let mail = |charset: &str, text: &str| {
            format!(
                "Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: quoted-printable\n\n{text}\n"
            )
        };
        for (charset, raw, text) in [
            ("iso-8859-1", "caf=E9", "café\n"),
            ("windows-1252", "=961", "–1\n"),
            ("us-ascii", "=E2=88=921", "−1\n"),
            ("iso-8859-15", "=E2=88=921", "−1\n"),
            ("gb2312", "=D4=DE=B3=C9 +1", "赞成 +1\n"),
            ("iso-2022-jp", "=1B$B;?@.=1B(B +1", "賛成 +1\n"),
            ("big5", "=C3=D9=A6=A8", "贊成\n"),
            ("koi8-r", "=DA=C1", "за\n"),
        ] {
            assert_eq!(body(&mail(charset, raw)), text, "{charset}");
        }
        let (text, warnings) = read(&mail("utf-8", "caf=E9 +1"));
        assert_eq!((&text[..], warnings.len()), ("café +1\n", 1));
        let (text, warnings) = read(&mail("utf-8", "caf=C3=A9 +1 =FF"));
        assert_eq!((&text[..], warnings.len()), ("café +1 \u{fffd}\n", 1));
        assert_eq!(read(&mail("no-such", "caf=C3=A9")).0, "café\n");
    }

    #[test]
    fn the_part_a_person_reads_is_taken() {
        let multi = |kind: &str, parts: &[&str]| {
            let joined: String = parts.iter().map(|part| format!("--b{kind}\n{part}\n")).collect();
            format!(
                "Content-Type: multipart/{kind}; boundary=\"b{kind}\"\n\npreamble +1\n\
                 {joined}--b{kind}--\nepilogue\n"
            )
        };
        let plain = "Content-Type: text/plain\n\nplain";
        let page = "Content-Type: text/html\n\n<p>page</p>";
        let empty = "Content-Type: text/plain\n\n  ";
        let file = "Content-Type: text/plain; name=a.txt\nContent-Disposition: attachment; filename=a.txt\n\nfile +1";
        let picture = "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nKzEK";
        let forwarded = "Content-Type: message/rfc822\n\nSubject: x\n\n+1";
        let footer = "Content-Type: text/plain\n\nfooter";
        assert_eq!(body(&multi("alternative", &[plain, page])), "plain");
        assert_eq!(body(&multi("alternative", &[page, plain])), "plain");
        assert_eq!(body(&multi("alternative", &[empty, page])), "page\n");
        assert_eq!(
            body(&multi("mixed", &[plain, file, picture, forwarded, footer])),
            "plain\nfooter"
        );
        assert_eq!(
            body(&multi("mixed", &[&multi("alternative", &[plain, page]), footer])),
            "plain\nfooter"
        );
        assert_eq!(body(&multi("related", &[page, picture])), "page\n");
        assert_eq!(body(&multi("mixed", &["\nno header"])), "no header");
        assert_eq!(body("Content-Type: text/html\n\n<p>+1</p>"), "+1\n");
        assert_eq!(body("Content-Type: TEXT\n\n+1"), "+1");
        assert_eq!(body("\n+1\r\n"), "+1\n");
        let (text, warnings) = read(&multi("mixed", &[picture]));
        assert_eq!((&text[..], warnings.len()), ("", 1));
    }

    #[test]
    fn broken_borders_lose_nothing() {
        let open =
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n+1\n";
        assert_eq!(body(open), "+1\n");
        let (text, warnings) = read("Content-Type: multipart/mixed; boundary=b\n\n+1\n");
        assert_eq!((&text[..], warnings.len()), ("+1\n", 1));
        let prefix = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\ntwo\n--b--\n";
        assert_eq!(body(prefix), "one\n--bb\ntwo");
    }

    #[test]
    fn a_clear_signed_minus_one_is_one() {
        let mail = "\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- -1 (binding)\n-----BEGIN PGP SIGNATURE-----\n\niQ+1\n-----END PGP SIGNATURE-----\nafter\n";
        assert_eq!(body(mail), "-1 (binding)\nafter\n");
    }

    #[test]
    fn control_characters_do_not_survive() {
        assert_eq!(
            body("\n+1\u{1b}[2J\u{7}\tx\ry\u{200b}z\u{202e}\n"),
            "+1\u{fffd}[2J\u{fffd}\tx\nyz\n"
        );
    }

    #[test]
    fn gigantic_texts_are_cut() {
        let (text, warnings) = read(&format!("\n{}", "é".repeat(LONGEST_TEXT)));
        assert_eq!((text.len(), warnings.len()), (LONGEST_TEXT, 1));
    }

    #[test]
    fn hostile_structures_cost_little() {
        let nested: String = (0..2000)
            .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
            .collect();
        assert!(read(&nested).0.len() < nested.len());
        let same = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(20_000);
        let _ = read(&same);
        let messages = "Content-Type: message/rfc822\n\n".repeat(50_000);
        assert_eq!(read(&messages).0, "");
    }
}
