//! What one mail says: a vote with the line that says so, or that it is none, or that a person has
//! to be asked. Never a guess.

use serde::Serialize;

use crate::mail::Message;

/// The votes that count (POLICY T-05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum Value {
    /// `+1`
    #[serde(rename = "+1")]
    PlusOne,
    /// `0`, however it is signed.
    #[serde(rename = "0")]
    Zero,
    /// `-1`
    #[serde(rename = "-1")]
    MinusOne,
}

/// The place in a mail that says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Line of [`Message::text`], from 1.
    pub line: usize,
    /// That line, trimmed.
    pub text: String,
}

/// What a mail says about the vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "says", content = "what")]
pub enum Says {
    /// Nothing: a question, thanks, a remark.
    Nothing,
    /// This vote.
    Vote(Value),
    /// The sender takes back what they voted before.
    Withdrawn,
    /// A vote that cannot count: a fraction, `++1`, `+100` (POLICY T-05).
    NotCountable(String),
    /// A careful person would ask back; why.
    Unclear(String),
}

/// A mail's vote with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// What it says.
    pub says: Says,
    /// Where; none when it says nothing.
    pub evidence: Option<Evidence>,
    /// Whether the voter wrote "(binding)" or "(non-binding)"; decides nothing (POLICY T-03).
    pub claims_binding: Option<bool>,
    /// The vote is carried over from another list or round, by the voter's own word.
    pub carried: bool,
    /// Why it was read so, in a few words for people.
    pub why: String,
}

/// Reads what `message` says. `answered` is the mail it answers, to tell unprefixed quotes;
/// `is_call` whether it is the mail that called the vote, whose ballot options are no vote.
pub fn read(message: &Message, answered: Option<&Message>, is_call: bool) -> Reading {
    let _ = (message, answered, is_call);
    Reading {
        says: Says::Nothing,
        evidence: None,
        claims_binding: None,
        carried: false,
        why: String::new(),
    }
}
