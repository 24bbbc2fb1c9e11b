//! The names that licences go by in prose, and the SPDX ids they stand for.
//!
//! A name is a few folded words, which may be followed by a version, `style` and the word licence itself, in the order
//! people write them: `3-clause BSD`, `GPLv2+`, `Mozilla Public License, v. 2.0`, `Apache 2.0 license`. Where the version
//! is not given the family's name stands alone (`GPL`, `MPL`, `BSD`), which [`category`](mod@super::category) knows.

use std::borrow::Cow;

/// A licence named at the beginning of a run of words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The SPDX id, or the family's name.
    pub(super) id: Cow<'static, str>,
    /// Words it takes, version and the word licence included.
    pub(super) used: usize,
    /// Whether one of these words is `license` or the like.
    pub(super) says_licence: bool,
    /// Whether the words are unmistakable without `license` after them: `wtfpl`, but not `mit` or `python`.
    pub(super) is_long: bool,
}

#[derive(Clone, Copy)]
enum Id {
    /// One id, whatever the version.
    Is(&'static str),
    /// The family's name with the version after it.
    Versions(&'static str, &'static [&'static str]),
    /// BSD, whose ids are told by the number of clauses.
    Bsd,
}

use Id::{Bsd, Is, Versions};

const MPL: Id = Versions("MPL", &["1.0", "1.1", "2.0"]);
const EPL: Id = Versions("EPL", &["1.0", "2.0"]);
const CDDL: Id = Versions("CDDL", &["1.0", "1.1"]);
const GPL: Id = Versions("GPL", &["1.0", "2.0", "3.0"]);
const LGPL: Id = Versions("LGPL", &["2.0", "2.1", "3.0"]);
const AGPL: Id = Versions("AGPL", &["1.0", "3.0"]);
const APACHE: Id = Versions("Apache", &["1.0", "1.1", "2.0"]);

/// Sorted by the first word; of names with the same first word the longest comes first.
const NAMES: &[(&str, Id)] = &[
    ("academic free", Versions("AFL", &["1.1", "1.2", "2.0", "2.1", "3.0"])),
    ("affero general public", AGPL),
    ("affero gpl", AGPL),
    ("agpl", AGPL),
    ("al", APACHE),
    ("amazon software", Is("LicenseRef-Amazon-Software-License")),
    ("apache software foundation", APACHE),
    ("apache software", APACHE),
    ("apache", APACHE),
    ("artistic", Versions("Artistic", &["1.0", "2.0"])),
    ("asl", APACHE),
    ("blue oak model", Is("BlueOak-1.0.0")),
    ("boost software", Is("BSL-1.0")),
    ("boost", Is("BSL-1.0")),
    ("bouncy castle", Is("MIT")),
    ("bsd", Bsd),
    ("business source", Is("BUSL-1.1")),
    ("cddl", CDDL),
    ("code project open", Is("CPOL-1.02")),
    ("common development and distribution", CDDL),
    ("common development distribution", CDDL),
    ("common public", Is("CPL-1.0")),
    ("commons clause", Is("LicenseRef-Commons-Clause-1.0")),
    ("confluent community", Is("LicenseRef-Confluent-Community-1.0")),
    ("cpl", Is("CPL-1.0")),
    ("eclipse distribution", Is("BSD-3-Clause")),
    ("eclipse public", EPL),
    ("edl", Is("BSD-3-Clause")),
    ("elastic", Versions("Elastic", &["2.0"])),
    ("epl", EPL),
    ("erlang public", Is("ErlPL-1.1")),
    ("european union public", Versions("EUPL", &["1.0", "1.1", "1.2"])),
    ("expat", Is("MIT")),
    ("general public", GPL),
    ("gpl", GPL),
    ("ibm public", Is("IPL-1.0")),
    ("icu", Is("ICU")),
    ("illinois ncsa open source", Is("NCSA")),
    ("isc", Is("ISC")),
    ("json", Is("JSON")),
    ("lesser general public", LGPL),
    ("lesser gpl", LGPL),
    ("lgpl", LGPL),
    ("libpng", Is("libpng-2.0")),
    ("library general public", LGPL),
    ("microsoft public", Is("MS-PL")),
    ("microsoft reciprocal", Is("MS-RL")),
    ("mit", Is("MIT")),
    ("mozilla public", MPL),
    ("mpl", MPL),
    ("mulan permissive software", Is("MulanPSL-2.0")),
    ("ncsa open source", Is("NCSA")),
    ("ncsa", Is("NCSA")),
    ("netscape public", Versions("NPL", &["1.0", "1.1"])),
    ("open font", Is("OFL-1.1")),
    ("open software", Versions("OSL", &["1.0", "2.0", "2.1", "3.0"])),
    ("openssl", Is("OpenSSL")),
    ("php", Versions("PHP", &["3.0", "3.01"])),
    ("postgresql", Is("PostgreSQL")),
    ("psf", Is("Python-2.0")),
    ("python software foundation", Is("Python-2.0")),
    ("python", Is("Python-2.0")),
    ("q public", Is("QPL-1.0")),
    ("redis source available", Is("LicenseRef-Redis-Source-Available")),
    ("ruby", Is("Ruby")),
    ("server side public", Is("SSPL-1.0")),
    ("sil open font", Is("OFL-1.1")),
    ("sleepycat", Is("Sleepycat")),
    ("sun public", Is("SPL-1.0")),
    ("tcl tk", Is("TCL")),
    ("tcl", Is("TCL")),
    ("ubuntu font", Is("Ubuntu-font-1.0")),
    ("unicode inc", Is("Unicode-DFS-2016")),
    ("unicode", Versions("Unicode", &["3.0"])),
    ("universal permissive", Is("UPL-1.0")),
    ("unlicense", Is("Unlicense")),
    ("w3c software notice and", Is("W3C")),
    ("w3c software and document notice and", Is("W3C-20150513")),
    ("w3c software", Is("W3C")),
    ("w3c", Is("W3C")),
    ("want to public", Is("WTFPL")),
    ("wtfpl", Is("WTFPL")),
    ("x11", Is("X11")),
    ("zlib libpng", Is("Zlib")),
    ("zlib", Is("Zlib")),
    ("zope public", Versions("ZPL", &["1.1", "2.0", "2.1"])),
    ("zpl", Versions("ZPL", &["1.1", "2.0", "2.1"])),
];

/// First words of names that are not in the table.
const MORE_STARTS: &[&str] = &[
    "gnu",
    "bsd",
    "2",
    "3",
    "4",
    "two",
    "three",
    "four",
    "simplified",
    "freebsd",
    "new",
    "modified",
    "revised",
    "original",
    "cc",
    "cc0",
    "creative",
    "creativecommons",
];

/// For each first letter the second letters that names begin with, as bits: most words need no closer look.
const STARTS: [u32; 256] = {
    let mut starts = [0; 256];
    let mut index = 0;
    while index < NAMES.len() + MORE_STARTS.len() {
        let name =
            if index < NAMES.len() { NAMES[index].0 } else { MORE_STARTS[index - NAMES.len()] };
        let name = name.as_bytes();
        let second = if name.len() > 1 { name[1] } else { 0 };
        starts[name[0] as usize] |= bit(second);
        index += 1;
    }
    starts
};

/// Letters have a bit each, all digits one, and the end of the word one.
const fn bit(byte: u8) -> u32 {
    match byte {
        b'a'..=b'z' => 1 << (byte - b'a'),
        b'0'..=b'9' => 1 << 26,
        _ => 1 << 27,
    }
}

/// The licence that the words name from their first word on.
pub(super) fn named(words: &[&[u8]]) -> Option<Named> {
    let first = words.first()?;
    let second = first.get(1).copied().unwrap_or_default();
    if first.is_empty() || STARTS[usize::from(first[0])] & bit(second) == 0 {
        return None;
    }
    if let Some(found) = creative_commons(words) {
        return Some(found);
    }
    if let Some(found) = bsd(words) {
        return Some(found);
    }
    let skipped = usize::from(words.first().is_some_and(|word| *word == b"gnu"));
    let (name, version, id) = look_up(words.get(skipped..)?)?;
    let mut tail = Tail { version, ..Tail::default() };
    let mut used = skipped + name;
    used += tail.read(&words[used..]);
    let id = match id {
        Is(id) => Cow::Borrowed(id),
        Versions(family, versions) => with_version(family, versions, tail.version.as_deref()),
        Bsd => return None,
    };
    let is_long = name > 1
        || [&b"gpl"[..], b"lgpl", b"agpl"].iter().any(|gnu| words[skipped].starts_with(gnu));
    Some(Named { id, used, says_licence: tail.says_licence, is_long })
}

/// The entry that the words begin with: words it takes, the version glued to its last word (`gplv2`), and the id.
fn look_up(words: &[&[u8]]) -> Option<(usize, Option<String>, Id)> {
    let first = *words.first()?;
    let by_first = |word: &[u8]| {
        let start = NAMES.partition_point(|(name, _)| first_word(name) < word);
        let end = NAMES.partition_point(|(name, _)| first_word(name) <= word);
        &NAMES[start..end]
    };
    let longest = by_first(first).iter().filter_map(|(name, id)| {
        let count = name.split(' ').count();
        let same = words.len() >= count
            && name.split(' ').zip(words).all(|(wanted, word)| wanted.as_bytes() == *word);
        same.then_some((count, None, *id))
    });
    if let Some(found) = longest.max_by_key(|found| found.0) {
        return Some(found);
    }
    let letters = first.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = &first[letters..];
    if digits.is_empty() || digits.len() > 2 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let stem = first[..letters].strip_suffix(b"v").unwrap_or(&first[..letters]);
    let (_, id) = by_first(stem).iter().find(|(name, _)| name.as_bytes() == stem)?;
    Some((1, Some(String::from_utf8_lossy(digits).into_owned()), *id))
}

fn first_word(name: &str) -> &[u8] {
    name.split(' ').next().unwrap_or_default().as_bytes()
}

/// What may come after a name: version, style, the word licence.
#[derive(Default)]
struct Tail {
    version: Option<String>,
    says_licence: bool,
}

impl Tail {
    /// Returns the words it takes.
    fn read(&mut self, words: &[&[u8]]) -> usize {
        let mut used = 0;
        let mut at = 0;
        // Glued to the name: `gplv2`, and `lgplv2.1` whose last digit is a word of its own.
        if let Some(glued) = &mut self.version {
            let minor = words.first().filter(|word| is_digits(word, 1));
            used = usize::from(minor.is_some());
            at = used;
            let minor = minor.map_or("0".into(), |minor| String::from_utf8_lossy(minor));
            *glued = format!("{glued}.{minor}");
        }
        while let Some(word) = words.get(at) {
            match *word {
                b"license" | b"licence" | b"licenses" | b"licences" | b"licensed" => {
                    if self.says_licence {
                        break;
                    }
                    self.says_licence = true;
                    used = at + 1;
                }
                b"style" | b"software" if !self.says_licence => {}
                b"version" | b"v" | b"ver" | b"vers" => {}
                word => match number(word).filter(|_| self.version.is_none()) {
                    Some(major) => {
                        let minor = words
                            .get(at + 1)
                            .filter(|next| is_digits(next, 2) && !is_date(&words[at + 1..]));
                        at += usize::from(minor.is_some());
                        used = at + 1;
                        let minor =
                            minor.map_or("0".into(), |minor| String::from_utf8_lossy(minor));
                        self.version = Some(format!("{major}.{minor}"));
                    }
                    None => break,
                },
            }
            at += 1;
            if at > 6 {
                break;
            }
        }
        used
    }
}

fn number(word: &[u8]) -> Option<String> {
    let digits = word.strip_prefix(b"v").unwrap_or(word);
    is_digits(digits, 1).then(|| String::from_utf8_lossy(digits).into_owned())
}

fn is_digits(word: &[u8], most: usize) -> bool {
    (1..=most).contains(&word.len()) && word.iter().all(u8::is_ascii_digit)
}

/// `29 June 2007`, after the version of the GPL.
fn is_date(words: &[&[u8]]) -> bool {
    const MONTHS: [&[u8]; 12] = [
        b"january",
        b"february",
        b"march",
        b"april",
        b"may",
        b"june",
        b"july",
        b"august",
        b"september",
        b"october",
        b"november",
        b"december",
    ];
    words.get(1).is_some_and(|word| MONTHS.contains(word))
}

fn with_version(family: &'static str, known: &[&str], version: Option<&str>) -> Cow<'static, str> {
    match version {
        Some(version) if known.contains(&version) => format!("{family}-{version}").into(),
        // A licence that has one version only, or a version nobody has heard of.
        _ => family.into(),
    }
}

/// BSD with the number of its clauses on either side, as a number or as people call it.
fn bsd(words: &[&[u8]]) -> Option<Named> {
    let mut clauses = None;
    let mut seen = false;
    let mut says_licence = false;
    let mut used = 0;
    for (index, word) in words.iter().take(8).enumerate() {
        match *word {
            b"bsd" if !seen => seen = true,
            b"2" | b"two" | b"simplified" | b"freebsd" if clauses.is_none() => {
                clauses = Some("BSD-2-Clause")
            }
            b"3" | b"three" | b"new" | b"modified" | b"revised" if clauses.is_none() => {
                clauses = Some("BSD-3-Clause")
            }
            b"4" | b"four" | b"original" if clauses.is_none() => clauses = Some("BSD-4-Clause"),
            b"clause" | b"clauses" if clauses.is_some() => {}
            b"style" | b"software" if seen => {}
            b"license" | b"licence" | b"licenses" | b"licences" | b"licensed"
                if seen && !says_licence =>
            {
                says_licence = true
            }
            _ => break,
        }
        if seen {
            used = index + 1;
        }
    }
    let id = clauses.unwrap_or("BSD").into();
    seen.then_some(Named { id, used, says_licence, is_long: clauses.is_some() })
}

/// `Creative Commons Attribution-ShareAlike 4.0`, `CC BY-NC 3.0`, `creativecommons.org/licenses/by/4.0`, `CC0 1.0`.
fn creative_commons(words: &[&[u8]]) -> Option<Named> {
    let mut at = match words {
        [b"creative", b"commons", b"zero", ..] => return Some(cc0(3)),
        [b"creative", b"commons", b"cc0", ..] => return Some(cc0(3)),
        [b"creativecommons", b"org", b"publicdomain", b"zero", ..] => return Some(cc0(4)),
        [b"cc0", ..] => return Some(cc0(1)),
        [b"creative", b"commons", ..] => 2,
        [b"creativecommons", b"org", b"licenses", ..] => 3,
        [b"cc", b"by", ..] => 1,
        _ => return None,
    };
    let mut id = String::from("CC");
    let mut says_licence = at == 3;
    let mut version = None;
    let adds = |id: &mut String, what: &str| {
        if !id.contains(what) {
            id.push_str(what);
        }
    };
    while let Some(word) = words.get(at).filter(|_| at < 14) {
        match *word {
            b"by" | b"attribution" => adds(&mut id, "-BY"),
            b"nc" | b"noncommercial" => adds(&mut id, "-NC"),
            b"non" if words.get(at + 1).is_some_and(|next| *next == b"commercial") => {
                adds(&mut id, "-NC")
            }
            b"commercial" | b"alike" | b"version" | b"v" | b"international" | b"unported"
            | b"generic" | b"public" | b"legal" | b"code" => {}
            b"sa" | b"sharealike" | b"share" => adds(&mut id, "-SA"),
            b"nd" | b"noderivs" | b"noderivatives" => adds(&mut id, "-ND"),
            b"license" | b"licence" => says_licence = true,
            word if is_digits(word, 1) && version.is_none() => {
                let minor = words.get(at + 1).filter(|next| is_digits(next, 1));
                at += usize::from(minor.is_some());
                let minor = minor.map_or("0".into(), |minor| String::from_utf8_lossy(minor));
                version = Some(format!("-{}.{minor}", String::from_utf8_lossy(word)));
            }
            _ => break,
        }
        at += 1;
    }
    if !id.contains("-BY") {
        return None;
    }
    id.push_str(version.as_deref().unwrap_or_default());
    Some(Named { id: id.into(), used: at, says_licence, is_long: true })
}

fn cc0(used: usize) -> Named {
    Named { id: "CC0-1.0".into(), used, says_licence: true, is_long: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<(String, usize)> {
        let words: Vec<&[u8]> = text.split(' ').map(str::as_bytes).collect();
        named(&words).map(|named| (named.id.into_owned(), named.used))
    }

    #[test]
    fn the_table_is_sorted() {
        for two in NAMES.windows(2) {
            assert!(first_word(two[0].0) <= first_word(two[1].0), "{} {}", two[0].0, two[1].0);
        }
    }

    #[test]
    fn names_as_people_write_them() {
        for (text, id, used) in [
            ("mit license", "MIT", 2),
            ("3 clause bsd license", "BSD-3-Clause", 4),
            ("bsd 2 clause license", "BSD-2-Clause", 4),
            ("bsd style license", "BSD", 3),
            ("new bsd license", "BSD-3-Clause", 3),
            ("simplified bsd licence and", "BSD-2-Clause", 3),
            ("apache license version 2 0 the", "Apache-2.0", 5),
            ("apache 2 0 license", "Apache-2.0", 4),
            ("apache software license version 1 1", "Apache-1.1", 6),
            ("gplv2", "GPL-2.0", 1),
            ("lgpl v2 1", "LGPL-2.1", 3),
            ("lgplv2 1 or", "LGPL-2.1", 2),
            ("gnu lesser general public license version 2 1", "LGPL-2.1", 8),
            ("gnu general public license version 3 29 june 2007", "GPL-3.0", 6),
            ("gnu general public license as published", "GPL", 4),
            ("gnu affero general public license", "AGPL", 5),
            ("mozilla public license v 2 0", "MPL-2.0", 6),
            ("mpl 1 1", "MPL-1.1", 3),
            ("eclipse public license v2 0", "EPL-2.0", 5),
            (
                "creative commons attribution sharealike 4 0 international license",
                "CC-BY-SA-4.0",
                8,
            ),
            ("creativecommons org licenses by nc nd 3 0", "CC-BY-NC-ND-3.0", 8),
            ("cc by 4 0", "CC-BY-4.0", 4),
            ("cc0 1 0 universal", "CC0-1.0", 1),
            ("unicode license v3", "Unicode-3.0", 3),
            ("sil open font license version 1 1", "OFL-1.1", 7),
            ("php license version 3 01", "PHP-3.01", 5),
        ] {
            assert_eq!(name(text), Some((id.into(), used)), "{text}");
        }
        for text in ["the license", "creative commons", "license", "mittens", "gplv", "x12 license"]
        {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
