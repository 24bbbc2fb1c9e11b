//! `plusone keys check`: the lint of a KEYS file.

use clap::Args;

use super::super::Session;
use super::{keys_place, project, read_keys, strength_rule};
use crate::backend::machine;
use crate::error::{ExitStatus, Failure};
use crate::openpgp::lint::{Options, lint};
use crate::openpgp::{Keyring, KeysFile, Limits};
use crate::report::keys::KeysCheckReport;

/// Arguments of `plusone keys check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// KEYS file: a path or an address [default: the project's]
    #[arg(value_name = "FILE|URL")]
    place: Option<String>,
    /// Earlier version of the file; entries that are lost since are found
    #[arg(long, value_name = "FILE|URL")]
    against: Option<String>,
}

pub(super) fn run(session: &Session, args: CheckArgs) -> Result<ExitStatus, Failure> {
    let place = keys_place(session, args.place)?;
    let read = |place: &str| {
        KeysFile::read(&read_keys(place)?, &Limits::default()).map_err(Failure::usage)
    };
    let file = read(&place)?;
    let earlier = args.against.as_deref().map(read).transpose()?;
    let project = project(session)?;
    let options =
        Options { strength: strength_rule(project.as_ref()), threads: machine::threads() };
    let findings = lint(&file, earlier.as_ref(), &options, session.now);
    session.ui.emit(&KeysCheckReport {
        source: place,
        against: args.against,
        certificates: Keyring::new(file).len(),
        findings,
    })
}
