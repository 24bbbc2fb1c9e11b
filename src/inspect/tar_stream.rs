//! Looks at the members of a tar that streams by.

use std::io::Read;

use super::nested::Level;
use crate::archive::read::{self, HeadKind, Limits, ReadError};

/// Hands each member to the level.
///
/// # Errors
/// See [`ReadError`]; a limit of the budget is a [`ReadError::Broken`].
pub(super) fn walk(reader: &mut dyn Read, level: &mut Level<'_>) -> Result<(), ReadError> {
    let limits = Limits { bytes: u64::MAX, ..Limits::default() };
    read::visit_tar(reader, limits, false, &mut |head, content| {
        level.count()?;
        if head.kind == HeadKind::File && head.size > 0 {
            level.member(&head.path, content);
        }
        Ok(())
    })?;
    Ok(())
}
