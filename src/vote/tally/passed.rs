//! The proof that a vote passed, which promotion asks for.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{CallMail, Counts, Outcome, Tally};
use crate::release::{CandidateNumber, Version};
use crate::vote::kind::VoteKind;
use crate::vote::roster::{Body, Source};

/// A vote on a release that passed: made from tallies only, so that nothing is promoted without.
/// For a podling it stands for both votes (V-08).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedVote {
    project: String,
    version: Version,
    rc: Option<CandidateNumber>,
    rounds: Vec<PassedRound>,
}

/// One of the votes behind a [`PassedVote`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedRound {
    body: Body,
    call: Option<CallMail>,
    opened_at: Option<DateTime<Utc>>,
    closed_at: DateTime<Utc>,
    counts: Counts,
    roster: Vec<Source>,
}

/// Why tallies do not prove that a release may go out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPassed {
    /// One of them did not pass.
    #[error("the vote of the {0} is {outcome}", outcome = .1.as_str())]
    Outcome(Body, Outcome),
    /// It is on something else than a release.
    #[error("the vote is no vote on a release but a {0} vote")]
    Kind(VoteKind),
    /// What is voted on has no version.
    #[error("the vote does not say which version it is on")]
    NoVersion,
    /// A podling needs both of its votes.
    #[error("the vote of the {0} is missing")]
    Missing(Body),
    /// They are on different things.
    #[error("the votes are on different candidates")]
    Different,
}

impl PassedVote {
    /// Takes the tally of a project's vote, or both of a podling's, in any order.
    ///
    /// # Errors
    /// See [`NotPassed`].
    pub fn new(tallies: &[&Tally]) -> Result<Self, NotPassed> {
        let body = |tally: &Tally| tally.round.roster.body;
        let of = |wanted: Body| tallies.iter().find(|tally| body(tally) == wanted);
        let wanted: &[Body] = match tallies.iter().any(|tally| body(tally) != Body::Pmc) {
            true => &[Body::Ppmc, Body::Ipmc],
            false => &[Body::Pmc],
        };
        let missing = wanted.iter().find(|wanted| of(**wanted).is_none());
        if let Some(missing) = missing {
            return Err(NotPassed::Missing(*missing));
        }
        let Some(first) = tallies.first() else { return Err(NotPassed::Missing(Body::Pmc)) };
        for tally in tallies {
            let kind = tally.round.requirements.kind;
            if kind != VoteKind::Release {
                return Err(NotPassed::Kind(kind));
            }
            if tally.outcome != Outcome::Passed {
                return Err(NotPassed::Outcome(body(tally), tally.outcome));
            }
            let what = |tally: &Tally| {
                (tally.round.project.clone(), tally.round.version.clone(), tally.round.rc)
            };
            if what(tally) != what(first) || tallies.len() != wanted.len() {
                return Err(NotPassed::Different);
            }
        }
        Ok(Self {
            project: first.round.project.clone(),
            version: first.round.version.clone().ok_or(NotPassed::NoVersion)?,
            rc: first.round.rc,
            rounds: tallies.iter().map(|tally| PassedRound::of(tally)).collect(),
        })
    }

    /// The project.
    pub fn project(&self) -> &str {
        &self.project
    }

    /// The version that may be released.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The candidate that was voted on, where candidates have numbers.
    pub fn rc(&self) -> Option<CandidateNumber> {
        self.rc
    }

    /// The vote, or a podling's two.
    pub fn rounds(&self) -> &[PassedRound] {
        &self.rounds
    }
}

impl PassedRound {
    fn of(tally: &Tally) -> Self {
        Self {
            body: tally.round.roster.body,
            call: tally.round.call.clone(),
            opened_at: tally.round.times.opened,
            closed_at: tally.closed_at.unwrap_or(tally.as_of),
            counts: tally.counts,
            roster: tally.round.roster.sources.clone(),
        }
    }

    /// Whose vote it was.
    pub fn body(&self) -> Body {
        self.body
    }

    /// The mail that called it.
    pub fn call(&self) -> Option<&CallMail> {
        self.call.as_ref()
    }

    /// When it opened.
    pub fn opened_at(&self) -> Option<DateTime<Utc>> {
        self.opened_at
    }

    /// When it was closed, else the instant it was counted.
    pub fn closed_at(&self) -> DateTime<Utc> {
        self.closed_at
    }

    /// How many voted what.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The documents that say whose votes bind, with their digests.
    pub fn roster(&self) -> &[Source] {
        &self.roster
    }
}
