//! How much of a stranger's KEYS file is read.

/// How much is read of a KEYS file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file_bytes: usize,
    /// Decoded bytes of one block.
    pub block_bytes: usize,
    /// Certificates in the file.
    pub certificates: usize,
    /// Subkeys in the file.
    pub keys: usize,
    /// Packets of one certificate.
    pub packets_per_certificate: usize,
    /// Bytes of a user id. `gpg` stops at 2048.
    pub user_id_bytes: usize,
    /// Whether everything is kept. Without, certifications by others and photos are passed over.
    pub thorough: bool,
}

impl Limits {
    /// Returns limits for a file that only serves to judge signatures or to list keys, which is then read in half the
    /// time. Not for exporting, appending or checking.
    pub fn for_verdicts() -> Self {
        Self { thorough: false, ..Self::default() }
    }
}

impl Default for Limits {
    /// Far above the largest real file known (hadoop's: 345 kB, 63 certificates).
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            block_bytes: 16 << 20,
            certificates: 20_000,
            keys: 100_000,
            packets_per_certificate: 50_000,
            user_id_bytes: 2048,
            thorough: true,
        }
    }
}
