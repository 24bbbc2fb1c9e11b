//! Checksum files: written in the one form that every tool reads, read in all forms in use.
//!
//! Written is `<hex>  <base name>` and a line feed, as `sha512sum` does (C-06). Read are, besides,
//! a bare digest, `<hex> *<name>`, BSD's `SHA512 (name) = <hex>`, the many lines of
//! `gpg --print-md`, upper case, CRLF, UTF-16 and byte order marks. Pure.

use std::fmt;
use std::io::{self, Read};

use serde::Serialize;
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::release::FileName;

/// The digest algorithms that checksum files are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// 16 bytes; must not be used (C-02).
    Md5,
    /// 20 bytes; must not be used (C-02).
    Sha1,
    /// 32 bytes.
    Sha256,
    /// 48 bytes.
    Sha384,
    /// 64 bytes; what plusone writes.
    Sha512,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Algorithm; 5] =
        [Algorithm::Md5, Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512];

    /// Bytes of a digest.
    pub const fn size(self) -> usize {
        match self {
            Algorithm::Md5 => 16,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha384 => 48,
            Algorithm::Sha512 => 64,
        }
    }

    /// The name as people write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Algorithm::Md5 => "MD5",
            Algorithm::Sha1 => "SHA-1",
            Algorithm::Sha256 => "SHA-256",
            Algorithm::Sha384 => "SHA-384",
            Algorithm::Sha512 => "SHA-512",
        }
    }

    fn named(text: &str) -> Option<Self> {
        let folded: String =
            text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str().replace('-', "").eq_ignore_ascii_case(&folded))
    }

    fn of_size(size: usize) -> Option<Self> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.size() == size)
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One digest found in a checksum file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The algorithm, as named in the file or else told by the digest's length.
    pub algorithm: Algorithm,
    /// The digest.
    pub digest: Vec<u8>,
    /// The file name beside it, as written, if there is one.
    pub name: Option<String>,
    /// The line it starts on, from 1.
    pub line: usize,
}

/// Why a checksum file could not be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChecksumError {
    /// Nothing in it.
    #[error("the checksum file is empty")]
    Empty,
    /// Larger than any checksum file is.
    #[error("the checksum file has {0} bytes, more than a checksum file can have")]
    TooLarge(usize),
    /// A line without a digest.
    #[error("line {line} holds no digest")]
    NoDigest {
        /// From 1.
        line: usize,
    },
    /// A digest that is too short or too long for the algorithm named.
    #[error("line {line} names {algorithm}, whose digest has {} hex digits, but gives {found}", algorithm.size() * 2)]
    Length {
        /// From 1.
        line: usize,
        /// As named.
        algorithm: Algorithm,
        /// Hex digits found.
        found: usize,
    },
}

/// The most that is read of a checksum file: far above any real one.
pub const LARGEST_FILE: usize = 1 << 20;

/// Writes the checksum file of one artifact: what `sha512sum` prints in its directory (C-06).
pub fn write(digest: &[u8; 64], artifact: &FileName) -> String {
    format!("{}  {artifact}\n", hex(digest))
}

/// Reads a checksum file in any of the forms in use.
///
/// # Errors
/// See [`ChecksumError`]. A file that lists several artifacts is fine.
pub fn parse(bytes: &[u8]) -> Result<Vec<Listed>, ChecksumError> {
    if bytes.len() > LARGEST_FILE {
        return Err(ChecksumError::TooLarge(bytes.len()));
    }
    let text = decode(bytes);
    let lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty())
        .collect();
    if lines.is_empty() {
        return Err(ChecksumError::Empty);
    }
    let mut listed = Vec::new();
    let mut remark = None;
    let mut rest = &lines[..];
    while let Some(&(line, text)) = rest.first() {
        if let Some(found) = bsd(line, text)? {
            listed.push(found);
            rest = &rest[1..];
        } else if let Some(found) = coreutils(line, text) {
            listed.push(found);
            rest = &rest[1..];
        } else if let Some((found, used)) = print_md(rest)? {
            listed.push(found);
            rest = &rest[used..];
        } else if is_remark(text) {
            remark.get_or_insert(line);
            rest = &rest[1..];
        } else {
            return Err(ChecksumError::NoDigest { line });
        }
    }
    match (listed.is_empty(), remark) {
        (true, Some(line)) => Err(ChecksumError::NoDigest { line }),
        _ => Ok(listed),
    }
}

/// Whether a line says something besides digests, as `# sha512` does or `Done.`: `sha512sum -c` passes over
/// such lines. One with a long run of hex digits may be a digest that was cut.
fn is_remark(text: &str) -> bool {
    const SHORTEST: usize = 16;
    text.starts_with('#')
        || !text.split(|c: char| !c.is_ascii_hexdigit()).any(|run| run.len() >= SHORTEST)
            && !text.contains('=')
            && !text.split_whitespace().all(|word| unhex(word).is_some())
}

