//! Servers that break off, lie, dawdle or never end.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::candidate::{Candidate, Maker};
use super::support::{Ran, Server};
use super::{check, with_outcome};

const ARCHIVE: &str = "apache-demo-1.2.0-src.tar.gz";

/// A server of the directory that is given to it. It lists directories as Python does, logs every
/// request (path, range, status) beside the directory, and for paths that end in `.tar.gz` behaves
/// as `MODE` says.
const SCRIPT: &str = r#"
import http.server as h, os, re, sys, time, urllib.parse
root = sys.argv[1]
log = open(root.rstrip('/') + '.log', 'a', 1)

class Handler(h.SimpleHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    cut = 0

    def log_message(self, *words):
        pass

    def answer(self, status, headers, body=b''):
        log.write('%s %s %d\n' % (self.path, self.headers.get('Range', '-'), status))
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def page(self, text):
        body = text.encode()
        self.answer(200, [('Content-Type', 'text/html'), ('Content-Length', len(body))], body)

    def close(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(2)

    def do_GET(self):
        path = root + urllib.parse.unquote(self.path)
        if path.endswith('/'):
            return LISTING(self, path)
        if not os.path.isfile(path):
            return self.answer(404, [('Content-Length', 0)])
        data = open(path, 'rb').read()
        if path.endswith('.tar.gz'):
            return MODE(self, data)
        self.whole(data)

    def start(self, data):
        found = re.match(r'bytes=(\d+)-', self.headers.get('Range', ''))
        return int(found.group(1)) if found else 0

    def whole(self, data, extra=()):
        self.answer(200, [('Content-Length', len(data))] + list(extra), data)

    def part(self, data, send=None, extra=()):
        start = self.start(data)
        if start >= len(data) and start:
            return self.answer(416, [('Content-Length', 0), ('Content-Range', 'bytes */%d' % len(data))])
        rest = data[start:]
        headers = [('Content-Length', len(rest))] + list(extra)
        if start:
            headers.append(('Content-Range', 'bytes %d-%d/%d' % (start, len(data) - 1, len(data))))
        self.answer(206 if start else 200, headers, rest if send is None else rest[:send])
        if send is not None and send < len(rest):
            self.close()

def listing(self, path):
    names = sorted(n + '/' if os.path.isdir(path + n) else n for n in os.listdir(path))
    self.page(''.join('<a href="%s">x</a>\n' % urllib.parse.quote(n) for n in names))

LISTING = listing
"#;

const END: &str = r#"
server = h.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
"#;

/// A large candidate on a server that misbehaves.
struct Setup {
    maker: Maker,
    root: PathBuf,
    server: Server,
}

impl Setup {
    fn new(behaviour: &str) -> Self {
        let maker = Maker::new();
        let mut candidate = Candidate::sound();
        // Bytes that do not shrink, so that the archive is as long as the story needs.
        let mut state = 1_u64;
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        });
        candidate.put("data.bin", noise.take(1_000_000).collect::<Vec<u8>>());
        let staged = maker.stage(&candidate);
        let root = maker.world.path("served");
        fs::create_dir(&root).unwrap();
        fs::rename(staged, root.join("1.2.0-rc1")).unwrap();
        let server = Server::of(&format!("{SCRIPT}\n{behaviour}\n{END}"), &root);
        Self { maker, root, server }
    }

    fn url(&self) -> String {
        format!("{}/1.2.0-rc1", self.server.url)
    }

    fn verify(&self, more: &[&str]) -> Ran {
        let words = self.maker.all_there();
        let words: Vec<&str> = words.iter().map(|word| &word[..]).chain(more.to_vec()).collect();
        self.maker.judge(&self.url(), &words)
    }

    /// The requests since the last look.
    fn log(&self) -> Vec<String> {
        let path = format!("{}.log", self.root.display());
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, "").unwrap();
        text.lines().map(|line| line.replace("/1.2.0-rc1/", "")).collect()
    }

    fn sha512(&self) -> String {
        let path = self.root.join("1.2.0-rc1").join(ARCHIVE);
        let words = self.maker.world.run("sha512sum", &[path.to_str().unwrap()]).ok().stdout;
        words.split(' ').next().unwrap().to_owned()
    }

    #[track_caller]
    fn passes(&self, more: &[&str]) -> Value {
        let report = self.verify(more).ok().json();
        assert_eq!(report["verdict"], "pass");
        assert_eq!(report["artifacts"][0]["sha512"], self.sha512());
        report
    }
}

