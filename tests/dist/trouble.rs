//! What can go wrong with a server: said clearly, nothing half done, and the next try ends well.

use std::fs;

use plusone::backend::dist::{self, DistArea, MayWrite, Trouble};
use plusone::backend::svn::Access;
use plusone::dist::stage::Staged;
use plusone::dist::{Change, Commit, Revision};

use super::support::svn::{COMMITTER, PMC_MEMBER, READER, SvnServer, Wire};
use super::{FILES, Ground, place};

/// The servers that ask who somebody is.
fn servers(test: &str) -> Vec<Ground> {
    let servers = [SvnServer::svnserve(test), SvnServer::httpd(test)];
    servers.into_iter().flatten().map(Ground::of).collect()
}

fn youngest(ground: &Ground) -> u64 {
    ground.server.as_ref().unwrap().youngest()
}

/// A commit to dist/release.
fn to_release(area: &dyn DistArea) -> Commit {
    let (base, _) = dist::missing_above(area, &place("release/demo/1.0")).unwrap();
    Commit {
        about: place("release/demo/1.0"),
        base,
        changes: vec![Change::MakeDirectory(place("release/demo/1.0"))],
        message: "Release".to_owned(),
    }
}

#[test]
fn the_server_decides_who_may_commit() {
    for ground in servers("dist::who_may") {
        let commit = to_release(&*ground.committer());
        let expect = |who: (&str, &str), trouble| {
            let area = ground.area(who);
            let error = area.apply(&commit).unwrap_err();
            assert_eq!(error.trouble, trouble, "{}: {error}", ground.address);
            assert!(error.nothing_was_done());
            assert!(!format!("{error} {error:?}").contains(who.1), "{error:?}");
            assert_eq!(youngest(&ground), 1);
        };
        expect(COMMITTER, Trouble::Forbidden);
        expect(READER, Trouble::Forbidden);
        expect((COMMITTER.0, "wr0ng"), Trouble::Credentials);
        expect(("nob0dy", "wr0ng"), Trouble::Credentials);
        assert!(Trouble::Forbidden.remedy().contains("PMC"));
        // With nobody's name and an empty store of passwords.
        let config_directory = ground.server.as_ref().map(SvnServer::config_directory);
        let access = Access { config_directory, ..Access::default() };
        let (anonymous, _) = dist::open(&[&ground.address], &access).unwrap();
        assert_eq!(anonymous.apply(&commit).unwrap_err().trouble, Trouble::Credentials);
        // Everybody may read, which says nothing about writing.
        assert!(matches!(anonymous.may_write(&place("release")), MayWrite::Unknown(_)));
        assert!(anonymous.read(&place("release/demo/KEYS"), None, 1000).is_ok());
        assert_eq!(ground.area(PMC_MEMBER).apply(&commit).unwrap(), Revision::Number(2));
    }
}

/// Text that cannot be compressed much, so that as much goes over a wire or onto a disk.
fn noise(length: usize) -> String {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'!' + (state % 90) as u8)
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn a_cut_wire_leaves_nothing_half_done() {
    let random = noise(300_000);
    for ground in servers("dist::cut_wire") {
        let server = ground.server.as_ref().unwrap();
        let port = server.port.unwrap();
        let candidate = ground.candidate(&[("a.tar.gz", &random), ("a.tar.gz.asc", "s")]);
        // From before the first word to the last bytes of the commit.
        let mut failed = 0;
        for (round, bytes) in [0, 100, 700, 2_000, 5_000, 100_000, 240_000].into_iter().enumerate()
        {
            let directory = format!("dev/demo/1.0-rc{round}");
            // What is planned over a good wire is run over the bad one.
            let commit = candidate.commit(&*ground.committer(), &directory);
            let wire = Wire::cut_after(bytes, port);
            let area = ground.area_at(&server.through(wire.port), COMMITTER);
            let before = youngest(&ground);
            match area.apply(&commit) {
                Ok(_) => {}
                Err(error) => {
                    failed += 1;
                    assert_eq!(error.trouble, Trouble::Connection, "{bytes}: {error}");
                    assert!(!error.nothing_was_done());
                    assert!(error.trouble.remedy().contains("again"));
                }
            }
            let after = youngest(&ground);
            assert!(after - before <= 1);
            let tree = server.tree("dev/demo").join("\n");
            assert_eq!(tree.contains(&directory[9..]), after > before, "all or nothing: {tree}");
            // The same again, with the wire mended, ends as it should: one commit.
            wire.mend();
            match candidate.plan(&*area, &directory).unwrap() {
                Staged::Already(_) => assert_eq!(after, before + 1),
                Staged::Planned(planned) => {
                    area.apply(&planned.commit).unwrap();
                }
            }
            assert_eq!(youngest(&ground), before + 1, "{}: {bytes}", ground.address);
        }
        assert!(failed >= 5, "{}: only {failed} of the wires broke", ground.address);
    }
}

