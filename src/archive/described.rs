//! Headers of a tar that describe the member behind them: long names and PAX records.
//!
//! They are read here and not by `tar`, which holds them whole in memory however large they claim
//! to be.

use std::io::{self, Read};

use tar::EntryType;

/// Bytes of a header that describes the next member: paths are shorter.
const LONGEST_HEADER: u64 = 64 << 10;

/// What headers before a member say of it.
#[derive(Debug, Default)]
pub(crate) struct Described {
    /// Its path.
    pub(crate) path: Option<Vec<u8>>,
    /// The target of a link.
    pub(crate) link: Option<Vec<u8>>,
    /// Bytes of its content.
    pub(crate) size: Option<u64>,
    /// Whether it is stored with holes.
    pub(crate) sparse: bool,
}

impl Described {
    /// Whether a member of this kind only describes the next one.
    pub(crate) fn is_kind(kind: EntryType) -> bool {
        matches!(kind, EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader)
    }

    /// Reads such a member.
    pub(crate) fn read(&mut self, kind: EntryType, header: &mut dyn Read) -> io::Result<()> {
        let mut bytes = Vec::new();
        header.take(LONGEST_HEADER + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LONGEST_HEADER {
            return Err(io::Error::other("a header has more than 64 KiB"));
        }
        let text = || bytes[..memchr::memchr(0, &bytes).unwrap_or(bytes.len())].to_vec();
        match kind {
            EntryType::GNULongName => self.path = Some(text()),
            EntryType::GNULongLink => self.link = Some(text()),
            EntryType::XHeader => self.read_pax(&bytes)?,
            _ => {}
        }
        Ok(())
    }

    fn read_pax(&mut self, bytes: &[u8]) -> io::Result<()> {
        for extension in tar::PaxExtensions::new(bytes) {
            let extension = extension?;
            let value = extension.value_bytes();
            match extension.key_bytes() {
                b"path" => self.path = Some(value.to_vec()),
                b"linkpath" => self.link = Some(value.to_vec()),
                b"size" => {
                    let size = std::str::from_utf8(value).ok().and_then(|text| text.parse().ok());
                    self.size = Some(size.ok_or_else(|| io::Error::other("a size is no number"))?);
                }
                key if key.starts_with(b"GNU.sparse.") => self.sparse = true,
                _ => {}
            }
        }
        Ok(())
    }

    /// The size of the member, by its own header.
    ///
    /// # Errors
    /// Another size was given before: whoever unpacks it with that one sees other members.
    pub(crate) fn checked_size(&self, size: u64) -> io::Result<u64> {
        match self.size.is_some_and(|other| other != size) {
            true => Err(io::Error::other("two sizes are given for one member")),
            false => Ok(size),
        }
    }
}
