//! KEYS files: what is found in real ones, and in small ones for each oddity.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test"
)]

mod support;

use std::collections::BTreeSet;
use std::num::NonZero;

use chrono::Utc;
use plusone::openpgp::{Encoding, Keyring, KeysFile, Limits, ProblemKind, certificates};

fn read(bytes: &[u8]) -> KeysFile {
    KeysFile::read(bytes, &Limits::default()).unwrap()
}

#[test]
fn real_files_hold_what_gpg_lists() {
    let Some(corpus) = support::corpus_for("real_files_hold_what_gpg_lists") else {
        return;
    };
    let index = std::fs::read(corpus.join("keys/index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    for entry in index.as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        let file = read(&std::fs::read(corpus.join("keys").join(name)).unwrap());
        let keyring = Keyring::new(file.clone());
        let ours: BTreeSet<_> = keyring.fingerprints().map(|f| f.to_string()).collect();
        let theirs: BTreeSet<_> = entry["fingerprints"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fingerprint| fingerprint.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ours, theirs, "{name}: {:?}", file.all_problems());
        let bytes = std::fs::read(corpus.join("keys").join(name)).unwrap();
        let quick = Keyring::new(KeysFile::read(&bytes, &Limits::for_verdicts()).unwrap());
        let all = |keyring| certificates(keyring, Utc::now(), NonZero::<usize>::MIN);
        assert_eq!(all(&quick), all(&keyring), "{name}");
        for problem in file.all_problems() {
            eprintln!("{name}: {problem}");
        }
    }
}

/// Two subkeys that we see otherwise than gpg, on purpose: an ElGamal key for signing, which gpg calls invalid and we
/// revoked (it is both); and a DSA key without flags and without a signature back to its certificate, of which gpg
/// says in listings that it can sign, and whose signatures it then refuses.
const SEEN_OTHERWISE: [&str; 2] =
    ["BF1CAFD976C25159760E42FDEA17091C3EC3A5BB", "8BD888D646A57ACCED82E32E366D6916F8B0462F"];

/// Everything that `gpg --with-colons` says of the certificates of a file, in a form both sides can write.
#[test]
fn real_files_say_what_gpg_says() {
    let name = "real_files_say_what_gpg_says";
    let Some(corpus) = support::corpus_for(name) else {
        return;
    };
    if !support::gpg::programs_for(name) {
        return;
    }
    for file in [
        "keys/hadoop.KEYS",
        "keys/ant.KEYS",
        "keys/tomcat-old.KEYS",
        "keys/nutch.KEYS",
        "keys/unomi.KEYS",
        "releases/apr_1.7.2/signing-key.asc",
        "releases/apr-util_1.6.3/signing-key.asc",
        "releases/avro-c_1.11.1/signing-key.asc",
        "releases/zookeeper_3.8.0/signing-key.asc",
    ] {
        let path = corpus.join(file);
        let mut ours = our_words(&std::fs::read(&path).unwrap());
        let mut theirs = gpg_words(path.to_str().unwrap());
        for words in [&mut ours, &mut theirs] {
            words.retain(|word| !SEEN_OTHERWISE.iter().any(|subkey| word.contains(subkey)));
        }
        assert_eq!(ours, theirs, "{file}");
    }
}

fn our_words(bytes: &[u8]) -> BTreeSet<String> {
    let keyring = Keyring::new(read(bytes));
    let seconds = |at: Option<chrono::DateTime<Utc>>| at.map_or(0, |at| at.timestamp());
    let mut words = BTreeSet::new();
    for certificate in certificates(&keyring, Utc::now(), NonZero::new(2).unwrap()) {
        let certificate = certificate.unwrap();
        let (key, bits) = (certificate.fingerprint, certificate.kind.bits.unwrap());
        let (created, expires) = (certificate.created.timestamp(), seconds(certificate.expires));
        let revoked = certificate.revoked.is_some();
        let user_ids =
            certificate.user_ids.iter().filter(|user_id| user_id.bound || user_id.revoked).count();
        words.insert(format!("pub {key} {bits} {created} {expires} {revoked} {user_ids}"));
        for (place, subkey) in certificate.subkeys.iter().filter(|subkey| subkey.bound).enumerate()
        {
            let (fingerprint, bits) = (subkey.fingerprint, subkey.kind.bits.unwrap());
            let (expires, signs) = (seconds(subkey.expires), subkey.can_sign);
            let revoked = revoked || subkey.revoked.is_some();
            words.insert(format!(
                "sub {key} {place} {fingerprint} {bits} {expires} {revoked} {signs}"
            ));
        }
    }
    words
}

fn gpg_words(path: &str) -> BTreeSet<String> {
    let home = support::gpg::Home::new();
    home.run("--import", &[path]);
    let options = "--with-colons --fixed-list-mode --with-subkey-fingerprint \
                   --list-options show-unusable-subkeys,show-unusable-uids --list-keys";
    let listing = String::from_utf8_lossy(&home.ok(options, &[])).into_owned();
    let mut words = BTreeSet::new();
    let mut key = String::new();
    let mut head = String::new();
    let mut user_ids = 0;
    let mut subkeys = 0;
    let mut part: Vec<String> = Vec::new();
    let time = |field: &str| {
        if field.is_empty() { "0".to_owned() } else { field.to_owned() }
    };
    for line in listing.lines().chain(["pub:"]) {
        let fields: Vec<_> = line.split(':').map(str::to_owned).collect();
        match fields[0].as_str() {
            "pub" => {
                if !head.is_empty() {
                    words.insert(format!("{head} {user_ids}"));
                }
                (user_ids, subkeys, part) = (0, 0, fields);
            }
            "sub" => part = fields,
            "uid" => user_ids += 1,
            "fpr" => {
                let (bits, expires, revoked) = (&part[2], time(&part[6]), part[1] == "r");
                if part[0] == "pub" {
                    key = fields[9].clone();
                    head = format!("pub {key} {bits} {} {expires} {revoked}", part[5]);
                } else {
                    let (fingerprint, signs) = (&fields[9], part[11].contains('s'));
                    words.insert(format!(
                        "sub {key} {subkeys} {fingerprint} {bits} {expires} {revoked} {signs}"
                    ));
                    subkeys += 1;
                }
            }
            _ => {}
        }
    }
    words
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("tests/fixtures/keys/{name}.asc")).unwrap()
}

