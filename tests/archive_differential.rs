//! The reader of archives against the programs that unpack them: what it takes, GNU tar, bsdtar,
//! Python and unzip unpack to the very tree that it tells of; what they take differently, it refuses.
//!
//! `PLUSONE_DIFFERENTIAL=100000 cargo test --test archive_differential` tries that many archives of
//! each kind.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use plusone::archive::read::{
    Container, HeadKind, Kinds, Limits, ReadError, decompressed, visit_tar, visit_zip,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use sha2::{Digest, Sha512};
use support::{World, program_for, root};

/// What is at a path: a letter for its kind, a digest or a link's target, whether it may be run.
type Tree = BTreeMap<Bytes, (String, String, bool)>;

/// Bytes that a person can read.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Bytes(Vec<u8>);

impl std::fmt::Debug for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("\"")?;
        for run in self.0.chunk_by(|one, other| (*one == 0) == (*other == 0)) {
            match run {
                [0, 0, 0, ..] => write!(f, "{{{} zeros}}", run.len())?,
                _ => write!(f, "{}", run.escape_ascii())?,
            }
        }
        f.write_str("\"")
    }
}

impl std::ops::Deref for Bytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.0
    }
}

fn hex(bytes: &[u8]) -> String {
    plusone::checksum::hex(bytes)
}

/// What plusone makes of an archive; none for what it says is unsafe.
fn ours(bytes: &[u8]) -> Result<Option<Tree>, ReadError> {
    let mut tree = Tree::new();
    let (mut safe, mut told) = (true, true);
    let mut note = |head: plusone::archive::read::Head, content: &mut dyn Read| {
        safe &= !head.path.starts_with(b"/");
        safe &= head.path.split(|&byte| byte == b'/').all(|part| part != b"..");
        let runs = head.mode & 0o100 != 0;
        for slash in head.path.iter().enumerate().filter(|(_, byte)| **byte == b'/') {
            let parent = Bytes(head.path[..slash.0].to_vec());
            tree.entry(parent).or_insert_with(|| ("d".to_owned(), String::new(), false));
        }
        let found = match head.kind {
            HeadKind::Directory => ("d".to_owned(), String::new(), false),
            HeadKind::Symlink(target) => ("l".to_owned(), hex(&target), false),
            HeadKind::HardLink(target) => {
                let parts = target.split(|&byte| byte == b'/');
                let parts: Vec<&[u8]> = parts.filter(|part| !matches!(*part, b"" | b".")).collect();
                tree[&Bytes(parts.join(&b'/'))].clone()
            }
            HeadKind::Other(_) => ("o".to_owned(), String::new(), false),
            HeadKind::File => {
                let mut bytes = Vec::new();
                content.read_to_end(&mut bytes)?;
                told &= bytes.len() as u64 == head.size;
                ("f".to_owned(), hex(&Sha512::digest(&bytes)), runs)
            }
        };
        tree.insert(Bytes(head.path), found);
        Ok(())
    };
    let limits = Limits::default();
    match Container::sniff(&bytes[..bytes.len().min(512)]) {
        Some(Container::Zip) => {
            let kinds = Kinds::read(&mut Cursor::new(bytes), limits)?;
            visit_zip(&mut &bytes[..], &kinds, limits, &mut note)?;
        }
        Some(container) => {
            visit_tar(&mut *decompressed(bytes, container), limits, false, &mut note)?;
        }
        None => return Err(ReadError::Unknown),
    }
    // git's id of a file is made of the size that was known before.
    assert!(told, "another size was told than there is");
    Ok(safe.then_some(tree))
}

/// A Python that unpacks archives with every reader.
struct Unpackers {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    directory: tempfile::TempDir,
}

/// What one reader made of an archive.
#[derive(Debug)]
struct Unpacked {
    reader: String,
    failure: Option<String>,
    tree: Tree,
}

