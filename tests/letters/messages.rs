//! Mails of our own: what Python's email module and mail-parser read back of them, and what they
//! never can be made to hold.

use std::process::{Command, Stdio};

use mail_parser::{HeaderValue, MessageParser, MimeHeaders};
use plusone::mail::compose::{ComposeError, Outgoing, Parts, parse_address, split_addresses};
use plusone::mail::{Address, MessageId};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::sample::{Sample, instant};
use crate::support;

fn address(name: &str, address: &str) -> Address {
    Address {
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        address: address.to_owned(),
    }
}

fn parts() -> Parts {
    Parts {
        from: address("Jane Doe", "jane@apache.org"),
        to: vec![address("", "dev@demo.apache.org")],
        cc: Vec::new(),
        subject: "[VOTE] Release Apache Demo 1.2.0 RC1".into(),
        date: instant("2026-11-20T10:00:00Z"),
        thread: Vec::new(),
        body: "Hello,\n\nplease vote.\n".into(),
    }
}

fn mail(change: impl FnOnce(&mut Parts)) -> Outgoing {
    let mut parts = parts();
    change(&mut parts);
    Outgoing::new(parts).unwrap()
}

#[test]
fn a_mail_is_these_bytes() {
    let mail = mail(|_| {});
    let id = mail.message_id();
    let expected = format!(
        "From: Jane Doe <jane@apache.org>\r\n\
         To: dev@demo.apache.org\r\n\
         Subject: [VOTE] Release Apache Demo 1.2.0 RC1\r\n\
         Date: Fri, 20 Nov 2026 10:00:00 +0000\r\n\
         Message-ID: <{id}>\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=us-ascii; format=fixed\r\n\
         Content-Transfer-Encoding: 7bit\r\n\
         \r\n\
         Hello,\r\n\r\nplease vote.\r\n"
    );
    assert_eq!(String::from_utf8(mail.to_bytes()).unwrap(), expected);
    let digits = id.0.strip_prefix("plusone.").unwrap().strip_suffix("@apache.org").unwrap();
    assert!(digits.len() == 40 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
}

#[test]
fn the_message_id_follows_what_the_mail_says() {
    let id = |change: fn(&mut Parts)| mail(change).message_id().clone();
    let first = id(|_| {});
    assert_eq!(first, id(|_| {}));
    // When it is sent, and how its lines end, is not what it says.
    assert_eq!(first, id(|parts| parts.date = instant("2026-11-21T10:00:00Z")));
    assert_eq!(first, id(|parts| parts.body = parts.body.replace('\n', "\r\n")));
    let changes: [fn(&mut Parts); 6] = [
        |parts| parts.subject.push('!'),
        |parts| parts.body.push('!'),
        |parts| parts.to[0].address = "dev@other.apache.org".into(),
        |parts| parts.cc = parts.to.clone(),
        |parts| parts.from.address = "max@apache.org".into(),
        |parts| parts.thread.push(MessageId("x@y".into())),
    ];
    for change in changes {
        assert_ne!(first, id(change));
    }
}

#[test]
fn no_part_can_bring_in_a_header() {
    let bcc = "\nBcc: everybody@example.org";
    for injected in [bcc, &bcc.replace('\n', "\r\n"), "\r", "\u{0}", "\u{85}", "\u{2028}", "\u{b}"]
    {
        let changes: [&dyn Fn(&mut Parts); 6] = [
            &|parts| parts.subject += injected,
            &|parts| parts.from.name = Some(format!("Jane{injected}")),
            &|parts| parts.from.address += injected,
            &|parts| parts.to[0].address += injected,
            &|parts| parts.cc.push(address(injected, "x@example.org")),
            &|parts| parts.thread.push(MessageId(format!("a@b{injected}"))),
        ];
        for change in changes {
            let mut parts = parts();
            change(&mut parts);
            assert!(Outgoing::new(parts.clone()).is_err(), "{parts:?}");
        }
    }
    for wrong in ["", "jane", "@apache.org", "jane@", "a b@c.org", "a@b@c.org", "a@b..c", "é@x.org"]
    {
        let mut parts = parts();
        parts.to[0].address = wrong.into();
        assert!(matches!(Outgoing::new(parts), Err(ComposeError::Address(_))), "{wrong}");
    }
    let mut nobody = parts();
    nobody.to.clear();
    assert_eq!(Outgoing::new(nobody), Err(ComposeError::NoRecipient));
    let mut escape = parts();
    escape.body.push('\u{1b}');
    assert!(matches!(Outgoing::new(escape), Err(ComposeError::Control { part: "text", .. })));
}

#[test]
fn addresses_are_read() {
    for (text, name, bare) in [
        ("jane@apache.org", None, "jane@apache.org"),
        (" <jane@apache.org> ", None, "jane@apache.org"),
        ("Jane Doe <jane@apache.org>", Some("Jane Doe"), "jane@apache.org"),
        ("\"Doe, \\\"J\\\" Jane\" <jane@apache.org>", Some("Doe, \"J\" Jane"), "jane@apache.org"),
        ("Łukasz Żak <l+x@apache.org>", Some("Łukasz Żak"), "l+x@apache.org"),
    ] {
        let read = parse_address(text).unwrap();
        assert_eq!((read.name.as_deref(), &read.address[..]), (name, bare));
    }
    for bad in ["", "jane", "Jane <jane>", "Jane <a@b> x", "a@b, c@d"] {
        assert!(parse_address(bad).is_err(), "{bad}");
    }
    let list = "a@b.c, \"Doe, Jane\" <d@e.f>,, Max <g@h.i>,";
    assert_eq!(split_addresses(list), ["a@b.c", "\"Doe, Jane\" <d@e.f>", "Max <g@h.i>"]);
}

/// What Python's email module reads in each of these messages.
fn python_reads(messages: &[Vec<u8>]) -> Vec<Value> {
    const SCRIPT: &str = "import base64, email, email.policy, json, sys\n\
        out = []\n\
        for line in sys.stdin:\n\
        \x20   m = email.message_from_bytes(base64.b64decode(line), policy=email.policy.default)\n\
        \x20   people = lambda h: [[a.display_name, a.addr_spec] for a in m[h].addresses] if m[h] else []\n\
        \x20   out.append(dict(people_from=people('From'), to=people('To'), cc=people('Cc'),\n\
        \x20       subject=str(m['Subject']), date=m['Date'].datetime.isoformat(),\n\
        \x20       id=str(m['Message-ID']), answers=str(m['In-Reply-To'] or ''),\n\
        \x20       references=str(m['References'] or '').split(), headers=len(m.keys()),\n\
        \x20       type=m.get_content_type(), format=m['Content-Type'].params.get('format'),\n\
        \x20       body=m.get_content().replace('\\r\\n', '\\n'), defects=[str(d) for d in m.defects]))\n\
        json.dump(out, sys.stdout)\n";
    let mut child = Command::new("python3")
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = messages.iter().map(|bytes| base64(bytes) + "\n").collect();
    let feeder = std::thread::spawn(move || {
        use std::io::Write;
        stdin.write_all(lines.as_bytes()).unwrap();
    });
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

fn base64(bytes: &[u8]) -> String {
    use lettre::message::Body;
    use lettre::message::header::ContentTransferEncoding;
    let encoded = Body::new_with_encoding(bytes.to_vec(), ContentTransferEncoding::Base64).unwrap();
    String::from_utf8(encoded.into_vec()).unwrap().replace("\r\n", "")
}

/// The same facts, from the parts themselves.
fn told(mail: &Outgoing) -> Value {
    let parts = mail.parts();
    let people = |list: &[Address]| -> Vec<Value> {
        list.iter().map(|a| json!([a.name.clone().unwrap_or_default(), a.address])).collect()
    };
    let id = |id: &MessageId| format!("<{id}>");
    let mut named: Vec<String> = parts.thread.iter().map(id).collect();
    if named.len() > 21 {
        named.drain(1..named.len() - 20);
    }
    let optional = usize::from(!parts.cc.is_empty()) + if named.is_empty() { 0 } else { 2 };
    json!({
        "people_from": people(std::slice::from_ref(&parts.from)),
        "to": people(&parts.to),
        "cc": people(&parts.cc),
        "subject": parts.subject,
        "date": parts.date.format("%Y-%m-%dT%H:%M:%S+00:00").to_string(),
        "id": id(mail.message_id()),
        "answers": parts.thread.last().map(id).unwrap_or_default(),
        "references": named,
        "headers": 8 + optional,
        "type": "text/plain",
        "format": "fixed",
        "body": parts.body,
        "defects": [],
    })
}

/// What mail-parser reads, in the same form.
fn mail_parser_reads(bytes: &[u8]) -> Value {
    let mail = MessageParser::default().parse(bytes).unwrap();
    let people = |list: Option<&mail_parser::Address<'_>>| -> Vec<Value> {
        let all = list.into_iter().flat_map(|list| list.iter());
        all.map(|a| json!([a.name().unwrap_or_default(), a.address().unwrap()])).collect()
    };
    let ids = |value: &HeaderValue<'_>| -> Vec<String> {
        let list = value.as_text_list().unwrap_or_default();
        list.iter().map(|id| format!("<{id}>")).collect()
    };
    let content_type = mail.content_type().unwrap();
    json!({
        "people_from": people(mail.from()),
        "to": people(mail.to()),
        "cc": people(mail.cc()),
        "subject": mail.subject().unwrap(),
        "date": mail.date().unwrap().to_rfc3339().replace('Z', "+00:00"),
        "id": format!("<{}>", mail.message_id().unwrap()),
        "answers": ids(mail.in_reply_to()).concat(),
        "references": ids(mail.references()),
        "headers": mail.headers().len(),
        "type": format!("{}/{}", content_type.ctype(), content_type.subtype().unwrap()),
        "format": content_type.attribute("format"),
        "body": mail.body_text(0).unwrap().replace("\r\n", "\n"),
        "defects": [],
    })
}

