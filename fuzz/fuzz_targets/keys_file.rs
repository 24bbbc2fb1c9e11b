//! Reads any bytes as a KEYS file and goes on with whatever is found: `cargo fuzz run keys_file`.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use plusone::openpgp::append::{Options, append};
use plusone::openpgp::entry::{Extent, entry};
use plusone::openpgp::lint::{self, lint};
use plusone::openpgp::{Keyring, KeysFile, Limits};

fuzz_target!(|bytes: &[u8]| {
    let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a time of this century");
    let Ok(file) = KeysFile::read(bytes, &Limits::default()) else { return };
    for block in &file.blocks {
        assert!(block.bytes.start <= block.bytes.end);
    }
    let _ = lint(&file, Some(&file), &lint::Options::default(), now);
    let keyring = Keyring::new(file);
    for fingerprint in keyring.fingerprints() {
        let _ = keyring.certificate(&fingerprint, now);
        let _ = entry(&keyring, &fingerprint, Extent::Minimal, now);
        let _ = entry(&keyring, &fingerprint, Extent::Full, now);
    }
    let _ = append(bytes, bytes, &Options::default(), now);
});