impl Unpackers {
    /// None, with a word, where one of the programs is not there.
    fn start(test: &str) -> Option<Self> {
        let programs = ["tar", "bsdtar", "python3", "unzip"];
        if !programs.iter().all(|program| program_for(test, program)) {
            return None;
        }
        let gnu = Command::new("tar").arg("--version").output().unwrap();
        if !String::from_utf8_lossy(&gnu.stdout).contains("GNU tar") {
            support::not_run(test, "tar is not GNU tar");
            return None;
        }
        let mut child = Command::new("python3")
            .arg(root().join("tests/support/unpackers.py"))
            .env("PYTHONUTF8", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let directory = tempfile::tempdir().unwrap();
        Some(Self { child, to, from: BufReader::new(from), directory })
    }

    fn unpack(&mut self, bytes: &[u8]) -> Vec<Unpacked> {
        let zip = bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06");
        let path = self.directory.path().join(if zip { "a.zip" } else { "a.tar" });
        fs::write(&path, bytes).unwrap();
        writeln!(self.to, "{}", path.display()).unwrap();
        self.to.flush().unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        let answers: BTreeMap<String, Value> = serde_json::from_str(&line).unwrap();
        let unhex = |text: &str| -> Vec<u8> {
            let digits = |at| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
            (0..text.len()).step_by(2).map(digits).collect()
        };
        let answers = answers.into_iter().map(|(reader, answer)| Unpacked {
            reader,
            failure: answer["failure"].as_str().map(str::to_owned),
            tree: serde_json::from_value::<BTreeMap<String, (String, String, bool)>>(
                answer["tree"].clone(),
            )
            .unwrap()
            .into_iter()
            .map(|(path, found)| (Bytes(unhex(&path)), found))
            .collect(),
        });
        answers.collect()
    }
}

impl Drop for Unpackers {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A tree as a reader can make it: Python's zipfile and readers of a stream know no links in zips,
/// and of modes in a zip each has its own idea.
fn as_made_by(reader: &str, zip: bool, tree: &Tree) -> Tree {
    let blind = zip && !matches!(reader, "unzip" | "bsdtar");
    let seen = |(kind, content, runs): &(String, String, bool)| match &kind[..] {
        "l" if blind => {
            let digits = |at| u8::from_str_radix(&content[at..at + 2], 16).unwrap();
            let target: Vec<u8> = (0..content.len()).step_by(2).map(digits).collect();
            ("f".to_owned(), hex(&Sha512::digest(target)), false)
        }
        _ => (kind.clone(), content.clone(), *runs && !zip),
    };
    tree.iter().map(|(path, found)| (path.clone(), seen(found))).collect()
}

/// Whether all readers unpack this tree, and if not, which does what.
fn agree(answers: &[Unpacked], zip: bool, tree: &Tree) -> Result<(), String> {
    for Unpacked { reader, failure, tree: theirs } in answers {
        let (expected, theirs) = (as_made_by(reader, zip, tree), as_made_by("unzip", zip, theirs));
        if failure.is_some() || expected != theirs {
            return Err(format!("{reader}: {failure:?}\n{theirs:#?}\nplusone:\n{expected:#?}"));
        }
    }
    Ok(())
}

/// Whether all readers unpack the same.
fn are_one(answers: &[Unpacked], zip: bool) -> bool {
    // The one that knows most of links and modes.
    let best = answers.iter().find(|one| matches!(&one.reader[..], "GNU tar" | "unzip")).unwrap();
    agree(answers, zip, &best.tree).is_ok()
}

/// How many archives are tried of each kind.
fn count() -> u32 {
    let asked = std::env::var("PLUSONE_DIFFERENTIAL").ok();
    asked.map_or(250, |count| count.parse().expect("PLUSONE_DIFFERENTIAL is a number"))
}

/// Tries archives made of `strategy` on all readers.
fn differ(test: &str, archives: impl Strategy<Value = Bytes>) {
    let Some(unpackers) = Unpackers::start(test) else { return };
    let unpackers = RefCell::new(unpackers);
    let (taken, refused) = (Cell::new(0), Cell::new(0));
    let needlessly: RefCell<BTreeMap<String, u32>> = RefCell::default();
    let more = |count: &Cell<u32>| count.set(count.get() + 1);
    let config = ProptestConfig {
        cases: count(),
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&archives, |bytes| {
        let zip = bytes.starts_with(b"PK");
        let answers = unpackers.borrow_mut().unpack(&bytes);
        match ours(&bytes) {
            Ok(Some(tree)) => {
                more(&taken);
                agree(&answers, zip, &tree).map_err(TestCaseError::fail)
            }
            refusal => {
                more(&refused);
                if are_one(&answers, zip) {
                    let why = match refusal {
                        Err(ReadError::Ambiguous { why, .. }) => why,
                        Err(error) => error.to_string(),
                        Ok(_) => "an unsafe path".to_owned(),
                    };
                    *needlessly.borrow_mut().entry(why).or_default() += 1;
                }
                Ok(())
            }
        }
    });
    let (taken, refused) = (taken.get(), refused.get());
    println!(
        "{test}: {taken} taken, {refused} refused; though all agree: {:#?}",
        needlessly.borrow()
    );
    if let Err(error) = outcome {
        panic!("{error}");
    }
    // Else nothing was tried.
    assert!(taken > count() / 10 && refused > count() / 10, "{taken} taken, {refused} refused");
}

// Tars, made by hand.

/// A header, before its checksum.
#[derive(Debug, Clone)]
struct Header {
    name: Vec<u8>,
    prefix: Vec<u8>,
    letter: u8,
    link: Vec<u8>,
    mode: u32,
    magic: [u8; 8],
    /// What the header says of the size, if not the truth.
    size: Option<u64>,
    /// Bytes that are put somewhere.
    patches: Vec<(usize, u8)>,
}

impl Header {
    fn new(name: &str, letter: u8) -> Self {
        Self {
            name: name.into(),
            prefix: Vec::new(),
            letter,
            link: Vec::new(),
            mode: 0o644,
            magic: *b"ustar\x0000",
            size: None,
            patches: Vec::new(),
        }
    }

    fn write(&self, content: &[u8], out: &mut Vec<u8>) {
        let mut block = [0; 512];
        let mut put = |at: usize, bytes: &[u8]| block[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, &self.name[..self.name.len().min(100)]);
        put(100, format!("{:07o}", self.mode).as_bytes());
        put(108, b"0000000\x000000000");
        put(124, format!("{:011o}", self.size.unwrap_or(content.len() as u64)).as_bytes());
        put(136, b"15160000000");
        put(156, &[self.letter]);
        put(157, &self.link[..self.link.len().min(100)]);
        put(257, &self.magic);
        put(345, &self.prefix[..self.prefix.len().min(155)]);
        for (at, byte) in &self.patches {
            put(*at, &[*byte]);
        }
        // Unless it is what was changed.
        if self.patches.iter().all(|(at, _)| !(148..156).contains(at)) {
            block[148..156].fill(b' ');
            let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
            block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        }
        out.extend(block);
        out.extend(content);
        out.resize(out.len().next_multiple_of(512), 0);
    }
}

/// A record of a PAX header.
fn pax(key: &str, value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let length = (rest + 1..).find(|length| rest + length.to_string().len() == *length).unwrap();
    [format!("{length} {key}=").as_bytes(), value, b"\n"].concat()
}

/// A whole tar of these members.
fn tar(members: &[(Header, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (header, content) in members {
        header.write(content, &mut out);
    }
    out.resize(out.len() + 1024, 0);
    out
}

/// Few names, so that members meet; each in several spellings.
fn name() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        16 => "t/[a-l]",
        5 => "t/[mn]/[cd]",
        2 => "t/[amn]/",
        1 => "\\./t/[abcd]|t//[abcd]|t/\\./[abcd]|\\./t/[ab]/",
        1 => "t/(ä|é|漢|\u{85}|a b|a;1|a\\\\b|a;|\\.x|a\\.|a:b|\\*)",
        1 => prop::sample::select(vec!["t/a\x01", "t", "t/", "./", ".", "t/.", "t/a\n"])
            .prop_map(str::to_owned),
    ]
    .prop_map(String::into_bytes)
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let hidden = || {
        let mut hidden = Vec::new();
        Header::new("t/hidden", b'0').write(b"", &mut hidden);
        hidden
    };
    prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..20),
        1 => Just(vec![b'x'; 600]),
        1 => Just(hidden()),
    ]
}

