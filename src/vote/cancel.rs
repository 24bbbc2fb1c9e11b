//! Whether who called a vote says, in a mail without `[CANCEL]` in its subject, that it is over or that
//! it begins anew. Pure.

use super::ballot::Evidence;
use super::own_text::{self, Kind};

/// Finds the line of a mail of the caller's that takes the vote back: a statement in the first
/// person, as in "I am withdrawing the vote", neither a question nor a condition.
pub fn stated(text: &str, answered: Option<&str>) -> Option<Evidence> {
    line_with(text, answered, is_cancelling)
}

/// Finds the line of a mail of the caller's that begins the vote anew in the same thread, as in "I
/// have replaced the files: please vote again".
pub fn restarted(text: &str, answered: Option<&str>) -> Option<Evidence> {
    line_with(text, answered, is_restarting)
}

/// The first own line in which a sentence begins that `says` so.
fn line_with(text: &str, answered: Option<&str>, says: fn(&str) -> bool) -> Option<Evidence> {
    let lines = own_text::lines(text, answered);
    let own: Vec<_> = lines.iter().filter(|line| line.kind == Kind::Own).collect();
    own.iter().enumerate().find_map(|(index, line)| {
        // A sentence may be broken over two lines.
        let next = own.get(index + 1).map_or("", |next| next.text);
        let both = format!("{} {}", line.text, next);
        // It has to begin in this line.
        let begins = any_sentence(&both, line.text.len(), says);
        begins.then(|| Evidence { line: line.number, text: line.text.trim().to_owned() })
    })
}

/// Whether one of the sentences of `text` that begin before `within` `says` so.
fn any_sentence(text: &str, within: usize, says: fn(&str) -> bool) -> bool {
    let mut start = 0;
    text.split_inclusive(['.', '!', '?', ';']).any(|sentence| {
        let here = start;
        start += sentence.len();
        here < within && says(sentence)
    })
}

fn is_cancelling(sentence: &str) -> bool {
    const DOUBTS: &[&str] = &[
        "if",
        "would",
        "should",
        "could",
        "may",
        "might",
        "whether",
        "not",
        "don't",
        "won't",
        "recommend",
        "suggest",
        "unless",
        "please",
        "can",
        "until",
        "want",
        "my",
    ];
    const VERBS: &[&str] = &[
        "withdraw",
        "withdrawing",
        "cancel",
        "cancelling",
        "canceling",
        "cancelled",
        "canceled",
        "withdrawn",
        "abort",
        "aborting",
    ];
    let lower = sentence.to_lowercase().replace('’', "'");
    let Some(words) = statement(&lower, DOUBTS) else { return false };
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

/// The words of a sentence; none if it asks, or holds one of the `doubts`.
fn statement<'s>(lower: &'s str, doubts: &[&str]) -> Option<Vec<&'s str>> {
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    let plain = !lower.trim_end().ends_with('?') && !words.iter().any(|word| doubts.contains(word));
    plain.then_some(words)
}

fn is_restarting(sentence: &str) -> bool {
    const DOUBTS: &[&str] = &[
        "if",
        "would",
        "should",
        "could",
        "may",
        "might",
        "whether",
        "not",
        "don't",
        "won't",
        "recommend",
        "suggest",
        "unless",
        "until",
        "once",
        "when",
        "after",
        "later",
        "soon",
        "will",
        "i'll",
        "we'll",
        "rc",
        "last",
        "previously",
    ];
    const BEGIN: &[&str] = &[
        "call",
        "calling",
        "start",
        "starting",
        "started",
        "begin",
        "beginning",
        "open",
        "opening",
        "is",
    ];
    const VOID: &[&str] =
        &["void", "invalid", "discarded", "dropped", "ignored", "reset", "obsolete"];
    let lower = sentence.to_lowercase().replace('’', "'");
    // Votes go elsewhere: that is another vote.
    if lower.contains("thread") && !lower.contains("this thread") {
        return false;
    }
    let Some(words) = statement(&lower, DOUBTS) else { return false };
    let is = |known: &'static [&'static str]| move |word: &&str| known.contains(word);
    let vote = is(&["vote", "votes", "voting"]);
    let pairs = || words.windows(2).map(|pair| (pair[0], pair[1]));
    let near = |at: usize| words[at..].iter().take(4);
    let anew =
        pairs().any(|(one, other)| vote(&one) && matches!(other, "again" | "anew" | "afresh"));
    let redone = words.iter().enumerate().any(|(at, word)| {
        let verb = matches!(*word, "restart" | "restarting" | "restarted" | "resetting" | "rerun");
        verb && (near(at).any(vote) || words[..at].iter().any(vote))
    });
    let new = pairs().enumerate().any(|(at, (one, other))| {
        let new = matches!(one, "new" | "fresh" | "second" | "another") && vote(&other);
        let begun = words[..at].iter().rev().take(4).any(is(BEGIN));
        let begins = near(at).any(is(&["starts", "begins", "open", "started", "opened"]));
        new && (begun || begins)
    });
    let over = words.iter().any(vote)
        && pairs().any(|(one, other)| {
            matches!(one, "starts" | "begins" | "starting" | "start")
                && matches!(other, "over" | "anew" | "afresh" | "again")
        });
    let void = pairs().any(|(one, other)| {
        vote(&other) && matches!(one, "earlier" | "previous" | "prior" | "existing" | "old")
    }) && words.iter().any(is(VOID));
    let again = words.iter().any(is(&["revote", "recast"]));
    anew || redone || new || over || void || again
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_statement_begins_a_vote_anew() {
        for text in [
            "I have replaced the packages and so call for a new vote in this thread.",
            "The files are new. Please vote again.",
            "I am restarting the vote,\nas the signature was wrong.",
            "The vote is restarted as of now; the 72 hours begin again.",
            "A new vote starts now.",
            "The voting starts over with the corrected files.",
            "All earlier votes are void.",
            "Please recast your votes.",
        ] {
            assert!(restarted(text, None).is_some(), "{text}");
        }
        for text in [
            "Should I restart the vote?",
            "If that is wrong, I will call for a new vote.",
            "I'll start a new vote with rc2 soon.",
            "Please vote again in the new thread.",
            "> Please vote again.",
            "Restarting the server helped me.",
            "The last vote was closed; please vote.",
            "I do not think that a new vote is needed.",
            "Thanks for your vote! Again, well done.",
        ] {
            assert_eq!(restarted(text, None), None, "{text}");
        }
    }

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
