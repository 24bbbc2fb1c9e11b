//! `tests/fixtures/mails/*.eml`: what a person reads in each stands beside it in `*.json`.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use plusone::mail::{self, Address, Message};
use plusone::vote::call::{self, Call, Stated};
use serde_json::{Value, json};

fn fixtures() -> Vec<(String, Message, Value)> {
    let directory = support::root().join("tests/fixtures/mails");
    let mut paths: Vec<_> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == "eml"))
        .collect();
    paths.sort();
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let message = mail::read(&std::fs::read(&path).unwrap());
        let expected = std::fs::read(path.with_extension("json")).unwrap();
        (name, message, serde_json::from_slice(&expected).unwrap())
    };
    paths.into_iter().map(read).collect()
}

fn person(address: &Address) -> Value {
    json!([address.name, address.address])
}

#[test]
fn mails_read_as_a_person_reads_them() {
    let mut seen = 0;
    for (name, message, expected) in fixtures() {
        for (field, wanted) in expected.as_object().unwrap() {
            let found = match &field[..] {
                "id" => json!(message.id),
                "in_reply_to" => json!(message.in_reply_to),
                "references" => json!(message.references),
                "subject" => json!(message.subject),
                "from" => person(message.from()),
                "sender" => person(&message.sender),
                "source" => json!(message.sender_source),
                "date" => json!(message.date),
                "lists" => json!(message.lists),
                "text" => json!(message.text),
                "warnings" => json!(message.warnings),
                "call" => continue,
                other => panic!("{name}: no field {other}"),
            };
            assert_eq!(found, *wanted, "{field} of {name}");
            seen += 1;
        }
    }
    assert!(seen > 80, "{seen}");
}

/// Every fact as value and line.
fn facts(call: &Call) -> Value {
    fn list<T, V: Into<Value>>(facts: &[Stated<T>], value: impl Fn(&T) -> V) -> Value {
        facts.iter().map(|fact| json!([value(&fact.value).into(), fact.line])).collect()
    }
    fn one<T: serde::Serialize>(fact: &Option<Stated<T>>) -> Value {
        fact.as_ref().map_or(Value::Null, |fact| json!([fact.value, fact.line]))
    }
    let text = |text: &String| text.clone();
    let hashes = call.hashes.iter();
    let urls = call.tags.iter().filter(|tag| tag.value.url.is_some());
    json!({
        "project": one(&call.project),
        "version": one(&call.version),
        "rc": one(&call.rc),
        "directories": list(&call.directories, text),
        "files": list(&call.files, text),
        "staging": list(&call.staging, text),
        "keys": list(&call.keys, text),
        "tags": list(&call.tags, |tag| tag.name.clone()),
        "tag_urls": urls.map(|tag| json!([tag.value.url, tag.line])).collect::<Value>(),
        "repositories": list(&call.repositories, text),
        "commits": list(&call.commits, |commit| commit.hash.clone()),
        "hashes": hashes
            .map(|hash| json!([hash.value.hex, hash.value.file, hash.line]))
            .collect::<Value>(),
        "fingerprints": list(&call.fingerprints, text),
        "revision": one(&call.revision),
        "hours": one(&call.hours),
        "closes_at": one(&call.closes_at),
        "earliest_close": call.earliest_close,
        "expedited": one(&call.expedited),
        "options": list(&call.options, text),
    })
}

#[test]
fn calls_state_what_a_person_reads_in_them() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for (name, message, expected) in fixtures() {
        let Some(expected) = expected["call"].as_object() else { continue };
        let call = call::read(&message.subject, &message.text, message.date);
        let found = facts(&call);
        for (field, wanted) in expected {
            if &found[field] != wanted {
                wrong.push(format!("{field} of {name}: {} is not {wanted}", found[field]));
            }
        }
        for commit in &call.commits {
            assert_eq!(commit.value.short, commit.value.hash.len() < 40, "{name}");
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 13, "{seen}");
}
