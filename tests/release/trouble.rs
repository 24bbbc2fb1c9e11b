//! What can go wrong on the way, and that nothing is lost or done twice then.

use std::fs;

use crate::ground::{Area, CALLED, CLOSED, Ground, PACKAGED};
use crate::support::svn::{COMMITTER, PMC_MEMBER, SvnServer};

fn ground(test: &str) -> Option<Ground> {
    Ground::new(test, Area::Svn(SvnServer::file(test)?), "top-level", "")
}

/// A candidate with its call sent.
fn called(test: &str) -> Option<Ground> {
    let ground = ground(test)?;
    ground.package();
    ground.stage();
    ground.call();
    Some(ground)
}

#[test]
fn a_mail_that_may_have_been_sent_is_never_sent_again() {
    let Some(ground) = ground("release::lost_answer") else { return };
    ground.package();
    ground.stage();
    // The server takes the mail and is gone; the archive has nothing yet.
    ground.post.set("drop", true);
    ground.post.set("lag", true);
    ground
        .at(CALLED, &["vote", "-x"])
        .fails(3, &["it may have been sent", "run the same command again"]);
    assert_eq!(ground.post.delivered().len(), 1);
    ground.post.set("drop", false);
    let asks = ground.at("2026-11-20T12:10:00Z", &["vote", "-x"]);
    asks.fails(3, &["is not in the archive", "by 2026-11-20 13:00 UTC", "status --settle"]);
    assert_eq!(ground.post.delivered().len(), 1);
    let unfinished = ground.at("2026-11-20T12:10:00Z", &["status"]).ok().stdout;
    assert!(unfinished.contains("begun and not finished"), "{unfinished}");
    // It arrives: the vote was called when it was sent, not when that was seen.
    ground.post.set("lag", false);
    let found = ground.at("2026-11-20T12:20:00Z", &["vote", "-x"]).ok().stdout;
    assert!(found.contains("it is in the archive"), "{found}");
    assert_eq!(ground.post.delivered().len(), 1);
    assert!(ground.ledger().contains("\"opened\":\"2026-11-20T12:00:00Z\""), "{}", ground.ledger());
}

#[test]
fn a_person_can_say_what_became_of_a_mail() {
    let Some(ground) = ground("release::settle") else { return };
    ground.package();
    ground.stage();
    for word in ["drop", "lag"] {
        ground.post.set(word, true);
    }
    ground.at(CALLED, &["vote", "-x"]).fails(3, &["it may have been sent"]);
    ground.post.set("drop", false);
    let status = ground.at(CALLED, &["status", "--format", "json"]).json();
    let steps = status["versions"][0]["candidates"][0]["steps"].as_object().unwrap();
    let (id, _) = steps.iter().find(|(_, step)| step["progress"] == "started").unwrap();
    ground.at(CALLED, &["status", "--settle", "0000=done"]).fails(2, &["no ledger has a step"]);
    ground.at(CALLED, &["status", "--settle", &format!("{id}=maybe")]).fails(2, &["not-done"]);
    let done = format!("{id}=done");
    ground.at(CALLED, &["status", "--settle", &done, "--note", "Alice has it"]).ok();
    ground.at(CALLED, &["vote", "-x"]).ok();
    assert_eq!(ground.post.delivered().len(), 1);
    assert_eq!(ground.events("vote-called"), 1);
}

#[test]
fn a_mail_that_was_refused_is_composed_anew() {
    let Some(ground) = ground("release::refused") else { return };
    ground.package();
    ground.stage();
    ground.post.set("refuse", true);
    ground.at(CALLED, &["vote", "-x"]).fails(3, &["not today", "nobody got it"]);
    ground.post.set("refuse", false);
    ground.at("2026-11-20T15:00:00Z", &["vote", "-x"]).ok();
    let call = ground.post.mail("[VOTE]");
    assert!(call.contains("23 November 2026, 15:00 UTC"), "it closes 72 hours after it was sent");
    assert!(!ground.ledger().contains("s3cret"), "no secret is in the ledger");
}

