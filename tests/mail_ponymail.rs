//! Threads fetched from a real HTTP server on 127.0.0.1 with Pony Mail's paths, behaving and not.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::HashSet;
use std::fs;
use std::time::Duration;

use plusone::backend::http::Patience;
use plusone::backend::ponymail::{Archive, PonymailError, ThreadAddress};
use plusone::mail;
use plusone::vote::thread::threads;
use support::Server;
use tempfile::TempDir;

const PATIENCE: Patience =
    Patience { attempts: 3, pause: Duration::from_millis(10), timeout: Duration::from_secs(1) };

struct World {
    directory: TempDir,
    server: Server,
    mails: Vec<Vec<u8>>,
}

impl World {
    /// An archive with a call and `answers` answers, of which each answers the one before.
    fn new(answers: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mails: Vec<Vec<u8>> = (0..=answers).map(mail_of).collect();
        for (number, mail) in mails.iter().enumerate() {
            fs::write(directory.path().join(format!("m{number}.eml")), mail).unwrap();
        }
        let mut tree = String::new();
        for number in 0..=answers {
            let body = r#"+1 \"mid\": \"no\""#;
            tree += &format!(
                r#"{{"tid": "m{number}", "mid": "m{number}", "id": "m{number}", "body": "{body}", "children": ["#
            );
        }
        tree += &"]}".repeat(answers + 1);
        let json = format!(r#"{{"thread": {tree}, "emails": [{{"mid": "m0", "id": "m0"}}]}}"#);
        fs::write(directory.path().join("thread.json"), json).unwrap();
        let script = fs::read_to_string(support::root().join("tests/fixtures/mails/ponymail.py"));
        let server = Server::of(&script.unwrap(), directory.path());
        Self { directory, server, mails }
    }

    fn plan(self, plan: &str) -> Self {
        fs::write(self.directory.path().join("plan.json"), plan).unwrap();
        self
    }

    fn fetch(&self) -> Result<Vec<Vec<u8>>, PonymailError> {
        let what = "https://lists.apache.org/thread/m0";
        let thread = ThreadAddress::read(what, Some(&self.server.url)).unwrap();
        Archive::new(PATIENCE).unwrap().thread(&thread, &|_, _| {})
    }

    #[track_caller]
    fn fails(&self, words: &[&str]) {
        let error = self.fetch().unwrap_err().to_string();
        for word in words {
            assert!(error.contains(word), "no {word:?} in: {error}");
        }
    }

    fn requests(&self) -> Vec<String> {
        let log = fs::read_to_string(self.directory.path().join("requests.log")).unwrap();
        log.lines().map(str::to_owned).collect()
    }
}

fn mail_of(number: usize) -> Vec<u8> {
    let (mark, before) = match number {
        0 => ("", String::new()),
        n => ("Re: ", format!("In-Reply-To: <m{}@x>\r\n", n - 1)),
    };
    format!(
        "From: Voter {number} <v{number}@example.org>\r\nMessage-ID: <m{number}@x>\r\n{before}\
         Date: Fri, 20 Nov 2026 10:00:{:02} +0000\r\nSubject: {mark}[VOTE] Release Demo 1.0\r\n\
         \r\n+1 \u{e9}\r\n",
        number % 60
    )
    .into_bytes()
}

#[test]
fn a_thread_comes_whole_and_as_sent() {
    let world = World::new(30);
    assert_eq!(world.fetch().unwrap(), world.mails);
    let messages = world.fetch().unwrap().iter().map(|mail| mail::read(mail)).collect();
    let threads = threads(messages);
    assert_eq!((threads.len(), threads[0].answers.len()), (1, 30));
    let requests = world.requests();
    assert!(requests[0].ends_with("/api/thread.lua?id=m0&find_parent=true"), "{}", requests[0]);
    let wanted: HashSet<&str> =
        requests.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(wanted.len(), 32, "each mail has its own address");
}

/// Deeper than the JSON library of this program would follow.
#[test]
fn a_deep_thread_comes_whole() {
    let world = World::new(200);
    assert_eq!(world.fetch().unwrap().len(), 201);
}

#[test]
fn a_few_mails_are_fetched_at_the_same_time() {
    let plan: Vec<String> = (0..=8).map(|n| format!(r#""source.lua m{n}": "pause""#)).collect();
    let world = World::new(8).plan(&format!("{{{}}}", plan.join(",")));
    world.fetch().unwrap();
    let at_once = world.requests().iter().map(|line| line[..1].parse::<u32>().unwrap()).max();
    assert!((2..=4).contains(&at_once.unwrap()), "{at_once:?}");
}

#[test]
fn passing_troubles_lose_nothing() {
    let plan = r#"{"thread.lua m0": "once", "source.lua m1": "once", "source.lua m2": "busy",
        "source.lua m3": "cut-once", "source.lua m4": "slow"}"#;
    let world = World::new(5).plan(plan);
    assert_eq!(world.fetch().unwrap(), world.mails);
}

#[test]
fn a_mail_that_cannot_be_fetched_is_an_error_and_no_lost_vote() {
    for (how, words) in [
        (r#"{"source.lua m3": "always"}"#, ["mail 4 of 6", "500", "source.lua?id=m3"]),
        (r#"{"source.lua m3": "cut"}"#, ["mail 4 of 6", "cannot fetch", "source.lua?id=m3"]),
        (r#"{"source.lua m3": "slower"}"#, ["mail 4 of 6", "cannot fetch", "source.lua?id=m3"]),
        (r#"{"source.lua m3": "huge"}"#, ["mail 4 of 6", "bytes", "source.lua?id=m3"]),
        (r#"{"source.lua m3": "page"}"#, ["did not answer with a mail", "source.lua", "m3"]),
    ] {
        World::new(5).plan(how).fails(&words);
    }
    let missing = World::new(5);
    fs::remove_file(missing.directory.path().join("m3.eml")).unwrap();
    missing.fails(&["mail 4 of 6", "404 Not Found"]);
    // What will not get better is not asked for again.
    let asked = missing.requests().iter().filter(|line| line.ends_with("id=m3")).count();
    assert_eq!(asked, 1);
}

#[test]
fn a_thread_that_cannot_be_told_is_an_error() {
    World::new(1).plan(r#"{"thread.lua m0": "always"}"#).fails(&["thread.lua?id=m0", "500"]);
    World::new(1).plan(r#"{"thread.lua m0": "cut"}"#).fails(&["cannot fetch", "thread.lua"]);
    let page = r#"{"thread.lua m0": "page"}"#;
    World::new(1).plan(page).fails(&["did not answer with the mails of a thread"]);
    for json in ["{}", "null", r#"{"thread": {"mid": "m0", "children": ["#] {
        let world = World::new(1);
        fs::write(world.directory.path().join("thread.json"), json).unwrap();
        world.fails(&["did not answer with the mails of a thread"]);
    }
    let nobody = ThreadAddress::read("abc", Some("http://127.0.0.1:1")).unwrap();
    let error = Archive::new(PATIENCE).unwrap().thread(&nobody, &|_, _| {}).unwrap_err();
    assert!(
        error.to_string().contains("cannot fetch http://127.0.0.1:1/api/thread.lua"),
        "{error}"
    );
}

#[test]
fn a_month_comes_as_an_mbox_file() {
    let world = World::new(1);
    let mbox = b"From a@b Fri Nov 20 10:00:00 2026\nFrom: a@b\nMessage-ID: <1@x>\n\n+1\n";
    fs::write(world.directory.path().join("month.mbox"), mbox).unwrap();
    let archive = Archive::new(PATIENCE).unwrap();
    let month = |list: &str, month: &str| archive.month(&world.server.url, list, month);
    assert_eq!(month("dev@x.apache.org", "2026-11").unwrap(), mbox);
    let last = world.requests().pop().unwrap();
    assert!(last.ends_with("/api/mbox.lua?list=dev%40x.apache.org&date=2026-11"), "{last}");
    for (list, when) in [("dev", "2026-11"), ("dev@x.apache.org", "2026-1"), ("@x.org", "2026-11")]
    {
        assert!(matches!(month(list, when), Err(PonymailError::NoMonth(_))), "{list} {when}");
    }
    fs::write(world.directory.path().join("month.mbox"), "<html>sorry</html>").unwrap();
    assert!(matches!(month("dev@x.apache.org", "2026-11"), Err(PonymailError::Strange { .. })));
    fs::write(world.directory.path().join("month.mbox"), "\n").unwrap();
    assert_eq!(month("dev@x.apache.org", "2026-11").unwrap(), b"\n");
}
