//! Reopens a finished deflate stream, so that another can stand behind it in the same gzip member.
//!
//! libdeflate compresses better and faster than any streaming encoder, but every one of its calls
//! makes a whole stream: the last block says that it is the last (BFINAL), and ends in the middle
//! of a byte. Streams made by several threads can then only be joined as several gzip members,
//! and some readers silently stop after the first. What is missing is the place of one bit, that
//! of the last block's BFINAL, and the place where that block ends. Neither is written anywhere;
//! both are found by going through the symbols, in a twentieth (best) or an eighth (fast) of the
//! time that compressing takes, as no byte is put out and no distance is looked at.
//!
//! This is no decoder: streams that would not inflate may pass. It is given the output of
//! libdeflate, but takes any bytes without panic, in time linear in their number.

use thiserror::Error;

/// Bits of the table that knows literals and lengths. Longer codes are rare and take a slow road.
const LITERAL_BITS: usize = 10;
/// Bits of the table that knows distances.
const DISTANCE_BITS: usize = 8;
/// The longest Huffman code of deflate.
const LONGEST: usize = 15;

const END_OF_BLOCK: usize = 256;
const FIRST_LENGTH: usize = 257;
/// By symbol from [`FIRST_LENGTH`] on: the shortest length, and the extra bits that add to it.
const LENGTHS: [(u32, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
/// By symbol: the extra bits of a distance.
const DISTANCE_EXTRA: [u8; 30] = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
];
/// The order in which a block's header lists the lengths of the code for the lengths of codes.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Why bytes are not one deflate stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(super) enum WalkError {
    /// The stream goes on behind the last byte.
    #[error("the deflate stream ends too early")]
    Truncated,
    /// There are bytes behind the end of the stream.
    #[error("the deflate stream is followed by other bytes")]
    Trailing,
    /// A block of the reserved type, or with an impossible header.
    #[error("the header of a deflate block makes no sense")]
    Header,
    /// Bits that no symbol of the block's code begins with, or a symbol that deflate does not have.
    #[error("a deflate block contains an unknown symbol")]
    Symbol,
}

/// What a walk through a stream finds; places are counted in bits.
#[derive(Debug, PartialEq, Eq)]
struct Walked {
    /// Where the last block begins, with its BFINAL bit.
    last_block: usize,
    /// Where the last block ends.
    end: usize,
    /// Bytes that inflating would give.
    inflated: u64,
}

/// Walks through streams; keeps its tables from one to the next.
pub(super) struct Walker {
    code: Code,
    /// What one lookup of literals and lengths tells.
    literals: Box<[Step; 1 << LITERAL_BITS]>,
    /// The same before literals are joined to what follows them.
    single: Box<[Step; 1 << LITERAL_BITS]>,
    long_literals: Canonical,
    /// Bits of a distance with its extra bits, or [`UNUSUAL`].
    distances: Box<[u8; 1 << DISTANCE_BITS]>,
    long_distances: Canonical,
}

impl Walker {
    pub(super) fn new() -> Self {
        Self {
            code: Code::default(),
            literals: Box::new([Step::UNUSUAL; 1 << LITERAL_BITS]),
            single: Box::new([Step::UNUSUAL; 1 << LITERAL_BITS]),
            long_literals: Canonical::default(),
            distances: Box::new([UNUSUAL; 1 << DISTANCE_BITS]),
            long_distances: Canonical::default(),
        }
    }

    /// Makes the last block of `stream` an ordinary one, and ends the stream at a full byte with an
    /// empty stored block, as a sync flush does; returns how many bytes the stream inflates to.
    ///
    /// # Errors
    /// See [`WalkError`]; `stream` is then as it was.
    pub(super) fn reopen(&mut self, stream: &mut Vec<u8>) -> Result<u64, WalkError> {
        let walked = self.walk(stream)?;
        let header = stream.get_mut(walked.last_block / 8);
        *header.ok_or(WalkError::Truncated)? &= !(1 << (walked.last_block % 8));
        if let (Some(last), used @ 1..) = (stream.last_mut(), walked.end % 8) {
            *last &= (1 << used) - 1;
        }
        // Three bits of header: not the last, stored. Then zeros to the end of the byte, LEN, NLEN.
        stream.resize((walked.end + 3).div_ceil(8), 0);
        stream.extend([0, 0, 0xff, 0xff]);
        Ok(walked.inflated)
    }

