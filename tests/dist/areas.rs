//! What every kind of area has to do.

use std::path::Path;

use plusone::backend::dist::Trouble;
use plusone::backend::dist::{self, Committer, Depth, DistArea, Known, ReadBack, compare};
use plusone::backend::svn::Access;
use plusone::dist::stage::{CannotStage, Staged, removal};
use plusone::dist::{Planned, Revision};
use plusone::plan::{self, Journal, Plan, Progress, RunError, Step};

use super::{FILES, grounds, place};

#[test]
fn staging_is_one_commit_and_staging_again_is_none() {
    for ground in grounds("dist::staging_is_one_commit") {
        let area = ground.committer();
        let candidate = ground.candidate(FILES);
        let commit = candidate.commit(&*area, "dev/demo/1.2.4-rc1");
        let revision = area.apply(&commit).unwrap();
        if let Some(server) = &ground.server {
            assert_eq!(revision, Revision::Number(2), "{}", ground.address);
            assert_eq!(server.message(2), "Stage a candidate");
            let mut added = vec!["A   dev/demo/1.2.4-rc1/".to_owned()];
            added.extend(FILES.iter().map(|(name, _)| format!("A   dev/demo/1.2.4-rc1/{name}")));
            assert_eq!(server.changed(2), added);
        }
        for (name, text) in FILES {
            assert_eq!(ground.cat(&format!("dev/demo/1.2.4-rc1/{name}")), *text);
        }
        assert_eq!(
            candidate.plan(&*area, "dev/demo/1.2.4-rc1"),
            Ok(Staged::Already(revision.clone())),
            "{}",
            ground.address
        );
        // What the server has is read back, and it says on what ground.
        let directory = place("dev/demo/1.2.4-rc1");
        let listing = area.list(&directory, Depth::All).unwrap().unwrap();
        assert_eq!(listing.changed, revision);
        let known = Known::Local(&candidate.local);
        let (differences, basis) =
            compare(&*area, &directory, &listing, &candidate.files, known).unwrap();
        assert_eq!(differences, []);
        let served = ground.server.is_some();
        assert_eq!(basis == ReadBack::Stored, served, "{}: {basis:?}", ground.address);
        let (differences, basis) =
            compare(&*area, &directory, &listing, &candidate.files, Known::Digest).unwrap();
        assert_eq!((differences, basis), (vec![], ReadBack::Bytes));
        // The same commit once more changes nothing.
        let before = ground.tree();
        let error = area.apply(&commit).unwrap_err();
        assert_eq!(error.trouble, Trouble::Changed, "{error}");
        assert!(error.nothing_was_done());
        assert_eq!(ground.tree(), before);
    }
}

