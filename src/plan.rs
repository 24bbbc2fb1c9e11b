//! An outward action as a value: shown first, run only when asked, the same thing both times.
//!
//! Whatever leaves the machine (a commit, an upload) is a [`Step`] with an id made of its content.
//! Showing a plan and running it go through the same steps, so that what was shown is what is run.
//! Pure.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// What an outward command is going to do, or has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What it is for, in a sentence.
    pub purpose: String,
    /// One by one; none if there is nothing to do.
    pub steps: Vec<Step>,
}

/// One outward step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Twelve hex digits of the digest of what it does; the same for the same action.
    pub id: String,
    /// What it does, in a sentence that starts with a verb.
    pub does: String,
    /// What it consists of, by name.
    pub details: Vec<(String, String)>,
    /// How far it has come.
    pub state: State,
    /// What came of it, once it is done: a revision, an answer.
    pub outcome: Option<String>,
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Shown, not run.
    Planned,
    /// Run.
    Done,
}

impl Plan {
    /// A plan without steps yet.
    pub fn new(purpose: impl Into<String>) -> Self {
        Self { purpose: purpose.into(), steps: Vec::new() }
    }
}

impl Step {
    /// A step that is only planned. `content` is all that it would send, for its id.
    pub fn new(does: impl Into<String>, details: Vec<(String, String)>, content: &[u8]) -> Self {
        let does = does.into();
        let mut digest = Sha256::new();
        digest.update(does.as_bytes());
        digest.update([0]);
        digest.update(content);
        let id = digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { id, does, details, state: State::Planned, outcome: None }
    }

    /// Marks the step as run.
    pub fn done(&mut self, outcome: impl Into<String>) {
        self.state = State::Done;
        self.outcome = Some(outcome.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_the_content() {
        let step = |content: &[u8]| Step::new("commit KEYS", Vec::new(), content).id;
        assert_eq!(step(b"a"), step(b"a"));
        assert_ne!(step(b"a"), step(b"b"));
        assert_eq!(step(b"a").len(), 12);
    }
}
