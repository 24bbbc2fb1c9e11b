//! The program: parses the command line, runs the command, ends with its exit status.

use std::process::ExitCode;

use clap::Parser;
use plusone::cli::Cli;
use plusone::commands;
use plusone::error::{ExitStatus, Failure};
use plusone::ui::Ui;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version come this way too; a closed pipe is no reason to complain.
            let _ = message.print();
            if !message.use_stderr() {
                return ExitCode::SUCCESS;
            }
            if wants_json() {
                let plain = message.render().to_string();
                let sentence = plain.lines().next().unwrap_or_default();
                let failure = Failure::usage(sentence.trim_start_matches("error: "));
                Ui::print_json_failure(&failure);
            }
            return ExitCode::from(ExitStatus::Usage as u8);
        }
    };
    ExitCode::from(commands::run(cli) as u8)
}

/// Whether the command line asks for JSON, as far as it can be told of one that cannot be parsed.
fn wants_json() -> bool {
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    let words: Vec<String> = words.collect();
    words.iter().any(|word| word == "--format=json")
        || words.windows(2).any(|pair| pair[0] == "--format" && pair[1] == "json")
}
