//! What can go wrong with a dist area, and what to do then.

use std::fmt;

use super::super::process::ProcessError;

/// What kind of thing stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The server does not know who asks.
    Credentials,
    /// The server knows who asks, and they may not.
    Forbidden,
    /// There is nothing at that path.
    Missing,
    /// Somebody else changed the same place in between.
    Changed,
    /// The connection could not be made, or broke.
    Connection,
    /// There is no server of that name.
    UnknownHost,
    /// The server's certificate cannot be trusted.
    Certificate,
    /// There is no space left.
    Full,
    /// A hook of the repository refused the commit.
    Hook,
    /// What answers there is no dist area.
    NotAnArea,
    /// svn or svnmucc is not installed.
    NoProgram,
    /// A file on this machine cannot be used.
    Local,
    /// An answer that makes no sense.
    Strange,
    /// Anything else.
    Other,
}

impl Trouble {
    /// What to do, in a sentence without a full stop.
    pub const fn remedy(self) -> &'static str {
        match self {
            Trouble::Credentials => {
                "log in once with `svn mkdir --username ID --message login URL` on the address of the area, which is there already: svn asks for the password, stores it, and changes nothing; or name a command that prints it with --svn-username and --svn-password-command, or with `svn_username` and `svn_password_command` in the [dist] table of your own settings"
            }
            Trouble::Forbidden => {
                "dist/dev is for committers, dist/release for PMC members: ask somebody who may to run the same command"
            }
            Trouble::Missing => {
                "check the address in plusone.toml, and what is there with `svn list`; a directory has to be made first"
            }
            Trouble::Changed => {
                "somebody else committed there in between: run the same command again, which looks anew"
            }
            Trouble::Connection => {
                "run the same command again: it first looks at what the server has, and does nothing twice"
            }
            Trouble::UnknownHost => {
                "check the name of the server and the network, then run the same command again"
            }
            Trouble::Certificate => {
                "run `svn info` on the address by hand and look at the certificate"
            }
            Trouble::Full => {
                "nothing was committed; run the same command again when there is space"
            }
            Trouble::Hook => "the repository's own rules refused it; its words say why",
            Trouble::NotAnArea => {
                "check the address in plusone.toml: the server is no Subversion repository there"
            }
            Trouble::NoProgram => "install Subversion: its programs svn and svnmucc",
            Trouble::Local => "check the file, then run the same command again",
            Trouble::Strange | Trouble::Other => {
                "look at what the area has, then run the same command again"
            }
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Trouble::Credentials => "the server does not accept who you say you are",
            Trouble::Forbidden => "you may not do that there",
            Trouble::Missing => "there is no such path",
            Trouble::Changed => "somebody else changed it in between",
            Trouble::Connection => "the connection failed",
            Trouble::UnknownHost => "there is no server of that name",
            Trouble::Certificate => "the server's certificate cannot be trusted",
            Trouble::Full => "no space is left",
            Trouble::Hook => "a hook refused the commit",
            Trouble::NotAnArea => "no repository is there",
            Trouble::NoProgram => "a program is missing",
            Trouble::Local => "a local file cannot be used",
            Trouble::Strange => "the answer makes no sense",
            Trouble::Other => "it failed",
        }
    }

    /// Reads svn's error codes. The more telling codes come first: several stand in one message,
    /// as `E170013` (unable to connect) before `E000111` (why).
    fn of_svn(stderr: &str) -> Self {
        use Trouble::*;
        const CODES: &[(&[&str], Trouble)] = &[
            (&["E165001"], Hook),
            (&["E000028", "E000122", "No space left on device", "507 Insufficient Storage"], Full),
            (&["E230001"], Certificate),
            (&["E215004", "Authentication error", "Can't get username or password"], Credentials),
            (&["E175013", "E220004", "E170001", "E000013", "E000030", "E720005"], Forbidden),
            (&["E160028", "E160020", "E160024", "E170004", "E155011"], Changed),
            (&["E160013", "W160013", "W170000", "E170000: URL"], Missing),
            (&["E670", "Unknown hostname", "E731001"], UnknownHost),
            (&["E175003", "E210005", "E180001", "E170000", "E125002"], NotAnArea),
            (
                &["E170013", "E175002", "E210002", "E1201", "E0001", "E000032", "E000054"],
                Connection,
            ),
        ];
        CODES
            .iter()
            .find(|(codes, _)| codes.iter().any(|code| stderr.contains(code)))
            .map_or(Other, |(_, trouble)| *trouble)
    }
}