/// One armored block with the certificates of several fixtures.
fn block(names: &[&str]) -> String {
    let mut text = String::new();
    for name in names {
        text.push_str(&String::from_utf8(fixture(name)).unwrap());
    }
    text
}

/// What is found in a file: the number of certificates, and each problem with its line.
fn found(text: &[u8]) -> (usize, Vec<(u32, ProblemKind)>) {
    let file = read(text);
    let problems = file.all_problems().into_iter().map(|p| (p.line, p.kind.clone())).collect();
    (file.certificates().count(), problems)
}

#[test]
fn blocks_know_their_lines_and_bytes() {
    let text =
        format!("Keys of the project\n\n{}text\n{}", block(&["rsa4096"]), block(&["ed25519"]));
    let file = read(text.as_bytes());
    assert_eq!(file.all_problems(), Vec::<&plusone::openpgp::Problem>::new());
    let [first, second] = &file.blocks[..] else { panic!("{file:?}") };
    assert_eq!(first.first_line, 3);
    assert_eq!(&text[first.bytes.clone()], block(&["rsa4096"]));
    let lines = text[..second.bytes.start].lines().count();
    assert_eq!(second.first_line as usize, lines + 1);
    assert_eq!(&text[second.bytes.clone()], block(&["ed25519"]));
}

#[test]
fn oddities_that_gpg_forgives_hide_nothing() {
    let plain = block(&["rsa4096", "ed25519"]);
    let headers =
        plain.replace("BLOCK-----\n\n", "BLOCK-----\nVersion: GnuPG v1\nComment: x\n \t\n");
    let body = |text: &str| text.lines().map(|line| format!("{line}  \n")).collect::<String>();
    let no_checksum: String = plain
        .lines()
        .filter(|line| !line.starts_with('='))
        .map(|line| format!("{line}\n"))
        .collect();
    for (name, text) in [
        ("plain", plain.clone()),
        ("headers", headers),
        ("CR LF", plain.replace('\n', "\r\n")),
        ("CR", plain.replace('\n', "\r")),
        ("trailing blanks", body(&plain)),
        ("no checksum", no_checksum),
        ("byte order mark", format!("\u{feff}{plain}")),
        ("no final line end", plain.trim_end().to_owned()),
    ] {
        assert_eq!(found(text.as_bytes()), (2, Vec::new()), "{name}");
    }
    let latin1 = [b"Fran\xe7ois\n", plain.as_bytes()].concat();
    assert_eq!(found(&latin1), (2, Vec::new()));
    assert_eq!(read(&latin1).encoding, Encoding::EightBit);
}

