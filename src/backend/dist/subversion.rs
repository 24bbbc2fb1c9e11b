//! A dist area in Subversion, over whatever svn speaks.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use chrono::{DateTime, Utc};
use roxmltree::{Document, Node};

use super::super::files::{self, Scratch};
use super::super::process::ProcessError;
use super::super::svn::{self, Access};
use super::{AreaError, Depth, DistArea, MayWrite, Stored, Trouble};
use super::{dav, side_by_side, svnserve};
use crate::checksum::Algorithm;
use crate::dist::{Change, Commit, Listing, Place, Revision, decoded};

/// A directory of a Subversion repository.
#[derive(Debug)]
pub struct Subversion {
    root: String,
    access: Access,
    server: Option<Server>,
}

/// Who answers without svn in between.
#[derive(Debug)]
enum Server {
    Web(dav::Server),
    Svnserve(svnserve::Server),
}

impl Subversion {
    /// The area at an address, which is not looked at yet.
    pub fn new(address: &str, access: &Access) -> Self {
        let root = address.trim_end_matches('/').to_owned();
        let web = dav::Server::of(&root, access).map(Server::Web);
        let server = web.or_else(|| svnserve::Server::of(&root).map(Server::Svnserve));
        Self { root, access: access.clone(), server }
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

    /// What svn lists at a place; none if there is nothing.
    fn list_with_svn(&self, place: &Place, depth: Depth) -> Result<Option<Listing>, AreaError> {
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
}

/// For a commit that only adds a directory with files: a local directory with just that in it, and
/// where its content is to be imported; none where it cannot be had without copying.
///
/// `svn import` sends files over http while it reads them, `svnmucc put` only after it has written
/// all that it will send into a temporary file.
fn importable(commit: &Commit) -> Option<(Scratch, Place)> {
    let above = commit.about.parent()?;
    let directory = files::scratch().ok()?;
    for change in &commit.changes {
        let here = |place: &Place| {
            place.below(&commit.about)?;
            Some(directory.path().join(place.below(&above)?.as_str()))
        };
        match change {
            // svn would mark it as a program, and svnmucc does not.
            Change::Put { from, .. } if files::is_executable(Path::new(from)) => return None,
            Change::Put { to, from, .. } => {
                files::link(Path::new(from), &here(to)?).then_some(())?;
            }
            // What is missing above, svn makes.
            Change::MakeDirectory(place) if above.below(place).is_some() => {}
            Change::MakeDirectory(place) => files::make_directory(&here(place)?).ok()?,
            Change::Copy { .. } | Change::Remove(_) => return None,
        }
    }
    Some((directory, above))
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
        let told = self.server.as_ref().and_then(|server| match server {
            Server::Web(server) => server.list(place, depth),
            Server::Svnserve(server) => server.list(&[place], depth)?.pop(),
        });
        told.map_or_else(|| self.list_with_svn(place, depth), Ok)
    }

    fn list_all(&self, places: &[&Place]) -> Result<Vec<Option<Listing>>, AreaError> {
        let Some(Server::Svnserve(server)) = &self.server else {
            // Over http, a second connection is sooner there than a second answer on the first.
            return side_by_side(places, |place| self.list(place, Depth::All));
        };
        let told = server.list(places, Depth::All);
        told.map_or_else(|| side_by_side(places, |place| self.list_with_svn(place, Depth::All)), Ok)
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

    fn tells(&self) -> Option<Algorithm> {
        Some(match self.server.as_ref()? {
            Server::Web(_) => Algorithm::Sha1,
            Server::Svnserve(_) => Algorithm::Md5,
        })
    }

    /// Servers tell what the repository keeps of each file, if they need no password that only svn
    /// knows.
    fn stored(&self, directory: &Place, files: &[&Place]) -> Option<Stored> {
        match self.server.as_ref()? {
            Server::Web(server) => server.stored(directory),
            Server::Svnserve(server) => server.stored(directory, files),
        }
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
        let options = match &self.server {
            Some(Server::Web(server)) if server.takes_pieces() => svn::TAKES_PIECES,
            _ => &[],
        };
        let (access, message) = (&self.access, &commit.message);
        let revision = match importable(commit) {
            Some((directory, above)) => {
                svn::import(access, directory.path(), &self.url(&above), message, options)
            }
            None => {
                let words = commit.actions(&self.root);
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                svn::commit(access, base, &words, message, options)
            }
        };
        revision
            .map_err(self.failed("commit to", about))?
            .map(Revision::Number)
            .ok_or_else(|| self.strange("commit to", about, "svn told no revision"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deep_answers_do_no_harm() {
        assert!(parsed(&"<a>".repeat(300_000)).is_none());
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bbbbbbbb\">]><a>&b;&b;</a>";
        assert!(parsed(bomb).is_none(), "no server of ours defines entities");
    }
}
