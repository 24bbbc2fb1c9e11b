//! Verdicts on signatures made by the real `gpg`, compared with what `gpg` and `sqv` say of them.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::panic, reason = "a test")]

mod support;

use chrono::{DateTime, Utc};
use plusone::openpgp::{
    DigestAlgorithm, Judgement, Keyring, KeysFile, Limits, SignatureFile, SignatureFileError,
    Verdict, judge,
};
use support::gpg::{Home, gpg_says, programs_for, sqv_accepts};

const DOCUMENT: &[u8] = b"Apache Example 1.0\nreleased\n";

fn now() -> DateTime<Utc> {
    Utc::now()
}

fn keyring(keys: &[u8]) -> Keyring {
    Keyring::new(KeysFile::read(keys, &Limits::default()).unwrap())
}

fn judged(keys: &[u8], signatures: &[u8], document: &[u8]) -> Vec<Judgement> {
    judge(signatures, &mut &*document, &keyring(keys), now()).unwrap()
}

/// Judges a single signature and compares with the word of gpg's status line and with sqv.
#[track_caller]
fn agree(keys: &[u8], signature: &[u8], document: &[u8], gpg: &str, sqv: bool) -> Judgement {
    let [judgement] = judged(keys, signature, document).try_into().unwrap();
    assert_eq!(gpg_says(keys, signature, document), [gpg], "{}", judgement.words());
    assert_eq!(sqv_accepts(keys, signature, document), sqv, "{}", judgement.words());
    judgement
}

#[test]
fn every_algorithm_that_gpg_signs_with() {
    if !programs_for("every_algorithm_that_gpg_signs_with") {
        return;
    }
    let home = Home::new();
    for algorithm in
        ["rsa2048", "rsa3072", "dsa2048", "ed25519", "nistp256", "nistp521", "brainpoolP256r1"]
    {
        let user = format!("{algorithm} <a@apache.org>");
        let key = home.key("", &user, algorithm, "sign", "never");
        let signature = home.sign("--armor --digest-algo SHA512", &key, DOCUMENT);
        let keys = home.export(&[&key]);
        // sqv 1.1.0 is built without the Brainpool curves.
        let sqv = algorithm != "brainpoolP256r1";
        let judgement = agree(&keys, &signature, DOCUMENT, "GOODSIG", sqv);
        assert_eq!(judgement.verdict, Verdict::Good, "{algorithm}: {judgement:?}");
        let signer = judgement.signer.unwrap();
        assert_eq!(signer.certificate.to_string(), key);
        assert_eq!(signer.user_id.unwrap(), user);
        assert_eq!(signer.asf_id.unwrap(), "a");
        let altered = agree(&keys, &signature, b"something else", "BADSIG", false);
        assert_eq!(altered.verdict, Verdict::Bad, "{algorithm}");
    }
}

#[test]
fn checked_in_fixtures() {
    let fixture = |name: &str| std::fs::read(format!("tests/fixtures/keys/{name}")).unwrap();
    let document = fixture("document.txt");
    for (name, verdict, sqv) in [
        ("rsa4096", Verdict::Good, true),
        ("rsa8192", Verdict::Good, true),
        ("ed25519", Verdict::Good, true),
        ("sha1", Verdict::WeakDigest { digest: DigestAlgorithm::Sha1 }, false),
        ("dsa1024", Verdict::WeakDigest { digest: DigestAlgorithm::Sha1 }, false),
    ] {
        let (keys, signature) =
            (fixture(&format!("{name}.asc")), fixture(&format!("document.txt.{name}.asc")));
        if programs_for("checked_in_fixtures") {
            let judgement = agree(&keys, &signature, &document, "GOODSIG", sqv);
            assert_eq!(judgement.verdict, verdict, "{name}");
            assert_eq!(judgement.also, [], "{name}");
        }
    }
}

