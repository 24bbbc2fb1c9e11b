//! What is wrong with a KEYS file, each with the rule that says so.

use std::collections::HashSet;
use std::num::NonZero;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::algorithm::{Strength, StrengthRule};
use super::certificate::{Certificate, certificates};
use super::handle::Fingerprint;
use super::keyring::Keyring;
use super::keys_file::KeysFile;
use super::problem::{Problem, ProblemKind};

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing.
    pub id: FindingId,
    /// How bad it is.
    pub severity: Severity,
    /// The rule of POLICY, such as `K-08`.
    pub rule: &'static str,
    /// The line of the block it is about, counted from 1; for a lost entry, in the earlier file.
    pub line: u32,
    /// The certificate it is about.
    pub fingerprint: Option<Fingerprint>,
    /// What was found. It may quote foreign text.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Policy asks for better.
    Warning,
    /// Policy forbids it, or keys are missing.
    Error,
}

/// The kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingId {
    /// A block cannot be read, or not by everybody.
    KeysBlockReadable,
    /// Secret keys are in the file.
    KeysNoSecret,
    /// The same certificate stands in the file several times.
    KeysNoDuplicate,
    /// A certificate has no valid self-signature.
    KeysSelfSigned,
    /// A certificate is expired.
    KeysNotExpired,
    /// A certificate is revoked.
    KeysNotRevoked,
    /// A certificate's signing keys are weak, or not RSA.
    KeysStrength,
    /// A certificate's self-signatures all use SHA-1.
    KeysSelfSignatureDigest,
    /// No user id has an `@apache.org` address.
    KeysApacheUserId,
    /// No key of a certificate can sign.
    KeysCanSign,
    /// An entry of an earlier version of the file is gone.
    KeysEntryKept,
}

impl std::fmt::Display for FindingId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::KeysBlockReadable => "keys-block-readable",
            Self::KeysNoSecret => "keys-no-secret",
            Self::KeysNoDuplicate => "keys-no-duplicate",
            Self::KeysSelfSigned => "keys-self-signed",
            Self::KeysNotExpired => "keys-not-expired",
            Self::KeysNotRevoked => "keys-not-revoked",
            Self::KeysStrength => "keys-strength",
            Self::KeysSelfSignatureDigest => "keys-self-signature-digest",
            Self::KeysApacheUserId => "keys-apache-user-id",
            Self::KeysCanSign => "keys-can-sign",
            Self::KeysEntryKept => "keys-entry-kept",
        })
    }
}

/// What holds for a check.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How "RSA only" is taken.
    pub strength: StrengthRule,
    /// Threads to check self-signatures on.
    pub threads: NonZero<usize>,
}

impl Default for Options {
    fn default() -> Self {
        Self { strength: StrengthRule::default(), threads: NonZero::<usize>::MIN }
    }
}

