//! The release that is under way: its settings, its ledger, its dist area.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Months, Utc};
use clap::Args;

use super::access::AccessArgs;
use super::{Session, Settings, git_failure};
use crate::backend::dist::{self, AreaError, DistArea};
use crate::backend::files::FileError;
use crate::backend::git::{GitError, Repository};
use crate::backend::http::Patience;
use crate::backend::ledger::{LedgerFile, Notebook, NotebookError};
use crate::backend::ponymail::{Archive, PonymailError};
use crate::dist::Place;
use crate::error::Failure;
use crate::ledger::state::{Prepared, Round, Staged, Step};
use crate::ledger::{Candidate, State, next};
use crate::mail::mbox::{self, Borders};
use crate::mail::{self, Message};
use crate::plan::Progress;
use crate::policy::Preset;
use crate::project::mail::LetterSettings;
use crate::project::template::{MissingValue, Names, Template};
use crate::project::{FILE_NAME, Flags, Project};
use crate::release::{CandidateNumber, ProjectName, Version};
use crate::report::plan::PlanReport;

/// Which release is meant.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct WhichArgs {
    /// Version that is released [default: the one under way]
    #[arg(long, value_name = "VERSION")]
    pub(super) version: Option<Version>,
    /// Number of the candidate [default: the newest of the version]
    #[arg(long, value_name = "N")]
    pub(super) rc: Option<CandidateNumber>,
    /// Short name of the project, where no plusone.toml says it
    #[arg(long, value_name = "NAME")]
    pub(super) project: Option<ProjectName>,
}

/// A release that is under way.
pub(super) struct Underway {
    pub(super) repository: Option<Repository>,
    /// Where ledgers are: the root of the repository, else where we are.
    pub(super) root: PathBuf,
    pub(super) settings: Settings,
    pub(super) project: Project,
    pub(super) letters: LetterSettings,
    pub(super) version: Version,
    pub(super) rc: Option<CandidateNumber>,
    pub(super) ledger: LedgerFile,
    pub(super) state: State,
}

/// The votes that a release needs, as the ledger calls them.
pub(super) const fn rounds(preset: Preset) -> &'static [&'static str] {
    match preset {
        Preset::Podling => &["ppmc", "ipmc"],
        Preset::TopLevel | Preset::Plain => &["project"],
    }
}

impl Underway {
    pub(super) fn open(session: &Session, which: &WhichArgs) -> Result<Self, Failure> {
        let repository = repository()?;
        let root = root(repository.as_ref());
        let settings = session.settings(repository.as_ref(), None)?;
        let flags = Flags { project: which.project.clone(), ..Flags::default() };
        let project = settings.resolve(&flags)?;
        let needed = rounds(project.preset.value);
        let version = match &which.version {
            Some(version) => version.clone(),
            None => the_one_under_way(session, &root, needed)?,
        };
        let ledger = LedgerFile::new(&root, &version);
        let parsed = ledger.read().map_err(ledger_failure)?;
        for warning in &parsed.warnings {
            session.ui.warn(&format!("{}: {warning}", ledger.path().display()));
        }
        let state = State::of(parsed.records);
        let rc = which.rc.or_else(|| state.current().and_then(|candidate| candidate.rc));
        let letters = LetterSettings::resolve(&settings.user, &settings.project, &project);
        Ok(Self { repository, root, settings, project, letters, version, rc, ledger, state })
    }

    /// What the ledger knows of the candidate.
    pub(super) fn candidate(&self) -> Option<&Candidate> {
        self.state.candidate(&self.version, self.rc)
    }

    /// Where the candidate is staged.
    pub(super) fn staged(&self) -> Result<&Staged, Failure> {
        let candidate = self.candidate();
        let gone = candidate.is_some_and(|candidate| candidate.cleared.is_some());
        candidate.and_then(|candidate| candidate.staged.as_ref()).filter(|_| !gone).ok_or_else(
            || {
                let how = if gone { "was removed from" } else { "is not in" };
                Failure::usage(format!("{} {how} the staging area, as far as the ledger knows", self.title()))
                    .hint("stage it; if another machine did, the ledger can be made anew from what is there:")
                    .run(self.command("stage"))
                    .run(self.rebuild())
            },
        )
    }

