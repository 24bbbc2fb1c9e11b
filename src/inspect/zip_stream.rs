//! Looks at the members of a zip that streams by, by their local headers.
//!
//! The `zip` crate reads a stream too, but no member whose size comes after it, and those are all
//! members of the jars that Java's own tool makes. The layout is PKWARE's APPNOTE.TXT, 4.3 to 4.5.
//! The directory at the end must list just the members that were seen, so that none is hidden.

use std::cell::Cell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::DeflateDecoder;

use super::archives::{is_spanned_zip, script_before_zip};
use super::budget::{Consumed, Metered};
use super::magic::{le16, le32, le64};
use super::nested::Level;

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const DIRECTORY: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const END_64_LOCATOR: u32 = 0x0706_4b50;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Hands each member to the level.
///
/// # Errors
/// The zip is broken or cut off, says different things at different places, or a limit was passed.
pub(super) fn walk(start: &[u8], reader: &mut dyn Read, level: &mut Level<'_>) -> io::Result<()> {
    let mut reader = BufReader::with_capacity(16 << 10, reader);
    let position = Cell::new(0);
    let mut zip =
        Zip { bytes: Consumed { stream: &mut reader, count: &position }, seen: Seen::default() };
    let before = script_before_zip(start).unwrap_or(if is_spanned_zip(start) { 4 } else { 0 });
    zip.skip(before as u64)?;
    zip.members(level)
}

struct Zip<'a> {
    bytes: Consumed<'a>,
    /// Members, less those that the directory listed: nothing in the end.
    seen: Seen,
}

/// A count and a sum of hashes: which members, whatever their order.
#[derive(Default, PartialEq, Eq)]
struct Seen {
    count: u64,
    sum: u64,
}

/// What is said of a member in the same way at both places.
#[derive(Hash)]
struct Entry {
    offset: u64,
    method: u16,
    packed: u64,
    path: Vec<u8>,
}

impl Entry {
    fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// What a local header says besides.
struct Local {
    encrypted: bool,
    /// The sizes come after the content.
    descriptor: bool,
    /// It has room for sizes of eight bytes.
    wide: bool,
    unpacked: u64,
    entry: Entry,
}

impl Zip<'_> {
    fn members(&mut self, level: &mut Level<'_>) -> io::Result<()> {
        loop {
            let offset = self.bytes.count.get();
            match self.signature()? {
                LOCAL => {
                    level.count()?;
                    let mut local = self.local(offset)?;
                    self.content(&mut local, level)?;
                    self.seen.count += 1;
                    self.seen.sum = self.seen.sum.wrapping_add(local.entry.digest());
                }
                DIRECTORY => {
                    let listed = self.listed()?;
                    self.seen.count = self.seen.count.wrapping_sub(1);
                    self.seen.sum = self.seen.sum.wrapping_sub(listed.digest());
                }
                END_64 => {
                    let size = self.take::<8>()?;
                    self.skip(u64::from_le_bytes(size))?;
                }
                END_64_LOCATOR => self.skip(16)?,
                END => return self.end(),
                _ => return Err(broken("between its members is something unknown")),
            }
        }
    }

    fn local(&mut self, offset: u64) -> io::Result<Local> {
        let header = self.take::<26>()?;
        let half = |at| le16(&header, at).unwrap_or_default();
        let word = |at| le32(&header, at).map_or(0, u64::from);
        let (flags, method) = (half(2), half(4));
        let path = self.bounded(half(22))?;
        let extra = self.bounded(half(24))?;
        let (mut unpacked, mut packed) = (word(18), word(14));
        let wide = zip64(&extra, [&mut unpacked, &mut packed]);
        Ok(Local {
            encrypted: flags & 0x41 != 0,
            descriptor: flags & 8 != 0,
            wide,
            unpacked,
            entry: Entry { offset, method, packed, path },
        })
    }

    /// Looks at the content and leaves the stream behind it.
    fn content(&mut self, local: &mut Local, level: &mut Level<'_>) -> io::Result<()> {
        // Only deflate says itself where it ends. What is stored and has no size is empty, as some
        // programs write it, or else the descriptor will not fit.
        let endless = local.descriptor && local.entry.packed == 0;
        let open_ended = endless && local.entry.method == DEFLATED && !local.encrypted;
        let from = self.bytes.count.get();
        if local.encrypted || ![STORED, DEFLATED].contains(&local.entry.method) {
            let why =
                if local.encrypted { "it is encrypted" } else { "its packing is unknown here" };
            level.incomplete(&String::from_utf8_lossy(&local.entry.path), why);
        } else if open_ended || local.entry.packed > 0 {
            let limit = if open_ended { u64::MAX } else { local.entry.packed };
            self.look_at(limit, local, level)?;
        }
        let used = self.bytes.count.get() - from;
        if open_ended {
            local.entry.packed = used;
        } else {
            self.skip(local.entry.packed.saturating_sub(used))?;
        }
        if local.descriptor { self.descriptor(local) } else { Ok(()) }
    }

