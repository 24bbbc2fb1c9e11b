//! `plusone keys`: the release manager's key and the project's KEYS file.

mod append;
mod check;
mod fetch;
mod generate;
mod list;
mod publish;

use std::path::Path;

use clap::{Args, Subcommand};

use super::Session;
use crate::backend::{files, gpg, http, svn};
use crate::error::{ExitStatus, Failure};
use crate::openpgp::entry::{Extent, entry};
use crate::openpgp::{Fingerprint, Keyring, KeysFile, Limits, StrengthRule};
use crate::policy::Preset;
use crate::project::{Flags, Project};
use crate::release::ProjectName;
use crate::report::keys::EntryReport;

/// Arguments of `plusone keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// List every certificate of a KEYS file, or your own secret keys
    List(list::ListArgs),
    /// Make a key that fits the rules, in your GnuPG home
    Generate(generate::GenerateArgs),
    /// Print one entry for a KEYS file
    Export(ExportArgs),
    /// Append an entry to a KEYS file, local or in Subversion
    Append(append::AppendArgs),
    /// Look for what is wrong with a KEYS file
    Check(check::CheckArgs),
    /// Fetch certificates from a KEYS file, the ASF or a keyserver
    Fetch(fetch::FetchArgs),
    /// Send a certificate to a keyserver
    Publish(publish::PublishArgs),
}

#[derive(Debug, Args)]
struct ExportArgs {
    /// Fingerprint, key id or address of a key that gpg has
    #[arg(value_name = "ID")]
    id: String,
    /// Keep certifications by others
    #[arg(long)]
    full: bool,
}

/// Runs the command.
///
/// # Errors
/// Those of the subcommand.
pub fn run(session: &Session, args: KeysArgs) -> Result<ExitStatus, Failure> {
    match args.command {
        KeysCommand::List(args) => list::run(session, args),
        KeysCommand::Generate(args) => generate::run(session, args),
        KeysCommand::Export(args) => export(session, &args),
        KeysCommand::Append(args) => append::run(session, args),
        KeysCommand::Check(args) => check::run(session, args),
        KeysCommand::Fetch(args) => fetch::run(session, args),
        KeysCommand::Publish(args) => publish::run(session, args),
    }
}

fn export(session: &Session, args: &ExportArgs) -> Result<ExitStatus, Failure> {
    let (keyring, fingerprint) = from_gpg(&args.id)?;
    let entry =
        entry(&keyring, &fingerprint, extent(args.full), session.now).map_err(Failure::outside)?;
    session.ui.emit(&EntryReport { fingerprint: fingerprint.to_string(), entry })
}

fn extent(full: bool) -> Extent {
    if full { Extent::Full } else { Extent::Minimal }
}

/// The most that is read of a KEYS file.
const LARGEST_KEYS: u64 = 64 << 20;

/// Finds the one certificate that gpg has under this name.
fn from_gpg(id: &str) -> Result<(Keyring, Fingerprint), Failure> {
    if id.trim().is_empty() {
        return Err(Failure::usage("the name of the key is empty")
            .hint("name a fingerprint, key id or address; `gpg --list-keys` shows what there is"));
    }
    let bytes = gpg::export_by_name(id).map_err(super::signing::gpg_failure)?;
    let file = KeysFile::read(&bytes, &Limits::default()).map_err(Failure::outside)?;
    let keyring = Keyring::new(file);
    let found: Vec<Fingerprint> = keyring.fingerprints().collect();
    match found[..] {
        [only] => Ok((keyring, only)),
        [] => Err(Failure::usage(format!("gpg has no public key `{id}`"))
            .hint("`gpg --list-keys` shows what there is")),
        _ => Err(found
            .iter()
            .fold(Failure::usage(format!("`{id}` fits several keys")), |failure, fingerprint| {
                failure.hint(format!("one is {fingerprint}"))
            })),
    }
}

/// Reads a KEYS file from a path, a web address or a Subversion address.
pub(super) fn read_keys(place: &str) -> Result<Vec<u8>, Failure> {
    if let Some((scheme, _)) = place.split_once("://") {
        return match scheme {
            "http" | "https" => http::get(place, LARGEST_KEYS).map_err(|error| {
                Failure::outside(error).hint("is the address right, and the network up?")
            }),
            "svn" | "svn+ssh" | "file" => svn::cat(place, LARGEST_KEYS, &svn::Access::default())
                .map_err(|error| {
                    Failure::outside(error).hint(match scheme {
                        "file" => "is there a Subversion repository? a file is named by its path",
                        _ => "is the address right, and the network up?",
                    })
                }),
            other => Err(Failure::usage(format!("`{other}` addresses cannot be read"))
                .hint("use http, https, svn, svn+ssh or file, or a path")),
        };
    }
    files::read(Path::new(place), LARGEST_KEYS)
        .map_err(Failure::usage)?
        .ok_or_else(|| Failure::usage(format!("there is no file `{place}`")))
}

/// The project around us, if there is one; the keys commands work anywhere.
fn project(session: &Session) -> Result<Option<Project>, Failure> {
    let repository = super::underway::repository()?;
    let settings = session.settings(repository.as_ref(), None)?;
    let named = settings.project.project.name.is_some() || settings.user.project.name.is_some();
    if !named && !settings.found {
        return Ok(None);
    }
    let mut flags = Flags::default();
    if !named {
        flags.project = "unnamed".parse::<ProjectName>().ok();
    }
    settings.resolve(&flags).map(Some)
}

/// The KEYS file that was named, or the project's.
fn keys_place(session: &Session, named: Option<String>) -> Result<String, Failure> {
    if let Some(named) = named {
        return Ok(named);
    }
    let address = match project(session)? {
        Some(project) => project.keys_address().map_err(Failure::usage)?,
        None => None,
    };
    address.ok_or_else(|| {
        Failure::usage("it is not said which KEYS file is meant")
            .hint("name a file or an address, or set `keys` in the [dist] table of plusone.toml")
    })
}

/// How the rule "RSA only" is taken: outside the ASF other sound algorithms will do.
fn strength_rule(project: Option<&Project>) -> StrengthRule {
    match project.map(|project| project.preset.value) {
        Some(Preset::Plain) => StrengthRule::CurvesWarn,
        _ => StrengthRule::default(),
    }
}
