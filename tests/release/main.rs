//! A whole release with the built program and real parts: git, gpg, Subversion, SMTP, the list's
//! archive.
#![allow(
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod ground;
mod kill;
mod podling;
mod post;
#[path = "../support/mod.rs"]
mod support;
mod trouble;
mod way;
