//! Whether a voter calls a vote binding; it decides nothing (POLICY T-03), and is told.

use std::ops::Range;

use super::tokens::{Kind, Token, Tokens};

/// The word in the languages and slips of the pen it is met in.
const BINDING: &[&str] = &[
    "binding",
    "binging",
    "bindng",
    "biding",
    "bindig",
    "bindign",
    "bidning",
    "bindin",
    "blinding",
    "biniding",
    "vinculante",
    "verbindlich",
    "bindend",
    "contraignant",
    "有约束力",
    "有约束力的",
    "拘束力あり",
];

/// Tells "binding" from "non-binding" in one word.
pub(super) fn word_claims(word: &str) -> Option<bool> {
    // Most words are none of them.
    if !word.bytes().any(|byte| matches!(byte, b'b' | b'v' | 0x80..))
        && !word.ends_with("contraignant")
    {
        return None;
    }
    if BINDING.contains(&word) {
        return Some(true);
    }
    let prefixes = ["non-", "non", "not-", "no-", "un", "none-", "nonn-", "not", "n-"];
    let negated = prefixes.iter().filter_map(|prefix| word.strip_prefix(prefix));
    let known = negated.into_iter().any(|rest| BINDING.contains(&rest));
    (known || matches!(word, "无约束力" | "拘束力なし")).then_some(false)
}

/// Tells what some words claim; nothing if they claim both.
fn claims(tokens: &Tokens, words: &[Token]) -> Option<bool> {
    let mut found = None;
    for (at, token) in words.iter().enumerate().filter(|(_, token)| token.kind == Kind::Word) {
        let Some(claim) = word_claims(tokens.text(token)) else { continue };
        let mut before = words[..at].iter().rev().filter(|token| token.kind != Kind::Mark('-'));
        let negated = before.next().is_some_and(|token| {
            matches!(tokens.text(token), "non" | "not" | "no" | "un" | "none")
        });
        let claim = claim && !negated;
        if found.is_some_and(|found| found != claim) {
            return None;
        }
        found = Some(claim);
    }
    found
}

/// The tokens of a sentence that say "(binding)", with all that stands in the same brackets.
pub(super) fn places(tokens: &Tokens, sentence: Range<usize>) -> Vec<usize> {
    let all = &tokens.all[..sentence.end];
    let mut found = Vec::new();
    for at in sentence.clone() {
        if all[at].kind != Kind::Word || word_claims(tokens.text(&all[at])).is_none() {
            continue;
        }
        let mut from = at;
        while from > sentence.start
            && matches!(tokens.text(&all[from - 1]), "non" | "not" | "no" | "un" | "-")
        {
            from -= 1;
        }
        // "- binding" is no part of the negation.
        if from < at && !all[from..at].iter().any(|token| token.kind == Kind::Word) {
            from = at;
        }
        let mut to = at + 1;
        let open = all[sentence.start..from].iter().rposition(|token| is_bracket(token.kind));
        if let Some(open) = open.map(|open| sentence.start + open)
            && matches!(all[open].kind, Kind::Mark('(' | '[' | '{'))
            && !all[open..at].iter().any(|token| matches!(token.kind, Kind::Figure(_)))
        {
            let close = all[to..].iter().take(MOST).position(|token| is_bracket(token.kind));
            if let Some(close) = close.map(|close| to + close) {
                let words = &all[open..close];
                let plain = words.iter().all(|token| !PERSONS.contains(&tokens.text(token)));
                if plain {
                    (from, to) = (open, close + 1);
                }
            }
        }
        found.extend(from..to);
    }
    found
}

/// In brackets beside "binding" these tell of somebody else, or of a condition.
const PERSONS: &[&str] = &[
    "for",
    "behalf",
    "proxy",
    "if",
    "once",
    "when",
    "unless",
    "conditional",
    "conditionally",
    "pending",
    "after",
];

/// So many tokens a bracket holds.
const MOST: usize = 12;

fn is_bracket(kind: Kind) -> bool {
    matches!(kind, Kind::Mark('(' | '[' | '{' | ')' | ']' | '}'))
}

/// What the voter claims of the figure at `at`: in its sentence, or in a next one that says nothing
/// else.
pub(super) fn of(tokens: &Tokens, sentence: Range<usize>, at: Option<usize>) -> Option<bool> {
    let all = &tokens.all;
    let behind = at.map_or(sentence.start, |at| at + 1)..sentence.end;
    let near =
        at.and_then(|_| claims(tokens, &all[behind.start..behind.end.min(behind.start + 8)]));
    let next = sentence.end + 1;
    let alone = || {
        let rest = all.get(next..all.len().min(next + 5))?;
        let length = rest.iter().position(|token| {
            matches!(token.kind, Kind::Break | Kind::Mark('.' | '!' | '?' | ';'))
        });
        let length = length.or((rest.len() < 5).then_some(rest.len()))?;
        let words = rest[..length].iter().filter(|token| token.kind == Kind::Word).count();
        claims(tokens, &rest[..length]).filter(|_| words <= 2)
    };
    near.or_else(|| claims(tokens, &all[sentence])).or_else(alone)
}
