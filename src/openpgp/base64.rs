//! The base64 of armor, and its checksum.

/// Decodes base64 line by line, skipping characters that do not belong (as `gpg` does) and counting them.
#[derive(Default)]
pub(super) struct Decoder {
    pub(super) out: Vec<u8>,
    bits: u32,
    held: u8,
    pub(super) foreign: usize,
    pub(super) checksum: Option<u32>,
}

impl Decoder {
    /// Takes one line; returns whether the data ends with it.
    pub(super) fn line(&mut self, line: &[u8]) -> bool {
        if let [b'=', digits @ ..] = line
            && digits.len() == 4
            && let Some(checksum) = sextets(digits)
        {
            self.checksum = Some(checksum);
            return true;
        }
        let mut rest = line;
        if self.held == 0 {
            rest = self.whole_groups(rest);
        }
        for (place, byte) in rest.iter().enumerate() {
            match VALUES[usize::from(*byte)] {
                value @ 0..64 => self.push(value),
                _ if *byte == b'=' => {
                    self.held = 0;
                    self.bits = 0;
                    // Some writers put the checksum behind the padding, on the same line.
                    let tail = rest[place..].trim_ascii_start();
                    let tail = tail.strip_prefix(b"=").unwrap_or(tail);
                    let tail = tail.strip_prefix(b"=").unwrap_or(tail);
                    if tail.len() == 4 {
                        self.checksum = sextets(tail);
                    }
                    return self.checksum.is_some();
                }
                _ if byte.is_ascii_whitespace() => {}
                _ => self.foreign += 1,
            }
        }
        false
    }

    /// Decodes as many groups of four characters as come without anything between them.
    fn whole_groups<'l>(&mut self, line: &'l [u8]) -> &'l [u8] {
        let (groups, tail) = line.as_chunks::<4>();
        for (place, group) in groups.iter().enumerate() {
            let [a, b, c, d] = group.map(|byte| u32::from(VALUES[usize::from(byte)]));
            if (a | b | c | d) > 63 {
                return &line[place * 4..];
            }
            let [_, bytes @ ..] = (a << 18 | b << 12 | c << 6 | d).to_be_bytes();
            self.out.extend_from_slice(&bytes);
        }
        tail
    }

    fn push(&mut self, value: u8) {
        self.bits = self.bits << 6 | u32::from(value);
        self.held += 6;
        if self.held >= 8 {
            self.held -= 8;
            let byte = self.bits >> self.held & 0xff;
            self.out.push(u8::try_from(byte).expect("masked to eight bits"));
            self.bits &= (1 << self.held) - 1;
        }
    }
}

/// Reads four base64 characters as a number of 24 bits.
fn sextets(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| match VALUES[usize::from(*digit)] {
        value @ 0..64 => Some(sum << 6 | u32::from(value)),
        _ => None,
    })
}

/// The value of each base64 character; 255 for all others.
const VALUES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [255; 256];
    let mut value = 0;
    while value < 64 {
        values[alphabet[value as usize] as usize] = value;
        value += 1;
    }
    values
};

/// The checksum of armored data (RFC 9580, section 6.1.1).
pub(super) fn crc24(data: &[u8]) -> u32 {
    data.iter().fold(0x00b7_04ce, |crc, byte| {
        let place = (crc >> 16 ^ u32::from(*byte)) & 0xff;
        (crc << 8 ^ CRC_TABLE[place as usize]) & 0x00ff_ffff
    })
}

const CRC_TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut place = 0;
    while place < 256 {
        let mut crc = (place as u32) << 16;
        let mut bit = 0;
        while bit < 8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
            bit += 1;
        }
        table[place] = crc;
        place += 1;
    }
    table
};

/// Writes base64 with padding.
pub(super) fn encode(data: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(data.len() * 4 / 3 + 4);
    for group in data.chunks(3) {
        let mut bytes = [0; 4];
        bytes[1..=group.len()].copy_from_slice(group);
        let bits = u32::from_be_bytes(bytes);
        for place in 0..4 {
            if place > group.len() {
                text.push('=');
            } else {
                let value = bits >> (18 - 6 * place) & 63;
                text.push(char::from(alphabet[value as usize]));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_checksum_of_the_standard() {
        // RFC 9580, appendix A.1.4: the armored version 4 key ends in this checksum.
        assert_eq!(crc24(b""), 0x00b7_04ce);
        assert_eq!(crc24(b"123456789"), 0x0021_cf02);
    }
}
