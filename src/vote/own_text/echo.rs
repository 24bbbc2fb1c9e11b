//! Comparison with the mail answered: its words in its order, whatever the line breaks, are a
//! quote even where nothing marks them.

use std::collections::HashMap;

use super::{Kind, Line};

/// Words that follow one another like this in both mails do so because one quotes the other.
const ENOUGH: usize = 4;

/// A quote without introduction has at least so many words and lines.
const QUOTE_WORDS: usize = 15;
const QUOTE_LINES: usize = 3;

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches(['>', '|', ' ', '\t', '＞'])
        .split_whitespace()
        .filter(|&word| word != ">")
}

/// A line of the answer found in the mail answered.
#[derive(Clone, Copy)]
struct Match {
    /// Which of `lines`.
    line: usize,
    /// Words of the mail answered, from and to.
    from: usize,
    to: usize,
}

/// Follows `lines` through the mail answered: a long line is found anywhere by its first words, a
/// short one only where the line before ended.
fn matches(lines: &[Line<'_>], answered: &[&str]) -> Vec<Match> {
    let mut runs: HashMap<&[&str], usize> = HashMap::new();
    for (at, run) in answered.windows(ENOUGH).enumerate() {
        runs.entry(run).or_insert(at);
    }
    let mut found: Vec<Match> = Vec::new();
    for (line, text) in lines.iter().enumerate().filter(|(_, line)| !line.is_blank()) {
        let own: Vec<&str> = words(text.text).collect();
        let expected = found.last().map(|last| last.to);
        let from = expected.filter(|&at| answered[at..].starts_with(&own)).or_else(|| {
            let at = *runs.get(own.get(..ENOUGH)?)?;
            answered[at..].starts_with(&own).then_some(at)
        });
        if let Some(from) = from.filter(|_| !own.is_empty()) {
            found.push(Match { line, from, to: from + own.len() });
        }
    }
    found
}

fn words_of(text: &str) -> Vec<&str> {
    text.lines().flat_map(words).collect()
}

/// Gives lines of an introduced quote without marks back to the writer: what follows when the mail
/// answered is quoted to its end, and what stands between two lines that follow one another there.
pub(super) fn give_back(lines: &mut [Line<'_>], answered: &str) {
    /// The last words of a mail that people leave out: its signature.
    const REST: usize = 12;
    let answered = words_of(answered);
    let found = matches(lines, &answered);
    for pair in found.windows(2) {
        if pair[0].to == pair[1].from {
            own(&mut lines[pair[0].line + 1..pair[1].line]);
        }
    }
    if let Some(last) = found.last()
        && answered.len() - last.to <= REST
    {
        own(&mut lines[last.line + 1..]);
    }
}

fn own(lines: &mut [Line<'_>]) {
    for line in lines.iter_mut().filter(|line| line.kind == Kind::Quoted) {
        if !super::has_quote_mark(line.text) {
            line.kind = Kind::Own;
        }
    }
}

/// Marks own lines that stand in the mail answered too: as quoted if they are many, else as
/// doubtful, for two people may write the same. A mail that quotes in the usual way does not quote
/// in this one besides: there, the same words are a checklist that went round.
pub(super) fn mark_unintroduced(lines: &mut [Line<'_>], answered: &str) {
    if lines.iter().any(|line| matches!(line.kind, Kind::Quoted | Kind::Attribution)) {
        return;
    }
    let answered = words_of(answered);
    let mut found = matches(lines, &answered);
    found.retain(|found| lines[found.line].kind == Kind::Own);
    if let Some(first) = found.first() {
        let before = before(&lines[..first.line], &answered[..first.from]);
        found.splice(0..0, before);
    }
    let count: usize = found.iter().map(|found| found.to - found.from).sum();
    let many = found.len() >= QUOTE_LINES && count >= QUOTE_WORDS;
    let kind = if many { Kind::Quoted } else { Kind::Doubtful };
    for Match { line, .. } in found {
        lines[line].kind = kind;
    }
}

/// Finds the short lines right before the first match, if the writer says something before them: a
/// mail does not begin with a quote that nothing introduces.
fn before(lines: &[Line<'_>], answered: &[&str]) -> Vec<Match> {
    let mut found = Vec::new();
    let mut to = answered.len();
    let said = |line: &Line<'_>| line.is_own() && !line.is_blank();
    let first = lines.iter().position(said).map_or(lines.len(), |first| first + 1);
    for line in (first..lines.len()).rev().filter(|&line| !lines[line].is_blank()) {
        let own: Vec<&str> = words(lines[line].text).collect();
        if !answered[..to].ends_with(&own) || own.is_empty() {
            break;
        }
        found.push(Match { line, from: to - own.len(), to });
        to -= own.len();
    }
    found.reverse();
    found
}