#[test]
fn a_killed_plusone_is_taken_up_where_it_was() {
    let kinds = [SvnServer::file, SvnServer::svnserve, SvnServer::httpd];
    for ground in kinds.iter().filter_map(|kind| kind("dist::killed")).map(Ground::of) {
        let work = ground.directory.path();
        fs::create_dir(work.join("candidate")).unwrap();
        let candidate = super::Candidate::at(&work.join("candidate"), &[("a", &noise(400_000))]);
        let server = ground.server.as_ref().unwrap();
        let config = server.config_directory();
        for round in 0..8_u32 {
            let directory = format!("dev/demo/1.0-rc{round}");
            let mut child = std::process::Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "trouble::stages_until_killed", "--ignored", "--nocapture"])
                .envs([("AREA", &ground.address), ("DIRECTORY", &directory)])
                .envs([("WORK", work), ("CONFIG", &config)])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            while !line.contains("now") {
                line.clear();
                assert_ne!(std::io::BufRead::read_line(&mut out, &mut line).unwrap(), 0);
            }
            std::thread::sleep(std::time::Duration::from_millis(12) * round);
            let _ = child.kill();
            let _ = child.wait();
            // Its svnmucc may live on and come first: then we are told so, and look again.
            let before = u64::from(round) + 1;
            let area = ground.committer();
            let staged = (0..20).any(|_| match candidate.plan(&*area, &directory).unwrap() {
                Staged::Already(_) => true,
                Staged::Planned(planned) => match area.apply(&planned.commit) {
                    Ok(_) => false,
                    Err(error) => {
                        assert_eq!(error.trouble, Trouble::Changed, "{error}");
                        false
                    }
                },
            });
            assert!(staged, "{directory}");
            assert_eq!(youngest(&ground), before + 1, "{}: one commit each", ground.address);
        }
    }
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn stages_until_killed() {
    let variable = |name: &str| std::env::var(name).unwrap();
    let file = variable("AREA").starts_with("file:");
    let (name, password) = COMMITTER;
    let access = Access {
        username: (!file).then(|| name.to_owned()),
        password: (!file).then(|| password.into()),
        config_directory: Some(variable("CONFIG").into()),
    };
    let (area, _) = dist::open(&[&variable("AREA")], &access).unwrap();
    let path = std::path::Path::new(&variable("WORK")).join("candidate/a");
    let candidate = super::Candidate::of(&[(place("a"), path)].into());
    let commit = candidate.commit(&*area, &variable("DIRECTORY"));
    println!("now");
    let _ = area.apply(&commit);
}

#[test]
fn a_server_that_is_gone_is_said_to_be() {
    for mut ground in servers("dist::gone") {
        let commit = to_release(&*ground.member());
        ground.server.as_mut().unwrap().stop();
        let error = ground.member().apply(&commit).unwrap_err();
        assert_eq!(error.trouble, Trouble::Connection, "{error}");
        let error = ground.member().list(&place("dev"), dist::Depth::All).unwrap_err();
        assert_eq!(error.trouble, Trouble::Connection, "{error}");
    }
}

#[test]
fn addresses_without_a_repository_are_said_to_be() {
    let Some(server) = SvnServer::httpd("dist::addresses") else { return };
    let ground = Ground::of(server);
    let trouble = |address: &str| {
        let area = ground.area_at(address, COMMITTER);
        let error = area.list(&place("dev"), dist::Depth::All).unwrap_err();
        assert!(error.to_string().contains(address), "{error}");
        error.trouble
    };
    let port = ground.server.as_ref().unwrap().port.unwrap();
    assert_eq!(trouble(&format!("http://127.0.0.1:{port}/elsewhere")), Trouble::NotAnArea);
    assert_eq!(trouble("file:///nowhere/at/all"), Trouble::NotAnArea);
    assert_eq!(trouble("http://no-such-host.invalid/repos"), Trouble::UnknownHost);
    assert_eq!(trouble("svn://no-such-host.invalid/repos"), Trouble::UnknownHost);
}

