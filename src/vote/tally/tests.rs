//! The count, answer by answer. Expected outcomes are read off POLICY T-01 to T-11 by hand.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::mail::Deed;
use crate::policy::Preset;
use crate::vote::ballot::Says;
use crate::vote::kind::{MinusOne, VoteKind};
use crate::vote::roster::{Body, Document};

const ROSTER: &str = "ann Ann One\nbob Bob Two\ncat Cat Three\ndan Dan Four 2026-11-22\n";

fn at(hours: i64) -> DateTime<Utc> {
    // 2026-11-20 10:00 UTC and so many hours.
    DateTime::from_timestamp(1_795_168_800, 0).expect("an instant") + TimeDelta::hours(hours)
}

fn round(kind: VoteKind) -> VoteRound {
    let document = Document { name: "roster", bytes: ROSTER.as_bytes(), fetched: None };
    VoteRound {
        project: "demo".to_owned(),
        version: "1.2.0".parse().ok(),
        rc: Some(CandidateNumber(1)),
        call: None,
        times: Times { opened: Some(at(0)), hours: 72, ..Times::default() },
        requirements: Requirements::new(kind, Preset::TopLevel, None, MinusOne::Majority)
            .expect("the rules themselves"),
        roster: Roster::read("demo", Body::Pmc, &[document]).expect("a roster"),
        roster_day: None,
        result: None,
        cancel: None,
        restart: None,
    }
}

fn id(number: usize) -> MessageId {
    MessageId(format!("{number}@x.example"))
}

fn says(number: usize, who: &str, hours: i64, says: Says) -> Answer {
    Answer {
        message_id: id(number),
        sender: Address { name: None, address: format!("{who}@apache.org") }.into(),
        at: Some(at(hours)),
        answers_call: true,
        identity: Arc::new(Identity {
            id: Some(who.to_owned()),
            name: who.to_owned(),
            how: How::ApacheAddress,
            because: "".into(),
            field: None,
            unproven: None,
            key: format!("id:{who}"),
        }),
        reading: Reading {
            says,
            evidence: None,
            claims_binding: None,
            carried: false,
            first: None,
            figure: true,
            may_be: None,
        },
        reasoned: true,
        words: String::new(),
        carried_from: None,
        mirrored: None,
    }
}

fn plus(number: usize, who: &str, hours: i64) -> Answer {
    says(number, who, hours, Says::Vote(Value::PlusOne))
}

fn minus(number: usize, who: &str, hours: i64) -> Answer {
    says(number, who, hours, Says::Vote(Value::MinusOne))
}

fn three() -> Vec<Answer> {
    vec![plus(1, "ann", 1), plus(2, "bob", 2), plus(3, "cat", 3)]
}

fn with(more: impl IntoIterator<Item = Answer>) -> Vec<Answer> {
    three().into_iter().chain(more).collect()
}

fn count(round: VoteRound, answers: &[Answer], hours: i64) -> Tally {
    tally(round, answers.to_vec(), &[], at(hours)).expect("no rulings")
}

fn release(answers: &[Answer], hours: i64) -> Tally {
    count(round(VoteKind::Release), answers, hours)
}

fn end(hours: i64) -> Option<End> {
    let from = "Ann One".to_owned();
    Some(End {
        message_id: id(900),
        at: at(hours),
        from,
        authorised: true,
        by_name: false,
        evidence: None,
    })
}

fn states(tally: &Tally) -> Vec<(&str, &str, State)> {
    let state = |ballot: &'_ Ballot| ballot.state.clone();
    let list = tally.ballots.iter();
    list.map(|b| (b.identity.id.as_deref().unwrap_or(""), figure(b.value), state(b))).collect()
}

