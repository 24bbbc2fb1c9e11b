//! The commands in a call to vote do what the call says: run as they stand in it, with real svn,
//! curl, gpg and sha512sum.

use std::fs;

use plusone::letters::Kind;
use plusone::letters::facts::ArtifactFacts;
use plusone::policy::Preset;

use crate::sample::{self, MONDAY, Sample, window};
use crate::support::{self, JANE, World};

const SETTINGS: &str = r#"
[project]
name = "demo"
kind = "plain"
[naming]
candidate_tag = "v{version}"
[dist]
dev_directory = "{version}"
[vote]
list = "dev@example.org"
"#;

/// A world with a signed archive in `candidate/source`, and its KEYS.
fn world() -> World {
    let world = World::with_project();
    let source = world.path("candidate/source");
    fs::create_dir_all(&source).unwrap();
    fs::write(source.join("demo-1.2.0-src.tar.gz"), "the source").unwrap();
    let script = "cd ../candidate/source && f=demo-1.2.0-src.tar.gz && sha512sum $f >$f.sha512 && \
                  gpg --batch --quiet -u \"$1\" --armor --detach-sign $f && \
                  gpg --batch --armor --export \"$1\" >../../KEYS";
    world.run("sh", &["-c", script, "sh", JANE]).ok();
    world
}

/// The commands of the call for what is at `url`, as a script that stops at the first failure.
fn commands(world: &World, url: &str, revision: Option<u64>) -> String {
    let sample = Sample::new(SETTINGS, "1.2.0", None);
    let mut staged = sample.staged();
    staged.url = Some(url.to_owned());
    staged.revision = revision;
    let name = "demo-1.2.0-src.tar.gz".to_owned();
    staged.artifacts = vec![ArtifactFacts {
        directory: "source".into(),
        sha512: sample::artifact("", &name).sha512,
        name,
    }];
    let mut facts =
        sample.subject().vote(&staged, window(MONDAY, 72, Preset::Plain), None).unwrap();
    facts.keys = Some(format!("file://{}", world.path("KEYS").display()));
    let letter = sample::rendered(Kind::Vote, &facts);
    let (_, rest) = letter.body.split_once("in an empty directory:\n\n").unwrap();
    let (block, _) = rest.split_once("\n\n").unwrap();
    format!("set -e\n{block}\n")
}

/// Runs the commands as a voter in the empty directory `voter`. Every run has one of its own: an
/// agent that gpg started in a directory of the same name would, on its way out, take the socket
/// of the next one with it.
fn run(world: &World, voter: &str, script: &str) -> support::Ran {
    let empty = world.path(voter);
    fs::create_dir(&empty).unwrap();
    let mut shell = world.command("sh");
    shell.args(["-c", script]).current_dir(&empty);
    support::ran(&mut shell)
}

#[test]
fn the_commands_in_a_call_verify_the_candidate() {
    let test = "the_commands_in_a_call_verify_the_candidate";
    let programs = ["svn", "svnadmin", "curl", "sha512sum"];
    if !programs.iter().all(|program| support::program_for(test, program)) {
        return;
    }
    let world = world();
    let plain = format!("file://{}", world.path("candidate").display());
    let repository = format!("file://{}", world.path("svn").display());
    world.run("svnadmin", &["create", world.path("svn").to_str().unwrap()]).ok();
    let url = format!("{repository}/dist/dev/demo/1.2.0");
    let import = "svn import -q -m x ../candidate \"$1\" && svn mkdir -q -m y \"$1/later\"";
    world.run("sh", &["-c", import, "sh", &url]).ok();
    for (voter, url, revision) in [("one", plain, None), ("two", url, Some(1))] {
        let script = commands(&world, &url, revision);
        let ran = run(&world, voter, &script).ok();
        assert!(ran.stdout.contains("demo-1.2.0-src.tar.gz: OK"), "{}", ran.stdout);
        assert!(ran.stderr.contains("Good signature from \"Jane Doe"), "{}", ran.stderr);
        // Nothing came from the voter's own keyring.
        assert!(ran.stderr.contains("imported: 1"), "{}", ran.stderr);
    }
}

#[test]
fn the_commands_in_a_call_notice_a_changed_candidate() {
    let test = "the_commands_in_a_call_notice_a_changed_candidate";
    if !["curl", "sha512sum"].iter().all(|program| support::program_for(test, program)) {
        return;
    }
    let world = world();
    let url = format!("file://{}", world.path("candidate").display());
    let script = commands(&world, &url, None);
    fs::write(world.path("candidate/source/demo-1.2.0-src.tar.gz"), "another source").unwrap();
    let ran = run(&world, "one", &script);
    assert_ne!(ran.status, 0, "{}\n{}", ran.stdout, ran.stderr);
    // A checksum that was changed with it leaves the signature.
    let again =
        "cd ../candidate/source && sha512sum demo-1.2.0-src.tar.gz >demo-1.2.0-src.tar.gz.sha512";
    world.run("sh", &["-c", again]).ok();
    let ran = run(&world, "two", &script);
    assert_ne!(ran.status, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("BAD signature"), "{}", ran.stderr);
}
