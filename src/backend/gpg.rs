//! GnuPG: the keeper of secret keys. It signs; what it made is verified elsewhere.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::files::{self, FileError};
use super::machine;
use super::process::{self, ProcessError, Stdin};
use crate::openpgp::Fingerprint;
use crate::openpgp::gpg_listing::{self, SecretKey};
use crate::openpgp::gpg_status::{self, Created, SigningOutcome};

/// GnuPG could not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum GpgError {
    /// The program is missing or failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Nothing could be written.
    #[error(transparent)]
    File(#[from] FileError),
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
    // Names are handed over in UTF-8, which gpg would not expect in the C locale.
    command.args([
        "--utf8-strings",
        "--batch",
        "--no-tty",
        "--no-greeting",
        "--with-colons",
        "--fixed-list-mode",
    ]);
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

/// Exports the certificates that match a fingerprint, key id or address, as binary; nothing if none
/// does.
///
/// # Errors
/// gpg is missing.
pub fn export_by_name(name: &str) -> Result<Vec<u8>, GpgError> {
    let mut command = Command::new("gpg");
    command.args(["--utf8-strings", "--batch", "--no-tty", "--export", "--"]).arg(name);
    Ok(process::stdout(&mut command, None)?)
}

/// A key to be made.
#[derive(Debug)]
pub struct NewKey<'a> {
    /// The owner's name.
    pub name: &'a str,
    /// The comment in the user id; may be empty.
    pub comment: &'a str,
    /// The owner's address.
    pub email: &'a str,
    /// Bits of the RSA key.
    pub bits: u32,
    /// As gpg reads it: `5y`, `never`.
    pub expire: &'a str,
    /// Whether a subkey signs.
    pub subkey: bool,
    /// Where gpg gets the passphrase.
    pub passphrase: Passphrase,
}

/// Where gpg gets a passphrase; it never passes through this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passphrase {
    /// From the person, by pinentry.
    Pinentry,
    /// From a file descriptor that this process was started with.
    Descriptor(u32),
    /// There is none.
    None,
}

/// A key that was made.
#[derive(Debug)]
pub struct MadeKey {
    /// As gpg lists it.
    pub key: SecretKey,
    /// Its revocation certificate, which gpg makes beside every new key.
    pub revocation: PathBuf,
}

/// Makes a key in the user's GnuPG home.
///
/// # Errors
/// gpg fails, or has no passphrase to protect the key with.
pub fn generate(new: &NewKey<'_>) -> Result<MadeKey, GpgError> {
    let scratch = files::scratch()?;
    let parameters = scratch.path().join("parameters");
    files::write(&parameters, parameters_of(new).as_bytes())?;
    let mut command = Command::new("gpg");
    command.args(["--batch", "--status-fd", "1"]);
    if let Passphrase::Descriptor(descriptor) = new.passphrase {
        command
            .args(["--pinentry-mode", "loopback", "--passphrase-fd"])
            .arg(descriptor.to_string());
    }
    let output = run_asking(command.args(["--generate-key", "--"]).arg(&parameters))?;
    let status = String::from_utf8_lossy(&output.stdout);
    let made = status.lines().find_map(|line| line.strip_prefix("[GNUPG:] KEY_CREATED "));
    let fingerprint = made.and_then(|rest| rest.split(' ').nth(1)).unwrap_or_default();
    let listed = secret_keys(Some(fingerprint))?.into_iter().next();
    let key = listed.filter(|_| !fingerprint.is_empty()).ok_or_else(|| GpgError::Signing {
        outcome: SigningOutcome::Silent,
        stderr: "the new key is not listed".to_owned(),
    })?;
    let revocation = home()?.join("openpgp-revocs.d").join(format!("{fingerprint}.rev"));
    Ok(MadeKey { key, revocation })
}

/// What gpg's unattended key generation reads. A line break in a value would be another parameter:
/// names are checked at the door.
fn parameters_of(new: &NewKey<'_>) -> String {
    let line = |name: &str, value: &str| format!("{name}: {}\n", value.replace(['\n', '\r'], " "));
    let bits = new.bits.to_string();
    let mut text = String::new();
    if new.passphrase == Passphrase::None {
        text += "%no-protection\n";
    }
    text += &line("Key-Type", "RSA");
    text += &line("Key-Length", &bits);
    text += &line("Key-Usage", if new.subkey { "cert" } else { "sign" });
    if new.subkey {
        text += &line("Subkey-Type", "RSA");
        text += &line("Subkey-Length", &bits);
        text += &line("Subkey-Usage", "sign");
    }
    text += &line("Name-Real", new.name);
    if !new.comment.is_empty() {
        text += &line("Name-Comment", new.comment);
    }
    text += &line("Name-Email", new.email);
    text += &line("Expire-Date", if new.expire == "never" { "0" } else { new.expire });
    text + "%commit\n"
}

/// Runs a gpg that may ask for a passphrase, on the terminal we stand at.
fn run_asking(command: &mut Command) -> Result<Output, GpgError> {
    if machine::variable("GPG_TTY").is_none()
        && let Some(tty) = terminal()
    {
        command.env("GPG_TTY", tty);
    }
    // --passphrase-fd 0 reads what we were given.
    let output = process::output_from(command, Stdin::Ours)?;
    if output.status.success() {
        return Ok(output);
    }
    Err(GpgError::Signing {
        outcome: gpg_status::signing_outcome(&output.stdout),
        stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
    })
}

/// The GnuPG home in use.
fn home() -> Result<PathBuf, GpgError> {
    let out = process::stdout(Command::new("gpgconf").args(["--list-dirs", "homedir"]), None)?;
    Ok(PathBuf::from(String::from_utf8_lossy(&out).trim_end()))
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
    let output = run_asking(&mut command)?;
    match gpg_status::signing_outcome(&output.stdout) {
        SigningOutcome::Created(created) => Ok(created),
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
