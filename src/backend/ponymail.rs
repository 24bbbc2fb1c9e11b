//! Mails from a Pony Mail archive, such as lists.apache.org: a thread's mails one by one, or a
//! list's month as an mbox file.
//!
//! The archive's JSON hides addresses, so that it serves only to learn which mails there are; each
//! is then fetched as it was sent. A mail that cannot be fetched is an error: a vote may be in it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::http::{Fetcher, HttpError, Patience, percent_encoded};
use crate::mail::MessageId;

/// The archive that is asked unless another is named.
pub const ARCHIVE: &str = "https://lists.apache.org";

/// The most bytes of a thread's description, of one mail, and of a month.
const LARGEST_THREAD: u64 = 64 << 20;
const LARGEST_MAIL: u64 = 32 << 20;
const LARGEST_MONTH: u64 = 512 << 20;
/// The most mails of a thread, and bytes of them all.
const MOST_MAILS: usize = 5000;
const LARGEST_TOTAL: usize = 512 << 20;
/// How many mails are fetched at the same time.
const AT_ONCE: usize = 4;

/// Something that could not be fetched from an archive.
#[derive(Debug, thiserror::Error)]
pub enum PonymailError {
    /// The server cannot be reached, or refuses.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// A mail of the thread is missing.
    #[error("mail {number} of {count} of the thread could not be fetched: {source}")]
    Mail {
        /// Its place, from 1.
        number: usize,
        /// How many there are.
        count: usize,
        /// Why.
        source: HttpError,
    },
    /// An answer that is not what was asked for.
    #[error("{url} did not answer with {expected}")]
    Strange {
        /// What was asked for.
        url: String,
        /// What should have come.
        expected: &'static str,
    },
    /// More than was reckoned with.
    #[error("the thread at {url} is too large: more than {limit}")]
    TooLarge {
        /// What was asked for.
        url: String,
        /// In words.
        limit: String,
    },
    /// What was given names no thread.
    #[error("`{0}` is neither the address nor the id of a thread in a Pony Mail archive")]
    NoThread(String),
    /// What was given names no month of a list.
    #[error("`{0}` is not a list with a month, as in `dev@x.apache.org` and `2026-11`")]
    NoMonth(String),
}

/// A thread, by the archive it is in and its id there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadAddress {
    /// The archive's address, without a final `/`.
    pub base: String,
    /// The permalink id, or a Message-ID.
    pub id: String,
}

impl ThreadAddress {
    /// Reads the address of a thread in a web browser in any of its forms, or a bare id; `base` is
    /// the archive's address where another than the one named, or lists.apache.org, is to be asked.
    ///
    /// # Errors
    /// It is neither.
    pub fn read(what: &str, base: Option<&str>) -> Result<Self, PonymailError> {
        let no_thread = || PonymailError::NoThread(what.to_owned());
        let what = what.trim();
        let bare = what.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
        let what = bare.unwrap_or(what);
        let address = |found: &str, id: String| Self {
            base: base.unwrap_or(found).trim_end_matches('/').to_owned(),
            id,
        };
        if !what.contains("://") {
            let plain = |c: char| !c.is_whitespace() && !c.is_control();
            return match !what.is_empty() && what.chars().all(plain) && !what.contains('/') {
                true => Ok(address(ARCHIVE, decoded(what))),
                false => Err(no_thread()),
            };
        }
        for mark in ["/api/thread.lua?", "/api/email.lua?", "/api/source.lua?"] {
            if let Some((found, query)) = what.split_once(mark) {
                let id = query.split('&').find_map(|part| part.strip_prefix("id="));
                let id = id.filter(|id| !id.is_empty()).ok_or_else(no_thread)?;
                return Ok(address(found, decoded(id)));
            }
        }
        for mark in ["/thread.html/", "/thread/", "/message/"] {
            if let Some((found, rest)) = what.split_once(mark) {
                let id = rest.split(['?', '#', '/']).next().unwrap_or_default();
                if !id.is_empty() {
                    return Ok(address(found, decoded(id)));
                }
            }
        }
        Err(no_thread())
    }
}

/// A way to an archive.
#[derive(Debug)]
pub struct Archive {
    fetcher: Fetcher,
}

impl Archive {
    /// An archive that is asked with `patience`.
    ///
    /// # Errors
    /// The TLS library cannot be set up.
    pub fn new(patience: Patience) -> Result<Self, PonymailError> {
        Ok(Self { fetcher: Fetcher::new(patience)? })
    }