/// UTF-16 with a byte order mark, or UTF-8; anything else becomes replacement characters, which
/// no form accepts.
fn decode(bytes: &[u8]) -> String {
    let wide = |pairs: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = pairs.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// `SHA512 (name) = hex`; OpenSSL leaves out the blanks and writes `SHA2-512`.
fn bsd(line: usize, text: &str) -> Result<Option<Listed>, ChecksumError> {
    let Some((label, rest)) = text.split_once('(') else {
        return Ok(None);
    };
    let Some((name, digest)) = rest.rsplit_once(')') else {
        return Ok(None);
    };
    let label = label.trim().replace("SHA2-", "SHA");
    let (Some(algorithm), Some(digits)) =
        (Algorithm::named(&label), digest.trim_start().strip_prefix('='))
    else {
        return Ok(None);
    };
    let digits = digits.trim();
    let digest = unhex(digits).ok_or(ChecksumError::NoDigest { line })?;
    if digest.len() != algorithm.size() {
        return Err(ChecksumError::Length { line, algorithm, found: digits.len() });
    }
    Ok(Some(Listed { algorithm, digest, name: Some(name.to_owned()), line }))
}

/// `hex`, `hex  name`, `hex *name`; a leading backslash marks an escaped name.
fn coreutils(line: usize, text: &str) -> Option<Listed> {
    let (digits, rest) = match text.split_once([' ', '\t']) {
        Some((digits, rest)) => (digits, rest.trim_start()),
        None => (text, ""),
    };
    let escaped = digits.strip_prefix('\\');
    let digest = unhex(escaped.unwrap_or(digits))?;
    let algorithm = Algorithm::of_size(digest.len())?;
    let name = rest.strip_prefix('*').unwrap_or(rest);
    let name = match escaped {
        Some(_) => name.replace("\\n", "\n").replace("\\\\", "\\"),
        None => name.to_owned(),
    };
    // Groups of digits behind the digest would make it a longer one, cut in pieces.
    if !name.is_empty() && unhex(&name.replace(' ', "")).is_some() && !name.contains('.') {
        return None;
    }
    Some(Listed { algorithm, digest, name: Some(name).filter(|n| !n.is_empty()), line })
}

/// `name: HEX HEX …`, or `name: SHA512 = HEX …`, over one or more lines, with the name on the
/// first; also the groups alone. Returns the digest and the number of lines it takes.
fn print_md(lines: &[(usize, &str)]) -> Result<Option<(Listed, usize)>, ChecksumError> {
    let Some(&(line, first)) = lines.first() else {
        return Ok(None);
    };
    let (name, first) =
        match first.split_once(": ").or_else(|| first.strip_suffix(':').map(|name| (name, ""))) {
            Some((name, rest)) => (Some(name.trim().to_owned()), rest),
            None => (None, first),
        };
    let (named, first) = match first.split_once('=') {
        Some((label, rest)) => match Algorithm::named(label) {
            Some(algorithm) => (Some(algorithm), rest),
            None => return Ok(None),
        },
        None => (None, first),
    };
    let mut digits = String::new();
    let mut used = 0;
    for (index, text) in lines.iter().map(|(_, text)| *text).enumerate() {
        let text = if index == 0 { first } else { text };
        if !text.chars().all(|c| c.is_ascii_hexdigit() || c.is_whitespace()) {
            break;
        }
        digits.extend(text.chars().filter(|c| !c.is_whitespace()));
        used = index + 1;
        let complete = match named {
            Some(algorithm) => digits.len() >= algorithm.size() * 2,
            None => digits.len() >= Algorithm::Sha512.size() * 2,
        };
        if complete {
            break;
        }
    }
    let Some(digest) = unhex(&digits) else {
        return Ok(None);
    };
    let algorithm = named.or_else(|| Algorithm::of_size(digest.len()));
    match algorithm {
        Some(algorithm) if algorithm.size() == digest.len() => {
            Ok(Some((Listed { algorithm, digest, name, line }, used)))
        }
        Some(algorithm) => Err(ChecksumError::Length { line, algorithm, found: digits.len() }),
        None => Ok(None),
    }
}

/// Whether a name written in a checksum file means `artifact`, whatever path stands before it.
pub fn is_name_of(written: &str, artifact: &str) -> bool {
    written.rsplit(['/', '\\']).next() == Some(artifact)
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads hex digits of either case; none for anything else, and for the empty text.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    if text.is_empty() || !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = text.as_bytes().chunks_exact(2);
    pairs.map(|pair| Some((digit(pair[0])? << 4 | digit(pair[1])?) as u8)).collect()
}

/// Digests everything `content` holds with the strong algorithms; none for MD5 and SHA-1, which
/// decide nothing.
///
/// # Errors
/// Those of reading `content`.
pub fn digest(algorithm: Algorithm, mut content: impl Read) -> io::Result<Option<Vec<u8>>> {
    fn with<D: Digest>(content: &mut dyn Read) -> io::Result<Option<Vec<u8>>> {
        let mut digest = D::new();
        let mut buffer = vec![0; 128 << 10];
        loop {
            match content.read(&mut buffer) {
                Ok(0) => return Ok(Some(digest.finalize().to_vec())),
                Ok(count) => digest.update(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
    match algorithm {
        Algorithm::Md5 | Algorithm::Sha1 => Ok(None),
        Algorithm::Sha256 => with::<Sha256>(&mut content),
        Algorithm::Sha384 => with::<Sha384>(&mut content),
        Algorithm::Sha512 => with::<Sha512>(&mut content),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf abc | sha256sum`, FIPS 180-4's own example.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn one(text: &[u8]) -> Listed {
        let mut listed = parse(text).unwrap_or_else(|error| {
            panic!("{}: {error}", String::from_utf8_lossy(text));
        });
        assert_eq!(listed.len(), 1);
        listed.remove(0)
    }

    #[test]
    fn every_dialect_gives_the_same_digest() {
        let upper = ABC.to_uppercase();
        let groups: Vec<&str> = (0..8).map(|i| &upper[i * 8..i * 8 + 8]).collect();
        let gpg = format!("a.tgz: {}\n       {}\n", groups[..4].join(" "), groups[4..].join(" "));
        let gpg_name_alone =
            format!("a.tgz:\n{}\n{}\n", groups[..4].join(" "), groups[4..].join(" "));
        let labelled =
            format!("a.tgz: SHA256 = {}\n   {}\n", groups[..4].join(" "), groups[4..].join(" "));
        for text in [
            format!("{ABC}  a.tgz\n"),
            format!("{ABC} *a.tgz\n"),
            format!("{upper}  a.tgz\r\n"),
            format!("\u{feff}{ABC}  a.tgz"),
            format!("SHA256 (a.tgz) = {ABC}\n"),
            format!("SHA256(a.tgz)= {ABC}\n"),
            format!("SHA2-256(a.tgz)= {ABC}\n"),
            gpg,
            gpg_name_alone,
            labelled,
        ] {
            let listed = one(text.as_bytes());
            assert_eq!(hex(&listed.digest), ABC, "{text}");
            assert_eq!(listed.algorithm, Algorithm::Sha256, "{text}");
            assert_eq!(listed.name.as_deref(), Some("a.tgz"), "{text}");
        }
        let bare = one(format!("{ABC}\n").as_bytes());
        assert_eq!((hex(&bare.digest).as_str(), bare.name), (ABC, None));
        let groups_alone = one(groups.join(" ").as_bytes());
        assert_eq!((hex(&groups_alone.digest).as_str(), groups_alone.name), (ABC, None));
        let wide: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(format!("{ABC}  a.tgz\r\n").encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(hex(&one(&wide).digest), ABC);
        assert_eq!(
            one(format!("{ABC}  dist/a.tgz").as_bytes()).name.as_deref(),
            Some("dist/a.tgz")
        );
    }

    #[test]
    fn lists_of_several_files_are_read() {
        let text = format!("{ABC}  a.tgz\n{ABC}  b.tgz\n");
        let names: Vec<_> =
            parse(text.as_bytes()).expect("two").into_iter().map(|l| l.name).collect();
        assert_eq!(names, [Some("a.tgz".to_owned()), Some("b.tgz".to_owned())]);
    }

    #[test]
    fn what_is_said_besides_is_passed_over() {
        // As `sha512sum -c` does, which only warns.
        for text in [
            format!("# sha256\n{ABC}  a.tgz\n"),
            format!("{ABC}  a.tgz\nDone.\n"),
            format!("#{ABC}\n\nfiles:\n{ABC} *a.tgz\n"),
        ] {
            let listed = one(text.as_bytes());
            assert_eq!(
                (hex(&listed.digest).as_str(), listed.name.as_deref()),
                (ABC, Some("a.tgz"))
            );
        }
        // A digest that was cut is no remark.
        for cut in [&ABC[..50], &ABC[..63]] {
            let text = format!("{ABC}  a.tgz\n{cut}  b.tgz\n");
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(parse(b"# nothing\nDone.\n"), Err(ChecksumError::NoDigest { line: 1 }));
    }

    #[test]
    fn what_is_no_checksum_says_so() {
        assert_eq!(parse(b" \r\n"), Err(ChecksumError::Empty));
        assert_eq!(parse(b"<html>404</html>"), Err(ChecksumError::NoDigest { line: 1 }));
        let short = format!("SHA512 (a) = {ABC}");
        assert!(matches!(parse(short.as_bytes()), Err(ChecksumError::Length { found: 64, .. })));
        assert!(parse(&ABC.as_bytes()[..63]).is_err());
    }

    #[test]
    fn written_files_are_what_sha512sum_prints() {
        let name = "a-1.0-src.tar.gz".parse().expect("a name");
        let listed = one(write(&[0xab; 64], &name).as_bytes());
        assert_eq!(listed.digest, [0xab; 64]);
        assert_eq!(write(&[0; 64], &name), format!("{}  a-1.0-src.tar.gz\n", "00".repeat(64)));
    }
}
