//! Where a candidate lies: a directory, a web server's listing, a Subversion server.
//!
//! Whatever the place, it can be listed and its files be read as streams. A download that breaks
//! off is taken up where it stopped.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::files::{self, FileError};
use super::http::{self, HttpError};
use super::process::{self, Printed, ProcessError, Waiting};
use crate::evidence::CandidateFile;

/// A place that could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The filesystem.
    #[error(transparent)]
    File(#[from] FileError),
    /// A web server.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// svn.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// More files or directories than a candidate has.
    #[error("there are more than {limit} {what} in `{place}`")]
    TooMany {
        /// The place.
        place: String,
        /// `files` or `directories`.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A download from an older place lies where this one shall go.
    #[error("`{}` holds what was downloaded from {from}", directory.display())]
    OtherDownload {
        /// Where downloads are kept.
        directory: PathBuf,
        /// Where they came from.
        from: String,
    },
    /// A page without any link to a file below it.
    #[error("`{0}` lists no files")]
    NoListing(String),
    /// svn printed what it never prints.
    #[error("`svn list` printed something unexpected about `{0}`")]
    Unexpected(String),
}

/// The most files a candidate may have, in all its directories.
const MOST_FILES: usize = 2000;

/// The most directories it may have; each is a request to its server.
const MOST_DIRECTORIES: usize = 100;

/// The most bytes that are read of one file. The ASF hosts nothing beyond 1 GB (P-17).
const LARGEST_ARTIFACT: u64 = 4 << 30;

/// The file that says where a directory's content was downloaded from.
const ORIGIN: &str = ".plusone-download";

/// The most bytes of a link that are looked at.
const LONGEST_LINK: usize = 2048;

/// How deep directories of a candidate are looked into.
const DEPTH: usize = 4;

/// The most that is read of a server's listing.
const LARGEST_LISTING: u64 = 8 << 20;

/// The largest file that is fetched.
const LARGEST_FILE: u64 = 4 << 30;

/// Where a candidate lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A directory of this machine.
    Directory(PathBuf),
    /// A web server's directory, its address with a final `/`.
    Web(String),
    /// A Subversion directory (`svn://`, `svn+ssh://`, `file://`), without a final `/`.
    Subversion(String),
}

impl Place {
    /// Takes an address or a path.
    pub fn new(what: &str) -> Self {
        match what.split_once("://") {
            Some(("http" | "https", _)) => Place::Web(format!("{}/", what.trim_end_matches('/'))),
            Some(("svn" | "svn+ssh" | "file", _)) => {
                Place::Subversion(what.trim_end_matches('/').to_owned())
            }
            _ => Place::Directory(PathBuf::from(what)),
        }
    }

    /// Its address or path.
    pub fn address(&self) -> String {
        match self {
            Place::Directory(path) => path.display().to_string(),
            Place::Web(url) | Place::Subversion(url) => url.clone(),
        }
    }

    /// Whether its files come over a network.
    pub fn is_remote(&self) -> bool {
        !matches!(self, Place::Directory(_))
    }

    /// The place one directory above.
    pub fn parent(&self) -> Option<Place> {
        let above = |url: &str| {
            let url = url.trim_end_matches('/');
            let (above, _) = url.rsplit_once('/')?;
            (!above.ends_with('/') && above.contains("://")).then(|| above.to_owned())
        };
        match self {
            Place::Directory(path) => {
                let path = files::absolute(path);
                path.parent().map(|parent| Place::Directory(parent.to_owned()))
            }
            Place::Web(url) => above(url).map(|url| Place::Web(format!("{url}/"))),
            Place::Subversion(url) => above(url).map(Place::Subversion),
        }
    }

