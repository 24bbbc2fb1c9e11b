//! A sound candidate, which each test spoils in its own way.
#![allow(unreachable_pub, reason = "shared by the modules of one test")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha512};

use super::support::{JANE, Ran, Server, World, root};

/// The instant at which all candidates are judged.
pub const NOW: &str = "2026-11-21T12:00:00Z";

/// When the sources were committed.
const COMMITTED: u64 = 1_763_632_800;

pub const HEADER: &str = "\
Licensed to the Apache Software Foundation (ASF) under one
or more contributor license agreements.  See the NOTICE file
distributed with this work for additional information
regarding copyright ownership.  The ASF licenses this file
to you under the Apache License, Version 2.0 (the
\"License\"); you may not use this file except in compliance
with the License.  You may obtain a copy of the License at

  http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing,
software distributed under the License is distributed on an
\"AS IS\" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY
KIND, either express or implied.  See the License for the
specific language governing permissions and limitations
under the License.
";

/// A file with the ASF's header in comments that begin with `leader`.
pub fn with_header(leader: &str, text: &str) -> Vec<u8> {
    let header: String = HEADER
        .lines()
        .map(|line| format!("{leader} {line}").trim_end().to_owned() + "\n")
        .collect();
    format!("{header}\n{text}").into_bytes()
}

/// A member that is put into the archive as it is.
#[derive(Clone)]
pub struct Raw {
    pub path: Vec<u8>,
    pub kind: tar::EntryType,
    pub link: Vec<u8>,
    pub mode: u32,
    pub bytes: Vec<u8>,
}

pub type Tree = BTreeMap<String, (Vec<u8>, u32)>;

/// Changes a candidate's directory.
pub type Afterwards = dyn Fn(&Maker, &Path);

/// What a candidate is made of.
pub struct Candidate {
    /// What is committed and tagged.
    pub tree: Tree,
    /// What goes into the archive; as committed if none.
    pub packed: Option<Tree>,
    /// Members besides.
    pub raw: Vec<Raw>,
    /// The archive's name.
    pub name: String,
    /// Its top directory.
    pub top: String,
    /// The directory of the candidate.
    pub directory: String,
    pub tag: String,
    /// Member times, the last for all further members.
    pub times: Vec<u64>,
    /// Changes the archive before it is signed.
    pub before_signing: fn(Vec<u8>) -> Vec<u8>,
    /// Changes the directory when all is in it.
    pub afterwards: Box<Afterwards>,
    /// The text of a [VOTE] mail, in which `{sha512}` and `{commit}` are those of the candidate.
    pub mail: Option<String>,
    /// Further words of the command line.
    pub words: Vec<String>,
    /// Who signs.
    pub key: String,
    pub signing: Vec<&'static str>,
    /// Without one the tag is lightweight.
    pub sign_tag: bool,
    /// A server of the world, where the mail says that KEYS is; nothing else says so.
    pub server: Option<Server>,
}

impl Candidate {
    pub fn sound() -> Self {
        let licence = fs::read(root().join("LICENSE")).unwrap();
        let notice = "Apache Demo\nCopyright 2024-2026 The Apache Software Foundation\n\n\
            This product includes software developed at\n\
            The Apache Software Foundation (https://www.apache.org/).\n";
        let tree = [
            ("LICENSE", licence, 0o644),
            ("NOTICE", notice.as_bytes().to_vec(), 0o644),
            ("README.md", b"# Demo\n\nA demonstration.\n".to_vec(), 0o644),
            ("CHANGES.md", b"# Changes\n\n## 1.2.0\n\n- all of it\n".to_vec(), 0o644),
            (
                "Cargo.toml",
                with_header("#", "[package]\nname = \"demo\"\nversion = \"1.2.0\"\n"),
                0o644,
            ),
            (
                "build.sh",
                [b"#!/bin/sh\n".to_vec(), with_header("#", "cc src/main.c\n")].concat(),
                0o755,
            ),
            ("src/main.c", with_header("//", "int main(void) { return 0; }\n"), 0o644),
        ];
        Self {
            tree: tree.into_iter().map(|(n, bytes, mode)| (n.to_owned(), (bytes, mode))).collect(),
            packed: None,
            raw: Vec::new(),
            name: "apache-demo-1.2.0-src.tar.gz".to_owned(),
            top: "apache-demo-1.2.0-src".to_owned(),
            directory: "1.2.0-rc1".to_owned(),
            tag: "v1.2.0-rc1".to_owned(),
            times: vec![COMMITTED],
            before_signing: |bytes| bytes,
            afterwards: Box::new(|_, _| {}),
            mail: None,
            words: Vec::new(),
            key: JANE.to_owned(),
            signing: Vec::new(),
            sign_tag: true,
            server: None,
        }
    }

    pub fn put(&mut self, path: &str, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.tree.insert(path.to_owned(), (bytes.as_ref().to_vec(), 0o644));
        self
    }

    pub fn remove(&mut self, path: &str) -> &mut Self {
        self.tree.remove(path).unwrap();
        self
    }

    /// What is packed, to be changed without changing what is tagged.
    pub fn packed(&mut self) -> &mut Tree {
        self.packed.get_or_insert_with(|| self.tree.clone())
    }

    pub fn raw(&mut self, path: &str, kind: tar::EntryType, link: &str, bytes: &[u8]) -> &mut Self {
        let path = format!("{}/{path}", self.top).into_bytes();
        let (link, bytes) = (link.as_bytes().to_vec(), bytes.to_vec());
        self.raw.push(Raw { path, kind, link, mode: 0o644, bytes });
        self
    }

    /// The tar stream.
    pub fn tar(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut count = 0;
        let mut member = |path: &[u8], kind, link: &[u8], mode, bytes: &[u8]| {
            let mut header = tar::Header::new_gnu();
            let fields = header.as_old_mut();
            fields.name[..path.len()].copy_from_slice(path);
            fields.linkname[..link.len()].copy_from_slice(link);
            header.set_entry_type(kind);
            header.set_mode(mode);
            header.set_size(bytes.len() as u64);
            header.set_mtime(*self.times.get(count).or(self.times.last()).unwrap());
            header.set_uid(0);
            header.set_gid(0);
            header.set_cksum();
            count += 1;
            out.extend_from_slice(header.as_bytes());
            out.extend_from_slice(bytes);
            out.resize(out.len().next_multiple_of(512), 0);
        };
        let directory = |path: &str| format!("{path}/").into_bytes();
        member(&directory(&self.top), tar::EntryType::Directory, b"", 0o755, b"");
        let mut entries: BTreeMap<Vec<u8>, (tar::EntryType, u32, Vec<u8>)> = BTreeMap::new();
        for (path, (bytes, mode)) in self.packed.as_ref().unwrap_or(&self.tree) {
            let whole = format!("{}/{path}", self.top);
            for (at, _) in whole.match_indices('/').skip(1) {
                let parent = directory(&whole[..at]);
                entries.insert(parent, (tar::EntryType::Directory, 0o755, Vec::new()));
            }
            entries.insert(whole.into_bytes(), (tar::EntryType::Regular, *mode, bytes.clone()));
        }
        for (path, (kind, mode, bytes)) in &entries {
            member(path, *kind, b"", *mode, bytes);
        }
        for raw in &self.raw {
            member(&raw.path, raw.kind, &raw.link, raw.mode, &raw.bytes);
        }
        out.resize(out.len() + 1024, 0);
        out
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// Makes candidates, one after the other, in one world.
pub struct Maker {
    pub world: World,
}

impl Maker {
    pub fn new() -> Self {
        let world = World::new();
        world.import_jane();
        world.git(&["init", "-q", "-b", "main"]);
        world.git(&["config", "gpg.program", "gpg"]);
        fs::copy(root().join("tests/fixtures/keys/jane.asc"), world.path("KEYS")).unwrap();
        fs::write(world.path("roster"), "jane  Jane Doe\n").unwrap();
        // Signed before the instant of judgement, whenever the tests run.
        fs::write(world.path("gnupg/gpg.conf"), "faked-system-time 20261121T100000!\n").unwrap();
        Self { world }
    }

    /// Writes archive, checksum and signature; returns the candidate's directory.
    pub fn stage(&self, candidate: &Candidate) -> PathBuf {
        self.commit(candidate);
        let directory = self.world.path(&candidate.directory);
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        let bytes = (candidate.before_signing)(gzip(&candidate.tar()));
        self.artifact(&directory, &candidate.name, &bytes, &candidate.key, &candidate.signing);
        (candidate.afterwards)(self, &directory);
        directory
    }

    /// Puts an artifact into the directory, with checksum and signature.
    pub fn artifact(&self, directory: &Path, name: &str, bytes: &[u8], key: &str, more: &[&str]) {
        let path = directory.join(name);
        fs::write(&path, bytes).unwrap();
        let digest: String =
            Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        fs::write(directory.join(format!("{name}.sha512")), format!("{digest}  {name}\n")).unwrap();
        self.sign(&path, key, more);
    }

    pub fn sign(&self, path: &Path, key: &str, more: &[&str]) {
        let signature = format!("{}.asc", path.display());
        let _ = fs::remove_file(&signature);
        let words = [
            &["--batch", "--quiet", "--yes", "--pinentry-mode", "loopback", "--passphrase", ""][..],
            &["--armor", "--local-user", key],
            more,
            &["--output", &signature, "--detach-sign", path.to_str().unwrap()],
        ];
        self.world.run("gpg", &words.concat()).ok();
    }

    fn commit(&self, candidate: &Candidate) {
        let repo = self.world.path("repo");
        for name in self.world.names(&repo).iter().filter(|name| *name != ".git") {
            let path = repo.join(name);
            let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
        }
        for (path, (bytes, mode)) in &candidate.tree {
            self.world.write(path, bytes);
            if mode & 0o100 != 0 {
                self.world.make_executable(path);
            }
        }
        self.world.git(&["add", "-A", "--force"]);
        self.world.git(&["commit", "-q", "--allow-empty", "-m", "candidate"]);
        if candidate.sign_tag {
            let words = ["tag", "-f", "-s", "-u", JANE, "-m", "candidate", &candidate.tag];
            self.world.git(&words);
        } else {
            self.world.git(&["tag", "-f", &candidate.tag]);
        }
    }

    /// Verifies `what`, wherever it is, with nothing but what `more` says.
    pub fn judge(&self, what: &str, more: &[&str]) -> Ran {
        let words = ["--format", "json", "--time", NOW, "verify", what];
        self.world.plusone(&[&words[..], more].concat())
    }

    /// The words that name the world's KEYS, repository, tag and roster.
    pub fn all_there(&self) -> Vec<String> {
        let path = |name: &str| self.world.path(name).display().to_string();
        let words = ["--keys", &path("KEYS"), "--git", &path("repo"), "--tag", "v1.2.0-rc1"];
        let roster = ["--roster", &path("roster")];
        [&words[..], &roster].concat().into_iter().map(str::to_owned).collect()
    }

    /// Verifies the candidate with everything at hand.
    pub fn verify(&self, candidate: &Candidate) -> Ran {
        let directory = self.stage(candidate);
        let (keys, roster) = (self.world.path("KEYS"), self.world.path("roster"));
        let directory = directory.to_str().unwrap();
        let mail = self.world.path("vote.eml");
        if let Some(text) = &candidate.mail {
            let bytes = fs::read(format!("{directory}/{}", candidate.name)).unwrap();
            let sha512: String =
                Sha512::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let commit = self.world.git(&["rev-parse", "HEAD"]);
            let text = text.replace("{sha512}", &sha512).replace("{commit}", commit.trim());
            fs::write(&mail, text).unwrap();
        }
        let what = match candidate.mail {
            Some(_) => vec![mail.to_str().unwrap(), "--at", directory],
            None => vec![directory],
        };
        let mut words = vec![
            "--format",
            "json",
            "--time",
            NOW,
            "verify",
            "--keys",
            keys.to_str().unwrap(),
            "--git",
            ".",
            "--tag",
            &candidate.tag,
            "--roster",
            roster.to_str().unwrap(),
        ];
        if candidate.server.is_some() {
            words.retain(|word| *word != "--keys" && *word != keys.to_str().unwrap());
        }
        words.extend(what);
        words.extend(candidate.words.iter().map(|word| &word[..]));
        self.world.plusone(&words)
    }
}
