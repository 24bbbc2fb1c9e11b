//! The licences' own texts, as SPDX publishes them: which of them stands in a text as a whole, and whose words the words
//! at a place are.
//!
//! A licence's text may name other licences without granting them: the MPL names the NPL, that of Python the GPL. Texts
//! are compared by their runs of a few words, so that filled-in owners and lost lines do no harm; of texts that are alike
//! the one counts that explains most. The crate `spdx` has the texts; its own detection errs.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use spdx::text::{EXCEPTION_TEXTS, LICENSE_TEXTS};

use super::fold::Folded;

/// Words of a run.
const RUN: usize = 6;
/// Runs at a place that have to be a text's for the place to be so.
const OWN_RUNS: usize = 6;
/// Of a hundred runs of a text those that have to be there for all of it to be so: of a short one, and of a long one.
const ENOUGH: [usize; 2] = [70, 85];
/// Runs from which a text is long.
const LONG: usize = 500;

/// The published text, looked up while compiling: only what is named here gets into the program.
const fn text_of(id: &str) -> &'static str {
    const fn same(a: &[u8], b: &[u8]) -> bool {
        let mut at = 0;
        while at < a.len() && at < b.len() && a[at] == b[at] {
            at += 1;
        }
        at == a.len() && at == b.len()
    }
    let mut index = 0;
    while index < LICENSE_TEXTS.len() {
        if same(LICENSE_TEXTS[index].0.as_bytes(), id.as_bytes()) {
            return LICENSE_TEXTS[index].1;
        }
        index += 1;
    }
    panic!("SPDX has no such text")
}

macro_rules! texts {
    ($($id:literal)*) => { &[$(($id, const { text_of($id) })),*] };
}

/// All of the ASF's lists that SPDX has (policy notes, section 11), and those that are easily taken for one of them or
/// that are in no list. The Apache License 2.0 is found word by word instead.
const TEXTS: &[(&str, &str)] = texts! {
    "0BSD" "AFL-3.0" "APAFML" "Apache-1.1" "BSD-2-Clause" "BSD-3-Clause" "BSD-3-Clause-LBNL" "BSL-1.0"
    "Bitstream-Vera" "BlueOak-1.0.0" "CC-PDDC" "CC0-1.0" "DOC" "EPICS" "FSFAP" "HPND" "ICU" "ISC" "MIT" "MIT-0"
    "MS-PL" "MulanPSL-2.0" "NCSA" "OGL-UK-3.0" "PHP-3.01" "Plexus" "PostgreSQL" "Python-2.0" "SMLNJ" "TCL" "UPL-1.0"
    "Unicode-DFS-2016" "Unlicense" "W3C" "WTFPL" "Xnet" "ZPL-2.0" "Zlib" "libpng-2.0"
    "CC-BY-2.5" "CC-BY-3.0" "CC-BY-4.0" "CC-BY-SA-2.5" "CC-BY-SA-3.0" "CC-BY-SA-4.0" "CDDL-1.0" "CDDL-1.1" "CPL-1.0"
    "EPL-1.0" "EPL-2.0" "ErlPL-1.1" "IPA" "IPL-1.0" "MPL-1.0" "MPL-1.1" "MPL-2.0" "OFL-1.1" "OSL-3.0" "Ruby" "SPL-1.0"
    "Ubuntu-font-1.0"
    "AGPL-3.0" "BSD-4-Clause" "BSD-4-Clause-UC" "BUSL-1.1" "CC-BY-NC-1.0" "CC-BY-NC-2.0" "CC-BY-NC-2.5" "CC-BY-NC-3.0"
    "CC-BY-NC-4.0" "CC-BY-NC-ND-1.0" "CC-BY-NC-ND-2.0" "CC-BY-NC-ND-2.5" "CC-BY-NC-ND-3.0" "CC-BY-NC-ND-4.0"
    "CC-BY-NC-SA-1.0" "CC-BY-NC-SA-2.0" "CC-BY-NC-SA-2.5" "CC-BY-NC-SA-3.0" "CC-BY-NC-SA-4.0" "CPOL-1.02" "GPL-1.0"
    "GPL-2.0" "GPL-3.0" "JSON" "LGPL-2.0" "LGPL-2.1" "LGPL-3.0" "NPL-1.0" "NPL-1.1" "QPL-1.0" "SSPL-1.0" "Sleepycat"
    "AFL-2.1" "Apache-1.0" "Artistic-1.0" "Artistic-2.0" "CC-BY-1.0" "CC-BY-2.0" "CC-BY-ND-1.0" "CC-BY-ND-2.0"
    "CC-BY-ND-2.5" "CC-BY-ND-3.0" "CC-BY-ND-4.0" "CC-BY-SA-1.0" "CC-BY-SA-2.0" "Elastic-2.0" "EUPL-1.1" "EUPL-1.2"
    "GFDL-1.1" "GFDL-1.2" "GFDL-1.3" "HPND-sell-variant" "MS-RL" "OFL-1.0" "OpenSSL" "OSL-1.0" "OSL-2.0" "OSL-2.1"
    "PHP-3.0" "PolyForm-Noncommercial-1.0.0" "PolyForm-Small-Business-1.0.0" "Unicode-3.0"
    "W3C-20150513" "X11" "ZPL-2.1"
};

