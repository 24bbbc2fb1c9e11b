//! Numbers at offsets, and what is text: the small change of telling files by their bytes.

/// The 16-bit number at an offset, the least significant byte first.
pub(super) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_le_bytes(*chunk))
}

/// The 32-bit number at an offset, the least significant byte first.
pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

/// The 64-bit number at an offset, the least significant byte first.
pub(super) fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

/// The 16-bit number at an offset, the most significant byte first.
pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|chunk| u16::from_be_bytes(*chunk))
}

/// The 32-bit number at an offset, the most significant byte first.
pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_be_bytes(*chunk))
}

/// Whether this can be text in any encoding that keeps ASCII: it has no control characters besides
/// those that text files do have (bell to carriage return, Ctrl-Z, escape).
pub(super) fn is_text(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte >= 0x20 || matches!(byte, 0x07..=0x0d | 0x1a | 0x1b))
}

/// Whether this is text in UTF-8, the last character perhaps cut off.
pub(super) fn is_utf8_text(bytes: &[u8]) -> bool {
    let whole = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    whole && is_text(bytes)
}
