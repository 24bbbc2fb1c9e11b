//! `plusone package --check`: is an archive what a commit gives?

use std::io;
use std::path::Path;

use super::super::Session;
use super::job::Job;
use super::{Digested, archive_failure};
use crate::archive::compare::{Comparison, compare, expected_members};
use crate::archive::read::{self, Limits, ReadError};
use crate::archive::{self, Format};
use crate::backend::files;
use crate::checksum;
use crate::error::{ExitStatus, Failure};
use crate::report::package::CheckReport;

pub(super) fn check(session: &Session, job: &Job, path: &Path) -> Result<ExitStatus, Failure> {
    let open = || files::open(path).map_err(Failure::usage);
    let digest = checksum::digest(checksum::Algorithm::Sha512, open()?)
        .map_err(|error| Failure::usage(format!("cannot read `{}`: {error}", path.display())))?;
    let sha512 = checksum::hex(&digest.unwrap_or_default());
    let format = format_of(path).unwrap_or(Format::TarGz);
    let mut rebuilt = Digested::new(io::sink());
    let written = job.with_tree(session, "rebuilding", |tree| {
        archive::write(tree, format, &job.layout, job.effort, &mut rebuilt).map_err(archive_failure)
    })?;
    let rebuilt_sha512 = rebuilt.finish();
    // Even of the same bytes: what unpackers take differently is nothing to vouch for.
    let comparison = match read::list(open()?, Limits::default()) {
        Err(error @ ReadError::Ambiguous { .. }) => {
            Comparison::Ambiguous { why: error.to_string() }
        }
        Err(error) => return Err(Failure::usage(format!("`{}`: {error}", path.display()))),
        Ok(_) if sha512 == rebuilt_sha512 => Comparison::Identical,
        Ok(found) => {
            let (expected, _) = job.with_tree(session, "comparing", |tree| {
                expected_members(tree, &job.layout).map_err(|error| archive_failure(error.into()))
            })?;
            compare(&expected, &found, written.tar_sha512)
        }
    };
    session.ui.emit(&CheckReport {
        path: path.display().to_string(),
        reference: job.reference.clone(),
        commit: job.commit.id.clone(),
        sha512,
        rebuilt_sha512,
        comparison,
    })
}

fn format_of(path: &Path) -> Option<Format> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    Format::ALL.into_iter().find(|format| name.ends_with(&format!(".{format}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_name() {
        assert_eq!(format_of(Path::new("a/b-1.0.TAR.GZ")), Some(Format::TarGz));
        assert_eq!(format_of(Path::new("b-1.0.tar.bz2")), None);
    }
}
