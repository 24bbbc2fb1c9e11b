//! How much is unpacked before giving up: a stranger packed it.

use std::cell::Cell;
use std::io::{self, BufRead, Read};

/// How much of what is inside archives is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many archives deep: an archive in the tree is the first.
    pub depth: u32,
    /// Members, of all archives together.
    pub members: u64,
    /// Bytes after decompression, of all archives together.
    pub bytes: u64,
    /// How many times larger than the compressed bytes the unpacked may be, once they are more
    /// than [`Limits::free`].
    pub ratio: u64,
    /// Bytes that one compressed stream may have without a look at the ratio.
    pub free: u64,
}

impl Default for Limits {
    /// Four deep, 100,000 members, 2 GiB; 256 times once beyond 64 MiB: source code is packed five
    /// times smaller, and test data of zeros are small.
    fn default() -> Self {
        Self { depth: 4, members: 100_000, bytes: 2 << 30, ratio: 256, free: 64 << 20 }
    }
}

/// What is left of the [`Limits`] for one candidate: pass the same for each of its files.
#[derive(Debug, Default)]
pub struct Budget {
    pub(super) limits: Limits,
    members: Cell<u64>,
    bytes: Cell<u64>,
}

impl Budget {
    /// Nothing used yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes one member.
    pub(super) fn member(&self) -> Result<(), Stopped> {
        self.members.set(self.members.get().saturating_add(1));
        let over = self.members.get() > self.limits.members;
        if over { Err(Stopped::Members(self.limits.members)) } else { Ok(()) }
    }

    /// Charges `count` bytes more of a stream, of which so far `produced` were unpacked from
    /// `consumed`.
    ///
    /// # Errors
    /// There were too many.
    pub(super) fn unpacked(&self, produced: u64, consumed: u64, count: usize) -> io::Result<()> {
        let Limits { ratio, free, .. } = self.limits;
        self.bytes.set(self.bytes.get().saturating_add(count as u64));
        let stopped = if self.bytes.get() > self.limits.bytes {
            Stopped::Bytes(self.limits.bytes)
        } else if produced > free && produced / ratio.max(1) > consumed {
            Stopped::Ratio(ratio)
        } else {
            return Ok(());
        };
        Err(io::Error::other(stopped))
    }
}

/// Which limit stopped the look inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stopped {
    /// [`Limits::depth`].
    #[error("it lies more than {0} archives deep")]
    Depth(u32),
    /// [`Limits::members`].
    #[error("the archives inside the candidate have more than {0} members")]
    Members(u64),
    /// [`Limits::bytes`].
    #[error("the archives inside the candidate unpack to more than {0} bytes")]
    Bytes(u64),
    /// [`Limits::ratio`].
    #[error("it unpacks to more than {0} times its size")]
    Ratio(u64),
}

/// Counts what is consumed of a compressed stream.
pub(super) struct Consumed<'a> {
    pub(super) stream: &'a mut dyn BufRead,
    pub(super) count: &'a Cell<u64>,
}

impl Read for Consumed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(buffer)?;
        self.count.set(self.count.get() + count as u64);
        Ok(count)
    }
}

impl BufRead for Consumed<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.stream.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.count.set(self.count.get() + amount as u64);
        self.stream.consume(amount);
    }
}

/// What comes out of a decompressor, charged to the budget. Once over a limit, every read fails.
pub(super) struct Metered<'a, R> {
    pub(super) unpacked: R,
    pub(super) budget: &'a Budget,
    /// Compressed bytes consumed so far.
    pub(super) consumed: &'a Cell<u64>,
    pub(super) produced: u64,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.unpacked.read(buffer)?;
        self.produced += count as u64;
        self.budget.unpacked(self.produced, self.consumed.get(), count)?;
        Ok(count)
    }
}
