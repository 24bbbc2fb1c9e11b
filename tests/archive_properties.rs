//! Archives of any tree: the same bytes in whatever order the entries came and by however many
//! threads, read back by other programs' readers as what was put in.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::num::NonZeroUsize;
use std::process::Command;

use plusone::archive::compare::expected_members;
use plusone::archive::read::{Limits, Member, MemberKind, list};
use plusone::archive::{Effort, Format, Layout, Level, write};
use plusone::source::{Kind, ListedTree, TreePath};
use proptest::prelude::*;

/// So many cases; a failure prints its input, which becomes a test of its own.
fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { cases: count, failure_persistence: None, ..ProptestConfig::default() }
}

type Entries = BTreeMap<String, (Kind, Vec<u8>)>;

fn layout() -> Layout {
    Layout {
        top_directory: "demo-1.0-src".to_owned(),
        mtime: 1_795_168_800,
        commit: "0123456789abcdef0123456789abcdef01234567".parse().unwrap(),
    }
}

fn tree<'a>(entries: impl IntoIterator<Item = (&'a String, &'a (Kind, Vec<u8>))>) -> ListedTree {
    let mut tree = ListedTree::default();
    for (path, (kind, content)) in entries {
        tree.insert(TreePath::parse(path.as_bytes()).unwrap(), kind.clone(), content.clone());
    }
    tree
}

fn archive(mut tree: ListedTree, format: Format, level: Level, threads: usize) -> Vec<u8> {
    let effort = Effort { level, threads: NonZeroUsize::new(threads).unwrap() };
    let mut out = Vec::new();
    write(&mut tree, format, &layout(), effort, &mut out).unwrap();
    out
}

/// Trees with names of any letters, lengths beyond what ustar holds, links, and directories that
/// are listed as git lists them.
fn entries() -> impl Strategy<Value = Entries> {
    let part = prop_oneof![
        4 => "[a-zA-Z0-9_.+-]{1,12}",
        1 => "[a-z ]{100,160}",
        1 => "[äöüß漢字é]{1,40}",
    ];
    let part = part.prop_filter("a name", |part| part != "." && part != "..");
    let path = prop::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"));
    let content = prop_oneof![
        3 => prop::collection::vec(any::<u8>(), 0..300),
        1 => (any::<u8>(), 0usize..70_000).prop_map(|(byte, count)| vec![byte; count]),
    ];
    let entry = prop_oneof![
        4 => (any::<bool>(), content)
            .prop_map(|(executable, content)| (Kind::File { executable }, content)),
        1 => "[a-zä/.]{1,130}"
            .prop_map(|target| (Kind::Symlink { target: target.into_bytes() }, Vec::new())),
    ];
    prop::collection::btree_map(path, entry, 0..12).prop_map(with_directories)
}

fn with_directories(files: Entries) -> Entries {
    let mut all = Entries::new();
    for (path, entry) in files {
        let parents: Vec<&str> = path.match_indices('/').map(|(at, _)| &path[..at]).collect();
        // A path below another file cannot be.
        let below_file =
            parents.iter().any(|p| all.get(*p).is_some_and(|(kind, _)| *kind != Kind::Directory));
        if below_file || all.contains_key(&path) {
            continue;
        }
        for parent in parents {
            all.insert(parent.to_owned(), (Kind::Directory, Vec::new()));
        }
        all.insert(path, entry);
    }
    all
}

fn listed(bytes: Vec<u8>) -> Vec<Member> {
    list(Cursor::new(bytes), Limits::default()).unwrap().members
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn order_and_threads_change_nothing(entries in entries(), rotation in 0usize..12) {
        let mut shuffled: Vec<_> = entries.iter().collect();
        shuffled.reverse();
        let middle = rotation.min(shuffled.len());
        shuffled.rotate_left(middle);
        for format in [Format::TarGz, Format::TarXz, Format::Zip] {
            let one = archive(tree(&entries), format, Level::Best, 1);
            let other = archive(tree(shuffled.iter().copied()), format, Level::Best, 3);
            prop_assert!(one == other, "{}", format);
        }
    }

    #[test]
    fn what_is_written_is_read_back(entries in entries()) {
        let (expected, _) = expected_members(&mut tree(&entries), &layout()).unwrap();
        for level in [Level::Best, Level::Fast] {
            for format in [Format::TarGz, Format::TarXz] {
                let found = listed(archive(tree(&entries), format, level, 2));
                prop_assert_eq!(&found, &expected);
            }
        }
        let zip = listed(archive(tree(&entries), Format::Zip, Level::Best, 2));
        prop_assert_eq!(zip.len(), expected.len());
        for (found, expected) in zip.iter().zip(&expected) {
            prop_assert_eq!((&found.path, &found.kind, found.mode, found.mtime),
                (&expected.path, &expected.kind, expected.mode, expected.mtime));
        }
    }
}

