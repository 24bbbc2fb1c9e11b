//! `plusone cancel`: gives a candidate up: tells the list, and clears the staging area.

use std::collections::BTreeMap;

use clap::Args;

use super::Session;
use super::access::AccessArgs;
use super::act::{self, Outward};
use super::letter::{Desk, LetterArgs};
use super::tally;
use super::underway::{Underway, WhichArgs, area_failure, ledger_failure};
use super::vote::{facts_failure, subject};
use crate::backend::dist::{Committer, Depth};
use crate::dist::Files;
use crate::dist::stage::removal;
use crate::error::{ExitStatus, Failure};
use crate::ledger::What;
use crate::ledger::event::Outcome;
use crate::letters::facts::CancelFacts;
use crate::letters::lint::Known;
use crate::letters::{Kind, Letter};
use crate::mail::MessageId;
use crate::plan::Plan;
use crate::project::mail::INCUBATOR_LIST;
use crate::report::plan::PlanReport;

/// Arguments of `plusone cancel`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Writes the [CANCEL] mail if a vote was called, and removes the candidate's directory from the \
staging area in one commit. The candidate is closed; the next one has the next number.

Examples:
  plusone cancel --version 1.2.0 --rc 1 --reason 'NOTICE has the wrong year'
  plusone cancel --version 1.2.0 --rc 1 --reason 'NOTICE has the wrong year' --execute")]
pub struct CancelArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Why, in your words; it is in the mail
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    letter: LetterArgs,
    /// Send and commit, instead of showing what would be
    #[arg(short = 'x', long)]
    execute: bool,
    #[command(flatten)]
    access: AccessArgs,
}

/// Runs the command.
///
/// # Errors
/// The candidate is released, nothing is known of it, or the mail or the commit cannot be made.
pub fn run(session: &Session, args: CancelArgs) -> Result<ExitStatus, Failure> {
    let mut underway = Underway::open(session, &args.which)?;
    let mut notebook = if args.execute { Some(underway.take(session, "cancel")?) } else { None };
    let candidate = underway.candidate().ok_or_else(|| {
        Failure::usage(format!("the ledger knows nothing of {}", underway.title()))
            .run(["plusone", "status"])
    })?;
    if candidate.promoted.is_some() {
        return Err(Failure::usage(format!(
            "{} is released: it cannot be cancelled any more",
            underway.title()
        ))
        .hint("a release that is wrong is followed by another one"));
    }
    let known_reason = candidate.cancelled.as_ref().map(|cancelled| cancelled.reason.clone());
    // Somebody may have told the list already, as the last count saw.
    let is_told = candidate.rounds.iter().any(|round| round.outcome == Some(Outcome::Cancelled));
    let prepared = underway.begun("cancel");
    let reason = args.reason.clone().or(known_reason.clone());
    let reason = match (reason, prepared) {
        (Some(reason), _) if !reason.trim().is_empty() => reason,
        // The mail that was begun to be sent has it.
        (_, Some(_)) => String::new(),
        _ => {
            return Err(Failure::usage("a vote is not cancelled without a reason")
                .hint("say it with --reason TEXT"));
        }
    };
    let purpose = format!("Cancel {}", underway.title());
    let mut out = PlanReport::new(Plan::new(&purpose), args.execute);
    let mut sent = None;
    if !candidate.rounds.is_empty() && known_reason.is_none() && !is_told {
        let desk = Desk::new(session, &underway, &args.letter)?;
        let dispatch = match prepared {
            Some(prepared) => desk.resume(Kind::Cancel, "cancel", prepared)?,
            None => {
                let facts = facts(&underway, &desk.from, &reason)?;
                let calls = candidate.rounds.iter();
                let calls: Vec<MessageId> =
                    calls.map(|round| MessageId(round.message_id.clone())).collect();
                desk.compose(Kind::Cancel, "cancel", &facts, &calls)?
            }
        };
        let known = Known {
            vote_list: underway.letters.vote_list.as_ref().map(|list| list.value.clone()),
            ..Known::default()
        };
        if desk.post(&dispatch, known, &mut out, notebook.as_mut())? {
            sent = Some(dispatch.mail.message_id().to_string());
        }
    }
    if let (Some(notebook), None, None) = (&mut notebook, &out.stopped, &known_reason) {
        let what = What::Cancelled { reason: reason.clone(), message_id: sent };
        notebook.write(what).map_err(ledger_failure)?;
    }
    if candidate.staged.is_some() && candidate.cleared.is_none() {
        let areas = underway.areas(&args.access)?;
        let directory = underway.directory(&areas)?;
        let none = Files::new();
        let expected = candidate.staged.as_ref().map_or(&none, |staged| &staged.files);
        let found = areas.area.list(&directory, Depth::All).map_err(area_failure)?;
        let message = format!("Remove {}, which was cancelled", underway.title());
        let planned = removal(areas.area.address(), &directory, found.as_ref(), expected, &message);
        let mut removal_plan = Plan::new(&purpose);
        let gone = found.is_none();
        let planned = planned.map(|planned| {
            removal_plan.steps.push(planned.step.clone());
            (planned.step.id, planned.commit)
        });
        if let (Some(notebook), None) = (&mut notebook, &out.stopped) {
            let area = &*areas.area;
            let commits: BTreeMap<_, _> = planned.into_iter().collect();
            let mut outward =
                Outward { committer: Some(Committer { area, commits, local: None }), poster: None };
            act::run(&mut removal_plan, notebook, &mut outward).map_err(Failure::from)?;
            let above = areas.area.list(&areas.dev, Depth::Entries).map_err(area_failure)?;
            if let Some(above) = above {
                super::stage::settle(notebook, &underway, "cancel", &above.changed)?;
                let revision = above.changed;
                notebook.write(What::Cleared { revision }).map_err(ledger_failure)?;
            }
            if gone {
                out.notes.push("Its directory is gone from the staging area already.".to_owned());
            }
        }
        out.plan.steps.append(&mut removal_plan.steps);
    }
    underway.done(session, notebook.as_ref(), &mut out);
    session.ui.emit(&out)
}

fn facts(underway: &Underway, from: &str, reason: &str) -> Result<CancelFacts, Failure> {
    let subject = subject(underway, from);
    let mut release = subject.release(Kind::Cancel).map_err(facts_failure)?;
    let candidate = underway.candidate();
    if underway.round("ipmc").is_some() {
        release.to.push(INCUBATOR_LIST.to_owned());
    }
    let call = candidate.and_then(|candidate| candidate.mails.get("vote"));
    let call = call.and_then(|mail| Letter::from_draft(Kind::Vote, &mail.draft).ok());
    let rc = underway.rc.map_or_else(String::new, |rc| format!(" RC{rc}"));
    let vote_subject = call.map_or_else(
        || format!("[VOTE] Release {} {}{rc}", release.display, release.version),
        |call| call.subject,
    );
    let first = candidate.and_then(|candidate| candidate.rounds.first());
    let staged = candidate.and_then(|candidate| candidate.staged.as_ref());
    let still = staged.filter(|_| candidate.is_some_and(|c| c.cleared.is_none()));
    Ok(CancelFacts {
        vote_subject,
        reason: reason.to_owned(),
        thread: first.and_then(|round| {
            let archive = underway.letters.archive.as_ref()?;
            Some(tally::thread_link(archive, &MessageId(round.message_id.clone())))
        }),
        next_candidate: underway.rc.map(|rc| rc.0.saturating_add(1)),
        removed: still
            .map(|staged| subject.candidate_url(Some(&staged.url)))
            .transpose()
            .map_err(facts_failure)?,
        release,
    })
}
