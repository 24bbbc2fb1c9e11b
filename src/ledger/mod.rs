//! The ledger: what happened to a release, event by event, and the state that this adds up to.
//!
//! A notebook, not the truth: the tag, the dist area and the list archive are, and it can be made
//! anew from them. One event is one line of JSON. Events that a later plusone added are kept and shown,
//! not understood; a ledger in a later form is not worked with at all, for what it says was done would
//! be done again. No secrets. Pure.

pub mod event;
pub mod next;
pub mod state;

use serde::Deserialize;
use serde_json::Value;

pub use self::event::{Event, Signer, What};
pub use self::next::{Next, Waits, next};
pub use self::state::{Candidate, Standing, State};

/// The number of the form in which events are written. Fields may be added; anything else raises it.
pub const SCHEMA: u32 = 1;

/// One line of a ledger.
#[derive(Debug, Clone, PartialEq)]
pub enum Record {
    /// An event.
    Known(Box<Event>),
    /// An event of a later plusone, as it stands.
    Unknown(Value),
}

/// A ledger that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parsed {
    /// Its events, in the order in which they were written.
    pub records: Vec<Record>,
    /// What is wrong with it, in sentences.
    pub warnings: Vec<String>,
    /// The newest form in it that is newer than [`SCHEMA`].
    pub newer: Option<u32>,
    /// Whether a line that was written whole cannot be read.
    pub damaged: bool,
    /// Bytes up to the end of the last complete line. What follows was torn off while it was
    /// written, and nobody was told that it had been.
    pub complete: usize,
}

/// The form in which events of every schema can be looked at.
#[derive(Deserialize)]
struct Envelope {
    schema: u32,
    event: String,
}

/// Reads a ledger. A line that cannot be read costs a warning.
pub fn parse(bytes: &[u8]) -> Parsed {
    let complete = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let mut parsed = Parsed { complete, ..Parsed::default() };
    for (number, line) in bytes[..complete].split(|&byte| byte == b'\n').enumerate() {
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match parse_line(line) {
            Ok((schema, record)) => {
                parsed.records.push(record);
                parsed.newer = parsed.newer.max((schema > SCHEMA).then_some(schema));
            }
            Err(why) => {
                parsed.warnings.push(format!("line {} cannot be read: {why}", number + 1));
                parsed.damaged = true;
            }
        }
    }
    if complete < bytes.len() {
        parsed.warnings.push(format!(
            "the last line is incomplete: its {} bytes are left out",
            bytes.len() - complete
        ));
    }
    parsed
}

fn parse_line(line: &[u8]) -> Result<(u32, Record), serde_json::Error> {
    let envelope: Envelope = serde_json::from_slice(line)?;
    let record = match envelope.schema <= SCHEMA && What::NAMES.contains(&&envelope.event[..]) {
        true => Record::Known(serde_json::from_slice(line)?),
        false => Record::Unknown(serde_json::from_slice(line)?),
    };
    Ok((envelope.schema, record))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_read_as_it_was_written() {
        for event in event::examples() {
            let line = event.line();
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            let parsed = parse(line.as_bytes());
            assert_eq!(parsed.records, [Record::Known(Box::new(event))], "{line}");
            assert_eq!((parsed.warnings.len(), parsed.complete), (0, line.len()));
        }
    }

    #[test]
    fn the_names_are_those_that_are_written() {
        let written: std::collections::BTreeSet<String> = event::examples()
            .iter()
            .map(|event| serde_json::from_str::<Value>(&event.line()).expect("JSON"))
            .map(|value| value["event"].as_str().expect("a name").to_owned())
            .collect();
        let names = What::NAMES.iter().map(ToString::to_string).collect();
        assert_eq!(written, names, "each has an example, and is in the list");
    }

    #[test]
    fn what_is_not_understood_is_kept() {
        let text = concat!(
            r#"{"schema":1,"at":"2027-01-01T00:00:00Z","version":"1.0","event":"sbom-attached","url":"x"}"#,
            "\n",
            r#"{"schema":2,"at":"2027-01-01T00:00:00Z","version":"1.0","event":"staged","where":{}}"#,
            "\n\n{ broken\n",
            r#"{"schema":1,"at":"2027-01-01T00:00:00Z","version":"1.0","event":"staged","url":1}"#,
            "\n",
            r#"{"schema":1,"at":"2027-01-01T00:00:00Z","version":"1.0","rc":1,"event":"cancelled","reason":"r","later":[]}"#,
            "\n",
        );
        let parsed = parse(text.as_bytes());
        assert!(matches!(
            &parsed.records[..],
            [Record::Unknown(_), Record::Unknown(_), Record::Known(_)]
        ));
        assert_eq!(parsed.warnings.len(), 2);
        assert!(parsed.warnings[0].starts_with("line 4 "), "{:?}", parsed.warnings);
        assert_eq!((parsed.newer, parsed.damaged), (Some(2), true));
    }

    #[test]
    fn a_torn_line_is_left_out() {
        let lines: String = event::examples().iter().map(Event::line).collect();
        let ends: Vec<usize> = lines.match_indices('\n').map(|(at, _)| at + 1).collect();
        for cut in 0..=lines.len() {
            let parsed = parse(&lines.as_bytes()[..cut]);
            let whole = ends.iter().filter(|&&end| end <= cut).count();
            assert_eq!(parsed.records.len(), whole);
            let torn = cut > 0 && !ends.contains(&cut);
            assert_eq!(parsed.warnings.len(), usize::from(torn), "{cut}");
        }
    }
}
