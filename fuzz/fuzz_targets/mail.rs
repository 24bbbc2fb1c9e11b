//! Reads any bytes as a mail and as an mbox file, and sorts what is found: `cargo fuzz run mail`.
#![no_main]

use std::convert::Infallible;

use libfuzzer_sys::fuzz_target;
use plusone::mail::mbox::{self, Borders};
use plusone::mail::{self, LONGEST_TEXT};
use plusone::vote::select::Selection;
use plusone::vote::thread::{Which, find, threads};

fuzz_target!(|bytes: &[u8]| {
    let message = mail::read(bytes);
    assert!(message.text.len() <= LONGEST_TEXT);
    assert!(message.text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t')));
    assert!(!message.subject.contains(char::is_control));

    let borders = Borders::default();
    let mails: Vec<Vec<u8>> =
        borders.split(bytes).map(|piece| mbox::content(&bytes[piece]).into_owned()).collect();
    let mut written = Vec::new();
    for mail in &mails {
        mbox::write(mail, None, &mut written).expect("memory takes everything");
    }
    let again = borders.split(&written).map(|piece| mbox::content(&written[piece]).into_owned());
    assert!(again.eq(mails.iter().cloned()));

    // What the quick way would leave out is of no vote.
    let mut seen = Selection::default();
    for mail in &mails {
        seen.add(mail, true);
    }
    let fetch = |numbers: &[usize]| -> Result<Vec<Vec<u8>>, Infallible> {
        Ok(numbers.iter().map(|number| mails[*number].clone()).collect())
    };
    let which = Which::Release { project: None, version: None, rc: None, list: None };
    let Ok(some) = seen.gather(&which, true, fetch);
    let read = |mails: &[Vec<u8>]| threads(mails.iter().map(|mail| mail::read(mail)).collect());
    assert_eq!(find(&read(&some), &which).cloned(), find(&read(&mails), &which).cloned());
});
