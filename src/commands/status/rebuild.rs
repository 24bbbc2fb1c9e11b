//! Making a ledger anew from the public record: the tag, the dist area, the list's archive.

use super::super::Session;
use super::super::access::AccessArgs;
use super::super::promote::{Ground, is_released};
use super::super::tally::{self, CountArgs};
use super::super::underway::{Areas, Underway, WhichArgs, area_failure, ledger_failure};
use crate::backend::dist::{self, Depth};
use crate::backend::files;
use crate::dist::{Content, Files, Place};
use crate::error::Failure;
use crate::ledger::state::Staged;
use crate::ledger::{Signer, What};
use crate::openpgp::{Issuer, Keyring, KeysFile, Limits, judge};

/// Makes the ledger of a version anew; the old one stays beside it under another name.
pub(super) fn run(
    session: &Session,
    count: &CountArgs,
    access: &AccessArgs,
) -> Result<(), Failure> {
    let which =
        WhichArgs { version: count.version.clone(), rc: count.rc, project: count.project.clone() };
    let mut underway = Underway::open(session, &which)?;
    let areas = underway.areas(access)?;
    // All that can fail is looked at before the old ledger is put aside.
    let packaged = packaged(&underway);
    let staged = staged(session, &underway, &areas)?;
    let released = released(&underway, &areas, staged.as_ref())?;
    if packaged.is_none() && staged.is_none() {
        return Err(Failure::usage(format!(
            "neither the tag nor the dist area knows {}",
            underway.title()
        ))
        .hint("say which with --version and --rc, and fetch the tags with `git fetch --tags`"));
    }
    let path = underway.ledger.path();
    if files::exists(&path) {
        let free = (1..).map(|number| path.with_extension(format!("jsonl.{number}")));
        let aside = { free }.find(|path| !files::exists(path)).unwrap_or_else(|| path.clone());
        files::rename(&path, &aside).map_err(ledger_failure)?;
        session.ui.note(&format!("the ledger that was there is now {}", aside.display()));
    }
    let mut notebook = underway.take(session, "status")?;
    let mut write = |what: What| notebook.write(what).map_err(ledger_failure);
    if let Some(packaged) = packaged {
        write(packaged)?;
    }
    match staged {
        Some(Staged { url, revision, files, signer, .. }) => {
            write(What::Staged { url, revision, files, signer })?;
        }
        // The count that follows needs a ledger to write into.
        None => write(What::Note { text: "nothing is staged".to_owned() })?,
    }
    let arguments =
        CountArgs { version: Some(underway.version.clone()), rc: underway.rc, ..count.clone() };
    // A vote that was never called, or an archive that nobody can reach, is no reason to do without
    // the rest.
    if let Err(failure) = tally::count_anew(session, &arguments) {
        session.ui.warn(&format!("the vote was not counted: {}", failure.error));
    }
    if let Some(released) = released {
        write(released)?;
    }
    Ok(())
}

fn packaged(underway: &Underway) -> Option<What> {
    let repository = underway.repository.as_ref()?;
    let names = underway.names();
    let tags = repository.tags().ok()?;
    let templates = [&underway.project.candidate_tag.value, &underway.project.tag.value];
    let tag = templates
        .into_iter()
        .filter_map(|template| template.render(&names).ok())
        .find(|name| tags.contains(name))?;
    let commit = repository.commit(&format!("refs/tags/{tag}")).ok()?;
    Some(What::CandidatePackaged {
        reference: tag,
        commit: commit.id.to_string(),
        files: Files::new(),
        directory: None,
    })
}

/// What is staged now, or was released from there: the files are the same.
fn staged(
    session: &Session,
    underway: &Underway,
    areas: &Areas,
) -> Result<Option<Staged>, Failure> {
    let area = &*areas.area;
    let directory = underway.directory(areas)?;
    let mut place = directory.clone();
    let mut listing = area.list(&place, Depth::All).map_err(area_failure)?;
    if listing.is_none()
        && let Some(release) = &areas.release
    {
        let below = underway.fill(&underway.project.release_directory.value)?;
        // Where all releases share a directory, nothing there tells which files are this one's.
        if !matches!(below.trim_matches('/'), "." | "") {
            place = super::super::underway::below_of(release, &below)?;
            listing = area.list(&place, Depth::All).map_err(area_failure)?;
        }
    }
    let Some(listing) = listing else { return Ok(None) };
    session.ui.detail(&format!("reading {}", areas.url(&place)));
    let names: Vec<Place> = listing.files.keys().cloned().collect();
    let digests = dist::sha512s(area, &place, &listing.revision, &names).map_err(area_failure)?;
    let content = |(file, sha512): (Place, crate::dist::Sha512)| {
        let size = listing.files.get(&file).copied().unwrap_or_default();
        (file, Content { size, sha512 })
    };
    let files: Files = digests.into_iter().map(content).collect();
    let signer = signer(session, areas, &place, &files)?;
    Ok(Some(Staged {
        at: session.now,
        url: areas.url(&directory),
        revision: listing.changed,
        files,
        signer,
    }))
}

/// Who the first signature says made it.
fn signer(
    session: &Session,
    areas: &Areas,
    place: &Place,
    files: &Files,
) -> Result<Option<Signer>, Failure> {
    const LARGEST_SIGNATURE: u64 = 1 << 20;
    let Some(file) = files.keys().find(|file| file.as_str().ends_with(".asc")) else {
        return Ok(None);
    };
    let bytes =
        areas.area.read(&place.join(file), None, LARGEST_SIGNATURE).map_err(area_failure)?;
    let nobody = KeysFile::read(b"", &Limits::for_verdicts()).map_err(Failure::bug)?;
    let judged = judge(&bytes, &mut std::io::empty(), &Keyring::new(nobody), session.now);
    let issuer = judged.ok().and_then(|judged| Some(judged.into_iter().next()?.issuer));
    let fingerprint = issuer.and_then(|Issuer { fingerprint, .. }| fingerprint);
    Ok(fingerprint.map(|fingerprint| Signer { fingerprint: fingerprint.to_string(), name: None }))
}

fn released(
    underway: &Underway,
    areas: &Areas,
    staged: Option<&Staged>,
) -> Result<Option<What>, Failure> {
    let Some(staged) = staged.filter(|_| areas.release.is_some()) else { return Ok(None) };
    let ground = Ground::look(underway, areas, staged)?;
    let revision = is_released(&ground.target, &staged.files);
    Ok(revision.map(|revision| What::Promoted {
        url: areas.url(&ground.release),
        revision,
        removed: Vec::new(),
        by_others: true,
    }))
}
