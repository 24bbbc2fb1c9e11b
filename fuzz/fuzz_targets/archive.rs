//! One pass over an archive: tar in its compressions, or zip.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use plusone::archive::read::Limits;
use plusone::evidence::{ObjectFormat, Source, Wanted, pass};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { members: 2000, bytes: 8 << 20, path: 300, names: 1 << 20 };
    let wanted = Wanted { ids: Some(ObjectFormat::Sha1), source: true, limits, ..Wanted::default() };
    let file = Cursor::new(bytes.to_vec());
    let passed = pass(Source::File(Box::new(file.clone()), Box::new(file)), &wanted);
    let passed = passed.expect("bytes in memory can be read");
    assert_eq!(passed.size, bytes.len() as u64);
});
