//! `plusone tally`: counts a vote from the mails of its list.

mod mails;
mod people;
mod remembered;
mod round;
mod watch;

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;

use super::{Session, Settings, git_failure};
use crate::backend::files;
use crate::backend::git::{GitError, Repository};
use crate::error::{ExitStatus, Failure};
use crate::mail::MessageId;
use crate::policy::Preset;
use crate::release::{CandidateNumber, ProjectName, Version};
use crate::report::tally::{Presentation, TallyReport};
use crate::vote::kind::VoteKind;
use crate::vote::roster::Body;
use crate::vote::tally::{PassedVote, Ruling, RulingError, RulingValue, Tally};

/// Arguments of `plusone tally`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Counts what the mails say as of now (or --time): who voted what, by which line, and whether it binds \
by the roster. A mail that a careful person would ask about is not guessed: it is listed, and if it \
could decide the vote, the outcome is needs-ruling until --rule settles it. What a voter typed about \
being binding decides nothing.

Exit status: 0 the vote passed, 1 it failed or was cancelled, 3 it is open, waits for a ruling, or \
the mails or the roster could not be read.

Examples:
  plusone tally --mbox dev-2026-11.mbox --project fortress --version 3.0.1 --rc 1
  plusone tally --thread https://lists.apache.org/thread/x1y2z3 --save vote.mbox --html vote.html
  plusone tally --list dev@fortress.apache.org --month 2026-11 --subject 'Release Fortress 3.0.1'
  plusone tally --mbox vote.mbox --roster members.txt --alias jane=jane@example.org
  plusone tally --mbox vote.mbox --rule '<id@host>=+1' --reason 'She confirmed it on the list'
  plusone tally --podling --project burr --list dev@burr.apache.org --list general@incubator.apache.org")]
