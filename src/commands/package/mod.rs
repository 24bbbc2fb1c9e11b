//! `plusone package`: a commit becomes source archives with checksum and signature, or an archive
//! is compared with a commit.

mod check;
mod job;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use sha2::{Digest, Sha512};

use super::signing::Signer;
use super::underway::ledger_failure;
use super::{Session, git_failure};
use crate::archive::{self, ArchiveError, Format, Level, Written};
use crate::backend::dist::LocalFiles;
use crate::backend::files::{self, Staging};
use crate::backend::ledger::LedgerFile;
use crate::candidate::{self, DirectoryError};
use crate::checksum;
use crate::dist::Place;
use crate::error::{ExitStatus, Failure};
use crate::ledger::{Event, State, What};
use crate::policy::Preset;
use crate::release::{CandidateNumber, FileName, ProjectName, Suffix, Version};
use crate::report::package::{PackageReport, PackagedArtifact};
use crate::source::{Survey, TreeError, TreePath};
use job::Job;

/// Arguments of `plusone package`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The archive is a function of the commit and of the plusone.toml in it: the work tree, the machine \
and its settings change no byte. Members are dated with the commit, or with SOURCE_DATE_EPOCH if \
that is set.

Examples:
  plusone package --version 1.2.0 --rc 1
  plusone package --ref v1.2.0-rc1 --version 1.2.0 --archive tar.gz --archive zip
  plusone package --check apache-x-1.2.0-src.tar.gz --ref v1.2.0-rc1 --version 1.2.0")]
pub struct PackageArgs {
    /// Tag, branch or commit to package [default: the candidate's tag]
    #[arg(long = "ref", value_name = "REF")]
    reference: Option<String>,
    /// Version that is released [default: read from REF]
    #[arg(long, value_name = "VERSION")]
    version: Option<Version>,
    /// Number of the release candidate [default: read from REF]
    #[arg(long, value_name = "N")]
    rc: Option<CandidateNumber>,
    /// Short name of the project, where no plusone.toml says it
    #[arg(long, value_name = "NAME")]
    project: Option<ProjectName>,
    /// Directory for the files [default: dist/ and the candidate's directory]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Archive format: tar.gz, tgz, tar.xz or zip; can be repeated
    #[arg(long = "archive", value_name = "FORMAT")]
    formats: Vec<Format>,
    /// Key that signs: fingerprint, key id or address
    #[arg(long, value_name = "KEY", conflicts_with = "no_sign")]
    key: Option<String>,
    /// Make no signature
    #[arg(long)]
    no_sign: bool,
    /// How hard to compress: best or fast
    #[arg(long, value_name = "LEVEL")]
    level: Option<Level>,
    /// Threads that compress; changes no byte [default: all, at most 8]
    #[arg(long, value_name = "N", value_parser = threads)]
    threads: Option<NonZeroUsize>,
    /// Replace files of another content that are in the way
    #[arg(long)]
    force: bool,
    /// Fetch, at once, the objects that a partial clone lacks
    #[arg(long)]
    fetch: bool,
    /// Compare this archive with what REF gives, instead of making one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "formats", "key", "no_sign", "force"])]
    check: Option<PathBuf>,
}

/// Where candidates are put unless `--out` says otherwise.
const OUTPUT: &str = "dist";

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a whole number, from 1".to_owned())
}

/// Runs the command.
///
/// # Errors
/// Whatever keeps an archive from being made or compared; nothing is left behind then.
pub fn run(session: &Session, args: PackageArgs) -> Result<ExitStatus, Failure> {
    let job = Job::prepare(session, &args)?;
    match &args.check {
        Some(file) => check::check(session, &job, file),
        None => package(session, &job, &args),
    }
}

