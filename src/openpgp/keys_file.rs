//! A KEYS file: free text around armored blocks, each with the certificates in it or the reason why not (POLICY K-05).

use std::ops::Range;

use serde::Serialize;

use super::armor::{self, Armored, Label, Piece};
use super::extract;
use super::handle::Fingerprint;
use super::limits::Limits;
use super::packets::{self, PacketError, packets};
use super::problem::{Problem, ProblemKind};

/// A KEYS file taken apart; text between the blocks is left where it is.
#[derive(Debug, Clone)]
pub struct KeysFile {
    /// The blocks, in the order of the file.
    pub blocks: Vec<Block>,
    /// Problems of the file outside of its blocks.
    pub problems: Vec<Problem>,
    /// How its characters are stored.
    pub encoding: Encoding,
}

/// One armored block, or a whole binary keyring.
#[derive(Debug, Clone)]
pub struct Block {
    /// The line of its `BEGIN` marker, counted from 1.
    pub first_line: u32,
    /// From the `BEGIN` marker to the end of the `END` marker's line, in the bytes read (in UTF-8 when the file
    /// is UTF-16).
    pub bytes: Range<usize>,
    /// The certificates in it, in order; empty when it holds none that can be read.
    pub certificates: Vec<RawCertificate>,
    /// What is wrong with it. [`ProblemKind::hides_keys`] tells the grave from the harmless.
    pub problems: Vec<Problem>,
    /// The bodies of revocations that stand in it without their key, as `gpg --gen-revoke` writes them.
    pub(super) revocations: Vec<Vec<u8>>,
    /// The decoded packets.
    data: Vec<u8>,
}

/// A certificate as it lies in a block: its parts are known, nothing is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawCertificate {
    /// The fingerprint of the primary key.
    pub fingerprint: Fingerprint,
    /// The version of the primary key packet.
    pub version: u8,
    /// The fingerprints of the subkeys, bound or not.
    pub subkeys: Vec<Fingerprint>,
    pub(super) range: Range<usize>,
}

/// How the characters of the file are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// ASCII or UTF-8.
    Utf8,
    /// UTF-8 with a byte order mark.
    Utf8WithMark,
    /// Neither; old files are often ISO 8859-1.
    EightBit,
    /// UTF-16 with a byte order mark.
    Utf16,
    /// No text at all, but a binary keyring.
    Binary,
}

/// Why a file is not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysFileError {
    /// Above [`Limits::file_bytes`].
    #[error("the KEYS file has {length} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

impl KeysFile {
    /// Reads a KEYS file. Whatever is wrong inside becomes a [`Problem`] with its line.
    ///
    /// # Errors
    ///
    /// Fails only when the file is above the limit.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, KeysFileError> {
        if bytes.len() > limits.file_bytes {
            let (length, limit) = (bytes.len(), limits.file_bytes);
            return Err(KeysFileError::TooLarge { length, limit });
        }
        let mut file = Self { blocks: Vec::new(), problems: Vec::new(), encoding: Encoding::Utf8 };
        let decoded;
        let text = match bytes {
            [0xff, 0xfe, units @ ..] => {
                decoded = utf16(units, u16::from_le_bytes);
                file.encoding = Encoding::Utf16;
                decoded.as_bytes()
            }
            [0xfe, 0xff, units @ ..] => {
                decoded = utf16(units, u16::from_be_bytes);
                file.encoding = Encoding::Utf16;
                decoded.as_bytes()
            }
            _ if is_keyring(bytes) => {
                file.encoding = Encoding::Binary;
                file.blocks.push(binary_block(bytes, limits));
                return Ok(file);
            }
            [0xef, 0xbb, 0xbf, ..] => {
                file.encoding = Encoding::Utf8WithMark;
                bytes
            }
            _ if std::str::from_utf8(bytes).is_err() => {
                file.encoding = Encoding::EightBit;
                bytes
            }
            _ => bytes,
        };
        if file.encoding == Encoding::Utf16 {
            file.problems.push(Problem { line: 1, kind: ProblemKind::Utf16 });
        }
        // The mark is not part of the first line; byte ranges still count it.
        let skipped = if file.encoding == Encoding::Utf8WithMark { 3 } else { 0 };
        file.scan(text, skipped, limits);
        Ok(file)
    }

    /// Returns the certificates of all blocks with the block they are in, in the order of the file.
    pub fn certificates(&self) -> impl Iterator<Item = (&Block, &RawCertificate)> {
        self.blocks.iter().flat_map(|block| {
            block.certificates.iter().map(move |certificate| (block, certificate))
        })
    }

    /// Returns all problems, those of the blocks among them, by line.
    pub fn all_problems(&self) -> Vec<&Problem> {
        let in_blocks = self.blocks.iter().flat_map(|block| &block.problems);
        let mut problems: Vec<_> = self.problems.iter().chain(in_blocks).collect();
        problems.sort_by_key(|problem| problem.line);
        problems
    }

    fn scan(&mut self, text: &[u8], skipped: usize, limits: &Limits) {
        let mut left = Left { certificates: limits.certificates, keys: limits.keys };
        let mut damaged = 0;
        let mut scan = armor::scan(&text[skipped..], limits.block_bytes);
        while let Some(piece) = scan.next() {
            match piece {
                Piece::Stray(_) if self.problems.len() == MOST_PROBLEMS => {}
                Piece::Stray(problem) => {
                    self.problems.push(problem);
                    if let (MOST_PROBLEMS, Some(last)) =
                        (self.problems.len(), self.problems.last_mut())
                    {
                        last.kind = ProblemKind::TooManyProblems { limit: MOST_PROBLEMS };
                    }
                }
                Piece::Block(armored) if left.certificates == 0 => {
                    let kind = ProblemKind::TooManyCertificates { limit: limits.certificates };
                    self.problems.push(Problem { line: armored.first_line, kind });
                    return;
                }
                Piece::Block(mut armored) => {
                    armored.bytes = armored.bytes.start + skipped..armored.bytes.end + skipped;
                    let mut block = armored_block(armored, limits, &mut left);
                    if !limits.thorough {
                        scan.reuse(block.keep_own_packets());
                    }
                    if block.certificates.is_empty() && block.revocations.is_empty() {
                        damaged += 1;
                    }
                    // Keys that follow are read all the same; what is odd about all the others is not kept.
                    let speaks = !(block.certificates.is_empty() && block.revocations.is_empty());
                    if damaged <= MOST_PROBLEMS || speaks {
                        self.blocks.push(block);
                    }
                    if damaged == MOST_PROBLEMS + 1 {
                        damaged += 1;
                        let kind = ProblemKind::TooManyProblems { limit: MOST_PROBLEMS };
                        self.problems.push(Problem { line: 1, kind });
                    }
                }
            }
        }
    }
}

