//! Many mails in one file: mboxrd and mboxo read, mboxrd written. Pure.
//!
//! A mail begins at the start, or after an empty line, with a line `From ` that holds a time and a
//! year as mbox writers put them, or one word, and that a header follows. So a sentence that begins
//! with "From " and was not quoted stays where it is. Where the empty line is missing, the header has
//! to show two of the fields that every mail has. One `>` is taken from `>From ` lines, which
//! undoes what mboxrd writers did; what mboxo writers did cannot be told from what people wrote.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use chrono::{DateTime, Utc};
use memchr::memmem::Finder;

/// Finds the lines by which mails begin.
#[derive(Debug, Clone)]
pub struct Borders {
    finder: Finder<'static>,
}

/// How many bytes behind a `From ` are looked at to tell whether it begins a mail.
pub const LOOK_AHEAD: usize = 1000;

impl Default for Borders {
    fn default() -> Self {
        Self { finder: Finder::new(b"\nFrom ") }
    }
}

impl Borders {
    /// The first border in `bytes` at or after `from`, as the place of its `F`. The start of
    /// `bytes` counts as one only if `begins` says that the file begins there. What is cut off by
    /// the end of `bytes` is judged by what is there.
    pub fn next(&self, bytes: &[u8], from: usize, begins: bool) -> Option<usize> {
        if from == 0 && begins && bytes.starts_with(b"From ") && line_of(bytes).is_some() {
            return Some(0);
        }
        let mut at = from.saturating_sub(1);
        loop {
            at += self.finder.find(bytes.get(at..)?)? + 1;
            let rest = &bytes[at..];
            if at >= from
                && (after_empty_line(bytes, at) && looks_like_border(rest) || runs_on(rest))
            {
                return Some(at);
            }
        }
    }

    /// The mails of a whole file, each with its `From ` line and the empty line behind it. What
    /// stands before the first border is a mail too, if it is more than blanks.
    pub fn split<'b>(&self, bytes: &'b [u8]) -> impl Iterator<Item = Range<usize>> + use<'_, 'b> {
        let mut next = self.next(bytes, 0, true);
        let lead = next.unwrap_or(bytes.len());
        let lead = Some(0..lead).filter(|lead| !bytes[lead.clone()].trim_ascii().is_empty());
        let mails = std::iter::from_fn(move || {
            let start = next?;
            next = self.next(bytes, start + 5, false);
            Some(start..next.unwrap_or(bytes.len()))
        });
        lead.into_iter().chain(mails)
    }
}

fn after_empty_line(bytes: &[u8], at: usize) -> bool {
    matches!(bytes[..at], [.., b'\n', b'\n'] | [.., b'\n', b'\r', b'\n'] | [b'\n'] | [b'\r', b'\n'])
}

/// Whether the line is one of an mbox writer, and a header or nothing follows.
fn looks_like_border(bytes: &[u8]) -> bool {
    let Some((line, rest)) = line_of(bytes) else { return false };
    let words = line[5..].trim_ascii();
    let is_dated = has_time(words) && has_year(words);
    let is_word = !words.contains(&b' ');
    // Behind our own line anything may follow, as none of a mail's lines can be mistaken for it.
    let is_ours = words.starts_with(TERMINATED);
    (is_dated && (is_ours || is_empty_line(rest) || is_field(rest))) || (is_word && is_field(rest))
}

/// Whether the line begins a mail though the one before ended without an empty line.
fn runs_on(bytes: &[u8]) -> bool {
    let Some((line, rest)) = line_of(bytes) else { return false };
    let words = line[5..].trim_ascii();
    let is_address = !words.contains(&b' ') && (words == b"-" || words.contains(&b'@'));
    // By this date git marks patches, which people paste into mails.
    let is_patch = words.ends_with(b"Mon Sep 17 00:00:00 2001");
    (is_address || has_time(words) && has_year(words)) && !is_patch && known_fields(rest) >= 2
}

/// Fields that every mail has, or nearly every.
const KNOWN: &[&str] = &[
    "from",
    "to",
    "date",
    "subject",
    "message-id",
    "received",
    "return-path",
    "delivered-to",
    "mime-version",
    "content-type",
];

/// How many of the [`KNOWN`] fields a header shows that `rest` begins with, as far as it is near; 0 if
/// something else stands among them.
fn known_fields(rest: &[u8]) -> usize {
    let near = &rest[..rest.len().min(LOOK_AHEAD)];
    // What is cut off is not judged.
    let whole = if near.len() < rest.len() { memchr::memrchr(b'\n', near) } else { None };
    let lines = near[..whole.unwrap_or(near.len())].split(|byte| *byte == b'\n');
    let mut seen = std::collections::BTreeSet::new();
    for line in lines.map(<[u8]>::trim_ascii_end).take_while(|line| !line.is_empty()) {
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii_end();
        match KNOWN.iter().find(|known| name.eq_ignore_ascii_case(known.as_bytes())) {
            Some(known) => drop(seen.insert(known)),
            None if is_field(line) || line.starts_with(b" ") || line.starts_with(b"\t") => {}
            None => return 0,
        }
    }
    seen.len()
}

