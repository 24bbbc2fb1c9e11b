//! Looks into archives while they stream by, and into the archives inside.

use std::cell::Cell;
use std::io::{self, BufReader, Read};

use super::archives::{Compression, ISO_START, is_iso, may_be_iso};
use super::budget::{Consumed, Metered, Stopped};
use super::{
    ArchiveKind, Budget, Compiled, Contents, DECOMPRESSED, Incomplete, Inside, LISTED, START,
};
use super::{compiled, tar_stream, zip_stream};
use crate::archive::read::{Container, ReadError, decompressed};
use crate::archive::tar_members::is_header;

/// Bytes read ahead from a compressed stream.
const AHEAD: usize = 32 << 10;

/// Bytes of a path that are kept for a person to read.
const PATH: usize = 1024;

/// Tells what a file is by its `start`, and looks inside what `reader`, which yields all of it,
/// has. `depth` counts the archives around it.
pub(super) fn look(start: &[u8], reader: &mut dyn Read, depth: u32, budget: &Budget) -> Contents {
    let compiled = compiled::sniff(start);
    if compiled.is_some() {
        return Contents { compiled, ..Contents::default() };
    }
    let kind = ArchiveKind::sniff(start);
    if kind.is_none() && !may_be_iso(start) {
        return Contents::default();
    }
    let contents = Contents { archive: kind, ..Contents::default() };
    let mut level = Level { depth, budget, contents, classes: 0, manifest: false };
    let outcome = match kind {
        None => level.iso(reader).map_err(ReadError::Broken),
        Some(ArchiveKind::Opaque(name)) => {
            level.incomplete("", &format!("the inside of a {name} file cannot be looked into"));
            Ok(())
        }
        Some(_) if depth >= budget.limits.depth => {
            Err(ReadError::Broken(io::Error::other(Stopped::Depth(budget.limits.depth))))
        }
        Some(ArchiveKind::Compressed(compression)) => level.compressed(compression, reader),
        Some(ArchiveKind::Members(Container::Zip) | ArchiveKind::Jar) => {
            zip_stream::walk(start, reader, &mut level)
        }
        Some(ArchiveKind::Members(_)) => tar_stream::walk(reader, &mut level),
    };
    match outcome {
        Ok(()) => {}
        Err(ReadError::Broken(error)) => level.failed("", &error),
        Err(error) => level.incomplete("", &error.to_string()),
    }
    level.finish()
}

/// One archive that is being looked into, and what was found so far.
pub(super) struct Level<'a> {
    depth: u32,
    pub(super) budget: &'a Budget,
    contents: Contents,
    classes: u64,
    manifest: bool,
}

impl Level<'_> {
    /// Counts one more member, or header of one.
    ///
    /// # Errors
    /// There were too many.
    pub(super) fn count(&self) -> io::Result<()> {
        self.budget.member().map_err(io::Error::other)
    }

    /// Looks at one member. What `content` has left afterwards is the caller's to skip.
    pub(super) fn member(&mut self, path: &[u8], content: &mut dyn Read) {
        self.manifest |= self.is_zip() && path == b"META-INF/MANIFEST.MF";
        let path = String::from_utf8_lossy(&path[..path.len().min(PATH)]);
        let mut start = [0; START];
        let (count, outcome) = fill(content, &mut start);
        let start = &start[..count];
        let inside = look(start, &mut start.chain(content), self.depth + 1, self.budget);
        if let Err(error) = outcome {
            self.failed(&path, &error);
        }
        self.merge(&path, inside);
    }

    fn merge(&mut self, path: &str, found: Contents) {
        match found.compiled {
            Some(Compiled::JavaClass { .. }) if self.is_zip() => self.classes += 1,
            Some(what) => self.found(1, Some(Inside { path: path.to_owned(), what })),
            None => {}
        }
        let listed = found.inside.len() as u64;
        for inside in found.inside {
            self.found(1, Some(Inside { path: within(path, &inside.path), what: inside.what }));
        }
        self.found(found.inside_count - listed, None);
        if let Some(Incomplete { path: below, why }) = found.incomplete {
            self.incomplete(&within(path, &below), &why);
        }
    }

    fn found(&mut self, count: u64, inside: Option<Inside>) {
        self.contents.inside_count += count;
        if self.contents.inside.len() < LISTED {
            self.contents.inside.extend(inside);
        }
    }

    fn is_zip(&self) -> bool {
        self.contents.archive == Some(ArchiveKind::Members(Container::Zip))
    }

    /// Records that something was not looked at; the first is kept.
    pub(super) fn incomplete(&mut self, path: &str, why: &str) {
        let incomplete = || Incomplete { path: path.to_owned(), why: why.to_owned() };
        self.contents.incomplete.get_or_insert_with(incomplete);
    }

    fn failed(&mut self, path: &str, error: &io::Error) {
        let stopped = error.get_ref().and_then(|inner| inner.downcast_ref::<Stopped>());
        match stopped {
            Some(stopped) => self.incomplete(path, &stopped.to_string()),
            None => self.incomplete(path, &format!("it cannot be read to its end: {error}")),
        }
    }

    fn finish(mut self) -> Contents {
        let Contents { archive, compiled, .. } = &mut self.contents;
        if self.classes > 0 {
            *compiled = Some(Compiled::Jar { classes: self.classes });
        }
        if self.classes > 0 || self.manifest {
            *archive = Some(ArchiveKind::Jar);
        }
        self.contents
    }

    fn compressed(
        &mut self,
        compression: Compression,
        reader: &mut dyn Read,
    ) -> Result<(), ReadError> {
        let count = Cell::new(0);
        let mut reader = BufReader::with_capacity(AHEAD, reader);
        let packed = Consumed { stream: &mut reader, count: &count };
        let unpacked = decompressed(packed, compression.of_tar());
        let budget = self.budget;
        let mut unpacked = Metered { unpacked, budget, consumed: &count, produced: 0 };
        let mut start = [0; START];
        let (size, outcome) = fill(&mut unpacked, &mut start);
        let start = &start[..size];
        let mut whole = start.chain(&mut unpacked);
        if is_header(start) {
            self.contents.archive = Some(ArchiveKind::Members(compression.of_tar()));
            return tar_stream::walk(&mut whole, self);
        }
        let inside = look(start, &mut whole, self.depth + 1, budget);
        self.merge(DECOMPRESSED, inside);
        outcome.map_err(ReadError::Broken)
    }

    fn iso(&mut self, reader: &mut dyn Read) -> io::Result<()> {
        let mut start = vec![0; ISO_START];
        let (size, outcome) = fill(reader, &mut start);
        if is_iso(&start[..size]) {
            self.contents.archive = Some(ArchiveKind::Opaque("iso"));
            self.incomplete("", "the inside of a iso file cannot be looked into");
        }
        outcome
    }
}

/// The path of what lies in an archive; the archive's own if it is the archive itself.
fn within(archive: &str, path: &str) -> String {
    if path.is_empty() { archive.to_owned() } else { format!("{archive}!/{path}") }
}

/// Fills the buffer as far as the reader goes; says how far, and why not further if it failed.
pub(super) fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> (usize, io::Result<()>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(()))
}
