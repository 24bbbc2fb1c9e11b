//! What is left behind in a source tree: told by the path alone, with how sure that is.
//!
//! Only names that no source file bears by its nature are listed: `build`, `dist` or `*.log` are
//! ordinary names in a source tree. Private keys are told by their content, and so are core dumps
//! (by `compiled`).

use Certainty::{Certain, Suspicious};

use super::START;

/// How sure it is that something was left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Some projects have it on purpose.
    Suspicious,
    /// Nobody has it in a source release on purpose.
    Certain,
}

/// Something that was left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leftover<'a> {
    /// The path up to what is left behind: `a/.git` of `a/.git/HEAD`, so that a directory full of
    /// leftovers can be told once.
    pub root: &'a [u8],
    /// How sure that is.
    pub certainty: Certainty,
    /// What it is, in words that follow "is": `git's own data`.
    pub reason: &'static str,
}

/// Tells whether a path is, or lies in, something left behind. The path is relative to the
/// archive's top directory, with `/` between its parts.
///
/// In a directory for tests some are never certain: a test of a tool for git may need a `.git`.
pub fn why(path: &[u8], is_directory: bool) -> Option<Leftover<'_>> {
    let mut in_tests = false;
    let mut from = 0;
    loop {
        let slash = memchr::memchr(b'/', &path[from..]).map(|at| from + at);
        let end = slash.unwrap_or(path.len());
        let (name, below) = (&path[from..end], path.get(end + 1..).unwrap_or_default());
        let found = if slash.is_some() || is_directory {
            directory(name, below, from == 0).map(|(certainty, reason)| {
                let on_purpose = in_tests && may_be_test_data(name);
                (if on_purpose { Suspicious } else { certainty }, reason)
            })
        } else {
            file(name, in_tests)
        };
        if let Some((certainty, reason)) = found {
            return Some(Leftover { root: &path[..end], certainty, reason });
        }
        in_tests |= is_test_directory(name);
        from = slash? + 1;
    }
}

/// Tells whether a file holds a private key, by its first bytes; keys in directories for tests are
/// there on purpose.
pub fn private_key<'a>(path: &'a [u8], start: &[u8]) -> Option<Leftover<'a>> {
    let start = &start[..start.len().min(START)];
    let parents = memchr::memrchr(b'/', path).map_or(&path[..0], |slash| &path[..slash]);
    if !holds_private_key(start) || parents.split(|&byte| byte == b'/').any(is_test_directory) {
        return None;
    }
    let reason = "a private key";
    Some(Leftover { root: path, certainty: Certainty::Suspicious, reason })
}

/// A line `-----BEGIN … PRIVATE KEY-----`, or OpenPGP's `… PRIVATE KEY BLOCK-----`, and within the
/// next lines one of the key itself: a text that only speaks of keys has none.
fn holds_private_key(start: &[u8]) -> bool {
    memchr::memmem::find_iter(start, b" PRIVATE KEY").any(|at| {
        let line = memchr::memrchr(b'\n', &start[..at]).map_or(0, |end| end + 1);
        let mut lines = start[line..].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
        let header = lines.next().unwrap_or_default();
        let ends = [&b" PRIVATE KEY-----"[..], b" PRIVATE KEY BLOCK-----"];
        header.starts_with(b"-----BEGIN ")
            && ends.iter().any(|end| header.ends_with(end))
            && lines.take(8).any(is_base64)
    })
}

fn is_base64(line: &[u8]) -> bool {
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    line.len() >= 40 && line.iter().all(is_digit)
}

fn is_test_directory(name: &[u8]) -> bool {
    const NAMES: [&str; 12] = [
        "test",
        "tests",
        "testing",
        "testdata",
        "test-data",
        "test_data",
        "testcases",
        "fixture",
        "fixtures",
        "spec",
        "specs",
        "it",
    ];
    const ENDS: [&str; 5] = ["-test", "-tests", "_test", "_tests", "-it"];
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|other| name == other.as_bytes())
        || ENDS.iter().any(|end| name.ends_with(end.as_bytes()))
}

/// Directories that tests of tools for such directories are made of.
fn may_be_test_data(name: &[u8]) -> bool {
    const NAMES: [&str; 9] = [
        ".git",
        ".svn",
        ".hg",
        ".bzr",
        "_darcs",
        "CVS",
        "node_modules",
        "bower_components",
        "target",
    ];
    NAMES.iter().any(|other| name == other.as_bytes()) || name.ends_with(b".egg-info")
}