#[test]
fn errors_of_the_candidate_stop_it() {
    let Some(ground) = ground("release::bad_candidate") else { return };
    // The class `Main` of Java 8, with nothing in it, assembled by hand (JVM specification, 4.1).
    let class = b"\xca\xfe\xba\xbe\0\0\0\x34\0\x05\x07\0\x02\x01\0\x04Main\x07\0\x04\x01\0\x10java/lang/Object\0\x20\0\x01\0\x03\0\0\0\0\0\0\0\0";
    ground.world.write("src/Main.class", class);
    ground.world.commit("oops");
    ground.world.git(&["tag", "v1.2.0-rc2"]);
    ground.at(PACKAGED, &["package", "--version", "1.2.0", "--rc", "2"]).ok();
    let stopped = ground.at(PACKAGED, &["stage", "--version", "1.2.0", "--rc", "2", "-x"]);
    assert_eq!(stopped.status, 1, "{}", stopped.stdout);
    for words in ["src/Main.class", "archive-no-compiled-code", "Nothing was sent"] {
        assert!(stopped.stdout.contains(words), "{words} in {}", stopped.stdout);
    }
    assert!(!stopped.stdout.contains("Next:"), "the same again would end the same");
    let Area::Svn(server) = &ground.area else { return };
    assert_eq!(server.youngest(), 1);
}

#[test]
fn what_is_incomplete_or_other_is_not_staged() {
    let Some(ground) = ground("release::incomplete") else { return };
    ground.at(PACKAGED, &["stage"]).fails(2, &["it is not said which version", "--version"]);
    ground
        .at(PACKAGED, &["stage", "--version", "1.2.0", "--rc", "1"])
        .fails(2, &["there is no candidate in", "plusone package --version 1.2.0 --rc 1"]);
    ground.package();
    let directory = ground.world.repo("dist/1.2.0-rc1");
    let signature = directory.join("apache-demo-1.2.0-src.tar.gz.asc");
    let bytes = fs::read(&signature).unwrap();
    fs::remove_file(&signature).unwrap();
    ground
        .at(PACKAGED, &["stage", "-x"])
        .fails(2, &["lacks apache-demo-1.2.0-src.tar.gz.asc", "plusone sign"]);
    fs::write(&signature, bytes).unwrap();
    // A note of the release manager's stays here.
    fs::write(directory.join("todo.txt"), "call mother").unwrap();
    let staged = ground.at_as(PACKAGED, COMMITTER, &["stage", "-x"]).ok().stdout;
    assert!(staged.contains("left here: todo.txt"), "{staged}");
    // Other bytes under the same name are another candidate.
    let archive = directory.join("apache-demo-1.2.0-src.tar.gz");
    let mut bytes = fs::read(&archive).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&archive, bytes).unwrap();
    ground.at(PACKAGED, &["stage", "-x"]).fails(2, &["are not those that were packaged"]);
    ground
        .at(PACKAGED, &["stage", "-x", "--from", "dist/1.2.0-rc1"])
        .fails(2, &["is there already and differs", "take the next --rc"]);
}

#[test]
fn only_what_was_voted_on_is_promoted() {
    let Some(ground) = called("release::changed") else { return };
    ground.vote();
    ground.at(CLOSED, &["tally", "--version", "1.2.0"]).ok();
    let Area::Svn(server) = &ground.area else { return };
    // Somebody changes a file after the call.
    let local = ground.world.path("other");
    fs::write(&local, "other bytes").unwrap();
    let path = "dev/demo/1.2.0-rc1/apache-demo-1.2.0-src.tar.gz";
    server.commit(&["put", local.to_str().unwrap(), path]);
    ground
        .at(CLOSED, &["promote", "-x"])
        .fails(2, &["changed in revision 3, but the vote was on revision 2", "another vote"]);
    // Staged again as if nothing had been: the ledger follows, the call does not.
    ground.at(CLOSED, &["status", "--version", "1.2.0", "--rc", "1", "--rebuild"]);
    let refused = ground.at(CLOSED, &["promote", "-x"]);
    refused
        .fails(2, &["is not what the call to vote", "the SHA-512 of apache-demo-1.2.0-src.tar.gz"]);
    assert_eq!(server.youngest(), 3);
}