/// One thing in a tar: extension headers and a member, or what looks like it.
fn tar_item() -> impl Strategy<Value = Vec<(Header, Vec<u8>)>> {
    let letter = prop_oneof![
        32 => Just(b'0'),
        10 => Just(b'5'),
        4 => Just(b'2'),
        3 => Just(b'1'),
        1 => prop::sample::select(b"\x00\x004667SVDMNXAZ".to_vec()),
    ];
    let magic = prop_oneof![
        30 => Just(*b"ustar\x0000"),
        15 => Just(*b"ustar  \0"),
        1 => prop::sample::select(vec![*b"ustar\x0099", *b"ustar   ", *b"ustar\0\0\0", [0; 8]]),
    ];
    let size = prop_oneof![40 => Just(None), 1 => (0..1100u64).prop_map(Some)];
    let prefix =
        prop_oneof![9 => Just(Vec::new()), 1 => Just(b"t".to_vec()), 1 => Just(b"./t/".to_vec())];
    let patch = (
        prop::sample::select(vec![
            99, 100, 106, 107, 108, 115, 116, 124, 125, 134, 135, 136, 147, 148, 154, 155, 256,
            263, 264, 329, 337, 345, 346, 386, 482, 483, 499, 500, 511,
        ]),
        prop::sample::select(b"\0 01789-+_a\x80\xff".to_vec()),
    );
    let patches = prop_oneof![16 => Just(Vec::new()), 1 => prop::collection::vec(patch, 1..3)];
    let mode = prop::sample::select(vec![0o644, 0o755, 0o600, 0o100_644, 0o2755]);
    let link = prop_oneof![3 => name(), 1 => Just(b"nowhere".to_vec()), 1 => Just(Vec::new())];
    let member = (name(), prefix, letter, link, mode, magic, size, patches, content()).prop_map(
        |(name, prefix, letter, link, mode, magic, size, patches, content)| {
            // What has no content has mostly none here too.
            let bare = matches!(letter, b'1'..=b'6') && content.len() != 512;
            let named = letter == b'5' || content.len() == 512;
            let name = if named { name } else { name.strip_suffix(b"/").unwrap_or(&name).to_vec() };
            let linked = matches!(letter, b'1' | b'2');
            let header = Header {
                prefix: if &magic == b"ustar\x0000" || content.len() == 512 {
                    prefix
                } else {
                    vec![]
                },
                link: if linked { link } else { Vec::new() },
                name,
                letter,
                mode,
                magic,
                size,
                patches,
            };
            (header, if bare { Vec::new() } else { content })
        },
    );
    let extension = prop_oneof![
        2 => (prop::sample::select(b"LLLK".to_vec()), name(), any::<bool>()).prop_map(|(letter, name, end)| {
            let mut header = Header::new("././@LongLink", letter);
            header.magic = *b"ustar  \0";
            (header, if end { [&name[..], b"\0"].concat() } else { name })
        }),
        3 => (prop::sample::select(b"xxxxg".to_vec()), prop::collection::vec(record(), 1..3))
            .prop_map(|(letter, records)| (Header::new("pax", letter), records.concat())),
    ];
    let extensions = prop_oneof![
        9 => Just(Vec::new()),
        3 => prop::collection::vec(extension.clone(), 1),
        1 => prop::collection::vec(extension, 2),
    ];
    (extensions, member).prop_map(|(mut all, member)| {
        all.push(member);
        all
    })
}

fn record() -> impl Strategy<Value = Vec<u8>> {
    let keyed = |key: &'static str| move |value: Vec<u8>| pax(key, &value);
    prop_oneof![
        4 => name().prop_map(keyed("path")),
        1 => name().prop_map(keyed("linkpath")),
        1 => "[0-9]{1,3}|-1|512|x|".prop_map(|value| pax("size", value.as_bytes())),
        1 => "-?1[0-9]{3}(\\.[0-9]{0,9})?|1e9|".prop_map(|value| pax("mtime", value.as_bytes())),
        1 => "[0-9]{1,4}|x".prop_map(|value| pax("uid", value.as_bytes())),
        1 => Just(pax("SCHILY.xattr.user.x", b"a\nb\n9 path=z\n")),
        1 => prop::sample::select(vec![
            pax("comment", b"0123456789abcdef"),
            pax("hdrcharset", b"BINARY"),
            pax("GNU.sparse.name", b"t/sparse"),
            pax("GNU.sparse.realsize", b"3"),
            pax("SCHILY.filetype", b"dir"),
            pax("VENDOR.key", b"value"),
            pax("path", b"t/a\0b"),
            b"9 path=t\n".to_vec(),
            b"99 path=t/c\n".to_vec(),
            b"012 path=t/c\n".to_vec(),
            b"12 path=t/c\n\0\0".to_vec(),
        ]),
    ]
}

