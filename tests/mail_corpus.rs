//! Mails as real archives hold them: what is read of the corpus.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use plusone::mail;
use plusone::vote::call::{self, Call};

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

fn read_call(path: &Path) -> Call {
    let message = mail::read(&fs::read(path).unwrap());
    assert_eq!(message.warnings, [""; 0], "{}", path.display());
    call::read(&message.subject, &message.text, message.date)
}

/// The facts beside the mails were found by a machine. Where it is plainly wrong, a person's reading
/// of the mail stands here instead.
fn corrected(name: &str, field: &str, mut facts: BTreeSet<String>) -> BTreeSet<String> {
    // "Source release checksum(s): … sha1: <40 digits>" is no commit: these mails name none.
    if name.starts_with("VOTE-maven") && field == "commits" {
        facts.clear();
    }
    // A mail program broke this address after "/org/apache/"; the file's name is on the next line.
    let rest = match name {
        n if n.contains("doxia-1-8") => "maven/doxia/doxia/1.8/doxia-1.8-source-release.zip",
        n if n.contains("pdf-plugin") => {
            "maven/plugins/maven-pdf-plugin/1.4/maven-pdf-plugin-1.4-source-release.zip"
        }
        _ => "",
    };
    if field == "staging_urls" && !rest.is_empty() {
        let join = |url: String| if url.ends_with("/org/apache/") { url + rest } else { url };
        facts = facts.into_iter().map(join).collect();
    }
    // The glossary of the foundation is no place of a candidate.
    if field == "dist_urls" {
        facts.retain(|url| !url.contains("glossary"));
    }
    facts
}

#[test]
fn calls_of_the_corpus_state_what_a_person_reads_in_them() {
    let Some(corpus) = support::corpus_for("calls_of_the_corpus_state_what_a_person_reads_in_them")
    else {
        return;
    };
    let mut seen = 0;
    for path in files(&corpus.join("mails"), "eml") {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with("VOTE-") {
            continue;
        }
        seen += 1;
        let facts = fs::read(path.with_extension("facts.auto.json")).unwrap();
        let facts: serde_json::Value = serde_json::from_slice(&facts).unwrap();
        let call = read_call(&path);
        let texts = |stated: &[call::Stated<String>]| -> Vec<String> {
            stated.iter().map(|fact| fact.value.clone()).collect()
        };
        let commits = |short: bool| -> Vec<String> {
            let found = call.commits.iter().filter(|fact| fact.value.short == short);
            found.map(|fact| fact.value.hash.clone()).collect()
        };
        let tags = call.tags.iter().filter_map(|tag| tag.value.url.clone()).collect();
        for (field, found) in [
            (
                "dist_urls",
                [texts(&call.directories), texts(&call.files), texts(&call.keys)].concat(),
            ),
            ("staging_urls", texts(&call.staging)),
            ("keys_urls", texts(&call.keys)),
            ("git_tag_urls", tags),
            ("commits", commits(false)),
            ("short_commits", commits(true)),
            ("fingerprints", texts(&call.fingerprints)),
        ] {
            let expected = facts[field].as_array().unwrap().iter();
            let expected = expected.map(|fact| fact.as_str().unwrap().to_owned()).collect();
            let found: BTreeSet<String> = found.into_iter().collect();
            assert_eq!(found, corrected(&name, field, expected), "{field} of {name}");
        }
    }
    assert_eq!(seen, 11);
}

