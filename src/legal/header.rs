//! What the start of a file says about its licence: the ASF's header, another's, none; and whether a program wrote it.
//!
//! One pass over at most [`START`] bytes, made to be called for every file of an archive. The header need not be the
//! first thing in the file, and matching does not care for comment style, white space or line ends.

use super::asf::{Difference, Form};
use super::file_type::{self, Known, Room};
use super::fold::{Folded, Wide};
use super::generated::{self, Generated};
use super::mention::{How, Licence, scan};

/// How much of a file's start is looked at: 16 KiB. (The ASF's own service looks at 4 KiB, RAT at 50 lines.)
pub const START: usize = 16 << 10;

/// What is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing.
    Empty,
    /// Text in UTF-8, UTF-16 or an 8-bit encoding.
    Text,
    /// No text: it has NUL bytes, or control characters that no text has.
    Binary,
}

/// The licence header of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// The full header, word for word (P-10).
    AsfFull,
    /// The short form, for where the full one does not fit (P-12).
    AsfShort,
    /// The ASF's header with other words.
    AsfVariant(Vec<Difference>),
    /// The ASF's header, with a copyright line in the same comment, where there must be none (P-10).
    AsfWithCopyright {
        /// Of the copyright.
        line: usize,
    },
    /// The Apache License applied by an owner that is not the ASF: not the ASF's header.
    Apache2ByOwner {
        /// From 1.
        line: usize,
    },
    /// Only an `SPDX-License-Identifier`, which does not stand in for a header.
    SpdxOnly(String),
    /// The header of another licence (P-13).
    ThirdParty {
        /// SPDX id, or the family's name.
        licence: String,
        /// From 1.
        line: usize,
    },
    /// The ASF's header and another one: third-party files must not get the ASF's (P-13).
    ThirdPartyAndAsf {
        /// Of the other one: SPDX id, or the family's name.
        licence: String,
        /// Of the other one, from 1.
        line: usize,
    },
    /// None.
    None,
}

impl Header {
    /// Whether the file has the ASF's header without fault.
    pub const fn is_good(&self) -> bool {
        matches!(self, Header::AsfFull | Header::AsfShort)
    }
}

/// What a file says about its licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLegal {
    /// What is in it; the rest says nothing unless it is text.
    pub kind: Kind,
    /// What its name says it is, and whether it can hold a comment.
    pub file_type: Known,
    /// Its header.
    pub header: Header,
    /// The line of the ASF's header, whichever form it has.
    pub header_line: Option<usize>,
    /// The mark of the program that wrote it.
    pub generated: Option<Generated>,
    /// Every licence spoken of besides the ASF's header, in the order of their lines.
    pub licences: Vec<Licence>,
}

/// Reads the start of a file: its first [`START`] bytes, or all of it, which `complete` tells. Bytes beyond [`START`]
/// are ignored.
pub fn read(path: &str, start: &[u8], complete: bool) -> FileLegal {
    let start = &start[..start.len().min(START)];
    let mut legal = FileLegal {
        kind: kind(start, complete),
        file_type: file_type::of(path),
        header: Header::None,
        header_line: None,
        generated: generated::by_name(path),
        licences: Vec::new(),
    };
    if legal.kind != Kind::Text {
        return legal;
    }
    if legal.file_type == Known::Unknown {
        legal.file_type = file_type::of_script(start);
    }
    let text = Folded::new(start);
    legal.generated = generated::mark(&text).or(legal.generated);
    let prose = legal.file_type.file_type().is_some_and(|known| known.room == Room::Prose);
    let scan = scan(&text, prose);
    legal.header_line = scan.asf.as_ref().map(|asf| text.line_of(asf.at.start));
    let foreign = scan.licences.iter().find(|(at, licence)| is_foreign(&text, *at, licence));
    legal.header = match (&scan.asf, foreign) {
        (Some(_), Some((_, other))) => {
            Header::ThirdPartyAndAsf { licence: other.id.clone(), line: other.line }
        }
        (Some(asf), None) => match &asf.form {
            Form::Variant(differences) => Header::AsfVariant(differences.clone()),
            form => match copyright(&text, asf.at.start, asf.at.end) {
                Some(line) => Header::AsfWithCopyright { line },
                None if *form == Form::Short => Header::AsfShort,
                None => Header::AsfFull,
            },
        },
        (None, _) => of_others(&scan.licences),
    };
    legal.licences = scan.licences.into_iter().map(|(_, licence)| licence).collect();
    legal
}

fn kind(start: &[u8], complete: bool) -> Kind {
    if start.is_empty() {
        return if complete { Kind::Empty } else { Kind::Text };
    }
    if memchr::memchr(0, start).is_some() {
        return if Wide::of(start).is_some() { Kind::Text } else { Kind::Binary };
    }
    if start.starts_with(b"%PDF-") {
        return Kind::Binary;
    }
    match std::str::from_utf8(start) {
        Ok(_) => Kind::Text,
        // Cut within a character.
        Err(error) if error.error_len().is_none() && !complete => Kind::Text,
        // An 8-bit encoding has no more control characters than ASCII has.
        Err(_) => {
            let control = |byte: &&u8| matches!(byte, 1..=6 | 14..=25 | 28..=31 | 127);
            let controls = start.iter().filter(control).count();
            if controls * 50 > start.len() { Kind::Binary } else { Kind::Text }
        }
    }
}

