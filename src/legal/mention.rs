//! Where a text speaks of licences: the texts themselves, the notices that put a file under one, mere names, and SPDX
//! identifiers.
//!
//! Looked for are a few stems (`licen`, `permission`, `redistribution`, …) with a vector search; only around their
//! places are words compared. So a file without them costs next to nothing.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::asf::{self, Asf};
use super::fold::{Folded, Lines};
use super::gnu;
use super::names::named;
use super::texts::{REDISTRIBUTION, permission, redistribution};
use super::{choice, whole};

/// How a text speaks of a licence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum How {
    /// The text of the licence, or the beginning of it.
    Text,
    /// A notice that puts something under the licence.
    Notice,
    /// An `SPDX-License-Identifier`.
    Spdx,
    /// Only its name, or any of the others inside a string of a program.
    Name,
}

/// One place where a text speaks of a licence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Licence {
    /// The SPDX id or expression, which has `OR` where one may choose; the family's name where the version is not told
    /// (`GPL`, `BSD`); what an `SPDX-License-Identifier` says if that is not valid.
    pub id: String,
    /// The line, from 1.
    pub line: usize,
    /// How it is spoken of.
    pub how: How,
}

/// Places that are kept of one text; beyond are only more of the same.
const MOST: usize = 1000;
/// Near misses of the ASF's header that are looked at closely.
const MOST_CANDIDATES: usize = 4;

/// What [`scan`] finds.
pub(super) struct Scan {
    /// The ASF's header, the best one.
    pub(super) asf: Option<Asf>,
    /// In the order of their places, without doubles.
    pub(super) licences: Vec<(usize, Licence)>,
}

/// The stems that are looked for, made ready once.
struct Finders {
    licen: Finder<'static>,
    permission: Finder<'static>,
    domain: Finder<'static>,
    creative: Finder<'static>,
    gpl: Finder<'static>,
    royalty: Finder<'static>,
}

static FINDERS: LazyLock<Finders> = LazyLock::new(|| Finders {
    licen: Finder::new("licen"),
    permission: Finder::new("permission"),
    domain: Finder::new("domain"),
    creative: Finder::new("creative"),
    gpl: Finder::new("gpl"),
    royalty: Finder::new("royalty"),
});

struct Scanner<'a> {
    text: &'a Folded<'a>,
    prose: bool,
    asf: Option<Asf>,
    candidates: Vec<usize>,
    found: Vec<Found>,
}

struct Found {
    at: usize,
    id: Cow<'static, str>,
    how: How,
}

/// Finds the ASF's header and all licences spoken of. In prose, such as a LICENSE, a notice needs no comment round it.
pub(super) fn scan(text: &Folded<'_>, prose: bool) -> Scan {
    let mut scanner = Scanner { text, prose, asf: None, candidates: Vec::new(), found: Vec::new() };
    scanner.names();
    scanner.texts();
    scanner.others();
    if scanner.asf.is_none() {
        let candidates = scanner.candidates.iter().filter_map(|at| asf::variant(text, *at));
        // Of several the best, of the best the first.
        let best = candidates.reduce(|best, next| if next.1 > best.1 { next } else { best });
        scanner.asf = best.map(|(asf, _)| asf);
    }
    if let Some(asf) = &scanner.asf {
        scanner.found.retain(|found| !asf.at.contains(&found.at));
    }
    scanner.found.retain(|found| !is_of_another_text(text, found));
    let licences = choice::joined(text, with_lines(text, scanner.found));
    Scan { asf: scanner.asf, licences }
}

/// Whether a licence is only named by the published text of another one, as the MPL names the NPL.
fn is_of_another_text(text: &Folded<'_>, found: &Found) -> bool {
    fn family(id: &str) -> &str {
        id.split('-').next().unwrap_or(id)
    }
    if found.how != How::Notice || found.id.starts_with("Apache") {
        return false;
    }
    let owners = whole::own_words(text, found.at);
    !owners.is_empty() && owners.iter().all(|owner| family(owner) != family(&found.id))
}