#[test]
fn expiry_is_weighed_against_the_signature() {
    if !programs_for("expiry_is_weighed_against_the_signature") {
        return;
    }
    let home = Home::new();
    let at = |day: &str| format!("--faked-system-time {day}T120000! --armor");
    let key = home.key(&at("20200101"), "Ex <ex@apache.org>", "rsa2048", "sign", "1y");
    let early = home.sign(&at("20200601"), &key, DOCUMENT);
    let keys = home.export(&[&key]);

    let judgement = agree(&keys, &early, DOCUMENT, "EXPKEYSIG", true);
    let Verdict::GoodKeyExpiredNow { expired } = judgement.verdict else { panic!("{judgement:?}") };
    assert_eq!(expired.format("%Y-%m-%d").to_string(), "2020-12-31");
    assert!(judgement.is_good());

    // Extending the same key repairs old signatures (PITFALLS 2, number 6).
    home.ok(&at("20200701"), &["--quick-set-expire", &key, "20y"]);
    let late = home.sign(&at("20230101"), &key, DOCUMENT);
    let keys = home.export(&[&key]);
    assert_eq!(agree(&keys, &late, DOCUMENT, "GOODSIG", true).verdict, Verdict::Good);
    // gpg puts the new self-signature in the place of the old one, and sqv then finds that nothing tied the key to its
    // owner when the signature was made.
    assert_eq!(agree(&keys, &early, DOCUMENT, "GOODSIG", false).verdict, Verdict::Good);

    // And shortening it takes back what was signed beyond the new end.
    home.ok(&at("20210701"), &["--quick-set-expire", &key, "1y"]);
    let keys = home.export(&[&key]);
    let judgement = agree(&keys, &late, DOCUMENT, "EXPKEYSIG", false);
    assert!(matches!(judgement.verdict, Verdict::KeyExpiredBeforeSignature { .. }));
    assert!(!judgement.is_good());

    // A signature may end by itself.
    home.ok("", &["--quick-set-expire", &key, "0"]);
    let keys = home.export(&[&key]);
    let short = home.sign(&format!("{} --default-sig-expire 1d", at("20240101")), &key, DOCUMENT);
    let judgement = agree(&keys, &short, DOCUMENT, "EXPSIG", false);
    assert!(matches!(judgement.verdict, Verdict::SignatureExpired { .. }));
}

#[test]
fn revocation_is_weighed_by_its_reason() {
    if !programs_for("revocation_is_weighed_by_its_reason") {
        return;
    }
    let home = Home::new();
    let at = |day: &str| format!("--faked-system-time {day}T120000! --armor");
    for (reason, hard) in [(0, true), (1, true), (2, false), (3, false)] {
        let user = format!("Reason {reason} <r@apache.org>");
        let key = home.key(&at("20200101"), &user, "ed25519", "sign", "never");
        let before = home.sign(&at("20210101"), &key, DOCUMENT);
        let after = home.sign(&at("20230101"), &key, DOCUMENT);
        home.revoke(&at("20220101"), &key, reason, "left the project");
        let keys = home.export(&[&key]);

        let judgement = agree(&keys, &before, DOCUMENT, "REVKEYSIG", !hard);
        assert_eq!(judgement.is_good(), !hard, "{judgement:?}");
        let (Verdict::KeyRevoked { revocation } | Verdict::GoodKeyRevokedLater { revocation }) =
            &judgement.verdict
        else {
            panic!("{judgement:?}");
        };
        let code = [0, 2, 1, 3][usize::from(reason)];
        assert_eq!((revocation.code, revocation.hard), (code, hard));
        assert_eq!(revocation.at.format("%Y-%m-%d").to_string(), "2022-01-01");
        assert_eq!(revocation.text, "left the project");
        assert!(judgement.words().contains("revoked on 2022-01-01"), "{}", judgement.words());

        let judgement = agree(&keys, &after, DOCUMENT, "REVKEYSIG", false);
        assert!(matches!(judgement.verdict, Verdict::KeyRevoked { .. }), "{judgement:?}");
    }
}

