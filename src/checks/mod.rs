//! Checks: what is looked at, why, and what to do about it.
//!
//! A check takes evidence that is already collected and returns an outcome; it never prints,
//! fetches or decides how the program ends. Each carries its own explanation and the rule it rests
//! on. Pure.

pub mod adjust;
mod archive_formats_agree;
mod archive_no_compiled_code;
mod archive_no_leftovers;
mod archive_no_nested_archives;
mod archive_readable;
mod archive_reproducible_metadata;
mod archive_safe_paths;
mod archive_single_top_directory;
mod archive_unambiguous;
mod candidate_file_size;
mod candidate_has_source_archive;
mod candidate_incubating_in_names;
mod candidate_no_keys_inside;
mod candidate_no_rc_in_names;
mod candidate_unexpected_files;
mod candidate_version_in_names;
mod checksum_algorithm_accepted;
mod checksum_matches;
mod checksum_names_its_artifact;
mod checksum_present;
mod legal_category_b;
mod legal_category_unlisted;
mod legal_category_x;
mod legal_disclaimer;
mod legal_license_pointers;
mod legal_license_present;
mod legal_license_text;
mod legal_notice_form;
mod legal_notice_present;
mod legal_notice_year;
mod legal_source_headers;
mod mail_names_what_was_verified;
mod signature_armored_detached;
mod signature_digest_strong;
mod signature_good;
mod signature_key_strength;
mod signature_key_valid;
mod signature_keys_source;
mod signature_present;
mod signature_signer_in_keys;
mod signature_signer_is_committer;
mod signatures;
mod source_builds;
mod source_changelog_mentions_version;
mod source_matches_tag;
mod source_rebuild_identical;
mod source_tag_names_the_commit;
mod source_tag_signed;
mod source_versions_agree;
mod texts;

use serde::Serialize;

use crate::evidence::Evidence;
use crate::policy::Rule;

/// Every check of a candidate, in the order of the report and of the reference page.
pub const CATALOGUE: &[&Check<Evidence>] = &[
    &candidate_has_source_archive::CHECK,
    &candidate_unexpected_files::CHECK,
    &candidate_no_keys_inside::CHECK,
    &candidate_version_in_names::CHECK,
    &candidate_no_rc_in_names::CHECK,
    &candidate_incubating_in_names::CHECK,
    &candidate_file_size::CHECK,
    &checksum_present::CHECK,
    &checksum_matches::CHECK,
    &checksum_names_its_artifact::CHECK,
    &checksum_algorithm_accepted::CHECK,
    &signature_present::CHECK,
    &signature_armored_detached::CHECK,
    &signature_good::CHECK,
    &signature_keys_source::CHECK,
    &signature_signer_in_keys::CHECK,
    &signature_key_valid::CHECK,
    &signature_digest_strong::CHECK,
    &signature_key_strength::CHECK,
    &signature_signer_is_committer::CHECK,
    &archive_readable::CHECK,
    &archive_unambiguous::CHECK,
    &archive_single_top_directory::CHECK,
    &archive_safe_paths::CHECK,
    &archive_no_compiled_code::CHECK,
    &archive_no_nested_archives::CHECK,
    &archive_no_leftovers::CHECK,
    &archive_formats_agree::CHECK,
    &archive_reproducible_metadata::CHECK,
    &legal_license_present::CHECK,
    &legal_license_text::CHECK,
    &legal_license_pointers::CHECK,
    &legal_notice_present::CHECK,
    &legal_notice_form::CHECK,
    &legal_notice_year::CHECK,
    &legal_disclaimer::CHECK,
    &legal_source_headers::CHECK,
    &legal_category_x::CHECK,
    &legal_category_b::CHECK,
    &legal_category_unlisted::CHECK,
    &source_matches_tag::CHECK,
    &source_tag_names_the_commit::CHECK,
    &source_tag_signed::CHECK,
    &source_rebuild_identical::CHECK,
    &source_builds::CHECK,
    &source_versions_agree::CHECK,
    &source_changelog_mentions_version::CHECK,
    &mail_names_what_was_verified::CHECK,
];

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Should be looked at.
    Warning,
    /// Must be mended.
    Error,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was found, with the values.
    pub message: String,
    /// How bad it is, where it is not as bad as its check can be.
    pub severity: Severity,
    /// What to do about this very finding; empty where the check's own remedy says it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fix: String,
    /// The file it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The line in that file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

impl Finding {
    /// A finding about no file in particular.
    pub fn new(severity: Severity, message: impl Into<String>) -> Self {
        Self { message: message.into(), severity, fix: String::new(), path: None, line: None }
    }

    /// Says what to do about it.
    pub fn fix(mut self, fix: impl Into<String>) -> Self {
        self.fix = fix.into();
        self
    }

    /// Says which file it is about.
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Says which line of the file it is about, from 1.
    pub fn line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }
}

/// What came of a check: it passes, finds something, or could not look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum CheckOutcome {
    /// All is well; says what was seen.
    Pass {
        /// What was seen.
        seen: String,
    },
    /// Something is not well.
    Finding {
        /// What, at least one.
        findings: Vec<Finding>,
    },
    /// It could not be looked at; never a pass.
    NotRun {
        /// Why not.
        reason: String,
    },
    /// There is nothing here to look at.
    NotApplicable {
        /// Why not.
        reason: String,
    },
}

impl CheckOutcome {
    /// A pass that says what was seen.
    pub fn pass(seen: impl Into<String>) -> Self {
        Self::Pass { seen: seen.into() }
    }

    /// One finding.
    pub fn found(severity: Severity, message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Finding { findings: vec![Finding::new(severity, message).fix(fix)] }
    }

    /// These findings; without any, a pass that says what was seen.
    pub fn of(findings: Vec<Finding>, seen: impl Into<String>) -> Self {
        if findings.is_empty() { Self::pass(seen) } else { Self::Finding { findings } }
    }

    /// Could not look.
    pub fn not_run(reason: impl Into<String>) -> Self {
        Self::NotRun { reason: reason.into() }
    }

    /// Nothing to look at.
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self::NotApplicable { reason: reason.into() }
    }
}

/// One check over evidence of type `E`.
pub struct Check<E> {
    /// Kebab-case, unique: `key-expiry`.
    pub id: &'static str,
    /// What holds when it passes.
    pub title: &'static str,
    /// The gravest that it can find.
    pub severity: Severity,
    /// The rule it rests on; none for good practice that no rule asks for.
    pub rule: Option<Rule>,
    /// Why it matters to a release.
    pub why: &'static str,
    /// How to mend what it finds, in general.
    pub fix: &'static str,
    /// The check itself.
    pub run: fn(&E) -> CheckOutcome,
}