/// A dist area that could not be used.
#[derive(Debug)]
pub struct AreaError {
    /// What kind.
    pub trouble: Trouble,
    verb: &'static str,
    place: String,
    said: String,
}

impl AreaError {
    pub(super) fn new(
        trouble: Trouble,
        verb: &'static str,
        place: &str,
        said: impl fmt::Display,
    ) -> Self {
        Self { trouble, verb, place: place.to_owned(), said: said.to_string() }
    }

    /// What a program's failure means.
    pub(super) fn of(error: ProcessError, verb: &'static str, place: &str) -> Self {
        let (trouble, said) = match &error {
            ProcessError::NotFound { program } => (Trouble::NoProgram, program.clone()),
            ProcessError::Slow { .. } => (Trouble::Connection, error.to_string()),
            ProcessError::TooMuch { .. } => (Trouble::Strange, error.to_string()),
            ProcessError::Start { source, .. } => (Trouble::Other, source.to_string()),
            ProcessError::Failed { stderr, status, .. } => match Trouble::of_svn(stderr) {
                // svnmucc dies of SIGPIPE when svnserve goes away.
                Trouble::Other if status.contains("signal") => {
                    (Trouble::Connection, status.clone())
                }
                trouble => (trouble, told(stderr)),
            },
        };
        Self::new(trouble, verb, place, said)
    }

    /// Whether it is certain that nothing was committed.
    pub fn nothing_was_done(&self) -> bool {
        !matches!(self.trouble, Trouble::Connection | Trouble::Strange | Trouble::Other)
    }
}

/// What svn wrote, in one line without its name.
fn told(stderr: &str) -> String {
    let lines = stderr.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines = lines.map(|line| {
        let line = line.strip_prefix("svnmucc: ").unwrap_or(line);
        line.strip_prefix("svn: ").unwrap_or(line)
    });
    let text = lines.collect::<Vec<_>>().join("; ");
    match text.char_indices().nth(1000) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl fmt::Display for AreaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} {}: {}", self.verb, self.place, self.trouble.words())?;
        if self.said.is_empty() { Ok(()) } else { write!(f, " ({})", self.said) }
    }
}

impl std::error::Error for AreaError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_svn_are_understood() {
        // As svn 1.14.2 and its servers wrote them on 2026-11-21.
        let said = [
            ("svnmucc: E170001: Authorization failed", Trouble::Forbidden),
            (
                "svnmucc: E170001: Authentication error from server: Password incorrect",
                Trouble::Credentials,
            ),
            ("svnmucc: E170001: Can't get username or password", Trouble::Credentials),
            (
                "svnmucc: E215004: No more credentials or we tried too many times.\nAuthentication failed",
                Trouble::Credentials,
            ),
            ("svnmucc: E175013: Access to '/repos/dist/!svn/me' forbidden", Trouble::Forbidden),
            ("svnmucc: E160020: Path already exists, path '/dev/demo/a'", Trouble::Changed),
            ("svnmucc: E170004: Directory '/dev/demo' is out of date", Trouble::Changed),
            ("svnmucc: E160013: Can't delete node at 'b' as it does not exist", Trouble::Missing),
            (
                "svn: E170013: Unable to connect to a repository at URL 'http://no.such.host.invalid/x'\nsvn: E670002: Name or service not known",
                Trouble::UnknownHost,
            ),
            (
                "svn: E170013: Unable to connect to a repository at URL 'svn://127.0.0.1:1/x'\nsvn: E000111: Can't connect to host '127.0.0.1': Connection refused",
                Trouble::Connection,
            ),
            (
                "svnmucc: E120108: Error running context: The server unexpectedly closed the connection.",
                Trouble::Connection,
            ),
            (
                "svn: E170013: Unable to connect to a repository at URL 'http://127.0.0.1:40001/repos/distx/nope'\nsvn: E175003: The server at 'http://127.0.0.1:40001/repos/distx/nope' does not support the HTTP/DAV protocol",
                Trouble::NotAnArea,
            ),
            (
                "svnmucc: E165001: Commit blocked by pre-commit hook (exit code 1) with output:\nonly on Mondays",
                Trouble::Hook,
            ),
            (
                "svnmucc: E000028: Can't write to file '/svn/db/transactions/1-1.txn/rev': No space left on device",
                Trouble::Full,
            ),
            ("svn: E200001: what", Trouble::Other),
        ];
        for (stderr, trouble) in said {
            assert_eq!(Trouble::of_svn(stderr), trouble, "{stderr}");
        }
    }
}
