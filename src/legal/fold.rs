//! Text as it is compared: words of ASCII letters and digits in lower case, whatever stands between them.
//!
//! That folds white space, strips comment leaders of any style, quotation marks straight and curly, and does not care
//! for the encoding: what is no ASCII separates words. The leaders that are words themselves (`dnl`, `REM`, Fortran's
//! `C`) are skipped where they open a line. Positions are bytes of the decoded text; lines are counted from 1.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr_iter, memmem, memrchr2};

/// Text with its lower-case twin; both have the same positions.
pub(super) struct Folded<'a> {
    /// As written, without a byte order mark; UTF-16 is UTF-8 here.
    pub(super) raw: Cow<'a, [u8]>,
    /// The same with ASCII letters in lower case.
    pub(super) lower: Vec<u8>,
}

/// How far back the beginning of a line is looked for, so that a file of one line is not read again at every word.
const LONGEST_LINE: usize = 2000;

/// How bytes are UTF-16, if they are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wide {
    /// Least significant byte first.
    Little,
    /// Most significant byte first.
    Big,
}

impl Wide {
    /// Tells UTF-16 by its byte order mark, or by NUL in every other byte of a mostly ASCII text.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            // The same two bytes open UTF-32, which nobody writes source code in.
            [0xff, 0xfe, ..] => return Some(Wide::Little),
            [0xfe, 0xff, ..] => return Some(Wide::Big),
            _ => {}
        }
        let pairs = &bytes[..bytes.len().min(256) & !1];
        if pairs.len() < 16 {
            return None;
        }
        let nul = |odd: usize| pairs.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
        let text = |odd: usize| {
            let mut bytes = pairs.iter().skip(odd).step_by(2);
            bytes.all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'))
        };
        let half = pairs.len() / 2;
        if nul(1) == half && text(0) {
            Some(Wide::Little)
        } else if nul(0) == half && text(1) {
            Some(Wide::Big)
        } else {
            None
        }
    }

    fn decode(self, bytes: &[u8]) -> String {
        let unit = match self {
            Wide::Little => u16::from_le_bytes,
            Wide::Big => u16::from_be_bytes,
        };
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

const WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = is_word(byte as u8);
        byte += 1;
    }
    table
};

/// Comment leaders that are words, where they open a line.
fn is_leader(word: &[u8]) -> bool {
    matches!(word, b"dnl" | b"rem" | b"c" | b"comment")
}

