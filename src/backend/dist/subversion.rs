//! A dist area in Subversion, over whatever svn speaks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use roxmltree::{Document, Node};

use super::super::process::ProcessError;
use super::super::svn::{self, Access};
use super::super::{files, http};
use super::{AreaError, Depth, DistArea, MayWrite, Stored, Trouble};
use crate::dist::{Change, Commit, Listing, Place, Revision, decoded};

/// The most that is read of an answer about digests, and the most directories that are asked about.
const LARGEST_ANSWER: u64 = 64 << 20;
const MOST_DIRECTORIES: usize = 1000;

/// A directory of a Subversion repository.
#[derive(Debug, Clone)]
pub struct Subversion {
    root: String,
    access: Access,
}

impl Subversion {
    /// The area at an address, which is not looked at yet.
    pub fn new(address: &str, access: &Access) -> Self {
        Self { root: address.trim_end_matches('/').to_owned(), access: access.clone() }
    }

    fn url(&self, place: &Place) -> String {
        place.url(&self.root)
    }

    fn failed(&self, verb: &'static str, place: &Place) -> impl Fn(ProcessError) -> AreaError {
        let url = self.url(place);
        move |error| AreaError::of(error, verb, &url)
    }

    fn strange(&self, verb: &'static str, place: &Place, said: &str) -> AreaError {
        AreaError::new(Trouble::Strange, verb, &self.url(place), said)
    }

    /// What `svn info` says of a place and, if wanted, of what is in it; none if there is nothing.
    fn info(&self, place: &Place, depth: Depth) -> Result<Option<Listing>, AreaError> {
        let depth = match depth {
            Depth::Entries => "immediates",
            Depth::All => "empty",
        };
        let words = ["info", "--xml", "--depth", depth];
        let out = match svn::ask(&self.access, &words, &self.url(place), None) {
            Ok(out) => out,
            Err(error) => {
                let error = self.failed("look at", place)(error);
                // Missing it may be; that nobody may look is another thing.
                return if error.trouble == Trouble::Missing { Ok(None) } else { Err(error) };
            }
        };
        let text = String::from_utf8_lossy(&out);
        let listing = parsed(&text).as_ref().and_then(described);
        listing.map(Some).ok_or_else(|| self.strange("look at", place, "no XML of `svn info`"))
    }
}

/// Reads the answer of `svn info`, of which the first entry is the place asked about.
fn described(document: &Document<'_>) -> Option<Listing> {
    let mut entries = document.descendants().filter(|node| node.has_tag_name("entry"));
    let place = entries.next()?;
    let number = |text: Option<&str>| text?.parse().ok();
    let url = |entry| Some(decoded(child(entry, "url")?.text()?));
    let changed = child(place, "commit")?.attribute("revision");
    let mut listing = Listing {
        revision: Revision::Number(number(place.attribute("revision"))?),
        changed: Revision::Number(number(changed)?),
        files: BTreeMap::new(),
        directories: BTreeSet::new(),
    };
    if place.attribute("kind")? == "file" {
        listing.files.insert(Place::ROOT, number(place.attribute("size"))?);
        return Some(listing);
    }
    let above = url(place)?;
    for entry in entries {
        let name: Place = url(entry)?.strip_prefix(&above)?.trim_start_matches('/').parse().ok()?;
        if entry.attribute("kind")? == "file" {
            listing.files.insert(name, number(entry.attribute("size"))?);
        } else {
            listing.directories.insert(name);
        }
    }
    Some(listing)
}

fn parsed(text: &str) -> Option<Document<'_>> {
    Document::parse(text).ok()
}

fn child<'a, 'b>(node: Node<'a, 'b>, name: &str) -> Option<Node<'a, 'b>> {
    node.children().find(|child| child.has_tag_name(name))
}

impl DistArea for Subversion {
    fn address(&self) -> &str {
        &self.root
    }

