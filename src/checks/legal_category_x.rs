//! `legal-category-x`: nothing in the package is under a licence of Category X.

use super::texts;
use super::{Check, CheckOutcome, Severity};
use crate::evidence::Evidence;
use crate::legal::Category;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-category-x",
    title: "Nothing in the package is under a licence of Category X",
    severity: Severity::Error,
    rule: Some(policy::P_14),
    why: "licences such as the GPL ask more of users than the Apache License does; the ASF does \
          not distribute what is under them",
    fix: "take the part out; where it may be used under another licence too, say so in LICENSE, \
          and waive the finding with that reason",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if !evidence.preset.is_asf() {
        return CheckOutcome::not_applicable("the categories are those of the ASF");
    }
    CheckOutcome::of(texts::of_category(evidence, Category::X), "none")
}