impl<'a> Folded<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let raw = match Wide::of(bytes) {
            Some(wide) => Cow::Owned(wide.decode(bytes).into_bytes()),
            None => Cow::Borrowed(bytes),
        };
        let raw = match raw {
            Cow::Borrowed([0xef, 0xbb, 0xbf, rest @ ..]) => Cow::Borrowed(rest),
            Cow::Owned(text) if text.starts_with(b"\xef\xbb\xbf") => Cow::Owned(text[3..].to_vec()),
            other => other,
        };
        let lower = raw.to_ascii_lowercase();
        Self { raw, lower }
    }

    /// The word at or after a position.
    pub(super) fn next_word(&self, from: usize) -> Option<Range<usize>> {
        let start = self.next_start(from)?;
        Some(start..self.word_end(start))
    }

    /// Where the word begins that is at or after a position.
    fn next_start(&self, from: usize) -> Option<usize> {
        let bytes = &self.lower[..];
        let mut at = from;
        let mut opens_line = from == 0 || is_line_end(*bytes.get(from - 1)?);
        loop {
            while !WORD[usize::from(*bytes.get(at)?)] {
                opens_line |= is_line_end(bytes[at]);
                at += 1;
            }
            let first = bytes[at];
            let before = at.checked_sub(1).map_or(b' ', |before| bytes[before]);
            if before == b'\\' && matches!(first, b'n' | b'r' | b't') {
                // An escape within a string: `"\nLicensed to"`.
                at += 1;
                continue;
            }
            if !matches!(first, b'd' | b'r' | b'c' | b'q' | b'p' | b'b') {
                return Some(at);
            }
            let end = self.word_end(at);
            if !self.is_skipped(at..end, opens_line) {
                return Some(at);
            }
            opens_line = false;
            at = end;
        }
    }

    /// Whether a word is none: a comment leader, `&quot;`, or a tag such as `<p>` that a documentation comment has
    /// between its paragraphs.
    fn is_skipped(&self, at: Range<usize>, opens_line: bool) -> bool {
        let bytes = &self.lower[..];
        match &bytes[at.clone()] {
            b"quot" => true,
            b"p" | b"br" => {
                let before = at.start.checked_sub(1).map(|before| bytes[before]);
                matches!(before, Some(b'<' | b'/'))
                    && matches!(bytes.get(at.end), Some(b'>' | b'/' | b' '))
            }
            word => opens_line && is_leader(word),
        }
    }

    fn word_end(&self, start: usize) -> usize {
        let rest = &self.lower[start..];
        start + rest.iter().position(|byte| !WORD[usize::from(*byte)]).unwrap_or(rest.len())
    }

    /// The word that ends at or before a position.
    pub(super) fn previous_word(&self, before: usize) -> Option<Range<usize>> {
        let bytes = &self.lower[..];
        let mut end = before;
        loop {
            while end > 0 && !WORD[usize::from(bytes[end - 1])] {
                end -= 1;
            }
            if end == 0 {
                return None;
            }
            let mut start = self.word_start(end - 1);
            if start > 0 && bytes[start - 1] == b'\\' && matches!(bytes[start], b'n' | b'r' | b't')
            {
                start += 1;
            }
            if start < end && !self.is_skipped(start..end, self.opens_line(start)) {
                return Some(start..end);
            }
            end = start.min(end - 1);
        }
    }

    /// Where the word begins that the byte at a position belongs to.
    pub(super) fn word_start(&self, inside: usize) -> usize {
        let mut start = inside;
        while start > 0 && WORD[usize::from(self.lower[start - 1])] {
            start -= 1;
        }
        start
    }

    /// Whether nothing but comment leaders stands before a position on its line.
    fn opens_line(&self, at: usize) -> bool {
        // Only these are asked for.
        matches!(self.lower[at], b'd' | b'r' | b'c') && {
            let line = &self.lower[self.line_start(at)..at];
            !line.iter().any(|byte| WORD[usize::from(*byte)])
        }
    }

    /// The text of a word.
    pub(super) fn word(&self, at: &Range<usize>) -> &[u8] {
        &self.lower[at.clone()]
    }

    /// The words from a position on, at most so many.
    pub(super) fn words(&self, from: usize, count: usize) -> Vec<Range<usize>> {
        let mut words = Vec::with_capacity(count);
        let mut at = from;
        while words.len() < count {
            let Some(word) = self.next_word(at) else { break };
            at = word.end;
            words.push(word);
        }
        words
    }

    /// Where the phrase ends that begins with the word at or after a position, if all its words are there. The phrase
    /// is folded already: words in lower case with one blank between them.
    pub(super) fn follow(&self, from: usize, phrase: &str) -> Option<usize> {
        let (bytes, phrase) = (&self.lower[..], phrase.as_bytes());
        let mut at = self.next_start(from)?;
        let mut read = 0;
        loop {
            while read < phrase.len() && phrase[read] != b' ' {
                if bytes.get(at) != Some(&phrase[read]) {
                    return None;
                }
                (at, read) = (at + 1, read + 1);
            }
            let goes_on = |at: usize| bytes.get(at).is_some_and(|byte| WORD[usize::from(*byte)]);
            if goes_on(at) {
                let https =
                    bytes[at] == b's' && phrase[..read].ends_with(b"http") && !goes_on(at + 1);
                if !https {
                    return None;
                }
                at += 1;
            }
            if read == phrase.len() {
                return Some(at);
            }
            read += 1;
            at = self.next_start(at)?;
        }
    }

    /// The range from a position over so many words: unlike bytes, they do not depend on line ends and leaders.
    pub(super) fn over(&self, from: usize, words: usize) -> Range<usize> {
        let mut end = from;
        for _ in 0..words {
            match self.next_word(end) {
                Some(word) => end = word.end,
                None => return from..self.lower.len(),
            }
        }
        from..end
    }

    /// The first place within a range where the phrase stands. Choose phrases that open with a rare word.
    pub(super) fn find(&self, phrase: &str, within: Range<usize>) -> Option<Range<usize>> {
        let first = phrase.split(' ').next()?;
        let within = within.start..within.end.min(self.lower.len());
        memmem::find_iter(self.lower.get(within.clone())?, first).find_map(|offset| {
            let start = within.start + offset;
            let whole = start == 0 || !WORD[usize::from(self.lower[start - 1])];
            let end = self.follow(start, phrase).filter(|_| whole)?;
            (end <= within.end).then_some(start..end)
        })
    }

    /// The line of a position, from 1.
    pub(super) fn line_of(&self, at: usize) -> usize {
        Lines::default().of(self, at)
    }

    /// Where the line of a position begins; of a line too long for a person to have written, a place within it.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let floor = at.saturating_sub(LONGEST_LINE);
        memrchr2(b'\n', b'\r', &self.lower[floor..at]).map_or(floor, |end| floor + end + 1)
    }

    /// The line of a position as written, without its end.
    pub(super) fn line_text(&self, at: usize) -> &[u8] {
        let start = self.line_start(at);
        let rest = &self.raw[start..];
        &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())]
    }
}

