//! `plusone verify`: everything about a candidate that a machine can check.

mod announced;
mod artifacts;
mod building;
mod keys;
mod reply;
mod tag;
mod target;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Session;
use crate::backend::{files, machine};
use crate::checks::adjust::{self, Adjustments};
use crate::error::{ExitStatus, Failure};
use crate::evidence::Evidence;
use crate::policy::Preset;
use crate::project::Project;
use crate::project::file::SettingsFile;
use crate::release::{CandidateNumber, ProjectName, Version};
use crate::report::sarif::sarif;
use crate::report::verify::{
    Candidate, Keys, Signature, Tag, Timing, VerificationReport, VerifiedArtifact, VerifiedCheck,
};
use crate::report::without_logins;
use target::Target;

/// Arguments of `plusone verify`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
WHAT is a directory, the address of one (http, https, svn, or file for a Subversion repository), \
one archive, a [VOTE] mail in a file, or the address of its thread in the list's archive. What a \
mail says need not be said again; flags overrule it.

Nothing is written to disk unless --into or --build asks for it, and the keyring of GnuPG is \
neither used nor changed. A check that could not run makes the verdict incomplete (exit 3), never a \
pass; leave it out on purpose with --without.

Examples:
  plusone verify dist/1.2.0-rc1 --keys KEYS --git . --tag v1.2.0-rc1
  plusone verify https://dist.apache.org/repos/dist/dev/fortress/2.0.8-rc2
  plusone verify vote.eml --reply
  plusone verify apache-x-1.2.0-src.tar.gz --keys KEYS --without source")]
pub struct VerifyArgs {
    /// Directory, address, archive, or `[VOTE]` mail
    #[arg(value_name = "WHAT")]
    what: String,
    /// Where the candidate is, if not where the mail says
    #[arg(long, value_name = "DIR|URL")]
    at: Option<String>,
    /// The project's KEYS file, by path or address
    #[arg(long, value_name = "FILE|URL")]
    keys: Option<String>,
    /// Repository to compare the source with, by path or address
    #[arg(long, value_name = "REPO|URL")]
    git: Option<String>,
    /// Tag that the candidate was made of
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
    /// Commit that was announced
    #[arg(long, value_name = "COMMIT")]
    commit: Option<String>,
    /// Version of the candidate [default: read from its names]
    #[arg(long, value_name = "VERSION")]
    version: Option<Version>,
    /// Number of the candidate [default: read from its names]
    #[arg(long, value_name = "N")]
    rc: Option<CandidateNumber>,
    /// Short name of the project [default: read from its names]
    #[arg(long, value_name = "NAME")]
    project: Option<ProjectName>,
    /// Roster of the project's committers: a file, or `whimsy`
    #[arg(long, value_name = "FILE|whimsy")]
    roster: Option<String>,
    /// Rules to judge by: top-level, podling or plain
    #[arg(long, value_name = "KIND", value_parser = preset)]
    policy: Option<Preset>,
    /// Leave out a check, or a family of them such as `source`; can be repeated
    #[arg(long, value_name = "CHECK")]
    without: Vec<String>,
    /// Keep what is downloaded in this directory, and go on from what is there
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Fetch, at once, the objects that a partial clone named with --git lacks
    #[arg(long)]
    fetch: bool,
    /// Make the archive again from the tag and compare
    #[arg(long)]
    rebuild: bool,
    /// Run, on the unpacked source, the build commands of your settings or of the checkout named with
    /// --git
    #[arg(long)]
    build: bool,
    /// Command that builds or tests, run on the unpacked source; can be repeated
    #[arg(long, value_name = "COMMAND")]
    build_with: Vec<String>,
    /// Run also build commands that only the archive itself brings
    #[arg(long)]
    build_as_told: bool,
    /// Draft the mail in which you vote
    #[arg(long)]
    reply: bool,
    /// Write the findings to this file as SARIF
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
}

fn preset(text: &str) -> Result<Preset, String> {
    let kinds = [Preset::TopLevel, Preset::Podling, Preset::Plain];
    kinds
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| "expected top-level, podling or plain".to_owned())
}

