//! `fetch` and `publish`, with servers on 127.0.0.1.

use std::fs;
use std::io::BufRead;
use std::process::{Child, Command, Stdio};

use super::support::{self, JANE, Ran, World};
use super::{imported, new_key, read};

/// A keyserver of Python's that gives the same answer to every request, and keeps a log.
struct Keyserver {
    child: Child,
    url: String,
    world: World,
}

/// Answers GET with the file `get` and POST with the file `post`, or 404; `endless` never stops.
/// Each request is a line in `log`; the key of the last upload, as the protocols wrap it (HKP
/// section 4: a form with `keytext`; VKS: JSON with `keytext`), is in `keytext`.
const SCRIPT: &str = r#"
import http.server as h, json, os, sys, urllib.parse
os.chdir(sys.argv[1])
class Handler(h.BaseHTTPRequestHandler):
    def answer(self, name):
        if not os.path.exists(name):
            return self.send_error(404)
        data = open(name, 'rb').read()
        self.send_response(200)
        self.end_headers()
        if data == b'endless':
            for _ in range(200):
                self.wfile.write(b'x' * 1_000_000)
        else:
            self.wfile.write(data)
    def log(self, body=''):
        with open('log', 'a') as log:
            print(self.command, self.path, body, file=log)
    def do_GET(self):
        self.log()
        self.answer('get')
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length'])).decode()
        if self.headers['content-type'] == 'application/x-www-form-urlencoded':
            keytext = urllib.parse.parse_qs(body, strict_parsing=True)['keytext'][0]
        else:
            assert self.headers['content-type'] == 'application/json'
            keytext = json.loads(body).get('keytext')
        if keytext:
            open('keytext', 'w').write(keytext)
            body = '-'
        self.log(body)
        self.answer('post')
    def log_message(self, *words):
        pass
server = h.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"#;

impl Keyserver {
    fn new() -> Self {
        let world = World::new();
        let mut child = Command::new("python3")
            .args(["-c", SCRIPT])
            .arg(world.path("repo"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut port = String::new();
        std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut port).unwrap();
        Self { child, url: format!("http://127.0.0.1:{}", port.trim()), world }
    }

    fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(self.world.repo("log")).unwrap_or_default();
        let _ = fs::remove_file(self.world.repo("log"));
        log.lines().map(|line| line.trim().to_owned()).collect()
    }
}

impl Drop for Keyserver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn jane() -> Vec<u8> {
    fs::read(support::root().join("tests/fixtures/keys/jane.asc")).unwrap()
}

#[test]
fn a_key_is_fetched_from_wherever_it_is() {
    let server = Keyserver::new();
    server.world.write("get", jane());
    let world = World::new();
    let fetch = |words: &[&str]| {
        let ran = world.plusone(&[&["keys", "fetch"][..], words].concat()).ok();
        assert!(ran.stdout.contains(&format!("valid    {JANE}")), "{}", ran.stdout);
        assert!(ran.stderr.contains("not trusted"), "{}", ran.stderr);
        server.log()
    };
    assert_eq!(fetch(&[&format!("{}/demo/KEYS", server.url)]), ["GET /demo/KEYS"]);
    assert_eq!(fetch(&["jane", "--committers", &server.url]), ["GET /jane.asc"]);
    // draft-gallagher-openpgp-hkp, section 3.1.
    let hkp = format!("GET /pks/lookup?op=get&options=mr&search=0x{JANE}");
    assert_eq!(fetch(&[JANE, "--keyserver", &server.url]), [hkp.as_str()]);
    let spaced = "026C 42E5 4EAC A43D BD3E  37BE 2BD8 3433 96AF 737C";
    let by_name = server.url.replace("http://", "hkp://");
    assert_eq!(fetch(&[spaced, "--keyserver", &by_name]), [hkp.as_str()]);
    // https://keys.openpgp.org/about/api
    let vks = format!("GET /vks/v1/by-fingerprint/{JANE}");
    assert_eq!(fetch(&[JANE, "--keyserver", &server.url, "--protocol", "vks"]), [vks]);

    // Without an address, the project's KEYS file is meant.
    world.git(&["init", "-q"]);
    let settings = format!("[project]\nname = \"demo\"\n[dist]\nkeys = \"{}/KEYS\"\n", server.url);
    world.write("plusone.toml", settings);
    assert!(world.plusone(&["keys", "list"]).ok().stdout.contains(JANE));
    world.plusone(&["keys", "check"]).ok();
    assert_eq!(server.log(), ["GET /KEYS", "GET /KEYS"]);

    fetch(&[JANE, "--keyserver", &server.url, "--out", "jane.asc"]);
    assert_eq!(imported(&world.repo("jane.asc")), [JANE]);
    world.write("mine", "mine\n");
    world
        .plusone(&["keys", "fetch", JANE, "--keyserver", &server.url, "--out", "mine"])
        .fails(2, &["`mine` is there already", "hint:"]);
    assert_eq!(read(&world, "mine"), b"mine\n");
    let words = ["keys", "fetch", JANE, "--keyserver", &server.url, "--format", "json"];
    assert_eq!(world.plusone(&words).ok().json()["schema"], "plusone.keys/1");
}

