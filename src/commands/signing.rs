//! stub
use super::Session;
use crate::error::Failure;
use crate::project::Project;
use std::path::Path;
pub(super) struct Key {
    pub(super) fingerprint: String,
    pub(super) algorithm: String,
    pub(super) rsa_bits: Option<u32>,
    pub(super) expires: Option<chrono::DateTime<chrono::Utc>>,
    pub(super) user_ids: Vec<String>,
}
pub(super) struct Signer {
    pub(super) key: Key,
}
impl Signer {
    pub(super) fn choose(_s: &Session, _p: &Project) -> Result<Self, Failure> {
        Err(Failure::usage("stub"))
    }
    pub(super) fn probe(&self, _s: &Session) -> Result<(), Failure> {
        Ok(())
    }
    pub(super) fn sign(
        &self,
        _s: &Session,
        _a: &Path,
        _b: &Path,
    ) -> Result<crate::report::package::Signer, Failure> {
        Err(Failure::usage("stub"))
    }
    pub(super) fn verify(
        &self,
        _s: &Session,
        _a: &Path,
        _b: &Path,
    ) -> Result<crate::report::package::Signer, Failure> {
        Err(Failure::usage("stub"))
    }
}
