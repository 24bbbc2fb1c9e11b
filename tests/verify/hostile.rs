//! Archives that a stranger made to do harm: each ends soon, within bounds, with a finding that
//! says why, and is never a pass. All are well signed, so that nothing but the look inside finds
//! them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::candidate::{Candidate, Maker, NOW, gzip};
use super::messages;
use super::support::{JANE, Ran};

const TOP: &str = "apache-demo-1.2.0-src";

/// Memory that looking at an archive may take, in KiB.
const MOST_MEMORY: u64 = 256 << 10;

/// What verifying an archive took.
struct Looked {
    ran: Ran,
    /// Of CPU time, which other work on the machine does not change.
    seconds: f64,
    /// The largest resident set, in KiB.
    memory: u64,
}

/// Signs the bytes and verifies them as an archive of that name.
fn look(maker: &Maker, name: &str, bytes: &[u8], format: &str) -> Looked {
    let directory = maker.world.path("1.2.0-rc1");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir(&directory).unwrap();
    maker.artifact(&directory, name, bytes, JANE, &[]);
    looked(maker, &directory, format)
}

/// Verifies a directory under a watch.
fn looked(maker: &Maker, directory: &Path, format: &str) -> Looked {
    const WATCH: &str = "import resource, subprocess, sys\n\
        status = subprocess.run(sys.argv[2:]).returncode\n\
        used = resource.getrusage(resource.RUSAGE_CHILDREN)\n\
        open(sys.argv[1], 'w').write(f'{used.ru_maxrss} {used.ru_utime + used.ru_stime}')\n\
        sys.exit(status if status >= 0 else 99)\n";
    let most = maker.world.path("most");
    let keys = maker.world.path("KEYS");
    let words = ["-c", WATCH, most.to_str().unwrap(), env!("CARGO_BIN_EXE_plusone")];
    let more = ["--format", format, "--time", NOW, "verify", directory.to_str().unwrap()];
    let last = ["--keys", keys.to_str().unwrap(), "--without", "source", "--without", "legal"];
    let ran = maker.world.run("python3", &[&words[..], &more, &last].concat());
    let used = fs::read_to_string(&most).unwrap();
    let (memory, seconds) = used.split_once(' ').unwrap();
    let (memory, seconds) = (memory.parse().unwrap(), seconds.parse().unwrap());
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    Looked { ran, seconds, memory }
}

/// Asserts that the archive is found at fault, in one of these words, soon and within bounds.
#[track_caller]
fn found(maker: &Maker, name: &str, bytes: &[u8], says: &str) -> Value {
    let Looked { ran, seconds, memory } = look(maker, name, bytes, "json");
    let report = ran.json();
    let what = format!("{says:?}, {} bytes", bytes.len());
    assert_eq!(report["artifacts"][0]["signed"], true, "{what}");
    assert!(matches!(ran.status, 1 | 3), "{what}: {}: {}", ran.status, ran.stdout);
    assert_ne!(report["verdict"], "pass", "{what}");
    let checks = report["checks"].as_array().unwrap().iter();
    let all: Vec<String> =
        checks.flat_map(|check| messages(&report, check["id"].as_str().unwrap())).collect();
    let hit = all.iter().any(|message| message.contains(says));
    assert!(hit, "{what}: {:#?}", &all[..all.len().min(20)]);
    assert!(seconds < 60.0, "{what}: {seconds} s");
    assert!(memory < MOST_MEMORY, "{what}: {memory} KiB");
    report
}

/// A header of a tar, before the crate's own rules.
fn header(path: &str, kind: u8, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    header.as_old_mut().linkflag = [kind];
    header.set_mode(0o644);
    header.set_size(size);
    header.set_mtime(1_763_632_800);
    header.set_uid(0);
    header.set_gid(0);
    header.set_cksum();
    header
}

