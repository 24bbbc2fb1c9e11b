//! What a release says about its licences: headers of files, LICENSE, NOTICE, DISCLAIMER, and what is exempt.
//!
//! [`header::read`] is made to be called for every file of an archive while it streams by; the others read the few
//! files that speak for the whole. They say what is there, with the line; whether it may be so is for the checks to
//! judge. Rule ids (P-04 to P-14) are those of the policy notes. Pure.

mod asf;
pub mod category;
mod choice;
pub mod disclaimer;
pub mod exclusions;
pub mod file_type;
mod fold;
mod generated;
mod gnu;
pub mod header;
pub mod licence;
mod mention;
mod names;
pub mod notice;
mod texts;
mod whole;

pub use asf::Difference;
pub use category::{Category, Judged, category, is_for_binaries, is_published};
pub use exclusions::Exclusions;
pub use generated::Generated;
pub use header::{FileLegal, Header, Kind};
pub use mention::{How, Licence};
