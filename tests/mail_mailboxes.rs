//! Mailboxes on disk: every layout gives the same mails, and the quick way to a vote gives the vote
//! that the slow way gives.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use plusone::backend::mailbox::{self, Mailbox};
use plusone::mail::{self, Message};
use plusone::vote::subject::{Kind, which_call};
use plusone::vote::thread::{Thread, Which, find, threads};

fn messages(mailboxes: &[Mailbox]) -> Vec<Message> {
    mailbox::all(mailboxes).unwrap().iter().map(|mail| mail::read(mail)).collect()
}

fn quick(mailboxes: &[Mailbox], which: &Which) -> Vec<Thread> {
    let scan = mailbox::scan(mailboxes, which).unwrap();
    threads(scan.iter().map(|mail| mail::read(mail)).collect())
}

fn release(project: Option<&str>, version: Option<&str>, rc: Option<u32>) -> Which {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Which::Release { project: owned(project), version: owned(version), rc, list: None }
}

/// Asserts that for every vote there is, the quick way finds what the slow way finds; returns how
/// many votes there are.
#[track_caller]
fn assert_quick_is_right(mailboxes: &[Mailbox]) -> usize {
    let slow = threads(messages(mailboxes));
    let mut ways = vec![release(None, None, None), Which::Subject("vote".to_owned())];
    for thread in &slow {
        let subject = which_call(&thread.call.subject);
        ways.push(Which::Subject(thread.call.subject.clone()));
        let project = subject.project.join("-");
        ways.push(release(Some(&project), subject.version.as_deref(), subject.rc));
        ways.push(Which::MessageId(thread.call.id.0.clone()));
        let newest = thread.answers.last();
        ways.extend(newest.map(|answer| Which::MessageId(format!("<{}>", answer.id))));
    }
    for which in &ways {
        let quick = quick(mailboxes, which);
        match find(&slow, which) {
            Ok(found) => assert_eq!(find(&quick, which).unwrap(), found, "{which:?}"),
            Err(error) => assert_eq!(find(&quick, which).unwrap_err(), error, "{which:?}"),
        }
    }
    slow.len()
}