#[test]
fn broken_blocks_are_named_and_hide_nothing_else() {
    let good = block(&["ed25519"]);
    let bad = block(&["rsa4096"]);
    let middle = bad.lines().nth(10).unwrap().to_owned();
    let end = "-----END PGP PUBLIC KEY BLOCK-----\n";
    let cases: Vec<(&str, String, usize, ProblemKind)> = vec![
        ("no END", bad.replace(end, ""), 2, ProblemKind::EndMissing),
        ("END alone", end.to_owned(), 1, ProblemKind::EndWithoutBegin),
        (
            "no blank line",
            bad.replace("BLOCK-----\n\n", "BLOCK-----\n"),
            2,
            ProblemKind::BlankLineMissing,
        ),
        (
            "text after END",
            bad.replace(end, &format!("{} pub 4096R\n", end.trim_end())),
            2,
            ProblemKind::TextAfterMarker,
        ),
        (
            "foreign",
            bad.replacen(&middle, &format!("{middle}?!"), 1),
            2,
            ProblemKind::ForeignCharacters { count: 2 },
        ),
        ("indented", bad.lines().map(|l| format!("  {l}\n")).collect(), 1, ProblemKind::Indented),
        ("quoted", bad.lines().map(|l| format!("> {l}\n")).collect(), 1, ProblemKind::Quoted),
        (
            "escaped",
            bad.replace("-----BEGIN", "- -----BEGIN").replace("-----END", "- -----END"),
            1,
            ProblemKind::DashEscaped,
        ),
        (
            "empty",
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n".to_owned() + end,
            1,
            ProblemKind::Empty,
        ),
        (
            "signature",
            String::from_utf8(
                std::fs::read("tests/fixtures/keys/document.txt.rsa4096.asc").unwrap(),
            )
            .unwrap(),
            1,
            ProblemKind::NotKeys { label: "SIGNATURE" },
        ),
    ];
    for (name, text, expected, kind) in cases {
        for file in [format!("{text}{good}"), format!("{good}{text}")] {
            let (certificates, problems) = found(file.as_bytes());
            assert_eq!(certificates, expected, "{name}: {problems:?}");
            assert_eq!(problems.len(), 1, "{name}: {problems:?}");
            assert_eq!(problems[0].1, kind, "{name}");
        }
    }
    let altered = bad.replacen(
        &middle,
        &middle.replace(|c: char| c == middle.chars().next().unwrap(), "A"),
        1,
    );
    let (certificates, problems) = found(format!("{altered}{good}").as_bytes());
    assert!(problems.contains(&(1, ProblemKind::ChecksumWrong)), "{problems:?}");
    assert!(certificates >= 1);
    let cut: String = bad.lines().take(14).map(|line| format!("{line}\n")).collect();
    let (certificates, problems) = found(format!("{cut}{end}{good}").as_bytes());
    assert!(matches!(problems[..], [(1, ProblemKind::Malformed { .. })]), "{problems:?}");
    assert_eq!(certificates, 2, "the primary key before the cut is still named");
}

#[test]
fn what_the_checksum_says_is_another_is_no_key() {
    let good = block(&["ed25519"]);
    let sum = good.lines().find(|line| line.starts_with('=') && line.len() == 5).unwrap();
    let wrong = good.replace(sum, "=AAAA");
    let (certificates, problems) = found(wrong.as_bytes());
    assert_eq!((certificates, problems), (0, vec![(1, ProblemKind::ChecksumWrong)]));
    // A checksum may be missing.
    assert_eq!(found(good.replace(&format!("{sum}\n"), "").as_bytes()), (1, Vec::new()));
    // No program reads versions 2 and 3; a broken packet of version 4 is not of an unknown version.
    let armored = |data: &[u8]| {
        let kind = sequoia_openpgp::armor::Kind::PublicKey;
        let mut writer = sequoia_openpgp::armor::Writer::new(Vec::new(), kind).unwrap();
        std::io::Write::write_all(&mut writer, data).unwrap();
        writer.finalize().unwrap()
    };
    let long = [&[0xc6, 0xff, 0, 1, 0x11, 0x70, 4][..], &vec![0; 70_000 - 1]].concat();
    let (_, problems) = found(&armored(&long));
    assert!(matches!(&problems[..], [(1, ProblemKind::Malformed { .. })]), "{problems:?}");
    let old = [0xc6, 5, 3, 1, 2, 3, 4];
    let (_, problems) = found(&armored(&old));
    assert_eq!(problems, [(1, ProblemKind::UnsupportedVersion { version: 3 })]);
}