const DIRECTORIES: &[(&str, Certainty, &str)] = &[
    (".git", Certain, "git's own data"),
    (".svn", Certain, "Subversion's own data"),
    (".hg", Certain, "Mercurial's own data"),
    (".bzr", Certain, "Bazaar's own data"),
    ("_darcs", Certain, "darcs' own data"),
    ("node_modules", Certain, "packages that npm fetched"),
    ("bower_components", Certain, "packages that bower fetched"),
    ("__pycache__", Certain, "Python's cache of bytecode"),
    (".tox", Certain, "tox's environments"),
    (".nox", Certain, "nox's environments"),
    (".venv", Certain, "a Python environment"),
    (".eggs", Certain, "packages that setuptools fetched"),
    (".pytest_cache", Certain, "pytest's cache"),
    (".mypy_cache", Certain, "mypy's cache"),
    (".ruff_cache", Certain, "ruff's cache"),
    (".hypothesis", Certain, "hypothesis' database"),
    (".ipynb_checkpoints", Certain, "Jupyter's copies"),
    (".gradle", Certain, "Gradle's cache"),
    (".terraform", Certain, "Terraform's cache"),
    ("CMakeFiles", Certain, "CMake's build data"),
    ("autom4te.cache", Certain, "autoconf's cache"),
    (".plusone", Certain, "plusone's ledger of the release"),
    ("__MACOSX", Certain, "what macOS adds to a zip"),
    (".Trashes", Certain, "macOS' waste basket"),
    (".Spotlight-V100", Certain, "macOS' search index"),
    (".fseventsd", Certain, "macOS' log of changes"),
    ("$RECYCLE.BIN", Certain, "Windows' waste basket"),
    (".idea", Suspicious, "IntelliJ IDEA's settings"),
    (".vscode", Suspicious, "Visual Studio Code's settings"),
    (".vs", Suspicious, "Visual Studio's settings"),
    (".settings", Suspicious, "Eclipse's settings"),
    (".metadata", Suspicious, "Eclipse's workspace"),
];

/// What a file is called that is left behind: the whole name, its beginning, its end, or both.
const FILES: &[(&str, Certainty, &str)] = &[
    (".git", Certain, "git's pointer to its data elsewhere"),
    (".DS_Store", Certain, "macOS' notes on a folder"),
    ("._*", Certain, "what macOS keeps beside a file"),
    ("Thumbs.db", Certain, "Windows' small pictures"),
    ("ehthumbs.db", Certain, "Windows' small pictures"),
    ("desktop.ini", Certain, "Windows' notes on a folder"),
    ("*~", Certain, "an editor's backup"),
    ("*.swp", Certain, "vim's working copy"),
    ("*.swo", Certain, "vim's working copy"),
    ("#*#", Certain, "Emacs' working copy"),
    (".#*", Certain, "Emacs' lock"),
    (".nfs0*", Certain, "a file that was open when it was deleted"),
    ("*.rej", Certain, "a piece that patch could not apply"),
    ("*.orig", Suspicious, "what patch or a merge keeps of a file"),
    ("*.bak", Suspicious, "a backup"),
    ("pom.xml.releaseBackup", Certain, "the Maven release plugin's backup"),
    ("pom.xml.versionsBackup", Certain, "the Maven versions plugin's backup"),
    ("pom.xml.tag", Certain, "the Maven release plugin's working copy"),
    ("pom.xml.next", Certain, "the Maven release plugin's working copy"),
    ("release.properties", Suspicious, "the Maven release plugin's notes"),
    ("hs_err_pid*", Certain, "what Java wrote when it crashed"),
    ("replay_pid*", Certain, "what Java wrote when it crashed"),
    ("*.hprof", Suspicious, "a dump of Java's memory"),
    ("npm-debug.log*", Certain, "npm's log"),
    ("yarn-error.log", Certain, "yarn's log"),
    ("nohup.out", Certain, "nohup's log"),
    (".eslintcache", Certain, "ESLint's cache"),
    (".coverage", Suspicious, "Python's coverage data"),
    ("CMakeCache.txt", Certain, "CMake's build data"),
    ("config.status", Suspicious, "configure's result"),
    (".bash_history", Certain, "a shell's history"),
    (".python_history", Certain, "Python's history"),
    ("*.iml", Suspicious, "IntelliJ IDEA's settings"),
];

