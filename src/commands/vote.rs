//! `plusone vote`: calls the vote on what is staged.

use std::time::Duration;

use clap::Args;

use super::access::AccessArgs;
use super::letter::{Desk, LetterArgs};
use super::stage::shown;
use super::underway::{Underway, WhichArgs, ledger_failure};
use super::{Session, git_failure, tally};
use crate::backend::dist::Depth;
use crate::backend::http::Patience;
use crate::candidate::{DirectoryError, is_metadata};
use crate::dist::Revision;
use crate::error::{ExitStatus, Failure};
use crate::ledger::What;
use crate::ledger::state::{Mailed, Step};
use crate::letters::Kind;
use crate::letters::facts::{ArtifactFacts, PodlingRound, SignerFacts};
use crate::letters::gather::{FactsError, Staged, Subject};
use crate::letters::lint::Known;
use crate::letters::window::{Window, WindowError};
use crate::mail::Message;
use crate::plan::{Plan, Progress};
use crate::policy::Preset;
use crate::project::FILE_NAME;
use crate::project::mail::INCUBATOR_LIST;
use crate::release::ObjectId;
use crate::report::plan::{PlanReport, Stopped};
use crate::vote::call;
use crate::vote::subject::{Kind as SubjectKind, which_call};

/// Arguments of `plusone vote`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Writes the [VOTE] mail from what is staged: commit, tag, revision, SHA-512, signer, the commands to \
check it, the ballot, who binds, and when the vote closes, counted from now. It is looked at before \
it is sent; `plusone explain mail` says for what. Without --execute it is only shown.

A podling needs two votes: its own, then (or at the same time) that of the Incubator, --round ipmc.

Examples:
  plusone vote --version 1.2.0 --rc 1
  plusone vote --version 1.2.0 --rc 1 --edit
  plusone vote --version 1.2.0 --rc 1 --transport smtp --execute
  plusone vote --hours 24 --expedited 'CVE-2026-1234 is exploited already'")]
pub struct VoteArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Which of a podling's votes [default: the first that was not called]
    #[arg(long, value_name = "ppmc|ipmc")]
    round: Option<Round>,
    /// Hours that the vote is open at least [default: those of the settings, else 72]
    #[arg(long, value_name = "N", value_parser = super::whole_number)]
    hours: Option<u32>,
    /// Why the PMC decided for less than 72 hours
    #[arg(long, value_name = "REASON")]
    expedited: Option<String>,
    /// Paragraph of your own
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Call it anew, although it was called before
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    letter: LetterArgs,
    /// Send the mail, instead of showing it
    #[arg(short = 'x', long)]
    execute: bool,
}

/// Which of a podling's votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Round {
    /// That of its own committee.
    Ppmc,
    /// That of the Incubator.
    Ipmc,
}

/// Runs the command.
///
/// # Errors
/// Nothing is staged, the settings do not say what the mail needs, or it cannot be sent.
pub fn run(session: &Session, args: VoteArgs) -> Result<ExitStatus, Failure> {
    let mut underway = Underway::open(session, &args.which)?;
    let mut notebook = if args.execute { Some(underway.take(session, "vote")?) } else { None };
    let round = round(&underway, args.round)?;
    let name = if round == "ipmc" { "vote-ipmc" } else { "vote" };
    let purpose = match round {
        "project" => format!("Call the vote on {}", underway.title()),
        body => format!("Call the vote of the {} on {}", body.to_uppercase(), underway.title()),
    };
    let mut out = PlanReport::new(Plan::new(purpose), args.execute);
    let called = underway.round(round);
    let prepared = underway.begun(name);
    // What was begun to be sent comes first: it is not known whether it went out.
    let unnoted =
        prepared.filter(|prepared| called.is_none_or(|called| called.opened < prepared.date));
    if let (Some(called), None, false) = (called, unnoted, args.again) {
        out.notes.push(format!(
            "It was called on {} and closes on {} (<{}>). --again calls it anew.",
            called.opened.format("%Y-%m-%d %H:%M UTC"),
            called.closes.format("%Y-%m-%d %H:%M UTC"),
            called.message_id
        ));
        out.next = underway.next(session);
        return session.ui.emit(&out);
    }
    if unnoted.is_none() && !args.again {
        match lost(session, &underway, round) {
            Ok(None) => {}
            Ok(Some(why)) => {
                out.stopped = Some(Stopped { why, incomplete: true });
                out.next = underway.rebuild();
                return session.ui.emit(&out);
            }
            Err(unknown) => out.notes.push(unknown),
        }
    }
    let desk = Desk::new(session, &underway, &args.letter)?;
    let mut dispatch = match unnoted {
        Some(prepared) => desk.resume(Kind::Vote, name, prepared)?,
        None => {
            let facts = facts(session, &underway, &desk.from, round, &args)?;
            let mut dispatch = desk.compose(Kind::Vote, name, &facts, &[])?;
            // A person may have changed when it closes.
            let letter = &dispatch.letter;
            let stated = call::read(&letter.subject, &letter.body, Some(session.now));
            dispatch.closes = Some(stated.earliest_close.unwrap_or(facts.window.closes));
            dispatch
        }
    };
    let known = known(&underway, round, &desk.from)?;
    if desk.post(&dispatch, known, &mut out, notebook.as_mut())?
        && let Some(notebook) = &mut notebook
    {
        let opened = dispatch.mail.parts().date;
        notebook
            .write(What::VoteCalled {
                round: round.to_owned(),
                message_id: dispatch.mail.message_id().to_string(),
                opened,
                closes: dispatch.closes.take().unwrap_or(opened),
            })
            .map_err(ledger_failure)?;
    }
    underway.done(session, notebook.as_ref(), &mut out);
    session.ui.emit(&out)
}

