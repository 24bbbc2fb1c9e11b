//! `source-tag-names-the-commit`: the tag leads to the commit that was announced.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "source-tag-names-the-commit",
    title: "The tag leads to the commit that was announced",
    severity: Severity::Error,
    rule: Some(policy::V_06),
    why: "a tag can be moved, a commit cannot: the vote is on the commit",
    fix: "ask the release manager which of the two is meant; a tag that was moved needs a new \
          candidate",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let tag = match &evidence.tag {
        Ok(Some(tag)) => tag,
        Ok(None) => return CheckOutcome::not_applicable("no repository is known"),
        Err(reason) => return CheckOutcome::not_run(reason),
    };
    let named = tag.tag.as_deref();
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    let mut compare = |who: String, id: &str| {
        if tag.commit.as_str().starts_with(&id.to_lowercase()) {
            seen.push(who);
        } else {
            let message = match named {
                Some(name) => format!("{who} {id}, but {name} leads to {}", tag.commit),
                None => format!("{who} {id}, not {}", tag.commit),
            };
            findings.push(Finding::new(Severity::Error, message));
        }
    };
    if let Some(stated) = &tag.stated {
        compare("the stated commit is".to_owned(), stated);
    }
    for (artifact, contents) in evidence.source_contents() {
        if let Some(comment) = &contents.walked.comment
            && matches!(comment.len(), 40 | 64)
        {
            compare(format!("{} was made of", artifact.base_name()), comment);
        }
    }
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("no commit was stated to compare with");
    }
    CheckOutcome::of(findings, tag.commit.as_str())
}