#[test]
fn a_revocation_beside_its_key_counts() {
    if !programs_for("a_revocation_beside_its_key_counts") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Beside <beside@apache.org>", "ed25519", "sign", "never");
    let other = home.key("", "Other <other@apache.org>", "ed25519", "sign", "never");
    let signature = home.sign("--armor", &key, DOCUMENT);
    let keys = home.export(&[&key, &other]);
    let made = format!("--armor --gen-revoke {key}");
    let revocation = home.answer(&made, "y\n1\nlost\n\ny\n");
    let before = [&revocation[..], b"\n", &keys].concat();
    let behind = [&keys[..], b"\n", &revocation].concat();
    assert_eq!(judged(&keys, &signature, DOCUMENT)[0].verdict, Verdict::Good);
    for file in [&behind, &before] {
        let judgement = &judged(file, &signature, DOCUMENT)[0];
        assert!(matches!(judgement.verdict, Verdict::KeyRevoked { .. }), "{judgement:?}");
    }
    // As gpg has it, which takes one for the key that it stands behind.
    let reader = Home::new();
    let in_order = [home.export(&[&other]), home.export(&[&key]), revocation.clone()].concat();
    std::fs::write(reader.path("keys"), in_order).unwrap();
    reader.ok("--import", &[reader.path("keys").to_str().unwrap()]);
    let listing = String::from_utf8(reader.ok("--with-colons --list-keys", &[&key])).unwrap();
    assert!(listing.contains("pub:r:"), "{listing}");
    // That of another key revokes nothing, nor does one that was altered.
    let theirs = home.answer(&format!("--armor --gen-revoke {other}"), "y\n1\nlost\n\ny\n");
    let file = [&keys[..], b"\n", &theirs].concat();
    assert_eq!(judged(&file, &signature, DOCUMENT)[0].verdict, Verdict::Good);
    let text = String::from_utf8(revocation).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('=')).collect();
    let last = lines[lines.len() - 2];
    let altered = lines.join("\n").replace(last, &last.to_ascii_lowercase());
    assert!(!altered.contains(last));
    let file = [&keys[..], b"\n", altered.as_bytes()].concat();
    assert_eq!(judged(&file, &signature, DOCUMENT)[0].verdict, Verdict::Good);
}

#[test]
fn a_text_signature_over_other_bytes_is_called_that() {
    if !programs_for("a_text_signature_over_other_bytes_is_called_that") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Text <text@apache.org>", "ed25519", "sign", "never");
    let keys = home.export(&[&key]);
    // gpg takes NUL bytes at the end of a line for blanks, and the next program does not.
    let binary = b"a\0";
    let signature = home.sign("--armor --textmode", &key, binary);
    assert_eq!(gpg_says(&keys, &signature, binary), ["GOODSIG"]);
    let judgement = &judged(&keys, &signature, binary)[0];
    assert!(!judgement.is_good());
    let words = judgement.words();
    for part in ["a text signature (0x01)", "programs read differently", "--textmode"] {
        assert!(words.contains(part), "{words}");
    }
    assert!(!words.contains("bad"), "{words}");
}

#[test]
fn subkeys_count_for_their_certificate_when_marked() {
    if !programs_for("subkeys_count_for_their_certificate_when_marked") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Sub <sub@apache.org>", "rsa2048", "cert", "never");
    home.ok("", &["--quick-add-key", &key, "rsa2048", "sign", "never"]);
    home.ok("", &["--quick-add-key", &key, "rsa2048", "sign", "1y"]);
    let listing = home.ok("--with-colons --with-subkey-fingerprint --list-keys", &[&key]);
    let parts = support::gpg::fingerprints(&listing);
    let [_, first, second] = &parts[..] else { panic!("{parts:?}") };
    let signature = home.sign("--armor", &format!("{first}!"), DOCUMENT);
    let keys = home.export(&[&key]);
    let judgement = agree(&keys, &signature, DOCUMENT, "GOODSIG", true);
    assert_eq!(judgement.verdict, Verdict::Good);
    let signer = judgement.signer.unwrap();
    assert_eq!(
        (signer.certificate.to_string(), signer.key.to_string()),
        (key.clone(), first.clone())
    );

    // Revoke the second and take the mark from the first.
    let other = home.sign("--armor", &format!("{second}!"), DOCUMENT);
    home.answer(&format!("--edit-key {key}"), "key 2\nrevkey\ny\n1\nstolen\n\ny\nsave\n");
    let keys = home.export(&[&key]);
    let judgement = agree(&keys, &other, DOCUMENT, "REVKEYSIG", false);
    let Verdict::KeyRevoked { revocation } = &judgement.verdict else { panic!("{judgement:?}") };
    assert_eq!((revocation.code, revocation.text.as_str()), (2, "stolen"));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    home.answer(&format!("--edit-key {key}"), "key 1\nchange-usage\nS\nE\nQ\nsave\n");
    let keys = home.export(&[&key]);
    let [judgement] = judged(&keys, &signature, DOCUMENT).try_into().unwrap();
    assert_eq!(judgement.verdict, Verdict::NotForSigning, "{judgement:?}");
    assert!(!sqv_accepts(&keys, &signature, DOCUMENT));
}

