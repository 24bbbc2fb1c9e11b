//! plusone cuts, stages, puts to the vote, verifies, tallies, promotes and announces Apache-style
//! source releases.
//!
//! Each module is a room that answers one kind of question. The rooms named *pure* touch no clock,
//! process, network, filesystem or environment: they take readers, writers and `now`.
//! `tests/architecture.rs` holds the table of which room may enter which, and `clippy.toml` the
//! list of effects that only the effect rooms may have.
//!
//! Pure: [`release`], [`policy`], [`project`], [`source`], [`archive`], [`inspect`], [`legal`],
//! [`checksum`], [`openpgp`], [`candidate`], [`evidence`], [`mail`], [`letters`], [`vote`],
//! [`ledger`], [`plan`], [`dist`], [`checks`], [`readiness`], [`report`], [`manual`].
//! With effects: [`backend`], [`commands`], [`ui`].

#![forbid(unsafe_code)]

pub mod archive;
pub mod backend;
pub mod candidate;
pub mod checks;
pub mod checksum;
pub mod cli;
pub mod commands;
pub mod dist;
pub mod error;
pub mod evidence;
pub mod inspect;
pub mod ledger;
pub mod legal;
pub mod letters;
pub mod mail;
pub mod manual;
pub mod openpgp;
pub mod plan;
pub mod policy;
pub mod project;
pub mod readiness;
pub mod release;
pub mod report;
pub mod source;
pub mod ui;
pub mod vote;
