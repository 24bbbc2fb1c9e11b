//! The same candidate comes out the same, wherever it lies.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::candidate::{Candidate, Maker};
use super::support::svn::SvnServer;
use super::support::{Server, not_run};

/// A report without what may depend on the place: where things were read, and how long it took.
fn placeless(mut report: Value) -> Value {
    assert!(report["timing"]["seconds"].take().is_number());
    for (part, field) in [("candidate", "place"), ("keys", "place"), ("tag", "repository")] {
        assert!(report[part][field].take().is_string(), "{part}.{field}");
    }
    // How it came is told too.
    let remarks = report["remarks"].as_array_mut().unwrap();
    remarks.retain(|remark| !remark.as_str().unwrap().contains(" came over http "));
    report
}

/// Verifies `what` with everything at hand, and expects a pass.
#[track_caller]
fn passes(maker: &Maker, what: &str) -> Value {
    let words = maker.all_there();
    let words: Vec<&str> = words.iter().map(|word| &word[..]).collect();
    let report = maker.judge(what, &words).ok().json();
    assert_eq!(report["verdict"], "pass");
    assert_eq!(report["candidate"]["place"].as_str().unwrap().trim_end_matches('/'), what);
    placeless(report)
}

/// Puts a directory of small files into the repository, and KEYS where KEYS is.
fn publish(server: &SvnServer, directory: &Path, to: &str, keys: &Path) {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<[String; 3]> = names
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            ["put".to_owned(), path.display().to_string(), format!("{to}/{name}")]
        })
        .collect();
    let keys = ["put", keys.to_str().unwrap(), "release/demo/KEYS"];
    let words = files.iter().flatten().map(|word| &word[..]);
    server.commit(&["mkdir", to].into_iter().chain(words).chain(keys).collect::<Vec<_>>());
}

#[test]
fn every_place_gives_the_same_result() {
    let maker = Maker::new();
    let directory = maker.stage(&Candidate::sound());
    let expected = passes(&maker, directory.to_str().unwrap());

    let archive = directory.join("apache-demo-1.2.0-src.tar.gz");
    let words = maker.all_there();
    let words: Vec<&str> = words.iter().map(|word| &word[..]).collect();
    let alone = maker.judge(archive.to_str().unwrap(), &words).ok().json();
    assert_eq!(placeless(alone), expected, "a single archive");

    let python = Server::new(&maker.world.path(""));
    assert_eq!(passes(&maker, &format!("{}/1.2.0-rc1", python.url)), expected, "http.server");
    let archive = format!("{}/1.2.0-rc1/apache-demo-1.2.0-src.tar.gz", python.url);
    let alone = maker.judge(&archive, &words).ok().json();
    assert_eq!(placeless(alone), expected, "a single archive by address");

    let test = "every_place_gives_the_same_result";
    let servers = [SvnServer::file(test), SvnServer::svnserve(test), SvnServer::httpd(test)];
    for server in servers.into_iter().flatten() {
        publish(&server, &directory, "dev/demo/1.2.0-rc1", &maker.world.path("KEYS"));
        assert_eq!(passes(&maker, &server.at("dev/demo/1.2.0-rc1")), expected, "{}", server.url);
    }
    if let Some(index) = Httpd::serving(test, &maker.world.path("")) {
        assert_eq!(passes(&maker, &format!("{}/1.2.0-rc1", index.url)), expected, "autoindex");
    }
}

#[test]
fn keys_come_from_servers_too() {
    let maker = Maker::new();
    let directory = maker.stage(&Candidate::sound());
    let what = directory.to_str().unwrap();
    let digest = |keys: &str| {
        let ran = maker.judge(what, &["--keys", keys, "--without", "source"]).ok();
        let report = ran.json();
        assert_eq!(report["keys"]["place"], keys);
        report["keys"]["sha512"].as_str().unwrap().to_owned()
    };
    let path = maker.world.path("KEYS");
    let words = maker.world.run("sha512sum", &[path.to_str().unwrap()]).ok().stdout;
    let expected = words.split(' ').next().unwrap();
    assert_eq!(digest(path.to_str().unwrap()), expected);
    let python = Server::new(&maker.world.path(""));
    assert_eq!(digest(&format!("{}/KEYS", python.url)), expected);
    let test = "keys_come_from_servers_too";
    let servers = [SvnServer::file(test), SvnServer::svnserve(test), SvnServer::httpd(test)];
    for server in servers.into_iter().flatten() {
        publish(&server, &directory, "dev/demo/1.2.0-rc1", &path);
        assert_eq!(digest(&server.at("release/demo/KEYS")), expected);
    }
    // KEYS that cannot be had is a check that could not run, and the reason names the address.
    let missing = format!("{}/no/KEYS", python.url);
    let report = maker.judge(what, &["--keys", &missing, "--without", "source"]).json();
    assert_eq!(report["verdict"], "incomplete");
    let reason = super::check(&report, "signature-good")["reason"].to_string();
    assert!(reason.contains(&missing) && reason.contains("404"), "{reason}");
}

