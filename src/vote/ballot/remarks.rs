//! Words that speak of the writer's vote without a figure.

use super::rules::Verdict;
use super::tokens::{Kind, Token, Tokens};

/// Words at which a remark may begin, and what makes it one.
type Row = (&'static [&'static str], fn(&[&str]) -> Option<(Verdict, &'static str)>);

const TABLE: &[Row] = &[
    (
        &[
            "withdraw",
            "withdrawing",
            "retract",
            "retracting",
            "rescind",
            "rescinding",
            "revoke",
            "revoking",
            "cancel",
            "cancelling",
            "ignore",
            "disregard",
            "withdrew",
            "retracted",
            "withdrawn",
        ],
        withdraws,
    ),
    (&["carry", "carrying", "forwarding", "copying", "transferring"], carries),
    (&["binding", "non-binding", "nonbinding", "non"], claims_only),
    (&["plus", "minus"], in_words),
    (&["abstain", "abstaining", "abstention"], abstains),
    (&["1"], without_sign),
    (&["👍", "👎"], thumb),
];

/// Every remark: its line, what it comes to, and why.
pub(super) fn all(tokens: &Tokens) -> impl Iterator<Item = (usize, Verdict, &'static str)> {
    let all = &tokens.all;
    let words_from = move |at: usize| -> Vec<&str> {
        let sentence = all[at..].iter().take(10);
        sentence.take_while(|token| !ends(token)).map(|token| tokens.text(token)).collect()
    };
    let words_before = move |at: usize| -> Vec<&str> {
        let sentence = all[..at].iter().rev().take(10);
        sentence.take_while(|token| !ends(token)).map(|token| tokens.text(token)).collect()
    };
    (0..all.len()).filter_map(move |at| {
        let word = match all[at].kind {
            Kind::Mark('👍' | '👎') => "👍",
            _ => tokens.text(&all[at]),
        };
        let (_, reads) = TABLE.iter().find(|(starts, _)| starts.contains(&word))?;
        let line = all[at].line;
        let info = tokens.lines[line];
        let opened =
            all[info.from..at].iter().all(|token| matches!(token.kind, Kind::Mark('(' | '[')));
        let before = words_before(at);
        let hedged = before.iter().any(|word| HEDGES.contains(word));
        let about_line = !matches!(
            word,
            "withdraw"
                | "withdrawing"
                | "retract"
                | "retracting"
                | "rescind"
                | "rescinding"
                | "revoke"
                | "revoking"
                | "cancel"
                | "cancelling"
                | "ignore"
                | "disregard"
                | "withdrew"
                | "retracted"
                | "withdrawn"
                | "carry"
                | "carrying"
                | "forwarding"
                | "copying"
                | "transferring"
        );
        if about_line && !opened || hedged {
            return None;
        }
        let (verdict, why) = reads(&words_from(at))?;
        Some((line, verdict, why))
    })
}

const HEDGES: &[&str] = &[
    "would",
    "could",
    "might",
    "may",
    "will",
    "not",
    "never",
    "don't",
    "can",
    "cannot",
    "can't",
    "won't",
    "if",
    "when",
    "once",
    "you",
    "he",
    "she",
    "they",
    "i'll",
    "i'd",
    "considering",
    "before",
    "until",
    "should",
    "to",
];

fn ends(token: &Token) -> bool {
    matches!(token.kind, Kind::Break | Kind::Mark('.' | '!' | '?' | ';'))
}

fn withdraws(words: &[&str]) -> Option<(Verdict, &'static str)> {
    let my = words.iter().take(4).position(|word| *word == "my")?;
    let vote = words[my..].iter().take(4).any(|word| matches!(*word, "vote" | "veto" | "ballot"));
    let later = words.iter().any(|word| matches!(*word, "if" | "when" | "once" | "until"));
    (vote && !later).then_some((Verdict::Withdraws, "the vote is taken back"))
}

fn carries(words: &[&str]) -> Option<(Verdict, &'static str)> {
    let my = words.iter().take(4).position(|word| *word == "my")?;
    let vote = words[my..].iter().take(4).any(|word| *word == "vote");
    vote.then_some((Verdict::Asks, "a vote is carried over without saying which"))
}

fn claims_only(words: &[&str]) -> Option<(Verdict, &'static str)> {
    let said =
        words[0] != "non" || words.get(1).is_some_and(|word| matches!(*word, "binding" | "-"));
    said.then_some((Verdict::Asks, "it speaks of a binding or non-binding vote, but names no vote"))
}

fn in_words(words: &[&str]) -> Option<(Verdict, &'static str)> {
    let one = words.get(1).is_some_and(|word| matches!(*word, "one" | "1"));
    one.then_some((Verdict::Asks, "a vote in words"))
}

fn abstains(words: &[&str]) -> Option<(Verdict, &'static str)> {
    (words.len() <= 2).then_some((Verdict::Asks, "an abstention without a vote"))
}

fn without_sign(words: &[&str]) -> Option<(Verdict, &'static str)> {
    let claim = words.get(1) == Some(&"(")
        && words
            .get(2)
            .is_some_and(|word| matches!(*word, "binding" | "non-binding" | "nonbinding"));
    claim.then_some((Verdict::Asks, "the sign is missing"))
}

fn thumb(words: &[&str]) -> Option<(Verdict, &'static str)> {
    let thumb = |word: &&str| word.starts_with(['👍', '👎']) || word.starts_with(":thumbs");
    words.iter().all(thumb).then_some((Verdict::Asks, "a thumb instead of a vote"))
}
