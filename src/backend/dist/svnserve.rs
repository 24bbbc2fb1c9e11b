//! What svnserve says, asked without svn in between: that which listens on the network, or one that is
//! started on a repository of this machine. What it does not tell everybody, svn is asked for.
//!
//! The protocol is that of `subversion/libsvn_ra_svn/protocol` in Subversion 1.10 and later: items, each
//! followed by a space, which are numbers, words, texts of a given length, and lists. All that is to be
//! said is said at once, and then all answers are read.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::process::Command;
use std::time::Duration;

use reqwest::Url;

use super::super::http::{LONGEST_ANSWER, Patient};
use super::super::process;
use super::{Depth, Entry, Stored, listing};
use crate::checksum::Algorithm;
use crate::dist::{Listing, Place};

/// The most that is read of all answers: a few hundred thousand files.
const LARGEST_ANSWER: u64 = 16 << 20;

/// Longer than any answer takes of a server that is well.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most files that are asked about: while we speak, the server's answers wait to be read.
const MOST_FILES: usize = 500;

/// Lists in lists, deeper than in any answer.
const DEEPEST: usize = 32;

/// A server that is asked; none of its answers is an error, as svn is there for those.
#[derive(Debug)]
pub(super) struct Server {
    /// As the server knows it.
    url: String,
    /// Host and port; none for a repository of this machine.
    host: Option<(String, u16)>,
}

impl Server {
    /// The server of an area; none if it is not svnserve.
    pub(super) fn of(root: &str) -> Option<Self> {
        if let Some(path) = root.strip_prefix("file://").filter(|path| path.starts_with('/')) {
            return Some(Self { url: format!("svn+ssh://localhost{path}"), host: None });
        }
        let url = Url::parse(root).ok().filter(|url| url.scheme() == "svn")?;
        let host = url.host_str()?.trim_matches(['[', ']']).to_owned();
        Some(Self { url: root.to_owned(), host: Some((host, url.port().unwrap_or(3690))) })
    }

    /// What is at each place, and none there if there is nothing, all as of one revision; none at all
    /// if it does not tell.
    pub(super) fn list(&self, places: &[&Place], depth: Depth) -> Option<Vec<Option<Listing>>> {
        let depth = match depth {
            Depth::Entries => "immediates",
            Depth::All => "infinity",
        };
        let list = |place: &&Place| {
            let path = text(place.as_str());
            format!("( list ( {path}( ) {depth} ( kind size created-rev ) ) ) ")
        };
        let lists: String = places.iter().map(list).collect();
        let answers = self.ask(&format!("( get-latest-rev ( ) ) {lists}"))?;
        let mut answers = Answers(answers.iter());
        answers.greeting()?;
        let revision = answers.answer()?.first()?.number()?;
        places.iter().map(|_| answers.listed(revision)).collect()
    }

    /// The MD5 that the repository keeps of files below a directory; none if it does not tell.
    pub(super) fn stored(&self, directory: &Place, files: &[&Place]) -> Option<Stored> {
        if files.len() > MOST_FILES {
            return None;
        }
        let get = |file: &&Place| {
            let path = text(directory.join(file).as_str());
            format!("( get-file ( {path}( ) false false ) ) ")
        };
        let answers = self.ask(&files.iter().map(get).collect::<String>())?;
        let mut answers = Answers(answers.iter());
        answers.greeting()?;
        let mut stored = Stored { algorithm: Algorithm::Md5, digests: BTreeMap::new() };
        for file in files {
            let digest = answers.answer()?.first()?.list()?.first().and_then(Item::text);
            if let Some(digest) = digest {
                stored.digests.insert((*file).clone(), digest.to_lowercase());
            }
        }
        Some(stored)
    }

