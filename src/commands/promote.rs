//! `plusone promote`: a candidate that passed becomes the release, in one revision.

use std::collections::BTreeMap;

use clap::Args;

use super::access::AccessArgs;
use super::act::{self, Outward, Trouble};
use super::result::open;
use super::stage::{settle, shown};
use super::tally::{self, CountArgs, Round};
use super::underway::{Areas, Underway, area_failure, below_of, ledger_failure};
use super::{Session, git_failure};
use crate::backend::dist::{self, Committer, Depth, Known, MayWrite};
use crate::backend::http;
use crate::candidate::is_metadata;
use crate::dist::promote::{
    ArchiveNames, CannotPromote, Found, Outgoing, Promoted, Promotion, ReleaseArea, Voted,
    outgoing, promotion,
};
use crate::dist::stage::Target;
use crate::dist::{Files, Listing, Place, Planned, Revision};
use crate::error::{ExitStatus, Failure};
use crate::ledger::What;
use crate::ledger::state::Staged;
use crate::plan::Plan;
use crate::project::FILE_NAME;
use crate::project::template::Names;
use crate::report::plan::{ByHand, PlanReport, Stopped};
use crate::vote::call::{Algorithm, Call};
use crate::vote::tally::PassedVote;

/// Arguments of `plusone promote`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Counts the vote again, from the mails that `plusone tally` kept (say where other mails are to count \
them anew), and goes on only if it passed and what is staged is what was voted on. One commit copies \
the candidate's directory to the release area, removes it from the staging area, and takes out the \
releases that this one supersedes and the candidates before it. KEYS is never touched.

Who may not write to the release area gets the command, and a mail that asks a member of the PMC.

Examples:
  plusone promote --version 1.2.0 --rc 2
  plusone promote --version 1.2.0 --rc 2 --keep 1.1.7 --execute")]
pub struct PromoteArgs {
    #[command(flatten)]
    count: CountArgs,
    /// Superseded release that stays, by its version; can be repeated
    #[arg(long, value_name = "VERSION")]
    keep: Vec<String>,
    /// Log message of the commit
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    /// Commit, instead of showing what would be committed
    #[arg(short = 'x', long)]
    execute: bool,
    #[command(flatten)]
    access: AccessArgs,
}

/// Runs the command.
///
/// # Errors
/// What is staged is not what was voted on, or the area or the mails cannot be used.
pub fn run(session: &Session, args: PromoteArgs) -> Result<ExitStatus, Failure> {
    let (mut underway, count) = open(session, &args.count)?;
    let mut notebook = if args.execute { Some(underway.take(session, "promote")?) } else { None };
    let mut out = PlanReport::new(Plan::new(format!("Release {}", underway.title())), args.execute);
    if let Some(promoted) = underway.candidate().and_then(|candidate| candidate.promoted.as_ref()) {
        out.notes.push(format!(
            "It was released on {}, in {}: {}",
            promoted.at.format("%Y-%m-%d %H:%M UTC"),
            shown(&promoted.revision),
            promoted.url
        ));
        out.next = underway.next(session);
        return session.ui.emit(&out);
    }
    let staged = underway.staged()?.clone();
    let (counted, from) = tally::count(session, &count)?;
    if let Some(notebook) = &mut notebook {
        notebook.refresh().map_err(ledger_failure)?;
        underway.state = notebook.state().clone();
    }
    out.notes.push(format!("The vote was {from}."));
    let Some(passed) = &counted.passed else {
        let why = counted.report.reasons.join("; ");
        out.stopped = Some(Stopped {
            why: format!(
                "the vote has not passed, it is {}: {}",
                counted.report.outcome.as_str(),
                why.trim_end_matches('.')
            ),
            incomplete: counted.report.is_undecided(),
        });
        return session.ui.emit(&out);
    };
    is_about(passed, &underway)?;
    for round in &counted.rounds {
        as_called(&round.call, &staged, round)?;
    }
    let areas = underway.areas(&args.access)?;
    let ground = Ground::look(&underway, &areas, &staged)?;
    let message = args.message.clone().unwrap_or_else(|| format!("Release {}", underway.title()));
    let mut keep = args.keep.clone();
    let gone = outgoing(ground.facts(&areas, &underway, &keep, &message));
    for (version, why) in unarchived(session, &gone, &areas, &ground.home) {
        out.notes.push(format!(
            "{version} stays in the release area, although it is superseded: it is not in the archive ({why})."
        ));
        keep.push(version);
    }
    let facts = ground.facts(&areas, &underway, &keep, &message);
    let decided = promotion(passed, facts).map_err(cannot_promote)?;
    let url = areas.url(&ground.release);
    match decided {
        Promoted::Already(revision) => {
            out.notes
                .push(format!("Its files are in the release area since {}.", shown(&revision)));
            if let Some(notebook) = &mut notebook {
                settle(notebook, &underway, "promote", &revision)?;
                note(notebook, url, revision, &[], began(&underway).is_none())?;
            }
        }
        Promoted::Planned(planned) => {
            out.plan.steps.push(planned.step.clone());
            let ground = areas.release.as_ref().unwrap_or(&ground.release);
            let mut may_not = match areas.area.may_write(ground) {
                MayWrite::No(why) => Some(why),
                MayWrite::Yes | MayWrite::Unknown(_) => None,
            };
            let by_hand = planned.commit.by_hand(areas.area.address());
            if let (Some(notebook), None) = (&mut notebook, &may_not) {
                match commit(&areas, *planned, &mut out.plan, notebook) {
                    Ok((revision, removed)) => {
                        note(notebook, url, revision, &removed, false)?;
                        out.notes.extend(tagging(&underway)?);
                    }
                    Err(Trouble::Forbidden(error)) => may_not = Some(error.to_string()),
                    // A commit of ours that was killed may have come through meanwhile.
                    Err(Trouble::Other(failure)) => {
                        let ground = Ground::look(&underway, &areas, &staged)?;
                        let facts = ground.facts(&areas, &underway, &keep, &message);
                        let Ok(Promoted::Already(revision)) = promotion(passed, facts) else {
                            return Err(failure);
                        };
                        settle(notebook, &underway, "promote", &revision)?;
                        note(notebook, url, revision, &[], began(&underway).is_none())?;
                    }
                }
            }
            if let Some(why) = may_not {
                out.executed = false;
                out.by_hand = Some(request(&underway, &why, by_hand));
                out.stopped = Some(Stopped {
                    why: "you may not write to the release area; `plusone status` notices when somebody else has done it".to_owned(),
                    incomplete: true,
                });
            }
        }
    }
    underway.done(session, notebook.as_ref(), &mut out);
    session.ui.emit(&out)
}

