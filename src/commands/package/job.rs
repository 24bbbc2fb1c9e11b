//! What is settled before the first byte is packed: the commit, its settings and names, and how its
//! tree is handed out.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::Path;

use super::super::{Session, Settings, git_failure};
use super::{PackageArgs, list};
use crate::archive::{Effort, Layout};
use crate::backend::git::{ArchiveStream, Bare, Commit, Repository, Submodule};
use crate::backend::machine;
use crate::candidate::{CandidateError, CandidateNames};
use crate::error::Failure;
use crate::project::file::Submodules;
use crate::project::{FILE_NAME, Flags, Project};
use crate::release::{CandidateNumber, Version};
use crate::source::{ListedTree, TarTree, Tree, TreeError, TreePath, WithSubmodules};

/// Threads that compress unless `--threads` says otherwise: each takes some 12 MB of memory, and
/// more would only wait for git.
const MOST_THREADS: NonZeroUsize = NonZeroUsize::new(8).expect("8 is not zero");

/// The latest date that the twelve bytes of a tar header hold.
const LATEST: u64 = 0o77_777_777_777;

/// Everything that is settled before the first byte is packed.
pub(super) struct Job {
    pub(super) repository: Repository,
    pub(super) project: Project,
    pub(super) reference: String,
    pub(super) commit: Commit,
    pub(super) names: CandidateNames,
    pub(super) layout: Layout,
    pub(super) effort: Effort,
    submodules: Vec<PackedSubmodule>,
}

/// A submodule's place with what goes there; nothing if it is to stay empty.
struct PackedSubmodule {
    path: TreePath,
    content: Option<(Repository, Commit)>,
}

impl Job {
    pub(super) fn prepare(session: &Session, args: &PackageArgs) -> Result<Self, Failure> {
        let repository = Repository::discover(Path::new(".")).map_err(git_failure)?;
        let flags = Flags {
            project: args.project.clone(),
            formats: args.formats.clone(),
            key: args.key.clone(),
            level: args.level,
        };
        // The commit's own settings count, but which commit it is may need the work tree's.
        let reference = match &args.reference {
            Some(reference) => reference.clone(),
            None => default_reference(
                session.settings(Some(&repository), None)?.resolve(&flags)?,
                args,
            )?,
        };
        let commit = repository.commit(&reference).map_err(git_failure)?;
        repository.complete(&commit.id, args.fetch).map_err(git_failure)?;
        let settings = session.settings(Some(&repository), Some(&commit.id))?;
        mention_settings(session, &settings);
        let project = settings.resolve(&flags)?;
        let (version, rc) = version_and_candidate(&project, &reference, args)?;
        let names = CandidateNames::new(&project, version, rc).map_err(candidate_failure)?;
        let layout = Layout {
            top_directory: names.top_directory.to_string(),
            mtime: dated(source_date_epoch()?, commit.time)?,
            commit: commit.id.clone(),
        };
        let effort = Effort {
            level: project.level.value,
            threads: args.threads.unwrap_or_else(|| machine::threads().min(MOST_THREADS)),
        };
        let rule = match project.submodules.value {
            // Who only compares cannot change the project's settings: `git archive` leaves them empty.
            Submodules::Error if args.check.is_some() => Submodules::Empty,
            rule => rule,
        };
        let submodules = find_submodules(&repository, &commit, rule, args.fetch)?;
        Ok(Self { repository, project, reference, commit, names, layout, effort, submodules })
    }

    /// Hands the tree of the commit, with what is in its submodules, to `work`.
    pub(super) fn with_tree<T>(
        &self,
        session: &Session,
        what: &str,
        work: impl FnOnce(&mut dyn Tree) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let bare = self.repository.bare(&self.commit.id).map_err(git_failure)?;
        let progress = session.ui.progress(what);
        let mut stream = bare.archive(&self.commit.id).map_err(git_failure)?;
        let outcome = {
            let counted = progress.wrap_read(io::BufReader::with_capacity(256 << 10, &mut stream));
            let mut tree = TarTree::new(counted, self.commit.id.clone());
            if self.submodules.is_empty() {
                work(&mut tree)
            } else {
                let submodules = self.submodule_trees()?;
                work(&mut WithSubmodules::new(Box::new(tree), submodules))
            }
        };
        progress.finish_and_clear();
        // git's own complaint explains a broken stream better than the break does.
        let ended = stream.finish();
        match (outcome, ended) {
            (Ok(value), ended) => ended.map_err(git_failure).map(|()| value),
            (Err(_), Err(of_git)) if of_git.complains() => Err(git_failure(of_git)),
            (Err(failure), _) => Err(failure),
        }
    }

    fn submodule_trees(&self) -> Result<BTreeMap<TreePath, Box<dyn Tree>>, Failure> {
        let mut trees: BTreeMap<TreePath, Box<dyn Tree>> = BTreeMap::new();
        for submodule in &self.submodules {
            let tree: Box<dyn Tree> = match &submodule.content {
                Some((repository, commit)) => {
                    let bare = repository.bare(&commit.id).map_err(git_failure)?;
                    Box::new(SubmoduleTree { bare, commit: commit.clone() })
                }
                None => Box::new(ListedTree::default()),
            };
            trees.insert(submodule.path.clone(), tree);
        }
        Ok(trees)
    }
}

/// A submodule's tree; git starts when its place in the archive has come.
struct SubmoduleTree {
    bare: Bare,
    commit: Commit,
}

