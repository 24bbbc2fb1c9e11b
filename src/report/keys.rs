//! Certificates and KEYS files, listed and checked.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Page, Report, Tone, count};
use crate::error::ExitStatus;
use crate::openpgp::lint::{Finding, Severity};
use crate::openpgp::{Certificate, Problem};

/// Every certificate of a KEYS file.
#[derive(Debug, Serialize)]
pub struct KeysReport {
    /// Where it was read.
    pub source: String,
    /// SHA-512 of the file, hex.
    pub sha512: String,
    /// As of when expiry is judged.
    pub as_of: DateTime<Utc>,
    /// In the order of the file, each once.
    pub certificates: Vec<ListedCertificate>,
    /// Blocks and places that cannot be read, or not by everybody.
    pub problems: Vec<Problem>,
}

/// A certificate with the places where it stands.
#[derive(Debug, Serialize)]
pub struct ListedCertificate {
    /// Lines of its blocks, from 1.
    pub lines: Vec<u32>,
    /// What it says of itself; none if it cannot be understood.
    #[serde(flatten)]
    pub certificate: Option<Certificate>,
    /// Its fingerprint, where it cannot be understood, and why.
    pub unreadable: Option<String>,
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

impl Report for KeysReport {
    const SCHEMA: &'static str = "plusone.keys/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        for listed in &self.certificates {
            let lines: Vec<String> = listed.lines.iter().map(u32::to_string).collect();
            let lines = lines.join(", ");
            match &listed.certificate {
                Some(certificate) => write_certificate(page, certificate, &lines, self.as_of),
                None => {
                    let reason = listed.unreadable.as_deref().unwrap_or("cannot be read");
                    page.item(Tone::Bad, "unread", reason, [("line", lines)]);
                }
            }
        }
        for problem in &self.problems {
            let (tone, label) = match problem.kind.hides_keys() {
                true => (Tone::Bad, "unread"),
                false => (Tone::Warning, "odd"),
            };
            page.item(tone, label, &format!("line {}: {}", problem.line, problem.kind), []);
        }
        if self.certificates.is_empty() && self.problems.is_empty() {
            page.item(Tone::Bad, "empty", "no public key in it: is this a KEYS file?", []);
        }
        page.fields([
            ("file", self.source.clone()),
            ("sha512", self.sha512.clone()),
            ("holds", count(self.certificates.len() as u64, "certificate", "certificates")),
        ]);
    }
}

fn write_certificate(page: &mut Page, certificate: &Certificate, lines: &str, now: DateTime<Utc>) {
    let (tone, label) = if certificate.revoked.is_some() {
        (Tone::Bad, "revoked")
    } else if certificate.is_from_the_future(now) {
        (Tone::Bad, "future")
    } else if certificate.is_expired(now) {
        (Tone::Warning, "expired")
    } else if !certificate.self_signed {
        (Tone::Bad, "unbound")
    } else {
        (Tone::Good, "valid")
    };
    let text = format!("{} {}", certificate.fingerprint, certificate.kind);
    let mut details = Vec::new();
    for id in &certificate.user_ids {
        let state = match (id.revoked, id.bound) {
            (true, _) => " (revoked)",
            (false, false) => " (not signed by the key)",
            (false, true) => "",
        };
        details.push(("user id", format!("{}{state}", id.text)));
    }
    if let Some(id) = &certificate.asf_id {
        details.push(("ASF id", format!("{id} (by its address)")));
    }
    let expires = certificate.expires.map_or("never expires".to_owned(), |at| {
        format!("{} {}", if at <= now { "expired" } else { "expires" }, day(at))
    });
    details.push(("created", format!("{}, {expires}", day(certificate.created))));
    if let Some(revocation) = &certificate.revoked {
        let text = match revocation.text.is_empty() {
            true => String::new(),
            false => format!(": {}", revocation.text),
        };
        details.push(("revoked", format!("{}, {}{text}", day(revocation.at), revocation.reason())));
    }
    for subkey in certificate.subkeys.iter().filter(|subkey| subkey.can_sign) {
        let state = match (&subkey.revoked, subkey.expires) {
            (Some(revocation), _) => format!(", revoked {}", day(revocation.at)),
            (None, Some(at)) if at <= now => format!(", expired {}", day(at)),
            (None, Some(at)) => format!(", expires {}", day(at)),
            (None, None) => String::new(),
        };
        details.push(("signs with", format!("{} {}{state}", subkey.fingerprint, subkey.kind)));
    }
    if certificate.sha1_only {
        details.push(("note", "its self-signatures use SHA-1 or MD5 only".to_owned()));
    }
    details.push(("line", lines.to_owned()));
    page.item(tone, label, &text, details);
}

/// The user's own secret keys, and whether they fit the rules.
#[derive(Debug, Serialize)]
pub struct SecretKeysReport {
    /// One by one.
    pub keys: Vec<SecretKeyState>,
}

/// One secret key.
#[derive(Debug, Serialize)]
pub struct SecretKeyState {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Algorithm and size of the key that signs: `RSA 4096`.
    pub algorithm: String,
    /// Its user ids.
    pub user_ids: Vec<String>,
    /// When it expires.
    pub expires: Option<DateTime<Utc>>,
    /// Why it does not fit; empty if it does.
    pub objections: Vec<String>,
    /// What is worth knowing although it fits.
    pub remarks: Vec<String>,
}

