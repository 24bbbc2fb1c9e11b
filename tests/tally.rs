//! `plusone tally` on whole threads: what is counted, how it ends, and what is said where it cannot
//! count. `tests/threads/<name>.mbox` is a list's archive, `<name>.tally.json` what a person reads
//! in it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use plusone::backend::mailbox::{self, Mailbox};
use plusone::vote::thread::{Thread, threads};
use serde_json::Value;
use support::{Ran, Server, World};

fn fixtures() -> PathBuf {
    support::root().join("tests/threads")
}

/// A world without a repository, with the fixtures in it.
fn world() -> World {
    let world = World::new();
    for entry in fs::read_dir(fixtures()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, world.repo(path.file_name().unwrap().to_str().unwrap())).unwrap();
    }
    world
}

fn words(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// Where `found` lacks something that `expected` has: objects may have more, arrays may not.
fn difference(place: &str, expected: &Value, found: &Value) -> Option<String> {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().find_map(|(key, want)| {
                let have = found.get(key).unwrap_or(&Value::Null);
                difference(&format!("{place}.{key}"), want, have)
            })
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            let mut pairs = expected.iter().zip(found).enumerate();
            pairs.find_map(|(index, (want, have))| {
                difference(&format!("{place}[{index}]"), want, have)
            })
        }
        _ if expected == found => None,
        _ => Some(format!("{place}: expected {expected}, found {found:#}")),
    }
}

fn tally(world: &World, words: &[&str]) -> Ran {
    world.plusone(&[&["tally"], words].concat())
}