impl Tree for SubmoduleTree {
    fn visit(&mut self, visitor: &mut crate::source::Visitor<'_>) -> Result<(), TreeError> {
        let broken =
            |error: crate::backend::git::GitError| TreeError::Read(io::Error::other(error));
        let mut stream: ArchiveStream = self.bare.archive(&self.commit.id).map_err(broken)?;
        let outcome =
            TarTree::new(io::BufReader::new(&mut stream), self.commit.id.clone()).visit(visitor);
        match (outcome, stream.finish()) {
            (Err(_), Err(of_git)) if of_git.complains() => Err(broken(of_git)),
            (outcome, ended) => outcome.and(ended.map_err(broken)),
        }
    }
}

fn default_reference(project: Project, args: &PackageArgs) -> Result<String, Failure> {
    let template = &project.candidate_tag.value;
    let names = project.names(args.version.as_ref(), args.rc);
    template.render(&names).map_err(|missing| {
        Failure::usage("it is not said what to package")
            .hint(format!(
                "say --ref REF, or --version and --rc for the tag `{template}` ({}); `{{{}}}` is missing",
                project.candidate_tag.source, missing.variable
            ))
            .run(["plusone", "package", "--ref", "v1.2.0-rc1"])
    })
}

fn version_and_candidate(
    project: &Project,
    reference: &str,
    args: &PackageArgs,
) -> Result<(Version, Option<CandidateNumber>), Failure> {
    let names = project.names(args.version.as_ref(), args.rc);
    let tag = reference.strip_prefix("refs/tags/").unwrap_or(reference);
    let read = project
        .candidate_tag
        .value
        .read(tag, &names)
        .or_else(|| project.tag.value.read(tag, &names));
    let version =
        args.version.clone().or_else(|| read.as_ref().and_then(|read| read.version.clone()));
    let version = version.ok_or_else(|| {
        Failure::usage(format!("the version cannot be read from `{reference}`")).hint(format!(
            "say it with --version; tags are expected to look like `{}` or `{}`",
            project.candidate_tag.value, project.tag.value
        ))
    })?;
    Ok((version, args.rc.or(read.and_then(|read| read.rc))))
}

fn mention_settings(session: &Session, settings: &Settings) {
    if session.config.is_some() || settings.of_commit {
        return;
    }
    session.ui.warn(&if settings.found {
        format!(
            "{FILE_NAME} is not in the commit: others cannot rebuild the archive without your copy"
        )
    } else {
        format!("there is no {FILE_NAME}: names are the defaults; `plusone init` writes one")
    });
}

fn source_date_epoch() -> Result<Option<u64>, Failure> {
    let Some(text) = machine::variable("SOURCE_DATE_EPOCH") else {
        return Ok(None);
    };
    text.parse().map(Some).map_err(|_| {
        Failure::usage(format!("SOURCE_DATE_EPOCH is `{text}`, not a number of seconds since 1970"))
            .hint("unset it to date the members with the commit")
    })
}

/// The date of the members.
fn dated(epoch: Option<u64>, commit: u64) -> Result<u64, Failure> {
    let date = epoch.unwrap_or(commit);
    if date <= LATEST {
        return Ok(date);
    }
    let whose = if epoch.is_some() { "SOURCE_DATE_EPOCH" } else { "the commit" };
    Err(Failure::usage(format!(
        "{whose} is dated {date} s after 1970, and dates after 2242 do not fit into archives"
    ))
    .hint("set SOURCE_DATE_EPOCH to the seconds since 1970 that the members are to be dated with"))
}

fn candidate_failure(error: CandidateError) -> Failure {
    match error {
        CandidateError::Missing(missing) => {
            let hint = format!(
                "say it with --{}, or change the template in {FILE_NAME}",
                missing.variable
            );
            Failure::usage(missing).hint(hint)
        }
        CandidateError::Name(_) => {
            Failure::usage(error).hint(format!("see [naming] in {FILE_NAME}"))
        }
    }
}

fn find_submodules(
    repository: &Repository,
    commit: &Commit,
    rule: Submodules,
    fetch: bool,
) -> Result<Vec<PackedSubmodule>, Failure> {
    let found = repository.submodules(&commit.id).map_err(git_failure)?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    match rule {
        Submodules::Error => {
            let paths: Vec<_> = found.iter().map(|submodule| submodule.path.display()).collect();
            Err(Failure::usage(format!(
                "the commit has submodules, which would be missing from the archive: {}",
                list(&paths)
            ))
            .hint(format!(
                "set `submodules = \"include\"` in the [source] table of {FILE_NAME} to pack them \
                 at their recorded commits, or \"empty\" to leave empty directories"
            )))
        }
        Submodules::Empty => {
            let empty = |found: Submodule| PackedSubmodule { path: found.path, content: None };
            Ok(found.into_iter().map(empty).collect())
        }
        Submodules::Include => {
            found.into_iter().map(|found| include(repository, found, fetch)).collect()
        }
    }
}

fn include(
    repository: &Repository,
    found: Submodule,
    fetch: bool,
) -> Result<PackedSubmodule, Failure> {
    let inside = repository.submodule(&found).map_err(git_failure)?;
    let commit = inside.commit(found.commit.as_str()).map_err(git_failure)?;
    inside.complete(&commit.id, fetch).map_err(git_failure)?;
    if !inside.submodules(&commit.id).map_err(git_failure)?.is_empty() {
        return Err(Failure::usage(format!(
            "the submodule `{}` has submodules of its own, which cannot be packed",
            found.path.display()
        ))
        .hint("leave submodules empty with `submodules = \"empty\"`, and attach their sources yourself"));
    }
    Ok(PackedSubmodule { path: found.path, content: Some((inside, commit)) })
}
