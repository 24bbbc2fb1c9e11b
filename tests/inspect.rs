//! What the bytes of real files are: compared with `file`, and with what compilers and archivers
//! make on this machine; and with what a stranger would make.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plusone::inspect::compiled::{Compiled, Linked, sniff};
use plusone::inspect::{ArchiveKind, Budget, Contents, Limits, START, file};
use support::program_for;

fn start(path: &Path) -> Vec<u8> {
    let mut start = Vec::new();
    File::open(path).unwrap().take(START as u64).read_to_end(&mut start).unwrap();
    start
}

fn look(path: &Path) -> Contents {
    file(&start(path), &mut File::open(path).unwrap(), &mut Budget::default())
}

fn look_at(bytes: &[u8], limits: Limits) -> Contents {
    file(&bytes[..bytes.len().min(START)], &mut &bytes[..], &mut Budget::new(limits))
}

/// Regular files below a directory whose names pass.
fn files(directory: &Path, wanted: &dyn Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(directory) else { return found };
    for entry in entries {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files(&entry.path(), wanted));
        } else if kind.is_file() && wanted(&entry.file_name().to_string_lossy()) {
            found.push(entry.path());
        }
    }
    found
}

/// What `file` says of each.
fn said(paths: &[PathBuf]) -> BTreeMap<PathBuf, String> {
    let mut child = Command::new("file")
        .args(["--no-pad", "--print0", "--files-from", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let list: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let feeder = std::thread::spawn(move || input.write_all(list.as_bytes()));
    let output = child.wait_with_output().unwrap().stdout;
    feeder.join().unwrap().unwrap();
    let output = String::from_utf8_lossy(&output);
    let lines = output.lines().filter_map(|line| line.split_once('\0'));
    lines.map(|(path, text)| (path.into(), text.trim().to_owned())).collect()
}

/// What `file` calls compiled code: only what it is certain about.
fn is_compiled(said: &str) -> bool {
    let words = [
        "ELF ",
        "Mach-O ",
        "PE32",
        "MS-DOS executable",
        "compiled Java class data",
        "python 2.7 byte-compiled",
        "python 3.",
        "Byte-compiled Python",
        "WebAssembly (wasm)",
        "Dalvik dex",
        "LLVM bitcode",
        "LLVM IR bitcode",
        "Lua bytecode",
        "Erlang BEAM",
        "Emacs/XEmacs v",
        "Macromedia Flash data",
    ];
    words.iter().any(|word| said.starts_with(word))
}

#[test]
fn every_file_of_this_machine_is_what_file_says() {
    let test = "every_file_of_this_machine_is_what_file_says";
    if !program_for(test, "file") {
        return;
    }
    let mut paths = Vec::new();
    for root in ["/usr/lib", "/usr/bin", "/usr/include", "/usr/share/perl", "/usr/share/java"] {
        paths.extend(files(Path::new(root), &|_| true));
    }
    let said = said(&paths);
    assert!(said.len() > 1000, "only {} files", said.len());
    let mut wrong = Vec::new();
    for (path, said) in said {
        let found = sniff(&start(&path));
        if found.is_some() != is_compiled(&said) && !knows_better(&said, found) {
            wrong.push(format!("{}: {found:?}, but file says {said}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What `file` 5.44 calls by a vaguer name.
fn knows_better(said: &str, found: Option<Compiled>) -> bool {
    let _ = (said, found);
    false
}
