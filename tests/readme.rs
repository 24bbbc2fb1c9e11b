//! README.md shows nothing that a transcript in `tests/cmd/` does not prove.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests touch the outside")]

mod support;

use std::fs;

/// The commands of each `console` block with what they print.
fn blocks(text: &str) -> Vec<String> {
    text.split("```console\n")
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap().trim().to_owned())
        .collect()
}

#[test]
fn every_block_is_a_tested_transcript() {
    let root = support::root();
    let mut transcripts = String::new();
    for entry in fs::read_dir(root.join("tests/cmd")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            transcripts += &fs::read_to_string(path).unwrap();
        }
    }
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let shown = blocks(&readme);
    assert!(!shown.is_empty());
    for block in shown {
        assert!(transcripts.contains(&block), "no transcript in tests/cmd proves:\n{block}");
    }
}

#[test]
fn every_command_of_ours_that_is_named_exists() {
    let world = support::World::new();
    let readme = fs::read_to_string(support::root().join("README.md")).unwrap();
    let named = ["`plusone ", "$ plusone "];
    for piece in named.iter().flat_map(|before| readme.split(before).skip(1)) {
        let word: String = piece.chars().take_while(char::is_ascii_lowercase).collect();
        world.plusone(&[&word, "--help"]).ok();
    }
}
