//! Looks at the members of a tar that streams by.

use std::io::{self, Read};

use tar::EntryType;

use super::nested::{Level, fill};
use crate::archive::described::Described;

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
        if Described::is_kind(kind) {
            next.read(kind, &mut entry)?;
            continue;
        }
        if kind == EntryType::XGlobalHeader {
            continue;
        }
        let described = std::mem::take(&mut next);
        let size = described.checked_size(entry.header().entry_size()?)?;
        let path = described.path.unwrap_or_else(|| entry.path_bytes().into_owned());
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
