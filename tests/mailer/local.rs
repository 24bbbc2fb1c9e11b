//! Files and the `sendmail` program.

use std::fs;
use std::os::unix::fs::symlink;

use plusone::backend::mailer::{EmlFiles, Mailer, MailerError, Password, Sendmail};
use plusone::backend::process::ProcessError;

use crate::{mail, support};

#[test]
fn a_mail_is_written_once() {
    let place = tempfile::tempdir().unwrap();
    let directory = place.path().join("mails");
    let files = EmlFiles { directory: directory.clone() };
    let sent = files.send("vote", &mail()).unwrap();
    assert_eq!(sent.outcome, directory.join("vote.eml").display().to_string());
    assert_eq!(&sent.id, mail().message_id());
    let expected = [b"X-Unsent: 1\r\n", &mail().to_bytes()[..]].concat();
    assert_eq!(fs::read(directory.join("vote.eml")).unwrap(), expected);
    // The same again is the same file.
    assert_eq!(files.send("vote", &mail()).unwrap().outcome, sent.outcome);
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
    // What a person has changed is kept.
    fs::write(directory.join("vote.eml"), "edited").unwrap();
    let other = files.send("vote", &mail()).unwrap();
    assert_eq!(other.outcome, directory.join("vote-2.eml").display().to_string());
    assert_eq!(fs::read(directory.join("vote.eml")).unwrap(), b"edited");
    assert_eq!(fs::read(directory.join("vote-2.eml")).unwrap(), expected);
}

#[test]
fn where_nothing_can_be_written_nothing_is() {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("file"), "").unwrap();
    let files = EmlFiles { directory: place.path().join("file") };
    let error = files.send("vote", &mail()).unwrap_err();
    assert!(matches!(error, MailerError::File(_)), "{error}");
    assert!(!error.may_have_been_sent());
}

/// A directory with the stand-in for sendmail under this name.
fn program(name: &str) -> (tempfile::TempDir, Sendmail) {
    let place = tempfile::tempdir().unwrap();
    let script = support::root().join("tests/fixtures/letters/programs/sendmail.sh");
    symlink(script, place.path().join(name)).unwrap();
    let program = place.path().join(name).to_str().unwrap().to_owned();
    (place, Sendmail { program })
}

#[test]
fn sendmail_gets_the_message_and_the_addresses() {
    let (place, sendmail) = program("works");
    let sent = sendmail.send("vote", &mail()).unwrap();
    assert!(sent.outcome.contains("has taken it"), "{}", sent.outcome);
    let arguments = fs::read_to_string(place.path().join("arguments")).unwrap();
    assert_eq!(
        arguments,
        "-i\n-f\njane@apache.org\n--\ndev@demo.apache.org\nannounce@apache.org\n"
    );
    let message = fs::read_to_string(place.path().join("message")).unwrap();
    let expected = String::from_utf8(mail().to_bytes()).unwrap().replace("\r\n", "\n");
    assert_eq!(message, expected);
}

#[test]
fn sendmail_says_why_not() {
    let (_place, sendmail) = program("fails");
    let error = sendmail.send("vote", &mail()).unwrap_err();
    assert!(error.to_string().contains("no such list"), "{error}");
    assert!(error.to_string().contains("67") && !error.may_have_been_sent(), "{error}");
    let missing = Sendmail { program: "no-such-sendmail".into() };
    let error = missing.send("vote", &mail()).unwrap_err();
    assert!(matches!(&error, MailerError::Program(ProcessError::NotFound { .. })), "{error}");
}

#[test]
fn a_sendmail_that_dies_may_have_sent_it() {
    let (_place, sendmail) = program("dies");
    let error = sendmail.send("vote", &mail()).unwrap_err();
    assert!(error.may_have_been_sent(), "{error}");
    assert!(error.to_string().contains(&mail().message_id().0), "{error}");
}

#[test]
fn passwords_come_from_commands_and_show_nowhere() {
    let read = |line| Password::read(Some(line));
    let password = read("echo 's3cret word'; echo more").unwrap().unwrap();
    assert_eq!(password, Password::new("s3cret word"));
    assert_eq!(format!("{password:?} {password:#?}"), "Password(…) Password(…)");
    assert_eq!(read("true").unwrap(), None);
    let error = read("echo s3cret; echo locked >&2; exit 2").unwrap_err().to_string();
    assert!(error.contains("locked") && !error.contains("s3cret"), "{error}");
}
