//! What other programs make of our gzip and zip files, with more content than one block: they are
//! one gzip member, and every tool reads all of it.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests touch the outside, and a panic is how they fail"
)]

use std::fs;
use std::io::Read;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::Command;

use plusone::archive::{Effort, Format, Layout, Level, write};
use plusone::source::{Kind, ListedTree, TreePath};
use sha2::{Digest, Sha512};

/// Two files of noise, repetition and text, each longer than a block of 8 MiB.
fn tree() -> ListedTree {
    let mut state = 1u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 40) as usize
    };
    let mut mixed: Vec<u8> = (0..1_000_000).map(|_| random() as u8).collect();
    mixed.resize(9_000_000, 0);
    let words = ["release ", "vote ", "candidate\n", "archive ", "+1 ", "    let ", "binding "];
    let mut text = Vec::new();
    while text.len() < 9 << 20 {
        text.extend(words[random() % words.len()].bytes());
        if random() % 8 == 0 {
            text.extend(random().to_string().bytes());
        }
    }
    let mut tree = ListedTree::default();
    for (path, content) in [("empty", Vec::new()), ("mixed", mixed), ("text", text)] {
        let path = TreePath::parse(path.as_bytes()).unwrap();
        tree.insert(path, Kind::File { executable: false }, content);
    }
    tree
}

fn archive(format: Format, level: Level, threads: usize) -> (Vec<u8>, Option<[u8; 64]>) {
    let layout = Layout {
        top_directory: "demo-1.0-src".to_owned(),
        mtime: 1_795_168_800,
        commit: "0123456789abcdef0123456789abcdef01234567".parse().unwrap(),
    };
    let effort = Effort { level, threads: NonZeroUsize::new(threads).unwrap() };
    let mut out = Vec::new();
    let written = write(&mut tree(), format, &layout, effort, &mut out).unwrap();
    (out, written.tar_sha512)
}

/// What a tool prints, or nothing where there is no such tool.
fn run(tool: &str, arguments: &[&str], file: &Path) -> Option<Vec<u8>> {
    let Ok(output) = Command::new(tool).args(arguments).arg(file).output() else {
        eprintln!("not run: {tool} is not here");
        return None;
    };
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {arguments:?}: {complaints}");
    Some(output.stdout)
}

/// zlib itself, and only up to the end of the first member.
const ZLIB: &str = "import sys, zlib
reader = zlib.decompressobj(31)
content = reader.decompress(open(sys.argv[1], 'rb').read())
assert reader.eof and not reader.unused_data
sys.stdout.buffer.write(content)";

#[test]
fn every_tool_reads_the_one_member() {
    let directory = tempfile::tempdir().unwrap();
    for level in [Level::Best, Level::Fast] {
        let (bytes, digest) = archive(Format::TarGz, level, 2);
        assert!(archive(Format::TarGz, level, 3).0 == bytes, "threads change nothing");
        let digest = digest.unwrap();

        let mut tar = Vec::new();
        let mut reader = flate2::bufread::GzDecoder::new(&bytes[..]);
        reader.read_to_end(&mut tar).unwrap();
        assert!(reader.into_inner().is_empty(), "one member is all there is");
        assert!(Sha512::digest(&tar)[..] == digest, "flate2");

        let file = directory.path().join("demo.tar.gz");
        fs::write(&file, &bytes).unwrap();
        let tools: [(&str, &[&str]); 5] = [
            ("gzip", &["-dc"]),
            ("pigz", &["-dc"]),
            ("python3", &["-c", ZLIB]),
            ("7z", &["x", "-so", "-tgzip"]),
            ("libdeflate-gunzip", &["-c"]),
        ];
        for (tool, arguments) in tools {
            if let Some(found) = run(tool, arguments, &file) {
                assert!(Sha512::digest(&found)[..] == digest, "{tool}");
            }
        }
        for tool in ["gzip", "pigz"] {
            run(tool, &["-t"], &file);
        }
    }
}

#[test]
fn zip_members_longer_than_a_block_are_whole() {
    let directory = tempfile::tempdir().unwrap();
    let (bytes, _) = archive(Format::Zip, Level::Fast, 2);
    let file = directory.path().join("demo.zip");
    fs::write(&file, &bytes).unwrap();
    run("unzip", &["-tq"], &file);
    run("7z", &["t"], &file);
    run("python3", &["-m", "zipfile", "-t"], &file);
}