impl Report for SecretKeysReport {
    const SCHEMA: &'static str = "plusone.secret-keys/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        if self.keys.is_empty() {
            page.paragraph("gpg has no secret key. To make one:");
            page.commands([&[
                "plusone",
                "keys",
                "generate",
                "--name",
                "Your Name",
                "--email",
                "id@apache.org",
            ][..]]);
        }
        for key in &self.keys {
            let (tone, label) = match key.objections.is_empty() {
                true => (Tone::Good, "fits"),
                false => (Tone::Bad, "unfit"),
            };
            let mut details: Vec<(&str, String)> = Vec::new();
            details.extend(key.user_ids.iter().map(|id| ("user id", id.clone())));
            details.push(("expires", key.expires.map_or("never".to_owned(), day)));
            details.extend(key.objections.iter().map(|text| ("because", text.clone())));
            details.extend(key.remarks.iter().map(|text| ("note", text.clone())));
            page.item(tone, label, &format!("{} {}", key.fingerprint, key.algorithm), details);
        }
    }
}

/// What is wrong with a KEYS file.
#[derive(Debug, Serialize)]
pub struct KeysCheckReport {
    /// Where it was read.
    pub source: String,
    /// The earlier version it was compared with.
    pub against: Option<String>,
    /// Different certificates in it.
    pub certificates: usize,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Report for KeysCheckReport {
    const SCHEMA: &'static str = "plusone.keys-check/1";

    fn exit(&self) -> ExitStatus {
        match self.findings.iter().any(|finding| finding.severity == Severity::Error) {
            true => ExitStatus::Bad,
            false => ExitStatus::Done,
        }
    }

    fn write(&self, page: &mut Page) {
        for finding in &self.findings {
            let (tone, label) = match finding.severity {
                Severity::Error => (Tone::Bad, "error"),
                Severity::Warning => (Tone::Warning, "warning"),
                Severity::Note => (Tone::Plain, "note"),
            };
            let mut details = Vec::new();
            if let Some(fingerprint) = finding.fingerprint {
                details.push(("key", fingerprint.to_string()));
            }
            details.push(("fix", finding.remedy.to_owned()));
            details.push(("rule", finding.rule.to_owned()));
            let text = format!("{}: line {}: {}", finding.id, finding.line, finding.message);
            page.item(tone, label, &text, details);
        }
        let number = |severity| {
            self.findings.iter().filter(|finding| finding.severity == severity).count() as u64
        };
        page.paragraph(&format!(
            "{}: {}, {}, {}, {}.",
            self.source,
            count(self.certificates as u64, "certificate", "certificates"),
            count(number(Severity::Error), "error", "errors"),
            count(number(Severity::Warning), "warning", "warnings"),
            count(number(Severity::Note), "note", "notes"),
        ));
    }
}

/// One entry of a KEYS file.
#[derive(Debug, Serialize)]
pub struct EntryReport {
    /// The certificate's fingerprint.
    pub fingerprint: String,
    /// The entry's text.
    pub entry: String,
}

impl Report for EntryReport {
    const SCHEMA: &'static str = "plusone.keys-entry/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        page.verbatim(&self.entry);
    }
}

/// What `keys append` did to a local file.
#[derive(Debug, Serialize)]
pub struct AppendReport {
    /// The file.
    pub file: String,
    /// The certificate's fingerprint.
    pub fingerprint: String,
    /// Whether anything was appended.
    pub appended: bool,
    /// What was new in the certificate; empty if all of it was, or nothing.
    pub changes: Vec<String>,
}

impl Report for AppendReport {
    const SCHEMA: &'static str = "plusone.keys-append/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        if !self.appended {
            let text = format!("{} has all of {} already", self.file, self.fingerprint);
            page.item(Tone::Plain, "kept", &text, []);
            return;
        }
        let text = format!("{} to {}", self.fingerprint, self.file);
        let details = self.changes.iter().map(|change| ("because", change.clone()));
        page.item(Tone::Good, "appended", &text, details);
    }
}

/// A key that was made.
#[derive(Debug, Serialize)]
pub struct GeneratedReport {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Its user id.
    pub user_id: String,
    /// When it expires.
    pub expires: Option<DateTime<Utc>>,
    /// Where its revocation certificate is.
    pub revocation: String,
    /// Whether the ASF's next steps apply.
    pub asf: bool,
    /// Where the project's KEYS file is, if it is known.
    pub keys: Option<String>,
}

impl Report for GeneratedReport {
    const SCHEMA: &'static str = "plusone.keys-generate/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        page.title(&format!("Key made: {}", self.user_id));
        page.fields([
            ("fingerprint", self.fingerprint.clone()),
            ("expires", self.expires.map_or("never".to_owned(), day)),
            ("revocation", self.revocation.clone()),
        ]);
        page.paragraph("What is left to do:");
        let keys = self.keys.as_deref().unwrap_or("KEYS");
        let mut steps = vec![(
            "Keep a copy of the revocation certificate and of the secret key where this machine's end does not reach them.".to_owned(),
            vec!["gpg", "--armor", "--output", "secret-key-backup.asc", "--export-secret-keys", &self.fingerprint],
        )];
        if self.asf {
            steps.push((
                format!("Paste the fingerprint {} at https://id.apache.org/, so that it is shown with your ASF id.", self.fingerprint),
                Vec::new(),
            ));
        }
        steps.push((
            "Have git sign your tags with it: by name and address git would not find it."
                .to_owned(),
            vec!["git", "config", "--global", "user.signingKey", &self.fingerprint],
        ));
        steps.push((
            "Send the public key to a keyserver; that server mails you a link to confirm the address.".to_owned(),
            vec!["plusone", "keys", "publish", &self.fingerprint, "--execute"],
        ));
        steps.push((
            "Append it to the project's KEYS file.".to_owned(),
            vec!["plusone", "keys", "append", &self.fingerprint, "--to", keys],
        ));
        for (number, (text, command)) in steps.iter().enumerate() {
            page.paragraph(&format!("{}. {text}", number + 1));
            if !command.is_empty() {
                page.commands([&command[..]]);
            }
        }
    }
}