#[test]
fn expiry_and_creation_are_as_gpg_has_them() {
    if !support::gpg::programs_for("expiry_and_creation_are_as_gpg_has_them") {
        return;
    }
    let home = support::gpg::Home::new();
    // What the key itself says, then what its user id says, in days.
    for name in ["direct-1-0", "direct-1-silent", "direct-1-5", "direct-silent-1"] {
        let keys = fixture(name);
        std::fs::write(home.path("keys"), &keys).unwrap();
        let path = home.path("keys").display().to_string();
        let said = String::from_utf8(home.ok("--with-colons --show-keys", &[&path])).unwrap();
        let primary: Vec<&str> = said.lines().next().unwrap().split(':').collect();
        let gpg: Option<i64> = primary[6].parse().ok();
        // 2020-01-02T12:00:00Z
        assert_eq!(gpg, Some(1_577_966_400), "{name}: {said}");
        let keyring = plusone::openpgp::Keyring::new(read(&keys));
        let fingerprint = keyring.fingerprints().next().unwrap();
        let certificate = keyring.certificate(&fingerprint, chrono::Utc::now()).unwrap();
        assert_eq!(certificate.expires.map(|at| at.timestamp()), gpg, "{name}");
    }
    // A key that says it is made tomorrow is taken by nobody.
    let future = home.key(
        "--faked-system-time 20380101T000000!",
        "F <f@apache.org>",
        "ed25519",
        "sign",
        "never",
    );
    let keyring = plusone::openpgp::Keyring::new(read(&home.export(&[&future])));
    let fingerprint = keyring.fingerprints().next().unwrap();
    let certificate = keyring.certificate(&fingerprint, chrono::Utc::now()).unwrap();
    assert!(certificate.is_from_the_future(chrono::Utc::now()));
    assert!(certificate.signing_keys(chrono::Utc::now()).is_empty());
}

