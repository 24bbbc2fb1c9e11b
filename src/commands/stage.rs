//! `plusone stage`: puts a candidate into the staging area, in one revision.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;

use super::access::AccessArgs;
use super::act::{self, Outward};
use super::underway::{Areas, Underway, WhichArgs, area_failure, ledger_failure};
use super::verify::{self, Local};
use super::{Session, git_failure};
use crate::backend::dist::{self, Committer, Depth, Known, LocalFiles, ReadBack, SeenFiles};
use crate::backend::files;
use crate::backend::gpg;
use crate::backend::ledger::Notebook;
use crate::backend::place;
use crate::candidate::{self, DirectoryError, is_artifact, is_metadata};
use crate::checks::CheckOutcome;
use crate::dist::stage::{CannotStage, Selection, Staged, Staging, select, staging};
use crate::dist::{Content, Files, Place, Planned, Revision};
use crate::error::{ExitStatus, Failure};
use crate::ledger::{Signer, What};
use crate::openpgp::{Issuer, Keyring, KeysFile, Limits, judge};
use crate::plan::{Plan, Progress};
use crate::report::plan::{Checked, PlanReport, Stopped};
use crate::report::verify::{VerificationReport, VerifiedArtifact};

/// Arguments of `plusone stage`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The candidate is checked first as `plusone verify` does, as far as that needs no network; an error \
stops it. Then one commit adds its directory with the artifacts, their signatures and checksums, and \
nothing else. What was staged is read back and compared. A directory that is there already must hold \
the same bytes: a candidate that was shown to others never changes.

Examples:
  plusone stage --version 1.2.0 --rc 1
  plusone stage --version 1.2.0 --rc 1 --execute
  plusone stage --version 1.2.0 --rc 1 --from build/release --execute")]
pub struct StageArgs {
    #[command(flatten)]
    which: WhichArgs,
    /// Directory of the candidate [default: where `plusone package` made it]
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Log message of the commit
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    /// Leave out a check of the candidate, or a family of them; can be repeated
    #[arg(long, value_name = "CHECK")]
    without: Vec<String>,
    /// Commit, instead of showing what would be committed
    #[arg(short = 'x', long)]
    execute: bool,
    #[command(flatten)]
    access: AccessArgs,
}

/// Runs the command.
///
/// # Errors
/// There is no candidate, something else is staged in its place, or the area cannot be used.
pub fn run(session: &Session, args: StageArgs) -> Result<ExitStatus, Failure> {
    let mut underway = Underway::open(session, &args.which)?;
    let mut notebook = if args.execute { Some(underway.take(session, "stage")?) } else { None };
    let areas = underway.areas(&args.access)?;
    let candidate = Candidate::find(&underway, args.from.as_deref())?;
    let directory = underway.directory(&areas)?;
    let report = candidate.check(session, &underway, &args.without)?;
    let mut checked = checked(&report);
    checked.left_out.clone_from(&args.without);
    let local = candidate.read(&report, &underway, args.from.is_none())?;
    let files = local.contents();
    let known = Known::Local(&local);
    let target = dist::target(&*areas.area, &directory, &files, known).map_err(area_failure)?;
    let message = args.message.clone().unwrap_or_else(|| format!("Stage {}", underway.title()));
    let decided = staging(
        Staging {
            area: areas.area.address(),
            directory: &directory,
            files: &files,
            local: &local.paths(),
            message: &message,
        },
        &target,
    );
    let url = areas.url(&directory);
    let mut out = PlanReport {
        plan: Plan::new(format!("Stage {} at {url}", underway.title())),
        executed: args.execute,
        notes: candidate.notes(),
        ..PlanReport::default()
    };
    if checked.errors() > 0 {
        out.stopped = Some(Stopped {
            why: "the candidate has errors: mend them and package the next candidate, or waive what the project stands by (`plusone explain` says how)".to_owned(),
            incomplete: false,
        });
    }
    out.checked = Some(checked);
    let job = Job {
        underway: &underway,
        areas: &areas,
        files: &files,
        local: &local,
        directory: &directory,
        url: &url,
        signer: signer(&report),
    };
    let decided = decided.map_err(|error| {
        let unknown = matches!(error, CannotStage::Differs { .. }) && !underway.knows_staging();
        let failure = cannot_stage(error);
        match unknown {
            false => failure,
            true => failure.hint("the ledger knows of no candidate there; have it made anew from the public record:").run(underway.rebuild()),
        }
    })?;
    match decided {
        // What is public was done, by somebody: who goes on as if it were new does it twice.
        Staged::Already(revision) if !underway.knows_staging() => {
            out.stopped = Some(Stopped {
                why: format!(
                    "it is in the staging area already, byte for byte, since {}, and the ledger (.plusone) does not know: it was lost, or somebody else staged it. It can be made anew from the public record",
                    shown(&revision)
                ),
                incomplete: true,
            });
            out.next = underway.rebuild();
        }
        Staged::Already(revision) => {
            out.stopped = None;
            out.notes
                .push(format!("It is staged already, byte for byte, since {}.", shown(&revision)));
            if let Some(notebook) = &mut notebook {
                settle(notebook, &underway, "stage", &revision)?;
                job.note(notebook, revision)?;
            }
        }
        Staged::Planned(planned) => {
            out.plan.steps.push(planned.step.clone());
            if let (Some(notebook), None) = (&mut notebook, &out.stopped) {
                let (revision, basis) = job.commit(*planned, &mut out.plan, notebook)?;
                out.notes.push(format!(
                    "Staged in {}, and read back: {}.",
                    shown(&revision),
                    match basis {
                        ReadBack::Stored => "the server stores the same digests",
                        ReadBack::Bytes => "every byte is as it is here",
                    }
                ));
                job.note(notebook, revision)?;
            }
        }
    }
    underway.done(session, notebook.as_ref(), &mut out);
    session.ui.emit(&out)
}

