//! `plusone keys generate`: a key that fits the rules, made by gpg where its secret stays.

use chrono::{DateTime, Utc};
use clap::Args;

use super::super::Session;
use super::super::signing::{gpg_failure, unsuccessful};
use super::project;
use crate::backend::gpg::{self, GpgError, NewKey, Passphrase};
use crate::error::{ExitStatus, Failure};
use crate::openpgp::gpg_status::SigningOutcome;
use crate::policy::Preset;
use crate::report::keys::GeneratedReport;

/// Arguments of `plusone keys generate`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The key is RSA, made by gpg in your GnuPG home; gpg's own pinentry asks for the passphrase. \
Without a terminal hand it over by --passphrase-fd.")]
pub(super) struct GenerateArgs {
    /// Your name
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Your address, as in id@apache.org
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// Comment in the user id
    #[arg(long, value_name = "TEXT", default_value = "CODE SIGNING KEY")]
    comment: String,
    /// Bits of the RSA key
    #[arg(long, value_name = "BITS", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(3072..=16384))]
    bits: u32,
    /// How long it is valid, as in 2y; "never" is possible [default: 5y, asked for at a terminal]
    #[arg(long, value_name = "PERIOD", value_parser = period)]
    expire: Option<String>,
    /// Sign with a subkey, and keep the primary key for certifying
    #[arg(long)]
    subkey: bool,
    /// File descriptor from which gpg reads the passphrase
    #[arg(long, value_name = "N")]
    passphrase_fd: Option<u32>,
    /// Protect the key by no passphrase (for throw-away keys)
    #[arg(long, conflicts_with = "passphrase_fd")]
    no_passphrase: bool,
}

/// How long a key is valid unless said otherwise.
const DEFAULT_PERIOD: &str = "5y";

fn period(text: &str) -> Result<String, String> {
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let counted = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let known = matches!(unit, "d" | "w" | "m" | "y");
    if text == "never" || text == "0" || (counted && known) {
        Ok(text.to_owned())
    } else {
        Err("expected a number and d, w, m or y, as in 5y, or never".to_owned())
    }
}

pub(super) fn run(session: &Session, args: GenerateArgs) -> Result<ExitStatus, Failure> {
    let project = project(session)?;
    let preset = project.as_ref().map_or(Preset::TopLevel, |project| project.preset.value);
    let user_id = user_id(&args)?;
    if let Some(domain) = preset.key_domain()
        && !args.email.ends_with(&format!("@{domain}"))
    {
        session.ui.warn(&format!("`{}` is no @{domain} address (K-14)", args.email));
    }
    let expire = match args.expire.clone() {
        Some(expire) => expire,
        None if session.ui.can_ask() => {
            let answer = session.ui.ask("How long shall the key be valid", DEFAULT_PERIOD)?;
            period(&answer).map_err(Failure::usage)?
        }
        None => DEFAULT_PERIOD.to_owned(),
    };
    let passphrase = match (args.passphrase_fd, args.no_passphrase) {
        (Some(descriptor), _) => Passphrase::Descriptor(descriptor),
        (None, true) => Passphrase::None,
        (None, false) => Passphrase::Pinentry,
    };
    for key in gpg::secret_keys(Some(&format!("={user_id}"))).map_err(gpg_failure)? {
        let there = key.primary.fingerprint;
        session.ui.warn(&format!("gpg has a secret key of this user id already: {there}"));
    }
    session.ui.note("making the key; gpg gathers randomness for it");
    let new = NewKey {
        name: args.name.trim(),
        comment: args.comment.trim(),
        email: &args.email,
        bits: args.bits,
        expire: &expire,
        subkey: args.subkey,
        passphrase,
    };
    let made = gpg::generate(&new).map_err(|error| match error {
        GpgError::Signing { outcome, stderr } => {
            let nobody_asked =
                matches!(outcome, SigningOutcome::NoPinentry | SigningOutcome::NoTerminal);
            let failure = unsuccessful("made no key", outcome, &stderr, "that was to be made");
            match nobody_asked {
                true => Failure { hints: Vec::new(), ..failure }
                    .hint("run it at a terminal, after `export GPG_TTY=$(tty)`")
                    .hint("without a terminal, hand the passphrase over by --passphrase-fd"),
                false => failure,
            }
        }
        other => gpg_failure(other),
    })?;
    let expires: Option<DateTime<Utc>> = made.key.primary.expires;
    let keys = project.and_then(|project| {
        let names = project.names(None, None);
        let area = project.dist_release?.value.render(&names).ok()?;
        Some(format!("{area}/KEYS"))
    });
    session.ui.emit(&GeneratedReport {
        fingerprint: made.key.primary.fingerprint.to_string(),
        user_id,
        expires,
        revocation: made.revocation.display().to_string(),
        asf: preset.is_asf(),
        keys,
    })
}

fn user_id(args: &GenerateArgs) -> Result<String, Failure> {
    let plain =
        |text: &str| !text.contains(['<', '>', '(', ')']) && !text.contains(char::is_control);
    for (what, text) in
        [("--name", &args.name), ("--email", &args.email), ("--comment", &args.comment)]
    {
        if !plain(text) {
            return Err(Failure::usage(format!("{what} holds a bracket or a control character")));
        }
    }
    if args.name.trim().is_empty() {
        return Err(Failure::usage("--name is empty").hint("voters know you by your real name"));
    }
    let well_formed = args.email.split_once('@').is_some_and(|(local, domain)| {
        let separates = |c: char| c.is_whitespace() || "@,;:\"\\".contains(c);
        !local.is_empty()
            && domain.contains('.')
            && !local.contains(separates)
            && !domain.contains(separates)
    });
    if !well_formed {
        return Err(Failure::usage(format!("`{}` is no mail address", args.email)));
    }
    Ok(match args.comment.trim() {
        "" => format!("{} <{}>", args.name.trim(), args.email),
        comment => format!("{} ({comment}) <{}>", args.name.trim(), args.email),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_those_of_gpg() {
        for good in ["5y", "18m", "2w", "365d", "never", "0"] {
            assert!(period(good).is_ok(), "{good}");
        }
        for bad in ["", "y", "5", "5 y", "-1y", "2030-01-01", "5ÿ"] {
            assert!(period(bad).is_err(), "{bad}");
        }
    }
}
