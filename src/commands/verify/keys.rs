//! The keys that signatures are judged by, and who may have signed.

use std::collections::BTreeSet;

use sha2::{Digest, Sha512};

use super::super::Session;
use super::super::keys::read_keys;
use super::target::Target;
use crate::checksum;
use crate::evidence::{KeysFacts, Known};
use crate::openpgp::{Keyring, KeysFile, Limits};

/// A KEYS file, read.
pub(super) struct KeysRead {
    pub(super) facts: KeysFacts,
    pub(super) keyring: Keyring,
}

/// Reads the KEYS file; none if nobody says where it is.
pub(super) fn read(
    session: &Session,
    target: &Target,
    remarks: &mut Vec<String>,
) -> Known<Option<KeysRead>> {
    let Some(place) = &target.keys else { return Ok(None) };
    session.ui.detail(&format!("reading {place}"));
    let bytes = read_keys(place).map_err(|failure| failure.error)?;
    let file = KeysFile::read(&bytes, &Limits::for_verdicts())
        .map_err(|error| format!("{place}: {error}"))?;
    let hidden = file.all_problems().iter().filter(|problem| problem.kind.hides_keys()).count();
    if hidden > 0 {
        remarks.push(format!(
            "{hidden} of the blocks in {place} cannot be read; `plusone keys check` says more."
        ));
    }
    let keyring = Keyring::new(file);
    if keyring.is_empty() {
        return Err(format!("there is no key in {place}"));
    }
    let facts = KeysFacts {
        place: place.clone(),
        sha512: checksum::hex(&Sha512::digest(&bytes)),
        certificates: keyring.len(),
    };
    Ok(Some(KeysRead { facts, keyring }))
}

/// Reads the ids of the project's committers; none if no roster was named.
pub(super) fn committers(
    session: &Session,
    target: &Target,
    roster: Option<&str>,
) -> Known<Option<BTreeSet<String>>> {
    let _ = (session, target);
    match roster {
        None => Ok(None),
        Some(_) => Err("rosters cannot be read yet".to_owned()),
    }
}
