//! The mails of a release: facts in, a letter to read, check and send out. Pure.
//!
//! A letter is a [minijinja](https://docs.rs/minijinja) template filled with the facts of
//! [`facts`]; the project's own template takes the place of ours. What is not known is never left
//! blank: a name without a value is an error that points at it. [`lint`] then looks at the letter,
//! as it is after a person has edited it, before it is sent.

pub mod facts;
pub mod fold;
pub mod gather;
pub mod lint;
pub mod template;
pub mod window;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::mail::MessageId;
use crate::mail::compose::{ComposeError, Outgoing, Parts, parse_address, split_addresses};
use template::{Source, TemplateError};

/// The kinds of mails in a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The call to vote.
    Vote,
    /// What the vote came to.
    Result,
    /// The vote is called off.
    Cancel,
    /// The release is out.
    Announce,
    /// A voter's answer, with what the machine found.
    Reply,
}

impl Kind {
    /// Every kind, in the order of a release.
    pub const ALL: [Kind; 5] =
        [Kind::Vote, Kind::Result, Kind::Cancel, Kind::Announce, Kind::Reply];

    /// The word in settings, file names and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::Vote => "vote",
            Kind::Result => "result",
            Kind::Cancel => "cancel",
            Kind::Announce => "announce",
            Kind::Reply => "reply",
        }
    }

    /// The template that is used where a project has none of its own.
    pub const fn template(self) -> Source<'static> {
        match self {
            Kind::Vote => Source {
                name: "templates/vote.txt",
                text: include_str!("../../templates/vote.txt"),
            },
            Kind::Result => Source {
                name: "templates/result.txt",
                text: include_str!("../../templates/result.txt"),
            },
            Kind::Cancel => Source {
                name: "templates/cancel.txt",
                text: include_str!("../../templates/cancel.txt"),
            },
            Kind::Announce => Source {
                name: "templates/announce.txt",
                text: include_str!("../../templates/announce.txt"),
            },
            Kind::Reply => Source {
                name: "templates/reply.txt",
                text: include_str!("../../templates/reply.txt"),
            },
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A mail as a person reads it: what [`template::fill`] makes, what an editor changes, what
/// [`lint`] looks at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// Which of a release's mails it is.
    pub kind: Kind,
    /// The sender: `Jane Doe <jane@apache.org>`.
    pub from: String,
    /// Who it goes to, each as in `from`.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The text, `\n` at the end of each line.
    pub body: String,
    /// The media type without parameters; ours are always `text/plain`.
    pub content_type: String,
}

/// A draft that came back from an editor and is no letter any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// A header line that is none of ours.
    #[error(
        "line {line} of the draft is no header: expected From, To, Cc or Subject, then an empty line and the text"
    )]
    Header {
        /// From 1.
        line: usize,
    },
    /// A header that a letter must have.
    #[error("the draft has no {0}")]
    Missing(&'static str),
}

impl Letter {
    /// Fills a template: `own`, or the one that comes with plusone.
    ///
    /// # Errors
    /// The template cannot be filled; see [`TemplateError`].
    pub fn render(
        kind: Kind,
        own: Option<Source<'_>>,
        from: &str,
        facts: &impl Serialize,
    ) -> Result<Self, TemplateError> {
        let source = own.unwrap_or_else(|| kind.template());
        let filled = template::fill(source, facts, kind != Kind::Reply)?;
        Ok(Self {
            kind,
            from: from.to_owned(),
            to: split_addresses(&filled.to),
            cc: split_addresses(&filled.cc),
            subject: filled.subject,
            body: filled.body,
            content_type: "text/plain".to_owned(),
        })
    }

    /// Everyone it goes to.
    pub fn recipients(&self) -> impl Iterator<Item = &str> {
        self.to.iter().chain(&self.cc).map(|address| bare_address(address))
    }

