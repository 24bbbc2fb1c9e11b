//! The clock, the environment and the processor.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

/// The time of the clock.
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

/// Starts to measure.
pub fn stopwatch() -> Stopwatch {
    Stopwatch(std::time::Instant::now())
}

impl Stopwatch {
    /// Seconds since the start, to the millisecond.
    pub fn seconds(self) -> f64 {
        (self.0.elapsed().as_secs_f64() * 1000.0).round() / 1000.0
    }
}

/// A variable of the environment; one that is no text counts as not set.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The words that this program was started with.
pub fn arguments() -> Vec<String> {
    std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
}

/// Threads that can run at once.
pub fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Lets other work on the machine go before that of this thread, from now on. Where the system knows
/// priorities of whole processes only, nothing changes.
pub fn stand_back() {
    // Not further: on a busy machine this thread has to come to its end as well. Where even that is
    // refused, it is only slower for the others.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 5);
}

/// Where the user's own settings are kept: `plusone/config.toml` in the configuration directory.
pub fn user_settings() -> Option<PathBuf> {
    let base = variable("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| variable("HOME").map(|home| PathBuf::from(home).join(".config")))?;
    Some(base.join("plusone").join("config.toml"))
}

/// Works from another directory from now on, as if started there.
///
/// # Errors
/// It cannot be entered; a sentence.
pub fn work_in(directory: &Path) -> Result<(), String> {
    std::env::set_current_dir(directory)
        .map_err(|error| format!("cannot enter `{}`: {error}", directory.display()))
}

/// Whether this is a Mac, where files are opened with another command.
pub const fn is_macos() -> bool {
    cfg!(target_os = "macos")
}
