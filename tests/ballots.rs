//! What mails say about a vote: what a person reads is what must come out.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use plusone::mail::{Address, Message, MessageId};
use plusone::vote::ballot::{Reading, Says, Value, read};
use proptest::prelude::*;

fn message(text: &str) -> Message {
    Message {
        id: MessageId("reply@example.org".into()),
        subject: "Re: [VOTE] Release Apache Demo 1.2.0-rc1".into(),
        sender: Address { name: Some("Bob Builder".into()), address: "bob@example.org".into() }
            .into(),
        text: text.into(),
        ..Message::default()
    }
}

/// One line of a fixture.
struct Case {
    text: String,
    expected: String,
    why: String,
    context: BTreeMap<String, String>,
}

fn cases(name: &str) -> Vec<Case> {
    let unescape = |text: &str| {
        text.replace("\\n", "\n")
            .replace("\\r", "\r")
            .replace("\\t", "\t")
            .replace("\\u200b", "\u{200b}")
    };
    let file = fs::read_to_string(format!("tests/fixtures/ballots/{name}")).unwrap();
    file.lines()
        .filter(|line| !line.starts_with("# ") && !line.is_empty())
        .map(|line| {
            let mut columns = line.split('\t');
            let mut next = || columns.next().unwrap_or_default();
            let (text, expected, why) = (unescape(next()), next().to_owned(), next().to_owned());
            assert!(!expected.is_empty() && !why.is_empty(), "{line}");
            let context = columns.map(|column| {
                let (name, value) = column.split_once('=').unwrap_or((column, ""));
                (name.to_owned(), unescape(value))
            });
            Case { text, expected, why, context: context.collect() }
        })
        .collect()
}

impl Case {
    fn read(&self) -> Reading {
        let mut mail = message(&self.text);
        if let Some(subject) = self.context.get("subject") {
            mail.subject.clone_from(subject);
        }
        if let Some(sender) = self.context.get("sender") {
            Arc::make_mut(&mut mail.sender).name = Some(sender.clone());
        }
        let answered = self.context.get("answered").map(|text| message(text));
        read(&mail, answered.as_ref(), self.context.contains_key("call"))
    }
}

/// A reading in the words of the fixtures.
fn words(reading: &Reading) -> String {
    let mut words = match &reading.says {
        Says::Nothing => "none".to_owned(),
        Says::Vote(Value::PlusOne) => "+1".to_owned(),
        Says::Vote(Value::Zero) => "0".to_owned(),
        Says::Vote(Value::MinusOne) => "-1".to_owned(),
        Says::Withdrawn => "withdrawn".to_owned(),
        Says::NotCountable(_) => "not-countable".to_owned(),
        Says::Unclear(_) => return "unclear".to_owned(),
    };
    match reading.claims_binding {
        Some(true) => words.push_str(" binding"),
        Some(false) => words.push_str(" non-binding"),
        None => {}
    }
    if reading.carried {
        words.push_str(" carried");
    }
    words
}

/// What became of some phrases of which a person knows what they are.
#[derive(Default)]
struct Marks {
    right: usize,
    /// Asked although a person would not.
    asked: Vec<String>,
    /// Counted as something else, or not seen.
    wrong: String,
}

impl Marks {
    fn mark(&mut self, text: &str, expected: &str, reading: &Reading) {
        let found = words(reading);
        match &found[..] {
            found if found == expected => self.right += 1,
            "unclear" => self.asked.push(text.to_owned()),
            // A person would ask, and knows of the mail by the list of those without a vote.
            "none" if expected == "unclear" && !reading.figure => self.wrong.push_str("unseen: "),
            _ => {}
        }
        if found != expected && found != "unclear" {
            writeln!(self.wrong, "{text:?} is {expected}, not {found}").unwrap();
        }
    }

    #[track_caller]
    fn check(&self, asked_at_most: f64) {
        let share = self.asked.len() as f64 / (self.right + self.asked.len()) as f64;
        let figures = format!(
            "{} right, {} asked ({:.1} %):\n{}",
            self.right,
            self.asked.len(),
            share * 100.0,
            self.asked.iter().map(|text| format!("  {text:?}\n")).collect::<String>()
        );
        assert!(self.wrong.is_empty(), "{}\n{figures}", self.wrong);
        assert!(share <= asked_at_most, "{figures}");
    }
}