/// The line of a mail's text, from 1, in which the header of another mail begins, as where a file
/// holds mails that nothing parts. What mail programs quote of a header has no Message-ID.
pub(crate) fn other_mail(text: &str) -> Option<usize> {
    // Fields of a header before its Message-ID, and headers, that are looked at.
    const MOST: usize = 40;
    let is_id =
        |line: &str| line.get(..11).is_some_and(|name| name.eq_ignore_ascii_case("message-id:"));
    let mut ids = text.lines().enumerate().filter(|(_, line)| is_id(line)).peekable();
    ids.peek()?;
    // Where each line begins.
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1);
    let starts: Vec<usize> = std::iter::once(0).chain(breaks).collect();
    ids.take(MOST).find_map(|(id, _)| {
        // A text may run on into the line by which the next mail begins.
        let near = id.saturating_sub(MOST)..=id;
        let begins = |at: &usize| known_fields(&text.as_bytes()[starts[*at]..]) >= 3;
        { near }.find(begins).map(|at| at + 1)
    })
}

/// The line that `bytes` begin with, and what follows; none if it is longer than any mbox writer's.
fn line_of(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let near = &bytes[..bytes.len().min(LOOK_AHEAD)];
    match memchr::memchr(b'\n', near) {
        Some(end) => Some((&near[..end], &near[end + 1..])),
        None => (near.len() < LOOK_AHEAD).then_some((near, &[])),
    }
}

/// `10:00`.
fn has_time(words: &[u8]) -> bool {
    memchr::memchr_iter(b':', words).any(|at| {
        let around = [at.checked_sub(1), Some(at + 1), Some(at + 2)];
        let is_digit = |at: usize| words.get(at).is_some_and(u8::is_ascii_digit);
        around.into_iter().all(|at| at.is_some_and(is_digit))
    })
}

/// Four digits by themselves that begin with 19, 20 or 21; they stand near the end.
fn has_year(words: &[u8]) -> bool {
    words.rsplit(|byte| !byte.is_ascii_alphanumeric()).any(|word| {
        matches!(word, [b'1', b'9', _, _] | [b'2', b'0' | b'1', _, _])
            && word.iter().all(u8::is_ascii_digit)
    })
}

fn is_empty_line(rest: &[u8]) -> bool {
    matches!(rest, [] | [b'\n', ..] | [b'\r', b'\n', ..])
}

fn is_field(rest: &[u8]) -> bool {
    // A border line that stands twice, as some programs leave it.
    if rest.starts_with(b">From ") {
        return true;
    }
    let name = rest.iter().take_while(|byte| byte.is_ascii_graphic() && **byte != b':').count();
    name > 0 && rest[name..].trim_ascii_start().first() == Some(&b':')
}

/// The address in the `From ` line of a mail written by plusone.
const TERMINATED: &[u8] = b"plusone";
/// That of one that has no line end at its end.
const UNTERMINATED: &[u8] = b"plusone-unterminated";

/// The mail in a piece that [`Borders`] found: without the `From ` line, the empty line behind it,
/// and the quoting of `From ` lines in it.
pub fn content(piece: &[u8]) -> Cow<'_, [u8]> {
    let (line, mail) = match piece.starts_with(b"From ") {
        true => match memchr::memchr(b'\n', piece) {
            Some(end) => piece.split_at(end + 1),
            None => (piece, &[][..]),
        },
        false => (&[][..], piece),
    };
    let mail = match mail {
        [before @ .., b'\n', b'\n'] => &mail[..before.len() + 1],
        [before @ .., b'\n', b'\r', b'\n'] => &mail[..before.len() + 1],
        [b'\n'] | [b'\r', b'\n'] => &[],
        _ => mail,
    };
    let unterminated = line.get(5..).is_some_and(|rest| {
        rest.strip_prefix(UNTERMINATED).is_some_and(|rest| rest.starts_with(b" "))
    });
    let mail = mail.strip_suffix(b"\n").filter(|_| unterminated).unwrap_or(mail);
    unquoted(mail)
}

fn unquoted(mail: &[u8]) -> Cow<'_, [u8]> {
    let mut out: Vec<u8> = Vec::new();
    let mut kept = 0;
    for at in memchr::memmem::find_iter(mail, b">From ") {
        if is_quoted_from(mail, at) {
            out.extend_from_slice(&mail[kept..at]);
            kept = at + 1;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(mail);
    }
    out.extend_from_slice(&mail[kept..]);
    Cow::Owned(out)
}

/// Whether nothing but `>` stands on the line before `at`.
fn is_quoted_from(mail: &[u8], at: usize) -> bool {
    let before = mail[..at].iter().rev().find(|byte| **byte != b'>');
    before.is_none_or(|byte| *byte == b'\n')
}

