//! `legal-category-b`: nothing in the source is under a licence of Category B.

use super::texts;
use super::{Check, CheckOutcome, Severity};
use crate::evidence::Evidence;
use crate::legal::Category;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-category-b",
    title: "Nothing in the source is under a licence of Category B",
    severity: Severity::Error,
    rule: Some(policy::P_14),
    why: "licences such as the MPL or the EPL bind whoever changes the source; they may be in \
          convenience packages, not in source",
    fix: "take the part out of the source package; a small, unmodified file of a specification \
          may be waived with that reason",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if !evidence.preset.is_asf() {
        return CheckOutcome::not_applicable("the categories are those of the ASF");
    }
    CheckOutcome::of(texts::of_category(evidence, Category::B), "none")
}
