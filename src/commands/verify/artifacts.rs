//! The artifacts of a candidate: which they are, what lies beside them, and the pass over each.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::super::Session;
use super::keys::KeysRead;
use super::target::{Target, place_failure};
use crate::archive::read::Limits;
use crate::backend::files;
use crate::backend::place::{self, Place, PlaceError};
use crate::candidate;
use crate::checksum::{self, Algorithm, LARGEST_FILE};
use crate::error::Failure;
use crate::evidence::{
    Artifact, CandidateFile, ChecksumFile, Known, ObjectFormat, Passed, Role, SignatureFacts,
    Source, Wanted, pass,
};
use crate::openpgp::SignatureFile;
use crate::report::count;

/// Artifacts that are downloaded and looked at side by side. What lies on this machine is looked at
/// one after the other: each keeps the processor busy by itself.
const AT_ONCE: usize = 3;

/// An artifact with its small files, before the pass.
struct Found<'a> {
    file: &'a CandidateFile,
    role: Role,
    checksums: Vec<ChecksumFile>,
    signature: Option<Known<SignatureFile>>,
}

/// Reads all artifacts. With an object format, git's ids of their members are made too.
pub(super) fn read(
    session: &Session,
    target: &Target,
    keys: &Known<Option<KeysRead>>,
    format: Option<ObjectFormat>,
    remarks: &mut Vec<String>,
) -> Result<Vec<Artifact>, Failure> {
    let place = match &target.into {
        Some(directory) if target.place.is_remote() => {
            let kept = fetch_all(session, target, directory)?;
            if kept > 0 {
                let files = count(kept as u64, "file was", "files were");
                let place = directory.display();
                remarks.push(format!("{files} in {place} already and not downloaded again."));
            }
            &Place::Directory(directory.clone())
        }
        Some(directory) => {
            let directory = directory.display();
            remarks.push(format!("Nothing had to be downloaded, so nothing is in {directory}."));
            &target.place
        }
        None => &target.place,
    };
    let found = find(place, &target.files)?;
    let several = found.iter().filter(|found| found.role == Role::Source).count() > 1;
    // Archives of the same source are compared by the ids of what is in them.
    let ids = format.or(several.then_some(ObjectFormat::Sha1));
    let announced = announced(target);
    let bar = session.ui.progress("looking at the artifacts");
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(found.len()));
    let work = || {
        while let Some(one) = found.get(next.fetch_add(1, Ordering::Relaxed)) {
            let passed = one.pass(place, ids, &announced, &bar);
            if let Ok(mut done) = done.lock() {
                done.push((&one.file.name, passed));
            }
        }
    };
    let threads = if place.is_remote() { AT_ONCE.min(found.len()) } else { 1 };
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    bar.finish_and_clear();
    let done = done.into_inner().map_err(|_| Failure::bug("a thread died"))?;
    let mut passed: BTreeMap<&String, Result<Passed, Failure>> = done.into_iter().collect();
    let mut artifacts = Vec::new();
    for one in found {
        let passed = passed.remove(&one.file.name);
        let passed = passed.ok_or_else(|| Failure::bug("an artifact was not looked at"))??;
        artifacts.push(one.judged(session, keys, passed));
    }
    Ok(artifacts)
}

/// The algorithms of the digests that the mail states, told by their lengths.
fn announced(target: &Target) -> BTreeSet<Algorithm> {
    let digests = target.mail.iter().flat_map(|mail| &mail.digests);
    let of_length = |hex: &str| Algorithm::ALL.into_iter().find(|one| one.size() * 2 == hex.len());
    digests.filter_map(|(hex, _, _)| of_length(hex)).collect()
}

/// Finds the artifacts and reads the small files beside them.
fn find<'a>(place: &Place, files: &'a [CandidateFile]) -> Result<Vec<Found<'a>>, Failure> {
    let names: BTreeSet<&str> = files.iter().map(|file| &file.name[..]).collect();
    let signed = |name: &str| names.contains(&format!("{name}.asc")[..]);
    let artifacts: Vec<&CandidateFile> = files
        .iter()
        .filter(|file| !candidate::is_metadata(&file.name))
        .filter(|file| candidate::is_artifact(&file.name) || signed(&file.name))
        .collect();
    let archives: Vec<_> =
        artifacts.iter().filter(|file| candidate::is_archive(&file.name)).collect();
    let named = archives.iter().any(|file| candidate::is_source(&file.name));
    let mut found = Vec::new();
    for file in artifacts {
        let archive = candidate::is_archive(&file.name);
        let source = archive && (candidate::is_source(&file.name) || !named);
        let role = if source { Role::Source } else { Role::Convenience };
        let mut checksums = Vec::new();
        for other in files {
            let suffix = other.name.strip_prefix(&file.name[..]).unwrap_or_default();
            let lower = suffix.to_lowercase();
            if is_checksum(&lower) {
                let limit = LARGEST_FILE as u64;
                let bytes = place.read(&other.name, limit).map_err(place_failure)?;
                let listed = checksum::parse(&bytes);
                checksums.push(ChecksumFile { name: other.name.clone(), listed });
            }
        }
        let signature = match signed(&file.name) {
            false => None,
            true => {
                let name = format!("{}.asc", file.name);
                let bytes = place.read(&name, 1 << 20).map_err(place_failure)?;
                Some(SignatureFile::read(&bytes).map_err(|error| error.to_string()))
            }
        };
        found.push(Found { file, role, checksums, signature });
    }
    Ok(found)
}