/// Appends a member to a tar.
fn member(tar: &mut Vec<u8>, header: &tar::Header, bytes: &[u8]) {
    tar.extend_from_slice(header.as_bytes());
    tar.extend_from_slice(bytes);
    tar.resize(tar.len().next_multiple_of(512), 0);
}

/// A whole tar of these members, after the sound ones.
fn tar_with(members: &[(tar::Header, &[u8])]) -> Vec<u8> {
    let mut tar = Candidate::sound().tar();
    tar.truncate(tar.len() - 1024);
    for (header, bytes) in members {
        member(&mut tar, header, bytes);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}

fn named(name: &str) -> String {
    format!("{TOP}/{name}")
}

const NAME: &str = "apache-demo-1.2.0-src.tar.gz";

#[test]
fn bombs_stop_at_the_limits() {
    let maker = Maker::new();
    // 10 GB of zeros in one member, in 10 MB.
    let mut bomb = gzip(header(&named("zeros"), b'0', 10_000_000_000).as_bytes());
    let zeros = smallest(&vec![0; 100_000_000]);
    for _ in 0..100 {
        bomb.extend(&zeros);
    }
    found(&maker, NAME, &bomb, "bytes; it was not read further");
    // The same in a member of a sound archive.
    let tar = tar_with(&[(header(&named("bomb.gz"), b'0', bomb.len() as u64), &bomb)]);
    let looked = look(&maker, NAME, &gzip(&tar), "json");
    assert!(looked.memory < MOST_MEMORY && looked.seconds < 60.0, "{}", looked.seconds);
    let notes = looked.ran.json();
    let notes = messages(&notes, "archive-no-nested-archives").concat()
        + &messages(&notes, "archive-no-compiled-code").concat();
    assert!(notes.contains("bomb.gz"), "{notes}");
    // xz and bzip2 shrink zeros even better.
    for (program, name) in [("xz", "tar.xz"), ("bzip2", "tar.bz2")] {
        let mut out = packed(&maker, program, header(&named("zeros"), b'0', 20 << 30).as_bytes());
        let zeros = packed(&maker, program, &vec![0; 50_000_000]);
        for _ in 0..60 {
            out.extend(&zeros);
        }
        found(&maker, &format!("{TOP}.{name}"), &out, "bytes; it was not read further");
    }
    // Of bytes that are no tar at all, too.
    let mut bomb = gzip(&[0; 512]);
    for _ in 0..100 {
        bomb.extend(&zeros);
    }
    let looked = look(&maker, NAME, &bomb, "json");
    assert_ne!(looked.ran.json()["verdict"], "pass");
    assert!(looked.memory < MOST_MEMORY && looked.seconds < 60.0, "{}", looked.seconds);
}

/// Compressed by gzip as well as it can be.
fn smallest(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// What a program makes of bytes on its standard input.
fn packed(maker: &Maker, program: &str, bytes: &[u8]) -> Vec<u8> {
    let path = maker.world.path("unpacked");
    fs::write(&path, bytes).unwrap();
    maker.world.run(program, &["-k", "-f", "-1", path.to_str().unwrap()]).ok();
    let suffix = if program == "bzip2" { "bz2" } else { program };
    fs::read(maker.world.path(&format!("unpacked.{suffix}"))).unwrap()
}

/// A gzip-compressed tar of so many empty members.
fn many(count: usize, name: impl Fn(usize) -> String) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for index in 0..count {
        out.write_all(header(&name(index), b'0', 0).as_bytes()).unwrap();
    }
    out.write_all(&[0; 1024]).unwrap();
    out.finish().unwrap()
}

#[test]
fn members_without_number_are_counted() {
    let maker = Maker::new();
    let bytes = many(400_000, |index| format!("{TOP}/{index}"));
    found(&maker, NAME, &bytes, "more than 250000 members");
    // Long names are counted by their bytes.
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for index in 0..10_000 {
        let name = format!("{TOP}/{index}{}\0", format!("/{}", "d".repeat(200)).repeat(18));
        let mut named = Vec::new();
        member(&mut named, &header("././@LongLink", b'L', name.len() as u64), name.as_bytes());
        member(&mut named, &header("x", b'0', 0), b"");
        out.write_all(&named).unwrap();
    }
    found(&maker, NAME, &out.finish().unwrap(), "bytes of names");
    // Directories that are only named take memory as well.
    let bytes = many(20_000, |index| format!("{TOP}/{index:06}/{}x", "a/".repeat(20)));
    found(&maker, NAME, &bytes, "more than 250000 members");
    let bytes = many(400_000, |_| format!("{TOP}/x"));
    found(&maker, NAME, &bytes, "is in it twice");
    // Each of them is a finding: not all are told.
    let bytes = many(240_000, |index| format!("{TOP}/../{index}"));
    let report = found(&maker, NAME, &bytes, "leads out of the directory");
    assert!(report.to_string().len() < 16 << 20, "{}", report.to_string().len());
}

#[test]
fn names_may_not_be_endless() {
    let maker = Maker::new();
    let long = format!("{TOP}/{}", "a".repeat(1 << 20));
    for kind in [b'L', b'x'] {
        let text = match kind {
            b'L' => format!("{long}\0").into_bytes(),
            _ => pax(&[("path", long.as_bytes())]),
        };
        let tar = tar_with(&[
            (header("././@LongLink", kind, text.len() as u64), &text),
            (header(&named("x"), b'0', 0), b""),
        ]);
        found(&maker, NAME, &gzip(&tar), "more than 65536 bytes in a header");
    }
    // A name of a GB, of which only the length is there.
    let tar = tar_with(&[(header("././@LongLink", b'L', 10 << 30), b"")]);
    let mut bytes = gzip(&tar[..tar.len() - 1024]);
    let zeros = gzip(&vec![b'a'; 100_000_000]);
    for _ in 0..30 {
        bytes.extend(&zeros);
    }
    found(&maker, NAME, &bytes, "more than 65536 bytes in a header");
    let long = "a".repeat(5000);
    let text = pax(&[("path", format!("{TOP}/{long}").as_bytes())]);
    let tar = tar_with(&[
        (header("pax", b'x', text.len() as u64), &text),
        (header(&named("x"), b'0', 0), b""),
    ]);
    found(&maker, NAME, &gzip(&tar), "more than 4096 bytes in a path");
    let text = pax(&[("path", format!("{TOP}/{}", "a".repeat(256)).as_bytes())]);
    let tar = tar_with(&[
        (header("pax", b'x', text.len() as u64), &text),
        (header(&named("x"), b'0', 0), b""),
    ]);
    found(&maker, NAME, &gzip(&tar), "more than 255 bytes in a name");
}

/// Records of a PAX header.
fn pax(records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (key, value) in records {
        let length = key.len() + value.len() + 3;
        let digits = |number: usize| number.to_string().len();
        let total = length + digits(length + digits(length));
        out.extend(format!("{total} {key}=").into_bytes());
        out.extend_from_slice(value);
        out.push(b'\n');
    }
    out
}

#[test]
fn names_do_not_act_on_the_terminal() {
    let maker = Maker::new();
    let names: [&[u8]; 9] = [
        b"\x1b[31mred",
        b"\x1b]0;title\x07",
        b"line\nerror    signature-good: fake",
        b"back\x08\x08\x08space",
        "turned\u{202e}txt.exe".as_bytes(),
        "\u{200b}zero".as_bytes(),
        b"latin-\xe9\xe8",
        b"\x9b31mc1",
        b"tab\tand\rreturn",
    ];
    let mut members = Vec::new();
    let records: Vec<Vec<u8>> = names
        .iter()
        .map(|name| pax(&[("path", &[TOP.as_bytes(), b"/../", name].concat())]))
        .collect();
    for record in &records {
        members.push((header("pax", b'x', record.len() as u64), &record[..]));
        members.push((header(&named("x"), b'0', 0), &b""[..]));
    }
    let bytes = gzip(&tar_with(&members));
    for format in ["human", "markdown", "json"] {
        let looked = look(&maker, NAME, &bytes, format);
        assert_eq!(looked.ran.status, 1);
        let text = looked.ran.stdout + &looked.ran.stderr;
        assert!(text.contains("leads out of the directory"), "{text}");
        let acts = |c: &char| {
            let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}'..='\u{200f}');
            (c.is_control() && *c != '\n') || (turns && format != "json")
        };
        let found: Vec<char> = text.chars().filter(acts).collect();
        assert_eq!(found, Vec::<char>::new(), "{format}");
        let fakes = text.lines().filter(|line| line.starts_with("error    signature-good"));
        assert_eq!(fakes.count(), 0, "{format}");
    }
    // SARIF is JSON as well, and names in it are escaped.
    let sarif = maker.world.path("x.sarif");
    let directory = maker.world.path("1.2.0-rc1");
    maker.judge(directory.to_str().unwrap(), &["--sarif", sarif.to_str().unwrap()]);
    let text = fs::read_to_string(sarif).unwrap();
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
    // Names of the files of a candidate are foreign as well.
    for name in ["x\u{1b}[31m-1.0.tar.gz", "x\n-1.0.tar.gz.asc", "\u{202e}y.txt"] {
        fs::write(directory.join(name), "x").unwrap();
    }
    let looked = looked(&maker, &directory, "human");
    let text = looked.ran.stdout + &looked.ran.stderr;
    assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text}");
}