/// What Python's mailbox module makes of a file: one mail a line, as the digest of its bytes.
fn by_python(path: &Path) -> Vec<String> {
    const SCRIPT: &str = "import hashlib, mailbox, sys\n\
        for mail in mailbox.mbox(sys.argv[1], create=False):\n\
        \x20   pass\n\
        box = mailbox.mbox(sys.argv[1], create=False)\n\
        for key in box.keys():\n\
        \x20   print(hashlib.sha256(box.get_bytes(key).rstrip()).hexdigest())\n";
    let output = Command::new("python3").args(["-c", SCRIPT]).arg(path).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

fn digests(mails: &[Vec<u8>]) -> Vec<String> {
    use sha2::{Digest, Sha256};
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    mails.iter().map(|mail| hex(&Sha256::digest(mail.trim_ascii_end()))).collect()
}

fn corpus_mboxes(test: &str) -> Vec<PathBuf> {
    let Some(corpus) = support::corpus_for(test) else { return Vec::new() };
    let mut files: Vec<PathBuf> = fs::read_dir(corpus.join("mbox"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == "mbox"))
        .collect();
    files.sort();
    files
}

#[test]
fn the_files_of_the_corpus_are_cut_as_python_cuts_them() {
    if !support::program_for("the_files_of_the_corpus_are_cut_as_python_cuts_them", "python3") {
        return;
    }
    for path in corpus_mboxes("the_files_of_the_corpus_are_cut_as_python_cuts_them") {
        let mails = mailbox::all(&[Mailbox::Mbox(path.clone())]).unwrap();
        let bytes = fs::read(&path).unwrap();
        // Python leaves `>From ` as it stands.
        let quoted = bytes.windows(7).any(|window| window == b"\n>From ");
        let (ours, pythons) = (digests(&mails), by_python(&path));
        assert_eq!(ours.len(), pythons.len(), "{}", path.display());
        let same = ours.iter().zip(&pythons).filter(|(one, other)| one == other).count();
        let changed = ours.len() - same;
        assert!(changed == 0 || (quoted && changed <= 5), "{changed} in {}", path.display());
    }
}

#[test]
fn the_quick_way_is_right_on_the_corpus() {
    let files = corpus_mboxes("the_quick_way_is_right_on_the_corpus");
    if files.is_empty() {
        return;
    }
    let mut votes = 0;
    for path in &files {
        votes += assert_quick_is_right(&[Mailbox::Mbox(path.clone())]);
    }
    assert!(votes > 10, "{votes}");
    // The same month from three archives: each mail counts once.
    let maven: Vec<Mailbox> = files
        .iter()
        .filter(|path| path.to_str().unwrap().contains("maven"))
        .map(|path| Mailbox::Mbox(path.clone()))
        .collect();
    let three = threads(messages(&maven));
    assert_eq!(maven.len(), 3);
    for thread in &three {
        let ids: BTreeSet<_> = thread.messages().map(|message| &message.id).collect();
        assert_eq!(ids.len(), thread.messages().count());
    }
    assert_quick_is_right(&maven);
}

/// A little generator of numbers; the tests must not depend on luck.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// A list's mails with several votes among much else: answers with and without references, in
/// threads of others, with encoded subjects, results and cancellations of their own.
fn list(numbers: &mut Numbers, size: usize) -> Vec<Vec<u8>> {
    let calls = [
        "[VOTE] Release Apache Demo 1.0.0 RC1",
        "[VOTE] Release Apache Demo 1.0.0 RC2",
        "[VOTE] Release Apache Demo Tools 1.0.0",
        "[VOTE] Release Apache Other 2.1 (take 2)",
        "[VOTE] =?utf-8?q?Release_Caf=C3=A9_3=2E0?=",
        "[VOTE] Adopt a logo",
    ];
    let before = [
        "Re: ",
        "RE: ",
        "AW: Re: ",
        "[RESULT] ",
        "[RESULT][VOTE] ",
        "[CANCEL] ",
        "Re: [CANCELLED] ",
    ];
    let others =
        ["Build failed in Demo 12", "[jira] Created: X", "Re: passing thoughts", "[DISCUSS] 1.0.0"];
    let mut mails = Vec::new();
    for number in 0..size {
        let subject = match numbers.below(12) {
            0 => calls[numbers.below(calls.len())].to_owned(),
            1..=5 => {
                let mark = before[numbers.below(before.len())];
                format!("{mark}{}", calls[numbers.below(calls.len())])
            }
            _ => others[numbers.below(others.len())].to_owned(),
        };
        let mut header = format!("Subject: {subject}\n");
        if numbers.below(20) > 0 {
            header += &format!("Message-ID: <{number}@x>\n");
        }
        if number > 0 && numbers.below(3) > 0 {
            // Some name mails that are in no archive, or that come later.
            header += &format!("In-Reply-To: <{}@x>\n", numbers.below(number * 5 / 4 + 2));
        }
        if number > 0 && numbers.below(3) == 0 {
            let (one, other) = (numbers.below(number + 3), numbers.below(number + 3));
            header += &format!("References: <{one}@x>\n\t<{other}@x>\n");
        }
        let day = 1 + numbers.below(28);
        let hour = numbers.below(24);
        let text = match numbers.below(3) {
            0 => "The vote is open for 72 hours.\n\n[ ] +1\n[ ] -1\n",
            _ => "+1 (binding)\n\nFrom here on it works\n",
        };
        let sender = numbers.below(5);
        mails.push(
            format!(
                "From: V <v{sender}@x.org>\nDate: {day} Nov 2026 {hour:02}:{:02}:00 +0000\n\
                 List-Id: <dev.x.apache.org>\n{header}\n{number}\n{text}",
                number % 60
            )
            .into_bytes(),
        );
    }
    mails
}

fn saved(directory: &Path, name: &str, mails: &[Vec<u8>]) -> Mailbox {
    let path = directory.join(name);
    mailbox::save(&path, mails.iter().map(|mail| (&mail[..], None))).unwrap();
    Mailbox::Mbox(path)
}

#[test]
fn the_quick_way_is_right_on_generated_lists() {
    let directory = tempfile::tempdir().unwrap();
    let mut votes = 0;
    for seed in 0..4 {
        let mut numbers = Numbers(seed);
        let mut mails = list(&mut numbers, 120);
        let mailbox = saved(directory.path(), "list.mbox", &mails);
        votes += assert_quick_is_right(std::slice::from_ref(&mailbox));
        let before = threads(messages(&[mailbox]));
        numbers.shuffle(&mut mails);
        let shuffled = saved(directory.path(), "shuffled.mbox", &mails);
        assert_eq!(threads(messages(std::slice::from_ref(&shuffled))), before, "seed {seed}");
        assert_quick_is_right(&[shuffled]);
        // In two files, some mails in both.
        let (one, other) = (&mails[..80], &mails[50..]);
        let one = saved(directory.path(), "one.mbox", one);
        let other = saved(directory.path(), "other.mbox", other);
        assert_eq!(threads(messages(&[one, other])), before, "seed {seed}");
    }
    assert!(votes > 20, "{votes}");
}

/// Large enough that it is read in many pieces and by two threads; borders fall everywhere.
#[test]
fn a_large_file_is_cut_as_a_small_one() {
    let directory = tempfile::tempdir().unwrap();
    let mut numbers = Numbers(7);
    let mut mails = Vec::new();
    while mails.iter().map(Vec::len).sum::<usize>() < 6 << 20 {
        let mut mail = list(&mut numbers, 1).remove(0);
        let id = mails.len();
        mail.splice(
            0..0,
            format!("Message-ID: <n{id}@x>\nX-Pad: {}\n", "x".repeat(numbers.below(900)))
                .into_bytes(),
        );
        let lines = numbers.below(120);
        mail.extend((0..lines).flat_map(|n| format!("From line {n}\n\n>From {n}\n").into_bytes()));
        if numbers.below(400) == 0 {
            mail.extend(std::iter::repeat_n(b'y', 700_000));
            mail.push(b'\n');
        }
        mails.push(mail);
    }
    // A header larger than a piece.
    mails[5].splice(0..0, format!("X-Huge:{}\n", " x\n".repeat(110_000)).into_bytes());
    let mailbox = saved(directory.path(), "large.mbox", &mails);
    let all = mailbox::all(std::slice::from_ref(&mailbox)).unwrap();
    assert_eq!(all.len(), mails.len());
    assert!(all == mails);
    // A header of 330,000 bytes is not read to its end: what stands there is lost to the quick way
    // and the slow one alike.
    assert_ne!(mail::read(&mails[5]).id.0, "n5@x");
    let slow = threads(messages(std::slice::from_ref(&mailbox)));
    for id in [0, 5, mails.len() / 2, mails.len() - 1] {
        let which = Which::MessageId(format!("n{id}@x"));
        let quick = quick(std::slice::from_ref(&mailbox), &which);
        assert!(find(&quick, &which) == find(&slow, &which), "{id}");
    }
    let newest = release(None, None, None);
    let quick = quick(&[mailbox], &newest);
    // Many people call the same vote here: both ways say which ones.
    assert!(find(&quick, &newest) == find(&slow, &newest));
}

#[test]
fn every_layout_gives_the_same_mails() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    let mails = list(&mut Numbers(3), 40);
    let plain = saved(root, "plain.mbox", &mails);
    let Mailbox::Mbox(path) = &plain else { unreachable!() };
    let bytes = fs::read(path).unwrap();

    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&bytes).unwrap();
    fs::write(root.join("packed"), gzip.finish().unwrap()).unwrap();
    let which = release(Some("demo"), Some("1.0.0"), Some(1));
    let packed = Mailbox::Mbox(root.join("packed"));
    assert_eq!(mailbox::all(std::slice::from_ref(&packed)).unwrap(), mails);
    assert_eq!(mailbox::scan(&[packed], &which).unwrap(), mailbox::scan(&[plain], &which).unwrap());

    let crlf = String::from_utf8(bytes.clone()).unwrap().replace('\n', "\r\n");
    fs::write(root.join("crlf.mbox"), crlf).unwrap();
    let found = messages(&[Mailbox::Mbox(root.join("crlf.mbox"))]);
    let expected: Vec<Message> = mails.iter().map(|mail| mail::read(mail)).collect();
    assert_eq!(found, expected);

    fs::write(root.join("unterminated.mbox"), bytes.trim_ascii_end()).unwrap();
    let found = mailbox::all(&[Mailbox::Mbox(root.join("unterminated.mbox"))]).unwrap();
    assert_eq!(found.len(), mails.len());
    assert_eq!(found[..39], mails[..39]);

    for name in ["cur", "new", "tmp"] {
        fs::create_dir_all(root.join("maildir").join(name)).unwrap();
    }
    fs::create_dir(root.join("eml")).unwrap();
    for (number, mail) in mails.iter().enumerate() {
        let place = if number % 2 == 0 { "cur" } else { "new" };
        fs::write(root.join("maildir").join(place).join(format!("1.{number:03}:2,S")), mail)
            .unwrap();
        fs::write(root.join(format!("eml/{number:03}.eml")), mail).unwrap();
    }
    fs::write(root.join("maildir/tmp/1.999"), "Subject: half written\n\n").unwrap();
    fs::write(root.join("eml/notes.txt"), "Subject: no mail\n\n").unwrap();
    let sorted = |mut mails: Vec<Vec<u8>>| {
        mails.sort();
        mails
    };
    let maildir = [Mailbox::Maildir(root.join("maildir"))];
    assert_eq!(sorted(mailbox::all(&maildir).unwrap()), sorted(mails.clone()));
    let eml = [Mailbox::Directory(root.join("eml"))];
    assert_eq!(mailbox::all(&eml).unwrap(), mails);
    assert_quick_is_right(&maildir);
}

