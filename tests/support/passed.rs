//! A vote that passed, counted from answers: there is no other way to have one.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "tests and benchmarks, where a panic is how they fail"
)]

use plusone::mail::{Address, MessageId};
use plusone::policy::Preset;
use plusone::vote::ballot::{Reading, Says, Value};
use plusone::vote::identity::{How, Identity};
use plusone::vote::kind::{MinusOne, Requirements, VoteKind};
use plusone::vote::roster::{Body, Document, Roster};
use plusone::vote::tally::{Answer, PassedVote, Times, VoteRound, tally};

/// Three members voted in favour of this version.
pub fn passed_vote(version: &str) -> PassedVote {
    let ids = ["ann", "bob", "cat"].map(str::to_owned);
    let answers = ids.each_ref().map(|id| Answer {
        message_id: MessageId(format!("{id}@x.example")),
        sender: Address { name: None, address: format!("{id}@apache.org") }.into(),
        at: "2026-11-20T11:00:00Z".parse().ok(),
        answers_call: true,
        identity: std::sync::Arc::new(Identity {
            id: Some(id.clone()),
            name: id.clone(),
            how: How::ApacheAddress,
            because: "".into(),
            field: None,
            unproven: None,
            key: id.clone(),
        }),
        reading: Reading {
            says: Says::Vote(Value::PlusOne),
            evidence: None,
            claims_binding: None,
            carried: false,
            first: None,
            figure: true,
            may_be: None,
        },
        reasoned: false,
        words: String::new(),
        carried_from: None,
        mirrored: None,
    });
    let opened = "2026-11-20T10:00:00Z".parse().ok();
    let roster = Document { name: "the test", bytes: b"ann\nbob\ncat\n", fetched: None };
    let round = VoteRound {
        project: "demo".to_owned(),
        version: version.parse().ok(),
        rc: None,
        call: None,
        times: Times { opened, hours: 72, ..Times::default() },
        requirements: Requirements::new(
            VoteKind::Release,
            Preset::TopLevel,
            None,
            MinusOne::Majority,
        )
        .unwrap(),
        roster: Roster::read("demo", Body::Pmc, &[roster]).expect("a roster"),
        roster_day: None,
        result: None,
        cancel: None,
        restart: None,
    };
    let counted =
        tally(round, answers.to_vec(), &[], "2026-11-23T10:00:00Z".parse().unwrap()).unwrap();
    PassedVote::new(&[&counted]).unwrap()
}
