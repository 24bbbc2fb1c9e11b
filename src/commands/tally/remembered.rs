//! Rulings, kept in the ledger of the version that is voted on: said once, they count in every
//! later count made in the project's repository, and are printed with it.

use std::path::PathBuf;

use super::Job;
use crate::backend::files::FileError;
use crate::backend::ledger::LedgerFile;
use crate::error::Failure;
use crate::ledger::{Event, State, What};
use crate::mail::MessageId;
use crate::release::{CandidateNumber, Version};
use crate::vote::tally::Ruling;

/// Reads the rulings in the ledgers of the repository at `root`.
pub(super) fn read(root: Option<&PathBuf>) -> Result<Vec<Ruling>, Failure> {
    let Some(root) = root else { return Ok(Vec::new()) };
    let mut rulings = Vec::new();
    for version in LedgerFile::versions(root).map_err(failure)? {
        let parsed = LedgerFile::new(root, &version).read().map_err(failure)?;
        for candidate in State::of(parsed.records).candidates {
            rulings.extend(candidate.rulings.into_iter().filter_map(|(id, ruling)| {
                let value = ruling.value.parse().ok()?;
                Some(Ruling { message_id: MessageId(id), value, reason: ruling.reason })
            }));
        }
    }
    Ok(rulings)
}

impl Job<'_> {
    /// Writes the rulings that were given now into the ledger of the version.
    pub(super) fn remember(
        &self,
        version: Option<&Version>,
        rc: Option<CandidateNumber>,
    ) -> Result<(), Failure> {
        let (Some(root), Some(version)) = (&self.root, version) else { return Ok(()) };
        let ledger = LedgerFile::new(root, version);
        for ruling in &self.rulings {
            if self.remembered.contains(ruling) {
                continue;
            }
            let what = What::Ruling {
                message_id: ruling.message_id.to_string(),
                value: ruling.value.to_string(),
                reason: ruling.reason.clone(),
            };
            let event = Event::new(self.session.now, version.clone(), rc, what);
            ledger.append(&event).map_err(failure)?;
        }
        if !self.rulings.is_empty() {
            self.session.ui.note(&format!("the ruling is kept in {}", ledger.path().display()));
        }
        Ok(())
    }
}

pub(super) fn failure(error: FileError) -> Failure {
    Failure::outside(error).hint("rulings are kept in .plusone, in the root of the repository")
}
