//! Same tree, same bytes: writing source archives, and reading those of others.
//!
//! An archive is a function of the tree, the [`Layout`] and the [`Level`]; the number of threads,
//! the machine and the way in which input is handed over change no byte. What is compared with a
//! tag, or promised to be reproducible, is the tar stream and its members; the compressed bytes
//! are reproducible with the same version of plusone. Pure.

pub mod compare;
mod deflate_walk;
mod gzip;
mod paths;
pub mod read;
pub(crate) mod tar_members;
mod tar_writer;
pub(crate) mod zip_members;
mod zip_writer;

use std::fmt;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::str::FromStr;

use serde::Serialize;
use sha2::{Digest, Sha512};

use crate::release::ObjectId;
use crate::source::{Survey, Tree, TreeError};

/// The archive formats that plusone writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Format {
    /// gzip-compressed tar.
    #[serde(rename = "tar.gz")]
    TarGz,
    /// xz-compressed tar.
    #[serde(rename = "tar.xz")]
    TarXz,
    /// zip with deflate.
    #[serde(rename = "zip")]
    Zip,
    /// gzip-compressed tar under the name some projects prefer.
    #[serde(rename = "tgz")]
    Tgz,
}

impl Format {
    /// All formats, as they are called.
    pub const ALL: [Format; 4] = [Format::TarGz, Format::TarXz, Format::Zip, Format::Tgz];

    /// The file name ending, without a dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Format::TarGz => "tar.gz",
            Format::TarXz => "tar.xz",
            Format::Zip => "zip",
            Format::Tgz => "tgz",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.extension())
    }
}

impl FromStr for Format {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Format::ALL.into_iter().find(|format| format.extension() == text);
        found.ok_or_else(|| format!("`{text}` is not one of tar.gz, tgz, tar.xz, zip"))
    }
}

/// How hard to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// As small as `gzip -9`, or smaller.
    #[default]
    Best,
    /// About the size of `gzip -6`, in less than half of its time for source code.
    Fast,
}

impl FromStr for Level {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "best" => Ok(Level::Best),
            "fast" => Ok(Level::Fast),
            _ => Err(format!("`{text}` is neither best nor fast")),
        }
    }
}

/// What shapes an archive besides its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The one directory at the top, without a final `/`.
    pub top_directory: String,
    /// Seconds since 1970 that every member carries.
    pub mtime: u64,
    /// Recorded as tar's global comment (zip: the archive comment), where git looks for it too.
    pub commit: ObjectId,
}

/// How to go about it: what changes the speed, and [`Level`], which changes the bytes.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// How hard to compress.
    pub level: Level,
    /// Threads that compress.
    pub threads: NonZeroUsize,
}

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The tree could not be handed out, or (as [`TreeError::Visit`]) not be written.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The end of the archive could not be written.
    #[error("cannot write the archive: {0}")]
    Write(#[source] io::Error),
}

/// What came of writing an archive.
#[derive(Debug)]
pub struct Written {
    /// What was seen on the way.
    pub survey: Survey,
    /// SHA-512 of the uncompressed tar stream; none for zip.
    pub tar_sha512: Option<[u8; 64]>,
}

/// Writes `tree` to `out` in the given format.
///
/// # Errors
/// See [`ArchiveError`]; `out` then holds a part of an archive and is to be thrown away.
pub fn write(
    tree: &mut dyn Tree,
    format: Format,
    layout: &Layout,
    effort: Effort,
    out: &mut dyn Write,
) -> Result<Written, ArchiveError> {
    match format {
        Format::TarGz | Format::Tgz => {
            let mut gzip = gzip::GzipWriter::new(out, effort).map_err(ArchiveError::Write)?;
            let written = write_tar(tree, layout, &mut gzip)?;
            gzip.finish().map_err(ArchiveError::Write)?;
            Ok(written)
        }
        Format::TarXz => {
            let mut xz = xz_writer(out, effort).map_err(ArchiveError::Write)?;
            let written = write_tar(tree, layout, &mut xz)?;
            xz.finish().map_err(ArchiveError::Write)?;
            Ok(written)
        }
        Format::Zip => zip_writer::write_zip(tree, layout, effort, out),
    }
}

fn write_tar(
    tree: &mut dyn Tree,
    layout: &Layout,
    out: &mut dyn Write,
) -> Result<Written, ArchiveError> {
    let mut tee = Tee { out, digest: Sha512::new() };
    let mut tar = tar_writer::TarWriter::new(&mut tee, layout).map_err(ArchiveError::Write)?;
    let mut survey = Survey::default();
    survey.pass(tree, &mut |entry, content| tar.append(entry, content))?;
    tar.finish().map_err(ArchiveError::Write)?;
    Ok(Written { survey, tar_sha512: Some(tee.digest.finalize().into()) })
}

/// xz in blocks of 16 MiB, so that threads can share the work without changing a byte.
fn xz_writer<W: Write>(out: W, effort: Effort) -> io::Result<liblzma::write::XzEncoder<W>> {
    let preset = match effort.level {
        Level::Best => 6,
        Level::Fast => 3,
    };
    let stream = liblzma::stream::MtStreamBuilder::new()
        .threads(u32::try_from(effort.threads.get()).unwrap_or(1))
        .block_size(16 << 20)
        .preset(preset)
        .check(liblzma::stream::Check::Crc64)
        .encoder()?;
    Ok(liblzma::write::XzEncoder::new_stream(out, stream))
}

/// Passes bytes on and digests them.
struct Tee<'a> {
    out: &'a mut dyn Write,
    digest: Sha512,
}

impl Write for Tee<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.out.write_all(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
