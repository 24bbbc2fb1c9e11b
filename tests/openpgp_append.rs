//! Entries, appending them, and the lint of KEYS files.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test"
)]

mod support;

use std::num::NonZero;

use chrono::Utc;
use plusone::openpgp::append::{Change, Decision, Options, Refusal, append};
use plusone::openpgp::entry::{Extent, entry};
use plusone::openpgp::lint::{self, Finding, FindingId, Severity, lint};
use plusone::openpgp::{Keyring, KeysFile, Limits, StrengthRule};
use support::gpg::{Home, programs_for};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("tests/fixtures/keys/{name}.asc")).unwrap()
}

fn read(bytes: &[u8]) -> KeysFile {
    KeysFile::read(bytes, &Limits::default()).unwrap()
}

fn only_entry(bytes: &[u8], extent: Extent) -> String {
    let keyring = Keyring::new(read(bytes));
    let fingerprint = keyring.fingerprints().next().unwrap();
    entry(&keyring, &fingerprint, extent, Utc::now()).unwrap()
}

fn decide(old: &[u8], new: &[u8]) -> Result<Decision, Refusal> {
    append(old, new, &Options::default(), Utc::now())
}

/// Appends and returns the whole file with the changes.
#[track_caller]
fn appended(old: &[u8], new: &[u8]) -> (Vec<u8>, Vec<Change>) {
    match decide(old, new).unwrap() {
        Decision::Append { bytes, changes, .. } => ([old, &bytes].concat(), changes),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_entry_is_in_the_customary_form() {
    let text = only_entry(&fixture("rsa4096"), Extent::Minimal);
    let id = Keyring::new(read(&fixture("rsa4096"))).fingerprints().next().unwrap();
    let listing = format!(
        "pub   rsa4096 2024-01-01 [SC]\n      {id}\n\
         uid                      Jane Doe (CODE SIGNING KEY) <jane@apache.org>\n\
         sig 3        {} 2024-01-01  Jane Doe (CODE SIGNING KEY) <jane@apache.org>\n\n\
         -----BEGIN PGP PUBLIC KEY BLOCK-----\n\n",
        id.key_id()
    );
    assert!(text.starts_with(&listing), "{text}");
    assert_eq!(text, only_entry(&fixture("rsa4096"), Extent::Minimal));
    // Printing what was read and reading it again changes nothing.
    assert_eq!(text, only_entry(text.as_bytes(), Extent::Minimal));
    // The block is the very one that gpg made.
    assert!(text.ends_with(&*String::from_utf8(fixture("rsa4096")).unwrap()));
    assert_eq!(text, only_entry(text.as_bytes(), Extent::Full));
}

#[test]
fn minimal_leaves_out_what_others_say() {
    if !programs_for("minimal_leaves_out_what_others_say") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Jane <jane@apache.org>", "rsa2048", "sign", "never");
    let friend = home.key("", "Friend <friend@apache.org>", "rsa2048", "default", "never");
    home.ok("", &["--quick-add-key", &key, "rsa2048", "sign", "never"]);
    home.ok(&format!("-u {friend}"), &["--quick-sign-key", &key]);
    let exported = home.export(&[&key]);
    let full = only_entry(&exported, Extent::Full);
    let minimal = only_entry(&exported, Extent::Minimal);
    assert!(full.contains(&friend[24..]) && full.contains("[User ID not found]"), "{full}");
    assert!(!minimal.contains(&friend[24..]), "{minimal}");
    assert_eq!(minimal.matches("\nsub ").count(), 1);
    // gpg takes in both as they are.
    for text in [&full, &minimal] {
        let other = Home::new();
        std::fs::write(other.path("KEYS"), text).unwrap();
        other.ok("--import", &[other.path("KEYS").to_str().unwrap()]);
        let listing = other.ok("--with-colons --with-subkey-fingerprint --list-keys", &[]);
        assert_eq!(support::gpg::fingerprints(&listing).len(), 2);
    }
    let theirs = home.ok("--armor --export-options export-minimal --export", &[&key]);
    let ours = Keyring::new(read(minimal.as_bytes()));
    assert_eq!(ours.len(), 1);
    assert!(minimal.len() < theirs.len() * 2, "about as small as gpg makes it");
}

#[test]
fn appending_keeps_every_byte_and_says_what_is_new() {
    if !programs_for("appending_keeps_every_byte_and_says_what_is_new") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Jane <jane@apache.org>", "rsa2048", "sign", "2y");
    let first = home.export(&[&key]);
    for old in [
        &b""[..],
        b"This file contains the PGP keys of various developers.",
        b"This file contains the PGP keys of various developers.\n",
        b"This file contains the PGP keys of Fran\xe7ois.\r\n\r\n",
        &fixture("rsa4096"),
    ] {
        let (file, changes) = appended(old, &first);
        assert!(file.starts_with(old));
        assert_eq!(changes, []);
        let before = read(old).certificates().count();
        let after = read(&file);
        assert_eq!(after.certificates().count(), before + 1);
        assert_eq!(after.all_problems().len(), 0);
        assert_eq!(file.windows(2).filter(|two| two == b"\r\n").count() > 2, old.contains(&b'\r'));
        let Decision::NoOp { fingerprint, .. } = decide(&file, &first).unwrap() else {
            panic!("appended twice")
        };
        assert_eq!(fingerprint.to_string(), key);
    }

    let (file, _) = appended(b"PGP keys\n", &first);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    home.ok("", &["--quick-set-expire", &key, "5y"]);
    let (file, changes) = appended(&file, &home.export(&[&key]));
    assert!(matches!(changes[..], [Change::Expiry(Some(_))]), "{changes:?}");
    assert!(String::from_utf8_lossy(&file).contains("adds to it: new expiry 20"));
    // The keys are taken together, so that the newest counts.
    let keyring = Keyring::new(read(&file));
    let fingerprint = key.parse().unwrap();
    assert_eq!(keyring.occurrences(&fingerprint).len(), 2);
    let certificate = keyring.certificate(&fingerprint, Utc::now()).unwrap();
    assert!(certificate.expires.unwrap() > Utc::now() + chrono::TimeDelta::days(4 * 365));

    home.ok("", &["--quick-add-key", &key, "rsa2048", "sign", "never"]);
    let (file, changes) = appended(&file, &home.export(&[&key]));
    assert!(matches!(changes[..], [Change::Subkey(_)]), "{changes:?}");
    home.ok("", &["--quick-add-uid", &key, "Jane Doe <jane@example.org>"]);
    let (file, changes) = appended(&file, &home.export(&[&key]));
    assert_eq!(changes, [Change::UserId("Jane Doe <jane@example.org>".to_owned())]);
    let friend = home.key("", "Friend <friend@apache.org>", "rsa2048", "default", "never");
    home.ok(&format!("-u {friend}"), &["--quick-sign-key", &key]);
    assert!(matches!(decide(&file, &home.export(&[&key])), Ok(Decision::NoOp { .. })));
    let full = Options { extent: Extent::Full, ..Options::default() };
    let Ok(Decision::Append { changes, .. }) =
        append(&file, &home.export(&[&key]), &full, Utc::now())
    else {
        panic!("new signatures are not seen");
    };
    assert_eq!(changes, [Change::Signatures]);

    // An old copy adds nothing to the newer entries.
    assert!(matches!(decide(&file, &first), Ok(Decision::NoOp { .. })));
}

#[test]
fn what_must_not_go_in_is_refused() {
    if !programs_for("what_must_not_go_in_is_refused") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Jane <jane@apache.org>", "rsa2048", "sign", "never");
    let good = home.export(&[&key]);
    let secret = home.ok("--armor --export-secret-keys", &[&key]);
    assert_eq!(decide(b"", &secret), Err(Refusal::SecretKey));
    assert_eq!(decide(b"", &[&good[..], &secret].concat()), Err(Refusal::SecretKey));
    assert_eq!(decide(b"", b"nothing"), Err(Refusal::NoCertificate));
    assert_eq!(decide(b"", &[good.clone(), fixture("rsa4096")].concat()), Err(Refusal::Several(2)));
    assert!(matches!(decide(b"", &fixture("dsa1024")), Err(Refusal::TooWeak { .. })));
    assert!(matches!(decide(b"", &fixture("ed25519")), Err(Refusal::TooWeak { .. })));
    let curves = Options { strength: StrengthRule::CurvesWarn, ..Options::default() };
    assert!(append(b"", &fixture("ed25519"), &curves, Utc::now()).is_ok());
    let small = home.key("", "Small <small@apache.org>", "rsa1024", "sign", "never");
    assert!(matches!(decide(b"", &home.export(&[&small])), Err(Refusal::TooWeak { .. })));
    let past = "--faked-system-time 20200101T000000!";
    let expired = home.key(past, "Past <past@apache.org>", "rsa2048", "sign", "1y");
    assert!(matches!(decide(b"", &home.export(&[&expired])), Err(Refusal::Expired { .. })));
    let mute = home.key("", "Mute <mute@apache.org>", "rsa2048", "cert", "never");
    assert!(matches!(decide(b"", &home.export(&[&mute])), Err(Refusal::CannotSign(_))));
    home.revoke("--armor", &key, 1, "lost");
    assert!(matches!(decide(b"", &home.export(&[&key])), Err(Refusal::Revoked { .. })));

    let not_keys = |old: &[u8]| matches!(decide(old, &good), Err(Refusal::NotKeysFile(_)));
    assert!(not_keys(b"<html><title>404</title></html>"));
    assert!(not_keys(&secret));
    assert!(not_keys(&home.ok("--export", &[&key])));
    assert!(not_keys(&good[..good.len() - 60]), "an open block");
}

fn ids(findings: &[Finding]) -> Vec<(FindingId, Severity)> {
    findings.iter().map(|finding| (finding.id, finding.severity)).collect()
}

#[test]
fn the_lint_finds_each_thing() {
    let nothing = read(b"");
    let judge = |bytes: &[u8], earlier: Option<&KeysFile>, rule| {
        let options = lint::Options { strength: rule, threads: NonZero::<usize>::MIN };
        lint(&read(bytes), earlier, &options, Utc::now())
    };
    // Entries that were not there before.
    let check = |bytes: &[u8], rule| judge(bytes, Some(&nothing), rule);
    use FindingId::*;
    let by_letter = StrengthRule::RsaOnly;
    assert_eq!(check(&fixture("rsa4096"), by_letter), []);
    assert_eq!(ids(&check(&fixture("ed25519"), by_letter)), [(KeysStrength, Severity::Error)]);
    let curves = check(&fixture("ed25519"), StrengthRule::CurvesWarn);
    assert_eq!(ids(&curves), [(KeysStrength, Severity::Warning)]);
    let sha1 = check(&fixture("sha1"), by_letter);
    assert_eq!(
        ids(&sha1),
        [
            (KeysStrength, Severity::Note),
            (KeysSelfSignatureDigest, Severity::Warning),
            (KeysApacheUserId, Severity::Note)
        ]
    );
    let dsa = check(&fixture("dsa1024"), by_letter);
    assert_eq!(ids(&dsa)[0], (KeysStrength, Severity::Error));
    let twice = check(&[fixture("rsa4096"), fixture("rsa4096")].concat(), by_letter);
    assert_eq!(ids(&twice), [(KeysNoDuplicate, Severity::Warning)]);
    let lines = String::from_utf8(fixture("rsa4096")).unwrap().lines().count();
    assert_eq!(twice[0].line as usize, lines + 1);
    let json = serde_json::to_value(&twice[0]).unwrap();
    assert_eq!((&json["id"], &json["rule"]), (&"keys-no-duplicate".into(), &"K-07".into()));

    // What is there stays, and nothing can be done about it.
    for name in ["ed25519", "dsa1024", "sha1"] {
        for earlier in [None, Some(read(&fixture(name)))] {
            let found = judge(&fixture(name), earlier.as_ref(), by_letter);
            assert!(!found.is_empty());
            assert!(found.iter().all(|one| one.severity == Severity::Note), "{name}: {found:?}");
        }
    }

    let earlier = read(&[fixture("rsa4096"), fixture("ed25519")].concat());
    let options = lint::Options::default();
    let lost = lint(&read(&fixture("rsa4096")), Some(&earlier), &options, Utc::now());
    assert_eq!(ids(&lost), [(KeysEntryKept, Severity::Error)]);
}

#[test]
fn the_lint_of_real_files_ends() {
    let Some(corpus) = support::corpus_for("the_lint_of_real_files_ends") else {
        return;
    };
    let bytes = std::fs::read(corpus.join("keys/hadoop.KEYS")).unwrap();
    let options = lint::Options { threads: NonZero::new(2).unwrap(), ..lint::Options::default() };
    let findings = lint(&read(&bytes), None, &options, Utc::now());
    let count = |id| findings.iter().filter(|finding| finding.id == id).count();
    // As the index of the corpus says: 13 expired, 2 revoked (one of them expired too).
    assert_eq!(count(FindingId::KeysNotRevoked), 2);
    assert!((12..=13).contains(&count(FindingId::KeysNotExpired)));
    assert_eq!(count(FindingId::KeysNoSecret), 0);
}