/// Superseded releases that the archive of the ASF does not have yet, and what it answered: what leaves
/// dist/release has to be there first. Other areas have no such archive.
fn unarchived(
    session: &Session,
    gone: &[Outgoing],
    areas: &Areas,
    home: &Place,
) -> Vec<(String, String)> {
    const AREA: &str = "https://dist.apache.org/repos/dist/release/";
    let mut missing: Vec<(String, String)> = Vec::new();
    let is_asked = |gone: &&Outgoing| gone.kept.is_none() && !is_metadata(gone.file.name());
    for gone in gone.iter().filter(is_asked) {
        let address = areas.url(&home.join(&gone.file));
        let Some(below) = address.strip_prefix(AREA) else { continue };
        let archived = format!("https://archive.apache.org/dist/{below}");
        session.ui.detail(&format!("looking for {archived}"));
        if let Err(error) = http::ask(&archived)
            && !missing.iter().any(|(version, _)| *version == gone.version)
        {
            missing.push((gone.version.clone(), error.to_string()));
        }
    }
    missing
}

/// Whether we began to promote it ourselves.
fn began(underway: &Underway) -> Option<()> {
    let steps = underway.candidate()?.steps.values();
    { steps }.find(|step| step.command.as_deref() == Some("promote")).map(drop)
}

/// Refuses a vote on something else.
fn is_about(passed: &PassedVote, underway: &Underway) -> Result<(), Failure> {
    let same = passed.project() == underway.project.name.value.as_str()
        && *passed.version() == underway.version
        && passed.rc() == underway.rc;
    if same {
        return Ok(());
    }
    let rc = passed.rc().map_or_else(String::new, |rc| format!(" rc{rc}"));
    Err(Failure::usage(format!(
        "the vote that passed is on {} {}{rc}, not on {}",
        passed.project(),
        passed.version(),
        underway.title()
    ))
    .hint("say which candidate is meant with --version and --rc"))
}

