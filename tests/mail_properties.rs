//! What holds for all bytes: no panic, clean text, nothing lost by writing.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

use std::convert::Infallible;

use plusone::mail::mbox::{self, Borders};
use plusone::mail::{self, LONGEST_TEXT};
use plusone::vote::call;
use plusone::vote::select::Selection;
use plusone::vote::subject::which_call;
use plusone::vote::thread::{Which, find, threads};
use proptest::prelude::*;

fn fixtures() -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = std::fs::read_dir("tests/fixtures/mails")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == "eml"))
        .collect();
    paths.sort();
    assert!(paths.len() >= 20);
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Goes all the way through the rooms with the bytes.
fn walk(bytes: &[u8]) {
    let message = mail::read(bytes);
    let clean = |c: char| !c.is_control();
    assert!(message.subject.chars().all(clean), "{:?}", message.subject);
    for address in [message.from(), &message.sender] {
        assert!(address.name.iter().flat_map(|name| name.chars()).all(clean), "{address:?}");
        assert!(address.address.chars().all(clean), "{address:?}");
    }
    assert!(message.text.chars().all(|c| clean(c) || matches!(c, '\n' | '\t')));
    assert!(message.text.len() <= LONGEST_TEXT);
    assert!(!message.id.0.is_empty() && message.id.0.chars().all(clean));
    let lines = message.text.lines().count();
    let call = call::read(&message.subject, &message.text, message.date);
    for fact in call.directories.iter().chain(&call.keys).chain(&call.options) {
        assert!((1..=lines).contains(&fact.line), "{fact:?}");
    }
    let _ = which_call(&message.text);
    let found = threads(vec![message.clone(), message]);
    assert!(found.len() <= 1);
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..5u8, any::<u8>()), 1..16);
    (prop::sample::select(fixtures()), edits).prop_map(|(original, edits)| {
        let mut bytes = original;
        for (place, kind, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => {
                    bytes.remove(at);
                }
                2 => bytes.truncate(at),
                3 => bytes.insert(at, b"\n=?<>@:;\"(\\"[usize::from(byte) % 11]),
                _ => {
                    let copy: Vec<u8> =
                        bytes[at..].iter().take(usize::from(byte)).copied().collect();
                    bytes.splice(at..at, copy);
                }
            }
        }
        bytes
    })
}

/// Bytes in which what mailboxes are sensitive to is frequent.
fn mail_like() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n\n".to_vec()),
        Just(b"From ".to_vec()),
        Just(b"From a@x Fri Nov 20 10:00:00 2026\n".to_vec()),
        Just(b">From ".to_vec()),
        Just(b">>From ".to_vec()),
        Just(b"Subject: x\n".to_vec()),
        Just(b">".to_vec()),
        Just(b"\r".to_vec()),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Dates people write: numbers and words in any order.
fn date_like() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "Fri,",
        "20",
        "Nov",
        "2026",
        "26",
        "126",
        "10:00:00",
        "24:00",
        "+0100",
        "-9999",
        "EST",
        "(x",
        ")",
        "99",
        "0",
        "31",
        "Feb",
        "PM",
        "2026-11-20T10:00Z",
        "29-Feb-2025",
        "UTC+99",
        "until",
        "99999999999",
    ]);
    prop::collection::vec(word, 0..9).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn mutated_mails_are_read(bytes in mutated()) {
        walk(&bytes);
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        walk(&bytes);
        walk(&[b"Content-Type: text/html\n\n", &bytes[..]].concat());
        walk(&[b"Content-Type: text/enriched\n\n", &bytes[..]].concat());
        walk(&[b"Content-Transfer-Encoding: quoted-printable\n\n", &bytes[..]].concat());
        walk(&[b"Subject: =?utf-8?b?", &bytes[..]].concat());
        walk(&[b"From: ", &bytes[..]].concat());
        walk(&[b"Content-Type: multipart/mixed; boundary=", &bytes[..]].concat());
    }

    #[test]
    fn dates_are_read_or_not(text in date_like()) {
        let _ = mail::date::read(&text);
        let _ = mail::date::stated(&text);
    }

    /// Whatever the headers are, the quick way leaves out nothing that is of a vote.
    #[test]
    fn what_the_quick_way_leaves_out_is_of_no_vote(
        mails in prop::collection::vec(prop_oneof![mutated(), mail_like()], 1..12)
    ) {
        let mut seen = Selection::default();
        for mail in &mails {
            prop_assert!(seen.add(mail, true).is_some());
        }
        let read = |mail: &Vec<u8>| mail::read(mail);
        let slow = threads(mails.iter().map(read).collect());
        let newest = Which::Release { project: None, version: None, rc: None, list: None };
        for which in [
            newest,
            Which::Release {
                project: Some("demo".to_owned()),
                version: Some("1.2.0".to_owned()),
                rc: Some(1),
                list: None,
            },
            Which::MessageId("call@example.org".to_owned()),
            Which::Subject("vote".to_owned()),
            Which::Subject("demo".to_owned()),
        ] {
            for piecemeal in [false, true] {
                let fetch = |numbers: &[usize], each: &mut dyn FnMut(&[u8])| {
                    numbers.iter().for_each(|number| each(&mails[*number]));
                    Ok::<(), Infallible>(())
                };
                let Ok(some) = seen.gather(&which, piecemeal, false, fetch);
                let quick = find(&some.threads, &which).cloned();
                let slow = find(&slow, &which).cloned();
                prop_assert_eq!(quick, slow, "{:?}", &which);
            }
        }
    }

    /// Pure bytes in, the same out: `--save` loses nothing.
    #[test]
    fn what_is_written_to_an_mbox_is_read_from_it(mails in prop::collection::vec(mail_like(), 1..6)) {
        // A mail that has no header and is all blank is none.
        let mut file = Vec::new();
        for mail in &mails {
            mbox::write(mail, None, &mut file).unwrap();
        }
        let borders = Borders::default();
        let read: Vec<Vec<u8>> =
            borders.split(&file).map(|piece| mbox::content(&file[piece]).into_owned()).collect();
        prop_assert_eq!(read, mails);
    }
}
