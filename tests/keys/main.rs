//! `plusone keys` with real gpg, svn and servers: the right keys on real files, no byte of a KEYS
//! file lost, and a clear error for everything that can go wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod append;
mod generate;
mod hostile;
mod list;
mod servers;
mod subversion;
#[path = "../support/mod.rs"]
mod support;

use std::fs;
use std::path::Path;

use support::World;

/// Makes a key that is good for a test, quickly; returns its fingerprint. `more` are options of gpg.
fn new_key(world: &World, user_id: &str, algorithm: &str, expire: &str, more: &[&str]) -> String {
    let words = [
        &["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""][..],
        more,
        &["--quick-generate-key", user_id, algorithm, "sign,cert", expire],
    ];
    world.run("gpg", &words.concat()).ok();
    fingerprints(world, &[&format!("={user_id}")]).remove(0)
}

/// Fingerprints of the primary keys, as gpg lists them.
fn fingerprints(world: &World, which: &[&str]) -> Vec<String> {
    let words = [&["--batch", "--with-colons", "--list-keys"][..], which].concat();
    let listing = world.run("gpg", &words).stdout;
    let mut after_primary = false;
    let mut found = Vec::new();
    for line in listing.lines() {
        match line.split(':').next() {
            Some("pub") => after_primary = true,
            Some("fpr") if after_primary => {
                after_primary = false;
                found.push(line.split(':').nth(9).unwrap().to_owned());
            }
            _ => {}
        }
    }
    found
}

/// Fingerprints that gpg finds in a file.
fn imported(file: &Path) -> Vec<String> {
    let other = World::new();
    other.run("gpg", &["--batch", "--import", file.to_str().unwrap()]);
    let mut found = fingerprints(&other, &[]);
    found.sort();
    found
}

/// Settings of a project outside the ASF, where Ed25519 is fine.
fn plain_project(world: &World) {
    world.write("plusone.toml", "[project]\nname = \"demo\"\nkind = \"plain\"\n");
    world.git(&["init", "-q"]);
}

fn read(world: &World, name: &str) -> Vec<u8> {
    fs::read(world.repo(name)).unwrap()
}

fn revoke(world: &World, fingerprint: &str) {
    // gpg makes the certificate with the key, behind a colon against accidents.
    let made = world.path(&format!("gnupg/openpgp-revocs.d/{fingerprint}.rev"));
    let text = fs::read_to_string(made).unwrap().replace(":-----BEGIN", "-----BEGIN");
    world.write("revocation", text);
    world.run("gpg", &["--batch", "--quiet", "--import", "revocation"]).ok();
}
