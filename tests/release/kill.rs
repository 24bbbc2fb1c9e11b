//! The program is killed before and after every event of a whole release. Running the same command
//! again always ends in the same state, with one commit and one mail of each kind.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::ground::{Area, CALLED, CLOSED, Ground, PACKAGED, copy, page};
use crate::support;
use crate::support::svn::SvnServer;

/// The library that kills.
fn killer(test: &str) -> Option<(tempfile::TempDir, PathBuf)> {
    if !cfg!(target_os = "linux") {
        support::not_run(test, "killing at a write needs Linux");
        return None;
    }
    if !support::program_for(test, "gcc") {
        return None;
    }
    let place = tempfile::tempdir().unwrap();
    let library = place.path().join("kill.so");
    let source = support::root().join("tests/release/kill.c");
    let mut gcc = Command::new("gcc");
    gcc.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    support::ran(&mut gcc).ok();
    Some((place, library))
}

/// Everything that commands change.
struct Snapshot {
    place: tempfile::TempDir,
    parts: Vec<PathBuf>,
}

impl Snapshot {
    fn of(ground: &Ground) -> Self {
        let Area::Svn(server) = &ground.area else { panic!("a repository is copied") };
        let parts = vec![
            ground.world.repo(".plusone"),
            ground.world.repo("dist"),
            server.repository(),
            ground.post.path("mails"),
            ground.post.path("delivered"),
        ];
        let place = tempfile::tempdir().unwrap();
        for (number, part) in parts.iter().enumerate() {
            if part.exists() {
                copy(part, &place.path().join(number.to_string()));
            }
        }
        Self { place, parts }
    }

    fn restore(&self) {
        for (number, part) in self.parts.iter().enumerate() {
            let _ = fs::remove_dir_all(part);
            let _ = fs::remove_file(part);
            let kept = self.place.path().join(number.to_string());
            if kept.exists() {
                copy(&kept, part);
            }
        }
    }
}

/// What is left when a command is done.
#[derive(Debug, PartialEq)]
struct Left {
    revision: u64,
    tree: Vec<String>,
    mails: usize,
    standing: String,
    unfinished: bool,
}

fn left(ground: &Ground) -> Left {
    let Area::Svn(server) = &ground.area else { panic!("a repository") };
    let status = ground.at(CLOSED, &["status", "--offline", "--format", "json"]).json();
    let candidate = &status["versions"][0]["candidates"][0];
    let steps = candidate["steps"].as_object().unwrap();
    Left {
        revision: server.youngest(),
        tree: server.tree(""),
        mails: ground.post.delivered().len(),
        standing: candidate["standing"].as_str().unwrap().to_owned(),
        unfinished: steps.values().any(|step| step["progress"] == "started"),
    }
}

struct Killed {
    ground: Ground,
    library: PathBuf,
    /// How often it was killed.
    kills: usize,
}

impl Killed {
    /// Runs a command, killed at every event in turn; goes on from how it ends undisturbed.
    fn step(&mut self, time: &str, later: &str, words: &[&str]) {
        let before = Snapshot::of(&self.ground);
        self.ground.at(time, words).ok();
        let wanted = left(&self.ground);
        assert!(!wanted.unfinished);
        let after = Snapshot::of(&self.ground);
        for at in 1.. {
            before.restore();
            let mut command = self.ground.world.command(env!("CARGO_BIN_EXE_plusone"));
            command.args(["--time", time]).args(words);
            command.env("LD_PRELOAD", &self.library).env("KILL_AT", at.to_string());
            let ran = support::ran(&mut command);
            if ran.status != -1 {
                assert_eq!(ran.status, 0, "{words:?}: {}{}", ran.stdout, ran.stderr);
                assert!(at > 1, "{words:?} writes nothing into the ledger");
                break;
            }
            self.kills += 1;
            // The same again. Whether a mail went out may only be seen an hour later.
            let again = self.ground.at(time, words);
            if again.status != 0 {
                assert_eq!(again.status, 3, "{words:?} at {at}: {}{}", again.stdout, again.stderr);
                assert!(again.stderr.contains("it is not known whether"), "{}", again.stderr);
                self.ground.at(later, words).ok();
            }
            assert_eq!(left(&self.ground), wanted, "{words:?} killed at {at}");
            // And once more: nothing is left to be done.
            self.ground.at(later, words).ok();
            assert_eq!(left(&self.ground), wanted, "{words:?} killed at {at}, a third time");
        }
        after.restore();
    }
}

fn start(test: &str) -> Option<(tempfile::TempDir, Killed)> {
    let (place, library) = killer(test)?;
    let area = Area::Svn(SvnServer::file(test)?);
    let ground = Ground::new(test, area, "top-level", "")?;
    Some((place, Killed { ground, library, kills: 0 }))
}

#[test]
fn a_release_survives_being_killed_after_every_event() {
    let Some((_place, mut killed)) = start("release::kill") else { return };
    let hour_later = |time: &str| time.replace(":00:00Z", ":59:59Z").replace("T1", "T2");
    killed.step(PACKAGED, PACKAGED, &["package", "--version", "1.2.0", "--rc", "1"]);
    killed.step(PACKAGED, PACKAGED, &["stage", "--version", "1.2.0", "-x"]);
    killed.step(CALLED, &hour_later(CALLED), &["vote", "--version", "1.2.0", "-x"]);
    killed.ground.vote();
    killed.step(CLOSED, CLOSED, &["tally", "--version", "1.2.0"]);
    killed.step(CLOSED, "2026-11-23T14:00:00Z", &["result", "--version", "1.2.0", "-x"]);
    killed.step(CLOSED, CLOSED, &["promote", "--version", "1.2.0", "-x"]);
    fs::write(killed.ground.post.path("page"), page("1.2.0")).unwrap();
    let (announced, later) = ("2026-11-23T14:00:00Z", "2026-11-23T16:00:00Z");
    killed.step(announced, later, &["announce", "--version", "1.2.0", "-x"]);
    assert_eq!(left(&killed.ground).standing, "announced");
    // Two for each event: 1 packaged, 3 of staging and of promoting, 4 of each mail, 1 of counting.
    assert_eq!(killed.kills, 2 * (1 + 3 + 4 + 1 + 4 + 3 + 4));
}

#[test]
fn a_cancellation_survives_being_killed_after_every_event() {
    let Some((_place, mut killed)) = start("release::kill_cancel") else { return };
    killed.ground.package();
    killed.ground.stage();
    killed.ground.call();
    let words = ["cancel", "--version", "1.2.0", "--rc", "1", "--reason", "NOTICE is wrong", "-x"];
    killed.step("2026-11-20T18:00:00Z", "2026-11-20T20:00:00Z", &words);
    assert_eq!(left(&killed.ground).standing, "cancelled");
    assert_eq!(killed.kills, 2 * (3 + 1 + 2 + 1));
}
