//! Sending through SMTP servers, good and bad ones.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use plusone::backend::mailer::{Mailer, MailerError, Password, Smtp, Tls};

use crate::mail;
use crate::servers::{PASSWORD, Server};

/// Sends, expecting an error that keeps the password to itself.
#[track_caller]
fn fails(smtp: &Smtp) -> MailerError {
    let error = smtp.send("vote", &mail()).unwrap_err();
    let secret = smtp.login.as_ref().map_or(PASSWORD, |_| PASSWORD);
    for text in [error.to_string(), format!("{error:?}"), format!("{smtp:?}")] {
        assert!(!text.contains(secret), "{text}");
    }
    error
}

#[test]
fn a_mail_arrives_once_and_whole() {
    for (words, tls) in [(&[][..], Tls::StartTls), (&["implicit"][..], Tls::Implicit)] {
        let Some(server) = Server::real("a_mail_arrives_once_and_whole", words) else {
            return;
        };
        let smtp = Smtp { tls, ..server.smtp() };
        let sent = smtp.send("vote", &mail()).unwrap();
        assert_eq!(sent.outcome, "250 2.0.0 queued as 4711");
        assert_eq!(&sent.id, mail().message_id());
        assert_eq!(server.delivered(), 1);
        let events = server.events();
        let data = events.last().unwrap();
        assert_eq!(data["sender"], "jane@apache.org");
        assert_eq!(
            data["recipients"],
            serde_json::json!(["dev@demo.apache.org", "announce@apache.org"])
        );
        assert_eq!(data["content"].as_str().unwrap().as_bytes(), mail().to_bytes());
        assert_eq!((&data["tls"], &data["login"]), (&true.into(), &true.into()));
    }
}

#[test]
fn a_wrong_password_sends_nothing() {
    let Some(server) = Server::real("a_wrong_password_sends_nothing", &["echo"]) else {
        return;
    };
    let mut smtp = server.smtp();
    smtp.login = Some(("jane".into(), Password::new("hunter two")));
    let error = fails(&smtp);
    let text = format!("{error} {error:?}");
    // The server repeats the password, in clear and encoded (base64 of it, by base64(1)).
    assert!(text.contains("535 5.7.8 wrong") && text.contains("jane"), "{text}");
    assert!(!text.contains("hunter") && !text.contains("aHVudGVyIHR3bw=="), "{text}");
    assert!(matches!(error, MailerError::Login { .. }) && !error.may_have_been_sent());
    assert_eq!(server.delivered(), 0);
    assert!(server.events().iter().all(|event| event["event"] == "auth"));
}

#[test]
fn without_tls_nothing_is_said() {
    let test = "without_tls_nothing_is_said";
    let Some(server) = Server::real(test, &["clear"]) else {
        return;
    };
    let error = fails(&server.smtp());
    assert!(matches!(error, MailerError::NoStartTls { .. }), "{error}");
    assert_eq!(server.events(), [] as [serde_json::Value; 0]);
    // One that would take a password in the clear does not get it.
    let server = Server::scripted(test, &[]).unwrap();
    let error = fails(&server.smtp());
    assert!(matches!(error, MailerError::NoStartTls { .. }), "{error}");
    let heard = server.file("heard");
    assert!(heard.starts_with("EHLO "), "{heard}");
    for word in ["AUTH", "MAIL", "jane", PASSWORD] {
        assert!(!heard.contains(word), "{heard}");
    }
    // Nor does it when TLS is expected from the start.
    let error = fails(&Smtp { tls: Tls::Implicit, ..server.smtp() });
    assert!(matches!(error, MailerError::Tls { .. }), "{error}");
}

#[test]
fn certificates_are_checked() {
    let Some(server) = Server::real("certificates_are_checked", &[]) else {
        return;
    };
    // By nobody's authority.
    let unknown = Smtp { trusted: None, ..server.smtp() };
    let error = fails(&unknown);
    assert!(matches!(error, MailerError::Tls { .. }), "{error}");
    assert!(error.to_string().contains("UnknownIssuer"), "{error}");
    // Of another name.
    let other = Smtp { host: "127.0.0.1".into(), ..server.smtp() };
    let error = fails(&other);
    assert!(matches!(error, MailerError::Tls { .. }), "{error}");
    // Trusted by a file that is none.
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("ca.pem");
    for text in
        [None, Some("hello"), Some("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")]
    {
        if let Some(text) = text {
            fs::write(&file, text).unwrap();
        }
        let error = fails(&Smtp { trusted: Some(file.clone()), ..server.smtp() });
        let told = matches!(error, MailerError::Certificates(_) | MailerError::Tls { .. });
        assert!(told, "{error}");
    }
    assert_eq!(server.events(), [] as [serde_json::Value; 0]);
}