#[test]
fn tars_are_read_as_others_unpack_them() {
    let end = prop_oneof![
        8 => Just(vec![0; 1024]),
        2 => Just(vec![0; 10_240]),
        1 => Just(vec![0; 512]),
        1 => Just([vec![0; 512], vec![1; 512], vec![0; 1024]].concat()),
    ];
    let archives = (prop::collection::vec(tar_item(), 1..5), end).prop_map(|(items, end)| {
        let mut out = Vec::new();
        for (header, content) in items.iter().flatten() {
            header.write(content, &mut out);
        }
        Bytes([out, end].concat())
    });
    differ("tars_are_read_as_others_unpack_them", archives);
}

// Zips, made by hand.

/// A member of a zip, with what is not as it should be.
#[derive(Debug, Clone)]
struct Zipped {
    name: Vec<u8>,
    content: Vec<u8>,
    method: u16,
    flags: u16,
    made_by: u16,
    external: u32,
    extra: Vec<u8>,
    listed_extra: Vec<u8>,
    /// 0 for none, 1 and 2 with a descriptor of four and eight bytes a size; 3 without a signature.
    described: u8,
    /// Bytes between content and the next member.
    gap: Vec<u8>,
    /// Bytes that the packed content has more.
    more: Vec<u8>,
    /// Bytes of the local header, or of the directory's, that are another: which, where, what.
    patches: Vec<(bool, usize, u8)>,
    /// Not in the directory, or in it twice.
    listed: usize,
}

/// Whole zips of them, with so many bytes before, a comment, and another count or place at the end.
fn zip(members: &[Zipped], before: &[u8], comment: &[u8], wrong: Option<(usize, u8)>) -> Vec<u8> {
    let mut out = before.to_vec();
    let mut directory = Vec::new();
    let mut count = 0u16;
    for member in members {
        let mut crc = flate2::Crc::new();
        crc.update(&member.content);
        let mut packed = match member.method {
            8 => {
                let mut out =
                    flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
                out.write_all(&member.content).unwrap();
                out.finish().unwrap()
            }
            12 => {
                let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
                out.write_all(&member.content).unwrap();
                out.finish().unwrap()
            }
            _ => member.content.clone(),
        };
        packed.extend(&member.more);
        let described = member.described > 0;
        let flags = member.flags | if described { 8 } else { 0 };
        let fixed = |crc: u32, packed: u32, size: u32, extra: &[u8]| {
            let mut bytes = Vec::new();
            for half in [46, flags, member.method, 0, 0x5d74] {
                bytes.extend(u16::to_le_bytes(half));
            }
            for word in [crc, packed, size] {
                bytes.extend(word.to_le_bytes());
            }
            bytes.extend((member.name.len() as u16).to_le_bytes());
            bytes.extend((extra.len() as u16).to_le_bytes());
            bytes
        };
        let (sum, length, size) = (crc.sum(), packed.len() as u32, member.content.len() as u32);
        let offset = out.len() as u32;
        let wide = [&[1, 0, 16, 0][..], &[0; 16]].concat();
        let (local, extra) = match member.described {
            0 => (fixed(sum, length, size, &member.extra), member.extra.clone()),
            2 => {
                let extra = [&wide[..], &member.extra].concat();
                (fixed(0, u32::MAX, u32::MAX, &extra), extra)
            }
            _ => (fixed(0, 0, 0, &member.extra), member.extra.clone()),
        };
        let mut local = [b"PK\x03\x04", &local[..], &member.name, &extra].concat();
        let mut listed = [&b"PK\x01\x02"[..], &member.made_by.to_le_bytes()].concat();
        listed.extend(fixed(sum, length, size, &member.listed_extra));
        listed.extend([0; 6]);
        listed.extend(member.external.to_le_bytes());
        listed.extend(offset.to_le_bytes());
        listed.extend([&member.name[..], &member.listed_extra].concat());
        for (front, at, byte) in &member.patches {
            let header = if *front { &mut local } else { &mut listed };
            let at = at % header.len();
            header[at] = *byte;
        }
        out.extend(local);
        out.extend(packed);
        match member.described {
            0 => {}
            2 => {
                out.extend([&b"PK\x07\x08"[..], &sum.to_le_bytes()].concat());
                out.extend(
                    [u64::from(length).to_le_bytes(), u64::from(size).to_le_bytes()].concat(),
                );
            }
            form => {
                out.extend(if form == 1 { &b"PK\x07\x08"[..] } else { b"" });
                for word in [sum, length, size] {
                    out.extend(word.to_le_bytes());
                }
            }
        }
        out.extend(&member.gap);
        for _ in 0..member.listed {
            directory.extend(&listed);
            count += 1;
        }
    }
    let start = out.len() as u32;
    out.extend(&directory);
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    for half in [count, count] {
        end.extend(half.to_le_bytes());
    }
    for word in [directory.len() as u32, start] {
        end.extend(word.to_le_bytes());
    }
    end.extend((comment.len() as u16).to_le_bytes());
    end.extend(comment);
    if let Some((at, byte)) = wrong {
        end[at] = byte;
    }
    out.extend(end);
    out
}

fn plain_zipped(name: &str, content: &[u8]) -> Zipped {
    Zipped {
        name: name.into(),
        content: content.to_vec(),
        method: 8,
        flags: if name.is_ascii() { 0 } else { 1 << 11 },
        made_by: 0x031e,
        external: 0o100_644 << 16,
        extra: Vec::new(),
        listed_extra: Vec::new(),
        described: 0,
        gap: Vec::new(),
        more: Vec::new(),
        patches: Vec::new(),
        listed: 1,
    }
}

