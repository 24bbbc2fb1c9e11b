//! Checksum files in all the forms in use; what we write is read back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plusone::checksum::{parse, write};

fuzz_target!(|bytes: &[u8]| {
    for listed in parse(bytes).unwrap_or_default() {
        assert_eq!(listed.digest.len(), listed.algorithm.size());
        let name = listed.name.and_then(|name| name.parse().ok());
        if let (Ok(digest), Some(name)) = (<[u8; 64]>::try_from(&listed.digest[..]), name) {
            let again = parse(write(&digest, &name).as_bytes()).expect("our own form");
            assert_eq!(again[0].digest, digest);
        }
    }
});