    fn walk(&mut self, stream: &[u8]) -> Result<Walked, WalkError> {
        let mut bits = Bits::new(stream);
        let mut inflated = 0;
        loop {
            let block = bits.place();
            bits.refill()?;
            let last = bits.take(1) == 1;
            inflated += match bits.take(2) {
                0 => bits.skip_stored()?,
                1 => {
                    self.code.set_fixed();
                    self.block(&mut bits)?
                }
                2 => {
                    self.code.read(&mut bits)?;
                    self.block(&mut bits)?
                }
                _ => return Err(WalkError::Header),
            };
            if last {
                let end = bits.place();
                return match end.div_ceil(8).cmp(&stream.len()) {
                    std::cmp::Ordering::Less => Err(WalkError::Trailing),
                    std::cmp::Ordering::Equal => Ok(Walked { last_block: block, end, inflated }),
                    std::cmp::Ordering::Greater => Err(WalkError::Truncated),
                };
            }
        }
    }

    /// Walks through the symbols of a block, whose code was read already.
    fn block(&mut self, bits: &mut Bits) -> Result<u64, WalkError> {
        self.build()?;
        let mut inflated = 0;
        loop {
            // 56 bits, of which a length takes 20 at most and a distance 28.
            bits.refill()?;
            let step = self.literals[bits.peek(LITERAL_BITS)];
            let distance =
                self.distances[(bits.buffer >> step.bits()) as usize % (1 << DISTANCE_BITS)];
            // Without a branch, as whether a distance follows is hard to predict.
            let distance = distance & step.distance_mask();
            if step.is_plain() && distance != UNUSUAL {
                inflated += u64::from(step.inflated(bits.buffer));
                bits.skip(step.bits() + u32::from(distance));
                continue;
            }
            if step.ends_block() {
                inflated += u64::from(step.inflated(bits.buffer));
                bits.skip(step.bits());
                return Ok(inflated);
            }
            // A long code, or bits that are none.
            match usize::from(self.long_literals.decode(bits)?) {
                0..END_OF_BLOCK => inflated += 1,
                END_OF_BLOCK => return Ok(inflated),
                symbol => {
                    let (shortest, extra) =
                        *LENGTHS.get(symbol - FIRST_LENGTH).ok_or(WalkError::Symbol)?;
                    inflated += u64::from(shortest + bits.take(extra));
                    let symbol = usize::from(self.long_distances.decode(bits)?);
                    let extra = DISTANCE_EXTRA.get(symbol).ok_or(WalkError::Symbol)?;
                    bits.skip(u32::from(*extra));
                }
            }
        }
    }

    /// Makes the tables of the code.
    fn build(&mut self) -> Result<(), WalkError> {
        self.long_literals.build(&self.code.literals)?;
        self.long_distances.build(&self.code.distances)?;

        self.single.fill(Step::UNUSUAL);
        self.long_literals.fill(&mut self.single[..], Step::of);
        // Several literals in a row, and what follows them, are one lookup as far as they fit.
        for (index, joined) in self.literals.iter_mut().enumerate() {
            let mut step = self.single[index];
            while step.is_literals() {
                let used = step.bits() as usize;
                let next = self.single[index >> used];
                if next == Step::UNUSUAL || used + next.code_bits() as usize > LITERAL_BITS {
                    break;
                }
                step = step.then(next);
            }
            *joined = step;
        }

        self.distances.fill(UNUSUAL);
        self.long_distances.fill(&mut self.distances[..], |symbol, length| {
            let extra = DISTANCE_EXTRA.get(symbol)?;
            Some(length + extra)
        });
        Ok(())
    }
}

/// In the table of distances: a long code, or none.
const UNUSUAL: u8 = 0xff;

/// What one lookup of literals and lengths tells, in fields of one word: bits 0-7 the bits to skip,
/// 8-15 how many of them are no extra bits, 16-24 the bytes without what the extra bits add to
/// them, 25-27 the kind.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Step(u32);

impl Step {
    /// A long code, or none.
    const UNUSUAL: Self = Self(4 << 25);
    const LITERALS: u32 = 0;
    const LENGTH: u32 = 1 << 25;
    const END: u32 = 2 << 25;

