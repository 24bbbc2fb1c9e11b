//! The pages in `docs/` show nothing that a transcript does not prove, cite no rule that is none,
//! and link to nothing that is not there.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests touch the outside")]

mod support;

use std::collections::BTreeSet;
use std::fs;

use plusone::policy::RULES;

/// The pages: name and text.
fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> = fs::read_dir(support::root().join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    pages.sort();
    pages
}

/// The `console` blocks of a page.
fn blocks(text: &str) -> Vec<String> {
    text.split("```console\n")
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap().trim().to_owned())
        .collect()
}

/// A transcript without the lines that tell trycmd the exit status.
fn without_statuses(text: &str) -> String {
    let status =
        |line: &str| line.strip_prefix("? ").is_some_and(|code| code.parse::<u8>().is_ok());
    text.lines().filter(|line| !status(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_block_is_a_tested_transcript() {
    let mut transcripts = String::new();
    for entry in fs::read_dir(support::root().join("tests/cmd")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            transcripts += &without_statuses(&fs::read_to_string(path).unwrap());
        }
    }
    let mut shown = 0;
    // The guide for release managers is its own transcript: `tests/guide` runs the page.
    for (page, text) in pages().into_iter().filter(|(page, _)| page != "manager.md") {
        for block in blocks(&text) {
            shown += 1;
            let whole = format!("\n{block}\n");
            assert!(transcripts.contains(&whole), "{page}: no transcript proves:\n{block}");
        }
    }
    assert!(shown >= 7, "{shown} blocks");
}

#[test]
fn every_rule_that_is_cited_is_known() {
    let known: BTreeSet<&str> = RULES.iter().map(|rule| rule.id).collect();
    for (page, text) in pages() {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let is_id = |word: &&str| {
            let bytes = word.as_bytes();
            bytes.len() == 4
                && bytes[0].is_ascii_uppercase()
                && bytes[1] == b'-'
                && bytes[2..].iter().all(u8::is_ascii_digit)
        };
        for id in words.filter(is_id) {
            assert!(known.contains(id), "{page} cites {id}, which src/policy.rs does not have");
        }
    }
}

#[test]
fn links_within_the_repository_lead_somewhere() {
    let docs = support::root().join("docs");
    for (page, text) in pages() {
        for piece in text.split("](").skip(1) {
            let target = piece.split([')', '#']).next().unwrap();
            if !target.is_empty() && !target.contains("://") {
                assert!(docs.join(target).exists(), "{page} links to {target}");
            }
        }
    }
}

/// The command lines of ours on a page: in code spans, and in blocks for a shell.
fn command_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut block: Option<&str> = None;
    for line in text.lines() {
        match (line.trim().strip_prefix("```"), block) {
            (Some(language), None) => block = Some(language),
            (Some(_), Some(_)) => block = None,
            (None, Some("sh" | "console")) => {
                let line = line.trim();
                lines.push(line.strip_prefix("$ ").unwrap_or(line).to_owned());
            }
            (None, Some(_)) => {}
            (None, None) => lines.extend(line.split('`').skip(1).step_by(2).map(str::to_owned)),
        }
    }
    lines.retain(|line| line.starts_with("plusone "));
    lines
}

#[test]
fn every_command_line_of_ours_can_be_typed() {
    let world = support::World::new();
    let mut tried = 0;
    for (page, text) in pages() {
        for line in command_lines(&text) {
            let words: Vec<&str> = line.split(' ').skip(1).collect();
            let is_command = |word: &&&str| word.chars().all(|c| c.is_ascii_lowercase());
            let command: Vec<&str> = words.iter().take_while(is_command).copied().collect();
            // `keys append`, but `explain archive`.
            let command = if command.first() == Some(&"keys") {
                &command[..]
            } else {
                &command[..command.len().min(1)]
            };
            let help = world.plusone(&[command, &["--help"]].concat()).ok().stdout;
            for flag in words.iter().filter(|word| word.starts_with("--")) {
                assert!(help.contains(flag), "{page}: `{line}`: there is no {flag}");
            }
            tried += 1;
        }
    }
    assert!(tried > 20, "{tried} lines");
}

/// docs/atr.md says how votes in certain mails are counted; a person has said how they should be.
#[test]
fn the_mails_in_the_comparison_of_tallies_are_tested_ones() {
    let root = support::root();
    let cases = fs::read_to_string(root.join("tests/fixtures/ballots/pitfalls.tsv")).unwrap();
    let page = fs::read_to_string(root.join("docs/atr.md")).unwrap();
    let (_, section) = page.split_once("\n## How votes are counted\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut tried = 0;
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let mail = cells[0].trim_matches('`');
        let case = cases.lines().find(|line| line.split('\t').next() == Some(mail));
        let expected = case.unwrap_or_else(|| panic!("no case {mail}")).split('\t').nth(1).unwrap();
        let expected = match expected.split(' ').next().unwrap() {
            "none" => "no vote",
            "unclear" => "asked about",
            value => value,
        };
        assert_eq!(cells[2], expected, "{mail}");
        tried += 1;
    }
    assert!(tried > 5);
}

/// Prose is read in terminals and in diffs: it keeps to 120 columns. Tables, addresses and what is
/// shown verbatim are as long as they are, and so is the page that the checks write.
#[test]
fn prose_is_not_too_wide() {
    for (page, text) in pages().into_iter().filter(|(page, _)| page != "checks.md") {
        let mut verbatim = false;
        for (number, line) in text.lines().enumerate() {
            if line.starts_with("```") {
                verbatim = !verbatim;
            }
            let excused = verbatim || line.starts_with('|') || line.contains("://");
            assert!(excused || line.chars().count() <= 120, "{page}:{}: {line}", number + 1);
        }
    }
}
