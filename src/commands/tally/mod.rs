//! `plusone tally`: counts a vote from the mails of its list.

mod arguments;
mod ask;
mod kept;
mod mails;
mod people;
mod remembered;
mod round;
mod watch;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args;

use super::underway::Underway;
use super::{Session, Settings, git_failure};
use crate::backend::files;
use crate::backend::git::{GitError, Repository};
use crate::backend::machine;
use crate::error::{ExitStatus, Failure};
use crate::mail::MessageId;
use crate::policy::Preset;
use crate::project::mail::ASF_ARCHIVE;
use crate::release::{CandidateNumber, Version};
use crate::report::tally::{Presentation, TallyReport};
use crate::vote::ballot::Value;
use crate::vote::call::Call;
use crate::vote::kind::VoteKind;
use crate::vote::roster::Body;
use crate::vote::tally::{PassedVote, Ruling, RulingError, RulingValue, Tally};
pub(super) use arguments::CountArgs;
use arguments::WhichRound;

/// Arguments of `plusone tally`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Counts what the mails say as of now (or --time): who voted what, by which line, and whether it binds \
by the roster. A mail that a careful person would ask about is not guessed: it is listed, and if it \
could decide the vote, the outcome is needs-ruling until --rule settles it. What a voter typed about \
being binding decides nothing. Every mail of the thread is told of, those without a vote too: -v lists \
them all. --ask goes through what is unclear, one mail after the other.

Exit status: 0 the vote passed, 1 it failed or was cancelled, 3 it is open, waits for a ruling, or \
the mails or the roster could not be read.

Examples:
  plusone tally --mbox dev-2026-11.mbox --project fortress --version 3.0.1 --rc 1
  plusone tally --thread https://lists.apache.org/thread/x1y2z3 --save vote.mbox --html vote.html
  plusone tally --list dev@fortress.apache.org --month 2026-11 --subject 'Release Fortress 3.0.1'
  plusone tally --mbox vote.mbox --roster members.txt --alias jane=jane@example.org
  plusone tally --mbox vote.mbox --rule '<id@host>=+1' --reason 'She confirmed it on the list'
  plusone tally --mbox vote.mbox --ask
  plusone tally --podling --project burr --list dev@burr.apache.org --list general@incubator.apache.org")]
pub struct TallyArgs {
    /// What is counted, and by what
    #[command(flatten)]
    count: CountArgs,

    /// Write a page for people to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
    /// Print mail addresses in full
    #[arg(long, help_heading = "Output")]
    full_addresses: bool,
    /// Ask about each unclear mail at the terminal, and count by the answers
    #[arg(long, conflicts_with = "watch", help_heading = "Rules")]
    ask: bool,
    /// Look again and again, and say what has changed, until the vote is over
    #[arg(long, help_heading = "Output")]
    watch: bool,
    /// Seconds between two looks
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 300,
        requires = "watch",
        help_heading = "Output"
    )]
    every: u64,
}

/// The settings and flags that a count goes by.
pub(super) struct Job<'a> {
    session: &'a Session,
    args: &'a CountArgs,
    settings: Settings,
    preset: Preset,
    full_addresses: bool,
    /// It asks at the terminal, and then counts again.
    asks: bool,
    /// The command that counts again, without what rules and asks.
    command: Vec<String>,
    /// The page that is going to be written.
    html: Option<&'a Path>,
    /// Rulings that are given now.
    rulings: Vec<Ruling>,
    /// Rulings that were given before.
    remembered: Vec<Ruling>,
    /// The root of the project's repository, if we are in it.
    root: Option<PathBuf>,
    /// The rosters of an earlier count, where that is counted again.
    rosters: Option<Vec<people::Document>>,
}

/// A count with what is printed of it.
pub(super) struct Counted {
    pub(super) report: TallyReport,
    /// The proof for promotion, where the vote passed and a podling's other vote as well.
    pub(super) passed: Option<PassedVote>,
    /// What was voted on.
    pub(super) version: Option<Version>,
    pub(super) rc: Option<CandidateNumber>,
    /// The vote, or a podling's two, its own first.
    pub(super) rounds: Vec<Round>,
    /// What it was counted from.
    read: mails::Read,
    /// Who is who.
    people: people::Evidence,
}

/// A vote that was counted, with what its call states.
pub(super) struct Round {
    pub(super) tally: Tally,
    pub(super) call: Call,
}

impl Round {
    /// What the ledger calls it.
    pub(super) fn name(&self) -> &'static str {
        match self.tally.round().roster.body {
            Body::Pmc => "project",
            Body::Ppmc => "ppmc",
            Body::Ipmc => "ipmc",
        }
    }
}