    /// Whether the ledger knows that the candidate was staged, or that we began to.
    pub(super) fn knows_staging(&self) -> bool {
        self.candidate().is_some_and(|candidate| {
            let begun = |step: &Step| step.command.as_deref() == Some("stage");
            candidate.staged.is_some() || candidate.steps.values().any(begun)
        })
    }

    /// Looks for a mail of a list in its web archive, from the month of `since` on, for a year at most.
    pub(super) fn in_archive(
        &self,
        session: &Session,
        (list, since): (&str, DateTime<Utc>),
        patience: Patience,
        is_it: impl Fn(&Message) -> bool,
    ) -> Result<Option<Message>, PonymailError> {
        const MOST_MONTHS: u32 = 12;
        let Some(base) = &self.letters.archive else { return Ok(None) };
        let archive = Archive::new(patience)?;
        for month in 0..MOST_MONTHS {
            let Some(day) = since.checked_add_months(Months::new(month)) else { break };
            let day = day.format("%Y-%m").to_string();
            if month > 0 && day > session.now.format("%Y-%m").to_string() {
                break;
            }
            let bytes = archive.month(base, list, &day)?;
            for range in Borders::default().split(&bytes) {
                let message = mail::read(&mbox::content(&bytes[range]));
                if is_it(&message) {
                    return Ok(Some(message));
                }
            }
        }
        Ok(None)
    }

    /// What people call it: `demo 1.2.0 rc1`.
    pub(super) fn title(&self) -> String {
        let rc = self.rc.map_or_else(String::new, |rc| format!(" rc{rc}"));
        format!("{} {}{rc}", self.project.name.value, self.version)
    }

    /// The values for templates.
    pub(super) fn names(&self) -> Names {
        self.project.names(Some(&self.version), self.rc)
    }

    /// Fills one of the settings' templates.
    pub(super) fn fill(&self, template: &Template) -> Result<String, Failure> {
        template.render(&self.names()).map_err(missing)
    }

    /// A command of plusone about this candidate.
    pub(super) fn command(&self, name: &str) -> Vec<String> {
        next::named(name, self.version.as_str(), self.rc)
    }

    /// The command that makes the ledger of this candidate anew.
    pub(super) fn rebuild(&self) -> Vec<String> {
        [self.command("status"), vec!["--rebuild".to_owned()]].concat()
    }

    /// What comes next, as a command.
    pub(super) fn next(&self, session: &Session) -> Vec<String> {
        next::next(&self.state, rounds(self.project.preset.value), session.now).command
    }

    /// The votes that it needs.
    pub(super) fn rounds(&self) -> &'static [&'static str] {
        rounds(self.project.preset.value)
    }

    /// A vote that was called on it.
    pub(super) fn round(&self, name: &str) -> Option<&Round> {
        self.candidate()?.round(name)
    }

    /// The mail of this name if it was begun to be sent, and nobody knows that it was not.
    pub(super) fn begun(&self, mail: &str) -> Option<&Prepared> {
        let candidate = self.candidate()?;
        let prepared = candidate.mails.get(mail)?;
        let step = candidate.steps.get(&prepared.step)?;
        (step.progress != Progress::NotStarted).then_some(prepared)
    }

    /// Takes the ledger into hand for a command that acts: nobody else acts meanwhile.
    pub(super) fn take(&mut self, session: &Session, command: &str) -> Result<Notebook, Failure> {
        let notebook = Notebook::open(&self.ledger, self.rc, command, session.now);
        let notebook = notebook.map_err(|error| match error {
            NotebookError::Busy(_) => {
                Failure::outside(error).hint("wait until it is done, then run this again")
            }
            NotebookError::Damaged { .. } => Failure::outside(error)
                .hint("mend the line, or have the ledger made anew from the public record:")
                .run(self.rebuild()),
            NotebookError::File(error) => ledger_failure(error),
        })?;
        self.state = notebook.state().clone();
        Ok(notebook)
    }

    /// Says what comes next, where something was done.
    pub(super) fn done(
        &mut self,
        session: &Session,
        notebook: Option<&Notebook>,
        out: &mut PlanReport,
    ) {
        if let (Some(notebook), None) = (notebook, &out.stopped) {
            self.state = notebook.state().clone();
            out.next = self.next(session);
        }
    }

    /// The dist area with the places of this project in it.
    pub(super) fn areas(&self, access: &AccessArgs) -> Result<Areas, Failure> {
        let unset = |setting: &str| {
            Failure::usage(format!("`{setting}` is not set")).hint(format!(
                "say in {FILE_NAME} where it is: a Subversion address, or directory:/path"
            ))
        };
        let dev = self.project.dist_dev.as_ref().ok_or_else(|| unset("dist.dev"))?;
        let dev = self.fill(&dev.value)?;
        let release = self.project.dist_release.as_ref();
        let release = release.map(|release| self.fill(&release.value)).transpose()?;
        let access = access.access(&self.settings.user)?;
        let open = |addresses: &[&str]| dist::open(addresses, &access);
        let opened = match &release {
            // Where they have nothing in common, nothing can be promoted, but all else works.
            Some(release) => open(&[&dev, release]).or_else(|_| open(&[&dev])),
            None => open(&[&dev]),
        };
        let (area, places) = opened
            .map_err(|error| Failure::usage(error).hint(format!("see [dist] in {FILE_NAME}")))?;
        let mut places = places.into_iter();
        let dev = places.next().unwrap_or_default();
        Ok(Areas { area, dev, release: places.next() })
    }

    /// The candidate's directory, from the root of the area.
    pub(super) fn directory(&self, areas: &Areas) -> Result<Place, Failure> {
        let below = self.fill(&self.project.dev_directory.value)?;
        below_of(&areas.dev, &below)
    }
}

