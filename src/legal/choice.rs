//! Where a text offers a choice of licences: `A or B`, `either`, `both`, `dual`, `alternatively`, `at your option`. Whoever
//! may choose is under none of them unless he wants to be.

use std::ops::Range;

use super::fold::Folded;
use super::mention::{How, Licence};

/// Words between a licence and another one that is offered instead of it: behind a licence's text, behind a notice, and
/// where only a name stands on one side.
const BEHIND_TEXT: usize = 900;
const BEHIND_NOTICE: usize = 140;
const BESIDE_NAME: usize = 35;

/// The licences of a text, where those that may be chosen from are one, with `OR` between them.
pub(super) fn joined(text: &Folded<'_>, licences: Vec<(usize, Licence)>) -> Vec<(usize, Licence)> {
    let mut joined: Vec<(usize, Licence)> = Vec::with_capacity(licences.len());
    let mut last = 0;
    for (at, licence) in licences {
        if let Some((_, known)) = joined.last_mut()
            && is_choice(text, last..at, known, &licence)
        {
            if !known.id.split(" OR ").any(|id| id == licence.id) {
                known.id = format!("{} OR {}", known.id, licence.id);
            }
            known.how = known.how.min(licence.how);
        } else {
            joined.push((at, licence));
        }
        last = at;
    }
    joined
}

/// Whether the second licence may be taken instead of the first.
fn is_choice(text: &Folded<'_>, between: Range<usize>, first: &Licence, second: &Licence) -> bool {
    let reach = match (first.how, second.how) {
        (How::Spdx, _) | (_, How::Spdx | How::Text) | (How::Name, How::Name) => return false,
        (How::Name, _) | (_, How::Name) => BESIDE_NAME,
        (How::Text, _) => BEHIND_TEXT,
        (How::Notice, _) => BEHIND_NOTICE,
    };
    let words = words(text, between.clone());
    if words.len() > reach {
        return false;
    }
    let near = words.len().saturating_sub(70);
    words[near..].iter().any(|at| text.word(at) == b"alternatively")
        || offers(text, between.start, between)
}

/// Whether the words between two licences, before the first (which a notice at `notice` opens) and behind the last, say
/// that one may choose.
pub(super) fn offers(text: &Folded<'_>, notice: usize, between: Range<usize>) -> bool {
    let count = words(text, between.clone()).len();
    if count > BEHIND_NOTICE {
        return false;
    }
    let before =
        (0..8).try_fold(notice, |start, _| text.previous_word(start).map(|word| word.start));
    let start = before.unwrap_or(0);
    let behind = text.words(between.end, 12);
    let end = behind.last().map_or(between.end, |word| word.end);
    let ranges = words(text, start..end);
    ranges.iter().enumerate().any(|(index, at)| {
        let next = ranges.get(index + 1).map_or(&b""[..], |next| text.word(next));
        let inside = between.contains(&at.start) && count <= BESIDE_NAME;
        match text.word(at) {
            b"dual" | b"dually" | b"triple" | b"tri" => true,
            // `either version 2 of the License, or (at your option) any later version`, `either express or implied`
            b"either" | b"both" => {
                at.start < between.end && !matches!(next, b"version" | b"express" | b"expressed")
            }
            b"or" => {
                // `and/or`, or what another sentence says.
                let apart = |at: usize| {
                    text.lower[at - 1] == b'/'
                        || text.lower[between.start..at].windows(2).any(ends_sentence)
                };
                inside
                    && at.start > between.start
                    && !apart(at.start)
                    && !matches!(
                        next,
                        b"any" | b"later" | b"newer" | b"at" | b"implied" | b"greater"
                    )
            }
            b"option" | b"choice" => {
                at.start >= between.start && !matches!(next, b"any" | b"later")
            }
            _ => false,
        }
    })
}

/// Whether two bytes are a full stop with white space behind it.
pub(super) fn ends_sentence(two: &[u8]) -> bool {
    two[0] == b'.' && two[1].is_ascii_whitespace()
}

fn words(text: &Folded<'_>, range: Range<usize>) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = range.start;
    while let Some(word) = text.next_word(at).filter(|word| word.end <= range.end) {
        at = word.end;
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::header::{self, Header};

    /// What a C file is under that has these words in its comment.
    fn under(words: &str) -> Vec<String> {
        let file = format!("/*\n * {}\n */\nint f(void);\n", words.replace('\n', "\n * "));
        let read = header::read("x.c", file.as_bytes(), true);
        let stated = read.licences.into_iter().filter(|one| one.how != super::How::Name);
        stated.map(|one| one.id).collect()
    }

    #[test]
    fn what_may_be_chosen_from_is_one() {
        for (words, id) in [
            ("Licensed under the MIT license or the GPL, at your option.", "MIT OR GPL"),
            ("Dual licensed under the MIT and GPL licenses.", "MIT OR GPL"),
            (
                "You may use this file under the terms of either the Eclipse Public License 2.0\nor the GNU General Public License, version 3.",
                "EPL-2.0 OR GPL-3.0-only",
            ),
            (
                "This code is licensed under both the GPLv2 (see the file COPYING in the root) and\nApache 2.0 License (see LICENSE there).",
                "GPL-2.0-only OR Apache-2.0",
            ),
            (
                "Licensed under the Mozilla Public License, version 1.1.\nAlternatively, the contents of this file may be used under the terms of the GNU General\nPublic License Version 2 or later, in which case its provisions apply instead.",
                "MPL-1.1 OR GPL-2.0-or-later",
            ),
        ] {
            assert_eq!(under(words), [id], "{words}");
        }
    }

    #[test]
    fn what_has_to_be_kept_together_is_not() {
        let gpl = "This program is free software; you can redistribute it and/or modify it under the\nterms of the GNU General Public License as published by the Free Software Foundation;\neither version 2 of the License, or (at your option) any later version.";
        assert_eq!(under(gpl), ["GPL-2.0-or-later"]);
        let two = "Parts are licensed under the MIT license.\nThe rest is licensed under the GNU General Public License, version 2.";
        assert_eq!(under(two), ["MIT", "GPL-2.0-only"]);
    }

    #[test]
    fn denial_and_history_grant_nothing() {
        for words in [
            "This file is not licensed under the GPL.",
            "It was formerly licensed under the GNU General Public License, version 2.",
            "This is no longer under the terms of the Mozilla Public License 1.1.",
            "It may be combined with software that is licensed under the GPLv2.",
            "Its notice contains terms which differ from the Mozilla Public License.",
        ] {
            assert_eq!(under(words), [""; 0], "{words}");
        }
    }

    #[test]
    fn whoever_may_take_the_apache_license_is_under_it() {
        let file = "/* Licensed under either of the Apache License, Version 2.0 or the MIT license at your option. */\nint x;\n";
        let read = header::read("x.c", file.as_bytes(), true);
        assert!(matches!(read.header, Header::Apache2ByOwner { .. }), "{:?}", read.header);
    }
}
