//! Reads any text as a mail about a vote, alone, as a call and as the answer to another:
//! `cargo fuzz run ballot`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use plusone::mail::Message;
use plusone::vote::ballot::{Says, read};

fn message(text: String) -> Message {
    Message { text, ..Message::default() }
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    // A NUL divides the mail from the one it answers.
    let (text, answered) = text.split_once('\0').unwrap_or((&text, ""));
    let (mail, answered) = (message(text.to_owned()), message(answered.to_owned()));
    for (answered, is_call) in [(None, false), (None, true), (Some(&answered), false)] {
        let reading = read(&mail, answered, is_call);
        assert_eq!(reading.evidence.is_none(), reading.says == Says::Nothing);
        // What it says, or what it speaks of, stands in a line of it.
        for line in reading.evidence.iter().chain(&reading.first) {
            assert!(text.contains(&line.text));
        }
        assert!(!reading.figure || reading.evidence.is_some() || reading.first.is_some());
    }
    let quoted: String = text.split('\n').map(|line| format!("> {line}\n")).collect();
    assert_eq!(read(&message(quoted), None, false).says, Says::Nothing);
});
