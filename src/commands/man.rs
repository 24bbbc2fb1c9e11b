//! `plusone man`: the manual pages.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};

use super::Session;
use crate::backend::files;
use crate::cli::Cli;
use crate::error::{ExitStatus, Failure};
use crate::manual::{self, Page};
use crate::report::manual::{PagesReport, TextReport};

/// Arguments of `plusone man`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Pages that plusone wrote before are replaced; a file of another origin under the name of a page \
stops it before anything is written.

Examples:
  plusone man | man -l -
  plusone man keys append | man -l -
  plusone man --out ~/.local/share/man/man1")]
pub struct ManArgs {
    /// Command whose page is printed [default: the page about plusone itself]
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    command: Vec<String>,
    /// Directory to write the page of every command to
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// The most that is read of a file that is in the way.
const LARGEST_PAGE: u64 = 1 << 20;

/// Runs the command.
///
/// # Errors
/// There is no such command, or the pages cannot be written.
pub fn run(session: &Session, args: &ManArgs) -> Result<ExitStatus, Failure> {
    let pages = manual::pages(Cli::command());
    if let Some(directory) = &args.out {
        return session.ui.emit(&write(directory, &pages)?);
    }
    let name = manual::page_name(&args.command);
    let page = pages.into_iter().find(|page| page.name == name).ok_or_else(|| {
        Failure::usage(format!("there is no command `plusone {}`", args.command.join(" ")))
            .run(["plusone", "--help"])
    })?;
    let report = TextReport { name: page.name, text: page.text };
    session.ui.hand_out(&report.text, &report)
}

fn write(directory: &Path, pages: &[Page]) -> Result<PagesReport, Failure> {
    let unusable = |error| Failure::usage(error).hint("name another directory with --out");
    for page in pages {
        let path = directory.join(&page.name);
        // What cannot be read in full is not ours either; that there is a directory in the way is
        // said by the system.
        let there = files::read(&path, LARGEST_PAGE).map_err(unusable)?;
        if there.is_some_and(|bytes| !manual::is_ours(&bytes)) {
            return Err(Failure::usage(format!(
                "`{}` is there, and was not written by plusone",
                path.display()
            ))
            .hint("move it away, or name another directory with --out"));
        }
    }
    files::make_directory(directory).map_err(unusable)?;
    for page in pages {
        let path = directory.join(&page.name);
        files::write(&path, page.text.as_bytes()).map_err(Failure::outside)?;
    }
    Ok(PagesReport {
        directory: directory.display().to_string(),
        pages: pages.iter().map(|page| page.name.clone()).collect(),
    })
}
