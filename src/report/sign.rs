//! What `plusone sign` did with each file.

use serde::Serialize;

use super::package::Signer;
use super::{Page, Report, Tone};
use crate::error::ExitStatus;

/// Artifacts with their checksums and signatures.
#[derive(Debug, Serialize)]
pub struct SignReport {
    /// One by one.
    pub artifacts: Vec<SignedArtifact>,
}

/// One artifact.
#[derive(Debug, Serialize)]
pub struct SignedArtifact {
    /// Its path.
    pub path: String,
    /// SHA-512, hex.
    pub sha512: String,
    /// Whether the checksum file was written now; else it was there and right.
    pub checksum_written: bool,
    /// Whether the signature was made now; else it was there and good.
    pub signature_made: bool,
    /// Who signed.
    pub signer: Signer,
}

impl Report for SignReport {
    const SCHEMA: &'static str = "plusone.sign/1";

    fn exit(&self) -> ExitStatus {
        ExitStatus::Done
    }

    fn write(&self, page: &mut Page) {
        for artifact in &self.artifacts {
            let made = |made: bool, now: &'static str, before: &'static str| {
                if made { now } else { before }
            };
            let (label, tone) = match (artifact.checksum_written, artifact.signature_made) {
                (false, false) => ("kept", Tone::Plain),
                _ => ("signed", Tone::Good),
            };
            page.item(
                tone,
                label,
                &artifact.path,
                [
                    ("sha512", artifact.sha512.clone()),
                    (
                        "checksum",
                        made(artifact.checksum_written, "written", "was there and right")
                            .to_owned(),
                    ),
                    (
                        "signature",
                        made(artifact.signature_made, "made", "was there and good").to_owned(),
                    ),
                    ("signed by", artifact.signer.user_id.clone()),
                    ("key", artifact.signer.fingerprint.clone()),
                ],
            );
        }
    }
}
