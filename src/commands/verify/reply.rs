//! The draft of a voter's mail: what the machine looked at, with room for what only a person can
//! say. The vote itself is left open (V-05).

use super::target::Target;
use crate::checks::{CheckOutcome, Severity};
use crate::error::Failure;
use crate::letters::facts::{ArtifactFacts, CheckFacts, Release, ReplyFacts};
use crate::letters::{Kind, Letter};
use crate::project;
use crate::report::verify::{VerificationReport, VerifiedCheck};

/// Findings of one check that are told in a mail.
const TOLD: usize = 5;

/// Writes the draft.
pub(super) fn draft(target: &Target, report: &VerificationReport) -> Result<String, Failure> {
    let settings = target.settings.clone().unwrap_or_default();
    let name = target.project.as_ref().map_or("candidate", |name| name.as_str());
    let display = settings.project.display.clone();
    let display = display.unwrap_or_else(|| project::default_display(target.preset, name));
    let version = report.candidate.version.clone().unwrap_or_default();
    let message = target.call.as_ref().map(|call| &call.message);
    let to = message
        .and_then(|message| message.lists.first().cloned())
        .or(settings.vote.list)
        .unwrap_or_else(|| format!("dev@{name}.apache.org"));
    let rc = report.candidate.rc.map_or(String::new(), |rc| format!(" rc{rc}"));
    let subject = message.map(|message| message.subject.clone());
    let from = settings.mail.from.unwrap_or_default();
    let manager = from.split('<').next().unwrap_or_default().trim().to_owned();
    let checks = |wanted: fn(&VerifiedCheck) -> Option<CheckFacts>| {
        report.checks.iter().filter_map(wanted).collect::<Vec<_>>()
    };
    let facts = ReplyFacts {
        vote_subject: subject.unwrap_or_else(|| format!("[VOTE] Release {display} {version}{rc}")),
        release: Release {
            project: name.to_owned(),
            display,
            version,
            candidate: report.candidate.rc,
            preset: target.preset,
            manager,
            subject: None,
            to: vec![to],
            cc: Vec::new(),
        },
        looked_at: report.candidate.place.clone(),
        tool: format!("plusone {}", report.tool),
        system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
        artifacts: report.artifacts.iter().map(artifact).collect(),
        passed: checks(|check| match &check.outcome {
            CheckOutcome::Pass { seen } => Some(told(check, vec![seen.clone()])),
            _ => None,
        }),
        found: checks(|check| match &check.outcome {
            CheckOutcome::Finding { findings } => {
                let told_of = findings.iter().take(TOLD).map(|finding| {
                    let gravity = match finding.severity {
                        Severity::Error => "error",
                        Severity::Warning => "warning",
                        Severity::Note => "note",
                    };
                    format!("{gravity}: {}", finding.message)
                });
                let more = findings.len().saturating_sub(TOLD);
                let more = (more > 0).then(|| format!("… and {more} more of this kind"));
                Some(told(check, told_of.chain(more).collect()))
            }
            _ => None,
        }),
        not_run: checks(|check| match &check.outcome {
            CheckOutcome::NotRun { reason } => Some(told(check, vec![reason.clone()])),
            _ => None,
        }),
    };
    let letter = Letter::render(Kind::Reply, None, &from, &facts);
    letter.map(|letter| letter.draft()).map_err(Failure::bug)
}

fn artifact(artifact: &crate::report::verify::VerifiedArtifact) -> ArtifactFacts {
    let (directory, name) = artifact.name.rsplit_once('/').unwrap_or(("", &artifact.name));
    ArtifactFacts {
        directory: directory.to_owned(),
        name: name.to_owned(),
        sha512: artifact.sha512.clone(),
    }
}

fn told(check: &VerifiedCheck, details: Vec<String>) -> CheckFacts {
    let details = details.into_iter().filter(|detail| !detail.is_empty()).collect();
    CheckFacts { title: check.title.to_owned(), details }
}