/// A candidate on this machine that is looked at before it goes out.
pub(super) struct Local<'a> {
    /// Its directory.
    pub(super) directory: &'a Path,
    /// The files that belong to it, by their path below.
    pub(super) files: &'a BTreeSet<String>,
    /// A file with the certificate that it is to be signed by.
    pub(super) keys: &'a Path,
    /// The tag or commit it is made of.
    pub(super) reference: Option<&'a str>,
    pub(super) version: &'a Version,
    pub(super) rc: Option<CandidateNumber>,
    pub(super) project: &'a Project,
    /// Checks and families that are left out.
    pub(super) without: &'a [String],
}

/// Runs the checks that need no network.
///
/// # Errors
/// As [`run`].
pub(super) fn look(session: &Session, local: &Local<'_>) -> Result<VerificationReport, Failure> {
    let args = VerifyArgs {
        what: local.directory.display().to_string(),
        at: None,
        keys: Some(local.keys.display().to_string()),
        git: local.reference.map(|_| ".".to_owned()),
        tag: local.reference.map(str::to_owned),
        commit: None,
        version: Some(local.version.clone()),
        rc: local.rc,
        project: Some(local.project.name.value.clone()),
        roster: None,
        policy: Some(local.project.preset.value),
        // Whether the key is in the project's KEYS is for `plusone doctor`, and for voters.
        without: [&["signature-signer-in-keys".to_owned()], local.without].concat(),
        into: None,
        fetch: false,
        rebuild: false,
        build: false,
        build_with: Vec::new(),
        build_as_told: false,
        reply: false,
        sarif: None,
    };
    let mut target = Target::find(session, &args)?;
    target.files.retain(|file| local.files.contains(&file.name));
    examine(session, &args, &target, machine::stopwatch())
}

/// Runs the command.
///
/// # Errors
/// WHAT cannot be found at all, or the settings cannot be used. Whatever else is missing is a check
/// that could not run.
pub fn run(session: &Session, args: VerifyArgs) -> Result<ExitStatus, Failure> {
    let watch = machine::stopwatch();
    let target = Target::find(session, &args)?;
    let report = examine(session, &args, &target, watch)?;
    session.ui.emit(&report)
}

fn examine(
    session: &Session,
    args: &VerifyArgs,
    target: &Target,
    watch: machine::Stopwatch,
) -> Result<VerificationReport, Failure> {
    let mut remarks = target.remarks.clone();
    let keys = keys::read(session, target, &mut remarks);
    let tag = tag::read(session, target, keys.as_ref().ok().and_then(Option::as_ref));
    let format = tag.as_ref().ok().and_then(|tag| Some(tag.as_ref()?.format));
    let artifacts = artifacts::read(session, target, &keys, format, &mut remarks)?;
    let settings = archive_settings(target, &artifacts, &mut remarks);
    let tag = tag.and_then(|tag| tag.map(|tag| tag.explained(&artifacts)).transpose());
    let mut evidence = Evidence {
        now: session.now,
        preset: target.preset,
        project: target.project.clone(),
        version: target.version.clone(),
        rc: target.rc,
        files: target.files.clone(),
        artifacts,
        keys: keys.map(|keys| keys.map(|keys| keys.facts)),
        tag,
        rebuilt: Ok(None),
        built: Ok(None),
        mail: target.mail.clone(),
        committers: keys::committers(session, target, args.roster.as_deref()),
        header_exclusions: settings.verify.exclude_headers.clone(),
        claims_reproducible: settings.verify.reproducible,
        unread: Cell::default(),
    };
    if args.rebuild || evidence.claims_reproducible {
        evidence.rebuilt = tag::rebuild(target, &evidence);
    }
    if args.build || args.build_as_told || !args.build_with.is_empty() {
        let told = &settings.verify.build;
        evidence.built = building::commands(session, target, args, told)
            .and_then(|commands| building::build(session, target, &evidence, &commands));
    }
    remarks.extend(on_the_way(target, &evidence));
    let adjustments = Adjustments::new(&settings.checks, &settings.waivers, &args.without);
    let adjustments =
        adjustments.map_err(|error| Failure::usage(error).run(["plusone", "explain", "--list"]))?;
    let mut report = report(target, &evidence, &adjustments, remarks, watch);
    if args.reply {
        report.reply = Some(reply::draft(target, &report)?);
    }
    if let Some(path) = &args.sarif {
        files::write(path, without_logins(&sarif(&report)).as_bytes()).map_err(Failure::outside)?;
    }
    Ok(report)
}

