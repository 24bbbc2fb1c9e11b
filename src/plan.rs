//! An outward action as a value: shown first, run only when asked, the same thing both times.
//!
//! Whatever leaves the machine (a commit, an upload) is a [`Step`] with an id made of its content.
//! Showing a plan and running it go through the same steps, so that what was shown is what is run.
//! [`run`] writes into a [`Journal`] before and after each step; a step that was found to be only
//! started is looked after and never repeated blindly. Pure: what acts is an [`Executor`].

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

/// How far the journal says that a step has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Never started, or known not to have happened.
    NotStarted,
    /// Started; how it ended was not written down.
    Started,
    /// Done, with this outcome.
    Finished(String),
}

/// Where it is written down what was begun and what came of it.
pub trait Journal {
    /// What can go wrong with writing.
    type Error;

    /// How far a step has come.
    fn progress(&self, step: &Step) -> Progress;

    /// Writes down that a step is begun, durably.
    ///
    /// # Errors
    /// It cannot be written; the step is not begun then.
    fn started(&mut self, step: &Step) -> Result<(), Self::Error>;

    /// Writes down that a step is done.
    ///
    /// # Errors
    /// It cannot be written.
    fn finished(&mut self, step: &Step, outcome: &str) -> Result<(), Self::Error>;

    /// Writes down that a step has certainly not happened, and why.
    ///
    /// # Errors
    /// It cannot be written.
    fn failed(&mut self, step: &Step, why: &str) -> Result<(), Self::Error>;
}

/// What became of a step of which only the beginning is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// It happened, with this outcome.
    Done(String),
    /// It did not happen.
    NotDone,
    /// This is all that can be seen; a person has to decide.
    Unknown(String),
}

/// A step that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failed<E> {
    /// And has certainly not happened.
    NotDone(E),
    /// And may have happened all the same.
    Unclear(E),
}

/// What acts.
pub trait Executor {
    /// What can go wrong.
    type Error: std::fmt::Display;

    /// Does a step; returns what came of it.
    ///
    /// # Errors
    /// See [`Failed`].
    fn run(&mut self, step: &Step) -> Result<String, Failed<Self::Error>>;

    /// Looks whether a step has happened.
    ///
    /// # Errors
    /// It cannot look.
    fn probe(&mut self, step: &Step) -> Result<Probe, Self::Error>;
}

/// A plan that was not run to its end. The steps before are done and marked so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunError<E, J> {
    /// A step failed and has not happened.
    Failed(E),
    /// A step failed, and whether it has happened could not be seen: running the plan again looks
    /// first.
    Unclear(E),
    /// A step was begun once, and from what can be seen nobody but a person can tell whether it
    /// happened.
    AskPerson {
        /// The step's id.
        id: String,
        /// What it does.
        does: String,
        /// What can be seen.
        seen: String,
    },
    /// The journal cannot be written. If `after` names a step's outcome, that step is done.
    Journal {
        /// What went wrong.
        error: J,
        /// The outcome that could not be written down.
        after: Option<String>,
    },
}

/// Runs the steps of a plan one after the other, and marks each as done.
///
/// # Errors
/// See [`RunError`].
pub fn run<J: Journal, X: Executor>(
    plan: &mut Plan,
    journal: &mut J,
    executor: &mut X,
) -> Result<(), RunError<X::Error, J::Error>> {
    for step in &mut plan.steps {
        let outcome = match journal.progress(step) {
            Progress::Finished(outcome) => outcome,
            Progress::Started => match look(step, journal, executor)? {
                Some(outcome) => outcome,
                None => act(step, journal, executor)?,
            },
            Progress::NotStarted => act(step, journal, executor)?,
        };
        step.done(outcome);
    }
    Ok(())
}

/// What became of a step that was only started: its outcome, or none if it has not happened.
fn look<J: Journal, X: Executor>(
    step: &Step,
    journal: &mut J,
    executor: &mut X,
) -> Result<Option<String>, RunError<X::Error, J::Error>> {
    match executor.probe(step).map_err(RunError::Unclear)? {
        Probe::Done(outcome) => finish(step, outcome, journal).map(Some),
        Probe::NotDone => Ok(None),
        Probe::Unknown(seen) => {
            Err(RunError::AskPerson { id: step.id.clone(), does: step.does.clone(), seen })
        }
    }
}

fn act<J: Journal, X: Executor>(
    step: &Step,
    journal: &mut J,
    executor: &mut X,
) -> Result<String, RunError<X::Error, J::Error>> {
    journal.started(step).map_err(|error| RunError::Journal { error, after: None })?;
    let error = match executor.run(step) {
        Ok(outcome) => return finish(step, outcome, journal),
        Err(Failed::NotDone(error)) => error,
        // The answer may have been lost on its way: that can be seen at once.
        Err(Failed::Unclear(error)) => match executor.probe(step) {
            Ok(Probe::Done(outcome)) => return finish(step, outcome, journal),
            // It may still be on its way to happen: only the next run says that it has not.
            Ok(Probe::NotDone | Probe::Unknown(_)) | Err(_) => {
                return Err(RunError::Unclear(error));
            }
        },
    };
    // Without this line the next run looks first, which does no harm.
    let _ = journal.failed(step, &error.to_string());
    Err(RunError::Failed(error))
}

fn finish<J: Journal, E>(
    step: &Step,
    outcome: String,
    journal: &mut J,
) -> Result<String, RunError<E, J::Error>> {
    match journal.finished(step, &outcome) {
        Ok(()) => Ok(outcome),
        Err(error) => Err(RunError::Journal { error, after: Some(outcome) }),
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
