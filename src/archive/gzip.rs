//! One gzip member, compressed by several threads, with bytes that do not depend on how many.
//!
//! The stream is cut into blocks of 8 MiB, whose borders depend on the stream alone. libdeflate
//! compresses each in one call, and so knows neither threads nor sizes of writes; what it puts out
//! is a function of the block, the level and its version (no floating point, no hash of the
//! machine's own; SIMD only to age match tables, as the plain code does). [`super::deflate_walk`]
//! joins the blocks to one stream of raw deflate.
//!
//! Blocks know nothing of each other, which costs 0.2 to 0.4 % of size with 1 MiB and less than
//! 0.05 % with 8 MiB. With 8 MiB the worst tree seen, /usr/include, is no larger than by `gzip -9`.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use flate2::Crc;
use libdeflater::{CompressionLvl, Compressor};

use super::deflate_walk::Walker;
use super::{Effort, Level};

/// Bytes of input in a block.
const BLOCK: usize = 8 << 20;
/// Blocks that may wait for a free thread, or for their turn to be written.
const WAITING: usize = 2;

/// The compressed form of one block.
struct Deflated {
    bytes: Vec<u8>,
    crc: Crc,
}

struct Job {
    block: Vec<u8>,
    last: bool,
    reply: SyncSender<io::Result<Deflated>>,
}

/// Compresses a stream into raw deflate with worker threads; what is finished goes to a writer in
/// order.
pub(super) struct Deflater {
    encoder: Encoder,
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
    pending: VecDeque<Receiver<io::Result<Deflated>>>,
    /// Bytes of input in a whole block.
    whole: usize,
    block: Vec<u8>,
    /// Whether blocks of the current stream went to the workers.
    begun: bool,
    crc: Crc,
}

impl Deflater {
    pub(super) fn new(effort: Effort) -> io::Result<Self> {
        Self::with_blocks(BLOCK, effort)
    }

    fn with_blocks(whole: usize, effort: Effort) -> io::Result<Self> {
        let (jobs, queue) = channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let workers = (0..effort.threads.get())
            .map(|_| {
                let queue = Arc::clone(&queue);
                let encoder = Encoder::new(effort.level)?;
                std::thread::Builder::new().spawn(move || work(&queue, encoder))
            })
            .collect::<io::Result<Vec<_>>>()?;
        Ok(Self {
            encoder: Encoder::new(effort.level)?,
            jobs: Some(jobs),
            workers,
            pending: VecDeque::new(),
            whole,
            block: Vec::new(),
            begun: false,
            crc: Crc::new(),
        })
    }

    /// Takes bytes in; writes what came out to `out`.
    pub(super) fn push(&mut self, mut bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.block.len() == self.whole {
                self.dispatch(false)?;
                while self.pending.len() > self.workers.len() + WAITING {
                    self.collect(out)?;
                }
            }
            let (now, later) = bytes.split_at(bytes.len().min(self.whole - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Ends the deflate stream; returns the CRC-32 and count of what was taken in. The next
    /// [`Self::push`] begins a new stream.
    pub(super) fn end(&mut self, out: &mut dyn Write) -> io::Result<Crc> {
        // Small streams, as most files of a zip are, need no other thread.
        if !self.begun {
            let deflated = self.encoder.deflate(&self.block, true)?;
            self.block.clear();
            out.write_all(&deflated.bytes)?;
            return Ok(deflated.crc);
        }
        self.dispatch(true)?;
        while !self.pending.is_empty() {
            self.collect(out)?;
        }
        self.begun = false;
        Ok(std::mem::take(&mut self.crc))
    }

    fn dispatch(&mut self, last: bool) -> io::Result<()> {
        // The last block of a stream may be small; the others grow to be whole.
        let next = Vec::with_capacity(if last { 0 } else { self.whole });
        let block = std::mem::replace(&mut self.block, next);
        self.begun = true;
        let (reply, answer) = sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or_else(worker_gone)?;
        jobs.send(Job { block, last, reply }).map_err(|_| worker_gone())?;
        self.pending.push_back(answer);
        Ok(())
    }

    fn collect(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let Some(answer) = self.pending.pop_front() else {
            return Ok(());
        };
        let deflated = answer.recv().map_err(|_| worker_gone())??;
        self.crc.combine(&deflated.crc);
        out.write_all(&deflated.bytes)
    }
}

impl Drop for Deflater {
    fn drop(&mut self) {
        drop(self.jobs.take());
        for worker in self.workers.drain(..) {
            // A worker's panic was already met as an error when its answer did not come.
            let _ = worker.join();
        }
    }
}

fn worker_gone() -> io::Error {
    io::Error::other("a compression thread stopped")
}

fn work(queue: &Mutex<Receiver<Job>>, mut encoder: Encoder) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Nobody waits for the answer any more when writing has failed.
        let _ = job.reply.send(encoder.deflate(&job.block, job.last));
    }
}

/// Compresses blocks, one after the other.
struct Encoder {
    compressor: Compressor,
    walker: Walker,
    /// Where libdeflate writes to; grows to what the largest block can need.
    room: Vec<u8>,
}

impl Encoder {
    fn new(level: Level) -> io::Result<Self> {
        // Against gzip -9 and gzip -6, measured on five trees: see Cargo.toml.
        let level = match level {
            Level::Best => 8,
            Level::Fast => 6,
        };
        let level = CompressionLvl::new(level)
            .map_err(|_| io::Error::other("libdeflate does not know the level"))?;
        Ok(Self { compressor: Compressor::new(level), walker: Walker::new(), room: Vec::new() })
    }

