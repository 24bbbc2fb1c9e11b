//! What `gpg --status-fd` says while it signs, read from its machine lines alone: never from its words, which are
//! translated.
//!
//! Numbers are those of libgpg-error: the low 16 bits are the code, bits 24 to 30 say which program it came from.

use chrono::{DateTime, Utc};

use super::algorithm::{Algorithm, DigestAlgorithm};
use super::handle::Fingerprint;
use super::instant::utc_seconds;

/// How an attempt to sign ended. The exit status of `gpg` is to be looked at as well: only both together are success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningOutcome {
    /// A signature was made.
    Created(Created),
    /// The passphrase, or the PIN of a card, was wrong.
    BadPassphrase,
    /// The person closed the question for the passphrase.
    Cancelled,
    /// Nobody answered the question for the passphrase in time.
    TimedOut,
    /// There is no such secret key.
    NoSecretKey,
    /// A passphrase is needed and no pinentry program can be started to ask for it.
    NoPinentry,
    /// The pinentry program has no terminal to ask on.
    NoTerminal,
    /// The agent that keeps the secret keys cannot be reached or started.
    NoAgent,
    /// The secret key is there and cannot be used: expired, revoked, disabled or not for signing. `gpg` 2.2 does not
    /// say which; see [`gpg_listing`](super::gpg_listing).
    Unusable,
    /// The key is expired.
    KeyExpired,
    /// The key is revoked.
    KeyRevoked,
    /// The smart card is missing, blocked or not working.
    Card(ErrorCode),
    /// The output file exists already.
    OutputExists,
    /// Something else went wrong.
    Other(ErrorCode),
    /// Neither a signature nor a failure was reported.
    Silent,
}

/// A signature that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// The fingerprint of the key or subkey that signed.
    pub fingerprint: Fingerprint,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// The digest algorithm.
    pub digest: DigestAlgorithm,
    /// When it was made, by the clock of `gpg`.
    pub at: DateTime<Utc>,
    /// Whether it is a detached signature.
    pub detached: bool,
}

/// A number of libgpg-error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorCode(pub u32);

impl ErrorCode {
    /// Returns what went wrong, without who says so.
    pub fn code(self) -> u16 {
        (self.0 & 0xffff) as u16
    }

    /// Returns the program that says so: 2 for `gpg`, 4 for the agent, 5 for pinentry, 6 for the card daemon.
    pub fn source(self) -> u8 {
        (self.0 >> 24 & 0x7f) as u8
    }

    /// Returns the name of the program that says so.
    pub fn source_name(self) -> &'static str {
        match self.source() {
            2 => "gpg",
            4 => "gpg-agent",
            5 => "pinentry",
            6 => "scdaemon",
            _ => "unknown program",
        }
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "error {} from {}", self.code(), self.source_name())
    }
}

/// Reads the status lines of one signing. Lines of other origin between them are skipped.
pub fn signing_outcome(status: &[u8]) -> SigningOutcome {
    let mut created = None;
    let mut failure = None;
    let mut told = None;
    for line in status.split(|byte| *byte == b'\n') {
        let Ok(line) = str::from_utf8(line) else {
            continue;
        };
        let Some(line) = line.trim_end().strip_prefix("[GNUPG:] ") else {
            continue;
        };
        let mut words = line.split_ascii_whitespace();
        match words.next() {
            Some("SIG_CREATED") => created = signature(words),
            Some("FAILURE") => failure = words.nth(1).and_then(error_code).or(failure),
            Some("ERROR") => failure = failure.or(words.nth(1).and_then(error_code)),
            Some("INV_SGNR") => match words.next() {
                Some("1" | "9") => told = told.or(Some(SigningOutcome::NoSecretKey)),
                Some("3" | "13") => told = Some(SigningOutcome::Unusable),
                Some("4") => told = Some(SigningOutcome::KeyRevoked),
                Some("5") => told = Some(SigningOutcome::KeyExpired),
                _ => {}
            },
            Some("KEYEXPIRED") => told = Some(SigningOutcome::KeyExpired),
            Some("KEYREVOKED") => told = Some(SigningOutcome::KeyRevoked),
            Some("NO_SECKEY") => told = told.or(Some(SigningOutcome::NoSecretKey)),
            Some("BAD_PASSPHRASE" | "MISSING_PASSPHRASE") => {
                told = Some(SigningOutcome::BadPassphrase);
            }
            _ => {}
        }
    }
    match (failure, told, created) {
        (Some(code), told, _) => failed(code, told),
        (None, _, Some(created)) => SigningOutcome::Created(created),
        (None, Some(told), None) => told,
        (None, None, None) => SigningOutcome::Silent,
    }
}

/// Whether a question for the passphrase was put to the person.
pub fn pinentry_was_launched(status: &[u8]) -> bool {
    let mut lines = status.split(|byte| *byte == b'\n');
    lines.any(|line| line.starts_with(b"[GNUPG:] PINENTRY_LAUNCHED "))
}

