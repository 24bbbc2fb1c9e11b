//! How long the KEYS room takes: `cargo bench --bench keys -- KEYS [SIGNATURE FILE]`.
//!
//! `keys judge KEYS SIGNATURE FILE` and `keys list KEYS` do one thing and end, to be set beside `sqv` and `sq` with a
//! tool such as hyperfine; without a verb each step is timed on its own.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measuring program"
)]

use std::num::NonZero;
use std::time::Instant;

use chrono::Utc;
use plusone::openpgp::{Keyring, KeysFile, Limits, certificates, judge};

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    match words[..] {
        ["judge", keys, signature, file] => judge_one(keys, signature, file),
        ["list", keys] => {
            let all = certificates(&keyring(keys), Utc::now(), threads);
            println!("{} certificates", all.iter().filter(|one| one.is_ok()).count());
        }
        [keys, ref rest @ ..] => {
            let bytes = std::fs::read(keys).unwrap();
            let quick = || KeysFile::read(&bytes, &Limits::for_verdicts()).unwrap();
            timed("read for verdicts", quick);
            let file =
                timed("read thoroughly", || KeysFile::read(&bytes, &Limits::default()).unwrap());
            let keyring = timed("index", || Keyring::new(file));
            for threads in [NonZero::<usize>::MIN, threads] {
                let what = format!("check {} certificates on {threads}", keyring.len());
                timed(&what, || certificates(&keyring, Utc::now(), threads));
            }
            if let [signature, file] = rest {
                timed("read, index and judge", || judge_one(keys, signature, file));
            }
        }
        [] => println!("not run: keys: no KEYS file given"),
    }
}

fn keyring(path: &str) -> Keyring {
    Keyring::new(KeysFile::read(&std::fs::read(path).unwrap(), &Limits::for_verdicts()).unwrap())
}

fn judge_one(keys: &str, signature: &str, file: &str) {
    let keyring = keyring(keys);
    let signature = std::fs::read(signature).unwrap();
    let mut document = std::fs::File::open(file).unwrap();
    for judgement in judge(&signature, &mut document, &keyring, Utc::now()).unwrap() {
        println!("{}", judgement.words());
    }
}

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = run();
    println!("{what}: {:.1} ms", started.elapsed().as_secs_f64() * 1000.0);
    result
}
