//! LICENSE files: which licences they hold, whether the Apache License is all there, and which files they point to.
//!
//! Meant for the top-level LICENSE with the licences of bundled parts appended, and as well for each file in
//! `licenses/`, `LICENSE-foo` or `META-INF/LICENSE`.

use std::ops::Range;

use super::fold::{Folded, Lines};
use super::mention::{How, Licence, scan};
use super::whole;

/// The Apache License 2.0 as the ASF publishes it: the LICENSE of this very repository.
const APACHE: &str = include_str!("../../LICENSE");
/// Where its terms end and the appendix begins.
const END_OF_TERMS: &str = "END OF TERMS AND CONDITIONS";

/// The most that is read of a LICENSE file; the largest known has half a megabyte.
pub const LARGEST: usize = 2 << 20;

/// Bytes above a whole text in which its title may stand.
const TITLE: usize = 80;

/// The licences in a LICENSE file, in the order of their lines, each with the way it is spoken of. The Apache License's
/// own text counts once, as a text.
pub fn find(license: &str) -> Vec<Licence> {
    let text = Folded::new(bounded(license));
    let apache = apache_at(&text);
    let mut lines = Lines::default();
    let mut licences = Vec::new();
    if let Ok(Found { at, .. }) = &apache {
        let line = lines.of(&text, at.start);
        licences.push((at.start, Licence { id: "Apache-2.0".into(), line, how: How::Text }));
    }
    let own = apache.map_or(0..0, |found| found.at);
    let whole: Vec<_> = whole::whole(&text)
        .into_iter()
        .filter(|(at, _)| at.end <= own.start || own.end <= at.start)
        .collect();
    // What a text says in itself names no further licence, nor does its title right above it.
    let is_in_text = |at: usize| {
        own.contains(&at)
            || whole
                .iter()
                .any(|(text, _)| (text.start.saturating_sub(TITLE)..text.end).contains(&at))
    };
    let mut found = scan(&text, true).licences;
    // A file that a licence's name opens has its text, though not SPDX's word for word; others are named in it.
    if let Some((first, others)) = found.split_first_mut()
        && whole.is_empty()
        && own.is_empty()
        && is_title(&text, first.0)
    {
        first.1.how = first.1.how.min(How::Text);
        for (_, other) in others.iter_mut().filter(|(_, other)| other.how == How::Notice) {
            other.how = How::Name;
        }
    }
    for (at, id) in &whole {
        // The copyright above is the part's, the text begins below.
        let opens = found.iter().find(|(hit, one)| one.how == How::Text && at.contains(hit));
        let place = opens.map_or(at.start, |(hit, _)| *hit);
        let line = text.line_of(place);
        licences.push((place, Licence { id: (*id).into(), line, how: How::Text }));
    }
    licences.extend(
        found.into_iter().filter(|(at, licence)| {
            !is_in_text(*at) || licence.how == How::Spdx && !own.contains(at)
        }),
    );
    licences.sort_by_key(|(at, _)| *at);
    licences.into_iter().map(|(_, licence)| licence).collect()
}

/// Whether a name opens the file, after an article at most.
fn is_title(text: &Folded<'_>, at: usize) -> bool {
    text.previous_word(at)
        .is_none_or(|word| text.word(&word) == b"the" && text.previous_word(word.start).is_none())
}

/// Where the Apache License stands in a LICENSE file that has all of it (P-06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApacheText {
    /// The line of its title, from 1. Anything above it the ASF's own service takes for a fault.
    pub line: usize,
    /// Its last line, the appendix included; what follows belongs to bundled parts.
    pub last_line: usize,
    /// How it is with the appendix, which is no part of the terms.
    pub appendix: Appendix,
}

/// The appendix of the Apache License, "How to apply".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appendix {
    /// Word for word.
    Same,
    /// Not there.
    Absent,
    /// With other words, such as a filled-in owner.
    Differs(TextDifference),
}

/// The first place where a text is not the Apache License.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} reads `{found}` where the Apache License has `{expected}`")]
pub struct TextDifference {
    /// Of the file, from 1.
    pub line: usize,
    /// The licence's words here.
    pub expected: String,
    /// The file's words here; empty at its end.
    pub found: String,
}

