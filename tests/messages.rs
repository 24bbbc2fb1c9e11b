//! What a new user reads when something is wrong: what it is, and what to do. Found by trying every
//! command with every mistake that came to mind.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::fs;
use std::process::Stdio;

use support::{World, ran};

/// The commands that a release goes through.
const WAY: [&[&str]; 6] = [
    &["stage"],
    &["vote"],
    &["result"],
    &["cancel", "--reason", "x"],
    &["promote", "--version", "1.2.0"],
    &["announce"],
];

#[test]
fn outside_of_a_repository_nobody_is_sent_to_init() {
    let world = World::new();
    for words in WAY {
        let ran = world.plusone(words).fails(2, &["no git repository", "-C DIR", "--project NAME"]);
        assert!(!ran.stderr.contains("plusone init"), "{}", ran.stderr);
    }
    world.git(&["init", "-q"]);
    for words in WAY {
        world.plusone(words).fails(2, &["the project has no name", "run `plusone init`"]);
    }
}

#[test]
fn json_failures_of_the_command_line_are_whole() {
    let world = World::new();
    let failure = |words: &[&str]| {
        let ran = world.plusone(&[&["--format", "json"], words].concat());
        assert_eq!(ran.status, 2);
        let json = ran.json();
        assert_eq!(json["schema"], "plusone.failure/1");
        (json["error"].as_str().unwrap().to_owned(), json["hints"].to_string())
    };
    let (error, _) = failure(&["keys", "append"]);
    assert!(error.ends_with("were not provided: --to <FILE|SVN-URL> <ID>"), "{error}");
    let (error, _) = failure(&["completions", "tcsh"]);
    assert!(error.contains("possible values: bash"), "{error}");
    let (error, hints) = failure(&["keys"]);
    assert_eq!(error, "a command is missing");
    assert!(hints.contains("--help"), "{hints}");
    let (_, hints) = failure(&["stag"]);
    assert!(hints.contains("'stage'"), "{hints}");
}

#[test]
fn a_full_disk_is_said_of_help_too() {
    let world = World::new();
    for words in [&["--version"][..], &["--help"], &["man"], &["completions", "bash"], &["status"]]
    {
        let mut command = world.command(env!("CARGO_BIN_EXE_plusone"));
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        ran_with(
            command.args(words).stdout(Stdio::from(full)),
            3,
            "cannot write to standard output",
        );
    }
}

#[track_caller]
fn ran_with(command: &mut std::process::Command, status: i32, words: &str) {
    let output = command.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    assert!(stderr.contains(words) && !stderr.contains("panicked"), "{stderr}");
}

#[test]
fn settings_that_are_wrong_are_shown() {
    let world = World::with_project();
    world.write("wrong.toml", "[project]\nname = \"demo\"\n\n[vote]\nhours = \"x\"\n");
    world.plusone(&["--config", "wrong.toml", "stage", "--version", "1.2.0", "--rc", "1"]).fails(
        2,
        &[
            "wrong.toml:5:9: invalid type: string \"x\", expected a whole number\n",
            "\n  |\n5 | hours = \"x\"\n  |         ^\n",
            "docs/settings.md",
        ],
    );
    world.plusone(&["--config", "none.toml", "stage"]).fails(2, &["`none.toml`", "plusone init"]);
    world.plusone(&["-C", "none", "status"]).fails(2, &["cannot enter `none`", "-C names"]);
}

#[test]
fn numbers_are_asked_for_in_words() {
    let world = World::new();
    for command in ["vote", "tally"] {
        world
            .plusone(&[command, "--hours", "x"])
            .fails(2, &["'--hours", "expected a whole number"]);
    }
    for number in ["0", "x"] {
        world
            .plusone(&["package", "--threads", number])
            .fails(2, &["expected a whole number, from 1"]);
    }
}

#[test]
fn another_directory_makes_no_endless_message() {
    let world = World::with_project();
    let directory = world.repo("other");
    for number in 0..50 {
        world.write(&format!("other/file-{number}.zip"), "x");
    }
    let from = directory.to_str().unwrap();
    let ran = world
        .plusone(&["stage", "--version", "1.2.0", "--rc", "1", "--from", from])
        .fails(2, &["file-0.zip.asc", " and 94 more\n", "does not belong to the candidate"]);
    assert!(ran.stderr.len() < 2000, "{}", ran.stderr);
}

#[test]
fn no_command_is_sent_to_an_option_that_it_lacks() {
    let mut world = World::with_project();
    world.variables.push(("PATH".to_owned(), "/nonexistent".to_owned()));
    // Neither needs git; that gpg is missing is what matters.
    for words in [&["sign", "a.zip"][..], &["keys", "list", "--secret"], &["keys", "export", "x"]] {
        world.write("a.zip", "x");
        world
            .plusone(words)
            .fails(3, &["`gpg` was not found", "apt install gnupg", "`plusone package --no-sign`"]);
    }
}

#[test]
fn nobody_waits_for_an_editor_that_cannot_be_seen() {
    let world = World::with_project();
    let dist = world.path("dist");
    for name in ["dev", "release"] {
        fs::create_dir_all(dist.join(name)).unwrap();
    }
    world.write(
        "plusone.toml",
        format!(
            "[project]\nname = \"demo\"\nkind = \"plain\"\n[vote]\nlist = \"dev@example.org\"\n\
             [dist]\ndev = \"directory:{0}/dev\"\nrelease = \"directory:{0}/release\"\n\
             keys = \"{1}\"\n",
            dist.display(),
            support::root().join("tests/fixtures/keys/jane.asc").display()
        ),
    );
    world.write("LICENSE", fs::read(support::root().join("LICENSE")).unwrap());
    world.write("NOTICE", "demo\nCopyright 2026 The demo developers\n");
    world.commit("settings");
    world.git(&["tag", "v1.3.0-rc1"]);
    let which = ["--version", "1.3.0", "--rc", "1"];
    world.plusone(&[&["package"], &which[..]].concat()).ok();
    world.plusone(&[&["stage", "-x"], &which[..]].concat()).ok();
    let vote = ["vote", "--from", "jane@example.org", "--edit"];
    world.plusone(&[&vote[..], &which].concat()).fails(3, &["no terminal", "EDITOR", "--draft"]);
}

#[test]
fn a_password_command_that_fails_is_named() {
    let world = World::with_project();
    let words = ["keys", "append", "jane@apache.org", "--to", "https://127.0.0.1:1/KEYS", "-x"];
    let password = ["--svn-username", "jane", "--svn-password-command", "exit 7"];
    let mut command = world.command(env!("CARGO_BIN_EXE_plusone"));
    ran(command.args(words).args(password))
        .fails(3, &["the command of --svn-password-command", "exit status: 7", "by itself"]);
}

#[test]
fn what_the_command_line_says_goes_by_color_too() {
    let world = World::new();
    let escapes =
        |words: &[&str]| world.plusone(words).fails(2, &["nosuch"]).stderr.contains('\u{1b}');
    assert!(escapes(&["--color", "always", "nosuch"]));
    assert!(escapes(&["--color=always", "nosuch"]));
    assert!(!escapes(&["--color=never", "nosuch"]));
    assert!(!escapes(&["nosuch"]));
}
