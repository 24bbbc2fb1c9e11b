//! The ledger on disk: nothing that was said to be written is lost, whoever writes at the same time
//! and wherever it is interrupted.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use plusone::backend::ledger::{LedgerFile, Notebook, NotebookError};
use plusone::ledger::{Event, Record, State, What};
use plusone::plan::{Journal, Progress, Step};
use plusone::release::{CandidateNumber, Version};

fn now() -> DateTime<Utc> {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

fn version() -> Version {
    "1.0.0".parse().unwrap()
}

fn ledger(root: &Path) -> LedgerFile {
    LedgerFile::new(root, &version())
}

fn note(text: &str) -> Event {
    Event::new(now(), version(), Some(CandidateNumber(1)), What::Note { text: text.to_owned() })
}

fn notes(ledger: &LedgerFile) -> Vec<String> {
    let texts = ledger.read().unwrap().records.into_iter().map(|record| match record {
        Record::Known(event) => match event.what {
            What::Note { text } => text,
            other => panic!("{other:?}"),
        },
        Record::Unknown(value) => panic!("{value}"),
    });
    texts.collect()
}

#[test]
fn a_ledger_is_read_as_it_was_written() {
    let home = tempfile::tempdir().unwrap();
    let ledger = ledger(home.path());
    assert!(ledger.read().unwrap().records.is_empty());
    assert!(!home.path().join(".plusone").exists(), "reading makes nothing");
    ledger.append(&note("first")).unwrap();
    ledger.append(&note("second\nwith \"all\" of it")).unwrap();
    assert_eq!(notes(&ledger), ["first", "second\nwith \"all\" of it"]);
    assert_eq!(ledger.path(), home.path().join(".plusone/1.0.0/ledger.jsonl"));
    assert_eq!(fs::read_to_string(home.path().join(".plusone/.gitignore")).unwrap(), "*\n");
    assert_eq!(LedgerFile::versions(home.path()).unwrap(), [version()]);
    assert!(ledger.read().unwrap().warnings.is_empty());
    let text = fs::read_to_string(ledger.path()).unwrap();
    assert_eq!(
        text.lines().next().unwrap(),
        r#"{"schema":1,"at":"2026-11-21T10:00:00Z","version":"1.0.0","rc":1,"event":"note","text":"first"}"#
    );
}

#[test]
fn a_torn_line_is_dropped_and_healed() {
    let home = tempfile::tempdir().unwrap();
    let ledger = ledger(home.path());
    ledger.append(&note("first")).unwrap();
    let whole = fs::read(ledger.path()).unwrap();
    let long = note(&"x".repeat(10_000)).line();
    // A crash leaves a part of a line, all of it but its end, or zeros where data should be.
    let torn =
        [long.as_bytes()[..7].to_vec(), long.as_bytes()[..long.len() - 1].to_vec(), vec![0; 5000]];
    for rest in torn {
        fs::write(ledger.path(), [&whole[..], &rest].concat()).unwrap();
        let parsed = ledger.read().unwrap();
        assert_eq!(parsed.records.len(), 1);
        assert!(parsed.warnings[0].contains("incomplete"), "{:?}", parsed.warnings);
        ledger.append(&note("after")).unwrap();
        assert_eq!(notes(&ledger), ["first", "after"]);
        assert!(ledger.read().unwrap().warnings.is_empty());
    }
    // Nothing but a torn line.
    fs::write(ledger.path(), "{\"sch").unwrap();
    ledger.append(&note("new")).unwrap();
    assert_eq!(notes(&ledger), ["new"]);
}

/// This test binary again, as a program of its own.
fn child(test: &str, home: &Path, name: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .env("WORK", home)
        .env("NAME", name)
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

const EACH: usize = 40;

#[test]
fn processes_and_threads_that_write_at_once_lose_nothing() {
    let home = tempfile::tempdir().unwrap();
    let mut children: Vec<Child> =
        (0..4).map(|n| child("appends_many", home.path(), &format!("p{n}"))).collect();
    let ledger = ledger(home.path());
    std::thread::scope(|scope| {
        for n in 0..4 {
            let ledger = &ledger;
            scope.spawn(move || {
                for i in 0..EACH {
                    ledger.append(&note(&format!("t{n}-{i}"))).unwrap();
                }
            });
        }
        // Whoever reads meanwhile sees whole lines only.
        for _ in 0..20 {
            assert_eq!(ledger.read().unwrap().warnings, Vec::<String>::new());
        }
    });
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    let found = notes(&ledger);
    let expected: BTreeSet<String> = ["t", "p"]
        .iter()
        .flat_map(|kind| (0..4).map(move |n| format!("{kind}{n}")))
        .flat_map(|name| (0..EACH).map(move |i| format!("{name}-{i}")))
        .collect();
    assert_eq!(found.len(), expected.len());
    assert_eq!(found.into_iter().collect::<BTreeSet<String>>(), expected);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn appends_many() {
    let ledger = ledger(Path::new(&std::env::var("WORK").unwrap()));
    let name = std::env::var("NAME").unwrap();
    for i in 0..EACH {
        ledger.append(&note(&format!("{name}-{i}"))).unwrap();
    }
}

#[test]
fn what_was_written_before_a_kill_is_there() {
    let home = tempfile::tempdir().unwrap();
    for round in 0..10 {
        let mut child = child("appends_and_says_so", home.path(), &round.to_string());
        std::thread::sleep(std::time::Duration::from_millis(30 + 7 * round));
        let _ = child.kill();
        let _ = child.wait();
        let said = fs::read_to_string(home.path().join(format!("said{round}")));
        let said = said.unwrap_or_default();
        let found = notes(&ledger(home.path()));
        for line in said.lines() {
            assert!(found.contains(&format!("{round}-{line}")), "{line} was written, and is gone");
        }
    }
    ledger(home.path()).append(&note("last")).unwrap();
    assert!(ledger(home.path()).read().unwrap().warnings.is_empty());
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn appends_and_says_so() {
    use std::io::Write;
    let home = std::env::var("WORK").unwrap();
    let name = std::env::var("NAME").unwrap();
    let mut said = fs::File::create(Path::new(&home).join(format!("said{name}"))).unwrap();
    for i in 0.. {
        ledger(Path::new(&home)).append(&note(&format!("{name}-{i}"))).unwrap();
        writeln!(said, "{i}").unwrap();
    }
}

#[test]
fn one_command_at_a_time_runs_steps() {
    let home = tempfile::tempdir().unwrap();
    let ledger = ledger(home.path());
    let rc = Some(CandidateNumber(1));
    let step = Step::new("commit", Vec::new(), b"content");
    let mut first = Notebook::open(&ledger, rc, "stage", now()).unwrap();
    assert_eq!(first.progress(&step), Progress::NotStarted);
    first.started(&step).unwrap();
    let second = Notebook::open(&ledger, rc, "stage", now());
    assert!(matches!(second, Err(NotebookError::Busy(_))), "{second:?}");
    // Notes can be written all the same.
    ledger.append(&note("by the way")).unwrap();
    drop(first);
    let mut second = Notebook::open(&ledger, rc, "stage", now()).unwrap();
    assert_eq!(second.progress(&step), Progress::Started);
    let candidate = second.state().current().unwrap();
    assert_eq!(candidate.unfinished().unwrap().1.command.as_deref(), Some("stage"));
    second.finished(&step, "revision 7").unwrap();
    assert_eq!(second.progress(&step), Progress::Finished("revision 7".to_owned()));
    drop(second);
    // Another candidate has steps of its own.
    let other = Notebook::open(&ledger, Some(CandidateNumber(2)), "stage", now()).unwrap();
    assert_eq!(other.progress(&step), Progress::NotStarted);
    let state = State::of(ledger.read().unwrap().records);
    assert_eq!(state.candidates.len(), 1);
    assert_eq!(state.candidates[0].notes, ["by the way"]);
}

/// A program that is being started has copies of all open files until it runs.
#[test]
fn programs_that_start_meanwhile_keep_no_lock() {
    let home = tempfile::tempdir().unwrap();
    let ledger = ledger(home.path());
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                Command::new("true").status().unwrap();
            }
        });
        let busy = (0..2000).filter(|_| Notebook::open(&ledger, None, "stage", now()).is_err());
        let busy = busy.count();
        over.store(true, Ordering::Relaxed);
        assert_eq!(busy, 0);
    });
}