/// Looks for the whole Apache License 2.0 (P-06): white space is nothing, `https` may stand for `http`, the appendix may
/// be missing, other texts may follow.
///
/// # Errors
/// The first words that differ; where there is no title at all, the words the file begins with.
pub fn apache_text(license: &str) -> Result<ApacheText, TextDifference> {
    let text = Folded::new(bounded(license));
    let found = apache_at(&text)?;
    let mut lines = Lines::default();
    let line = lines.of(&text, found.at.start);
    let last_line = lines.of(&text, found.at.end);
    Ok(ApacheText { line, last_line, appendix: found.appendix })
}

fn bounded(text: &str) -> &[u8] {
    &text.as_bytes()[..text.len().min(LARGEST)]
}

struct Found {
    at: Range<usize>,
    appendix: Appendix,
}

fn apache_at(text: &Folded<'_>) -> Result<Found, TextDifference> {
    let (terms, appendix) = match APACHE.find(END_OF_TERMS) {
        Some(at) => APACHE.split_at(at + END_OF_TERMS.len()),
        None => (APACHE, ""),
    };
    let title: Vec<&[u8]> = tokens(APACHE.as_bytes()).take(6).map(|(_, token)| token).collect();
    let starts = || memchr::memmem::find_iter(&text.raw, b"Apache");
    let is_title = |at: &usize| {
        let found = tokens(&text.raw[*at..]).map(|(_, token)| token);
        found.take(title.len()).eq(title.iter().copied())
    };
    let start = starts().find(is_title).unwrap_or(0);
    let end =
        start + same(&text.raw[start..], terms).map_err(|at| difference(text, start, terms, at))?;
    let rest = &text.raw[end..];
    let has_appendix = tokens(rest).next().is_some_and(|(_, token)| token == b"APPENDIX:");
    let (end, appendix) = match same(rest, appendix) {
        Ok(used) => (end + used, Appendix::Same),
        Err(_) if !has_appendix => (end, Appendix::Absent),
        Err(at) => {
            let last = text.find("limitations under the license", text.over(end, 400));
            (
                last.map_or(end, |last| last.end),
                Appendix::Differs(difference(text, end, appendix, at)),
            )
        }
    };
    Ok(Found { at: start..end, appendix })
}

/// Bytes of the text that the wanted words take; or else how many of them are there.
fn same(text: &[u8], wanted: &str) -> Result<usize, usize> {
    let mut found = tokens(text);
    let mut end = 0;
    for (index, (_, wanted)) in tokens(wanted.as_bytes()).enumerate() {
        match found.next() {
            Some((at, token)) if same_token(wanted, token) => end = at + token.len(),
            _ => return Err(index),
        }
    }
    Ok(end)
}

fn same_token(wanted: &[u8], token: &[u8]) -> bool {
    fn scheme(token: &[u8]) -> (usize, bool) {
        let open = usize::from(token.first() == Some(&b'('));
        (open, token[open..].starts_with(b"https://"))
    }
    if let (open, true) = scheme(token) {
        return wanted.len() + 1 == token.len()
            && wanted[..open + 4] == token[..open + 4]
            && wanted[open + 4..] == token[open + 5..];
    }
    wanted == token
}

/// Words a difference shows of either side.
const SHOWN: usize = 8;
/// The longest of these words.
const LONGEST_SHOWN: usize = 60;

fn difference(text: &Folded<'_>, start: usize, wanted: &str, index: usize) -> TextDifference {
    fn words<'a>(tokens: impl Iterator<Item = (usize, &'a [u8])>) -> String {
        let words = tokens.take(SHOWN).map(|(_, token)| {
            String::from_utf8_lossy(&token[..token.len().min(LONGEST_SHOWN)]).into_owned()
        });
        words.collect::<Vec<_>>().join(" ")
    }
    let mut found = tokens(&text.raw[start..]).skip(index).peekable();
    let at = found.peek().map_or(text.raw.len(), |(at, _)| start + at);
    TextDifference {
        line: text.line_of(at),
        expected: words(tokens(wanted.as_bytes()).skip(index)),
        found: words(found),
    }
}

/// Words between white space, each with its place.
fn tokens(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text[at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        let rest = &text[at..];
        let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
        let token = (at, &rest[..length]);
        at += length;
        Some(token)
    })
}

/// A file that a LICENSE points to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pointer {
    /// Relative to the package's top directory, as written.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
}

/// Pointers that are kept: a LICENSE that has more repeats itself.
const MOST_POINTERS: usize = 5000;