/// Writes a mail to an mboxrd file; read back it is the same, byte for byte. `date` is shown on
/// its `From ` line.
///
/// # Errors
/// Those of `out`.
pub fn write(mail: &[u8], date: Option<DateTime<Utc>>, out: &mut impl Write) -> io::Result<()> {
    let terminated = mail.ends_with(b"\n");
    let date = date.unwrap_or_default().format("%a %b %e %H:%M:%S %Y");
    out.write_all(b"From ")?;
    out.write_all(if terminated { TERMINATED } else { UNTERMINATED })?;
    writeln!(out, " {date}")?;
    let mut kept = 0;
    for at in memchr::memmem::find_iter(mail, b"From ") {
        if is_quoted_from(mail, at) {
            out.write_all(&mail[kept..at])?;
            out.write_all(b">")?;
            kept = at;
        }
    }
    out.write_all(&mail[kept..])?;
    out.write_all(if terminated { b"\n" } else { b"\n\n" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mails(mbox: &str) -> Vec<String> {
        let borders = Borders::default();
        let pieces = borders.split(mbox.as_bytes());
        pieces
            .map(|piece| {
                String::from_utf8(content(&mbox.as_bytes()[piece]).into_owned()).expect("text")
            })
            .collect()
    }

    #[test]
    fn borders_are_told_from_sentences() {
        let first = "From a@x Fri Nov 20 10:00:00 2026\nSubject: 1\n\n";
        let second = "From b@x  Fri Nov 20 10:00 2026 +0100\nSubject: 2\n\n+1\n";
        for (between, count) in [
            ("one\n\n", 2),
            ("one\n", 1),
            ("one\nFrom c@x Fri Nov 20 10:00:00 2026\nDate: 1\nFrom: c@x\n\nx\n\n", 3),
            ("one\nFrom -\nX-Account: 1\nDate: 1\nFrom: c@x\n\nx\n\n", 3),
            ("one\nFrom c@x Fri Nov 20 10:00:00 2026\nDate: 1\nand From: here\n\n", 2),
            ("one\nFrom 10:00 on 1 May 2026\nDate: the first, and\nplace: there\n\n", 2),
            ("one\nFrom 1a2b Mon Sep 17 00:00:00 2001\nFrom: c@x\nDate: 1\nSubject: x\n\n", 2),
            ("From my point of view: no\n\n", 2),
            ("one\n\nFrom here on it works\nSee: that\n\n", 2),
            ("one\n\nFrom 10:00 to 12:00 in 2026\nI am away\n\n", 2),
            ("one\n\n>From a@x Fri Nov 20 10:00:00 2026\nSubject: x\n\n", 2),
            ("one\n\nFrom -\nX-Account: 1\n\n", 3),
            ("one\n\nFrom a@x Fri Nov 20 10:00:00 2026\n\nno header\n\n", 3),
        ] {
            assert_eq!(mails(&format!("{first}{between}{second}")).len(), count, "{between}");
        }
        assert_eq!(mails("From \nList-Id: <a>\n\nx\n"), ["List-Id: <a>\n\nx\n"]);
        assert_eq!(mails("Subject: no border\n\nx\n"), ["Subject: no border\n\nx\n"]);
        assert_eq!(mails("\n\n"), [""; 0]);
        assert_eq!(mails(""), [""; 0]);
    }

    #[test]
    fn mails_that_run_together_are_noticed() {
        let header = "From: a@x\nDate: 1\nMessage-ID: <1@x>\nSubject: x\n\n+1\n";
        assert_eq!(other_mail(&format!("Thanks,\nJane\n\n{header}")), Some(4));
        assert_eq!(other_mail(&format!("Thanks,\nJaneFrom a@x 10:00 2026\n{header}")), Some(3));
        for text in [
            "From: Jane\nSent: today\nTo: dev@x\nSubject: x\n\n+1",
            "The header says\nMessage-ID: <1@x>\nand nothing else",
            &header.replace('\n', "\n> "),
        ] {
            assert_eq!(other_mail(text), None, "{text}");
        }
    }

    #[test]
    fn mails_come_without_their_wrapping() {
        let mbox = "From a@x Fri Nov 20 10:00:00 2026\r\nA: 1\r\n\r\n>From me\r\n>>From him\r\n> From\r\n\r\nFrom b@x Fri Nov 20 10:00:00 2026\r\nB: 2\r\n\r\nend";
        assert_eq!(
            mails(mbox),
            ["A: 1\r\n\r\nFrom me\r\n>From him\r\n> From\r\n", "B: 2\r\n\r\nend"]
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let written = [
            "A: 1\n\nFrom me\n>From him\n\n",
            "A: 2\r\n\r\nx",
            "",
            "\n",
            "A: 3\n\nx\r\n\r",
            "From a@x Fri Nov 20 10:00:00 2026\nA: 4\n\n",
        ];
        let mut mbox = Vec::new();
        for mail in written {
            write(mail.as_bytes(), None, &mut mbox).expect("memory");
        }
        assert_eq!(mails(&String::from_utf8(mbox).expect("text")), written);
    }
}
