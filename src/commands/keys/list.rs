//! `plusone keys list`: what a KEYS file holds, or which of your own keys fits the rules.

use clap::Args;

use super::super::Session;
use super::super::signing::{ChosenKey, gpg_failure};
use super::{keys_place, project, read_keys, strength_rule};
use crate::backend::{gpg, machine};
use crate::checksum::{self, Algorithm};
use crate::error::{ExitStatus, Failure};
use crate::openpgp::gpg_listing::{SecretKey, SecretPlace, Validity};
use crate::openpgp::{KeyKind, Keyring, KeysFile, Limits, Strength, StrengthRule, certificates};
use crate::policy::{self, Preset};
use crate::report::keys::{KeysReport, ListedCertificate, SecretKeyState, SecretKeysReport};

/// Arguments of `plusone keys list`.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// KEYS file: a path or an address [default: the project's]
    #[arg(value_name = "FILE|URL")]
    place: Option<String>,
    /// List your own secret keys instead, and say which fit the rules
    #[arg(long, conflicts_with = "place")]
    secret: bool,
}

pub(super) fn run(session: &Session, args: ListArgs) -> Result<ExitStatus, Failure> {
    if args.secret {
        return secret(session);
    }
    let place = keys_place(session, args.place)?;
    let bytes = read_keys(&place)?;
    let (_, report) = report(session, place, &bytes)?;
    session.ui.emit(&report)
}

/// Reads the KEYS file `bytes` from `place`, with all self-signatures checked.
pub(super) fn report(
    session: &Session,
    place: String,
    bytes: &[u8],
) -> Result<(Keyring, KeysReport), Failure> {
    let digest = checksum::digest(Algorithm::Sha512, bytes).unwrap_or_default();
    let file = KeysFile::read(bytes, &Limits::default()).map_err(Failure::usage)?;
    let problems = file.all_problems().into_iter().cloned().collect();
    let keyring = Keyring::new(file);
    let checked = certificates(&keyring, session.now, machine::threads());
    let listed = keyring.fingerprints().zip(checked).map(|(fingerprint, checked)| {
        let lines = keyring.occurrences(&fingerprint).iter().map(|place| place.line).collect();
        let unreadable = checked.as_ref().err().map(ToString::to_string);
        ListedCertificate { lines, certificate: checked.ok(), unreadable }
    });
    let report = KeysReport {
        certificates: listed.collect(),
        source: place,
        sha512: checksum::hex(&digest.unwrap_or_default()),
        as_of: session.now,
        problems,
    };
    Ok((keyring, report))
}

fn secret(session: &Session) -> Result<ExitStatus, Failure> {
    let project = project(session)?;
    let preset = project.as_ref().map_or(Preset::TopLevel, |project| project.preset.value);
    let rule = strength_rule(project.as_ref());
    let keys = gpg::secret_keys(None).map_err(gpg_failure)?;
    let keys = keys.iter().map(|key| state(session, key, preset, rule)).collect();
    session.ui.emit(&SecretKeysReport { keys })
}

fn state(session: &Session, key: &SecretKey, preset: Preset, rule: StrengthRule) -> SecretKeyState {
    let signing = key.signing_parts().max_by_key(|part| part.created);
    let signing_or_primary = signing.unwrap_or(&key.primary);
    let chosen = ChosenKey::new(key, signing_or_primary);
    let mut objections = Vec::new();
    let mut remarks = Vec::new();
    match key.primary.validity {
        Validity::Expired => objections.push("it has expired (K-13)".to_owned()),
        Validity::Revoked => objections.push("it is revoked (K-12)".to_owned()),
        Validity::Disabled | Validity::Invalid => {
            objections.push("gpg holds it for disabled or invalid".to_owned());
        }
        Validity::Usable if signing.is_none() => {
            let elsewhere = key
                .subkeys
                .iter()
                .chain([&key.primary])
                .any(|part| part.can_sign && part.place == SecretPlace::Elsewhere);
            objections.push(match elsewhere {
                true => "its secret is elsewhere: on a card or another machine".to_owned(),
                false => "no part of it can sign".to_owned(),
            });
        }
        Validity::Usable => {}
    }
    let kind = KeyKind {
        algorithm: signing_or_primary.algorithm,
        bits: Some(signing_or_primary.bits),
        curve: signing_or_primary.curve.clone(),
    };
    let other = || "it signs with another algorithm than RSA (K-08)".to_owned();
    match (kind.strength(rule), chosen.rsa_bits) {
        (Strength::Recommended, _) => {}
        (Strength::Allowed, bits) => {
            let bits = bits.unwrap_or_default();
            remarks.push(format!("it has {bits} bits; new keys should have 4096 (K-08)"));
        }
        (Strength::NotRsa, _) => remarks.push(other()),
        (Strength::NotAllowed, _) => objections.push(other()),
        (Strength::TooWeak, Some(bits)) => {
            objections.push(format!("it has only {bits} bits (K-08)"));
        }
        (Strength::TooWeak, None) => {
            objections.push(format!("{} is too weak (K-08)", chosen.algorithm));
        }
    }
    if let Some(domain) = preset.key_domain() {
        let at_domain = |id: &String| id.trim_end_matches('>').ends_with(&format!("@{domain}"));
        if !chosen.user_ids.iter().any(at_domain) {
            remarks.push(format!("no user id has an @{domain} address (K-14)"));
        }
    }
    if let Some(expires) = chosen.expires {
        let days = (expires - session.now).num_days();
        if (0..policy::KEY_DAYS_LEFT).contains(&days) {
            remarks.push(format!("it expires in {days} days (K-13)"));
        }
    }
    SecretKeyState {
        fingerprint: chosen.fingerprint.to_string(),
        algorithm: chosen.algorithm,
        user_ids: chosen.user_ids,
        expires: chosen.expires,
        objections,
        remarks,
    }
}
