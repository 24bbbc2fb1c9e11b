//! An SMTP server, always over TLS.
//!
//! Each step's answer is looked at by its code, not only by whether it is good: answers that
//! somebody slipped in before TLS began would be out of step, and end the conversation.

use std::error::Error as _;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use lettre::address::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use super::{Mailer, MailerError, Password, Sent, certificates};
use crate::mail::MessageId;
use crate::mail::compose::Outgoing;

/// How the connection is made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Begins in the clear and must become TLS before anything is said: port 587.
    StartTls,
    /// TLS from the start: port 465.
    Implicit,
}

impl Tls {
    /// The port it is usual on.
    pub const fn port(self) -> u16 {
        match self {
            Tls::StartTls => 587,
            Tls::Implicit => 465,
        }
    }
}

/// An SMTP server and how to log in there.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is made safe.
    pub tls: Tls,
    /// User and password, where the server asks for them.
    pub login: Option<(String, Password)>,
    /// Certificates that are trusted besides the system's: a file in PEM form.
    pub trusted: Option<PathBuf>,
    /// How long the server may take for an answer; for the last, three times as long.
    pub patience: Duration,
}

/// Usual patience.
pub const PATIENCE: Duration = Duration::from_secs(60);

impl Mailer for Smtp {
    fn describes(&self) -> String {
        let how = match self.tls {
            Tls::StartTls => "STARTTLS",
            Tls::Implicit => "TLS",
        };
        match &self.login {
            Some((user, _)) => format!("send through {} ({how}), as {user}", self.server()),
            None => format!("send through {} ({how})", self.server()),
        }
    }

    fn send(&self, _name: &str, mail: &Outgoing) -> Result<Sent, MailerError> {
        let sender = self.address("sender", mail.sender())?;
        let recipients: Vec<Address> = mail
            .recipients()
            .into_iter()
            .map(|address| self.address("recipient", address))
            .collect::<Result<_, _>>()?;
        let mut connection = self.connect()?;
        self.log_in(&mut connection)?;
        let outcome = self.hand_over(&mut connection, mail, sender, recipients);
        // It is done, or has failed for a reason of its own: how the farewell goes says nothing.
        let _ = connection.command(Quit);
        let outcome = outcome?;
        Ok(Sent { id: mail.message_id().clone(), outcome })
    }
}