    /// Lists all its files, those of its directories too, sorted by name.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub fn list(&self) -> Result<Vec<CandidateFile>, PlaceError> {
        let mut found = Vec::new();
        match self {
            Place::Directory(path) => list_directory(path, "", DEPTH, &mut found)?,
            Place::Web(url) => {
                let mut pages = 0;
                list_web(url, "", DEPTH, &mut pages, &mut found)?;
                if pages > MOST_DIRECTORIES {
                    return Err(self.too_many("directories", MOST_DIRECTORIES));
                }
            }
            Place::Subversion(url) => list_subversion(url, &mut found)?,
        }
        if too_many(&found) {
            return Err(self.too_many("files", MOST_FILES));
        }
        found.sort();
        Ok(found)
    }

    fn too_many(&self, what: &'static str, limit: usize) -> PlaceError {
        PlaceError::TooMany { place: self.address(), what, limit }
    }

    /// Opens one of its files; `name` is a path as [`Place::list`] gives it.
    ///
    /// # Errors
    /// See [`PlaceError`].
    pub fn open(&self, name: &str) -> Result<Opened, PlaceError> {
        self.open_at(name, 0).map(|(opened, _)| opened)
    }

    /// As [`Place::open`], from a byte on; returns the byte that it begins with, which is the first
    /// where the place cannot do better.
    fn open_at(&self, name: &str, from: u64) -> Result<(Opened, u64), PlaceError> {
        let (stream, size, from): (Box<dyn Read + Send>, _, _) = match self {
            Place::Directory(path) => {
                let path = path.join(name);
                (Box::new(files::open(&path)?), files::size(&path), 0)
            }
            Place::Web(url) => {
                let stream = http::Download::start(format!("{url}{}", encoded(name)), from)?;
                let (size, from) = (stream.length(), stream.position());
                (Box::new(stream), size, from)
            }
            Place::Subversion(url) => {
                let stream = SvnStream::start(&format!("{url}/{}", encoded(name)))?;
                (Box::new(stream), None, 0)
            }
        };
        if size.is_some_and(|size| size > LARGEST_ARTIFACT) {
            let url = format!("{}{name}", self.address());
            return Err(HttpError::TooLarge { url, limit: LARGEST_ARTIFACT }.into());
        }
        let stream = Box::new(Limited { stream, left: LARGEST_ARTIFACT.saturating_sub(from) });
        Ok((Opened { stream, size }, from))
    }

    /// Opens one of its files at a seekable place; none where there is no such file on this
    /// machine.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn file(&self, name: &str) -> Result<Option<File>, PlaceError> {
        match self {
            Place::Directory(path) => Ok(Some(files::open(&path.join(name))?)),
            _ => Ok(None),
        }
    }

    /// Reads one of its files, at most `limit` bytes.
    ///
    /// # Errors
    /// It cannot be read, or is larger.
    pub fn read(&self, name: &str, limit: u64) -> Result<Vec<u8>, PlaceError> {
        let at = |error: io::Error| {
            PlaceError::Http(HttpError::Transport {
                verb: "read",
                url: format!("{}{name}", self.address()),
                reason: error.to_string(),
            })
        };
        let mut bytes = Vec::new();
        self.open(name)?.stream.take(limit + 1).read_to_end(&mut bytes).map_err(at)?;
        if bytes.len() as u64 > limit {
            return Err(HttpError::TooLarge { url: name.to_owned(), limit }.into());
        }
        Ok(bytes)
    }

    /// Copies one of its files to `target`. What an earlier download left in `target` with `.part`
    /// behind its name is not fetched again from a web server. `meanwhile` hears of every piece.
    ///
    /// # Errors
    /// It cannot be read or written; what came stays in the `.part` file.
    pub fn fetch(
        &self,
        name: &str,
        target: &Path,
        meanwhile: &dyn Fn(u64),
    ) -> Result<(), PlaceError> {
        let part = PathBuf::from(format!("{}.part", target.display()));
        let mut file = files::append(&part)?;
        let there = file.metadata().map(|metadata| metadata.len()).unwrap_or(0);
        let (Opened { mut stream, .. }, from) = self.open_at(name, there)?;
        if from == 0 {
            files::truncate(&part, &file)?;
        }
        let mut buffer = vec![0; 128 << 10];
        let mut left = LARGEST_FILE.saturating_sub(there);
        loop {
            let count = match stream.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    return Err(PlaceError::Http(HttpError::Transport {
                        verb: "fetch",
                        url: format!("{}{name}", self.address()),
                        reason: error.to_string(),
                    }));
                }
            };
            left = left.checked_sub(count as u64).ok_or_else(|| HttpError::TooLarge {
                url: format!("{}{name}", self.address()),
                limit: LARGEST_FILE,
            })?;
            file.write_all(&buffer[..count]).map_err(files::cannot("write", &part))?;
            meanwhile(count as u64);
        }
        drop(file);
        files::rename(&part, target)?;
        Ok(())
    }
}

