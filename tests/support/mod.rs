//! What several tests share: the corpus, and a world of their own for the program to run in.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "each test uses its part; tests touch the outside, and a panic is how they fail"
)]

pub mod browser;
pub mod gpg;
pub mod passed;
pub mod svn;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The fingerprint of the key in `tests/fixtures/keys/jane.secret.asc`, a throw-away key that signs
/// nothing but tests.
pub const JANE: &str = "026C42E54EACA43DBD3E37BE2BD8343396AF737C";

/// Returns the directory of real-world examples: `PLUSONE_CORPUS`, or `../shared/corpus` beside the
/// repository.
pub fn corpus() -> Option<PathBuf> {
    let path = corpus_path();
    path.is_dir().then_some(path)
}

/// Returns the corpus, or records that the test was not run for want of it.
pub fn corpus_for(test: &str) -> Option<PathBuf> {
    let found = corpus();
    if found.is_none() {
        not_run(test, &format!("no corpus at {}", corpus_path().display()));
    }
    found
}

/// Whether a program is there; records that the test was not run if it is not.
pub fn program_for(test: &str, program: &str) -> bool {
    let there = Command::new("sh")
        .args(["-c", "command -v \"$1\" >/dev/null", "sh", program])
        .status()
        .unwrap()
        .success();
    if !there {
        not_run(test, &format!("the program {program} is not installed"));
    }
    there
}

/// Records what could not be run, for the summary that `tests/run.sh` prints at the end.
pub fn not_run(test: &str, why: &str) {
    eprintln!("not run: {test}: {why}");
    if let Some(list) = std::env::var_os("PLUSONE_NOT_RUN") {
        let mut list = fs::OpenOptions::new().append(true).create(true).open(list).unwrap();
        writeln!(list, "{test}: {why}").unwrap();
    }
}

fn corpus_path() -> PathBuf {
    match std::env::var_os("PLUSONE_CORPUS") {
        Some(path) => path.into(),
        None => root().join("../shared/corpus"),
    }
}

/// The root of this repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A home, a GnuPG home and a git repository of their own, cut off from the machine's.
pub struct World {
    directory: TempDir,
    /// Variables on top of the fixed ones, for every program.
    pub variables: Vec<(String, String)>,
}

/// What a program did.
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// The result as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}\n{}", self.stdout, self.stderr))
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 0, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Asserts that it failed this way, saying these words.
    #[track_caller]
    pub fn fails(self, status: i32, words: &[&str]) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "no {word:?} in:\n{}", self.stderr);
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }
}

