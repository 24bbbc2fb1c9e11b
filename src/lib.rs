//! plusone cuts, stages, puts to the vote, verifies, tallies, promotes and announces Apache-style source releases.

pub mod openpgp;
