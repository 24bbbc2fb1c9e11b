//! The rooms and their doors: which room may enter which.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Every room with the rooms it may enter besides `release`, which all may, and itself.
/// Rooms with effects (`backend`, `commands`, `ui`, `cli`) come last.
const DOORS: &[(&str, &[&str])] = &[
    ("release", &[]),
    ("policy", &[]),
    ("error", &[]),
    ("source", &[]),
    ("archive", &["source"]),
    ("inspect", &["archive"]),
    ("checksum", &[]),
    ("openpgp", &[]),
    ("legal", &[]),
    ("plan", &[]),
    ("mail", &[]),
    ("vote", &["checks", "mail", "policy"]),
    ("project", &["policy", "archive"]),
    ("candidate", &["archive", "project"]),
    ("evidence", &["archive", "candidate", "checksum", "inspect", "legal", "openpgp", "policy"]),
    (
        "checks",
        &["archive", "checksum", "evidence", "inspect", "legal", "openpgp", "policy", "project"],
    ),
    ("readiness", &["checks", "policy"]),
    ("dist", &["candidate", "checksum", "plan", "project", "vote"]),
    (
        "report",
        &["archive", "checks", "error", "ledger", "mail", "openpgp", "plan", "policy", "vote"],
    ),
    ("letters", &["candidate", "checks", "error", "mail", "policy", "project"]),
    (
        "backend",
        &[
            "archive", "checksum", "dist", "evidence", "ledger", "mail", "openpgp", "plan",
            "source", "vote",
        ],
    ),
    ("ledger", &["dist", "plan"]),
    ("manual", &[]),
    ("ui", &["error", "report"]),
    ("cli", &["commands", "ui"]),
    (
        "commands",
        &[
            "archive",
            "backend",
            "candidate",
            "checks",
            "checksum",
            "cli",
            "dist",
            "error",
            "evidence",
            "ledger",
            "letters",
            "mail",
            "manual",
            "openpgp",
            "plan",
            "policy",
            "project",
            "readiness",
            "report",
            "source",
            "ui",
            "vote",
        ],
    ),
];

/// Rooms that may touch the outside; clippy.toml keeps the others from it.
const WITH_EFFECTS: &[&str] = &["backend", "ui", "cli", "commands"];

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn sources() -> Vec<(String, PathBuf, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    files(&source)
        .into_iter()
        .filter_map(|path| {
            let below = path.strip_prefix(&source).unwrap();
            let first = below.iter().next().unwrap().to_str().unwrap();
            let room = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (room != "lib" && room != "main").then_some((room, path, text))
        })
        .collect()
}

#[test]
fn rooms_use_only_their_doors() {
    let doors: BTreeMap<&str, &[&str]> = DOORS.iter().copied().collect();
    for (room, path, text) in sources() {
        let allowed = doors.get(&room[..]).unwrap_or_else(|| panic!("{room} is not in the table"));
        for piece in text.split("crate::").skip(1) {
            let name: String =
                piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let fine = name == room || name == "release" || allowed.contains(&&name[..]);
            assert!(fine, "{} enters `{name}`, for which `{room}` has no door", path.display());
        }
    }
}

#[test]
fn the_table_has_no_dead_doors() {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (room, _, text) in sources() {
        let names = text.split("crate::").skip(1).map(|piece| {
            piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
        });
        used.entry(room).or_default().extend(names);
    }
    for (room, doors) in DOORS {
        let used = used.get(*room).unwrap_or_else(|| panic!("there is no room {room}"));
        for door in *doors {
            assert!(used.contains(*door), "{room} never enters {door}");
        }
    }
}

#[test]
fn pure_rooms_name_no_effects() {
    // What clippy.toml cannot see: types and modules, not only calls.
    let effects = [
        "std::fs",
        "std::net",
        "std::process",
        "std::env::",
        "reqwest",
        "lettre",
        "tempfile::",
        "indicatif",
    ];
    for (room, path, text) in sources() {
        if WITH_EFFECTS.contains(&&room[..]) {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in lines {
            for effect in effects {
                assert!(!line.contains(effect), "{} names {effect}: {line}", path.display());
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_for() {
    for (_, path, text) in sources() {
        assert!(text.starts_with("//! "), "{} has no module comment", path.display());
    }
}
