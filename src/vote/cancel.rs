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

/// Words by which a sentence states nothing.
const DOUBTS: &str = "if would should could may might whether not don't won't recommend suggest \
                      unless until";

fn is_cancelling(sentence: &str) -> bool {
    const VERBS: &str = "withdraw withdrawing withdrawn cancel cancelling canceling cancelled \
                         canceled abort aborting";
    let lower = sentence.to_lowercase().replace('’', "'");
    let Some(words) = statement(&lower, "please can want my") else { return false };
    let Some(at) = words.iter().position(|word| is(VERBS, word)) else { return false };
    let first_person =
        words[..at].iter().any(|word| is("i i'm i'll we we're we'll hereby i've", word));
    let is_over =
        words[..at].ends_with(&["vote", "is"]) || words[..at].ends_with(&["is", "hereby"]);
    let object = words[at + 1..].iter().take(4).any(|word| is("vote release rc", word));
    (first_person && object) || (is_over && words[..at].contains(&"vote"))
}

fn is_restarting(sentence: &str) -> bool {
    const VOTE: &str = "vote votes voting";
    const BEGIN: &str = "call calling start starting started begin beginning open opening is";
    const BEGINS: &str = "starts begins starting started start opened open";
    const AGAIN: &str = "again anew afresh";
    const RESTART: &str = "restart restarts restarting restarted resetting reopen reopening rerun";
    const VOID: &str = "void invalid discarded dropped ignored reset obsolete";
    let lower = sentence.to_lowercase().replace('’', "'");
    let Some(words) = statement(&lower, "once when after later soon last previously i'd") else {
        return false;
    };
    let said = |one_of: &str| words.iter().any(|word| is(one_of, word));
    // Votes go elsewhere, or it is only meant to be: that is another vote.
    let elsewhere = lower.contains("thread") && !lower.contains("this thread");
    let meant =
        said("will i'll we'll shall going") && !said("now here") && !lower.contains("this t");
    if elsewhere || meant || words.iter().any(|word| word.starts_with("rc")) {
        return false;
    }
    let near = |at: usize, most: usize, one_of: &str| {
        words[at..].iter().take(most).any(|word| is(one_of, word))
    };
    let pair =
        |one: &str, other: &str| words.windows(2).any(|two| is(one, two[0]) && is(other, two[1]));
    let new = words.iter().enumerate().any(|(at, word)| {
        let begun = words[..at].iter().rev().take(4).any(|word| is(BEGIN, word));
        is("new fresh second another", word) && near(at, 4, VOTE) && (begun || near(at, 6, BEGINS))
    });
    let again = pair(VOTE, AGAIN) && !pair("i i'm", VOTE);
    let over = said(VOTE) && (pair(BEGINS, AGAIN) || pair(BEGINS, "over"));
    let void = pair("earlier previous prior existing old", VOTE) && said(VOID);
    let redone = said(RESTART) && said(VOTE);
    let cast = said("revote recast") || pair("re", "vote cast");
    new || again || over || void || redone || cast
}

/// Whether a word is one of those in a list with blanks between them.
fn is(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

/// The words of a sentence; none if it asks, or holds one of the [`DOUBTS`] or of these.
fn statement<'s>(lower: &'s str, doubts: &str) -> Option<Vec<&'s str>> {
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|word| !word.is_empty())
        .collect();
    let doubtful = words.iter().any(|word| is(DOUBTS, word) || is(doubts, word));
    (!lower.trim_end().ends_with('?') && !doubtful).then_some(words)
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
            "So I ask you to re-verify the files and to re-cast your votes.",
            "The new 72 hour voting period starts now.",
            "I will restart this vote now.",
            "Since the archives had to be made anew, the vote starts again today.",
        ] {
            assert!(restarted(text, None).is_some(), "{text}");
        }
        for text in [
            "Should I restart the vote?",
            "If that is wrong, I will call for a new vote.",
            "I'll start a new vote with rc2 soon.",
            "Please vote again in the new thread.",
            "I will restart the vote tomorrow.",
            "I am starting a new vote for rc2.",
            "I vote again: +1.",
            "A new vote is not needed.",
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
