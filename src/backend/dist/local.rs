//! The files on this machine that are compared with those in a dist area.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use md5::Md5;
use sha1::Sha1;
use sha2::Digest;

use super::super::files::{self, FileError};
use super::side_by_side;
use crate::checksum::{Algorithm, hex};
use crate::dist::{Content, Files, Place};

/// Files on this machine with their digests.
#[derive(Debug, Clone)]
pub struct LocalFiles(BTreeMap<Place, LocalFile>);

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct LocalFile {
    path: PathBuf,
    pub(super) content: Content,
    changed: Option<SystemTime>,
    /// Made when a server tells what it stores.
    digests: [(Algorithm, OnceLock<String>); 2],
}

/// Files on this machine, with when each last changed: what changes while it is read is noticed.
#[derive(Debug, Clone)]
pub struct SeenFiles(Vec<(Place, PathBuf, Option<SystemTime>)>);

impl SeenFiles {
    /// Looks at files that are to be read.
    pub fn look(paths: &BTreeMap<Place, PathBuf>) -> Self {
        let seen =
            |(place, path): (&Place, &PathBuf)| (place.clone(), path.clone(), files::changed(path));
        Self(paths.iter().map(seen).collect())
    }

    /// Reads each file once, several at once, but those of which is `known` already what was in them
    /// after they were looked at.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn read(&self, known: &Files) -> Result<LocalFiles, FileError> {
        let files = side_by_side(&self.0, |(place, path, changed)| {
            let content =
                known.get(place).map_or_else(|| content(path), |known| Ok(known.clone()))?;
            let (path, changed) = (files::absolute(path), *changed);
            let digests = [Algorithm::Sha1, Algorithm::Md5].map(|made| (made, OnceLock::new()));
            Ok(LocalFile { path, content, changed, digests })
        })?;
        Ok(LocalFiles(self.0.iter().map(|(place, ..)| place.clone()).zip(files).collect()))
    }
}

pub(super) fn content(path: &Path) -> Result<Content, FileError> {
    let (mut sha512, mut size) = (sha2::Sha512::new(), 0);
    files::each_piece(path, &mut |piece| {
        size += piece.len() as u64;
        sha512.update(piece);
    })?;
    Ok(Content { size, sha512: sha512.into() })
}

impl LocalFiles {
    /// Looks at files and reads them.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn read(paths: &BTreeMap<Place, PathBuf>) -> Result<Self, FileError> {
        SeenFiles::look(paths).read(&Files::new())
    }

    /// What is in them.
    pub fn contents(&self) -> Files {
        self.0.iter().map(|(place, file)| (place.clone(), file.content.clone())).collect()
    }

    /// Where they are.
    pub fn paths(&self) -> BTreeMap<Place, String> {
        let path = |file: &LocalFile| file.path.to_string_lossy().into_owned();
        self.0.iter().map(|(place, file)| (place.clone(), path(file))).collect()
    }

    pub(super) fn file(&self, place: &Place) -> Option<&LocalFile> {
        self.0.get(place)
    }

    /// Reads one after the other: both sides of a commit are at work meanwhile.
    pub(super) fn digest(&self, algorithm: Algorithm) {
        for file in self.0.values() {
            file.digest(algorithm);
        }
    }
}

impl LocalFile {
    /// Its SHA-1 or MD5; no digest at all if it cannot be read.
    pub(super) fn digest(&self, algorithm: Algorithm) -> &str {
        let made = self.digests.iter().find(|(made, _)| *made == algorithm);
        made.map_or("", |(_, digest)| {
            digest.get_or_init(|| match algorithm {
                Algorithm::Md5 => self.digested(Md5::new()),
                _ => self.digested(Sha1::new()),
            })
        })
    }

    fn digested(&self, mut digest: impl Digest) -> String {
        let read = files::each_piece(&self.path, &mut |piece| digest.update(piece));
        read.map_or_else(|_| String::new(), |()| hex(&digest.finalize()))
    }

    /// Its bytes, to be compared with others as they come.
    pub(super) fn compared(&self) -> Comparison {
        let ours = files::open(&self.path).ok();
        Comparison { ours, buffer: Vec::new(), left: self.content.size }
    }

    /// Whether it is still what was read, by its size and the time of its last change.
    pub(super) fn is_unchanged(&self) -> bool {
        let path = &self.path;
        files::size(path) == Some(self.content.size) && files::changed(path) == self.changed
    }
}

/// The bytes of a file beside those that should be the same.
pub(super) struct Comparison {
    /// None once a byte was another, or could not be read.
    ours: Option<File>,
    buffer: Vec<u8>,
    left: u64,
}

impl Comparison {
    /// Goes on with the next bytes. That others were wanted is no reason to stop the sender.
    pub(super) fn go_on(&mut self, theirs: &[u8]) -> io::Result<()> {
        self.buffer.resize(theirs.len(), 0);
        self.left = self.left.saturating_sub(theirs.len() as u64);
        let same =
            |ours: &mut File| ours.read_exact(&mut self.buffer).is_ok() && self.buffer == theirs;
        self.ours = self.ours.take_if(same);
        Ok(())
    }

    /// Whether all bytes came, and were the same.
    pub(super) fn is_same(&self) -> bool {
        self.ours.is_some() && self.left == 0
    }
}
