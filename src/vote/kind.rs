//! What kind of vote it is and what it takes to pass: the ASF's rules (T-01, T-11), and what a
//! project asks beyond them. Stricter is allowed, weaker is not. Pure.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::policy::Preset;

/// The kinds of votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VoteKind {
    /// Majority approval: three binding +1 and more of them than binding -1 (T-01).
    #[default]
    Release,
    /// Simple majority, no quorum (T-11).
    Procedural,
    /// Consensus: three binding +1; a binding -1 with a reason is a veto (T-11).
    CodeChange,
    /// Silence assents; never for releases (T-11).
    Lazy,
}

impl FromStr for VoteKind {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "release" => Ok(VoteKind::Release),
            "procedural" => Ok(VoteKind::Procedural),
            "code-change" | "code" => Ok(VoteKind::CodeChange),
            "lazy" | "lazy-consensus" => Ok(VoteKind::Lazy),
            _ => Err("expected release, procedural, code-change or lazy".to_owned()),
        }
    }
}

impl fmt::Display for VoteKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            VoteKind::Release => "release",
            VoteKind::Procedural => "procedural",
            VoteKind::CodeChange => "code change",
            VoteKind::Lazy => "lazy consensus",
        })
    }
}

/// What a binding -1 does where it is no veto.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MinusOne {
    /// It is weighed against the +1 (T-02).
    #[default]
    Majority,
    /// It must be taken back, changed, or be ruled to be answered as well.
    MustBeAnswered,
}

impl FromStr for MinusOne {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "majority" => Ok(MinusOne::Majority),
            "must-be-answered" => Ok(MinusOne::MustBeAnswered),
            _ => Err(format!("`{text}` is wrong: expected `majority` or `must-be-answered`")),
        }
    }
}

/// The least binding +1 that a release or a code change needs (T-01, T-11).
pub const LEAST_BINDING: u32 = 3;
/// The hours that a vote stays open unless it is expedited (V-02, V-03).
pub const LEAST_HOURS: u32 = 72;

/// What a vote takes to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Requirements {
    /// What kind of vote it is.
    pub kind: VoteKind,
    /// The least binding +1; 0 where the kind has no quorum.
    pub minimum: u32,
    /// What a binding -1 does.
    pub minus_one: MinusOne,
    /// The hours below which an expedited reason is needed.
    pub least_hours: u32,
}

/// A setting that would make a vote pass that the ASF's rules do not let pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`vote.minimum` is {wanted}, but a {kind} vote needs at least {least} binding +1")]
pub struct TooWeak {
    /// As set.
    pub wanted: u32,
    /// The kind of vote.
    pub kind: VoteKind,
    /// What the rules ask for.
    pub least: u32,
}

impl Requirements {
    /// Puts the rules of a kind and what the project asks beyond them together. A project outside
    /// the ASF sets its own minimum.
    ///
    /// # Errors
    /// The project asks for less than the ASF's rules.
    pub fn new(
        kind: VoteKind,
        preset: Preset,
        minimum: Option<u32>,
        minus_one: MinusOne,
    ) -> Result<Self, TooWeak> {
        let by_rule = match kind {
            VoteKind::Release | VoteKind::CodeChange => LEAST_BINDING,
            VoteKind::Procedural | VoteKind::Lazy => 0,
        };
        match minimum {
            Some(wanted) if wanted < by_rule && preset.is_asf() => {
                Err(TooWeak { wanted, kind, least: by_rule })
            }
            _ => Ok(Self {
                kind,
                minimum: minimum.unwrap_or(by_rule),
                minus_one,
                least_hours: match kind {
                    VoteKind::Release if preset.is_asf() => LEAST_HOURS,
                    _ => 0,
                },
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_can_only_be_stricter() {
        let new = |preset, minimum| {
            Requirements::new(VoteKind::Release, preset, minimum, MinusOne::default())
        };
        assert_eq!(new(Preset::TopLevel, None).map(|r| r.minimum), Ok(3));
        assert_eq!(new(Preset::TopLevel, Some(5)).map(|r| r.minimum), Ok(5));
        let error = new(Preset::Podling, Some(2)).expect_err("weaker");
        assert_eq!(
            error.to_string(),
            "`vote.minimum` is 2, but a release vote needs at least 3 binding +1"
        );
        assert_eq!(new(Preset::Plain, Some(1)).map(|r| r.minimum), Ok(1));
    }
}