/// Prints a line a member: path, type letter, mode, size, link target, SHA-512 of the content.
const PYTHON: &str = r#"
import hashlib, sys, tarfile, zipfile
def line(path, kind, mode, target, data):
    digest = hashlib.sha512(data).hexdigest() if kind == "f" else ""
    print(path.rstrip("/"), kind, oct(mode), target, digest, sep="\t")
for name in sys.argv[1:]:
    if name.endswith(".zip"):
        z = zipfile.ZipFile(name)
        assert z.testzip() is None
        for i in z.infolist():
            mode = i.external_attr >> 16
            kind = {0o040000: "d", 0o120000: "l"}.get(mode & 0o170000, "f")
            data = z.read(i)
            line(i.filename, kind, mode & 0o7777, data.decode() if kind == "l" else "", data)
            assert i.extra == b"" and i.flag_bits & 8 == 0
    else:
        t = tarfile.open(name)
        for m in t:
            assert (m.uid, m.gid, m.uname, m.gname) == (0, 0, "", ""), m
            kind = "d" if m.isdir() else "l" if m.issym() else "f"
            data = t.extractfile(m).read() if m.isfile() else b""
            line(m.name, kind, m.mode, m.linkname, data)
"#;

fn python(paths: &[&std::path::Path]) -> String {
    let output = Command::new("python3")
        .env("PYTHONUTF8", "1")
        .args(["-c", PYTHON])
        .args(paths)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn as_python_prints(members: &[Member]) -> String {
    members.iter().fold(String::new(), |text, member| {
        let path = String::from_utf8_lossy(&member.path);
        let (kind, target, digest) = match &member.kind {
            MemberKind::Directory => ("d", String::new(), String::new()),
            MemberKind::Symlink(target) => {
                ("l", String::from_utf8_lossy(target).into_owned(), String::new())
            }
            MemberKind::File { sha512, .. } => ("f", String::new(), plusone::checksum::hex(sha512)),
            MemberKind::Other(letter) => panic!("{letter}"),
        };
        text + &format!("{path}\t{kind}\t0o{:o}\t{target}\t{digest}\n", member.mode)
    })
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn python_reads_what_was_put_in(entries in entries()) {
        if !support::program_for("python_reads_what_was_put_in", "python3") {
            return Ok(());
        }
        let (expected, _) = expected_members(&mut tree(&entries), &layout()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        for format in [Format::TarGz, Format::TarXz, Format::Zip] {
            let path = directory.path().join(format!("a.{format}"));
            std::fs::write(&path, archive(tree(&entries), format, Level::Best, 2)).unwrap();
            prop_assert_eq!(python(&[&path]), as_python_prints(&expected));
        }
    }

    #[test]
    fn a_strangers_bytes_never_panic(
        mut bytes in prop::sample::select(vec![Format::TarGz, Format::TarXz, Format::Zip])
            .prop_flat_map(|format| entries().prop_map(move |e| archive(tree(&e), format, Level::Fast, 1))),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
    ) {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        let _ = list(Cursor::new(bytes), Limits { members: 100, bytes: 1 << 20, path: 300, names: 1 << 20 });
    }
}

#[test]
fn bombs_meet_their_limits() {
    for format in [Format::TarGz, Format::Zip] {
        let mut entries = Entries::new();
        entries.insert("zeros".to_owned(), (Kind::File { executable: false }, vec![0; 4 << 20]));
        let bytes = archive(tree(&entries), format, Level::Best, 1);
        let small = Limits { bytes: 1 << 20, ..Limits::default() };
        let error = list(Cursor::new(bytes.clone()), small).unwrap_err().to_string();
        assert!(error.contains("more than 1048576 bytes"), "{error}");
        let few = Limits { members: 1, ..Limits::default() };
        let error = list(Cursor::new(bytes), few).unwrap_err().to_string();
        assert!(error.contains("more than 1 members"), "{error}");
    }
}

#[test]
fn very_many_members_make_a_zip_that_others_read() {
    if !support::program_for("very_many_members_make_a_zip_that_others_read", "python3") {
        return;
    }
    let mut entries = Entries::new();
    for number in 0..66_000 {
        entries.insert(format!("f{number:05}"), (Kind::File { executable: false }, Vec::new()));
    }
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("many.zip");
    std::fs::write(&path, archive(tree(&entries), Format::Zip, Level::Best, 1)).unwrap();
    assert_eq!(python(&[&path]).lines().count(), 66_001);
    assert_eq!(listed(std::fs::read(&path).unwrap()).len(), 66_001);
}
