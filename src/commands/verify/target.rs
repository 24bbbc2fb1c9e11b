//! What is to be verified: where it lies, what it is called, by whose rules.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::Session;
use super::VerifyArgs;
use super::announced::{self, Announced};
use crate::backend::files;
use crate::backend::git::Repository;
use crate::backend::place::{Place, PlaceError};
use crate::backend::process::ProcessError;
use crate::candidate::{self, Guess, TagChoice};
use crate::error::Failure;
use crate::evidence::{CandidateFile, MailFacts};
use crate::policy::Preset;
use crate::project::file::SettingsFile;
use crate::project::{Flags, Project};
use crate::release::{CandidateNumber, ProjectName, Version};

/// A candidate that was found.
pub(super) struct Target {
    /// Where it lies.
    pub(super) place: Place,
    /// Everything there; of a single archive only what belongs to it.
    pub(super) files: Vec<CandidateFile>,
    pub(super) preset: Preset,
    pub(super) project: Option<ProjectName>,
    pub(super) version: Option<Version>,
    pub(super) rc: Option<CandidateNumber>,
    /// Where the KEYS file is, if anybody says or custom tells.
    pub(super) keys: Option<String>,
    /// Only the mail says so.
    pub(super) keys_are_stated: bool,
    /// Where the repository is, if anybody says.
    pub(super) repository: Option<String>,
    pub(super) tag: Option<String>,
    /// Names that the tag has by the project's settings, if nobody says.
    pub(super) likely_tags: Vec<String>,
    pub(super) commit: Option<String>,
    /// What the `[VOTE]` mail states, if there is one.
    pub(super) mail: Option<MailFacts>,
    /// The mail itself, for an answer.
    pub(super) call: Option<Announced>,
    /// Settings that were named, or are around us.
    pub(super) settings: Option<SettingsFile>,
    /// What the reader should know about how it was found.
    pub(super) remarks: Vec<String>,
    /// Whether objects that a clone lacks may be fetched.
    pub(super) fetch: bool,
    /// Where downloads are kept.
    pub(super) into: Option<std::path::PathBuf>,
}

impl Target {
    pub(super) fn find(session: &Session, args: &VerifyArgs) -> Result<Self, Failure> {
        let call = announced::read(session, &args.what)?;
        let stated = call.as_ref().map(|call| &call.stated);
        let what = match (&args.at, &call) {
            (Some(at), _) => at.clone(),
            (None, Some(call)) => call.place()?,
            (None, None) => args.what.clone(),
        };
        let (place, only) = split(&what)?;
        let files = list(&place, only.as_deref())?;
        let mut guess = guess(&files, &place);
        if let Some(call) = &call {
            guess.complete(call.guess());
        }
        let Around { settings, repository } = around(session, &guess)?;
        let named = settings.as_ref().and_then(|settings| settings.project.name.clone());
        let project = args.project.clone().or(named).or_else(|| guess.project.clone());
        let kind = settings.as_ref().and_then(|settings| settings.project.kind);
        let preset = args.policy.or(kind).unwrap_or_else(|| likely_preset(&guess, &place));
        let stated_version = stated.and_then(|call| call.version.as_ref()?.value.parse().ok());
        let stated_rc = stated.and_then(|call| Some(CandidateNumber(call.rc.as_ref()?.value)));
        let first_tag = stated.and_then(|call| call.tags.first()).map(|tag| &tag.value);
        let mut target = Self {
            files,
            preset,
            project,
            version: args.version.clone().or(stated_version).or_else(|| guess.version.clone()),
            rc: args.rc.or(stated_rc).or(guess.rc),
            keys: args.keys.clone().or_else(|| Some(stated?.keys.first()?.value.clone())),
            keys_are_stated: args.keys.is_none(),
            repository: args.git.clone(),
            tag: args.tag.clone().or_else(|| Some(first_tag?.name.clone())),
            likely_tags: Vec::new(),
            commit: args.commit.clone().or_else(|| call.as_ref()?.commit()),
            mail: call.as_ref().map(Announced::facts),
            remarks: call.as_ref().map(Announced::remarks).unwrap_or_default(),
            call,
            settings,
            fetch: args.fetch,
            into: args.into.clone(),
            place,
        };
        let resolved = target.resolve()?;
        target.likely_tags = target.own_tags(resolved.as_ref());
        if target.keys_are_stated {
            // The voter's own settings say where the project has it.
            let own = target.settings.as_ref().is_some_and(|settings| settings.dist.keys.is_some());
            let own = resolved.as_ref().filter(|_| own).map(Project::keys_address).transpose();
            let own = own.map_err(Failure::usage)?.flatten();
            target.keys_are_stated =
                target.keys.is_some() && own.is_none_or(|own| target.keys.as_ref() != Some(&own));
        }
        if target.keys.is_none() && target.preset.is_asf() {
            // Custom puts it there; a KEYS file beside the artifacts would prove nothing.
            let known = args.project.is_some() || target.settings.is_some() || guess.apache;
            target.keys = match &resolved {
                Some(project) if known => project.keys_address().map_err(Failure::usage)?,
                _ => None,
            };
        }
        if target.repository.is_none() {
            target.repository = target.likely_repository(repository);
        }
        Ok(target)
    }

    /// The repository around us if it has the tag, else the one that the mail names.
    fn likely_repository(&self, around: Option<Repository>) -> Option<String> {
        let ours = around.filter(|repository| {
            let tags = repository.tags().unwrap_or_default().into_iter().collect::<BTreeSet<_>>();
            self.tag.as_ref().is_some_and(|name| tags.contains(name))
                || matches!(self.tag_among(&tags), TagChoice::One(_))
                || self.commit.as_ref().is_some_and(|id| repository.commit(id).is_ok())
        });
        match ours {
            Some(_) => Some(".".to_owned()),
            None => self.call.as_ref()?.repository(),
        }
    }