impl Scanner<'_> {
    fn is_full(&self) -> bool {
        self.found.len() >= MOST
    }

    fn word(&self, at: &Range<usize>) -> &[u8] {
        self.text.word(at)
    }

    fn add(&mut self, at: usize, id: impl Into<Cow<'static, str>>, how: How) {
        self.add_said(at, id, how, at);
    }

    /// As `add`, where the notice's own words open at another place than the name.
    fn add_said(&mut self, at: usize, id: impl Into<Cow<'static, str>>, how: How, said: usize) {
        if !self.is_full() {
            let only_named = match how {
                How::Name => true,
                How::Notice => self.is_in_string(said) || self.is_denied(said),
                How::Text | How::Spdx => self.is_in_string(said),
            };
            let how = if only_named { How::Name } else { how };
            self.found.push(Found { at, id: id.into(), how });
        }
    }

    /// Whether a quotation mark is open before this place of its line; a docstring's three are none.
    fn is_in_string(&self, at: usize) -> bool {
        let line = &self.text.lower[self.text.line_start(at)..at];
        let line = line.trim_ascii_start();
        let line = line.strip_prefix(b"\"\"\"").unwrap_or(line);
        let escaped = |index: usize| index > 0 && line[index - 1] == b'\\';
        memchr::memchr_iter(b'"', line).filter(|index| !escaped(*index)).count() % 2 == 1
    }

    /// Whether the sentence says before this place that it is not so, or no longer: `not licensed under`, `formerly under`.
    fn is_denied(&self, at: usize) -> bool {
        let mut start = at;
        for _ in 0..8 {
            let Some(word) = self.text.previous_word(start) else { return false };
            // Another sentence.
            if self.text.lower[word.end..start].windows(2).any(choice::ends_sentence) {
                return false;
            }
            match self.word(&word) {
                b"except" | b"unless" | b"but" | b"and" | b"or" | b"now" => return false,
                b"not" | b"never" | b"neither" | b"nor" | b"without" | b"longer" | b"formerly"
                | b"previously" | b"originally" | b"incompatible" | b"unlike" => return true,
                // `combined with software that is licensed under`: not this software.
                b"that" | b"which" if self.is_of_others(word.start) => return true,
                _ => start = word.start,
            }
        }
        false
    }

    /// Whether `with software`, `with other code` or the like stands before a place.
    fn is_of_others(&self, at: usize) -> bool {
        let Some(what) = self.text.previous_word(at) else { return false };
        let before = self.text.previous_word(what.start);
        matches!(
            self.word(&what),
            b"software" | b"code" | b"program" | b"programs" | b"works" | b"libraries" | b"library"
        ) && before.is_some_and(|word| matches!(self.word(&word), b"with" | b"other" | b"against"))
    }

    /// Every word with `licen` in it.
    fn names(&mut self) {
        let text = self.text;
        let mut at = 0;
        while let Some(offset) = text.lower.get(at..).and_then(|rest| FINDERS.licen.find(rest)) {
            if self.is_full() {
                return;
            }
            let hit = at + offset;
            let start = text.word_start(hit);
            at = hit + 5;
            let Some(word) = text.next_word(start) else { return };
            match text.word(&word) {
                b"licensed" | b"licenced" => {
                    if let Some(end) = self.licensed(&word) {
                        at = end;
                    }
                }
                b"licenses" | b"licences" => {
                    self.licenses(&word);
                    self.named_before(&word);
                }
                b"license" | b"licence" => self.license(&word),
                b"unlicense" => self.add(start, "Unlicense", How::Name),
                _ => {}
            }
        }
    }

    /// `Licensed to the Apache Software Foundation`, `licensed under the MIT license`. Returns the end of an ASF
    /// header, whose words need not be looked at again.
    fn licensed(&mut self, word: &Range<usize>) -> Option<usize> {
        let text = self.text;
        let to = |phrase| text.follow(word.end, phrase);
        if to("to the apache").or(to("to apache")).or(to("to the asf")).is_some() {
            let header = asf::exact(text, word.start);
            match header {
                Some(header) => {
                    let end = header.at.end;
                    // The full header counts for more than the short one.
                    if self.asf.as_ref().is_none_or(|known| known.form == asf::Form::Short) {
                        self.asf = Some(header);
                    }
                    return Some(end);
                }
                None => self.candidate(word.start),
            }
        } else if let Some(end) = to("under") {
            self.listed(word.start, end);
        } else {
            self.named_before(word);
        }
        None
    }

    fn candidate(&mut self, at: usize) {
        if self.candidates.len() < MOST_CANDIDATES {
            self.candidates.push(at);
        }
    }

    /// `X licenses this file to you under the Apache License`.
    fn licenses(&mut self, word: &Range<usize>) {
        let text = self.text;
        let Some(end) = text.follow(word.end, "this file to you under") else { return };
        let Some(owner) = text.previous_word(word.start) else { return };
        if text.word(&owner) == b"asf" {
            // The same header, with its beginning.
            let near =
                self.candidates.last().is_some_and(|at| text.over(*at, 90).end >= word.start);
            if !near {
                self.candidate(
                    text.previous_word(owner.start).map_or(owner.start, |the| the.start),
                );
            }
        } else {
            self.listed(word.start, end);
        }
    }

    /// The licences after `licensed under`: `the MIT and GPL licenses`, `either of Apache License, Version 2.0 or …`.
    fn listed(&mut self, notice: usize, from: usize) {
        let ranges = self.text.words(from, 28);
        let words: Vec<&[u8]> = ranges.iter().map(|at| self.word(at)).collect();
        let mut at = 0;
        let mut found = Vec::new();
        while at < words.len() {
            if let Some(name) = named(&words[at..]) {
                let id = gnu::with_version(self.text, name.id, ranges[at + name.used - 1].end);
                found.push(id);
                at += name.used;
            } else if is_filler(words[at]) {
                at += 1;
            } else {
                break;
            }
        }
        let between = ranges.get(at).or(ranges.last()).map_or(from, |word| word.start);
        if found.len() > 1 && choice::offers(self.text, notice, from..between) {
            return self.add(notice, found.join(" OR "), How::Notice);
        }
        for id in found {
            self.add(notice, id, How::Notice);
        }
    }

    /// `license` or `licence`: an SPDX identifier, a name before it, or a name after it.
    fn license(&mut self, word: &Range<usize>) {
        let text = self.text;
        let before = text.previous_word(word.start);
        if before.as_ref().is_some_and(|at| self.word(at) == b"spdx")
            && let Some(colon) = text.follow(word.end, "identifier")
        {
            return self.spdx(before.map_or(word.start, |at| at.start), colon);
        }
        if self.named_before(word) {
            return;
        }
        let ranges = text.words(word.end, 12);
        let words: Vec<&[u8]> = ranges.iter().map(|at| self.word(at)).collect();
        // `License: MIT`, `@license MIT`; but not `License. MIT …`, where a sentence ends.
        let between = ranges.first().map_or(&[][..], |next| &text.lower[word.end..next.start]);
        let declares = between.len() < 12 && !between.contains(&b'.') && !between.contains(&b'\n');
        if let Some(name) = named(&words).filter(|name| declares && !name.says_licence) {
            let id = gnu::with_version(text, name.id, ranges[name.used - 1].end);
            let how = if self.is_comment(word.start) { How::Notice } else { How::Name };
            self.add(word.start, id, how);
        }
    }

    /// A name that ends with this word `license`: `the GNU General Public License as published by …`.
    fn named_before(&mut self, word: &Range<usize>) -> bool {
        let text = self.text;
        let mut ranges = Vec::with_capacity(24);
        let mut start = word.start;
        for _ in 0..7 {
            let Some(before) = text.previous_word(start) else { break };
            start = before.start;
            ranges.push(before);
        }
        ranges.reverse();
        let index = ranges.len();
        ranges.extend(text.words(word.start, 9));
        let words: Vec<&[u8]> = ranges.iter().map(|at| self.word(at)).collect();
        for first in 0..index {
            let Some(name) = named(&words[first..]) else { continue };
            if first + name.used <= index {
                continue;
            }
            let last = ranges[first + name.used - 1].end;
            let at = ranges[first].start;
            let (how, said) = self.how_named(at, last, first, &words);
            let id = gnu::with_version(text, name.id, last);
            self.add_said(at, id, how, said);
            return true;
        }
        false
    }

    /// Whether a name stands in a notice or opens the text itself, and where the notice's words open.
    fn how_named(&self, at: usize, end: usize, first: usize, words: &[&[u8]]) -> (How, usize) {
        let opens_text = [
            "january 2004",
            "29 june 2007",
            "june 1991",
            "february 1999",
            "19 november 2007",
            "1 definitions",
            "the accompanying program",
            "terms and conditions",
        ];
        let before = self.text.line_start(at);
        let alone = self.text.lower[before..at].iter().all(|byte| !byte.is_ascii_alphanumeric())
            || words[..first].ends_with(&[b"the"])
            || words[..first].ends_with(&[b"gnu"]);
        if alone && opens_text.iter().any(|phrase| self.text.follow(end, phrase).is_some()) {
            return (How::Text, at);
        }
        let mut start = at;
        for _ in 0..9 {
            let Some(word) = self.text.previous_word(start) else { break };
            let grants = match self.word(&word) {
                b"under" | b"governed" | b"covered" => true,
                // `contains terms which differ from the …`
                b"terms" => {
                    let follows = |phrase| self.text.follow(word.end, phrase).is_some();
                    ["of", "and", "in", "set", "as", "specified"].into_iter().any(follows)
                }
                b"subject" => self.text.follow(word.end, "to").is_some(),
                _ => false,
            };
            if grants {
                return (How::Notice, word.start);
            }
            start = word.start;
        }
        (How::Name, at)
    }

    /// The rest of the line after `SPDX-License-Identifier:`.
    fn spdx(&mut self, at: usize, colon: usize) {
        let rest = &self.text.raw[colon..];
        let line = &rest[..memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()).min(200)];
        let line = String::from_utf8_lossy(line);
        let Some(line) = line.trim_start_matches(['"', '\'', '`']).strip_prefix(':') else {
            return;
        };
        let closers = ["*/", "-->", "#}", "*)", "-}", "%>", "}}", "\\n", "\"", "'", "`", "<", ","];
        let cut = closers.iter().filter_map(|closer| line.find(closer)).min();
        let id = line[..cut.unwrap_or(line.len())].trim();
        if !id.is_empty() {
            self.add(at, id.to_owned(), How::Spdx);
        }
    }

    /// Whether the line begins as comments do, or all of the text is prose.
    fn is_comment(&self, at: usize) -> bool {
        if self.prose {
            return true;
        }
        let line = self.text.lower[self.text.line_start(at)..at].trim_ascii_start();
        let leaders: [&[u8]; 12] =
            [b"*", b"//", b"/*", b"#", b";", b"--", b"%", b"<!--", b"dnl", b"rem", b"(*", b"{"];
        leaders.iter().any(|leader| line.starts_with(leader)) || self.is_in_block(at)
    }

    /// Whether a comment is open here that `/*` opens, whose lines need no leader.
    fn is_in_block(&self, at: usize) -> bool {
        let before = &self.text.lower[at.saturating_sub(4000)..at];
        let opened = memchr::memmem::rfind(before, b"/*");
        opened.is_some_and(|opened| !before[opened..].windows(2).any(|two| two == b"*/"))
    }

    /// The permissive texts, which open with `permission` or `redistribution` and do not say their name.
    fn texts(&mut self) {
        let text = self.text;
        for hit in FINDERS.permission.find_iter(&text.lower) {
            if self.is_full() {
                return;
            }
            let at = hit;
            if text.word_start(at) == at
                && let Some(id) = permission(text, at)
            {
                self.add(at, id, How::Text);
            }
        }
        for hit in REDISTRIBUTION.find_iter(&text.lower) {
            if self.is_full() {
                return;
            }
            let at = hit;
            if let Some(end) = text.follow(at, "redistribution and use in source and binary forms")
            {
                let next = REDISTRIBUTION.find(&text.lower[end..]);
                self.add(at, redistribution(text, end, next.map(|next| end + next)), How::Text);
            }
        }
    }

    /// Public domain, Creative Commons, the GPL by its initials, and the FSF's licence for small files.
    fn others(&mut self) {
        let text = self.text;
        for hit in FINDERS.royalty.find_iter(&text.lower) {
            if self.is_full() {
                return;
            }
            let at = hit;
            if text
                .follow(at, "royalty provided the copyright notice and this notice are preserved")
                .is_some()
            {
                self.add(at, "FSFAP", How::Text);
            }
        }
        for at in FINDERS.domain.find_iter(&text.lower) {
            if self.is_full() {
                return;
            }
            let Some(public) = text.previous_word(at).filter(|word| text.word(word) == b"public")
            else {
                continue;
            };
            let at = public.start;
            let free =
                (0..4).try_fold(at, |start, _| text.previous_word(start).map(|word| word.start));
            if free.is_some_and(|start| {
                text.follow(start, "software released into the public domain").is_some()
            }) {
                self.add(at, "Unlicense", How::Text);
            } else if self.is_given_up(at) {
                let how = if self.is_comment(at) { How::Notice } else { How::Name };
                self.add(at, "LicenseRef-Public-Domain", how);
            }
        }
        for stem in [&FINDERS.creative, &FINDERS.gpl] {
            for hit in stem.find_iter(&text.lower) {
                if self.is_full() {
                    return;
                }
                self.by_initials(text.word_start(hit));
            }
        }
    }

    /// `in the public domain`, `is public domain`, `100% Public Domain`, or a line that begins so.
    fn is_given_up(&self, at: usize) -> bool {
        let text = self.text;
        let Some(last) = text.previous_word(at).filter(|last| last.start >= text.line_start(at))
        else {
            let above = text.previous_word(at).and_then(|the| {
                text.previous_word(the.start).map(|into| (text.word(&into), text.word(&the)))
            });
            return above.is_none_or(|(into, the)| the != b"the" || is_into(into));
        };
        let before = text.previous_word(last.start);
        match text.word(&last) {
            b"the" => before.is_some_and(|into| is_into(text.word(&into))),
            b"a" => before.is_some_and(|is| text.word(&is) == b"is"),
            b"is" | b"100" => true,
            _ => false,
        }
    }

    fn by_initials(&mut self, at: usize) {
        let ranges = self.text.words(at, 14);
        let words: Vec<&[u8]> = ranges.iter().map(|at| self.word(at)).collect();
        let Some(name) = named(&words).filter(|name| name.is_long) else { return };
        let end = ranges[name.used - 1].end;
        let (how, said) = self.how_named(at, end, 0, &words);
        let how = if how == How::Text { How::Name } else { how };
        let id = gnu::with_version(self.text, name.id, end);
        self.add_said(at, id, how, said);
    }
}