#[test]
fn sizes_and_kinds_that_lie() {
    let maker = Maker::new();
    let with = |change: &dyn Fn(&mut tar::Header)| {
        let mut lying = header(&named("lying"), b'0', 0);
        change(&mut lying);
        lying.set_cksum();
        gzip(&tar_with(&[(lying, b"")]))
    };
    // A negative size and the largest, in base 256; octal at its limit; no number at all.
    let negative = with(&|header| header.as_old_mut().size = [0xff; 12]);
    found(&maker, NAME, &negative, "lying has a header whose size is no number");
    let huge = with(&|header| {
        header.as_old_mut().size = *b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff";
    });
    found(&maker, NAME, &huge, "the archive cannot be read");
    let octal = with(&|header| header.as_old_mut().size = *b"77777777777\0");
    found(&maker, NAME, &octal, "the archive cannot be read");
    let none = with(&|header| header.as_old_mut().size = *b"size, please");
    found(&maker, NAME, &none, "lying has a header whose size is no number");
    let mut wrong = tar_with(&[]);
    wrong[148] ^= 1;
    found(&maker, NAME, &gzip(&wrong), "the archive cannot be read");

    // PAX says another size than the header: readers disagree about what comes next.
    let content = [header(&named("hidden"), b'0', 0).as_bytes().to_vec(), vec![0; 512]].concat();
    for (size, says) in [
        ("512", "two sizes"),
        ("0", "two sizes"),
        ("18446744073709551615", "`size` that is not known, or not of its form"),
        ("-1", "`size` that is not known, or not of its form"),
        ("many", "`size` that is not known, or not of its form"),
    ] {
        let text = pax(&[("size", size.as_bytes())]);
        let tar = tar_with(&[
            (header("pax", b'x', text.len() as u64), &text),
            (header(&named("x"), b'0', content.len() as u64), &content),
        ]);
        found(&maker, NAME, &gzip(&tar), says);
    }
    // Records that are longer than their header, and of no length at all.
    for text in [&b"999 path=x\n"[..], b"0 path=x\n", b"path=x\n", b"-5 path=x\n", b"9"] {
        let tar = tar_with(&[
            (header("pax", b'x', text.len() as u64), text),
            (header(&named("x"), b'0', 0), b""),
        ]);
        found(&maker, NAME, &gzip(&tar), "not as long as it says");
    }
    // GNU's sparse file of 8 EiB.
    let mut sparse = header(&named("sparse"), b'S', 512);
    {
        let gnu = sparse.as_gnu_mut().unwrap();
        gnu.realsize = *b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff";
        gnu.sparse[0].offset = *b"00000000000\0";
        gnu.sparse[0].numbytes = *b"00000001000\0";
    }
    sparse.set_cksum();
    found(&maker, NAME, &gzip(&tar_with(&[(sparse, &[1; 512])])), "sparse is stored with holes");
    // Links out of the directory, devices, and what nobody has heard of.
    for (kind, says) in [
        (b'1', "is a hard link to what is no file before it"),
        (b'2', "is a link that leads out"),
        (b'3', "is a device"),
        (b'4', "is a device"),
        (b'6', "is a named pipe"),
    ] {
        let mut link = header(&named("x"), kind, 0);
        link.as_old_mut().linkname[..16].copy_from_slice(b"../../etc/passwd");
        link.set_cksum();
        found(&maker, NAME, &gzip(&tar_with(&[(link, b"")])), says);
    }
    // A hard link to a member that is not there, and to itself.
    for target in [&b"nowhere"[..], b"apache-demo-1.2.0-src/x"] {
        let mut link = header(&named("x"), b'1', 0);
        link.as_old_mut().linkname[..target.len()].copy_from_slice(target);
        link.set_cksum();
        found(
            &maker,
            NAME,
            &gzip(&tar_with(&[(link, b"")])),
            "x is a hard link to what is no file",
        );
    }
    // A name that ends early for some readers.
    let text = pax(&[("path", b"apache-demo-1.2.0-src/a\0b")]);
    let tar = tar_with(&[
        (header("pax", b'x', text.len() as u64), &text),
        (header(&named("x"), b'0', 0), b""),
    ]);
    found(&maker, NAME, &gzip(&tar), "`path` that is not known, or not of its form");
    // A directory that hands on its group is nothing to complain about, nor is Latin-1 by itself.
    let mut directory = header(&named("zz/"), b'5', 0);
    directory.set_mode(0o2755);
    directory.set_cksum();
    let tar = tar_with(&[(directory, b"")]);
    assert_eq!(look(&maker, NAME, &gzip(&tar), "json").ran.json()["verdict"], "pass");
    let text = pax(&[("path", b"apache-demo-1.2.0-src/caf\xe9.md")]);
    let tar = tar_with(&[
        (header("pax", b'x', text.len() as u64), &text),
        (header(&named("x"), b'0', 0), b""),
    ]);
    assert_eq!(look(&maker, NAME, &gzip(&tar), "json").ran.json()["verdict"], "pass");
}

