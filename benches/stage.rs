//! Stages and promotes as the commands do, to be timed by benches/stage.sh:
//!
//!     stage stage AREA PLACE DIRECTORY     all files of a local directory, with a look before and after;
//!                                          the digests come from the checks, here from stdin
//!     stage promote AREA DEV RELEASE       what is staged, digests known from when it was staged
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a program for measuring"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use plusone::backend::dist::{self, Committer, Depth, DistArea, Known, SeenFiles};
use plusone::backend::svn::Access;
use plusone::dist::order::Lines;
use plusone::dist::promote::{
    ArchiveNames, Found, Promoted, Promotion, ReleaseArea, Voted, promotion,
};
use plusone::dist::stage::{Staged, Staging, staging};
use plusone::dist::{Content, Files, Place, Planned, Sha512};
use plusone::plan::Executor;
use plusone::project::template::{Names, Template};

#[path = "../tests/support/passed.rs"]
mod passed;
use passed::passed_vote;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["stage", area, place, directory] => stage(area, place, directory),
        ["promote", area, dev, release] => promote(area, dev, release),
        _ => eprintln!("benches/stage.sh says how this is run"),
    }
}

fn open(area: &str) -> Box<dyn DistArea> {
    dist::open(&[area], &Access::default()).unwrap().0
}

fn stage(area: &str, place: &str, directory: &str) {
    let mut clock = Clock(Instant::now());
    let area = &*open(area);
    let place: Place = place.parse().unwrap();
    let paths: BTreeMap<Place, PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_str().unwrap().parse().unwrap(), entry.path()))
        .collect();
    let known: Files = std::io::stdin()
        .lines()
        .map(|line| {
            let line = line.unwrap();
            let (sha512, name) = line.split_once("  ").unwrap();
            let place: Place = name.parse().unwrap();
            let size = fs::metadata(&paths[&place]).unwrap().len();
            (place, Content { size, sha512: sha512.parse().unwrap() })
        })
        .collect();
    let local = SeenFiles::look(&paths).read(&known).unwrap();
    let files = local.contents();
    let target = dist::target(area, &place, &files, Known::Local(&local)).unwrap();
    let paths = local.paths();
    let facts = Staging {
        area: area.address(),
        directory: &place,
        files: &files,
        local: &paths,
        message: "Stage a candidate",
    };
    let Staged::Planned(planned) = staging(facts, &target).unwrap() else {
        panic!("staged before")
    };
    clock.lap("look");
    let Planned { step, commit } = *planned;
    let commits = [(step.id.clone(), commit)].into();
    let mut committer = Committer { area, commits, local: Some(&local) };
    assert!(committer.run(&step).is_ok());
    clock.lap("commit");
    let listing = area.list(&place, Depth::All).unwrap().unwrap();
    let (differences, basis) =
        dist::compare(area, &place, &listing, &files, Known::Local(&local)).unwrap();
    assert_eq!(differences, []);
    clock.lap(&format!("read back ({basis:?})"));
}

fn promote(area: &str, dev: &str, release: &str) {
    let area = &*open(area);
    let (dev, release): (Place, Place) = (dev.parse().unwrap(), release.parse().unwrap());
    let home = release.parent().unwrap();
    let [listing, released] = dist::list_all(area, [&dev, &home]).unwrap();
    let listing = listing.unwrap();
    // As in a ledger: of the revision that was staged, the digests are known.
    let digest: Sha512 = "ab".repeat(64).parse().unwrap();
    let files: BTreeMap<Place, Sha512> =
        listing.files.keys().map(|file| (file.clone(), digest.clone())).collect();
    let voted = Voted { directory: dev, revision: listing.changed.clone(), files: files.clone() };
    let found = Found { listing, digests: files };
    let around = (&home, released.as_ref().unwrap());
    let none = Default::default();
    let template: Template = "demo-{version}-src".parse().unwrap();
    let names = Names { project: "demo".to_owned(), ..Names::default() };
    let target = dist::target_within(area, &release, around, &none, Known::Digest).unwrap();
    let facts = Promotion {
        area: area.address(),
        version: release.name(),
        voted: &voted,
        found: Some(&found),
        release: ReleaseArea {
            directory: &release,
            target: &target,
            home: &home,
            listing: released.as_ref(),
            archives: ArchiveNames { template: &template, names: &names },
            lines: Lines::Minor,
            keep: &[],
        },
        leftovers: &[],
        message: "Release",
    };
    let Promoted::Planned(planned) = promotion(&passed_vote(release.name()), facts).unwrap() else {
        panic!("done before")
    };
    area.apply(&planned.commit).unwrap();
}

/// Tells how long each part took.
struct Clock(Instant);

impl Clock {
    fn lap(&mut self, what: &str) {
        eprintln!("  {what} {:.4} s", self.0.elapsed().as_secs_f64());
        self.0 = Instant::now();
    }
}
