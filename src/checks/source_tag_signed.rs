//! `source-tag-signed`: the tag is signed.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::evidence::TagSignature;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "source-tag-signed",
    title: "The tag is signed",
    severity: Severity::Note,
    rule: None,
    why: "a signed tag says who made it, even if the repository's server is broken into",
    fix: "sign the next one with `git tag -s`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let tag = match &evidence.tag {
        Ok(Some(tag)) => tag,
        Ok(None) => return CheckOutcome::not_applicable("no repository is known"),
        Err(reason) => return CheckOutcome::not_run(reason),
    };
    let Some(name) = &tag.tag else {
        return CheckOutcome::not_applicable("no tag was named");
    };
    let message = match &tag.signature {
        TagSignature::Signed { good: true, words } => return CheckOutcome::pass(words),
        TagSignature::Signed { good: false, words } => format!("{name}: {words}"),
        TagSignature::Unsigned => format!("{name} is annotated, not signed"),
        TagSignature::Lightweight => format!("{name} is a lightweight tag"),
    };
    CheckOutcome::of(vec![Finding::new(Severity::Note, message)], "")
}
