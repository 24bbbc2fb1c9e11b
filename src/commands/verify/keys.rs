//! The keys that signatures are judged by, and who may have signed.

use std::collections::BTreeSet;
use std::path::Path;

use sha2::{Digest, Sha512};

use super::super::Session;
use super::super::keys::read_keys;
use super::target::Target;
use crate::backend::{files, http};
use crate::checksum;
use crate::evidence::{KeysFacts, Known};
use crate::openpgp::{Keyring, KeysFile, Limits};
use crate::policy::Preset;
use crate::vote::roster::{Body, Document, Roster};

/// The most that is read of a roster.
const LARGEST_ROSTER: u64 = 64 << 20;

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
    // Another address may have answered than was asked.
    let redirected = http::final_address(place);
    let doubt = match target.keys_are_stated {
        false => None,
        true => doubt(redirected.as_deref().unwrap_or(place), place),
    };
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
        doubt,
        sha512: checksum::hex(&Sha512::digest(&bytes)),
        certificates: keyring.len(),
    };
    Ok(Some(KeysRead { facts, keyring }))
}

/// Where only the committees of the ASF write.
const BELIEVED: &[&str] = &[
    "https://downloads.apache.org/",
    "https://dist.apache.org/repos/dist/release/",
    "https://www.apache.org/dist/",
    "https://archive.apache.org/dist/",
];

/// Why a KEYS file that a mail names is not known to be the project's.
fn doubt(from: &str, named: &str) -> Option<String> {
    let plain = |url: &str| {
        let below = BELIEVED.iter().find_map(|base| url.strip_prefix(base));
        below.is_some_and(|below| {
            !below.contains(['?', '#', '%', '\\', '@'])
                && !below.split('/').any(|part| part == "..")
        })
    };
    if plain(named) && plain(from) {
        return None;
    }
    let how = if from.starts_with("http://") {
        ", over http, which anybody on the way can change"
    } else {
        ""
    };
    Some(match from == named {
        true => format!(
            "{named} is where the mail says that KEYS is{how}, not where the project has it"
        ),
        false => format!(
            "{named} is where the mail says that KEYS is, and it leads to {from}{how}, not to where the project has it"
        ),
    })
}

/// Where the ASF publishes its rosters.
const WHIMSY: &str = "https://whimsy.apache.org/public/public_ldap_projects.json";

/// Reads the ids of the project's committers; none if no roster was named.
pub(super) fn committers(
    session: &Session,
    target: &Target,
    roster: Option<&str>,
) -> Known<Option<BTreeSet<String>>> {
    let Some(place) = roster else { return Ok(None) };
    let place = if place == "whimsy" { WHIMSY } else { place };
    session.ui.detail(&format!("reading {place}"));
    let bytes = if place.contains("://") {
        http::get(place, LARGEST_ROSTER).map_err(|error| error.to_string())?
    } else {
        let bytes = files::read(Path::new(place), LARGEST_ROSTER);
        bytes
            .map_err(|error| error.to_string())?
            .ok_or_else(|| format!("there is no file `{place}`"))?
    };
    let name = target.project.as_ref().map_or("", |name| name.as_str());
    let body = if target.preset == Preset::Podling { Body::Ppmc } else { Body::Pmc };
    let document = Document { name: place, bytes: &bytes, fetched: None };
    let roster = Roster::read(name, body, &[document]).map_err(|error| error.to_string())?;
    let mut ids: BTreeSet<String> = roster.members.into_keys().collect();
    // The ASF's directory lists the committers beside the committee.
    if let Ok(directory) = serde_json::from_slice::<serde_json::Value>(&bytes) {
        let members = directory["projects"][name]["members"].as_array();
        ids.extend(members.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)));
    }
    Ok(Some(ids))
}
