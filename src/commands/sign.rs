//! `plusone sign`: checksum and signature for further artifacts, convenience binaries above all.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Session;
use super::signing::Signer;
use crate::backend::files::{self, Staging};
use crate::candidate;
use crate::checksum::{self, Algorithm};
use crate::error::{ExitStatus, Failure};
use crate::project::{Flags, Project};
use crate::release::{FileName, ProjectName, Suffix};
use crate::report::sign::{SignReport, SignedArtifact};

/// Arguments of `plusone sign`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
A checksum or signature that is there already and right is kept; one that is there and wrong is an \
error, unless --force replaces it. Signatures and checksums themselves are never signed.

Example:
  plusone sign dist/1.2.0-rc1/apache-x-1.2.0-bin.tar.gz")]
pub struct SignArgs {
    /// Artifacts to sign
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Key that signs: fingerprint, key id or address
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Replace checksums and signatures that are wrong
    #[arg(long)]
    force: bool,
}

/// The most that is read of an existing checksum file.
const LARGEST_CHECKSUM: u64 = checksum::LARGEST_FILE as u64;

/// Runs the command.
///
/// # Errors
/// A file is missing or not to be signed, what lies beside it is wrong, or signing fails. Files
/// that were finished before stay.
pub fn run(session: &Session, args: SignArgs) -> Result<ExitStatus, Failure> {
    for path in &args.files {
        refuse_unsignable(path)?;
    }
    let project = project(session, &args)?;
    let signer = Signer::choose(session, &project)?;
    let mut artifacts = Vec::new();
    for path in &args.files {
        artifacts.push(sign(session, &signer, path, args.force)?);
    }
    session.ui.emit(&SignReport { artifacts })
}

fn refuse_unsignable(path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    if files::size(path).is_none() {
        return Err(Failure::usage(match files::exists(path) {
            true => format!("`{shown}` is not a file"),
            false => format!("there is no file `{shown}`"),
        }));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if candidate::is_metadata(&name) {
        return Err(Failure::usage(format!("`{shown}` is itself a signature or checksum"))
            .hint("name the artifacts only; their .sha512 and .asc follow"));
    }
    if matches!(&*name, "KEYS" | "KEYS.txt") {
        return Err(Failure::usage(format!("`{shown}` is not part of a candidate")));
    }
    Ok(())
}

/// Signing needs no repository; settings are taken from one if we stand in it.
fn project(session: &Session, args: &SignArgs) -> Result<Project, Failure> {
    let repository = super::underway::repository()?;
    let settings = session.settings(repository.as_ref(), None)?;
    let mut flags = Flags { key: args.key.clone(), ..Flags::default() };
    if settings.project.project.name.is_none() && settings.user.project.name.is_none() {
        flags.project = "unnamed".parse::<ProjectName>().ok();
    }
    settings.resolve(&flags)
}

fn sign(
    session: &Session,
    signer: &Signer,
    path: &Path,
    force: bool,
) -> Result<SignedArtifact, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name: FileName = name.parse().map_err(Failure::usage)?;
    let beside = |suffix: Suffix| path.with_file_name(name.with_suffix(suffix).as_str());
    let file = files::open(path).map_err(Failure::outside)?;
    let digest = checksum::digest(Algorithm::Sha512, file)
        .map_err(|error| Failure::outside(format!("cannot read `{}`: {error}", path.display())))?;
    let digest: [u8; 64] = digest
        .and_then(|digest| digest.try_into().ok())
        .ok_or_else(|| Failure::bug("a digest of another length"))?;

    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let staging =
        Staging::outside(directory.unwrap_or(Path::new("."))).map_err(Failure::outside)?;
    let signature = beside(Suffix::Signature);
    let existing = match files::exists(&signature) {
        false => None,
        true => match signer.verify(session, path, &signature) {
            Ok(good) => Some(good),
            Err(_) if force => None,
            Err(failure) => return Err(failure.hint("to replace the signature, use --force")),
        },
    };
    let signature_made = existing.is_none();
    let made = match existing {
        Some(good) => good,
        None => {
            let staged = staging.path().join("signature");
            let made = signer.sign(session, path, &staged)?;
            staging.publish("signature", &signature).map_err(Failure::outside)?;
            made
        }
    };
    let checksum_file = beside(Suffix::Sha512);
    let checksum_written = !checksum_is_right(&checksum_file, &digest, &name, force)?;
    if checksum_written {
        let text = checksum::write(&digest, &name);
        files::write(&checksum_file, text.as_bytes()).map_err(Failure::outside)?;
    }
    Ok(SignedArtifact {
        path: path.display().to_string(),
        sha512: checksum::hex(&digest),
        checksum_written,
        signature_made,
        signer: made,
    })
}

fn checksum_is_right(
    path: &Path,
    digest: &[u8; 64],
    name: &FileName,
    force: bool,
) -> Result<bool, Failure> {
    let Some(bytes) = files::read(path, LARGEST_CHECKSUM).map_err(Failure::outside)? else {
        return Ok(false);
    };
    let wrong = |what: String| match force {
        true => Ok(false),
        false => Err(Failure::usage(format!("`{}` {what}", path.display()))
            .hint("to replace the checksum, use --force")),
    };
    let listed = match checksum::parse(&bytes) {
        Ok(listed) => listed,
        Err(error) => return wrong(format!("is no checksum file: {error}")),
    };
    let about_it = |listed: &&checksum::Listed| {
        listed.name.as_deref().is_none_or(|listed| listed == name.as_str())
    };
    match listed.iter().find(about_it) {
        Some(listed) if listed.digest == digest => Ok(true),
        Some(_) => wrong("is there and does not match the file".to_owned()),
        None => wrong(format!("is there and does not speak of {name}")),
    }
}