/// A file that was opened.
pub struct Opened {
    /// Its bytes; an error instead of more than any artifact has.
    pub stream: Box<dyn Read + Send>,
    /// How many they are, where the place tells.
    pub size: Option<u64>,
}

/// Stops a stream that does not end.
struct Limited {
    stream: Box<dyn Read + Send>,
    left: u64,
}

impl Read for Limited {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::other(format!("it has more than {LARGEST_ARTIFACT} bytes"))
        })?;
        Ok(count)
    }
}

/// Makes sure that a directory takes downloads from `place` and no other: candidates that follow
/// one another have files of the same names.
///
/// # Errors
/// It holds downloads from elsewhere, or cannot be written.
pub fn reserve(directory: &Path, place: &Place) -> Result<(), PlaceError> {
    let path = directory.join(ORIGIN);
    let address = place.address();
    match files::read(&path, 64 << 10)? {
        Some(from) if from.trim_ascii() != address.as_bytes() => {
            let from = String::from_utf8_lossy(&from).trim().to_owned();
            Err(PlaceError::OtherDownload { directory: directory.to_owned(), from })
        }
        Some(_) => Ok(()),
        None => Ok(files::write(&path, format!("{address}\n").as_bytes())?),
    }
}

fn too_many(found: &[CandidateFile]) -> bool {
    found.len() > MOST_FILES
}

fn list_directory(
    directory: &Path,
    below: &str,
    depth: usize,
    found: &mut Vec<CandidateFile>,
) -> Result<(), FileError> {
    for name in files::list(directory)?.into_iter().filter(|name| name != ORIGIN) {
        let path = directory.join(&name);
        let name = format!("{below}{name}");
        if files::is_directory(&path) && depth > 0 {
            list_directory(&path, &format!("{name}/"), depth - 1, found)?;
        } else {
            found.push(CandidateFile { name, size: files::size(&path) });
        }
        if too_many(found) {
            break;
        }
    }
    Ok(())
}

fn list_web(
    url: &str,
    below: &str,
    depth: usize,
    pages: &mut usize,
    found: &mut Vec<CandidateFile>,
) -> Result<(), PlaceError> {
    *pages += 1;
    let page = http::get(url, LARGEST_LISTING)?;
    let names = children(&String::from_utf8_lossy(&page), url);
    if names.is_empty() && below.is_empty() {
        return Err(PlaceError::NoListing(url.to_owned()));
    }
    for name in names {
        match name.strip_suffix('/') {
            Some(directory) if depth > 0 => {
                let (url, below) =
                    (format!("{url}{}/", encoded(directory)), format!("{below}{name}"));
                list_web(&url, &below, depth - 1, pages, found)?;
            }
            _ => found.push(CandidateFile { name: format!("{below}{name}"), size: None }),
        }
        if too_many(found) || *pages > MOST_DIRECTORIES {
            break;
        }
    }
    Ok(())
}

/// Names that a listing links to and that lie directly below `url`: the pages of httpd, of
/// Subversion and of Python's server say so in `href`.
fn children(page: &str, url: &str) -> Vec<String> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.find('/').map_or("/", |at| &path[at..]);
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    let lower = page.to_ascii_lowercase();
    for (at, _) in lower.match_indices("href=") {
        if names.len() > MOST_FILES {
            break;
        }
        let rest = &page[at + 5..];
        let start = usize::from(rest.starts_with(['"', '\'']));
        let link = rest.as_bytes().get(start..).unwrap_or_default();
        let link = &link[..link.len().min(LONGEST_LINK)];
        let length = match rest.as_bytes().first() {
            Some(&quote @ (b'"' | b'\'')) => memchr::memchr(quote, link),
            _ => memchr::memchr3(b' ', b'>', b'\n', link),
        };
        let Some(length) = length else { continue };
        let target = &rest[start..start + length];
        let target =
            target.strip_prefix(url).or_else(|| target.strip_prefix(path)).unwrap_or(target);
        let target = target.strip_prefix("./").unwrap_or(target);
        let name = decoded(&target.replace("&amp;", "&"));
        let bare = name.strip_suffix('/').unwrap_or(&name);
        let foreign = bare.is_empty()
            || bare.contains(['/', '\\', '?', '#', ':'])
            || bare.chars().any(char::is_control)
            || matches!(bare, "." | "..");
        if !foreign && seen.insert(name.clone()) {
            names.push(name);
        }
    }
    names
}

