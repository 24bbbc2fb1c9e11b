//! A file of detached signatures, and the digests needed to judge them, in one pass over the document.

use std::io;

use sequoia_openpgp::Packet;
use sequoia_openpgp::crypto::hash::{Context, Hash as _};
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::types::{HashAlgorithm, SignatureType};

use super::armor::{self, Label, Piece};
use super::packets::{self, Glance, PacketError, packets};

/// The signatures of one `.asc` file, in order; voters may have added theirs, as further blocks or as further packets
/// of one block (POLICY K-04).
#[derive(Debug, Clone)]
pub struct SignatureFile {
    pub(super) signatures: Vec<Found>,
    armored: bool,
}

/// One signature packet.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The line of the block's `BEGIN` marker, counted from 1; 1 in a binary file.
    pub(super) line: u32,
    pub(super) glance: Glance,
    /// `None` when the packet is of a kind that is not understood.
    pub(super) signature: Option<Signature>,
}

/// Why a file is not taken as detached signatures.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFileError {
    /// Above the limit of 1 MiB.
    #[error("the signature file has {length} bytes, more than the limit of {limit}")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// More signatures than the limit of 64.
    #[error("more than {limit} signatures in one file")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Neither armor nor packets.
    #[error("no OpenPGP signature in the file")]
    NoSignature,
    /// OpenPGP data of another kind, such as a cleartext signed text or a signed message that carries its document.
    #[error("not a detached signature, but a block of kind `{found}`")]
    NotDetached {
        /// The words of the armor marker, or the kind of packet.
        found: &'static str,
    },
    /// The armor or the packets are broken.
    #[error("line {line}: the signature cannot be read: {reason}")]
    Malformed {
        /// The line of the block, counted from 1.
        line: u32,
        /// Where and how.
        reason: String,
    },
}

impl SignatureFile {
    /// Reads a signature file, armored (POLICY K-01) or binary (K-02 forbids it; see [`is_armored`](Self::is_armored)).
    ///
    /// # Errors
    ///
    /// Fails when the file holds no detached signature, or something else beside them.
    pub fn read(bytes: &[u8]) -> Result<Self, SignatureFileError> {
        const LIMIT: usize = 1 << 20;
        if bytes.len() > LIMIT {
            return Err(SignatureFileError::TooLarge { length: bytes.len(), limit: LIMIT });
        }
        let mut file = Self { signatures: Vec::new(), armored: false };
        for piece in armor::scan(bytes, LIMIT) {
            match piece {
                Piece::Block(block) if block.label == Label::Signature => {
                    file.armored = true;
                    let hiding = block.problems.iter().find(|problem| problem.kind.hides_keys());
                    file.packets(&block.data, block.first_line).map_err(|error| {
                        // A missing END line says more than the packet that is cut off by it.
                        match (&error, hiding) {
                            (SignatureFileError::Malformed { line, .. }, Some(problem)) => {
                                let (line, reason) = (*line, problem.kind.to_string());
                                SignatureFileError::Malformed { line, reason }
                            }
                            _ => error,
                        }
                    })?;
                }
                Piece::Block(block) => {
                    return Err(SignatureFileError::NotDetached { found: block.label.words() });
                }
                Piece::Stray(problem) => match problem.kind {
                    super::ProblemKind::NotKeys { label } => {
                        return Err(SignatureFileError::NotDetached { found: label });
                    }
                    _ => continue,
                },
            }
        }
        if !file.armored && bytes.first().is_some_and(|first| first & 0x80 != 0) {
            file.packets(bytes, 1)?;
        }
        if file.signatures.is_empty() {
            return Err(SignatureFileError::NoSignature);
        }
        Ok(file)
    }

    /// Whether the file is ASCII-armored, as the policy wants it (POLICY K-01, K-02).
    pub fn is_armored(&self) -> bool {
        self.armored
    }

    /// The number of signatures.
    pub fn len(&self) -> usize {
        self.signatures.len()
    }

    /// Whether there is none; never so for a file that was read.
    pub fn is_empty(&self) -> bool {
        self.signatures.is_empty()
    }

    /// Starts the digests that all signatures of the file need, each of them once.
    pub fn hashing(&self) -> Hashing {
        let mut hashing = Hashing { streams: Vec::new() };
        for signature in self.signatures.iter().filter_map(|found| found.signature.as_ref()) {
            let Some(recipe) = Recipe::of(signature) else {
                continue;
            };
            if hashing.streams.iter().any(|stream| stream.recipe == recipe) {
                continue;
            }
            let Ok(builder) = recipe.algorithm.context() else {
                continue;
            };
            let mut context = builder.for_signature(signature.version());
            context.update(&recipe.salt);
            hashing.streams.push(Stream { recipe, context, carriage_returns: 0 });
        }
        hashing
    }