    /// The project with all its defaults, if it has a name.
    fn resolve(&self) -> Result<Option<Project>, Failure> {
        let Some(name) = &self.project else { return Ok(None) };
        let mut settings = self.settings.clone().unwrap_or_default();
        settings.project.kind = Some(self.preset);
        let flags = Flags { project: Some(name.clone()), ..Flags::default() };
        let user = SettingsFile::default();
        Project::resolve(&user, &settings, &flags).map(Some).map_err(Failure::usage)
    }

    /// Names that the project's own settings give to the tag of such a candidate.
    fn own_tags(&self, project: Option<&Project>) -> Vec<String> {
        let (Some(version), Some(project)) = (&self.version, project) else { return Vec::new() };
        let names = project.names(Some(version), self.rc);
        let templates = [&project.candidate_tag.value, &project.tag.value];
        templates.into_iter().filter_map(|template| template.render(&names).ok()).collect()
    }

    /// The tag that the candidate was made of, by the names of all tags of a repository.
    pub(super) fn tag_among(&self, tags: &BTreeSet<String>) -> TagChoice {
        if let Some(own) = self.likely_tags.iter().find(|name| tags.contains(*name)) {
            return TagChoice::One(own.clone());
        }
        let names = tags.iter().map(|name| &name[..]);
        match &self.version {
            Some(version) => candidate::choose_tag(names, self.project.as_ref(), version, self.rc),
            None => TagChoice::None,
        }
    }
}

/// Takes a single archive apart from its directory.
fn split(what: &str) -> Result<(Place, Option<String>), Failure> {
    if what.contains("://") {
        if candidate::is_artifact(what) {
            let (directory, name) = what.rsplit_once('/').unwrap_or((what, ""));
            return Ok((Place::new(directory), Some(name.to_owned())));
        }
        return Ok((Place::new(what), None));
    }
    // As `dist.dev` has it, and with it a call to vote.
    let what = what.strip_prefix("directory:").unwrap_or(what);
    let path = Path::new(what);
    if files::is_directory(path) {
        return Ok((Place::Directory(path.to_owned()), None));
    }
    if !files::exists(path) {
        return Err(Failure::usage(format!("there is no file or directory `{what}`"))
            .hint("name a directory, an address (https://…, svn://…), an archive or a mail"));
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    Ok((Place::Directory(directory.unwrap_or(Path::new(".")).to_owned()), name))
}

/// Lists what is there; of a single archive what belongs to it.
fn list(place: &Place, only: Option<&str>) -> Result<Vec<CandidateFile>, Failure> {
    let belongs = |name: &str| {
        only.is_none_or(|only| {
            let suffix = name.strip_prefix(only);
            suffix.is_some_and(|suffix| {
                suffix.is_empty() || (suffix.starts_with('.') && candidate::is_metadata(suffix))
            })
        })
    };
    let mut files = place.list().map_err(place_failure)?;
    files.retain(|file| belongs(&file.name));
    match only {
        Some(only) if files.iter().all(|file| file.name != only) => {
            Err(Failure::usage(format!("there is no file `{only}` in `{}`", place.address())))
        }
        _ => Ok(files),
    }
}

pub(super) fn place_failure(error: PlaceError) -> Failure {
    let hint = match &error {
        PlaceError::Process(ProcessError::NotFound { .. } | ProcessError::Start { .. }) => {
            "install Subversion, or name the candidate by an https address"
        }
        PlaceError::File(_) => return Failure::usage(error),
        PlaceError::NoListing(_) => {
            "is it the address of a directory, and does the server list it?"
        }
        PlaceError::OtherDownload { .. } => {
            return Failure::usage(&error).hint("name another directory with --into");
        }
        PlaceError::TooMany { .. } => "name the directory of one candidate, not one above it",
        _ => "is the address right, and the network up?",
    };
    Failure::outside(&error).hint(hint)
}

fn guess(files: &[CandidateFile], place: &Place) -> Guess {
    let mut names: Vec<&str> = files.iter().map(|file| &file.name[..]).collect();
    names.retain(|name| candidate::is_artifact(name));
    names.sort_by_key(|name| !candidate::is_source(name));
    let directory = match place {
        Place::Directory(path) => files::absolute(path).display().to_string(),
        other => other.address(),
    };
    candidate::guess(names, &directory)
}

fn likely_preset(guess: &Guess, place: &Place) -> Preset {
    let podling = guess.incubating || place.address().contains("/incubator/");
    if podling { Preset::Podling } else { Preset::TopLevel }
}

/// What surrounds us while we verify.
struct Around {
    /// Settings that were named, or those of the repository.
    settings: Option<SettingsFile>,
    repository: Option<Repository>,
}

/// Looks around. Settings of another project than the candidate's are not meant.
fn around(session: &Session, guess: &Guess) -> Result<Around, Failure> {
    // Verifying works anywhere: no repository, or no git, is nothing to complain of.
    let repository = Repository::discover(Path::new(".")).ok();
    let settings = session.settings(repository.as_ref(), None)?;
    let name = settings.project.project.name.as_ref();
    let other = name
        .zip(guess.project.as_ref())
        .is_some_and(|(ours, theirs)| !theirs.as_str().starts_with(ours.as_str()));
    let meant = settings.found && (session.config.is_some() || !other);
    Ok(Around { settings: meant.then_some(settings.project), repository })
}
