//! KEYS files, certificates and signatures: what a file of public keys holds, and what a detached signature is worth.
//!
//! Pure: bytes, readers and `now` come in, values go out. Nothing here opens a file, asks the clock, starts `gpg` or
//! prints. Secret keys never enter: secret key packets are reported and not read further (POLICY K-11).
//!
//! The way through the room:
//!
//! - [`KeysFile::read`] finds the armored blocks of a KEYS file; one bad block never hides the others.
//! - [`Keyring`] indexes the keys of one or more KEYS files by fingerprint and key id, without checking anything yet.
//! - [`Keyring::certificate`] checks the self-signatures of one entry; [`certificates`] those of all.
//! - [`judge`] says what each signature of an `.asc` file is worth; [`SignatureFile`] is the same in steps, for a caller
//!   who reads the document only once and has other uses for its bytes.
//! - [`lint`], [`entry`] and [`append`] serve `plusone keys check`, `export` and `append`.
//! - [`gpg_status`] and [`gpg_listing`] read what `gpg` says while it signs and when it lists secret keys.
//!
//! Foreign text (user ids, comments, reasons for revocation) is handed on as it is, bounded in length. Escaping it for
//! a terminal is for whoever prints it.

mod algorithm;
mod armor;
mod base64;
mod certificate;
mod extract;
mod handle;
mod instant;
mod keyring;
mod keys_file;
mod limits;
mod lines;
mod packets;
mod policy;
mod problem;
mod search;
mod signature;
mod verdict;
mod words;

pub mod append;
pub mod entry;
pub mod gpg_listing;
pub mod gpg_status;
pub mod lint;

pub use algorithm::{Algorithm, DigestAlgorithm, KeyKind, Strength, StrengthRule};
pub use certificate::{Certificate, Revocation, Subkey, UserId, certificates};
pub use handle::{Fingerprint, HandleError, KeyId};
pub use keyring::{CertificateError, Keyring, Occurrence};
pub use keys_file::{Block, Encoding, KeysFile, KeysFileError, RawCertificate};
pub use limits::Limits;
pub use problem::{Problem, ProblemKind};
pub use signature::{Digests, Hashing, SignatureFile, SignatureFileError};
pub use verdict::{Issuer, JudgeError, Judgement, Signer, Verdict, judge};
