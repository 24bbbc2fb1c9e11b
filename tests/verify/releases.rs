//! Real signed releases, and copies of them that somebody altered. What is right was established
//! with `gpg --verify` in a home of its own that holds only the keys in `signing-key.asc`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{World, corpus_for};

/// A copy of a release, to be altered.
struct Release {
    world: World,
    archive: PathBuf,
    keys: PathBuf,
}

impl Release {
    fn copy(from: &Path) -> Self {
        let world = World::new();
        let to = world.path("candidate");
        fs::create_dir(&to).unwrap();
        let mut archive = None;
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name == "signing-key.asc" {
                fs::copy(&path, world.path("KEYS")).unwrap();
                continue;
            }
            fs::copy(&path, to.join(&name)).unwrap();
            if !name.ends_with(".asc") {
                archive = Some(to.join(&name));
            }
        }
        let keys = world.path("KEYS");
        Self { world, archive: archive.unwrap(), keys }
    }

    fn signature(&self) -> PathBuf {
        PathBuf::from(format!("{}.asc", self.archive.display()))
    }

    fn report(&self) -> Value {
        let words = ["--format", "json", "verify", "--without", "source"];
        let place = self.archive.parent().unwrap().to_str().unwrap();
        let keys = ["--keys", self.keys.to_str().unwrap(), place];
        let ran = self.world.plusone(&[&words[..], &keys].concat());
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        // None of them has a checksum file, so all are bad in that; none may be a bug.
        assert_eq!(ran.status, 1, "{}", ran.stderr);
        ran.json()
    }

    /// Whether gpg, which knows only these keys, finds the signature good.
    fn gpg_finds_good(&self) -> bool {
        self.world.run("gpg", &["--batch", "--import", self.keys.to_str().unwrap()]);
        let signature = self.signature();
        let words = [signature.to_str().unwrap(), self.archive.to_str().unwrap()];
        self.world.run("gpg", &[&["--batch", "--verify"][..], &words].concat()).status == 0
    }
}

/// What came of a check.
fn outcome<'a>(report: &'a Value, id: &str) -> &'a str {
    let mut checks = report["checks"].as_array().unwrap().iter();
    checks.find(|check| check["id"] == id).unwrap()["outcome"].as_str().unwrap()
}

#[test]
fn real_releases_are_judged_as_gpg_judges_them() {
    let Some(corpus) = corpus_for("real_releases_are_judged_as_gpg_judges_them") else { return };
    for (name, good) in [
        ("apr-util_1.6.3", true),
        ("apr_1.7.2", false),
        ("avro-c_1.11.1", true),
        ("zookeeper_3.8.0", true),
    ] {
        let release = Release::copy(&corpus.join("releases").join(name));
        assert_eq!(release.gpg_finds_good(), good, "{name}");
        let report = release.report();
        assert_eq!(report["artifacts"][0]["signed"], good, "{name}");
        let expected = if good { "pass" } else { "finding" };
        assert_eq!(outcome(&report, "signature-signer-in-keys"), expected, "{name}");
        // Without the key nothing can be said of the signature itself.
        let expected = if good { "pass" } else { "not-applicable" };
        assert_eq!(outcome(&report, "signature-good"), expected, "{name}");
        assert_eq!(outcome(&report, "archive-readable"), "pass", "{name}");
    }
}

#[test]
fn altered_releases_are_found() {
    let Some(corpus) = corpus_for("altered_releases_are_found") else { return };
    let releases = corpus.join("releases");
    let names = ["apr-util_1.6.3", "avro-c_1.11.1", "zookeeper_3.8.0"];
    type Alter = fn(&Release, &Path);
    let alterations: [(&str, Alter); 4] = [
        ("one byte of the archive", |release, _| {
            let mut bytes = fs::read(&release.archive).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&release.archive, bytes).unwrap();
        }),
        ("the archive cut off", |release, _| {
            let bytes = fs::read(&release.archive).unwrap();
            fs::write(&release.archive, &bytes[..bytes.len() - 1]).unwrap();
        }),
        ("one letter of the signature", |release, _| {
            let text = fs::read_to_string(release.signature()).unwrap();
            let body = text.find("\n\n").unwrap() + 200;
            let mut bytes = text.into_bytes();
            bytes[body] = if bytes[body] == b'A' { b'B' } else { b'A' };
            fs::write(release.signature(), bytes).unwrap();
        }),
        ("another project's signature", |release, other| {
            fs::copy(other, release.signature()).unwrap();
        }),
    ];
    for (index, name) in names.iter().enumerate() {
        let other = Release::copy(&releases.join(names[(index + 1) % names.len()]));
        for (what, alter) in &alterations {
            let release = Release::copy(&releases.join(name));
            alter(&release, &other.signature());
            assert!(!release.gpg_finds_good(), "{name}: {what}");
            let report = release.report();
            assert_eq!(report["artifacts"][0]["signed"], false, "{name}: {what}");
            let about =
                ["signature-good", "signature-signer-in-keys", "signature-armored-detached"];
            let found = about.iter().any(|id| outcome(&report, id) == "finding");
            assert!(found, "{name}: {what}");
        }
    }
}