fn list_subversion(url: &str, found: &mut Vec<CandidateFile>) -> Result<(), PlaceError> {
    let mut command = Command::new("svn");
    command.args(["list", "--recursive", "--xml", "--non-interactive", "--"]).arg(pegged(url));
    let out = process::output_from_server(&mut command, None, Waiting::ForAnswers)?;
    if !out.status.success() {
        return Err(process::failed(&command, &out).into());
    }
    let text = String::from_utf8_lossy(&out.stdout);
    let unexpected = || PlaceError::Unexpected(url.to_owned());
    let document = roxmltree::Document::parse(&text).map_err(|_| unexpected())?;
    for entry in document.descendants().filter(|node| node.has_tag_name("entry")) {
        let text = |name: &str| {
            entry.children().find(|node| node.has_tag_name(name)).and_then(|node| node.text())
        };
        if entry.attribute("kind") == Some("file") {
            let name = text("name").ok_or_else(unexpected)?.to_owned();
            let inside = !name.starts_with('/') && name.split('/').all(|part| part != "..");
            let size = text("size").and_then(|size| size.parse().ok());
            found.extend(inside.then_some(CandidateFile { name, size }));
        }
        if too_many(found) {
            break;
        }
    }
    Ok(())
}

/// A final `@` keeps an `@` inside a path from being read as a revision.
fn pegged(url: &str) -> String {
    if url.contains('@') { format!("{url}@") } else { url.to_owned() }
}

/// A file that `svn cat` prints.
struct SvnStream(Printed);

impl SvnStream {
    fn start(url: &str) -> Result<Self, ProcessError> {
        let mut command = Command::new("svn");
        command.args(["cat", "--non-interactive", "--"]).arg(pegged(url));
        Printed::start(&mut command, None, Waiting::ForAnswers).map(Self)
    }
}

impl Read for SvnStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            let output = self.0.end().map_err(io::Error::other)?;
            if !output.status.success() {
                let words = String::from_utf8_lossy(&output.stderr);
                return Err(io::Error::other(format!("svn cat failed: {}", words.trim())));
            }
        }
        Ok(count)
    }
}

/// A path as it stands in an address.
fn encoded(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(byte.into()),
            b'-' | b'_' | b'.' | b'~' | b'/' | b'+' | b'@' | b'=' | b',' => out.push(byte.into()),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten();
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listings_are_read() {
        // As mod_dav_svn, mod_autoindex and Python's http.server write them.
        let svn = r#"<html><body><h2>dist - Revision 7</h2><ul>
            <li><a href="../">..</a></li>
            <li><a href="apache-x-1.0-src.tar.gz">apache-x-1.0-src.tar.gz</a></li>
            <li><a href="binaries/">binaries/</a></li></ul>
            <hr noshade><em>Powered by <a href="http://subversion.apache.org/">Subversion</a></em>"#;
        let url = "https://dist.example.org/dev/x/1.0-rc1/";
        assert_eq!(children(svn, url), ["apache-x-1.0-src.tar.gz", "binaries/"]);
        let httpd = r#"<a href="?C=N;O=D">Name</a> <a href="/dev/x/">Parent Directory</a>
            <A HREF="a%20b%2b.zip">a b+.zip</A> <a href='/dev/x/1.0-rc1/c.zip.asc'>c</a>"#;
        assert_eq!(children(httpd, url), ["a b+.zip", "c.zip.asc"]);
        assert_eq!(children(r#"<a href="%2e%2e">x</a><a href="a%2fb">y</a>"#, url), [""; 0]);
    }

    #[test]
    fn places_have_parents() {
        let web = Place::new("https://dist.apache.org/repos/dist/dev/x/1.0-rc1");
        let parent = web.parent().expect("a parent");
        assert_eq!(parent.address(), "https://dist.apache.org/repos/dist/dev/x/");
        assert_eq!(Place::new("https://example.org/").parent(), None);
        let svn = Place::new("svn://127.0.0.1:3690/dev/x/").parent();
        assert_eq!(svn, Some(Place::Subversion("svn://127.0.0.1:3690/dev".to_owned())));
    }
}
