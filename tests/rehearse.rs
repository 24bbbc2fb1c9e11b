//! `plusone rehearse`: what it leaves, looked at with public tools.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Ran, World, program_for, ran};

/// Runs a rehearsal into a directory of the world.
fn rehearse(world: &World, more: &[&str]) -> (PathBuf, Ran) {
    let into = world.path("rehearsal");
    let words = [&["rehearse", "--into", into.to_str().unwrap()][..], more].concat();
    let ran = world.plusone(&words);
    (into, ran)
}

fn shell(directory: &Path, line: &str) -> Ran {
    let mut command = Command::new("sh");
    ran(command.args(["-ec", line]).current_dir(directory).env("LC_ALL", "C.UTF-8"))
}

/// Names of what is in a directory, sorted.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_whole_release_is_left_to_be_looked_at() {
    let test = "rehearse::whole";
    if !["svnadmin", "svn", "svnmucc"].into_iter().all(|program| program_for(test, program)) {
        return;
    }
    let world = World::new();
    let (into, ran) = rehearse(&world, &[]);
    let told = ran.ok().stdout;
    let dist = format!("file://{}/dist", into.display());

    // The release is where it should be, the one before it is gone, and so are both candidates.
    let listed = shell(&into, &format!("svn ls -R {dist}")).ok().stdout;
    let listed: Vec<&str> = listed.lines().filter(|line| !line.ends_with('/')).collect();
    let archive = "apache-rehearsal-1.0.1-src.tar.gz";
    let released = |suffix: &str| format!("release/rehearsal/1.0.1/{archive}{suffix}");
    let expected = [released(""), released(".asc"), released(".sha512")];
    assert_eq!(listed[..3], expected);
    assert_eq!(listed[3..], ["release/rehearsal/KEYS"]);
    // One commit each: area, old release, KEYS, rc1 in, rc1 out, rc2 in, the release.
    let log = shell(&into, &format!("svn log -q {dist} | grep -c '^r'")).ok().stdout;
    assert_eq!(log.trim(), "7");

    // A stranger checks it with gpg, sha512sum and tar.
    let check = format!(
        "svn export -q {dist}/release/rehearsal check && cd check/1.0.1
         sha512sum -c *.sha512
         export GNUPGHOME=$(mktemp -d /tmp/poXXXXXX)
         gpg --batch --quiet --import ../KEYS 2>/dev/null
         gpg --batch --verify {archive}.asc {archive}
         tar tzf {archive}
         gpgconf --kill all; rm -rf $GNUPGHOME"
    );
    let checked = shell(&into, &check).ok();
    assert!(checked.stderr.contains("Good signature from \"Rae Leaser"), "{}", checked.stderr);
    assert!(checked.stdout.contains(&format!("{archive}: OK")), "{}", checked.stdout);
    assert!(checked.stdout.contains("apache-rehearsal-1.0.1-src/src/main.c"));
    assert!(!checked.stdout.contains("Main.class"), "{}", checked.stdout);
    // The first candidate had it.
    let first = into.join("project/dist/1.0.1-rc1");
    let first = shell(&first, &format!("tar tzf {archive}")).ok().stdout;
    assert!(first.contains("src/Main.class"), "{first}");
    let tags = shell(&into.join("project"), "git tag").ok().stdout;
    assert_eq!(tags, "v1.0.1-rc1\nv1.0.1-rc2\n");

    // Python reads the mails.
    let script = "import email, email.policy, glob\n\
        for name in sorted(glob.glob('list/*.eml')):\n    \
            mail = email.message_from_binary_file(open(name, 'rb'), policy=email.policy.default)\n    \
            assert not mail.defects, mail.defects\n    \
            assert mail['X-Unsent'] is None\n    \
            print(mail['Subject'])\n    \
            mail.get_body().get_content()";
    let mut python = Command::new("python3");
    let subjects = ran_in(python.args(["-c", script]).current_dir(&into));
    let call = |rc: u32| format!("[VOTE] Release Apache Rehearsal 1.0.1 RC{rc}");
    let count = |subject: &str| subjects.lines().filter(|line| *line == subject).count();
    assert_eq!((count(&call(1)), count(&call(2))), (1, 1), "{subjects}");
    assert_eq!(count(&format!("[CANCEL] {}", call(1))), 1, "{subjects}");
    assert_eq!(count(&format!("[RESULT] {}", call(2))), 1, "{subjects}");
    assert_eq!(count(&format!("Re: {}", call(2))), 7, "{subjects}");
    assert_eq!(count("[ANNOUNCE] Apache Rehearsal 1.0.1 released"), 1, "{subjects}");

    // What the result says: three in favour, one of them by a ruling, one against, one who does not
    // bind; nobody who came late.
    let mails = names(&into.join("list"));
    let result = mails.iter().find(|name| name.contains("result")).unwrap();
    let result = shell(&into, &format!("python3 -c \"import email, email.policy, sys; print(email.message_from_file(open('list/{result}'), policy=email.policy.default).get_content())\"")).ok().stdout;
    for words in ["+1  Ada Lang (ada)", "-1  Ben Ngo (ben)", "+1  Chloé Roy (chloe)", "GCC 8"] {
        assert!(result.contains(words), "{words} in {result}");
    }
    assert!(!result.contains("Ella"), "{result}");
    let page = fs::read_to_string(into.join("tally.html")).unwrap();
    for words in ["Ada Lang", "Ben Ngo", "Chloé Roy", "Dan Dale", "Ella Egg", "late"] {
        assert!(page.contains(words), "{words} in the page");
    }
    let reply = fs::read_to_string(into.join("voter/reply.txt")).unwrap();
    assert!(reply.contains("[ ] +1") && reply.contains("LICENSE and NOTICE read"), "{reply}");

    let counted = fs::read_to_string(into.join("transcript.txt")).unwrap();
    assert!(!counted.contains("differs"), "what we tell is what we read");

    // The ledger is JSON, line by line, and says how it went.
    let ledger = fs::read_to_string(into.join("project/.plusone/1.0.1/ledger.jsonl")).unwrap();
    let events: Vec<serde_json::Value> =
        ledger.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    for (name, times) in
        [("staged", 2), ("vote-called", 2), ("cancelled", 1), ("ruling", 1), ("promoted", 1)]
    {
        assert_eq!(count(name), times, "{name}");
    }
    // Everything that was printed, and what a person is told.
    let transcript = fs::read_to_string(into.join("transcript.txt")).unwrap();
    for words in ["archive-no-compiled-code", "needs-ruling", "released and announced"] {
        assert!(transcript.contains(words), "{words} in the transcript");
    }
    for words in
        ["1. A project", "$ plusone promote --version 1.0.1 --rc 2 -x", "That was a whole release"]
    {
        assert!(told.contains(words), "{words} in {told}");
    }
    // No secret key is left.
    let secrets = shell(&into, "find . -name 'private-keys*' | wc -l").ok().stdout;
    assert_eq!(secrets.trim(), "0");
}