/// What the public record shows that the ledger does not know: then a vote may have been called
/// already. Asked only where the ledger does not itself say who staged the candidate. What cannot be
/// seen is said in a sentence.
fn lost(session: &Session, underway: &Underway, round: &str) -> Result<Option<String>, String> {
    let candidate = underway.candidate();
    let staged = candidate.and_then(|candidate| candidate.staged.as_ref());
    let (Some(candidate), Some(staged)) = (candidate, staged) else {
        return Ok(unknown_staging(underway));
    };
    let own = |step: &Step| {
        step.command.as_deref() == Some("stage") && matches!(step.progress, Progress::Finished(_))
    };
    if candidate.steps.values().any(own) {
        return Ok(None);
    }
    let set = underway.letters.vote_list.as_ref().map(|list| &list.value[..]);
    let Some(list) = (if round == "ipmc" { Some(INCUBATOR_LIST) } else { set }) else {
        return Ok(None);
    };
    let wanted = which_call(&format!("[VOTE] Release {}", underway.title()));
    let is_it = |message: &Message| {
        let subject = which_call(&message.subject);
        subject.kind == SubjectKind::Vote && !subject.reply && subject.fits(&wanted)
    };
    let patience =
        Patience { attempts: 1, timeout: Duration::from_secs(20), ..Patience::default() };
    match underway.in_archive(session, (list, staged.at), patience, is_it) {
        Ok(None) => Ok(None),
        Ok(Some(call)) => Ok(Some(format!(
            "the archive of {list} has a call to this vote, `{}` (<{}>), and the ledger (.plusone) does not know: it was lost, or somebody else called it. It can be made anew from the public record; --again calls a vote anew",
            call.subject, call.id
        ))),
        Err(error) => Err(format!(
            "It could not be seen whether the archive of {list} has a call to this vote already: {error}."
        )),
    }
}

/// A candidate that is staged, of which the ledger knows nothing; none too where nobody can tell.
fn unknown_staging(underway: &Underway) -> Option<String> {
    if underway.knows_staging() {
        return None;
    }
    let areas = underway.areas(&AccessArgs::default()).ok()?;
    let directory = underway.directory(&areas).ok()?;
    let listing = areas.area.list(&directory, Depth::Entries).ok()??;
    Some(format!(
        "there is a candidate at {} since {}, and the ledger (.plusone) does not know: it was lost, or somebody else staged it. It can be made anew from the public record",
        areas.url(&directory),
        shown(&listing.changed)
    ))
}

/// Which vote is called, as the ledger calls it.
fn round(underway: &Underway, asked: Option<Round>) -> Result<&'static str, Failure> {
    match (underway.project.preset.value, asked) {
        (Preset::Podling, Some(Round::Ppmc)) => Ok("ppmc"),
        (Preset::Podling, Some(Round::Ipmc)) => Ok("ipmc"),
        (Preset::Podling, None) => {
            let needed = underway.rounds().iter();
            let first = { needed }.find(|name| underway.round(name).is_none());
            Ok(first.copied().unwrap_or("ppmc"))
        }
        (_, None) => Ok("project"),
        (_, Some(_)) => Err(Failure::usage("only a podling has two votes")
            .hint(format!("set `kind = \"podling\"` in the [project] table of {FILE_NAME}"))),
    }
}

pub(super) fn subject<'a>(underway: &'a Underway, from: &'a str) -> Subject<'a> {
    Subject {
        project: &underway.project,
        settings: &underway.letters,
        version: &underway.version,
        rc: underway.rc,
        from,
    }
}

fn facts(
    session: &Session,
    underway: &Underway,
    from: &str,
    round: &str,
    args: &VoteArgs,
) -> Result<crate::letters::facts::VoteFacts, Failure> {
    let hours = args.hours.unwrap_or(underway.letters.hours.value);
    let preset = underway.project.preset.value;
    let window = Window::new(session.now, hours, preset, args.expedited.as_deref());
    let window = window.map_err(|error| {
        let failure = Failure::usage(&error);
        match error {
            WindowError::Unexplained(_) => failure.hint("say the PMC's reason with --expedited"),
            _ => failure,
        }
    })?;
    let podling = match round {
        "ppmc" => Some(PodlingRound::First),
        "ipmc" => Some(second(session, underway)?),
        _ => None,
    };
    let staged = staged(underway)?;
    let mut facts =
        subject(underway, from).vote(&staged, window, podling).map_err(facts_failure)?;
    facts.note = args.note.clone();
    Ok(facts)
}

