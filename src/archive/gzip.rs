//! One gzip member, compressed by several threads, with bytes that do not depend on how many.
//!
//! The stream is cut into blocks of 1 MiB, whose borders depend on the stream alone. Each block is
//! compressed in one call, with the 32 KiB before it as dictionary and a sync flush at its end, so
//! that the blocks of raw deflate stand behind each other as one stream. zlib-rs can depend on the
//! size of writes at some levels; whole blocks in one call leave it nothing to depend on.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

use super::{Effort, Level};

/// Bytes of input in a block.
const BLOCK: usize = 1 << 20;
/// How far deflate can look back.
const WINDOW: usize = 32 << 10;

/// The compressed form of one block.
pub(super) struct Deflated {
    bytes: Vec<u8>,
    crc: Crc,
}

struct Job {
    dictionary: Vec<u8>,
    block: Vec<u8>,
    last: bool,
    reply: SyncSender<io::Result<Deflated>>,
}

/// Compresses a stream into raw deflate with worker threads; what is finished goes to a writer in
/// order.
pub(super) struct Deflater {
    level: Level,
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
    pending: VecDeque<Receiver<io::Result<Deflated>>>,
    block: Vec<u8>,
    dictionary: Vec<u8>,
    crc: Crc,
}

impl Deflater {
    pub(super) fn new(effort: Effort) -> io::Result<Self> {
        let (jobs, queue) = channel::<Job>();
        let queue = Arc::new(Mutex::new(queue));
        let workers = (0..effort.threads.get())
            .map(|_| {
                let queue = Arc::clone(&queue);
                let level = effort.level;
                std::thread::Builder::new().spawn(move || work(&queue, level))
            })
            .collect::<io::Result<Vec<_>>>()?;
        Ok(Self {
            level: effort.level,
            jobs: Some(jobs),
            workers,
            pending: VecDeque::new(),
            block: Vec::with_capacity(BLOCK),
            dictionary: Vec::new(),
            crc: Crc::new(),
        })
    }

    /// Takes bytes in; writes what came out to `out`.
    pub(super) fn push(&mut self, mut bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.block.len() == BLOCK {
                self.dispatch(false)?;
                while self.pending.len() > 2 * self.workers.len() {
                    self.collect(out)?;
                }
            }
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Ends the deflate stream; returns the CRC-32 and count of what was taken in. The next
    /// [`Self::push`] begins a new stream.
    pub(super) fn end(&mut self, out: &mut dyn Write) -> io::Result<Crc> {
        // Small streams, as most files of a zip are, need no other thread.
        if self.pending.is_empty() && self.dictionary.is_empty() {
            let deflated = deflate(&[], &self.block, true, self.level)?;
            self.block.clear();
            out.write_all(&deflated.bytes)?;
            return Ok(deflated.crc);
        }
        self.dispatch(true)?;
        while !self.pending.is_empty() {
            self.collect(out)?;
        }
        self.dictionary.clear();
        Ok(std::mem::take(&mut self.crc))
    }

    fn dispatch(&mut self, last: bool) -> io::Result<()> {
        let block = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
        let window = block[block.len().saturating_sub(WINDOW)..].to_vec();
        let dictionary = std::mem::replace(&mut self.dictionary, window);
        let (reply, answer) = sync_channel(1);
        let jobs = self.jobs.as_ref().ok_or_else(worker_gone)?;
        jobs.send(Job { dictionary, block, last, reply }).map_err(|_| worker_gone())?;
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

fn work(queue: &Mutex<Receiver<Job>>, level: Level) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // Nobody waits for the answer any more when writing has failed.
        let _ = job.reply.send(deflate(&job.dictionary, &job.block, job.last, level));
    }
}

fn deflate(dictionary: &[u8], block: &[u8], last: bool, level: Level) -> io::Result<Deflated> {
    let mut stream = Compress::new(zlib_level(level), false);
    if !dictionary.is_empty() {
        stream.set_dictionary(dictionary)?;
    }
    // Deflate never grows its input by more than five bytes for each 16 KiB it has to store.
    let mut bytes = Vec::with_capacity(block.len() + block.len() / 1024 + 64);
    let (flush, expected) = if last {
        (FlushCompress::Finish, Status::StreamEnd)
    } else {
        (FlushCompress::Sync, Status::Ok)
    };
    let status = stream.compress_vec(block, &mut bytes, flush)?;
    if status != expected || stream.total_in() != block.len() as u64 {
        return Err(io::Error::other("a block did not fit into its buffer"));
    }
    let mut crc = Crc::new();
    crc.update(block);
    Ok(Deflated { bytes, crc })
}

fn zlib_level(level: Level) -> Compression {
    match level {
        Level::Best => Compression::new(9),
        Level::Fast => Compression::new(6),
    }
}

/// Writes one gzip member.
pub(super) struct GzipWriter<'a> {
    out: &'a mut dyn Write,
    deflater: Deflater,
}

impl<'a> GzipWriter<'a> {
    pub(super) fn new(out: &'a mut dyn Write, effort: Effort) -> io::Result<Self> {
        let extra_flags = match effort.level {
            Level::Best => 2,
            Level::Fast => 0,
        };
        // Magic, deflate, no name and no time; operating system 3 is Unix, as with gzip -n.
        out.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, extra_flags, 3])?;
        Ok(Self { out, deflater: Deflater::new(effort)? })
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

    fn gzip(input: &[u8], threads: usize, step: usize) -> Vec<u8> {
        let threads = NonZeroUsize::new(threads).expect("not zero");
        let mut out = Vec::new();
        let effort = Effort { level: Level::Best, threads };
        let mut writer = GzipWriter::new(&mut out, effort).expect("threads");
        for part in input.chunks(step) {
            writer.write_all(part).expect("memory");
        }
        writer.finish().expect("memory");
        out
    }

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..length).map(|at| if at % 3000 < 2000 { next() } else { b'=' }).collect()
    }

    #[test]
    fn threads_and_sizes_of_writes_change_nothing() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 5 * BLOCK + 12345] {
            let input = noise(length);
            let expected = gzip(&input, 1, usize::MAX >> 1);
            for (threads, step) in [(1, 4093), (2, 65536), (7, 1_000_003)] {
                assert!(gzip(&input, threads, step) == expected, "{length} {threads} {step}");
            }
            let mut back = Vec::new();
            let mut reader = flate2::read::GzDecoder::new(&expected[..]);
            reader.read_to_end(&mut back).expect("one member");
            assert!(back == input, "{length}");
        }
    }
}
