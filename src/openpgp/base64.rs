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
    /// Decodes into an empty buffer.
    pub(super) fn into(out: Vec<u8>) -> Self {
        Self { out, ..Self::default() }
    }

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

    /// Decodes a whole line of complete groups, as nearly all lines are; `false` leaves everything as it was.
    pub(super) fn full_line(&mut self, line: &[u8]) -> bool {
        let (groups, tail) = line.as_chunks::<4>();
        if self.held != 0 || !tail.is_empty() {
            return false;
        }
        let start = self.out.len();
        self.out.resize(start + groups.len() * 3, 0);
        let (bytes, _) = self.out[start..].as_chunks_mut::<3>();
        let mut all = 0;
        for (group, bytes) in groups.iter().zip(bytes) {
            let [a, b, c, d] = group.map(usize::from);
            let value = PLACED[0][a] | PLACED[1][b] | PLACED[2][c] | PLACED[3][d];
            all |= value;
            let [_, decoded @ ..] = value.to_be_bytes();
            *bytes = decoded;
        }
        let valid = all < FOREIGN;
        if !valid {
            self.out.truncate(start);
        }
        valid
    }

    /// Decodes as many groups of four characters as come without anything between them.
    fn whole_groups<'l>(&mut self, line: &'l [u8]) -> &'l [u8] {
        let (groups, _) = line.as_chunks::<4>();
        let foreign = |group: &[u8; 4]| group.iter().any(|byte| VALUES[usize::from(*byte)] > 63);
        let end = groups.iter().position(foreign).unwrap_or(groups.len()) * 4;
        self.full_line(&line[..end]);
        &line[end..]
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

/// The value of each character at each of the four places of a group, moved to where it belongs in the three bytes.
const PLACED: [[u32; 256]; 4] = {
    let mut placed = [[FOREIGN; 256]; 4];
    let mut place = 0;
    while place < 4 {
        let mut character = 0;
        while character < 256 {
            if VALUES[character] < 64 {
                placed[place][character] = (VALUES[character] as u32) << (18 - 6 * place);
            }
            character += 1;
        }
        place += 1;
    }
    placed
};

/// A bit above the three bytes of a group.
const FOREIGN: u32 = 1 << 24;

/// The checksum of armored data (RFC 9580, section 6.1.1).
///
/// Eight bytes at a time: bytewise, it took as long as everything else about a KEYS file together.
pub(super) fn crc24(data: &[u8]) -> u32 {
    let (groups, rest) = data.as_chunks::<8>();
    let mut crc = 0x00b7_04ce << 8;
    for [first @ .., e, f, g, h] in groups {
        let [a, b, c, d] = (crc ^ u32::from_be_bytes(*first)).to_be_bytes();
        crc = 0;
        for (byte, table) in [a, b, c, d, *e, *f, *g, *h].into_iter().rev().zip(&CRC_TABLES) {
            crc ^= table[usize::from(byte)];
        }
    }
    for byte in rest {
        let [high, ..] = crc.to_be_bytes();
        crc = crc << 8 ^ CRC_TABLES[0][usize::from(high ^ byte)];
    }
    crc >> 8
}

/// What a byte does to the checksum (kept in the upper 24 bits) when none to seven bytes follow it.
const CRC_TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0; 256]; 8];
    let mut place = 0;
    while place < 256 {
        let mut crc = (place as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc >> 31 == 1 { crc << 1 ^ 0x864c_fb00 } else { crc << 1 };
            bit += 1;
        }
        tables[0][place] = crc;
        place += 1;
    }
    let mut following = 1;
    while following < 8 {
        let mut place = 0;
        while place < 256 {
            let before = tables[following - 1][place];
            tables[following][place] = before << 8 ^ tables[0][(before >> 24) as usize];
            place += 1;
        }
        following += 1;
    }
    tables
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
        let bitwise = |data: &[u8]| {
            data.iter().fold(0x00b7_04ce, |crc: u32, byte| {
                (0..8).fold(crc ^ u32::from(*byte) << 16, |crc, _| {
                    let shifted = crc << 1;
                    if shifted >> 24 == 1 { shifted ^ 0x0186_4cfb } else { shifted }
                })
            })
        };
        let data: Vec<u8> = (0..=255).collect();
        for length in 0..=data.len() {
            assert_eq!(crc24(&data[..length]), bitwise(&data[..length]), "{length}");
        }
    }
}
