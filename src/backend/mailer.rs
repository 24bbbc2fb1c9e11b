//! Sending mail: into a file, through an SMTP server, or through the `sendmail` program.
//!
//! A mail that was not sent and a mail that may have been sent are different errors
//! ([`MailerError::may_have_been_sent`]): the first can be tried again, the second must be looked
//! for in the archive. A password is read by a command or from the environment, is never a
//! setting, and shows in no error and no debug output.

mod poster;
mod smtp;

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::files::{self, FileError};
use super::machine;
use super::process::{self, ProcessError, Stdin};
use crate::mail::MessageId;
use crate::mail::compose::Outgoing;
use crate::plan::Probe;

pub use poster::{Poster, Posting, UNDERWAY};
pub use smtp::{PATIENCE, Smtp, Tls};

/// The variable of the environment that a password is taken from.
pub const PASSWORD_VARIABLE: &str = "PLUSONE_SMTP_PASSWORD";

/// A way to send mail.
pub trait Mailer {
    /// What sending with it does, for a plan: `send through mail.example.org:587`.
    fn describes(&self) -> String;

    /// Sends a mail. `name` says what it is, in letters fit for a file name: `vote`.
    ///
    /// # Errors
    /// See [`MailerError`].
    fn send(&self, name: &str, mail: &Outgoing) -> Result<Sent, MailerError>;

    /// Looks whether the mail was sent before; none where this way of sending keeps no trace.
    ///
    /// # Errors
    /// It cannot look.
    fn look(&self, _name: &str, _mail: &Outgoing) -> Result<Option<Probe>, MailerError> {
        Ok(None)
    }
}

/// A mail that was sent, or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Its Message-ID.
    pub id: MessageId,
    /// What came of it: the server's answer, a path.
    pub outcome: String,
}

/// A mail that was not sent, or perhaps not.
#[derive(Debug, thiserror::Error)]
pub enum MailerError {
    /// A file could not be written or read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A step of a plan that is no mail.
    #[error("the step {0} is no mail")]
    NoMail(String),
    /// There are too many drafts beside each other.
    #[error("`{}` is full of drafts", .0.display())]
    Drafts(PathBuf),
    /// A program could not be run, or refused the mail.
    #[error(transparent)]
    Program(#[from] ProcessError),
    /// The certificates given as trusted are none.
    #[error("`{}` holds no certificate in PEM form", .0.display())]
    Certificates(PathBuf),
    /// There is no password.
    #[error("there is no password for {user} at {server}")]
    NoPassword {
        /// Where.
        server: String,
        /// Who.
        user: String,
    },
    /// The server could not be reached.
    #[error("cannot connect to {server}: {reason}")]
    Connect {
        /// Host and port.
        server: String,
        /// Why.
        reason: String,
    },
    /// The server speaks no TLS on this port.
    #[error("{server} does not offer STARTTLS: nothing was sent, and no password")]
    NoStartTls {
        /// Host and port.
        server: String,
    },
    /// TLS failed: a certificate that is not trusted, or not the server's.
    #[error("no safe connection to {server}: {reason}; nothing was sent, and no password")]
    Tls {
        /// Host and port.
        server: String,
        /// Why.
        reason: String,
    },
    /// The server offers no login that a password can be used for.
    #[error("{server} offers no login with a password")]
    NoLogin {
        /// Host and port.
        server: String,
    },
    /// The server did not take the login.
    #[error("{server} refuses the login of {user}: {answer}")]
    Login {
        /// Host and port.
        server: String,
        /// Who.
        user: String,
        /// The server's words.
        answer: String,
    },
    /// The server does not take the sender's or a recipient's address. Nobody got the mail.
    #[error("{server} refuses the {role} {address}: {answer}; nobody got the mail")]
    Address {
        /// Host and port.
        server: String,
        /// `sender` or `recipient`.
        role: &'static str,
        /// Whose.
        address: String,
        /// The server's words.
        answer: String,
    },
    /// The server does not take the mail. Nobody got it.
    #[error("{server} refuses the mail: {answer}; nobody got it")]
    Refused {
        /// Host and port.
        server: String,
        /// The server's words.
        answer: String,
    },
    /// The connection broke before the mail was handed over.
    #[error("the connection to {server} broke: {reason}; nothing was sent")]
    Broken {
        /// Host and port.
        server: String,
        /// Why.
        reason: String,
    },
    /// The mail was handed over, and no answer came.
    #[error(
        "{through} took the mail and did not say what became of it: {reason}; it may have been sent, as <{id}>"
    )]
    Unknown {
        /// The server or program.
        through: String,
        /// Why nothing is known.
        reason: String,
        /// What to look for in the archive.
        id: MessageId,
    },
}

impl MailerError {
    /// Whether the mail may have been sent all the same: it must be looked for before it is sent
    /// again.
    pub fn may_have_been_sent(&self) -> bool {
        matches!(self, MailerError::Unknown { .. })
    }
}

/// Writes mails as files that a mail program opens as drafts.
#[derive(Debug, Clone)]
pub struct EmlFiles {
    /// Where to; must not be inside what is staged.
    pub directory: PathBuf,
}