/// Adds the remedy to facts that the settings do not give.
pub(super) fn facts_failure(error: FactsError) -> Failure {
    match error {
        FactsError::Missing(error) | FactsError::Directory(DirectoryError::Missing(error)) => {
            super::underway::missing(error)
        }
        FactsError::Directory(error) => Failure::usage(error)
            .hint(format!("see `dev_directory` in the [dist] table of {FILE_NAME}")),
        FactsError::Unset { setting } => {
            let failure = Failure::usage(&error);
            match setting.split_once('.') {
                Some((table, name)) => {
                    failure.hint(format!("set `{name}` in the [{table}] table of {FILE_NAME}"))
                }
                None => failure,
            }
        }
    }
}

/// What is voted on, as the ledger has it.
fn staged(underway: &Underway) -> Result<Staged, Failure> {
    let staged = underway.staged()?;
    let packaged = underway.candidate().and_then(|candidate| candidate.packaged.as_ref());
    let tag = underway.fill(&underway.project.candidate_tag.value)?;
    let tagged = match &underway.repository {
        Some(repository) => {
            let tags = repository.tags().map_err(git_failure)?;
            match tags.contains(&tag) {
                true => {
                    let reference = format!("refs/tags/{tag}");
                    Some(repository.commit(&reference).map_err(git_failure)?.id)
                }
                false => None,
            }
        }
        None => None,
    };
    let packaged: Option<ObjectId> = match packaged {
        Some(packaged) => Some(packaged.commit.parse().map_err(Failure::outside)?),
        None => None,
    };
    let commit = match (&packaged, &tagged) {
        (Some(packaged), Some(tagged)) if packaged != tagged => {
            return Err(Failure::usage(format!(
                "the tag `{tag}` is not on the commit that was packaged: {} instead of {}",
                tagged.short(),
                packaged.short()
            ))
            .hint("a tag that was shown to others never moves: package the next --rc"));
        }
        (Some(commit), _) | (None, Some(commit)) => commit.clone(),
        (None, None) => {
            return Err(Failure::usage("it is not known which commit the candidate is made of")
                .hint(format!(
                    "fetch its tag `{tag}`, or work in the repository that it was packaged in"
                )));
        }
    };
    let artifacts = staged.files.iter().filter(|(place, _)| !is_metadata(place.as_str()));
    let artifacts = artifacts.map(|(place, content)| ArtifactFacts {
        directory: place.parent().map_or_else(String::new, |parent| parent.to_string()),
        name: place.name().to_owned(),
        sha512: content.sha512.to_string(),
    });
    let signer = staged.signer.as_ref().ok_or_else(|| {
        Failure::usage("it is not known whose key signed the candidate")
            .hint("stage it again from where its files are: nothing is committed twice, and its signatures are read:")
            .run([underway.command("stage"), vec!["--execute".to_owned()]].concat())
    })?;
    Ok(Staged {
        commit,
        tagged: tagged.is_some(),
        url: Some(staged.url.clone()),
        revision: match staged.revision {
            Revision::Number(number) => Some(number),
            Revision::Digest(_) => None,
        },
        artifacts: artifacts.collect(),
        signer: SignerFacts { fingerprint: signer.fingerprint.clone(), name: signer.name.clone() },
    })
}

/// The Incubator's vote: what is known of the podling's own.
fn second(session: &Session, underway: &Underway) -> Result<PodlingRound, Failure> {
    let Some(first) = underway.round("ppmc") else {
        return Ok(PodlingRound::Second {
            call: None,
            result: None,
            outcome: None,
            carried: Vec::new(),
        });
    };
    let link = |id: &str| {
        let archive = underway.letters.archive.as_ref()?;
        Some(tally::thread_link(archive, &crate::mail::MessageId(id.to_owned())))
    };
    let told = |mail: &Mailed| link(&mail.message_id);
    let outcome =
        first.counts.filter(|_| first.outcome == Some(crate::ledger::event::Outcome::Passed));
    Ok(PodlingRound::Second {
        call: link(&first.message_id),
        result: first.result.as_ref().and_then(told),
        outcome: outcome.map(|counts| {
            format!(
                "The podling's own vote passed, with {} binding votes in favour and {} against.",
                counts.binding.plus_one, counts.binding.minus_one
            )
        }),
        carried: match first.outcome {
            Some(_) => tally::carried(session, underway)?,
            None => Vec::new(),
        },
    })
}

/// What the mail is held against.
fn known(underway: &Underway, round: &str, from: &str) -> Result<Known, Failure> {
    let staged = &underway.staged()?.url;
    let url = subject(underway, from).candidate_url(Some(staged)).map_err(facts_failure)?;
    let list = underway.letters.vote_list.as_ref().map(|list| list.value.clone());
    let packaged = underway.candidate().and_then(|candidate| candidate.packaged.as_ref());
    Ok(Known {
        candidate_url: Some(url),
        commit: packaged.map(|packaged| packaged.commit.clone()),
        vote_list: match round {
            "ipmc" => Some(INCUBATOR_LIST.to_owned()),
            _ => list,
        },
        ..Known::default()
    })
}
