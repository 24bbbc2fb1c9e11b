//! The files on this machine that are compared with those in a dist area.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use sha1collisiondetection::Sha1CD;
use sha2::Digest;

use super::super::files::{self, FileError};
use super::side_by_side;
use crate::checksum::hex;
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
    /// Read when a server is there to compare it with.
    sha1: OnceLock<String>,
}

impl LocalFiles {
    /// Reads each file once, several at once.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn read(paths: &BTreeMap<Place, PathBuf>) -> Result<Self, FileError> {
        let paths: Vec<(&Place, &PathBuf)> = paths.iter().collect();
        let files = side_by_side(&paths, |(_, path)| LocalFile::read(path))?;
        Ok(Self(paths.iter().map(|(place, _)| (*place).clone()).zip(files).collect()))
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

    pub(super) fn read_sha1s(&self) {
        let files: Vec<&LocalFile> = self.0.values().collect();
        let done: Result<Vec<()>, ()> = side_by_side(&files, |file| {
            file.sha1();
            Ok(())
        });
        // It cannot fail: what cannot be read has no digest.
        let _ = done;
    }
}

impl LocalFile {
    pub(super) fn read(path: &Path) -> Result<Self, FileError> {
        // Before and not after: what changes while it is read is noticed.
        let changed = files::changed(path);
        let (mut sha512, mut size) = (sha2::Sha512::new(), 0);
        files::each_piece(path, &mut |piece| {
            size += piece.len() as u64;
            sha512.update(piece);
        })?;
        let content = Content { size, sha512: sha512.into() };
        Ok(Self { path: files::absolute(path), content, changed, sha1: OnceLock::new() })
    }

    /// Its SHA-1; no digest at all if it cannot be read or was forged to collide.
    pub(super) fn sha1(&self) -> &str {
        self.sha1.get_or_init(|| {
            let mut sha1 = Sha1CD::default();
            match files::each_piece(&self.path, &mut |piece| sha1.update(piece)) {
                Ok(()) => sha1.finalize_cd().map_or_else(|_| String::new(), |digest| hex(&digest)),
                Err(_) => String::new(),
            }
        })
    }

    /// Whether it is still what was read, by its size and the time of its last change.
    pub(super) fn is_unchanged(&self) -> bool {
        let path = &self.path;
        files::size(path) == Some(self.content.size) && files::changed(path) == self.changed
    }
}
