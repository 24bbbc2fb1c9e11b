//! What comes next for a release.

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;

use super::event::Outcome;
use super::state::{Candidate, Round, Standing, State};
use crate::release::CandidateNumber;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Next {
    /// The command, one word an item; empty if there is nothing left to do.
    pub command: Vec<String>,
    /// Why, in a sentence without a full stop.
    pub why: String,
    /// What it has to wait for.
    pub waits: Waits,
}

/// What the next thing has to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "for", content = "until")]
pub enum Waits {
    /// Nothing: it can be done now.
    Nothing,
    /// A person has to decide or do something.
    Person,
    /// This time.
    Time(DateTime<Utc>),
}

/// How long mirrors are given before a release is announced.
const MIRRORS: Duration = Duration::hours(1);

/// Tells what comes next for the newest candidate, if all of `needed` votes have to pass.
pub fn next(state: &State, needed: &[&str], now: DateTime<Utc>) -> Next {
    let Some(candidate) = state.current() else {
        return Next {
            command: ["plusone", "package"].map(str::to_owned).to_vec(),
            why: "there is no candidate yet".to_owned(),
            waits: Waits::Nothing,
        };
    };
    let step = |name: &str, why: &str, waits| Next {
        command: candidate.command(name),
        why: why.to_owned(),
        waits,
    };
    if let Some((_, begun)) = candidate.unfinished() {
        let name = begun.command.as_deref().unwrap_or("status");
        let why = format!(
            "`{}` was begun and not finished: it looks first what became of it",
            begun.what
        );
        return step(name, &why, Waits::Nothing);
    }
    match candidate.standing(needed, now) {
        Standing::Named => step("package", "it is not packaged", Waits::Nothing),
        Standing::Packaged => step("stage", "it is packaged and not staged", Waits::Nothing),
        Standing::Staged => step("vote", "it is staged, and nobody was asked", Waits::Nothing),
        Standing::VoteOpen | Standing::VoteClosed => counting(candidate, now),
        Standing::PartlyPassed => untold(candidate).unwrap_or_else(|| {
            let missing = needed.iter().find(|name| candidate.round(name).is_none());
            let why = format!("{} is still needed", vote(missing.unwrap_or(&"project")));
            step("vote", &why, Waits::Nothing)
        }),
        Standing::Passed => untold(candidate).unwrap_or_else(|| {
            step("promote", "the vote passed, and the result is told", Waits::Nothing)
        }),
        Standing::Failed => untold(candidate).unwrap_or_else(|| {
            step("cancel", "the vote did not pass, and that is told", Waits::Person)
        }),
        Standing::Promoted => {
            let since = candidate.promoted.as_ref().map_or(now, |promoted| promoted.at);
            let ready = since + MIRRORS;
            let waits = if now < ready { Waits::Time(ready) } else { Waits::Nothing };
            step("announce", "it is released, and the world does not know", waits)
        }
        Standing::Announced => Next {
            command: Vec::new(),
            why: "it is released and announced".to_owned(),
            waits: Waits::Nothing,
        },
        Standing::Cancelled if candidate.staged.is_some() && candidate.cleared.is_none() => {
            step("cancel", "it was given up, and is still staged", Waits::Nothing)
        }
        Standing::Cancelled => Next {
            command: successor(candidate),
            why: "it was given up: another candidate is needed".to_owned(),
            waits: Waits::Person,
        },
    }
}

/// The vote that is not decided: wait, rule, or count.
fn counting(candidate: &Candidate, now: DateTime<Utc>) -> Next {
    let open = |round: &&Round| round.outcome != Some(Outcome::Passed);
    let round = candidate.rounds.iter().find(open);
    let ruling = round.is_some_and(|round| round.outcome == Some(Outcome::NeedsRuling));
    let closes = round.map_or(now, |round| round.closes);
    let (why, waits) = if ruling {
        ("a mail in the vote is unclear: a person has to say what it means", Waits::Person)
    } else if now < closes {
        ("the vote is open", Waits::Time(closes))
    } else if round.is_some_and(|round| round.outcome == Some(Outcome::Open)) {
        ("the time is over, and votes are missing", Waits::Person)
    } else {
        ("the time is over: the votes can be counted", Waits::Nothing)
    };
    Next { command: candidate.command("tally"), why: why.to_owned(), waits }
}

