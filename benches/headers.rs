//! How long the header check of a tree takes: `cargo bench --bench headers -- TREE`.
//!
//! Reads the first 16 KiB of every file with two threads and prints what it found and the seconds it took. With
//! `--list` it prints each file's header instead, one a line, to be compared with what other tools say.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measuring program"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use plusone::legal::header::{START, read};
use plusone::legal::{Header, Kind};

/// Threads, as many as the machines of hosted CI have at least.
const THREADS: usize = 2;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["--list", tree] => list(Path::new(tree)),
        [tree] => measure(Path::new(tree)),
        _ => println!("not run: headers: no tree given"),
    }
}

fn measure(tree: &Path) {
    let started = Instant::now();
    let directories = Mutex::new((vec![tree.to_owned()], 0));
    let counts = Mutex::new(BTreeMap::<&str, usize>::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                let mut own = BTreeMap::new();
                let mut buffer = vec![0; START];
                while let Some(directory) = next(&directories) {
                    let below = visit(&directory, &mut |path| {
                        *own.entry(word(path, &mut buffer)).or_insert(0) += 1;
                    });
                    let mut queue = directories.lock().unwrap();
                    queue.0.extend(below);
                    queue.1 -= 1;
                }
                let mut counts = counts.lock().unwrap();
                for (word, count) in own {
                    *counts.entry(word).or_insert(0) += count;
                }
            });
        }
    });
    let seconds = started.elapsed().as_secs_f64();
    let counts = counts.into_inner().unwrap();
    let files: usize = counts.values().sum();
    for (word, count) in counts {
        println!("{count:7} {word}");
    }
    println!("{files} files in {seconds:.3} s");
}

/// The next directory to visit; none when all are visited. The number counts those being visited, which may find more.
fn next(directories: &Mutex<(Vec<PathBuf>, usize)>) -> Option<PathBuf> {
    loop {
        let mut queue = directories.lock().unwrap();
        if let Some(directory) = queue.0.pop() {
            queue.1 += 1;
            return Some(directory);
        }
        if queue.1 == 0 {
            return None;
        }
        drop(queue);
        std::thread::yield_now();
    }
}

/// Calls with each file, and returns the directories.
fn visit(directory: &Path, file: &mut dyn FnMut(&Path)) -> Vec<PathBuf> {
    let mut below = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            below.push(entry.path());
        } else if kind.is_file() {
            file(&entry.path());
        }
    }
    below
}

fn word(path: &Path, buffer: &mut [u8]) -> &'static str {
    let mut file = File::open(path).unwrap();
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]).unwrap() {
            0 => break,
            count => filled += count,
        }
    }
    let legal = read(&path.to_string_lossy(), &buffer[..filled], filled < buffer.len());
    match (legal.kind, legal.header) {
        (Kind::Empty, _) => "empty",
        (Kind::Binary, _) => "binary",
        (_, Header::AsfFull) => "ASF",
        (_, Header::AsfShort) => "ASF, short",
        (_, Header::AsfVariant(_)) => "ASF, other words",
        (_, Header::AsfWithCopyright { .. }) => "ASF with copyright",
        (_, Header::Apache2ByOwner { .. }) => "Apache License by owner",
        (_, Header::SpdxOnly(_)) => "SPDX only",
        (_, Header::ThirdParty { .. }) => "third party",
        (_, Header::ThirdPartyAndAsf { .. }) => "third party and ASF",
        (_, Header::None) if legal.generated.is_some() => "none, generated",
        (_, Header::None) => "none",
    }
}

fn list(tree: &Path) {
    let mut buffer = vec![0; START];
    let mut directories = vec![tree.to_owned()];
    while let Some(directory) = directories.pop() {
        directories.extend(visit(&directory, &mut |path| {
            let bytes = std::fs::read(path).unwrap();
            let start = &bytes[..bytes.len().min(START)];
            let legal = read(&path.to_string_lossy(), start, start.len() == bytes.len());
            println!(
                "{}\t{}\t{:?}\t{:?}\t{:?}",
                word(path, &mut buffer),
                path.display(),
                legal.header,
                legal.generated,
                legal.licences
            );
        }));
    }
}