/// Refuses a candidate that is not what the call to vote names: another revision, other digests.
fn as_called(call: &Call, staged: &Staged, round: &Round) -> Result<(), Failure> {
    let differs = |what: String| {
        Err(Failure::usage(format!(
            "what is staged is not what the call to vote ({}) names: {what}",
            round.tally.round().call.as_ref().map_or("", |call| &call.subject)
        ))
        .hint("a candidate that changed after the call needs another vote"))
    };
    if let (Some(stated), Revision::Number(number)) = (&call.revision, &staged.revision)
        && stated.value < *number
    {
        return differs(format!("revision {}, and it changed in revision {number}", stated.value));
    }
    let announced = call.hashes.iter().map(|hash| &hash.value);
    for hash in announced.filter(|hash| hash.algorithm == Algorithm::Sha512) {
        let named = hash
            .file
            .as_ref()
            .and_then(|file| staged.files.iter().find(|(place, _)| place.name() == file.as_str()));
        let wrong = match named {
            Some((_, content)) => content.sha512.as_str() != hash.hex,
            // A digest of no file in particular has to be of one of them.
            None => !staged.files.values().any(|content| content.sha512.as_str() == hash.hex),
        };
        if wrong {
            let file = hash.file.as_deref().unwrap_or("a file");
            return differs(format!("the SHA-512 of {file} is {}", hash.hex));
        }
    }
    Ok(())
}

fn cannot_promote(error: CannotPromote) -> Failure {
    let failure = Failure::usage(&error);
    match error {
        CannotPromote::OtherVote { .. } => failure.hint("say which with --version and --rc"),
        CannotPromote::Gone(_) => failure.hint("who removed it? its log says: `svn log -v`"),
        CannotPromote::Changed { .. } | CannotPromote::NotAsVoted { .. } => {
            failure.hint("a candidate that changed after the call needs another vote")
        }
        CannotPromote::InTheWay { .. } => {
            failure.hint("a release never changes: look at what is there, and who put it there")
        }
    }
}

/// What promoting is decided upon.
pub(super) struct Ground {
    voted: Voted,
    found: Option<Found>,
    /// Where it goes.
    pub(super) release: Place,
    /// Where the releases of the project are.
    home: Place,
    listing: Option<Listing>,
    pub(super) target: Target,
    leftovers: Vec<(Place, Listing)>,
    names: Names,
}

impl Ground {
    /// Looks at the staging area and the release area.
    pub(super) fn look(
        underway: &Underway,
        areas: &Areas,
        staged: &Staged,
    ) -> Result<Self, Failure> {
        let area = &*areas.area;
        let release = areas.release.as_ref().ok_or_else(|| {
            Failure::usage("there is no release area that has something in common with `dist.dev`")
                .hint(format!("set `release` in the [dist] table of {FILE_NAME}"))
        })?;
        let below = underway.fill(&underway.project.release_directory.value)?;
        let target = below_of(release, &below)?;
        let home = match target == *release {
            true => target.clone(),
            false => target.parent().unwrap_or_default(),
        };
        let directory = underway.directory(areas)?;
        let [found, listing] = dist::list_all(area, [&directory, &home]).map_err(area_failure)?;
        let found = match found {
            None => None,
            Some(listing) => {
                let files: Vec<Place> = listing.files.keys().cloned().collect();
                // What was read when it was staged holds for that revision for ever.
                let digests = match listing.changed == staged.revision {
                    true => staged
                        .files
                        .iter()
                        .map(|(place, content)| (place.clone(), content.sha512.clone()))
                        .collect(),
                    false => dist::sha512s(area, &directory, &listing.revision, &files)
                        .map_err(area_failure)?,
                };
                Some(Found { listing, digests })
            }
        };
        let there = match &listing {
            Some(listing) => {
                dist::target_within(area, &target, (&home, listing), &staged.files, Known::Digest)
            }
            None => dist::target(area, &target, &staged.files, Known::Digest),
        };
        let digest = |(place, content): (&Place, &crate::dist::Content)| {
            (place.clone(), content.sha512.clone())
        };
        Ok(Self {
            voted: Voted {
                directory,
                revision: staged.revision.clone(),
                files: staged.files.iter().map(digest).collect(),
            },
            found,
            target: there.map_err(area_failure)?,
            leftovers: leftovers(underway, areas)?,
            names: underway.project.names(None, None),
            release: target,
            home,
            listing,
        })
    }

    fn facts<'a>(
        &'a self,
        areas: &'a Areas,
        underway: &'a Underway,
        keep: &'a [String],
        message: &'a str,
    ) -> Promotion<'a> {
        Promotion {
            area: areas.area.address(),
            version: underway.version.as_str(),
            voted: &self.voted,
            found: self.found.as_ref(),
            release: ReleaseArea {
                directory: &self.release,
                target: &self.target,
                home: &self.home,
                listing: self.listing.as_ref(),
                archives: ArchiveNames {
                    template: &underway.project.archive.value,
                    names: &self.names,
                },
                lines: underway.project.lines,
                keep,
            },
            leftovers: &self.leftovers,
            message,
        }
    }
}

