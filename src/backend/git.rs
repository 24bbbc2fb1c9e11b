//! git: the commit behind a name, the tree of a commit, what a repository shows.
//!
//! A repository may be a stranger's, and its settings name programs: filters, hooks, ssh commands. No
//! git of ours reads them. It works in a throw-away git directory that borrows objects, refs and index
//! of the repository, with the few settings in it that say how files are read and where remotes are.
//!
//! Trees are read through another that borrows the objects and nothing else: no configuration of the
//! machine, the user or the repository, no `info/attributes`, no replaced objects, no refs. What is
//! left is a function of the commit.
//!
//! Neither fetches what a partial clone lacks; that is done only where it is asked for, at once.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use super::files::{self, FileError, Scratch};
use super::process::{self, ProcessError};
use crate::release::ObjectId;
use crate::source::TreePath;

/// The oldest git that is known to give the same trees.
pub const OLDEST: (u32, u32) = (2, 20);

/// git could not answer.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The program failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// The throw-away directory could not be made.
    #[error(transparent)]
    File(#[from] FileError),
    /// Outside of any repository.
    #[error("`{}` is not inside a git repository", .0.display())]
    NoRepository(PathBuf),
    /// A name without a commit.
    #[error("there is no commit called `{0}` in this repository")]
    NoCommit(String),
    /// The objects of a commit are not here.
    #[error("the commit {commit} of the submodule `{path}` is not in this clone")]
    SubmoduleMissing {
        /// Its path, lossy.
        path: String,
        /// Its recorded commit.
        commit: ObjectId,
    },
    /// Objects of a commit are not in a partial clone.
    #[error(
        "{objects} objects of the commit {} are not in this partial clone, which leaves them to {}",
        commit.short(),
        remote
    )]
    Partial {
        /// The commit.
        commit: ObjectId,
        /// How many, as far as they are known.
        objects: usize,
        /// The name of the remote that has them.
        remote: String,
    },
    /// git printed what it never prints.
    #[error("`git {0}` printed something unexpected")]
    Unexpected(&'static str),
}

impl GitError {
    /// Whether git itself said what is wrong.
    pub fn complains(&self) -> bool {
        matches!(self, Self::Process(ProcessError::Failed { stderr, .. }) if !stderr.trim().is_empty())
    }
}

/// A commit under the name it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// Committer time, seconds since 1970; times before count as 0.
    pub time: u64,
}

/// A submodule at its recorded commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submodule {
    /// Where it is.
    pub path: TreePath,
    /// What is recorded.
    pub commit: ObjectId,
    /// Its name in `.gitmodules`, if it is there.
    pub name: Option<String>,
}

/// How the work tree stands to what was committed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkTree {
    /// Files changed or not known to git.
    pub changes: usize,
    /// The branch, if one is checked out.
    pub branch: Option<String>,
    /// The branch that it follows, if any.
    pub upstream: Option<String>,
    /// Commits that the upstream does not have.
    pub ahead: u64,
    /// Commits that only the upstream has.
    pub behind: u64,
}

/// A repository.
#[derive(Debug, Clone)]
pub struct Repository {
    common: PathBuf,
    work_tree: Option<PathBuf>,
    directory: PathBuf,
    view: Arc<View>,
}

/// The throw-away git directory through which a repository is looked at.
#[derive(Debug)]
struct View {
    directory: Scratch,
    /// Where the index is.
    index: PathBuf,
    /// The remote that has what a partial clone lacks, by its name and address.
    promisor: Option<(String, String)>,
}

/// What of a repository's settings is taken over: none of it names a program.
const TAKEN_OVER: &str = r"^(core\.(repositoryformatversion|bare|filemode|ignorecase|symlinks|precomposeunicode|autocrlf|eol)|extensions\.(objectformat|refstorage)|remote\..*\.(url|fetch)|branch\..*\.(remote|merge))$";