/// The files that the part below the Apache License points to (P-06): `licenses/LICENSE-foo.txt`, `see lib/foo/LICENSE`.
/// Only what looks like a relative path to a licence inside the package: addresses, directories, globs and names of
/// components are left out.
pub fn pointers(license: &str) -> Vec<Pointer> {
    let text = Folded::new(bounded(license));
    let from = apache_at(&text).map_or(0, |found| found.at.end);
    let mut lines = Lines::default();
    let mut pointers: Vec<Pointer> = Vec::new();
    for (at, token) in tokens(&text.raw[from..]) {
        let Some(path) = pointer(token) else { continue };
        if !pointers.iter().rev().take(50).any(|known| known.path == path) {
            pointers.push(Pointer { path: path.to_owned(), line: lines.of(&text, from + at) });
        }
        if pointers.len() == MOST_POINTERS {
            break;
        }
    }
    pointers
}

/// Whether a text is a web page.
pub fn is_web_page(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii_start();
    let begins =
        |with: &[u8]| text.get(..with.len()).is_some_and(|it| it.eq_ignore_ascii_case(with));
    begins(b"<!doctype html") || begins(b"<html")
}

/// What a LICENSE file says beyond the Apache License's own text: all of it, if that is not in it.
pub fn beyond_apache(license: &str) -> String {
    let text = Folded::new(bounded(license));
    let own = apache_at(&text).map_or(0..0, |found| found.at);
    let [before, behind] = [&text.raw[..own.start], &text.raw[own.end..]];
    [String::from_utf8_lossy(before), String::from_utf8_lossy(behind)].concat()
}

/// Whether a LICENSE points to a file: by its path, by its name unless any licence may be called so, or by a directory
/// that it is in. `text` is what [`beyond_apache`] gives.
pub fn points_to(text: &str, path: &str) -> bool {
    // Not within an address: `https://opensource.org/licenses/MIT`.
    let speaks_of = |what: &str| {
        text.match_indices(what).any(|(at, _)| {
            let behind = text[at + what.len()..].chars().next();
            if what.ends_with('/') && behind.is_some_and(char::is_alphanumeric) {
                return false;
            }
            let before = text[..at].strip_suffix("./").unwrap_or(&text[..at]);
            !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'))
        })
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    let own = name.contains(['-', '_', '.']) && !matches!(name, "LICENSE.txt" | "LICENSE.md");
    let mut directories = path.match_indices('/').map(|(at, _)| &path[..at]);
    speaks_of(path)
        || own && speaks_of(name)
        || directories.any(|directory| {
            speaks_of(&format!("{directory}/")) || speaks_of(&format!("{directory} directory"))
        })
}

/// The path in a word, if it is one.
fn pointer(token: &[u8]) -> Option<&str> {
    let token = std::str::from_utf8(token).ok().filter(|token| token.len() <= 500)?;
    // Most words are none.
    if !token.contains(['/', '-', '.', '_']) {
        return None;
    }
    // `[text](licenses/x.txt)` of Markdown.
    let token = token.split_once("](").map_or(token, |(_, target)| target);
    let closers = [
        '(', ')', '[', ']', '{', '}', '<', '>', '"', '\'', '`', ',', ';', ':', '*', '“', '”', '‘',
        '’',
    ];
    let path = token.trim_matches(closers).trim_end_matches('.').trim_matches(closers);
    let path = path.strip_prefix("./").unwrap_or(path);
    let legible = |c: char| c.is_ascii_alphanumeric() || "._-+/@~".contains(c);
    // The tag of an SPDX header is no file.
    if path.eq_ignore_ascii_case("SPDX-License-Identifier") {
        return None;
    }
    if path.is_empty() || !path.chars().all(legible) || path.starts_with('/') || path.ends_with('/')
    {
        return None;
    }
    if path.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return None;
    }
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let lower = name.to_ascii_lowercase();
    let stem = ["license", "licence", "copying", "notice", "copyright", "unlicense", "copyrights"];
    let named = stem.iter().any(|stem| {
        lower.starts_with(stem)
            || lower.contains(&format!("-{stem}"))
            || lower.contains(&format!(".{stem}"))
    });
    let first = path.split('/').next().unwrap_or_default();
    let is_host = first.contains('.') && !first.starts_with('.') && has_domain(first);
    let in_licenses = directory.split('/').any(|segment| {
        matches!(
            &segment.to_ascii_lowercase()[..],
            "licenses"
                | "licences"
                | "license"
                | "licence"
                | "licensing"
                | "legal"
                | "third-party-licenses"
        )
    });
    let points = if directory.is_empty() {
        // `LICENSE-foo`, `LICENSE.foo.txt`; but not `LICENSE`, which is the file itself, nor `license-style`.
        named && name.starts_with(|c: char| c.is_ascii_uppercase()) && is_qualified(name)
    } else {
        (named || in_licenses && name.contains(['.', '-', '_'])) && !is_host
    };
    points.then_some(path)
}

