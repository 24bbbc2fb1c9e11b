//! Which mail belongs to which vote, one sentence of the rules after another.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

use plusone::mail::{self, Message};
use plusone::vote::thread::{FindError, Thread, Which, find, threads};
use proptest::prelude::*;

const CALL: &str = "Please vote, the vote is open for 72 hours.\n\n[ ] +1\n[ ] 0\n[ ] -1\n";

/// A mail of `id`, sent at `hour` of 20 November, answering `parent` if that is not empty.
fn mail(id: &str, hour: u32, subject: &str, parent: &str) -> Message {
    mail_of(
        id,
        hour,
        subject,
        parent,
        "voter",
        if subject.starts_with('[') { CALL } else { "+1\n" },
    )
}

fn mail_of(id: &str, hour: u32, subject: &str, parent: &str, who: &str, text: &str) -> Message {
    on_list(id, hour, subject, parent, who, text, "dev.demo.apache.org")
}

fn on_list(
    id: &str,
    hour: u32,
    subject: &str,
    parent: &str,
    who: &str,
    text: &str,
    list: &str,
) -> Message {
    let references = match parent {
        "" => String::new(),
        parent => format!("In-Reply-To: <{parent}>\nReferences: <{parent}>\n"),
    };
    let (day, hour) = (20 + hour / 24, hour % 24);
    let raw = format!(
        "From: {who} <{who}@apache.org>\nMessage-ID: <{id}>\nDate: {day} Nov 2026 {hour:02}:00:00 +0000\n\
         List-Id: <{list}>\nSubject: {subject}\n{references}\n{text}"
    );
    mail::read(raw.as_bytes())
}

fn ids(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| &message.id.0[..]).collect()
}

