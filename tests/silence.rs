//! Nothing in silence: every mail of a vote is told of, whatever it is, and a person can rule on it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::fs;

use serde_json::Value;
use support::{Ran, World, program_for};

const BORDER: &str = "From list@lists.example Fri Nov 20 10:00:00 2026\n";
const SUBJECT: &str = "Re: [VOTE] Release Apache Demo 1.2.0 (rc1)";
const SENT: &str = "Date: Fri, 20 Nov 2026 13:00:00 +0000";
const ANSWERS: &str = "In-Reply-To: <call@lists.example>\nReferences: <call@lists.example>";
const PLAIN: &str = "Content-Type: text/plain; charset=utf-8";

/// The call of the other tests' threads, by Ann on 20 November at 10.
fn call() -> String {
    let passed = support::root().join("tests/threads/passed.mbox");
    let passed = fs::read_to_string(passed).unwrap();
    passed.split(BORDER).nth(1).unwrap().trim_end().to_owned() + "\n"
}

/// A mail of Cat's, who is a member, made of header lines and a text.
fn mail(id: &str, header: &[&str], text: &str) -> String {
    format!(
        "From: Cat <cat@apache.org>\nTo: dev@demo.apache.org\nMessage-ID: <{id}@lists.example>\n\
         List-Id: <dev.demo.apache.org>\n{}\n\n{text}\n",
        header.join("\n")
    )
}

/// An answer to the call, so many hours behind it.
fn answer(id: &str, hours: u32, text: &str) -> String {
    let hour = 10 + hours;
    let sent = format!("Date: {} Nov 2026 {:02}:00:00 +0000", 20 + hour / 24, hour % 24);
    mail(id, &[&format!("Subject: {SUBJECT}"), &sent, ANSWERS, PLAIN], text)
}

/// A world in which `vote.mbox` holds these mails behind the call.
fn world(mails: &[String]) -> World {
    let world = World::new();
    let members = support::root().join("tests/threads/members.txt");
    fs::copy(members, world.repo("members.txt")).unwrap();
    let mails: String = mails.iter().map(|mail| format!("{BORDER}{mail}\n")).collect();
    world.write("vote.mbox", format!("{BORDER}{}\n{mails}", call()));
    world
}

const TALLY: &[&str] =
    &["tally", "--project", "demo", "--version", "1.2.0", "--roster", "members.txt"];
const MBOX: &[&str] = &["--mbox", "vote.mbox", "--time", "2026-11-24T10:00:00Z"];

fn tally(world: &World, more: &[&str]) -> Ran {
    world.plusone(&[TALLY, MBOX, more].concat())
}

fn json(world: &World, more: &[&str]) -> Value {
    let ran = tally(world, &[&["--format", "json"], more].concat());
    assert!(ran.status != 2 && ran.status != 4, "{}", ran.stderr);
    ran.json()
}

fn list(json: &Value, name: &str) -> Vec<Value> {
    json[name].as_array().cloned().unwrap_or_default()
}

/// What is said of the one mail `id`: its vote with what became of it, else the list with the reason.
fn told(json: &Value, id: &str) -> String {
    let id = format!("{id}@lists.example");
    let is = |entry: &Value| entry["message_id"] == id[..];
    let ballot = list(json, "ballots").into_iter().find(&is);
    let ballot = ballot.map(|ballot| format!("{} {}", ballot["value"], ballot["state"]));
    let lists = ["unclear", "not_countable", "withdrawals", "dismissed", "no_vote"];
    let mut asides = lists.iter().filter_map(|name| {
        let aside = list(json, name).into_iter().find(&is)?;
        Some(format!("{name}: {}", aside["why"]))
    });
    let told = ballot.or_else(|| asides.next()).unwrap_or_else(|| "silence".to_owned());
    told.replace('"', "")
}

fn warnings(json: &Value) -> String {
    list(json, "warnings").iter().map(|line| format!("{}\n", line.as_str().unwrap())).collect()
}

