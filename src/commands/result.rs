//! `plusone result`: tells the list what the vote came to.

use clap::Args;

use super::Session;
use super::letter::{Desk, LetterArgs};
use super::tally::{self, CountArgs};
use super::underway::{Underway, WhichArgs, ledger_failure};
use super::vote::{facts_failure, subject};
use crate::error::{ExitStatus, Failure};
use crate::ledger::What;
use crate::letters::Kind;
use crate::letters::facts::{
    Counts, PodlingRound, ResultFacts, Rules, RulingFacts, VoterFacts, voter_name,
};
use crate::letters::lint::Known;
use crate::letters::window::Window;
use crate::mail::{Address, MessageId};
use crate::plan::Plan;
use crate::policy::Preset;
use crate::project::mail::INCUBATOR_LIST;
use crate::report::plan::{PlanReport, Stopped};
use crate::vote::ballot::{Evidence, Value};
use crate::vote::identity::Identity;
use crate::vote::tally::{Outcome, RulingValue, Standing, State, Tally, figure};

/// Arguments of `plusone result`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Counts as `plusone tally` did, from the mails that it kept (say where other mails are to count them \
anew), and writes the [RESULT] mail as an answer to the call: the outcome, who voted what, what was \
ruled. A vote that is open, or that waits for a ruling, has no result yet.

Examples:
  plusone result --version 1.2.0 --rc 1
  plusone result --version 1.2.0 --rc 1 --transport smtp --execute")]
pub struct ResultArgs {
    #[command(flatten)]
    count: CountArgs,
    /// Tell it again, although it was told before
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    letter: LetterArgs,
    /// Send the mail, instead of showing it
    #[arg(short = 'x', long)]
    execute: bool,
}

/// Runs the command.
///
/// # Errors
/// The vote cannot be counted, or the mail cannot be written or sent.
pub fn run(session: &Session, args: ResultArgs) -> Result<ExitStatus, Failure> {
    let (mut underway, count) = open(session, &args.count)?;
    let mut notebook = if args.execute { Some(underway.take(session, "result")?) } else { None };
    let (counted, from) = tally::count(session, &count)?;
    if let Some(notebook) = &mut notebook {
        notebook.refresh().map_err(ledger_failure)?;
        underway.state = notebook.state().clone();
    }
    let told = |name: &str| underway.round(name).is_some_and(|round| round.result.is_some());
    // Of a podling's two votes the first that nobody was told of.
    let round = counted.rounds.iter().find(|round| !told(round.name()));
    let Some(round) = round.or(counted.rounds.first()) else {
        return Err(Failure::bug("no vote was counted"));
    };
    let name = if round.name() == "ipmc" { "result-ipmc" } else { "result" };
    let purpose = format!("Tell the result of the vote on {}", underway.title());
    let mut out = PlanReport::new(Plan::new(purpose), args.execute);
    out.notes.push(format!("The vote was {from}."));
    let called = underway.round(round.name()).map(|round| round.opened);
    // One of an earlier call, if the vote was called anew, is none of this.
    let prepared = underway
        .begun(name)
        .filter(|mail| !told(round.name()) && called.is_none_or(|called| mail.date > called));
    if told(round.name()) && !args.again {
        let result = underway.round(round.name()).and_then(|round| round.result.as_ref());
        let id = result.map_or("", |mail| &mail.message_id);
        out.notes.push(format!("It was told in <{id}>. --again tells it once more."));
        out.next = underway.next(session);
        return session.ui.emit(&out);
    }
    let tally = &round.tally;
    if !matches!(tally.outcome(), Outcome::Passed | Outcome::Failed) && prepared.is_none() {
        out.stopped = Some(Stopped {
            why: format!(
                "the vote is {}, {}",
                tally.outcome().as_str(),
                tally.reasons().join("; ").trim_end_matches('.')
            ),
            incomplete: tally.outcome() != Outcome::Cancelled,
        });
        out.next = underway.command("tally");
        return session.ui.emit(&out);
    }
    let desk = Desk::new(session, &underway, &args.letter)?;
    let dispatch = match prepared {
        Some(prepared) => desk.resume(Kind::Result, name, prepared)?,
        None => {
            let facts = facts(&underway, &desk.from, round)?;
            let call = tally.round().call.as_ref();
            let thread: Vec<MessageId> =
                call.map(|call| call.message_id.clone()).into_iter().collect();
            desk.compose(Kind::Result, name, &facts, &thread)?
        }
    };
    let known = Known {
        vote_list: match round.name() {
            "ipmc" => Some(INCUBATOR_LIST.to_owned()),
            _ => underway.letters.vote_list.as_ref().map(|list| list.value.clone()),
        },
        ..Known::default()
    };
    if desk.post(&dispatch, known, &mut out, notebook.as_mut())?
        && let Some(notebook) = &mut notebook
    {
        let message_id = dispatch.mail.message_id().to_string();
        notebook
            .write(What::ResultSent { round: round.name().to_owned(), message_id })
            .map_err(ledger_failure)?;
    }
    underway.done(session, notebook.as_ref(), &mut out);
    session.ui.emit(&out)
}

/// The release whose vote is counted, and the arguments of the count with its name in them.
pub(super) fn open(session: &Session, args: &CountArgs) -> Result<(Underway, CountArgs), Failure> {
    let which =
        WhichArgs { version: args.version.clone(), rc: args.rc, project: args.project.clone() };
    let underway = Underway::open(session, &which)?;
    let count =
        CountArgs { version: Some(underway.version.clone()), rc: underway.rc, ..args.clone() };
    Ok((underway, count))
}

