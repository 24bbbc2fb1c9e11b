//! Promotion: one revision, the voted bytes, nothing else.

use std::collections::BTreeMap;

use plusone::backend::dist::{self, Depth, DistArea, Known, Trouble};
use plusone::dist::order::Lines;
use plusone::dist::promote::{
    ArchiveNames, CannotPromote, Found, Promoted, Promotion, ReleaseArea, Voted, promotion,
};
use plusone::dist::stage::Target;
use plusone::dist::{Commit, Revision};
use plusone::project::template::{Names, Template};

use super::{Candidate, FILES, Ground, grounds, place};

/// What is voted on in these tests.
struct Round {
    candidate: Candidate,
    voted: Voted,
}

/// Stages the candidate, with two earlier releases and an earlier candidate about.
fn staged(ground: &Ground) -> Round {
    let candidate = ground.candidate(FILES);
    ground.somebody_adds("release/demo/1.2.3/demo-1.2.3-src.tar.gz", "old");
    ground.somebody_adds("release/demo/1.1.7/demo-1.1.7-src.tar.gz", "older, of another line");
    ground.somebody_adds("dev/demo/1.2.4-rc1/demo-1.2.4-src.tar.gz", "an earlier candidate");
    let revision = candidate.stage(&*ground.committer(), "dev/demo/1.2.4-rc2").unwrap();
    let files =
        candidate.files.iter().map(|(at, file)| (at.clone(), file.sha512.clone())).collect();
    Round { candidate, voted: Voted { directory: place("dev/demo/1.2.4-rc2"), revision, files } }
}

fn plan(area: &dyn DistArea, round: &Round, keep: &[String]) -> Result<Promoted, CannotPromote> {
    let found = area.list(&round.voted.directory, Depth::All).unwrap().map(|listing| {
        let digest = |file: &plusone::dist::Place| {
            area.sha512(&round.voted.directory.join(file), Some(&listing.revision)).unwrap()
        };
        let digests: BTreeMap<_, _> =
            listing.files.keys().map(|file| (file.clone(), digest(file))).collect();
        Found { listing, digests }
    });
    let (directory, home) = (&place("release/demo/1.2.4"), &place("release/demo"));
    let [listing] = dist::list_all(area, [home]).unwrap();
    let around = (home, listing.as_ref().unwrap());
    let files = &round.candidate.files;
    let target = dist::target_within(area, directory, around, files, Known::Digest).unwrap();
    match (&target, dist::target(area, directory, files, Known::Digest).unwrap()) {
        (Target::Absent { missing, .. }, Target::Absent { missing: same, .. }) => {
            assert_eq!(missing, &same);
        }
        (Target::Present { differences, .. }, Target::Present { differences: same, .. }) => {
            assert_eq!(differences, &same);
        }
        (one, other) => panic!("{one:?} {other:?}"),
    }
    let earlier = place("dev/demo/1.2.4-rc1");
    let [leftover] = dist::list_all(area, [&earlier]).unwrap();
    let leftovers: Vec<_> = leftover.map(|listing| (earlier, listing)).into_iter().collect();
    let template: Template = "demo-{version}-src".parse().unwrap();
    let names = Names { project: "demo".to_owned(), ..Names::default() };
    let facts = Promotion {
        area: area.address(),
        version: "1.2.4",
        voted: &round.voted,
        found: found.as_ref(),
        release: ReleaseArea {
            directory,
            target: &target,
            home,
            listing: listing.as_ref(),
            archives: ArchiveNames { template: &template, names: &names },
            lines: Lines::Minor,
            keep,
        },
        leftovers: &leftovers,
        message: "Release 1.2.4",
    };
    promotion(&crate::support::passed::passed_vote("1.2.4"), facts)
}

fn commit(area: &dyn DistArea, round: &Round, keep: &[String]) -> Commit {
    match plan(area, round, keep) {
        Ok(Promoted::Planned(planned)) => planned.commit,
        other => panic!("not planned: {other:?}"),
    }
}

#[test]
fn one_revision_moves_what_was_voted_on() {
    for ground in grounds("dist::promotion") {
        let round = staged(&ground);
        let area = ground.member();
        let planned = commit(&*area, &round, &[]);
        if ground.server.as_ref().is_some_and(|server| server.port.is_some()) {
            // R-02: the committer who staged it may not, and nothing has happened.
            let before = ground.tree();
            let error = ground.committer().apply(&planned).unwrap_err();
            assert_eq!(error.trouble, Trouble::Forbidden, "{}: {error}", ground.address);
            assert_eq!(ground.tree(), before);
        }
        let revision = area.apply(&planned).unwrap();
        let mut expected = vec!["dev/", "dev/demo/", "release/", "release/demo/"];
        expected.extend(["release/demo/1.1.7/", "release/demo/1.1.7/demo-1.1.7-src.tar.gz"]);
        expected.push("release/demo/1.2.4/");
        let names = FILES.map_names("release/demo/1.2.4/");
        expected.extend(names.iter().map(String::as_str));
        expected.push("release/demo/KEYS");
        assert_eq!(ground.tree(), expected, "{}", ground.address);
        assert_eq!(ground.cat("release/demo/KEYS"), super::support::svn::KEYS);
        for (name, text) in FILES {
            assert_eq!(ground.cat(&format!("release/demo/1.2.4/{name}")), *text);
        }
        if let Some(server) = &ground.server {
            let Revision::Number(voted) = round.voted.revision else { panic!("no number") };
            let changed = [
                "D   dev/demo/1.2.4-rc1/",
                "D   dev/demo/1.2.4-rc2/",
                "D   release/demo/1.2.3/",
                "A + release/demo/1.2.4/",
            ];
            let copied = format!("    (from dev/demo/1.2.4-rc2/:r{voted})");
            let mut changed: Vec<String> = changed.iter().map(ToString::to_string).collect();
            changed.push(copied);
            let Revision::Number(number) = revision else { panic!("no number") };
            assert_eq!(server.changed(number), changed, "{}", ground.address);
            assert_eq!((server.youngest(), number), (voted + 1, voted + 1), "one revision");
            if server.port.is_some() {
                assert_eq!(server.author(number), "member");
            }
        }
        // Once more is nothing, whoever did it.
        assert_eq!(plan(&*area, &round, &[]), Ok(Promoted::Already(revision)));
        assert!(area.apply(&planned).is_err());
    }
}

