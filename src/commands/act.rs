//! Running plans: commits and mails as steps, each begun, done and looked after by the ledger.

use super::underway::area_failure;
use crate::backend::dist::{AreaError, Committer};
use crate::backend::files::FileError;
use crate::backend::ledger::Notebook;
use crate::backend::mailer::{MailerError, Poster};
use crate::error::Failure;
use crate::plan::{self, Executor, Failed, Plan, Probe, RunError, Step};

/// What acts outside: commits to the dist area, and mails.
#[derive(Default)]
pub(super) struct Outward<'a> {
    pub(super) committer: Option<Committer<'a>>,
    pub(super) poster: Option<Poster<'a>>,
}

/// What went wrong outside.
#[derive(Debug, thiserror::Error)]
pub(super) enum OutwardError {
    #[error(transparent)]
    Area(AreaError),
    #[error(transparent)]
    Mail(MailerError),
    /// A step that is neither a commit nor a mail.
    #[error("the step {0} is neither a commit nor a mail")]
    Neither(String),
}

impl<'a> Outward<'a> {
    fn poster(&mut self, step: &Step) -> Option<&mut Poster<'a>> {
        self.poster.as_mut().filter(|poster| poster.mails.contains_key(&step.id))
    }

    fn committer(&mut self, step: &Step) -> Result<&mut Committer<'a>, OutwardError> {
        self.committer.as_mut().ok_or_else(|| OutwardError::Neither(step.id.clone()))
    }
}

impl Executor for Outward<'_> {
    type Error = OutwardError;

    fn run(&mut self, step: &Step) -> Result<String, Failed<OutwardError>> {
        fn failed<E>(
            wrap: impl FnOnce(E) -> OutwardError,
        ) -> impl FnOnce(Failed<E>) -> Failed<OutwardError> {
            |failed| match failed {
                Failed::NotDone(error) => Failed::NotDone(wrap(error)),
                Failed::Unclear(error) => Failed::Unclear(wrap(error)),
            }
        }
        match self.poster(step) {
            Some(poster) => poster.run(step).map_err(failed(OutwardError::Mail)),
            None => {
                let committer = self.committer(step).map_err(Failed::NotDone)?;
                committer.run(step).map_err(failed(OutwardError::Area))
            }
        }
    }

    fn probe(&mut self, step: &Step) -> Result<Probe, OutwardError> {
        match self.poster(step) {
            Some(poster) => poster.probe(step).map_err(OutwardError::Mail),
            None => self.committer(step)?.probe(step).map_err(OutwardError::Area),
        }
    }

    fn may_repeat(&self, step: &Step) -> bool {
        let is_mail = self.poster.as_ref().is_some_and(|p| p.mails.contains_key(&step.id));
        !is_mail && self.committer.as_ref().is_some_and(|committer| committer.may_repeat(step))
    }
}

/// Why a plan did not run to its end.
pub(super) enum Trouble {
    /// The server knows who asks, and they may not: nothing has happened.
    Forbidden(AreaError),
    /// Anything else.
    Other(Failure),
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Forbidden(error) => area_failure(error),
            Trouble::Other(failure) => failure,
        }
    }
}

/// Runs a plan with the ledger in hand.
///
/// # Errors
/// A step failed, it is not known what became of one, or the ledger cannot be written.
pub(super) fn run(
    plan: &mut Plan,
    notebook: &mut Notebook,
    outward: &mut Outward<'_>,
) -> Result<(), Trouble> {
    plan::run(plan, notebook, outward).map_err(|error| match error {
        RunError::Failed(OutwardError::Area(error))
            if error.trouble == crate::backend::dist::Trouble::Forbidden =>
        {
            Trouble::Forbidden(error)
        }
        other => Trouble::Other(failure(other)),
    })
}

fn failure(error: RunError<OutwardError, FileError>) -> Failure {
    const LOOKS: &str = "run the same command again: it first looks what became of it";
    match error {
        RunError::Failed(error) => outside(error),
        RunError::Unclear(error) => Failure::outside(error).hint(LOOKS),
        RunError::AskPerson { id, does, seen } => {
            let settle = |how: &str| {
                let step = format!("{id}={how}");
                ["plusone", "status", "--settle", &step, "--note", "what I saw"].map(str::to_owned)
            };
            Failure::outside(format!(
                "it was begun to {does}, and it is not known whether that happened: {seen}"
            ))
            .hint("run the same command again later: it looks again, and does nothing twice")
            .hint("or look for yourself, and say what became of it:")
            .run(settle("done"))
            .run(settle("not-done"))
        }
        RunError::Journal { error, after: None } => {
            Failure::outside(error).hint("nothing was sent; the ledger must be writable first")
        }
        RunError::Journal { error, after: Some(outcome) } => {
            Failure::outside(format!("it is done ({outcome}), and cannot be noted: {error}"))
                .hint(LOOKS)
        }
    }
}

fn outside(error: OutwardError) -> Failure {
    let error = match error {
        OutwardError::Area(error) => return area_failure(error),
        OutwardError::Neither(_) => return Failure::bug(error),
        OutwardError::Mail(error) => error,
    };
    let hint = match &error {
        MailerError::NoPassword { .. } => {
            "set PLUSONE_SMTP_PASSWORD, or `password_command` in the [mail] table of your own settings"
        }
        MailerError::Login { .. } | MailerError::NoLogin { .. } => {
            "check `user` and `password_command` in the [mail] table of your own settings"
        }
        MailerError::Connect { .. } | MailerError::Broken { .. } => {
            "nothing was sent: check `server` in the [mail] table of your own settings, and run the same command again"
        }
        MailerError::NoStartTls { .. } | MailerError::Tls { .. } => {
            "check `server`, `tls` and `ca` in the [mail] table of your own settings; plusone never sends without TLS"
        }
        MailerError::Certificates(_) => "`ca` in the [mail] table of your own settings names it",
        MailerError::Address { .. } | MailerError::Refused { .. } => {
            "see the server's words; a file to send with your mail program is made with --transport eml"
        }
        MailerError::Program(_) => {
            "`sendmail` in the [mail] table of your own settings names the program; or use --transport eml"
        }
        MailerError::Drafts(_) => "move or delete the drafts that are not needed any more",
        MailerError::NoMail(_) => return Failure::bug(error),
        MailerError::File(_) | MailerError::Unknown { .. } => {
            return Failure::outside(error);
        }
    };
    Failure::outside(error).hint(hint)
}
