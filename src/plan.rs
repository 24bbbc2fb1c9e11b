//! An outward action as a value: shown first, run only when asked, the same thing both times.
//!
//! Whatever leaves the machine (a commit, an upload) is a [`Step`] with an id made of its content.
//! Showing a plan and running it go through the same steps, so that what was shown is what is run.
//! [`run`] writes into a [`Journal`] before and after each step; a step that was found to be only
//! started is looked after and never repeated blindly. Pure: what acts is an [`Executor`].

use serde::Serialize;
use sha2::{Digest, Sha256};

/// What an outward command is going to do, or has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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

    /// Whether a step that was done once is looked after when a plan has it again, and done again if
    /// nothing is left of it. Only for what cannot be done twice at the same time: what was staged
    /// and cleared away can be staged again, but a mail that was sent stays sent.
    fn may_repeat(&self, _step: &Step) -> bool {
        false
    }
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
            Progress::Finished(outcome) if !executor.may_repeat(step) => outcome,
            Progress::Finished(_) | Progress::Started => match look(step, journal, executor)? {
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

    use std::collections::BTreeMap;

    /// An outside that fails as told, and a journal that remembers.
    #[derive(Default)]
    struct World {
        done: u32,
        fails: Option<Failed<String>>,
        seen: Option<Probe>,
        repeats: bool,
        journal_breaks: bool,
    }

    impl Executor for World {
        type Error = String;

        fn run(&mut self, _: &Step) -> Result<String, Failed<String>> {
            if let Some(failed) = self.fails.clone() {
                return Err(failed);
            }
            self.done += 1;
            Ok(format!("done {}", self.done))
        }

        fn probe(&mut self, _: &Step) -> Result<Probe, String> {
            self.seen.clone().ok_or_else(|| "cannot look".to_owned())
        }

        fn may_repeat(&self, _: &Step) -> bool {
            self.repeats
        }
    }

    #[derive(Default)]
    struct Notes(BTreeMap<String, Progress>, bool);

    impl Notes {
        fn write(&mut self, step: &Step, progress: Progress) -> Result<(), &'static str> {
            if self.1 && progress != Progress::Started {
                return Err("the disk is full");
            }
            self.0.insert(step.id.clone(), progress);
            Ok(())
        }
    }

    impl Journal for Notes {
        type Error = &'static str;

        fn progress(&self, step: &Step) -> Progress {
            self.0.get(&step.id).cloned().unwrap_or(Progress::NotStarted)
        }

        fn started(&mut self, step: &Step) -> Result<(), &'static str> {
            self.write(step, Progress::Started)
        }

        fn finished(&mut self, step: &Step, outcome: &str) -> Result<(), &'static str> {
            self.write(step, Progress::Finished(outcome.to_owned()))
        }

        fn failed(&mut self, step: &Step, _: &str) -> Result<(), &'static str> {
            self.write(step, Progress::NotStarted)
        }
    }

    type Outcome = Result<String, RunError<String, &'static str>>;

    /// Runs a plan of one step that has come so far; returns its outcome, what the journal says
    /// then, and how often it was done.
    fn run_one(before: Progress, mut world: World) -> (Outcome, Progress, u32) {
        let mut plan = Plan::new("test");
        plan.steps.push(Step::new("act", Vec::new(), b"content"));
        let id = plan.steps[0].id.clone();
        let mut notes = Notes(BTreeMap::from([(id.clone(), before)]), world.journal_breaks);
        let outcome = run(&mut plan, &mut notes, &mut world)
            .map(|()| plan.steps[0].outcome.clone().expect("it is done"));
        assert_eq!(outcome.is_ok(), plan.steps[0].state == State::Done);
        (outcome, notes.0[&id].clone(), world.done)
    }

    #[test]
    fn nothing_is_repeated_blindly() {
        let finished = |text: &str| Progress::Finished(text.to_owned());
        let seen = |probe| World { seen: Some(probe), ..World::default() };
        let done = |text: &str| Probe::Done(text.to_owned());

        let (outcome, journal, count) = run_one(Progress::NotStarted, World::default());
        assert_eq!((outcome, journal, count), (Ok("done 1".into()), finished("done 1"), 1));
        let (outcome, _, count) = run_one(finished("before"), World::default());
        assert_eq!((outcome, count), (Ok("before".into()), 0));
        let (outcome, journal, count) = run_one(Progress::Started, seen(done("found")));
        assert_eq!((outcome, journal, count), (Ok("found".into()), finished("found"), 0));
        let (outcome, _, count) = run_one(Progress::Started, seen(Probe::NotDone));
        assert_eq!((outcome, count), (Ok("done 1".into()), 1));
        let (outcome, journal, count) = run_one(Progress::Started, World::default());
        assert_eq!((journal, count), (Progress::Started, 0));
        assert!(matches!(outcome, Err(RunError::Unclear(_))), "it cannot look");
        let unknown = Probe::Unknown("half of it".to_owned());
        let (outcome, journal, count) = run_one(Progress::Started, seen(unknown));
        assert_eq!((journal, count), (Progress::Started, 0));
        assert!(matches!(outcome, Err(RunError::AskPerson { seen, .. }) if seen == "half of it"));
    }

    #[test]
    fn a_plan_may_want_again_what_is_gone() {
        let world = |seen| World { seen: Some(seen), repeats: true, ..World::default() };
        let before = Progress::Finished("before".to_owned());
        let (outcome, _, count) = run_one(before.clone(), world(Probe::NotDone));
        assert_eq!((outcome, count), (Ok("done 1".into()), 1));
        let (outcome, _, count) = run_one(before, world(Probe::Done("found".to_owned())));
        assert_eq!((outcome, count), (Ok("found".into()), 0));
    }

    #[test]
    fn failures_say_whether_it_happened() {
        let fails = |fails, seen| World { fails: Some(fails), seen, ..World::default() };
        let no = || Failed::NotDone("no".to_owned());
        let lost = || Failed::Unclear("lost".to_owned());
        let (outcome, journal, _) = run_one(Progress::NotStarted, fails(no(), None));
        assert_eq!((outcome, journal), (Err(RunError::Failed("no".into())), Progress::NotStarted));
        for seen in [None, Some(Probe::NotDone), Some(Probe::Unknown(String::new()))] {
            let (outcome, journal, _) = run_one(Progress::NotStarted, fails(lost(), seen));
            let unclear = Err(RunError::Unclear("lost".to_owned()));
            assert_eq!((outcome, journal), (unclear, Progress::Started));
        }
        let seen = Some(Probe::Done("it arrived".to_owned()));
        let (outcome, _, _) = run_one(Progress::NotStarted, fails(lost(), seen));
        assert_eq!(outcome, Ok("it arrived".into()));
        let world = World { journal_breaks: true, ..World::default() };
        let (outcome, journal, count) = run_one(Progress::NotStarted, world);
        assert_eq!((journal, count), (Progress::Started, 1));
        assert!(matches!(outcome, Err(RunError::Journal { after: Some(_), .. })));
    }

    #[test]
    fn ids_follow_the_content() {
        let step = |content: &[u8]| Step::new("commit KEYS", Vec::new(), content).id;
        assert_eq!(step(b"a"), step(b"a"));
        assert_ne!(step(b"a"), step(b"b"));
        assert_eq!(step(b"a").len(), 12);
    }
}
