//! Where releases stand: every candidate with what was seen to be done, and what comes next.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Page, Report, Tone, count};
use crate::error::ExitStatus;
use crate::ledger::event::{Counts, Outcome};
use crate::ledger::state::Round;
use crate::ledger::{Candidate, Next, Standing, Waits};

/// Every release that has a ledger.
#[derive(Debug, Default, Serialize)]
pub struct StatusReport {
    /// The project's full name, if it is known.
    pub project: Option<String>,
    /// Each version.
    pub versions: Vec<VersionLines>,
    /// What is worth knowing, in sentences.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Where nothing is under way: the command to begin with, one word an item.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hint: Vec<String>,
}

/// A version.
#[derive(Debug, Serialize)]
pub struct VersionLines {
    /// Its candidates, in the order in which they were first heard of.
    pub candidates: Vec<CandidateLine>,
    /// What comes next for the newest.
    pub next: Next,
}

/// A candidate.
#[derive(Debug, Serialize)]
pub struct CandidateLine {
    /// How far it has come.
    pub standing: Standing,
    /// Its tag, if the repository here has it.
    pub tag: Option<String>,
    /// All that the ledger knows of it.
    #[serde(flatten)]
    pub known: Candidate,
}

fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

impl Report for StatusReport {
    const SCHEMA: &'static str = "plusone.status/1";

    fn exit(&self) -> ExitStatus {
        let waits = |version: &&VersionLines| version.next.waits != Waits::Nothing;
        match self.versions.iter().any(|version| waits(&version)) {
            true => ExitStatus::Incomplete,
            false => ExitStatus::Done,
        }
    }

    fn write(&self, page: &mut Page) {
        for version in &self.versions {
            for line in &version.candidates {
                line.write(page, self.project.as_deref());
            }
            version.next.write(page);
        }
        for remark in &self.remarks {
            page.paragraph(remark);
        }
        if !self.hint.is_empty() {
            page.paragraph("To begin with:");
            let words: Vec<&str> = self.hint.iter().map(|word| &word[..]).collect();
            page.commands([&words[..]]);
        }
    }
}

impl CandidateLine {
    fn write(&self, page: &mut Page, project: Option<&str>) {
        let known = &self.known;
        let rc = known.rc.map_or_else(String::new, |rc| format!(" rc{rc}"));
        let project = project.map_or_else(String::new, |project| format!("{project} "));
        let (tone, label, words) = self.words();
        page.item(tone, label, &format!("{project}{}{rc}: {words}", known.version), self.fields());
    }

    fn words(&self) -> (Tone, &'static str, &'static str) {
        match self.standing {
            Standing::Named => (Tone::Plain, "open", "nothing is known of it but its name"),
            Standing::Packaged => (Tone::Plain, "open", "packaged, not staged"),
            Standing::Staged => (Tone::Plain, "open", "staged, no vote was called"),
            Standing::VoteOpen => (Tone::Plain, "open", "the vote is open"),
            Standing::VoteClosed => {
                (Tone::Warning, "open", "the time of the vote is over, and it is not decided")
            }
            Standing::PartlyPassed => {
                (Tone::Plain, "open", "one of its two votes passed, the other is needed")
            }
            Standing::Passed => (Tone::Good, "passed", "the vote passed, and it is not released"),
            Standing::Failed => (Tone::Bad, "failed", "the vote did not pass"),
            Standing::Promoted => (Tone::Good, "released", "released, not announced"),
            Standing::Announced => (Tone::Good, "done", "released and announced"),
            Standing::Cancelled => (Tone::Bad, "given up", "it was given up"),
        }
    }

    /// What was seen to be done.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let known = &self.known;
        let mut fields = Vec::new();
        fields.extend(self.tag.clone().map(|tag| ("tag", tag)));
        if let Some(packaged) = &known.packaged {
            let what = count(packaged.files.len() as u64, "file", "files");
            let commit = packaged.commit.get(..12).unwrap_or(&packaged.commit);
            fields.push(("packaged", format!("{}, {what} of {commit}", time(packaged.at))));
        }
        if let Some(staged) = &known.staged {
            let gone =
                known.cleared.map_or_else(String::new, |at| format!(", removed {}", time(at)));
            fields.push((
                "staged",
                format!("{}, revision {}{gone}", time(staged.at), staged.revision),
            ));
            fields.push(("at", staged.url.clone()));
        }
        for round in &known.rounds {
            let name = match &round.round[..] {
                "ppmc" => "vote (PPMC)",
                "ipmc" => "vote (IPMC)",
                _ => "vote",
            };
            fields.push((name, vote(round)));
            if let Some(mail) = &round.result {
                fields.push(("result", format!("{}, <{}>", time(mail.at), mail.message_id)));
            }
        }
        for (id, ruling) in &known.rulings {
            fields.push(("ruling", format!("<{id}> is {}: {}", ruling.value, ruling.reason)));
        }
        if let Some(cancelled) = &known.cancelled {
            fields.push(("given up", format!("{}: {}", time(cancelled.at), cancelled.reason)));
        }
        if let Some(promoted) = &known.promoted {
            let by = if promoted.by_others { ", by somebody else" } else { "" };
            fields.push((
                "released",
                format!("{}, revision {}{by}", time(promoted.at), promoted.revision),
            ));
            fields.push(("at", promoted.url.clone()));
        }
        if let Some(mail) = &known.announced {
            fields.push(("announced", format!("{}, <{}>", time(mail.at), mail.message_id)));
        }
        if let Some((id, step)) = known.unfinished() {
            let what = format!("{}, begun {} (step {id})", step.what, time(step.at));
            fields.push(("unfinished", what));
        }
        fields.extend(known.notes.iter().map(|note| ("note", note.clone())));
        fields
    }
}

fn vote(round: &Round) -> String {
    let stands = match round.outcome {
        None => "not counted yet",
        Some(Outcome::Open) => "open when last counted",
        Some(Outcome::Passed) => "passed",
        Some(Outcome::Failed) => "failed",
        Some(Outcome::Cancelled) => "cancelled",
        Some(Outcome::NeedsRuling) => "waits for a ruling",
    };
    let counts = round.counts.map_or_else(String::new, |Counts { binding, non_binding }| {
        format!(
            ", binding +{} ±{} -{}, others +{} ±{} -{}",
            binding.plus_one,
            binding.zero,
            binding.minus_one,
            non_binding.plus_one,
            non_binding.zero,
            non_binding.minus_one
        )
    });
    format!("{} to {} at least: {stands}{counts}", time(round.opened), time(round.closes))
}

impl Next {
    fn write(&self, page: &mut Page) {
        let waits = match self.waits {
            Waits::Nothing => String::new(),
            Waits::Person => ", and a person has to decide".to_owned(),
            Waits::Time(until) => format!(", until {}", time(until)),
        };
        if self.command.is_empty() {
            return;
        }
        let mut why = self.why.clone();
        why[..1].make_ascii_uppercase();
        page.paragraph(&format!("{why}{waits}. Next:"));
        let words: Vec<&str> = self.command.iter().map(|word| &word[..]).collect();
        page.commands([&words[..]]);
    }
}
