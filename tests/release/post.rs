//! The post: an SMTP server, the web archive of the lists, a download page; see `post.py`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::support;

/// What the server asks for.
pub const PASSWORD: &str = "s3cret & long";

/// The servers, until dropped.
pub struct Post {
    child: Child,
    place: TempDir,
    pub smtp: u16,
    pub http: u16,
    pub https: u16,
}

impl Post {
    /// None, and noted, where aiosmtpd is not installed.
    pub fn new(test: &str) -> Option<Self> {
        let there = ["aiosmtpd", "openssl"].map(|program| support::program_for(test, program));
        if there.contains(&false) {
            return None;
        }
        // The Python that it is installed for need not be the first on the PATH.
        let which = Command::new("sh").args(["-c", "command -v aiosmtpd"]).output().unwrap();
        let program = fs::read_to_string(String::from_utf8(which.stdout).unwrap().trim()).unwrap();
        let python = program.lines().next().unwrap().trim_start_matches("#!").trim().to_owned();
        let place = tempfile::Builder::new().prefix("popost").tempdir_in("/tmp").unwrap();
        fs::create_dir(place.path().join("mails")).unwrap();
        support::certificates(place.path());
        let script = support::root().join("tests/release/post.py");
        let mut child = Command::new(python)
            .arg(script)
            .arg(place.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut ports = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut ports).unwrap();
        let ports: Vec<u16> = ports.split_whitespace().map(|port| port.parse().unwrap()).collect();
        Some(Self { child, place, smtp: ports[0], http: ports[1], https: ports[2] })
    }

    /// A file that it reads or writes.
    pub fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Changes how it behaves.
    pub fn set(&self, word: &str, on: bool) {
        match on {
            true => fs::write(self.path(word), "").unwrap(),
            false => fs::remove_file(self.path(word)).unwrap(),
        }
    }

    /// The Message-IDs of all mails that were handed over, in order; twice means sent twice.
    pub fn delivered(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("delivered")).unwrap_or_default();
        text.lines().map(|line| line.trim_matches(['<', '>', ' ']).to_owned()).collect()
    }

    /// The mails in the archive, in order.
    pub fn mails(&self) -> Vec<String> {
        let mut names: Vec<PathBuf> =
            fs::read_dir(self.path("mails")).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names.iter().map(|path| fs::read_to_string(path).unwrap()).collect()
    }

    /// The newest mail with these words in its subject.
    #[track_caller]
    pub fn mail(&self, subject: &str) -> String {
        let found = self.mails().into_iter().rev().find(|mail| {
            let line = mail.lines().find(|line| line.starts_with("Subject: "));
            line.is_some_and(|line| line.contains(subject))
        });
        found.unwrap_or_else(|| panic!("no mail with the subject {subject}"))
    }

    /// Somebody writes to the list, in answer to a mail.
    pub fn answer(&self, from: &str, date: &str, answered: &str, text: &str) {
        let header = |name: &str| {
            let prefix = format!("{name}: ");
            let line = answered.lines().find(|line| line.starts_with(&prefix)).unwrap();
            line[prefix.len()..].trim().to_owned()
        };
        let number = fs::read_dir(self.path("mails")).unwrap().count() + 1;
        let (subject, id) = (header("Subject"), header("Message-ID"));
        let to = header("To");
        let mail = format!(
            "From: {from}\r\nTo: {to}\r\nSubject: Re: {subject}\r\nDate: {date}\r\n\
             Message-ID: <answer-{number}@voters.example>\r\nIn-Reply-To: {id}\r\nReferences: {id}\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{}\r\n",
            text.replace('\n', "\r\n")
        );
        fs::write(self.path("mails").join(format!("{number:04}.eml")), mail).unwrap();
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text of a header.
#[track_caller]
pub fn header(mail: &str, name: &str) -> String {
    let prefix = format!("{name}: ");
    let line = mail.lines().find(|line| line.starts_with(&prefix));
    line.unwrap_or_else(|| panic!("no {name} in {mail}"))[prefix.len()..].trim().to_owned()
}
