//! `plusone rehearse`: a whole release, end to end, in throw-away places on this machine.
//!
//! It runs plusone itself, with the commands that a release manager and a voter would type, and real
//! parts: git, gpg, and Subversion if it is there. The list is a directory of mails. Only the clock
//! is set forward (`--time`).

mod mails;
mod places;
mod play;
mod scene;

use std::path::{Path, PathBuf};

use clap::Args;

use super::Session;
use crate::backend::{files, isolated, machine};
use crate::error::{ExitStatus, Failure};
use crate::release::Version;
use crate::report::rehearse::{Left, RehearsalReport};
use play::Play;

/// Arguments of `plusone rehearse`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Nothing leaves the machine, and your own keys, settings and repositories are not touched: there is a \
throw-away home, GnuPG home, project, dist area and list. What was made is left to be looked at: \
archives, mails, the page of the vote, the ledger, and every command with all it printed.

With --repo a clone of your own repository is released for practice, with your plusone.toml or what \
`plusone init` finds; only the dist area, the roster and the KEYS file are those of the rehearsal.

Examples:
  plusone rehearse
  plusone rehearse --podling --into /tmp/rehearsal
  plusone rehearse --repo . --version 2.1.0")]
pub struct RehearseArgs {
    /// Directory for all of it, which must be empty or not exist [default: a new one]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Repository to rehearse with, instead of a sample project
    #[arg(long, value_name = "GIT-REPO")]
    repo: Option<PathBuf>,
    /// Version to release with --repo
    #[arg(long, value_name = "VERSION", requires = "repo")]
    version: Option<Version>,
    /// The sample is a podling, with its two votes
    #[arg(long, conflicts_with = "repo")]
    podling: bool,
    /// Keep the throw-away secret key too
    #[arg(long)]
    keep: bool,
}

/// Who releases.
const MANAGER: &str = "Rae Leaser <rae@apache.org>";

const MEMBERS: &str = "rae    Rae Leaser   rae@apache.org\n\
                       ada    Ada Lang     ada@apache.org\n\
                       ben    Ben Ngo      ben@apache.org\n\
                       chloe  Chloé Roy    chloe@apache.org\n";
const INCUBATOR: &str = "ada    Ada Lang     ada@apache.org\n\
                         iris   Iris Imai    iris@apache.org\n\
                         ivan   Ivan Ito     ivan@apache.org\n";

/// The class `Main` of Java 8 with nothing in it (JVM specification, 4.1): what must not be in a
/// source release.
const CLASS: &[u8] = b"\xca\xfe\xba\xbe\0\0\0\x34\0\x05\x07\0\x02\x01\0\x04Main\x07\0\x04\x01\0\
\x10java/lang/Object\0\x20\0\x01\0\x03\0\0\0\0\0\0\0\0\0";

/// Runs the command.
///
/// # Errors
/// A program is missing, a place cannot be written to, or a command of the rehearsal does not end
/// as it should.
pub fn run(session: &Session, args: RehearseArgs) -> Result<ExitStatus, Failure> {
    let watch = machine::stopwatch();
    for program in ["git", "gpg"] {
        if !isolated::is_there(program) {
            return Err(Failure::usage(format!("a rehearsal needs the program `{program}`"))
                .hint(format!("install {program}, or put it on the PATH")));
        }
    }
    let root = place(args.into.as_deref())?;
    let gnupg = files::scratch().map_err(Failure::outside)?;
    files::make_private(gnupg.path()).map_err(Failure::outside)?;
    let mut play = Play::new(session, &args, &root, gnupg.path())?;
    session.ui.show(|page| {
        page.paragraph(&format!(
            "A release from beginning to end, in {}. Nothing of it leaves this machine, and your own keys, settings and repositories are not touched.",
            root.display()
        ));
    })?;
    let played = play.play();
    let _ = play.scene.environment_ends();
    let transcript = play.transcript();
    files::write(&root.join("transcript.txt"), transcript.as_bytes()).map_err(Failure::outside)?;
    played?;
    let mut report = RehearsalReport {
        directory: root.display().to_string(),
        left: play.left(),
        seconds: watch.seconds(),
        repository: args.repo.as_ref().map(|repository| repository.display().to_string()),
        steps: play.scene.steps,
    };
    if args.keep {
        let path = gnupg.keep();
        let what = "the throw-away key (GNUPGHOME)".to_owned();
        report.left.push(Left { what, path: path.display().to_string() });
    }
    match session.ui.tells_people() {
        true => session.ui.show(|page| report.write_end(page)).map(|()| ExitStatus::Done),
        false => session.ui.emit(&report),
    }
}

/// The directory for all of it.
fn place(into: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(into) = into else {
        return files::kept_scratch("plusone-rehearsal-").map_err(Failure::outside);
    };
    files::make_directory(into).map_err(Failure::usage)?;
    let into = files::absolute(into);
    if !files::list(&into).map_err(Failure::usage)?.is_empty() {
        return Err(Failure::usage(format!("`{}` is not empty", into.display()))
            .hint("name a directory that does not exist yet with --into"));
    }
    Ok(into)
}