fn is_checksum(suffix: &str) -> bool {
    let known = [".sha512", ".sha256", ".sha384", ".sha1", ".sha", ".md5", ".mds", ".sha512sum"];
    known.contains(&suffix)
}

impl Found<'_> {
    /// Reads the artifact once.
    fn pass(
        &self,
        place: &Place,
        ids: Option<ObjectFormat>,
        announced: &BTreeSet<Algorithm>,
        bar: &indicatif::ProgressBar,
    ) -> Result<Passed, Failure> {
        let name = &self.file.name;
        let listed = self.checksums.iter().filter_map(|file| file.listed.as_ref().ok()).flatten();
        let mut wanted = Wanted {
            digests: listed.map(|one| one.algorithm).chain(announced.iter().copied()).collect(),
            signatures: self.signature.as_ref().and_then(|signature| signature.as_ref().ok()),
            ids: ids.filter(|_| self.role == Role::Source),
            source: self.role == Role::Source,
            tar_digest: false,
            limits: Limits::default(),
        };
        // A zip is read from its end, so one from elsewhere has to lie here first.
        let mut scratch = None;
        let mut at = place.clone();
        if place.is_remote() && name.to_lowercase().ends_with(".zip") {
            let directory = files::scratch().map_err(Failure::outside)?;
            let copy = directory.path().join("artifact");
            place.fetch(name, &copy, &|_| {}).map_err(place_failure)?;
            at = Place::Directory(directory.path().to_owned());
            scratch = Some(directory);
        }
        let name = if scratch.is_some() { "artifact" } else { &name[..] };
        let opened = at.open(name).map_err(place_failure)?;
        if let Some(size) = opened.size.or(self.file.size) {
            wanted.limits = Limits::for_size(size);
        }
        let stream = Box::new(bar.wrap_read(opened.stream));
        let source = match at.file(name).map_err(place_failure)? {
            Some(file) => Source::File(stream, Box::new(file)),
            None => Source::Stream(stream),
        };
        pass(source, &wanted).map_err(|error| {
            Failure::outside(format!("cannot read `{}`: {error}", self.file.name))
                .hint("is the disk, or the network, all right?")
        })
    }

    fn judged(self, session: &Session, keys: &Known<Option<KeysRead>>, passed: Passed) -> Artifact {
        let signature = self.signature.map(|signature| {
            signature.map(|file| {
                let keyring = keys.as_ref().ok().and_then(Option::as_ref).map(|keys| &keys.keyring);
                let judgements = match (keyring, &passed.signed) {
                    (Some(keyring), Some(digests)) => file.judge(digests, keyring, session.now),
                    _ => Vec::new(),
                };
                SignatureFacts { armored: file.is_armored(), judgements }
            })
        });
        let contents = candidate::is_archive(&self.file.name).then_some(passed.contents);
        Artifact {
            name: self.file.name.clone(),
            size: passed.size,
            role: self.role,
            digests: passed.digests,
            checksums: self.checksums,
            signature,
            contents,
        }
    }
}

/// Copies the whole candidate into a directory; returns how many of its files were there already.
fn fetch_all(session: &Session, target: &Target, directory: &Path) -> Result<usize, Failure> {
    place::reserve(directory, &target.place).map_err(place_failure)?;
    let there = |file: &CandidateFile| files::size(&directory.join(&file.name)).is_some();
    let missing: Vec<&CandidateFile> = target.files.iter().filter(|file| !there(file)).collect();
    let bar = session.ui.progress("downloading");
    let next = AtomicUsize::new(0);
    let failure = Mutex::new(None);
    let work = || {
        while let Some(file) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
            let to = directory.join(&file.name);
            let links = files::refuse_links(directory, &to).and_then(|()| {
                files::refuse_links(directory, &directory.join(format!("{}.part", file.name)))
            });
            let outcome = links
                .map_err(PlaceError::from)
                .and_then(|()| target.place.fetch(&file.name, &to, &|count| bar.inc(count)));
            if let (Err(error), Ok(mut failure)) = (outcome, failure.lock()) {
                failure.get_or_insert(error);
                // The others take nothing new.
                next.store(missing.len(), Ordering::Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..AT_ONCE.min(missing.len()) {
            scope.spawn(work);
        }
        work();
    });
    bar.finish_and_clear();
    match failure.into_inner() {
        Ok(None) => Ok(target.files.len() - missing.len()),
        Ok(Some(error)) => Err(place_failure(error)
            .hint("run the same command again: it goes on where the download stopped")),
        Err(_) => Err(Failure::bug("a thread died")),
    }
}
