//! The list of a rehearsal: a directory of mails, and people who answer.

use chrono::{DateTime, Utc};

use super::scene::Scene;
use crate::backend::files;
use crate::error::Failure;
use crate::mail;

/// A mail of the list.
pub(super) struct Posted {
    pub(super) subject: String,
    pub(super) id: String,
    pub(super) to: String,
    /// Its file, from the root.
    pub(super) file: String,
}

/// An answer.
pub(super) struct Answer<'a> {
    /// `Ada Lang <ada@apache.org>`
    pub(super) from: &'a str,
    /// Hours after the beginning.
    pub(super) hour: i64,
    /// Its Message-ID.
    pub(super) id: &'a str,
    pub(super) text: &'a str,
}

impl Scene {
    /// Puts the draft that plusone has written on the list, as a mail program and a list server
    /// would.
    pub(super) fn deliver(&mut self, version: &str, name: &str) -> Result<Posted, Failure> {
        let path = self.repository().join(".plusone").join(version).join(format!("{name}.eml"));
        let bytes = files::read(&path, 1 << 20).map_err(Failure::outside)?;
        let bytes = bytes.ok_or_else(|| Failure::bug(format!("{name} was not written")))?;
        let start = bytes.iter().position(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let bytes = &bytes[start..];
        let file = format!("list/{:02}-{name}.eml", self.posted()? + 1);
        self.write(&file, bytes)?;
        let read = mail::read(bytes);
        let to = read.lists.first().cloned().unwrap_or_default();
        Ok(Posted { subject: read.subject, id: read.id.0, to, file })
    }

    fn posted(&self) -> Result<usize, Failure> {
        Ok(files::list(&self.root.join("list")).map_err(Failure::outside)?.len())
    }

    /// Somebody answers a mail.
    pub(super) fn answer(&mut self, call: &Posted, answer: &Answer<'_>) -> Result<(), Failure> {
        let Answer { from, hour, id, text } = *answer;
        let date: DateTime<Utc> = self.at(hour);
        let who = from.split(' ').next().unwrap_or_default().to_lowercase();
        let body = text.replace('\n', "\r\n");
        let mail = format!(
            "From: {from}\r\nTo: {}\r\nSubject: Re: {}\r\nDate: {}\r\nMessage-ID: <{id}>\r\n\
             In-Reply-To: <{}>\r\nReferences: <{}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n",
            call.to,
            call.subject,
            date.format("%a, %d %b %Y %H:%M:%S +0000"),
            call.id,
            call.id,
        );
        let file = format!("list/{:02}-{who}.eml", self.posted()? + 1);
        self.write(&file, mail.as_bytes())
    }
}