#[test]
fn what_somebody_else_released_is_noticed() {
    let Some(ground) = called("release::by_others") else { return };
    ground.vote();
    ground.at(CLOSED, &["tally", "--version", "1.2.0"]).ok();
    ground.at(CLOSED, &["result", "-x"]).ok();
    let before = ground.at(CLOSED, &["status"]).ok().stdout;
    assert!(before.contains("plusone promote"), "{before}");
    let Area::Svn(server) = &ground.area else { return };
    server.commit(&["mv", "dev/demo/1.2.0-rc1", "release/demo/1.2.0"]);
    let offline = ground.at(CLOSED, &["status", "--offline"]).ok().stdout;
    assert!(offline.contains("plusone promote"), "{offline}");
    let after = ground.at(CLOSED, &["status"]);
    assert!(after.stdout.contains("by somebody else"), "{}", after.stdout);
    assert!(after.stdout.contains("plusone announce"), "{}", after.stdout);
    assert_eq!(after.status, 3, "it waits for the download servers");
    // Promoting is done; nothing is done again.
    ground.at_as(CLOSED, PMC_MEMBER, &["promote", "-x"]).ok();
    assert_eq!(server.youngest(), 3);
}

#[test]
fn a_lost_ledger_is_made_anew() {
    let Some(ground) = called("release::rebuild") else { return };
    ground.vote();
    ground.at(CLOSED, &["tally", "--version", "1.2.0"]).ok();
    ground.at(CLOSED, &["result", "-x"]).ok();
    let known = |time: &str| {
        let json = ground.at(time, &["status", "--format", "json"]).json();
        let candidate = &json["versions"][0]["candidates"][0];
        let staged = &candidate["staged"];
        let round = &candidate["rounds"][0];
        (
            candidate["standing"].clone(),
            staged["files"].clone(),
            staged["revision"].clone(),
            staged["signer"]["fingerprint"].clone(),
            round["message_id"].clone(),
            round["closes"].clone(),
            round["counts"].clone(),
            round["result"]["message_id"].clone(),
        )
    };
    let before = known(CLOSED);
    fs::remove_dir_all(ground.world.repo(".plusone")).unwrap();
    ground
        .at(CLOSED, &["status", "--version", "9.9.9", "--rc", "1", "--rebuild"])
        .fails(2, &["neither the tag nor the dist area knows demo 9.9.9 rc1"]);
    let later = "2026-11-23T12:45:00Z";
    ground.at(later, &["status", "--version", "1.2.0", "--rc", "1", "--rebuild"]).ok();
    assert_eq!(known(later), before);
    // And the release goes on from there, once more rebuilt when it is out.
    let promoted = ground.at(later, &["promote", "-x"]).ok().stdout;
    // The release's own tag is proposed, on the commit that was voted on.
    assert!(promoted.contains("v1.2.0-rc1^{}"), "{promoted}");
    fs::write(ground.post.path("page"), crate::ground::page("1.2.0")).unwrap();
    ground.at("2026-11-23T15:00:00Z", &["announce", "-x"]).ok();
    let rebuilt = ground
        .at("2026-12-01T12:00:00Z", &["status", "--version", "1.2.0", "--rc", "1", "--rebuild"]);
    assert!(
        rebuilt.stdout.contains("released and announced"),
        "{}{}",
        rebuilt.stdout,
        rebuilt.stderr
    );
    ground.at("2026-11-23T15:00:00Z", &["announce", "--version", "1.2.0", "-x"]).ok();
    assert_eq!(ground.post.delivered().len(), 3, "nothing is announced twice");
    assert!(ground.home().join("ledger.jsonl.1").is_file(), "the old one is kept");
}

