//! SMTP servers on 127.0.0.1: aiosmtpd with a certificate of our own making, and scripted ones for
//! what no decent server does.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use plusone::backend::mailer::{Password, Smtp, Tls};
use serde_json::Value;
use tempfile::TempDir;

use crate::support;

pub const PASSWORD: &str = "s3cret & long";

/// A server that runs until it is dropped.
pub struct Server {
    child: Child,
    place: TempDir,
    port: u16,
}

/// aiosmtpd, told by its arguments how to behave: the directory, then words.
const REAL: &str = r#"
import asyncio, base64, json, os, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

place, words = sys.argv[1], sys.argv[2:]

def note(**what):
    with open(os.path.join(place, 'events'), 'a') as events:
        events.write(json.dumps(what) + '\n')

class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        note(event='mail', address=address)
        if 'refuse-sender' in words:
            return '553 5.7.1 not yours'
        envelope.mail_from = address
        return '250 OK'
    async def handle_RCPT(self, server, session, envelope, address, options):
        note(event='rcpt', address=address)
        if 'refuse-recipient' in words and address.startswith('announce'):
            return '550 5.1.1 no such list here'
        envelope.rcpt_tos.append(address)
        return '250 OK'
    async def handle_DATA(self, server, session, envelope):
        note(event='data', sender=envelope.mail_from, recipients=envelope.rcpt_tos,
             content=envelope.original_content.decode('latin-1'), tls=server.transport.get_extra_info('ssl_object') is not None,
             login=session.authenticated)
        if 'refuse-mail' in words:
            return '554 5.6.0 this looks like\n554 5.6.0 spam'
        if 'drop' in words:
            server.transport.abort()
            return '250 never seen'
        if 'hang' in words:
            await asyncio.sleep(3600)
        return '250 2.0.0 queued as 4711'

def authenticate(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b'jane', b's3cret & long')
    note(event='auth', good=good)
    if not good and 'echo' in words:
        said = '535 5.7.8 wrong: ' + data.password.decode() + ' ' + base64.b64encode(data.password).decode()
        return AuthResult(success=False, handled=False, message=said)
    return AuthResult(success=good, handled=False)

def context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(place, 'cert.pem'), os.path.join(place, 'key.pem'))
    return context

async def main():
    implicit = 'implicit' in words
    safe = not implicit and 'clear' not in words
    login = 'no-login' not in words
    def server():
        return SMTP(Handler(), tls_context=context() if safe else None, require_starttls=safe,
                    authenticator=authenticate if login else None, auth_required=login,
                    auth_exclude_mechanism=[] if login else ['PLAIN', 'LOGIN'],
                    auth_require_tls=safe, hostname='mail.test')
    loop = asyncio.get_running_loop()
    running = await loop.create_server(server, '127.0.0.1', 0, ssl=context() if implicit else None)
    print(running.sockets[0].getsockname()[1], flush=True)
    await running.serve_forever()

asyncio.run(main())
"#;

/// A server that says what it is told to, and notes every line that it hears in the clear.
const SCRIPTED: &str = r#"
import os, socket, ssl, sys
place, words = sys.argv[1], sys.argv[2:]
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen()
print(listener.getsockname()[1], flush=True)
heard = open(os.path.join(place, 'heard'), 'wb', buffering=0)
while True:
    peer, _ = listener.accept()
    try:
        if 'silent' in words:
            heard.write(peer.recv(10000)); continue
        peer.sendall(b'220 mail.test\r\n')
        while True:
            line = peer.recv(10000)
            if not line: break
            heard.write(line)
            if line.upper().startswith(b'EHLO'):
                peer.sendall(b'250-mail.test\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS\r\n' if 'inject' in words else b'250-mail.test\r\n250 AUTH PLAIN LOGIN\r\n')
            elif line.upper().startswith(b'STARTTLS') and 'inject' in words:
                # What follows the first line is meant to be taken for what is said over TLS.
                peer.sendall(b'220 go\r\n250-mail.test\r\n250 AUTH PLAIN LOGIN\r\n')
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(os.path.join(place, 'cert.pem'), os.path.join(place, 'key.pem'))
                peer = context.wrap_socket(peer, server_side=True)
                while True:
                    said = peer.recv(10000)
                    if not said: break
                    open(os.path.join(place, 'said'), 'ab').write(said)
                    upper = said.upper()
                    if upper.startswith(b'AUTH'): peer.sendall(b'235 ok\r\n')
                    elif upper.startswith(b'DATA'): peer.sendall(b'354 go\r\n')
                    elif said.endswith(b'\r\n.\r\n'): peer.sendall(b'554 no\r\n')
                    else: peer.sendall(b'250 ok\r\n')
            else:
                peer.sendall(b'250 ok\r\n')
    except OSError as error:
        heard.write(repr(error).encode())
    finally:
        peer.close()
"#;

impl Server {
    /// aiosmtpd; none, and noted, where it is not installed.
    pub fn real(test: &str, words: &[&str]) -> Option<Self> {
        if !support::program_for(test, "aiosmtpd") || !support::program_for(test, "openssl") {
            return None;
        }
        // The Python that it is installed for need not be the first on the PATH.
        let which = Command::new("sh").args(["-c", "command -v aiosmtpd"]).output().unwrap();
        let program = fs::read_to_string(String::from_utf8(which.stdout).unwrap().trim()).unwrap();
        let python = program.lines().next().unwrap().trim_start_matches("#!").trim().to_owned();
        Some(Self::start(&python, REAL, words))
    }

    /// A scripted server.
    pub fn scripted(test: &str, words: &[&str]) -> Option<Self> {
        let there = ["python3", "openssl"].map(|program| support::program_for(test, program));
        there.into_iter().all(|there| there).then(|| Self::start("python3", SCRIPTED, words))
    }

    fn start(python: &str, script: &str, words: &[&str]) -> Self {
        let place = tempfile::tempdir().unwrap();
        support::certificates(place.path());
        let mut child = Command::new(python)
            .args(["-c", script])
            .arg(place.path())
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut port = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { child, place, port: port.trim().parse().unwrap() }
    }

    /// The authority that signed its certificate.
    pub fn authority(&self) -> PathBuf {
        self.place.path().join("ca.pem")
    }

    /// How a user who does all right talks to it.
    pub fn smtp(&self) -> Smtp {
        Smtp {
            host: "localhost".into(),
            port: self.port,
            tls: Tls::StartTls,
            login: Some(("jane".into(), Password::new(PASSWORD))),
            trusted: Some(self.authority()),
            patience: Duration::from_secs(20),
        }
    }

    /// What happened there, in order.
    pub fn events(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.place.path().join("events")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How many mails arrived.
    pub fn delivered(&self) -> usize {
        self.events().iter().filter(|event| event["event"] == "data").count()
    }

    /// A file that it writes.
    pub fn file(&self, name: &str) -> String {
        let bytes = fs::read(self.place.path().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