#[test]
fn mails_without_a_vote_are_told_of_and_can_be_ruled_on() {
    let world = world(&[
        answer("thanks", 3, "Hi Ann,\n\nthanks for the work."),
        answer("exit", 4, "The script exits with -1 here, is that known?"),
        answer("plus", 5, "+1"),
        answer("stranger", 6, "What is in it?")
            .replace("Cat <cat@apache.org", "Eve <eve@mail.example"),
        answer("stranger2", 7, "I see.").replace("Cat <cat@apache.org", "Eve <eve@mail.example"),
        answer("result", 80, "The vote has passed.")
            .replace("Re: [VOTE]", "[RESULT] [VOTE]")
            .replace("Cat <cat", "Ann Archer <ann"),
    ]);
    let found = json(&world, &[]);
    assert_eq!(told(&found, "plus"), "+1 counted");
    let no_vote = list(&found, "no_vote");
    let ids: Vec<&str> = no_vote.iter().map(|mail| mail["message_id"].as_str().unwrap()).collect();
    let id = |name: &str| format!("{name}@lists.example");
    assert_eq!(ids, ["thanks", "exit", "stranger", "stranger2"].map(id));
    assert_eq!(no_vote[0]["text"], "thanks for the work.");
    assert_eq!(no_vote[0]["line"], 3);
    assert_eq!(no_vote[0]["from"], "Catherine Côté (cat)");
    assert_eq!((&no_vote[0]["figure"], &no_vote[1]["figure"]), (&false.into(), &true.into()));
    assert_eq!(
        found["roster"]["not_voted"],
        serde_json::json!(["ann", "bob", "dan", "li1", "li2"])
    );
    // What a person would look at first stands first; the rest is a number.
    let text = tally(&world, &[]).fails(1, &[]).stdout;
    let part = text.split("No vote found in\n").nth(1).unwrap();
    let lines: Vec<&str> = part.lines().skip(1).take(5).collect();
    assert_eq!(
        lines,
        [
            "figure   Catherine Côté (cat): The script exits with -1 here, is that known?",
            "         id  <exit@lists.example>",
            "member   Catherine Côté (cat): thanks for the work.",
            "         id  <thanks@lists.example>",
            "other    2 more mails; -v lists them",
        ]
    );
    assert!(text.contains("not voted    5 of 6 members: ann, bob, dan, li1, li2"), "{text}");
    let all = tally(&world, &["-v", "--html", "vote.html"]).stdout;
    assert!(all.contains("other    Eve: What is in it?") && !all.contains("-v lists"), "{all}");
    let page = fs::read_to_string(world.repo("vote.html")).unwrap();
    for part in ["No vote found in", "exits with -1", "What is in it?", "Not voted"] {
        assert!(page.contains(part), "no {part:?} in {page}");
    }
    // Whoever knows better says so, of each of them, and of call and result too.
    for name in ["thanks", "exit", "stranger", "call", "result"] {
        let rule = format!("<{name}@lists.example>=-1");
        let ruled = json(&world, &["--rule", &rule, "--reason", "told me"]);
        assert!(told(&ruled, name).starts_with("-1 "), "{name}: {}", told(&ruled, name));
        let rule = format!("<{name}@lists.example>=none");
        let ruled = json(&world, &["--rule", &rule, "--reason", "told me"]);
        assert_eq!(told(&ruled, name), "dismissed: a person ruled that it is no vote");
    }
}