#[test]
fn nothing_is_begun_anew_without_the_ledger() {
    let Some(ground) = called("release::lost") else { return };
    let name = ["--version", "1.2.0", "--rc", "1"];
    let run =
        |command: &str, more: &[&str]| ground.at(CLOSED, &[&[command][..], &name, more].concat());
    let ledger = ground.home().join("ledger.jsonl");
    let whole = fs::read_to_string(&ledger).unwrap();
    // A newer plusone went on with it: what it wrote is not understood, and nothing is done.
    fs::write(&ledger, whole.replace("\"schema\":1,", "\"schema\":2,")).unwrap();
    for command in ["status", "stage", "vote"] {
        run(command, if command == "status" { &[] } else { &["-x"] })
            .fails(3, &["a newer plusone wrote it, in form 2", "use the plusone that wrote it"]);
    }
    // A line that nobody can read may have been the call.
    let damaged = whole.replace("\"event\":\"vote-called\"", "\"event\":\"vote-called");
    assert_ne!(damaged, whole);
    fs::write(&ledger, damaged).unwrap();
    run("vote", &["-x"])
        .fails(3, &["cannot be gone by", "status --version 1.2.0 --rc 1 --rebuild"]);
    // It is gone.
    fs::remove_dir_all(ground.world.repo(".plusone")).unwrap();
    let rebuild = "plusone status --version 1.2.0 --rc 1 --rebuild";
    for command in ["vote", "stage"] {
        let told = run(command, &["-x"]);
        assert_eq!(told.status, 3, "{command}: {}{}", told.stdout, told.stderr);
        for words in ["the ledger (.plusone) does not know", rebuild] {
            let text: Vec<&str> = told.stdout.split_whitespace().collect();
            assert!(text.join(" ").contains(words), "{command}: {}", told.stdout);
        }
    }
    assert!(!ledger.is_file(), "nothing was written down");
    // As if the archive could not be asked when it was made anew.
    run("status", &["--rebuild"]);
    let text = fs::read_to_string(&ledger).unwrap();
    assert!(text.contains("vote-called"), "{text}");
    let until: Vec<&str> = text.lines().take_while(|line| !line.contains("vote-called")).collect();
    fs::write(&ledger, until.join("\n") + "\n").unwrap();
    let told = run("vote", &["-x"]);
    assert_eq!(told.status, 3, "{}{}", told.stdout, told.stderr);
    let text: Vec<&str> = told.stdout.split_whitespace().collect();
    assert!(text.join(" ").contains("has a call to this vote"), "{}", told.stdout);
    assert_eq!(ground.post.delivered().len(), 1, "the vote was called once");
}

#[test]
fn without_numbers_the_next_candidate_is_not_the_one_before() {
    let Some(ground) = ground("release::unnumbered") else { return };
    let settings = fs::read_to_string(ground.world.repo("plusone.toml")).unwrap();
    let settings = settings.replace("[dist]\n", "[dist]\ndev_directory = \"{version}\"\n");
    ground.world.write("plusone.toml", settings + "[naming]\ncandidate_tag = \"v{version}\"\n");
    ground.world.commit("without numbers");
    ground.world.git(&["tag", "v1.2.0"]);
    let run = |words: &[&str]| ground.at(CALLED, &[words, &["--version", "1.2.0"]].concat()).ok();
    run(&["package"]);
    run(&["stage", "-x"]);
    run(&["vote", "-x"]);
    run(&["cancel", "--reason", "NOTICE names the wrong year", "-x"]);
    ground.world.write("README.md", "another text");
    ground.world.commit("mended");
    ground.world.git(&["tag", "-f", "v1.2.0"]);
    run(&["package", "--force"]);
    let staged = run(&["stage", "-x"]).stdout;
    assert!(staged.contains("Next:\n  plusone vote --version 1.2.0\n"), "{staged}");
    let next = ground.at(CALLED, &["status", "--version", "1.2.0"]).ok().stdout;
    assert!(
        next.contains("plusone vote --version 1.2.0") && !next.contains("plusone cancel"),
        "{next}"
    );
    let later = ["vote", "--version", "1.2.0", "-x"];
    ground.at("2026-11-21T12:00:00Z", &later).ok();
    assert_eq!(ground.post.delivered().len(), 3, "called, cancelled, called");
}