fn is_into(word: &[u8]) -> bool {
    matches!(word, b"in" | b"into" | b"to" | b"within")
}

/// Words between `licensed under` and the licence, and between one licence and the next.
fn is_filler(word: &[u8]) -> bool {
    matches!(
        word,
        b"the"
            | b"a"
            | b"an"
            | b"terms"
            | b"of"
            | b"conditions"
            | b"both"
            | b"either"
            | b"and"
            | b"or"
            | b"to"
            | b"one"
            | b"more"
            | b"following"
            | b"licenses"
            | b"licences"
            | b"s"
            | b"gnu"
            | b"new"
            | b"same"
            | b"standard"
            | b"permissive"
            | b"open"
            | b"source"
            | b"liberal"
            | b"at"
            | b"your"
            | b"option"
    )
}

/// Puts lines to the places and drops what only says again what was just said.
fn with_lines(text: &Folded<'_>, mut found: Vec<Found>) -> Vec<(usize, Licence)> {
    found.sort_by_key(|found| (found.at, found.how));
    let mut lines = Lines::default();
    let mut kept: Vec<(usize, Licence)> = Vec::with_capacity(found.len());
    for found in found {
        let line = lines.of(text, found.at);
        let mut known = kept.iter_mut().rev().take_while(|(_, known)| known.line + 900 > line);
        let again = known.find(|(_, known)| {
            let distance = line - known.line;
            distance <= reach(&known.id, known.how) && says_again(known, &found)
        });
        match again {
            // The name as a title, then the text.
            Some((_, known)) if found.how == How::Text => {
                known.how = How::Text;
                if found.id.len() > known.id.len() || known.id.starts_with("BSD") {
                    known.id = found.id.into_owned();
                }
            }
            Some((_, known)) => {
                known.how = known.how.min(found.how);
                if known.how != How::Text && found.id.len() > known.id.len() {
                    known.id = found.id.into_owned();
                }
            }
            None => {
                kept.push((found.at, Licence { id: found.id.into_owned(), line, how: found.how }))
            }
        }
    }
    kept
}