/// Where each run of words stands.
struct Index {
    /// The run, and the text that has it: first those of [`TEXTS`], then the exceptions.
    runs: Vec<(u64, u16)>,
    /// How many runs each text has, those that it repeats once.
    totals: Vec<usize>,
    /// How many it has with them.
    lengths: Vec<usize>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { runs: Vec::new(), totals: Vec::new(), lengths: Vec::new() };
    for (number, (_, text)) in (0..).zip(all()) {
        let folded = Folded::new(text.as_bytes());
        let runs = runs(&folded, 0..text.len());
        index.lengths.push(runs.len());
        let distinct: BTreeSet<u64> = runs.into_iter().map(|(run, _)| run).collect();
        index.totals.push(distinct.len());
        index.runs.extend(distinct.into_iter().map(|run| (run, number)));
    }
    index.runs.sort_unstable();
    index
});

/// The licences, then the exceptions that name licences without granting them; others repeat a notice of the GPL.
fn all() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    const EXCEPTIONS: [&str; 6] = ["Autoconf", "Bison", "Classpath", "GCC", "LLVM", "Libtool"];
    let names_only = |id: &str| {
        id.split_once("-exception")
            .is_some_and(|(what, rest)| EXCEPTIONS.contains(&what) && !rest.ends_with("note"))
    };
    TEXTS.iter().chain(EXCEPTION_TEXTS.iter().filter(move |(id, _)| names_only(id)))
}

impl Index {
    fn texts(&self, run: u64) -> impl Iterator<Item = usize> {
        let from = self.runs.partition_point(|(known, _)| *known < run);
        let same = self.runs[from..].iter().take_while(move |(known, _)| *known == run);
        same.map(|(_, text)| usize::from(*text))
    }
}

