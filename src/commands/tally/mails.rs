//! Where the mails come from: files, directories, the list's web archive.

use std::path::Path;

use chrono::{DateTime, Datelike, Months, Utc};

use super::super::Session;
use super::Job;
use crate::backend::files;
use crate::backend::http::{HttpError, Patience};
use crate::backend::mailbox::{self, Mailbox, MailboxError, Scan};
use crate::backend::ponymail::{Archive, PonymailError, ThreadAddress};
use crate::error::Failure;
use crate::mail;
use crate::project::mail::{ASF_ARCHIVE, INCUBATOR_LIST};
use crate::vote::select::Gathered;
use crate::vote::thread::{self, Thread, Which};

/// What the mailboxes hold of the vote that is meant.
pub(super) struct Read {
    /// The votes that the mails hold, those that can be meant; none once they are counted.
    pub(super) threads: Vec<Thread>,
    /// The mails themselves, where they have to be kept.
    pub(super) mails: Vec<Vec<u8>>,
    /// What else is to be told.
    pub(super) warnings: Vec<String>,
}

/// Reads the mails.
pub(super) fn read(job: &Job<'_>) -> Result<Read, Failure> {
    let (args, session) = (job.args, job.session);
    check_sources(job)?;
    let which = which(job);
    let scratch = files::scratch().map_err(Failure::outside)?;
    let mut mailboxes: Vec<Mailbox> = Vec::new();
    mailboxes.extend(args.mbox.iter().cloned().map(Mailbox::Mbox));
    mailboxes.extend(args.maildir.iter().cloned().map(Mailbox::Maildir));
    mailboxes.extend(args.eml.iter().cloned().map(Mailbox::Directory));
    for (number, (list, month)) in months(job).into_iter().enumerate() {
        let base = job.archive().unwrap_or_else(|| ASF_ARCHIVE.to_owned());
        session.ui.detail(&format!("fetching {month} of {list} from {base}"));
        let archive = Archive::new(Patience::default()).map_err(fetch_failure)?;
        let bytes = archive.month(&base, &list, &month).map_err(fetch_failure)?;
        let path = scratch.path().join(format!("{number}.mbox"));
        files::write(&path, &bytes).map_err(Failure::outside)?;
        mailboxes.push(Mailbox::Mbox(path));
    }
    // Most of the memory that a large thread takes are the mails as they came.
    let keep = args.save.is_some() || job.root.is_some() || !args.thread.is_empty();
    let Scan { mut gathered, headless } = match mailboxes.is_empty() {
        true => Scan::default(),
        false => mailbox::votes(&mailboxes, &which, keep).map_err(mailbox_failure)?,
    };
    if !args.thread.is_empty() {
        for thread in &args.thread {
            let base = job.archive().unwrap_or_else(|| ASF_ARCHIVE.to_owned());
            gathered.mails.extend(fetched_thread(session, &base, thread)?);
        }
        let messages = gathered.mails.iter().map(|bytes| mail::read(bytes)).collect();
        gathered.threads = thread::threads(messages);
        gathered.read = gathered.mails.len();
    }
    if let Some(path) = &args.save {
        save(path, &gathered.mails)?;
    }
    session.ui.detail(&format!("{} mails can belong to the vote", gathered.read));
    let warnings = without_header(&headless).into_iter().collect();
    let Gathered { threads, mails, .. } = gathered;
    Ok(Read { threads, mails, warnings })
}

/// What is said of mails without a header, of which nobody can tell where they belong.
fn without_header(headless: &[String]) -> Option<String> {
    const MOST_NAMED: usize = 3;
    let named = headless.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = match headless.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let text = format!("without the header of a mail, and so not read: {named}{more}");
    (!headless.is_empty()).then_some(text)
}

/// Keeps mails in an mbox file.
pub(super) fn save(path: &Path, mails: &[Vec<u8>]) -> Result<(), Failure> {
    let dated = mails.iter().map(|bytes| (&bytes[..], mail::read(bytes).date));
    mailbox::save(path, dated).map_err(Failure::outside)
}

/// The archive that links lead to, without a final `/`: that of the thread's own address, if it has
/// one.
pub(super) fn archive(job: &Job<'_>) -> Option<String> {
    let addresses = job.args.thread.iter().filter(|thread| thread.contains("://"));
    let mut read = addresses.filter_map(|thread| ThreadAddress::read(thread, None).ok());
    let of_thread = read.next().map(|address| address.base.trim_end_matches('/').to_owned());
    of_thread.or_else(|| job.archive())
}

/// Which vote is meant, by the flags and settings.
pub(super) fn which(job: &Job<'_>) -> Which {
    let args = job.args;
    if let Some(id) = &args.message_id {
        return Which::MessageId(id.clone());
    }
    if let Some(text) = &args.subject {
        return Which::Subject(text.clone());
    }
    // A thread is of one project, and not every subject names it.
    let known = args.thread.is_empty() || args.version.is_some();
    Which::Release {
        project: job.project().filter(|_| known),
        version: args.version.as_ref().map(ToString::to_string),
        rc: args.rc.map(|rc| rc.0),
        list: None,
    }
}

impl Job<'_> {
    /// The project's name by flag or settings, with its component, as subjects have it.
    fn project(&self) -> Option<String> {
        if let Some(name) = &self.args.project {
            return Some(name.to_string());
        }
        let (project, user) = (&self.settings.project.project, &self.settings.user.project);
        project.name.as_ref().or(user.name.as_ref()).map(ToString::to_string)
    }
}