/// Whether more than the plain name and an ending is there: `LICENSE-foo`, `LICENSE.foo.txt`.
fn is_qualified(name: &str) -> bool {
    let parts = name.split(['-', '.', '_']).count();
    let version = name
        .split(['-', '_'])
        .nth(1)
        .is_some_and(|part| part.starts_with(|c: char| c.is_ascii_digit()));
    !version
        && (name.contains(['-', '_']) || parts > 2)
        && !name.ends_with("-style")
        && !name.ends_with("-type")
}

/// Whether the first part of a path is the name of a host.
fn has_domain(part: &str) -> bool {
    let last = part.rsplit('.').next().unwrap_or_default();
    matches!(
        last,
        "org"
            | "com"
            | "net"
            | "io"
            | "edu"
            | "gov"
            | "de"
            | "uk"
            | "dev"
            | "info"
            | "eu"
            | "fr"
            | "ch"
            | "cz"
            | "jp"
            | "me"
            | "us"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the words that stand in brackets in the appendix.
    fn apache() -> String {
        APACHE.to_owned()
    }

    #[test]
    fn a_title_on_top_is_that_of_the_text_below() {
        for (text, id) in [
            ("SIL OPEN FONT LICENSE\nVersion 1.1\nPREAMBLE\nFonts may be shared.\n", "OFL-1.1"),
            ("COMMON DEVELOPMENT AND DISTRIBUTION LICENSE (CDDL)\nVersion 1.0\n1. Terms\n", "CDDL"),
            ("Creative Commons Legal Code\n\nAttribution 3.0 Unported\n\nLicense\n", "CC-BY-3.0"),
            ("----\nUBUNTU FONT LICENCE Version 1.0\n----\nPREAMBLE\n", "Ubuntu-font-1.0"),
            (
                "Mozilla Public License 1.1\nIt may be put under the terms of the NPL too.\n",
                "MPL-1.1",
            ),
        ] {
            let found = find(text);
            let stated: Vec<_> = found.iter().filter(|one| one.how != How::Name).collect();
            assert!(matches!(&stated[..], [one] if one.id == id), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_licence_points_by_path_name_or_directory() {
        let text = beyond_apache(&format!(
            "{APACHE}\nfoo: see ./licenses/LICENSE-foo.txt, bar: LICENSE-bar.txt, the rest: third_party/.\n\
             https://opensource.org/licenses/MIT\n"
        ));
        for (path, there) in [
            ("licenses/LICENSE-foo.txt", true),
            ("licenses/LICENSE-bar.txt", true),
            ("third_party/baz/LICENSE", true),
            ("licenses/LICENSE-baz.txt", false),
            ("src/LICENSE.txt", false),
            ("web/third_party/x/LICENSE", false),
        ] {
            assert_eq!(points_to(&text, path), there, "{path}");
        }
        assert!(is_web_page(b"\n<!DOCTYPE html>\n<html lang=en>") && !is_web_page(b"MIT <html>"));
    }

    #[test]
    fn the_whole_text_is_found() {
        let text = apache_text(APACHE).expect("our own LICENSE");
        // Counted with `grep -n`: the title is on line 2, the last words on line 202.
        assert_eq!((text.line, text.last_line, text.appendix), (2, 202, Appendix::Same));
        let crlf = APACHE.replace('\n', "\r\n");
        assert_eq!(apache_text(&crlf), apache_text(APACHE));
        let https = APACHE.replace("http://", "https://");
        assert_eq!(apache_text(&https), apache_text(APACHE));
        let folded = APACHE.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(apache_text(&folded).map(|text| text.last_line), Ok(1));
        let more = format!(
            "{APACHE}\n---\nFoo bundles bar, under the MIT license, see licenses/LICENSE-bar.txt\n"
        );
        assert_eq!(apache_text(&more), apache_text(APACHE));
    }

    #[test]
    fn the_appendix_may_be_missing_or_filled_in() {
        let cut = &APACHE[..APACHE.find("APPENDIX").expect("it has one")];
        assert_eq!(apache_text(cut).map(|text| text.appendix), Ok(Appendix::Absent));
        let filled = apache().replace("[yyyy] [name of copyright owner]", "2020 Jane Doe");
        let text = apache_text(&filled).expect("the terms are the same");
        assert_eq!(text.last_line, 202);
        let Appendix::Differs(difference) = text.appendix else { panic!("{text:?}") };
        // `grep -n yyyy LICENSE`
        assert_eq!(difference.line, 190);
        assert!(difference.expected.starts_with("[yyyy] [name"), "{difference}");
        assert!(difference.found.starts_with("2020 Jane Doe Licensed"), "{difference}");
    }

    #[test]
    fn what_differs_is_told() {
        let changed = APACHE.replacen("irrevocable\n      copyright", "\n      copyright", 1);
        let difference = apache_text(&changed).expect_err("a word is missing");
        // `grep -n irrevocable LICENSE` gives 69 first; the next word is on the next line.
        assert_eq!(difference.line, 70);
        assert!(difference.expected.starts_with("irrevocable copyright license"), "{difference}");
        let cut = &APACHE[..APACHE.find("2. Grant").expect("it has one")];
        assert_eq!(apache_text(cut).expect_err("cut").found, "");
        let other = apache_text("MIT License\n\nCopyright").expect_err("another");
        assert_eq!((other.line, &other.found[..]), (1, "MIT License Copyright"));
        assert!(apache_text("").is_err());
        let titled = format!("Copyright 2020 Foo\n\n{APACHE}");
        assert_eq!(apache_text(&titled).map(|text| text.line), Ok(4));
    }

    #[test]
    fn appended_licences_are_listed_with_their_lines() {
        let license = format!(
            "{APACHE}\n\
            This product bundles foo 1.2, available under a \"3-clause BSD\" license.\n\
            For details, see licenses/LICENSE-foo.txt.\n\n\
            This product bundles bar, which is available under the MIT License:\n\n\
            Permission is hereby granted, free of charge, to any person obtaining a copy\n\
            of this software, to deal in it: the above copyright notice and this permission notice\n\
            shall be included.\n\n\
            Baz is under the Eclipse Public License, version 2.0 (see lib/baz/LICENSE).\n"
        );
        let found: Vec<(String, usize, How)> = find(&license)
            .into_iter()
            .map(|licence| (licence.id, licence.line, licence.how))
            .collect();
        assert_eq!(
            found,
            [
                ("Apache-2.0".into(), 2, How::Text),
                ("BSD-3-Clause".into(), 204, How::Notice),
                ("MIT".into(), 207, How::Text),
                ("EPL-2.0".into(), 213, How::Notice),
            ]
        );
        assert_eq!(
            pointers(&license),
            [
                Pointer { path: "licenses/LICENSE-foo.txt".into(), line: 205 },
                Pointer { path: "lib/baz/LICENSE".into(), line: 213 },
            ]
        );
    }

    #[test]
    fn pointers_are_paths_to_licences() {
        for (token, path) in [
            ("licenses/LICENSE-foo.txt", Some("licenses/LICENSE-foo.txt")),
            ("(licenses/LICENSE-foo.txt).", Some("licenses/LICENSE-foo.txt")),
            ("`./licenses/foo.txt`,", Some("licenses/foo.txt")),
            ("lib/foo/LICENSE", Some("lib/foo/LICENSE")),
            ("src/main/COPYING.LESSER", Some("src/main/COPYING.LESSER")),
            ("[text](licenses/x.md)", Some("licenses/x.md")),
            ("LICENSE-foo", Some("LICENSE-foo")),
            ("LICENSE.foo.txt", Some("LICENSE.foo.txt")),
            ("LICENSE", None),
            ("LICENSE.txt", None),
            ("LICENSE-2.0", None),
            ("http://www.apache.org/licenses/LICENSE-2.0", None),
            ("www.apache.org/licenses/LICENSE-2.0", None),
            ("github.com/foo/bar/LICENSE", None),
            ("BSD/MIT", None),
            ("and/or", None),
            ("GPL/LGPL", None),
            ("org/apache/foo", None),
            ("licenses/", None),
            ("licenses/LICENSE-*.txt", None),
            ("/usr/share/licenses/x.txt", None),
            ("../LICENSE", None),
            ("a//LICENSE", None),
            ("license-style", None),
            ("é/LICENSE", None),
        ] {
            assert_eq!(pointer(token.as_bytes()), path, "{token}");
        }
    }
}