#[test]
fn a_cancelled_candidate_is_followed_by_another() {
    let Some(ground) = called("release::cancel") else { return };
    let friday = "2026-11-20T18:00:00Z";
    ground.at(friday, &["cancel", "-x"]).fails(2, &["without a reason", "--reason"]);
    let reason = ["cancel", "--reason", "NOTICE names the wrong year"];
    let shown = ground.at(friday, &reason).ok().stdout;
    assert!(shown.contains("would"), "{shown}");
    let done = ground.at(friday, &[&reason[..], &["-x"]].concat()).ok().stdout;
    assert!(done.contains("plusone package --version 1.2.0 --rc 2"), "{done}");
    let mail = ground.post.mail("[CANCEL]");
    assert!(mail.contains("[CANCEL] [VOTE] Release Apache Demo 1.2.0 RC1"), "{mail}");
    assert!(mail.contains("NOTICE names the wrong year"), "{mail}");
    let Area::Svn(server) = &ground.area else { return };
    assert!(!server.tree("").iter().any(|path| path.contains("1.2.0-rc1")));
    // The votes that come all the same change nothing.
    ground.vote();
    let counted = ground.at(CLOSED, &["tally", "--version", "1.2.0", "--rc", "1"]);
    assert_eq!(counted.status, 1, "{}", counted.stdout);
    let refused = ground.at(CLOSED, &["promote", "--version", "1.2.0", "--rc", "1", "-x"]);
    refused.fails(2, &["was removed from the staging area"]);
    ground.world.git(&["tag", "v1.2.0-rc2"]);
    ground.at(CLOSED, &["package", "--version", "1.2.0", "--rc", "2"]).ok();
    ground.at(CLOSED, &["stage", "-x"]).ok();
    let next = ground.at(CLOSED, &["status"]).ok().stdout;
    assert!(next.contains("plusone vote --version 1.2.0 --rc 2"), "{next}");
}

#[test]
fn short_votes_need_the_reason_of_the_pmc() {
    let Some(ground) = ground("release::expedited") else { return };
    ground.package();
    ground.stage();
    ground.at(CALLED, &["vote", "--hours", "24"]).fails(2, &["at least 72 hours", "--expedited"]);
    let words = ["vote", "--hours", "24", "--expedited", "CVE-2026-1 is exploited", "-x"];
    let shown = ground.at(CALLED, &words).ok().stdout;
    assert!(shown.contains("CVE-2026-1 is exploited"), "{shown}");
    ground.vote();
    ground.at("2026-11-21T12:30:00Z", &["tally", "--version", "1.2.0"]);
    let early = "2026-11-22T12:30:00Z";
    ground.at(early, &["tally", "--version", "1.2.0"]).ok();
}

#[test]
fn a_person_edits_the_mail_and_loses_nothing() {
    let Some(mut ground) = ground("release::edit") else { return };
    ground.package();
    ground.stage();
    let editor = ground.world.path("editor");
    crate::support::svn::executable(
        &editor,
        "#!/bin/sh\nsed -i 's/^Hello,/Dear friends,/; s/^Jane Doe$/<your name>/' \"$1\"\n",
    );
    ground.world.variables.push(("EDITOR".to_owned(), editor.display().to_string()));
    // A hole that was left: stopped, and the text is kept.
    let stopped = ground.at(CALLED, &["vote", "--edit", "-x"]);
    assert_eq!(stopped.status, 1, "{}{}", stopped.stdout, stopped.stderr);
    assert!(stopped.stdout.contains("<your name>"), "{}", stopped.stdout);
    assert!(stopped.stderr.contains("--draft"), "{}", stopped.stderr);
    let draft = ground.home().join("vote-rc1.txt");
    let text = fs::read_to_string(&draft).unwrap();
    assert!(text.contains("Dear friends,"), "{text}");
    fs::write(&draft, text.replace("<your name>", "Jane Doe")).unwrap();
    ground.at(CALLED, &["vote", "--draft", draft.to_str().unwrap(), "-x"]).ok();
    let sent = ground.post.mail("[VOTE]");
    assert!(sent.contains("Dear friends,") && !sent.contains("your name"), "{sent}");
    // A template of one's own with a mistake: the line, with a caret below it.
    let template = ground.world.path("result.txt");
    fs::write(&template, "Subject: x\nTo: {{ to | join(\", \") }}\n\nHello {{ nobody }}\n")
        .unwrap();
    ground.vote();
    ground.at(CLOSED, &["tally", "--version", "1.2.0"]).ok();
    let words = ["result", "--template", template.to_str().unwrap()];
    ground.at(CLOSED, &words).fails(2, &["nobody", "^^^^", "Hello {{ nobody }}"]);
}