fn failed(code: ErrorCode, told: Option<SigningOutcome>) -> SigningOutcome {
    const SYSTEM: u16 = 1 << 15;
    const FILE_EXISTS: u16 = SYSTEM | 35;
    const NOT_A_TERMINAL: u16 = SYSTEM | 102;
    match (code.code(), told) {
        // The key's own state says more than the failure that follows from it.
        (_, Some(told @ (SigningOutcome::KeyExpired | SigningOutcome::KeyRevoked))) => told,
        (11 | 31 | 87, _) => SigningOutcome::BadPassphrase,
        (99 | 198 | 277 | 114, _) => SigningOutcome::Cancelled,
        (62, _) => SigningOutcome::TimedOut,
        // Pinentry's own "no passphrase given".
        (177 | 178, _) => SigningOutcome::BadPassphrase,
        (85 | 86, _) => SigningOutcome::NoPinentry,
        (NOT_A_TERMINAL, _) => SigningOutcome::NoTerminal,
        (77 | 78 | 259 | 269, _) => SigningOutcome::NoAgent,
        (FILE_EXISTS, _) => SigningOutcome::OutputExists,
        (94, _) => SigningOutcome::KeyRevoked,
        (101 | 153, _) => SigningOutcome::KeyExpired,
        (108..=113 | 119 | 123 | 130 | 132, _) => SigningOutcome::Card(code),
        (53 | 54 | 125, _) => SigningOutcome::Unusable,
        (9 | 17, _) => SigningOutcome::NoSecretKey,
        _ if code.source() == 6 => SigningOutcome::Card(code),
        (_, Some(told)) => told,
        _ => SigningOutcome::Other(code),
    }
}

/// Reads `<type> <pk_algo> <hash_algo> <class> <timestamp> <fingerprint>`.
fn signature<'w>(mut words: impl Iterator<Item = &'w str>) -> Option<Created> {
    let detached = words.next()?.starts_with('D');
    let algorithm = Algorithm::from_id(words.next()?.parse().ok()?);
    let digest = DigestAlgorithm::from_id(words.next()?.parse().ok()?);
    let at = instant(words.nth(1)?)?;
    let fingerprint = words.next()?.parse().ok()?;
    Some(Created { fingerprint, algorithm, digest, at, detached })
}

/// Reads seconds since 1970 or `20261121T072817`; `gpg` documents both.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    if text.contains('T') {
        let time = chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok()?;
        return Some(time.and_utc());
    }
    text.parse().ok().filter(|seconds| *seconds > 0).map(utc_seconds)
}

/// Reads a number with or without the name behind it, as in `151011327_EOF`.
fn error_code(text: &str) -> Option<ErrorCode> {
    text.split('_').next()?.parse().ok().map(ErrorCode)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The lines are those of gpg 2.2.40, provoked one by one.
    const CONSIDERED: &str = "[GNUPG:] KEY_CONSIDERED 24AC890D9710955D44F22A56F1DFBE380DDEBC3A 2\n[GNUPG:] BEGIN_SIGNING H10\n";

    fn after_considering(rest: &str) -> SigningOutcome {
        signing_outcome(format!("{CONSIDERED}{rest}\n").as_bytes())
    }

    #[test]
    fn reads_a_signature() {
        let line =
            "[GNUPG:] SIG_CREATED D 1 10 00 1795246097 24AC890D9710955D44F22A56F1DFBE380DDEBC3A";
        let SigningOutcome::Created(created) = after_considering(line) else {
            panic!("no signature seen");
        };
        assert_eq!(created.fingerprint.to_string(), "24AC890D9710955D44F22A56F1DFBE380DDEBC3A");
        assert_eq!(created.algorithm, Algorithm::Rsa);
        assert_eq!(created.digest, DigestAlgorithm::Sha512);
        assert_eq!(created.at.to_rfc3339(), "2026-11-21T07:28:17+00:00");
        assert!(created.detached);
    }

    #[test]
    fn tells_the_failures_apart() {
        use SigningOutcome::*;
        assert_eq!(after_considering("[GNUPG:] FAILURE sign 67108875"), BadPassphrase);
        assert_eq!(after_considering("[GNUPG:] FAILURE sign 67108963"), Cancelled);
        assert_eq!(after_considering("[GNUPG:] FAILURE sign 83886179_CANCELED"), Cancelled);
        assert_eq!(after_considering("[GNUPG:] FAILURE sign 67108949"), NoPinentry);
        assert_eq!(after_considering("[GNUPG:] FAILURE sign 33587235"), OutputExists);
        let terminal = "[GNUPG:] PINENTRY_LAUNCHED 18480 curses 1.2.1 - xterm - - 0/0 -\n\
                        [GNUPG:] FAILURE sign 83918950";
        assert_eq!(after_considering(terminal), NoTerminal);
        assert!(pinentry_was_launched(terminal.as_bytes()));
        let unknown = b"[GNUPG:] INV_SGNR 9 zz@apache.org\n[GNUPG:] FAILURE sign 17\n";
        assert_eq!(signing_outcome(unknown), NoSecretKey);
        // gpg 2.2 says the same of an expired and of a revoked key.
        let expired = b"[GNUPG:] KEY_CONSIDERED 775369A2C771F741B6A6FABB4FC4D5B622FFC805 3\n\
                        [GNUPG:] INV_SGNR 9 b@apache.org\n[GNUPG:] FAILURE sign 54\n";
        assert_eq!(signing_outcome(expired), Unusable);
        let no_agent = b"[GNUPG:] INV_SGNR 0 a@apache.org\n[GNUPG:] FAILURE sign 33554509\n";
        assert_eq!(signing_outcome(no_agent), NoAgent);
        assert_eq!(signing_outcome(b"gpg: signing failed: Unpassende Passphrase\n"), Silent);
        let card = after_considering("[GNUPG:] FAILURE sign 100663408");
        assert_eq!(card, Card(ErrorCode(100_663_408)));
        assert_eq!(after_considering("[GNUPG:] FAILURE sign 1"), Other(ErrorCode(1)));
    }

    #[test]
    fn a_failure_after_a_signature_is_a_failure() {
        let status = "[GNUPG:] SIG_CREATED D 1 10 00 1795246097 \
                      24AC890D9710955D44F22A56F1DFBE380DDEBC3A\n[GNUPG:] FAILURE sign 33587228";
        assert_eq!(after_considering(status), SigningOutcome::Other(ErrorCode(33_587_228)));
    }
}
