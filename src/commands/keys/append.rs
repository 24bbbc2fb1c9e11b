//! `plusone keys append`: one more entry, and every other byte as it was.

use std::path::Path;

use clap::Args;

use super::super::Session;
use super::super::access::AccessArgs;
use super::super::signing::gpg_failure;
use super::{LARGEST_KEYS, extent, from_gpg, project, strength_rule};
use crate::backend::files::{self, FileError};
use crate::backend::gpg;
use crate::backend::svn::{CommitError, SvnFile};
use crate::error::{ExitStatus, Failure};
use crate::openpgp::append::{Decision, Options, Refusal, append};
use crate::openpgp::{Fingerprint, Limits};
use crate::plan::{Plan, Step};
use crate::report::keys::AppendReport;
use crate::report::plan::PlanReport;

/// Arguments of `plusone keys append`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
A local file is written at once, in one step. For a Subversion address the change is shown; with \
--execute it is committed. If somebody else commits in between, their version is fetched and the \
entry appended to that one.

Example:
  plusone keys append jane@apache.org --to https://dist.apache.org/repos/dist/release/demo/KEYS")]
pub(super) struct AppendArgs {
    /// Fingerprint, key id or address of a key that gpg has
    #[arg(value_name = "ID")]
    id: String,
    /// KEYS file: a path, or its Subversion address
    #[arg(long, value_name = "FILE|SVN-URL")]
    to: String,
    /// Keep certifications by others
    #[arg(long)]
    full: bool,
    /// Start the file if there is none
    #[arg(long)]
    create: bool,
    /// Commit to Subversion instead of showing what would be committed
    #[arg(short = 'x', long)]
    execute: bool,
    #[command(flatten)]
    access: AccessArgs,
}

/// How often an append is tried anew after somebody else's commit.
const TRIES: u32 = 10;

pub(super) fn run(session: &Session, args: AppendArgs) -> Result<ExitStatus, Failure> {
    let (_, fingerprint) = from_gpg(&args.id)?;
    let new = gpg::export(&fingerprint).map_err(gpg_failure)?;
    let project = project(session)?;
    let options = Options {
        extent: extent(args.full),
        strength: strength_rule(project.as_ref()),
        limits: Limits::default(),
    };
    let decide = |old: &[u8]| {
        append(old, &new, &options, session.now).map_err(|refusal| refuse(refusal, &args.to))
    };
    if args.to.contains("://") {
        to_subversion(session, &args, fingerprint, &decide)
    } else {
        to_file(session, &args, fingerprint, &decide)
    }
}

type Decide<'a> = dyn Fn(&[u8]) -> Result<Decision, Failure> + 'a;

fn to_file(
    session: &Session,
    args: &AppendArgs,
    fingerprint: Fingerprint,
    decide: &Decide<'_>,
) -> Result<ExitStatus, Failure> {
    let path = Path::new(&args.to);
    let (appended, changes) = files::change(path, LARGEST_KEYS, |old| {
        let old = match old {
            Some(old) => old,
            None if args.create => &[],
            None => return Err(NotAppended::Refused(no_file(&args.to))),
        };
        Ok(match decide(old).map_err(NotAppended::Refused)? {
            Decision::NoOp { .. } => (None, (false, Vec::new())),
            Decision::Append { changes, bytes, .. } => {
                let changes = changes.iter().map(ToString::to_string).collect();
                (Some([old, &bytes].concat()), (true, changes))
            }
        })
    })
    .map_err(|error| match error {
        NotAppended::Refused(failure) => failure,
        NotAppended::File(error) => Failure::outside(error).hint("nothing was changed"),
    })?;
    session.ui.emit(&AppendReport {
        file: args.to.clone(),
        fingerprint: fingerprint.to_string(),
        appended,
        changes,
    })
}

/// Why a local file is as it was.
enum NotAppended {
    Refused(Failure),
    File(FileError),
}

impl From<FileError> for NotAppended {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

fn no_file(place: &str) -> Failure {
    Failure::usage(format!("there is no file `{place}`"))
        .hint("look at its spelling; to start a KEYS file, use --create")
}

fn to_subversion(
    session: &Session,
    args: &AppendArgs,
    fingerprint: Fingerprint,
    decide: &Decide<'_>,
) -> Result<ExitStatus, Failure> {
    let repository = super::super::underway::repository()?;
    let settings = session.settings(repository.as_ref(), None)?;
    let access = args.access.access(&settings.user)?;
    let mut file = SvnFile::check_out(&args.to, &access).map_err(|error| {
        Failure::outside(error)
            .hint("nothing was committed; is it the address of a KEYS file that you can read?")
    })?;
    let mut plan = Plan::new(format!("Append {fingerprint} to {}", args.to));
    for _ in 0..TRIES {
        let old = match file.content(LARGEST_KEYS).map_err(Failure::outside)? {
            Some(old) => old,
            None if args.create => Vec::new(),
            None => return Err(no_file(&args.to)),
        };
        let Decision::Append { changes, bytes, .. } = decide(&old)? else {
            plan.purpose = format!("{} has all of {fingerprint} already", args.to);
            return session.ui.emit(&PlanReport::new(plan, args.execute));
        };
        let message = format!("Add the key {fingerprint} to KEYS");
        let mut details = vec![
            ("file".to_owned(), args.to.clone()),
            ("adds".to_owned(), format!("{} bytes at its end", bytes.len())),
            ("message".to_owned(), message.clone()),
        ];
        details.extend(changes.iter().map(|change| ("because".to_owned(), change.to_string())));
        let mut step = Step::new("commit KEYS with one more entry", details, &bytes);
        if !args.execute {
            plan.steps.push(step);
            return session.ui.emit(&PlanReport::new(plan, false));
        }
        match file.commit(&[old, bytes].concat(), &message) {
            Ok(revision) => {
                step.done(format!("revision {revision}"));
                plan.steps.push(step);
                return session.ui.emit(&PlanReport::new(plan, true));
            }
            Err(CommitError::OutOfDate) => {
                session.ui.note("somebody else committed in between: appending to their version");
                file.refresh().map_err(Failure::outside)?;
            }
            Err(CommitError::Process(error)) => {
                return Err(Failure::outside(error).hint(
                    "nothing was committed; if you may not write there, somebody who may can run the same command (dist/release is for PMC members)",
                ));
            }
            Err(CommitError::File(error)) => return Err(Failure::outside(error)),
        }
    }
    Err(Failure::outside(format!(
        "{} changed {TRIES} times while we tried to append to it",
        args.to
    ))
    .hint("nothing was committed; try again later"))
}

fn refuse(refusal: Refusal, place: &str) -> Failure {
    let hint = match &refusal {
        Refusal::SecretKey => {
            "export the public key only; if the secret ever left your machine, revoke it"
        }
        Refusal::Expired { .. } => {
            "extend it with `gpg --quick-set-expire`, or sign with another key"
        }
        Refusal::FromTheFuture { .. } => {
            "set the clock of the machine that made it, and make a new key there"
        }
        Refusal::Revoked { .. } => "make a new key with `plusone keys generate`",
        Refusal::TooWeak { .. } => {
            "make a new RSA key of 4096 bits with `plusone keys generate` (K-08)"
        }
        Refusal::CannotSign(_) => "add a signing subkey with `gpg --quick-add-key`",
        Refusal::NotKeysFile(_) => {
            "nothing was changed; a KEYS file is text with armored public keys"
        }
        _ => "nothing was changed",
    };
    Failure::usage(format!("`{place}`: {refusal}")).hint(hint)
}