#[test]
fn answers_slipped_in_before_tls_are_noticed() {
    let Some(server) = Server::scripted("answers_slipped_in_before_tls_are_noticed", &["inject"])
    else {
        return;
    };
    let error = smtp_fails_quickly(&server);
    // Whatever it is called: the mail was refused, and must not count as sent.
    assert!(!matches!(error, MailerError::Unknown { .. }), "{error}");
    assert!(!server.file("said").contains("DATA"), "{}", server.file("said"));
    assert!(!server.file("heard").contains("AUTH"), "{}", server.file("heard"));
}

fn smtp_fails_quickly(server: &Server) -> MailerError {
    fails(&Smtp { patience: Duration::from_secs(2), ..server.smtp() })
}

#[test]
fn a_refused_address_keeps_the_mail_from_all() {
    let test = "a_refused_address_keeps_the_mail_from_all";
    let Some(server) = Server::real(test, &["refuse-recipient"]) else {
        return;
    };
    let error = fails(&server.smtp());
    let MailerError::Address { role: "recipient", address, answer, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!((&address[..], &answer[..]), ("announce@apache.org", "550 5.1.1 no such list here"));
    assert_eq!(server.delivered(), 0);
    let server = Server::real(test, &["refuse-sender"]).unwrap();
    let error = fails(&server.smtp());
    assert!(matches!(error, MailerError::Address { role: "sender", .. }), "{error}");
    assert_eq!(server.delivered(), 0);
}

#[test]
fn a_refused_mail_was_not_sent() {
    let Some(server) = Server::real("a_refused_mail_was_not_sent", &["refuse-mail"]) else {
        return;
    };
    let error = fails(&server.smtp());
    assert!(
        matches!(&error, MailerError::Refused { answer, .. } if answer.contains("spam")),
        "{error}"
    );
    assert!(!error.may_have_been_sent());
}

#[test]
fn a_server_that_falls_silent_may_have_sent_it() {
    let test = "a_server_that_falls_silent_may_have_sent_it";
    for (words, why) in [("drop", ""), ("hang", "too long")] {
        let Some(server) = Server::real(test, &[words]) else {
            return;
        };
        let error = fails(&Smtp { patience: Duration::from_secs(1), ..server.smtp() });
        assert!(matches!(error, MailerError::Unknown { .. }), "{error}");
        assert!(error.may_have_been_sent());
        let text = error.to_string();
        assert!(text.contains(why) && text.contains(&mail().message_id().0), "{text}");
        assert_eq!(server.delivered(), 1);
    }
}

#[test]
fn servers_without_a_login_are_told() {
    let test = "servers_without_a_login_are_told";
    let Some(server) = Server::real(test, &["no-login"]) else {
        return;
    };
    let error = fails(&server.smtp());
    assert!(matches!(error, MailerError::NoLogin { .. }), "{error}");
    // Who needs none is served.
    let sent = Smtp { login: None, ..server.smtp() }.send("vote", &mail());
    assert!(sent.is_ok() && server.delivered() == 1);
}

#[test]
fn servers_that_cannot_be_reached_are_told() {
    let test = "servers_that_cannot_be_reached_are_told";
    let Some(server) = Server::scripted(test, &["silent"]) else {
        return;
    };
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refused = fails(&Smtp { port: free, ..server.smtp() });
    assert!(matches!(refused, MailerError::Connect { .. }), "{refused}");
    assert!(refused.to_string().contains("refused"), "{refused}");
    let nowhere = fails(&Smtp { host: "no-such-host.invalid".into(), ..server.smtp() });
    assert!(matches!(nowhere, MailerError::Connect { .. }), "{nowhere}");
    let silent = smtp_fails_quickly(&server);
    assert!(matches!(silent, MailerError::Connect { .. }), "{silent}");
    assert!(silent.to_string().contains("too long"), "{silent}");
}