impl World {
    /// An empty world. Its path is short, for the sockets of gpg-agent.
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("po").tempdir_in("/tmp").unwrap();
        for name in ["home", "gnupg", "repo"] {
            fs::create_dir(directory.path().join(name)).unwrap();
        }
        let private = fs::Permissions::from_mode(0o700);
        fs::set_permissions(directory.path().join("gnupg"), private).unwrap();
        Self { directory, variables: Vec::new() }
    }

    /// A world with a project in its repository and Jane's key in its GnuPG home.
    pub fn with_project() -> Self {
        let world = Self::new();
        world.import_jane();
        world.git(&["init", "-q", "-b", "main"]);
        world.write("LICENSE", "the licence\n");
        world.write("NOTICE", "Apache Demo\nCopyright 2026 The Apache Software Foundation\n");
        world.write("README.md", "# Demo\n");
        world.write("src/main.c", "int main(void) { return 0; }\n");
        world.write("build.sh", "#!/bin/sh\n");
        world.make_executable("build.sh");
        world.write("plusone.toml", "[project]\nname = \"demo\"\n");
        world.commit("first");
        world.git(&["tag", "v1.2.0-rc1"]);
        world
    }

    pub fn import_jane(&self) {
        let secret = root().join("tests/fixtures/keys/jane.secret.asc");
        self.run("gpg", &["--batch", "--quiet", "--import", secret.to_str().unwrap()]).ok();
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn repo(&self, name: &str) -> PathBuf {
        self.path("repo").join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.repo(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn make_executable(&self, name: &str) {
        fs::set_permissions(self.repo(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub fn commit(&self, message: &str) {
        self.git(&["add", "-A", "--force"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    pub fn git(&self, words: &[&str]) -> String {
        self.run("git", words).ok().stdout
    }

    /// A command that sees this world only, in its repository.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path("repo"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("HOME", self.path("home"))
            .env("GNUPGHOME", self.path("gnupg"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Jane Doe")
            .env("GIT_AUTHOR_EMAIL", "jane@apache.org")
            .env("GIT_AUTHOR_DATE", "2026-11-20T10:00:00Z")
            .env("GIT_COMMITTER_NAME", "Jane Doe")
            .env("GIT_COMMITTER_EMAIL", "jane@apache.org")
            .env("GIT_COMMITTER_DATE", "2026-11-20T10:00:00Z")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        for (name, value) in &self.variables {
            command.env(name, value);
        }
        command
    }

    pub fn run(&self, program: &str, words: &[&str]) -> Ran {
        ran(self.command(program).args(words))
    }

    pub fn plusone(&self, words: &[&str]) -> Ran {
        ran(self.command(env!("CARGO_BIN_EXE_plusone")).args(words))
    }

    /// Makes an Ed25519 key, which takes no time; returns its fingerprint.
    pub fn new_key(&self, user_id: &str, passphrase: &str, more: &[&str]) -> String {
        let words = [
            &["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", passphrase][..],
            more,
            &["--quick-generate-key", user_id, "ed25519", "sign,cert", "1y"],
        ]
        .concat();
        self.run("gpg", &words).ok();
        let listing = self.run("gpg", &["--batch", "--with-colons", "--list-keys", user_id]).ok();
        let line = listing.stdout.lines().find(|line| line.starts_with("fpr:")).unwrap();
        line.split(':').nth(9).unwrap().to_owned()
    }

    /// Names in the directory, sorted; nothing if it does not exist.
    pub fn names(&self, directory: &Path) -> Vec<String> {
        let Ok(entries) = fs::read_dir(directory) else {
            return Vec::new();
        };
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.command("gpgconf").args(["--kill", "all"]).output();
    }
}

pub fn ran(command: &mut Command) -> Ran {
    let output: Output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    Ran {
        status: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// An authority and a certificate by it for `localhost` and the servers of the ASF.
pub fn certificates(place: &Path) {
    fs::write(place.join("san.cnf"), "subjectAltName=DNS:localhost,DNS:*.apache.org\n").unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    for line in [
        &format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=Test-CA"),
        &format!("req {key} -keyout key.pem -out request.pem -subj /CN=localhost"),
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -set_serial 7 -days 2 -out cert.pem \
         -extfile san.cnf",
    ] {
        let mut openssl = Command::new("openssl");
        openssl.args(line.split_whitespace()).current_dir(place);
        ran(&mut openssl).ok();
    }
}

/// A web server of Python's on 127.0.0.1 that serves a directory until it is dropped.
pub struct Server {
    child: std::process::Child,
    /// Its address, without a final `/`.
    pub url: String,
}

impl Server {
    pub fn new(directory: &Path) -> Self {
        const SCRIPT: &str = "import functools, http.server as h, sys\n\
            handler = functools.partial(h.SimpleHTTPRequestHandler, directory=sys.argv[1])\n\
            server = h.ThreadingHTTPServer(('127.0.0.1', 0), handler)\n\
            print(server.server_port, flush=True)\n\
            server.serve_forever()\n";
        Self::of(SCRIPT, directory)
    }

    /// Another server: a Python script that is given the directory and prints its port.
    pub fn of(script: &str, directory: &Path) -> Self {
        use std::io::BufRead;
        let mut child = Command::new("python3")
            .args(["-c", script])
            .arg(directory)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut port = String::new();
        std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { child, url: format!("http://127.0.0.1:{}", port.trim()) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
