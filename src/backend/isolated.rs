//! Programs in an environment of their own: their home, their keys, their settings, nothing of the
//! user's but the PATH.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::machine;
use super::process::ProcessError;

/// An environment.
#[derive(Debug, Clone)]
pub struct Isolated {
    variables: Vec<(&'static str, OsString)>,
}

/// What a program did.
#[derive(Debug, Clone)]
pub struct Ran {
    /// Its exit status; -1 if a signal ended it.
    pub status: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
    /// How long it took.
    pub seconds: f64,
}

impl Isolated {
    /// An environment with this home and this home of GnuPG.
    pub fn new(home: &Path, gnupg: &Path) -> Self {
        let mut variables = vec![
            ("HOME", home.into()),
            ("GNUPGHOME", gnupg.into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("LC_ALL", "C.UTF-8".into()),
            ("NO_COLOR", "1".into()),
            ("COLUMNS", "100".into()),
        ];
        // What programs need to be found and to find their libraries.
        for name in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT"] {
            variables.extend(std::env::var_os(name).map(|value| (name, value)));
        }
        Self { variables }
    }

    /// Runs a program to its end; it reads nothing.
    ///
    /// # Errors
    /// It is missing or cannot be started.
    pub fn run(
        &self,
        program: &Path,
        words: &[&str],
        directory: &Path,
    ) -> Result<Ran, ProcessError> {
        let start = Instant::now();
        let mut command = Command::new(program);
        command.args(words).current_dir(directory).env_clear().stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let output = command.output().map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => {
                ProcessError::NotFound { program: program.display().to_string() }
            }
            _ => ProcessError::Start { program: program.display().to_string(), source },
        })?;
        Ok(Ran {
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            seconds: start.elapsed().as_secs_f64(),
        })
    }
}

/// This very program.
///
/// # Errors
/// The system does not say where it is; a sentence.
pub fn ourselves() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|error| format!("it cannot be found where plusone is: {error}"))
}

/// Whether a program is on the PATH.
pub fn is_there(program: &str) -> bool {
    let path = machine::variable("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}