/// git, without hooks and watchers, asking nothing and nobody.
pub(super) fn quiet_git() -> Command {
    let mut command = Command::new("git");
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0");
    command.env("GIT_NO_LAZY_FETCH", "1");
    // A server that says next to nothing for a minute is not waited for.
    for setting in [
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "http.lowSpeedLimit=1000",
        "http.lowSpeedTime=60",
    ] {
        command.args(["-c", setting]);
    }
    command
}

impl View {
    fn new(git_directory: &Path, common: &Path) -> Result<Self, GitError> {
        let settings = |pattern: &str| -> Result<Vec<(String, String)>, GitError> {
            let file = common.join("config");
            let mut command = quiet_git();
            // As a file of settings, it names nothing that is run.
            command.args(["config", "--no-includes", "-z", "--file"]).arg(file);
            let output = process::output(command.args(["--get-regexp", pattern]), None)?;
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let pairs = text.split('\0').filter_map(|pair| {
                // A key without a value is true.
                let (key, value) = pair.split_once('\n').unwrap_or((pair, "true"));
                (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
            });
            Ok(pairs.collect())
        };
        let directory = files::scratch()?;
        let at = directory.path();
        let taken = settings(TAKEN_OVER)?;
        let mut text = String::new();
        for (key, value) in &taken {
            text += &setting(key, value);
        }
        files::write(&at.join("config"), text.as_bytes())?;
        // Read by git itself, it has to be a file: links are refs of old.
        const LONGEST_HEAD: u64 = 1 << 16;
        let head = files::read(&git_directory.join("HEAD"), LONGEST_HEAD)?.unwrap_or_default();
        files::write(&at.join("HEAD"), &head)?;
        for name in ["refs", "packed-refs", "reftable", "shallow"] {
            files::borrow(&common.join(name), &at.join(name))?;
        }
        files::borrow(&common.join("info/exclude"), &at.join("info/exclude"))?;
        // An index may be split, and its parts lie where the git directory is.
        for name in files::list(git_directory)? {
            if name == "index" || name.starts_with("sharedindex.") {
                files::borrow(&git_directory.join(&name), &at.join(&name))?;
            }
        }
        let index = at.join("index");
        let mut promisor = None;
        for (key, value) in settings(r"^remote\..*\.promisor$")? {
            let name = key.strip_prefix("remote.").and_then(|key| key.strip_suffix(".promisor"));
            let Some(name) = name.filter(|_| value == "true") else { continue };
            let url = taken.iter().find(|(key, _)| *key == format!("remote.{name}.url"));
            promisor = url.map(|(_, url)| (name.to_owned(), url.clone()));
        }
        Ok(Self { directory, index, promisor })
    }
}

/// A setting as git's files have it.
fn setting(key: &str, value: &str) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let (section, name) = key.rsplit_once('.').unwrap_or((key, ""));
    let section = match section.split_once('.') {
        Some((section, below)) => format!("{section} \"{}\"", quoted(below)),
        None => section.to_owned(),
    };
    format!("[{section}]\n\t{name} = \"{}\"\n", quoted(value))
}

impl Repository {
    /// Finds the repository around `directory`.
    ///
    /// # Errors
    /// There is none, or git is missing.
    pub fn discover(directory: &Path) -> Result<Self, GitError> {
        let ask = |words: &[&str]| -> Result<Option<String>, GitError> {
            let mut command = quiet_git();
            command.arg("-C").arg(directory).arg("rev-parse").args(words);
            let output = process::output(&mut command, None)?;
            let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
            Ok(output.status.success().then_some(text))
        };
        let found = ask(&["--git-common-dir", "--git-dir"])?;
        let found = found.ok_or_else(|| GitError::NoRepository(files::absolute(directory)))?;
        let (common, own) = found.split_once('\n').ok_or(GitError::Unexpected("rev-parse"))?;
        let [common, own] = [common, own].map(|path| files::absolute(&directory.join(path)));
        let work_tree = ask(&["--show-toplevel"])?.map(|path| directory.join(path));
        let view = Arc::new(View::new(&own, &common)?);
        Ok(Self { common, work_tree, directory: directory.to_owned(), view })
    }