fn ran_in(command: &mut Command) -> String {
    ran(command).ok().stdout
}

#[test]
fn a_podling_rehearses_both_votes() {
    let world = World::new();
    let (into, ran) = rehearse(&world, &["--podling", "--format", "json"]);
    let report = ran.ok().json();
    assert_eq!(report["schema"], "plusone.rehearsal/1");
    let titles: Vec<&str> = report["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["title"].as_str().unwrap())
        .collect();
    assert!(titles.contains(&"The Incubator's vote"), "{titles:?}");
    let mails = names(&into.join("list"));
    for kind in ["vote-ipmc-rc2", "result-ipmc-rc2", "announce-rc2"] {
        assert!(mails.iter().any(|name| name.contains(kind)), "{kind} in {mails:?}");
    }
    let announced = mails.iter().find(|name| name.contains("announce")).unwrap();
    let announced = fs::read_to_string(into.join("list").join(announced)).unwrap();
    assert!(announced.contains("undergoing"), "{announced}");
}

/// With a PATH on which there is no Subversion, and a repository of one's own.
#[test]
fn a_plain_directory_and_ones_own_repository_do_as_well() {
    let mut world = World::with_project();
    let main = "/* Licensed to the Apache Software Foundation (ASF) under one or more contributor \
                license agreements. See the NOTICE file. Apache License, Version 2.0 */\n";
    world.write("src/main.c", main);
    world.commit("second");
    let before = world.git(&["log", "--all", "--format=%H"]);
    let programs = world.path("bin");
    fs::create_dir(&programs).unwrap();
    for program in ["git", "gpg", "gpgconf", "gpg-agent", "gpg-connect-agent", "sh", "pinentry"] {
        let found = shell(Path::new("/"), &format!("command -v {program} || true")).stdout;
        if !found.trim().is_empty() {
            std::os::unix::fs::symlink(found.trim(), programs.join(program)).unwrap();
        }
    }
    world.variables.push(("PATH".to_owned(), programs.display().to_string()));
    let (into, ran) = rehearse(&world, &["--repo", ".", "--version", "1.2.0"]);
    // The project has no licence text to speak of: that is found before anybody is asked to vote.
    ran.fails(2, &["the candidate has errors", "rehearse again"]);
    let transcript = fs::read_to_string(into.join("transcript.txt")).unwrap();
    assert!(transcript.contains("There is no Subversion on this machine"), "{transcript}");
    assert!(transcript.contains("legal-license-text"), "{transcript}");
    assert_eq!(world.git(&["log", "--all", "--format=%H"]), before, "the repository is as it was");

    // Mended, it goes all the way.
    fs::remove_dir_all(&into).unwrap();
    world.write("LICENSE", fs::read(support::root().join("LICENSE")).unwrap());
    let walk = support::root().join("tests/cmd/walk.in");
    for name in ["NOTICE", "README.md", "src/main.c"] {
        world.write(name, fs::read(walk.join(name)).unwrap());
    }
    world.write(".gitattributes", "plusone.toml export-ignore\nbuild.sh export-ignore\n");
    world.commit("mended");
    let (into, ran) = rehearse(&world, &["--repo", ".", "--version", "1.2.0"]);
    ran.ok();
    assert_eq!(
        names(&into.join("dist/release/demo/1.2.0")),
        [
            "apache-demo-1.2.0-src.tar.gz",
            "apache-demo-1.2.0-src.tar.gz.asc",
            "apache-demo-1.2.0-src.tar.gz.sha512"
        ]
    );
}

#[test]
fn a_rehearsal_needs_an_empty_place_and_its_programs() {
    let world = World::new();
    fs::create_dir(world.path("rehearsal")).unwrap();
    fs::write(world.path("rehearsal/mine"), "x").unwrap();
    let (_, full) = rehearse(&world, &[]);
    full.fails(2, &["is not empty", "--into"]);
    let mut poor = World::new();
    poor.variables.push(("PATH".to_owned(), "/nowhere".to_owned()));
    let (_, ran) = rehearse(&poor, &[]);
    ran.fails(2, &["needs the program `git`"]);
}