#[test]
fn code_ten_archives_deep_is_found() {
    let maker = Maker::new();
    let class = b"\xca\xfe\xba\xbe\0\0\0\x41\0\x0d\x0a\0\x02\0\x03\x07".to_vec();
    let mut inner = class;
    for depth in 0..10 {
        let mut tar = Vec::new();
        let name = if depth == 0 { "A.class" } else { "in.tar.gz" };
        member(&mut tar, &header(name, b'0', inner.len() as u64), &inner);
        tar.resize(tar.len() + 1024, 0);
        inner = gzip(&tar);
    }
    let tar = tar_with(&[(header(&named("deep.tar.gz"), b'0', inner.len() as u64), &inner)]);
    let looked = look(&maker, NAME, &gzip(&tar), "json");
    let report = looked.ran.json();
    let found = messages(&report, "archive-no-compiled-code").concat();
    assert!(found.contains("deep.tar.gz"), "{report:#}");
    assert!(!messages(&report, "archive-no-compiled-code").is_empty());
}

/// Zip files made by Python, and then by hand, with what has to be found.
const ZIPS: &str = r#"
import io, struct, sys, zipfile, zlib
out, top = sys.argv[1], 'apache-demo-1.2.0-src/'

def zipped(*members, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w', zipfile.ZIP_DEFLATED) as zip:
        for name, data in (('README.md', b'# Demo\n'),) + members:
            zip.writestr(top + name if isinstance(name, str) else name, data)
    return bytearray(file.getvalue())

def info(name, mode=0o100644, **fields):
    one = zipfile.ZipInfo(name, (2026, 11, 20, 10, 0, 0))
    one.external_attr, one.create_system = mode << 16, 3
    for key, value in fields.items():
        setattr(one, key, value)
    return one

def save(name, data):
    open(f'{out}/{name}.zip', 'wb').write(bytes(data))

def central(data, nth):
    at = data.rindex(b'PK\5\6')
    at = struct.unpack('<I', data[at + 16:at + 20])[0]
    for _ in range(nth):
        at = data.index(b'PK\1\2', at + 4)
    return at

def local(data, nth):
    at = central(data, nth)
    return struct.unpack('<I', data[at + 42:at + 46])[0]

save('sound', zipped(('a.txt', b'text' * 100)))
# As a stream: sizes and checksums come behind the data.
class Stream(io.RawIOBase):
    def __init__(self): self.data = bytearray()
    def writable(self): return True
    def write(self, piece): self.data += piece; return len(piece)
stream = Stream()
with zipfile.ZipFile(stream, 'w', zipfile.ZIP_DEFLATED) as zip:
    zip.writestr(top + 'README.md', '# Demo\n')
save('sound-descriptors', stream.data)

data = zipped(('a.txt', b'text' * 1000), ('b.txt', b'text' * 1000))
data[central(data, 2) + 42:central(data, 2) + 46] = struct.pack('<I', local(data, 1))
save('overlapping', data)

data = zipped(('a.txt', b'text' * 1000))
data[central(data, 1) + 16:central(data, 1) + 20] = b'\0\0\0\0'
save('wrong-crc', data)
data = zipped(('a.txt', b'text' * 1000))
data[central(data, 1) + 24:central(data, 1) + 28] = struct.pack('<I', 10)
save('wrong-size', data)
data = zipped(('a.txt', b'text' * 1000))
data[central(data, 1) + 20:central(data, 1) + 24] = struct.pack('<I', 1 << 30)
save('wrong-packed-size', data)
data = zipped(('a.txt', b'text' * 1000))
for at in (central(data, 1) + 24, local(data, 1) + 22):
    data[at:at + 4] = struct.pack('<I', 10)
save('wrong-sizes', data)
data = zipped(('a.txt', b'text' * 1000))
for at in (central(data, 1) + 8, local(data, 1) + 6):
    data[at] |= 1
save('encrypted', data)
data = zipped(('a.txt', b'text' * 1000))
for at in (central(data, 1) + 10, local(data, 1) + 8):
    data[at:at + 2] = struct.pack('<H', 99)
save('unknown-method', data)
data = zipped(('a.txt', b'text' * 1000))
at = local(data, 1) + 30 + len(top)
data[at:at + 5] = b'b.txt'
save('two-names', data)
data = zipped(('a.txt', b'good'), ('b.txt', b'evil'))
for at in (central(data, 2) + 46, local(data, 2) + 30):
    data[at + len(top):at + len(top) + 5] = b'a.txt'
save('twice', data)
data = zipped(('a.txt', b'text'))
end = data.rindex(b'PK\5\6')
data[end + 8:end + 12] = struct.pack('<HH', 1, 1)
save('wrong-count', data)
save('prefixed', b'#!/bin/sh\necho evil\n' + zipped(('a.txt', b'text')))
save('trailing', zipped(('a.txt', b'text')) + b'\0' * 100)
hidden = zipped(('a.txt', b'text'))
at = central(hidden, 0)
extra = zipped(('hidden.txt', b'evil'))
extra = extra[:central(extra, 0)]
save('hidden', hidden[:at] + extra + hidden[at:-6] + struct.pack('<IH', at + len(extra), 0))
save('traversal', zipped((info('../../etc/x'), b'x')))
save('absolute', zipped((info('/etc/x'), b'x')))
save('backslash', zipped((info('..\\..\\x'), b'x')))
save('link', zipped((info(top + 'link', 0o120777), b'../../etc/passwd')))
save('setuid', zipped((info(top + 'x', 0o104755), b'x')))
save('nul', zipped((info(top + 'xxx'), b'x')).replace(b'src/xxx', b'src/x\0x'))
# One block of zeros, pointed at by many entries (David Fifield's bomb in small).
one = zipped(('zeros', b'\0' * 200_000_000))
start, end = central(one, 1), one.rindex(b'PK\5\6')
entry = one[start:end]
body = one[:start]
count = 5000
for n in range(count):
    name = b'%05d' % n
    body += entry[:46 + len(top)] + name + entry[46 + len(top) + 5:]
save('fifield', body + struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, count, count, len(body) - start, start, 0))
# A directory of millions of entries for nothing.
entry = bytes(zipped()[central(zipped(), 0):zipped().rindex(b'PK\5\6')])
count = 1_200_000
body = zipped()[:central(zipped(), 0)]
start = len(body)
body += b''.join(entry[:46] + b'%09d' % n + entry[46 + 9:] for n in range(count))
size = len(body) - start
body += struct.pack('<IQHHIIQQQQ', 0x06064b50, 44, 45, 45, 0, 0, count, count, size, start)
body += struct.pack('<IIQI', 0x07064b50, 0, start + size, 1)
save('entries', body + struct.pack('<IHHHHIIH', 0x06054b50, 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0))
"#;

