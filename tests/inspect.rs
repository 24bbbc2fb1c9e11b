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
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plusone::inspect::compiled::{Compiled, Linked, sniff};
use plusone::inspect::{Budget, START, file};
use proptest::prelude::*;
use support::{World, program_for, root};

fn start(path: &Path) -> Vec<u8> {
    let mut start = Vec::new();
    File::open(path).unwrap().take(START as u64).read_to_end(&mut start).unwrap();
    start
}

fn name(path: &Path) -> Option<String> {
    sniff(&start(path)).map(|found| found.name().into_owned())
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
        .args(["--no-pad", "--print0", "--separator", "", "--files-from", "-"])
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
    lines.map(|(path, text)| (path.into(), described(text))).collect()
}

/// Without what the permissions of the file add.
fn described(text: &str) -> String {
    let text = text.trim();
    let modes = ["setuid ", "setgid ", "sticky "];
    modes.iter().fold(text, |text, mode| text.strip_prefix(mode).unwrap_or(text)).to_owned()
}

/// What `file` calls compiled code: only what it is certain about.
fn is_compiled(said: &str) -> bool {
    let words = [
        "ELF ",
        "current ar archive",
        "Java jmod module",
        "Java module image",
        "Intel amd64 COFF object file",
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
    let ends = [".a", ".o", ".pyc", ".jmod", ".jar", ".exe", ".dll", ".bin", ".elc", ".gz", ".go"];
    let binary = |name: &str| {
        name.contains(".so") || ends.iter().any(|end| name.ends_with(end)) || name == "modules"
    };
    let mut paths = files(Path::new("/usr/lib"), &binary);
    paths.extend(files(Path::new("/usr/bin"), &|_| true));
    let said = said(&paths);
    assert!(said.len() > 100, "only {} files", said.len());
    let mut wrong = Vec::new();
    for (path, said) in said {
        // glibc leaves archives of nothing where a library was.
        if fs::metadata(&path).unwrap().len() == b"!<arch>\n".len() as u64 {
            continue;
        }
        let found = sniff(&start(&path));
        if found.is_some() != is_compiled(&said) || found.is_some_and(|it| !agrees(it, &said)) {
            wrong.push(format!("{}: {found:?}, but file says {said}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether the words of `file` mean the same, where they can be compared.
fn agrees(found: Compiled, said: &str) -> bool {
    match found {
        Compiled::Elf(Linked::Object) => said.contains(" relocatable"),
        Compiled::Elf(Linked::Core) => said.contains(" core file"),
        // A library that can be run as a program is one or the other.
        Compiled::Elf(Linked::Executable) => {
            said.contains(" executable") || said.contains(" interpreter ")
        }
        Compiled::Elf(Linked::SharedLibrary) => {
            said.contains(" shared object") || said.contains("static-pie")
        }
        Compiled::Elf(Linked::Other) => said.starts_with("ELF "),
        Compiled::Windows { managed, library } => {
            said.starts_with("PE32")
                && said.contains("(DLL)") == library
                && said.contains(".Net assembly") == managed
        }
        Compiled::JavaClass { .. } => said.starts_with("compiled Java class"),
        Compiled::Python { .. } => said.to_lowercase().contains("byte-compiled"),
        _ => true,
    }
}

#[test]
fn sources_are_never_compiled_code() {
    let mut count = 0;
    let mut wrong = Vec::new();
    let own = ["src", "tests", "benches", "fuzz"].map(|name| root().join(name));
    let python: PathBuf = "/usr/lib/python3".into();
    let text = |name: &str| !name.ends_with(".pyc") && !name.contains(".so");
    for directory in ["/usr/include".into(), "/usr/share/perl".into(), python].iter().chain(&own) {
        for path in files(directory, &text) {
            let mut untouched = Untouched;
            let contents = file(&start(&path), &mut untouched, &mut Budget::default());
            count += 1;
            if contents != Default::default() && !is_data(&path) {
                wrong.push(format!("{}: {contents:?}", path.display()));
            }
        }
    }
    assert!(count > 100, "only {count} files");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A reader that must not be read.
struct Untouched;

impl Read for Untouched {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        panic!("an ordinary file was read beyond its start");
    }
}

/// What is no text in those directories, by name.
fn is_data(path: &Path) -> bool {
    let ends = ["exe", "dll", "gz", "zip", "whl", "jar"];
    path.extension().is_some_and(|end| ends.contains(&&*end.to_string_lossy()))
}

#[test]
#[cfg(target_os = "linux")] // elsewhere it makes other formats
fn what_gcc_makes() {
    let test = "what_gcc_makes";
    if !program_for(test, "gcc") || !program_for(test, "ar") {
        return;
    }
    let world = World::new();
    world.write("a.c", "int main(void) { return 0; }\n");
    world.run("gcc", &["-c", "a.c", "-o", "a.o"]).ok();
    world.run("gcc", &["a.c", "-o", "a"]).ok();
    world.run("gcc", &["-no-pie", "a.c", "-o", "a-no-pie"]).ok();
    world.run("gcc", &["-shared", "-fPIC", "a.c", "-o", "liba.so"]).ok();
    world.run("gcc", &["-x", "c-header", "a.c", "-o", "a.h.gch"]).ok();
    world.run("ar", &["qS", "bare.a", "a.o"]).ok();
    world.run("sh", &["-c", "cp a.o an-object-with-a-name-longer-than-fifteen.o"]).ok();
    world.run("ar", &["qS", "long.a", "an-object-with-a-name-longer-than-fifteen.o"]).ok();
    world.run("ar", &["rcs", "liba.a", "a.o"]).ok();
    world.run("ar", &["rcsT", "thin.a", "a.o"]).ok();
    world.run("ar", &["qS", "text.a", "a.c"]).ok();
    let expected = [
        ("a.o", Some("ELF object file")),
        ("a", Some("ELF executable")),
        ("a-no-pie", Some("ELF executable")),
        ("liba.so", Some("ELF shared object")),
        ("a.h.gch", Some("GCC precompiled header")),
        ("bare.a", Some("static library (ar archive)")),
        ("long.a", Some("static library (ar archive)")),
        ("liba.a", Some("static library (ar archive)")),
        ("thin.a", None),
        ("text.a", None),
    ];
    for (path, expected) in expected {
        assert_eq!(name(&world.repo(path)).as_deref(), expected, "{path}");
    }
}

#[test]
fn what_javac_makes() {
    if !program_for("what_javac_makes", "javac") {
        return;
    }
    let world = World::new();
    world.write("A.java", "public class A { int a = 1; }\n");
    for (release, expected) in [("8", "Java class (Java 8)"), ("17", "Java class (Java 17)")] {
        world.run("javac", &["-nowarn", "--release", release, "A.java"]).ok();
        assert_eq!(name(&world.repo("A.class")).unwrap(), expected);
    }
}

#[test]
fn what_python_compiles() {
    let test = "what_python_compiles";
    if !program_for(test, "python3") {
        return;
    }
    let world = World::new();
    world.write("a.py", "def a():\n    return 1\n");
    world.write("empty.py", "");
    let script = "import py_compile, sys\n\
        py_compile.compile(sys.argv[1], cfile='a.pyc', doraise=True)\n\
        print('Python %d.%d bytecode' % sys.version_info[:2])\n";
    let mut known = vec!["python3".to_owned(), "python2.7".to_owned()];
    known.extend((5..16).map(|minor| format!("python3.{minor}")));
    for python in known {
        for source in ["a.py", "empty.py"] {
            let mut command = world.command(&python);
            // Where there are several Pythons they may be behind pyenv, which looks at its root.
            command.env("HOME", std::env::var_os("HOME").unwrap_or_default());
            command.env("PYENV_VERSION", pyenv_version(&python));
            let Ok(output) = command.args(["-c", script, source]).output() else { continue };
            if !output.status.success() {
                assert_ne!(python, "python3", "{}", String::from_utf8_lossy(&output.stderr));
                continue;
            }
            let expected = String::from_utf8(output.stdout).unwrap();
            let found = name(&world.repo("a.pyc"));
            assert_eq!(found.as_deref(), Some(expected.trim()), "{python} {source}");
        }
    }
}

/// What pyenv calls the newest of these that it has.
fn pyenv_version(python: &str) -> String {
    let version = python.trim_start_matches("python");
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let Ok(entries) = fs::read_dir(home.join(".pyenv/versions")) else { return String::new() };
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| name.starts_with(&format!("{version}."))).collect();
    names.sort();
    names.pop().unwrap_or_default()
}

/// Bytes of a header padded with zeros, as these are never text.
fn padded(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = parts.concat();
    bytes.resize(bytes.len().max(512), 0);
    bytes
}

#[test]
fn headers_written_by_hand_from_the_specifications() {
    let mach = |magic: &[u8], kind: u8| {
        // mach/loader.h: magic, cputype (arm64), cpusubtype, filetype
        padded(&[magic, &[12, 0, 0, 1], &[0; 4], &[kind, 0, 0, 0]])
    };
    // mach/loader.h, big-endian: PowerPC object
    let power = padded(&[&[0xfe, 0xed, 0xfa, 0xce, 0, 0, 0, 18, 0, 0, 0, 0, 0, 0, 0, 1]]);
    // mach-o/fat.h: two parts; x86_64 at 16 KiB, aligned to 2^14
    let fat = padded(&[
        &[0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2],
        &[1, 0, 0, 7, 0, 0, 0, 3, 0, 0, 0x40, 0, 0, 0, 0x80, 0, 0, 0, 0, 14],
    ]);
    // PE Format: `e_lfanew` at 0x3c; machine x86-64, characteristics at 22, optional header at 24,
    // its magic PE32+, 112 bytes before the directories
    let windows = |characteristics: [u8; 2], runtime: u8| {
        let mut bytes = vec![0; 1024];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x80;
        bytes[0x80..0x86].copy_from_slice(b"PE\0\0\x64\x86");
        bytes[0x80 + 22..0x80 + 24].copy_from_slice(&characteristics);
        bytes[0x80 + 24..0x80 + 26].copy_from_slice(&[0x0b, 2]);
        bytes[0x80 + 24 + 112 + 14 * 8] = runtime;
        bytes
    };
    // The DOS header: 0x50 bytes on the last of 3 pages, 4 paragraphs, relocations at 0x40
    let mut dos = padded(&[b"MZ\x50\0\x03\0\0\0\x04\0"]);
    dos[0x18] = 0x40;
    // PE Format, "COFF File Header": x86-64, 1 section, symbols at 0x100, `.text`
    let coff = padded(&[
        &[0x64, 0x86, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0],
        b".text\0\0\0",
    ]);
    // PE Format, "Import Header"
    let import = padded(&[&[0, 0, 0xff, 0xff, 0, 0, 0x64, 0x86]]);
    let beam = padded(&[b"FOR1\0\0\x02\0BEAMAtU8\0\0\0\x10"]);
    let cases: [(&[u8], &str); 31] = [
        (&mach(b"\xcf\xfa\xed\xfe", 2), "Mach-O executable"),
        (&mach(b"\xcf\xfa\xed\xfe", 6), "Mach-O library"),
        (&mach(b"\xcf\xfa\xed\xfe", 8), "Mach-O library"),
        (&mach(b"\xce\xfa\xed\xfe", 1), "Mach-O object file"),
        (&power, "Mach-O object file"),
        (&fat, "Mach-O universal binary (2 processors)"),
        (&windows([0x22, 0], 0), "Windows executable (PE)"),
        (&windows([0x22, 0x20], 0), "Windows DLL (PE)"),
        (&windows([0x22, 0x20], 1), ".NET assembly (PE)"),
        (&dos, "DOS or 16-bit Windows executable (MZ)"),
        (&coff, "COFF object file"),
        (&import, "COFF object file"),
        // WebAssembly Core Specification, 5.5.16
        (b"\0asm\x01\0\0\0", "WebAssembly module"),
        // "Dalvik Executable format", DEX_FILE_MAGIC
        (b"dex\n035\0", "Dalvik bytecode (dex)"),
        (b"dex\n039\0", "Dalvik bytecode (dex)"),
        (b"dey\n036\0", "optimised Dalvik bytecode (odex)"),
        // "LLVM Bitcode File Format": Magic Numbers, Wrapper Format
        (b"BC\xc0\xde\x35\x14\0\0", "LLVM bitcode"),
        (b"\xde\xc0\x17\x0b\0\0\0\0", "LLVM bitcode"),
        (&beam, "Erlang BEAM module"),
        // lua 5.3, lundump.h: LUA_SIGNATURE, LUAC_VERSION, LUAC_FORMAT, LUAC_DATA
        (b"\x1bLua\x53\0\x19\x93\r\n\x1a\n\x04\x08", "Lua 5.3 bytecode"),
        (b"\x1bLua\x54\0\x19\x93\r\n\x1a\n\x04\x08", "Lua 5.4 bytecode"),
        // LuaJIT, lj_bcdump.h
        (b"\x1bLJ\x02\x0a\x05", "LuaJIT bytecode"),
        // Emacs, bytecomp.el: byte-compile-insert-header
        (b";ELC\x1b\0\0\0\n;;; Compiled\n", "Emacs Lisp bytecode"),
        // "SWF File Format Specification", chapter 2
        (b"FWS\x06\x40\x01\0\0\x78\0\x05", "Flash program (swf)"),
        (b"CWS\x09\x40\x01\0\0\x78\xda\xed", "Flash program (swf)"),
        // OCaml, utils/config.ml: cmo_magic_number
        (b"Caml1999O031\0\0\x04\xd2", "OCaml compiled unit"),
        // JSR 200, the header
        (b"\xca\xfe\xd0\x0d\x07\x96\0\x10\x02\x01", "packed Java classes (pack200)"),
        // rustc_metadata, METADATA_HEADER
        (b"rust\0\0\0\x09\0\0\x10\0", "Rust metadata (rmeta)"),
        // The JVM Specification, 4.1; 65535 marks a preview feature
        (b"\xca\xfe\xba\xbe\xff\xff\0\x41\0\x10\x0a\0\x02", "Java class (Java 21)"),
        (b"\xca\xfe\xba\xbe\0\x03\0\x2d\0\x10\x0a\0\x02", "Java class (Java 1.1)"),
        (b"\xca\xfe\xba\xbe\0\0\0\x30\0\x10\x0a\0\x02", "Java class (Java 1.4)"),
    ];
    for (bytes, expected) in cases {
        let found = sniff(bytes).map(|found| found.name().into_owned());
        assert_eq!(found.as_deref(), Some(expected), "{:?}", &bytes[..bytes.len().min(32)]);
    }
}

#[test]
fn what_is_none_though_it_begins_so() {
    let cases: [&[u8]; 14] = [
        b"",
        b"M",
        b"MZ",
        b"MZ is how programs for DOS begin; see below.\n",
        b"BEAM",
        b"FOR1 abcdBEAM and more text",
        b"Caml1999O is what cmo files begin with\n",
        b"CWS are abbreviations\n",
        b"\x1bLua",
        b"\x7fELF",
        b"\x7fELF is the magic\n",
        b"\xca\xfe\xba\xbe",
        // Two letters, carriage return, line feed: 2573 is a number of PyPy's, 3338 is Python 3.5's.
        b"\x0a\x0a\r\nccccccccccccccccccccccccccccccc\r\n",
        b"U\r\r\nccccccccccccccccccccccccccccccccc\r\n",
    ];
    for bytes in cases {
        assert_eq!(sniff(bytes), None, "{bytes:?}");
    }
}

/// So many cases; a failure prints its input, which becomes a test of its own.
fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { cases: count, failure_persistence: None, ..ProptestConfig::default() }
}

/// The letters that formats begin with, as far as they are text.
const BEGINNINGS: &[&str] = &[
    "MZ",
    "BEAM",
    "FOR1",
    "FOR1abcdBEAM",
    "!<arch>\n",
    "<bigaf>\n",
    "dex\n035",
    "BC",
    ";ELC",
    "FWS",
    "CWS",
    "ZWS",
    "Caml1999O031",
    "CPCH",
    "gpch",
    "YARB",
    "# FASL\n",
    "DXBC",
    "JM",
    "rust",
    "\u{1b}Lua",
    "\u{1b}LJ",
    "U\r\r\n",
    "BZh9",
    "PK",
    "Rar!",
    "7z",
    "070701",
    "#!/bin/sh\n",
    "hsqs",
    "Cr24",
    "",
];

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn text_is_never_compiled_code(
        beginning in prop::sample::select(BEGINNINGS),
        text in "[ -~\t\n\r\u{a0}-\u{2fff}]{0,700}",
    ) {
        let text = format!("{beginning}{text}");
        prop_assert_eq!(sniff(text.as_bytes()), None);
    }

    #[test]
    fn no_bytes_bring_it_down(
        beginning in prop::sample::select(vec![
            &b"MZ"[..], b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"!<arch>\n", b"PK\x03\x04",
            b"\x1f\x8b\x08\0", b"BZh91AY&SY", b"\xfd7zXZ\0", b"070701", b"\x1f\x8b\x08\x1c", b"", b"Caml1999",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..1500),
    ) {
        let bytes = [beginning, &bytes].concat();
        let contents = file(&bytes, &mut &bytes[..], &mut Budget::default());
        prop_assert!(contents.inside.len() as u64 <= contents.inside_count);
    }
}
