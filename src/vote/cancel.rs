//! Whether who called a vote says, in a mail without `[CANCEL]` in its subject, that it is over. Pure.

use super::ballot::Evidence;
use super::own_text::{self, Kind};

/// Finds the line of a mail of the caller's that takes the vote back: a statement in the first
/// person, as in "I am withdrawing the vote", neither a question nor a condition.
pub fn stated(text: &str, answered: Option<&str>) -> Option<Evidence> {
    let lines = own_text::lines(text, answered);
    let own: Vec<_> = lines.iter().filter(|line| line.kind == Kind::Own).collect();
    own.iter().enumerate().find_map(|(index, line)| {
        // A sentence may be broken over two lines.
        let next = own.get(index + 1).map_or("", |next| next.text);
        let both = format!("{} {}", line.text, next);
        // It has to begin in this line.
        let begins = cancels(&both, line.text.len());
        begins.then(|| Evidence { line: line.number, text: line.text.trim().to_owned() })
    })
}

/// Whether one of the sentences of `text` that begin before `within` cancels the vote.
fn cancels(text: &str, within: usize) -> bool {
    let mut start = 0;
    text.split_inclusive(['.', '!', '?', ';']).any(|sentence| {
        let here = start;
        start += sentence.len();
        here < within && is_cancelling(sentence)
    })
}

fn is_cancelling(sentence: &str) -> bool {
    #[rustfmt::skip]
    const DOUBTS: &[&str] = &[
        "if", "would", "should", "could", "may", "might", "whether", "not", "don't", "won't", "recommend", "suggest",
        "unless", "please", "can", "until", "want", "my",
    ];
    #[rustfmt::skip]
    const VERBS: &[&str] = &[
        "withdraw", "withdrawing", "cancel", "cancelling", "canceling", "cancelled", "canceled", "withdrawn",
        "abort", "aborting",
    ];
    if sentence.trim_end().ends_with('?') {
        return false;
    }
    let lower = sentence.to_lowercase().replace('’', "'");
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    if words.iter().any(|word| DOUBTS.contains(word)) {
        return false;
    }
    let Some(at) = words.iter().position(|word| VERBS.contains(word)) else { return false };
    let first_person = words[..at].iter().any(|word| {
        matches!(*word, "i" | "i'm" | "i'll" | "we" | "we're" | "we'll" | "hereby" | "i've")
    });
    let is_over =
        words[..at].ends_with(&["vote", "is"]) || words[..at].ends_with(&["is", "hereby"]);
    let object = words[at + 1..]
        .iter()
        .take(4)
        .any(|word| matches!(*word, "vote" | "vote." | "release" | "rc"));
    (first_person && object) || (is_over && words[..at].contains(&"vote"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_statement_ends_a_vote() {
        for text in [
            "Therefore, I am withdrawing the vote for Apache X 2.1.0-rc1. We will",
            "I'm cancelling this vote because of the NOTICE.",
            "Thanks! I hereby cancel\nthe vote.",
            "This vote is cancelled.",
            "We cancel this release vote; rc2 follows.",
        ] {
            assert!(stated(text, None).is_some(), "{text}");
        }
        for text in [
            "would you recommend we cancel this RC and prepare RC2?",
            "Should I cancel the vote?",
            "I would cancel the vote if there were a -1.",
            "I will not cancel the vote.",
            "I withdraw my vote.",
            "> I am withdrawing the vote",
            "The build was cancelled.",
        ] {
            assert_eq!(stated(text, None), None, "{text}");
        }
    }
}
