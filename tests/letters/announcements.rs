//! Looking at letters before they are sent: what moderators of announce@apache.org have rejected is
//! found, real announcements pass where they keep the rules, and so do ours.

use std::fs;

use mail_parser::{MessageParser, MimeHeaders};
use plusone::checks::{CheckOutcome, Severity};
use plusone::letters::lint::{Asked, CATALOGUE, Known, Posting};
use plusone::letters::{Kind, Letter};
use plusone::policy::Preset;

use crate::sample::{self, Sample, instant};
use crate::support;

const PAGE: &str = "https://demo.apache.org/download/";

/// A download page as the rules want it.
const GOOD_PAGE: &str = r#"<html><body><h1>Download</h1><p>Apache Demo 2.1.0:
<a href="https://www.apache.org/dyn/closer.lua/demo/2.1.0/apache-demo-2.1.0-src.tar.gz">source</a>
<a href="https://downloads.apache.org/demo/2.1.0/apache-demo-2.1.0-src.tar.gz.asc">signature</a>
<a href="https://downloads.apache.org/demo/2.1.0/apache-demo-2.1.0-src.tar.gz.sha512">sha512</a></p>
<p>Verify it with the <a href="https://downloads.apache.org/demo/KEYS">KEYS</a>.</p></body></html>"#;

fn demo() -> Sample {
    Sample::new(
        "[project]\nname = \"demo\"\ndescription = \"\"\"\nApache Demo shows what an announcement \
         looks like. It is a program that does nothing, and does\nit well, on every machine that \
         somebody has tried it on. Many people use it every day, and\nsome of them \
         know.\"\"\"\ndownload_page = \"https://demo.apache.org/download/\"\n",
        "2.1.0",
        Some(1),
    )
}

/// An announcement that keeps every rule, with all that can be known.
fn good() -> Posting {
    let facts = demo().subject().announce(vec!["It is faster.".into()]).unwrap();
    Posting {
        letter: sample::rendered(Kind::Announce, &facts),
        preset: Preset::TopLevel,
        known: Known {
            version: Some("2.1.0".into()),
            download_page: Some(PAGE.into()),
            download_page_text: Some(GOOD_PAGE.into()),
            promoted_at: Some(instant("2026-11-24T09:00:00Z")),
            now: Some(instant("2026-11-24T10:00:00Z")),
            asked: vec![
                Asked { url: PAGE.into(), failure: None, released_file: false },
                Asked {
                    url: "https://downloads.apache.org/demo/2.1.0/x.asc".into(),
                    failure: None,
                    released_file: true,
                },
            ],
            ..Known::default()
        },
    }
}

/// The ids of the checks that find something, with what they find.
fn findings(posting: &Posting) -> Vec<(&'static str, Severity, String)> {
    let mut found = Vec::new();
    for check in CATALOGUE {
        if let CheckOutcome::Finding { findings } = (check.run)(posting) {
            assert!(!findings.is_empty(), "{} finds nothing", check.id);
            found.extend(findings.into_iter().map(|f| (check.id, f.severity, f.message)));
        }
    }
    found
}

fn ids(posting: &Posting) -> Vec<&'static str> {
    let mut ids: Vec<&str> = findings(posting).into_iter().map(|(id, ..)| id).collect();
    ids.dedup();
    ids
}

fn not_run(posting: &Posting) -> Vec<&'static str> {
    let waits = |outcome| matches!(outcome, CheckOutcome::NotRun { .. });
    CATALOGUE.iter().filter(|check| waits((check.run)(posting))).map(|check| check.id).collect()
}

/// Asserts that exactly this check finds exactly this, as an error or a warning.
#[track_caller]
fn finds(posting: &Posting, id: &str, severity: Severity, words: &str) {
    let found = findings(posting);
    let hit = |f: &&(&str, Severity, String)| f.0 == id && f.1 == severity && f.2.contains(words);
    assert!(found.iter().any(|f| hit(&f)), "no {id} with {words:?} in {found:#?}");
    assert!(found.iter().all(|(other, ..)| *other == id), "more than {id} in {found:#?}");
}

