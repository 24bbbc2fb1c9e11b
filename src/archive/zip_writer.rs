//! zip: members in the order of the tree, UTC times, no extra fields, no data descriptors.
//!
//! Layout after APPNOTE.TXT 6.3.10. zip keeps times as local time without a zone and no earlier
//! than 1980; UTC is written (policy notes, 8.2).

use std::io::{self, Read, Write};

use chrono::{DateTime, Datelike, Timelike, Utc};

use super::gzip::Deflater;
use super::{ArchiveError, Effort, Layout, Written};
use crate::source::{Entry, Kind, Survey, Tree};

/// Compression method 0: stored.
const STORED: u16 = 0;
/// Compression method 8: deflate.
const DEFLATED: u16 = 8;
/// General purpose flag bit 11: the name is UTF-8.
const UTF8: u16 = 1 << 11;
/// "Version made by": 3.0, on Unix, which tells readers to look for modes.
const MADE_BY_UNIX: u16 = (3 << 8) | 30;
/// "Version needed": 2.0, for directories and deflate.
const NEEDED: u16 = 20;

pub(super) fn write_zip(
    tree: &mut dyn Tree,
    layout: &Layout,
    effort: Effort,
    out: &mut dyn Write,
) -> Result<Written, ArchiveError> {
    let mut zip = ZipWriter::new(out, layout, effort).map_err(ArchiveError::Write)?;
    let mut survey = Survey::default();
    survey.pass(tree, &mut |entry, content| zip.append(entry, content))?;
    zip.finish(layout.commit.as_str()).map_err(ArchiveError::Write)?;
    Ok(Written { survey, tar_sha512: None })
}

struct ZipWriter<'a> {
    out: &'a mut dyn Write,
    top: String,
    date: u16,
    time: u16,
    deflater: Deflater,
    offset: u64,
    directory: Vec<u8>,
    members: u64,
}

/// The body of a member, as it goes into the archive.
struct Body {
    method: u16,
    bytes: Vec<u8>,
    crc: u32,
    size: u64,
}

impl<'a> ZipWriter<'a> {
    fn new(out: &'a mut dyn Write, layout: &Layout, effort: Effort) -> io::Result<Self> {
        let (date, time) = dos_time(layout.mtime);
        let mut zip = Self {
            out,
            top: layout.top_directory.clone(),
            date,
            time,
            deflater: Deflater::new(effort)?,
            offset: 0,
            directory: Vec::new(),
            members: 0,
        };
        let top = format!("{}/", zip.top);
        zip.member(top.as_bytes(), 0o040_755, &Body::stored(Vec::new()))?;
        Ok(zip)
    }

    fn append(&mut self, entry: &Entry, content: &mut dyn Read) -> io::Result<()> {
        let mut name = [self.top.as_bytes(), b"/", entry.path.as_bytes()].concat();
        match &entry.kind {
            Kind::Directory => {
                name.push(b'/');
                self.member(&name, 0o040_755, &Body::stored(Vec::new()))
            }
            Kind::Symlink { target } => {
                self.member(&name, 0o120_777, &Body::stored(target.clone()))
            }
            Kind::File { executable } => {
                let mode = if *executable { 0o100_755 } else { 0o100_644 };
                let body = if entry.size == 0 {
                    Body::stored(Vec::new())
                } else {
                    self.deflated(entry.size, content)?
                };
                self.member(&name, mode, &body)
            }
        }
    }

    fn deflated(&mut self, size: u64, content: &mut dyn Read) -> io::Result<Body> {
        let mut bytes = Vec::new();
        let mut buffer = [0; 64 << 10];
        loop {
            let count = content.read(&mut buffer)?;
            if count == 0 {
                break;
            }
            self.deflater.push(&buffer[..count], &mut bytes)?;
        }
        let crc = self.deflater.end(&mut bytes)?;
        Ok(Body { method: DEFLATED, bytes, crc: crc.sum(), size })
    }

