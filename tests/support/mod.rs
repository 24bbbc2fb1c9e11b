//! What several tests share.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "each test uses its part, and says what it leaves out"
)]

pub mod gpg;

use std::path::PathBuf;

/// Returns the directory of real-world examples: `PLUSONE_CORPUS`, or `../shared/corpus` beside the repository.
pub fn corpus() -> Option<PathBuf> {
    let path = corpus_path();
    path.is_dir().then_some(path)
}

/// Returns the corpus, or says on standard error that the test was not run for want of it.
pub fn corpus_for(test: &str) -> Option<PathBuf> {
    let found = corpus();
    if found.is_none() {
        eprintln!("not run: {test}: no corpus at {}", corpus_path().display());
    }
    found
}

fn corpus_path() -> PathBuf {
    match std::env::var_os("PLUSONE_CORPUS") {
        Some(path) => path.into(),
        None => PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"),
    }
}