/// A revision as people say it.
pub(super) fn shown(revision: &Revision) -> String {
    match revision {
        Revision::Number(number) => format!("revision {number}"),
        Revision::Digest(digest) => format!("the state {}", digest.get(..12).unwrap_or(digest)),
    }
}

/// Writes down that steps of a command that were only begun are done: what they were to do is seen.
pub(super) fn settle(
    notebook: &mut Notebook,
    underway: &Underway,
    command: &str,
    revision: &Revision,
) -> Result<(), Failure> {
    let begun: Vec<String> = notebook
        .state()
        .candidate(&underway.version, underway.rc)
        .into_iter()
        .flat_map(|candidate| &candidate.steps)
        .filter(|(_, step)| {
            step.progress == Progress::Started && step.command.as_deref() == Some(command)
        })
        .map(|(id, _)| id.clone())
        .collect();
    for id in begun {
        let outcome = dist::outcome(revision);
        notebook.write(What::StepFinished { id, outcome }).map_err(ledger_failure)?;
    }
    Ok(())
}

fn cannot_stage(error: CannotStage) -> Failure {
    let failure = Failure::usage(&error);
    match error {
        CannotStage::Differs { .. } => failure
            .hint("a candidate that was shown to others never changes: take the next --rc")
            .hint("nobody has seen it yet? remove the directory with svn, then stage again"),
        CannotStage::Empty | CannotStage::NoFile(_) => failure.hint("package it first"),
    }
}

/// A candidate on this machine.
struct Candidate {
    directory: PathBuf,
    selection: Selection,
    /// The artifacts, by their path below the directory.
    artifacts: Vec<String>,
    seen: SeenFiles,
    /// What it is made of.
    reference: Option<String>,
}

impl Candidate {
    fn find(underway: &Underway, from: Option<&Path>) -> Result<Self, Failure> {
        let packaged = underway.candidate().and_then(|candidate| candidate.packaged.as_ref());
        let directory = match (from, packaged.and_then(|packaged| packaged.directory.as_ref())) {
            (Some(from), _) => from.to_owned(),
            (None, Some(known)) => underway.root.join(known),
            (None, None) => {
                let below = candidate::directory(&underway.project, &underway.names());
                let below = below.map_err(|error| match error {
                    DirectoryError::Missing(missing) => super::underway::missing(missing),
                    outside => Failure::usage(outside)
                        .hint("see `dev_directory` in the [dist] table of plusone.toml"),
                })?;
                underway.root.join("dist").join(below)
            }
        };
        if !files::is_directory(&directory) {
            return Err(Failure::usage(format!(
                "there is no candidate in `{}`",
                directory.display()
            ))
            .hint("package it first, or say where it is with --from DIR:")
            .run(underway.command("package")));
        }
        let listed = place::Place::Directory(directory.clone()).list();
        let listed = listed.map_err(Failure::outside)?;
        let hidden = |name: &str| name.split('/').any(|part| part.starts_with('.'));
        let names: Vec<&str> =
            listed.iter().map(|file| &file.name[..]).filter(|name| !hidden(name)).collect();
        let artifacts: Vec<&str> =
            names.iter().copied().filter(|name| is_artifact(name) && !is_metadata(name)).collect();
        if artifacts.is_empty() {
            return Err(Failure::usage(format!(
                "there is no archive in `{}`",
                directory.display()
            ))
            .hint("package the candidate first:")
            .run(underway.command("package")));
        }
        let mut selection = select(names.iter().copied(), &artifacts);
        if !selection.missing.is_empty() {
            // The directory may be another one altogether.
            const SHOWN: usize = 6;
            let mut lacking =
                selection.missing.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
            if let Some(more) = selection.missing.len().checked_sub(SHOWN).filter(|&more| more > 0)
            {
                lacking += &format!(" and {more} more");
            }
            let mut sign = vec!["plusone".to_owned(), "sign".to_owned()];
            let needs = |artifact: &&&str| {
                selection.missing.iter().any(|missing| missing.starts_with(**artifact))
            };
            let unsigned = artifacts.iter().filter(needs).take(SHOWN);
            sign.extend(unsigned.map(|name| directory.join(name).display().to_string()));
            return Err(Failure::usage(format!(
                "the candidate in `{}` lacks {lacking}",
                directory.display()
            ))
            .run(sign)
            .hint("or move what does not belong to the candidate elsewhere"));
        }
        let left = listed.iter().filter(|file| hidden(&file.name)).map(|file| file.name.clone());
        selection.stray.extend(left);
        let place = |name: &String| -> Result<(Place, PathBuf), Failure> {
            Ok((name.parse().map_err(Failure::usage)?, directory.join(name)))
        };
        let paths = selection.files.iter().map(place);
        let paths = paths.collect::<Result<BTreeMap<Place, PathBuf>, Failure>>()?;
        let seen = SeenFiles::look(&paths);
        let artifacts = artifacts.into_iter().map(str::to_owned).collect();
        let reference = reference(underway)?;
        Ok(Self { directory, selection, artifacts, seen, reference })
    }