fn package(session: &Session, job: &Job, args: &PackageArgs) -> Result<ExitStatus, Failure> {
    let names = job.project.names(Some(&job.names.version), job.names.rc);
    let directory = match &args.out {
        Some(directory) => directory.clone(),
        None => {
            let below = candidate::directory(&job.project, &names).map_err(|error| {
                let hint = match &error {
                    DirectoryError::Missing(missing) => {
                        format!("say --{}, or --out DIR", missing.variable)
                    }
                    DirectoryError::Outside(_) => {
                        "see `dev_directory` in the [dist] table of plusone.toml, or say --out DIR"
                            .to_owned()
                    }
                };
                Failure::usage(error).hint(hint)
            })?;
            let directory = Path::new(OUTPUT).join(below);
            // A link in a repository may lead anywhere.
            files::refuse_links(Path::new("."), &directory)
                .map_err(|error| Failure::usage(error).hint("remove the link, or say --out DIR"))?;
            directory
        }
    };
    // A key that cannot sign is met before the work, not after it.
    let signer = if args.no_sign { None } else { Some(Signer::choose(session, &job.project)?) };
    let mut warnings = Vec::new();
    mention_work_tree(session, job);
    warnings.extend(unstable_substitutions(job)?);

    if args.out.is_none() {
        files::ensure_ignored_directory(Path::new(OUTPUT)).map_err(Failure::outside)?;
    }
    let staging = Staging::outside(&directory).map_err(Failure::outside)?;
    let mut artifacts = Vec::new();
    let mut finished = Vec::new();
    for &format in &job.project.formats.value {
        let name = job.names.file(format).map_err(Failure::usage)?;
        let target = directory.join(name.as_str());
        let (mut artifact, survey) = build(session, job, format, &name, &staging)?;
        artifact.path = target.display().to_string();
        artifact.unchanged = same_as_before(&target, &artifact.sha512, args.force)?;
        if artifacts.is_empty() {
            warnings.extend(survey_warnings(&survey, job.project.preset.value));
        }
        if !artifact.unchanged {
            finished.push(name.clone());
        }
        let checksum_name = name.with_suffix(Suffix::Sha512);
        let digest = checksum::unhex(&artifact.sha512).and_then(|digest| digest.try_into().ok());
        let digest: [u8; 64] = digest.ok_or_else(|| Failure::bug("a digest of another length"))?;
        let mut file = staging.create(checksum_name.as_str()).map_err(Failure::outside)?;
        file.write_all(checksum::write(&digest, &name).as_bytes()).map_err(cannot_write)?;
        finished.push(checksum_name);
        if let Some(signer) = &signer {
            let signature = name.with_suffix(Suffix::Signature);
            let before = directory.join(signature.as_str());
            let kept =
                artifact.unchanged.then(|| signer.verify(session, &target, &before).ok()).flatten();
            artifact.signer = Some(match kept {
                Some(kept) => kept,
                None => {
                    let archive = staging.path().join(name.as_str());
                    let made =
                        signer.sign(session, &archive, &staging.path().join(signature.as_str()))?;
                    finished.push(signature);
                    made
                }
            });
        }
        artifacts.push(artifact);
    }
    for name in &finished {
        staging.publish(name.as_str(), &directory.join(name.as_str())).map_err(Failure::outside)?;
    }
    note(session, job, &directory, &artifacts)?;
    session.ui.emit(&PackageReport {
        version: job.names.version.clone(),
        rc: job.names.rc,
        reference: job.reference.clone(),
        commit: job.commit.id.clone(),
        directory: directory.display().to_string(),
        artifacts,
        warnings,
    })
}

/// Writes into the ledger what was packaged, unless it says so already.
fn note(
    session: &Session,
    job: &Job,
    directory: &Path,
    artifacts: &[PackagedArtifact],
) -> Result<(), Failure> {
    let Some(root) = job.repository.work_tree() else { return Ok(()) };
    let mut paths = BTreeMap::new();
    for artifact in artifacts {
        let path = Path::new(&artifact.path);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for suffix in ["", Suffix::Signature.as_str(), Suffix::Sha512.as_str()] {
            let name = format!("{name}{suffix}");
            let path = directory.join(&name);
            if files::exists(&path) {
                paths.insert(name.parse::<Place>().map_err(Failure::bug)?, path);
            }
        }
    }
    let files = LocalFiles::read(&paths).map_err(Failure::outside)?.contents();
    let absolute = files::absolute(directory);
    let directory = absolute.strip_prefix(files::absolute(root)).unwrap_or(&absolute);
    let what = What::CandidatePackaged {
        reference: job.reference.clone(),
        commit: job.commit.id.to_string(),
        files,
        directory: Some(directory.display().to_string()),
    };
    let ledger = LedgerFile::new(root, &job.names.version);
    let state = State::of(ledger.read().map_err(ledger_failure)?.records);
    let event = Event::new(session.now, job.names.version.clone(), job.names.rc, what);
    let known = state.candidate(&job.names.version, job.names.rc);
    match known.is_some_and(|candidate| candidate.is_packaged_as(&event)) {
        true => Ok(()),
        false => ledger.append(&event).map_err(ledger_failure),
    }
}

fn list(paths: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown =
        paths.iter().take(SHOWN).map(|path| format!("`{path}`")).collect::<Vec<_>>().join(", ");
    if paths.len() > SHOWN { format!("{shown} and {} more", paths.len() - SHOWN) } else { shown }
}

fn mention_work_tree(session: &Session, job: &Job) {
    // Only worth a word; a work tree that git cannot look at is not needed for anything.
    if job.repository.work_tree().is_some()
        && let Ok(state) = job.repository.work_tree_state()
        && state.changes > 0
    {
        session.ui.note(&format!(
            "note: {} changed or unknown in the work tree; the archive holds the commit only",
            crate::report::count(state.changes as u64, "file is", "files are")
        ));
    }
}

fn unstable_substitutions(job: &Job) -> Result<Vec<String>, Failure> {
    let bare = job.repository.bare(&job.commit.id).map_err(git_failure)?;
    let found = bare.unstable_substitutions(&job.commit.id).map_err(git_failure)?;
    let sentence = |(path, placeholders): (String, std::collections::BTreeSet<String>)| {
        let placeholders = placeholders.into_iter().collect::<Vec<_>>().join(" ");
        format!(
            "`{path}` has export-subst and uses {placeholders}, which depends on more than the \
             commit: `git archive` elsewhere gives other bytes than this archive has"
        )
    };
    Ok(found.into_iter().map(sentence).collect())
}