#[test]
fn mails_can_be_files_for_a_mail_program() {
    let Some(ground) = Ground::new(
        "release::eml",
        Area::Plain,
        "plain",
        "[announce]\nto = [\"users@demo.example\"]\n",
    ) else {
        return;
    };
    ground.package();
    ground.stage();
    let shown = ground.at(CALLED, &["vote", "--transport", "eml", "-x"]).ok().stdout;
    let path = ground.home().join("vote-rc1.eml");
    assert!(shown.contains(path.to_str().unwrap()), "{shown}");
    assert!(shown.contains("xdg-open") || shown.contains("`open"), "{shown}");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("X-Unsent: 1\r\n"), "{text}");
    assert!(ground.post.delivered().is_empty());
    // What it tells voters to do can be done where the directory is.
    let area = ground.world.path("area/dev/demo/1.2.0-rc1").display().to_string();
    assert!(text.contains(&format!("cp -R {area}/ candidate")), "{text}");
    assert!(!text.contains("curl -fsSO"), "{text}");
    let address = format!("directory:{area}/");
    assert!(text.contains(&format!("plusone verify {address}")), "{text}");
    let verified = ground.at(CALLED, &["verify", &address, "--keys", "none"]).stdout;
    assert!(verified.contains("\ndemo-1.2.0-src.tar.gz"), "{verified}");
    // Written once, however often it is asked for.
    ground.at(CALLED, &["vote", "--transport", "eml", "-x"]).ok();
    assert!(!ground.home().join("vote-rc1-2.eml").exists());
    let out = ground.world.path("drafts");
    fs::create_dir(&out).unwrap();
    let words = ["vote", "--again", "--transport", "eml", "--out", out.to_str().unwrap(), "-x"];
    ground.at("2026-11-20T13:00:00Z", &words).ok();
    assert_eq!(ground.world.names(&out), ["vote-rc1.eml"]);
}

/// Mail programs give mails ids of their own, and people send them when they like.
#[test]
fn the_call_is_the_one_that_is_on_the_list() {
    let Some(ground) = ground("release::other_id") else { return };
    ground.package();
    ground.stage();
    ground.at(CALLED, &["vote", "--transport", "eml", "-x"]).ok();
    let draft = fs::read_to_string(ground.home().join("vote-rc1.eml")).unwrap();
    let sent: String = draft
        .lines()
        .filter(|line| !line.starts_with("X-Unsent"))
        .map(|line| match line.split(": ").next() {
            Some("Message-ID") => "Message-ID: <own@mail.program>\r\n".to_owned(),
            Some("Date") => "Date: Fri, 20 Nov 2026 14:00:00 +0000\r\n".to_owned(),
            _ => format!("{line}\r\n"),
        })
        .collect();
    fs::write(ground.post.path("mails/0001.eml"), sent).unwrap();
    let call = ground.post.mail("[VOTE]");
    let votes = [
        "Alice Ahn <alice@apache.org>",
        "Bob Brook <bob@apache.org>",
        "Carol Cruz <carol@apache.org>",
    ];
    for from in votes {
        ground.post.answer(from, "Sat, 21 Nov 2026 09:00:00 +0000", &call, "+1");
    }
    // The mail says noon; nothing else is known of when it was sent.
    ground.at("2026-11-23T15:00:00Z", &["tally", "--version", "1.2.0"]).ok();
    assert_eq!(ground.events("vote-called"), 2);
    ground.at("2026-11-23T15:00:00Z", &["tally", "--version", "1.2.0"]).ok();
    assert_eq!(ground.events("vote-called"), 2, "it is noted once");
    ground.at("2026-11-23T15:00:00Z", &["result", "-x"]).ok();
    let result = ground.post.mail("[RESULT]");
    assert_eq!(crate::post::header(&result, "In-Reply-To"), "<own@mail.program>");
}