trait MapNames {
    fn map_names(&self, before: &str) -> Vec<String>;
}

impl MapNames for [(&str, &str)] {
    fn map_names(&self, before: &str) -> Vec<String> {
        self.iter().map(|(name, _)| format!("{before}{name}")).collect()
    }
}

#[test]
fn the_command_for_somebody_else_does_the_same() {
    for ground in grounds("dist::by_hand") {
        let Some(server) = &ground.server else { continue };
        let round = staged(&ground);
        let planned = commit(&*ground.member(), &round, &[]);
        let words = planned.by_hand(&ground.address);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert_eq!(words[0], "svnmucc");
        let (name, password) = super::PMC_MEMBER;
        let login = ["--username", name, "--password", password];
        let more = if server.port.is_some() { &login[..] } else { &[] };
        server.client(words[0], &[&words[1..], more].concat()).ok();
        assert_eq!(ground.cat("release/demo/1.2.4/demo-1.2.4-src.tar.gz"), FILES[0].1);
        // We notice that it was done by somebody else.
        let now = plan(&*ground.member(), &round, &[]);
        assert_eq!(now, Ok(Promoted::Already(Revision::Number(server.youngest()))));
    }
}

#[test]
fn what_is_asked_to_stay_stays() {
    for ground in grounds("dist::keep") {
        let round = staged(&ground);
        let area = ground.member();
        area.apply(&commit(&*area, &round, &["1.2.3".to_owned()])).unwrap();
        assert_eq!(ground.cat("release/demo/1.2.3/demo-1.2.3-src.tar.gz"), "old");
    }
}

#[test]
fn anything_that_changed_after_the_vote_stops_it() {
    for ground in grounds("dist::changed_after_the_vote") {
        let round = staged(&ground);
        let area = ground.member();
        let ready = commit(&*area, &round, &[]);
        ground.somebody_adds("dev/demo/1.2.4-rc2/demo-1.2.4-src.tar.gz", "other bytes");
        let before = ground.tree();
        let refused = plan(&*area, &round, &[]);
        assert!(matches!(refused, Err(CannotPromote::Changed { .. })), "{refused:?}");
        // Between the plan and the commit, too.
        let error = area.apply(&ready).unwrap_err();
        assert_eq!(error.trouble, Trouble::Changed, "{}: {error}", ground.address);
        assert!(error.nothing_was_done());
        assert_eq!(ground.tree(), before);
        // A vote on another revision or other bytes is no vote on this.
        let round = staged_again(&ground, round);
        let mut other = round.voted.files.clone();
        let digest = other[&place(FILES[1].0)].clone();
        other.insert(place(FILES[0].0), digest);
        let voted = Voted { files: other, ..round.voted.clone() };
        let refused = plan(&*area, &Round { voted, ..round }, &[]);
        assert!(matches!(refused, Err(CannotPromote::NotAsVoted { .. })), "{refused:?}");
    }
}

fn staged_again(ground: &Ground, round: Round) -> Round {
    ground.somebody_removes("dev/demo/1.2.4-rc2");
    let area = ground.committer();
    let revision = round.candidate.stage(&*area, "dev/demo/1.2.4-rc2").unwrap();
    Round { voted: Voted { revision, ..round.voted.clone() }, ..round }
}

#[test]
fn files_that_were_not_voted_on_stay_out_of_the_release() {
    for ground in grounds("dist::strays") {
        let mut round = staged(&ground);
        // It lay there when the vote was called, unnoticed.
        ground.somebody_adds("dev/demo/1.2.4-rc2/vote.eml", "a draft");
        let area = ground.member();
        let listing = area.list(&round.voted.directory, Depth::All).unwrap().unwrap();
        round.voted.revision = listing.changed;
        area.apply(&commit(&*area, &round, &[])).unwrap();
        let tree = ground.tree();
        let drafts: Vec<&String> = tree.iter().filter(|path| path.contains("vote.eml")).collect();
        assert_eq!(drafts, ["dev/demo/1.2.4-rc2/vote.eml"], "it stays where it was");
        assert_eq!(ground.cat("release/demo/1.2.4/demo-1.2.4-src.tar.gz"), FILES[0].1);
        if let Some(server) = &ground.server {
            let log = server.changed(server.youngest()).join("\n");
            assert!(log.contains("(from dev/demo/1.2.4-rc2/demo-1.2.4-src.tar.gz:r"), "{log}");
        }
    }
}
