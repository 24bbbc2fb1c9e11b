//! Words that speak of the writer's vote without a figure.

use super::rules::Verdict;
use super::tokens::{Kind, Token, Tokens};

/// A remark, told by its first word.
struct Remark {
    starts: &'static [&'static str],
    /// It must begin its line.
    opens_line: bool,
    /// Tells the remark from other sentences with that word, by the word and those that follow.
    is_meant: fn(&[&str]) -> bool,
    verdict: Verdict,
    why: &'static str,
}

const TABLE: &[Remark] = &[
    Remark {
        starts: &[
            "withdraw",
            "withdrawing",
            "withdrew",
            "withdrawn",
            "retract",
            "retracting",
            "retracted",
            "rescind",
            "rescinding",
            "revoke",
            "revoking",
            "cancel",
            "cancelling",
            "ignore",
            "disregard",
        ],
        opens_line: false,
        is_meant: |words| is_my(words, &["vote", "veto", "ballot"]) && !is_for_later(words),
        verdict: Verdict::Withdraws,
        why: "the vote is taken back",
    },
    Remark {
        starts: &["carry", "carrying", "forwarding", "copying", "transferring"],
        opens_line: false,
        is_meant: |words| is_my(words, &["vote"]),
        verdict: Verdict::Asks,
        why: "a vote is carried over without saying which",
    },
    Remark {
        starts: &["binding", "non-binding", "nonbinding", "non"],
        opens_line: true,
        is_meant: |words| words[0] != "non" || matches!(words.get(1), Some(&("binding" | "-"))),
        verdict: Verdict::Asks,
        why: "it speaks of a binding or non-binding vote, but names no vote",
    },
    Remark {
        starts: &["plus", "minus"],
        opens_line: true,
        is_meant: |words| matches!(words.get(1), Some(&("one" | "1"))),
        verdict: Verdict::Asks,
        why: "a vote in words",
    },
    Remark {
        starts: &["abstain", "abstaining", "abstention"],
        opens_line: true,
        is_meant: |words| words.len() <= 5,
        verdict: Verdict::Asks,
        why: "an abstention without a vote",
    },
    Remark {
        starts: &["1"],
        opens_line: true,
        is_meant: |words| matches!(words, [_, "(", "binding" | "non-binding" | "nonbinding", ..]),
        verdict: Verdict::Asks,
        why: "the sign is missing",
    },
    Remark {
        starts: &["👍", "👎", ":thumbsup:", ":thumbsdown:", ":thumbs_up:", ":thumbs_down:"],
        opens_line: true,
        is_meant: |words| words.iter().all(|word| word.starts_with(['👍', '👎', ':'])),
        verdict: Verdict::Asks,
        why: "a thumb instead of a vote",
    },
];

/// Words before a remark that make it something that is not said here and now by the writer.
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

/// Every remark: its line, what it comes to, and why.
pub(super) fn all(tokens: &Tokens) -> impl Iterator<Item = (usize, Verdict, &'static str)> {
    let all = &tokens.all;
    (0..all.len()).filter_map(move |at| {
        let word = tokens.text(&all[at]);
        let remark = TABLE.iter().find(|remark| remark.starts.contains(&word))?;
        let line = all[at].line;
        let before = &all[tokens.lines[line].from..at];
        if remark.opens_line && !before.iter().all(opens) {
            return None;
        }
        let words = sentence(tokens, all[at..].iter());
        let hedged =
            sentence(tokens, all[..at].iter().rev()).iter().any(|word| HEDGES.contains(word));
        (!hedged && (remark.is_meant)(&words)).then_some((line, remark.verdict, remark.why))
    })
}

/// The next few words of the sentence.
fn sentence<'t>(tokens: &'t Tokens, from: impl Iterator<Item = &'t Token>) -> Vec<&'t str> {
    const FEW: usize = 10;
    let ends =
        |token: &&Token| matches!(token.kind, Kind::Break | Kind::Mark('.' | '!' | '?' | ';'));
    from.take(FEW).take_while(|token| !ends(token)).map(|token| tokens.text(token)).collect()
}

fn opens(token: &Token) -> bool {
    matches!(token.kind, Kind::Mark('(' | '['))
}

/// "my vote", soon after the first word.
fn is_my(words: &[&str], what: &[&str]) -> bool {
    let my = words.iter().take(4).position(|word| *word == "my");
    my.is_some_and(|my| words[my..].iter().take(4).any(|word| what.contains(word)))
}

fn is_for_later(words: &[&str]) -> bool {
    words.iter().any(|word| matches!(*word, "if" | "when" | "once" | "until"))
}
