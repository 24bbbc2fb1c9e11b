//! What a Subversion server says over http, asked without svn in between, which takes longer to start
//! than the server to answer. What it does not tell everybody, svn is asked for.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::blocking::{Body, Client, Response};
use reqwest::header::{HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Method, Url};
use roxmltree::{Document, Node};

use super::super::http::{self, LONGEST_ANSWER, Patient};
use super::super::svn::Access;
use super::{Depth, Entry, Stored, listing};
use crate::checksum::Algorithm;
use crate::dist::{Listing, Place, decoded};

/// The most that is read of an answer, and the most directories that are asked about.
const LARGEST_ANSWER: u64 = 64 << 20;
const MOST_DIRECTORIES: usize = 1000;

/// Longer than any answer takes of a server that is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// The namespaces of WebDAV (RFC 4918), of Subversion's own properties and of its reports.
const DAV: &str = "DAV:";
const PROPERTIES: &str = "http://subversion.tigris.org/xmlns/dav/";
const REPORTS: &str = "svn:";

/// A server that is asked; none of its answers is an error, as svn is there for those.
#[derive(Debug)]
pub(super) struct Server {
    root: String,
    access: Access,
    client: OnceLock<Option<Client>>,
    takes_pieces: AtomicBool,
}

impl Server {
    /// The server of an area; none if it is not on the web.
    pub(super) fn of(root: &str, access: &Access) -> Option<Self> {
        let on_the_web = ["http://", "https://"].iter().any(|scheme| root.starts_with(scheme));
        on_the_web.then(|| Self {
            root: root.to_owned(),
            access: access.clone(),
            client: OnceLock::new(),
            takes_pieces: AtomicBool::new(false),
        })
    }

    /// What is at a place, and none there if there is nothing; none at all if it does not tell.
    pub(super) fn list(&self, place: &Place, depth: Depth) -> Option<Option<Listing>> {
        let url = Url::parse(&place.url(&self.root)).ok()?;
        let options = self.ask("OPTIONS", &url, OPTIONS)?;
        // As `svn` finds it out: the newest revision, and where its tree is.
        let header = |name| options.headers().get(name)?.to_str().ok();
        let revision: u64 = header("svn-youngest-rev")?.parse().ok()?;
        let below = url.path().strip_prefix(header("svn-repository-root")?.trim_end_matches('/'));
        let mut tree = url.clone();
        // The path only: nobody is sent to another server.
        tree.set_path(&format!("{}/{revision}{}", header("svn-rev-root-stub")?, below?));
        let depth = match depth {
            Depth::Entries => "immediates",
            Depth::All => "infinity",
        };
        let report = format!(
            "<S:list-report xmlns:S=\"{REPORTS}\"><S:path/><S:revision>{revision}</S:revision>\
             <S:depth>{depth}</S:depth><S:prop>DAV:resourcetype</S:prop>\
             <S:prop>DAV:getcontentlength</S:prop><S:prop>DAV:version-name</S:prop></S:list-report>"
        );
        let response = self.ask("REPORT", &tree, &report)?;
        let listing = match response.status().as_u16() {
            200 => Some(listed(&Document::parse(&text(response)?).ok()?, revision)?),
            404 => None,
            _ => return None,
        };
        self.takes_pieces.store(true, Ordering::Relaxed);
        Some(listing)
    }

    /// The SHA-1 that the repository keeps of each file below a directory; none if it does not tell.
    pub(super) fn stored(&self, directory: &Place) -> Option<Stored> {
        let mut stored = Stored { algorithm: Algorithm::Sha1, digests: BTreeMap::new() };
        let mut waiting = vec![directory.clone()];
        let mut asked = 0;
        while let Some(place) = waiting.pop() {
            asked += 1;
            if asked > MOST_DIRECTORIES {
                return None;
            }
            let url = Url::parse(&format!("{}/", place.url(&self.root))).ok()?;
            let response = self.ask("PROPFIND", &url, PROPFIND)?;
            let answer = (response.status().as_u16() == 207).then(|| text(response))??;
            for (at, is_directory, sha1) in responses(&Document::parse(&answer).ok()?) {
                let Some(name) = at.filter(|name| !name.is_root()) else { continue };
                let full = place.join(&name);
                match (is_directory, sha1, full.below(directory)) {
                    (true, _, _) => waiting.push(full),
                    (false, Some(sha1), Some(below)) => {
                        stored.digests.insert(below, sha1);
                    }
                    // Old repositories have none: then the bytes are read.
                    (false, ..) => {}
                }
            }
        }
        Some(stored)
    }

