//! How commands get into Subversion servers.

use clap::Args;

use crate::backend::svn::{self, Access};
use crate::error::Failure;
use crate::project::file::SettingsFile;

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
    /// The name and password that are given, here or in the user's own settings; the command that prints the password is run.
    ///
    /// # Errors
    /// It fails, or prints nothing.
    pub(super) fn access(&self, own: &SettingsFile) -> Result<Access, Failure> {
        let username = self.svn_username.as_ref().or(own.dist.svn_username.as_ref());
        // Another user's password is of no use.
        let command = match (&self.svn_password_command, &self.svn_username) {
            (Some(command), _) => Some(("--svn-password-command", command)),
            (None, None) => own
                .dist
                .svn_password_command
                .as_ref()
                .filter(|_| username.is_some())
                .map(|command| ("`svn_password_command` in your settings", command)),
            (None, Some(_)) => None,
        };
        let password = match command {
            Some((whose, command)) => svn::Password::from_command(command)
                .map_err(|error| {
                    Failure::outside(format!("the command of {whose}: {error}"))
                        .hint("nothing was committed; run the command by itself to see why")
                })?
                .map(Some)
                .ok_or_else(|| {
                    Failure::outside(format!("the command of {whose} printed nothing"))
                        .hint("nothing was committed; the password is the first line it prints")
                })?,
            None => None,
        };
        Ok(Access { username: username.cloned(), password, ..Access::default() })
    }
}