#[track_caller]
fn check(name: &str, asked_at_most: f64) {
    let mut marks = Marks::default();
    for case in cases(name) {
        let reading = case.read();
        marks.mark(&case.text, &case.expected, &reading);
        assert_eq!(reading.evidence.is_none(), reading.says == Says::Nothing);
        for evidence in reading.evidence.iter().chain(&reading.first).filter(|line| line.line > 0) {
            let line = case.text.split('\n').nth(evidence.line - 1).unwrap();
            assert!(line.trim().ends_with(&evidence.text), "{evidence:?}");
        }
    }
    marks.check(asked_at_most);
}

#[test]
fn what_other_tools_get_wrong() {
    check("pitfalls.tsv", 0.25);
}

#[test]
fn how_people_write() {
    assert!(cases("cases.tsv").len() >= 150);
    check("cases.tsv", 0.25);
}

#[test]
fn kinds_that_were_lost_or_stolen() {
    check("kinds.tsv", 0.05);
}

/// What a phrase of the corpus is; a phrase that a person could not count as a vote without asking
/// is unclear, whatever the release manager made of it.
fn phrase_expected(phrase: &str, vote: &str, source: &str) -> &'static str {
    match (phrase, vote) {
        // No figure in them: an explicit vote is wanted (POLICY T-06).
        _ if source == "maven-release-maven-indexer-6-0-0/02.eml" => "none",
        _ if source == "maven-release-maven-jdeprscan-plugin-3-0-0-alpha-1/02.eml" => "unclear",
        // The file's own words: "missing sign; treat as unclear", "choice not made", "mixed".
        ("1 (binding)" | "+1 (binding) or +1 (non-binding)", _) => "unclear",
        (_, vote) if vote.starts_with("mixed") => "unclear",
        (_, "+1") => "+1",
        (_, "-1") => "-1",
        (_, "0") => "0",
        (_, "none") => "none",
        (phrase, vote) => panic!("{phrase}: {vote}"),
    }
}

#[test]
fn phrases_of_the_corpus() {
    let Some(corpus) = support::corpus_for("phrases_of_the_corpus") else { return };
    let file = fs::read_to_string(corpus.join("votes/phrases.tsv")).unwrap();
    let mut marks = Marks::default();
    for line in file.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [phrase, vote, claim, source, ..] = columns[..] else { panic!("{line}") };
        let expected = phrase_expected(phrase, vote, source);
        let reading = read(&message(&phrase.replace(" / ", "\n")), None, false);
        let plain = Reading { claims_binding: None, carried: false, ..reading.clone() };
        marks.mark(phrase, expected, &plain);
        let claimed = match claim {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        if matches!(reading.says, Says::Vote(_)) && claimed.is_some() {
            assert_eq!(reading.claims_binding, claimed, "{phrase}");
        }
    }
    marks.check(0.15);
}

/// Headers and text of a raw mail, as far as this test needs them.
fn parse(bytes: &[u8]) -> Message {
    let parsed = mail_parser::MessageParser::default().parse(bytes).unwrap();
    let mut mail = message(&parsed.body_text(0).unwrap_or_default().replace("\r\n", "\n"));
    mail.subject = parsed.subject().unwrap_or_default().to_owned();
    mail.id = MessageId(parsed.message_id().unwrap_or_default().to_owned());
    let ids = parsed.in_reply_to().as_text_list();
    mail.in_reply_to = ids.unwrap_or_default().iter().map(|id| MessageId(id.to_string())).collect();
    let from = parsed.from().and_then(|from| from.first());
    Arc::make_mut(&mut mail.sender).name = from.and_then(|from| from.name()).map(str::to_owned);
    mail
}

fn thread(directory: &Path) -> BTreeMap<String, Message> {
    let files = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, parse(&fs::read(&path).unwrap()))
        })
        .collect()
}

fn answered<'t>(mail: &Message, thread: &'t BTreeMap<String, Message>) -> Option<&'t Message> {
    thread.values().find(|other| mail.in_reply_to.contains(&other.id))
}

