//! Subversion.

use std::process::Command;

use super::process::{self, ProcessError};

/// The oldest Subversion that takes a password on stdin.
pub const OLDEST: (u32, u32) = (1, 10);

/// Asks the server about `url`, with stored credentials and without questions.
///
/// This tells whether it can be read; who may write there is known only by trying.
///
/// # Errors
/// svn is missing, or the server says no.
pub fn info(url: &str) -> Result<(), ProcessError> {
    let words = ["info", "--non-interactive", "--show-item", "url", "--"];
    process::stdout(Command::new("svn").args(words).arg(url), None).map(drop)
}
