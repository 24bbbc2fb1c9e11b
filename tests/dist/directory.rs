//! A plain directory, where no server keeps writers apart or undoes what was interrupted.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use plusone::backend::dist::{Depth, Directory, DistArea, MayWrite, Trouble};
use plusone::dist::stage::Staged;

use super::{Candidate, FILES, below, place};

fn area(home: &Path) -> Directory {
    fs::create_dir_all(home.join("area/dev")).unwrap();
    Directory::new(&home.join("area"))
}

fn names(home: &Path) -> Vec<String> {
    let mut names = Vec::new();
    below(&home.join("area"), &home.join("area"), &mut names);
    names
}

#[test]
fn one_of_many_writers_wins_and_the_others_know() {
    let home = tempfile::tempdir().unwrap();
    let first = area(home.path());
    let candidates: Vec<Candidate> = (0..8)
        .map(|n| {
            let text = format!("{n}").repeat(100_000);
            Candidate::at(&home.path().join(format!("c{n}")), &[("a", &text), ("b", &text)])
        })
        .collect();
    // All planned before any is run.
    let commits: Vec<_> =
        candidates.iter().map(|candidate| candidate.commit(&first, "dev/1.0-rc1")).collect();
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let run = |commit| {
            let area = Directory::new(&home.path().join("area"));
            scope.spawn(move || area.apply(commit))
        };
        let threads: Vec<_> = commits.iter().map(run).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let won: Vec<usize> = (0..8).filter(|&n| outcomes[n].is_ok()).collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    for error in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        assert_eq!(error.trouble, Trouble::Changed, "{error}");
    }
    assert_eq!(names(home.path()), ["dev/", "dev/1.0-rc1/", "dev/1.0-rc1/a", "dev/1.0-rc1/b"]);
    let text = fs::read_to_string(home.path().join("area/dev/1.0-rc1/b")).unwrap();
    assert_eq!(text, format!("{}", won[0]).repeat(100_000));
}

#[test]
fn a_file_that_changed_after_it_was_looked_at_is_not_staged() {
    let home = tempfile::tempdir().unwrap();
    let area = area(home.path());
    let candidate = Candidate::at(&home.path().join("c"), FILES);
    let commit = candidate.commit(&area, "dev/1.0-rc1");
    fs::write(
        home.path().join("c").join(FILES[0].0),
        "the source, changed behind our back......\n",
    )
    .unwrap();
    let error = area.apply(&commit).unwrap_err();
    assert_eq!(error.trouble, Trouble::Local, "{error}");
    assert_eq!(names(home.path()), ["dev/"]);
}

#[test]
fn a_commit_that_was_killed_is_finished_or_undone() {
    let home = tempfile::tempdir().unwrap();
    let area = area(home.path());
    let text = "some text that takes its time\n".repeat(20_000);
    let files: Vec<(String, &str)> = (0..8).map(|n| (format!("f{n}"), &text[..])).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (&name[..], *text)).collect();
    let candidate = Candidate::at(&home.path().join("c"), &files);
    // How long it takes undisturbed.
    let start = Instant::now();
    candidate.stage(&area, "dev/whole").unwrap();
    let whole = start.elapsed();
    let (mut before, mut after) = (0, 0);
    for round in 0..40 {
        let directory = format!("dev/1.0-rc{round}");
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "directory::stages_until_killed", "--ignored", "--nocapture"])
            .env("WORK", home.path())
            .env("DIRECTORY", &directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It says when it is about to commit.
        let mut line = String::new();
        let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
        while !line.contains("now") {
            line.clear();
            assert_ne!(std::io::BufRead::read_line(&mut out, &mut line).unwrap(), 0);
        }
        std::thread::sleep(whole * round / 25);
        let _ = child.kill();
        let _ = child.wait();
        // Whoever looks next sees all or nothing.
        match candidate.plan(&area, &directory).unwrap() {
            Staged::Already(_) => after += 1,
            Staged::Planned(planned) => {
                before += 1;
                area.apply(&planned.commit).unwrap();
            }
        }
    }
    assert!(before > 0 && after > 0, "killed {before} times before, {after} after: times are off");
    let names = names(home.path());
    let ours: Vec<&String> = names.iter().filter(|name| name.contains(".plusone")).collect();
    assert!(ours.is_empty(), "{ours:?}");
    assert_eq!(names.len(), 1 + 41 * 9);
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn stages_until_killed() {
    let home = std::path::PathBuf::from(std::env::var("WORK").unwrap());
    let area = Directory::new(&home.join("area"));
    let path = |n| (place(&format!("f{n}")), home.join(format!("c/f{n}")));
    let candidate = Candidate::of(&(0..8).map(path).collect());
    let commit = candidate.commit(&area, &std::env::var("DIRECTORY").unwrap());
    println!("now");
    area.apply(&commit).unwrap();
}

#[test]
fn what_is_no_file_is_not_followed() {
    let home = tempfile::tempdir().unwrap();
    let area = area(home.path());
    fs::write(home.path().join("secret"), "secret").unwrap();
    std::os::unix::fs::symlink("../../secret", home.path().join("area/dev/link")).unwrap();
    let error = area.read(&place("dev/link"), None, 100).unwrap_err();
    assert!(error.to_string().contains("no regular file"), "{error}");
    let listing = area.list(&place("dev"), Depth::All).unwrap().unwrap();
    assert_eq!(listing.files.len(), 1);
    assert_eq!(area.may_write(&place("dev/new/deeper")), MayWrite::Yes);
    assert!(matches!(Directory::new(Path::new("/proc")).may_write(&place("x")), MayWrite::No(_)));
}
