//! `plusone keys` with real gpg, Subversion servers and web servers: nothing of a KEYS file is ever
//! lost, nothing secret leaves, and what is fetched or sent is what gpg understands.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use support::{JANE, Ran, Server, World};

const NOW: &[&str] = &["--time", "2026-11-21T12:00:00Z"];

fn keys(world: &World, words: &[&str]) -> Ran {
    world.plusone(&[&["keys"], words].concat())
}

/// A world with Jane's key, outside of any repository.
fn jane() -> World {
    let world = World::new();
    world.import_jane();
    world
}

/// The fingerprints that gpg finds in a file.
fn gpg_sees(world: &World, file: &Path) -> BTreeSet<String> {
    let words = ["--batch", "--with-colons", "--show-keys", file.to_str().unwrap()];
    let listing = world.run("gpg", &words).stdout;
    let mut primary = false;
    let mut found = BTreeSet::new();
    for line in listing.lines() {
        let fields: Vec<&str> = line.split(':').collect();
        match fields[0] {
            "pub" => primary = true,
            "fpr" if primary => {
                found.insert(fields[9].to_owned());
                primary = false;
            }
            _ => {}
        }
    }
    found
}

fn fingerprints(report: &Value) -> BTreeSet<String> {
    let certificates = report["certificates"].as_array().unwrap();
    let texts = certificates.iter().filter_map(|certificate| certificate["fingerprint"].as_str());
    texts.map(str::to_owned).collect()
}

#[test]
fn real_keys_files_list_what_gpg_lists() {
    let Some(corpus) = support::corpus_for("real_keys_files_list_what_gpg_lists") else { return };
    let index: Value =
        serde_json::from_slice(&fs::read(corpus.join("keys/index.json")).unwrap()).unwrap();
    let world = World::new();
    for entry in index.as_array().unwrap() {
        let path = corpus.join("keys").join(entry["file"].as_str().unwrap());
        let report =
            keys(&world, &["list", path.to_str().unwrap(), "--format", "json"]).ok().json();
        assert_eq!(report["schema"], "plusone.keys/1");
        let expected: BTreeSet<String> = entry["fingerprints"]
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(fingerprints(&report), expected, "{}", path.display());
        let human = keys(&world, &["list", path.to_str().unwrap()]).ok().stdout;
        assert!(
            expected.iter().all(|fingerprint| human.contains(fingerprint)),
            "{}",
            path.display()
        );
        assert!(!human.contains('\u{1b}'));
    }
}

#[test]
fn one_bad_block_hides_no_other() {
    let world = jane();
    let example = fs::read_to_string(support::root().join("KEYS.example")).unwrap();
    let broken =
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBGlX!!!\n-----END PGP PUBLIC KEY BLOCK-----\n";
    let text = format!("first line\n{broken}\n{example}");
    world.write("KEYS", &text);
    let report = keys(&world, &["list", "KEYS", "--format", "json"]).ok().json();
    assert_eq!(fingerprints(&report), BTreeSet::from([JANE.to_owned()]));
    let problems = report["problems"].as_array().unwrap();
    assert!(problems.iter().all(|problem| problem["line"].as_u64().unwrap() <= 5), "{problems:?}");
    assert!(!problems.is_empty());
    let human = keys(&world, &["list", "KEYS"]).ok().stdout;
    assert!(human.contains("unread   line 2"), "{human}");
    let check = keys(&world, &[&["check", "KEYS"], NOW].concat());
    assert_eq!(check.status, 1);
    assert!(check.stdout.contains("keys-block-readable"), "{}", check.stdout);
}

#[test]
fn user_ids_cannot_act_on_the_terminal() {
    let world = World::new();
    let id = "Mallory \u{1b}[2J\u{1b}]0;owned\u{7} \u{202e}gro.ehcapa@yrollam <mallory@apache.org>";
    let words = [
        "--batch",
        "--quiet",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "",
        "--quick-generate-key",
        id,
        "ed25519",
        "sign,cert",
        "1y",
    ];
    world.run("gpg", &words).ok();
    let armored =
        world.run("gpg", &["--batch", "--armor", "--export", "mallory@apache.org"]).ok().stdout;
    world.write("KEYS", armored);
    for words in [
        &["list", "KEYS"][..],
        &["check", "KEYS"],
        &["export", "mallory@apache.org"],
        &["list", "--secret"],
    ] {
        for form in ["human", "markdown", "json"] {
            let run = keys(&world, &[words, &["--format", form]].concat());
            let text = format!("{}{}", run.stdout, run.stderr);
            assert!(
                !text.contains(['\u{1b}', '\u{7}', '\u{202e}']) || form == "json",
                "{words:?} {form}: {text:?}"
            );
            assert!(!text.contains('\u{1b}'), "{words:?} {form}: {text:?}");
        }
    }
}

