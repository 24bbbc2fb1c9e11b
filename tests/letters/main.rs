//! The letters of a release: what they say, what is found wrong with them, what becomes of them as
//! mails.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

#[path = "../support/mod.rs"]
mod support;

mod announcements;
mod by_hand;
mod documented;
mod hostile;
mod messages;
mod own_templates;
mod projects;
mod sample;
mod snapshots;
