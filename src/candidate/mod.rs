//! The files that together are a candidate, and their names. Pure.

mod guess;
mod tags;

use crate::archive::Format;
use crate::project::Project;
use crate::project::template::{MissingValue, Names};
use crate::release::{CandidateNumber, FileName, METADATA_SUFFIXES, NameError, Version};

pub use guess::{Guess, guess, is_archive, is_artifact, is_source, stem};
pub use tags::{TagChoice, choose_tag};

/// What a candidate is called everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CandidateNames {
    /// The version.
    pub version: Version,
    /// Its number; a project can do without.
    pub rc: Option<CandidateNumber>,
    /// Base name of the archive, without ending.
    pub archive: FileName,
    /// The one directory inside.
    pub top_directory: FileName,
}

/// Names that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CandidateError {
    /// A template needs what is not known.
    #[error(transparent)]
    Missing(#[from] MissingValue),
    /// What a template makes is not usable as a name.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl CandidateNames {
    /// Fills the project's templates.
    ///
    /// # Errors
    /// See [`CandidateError`].
    pub fn new(
        project: &Project,
        version: Version,
        rc: Option<CandidateNumber>,
    ) -> Result<Self, CandidateError> {
        let names = project.names(Some(&version), rc);
        Ok(Self {
            archive: project.archive.value.render(&names)?.parse()?,
            top_directory: project.top_directory.value.render(&names)?.parse()?,
            version,
            rc,
        })
    }

    /// The archive's file name in one format.
    ///
    /// # Errors
    /// The base name is so long that nothing fits behind it.
    pub fn file(&self, format: Format) -> Result<FileName, NameError> {
        format!("{}.{format}", self.archive).parse()
    }
}

/// A directory that is none below another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// The template needs what is not known.
    #[error(transparent)]
    Missing(#[from] MissingValue),
    /// It would lead out of it.
    #[error(
        "`{0}` is no directory below another: it is absolute, or a part of it is empty, `.` or `..`"
    )]
    Outside(String),
}

/// The directory of a candidate, below the staging area and below the local `dist`.
///
/// # Errors
/// The template needs what is not known, or leads elsewhere.
pub fn directory(project: &Project, names: &Names) -> Result<String, DirectoryError> {
    let directory = project.dev_directory.value.render(names)?;
    let below = directory.trim_end_matches('/');
    let inside = directory.is_empty()
        || below == "."
        || !below.split('/').any(|part| matches!(part, "" | "." | "..") || part.contains('\\'));
    match inside && !below.chars().any(char::is_control) {
        true => Ok(below.to_owned()),
        false => Err(DirectoryError::Outside(directory)),
    }
}

/// Whether a file is a signature or a checksum, which is never itself signed (C-03).
pub fn is_metadata(name: &str) -> bool {
    let lower = name.to_lowercase();
    METADATA_SUFFIXES.iter().any(|suffix| lower.ends_with(suffix))
}