/// Info-ZIP's Unicode path field.
fn unicode_path(of: &[u8], name: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(of);
    let length = (name.len() + 5) as u16;
    [&[0x75, 0x70][..], &length.to_le_bytes(), &[1], &crc.sum().to_le_bytes(), name].concat()
}

fn zip_item() -> impl Strategy<Value = Zipped> {
    let made = prop_oneof![6 => Just(0x031eu16), 1 => prop::sample::select(vec![0u16, 0x0b14, 0x0a14, 0x131e])];
    let hidden = || {
        let one = zip(&[plain_zipped("t/hidden", b"x")], b"", b"", None);
        let end = memchr::memmem::find(&one, b"PK\x01\x02").unwrap();
        one[..end].to_vec()
    };
    let junk =
        move || prop_oneof![30 => Just(Vec::new()), 1 => Just(vec![0; 4]), 1 => Just(hidden())];
    let patch = (
        any::<bool>(),
        4..60usize,
        prop::sample::select(vec![0, 1, 8, 10, 0x10, 0x20, 0x41, 0x7f, 0xff]),
    );
    let patches = prop_oneof![10 => Just(Vec::new()), 1 => prop::collection::vec(patch, 1)];
    let external = prop_oneof![
        10 => Just(None),
        1 => prop::sample::select(vec![
            0, 0x10, 0x08, 0x20, 0o040_755 << 16, 0o120_777 << 16, 0o010_644 << 16, 0o100_644 << 16,
        ])
        .prop_map(Some),
    ];
    let method = prop::sample::select(vec![0u16, 8, 8, 8, 12]);
    let described = prop_oneof![6 => Just(0u8), 1 => Just(1), 1 => Just(2), 1 => Just(3)];
    let listed = prop_oneof![40 => Just(1usize), 1 => Just(0), 1 => Just(2)];
    let content = prop_oneof![4 => content(), 1 => name()];
    let extra = prop_oneof![
        10 => Just(0u8), 1 => Just(1), 1 => Just(2), 1 => Just(3), 1 => Just(4), 1 => Just(5)
    ];
    let fields = (name(), content, method, made, external, extra, any::<bool>());
    let forms = (described, junk(), junk(), patches, listed, 0..20u8);
    (fields, forms).prop_map(|(fields, forms)| {
        let (name, content, method, made_by, external, extra, both) = fields;
        let (described, gap, more, patches, listed, flag) = forms;
        let is_directory = name.ends_with(b"/");
        let content = if is_directory && flag != 1 { Vec::new() } else { content };
        let extra = match extra {
            0 => Vec::new(),
            // UT, as Info-ZIP writes it; the same name; another; cut off; Zip64 for nothing.
            1 => b"UT\x05\0\x01\0\0\0\0".to_vec(),
            2 => unicode_path(&name, &name),
            3 => unicode_path(&name, b"t/other"),
            4 => b"UT\x09\0\x01".to_vec(),
            _ => [&[1, 0, 16, 0][..], &[0; 16]].concat(),
        };
        let kind = if is_directory { 0o040_755 << 16 | 0x10 } else { 0o100_644 << 16 };
        let utf8 = if name.is_ascii() != (flag == 0) { 0 } else { 1 << 11 };
        Zipped {
            method: if content.is_empty() && flag != 2 { 0 } else { method },
            // Where a stored member ends, nobody knows who has not seen the directory.
            described: if method == 0 && flag != 3 { 0 } else { described },
            flags: utf8 | if flag == 4 { 2 } else { 0 },
            external: external.unwrap_or(kind),
            extra: if both { extra.clone() } else { Vec::new() },
            listed_extra: extra,
            name,
            content,
            made_by,
            gap,
            more,
            patches,
            listed,
        }
    })
}

#[test]
fn zips_are_read_as_others_unpack_them() {
    let comment = prop_oneof![
        10 => Just(Vec::new()),
        1 => Just(b"0123456789abcdef".to_vec()),
        1 => Just(zip(&[], b"", b"", None)),
    ];
    let wrong = prop_oneof![
        12 => Just(None),
        1 => (4..20usize, prop::sample::select(vec![0u8, 1, 2, 0xff])).prop_map(Some),
    ];
    let archives = (prop::collection::vec(zip_item(), 1..4), comment, wrong)
        .prop_map(|(members, comment, wrong)| Bytes(zip(&members, b"", &comment, wrong)));
    differ("zips_are_read_as_others_unpack_them", archives);
}

// What is known.

/// A header and its content.
type Member = (Header, Vec<u8>);

fn file(name: &str, content: &[u8]) -> Member {
    (Header::new(name, b'0'), content.to_vec())
}

fn with(name: &str, letter: u8, change: impl FnOnce(&mut Header)) -> Header {
    let mut header = Header::new(name, letter);
    change(&mut header);
    header
}

/// GNU tar's long name.
fn long(letter: u8, name: &str) -> (Header, Vec<u8>) {
    (
        with("././@LongLink", letter, |header| header.magic = *b"ustar  \0"),
        [name, "\0"].concat().into(),
    )
}

fn extended(letter: u8, records: &[(&str, &str)]) -> (Header, Vec<u8>) {
    let records: Vec<u8> =
        records.iter().flat_map(|(key, value)| pax(key, value.as_bytes())).collect();
    (Header::new("pax", letter), records)
}

