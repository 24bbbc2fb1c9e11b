//! What a command says when it cannot do its work, and how the program ends.
//!
//! Rooms return facts; the commands turn them into a [`Failure`], which adds what to do. Findings
//! (a bad signature, a vote that did not pass) are results, not failures.

use std::fmt;

use serde::Serialize;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExitStatus {
    /// 0: done, and what was judged is good.
    Done = 0,
    /// 1: what was judged is bad: findings of severity error, a vote that did not pass.
    Bad = 1,
    /// 2: the command line or the settings cannot be used.
    Usage = 2,
    /// 3: could not complete: something outside failed, a check could not run, a vote is open.
    Incomplete = 3,
    /// 4: a mistake in plusone itself.
    Bug = 4,
}

/// What kind of thing stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// The command line, the settings, or the repository they speak of.
    Usage,
    /// A file, a program, the network.
    Outside,
    /// plusone itself.
    Bug,
}

/// A failure with its remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What kind.
    pub kind: FailureKind,
    /// What is wrong; starts in lower case, has no full stop.
    pub error: String,
    /// What to do, most likely first.
    pub hints: Vec<Hint>,
    /// The place in a text that is wrong, as compilers show it; lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
}

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hint {
    /// In words.
    Say(String),
    /// By a command, one word an item.
    Run(Vec<String>),
}

impl Failure {
    /// The command line or the settings cannot be used.
    pub fn usage(error: impl fmt::Display) -> Self {
        Self::new(FailureKind::Usage, error)
    }

    /// Something outside failed.
    pub fn outside(error: impl fmt::Display) -> Self {
        Self::new(FailureKind::Outside, error)
    }

    /// A mistake in plusone itself.
    pub fn bug(error: impl fmt::Display) -> Self {
        let failure = Self::new(FailureKind::Bug, error);
        failure
            .hint("this is a mistake in plusone: please report it with the command and its output")
    }

    fn new(kind: FailureKind, error: impl fmt::Display) -> Self {
        Self { kind, error: error.to_string(), hints: Vec::new(), excerpt: None }
    }

    /// Shows the place in a text that is wrong.
    pub fn excerpt(mut self, lines: impl Into<String>) -> Self {
        self.excerpt = Some(lines.into());
        self
    }

    /// Adds a remedy in words.
    pub fn hint(mut self, words: impl Into<String>) -> Self {
        self.hints.push(Hint::Say(words.into()));
        self
    }

    /// Adds a command that helps.
    pub fn run(mut self, command: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.hints.push(Hint::Run(command.into_iter().map(Into::into).collect()));
        self
    }

    /// How the program ends after this.
    pub fn exit(&self) -> ExitStatus {
        match self.kind {
            FailureKind::Usage => ExitStatus::Usage,
            FailureKind::Outside => ExitStatus::Incomplete,
            FailureKind::Bug => ExitStatus::Bug,
        }
    }
}

impl Hint {
    /// The hint as one line.
    pub fn line(&self) -> String {
        match self {
            Hint::Say(words) => words.clone(),
            Hint::Run(command) => format!("run `{}`", shell_line(command)),
        }
    }
}

/// A command as one would type it.
pub fn shell_line(command: &[String]) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@+,%{}".contains(c);
    let word = |word: &String| {
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    command.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_pasted() {
        let command = ["plusone", "package", "--key", "Jane Doe's", ""].map(str::to_owned);
        assert_eq!(shell_line(&command), r"plusone package --key 'Jane Doe'\''s' ''");
    }
}