#[test]
fn mails_of_the_corpus() {
    let Some(corpus) = support::corpus_for("mails_of_the_corpus") else { return };
    let (mut votes, mut silent, mut wrong) = (0, 0, String::new());
    for directory in fs::read_dir(corpus.join("votes")).unwrap().map(|entry| entry.unwrap().path())
    {
        if !directory.is_dir() {
            continue;
        }
        let truth: serde_json::Value =
            serde_json::from_slice(&fs::read(directory.join("truth.json")).unwrap()).unwrap();
        let voters = truth["voters"].as_array().unwrap();
        let mails = thread(&directory);
        for (name, mail) in &mails {
            let voter = voters.iter().find(|voter| voter["file"] == **name);
            let prose = voter.is_some_and(|voter| {
                voter["vote"] == "none stated"
                    || voter["note"].as_str().is_some_and(|note| note.contains("no literal"))
            });
            let is_call = mail.subject.starts_with("[VOTE]");
            let reading = read(mail, answered(mail, &mails), is_call);
            let found = words(&Reading { claims_binding: None, carried: false, ..reading.clone() });
            let fits = match voter {
                Some(_) if prose => matches!(&found[..], "none" | "unclear"),
                Some(voter) => found == voter["vote"].as_str().unwrap(),
                // A figure that is named again by who voted so is no question in the count.
                None => {
                    found == "none"
                        || voters.iter().any(|voter| {
                            let from = voter["from"].as_str().unwrap_or_default();
                            let name = mail.sender.name.as_deref().unwrap_or("-");
                            let value = match reading.may_be {
                                Some(Value::PlusOne) => "+1",
                                Some(Value::MinusOne) => "-1",
                                _ => return false,
                            };
                            from.contains(name) && voter["vote"] == value
                        })
                }
            };
            if !fits {
                writeln!(wrong, "{}/{name}: {found} {reading:?}", directory.display()).unwrap();
            }
            if let Some(voter) = voter.filter(|_| !prose) {
                let claim = match voter["claim"].as_str().unwrap() {
                    "binding" => Some(true),
                    "non-binding" => Some(false),
                    _ => None,
                };
                if reading.claims_binding != claim {
                    writeln!(wrong, "{}/{name}: {claim:?}", directory.display()).unwrap();
                }
            }
            let again =
                Message { text: format!("{}\n{}", mail.text, quoted(&mail.text)), ..mail.clone() };
            assert_eq!(
                said(&reading),
                said(&read(&again, answered(mail, &mails), is_call)),
                "{name}"
            );
            let only = Message { text: quoted(&mail.text), ..mail.clone() };
            assert_eq!(read(&only, Some(mail), false).says, Says::Nothing, "{name}");
            votes += usize::from(voter.is_some());
            silent += usize::from(voter.is_none());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(votes > 50 && silent > 50, "{votes} {silent}");
}

/// Pieces that mails are made of, among them all that a rule looks for.
fn piece() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "+1",
        "-1",
        "0",
        "+0",
        "−1",
        "+1s",
        "+0.5",
        "(binding)",
        "(non-binding)",
        "\n",
        "\n\n",
        " ",
        ", ",
        ". ",
        ": ",
        "if ",
        "my ",
        "I ",
        "vote ",
        "change ",
        "from ",
        "to ",
        "withdraw ",
        "thanks for the ",
        "> ",
        "| ",
        "[x] ",
        "[ ] ",
        "-- \n",
        "Jane Doe wrote:\n",
        "On 6 Jan 2026, Jane <jane@example.org> wrote:\n",
        "From: Jane Doe <j@example.org>\nSent: x\nTo: y\n",
        "-----Original Message-----\n",
        "@@ -1,2 +1 @@\n",
        "`",
        "*",
        "~~",
        "👍",
        ":+1:",
        "Sent from my iPhone\n",
        "carry ",
        "\t",
        "\r\n",
        "-----BEGIN PGP SIGNED MESSAGE-----\n",
        "我投",
        "é",
        "\u{200b}",
        "+1 555 0100",
        "12:00 +1000",
        "Jane: ",
        "- ",
        "1. ",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => "[ -~äöé\n]{0,12}", 1 => any::<char>().prop_map(String::from)]
}