#[test]
fn links_are_asked_for_when_that_is_wanted() {
    let Some(ground) = ground("release::links") else { return };
    ground.package();
    ground.stage();
    ground
        .at(CALLED, &["vote", "--without", "nonsense"])
        .fails(2, &["no check of mails `nonsense`"]);
    // No server of that name answers here.
    let asked = ground.at(CALLED, &["vote", "--check-links"]);
    assert_eq!(asked.status, 1, "{}{}", asked.stdout, asked.stderr);
    assert!(asked.stdout.contains("mail-links-resolve"), "{}", asked.stdout);
    assert!(asked.stdout.contains("https://downloads.apache.org/demo/KEYS"), "{}", asked.stdout);
    let words = ["vote", "--check-links", "--without", "mail-links-resolve", "-x"];
    let sent = ground.at(CALLED, &words).ok().stdout;
    assert!(sent.contains("Left out on purpose: mail-links-resolve"), "{sent}");
}

#[test]
fn two_at_once_do_not_act() {
    let Some(ground) = ground("release::busy") else { return };
    ground.package();
    let lock = fs::File::create(ground.home().join("lock")).unwrap();
    lock.lock().unwrap();
    ground
        .at(PACKAGED, &["stage", "-x"])
        .fails(3, &["another plusone is at work on version 1.2.0", "wait until it is done"]);
    // Looking is free.
    ground.at(PACKAGED, &["stage"]).ok();
    drop(lock);
    ground.at(PACKAGED, &["stage", "-x"]).ok();
}

#[test]
fn the_program_sendmail_does_as_well() {
    let Some(ground) = ground("release::sendmail") else { return };
    ground.package();
    ground.stage();
    let program = ground.world.path("sendmail");
    let got = ground.world.path("got");
    let script = format!("#!/bin/sh\necho \"$@\" > {0}.args\ncat > {0}\n", got.display());
    crate::support::svn::executable(&program, &script);
    let settings = ground.world.path("home/.config/plusone/config.toml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, format!("{text}sendmail = \"{}\"\n", program.display())).unwrap();
    let sent = ground.at(CALLED, &["vote", "--transport", "sendmail", "-x"]).ok().stdout;
    assert!(sent.contains("has taken it"), "{sent}");
    let mail = fs::read_to_string(&got).unwrap();
    assert!(mail.contains("Subject: [VOTE] Release Apache Demo 1.2.0 RC1"), "{mail}");
    let words = fs::read_to_string(format!("{}.args", got.display())).unwrap();
    assert_eq!(words.trim(), "-i -f jane@apache.org -- dev@demo.apache.org");
}

#[test]
fn a_vote_that_is_called_anew_has_a_result_of_its_own() {
    let Some(ground) = called("release::again") else { return };
    ground.vote();
    ground.at(CLOSED, &["tally", "--version", "1.2.0"]).ok();
    ground.at(CLOSED, &["result", "-x"]).ok();
    // The wrong list was meant, or so: once more.
    ground.at("2026-11-24T12:00:00Z", &["vote", "--again", "-x"]).ok();
    let again = ground.post.mail("[VOTE]");
    for from in [
        "Alice Ahn <alice@apache.org>",
        "Bob Brook <bob@apache.org>",
        "Carol Cruz <carol@apache.org>",
    ] {
        ground.post.answer(from, "Wed, 25 Nov 2026 09:00:00 +0000", &again, "+1");
    }
    let over = "2026-11-27T13:00:00Z";
    ground.at(over, &["tally", "--version", "1.2.0"]).ok();
    ground.at(over, &["result", "-x"]).ok();
    assert_eq!(ground.post.delivered().len(), 4, "two calls, two results");
    let result = ground.post.mail("[RESULT]");
    assert_eq!(
        crate::post::header(&result, "In-Reply-To"),
        crate::post::header(&again, "Message-ID")
    );
}

#[test]
fn a_mail_that_was_only_written_can_still_be_sent() {
    let Some(ground) = ground("release::written") else { return };
    ground.package();
    ground.stage();
    ground.at(CALLED, &["vote", "--transport", "eml", "-x"]).ok();
    assert!(ground.post.delivered().is_empty());
    // The same mail to the byte, within the same minute.
    ground.at(CALLED, &["vote", "--again", "-x"]).ok();
    assert_eq!(ground.post.delivered().len(), 1);
    ground.at(CALLED, &["vote", "--again", "-x"]).ok();
    assert_eq!(ground.post.delivered().len(), 1, "what was sent is not sent again");
}
