//! `plusone completions`: what lets a shell complete the command line.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Session;
use crate::cli::Cli;
use crate::error::{ExitStatus, Failure};
use crate::report::manual::TextReport;

/// Arguments of `plusone completions`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  plusone completions bash > ~/.local/share/bash-completion/completions/plusone
  plusone completions zsh > ~/.zfunc/_plusone
  plusone completions fish > ~/.config/fish/completions/plusone.fish")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    shell: Shell,
}

/// Runs the command.
///
/// # Errors
/// stdout cannot be written to.
pub fn run(session: &Session, args: &CompletionsArgs) -> Result<ExitStatus, Failure> {
    let mut bytes = Vec::new();
    // In memory first: the generator ends the program where it cannot write.
    clap_complete::generate(args.shell, &mut Cli::command(), "plusone", &mut bytes);
    let text = String::from_utf8(bytes).map_err(Failure::bug)?;
    let name = match args.shell {
        Shell::Zsh => "_plusone".to_owned(),
        Shell::Fish => "plusone.fish".to_owned(),
        Shell::Elvish => "plusone.elv".to_owned(),
        Shell::PowerShell => "plusone.ps1".to_owned(),
        _ => "plusone".to_owned(),
    };
    let report = TextReport { name, text };
    session.ui.hand_out(&report.text, &report)
}