#[test]
fn weak_digests_do_not_count() {
    if !programs_for("weak_digests_do_not_count") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Weak <weak@apache.org>", "rsa2048", "sign", "never");
    let keys = home.export(&[&key]);
    for (name, digest, gpg) in [
        ("SHA1", DigestAlgorithm::Sha1, "GOODSIG"),
        ("RIPEMD160", DigestAlgorithm::Ripemd160, "GOODSIG"),
        ("MD5", DigestAlgorithm::Md5, "BADSIG"),
    ] {
        let options = format!("--armor --digest-algo {name} --allow-weak-digest-algos");
        let signature = home.sign(&options, &key, DOCUMENT);
        let [judgement] = judged(&keys, &signature, DOCUMENT).try_into().unwrap();
        assert_eq!(judgement.verdict, Verdict::WeakDigest { digest });
        let said = gpg_says(&keys, &signature, DOCUMENT);
        assert!(said == [gpg] || name == "MD5" && said == ["ERRSIG"], "{name}: {said:?}");
        assert!(!sqv_accepts(&keys, &signature, DOCUMENT));
        let [judgement] = judged(&keys, &signature, b"else").try_into().unwrap();
        assert_eq!(judgement.verdict, Verdict::Bad);
    }
}

#[test]
fn each_of_several_signatures_is_judged() {
    if !programs_for("each_of_several_signatures_is_judged") {
        return;
    }
    let home = Home::new();
    let one = home.key("", "One <one@apache.org>", "rsa2048", "sign", "never");
    let two = home.key("", "Two <two@apache.org>", "ed25519", "sign", "never");
    let three = home.key("", "Three <three@example.org>", "ed25519", "sign", "never");
    let both = home.sign(&format!("--armor -u {one}"), &two, DOCUMENT);
    let stranger = home.sign("--armor", &three, DOCUMENT);
    let other = home.sign("--armor", &one, b"another document");
    let keys = home.export(&[&one, &two]);
    let file = [b"Signed by two:\n", &both[..], &stranger[..], b"\n", &other[..]].concat();
    let judgements = judged(&keys, &file, DOCUMENT);
    let verdicts: Vec<_> = judgements.iter().map(|judgement| &judgement.verdict).collect();
    assert_eq!(
        verdicts,
        [&Verdict::Good, &Verdict::Good, &Verdict::SignerNotInKeys, &Verdict::Bad]
    );
    assert_eq!(judgements[2].issuer.fingerprint.unwrap().to_string(), three);
    assert_eq!(judgements[0].line, 2);
    assert_eq!(gpg_says(&keys, &both, DOCUMENT), ["GOODSIG", "GOODSIG"]);
    assert_eq!(gpg_says(&keys, &stranger, DOCUMENT), ["ERRSIG"]);
    assert_eq!(judged(b"", &both, DOCUMENT)[0].verdict, Verdict::SignerNotInKeys);
}

#[test]
fn text_mode_evens_out_line_endings() {
    if !programs_for("text_mode_evens_out_line_endings") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Text <text@apache.org>", "ed25519", "sign", "never");
    let keys = home.export(&[&key]);
    let unix = b"a line  \nanother\n\nlone \r inside\nend";
    let signature = home.sign("--armor --textmode", &key, unix);
    let dos = b"a line  \r\nanother\r\n\r\nlone \r inside\r\nend";
    for document in [&unix[..], &dos[..]] {
        assert_eq!(gpg_says(&keys, &signature, document), ["GOODSIG"]);
        let file = SignatureFile::read(&signature).unwrap();
        // Line endings may fall on the seams of what is read.
        for size in 1..document.len() {
            let mut hashing = file.hashing();
            document.chunks(size).for_each(|chunk| hashing.update(chunk));
            let judgements = file.judge(&hashing.finish(), &keyring(&keys), now());
            assert_eq!(judgements[0].verdict, Verdict::Good, "{size}");
            assert!(judgements[0].text_mode);
        }
    }
}

