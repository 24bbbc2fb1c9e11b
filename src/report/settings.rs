//! What `plusone init` wrote, and where each value came from.

use serde::Serialize;

use super::{Page, Report};
use crate::error::ExitStatus;

/// A settings file with the origin of its values.
#[derive(Debug, Serialize)]
pub struct SettingsReport {
    /// The file written.
    pub path: String,
    /// Its values.
    pub settings: Vec<Setting>,
    /// Files that could not be read.
    pub warnings: Vec<String>,
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// As in `project.name`.
    pub name: &'static str,
    /// As written.
    pub value: String,
    /// What it was read from.
    pub from: String,
}

impl Report for SettingsReport {
    const SCHEMA: &'static str = "plusone.settings/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        page.title(&format!("{} written", self.path));
        let settings = self.settings.iter();
        page.fields(settings.map(|s| (s.name, format!("{} (from {})", s.value, s.from))));
        for warning in &self.warnings {
            page.paragraph(&format!("Could not be read: {warning}"));
        }
        page.paragraph("Read it through, commit it, then look whether all is ready:");
        page.commands([&["plusone", "doctor"][..]]);
    }
}