    /// Reads its files, apart from the artifacts, which the checks have read. They must be those that
    /// were `packaged`, where that is where they come from.
    fn read(
        &self,
        report: &VerificationReport,
        underway: &Underway,
        packaged: bool,
    ) -> Result<LocalFiles, Failure> {
        let artifact = |artifact: &VerifiedArtifact| {
            let (size, sha512) = (artifact.size, artifact.sha512.parse().ok()?);
            Some((artifact.name.parse().ok()?, Content { size, sha512 }))
        };
        let read: Files = report.artifacts.iter().filter_map(artifact).collect();
        let local = self.seen.read(&read).map_err(Failure::outside)?;
        let files = local.contents();
        let expected = underway.candidate().and_then(|candidate| candidate.packaged.as_ref());
        if let Some(expected) = expected.filter(|_| packaged) {
            let mut expected = expected.files.iter();
            if !expected.all(|(place, content)| files.get(place).is_none_or(|now| now == content)) {
                return Err(Failure::usage(format!(
                    "the files in `{}` are not those that were packaged",
                    self.directory.display()
                ))
                .hint("package the candidate again; --from DIR takes what is there as it is"));
            }
        }
        Ok(local)
    }

    /// What lies beside it, and stays there.
    fn notes(&self) -> Vec<String> {
        let strays: Vec<&str> = self
            .selection
            .stray
            .iter()
            .map(|name| &name[..])
            .filter(|name| !name.ends_with(".gitignore"))
            .collect();
        match strays.is_empty() {
            true => Vec::new(),
            false => {
                vec![format!("Not part of the candidate, and left here: {}.", strays.join(", "))]
            }
        }
    }

    /// Runs the checks that need no network. The signatures are judged by the certificate that gpg
    /// has of whom they name.
    fn check(
        &self,
        session: &Session,
        underway: &Underway,
        without: &[String],
    ) -> Result<VerificationReport, Failure> {
        let scratch = files::scratch().map_err(Failure::outside)?;
        let keys = scratch.path().join("KEYS");
        let mut certificates = Vec::new();
        for issuer in self.issuers(session)? {
            // A key that gpg does not have either is found missing by the checks.
            certificates.extend(gpg::export_by_name(&issuer).unwrap_or_default());
        }
        files::write(&keys, &certificates).map_err(Failure::outside)?;
        let local = Local {
            directory: &self.directory,
            files: &self.selection.files,
            keys: &keys,
            reference: self.reference.as_deref(),
            version: &underway.version,
            rc: underway.rc,
            project: &underway.project,
            without,
        };
        verify::look(session, &local)
    }

