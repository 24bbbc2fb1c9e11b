//! GnuPG: the keeper of secret keys. It signs; what it made is verified elsewhere.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use super::machine;
use super::process::{self, ProcessError};
use crate::openpgp::Fingerprint;
use crate::openpgp::gpg_listing::{self, SecretKey};
use crate::openpgp::gpg_status::{self, Created, SigningOutcome};

/// GnuPG could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum GpgError {
    /// The program is missing or failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The agent that keeps the secret keys does not answer.
    #[error("gpg-agent cannot be reached, so no secret key can be seen")]
    NoAgent,
    /// No signature was made.
    #[error("gpg made no signature")]
    Signing {
        /// What its status lines tell.
        outcome: SigningOutcome,
        /// Its own words.
        stderr: String,
    },
}

fn gpg() -> Command {
    let mut command = Command::new("gpg");
    command.args(["--batch", "--no-tty", "--no-greeting", "--with-colons", "--fixed-list-mode"]);
    command
}

/// Lists the secret keys that match `wanted` (as gpg's `--local-user`), or all.
///
/// # Errors
/// gpg is missing.
pub fn secret_keys(wanted: Option<&str>) -> Result<Vec<SecretKey>, GpgError> {
    let mut command = gpg();
    command.args(["--with-fingerprint", "--with-fingerprint", "--list-secret-keys"]);
    if let Some(wanted) = wanted {
        command.arg("--").arg(wanted);
    }
    // gpg fails when nothing matches, which is an answer too.
    let output = process::output(&mut command, None)?;
    let keys = gpg_listing::secret_keys(&output.stdout);
    // gpg has no status line for this; its words are English, as we run it in the C locale.
    if keys.is_empty() && String::from_utf8_lossy(&output.stderr).contains("gpg-agent") {
        return Err(GpgError::NoAgent);
    }
    Ok(keys)
}

/// Exports one certificate, public parts only, as binary.
///
/// # Errors
/// gpg is missing or has no such key.
pub fn export(fingerprint: &Fingerprint) -> Result<Vec<u8>, GpgError> {
    let mut command = Command::new("gpg");
    command.args(["--batch", "--no-tty", "--export", "--"]).arg(fingerprint.to_string());
    Ok(process::stdout(&mut command, None)?)
}

/// Makes an armored detached signature of `artifact` in the new file `signature`, with SHA-512.
///
/// The passphrase or PIN is asked for by gpg's own pinentry, on the terminal we stand at.
///
/// # Errors
/// See [`GpgError`].
pub fn sign(artifact: &Path, signature: &Path, key: &Fingerprint) -> Result<Created, GpgError> {
    let mut command = Command::new("gpg");
    command
        .args(["--batch", "--status-fd", "1", "--armor", "--digest-algo", "SHA512"])
        // The very key that was chosen, not another one of the same certificate.
        .arg("--local-user")
        .arg(format!("{key}!"))
        .arg("--output")
        .arg(signature)
        .arg("--detach-sign")
        .arg("--")
        .arg(artifact);
    if machine::variable("GPG_TTY").is_none()
        && let Some(tty) = terminal()
    {
        command.env("GPG_TTY", tty);
    }
    let output = process::output(&mut command, None)?;
    match gpg_status::signing_outcome(&output.stdout) {
        SigningOutcome::Created(created) if output.status.success() => Ok(created),
        outcome => Err(GpgError::Signing {
            outcome,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        }),
    }
}

/// The name of the terminal on our standard input, which pinentry needs to be told.
fn terminal() -> Option<String> {
    let mut child = Command::new("tty")
        .stdin(Stdio::inherit())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut name = String::new();
    child.stdout.take()?.take(4096).read_to_string(&mut name).ok()?;
    child.wait().ok()?.success().then(|| name.trim().to_owned())
}