#[test]
fn other_bytes_under_the_same_name_are_refused() {
    for ground in grounds("dist::other_bytes") {
        let area = ground.committer();
        ground.candidate(FILES).stage(&*area, "dev/demo/1.2.4-rc1").unwrap();
        let before = ground.tree();
        // As long as the first, and longer.
        for text in [
            "the source, as far as this text is concerned\n",
            "longer than the first one, by far......................\n",
        ] {
            let mut files = FILES.to_vec();
            files[0].1 = text;
            files[2].0 = "demo-1.2.4-src.tar.gz.sha256";
            let candidate = ground.candidate(&files);
            match candidate.plan(&*area, "dev/demo/1.2.4-rc1") {
                Err(CannotStage::Differs { differences, .. }) => {
                    let said: Vec<String> = differences.iter().map(ToString::to_string).collect();
                    assert!(
                        said[0].contains("`demo-1.2.4-src.tar.gz` is another file"),
                        "{said:?}"
                    );
                    assert!(said[1].contains(".sha256` is missing"), "{said:?}");
                    assert!(said[2].contains(".sha512` does not belong"), "{said:?}");
                    assert_eq!(said.len(), 3);
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(ground.tree(), before);
    }
}

#[test]
fn somebody_else_in_between_is_noticed() {
    for ground in grounds("dist::somebody_else") {
        let area = ground.committer();
        let candidate = ground.candidate(FILES);
        let commit = candidate.commit(&*area, "dev/demo/1.2.4-rc1");
        ground.somebody_adds("dev/other/file", "elsewhere");
        ground.somebody_adds("dev/demo/1.2.4-rc1/theirs", "the same place");
        let error = area.apply(&commit).unwrap_err();
        assert_eq!(error.trouble, Trouble::Changed, "{}: {error}", ground.address);
        let tree = ground.tree();
        assert!(!tree.iter().any(|path| path.contains("src.tar.gz")), "{tree:?}");
        // Commits elsewhere do not matter.
        let commit = candidate.commit(&*area, "dev/demo/1.2.4-rc2");
        ground.somebody_adds("dev/other/more", "elsewhere");
        ground.somebody_adds("dev/demo/unrelated", "beside it");
        area.apply(&commit).unwrap();
        // A directory that was emptied while we planned to remove it as it was.
        let directory = place("dev/demo/1.2.4-rc2");
        let listing = area.list(&directory, Depth::All).unwrap();
        let cleared = removal("", &directory, listing.as_ref(), &candidate.files, "Clear").unwrap();
        ground.somebody_removes("dev/demo/1.2.4-rc2");
        let error = area.apply(&cleared.commit).unwrap_err();
        let gone = [Trouble::Missing, Trouble::Changed];
        assert!(gone.contains(&error.trouble), "{}: {error}", ground.address);
    }
}

#[test]
fn names_are_taken_as_they_are() {
    let names =
        ["a b+c.tar.gz", "at@7.tar.gz", "100%25.tar.gz", "süß#?&.tar.gz", "x;[y]'\".tar.gz"];
    let files = names.map(|name| (name, name));
    for ground in grounds("dist::names") {
        let area = ground.committer();
        let candidate = ground.candidate(&files);
        let mut commit = candidate.commit(&*area, "dev/demo/ö @1 %41");
        // Of a message that is the name of a file svn asks whether it is meant.
        commit.message = "ö @1 %41".to_owned();
        area.apply(&commit).unwrap();
        if let Some(server) = &ground.server {
            assert_eq!(server.message(2), commit.message, "{}", ground.address);
        }
        for name in names {
            assert_eq!(ground.cat(&format!("dev/demo/ö @1 %41/{name}")), name);
        }
        let again = candidate.plan(&*area, "dev/demo/ö @1 %41");
        assert!(matches!(again, Ok(Staged::Already(_))), "{}: {again:?}", ground.address);
    }
}

#[test]
fn directories_above_and_below_are_made() {
    for ground in grounds("dist::directories") {
        let area = ground.committer();
        let files = [("source/a.tar.gz", "a"), ("source/a.tar.gz.asc", "s"), ("binaries/x/b", "b")];
        let candidate = ground.candidate(&files);
        let planned = candidate.planned(&*area, "dev/newcomer/part/1.0-rc1");
        let makes = planned.step.details.iter().filter(|(name, _)| name == "makes").count();
        assert_eq!(makes, 2, "dev/newcomer and dev/newcomer/part are new");
        area.apply(&planned.commit).unwrap();
        assert_eq!(ground.cat("dev/newcomer/part/1.0-rc1/binaries/x/b"), "b");
        if let Some(server) = &ground.server {
            assert_eq!(server.youngest(), 2);
        }
        let again = candidate.plan(&*area, "dev/newcomer/part/1.0-rc1");
        assert!(matches!(again, Ok(Staged::Already(_))), "{}: {again:?}", ground.address);
    }
}

#[test]
fn what_is_there_can_be_read() {
    for ground in grounds("dist::read") {
        let area = ground.committer();
        assert_eq!(area.list(&place("dev/nowhere"), Depth::All).unwrap(), None);
        assert_eq!(area.list(&place("release/demo/KEYS/x"), Depth::All).unwrap(), None);
        let keys = place("release/demo/KEYS");
        let text = super::support::svn::KEYS;
        assert_eq!(area.read(&keys, None, 100).unwrap(), text.as_bytes());
        let error = area.read(&keys, None, text.len() as u64 - 1).unwrap_err();
        assert!(error.to_string().contains("more than"), "{error}");
        let error = area.read(&place("release/demo/NONE"), None, 100).unwrap_err();
        assert_eq!(error.trouble, Trouble::Missing, "{}: {error}", ground.address);
        let release = area.list(&place("release"), Depth::Entries).unwrap().unwrap();
        assert_eq!((release.files.len(), release.directories.len()), (0, 1));
        let release = area.list(&place("release"), Depth::All).unwrap().unwrap();
        assert_eq!(release.files[&place("demo/KEYS")], text.len() as u64);
        let file = area.list(&keys, Depth::All).unwrap().unwrap();
        assert_eq!(file.files[&place("")], text.len() as u64);
        if ground.server.is_some() {
            // An older revision stays what it was.
            ground.somebody_adds("dev/demo/a", "first");
            let then = area.list(&place("dev/demo/a"), Depth::All).unwrap().unwrap().revision;
            ground.somebody_adds("dev/demo/a", "second");
            assert_eq!(area.read(&place("dev/demo/a"), Some(&then), 100).unwrap(), b"first");
            assert_eq!(area.read(&place("dev/demo/a"), None, 100).unwrap(), b"second");
        }
    }
}

/// Servers are asked without svn, and answer what svn says of the same repository.
#[test]
fn both_ways_of_listing_say_the_same() {
    let (only_svnserve, nothing) = (tempfile::tempdir().unwrap(), Path::new("/nowhere"));
    let paths = std::env::var_os("PATH").unwrap();
    let svnserve = std::env::split_paths(&paths).map(|path| path.join("svnserve"));
    let svnserve = svnserve.into_iter().find(|program| program.is_file());
    if let Some(program) = svnserve {
        std::os::unix::fs::symlink(program, only_svnserve.path().join("svnserve")).unwrap();
    }
    for ground in grounds("dist::listing") {
        let Some(server) = &ground.server else { continue };
        let area = ground.committer();
        let files = [("a b@7&<.tgz", "text"), ("100%25/ä#?/x;[y].tgz", "more"), ("empty", "")];
        ground.candidate(&files).stage(&*area, "dev/demo/ö 1").unwrap();
        ground.somebody_adds("release/demo/later", "a later revision");
        // There nobody is asked but svn.
        let config = server.config_directory();
        std::fs::create_dir_all(&config).unwrap();
        let tunnel = "[tunnels]\nssh = sh -c 'exec svnserve --tunnel'\n";
        std::fs::write(config.join("config"), tunnel).unwrap();
        let repository = format!("svn+ssh://localhost{}", server.repository().display());
        let access = Access { config_directory: Some(config), ..Access::default() };
        let (svn, _) = dist::open(&[&repository], &access).unwrap();
        let places = ["", "dev", "dev/demo/ö 1", "dev/demo/ö 1/empty", "release", "no", "dev/no"];
        let places = places.map(place);
        // At once as one by one.
        let each = places.each_ref();
        let at_once = dist::list_all(&*area, each).unwrap();
        assert_eq!(at_once, each.map(|place| svn.list(place, Depth::All).unwrap()));
        for place in places {
            for depth in [Depth::Entries, Depth::All] {
                let both = [&area, &svn].map(|area| area.list(&place, depth).unwrap());
                assert_eq!(both[0], both[1], "{}: {place}, {depth:?}", ground.address);
            }
        }
        assert_eq!(area.list(&place("dev"), Depth::All).unwrap().unwrap().files.len(), 3);
        let path = if ground.address.starts_with("file:") { only_svnserve.path() } else { nothing };
        let variables = [("PATH", path.to_str().unwrap()), ("AREA", &ground.address)];
        let ran = super::trouble::again("areas::lists_an_area_without_svn", &variables);
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    }
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn lists_an_area_without_svn() {
    let (area, _) = dist::open(&[&std::env::var("AREA").unwrap()], &Access::default()).unwrap();
    let (dev, no) = (place("dev"), place("dev/no"));
    let [dev, no] = dist::list_all(&*area, [&dev, &no]).unwrap();
    assert_eq!(dev.unwrap().files.len(), 3);
    assert_eq!(no, None);
}

#[test]
fn a_private_area_is_read_with_the_password() {
    for ground in grounds("dist::private") {
        let Some(server) = ground.server.as_ref().filter(|_| !ground.address.starts_with("file:"))
        else {
            continue;
        };
        let rules = "[groups]\ncommitters = committer, member\n\n[/]\n* =\n@committers = rw\n";
        std::fs::write(server.repository().join("conf/authz"), rules).unwrap();
        let area = ground.committer();
        let candidate = ground.candidate(FILES);
        candidate.stage(&*area, "dev/demo/1.2.4-rc1").unwrap();
        let directory = place("dev/demo/1.2.4-rc1");
        let listing = area.list(&directory, Depth::All).unwrap().unwrap();
        let known = Known::Local(&candidate.local);
        let compared = compare(&*area, &directory, &listing, &candidate.files, known).unwrap();
        // svnserve tells strangers nothing then, and svn reads the bytes.
        let http = ground.address.starts_with("http:");
        let basis = if http { ReadBack::Stored } else { ReadBack::Bytes };
        assert_eq!(compared, (vec![], basis));
        let (own, other) = (FILES[1].0, "a forgery !\n");
        assert_eq!(FILES[1].1.len(), other.len());
        ground.somebody_adds(&format!("dev/demo/1.2.4-rc1/{own}"), other);
        let listing = area.list(&directory, Depth::All).unwrap().unwrap();
        let (differences, _) =
            compare(&*area, &directory, &listing, &candidate.files, known).unwrap();
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert!(differences[0].to_string().contains(own), "{differences:?}");
        let stranger = ground.area((super::support::svn::COMMITTER.0, "a guess"));
        let refused = stranger.list(&directory, Depth::All).unwrap_err();
        assert_eq!(refused.trouble, Trouble::Credentials, "{refused}");
    }
}

#[test]
fn a_program_is_staged_as_any_file() {
    use std::os::unix::fs::PermissionsExt;
    for ground in grounds("dist::program") {
        let area = ground.committer();
        let candidate = ground.candidate(FILES);
        let program = ground.directory.path().join("candidate").join(FILES[0].0);
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        candidate.stage(&*area, "dev/demo/1.2.4-rc1").unwrap();
        assert_eq!(ground.cat(&format!("dev/demo/1.2.4-rc1/{}", FILES[0].0)), FILES[0].1);
        if let Some(server) = &ground.server {
            let marks = server.svn(&["proplist", "-R", &server.at("dev")]);
            assert_eq!((marks.status, &marks.stdout[..]), (0, ""), "{}", ground.address);
        }
    }
}

#[test]
fn a_cancelled_candidate_goes() {
    for ground in grounds("dist::cancel") {
        let area = ground.committer();
        let candidate = ground.candidate(FILES);
        candidate.stage(&*area, "dev/demo/1.2.4-rc1").unwrap();
        ground.somebody_adds("dev/demo/1.2.4-rc1/draft.eml", "oops");
        let directory = place("dev/demo/1.2.4-rc1");
        let plan = || {
            let listing = area.list(&directory, Depth::All).unwrap();
            removal(area.address(), &directory, listing.as_ref(), &candidate.files, "Clear")
        };
        let planned = plan().unwrap();
        let named =
            |what: &str| planned.step.details.iter().any(|(_, value)| value.starts_with(what));
        assert!(named("draft.eml, 4 bytes: we did not stage it"));
        area.apply(&planned.commit).unwrap();
        assert_eq!(plan(), None);
        assert_eq!(ground.cat("dev/demo/1.2.4-rc1/draft.eml"), "oops", "somebody else's");
        candidate.stage(&*area, "dev/demo/1.2.4-rc2").unwrap();
        let directory = place("dev/demo/1.2.4-rc2");
        let listing = area.list(&directory, Depth::All).unwrap();
        let listing = listing.as_ref();
        let planned = removal(area.address(), &directory, listing, &candidate.files, "Clear");
        area.apply(&planned.unwrap().commit).unwrap();
        ground.somebody_removes("dev/demo/1.2.4-rc1");
        assert_eq!(
            ground.tree(),
            ["dev/", "dev/demo/", "release/", "release/demo/", "release/demo/KEYS"]
        );
    }
}

/// A journal in memory.
#[derive(Default)]
struct Notes(Vec<(String, Progress)>);

impl Journal for Notes {
    type Error = std::convert::Infallible;

    fn progress(&self, step: &Step) -> Progress {
        let last = self.0.iter().rev().find(|(id, _)| *id == step.id);
        last.map_or(Progress::NotStarted, |(_, progress)| progress.clone())
    }

    fn started(&mut self, step: &Step) -> Result<(), Self::Error> {
        self.0.push((step.id.clone(), Progress::Started));
        Ok(())
    }

    fn finished(&mut self, step: &Step, outcome: &str) -> Result<(), Self::Error> {
        self.0.push((step.id.clone(), Progress::Finished(outcome.to_owned())));
        Ok(())
    }

    fn failed(&mut self, step: &Step, _: &str) -> Result<(), Self::Error> {
        self.0.push((step.id.clone(), Progress::NotStarted));
        Ok(())
    }
}

fn run(
    area: &dyn DistArea,
    planned: &Planned,
    notes: &mut Notes,
) -> Result<Option<String>, RunError<plusone::backend::dist::AreaError, std::convert::Infallible>> {
    let commits = [(planned.step.id.clone(), planned.commit.clone())].into();
    let mut plan = Plan { purpose: String::new(), steps: vec![planned.step.clone()] };
    plan::run(&mut plan, notes, &mut Committer { area, commits, local: None })?;
    Ok(plan.steps[0].outcome.clone())
}

#[test]
fn what_was_only_started_is_looked_after() {
    for ground in grounds("dist::started") {
        let area = ground.committer();
        let candidate = ground.candidate(FILES);
        let planned = candidate.planned(&*area, "dev/demo/1.2.4-rc1");

        // Started, and nothing happened: it is done now.
        let mut notes = Notes::default();
        notes.started(&planned.step).unwrap();
        let outcome = run(&*area, &planned, &mut notes).unwrap().unwrap();
        let tree = ground.tree();

        // Started, and all of it happened: it is not done again, and has the same outcome.
        let mut notes = Notes::default();
        notes.started(&planned.step).unwrap();
        assert_eq!(run(&*area, &planned, &mut notes).unwrap(), Some(outcome), "{}", ground.address);
        assert!(matches!(notes.progress(&planned.step), Progress::Finished(_)));
        assert_eq!(ground.tree(), tree);

        // Started, and something is there that is neither: a person has to look.
        ground.somebody_removes("dev/demo/1.2.4-rc1");
        ground.somebody_adds("dev/demo/1.2.4-rc1/demo-1.2.4-src.tar.gz", FILES[0].1);
        let mut notes = Notes::default();
        notes.started(&planned.step).unwrap();
        match run(&*area, &planned, &mut notes) {
            Err(RunError::AskPerson { seen, .. }) => {
                assert!(seen.contains("src.tar.gz` are as they should be"), "{seen}");
                assert!(seen.contains("src.tar.gz.asc`"), "{seen}");
            }
            other => panic!("{other:?}"),
        }

        // Not started, and in the way: refused, and written down as not done.
        let mut notes = Notes::default();
        let refused = run(&*area, &planned, &mut notes);
        assert!(matches!(refused, Err(RunError::Failed(_))), "{refused:?}");
        assert_eq!(notes.progress(&planned.step), Progress::NotStarted);
    }
}