#[test]
fn other_encodings_are_told() {
    let text = block(&["rsa4096"]);
    for (mark, bytes) in [
        ([0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()),
        ([0xfe, 0xff], text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ] {
        let file = [&mark[..], &bytes].concat();
        assert_eq!(found(&file), (1, vec![(1, ProblemKind::Utf16)]));
    }
    let mut appended = text.into_bytes();
    appended.extend([0x99, 0, 1, 4, 0, 0]);
    assert_eq!(found(&appended).1.len(), 1);
}

#[test]
fn secret_keys_are_refused_and_not_kept() {
    if !support::gpg::programs_for("secret_keys_are_refused_and_not_kept") {
        return;
    }
    let home = support::gpg::Home::new();
    let key = home.key("", "Secret <s@apache.org>", "ed25519", "sign", "never");
    let secret = home.ok("--armor --export-secret-keys", &[&key]);
    let file = [&secret[..], &fixture("rsa4096")].concat();
    assert_eq!(found(&file), (1, vec![(1, ProblemKind::SecretKey)]));
    // Under a wrong label, and as a binary file.
    let relabelled = String::from_utf8(secret).unwrap().replace("PRIVATE", "PUBLIC");
    assert_eq!(found(relabelled.as_bytes()), (0, vec![(1, ProblemKind::SecretKey)]));
    let binary = home.ok("--export-secret-keys", &[&key]);
    assert!(found(&binary).1.contains(&(1, ProblemKind::SecretKey)));
    let public = home.ok("--export", &[&key]);
    assert_eq!(found(&public), (1, vec![(1, ProblemKind::BinaryKeyring)]));
}

#[test]
fn hostile_files_end_soon() {
    let begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n";
    let line = format!("{}\n", "A".repeat(64));
    let endless = format!("{begin}{}", line.repeat(600_000));
    let limits = Limits { block_bytes: 1 << 20, ..Limits::default() };
    let file = KeysFile::read(endless.as_bytes(), &limits).unwrap();
    let kinds: Vec<_> = file.all_problems().iter().map(|problem| problem.kind.clone()).collect();
    assert!(kinds.contains(&ProblemKind::BlockTooLarge { limit: 1 << 20 }), "{kinds:?}");
    let small = Limits { file_bytes: 1000, ..Limits::default() };
    assert!(KeysFile::read(endless.as_bytes(), &small).is_err());
    // A compressed packet, and one inside of it that would be large, are not opened.
    let compressed = format!("{begin}yAEB\n-----END PGP PUBLIC KEY BLOCK-----\n");
    assert_eq!(found(compressed.as_bytes()).1, [(1, ProblemKind::Compressed)]);
    let begins = begin.repeat(100_000);
    assert_eq!(found(begins.as_bytes()).0, 0);
}

#[test]
fn certificates_know_what_gpg_told_them() {
    let keys =
        [fixture("rsa4096"), fixture("sha1"), fixture("rsa8192"), fixture("dsa1024")].concat();
    let keyring = Keyring::new(read(&keys));
    let all: Vec<_> = certificates(&keyring, Utc::now(), NonZero::new(2).unwrap())
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let [rsa4096, sha1, rsa8192, dsa1024] = &all[..] else { panic!("{all:?}") };
    assert_eq!(rsa4096.kind.to_string(), "RSA 4096");
    assert_eq!(rsa4096.asf_id.as_deref(), Some("jane"));
    assert_eq!(rsa4096.user_ids[0].text, "Jane Doe (CODE SIGNING KEY) <jane@apache.org>");
    assert!(rsa4096.user_ids[0].primary && rsa4096.can_sign && !rsa4096.sha1_only);
    assert_eq!(rsa4096.created.to_rfc3339(), "2024-01-01T00:00:00+00:00");
    assert_eq!(rsa4096.expires, None);
    assert!(sha1.sha1_only && sha1.self_signed && sha1.asf_id.is_none());
    assert_eq!(rsa8192.kind.bits, Some(8192));
    assert!(rsa8192.self_signed);
    assert_eq!(dsa1024.kind.to_string(), "DSA 1024");
    assert!(dsa1024.self_signed);
    let json = serde_json::to_value(rsa4096).unwrap();
    assert_eq!(json["kind"]["algorithm"], "rsa");
    assert_eq!(json["created"], "2024-01-01T00:00:00Z");
}

#[test]
fn a_forged_user_id_is_not_bound() {
    // The bytes of the user id are changed; its self-signature no longer fits, and gpg drops both.
    let binary = {
        if !support::gpg::programs_for("a_forged_user_id_is_not_bound") {
            return;
        }
        let home = support::gpg::Home::new();
        let key = home.key("", "Jane <jane@apache.org>", "ed25519", "sign", "never");
        home.ok("--export", &[&key])
    };
    let place = binary.windows(4).position(|window| window == b"Jane").unwrap();
    let mut forged = binary;
    forged[place..place + 4].copy_from_slice(b"John");
    let keyring = Keyring::new(read(&forged));
    let fingerprint = keyring.fingerprints().next().unwrap();
    let certificate = keyring.certificate(&fingerprint, Utc::now()).unwrap();
    assert!(!certificate.self_signed && !certificate.can_sign);
    assert!(!certificate.user_ids.iter().any(|user_id| user_id.bound));
    assert_eq!(certificate.asf_id, None);
}

#[test]
fn a_certificate_of_thousands_of_parts_ends_soon() {
    // One real key, and user ids with signatures that fit nowhere, each of which is tried everywhere.
    let data = {
        use std::io::Read;
        let mut data = Vec::new();
        let armored = fixture("ed25519");
        sequoia_openpgp::armor::Reader::from_bytes(&armored, None).read_to_end(&mut data).unwrap();
        data
    };
    let signature = data.windows(2).position(|two| two == [0x88, 0x90]).unwrap();
    let mut hostile = data.clone();
    for number in 0..8000u32 {
        hostile.extend([0xb4, 4]);
        hostile.extend(number.to_be_bytes());
        hostile.extend(&data[signature..]);
    }
    let keyring = Keyring::new(read(&hostile));
    let all = certificates(&keyring, Utc::now(), NonZero::<usize>::MIN);
    assert!(all[0].as_ref().unwrap().self_signed);
}