#[test]
fn a_vote_is_open_until_its_time_is_over() {
    let early = release(&three(), 71);
    assert_eq!(early.outcome(), Outcome::Open);
    assert_eq!(
        early.reasons(),
        ["open for another 1 hour, until 2026-11-23 10:00 UTC at the earliest"]
    );
    let passed = release(&three(), 72);
    assert_eq!(passed.outcome(), Outcome::Passed);
    assert_eq!(
        passed.reasons(),
        [
            "open for 72 hours of at least 72 hours",
            "3 binding +1, of at least 3",
            "3 binding +1 to 0 binding -1"
        ]
    );
    let few = release(&three()[..2], 10);
    assert_eq!(few.reasons()[1], "2 of 3 binding +1: 1 missing");
    // Nobody closed it and policy sets no maximum (V-02).
    assert_eq!(release(&three()[..2], 100).outcome(), Outcome::Open);
    let closed = VoteRound { result: end(80), ..round(VoteKind::Release) };
    assert_eq!(count(closed, &three()[..2], 100).outcome(), Outcome::Failed);
}

#[test]
fn a_minus_one_is_weighed_and_no_veto() {
    let answers = with([minus(4, "dan", 60)]);
    assert_eq!(release(&answers, 72).outcome(), Outcome::Passed);
    let outsiders = (10..30).map(|number| minus(number, &format!("x{number}"), 5));
    let tally = release(&with(outsiders), 72);
    assert_eq!(tally.outcome(), Outcome::Passed);
    assert_eq!(tally.counts().non_binding.minus_one, 20);
    let vetoed = count(round(VoteKind::CodeChange), &answers, 72);
    assert_eq!(vetoed.outcome(), Outcome::Open);
    assert_eq!(vetoed.reasons()[0], "vetoed by dan");
    let mut void = answers;
    void[3].reasoned = false;
    assert_eq!(count(round(VoteKind::CodeChange), &void, 72).outcome(), Outcome::Passed);
}

#[test]
fn the_last_vote_of_a_person_counts() {
    let tally = release(&with([minus(4, "ann", 20), plus(5, "ann", 30)]), 72);
    assert_eq!(tally.outcome(), Outcome::Passed);
    assert_eq!(
        states(&tally),
        [
            ("ann", "+1", State::Superseded(id(4))),
            ("bob", "+1", State::Counted),
            ("cat", "+1", State::Counted),
            ("ann", "-1", State::Superseded(id(5))),
            ("ann", "+1", State::Counted),
        ]
    );
    assert_eq!(tally.ballots()[4].notes, ["changed from -1"]);
}

#[test]
fn a_vote_can_be_taken_back() {
    let tally = release(&with([says(4, "ann", 20, Says::Withdrawn)]), 72);
    assert_eq!(tally.counts().binding.plus_one, 2);
    assert_eq!(tally.ballots()[0].state, State::Withdrawn(id(4)));
    let again = with([says(4, "ann", 20, Says::Withdrawn), minus(5, "ann", 21)]);
    assert_eq!(release(&again, 72).counts().binding.minus_one, 1);
}

#[test]
fn late_and_early_votes_stand_apart() {
    let mut early = plus(4, "dan", -5);
    early.answers_call = false;
    let closed = VoteRound { result: end(80), ..round(VoteKind::Release) };
    let answers = with([minus(5, "ann", 81), early.clone()]);
    let tally = count(closed, &answers, 100);
    assert_eq!(tally.outcome(), Outcome::Passed);
    assert_eq!(tally.ballots()[0].state, State::Early);
    assert_eq!(tally.ballots()[4].state, State::Late);
    // An answer to the call is never older than the call: its clock is wrong.
    early.answers_call = true;
    let tally = release(&with([early.clone()]), 72);
    assert_eq!(tally.ballots()[0].state, State::Counted);
    assert!(tally.warnings()[0].contains("clock"), "{:?}", tally.warnings());
    // Unless a person says when the vote opened.
    let mut given = round(VoteKind::Release);
    given.times.opened_given = true;
    assert_eq!(count(given, &[early], 72).ballots()[0].state, State::Early);
}