/// Read by a person from the mails themselves.
#[test]
fn calls_of_the_corpus_tell_version_candidate_and_hours() {
    let Some(corpus) = support::corpus_for("calls_of_the_corpus_tell_version_candidate_and_hours")
    else {
        return;
    };
    for (name, version, rc, hours) in [
        ("apisix-apisix-ingress-controller-2-0-0-rc4", Some("2.0.0"), Some(4), Some(72)),
        ("incubator-cloudberry-2-1-0-rc1", Some("2.1.0"), Some(1), Some(72)),
        ("maven-release-maven-doxia-1-8", Some("1.8"), None, Some(72)),
        ("maven-release-maven-indexer-6-0-0", Some("6.0.0"), None, Some(72)),
        ("maven-release-maven-javadoc-plugin-3-0-0-take-2", Some("3.0.0"), None, Some(72)),
        (
            "maven-release-maven-jdeprscan-plugin-3-0-0-alpha-1",
            Some("3.0.0-alpha-1"),
            None,
            Some(72),
        ),
        ("maven-release-maven-pdf-plugin-1-4", Some("1.4"), None, Some(72)),
    ] {
        let call = read_call(&corpus.join(format!("mails/VOTE-{name}.eml")));
        assert_eq!(call.version.map(|fact| fact.value).as_deref(), version, "{name}");
        assert_eq!(call.rc.map(|fact| fact.value), rc, "{name}");
        assert_eq!(call.hours.map(|fact| fact.value), hours, "{name}");
        assert_eq!(call.options.len(), 3, "{name}");
    }
    let doxia = read_call(&corpus.join("mails/VOTE-maven-release-maven-doxia-1-8.eml"));
    let [hash] = &doxia.hashes[..] else { panic!("{:?}", doxia.hashes) };
    assert_eq!(hash.value.file.as_deref(), Some("doxia-1.8-source-release.zip"));
    assert_eq!(hash.value.hex, "97bf435da03dd4a8d5cfc1b0f07265090863cff0");
    assert_eq!(doxia.earliest_close.unwrap().to_rfc3339(), "2017-12-20T16:36:53+00:00");
    let javadoc = corpus.join("mails/VOTE-maven-release-maven-javadoc-plugin-3-0-0-take-2.eml");
    let javadoc = read_call(&javadoc);
    let file = javadoc.hashes[0].value.file.as_deref();
    assert_eq!(file, Some("maven-javadoc-plugin-3.0.0-source-release.zip"));
}

/// Whatever the mails of real archives are, they are read with sender, date and id.
#[test]
fn every_mail_of_the_corpus_is_read_whole() {
    let Some(corpus) = support::corpus_for("every_mail_of_the_corpus_is_read_whole") else {
        return;
    };
    let mut directories: Vec<PathBuf> = fs::read_dir(corpus.join("votes"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    directories.push(corpus.join("mails"));
    let mut count = 0;
    for path in directories.iter().flat_map(|directory| files(directory, "eml")) {
        count += 1;
        let message = mail::read(&fs::read(&path).unwrap());
        assert_eq!(message.warnings, [""; 0], "{}", path.display());
        assert!(!message.text.trim().is_empty(), "{}", path.display());
        assert!(message.date.is_some(), "{}", path.display());
        assert!(message.sender.address.contains('@'), "{}", path.display());
        assert!(message.lists.iter().any(|list| list.ends_with(".apache.org")));
        let shown = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
        assert!(message.text.chars().all(shown), "{}", path.display());
    }
    assert!(count > 100, "{count}");
}

#[test]
fn the_voters_of_the_corpus_are_its_senders() {
    let Some(corpus) = support::corpus_for("the_voters_of_the_corpus_are_its_senders") else {
        return;
    };
    let mut count = 0;
    for entry in fs::read_dir(corpus.join("votes")).unwrap() {
        let directory = entry.unwrap().path();
        let Ok(truth) = fs::read(directory.join("truth.json")) else { continue };
        let truth: serde_json::Value = serde_json::from_slice(&truth).unwrap();
        for voter in truth["voters"].as_array().unwrap() {
            let file = directory.join(voter["file"].as_str().unwrap());
            let message = mail::read(&fs::read(&file).unwrap());
            let from = voter["from"].as_str().unwrap();
            let address =
                from.rsplit_once('<').map_or(from, |(_, rest)| rest).trim_end_matches('>');
            assert_eq!(message.from().address, address, "{}", file.display());
            // Behind a list there is a person.
            let hidden = address.ends_with(".apache.org") || address.ends_with(".INVALID");
            assert_eq!(message.sender.address == address, !hidden, "{}", file.display());
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}