/// Counts lines on the way through a text, so that many positions in rising order cost one pass.
#[derive(Default)]
pub(super) struct Lines {
    at: usize,
    ends: usize,
}

impl Lines {
    /// The line of a position that is not before the last one asked for.
    pub(super) fn of(&mut self, text: &Folded<'_>, at: usize) -> usize {
        let at = at.max(self.at).min(text.raw.len());
        self.ends += memchr_iter(b'\n', &text.raw[self.at..at]).count();
        self.at = at;
        if self.ends == 0 && at > 0 && memchr::memchr(b'\n', &text.raw).is_none() {
            // A file of the old Macintosh.
            return memchr_iter(b'\r', &text.raw[..at]).count() + 1;
        }
        self.ends + 1
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Whether a word is the one wanted; the two schemes of an address are the same (policy notes, section 7).
pub(super) fn same_word(wanted: &[u8], word: &[u8]) -> bool {
    wanted == word || wanted == b"http" && word == b"https"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let folded = Folded::new(text.as_bytes());
        let words = folded.words(0, 99);
        words.iter().map(|at| String::from_utf8_lossy(folded.word(at)).into_owned()).collect()
    }

    #[test]
    fn leaders_of_any_style_are_no_words() {
        let plain = ["under", "the", "license", "at"];
        for text in [
            "under the\nLicense at",
            "/* under the\n * License at */",
            "// under the\n// License at",
            "# under the\n# License at",
            "dnl under the\ndnl License at",
            "REM under the\nREM License at",
            "@rem under the\r\n@rem License at",
            "C under the\nC License at",
            "@c under the\n@c License at",
            "@comment under the\n@comment License at",
            "% under the\n%% License at",
            ";; under the\r;; License at",
            "-- under the\n-- License at",
            "<!--\n under the\n ~ License at\n-->",
            "' under the\n' License at",
            ".\\\" under the\n.\\\" License at",
            "\u{feff}(* under the “License” at *)",
            "under the &quot;License&quot; at",
        ] {
            assert_eq!(words(text), plain, "{text}");
        }
        assert_eq!(words("under\n * <p>the <br/>license</p> at"), plain);
        assert_eq!(words(r#""under the\r\n" "\nlicense at\n""#), plain);
        // Only where they open a line.
        assert_eq!(words("see rem c dnl"), ["see", "rem", "c", "dnl"]);
    }

    #[test]
    fn backwards_gives_the_same_words() {
        let folded = Folded::new(b"dnl one\ndnl two, three\n# four");
        let mut before = folded.lower.len();
        let mut found = Vec::new();
        while let Some(word) = folded.previous_word(before) {
            before = word.start;
            found.push(word);
        }
        found.reverse();
        assert_eq!(found, folded.words(0, 99));
    }

    #[test]
    fn utf16_is_text() {
        for text in ["\u{feff}# Licensed", "# Licensed under the\n"] {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for bytes in [little, big] {
                assert!(Wide::of(&bytes).is_some());
                assert!(Folded::new(&bytes).lower.starts_with(b"# licensed"), "{text}");
            }
        }
        assert!(Wide::of(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0").is_none());
    }

    #[test]
    fn lines_are_counted_in_any_dialect() {
        for text in ["a\nb\n\nword", "a\r\nb\r\n\r\nword", "a\rb\r\rword"] {
            let folded = Folded::new(text.as_bytes());
            let at = folded.find("word", 0..text.len()).expect("it is there").start;
            assert_eq!(folded.line_of(at), 4, "{text:?}");
            assert_eq!(folded.line_text(at), b"word");
        }
    }
}