/// Asserts that it could not be looked at, without a word about the candidate.
#[track_caller]
fn no_verdict(ran: Ran, words: &[&str]) {
    let failure = ran.json();
    assert_eq!(failure["schema"], "plusone.failure/1", "{failure}");
    assert_eq!(failure["kind"], "outside");
    ran.fails(3, words);
}

#[test]
fn a_broken_download_goes_on() {
    // Every answer ends after 400,000 bytes of the rest.
    let setup = Setup::new("MODE = lambda self, data: self.part(data, 400_000)");
    setup.passes(&[]);
    let log = setup.log();
    let archive: Vec<&String> = log.iter().filter(|line| line.starts_with(ARCHIVE)).collect();
    let ranges: Vec<&str> = archive
        .iter()
        .map(|line| line.strip_prefix(ARCHIVE).unwrap().split(' ').nth(1).unwrap())
        .filter(|name| !name.is_empty())
        .collect();
    let of_archive: Vec<&str> = ranges.into_iter().filter(|range| *range != "-").collect();
    assert_eq!(of_archive, ["bytes=400000-", "bytes=800000-"], "{log:?}");
}

#[test]
fn a_download_that_cannot_go_on_is_no_verdict() {
    // The server does not know ranges: it would begin again.
    let setup = Setup::new(
        "def mode(self, data):\n    del self.headers['Range']\n    self.part(data, 400_000)\nMODE = mode",
    );
    no_verdict(setup.verify(&[]), &[ARCHIVE, "400000 bytes", "does not go on"]);

    // It never gives more than the first bytes.
    let setup =
        Setup::new("MODE = lambda self, data: self.part(data, max(0, 400_000 - self.start(data)))");
    no_verdict(setup.verify(&[]), &[ARCHIVE]);

    // It gives another part than it was asked for.
    let setup = Setup::new(
        "def mode(self, data):\n    \
         if 'Range' not in self.headers:\n        return self.part(data, 400_000)\n    \
         self.answer(206, [('Content-Length', len(data)), ('Content-Range', 'bytes 0-%d/%d' % (len(data) - 1, len(data)))], data)\n\
         MODE = mode",
    );
    no_verdict(setup.verify(&[]), &[ARCHIVE, "does not go on"]);
}

#[test]
fn a_file_that_changes_meanwhile_is_not_stitched_together() {
    let setup = Setup::new(
        "count = [0]\n\
         def mode(self, data):\n    \
         count[0] += 1\n    \
         tag = '\"%d\"' % count[0]\n    \
         if self.headers.get('If-Range', tag) != tag:\n        del self.headers['Range']\n    \
         self.part(data, 400_000, [('ETag', tag)])\n\
         MODE = mode",
    );
    no_verdict(setup.verify(&[]), &[ARCHIVE, "does not go on"]);
}

#[test]
fn a_slow_server_is_waited_for() {
    let setup = Setup::new(
        "def mode(self, data):\n    \
         self.answer(200, [('Content-Length', len(data))])\n    \
         for at in range(0, len(data), 50_000):\n        \
         self.wfile.write(data[at:at + 50_000])\n        time.sleep(0.1)\n\
         MODE = mode",
    );
    setup.passes(&[]);
}