#[test]
fn a_stated_end_is_an_end_once_the_hours_are_over() {
    let mut stated = round(VoteKind::Release);
    stated.times = Times { closes: Some(at(80)), firm: true, ..stated.times };
    let answers = with([minus(4, "ann", 81)]);
    let tally = count(stated.clone(), &answers, 100);
    assert_eq!((tally.outcome(), tally.closed_at()), (Outcome::Passed, Some(at(80))));
    stated.times.closes = Some(at(10));
    let tally = count(stated.clone(), &answers, 71);
    assert_eq!((tally.outcome(), tally.closes_at()), (Outcome::Open, Some(at(72))));
    stated.times.closes_given = true;
    assert_eq!(count(stated, &answers, 71).outcome(), Outcome::Failed);
}

#[test]
fn a_vote_closed_too_early_fails_unless_it_was_expedited() {
    let mut short = VoteRound { result: end(24), ..round(VoteKind::Release) };
    short.times.hours = 24;
    let tally = count(short.clone(), &three(), 30);
    assert_eq!(tally.outcome(), Outcome::Failed);
    assert_eq!(tally.reasons(), ["open for 24 hours, of at least 72 hours"]);
    short.times.expedited = Some("CVE-2026-1 is public".to_owned());
    let tally = count(short, &three(), 30);
    assert_eq!(tally.outcome(), Outcome::Passed);
    assert!(tally.reasons()[0].ends_with("expedited: CVE-2026-1 is public"));
}

#[test]
fn only_who_may_ends_a_vote() {
    let mut cancelled = VoteRound { cancel: end(10), ..round(VoteKind::Release) };
    let tally = count(cancelled.clone(), &three(), 72);
    assert_eq!(tally.outcome(), Outcome::Cancelled);
    assert_eq!(tally.reasons(), ["cancelled by Ann One on 2026-11-20 20:00 UTC"]);
    assert_eq!(count(cancelled.clone(), &three(), 9).outcome(), Outcome::Open);
    cancelled.cancel.as_mut().expect("set above").authorised = false;
    let tally = count(cancelled, &three(), 72);
    assert_eq!(tally.outcome(), Outcome::Passed);
    assert!(tally.warnings()[0].contains("it ends nothing"));
}

#[test]
fn what_was_sent_later_is_not_looked_at() {
    let answers = with([minus(4, "ann", 90), minus(5, "bob", 90), minus(6, "cat", 90)]);
    assert_eq!(release(&answers, 80).outcome(), Outcome::Passed);
    assert_eq!(release(&answers, 95).outcome(), Outcome::Open);
}

#[test]
fn an_unclear_mail_holds_the_vote_up_only_if_it_could_matter() {
    let unclear = |number, who: &str| says(number, who, 9, Says::Unclear("which one?".into()));
    let two = [plus(1, "ann", 1), plus(2, "bob", 2), unclear(3, "cat")];
    let tally = release(&two, 72);
    assert_eq!(tally.outcome(), Outcome::NeedsRuling);
    assert_eq!(tally.reasons()[0], "<3@x.example> could decide the vote: which one?");
    // Still open: time may settle it.
    assert_eq!(release(&two, 70).outcome(), Outcome::Open);
    assert_eq!(release(&with([unclear(4, "dan")]), 72).outcome(), Outcome::Passed);
    assert_eq!(release(&with([unclear(4, "stranger")]), 72).outcome(), Outcome::Passed);
    // A person who voted before may have changed their mind.
    assert_eq!(release(&with([unclear(4, "ann")]), 72).outcome(), Outcome::NeedsRuling);
    let again = with([unclear(4, "ann"), plus(5, "ann", 20)]);
    let tally = release(&again, 72);
    assert_eq!(tally.outcome(), Outcome::Passed);
    assert!(tally.unclear()[0].settled.is_some());
}

fn rule(number: usize, value: RulingValue) -> Ruling {
    Ruling { message_id: id(number), value, reason: "she said so".to_owned() }
}

