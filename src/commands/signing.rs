//! Choosing the key, signing with it, and looking at once whether the signature is good.

use std::path::Path;

use chrono::{DateTime, Utc};

use super::Session;
use crate::backend::files::{self, Staging};
use crate::backend::gpg::{self, GpgError};
use crate::backend::process::ProcessError;
use crate::error::Failure;
use crate::openpgp::gpg_listing::{SecretKey, SecretPart, SecretPlace, Validity};
use crate::openpgp::gpg_status::SigningOutcome;
use crate::openpgp::{Algorithm, Fingerprint, KeyKind, Keyring, KeysFile, Limits, judge};
use crate::project::Project;
use crate::report::package;

/// A secret key that can sign.
pub(super) struct Signer {
    pub(super) key: ChosenKey,
    keyring: Keyring,
}

/// What is known of the chosen key.
pub(super) struct ChosenKey {
    /// Fingerprint of the certificate.
    pub(super) fingerprint: Fingerprint,
    /// Fingerprint of the primary key or subkey that signs.
    signing: Fingerprint,
    /// Algorithm and size of the key that signs.
    pub(super) algorithm: String,
    /// Bits of the key that signs, if it is RSA.
    pub(super) rsa_bits: Option<u32>,
    /// When the certificate or the signing key expires, whichever is first.
    pub(super) expires: Option<DateTime<Utc>>,
    /// User ids that are not revoked.
    pub(super) user_ids: Vec<String>,
}

/// The most that is read of a signature file.
const LARGEST_SIGNATURE: u64 = 1 << 20;

impl Signer {
    /// Finds the key to sign with: the one named by flag or settings, else the only one that can.
    ///
    /// # Errors
    /// There is none, it cannot sign, or there are several to choose from.
    pub(super) fn choose(session: &Session, project: &Project) -> Result<Self, Failure> {
        let wanted = project.key.as_ref().map(|key| &key.value[..]);
        let keys = gpg::secret_keys(wanted).map_err(gpg_failure)?;
        let usable: Vec<(&SecretKey, &SecretPart)> = keys
            .iter()
            // The newest signing key is the one that gpg itself would take.
            .filter_map(|key| Some((key, key.signing_parts().max_by_key(|part| part.created)?)))
            .collect();
        let domain = project.preset.value.key_domain();
        let suits = |key: &&(&SecretKey, &SecretPart)| {
            domain.is_some_and(|domain| {
                live_user_ids(key.0)
                    .iter()
                    .any(|id| id.trim_end_matches('>').ends_with(&format!("@{domain}")))
            })
        };
        let (key, part) = match (&usable[..], wanted) {
            ([], _) => return Err(no_key(&keys, project)),
            ([only], _) => *only,
            (several, _) => match several.iter().filter(suits).collect::<Vec<_>>()[..] {
                [only] => *only,
                _ => return Err(which_key(several, wanted)),
            },
        };
        let chosen = ChosenKey::new(key, part);
        session.ui.detail(&format!("signing with {} ({})", chosen.signing, chosen.algorithm));
        let certificate = gpg::export(&chosen.fingerprint).map_err(gpg_failure)?;
        let file =
            KeysFile::read(&certificate, &Limits::for_verdicts()).map_err(Failure::outside)?;
        Ok(Self { key: chosen, keyring: Keyring::new(file) })
    }

    /// Signs `artifact` into the new file `signature` and verifies what was made.
    ///
    /// # Errors
    /// gpg fails, or makes something that is no good signature.
    pub(super) fn sign(
        &self,
        session: &Session,
        artifact: &Path,
        signature: &Path,
    ) -> Result<package::Signer, Failure> {
        gpg::sign(artifact, signature, &self.key.signing).map_err(|error| self.explain(error))?;
        self.verify(session, artifact, signature).map_err(|failure| {
            failure.hint("nothing was kept; is the machine's memory or disk sound?")
        })
    }