#[test]
fn what_does_not_end_is_stopped() {
    let endless = "def endless(self):\n    \
         self.answer(200, [('Transfer-Encoding', 'chunked')])\n    \
         while True: self.wfile.write(b'10000\\r\\n' + b' ' * 65536 + b'\\r\\n')\n";
    // A length that no artifact has is believed, and not waited for.
    let setup = Setup::new(
        "MODE = lambda self, data: self.answer(200, [('Content-Length', 1 << 40)], data)",
    );
    no_verdict(setup.verify(&[]), &[ARCHIVE, "has more than 4294967296 bytes"]);
    // Small files have small limits: checksum, signature, listing, KEYS.
    for (name, says) in [
        ("do_sha", "apache-demo-1.2.0-src.tar.gz.sha512 has more than"),
        ("do_asc", "apache-demo-1.2.0-src.tar.gz.asc has more than"),
        ("listing", "/1.2.0-rc1/ has more than"),
    ] {
        let behaviour = match name {
            "listing" => format!("{endless}LISTING = lambda self, path: endless(self)"),
            _ => {
                let suffix = if name == "do_sha" { ".sha512" } else { ".asc" };
                format!(
                    "{endless}\
                     def get(self, plain=Handler.do_GET):\n    \
                     endless(self) if self.path.endswith('{suffix}') else plain(self)\n\
                     Handler.do_GET = get\nMODE = Handler.whole"
                )
            }
        };
        let setup = Setup::new(&behaviour);
        no_verdict(setup.verify(&[]), &[says]);
    }
    let setup = Setup::new(&format!("{endless}LISTING = lambda self, path: endless(self)"));
    let words = ["--keys", &setup.server.url, "--without", "source"];
    let directory = setup.root.join("1.2.0-rc1");
    let report = setup.maker.judge(directory.to_str().unwrap(), &words).json();
    assert_eq!(report["verdict"], "incomplete");
    assert!(check(&report, "signature-good")["reason"].to_string().contains("has more than"));
}

#[test]
fn files_that_are_listed_and_not_there() {
    let setup = Setup::new("MODE = lambda self, data: self.answer(404, [('Content-Length', 0)])");
    no_verdict(setup.verify(&[]), &[ARCHIVE, "404"]);
    let setup = Setup::new(
        "def get(self, plain=Handler.do_GET):\n    \
         self.answer(404, [('Content-Length', 0)]) if self.path.endswith('.asc') else plain(self)\n\
         Handler.do_GET = get\nMODE = Handler.whole",
    );
    no_verdict(setup.verify(&[]), &["apache-demo-1.2.0-src.tar.gz.asc", "404"]);
    // A page instead of the signature is no signature; a redirection is followed.
    let setup = Setup::new(
        "def get(self, plain=Handler.do_GET):\n    \
         if self.path.endswith('.asc'): return self.page('<html>please log in</html>')\n    \
         if self.path.endswith('.sha512') and not self.path.startswith('/moved'):\n        \
         return self.answer(302, [('Location', '/moved' + self.path), ('Content-Length', 0)])\n    \
         self.path = self.path.removeprefix('/moved')\n    \
         plain(self)\n\
         Handler.do_GET = get\nMODE = Handler.whole",
    );
    let report = setup.verify(&[]).json();
    assert_eq!(report["verdict"], "fail");
    assert!(with_outcome(&report, "finding").contains("signature-armored-detached"), "{report:#}");
    assert_eq!(check(&report, "checksum-matches")["outcome"], "pass");
    assert_eq!(report["artifacts"][0]["signed"], false);
}

