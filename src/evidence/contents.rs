//! What is in an archive, member by member.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::digesting::BlobId;
use crate::archive::read::{Container, HeadKind, Walked};
use crate::inspect;
use crate::legal::{FileLegal, Licence};

/// What is in an archive, as every unpacker makes it.
#[derive(Debug)]
pub struct Contents {
    /// How it is packed.
    pub container: Container,
    /// The members in their order.
    pub members: Vec<Member>,
    /// What is known of the archive besides.
    pub walked: Walked,
    /// Small files that say something about the release, by their path below the top directory.
    pub texts: BTreeMap<String, Text>,
}

/// A member.
#[derive(Debug)]
pub struct Member {
    /// The path, without `.`, empty parts, and a final `/`.
    pub path: Vec<u8>,
    /// What it is.
    pub kind: HeadKind,
    /// Bytes of content.
    pub size: u64,
    /// Permission bits.
    pub mode: u32,
    /// Seconds since 1970.
    pub mtime: i64,
    /// User and group, in numbers and names; shared, as most members have the same.
    pub owner: Arc<str>,
    /// git's id of its content, if it was asked for; for a link, of its target. None for a content
    /// that carries the marks of a collision attack.
    pub id: Option<BlobId>,
    /// What a file of a source package is, if it is compiled code or an archive.
    pub inside: Option<Box<inspect::Contents>>,
    /// Whether a file of a source package is a private key.
    pub private_key: bool,
    /// What a file of a source package says about its licence.
    pub legal: Option<Box<FileLegal>>,
    /// Whether it is too small to be protected (P-11).
    pub tiny: bool,
    /// The licences in a file that is called a licence.
    pub licences: Vec<Licence>,
    /// Whether such a file is a web page instead, as a browser or a download left it.
    pub web_page: bool,
}

/// A small file, kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Whether it is longer than what is kept.
    pub cut: bool,
}

/// A path without a leading `./`, as every reader unpacks it; empty for the directory itself.
pub(super) fn plain(path: &[u8]) -> &[u8] {
    let mut path = path;
    while let Some(rest) = path.strip_prefix(b"./") {
        path = rest;
    }
    if path == b"." { b"" } else { path }
}

impl Contents {
    /// The one directory that everything is in; none if there are several, or files beside it.
    pub fn top(&self) -> Option<&[u8]> {
        let first =
            |path: &'_ [u8]| path.iter().position(|&byte| byte == b'/').unwrap_or(path.len());
        let paths = || {
            let paths = self.members.iter().map(|member| (plain(&member.path), &member.kind));
            paths.filter(|(path, _)| !path.is_empty())
        };
        let (path, _) = paths().next()?;
        let top = &path[..first(path)];
        let all = paths().all(|(path, kind)| {
            path[..first(path)] == *top && (path.len() > top.len() || *kind == HeadKind::Directory)
        });
        (all && !matches!(top, b"" | b"..")).then_some(top)
    }

    /// Members with their path below the top directory; the top directory itself is left out. All
    /// members with their whole path if there is no such directory.
    pub fn below_top(&self) -> impl Iterator<Item = (&[u8], &Member)> {
        let skip = self.top().map_or(0, |top| top.len() + 1);
        self.members.iter().filter_map(move |member| {
            let path = plain(&member.path).get(skip..)?;
            (!path.is_empty()).then_some((path, member))
        })
    }

    /// The text of a kept file, by the first of several names, with its name.
    pub fn text(&self, names: &[&'static str]) -> Option<(&'static str, String)> {
        names.iter().find_map(|name| {
            let text = self.texts.get(*name)?;
            Some((*name, String::from_utf8_lossy(&text.bytes).into_owned()))
        })
    }
}

impl Member {
    /// Whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.kind == HeadKind::File
    }

    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        self.kind == HeadKind::Directory
    }

    /// Its path for people.
    pub fn display(&self) -> String {
        String::from_utf8_lossy(&self.path).into_owned()
    }
}