    /// Signs a few bytes and throws the signature away.
    ///
    /// # Errors
    /// As [`Signer::sign`].
    pub(super) fn probe(&self, session: &Session) -> Result<(), Failure> {
        let scratch = files::scratch().map_err(Failure::outside)?;
        let staging = Staging::inside(scratch.path()).map_err(Failure::outside)?;
        let artifact = staging.path().join("probe");
        files::write(&artifact, b"plusone doctor\n").map_err(Failure::outside)?;
        self.sign(session, &artifact, &staging.path().join("probe.asc")).map(drop)
    }

    /// Verifies that `signature` holds a good signature over `artifact` by the chosen key.
    ///
    /// # Errors
    /// It does not; says what it holds instead.
    pub(super) fn verify(
        &self,
        session: &Session,
        artifact: &Path,
        signature: &Path,
    ) -> Result<package::Signer, Failure> {
        let bytes = files::read(signature, LARGEST_SIGNATURE).map_err(Failure::outside)?;
        let bytes = bytes.ok_or_else(|| {
            Failure::outside(format!("there is no signature `{}`", signature.display()))
        })?;
        let mut document = files::open(artifact).map_err(Failure::outside)?;
        // gpg's clock may be a second ahead of the instant this command was started at.
        let now = session.now.max(crate::backend::machine::now());
        let judged = judge(&bytes, &mut document, &self.keyring, now)
            .map_err(|error| Failure::outside(format!("`{}`: {error}", signature.display())))?;
        match judged.iter().find(|judgement| judgement.is_good()) {
            Some(good) => Ok(package::Signer {
                fingerprint: self.key.fingerprint.to_string(),
                user_id: good
                    .signer
                    .as_ref()
                    .and_then(|signer| signer.user_id.clone())
                    .unwrap_or_default(),
                algorithm: self.key.algorithm.clone(),
                digest: good.digest.to_string(),
            }),
            None => {
                let words: Vec<String> = judged.iter().map(|judgement| judgement.words()).collect();
                Err(Failure::usage(format!("`{}`: {}", signature.display(), words.join("; "))))
            }
        }
    }

    fn explain(&self, error: GpgError) -> Failure {
        let GpgError::Signing { outcome, stderr } = error else { return gpg_failure(error) };
        unsuccessful("made no signature", outcome, &stderr, &self.key.fingerprint.to_string())
    }
}

/// Says why gpg did not do what `it` says, with the remedy.
pub(super) fn unsuccessful(it: &str, outcome: SigningOutcome, stderr: &str, key: &str) -> Failure {
    let failed = |what: &str| Failure::outside(format!("gpg {it}: {what}"));
    match outcome {
        SigningOutcome::BadPassphrase => failed("the passphrase or PIN was wrong")
            .hint("try again; a smart card locks after three wrong PINs"),
        SigningOutcome::Cancelled => {
            failed("the question for the passphrase was cancelled").hint("try again")
        }
        SigningOutcome::TimedOut => failed("nobody answered the question for the passphrase")
            .hint("try again; `plusone doctor` asks for it before the work begins"),
        SigningOutcome::NoSecretKey => failed(&format!("the secret key of {key} is not here"))
            .hint("insert the card, or name another key with --key"),
        SigningOutcome::NoPinentry => failed("no pinentry program can be started")
            .hint("install one (`apt install pinentry-curses`), or unlock the key beforehand"),
        SigningOutcome::NoTerminal => failed("pinentry has no terminal to ask on")
            .hint("run `export GPG_TTY=$(tty)` in a terminal, or unlock the key beforehand"),
        SigningOutcome::NoAgent => failed("gpg-agent cannot be reached")
            .hint("start it with `gpgconf --launch gpg-agent`; is GNUPGHOME right?"),
        SigningOutcome::Unusable | SigningOutcome::KeyExpired | SigningOutcome::KeyRevoked => {
            failed(&format!("the key {key} is expired, revoked or disabled"))
                .hint("`gpg --list-secret-keys` shows its state; name another with --key")
        }
        SigningOutcome::Card(code) => failed(&format!("the smart card does not work ({code})"))
            .hint("`gpg --card-status` shows what is wrong with it"),
        SigningOutcome::OutputExists
        | SigningOutcome::Other(_)
        | SigningOutcome::Silent
        | SigningOutcome::Created(_) => {
            let words = stderr.lines().next_back().unwrap_or("it did not say why").to_owned();
            failed(words.trim_start_matches("gpg: "))
                .hint("`gpg --clearsign` in the same terminal shows whether gpg itself works")
        }
    }
}