#[test]
fn a_ruling_settles_what_is_unclear_and_nothing_else() {
    let unclear = says(3, "cat", 9, Says::Unclear("which one?".into()));
    let fraction = says(4, "dan", 9, Says::NotCountable("+0.9".into()));
    let answers = [plus(1, "ann", 1), plus(2, "bob", 2), unclear, fraction];
    let judge =
        |rulings: &[Ruling]| tally(round(VoteKind::Release), answers.to_vec(), rulings, at(72));
    let plus_one = RulingValue::Vote(Value::PlusOne);
    let ruled = judge(&[rule(3, plus_one)]).expect("fine");
    assert_eq!(ruled.outcome(), Outcome::Passed);
    assert_eq!(ruled.rulings(), [rule(3, plus_one)]);
    assert_eq!(ruled.ballots()[2].ruling, Some(rule(3, plus_one)));
    let none = judge(&[rule(3, RulingValue::None)]).expect("fine");
    assert_eq!((none.outcome(), none.unclear().len()), (Outcome::Open, 0));
    // Whose mail it was is still known: the result tells of the ruling.
    assert_eq!(none.dismissed()[0].message_id, id(3));
    assert_eq!(none.dismissed()[0].identity.id.as_deref(), Some("cat"));
    let says = |rulings: &[Ruling]| judge(rulings).expect_err("a mistake").to_string();
    let minus_one = RulingValue::Vote(Value::MinusOne);
    assert_eq!(
        says(&[rule(1, minus_one)]),
        "the mail <1@x.example> is a clear +1, and a ruling cannot overturn that"
    );
    assert_eq!(judge(&[rule(1, plus_one)]).expect("as it is").rulings(), []);
    assert!(says(&[rule(4, plus_one)]).contains("says `+0.9`, which cannot count"));
    assert!(says(&[rule(7, plus_one)]).contains("no mail <7@x.example>"));
    assert!(says(&[rule(3, plus_one), rule(3, minus_one)]).contains("two rulings"));
}

#[test]
fn a_fraction_after_a_vote_has_to_be_asked_about() {
    let fraction = says(4, "ann", 9, Says::NotCountable("-0.5".into()));
    let tally = release(&with([fraction]), 72);
    assert_eq!(tally.outcome(), Outcome::NeedsRuling);
    assert_eq!(tally.not_countable().len(), 1);
    assert_eq!(tally.unclear()[0].why, "voted +1 before and now `-0.5`, which cannot count");
}

fn by_name(mut answer: Answer, address: &str) -> Answer {
    Arc::make_mut(&mut answer.sender).address = address.to_owned();
    Arc::make_mut(&mut answer.identity).how = How::Name;
    answer
}

#[test]
fn a_name_alone_cannot_turn_a_vote() {
    // The same vote from another address is one vote.
    let same = with([by_name(plus(4, "ann", 20), "ann@home.example")]);
    let tally = release(&same, 72);
    assert_eq!((tally.outcome(), tally.counts().binding.plus_one), (Outcome::Passed, 3));
    let other = with([by_name(minus(4, "ann", 20), "ann@home.example")]);
    let tally = release(&other, 72);
    assert_eq!(tally.outcome(), Outcome::NeedsRuling);
    assert!(tally.unclear()[0].why.contains("only the name"), "{:?}", tally.unclear());
    for (value, passes) in [(RulingValue::None, 3), (RulingValue::Vote(Value::MinusOne), 2)] {
        let ruled =
            super::tally(round(VoteKind::Release), other.clone(), &[rule(4, value)], at(72));
        assert_eq!(ruled.expect("settled").counts().binding.plus_one, passes);
    }
    // What comes from the member's own address is theirs, whatever was said in their name.
    let own = [by_name(minus(1, "ann", 1), "a@home.example"), plus(2, "ann", 2)];
    let own = release(&own, 72);
    assert_eq!((own.counts().binding.plus_one, own.ballots().len()), (1, 1));
    assert!(own.unclear()[0].settled.is_some(), "{:?}", own.unclear());
}

