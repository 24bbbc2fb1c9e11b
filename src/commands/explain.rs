//! `plusone explain`: what a check means, why, and how to mend what it finds.

use clap::Args;

use super::Session;
use crate::checks::{CATALOGUE, adjust};
use crate::error::{ExitStatus, Failure};
use crate::letters::lint;
use crate::report::explain::{ExplainReport, Explanation, ListReport};
use crate::vote::rules;

/// Arguments of `plusone explain`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  plusone explain --list
  plusone explain legal-notice-form
  plusone explain archive")]
pub struct ExplainArgs {
    /// Id of a check, or of a family of them
    #[arg(value_name = "ID", required_unless_present = "list")]
    id: Option<String>,
    /// List all checks
    #[arg(long, conflicts_with = "id")]
    list: bool,
}

/// Runs the command.
///
/// # Errors
/// There is no such check.
pub fn run(session: &Session, args: ExplainArgs) -> Result<ExitStatus, Failure> {
    let of_votes = rules::CATALOGUE.iter().map(|rule| Explanation::of(rule));
    let of_mails = lint::CATALOGUE.iter().map(Explanation::of);
    let all = CATALOGUE.iter().map(|check| Explanation::of(check));
    let all = all.chain(of_votes).chain(of_mails);
    let Some(id) = args.id else {
        return session.ui.emit(&ListReport { checks: all.collect() });
    };
    let id = id.to_lowercase();
    let checks: Vec<Explanation> = all
        .filter(|one| one.id == id || adjust::family(one.id) == id.trim_end_matches('-'))
        .collect();
    if checks.is_empty() {
        let failure = Failure::usage(format!("there is no check `{id}`"));
        let of_votes = rules::CATALOGUE.iter().map(|rule| rule.id);
        let of_mails = lint::CATALOGUE.iter().map(|check| check.id);
        let all = CATALOGUE.iter().map(|check| check.id).chain(of_votes).chain(of_mails);
        let near = all.filter(|known| is_near(known, &id));
        let failure =
            near.take(3).fold(failure, |failure, known| failure.run(["plusone", "explain", known]));
        return Err(failure.run(["plusone", "explain", "--list"]));
    }
    session.ui.emit(&ExplainReport { checks })
}

/// Whether an id shares a word of four letters or more with what was asked for.
fn is_near(known: &str, asked: &str) -> bool {
    asked.split(['-', '_', ' ']).any(|word| word.len() > 3 && known.contains(word))
}
