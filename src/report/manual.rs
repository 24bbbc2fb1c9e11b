//! What `plusone man` and `plusone completions` hand out.

use serde::Serialize;

use super::{Page, Report, count};
use crate::error::ExitStatus;

/// A text for another program: a manual page for man, completions for a shell.
#[derive(Debug, Serialize)]
pub struct TextReport {
    /// The name it is best kept under, as in `plusone-stage.1`.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Report for TextReport {
    const SCHEMA: &'static str = "plusone.text/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        page.verbatim(&self.text);
    }
}

/// Manual pages that were written to a directory.
#[derive(Debug, Serialize)]
pub struct PagesReport {
    /// The directory.
    pub directory: String,
    /// The files in it that are pages.
    pub pages: Vec<String>,
}

impl Report for PagesReport {
    const SCHEMA: &'static str = "plusone.man/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        let pages = count(self.pages.len() as u64, "page", "pages");
        page.paragraph(&format!("{pages} written to {}", self.directory));
    }
}