    /// The root of the work tree; none in a bare repository.
    pub fn work_tree(&self) -> Option<&Path> {
        self.work_tree.as_deref()
    }

    pub(super) fn command(&self) -> Command {
        let mut command = quiet_git();
        command.env("GIT_DIR", self.view.directory.path());
        command.env("GIT_INDEX_FILE", &self.view.index);
        command.env("GIT_OBJECT_DIRECTORY", self.common.join("objects"));
        // No protocol is allowed: nothing is fetched, whatever the version of git.
        command.env("GIT_ALLOW_PROTOCOL", "none");
        for name in ["GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_NAMESPACE", "GIT_CONFIG"] {
            command.env_remove(name);
        }
        if let Some(top) = &self.work_tree {
            command.env("GIT_WORK_TREE", files::absolute(top));
        }
        command.arg("-C").arg(&self.directory);
        command
    }

    fn text(&self, words: &[&str]) -> Result<String, GitError> {
        let out = process::stdout(self.command().args(words), None)?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    /// Finds the commit behind a tag, branch or id.
    ///
    /// # Errors
    /// There is none.
    pub fn commit(&self, reference: &str) -> Result<Commit, GitError> {
        let missing = || GitError::NoCommit(reference.to_owned());
        if reference.starts_with('-') {
            return Err(missing());
        }
        let target = format!("{reference}^{{commit}}");
        let mut command = self.command();
        command.args(["rev-parse", "--verify", "--quiet", "--end-of-options", &target]);
        let output = process::output(&mut command, None)?;
        if !output.status.success() {
            return Err(missing());
        }
        let id = String::from_utf8_lossy(&output.stdout);
        // git before 2.30 prints the option back.
        let id = id.lines().rfind(|line| *line != "--end-of-options").unwrap_or_default();
        let id: ObjectId = id.parse().map_err(|_| GitError::Unexpected("rev-parse"))?;
        let time = self.text(&["log", "-1", "--no-show-signature", "--format=%ct", id.as_str()])?;
        let time: i64 = time.trim().parse().map_err(|_| GitError::Unexpected("log"))?;
        Ok(Commit { id, time: u64::try_from(time).unwrap_or(0) })
    }

    /// The content of a file at a commit; none if it is not there.
    ///
    /// # Errors
    /// git failed.
    pub fn file(&self, commit: &ObjectId, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let mut command = self.command();
        command.args(["cat-file", "blob", &format!("{commit}:{path}")]);
        let output = process::output(&mut command, None)?;
        Ok(output.status.success().then_some(output.stdout))
    }

    /// Names of what is in the root of a commit.
    ///
    /// # Errors
    /// git failed.
    pub fn root_files(&self, commit: &ObjectId) -> Result<Vec<String>, GitError> {
        let names = self.text(&["ls-tree", "-z", "--name-only", "--full-tree", commit.as_str()])?;
        Ok(names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
    }

    /// All tags, newest first.
    ///
    /// # Errors
    /// git failed.
    pub fn tags(&self) -> Result<Vec<String>, GitError> {
        let words =
            ["for-each-ref", "--sort=-creatordate", "--format=%(refname:strip=2)", "refs/tags"];
        Ok(self.text(&words)?.lines().map(str::to_owned).collect())
    }

    /// Names and addresses of the remotes.
    ///
    /// # Errors
    /// git failed.
    pub fn remotes(&self) -> Result<Vec<(String, String)>, GitError> {
        let names = self.text(&["remote"])?;
        let mut remotes = Vec::new();
        for name in names.lines() {
            if let Ok(url) = self.text(&["remote", "get-url", name]) {
                remotes.push((name.to_owned(), url.trim().to_owned()));
            }
        }
        Ok(remotes)
    }

    /// Everybody who wrote a commit on any branch, each once: name and address as committed, and
    /// the address as the mailmap has it.
    ///
    /// # Errors
    /// git failed.
    pub fn authors(&self) -> Result<BTreeSet<(String, String, String)>, GitError> {
        // The mailmap only ever adds: without one `%aE` is `%ae`.
        let words = ["log", "--all", "--no-show-signature", "--format=%an%x00%ae%x00%aE"];
        let text = self.text(&words)?;
        let authors = text.lines().filter_map(|line| {
            let mut parts = line.splitn(3, '\0').map(str::to_owned);
            Some((parts.next()?, parts.next()?, parts.next()?))
        });
        Ok(authors.collect())
    }

    /// How the work tree stands.
    ///
    /// # Errors
    /// git failed.
    pub fn work_tree_state(&self) -> Result<WorkTree, GitError> {
        let words = ["status", "--porcelain=v2", "--branch", "--untracked-files=normal"];
        // git would look into submodules with the settings that they bring, and into what a partial
        // clone lacks to find what was renamed.
        let words = [&words[..], &["--ignore-submodules=dirty", "--no-renames"]].concat();
        let text = self.text(&words)?;
        Ok(parse_status(&text))
    }

    /// Submodules at a commit.
    ///
    /// # Errors
    /// git failed.
    pub fn submodules(&self, commit: &ObjectId) -> Result<Vec<Submodule>, GitError> {
        let listing = process::stdout(
            self.command().args(["ls-tree", "-r", "-z", "--full-tree", commit.as_str()]),
            None,
        )?;
        let mut submodules = Vec::new();
        for (path, id) in parse_gitlinks(&listing) {
            let path = TreePath::parse(path).map_err(|_| GitError::Unexpected("ls-tree"))?;
            let commit = id.parse().map_err(|_| GitError::Unexpected("ls-tree"))?;
            submodules.push(Submodule { path, commit, name: None });
        }
        if submodules.is_empty() {
            return Ok(submodules);
        }
        let blob = format!("--blob={commit}:.gitmodules");
        let mut command = self.command();
        command.args(["config", &blob, "-z", "--get-regexp", r"^submodule\..*\.path$"]);
        let output = process::output(&mut command, None)?;
        let names = parse_gitmodules(&output.stdout);
        for submodule in &mut submodules {
            submodule.name = names.get(submodule.path.as_bytes()).cloned();
        }
        Ok(submodules)
    }

    /// The repository that holds a submodule's objects.
    ///
    /// # Errors
    /// It is not in this clone, or without the recorded commit.
    pub fn submodule(&self, submodule: &Submodule) -> Result<Repository, GitError> {
        let missing = || GitError::SubmoduleMissing {
            path: submodule.path.display(),
            commit: submodule.commit.clone(),
        };
        // A name with `..` in it would leave the directory.
        let inside = |name: &&String| TreePath::parse(name.as_bytes()).is_ok();
        let cloned = submodule
            .name
            .as_ref()
            .filter(inside)
            .map(|name| self.common.join("modules").join(name));
        let checked_out = self.work_tree.as_ref().map(|top| top.join(submodule.path.display()));
        for place in
            [cloned, checked_out].into_iter().flatten().filter(|place| files::exists(place))
        {
            if let Ok(repository) = Repository::discover(&place)
                && repository.common != self.common
                && repository.commit(submodule.commit.as_str()).is_ok()
            {
                return Ok(repository);
            }
        }
        Err(missing())
    }

    /// Fails where objects of the commit's tree are missing, as in a partial clone; fetches them first,
    /// all at once, if that is asked for.
    ///
    /// # Errors
    /// They are missing, or cannot be fetched.
    pub fn complete(&self, commit: &ObjectId, fetch: bool) -> Result<(), GitError> {
        let Some((remote, url)) = &self.view.promisor else { return Ok(()) };
        let bare = self.bare(commit)?;
        // As deep as a tree of which no directory is here.
        const MOST_ROUNDS: usize = 64;
        for rounds in 0.. {
            let words = ["rev-list", "--objects", "--no-walk", "--missing=print", commit.as_str()];
            let listing = bare.run(&words, None)?;
            let listing = String::from_utf8_lossy(&listing);
            let missing: Vec<&str> =
                listing.lines().filter_map(|line| line.strip_prefix('?')).collect();
            if missing.is_empty() {
                return Ok(());
            }
            // Trees that come bring names of further objects; what does not come was not given out.
            if !fetch || rounds == MOST_ROUNDS {
                let (commit, remote) = (commit.clone(), remote.clone());
                return Err(GitError::Partial { commit, objects: missing.len(), remote });
            }
            bare.fetch(remote, url, &missing)?;
        }
        Ok(())
    }

    /// Borrows the objects of this repository for reading trees.
    ///
    /// # Errors
    /// The throw-away directory cannot be made.
    pub fn bare(&self, commit: &ObjectId) -> Result<Bare, GitError> {
        let directory = files::scratch()?;
        let at = directory.path();
        let format = if commit.as_str().len() == 64 {
            "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = sha256\n"
        } else {
            "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
        };
        files::write(&at.join("config"), format.as_bytes())?;
        files::write(&at.join("HEAD"), b"ref: refs/heads/none\n")?;
        files::write(&at.join("refs/none"), b"")?;
        // What was shallow has no parents.
        files::borrow(&self.common.join("shallow"), &at.join("shallow"))?;
        Ok(Bare { objects: self.common.join("objects"), directory })
    }
}

/// The throw-away git directory.
#[derive(Debug)]
pub struct Bare {
    objects: PathBuf,
    directory: Scratch,
}

/// A running `git archive`; its stdout is the tree as tar.
#[derive(Debug)]
pub struct ArchiveStream {
    child: Child,
    stdout: Option<ChildStdout>,
}

impl Bare {
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        let nothing = self.directory.path().join("none");
        command
            .env("GIT_DIR", self.directory.path())
            .env("GIT_OBJECT_DIRECTORY", &self.objects)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_SYSTEM", &nothing)
            .env("GIT_CONFIG_GLOBAL", &nothing)
            .env("GIT_ATTR_NOSYSTEM", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("HOME", self.directory.path())
            .env("XDG_CONFIG_HOME", self.directory.path())
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("TZ", "UTC");
        let mut attributes = std::ffi::OsString::from("core.attributesFile=");
        attributes.push(&nothing);
        command.arg("-c").arg(attributes);
        for setting in ["core.autocrlf=false", "core.eol=lf", "core.abbrev=40", "tar.umask=0022"] {
            command.args(["-c", setting]);
        }
        // Packs are read through small windows: 50 MB of memory instead of 154 MB for a tree of
        // 370 MB, and no slower.
        for setting in [
            "core.packedGitWindowSize=1m",
            "core.packedGitLimit=16m",
            "core.deltaBaseCacheLimit=16m",
        ] {
            command.args(["-c", setting]);
        }
        command
    }

    /// Starts to stream the tree of a commit.
    ///
    /// # Errors
    /// git is missing.
    pub fn archive(&self, commit: &ObjectId) -> Result<ArchiveStream, GitError> {
        let mut command = self.command();
        command.args(["archive", "--format=tar", commit.as_str()]).env("LC_ALL", "C");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|source| {
            GitError::Process(ProcessError::Start { program: "git archive".to_owned(), source })
        })?;
        let stdout = child.stdout.take();
        Ok(ArchiveStream { child, stdout })
    }

    /// Files with `export-subst` whose placeholders depend on more than the commit, with those
    /// placeholders.
    ///
    /// # Errors
    /// git failed.
    pub fn unstable_substitutions(
        &self,
        commit: &ObjectId,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, GitError> {
        let listing = self.run(&["ls-tree", "-r", "-z", "--name-only", commit.as_str()], None)?;
        let is_attributes =
            |path: &&[u8]| *path == b".gitattributes" || path.ends_with(b"/.gitattributes");
        let paths = || listing.split(|&byte| byte == 0).filter(|path| !path.is_empty());
        let mut mentioned = false;
        for path in paths().filter(is_attributes) {
            let text = self.blob(commit, path)?;
            mentioned |= text.windows(12).any(|window| window == b"export-subst");
        }
        let mut unstable = BTreeMap::new();
        if !mentioned {
            return Ok(unstable);
        }
        self.run(&["read-tree", commit.as_str()], None)?;
        let words = ["check-attr", "--cached", "--stdin", "-z", "export-subst"];
        let answers = self.run(&words, Some(&listing))?;
        let fields: Vec<&[u8]> = answers.split(|&byte| byte == 0).collect();
        for answer in fields.chunks_exact(3).filter(|answer| answer[2] == b"set") {
            let content = self.blob(commit, answer[0])?;
            let found = unstable_placeholders(&String::from_utf8_lossy(&content));
            if !found.is_empty() {
                unstable.insert(String::from_utf8_lossy(answer[0]).into_owned(), found);
            }
        }
        Ok(unstable)
    }

    /// Fetches objects into the repository, as git itself does for a partial clone; of the settings
    /// only the address of the remote counts.
    fn fetch(&self, remote: &str, url: &str, objects: &[&str]) -> Result<(), GitError> {
        let mut settings = setting("core.repositoryformatversion", "1");
        settings += "[core]\n\tbare = true\n";
        if objects.iter().any(|id| id.len() == 64) {
            settings += &setting("extensions.objectformat", "sha256");
        }
        settings += &setting("extensions.partialClone", remote);
        for (name, value) in
            [("url", url), ("promisor", "true"), ("partialclonefilter", "blob:none")]
        {
            settings += &setting(&format!("remote.{remote}.{name}"), value);
        }
        let file = self.directory.path().join("config");
        let before = files::read(&file, 1 << 20)?.unwrap_or_default();
        files::write(&file, settings.as_bytes())?;
        let mut command = quiet_git();
        command.env("GIT_DIR", self.directory.path()).env("GIT_OBJECT_DIRECTORY", &self.objects);
        command.env("GIT_ALLOW_PROTOCOL", "http:https:ssh:git:file");
        for name in ["GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        command.args(["-c", "fetch.negotiationAlgorithm=noop", "fetch", remote, "--quiet"]);
        command.args(["--no-tags", "--no-write-fetch-head", "--recurse-submodules=no"]);
        command.args(["--filter=blob:none", "--stdin"]);
        let fetched = process::stdout(&mut command, Some((objects.join("\n") + "\n").as_bytes()));
        files::write(&file, &before)?;
        fetched?;
        Ok(())
    }

    pub(super) fn run(&self, words: &[&str], stdin: Option<&[u8]>) -> Result<Vec<u8>, GitError> {
        Ok(process::stdout(self.command().args(words), stdin)?)
    }

    fn blob(&self, commit: &ObjectId, path: &[u8]) -> Result<Vec<u8>, GitError> {
        let name = [commit.as_str().as_bytes(), b":", path, b"\n"].concat();
        let answer = self.run(&["cat-file", "--batch"], Some(&name))?;
        let start = answer.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        Ok(answer.get(start..answer.len().saturating_sub(1)).unwrap_or_default().to_vec())
    }
}

impl ArchiveStream {
    /// Waits for git and looks at how it ended.
    ///
    /// # Errors
    /// git failed, with its own words.
    pub fn finish(mut self) -> Result<(), GitError> {
        drop(self.stdout.take());
        let mut stderr = String::new();
        if let Some(pipe) = self.child.stderr.take() {
            // Without its words the status still tells that git failed.
            let _ = pipe.take(64 << 10).read_to_string(&mut stderr);
        }
        let program = "git archive".to_owned();
        let status = self.child.wait().map_err(|source| {
            GitError::Process(ProcessError::Start { program: program.clone(), source })
        })?;
        if status.success() {
            return Ok(());
        }
        Err(GitError::Process(ProcessError::Failed { program, status: status.to_string(), stderr }))
    }
}

impl Read for ArchiveStream {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.stdout.as_mut().map_or(Ok(0), |stdout| stdout.read(buffer))
    }
}

impl Drop for ArchiveStream {
    fn drop(&mut self) {
        // Already ended, unless we gave up on it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The placeholders in `$Format:…$` whose value can change without the commit changing: names of
/// refs, abbreviated ids, ages, notes, descriptions, signature states.
/// <https://git-scm.com/docs/pretty-formats>
fn unstable_placeholders(text: &str) -> BTreeSet<String> {
    const UNSTABLE: [&str; 16] = [
        "%d",
        "%D",
        "%h",
        "%p",
        "%t",
        "%ar",
        "%cr",
        "%ah",
        "%ch",
        "%N",
        "%S",
        "%G",
        "%g",
        "%(describe",
        "%(decorate",
        "%ad",
    ];
    let mut found = BTreeSet::new();
    for piece in text.split("$Format:").skip(1) {
        let Some((format, _)) = piece.split_once('$') else {
            continue;
        };
        let format = format.replace("%%", "");
        found.extend(
            UNSTABLE
                .iter()
                .filter(|p| format.contains(*p))
                .map(|p| if p.starts_with("%(") { format!("{p})") } else { (*p).to_owned() }),
        );
    }
    found
}

fn parse_gitlinks(listing: &[u8]) -> Vec<(&[u8], String)> {
    let lines = listing.split(|&byte| byte == 0);
    lines
        .filter_map(|line| {
            let rest = line.strip_prefix(b"160000 commit ")?;
            let tab = rest.iter().position(|&byte| byte == b'\t')?;
            Some((&rest[tab + 1..], String::from_utf8_lossy(&rest[..tab]).into_owned()))
        })
        .collect()
}

fn parse_gitmodules(settings: &[u8]) -> BTreeMap<Vec<u8>, String> {
    let entries = settings.split(|&byte| byte == 0);
    entries
        .filter_map(|entry| {
            let newline = entry.iter().position(|&byte| byte == b'\n')?;
            let key = String::from_utf8_lossy(&entry[..newline]);
            let name = key.strip_prefix("submodule.")?.strip_suffix(".path")?;
            Some((entry[newline + 1..].to_vec(), name.to_owned()))
        })
        .collect()
}

fn parse_status(text: &str) -> WorkTree {
    let mut state = WorkTree::default();
    for line in text.lines() {
        match line.strip_prefix("# branch.") {
            Some(header) => match header.split_once(' ') {
                Some(("head", "(detached)")) => {}
                Some(("head", name)) => state.branch = Some(name.to_owned()),
                Some(("upstream", name)) => state.upstream = Some(name.to_owned()),
                Some(("ab", counts)) => {
                    let mut counts = counts.split(' ').map(|n| n[1..].parse().unwrap_or(0));
                    state.ahead = counts.next().unwrap_or(0);
                    state.behind = counts.next().unwrap_or(0);
                }
                _ => {}
            },
            None if line.starts_with("# ") => {}
            None => state.changes += 1,
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_that_move_are_found() {
        let found = |text| unstable_placeholders(text).into_iter().collect::<Vec<_>>();
        assert_eq!(found("ref: $Format:%D$ id: $Format:%H %cI$"), ["%D"]);
        assert_eq!(found("$Format:%h %(describe:tags=true)$"), ["%(describe)", "%h"]);
        assert!(found("%h outside, $Format:%%d$ quoted, $Format:%H unclosed").is_empty());
    }

    #[test]
    fn status_is_counted() {
        let text = "# branch.oid 1234\n# branch.head main\n# branch.upstream origin/main\n\
                    # branch.ab +2 -1\n1 .M N... 100644 a\n? new file\n";
        let expected = WorkTree {
            changes: 2,
            branch: Some("main".to_owned()),
            upstream: Some("origin/main".to_owned()),
            ahead: 2,
            behind: 1,
        };
        assert_eq!(parse_status(text), expected);
    }
}
