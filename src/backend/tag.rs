//! What a repository says of a tag: its commit, its tree, who signed it; and what `git archive`
//! makes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::files::{self, Scratch};
use super::git::{Bare, GitError, Repository, quiet_git};
use super::process::{self, ProcessError};
use crate::evidence::{BlobId, ObjectFormat, TreeFile, TreeKind, archived_ids};
use crate::release::ObjectId;

/// A part of a repository elsewhere, fetched into a throw-away directory.
#[derive(Debug)]
pub struct Fetched {
    /// The repository.
    pub repository: Repository,
    _directory: Scratch,
}

/// Fetches a tag, or a commit, with its tree and without its history.
///
/// # Errors
/// The server has none of that name, or cannot be reached.
pub fn fetch(url: &str, tag: Option<&str>, commit: Option<&str>) -> Result<Fetched, GitError> {
    let directory = files::scratch()?;
    let wanted = match (tag, commit) {
        (Some(tag), _) => format!("+refs/tags/{tag}:refs/tags/{tag}"),
        (None, Some(commit)) => commit.to_owned(),
        (None, None) => "HEAD".to_owned(),
    };
    let fetch = |at: &Path, format: &[&str]| {
        let git = || {
            let mut command = quiet_git();
            // An address can come from a stranger's mail: no protocol that runs a command.
            command.env("GIT_ALLOW_PROTOCOL", "http:https:ssh:git:file");
            command
        };
        process::stdout(git().args(["init", "--quiet", "--bare"]).args(format).arg(at), None)?;
        let words = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head"];
        let keep = tag.is_none().then_some("--refmap=");
        let mut command = git();
        command.arg("-C").arg(at).args(words).args(keep).args(["--", url, &wanted]);
        process::stdout(&mut command, None)
    };
    let mut at = directory.path().join("sha1");
    let outcome = fetch(&at, &[]);
    // Only the server knows how its repository names objects.
    let other = |stderr: &str| stderr.contains("server sha256") || wanted.len() == 64;
    match outcome {
        Err(ProcessError::Failed { stderr, .. }) if other(&stderr) => {
            at = directory.path().join("sha256");
            fetch(&at, &["--object-format=sha256"])?;
        }
        outcome => drop(outcome?),
    }
    let repository = Repository::discover(&at)?;
    Ok(Fetched { repository, _directory: directory })
}

/// Lists the tags of a repository elsewhere.
///
/// # Errors
/// The server cannot be reached.
pub fn remote_tags(url: &str) -> Result<BTreeSet<String>, GitError> {
    let mut command = quiet_git();
    command.env("GIT_ALLOW_PROTOCOL", "http:https:ssh:git:file");
    // The address is all that counts, not the repository around us.
    command.env("GIT_DIR", "/dev/null");
    let out = process::stdout(command.args(["ls-remote", "--tags", "--refs", "--", url]), None)?;
    let text = String::from_utf8_lossy(&out);
    let names = text.lines().filter_map(|line| line.split_once("\trefs/tags/"));
    Ok(names.map(|(_, name)| name.to_owned()).collect())
}

/// The object behind an annotated tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagObject {
    /// A mere name for a commit.
    Lightweight,
    /// Annotated, without a signature.
    Unsigned,
    /// What was signed, and the armored signature.
    Signed(Vec<u8>, Vec<u8>),
}

impl Repository {
    /// Whether there is a tag of that name.
    ///
    /// # Errors
    /// git failed.
    pub fn has_tag(&self, name: &str) -> Result<bool, GitError> {
        let mut command = self.command();
        command.args(["rev-parse", "--verify", "--quiet", &format!("refs/tags/{name}")]);
        Ok(process::output(&mut command, None)?.status.success())
    }

    /// Reads the object of a tag.
    ///
    /// # Errors
    /// git failed.
    pub fn tag_object(&self, name: &str) -> Result<TagObject, GitError> {
        let mut command = self.command();
        command.args(["cat-file", "tag", &format!("refs/tags/{name}")]);
        let output = process::output(&mut command, None)?;
        if !output.status.success() {
            return Ok(TagObject::Lightweight);
        }
        let begin = b"-----BEGIN PGP SIGNATURE-----";
        let object = output.stdout;
        Ok(match object.windows(begin.len()).position(|window| window == begin) {
            Some(at) => TagObject::Signed(object[..at].to_vec(), object[at..].to_vec()),
            None => TagObject::Unsigned,
        })
    }
}

/// The files of a commit, and the paths of its submodules.
pub type TreeListing = (BTreeMap<Vec<u8>, TreeFile>, BTreeSet<Vec<u8>>);

/// How a repository with this commit names its objects.
pub fn object_format(commit: &ObjectId) -> ObjectFormat {
    if commit.as_str().len() == 64 { ObjectFormat::Sha256 } else { ObjectFormat::Sha1 }
}

impl Bare {
    /// Lists the files of a commit with the ids of their content.
    ///
    /// # Errors
    /// git failed.
    pub fn tree(&self, commit: &ObjectId) -> Result<TreeListing, GitError> {
        let listing = self.run(&["ls-tree", "-r", "-z", "--full-tree", commit.as_str()], None)?;
        let mut tree = BTreeMap::new();
        let mut submodules = BTreeSet::new();
        for line in listing.split(|&byte| byte == 0).filter(|line| !line.is_empty()) {
            let unexpected = || GitError::Unexpected("ls-tree");
            let tab = line.iter().position(|&byte| byte == b'\t').ok_or_else(unexpected)?;
            let (head, path) = (&line[..tab], line[tab + 1..].to_vec());
            let head = std::str::from_utf8(head).map_err(|_| unexpected())?;
            let mut words = head.split(' ');
            let kind = match words.next() {
                Some("100755") => TreeKind::Executable,
                Some("120000") => TreeKind::Symlink,
                Some("160000") => {
                    submodules.insert(path);
                    continue;
                }
                _ => TreeKind::File,
            };
            let id = words.nth(1).and_then(crate::checksum::unhex);
            let id = id.and_then(|id| BlobId::new(&id)).ok_or_else(unexpected)?;
            tree.insert(path, TreeFile { id, kind });
        }
        Ok((tree, submodules))
    }

    /// Lists what `git archive` makes of a commit: what is left of its files after
    /// `export-ignore`, with the ids of what `export-subst` and line ending rules make of them.
    ///
    /// # Errors
    /// git failed.
    pub fn archived(&self, commit: &ObjectId) -> Result<BTreeMap<Vec<u8>, TreeFile>, GitError> {
        let mut stream = self.archive(commit)?;
        let ids = archived_ids(&mut stream, object_format(commit));
        stream.finish()?;
        ids.map_err(|_| GitError::Unexpected("archive"))
    }
}