/// What may have happened to what was fetched on its way here.
fn on_the_way(target: &Target, evidence: &Evidence) -> Vec<String> {
    let keys = evidence.keys.as_ref().ok().and_then(Option::as_ref);
    let places = [("The candidate", target.place.address())].into_iter();
    let places = places.chain(keys.map(|keys| ("KEYS", keys.place.clone())));
    let mut remarks: Vec<String> = places
        .filter(|(_, place)| place.starts_with("http://"))
        .map(|(what, place)| {
            format!(
                "{what} came over http ({place}), which anybody on the way can change: use https."
            )
        })
        .collect();
    remarks.extend(crate::backend::http::redirects());
    remarks
}

/// The settings whose word about checks counts: those that were named or are around us, else those
/// in the source archive.
fn archive_settings(
    target: &Target,
    artifacts: &[crate::evidence::Artifact],
    remarks: &mut Vec<String>,
) -> SettingsFile {
    if let Some(settings) = &target.settings {
        return settings.clone();
    }
    let texts = artifacts.iter().filter_map(|artifact| match &artifact.contents {
        Some(Ok(contents)) => contents.text(&[crate::project::FILE_NAME]),
        _ => None,
    });
    for (name, text) in texts {
        match SettingsFile::parse(&text, name) {
            Ok(settings) => return settings,
            Err(error) => remarks.push(format!(
                "The settings in the archive cannot be used, so nothing is waived: {error}."
            )),
        }
    }
    SettingsFile::default()
}

fn report(
    target: &Target,
    evidence: &Evidence,
    adjustments: &Adjustments,
    remarks: Vec<String>,
    watch: machine::Stopwatch,
) -> VerificationReport {
    let checked = adjustments.run(evidence);
    let verdict = adjust::verdict(&checked);
    let artifacts = evidence.artifacts.iter().map(|artifact| {
        let judgements = match &artifact.signature {
            Some(Ok(facts)) => &facts.judgements[..],
            _ => &[],
        };
        VerifiedArtifact {
            name: artifact.name.clone(),
            role: match artifact.role {
                crate::evidence::Role::Source => "source",
                crate::evidence::Role::Convenience => "convenience",
            },
            size: artifact.size,
            sha512: artifact.sha512(),
            signed: judgements.iter().any(crate::openpgp::Judgement::is_good),
            signatures: judgements
                .iter()
                .map(|judgement| Signature {
                    words: judgement.words(),
                    judgement: judgement.clone(),
                })
                .collect(),
        }
    });
    let checks = checked.into_iter().map(|one| VerifiedCheck {
        id: one.check.id,
        title: one.check.title,
        severity: one.check.severity,
        basis: one.check.rule,
        fix: one.check.fix,
        outcome: one.outcome,
        waived: one.waived,
    });
    VerificationReport {
        verdict,
        candidate: Candidate {
            project: target.project.as_ref().map(ToString::to_string),
            version: target.version.as_ref().map(ToString::to_string),
            rc: target.rc.map(|rc| rc.0),
            policy: target.preset.as_str(),
            place: target.place.address(),
        },
        artifacts: artifacts.collect(),
        keys: evidence.keys.as_ref().ok().and_then(Option::as_ref).map(|keys| Keys {
            place: keys.place.clone(),
            sha512: keys.sha512.clone(),
            certificates: keys.certificates,
        }),
        tag: evidence.tag.as_ref().ok().and_then(Option::as_ref).map(|tag| Tag {
            repository: tag.repository.clone(),
            name: tag.tag.clone(),
            commit: tag.commit.to_string(),
        }),
        checks: checks.collect(),
        remarks,
        timing: Timing { seconds: watch.seconds() },
        reply: None,
        tool: env!("CARGO_PKG_VERSION"),
    }
}
