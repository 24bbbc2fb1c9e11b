//! Reads any bytes as every file of the legal room: `cargo fuzz run headers`.
//!
//! The first line is taken as the file's path, the rest as its content.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plusone::legal::exclusions::{Exclusions, Format, Tiny};
use plusone::legal::{category, disclaimer, header, licence, notice};

fuzz_target!(|bytes: &[u8]| {
    let cut = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (path, content) = bytes.split_at(cut);
    let path = String::from_utf8_lossy(path);
    let lines = content.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
    for complete in [true, false] {
        let legal = header::read(&path, content, complete);
        for licence in &legal.licences {
            assert!(licence.line >= 1 && (licence.line <= lines || content.contains(&0)));
            let _ = category(&licence.id);
        }
        let _ = Tiny::default().why(content, complete);
    }
    let text = String::from_utf8_lossy(content);
    let _ = licence::find(&text);
    let _ = licence::apache_text(&text);
    for pointer in licence::pointers(&text) {
        assert!(!pointer.path.starts_with('/') && !pointer.path.split('/').any(|part| part == ".."));
    }
    let _ = notice::read(&text);
    let _ = disclaimer::read(&text);
    let _ = category(&text);
    let mut exclusions = Exclusions::new();
    for format in [Format::Rat, Format::Licenserc, Format::Pom] {
        exclusions.add(format, &path, &text);
    }
    let _ = exclusions.why(&path);
});