/// Directories that are called as other candidates of the same version are, with what they hold.
fn leftovers(underway: &Underway, areas: &Areas) -> Result<Vec<(Place, Listing)>, Failure> {
    let template = &underway.project.dev_directory.value;
    let names = underway.project.names(Some(&underway.version), None);
    let listing = areas.area.list(&areas.dev, Depth::Entries).map_err(area_failure)?;
    let directories = listing.into_iter().flat_map(|listing| listing.directories);
    let other = |place: &Place| {
        let read = template.read(place.as_str(), &names);
        read.is_some_and(|read| {
            read.version.as_ref() == Some(&underway.version) && read.rc != underway.rc
        })
    };
    let mut leftovers = Vec::new();
    for place in directories.filter(other).map(|place| areas.dev.join(&place)) {
        let listing = areas.area.list(&place, Depth::All).map_err(area_failure)?;
        leftovers.extend(listing.map(|listing| (place, listing)));
    }
    Ok(leftovers)
}

fn commit(
    areas: &Areas,
    planned: Planned,
    plan: &mut Plan,
    notebook: &mut crate::backend::ledger::Notebook,
) -> Result<(Revision, Vec<Place>), Trouble> {
    let Planned { step, commit } = planned;
    let about = commit.about.clone();
    let released = areas.release.clone().unwrap_or_default();
    let removed: Vec<Place> =
        commit.removes().filter(|place| place.below(&released).is_some()).cloned().collect();
    let committer =
        Committer { area: &*areas.area, commits: BTreeMap::from([(step.id, commit)]), local: None };
    act::run(plan, notebook, &mut Outward { committer: Some(committer), poster: None })?;
    let listing = areas.area.list(&about, Depth::Entries);
    let listing = listing.map_err(|error| Trouble::Other(area_failure(error)))?;
    let revision = listing.map(|listing| listing.changed);
    let gone = || Trouble::Other(Failure::outside("what was released is gone again"));
    Ok((revision.ok_or_else(gone)?, removed))
}

fn note(
    notebook: &mut crate::backend::ledger::Notebook,
    url: String,
    revision: Revision,
    removed: &[Place],
    by_others: bool,
) -> Result<(), Failure> {
    let removed = removed.to_vec();
    notebook.write(What::Promoted { url, revision, removed, by_others }).map_err(ledger_failure)
}

/// Says how the release's own tag is made, where it has one beside the candidate's and it is not there.
fn tagging(underway: &Underway) -> Result<Option<String>, Failure> {
    let tag = underway.fill(&underway.project.tag.value)?;
    let candidate = underway.fill(&underway.project.candidate_tag.value)?;
    let Some(repository) = underway.repository.as_ref().filter(|_| tag != candidate) else {
        return Ok(None);
    };
    let tags = repository.tags().map_err(git_failure)?;
    let make = [
        "git",
        "tag",
        "-s",
        "-m",
        &underway.version.to_string(),
        &tag,
        &format!("{candidate}^{{}}"),
    ]
    .map(str::to_owned);
    let made = !tags.contains(&tag);
    Ok(made.then(|| {
        format!(
            "The release has a tag of its own: `{} && git push origin {tag}`.",
            crate::error::shell_line(&make)
        )
    }))
}

/// What a member of the PMC is asked to do.
fn request(underway: &Underway, why: &str, command: Vec<String>) -> ByHand {
    let list = underway.letters.vote_list.as_ref().map_or("", |list| &list.value);
    let title = underway.title();
    let line = crate::error::shell_line(&command);
    ByHand {
        why: format!(
            "{why}. A member of the PMC can run `plusone promote` in a clone of the repository, or this, which is the same commit:"
        ),
        request: format!(
            "To: {list}\nSubject: Please release {title}\n\nHello,\n\nthe vote on {title} has passed, and I may not write to the release area.\nCould a member of the PMC please run\n\n  {line}\n\nor `plusone promote{}` with plusone? It is one commit.\n\nThank you!\n",
            underway.command("promote")[2..]
                .iter()
                .map(|word| format!(" {word}"))
                .collect::<String>(),
        ),
        command,
    }
}

/// The digests of files, as a release area has them.
pub(super) fn is_released(target: &Target, files: &Files) -> Option<Revision> {
    let missing = |difference: &crate::dist::Difference| {
        !matches!(difference, crate::dist::Difference::Unexpected { .. })
    };
    match target {
        Target::Present { changed, differences, .. }
            if !files.is_empty() && !differences.iter().any(missing) =>
        {
            Some(changed.clone())
        }
        _ => None,
    }
}
