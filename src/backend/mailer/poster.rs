//! Mails as steps of a plan: sent once, and looked for where it is not known whether they were.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::http::Patience;
use super::super::ponymail::Archive;
use super::{Mailer, MailerError};
use crate::mail::compose::Outgoing;
use crate::plan::{Executor, Failed, Probe, Step};

/// Sends the steps of a plan that are mails.
pub struct Poster<'a> {
    /// How.
    pub mailer: &'a dyn Mailer,
    /// The mails by the ids of their steps.
    pub mails: BTreeMap<String, Posting>,
    /// The web archive of the list that they go to, where there is one.
    pub archive: Option<String>,
    /// The present.
    pub now: DateTime<Utc>,
}

/// A mail to be sent.
#[derive(Debug, Clone)]
pub struct Posting {
    /// What it is, in letters fit for a file name: `vote`.
    pub name: String,
    /// The mail.
    pub mail: Outgoing,
    /// When it was begun to be sent, if it was.
    pub started: Option<DateTime<Utc>>,
}

/// How long a mail may take to the list's archive. What is not there then was not sent.
pub const UNDERWAY: TimeDelta = TimeDelta::hours(1);

impl Poster<'_> {
    fn posting(&self, step: &Step) -> Result<&Posting, MailerError> {
        self.mails.get(&step.id).ok_or_else(|| MailerError::NoMail(step.id.clone()))
    }

    /// Looks for a mail in the list's archive.
    fn in_the_archive(&self, posting: &Posting) -> Probe {
        let id = posting.mail.message_id();
        let Some(base) = &self.archive else {
            return Probe::Unknown(format!(
                "no web archive of the list is known in which <{id}> could be looked for"
            ));
        };
        let holds = Archive::new(Patience::default()).and_then(|archive| archive.holds(base, id));
        match (holds, posting.started) {
            (Ok(true), _) => Probe::Done(format!("it is in the archive at {base}")),
            (Ok(false), Some(started)) if self.now >= started + UNDERWAY => Probe::NotDone,
            (Ok(false), started) => {
                let until = started.unwrap_or(self.now) + UNDERWAY;
                let until = until.format("%Y-%m-%d %H:%M UTC");
                Probe::Unknown(format!(
                    "<{id}> is not in the archive at {base} yet; if it is not there by {until}, it was not sent"
                ))
            }
            (Err(error), _) => Probe::Unknown(format!("<{id}> cannot be looked for: {error}")),
        }
    }
}

impl Executor for Poster<'_> {
    type Error = MailerError;

    fn run(&mut self, step: &Step) -> Result<String, Failed<MailerError>> {
        let posting = self.posting(step).map_err(Failed::NotDone)?;
        match self.mailer.send(&posting.name, &posting.mail) {
            Ok(sent) => Ok(sent.outcome),
            Err(error) if error.may_have_been_sent() => Err(Failed::Unclear(error)),
            Err(error) => Err(Failed::NotDone(error)),
        }
    }

    fn probe(&mut self, step: &Step) -> Result<Probe, MailerError> {
        let posting = self.posting(step)?;
        match self.mailer.look(&posting.name, &posting.mail)? {
            Some(probe) => Ok(probe),
            None => Ok(self.in_the_archive(posting)),
        }
    }
}