    fn member(&mut self, name: &[u8], mode: u32, body: &Body) -> io::Result<()> {
        let flags = if name.is_ascii() || std::str::from_utf8(name).is_err() { 0 } else { UTF8 };
        let mut common = Vec::with_capacity(26);
        for field in [NEEDED, flags, body.method, self.time, self.date] {
            common.extend(field.to_le_bytes());
        }
        common.extend(body.crc.to_le_bytes());
        common.extend(fits(body.bytes.len() as u64)?.to_le_bytes());
        common.extend(fits(body.size)?.to_le_bytes());
        let name_length = u16::try_from(name.len()).map_err(|_| too_large("a path"))?;
        common.extend(name_length.to_le_bytes());
        common.extend(0u16.to_le_bytes());

        let directory = &mut self.directory;
        directory.extend(b"PK\x01\x02");
        directory.extend(MADE_BY_UNIX.to_le_bytes());
        directory.extend(&common);
        // No comment, disk 0, no internal attributes.
        directory.extend([0; 6]);
        let dos_directory = if mode & 0o170_000 == 0o040_000 { 0x10 } else { 0 };
        directory.extend(((mode << 16) | dos_directory).to_le_bytes());
        directory.extend(fits(self.offset)?.to_le_bytes());
        directory.extend(name);
        self.members += 1;

        for part in [&b"PK\x03\x04"[..], &common, name, &body.bytes] {
            self.out.write_all(part)?;
            self.offset += part.len() as u64;
        }
        Ok(())
    }

    fn finish(self, comment: &str) -> io::Result<()> {
        let size = fits(self.directory.len() as u64)?;
        let start = fits(self.offset)?;
        self.out.write_all(&self.directory)?;
        // More than 65,535 members: the Zip64 end record, which needs no extra fields.
        let members = u16::try_from(self.members).unwrap_or(u16::MAX);
        if members == u16::MAX {
            let mut end = b"PK\x06\x06".to_vec();
            end.extend(44u64.to_le_bytes());
            end.extend(MADE_BY_UNIX.to_le_bytes());
            end.extend(45u16.to_le_bytes());
            end.extend([0; 8]);
            for field in [self.members, self.members, size.into(), start.into()] {
                end.extend(field.to_le_bytes());
            }
            end.extend(b"PK\x06\x07");
            end.extend(0u32.to_le_bytes());
            end.extend((self.offset + u64::from(size)).to_le_bytes());
            end.extend(1u32.to_le_bytes());
            self.out.write_all(&end)?;
        }
        let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
        end.extend(members.to_le_bytes());
        end.extend(members.to_le_bytes());
        end.extend(size.to_le_bytes());
        end.extend(start.to_le_bytes());
        end.extend(
            u16::try_from(comment.len()).map_err(|_| too_large("the comment"))?.to_le_bytes(),
        );
        end.extend(comment.as_bytes());
        self.out.write_all(&end)?;
        self.out.flush()
    }
}

impl Body {
    fn stored(bytes: Vec<u8>) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(&bytes);
        Self { method: STORED, crc: crc.sum(), size: bytes.len() as u64, bytes }
    }
}

/// Sizes and offsets from 4 GiB on need extra fields, which this writer does not make.
fn fits(value: u64) -> io::Result<u32> {
    u32::try_from(value).ok().filter(|&v| v != u32::MAX).ok_or_else(|| too_large("the archive"))
}

fn too_large(what: &str) -> io::Error {
    io::Error::other(format!("{what} is too large for a zip file; tar.gz has no such limit"))
}

/// MS-DOS date and time in UTC, in steps of two seconds, held between 1980 and 2107.
fn dos_time(mtime: u64) -> (u16, u16) {
    const FIRST: i64 = 315_532_800;
    const LAST: i64 = 4_354_819_198;
    let seconds = i64::try_from(mtime).unwrap_or(LAST).clamp(FIRST, LAST);
    let at: DateTime<Utc> = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    let date = (((at.year() - 1980) as u32) << 9) | (at.month() << 5) | at.day();
    let time = (at.hour() << 11) | (at.minute() << 5) | (at.second() / 2);
    (date as u16, time as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dos_times_are_utc_and_stay_in_range() {
        // 2026-11-20 10:30:58 UTC, by hand: (46<<9|11<<5|20, 10<<11|30<<5|29).
        assert_eq!(dos_time(1_795_170_658), (0x5d74, 0x53dd));
        assert_eq!(dos_time(0), (1 << 5 | 1, 0));
        assert_eq!(dos_time(u64::MAX), (127 << 9 | 12 << 5 | 31, 23 << 11 | 59 << 5 | 29));
    }
}