impl Smtp {
    fn server(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    fn address(&self, role: &'static str, text: &str) -> Result<Address, MailerError> {
        text.parse().map_err(|error: lettre::address::AddressError| MailerError::Address {
            server: self.server(),
            role,
            address: text.to_owned(),
            answer: error.to_string(),
        })
    }

    /// Connects, over TLS when it returns.
    fn connect(&self) -> Result<SmtpConnection, MailerError> {
        let tls_error =
            |error: Error| MailerError::Tls { server: self.server(), reason: innermost(&error) };
        let mut parameters = TlsParameters::builder(self.host.clone());
        if let Some(path) = &self.trusted {
            let pem = certificates(path)?;
            let certificate =
                Certificate::from_pem(&pem).map_err(|_| MailerError::Certificates(path.clone()))?;
            parameters = parameters.add_root_certificate(certificate);
        }
        let parameters = parameters.build().map_err(tls_error)?;
        let hello = ClientId::default();
        let at_once = (self.tls == Tls::Implicit).then_some(&parameters);
        let address = (&self.host[..], self.port);
        let connection =
            SmtpConnection::connect(address, Some(self.patience), &hello, at_once, None);
        let mut connection = connection.map_err(|error| match is_tls(&error) {
            true => tls_error(error),
            false => MailerError::Connect { server: self.server(), reason: innermost(&error) },
        })?;
        if self.tls == Tls::StartTls {
            if !connection.can_starttls() {
                let _ = connection.command(Quit);
                return Err(MailerError::NoStartTls { server: self.server() });
            }
            // Whatever goes wrong here, an answer in the clear included: TLS has not begun.
            connection.starttls(&parameters, &hello).map_err(tls_error)?;
        }
        if !connection.is_encrypted() {
            let reason = "the connection is not encrypted".to_owned();
            return Err(MailerError::Tls { server: self.server(), reason });
        }
        Ok(connection)
    }

    fn log_in(&self, connection: &mut SmtpConnection) -> Result<(), MailerError> {
        let Some((user, password)) = &self.login else {
            return Ok(());
        };
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        if connection.server_info().get_auth_mechanism(&mechanisms).is_none() {
            let _ = connection.command(Quit);
            return Err(MailerError::NoLogin { server: self.server() });
        }
        let refused = |answer: String| MailerError::Login {
            server: self.server(),
            user: user.clone(),
            answer: password.out_of(&answer),
        };
        let credentials = Credentials::new(user.clone(), password.0.clone());
        match connection.auth(&mechanisms, &credentials) {
            Ok(response) if response.has_code(235) => Ok(()),
            Ok(response) => Err(refused(in_words(&response))),
            Err(error) if error.status().is_some() => {
                let _ = connection.command(Quit);
                Err(refused(answer(&error)))
            }
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn hand_over(
        &self,
        connection: &mut SmtpConnection,
        mail: &Outgoing,
        sender: Address,
        recipients: Vec<Address>,
    ) -> Result<String, MailerError> {
        let address_refused = |role, address: &str, answer| MailerError::Address {
            server: self.server(),
            role,
            address: address.to_owned(),
            answer,
        };
        self.step(connection, Mail::new(Some(sender), Vec::new()), &[250])?
            .map_err(|answer| address_refused("sender", mail.sender(), answer))?;
        for recipient in recipients {
            let address = recipient.to_string();
            self.step(connection, Rcpt::new(recipient, Vec::new()), &[250, 251])?
                .map_err(|answer| address_refused("recipient", &address, answer))?;
        }
        let refused = |answer| MailerError::Refused { server: self.server(), answer };
        self.step(connection, Data, &[354])?.map_err(refused)?;
        // From here on the mail may be out, unless the server says that it is not.
        let unknown = |reason, id: &MessageId| MailerError::Unknown {
            through: self.server(),
            reason,
            id: id.clone(),
        };
        connection
            .set_timeout(Some(self.patience * 3))
            .map_err(|error| refused(error.to_string()))?;
        let bytes = mail.to_bytes();
        // lettre ends the last line itself.
        let bytes = bytes.strip_suffix(b"\r\n").unwrap_or(&bytes);
        match connection.message(bytes) {
            Ok(response) if response.has_code(250) => Ok(in_words(&response)),
            Ok(response) => Err(unknown(in_words(&response), mail.message_id())),
            Err(error) if error.status().is_some() => Err(refused(answer(&error))),
            Err(error) => Err(unknown(innermost(&error), mail.message_id())),
        }
    }

    /// One command; the inner error is the server's refusal in its own words.
    fn step(
        &self,
        connection: &mut SmtpConnection,
        command: impl fmt::Display,
        expected: &[u16],
    ) -> Result<Result<(), String>, MailerError> {
        match connection.command(command) {
            Ok(response) if expected.iter().any(|code| response.has_code(*code)) => Ok(Ok(())),
            Ok(response) => Ok(Err(in_words(&response))),
            Err(error) if error.status().is_some() => Ok(Err(answer(&error))),
            Err(error) => Err(self.broken(&error)),
        }
    }

    fn broken(&self, error: &Error) -> MailerError {
        MailerError::Broken { server: self.server(), reason: innermost(error) }
    }
}

/// A server's refusal as it said it: `550 no such list`.
fn answer(error: &Error) -> String {
    let code = error.status().map_or_else(String::new, |code| code.to_string());
    match error.source() {
        Some(words) => format!("{code} {words}"),
        None => code,
    }
}

fn in_words(response: &Response) -> String {
    let words: Vec<&str> = response.message().collect();
    format!("{} {}", response.code(), words.join(" ")).trim().to_owned()
}

/// What is behind an error, without lettre's words around it.
fn innermost(error: &Error) -> String {
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    match reason.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {
            "it took too long to answer".to_owned()
        }
        _ if reason.to_string() == "incomplete response" => "it hung up".to_owned(),
        _ => reason.to_string(),
    }
}

/// Whether an error comes from TLS. The handshake happens with the first read, inside an I/O error.
fn is_tls(error: &Error) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if error.is::<rustls::Error>() || inside.is_some_and(|inside| inside.is::<rustls::Error>())
        {
            return true;
        }
        source = error.source();
    }
    error.is_tls()
}