/// Checks a KEYS file as of `now`, and that nothing of an `earlier` version is lost. The findings are in the order of
/// their lines, lost entries last.
pub fn lint(
    file: &KeysFile,
    earlier: Option<&KeysFile>,
    options: &Options,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let known_problems: HashSet<String> = earlier
        .into_iter()
        .flat_map(KeysFile::all_problems)
        .map(|problem| problem.kind.to_string())
        .collect();
    let unreadable = |problem: &Problem| {
        let new = earlier.is_some() && !known_problems.contains(&problem.kind.to_string());
        unreadable(problem, new)
    };
    let mut findings: Vec<_> = file.all_problems().into_iter().map(unreadable).collect();
    let before: Option<HashSet<Fingerprint>> =
        earlier.map(|earlier| earlier.certificates().map(|(_, raw)| raw.fingerprint).collect());
    let keyring = Keyring::new(file.clone());
    let checked = certificates(&keyring, now, options.threads);
    for (fingerprint, checked) in keyring.fingerprints().zip(checked) {
        let occurrences = keyring.occurrences(&fingerprint);
        let line = occurrences.first().map_or(1, |occurrence| occurrence.line);
        // An entry stays, whatever is wrong with it (K-07); only one that is usable and new can be done better.
        let new = before.as_ref().is_some_and(|before| !before.contains(&fingerprint));
        let about = |id, severity, rule, message, remedy| Finding {
            id,
            severity: match id {
                FindingId::KeysSelfSigned | FindingId::KeysBlockReadable => severity,
                _ if new => severity,
                _ => Severity::Note,
            },
            rule,
            line,
            fingerprint: Some(fingerprint),
            message,
            remedy,
        };
        match checked {
            Ok(certificate) => about_certificate(&certificate, options, now, &mut findings, &about),
            Err(error) => findings.push(about(
                FindingId::KeysBlockReadable,
                Severity::Error,
                "K-05",
                error.to_string(),
                "export the key again with `gpg --armor --export` and append it",
            )),
        }
        for again in occurrences.get(1..).unwrap_or_default() {
            let copies = occurrences.iter().take_while(|occurrence| *occurrence != again);
            let content = keyring.packets(again);
            let same = copies.map(|copy| keyring.packets(copy)).any(|copy| copy == content);
            let (severity, message) = if same {
                (Severity::Warning, format!("the same entry stands at line {line} already"))
            } else {
                (Severity::Note, format!("another entry of the key at line {line}"))
            };
            let remedy = "nothing: entries are never removed, and readers take them together";
            let finding = about(FindingId::KeysNoDuplicate, severity, "K-07", message, remedy);
            findings.push(Finding { line: again.line, ..finding });
        }
    }
    if keyring.is_empty() && findings.is_empty() {
        // A page of a server that says "not found" is such a file.
        findings.push(Finding {
            id: FindingId::KeysBlockReadable,
            severity: Severity::Error,
            rule: "K-05",
            line: 1,
            fingerprint: None,
            message: "no public key is in the file".to_owned(),
            remedy: "see whether it is the KEYS file; `plusone keys append` puts a key into one",
        });
    }
    findings.sort_by_key(|finding| finding.line);
    findings.extend(earlier.into_iter().flat_map(|earlier| lost(earlier, &keyring)));
    findings
}

fn unreadable(problem: &Problem, new: bool) -> Finding {
    let (id, severity, rule, remedy) = match &problem.kind {
        // An old one has to stay; no program of today reads it, however it is written.
        ProblemKind::UnsupportedVersion { version } => (
            FindingId::KeysBlockReadable,
            if new { Severity::Error } else { Severity::Note },
            "K-05",
            match version {
                2 | 3 => {
                    "nothing: gpg no longer reads such keys either; who needs to sign makes a new key"
                }
                _ => "its owner makes a key of version 4 and appends it; the entry stays",
            },
        ),
        ProblemKind::NotKeys { .. } => (
            FindingId::KeysBlockReadable,
            if new { Severity::Warning } else { Severity::Note },
            "K-05",
            "nothing: readers pass over it",
        ),
        ProblemKind::SecretKey => (
            FindingId::KeysNoSecret,
            Severity::Error,
            "K-11",
            "treat the key as compromised: revoke it, make a new one, and take the block out",
        ),
        kind => (
            FindingId::KeysBlockReadable,
            if kind.hides_keys() { Severity::Error } else { Severity::Warning },
            "K-05",
            "append the key again in a block of its own, as `plusone keys export` writes it",
        ),
    };
    let (line, message) = (problem.line, problem.kind.to_string());
    Finding { id, severity, rule, line, fingerprint: None, message, remedy }
}