#[test]
fn votes_by_name_that_decide_wait_for_a_ruling() {
    let named = |answer: Answer| by_name(answer, "somebody@x.example");
    let two = [plus(1, "ann", 1), plus(2, "bob", 2), named(plus(3, "cat", 3))];
    let open = release(&two, 72);
    assert_eq!(open.outcome(), Outcome::NeedsRuling);
    assert!(open.reasons()[0].starts_with("<3@x.example> could decide"), "{:?}", open.reasons());
    for (value, outcome) in [
        (RulingValue::Genuine, Outcome::Passed),
        (RulingValue::Vote(Value::PlusOne), Outcome::Passed),
        (RulingValue::None, Outcome::Open),
    ] {
        let ruled = super::tally(round(VoteKind::Release), two.to_vec(), &[rule(3, value)], at(72));
        assert_eq!(ruled.expect("may be ruled").outcome(), outcome, "{value}");
    }
    // Whichever it is, the vote passes.
    assert_eq!(release(&with([named(minus(4, "dan", 50))]), 72).outcome(), Outcome::Passed);
    let veto = with([named(minus(4, "dan", 50))]);
    let veto = count(round(VoteKind::CodeChange), &veto, 72);
    assert_eq!(veto.outcome(), Outcome::NeedsRuling);
}

#[test]
fn only_an_address_takes_a_vote_back() {
    let back = |answer: Answer| Answer {
        reading: Reading { says: Says::Withdrawn, ..answer.reading.clone() },
        ..answer
    };
    let other = with([back(by_name(plus(4, "ann", 20), "ann@home.example"))]);
    let tally = release(&other, 72);
    assert_eq!((tally.outcome(), tally.counts().binding.plus_one), (Outcome::NeedsRuling, 3));
    assert!(tally.unclear()[0].why.starts_with("takes a vote back"), "{:?}", tally.unclear());
    let genuine = [rule(4, RulingValue::Genuine)];
    let ruled =
        super::tally(round(VoteKind::Release), other.clone(), &genuine, at(72)).expect("ruled");
    assert_eq!(ruled.counts().binding.plus_one, 2);
    // From the same address, known by name or not, it is theirs.
    let own = [
        by_name(plus(1, "ann", 1), "ann@home.example"),
        back(by_name(plus(2, "ann", 2), "ann@home.example")),
    ];
    assert_eq!(release(&own, 72).counts().binding.plus_one, 0);
}

#[test]
fn a_sender_that_is_not_proven_binds_by_a_ruling() {
    let mut hidden = plus(4, "dan", 50);
    Arc::make_mut(&mut hidden.identity).unproven = Some("is it Dan?".to_owned());
    let answers = [plus(1, "ann", 1), plus(2, "bob", 2), hidden];
    let tally = release(&answers, 72);
    assert_eq!((tally.outcome(), tally.counts().binding.plus_one), (Outcome::NeedsRuling, 2));
    let genuine = [rule(4, RulingValue::Genuine)];
    let ruled =
        super::tally(round(VoteKind::Release), answers.to_vec(), &genuine, at(72)).expect("ruled");
    assert_eq!(ruled.outcome(), Outcome::Passed);
    // A vote that binds nothing needs no question; one that is known needs no ruling.
    let mut hidden = plus(5, "eve", 50);
    Arc::make_mut(&mut hidden.identity).unproven = Some("is it Eve?".to_owned());
    assert_eq!(release(&with([hidden]), 72).counts().non_binding.plus_one, 1);
    let known =
        super::tally(round(VoteKind::Release), three(), &[rule(1, RulingValue::Genuine)], at(72));
    assert!(matches!(known, Err(RulingError::Clear { .. })));
}