#[test]
fn what_could_not_be_read_is_asked_about() {
    let part = |kind: &str, text: &str| format!("--x\nContent-Type: {kind}\n\n{text}\n");
    let pgp = "-----BEGIN PGP MESSAGE-----\n\nhQEMA+1AAAAA\n-----END PGP MESSAGE-----";
    let of = |kind: &str, text: &str| {
        let header = [&format!("Subject: {SUBJECT}")[..], SENT, ANSWERS, kind];
        mail("it", &header, text)
    };
    let mixed = "Content-Type: multipart/mixed; boundary=x";
    let encrypted = "Content-Type: multipart/encrypted; boundary=x";
    let two = part("application/pgp-encrypted", "Version: 1")
        + &part("application/octet-stream", pgp)
        + "--x--";
    let footer = part("text/plain", "To unsubscribe, e-mail: dev-unsubscribe@demo.apache.org");
    for (mail, why) in [
        (of(encrypted, &two), "encrypted"),
        // As a list or an Exchange server leaves it.
        (of(mixed, &format!("{}{two}", footer)), "encrypted"),
        (of(PLAIN, pgp), "encrypted"),
        (of(PLAIN, &format!("Hi all,\n\n{pgp}\n\nCat")), "encrypted"),
        (of("Content-Type: application/pkcs7-mime; smime-type=signed-data", "MIIF+1"), "S/MIME"),
        (of("Content-Type: application/x-pkcs7-mime; name=smime.p7m", "MIIF"), "S/MIME"),
        (of(mixed, &format!("{}--x--", part("image/png", "iVBOR"))), "no part that is text"),
    ] {
        let found = json(&world(std::slice::from_ref(&mail)), &[]);
        let told = told(&found, "it");
        assert!(told.starts_with("unclear: ") && told.contains(why), "{told}\n{mail}");
        assert_eq!(found["unclear"][0]["standing"], "binding");
    }
    // A vote beside it stands; what is only quoted or signed was read.
    for text in [
        format!("+1 (binding)\n\n{pgp}"),
        format!("+1\n\n> {}", pgp.replace('\n', "\n> ")),
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n+1\n-----BEGIN PGP SIGNATURE-----\n\n\
         iQ+1\n-----END PGP SIGNATURE-----"
            .to_owned(),
    ] {
        let found = json(&world(&[of(PLAIN, &text)]), &[]);
        assert_eq!(told(&found, "it"), "+1 counted", "{text}");
    }
}

#[test]
fn what_has_no_header_is_told() {
    let world = world(&[]);
    for (name, text) in [
        ("in/1.eml", call()),
        // An empty line before the header parts it from nothing.
        ("in/2.eml", format!("\r\n\n{}", answer("late", 3, "+1"))),
        ("in/3.eml", "+1 (binding)\n\nCat\n".to_owned()),
        ("in/4.eml", String::new()),
    ] {
        world.write(name, text);
    }
    let words = ["--eml", "in", "--time", "2026-11-24T10:00:00Z", "--format", "json"];
    let found = world.plusone(&[TALLY, &words].concat()).json();
    assert_eq!(told(&found, "late"), "+1 counted");
    let warnings = warnings(&found);
    assert!(warnings.contains("not read: `in/3.eml`, `in/4.eml`"), "{warnings}");
    let mut mbox = fs::read_to_string(world.repo("vote.mbox")).unwrap();
    mbox += &format!("{BORDER}\n+1\n\n{BORDER}{}", answer("cat", 4, "+1"));
    world.write("vote.mbox", mbox);
    let found = json(&world, &[]);
    assert_eq!(told(&found, "cat"), "+1 counted");
    assert!(self::warnings(&found).contains("not read: mail 2 of `vote.mbox`"), "{found}");
}