/// Files that hold secrets, by their names; in directories for tests they are there on purpose.
const SECRETS: &[(&str, Certainty, &str)] = &[
    ("id_rsa", Suspicious, "an SSH key, by its name"),
    ("id_dsa", Suspicious, "an SSH key, by its name"),
    ("id_ecdsa", Suspicious, "an SSH key, by its name"),
    ("id_ed25519", Suspicious, "an SSH key, by its name"),
    ("secring.gpg", Suspicious, "a GnuPG key ring with private keys, by its name"),
    (".netrc", Suspicious, "passwords of network programs, by its name"),
    (".pypirc", Suspicious, "passwords of Python's package index, by its name"),
];

type Judged = (Certainty, &'static str);

fn directory(name: &[u8], below: &[u8], is_first: bool) -> Option<Judged> {
    match name {
        b"target" => return target(below, is_first),
        b"CVS" => {
            let own = [&b"Root"[..], b"Entries", b"Repository"].contains(&below);
            return Some((if own { Certain } else { Suspicious }, "CVS' own data"));
        }
        b"venv" | b"env" | b"virtualenv" if below == b"pyvenv.cfg" => {
            return Some((Certain, "a Python environment"));
        }
        _ if name.ends_with(b".egg-info") => {
            return Some((Certain, "what setuptools writes when it builds"));
        }
        _ => {}
    }
    let found = DIRECTORIES.iter().find(|(known, ..)| name == known.as_bytes());
    found.map(|&(_, certainty, reason)| (certainty, reason))
}

/// Maven, sbt and Cargo build into `target`; but it is a word, and a package's name. What they put
/// there tells.
fn target(below: &[u8], is_first: bool) -> Option<Judged> {
    const SIGNS: [&str; 8] = [
        "test-classes",
        "generated-sources",
        "maven-archiver",
        "maven-status",
        "surefire-reports",
        "failsafe-reports",
        "CACHEDIR.TAG",
        ".rustc_info.json",
    ];
    let next = below.split(|&byte| byte == b'/').next().unwrap_or_default();
    let built = [&b".jar"[..], b".war", b".class", b".rlib", b".rmeta"];
    if SIGNS.iter().any(|sign| next == sign.as_bytes())
        || built.iter().any(|end| below.ends_with(end))
    {
        return Some((Certain, "what Maven or Cargo built"));
    }
    let suspicious = is_first || [&b"classes"[..], b"debug", b"release"].contains(&next);
    suspicious.then_some((Suspicious, "what Maven or Cargo built, by its name"))
}

fn file(name: &[u8], in_tests: bool) -> Option<Judged> {
    let secrets = if in_tests { &[] } else { SECRETS };
    let mut known = FILES.iter().chain(secrets);
    let found = known.find(|(pattern, ..)| matches(name, pattern.as_bytes()));
    found.map(|&(_, certainty, reason)| (certainty, reason))
}

/// Whether a name fits a pattern with one `*` at most, which stands for one letter at least.
fn matches(name: &[u8], pattern: &[u8]) -> bool {
    match memchr::memchr(b'*', pattern) {
        None => name == pattern,
        Some(star) => {
            let (start, end) = (&pattern[..star], &pattern[star + 1..]);
            name.len() > start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leftovers_and_where_they_begin() {
        let cases = [
            (".git/HEAD", ".git", Certain),
            ("sub/.git", "sub/.git", Certain),
            ("a/.svn/entries", "a/.svn", Certain),
            (".hg/store", ".hg", Certain),
            ("CVS/Root", "CVS", Certain),
            ("CVS/README", "CVS", Suspicious),
            ("ui/node_modules/a/node_modules/b/index.js", "ui/node_modules", Certain),
            ("src/test/node_modules/a/index.js", "src/test/node_modules", Suspicious),
            ("pkg/__pycache__/a.cpython-311.pyc", "pkg/__pycache__", Certain),
            ("tests/__pycache__/a.pyc", "tests/__pycache__", Certain),
            ("tests/.git/HEAD", "tests/.git", Suspicious),
            (".tox/py3/x", ".tox", Certain),
            ("env/pyvenv.cfg", "env", Certain),
            ("a.egg-info/PKG-INFO", "a.egg-info", Certain),
            ("target/classes/a.properties", "target", Suspicious),
            ("core/target/test-classes/x", "core/target", Certain),
            ("core/target/core-1.0.jar", "core/target", Certain),
            ("target/debug/.fingerprint/x", "target", Suspicious),
            ("target/CACHEDIR.TAG", "target", Certain),
            (".idea/workspace.xml", ".idea", Suspicious),
            (".vscode/settings.json", ".vscode", Suspicious),
            (".DS_Store", ".DS_Store", Certain),
            ("src/test/resources/.DS_Store", "src/test/resources/.DS_Store", Certain),
            ("a/._b.txt", "a/._b.txt", Certain),
            ("__MACOSX/a/._b", "__MACOSX", Certain),
            ("a/Thumbs.db", "a/Thumbs.db", Certain),
            ("a/desktop.ini", "a/desktop.ini", Certain),
            ("a/b.c~", "a/b.c~", Certain),
            ("a/.b.c.swp", "a/.b.c.swp", Certain),
            ("a/#b.c#", "a/#b.c#", Certain),
            ("a/.#b.c", "a/.#b.c", Certain),
            ("a/b.c.orig", "a/b.c.orig", Suspicious),
            ("a/b.c.rej", "a/b.c.rej", Certain),
            ("a/b.bak", "a/b.bak", Suspicious),
            ("pom.xml.releaseBackup", "pom.xml.releaseBackup", Certain),
            ("hs_err_pid4711.log", "hs_err_pid4711.log", Certain),
            ("conf/id_rsa", "conf/id_rsa", Suspicious),
        ];
        for (path, root, certainty) in cases {
            let found = why(path.as_bytes(), false).unwrap_or_else(|| panic!("{path}"));
            assert_eq!((found.root, found.certainty), (root.as_bytes(), certainty), "{path}");
        }
        assert_eq!(why(b"lib/.git", true).unwrap().reason, "git's own data");
        assert_eq!(why(b"target", true).unwrap().certainty, Suspicious);
    }

    #[test]
    fn what_belongs_to_sources() {
        let paths = [
            "",
            "/",
            ".gitignore",
            ".gitattributes",
            ".github/workflows/ci.yml",
            ".asf.yaml",
            "build/Makefile",
            "dist/README",
            "src/main/java/org/example/target/Target.java",
            "src/core",
            "src/target",
            "docs/cvs/Root",
            "~",
            "##",
            "#",
            "._",
            ".#",
            "a.swift",
            "orig",
            "env/README",
            "venv/README",
            "src/key.pem",
            "server.key",
            "tests/keys/id_rsa",
            "core.c",
            "core.1",
            "lib/a.jar",
            "bak",
            ".swp",
            "x/desktop.ini.in",
            "debug.log",
        ];
        for path in paths {
            assert_eq!(why(path.as_bytes(), false), None, "{path}");
        }
        for path in ["src/target", "build", "dist", "bin", "a/.github", "cvs", "test/it"] {
            assert_eq!(why(path.as_bytes(), true), None, "{path}/");
        }
    }

    #[test]
    fn private_keys_by_their_content() {
        let line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n";
        let key = format!("-----BEGIN PRIVATE KEY-----\n{line}");
        let yes = [
            key.clone(),
            format!("-----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n\r\n{line}"),
            format!("some words before\n-----BEGIN OPENSSH PRIVATE KEY-----\n{line}"),
            format!("the PRIVATE KEY:\n-----BEGIN EC PRIVATE KEY-----\n{line}"),
            format!("-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 1\n\n{line}"),
        ];
        for text in yes {
            let found = private_key(b"conf/server.key", text.as_bytes()).expect("a key");
            assert_eq!(found.certainty, Suspicious);
        }
        let no = [
            "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n".to_owned(),
            format!("    match(\"-----BEGIN PRIVATE KEY-----\")\n{line}"),
            format!("-----BEGIN PUBLIC KEY-----\n{line}"),
            format!("-----BEGIN CERTIFICATE-----\n{line}A PRIVATE KEY is not here\n"),
            "-----BEGIN PRIVATE KEY-----".to_owned(),
        ];
        for text in no {
            assert_eq!(private_key(b"conf/server.key", text.as_bytes()), None, "{text}");
        }
        assert_eq!(private_key(b"src/test/resources/server.key", key.as_bytes()), None);
        assert_eq!(private_key(b"tests/server.key", key.as_bytes()), None);
    }
}