    fn packets(&mut self, data: &[u8], line: u32) -> Result<(), SignatureFileError> {
        const LIMIT: usize = 64;
        let malformed = |reason: String| SignatureFileError::Malformed { line, reason };
        let mut any = false;
        for packet in packets(data) {
            let packet = match packet {
                Ok(packet) => packet,
                Err(error) => {
                    // Compressed messages often have no length.
                    let PacketError::NoLength { tag, .. } = error else {
                        return Err(malformed(error.to_string()));
                    };
                    return Err(match other_kind(tag) {
                        Some(found) => SignatureFileError::NotDetached { found },
                        None => malformed(error.to_string()),
                    });
                }
            };
            match packet.tag {
                packets::SIGNATURE => {}
                packets::MARKER | packets::PADDING | packets::TRUST => continue,
                tag => {
                    return Err(match other_kind(tag) {
                        Some(found) => SignatureFileError::NotDetached { found },
                        None => malformed(format!("unexpected packet of type {tag}")),
                    });
                }
            }
            any = true;
            if self.signatures.len() == LIMIT {
                return Err(SignatureFileError::TooMany { limit: LIMIT });
            }
            let glance = packets::glance(&data[packet.body.clone()]);
            let signature = match Packet::from_bytes(&data[packet.whole]) {
                Ok(Packet::Signature(signature)) => Some(signature),
                _ => None,
            };
            let Some(glance) = glance else {
                return Err(malformed("the signature packet is cut off".to_owned()));
            };
            self.signatures.push(Found { line, glance, signature });
        }
        if any { Ok(()) } else { Err(malformed("the block is empty".to_owned())) }
    }
}

/// Returns the words for OpenPGP data that is no detached signature.
fn other_kind(tag: u8) -> Option<&'static str> {
    match tag {
        packets::COMPRESSED => Some("compressed data"),
        packets::PUBLIC_KEY => Some("public key"),
        packets::SECRET_KEY => Some("secret key"),
        // One-pass signature, literal data and encrypted data with their session keys.
        1 | 3 | 4 | 9 | 11 | 18 | 20 => Some("message"),
        _ => None,
    }
}

/// Digests in the making. Feed the document with [`update`](Self::update) or as an [`io::Write`].
pub struct Hashing {
    streams: Vec<Stream>,
}

/// Digests of a whole document, ready to be finished by each signature.
pub struct Digests {
    streams: Vec<Stream>,
}

struct Stream {
    recipe: Recipe,
    context: Context,
    /// In text mode: carriage returns held back until what follows them is known.
    carriage_returns: usize,
}

/// What distinguishes one digest from another.
#[derive(PartialEq, Eq)]
struct Recipe {
    algorithm: HashAlgorithm,
    /// Signature type 0x01: line endings are hashed as CR LF.
    text: bool,
    /// Of version 6 signatures.
    salt: Vec<u8>,
}

impl Recipe {
    fn of(signature: &Signature) -> Option<Self> {
        let text = match signature.typ() {
            SignatureType::Binary => false,
            SignatureType::Text => true,
            _ => return None,
        };
        let salt = match signature {
            Signature::V6(signature) => signature.salt().to_vec(),
            _ => Vec::new(),
        };
        Some(Self { algorithm: signature.hash_algo(), text, salt })
    }
}

impl Hashing {
    /// Takes the next bytes of the document.
    pub fn update(&mut self, bytes: &[u8]) {
        for stream in &mut self.streams {
            if stream.recipe.text {
                stream.update_text(bytes);
            } else {
                stream.context.update(bytes);
            }
        }
    }

    /// The number of different digests that are made; all signatures of an algorithm share one.
    pub fn digests(&self) -> usize {
        self.streams.len()
    }

    /// Whether the document's plain SHA-512 is made on the way, as most signatures need it: then
    /// nobody has to make it again.
    pub fn makes_sha512(&self) -> bool {
        self.streams.iter().any(Stream::is_plain_sha512)
    }

    /// Ends the document.
    pub fn finish(self) -> Digests {
        Digests { streams: self.streams }
    }
}

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Stream {
    /// Hashes lines as `gpg` does: every ending, LF or any number of CR before LF, becomes CR LF; a CR elsewhere stays.
    fn update_text(&mut self, mut bytes: &[u8]) {
        while let Some(first) = bytes.first() {
            match first {
                b'\r' => {
                    self.carriage_returns += 1;
                    bytes = &bytes[1..];
                }
                b'\n' => {
                    self.carriage_returns = 0;
                    self.context.update(b"\r\n");
                    bytes = &bytes[1..];
                }
                _ => {
                    while self.carriage_returns > 0 {
                        self.context.update(b"\r");
                        self.carriage_returns -= 1;
                    }
                    let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
                    let (line, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
                    self.context.update(line);
                    bytes = rest;
                }
            }
        }
    }
}

impl Stream {
    /// Whether nothing but the document's bytes went into it so far; what a signature adds comes at the end.
    fn is_plain_sha512(&self) -> bool {
        let Recipe { algorithm, text, salt } = &self.recipe;
        *algorithm == HashAlgorithm::SHA512 && !text && salt.is_empty()
    }
}

impl Digests {
    /// Returns the SHA-512 of the document's bytes, if it was made on the way.
    pub fn sha512(&self) -> Option<Vec<u8>> {
        let stream = self.streams.iter().find(|stream| stream.is_plain_sha512())?;
        stream.context.clone().into_digest().ok()
    }

    /// Returns the digest the signature is over; `None` when its algorithm is not supported, or the document was made
    /// to collide under SHA-1.
    pub(super) fn of(&self, signature: &Signature) -> Option<Vec<u8>> {
        let recipe = Recipe::of(signature)?;
        let stream = self.streams.iter().find(|stream| stream.recipe == recipe)?;
        let mut context = stream.context.clone();
        signature.hash(&mut context).ok()?;
        context.into_digest().ok()
    }
}
