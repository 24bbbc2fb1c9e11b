//! Votes that were lost, invented or stolen once (`corpus/cases/tally`): the built program counts them
//! as a careful person does, or asks.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::process::Command;

use serde_json::Value;

/// What became of every mail of a count.
fn said(tally: &Value) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    for (list, what) in [
        ("no_vote", "none"),
        ("dismissed", "none"),
        ("unclear", "unclear"),
        ("not_countable", "not-countable"),
        ("withdrawals", "withdrawn"),
        ("ballots", ""),
    ] {
        for mail in tally[list].as_array().unwrap() {
            let id = mail["message_id"].as_str().unwrap().to_owned();
            let what = match mail["state"].as_str() {
                Some("counted") => mail["value"].as_str().unwrap(),
                Some(state) => state,
                None => what,
            };
            said.insert(id, what.to_owned());
        }
    }
    said
}

#[test]
fn votes_are_neither_lost_nor_stolen() {
    let Some(corpus) = support::corpus_for("votes_are_neither_lost_nor_stolen") else { return };
    let (mut right, mut asked, mut wrong) = (0, Vec::new(), String::new());
    let mut cases: Vec<_> = fs::read_dir(corpus.join("cases/tally")).unwrap().collect();
    cases.sort_by_key(|case| case.as_ref().unwrap().path());
    for case in cases {
        let case = case.unwrap();
        let name = case.file_name().to_string_lossy().into_owned();
        let truth = fs::read(case.path().join("truth.json")).unwrap();
        let truth: Value = serde_json::from_slice(&truth).unwrap();
        let command = fs::read_to_string(case.path().join("cmd.txt")).unwrap();
        let words = command.lines().next().unwrap().split_whitespace().skip(1);
        let ran = Command::new(env!("CARGO_BIN_EXE_plusone"))
            .args(words)
            .current_dir(case.path())
            .env("HOME", "/nonexistent")
            .output()
            .unwrap();
        let tally: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let said = said(&tally);
        for (id, expected) in truth["votes"].as_object().unwrap() {
            let found = said.get(id).map_or("silence", String::as_str);
            let fits = expected.as_array().unwrap().iter().any(|one| one == found);
            match found {
                _ if fits => right += 1,
                "unclear" => asked.push(format!("{name} <{id}>")),
                _ => writeln!(wrong, "{name} <{id}>: {found}, not {expected}").unwrap(),
            }
        }
        if truth["outcome"].is_string() && truth["outcome"] != tally["outcome"] {
            writeln!(wrong, "{name}: {}, not {}", tally["outcome"], truth["outcome"]).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(right >= 60 && asked.len() * 20 <= right, "{right} right, asked: {asked:?}");
}