/// Runs the command.
///
/// # Errors
/// The mails or the roster cannot be read, the vote is not in the mails, or what was given
/// contradicts itself.
pub fn run(session: &Session, args: TallyArgs) -> Result<ExitStatus, Failure> {
    let mut job = Job::new(session, &args.count)?;
    job.full_addresses = args.full_addresses;
    job.html = args.html.as_deref();
    job.asks = args.ask;
    job.command = ask::again(&machine::arguments());
    if args.watch {
        return watch::run(&job, args.every);
    }
    if args.ask {
        ask::can(&job)?;
    }
    let mut counted = job.count(session.now)?;
    if args.ask {
        counted = ask::run(&mut job, counted)?;
    }
    job.write_html(&counted.report)?;
    job.remember(counted.version.as_ref(), counted.rc)?;
    job.keep(&counted)?;
    if let Some(passed) = &counted.passed {
        session.ui.detail(&format!("{} {} may be promoted", passed.project(), passed.version()));
    }
    session.ui.emit(&counted.report)
}

/// Counts for a command that goes by the outcome: what is said now, else again from what an earlier
/// count kept, else from the list's archive. Returns what it was counted from, in words, as well.
///
/// # Errors
/// As [`run`].
pub(super) fn count(session: &Session, args: &CountArgs) -> Result<(Counted, String), Failure> {
    let job = Job::new(session, args)?;
    let kept = match args.says_nothing() {
        true => job.kept()?,
        false => None,
    };
    let Some(kept) = kept else {
        let counted = job.count(session.now)?;
        job.remember(counted.version.as_ref(), counted.rc)?;
        job.keep(&counted)?;
        return Ok((counted, "counted anew from the mails".to_owned()));
    };
    let from = kept.words();
    let (arguments, rosters) = kept.into_parts(args);
    let mut job = Job::new(session, &arguments)?;
    job.rosters = Some(rosters);
    let counted = job.count(session.now)?;
    job.remember(counted.version.as_ref(), counted.rc)?;
    job.note(&counted)?;
    Ok((counted, from))
}

/// Counts from what is said now, else from the list's archive, and keeps the count.
///
/// # Errors
/// As [`run`].
pub(super) fn count_anew(session: &Session, args: &CountArgs) -> Result<(), Failure> {
    let job = Job::new(session, args)?;
    let counted = job.count(session.now)?;
    job.remember(counted.version.as_ref(), counted.rc)?;
    job.keep(&counted)
}

/// Where a mail can be read in a list's web archive.
pub(super) fn thread_link(archive: &str, id: &MessageId) -> String {
    let archive = Some(archive.to_owned());
    let presentation = Presentation { archive, ..Presentation::default() };
    presentation.link(id).unwrap_or_default()
}

/// The members of the Incubator's committee who voted in favour in the podling's own vote, by the
/// count that was kept of it: whose votes the second call carries over by name (V-10).
///
/// # Errors
/// The kept count or the roster cannot be read.
pub(super) fn carried(session: &Session, underway: &Underway) -> Result<Vec<String>, Failure> {
    let args = CountArgs {
        version: Some(underway.version.clone()),
        rc: underway.rc,
        ..CountArgs::default()
    };
    let Some(kept) = Job::new(session, &args)?.kept()? else { return Ok(Vec::new()) };
    let (mut args, rosters) = kept.into_parts(&args);
    args.round = Some(WhichRound::Ppmc);
    let mut job = Job::new(session, &args)?;
    job.rosters = Some(rosters);
    let counted = job.count(session.now)?;
    let roster = match counted.people.roster(underway.project.name.value.as_str(), Body::Ipmc) {
        Ok(roster) => roster,
        Err(failure) => {
            session.ui.warn(&format!("nobody's vote is carried over: {}", failure.error));
            return Ok(Vec::new());
        }
    };
    let ballots = counted.rounds.iter().flat_map(|round| round.tally.ballots());
    let carried = ballots.filter(|ballot| {
        let id = ballot.identity.id.as_deref();
        ballot.counts()
            && ballot.value == Value::PlusOne
            && id.is_some_and(|id| roster.members.contains_key(id))
    });
    Ok(carried.map(|ballot| ballot.identity.name.clone()).collect())
}

impl<'a> Job<'a> {
    pub(super) fn new(session: &'a Session, args: &'a CountArgs) -> Result<Self, Failure> {
        let repository = match Repository::discover(std::path::Path::new(".")) {
            Ok(repository) => Some(repository),
            // Counting works anywhere, without git too.
            Err(GitError::NoRepository(_) | GitError::Process(_)) => None,
            Err(error) => return Err(git_failure(error)),
        };
        let settings = session.settings(repository.as_ref(), None)?;
        let set = settings.project.project.kind.or(settings.user.project.kind);
        let podling = args.podling || args.round.is_some();
        let preset = if podling { Preset::Podling } else { set.unwrap_or_default() };
        if args.kind.0 == VoteKind::Lazy && (args.version.is_some() || args.rc.is_some()) {
            return Err(Failure::usage("a release cannot be approved by lazy consensus")
                .hint("leave out --kind for a vote on a release"));
        }
        let root = repository.as_ref().and_then(Repository::work_tree);
        let root = root.map(std::path::Path::to_owned).or_else(|| {
            // Without git the ledger is where the settings are.
            repository.is_none().then(|| PathBuf::from("."))
        });
        let root = root.filter(|_| settings.found);
        Ok(Self {
            session,
            args,
            settings,
            preset,
            full_addresses: false,
            asks: false,
            command: Vec::new(),
            html: None,
            rulings: rulings(args)?,
            remembered: remembered::read(root.as_ref())?,
            root,
            rosters: None,
        })
    }