    /// Says who we are (nobody), and all of `commands`; returns all answers.
    fn ask(&self, commands: &str) -> Option<Vec<Item>> {
        let url = text(&self.url);
        let agent = text(concat!("plusone/", env!("CARGO_PKG_VERSION")));
        let said = format!(
            "( 2 ( edit-pipeline svndiff1 depth ) {url}{agent}( ) ) ( ANONYMOUS ( 0: ) ) {commands}"
        );
        let answered = match &self.host {
            Some((host, port)) => over_the_network((host, *port), said.as_bytes())?,
            None => {
                // Rules of the repository are for strangers, as they are to svn.
                let mut command = Command::new("svnserve");
                command.args(["--tunnel", "--config-file", "/dev/null"]).env("LC_ALL", "C.UTF-8");
                process::output(&mut command, Some(said.as_bytes())).ok()?.stdout
            }
        };
        (answered.len() as u64 <= LARGEST_ANSWER).then(|| items(&answered))?
    }
}

fn over_the_network(host: (&str, u16), said: &[u8]) -> Option<Vec<u8>> {
    let connect = |address| TcpStream::connect_timeout(&address, PATIENCE).ok();
    let mut stream = host.to_socket_addrs().ok()?.find_map(connect)?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(said).ok()?;
    stream.shutdown(Shutdown::Write).ok()?;
    let mut answered = Vec::new();
    let stream = Patient::new(stream, LONGEST_ANSWER);
    stream.take(LARGEST_ANSWER + 1).read_to_end(&mut answered).ok()?;
    Some(answered)
}

fn text(text: &str) -> String {
    format!("{}:{text} ", text.len())
}

/// Subversion's code for a path that is not there: `SVN_ERR_FS_NOT_FOUND`.
const NOT_FOUND: u64 = 160_013;

/// An item of the protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    Number(u64),
    Word(String),
    Text(String),
    List(Vec<Item>),
}

impl Item {
    fn number(&self) -> Option<u64> {
        if let Item::Number(number) = self { Some(*number) } else { None }
    }

    fn word(&self) -> Option<&str> {
        if let Item::Word(word) = self { Some(word) } else { None }
    }

    fn text(&self) -> Option<&str> {
        if let Item::Text(text) = self { Some(text) } else { None }
    }

    fn list(&self) -> Option<&[Item]> {
        if let Item::List(items) = self { Some(items) } else { None }
    }
}

/// Reads items; none if that is not what the bytes are.
fn items(mut bytes: &[u8]) -> Option<Vec<Item>> {
    let mut lists = vec![Vec::new()];
    while let Some(start) = bytes.iter().position(|byte| !byte.is_ascii_whitespace()) {
        bytes = &bytes[start..];
        let end = bytes.iter().position(|byte| byte.is_ascii_whitespace() || *byte == b':')?;
        let token = std::str::from_utf8(&bytes[..end]).ok()?;
        let is_text = bytes[end] == b':';
        bytes = &bytes[end + 1..];
        let item = match token {
            "(" if lists.len() < DEEPEST => {
                lists.push(Vec::new());
                continue;
            }
            ")" => Item::List(lists.pop()?),
            length if is_text => {
                let content = bytes.get(..length.parse().ok()?)?;
                bytes = &bytes[content.len()..];
                Item::Text(std::str::from_utf8(content).ok()?.to_owned())
            }
            number if number.starts_with(|c: char| c.is_ascii_digit()) => {
                Item::Number(number.parse().ok()?)
            }
            word if word.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                Item::Word(word.to_owned())
            }
            _ => return None,
        };
        lists.last_mut()?.push(item);
    }
    let all = lists.pop()?;
    lists.is_empty().then_some(all)
}

/// The answers of a server, one after the other.
struct Answers<'a>(std::slice::Iter<'a, Item>);