#[test]
fn the_catalogue_explains_itself() {
    for (at, check) in CATALOGUE.iter().enumerate() {
        assert!(check.id.starts_with("mail-"), "{}", check.id);
        assert!(CATALOGUE[..at].iter().all(|other| other.id != check.id), "{}", check.id);
        assert!(!check.title.ends_with('.') && !check.why.is_empty(), "{}", check.id);
    }
}

#[test]
fn our_own_announcements_pass() {
    let posting = good();
    assert_eq!(findings(&posting), []);
    assert_eq!(not_run(&posting), [""; 0]);
}

#[test]
fn what_is_not_known_is_not_passed() {
    let mut posting = good();
    posting.known = Known { download_page: Some(PAGE.into()), ..Known::default() };
    assert_eq!(findings(&posting), []);
    assert_eq!(
        not_run(&posting),
        ["mail-links-resolve", "mail-download-page", "mail-one-hour-after-promotion"]
    );
}

/// Announcements that moderators have rejected, by what was wrong with them.
#[test]
fn rejected_links_are_found() {
    let error = Severity::Error;
    for (link, words) in [
        // apache/parquet-site#62
        ("https://dist.apache.org/repos/dist/release/demo/2.1.0/", "dist.apache.org is for"),
        ("https://www.apache.org/dyn/closer.cgi/demo/2.1.0", "a mirror script alone"),
        // apache/iceberg#15326
        ("https://www.apache.org/dyn/closer.lua/demo/", "a mirror script alone"),
        ("https://www.apache.org/dyn/closer.lua?path=demo/2.1.0", "a mirror script alone"),
        // CURATOR-497
        ("https://www.apache.org/dist/demo/2.1.0/", "a directory is no download page"),
        ("https://downloads.apache.org/demo/2.1.0/", "a directory is no download page"),
        ("https://repository.apache.org/content/repositories/x/", "repository.apache.org is for"),
    ] {
        let mut posting = good();
        posting.letter.body += &format!("\nGet it here: {link}.\n");
        finds(&posting, "mail-no-forbidden-links", error, words);
    }
    // The same instead of the download page: both are told.
    let mut posting = good();
    posting.letter.body =
        posting.letter.body.replace(PAGE, "https://www.apache.org/dyn/closer.lua/demo/2.1.0/");
    assert_eq!(ids(&posting), ["mail-no-forbidden-links", "mail-download-page"]);
    // Another's rule.
    posting.preset = Preset::Plain;
    assert!(!ids(&posting).contains(&"mail-no-forbidden-links"));
}

#[test]
fn rejected_download_pages_are_found() {
    for (from, to, words) in [
        // apache/guacamole-website#78, apache/parquet-site#62
        ("https://downloads.apache.org/demo/KEYS", "#keys", "KEYS"),
        ("Verify", "Look at", "how to verify"),
        // apache/parquet-java#2173, apache/skywalking#1033
        (".tar.gz.asc", ".tar.gz.sig", "the signature (.asc)"),
        (".tar.gz.sha512", ".tar.gz.md5", "the checksum (.sha512)"),
        ("dyn/closer.lua/", "files/", "through closer.lua"),
        // A page that still shows the release before.
        ("2.1.0", "2.0.9", "does not name 2.1.0"),
        // KEYS over http, or from the archive (apache/trafficserver#4321).
        ("https://downloads.apache.org/demo/KEYS", "http://downloads.apache.org/demo/KEYS", "KEYS"),
        (
            "https://downloads.apache.org/demo/KEYS",
            "https://archive.apache.org/dist/demo/KEYS",
            "KEYS",
        ),
        // TC-367
        (
            "<h1>",
            "<a href=https://dist.apache.org/repos/dist/release/demo/KEYS>",
            "dist.apache.org",
        ),
    ] {
        let mut posting = good();
        assert!(GOOD_PAGE.contains(from), "{from}");
        posting.known.download_page_text = Some(GOOD_PAGE.replace(from, to));
        finds(&posting, "mail-download-page", Severity::Error, words);
    }
    let mut posting = good();
    posting.known.download_page_text = Some(GOOD_PAGE.replace("<h1>", "<h1>&amp;"));
    assert_eq!(findings(&posting), []);
    posting.known.download_page = None;
    finds(&posting, "mail-download-page", Severity::Error, "has no download page");
}