    /// The address of the list's web archive, without a final `/`; only projects of the ASF have one
    /// without saying so.
    fn archive(&self) -> Option<String> {
        let set = [&self.settings.project.vote.archive, &self.settings.user.vote.archive];
        let said = self.args.archive.as_ref().or(set.into_iter().flatten().next());
        let usual = self.preset.is_asf().then_some(ASF_ARCHIVE);
        let archive = said.map(|archive| &archive[..]).or(usual)?;
        Some(archive.trim_end_matches('/').to_owned())
    }

    /// Reads the mails and counts as of an instant.
    pub(super) fn count(&self, now: DateTime<Utc>) -> Result<Counted, Failure> {
        let read = mails::read(self)?;
        let people = people::Evidence::read(self)?;
        self.count_again(read, people, now)
    }

    /// Counts what was read.
    fn count_again(
        &self,
        mut read: mails::Read,
        people: people::Evidence,
        now: DateTime<Utc>,
    ) -> Result<Counted, Failure> {
        let threads = std::mem::take(&mut read.threads);
        let meant = round::meant(self, &threads)?;
        let mut command = self.command.clone();
        if !command.is_empty() {
            command.extend(self.rulings.iter().flat_map(Ruling::words));
        }
        let presentation = Presentation {
            archive: mails::archive(self),
            full_addresses: self.full_addresses,
            every_mail: self.session.ui.is_verbose(),
            command,
        };
        let podling = match meant.podling {
            Some(thread) => {
                let body = if meant.is_podling { Body::Ppmc } else { Body::Pmc };
                Some(round::count(self, &threads, thread, body, &people, None, now)?)
            }
            None => None,
        };
        let incubator = match meant.incubator {
            Some(thread) => {
                let earlier = meant.podling.zip(podling.as_ref().map(|counted| &counted.tally));
                Some(round::count(self, &threads, thread, Body::Ipmc, &people, earlier, now)?)
            }
            None => None,
        };
        // What is printed of a large thread needs the room.
        match self.asks {
            true => read.threads = threads,
            false => drop(threads),
        }
        let counted = || [&incubator, &podling].into_iter().flatten();
        let unknown = self
            .rulings
            .iter()
            .find(|ruling| !counted().any(|counted| counted.ruled.contains(&ruling.message_id)));
        if let Some(ruling) = unknown {
            return Err(Failure::usage(RulingError::NoMail(ruling.message_id.clone()))
                .hint("the ids of the mails are printed with them; -v lists every mail"));
        }
        let tallies: Vec<&Tally> = counted().map(|counted| &counted.tally).collect();
        let passed = PassedVote::new(&tallies).ok();
        let version = tallies.iter().find_map(|tally| tally.round().version.clone());
        let rc = tallies.iter().find_map(|tally| tally.round().rc);
        let report = |counted: &round::Count| counted.report(&presentation, &read.warnings);
        let report = match (&incubator, &podling) {
            (Some(incubator), Some(podling)) => {
                TallyReport::of_both(report(incubator), report(podling))
            }
            (Some(one), None) | (None, Some(one)) => report(one),
            (None, None) => return Err(Failure::bug("no vote was counted")),
        };
        let rounds = [podling, incubator].into_iter().flatten();
        let rounds = rounds.map(|round| Round { tally: round.tally, call: round.call }).collect();
        Ok(Counted { report, passed, version, rc, rounds, read, people })
    }

    fn write_html(&self, report: &TallyReport) -> Result<(), Failure> {
        let Some(path) = self.html else { return Ok(()) };
        files::write(path, report.html().as_bytes()).map_err(Failure::outside)
    }
}

/// Puts each --rule and its --reason together.
fn rulings(args: &CountArgs) -> Result<Vec<Ruling>, Failure> {
    let (rules, reasons) = (&args.rule, &args.reason);
    let blank = reasons.iter().any(|reason| reason.trim().is_empty());
    if !rules.is_empty() && (reasons.is_empty() || blank) {
        return Err(Failure::usage("a ruling needs a reason, which is printed with the result")
            .hint("add --reason TEXT"));
    }
    if reasons.len() > 1 && reasons.len() != rules.len() {
        let message = format!("there are {} rulings and {} reasons", rules.len(), reasons.len());
        return Err(
            Failure::usage(message).hint("give one --reason for each --rule, or one for all")
        );
    }
    let reason = |index: usize| reasons.get(index).or(reasons.first()).cloned().unwrap_or_default();
    let ruling = |(index, (id, value)): (usize, &(String, RulingValue))| Ruling {
        message_id: MessageId(id.clone()),
        value: *value,
        reason: reason(index),
    };
    Ok(rules.iter().enumerate().map(ruling).collect())
}
