//! Dist areas for real: Subversion over `file://`, svnserve and httpd, and a plain directory. All
//! or nothing, never twice, never what was not voted on.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod areas;
mod directory;
mod promote;
#[path = "../support/mod.rs"]
mod support;
mod trouble;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use plusone::backend::dist::{self, AreaError, DistArea, Known, LocalFiles};
use plusone::backend::svn::{Access, Password};
use plusone::dist::stage::{CannotStage, Staged, Staging, staging};
use plusone::dist::{Commit, Files, Place, Planned, Revision};
use support::svn::{COMMITTER, PMC_MEMBER, SvnServer};
use tempfile::TempDir;

fn place(text: &str) -> Place {
    text.parse().unwrap()
}

/// An area with `dev/demo` and `release/demo/KEYS` in it.
struct Ground {
    /// None for a plain directory.
    server: Option<SvnServer>,
    /// For local files, and for the plain directory.
    directory: TempDir,
    /// The area's root.
    address: String,
}

/// One of each kind that can be had here.
fn grounds(test: &str) -> Vec<Ground> {
    let servers =
        [SvnServer::file(test), SvnServer::svnserve(test), SvnServer::httpd(test)].into_iter();
    let plain = tempfile::tempdir().unwrap();
    fs::create_dir_all(plain.path().join("area/dev/demo")).unwrap();
    fs::create_dir_all(plain.path().join("area/release/demo")).unwrap();
    fs::write(plain.path().join("area/release/demo/KEYS"), support::svn::KEYS).unwrap();
    let address = format!("directory:{}/area", plain.path().display());
    let plain = Ground { server: None, directory: plain, address };
    servers.flatten().map(Ground::of).chain([plain]).collect()
}

impl Ground {
    fn of(server: SvnServer) -> Self {
        let address = server.url.clone();
        Self { directory: tempfile::tempdir().unwrap(), address, server: Some(server) }
    }

    /// The area as somebody sees it who may write in it.
    fn area(&self, who: (&str, &str)) -> Box<dyn DistArea> {
        self.area_at(&self.address, who)
    }

    fn area_at(&self, address: &str, who: (&str, &str)) -> Box<dyn DistArea> {
        let (mut area, _) = dist::open(&[address], &self.access(who)).unwrap();
        if address.starts_with("file:") {
            // Nobody asks for a password there.
            let access = Access { username: None, password: None, ..self.access(who) };
            area = dist::open(&[address], &access).unwrap().0;
        }
        area
    }

    fn access(&self, (name, password): (&str, &str)) -> Access {
        Access {
            username: Some(name.to_owned()),
            password: Some(Password::from(password)),
            config_directory: self.server.as_ref().map(SvnServer::config_directory),
        }
    }

    fn committer(&self) -> Box<dyn DistArea> {
        self.area(COMMITTER)
    }

    fn member(&self) -> Box<dyn DistArea> {
        self.area(PMC_MEMBER)
    }

    /// All that is in the area, past plusone.
    fn tree(&self) -> Vec<String> {
        match &self.server {
            Some(server) => {
                let tree = server.tree("");
                tree.into_iter().filter(|path| path != "/").collect()
            }
            None => {
                let mut names = Vec::new();
                let root = self.directory.path().join("area");
                below(&root, &root, &mut names);
                names
            }
        }
    }

    /// What a file holds, past plusone.
    fn cat(&self, path: &str) -> String {
        match &self.server {
            Some(server) => server.cat(path),
            None => fs::read_to_string(self.directory.path().join("area").join(path)).unwrap(),
        }
    }

    /// Somebody else adds a file, past plusone.
    fn somebody_adds(&self, path: &str, text: &str) {
        let local = self.directory.path().join("theirs");
        fs::write(&local, text).unwrap();
        match &self.server {
            Some(server) => {
                let mut words = Vec::new();
                let above: Vec<String> =
                    place(path).ancestors().map(|place| format!("{place}/")).collect();
                let tree = server.tree("");
                for directory in above.iter().filter(|above| !tree.contains(above)) {
                    words.extend(["mkdir", directory.trim_end_matches('/')]);
                }
                server.commit(&[&words[..], &["put", local.to_str().unwrap(), path]].concat());
            }
            None => {
                let path = self.directory.path().join("area").join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
    }

    fn somebody_removes(&self, path: &str) {
        match &self.server {
            Some(server) => server.commit(&["rm", path]),
            None => fs::remove_dir_all(self.directory.path().join("area").join(path)).unwrap(),
        }
    }

    /// A candidate's files on this machine.
    fn candidate(&self, files: &[(&str, &str)]) -> Candidate {
        let home = self.directory.path().join("candidate");
        let _ = fs::remove_dir_all(&home);
        Candidate::at(&home, files)
    }
}

fn below(root: &Path, directory: &Path, names: &mut Vec<String>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if name == ".plusone-lock" {
            continue;
        }
        if path.is_dir() {
            names.push(format!("{name}/"));
            below(root, &path, names);
        } else {
            names.push(name);
        }
    }
}

/// Files to be staged.
struct Candidate {
    files: Files,
    local: LocalFiles,
}

impl Candidate {
    fn at(home: &Path, files: &[(&str, &str)]) -> Self {
        let mut paths = BTreeMap::new();
        for (name, text) in files {
            let path = home.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            paths.insert(place(name), path);
        }
        Self::of(&paths)
    }

    fn of(paths: &BTreeMap<Place, PathBuf>) -> Self {
        let local = LocalFiles::read(paths).unwrap();
        Self { files: local.contents(), local }
    }

    /// What staging it takes.
    fn plan(&self, area: &dyn DistArea, directory: &str) -> Result<Staged, CannotStage> {
        let directory = &place(directory);
        let target = dist::target(area, directory, &self.files, Known::Local(&self.local)).unwrap();
        let local = &self.local.paths();
        let (files, message) = (&self.files, "Stage a candidate");
        staging(Staging { area: area.address(), directory, files, local, message }, &target)
    }

    fn planned(&self, area: &dyn DistArea, directory: &str) -> Planned {
        match self.plan(area, directory) {
            Ok(Staged::Planned(planned)) => *planned,
            other => panic!("not planned: {other:?}"),
        }
    }

    fn commit(&self, area: &dyn DistArea, directory: &str) -> Commit {
        self.planned(area, directory).commit
    }

    fn stage(&self, area: &dyn DistArea, directory: &str) -> Result<Revision, AreaError> {
        area.apply(&self.commit(area, directory))
    }
}

const FILES: &[(&str, &str)] = &[
    ("demo-1.2.4-src.tar.gz", "the source, as far as this test is concerned\n"),
    ("demo-1.2.4-src.tar.gz.asc", "a signature\n"),
    ("demo-1.2.4-src.tar.gz.sha512", "a checksum\n"),
];
