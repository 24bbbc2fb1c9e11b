//! The program: parses the command line, runs the command, ends with its exit status.

use std::process::ExitCode;

use clap::Parser;
use plusone::cli::Cli;
use plusone::commands;
use plusone::error::ExitStatus;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(message) => {
            // Help and version come this way too; a closed pipe is no reason to complain.
            let _ = message.print();
            return ExitCode::from(if message.use_stderr() { ExitStatus::Usage as u8 } else { 0 });
        }
    };
    ExitCode::from(commands::run(cli) as u8)
}
