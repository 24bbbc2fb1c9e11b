//! The program: parses the command line, runs the command, ends with its exit status.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use plusone::cli::Cli;
use plusone::commands;
use plusone::error::{ExitStatus, Failure};
use plusone::ui::Ui;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version come this way too; a closed pipe is no reason to complain.
            let printed = message.print();
            if !message.use_stderr() {
                return match printed {
                    Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                        let _ = writeln!(
                            std::io::stderr(),
                            "error: cannot write to standard output: {error}"
                        );
                        ExitCode::from(ExitStatus::Incomplete as u8)
                    }
                    _ => ExitCode::SUCCESS,
                };
            }
            if wants_json() {
                Ui::print_json_failure(&failure(&message));
            }
            return ExitCode::from(ExitStatus::Usage as u8);
        }
    };
    ExitCode::from(commands::run(cli) as u8)
}

/// What clap says, as a failure: its first paragraph is the error, which may go on in further lines;
/// tips follow.
fn failure(message: &clap::Error) -> Failure {
    if message.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::usage("a command is missing").hint("--help lists the commands");
    }
    let plain = message.render().to_string();
    let mut paragraphs = plain
        .split("\n\n")
        .map(|paragraph| paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" "));
    let error = paragraphs.next().unwrap_or_default();
    let failure = Failure::usage(error.trim_start_matches("error: "));
    let tips = paragraphs.filter_map(|paragraph| Some(paragraph.strip_prefix("tip: ")?.to_owned()));
    tips.fold(failure, Failure::hint)
}

/// Whether the command line asks for JSON, as far as it can be told of one that cannot be parsed.
fn wants_json() -> bool {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.collect();
    words.iter().any(|word| word == "--format=json")
        || words.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
}