#[test]
fn times_that_cannot_be() {
    if !programs_for("times_that_cannot_be") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Time <time@apache.org>", "ed25519", "sign", "never");
    let keys = home.export(&[&key]);
    let future = home.sign("--armor --faked-system-time 20380101T000000!", &key, DOCUMENT);
    assert_eq!(judged(&keys, &future, DOCUMENT)[0].verdict, Verdict::FromTheFuture);
    assert!(!sqv_accepts(&keys, &future, DOCUMENT));
    let options =
        "--armor --faked-system-time 20200101T000000! --ignore-time-conflict --ignore-valid-from";
    let past = home.sign(options, &key, DOCUMENT);
    let verdict = &judged(&keys, &past, DOCUMENT)[0].verdict;
    assert!(
        matches!(verdict, Verdict::BeforeKeyCreation { .. } | Verdict::KeyNotBound),
        "{verdict:?}"
    );
    assert!(!sqv_accepts(&keys, &past, DOCUMENT));
}

#[test]
fn what_is_no_detached_signature_is_named() {
    if !programs_for("what_is_no_detached_signature_is_named") {
        return;
    }
    let home = Home::new();
    let key = home.key("", "Kind <kind@apache.org>", "ed25519", "sign", "never");
    let path = home.path("document");
    std::fs::write(&path, DOCUMENT).unwrap();
    let path = path.to_str().unwrap();
    let found = |bytes: &[u8]| match SignatureFile::read(bytes) {
        Err(SignatureFileError::NotDetached { found }) => found,
        other => panic!("{other:?}"),
    };
    assert_eq!(found(&home.ok("-o - --clearsign", &[path])), "SIGNED MESSAGE");
    assert_eq!(found(&home.ok("--armor -o - --sign", &[path])), "MESSAGE");
    assert_eq!(found(&home.export(&[&key])), "PUBLIC KEY BLOCK");
    assert_eq!(found(&home.ok("-o - --compress-algo zip --sign", &[path])), "compressed data");
    assert_eq!(SignatureFile::read(b"404 not found").unwrap_err(), SignatureFileError::NoSignature);
    assert_eq!(SignatureFile::read(b"").unwrap_err(), SignatureFileError::NoSignature);

    let armored = home.sign("--armor", &key, DOCUMENT);
    assert!(SignatureFile::read(&armored).unwrap().is_armored());
    let binary = home.sign("", &key, DOCUMENT);
    assert!(!SignatureFile::read(&binary).unwrap().is_armored());
    let keys = home.export(&[&key]);
    assert_eq!(judged(&keys, &binary, DOCUMENT)[0].verdict, Verdict::Good);
    let cut = &armored[..armored.len() / 2];
    assert!(matches!(SignatureFile::read(cut), Err(SignatureFileError::Malformed { line: 1, .. })));
}

#[test]
fn the_issuer_is_only_a_hint() {
    let fixture = |name: &str| std::fs::read(format!("tests/fixtures/keys/{name}")).unwrap();
    let (keys, others) = (fixture("nameless.asc"), fixture("rsa4096.asc"));
    let (signature, document) = (fixture("document.txt.nameless.sig"), fixture("document.txt"));
    let all = [&others[..], &keys].concat();
    if programs_for("the_issuer_is_only_a_hint") {
        let judgement = agree(&keys, &signature, &document, "GOODSIG", true);
        assert_eq!(judgement.verdict, Verdict::Good);
    }

    // The key id stands in the unsigned part: that of a stranger, of somebody in KEYS, and of nobody at all.
    let place = signature.windows(2).position(|two| two == [9, 16]).unwrap();
    let with_issuer = |key_id: &[u8]| {
        let mut signature = signature.clone();
        signature[place + 2..place + 10].copy_from_slice(key_id);
        signature
    };
    let known = keyring(&others).fingerprints().next().unwrap().key_id();
    let mut anonymous = signature.clone();
    anonymous[place + 1] = 100; // A subpacket of no meaning.
    for signature in [with_issuer(&[7; 8]), with_issuer(known.as_bytes()), anonymous.clone()] {
        let judgement = &judged(&all, &signature, &document)[0];
        assert_eq!(judgement.verdict, Verdict::Good, "{judgement:?}");
        assert_eq!(judgement.signer.as_ref().unwrap().asf_id.as_deref(), Some("nameless"));
        assert_eq!(
            judged(&all, &signature, b"else")[0].signer.is_none(),
            signature != with_issuer(known.as_bytes())
        );
    }
    let verdict = |keys: &[u8], signature: &[u8], document: &[u8]| {
        judged(keys, signature, document)[0].verdict.clone()
    };
    assert_eq!(verdict(&others, &with_issuer(known.as_bytes()), &document), Verdict::Bad);
    assert_eq!(verdict(&others, &with_issuer(&[7; 8]), &document), Verdict::SignerNotInKeys);
    assert_eq!(verdict(&others, &anonymous, &document), Verdict::SignerNotInKeys);
    assert_eq!(verdict(&all, &anonymous, b"else"), Verdict::Bad);
}

