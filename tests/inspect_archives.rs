//! What is inside archives, made by the usual tools and by people of bad will.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::fs;
use std::io::{self, Cursor, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use plusone::archive::read::Container;
use plusone::inspect::{ArchiveKind, Budget, Contents, Limits, START, file};
use proptest::prelude::*;
use support::{World, program_for};

/// A class file's beginning, as `javac --release 8` writes it.
const CLASS: &[u8] =
    b"\xca\xfe\xba\xbe\0\0\0\x34\0\x10\x0a\0\x03\0\x0d\x07\0\x0e\x07\0\x0f\x01\0\x06";

fn look(bytes: &[u8]) -> Contents {
    look_within(bytes, Limits::default())
}

fn look_within(bytes: &[u8], limits: Limits) -> Contents {
    file(&bytes[..bytes.len().min(START)], &mut &bytes[..], &mut Budget::new(limits))
}

/// What was found inside, as a person reads it.
fn inside(contents: &Contents) -> Vec<String> {
    assert!(contents.inside_count >= contents.inside.len() as u64);
    contents.inside.iter().map(ToString::to_string).collect()
}

fn made(world: &World, name: &str) -> Contents {
    look(&fs::read(world.repo(name)).unwrap())
}

#[track_caller]
fn incomplete(contents: &Contents, words: &str) {
    let why = contents.incomplete.as_ref().map_or("nothing".to_owned(), ToString::to_string);
    assert!(why.contains(words), "no {words:?} in {why:?}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *content).unwrap();
    }
    builder.into_inner().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in members {
        writer.start_file(*path, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A world with a tree of text, a class and an object in it.
fn tree() -> World {
    let world = World::new();
    world.write("t/README", "text\n".repeat(2000));
    world.write("t/lib/C.class", CLASS);
    world.write("t/lib/empty", "");
    world.write(&format!("t/{}/D.class", long()), CLASS);
    world
}

/// A path beyond the 100 bytes of a tar header's name, which ustar can split.
fn long() -> String {
    format!("{}/{}", "long".repeat(20), "deep".repeat(20))
}

/// What is compiled in that tree.
fn in_tree() -> Vec<String> {
    let long = long();
    vec![
        "t/lib/C.class: Java class (Java 8)".to_owned(),
        format!("t/{long}/D.class: Java class (Java 8)"),
    ]
}

#[test]
#[cfg(target_os = "linux")] // GNU tar
fn tars_of_every_format_and_compression() {
    if !program_for("tars_of_every_format_and_compression", "tar") {
        return;
    }
    let world = tree();
    for format in ["gnu", "pax", "ustar", "oldgnu"] {
        let options = [
            ("", Container::Tar),
            ("--gzip", Container::TarGz),
            ("--bzip2", Container::TarBz2),
            ("--xz", Container::TarXz),
        ];
        for (option, container) in options {
            let format = format!("--format={format}");
            let words = ["-cf", "a.tar", "--sort=name", &format, "t"];
            let words: Vec<&str> =
                [option].into_iter().filter(|word| !word.is_empty()).chain(words).collect();
            world.run("tar", &words).ok();
            let contents = made(&world, "a.tar");
            assert_eq!(contents.archive, Some(ArchiveKind::Members(container)), "{words:?}");
            assert_eq!(contents.compiled, None);
            assert_eq!(inside(&contents), in_tree(), "{words:?}");
            assert_eq!(contents.incomplete, None, "{words:?}");
        }
    }
    // v7 has neither long names nor a mark.
    world.run("tar", &["-cf", "a.tar", "--format=v7", "t/lib", "t/README"]).ok();
    incomplete(&made(&world, "a.tar"), "a header from before POSIX");
}

#[test]
#[cfg(target_os = "linux")] // GNU tar
fn sparse_files_are_not_looked_into() {
    if !program_for("sparse_files_are_not_looked_into", "tar") {
        return;
    }
    let world = World::new();
    for format in ["gnu", "pax"] {
        let mut sparse = fs::File::create(world.repo("s")).unwrap();
        io::Seek::seek(&mut sparse, io::SeekFrom::Start(1 << 20)).unwrap();
        sparse.write_all(CLASS).unwrap();
        drop(sparse);
        world.run("tar", &["-cSf", "a.tar", &format!("--format={format}"), "s"]).ok();
        incomplete(&made(&world, "a.tar"), "stored with holes");
    }
}

#[test]
fn single_compressed_files() {
    let world = tree();
    let cases: [(&str, &[&str], &str, &str); 3] = [
        ("gzip", &["-k", "t/lib/C.class"], "t/lib/C.class.gz", "gzip"),
        ("bzip2", &["-k", "t/lib/C.class"], "t/lib/C.class.bz2", "bzip2"),
        ("xz", &["-k", "t/lib/C.class"], "t/lib/C.class.xz", "xz"),
    ];
    for (program, words, path, kind) in cases {
        if !program_for("single_compressed_files", program) {
            continue;
        }
        world.run(program, words).ok();
        let contents = made(&world, path);
        assert_eq!(contents.archive.unwrap().to_string(), kind);
        assert!(!contents.archive.unwrap().holds_members());
        assert_eq!(inside(&contents), ["(decompressed): Java class (Java 8)"]);
        assert_eq!(contents.incomplete, None);
        world.run(program, &["-k", "t/README"]).ok();
        let contents = made(&world, &path.replace("lib/C.class", "README"));
        assert_eq!(inside(&contents), [""; 0]);
        assert_eq!(contents.incomplete, None);
    }
}

#[test]
fn what_is_only_recognised() {
    let world = tree();
    let cases: [(&str, &[&str], &str, &str); 5] = [
        ("zstd", &["-q", "t/README", "-o", "a.zst"], "a.zst", "zstd"),
        ("lz4", &["-q", "t/README", "a.lz4"], "a.lz4", "lz4"),
        ("lz4", &["-q", "-l", "t/README", "b.lz4"], "b.lz4", "lz4"),
        ("xz", &["-k", "--format=lzma", "t/README"], "t/README.lzma", "lzma"),
        ("sh", &["-c", "ls t/README | cpio -o -H newc >a.cpio"], "a.cpio", "cpio"),
    ];
    for (program, words, path, kind) in cases {
        let wanted = if kind == "cpio" { "cpio" } else { program };
        if !program_for("what_is_only_recognised", wanted) {
            continue;
        }
        world.run(program, words).ok();
        let contents = made(&world, path);
        assert_eq!(contents.archive, Some(ArchiveKind::Opaque(kind)));
        incomplete(&contents, "cannot be looked into");
    }
    // deb(5): an ar archive whose first member is called so.
    if program_for("what_is_only_recognised", "ar") {
        world.write("debian-binary", "2.0\n");
        world.write("control.tar", tar(&[("control", b"Package: a\n")]));
        world.run("ar", &["qS", "a.deb", "debian-binary", "control.tar"]).ok();
        assert_eq!(made(&world, "a.deb").archive, Some(ArchiveKind::Opaque("deb (ar)")));
    }
}

#[test]
fn marks_written_by_hand_from_the_specifications() {
    let mut iso = vec![0; 40 << 10];
    iso[32_768..32_774].copy_from_slice(b"\x01CD001"); // ECMA-119, 8.1
    // cpio(5), "New ASCII Format": name of 2 bytes
    let cpio = format!("070701{}{:08x}{}a\0", "0".repeat(88), 2, "0".repeat(8));
    let old_cpio = format!("070707{}{:06o}{}a\0", "0".repeat(53), 2, "0".repeat(11));
    let cases: [(&[u8], &str); 9] = [
        (b"7z\xbc\xaf\x27\x1c\0\x04", "7z"), // 7zFormat.txt
        (b"Rar!\x1a\x07\0\xcf\x90", "rar"),  // RAR 4
        (b"Rar!\x1a\x07\x01\0", "rar"),      // "RAR 5.0 archive format"
        (b"MSCF\0\0\0\0\x50", "cab"),        // [MS-CAB] 2.1
        (b"\xed\xab\xee\xdb\x03\0", "rpm"),  // "Package File Format", lead
        (b"xar!\0\x1c\0\x01", "xar"),
        (&iso, "iso"),
        (cpio.as_bytes(), "cpio"),
        (old_cpio.as_bytes(), "cpio"),
    ];
    for (bytes, kind) in cases {
        let contents = look(bytes);
        assert_eq!(contents.archive, Some(ArchiveKind::Opaque(kind)), "{kind}");
        incomplete(&contents, kind);
    }
}

#[test]
fn archives_in_archives() {
    let inner = zip(&[("b/C.class", CLASS), ("b/libd.so", ELF), ("README", b"text")]);
    let middle = gzip(&tar(&[("x/inner.zip", &inner), ("x/e.class.gz", &gzip(CLASS))]));
    let outer = zip(&[("middle.tar.gz", &middle), ("text", b"text\n")]);
    let contents = look(&outer);
    assert_eq!(contents.archive, Some(ArchiveKind::Members(Container::Zip)));
    assert_eq!(contents.incomplete, None);
    let expected = [
        "middle.tar.gz!/x/inner.zip: jar with 1 class file",
        "middle.tar.gz!/x/inner.zip!/b/libd.so: ELF shared object",
        "middle.tar.gz!/x/e.class.gz!/(decompressed): Java class (Java 8)",
    ];
    assert_eq!(inside(&contents), expected);
}

/// The System V gABI: `e_ident`, ET_DYN, x86-64, and no program headers.
const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0\0\0\0\0\0\0\0\0\
    \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

#[test]
fn jars_by_their_own_tool() {
    if !program_for("jars_by_their_own_tool", "jar") {
        return;
    }
    let world = tree();
    // Sizes come after the members.
    world.run("jar", &["cf", "a.jar", "-C", "t", "."]).ok();
    let contents = made(&world, "a.jar");
    assert_eq!(contents.archive, Some(ArchiveKind::Jar));
    assert_eq!(contents.compiled.unwrap().name(), "jar with 2 class files");
    assert_eq!((inside(&contents), contents.incomplete), (vec![], None));
    // A jar of sources is an archive, not code.
    world.run("jar", &["cf", "sources.jar", "t/README"]).ok();
    let contents = made(&world, "sources.jar");
    assert_eq!((contents.archive, contents.compiled), (Some(ArchiveKind::Jar), None));
    // A war: a jar in a jar.
    world.run("jar", &["cf", "a.war", "a.jar", "sources.jar"]).ok();
    let contents = made(&world, "a.war");
    assert_eq!(inside(&contents), ["a.jar: jar with 2 class files"]);
    assert_eq!(contents.incomplete, None);
    assert!(contents.has_compiled());
}

#[test]
fn every_jar_of_this_machine() {
    if !program_for("every_jar_of_this_machine", "unzip") {
        return;
    }
    let world = World::new();
    let list = "find /usr/share/java /usr/share/maven* /usr/lib/jvm -name '*.jar' -type f 2>/dev/null | head -60; true";
    for jar in world.run("sh", &["-c", list]).ok().stdout.lines() {
        let bytes = fs::read(jar).unwrap();
        let contents = look(&bytes);
        assert_eq!(contents.incomplete, None, "{jar}");
        let names = world.run("unzip", &["-Z1", jar]).stdout;
        let classes = names.lines().filter(|name| name.ends_with(".class")).count();
        match contents.compiled {
            Some(what) => {
                let words =
                    format!("jar with {classes} class file{}", if classes == 1 { "" } else { "s" });
                assert_eq!(what.name(), words, "{jar}");
            }
            None => assert_eq!(classes, 0, "{jar}"),
        }
    }
}

/// Writes zips to something that cannot go back, so that sizes come after the members: deflated
/// with room for eight bytes, and stored.
const PYTHON_ZIPS: &str = r#"
import zipfile

class Pipe:
    def __init__(self, file): self.file = file
    def write(self, data): return self.file.write(data)
    def flush(self): self.file.flush()

data = open("t/lib/C.class", "rb").read()

def write(name, method, wide):
    with open(name, "wb") as out, zipfile.ZipFile(Pipe(out), "w", method) as zip:
        for name, content in [("e", b""), ("C.class", data), ("f", b"")]:
            with zip.open(name, "w", force_zip64=wide) as member: member.write(content)

write("wide.zip", zipfile.ZIP_DEFLATED, True)
write("stored.zip", zipfile.ZIP_STORED, False)
"#;

#[test]
fn zips_by_several_tools() {
    let world = tree();
    let test = "zips_by_several_tools";
    if program_for(test, "zip") {
        world.run("zip", &["-qr", "a.zip", "t"]).ok();
        world.run("sh", &["-c", "zip -qr - t | cat >streamed.zip"]).ok();
        world.run("sh", &["-c", "zip -q0r - t | cat >streamed-stored.zip"]).ok();
        world.run("zip", &["-q0r", "stored.zip", "t"]).ok();
        world.run("zip", &["-qr", "-P", "secret", "encrypted.zip", "t"]).ok();
        for name in ["a.zip", "streamed.zip", "stored.zip", "streamed-stored.zip"] {
            let contents = made(&world, name);
            assert_eq!(contents.compiled.unwrap().name(), "jar with 2 class files", "{name}");
            assert_eq!(contents.incomplete, None, "{name}");
        }
        incomplete(&made(&world, "encrypted.zip"), "encrypted");
        if world.run("zip", &["-qr", "-Z", "bzip2", "bzip2.zip", "t"]).status == 0 {
            let contents = made(&world, "bzip2.zip");
            assert_eq!(contents.compiled.unwrap().name(), "jar with 2 class files");
            assert_eq!(contents.incomplete, None);
        }
    }
    if program_for(test, "python3") {
        world.write("app/__main__.py", "print()\n");
        world.write("app/C.class", CLASS);
        world.run("python3", &["-m", "zipapp", "app", "-p", "/usr/bin/env python3"]).ok();
        let contents = made(&world, "app.pyz");
        assert_eq!(contents.compiled.unwrap().name(), "jar with 1 class file");
        assert_eq!(contents.incomplete, None);
        world.run("python3", &["-c", PYTHON_ZIPS]).ok();
        incomplete(&made(&world, "stored.zip"), "no true size in front of it");
        let contents = made(&world, "wide.zip");
        assert_eq!(contents.compiled.unwrap().name(), "jar with 1 class file");
        assert_eq!(contents.incomplete, None);
    }
}

#[test]
fn documents_and_zips_of_text_are_no_code() {
    // The two first members of a word processor's document, by their names in ECMA-376.
    let document = zip(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")]);
    for bytes in [document, zip(&[]), zip(&[("a.py", b"print()\n")]), gzip(b""), gzip(b"text")] {
        let contents = look(&bytes);
        assert!(contents.archive.is_some());
        assert!(!contents.has_compiled());
        assert_eq!(contents.incomplete, None);
    }
}

#[test]
fn only_so_many_are_listed_but_all_are_counted() {
    let names: Vec<String> = (0..250).map(|number| format!("{number}.class")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (&name[..], CLASS)).collect();
    let contents = look(&gzip(&tar(&[("a.tar", &tar(&members)), ("b.class", CLASS)])));
    assert_eq!((contents.inside.len(), contents.inside_count), (100, 251));
    assert_eq!(contents.inside[99].path, "a.tar!/99.class");
}

#[test]
fn what_reads_the_file_can_go_on() {
    let bytes =
        [gzip(&tar(&[("C.class", CLASS), ("text", &b"text ".repeat(99_999))])), vec![7; 99]]
            .concat();
    let mut reader = Counting { inner: &bytes[..], count: 0 };
    let contents = file(&bytes[..START.min(bytes.len())], &mut reader, &mut Budget::default());
    assert_eq!(inside(&contents), ["C.class: Java class (Java 8)"]);
    io::copy(&mut reader, &mut io::sink()).unwrap();
    assert_eq!(reader.count, bytes.len() as u64);
}

struct Counting<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

// What a stranger would make.

#[test]
fn ten_deep() {
    let mut bytes = zip(&[("C.class", CLASS)]);
    for _ in 0..10 {
        bytes = zip(&[("a.zip", &bytes)]);
    }
    let contents = look(&bytes);
    incomplete(&contents, "a.zip!/a.zip!/a.zip: it lies more than 4 archives deep");
    let deeper = Limits { depth: 11, ..Limits::default() };
    let contents = look_within(&bytes, deeper);
    assert_eq!(contents.incomplete, None);
    assert_eq!(contents.inside[0].what.name(), "jar with 1 class file");
}

/// A tar.gz with a member of this many MiB of zeros.
fn bomb(mebibytes: usize) -> impl Read {
    let mut header = tar::Header::new_ustar();
    header.set_path("zeros").unwrap();
    header.set_size((mebibytes as u64) << 20);
    header.set_cksum();
    let block = gzip(&vec![0; 1 << 20]);
    let first = gzip(header.as_bytes());
    let end = Cursor::new(gzip(&[0; 1024]));
    Cursor::new(first).chain(Repeat { block, left: mebibytes, at: 0 }).chain(end)
}

/// The same bytes again and again: members of a gzip file may follow one another.
struct Repeat {
    block: Vec<u8>,
    left: usize,
    at: usize,
}

impl Read for Repeat {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let count = (&self.block[self.at..]).read(buffer)?;
        self.at += count;
        if self.at == self.block.len() {
            (self.at, self.left) = (0, self.left - 1);
        }
        Ok(count)
    }
}

const TAR_GZ: ArchiveKind = ArchiveKind::Members(Container::TarGz);

#[test]
fn ten_gigabytes_of_zeros() {
    let start = |mut reader: &mut dyn Read| {
        let mut start = Vec::new();
        (&mut reader).take(START as u64).read_to_end(&mut start).unwrap();
        start
    };
    // By the ratio, long before its end.
    let bytes = start(&mut bomb(10_000));
    let mut reader = Counting { inner: bomb(10_000), count: 0 };
    let contents = file(&bytes, &mut reader, &mut Budget::default());
    incomplete(&contents, "unpacks to more than 256 times its size");
    assert!(reader.count < 1 << 20, "{} bytes were read", reader.count);
    // By the bytes, where the ratio is not looked at.
    let limits = Limits { ratio: u64::MAX, bytes: 100 << 20, ..Limits::default() };
    let mut budget = Budget::new(limits);
    let contents = file(&bytes, &mut bomb(10_000), &mut budget);
    incomplete(&contents, "unpack to more than 104857600 bytes");
    // The budget is for all files together.
    let contents = file(&bytes, &mut bomb(1), &mut budget);
    incomplete(&contents, "unpack to more than");
    // What is small enough is looked at to its end.
    let contents = file(&bytes, &mut bomb(20), &mut Budget::default());
    assert_eq!((contents.archive, contents.incomplete), (Some(TAR_GZ), None));
}

#[test]
fn a_zip_with_a_bomb_in_it() {
    let zeros = vec![0; 80 << 20];
    // Only who unpacks it all knows that nothing else is hidden in the packed bytes.
    incomplete(&look(&zip(&[("zeros", &zeros)])), "more than 256 times its size");
    assert_eq!(look(&zip(&[("zeros", &zeros[..60 << 20])])).incomplete, None);
    let bytes = gzip(&zip(&[("zeros.tar", &tar(&[("zeros", &zeros)]))]));
    incomplete(&look(&bytes), "more than 256 times its size");
}

#[test]
fn too_many_members() {
    let names: Vec<String> = (0..50).map(|number| format!("{number}")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (&name[..], &b"text"[..])).collect();
    for bytes in [zip(&members), tar(&members)] {
        assert_eq!(
            look_within(&bytes, Limits { members: 50, ..Limits::default() }).incomplete,
            None
        );
        let contents = look_within(&bytes, Limits { members: 49, ..Limits::default() });
        incomplete(&contents, "more than 49 members");
    }
}

#[test]
fn cut_off_anywhere() {
    let text: String = (0..3000).map(|number| format!("line {number}\n")).collect();
    let members: &[(&str, &[u8])] = &[("a.txt", text.as_bytes()), ("C.class", CLASS)];
    for whole in [zip(members), gzip(&tar(members))] {
        assert_eq!(look(&whole).incomplete, None);
        for end in (20..whole.len()).step_by(7) {
            let contents = look(&whole[..end]);
            assert!(contents.incomplete.is_some(), "cut off at {end} of {}", whole.len());
        }
    }
    let whole = tar(members);
    for end in (513..whole.len() - 1024).step_by(101) {
        assert!(look(&whole[..end]).incomplete.is_some(), "cut off at {end}");
    }
}

#[test]
fn what_is_hidden_from_a_stream() {
    // Behind the end.
    let both = [tar(&[("a", b"text")]), tar(&[("C.class", CLASS)])].concat();
    incomplete(&look(&both), "follows the end of the tar");
    let zipped = [zip(&[("a", b"text")]), CLASS.to_vec()].concat();
    incomplete(&look(&zipped), "something comes after its end");
    // Between the members.
    let mut zipped = zip(&[("a", b"text"), ("b", b"text")]);
    let second = memchr::memmem::rfind(&zipped, b"PK\x03\x04").unwrap();
    zipped.splice(second..second, CLASS.iter().copied());
    incomplete(&look(&zipped), "something before, between or behind its members");
    // In the directory only, and not there.
    let mut renamed = zip(&[("a", b"text"), ("b", b"text")]);
    let listed = memchr::memmem::rfind(&renamed, b"PK\x01\x02").unwrap();
    renamed[listed + 46] = b'c';
    incomplete(&look(&renamed), "two names");
}

#[test]
fn a_tar_of_two_minds() {
    let world = World::new();
    // A PAX header gives the next member another size than its own header does.
    let mut builder = tar::Builder::new(Vec::new());
    builder.append_pax_extensions([("size", &b"0"[..])]).unwrap();
    let mut header = tar::Header::new_ustar();
    header.set_size(CLASS.len() as u64);
    builder.append_data(&mut header, "a", CLASS).unwrap();
    incomplete(&look(&builder.into_inner().unwrap()), "two sizes");
    drop(world);
}

#[test]
fn names_longer_than_memory_should_be() {
    let mut builder = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    let name = vec![b'a'; 1 << 20];
    header.set_size(name.len() as u64);
    header.set_cksum();
    builder.append(&header, &name[..]).unwrap();
    incomplete(&look(&builder.into_inner().unwrap()), "more than 65536 bytes in a header");
}

#[test]
fn an_xz_that_asks_for_a_gibibyte() {
    if !program_for("an_xz_that_asks_for_a_gibibyte", "xz") {
        return;
    }
    let world = tree();
    world.run("xz", &["-k", "--lzma2=preset=0,dict=1GiB", "t/README"]).ok();
    incomplete(&made(&world, "t/README.xz"), "cannot be read to its end");
    world.run("xz", &["-kf", "-9e", "t/README"]).ok();
    assert_eq!(made(&world, "t/README.xz").incomplete, None);
}

/// A good archive of each kind that is looked into, with a class in it.
fn archives() -> Vec<Vec<u8>> {
    let members: &[(&str, &[u8])] = &[("text", b"some text"), ("b/C.class", CLASS)];
    let packed = |mut command: std::process::Command, bytes: &[u8]| {
        use std::process::Stdio;
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(bytes).unwrap();
        child.wait_with_output().unwrap().stdout
    };
    let tar = tar(members);
    let mut all = vec![zip(members), gzip(&tar), gzip(&zip(members))];
    for program in ["xz", "bzip2"] {
        if program_for("archives_with_wrong_bytes", program) {
            all.push(packed(std::process::Command::new(program), &tar));
        }
    }
    all.push(tar);
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn archives_with_wrong_bytes(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        static ARCHIVES: std::sync::LazyLock<Vec<Vec<u8>>> = std::sync::LazyLock::new(archives);
        let mut bytes = which.get(&ARCHIVES).clone();
        for (at, byte) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        let limits = Limits { bytes: 4 << 20, members: 1000, ..Limits::default() };
        let contents = look_within(&bytes, limits);
        if changes.is_empty() {
            prop_assert!(contents.has_compiled() && contents.incomplete.is_none());
        }
    }
}