/// A directory below another, `.` for that itself.
pub(super) fn below_of(directory: &Place, below: &str) -> Result<Place, Failure> {
    match below.trim_matches('/') {
        "." | "" => Ok(directory.clone()),
        below => Ok(directory.join(&below.parse::<Place>().map_err(Failure::usage)?)),
    }
}

/// The dist area of a project.
pub(super) struct Areas {
    pub(super) area: Box<dyn DistArea>,
    /// Where candidates are staged, from the root.
    pub(super) dev: Place,
    /// Where releases are, from the root.
    pub(super) release: Option<Place>,
}

impl Areas {
    /// The address of a place.
    pub(super) fn url(&self, place: &Place) -> String {
        match self.area.address().starts_with("directory:") {
            // Not an address: nothing in it is encoded.
            true => format!("{}/{place}", self.area.address()),
            false => place.url(self.area.address()),
        }
    }
}

/// The repository around us, if there is one.
pub(super) fn repository() -> Result<Option<Repository>, Failure> {
    match Repository::discover(Path::new(".")) {
        Ok(repository) => Ok(Some(repository)),
        Err(GitError::NoRepository(_) | GitError::Process(_)) => Ok(None),
        Err(error) => Err(git_failure(error)),
    }
}

/// Where ledgers are.
pub(super) fn root(repository: Option<&Repository>) -> PathBuf {
    let work_tree = repository.and_then(Repository::work_tree);
    work_tree.unwrap_or(Path::new(".")).to_owned()
}

/// The one version whose release is not over.
fn the_one_under_way(session: &Session, root: &Path, needed: &[&str]) -> Result<Version, Failure> {
    let mut under_way = Vec::new();
    for version in LedgerFile::versions(root).map_err(ledger_failure)? {
        let parsed = LedgerFile::new(root, &version).read().map_err(ledger_failure)?;
        if !next::next(&State::of(parsed.records), needed, session.now).command.is_empty() {
            under_way.push(version);
        }
    }
    match &under_way[..] {
        [version] => Ok(version.clone()),
        [] => Err(Failure::usage(
            "it is not said which version is meant, and no release is under way",
        )
        .hint("say --version VERSION, and --rc N where candidates have numbers")),
        several => {
            let names: Vec<&str> = several.iter().map(Version::as_str).collect();
            Err(Failure::usage(format!("several releases are under way: {}", names.join(", ")))
                .hint("say which with --version VERSION"))
        }
    }
}

/// Adds the remedy to an error of the ledger's.
pub(super) fn ledger_failure(error: FileError) -> Failure {
    Failure::outside(error).hint(
        "the ledger is in .plusone, in the root of the repository; use the plusone that wrote it",
    )
}

/// Adds the remedy to an error of the dist area's.
pub(super) fn area_failure(error: AreaError) -> Failure {
    let remedy = error.trouble.remedy();
    Failure::outside(error).hint(remedy)
}

/// Adds the remedy to a template that cannot be filled.
pub(super) fn missing(error: MissingValue) -> Failure {
    let hint = format!("say it with --{}, or change the template in {FILE_NAME}", error.variable);
    Failure::usage(error).hint(hint)
}
