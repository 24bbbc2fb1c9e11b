//! `plusone status`: where every release stands, and what comes next.

mod rebuild;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::Args;

use super::access::AccessArgs;
use super::promote::{Ground, is_released};
use super::tally::CountArgs;
use super::underway::{self, Underway, WhichArgs, ledger_failure};
use super::{Session, git_failure};
use crate::backend::ledger::LedgerFile;
use crate::error::{ExitStatus, Failure};
use crate::ledger::{Event, Standing, State, What, next};
use crate::project::Project;
use crate::project::{FILE_NAME, Flags, ProjectError};
use crate::release::Version;
use crate::report::status::{CandidateLine, StatusReport};

/// Arguments of `plusone status`.
#[derive(Debug, Default, Args)]
#[command(after_long_help = "\
Goes by the ledger (.plusone in the repository), and looks at the dist area where somebody else may \
have done what comes next. --rebuild makes the ledger of a version anew from the tag, the dist area \
and the list's archive: on another machine, or where it was lost.

Exit status: 0 something can be done, or all is done; 3 it waits for a person or for time.

Examples:
  plusone status
  plusone status --version 1.2.0 --format json
  plusone status --version 1.2.0 --rc 1 --rebuild
  plusone status --settle 1a2b3c4d5e6f=done --note 'the mail is in the archive'")]
pub struct StatusArgs {
    #[command(flatten)]
    count: CountArgs,
    /// Ask no server
    #[arg(long)]
    offline: bool,
    /// Make the ledger anew from the tag, the dist area and the list's archive
    #[arg(long, conflicts_with = "offline")]
    rebuild: bool,
    /// Say what became of a step that nobody else can tell of: STEP=done or STEP=not-done
    #[arg(long, value_name = "STEP=OUTCOME", value_parser = settled, conflicts_with = "rebuild")]
    settle: Option<(String, bool)>,
    /// What you saw; goes with --settle
    #[arg(long, value_name = "TEXT", requires = "settle")]
    note: Option<String>,
    #[command(flatten)]
    access: AccessArgs,
}

fn settled(text: &str) -> Result<(String, bool), String> {
    match text.split_once('=') {
        Some((step, "done")) if !step.is_empty() => Ok((step.to_owned(), true)),
        Some((step, "not-done")) if !step.is_empty() => Ok((step.to_owned(), false)),
        _ => Err("expected the step's id with `=done` or `=not-done`".to_owned()),
    }
}

/// Runs the command.
///
/// # Errors
/// The ledger cannot be read or made.
pub fn run(session: &Session, args: StatusArgs) -> Result<ExitStatus, Failure> {
    if args.rebuild {
        rebuild::run(session, &args.count, &args.access)?;
    }
    if let Some((step, done)) = &args.settle {
        settle(session, step, *done, args.note.as_deref().unwrap_or_default())?;
    }
    let repository = underway::repository()?;
    let root = underway::root(repository.as_ref());
    let settings = session.settings(repository.as_ref(), None)?;
    let flags = Flags { project: args.count.project.clone(), ..Flags::default() };
    let project = match Project::resolve(&settings.user, &settings.project, &flags) {
        Ok(project) => Some(project),
        Err(ProjectError::Unnamed) => None,
        Err(error) => return Err(Failure::usage(error)),
    };
    let preset = project.as_ref().map(|project| project.preset.value).unwrap_or_default();
    let needed = underway::rounds(preset);
    let mut report = StatusReport {
        project: project.as_ref().map(|project| project.display.value.clone()),
        ..StatusReport::default()
    };
    let mut versions = LedgerFile::versions(&root).map_err(ledger_failure)?;
    versions.retain(|version| args.count.version.as_ref().is_none_or(|only| only == version));
    for version in versions {
        let ledger = LedgerFile::new(&root, &version);
        let mut state = read(session, &ledger)?;
        if !args.offline && project.is_some() {
            match notice(session, &args, &version, &mut state, needed) {
                Ok(true) => state = read(session, &ledger)?,
                Ok(false) => {}
                // The ledger says enough; that nobody answers is worth a word.
                Err(failure) => report.remarks.push(format!(
                    "It could not be seen whether somebody else has released {version}: {}",
                    failure.error
                )),
            }
        }
        report.versions.push(lines(
            session,
            &state,
            needed,
            repository.as_ref(),
            project.as_ref(),
        )?);
    }
    if report.versions.is_empty() {
        report.hint = match (&project, settings.found) {
            (Some(_), true) => ["plusone", "doctor"].map(str::to_owned).to_vec(),
            _ if repository.is_some() => ["plusone", "init"].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        };
        report.remarks.push(match (&repository, settings.found) {
            (Some(_), true) => "No release is under way.".to_owned(),
            (Some(_), false) => format!("No release is under way, and there is no {FILE_NAME}."),
            (None, _) => "No release is under way here, and this is no git repository. `plusone rehearse` shows a whole release, `plusone help` lists the commands.".to_owned(),
        });
    }
    session.ui.emit(&report)
}

