//! The bytes of small trees, so that no update of a compressor, a crate or a feature changes every
//! archive unseen. These digests are our own output on the day they were written down; that the
//! archives are right is what other tests show. If one changes on purpose, say so in CHANGELOG.md:
//! archives of earlier versions then compare as *content identical* instead of *identical*.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests touch the outside")]

use std::num::NonZeroUsize;

use plusone::archive::{Effort, Format, Layout, Level, write};
use plusone::checksum::hex;
use plusone::source::{Kind, ListedTree, TreePath};
use sha2::{Digest, Sha256};

/// A little of everything: more than two blocks of text, noise, zeros, a link, a long name.
fn tree() -> ListedTree {
    let mut tree = ListedTree::default();
    let mut add = |path: &str, kind, content: Vec<u8>| {
        tree.insert(TreePath::parse(path.as_bytes()).unwrap(), kind, content);
    };
    let file = |executable| Kind::File { executable };
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    let noise: Vec<u8> = (0..300_000).map(|_| next()).collect();
    let words = ["release ", "candidate ", "vote ", "binding ", "+1 ", "tag ", "commit\n"];
    let text: String = (0..400_000).map(|_| words[usize::from(next()) % words.len()]).collect();
    add("src", Kind::Directory, Vec::new());
    add("src/noise.bin", file(false), noise);
    add("src/text.txt", file(false), text.into_bytes());
    add("src/zeros", file(false), vec![0; 1_500_000]);
    add("run.sh", file(true), b"#!/bin/sh\n".to_vec());
    add("empty", file(false), Vec::new());
    add("link", Kind::Symlink { target: b"src/text.txt".to_vec() }, Vec::new());
    add(&format!("{}/größe", "d".repeat(120)), file(false), b"long\n".to_vec());
    tree
}

#[test]
fn archives_have_the_bytes_they_had() {
    let layout = Layout {
        top_directory: "demo-1.0-src".to_owned(),
        mtime: 1_795_168_800,
        commit: "0123456789abcdef0123456789abcdef01234567".parse().unwrap(),
    };
    let mut found = Vec::new();
    for (format, level) in [
        (Format::TarGz, Level::Best),
        (Format::TarGz, Level::Fast),
        (Format::TarXz, Level::Best),
        (Format::TarXz, Level::Fast),
        (Format::Zip, Level::Best),
        (Format::Zip, Level::Fast),
    ] {
        let effort = Effort { level, threads: NonZeroUsize::new(2).unwrap() };
        let mut out = Vec::new();
        let written = write(&mut tree(), format, &layout, effort, &mut out).unwrap();
        let tar = written.tar_sha512.map(|digest| hex(&digest)[..16].to_owned());
        found.push(format!(
            "{format} {level:?} {} {} {}",
            out.len(),
            &hex(&Sha256::digest(&out))[..32],
            tar.unwrap_or_default()
        ));
    }
    let expected = include_str!("fixtures/golden.txt");
    let found: Vec<&str> = found.iter().map(|line| line.trim_end()).collect();
    assert_eq!(found.join("\n"), expected.trim_end(), "see the head of this file");
}