pub struct TallyArgs {
    /// File of mails in mbox format, gzip too; can be repeated
    #[arg(long, value_name = "FILE", help_heading = "Mails")]
    mbox: Vec<PathBuf>,
    /// Maildir; can be repeated
    #[arg(long, value_name = "DIR", help_heading = "Mails")]
    maildir: Vec<PathBuf>,
    /// Directory of .eml files; can be repeated
    #[arg(long, value_name = "DIR", help_heading = "Mails")]
    eml: Vec<PathBuf>,
    /// Thread in the list's web archive, by address, id or Message-ID; can be repeated
    #[arg(long, value_name = "URL|ID", help_heading = "Mails")]
    thread: Vec<String>,
    /// List to fetch from the web archive; can be repeated
    #[arg(long, value_name = "ADDRESS", help_heading = "Mails")]
    list: Vec<String>,
    /// Month of the lists to fetch; can be repeated [default: this one and the one before]
    #[arg(long, value_name = "YYYY-MM", requires = "list", help_heading = "Mails")]
    month: Vec<String>,
    /// Address of the web archive
    #[arg(
        long,
        value_name = "URL",
        default_value = "https://lists.apache.org",
        help_heading = "Mails"
    )]
    archive: String,
    /// Keep the mails of the vote in this mbox file, to count them again offline
    #[arg(long, value_name = "FILE", help_heading = "Mails")]
    save: Option<PathBuf>,

    /// Text in the subject of the call
    #[arg(long, value_name = "TEXT", conflicts_with = "message_id", help_heading = "Which vote")]
    subject: Option<String>,
    /// Message-ID of any mail of the vote
    #[arg(long, value_name = "ID", help_heading = "Which vote")]
    message_id: Option<String>,
    /// Short name of the project [default: from plusone.toml, else the list's]
    #[arg(long, value_name = "NAME", help_heading = "Which vote")]
    project: Option<ProjectName>,
    /// Version that is voted on
    #[arg(long, value_name = "VERSION", help_heading = "Which vote")]
    version: Option<Version>,
    /// Number of the candidate
    #[arg(long, value_name = "N", help_heading = "Which vote")]
    rc: Option<CandidateNumber>,
    /// The project is a podling: two votes, of its own committee and of the Incubator's
    #[arg(long, help_heading = "Which vote")]
    podling: bool,
    /// Which of a podling's votes [default: those that are there]
    #[arg(long, value_name = "ppmc|ipmc|both", help_heading = "Which vote")]
    round: Option<WhichRound>,

    /// Whose votes bind: `whimsy`, a file, directory or address; can be repeated, and begin with
    /// `ppmc=` or `ipmc=`
    #[arg(long, value_name = "SOURCE", help_heading = "Who is who")]
    roster: Vec<String>,
    /// Day that membership is judged by [default: that of each vote]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, help_heading = "Who is who")]
    as_of: Option<NaiveDate>,
    /// Another address or name of a person; can be repeated
    #[arg(long, value_name = "ID=ADDRESS", value_parser = pair, help_heading = "Who is who")]
    alias: Vec<(String, String)>,
    /// Learn addresses from the authors in this repository
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        default_missing_value = ".",
        help_heading = "Who is who"
    )]
    git: Option<PathBuf>,
    /// Learn addresses from this KEYS file, by path or address
    #[arg(long, value_name = "FILE|URL", help_heading = "Who is who")]
    keys: Option<String>,

    /// When the vote opened, where the mail does not say it right
    #[arg(long, value_name = "RFC3339", value_parser = instant, help_heading = "Rules")]
    opened: Option<DateTime<Utc>>,
    /// When the vote closes; later votes are late
    #[arg(long, value_name = "RFC3339", value_parser = instant, help_heading = "Rules")]
    closes: Option<DateTime<Utc>>,
    /// Hours that the vote is open at least
    #[arg(long, value_name = "N", help_heading = "Rules")]
    hours: Option<u32>,
    /// Why the vote is open for less than 72 hours, where the mail gives a reason that is not found
    #[arg(long, value_name = "REASON", help_heading = "Rules")]
    expedited: Option<String>,
    /// Kind of vote: release, procedural, code-change or lazy
    #[arg(long, value_name = "KIND", default_value_t = Kind::default(), help_heading = "Rules")]
    kind: Kind,
    /// Take an unclear mail for +1, 0, -1 or none, or a -1 for answered; can be repeated
    #[arg(long, value_name = "MESSAGE-ID=VALUE", value_parser = ruling, help_heading = "Rules")]
    rule: Vec<(String, RulingValue)>,
    /// Why; one for each --rule, or one for all
    #[arg(long, value_name = "TEXT", requires = "rule", help_heading = "Rules")]
    reason: Vec<String>,

    /// Write a page for people to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,
    /// Print mail addresses in full
    #[arg(long, help_heading = "Output")]
    full_addresses: bool,
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

/// [`VoteKind`] as an argument.
#[derive(Debug, Clone, Copy, Default)]
struct Kind(VoteKind);

impl std::str::FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self.0 {
            VoteKind::Release => "release",
            VoteKind::Procedural => "procedural",
            VoteKind::CodeChange => "code-change",
            VoteKind::Lazy => "lazy",
        })
    }
}

/// Which of a podling's votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum WhichRound {
    /// That of its own committee.
    Ppmc,
    /// That of the Incubator.
    Ipmc,
    /// Both.
    Both,
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .map_err(|_| "expected a date, a time and a zone, as in 2026-11-24T10:00:00Z".to_owned())
}

fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "expected a day, as in 2026-11-24".to_owned())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((id, alias)) if !id.trim().is_empty() && !alias.trim().is_empty() => {
            Ok((id.trim().to_owned(), alias.trim().to_owned()))
        }
        _ => Err("expected an id and an address or name, as in jane=jane@example.org".to_owned()),
    }
}

fn ruling(text: &str) -> Result<(String, RulingValue), String> {
    let wrong = || "expected a Message-ID and a value, as in '<id@host>=+1'".to_owned();
    // A Message-ID can hold an equals sign, a value cannot.
    let (id, value) = text.rsplit_once('=').ok_or_else(wrong)?;
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    if id.is_empty() {
        return Err(wrong());
    }
    Ok((id.to_owned(), value.trim().parse()?))
}