#[test]
fn mails_that_do_not_arrive_are_found() {
    let change = |change: fn(&mut Letter)| {
        let mut posting = good();
        change(&mut posting.letter);
        posting
    };
    let (error, warning) = (Severity::Error, Severity::Warning);
    let html = change(|letter| letter.content_type = "text/html".into());
    finds(&html, "mail-plain-text", error, "it is text/html");
    let both = change(|letter| letter.content_type = "multipart/alternative".into());
    finds(&both, "mail-plain-text", error, "it is multipart/alternative");
    let marks = change(|letter| letter.body += "<p>Bye</p>\n");
    finds(&marks, "mail-plain-text", error, "<p>");
    let sender = change(|letter| letter.from = "Jane <jane@gmail.example>".into());
    finds(&sender, "mail-from-apache", error, "jane@gmail.example");
    let lookalike = change(|letter| letter.from = "jane@apache.org.example".into());
    finds(&lookalike, "mail-from-apache", error, "jane@apache.org.example");
    let http = change(|letter| letter.body += "http://demo.apache.org/\n");
    finds(&http, "mail-https-only", error, "http://demo.apache.org/");
    let to_dev = |letter: &mut Letter| letter.to = vec!["dev@demo.apache.org".into()];
    let mut softer = http;
    to_dev(&mut softer.letter);
    finds(&softer, "mail-https-only", warning, "http://demo.apache.org/");
    let tag = change(|letter| letter.subject = "Apache Demo 2.1.0 is out".into());
    finds(&tag, "mail-subject-tag", warning, "Apache Demo 2.1.0 is out");
    let version = change(|letter| letter.subject = "[ANNOUNCE] Apache Demo released".into());
    finds(&version, "mail-subject-tag", warning, "2.1.0");
    let hole = change(|letter| letter.body += "<your name>\n");
    finds(&hole, "mail-no-placeholders", error, "`<your name>`");
    let candidate = change(|letter| {
        letter.body += "https://github.com/apache/demo/releases/tag/v2.1.0-rc1\n";
    });
    finds(&candidate, "mail-unreleased-stays-private-to-dev", error, "v2.1.0-rc1");
    let short = change(|letter| {
        let body = &letter.body;
        let (start, end) = (body.find("Apache Demo shows").unwrap(), body.find("In this").unwrap());
        letter.body.replace_range(start..end, "Apache Demo does nothing.\n\n");
    });
    finds(&short, "mail-about-text", warning, "one line");
}

#[test]
fn announcements_wait_for_the_files() {
    let id = "mail-one-hour-after-promotion";
    let mut early = good();
    early.known.now = Some(instant("2026-11-24T09:59:59Z"));
    finds(&early, id, Severity::Error, "59 minutes ago");
    let mut missing = good();
    missing.known.asked[1].failure = Some("404 Not Found".into());
    finds(&missing, id, Severity::Error, "404 Not Found");
    let mut dead = good();
    dead.known.asked[0].failure = Some("410 Gone".into());
    finds(&dead, "mail-links-resolve", Severity::Error, "410 Gone");
}

