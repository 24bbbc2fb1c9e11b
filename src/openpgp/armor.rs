//! Finds armored blocks in free text and decodes them, forgiving what `gpg` forgives and saying so.

use std::ops::Range;

use super::base64::{Decoder, crc24, encode};
use super::lines::{Line, Lines};
use super::problem::{Problem, ProblemKind};

/// What the first line of an armored block calls its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    PublicKey,
    PrivateKey,
    Signature,
    Message,
    SignedMessage,
    Other,
}

impl Label {
    /// Returns the words between `BEGIN PGP ` and the dashes; those nobody knows are not repeated.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::PublicKey => "PUBLIC KEY BLOCK",
            Self::PrivateKey => "PRIVATE KEY BLOCK",
            Self::Signature => "SIGNATURE",
            Self::Message => "MESSAGE",
            Self::SignedMessage => "SIGNED MESSAGE",
            Self::Other => "unknown kind of block",
        }
    }
}

/// One decoded block.
#[derive(Debug)]
pub(super) struct Armored {
    pub(super) label: Label,
    /// The line of its first marker, counted from 1.
    pub(super) first_line: u32,
    /// From the first marker to the end of the line of the last.
    pub(super) bytes: Range<usize>,
    pub(super) data: Vec<u8>,
    pub(super) problems: Vec<Problem>,
}

/// What the scan meets, in order.
#[derive(Debug)]
pub(super) enum Piece {
    Block(Armored),
    /// A line outside of all blocks that looks like armor, and is none.
    Stray(Problem),
}

/// Scans `text` for armored blocks, none of them decoded beyond `block_bytes`.
pub(super) fn scan(text: &[u8], block_bytes: usize) -> Scan<'_> {
    Scan { lines: Lines::of(text), block_bytes, binary_seen: false, buffer: Vec::new() }
}

pub(super) struct Scan<'t> {
    lines: Lines<'t>,
    block_bytes: usize,
    binary_seen: bool,
    /// What the next block is decoded into.
    buffer: Vec<u8>,
}

impl Iterator for Scan<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            let line = self.lines.next()?;
            if !self.binary_seen && line.content.contains(&0) {
                self.binary_seen = true;
                return Some(stray(ProblemKind::BinaryData, &line));
            }
            let Some(marker) = marker(line.content) else {
                continue;
            };
            match marker {
                Marker { prefix: Prefix::None, begin: true, label, .. }
                    if label != Label::SignedMessage =>
                {
                    return Some(Piece::Block(self.block(label, &line, marker.trailing)));
                }
                Marker { prefix: Prefix::None, begin: true, label, .. } => {
                    return Some(stray(ProblemKind::NotKeys { label: label.words() }, &line));
                }
                Marker { prefix: Prefix::None, begin: false, .. } => {
                    return Some(stray(ProblemKind::EndWithoutBegin, &line));
                }
                Marker { begin: true, prefix, .. } => {
                    let kind = match prefix {
                        Prefix::Indented => ProblemKind::Indented,
                        Prefix::Quoted => ProblemKind::Quoted,
                        Prefix::DashEscaped => ProblemKind::DashEscaped,
                        Prefix::None | Prefix::Text => ProblemKind::MarkerInsideLine,
                    };
                    return Some(stray(kind, &line));
                }
                Marker { .. } => {}
            }
        }
    }
}