fn read(session: &Session, ledger: &LedgerFile) -> Result<State, Failure> {
    let parsed = ledger.read().map_err(ledger_failure)?;
    for warning in &parsed.warnings {
        session.ui.warn(&format!("{}: {warning}", ledger.path().display()));
    }
    Ok(State::of(parsed.records))
}

/// Writes down what a person says became of a step.
fn settle(session: &Session, step: &str, done: bool, note: &str) -> Result<(), Failure> {
    let root: PathBuf = underway::root(underway::repository()?.as_ref());
    for version in LedgerFile::versions(&root).map_err(ledger_failure)? {
        let ledger = LedgerFile::new(&root, &version);
        let state = read(session, &ledger)?;
        let with = state.candidates.iter().find(|candidate| candidate.steps.contains_key(step));
        if let Some(candidate) = with {
            let (id, note) = (step.to_owned(), note.to_owned());
            let what = What::StepSettled { id, done, note };
            let event = Event::new(session.now, version, candidate.rc, what);
            return ledger.append(&event).map_err(ledger_failure);
        }
    }
    Err(Failure::usage(format!("no ledger has a step `{step}`"))
        .hint("the id stands where the command asked what became of it"))
}

/// Notices a release that somebody else made; tells whether anything was written down.
fn notice(
    session: &Session,
    args: &StatusArgs,
    version: &Version,
    state: &mut State,
    needed: &[&str],
) -> Result<bool, Failure> {
    let Some(candidate) = state.current() else { return Ok(false) };
    if candidate.standing(needed, session.now) != Standing::Passed || candidate.staged.is_none() {
        return Ok(false);
    }
    let which = WhichArgs {
        version: Some(version.clone()),
        rc: candidate.rc,
        project: args.count.project.clone(),
    };
    let underway = Underway::open(session, &which)?;
    let areas = underway.areas(&args.access)?;
    let staged = underway.staged()?;
    let ground = Ground::look(&underway, &areas, staged)?;
    let Some(revision) = is_released(&ground.target, &staged.files) else { return Ok(false) };
    let what = What::Promoted {
        url: areas.url(&ground.release),
        revision,
        removed: Vec::new(),
        by_others: true,
    };
    let event = Event::new(session.now, version.clone(), candidate.rc, what);
    underway.ledger.append(&event).map_err(ledger_failure)?;
    Ok(true)
}

/// What is said of a version.
fn lines(
    session: &Session,
    state: &State,
    needed: &[&str],
    repository: Option<&crate::backend::git::Repository>,
    project: Option<&Project>,
) -> Result<crate::report::status::VersionLines, Failure> {
    let tags = match repository {
        Some(repository) => repository.tags().map_err(git_failure)?,
        None => Vec::new(),
    };
    let next = next::next(state, needed, session.now);
    let candidates = state.candidates.iter().map(|candidate| {
        let tag = project.and_then(|project| {
            let names = project.names(Some(&candidate.version), candidate.rc);
            let name = project.candidate_tag.value.render(&names).ok()?;
            tags.contains(&name).then_some(name)
        });
        let now: DateTime<Utc> = session.now;
        CandidateLine { standing: candidate.standing(needed, now), tag, known: candidate.clone() }
    });
    Ok(crate::report::status::VersionLines { candidates: candidates.collect(), next })
}
