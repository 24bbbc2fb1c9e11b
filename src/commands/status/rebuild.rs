//! Making a ledger anew from the public record: the tag, the dist area, the list's archive.

use chrono::{DateTime, Utc};

use super::super::Session;
use super::super::access::AccessArgs;
use super::super::promote::{Ground, is_released};
use super::super::tally::{self, CountArgs};
use super::super::underway::{Areas, Underway, WhichArgs, area_failure, ledger_failure};
use crate::backend::dist::{self, Depth};
use crate::backend::files;
use crate::backend::http::Patience;
use crate::backend::ponymail::PonymailError;
use crate::dist::{Content, Files, Place};
use crate::error::Failure;
use crate::ledger::state::Staged;
use crate::ledger::{Event, Signer, What};
use crate::mail::Message;
use crate::openpgp::{Issuer, Keyring, KeysFile, Limits, judge};

/// Makes the ledger of a version anew; the old one stays beside it under another name. What persons
/// ruled stands in no public record, and is taken over from it.
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
    let staged = staged(session, &underway, &areas)?;
    let packaged = packaged(&underway, staged.as_ref());
    let released = released(session, &underway, &areas, staged.as_ref())?;
    if packaged.is_none() && staged.is_none() {
        return Err(Failure::usage(format!(
            "neither the tag nor the dist area knows {}",
            underway.title()
        ))
        .hint("say which with --version and --rc, and fetch the tags with `git fetch --tags`"));
    }
    let rulings = underway.candidate().map(|known| known.rulings.clone()).unwrap_or_default();
    // Nobody acts while it is replaced.
    let lock = underway.take(session, "status")?;
    let path = underway.ledger.path();
    if files::exists(&path) {
        let free = (1..).map(|number| path.with_extension(format!("jsonl.{number}")));
        let aside = { free }.find(|path| !files::exists(path)).unwrap_or_else(|| path.clone());
        files::rename(&path, &aside).map_err(ledger_failure)?;
        session.ui.note(&format!("the ledger that was there is now {}", aside.display()));
    }
    let write = |at: DateTime<Utc>, what: What| {
        let event = Event::new(at, underway.version.clone(), underway.rc, what);
        underway.ledger.append(&event).map_err(ledger_failure)
    };
    if let Some(packaged) = packaged {
        write(staged.as_ref().map_or(session.now, |staged| staged.at), packaged)?;
    }
    if let Some(Staged { at, url, revision, files, signer }) = staged {
        write(at, What::Staged { url, revision, files, signer })?;
    }
    for (message_id, ruling) in rulings {
        let (value, reason) = (ruling.value, ruling.reason);
        write(session.now, What::Ruling { message_id, value, reason })?;
    }
    let arguments =
        CountArgs { version: Some(underway.version.clone()), rc: underway.rc, ..count.clone() };
    // A vote that was never called, or an archive that nobody can reach, is no reason to do without
    // the rest.
    if let Err(failure) = tally::count_anew(session, &arguments) {
        session.ui.warn(&format!("the vote was not counted: {}", failure.error));
    }
    if let Some((at, released)) = released {
        write(at, released)?;
        match announced(session, &underway, at) {
            Ok(Some((at, message_id))) => write(at, What::Announced { message_id })?,
            Ok(None) => {}
            Err(error) => session.ui.warn(&format!(
                "it is not known whether the release was announced, for the list's archive cannot be read: {error}"
            )),
        }
    }
    drop(lock);
    Ok(())
}

/// The announcement of the version in the archive of the project's list, which gets a copy.
fn announced(
    session: &Session,
    underway: &Underway,
    released: DateTime<Utc>,
) -> Result<Option<(DateTime<Utc>, String)>, PonymailError> {
    let Some(list) = &underway.letters.vote_list else { return Ok(None) };
    let version = underway.version.as_str();
    let is_it = |message: &Message| {
        let subject = message.subject.to_uppercase();
        ["[ANNOUNCE]", "[ANN]"].iter().any(|tag| subject.contains(tag))
            && message.subject.split_whitespace().any(|word| word == version)
            && message.date.is_some()
    };
    let since = (&list.value[..], released);
    let found = underway.in_archive(session, since, Patience::default(), is_it)?;
    Ok(found.and_then(|message| Some((message.date?, message.id.0))))
}

fn packaged(underway: &Underway, staged: Option<&Staged>) -> Option<What> {
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
        files: staged.map(|staged| staged.files.clone()).unwrap_or_default(),
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
        at: areas.area.changed_at(&place).unwrap_or(session.now),
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
    session: &Session,
    underway: &Underway,
    areas: &Areas,
    staged: Option<&Staged>,
) -> Result<Option<(DateTime<Utc>, What)>, Failure> {
    let Some(staged) = staged.filter(|_| areas.release.is_some()) else { return Ok(None) };
    let ground = Ground::look(underway, areas, staged)?;
    let revision = is_released(&ground.target, &staged.files);
    let at = areas.area.changed_at(&ground.release).unwrap_or(session.now);
    Ok(revision.map(|revision| {
        let (url, removed) = (areas.url(&ground.release), Vec::new());
        (at, What::Promoted { url, revision, removed, by_others: true })
    }))
}