#[test]
fn the_example_is_a_good_keys_file() {
    let world = World::new();
    let example = support::root().join("KEYS.example");
    let example = example.to_str().unwrap();
    let report = keys(&world, &[&["check", example, "--format", "json"], NOW].concat()).ok().json();
    assert_eq!(report["findings"], serde_json::json!([]));
    assert_eq!(gpg_sees(&world, Path::new(example)), BTreeSet::from([JANE.to_owned()]));
    let human = keys(&world, &["list", example]).ok().stdout;
    for word in [
        JANE,
        "RSA 4096",
        "Jane Doe (CODE SIGNING KEY) <jane@apache.org>",
        "jane (by its address)",
        "2026-01-02",
    ] {
        assert!(human.contains(word), "no {word:?} in {human}");
    }
}

#[test]
fn own_keys_are_told_fit_or_unfit() {
    let world = jane();
    let none = World::new();
    assert!(keys(&none, &["list", "--secret"]).ok().stdout.contains("plusone keys generate"));
    let curve = world.new_key("curve@apache.org", "", &[]);
    let expired = world.new_key("old@example.org", "", &["--faked-system-time", "20240101T000000"]);
    let report = keys(&world, &["list", "--secret", "--format", "json"]).ok().json();
    let state = |fingerprint: &str| {
        let keys = report["keys"].as_array().unwrap();
        keys.iter().find(|key| key["fingerprint"] == fingerprint).unwrap().clone()
    };
    assert_eq!(state(JANE)["objections"], serde_json::json!([]));
    assert!(state(&curve)["objections"].to_string().contains("K-08"));
    assert!(state(&expired)["objections"].to_string().contains("expired (K-13)"));
    assert!(state(&expired)["remarks"].to_string().contains("@apache.org address (K-14)"));
}

#[test]
fn exported_entries_import_elsewhere() {
    let world = jane();
    let entry = keys(&world, &["export", "jane@apache.org"]).ok().stdout;
    assert_eq!(entry, keys(&world, &["export", JANE]).ok().stdout, "the same bytes");
    assert!(entry.starts_with("pub   rsa4096 2026-01-02 [SC]\n      026C42E5"), "{entry}");
    world.write("entry", &entry);
    assert_eq!(gpg_sees(&world, &world.repo("entry")), BTreeSet::from([JANE.to_owned()]));
    // A certification by somebody else is in the full entry only.
    let other = world.new_key("other@apache.org", "", &[]);
    world.run("gpg", &["--batch", "--yes", "--local-user", &other, "--quick-sign-key", JANE]).ok();
    let minimal = keys(&world, &["export", JANE]).ok().stdout;
    let full = keys(&world, &["export", JANE, "--full"]).ok().stdout;
    assert!(full.len() > minimal.len());
    assert_eq!(minimal, entry, "certifications by others do not matter");
    keys(&world, &["export", "nobody@apache.org"]).fails(2, &["no public key `nobody@apache.org`"]);
    keys(&world, &["export", "apache.org"]).fails(2, &["fits several keys", JANE]);
}

