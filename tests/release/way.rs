//! The way of a release, from the tag to the announcement.

use std::fs;

use crate::ground::{Area, CALLED, CLOSED, Ground, PACKAGED, page};
use crate::post::header;
use crate::support::svn::{COMMITTER, PMC_MEMBER, SvnServer};

fn grounds(test: &str) -> Vec<Ground> {
    let servers = [SvnServer::svnserve(test), SvnServer::httpd(test)].into_iter().flatten();
    let areas = servers.map(Area::Svn).chain([Area::Plain]);
    areas.filter_map(|area| Ground::new(test, area, "top-level", "")).collect()
}

#[test]
fn a_release_goes_its_way() {
    for ground in grounds("release::way") {
        // Packaged: the ledger knows, and says what comes next.
        ground.package();
        let status = ground.at(PACKAGED, &["status"]).ok();
        assert!(
            status.stdout.contains("plusone stage --version 1.2.0 --rc 1"),
            "{}",
            status.stdout
        );

        // A dry run shows what it would do and does nothing.
        let shown = ground.at_as(PACKAGED, COMMITTER, &["stage"]).ok().stdout;
        assert!(shown.contains("would    commit 3 files to dev/demo/1.2.0-rc1"), "{shown}");
        assert!(shown.contains("--execute"), "{shown}");
        assert!(staged(&ground).is_empty());
        let plan = ground.at_as(PACKAGED, COMMITTER, &["stage", "--format", "json"]).ok().json();
        assert_eq!(plan["schema"], "plusone.plan/1");
        ground.stage();
        assert_eq!(
            staged(&ground),
            [
                "apache-demo-1.2.0-src.tar.gz",
                "apache-demo-1.2.0-src.tar.gz.asc",
                "apache-demo-1.2.0-src.tar.gz.sha512"
            ]
        );
        // Again: nothing to do, and nothing is done.
        let again = ground.at_as(PACKAGED, COMMITTER, &["stage", "-x"]).ok().stdout;
        assert!(again.contains("It is staged already"), "{again}");
        assert_eq!(ground.events("staged"), 1);

        // The call.
        ground.at(CALLED, &["vote"]).ok();
        assert!(ground.post.mails().is_empty(), "a dry run sends nothing");
        ground.call();
        let call = ground.post.mail("[VOTE]");
        assert_eq!(header(&call, "To"), "dev@demo.apache.org");
        assert!(call.contains("Monday, 23 November 2026, 12:00 UTC"), "{call}");
        let again = ground.at(CALLED, &["vote", "-x"]).ok().stdout;
        assert!(again.contains("It was called on 2026-11-20 12:00 UTC"), "{again}");
        assert_eq!(ground.post.delivered().len(), 1);

        // Nothing is promoted while the vote is open.
        ground.vote();
        let saturday = "2026-11-22T12:00:00Z";
        let open = ground.at(saturday, &["tally", "--version", "1.2.0"]);
        assert_eq!(open.status, 3, "{}", open.stdout);
        let early = ground.at_as(saturday, PMC_MEMBER, &["promote", "-x"]);
        assert_eq!(early.status, 3);
        assert!(early.stdout.contains("the vote has not passed, it is open"), "{}", early.stdout);
        let early = ground.at(saturday, &["result", "-x"]);
        assert_eq!(early.status, 3, "{}", early.stdout);
        let waiting = ground.at(saturday, &["status"]);
        assert_eq!(waiting.status, 3, "{}", waiting.stdout);

        // Counted, told.
        let passed = ground.at(CLOSED, &["tally", "--version", "1.2.0"]).ok().stdout;
        assert!(passed.contains("passed"), "{passed}");
        ground.at(CLOSED, &["result", "-x"]).ok();
        let result = ground.post.mail("[RESULT]");
        assert_eq!(header(&result, "In-Reply-To"), header(&call, "Message-ID"));
        for words in ["Alice Ahn (alice)", "Bob Brook (bob)", "Jane Doe (jane)", "Xaver"] {
            assert!(result.contains(words), "{words} in {result}");
        }
        assert!(!result.contains("xaver@example.org"), "nobody's address is told");

        // What we tell is what we read: the mail has no difference from the count.
        let again = ground.at(CLOSED, &["tally", "--version", "1.2.0"]).ok().stdout;
        assert!(!again.contains("differs"), "{again}");

        // Promoted, by who may.
        if matches!(&ground.area, Area::Svn(server) if server.port.is_some()) {
            let before = released(&ground);
            let refused = ground.at_as(CLOSED, COMMITTER, &["promote", "-x"]);
            assert_eq!(refused.status, 3, "{}", refused.stdout);
            for words in ["svnmucc", "Could a member of the PMC please run"] {
                assert!(refused.stdout.contains(words), "{words} in {}", refused.stdout);
            }
            assert_eq!(released(&ground), before);
        }
        let shown = ground.at_as(CLOSED, PMC_MEMBER, &["promote"]).ok().stdout;
        assert!(shown.contains("would"), "{shown}");
        ground.at_as(CLOSED, PMC_MEMBER, &["promote", "-x"]).ok();
        assert!(staged(&ground).is_empty(), "the staging area is cleared");
        assert_eq!(released(&ground).len(), 3, "{:?}", released(&ground));

        // Announced, not before the world is ready.
        let at_once = ground.at(CLOSED, &["announce", "-x"]);
        assert_eq!(at_once.status, 1, "{}", at_once.stdout);
        assert!(at_once.stdout.contains("A-01"), "{}", at_once.stdout);
        let later = "2026-11-23T14:00:00Z";
        let no_page = ground.at(later, &["announce", "-x"]);
        assert_eq!(no_page.status, 3, "{}", no_page.stdout);
        fs::write(ground.post.path("page"), page("1.1.0")).unwrap();
        let old_page = ground.at(later, &["announce", "-x"]);
        assert_eq!(old_page.status, 1, "{}", old_page.stdout);
        assert!(old_page.stdout.contains("does not name 1.2.0"), "{}", old_page.stdout);
        fs::write(ground.post.path("page"), page("1.2.0")).unwrap();
        ground.at(later, &["announce", "--highlight", "It is here", "-x"]).ok();
        let announced = ground.post.mail("[ANNOUNCE]");
        assert!(header(&announced, "To").contains("announce@apache.org"));
        assert!(announced.contains("- It is here"), "{announced}");

        let done = ground.at(later, &["status"]).ok().stdout;
        assert!(done.contains("released and announced"), "{done}");
        let delivered = ground.post.delivered();
        assert_eq!(delivered.len(), 3, "one mail of each kind: {delivered:?}");
    }
}

/// Names of what is staged.
fn staged(ground: &Ground) -> Vec<String> {
    names(ground, "dev/demo/1.2.0-rc1")
}

fn released(ground: &Ground) -> Vec<String> {
    names(ground, "release/demo/1.2.0")
}

fn names(ground: &Ground, directory: &str) -> Vec<String> {
    match &ground.area {
        Area::Svn(server) => {
            let prefix = format!("{directory}/");
            let tree = server.tree("");
            let below = tree.iter().filter_map(|path| path.strip_prefix(&prefix));
            below.filter(|name| !name.is_empty()).map(str::to_owned).collect()
        }
        Area::Plain => ground.world.names(&ground.world.path("area").join(directory)),
    }
}