impl Scan<'_> {
    /// Takes back the data of a block that is no longer needed. Fresh memory for each block would cost more than
    /// decoding it.
    pub(super) fn reuse(&mut self, mut buffer: Vec<u8>) {
        buffer.clear();
        self.buffer = buffer;
    }

    fn block(&mut self, label: Label, first: &Line<'_>, trailing: bool) -> Armored {
        let mut problems = Vec::new();
        if trailing {
            problems.push(Problem { line: first.number, kind: ProblemKind::TextAfterMarker });
        }
        let mut decoder = Decoder::into(std::mem::take(&mut self.buffer));
        let mut place = Place::Headers;
        let mut end = first.range.end;
        let mut closed = false;
        let mut too_large = false;
        // The length of the line before, as armored lines are of one length.
        let mut previous = 0;
        while let Some(line) = self.lines.peek_like(previous) {
            previous = 0;
            if place == Place::Data
                && decoder.out.len() <= self.block_bytes
                && decoder.full_line(line.content)
            {
                previous = line.content.len();
                end = line.range.end;
                self.lines.skip(&line);
                continue;
            }
            // A line that was guessed may be longer or shorter than it is.
            let Some(line) = self.lines.peek() else { break };
            let content = line.content.trim_ascii_end();
            if content.starts_with(b"-----")
                && let Some(marker) = marker(content)
            {
                if marker.begin {
                    break;
                }
                end = line.range.end;
                closed = true;
                if marker.trailing {
                    problems
                        .push(Problem { line: line.number, kind: ProblemKind::TextAfterMarker });
                }
                if marker.label != label {
                    problems.push(Problem { line: line.number, kind: ProblemKind::OtherEndMarker });
                }
                self.lines.skip(&line);
                break;
            }
            place = match place {
                Place::Headers if content.trim_ascii_start().is_empty() => Place::Data,
                Place::Headers if content.contains(&b':') => Place::Headers,
                Place::Headers | Place::Data => {
                    if place == Place::Headers {
                        let kind = ProblemKind::BlankLineMissing;
                        problems.push(Problem { line: line.number, kind });
                    }
                    if decoder.out.len() > self.block_bytes {
                        too_large = true;
                        Place::Done
                    } else if decoder.line(content) {
                        Place::Done
                    } else {
                        Place::Data
                    }
                }
                Place::Done => Place::Done,
            };
            end = line.range.end;
            self.lines.skip(&line);
        }
        let mut problem = |kind| problems.push(Problem { line: first.number, kind });
        if !closed {
            problem(ProblemKind::EndMissing);
        }
        if too_large {
            problem(ProblemKind::BlockTooLarge { limit: self.block_bytes });
            decoder.out.clear();
        }
        if decoder.foreign > 0 {
            problem(ProblemKind::ForeignCharacters { count: decoder.foreign });
        }
        if !too_large && decoder.checksum.is_some_and(|said| said != crc24(&decoder.out)) {
            problem(ProblemKind::ChecksumWrong);
        }
        Armored {
            label,
            first_line: first.number,
            bytes: first.range.start..end,
            data: decoder.out,
            problems,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Headers,
    Data,
    /// Behind the checksum, where only the last marker may follow.
    Done,
}

fn stray(kind: ProblemKind, line: &Line<'_>) -> Piece {
    Piece::Stray(Problem { line: line.number, kind })
}

struct Marker {
    prefix: Prefix,
    begin: bool,
    label: Label,
    /// Something other than blanks follows on the line.
    trailing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prefix {
    None,
    Indented,
    Quoted,
    DashEscaped,
    Text,
}

/// Reads `-----BEGIN PGP …-----` or `-----END PGP …-----`, also where something stands before it.
fn marker(line: &[u8]) -> Option<Marker> {
    let (place, begin) = marker_place(line)?;
    let words =
        &line[place + if begin { b"-----BEGIN PGP ".len() } else { b"-----END PGP ".len() }..];
    let close = words.windows(5).position(|window| window == b"-----")?;
    let label = match &words[..close] {
        b"PUBLIC KEY BLOCK" | b"PUBLIC KEY" => Label::PublicKey,
        b"PRIVATE KEY BLOCK" | b"SECRET KEY BLOCK" => Label::PrivateKey,
        b"SIGNATURE" => Label::Signature,
        b"SIGNED MESSAGE" => Label::SignedMessage,
        label if label.starts_with(b"MESSAGE") => Label::Message,
        _ => Label::Other,
    };
    let before = &line[..place];
    let prefix = if before.is_empty() {
        Prefix::None
    } else if before.trim_ascii().is_empty() {
        Prefix::Indented
    } else if before.trim_ascii() == b"-" {
        Prefix::DashEscaped
    } else if before.iter().all(|byte| b"> |:\t".contains(byte)) {
        Prefix::Quoted
    } else {
        Prefix::Text
    };
    Some(Marker { prefix, begin, label, trailing: !words[close + 5..].trim_ascii().is_empty() })
}

fn marker_place(line: &[u8]) -> Option<(usize, bool)> {
    let mut at = 0;
    while let Some(dash) = line[at..].iter().position(|byte| *byte == b'-') {
        let rest = &line[at + dash..];
        if rest.starts_with(b"-----BEGIN PGP ") {
            return Some((at + dash, true));
        }
        if rest.starts_with(b"-----END PGP ") {
            return Some((at + dash, false));
        }
        at += dash + 1;
    }
    None
}

/// Writes `data` as an armored block of the given label, lines of 64 characters, with checksum.
pub(super) fn write(label: Label, data: &[u8]) -> String {
    let mut text = format!("-----BEGIN PGP {}-----\n\n", label.words());
    for line in data.chunks(48) {
        text.push_str(&encode(line));
        text.push('\n');
    }
    let checksum = encode(&crc24(data).to_be_bytes()[1..]);
    text.push_str(&format!("={checksum}\n-----END PGP {}-----\n", label.words()));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_it_reads() {
        for length in [0, 1, 2, 3, 47, 48, 49, 200] {
            let data: Vec<u8> = (0..length).map(|byte| (byte * 7 % 256) as u8).collect();
            let text = write(Label::PublicKey, &data);
            let pieces: Vec<_> = scan(text.as_bytes(), 1000).collect();
            let [Piece::Block(block)] = &pieces[..] else { panic!("{pieces:?}") };
            assert_eq!((&block.data, &block.problems[..]), (&data, &[][..]));
        }
    }
}
