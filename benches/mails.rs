//! How long it takes to find a vote among a list's mails: `benches/mails.sh` compares it with grep and Python.
//!
//! `mails make MBOX COUNT` writes a list's archive of about 3 kB a mail, 15 % of them multipart, with a vote every two
//! thousand mails; `mails find MBOX [VERSION]` finds the newest vote of it, or that on a version, and does nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a measuring program"
)]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::Instant;

use chrono::{DateTime, TimeDelta};
use plusone::backend::mailbox::{self, Mailbox};
use plusone::vote::thread::{Which, find};

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["make", mbox, count] => make(mbox, count.parse().unwrap()),
        ["find", mbox] => newest(mbox, None),
        ["find", mbox, version] => newest(mbox, Some(version.to_owned())),
        [mbox] => {
            for _ in 0..5 {
                let start = Instant::now();
                newest(mbox, None);
                println!("{:?}", start.elapsed());
            }
        }
        _ => println!("not run: mails: no mailbox given"),
    }
}

fn newest(mbox: &str, version: Option<String>) {
    let which = Which::Release { project: Some("demo".to_owned()), version, rc: None, list: None };
    let scan = mailbox::votes(&[Mailbox::Mbox(PathBuf::from(mbox))], &which, false).unwrap();
    let gathered = scan.gathered;
    let found = find(&gathered.threads, &which).unwrap();
    println!(
        "{}: {} answers, {} mails read",
        found.call.subject,
        found.answers.len(),
        gathered.read
    );
}

const WORDS: &[&str] = &[
    "lorem", "ipsum", "dolor", "sit", "amet", "release", "build", "test", "fix", "From", "commit",
    "here", "vote", "patch", "review", "merge", "branch", "maven",
];

fn make(mbox: &str, count: usize) {
    let mut out = BufWriter::new(File::create(mbox).unwrap());
    let mut seed = 1_u64;
    let mut below = |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) as usize) % limit
    };
    let start = DateTime::from_timestamp(1_600_000_000, 0).unwrap();
    for number in 0..count {
        let date = start + TimeDelta::minutes(3 * number as i64);
        let mail_date = date.format("%a, %d %b %Y %H:%M:%S +0000");
        let mut mail = format!(
            "From dev-return-{number}@x.apache.org {}\nReturn-Path: <dev-return-{number}@x.apache.org>\n\
             Received: from mail.apache.org (mail.apache.org [192.0.2.{}])\n\tby mx.example.org (Postfix) with \
             ESMTPS id {number:08X}\n\tfor <archive@x.example.org>; {mail_date}\nReceived: (qmail {number} invoked \
             by uid 998); {mail_date}\nMailing-List: contact dev-help@x.apache.org; run by ezmlm\nPrecedence: \
             bulk\nList-Help: <mailto:dev-help@x.apache.org>\nList-Post: <mailto:dev@x.apache.org>\nList-Id: \
             <dev.x.apache.org>\nReply-To: dev@x.apache.org\nMIME-Version: 1.0\nFrom: Person {} \
             <p{}@example.org>\nDate: {mail_date}\nMessage-ID: <m{number}.{number:x}@mail.example.org>\nTo: \
             dev@x.apache.org\n",
            date.format("%a %b %e %H:%M:%S %Y"),
            number % 256,
            number % 97,
            number % 97,
        );
        let (first, thread) = (number - number % 2000, number - number % 8);
        let id = |number: usize| format!("<m{number}.{number:x}@mail.example.org>");
        let mut text = String::new();
        if number % 2000 < 40 {
            let version = format!("[VOTE] Release Apache Demo 1.{}.0 RC1", number / 2000);
            if number == first {
                writeln!(mail, "Subject: {version}").unwrap();
                text += "The vote is open for 72 hours.\n[ ] +1\n[ ] -1\n\n";
            } else {
                let call = id(first);
                writeln!(mail, "In-Reply-To: {call}\nReferences: {call}\nSubject: Re: {version}")
                    .unwrap();
                text += "+1 (binding)\n\n";
            }
        } else if number == thread {
            writeln!(mail, "Subject: [jira] [Created] (X-{number}) it fails").unwrap();
        } else {
            let names: Vec<String> = (thread..number).map(id).collect();
            let (names, before) = (names.join("\n\t"), id(number - 1));
            writeln!(
                mail,
                "In-Reply-To: {before}\nReferences: {names}\nSubject: Re: topic {thread}"
            )
            .unwrap();
        }
        while mail.len() + text.len() < 2900 {
            let quote = if below(3) == 0 { "> " } else { "" };
            let words: Vec<&str> = (0..10).map(|_| WORDS[below(WORDS.len())]).collect();
            writeln!(text, "{quote}{}", words.join(" ")).unwrap();
        }
        if number % 20 < 3 {
            let (plain, page) = text.split_at(text.len() / 2);
            write!(
                mail,
                "Content-Type: multipart/alternative; boundary=\"b{number}\"\n\n--b{number}\nContent-Type: \
                 text/plain\n\n{plain}\n--b{number}\nContent-Type: text/html\n\n<p>{page}</p>\n--b{number}--\n\n"
            )
            .unwrap();
        } else {
            write!(mail, "Content-Type: text/plain; charset=\"UTF-8\"\n\n{text}\n").unwrap();
        }
        out.write_all(mail.as_bytes()).unwrap();
    }
    out.flush().unwrap();
}