    fn of(symbol: usize, length: u8) -> Option<Self> {
        let length = u32::from(length);
        let (bytes, extra, kind) = match symbol {
            0..END_OF_BLOCK => (1, 0, Self::LITERALS),
            END_OF_BLOCK => (0, 0, Self::END),
            _ => {
                let (shortest, extra) = *LENGTHS.get(symbol - FIRST_LENGTH)?;
                (shortest, extra, Self::LENGTH)
            }
        };
        Some(Self(kind | (bytes << 16) | (length << 8) | (length + extra)))
    }

    /// These literals, and then `next`: fields add up, as literals are of kind 0.
    fn then(self, next: Self) -> Self {
        Self(self.0 + next.0)
    }

    fn bits(self) -> u32 {
        self.0 & 0x3f
    }

    fn code_bits(self) -> u32 {
        (self.0 >> 8) & 0x3f
    }

    fn inflated(self, buffer: u64) -> u32 {
        let extra = buffer & ((1 << self.bits()) - 1);
        ((self.0 >> 16) & 0x1ff) + (extra >> self.code_bits()) as u32
    }

    fn is_literals(self) -> bool {
        self.0 >> 25 == 0
    }

    fn is_plain(self) -> bool {
        self.0 < Self::END
    }

    fn ends_block(self) -> bool {
        self.0 & Self::END != 0
    }

    /// All ones if a distance follows.
    fn distance_mask(self) -> u8 {
        (((self.0 >> 25) & 1) as u8).wrapping_neg()
    }
}

/// The lengths of the codes of a block, by symbol; 0 for symbols that do not occur.
struct Code {
    literals: [u8; 288],
    distances: [u8; 32],
}

impl Default for Code {
    fn default() -> Self {
        Self { literals: [0; 288], distances: [0; 32] }
    }
}

impl Code {
    fn set_fixed(&mut self) {
        self.literals[..144].fill(8);
        self.literals[144..256].fill(9);
        self.literals[256..280].fill(7);
        self.literals[280..].fill(8);
        self.distances.fill(5);
    }

    /// Reads the header of a dynamic block, RFC 1951, 3.2.7.
    fn read(&mut self, bits: &mut Bits) -> Result<(), WalkError> {
        bits.refill()?;
        let literals = bits.take(5) as usize + 257;
        let distances = bits.take(5) as usize + 1;
        let listed = bits.take(4) as usize + 4;
        let mut lengths = [0u8; 19];
        for &symbol in &ORDER[..listed] {
            bits.refill()?;
            lengths[symbol] = bits.take(3) as u8;
        }
        let mut code = Canonical::default();
        code.build(&lengths)?;

        // Repetitions may run from the literals on into the distances.
        let mut all = [0u8; 288 + 32];
        let all = &mut all[..literals + distances];
        let mut at = 0;
        while at < all.len() {
            bits.refill()?;
            let (value, times) = match code.decode(bits)? {
                16 => {
                    let before = at.checked_sub(1).ok_or(WalkError::Header)?;
                    (all[before], 3 + bits.take(2))
                }
                17 => (0, 3 + bits.take(3)),
                18 => (0, 11 + bits.take(7)),
                length => (length as u8, 1),
            };
            let end = at + times as usize;
            all.get_mut(at..end).ok_or(WalkError::Header)?.fill(value);
            at = end;
        }
        let (first, second) = all.split_at(literals);
        self.literals.fill(0);
        self.literals[..literals].copy_from_slice(first);
        self.distances.fill(0);
        self.distances[..distances].copy_from_slice(second);
        Ok(())
    }
}

/// A Huffman code as deflate defines it: by the lengths alone, RFC 1951, 3.2.2.
struct Canonical {
    /// How many codes there are of each length.
    counts: [u16; LONGEST + 1],
    /// Symbols by length, then by number.
    symbols: [u16; 288],
}

impl Default for Canonical {
    fn default() -> Self {
        Self { counts: [0; LONGEST + 1], symbols: [0; 288] }
    }
}

impl Canonical {
    /// Takes the lengths of up to 288 symbols, each at most [`LONGEST`].
    fn build(&mut self, lengths: &[u8]) -> Result<(), WalkError> {
        self.counts.fill(0);
        for &length in lengths {
            self.counts[usize::from(length)] += 1;
        }
        self.counts[0] = 0;
        let mut starts = [0u16; LONGEST + 1];
        let mut start = 0;
        let mut free = 1i32;
        for (place, &count) in starts.iter_mut().zip(&self.counts).skip(1) {
            *place = start;
            start += count;
            free = 2 * free - i32::from(count);
            // Codes that leave bits without a symbol are met when such bits are.
            if free < 0 {
                return Err(WalkError::Header);
            }
        }
        for (symbol, &length) in lengths.iter().enumerate() {
            if length != 0 {
                let place = &mut starts[usize::from(length)];
                self.symbols[usize::from(*place)] = symbol as u16;
                *place += 1;
            }
        }
        Ok(())
    }

