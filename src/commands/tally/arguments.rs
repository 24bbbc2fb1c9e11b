//! What is counted, and by what: the arguments of every command that counts a vote.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, Utc};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::release::{CandidateNumber, ProjectName, Version};
use crate::vote::kind::VoteKind;
use crate::vote::tally::RulingValue;

/// Where the mails are, which vote is meant, who is who, and by which rules.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::commands) struct CountArgs {
    /// File of mails in mbox format, gzip too; can be repeated
    #[arg(long, value_name = "FILE", help_heading = "Mails")]
    pub(in crate::commands) mbox: Vec<PathBuf>,
    /// Maildir; can be repeated
    #[arg(long, value_name = "DIR", help_heading = "Mails")]
    pub(in crate::commands) maildir: Vec<PathBuf>,
    /// Directory of .eml files; can be repeated
    #[arg(long, value_name = "DIR", help_heading = "Mails")]
    pub(in crate::commands) eml: Vec<PathBuf>,
    /// Thread in the list's web archive, by address, id or Message-ID; can be repeated
    #[arg(long, value_name = "URL|ID", help_heading = "Mails")]
    pub(in crate::commands) thread: Vec<String>,
    /// List to fetch from the web archive; can be repeated
    #[arg(long, value_name = "ADDRESS", help_heading = "Mails")]
    pub(in crate::commands) list: Vec<String>,
    /// Month of the lists to fetch; can be repeated [default: this one and the one before]
    #[arg(long, value_name = "YYYY-MM", requires = "list", help_heading = "Mails")]
    pub(in crate::commands) month: Vec<String>,
    /// Address of the web archive [default: that of the settings, else lists.apache.org]
    #[arg(long, value_name = "URL", help_heading = "Mails")]
    pub(in crate::commands) archive: Option<String>,
    /// Keep the mails of the vote in this mbox file, to count them again offline
    #[arg(long, value_name = "FILE", help_heading = "Mails")]
    #[serde(skip)]
    pub(in crate::commands) save: Option<PathBuf>,

    /// Text in the subject of the call
    #[arg(long, value_name = "TEXT", conflicts_with = "message_id", help_heading = "Which vote")]
    pub(in crate::commands) subject: Option<String>,
    /// Message-ID of any mail of the vote
    #[arg(long, value_name = "ID", help_heading = "Which vote")]
    pub(in crate::commands) message_id: Option<String>,
    /// Short name of the project [default: from plusone.toml, else the list's]
    #[arg(long, value_name = "NAME", help_heading = "Which vote")]
    pub(in crate::commands) project: Option<ProjectName>,
    /// Version that is voted on
    #[arg(long, value_name = "VERSION", help_heading = "Which vote")]
    pub(in crate::commands) version: Option<Version>,
    /// Number of the candidate
    #[arg(long, value_name = "N", help_heading = "Which vote")]
    pub(in crate::commands) rc: Option<CandidateNumber>,
    /// The project is a podling: two votes, of its own committee and of the Incubator's
    #[arg(long, help_heading = "Which vote")]
    pub(in crate::commands) podling: bool,
    /// Which of a podling's votes [default: those that are there]
    #[arg(long, value_name = "ppmc|ipmc|both", help_heading = "Which vote")]
    pub(in crate::commands) round: Option<WhichRound>,

    /// Whose votes bind: `whimsy`, a file, directory or address; can be repeated, and begin with
    /// `ppmc=` or `ipmc=`
    #[arg(long, value_name = "SOURCE", help_heading = "Who is who")]
    pub(in crate::commands) roster: Vec<String>,
    /// Day that membership is judged by [default: that of each vote]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, help_heading = "Who is who")]
    pub(in crate::commands) as_of: Option<NaiveDate>,
    /// Another address or name of a person, or their login, as github:LOGIN; can be repeated
    #[arg(long, value_name = "ID=ADDRESS", value_parser = pair, help_heading = "Who is who")]
    pub(in crate::commands) alias: Vec<(String, String)>,
    /// Learn addresses from the authors in this repository
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        default_missing_value = ".",
        help_heading = "Who is who"
    )]
    pub(in crate::commands) git: Option<PathBuf>,
    /// Learn addresses from this KEYS file, by path or address
    #[arg(long, value_name = "FILE|URL", help_heading = "Who is who")]
    pub(in crate::commands) keys: Option<String>,

    /// When the vote opened, where the mail does not say it right
    #[arg(long, value_name = "RFC3339", value_parser = instant, help_heading = "Rules")]
    pub(in crate::commands) opened: Option<DateTime<Utc>>,
    /// When the vote closes; later votes are late
    #[arg(long, value_name = "RFC3339", value_parser = instant, help_heading = "Rules")]
    pub(in crate::commands) closes: Option<DateTime<Utc>>,
    /// Hours that the vote is open at least
    #[arg(long, value_name = "N", help_heading = "Rules", value_parser = crate::commands::whole_number)]
    pub(in crate::commands) hours: Option<u32>,
    /// Why the vote is open for less than 72 hours, where the mail gives a reason that is not found
    #[arg(long, value_name = "REASON", help_heading = "Rules")]
    pub(in crate::commands) expedited: Option<String>,
    /// Kind of vote: release, procedural, code-change or lazy
    #[arg(long, value_name = "KIND", default_value_t = Kind::default(), help_heading = "Rules")]
    pub(in crate::commands) kind: Kind,
    /// Take an unclear mail for +1, 0, -1 or none, a -1 for answered, or a mail for genuine, by whom
    /// its name says; can be repeated
    #[arg(long, value_name = "MESSAGE-ID=VALUE", value_parser = ruling, help_heading = "Rules")]
    #[serde(skip)]
    pub(in crate::commands) rule: Vec<(String, RulingValue)>,
    /// Why; one for each --rule, or one for all
    #[arg(long, value_name = "TEXT", requires = "rule", help_heading = "Rules")]
    #[serde(skip)]
    pub(in crate::commands) reason: Vec<String>,
}

impl CountArgs {
    /// Whether nothing is said but which release is meant and how mails are ruled.
    pub(in crate::commands) fn says_nothing(&self) -> bool {
        let bare = Self {
            version: self.version.clone(),
            rc: self.rc,
            project: self.project.clone(),
            ..Self::default()
        };
        match (serde_json::to_value(self), serde_json::to_value(&bare)) {
            (Ok(these), Ok(bare)) => these == bare,
            _ => false,
        }
    }
}

/// [`VoteKind`] as an argument.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(in crate::commands) struct Kind(pub(super) VoteKind);

impl std::str::FromStr for Kind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self)
    }
}

impl TryFrom<String> for Kind {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Kind> for String {
    fn from(kind: Kind) -> String {
        kind.to_string()
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::commands) enum WhichRound {
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