fn about_certificate(
    certificate: &Certificate,
    options: &Options,
    now: DateTime<Utc>,
    findings: &mut Vec<Finding>,
    about: &dyn Fn(FindingId, Severity, &'static str, String, &'static str) -> Finding,
) {
    let mut find = |id, severity, rule, message: String, remedy| {
        findings.push(about(id, severity, rule, message, remedy));
    };
    if !certificate.self_signed {
        find(
            FindingId::KeysSelfSigned,
            Severity::Error,
            "K-05",
            "no valid self-signature, so gpg does not import it".to_owned(),
            "ask its owner to renew the self-signature (any change of expiry does) and append it",
        );
    }
    if certificate.is_from_the_future(now) {
        find(
            FindingId::KeysSelfSigned,
            Severity::Error,
            "K-05",
            format!(
                "made in the future, on {}, so gpg does not take it",
                certificate.created.format("%Y-%m-%d")
            ),
            "its owner sets the clock, makes a new key and appends that",
        );
    }
    if let Some(revocation) = &certificate.revoked {
        find(
            FindingId::KeysNotRevoked,
            if revocation.hard { Severity::Warning } else { Severity::Note },
            "K-12",
            format!("revoked on {}: {}", revocation.at.format("%Y-%m-%d"), revocation.reason()),
            "leave the entry; sign current releases with another key",
        );
    } else if let Some(at) = certificate.expires.filter(|at| *at <= now) {
        find(
            FindingId::KeysNotExpired,
            Severity::Note,
            "K-13",
            format!("expired on {}", at.format("%Y-%m-%d")),
            "its owner may extend it, which repairs old signatures too; the entry stays",
        );
    }
    let keys = certificate.signing_keys(now);
    // A key that can sign nothing new needs no strength any more.
    let strongest = keys
        .iter()
        .map(|(_, kind)| (kind.strength(options.strength), kind))
        .min_by_key(|(strength, _)| match strength {
            Strength::Recommended => 0,
            Strength::Allowed => 1,
            Strength::NotRsa => 2,
            Strength::NotAllowed => 3,
            Strength::TooWeak => 4,
        });
    if let Some((strength, kind)) = strongest {
        let (severity, message) = match strength {
            Strength::Recommended => (None, String::new()),
            Strength::Allowed => (Some(Severity::Note), format!("{kind}; RSA 4096 is recommended")),
            Strength::NotRsa => (Some(Severity::Warning), format!("{kind}; policy asks for RSA")),
            Strength::NotAllowed => (Some(Severity::Error), format!("{kind}; policy asks for RSA")),
            Strength::TooWeak => (Some(Severity::Error), format!("{kind}, which is too weak")),
        };
        if let Some(severity) = severity {
            let remedy = "sign new releases with an RSA key of 4096 bits; the entry stays";
            find(FindingId::KeysStrength, severity, "K-08", message, remedy);
        }
        if certificate.sha1_only {
            find(
                FindingId::KeysSelfSignatureDigest,
                Severity::Warning,
                "K-09",
                "all self-signatures use SHA-1".to_owned(),
                "its owner renews them by changing the expiry, with `cert-digest-algo SHA512`",
            );
        }
        if certificate.asf_id.is_none() {
            find(
                FindingId::KeysApacheUserId,
                Severity::Note,
                "K-14",
                "no user id with an @apache.org address".to_owned(),
                "its owner adds one with `gpg --quick-add-uid` and appends the key again",
            );
        }
    } else if certificate.self_signed
        && certificate.revoked.is_none()
        && !certificate.is_from_the_future(now)
        && !certificate.is_expired(now)
    {
        find(
            FindingId::KeysCanSign,
            Severity::Warning,
            "K-17",
            "no key of it can sign".to_owned(),
            "its owner adds a signing subkey and appends the key again",
        );
    }
}

fn lost(earlier: &KeysFile, keyring: &Keyring) -> Vec<Finding> {
    let kept: HashSet<_> = keyring.fingerprints().collect();
    let mut seen = HashSet::new();
    earlier
        .certificates()
        .filter(|(_, raw)| !kept.contains(&raw.fingerprint) && seen.insert(raw.fingerprint))
        .map(|(block, raw)| Finding {
            id: FindingId::KeysEntryKept,
            severity: Severity::Error,
            rule: "K-07",
            line: block.first_line,
            fingerprint: Some(raw.fingerprint),
            message: "the entry was in the earlier version and is gone".to_owned(),
            remedy: "put the entry back: archived releases are verified with it",
        })
        .collect()
}
