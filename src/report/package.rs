//! What `plusone package` made, and what `package --check` found.

use serde::Serialize;

use super::{Page, Report, Tone, count, size};
use crate::archive::Format;
use crate::archive::compare::Comparison;
use crate::error::ExitStatus;
use crate::release::{CandidateNumber, ObjectId, Version};

/// Archives made of one commit.
#[derive(Debug, Serialize)]
pub struct PackageReport {
    /// The version.
    pub version: Version,
    /// The candidate's number, if it has one.
    pub rc: Option<CandidateNumber>,
    /// What was asked for: tag, branch or id.
    pub reference: String,
    /// Its commit.
    pub commit: ObjectId,
    /// Where the files are.
    pub directory: String,
    /// What was made.
    pub artifacts: Vec<PackagedArtifact>,
    /// What a release manager should look at.
    pub warnings: Vec<String>,
}

/// One archive with its checksum and signature.
#[derive(Debug, Serialize)]
pub struct PackagedArtifact {
    /// The archive's path.
    pub path: String,
    /// Its format.
    pub format: Format,
    /// SHA-512 of the archive, hex.
    pub sha512: String,
    /// Bytes.
    pub size: u64,
    /// SHA-512 of the uncompressed tar stream, hex; none for zip.
    pub tar_sha512: Option<String>,
    /// The commit it is made of.
    pub commit: ObjectId,
    /// The time of all its members, seconds since 1970.
    pub mtime: u64,
    /// Regular files in it.
    pub files: u64,
    /// Who signed it; none with `--no-sign`.
    pub signer: Option<Signer>,
    /// Whether the very same archive was there already.
    pub unchanged: bool,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signer {
    /// Primary fingerprint of the certificate.
    pub fingerprint: String,
    /// Its first user id.
    pub user_id: String,
    /// Algorithm and size of the key: `RSA 4096`.
    pub algorithm: String,
    /// The signature's digest algorithm.
    pub digest: String,
}

impl Report for PackageReport {
    const SCHEMA: &'static str = "plusone.package/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        for artifact in &self.artifacts {
            let name = artifact.path.rsplit('/').next().unwrap_or(&artifact.path);
            page.title(name);
            let mut fields = vec![
                ("commit", format!("{} ({})", artifact.commit, self.reference)),
                (
                    "holds",
                    format!(
                        "{}, all dated {}",
                        count(artifact.files, "file", "files"),
                        date(artifact.mtime)
                    ),
                ),
                ("size", size(artifact.size)),
                ("sha512", artifact.sha512.clone()),
            ];
            match &artifact.signer {
                Some(signer) => {
                    fields.push(("signed by", signer.user_id.clone()));
                    fields.push((
                        "key",
                        format!("{} ({}, {})", signer.fingerprint, signer.algorithm, signer.digest),
                    ));
                }
                None => fields.push(("signed by", "nobody (--no-sign)".to_owned())),
            }
            if artifact.unchanged {
                fields.push(("note", "the same archive was there already".to_owned()));
            }
            page.fields(fields);
        }
        for warning in &self.warnings {
            page.item(Tone::Warning, "warning", warning, []);
        }
        page.paragraph(&format!(
            "The files are in {}. Anybody can rebuild and compare an archive:",
            self.directory
        ));
        let mut commands: Vec<Vec<&str>> = Vec::new();
        let rc = self.rc.map(|rc| rc.to_string());
        for artifact in &self.artifacts {
            let mut words =
                vec!["plusone", "package", "--check", &artifact.path, "--ref", &self.reference];
            words.extend(["--version", self.version.as_str()]);
            if let Some(rc) = &rc {
                words.extend(["--rc", rc]);
            }
            commands.push(words);
        }
        page.commands(commands.iter().map(|words| &words[..]));
    }
}

fn date(mtime: u64) -> String {
    let at = i64::try_from(mtime).ok().and_then(|at| chrono::DateTime::from_timestamp(at, 0));
    at.map_or_else(|| mtime.to_string(), |at| at.format("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// What comparing an archive with a commit found.
#[derive(Debug, Serialize)]
pub struct CheckReport {
    /// The archive.
    pub path: String,
    /// What was asked for: tag, branch or id.
    pub reference: String,
    /// Its commit.
    pub commit: ObjectId,
    /// SHA-512 of the archive, hex.
    pub sha512: String,
    /// SHA-512 of the archive that this version of plusone builds, hex.
    pub rebuilt_sha512: String,
    /// How the two compare.
    #[serde(flatten)]
    pub comparison: Comparison,
}

/// Most members that a person is shown of a list; JSON has them all.
const SHOWN: usize = 20;

impl Report for CheckReport {
    const SCHEMA: &'static str = "plusone.package-check/1";

    fn exit(&self) -> ExitStatus {
        match self.comparison {
            Comparison::Identical | Comparison::ContentIdentical { .. } => ExitStatus::Done,
            Comparison::Ambiguous { .. } | Comparison::Different { .. } => ExitStatus::Bad,
        }
    }

    fn write(&self, page: &mut Page) {
        let (verdict, meaning) = match &self.comparison {
            Comparison::Identical => ("identical", "every byte is what the commit gives"),
            Comparison::ContentIdentical { .. } => {
                ("content identical", "it holds exactly what the commit gives; its bytes differ")
            }
            Comparison::Ambiguous { .. } => (
                "ambiguous",
                "unpackers disagree about what it holds, so it is not what the commit gives",
            ),
            Comparison::Different { .. } => ("different", "it is not what the commit gives"),
        };
        page.title(&format!("{verdict}: {meaning}"));
        page.fields([
            ("archive", self.path.clone()),
            ("commit", format!("{} ({})", self.commit, self.reference)),
            ("sha512", self.sha512.clone()),
            ("rebuilt", self.rebuilt_sha512.clone()),
        ]);
        match &self.comparison {
            Comparison::Identical => {}
            Comparison::Ambiguous { why } => page.item(Tone::Bad, "differs", why, []),
            Comparison::ContentIdentical { metadata } => {
                for sentence in metadata {
                    page.item(Tone::Plain, "differs", sentence, []);
                }
            }
            Comparison::Different { added, missing, changed, metadata } => {
                for (label, tone, paths) in [
                    ("added", Tone::Bad, added),
                    ("missing", Tone::Bad, missing),
                    ("changed", Tone::Bad, changed),
                    ("differs", Tone::Plain, metadata),
                ] {
                    for path in paths.iter().take(SHOWN) {
                        page.item(tone, label, path, []);
                    }
                    if paths.len() > SHOWN {
                        let rest =
                            format!("and {} more; --format json lists all", paths.len() - SHOWN);
                        page.item(tone, label, &rest, []);
                    }
                }
            }
        }
    }
}