/// Tars of which unpackers make different trees, or one fails, with what is said of them; after a `=`
/// where those that are tried here agree.
fn odd_tars() -> Vec<(&'static str, Vec<u8>)> {
    let mut hidden = Vec::new();
    Header::new("t/hidden", b'0').write(b"", &mut hidden);
    let gnu = |header: &mut Header| header.magic = *b"ustar  \0";
    let members: Vec<(&str, Vec<Member>)> = vec![
        (
            "=t/d/ has 512 bytes of content, and is of a kind that has none",
            vec![(with("t/d/", b'5', |_| {}), hidden.clone())],
        ),
        ("t/d/ is named as a directory, and is none", vec![file("t/d/", b"")]),
        ("for all members", vec![extended(b'g', &[("path", "t/all")]), file("t/a", b"")]),
        ("for all members", vec![extended(b'g', &[("size", "0")]), file("t/a", &hidden)]),
        ("two headers before it", vec![long(b'L', "t/one"), long(b'L', "t/two"), file("t/a", b"")]),
        (
            "two headers before it",
            vec![long(b'L', "t/one"), extended(b'x', &[("path", "t/two")]), file("t/a", b"")],
        ),
        (
            "two headers before it",
            vec![
                extended(b'x', &[("path", "t/one")]),
                extended(b'x', &[("path", "t/two")]),
                file("t/a", b""),
            ],
        ),
        (
            "`path` that is not known, or not of its form",
            vec![extended(b'x', &[("path", "t/a\0b")]), file("t/a", b"")],
        ),
        (
            "a directory by its header's name and a file by its own",
            vec![extended(b'x', &[("path", "t/a")]), (Header::new("t/d/", 0), vec![])],
        ),
        (
            "header of GNU tar's incremental archives",
            vec![(
                with("a", b'0', |header| {
                    gnu(header);
                    header.prefix = b"t".to_vec();
                }),
                vec![],
            )],
        ),
        (
            "a header from before POSIX",
            vec![(
                with("a", b'0', |header| {
                    header.magic = [0; 8];
                    header.prefix = b"t".to_vec();
                }),
                vec![],
            )],
        ),
        (
            "whose mark is neither",
            vec![(
                with("a", b'0', |header| {
                    header.magic = *b"ustar   ";
                    header.prefix = b"t".to_vec();
                }),
                vec![],
            )],
        ),
        ("label of an archive", vec![(with("t/label", b'V', gnu), vec![]), file("t/a", b"")]),
        (
            "of a file of GNU tar's archives in several parts",
            vec![(with("t/part", b'M', gnu), vec![]), file("t/a", b"")],
        ),
        (
            "t/b is a hard link to what is no file before it",
            vec![
                (with("t/b", b'1', |header| header.link = b"t/a".to_vec()), vec![]),
                file("t/a", b"x"),
            ],
        ),
        (
            "a hard link of another mode than its file",
            vec![
                file("t/a", b""),
                (
                    with("t/b", b'1', |header| {
                        header.link = b"t/a".to_vec();
                        header.mode = 0o755;
                    }),
                    vec![],
                ),
            ],
        ),
        (
            "own header names no target",
            vec![long(b'K', "t/a"), (Header::new("t/b", b'2'), vec![]), file("t/a", b"")],
        ),
        (
            "t/l/a lies below t/l, which is a link",
            vec![
                file("t/d/a", b""),
                (with("t/l", b'2', |header| header.link = b"d".to_vec()), vec![]),
                file("t/l/a", b"x"),
            ],
        ),
        ("t/a/b lies below t/a, which is a file", vec![file("t/a", b""), file("t/a/b", b"")]),
        (
            "t/a is in it twice, as a file and as a directory",
            vec![file("t/a", b""), (Header::new("t/a/", b'5'), vec![])],
        ),
        (
            "whose size is no number as all write it",
            vec![
                file("t/a", b""),
                (with("t/b", b'0', |header| header.patches = vec![(124, b'-')]), vec![]),
            ],
        ),
        (
            "whose mode is no number as all write it",
            vec![
                file("t/a", b""),
                (with("t/b", b'0', |header| header.patches = vec![(101, b'_')]), vec![]),
            ],
        ),
    ];
    members.into_iter().map(|(says, members)| (says, tar(&members))).collect()
}

