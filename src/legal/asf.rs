//! The ASF's own header: whether it stands at a place, and if it nearly does, which words differ (P-10, P-12).

use std::ops::Range;

use super::fold::{Folded, same_word};

/// The words of the full header, folded (policy notes, section 7).
pub(super) const FULL: &str = "licensed to the apache software foundation asf under one or more contributor license \
    agreements see the notice file distributed with this work for additional information regarding copyright \
    ownership the asf licenses this file to you under the apache license version 2 0 the license you may not use this \
    file except in compliance with the license you may obtain a copy of the license at http www apache org licenses \
    license 2 0 unless required by applicable law or agreed to in writing software distributed under the license is \
    distributed on an as is basis without warranties or conditions of any kind either express or implied see the \
    license for the specific language governing permissions and limitations under the license";

/// The words of the short header (P-12).
pub(super) const SHORT: &str = "licensed to the apache software foundation asf under one or more contributor license \
    agreements and to you under the apache license version 2 0";

/// Words that differ from the header's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The line of the file, from 1.
    pub line: usize,
    /// The header's words here, in lower case; empty if the file has words too many.
    pub expected: String,
    /// The file's words here, in lower case; empty if words are missing.
    pub found: String,
}

/// Which header it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Full,
    Short,
    Variant(Vec<Difference>),
}

/// The header, and where it stands.
pub(super) struct Asf {
    pub(super) form: Form,
    pub(super) at: Range<usize>,
}

/// The header that begins with the word at a position, every word as it should be.
pub(super) fn exact(text: &Folded<'_>, at: usize) -> Option<Asf> {
    if let Some(end) = text.follow(at, FULL) {
        return Some(Asf { form: Form::Full, at: at..end });
    }
    text.follow(at, SHORT).map(|end| Asf { form: Form::Short, at: at..end })
}

/// Matching words below which a text is no header, only talks about one.
const FEWEST_WORDS: usize = 15;
/// Words a variant may have more than the header.
const EXTRA_WORDS: usize = 60;
/// Differences worth telling.
const MOST_DIFFERENCES: usize = 8;
/// Words worth telling of one difference.
const MOST_WORDS: usize = 12;

/// The header that begins near a position with words changed, missing or added; with the number of words that match.
pub(super) fn variant(text: &Folded<'_>, at: usize) -> Option<(Asf, usize)> {
    let words = text.words(at, FULL.split(' ').count() + EXTRA_WORDS);
    let short = text.find("agreements and", text.over(at, 40)).is_some();
    let template: Vec<&str> = if short { SHORT } else { FULL }.split(' ').collect();
    let pairs = align(text, &words, &template);
    let (&(known, last), matched) = (pairs.last()?, pairs.len());
    // A word or two that are missing at the end have others in their place.
    let missing = template.len() - 1 - known;
    let last = if missing <= 3 { (last + missing).min(words.len() - 1) } else { last };
    if matched < FEWEST_WORDS {
        return None;
    }
    let span = at..words[last].end;
    let differences = differences(text, &words[..=last], &template, &pairs);
    Some((Asf { form: Form::Variant(differences), at: span }, matched))
}

/// Pairs of (index in the template, index in the words) of a longest common subsequence.
fn align(text: &Folded<'_>, words: &[Range<usize>], template: &[&str]) -> Vec<(usize, usize)> {
    let width = words.len() + 1;
    let mut longest = vec![0_u16; (template.len() + 1) * width];
    let same = |i: usize, j: usize| same_word(template[i].as_bytes(), text.word(&words[j]));
    for i in (0..template.len()).rev() {
        for j in (0..words.len()).rev() {
            longest[i * width + j] = if same(i, j) {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let mut pairs = Vec::with_capacity(usize::from(longest[0]));
    let (mut i, mut j) = (0, 0);
    while i < template.len() && j < words.len() {
        // A word that does not go on with the last ones waits for the place where more of them stand together.
        let goes_on = i > 0 && j > 0 && pairs.last() == Some(&(i - 1, j - 1));
        let can_wait = longest[(i + 1) * width + j] == longest[i * width + j];
        if same(i, j) && (goes_on || !can_wait) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    without_stray_end(pairs)
}

/// Where the header is cut short, its last words find chance partners in the code below: drops them.
fn without_stray_end(mut pairs: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    loop {
        let run = pairs.windows(2).rev().take_while(|two| two[1].1 == two[0].1 + 1).count() + 1;
        let Some(before) = pairs.len().checked_sub(run + 1) else { return pairs };
        let (gap, last) = (pairs[before + 1].1 - pairs[before].1, run < 4);
        let skipped = pairs[before + 1].0 - pairs[before].0;
        if !last || gap < 4 && skipped < 4 {
            return pairs;
        }
        pairs.truncate(before + 1);
    }
}

fn differences(
    text: &Folded<'_>,
    words: &[Range<usize>],
    template: &[&str],
    pairs: &[(usize, usize)],
) -> Vec<Difference> {
    let mut found = Vec::new();
    let ends = [(template.len(), words.len())];
    let (mut i, mut j) = (0, 0);
    for &(to_i, to_j) in pairs.iter().chain(&ends) {
        if (to_i > i || to_j > j) && found.len() < MOST_DIFFERENCES {
            let at = words.get(j).or(words.last()).map_or(0, |word| word.start);
            let words = words[j..to_j].iter().map(|at| String::from_utf8_lossy(text.word(at)));
            found.push(Difference {
                line: text.line_of(at),
                expected: shortened(template[i..to_i].iter().copied()),
                found: shortened(words),
            });
        }
        (i, j) = (to_i + 1, to_j + 1);
    }
    found
}

fn shortened(words: impl Iterator<Item = impl AsRef<str>>) -> String {
    let mut text = String::new();
    for (index, word) in words.enumerate() {
        if index == MOST_WORDS {
            text.push_str(" …");
            break;
        }
        if index > 0 {
            text.push(' ');
        }
        text.push_str(word.as_ref());
    }
    text
}
