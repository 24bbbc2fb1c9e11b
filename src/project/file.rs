//! `plusone.toml` as written: every setting optional, unknown names refused.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::template::Template;
use crate::policy::{Level, Preset, Waiver};
use crate::release::ProjectName;

/// One layer of settings: `plusone.toml`, or the user's own file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SettingsFile {
    /// `[project]`
    pub project: ProjectTable,
    /// `[naming]`
    pub naming: NamingTable,
    /// `[source]`
    pub source: SourceTable,
    /// `[signing]`
    pub signing: SigningTable,
    /// `[dist]`
    pub dist: DistTable,
    /// `[vote]`
    pub vote: VoteTable,
    /// `[result]`
    pub result: LetterTable,
    /// `[cancel]`
    pub cancel: LetterTable,
    /// `[reply]`
    pub reply: LetterTable,
    /// `[mail]`
    pub mail: MailTable,
    /// `[announce]`
    pub announce: AnnounceTable,
    /// `[[versions]]`
    pub versions: Vec<VersionFile>,
    /// `[verify]`
    pub verify: VerifyTable,
    /// `[checks]`: levels of the checks of good practice, by their id.
    pub checks: BTreeMap<String, Level>,
    /// `[[waivers]]`
    pub waivers: Vec<Waiver>,
}

/// How a candidate is verified.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VerifyTable {
    /// Shell commands that build and test the unpacked source, for `plusone verify --build`.
    pub build: Vec<String>,
    /// Globs of files that need no licence header.
    pub exclude_headers: Vec<String>,
    /// Whether the archive can be made again to the byte; `plusone package` makes it so.
    pub reproducible: bool,
}

/// Who releases.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProjectTable {
    /// Short name, as in roster and dist directory.
    pub name: Option<ProjectName>,
    /// Full name: `Apache Fortress`.
    pub display: Option<String>,
    /// Which rules apply.
    pub kind: Option<Preset>,
    /// Which of several components of the project is released from here.
    pub component: Option<ProjectName>,
    /// What it is, in a sentence or two.
    pub description: Option<String>,
    /// Home page.
    pub site: Option<String>,
    /// Download page.
    pub download_page: Option<String>,
    /// Where the repository is shown: `https://github.com/apache/fortress`.
    pub repository: Option<String>,
}

/// How things are called.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NamingTable {
    /// The release's tag.
    pub tag: Option<Template>,
    /// A candidate's tag.
    pub candidate_tag: Option<Template>,
    /// The archive's base name, without its ending.
    pub archive: Option<Template>,
    /// The one directory inside.
    pub top_directory: Option<Template>,
    /// Archive formats: `tar.gz`, `tgz`, `tar.xz`, `zip`.
    pub formats: Option<Vec<String>>,
}

/// What goes into the source archive.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceTable {
    /// What to do with git submodules.
    pub submodules: Option<Submodules>,
    /// `best` or `fast`.
    pub level: Option<String>,
}

/// What to do with git submodules, which `git archive` leaves empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Submodules {
    /// Refuse to package.
    #[default]
    Error,
    /// Pack each at its recorded commit.
    Include,
    /// Leave an empty directory, as `git archive` does.
    Empty,
}

/// Who signs.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SigningTable {
    /// Fingerprint, key id or address, as gpg's `--local-user`. Belongs in the user's own file.
    pub key: Option<String>,
}

/// Where candidates and releases lie.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DistTable {
    /// Subversion URL of the staging area.
    pub dev: Option<Template>,
    /// Where voters read it, if at another address.
    pub dev_public: Option<Template>,
    /// Directory of a candidate below it.
    pub dev_directory: Option<Template>,
    /// Subversion URL of the release area.
    pub release: Option<Template>,
    /// Directory of a release below it; `.` if all releases share one.
    pub release_directory: Option<Template>,
    /// Which releases form a line of which only the newest stays in the release area.
    pub lines: Option<Lines>,
    /// Where the KEYS file is read from.
    pub keys: Option<Template>,
    /// Who logs in at the Subversion server. In the user's own file only, as is the next.
    pub svn_username: Option<String>,
    /// A command that prints the password.
    pub svn_password_command: Option<String>,
}