fn check_sources(job: &Job<'_>) -> Result<(), Failure> {
    let args = job.args;
    let missing = args.mbox.iter().find(|path| !files::exists(path));
    if let Some(path) = missing {
        return Err(Failure::usage(format!("there is no file `{}`", path.display()))
            .hint("name a file of mails, or fetch a list's month with --list and --month"));
    }
    let directories = args.maildir.iter().chain(&args.eml);
    if let Some(path) = { directories }.find(|path| !files::is_directory(path)) {
        return Err(Failure::usage(format!("there is no directory `{}`", path.display()))
            .hint("name a directory of mails; a single file of them is named with --mbox"));
    }
    if let Some(path) = args.mbox.iter().find(|path| files::is_directory(path)) {
        return Err(Failure::usage(format!("`{}` is a directory", path.display()))
            .hint("name it with --maildir, or with --eml if it holds .eml files"));
    }
    check_targets(job)?;
    let given = !args.mbox.is_empty() || !args.maildir.is_empty() || !args.eml.is_empty();
    if given || !args.thread.is_empty() || !lists(job).is_empty() {
        return Ok(());
    }
    Err(Failure::usage("nothing says where the mails are")
        .hint("name a file with --mbox, a directory with --maildir or --eml")
        .hint("or fetch them with --thread URL, or with --list ADDRESS and --month YYYY-MM"))
}

/// Refuses to write over what is read: an archive that holds more than this vote would be lost.
fn check_targets(job: &Job<'_>) -> Result<(), Failure> {
    let targets =
        [("--save", job.args.save.as_deref(), "vote.mbox"), ("--html", job.html, "vote.html")];
    for (flag, path, example) in targets {
        let Some(path) = path else { continue };
        if files::is_directory(path) {
            return Err(Failure::usage(format!("`{}` is a directory", path.display()))
                .hint(format!("name a file to write, as in {flag} {example}")));
        }
        if job.args.mbox.iter().any(|mbox| files::is_same(mbox, path)) {
            return Err(Failure::usage(format!(
                "`{}` is read by --mbox, and {flag} would write over it",
                path.display()
            ))
            .hint(format!("name another file, as in {flag} {example}")));
        }
    }
    Ok(())
}

/// The lists to fetch: those named, else that of the settings where no other mails are named.
fn lists(job: &Job<'_>) -> Vec<String> {
    let args = job.args;
    let local = !args.mbox.is_empty() || !args.maildir.is_empty() || !args.eml.is_empty();
    // Where nobody says which archive, there is none to fetch a list from unasked.
    let nowhere = job.archive().is_none();
    if !args.list.is_empty() || local || !args.thread.is_empty() || nowhere {
        return args.list.clone();
    }
    let set = &job.settings;
    let list = set.project.vote.list.clone().or_else(|| set.user.vote.list.clone());
    // Where the settings say which project it is, its list is the customary one.
    let name = set.project.project.name.as_ref();
    let list = list.or_else(|| {
        let name = name.filter(|_| job.preset.is_asf())?;
        Some(format!("dev@{name}.apache.org"))
    });
    let incubator =
        (job.preset == crate::policy::Preset::Podling).then(|| INCUBATOR_LIST.to_owned());
    list.map_or_else(Vec::new, |list| std::iter::once(list).chain(incubator).collect())
}

fn months(job: &Job<'_>) -> Vec<(String, String)> {
    let months = match job.args.month.is_empty() {
        false => job.args.month.clone(),
        true => recent_months(job.session.now),
    };
    let lists = lists(job);
    lists.iter().flat_map(|list| months.iter().map(|m| (list.clone(), m.clone()))).collect()
}

fn recent_months(now: DateTime<Utc>) -> Vec<String> {
    let month = |at: DateTime<Utc>| format!("{:04}-{:02}", at.year(), at.month());
    let before = now.checked_sub_months(Months::new(1)).unwrap_or(now);
    vec![month(before), month(now)]
}

fn fetched_thread(session: &Session, archive: &str, what: &str) -> Result<Vec<Vec<u8>>, Failure> {
    // A full address names its archive itself.
    let base = if what.contains("://") { None } else { Some(archive) };
    let address = ThreadAddress::read(what, base).map_err(fetch_failure)?;
    session.ui.detail(&format!("fetching the thread {} from {}", address.id, address.base));
    let bar = session.ui.progress("fetching mails");
    let archive = Archive::new(Patience::default()).map_err(fetch_failure)?;
    let mails =
        archive.thread(&address, &|done, of| bar.set_message(format!("mail {done} of {of}")));
    bar.finish_and_clear();
    mails.map_err(fetch_failure)
}

fn fetch_failure(error: PonymailError) -> Failure {
    match &error {
        PonymailError::NoThread(_) | PonymailError::NoMonth(_) => Failure::usage(error).hint(
            "a thread looks like https://lists.apache.org/thread/x1y2z3, a month like 2026-11",
        ),
        PonymailError::Http(HttpError::Status { .. }) => Failure::outside(error)
            .hint("is it the right thread or list, and is the archive public?"),
        _ => Failure::outside(error)
            .hint("try again; no vote is counted from a thread that could not be read whole")
            .hint("or download the mails in the archive's web page, and name the file with --mbox"),
    }
}

fn mailbox_failure(error: MailboxError) -> Failure {
    match &error {
        MailboxError::NoMaildir(_) => {
            Failure::usage(error).hint("a directory of .eml files is named with --eml")
        }
        _ => {
            Failure::outside(error).hint("is the file whole and readable? a copy may be cut short")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn january_comes_after_december() {
        let now = DateTime::parse_from_rfc3339("2027-01-31T10:00:00Z").expect("a time").to_utc();
        assert_eq!(recent_months(now), ["2026-12", "2027-01"]);
    }
}