#[test]
fn a_comment_that_is_edited_changes_what_it_said() {
    let comment = |answer: Answer, deed: Deed, number: u32| Answer {
        mirrored: Some(Box::new(Mirrored {
            login: "ann".to_owned(),
            deed,
            link: format!("https://github.example/discussions/1#discussioncomment-{number}"),
        })),
        ..answer
    };
    let vote = |answer| comment(answer, Deed::Commented, 7);
    let values = |tally: &Tally| {
        let ballots = tally.ballots().iter().filter(|ballot| ballot.counts());
        ballots.map(|ballot| figure(ballot.value)).collect::<Vec<_>>()
    };
    let edited = |last| release(&[vote(minus(1, "ann", 1)), last], 72);
    assert_eq!(values(&edited(comment(plus(2, "ann", 2), Deed::Edited, 7))), ["+1"]);
    let nothing = says(2, "ann", 2, Says::Nothing);
    assert!(values(&edited(comment(nothing.clone(), Deed::Edited, 7))).is_empty());
    assert!(values(&edited(comment(minus(2, "ann", 2), Deed::Deleted, 7))).is_empty());
    // Another comment of theirs concerns it only if it says something else.
    assert_eq!(values(&edited(comment(minus(2, "ann", 2), Deed::Deleted, 8))), ["-1"]);
    assert_eq!(values(&edited(comment(nothing, Deed::Edited, 8))), ["-1"]);
    let other = edited(comment(plus(2, "ann", 2), Deed::Edited, 8));
    assert_eq!((values(&other), other.unclear().len()), (vec!["-1"], 1));
}

#[test]
fn members_bind_from_their_day_on() {
    // Dan is a member from 2026-11-22 on: 38 hours after the opening.
    let tally = release(&[plus(1, "dan", 20)], 72);
    assert_eq!(tally.ballots()[0].standing, Standing::NonBinding);
    assert_eq!(tally.ballots()[0].notes, ["a member of the PMC only from 2026-11-22 on"]);
    assert_eq!(release(&[plus(1, "dan", 40)], 72).counts().binding.plus_one, 1);
    let day = NaiveDate::from_ymd_opt(2026, 11, 22);
    let later = VoteRound { roster_day: day, ..round(VoteKind::Release) };
    assert_eq!(count(later, &[plus(1, "dan", 20)], 72).counts().binding.plus_one, 1);
}

#[test]
fn what_a_voter_claims_decides_nothing_and_is_noted() {
    let mut stranger = plus(4, "eve", 4);
    stranger.reading.claims_binding = Some(true);
    let mut member = plus(1, "ann", 4);
    member.reading.claims_binding = Some(false);
    let tally = release(&[member, stranger], 72);
    assert_eq!(tally.counts().binding.plus_one, 1);
    assert_eq!(
        tally.ballots()[1].notes,
        ["says it is binding, but is not on the roster of the PMC"]
    );
    assert_eq!(tally.ballots()[0].notes, ["says it is not binding, but is on the roster"]);
}

#[test]
fn a_mail_without_a_date_counts_with_a_warning() {
    let mut undated = plus(3, "cat", 0);
    undated.at = None;
    let mut answers = three();
    answers[2] = undated;
    let tally = release(&answers, 72);
    assert_eq!(tally.outcome(), Outcome::Passed);
    assert!(tally.warnings()[0].contains("has no date"));
    answers.push(minus(4, "cat", 5));
    assert_eq!(release(&answers, 72).unclear().len(), 1);
}

#[test]
fn without_the_call_the_first_answer_tells_how_long_at_least() {
    let mut unknown = round(VoteKind::Release);
    unknown.times.opened = None;
    let passed = count(unknown.clone(), &three(), 73);
    assert_eq!(passed.outcome(), Outcome::Passed);
    unknown.result = end(50);
    let tally = count(unknown, &three(), 73);
    assert_eq!(tally.outcome(), Outcome::NeedsRuling);
    assert!(tally.reasons()[0].contains("the call was not found"), "{:?}", tally.reasons());
}