/// Words of a sentence that names a vote.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "I",
        "you",
        "my",
        "his",
        "vote",
        "for",
        "the",
        "a",
        "not",
        "if",
        "is",
        "was",
        "to",
        "from",
        "Jane",
        "release",
        "change",
        "withdraw",
        "code",
        "three",
        "no",
        "and",
        "or",
        "thanks",
        "would",
        "binding",
        "(binding)",
        "because",
        "it",
        "fails",
        "ok",
        "good",
        "反对",
        "nicht",
        "и",
    ])
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat())
}

fn quoted(text: &str) -> String {
    text.split('\n').map(|line| format!("> {line}\n")).collect()
}

/// What is said, apart from where.
fn said(reading: &Reading) -> (Says, Option<bool>, bool) {
    (reading.says.clone(), reading.claims_binding, reading.carried)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in text(), other in text(), is_call: bool) {
        let (mail, other) = (message(&text), message(&other));
        for answered in [None, Some(&other), Some(&mail)] {
            let reading = read(&mail, answered, is_call);
            prop_assert_eq!(reading.evidence.is_none(), reading.says == Says::Nothing);
            if let Some(evidence) = &reading.evidence {
                let line = text.split('\n').nth(evidence.line - 1);
                prop_assert!(line.is_some_and(|line| line.trim().ends_with(&evidence.text)));
            }
        }
    }

    /// Whatever stands around it, a figure of the writer's own is counted, asked about or listed.
    #[test]
    fn no_figure_disappears(
        before in prop::collection::vec(word(), 0..7),
        figure in prop::sample::select(vec!["+1", "-1", "±0", "−1", "+1s"]),
        after in prop::collection::vec(word(), 0..7),
        is_call: bool,
    ) {
        let line = format!("{} {figure} {}", before.join(" "), after.join(" "));
        let reading = read(&message(&format!("{line}\n\nThanks\n")), None, is_call);
        prop_assert!(reading.figure, "{}", line);
        let shown = reading.evidence.or(reading.first).unwrap();
        prop_assert_eq!(shown.text, line.trim());
    }

    #[test]
    fn a_quote_alone_says_nothing(text in text(), is_call: bool) {
        let reading = read(&message(&quoted(&text)), None, is_call);
        prop_assert_eq!(reading.says, Says::Nothing);
    }

    #[test]
    fn a_quote_below_changes_nothing(text in text(), other in text()) {
        let alone = read(&message(&format!("{text}\n")), None, false);
        let below = read(&message(&format!("{text}\n{}", quoted(&other))), None, false);
        prop_assert_eq!(said(&alone), said(&below));
    }

    #[test]
    fn line_ends_change_nothing(text in text()) {
        let text = text.replace('\r', "");
        let unix = read(&message(&text), None, false);
        let windows = read(&message(&text.replace('\n', "\r\n")), None, false);
        prop_assert_eq!(unix, windows);
    }
}

#[test]
fn a_quote_below_changes_no_fixture() {
    let all: Vec<Case> = cases("cases.tsv").into_iter().chain(cases("pitfalls.tsv")).collect();
    for (case, other) in all.iter().zip(all.iter().rev()) {
        let below = Case {
            text: format!("{}\n\nOn 6 Jan 2026, Jane wrote:\n{}", case.text, quoted(&other.text)),
            expected: case.expected.clone(),
            why: case.why.clone(),
            context: case.context.clone(),
        };
        assert_eq!(said(&case.read()), said(&below.read()), "{}", below.text);
    }
}

#[test]
fn time_is_linear() {
    // A quadratic reading of the longer one would take 64 times the shorter, not 8 times.
    for unit in [
        "+",
        "-",
        "~~",
        "0",
        "(",
        "a:",
        "+1 +",
        "+1 \n",
        "+1 ",
        "> +1\n",
        "+1 (binding) if my -1, ",
        "- +1 x\n",
        "[ ] +1\n",
        "Jane wrote:\n",
        "my my +1 ",
        "\n",
    ] {
        let time = |bytes: usize| {
            let mail = message(&unit.repeat(bytes / unit.len()));
            let start = std::time::Instant::now();
            let _ = read(&mail, Some(&mail), false);
            start.elapsed().as_secs_f64()
        };
        let (short, long) = (time(1 << 15), time(1 << 18));
        assert!(long < 8.0 * 6.0 * short.max(0.02), "{unit:?}: {short} s, {long} s");
    }
}