impl<'a> Answers<'a> {
    /// What a command answered, or its first error.
    fn said(&mut self) -> Option<Result<&'a [Item], u64>> {
        let [word, content] = self.0.next()?.list()? else { return None };
        let content = content.list()?;
        match word.word()? {
            "success" => Some(Ok(content)),
            "failure" => Some(Err(content.first()?.list()?.first()?.number()?)),
            _ => None,
        }
    }

    fn success(&mut self) -> Option<&'a [Item]> {
        self.said()?.ok()
    }

    /// What comes before all commands: the server's abilities, who may come in, that we may, and what
    /// the repository is.
    fn greeting(&mut self) -> Option<()> {
        for _ in 0..4 {
            self.success()?;
        }
        Some(())
    }

    /// What comes before each answer: that nobody needs to say who they are.
    fn welcome(&mut self) -> Option<()> {
        self.success()?.first()?.list()?.is_empty().then_some(())
    }

    fn answer(&mut self) -> Option<&'a [Item]> {
        self.welcome()?;
        self.success()
    }

    /// What a list says; none there if there is nothing.
    fn listed(&mut self, revision: u64) -> Option<Option<Listing>> {
        self.welcome()?;
        let mut entries = Vec::new();
        loop {
            match self.0.next()? {
                Item::Word(word) if word == "done" => break,
                item => entries.push(entry(item)?),
            }
        }
        match self.said()? {
            // Somebody commits between the two: svn asks for one revision.
            Ok(_) if entries.iter().any(|entry| entry.changed > revision) => None,
            Ok(_) => listing(&entries, revision).map(Some),
            Err(NOT_FOUND) => Some(None),
            Err(_) => None,
        }
    }
}

/// A line of a list.
fn entry(item: &Item) -> Option<Entry<'_>> {
    let [path, kind, size, _properties, changed, ..] = item.list()? else { return None };
    let number = |item: &Item| item.list()?.first()?.number();
    Some(Entry {
        path: path.text()?,
        size: match kind.word()? {
            "file" => Some(number(size)?),
            "dir" => None,
            _ => return None,
        },
        changed: number(changed)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_item() -> impl Strategy<Value = Item> {
        let leaf = prop_oneof![
            any::<u64>().prop_map(Item::Number),
            "[a-z][a-z0-9-]{0,9}".prop_map(Item::Word),
            any::<String>().prop_map(Item::Text),
        ];
        leaf.prop_recursive(5, 40, 8, |item| {
            proptest::collection::vec(item, 0..8).prop_map(Item::List)
        })
    }

    fn written(item: &Item) -> String {
        match item {
            Item::Number(number) => format!("{number} "),
            Item::Word(word) => format!("{word} "),
            Item::Text(content) => text(content),
            Item::List(items) => format!("( {}) ", items.iter().map(written).collect::<String>()),
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(list in proptest::collection::vec(any_item(), 0..5)) {
            let bytes: String = list.iter().map(written).collect();
            prop_assert_eq!(items(bytes.as_bytes()), Some(list));
        }

        #[test]
        fn any_answer_to_a_list_comes_to_an_end(
            entries in proptest::collection::vec(any_item(), 0..5),
            end in any_item(),
        ) {
            let welcome = items(b"( success ( ( ) 0: ) ) ").expect("items");
            let all = [welcome, entries, vec![Item::Word("done".to_owned()), end]].concat();
            let _ = Answers(all.iter()).listed(7);
        }

        #[test]
        fn any_bytes_are_read_or_not(bytes in "[ ()0-9a-z:\\n\u{0}é-]{0,60}") {
            let Some(all) = items(bytes.as_bytes()) else { return Ok(()) };
            let mut answers = Answers(all.iter());
            let _ = answers.greeting();
            let _ = Answers(all.iter()).listed(7);
            let _ = all.iter().map(entry).collect::<Vec<_>>();
        }
    }

    #[test]
    fn items_are_read_as_the_protocol_has_them() {
        let read = items(b"( success ( 2 word 5:a (b: ( ) )\n ) ").expect("items");
        let content = vec![
            Item::Number(2),
            Item::Word("word".to_owned()),
            Item::Text("a (b:".to_owned()),
            Item::List(Vec::new()),
        ];
        let success = Item::Word("success".to_owned());
        assert_eq!(read, [Item::List(vec![success, Item::List(content)])]);
        let deep = "( ".repeat(100_000);
        for bad in ["( ", ") ", "( ( ) ", "9:short ", "99999999999999999999 ", "x:y ", "-1 ", &deep]
        {
            assert_eq!(items(bad.as_bytes()), None, "{bad:.20}");
        }
    }
}