/// Lines within which a licence may be spoken of again without anything new being said.
fn reach(id: &str, how: How) -> usize {
    let long = ["GPL", "LGPL", "AGPL", "MPL", "EPL", "CDDL", "Apache", "Python", "CC-"];
    match how {
        // The exception names the licence again.
        How::Notice if id.contains(" WITH ") => 40,
        How::Text if long.iter().any(|family| id.starts_with(family)) => 800,
        _ => 12,
    }
}

fn says_again(known: &Licence, found: &Found) -> bool {
    if known.how == How::Spdx || found.how == How::Spdx {
        return false;
    }
    // A second text is a second component's.
    if found.how == How::Text && known.how == How::Text {
        return false;
    }
    fn stem(id: &str) -> &str {
        let id = id.split(" WITH ").next().unwrap_or(id);
        id.strip_suffix("-only").or(id.strip_suffix("-or-later")).unwrap_or(id)
    }
    let (known, found) = (stem(&known.id), stem(&found.id));
    // `GPL` and `GPL-2.0` are the same, `GPL-2.0` and `GPL-3.0` are not.
    let more =
        |long: &str, short| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('-'));
    known == found
        || more(known, found)
        || more(found, known)
        || matches!((known, found), ("MIT", "JSON" | "NCSA" | "MIT-0" | "X11"))
}
