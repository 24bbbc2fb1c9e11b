//! `plusone doctor`: collects what a release depends on and has it checked.

use std::path::Path;

use clap::Args;
use serde_json::Value;

use super::keys::read_keys;
use super::signing::Signer;
use super::{Session, git_failure};
use crate::backend::git::{Commit, Repository};
use crate::backend::{files, git, http, process, svn};
use crate::error::{ExitStatus, Failure};
use crate::openpgp::{Fingerprint, Keyring, KeysFile, Limits};
use crate::project::{Flags, Project, Roster, manifests};
use crate::readiness::{
    CATALOGUE, Known, Manifest, Readiness, SigningKey, TagFacts, TagState, Tool, WorkTreeFacts,
};
use crate::release::{CandidateNumber, ProjectName, Version};
use crate::report::doctor::{DoctorCheck, DoctorReport};

/// Arguments of `plusone doctor`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Changes nothing. A probe signature is made and thrown away, so that a PIN is asked for now and not \
in the middle of a release.")]
pub struct DoctorArgs {
    /// Version that is going to be released
    #[arg(long, value_name = "VERSION")]
    version: Option<Version>,
    /// Number of the release candidate
    #[arg(long, value_name = "N")]
    rc: Option<CandidateNumber>,
    /// Commit that is going to be released
    #[arg(long = "ref", value_name = "REF", default_value = "HEAD")]
    reference: String,
    /// Short name of the project, where no plusone.toml says it
    #[arg(long, value_name = "NAME")]
    project: Option<ProjectName>,
    /// Key that signs: fingerprint, key id or address
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Make no probe signature
    #[arg(long)]
    no_probe: bool,
}

/// The most that is read of a manifest and of NOTICE, and of a roster.
const LARGEST_MANIFEST: usize = 8 << 20;
const LARGEST_ROSTER: u64 = 64 << 20;

/// Runs the command.
///
/// # Errors
/// There is no repository, no such commit, or no usable settings.
pub fn run(session: &Session, args: DoctorArgs) -> Result<ExitStatus, Failure> {
    let repository = Repository::discover(Path::new(".")).map_err(git_failure)?;
    let commit = repository.commit(&args.reference).map_err(git_failure)?;
    let settings = session.settings(Some(&repository), None)?;
    let flags = Flags { project: args.project.clone(), key: args.key.clone(), ..Flags::default() };
    let project = settings.resolve(&flags)?;
    let ready = collect(session, &repository, &commit, &project, &args);
    let checks = CATALOGUE.iter().map(|check| DoctorCheck {
        id: check.id,
        title: check.title,
        why: check.why,
        rule: check.rule,
        outcome: (check.run)(&ready),
    });
    session
        .ui
        .emit(&DoctorReport { project: project.name.value.to_string(), checks: checks.collect() })
}

fn collect(
    session: &Session,
    repository: &Repository,
    commit: &Commit,
    project: &Project,
    args: &DoctorArgs,
) -> Readiness {
    let in_words = |failure: Failure| failure.error;
    let signer = Signer::choose(session, project).map_err(in_words);
    let probe = match &signer {
        Ok(signer) if !args.no_probe => {
            session.ui.detail("making a probe signature");
            Some(signer.probe(session).map_err(in_words))
        }
        _ => None,
    };
    let fingerprint = signer.as_ref().ok().map(|signer| signer.key.fingerprint);
    Readiness {
        now: session.now,
        preset: project.preset.value,
        version: args.version.clone(),
        tools: tools(project),
        work_tree: work_tree(repository),
        tags: tags(repository, commit, project, args),
        key: signer.map(|signer| signing_key(&signer)),
        probe,
        keys_file: keys_file(project, fingerprint.as_ref()),
        notice: file_at(repository, commit, &["NOTICE", "NOTICE.txt", "NOTICE.md"]),
        root_files: root_files(repository, commit),
        manifests: read_manifests(repository, commit, project),
        dist: dist(project),
        roster: roster(project),
    }
}

fn signing_key(signer: &Signer) -> SigningKey {
    SigningKey {
        fingerprint: signer.key.fingerprint.to_string(),
        algorithm: signer.key.algorithm.clone(),
        rsa_bits: signer.key.rsa_bits,
        expires: signer.key.expires,
        revoked: false,
        user_ids: signer.key.user_ids.clone(),
    }
}

fn tools(project: &Project) -> Vec<Tool> {
    let found = |program: &str| process::version(program).map_err(|error| error.to_string());
    // A plain directory needs none of it.
    let areas = [&project.dist_dev, &project.dist_release];
    let no_svn = areas
        .iter()
        .all(|area| area.as_ref().is_none_or(|area| area.value.as_str().starts_with("directory:")));
    vec![
        Tool {
            name: "git",
            oldest: git::OLDEST,
            found: found("git"),
            optional: false,
            install: "`apt install git`, `brew install git`",
        },
        Tool {
            name: "gpg",
            oldest: (2, 2),
            found: found("gpg"),
            optional: false,
            install: "`apt install gnupg`, `brew install gnupg`",
        },
        Tool {
            name: "svn",
            oldest: svn::OLDEST,
            found: found("svn"),
            optional: no_svn,
            install: "`apt install subversion`, `brew install subversion`",
        },
    ]
}

