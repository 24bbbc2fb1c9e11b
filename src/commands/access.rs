//! How commands get into Subversion servers.

use clap::Args;

use crate::backend::svn::{self, Access};
use crate::error::Failure;

/// How to get into a Subversion server, where its own store of credentials does not say.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct AccessArgs {
    /// Subversion user name
    #[arg(long, value_name = "NAME")]
    svn_username: Option<String>,
    /// Command that prints the Subversion password
    #[arg(long, value_name = "COMMAND", requires = "svn_username")]
    svn_password_command: Option<String>,
}

impl AccessArgs {
    /// The name and password that are given; the command that prints the password is run.
    ///
    /// # Errors
    /// It fails, or prints nothing.
    pub(super) fn access(&self) -> Result<Access, Failure> {
        let password = match &self.svn_password_command {
            Some(command) => svn::Password::from_command(command)
                .map_err(|error| {
                    Failure::outside(format!("the command of --svn-password-command: {error}"))
                        .hint("nothing was committed; run the command by itself to see why")
                })?
                .map(Some)
                .ok_or_else(|| {
                    Failure::outside("the command of --svn-password-command printed nothing")
                        .hint("nothing was committed; the password is the first line it prints")
                })?,
            None => None,
        };
        Ok(Access { username: self.svn_username.clone(), password, ..Access::default() })
    }
}
