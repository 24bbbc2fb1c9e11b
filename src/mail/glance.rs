//! A quick look at the header of a mail among a hundred thousand: the fields that tell which thread
//! it belongs to, found by their first letters and not decoded. Pure.
//!
//! It sees what [`super::fields`] sees; a test compares the two.

use super::fields::{LONGEST_HEADER, message_id, raw_message_ids};
use super::id_of;

/// What was seen.
#[derive(Default)]
pub(crate) struct Glance<'a> {
    /// The first `Subject`, with its folds.
    pub(crate) subject: Option<&'a [u8]>,
    /// The digest of the Message-ID.
    pub(crate) id: Option<u64>,
    /// Where the body begins; none if the bytes end before.
    pub(crate) end: Option<usize>,
}

/// Looks at the mail that `bytes` begin with, up to its first empty line. The digests of the ids in
/// `In-Reply-To` and `References` are added to `named`.
pub(crate) fn look<'a>(bytes: &'a [u8], named: &mut Vec<u64>) -> Glance<'a> {
    let is_long = bytes.len() > LONGEST_HEADER;
    let bytes = &bytes[..bytes.len().min(LONGEST_HEADER)];
    // A header that is longer ends where it is cut.
    let mut seen = Glance { end: is_long.then_some(bytes.len()), ..Glance::default() };
    let mut start = 0;
    let mut ends = memchr::memchr_iter(b'\n', bytes);
    loop {
        let line = &bytes[start..];
        let wanted = match line.first() {
            None => return seen,
            Some(b'\n') => return Glance { end: Some(start + 1), ..seen },
            Some(b'\r') if line.get(1) == Some(&b'\n') => {
                return Glance { end: Some(start + 2), ..seen };
            }
            // The first letter and the third tell apart what most lines begin with.
            Some(first) => match (first | 0x20, line.get(2).map_or(0, |third| third | 0x20)) {
                (b's', b'b') => name(line, b"subject").map(|at| (b's', at)),
                (b'm', b's') => name(line, b"message-id").map(|at| (b'm', at)),
                (b'i', b'-') => name(line, b"in-reply-to").map(|at| (b'i', at)),
                (b'r', b'f') => name(line, b"references").map(|at| (b'r', at)),
                _ => None,
            },
        };
        let Some((field, value)) = wanted else {
            match ends.next() {
                Some(end) => start = end + 1,
                None => return seen,
            }
            continue;
        };
        let from = start + value;
        // To the end of the line that no continuation follows.
        let to = loop {
            match ends.next() {
                Some(end) if matches!(bytes.get(end + 1), Some(b' ' | b'\t')) => {}
                Some(end) => break end + 1,
                None => break bytes.len(),
            }
        };
        start = to;
        let value = bytes[from..to].trim_ascii_end();
        match field {
            b's' => seen.subject = seen.subject.or(Some(value)),
            b'm' => {
                seen.id = seen.id.or_else(|| {
                    let plain = raw_message_ids(value).find_map(digest);
                    plain.or_else(|| id_of(value).and_then(|id| digest(id.0.as_bytes())))
                });
            }
            _ => named.extend(raw_message_ids(value).filter_map(digest)),
        }
    }
}

/// Where the value begins, if the line is a field of this name.
fn name(line: &[u8], name: &[u8]) -> Option<usize> {
    if !line.get(..name.len())?.eq_ignore_ascii_case(name) {
        return None;
    }
    let rest = &line[name.len()..];
    // Old programs put blanks before the colon.
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (rest.get(blanks) == Some(&b':')).then_some(name.len() + blanks + 1)
}

/// A digest of a Message-ID, not 0; two different ids with the same are no harm, only more to read.
pub(crate) fn digest(raw: &[u8]) -> Option<u64> {
    let (digest, is_plain) = folded(raw);
    match is_plain {
        true => (!raw.is_empty()).then_some(digest),
        false => Some(folded(message_id(raw)?.0.as_bytes()).0),
    }
}