#[test]
fn listings_may_hold_anything() {
    let with = |page: &str| {
        let behaviour = format!(
            "def listing(self, path):\n    {page}\nLISTING = listing\nMODE = Handler.whole"
        );
        Setup::new(&behaviour)
    };
    let names = "''.join('<a href=\"%s\">x</a>' % n for n in sorted(os.listdir(path)))";
    // Links that lead elsewhere, or nowhere, are no files of the candidate.
    let setup = with(&format!(
        "self.page('<a href=\"../\">up</a><a href=\"/etc/passwd\">x</a><a href=\"javascript:x()\">x</a>\
         <a href=\"..%2f..%2fevil.tar.gz\">x</a><a href=\"https://example.org/evil.tar.gz\">x</a>\
         <a href=\"%2e%2e\">x</a><a href=\"?C=N;O=D\">x</a><a href=\"mailto:x@y.tar.gz\">x</a>\
         <a href=\"a%00b.tar.gz\">x</a><a href=\"a%1b[31m.tar.gz\">x</a><a href=\"..\\\\evil.tar.gz\">x</a>\
         <a href=\"//example.org/evil.tar.gz\">x</a><a href=\"./././\">x</a><a href=>x</a><a href=\"\">x</a>\
         <a href=\"&#46;&#46;/x\">x</a>' + {names} + '<a href=\"x')"
    ));
    let into = setup.maker.world.path("kept");
    let report = setup.passes(&["--into", into.to_str().unwrap()]);
    assert_eq!(report["artifacts"].as_array().unwrap().len(), 1);
    let kept = setup.maker.world.names(&into);
    let expected =
        [".plusone-download", ARCHIVE, &format!("{ARCHIVE}.asc"), &format!("{ARCHIVE}.sha512")];
    assert_eq!(kept, expected);

    let setup = with("self.page(''.join('<a href=\"a%d.tar.gz\">x</a>' % n for n in range(5000)))");
    no_verdict(setup.verify(&[]), &["more than 2000 files", "hint: name the directory of one"]);

    // Directories without end: each costs a request.
    let setup = with("self.page(''.join('<a href=\"%d/\">x</a>' % n for n in range(50)))");
    no_verdict(setup.verify(&[]), &["there are more than"]);
    assert!(setup.log().len() < 120);

    // A page that takes quadratic time if read carelessly.
    let setup = with("self.page('href=' * 1_500_000)");
    no_verdict(setup.verify(&[]), &["lists no files"]);
    let setup = with("self.page(''.join('<a href=\"%d/\">' % n for n in range(400_000)))");
    no_verdict(setup.verify(&[]), &["there are more than"]);

    let setup = with("self.answer(200, [('Content-Length', 65536)], os.urandom(65536))");
    no_verdict(setup.verify(&[]), &["lists no files", "hint: "]);
    let setup = with("self.page('<html><body>It works!</body></html>')");
    no_verdict(setup.verify(&[]), &["lists no files"]);
    let setup = with("self.answer(503, [('Content-Length', 0)])");
    no_verdict(setup.verify(&[]), &["503"]);
}

#[test]
fn what_is_kept_is_not_fetched_again() {
    let setup = Setup::new("MODE = Handler.part");
    let into = setup.maker.world.path("kept");
    let words = ["--into", into.to_str().unwrap()];
    let first = setup.passes(&words);
    let remarks = first["remarks"].as_array().unwrap();
    assert!(remarks[0].as_str().unwrap().starts_with("The candidate came over http "));
    assert_eq!(remarks.len(), 1);
    let files = [ARCHIVE.to_owned(), format!("{ARCHIVE}.asc"), format!("{ARCHIVE}.sha512")];
    for name in &files {
        let theirs = fs::read(setup.root.join("1.2.0-rc1").join(name)).unwrap();
        assert_eq!(fs::read(into.join(name)).unwrap(), theirs, "{name}");
    }
    let mut log = setup.log();
    log.sort();
    let mut expected: Vec<String> = files.iter().map(|name| format!("{name} - 200")).collect();
    expected.insert(0, " - 200".to_owned());
    expected.sort();
    assert_eq!(log, expected, "each was fetched once");

    let second = setup.passes(&words);
    assert_eq!(setup.log(), [" - 200"], "only the listing");
    assert!(second["remarks"][0].as_str().unwrap().starts_with("3 files were in "));

    // What was kept can be verified by itself.
    let kept = setup.maker.judge(into.to_str().unwrap(), &["--without", "source"]).json();
    assert_eq!(check(&kept, "candidate-unexpected-files")["outcome"], "pass", "{kept:#}");

    // A part is continued, whatever stopped it.
    let bytes = fs::read(into.join(ARCHIVE)).unwrap();
    fs::remove_file(into.join(ARCHIVE)).unwrap();
    fs::write(into.join(format!("{ARCHIVE}.part")), &bytes[..300_000]).unwrap();
    setup.passes(&words);
    assert_eq!(setup.log(), [" - 200", &format!("{ARCHIVE} bytes=300000- 206")]);
    assert_eq!(fs::read(into.join(ARCHIVE)).unwrap(), bytes);
    assert!(!into.join(format!("{ARCHIVE}.part")).exists());

    // A part that is the whole, and one that is longer than the file.
    for extra in [&b""[..], b"more"] {
        fs::remove_file(into.join(ARCHIVE)).unwrap();
        fs::write(into.join(format!("{ARCHIVE}.part")), [&bytes, extra].concat()).unwrap();
        setup.passes(&words);
        assert_eq!(fs::read(into.join(ARCHIVE)).unwrap(), bytes);
    }

    // The next candidate has files of the same names: they are not these.
    fs::rename(setup.root.join("1.2.0-rc1"), setup.root.join("1.2.0-rc2")).unwrap();
    let next = format!("{}/1.2.0-rc2", setup.server.url);
    let ran = setup.maker.judge(&next, &words);
    ran.fails(2, &["holds what was downloaded from", "1.2.0-rc1/", "name another directory"]);
}

