//! Looks at the members of a zip that streams by.

use std::io::{self, BufReader, Read};

use super::archives::{is_spanned_zip, script_before_zip};
use super::nested::Level;
use crate::archive::read::{HeadKind, Limits, ReadError};
use crate::archive::zip_members::{Walk, walk as walk_zip};

/// Hands each member to the level.
///
/// # Errors
/// See [`ReadError`]; a limit of the budget is a [`ReadError::Broken`].
pub(super) fn walk(
    start: &[u8],
    reader: &mut dyn Read,
    level: &mut Level<'_>,
) -> Result<(), ReadError> {
    let mut reader = BufReader::with_capacity(16 << 10, reader);
    let before = script_before_zip(start).unwrap_or(if is_spanned_zip(start) { 4 } else { 0 });
    let before = before as u64;
    io::copy(&mut (&mut reader).take(before), &mut io::sink()).map_err(ReadError::Broken)?;
    let budget = level.budget;
    let zip = Walk { before, kinds: None, limits: Limits::default() };
    let mut watch = |produced, consumed, count| budget.unpacked(produced, consumed, count);
    walk_zip(&mut reader, zip, &mut watch, &mut |head, content| {
        level.count()?;
        if head.kind == HeadKind::File {
            level.member(&head.path, content);
        }
        Ok(())
    })?;
    Ok(())
}