#[test]
fn a_bad_answer_is_not_kept() {
    let server = Keyserver::new();
    let world = World::new();
    let other = new_key(&world, "Other <other@apache.org>", "rsa2048", "1y", &[]);
    let words = ["keys", "fetch", JANE, "--keyserver", &server.url, "--out", "out"];
    let refused = |said: &[&str]| {
        world.plusone(&words).fails(3, &[said, &["hint:"]].concat());
        assert_eq!(world.names(&world.path("repo")), Vec::<String>::new());
    };
    refused(&["the server answered 404 Not Found"]);
    let theirs = world.plusone(&["keys", "export", &other]).ok().stdout.into_bytes();
    server.world.write("get", &theirs);
    refused(&["answered with another key", JANE]);
    server.world.write("get", [theirs, jane()].concat());
    refused(&["answered with another key", JANE]);
    server.world.write("get", "<html>\u{1b}[31mnothing here</html>");
    refused(&["there is no certificate at"]);
    server.world.write("get", "endless");
    refused(&["more than 67108864 bytes"]);
    let fetch = |words: &[&str]| world.plusone(&[&["keys", "fetch"][..], words].concat());
    fetch(&[JANE, "--keyserver", "http://127.0.0.1:1"]).fails(3, &["Connection refused", "hint:"]);
    fetch(&[JANE, "--keyserver", "ftp://example.org"]).fails(2, &["address of a keyserver"]);
    for key_id in ["96AF737C", "0x2BD8343396AF737C", "96af737c", "../../etc/passwd", ""] {
        fetch(&[key_id, "--committers", &server.url]).fails(2, &["ASF id", "40 hex digits"]);
    }
    assert_eq!(server.log().len(), 5);
}

fn publish(world: &World, server: &Keyserver, more: &[&str]) -> Ran {
    let words = ["keys", "publish", JANE, "--keyserver", &server.url];
    world.plusone(&[&words[..], more].concat())
}

#[test]
fn nothing_is_sent_before_it_is_asked_for() {
    let server = Keyserver::new();
    let world = World::new();
    world.import_jane();
    let shown = publish(&world, &server, &[]).ok().stdout;
    assert!(shown.contains("would    send the certificate"), "{shown}");
    assert!(shown.contains("Nothing was sent."), "{shown}");
    let plan = publish(&world, &server, &["--format", "json"]).ok().json();
    assert_eq!(plan["schema"], "plusone.plan/1");
    assert_eq!(plan["executed"], false);
    assert_eq!(server.log(), Vec::<String>::new());
    publish(&world, &server, &["-x"]).fails(3, &["cannot send to", "404 Not Found", "hint:"]);
    server.log();
    server.world.write("post", "");
    let done = publish(&world, &server, &["-x", "--format", "json"]).ok().json();
    assert_eq!(server.log(), ["POST /pks/add -"]);
    // What was shown is what was done.
    assert_eq!(done["steps"][0]["id"], plan["steps"][0]["id"]);
    assert_eq!(done["steps"][0]["state"], "done");
    assert_eq!(imported(&server.world.repo("keytext")), [JANE]);
}

#[test]
fn vks_is_asked_to_confirm_addresses() {
    let server = Keyserver::new();
    let world = World::new();
    world.import_jane();
    // The example of https://keys.openpgp.org/about/api, with our key.
    let answer = |state: &str| {
        format!(
            "{{\"key_fpr\": \"{JANE}\", \"status\": {{\"jane@apache.org\": \"{state}\"}}, \
             \"token\": \"s3cr3t\"}}"
        )
    };
    server.world.write("post", answer("unpublished"));
    let shown = publish(&world, &server, &["--protocol", "vks"]).ok().stdout;
    assert!(shown.contains("mail"), "{shown}");
    assert_eq!(server.log(), Vec::<String>::new());
    let done = publish(&world, &server, &["--protocol", "vks", "-x"]).ok().stdout;
    assert!(done.contains("jane@apache.org"), "{done}");
    assert!(!done.contains("s3cr3t"), "{done}");
    let log = server.log();
    assert_eq!(log[0], "POST /vks/v1/upload -");
    let asked = log[1].strip_prefix("POST /vks/v1/request-verify ").unwrap();
    let asked: serde_json::Value = serde_json::from_str(asked).unwrap();
    let expected = serde_json::json!({"token": "s3cr3t", "addresses": ["jane@apache.org"]});
    assert_eq!(asked, expected);
    assert_eq!(imported(&server.world.repo("keytext")), [JANE]);
    server.world.write("post", answer("published"));
    let done = publish(&world, &server, &["--protocol", "vks", "-x"]).ok().stdout;
    assert!(done.contains("all its addresses are confirmed"), "{done}");
    assert_eq!(server.log(), ["POST /vks/v1/upload -"]);
}
