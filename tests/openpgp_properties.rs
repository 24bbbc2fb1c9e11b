//! What holds for all bytes: no panic, nothing hidden, nothing changed by printing.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test")]

use chrono::Utc;
use plusone::openpgp::append::{Decision, Options, append};
use plusone::openpgp::entry::{Extent, entry};
use plusone::openpgp::lint::{self, lint};
use plusone::openpgp::{Keyring, KeysFile, Limits, SignatureFile, gpg_listing, gpg_status, judge};
use proptest::prelude::*;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("tests/fixtures/keys/{name}")).unwrap()
}

fn read(bytes: &[u8]) -> KeysFile {
    KeysFile::read(bytes, &Limits::default()).unwrap()
}

/// Goes all the way through the room with the bytes.
fn walk(bytes: &[u8]) {
    let now = Utc::now();
    let file = read(bytes);
    for block in &file.blocks {
        assert!(block.bytes.end >= block.bytes.start && block.first_line > 0);
    }
    let _ = lint(&file, None, &lint::Options::default(), now);
    let keyring = Keyring::new(file);
    for fingerprint in keyring.fingerprints() {
        let _ = keyring.certificate(&fingerprint, now);
        let _ = entry(&keyring, &fingerprint, Extent::Minimal, now);
        let _ = entry(&keyring, &fingerprint, Extent::Full, now);
    }
    let _ = append(bytes, &fixture("rsa4096.asc"), &Options::default(), now);
    let _ = append(b"", bytes, &Options::default(), now);
    let _ = judge(&fixture("document.txt.rsa4096.asc"), &mut &b"x"[..], &keyring, now);
    let _ = gpg_listing::secret_keys(bytes);
    let _ = gpg_status::signing_outcome(bytes);
}

/// A real file with some bytes changed, left out or doubled.
fn mutated(original: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..4u8, any::<u8>()), 1..12);
    edits.prop_map(move |edits| {
        let mut bytes = original.clone();
        for (place, kind, byte) in edits {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => {
                    bytes.remove(at);
                }
                2 => bytes.truncate(at),
                _ => {
                    let copy = bytes[at..].iter().take(usize::from(byte)).copied();
                    let copy: Vec<_> = copy.collect();
                    bytes.splice(at..at, copy);
                }
            }
        }
        bytes
    })
}

/// The packets of a fixture in a new armor, so that edits reach the packets and not just the base64.
fn rearmored() -> impl Strategy<Value = Vec<u8>> {
    let names = prop::sample::select(vec!["rsa4096.asc", "ed25519.asc", "dsa1024.asc"]);
    names.prop_flat_map(|name| mutated(decode(&fixture(name))).prop_map(|data| armor(&data)))
}

fn decode(armored: &[u8]) -> Vec<u8> {
    use std::io::Read;
    let mut data = Vec::new();
    sequoia_openpgp::armor::Reader::from_bytes(armored, None).read_to_end(&mut data).unwrap();
    data
}

fn armor(data: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let kind = sequoia_openpgp::armor::Kind::PublicKey;
    let mut writer = sequoia_openpgp::armor::Writer::new(Vec::new(), kind).unwrap();
    writer.write_all(data).unwrap();
    writer.finalize().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        walk(&bytes);
        let _ = SignatureFile::read(&bytes);
    }

    #[test]
    fn any_packets(data in prop::collection::vec(any::<u8>(), 0..600)) {
        walk(&armor(&data));
    }

    #[test]
    fn a_damaged_file(bytes in mutated([fixture("ed25519.asc"), fixture("sha1.asc")].concat())) {
        walk(&bytes);
    }

    #[test]
    fn damaged_packets(bytes in rearmored()) {
        walk(&bytes);
    }

    #[test]
    fn damaged_signatures(bytes in mutated(decode(&fixture("document.txt.ed25519.asc")))) {
        let keyring = Keyring::new(read(&fixture("ed25519.asc")));
        let document = fixture("document.txt");
        if let Ok(judgements) = judge(&bytes, &mut &document[..], &keyring, Utc::now()) {
            for judgement in judgements {
                prop_assert!(!judgement.words().is_empty());
            }
        }
    }

    #[test]
    fn one_bad_block_never_hides_the_others(
        bytes in rearmored(),
        text in "[ -,.-~\n]{0,200}",
    ) {
        let bad = String::from_utf8(bytes).unwrap();
        let good = read(&fixture("rsa8192.asc")).certificates().next().unwrap().1.fingerprint;
        let file = [text.as_bytes(), b"\n", bad.as_bytes(), b"\n", &fixture("rsa8192.asc")].concat();
        prop_assert!(read(&file).certificates().any(|(_, raw)| raw.fingerprint == good));
        let file = [&fixture("rsa8192.asc"), text.as_bytes(), b"\n", bad.as_bytes()].concat();
        prop_assert!(read(&file).certificates().any(|(_, raw)| raw.fingerprint == good));
    }

    #[test]
    fn appending_changes_no_byte(text in "PGP keys[a-z \n\r]{0,80}") {
        let decision = append(text.as_bytes(), &fixture("rsa4096.asc"), &Options::default(), Utc::now());
        let Ok(Decision::Append { bytes, .. }) = decision else { panic!("{decision:?}") };
        let file = [text.as_bytes(), &bytes].concat();
        prop_assert_eq!(read(&file).certificates().count(), 1);
        let again = append(&file, &fixture("rsa4096.asc"), &Options::default(), Utc::now());
        let nothing = matches!(again, Ok(Decision::NoOp { .. }));
        prop_assert!(nothing);
    }
}