    /// Who the signatures say made them.
    fn issuers(&self, session: &Session) -> Result<BTreeSet<String>, Failure> {
        const LARGEST_SIGNATURE: u64 = 1 << 20;
        let nobody = KeysFile::read(b"", &Limits::for_verdicts()).map_err(Failure::bug)?;
        let nobody = Keyring::new(nobody);
        let mut issuers = BTreeSet::new();
        for artifact in &self.artifacts {
            let path = self.directory.join(format!("{artifact}.asc"));
            let bytes = files::read(&path, LARGEST_SIGNATURE).map_err(Failure::outside)?;
            let judged =
                judge(&bytes.unwrap_or_default(), &mut std::io::empty(), &nobody, session.now);
            // What is no signature is found by the checks.
            for judgement in judged.unwrap_or_default() {
                let Issuer { fingerprint, key_id } = judgement.issuer;
                let named = fingerprint.map(|fingerprint| fingerprint.to_string());
                issuers.extend(named.or_else(|| key_id.map(|id| id.to_string())));
            }
        }
        Ok(issuers)
    }
}

/// Whom a candidate's first signature is by, as far as the checks know them.
fn signer(report: &VerificationReport) -> Option<Signer> {
    let signatures = report.artifacts.iter().flat_map(|artifact| &artifact.signatures);
    let signer = signatures.filter_map(|signature| signature.judgement.signer.as_ref()).next()?;
    Some(Signer { fingerprint: signer.certificate.to_string(), name: signer.user_id.clone() })
}

/// What the candidate is made of: as packaged, else its tag.
fn reference(underway: &Underway) -> Result<Option<String>, Failure> {
    let packaged = underway.candidate().and_then(|candidate| candidate.packaged.as_ref());
    let Some(repository) = &underway.repository else { return Ok(None) };
    if let Some(packaged) = packaged {
        let tags = repository.tags().map_err(git_failure)?;
        let name = packaged.reference.strip_prefix("refs/tags/").unwrap_or(&packaged.reference);
        let is_tag = tags.iter().any(|tag| tag == name);
        return Ok(Some(if is_tag { name.to_owned() } else { packaged.commit.clone() }));
    }
    let tag = underway.fill(&underway.project.candidate_tag.value)?;
    Ok(repository.commit(&tag).is_ok().then_some(tag))
}

/// What of a verification is told before staging.
fn checked(report: &VerificationReport) -> Checked {
    let mut checked = Checked::new("the candidate");
    for one in &report.checks {
        let Some(check) = crate::checks::adjust::find(one.id) else { continue };
        // What needs the network, or was not asked for, is not looked at here.
        if !matches!(one.outcome, CheckOutcome::NotRun { .. }) {
            checked.add(check, one.outcome.clone());
        }
    }
    checked
}

/// What is staged, and where.
struct Job<'a> {
    underway: &'a Underway,
    areas: &'a Areas,
    files: &'a Files,
    local: &'a LocalFiles,
    directory: &'a Place,
    url: &'a str,
    signer: Option<Signer>,
}

impl Job<'_> {
    /// Commits, and compares what is there then with what is here.
    fn commit(
        &self,
        planned: Planned,
        plan: &mut Plan,
        notebook: &mut Notebook,
    ) -> Result<(Revision, ReadBack), Failure> {
        let area = &*self.areas.area;
        let committer = Committer {
            area,
            commits: BTreeMap::from([(planned.step.id.clone(), planned.commit)]),
            local: Some(self.local),
        };
        let mut outward = Outward { committer: Some(committer), poster: None };
        act::run(plan, notebook, &mut outward).map_err(Failure::from)?;
        let listing = area.list(self.directory, Depth::All).map_err(area_failure)?;
        let listing = listing.ok_or_else(|| {
            Failure::outside(format!("{} was staged, and is gone again", self.url))
                .hint("somebody removed it; ask who, then run the same command again")
        })?;
        let (differences, basis) =
            dist::compare(area, self.directory, &listing, self.files, Known::Local(self.local))
                .map_err(area_failure)?;
        if !differences.is_empty() {
            let text: Vec<String> = differences.iter().map(ToString::to_string).collect();
            return Err(Failure::outside(format!(
                "what is at {} is not what was staged: {}",
                self.url,
                text.join("; ")
            ))
            .hint("look at the directory's log: did somebody else change it?"));
        }
        Ok((listing.changed, basis))
    }

    /// Writes down where it is staged, unless that is known.
    fn note(&self, notebook: &mut Notebook, revision: Revision) -> Result<(), Failure> {
        let known = notebook.state().candidate(&self.underway.version, self.underway.rc);
        let staged = known.filter(|known| known.cleared.is_none()).and_then(|c| c.staged.as_ref());
        let same = staged.is_some_and(|staged| {
            staged.revision == revision
                && staged.files == *self.files
                && (staged.signer.is_some() || self.signer.is_none())
        });
        if same {
            return Ok(());
        }
        let what = What::Staged {
            url: self.url.to_owned(),
            revision,
            files: self.files.clone(),
            signer: self.signer.clone(),
        };
        notebook.write(what).map_err(ledger_failure)
    }
}