/// The runs of words within a range, each with where it stands.
fn runs(text: &Folded<'_>, range: Range<usize>) -> Vec<(u64, Range<usize>)> {
    let mut words = Vec::new();
    let mut at = range.start;
    while let Some(word) = text.next_word(at).filter(|word| word.end <= range.end) {
        at = word.end;
        // FNV-1a: the same on every machine, and short.
        let hash = text.word(&word).iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3)
        });
        words.push((hash, word));
    }
    let joined = words.windows(RUN).map(|run| {
        let hash = run.iter().fold(0_u64, |hash, (word, _)| {
            (hash.rotate_left(7) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        (hash, run[0].1.start..run[RUN - 1].1.end)
    });
    joined.collect()
}

/// The whole licence texts in a text, in the order of their places.
pub(super) fn whole(text: &Folded<'_>) -> Vec<(Range<usize>, &'static str)> {
    let runs = runs(text, 0..text.lower.len());
    let mut places: Vec<Vec<usize>> = vec![Vec::new(); TEXTS.len()];
    for (place, (run, _)) in runs.iter().enumerate() {
        for known in INDEX.texts(*run).filter(|known| *known < TEXTS.len()) {
            places[known].push(place);
        }
    }
    let mut candidates: Vec<(isize, usize, Range<usize>)> = Vec::new();
    for (known, places) in places.iter().enumerate() {
        let total = INDEX.totals[known];
        let enough = total * ENOUGH[usize::from(total >= LONG)] / 100;
        let mut from = 0;
        // The first stretch about as long as the text that has enough of it, and so on behind it.
        while let Some(first) = places.get(from) {
            let length = INDEX.lengths[known];
            let reach = first + length + length / 4 + 2 * RUN;
            let there = places[from..].iter().take_while(|place| **place < reach).count();
            if there < enough {
                from += 1;
                continue;
            }
            let stretch = dense(&places[from..from + there]);
            let distinct: BTreeSet<u64> = stretch.iter().map(|place| runs[*place].0).collect();
            if let (Some(first), Some(last)) = (stretch.first(), stretch.last())
                && distinct.len() >= enough
            {
                let range = runs[*first].1.start..runs[*last].1.end;
                // What is there, less what is missing.
                candidates.push((2 * distinct.len() as isize - total as isize, known, range));
            }
            from += there;
        }
    }
    candidates.sort_by_key(|(score, known, _)| (-score, INDEX.totals[*known]));
    let mut found: Vec<(Range<usize>, &'static str)> = Vec::new();
    for (_, known, range) in candidates {
        if found.iter().all(|(other, _)| other.end <= range.start || range.end <= other.start) {
            found.push((range, TEXTS[known].0));
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

/// A stretch without the few runs at its ends that stand far from the others: other texts have the like.
fn dense(mut places: &[usize]) -> &[usize] {
    /// Runs that are few, and the distance that is far.
    const FEW: usize = 12;
    const FAR: usize = 30;
    let far = |two: &[usize]| two[1] - two[0] > FAR;
    if let Some(gap) = places.windows(2).take(FEW).rposition(far) {
        places = &places[gap + 1..];
    }
    if let Some(gap) = places.windows(2).rev().take(FEW).rposition(far) {
        places = &places[..places.len() - gap - 1];
    }
    places
}

/// The licences and exceptions whose published text has the words round a place.
pub(super) fn own_words(text: &Folded<'_>, at: usize) -> Vec<&'static str> {
    let before = (0..9).try_fold(at, |start, _| text.previous_word(start).map(|word| word.start));
    let start = before.unwrap_or(0);
    let words = text.words(start, 22);
    let Some(last) = words.last() else { return Vec::new() };
    // The licence is named here, not just spoken of in words that many texts have.
    let named = text.words(at, 4).last().map_or(at, |word| word.end);
    let mut counts: Vec<(usize, usize, bool)> = Vec::new();
    for (run, range) in runs(text, start..last.end) {
        let names = range.start <= named && named <= range.end;
        for known in INDEX.texts(run) {
            match counts.iter_mut().find(|(text, ..)| *text == known) {
                Some((_, count, named)) => (*count, *named) = (*count + 1, *named || names),
                None => counts.push((known, 1, names)),
            }
        }
    }
    let own = counts.into_iter().filter(|(_, count, named)| *named && *count >= OWN_RUNS);
    own.filter_map(|(known, ..)| all().nth(known)).map(|(id, _)| *id).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{How, category, licence};
    use super::*;

    /// Each text of SPDX is read as that licence and no other, or at least as one of the same category.
    #[test]
    fn every_text_is_told_as_a_whole() {
        let mut wrong = Vec::new();
        for (id, text) in TEXTS {
            let found = licence::find(text);
            let stated: Vec<_> = found.iter().filter(|one| one.how != How::Name).collect();
            let wanted = category(id).category;
            let told = stated.iter().any(|one| one.id == *id);
            let same = stated.iter().all(|one| category(&one.id).category == wanted);
            if !told || !same {
                wrong.push(format!("{id} {wanted:?}: {stated:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn a_text_is_found_between_others_and_with_an_owner() {
        let mit = text_of("MIT").replace("<year>", "2019").replace("<copyright holders>", "Jane");
        let epl = text_of("EPL-2.0");
        let text = format!("Foo bundles bar:\n{mit}\n\n-----\nand baz, under:\n{epl}\nThe end.\n");
        let found: Vec<_> = whole(&Folded::new(text.as_bytes())).into_iter().map(|f| f.1).collect();
        assert_eq!(found, ["MIT", "EPL-2.0"]);
        let prose = "Foo may be used with bar, which is under the MIT license or the GPL.\n";
        assert_eq!(whole(&Folded::new(prose.as_bytes())), []);
    }
}
