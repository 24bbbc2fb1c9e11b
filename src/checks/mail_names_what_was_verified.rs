//! `mail-names-what-was-verified`: the vote mail speaks of what was verified.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::checksum;
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "mail-names-what-was-verified",
    title: "The vote mail speaks of the files and the commit that were verified",
    severity: Severity::Error,
    rule: Some(policy::V_06),
    why: "a vote is on one set of bytes; if the mail states others, nobody knows what was voted on",
    fix: "ask on the list which is right; the release manager may have to call the vote anew",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let Some(mail) = &evidence.mail else {
        return CheckOutcome::not_applicable("no mail was given");
    };
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (digest, name, line) in &mail.digests {
        let of = evidence.artifacts.iter().find(|artifact| {
            artifact.digests.values().any(|known| checksum::hex(known) == *digest)
        });
        match (of, name) {
            (Some(artifact), Some(name)) if !checksum::is_name_of(name, artifact.base_name()) => {
                let message =
                    format!("the mail gives the digest of {} to {name}", artifact.base_name());
                findings.push(Finding::new(Severity::Error, message).at(&mail.place).line(*line));
            }
            (Some(artifact), _) => seen.push(format!("the digest of {}", artifact.base_name())),
            // MD5 and SHA-1 are not computed: they can be forged (C-02).
            (None, _) if matches!(digest.len(), 32 | 40) => {}
            // A digest of something that was not looked at (a jar, an image) proves nothing.
            (None, Some(name)) if !evidence.artifacts.iter().any(|a| a.base_name() == name) => {}
            (None, name) => {
                let what = name.as_deref().unwrap_or("none of the artifacts");
                let message =
                    format!("the mail states the digest {digest}, which is not that of {what}");
                findings.push(Finding::new(Severity::Error, message).at(&mail.place).line(*line));
            }
        }
    }
    if let Ok(Some(tag)) = &evidence.tag {
        // A mail may mention other commits too; one of them has to be the right one.
        let right =
            |(id, _): &&(String, usize)| tag.commit.as_str().starts_with(&id.to_lowercase());
        match (mail.commits.iter().find(right), mail.commits.first()) {
            (Some(_), _) => seen.push("the commit".to_owned()),
            (None, Some((id, line))) => {
                let message =
                    format!("the mail states the commit {id}, but {} was compared", tag.commit);
                findings.push(Finding::new(Severity::Error, message).at(&mail.place).line(*line));
            }
            (None, None) => {}
        }
    }
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("the mail states neither digests nor a commit");
    }
    CheckOutcome::of(findings, seen.join(", "))
}