/// A vote that is decided, of which nobody was told.
fn untold(candidate: &Candidate) -> Option<Next> {
    let decided = |round: &&Round| {
        matches!(round.outcome, Some(Outcome::Passed | Outcome::Failed)) && round.result.is_none()
    };
    candidate.rounds.iter().find(decided).map(|round| Next {
        command: candidate.command("result"),
        why: format!("{} is decided, and nobody was told", vote(&round.round)),
        waits: Waits::Nothing,
    })
}

/// A vote as people call it: a podling has two, the others one.
fn vote(name: &str) -> String {
    match name {
        "project" => "the vote".to_owned(),
        committee => format!("the vote of the {}", committee.to_uppercase()),
    }
}

impl Candidate {
    fn command(&self, name: &str) -> Vec<String> {
        named(name, self.version.as_str(), self.rc)
    }
}

fn successor(candidate: &Candidate) -> Vec<String> {
    let rc = candidate.rc.map(|CandidateNumber(rc)| CandidateNumber(rc.saturating_add(1)));
    named("package", candidate.version.as_str(), rc)
}

/// A command of plusone about a candidate, one word an item.
pub fn named(name: &str, version: &str, rc: Option<CandidateNumber>) -> Vec<String> {
    let mut command = ["plusone", name, "--version", version].map(str::to_owned).to_vec();
    if let Some(rc) = rc {
        command.extend(["--rc".to_owned(), rc.to_string()]);
    }
    command
}

#[cfg(test)]
mod tests {
    use super::super::{Event, Record, What, event};
    use super::*;

    #[test]
    fn the_whole_way_is_told_step_by_step() {
        let examples: Vec<What> = event::examples().into_iter().map(|event| event.what).collect();
        // Indices into the examples, and what comes next after each of them at 12:00 or later.
        let way = [
            (0, "plusone stage --version 1.0 --rc 1", Waits::Nothing),
            (1, "plusone stage --version 1.0 --rc 1", Waits::Nothing),
            (2, "plusone stage --version 1.0 --rc 1", Waits::Nothing),
            (5, "plusone vote --version 1.0 --rc 1", Waits::Nothing),
            (6, "plusone tally --version 1.0 --rc 1", Waits::Nothing),
            (8, "plusone result --version 1.0 --rc 1", Waits::Nothing),
            (9, "plusone promote --version 1.0 --rc 1", Waits::Nothing),
            (12, "plusone announce --version 1.0 --rc 1", Waits::Nothing),
            (13, "", Waits::Nothing),
        ];
        let noon: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().expect("a time");
        let mut state = State::default();
        assert_eq!(next(&state, &["project"], noon).command, ["plusone", "package"]);
        for (at, command, waits) in way {
            let all = event::examples();
            state.happened(all[at].clone());
            let next = next(&state, &["project"], noon);
            assert_eq!((&next.command.join(" ")[..], next.waits), (command, waits), "{at}");
        }
        // Before the vote closes, and before mirrors have it.
        let early: DateTime<Utc> = "2026-11-21T10:01:30Z".parse().expect("a time");
        let only = |indices: &[usize]| {
            let all = event::examples();
            let records = indices.iter().map(|&at| Record::Known(Box::new(all[at].clone())));
            next(&State::of(records), &["project"], early)
        };
        let closes: DateTime<Utc> = "2026-11-21T10:02:00Z".parse().expect("a time");
        assert_eq!(only(&[5, 6]).waits, Waits::Time(closes));
        let mirrored: DateTime<Utc> = "2026-11-21T11:12:00Z".parse().expect("a time");
        assert_eq!(only(&[5, 12]).waits, Waits::Time(mirrored));
        // Given up: cleared away first, then another candidate.
        assert_eq!(only(&[5, 10]).command[1], "cancel");
        assert_eq!(only(&[5, 10, 11]).command.join(" "), "plusone package --version 1.0 --rc 2");
        let Event { at, version, rc, .. } = event::examples()[8].clone();
        let What::Tallied { round, counts, .. } = examples[8].clone() else { panic!("tallied") };
        for (outcome, waits) in [
            (Outcome::NeedsRuling, Waits::Person),
            (Outcome::Open, Waits::Person),
            (Outcome::Failed, Waits::Nothing),
        ] {
            let what = What::Tallied { round: round.clone(), outcome, counts };
            let mut state = State::default();
            state.happened(event::examples()[6].clone());
            state.happened(Event::new(at, version.clone(), rc, what));
            assert_eq!(next(&state, &["project"], noon).waits, waits, "{outcome:?}");
        }
    }
}