/// Whether a licence beside the ASF's header says that the file is someone else's.
fn is_foreign(text: &Folded<'_>, at: usize, licence: &Licence) -> bool {
    match (licence.how, &licence.id[..]) {
        (How::Name, _) | (How::Spdx, "Apache-2.0") => false,
        // Documentation may say of anything that it is under the Apache License; an owner's header says more.
        (How::Notice, id) if id.starts_with("Apache") => {
            text.lower[at..].starts_with(b"licen")
                && text.find("you may not use this file", text.over(at, 80)).is_some()
        }
        (How::Notice | How::Text | How::Spdx, _) => true,
    }
}

/// The header of a file without the ASF's.
fn of_others(licences: &[(usize, Licence)]) -> Header {
    let first = |wanted: &dyn Fn(&Licence) -> bool| {
        licences.iter().map(|(_, licence)| licence).find(|licence| wanted(licence))
    };
    let is_notice = |licence: &Licence| matches!(licence.how, How::Text | How::Notice);
    // Of a choice too: whoever takes the file may take it under the Apache License.
    let is_apache = |licence: &Licence| {
        licence.id.split(" OR ").any(|id| matches!(id, "Apache-2.0" | "Apache"))
    };
    if let Some(other) = first(&|licence| is_notice(licence) && !is_apache(licence)) {
        Header::ThirdParty { licence: other.id.clone(), line: other.line }
    } else if let Some(apache) = first(&is_notice) {
        Header::Apache2ByOwner { line: apache.line }
    } else if let Some(spdx) = first(&|licence| licence.how == How::Spdx) {
        Header::SpdxOnly(spdx.id.clone())
    } else {
        Header::None
    }
}

/// Lines of a comment above and below the header that are looked at.
const MOST_LINES: usize = 40;

/// The line of a copyright in the comment that holds the header, outside the header itself.
fn copyright(text: &Folded<'_>, start: usize, end: usize) -> Option<usize> {
    let own_line = text.line_start(start);
    let leader = leader(text.line_text(start));
    let mut first = own_line;
    if !ends_comment_before(text, own_line, start) {
        for _ in 0..MOST_LINES {
            let Some(above) = first.checked_sub(1) else { break };
            // A line end of two bytes.
            let above = above - usize::from(text.lower[..=above].ends_with(b"\r\n"));
            let line = text.line_text(above);
            if !goes_on(line, leader) || closes(line) {
                break;
            }
            first = text.line_start(above);
            if opens(line) {
                break;
            }
        }
    }
    let mut last = end;
    for _ in 0..MOST_LINES {
        let rest = &text.raw[last..];
        let line_end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let closed = closes(&rest[..line_end]);
        last += line_end;
        let line_end = if text.raw[last..].starts_with(b"\r\n") { 2 } else { 1 };
        if closed || last + line_end >= text.raw.len() {
            break;
        }
        if !goes_on(text.line_text(last + line_end), leader) {
            break;
        }
        last += line_end;
    }
    let mut from = first;
    while let Some(found) = text.find("copyright", from..last) {
        from = found.end;
        if !(start..end).contains(&found.start) && is_notice(text, found.end) {
            return Some(text.line_of(found.start));
        }
    }
    None
}

/// Whether the comment opens on the header's own line.
fn ends_comment_before(text: &Folded<'_>, line: usize, start: usize) -> bool {
    opens(&text.raw[line..start])
}

/// Whether `copyright` begins a notice: a year, `(c)`, an owner; not `copyright law`.
fn is_notice(text: &Folded<'_>, after: usize) -> bool {
    let Some(next) = text.next_word(after) else { return false };
    let between = &text.raw[after..next.start];
    let word = text.word(&next);
    between.windows(2).any(|two| two == "©".as_bytes())
        || between.contains(&0xa9)
        || word == b"c" && between.ends_with(b"(")
        || word.len() == 4 && word.iter().all(u8::is_ascii_digit)
        || word == b"yyyy"
        || word == b"the" && text.follow(next.end, "apache software foundation").is_some()
        || word == b"apache" && text.follow(next.end, "software foundation").is_some()
        || word == b"by"
}

/// The leader of a line comment; none within a block comment.
fn leader(line: &[u8]) -> Option<&[u8]> {
    let line = line.trim_ascii_start();
    let leaders: [&[u8]; 12] =
        [b"//", b"##", b"#", b";", b"--", b"%", b"dnl", b"REM", b"rem", b"@rem", b"'", b"\""];
    leaders.into_iter().find(|leader| line.starts_with(leader))
}

/// Whether a line belongs to the same comment.
fn goes_on(line: &[u8], leader: Option<&[u8]>) -> bool {
    match leader {
        Some(leader) => line.trim_ascii_start().starts_with(leader) && !line.starts_with(b"#!"),
        None => true,
    }
}

fn opens(line: &[u8]) -> bool {
    has_any(
        line,
        &[
            b"/*", b"<!--", b"<%--", b"(*", b"{-", b"\"\"\"", b"'''", b"=begin", b"=pod", b"{#",
            b"#|", b"<#", b"#*", b"{{!",
        ],
    )
}

fn closes(line: &[u8]) -> bool {
    has_any(
        line,
        &[
            b"*/", b"-->", b"--%>", b"*)", b"-}", b"\"\"\"", b"'''", b"=end", b"=cut", b"#}",
            b"|#", b"#>", b"*#", b"}}",
        ],
    )
}

fn has_any(line: &[u8], marks: &[&[u8]]) -> bool {
    marks.iter().any(|mark| memchr::memmem::find(line, mark).is_some())
}
