//! The throw-away places of a rehearsal, and how commands are run in them.

use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::super::Session;
use crate::backend::files;
use crate::backend::isolated::{self, Isolated};
use crate::error::{Failure, shell_line};
use crate::report::rehearse::{RehearsalScene, RehearsalStep};

/// The places.
pub(super) struct Scene {
    /// All of it.
    pub(super) root: PathBuf,
    plusone: PathBuf,
    environment: Isolated,
    /// When it begins.
    start: DateTime<Utc>,
    /// Hours since then.
    pub(super) hour: i64,
    step: Option<RehearsalStep>,
    pub(super) steps: Vec<RehearsalStep>,
}

impl Scene {
    /// Everything below `root`; the GnuPG home is elsewhere, for its sockets need a short path.
    pub(super) fn new(root: &Path, gnupg: &Path, start: DateTime<Utc>) -> Result<Self, Failure> {
        let home = root.join("home");
        for directory in ["home/.config/plusone", "list", "voter", "dist"] {
            files::make_directory(&root.join(directory)).map_err(Failure::outside)?;
        }
        Ok(Self {
            root: root.to_owned(),
            plusone: isolated::ourselves().map_err(Failure::outside)?,
            environment: Isolated::new(&home, gnupg),
            start,
            hour: 0,
            step: None,
            steps: Vec::new(),
        })
    }

    /// Ends the programs that the rehearsal has started in the background.
    pub(super) fn environment_ends(&self) -> Result<(), Failure> {
        let words = ["--kill", "all"];
        let ended = self.environment.run(Path::new("gpgconf"), &words, &self.root);
        ended.map(drop).map_err(Failure::outside)
    }

    /// The repository of the project.
    pub(super) fn repository(&self) -> PathBuf {
        self.root.join("project")
    }

    /// The present.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.at(self.hour)
    }

    /// So many hours after the beginning.
    pub(super) fn at(&self, hour: i64) -> DateTime<Utc> {
        self.start + TimeDelta::hours(hour)
    }

    /// Begins a step.
    pub(super) fn begin(&mut self, title: &str) {
        self.step =
            Some(RehearsalStep { title: title.to_owned(), scenes: Vec::new(), seconds: 0.0 });
    }

    /// Ends a step, and tells it.
    pub(super) fn end(&mut self, session: &Session) -> Result<(), Failure> {
        let Some(mut step) = self.step.take() else { return Ok(()) };
        let seconds = |scene: &RehearsalScene| match scene {
            RehearsalScene::Ran { seconds, .. } => *seconds,
            RehearsalScene::Said { .. } => 0.0,
        };
        step.seconds = step.scenes.iter().map(seconds).sum();
        let number = self.steps.len() + 1;
        session.ui.show(|page| step.write(number, page))?;
        self.steps.push(step);
        Ok(())
    }

    /// Says what is going on.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        if let Some(step) = &mut self.step {
            step.scenes.push(RehearsalScene::Said { text: text.into() });
        }
    }

    /// Runs a command in the project, which must end with this status; returns what it printed.
    pub(super) fn run(&mut self, words: &[&str], status: &[i32]) -> Result<String, Failure> {
        let directory = self.repository();
        self.run_in(&directory, words, status, true)
    }

    /// As [`Scene::run`], untold.
    pub(super) fn quietly(&mut self, words: &[&str]) -> Result<String, Failure> {
        let directory = self.repository();
        self.run_in(&directory, words, &[0], false)
    }

    /// As [`Scene::run`], as a voter elsewhere.
    pub(super) fn voter(&mut self, words: &[&str], status: &[i32]) -> Result<String, Failure> {
        let directory = self.root.join("voter");
        self.run_in(&directory, words, status, true)
    }

    fn run_in(
        &mut self,
        directory: &Path,
        words: &[&str],
        status: &[i32],
        told: bool,
    ) -> Result<String, Failure> {
        let Some((program, rest)) = words.split_first() else { return Ok(String::new()) };
        let time = self.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let ours = *program == "plusone";
        let (path, rest) = match ours {
            true => (self.plusone.clone(), [&["--time", &time][..], rest].concat()),
            false => (PathBuf::from(program), rest.to_vec()),
        };
        let ran = self.environment.run(&path, &rest, directory).map_err(Failure::outside)?;
        let line = shell_line(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>());
        let mut output = ran.stdout.clone();
        if !ran.stderr.trim().is_empty() {
            output = format!("{output}{}", ran.stderr);
        }
        if !status.contains(&ran.status) {
            return Err(Failure::outside(format!(
                "the rehearsal stopped: `{line}` ended with {} instead of {}",
                ran.status,
                status.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ")
            ))
            .excerpt(output)
            .hint(format!("all of it is left in {}", self.root.display())));
        }
        if let Some(step) = self.step.as_mut().filter(|_| told) {
            let (command, seconds) = (line, ran.seconds);
            step.scenes.push(RehearsalScene::Ran { command, status: ran.status, output, seconds });
        }
        Ok(ran.stdout)
    }

    /// Writes a file below the root.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.root.join(name);
        if let Some(parent) = path.parent() {
            files::make_directory(parent).map_err(Failure::outside)?;
        }
        files::write(&path, bytes).map_err(Failure::outside)
    }

    /// Says how the release stands now.
    pub(super) fn status(&mut self) -> Result<(), Failure> {
        let directory = self.repository();
        let time = self.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let words = ["--time", &time, "status", "--offline"];
        let ran = self
            .environment
            .run(&self.plusone.clone(), &words, &directory)
            .map_err(Failure::outside)?;
        // 3 is waiting.
        if !matches!(ran.status, 0 | 3) {
            return Err(Failure::outside("`plusone status` failed").excerpt(ran.stderr));
        }
        let newest = ran.stdout.lines().filter(|line| !line.starts_with(' ')).collect::<Vec<_>>();
        let stands = newest.iter().rev().find(|line| line.contains("rc")).copied();
        let seconds = ran.seconds;
        if let (Some(step), Some(stands)) = (self.step.as_mut(), stands) {
            step.scenes.push(RehearsalScene::Ran {
                command: "plusone status".to_owned(),
                status: 0,
                output: format!("{stands}\n"),
                seconds,
            });
        }
        Ok(())
    }
}
