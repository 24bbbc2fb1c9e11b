//! `plusone man` and `plusone completions`: what they hand out is accepted by those who read it.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use support::{Ran, World, program_for, root};

/// A world with the pages in `man`.
fn with_pages() -> (World, PathBuf) {
    let world = World::new();
    let directory = world.path("man");
    world.plusone(&["man", "--out", directory.to_str().unwrap()]).ok();
    (world, directory)
}

/// Names of the commands that a help text lists.
fn commands(help: &str) -> Vec<String> {
    let list = help.split("Commands:\n").nth(1).unwrap_or_default();
    let list = list.split("\n\n").next().unwrap();
    let first = |line: &str| line.split_whitespace().next().unwrap().to_owned();
    list.lines().map(first).filter(|name| name != "help").collect()
}

#[test]
fn every_command_has_a_page_and_nothing_else_has() {
    let (world, directory) = with_pages();
    let mut expected = BTreeSet::from(["plusone.1".to_owned()]);
    for command in commands(&world.plusone(&["--help"]).ok().stdout) {
        expected.insert(format!("plusone-{command}.1"));
        for below in commands(&world.plusone(&[&command, "--help"]).ok().stdout) {
            expected.insert(format!("plusone-{command}-{below}.1"));
        }
    }
    assert!(expected.len() > 20 && expected.contains("plusone-keys-append.1"), "{expected:?}");
    assert_eq!(world.names(&directory).into_iter().collect::<BTreeSet<_>>(), expected);
    let page = fs::read_to_string(directory.join("plusone-keys-append.1")).unwrap();
    assert_eq!(world.plusone(&["man", "keys", "append"]).ok().stdout, page);
    let page = fs::read_to_string(directory.join("plusone.1")).unwrap();
    assert_eq!(world.plusone(&["man"]).ok().stdout, page);
    assert_eq!(world.plusone(&["man", "--format", "json"]).ok().json()["text"], page);
    world
        .plusone(&["man", "keys", "lose"])
        .fails(2, &["there is no command `plusone keys lose`", "run `plusone --help`"]);
}

#[test]
fn pages_are_the_same_bytes_at_any_time_and_place() {
    let (mut world, directory) = with_pages();
    let other = world.path("other");
    for (name, value) in
        [("TZ", "Asia/Tokyo"), ("COLUMNS", "40"), ("SOURCE_DATE_EPOCH", "1"), ("LC_ALL", "C")]
    {
        world.variables.push((name.to_owned(), value.to_owned()));
    }
    let words = ["man", "--time", "2001-01-01T00:00:00Z", "--color=always", "--out"];
    world.plusone(&[&words[..], &[other.to_str().unwrap()]].concat()).ok();
    for name in world.names(&directory) {
        let read = |directory: &Path| fs::read(directory.join(&name)).unwrap();
        assert!(read(&directory) == read(&other), "{name}");
    }
}

/// Both formatters that are in use: man-db's groff, and mandoc of the BSDs and Alpine.
#[test]
fn pages_are_valid() {
    let (world, directory) = with_pages();
    let pages = world.names(&directory);
    if program_for("pages_are_valid", "mandoc") {
        for page in &pages {
            let path = directory.join(page);
            let words = ["-Tlint", "-Wwarning", path.to_str().unwrap()];
            let ran = world.run("mandoc", &words);
            let said: Vec<&str> =
                ran.stdout.lines().filter(|line| !line.contains("missing date")).collect();
            // Pages have no date on purpose.
            assert!(said.is_empty() && ran.stderr.is_empty(), "{said:#?}");
        }
    }
    if program_for("pages_are_valid", "groff") {
        for page in &pages {
            let path = directory.join(page);
            let ran = world
                .run("groff", &["-man", "-Tutf8", "-P-cbou", "-ww", path.to_str().unwrap()])
                .ok();
            assert_eq!(ran.stderr, "", "{page}");
            // The form that `apropos` and `whatis` read.
            let words: Vec<&str> = ran.stdout.split_whitespace().collect();
            let plain = words.join(" ").replace('\u{2010}', "-");
            let name = page.trim_end_matches(".1");
            assert!(plain.contains(&format!("{name} - ")), "{page}:\n{plain}");
        }
        let path = directory.join("plusone-announce.1");
        let words = ["-man", "-Tascii", "-P-cbou", path.to_str().unwrap()];
        let shown = world.run("groff", &words).ok().stdout;
        for expected in [
            "plusone-announce - Tell the world that the release is out\n",
            "   plusone announce --version 1.2.0 --highlights NEWS.txt --transport smtp --execute\n",
            "   plusone announce [OPTIONS]\n",
            "   -x, --execute\n",
            "\nEXIT STATUS\n",
        ] {
            assert!(shown.contains(expected), "{expected}:\n{shown}");
        }
    }
}