#[test]
fn a_date_that_cannot_be_loses_no_vote() {
    let received = |when: &str| format!("Received: by mx.example with SMTP id 1; {when}");
    let dated = |date: &str, more: &str| {
        let header = [&format!("Subject: {SUBJECT}")[..], date, ANSWERS, PLAIN, more];
        mail("it", &header[..if more.is_empty() { 4 } else { 5 }], "+1")
    };
    let at_one = received("Fri, 20 Nov 2026 13:00:05 +0000");
    for (date, more, expected, warned) in [
        ("Date: Mon, 02 Nov 2099 10:00:00 +0000", "", "unclear: dated 2099-11-02", ""),
        ("Date: Sat, 20 Nov 2027 13:00:00 +0000", "", "unclear: dated 2027-11-20", ""),
        ("Date: Sun, 20 Dec 2026 13:00:00 +0000", "", "unclear: dated 2026-12-20", ""),
        ("Date: Sun, 20 Dec 2026 13:00:00 +0000", &at_one, "+1 counted", "after it was received"),
        ("Date: Mon, 20 Nov 2023 13:00:00 +0000", &at_one, "+1 counted", "long before it was"),
        ("Date: Mon, 20 Nov 2023 13:00:00 +0000", "", "+1 counted", "the clock of Cat is wrong"),
        // Simply later than the count that is asked for.
        ("Date: Wed, 25 Nov 2026 13:00:00 +0000", "", "no_vote: sent later than this count", ""),
        (
            "Date: Sun, 20 Dec 2026 13:00:00 +0000",
            &received("Sun, 20 Dec 2026 13:00:09 +0000"),
            "no_vote: sent later than this count",
            "",
        ),
    ] {
        let found = json(&world(&[dated(date, more)]), &[]);
        let told = told(&found, "it");
        assert!(told.starts_with(expected), "{date} {more}: {told}");
        assert!(warnings(&found).contains(warned), "{date} {more}: {}", warnings(&found));
    }
    // The end of the vote too.
    let result = answer("end", 0, "It passed.")
        .replace("Re: [VOTE]", "[RESULT] [VOTE]")
        .replace("Cat <cat", "Ann Archer <ann")
        .replace("20 Nov 2026", "20 Nov 2096");
    let found = json(&world(&[result]), &[]);
    assert_eq!(told(&found, "end"), "no_vote: sent later than this count");
    let warnings = warnings(&found);
    assert!(warnings.contains("the [RESULT] of Ann Archer is dated 2096-11-20"), "{warnings}");
}

#[test]
fn answers_by_subject_alone_are_told_of() {
    let of = |subject: &str| {
        let subject = format!("Subject: {subject}");
        world(&[mail("it", &[&subject, SENT, PLAIN], "+1")])
    };
    for subject in [
        "RE: **EXT** [VOTE] Release Apache Demo 1.2.0 (rc1)",
        "[EXT] Re: [VOTE] Release Apache Demo 1.2.0 (rc1)",
        "Re: EXTERNAL: [VOTE] Release Apache Demo 1.2.0 (rc1)",
        "AW: {Spam?} [VOTE] Release Apache Demo 1.2.0 (rc1)",
        "**EXTERNAL SENDER** RE: [VOTE] Release Apache Demo 1.2.0 (rc1)",
        SUBJECT,
    ] {
        let found = json(&of(subject), &[]);
        assert_eq!(told(&found, "it"), "+1 counted", "{subject}");
        let warnings = warnings(&found);
        assert!(warnings.contains("by their subject alone: the mails of Cat"), "{warnings}");
    }
    for subject in [
        "Re: [VOTE] Release Apache Demo 1.2.0 rc1 - please vote",
        "Re: [VOTE] Apache Demo 1.2.0 (rc1)",
        "Re: [VOTE] Please release Apache Demo 1.2.0 (rc1)!",
    ] {
        let found = json(&of(subject), &[]);
        let told = told(&found, "it");
        assert!(told.starts_with("unclear: its subject is not quite"), "{subject}: {told}");
    }
    for subject in ["Re: [VOTE] Release Apache Demo 1.3.0 (rc1)", "Re: [VOTE] Release Other 1.2.0"]
    {
        let world = of(subject);
        // Another vote.
        assert_eq!(told(&json(&world, &["--message-id", "call@lists.example"]), "it"), "silence");
    }
}