#[test]
fn a_project_can_ask_that_a_minus_one_is_answered() {
    let mut strict = round(VoteKind::Release);
    strict.requirements.minus_one = MinusOne::MustBeAnswered;
    let answers = with([minus(4, "dan", 60)]);
    let tally = count(strict.clone(), &answers, 72);
    assert_eq!(tally.outcome(), Outcome::Open);
    assert_eq!(tally.reasons()[0], "the -1 of dan is not answered");
    let ruled = super::tally(strict, answers.to_vec(), &[rule(4, RulingValue::Answered)], at(72));
    let ruled = ruled.expect("fine");
    assert_eq!((ruled.outcome(), ruled.counts().binding.minus_one), (Outcome::Passed, 1));
}

#[test]
fn only_a_passed_release_makes_a_passed_vote() {
    let passed = release(&three(), 72);
    let proof = PassedVote::new(&[&passed]).expect("it passed");
    assert_eq!((proof.project(), proof.version().as_str()), ("demo", "1.2.0"));
    assert_eq!(proof.rounds()[0].counts().binding.plus_one, 3);
    assert_eq!(proof.rounds()[0].roster()[0].name, "roster");
    let refused = |tallies: &[&Tally]| PassedVote::new(tallies).expect_err("refused").to_string();
    assert_eq!(refused(&[&release(&three(), 71)]), "the vote of the PMC is open");
    let procedural = count(round(VoteKind::Procedural), &three(), 72);
    assert_eq!(refused(&[&procedural]), "the vote is no vote on a release but a procedural vote");
    assert_eq!(refused(&[]), "the vote of the PMC is missing");
    assert_eq!(refused(&[&passed, &passed]), "the votes are on different candidates");
    let of = |body| {
        let mut round = round(VoteKind::Release);
        round.roster.body = body;
        count(round, &three(), 72)
    };
    let (podling, incubator) = (of(Body::Ppmc), of(Body::Ipmc));
    assert!(PassedVote::new(&[&incubator, &podling]).is_ok());
    assert_eq!(refused(&[&podling]), "the vote of the Incubator PMC is missing");
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let who = prop::sample::select(vec!["ann", "bob", "cat", "dan", "eve", "fay"]);
    let what = prop_oneof![
        4 => Just(Says::Vote(Value::PlusOne)),
        2 => Just(Says::Vote(Value::MinusOne)),
        1 => Just(Says::Vote(Value::Zero)),
        1 => Just(Says::Withdrawn),
        1 => Just(Says::Nothing),
        1 => Just(Says::Unclear("?".into())),
        1 => Just(Says::NotCountable("+2".into())),
    ];
    (0_usize..60, who, -2_i64..100, what, any::<bool>(), any::<bool>()).prop_map(
        |(number, who, hours, what, named, undated)| {
            // One mail with one id says one thing.
            let number = number * 1000 + who.len() * 100 + (hours + 2) as usize;
            let mut answer = says(number, who, hours, what);
            if named {
                answer = by_name(answer, &format!("{who}@home.example"));
            }
            if undated && hours % 7 == 0 {
                answer.at = None;
            }
            answer
        },
    )
}

fn unique(mut answers: Vec<Answer>) -> Vec<Answer> {
    let mut seen = std::collections::BTreeSet::new();
    answers.retain(|answer| seen.insert(answer.message_id.clone()));
    answers
}

fn listed(tally: &Tally) -> Counts {
    let of = |standing| {
        let number = |value| {
            let fits = |b: &&Ballot| b.counts() && b.standing == standing && b.value == value;
            tally.ballots().iter().filter(fits).count() as u32
        };
        Count {
            plus_one: number(Value::PlusOne),
            zero: number(Value::Zero),
            minus_one: number(Value::MinusOne),
        }
    };
    Counts { binding: of(Standing::Binding), non_binding: of(Standing::NonBinding) }
}

fn seen(tally: &Tally) -> String {
    format!("{tally:?}")
}