/// The settings and flags that a count goes by.
struct Job<'a> {
    session: &'a Session,
    args: &'a TallyArgs,
    settings: Settings,
    preset: Preset,
    /// Rulings that are given now.
    rulings: Vec<Ruling>,
    /// Rulings that were given before.
    remembered: Vec<Ruling>,
    /// The root of the project's repository, if we are in it.
    root: Option<PathBuf>,
}

/// A count with what is printed of it.
struct Counted {
    report: TallyReport,
    /// The proof for promotion, where the vote passed and a podling's other vote as well.
    passed: Option<PassedVote>,
    /// What was voted on.
    version: Option<Version>,
    rc: Option<CandidateNumber>,
}

/// Runs the command.
///
/// # Errors
/// The mails or the roster cannot be read, the vote is not in the mails, or what was given
/// contradicts itself.
pub fn run(session: &Session, args: TallyArgs) -> Result<ExitStatus, Failure> {
    let job = Job::new(session, &args)?;
    if args.watch {
        return watch::run(&job);
    }
    let counted = job.count(session.now)?;
    job.write_html(&counted.report)?;
    job.remember(counted.version.as_ref(), counted.rc)?;
    if let Some(passed) = &counted.passed {
        session.ui.detail(&format!("{} {} may be promoted", passed.project(), passed.version()));
    }
    session.ui.emit(&counted.report)
}

impl<'a> Job<'a> {
    fn new(session: &'a Session, args: &'a TallyArgs) -> Result<Self, Failure> {
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
        let root = root.filter(|_| settings.found).map(std::path::Path::to_owned);
        Ok(Self {
            session,
            args,
            settings,
            preset,
            rulings: rulings(args)?,
            remembered: remembered::read(root.as_ref())?,
            root,
        })
    }

    /// Reads the mails and counts as of an instant.
    fn count(&self, now: DateTime<Utc>) -> Result<Counted, Failure> {
        let threads = mails::threads(self)?;
        let meant = round::meant(self, &threads)?;
        let people = people::Evidence::read(self)?;
        let presentation = Presentation {
            archive: Some(mails::archive(self.args)),
            full_addresses: self.args.full_addresses,
        };
        let podling = match meant.podling {
            Some(thread) => {
                let body = if meant.is_podling { Body::Ppmc } else { Body::Pmc };
                Some(round::count(self, thread, body, &people, None, now)?)
            }
            None => None,
        };
        let incubator = match meant.incubator {
            Some(thread) => {
                let earlier = meant.podling.zip(podling.as_ref().map(|counted| &counted.tally));
                Some(round::count(self, thread, Body::Ipmc, &people, earlier, now)?)
            }
            None => None,
        };
        let counted = || [&incubator, &podling].into_iter().flatten();
        let unknown = self
            .rulings
            .iter()
            .find(|ruling| !counted().any(|counted| counted.mails.contains(&ruling.message_id)));
        if let Some(ruling) = unknown {
            return Err(Failure::usage(RulingError::NoMail(ruling.message_id.clone()))
                .hint("the ids of unclear mails are printed with them"));
        }
        let report = |counted: &round::Count| counted.report(&presentation);
        let tallies: Vec<&Tally> = counted().map(|counted| &counted.tally).collect();
        let passed = PassedVote::new(&tallies).ok();
        let version = tallies.iter().find_map(|tally| tally.round().version.clone());
        let rc = tallies.iter().find_map(|tally| tally.round().rc);
        let report = match (&incubator, &podling) {
            (Some(incubator), Some(podling)) => {
                TallyReport::of_both(report(incubator), report(podling))
            }
            (Some(one), None) | (None, Some(one)) => report(one),
            (None, None) => return Err(Failure::bug("no vote was counted")),
        };
        Ok(Counted { report, passed, version, rc })
    }

    fn write_html(&self, report: &TallyReport) -> Result<(), Failure> {
        let Some(path) = &self.args.html else { return Ok(()) };
        files::write(path, report.html().as_bytes()).map_err(Failure::outside)
    }
}

/// Puts each --rule and its --reason together.
fn rulings(args: &TallyArgs) -> Result<Vec<Ruling>, Failure> {
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
