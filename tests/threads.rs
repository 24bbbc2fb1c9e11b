//! Threads of the corpus: each vote found with all its mails, and no others.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use plusone::mail::{self, Message};
use plusone::vote::subject::{Kind, which_call};
use plusone::vote::thread::{Thread, Which, find, threads};

fn mails(directory: &Path) -> Vec<Message> {
    let mut paths: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == "eml"))
        .collect();
    paths.sort();
    paths.iter().map(|path| mail::read(&fs::read(path).unwrap())).collect()
}

fn ids<'a>(messages: impl IntoIterator<Item = &'a Message>) -> BTreeSet<String> {
    messages.into_iter().map(|message| message.id.0.clone()).collect()
}

/// Each directory holds the mails of one vote, put together by the authors of the corpus.
#[test]
fn each_vote_of_the_corpus_is_one_thread() {
    let Some(corpus) = support::corpus_for("each_vote_of_the_corpus_is_one_thread") else {
        return;
    };
    let mut everything = Vec::new();
    let mut votes = Vec::new();
    for entry in fs::read_dir(corpus.join("votes")).unwrap() {
        let directory = entry.unwrap().path();
        if !directory.is_dir() {
            continue;
        }
        let messages = mails(&directory);
        let found = threads(messages.clone());
        assert_eq!(found.len(), 1, "{}", directory.display());
        assert_eq!(ids(found[0].messages()), ids(&messages), "{}", directory.display());
        let truth: serde_json::Value =
            serde_json::from_slice(&fs::read(directory.join("truth.json")).unwrap()).unwrap();
        let cancelled = truth["outcome"] == "cancelled";
        assert_eq!(found[0].cancel.is_some(), cancelled, "{}", directory.display());
        let told = messages.iter().any(|m| which_call(&m.subject).kind == Kind::Result);
        assert_eq!(found[0].result.is_some(), told, "{}", directory.display());
        let name = directory.file_name().unwrap().to_str().unwrap().to_owned();
        // The note of its truth.json says that the opening mail is missing.
        assert_eq!(found[0].call_is_missing(), name.ends_with("2-0-0-rc3"), "{name}");
        everything.extend(messages);
        votes.push((name, found.into_iter().next().unwrap()));
    }
    assert_eq!(votes.len(), 12);
    // All of them in one archive fall into the same threads.
    let together = threads(everything);
    assert_eq!(together.len(), 12);
    for (name, vote) in &votes {
        assert!(together.contains(vote), "{name}");
    }
}

#[test]
fn votes_are_found_by_what_a_person_says_of_them() {
    let Some(corpus) = support::corpus_for("votes_are_found_by_what_a_person_says_of_them") else {
        return;
    };
    let mut everything = Vec::new();
    for entry in fs::read_dir(corpus.join("votes")).unwrap() {
        let directory = entry.unwrap().path();
        if directory.is_dir() {
            everything.extend(mails(&directory));
        }
    }
    let threads = threads(everything);
    let release = |project: &str, version: &str, rc: Option<u32>| Which::Release {
        project: Some(project.to_owned()),
        version: Some(version.to_owned()),
        rc,
        list: None,
    };
    let subject = |thread: &Thread| thread.call.subject.clone();
    let found = find(&threads, &release("apisix-ingress-controller", "2.0.0", Some(4))).unwrap();
    assert_eq!(subject(found), "[VOTE] Apache apisix-ingress-controller 2.0.0-rc4");
    let found = find(&threads, &release("incubator-cloudberry", "2.1.0", None)).unwrap();
    assert_eq!(subject(found), "[VOTE] Release Apache Cloudberry (Incubating) 2.1.0-rc1");
    // Two attempts: the newest is meant.
    let found = find(&threads, &release("maven javadoc", "3.0.0", None)).unwrap();
    let second = "[VOTE] Release Apache Maven Javadoc Plugin version 3.0.0 (take 2)";
    assert_eq!(subject(found), second);
    let by_id = Which::MessageId("<5657943.hYo2MomQWH@giga>".to_owned());
    assert!(subject(find(&threads, &by_id).unwrap()).ends_with("Doxia version 1.8"));
    let by_words = Which::Subject("open GITHUB issues".to_owned());
    assert!(subject(find(&threads, &by_words).unwrap()).contains("experimental"));
    let error = find(&threads, &release("maven-pdf", "1.5", None)).unwrap_err().to_string();
    assert!(error.contains("did you mean `[VOTE] Release Apache Maven PDF Plugin"), "{error}");
    let ambiguous = Which::Subject("release".to_owned());
    assert!(find(&threads, &ambiguous).unwrap_err().to_string().contains("several votes"));
}
