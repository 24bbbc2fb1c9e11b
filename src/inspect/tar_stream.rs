//! Looks at the members of a tar that streams by.
//!
//! Long names and PAX headers are read here and not by `tar`, which holds them whole in memory
//! however large they claim to be.

use std::io::{self, Read};

use tar::EntryType;

use super::nested::{Level, fill};

/// Bytes of a header that describes the next member: paths are shorter.
const LONGEST_HEADER: u64 = 64 << 10;

/// Hands each member to the level.
///
/// # Errors
/// The tar is broken or cut off, or a limit was passed.
pub(super) fn walk(reader: &mut dyn Read, level: &mut Level<'_>) -> io::Result<()> {
    let mut archive = tar::Archive::new(&mut *reader);
    let mut next = Described::default();
    for entry in archive.entries()?.raw(true) {
        level.count()?;
        let mut entry = entry?;
        let kind = entry.header().entry_type();
        match kind {
            EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader => {
                next.read(kind, &mut entry)?;
                continue;
            }
            EntryType::XGlobalHeader => continue,
            _ => {}
        }
        let described = std::mem::take(&mut next);
        let size = entry.header().entry_size()?;
        let path = described.path.unwrap_or_else(|| entry.path_bytes().into_owned());
        // Whoever unpacks it with the other size sees other members.
        if described.size.is_some_and(|other| other != size) {
            return Err(io::Error::other("two sizes are given for one member"));
        }
        if described.sparse || kind == EntryType::GNUSparse {
            level.incomplete(&String::from_utf8_lossy(&path), "it is stored as a sparse file");
        }
        if size > 0 {
            level.member(&path, &mut entry);
        }
    }
    rest_is_empty(reader)
}

/// After the end there is padding; programs differ in whether they look for more.
fn rest_is_empty(reader: &mut dyn Read) -> io::Result<()> {
    let mut buffer = [0; 4096];
    loop {
        let (count, outcome) = fill(reader, &mut buffer);
        outcome?;
        if buffer[..count].iter().any(|&byte| byte != 0) {
            return Err(io::Error::other("something follows the end of the tar"));
        }
        if count < buffer.len() {
            return Ok(());
        }
    }
}

/// What headers before a member say of it.
#[derive(Default)]
struct Described {
    path: Option<Vec<u8>>,
    size: Option<u64>,
    sparse: bool,
}

impl Described {
    fn read(&mut self, kind: EntryType, header: &mut dyn Read) -> io::Result<()> {
        let mut bytes = Vec::new();
        header.take(LONGEST_HEADER + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LONGEST_HEADER {
            return Err(io::Error::other("a header has more than 64 KiB"));
        }
        match kind {
            EntryType::GNULongName => {
                let end = memchr::memchr(0, &bytes).unwrap_or(bytes.len());
                bytes.truncate(end);
                self.path = Some(bytes);
            }
            EntryType::XHeader => self.read_pax(&bytes)?,
            _ => {}
        }
        Ok(())
    }

    fn read_pax(&mut self, bytes: &[u8]) -> io::Result<()> {
        for extension in tar::PaxExtensions::new(bytes) {
            let extension = extension?;
            let value = extension.value_bytes();
            match extension.key_bytes() {
                b"path" => self.path = Some(value.to_vec()),
                b"size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                    self.size = Some(size.ok_or_else(|| io::Error::other("a size is no number"))?);
                }
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
        Ok(())
    }
}