#[test]
fn what_broke_off_is_kept_for_the_next_time() {
    // It breaks off for good the first times, and is well later.
    let setup = Setup::new(
        "def mode(self, data):\n    \
         well = os.path.exists(root + '.well')\n    \
         self.part(data, None if well else max(0, 400_000 - self.start(data)))\n\
         MODE = mode",
    );
    let into = setup.maker.world.path("kept");
    let words = ["--into", into.to_str().unwrap()];
    no_verdict(setup.verify(&words), &[ARCHIVE, "it goes on where the download stopped"]);
    let part = into.join(format!("{ARCHIVE}.part"));
    assert_eq!(fs::metadata(&part).unwrap().len(), 400_000);
    setup.log();
    fs::write(format!("{}.well", setup.root.display()), "").unwrap();
    setup.passes(&words);
    let log = setup.log();
    assert!(log.contains(&format!("{ARCHIVE} bytes=400000- 206")), "{log:?}");
}

#[test]
fn a_server_that_is_away_for_a_moment() {
    // The connection is refused once, as when a server is started anew.
    let setup = Setup::new(
        "count = [0]\n\
         def mode(self, data):\n    \
         count[0] += 1\n    \
         if count[0] == 2: return self.close()\n    \
         self.part(data, 400_000)\n\
         MODE = mode",
    );
    setup.passes(&[]);
}

#[test]
fn what_is_built_is_what_was_verified() {
    // The second time the server gives out another archive, which nobody signed.
    let setup = Setup::new(
        "count = [0]\n\
         def mode(self, data):\n    \
         count[0] += 1\n    \
         self.whole(data if count[0] == 1 else open(root + '.other', 'rb').read())\n\
         MODE = mode",
    );
    let mut other = Candidate::sound();
    other.put("evil.txt", "evil");
    let other = super::candidate::gzip(&other.tar());
    fs::write(format!("{}.other", setup.root.display()), other).unwrap();
    let settings = setup.maker.world.path("plusone.toml");
    let mark = setup.maker.world.path("built");
    let command = format!("touch {}", mark.display());
    fs::write(&settings, format!("[verify]\nbuild = [\"{command}\"]\n")).unwrap();
    let words = ["--config", settings.to_str().unwrap(), "--build"];
    let report = setup.verify(&words).json();
    let check = check(&report, "source-builds");
    assert_eq!(check["outcome"], "not-run", "{check}");
    assert!(check["reason"].as_str().unwrap().contains("is not the one that was verified"));
    assert!(!mark.exists(), "nothing was run");
    assert_eq!(report["verdict"], "incomplete");

    let setup = Setup::new("MODE = Handler.whole");
    let settings = setup.maker.world.path("plusone.toml");
    fs::write(&settings, "[verify]\nbuild = [\"cat src/main.c\", \"exit 3\", \"exit 4\"]\n")
        .unwrap();
    let words = ["--config", settings.to_str().unwrap(), "--build"];
    let ran = setup.verify(&words);
    assert!(ran.stderr.contains("int main(void)"), "{}", ran.stderr);
    let found = super::messages(&ran.json(), "source-builds");
    assert_eq!(found, ["`exit 3` ended with status 3"]);
}
