//! One file per subcommand: load, hand to the pure rooms, report.

mod access;
mod act;
pub mod announce;
pub mod cancel;
pub mod completions;
pub mod doctor;
pub mod explain;
pub mod init;
pub mod keys;
mod letter;
pub mod man;
pub mod package;
pub mod promote;
pub mod rehearse;
pub mod result;
pub mod sign;
mod signing;
pub mod stage;
pub mod status;
pub mod tally;
mod underway;
pub mod verify;
pub mod vote;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::backend::files;
use crate::backend::git::{GitError, Repository};
use crate::backend::http;
use crate::backend::machine;
use crate::backend::process::ProcessError;
use crate::cli::{Cli, Command};
use crate::error::{ExitStatus, Failure};
use crate::project::file::SettingsFile;
use crate::project::{self, Flags, Project, ProjectError};
use crate::release::ObjectId;
use crate::ui::Ui;

/// What every command gets.
#[derive(Debug)]
pub struct Session {
    /// The instant that everything is judged by.
    pub now: DateTime<Utc>,
    /// The terminal.
    pub ui: Ui,
    /// `--config`
    pub config: Option<PathBuf>,
}

/// The most that is read of a settings file.
const LARGEST_SETTINGS: u64 = 1 << 20;

/// Runs the command that was asked for.
pub fn run(cli: Cli) -> ExitStatus {
    let global = cli.global;
    // Without it an interrupt leaves a hidden temporary directory behind, nothing worse.
    let _ = files::clean_up_on_interrupt();
    let moved = global.directory.as_deref().map(machine::work_in).transpose();
    let session = Session {
        now: global.time.unwrap_or_else(machine::now),
        ui: Ui::new(
            global.format,
            global.color,
            machine::variable("NO_COLOR").is_some(),
            machine::variable("COLUMNS").and_then(|columns| columns.parse().ok()),
            global.quiet,
            global.verbose,
        ),
        config: global.config,
    };
    let command = cli.command.unwrap_or_else(|| Command::Status(Box::default()));
    let moved =
        moved.map_err(|error| Failure::usage(error).hint("-C names the directory to work in"));
    let done = moved.and_then(|_| match command {
        Command::Init(args) => init::run(&session, args),
        Command::Doctor(args) => doctor::run(&session, args),
        Command::Keys(args) => keys::run(&session, args),
        Command::Package(args) => package::run(&session, args),
        Command::Sign(args) => sign::run(&session, args),
        Command::Stage(args) => stage::run(&session, args),
        Command::Vote(args) => vote::run(&session, args),
        Command::Result(args) => result::run(&session, *args),
        Command::Cancel(args) => cancel::run(&session, args),
        Command::Promote(args) => promote::run(&session, *args),
        Command::Announce(args) => announce::run(&session, args),
        Command::Status(args) => status::run(&session, *args),
        Command::Verify(args) => verify::run(&session, args),
        Command::Tally(args) => tally::run(&session, *args),
        Command::Rehearse(args) => rehearse::run(&session, args),
        Command::Explain(args) => explain::run(&session, args),
        Command::Completions(args) => completions::run(&session, &args),
        Command::Man(args) => man::run(&session, &args),
    });
    for redirect in http::redirects() {
        session.ui.warn(&redirect);
    }
    done.unwrap_or_else(|failure| {
        session.ui.fail(&failure);
        failure.exit()
    })
}

/// A number on the command line.
fn whole_number(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "expected a whole number".to_owned())
}

/// The settings in force, and where the project's own were read.
#[derive(Debug)]
struct Settings {
    user: SettingsFile,
    project: SettingsFile,
    /// Whether they are those of the commit, which others have too.
    of_commit: bool,
    /// Whether there are any.
    found: bool,
    /// Whether we are in a git repository.
    in_repository: bool,
}

impl Settings {
    fn resolve(&self, flags: &Flags) -> Result<Project, Failure> {
        Project::resolve(&self.user, &self.project, flags).map_err(|error| match error {
            ProjectError::Unnamed if !self.in_repository => {
                Failure::usage("this is no git repository, and nothing says which project is meant")
                    .hint("change into your project's clone, or name it with -C DIR")
                    .hint("or say which project with --project NAME")
            }
            ProjectError::Unnamed => Failure::usage(error)
                .hint("say it with --project NAME, or write plusone.toml once and for all:")
                .run(["plusone", "init"]),
            ProjectError::Value { .. } => Failure::usage(error),
        })
    }
}

