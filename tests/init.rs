//! `plusone init` in real repositories, with flags and at a terminal.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::fs;

use support::World;

fn repository(remote: &str, tags: &[&str]) -> World {
    let world = World::new();
    world.git(&["init", "-q", "-b", "main"]);
    world.write("README.md", "x\n");
    world.commit("first");
    for tag in tags {
        world.git(&["tag", tag]);
    }
    world.git(&["remote", "add", "origin", remote]);
    world
}

fn settings(world: &World) -> toml::Table {
    fs::read_to_string(world.repo("plusone.toml")).unwrap().parse().unwrap()
}

#[test]
fn the_file_it_writes_passes_the_checks_of_the_archive_it_will_be_in() {
    let world = repository("https://github.com/apache/demo.git", &[]);
    world.plusone(&["init", "--yes"]).ok();
    let text = fs::read(world.repo("plusone.toml")).unwrap();
    let read = plusone::legal::header::read("plusone.toml", &text, true);
    assert!(read.header.is_good(), "P-10: {:?}", read.header);
    // Who is not of the ASF licenses nothing to it.
    world.plusone(&["init", "--yes", "--force", "--kind", "plain"]).ok();
    let text = fs::read_to_string(world.repo("plusone.toml")).unwrap();
    assert!(!text.contains("Apache Software Foundation"), "{text}");
}

#[test]
fn a_repository_shows_its_project() {
    let world = repository(
        "https://jane:s3cret@github.com/apache/incubator-demo-core.git",
        &["v0.9.0", "v0.9.0-rc.1"],
    );
    world.write(
        "NOTICE",
        "Apache Demo Core (Incubating)\nCopyright 2026 The Apache Software Foundation\n",
    );
    world.write(
        "DISCLAIMER",
        "Apache Demo is an effort undergoing incubation at The Apache Software Foundation (ASF)\n",
    );
    world.write(".asf.yaml", "github:\n  description: \"Demonstrates: much\"\nnotifications:\n  commits: commits@demo.apache.org\n");
    world.write("doap_Demo.rdf", "<rdf:RDF xmlns='http://usefulinc.com/ns/doap#' xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><Project><download-page rdf:resource='https://demo.apache.org/download'/></Project></rdf:RDF>");
    let run = world.plusone(&["init"]).ok();
    for line in [
        "project.name",
        "demo (from the lists in .asf.yaml)",
        "podling",
        "v{version}-rc.{rc} (from the tag v0.9.0-rc.1)",
        "doap_Demo.rdf",
    ] {
        assert!(run.stdout.contains(line), "no {line:?} in {}", run.stdout);
    }
    assert!(!run.stdout.contains("s3cret"), "{}", run.stdout);
    let text = fs::read_to_string(world.repo("plusone.toml")).unwrap();
    assert!(!text.contains("s3cret"), "{text}");
    let settings = settings(&world);
    assert_eq!(settings["project"]["name"].as_str(), Some("demo"));
    assert_eq!(settings["project"]["component"].as_str(), Some("core"));
    assert_eq!(settings["project"]["display"].as_str(), Some("Apache Demo Core"));
    assert_eq!(settings["project"]["description"].as_str(), Some("Demonstrates: much"));
    assert_eq!(
        settings["project"]["download_page"].as_str(),
        Some("https://demo.apache.org/download")
    );
    assert_eq!(settings["vote"]["list"].as_str(), Some("dev@demo.apache.org"));

    // Never overwritten without --force, and the whole walk goes on from here.
    world.plusone(&["init"]).fails(2, &["there is a plusone.toml already", "--force"]);
    assert_eq!(fs::read_to_string(world.repo("plusone.toml")).unwrap(), text);
    world.plusone(&["init", "--force"]).ok();
    world.commit("settings");
    world.git(&["tag", "v1.0.0-rc.3"]);
    world.plusone(&["package", "--version", "1.0.0", "--rc", "3", "--no-sign"]).ok();
    assert_eq!(
        world.names(&world.repo("dist/1.0.0-rc3")),
        [
            "apache-demo-core-1.0.0-incubating-src.tar.gz",
            "apache-demo-core-1.0.0-incubating-src.tar.gz.sha512"
        ]
    );
    // What init wrote has its licence header, and is not what stops the release.
    let looked = world.plusone(&["verify", "dist/1.0.0-rc3"]).stdout;
    assert!(looked.contains("legal-source-headers: doap_Demo.rdf"), "{looked}");
    assert!(!looked.contains("plusone.toml ("), "{looked}");
}

#[test]
fn flags_overrule_and_fill_in() {
    let world = repository("/srv/git/thing.git", &[]);
    world
        .plusone(&["init"])
        .fails(2, &["nothing shows what the project is called", "plusone init --project NAME"]);
    assert!(!world.repo("plusone.toml").exists());
    world
        .plusone(&["init", "--project", "thing", "--kind", "plain", "--list", "dev@example.org"])
        .ok();
    let settings = settings(&world);
    assert_eq!(settings["project"]["kind"].as_str(), Some("plain"));
    assert_eq!(settings["project"]["display"].as_str(), Some("Thing"));
    let text = fs::read_to_string(world.repo("plusone.toml")).unwrap();
    assert!(text.starts_with("# How this project releases"), "no header of the ASF: {text}");
    world.plusone(&["init", "--force", "--kind", "big"]).fails(2, &["top-level, podling or plain"]);
    world.plusone(&["init", "--project", "../up"]).fails(2, &["project name"]);
}

#[test]
fn broken_files_are_named_and_do_not_stop() {
    let world = repository("https://github.com/apache/demo", &[]);
    world.write(".asf.yaml", "github: [\n");
    world.write("NOTICE", [0xff, 0xfe, 0x00]);
    world.write("doap.rdf", "<rdf:RDF>");
    let run = world.plusone(&["init", "--format", "json"]).ok().json();
    let warnings = run["warnings"].to_string();
    assert!(warnings.contains(".asf.yaml") && warnings.contains("doap.rdf"), "{warnings}");
    assert_eq!(settings(&world)["project"]["name"].as_str(), Some("demo"));
}

#[test]
fn at_a_terminal_it_asks() {
    if !support::program_for("at_a_terminal_it_asks", "python3") {
        return;
    }
    let world = repository("https://github.com/apache/demo", &[]);
    // Python's pty is the terminal; answers are typed line by line.
    let script = r#"
import os, pty, sys
answers = [b"\n", b"large\n", b"podling\n", b"Apache Demo Deluxe\n", b"\n"]
def read(fd):
    data = os.read(fd, 1024)
    if data.rstrip().endswith(b":") and answers:
        os.write(fd, answers.pop(0))
    return data
status = pty.spawn(sys.argv[1:], read)
sys.exit(os.waitstatus_to_exitcode(status))
"#;
    let run = world.run("python3", &["-c", script, env!("CARGO_BIN_EXE_plusone"), "init"]).ok();
    assert!(run.stdout.contains("expected top-level, podling or plain"), "{}", run.stdout);
    let settings = settings(&world);
    assert_eq!(settings["project"]["name"].as_str(), Some("demo"));
    assert_eq!(settings["project"]["kind"].as_str(), Some("podling"));
    assert_eq!(settings["project"]["display"].as_str(), Some("Apache Demo Deluxe"));
}