#[test]
fn the_manual_names_what_the_program_goes_by() {
    let (_world, directory) = with_pages();
    let top = fs::read_to_string(directory.join("plusone.1")).unwrap().replace("\\-", "-");
    for section in ["EXIT STATUS", "FILES", "ENVIRONMENT", "EXAMPLES"] {
        assert!(top.contains(&format!(".SH {section}\n")), "{section}");
    }
    for named in [
        "plusone.toml",
        "\\(ti/.config/plusone/config.toml",
        ".plusone/",
        "PLUSONE_SMTP_PASSWORD",
        "NO_COLOR",
        "EDITOR",
        "VISUAL",
        "SOURCE_DATE_EPOCH",
        "GNUPGHOME",
    ] {
        assert!(top.contains(named), "{named}");
    }
    // Whatever the sources read of the environment.
    let mut read = 0;
    let mut directories = vec![root().join("src")];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap_or_default();
            for name in text.split("variable(\"").skip(1) {
                let name = name.split('"').next().unwrap();
                read += 1;
                assert!(top.contains(name), "{} reads {name}", path.display());
            }
        }
    }
    assert!(read > 4, "{read}");
}

#[test]
fn files_of_others_are_left_alone() {
    let (world, directory) = with_pages();
    let again = || world.plusone(&["man", "--out", directory.to_str().unwrap()]);
    let (ours, foreign) = (directory.join("plusone.1"), directory.join("plusone-vote.1"));
    fs::write(&ours, fs::read_to_string(&ours).unwrap() + "older\n").unwrap();
    again().ok();
    assert!(!fs::read_to_string(&ours).unwrap().ends_with("older\n"));

    fs::write(&ours, fs::read_to_string(&ours).unwrap() + "older\n").unwrap();
    fs::write(&foreign, "mine").unwrap();
    again().fails(2, &["plusone-vote.1` is there, and was not written by plusone", "--out"]);
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "mine");
    assert!(fs::read_to_string(&ours).unwrap().ends_with("older\n"), "nothing is written then");

    fs::remove_file(&foreign).unwrap();
    fs::create_dir(&foreign).unwrap();
    again().fails(2, &["cannot read", "plusone-vote.1", "--out"]);
    let file = world.path("file");
    fs::write(&file, "").unwrap();
    world.plusone(&["man", "--out", file.to_str().unwrap()]).fails(2, &["cannot", "--out"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "");
    world.plusone(&["man", "keys", "--out", "x"]).fails(2, &["cannot be used with"]);
}

fn completions(world: &World, shell: &str) -> (Ran, PathBuf) {
    let ran = world.plusone(&["completions", shell]).ok();
    let path = world.path(shell);
    fs::write(&path, &ran.stdout).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    (ran, path)
}

