//! Sending mail, for real: into files, through a program, and through SMTP servers on 127.0.0.1.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

#[path = "../support/mod.rs"]
mod support;

mod local;
mod servers;
mod smtp;

use plusone::mail::Address;
use plusone::mail::compose::{Outgoing, Parts};

/// A mail with what is hard to send: a dot alone, a line of more than 998 bytes, other letters.
pub fn mail() -> Outgoing {
    let address =
        |address: &str| Address { name: Some("Łukasz".into()), address: address.to_owned() };
    Outgoing::new(Parts {
        from: address("jane@apache.org"),
        to: vec![address("dev@demo.apache.org")],
        cc: vec![address("DEV@demo.apache.org"), address("announce@apache.org")],
        subject: "[VOTE] Release Apache Demo 1.2.0".into(),
        date: "2026-11-20T10:00:00Z".parse().unwrap(),
        thread: Vec::new(),
        body: format!("Grüße,\n.\n..\nFrom here\n{}\n", "0123456789".repeat(120)),
    })
    .unwrap()
}
