//! Reads any text as the call of a vote: `cargo fuzz run call`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plusone::vote::call;
use plusone::vote::subject::which_call;

fuzz_target!(|text: &str| {
    let (subject, text) = text.split_once('\n').unwrap_or((text, ""));
    let read = which_call(subject);
    assert!(read.fits(&read));
    let lines = text.lines().count();
    let call = call::read(subject, text, None);
    for fact in call.directories.iter().chain(&call.files).chain(&call.options) {
        assert!((1..=lines).contains(&fact.line));
    }
    for hash in &call.hashes {
        assert!(matches!(hash.value.hex.len(), 32 | 40 | 64 | 128));
    }
});