#[test]
fn shells_accept_the_completions() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        let (_, path) = completions(&world, shell);
        if program_for("shells_accept_the_completions", shell) {
            let ran = world.run(shell, &["-n", path.to_str().unwrap()]).ok();
            assert_eq!(ran.stderr, "", "{shell}");
        }
    }
    for shell in ["elvish", "powershell"] {
        completions(&world, shell);
    }
    world.plusone(&["completions", "tcsh"]).fails(2, &["tcsh", "bash"]);
    world.plusone(&["completions"]).fails(2, &["<SHELL>"]);
}

#[test]
fn shells_complete_commands_and_options() {
    let world = World::new();
    let (_, path) = completions(&world, "bash");
    let script = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
        _plusone plusone \"${@: -1}\" \"${@: -2:1}\"; echo ${COMPREPLY[@]}";
    let complete = |words: &[&str]| {
        let before = ["-c", script, "bash", path.to_str().unwrap()];
        world.run("bash", &[&before[..], words].concat()).ok().stdout
    };
    assert_eq!(complete(&["plusone", "st"]), "stage status\n");
    assert_eq!(complete(&["plusone", "keys", "ap"]), "append\n");
    assert_eq!(complete(&["plusone", "promote", "--ke"]), "--keys --keep\n");
    assert_eq!(complete(&["plusone", "--format", ""]), "human json markdown\n");

    let (_, path) = completions(&world, "fish");
    if program_for("shells_complete_commands_and_options", "fish") {
        let script = format!("source {}; complete -C 'plusone st'", path.display());
        let said = world.run("fish", &["--no-config", "-c", &script]).ok().stdout;
        let names: Vec<&str> = said.lines().filter_map(|line| line.split('\t').next()).collect();
        assert_eq!(names, ["stage", "status"]);
    }
}

/// What `[package.metadata.deb]` names is there after what docs/packaging.md says to do.
#[test]
fn packages_find_what_they_hold() {
    let world = World::new();
    let into = world.path("package");
    let script = root().join("packaging/prepare.sh");
    let words = [script.to_str().unwrap(), env!("CARGO_BIN_EXE_plusone"), into.to_str().unwrap()];
    world.run("sh", &words).ok();
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let deb = &manifest["package"]["metadata"]["deb"];
    assert_eq!(deb["depends"].as_str(), Some("$auto, git, gnupg"));
    assert_eq!(deb["recommends"].as_str(), Some("subversion"));
    let mut made = 0;
    for asset in deb["assets"].as_array().unwrap() {
        let source = asset[0].as_str().unwrap();
        match source.strip_prefix("target/package/") {
            Some("man/*.1") => assert!(into.join("man/plusone.1").is_file()),
            Some(name) => assert!(into.join(name).is_file(), "{name}"),
            None if source.starts_with("target/release/") => continue,
            None => assert!(root().join(source).is_file(), "{source}"),
        }
        made += 1;
    }
    assert!(made > 5, "{made}");
}

/// The workflow that builds binaries has no secret, may write nothing, and takes actions by the
/// same major versions as the one that tests.
#[test]
fn the_release_workflow_may_do_little() {
    let read =
        |name: &str| fs::read_to_string(root().join(".github/workflows").join(name)).unwrap();
    let (release, tests) = (read("release.yml"), read("ci.yml"));
    assert!(!release.contains("secrets.") && !release.contains(": write"), "{release}");
    assert!(release.contains("permissions:\n  contents: read"), "{release}");
    let uses = |text: &str| {
        let lines = text.lines().filter_map(|line| Some(line.split_once("uses: ")?.1.to_owned()));
        lines.collect::<Vec<_>>()
    };
    for action in uses(&release) {
        let (name, version) = action.split_once('@').unwrap();
        assert!(name.starts_with("actions/"), "{action}");
        assert!(version[1..].parse::<u8>().is_ok() && version.starts_with('v'), "{action}");
        let other = uses(&tests).into_iter().find(|other| other.starts_with(&format!("{name}@")));
        assert!(other.is_none_or(|other| other == action), "{action}");
    }
    assert!(!uses(&release).is_empty());
}
