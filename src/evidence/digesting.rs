//! git's object ids of what is in an archive.

use sha1collisiondetection::Sha1CD;
use sha2::{Digest, Sha256};

/// How a repository names its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFormat {
    /// SHA-1, with collision detection as git has it.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// The id git gives to a content; SHA-1 ids are padded with zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobId([u8; 32]);

impl BlobId {
    /// Takes the bytes of an id; none if they are neither 20 nor 32.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mut id = [0; 32];
        matches!(bytes.len(), 20 | 32).then(|| {
            id[..bytes.len()].copy_from_slice(bytes);
            Self(id)
        })
    }

    /// The first digits, for people.
    pub fn short(&self) -> String {
        crate::checksum::hex(&self.0[..6])
    }
}

/// An id in the making. The size of the content stands in front of it in git's digest, so it has to
/// be known before.
pub(super) struct BlobHasher(State);

enum State {
    Sha1(Box<Sha1CD>),
    Sha256(Sha256),
}

impl BlobHasher {
    pub(super) fn new(format: ObjectFormat, size: u64) -> Self {
        let header = format!("blob {size}\0");
        Self(match format {
            ObjectFormat::Sha1 => {
                let mut digest = Box::new(Sha1CD::default());
                digest.update(header.as_bytes());
                State::Sha1(digest)
            }
            ObjectFormat::Sha256 => State::Sha256(Sha256::new_with_prefix(header)),
        })
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Sha1(digest) => digest.update(bytes),
            State::Sha256(digest) => digest.update(bytes),
        }
    }

    /// The id; none if the content carries the marks of a SHA-1 collision attack, which git refuses
    /// too, so that no object of a repository can be it.
    pub(super) fn finish(self) -> Option<BlobId> {
        match self.0 {
            State::Sha1(digest) => {
                let id = digest.finalize_cd().ok()?;
                BlobId::new(&id)
            }
            State::Sha256(digest) => BlobId::new(&digest.finalize()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(format: ObjectFormat, content: &[u8]) -> String {
        let mut hasher = BlobHasher::new(format, content.len() as u64);
        hasher.update(content);
        let length = if format == ObjectFormat::Sha1 { 20 } else { 32 };
        crate::checksum::hex(&hasher.finish().expect("no attack").0[..length])
    }

    #[test]
    fn ids_are_those_of_git() {
        // `printf 'hello\n' | git hash-object --stdin`, and in a repository with SHA-256.
        assert_eq!(id(ObjectFormat::Sha1, b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(
            id(ObjectFormat::Sha256, b"hello\n"),
            "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4"
        );
    }
}