fn facts(underway: &Underway, from: &str, round: &tally::Round) -> Result<ResultFacts, Failure> {
    let (tally, name) = (&round.tally, round.name());
    let mut release = subject(underway, from).release(Kind::Result).map_err(facts_failure)?;
    let preset = underway.project.preset.value;
    let podling = match name {
        "ppmc" => Some(PodlingRound::First),
        "ipmc" => {
            release.to = vec![INCUBATOR_LIST.to_owned()];
            let (call, result, outcome) = (None, None, None);
            Some(PodlingRound::Second { call, result, outcome, carried: Vec::new() })
        }
        _ => None,
    };
    let rules = Rules::of(preset, &release.project, &release.display, podling.as_ref());
    let (binding, others) = voters(tally);
    let passed = tally.outcome() == Outcome::Passed;
    let call = tally.round().call.as_ref();
    let opened = tally.round().times.opened.unwrap_or(tally.as_of());
    let next = match (passed, name) {
        (false, _) => None,
        (true, "ppmc") => Some("The vote of the Incubator PMC follows on general@incubator.apache.org, unless it runs already.".to_owned()),
        (true, _) => Some("The files are moved to the release area now, and the announcement follows when they can be downloaded everywhere.".to_owned()),
    };
    Ok(ResultFacts {
        vote_subject: call.map_or_else(String::new, |call| call.subject.clone()),
        passed,
        window: Window {
            opened,
            closes: tally.closes_at().unwrap_or(tally.as_of()),
            hours: tally.round().times.hours,
            weekend: false,
            expedited: tally.round().times.expedited.clone(),
        },
        rules,
        binding_counts: Counts::of(&binding),
        other_counts: Counts::of(&others),
        binding,
        others,
        rulings: rulings(tally),
        not_counted: not_counted(tally),
        thread: call.and_then(|call| {
            let archive = underway.letters.archive.as_ref()?;
            Some(tally::thread_link(archive, &call.message_id))
        }),
        next: next.filter(|_| preset != Preset::Plain || name == "project"),
        release,
    })
}

fn called(identity: &Identity, sender: &Address) -> String {
    voter_name(Some(&identity.name), identity.id.as_deref(), &sender.address)
}

/// Those whose votes count, the binding ones apart, in the order of their mails.
fn voters(tally: &Tally) -> (Vec<VoterFacts>, Vec<VoterFacts>) {
    let (mut binding, mut others) = (Vec::new(), Vec::new());
    for ballot in tally.ballots().iter().filter(|ballot| ballot.counts()) {
        let to = if ballot.standing == Standing::Binding { &mut binding } else { &mut others };
        to.push(VoterFacts {
            name: called(&ballot.identity, &ballot.sender),
            value: figure(ballot.value).to_owned(),
            reason: Some(ballot.words.clone()).filter(|words| !words.is_empty()),
            note: Some(notes(&ballot.notes)).filter(|note| !note.is_empty()),
        });
    }
    (binding, others)
}

/// What is worth knowing of a vote. What its voter typed about being binding decides nothing, and is
/// for who counts, not for the list.
fn notes(notes: &[String]) -> String {
    let told = notes.iter().filter(|note| !note.starts_with("says it is"));
    told.cloned().collect::<Vec<_>>().join("; ")
}

/// What persons decided.
fn rulings(tally: &Tally) -> Vec<RulingFacts> {
    let rulings = tally.rulings().iter().map(|ruling| {
        let id = &ruling.message_id;
        let ballot = tally.ballots().iter().find(|ballot| ballot.message_id == *id);
        let asides = tally.unclear().iter().chain(tally.not_countable()).chain(tally.withdrawals());
        let asides = asides.chain(tally.dismissed());
        let aside = { asides }.find(|aside| aside.message_id == *id);
        let line = |evidence: &Option<Evidence>| evidence.as_ref().map(|line| line.text.clone());
        let (voter, text) = match (ballot, aside) {
            (Some(ballot), _) => (
                called(&ballot.identity, &ballot.sender),
                line(&ballot.evidence).unwrap_or_else(|| ballot.words.clone()),
            ),
            (None, Some(aside)) => (
                called(&aside.identity, &aside.sender),
                line(&aside.evidence).unwrap_or_else(|| aside.why.clone()),
            ),
            (None, None) => (format!("<{id}>"), String::new()),
        };
        RulingFacts { voter, text, ruling: format!("{}: {}", ruled(ruling.value), ruling.reason) }
    });
    rulings.collect()
}

/// In words: a figure would read as one more vote.
const fn ruled(value: RulingValue) -> &'static str {
    match value {
        RulingValue::Vote(Value::PlusOne) => "Counted in favour",
        RulingValue::Vote(Value::Zero) => "Counted as neither",
        RulingValue::Vote(Value::MinusOne) => "Counted against",
        RulingValue::None => "Counted as no vote",
        RulingValue::Answered => "Taken for answered",
        RulingValue::Genuine => "Taken for genuine",
    }
}

/// What was said and does not count, with why.
fn not_counted(tally: &Tally) -> Vec<VoterFacts> {
    let late = tally.ballots().iter().filter_map(|ballot| {
        let why = match ballot.state {
            State::Late => "after the close",
            State::Early => "before the vote was called",
            State::Counted | State::Superseded(_) | State::Withdrawn(_) => return None,
        };
        Some(VoterFacts {
            name: called(&ballot.identity, &ballot.sender),
            value: figure(ballot.value).to_owned(),
            reason: None,
            note: Some(why.to_owned()),
        })
    });
    let strange = tally.not_countable().iter().filter(|aside| aside.settled.is_none());
    let strange = strange.map(|aside| VoterFacts {
        name: called(&aside.identity, &aside.sender),
        value: String::new(),
        reason: None,
        note: Some(aside.why.clone()),
    });
    late.chain(strange).collect()
}