#[test]
fn podlings_carry_the_disclaimer() {
    let mut posting = good();
    posting.preset = Preset::Podling;
    assert_eq!(ids(&posting), ["mail-podling-disclaimer"]);
    let disclaimer = plusone::letters::facts::disclaimer(Preset::Podling, "Apache Demo").unwrap();
    posting.letter.body += &plusone::letters::fold::fold(&format!("\n{disclaimer}\n"), 0);
    assert_eq!(findings(&posting), []);
}

fn call() -> Posting {
    Posting {
        letter: demo().call(),
        preset: Preset::TopLevel,
        known: Known { version: Some("2.1.0".into()), ..Known::default() },
    }
}

#[test]
fn calls_to_vote_go_to_the_public_list_of_developers() {
    assert_eq!(findings(&call()), []);
    let to = |address: &str| {
        let mut posting = call();
        posting.letter.cc.push(address.to_owned());
        posting
    };
    let error = Severity::Error;
    let public = "mail-vote-on-public-list";
    let users = "mail-unreleased-stays-private-to-dev";
    finds(&to("private@demo.apache.org"), public, error, "private@demo.apache.org");
    finds(&to("Demo <security@demo.apache.org>"), public, error, "security@demo.apache.org");
    finds(&to("users@demo.apache.org"), users, error, "users@demo.apache.org");
    finds(&to("announce@apache.org"), users, error, "announce@apache.org");
    let mut nowhere = call();
    nowhere.letter.to = vec!["friends@example.org".into()];
    finds(&nowhere, public, error, "no list of the ASF");
    nowhere.known.vote_list = Some("dev@demo.apache.org".into());
    finds(&nowhere, public, error, "dev@demo.apache.org");
}

#[test]
fn calls_to_vote_name_what_is_voted_on() {
    let error = Severity::Error;
    for (pattern, replacement, severity, words) in [
        ("https://dist.apache.org/repos/dist/dev/demo/2.1.0-rc1", "there", error, "the candidate"),
        (sample::COMMIT, "7f9f04e", Severity::Warning, "the commit in full"),
        ("downloads.apache.org", "dist.apache.org", Severity::Warning, "KEYS"),
        ("[ ] -1 ", "", Severity::Warning, "the options"),
    ] {
        let mut posting = call();
        posting.letter.body = posting.letter.body.replace(pattern, replacement);
        finds(&posting, "mail-vote-elements", severity, words);
    }
}

#[test]
fn replies_have_a_vote() {
    let mut posting = call();
    posting.letter.kind = Kind::Reply;
    posting.letter.subject = "Re: [VOTE] Release Apache Demo 2.1.0".into();
    posting.letter.body = "[ ] +1\n[ ] 0\n[ ] -1\n\nI looked.\n".into();
    finds(&posting, "mail-no-placeholders", Severity::Error, "no vote is marked");
    posting.letter.body = posting.letter.body.replace("[ ] +1", "[x] +1");
    assert_eq!(findings(&posting), []);
    posting.letter.body = "+1 (binding)\n\n- [ ] tests run\n".into();
    assert_eq!(findings(&posting), []);
}

/// A mail of the corpus as a letter.
fn letter_of(path: &std::path::Path, kind: Kind) -> Letter {
    let bytes = fs::read(path).unwrap();
    let mail = MessageParser::default().parse(&bytes).unwrap();
    let addresses = |list: Option<&mail_parser::Address<'_>>| {
        let all = list.into_iter().flat_map(|list| list.iter().filter_map(|a| a.address()));
        all.map(str::to_owned).collect::<Vec<_>>()
    };
    let content_type = mail.content_type().unwrap();
    Letter {
        kind,
        from: addresses(mail.from()).remove(0),
        to: addresses(mail.to()),
        cc: addresses(mail.cc()),
        subject: mail.subject().unwrap().to_owned(),
        body: mail.body_text(0).unwrap().replace("\r\n", "\n"),
        content_type: format!("{}/{}", content_type.ctype(), content_type.subtype().unwrap()),
    }
}