/// Tars that others than those tried here may take differently: what they are called.
fn refused_tars() -> Vec<(&'static str, Vec<u8>)> {
    let gnu = |header: &mut Header| header.magic = *b"ustar  \0";
    let members = vec![
        ("=stored with holes", vec![(with("t/s", b'S', gnu), vec![])]),
        ("stored with holes", vec![extended(b'x', &[("GNU.sparse.major", "1")]), file("t/a", b"")]),
        ("=extended header of Solaris", vec![extended(b'X', &[("path", "t/x")]), file("t/a", b"")]),
        ("GNU tar's incremental archives", vec![(with("t/d/", b'D', gnu), b"Ya\0\0".to_vec())]),
        ("=is of a kind that is not known", vec![(Header::new("t/q", b'Q'), vec![])]),
        (
            "=a header of star",
            vec![(
                with("t/a", b'0', |header| {
                    header.patches = vec![(508, b't'), (509, b'a'), (510, b'r')]
                }),
                vec![],
            )],
        ),
        (
            "=two PAX records `path`",
            vec![extended(b'x', &[("path", "t/one"), ("path", "t/two")]), file("t/a", b"")],
        ),
        ("=t/a is in it twice", vec![file("t/a", b"one"), file("./t//a", b"two")]),
        (
            "=whose version is neither",
            vec![(
                with("a", b'0', |header| {
                    header.magic = *b"ustar\x0099";
                    header.prefix = b"t".to_vec();
                }),
                vec![],
            )],
        ),
        ("=two sizes", vec![extended(b'x', &[("size", "3")]), file("t/a", b"")]),
        ("is described, and does not follow", vec![file("t/a", b""), long(b'L', "t/b")]),
    ];
    let mut all: Vec<(&str, Vec<u8>)> =
        members.into_iter().map(|(says, members)| (says, tar(&members))).collect();
    // Bytes above 127 count less than nothing, for some.
    let mut signed = tar(&[file("t/\u{e4}", b"")]);
    let sum: i64 = signed[..512]
        .iter()
        .enumerate()
        .map(
            |(at, &byte)| if (148..156).contains(&at) { 32 } else { i64::from(byte.cast_signed()) },
        )
        .sum();
    signed[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    all.push(("=a checksum over signed bytes", signed));
    all
}

/// Zips of which unpackers make different trees, or one fails.
fn odd_zips() -> Vec<(&'static str, Vec<u8>)> {
    let one = |change: &dyn Fn(&mut Zipped)| {
        let mut member = plain_zipped("t/a", b"content");
        change(&mut member);
        zip(&[member, plain_zipped("t/z", b"z")], b"", b"", None)
    };
    let hidden = zip(&[plain_zipped("t/hidden", b"x")], b"", b"", None);
    let hidden = &hidden[..memchr::memmem::find(&hidden, b"PK\x01\x02").unwrap()];
    let two = |first: &str, second: &str| {
        zip(&[plain_zipped(first, b"1"), plain_zipped(second, b"2")], b"", b"", None)
    };
    let mut renamed = one(&|_| {});
    renamed[32] = b'b';
    vec![
        (
            "a second name in its Unicode path field",
            one(&|member| member.listed_extra = unicode_path(b"t/a", b"t/b")),
        ),
        ("two names", renamed),
        (
            "=t/a/ is named as a directory and marked as none",
            one(&|member| member.name = b"t/a/".to_vec()),
        ),
        (
            "marked as a directory and named as a file",
            one(&|member| member.external = 0o040_755 << 16),
        ),
        (
            "label of a disk",
            one(&|member| {
                member.made_by = 20;
                member.external = 8;
            }),
        ),
        ("=is neither file, link nor directory", one(&|member| member.external = 0o010_644 << 16)),
        ("t/a;1 ends like a version of VMS", one(&|member| member.name = b"t/a;1".to_vec())),
        (
            "has a backslash in its name",
            one(&|member| {
                member.name = b"t\\a".to_vec();
                member.made_by = 20;
            }),
        ),
        ("a control character in its name", one(&|member| member.name = b"t/a\x01".to_vec())),
        ("=a control character in its name", one(&|member| member.name = b"t/a\0b".to_vec())),
        (
            "unzip reads it in a code page",
            one(&|member| {
                *member = Zipped { made_by: 20, external: 0x20, ..plain_zipped("t/\u{e4}", b"x") }
            }),
        ),
        ("not marked as UTF-8", one(&|member| member.name = "t/\u{e4}".into())),
        ("t/hidden is not in the directory", one(&|member| member.gap = hidden.to_vec())),
        ("=something before, between or behind", one(&|member| member.gap = b"junkjunk".to_vec())),
        (
            "no true size in front of it",
            one(&|member| {
                member.method = 0;
                member.described = 3;
            }),
        ),
        ("t/a/b lies below t/a, which is a file", two("t/a", "t/a/b")),
        (
            "t/a is not in the directory",
            zip(&[plain_zipped("t/a", b"")], b"", &zip(&[], b"", b"", None), None),
        ),
        (
            "is said to need a later version",
            one(&|member| member.patches = vec![(true, 4, 99), (false, 6, 99)]),
        ),
        (
            "an extra field that is cut off",
            one(&|member| {
                member.extra = b"UT\x09\0\x01".to_vec();
                member.listed_extra = member.extra.clone();
            }),
        ),
    ]
}

#[test]
fn what_unpackers_take_differently_is_refused() {
    let unpackers = Unpackers::start("what_unpackers_take_differently_is_refused");
    let mut unpackers = unpackers.map(RefCell::new);
    let mut failures = Vec::new();
    for (says, bytes) in odd_tars().into_iter().chain(refused_tars()).chain(odd_zips()) {
        let (alike, says) = says.strip_prefix('=').map_or((false, says), |says| (true, says));
        match ours(&bytes) {
            Err(error @ ReadError::Ambiguous { .. }) if error.to_string().contains(says) => {}
            other => failures.push(format!("{says}: {other:?}")),
        }
        if let Some(unpackers) = unpackers.as_mut() {
            let answers = unpackers.get_mut().unpack(&bytes);
            if are_one(&answers, bytes.starts_with(b"PK")) != alike {
                failures.push(format!("{says}: alike is not {alike}: {answers:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The times of a file as Windows has them, in an extra field.
const NTFS: &[u8] =
    b"\x0a\0\x20\0\0\0\0\0\x01\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// Forms that people use, made by hand.
fn sound() -> Vec<(&'static str, Vec<u8>)> {
    let old = |header: &mut Header| {
        // Maven's archiver before it wrote a version: blanks for numbers that it had not.
        header.magic = *b"ustar\0\0\0";
        header.patches = (108..115).chain(116..123).map(|at| (at, b' ')).collect();
    };
    let members = vec![
        (
            "./DIR and DIR//",
            vec![
                (Header::new("./", b'5'), vec![]),
                (Header::new("./t/", b'5'), vec![]),
                file("./t//a", b"a"),
            ],
        ),
        (
            "a value with a line feed",
            vec![
                extended(
                    b'x',
                    &[("LIBARCHIVE.xattr.x", "YQ=="), ("SCHILY.xattr.user.x", "a\nb\n9 path=z\n")],
                ),
                file("t/a", b""),
            ],
        ),
        (
            "a comment for all",
            vec![extended(b'g', &[("comment", "0123456789abcdef")]), file("t/a", b"")],
        ),
        (
            "setgid on a directory",
            vec![(with("t/d/", b'5', |header| header.mode = 0o2755), vec![]), file("t/d/a", b"")],
        ),
        ("Maven's old archiver", vec![(with("t/a", b'0', old), b"a".to_vec())]),
        (
            "AppleDouble",
            vec![file("t/._a", b"\0\x05\x16\x07\0\x02\0\0Mac OS X"), file("t/a", b"a")],
        ),
        (
            "a hard link",
            vec![
                file("t/a", b"a"),
                (with("t/b", b'1', |header| header.link = b"./t/a".to_vec()), vec![]),
            ],
        ),
        (
            "a directory twice",
            vec![
                (Header::new("t/", b'5'), vec![]),
                file("t/a", b""),
                (Header::new("t", b'5'), vec![]),
            ],
        ),
        (
            "a directory without a letter",
            vec![(Header::new("t/d/", 0), vec![]), (Header::new("t/d/a", 0), b"a".to_vec())],
        ),
    ];
    let mut all: Vec<(&str, Vec<u8>)> =
        members.into_iter().map(|(what, members)| (what, tar(&members))).collect();
    all.push(("zeros behind the end", [tar(&[file("t/a", b"a")]), vec![0; 20_480]].concat()));
    let one = |change: &dyn Fn(&mut Zipped)| {
        let mut member = plain_zipped("t/a", b"content");
        change(&mut member);
        zip(&[member, plain_zipped("t/z", b"z")], b"", b"0123456789abcdef", None)
    };
    all.push(("bzip2 in a zip", one(&|member| member.method = 12)));
    all.push(("a size behind the content", one(&|member| member.described = 1)));
    all.push(("a large size behind it", one(&|member| member.described = 2)));
    all.push(("no signature before it", one(&|member| member.described = 3)));
    all.push((
        "a name in UTF-8 of Windows",
        one(&|member| {
            *member = Zipped {
                made_by: 0x3f,
                external: 0x20,
                listed_extra: NTFS.to_vec(),
                ..plain_zipped("t/\u{4e16}\u{754c}", b"x")
            };
        }),
    ));
    all.push((
        "a link in a zip",
        one(&|member| {
            *member = Zipped {
                external: 0o120_777 << 16,
                method: 0,
                content: b"z".to_vec(),
                ..member.clone()
            };
        }),
    ));
    all
}

/// Archives of a tree by the programs that people use, with how they are called.
const PROGRAMS: &[(&str, &str)] = &[
    ("tar", "for f in gnu pax ustar; do tar --format=$f -cf gnu-$f.tar t; done"),
    (
        "tar",
        "tar -cf dot.tar ./t; tar -C t -cf only.tar .; tar --format=pax --xattrs --acls -cf xattrs.tar t",
    ),
    ("bsdtar", "for f in gnutar pax ustar paxr; do bsdtar --format $f -cf bsd-$f.tar t; done"),
    (
        "bsdtar",
        "bsdtar --format zip -cf bsd.zip t; bsdtar --format zip --options zip:compression=store -cf stored.zip t",
    ),
    (
        "git",
        "git init -q; git add t; git commit -qm t; for f in tar zip; do git archive --format=$f --prefix=p/ -o git.$f HEAD; done",
    ),
    (
        "zip",
        "zip -qr info.zip p; zip -qry links.zip p; zip -q0r stored-info.zip p; zip -qr -Z bzip2 bz.zip p",
    ),
    ("zip", "zip -qr - p | cat >streamed.zip"),
    (
        "python3",
        "python3 -c \"import tarfile, shutil
for f in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
    with tarfile.open('python-%d.tar' % f, 'w', format=f) as tar: tar.add('t')
shutil.make_archive('python', 'zip', '.', 't')\"",
    ),
    ("jar", "jar cf made.zip -C p ."),
];

#[test]
fn what_people_use_is_taken() {
    let test = "what_people_use_is_taken";
    let Some(mut unpackers) = Unpackers::start(test) else { return };
    let mut failures = Vec::new();
    let mut hold = |what: &str, bytes: &[u8]| {
        let zip = bytes.starts_with(b"PK");
        let outcome = match ours(bytes) {
            Ok(Some(tree)) => agree(&unpackers.unpack(bytes), zip, &tree),
            other => Err(format!("{other:?}")),
        };
        failures.extend(outcome.err().map(|why| format!("{what}: {why}")));
    };
    for (what, bytes) in sound() {
        hold(what, &bytes);
    }
    let world = World::new();
    let deep = format!("{}/{}", "long".repeat(24), "deep".repeat(24));
    for (path, text) in [("t/a", "a"), ("t/empty", ""), ("p/a", "a")] {
        world.write(path, text);
    }
    // Longer than what ustar splits; other letters.
    world.write(&format!("t/{deep}/x"), "deep");
    world.write("t/d/\u{e4}\u{6f22}", "letters");
    const LINKS: &str = "chmod +x t/a; ln -s a t/link; ln t/a t/hard; ln -s a p/link; mkdir t/none";
    world.run("sh", &["-c", LINKS]).ok();
    for (program, line) in PROGRAMS {
        if program_for(test, program) {
            world.run("sh", &["-c", line]).ok();
        }
    }
    let mut made: Vec<_> =
        fs::read_dir(world.repo("")).unwrap().map(|one| one.unwrap().path()).collect();
    made.retain(|path| path.extension().is_some_and(|ending| ending == "tar" || ending == "zip"));
    made.sort();
    for path in made {
        hold(&path.display().to_string(), &fs::read(&path).unwrap());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
