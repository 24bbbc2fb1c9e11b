//! What is taken of any tar or zip, two libraries that have nothing to do with it read alike:
//! `cargo fuzz run archive_alike`. Against programs it is held in `tests/archive_differential.rs`.
#![no_main]

use std::io::{Cursor, Read};

use libfuzzer_sys::fuzz_target;
use plusone::archive::read::{Limits, MemberKind, list};

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = bytes.to_vec();
    mend(&mut bytes);
    let limits = Limits { members: 200, bytes: 1 << 20, path: 300, names: 1 << 16 };
    let Ok(listing) = list(Cursor::new(bytes.clone()), limits) else { return };
    let files = listing.members.iter().filter_map(|member| match member.kind {
        MemberKind::File { size, .. } => Some((member.path.clone(), size)),
        _ => None,
    });
    let files: Vec<(Vec<u8>, u64)> = files.collect();
    let theirs = match bytes.starts_with(b"PK") {
        true => zipped(&bytes),
        // The library ends a PAX record at any line feed.
        false
            if bytes.get(257..262) == Some(b"ustar")
                && headers(&mut bytes).all(|block| block[156] != b'x') =>
        {
            tarred(&bytes)
        }
        false => return,
    };
    // Links of a zip are files for a library that does not ask for them.
    let theirs = theirs.into_iter().filter(|(path, _)| {
        listing.members.iter().any(|one| one.path == *path && matches!(one.kind, MemberKind::File { .. }))
            || listing.members.iter().all(|one| one.path != *path)
    });
    assert_eq!(files, theirs.collect::<Vec<_>>());
});

fn headers(bytes: &mut [u8]) -> impl Iterator<Item = &mut [u8]> {
    bytes.chunks_exact_mut(512).filter(|block| block[257..262] == *b"ustar")
}

/// Gives every header of a tar its checksum, which nobody would guess.
fn mend(bytes: &mut [u8]) {
    for block in headers(bytes) {
        block[148..156].fill(b' ');
        let sum: u32 = block.iter().map(|&byte| u32::from(byte)).sum();
        block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    }
}

fn plain(path: &[u8]) -> Vec<u8> {
    let root: &[u8] = if path.starts_with(b"/") { b"/" } else { b"" };
    let parts = path.split(|&byte| byte == b'/').filter(|part| !matches!(*part, b"" | b"."));
    [root, &parts.collect::<Vec<_>>().join(&b'/')].concat()
}

fn tarred(bytes: &[u8]) -> Vec<(Vec<u8>, u64)> {
    let mut found = Vec::new();
    for entry in tar::Archive::new(bytes).entries().expect("taken") {
        let mut entry = entry.expect("taken");
        let path = plain(&entry.path_bytes());
        let size = entry.read_to_end(&mut Vec::new()).expect("taken") as u64;
        if entry.header().entry_type().is_file() && !entry.path_bytes().ends_with(b"/") {
            found.push((path, size));
        }
    }
    found
}

fn zipped(bytes: &[u8]) -> Vec<(Vec<u8>, u64)> {
    let mut found = Vec::new();
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("taken");
    let mut places: Vec<(u64, usize)> = Vec::new();
    for index in 0..zip.len() {
        places.push((zip.by_index_raw(index).expect("taken").header_start(), index));
    }
    places.sort_unstable();
    for (_, index) in places {
        let entry = zip.by_index_raw(index).expect("taken");
        if !entry.is_dir() {
            found.push((plain(entry.name_raw()), entry.size()));
        }
    }
    found
}