fn run_case(world: &World, name: &str, case: &Value) -> Ran {
    let mbox = format!("{name}.mbox");
    let mut line: Vec<String> = ["--mbox", &mbox, "--format", "json"].map(str::to_owned).into();
    line.extend(["--time".to_owned(), case["time"].as_str().unwrap().to_owned()]);
    line.extend(match case["vote"].is_array() {
        true => words(&case["vote"]),
        false => ["--project", "demo", "--version", "1.2.0", "--rc", "1"].map(str::to_owned).into(),
    });
    let rosters = match case["rosters"].is_array() {
        true => words(&case["rosters"]),
        false => vec!["members.txt".to_owned()],
    };
    line.extend(rosters.into_iter().flat_map(|roster| ["--roster".to_owned(), roster]));
    line.extend(words(&case["args"]));
    let settings = world.repo("plusone.toml");
    match case["settings"].as_str() {
        Some(text) => fs::write(&settings, text).unwrap(),
        None => drop(fs::remove_file(&settings)),
    }
    tally(world, &line.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn threads_are_counted_as_a_person_reads_them() {
    let world = world();
    let mut names: Vec<String> = world
        .names(&fixtures())
        .into_iter()
        .filter_map(|name| Some(name.strip_suffix(".tally.json")?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() >= 29, "{names:?}");
    let mut wrong = Vec::new();
    for name in names {
        let text = fs::read_to_string(fixtures().join(format!("{name}.tally.json"))).unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        for (number, case) in expected["cases"].as_array().unwrap().iter().enumerate() {
            let ran = run_case(&world, &name, case);
            let place = format!("{name}, case {}", number + 1);
            if ran.status as i64 != case["exit"].as_i64().unwrap() {
                wrong.push(format!("{place}: exit {}\n{}{}", ran.status, ran.stdout, ran.stderr));
                continue;
            }
            for word in words(&case["stderr"]) {
                if !ran.stderr.contains(&word) {
                    wrong.push(format!("{place}: no {word:?} in {}", ran.stderr));
                }
            }
            if case["expect"].is_object() {
                wrong.extend(difference(&place, &case["expect"], &ran.json()));
                wrong.extend(silence(
                    &place,
                    &fixtures().join(format!("{name}.mbox")),
                    &ran.json(),
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Where a mail of the vote's thread is in none of the lists of the report.
fn silence(place: &str, mbox: &Path, report: &Value) -> Option<String> {
    let mails = mailbox::all(&[Mailbox::Mbox(mbox.to_owned())]).unwrap();
    let threads = threads(mails.iter().map(|bytes| plusone::mail::read(bytes)).collect());
    let votes = match report["rounds"].as_array() {
        Some(rounds) => rounds.iter().collect(),
        None => vec![report],
    };
    votes.into_iter().find_map(|vote| {
        let call = &vote["call"]["message_id"];
        let meant = |thread: &&Thread| match call.as_str() {
            Some(id) => thread.call.id.0 == id,
            None => thread.call_is_missing(),
        };
        let lists = ["ballots", "unclear", "not_countable", "withdrawals", "dismissed", "no_vote"];
        let listed = lists.iter().flat_map(|list| vote[*list].as_array().into_iter().flatten());
        let ends = ["call", "result", "cancel"].iter().map(|name| &vote[*name]);
        let told: Vec<&Value> = listed.chain(ends).map(|mail| &mail["message_id"]).collect();
        let mut mails = threads.iter().find(meant).expect("the thread").messages();
        let lost = mails.find(|mail| !told.contains(&&Value::from(&mail.id.0[..])));
        lost.map(|mail| format!("{place}: silence about <{}>", mail.id))
    })
}

const VOTE: &[&str] = &[
    "--project",
    "demo",
    "--version",
    "1.2.0",
    "--roster",
    "members.txt",
    "--time",
    "2026-11-24T10:00:00Z",
];

#[test]
fn people_see_every_vote_with_its_line() {
    let world = world();
    let text = tally(&world, &[&["--mbox", "minus-one.mbox"], VOTE].concat()).ok().stdout;
    for part in [
        "Vote of the PMC on demo 1.2.0",
        "Ann Archer (ann)",
        "by apache.org address",
        "line 1: +1 (binding)",
        "https://lists.apache.org/thread/ann1@lists.example",
        "It does not start on my machine.",
        "binding      3 +1, 0 0, 1 -1",
        "passed   demo 1.2.0",
        "3 binding +1 to 1 binding -1",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    assert!(!text.contains("eve@mail.example"), "an address in full:\n{text}");
    let full = tally(
        &world,
        &[&["--mbox", "minus-one.mbox", "--full-addresses", "--format", "json"], VOTE].concat(),
    );
    assert!(full.ok().stdout.contains("eve@mail.example"));
    let markdown =
        tally(&world, &[&["--mbox", "minus-one.mbox", "--format", "markdown"], VOTE].concat());
    assert!(markdown.ok().stdout.contains("| Ann Archer (ann) | +1 | binding |"));
}

#[test]
fn a_name_alone_is_marked_for_people() {
    let world = world();
    let words = ["--mbox", "two-addresses.mbox", "--html", "vote.html"];
    let text = tally(&world, &[&words[..], VOTE].concat()).fails(3, &[]).stdout;
    assert!(text.contains("BY NAME ONLY"), "{text}");
    let page = fs::read_to_string(world.repo("vote.html")).unwrap();
    assert!(page.contains("(by name only)"), "{page}");
}

#[test]
fn the_page_is_well_formed_and_nothing_in_it_acts() {
    let world = world();
    for name in world.names(&fixtures()) {
        let Some(name) = name.strip_suffix(".mbox") else { continue };
        let mbox = format!("{name}.mbox");
        let words = ["--mbox", &mbox, "--html", "vote.html"];
        let ran = tally(&world, &[&words[..], VOTE].concat());
        if ran.status == 2 {
            continue;
        }
        let page = fs::read_to_string(world.repo("vote.html")).unwrap();
        let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
        let page = roxmltree::Document::parse_with_options(&page, options)
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let names: Vec<&str> =
            page.descendants().filter(|n| n.is_element()).map(|n| n.tag_name().name()).collect();
        for needed in ["title", "style", "svg", "ol", "table"] {
            assert!(names.contains(&needed), "{name} has no {needed}");
        }
        for active in ["script", "img", "iframe", "object", "link", "form", "a:onclick"] {
            assert!(!names.contains(&active), "{name} has {active}");
        }
        for element in page.descendants().filter(roxmltree::Node::is_element) {
            for attribute in element.attributes() {
                assert!(!attribute.name().starts_with("on"), "{name}: {}", attribute.name());
                if attribute.name() == "href" {
                    assert!(attribute.value().starts_with("https://"), "{}", attribute.value());
                }
            }
        }
    }
    let page = fs::read_to_string(world.repo("vote.html")).unwrap();
    assert!(page.contains("prefers-color-scheme") && page.contains("@media print"));
}

#[test]
fn the_page_tells_the_vote_from_opening_to_close() {
    let world = world();
    tally(&world, &[&["--mbox", "changed.mbox", "--html", "vote.html"], VOTE].concat())
        .fails(3, &[]);
    let page = fs::read_to_string(world.repo("vote.html")).unwrap();
    let line = &page[page.find("<ol class=\"line\">").unwrap()..page.find("</ol>").unwrap()];
    // Read off the mails: opened, Ann, Bob, Catherine, Bob's -1, Bob's +1, the withdrawal, Dan, 72 hours.
    let mut rest = line;
    for part in [
        "The vote opened",
        "Ann Archer",
        "binding 1 +1, 0 -1",
        "Bob Baker",
        "binding 2 +1, 0 -1",
        "Catherine Côté",
        "binding 3 +1, 0 -1",
        "binding 2 +1, 1 -1",
        "The NOTICE file has the wrong year",
        "binding 3 +1, 0 -1",
        "the year is right after all",
        "takes +1 back",
        "binding 2 +1, 0 -1",
        "Dan Dyer",
        "binding 2 +1, 0 -1",
        "The vote may close",
    ] {
        let at = rest.find(part).unwrap_or_else(|| panic!("no {part:?} in {rest}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn no_escape_sequence_reaches_the_terminal() {
    let world = world();
    for format in ["human", "json", "markdown"] {
        let ran =
            tally(&world, &[&["--mbox", "hostile.mbox", "--format", format, "-v"], VOTE].concat());
        let both = ran.stdout + &ran.stderr;
        let acts = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!both.contains(acts), "{format}: {both:?}");
    }
}

#[test]
fn mailboxes_of_all_kinds_give_the_same() {
    let world = world();
    let count = |words: &[&str]| -> Value {
        let mut json = tally(&world, &[words, &["--format", "json"], VOTE].concat()).ok().json();
        json["roster"].take();
        json
    };
    let expected = count(&["--mbox", "passed.mbox"]);
    assert_eq!(count(&["--mbox", "passed.mbox", "--save", "kept.mbox"]), expected);
    assert_eq!(count(&["--mbox", "kept.mbox"]), expected);
    assert_eq!(count(&["--mbox", "kept.mbox", "--mbox", "passed.mbox"]), expected);
    let mails = fs::read_to_string(world.repo("passed.mbox")).unwrap();
    let mails: Vec<&str> =
        mails.split("From list@lists.example Fri Nov 20 10:00:00 2026\n").skip(1).collect();
    assert_eq!(mails.len(), 6);
    for directory in ["mails", "maildir/cur", "maildir/new"] {
        fs::create_dir_all(world.repo(directory)).unwrap();
    }
    for (number, mail) in mails.iter().rev().enumerate() {
        world.write(&format!("mails/{number}.eml"), mail);
        let half = if number % 2 == 0 { "cur" } else { "new" };
        world.write(&format!("maildir/{half}/{number}.host:2,S"), mail);
    }
    assert_eq!(count(&["--eml", "mails"]), expected);
    assert_eq!(count(&["--maildir", "maildir"]), expected);
    // In any order, and with another thread beside it.
    let other = fs::read_to_string(world.repo("odd-mails.mbox")).unwrap();
    let other =
        other.replace("Apache Demo", "Apache Other").replace("@lists.example>", "@other.example>");
    let border = "From list@lists.example Fri Nov 20 10:00:00 2026\n";
    let shuffled: Vec<String> =
        [2, 5, 0, 3, 1, 4].iter().map(|n| format!("{border}{}", mails[*n])).collect();
    world.write("shuffled.mbox", format!("{}{other}", shuffled.concat()));
    assert_eq!(count(&["--mbox", "shuffled.mbox"]), expected);
}

#[test]
fn what_was_fetched_can_be_counted_again() {
    let world = world();
    let month = "web/api/mbox.lua";
    world.write(month, fs::read(world.repo("passed.mbox")).unwrap());
    let server = Server::of(LISTS, &world.repo("web/api"));
    let words = ["--list", "dev@demo.apache.org", "--month", "2026-11", "--archive", &server.url];
    let fetched =
        tally(&world, &[&words[..], &["--save", "kept.mbox", "--format", "json"], VOTE].concat())
            .ok();
    let again = tally(
        &world,
        &[&["--mbox", "kept.mbox", "--archive", &server.url, "--format", "json"], VOTE].concat(),
    );
    assert_eq!(fetched.stdout, again.ok().stdout);
    let words =
        ["--list", "private@demo.apache.org", "--month", "2026-11", "--archive", &server.url];
    tally(&world, &[&words[..], VOTE].concat()).fails(3, &["the server answered 404"]);
    let words = ["--list", "dev@demo.apache.org", "--month", "November", "--archive", &server.url];
    tally(&world, &[&words[..], VOTE].concat()).fails(2, &["a month like 2026-11"]);
}

#[test]
fn a_mail_that_cannot_be_fetched_is_no_lost_vote() {
    let world = world();
    let border = "From list@lists.example Fri Nov 20 10:00:00 2026\n";
    let whole = fs::read_to_string(world.repo("passed.mbox")).unwrap();
    let mails: Vec<&str> = whole.split(border).skip(1).collect();
    let ids: Vec<String> = (0..mails.len()).map(|n| format!("{{\"id\": \"m{n}\"}}")).collect();
    let answers = ids[1..].join(", ");
    let json = format!(
        "{{\"thread\": {{\"id\": \"m0\", \"children\": [{answers}]}}, \"emails\": [{}]}}",
        ids.join(", ")
    );
    world.write("web/thread.lua", json);
    for (number, mail) in mails.iter().enumerate() {
        world.write(&format!("web/m{number}"), mail);
    }
    let server = Server::of(LISTS, &world.repo("web"));
    let words = ["--thread", "m0", "--archive", &server.url, "--format", "json"];
    let json = tally(&world, &[&words[..], VOTE].concat()).ok().json();
    assert_eq!(json["counts"]["binding"]["plus_one"], 3);
    let address = format!("{}/thread/m0", server.url);
    let again = tally(&world, &[&["--thread", &address, "--format", "json"], VOTE].concat()).ok();
    let again = again.json();
    assert_eq!(again["counts"], json["counts"]);
    // Links lead to the archive that the mails are in, as when it is named with --archive.
    assert_eq!(again["thread"], json["thread"]);
    assert!(again["ballots"][0]["link"].as_str().unwrap().starts_with(&server.url));
    fs::remove_file(world.repo("web/m3")).unwrap();
    let ran = tally(&world, &[&words[..], VOTE].concat());
    ran.fails(3, &["404", "no vote is counted from a thread that could not be read whole"]);
}

/// Pony Mail's mbox.lua and whimsy's rosters, as far as is needed.
const LISTS: &str = "import http.server as h, os, sys, urllib.parse as u\n\
class Handler(h.BaseHTTPRequestHandler):\n\
\x20   def do_GET(self):\n\
\x20       url = u.urlparse(self.path); q = u.parse_qs(url.query)\n\
\x20       name = os.path.basename(url.path)\n\
\x20       name = q['id'][0] if name == 'source.lua' else name\n\
\x20       name = os.path.join(sys.argv[1], name)\n\
\x20       if not os.path.exists(name) or q.get('list', ['dev@'])[0].startswith('private'):\n\
\x20           self.send_error(404); return\n\
\x20       body = open(name, 'rb').read()\n\
\x20       self.send_response(200); self.send_header('Content-Length', str(len(body)))\n\
\x20       self.end_headers(); self.wfile.write(body)\n\
\x20   def log_message(self, *a): pass\n\
server = h.ThreadingHTTPServer(('127.0.0.1', 0), Handler)\n\
print(server.server_port, flush=True)\n\
server.serve_forever()\n";

#[test]
fn rosters_come_from_files_directories_and_servers() {
    let world = world();
    let vote = ["--mbox", "passed.mbox", "--project", "demo", "--version", "1.2.0"];
    let time = ["--time", "2026-11-24T10:00:00Z", "--format", "json"];
    let count = |more: &[&str]| tally(&world, &[&vote[..], more, &time].concat());
    let ldap = r#"{"lastTimestamp": "20261119115218Z", "projects": {"demo": {
        "members": ["ann", "bob", "cat"], "owners": ["ann", "bob", "cat"]}}}"#;
    let info = r#"{"last_updated": "2026-11-19 21:57:21 UTC", "committees": {"demo": {"roster": {
        "ann": {"name": "Ann Archer", "date": "2020-01-01"}}}}}"#;
    world.write("whimsy/public_ldap_projects.json", ldap);
    world.write("whimsy/committee-info.json", info);
    let json = count(&["--roster", "./whimsy"]).ok().json();
    assert_eq!(json["counts"]["binding"]["plus_one"], 3);
    assert_eq!(json["roster"]["sources"][0]["name"], "./whimsy/public_ldap_projects.json");
    assert_eq!(json["roster"]["sources"][0]["dated"], "2026-11-19");
    // sha256sum of the file as it is written above.
    let sum = world.run("sha256sum", &["whimsy/public_ldap_projects.json"]).ok().stdout;
    assert_eq!(json["roster"]["sources"][0]["sha256"], sum.split(' ').next().unwrap());
    let server = Server::of(LISTS, &world.repo("whimsy"));
    let url = format!("{}/public_ldap_projects.json", server.url);
    let json = count(&["--roster", &url]).ok().json();
    assert_eq!(json["roster"]["sources"][0]["name"], url);
    count(&["--roster", &format!("{}/nothing.json", server.url)])
        .fails(3, &["404", "--roster FILE"]);
    count(&["--roster", "nothing.txt"]).fails(2, &["there is no roster `nothing.txt`"]);
    world.write("roster.txt", "jane Jane Doe\n<html>\n");
    count(&["--roster", "roster.txt"]).fails(2, &["`roster.txt`, line 2", "is no id"]);
    let words = ["--roster", "whimsy/public_ldap_projects.json", "--project", "dmeo"];
    tally(&world, &[&["--mbox", "passed.mbox", "--subject", "Demo 1.2.0"], &words[..]].concat())
        .fails(2, &["no PMC of `dmeo`; did you mean `demo`?", "--project NAME"]);
    let settings = format!(
        "[project]\nname = \"demo\"\n[vote.roster]\nsource = \"whimsy\"\nfrom = \"{}\"\n",
        server.url
    );
    world.write("plusone.toml", settings);
    let json = count(&[]).ok().json();
    assert_eq!(json["roster"]["sources"].as_array().unwrap().len(), 2);
    world.write(
        "plusone.toml",
        "[vote.roster]\nsource = \"list\"\nids = [\"ann\", \"bob\", \"cat\"]\n",
    );
    assert_eq!(count(&[]).ok().json()["counts"]["binding"]["plus_one"], 3);
}

#[test]
fn keys_and_git_tell_whose_an_address_is() {
    let world = world();
    let mbox = fs::read_to_string(world.repo("passed.mbox")).unwrap();
    let mbox = mbox.replace("Eve Early <eve@mail.example>", "jd <jd@work.example>");
    world.write("vote.mbox", mbox);
    world.write("members.txt", "jane Jane Doe\nann\nbob\ncat\n");
    let binding = |more: &[&str]| {
        let words = [&["--mbox", "vote.mbox", "--format", "json"], more, VOTE].concat();
        let json = tally(&world, &words).ok().json();
        (json["counts"]["binding"]["plus_one"].as_u64(), json["ballots"][3]["known"].clone())
    };
    assert_eq!(binding(&[]), (Some(3), "unknown".into()));
    let id = world.new_key("Jane Doe <jane@apache.org>", "", &[]);
    world
        .run(
            "gpg",
            &[
                "--batch",
                "--quiet",
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                "",
                "--quick-add-uid",
                &id,
                "jd@work.example",
            ],
        )
        .ok();
    let keys = world.run("gpg", &["--armor", "--export", &id]).ok().stdout;
    world.write("KEYS", keys);
    assert_eq!(binding(&["--keys", "KEYS"]), (Some(4), "keys".into()));
    fs::create_dir(world.repo("clone")).unwrap();
    let git = |words: &[&str]| world.run("git", &[&["-C", "clone"], words].concat()).ok();
    git(&["init", "-q"]);
    for author in ["Jane Doe <jane@apache.org>", "Jane Doe <jd@work.example>"] {
        git(&["commit", "-q", "--allow-empty", "-m", "x", "--author", author]);
    }
    assert_eq!(binding(&["--git", "clone"]), (Some(4), "git".into()));
    assert_eq!(binding(&["--alias", "jane=jd@work.example"]), (Some(4), "alias".into()));
    tally(&world, &[&["--mbox", "vote.mbox", "--keys", "nothing"], VOTE].concat())
        .fails(2, &["there is no file `nothing`"]);
    tally(&world, &[&["--mbox", "vote.mbox", "--git", "/"], VOTE].concat())
        .fails(2, &["is not inside a git repository"]);
}

#[test]
fn mistakes_are_answered_with_what_to_do() {
    let world = world();
    tally(&world, VOTE).fails(2, &["nothing says where the mails are", "--mbox", "--thread"]);
    tally(&world, &[&["--mbox", "nothing.mbox"], VOTE].concat())
        .fails(2, &["there is no file `nothing.mbox`"]);
    tally(&world, &[&["--mbox", "."], VOTE].concat()).fails(2, &["is a directory", "--maildir"]);
    tally(&world, &[&["--maildir", "nothing"], VOTE].concat())
        .fails(2, &["there is no directory `nothing`"]);
    fs::create_dir(world.repo("empty")).unwrap();
    tally(&world, &[&["--maildir", "empty"], VOTE].concat()).fails(2, &["no Maildir", "--eml"]);
    tally(&world, &[&["--eml", "empty"], VOTE].concat()).fails(2, &["no mail with [VOTE]"]);
    world.write("empty.mbox", "");
    tally(&world, &[&["--mbox", "empty.mbox"], VOTE].concat()).fails(2, &["no mail with [VOTE]"]);
    world.write("noise.mbox", [0_u8, 255, 10, 70, 114, 111, 109, 32].repeat(1000));
    tally(&world, &[&["--mbox", "noise.mbox"], VOTE].concat()).fails(2, &["no mail with [VOTE]"]);
    tally(&world, &[&["--thread", "https://example.org/"], VOTE].concat())
        .fails(2, &["a thread looks like"]);
    let words = ["--mbox", "passed.mbox", "--project", "demo", "--version", "1.2.0", "--roster"];
    tally(&world, &[&words[..], &["ipmc=members.txt"]].concat())
        .fails(2, &["no roster of the PMC is given"]);
    tally(&world, &[&["--mbox", "passed.mbox", "--round", "both"], VOTE].concat())
        .fails(2, &["no vote of the Incubator PMC"]);
    tally(&world, &[&["--mbox", "passed.mbox", "--every", "5"], VOTE].concat())
        .fails(2, &["--watch"]);
    tally(&world, &[&["--mbox", "passed.mbox", "--as-of", "2026"], VOTE].concat())
        .fails(2, &["expected a day, as in 2026-11-24"]);
    for month in ["2026-13", "2026-00", "2026-1"] {
        let words = ["--list", "dev@demo.apache.org", "--month", month];
        tally(&world, &[&words[..], VOTE].concat()).fails(2, &["a month like 2026-11"]);
    }
    let rule = ["--rule", "<ann1@lists.example>=-1", "--reason", "I would rather"];
    tally(&world, &[&["--mbox", "passed.mbox"], &rule[..], VOTE].concat())
        .fails(2, &["a clear +1", "only unclear mails need one"]);
    let times = ["--opened", "2026-11-24T00:00:00Z", "--closes", "2026-11-23T00:00:00Z"];
    tally(&world, &[&["--mbox", "passed.mbox"], &times[..], VOTE].concat())
        .fails(2, &["closes before it opens", "--opened", "--closes"]);
    tally(&world, &[&["--mbox", "passed.mbox", "--keys", "members.txt"], VOTE].concat())
        .fails(2, &["no OpenPGP key in `members.txt`", "KEYS"]);
    world.run("gzip", &["-k", "passed.mbox"]).ok();
    let whole = fs::read(world.repo("passed.mbox.gz")).unwrap();
    world.write("cut.mbox.gz", &whole[..whole.len() / 2]);
    tally(&world, &[&["--mbox", "cut.mbox.gz"], VOTE].concat()).fails(3, &["cut.mbox.gz", "whole"]);
    for flag in ["--save", "--html"] {
        tally(&world, &[&["--mbox", "passed.mbox", flag, "."], VOTE].concat())
            .fails(2, &["`.` is a directory", flag]);
    }
}

/// An archive holds more than one vote, and would be lost.
#[test]
fn what_is_read_is_not_written_over() {
    let world = world();
    let before = fs::read(world.repo("many-threads.mbox")).unwrap();
    std::os::unix::fs::symlink("many-threads.mbox", world.repo("link.mbox")).unwrap();
    for flag in ["--save", "--html"] {
        for name in ["many-threads.mbox", "./many-threads.mbox", "link.mbox"] {
            let words = ["--mbox", "many-threads.mbox", flag, name];
            tally(&world, &[&words[..], VOTE].concat())
                .fails(2, &["is read by --mbox", flag, "name another file"]);
        }
    }
    assert_eq!(fs::read(world.repo("many-threads.mbox")).unwrap(), before);
}

#[test]
fn who_has_to_rule_is_told_how_and_every_ruling_is_shown() {
    let world = world();
    let count = |more: &[&str]| {
        tally(&world, &[&["--mbox", "unclear.mbox", "--html", "vote.html"], more, VOTE].concat())
    };
    let text = count(&[]).fails(3, &[]).stdout;
    assert!(text.contains("--rule '<cat1@lists.example>=+1' --reason"), "{text}");
    let rule = ["--rule", "<cat1@lists.example>=none", "--reason", "She has left it open"];
    let text = count(&rule).fails(3, &[]).stdout;
    assert!(!text.contains("--rule '"), "{text}");
    let page = fs::read_to_string(world.repo("vote.html")).unwrap();
    for text in [text, page.replace("&lt;", "<").replace("&gt;", ">")] {
        assert!(text.contains("<cat1@lists.example> is taken for none"), "{text}");
        assert!(text.contains("She has left it open"), "{text}");
    }
}

#[test]
fn a_short_vote_without_a_reason_is_told_of() {
    let world = world();
    let text = tally(&world, &[&["--mbox", "too-short.mbox"], VOTE].concat()).fails(1, &[]).stdout;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("the call says 24 hours and gives no reason"), "{text}");
    assert!(text.contains("--expedited REASON"), "{text}");
    let usual = tally(&world, &[&["--mbox", "passed.mbox"], VOTE].concat()).ok().stdout;
    assert!(!usual.contains("the call says"), "{usual}");
}

/// Eighty columns, unless a name or an address alone is longer, or it is a command to copy.
#[test]
fn lines_fit_a_terminal() {
    let world = world();
    for name in world.names(&fixtures()) {
        let words = ["--mbox", &name];
        if !name.ends_with(".mbox") {
            continue;
        }
        let text = tally(&world, &[&words[..], VOTE].concat()).stdout;
        for line in text.lines() {
            let words = line.trim().split(' ').count();
            let fits = line.chars().count() <= 80 || words == 1 || line.starts_with("  plusone ");
            assert!(fits, "{name}: {line}");
        }
    }
}

#[test]
fn watching_tells_what_has_changed() {
    let world = world();
    // Watching goes by the machine's clock: a vote of long ago.
    let whole = fs::read_to_string(world.repo("late.mbox")).unwrap().replace(" 2026", " 2016");
    let border = "From list@lists.example Fri Nov 20 10:00:00 2016\n";
    let mails: Vec<&str> = whole.split(border).skip(1).collect();
    let part = |number: usize| -> String {
        mails[..number].iter().map(|mail| format!("{border}{mail}")).collect()
    };
    world.write("vote.mbox", part(2));
    let words = ["tally", "--mbox", "vote.mbox", "--project", "demo", "--version", "1.2.0"];
    let more = ["--roster", "members.txt", "--watch", "--every", "1"];
    let mut command = world.command(env!("CARGO_BIN_EXE_plusone"));
    command.args(words).args(more).stdout(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_secs(3));
    fs::write(world.repo("new.mbox"), part(5)).unwrap();
    fs::rename(world.repo("new.mbox"), world.repo("vote.mbox")).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    for part in [
        "Bob Baker (bob) voted +1 (binding): +1",
        "the vote is passed",
        "3 binding +1, of at least 3",
    ] {
        assert!(text.contains(part), "no {part:?} in\n{text}");
    }
    assert!(!text.contains("Ann Archer (ann) voted"), "known before:\n{text}");
}

/// The threads in the corpus, with the counts of those who read them (`truth.json`). Where people
/// counted what no mail says, the difference is named.
#[test]
fn real_threads_give_the_counts_of_their_readers() {
    const TEST: &str = "real_threads_give_the_counts_of_their_readers";
    let Some(corpus) = support::corpus_for(TEST) else { return };
    let world = World::new();
    let roster = corpus.join("roster");
    let mut seen = 0;
    for entry in fs::read_dir(corpus.join("votes")).unwrap() {
        let directory = entry.unwrap().path();
        let Ok(truth) = fs::read_to_string(directory.join("truth.json")) else { continue };
        let truth: Value = serde_json::from_str(&truth).unwrap();
        seen += 1;
        real_thread(&world, &directory, &roster, &truth);
    }
    assert_eq!(seen, 12);
}

fn real_thread(world: &World, directory: &Path, roster: &Path, truth: &Value) {
    let name = truth["thread"].as_str().unwrap();
    let words = [
        "--eml",
        directory.to_str().unwrap(),
        "--subject",
        "vote",
        "--project",
        truth["project"].as_str().unwrap(),
        "--roster",
        roster.to_str().unwrap(),
        "--time",
        "2027-01-01T00:00:00Z",
        "--format",
        "json",
        "--kind",
        if truth["kind"] == "release" { "release" } else { "procedural" },
    ];
    let json = tally(world, &words).json();
    // What is known by name only and decides waits for somebody who knows.
    let said = [words_of(&json["reasons"]), words_of(&json["warnings"])].concat();
    let by_name = said.into_iter().filter(|said| said.contains("only the name says"));
    let by_name = by_name.filter_map(|said| {
        let id = &said[said.find('<')?..=said.find('>')?];
        Some(format!("{id}=genuine"))
    });
    let by_name: Vec<String> = by_name.collect();
    let mut rulings: Vec<&str> = by_name.iter().flat_map(|rule| ["--rule", rule]).collect();
    if !rulings.is_empty() {
        rulings.extend(["--reason", "known in person"]);
    }
    let json = tally(world, &[&words[..], &rulings].concat()).json();
    // Read off the mails: these two voters wrote no +1, and their release managers counted one.
    let not_written: u64 = match name {
        "maven-release-maven-indexer-6-0-0" => 1,
        "maven-release-maven-jdeprscan-plugin-3-0-0-alpha-1" => 1,
        _ => 0,
    };
    for (ours, theirs, missing) in
        [("binding", "binding", 0), ("non_binding", "nonbinding", not_written)]
    {
        let truth = &truth["by_roster_2024_10"][theirs];
        let ours = &json["counts"][ours];
        let same = [("plus_one", "+1"), ("zero", "0"), ("minus_one", "-1")].iter().all(
            |(ours_name, name)| {
                let missing = if *name == "+1" { missing } else { 0 };
                ours[*ours_name].as_u64().unwrap() + missing == truth[*name].as_u64().unwrap()
            },
        );
        assert!(same, "{name}: {ours} {truth}");
    }
    let differences = words_of(&json["result"]["differences"]);
    if not_written > 0 {
        assert!(
            differences.iter().any(|d| d.contains("the result counts +1 of")),
            "{differences:?}"
        );
    }
    let outcome = match truth["outcome"].as_str().unwrap() {
        "passed" if json["call"].is_null() => "needs-ruling",
        "passed" => "passed",
        "cancelled" | "withdrawn" => "cancelled",
        // Nobody told a result.
        _ if truth["kind"] == "release" => "open",
        _ => "passed",
    };
    assert_eq!(json["outcome"], outcome, "{name}: {:?}", json["reasons"]);
    if name.starts_with("spark-open-github") {
        let missing = "Peter Toth voted +1 (non-binding) and is missing from the result";
        assert!(differences.iter().any(|difference| difference == missing), "{differences:?}");
    }
    if name.starts_with("spark-spip-spark") {
        let spelled = "the result writes `Hyukjin Kon` for Hyukjin Kwon";
        assert!(differences.iter().any(|difference| difference == spelled), "{differences:?}");
    }
}

fn words_of(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|word| word.as_str().unwrap().to_owned()).collect()
}
