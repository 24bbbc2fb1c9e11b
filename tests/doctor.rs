//! `plusone doctor` with real git, gpg, svn and a web server: what is ready is said to be, and each
//! thing that is not is found, with the reason and the remedy.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use support::{JANE, Ran, Server, World};

/// As of the day on which Jane's tests are written, so that no test depends on the clock.
const NOW: &[&str] = &["--time", "2026-11-21T12:00:00Z"];

fn doctor(world: &World, more: &[&str]) -> Ran {
    world.plusone(&[&["doctor", "--version", "1.2.0", "--rc", "2"], NOW, more].concat())
}

/// What came of each check, by its id.
fn outcomes(ran: &Ran) -> BTreeMap<String, Value> {
    let report = ran.json();
    assert_eq!(report["schema"], "plusone.doctor/1");
    let checks = report["checks"].as_array().unwrap();
    checks.iter().map(|check| (check["id"].as_str().unwrap().to_owned(), check.clone())).collect()
}

/// A world in which all is ready: pushed, with KEYS and roster served and a dist area to ask.
fn ready() -> (World, Server) {
    let world = World::with_project();
    let web = world.path("web");
    fs::create_dir(&web).unwrap();
    fs::copy(support::root().join("KEYS.example"), web.join("KEYS")).unwrap();
    let roster = json!({"projects": {"demo": {"owners": ["jane", "john", "max"], "members": []}}});
    fs::write(web.join("public_ldap_projects.json"), roster.to_string()).unwrap();
    let server = Server::new(&web);
    let svn = world.path("svn");
    world.run("svnadmin", &["create", svn.to_str().unwrap()]).ok();
    settings(&world, &server.url, &format!("file://{}", svn.display()));
    world.write("package.json", r#"{"version": "1.2.0"}"#);
    world.write("src/version.h", "#define VERSION \"1.2.0\"\n");
    world.commit("ready");
    let upstream = world.path("upstream.git");
    world.git(&["init", "-q", "--bare", upstream.to_str().unwrap()]);
    world.git(&["remote", "add", "origin", upstream.to_str().unwrap()]);
    world.git(&["push", "-q", "-u", "origin", "main"]);
    (world, server)
}

fn settings(world: &World, web: &str, dist: &str) {
    let text = format!(
        "[project]\nname = \"demo\"\n\
         [dist]\nkeys = \"{web}/KEYS\"\ndev = \"{dist}\"\nrelease = \"{dist}\"\n\
         [vote.roster]\nsource = \"whimsy\"\nfrom = \"{web}\"\n\
         [[versions]]\nfile = \"src/version.h\"\nafter = 'VERSION \"'\n"
    );
    world.write("plusone.toml", text);
}

fn needs_svn(test: &str) -> bool {
    support::program_for(test, "svnadmin")
}

#[test]
fn what_is_ready_is_said_to_be() {
    if !needs_svn("what_is_ready_is_said_to_be") {
        return;
    }
    let (world, _server) = ready();
    let run = doctor(&world, &["--format", "json"]).ok();
    for (id, check) in outcomes(&run) {
        assert_eq!(check["outcome"], "pass", "{id}: {check}");
    }
    let human = doctor(&world, &[]).ok();
    assert!(human.stdout.ends_with("\nReady for a release.\n"), "{}", human.stdout);
    assert!(human.stdout.lines().all(|line| line.len() <= 110), "{}", human.stdout);
}

#[test]
fn each_thing_that_is_not_ready_is_found() {
    if !needs_svn("each_thing_that_is_not_ready_is_found") {
        return;
    }
    let (world, server) = ready();
    let expect = |id: &str, status: i32, words: &[&str]| {
        let run = doctor(&world, &["--format", "json", "--no-probe"]);
        assert_eq!(run.status, status, "{id}: {}", run.stdout);
        let check = outcomes(&run)[id].clone();
        assert_ne!(check["outcome"], "pass", "{check}");
        let text = check.to_string();
        for word in words {
            assert!(text.contains(word), "no {word:?} in {text}");
        }
        for key in ["why", "rule"] {
            assert!(check.get(key).is_some(), "{check}");
        }
    };

    world.write("README.md", "changed\n");
    expect("tree-committed", 0, &["1 file is changed", "git status", "P-18"]);
    world.commit("not pushed");
    expect("tree-committed", 0, &["origin/main lacks 1 commit", "git push"]);
    world.git(&["branch", "--unset-upstream"]);
    expect("tree-committed", 0, &["follows no upstream"]);

    world.git(&["tag", "v1.2.0-rc2", "HEAD~1"]);
    expect("tags-free", 1, &["candidate tag v1.2.0-rc2 is at another commit"]);
    world.git(&["tag", "-f", "v1.2.0-rc2"]);
    world.git(&["tag", "v1.2.0"]);
    expect("tags-free", 1, &["release tag v1.2.0 exists already"]);
    world.git(&["tag", "-d", "v1.2.0"]);

    world.write("package.json", r#"{"version": "1.2.0-SNAPSHOT"}"#);
    world.commit("snapshot");
    world.git(&["tag", "-f", "v1.2.0-rc2"]);
    expect("versions-agree", 0, &["package.json states 1.2.0-SNAPSHOT, not 1.2.0"]);
    world.write("src/version.h", "#define VERSION \"1.1.0\"\n");
    world.write("NOTICE", "Apache Demo\nCopyright 2020-2025 The Apache Software Foundation\n");
    world.git(&["rm", "-q", "LICENSE"]);
    world.commit("worse");
    world.git(&["tag", "-f", "v1.2.0-rc2"]);
    expect("versions-agree", 1, &["src/version.h states 1.1.0"]);
    expect("notice-year", 1, &["ends with 2025", "P-08"]);
    expect("legal-files", 1, &["no LICENSE in the root", "P-04"]);

    // A KEYS file without the key, then none, then no server.
    fs::write(world.path("web/KEYS"), "nothing here\n").unwrap();
    expect("key-published", 1, &["does not hold the key", JANE, "plusone keys append", "K-05"]);
    fs::remove_file(world.path("web/KEYS")).unwrap();
    expect("key-published", 1, &["not-run", "404"]);
    fs::write(world.path("web/public_ldap_projects.json"), r#"{"projects": {}}"#).unwrap();
    expect("roster-known", 1, &["names nobody for this project"]);
    fs::write(world.path("web/public_ldap_projects.json"), "<html>").unwrap();
    expect("roster-known", 1, &["not-run", "is no JSON"]);
    drop(server);
    expect("roster-known", 1, &["not-run", "cannot fetch http://127.0.0.1"]);
    fs::remove_dir_all(world.path("svn")).unwrap();
    expect("dist-reachable", 1, &["not-run", "svn info"]);
}

#[test]
fn keys_that_do_not_suit_are_found() {
    let world = World::new();
    world.git(&["init", "-q", "-b", "main"]);
    world.write("LICENSE", "x\n");
    world.write("NOTICE", "Apache Demo\nCopyright 2026 The Apache Software Foundation\n");
    world.write("plusone.toml", "[project]\nname = \"demo\"\n[dist]\nkeys = \"KEYS\"\n");
    world.write("KEYS", "none yet\n");
    world.commit("first");
    let check = |more: &[&str], id: &str| {
        let run = doctor(&world, &[&["--format", "json"], more].concat());
        assert!(matches!(run.status, 0 | 1 | 3), "{}", run.stderr);
        outcomes(&run)[id].to_string()
    };
    assert!(check(&[], "key-usable").contains("no secret key to sign with"));
    let key = world.new_key("jane@example.org", "", &[]);
    assert!(check(&[], "key-strong").contains("not RSA"));
    assert!(check(&[], "key-address").contains("no user id of the key has an @apache.org address"));
    assert!(check(&[], "key-published").contains("plusone keys append"));
    assert!(check(&[], "key-signs").contains("a probe signature was made and verified"));
    // The key was made today for a year; ten days before its end it is nearly over.
    let expires = world.run("gpg", &["--batch", "--with-colons", "--list-keys", &key]).ok();
    let seconds: i64 = expires
        .stdout
        .lines()
        .find(|line| line.starts_with("pub"))
        .unwrap()
        .split(':')
        .nth(6)
        .unwrap()
        .parse()
        .unwrap();
    let before = chrono::DateTime::from_timestamp(seconds - 10 * 86_400, 0).unwrap().to_rfc3339();
    let run = world.plusone(&["doctor", "--format", "json", "--no-probe", "--time", &before]);
    let text = outcomes(&run)["key-expiry"].to_string();
    assert!(text.contains("in 10 days") && text.contains("K-13"), "{text}");
    world
        .run(
            "gpg",
            &[
                "--batch",
                "--quiet",
                "--passphrase",
                "",
                "--quick-generate-key",
                "small@apache.org",
                "rsa2048",
                "sign,cert",
                "never",
            ],
        )
        .ok();
    let text = check(&["--key", "small@apache.org"], "key-strong");
    assert!(text.contains("the key has 2048 bits") && text.contains("warning"), "{text}");
}

#[test]
fn a_plain_project_needs_nothing_of_the_asf() {
    let world = World::new();
    world.new_key("me@example.org", "", &[]);
    world.git(&["init", "-q", "-b", "main"]);
    world.write("LICENSE", "x\n");
    world.write("plusone.toml", "[project]\nname = \"demo\"\nkind = \"plain\"\n");
    world.commit("first");
    let run = doctor(&world, &["--format", "json"]).ok();
    let outcomes = outcomes(&run);
    for id in ["key-address", "key-published", "dist-reachable", "roster-known", "notice-year"] {
        assert_eq!(outcomes[id]["outcome"], "not-applicable", "{id}");
    }
}

#[test]
fn tools_that_are_missing_are_named() {
    let world = World::with_project();
    // A PATH with git and nothing else.
    let bin = world.path("bin");
    fs::create_dir(&bin).unwrap();
    let git = world.run("sh", &["-c", "command -v git"]).ok().stdout;
    std::os::unix::fs::symlink(git.trim(), bin.join("git")).unwrap();
    let words = [&["doctor", "--format", "json"], NOW].concat();
    let run =
        support::ran(world.command(env!("CARGO_BIN_EXE_plusone")).env("PATH", &bin).args(words));
    let text = outcomes(&run)["tools-present"].to_string();
    for word in [
        "`gpg` was not found",
        "apt install gnupg",
        "`svn` was not found",
        "apt install subversion",
    ] {
        assert!(text.contains(word), "{text}");
    }
    let run = support::ran(
        world.command(env!("CARGO_BIN_EXE_plusone")).env("PATH", "/nowhere").arg("doctor"),
    );
    run.fails(3, &["`git` was not found", "install git"]);
}