#[test]
fn appending_changes_no_other_byte() {
    let world = jane();
    world.write("plusone.toml", "[project]\nname = \"demo\"\nkind = \"plain\"\n");
    world.git(&["init", "-q"]);
    let mine = world.new_key("me@example.org", "", &[]);
    let example = fs::read_to_string(support::root().join("KEYS.example")).unwrap();
    for (name, old) in [
        ("unix", example.clone()),
        ("dos", example.replace('\n', "\r\n")),
        ("unended", example.trim_end().to_owned()),
    ] {
        world.write(name, &old);
        keys(&world, &["append", &mine, "--to", name]).ok();
        let new = fs::read(world.repo(name)).unwrap();
        assert!(new.starts_with(old.as_bytes()), "{name}");
        assert_eq!(
            gpg_sees(&world, &world.repo(name)),
            BTreeSet::from([JANE.to_owned(), mine.clone()]),
            "{name}"
        );
        let again = keys(&world, &["append", "me@example.org", "--to", name, "--format", "json"])
            .ok()
            .json();
        assert_eq!(again["appended"], false);
        assert_eq!(fs::read(world.repo(name)).unwrap(), new, "{name}: nothing to do");
        let line_ends = new.iter().filter(|&&byte| byte == b'\n').count();
        let carriage_returns = new.iter().filter(|&&byte| byte == b'\r').count();
        assert_eq!(carriage_returns, if name == "dos" { line_ends } else { 0 }, "{name}");
    }

    // A new expiry, then a new subkey: appended again, with the reason.
    let before = fs::read(world.repo("unix")).unwrap();
    world.run("gpg", &["--batch", "--quick-set-expire", &mine, "3y"]).ok();
    let report = keys(&world, &["append", &mine, "--to", "unix", "--format", "json"]).ok().json();
    assert!(report["changes"].to_string().contains("new expiry"), "{report}");
    let between = fs::read(world.repo("unix")).unwrap();
    assert!(between.starts_with(&before) && between.len() > before.len());
    world
        .run(
            "gpg",
            &["--batch", "--passphrase", "", "--quick-add-key", &mine, "ed25519", "sign", "1y"],
        )
        .ok();
    let report = keys(&world, &["append", &mine, "--to", "unix", "--format", "json"]).ok().json();
    assert!(report["changes"].to_string().contains("new subkey"), "{report}");
    let after = fs::read(world.repo("unix")).unwrap();
    assert!(after.starts_with(&between) && after.len() > between.len());
    assert_eq!(
        keys(&world, &["append", &mine, "--to", "unix", "--format", "json"]).ok().json()["appended"],
        false
    );
}