impl Session {
    /// Reads the settings: `--config`, else `plusone.toml` as it is in `commit`, else in the work
    /// tree.
    fn settings(
        &self,
        repository: Option<&Repository>,
        commit: Option<&ObjectId>,
    ) -> Result<Settings, Failure> {
        let user = match machine::user_settings() {
            Some(path) => read_settings(&path)?.unwrap_or_default(),
            None => SettingsFile::default(),
        };
        let in_repository = repository.is_some();
        let found = |project, of_commit| Settings {
            user: user.clone(),
            project,
            of_commit,
            found: true,
            in_repository,
        };
        if let Some(path) = &self.config {
            let settings = read_settings(path)?;
            let settings = settings.ok_or_else(|| {
                Failure::usage(format!("there is no settings file `{}`", path.display()))
                    .hint("--config names a file like plusone.toml; `plusone init` writes one")
            })?;
            return Ok(found(settings, false));
        }
        if let (Some(repository), Some(commit)) = (repository, commit)
            && let Some(bytes) = repository.file(commit, project::FILE_NAME).map_err(git_failure)?
        {
            let name = format!("{} (at {})", project::FILE_NAME, commit.short());
            let text = String::from_utf8(bytes)
                .map_err(|_| Failure::usage(format!("{name} is not UTF-8 text")))?;
            return Ok(found(parse(&text, &name)?, true));
        }
        let top = repository.and_then(Repository::work_tree).unwrap_or(Path::new("."));
        match read_settings(&top.join(project::FILE_NAME))? {
            Some(settings) => Ok(found(settings, false)),
            None => {
                let project = SettingsFile::default();
                Ok(Settings { user, project, of_commit: false, found: false, in_repository })
            }
        }
    }
}

fn read_settings(path: &Path) -> Result<Option<SettingsFile>, Failure> {
    let text = files::read_text(path, LARGEST_SETTINGS).map_err(Failure::usage)?;
    text.map(|text| parse(&text, &path.display().to_string())).transpose()
}

/// Parses settings; shows the line that is wrong.
fn parse(text: &str, name: &str) -> Result<SettingsFile, Failure> {
    SettingsFile::parse(text, name).map_err(|error| {
        let line = text.lines().nth(error.line.saturating_sub(1)).unwrap_or_default();
        let (gap, number) = (" ".repeat(error.line.to_string().len()), error.line);
        let indent = " ".repeat(error.column.saturating_sub(1));
        Failure::usage(&error)
            .excerpt(format!("{gap} |\n{number} | {line}\n{gap} | {indent}^"))
            .hint("docs/settings.md of plusone lists the settings with what they may be")
    })
}

/// Adds the remedy to an error of git's.
fn git_failure(error: GitError) -> Failure {
    match &error {
        GitError::Process(ProcessError::NotFound { .. }) => {
            Failure::outside(error).hint("install git, or put it on the PATH")
        }
        GitError::NoRepository(_) => {
            Failure::usage(error).hint("change into your project's clone, or name it with -C DIR")
        }
        GitError::NoCommit(name) => {
            let tag =
                format!("is it still to be tagged? `git tag -s {name}` signs and makes the tag");
            Failure::usage(error)
                .hint("`git tag --list` shows the tags; fetch those of others with `git fetch --tags`")
                .hint(tag)
        }
        GitError::SubmoduleMissing { path, .. } => Failure::outside(&error).run([
            "git".to_owned(),
            "submodule".to_owned(),
            "update".to_owned(),
            "--init".to_owned(),
            "--".to_owned(),
            path.clone(),
        ]),
        GitError::Partial { .. } => {
            Failure::outside(error).hint("run the same command with --fetch, which fetches them at once")
        }
        GitError::Process(ProcessError::Failed { stderr, .. })
            if [
                "missing blob",
                "unable to read",
                "could not fetch",
                "invalid object",
                "bad object",
                "not a tree object",
                "could not parse",
            ]
            .iter()
            .any(|words| stderr.contains(words)) =>
        {
            Failure::outside(error)
                .hint("objects are missing or broken here: `git fsck` names them; clone the repository again, in full")
        }
        _ => Failure::outside(error),
    }
}