/// Blocks without any key, and lines that look like armor, that are kept of a file.
const MOST_PROBLEMS: usize = 10_000;

/// Revocations without their key that are kept of a block.
const MOST_REVOCATIONS: usize = 16;

/// How much more is read of a file.
struct Left {
    certificates: usize,
    keys: usize,
}

impl Block {
    /// Lets go of everything but public certificates, so that nothing secret is held on to.
    fn keep_public_packets(&mut self) {
        self.keep(|packets, _| packets.to_vec());
    }

    /// Lets go of everything that certificates do not say themselves; returns the memory it took.
    fn keep_own_packets(&mut self) -> Vec<u8> {
        self.keep(|packets, fingerprint| {
            // What is refused there is kept, to be refused again with its reason when somebody asks for it.
            extract::own_packets(packets, fingerprint).unwrap_or_else(|_| packets.to_vec())
        })
    }

    fn keep(&mut self, part: impl Fn(&[u8], &Fingerprint) -> Vec<u8>) -> Vec<u8> {
        let mut kept = Vec::new();
        for certificate in &mut self.certificates {
            let start = kept.len();
            kept.extend(part(&self.data[certificate.range.clone()], &certificate.fingerprint));
            certificate.range = start..kept.len();
        }
        std::mem::replace(&mut self.data, kept)
    }

    /// Returns the packets of one of the block's certificates.
    pub(super) fn packets_of(&self, certificate: &RawCertificate) -> &[u8] {
        self.data.get(certificate.range.clone()).unwrap_or_default()
    }
}

fn armored_block(armored: Armored, limits: &Limits, left: &mut Left) -> Block {
    let mut block = Block {
        first_line: armored.first_line,
        bytes: armored.bytes,
        certificates: Vec::new(),
        problems: armored.problems,
        revocations: Vec::new(),
        data: armored.data,
    };
    if block.problems.iter().any(|problem| problem.kind == ProblemKind::ChecksumWrong) {
        // As `gpg` has it: what may be another key than was written is none.
        block.data.clear();
        return block;
    }
    match armored.label {
        Label::PublicKey => read_packets(&mut block, limits, left),
        Label::PrivateKey => {
            block.data.clear();
            problem(&mut block, ProblemKind::SecretKey);
        }
        label => {
            if label == Label::Signature {
                block.revocations = loose_revocations(&block.data);
            }
            block.data.clear();
            problem(&mut block, ProblemKind::NotKeys { label: label.words() });
        }
    }
    block
}

fn binary_block(bytes: &[u8], limits: &Limits) -> Block {
    let mut block = Block {
        first_line: 1,
        bytes: 0..bytes.len(),
        certificates: Vec::new(),
        problems: Vec::new(),
        revocations: Vec::new(),
        data: bytes.to_vec(),
    };
    problem(&mut block, ProblemKind::BinaryKeyring);
    let mut left = Left { certificates: limits.certificates, keys: limits.keys };
    read_packets(&mut block, limits, &mut left);
    block
}

fn problem(block: &mut Block, kind: ProblemKind) {
    let line = block.first_line;
    let problem = Problem { line, kind };
    // A block may hold thousands of equal ones.
    if !block.problems.contains(&problem) && block.problems.len() < 100 {
        block.problems.push(problem);
    }
}

