//! NOTICE files: product line, copyright with its years, attribution (P-07 to P-09).

use super::fold::{Folded, Lines};
use super::mention::{How, Licence, scan};

/// Something found, with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    /// From 1.
    pub line: usize,
    /// What.
    pub what: T,
}

/// The years of the ASF's copyright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    /// The first, or only one.
    pub first: u16,
    /// The last; the same if only one is given.
    pub last: u16,
}

/// The last year where none is told: `2014-present`.
pub const OPEN: u16 = 9999;

/// Whether the software was developed at the ASF, as it must say, or by it, as it said before 2013.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attribution {
    /// "developed at".
    At,
    /// "developed by": wrong.
    By,
}

/// What a NOTICE says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// The first line with words that begins with `Apache`, as written; none unless it is the file's first.
    pub product: Option<At<String>>,
    /// `Copyright <years> The Apache Software Foundation`. Without years none.
    pub copyright: Option<At<Years>>,
    /// `This product includes software developed at The Apache Software Foundation`.
    pub attribution: Option<At<Attribution>>,
    /// Licences whose text or notice stands in it, where it does not belong (P-09).
    pub licences: Vec<Licence>,
}

/// The most that is read of a NOTICE.
pub const LARGEST: usize = 1 << 20;
/// The longest product line that is shown.
const LONGEST: usize = 200;

/// Reads a NOTICE.
pub fn read(notice: &str) -> Notice {
    let text = Folded::new(&notice.as_bytes()[..notice.len().min(LARGEST)]);
    let licences = scan(&text, true).licences.into_iter().map(|(_, licence)| licence);
    Notice {
        product: product(&text),
        copyright: copyright(&text),
        attribution: attribution(&text),
        licences: licences
            .filter(|licence| matches!(licence.how, How::Text | How::Notice))
            .collect(),
    }
}

fn product(text: &Folded<'_>) -> Option<At<String>> {
    let first = text.next_word(0)?;
    let second = text.next_word(first.end)?;
    let line = text.line_text(first.start).trim_ascii();
    let is_product = text.word(&first) == b"apache"
        && text.line_start(first.start) == text.line_start(second.start);
    is_product.then(|| At {
        line: text.line_of(first.start),
        what: String::from_utf8_lossy(&line[..line.len().min(LONGEST)]).into_owned(),
    })
}

/// `Copyright (c) 2000, 2002-2023 The Apache Software Foundation`: the last of the years counts.
fn copyright(text: &Folded<'_>) -> Option<At<Years>> {
    let mut from = 0;
    let mut lines = Lines::default();
    while let Some(found) = text.find("copyright", from..text.lower.len()) {
        from = found.end;
        let mut years: Option<Years> = None;
        let mut at = from;
        for _ in 0..20 {
            let Some(word) = text.next_word(at) else { break };
            match (text.word(&word), year(text.word(&word))) {
                (_, Some(year)) => {
                    let first = years.map_or(year, |years| years.first);
                    years = Some(Years { first, last: year });
                }
                // `2014-present`, `2014 and onwards`: still true in any later year.
                (b"present" | b"onwards" | b"onward" | b"now", _) => {
                    years = years.map(|years| Years { last: OPEN, ..years });
                }
                (b"c" | b"and" | b"to" | b"the", _) => {}
                (b"apache", _) if text.follow(word.end, "software foundation").is_some() => {
                    if let Some(what) = years {
                        return Some(At { line: lines.of(text, found.start), what });
                    }
                    break;
                }
                _ => break,
            }
            at = word.end;
        }
    }
    None
}

fn year(word: &[u8]) -> Option<u16> {
    let year: u16 = std::str::from_utf8(word).ok()?.parse().ok()?;
    (word.len() == 4 && (1970..=2999).contains(&year)).then_some(year)
}

fn attribution(text: &Folded<'_>) -> Option<At<Attribution>> {
    let mut by = None;
    let mut from = 0;
    let mut lines = Lines::default();
    while let Some(found) = text.find("includes software developed", from..text.lower.len()) {
        from = found.end;
        let says = |phrase| text.follow(found.end, phrase).is_some();
        if says("at the apache software foundation") {
            return Some(At { line: lines.of(text, found.start), what: Attribution::At });
        }
        if by.is_none() && says("by the apache software foundation") {
            by = Some(At { line: lines.of(text, found.start), what: Attribution::By });
        }
    }
    by
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_may_have_no_end() {
        for years in ["2014-present", "2014 and onwards", "2014 - Present"] {
            let text = format!("Apache Foo\nCopyright {years} The Apache Software Foundation.\n");
            let found = read(&text).copyright.expect(years);
            assert_eq!((found.line, found.what), (2, Years { first: 2014, last: OPEN }), "{years}");
        }
    }

    #[test]
    fn a_good_notice() {
        let notice = read(
            "Apache Fortress\nCopyright 2014-2026 The Apache Software Foundation\n\n\
            This product includes software developed at\n\
            The Apache Software Foundation (https://www.apache.org/).\n",
        );
        assert_eq!(notice.product, Some(At { line: 1, what: "Apache Fortress".into() }));
        assert_eq!(notice.copyright, Some(At { line: 2, what: Years { first: 2014, last: 2026 } }));
        assert_eq!(notice.attribution, Some(At { line: 4, what: Attribution::At }));
        assert!(notice.licences.is_empty());
    }

    #[test]
    fn dialects() {
        for (text, years) in [
            ("Copyright (c) 2000-2023 The Apache Software Foundation.", Some((2000, 2023))),
            ("Copyright © 2020 Apache Software Foundation", Some((2020, 2020))),
            (
                "Copyright 2001, 2003-2005 and 2009\n   The Apache\r\nSoftware Foundation",
                Some((2001, 2009)),
            ),
            (
                "Copyright Jane Doe 2001\nCopyright 2002 The Apache Software Foundation",
                Some((2002, 2002)),
            ),
            ("Copyright The Apache Software Foundation", None),
            ("Copyright 2020 The Foo Foundation", None),
            ("Copyright 12 The Apache Software Foundation", None),
        ] {
            let found = read(text).copyright.map(|at| (at.what.first, at.what.last));
            assert_eq!(found, years, "{text}");
        }
        let by = "This product includes software developed by\nThe Apache Software Foundation (http://www.apache.org/).";
        assert_eq!(read(by).attribution, Some(At { line: 1, what: Attribution::By }));
        let both = format!("{by}\n{}", by.replace(" by", " at"));
        assert_eq!(read(&both).attribution, Some(At { line: 3, what: Attribution::At }));
        assert_eq!(read("This product includes software developed at Foo.").attribution, None);
        assert_eq!(read("Foo\nApache Bar").product, None);
        assert_eq!(read("Apache\nCopyright").product, None);
        assert_eq!(
            read("\u{feff}\r\n  Apache Foo (Incubating)\r\n").product.map(|at| (at.line, at.what)),
            Some((2, "Apache Foo (Incubating)".into()))
        );
    }

    #[test]
    fn licences_do_not_belong_here() {
        let notice = read("Apache Foo\n\nBar is under the MIT License.\n");
        assert_eq!(
            notice
                .licences
                .iter()
                .map(|licence| (&licence.id[..], licence.line))
                .collect::<Vec<_>>(),
            [("MIT", 3)]
        );
    }
}
