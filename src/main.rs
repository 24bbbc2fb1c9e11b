//! The program: parses the command line, runs the command, ends with its exit status.

use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ColorChoice, CommandFactory, FromArgMatches};
use plusone::cli::Cli;
use plusone::commands;
use plusone::error::{ExitStatus, Failure};
use plusone::ui::Ui;

fn main() -> ExitCode {
    // What clap itself prints goes by --color too.
    let colour = match (asks_for("--color", "never"), asks_for("--color", "always")) {
        (true, _) => ColorChoice::Never,
        (_, true) => ColorChoice::Always,
        _ => ColorChoice::Auto,
    };
    let mut command = Cli::command().color(colour);
    let parsed = command
        .try_get_matches_from_mut(std::env::args_os())
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|error| error.format(&mut command));
    let cli = match parsed {
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
            if asks_for("--format", "json") {
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

/// Whether the command line asks for this, as far as it can be told of one that cannot be parsed.
fn asks_for(option: &str, value: &str) -> bool {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.collect();
    words.iter().any(|word| word.strip_prefix(option) == Some(&format!("={value}")))
        || words.windows(2).any(|pair| pair[0] == option && pair[1] == value)
}
