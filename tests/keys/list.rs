//! `list`, `export` and `check`.

use std::fs;

use super::support::{self, JANE, World};
use super::{fingerprints, imported, new_key, plain_project, read};

#[test]
fn real_files_hold_what_gpg_finds_in_them() {
    let Some(corpus) = support::corpus_for("real_files_hold_what_gpg_finds_in_them") else {
        return;
    };
    let world = World::new();
    let index = fs::read(corpus.join("keys/index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    let sorted = |values: Vec<&str>| {
        let mut sorted: Vec<String> = values.into_iter().map(str::to_owned).collect();
        sorted.sort();
        sorted
    };
    for file in index.as_array().unwrap() {
        let name = file["file"].as_str().unwrap();
        let path = corpus.join("keys").join(name);
        let place = path.to_str().unwrap();
        let report = world.plusone(&["keys", "list", place, "--format", "json"]).ok().json();
        assert_eq!(report["schema"], "plusone.keys/1");
        let certificates = report["certificates"].as_array().unwrap();
        let listed = certificates.iter().map(|one| one["fingerprint"].as_str().unwrap_or("none"));
        let expected = file["fingerprints"].as_array().unwrap().iter();
        let mut expected = sorted(expected.map(|one| one.as_str().unwrap()).collect());
        // gpg names a key as often as it stands there, we name it once.
        expected.dedup();
        assert_eq!(sorted(listed.collect()), expected, "{name}");
        let text = world.plusone(&["keys", "list", place]).ok().stdout;
        assert!(expected.iter().all(|fingerprint| text.contains(fingerprint)), "{name}");
    }
}

#[test]
fn a_broken_block_is_named_and_hides_no_other() {
    let world = World::new();
    let jane = fs::read_to_string(support::root().join("tests/fixtures/keys/jane.asc")).unwrap();
    let broken = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBGlXCoABEADb\n=AAAA\n\
                  -----END PGP PUBLIC KEY BLOCK-----\n";
    world.write("KEYS", format!("Keys of the project\n\n{broken}\n{jane}"));
    let ran = world.plusone(&["keys", "list", "KEYS"]).ok();
    assert!(ran.stdout.contains(&format!("valid    {JANE} RSA 4096\n")), "{}", ran.stdout);
    assert!(ran.stdout.contains("unread   line 3: the checksum of the armor"), "{}", ran.stdout);
    let report = world.plusone(&["keys", "list", "KEYS", "--format", "json"]).ok().json();
    assert!(report["problems"].as_array().unwrap().iter().all(|problem| problem["line"] == 3));
    world.plusone(&["keys", "check", "KEYS"]).fails(1, &[]);
    world.plusone(&["keys", "list", "nowhere"]).fails(2, &["there is no file `nowhere`"]);
    world.plusone(&["keys", "list"]).fails(2, &["which KEYS file", "hint: name a file"]);
}

#[test]
fn user_ids_do_not_act_on_the_terminal() {
    let world = World::new();
    let evil = "Ev\u{1b}]0;pwn\u{7}il \u{9b}31m \u{202e}<evil@apache.org>";
    let key = new_key(&world, evil, "rsa2048", "1y", &["--allow-freeform-uid"]);
    world.plusone(&["keys", "append", &key, "--to", "KEYS", "--create"]).ok();
    assert_eq!(imported(&world.repo("KEYS")), [key.as_str()]);
    let file = world.repo("KEYS");
    for words in [
        &["keys", "list", file.to_str().unwrap()][..],
        &["keys", "list", "--secret"],
        &["keys", "export", &key],
        &["keys", "check", "KEYS"],
    ] {
        for form in ["human", "json", "markdown"] {
            let ran = world.plusone(&[words, &["--format", form]].concat()).ok();
            let acts = |c: char| c.is_control() && c != '\n';
            assert!(!ran.stdout.contains(acts), "{words:?} {form}: {:?}", ran.stdout);
            assert!(!ran.stderr.contains(acts), "{words:?} {form}: {:?}", ran.stderr);
        }
    }
    let report = world.plusone(&["keys", "list", "KEYS", "--format", "json"]).ok().json();
    assert_eq!(report["certificates"][0]["user_ids"][0]["text"], evil);
}

#[test]
fn own_keys_are_listed_with_what_speaks_against_them() {
    let world = World::new();
    let none = world.plusone(&["keys", "list", "--secret"]).ok().stdout;
    assert!(none.contains("plusone keys generate"), "{none}");
    world.import_jane();
    let curve = new_key(&world, "Curve <curve@apache.org>", "ed25519", "1y", &[]);
    let weak = new_key(&world, "Weak <weak@apache.org>", "rsa1024", "1y", &[]);
    let small = new_key(&world, "Small <small@example.org>", "rsa2048", "never", &[]);
    let past = ["--faked-system-time", "20200101T000000!"];
    let expired = new_key(&world, "Old <old@apache.org>", "rsa2048", "1y", &past);
    let listed = || world.plusone(&["keys", "list", "--secret", "--format", "json"]).ok().json();
    let report = listed();
    assert_eq!(report["schema"], "plusone.secret-keys/1");
    let state = |report: &serde_json::Value, fingerprint: &str, what: &str| {
        let keys = report["keys"].as_array().unwrap();
        let key = keys.iter().find(|key| key["fingerprint"] == fingerprint).unwrap();
        key[what].as_array().unwrap().iter().map(|text| text.to_string()).collect::<String>()
    };
    assert_eq!(state(&report, JANE, "objections"), "");
    assert!(state(&report, &curve, "objections").contains("K-08"));
    assert!(state(&report, &weak, "objections").contains("1024 bits (K-08)"));
    assert!(state(&report, &expired, "objections").contains("expired (K-13)"));
    assert_eq!(state(&report, &small, "objections"), "");
    let remarks = state(&report, &small, "remarks");
    assert!(remarks.contains("2048 bits") && remarks.contains("K-14"), "{remarks}");
    plain_project(&world);
    let dsa = new_key(&world, "Dsa <dsa@apache.org>", "dsa2048", "1y", &[]);
    let report = listed();
    assert_eq!(state(&report, &curve, "objections"), "");
    assert!(state(&report, &curve, "remarks").contains("K-08"));
    // What `append` refuses does not fit.
    for weak in [&weak, &dsa] {
        assert!(state(&report, weak, "objections").contains("K-08"), "{report:#}");
        let words = ["keys", "append", weak, "--to", "KEYS", "--create"];
        world.plusone(&words).fails(2, &["which policy does not accept"]);
    }
}

#[test]
fn gpg_imports_what_is_exported() {
    let world = World::new();
    world.import_jane();
    let friend = new_key(&world, "Friend <friend@apache.org>", "rsa2048", "1y", &[]);
    let quick = ["--batch", "--quiet", "--yes", "-u", &friend, "--quick-sign-key", JANE];
    world.run("gpg", &quick).ok();
    let export = |more: &[&str]| {
        let words = [&["keys", "export", "jane@apache.org"][..], more].concat();
        world.plusone(&words).ok().stdout
    };
    let minimal = export(&[]);
    let full = export(&["--full"]);
    assert_eq!(minimal, export(&[]));
    assert_eq!(full, export(&["--full"]));
    assert!(full.contains(&friend[24..]) && !minimal.contains(&friend[24..]));
    for entry in [&minimal, &full] {
        assert!(entry.starts_with("pub   rsa4096 2026-01-02 [SC]\n      026C42E5"), "{entry}");
        world.write("entry", entry);
        assert_eq!(imported(&world.repo("entry")), [JANE]);
    }
    // What is printed is what is appended.
    world.plusone(&["keys", "append", JANE, "--to", "KEYS", "--create"]).ok();
    assert_eq!(String::from_utf8(read(&world, "KEYS")).unwrap().trim(), minimal.trim());
    let json = world.plusone(&["keys", "export", JANE, "--format", "json"]).ok().json();
    assert_eq!(json["entry"], minimal);
    world.plusone(&["keys", "export", "nobody"]).fails(2, &["no public key `nobody`", "hint:"]);
    world.plusone(&["keys", "export", ""]).fails(2, &["is empty"]);
    let several = world.plusone(&["keys", "export", "apache.org"]);
    several.fails(2, &["fits several keys", JANE, &friend]);
    assert_eq!(fingerprints(&world, &[]).len(), 2);
}

#[test]
fn the_check_finds_errors_and_lost_entries() {
    let world = World::new();
    world.import_jane();
    let other = new_key(&world, "Other <other@example.org>", "ed25519", "1y", &[]);
    let jane = world.plusone(&["keys", "export", JANE]).ok().stdout;
    let theirs = world.plusone(&["keys", "export", &other]).ok().stdout;
    world.write("good", &jane);
    world.write("old", format!("{jane}\n{theirs}"));
    let check = |words: &[&str]| world.plusone(&[&["keys", "check"][..], words].concat());
    let good = check(&["good"]).ok().stdout;
    assert!(good.contains("good: 1 certificate, 0 errors, 0 warnings, 0 notes."), "{good}");
    let findings = |words: &[&str]| {
        let report = check(&[words, &["--format", "json"]].concat()).json();
        assert_eq!(report["schema"], "plusone.keys-check/1");
        let found = report["findings"].as_array().unwrap().iter();
        let one = |finding: &serde_json::Value| {
            ["id", "severity", "rule"].map(|name| finding[name].as_str().unwrap().to_owned())
        };
        found.map(one).collect::<Vec<_>>()
    };
    let lost = [["keys-entry-kept", "error", "K-07"].map(str::to_owned)];
    assert_eq!(findings(&["good", "--against", "old"]), lost);
    check(&["good", "--against", "old"]).fails(1, &[]);
    check(&["old", "--against", "good"]).fails(1, &[]);
    let found = findings(&["old"]);
    let has = |id: &str, severity: &str, rule: &str| {
        found.contains(&[id, severity, rule].map(str::to_owned))
    };
    // POLICY K-08 to the letter: RSA only; K-14 asks for an Apache address.
    assert!(has("keys-strength", "note", "K-08"), "{found:?}");
    let new = findings(&["old", "--against", "good"]);
    assert!(new.contains(&["keys-strength", "error", "K-08"].map(str::to_owned)), "{new:?}");
    assert!(found.iter().any(|one| one[0] == "keys-apache-user-id" && one[2] == "K-14"));
    plain_project(&world);
    check(&["old"]).ok();
    world.write("twice", format!("{jane}\n{jane}"));
    let twice = findings(&["twice"]);
    assert_eq!(twice, [["keys-no-duplicate", "note", "K-07"].map(str::to_owned)]);
    let secret = fs::read(support::root().join("tests/fixtures/keys/jane.secret.asc")).unwrap();
    world.write("secret", secret);
    let found = findings(&["secret"]);
    assert!(found.iter().any(|one| one[0] == "keys-no-secret" && one[1] == "error"), "{found:?}");
    check(&["good", "--against", "nowhere"]).fails(2, &["there is no file `nowhere`"]);
}

#[test]
fn a_file_without_keys_is_not_taken_for_one() {
    let world = World::new();
    for (name, text) in [("none", ""), ("page", "<html><body>404 Not Found</body></html>\n")] {
        world.write(name, text);
        let listed = world.plusone(&["keys", "list", name]).ok().stdout;
        assert!(listed.contains("empty    no public key in it: is this a KEYS file?"), "{listed}");
        let ran = world.plusone(&["keys", "check", name]);
        assert!(ran.stdout.contains("no public key is in the file"), "{}", ran.stdout);
        ran.fails(1, &[]);
    }
    // The first key makes it one.
    world.import_jane();
    world.plusone(&["keys", "append", "--to", "none", JANE]).ok();
    world.plusone(&["keys", "check", "none"]).ok();
}

#[test]
fn the_example_is_an_example() {
    let world = World::new();
    let example = support::root().join("KEYS.example");
    let place = example.to_str().unwrap();
    assert_eq!(imported(&example), [JANE]);
    let list = world.plusone(&["keys", "list", place]).ok().stdout;
    assert!(list.contains(JANE) && list.contains("Jane Doe"), "{list}");
    assert!(!list.contains("unread"), "{list}");
    let report = world.plusone(&["keys", "check", place, "--format", "json"]).ok().json();
    let findings = report["findings"].as_array().unwrap();
    assert!(findings.iter().all(|finding| finding["severity"] != "error"), "{findings:?}");
}