    fn deflate(&mut self, block: &[u8], last: bool) -> io::Result<Deflated> {
        let bound = self.compressor.deflate_compress_bound(block.len());
        if self.room.len() < bound {
            // Zeros from the system, of which only what is written to becomes memory.
            self.room = vec![0; bound];
        }
        let count = self
            .compressor
            .deflate_compress(block, &mut self.room)
            .map_err(|_| io::Error::other("a block did not fit into its buffer"))?;
        let mut bytes = self.room.get(..count).unwrap_or_default().to_vec();
        if !last {
            let inflated = self.walker.reopen(&mut bytes).map_err(io::Error::other)?;
            if inflated != block.len() as u64 {
                return Err(io::Error::other("a block would inflate to another length"));
            }
        }
        let mut crc = Crc::new();
        crc.update(block);
        Ok(Deflated { bytes, crc })
    }
}

/// Writes one gzip member.
pub(super) struct GzipWriter<'a> {
    out: &'a mut dyn Write,
    deflater: Deflater,
}

impl<'a> GzipWriter<'a> {
    pub(super) fn new(out: &'a mut dyn Write, effort: Effort) -> io::Result<Self> {
        Self::with_blocks(BLOCK, out, effort)
    }

    fn with_blocks(whole: usize, out: &'a mut dyn Write, effort: Effort) -> io::Result<Self> {
        let extra_flags = match effort.level {
            Level::Best => 2,
            Level::Fast => 0,
        };
        // Magic, deflate, no name and no time; operating system 3 is Unix, as with gzip -n.
        out.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extra_flags, 3])?;
        Ok(Self { out, deflater: Deflater::with_blocks(whole, effort)? })
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        let crc = self.deflater.end(self.out)?;
        self.out.write_all(&crc.sum().to_le_bytes())?;
        self.out.write_all(&crc.amount().to_le_bytes())
    }
}

impl Write for GzipWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.deflater.push(bytes, self.out)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::num::NonZeroUsize;

    use super::*;

    /// Small blocks, as the code is the same and tests are not optimised.
    const SMALL: usize = 100_000;

    fn gzip(input: &[u8], level: Level, threads: usize, step: usize) -> Vec<u8> {
        let threads = NonZeroUsize::new(threads).expect("not zero");
        let mut out = Vec::new();
        let effort = Effort { level, threads };
        let mut writer = GzipWriter::with_blocks(SMALL, &mut out, effort).expect("threads");
        for part in input.chunks(step) {
            writer.write_all(part).expect("memory");
        }
        writer.finish().expect("memory");
        out
    }

    fn gunzip(member: &[u8]) -> Vec<u8> {
        let mut back = Vec::new();
        let mut reader = flate2::read::GzDecoder::new(member);
        reader.read_to_end(&mut back).expect("one member");
        assert!(reader.into_inner().is_empty(), "one member is all there is");
        back
    }

    fn random() -> impl FnMut() -> u8 {
        let mut state = 1u32;
        move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        }
    }

    fn noise(length: usize) -> Vec<u8> {
        let mut next = random();
        (0..length).map(|at| if at % 3000 < 2000 { next() } else { b'=' }).collect()
    }

    /// Words of a small vocabulary, as source code is.
    fn words(length: usize) -> Vec<u8> {
        let mut next = random();
        let mut words = Vec::new();
        while words.len() < length {
            let word = usize::from(next()) * usize::from(next()) / 300;
            words.extend(format!("{}_{word:x}", ["let", "fn", "self", "use"][word % 4]).bytes());
            words.push(if next() < 30 { b'\n' } else { b' ' });
        }
        words.truncate(length);
        words
    }

    #[test]
    fn threads_and_sizes_of_writes_change_nothing() {
        for length in [0, 1, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL, 15 * SMALL + 12345] {
            for input in [noise(length), words(length), vec![b' '; length]] {
                let expected = gzip(&input, Level::Best, 1, usize::MAX >> 1);
                for (threads, step) in [(1, 4093), (2, 65536), (7, 1_000_003)] {
                    let found = gzip(&input, Level::Best, threads, step);
                    assert!(found == expected, "{length} {threads} {step}");
                }
                assert!(gunzip(&expected) == input, "{length}");
                assert!(gunzip(&gzip(&input, Level::Fast, 2, 65536)) == input, "{length}");
            }
        }
    }

    #[test]
    fn one_deflater_makes_many_streams() {
        let threads = NonZeroUsize::new(2).expect("not zero");
        let effort = Effort { level: Level::Fast, threads };
        let mut deflater = Deflater::with_blocks(SMALL, effort).expect("threads");
        for length in [5, 3 * SMALL, 0, SMALL, 2 * SMALL + 1, 7] {
            let input = words(length);
            let mut stream = Vec::new();
            deflater.push(&input, &mut stream).expect("memory");
            let crc = deflater.end(&mut stream).expect("memory");
            let mut back = Vec::new();
            let mut reader = flate2::read::DeflateDecoder::new(&stream[..]);
            reader.read_to_end(&mut back).expect("a stream");
            assert!(back == input, "{length}");
            assert_eq!(crc.amount() as usize, length);
        }
    }

    /// Bytes are promised for a version of plusone. Where these checksums change, so do all
    /// archives: say so in the list of changes. Where they differ between machines, that is a bug.
    #[test]
    fn bytes_stay_as_they_are() {
        let input = [words(5 * SMALL), noise(SMALL), words(1000)].concat();
        let found = [Level::Best, Level::Fast].map(|level| {
            let mut crc = Crc::new();
            crc.update(&gzip(&input, level, 2, SMALL));
            (crc.amount(), crc.sum())
        });
        assert_eq!(found, [(192_703, 2_128_947_839), (202_218, 2_893_869_339)]);
    }
}