#[test]
fn a_hook_says_why() {
    for ground in servers("dist::hook") {
        ground.server.as_ref().unwrap().hook("pre-commit", "echo 'only on Mondays' >&2; exit 1");
        let error = ground.candidate(FILES).stage(&*ground.committer(), "dev/demo/1").unwrap_err();
        assert_eq!(error.trouble, Trouble::Hook, "{error}");
        assert!(error.to_string().contains("only on Mondays"), "{error}");
        assert!(error.nothing_was_done());
        assert_eq!(youngest(&ground), 1);
    }
}

#[test]
fn a_full_server_takes_nothing() {
    for ground in super::grounds("dist::full") {
        // A small filesystem where the repository keeps what comes in; only root can make one.
        let inbox = match &ground.server {
            Some(server) => server.repository().join("db/txn-protorevs"),
            None => ground.directory.path().join("area/dev/demo"),
        };
        let Some(_mount) = Mount::small(&inbox) else {
            super::support::not_run("dist::full", "a small filesystem cannot be mounted");
            return;
        };
        let candidate = ground.candidate(&[("a.tar.gz", &noise(2_000_000))]);
        let before = ground.tree();
        let area = ground.committer();
        let error = candidate.stage(&*area, "dev/demo/1.0-rc1").unwrap_err();
        assert_eq!(error.trouble, Trouble::Full, "{}: {error}", ground.address);
        assert!(error.nothing_was_done());
        assert_eq!(ground.tree(), before, "{}", ground.address);
    }
}

/// A filesystem of half a megabyte.
struct Mount(std::path::PathBuf);

impl Mount {
    fn small(at: &std::path::Path) -> Option<Self> {
        fs::create_dir_all(at).unwrap();
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=512k,mode=777", "tmpfs"]).arg(at);
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// This test binary again, for one test of it, as a program of its own.
pub(super) fn again(test: &str, variables: &[(&str, &str)]) -> std::process::Output {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--ignored", "--test-threads=1"]);
    command.envs(variables.iter().copied()).output().unwrap()
}

#[test]
fn passwords_stay_out_of_sight() {
    for ground in servers("dist::passwords") {
        let bin = ground.directory.path().join("bin");
        let log = ground.directory.path().join("log");
        fs::create_dir(&bin).unwrap();
        // What any user of the machine can see: command lines; and what a child could pass on.
        for program in ["svn", "svnmucc"] {
            let real = super::support::ran(std::process::Command::new("sh").args([
                "-c",
                "command -v \"$0\"",
                program,
            ]));
            let script = format!(
                "#!/bin/sh\n{{ echo \"$0 $*\"; env; ps -eo args; }} >>'{}'\nexec {} \"$@\"\n",
                log.display(),
                real.stdout.trim()
            );
            super::support::svn::executable(&bin.join(program), &script);
        }
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let config = ground.server.as_ref().unwrap().config_directory();
        let (home, config) = (ground.directory.path().to_str().unwrap(), config.to_str().unwrap());
        let ran = again(
            "trouble::stages_with_a_password_from_a_file",
            &[("PATH", &path), ("AREA", &ground.address), ("WORK", home), ("CONFIG", config)],
        );
        let said = String::from_utf8_lossy(&ran.stdout) + String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{said}");
        assert_eq!(youngest(&ground), 2, "{said}");
        let log = fs::read_to_string(log).unwrap();
        assert!(log.contains("/svn import") && log.contains("--password-from-stdin"), "{log}");
        assert!(!log.contains(COMMITTER.1), "{log}");
        assert!(!said.contains(COMMITTER.1), "{said}");
        // Nor does svn keep it.
        let kept = super::support::ran(std::process::Command::new("grep").args([
            "-r",
            COMMITTER.1,
            config,
        ]));
        assert_ne!(kept.status, 0, "{}", kept.stdout);
    }
}

#[test]
#[ignore = "run by the test above, in a process of its own"]
fn stages_with_a_password_from_a_file() {
    let variable = |name: &str| std::env::var(name).unwrap();
    let work = std::path::PathBuf::from(variable("WORK"));
    fs::write(work.join("password"), format!("{}\nmore\n", COMMITTER.1)).unwrap();
    let line = format!("cat '{}/password'", work.display());
    let access = Access {
        username: Some(COMMITTER.0.to_owned()),
        password: plusone::backend::svn::Password::from_command(&line).unwrap(),
        config_directory: Some(variable("CONFIG").into()),
    };
    println!("{access:?}");
    let (area, _) = dist::open(&[&variable("AREA")], &access).unwrap();
    let candidate = super::Candidate::at(&work.join("candidate"), FILES);
    candidate.stage(&*area, "dev/demo/1.2.4-rc1").unwrap();
    // An error shows no password either.
    println!("{:?}", area.apply(&to_release(&*area)));
}