    /// Fetches every mail of a thread, as sent, in the archive's order; a few at the same time.
    /// `progress` is told how many of how many are there.
    ///
    /// # Errors
    /// The thread or any of its mails cannot be fetched; see [`PonymailError`].
    pub fn thread(
        &self,
        thread: &ThreadAddress,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Vec<Vec<u8>>, PonymailError> {
        let id = percent_encoded(&thread.id);
        // From an answer in the middle of it the archive goes up to where the thread begins.
        let url = format!("{}/api/thread.lua?id={id}&find_parent=true", thread.base);
        let json = self.fetcher.get(&url, LARGEST_THREAD)?;
        let ids = ids(&json).filter(|ids| !ids.is_empty()).ok_or_else(|| {
            PonymailError::Strange { url: url.clone(), expected: "the mails of a thread" }
        })?;
        if ids.len() > MOST_MAILS {
            return Err(PonymailError::TooLarge { url, limit: format!("{MOST_MAILS} mails") });
        }
        self.mails(thread, &url, &ids, progress)
    }

    fn mails(
        &self,
        thread: &ThreadAddress,
        url: &str,
        ids: &[String],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Vec<Vec<u8>>, PonymailError> {
        let next = AtomicUsize::new(0);
        let done = AtomicUsize::new(0);
        let total = AtomicUsize::new(0);
        let failure: Mutex<Option<PonymailError>> = Mutex::new(None);
        let mails: Vec<Mutex<Vec<u8>>> = ids.iter().map(|_| Mutex::default()).collect();
        let fail = |error| {
            // The first failure is told; the others stop.
            failure.lock().expect("no thread panics").get_or_insert(error);
            next.store(ids.len(), Ordering::SeqCst);
        };
        let fetch = || {
            loop {
                let index = next.fetch_add(1, Ordering::SeqCst);
                let Some(id) = ids.get(index) else { return };
                match self.mail(&thread.base, id, index, ids.len()) {
                    Ok(mail) => {
                        let sum = total.fetch_add(mail.len(), Ordering::SeqCst) + mail.len();
                        if sum > LARGEST_TOTAL {
                            let limit = format!("{LARGEST_TOTAL} bytes");
                            fail(PonymailError::TooLarge { url: url.to_owned(), limit });
                            return;
                        }
                        *mails[index].lock().expect("no thread panics") = mail;
                        progress(done.fetch_add(1, Ordering::SeqCst) + 1, ids.len());
                    }
                    Err(error) => fail(error),
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..AT_ONCE.min(ids.len()) {
                scope.spawn(fetch);
            }
        });
        match failure.into_inner().expect("no thread panics") {
            Some(error) => Err(error),
            None => Ok(mails
                .into_iter()
                .map(|mail| mail.into_inner().expect("no thread panics"))
                .collect()),
        }
    }

    fn mail(
        &self,
        base: &str,
        id: &str,
        index: usize,
        count: usize,
    ) -> Result<Vec<u8>, PonymailError> {
        let url = format!("{base}/api/source.lua?id={}", percent_encoded(id));
        let mail = self.fetcher.get(&url, LARGEST_MAIL).map_err(|source| PonymailError::Mail {
            number: index + 1,
            count,
            source,
        })?;
        // A proxy's page of apologies comes with status 200 as well.
        match crate::mail::is_mail(&mail) {
            true => Ok(mail),
            false => Err(PonymailError::Strange { url, expected: "a mail" }),
        }
    }

    /// Whether the archive at `base` has a mail.
    ///
    /// # Errors
    /// It does not say; see [`PonymailError`].
    pub fn holds(&self, base: &str, id: &MessageId) -> Result<bool, PonymailError> {
        let base = base.trim_end_matches('/');
        let url = format!("{base}/api/source.lua?id={}", percent_encoded(&id.0));
        match self.fetcher.get(&url, LARGEST_MAIL) {
            // An archive that knows no such mail may answer with a page that says so.
            Ok(bytes) => Ok(crate::mail::is_mail(&bytes) && crate::mail::read(&bytes).id == *id),
            Err(HttpError::Status { status, .. }) if status.starts_with("404") => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Fetches a month (`YYYY-MM`) of a list as an mbox file. `base` is the archive's address.
    ///
    /// # Errors
    /// List or month are none, or cannot be fetched; see [`PonymailError`].
    pub fn month(&self, base: &str, list: &str, month: &str) -> Result<Vec<u8>, PonymailError> {
        let is_month = month.len() == 7
            && month.bytes().enumerate().all(|(index, byte)| match index {
                4 => byte == b'-',
                _ => byte.is_ascii_digit(),
            })
            && month[5..].parse::<u32>().is_ok_and(|month| (1..=12).contains(&month));
        let (name, domain) = list.split_once('@').unwrap_or_default();
        if !is_month || name.is_empty() || !domain.contains('.') {
            return Err(PonymailError::NoMonth(format!("{list} {month}")));
        }
        let base = base.trim_end_matches('/');
        let list = percent_encoded(list);
        let url = format!("{base}/api/mbox.lua?list={list}&date={month}");
        let mbox = self.fetcher.get(&url, LARGEST_MONTH)?;
        let empty = mbox.trim_ascii().is_empty();
        match empty || crate::mail::is_mail(&mbox) {
            true => Ok(mbox),
            false => Err(PonymailError::Strange { url, expected: "an mbox file" }),
        }
    }
}

/// Undoes percent encoding; what is none stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|b| char::from(*b).to_digit(16));
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The ids of the mails that a description of a thread names, each once, in its order; none if it is
/// no JSON object or ends early.
///
/// Answers are nested in what they answer, deeper than a JSON parser follows. So the text is walked
/// over: the values of `mid`, or of `id` and `tid` in objects without one, are all that is wanted.
fn ids(json: &[u8]) -> Option<Vec<String>> {
    let mut ids = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut names = |id: &str| {
        if !id.is_empty() && seen.insert(id.to_owned()) {
            ids.push(id.to_owned());
        }
    };
    let mut depth = 0_usize;
    let mut key: Option<String> = None;
    let mut at = json.iter().position(|byte| !byte.is_ascii_whitespace())?;
    if json[at] != b'{' {
        return None;
    }
    while let Some(&byte) = json.get(at) {
        at += 1;
        match byte {
            b'{' | b'[' => {
                depth += 1;
                key = None;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    let rest = &json[at..];
                    return rest.trim_ascii().is_empty().then_some(ids);
                }
            }
            b',' => key = None,
            b'"' => {
                let length = string_length(&json[at..])?;
                let quoted = &json[at - 1..=at + length];
                at += length + 1;
                let is_key = json[at..].trim_ascii_start().first() == Some(&b':');
                if is_key {
                    key = serde_json::from_slice(quoted).ok();
                } else if matches!(key.as_deref(), Some("mid" | "id" | "tid")) {
                    names(&serde_json::from_slice::<String>(quoted).ok()?);
                }
            }
            _ => {}
        }
    }
    None
}

/// Bytes up to the quote that ends a string.
fn string_length(rest: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', &rest[at..])?;
        match rest[at] {
            b'"' => return Some(at),
            _ => at += 2,
        }
        if at > rest.len() {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_named_in_every_form() {
        let lists = |id: &str| (ARCHIVE.to_owned(), id.to_owned());
        for (what, expected) in [
            ("https://lists.apache.org/thread/pxcqfrbl8bdp256y", lists("pxcqfrbl8bdp256y")),
            ("https://lists.apache.org/thread/pxcq/", lists("pxcq")),
            ("https://lists.apache.org/thread/pxcq?<dev.x.apache.org>", lists("pxcq")),
            (
                "https://lists.apache.org/thread.html/r1a2b@%3Cdev.x.apache.org%3E",
                lists("r1a2b@<dev.x.apache.org>"),
            ),
            (
                "https://lists.apache.org/thread.html/82fa@1443119424@<dev.x.apache.org>",
                lists("82fa@1443119424@<dev.x.apache.org>"),
            ),
            ("https://lists.apache.org/api/thread.lua?id=pxcq", lists("pxcq")),
            ("<https://lists.apache.org/thread/pxcq>", lists("pxcq")),
            ("pxcqfrbl8bdp256yxtxx5zr60y79nrkn", lists("pxcqfrbl8bdp256yxtxx5zr60y79nrkn")),
            ("<CACz0+mO@mail.gmail.com>", lists("CACz0+mO@mail.gmail.com")),
            (
                "https://mail.example.org/pony/thread/abc#x",
                ("https://mail.example.org/pony".to_owned(), "abc".to_owned()),
            ),
        ] {
            let read = ThreadAddress::read(what, None).expect(what);
            assert_eq!((read.base, read.id), expected, "{what}");
        }
        let other = ThreadAddress::read("https://lists.apache.org/thread/abc", Some("http://h:1/"));
        assert_eq!(other.expect("a thread").base, "http://h:1");
        for what in ["", "https://lists.apache.org/list.html?dev@x", "a/b", "two words"] {
            assert!(ThreadAddress::read(what, None).is_err(), "{what}");
        }
    }

    #[test]
    fn the_ids_of_a_thread_are_found_at_any_depth() {
        let json = br#"{"thread": {"mid": "a", "id": "a", "body": "\"mid\": \"no\"", "children":
            [{"tid": "b", "mid": "b", "children": [{"id": "c\u0031", "children": []}]}]},
            "emails": {"d": {"mid": "d", "attachments": [{"hash": "x"}]}}, "n": 1}"#;
        assert_eq!(ids(json), Some(["a", "b", "c1", "d"].map(str::to_owned).to_vec()));
        let deep =
            format!("{}{}", "{\"mid\": \"x\", \"children\": [".repeat(5000), "]}".repeat(5000));
        assert_eq!(ids(deep.as_bytes()), Some(vec!["x".to_owned()]));
        for broken in
            ["", "[]", "null", "<html>", "{\"mid\": \"a\"", "{\"mid\": \"a", "{} {}", "{\"a\\"]
        {
            assert_eq!(ids(broken.as_bytes()), None, "{broken}");
        }
    }
}