    fn list(&self, place: &Place, depth: Depth) -> Result<Option<Listing>, AreaError> {
        let Some(mut listing) = self.info(place, depth)? else { return Ok(None) };
        let Revision::Number(revision) = listing.revision else { return Ok(Some(listing)) };
        if depth == Depth::Entries || listing.files.contains_key(&Place::ROOT) {
            return Ok(Some(listing));
        }
        // `svn info` would ask the server about each directory; this asks once.
        let words = ["list", "--xml", "--depth", "infinity"];
        let out = svn::ask(&self.access, &words, &self.url(place), Some(revision))
            .map_err(self.failed("list", place))?;
        let text = String::from_utf8_lossy(&out);
        let document =
            parsed(&text).ok_or_else(|| self.strange("list", place, "no XML of `svn list`"))?;
        for entry in document.descendants().filter(|node| node.has_tag_name("entry")) {
            let name = child(entry, "name").and_then(|name| name.text()).unwrap_or_default();
            let name: Place =
                name.parse().map_err(|error| self.strange("list", place, &format!("{error}")))?;
            if entry.attribute("kind") == Some("dir") {
                // Some versions list the directory itself, without a name.
                if !name.is_root() {
                    listing.directories.insert(name);
                }
                continue;
            }
            let size = child(entry, "size").and_then(|size| size.text()?.parse().ok());
            let size = size.ok_or_else(|| self.strange("list", place, "a file without a size"))?;
            listing.files.insert(name, size);
        }
        Ok(Some(listing))
    }

    fn changed_at(&self, place: &Place) -> Option<DateTime<Utc>> {
        let words = ["info", "--show-item", "last-changed-date"];
        let out = svn::ask(&self.access, &words, &self.url(place), None).ok()?;
        DateTime::parse_from_rfc3339(String::from_utf8_lossy(&out).trim())
            .ok()
            .map(|at| at.to_utc())
    }

    fn stream(
        &self,
        place: &Place,
        at: Option<&Revision>,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), AreaError> {
        let at = match at {
            None => None,
            Some(Revision::Number(number)) => Some(*number),
            Some(_) => return Err(self.strange("read", place, "that is no revision number")),
        };
        svn::stream(&self.access, &self.url(place), at, sink).map_err(self.failed("read", place))
    }

    fn tells_digests(&self) -> bool {
        self.root.starts_with("http")
    }

    /// Over http, mod_dav_svn tells the SHA-1 that the repository keeps of each file. A server that
    /// wants a password which only svn knows tells nothing.
    fn stored(&self, directory: &Place) -> Result<Option<Stored>, AreaError> {
        if !self.tells_digests() {
            return Ok(None);
        }
        let mut stored = Stored::default();
        let mut waiting = vec![directory.clone()];
        let mut asked = 0;
        while let Some(place) = waiting.pop() {
            asked += 1;
            if asked > MOST_DIRECTORIES {
                return Ok(None);
            }
            let Some(answer) = self.propfind(&place)? else { return Ok(None) };
            let document = parsed(&answer);
            let Some(document) = document else { return Ok(None) };
            for (at, is_directory, sha1) in responses(&document) {
                let Some(name) = at.filter(|name| !name.is_root()) else { continue };
                let full = place.join(&name);
                match (is_directory, sha1, full.below(directory)) {
                    (true, _, _) => waiting.push(full),
                    (false, Some(sha1), Some(below)) => {
                        stored.sha1.insert(below, sha1);
                    }
                    // Old repositories have none: then the bytes are read.
                    (false, ..) => {}
                }
            }
        }
        Ok(Some(stored))
    }

    fn apply(&self, commit: &Commit) -> Result<Revision, AreaError> {
        let about = &commit.about;
        let Revision::Number(base) = commit.base else {
            return Err(AreaError::new(
                Trouble::Local,
                "commit to",
                &self.root,
                "no base revision",
            ));
        };
        for change in &commit.changes {
            let Change::Put { from, content, .. } = change else { continue };
            if files::size(Path::new(from)) != Some(content.size) {
                let said = format!("`{from}` is not the file of {} bytes", content.size);
                return Err(AreaError::new(Trouble::Local, "commit to", &self.root, said));
            }
        }
        let words = commit.actions(&self.root);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let revision = svn::commit(&self.access, base, &words, &commit.message)
            .map_err(self.failed("commit to", about))?;
        revision
            .map(Revision::Number)
            .ok_or_else(|| self.strange("commit to", about, "svnmucc told no revision"))
    }

    fn may_write(&self, place: &Place) -> MayWrite {
        match self.root.strip_prefix("file://") {
            Some(_) => MayWrite::Unknown("the repository's files decide".to_owned()),
            // `svn info` succeeds for everybody on a server that all may read.
            None => MayWrite::Unknown(format!(
                "that {} can be read says nothing about who may commit; only a commit tells",
                self.url(place)
            )),
        }
    }
}

const PROPFIND: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
    <D:propfind xmlns:D=\"DAV:\" xmlns:S=\"http://subversion.tigris.org/xmlns/dav/\"><D:prop>\
    <D:resourcetype/><S:sha1-checksum/></D:prop></D:propfind>";