/// Real announcements, each with its download page and the checks that find something in it. What
/// they find was told by reading the mails.
#[test]
fn real_announcements_pass_where_they_keep_the_rules() {
    let Some(corpus) = support::corpus_for("real_announcements_pass_where_they_keep_the_rules")
    else {
        return;
    };
    let maven = |name: &str| format!("https://maven.apache.org/{name}/download.cgi");
    for (file, version, page, expected) in [
        // Keeps them all.
        ("ANN-Apache-Maven-Doxia-1-8-Released", "1.8", maven("doxia/doxia"), &[][..]),
        // Has an HTML part, and no link to a download page.
        (
            "ANN-Apache-Maven-Indexer-6-0-0-Released",
            "6.0.0",
            maven("maven-indexer"),
            &["mail-plain-text", "mail-download-page"],
        ),
        // Say in less than three lines what the plugin is.
        (
            "ANN-Apache-Maven-JDeprScan-Plugin-3-0-0-alpha-1-Released",
            "3.0.0-alpha-1",
            maven("plugins/maven-jdeprscan-plugin"),
            &["mail-about-text"],
        ),
        (
            "ANN-Apache-Maven-PDF-Plugin-1-4-Released",
            "1.4",
            maven("plugins/maven-pdf-plugin"),
            &["mail-about-text"],
        ),
        // So does this one, and it links to its site over http.
        (
            "ANN-Apache-Maven-Site-Plugin-3-7-Released",
            "3.7",
            maven("plugins/maven-site-plugin"),
            &["mail-https-only", "mail-about-text"],
        ),
        // To announce@apache.org from a gmail address, with an HTML part, without the disclaimer.
        (
            "ANNOUNCE-Apache-Auron-Incubating-v7-0-0-available",
            "7.0.0",
            "https://auron.apache.org/archives/v7.0.0-incubating.html".to_owned(),
            &["mail-plain-text", "mail-from-apache", "mail-podling-disclaimer"],
        ),
    ] {
        let path = corpus.join("mails").join(format!("{file}.eml"));
        let podling = file.contains("Incubating");
        let posting = Posting {
            letter: letter_of(&path, Kind::Announce),
            preset: if podling { Preset::Podling } else { Preset::TopLevel },
            known: Known {
                version: Some(version.into()),
                download_page: Some(page),
                ..Known::default()
            },
        };
        assert_eq!(ids(&posting), expected, "{file}: {:#?}", findings(&posting));
    }
}

/// Real calls to vote on releases: none breaks a rule that is a MUST, and what they leave out is
/// what a reader misses in them.
#[test]
fn real_calls_to_vote_are_understood() {
    let Some(corpus) = support::corpus_for("real_calls_to_vote_are_understood") else {
        return;
    };
    for (file, preset, missing) in [
        // Its KEYS file is on dist.apache.org.
        ("VOTE-apisix-apisix-ingress-controller-2-0-0-rc4", Preset::TopLevel, &["KEYS"][..]),
        // Seven digits of each commit.
        ("VOTE-incubator-cloudberry-2-1-0-rc1", Preset::Podling, &["commit"]),
        // Neither a commit nor KEYS; SHA-1 only; its site over http.
        (
            "VOTE-maven-release-maven-doxia-1-8",
            Preset::TopLevel,
            &["commit", "KEYS", "checksums", "http://maven"],
        ),
    ] {
        let path = corpus.join("mails").join(format!("{file}.eml"));
        let posting =
            Posting { letter: letter_of(&path, Kind::Vote), preset, known: Known::default() };
        let found = findings(&posting);
        assert!(found.iter().all(|(_, severity, _)| *severity < Severity::Error), "{found:#?}");
        let said: Vec<&str> = found.iter().map(|(_, _, message)| &message[..]).collect();
        assert_eq!(said.len(), missing.len(), "{file}: {said:#?}");
        for word in missing {
            assert!(said.iter().any(|message| message.contains(word)), "{file}: {said:#?}");
        }
    }
}