/// A digest of the bytes, eight at a time, and whether all of them are visible ASCII.
fn folded(bytes: &[u8]) -> (u64, bool) {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut digest = bytes.len() as u64;
    let mut is_plain = true;
    let mut fold = |eight: [u8; 8]| {
        let word = u64::from_le_bytes(eight);
        is_plain &= is_visible(word);
        digest = (digest.rotate_left(23) ^ word).wrapping_mul(MIX);
    };
    let (eights, rest) = bytes.as_chunks::<8>();
    eights.iter().for_each(|eight| fold(*eight));
    let mut last = [b'!'; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    fold(last);
    digest = (digest ^ (digest >> 29)).wrapping_mul(MIX);
    ((digest ^ (digest >> 32)).max(1), is_plain)
}

/// Whether each of eight bytes is from `!` to `~`.
fn is_visible(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    // With no high bit set anywhere, neither sum carries from one byte into the next: the first
    // sets the high bit of bytes from `!` on, the second that of bytes behind `~`.
    word & HIGH == 0 && (word + (0x80 - 0x21) * ONES) & HIGH == HIGH && (word + ONES) & HIGH == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::fields::{Fields, split};

    #[test]
    fn dates_are_the_same_at_a_glance() {
        let sent = "Date: Fri, 20 Nov 2026 10:00:00 +0100\n";
        let received = "Received: by x; 20 Nov 2026 09:01:00 +0000\r\n";
        let odd = "Received: by y\nDate: =?utf-8?q?20_Nov_2026?= 11:00\n";
        let future = "Date: 1 Jan 2038 00:00 +0000\n";
        let nothing = "Date: soon\nReceived: no date\n";
        let parts = [sent, received, odd, future, nothing, ""];
        for one in parts {
            for other in parts {
                let header = format!("{one}{other}");
                let whole = crate::mail::read(format!("{header}\nDate: 1 Jan 2001\n").as_bytes());
                assert_eq!(crate::mail::date_of(header.as_bytes()), whole.date, "{header}");
            }
        }
    }

    #[test]
    fn visible_bytes_are_told_eight_at_a_time() {
        for byte in 0..=255_u8 {
            for place in 0..8 {
                let mut eight = [b'a'; 8];
                eight[place] = byte;
                let seen = is_visible(u64::from_le_bytes(eight));
                assert_eq!(seen, byte.is_ascii_graphic(), "{byte} at {place}");
            }
        }
    }

    #[test]
    fn a_glance_sees_what_a_reader_sees() {
        for mail in [
            "Subject: a\n b\nMessage-ID: <1@x>\nReferences: <2@x>\r\n <3@x>\nIn-Reply-To: <3@x>\n\nSubject: no\n",
            "message-id :  bare@x\nSUBJECT : =?utf-8?q?x?=\r\n\r\nReferences: <no@x>",
            "Subjective: x\nsubject:first\nsubject:second\nReferences: a@x b@x\nReferences: <c@\n x>",
            "Message-ID:\nMessage-ID: <2@x>\nno field\n Subject: folded\n",
            "Message-ID: no brackets\nSubject:\n",
            "Message-ID: <\u{e9}@x>\n",
            "",
            "\nSubject: none",
        ] {
            let mut named = Vec::new();
            let seen = look(mail.as_bytes(), &mut named);
            let fields = Fields::read(split(mail.as_bytes()).0);
            assert_eq!(seen.subject, fields.first("subject"), "{mail}");
            let id = fields.all("message-id").find_map(id_of);
            assert_eq!(seen.id, id.and_then(|id| digest(id.0.as_bytes())), "{mail}");
            let mut all: Vec<u64> = ["in-reply-to", "references"]
                .iter()
                .flat_map(|name| fields.all(name))
                .flat_map(raw_message_ids)
                .filter_map(digest)
                .collect();
            all.sort();
            named.sort();
            assert_eq!(named, all, "{mail}");
        }
    }
}
