//! The command line.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};

use crate::commands::{
    announce, cancel, completions, doctor, explain, init, keys, man, package, promote, rehearse,
    result, sign, stage, status, tally, verify, vote,
};
use crate::ui::{Colour, OutputFormat};

/// Cut, stage, put to the vote, verify, tally, promote and announce Apache-style source releases
#[derive(Debug, Parser)]
#[command(name = "plusone", version, max_term_width = 100, subcommand_required = false)]
pub struct Cli {
    /// What applies to every command
    #[command(flatten)]
    pub global: Global,
    /// The command; without one, `status`
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What applies to every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Settings to use instead of the repository's plusone.toml
    #[arg(long, global = true, help_heading = "Global options", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Work as if started in this directory
    #[arg(short = 'C', global = true, help_heading = "Global options", value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Form of the result on standard output
    #[arg(
        long,
        global = true,
        help_heading = "Global options",
        value_enum,
        default_value_t,
        value_name = "FORM"
    )]
    pub format: OutputFormat,
    /// Judge as of this instant instead of now, as in 2026-11-24T10:00:00Z
    #[arg(long, global = true, help_heading = "Global options", value_name = "RFC3339", value_parser = instant)]
    pub time: Option<DateTime<Utc>>,
    /// When to use colours
    #[arg(
        long,
        global = true,
        help_heading = "Global options",
        value_enum,
        default_value_t,
        value_name = "WHEN"
    )]
    pub color: Colour,
    /// Say more
    #[arg(short, long, global = true, help_heading = "Global options", conflicts_with = "quiet")]
    pub verbose: bool,
    /// Say only what is wrong
    #[arg(short, long, global = true, help_heading = "Global options")]
    pub quiet: bool,
}

/// The commands, in the order of a release.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write plusone.toml from what the repository shows
    Init(init::InitArgs),
    /// Check whether tools, key, roster and credentials are usable for a release
    Doctor(doctor::DoctorArgs),
    /// The release manager's key and the project's KEYS file
    Keys(keys::KeysArgs),
    /// Build reproducible source archives of a commit, with .sha512 and .asc
    Package(package::PackageArgs),
    /// Give further artifacts their .sha512 and .asc
    Sign(sign::SignArgs),
    /// Put a candidate into the staging area, in one revision
    Stage(stage::StageArgs),
    /// Call the vote on what is staged
    Vote(vote::VoteArgs),
    /// Check all of a candidate that a machine can check
    Verify(verify::VerifyArgs),
    /// Count a vote from the mails of its list
    Tally(Box<tally::TallyArgs>),
    /// Tell the list what the vote came to
    Result(Box<result::ResultArgs>),
    /// Give a candidate up: tell the list, clear the staging area
    Cancel(cancel::CancelArgs),
    /// Make a candidate that passed the release, in one revision
    Promote(Box<promote::PromoteArgs>),
    /// Tell the world that the release is out
    Announce(announce::AnnounceArgs),
    /// Say where every release stands, and what comes next
    Status(Box<status::StatusArgs>),
    /// Run a whole release in throw-away places on this machine
    Rehearse(rehearse::RehearseArgs),
    /// Say what a check means, why, and how to mend what it finds
    Explain(explain::ExplainArgs),
    /// Print what lets a shell complete the command line
    Completions(completions::CompletionsArgs),
    /// Print a manual page, or write all of them into a directory
    Man(man::ManArgs),
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .map_err(|_| "expected a date, a time and a zone, as in 2026-11-24T10:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