/// Divides the packets of a block into certificates.
fn read_packets(block: &mut Block, limits: &Limits, left: &mut Left) {
    let data = std::mem::take(&mut block.data);
    let mut secret = false;
    let mut current: Option<RawCertificate> = None;
    let mut count = 0;
    let mut any = false;
    for packet in packets(&data) {
        let packet = match packet {
            Ok(packet) => packet,
            Err(error) => {
                problem(block, malformed(error));
                break;
            }
        };
        any = true;
        count += 1;
        if current.is_some() && count > limits.packets_per_certificate {
            let limit = limits.packets_per_certificate;
            problem(block, ProblemKind::TooManyPackets { limit });
            // What follows belongs to it until the next primary key.
            if packet.tag != packets::PUBLIC_KEY && packet.tag != packets::SECRET_KEY {
                continue;
            }
        }
        let body = &data[packet.body.clone()];
        match packet.tag {
            packets::PUBLIC_KEY => {
                block.certificates.extend(current.take());
                count = 1;
                if left.certificates == 0 {
                    let limit = limits.certificates;
                    problem(block, ProblemKind::TooManyCertificates { limit });
                    break;
                }
                current = primary(block, body, packet.whole.clone());
                left.certificates -= usize::from(current.is_some());
            }
            packets::SECRET_KEY | packets::SECRET_SUBKEY => {
                block.certificates.extend(current.take());
                secret = true;
            }
            packets::PUBLIC_SUBKEY => {
                if left.keys == 0 {
                    problem(block, ProblemKind::TooManyKeys { limit: limits.keys });
                    continue;
                }
                if let Some(certificate) = &mut current {
                    left.keys -= 1;
                    certificate.subkeys.extend(packets::fingerprint(body));
                }
            }
            packets::USER_ID if body.len() > limits.user_id_bytes => {
                problem(block, ProblemKind::UserIdTooLong { length: body.len() });
            }
            packets::COMPRESSED => problem(block, ProblemKind::Compressed),
            packets::SIGNATURE if current.is_none() => {
                if block.revocations.len() < MOST_REVOCATIONS && is_loose_revocation(body) {
                    block.revocations.push(body.to_vec());
                }
            }
            packets::SIGNATURE
            | packets::MARKER
            | packets::TRUST
            | packets::USER_ID
            | packets::USER_ATTRIBUTE
            | packets::PADDING
            | 60..=63 => {}
            tag => problem(block, ProblemKind::UnexpectedPacket { tag }),
        }
        if let Some(certificate) = &mut current {
            certificate.range.end = packet.whole.end;
        }
    }
    block.certificates.extend(current);
    if secret {
        problem(block, ProblemKind::SecretKey);
        block.data = data;
        block.keep_public_packets();
        return;
    }
    if !any && block.problems.iter().all(|problem| !problem.kind.hides_keys()) {
        problem(block, ProblemKind::Empty);
    }
    block.data = data;
}

/// Whether a signature revokes a key that it names.
fn is_loose_revocation(body: &[u8]) -> bool {
    packets::glance(body).is_some_and(|glance| {
        glance.kind == 0x20 && !(glance.fingerprints.is_empty() && glance.key_ids.is_empty())
    })
}

fn loose_revocations(data: &[u8]) -> Vec<Vec<u8>> {
    let signatures = packets(data).map_while(Result::ok);
    let bodies = signatures.filter(|packet| packet.tag == packets::SIGNATURE);
    let bodies = bodies.map(|packet| &data[packet.body]).filter(|body| is_loose_revocation(body));
    bodies.take(MOST_REVOCATIONS).map(<[u8]>::to_vec).collect()
}

fn primary(block: &mut Block, body: &[u8], range: Range<usize>) -> Option<RawCertificate> {
    let version = body.first().copied().unwrap_or(0);
    let fingerprint = packets::fingerprint(body).filter(|_| matches!(version, 4 | 6));
    if fingerprint.is_none() {
        // A version that is read, in a packet that is not.
        let kind = match version {
            0 | 4 | 6 => ProblemKind::Malformed {
                reason: "the key packet is empty, too long, or made to collide".to_owned(),
            },
            version => ProblemKind::UnsupportedVersion { version },
        };
        problem(block, kind);
    }
    fingerprint.map(|fingerprint| RawCertificate {
        fingerprint,
        version,
        subkeys: Vec::new(),
        range,
    })
}

fn malformed(error: PacketError) -> ProblemKind {
    match error {
        PacketError::NoLength { tag: packets::COMPRESSED, .. } => ProblemKind::Compressed,
        error => ProblemKind::Malformed { reason: error.to_string() },
    }
}

/// Whether the bytes start with a public or secret key packet, as no text does.
fn is_keyring(bytes: &[u8]) -> bool {
    let Some(Ok(first)) = packets(bytes).next() else {
        return false;
    };
    let key = matches!(first.tag, packets::PUBLIC_KEY | packets::SECRET_KEY);
    key && matches!(bytes.get(first.body.start), Some(2..=6))
}

fn utf16(units: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = units.as_chunks::<2>();
    char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}