/// `call: answers / result / cancel / also posted` of each thread, a line each.
fn shape(threads: &[Thread]) -> String {
    let one = |message: &Option<Message>| {
        message.as_ref().map_or(String::new(), |message| message.id.0.clone())
    };
    let line = |thread: &Thread| {
        let call = match thread.call_is_missing() {
            true => "?".to_owned(),
            false => thread.call.id.0.clone(),
        };
        let (answers, also) = (ids(&thread.answers).join(" "), ids(&thread.also_posted).join(" "));
        let shape = format!(
            "{call}: {answers} / {} / {} / {also}",
            one(&thread.result),
            one(&thread.cancel)
        );
        shape.trim_end_matches([' ', '/']).to_owned()
    };
    threads.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn assert_shape(messages: Vec<Message>, expected: &str) {
    let mut reversed = messages.clone();
    reversed.reverse();
    assert_eq!(shape(&threads(messages)), expected);
    assert_eq!(shape(&threads(reversed)), expected, "in another order");
}

const V1: &str = "[VOTE] Release Apache Demo 1.0 RC1";
const V2: &str = "[VOTE] Release Apache Demo 1.0 RC2";

fn re(subject: &str) -> String {
    format!("Re: {subject}")
}

#[test]
fn answers_are_found_by_references_and_by_subject() {
    assert_shape(
        vec![
            mail("call", 0, V1, ""),
            mail("a1", 1, &re(V1), "call"),
            mail("a2", 2, "Re: licence of jquery (was: the vote)", "a1"),
            mail("a3", 3, "AW: Re: [VOTE]  release apache demo 1.0 rc1", ""),
            mail("a4", 4, &re(V1), "lost"),
            mail("a5", 5, "+1", "a4"),
            mail("other", 6, "Re: lunch", ""),
            mail("other2", 7, "[VOTE] Release Apache Other 1.0 RC1", ""),
            mail("b1", 8, "Re: [VOTE] Release Apache Other 1.0 RC1", "other2"),
        ],
        "call: a1 a2 a3 a4 a5\nother2: b1",
    );
}

#[test]
fn answers_are_sorted_by_date_and_then_id() {
    assert_shape(
        vec![
            mail("call", 5, V1, ""),
            mail("b", 7, &re(V1), "call"),
            mail("a", 7, &re(V1), "b"),
            // A voter's clock is slow.
            mail("z", 4, &re(V1), "call"),
        ],
        "call: z a b",
    );
}

#[test]
fn references_may_run_in_circles() {
    let mut loops = vec![
        mail("call", 0, V1, "a2"),
        mail("a1", 1, &re(V1), "call"),
        mail("a2", 2, &re(V1), "a1"),
        mail("self", 3, &re(V1), "self"),
    ];
    // One that names itself and everything else.
    loops[2].references = loops.iter().map(|message| message.id.clone()).collect();
    assert_shape(loops, "call: a1 a2 self");
}

#[test]
fn a_mail_in_several_archives_counts_once() {
    let call = mail("call", 0, V1, "");
    let answer = mail("a1", 1, &re(V1), "call");
    let mut copy = answer.clone();
    copy.lists = vec!["general@incubator.apache.org".to_owned()];
    let found = threads(vec![call.clone(), answer.clone(), copy, call, answer]);
    assert_eq!(shape(&found), "call: a1");
    assert_eq!(found[0].answers[0].lists, ["dev@demo.apache.org", "general@incubator.apache.org"]);
    assert!(found[0].answers[0].warnings.is_empty());
}

#[test]
fn a_mail_without_an_id_counts_once_too() {
    let raw = |received: &str| {
        format!(
            "{received}From: a <a@x.org>\nDate: 20 Nov 2026 12:00 +0000\nSubject: {}\n\n+1\n",
            re(V1)
        )
    };
    let one = mail::read(raw("Received: by one; 20 Nov 2026 12:00 +0000\n").as_bytes());
    let other = mail::read(raw("").replace('\n', "\r\n").as_bytes());
    assert_eq!(one.id, other.id);
    let found = threads(vec![mail("call", 0, V1, ""), one, other]);
    assert_eq!(found[0].answers.len(), 1);
}

#[test]
fn mails_that_share_an_id_are_kept_apart() {
    let honest = mail_of("a1", 1, &re(V1), "call", "jane", "-1 it is broken\n");
    let copy = mail_of(
        "a1",
        1,
        &re(V1),
        "call",
        "jane",
        "-1 it is\nbroken\n\n---------\nTo unsubscribe, e-mail: x\n",
    );
    let changed = mail_of("a1", 2, &re(V1), "call", "jane", "+1\n");
    let forged = mail_of("a1", 3, &re(V1), "call", "eve", "-1 it is broken\n");
    let mut mails = vec![honest, copy, changed, forged, mail("call", 0, V1, "")];
    for _ in 0..mails.len() {
        mails.rotate_left(1);
        let found = threads(mails.clone());
        let answers = &found[0].answers;
        let senders: Vec<&str> = answers.iter().map(|mail| &mail.sender.address[..]).collect();
        assert_eq!(senders, ["jane@apache.org", "jane@apache.org", "eve@apache.org"]);
        assert_eq!(answers[0].id.0, "a1", "the earlier keeps it");
        assert!(answers[1].id.0.starts_with("a1~") && answers[2].id.0.starts_with("a1~"));
        assert_ne!(answers[1].id, answers[2].id);
        assert!(answers.iter().all(|mail| mail.warnings.iter().any(|w| w.contains("Message-ID"))));
    }
}

#[test]
fn only_the_caller_begins_a_vote_anew() {
    let by = |who: &str| {
        let mut mail = mail_of("again", 2, V1, "call", who, CALL);
        std::sync::Arc::make_mut(&mut mail.sender).name = Some("voter".to_owned());
        mail
    };
    let thread =
        |who| threads(vec![mail("call", 0, V1, ""), mail("a1", 1, &re(V1), "call"), by(who)]);
    assert_eq!(shape(&thread("voter")), "call: a1\nagain:");
    assert_eq!(shape(&thread("eve")), "call: a1 again");
    // Outside of the thread it is a vote of its own, and nobody knows which one is meant.
    let which = Which::Release { project: None, version: None, rc: None, list: None };
    let apart = |who: &str| {
        let call = mail_of("again", 2, V1, "", who, CALL);
        threads(vec![mail("call", 0, V1, ""), mail("a1", 1, &re(V1), "call"), call])
    };
    assert_eq!(find(&apart("voter"), &which).map(|vote| &vote.call.id.0[..]), Ok("again"));
    let apart = apart("eve");
    let Err(FindError::Ambiguous { candidates, .. }) = find(&apart, &which) else { panic!() };
    assert!(candidates[0].ends_with("<again>") && candidates[1].ends_with("<call>"));
}

#[test]
fn one_vote_is_the_one_and_a_list_tells_its_project() {
    let release = |project: &str, version: Option<&str>| Which::Release {
        project: Some(project.to_owned()),
        version: version.map(str::to_owned),
        rc: None,
        list: None,
    };
    let bare = mail("bare", 1, "[VOTE] 2.0 RC1", "");
    let found = |votes: &[Message], which: &Which| {
        let threads = threads(votes.to_vec());
        find(&threads, which).ok().map(|vote| vote.call.id.0.clone())
    };
    let only = [bare.clone()];
    assert_eq!(found(&only, &release("other", None)).as_deref(), Some("bare"));
    assert_eq!(found(&only, &release("other", Some("2.0"))).as_deref(), Some("bare"));
    assert_eq!(found(&only, &release("other", Some("2.1"))), None, "it says another version");
    let named = mail("named", 0, V1, "");
    let tools = mail("tools", 2, "[VOTE] Release Apache Tools 3.0", "");
    let all = [named, bare, tools];
    // Its list is dev@demo.apache.org.
    assert_eq!(found(&all, &release("demo", None)).as_deref(), Some("bare"));
    assert_eq!(found(&all, &release("incubator-demo", Some("3.0"))).as_deref(), Some("tools"));
    assert_eq!(found(&all, &release("other", None)), None);
}

#[test]
fn a_thread_is_cut_at_each_call() {
    // The second candidate is called within the first one's thread, by answering.
    assert_shape(
        vec![
            mail("rc1", 0, V1, ""),
            mail("a1", 1, &re(V1), "rc1"),
            mail("rc2", 2, V2, "a1"),
            mail("b1", 3, &re(V2), "rc2"),
            mail("a2", 4, &re(V1), "a1"),
            mail_of("rc3", 5, "Re: [VOTE] Release Apache Demo 1.0 RC3", "b1", "voter", CALL),
            mail("c1", 6, "Re: [VOTE] Release Apache Demo 1.0 RC3", "rc3"),
        ],
        "rc1: a1 a2\nrc2: b1\nrc3: c1",
    );
}

#[test]
fn a_vote_that_is_cancelled_and_begun_anew_is_two() {
    // With the same subject, in the same thread and outside of it.
    assert_shape(
        vec![
            mail("one", 0, V1, ""),
            mail("a1", 1, &re(V1), "one"),
            mail("cancel", 2, &format!("[CANCEL] {V1}"), "a1"),
            mail("two", 3, V1, "cancel"),
            mail("b1", 4, &re(V1), "two"),
            mail("late", 5, &re(V1), "one"),
            mail("b2", 6, &re(V1), ""),
        ],
        "one: a1 late /  / cancel\ntwo: b1 b2",
    );
    assert_shape(
        vec![
            mail("one", 0, V1, ""),
            mail("a1", 1, &re(V1), "one"),
            mail("cancel", 2, &format!("{V1} - CANCELED"), ""),
            mail("two", 30, V1, ""),
            mail("b1", 31, &re(V1), "two"),
            mail("b2", 32, &re(V1), ""),
            mail("result", 99, "[RESULT][VOTE] Release Apache Demo 1.0 RC1", ""),
        ],
        "one: a1 /  / cancel\ntwo: b1 b2 / result",
    );
}

#[test]
fn an_answer_without_re_is_no_call() {
    assert_shape(
        vec![
            mail("call", 0, V1, ""),
            mail_of("a1", 1, V1, "call", "bob", "+1 (binding)\n"),
            mail_of("a2", 2, V1, "", "eve", "+1\n"),
            mail_of("a3", 3, V1, "call", "eve", &format!("+1\n{CALL}")),
        ],
        "call: a1 a2 a3",
    );
}

#[test]
fn a_call_on_two_lists_is_one_vote() {
    let call = |id: &str, hour: u32, list: &str| on_list(id, hour, V1, "", "jane", CALL, list);
    assert_shape(
        vec![
            call("dev", 0, "dev.demo.apache.org"),
            call("users", 1, "users.demo.apache.org"),
            mail("a1", 2, &re(V1), "dev"),
            mail("a2", 3, &re(V1), "users"),
        ],
        "dev: a1 a2 /  /  / users",
    );
    // Sent twice by mistake.
    assert_shape(
        vec![
            call("dev", 0, "dev.demo.apache.org"),
            call("again", 1, "dev.demo.apache.org"),
            mail("a1", 2, &re(V1), "again"),
        ],
        "dev: a1 /  /  / again",
    );
}

/// POLICY V-08, V-09: a podling's two votes are two, also at the same time and with one text.
#[test]
fn the_two_votes_of_a_podling_are_two() {
    let call = |id: &str, hour: u32, list: &str| on_list(id, hour, V1, "", "jane", CALL, list);
    assert_shape(
        vec![
            call("dev", 0, "dev.demo.apache.org"),
            call("general", 1, "general.incubator.apache.org"),
            mail("a1", 2, &re(V1), "dev"),
            mail("a2", 3, &re(V1), "general"),
        ],
        "dev: a1\ngeneral: a2",
    );
}

#[test]
fn results_and_cancellations_are_found_in_every_form() {
    for (subject, parent) in [
        ("[RESULT] [VOTE] Release Apache Demo 1.0 RC1", "call"),
        ("[Result][VOTE] Release Apache Demo 1.0 RC1", ""),
        ("RESULT: Release Apache Demo 1.0 RC1", ""),
        ("[VOTE][RESULT] Release Apache Demo version 1.0", ""),
        ("Re: [VOTE][RESULT] Release Apache Demo 1.0 RC1", "call"),
        ("[RESULT] Release Demo 1.0 RC1", "lost"),
    ] {
        let told = mail_of("told", 80, subject, parent, "voter", "it passed\n");
        let calls = || vec![mail("call", 0, V1, ""), mail("a1", 1, &re(V1), "call")];
        assert_shape([calls(), vec![told.clone()]].concat(), "call: a1 / told");
        // Answers to it are answers, late ones; the vote goes on to be one.
        let thanks = mail("thanks", 81, &re(subject), "told");
        assert_shape([calls(), vec![told, thanks]].concat(), "call: a1 thanks / told");
    }
    for subject in [
        "[CANCEL] [VOTE] Release Apache Demo 1.0 RC1",
        "[CANCELLED] [VOTE] Release Apache Demo 1.0 RC1",
        "[CANCELED][VOTE] Release Apache Demo 1.0 RC1",
        "[VOTE][CANCELLED] Release Apache Demo 1.0 RC1",
        "[VOTE] Release Apache Demo 1.0 RC1 - CANCELED",
        "Re: [CANCEL][VOTE] Release Apache Demo 1.0 RC1",
    ] {
        let told = mail_of("told", 9, subject, "", "voter", "sorry\n");
        let calls = vec![mail("call", 0, V1, ""), mail("a1", 1, &re(V1), "call"), told];
        assert_shape(calls, "call: a1 /  / told");
    }
}

#[test]
fn a_result_belongs_to_the_vote_it_names() {
    assert_shape(
        vec![
            mail("rc1", 0, V1, ""),
            mail("rc2", 9, V2, ""),
            mail("other", 10, "[VOTE] Release Apache Demo Tools 1.0 RC2", ""),
            mail("r1", 80, &format!("[RESULT] {V1}"), ""),
            mail("r2", 81, &format!("[RESULT] {V2}"), ""),
            mail("r3", 82, "[RESULT] [VOTE] Release Apache Demo 1.1 RC1", ""),
        ],
        "rc1:  / r1\nrc2:  / r2\nother:",
    );
}

#[test]
fn the_result_is_that_of_the_person_who_called() {
    let result = |id: &str, hour: u32, who: &str| {
        mail_of(id, hour, &format!("[RESULT] {V1}"), "call", who, "it passed\n")
    };
    assert_shape(
        vec![
            mail_of("call", 0, V1, "", "jane", CALL),
            result("first", 80, "jane"),
            result("corrected", 81, "jane"),
            result("stranger", 82, "eve"),
        ],
        "call: first stranger / corrected",
    );
}

#[test]
fn other_subjects_within_a_thread_are_none_of_the_vote() {
    assert_shape(
        vec![
            mail("call", 0, V1, ""),
            mail("discuss", 1, "[DISCUSS] What comes next", "call"),
            mail("d1", 2, "Re: [DISCUSS] What comes next", "discuss"),
            mail("announce", 90, "[ANNOUNCE] Apache Demo 1.0 released", "call"),
            mail("a1", 3, &re(V1), "discuss"),
            mail("reminder", 50, &format!("[REMINDER] {V1}"), ""),
            mail("a2", 51, &re(V1), "reminder"),
        ],
        "call: a1 reminder a2",
    );
}

#[test]
fn a_vote_begun_in_a_discussion_is_one() {
    assert_shape(
        vec![
            mail("discuss", 0, "[DISCUSS] Release Apache Demo 1.0", ""),
            mail("d1", 1, "Re: [DISCUSS] Release Apache Demo 1.0", "discuss"),
            mail("call", 2, V1, "d1"),
            mail("a1", 3, &re(V1), "call"),
            mail("d2", 4, "Re: [DISCUSS] Release Apache Demo 1.0", "d1"),
        ],
        "call: a1",
    );
}

#[test]
fn votes_whose_call_is_in_no_archive_are_told_so() {
    let found = threads(vec![
        mail("a1", 1, &re(V1), "lost"),
        mail("a2", 2, &re(V1), "a1"),
        mail("a3", 3, &re(V1), "gone"),
        mail_of("r", 80, &format!("[RESULT] {V1}"), "", "jane", "passed\n"),
        mail_of("alone", 81, "[RESULT] [VOTE] Release Apache Nothing 1.0", "", "jane", "passed\n"),
    ]);
    assert_eq!(shape(&found), "?: a1 a2 a3 / r");
    assert_eq!(found[0].call.subject, V1);
    assert_eq!(found[0].call.id.0, "lost");
    assert_eq!((found[0].call.date, &found[0].call.text[..]), (None, ""));
    assert_eq!(found[0].messages().count(), 4);
}

#[test]
fn the_vote_that_is_meant_is_found_or_what_may_have_been_meant_told() {
    let found = threads(vec![
        mail("rc1", 0, V1, ""),
        mail("a1", 1, &re(V1), "rc1"),
        mail("rc2", 9, V2, ""),
        mail("tools", 10, "[VOTE] Release Apache Demo Tools v2.1-incubating", ""),
        mail("logo", 11, "[VOTE] Adopt the logo", ""),
    ]);
    let release = |project: &str, version: &str, rc: Option<u32>| Which::Release {
        project: Some(project.to_owned()),
        version: Some(version.to_owned()),
        rc,
        list: None,
    };
    let id = |which: Which| find(&found, &which).map(|thread| thread.call.id.0.clone());
    let any = Which::Release { project: None, version: None, rc: None, list: None };
    assert_eq!(id(any).unwrap(), "logo");
    assert_eq!(id(release("demo", "1.0", None)).unwrap(), "rc2");
    assert_eq!(id(release("demo", "1.0", Some(1))).unwrap(), "rc1");
    assert_eq!(id(release("incubator-demo-tools", "2.1", None)).unwrap(), "tools");
    // It names no candidate, which contradicts none.
    assert_eq!(id(release("demo-tools", "2.1", Some(3))).unwrap(), "tools");
    assert_eq!(id(Which::Subject("adopt".to_owned())).unwrap(), "logo");
    assert_eq!(id(Which::Subject(V1.to_owned())).unwrap(), "rc1");
    assert_eq!(id(Which::MessageId("<a1>".to_owned())).unwrap(), "rc1");
    let on = |list: &str| Which::Release {
        project: None,
        version: None,
        rc: None,
        list: Some(list.to_owned()),
    };
    assert_eq!(id(on("DEV@demo.apache.org")).unwrap(), "logo");
    assert!(id(on("general@incubator.apache.org")).is_err());

    let error = id(release("demo", "1.1", None)).unwrap_err().to_string();
    assert!(error.starts_with("there is no vote on `demo 1.1`; did you mean `"), "{error}");
    let FindError::NotFound { candidates, .. } = id(release("demo-tools", "3", None)).unwrap_err()
    else {
        panic!("not found");
    };
    assert_eq!(candidates[0], "[VOTE] Release Apache Demo Tools v2.1-incubating");
    let error = id(Which::Subject("release".to_owned())).unwrap_err();
    assert!(matches!(error, FindError::Ambiguous { .. }), "{error}");
    assert_eq!(find(&[], &Which::Subject(String::new())), Err(FindError::NoVotes));
}

/// Mails that name each other at random.
fn any_messages() -> impl Strategy<Value = Vec<Message>> {
    let subjects = prop::sample::select(vec![
        V1,
        V2,
        "Re: [VOTE] Release Apache Demo 1.0 RC1",
        "Re: [VOTE] Release Apache Demo 1.0 RC2",
        "[RESULT] [VOTE] Release Apache Demo 1.0 RC1",
        "[CANCEL] [VOTE] Release Apache Demo 1.0",
        "Re: x",
        "[DISCUSS] x",
        "+1",
        "",
    ]);
    let one = (subjects, 0..100_u32, prop::option::of(0..14_usize), 0..3_usize, any::<bool>());
    prop::collection::vec(one, 0..14).prop_map(|all| {
        let write = |(number, one): (usize, (&str, u32, Option<usize>, usize, bool))| {
            let (subject, hour, parent, who, calls) = one;
            let parent = parent.map_or(String::new(), |parent| format!("m{parent}"));
            let text = if calls { CALL } else { "+1\n" };
            mail_of(&format!("m{number}"), hour, subject, &parent, ["a", "b", "c"][who], text)
        };
        all.into_iter().enumerate().map(write).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn the_order_of_the_mails_changes_nothing(
        (messages, shuffled) in any_messages().prop_flat_map(|m| (Just(m.clone()), Just(m).prop_shuffle()))
    ) {
        prop_assert_eq!(threads(shuffled), threads(messages));
    }

    #[test]
    fn no_mail_is_in_two_votes(messages in any_messages()) {
        let found = threads(messages.clone());
        let mut all: Vec<String> =
            found.iter().flat_map(Thread::messages).map(|message| message.id.0.clone()).collect();
        all.sort();
        let before = all.len();
        all.dedup();
        prop_assert_eq!(all.len(), before);
        prop_assert!(before <= messages.len());
    }

    #[test]
    fn a_mail_of_another_thread_changes_nothing(messages in any_messages()) {
        let mut more = messages.clone();
        more.push(mail("other", 3, "[VOTE] Release Apache Elsewhere 7.0", ""));
        more.push(mail("other1", 4, "Re: [VOTE] Release Apache Elsewhere 7.0", "other"));
        more.push(mail("chat", 5, "lunch", "other9"));
        let mut found = threads(more);
        found.retain(|thread| thread.call.id.0 != "other");
        prop_assert_eq!(found, threads(messages));
    }
}