#[test]
fn mails_that_run_together_are_found() {
    let vote = answer("it", 3, "+1");
    for (between, expected) in [
        ("", "+1 counted"),
        ("\n", "+1 counted"),
        ("\r\n", "+1 counted"),
        ("-- \nAnn\n", "+1 counted"),
    ] {
        for border in [BORDER, "From cat@apache.org  Fri Nov 20 13:00 2026 +0100\n", "From -\n"] {
            let world = world(&[]);
            let mails = format!("{BORDER}{}{between}{border}{vote}", call());
            world.write("vote.mbox", mails);
            assert_eq!(told(&json(&world, &[]), "it"), expected, "{between:?} {border}");
        }
    }
    // Where nothing parts them, it is said; where the text only looks so, nothing is.
    for (text, warned) in [
        (format!("{}{vote}", call()), true),
        (format!("{}{BORDER}{vote}", call().trim_end()), true),
        (format!("{}\nFrom here on,\nit works: see\n", call()), false),
        (format!("{}\nFrom: Cat\nSent: today\nSubject: x\n", call()), false),
    ] {
        let world = world(&[]);
        world.write("vote.mbox", format!("{BORDER}{text}"));
        let warnings = warnings(&json(&world, &[]));
        let said = warnings.contains("another mail seems to begin in its line");
        assert_eq!(said, warned, "{text}\n{warnings}");
    }
}

#[test]
fn a_vote_that_begins_anew_in_words_asks_about_earlier_votes() {
    let anew = "I have replaced the files. Please vote again in this thread.";
    let by_ann = |id: &str, hour: u32, text: &str| {
        answer(id, hour, text).replace("Cat <cat", "Ann Archer <ann")
    };
    let by_bob = |id: &str, hour: u32| answer(id, hour, "+1").replace("Cat <cat", "Bob <bob");
    let mails = [
        answer("before", 1, "+1"),
        by_bob("bob1", 2),
        by_ann("anew", 10, anew),
        by_bob("bob2", 12),
        by_ann("own", 13, "+1"),
    ];
    let found = json(&world(&mails), &[]);
    let before = told(&found, "before");
    assert!(before.contains("unclear: voted +1 before Ann Archer began the vote anew"), "{before}");
    assert_eq!(told(&found, "bob2"), "+1 counted");
    assert_eq!(list(&found, "unclear").iter().filter(|mail| mail["settled"].is_null()).count(), 1);
    // Three days from then on, not from the call.
    assert_eq!(found["closes_at"], "2026-11-23T20:00:00Z");
    assert_eq!(found["outcome"], "needs-ruling");
    let warned = warnings(&found);
    assert!(warned.contains("Ann Archer began the vote anew"), "{warned}");
    // Both ways that the warning names.
    for (opened, expected) in
        [("2026-11-20T20:00:00Z", "+1 early"), ("2026-11-20T10:00:00Z", "+1 counted")]
    {
        assert!(warned.contains(&format!("--opened {opened}")), "{warned}");
        let words = ["--opened", opened];
        assert_eq!(told(&json(&world(&mails), &words), "before"), expected);
    }
    // Nobody else can, and what only sounds like it does not.
    for other in [
        answer("anew", 10, anew),
        by_ann("anew", 10, "If rc1 fails, I will start a new vote."),
        by_ann("anew", 10, "Do you want me to restart the vote?"),
    ] {
        let found = json(&world(&[answer("before", 1, "+1"), other]), &[]);
        assert_eq!(told(&found, "before"), "+1 counted");
    }
}

#[test]
fn the_command_that_is_shown_works_when_typed() {
    let odd = "it's=a$b`c`";
    let mails = [
        answer("before", 1, "+1"),
        answer("open", 20, "-1 if the NOTICE is wrong").replace("open@", &format!("{odd}@")),
    ];
    let world = world(&mails);
    // Also while the vote is open.
    for time in ["2026-11-22T10:00:00Z", "2026-11-24T10:00:00Z"] {
        let words = ["--mbox", "vote.mbox", "--time", time, "--html", "a page.html"];
        let text = world.plusone(&[TALLY, &words].concat()).fails(3, &[]).stdout;
        let command = text.lines().find_map(|line| line.strip_prefix("  plusone ")).expect(&text);
        assert!(command.contains("--reason 'how it is known'"), "{command}");
        let line = format!("{} {command} --format json", env!("CARGO_BIN_EXE_plusone"));
        let ran = world.run("sh", &["-c", &line]);
        assert_eq!(ran.status, 3, "{}", ran.stderr);
        let ruled = ran.json();
        assert_eq!(ruled["ballots"][1]["message_id"], format!("{odd}@lists.example"));
        assert_eq!(ruled["ballots"][1]["ruling"], "how it is known");
    }
}

