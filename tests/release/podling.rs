//! A podling's release: two votes, each with its own list and its own roster.

use std::fs;

use crate::ground::{Area, CALLED, CLOSED, Ground, PACKAGED, page};
use crate::post::header;
use crate::support::svn::SvnServer;

/// The Incubator's committee; one of them votes on the podling's list already.
const IPMC: &str = "alice  Alice Ahn   alice@apache.org\n\
                    mike   Mike Meyer  mike@apache.org\n\
                    nina   Nina Novak  nina@apache.org\n";

fn rosters<'a>(ppmc: &'a str, ipmc: &'a str) -> [&'a str; 4] {
    ["--roster", ppmc, "--roster", ipmc]
}

#[test]
fn a_podling_needs_both_votes() {
    let Some(server) = SvnServer::file("release::podling") else { return };
    let area = Area::Svn(server);
    let Some(ground) = Ground::new("release::podling", area, "podling", "") else { return };
    ground.world.write(
        "DISCLAIMER",
        "Apache Demo is an effort undergoing incubation at The Apache Software Foundation (ASF), \
         sponsored by the Apache Incubator. Incubation is required of all newly accepted projects \
         until a further review indicates that the infrastructure, communications, and decision \
         making process have stabilized in a manner consistent with other successful ASF projects. \
         While incubation status is not necessarily a reflection of the completeness or stability \
         of the code, it does indicate that the project has yet to be fully endorsed by the ASF.\n",
    );
    ground.world.commit("disclaimer");
    ground.world.git(&["tag", "-f", "v1.2.0-rc1"]);
    let ipmc_file = ground.world.path("ipmc.txt");
    fs::write(&ipmc_file, IPMC).unwrap();
    let (ppmc, ipmc) = ("ppmc=members.txt".to_owned(), format!("ipmc={}", ipmc_file.display()));
    let rosters = rosters(&ppmc, &ipmc);

    ground.package();
    ground.stage();
    ground.call();
    let call = ground.post.mail("[VOTE]");
    assert_eq!(header(&call, "To"), "dev@demo.apache.org");
    assert!(call.contains("apache-demo-1.2.0-incubating-src.tar.gz"), "{call}");
    ground.vote();
    let counted = ground
        .at(CLOSED, &[&["tally", "--version", "1.2.0", "--round", "ppmc"][..], &rosters].concat());
    counted.ok();
    ground.at(CLOSED, &["result", "-x"]).ok();
    assert!(ground.post.mail("[RESULT]").contains("general@incubator.apache.org"));
    let half = ground.at(CLOSED, &["status"]).ok().stdout;
    assert!(half.contains("The vote of the IPMC is still needed"), "{half}");
    // One vote is not enough (V-08).
    let refused = ground.at(CLOSED, &["promote", "-x"]);
    assert_ne!(refused.status, 0, "{}", refused.stdout);

    // The second: it tells of the first, and carries over the vote of the member who voted there.
    ground.at(CLOSED, &["vote", "-x"]).ok();
    let second = ground.post.mail("[VOTE]");
    assert_eq!(header(&second, "To"), "general@incubator.apache.org");
    assert!(second.contains("The podling's own vote passed"), "{second}");
    assert!(second.contains("carried over: Alice Ahn"), "{second}");
    let answer = |from: &str, date: &str| ground.post.answer(from, date, &second, "+1 (binding)");
    answer("Mike Meyer <mike@apache.org>", "Mon, 23 Nov 2026 15:00:00 +0000");
    answer("Nina Novak <nina@apache.org>", "Mon, 23 Nov 2026 16:00:00 +0000");
    let over = "2026-11-26T13:00:00Z";
    let both = [&["tally", "--version", "1.2.0", "--round", "both"][..], &rosters].concat();
    let counted = ground.at(over, &both).ok();
    assert!(counted.stdout.contains("Alice Ahn"), "{}", counted.stdout);
    ground.at(over, &["result", "-x"]).ok();
    let told = ground.post.mail("[RESULT]");
    assert_eq!(header(&told, "To"), "general@incubator.apache.org");
    assert!(told.contains("Alice Ahn (alice)"), "{told}");
    ground.at(over, &["promote", "-x"]).ok();
    fs::write(ground.post.path("page"), page("1.2.0")).unwrap();
    ground.at("2026-11-26T15:00:00Z", &["announce", "-x"]).ok();
    let announced = ground.post.mail("[ANNOUNCE]");
    assert!(announced.contains("Apache Demo (Incubating)"), "{announced}");
    assert!(announced.contains("undergoing incubation"), "{announced}");
    let _ = (CALLED, PACKAGED);
}