    /// The letter as text to show and to edit: headers, an empty line, the body.
    pub fn draft(&self) -> String {
        let mut text = format!("From: {}\nTo: {}\n", self.from, self.to.join(", "));
        if !self.cc.is_empty() {
            text += &format!("Cc: {}\n", self.cc.join(", "));
        }
        text + &format!("Subject: {}\n\n{}", self.subject, self.body)
    }

    /// Reads an edited [`draft`](Letter::draft).
    ///
    /// # Errors
    /// The headers are not there any more.
    pub fn from_draft(kind: Kind, text: &str) -> Result<Self, DraftError> {
        let text = text.replace("\r\n", "\n");
        let (mut from, mut to, mut cc, mut subject) = (None, None, None, None);
        let mut rest = &text[..];
        for line in 1.. {
            let (header, after) = rest.split_once('\n').unwrap_or((rest, ""));
            rest = after;
            if header.trim().is_empty() {
                break;
            }
            let (name, value) = header.split_once(':').ok_or(DraftError::Header { line })?;
            let place = match &name.to_ascii_lowercase()[..] {
                "from" => &mut from,
                "to" => &mut to,
                "cc" => &mut cc,
                "subject" => &mut subject,
                _ => return Err(DraftError::Header { line }),
            };
            *place = Some(value.trim().to_owned());
        }
        let lists = |value: Option<String>| value.map_or_else(Vec::new, |v| split_addresses(&v));
        let body = rest.trim_end();
        Ok(Self {
            kind,
            from: from.ok_or(DraftError::Missing("From"))?,
            to: lists(to),
            cc: lists(cc),
            subject: subject.ok_or(DraftError::Missing("Subject"))?,
            body: if body.is_empty() { String::new() } else { format!("{body}\n") },
            content_type: "text/plain".to_owned(),
        })
    }

    /// The letter as a mail, ready to send. `thread` are the mails it follows, oldest first: it
    /// answers the last of them.
    ///
    /// # Errors
    /// An address or a header that no mail can have.
    pub fn outgoing(
        &self,
        date: DateTime<Utc>,
        thread: &[MessageId],
    ) -> Result<Outgoing, ComposeError> {
        let addresses = |list: &[String]| {
            list.iter().map(|text| parse_address(text)).collect::<Result<Vec<_>, _>>()
        };
        Outgoing::new(Parts {
            from: parse_address(&self.from)?,
            to: addresses(&self.to)?,
            cc: addresses(&self.cc)?,
            subject: self.subject.clone(),
            date,
            thread: thread.to_vec(),
            body: self.body.clone(),
        })
    }
}

/// The address in `Jane Doe <jane@apache.org>`.
pub fn bare_address(text: &str) -> &str {
    match text.rsplit_once('<') {
        Some((_, rest)) => rest.trim_end().trim_end_matches('>').trim(),
        None => text.trim(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_comes_back_as_it_was() {
        let letter = Letter {
            kind: Kind::Vote,
            from: "Jane Doe <jane@apache.org>".into(),
            to: vec!["dev@demo.apache.org".into()],
            cc: vec!["\"Doe, John\" <john@example.org>".into(), "x@example.org".into()],
            subject: "[VOTE] Release Apache Demo 1.0".into(),
            body: "Hello,\n\nFrom: is no header here.\n".into(),
            content_type: "text/plain".into(),
        };
        assert_eq!(Letter::from_draft(Kind::Vote, &letter.draft()), Ok(letter.clone()));
        let edited = letter.draft().replace('\n', "\r\n").replace("Cc: ", "CC:");
        assert_eq!(Letter::from_draft(Kind::Vote, &edited), Ok(letter.clone()));
        let recipients: Vec<&str> = letter.recipients().collect();
        assert_eq!(recipients, ["dev@demo.apache.org", "john@example.org", "x@example.org"]);
        for bad in ["", "Subject: x\n\nno sender\n", "From: a\nwhat is this\n\n"] {
            assert!(Letter::from_draft(Kind::Vote, bad).is_err(), "{bad:?}");
        }
    }
}
