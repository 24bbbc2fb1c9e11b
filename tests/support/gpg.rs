//! The real `gpg` and `sqv`, in homes of their own.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// A throw-away GnuPG home.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        let home = Self(TempDir::with_prefix("plusone-gpg").unwrap());
        // Key generation in tests need not be slow.
        std::fs::write(home.path("gpg-agent.conf"), "disable-scdaemon\n").unwrap();
        home
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn command(&self) -> Command {
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", self.0.path()).env("LC_ALL", "C");
        command.args(["--batch", "--quiet", "--yes", "--pinentry-mode", "loopback"]);
        command.args(["--passphrase", "", "--no-auto-check-trustdb"]);
        command
    }

    /// Runs gpg; `options` is one line of words.
    pub fn run(&self, options: &str, arguments: &[&str]) -> Output {
        let mut command = self.command();
        command.args(options.split_ascii_whitespace()).args(arguments);
        command.output().unwrap()
    }

    pub fn ok(&self, options: &str, arguments: &[&str]) -> Vec<u8> {
        let output = self.run(options, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "gpg {options} {arguments:?}: {said}");
        output.stdout
    }

    /// Runs gpg with answers to its questions.
    pub fn answer(&self, options: &str, answers: &str) -> Vec<u8> {
        let answers_file = self.path("answers");
        std::fs::write(&answers_file, answers).unwrap();
        let mut command = Command::new("gpg");
        command.env("GNUPGHOME", self.0.path()).env("LC_ALL", "C");
        command.args(["--quiet", "--yes", "--no-tty", "--pinentry-mode", "loopback"]);
        command.args(["--passphrase", "", "--command-fd", "0"]);
        command.args(options.split_ascii_whitespace());
        command.stdin(std::fs::File::open(answers_file).unwrap());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "gpg {options}: {said}");
        output.stdout
    }

    /// Makes a key and returns its fingerprint.
    pub fn key(
        &self,
        options: &str,
        user: &str,
        algorithm: &str,
        usage: &str,
        expires: &str,
    ) -> String {
        self.ok(options, &["--quick-gen-key", user, algorithm, usage, expires]);
        let listing = self.ok("--with-colons --list-keys", &[&format!("={user}")]);
        fingerprints(&listing).remove(0)
    }

    pub fn export(&self, keys: &[&str]) -> Vec<u8> {
        self.ok("--armor --export", keys)
    }

    /// Signs `document` with the key and options.
    pub fn sign(&self, options: &str, key: &str, document: &[u8]) -> Vec<u8> {
        let path = self.path("document");
        std::fs::write(&path, document).unwrap();
        let options = format!("{options} -u {key} -o - --detach-sign");
        self.ok(&options, &[path.to_str().unwrap()])
    }

    /// Runs `--gen-revoke` with a reason (0 none, 1 compromised, 2 superseded, 3 retired) and imports it.
    pub fn revoke(&self, options: &str, key: &str, reason: u8, text: &str) {
        let answers = format!("y\n{reason}\n{text}\n\ny\n");
        let revocation = self.answer(&format!("{options} --armor --gen-revoke {key}"), &answers);
        std::fs::write(self.path("revocation"), revocation).unwrap();
        let path = self.path("revocation");
        self.ok("--import", &[path.to_str().unwrap()]);
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf")
            .env("GNUPGHOME", self.0.path())
            .args(["--kill", "gpg-agent"])
            .status();
    }
}

/// All `fpr` records of a listing.
pub fn fingerprints(listing: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(listing)
        .lines()
        .filter(|line| line.starts_with("fpr:"))
        .map(|line| line.split(':').nth(9).unwrap().to_owned())
        .collect()
}

/// What `gpg` says about the signatures, with KEYS as its whole keyring: the keywords of its status lines.
pub fn gpg_says(keys: &[u8], signatures: &[u8], document: &[u8]) -> Vec<String> {
    let home = Home::new();
    let [keys_path, signature, path] = files(&home, keys, signatures, document);
    home.run("--import", &[&keys_path]);
    let output = home.run("--status-fd 1 --verify", &[&signature, &path]);
    const VERDICTS: [&str; 7] =
        ["GOODSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "BADSIG", "ERRSIG", "NODATA"];
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| line.strip_prefix("[GNUPG:] ")?.split(' ').next())
        .filter(|word| VERDICTS.contains(word))
        .map(str::to_owned)
        .collect()
}

/// Whether `sqv` takes the signatures for good.
pub fn sqv_accepts(keys: &[u8], signatures: &[u8], document: &[u8]) -> bool {
    let home = Home::new();
    let [keys, signature, path] = files(&home, keys, signatures, document);
    let arguments = ["--keyring", &keys, &signature, &path];
    Command::new("sqv").args(arguments).output().unwrap().status.success()
}

fn files(home: &Home, keys: &[u8], signatures: &[u8], document: &[u8]) -> [String; 3] {
    [("KEYS", keys), ("signature", signatures), ("file", document)].map(|(name, content)| {
        let path = home.path(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    })
}

/// Whether the programs are there; says so when they are not.
pub fn programs_for(test: &str) -> bool {
    let there = |program: &str| Path::new("/usr/bin").join(program).exists();
    let all = there("gpg") && there("sqv");
    if !all {
        eprintln!("not run: {test}: no gpg or no sqv");
    }
    all
}