#[test]
fn one_digest_serves_all_signatures_of_an_algorithm() {
    let one = std::fs::read("tests/fixtures/keys/document.txt.rsa4096.asc").unwrap();
    let two = std::fs::read("tests/fixtures/keys/document.txt.ed25519.asc").unwrap();
    let file = SignatureFile::read(&[one, two].concat()).unwrap();
    assert_eq!((file.len(), file.hashing().digests()), (2, 1));
}

#[test]
fn real_releases_are_judged_as_gpg_does() {
    let name = "real_releases_are_judged_as_gpg_does";
    let Some(corpus) = support::corpus_for(name) else {
        return;
    };
    if !programs_for(name) {
        return;
    }
    for directory in std::fs::read_dir(corpus.join("releases")).unwrap() {
        let directory = directory.unwrap().path();
        let keys = std::fs::read(directory.join("signing-key.asc")).unwrap();
        for file in std::fs::read_dir(&directory).unwrap() {
            let path = file.unwrap().path();
            let Some(document) = path.to_str().unwrap().strip_suffix(".asc") else {
                continue;
            };
            let Ok(document) = std::fs::read(document) else {
                continue;
            };
            let signatures = std::fs::read(&path).unwrap();
            let judgements = judged(&keys, &signatures, &document);
            let said: Vec<_> = judgements
                .iter()
                .map(|judgement| match judgement.verdict {
                    Verdict::Good => "GOODSIG",
                    Verdict::GoodKeyExpiredNow { .. } => "EXPKEYSIG",
                    Verdict::GoodKeyRevokedLater { .. } | Verdict::KeyRevoked { .. } => "REVKEYSIG",
                    Verdict::Bad => "BADSIG",
                    Verdict::SignerNotInKeys => "ERRSIG",
                    _ => "other",
                })
                .collect();
            assert_eq!(said, gpg_says(&keys, &signatures, &document), "{}", path.display());
            let altered = [&document[..], b"x"].concat();
            if judgements[0].verdict != Verdict::SignerNotInKeys {
                assert_eq!(judged(&keys, &signatures, &altered)[0].verdict, Verdict::Bad);
            }
        }
    }
}

#[test]
fn an_earlier_instant_can_be_asked_for() {
    if !programs_for("an_earlier_instant_can_be_asked_for") {
        return;
    }
    let home = Home::new();
    let at = |day: &str| format!("--faked-system-time {day}T120000! --armor");
    let key = home.key(&at("20200101"), "As Of <asof@apache.org>", "ed25519", "sign", "1y");
    let signature = home.sign(&at("20200601"), &key, DOCUMENT);
    let before = home.export(&[&key]);
    // The renewed self-signature takes the place of the first one.
    home.ok(&at("20240101"), &["--quick-set-expire", &key, "never"]);
    let after = home.export(&[&key]);
    let verdict = |keys: &[u8], day: &str| {
        let day = format!("{day}T00:00:00Z").parse().unwrap();
        judge(&signature, &mut &*DOCUMENT, &keyring(keys), day).unwrap().remove(0).verdict
    };
    assert_eq!(verdict(&before, "2020-07-01"), Verdict::Good);
    assert!(matches!(verdict(&before, "2021-07-01"), Verdict::GoodKeyExpiredNow { .. }));
    assert_eq!(verdict(&after, "2020-07-01"), Verdict::Good);
    assert_eq!(verdict(&after, "2025-07-01"), Verdict::Good);
    assert_eq!(verdict(&before, "2020-03-01"), Verdict::FromTheFuture);
}
