//! Every touch of the outside: processes, files, the network, the clock.
//!
//! One file per thing. What a program prints is turned into values by pure functions beside the
//! call. Nothing here decides anything: callers get facts or an error that names the program or
//! path and the verb.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "this is the one room that may touch the outside"
)]

pub mod build;
pub mod dist;
pub mod files;
pub mod git;
pub mod gpg;
pub mod http;
pub mod isolated;
pub mod ledger;
pub mod machine;
pub mod mailbox;
pub mod mailer;
pub mod place;
pub mod ponymail;
pub mod process;
pub mod svn;
pub mod tag;
