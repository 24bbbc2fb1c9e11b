//! Judges any bytes as a signature file, over a small document and two keys: `cargo fuzz run signature`.
#![no_main]

use std::sync::LazyLock;

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use plusone::openpgp::{Keyring, KeysFile, Limits, judge};

static KEYRING: LazyLock<Keyring> = LazyLock::new(|| {
    let keys = [
        &include_bytes!("../../tests/fixtures/keys/rsa4096.asc")[..],
        include_bytes!("../../tests/fixtures/keys/ed25519.asc"),
    ]
    .concat();
    Keyring::new(KeysFile::read(&keys, &Limits::default()).expect("the fixtures are small"))
});

fuzz_target!(|bytes: &[u8]| {
    let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a time of this century");
    let document = include_bytes!("../../tests/fixtures/keys/document.txt");
    if let Ok(judgements) = judge(bytes, &mut &document[..], &KEYRING, now) {
        for judgement in judgements {
            assert!(!judgement.words().is_empty());
        }
    }
});