    fn look_at(&mut self, limit: u64, local: &mut Local, level: &mut Level<'_>) -> io::Result<()> {
        let consumed = self.bytes.count;
        let mut packed = (&mut self.bytes).take(limit);
        if local.entry.method == STORED {
            local.unpacked = local.entry.packed;
            level.member(&local.entry.path, &mut packed);
            return Ok(());
        }
        let unpacked = DeflateDecoder::new(packed);
        let budget = level.budget;
        let mut content = Metered { unpacked, budget, consumed, produced: 0 };
        level.member(&local.entry.path, &mut content);
        if local.descriptor {
            // Only its own end says where it ends.
            io::copy(&mut content, &mut io::sink())?;
            local.unpacked = content.produced;
        }
        Ok(())
    }

    /// What follows a member whose sizes were not known before: perhaps a signature, the CRC, both
    /// sizes in four or eight bytes each. The standard says which, but not all programs keep to it:
    /// only the sizes themselves tell.
    fn descriptor(&mut self, local: &Local) -> io::Result<()> {
        if self.signature()? == DESCRIPTOR {
            self.skip(4)?;
        }
        let (packed, unpacked) = (Some(local.entry.packed), Some(local.unpacked));
        let mut sizes = [0; 16];
        self.bytes.read_exact(&mut sizes[..8])?;
        let four =
            le32(&sizes, 0).map(u64::from) == packed && le32(&sizes, 4).map(u64::from) == unpacked;
        if four && !(local.wide && unpacked == Some(0)) {
            return Ok(());
        }
        self.bytes.read_exact(&mut sizes[8..])?;
        let eight = le64(&sizes, 0) == packed && le64(&sizes, 8) == unpacked;
        if eight { Ok(()) } else { Err(broken("nothing says truly where a member ends")) }
    }

    /// An entry of the directory.
    fn listed(&mut self) -> io::Result<Entry> {
        let header = self.take::<42>()?;
        let half = |at| le16(&header, at).unwrap_or_default();
        let word = |at| le32(&header, at).map_or(0, u64::from);
        let path = self.bounded(half(24))?;
        let extra = self.bounded(half(26))?;
        self.skip(half(28).into())?;
        let (mut unpacked, mut packed, mut offset) = (word(20), word(16), word(38));
        zip64(&extra, [&mut unpacked, &mut packed, &mut offset]);
        Ok(Entry { offset, method: half(6), packed, path })
    }

    fn end(&mut self) -> io::Result<()> {
        let end = self.take::<18>()?;
        self.skip(le16(&end, 16).unwrap_or_default().into())?;
        if !self.bytes.fill_buf()?.is_empty() {
            return Err(broken("something follows its end"));
        }
        if self.seen != Seen::default() {
            return Err(broken("its directory lists other members than it has"));
        }
        Ok(())
    }

    fn signature(&mut self) -> io::Result<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn take<const SIZE: usize>(&mut self) -> io::Result<[u8; SIZE]> {
        let mut bytes = [0; SIZE];
        self.bytes.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn bounded(&mut self, size: u16) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; size.into()];
        self.bytes.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn skip(&mut self, size: u64) -> io::Result<()> {
        let skipped = io::copy(&mut (&mut self.bytes).take(size), &mut io::sink())?;
        if skipped == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// Reads the large values from the extra field that holds them, in the order of those that have
/// no room in the header; says whether there is such a field.
fn zip64<const COUNT: usize>(mut extra: &[u8], values: [&mut u64; COUNT]) -> bool {
    while let (Some(id), Some(size)) = (le16(extra, 0), le16(extra, 2)) {
        let end = (4 + usize::from(size)).min(extra.len());
        let mut field = &extra[4..end];
        extra = &extra[end..];
        if id != 1 {
            continue;
        }
        for value in values {
            if *value == u64::from(u32::MAX)
                && let Some((large, rest)) = field.split_first_chunk()
            {
                (*value, field) = (u64::from_le_bytes(*large), rest);
            }
        }
        return true;
    }
    false
}

fn broken(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