/// Which releases form a line: of each only the newest stays in the release area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lines {
    /// Those with the same first two numbers.
    #[default]
    Minor,
    /// Those with the same first number.
    Major,
    /// All.
    One,
    /// Each its own: nothing is ever superseded.
    Each,
}

/// The vote.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VoteTable {
    /// The list it is held on.
    pub list: Option<String>,
    /// The list's web archive (Pony Mail).
    pub archive: Option<String>,
    /// Who gets a copy of the call and the result.
    pub cc: Option<Vec<String>>,
    /// The subject of the call.
    pub subject: Option<Template>,
    /// The project's own template of the call: a path in the repository.
    pub template: Option<String>,
    /// The page that says what has changed.
    pub changes: Option<Template>,
    /// The page that says how to build it.
    pub build: Option<Template>,
    /// How long it stays open at least.
    pub hours: Option<u32>,
    /// The least binding +1, where the project wants more than the ASF.
    pub minimum: Option<u32>,
    /// What a binding -1 does: `majority` (it is weighed) or `must-be-answered`.
    pub minus_one: Option<String>,
    /// Whose votes bind.
    pub roster: RosterTable,
    /// Further addresses and names of people, by their id.
    pub aliases: BTreeMap<String, Vec<String>>,
}

/// Whose votes bind.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RosterTable {
    /// `whimsy`, `file`, or `list`.
    pub source: Option<String>,
    /// Where it is read from, for `whimsy` another base address, for `file` a path.
    pub from: Option<String>,
    /// The ids themselves, for `list`.
    pub ids: Vec<String>,
    /// The roster of a podling's own vote, as `--roster ppmc=` takes it.
    pub ppmc: Option<String>,
    /// The roster of the Incubator's vote on it, as `--roster ipmc=` takes it.
    pub ipmc: Option<String>,
}

/// A letter in the project's own words.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LetterTable {
    /// The subject.
    pub subject: Option<Template>,
    /// The template: a path in the repository.
    pub template: Option<String>,
}

/// How mail is sent. All but the first two belong in the user's own file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailTable {
    /// The sender.
    pub from: Option<String>,
    /// `eml`, `smtp` or `sendmail`.
    pub transport: Option<String>,
    /// The SMTP server, with or without a port: `mail.example.org:587`.
    pub server: Option<String>,
    /// `starttls` or `implicit`.
    pub tls: Option<String>,
    /// Who logs in there.
    pub user: Option<String>,
    /// A command that prints the password.
    pub password_command: Option<String>,
    /// A file of certificates that are trusted besides the system's.
    pub ca: Option<String>,
    /// The program for `sendmail`.
    pub sendmail: Option<String>,
}

/// The announcement.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnnounceTable {
    /// Who gets it.
    pub to: Option<Vec<String>>,
    /// Who gets a copy.
    pub cc: Option<Vec<String>>,
    /// The subject.
    pub subject: Option<Template>,
    /// The project's own template: a path in the repository.
    pub template: Option<String>,
    /// The page that says what has changed.
    pub changes: Option<Template>,
    /// The page that says how to verify a download.
    pub verification: Option<String>,
    /// How to take part, a line each.
    pub contact: Option<Vec<String>>,
}

/// A file that names the version, besides the usual manifests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionFile {
    /// Path in the repository.
    pub file: String,
    /// The text just before the version: `VERSION = "`.
    pub after: String,
}

/// A settings file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}")]
pub struct SettingsError {
    /// The file.
    pub path: String,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
}

/// Says what was expected without the names that types have in Rust.
fn in_words(message: &str) -> String {
    let numbers = ["u16", "u32", "u64", "usize"].map(|name| format!("expected {name}"));
    match numbers.iter().find_map(|name| message.strip_suffix(name)) {
        Some(start) => format!("{start}expected a whole number"),
        None => message.to_owned(),
    }
}

impl SettingsFile {
    /// Parses one layer.
    ///
    /// # Errors
    /// What is wrong, with its place in the file called `path`.
    pub fn parse(text: &str, path: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start).min(text.len());
            let before = text.get(..start).unwrap_or_default();
            let line_start = before.rfind('\n').map_or(0, |at| at + 1);
            SettingsError {
                path: path.to_owned(),
                line: before.matches('\n').count() + 1,
                column: before[line_start..].chars().count() + 1,
                message: in_words(&error.message().replace('\n', ", ")),
            }
        })
    }
}