#[test]
fn what_is_not_there_is_said() {
    let maker = Maker::new();
    maker.stage(&Candidate::sound());
    let python = Server::new(&maker.world.path(""));
    let gone = format!("{}/1.3.0-rc1", python.url);
    maker.judge(&gone, &[]).fails(3, &["404", &gone, "hint: "]);
    let gone = format!("{}/1.2.0-rc1/apache-demo-1.3.0-src.tar.gz", python.url);
    maker.judge(&gone, &[]).fails(2, &["there is no file `apache-demo-1.3.0-src.tar.gz`"]);
    maker.judge("http://127.0.0.1:9/x", &[]).fails(3, &["http://127.0.0.1:9/x", "hint: "]);
    maker.judge("no/such/directory", &[]).fails(2, &["no/such/directory", "hint: "]);
    if let Some(server) = SvnServer::svnserve("what_is_not_there_is_said") {
        let gone = server.at("dev/demo/9.9.9");
        maker.judge(&gone, &[]).fails(3, &["9.9.9", "hint: "]);
    }
}

#[test]
fn directories_of_a_candidate_are_looked_into() {
    let maker = Maker::new();
    let directory = maker.stage(&Candidate::sound());
    // Names that need escapes in addresses, in a directory of their own.
    let below = directory.join("tools & more");
    fs::create_dir(&below).unwrap();
    let name = "apache-demo-tool-1.2.0-src+x @1.tar.gz";
    let bytes = fs::read(directory.join("apache-demo-1.2.0-src.tar.gz")).unwrap();
    maker.artifact(&below, name, &bytes, super::support::JANE, &[]);
    let artifacts = |what: &str| {
        let keys = maker.world.path("KEYS");
        let words = ["--keys", keys.to_str().unwrap(), "--without", "source"];
        let report = maker.judge(what, &words).json();
        let artifacts = report["artifacts"].as_array().unwrap().iter();
        artifacts
            .map(|one| {
                assert_eq!(one["signed"], true, "{one}");
                (one["name"].as_str().unwrap().to_owned(), one["sha512"].clone())
            })
            .collect::<Vec<_>>()
    };
    let here = artifacts(directory.to_str().unwrap());
    assert_eq!(here[1].0, format!("tools & more/{name}"));
    let python = Server::new(&maker.world.path(""));
    assert_eq!(artifacts(&format!("{}/1.2.0-rc1/", python.url)), here);
    let test = "directories_of_a_candidate_are_looked_into";
    if let Some(index) = Httpd::serving(test, &maker.world.path("")) {
        assert_eq!(artifacts(&format!("{}/1.2.0-rc1", index.url)), here);
    }
    for server in [SvnServer::svnserve(test), SvnServer::httpd(test)].into_iter().flatten() {
        let url = format!("file://{}/dev/demo/1.2.0-rc1", server.repository().display());
        server.svn(&["import", "-q", "-m", "rc1", directory.to_str().unwrap(), &url]).ok();
        server.commit(&["mkdir", "dev/other"]);
        assert_eq!(artifacts(&server.at("dev/demo/1.2.0-rc1")), here, "{}", server.url);
    }
}

/// httpd with its own listings, until dropped.
struct Httpd {
    child: Child,
    _home: TempDir,
    url: String,
}

impl Httpd {
    /// Serves a directory; none if httpd is not installed, which is then recorded.
    fn serving(test: &str, directory: &Path) -> Option<Self> {
        let program = Path::new("/usr/sbin/apache2");
        let modules = PathBuf::from("/usr/lib/apache2/modules");
        if !program.is_file() || !modules.join("mod_autoindex.so").is_file() {
            not_run(test, "httpd with mod_autoindex is not installed");
            return None;
        }
        let home = tempfile::Builder::new().prefix("pohttpd").tempdir_in("/tmp").unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let names = ["mpm_event", "authz_core", "dir", "autoindex", "mime"];
        let load: String = names
            .iter()
            .filter(|name| modules.join(format!("mod_{name}.so")).is_file())
            .map(|name| format!("LoadModule {name}_module {}/mod_{name}.so\n", modules.display()))
            .collect();
        let (at, served) = (home.path().display(), directory.display());
        let settings = format!(
            "{load}ServerRoot {at}\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\n\
             PidFile {at}/pid\nErrorLog {at}/error.log\nMutex posixsem\n\
             User #65534\nGroup #65534\nStartServers 1\nServerLimit 2\nThreadsPerChild 16\n\
             MaxRequestWorkers 32\nTypesConfig /dev/null\nDocumentRoot {served}\n\
             <Directory {served}>\nRequire all granted\nOptions Indexes\n\
             IndexOptions FancyIndexing HTMLTable NameWidth=*\nIndexIgnore KEYS home\n\
             </Directory>\n"
        );
        fs::write(home.path().join("httpd.conf"), settings).unwrap();
        // Started by root, httpd serves as nobody.
        for path in [home.path(), directory] {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let child = Command::new(program)
            .args(["-D", "FOREGROUND", "-f"])
            .arg(home.path().join("httpd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let httpd = Self { child, _home: home, url: format!("http://127.0.0.1:{port}") };
        for _ in 0..400 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(httpd);
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("httpd does not listen");
    }
}

impl Drop for Httpd {
    fn drop(&mut self) {
        // SIGTERM, not SIGKILL: httpd has children of its own to end.
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