impl ChosenKey {
    pub(super) fn new(key: &SecretKey, part: &SecretPart) -> Self {
        let kind = KeyKind {
            algorithm: part.algorithm,
            bits: Some(part.bits).filter(|bits| *bits > 0),
            curve: part.curve.clone(),
        };
        Self {
            fingerprint: key.primary.fingerprint,
            signing: part.fingerprint,
            algorithm: kind.to_string(),
            rsa_bits: kind.bits.filter(|_| part.algorithm == Algorithm::Rsa),
            expires: [key.primary.expires, part.expires].into_iter().flatten().min(),
            user_ids: live_user_ids(key),
        }
    }
}

fn live_user_ids(key: &SecretKey) -> Vec<String> {
    let live = key.user_ids.iter().filter(|id| id.validity != Validity::Revoked);
    live.map(|id| id.text.clone()).collect()
}

fn no_key(keys: &[SecretKey], project: &Project) -> Failure {
    let Some(key) = keys.first() else {
        return match &project.key {
            Some(key) => {
                Failure::usage(format!("gpg has no secret key `{}`", key.value)).hint(format!(
                    "the name comes from {}; `gpg --list-secret-keys` shows what there is",
                    key.source
                ))
            }
            None => Failure::usage("gpg has no secret key to sign with").hint(
                "make one with `plusone keys generate`; `plusone package --no-sign` needs none",
            ),
        };
    };
    let fingerprint = key.primary.fingerprint;
    let (why, hint) = match key.primary.validity {
        Validity::Expired => (
            "has expired",
            format!(
                "extend it with `gpg --quick-set-expire {fingerprint} 2y` and publish it again"
            ),
        ),
        Validity::Revoked => ("is revoked", "sign with another key".to_owned()),
        Validity::Disabled | Validity::Invalid => {
            ("is disabled or invalid", "sign with another key".to_owned())
        }
        Validity::Usable
            if key
                .subkeys
                .iter()
                .chain([&key.primary])
                .all(|part| part.place == SecretPlace::Elsewhere) =>
        {
            ("has its secret elsewhere", "bring the card or the machine that holds it".to_owned())
        }
        Validity::Usable => (
            "has no part that can sign now",
            format!(
                "`gpg --edit-key {fingerprint}` can add a signing subkey, or extend the one that expired"
            ),
        ),
    };
    Failure::usage(format!("the key {fingerprint} {why}")).hint(hint)
}

fn which_key(keys: &[(&SecretKey, &SecretPart)], wanted: Option<&str>) -> Failure {
    let failure = match wanted {
        Some(wanted) => Failure::usage(format!("`{wanted}` fits several secret keys")),
        None => Failure::usage("there are several secret keys to sign with"),
    };
    keys.iter().fold(failure, |failure, (key, _)| {
        let id = live_user_ids(key).into_iter().next().unwrap_or_default();
        failure.hint(format!("--key {} is {id}", key.primary.fingerprint))
    })
}

pub(super) fn gpg_failure(error: GpgError) -> Failure {
    match error {
        GpgError::Process(ProcessError::NotFound { .. }) => Failure::outside(error)
            .hint("install GnuPG: `apt install gnupg`, `brew install gnupg`")
            .hint("`plusone package --no-sign` makes archives without it"),
        GpgError::NoAgent => Failure::outside(error)
            .hint("start it with `gpgconf --launch gpg-agent`; is GNUPGHOME right?"),
        _ => Failure::outside(error),
    }
}