/// Types the answers, each when it is asked for, at a terminal of its own; `EOF` ends the input.
const TERMINAL: &str = "import os, pty, sys\n\
answers = sys.argv[1].split('|'); out = b''\n\
pid, fd = pty.fork()\n\
if pid == 0: os.execvp(sys.argv[2], sys.argv[2:])\n\
while True:\n\
\x20   try: data = os.read(fd, 4096)\n\
\x20   except OSError: break\n\
\x20   if not data: break\n\
\x20   out += data\n\
\x20   if out.endswith(b': ') and answers:\n\
\x20       answer = answers.pop(0)\n\
\x20       os.write(fd, b'\\x04' if answer == 'EOF' else answer.encode() + b'\\n')\n\
sys.stdout.write(out.decode().replace('\\r\\n', '\\n'))\n\
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n";

#[test]
fn whoever_is_asked_at_a_terminal_settles_what_is_unclear() {
    if !program_for("whoever_is_asked_at_a_terminal_settles_what_is_unclear", "python3") {
        return;
    }
    let unclear = "Hi all,\n\n-1 if the NOTICE is wrong.\n\u{1b}[31mred\n\nCat";
    let by = |id: &str, name: &str, text: &str| {
        let mail = answer(id, 5, text).replace("cat@apache.org", &format!("{name}@apache.org"));
        mail.replace("Cat <", &format!("{name} <"))
    };
    let world = world(&[
        answer("cat", 4, unclear),
        by("bob", "bob", "+1"),
        by("li", "li1", "+1 or -1, I cannot decide yet."),
        by("eve", "eve", "+0.5 or so, if the others agree; else -1"),
    ]);
    let ask = |answers: &str, more: &[&str]| {
        let words = [&["-c", TERMINAL, answers, env!("CARGO_BIN_EXE_plusone")], TALLY, MBOX];
        world.run("python3", &[&words.concat()[..], &["--ask"], more].concat())
    };
    // Nobody at the terminal.
    tally(&world, &["--ask"]).fails(2, &["there is no terminal", "--rule", "run `plusone tally"]);
    let ran = ask("maybe|+1||She told me|none|A joke|EOF", &[]);
    assert_eq!(ran.status, 3, "{}", ran.stdout);
    for part in [
        "1 of 3: Catherine Côté (cat), would bind, 2026-11-20 14:00 UTC",
        "  | -1 if the NOTICE is wrong.\n",
        "  | \u{fffd}[31mred\n",
        "`maybe` is none of them",
        "to count so again, add: --rule '<cat@lists.example>=+1' --reason 'She told me'",
        "by ruling: She told me",
        "<li@lists.example> is taken for none",
        "binding      2 +1, 0 0, 0 -1",
    ] {
        assert!(ran.stdout.contains(part), "no {part:?} in\n{}", ran.stdout);
    }
    // What was said is kept where there is a ledger, and not asked again.
    world.git(&["init", "-q"]);
    world.write("plusone.toml", "[project]\nname = \"demo\"\n");
    let ran = ask("later|-1|She told me|later", &[]);
    assert!(ran.stdout.contains("the ruling is kept in"), "{}", ran.stdout);
    let ran = ask("EOF", &[]);
    assert!(
        ran.stdout.contains("1 of 2: Catherine") && !ran.stdout.contains("of 3:"),
        "{}",
        ran.stdout
    );
    assert_eq!(json(&world, &[])["counts"]["binding"]["minus_one"], 1);
}