#[test]
fn zips_that_lie() {
    let maker = Maker::new();
    let scratch = maker.world.path("zips");
    fs::create_dir(&scratch).unwrap();
    maker.world.run("python3", &["-c", ZIPS, scratch.to_str().unwrap()]).ok();
    let zip = |name: &str| fs::read(scratch.join(format!("{name}.zip"))).unwrap();
    let name = format!("{TOP}.zip");
    for sound in ["sound", "sound-descriptors"] {
        let ran = look(&maker, &name, &zip(sound), "json").ran;
        assert_eq!(ran.json()["verdict"], "pass", "{sound}: {}", ran.stdout);
    }
    let mut failures = Vec::new();
    for (case, says) in [
        ("overlapping", "is not in the directory"),
        ("wrong-crc", "two checksums"),
        ("wrong-size", "two sizes"),
        ("wrong-packed-size", "two sizes"),
        ("wrong-sizes", "another size than its header says"),
        ("encrypted", "it is encrypted"),
        ("unknown-method", "its packing is unknown here"),
        ("two-names", "two names"),
        ("twice", "twice"),
        ("wrong-count", "its directory lists other members"),
        ("prefixed", "this is not a tar"),
        ("trailing", "after"),
        ("hidden", "is not in the directory"),
        ("traversal", "leads out of the directory"),
        ("absolute", "is an absolute path"),
        ("backslash", "backslash"),
        ("link", "is a link that leads out"),
        ("setuid", "is setuid"),
        ("nul", "control character"),
        ("fifield", "is not in the directory"),
        ("entries", "members"),
    ] {
        let bytes = zip(case);
        let Looked { ran, seconds, memory } = look(&maker, &name, &bytes, "json");
        let report = ran.json();
        let archive = ["archive-readable", "archive-unambiguous", "archive-safe-paths"];
        let said: Vec<String> =
            archive.iter().flat_map(|check| messages(&report, check)).take(5).collect();
        let says = said.iter().any(|message| message.contains(says));
        if report["verdict"] == "pass" || !says || seconds > 60.0 || memory > MOST_MEMORY {
            let verdict = &report["verdict"];
            failures.push(format!("{case}: {verdict} {seconds:.1} s {memory} KiB {said:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_name_does_not_make_a_container() {
    let maker = Maker::new();
    let sound = Candidate::sound().tar();
    // Unpackers go by the name.
    let report = found(&maker, &format!("{TOP}.zip"), &gzip(&sound), "is a tar.gz by its content");
    assert_eq!(report["verdict"], "fail");
    found(&maker, NAME, &sound, "is a tar by its content");
    for bytes in [&b""[..], b"x", b"<html>Not found</html>", &[0; 4096], &[0x1f, 0x8b]] {
        let Looked { ran, .. } = look(&maker, NAME, bytes, "json");
        assert_eq!(ran.json()["verdict"], "fail", "{bytes:?}");
    }
}

/// A number between 0 and `below`, another each time.
fn any(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % below
}

/// The sound archive in every container.
fn containers(maker: &Maker) -> Vec<(PathBuf, Vec<u8>)> {
    let tar = Candidate::sound().tar();
    let scratch = maker.world.path("sound");
    fs::create_dir(&scratch).unwrap();
    fs::write(scratch.join("x.tar"), &tar).unwrap();
    let at = ["-C", scratch.to_str().unwrap()];
    maker
        .world
        .run("tar", &[&at[..], &["-xf", scratch.join("x.tar").to_str().unwrap()]].concat())
        .ok();
    let zip = scratch.join("x.zip");
    const ZIP: &str = "import os, shutil, sys; shutil.make_archive(sys.argv[1][:-4], 'zip', sys.argv[2], sys.argv[3])";
    let words = ["-c", ZIP, zip.to_str().unwrap(), scratch.to_str().unwrap(), TOP];
    maker.world.run("python3", &words).ok();
    let all = [
        ("tar.gz", gzip(&tar)),
        ("tar.xz", packed(maker, "xz", &tar)),
        ("tar.bz2", packed(maker, "bzip2", &tar)),
        ("zip", fs::read(zip).unwrap()),
        ("tar", tar),
    ];
    all.into_iter().map(|(kind, bytes)| (PathBuf::from(format!("{TOP}.{kind}")), bytes)).collect()
}

#[test]
fn what_is_cut_off_is_no_pass() {
    let maker = Maker::new();
    let mut state = 11;
    for (name, bytes) in containers(&maker) {
        let name = name.to_str().unwrap();
        let whole = look(&maker, name, &bytes, "json").ran.json();
        assert_eq!(whole["verdict"], "pass", "{name}: {whole:#}");
        // A tar may do without all but two blocks of its last zeros.
        let most = if name.ends_with(".tar") { bytes.len() - 1024 } else { bytes.len() };
        let mut cuts: Vec<usize> = (0..10).map(|_| any(&mut state, most)).collect();
        cuts.extend([0, 1, 512, most - 1]);
        if name.ends_with(".tar") {
            cuts.extend([most, most + 511]);
        }
        for cut in cuts {
            let Looked { ran, .. } = look(&maker, name, &bytes[..cut], "json");
            let report = ran.json();
            assert_eq!(report["verdict"], "fail", "{name} cut at {cut} of {}", bytes.len());
            assert_eq!(ran.status, 1);
        }
    }
}

#[test]
fn what_is_altered_does_not_panic() {
    let maker = Maker::new();
    let mut state = 13;
    for (name, bytes) in containers(&maker) {
        for _ in 0..25 {
            let mut altered = bytes.clone();
            for _ in 0..=any(&mut state, 4) {
                let at = any(&mut state, altered.len());
                altered[at] = u8::try_from(any(&mut state, 256)).unwrap();
            }
            let Looked { ran, .. } = look(&maker, name.to_str().unwrap(), &altered, "json");
            assert!(matches!(ran.status, 0 | 1 | 3), "{}: {}", ran.status, ran.stderr);
            ran.json();
        }
    }
}
