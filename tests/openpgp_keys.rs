//! KEYS files: what is found in real ones, and in small ones for each oddity.
#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeSet;

use plusone::openpgp::{Keyring, KeysFile, Limits};

fn read(bytes: &[u8]) -> KeysFile {
    KeysFile::read(bytes, &Limits::default()).unwrap()
}

#[test]
fn real_files_hold_what_gpg_lists() {
    let Some(corpus) = support::corpus_for("real_files_hold_what_gpg_lists") else {
        return;
    };
    let index = std::fs::read(corpus.join("keys/index.json")).unwrap();
    let index: serde_json::Value = serde_json::from_slice(&index).unwrap();
    for entry in index.as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        let file = read(&std::fs::read(corpus.join("keys").join(name)).unwrap());
        let keyring = Keyring::new(file.clone());
        let ours: BTreeSet<_> = keyring.fingerprints().map(|f| f.to_string()).collect();
        let theirs: BTreeSet<_> = entry["fingerprints"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fingerprint| fingerprint.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ours, theirs, "{name}: {:?}", file.all_problems());
        for problem in file.all_problems() {
            eprintln!("{name}: {problem}");
        }
    }
}