/// Writes one archive into the staging directory.
fn build(
    session: &Session,
    job: &Job,
    format: Format,
    name: &FileName,
    staging: &Staging,
) -> Result<(PackagedArtifact, Survey), Failure> {
    let file = staging.create(name.as_str()).map_err(Failure::outside)?;
    let mut out = Digested::new(BufWriter::with_capacity(256 << 10, file));
    let Written { survey, tar_sha512 } =
        job.with_tree(session, &format!("packing {name}"), |tree| {
            archive::write(tree, format, &job.layout, job.effort, &mut out).map_err(archive_failure)
        })?;
    out.flush().map_err(cannot_write)?;
    if !survey.lfs_pointers.is_empty() {
        let paths: Vec<String> = survey.lfs_pointers.iter().map(TreePath::display).collect();
        return Err(Failure::usage(format!(
            "the commit holds Git LFS pointers instead of the files themselves: {}",
            list(&paths)
        ))
        .hint("voters cannot build from pointers: commit the files, or keep them out with `export-ignore` in .gitattributes"));
    }
    let artifact = PackagedArtifact {
        path: String::new(),
        format,
        sha512: checksum::hex(&out.digest.finalize()),
        size: out.written,
        tar_sha512: tar_sha512.map(|digest| checksum::hex(&digest)),
        commit: job.commit.id.clone(),
        mtime: job.layout.mtime,
        files: survey.files,
        signer: None,
        unchanged: false,
    };
    Ok((artifact, survey))
}

fn archive_failure(error: ArchiveError) -> Failure {
    match &error {
        ArchiveError::Tree(TreeError::Order { .. } | TreeError::Commit { .. }) => {
            Failure::bug(error)
        }
        ArchiveError::Tree(TreeError::Visit(source)) => {
            cannot_write(io::Error::other(source.to_string()))
        }
        ArchiveError::Tree(_) | ArchiveError::Write(_) => Failure::outside(error),
    }
}

fn cannot_write(error: io::Error) -> Failure {
    let failure = Failure::outside(format!("cannot write the archive: {error}"));
    match error.kind() {
        io::ErrorKind::StorageFull => failure.hint("make room on the disk, or use --out DIR"),
        _ => failure,
    }
}

/// Whether the same file is there already; another one is in the way unless forced.
fn same_as_before(target: &Path, sha512: &str, force: bool) -> Result<bool, Failure> {
    if files::size(target).is_none() {
        return match files::exists(target) {
            true => {
                Err(Failure::usage(format!("`{}` is in the way and is no file", target.display())))
            }
            false => Ok(false),
        };
    }
    let file = files::open(target).map_err(Failure::outside)?;
    let digest = checksum::digest(checksum::Algorithm::Sha512, file).map_err(cannot_write)?;
    if digest.is_some_and(|digest| checksum::hex(&digest) == sha512) {
        return Ok(true);
    }
    if force {
        return Ok(false);
    }
    Err(Failure::usage(format!("`{}` exists and is another archive", target.display())).hint(
        "a candidate that was shown to others never changes: take the next --rc; to replace what \
         only you have seen, use --force",
    ))
}

fn survey_warnings(survey: &Survey, preset: Preset) -> Vec<String> {
    let mut warnings = Vec::new();
    if !survey.case_clashes.is_empty() {
        let pairs: Vec<String> = survey
            .case_clashes
            .iter()
            .map(|(one, other)| format!("{} and {}", one.display(), other.display()))
            .collect();
        warnings.push(format!(
            "these differ only by case and overwrite each other on macOS and Windows: {}",
            list(&pairs)
        ));
    }
    if !survey.unportable.is_empty() {
        let paths: Vec<String> = survey
            .unportable
            .iter()
            .map(|(path, reason)| format!("{}: {reason}", path.display()))
            .collect();
        warnings.push(format!("Windows cannot hold these: {}", list(&paths)));
    }
    let wanted: &[&str] = match preset {
        Preset::TopLevel | Preset::Podling => &["LICENSE", "NOTICE"],
        Preset::Plain => &["LICENSE"],
    };
    for name in wanted {
        let bare = name.as_bytes();
        let is_it = |file: &Vec<u8>| {
            file == bare || file.strip_prefix(bare).is_some_and(|rest| rest.starts_with(b"."))
        };
        if !survey.root_files.iter().any(is_it) {
            warnings.push(format!("there is no {name} in the root of the archive (P-04)"));
        }
    }
    warnings
}

/// Digests and counts what is written through it.
struct Digested<W> {
    out: W,
    digest: Sha512,
    written: u64,
}

impl<W: Write> Digested<W> {
    fn new(out: W) -> Self {
        Self { out, digest: Sha512::new(), written: 0 }
    }

    /// The SHA-512 of all that was written, hex.
    fn finish(self) -> String {
        checksum::hex(&self.digest.finalize())
    }
}

impl<W: Write> Write for Digested<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.digest.update(&bytes[..count]);
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
