//! `plusone announce`: tells the world that the release is out.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;

use super::Session;
use super::letter::{Desk, LetterArgs, ask};
use super::underway::{Underway, WhichArgs, ledger_failure};
use super::vote::{facts_failure, subject};
use crate::backend::{files, http};
use crate::candidate::is_metadata;
use crate::error::{ExitStatus, Failure};
use crate::ledger::What;
use crate::ledger::state::Promoted;
use crate::letters::Kind;
use crate::letters::lint::{Asked, Known};
use crate::plan::Plan;
use crate::report::plan::PlanReport;

/// Arguments of `plusone announce`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Writes the [ANNOUNCE] mail and looks whether the world is ready for it: an hour after the promotion \
has passed, the files can be downloaded, the download page names the version with its signature, \
checksum and KEYS. What could not be looked at holds the mail up as well; leave a check out with \
--without if you know better.

Examples:
  plusone announce --version 1.2.0 --highlight 'Twice as fast' --highlight 'A new importer'
  plusone announce --version 1.2.0 --highlights NEWS.txt --transport smtp --execute")]
pub struct AnnounceArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// What is worth knowing of this release; can be repeated
    #[arg(long, value_name = "TEXT")]
    highlight: Vec<String>,
    /// File with what is worth knowing, a line for each
    #[arg(long, value_name = "FILE", conflicts_with = "highlight")]
    highlights: Option<PathBuf>,
    /// Announce it again, although it was announced before
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    letter: LetterArgs,
    /// Send the mail, instead of showing it
    #[arg(short = 'x', long)]
    execute: bool,
}

/// The most that is read of a download page.
const LARGEST_PAGE: u64 = 8 << 20;

/// Runs the command.
///
/// # Errors
/// Nothing is released, the settings do not say what the mail needs, or it cannot be sent.
pub fn run(session: &Session, args: AnnounceArgs) -> Result<ExitStatus, Failure> {
    let mut underway = Underway::open(session, &args.which)?;
    let mut notebook = if args.execute { Some(underway.take(session, "announce")?) } else { None };
    let candidate = underway.candidate();
    let promoted =
        candidate.and_then(|candidate| candidate.promoted.as_ref()).ok_or_else(|| {
            Failure::usage(format!(
                "{} is not released, as far as the ledger knows",
                underway.title()
            ))
            .hint("`plusone status` looks whether somebody else has done it")
            .run(underway.command("promote"))
        })?;
    let purpose = format!("Announce {} {}", underway.project.name.value, underway.version);
    let mut out = PlanReport::new(Plan::new(purpose), args.execute);
    let announced = candidate.and_then(|candidate| candidate.announced.as_ref());
    let prepared = underway.begun("announce").filter(|_| announced.is_none());
    if let (Some(announced), false) = (announced, args.again) {
        out.notes.push(format!(
            "It was announced on {} (<{}>). --again announces it once more.",
            announced.at.format("%Y-%m-%d %H:%M UTC"),
            announced.message_id
        ));
        return session.ui.emit(&out);
    }
    let desk = Desk::new(session, &underway, &args.letter)?;
    let dispatch = match prepared {
        Some(prepared) => desk.resume(Kind::Announce, "announce", prepared)?,
        None => {
            let facts = subject(&underway, &desk.from).announce(highlights(&args)?);
            let facts = facts.map_err(facts_failure)?;
            desk.compose(Kind::Announce, "announce", &facts, &[])?
        }
    };
    let ready = promoted.at + TimeDelta::hours(1);
    if session.now < ready && underway.project.preset.value.is_asf() {
        out.notes.push(format!(
            "The download servers have it by {}; announce it then.",
            ready.format("%Y-%m-%d %H:%M UTC")
        ));
    }
    let known = known(session, &underway, promoted);
    if desk.post(&dispatch, known, &mut out, notebook.as_mut())?
        && let Some(notebook) = &mut notebook
    {
        let message_id = dispatch.mail.message_id().to_string();
        notebook.write(What::Announced { message_id }).map_err(ledger_failure)?;
    }
    underway.done(session, notebook.as_ref(), &mut out);
    session.ui.emit(&out)
}

fn highlights(args: &AnnounceArgs) -> Result<Vec<String>, Failure> {
    let Some(path) = &args.highlights else { return Ok(args.highlight.clone()) };
    let text = files::read_text(path, 1 << 20).map_err(Failure::usage)?;
    let text =
        text.ok_or_else(|| Failure::usage(format!("there is no file `{}`", path.display())))?;
    let lines = text.lines().map(|line| line.trim().trim_start_matches(['-', '*']).trim());
    Ok(lines.filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// Looks at what readers will look at.
fn known(session: &Session, underway: &Underway, promoted: &Promoted) -> Known {
    let page = underway.letters.download_page.clone();
    let text = page.as_ref().and_then(|page| {
        session.ui.detail(&format!("reading {page}"));
        match http::get(page, LARGEST_PAGE) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                session.ui.warn(&format!("the download page cannot be read: {error}"));
                None
            }
        }
    });
    let list = underway.letters.vote_list.as_ref().map(|list| list.value.clone());
    Known {
        vote_list: list,
        download_page: page,
        download_page_text: text,
        promoted_at: Some(promoted.at),
        asked: released(session, underway, &promoted.url),
        ..Known::default()
    }
}

/// Asks for every released artifact on the servers that readers download from.
fn released(session: &Session, underway: &Underway, url: &str) -> Vec<Asked> {
    const AREA: &str = "https://dist.apache.org/repos/dist/release/";
    let base = match url.strip_prefix(AREA) {
        Some(below) => format!("https://downloads.apache.org/{below}"),
        None if url.starts_with("https://") || url.starts_with("http://") => url.to_owned(),
        // A server that nobody downloads from with a browser.
        None => return Vec::new(),
    };
    let candidate = underway.candidate();
    let staged = candidate.and_then(|candidate| candidate.staged.as_ref());
    let files = staged.into_iter().flat_map(|staged| staged.files.keys());
    files
        .filter(|place| !is_metadata(place.as_str()) || place.as_str().ends_with(".asc"))
        .map(|place| ask(session, &place.url(base.trim_end_matches('/')), true))
        .collect()
}