proptest! {
    #[test]
    fn the_order_of_the_mails_changes_nothing(
        (ordered, shuffled) in prop::collection::vec(any_answer(), 0..20)
            .prop_map(unique)
            .prop_flat_map(|answers| (Just(answers.clone()), Just(answers).prop_shuffle())),
    ) {
        prop_assert_eq!(seen(&release(&ordered, 90)), seen(&release(&shuffled, 90)));
    }

    #[test]
    fn votes_that_do_not_bind_never_change_the_outcome(
        answers in prop::collection::vec(any_answer(), 0..20).prop_map(unique),
        kind in prop::sample::select(vec![
            VoteKind::Release, VoteKind::Procedural, VoteKind::CodeChange, VoteKind::Lazy,
        ]),
    ) {
        let binding: Vec<Answer> = answers
            .iter()
            .filter(|answer| round(kind).roster.members.contains_key(&answer.identity.key[3..]))
            .cloned()
            .collect();
        let (all, few) = (count(round(kind), &answers, 90), count(round(kind), &binding, 90));
        prop_assert_eq!(all.outcome(), few.outcome());
        prop_assert_eq!(all.counts().binding, few.counts().binding);
    }

    #[test]
    fn the_ballots_listed_add_up(
        answers in prop::collection::vec(any_answer(), 0..20).prop_map(unique),
    ) {
        let tally = release(&answers, 90);
        prop_assert_eq!(tally.counts(), listed(&tally));
        let mut voters: Vec<&str> =
            tally.ballots().iter().filter(|b| b.counts()).map(|b| &b.identity.key[..]).collect();
        let all = voters.len();
        voters.sort_unstable();
        voters.dedup();
        prop_assert_eq!(voters.len(), all, "a person counts twice");
    }

    #[test]
    fn every_mail_is_in_a_list(
        answers in prop::collection::vec(any_answer(), 0..20).prop_map(unique),
        hours in -5_i64..110,
        (closes, anew) in (0_i64..110, any::<bool>()),
        ruled in prop::option::of((any::<prop::sample::Index>(), any::<bool>())),
    ) {
        let times = Times { closes: Some(at(closes)), firm: true, ..round(VoteKind::Release).times };
        let restart = end(40).filter(|_| anew);
        let round = VoteRound { times, restart, ..round(VoteKind::Release) };
        let rulings: Vec<Ruling> = ruled
            .filter(|_| !answers.is_empty())
            .map(|(which, none)| Ruling {
                message_id: which.get(&answers).message_id.clone(),
                value: if none { RulingValue::None } else { RulingValue::Vote(Value::PlusOne) },
                reason: String::new(),
            })
            .into_iter()
            .collect();
        // What is clear cannot be ruled on.
        let Ok(tally) = super::tally(round, answers.clone(), &rulings, at(hours)) else { return Ok(()) };
        let lists = [
            &tally.unclear, &tally.not_countable, &tally.withdrawals, &tally.dismissed,
        ];
        let asides = lists.iter().flat_map(|list| list.iter().map(|aside| &aside.message_id));
        let silent = tally.no_vote().map(|mail| &mail.answer.message_id);
        let ballots = tally.ballots.iter().map(|ballot| &ballot.message_id);
        let told: BTreeSet<&MessageId> = ballots.chain(asides).chain(silent).collect();
        prop_assert_eq!(told, answers.iter().map(|answer| &answer.message_id).collect());
    }

    #[test]
    fn a_later_vote_replaces_the_earlier(
        answers in prop::collection::vec(any_answer(), 0..20).prop_map(unique),
        value in prop::sample::select(vec![Value::PlusOne, Value::Zero, Value::MinusOne]),
    ) {
        let last = says(999_999, "ann", 101, Says::Vote(value));
        let undated = answers.iter().any(|answer| answer.at.is_none());
        prop_assume!(!undated);
        let all: Vec<Answer> = answers.into_iter().chain([last]).collect();
        let tally = release(&all, 200);
        let counted: Vec<&Ballot> = tally
            .ballots()
            .iter()
            .filter(|b| b.counts() && b.identity.id.as_deref() == Some("ann"))
            .collect();
        prop_assert_eq!(counted.len(), 1);
        prop_assert_eq!(&counted[0].message_id, &id(999_999));
    }
}