fn lines_are_short_enough(bytes: &[u8]) {
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        assert!(line.len() <= 998, "{} bytes", line.len());
        assert!(line.is_ascii() && !line.contains(&b'\r'), "{}", String::from_utf8_lossy(line));
    }
}

#[test]
fn real_letters_are_read_back() {
    let test = "real_letters_are_read_back";
    if !support::program_for(test, "python3") {
        return;
    }
    let long = format!("{}\n", "0123456789".repeat(200));
    let thread: Vec<MessageId> = (0..40).map(|n| MessageId(format!("m{n}@example.org"))).collect();
    let letter = Sample::new("[project]\nname = \"demo\"\n", "1.2.0", Some(1)).call();
    let mails = [
        mail(|_| {}),
        letter.outgoing(instant("2026-01-02T03:04:05Z"), &[]).unwrap(),
        mail(|parts| parts.body = "grüße\n=3D\n.\n..\nFrom here\n \ntrailing \n\ttab\t\n".into()),
        mail(|parts| parts.body = ".\nFrom here\n>From\n".into()),
        mail(|parts| parts.body = long),
        mail(|parts| parts.body = String::new()),
        mail(|parts| parts.subject = "Änderung für Łódź: ".to_owned() + &"日本語 ".repeat(40)),
        mail(|parts| parts.subject = "two  blanks and =?utf-8?q?a?= trick".into()),
        mail(|parts| parts.subject = format!("a {} b", "x".repeat(700))),
        mail(|parts| parts.subject = "word ".repeat(80)),
        mail(|parts| parts.from.name = Some("Łukasz \"Ł\" Żak, PMC".into())),
        mail(|parts| parts.from.name = Some("Doe, Jane (\"JD\") \\ <x@y>".into())),
        mail(|parts| {
            parts.to =
                (0..30).map(|n| address("A Name", &format!("list{n}@example.org"))).collect();
            parts.cc = vec![address("", "x@example.org"), address("Ω", "y@example.org")];
        }),
        mail(|parts| parts.thread = thread[..3].to_vec()),
        mail(|parts| parts.thread = thread.clone()),
    ];
    let bytes: Vec<Vec<u8>> = mails.iter().map(Outgoing::to_bytes).collect();
    for ((mail, bytes), read) in mails.iter().zip(&bytes).zip(python_reads(&bytes)) {
        lines_are_short_enough(bytes);
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(read, told(mail), "Python reads otherwise:\n{shown}");
        assert_eq!(mail_parser_reads(bytes), told(mail), "mail-parser reads otherwise:\n{shown}");
    }
}