impl Subversion {
    /// The properties of what is in a directory; none if the server does not tell.
    fn propfind(&self, directory: &Place) -> Result<Option<String>, AreaError> {
        let url = format!("{}/", self.url(directory));
        let broken = |said: String| AreaError::new(Trouble::Connection, "ask", &url, said);
        let client = http::client().map_err(|error| broken(http::innermost(&error)))?;
        let method =
            reqwest::Method::from_bytes(b"PROPFIND").map_err(|error| broken(error.to_string()))?;
        let mut request = client
            .request(method, &url)
            .header("depth", "1")
            .header("content-type", "text/xml; charset=utf-8")
            .body(PROPFIND);
        if let (Some(name), Some(password)) = (&self.access.username, &self.access.password) {
            let password = String::from_utf8_lossy(password.bytes()).into_owned();
            request = request.basic_auth(name, Some(password));
        }
        let response = request.send().map_err(|error| broken(http::innermost(&error)))?;
        if response.status().as_u16() != 207 {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        let mut limited = io::Read::take(response, LARGEST_ANSWER + 1);
        io::Read::read_to_end(&mut limited, &mut bytes)
            .map_err(|error| broken(error.to_string()))?;
        let fits = bytes.len() as u64 <= LARGEST_ANSWER;
        Ok(String::from_utf8(bytes).ok().filter(|_| fits))
    }
}

/// Of each response: its path from the directory that was asked about (the first response), whether
/// it is a directory, and its SHA-1.
fn responses<'a>(
    document: &'a Document<'_>,
) -> impl Iterator<Item = (Option<Place>, bool, Option<String>)> + 'a {
    const DAV: &str = "DAV:";
    const SVN: &str = "http://subversion.tigris.org/xmlns/dav/";
    let href = |response: Node<'_, '_>| {
        let href = response.children().find(|node| node.has_tag_name((DAV, "href")))?;
        Some(href.text()?.trim_end_matches('/').to_owned())
    };
    let all = || document.descendants().filter(|node| node.has_tag_name((DAV, "response")));
    let base = all().next().and_then(href).unwrap_or_default();
    all().map(move |response| {
        let text = |name| {
            let node = response.descendants().find(|node| node.has_tag_name(name));
            node.and_then(|node| node.text()).map(|text| text.trim().to_lowercase())
        };
        let is_directory =
            response.descendants().any(|node| node.has_tag_name((DAV, "collection")));
        let sha1 = text((SVN, "sha1-checksum")).filter(|sha1| sha1.len() == 40);
        let at = href(response)
            .and_then(|href| Some(href.strip_prefix(&base)?.trim_start_matches('/').to_owned()))
            .and_then(|below| decoded(&below).parse().ok());
        (at, is_directory, sha1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_answers_do_no_harm() {
        assert!(parsed(&"<a>".repeat(300_000)).is_none());
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\">]><a>&b;&b;</a>";
        assert!(parsed(bomb).is_none(), "no server of ours defines entities");
    }

    #[test]
    fn stored_digests_are_read_of_what_httpd_answers() {
        // As httpd 2.4 with mod_dav_svn 1.14.2 answered, shortened.
        let answer = r#"<?xml version="1.0" encoding="utf-8"?>
<D:multistatus xmlns:D="DAV:" xmlns:ns1="http://subversion.tigris.org/xmlns/dav/" xmlns:ns0="DAV:">
<D:response xmlns:lp1="DAV:" xmlns:lp2="http://subversion.tigris.org/xmlns/dav/">
<D:href>/repos/dist/release/demo/</D:href>
<D:propstat><D:prop><lp1:resourcetype><D:collection/></lp1:resourcetype></D:prop>
<D:status>HTTP/1.1 200 OK</D:status></D:propstat>
<D:propstat><D:prop><lp2:sha1-checksum/></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat>
</D:response>
<D:response xmlns:lp1="DAV:" xmlns:lp2="http://subversion.tigris.org/xmlns/dav/">
<D:href>/repos/dist/release/demo/a%20b</D:href>
<D:propstat><D:prop><lp1:resourcetype/>
<lp2:sha1-checksum>DA39A3EE5E6B4B0D3255BFEF95601890AFD80709</lp2:sha1-checksum></D:prop>
<D:status>HTTP/1.1 200 OK</D:status></D:propstat>
</D:response>
</D:multistatus>"#;
        let document = parsed(answer).expect("XML");
        let found: Vec<_> = responses(&document).collect();
        assert_eq!(found[0], (Some(Place::ROOT), true, None));
        let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709".to_owned();
        assert_eq!(found[1], (Some("a b".parse().expect("a place")), false, Some(sha1)));
    }
}