/// Lines longer than anything a writer makes; a reader that waits for their end waits forever.
#[test]
fn endless_lines_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("endless.mbox");
    let endless = "x".repeat(900_000);
    let dated = "a@x Fri Nov 20 10:00:00 2026";
    for (text, count) in [
        (format!("From {endless}"), 1),
        (format!("From {dated} {endless}\nSubject: x\n\n"), 1),
        (
            format!(
                "From {dated}\nA: {endless}\n\nFrom {dated} {endless}\nB: x\n\nFrom {dated}\nC: x\n"
            ),
            2,
        ),
        (format!("From {dated}\nA: {endless}"), 1),
        (format!("{endless}\n\nFrom {dated}\nC: x\n"), 2),
        (endless.clone(), 1),
    ] {
        fs::write(&path, &text).unwrap();
        let mailbox = Mailbox::Mbox(path.clone());
        assert_eq!(mailbox::all(&[mailbox]).unwrap().len(), count, "{}", &text[..60]);
        let borders = plusone::mail::mbox::Borders::default();
        assert_eq!(borders.split(text.as_bytes()).count(), count);
    }
}

#[test]
fn what_is_no_mailbox_is_an_error_that_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    for (mailbox, words) in [
        (Mailbox::Mbox(missing.clone()), "cannot read"),
        (Mailbox::Directory(missing.clone()), "cannot read"),
        (Mailbox::Maildir(directory.path().to_owned()), "no Maildir"),
    ] {
        let error = mailbox::all(&[mailbox]).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert!(error.contains(directory.path().to_str().unwrap()), "{error}");
    }
    let torn = directory.path().join("torn.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&list(&mut Numbers(1), 200).concat()).unwrap();
    let bytes = gzip.finish().unwrap();
    fs::write(&torn, &bytes[..bytes.len() / 2]).unwrap();
    assert!(mailbox::all(&[Mailbox::Mbox(torn)]).is_err(), "a torn archive loses votes");
    fs::write(directory.path().join("empty.mbox"), "").unwrap();
    let empty = [Mailbox::Mbox(directory.path().join("empty.mbox"))];
    assert!(mailbox::all(&empty).unwrap().is_empty());
}

#[test]
fn saved_mails_count_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let mails = list(&mut Numbers(5), 60);
    let first = saved(directory.path(), "first.mbox", &mails);
    let which = release(Some("demo"), None, None);
    let scanned = mailbox::scan(std::slice::from_ref(&first), &which).unwrap();
    let second = saved(directory.path(), "second.mbox", &scanned);
    assert_eq!(mailbox::all(std::slice::from_ref(&second)).unwrap(), scanned);
    let (one, other) = (quick(&[first], &which), quick(&[second], &which));
    assert_eq!(find(&one, &which).unwrap(), find(&other, &which).unwrap());
    assert!(one.iter().any(|thread| which_call(&thread.call.subject).kind == Kind::Vote));
}
