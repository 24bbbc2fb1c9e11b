//! Looks at any bytes, into whatever they are an archive of: `cargo fuzz run inspect`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plusone::inspect::{Budget, Limits, START, file, leftovers};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { bytes: 64 << 20, free: 1 << 20, ..Limits::default() };
    let start = &bytes[..bytes.len().min(START)];
    let contents = file(start, &mut &bytes[..], &mut Budget::new(limits));
    assert!(contents.inside.len() as u64 <= contents.inside_count);
    let _ = leftovers::private_key(b"key", bytes);
    if let Some(leftover) = leftovers::why(bytes, false) {
        assert!(bytes.starts_with(leftover.root));
    }
});