    /// Fills in all entries of a lookup table whose index begins with the code of a symbol.
    fn fill<T: Copy>(&self, table: &mut [T], entry: impl Fn(usize, u8) -> Option<T>) {
        let table_bits = table.len().trailing_zeros() as usize;
        let mut code = 0u32;
        let mut symbols = self.symbols.iter();
        for length in 1..=table_bits.min(LONGEST) {
            code <<= 1;
            for &symbol in symbols.by_ref().take(usize::from(self.counts[length])) {
                let first = (code.reverse_bits() >> (32 - length)) as usize;
                code += 1;
                let Some(value) = entry(usize::from(symbol), length as u8) else {
                    continue;
                };
                for slot in table[first..].iter_mut().step_by(1 << length) {
                    *slot = value;
                }
            }
        }
    }

    /// Takes one symbol, bit by bit; there must be 15 bits in the buffer.
    fn decode(&self, bits: &mut Bits) -> Result<u16, WalkError> {
        let (mut code, mut first, mut index) = (0u32, 0u32, 0u32);
        for length in 1..=LONGEST {
            code |= ((bits.buffer >> (length - 1)) & 1) as u32;
            let count = u32::from(self.counts[length]);
            if code < first + count {
                bits.skip(length as u32);
                return Ok(self.symbols[(index + code - first) as usize]);
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Err(WalkError::Symbol)
    }
}

/// The bits of a stream, lowest first; zeros behind its end.
struct Bits<'a> {
    bytes: &'a [u8],
    /// The next byte that goes into the buffer.
    next: usize,
    buffer: u64,
    /// Bits in the buffer. Above them may be others, the same that the next refill puts there.
    count: u32,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0, buffer: 0, count: 0 }
    }

    /// Brings the buffer to at least 56 bits.
    #[inline(always)]
    fn refill(&mut self) -> Result<(), WalkError> {
        let rest = self.bytes.get(self.next..).unwrap_or_default();
        let Some(word) = rest.first_chunk() else {
            return self.refill_at_end();
        };
        self.buffer |= u64::from_le_bytes(*word) << self.count;
        self.next += ((63 - self.count) / 8) as usize;
        self.count |= 56;
        Ok(())
    }

    #[cold]
    fn refill_at_end(&mut self) -> Result<(), WalkError> {
        while self.count < 56 {
            let byte = self.bytes.get(self.next).copied().unwrap_or_default();
            self.buffer |= u64::from(byte) << self.count;
            self.next += 1;
            self.count += 8;
        }
        // Zeros can be symbols, and there is no end to them.
        if self.place() > 8 * self.bytes.len() {
            return Err(WalkError::Truncated);
        }
        Ok(())
    }

    fn peek(&self, count: usize) -> usize {
        self.buffer as usize % (1 << count)
    }

    #[inline(always)]
    fn skip(&mut self, count: u32) {
        self.buffer >>= count;
        self.count -= count;
    }

    fn take(&mut self, count: u32) -> u32 {
        let taken = self.buffer & ((1 << count) - 1);
        self.skip(count);
        taken as u32
    }

    fn place(&self) -> usize {
        8 * self.next - self.count as usize
    }

    /// Skips what follows the header of a stored block.
    fn skip_stored(&mut self) -> Result<u64, WalkError> {
        let start = self.place().div_ceil(8);
        let rest = self.bytes.get(start..).unwrap_or_default();
        let Some(&[a, b, c, d]) = rest.first_chunk() else {
            return Err(WalkError::Truncated);
        };
        let length = u16::from_le_bytes([a, b]);
        if length != !u16::from_le_bytes([c, d]) {
            return Err(WalkError::Header);
        }
        let end = start + 4 + usize::from(length);
        if end > self.bytes.len() {
            return Err(WalkError::Truncated);
        }
        *self = Self { next: end, ..Self::new(self.bytes) };
        Ok(length.into())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use libdeflater::{CompressionLvl, Compressor};
    use proptest::prelude::*;

    use super::*;

    fn deflate(level: i32, input: &[u8]) -> Vec<u8> {
        let mut compressor = Compressor::new(CompressionLvl::new(level).expect("0 to 12"));
        let mut out = vec![0; compressor.deflate_compress_bound(input.len())];
        let count = compressor.deflate_compress(input, &mut out).expect("enough room");
        out.truncate(count);
        out
    }

    /// The content, if there is a stream and nothing behind it.
    fn inflate(stream: &[u8]) -> Option<Vec<u8>> {
        let mut back = Vec::new();
        let mut reader = flate2::bufread::DeflateDecoder::new(stream);
        reader.read_to_end(&mut back).ok()?;
        (reader.total_in() == stream.len() as u64).then_some(back)
    }

    fn samples() -> Vec<Vec<u8>> {
        let mut state = 1u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let noise: Vec<u8> = (0..200_000).map(|_| random()).collect();
        // Many symbols, of which some are so rare that their codes are long.
        let skewed = (0..200_000).map(|_| random() & random() & random()).collect();
        let numbers = (0..30_000).flat_map(|n: u32| format!("{:x} ", n * n).into_bytes()).collect();
        let mixed = [&noise[..70_000], &vec![b'x'; 70_000], &noise[..65_535]].concat();
        vec![
            Vec::new(),
            vec![b'x'],
            b"abc abc abc abc abc abc abc abc abc abc abc abc abc abc abc".to_vec(),
            vec![0; 300_000],
            noise[..65_535].to_vec(),
            noise[..65_536].to_vec(),
            noise,
            skewed,
            numbers,
            mixed,
        ]
    }

    #[test]
    fn reopened_streams_go_on_in_the_next() {
        let mut walker = Walker::new();
        for level in [0, 1, 5, 6, 8, 9, 12] {
            let (mut joined, mut content) = (Vec::new(), Vec::new());
            for sample in samples() {
                let mut stream = deflate(level, &sample);
                assert_eq!(walker.reopen(&mut stream), Ok(sample.len() as u64));
                assert!(stream.ends_with(&[0, 0, 0xff, 0xff]));
                joined.extend(stream);
                content.extend(sample);
            }
            assert!(inflate(&joined).is_none(), "nothing says that it ends");
            joined.extend(deflate(level, b"end"));
            content.extend(b"end");
            assert!(inflate(&joined).as_ref() == Some(&content), "level {level}");
        }
    }

    #[test]
    fn other_encoders_are_understood() {
        let mut walker = Walker::new();
        for sample in samples() {
            for level in 0..=9 {
                let level = flate2::Compression::new(level);
                let mut stream = Vec::new();
                let mut encoder = flate2::read::DeflateEncoder::new(&sample[..], level);
                encoder.read_to_end(&mut stream).expect("memory");
                assert_eq!(walker.reopen(&mut stream), Ok(sample.len() as u64));
            }
        }
    }

    #[test]
    fn nothing_may_be_missing_or_follow() {
        let mut walker = Walker::new();
        for sample in samples() {
            let stream = deflate(8, &sample);
            let step = stream.len() / 100 + 1;
            for end in (0..stream.len()).step_by(step).chain([stream.len() - 1]) {
                let mut part = stream[..end].to_vec();
                assert_eq!(walker.reopen(&mut part), Err(WalkError::Truncated), "{end}");
                assert_eq!(part, stream[..end], "it is left as it was");
            }
            let mut more = [&stream[..], &[0]].concat();
            assert_eq!(walker.reopen(&mut more), Err(WalkError::Trailing));
        }
    }

    /// Whatever inflates is understood, and counted; the rest does no harm.
    fn check(stream: &[u8]) {
        let mut reopened = stream.to_vec();
        let counted = Walker::new().reopen(&mut reopened);
        if let Some(content) = inflate(stream) {
            assert_eq!(counted, Ok(content.len() as u64));
            reopened.extend([3, 0]);
            assert_eq!(inflate(&reopened), Some(content));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_taken(stream in prop::collection::vec(any::<u8>(), 0..200)) {
            check(&stream);
        }

        /// The header of a dynamic block is rarely made by chance.
        #[test]
        fn changed_streams_are_taken(
            content in "([a-f]{1,9}|[ -~]{1,60}){0,40}",
            level in 1..=12,
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0..8u8), 0..4),
        ) {
            let mut stream = deflate(level, content.as_bytes());
            for (at, bit) in changes {
                let at = at.index(stream.len());
                stream[at] ^= 1 << bit;
            }
            check(&stream);
        }
    }
}
