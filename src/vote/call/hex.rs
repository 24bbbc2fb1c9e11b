//! The hex digits of a call: commits, checksums, fingerprints, told apart by what stands beside
//! them. Pure.

use super::lines::{Line, Lines};
use super::urls::add_commit;
use super::{Algorithm, AnnouncedHash, Call, add};

/// The most words of a line that are looked at.
const MOST_WORDS: usize = 100;

/// Sorts the hex digits of `lines` into `call`.
pub(super) fn read(lines: &Lines<'_>, call: &mut Call) {
    for (index, line) in lines.own().iter().enumerate() {
        let before = lines.before(index);
        spaced_fingerprint(line, call);
        for word in words(line.text).take(MOST_WORDS) {
            let digits = word.strip_prefix("0x").unwrap_or(word);
            if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                let context = Context::of(line.text, word, before);
                sort(call, digits, word != digits, &context, line.number);
            }
        }
    }
}

/// Words outside of web addresses.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let outside = text.split_whitespace().filter(|word| !word.contains("://"));
    let parted = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_' | '/');
    let pieces = outside.flat_map(move |word| word.split(parted));
    pieces.map(|word| word.trim_matches(['.', '-', '_', '/'])).filter(|word| !word.is_empty())
}

/// What the words around a number say of it.
struct Context {
    commit: bool,
    key: bool,
    checksum: bool,
    file: Option<String>,
}

impl Context {
    fn of(line: &str, word: &str, before: &str) -> Self {
        let own = line.replace(word, " ");
        // A number that begins a line is explained by the line before.
        let first = line.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(word);
        let explains = first || own.chars().filter(|c| c.is_alphanumeric()).count() < 3;
        let lower = own.to_lowercase();
        let above = if explains { before.to_lowercase() } else { String::new() };
        let near = |needles: &[&str]| {
            needles.iter().any(|needle| lower.contains(needle))
                || needles.iter().any(|needle| above.contains(needle))
        };
        let commit = near(&[
            "commit", "revision", "git hash", "git sha", "git id", "/tree/", "branch", "tag",
        ]);
        let key = near(&["fingerprint", "key", "signed", "gpg", "pgp"]);
        let checksum = near(&[
            "sha1", "sha-1", "sha256", "sha-256", "sha512", "sha-512", "md5", "checksum", "digest",
        ]);
        let file = file_name(&own).or_else(|| file_name(&above).filter(|_| explains));
        let file = file.map(|name| if explains { in_case(before, &name) } else { name });
        Self { commit, key, checksum, file }
    }
}

/// The word as `text` writes it.
fn in_case(text: &str, name: &str) -> String {
    let found = text.split_whitespace().find_map(|word| {
        let at = word.to_lowercase().find(&name.to_lowercase())?;
        word.get(at..at + name.len())
    });
    found.unwrap_or(name).to_owned()
}

fn file_name(text: &str) -> Option<String> {
    const ENDS: &[&str] = &[".gz", ".tgz", ".zip", ".xz", ".bz2", ".jar", ".whl", ".crate", ".tar"];
    let parted = |c: char| c.is_whitespace() || "()<>[]{}\"'`*,:=".contains(c);
    let name = text.split(parted).find_map(|word| {
        let word = word.rsplit('/').next().unwrap_or(word).trim_end_matches('.');
        let lower = word.to_ascii_lowercase();
        let cut = [".sha512", ".sha256", ".sha1", ".md5"].iter().find(|end| lower.ends_with(**end));
        let word = &word[..word.len() - cut.map_or(0, |end| end.len())];
        let lower = word.to_ascii_lowercase();
        ENDS.iter().any(|end| lower.ends_with(end) && lower.len() > end.len()).then_some(word)
    });
    name.map(str::to_owned)
}

fn sort(call: &mut Call, digits: &str, prefixed: bool, context: &Context, line: usize) {
    let algorithm = match digits.len() {
        32 => Some(Algorithm::Md5),
        40 => Some(Algorithm::Sha1),
        64 => Some(Algorithm::Sha256),
        128 => Some(Algorithm::Sha512),
        _ => None,
    };
    let upper = digits.to_ascii_uppercase();
    let of_file = context.checksum || context.file.is_some();
    match (digits.len(), algorithm) {
        (128, Some(algorithm)) => hash(call, algorithm, digits, context, line),
        (64, Some(algorithm)) if of_file || !context.commit => {
            hash(call, algorithm, digits, context, line);
        }
        (40, _) if prefixed => add(&mut call.fingerprints, upper, line),
        (40, Some(algorithm)) if of_file && !context.commit && !context.key => {
            hash(call, algorithm, digits, context, line);
        }
        // git writes its ids in lower case, gpg its fingerprints in upper case.
        (40, _) if !context.commit && (context.key || digits == upper) => {
            add(&mut call.fingerprints, upper, line);
        }
        (40, Some(algorithm)) if of_file && !context.commit => {
            hash(call, algorithm, digits, context, line);
        }
        (40 | 64, _) => add_commit(call, digits, line),
        (32, Some(algorithm)) if of_file && !context.key => {
            hash(call, algorithm, digits, context, line);
        }
        // Key ids of OpenPGP have 8 or 16 digits, and version 3 fingerprints 32.
        (8 | 16 | 32, _) if prefixed || context.key && !context.commit && is_mixed(digits) => {
            add(&mut call.fingerprints, upper, line);
        }
        (7..=39, _) if context.commit && is_mixed(digits) => add_commit(call, digits, line),
        _ => {}
    }
}

/// Digits and letters: neither a number nor a word that happens to be hex.
fn is_mixed(digits: &str) -> bool {
    digits.contains(|c: char| c.is_ascii_digit())
        && digits.contains(|c: char| c.is_ascii_alphabetic())
}

fn hash(call: &mut Call, algorithm: Algorithm, digits: &str, context: &Context, line: usize) {
    let hex = digits.to_ascii_lowercase();
    add(&mut call.hashes, AnnouncedHash { algorithm, hex, file: context.file.clone() }, line);
}

/// `9A36 AA27 2348 A207 E193  A49C 5007 08B7 5754 FB7C`, as gpg prints fingerprints.
fn spaced_fingerprint(line: &Line<'_>, call: &mut Call) {
    let words: Vec<&str> = line
        .text
        .split(|c: char| c.is_whitespace() || "[](),.".contains(c))
        .filter(|w| !w.is_empty())
        .collect();
    let group = |word: &&str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    if let Some(found) = words.windows(10).find(|window| window.iter().all(group)) {
        add(&mut call.fingerprints, found.concat().to_ascii_uppercase(), line.number);
    }
}