fn work_tree(repository: &Repository) -> Known<Option<WorkTreeFacts>> {
    if repository.work_tree().is_none() {
        return Ok(None);
    }
    let state = repository.work_tree_state().map_err(|error| error.to_string())?;
    Ok(Some(WorkTreeFacts {
        changes: state.changes,
        upstream: state.upstream,
        ahead: state.ahead,
        behind: state.behind,
    }))
}

fn tags(
    repository: &Repository,
    commit: &Commit,
    project: &Project,
    args: &DoctorArgs,
) -> Vec<TagFacts> {
    let names = project.names(args.version.as_ref(), args.rc);
    let facts = |template: &crate::project::template::Template, of_release| {
        let name = template.render(&names).ok()?;
        let state = match repository.commit(&format!("refs/tags/{name}")) {
            Err(_) => TagState::Free,
            Ok(at) if at.id == commit.id => TagState::AtCommit,
            Ok(_) => TagState::Elsewhere,
        };
        Some(TagFacts { name, of_release, state })
    };
    let candidate = facts(&project.candidate_tag.value, false);
    let release = facts(&project.tag.value, true);
    let mut tags: Vec<TagFacts> = candidate.into_iter().chain(release).collect();
    // A project that tags candidate and release alike has one tag, the candidate's.
    tags.dedup_by(|later, earlier| later.name == earlier.name);
    tags
}

fn file_at(repository: &Repository, commit: &Commit, names: &[&str]) -> Known<Option<String>> {
    for name in names {
        let bytes = repository.file(&commit.id, name).map_err(|error| error.to_string())?;
        if let Some(bytes) = bytes {
            return Ok(Some(String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    Ok(None)
}

fn root_files(repository: &Repository, commit: &Commit) -> Vec<String> {
    repository.root_files(&commit.id).unwrap_or_default()
}

fn read_manifests(repository: &Repository, commit: &Commit, project: &Project) -> Vec<Manifest> {
    let at_commit = |path: &str| -> Option<Known<String>> {
        match repository.file(&commit.id, path) {
            Err(error) => Some(Err(error.to_string())),
            Ok(None) => None,
            Ok(Some(bytes)) if bytes.len() > LARGEST_MANIFEST => {
                Some(Err("it is too large".to_owned()))
            }
            Ok(Some(bytes)) => {
                Some(String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned()))
            }
        }
    };
    let usual = manifests::USUAL.iter().filter_map(|path| {
        let version = at_commit(path)?.and_then(|text| manifests::version(path, &text));
        Some(Manifest { path: (*path).to_owned(), version })
    });
    let configured = project.versions.iter().map(|wanted| {
        let text =
            at_commit(&wanted.file).unwrap_or_else(|| Err("it is not in the commit".to_owned()));
        let version = text.and_then(|text| {
            let found = manifests::version_after(&text, &wanted.after);
            found.map(Some).ok_or_else(|| format!("no version follows `{}`", wanted.after))
        });
        Manifest { path: wanted.file.clone(), version }
    });
    usual.chain(configured).collect()
}

fn keys_file(
    project: &Project,
    fingerprint: Option<&Fingerprint>,
) -> Known<Option<(String, bool)>> {
    let Some(fingerprint) = fingerprint else {
        return Err("there is no key to look for".to_owned());
    };
    let Some(address) = project.keys_address().map_err(|error| error.to_string())? else {
        return Ok(None);
    };
    let bytes = read_keys(&address).map_err(|failure| failure.error)?;
    let file =
        KeysFile::read(&bytes, &Limits::for_verdicts()).map_err(|error| error.to_string())?;
    let holds = Keyring::new(file).fingerprints().any(|held| held == *fingerprint);
    Ok(Some((address, holds)))
}

fn dist(project: &Project) -> Vec<(String, Known<()>)> {
    let names = project.names(None, None);
    let areas = [&project.dist_dev, &project.dist_release].into_iter().flatten();
    areas
        .filter_map(|area| area.value.render(&names).ok())
        .map(|url| {
            let answer = match url.strip_prefix("directory:") {
                Some(path) if files::is_directory(Path::new(path)) => Ok(()),
                Some(path) => Err(format!("there is no directory `{path}`")),
                None => svn::info(&url).map_err(|error| error.to_string()),
            };
            (url, answer)
        })
        .collect()
}

fn roster(project: &Project) -> Known<Option<(String, usize)>> {
    let name = project.name.value.as_str();
    match &project.roster {
        Roster::Unset => Ok(None),
        Roster::List(ids) => Ok(Some(("plusone.toml".to_owned(), ids.len()))),
        Roster::File(path) => {
            let text =
                files::read_text(Path::new(path), LARGEST_ROSTER).map_err(|e| e.to_string())?;
            let text = text.ok_or_else(|| format!("there is no roster `{path}`"))?;
            let people = text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty() && !line.starts_with('#'));
            Ok(Some((path.clone(), people.count())))
        }
        Roster::Whimsy(base) => {
            let url = format!("{}/public_ldap_projects.json", base.trim_end_matches('/'));
            let bytes = http::get(&url, LARGEST_ROSTER).map_err(|error| error.to_string())?;
            let json: Value = serde_json::from_slice(&bytes)
                .map_err(|error| format!("{url} is no JSON: {error}"))?;
            let owners = &json["projects"][name]["owners"];
            Ok(Some((url, owners.as_array().map_or(0, Vec::len))))
        }
    }
}