prop_compose! {
    fn any_parts()(
        subject in "[ -~äß日😀]{0,30}[!-~]{1,60}[ -~é\u{202e}]{0,90}",
        // Short enough for one encoded word: some versions of Python keep the blank between two.
        name in "[ -~éЖ]{0,10}",
        body in "([ -~éЖ\t]{0,90}\n){0,8}[.a=]{0,3}",
        ids in prop::collection::vec("[!-;=?-~]{1,40}", 0..5),
    ) -> Parts {
        Parts {
            from: address(name.trim(), "jane@apache.org"),
            to: vec![address("", "a@example.org"), address(name.trim(), "b@example.org")],
            subject,
            thread: ids.into_iter().map(|id| MessageId(format!("{id}@example.org"))).collect(),
            body,
            ..parts()
        }
    }
}

#[test]
fn any_mail_is_read_back() {
    let test = "any_mail_is_read_back";
    if !support::program_for(test, "python3") {
        return;
    }
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    // One Python for all: starting it takes longer than the rest.
    let mut runner = TestRunner::deterministic();
    let mails: Vec<Outgoing> = (0..600)
        .map(|_| Outgoing::new(any_parts().new_tree(&mut runner).unwrap().current()).unwrap())
        .collect();
    let bytes: Vec<Vec<u8>> = mails.iter().map(Outgoing::to_bytes).collect();
    for ((mail, bytes), read) in mails.iter().zip(&bytes).zip(python_reads(&bytes)) {
        lines_are_short_enough(bytes);
        let (told, shown) = (told(mail), String::from_utf8_lossy(bytes));
        for part in ["subject", "people_from", "to", "body", "id", "headers", "type"] {
            assert_eq!(read[part], told[part], "Python reads the {part} otherwise:\n{shown}");
        }
        let ours = mail_parser_reads(bytes);
        for part in ["subject", "people_from", "to", "body", "id", "headers", "type"] {
            assert_eq!(ours[part], told[part], "mail-parser reads the {part} otherwise:\n{shown}");
        }
    }
}

#[test]
fn folding_leaves_no_long_header() {
    let mail = mail(|parts| parts.subject = "word ".repeat(80));
    let bytes = mail.to_bytes();
    let head = String::from_utf8(bytes).unwrap();
    let head = head.split("\r\n\r\n").next().unwrap();
    assert!(head.lines().all(|line| line.len() <= 78), "{head}");
}

#[test]
fn long_names_are_read_back() {
    let name = "Ελένη Παπαδοπούλου, Πρόεδρος της Επιτροπής \"Εκδόσεων\"";
    let mail = mail(|parts| parts.from.name = Some(name.into()));
    assert_eq!(mail_parser_reads(&mail.to_bytes())["people_from"][0][0], name);
}