#[test]
fn local_files_keep_their_place_their_rights_and_every_entry() {
    let world = plain_world();
    let mut expected = BTreeSet::from([JANE.to_owned()]);
    for number in 0..5 {
        expected.insert(world.new_key(&format!("dev{number}@example.org"), "", &[]));
    }
    world.write("real", fs::read(support::root().join("KEYS.example")).unwrap());
    fs::set_permissions(world.repo("real"), fs::Permissions::from_mode(0o664)).unwrap();
    std::os::unix::fs::symlink("real", world.repo("KEYS")).unwrap();
    let children: Vec<Child> = expected
        .iter()
        .filter(|fingerprint| *fingerprint != JANE)
        .map(|fingerprint| {
            world
                .command(env!("CARGO_BIN_EXE_plusone"))
                .args(["keys", "append", fingerprint, "--to", "KEYS"])
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(gpg_sees(&world, &world.repo("real")), expected);
    assert!(fs::symlink_metadata(world.repo("KEYS")).unwrap().is_symlink());
    let mode = fs::metadata(world.repo("real")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o664);
    let left: Vec<String> = world
        .names(&world.repo(""))
        .into_iter()
        .filter(|name| name.starts_with(".plusone"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
    keys(&world, &["append", JANE, "--to", "."]).fails(2, &["no public key"]);
    let any = expected.iter().find(|fingerprint| *fingerprint != JANE).unwrap();
    let run = keys(&world, &["append", any, "--to", "."]);
    assert!(matches!(run.status, 2 | 3), "{}", run.stderr);
}

#[test]
fn what_must_not_go_into_keys_is_refused() {
    let world = jane();
    let example = fs::read_to_string(support::root().join("KEYS.example")).unwrap();
    world.write("KEYS", &example);
    let refuse = |key: &str, to: &str, words: &[&str]| {
        let before = fs::read(world.repo(to)).ok();
        keys(&world, &["append", key, "--to", to]).fails(2, words);
        assert_eq!(fs::read(world.repo(to)).ok(), before, "{to} was touched");
    };
    let curve = world.new_key("curve@apache.org", "", &[]);
    refuse(&curve, "KEYS", &["policy does not accept", "RSA key of 4096 bits", "K-08"]);
    let expired = world.new_key("old@apache.org", "", &["--faked-system-time", "20240101T000000"]);
    refuse(&expired, "KEYS", &["expired on", "--quick-set-expire"]);
    let revoked = world.new_key("gone@apache.org", "", &[]);
    let certificate =
        fs::read_to_string(world.path(&format!("gnupg/openpgp-revocs.d/{revoked}.rev"))).unwrap();
    world.write("revocation", certificate.replace("\n:-----BEGIN", "\n-----BEGIN"));
    world.run("gpg", &["--batch", "--import", "revocation"]).ok();
    refuse(&revoked, "KEYS", &["was revoked on"]);
    refuse(JANE, "nowhere", &["there is no file `nowhere`", "--create"]);
    world.write("README", "Apache Demo, read me first\n");
    refuse(JANE, "README", &["not a KEYS file"]);
    let secret =
        fs::read_to_string(support::root().join("tests/fixtures/keys/jane.secret.asc")).unwrap();
    world.write("leak", format!("keys (gpg)\n\n{secret}"));
    refuse(JANE, "leak", &["it holds secret keys"]);
    let check = keys(&world, &["check", "leak"]);
    assert_eq!(check.status, 1);
    assert!(
        check.stdout.contains("keys-no-secret") && check.stdout.contains("K-11"),
        "{}",
        check.stdout
    );
    world.write("binary", [0xff, 0xfe, 0, 1, 2, 3]);
    refuse(JANE, "binary", &["not a KEYS file"]);
}

#[test]
fn lost_entries_are_found() {
    let world = World::new();
    let example = fs::read_to_string(support::root().join("KEYS.example")).unwrap();
    world.write("old", &example);
    world.write("new", "These are the PGP keys of nobody\n");
    let run = keys(&world, &["check", "new", "--against", "old", "--format", "json"]);
    assert_eq!(run.status, 1);
    let report = run.json();
    let finding = &report["findings"][0];
    assert_eq!(finding["id"], "keys-entry-kept");
    assert_eq!(finding["rule"], "K-07");
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["fingerprint"], JANE);
    keys(&world, &["check", "old", "--against", "old"]).ok();
    keys(&world, &["check", "nowhere"]).fails(2, &["there is no file `nowhere`"]);
    keys(&world, &["check"]).fails(2, &["not said which KEYS file", "dist"]);
    keys(&world, &["list", "ftp://example.org/KEYS"]).fails(2, &["`ftp` addresses cannot be read"]);
}

#[test]
fn keys_are_made_by_the_rules() {
    let world = World::new();
    let make = |more: &[&str]| {
        keys(
            &world,
            &[&["generate", "--name", "Jane Doe", "--email", "jane@apache.org"], more].concat(),
        )
    };
    let report = make(&["--no-passphrase", "--format", "json"]).ok().json();
    let fingerprint = report["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(report["user_id"], "Jane Doe (CODE SIGNING KEY) <jane@apache.org>");
    let listing = world
        .run("gpg", &["--batch", "--with-colons", "--list-secret-keys", &fingerprint])
        .ok()
        .stdout;
    let fields: Vec<String> =
        listing.lines().next().unwrap().split(':').map(str::to_owned).collect();
    // gpg's DETAILS: field 3 is the size, 4 the algorithm (1 is RSA), 6 and 7 creation and expiry, 12 what it can do.
    assert_eq!((&fields[2][..], &fields[3][..]), ("4096", "1"));
    let years =
        (fields[6].parse::<i64>().unwrap() - fields[5].parse::<i64>().unwrap()) / 31_536_000;
    assert_eq!(years, 5);
    assert!(fields[11].starts_with("sc"), "{}", fields[11]);
    let revocation = fs::read_to_string(report["revocation"].as_str().unwrap()).unwrap();
    assert!(revocation.contains("BEGIN PGP PUBLIC KEY BLOCK"));

    // The passphrase comes by a descriptor and never through an argument; the key is protected by it.
    let line = format!(
        "exec {} keys generate --name 'Sub Key' --email sub@apache.org --bits 3072 --expire 2y --subkey --passphrase-fd 3 --format json 3<<'END'\ncorrect horse\nEND\n",
        env!("CARGO_BIN_EXE_plusone")
    );
    let report = world.run("sh", &["-c", &line]).ok().json();
    let fingerprint = report["fingerprint"].as_str().unwrap().to_owned();
    let listing = world
        .run("gpg", &["--batch", "--with-colons", "--list-secret-keys", &fingerprint])
        .ok()
        .stdout;
    let subkey = listing.lines().find(|line| line.starts_with("ssb:")).unwrap();
    assert_eq!(subkey.split(':').nth(11), Some("s"));
    assert!(listing.lines().next().unwrap().split(':').nth(11).unwrap().starts_with('c'));
    world.write("plain", "to be signed\n");
    let sign = |passphrase: &str| {
        let words = [
            "--batch",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            passphrase,
            "--local-user",
            &fingerprint,
            "--output",
            "signed",
            "--yes",
            "--sign",
            "plain",
        ];
        let _ = world.run("gpgconf", &["--kill", "all"]);
        world.run("gpg", &words).status
    };
    assert_ne!(sign("wrong"), 0);
    assert_eq!(sign("correct horse"), 0);

    // Nobody to ask and nothing said: no key, and a reason.
    fs::write(world.path("gnupg/gpg-agent.conf"), "pinentry-program /nowhere/pinentry\n").unwrap();
    let _ = world.run("gpgconf", &["--kill", "all"]);
    let count = || {
        world
            .run("gpg", &["--batch", "--with-colons", "--list-secret-keys"])
            .ok()
            .stdout
            .matches("sec:")
            .count()
    };
    let before = count();
    make(&["--bits", "3072"]).fails(3, &["gpg made no key", "no pinentry program"]);
    assert_eq!(count(), before);
    for (more, words) in [
        (&["--bits", "1024"][..], "--bits"),
        (&["--expire", "soon"], "5y"),
        (&["--comment", "a\nName-Email: x@y.z"], "--comment"),
    ] {
        make(more).fails(2, &[words]);
    }
    keys(&world, &["generate", "--name", "x", "--email", "not an address"])
        .fails(2, &["is no mail address"]);
}

/// A Subversion repository with a KEYS file in `demo/`, and its address.
fn subversion(world: &World) -> String {
    let place = world.path("svn");
    world.run("svnadmin", &["create", place.to_str().unwrap()]).ok();
    let url = format!("file://{}/demo", place.display());
    world.run("svn", &["mkdir", "-q", "-m", "demo", &url]).ok();
    let example = support::root().join("KEYS.example");
    world
        .run(
            "svn",
            &["import", "-q", "-m", "KEYS", example.to_str().unwrap(), &format!("{url}/KEYS")],
        )
        .ok();
    format!("{url}/KEYS")
}

fn revision(world: &World, url: &str) -> u32 {
    world
        .run("svn", &["info", "--show-item", "last-changed-revision", url])
        .ok()
        .stdout
        .trim()
        .parse()
        .unwrap()
}

fn content(world: &World, url: &str) -> String {
    world.run("svn", &["cat", url]).ok().stdout
}

/// Ed25519 keys are made in no time; a plain project may use them.
fn plain_world() -> World {
    let world = World::new();
    world.git(&["init", "-q"]);
    world.write("plusone.toml", "[project]\nname = \"demo\"\nkind = \"plain\"\n");
    world
}

#[test]
fn subversion_gets_one_commit_and_only_when_asked() {
    if !support::program_for("subversion_gets_one_commit_and_only_when_asked", "svnadmin") {
        return;
    }
    let world = plain_world();
    let url = subversion(&world);
    let mine = world.new_key("me@example.org", "", &[]);
    let before = content(&world, &url);
    let plan = keys(&world, &["append", &mine, "--to", &url, "--format", "json"]).ok().json();
    assert_eq!(plan["schema"], "plusone.plan/1");
    assert_eq!(plan["executed"], false);
    assert_eq!(revision(&world, &url), 2, "a plan commits nothing");
    let done =
        keys(&world, &["append", &mine, "--to", &url, "--execute", "--format", "json"]).ok().json();
    assert_eq!(done["steps"][0]["id"], plan["steps"][0]["id"], "what was shown is what was run");
    assert_eq!(done["steps"][0]["outcome"], "revision 3");
    assert_eq!(revision(&world, &url), 3);
    let after = content(&world, &url);
    assert!(after.starts_with(&before));
    world.write("after", &after);
    assert_eq!(
        gpg_sees(&world, &world.repo("after")),
        BTreeSet::from([JANE.to_owned(), mine.clone()])
    );
    let again = keys(&world, &["append", &mine, "--to", &url, "--execute"]).ok();
    assert!(again.stdout.contains("nothing to do"), "{}", again.stdout);
    assert_eq!(revision(&world, &url), 3);
    let missing = url.replace("KEYS", "KEY");
    keys(&world, &["append", &mine, "--to", &missing, "--execute"])
        .fails(2, &["there is no file", "--create"]);
    let nowhere = url.replace("demo", "nowhere");
    keys(&world, &["append", &mine, "--to", &nowhere, "--execute"]).fails(3, &["svn checkout"]);
    keys(&world, &["append", &mine, "--to", &missing, "--execute", "--create"]).ok();
    assert_eq!(revision(&world, &missing), 4);
}

#[test]
fn nobodys_entry_is_lost_when_many_append_at_once() {
    if !support::program_for("nobodys_entry_is_lost_when_many_append_at_once", "svnadmin") {
        return;
    }
    let world = plain_world();
    let url = subversion(&world);
    let mut expected = BTreeSet::from([JANE.to_owned()]);
    let mut children: Vec<(String, Child)> = Vec::new();
    for number in 0..6 {
        expected.insert(world.new_key(&format!("dev{number}@example.org"), "", &[]));
    }
    for fingerprint in expected.iter().filter(|fingerprint| *fingerprint != JANE) {
        let child = world
            .command(env!("CARGO_BIN_EXE_plusone"))
            .args(["keys", "append", fingerprint, "--to", &url, "--execute"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        children.push((fingerprint.clone(), child));
    }
    for (fingerprint, child) in children {
        let output = child.wait_with_output().unwrap();
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{fingerprint}: {words}");
    }
    world.write("all", content(&world, &url));
    assert_eq!(gpg_sees(&world, &world.repo("all")), expected);
    assert_eq!(revision(&world, &url), 8, "one commit each");
}

#[test]
fn a_commit_in_between_is_met_by_appending_again() {
    if !support::program_for("a_commit_in_between_is_met_by_appending_again", "svnadmin") {
        return;
    }
    let world = plain_world();
    let url = subversion(&world);
    let mine = world.new_key("me@example.org", "", &[]);
    // An svn that lets somebody else commit just before our first commit.
    let real = world.run("sh", &["-c", "command -v svn"]).ok().stdout.trim().to_owned();
    let bin = world.path("bin");
    fs::create_dir(&bin).unwrap();
    let log = world.path("argv");
    let script = format!(
        "#!/bin/sh\necho \"$*\" >> {log}\nif [ \"$1\" = commit ] && [ ! -e {flag} ]; then\n touch {flag}\n rm -rf {wc}\n {real} checkout -q {parent} {wc}\n echo 'somebody else was here' >> {wc}/KEYS\n {real} commit -q -m else {wc}\nfi\nexec {real} \"$@\"\n",
        log = log.display(),
        flag = world.path("flag").display(),
        wc = world.path("wc").display(),
        parent = url.trim_end_matches("/KEYS"),
    );
    fs::write(bin.join("svn"), script).unwrap();
    fs::set_permissions(bin.join("svn"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let words = ["keys", "append", &mine, "--to", &url, "--execute"];
    let run =
        support::ran(world.command(env!("CARGO_BIN_EXE_plusone")).env("PATH", &path).args(words))
            .ok();
    assert!(run.stderr.contains("somebody else committed in between"), "{}", run.stderr);
    let text = content(&world, &url);
    let other = text.find("somebody else was here").unwrap();
    assert!(text[other..].contains("me@example.org"), "ours stands behind theirs");
    assert_eq!(revision(&world, &url), 4);
}

/// `svnserve` over the repository, with a reader and a writer.
struct SvnServe(Child, u16);

impl SvnServe {
    fn new(world: &World) -> Self {
        let conf = world.path("svn/conf");
        fs::write(conf.join("svnserve.conf"), "[general]\nanon-access = none\nauth-access = write\npassword-db = passwd\nauthz-db = authz\nrealm = test\n").unwrap();
        fs::write(conf.join("passwd"), "[users]\nreader = r3ad\nwriter = wr1te s3cret\n").unwrap();
        fs::write(conf.join("authz"), "[/]\nreader = r\nwriter = rw\n").unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("svnserve")
            .args([
                "-d",
                "--foreground",
                "--listen-host",
                "127.0.0.1",
                "--listen-port",
                &port.to_string(),
                "-r",
            ])
            .arg(world.path("svn"))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..100 {
            if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        Self(child, port)
    }
}

impl Drop for SvnServe {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn servers_that_refuse_are_heard_and_passwords_stay_secret() {
    if !support::program_for("servers_that_refuse_are_heard_and_passwords_stay_secret", "svnserve")
    {
        return;
    }
    let world = plain_world();
    let local = subversion(&world);
    let mine = world.new_key("me@example.org", "", &[]);
    let server = SvnServe::new(&world);
    let url = format!("svn://127.0.0.1:{}/demo/KEYS", server.1);
    // An svn that writes down how it is called.
    let real = world.run("sh", &["-c", "command -v svn"]).ok().stdout.trim().to_owned();
    let bin = world.path("bin");
    fs::create_dir(&bin).unwrap();
    let log = world.path("argv");
    fs::write(
        bin.join("svn"),
        format!("#!/bin/sh\necho \"$*\" >> {}\nexec {real} \"$@\"\n", log.display()),
    )
    .unwrap();
    fs::set_permissions(bin.join("svn"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let append = |more: &[&str]| {
        let words = [&["keys", "append", &mine, "--to", &url, "--execute", "-v"], more].concat();
        support::ran(world.command(env!("CARGO_BIN_EXE_plusone")).env("PATH", &path).args(words))
    };
    append(&[]).fails(3, &["svn checkout"]);
    let refused = append(&["--svn-username", "reader", "--svn-password-command", "echo r3ad"]);
    refused.fails(3, &["svn commit", "nothing was committed"]);
    assert_eq!(revision(&world, &local), 2);
    let done = append(&[
        "--svn-username",
        "writer",
        "--svn-password-command",
        "printf 'wr1te s3cret\\nsecond line\\n'",
    ])
    .ok();
    assert_eq!(revision(&world, &local), 3);
    let seen = format!("{}{}{}", done.stdout, done.stderr, fs::read_to_string(&log).unwrap());
    assert!(!seen.contains("s3cret"), "{seen}");
    assert!(
        !world
            .run("grep", &["-r", "s3cret", world.path("home").to_str().unwrap()])
            .stdout
            .contains("s3cret"),
        "svn stored it"
    );
    append(&["--svn-username", "writer", "--svn-password-command", "exit 1"])
        .fails(3, &["`sh` failed"]);
}

/// A keyserver of Python's that speaks HKP and VKS, writes down what it is sent, and gives what is
/// in its directory.
const KEYSERVER: &str = r#"
import http.server, json, os, sys, urllib.parse
root = sys.argv[1]
class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_): pass
    def answer(self, code, body, kind="text/plain"):
        self.send_response(code); self.send_header("content-type", kind); self.end_headers(); self.wfile.write(body)
    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        if url.path == "/pks/lookup":
            name = urllib.parse.parse_qs(url.query)["search"][0]
        else:
            name = url.path.rsplit("/", 1)[1]
        if name == "huge":
            self.send_response(200); self.end_headers()
            try:
                for _ in range(70): self.wfile.write(b"x" * (1 << 20))
            except OSError: pass
            return
        path = os.path.join(root, name)
        self.answer(200, open(path, "rb").read()) if os.path.exists(path) else self.answer(404, b"")
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        name = self.path.strip("/").replace("/", "-")
        open(os.path.join(root, name), "ab").write(body + b"\n")
        if self.path == "/pks/add":
            open(os.path.join(root, "received.asc"), "w").write(urllib.parse.parse_qs(body.decode())["keytext"][0])
            self.answer(200, b"added")
        elif self.path == "/vks/v1/upload":
            open(os.path.join(root, "received.asc"), "w").write(json.loads(body)["keytext"])
            self.answer(200, json.dumps({"key_fpr": "x", "status": {"jane@apache.org": "unpublished"}, "token": "t0ken"}).encode(), "application/json")
        else:
            self.answer(200, b"{}", "application/json")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"#;

fn keyserver(world: &World) -> (Server, std::path::PathBuf) {
    let root = world.path("keyserver");
    fs::create_dir(&root).unwrap();
    (Server::of(KEYSERVER, &root), root)
}

#[test]
fn fetched_keys_are_those_that_were_asked_for() {
    if !support::program_for("fetched_keys_are_those_that_were_asked_for", "python3") {
        return;
    }
    let world = jane();
    let (server, root) = keyserver(&world);
    let public = fs::read(support::root().join("tests/fixtures/keys/jane.asc")).unwrap();
    // HKP names a key 0x…, VKS without; people.apache.org by the id.
    for name in [format!("0x{JANE}"), JANE.to_owned(), "jane.asc".to_owned(), "KEYS".to_owned()] {
        fs::write(root.join(name), &public).unwrap();
    }
    let url = &server.url;
    for words in [
        vec![JANE, "--keyserver", url, "--protocol", "hkp"],
        vec![JANE, "--keyserver", url, "--protocol", "vks"],
        vec!["jane", "--committers", url],
        vec![&format!("{url}/KEYS")],
    ] {
        let run = keys(&world, &[&["fetch"], &words[..], &["--format", "json"]].concat()).ok();
        assert_eq!(fingerprints(&run.json()), BTreeSet::from([JANE.to_owned()]), "{words:?}");
        assert!(run.stderr.contains("fetched is not trusted"), "{}", run.stderr);
    }
    keys(&world, &["fetch", "jane", "--committers", url, "--out", "kept.asc"]).ok();
    assert_eq!(fs::read(world.repo("kept.asc")).unwrap(), public);
    keys(&world, &["fetch", "jane", "--committers", url, "--out", "kept.asc"])
        .fails(2, &["is there already"]);

    let other = "AAAABBBBCCCCDDDDEEEEFFFF0000111122223333";
    fs::write(root.join(format!("0x{other}")), &public).unwrap();
    let fetch = |what: &str| {
        keys(&world, &["fetch", what, "--keyserver", url, "--committers", url, "--out", "never"])
    };
    fetch(other).fails(3, &["another key than AAAABBBB"]);
    fetch("1111BBBBCCCCDDDDEEEEFFFF0000111122223333").fails(3, &["404"]);
    // Another certificate beside the one that was asked for is not taken along.
    let curve = fs::read(support::root().join("tests/fixtures/keys/ed25519.asc")).unwrap();
    fs::write(root.join(format!("0x{JANE}")), [&public[..], &curve].concat()).unwrap();
    fetch(JANE).fails(3, &["another key than"]);
    fs::write(root.join("garbage.asc"), "<html>").unwrap();
    fetch("garbage").fails(3, &["no certificate at"]);
    fetch(&format!("{url}/huge")).fails(3, &["more than 67108864 bytes"]);
    fetch("DEADBEEF?").fails(2, &["neither an address, a fingerprint nor an ASF id"]);
    assert!(!world.repo("never").exists());
}

#[test]
fn publishing_sends_only_when_asked() {
    if !support::program_for("publishing_sends_only_when_asked", "python3") {
        return;
    }
    let world = jane();
    let (server, root) = keyserver(&world);
    let address = server.url.clone();
    let publish = |more: &[&str]| {
        keys(
            &world,
            &[&["publish", JANE, "--keyserver", &address, "--format", "json"], more].concat(),
        )
    };
    let plan = publish(&["--protocol", "hkp"]).ok().json();
    assert_eq!(plan["executed"], false);
    assert_eq!(world.names(&root), Vec::<String>::new(), "a plan sends nothing");
    let done = publish(&["--protocol", "hkp", "--execute"]).ok().json();
    assert_eq!(done["steps"][0]["id"], plan["steps"][0]["id"]);
    assert_eq!(gpg_sees(&world, &root.join("received.asc")), BTreeSet::from([JANE.to_owned()]));
    fs::remove_file(root.join("received.asc")).unwrap();
    let done = publish(&["--protocol", "vks", "--execute"]).ok().json();
    assert_eq!(gpg_sees(&world, &root.join("received.asc")), BTreeSet::from([JANE.to_owned()]));
    let text = fs::read_to_string(root.join("received.asc")).unwrap();
    assert!(text.contains("PUBLIC KEY") && !text.contains("PRIVATE"), "{text}");
    let asked: Value = serde_json::from_str(
        fs::read_to_string(root.join("vks-v1-request-verify")).unwrap().trim(),
    )
    .unwrap();
    assert_eq!(asked, serde_json::json!({"token": "t0ken", "addresses": ["jane@apache.org"]}));
    assert!(done["steps"][0]["outcome"].as_str().unwrap().contains("jane@apache.org"));
    drop(server);
    publish(&["--execute"]).fails(3, &["cannot send to http://127.0.0.1"]);
    keys(&world, &["publish", JANE, "--keyserver", "ldap://x"])
        .fails(2, &["not the address of a keyserver"]);
}

#[test]
fn hostile_files_cost_little() {
    let world = World::new();
    let begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n";
    world.write("endless", format!("{begin}{}", "A".repeat(60 << 20)));
    world.write("lines", format!("{begin}{}", format!("{}\n", "QUJD".repeat(16)).repeat(600_000)));
    world.write("many", begin.repeat(300_000));
    world.write("large", vec![b'x'; (64 << 20) + 1]);
    for (name, status) in [("endless", 0), ("lines", 0), ("many", 0), ("large", 2)] {
        // 1 GB of address space and 30 s are far more than it takes.
        let line = format!(
            "ulimit -v 1000000; exec timeout 30 {} keys list {name} --format json",
            env!("CARGO_BIN_EXE_plusone")
        );
        let run = world.run("sh", &["-c", &line]);
        assert_eq!(run.status, status, "{name}: {}", run.stderr);
    }
}