/// Drafts of one kind that are kept beside each other.
const MOST_DRAFTS: u32 = 100;

impl Mailer for EmlFiles {
    fn describes(&self) -> String {
        format!("write into `{}`, to be sent with a mail program", self.directory.display())
    }

    /// Writes `<name>.eml`, or `<name>-2.eml` and so on where another draft is: a person may have
    /// worked on it. The same mail is written once.
    fn send(&self, name: &str, mail: &Outgoing) -> Result<Sent, MailerError> {
        let bytes = Self::bytes(mail);
        let path = match self.place(name, &bytes) {
            Place::There(path) => path,
            Place::Free(path) => {
                files::write(&path, &bytes)?;
                path
            }
            Place::None => return Err(MailerError::Drafts(self.directory.clone())),
        };
        Ok(Sent { id: mail.message_id().clone(), outcome: path.display().to_string() })
    }

    fn look(&self, name: &str, mail: &Outgoing) -> Result<Option<Probe>, MailerError> {
        Ok(Some(match self.place(name, &Self::bytes(mail)) {
            Place::There(path) => Probe::Done(path.display().to_string()),
            Place::Free(_) | Place::None => Probe::NotDone,
        }))
    }
}

/// Where a draft is, or can be.
enum Place {
    There(PathBuf),
    Free(PathBuf),
    None,
}

impl EmlFiles {
    fn bytes(mail: &Outgoing) -> Vec<u8> {
        // Makes mail programs open it for sending.
        [b"X-Unsent: 1\r\n", &mail.to_bytes()[..]].concat()
    }

    fn place(&self, name: &str, bytes: &[u8]) -> Place {
        for number in 1..=MOST_DRAFTS {
            let file = match number {
                1 => format!("{name}.eml"),
                _ => format!("{name}-{number}.eml"),
            };
            let path = self.directory.join(file);
            if !files::exists(&path) {
                return Place::Free(path);
            }
            let there = files::read(&path, bytes.len() as u64 + 1).ok().flatten();
            if there.as_deref() == Some(bytes) {
                return Place::There(path);
            }
        }
        Place::None
    }
}

/// Hands mails to the `sendmail` of this machine, or a program that takes the same options.
#[derive(Debug, Clone)]
pub struct Sendmail {
    /// Its name, looked for on the PATH, or its path.
    pub program: String,
}

impl Default for Sendmail {
    fn default() -> Self {
        Self { program: "sendmail".to_owned() }
    }
}

impl Mailer for Sendmail {
    fn describes(&self) -> String {
        format!("send through the program `{}`", self.program)
    }

    fn send(&self, _name: &str, mail: &Outgoing) -> Result<Sent, MailerError> {
        // Programs on Unix want bare line feeds; the message is ASCII with CRLF at line ends only.
        let bytes: Vec<u8> = mail.to_bytes().into_iter().filter(|byte| *byte != b'\r').collect();
        let mut command = Command::new(&self.program);
        // -i: a line with a single dot is no end.
        command.args(["-i", "-f", mail.sender(), "--"]).args(mail.recipients());
        let output = process::output(&mut command, Some(&bytes))?;
        let id = mail.message_id().clone();
        match output.status.code() {
            Some(0) => Ok(Sent { id, outcome: format!("`{}` has taken it", self.program) }),
            Some(_) => Err(process::failed(&command, &output).into()),
            None => Err(MailerError::Unknown {
                through: format!("`{}`", self.program),
                reason: output.status.to_string(),
                id,
            }),
        }
    }
}

/// A secret that shows nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Takes a password.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Reads it from the first line that `command` prints, a line for `sh`; without a command,
    /// from [`PASSWORD_VARIABLE`]. None if that is not set or the line is empty.
    ///
    /// # Errors
    /// The command fails.
    pub fn read(command: Option<&str>) -> Result<Option<Self>, ProcessError> {
        let text = match command {
            None => machine::variable(PASSWORD_VARIABLE),
            Some(line) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", line]);
                let output = process::output_from(&mut shell, Stdin::Ours)?;
                if !output.status.success() {
                    return Err(process::failed(&shell, &output));
                }
                let text = String::from_utf8_lossy(&output.stdout).into_owned();
                text.lines().next().map(str::to_owned)
            }
        };
        Ok(text.filter(|text| !text.is_empty()).map(Self))
    }

    /// Takes the password, in clear and in the form of a login, out of a text from a server.
    fn out_of(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in [self.0.clone(), base64(self.0.as_bytes())] {
            text = text.replace(&secret, "…");
        }
        text
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Base64 with padding (RFC 4648), as in a login.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
        let group = group << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * place)) as usize & 63];
            out.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

/// Reads certificates that are trusted besides the system's.
fn certificates(path: &Path) -> Result<Vec<u8>, MailerError> {
    const LARGEST: u64 = 4 << 20;
    let pem = files::read(path, LARGEST)?.unwrap_or_default();
    let holds_one = String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----");
    if holds_one { Ok(pem) } else { Err(MailerError::Certificates(path.to_owned())) }
}