    /// Whether it took a request of which it was not told the length. `svn` asks each server that
    /// with a request of its own.
    pub(super) fn takes_pieces(&self) -> bool {
        self.takes_pieces.load(Ordering::Relaxed)
    }

    /// Sends a request; with the password, if there is one that the server wants.
    fn ask(&self, method: &str, url: &Url, body: &str) -> Option<Response> {
        let client = self.client.get_or_init(|| http::client_for(&self.root).ok()).as_ref()?;
        let method = Method::from_bytes(method.as_bytes()).ok()?;
        let send = |login: Option<(&String, &[u8])>| {
            let mut request = client
                .request(method.clone(), url.clone())
                .timeout(PATIENCE)
                .header("content-type", "text/xml; charset=utf-8")
                .header("depth", "1")
                .body(Body::new(Cursor::new(body.to_owned())));
            if let Some((name, password)) = login {
                request = request.basic_auth(name, Some(String::from_utf8_lossy(password)));
            }
            request.send().ok()
        };
        let response = send(None)?;
        let login = self.access.username.as_ref().zip(self.access.password.as_ref());
        match login {
            Some((name, password)) if wants_password(&response, url) => {
                send(Some((name, password.bytes())))
            }
            _ => Some(response),
        }
    }
}

/// Whether the server that was asked, and no other that it sent us to, wants a password.
fn wants_password(response: &Response, asked: &Url) -> bool {
    let basic = |value: &HeaderValue| value.as_bytes().starts_with(b"Basic");
    response.status().as_u16() == 401
        && response.url().origin() == asked.origin()
        && response.headers().get_all(WWW_AUTHENTICATE).iter().any(basic)
}

const OPTIONS: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
    <D:options xmlns:D=\"DAV:\"><D:activity-collection-set/></D:options>";

const PROPFIND: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
    <D:propfind xmlns:D=\"DAV:\" xmlns:S=\"http://subversion.tigris.org/xmlns/dav/\"><D:prop>\
    <D:resourcetype/><S:sha1-checksum/></D:prop></D:propfind>";

fn text(response: Response) -> Option<String> {
    let mut bytes = Vec::new();
    let response = Patient::new(response, LONGEST_ANSWER);
    response.take(LARGEST_ANSWER + 1).read_to_end(&mut bytes).ok()?;
    let fits = bytes.len() as u64 <= LARGEST_ANSWER;
    String::from_utf8(bytes).ok().filter(|_| fits)
}

/// Reads a list report, of which the first item is the place asked about.
fn listed(document: &Document<'_>, revision: u64) -> Option<Listing> {
    let root = document.root_element();
    if !root.has_tag_name((REPORTS, "list-report")) {
        return None;
    }
    let entry = |item| {
        let number = |name| Node::attribute(&item, name)?.parse().ok();
        Some(Entry {
            path: Node::text(&item)?,
            size: match item.attribute("node-kind")? {
                "file" => Some(number("size")?),
                "dir" => None,
                _ => return None,
            },
            changed: number("created-rev")?,
        })
    };
    let items = root.children().filter(|node| node.has_tag_name((REPORTS, "item")));
    listing(&items.map(entry).collect::<Option<Vec<_>>>()?, revision)
}

/// Of each response: its path from the directory that was asked about (the first response), whether
/// it is a directory, and its SHA-1.
fn responses<'a>(
    document: &'a Document<'_>,
) -> impl Iterator<Item = (Option<Place>, bool, Option<String>)> + 'a {
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
        let sha1 = text((PROPERTIES, "sha1-checksum")).filter(|sha1| sha1.len() == 40);
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
        let document = Document::parse(answer).expect("XML");
        let found: Vec<_> = responses(&document).collect();
        assert_eq!(found[0], (Some(Place::ROOT), true, None));
        let sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709".to_owned();
        assert_eq!(found[1], (Some("a b".parse().expect("a place")), false, Some(sha1)));
    }
}
