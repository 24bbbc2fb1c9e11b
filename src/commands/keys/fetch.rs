//! `plusone keys fetch`: certificates from a KEYS file, from the ASF's pages, or from a keyserver.
//!
//! What is fetched is shown and written where it is asked for. It is never trusted for having been
//! fetched: only the project's KEYS file says who signs its releases.

use std::path::PathBuf;

use clap::Args;

use super::super::Session;
use super::{LARGEST_KEYS, list, read_keys};
use crate::backend::files;
use crate::backend::http::{self, HttpError};
use crate::error::{ExitStatus, Failure};
use crate::openpgp::Fingerprint;

/// Arguments of `plusone keys fetch`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  plusone keys fetch https://downloads.apache.org/demo/KEYS --out KEYS
  plusone keys fetch jane                 what people.apache.org has of this ASF id
  plusone keys fetch 026C42E54EACA43DBD3E37BE2BD8343396AF737C")]
pub(super) struct FetchArgs {
    /// Address of a KEYS file, ASF id, or fingerprint
    #[arg(value_name = "URL|ASF-ID|FINGERPRINT")]
    what: String,
    /// File for what was fetched
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Keyserver that is asked for a fingerprint
    #[arg(long, value_name = "URL", default_value = http::KEYSERVER)]
    keyserver: String,
    /// How to talk to it: vks (keys.openpgp.org) or hkp [default: by its name]
    #[arg(long, value_name = "PROTOCOL")]
    protocol: Option<http::Protocol>,
    /// Where committers' keys are, for an ASF id
    #[arg(long, value_name = "URL", default_value = "https://people.apache.org/keys/committer")]
    committers: String,
}

pub(super) fn run(session: &Session, args: FetchArgs) -> Result<ExitStatus, Failure> {
    let wanted: Option<Fingerprint> = args.what.parse().ok();
    let (place, bytes) = match wanted {
        Some(fingerprint) => {
            let server =
                http::Keyserver::new(&args.keyserver, args.protocol).map_err(Failure::usage)?;
            let place = server.lookup_address(&fingerprint.to_string());
            let bytes = fetch(&place, "keyservers show only what was published to them")?;
            (place, bytes)
        }
        None if args.what.contains("://") => (args.what.clone(), read_keys(&args.what)?),
        None => {
            let id = &args.what;
            let plain = |byte: u8| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte)
            };
            if !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.bytes().all(plain) {
                return Err(Failure::usage(format!(
                    "`{id}` is neither an address, a fingerprint nor an ASF id"
                ))
                .hint("a fingerprint has 40 hex digits; shorter key ids name no certificate safely")
                .hint("an ASF id is in lower case and starts with a letter"));
            }
            let place = format!("{}/{id}.asc", args.committers.trim_end_matches('/'));
            let bytes = fetch(&place, "it lists who has put a fingerprint on id.apache.org")?;
            (place, bytes)
        }
    };
    let (keyring, report) = list::report(session, place.clone(), &bytes)?;
    if keyring.is_empty() {
        return Err(Failure::outside(format!("there is no certificate at {place}"))
            .hint("nothing was kept"));
    }
    // Only what was asked for is taken from a keyserver, as anybody may put anything there.
    if let Some(wanted) = wanted
        && (keyring.len() > 1 || keyring.certificates_with_key(&wanted).is_empty())
    {
        return Err(Failure::outside(format!("{place} answered with another key than {wanted}"))
            .hint("nothing was kept; ask another --keyserver"));
    }
    if let Some(out) = &args.out {
        if files::exists(out) {
            return Err(Failure::usage(format!("`{}` is there already", out.display()))
                .hint("name another file; to add to a KEYS file, use `plusone keys append`"));
        }
        files::write(out, &bytes).map_err(Failure::outside)?;
    }
    session.ui.note(
        "note: fetched is not trusted: only the project's KEYS file says who signs its releases",
    );
    session.ui.emit(&report)
}

fn fetch(place: &str, hint: &str) -> Result<Vec<u8>, Failure> {
    http::get(place, LARGEST_KEYS).map_err(|error| {
        let hint = match error {
            HttpError::Status { .. } => hint,
            _ => "is the address right, and the network up?",
        };
        Failure::outside(error).hint(hint)
    })
}
