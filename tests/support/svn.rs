//! Real Subversion servers on this machine: a repository over `file://`, `svnserve` and httpd, with
//! the rules of the ASF's dist area, and a wire that can be cut.
//!
//! The repository holds `dev/demo` and `release/demo/KEYS`, as dist.apache.org/repos/dist does. All
//! may read; [`COMMITTER`] may write below `dev`, [`PMC_MEMBER`] below `dev` and `release`.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use super::{Ran, not_run, program_for, ran};

/// Name and password of one who may write dist/dev.
pub const COMMITTER: (&str, &str) = ("committer", "s3cret word");
/// Name and password of one who may write dist/release too.
pub const PMC_MEMBER: (&str, &str) = ("member", "0ther s3cret");
/// Name and password of one who may only read.
pub const READER: (&str, &str) = ("reader", "r3ads");

/// What `release/demo/KEYS` holds.
pub const KEYS: &str = "PGP keys of the project, as they were\n";

/// A repository and the program that serves it, until dropped.
pub struct SvnServer {
    directory: TempDir,
    child: Option<Child>,
    /// The address of the repository's root, without a final `/`.
    pub url: String,
    /// The port on 127.0.0.1; none for `file://`.
    pub port: Option<u16>,
}

impl SvnServer {
    /// Served by nobody: whoever can read the directory is in. None if svn is not installed, which
    /// is then recorded for `test`.
    pub fn file(test: &str) -> Option<Self> {
        let programs = ["svn", "svnmucc", "svnadmin", "svnlook"];
        if !programs.iter().all(|program| program_for(test, program)) {
            return None;
        }
        let directory = tempfile::Builder::new().prefix("posvn").tempdir_in("/tmp").unwrap();
        let url = format!("file://{}/svn", directory.path().display());
        let server = Self { directory, child: None, url, port: None };
        let repository = server.repository();
        ok(Command::new("svnadmin").arg("create").arg(&repository));
        let tree = server.directory.path().join("first");
        fs::create_dir_all(tree.join("dev/demo")).unwrap();
        fs::create_dir_all(tree.join("release/demo")).unwrap();
        fs::write(tree.join("release/demo/KEYS"), KEYS).unwrap();
        server.svn(&["import", "-q", "-m", "first", tree.to_str().unwrap(), &server.url]).ok();
        server.configure(
            "authz",
            "[groups]\ncommitters = committer, member\npmc = member\n\n\
             [/]\n* = r\n\n[/dev]\n* = r\n@committers = rw\n\n[/release]\n* = r\n@pmc = rw\n",
        );
        Some(server)
    }

    /// Served by `svnserve`. None as in [`SvnServer::file`].
    pub fn svnserve(test: &str) -> Option<Self> {
        if !program_for(test, "svnserve") {
            return None;
        }
        let mut server = Self::file(test)?;
        server.configure(
            "svnserve.conf",
            "[general]\nanon-access = read\nauth-access = write\npassword-db = passwd\nauthz-db = authz\nrealm = demo\n",
        );
        let users = [COMMITTER, PMC_MEMBER, READER];
        let lines: String =
            users.iter().map(|(name, password)| format!("{name} = {password}\n")).collect();
        server.configure("passwd", &format!("[users]\n{lines}"));
        let port = free_port();
        let child = Command::new("svnserve")
            .args(["--daemon", "--foreground", "--listen-host", "127.0.0.1", "--listen-port"])
            .arg(port.to_string())
            .arg("--root")
            .arg(server.repository())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        server.serve(child, port, format!("svn://127.0.0.1:{port}"));
        Some(server)
    }

    /// Served by httpd with mod_dav_svn below `/repos/dist`; everybody may read and list it. None
    /// as in [`SvnServer::file`].
    pub fn httpd(test: &str) -> Option<Self> {
        let Some(program) = httpd_program() else {
            not_run(test, "httpd (apache2) is not installed");
            return None;
        };
        let Some(modules) = httpd_modules() else {
            not_run(test, "mod_dav_svn is not installed");
            return None;
        };
        let mut server = Self::file(test)?;
        let port = free_port();
        let home = server.directory.path().join("httpd");
        fs::create_dir(&home).unwrap();
        for (name, password) in [COMMITTER, PMC_MEMBER, READER] {
            // SHA-1 without salt, in the form of RFC 2307, is what needs no further program.
            let line = format!("{name}:{{SHA}}{}\n", sha1_base64(password));
            let mut file =
                fs::OpenOptions::new().append(true).create(true).open(home.join("users")).unwrap();
            file.write_all(line.as_bytes()).unwrap();
        }
        let settings = httpd_settings(&home, &modules, port, &server.repository(), &server.authz());
        fs::write(home.join("httpd.conf"), settings).unwrap();
        // Started by root, httpd serves as nobody.
        fs::set_permissions(server.directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        if fs::metadata(server.directory.path()).unwrap().uid() == 0 {
            give_to_nobody(&server.repository());
        }
        let child = Command::new(program)
            .args(["-D", "FOREGROUND", "-f"])
            .arg(home.join("httpd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        server.serve(child, port, format!("http://127.0.0.1:{port}/repos/dist"));
        Some(server)
    }

    fn serve(&mut self, mut child: Child, port: u16, url: String) {
        for _ in 0..400 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                self.child = Some(child);
                self.url = url;
                self.port = Some(port);
                return;
            }
            if let Some(status) = child.try_wait().unwrap() {
                let log = fs::read_to_string(self.directory.path().join("httpd/error.log"));
                panic!("the server ended at once ({status}): {}", log.unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("the server does not listen");
    }

    fn configure(&self, name: &str, text: &str) {
        fs::write(self.repository().join("conf").join(name), text).unwrap();
    }

    fn authz(&self) -> PathBuf {
        self.repository().join("conf/authz")
    }

    /// The repository itself, for svnlook and hooks.
    pub fn repository(&self) -> PathBuf {
        self.directory.path().join("svn")
    }

    /// A directory of configuration for svn, apart from that of whoever runs the tests.
    pub fn config_directory(&self) -> PathBuf {
        self.directory.path().join("config")
    }

    /// The address of a path in the repository.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }

    /// The same place over another port: through a [`Wire`].
    pub fn through(&self, port: u16) -> String {
        let own = self.port.expect("file:// has no port");
        self.url.replace(&format!(":{own}"), &format!(":{port}"))
    }

    /// Ends the server, as a crash does.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // SIGTERM, not SIGKILL: httpd has children of its own to end.
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }

    /// Runs svn without questions, with a configuration of its own.
    pub fn svn(&self, words: &[&str]) -> Ran {
        self.client("svn", words)
    }

    /// Runs svn or svnmucc directly on the repository, whatever the server's rules.
    pub fn client(&self, program: &str, words: &[&str]) -> Ran {
        let mut command = Command::new(program);
        command.args(words).args(["--non-interactive", "--no-auth-cache", "--config-dir"]);
        ran(command.arg(self.config_directory()).env("LC_ALL", "C.UTF-8"))
    }

    /// Somebody else's commit: `words` of svnmucc with paths from the root, past all rules.
    pub fn commit(&self, words: &[&str]) {
        let root = format!("file://{}", self.repository().display());
        self.client("svnmucc", &[&["-m", "somebody else", "-U", &root], words].concat()).ok();
        if self.port.is_some() && fs::metadata(self.directory.path()).unwrap().uid() == 0 {
            give_to_nobody(&self.repository());
        }
    }

    fn look(&self, words: &[&str]) -> String {
        let mut command = Command::new("svnlook");
        command.arg(words[0]).arg(self.repository()).args(&words[1..]);
        ok(command.env("LC_ALL", "C.UTF-8"))
    }

    /// The newest revision.
    pub fn youngest(&self) -> u64 {
        self.look(&["youngest"]).trim().parse().unwrap()
    }

    /// What a revision changed, as svnlook prints it, with the sources of copies.
    pub fn changed(&self, revision: u64) -> Vec<String> {
        let text = self.look(&["changed", "--copy-info", "-r", &revision.to_string()]);
        text.lines().map(str::to_owned).collect()
    }

    /// The message of a revision.
    pub fn message(&self, revision: u64) -> String {
        self.look(&["log", "-r", &revision.to_string()]).trim_end().to_owned()
    }

    /// Who committed a revision.
    pub fn author(&self, revision: u64) -> String {
        self.look(&["author", "-r", &revision.to_string()]).trim_end().to_owned()
    }

    /// What a file in the newest revision holds.
    pub fn cat(&self, path: &str) -> String {
        self.look(&["cat", path])
    }

    /// All paths below one, directories with a final `/`.
    pub fn tree(&self, path: &str) -> Vec<String> {
        let text = self.look(&["tree", "--full-paths", path]);
        text.lines().map(str::to_owned).collect()
    }

    /// Lets commits happen at this time (RFC 3339, in UTC) from now on.
    pub fn set_clock(&self, time: &str) {
        let date = time.replace('Z', ".000000Z");
        fs::write(self.repository().join("clock"), date).unwrap();
        let hook = "svnadmin setrevprop \"$1\" -r \"$2\" svn:date \"$1/clock\"";
        if !self.repository().join("hooks/post-commit").exists() {
            self.hook("post-commit", hook);
        }
    }

    /// Makes the repository's hook `name` a shell script.
    pub fn hook(&self, name: &str, script: &str) {
        let hook = self.repository().join("hooks").join(name);
        executable(&hook, &format!("#!/bin/sh\n{script}\n"));
    }
}

/// Writes a script that can be run.
pub fn executable(path: &Path, script: &str) {
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

impl Drop for SvnServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn ok(command: &mut Command) -> String {
    ran(command).ok().stdout
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn httpd_program() -> Option<&'static str> {
    ["/usr/sbin/apache2", "/usr/sbin/httpd", "/opt/homebrew/bin/httpd"]
        .into_iter()
        .find(|program| Path::new(program).is_file())
}

fn httpd_modules() -> Option<PathBuf> {
    ["/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/opt/homebrew/lib/httpd/modules"]
        .into_iter()
        .map(PathBuf::from)
        .find(|directory| directory.join("mod_dav_svn.so").is_file())
}

fn httpd_settings(
    home: &Path,
    modules: &Path,
    port: u16,
    repository: &Path,
    authz: &Path,
) -> String {
    let names = [
        ("mpm_event_module", "mod_mpm_event.so"),
        ("unixd_module", "mod_unixd.so"),
        ("authn_core_module", "mod_authn_core.so"),
        ("authn_file_module", "mod_authn_file.so"),
        ("authz_core_module", "mod_authz_core.so"),
        ("authz_user_module", "mod_authz_user.so"),
        ("auth_basic_module", "mod_auth_basic.so"),
        ("access_compat_module", "mod_access_compat.so"),
        ("dav_module", "mod_dav.so"),
        ("dav_svn_module", "mod_dav_svn.so"),
        ("authz_svn_module", "mod_authz_svn.so"),
    ];
    // What is built in has no file.
    let load: String = names
        .iter()
        .filter(|(_, file)| modules.join(file).is_file())
        .map(|(name, file)| format!("LoadModule {name} {}\n", modules.join(file).display()))
        .collect();
    let (home, repository, authz) = (home.display(), repository.display(), authz.display());
    format!(
        "{load}\
         ServerRoot {home}\n\
         ServerName 127.0.0.1\n\
         Listen 127.0.0.1:{port}\n\
         PidFile {home}/pid\n\
         ErrorLog {home}/error.log\n\
         Mutex posixsem\n\
         User #65534\n\
         Group #65534\n\
         StartServers 1\n\
         ServerLimit 2\n\
         ThreadsPerChild 16\n\
         MaxRequestWorkers 32\n\
         <Location /repos/dist>\n\
         DAV svn\n\
         SVNPath {repository}\n\
         AuthType Basic\n\
         AuthName demo\n\
         AuthBasicProvider file\n\
         AuthUserFile {home}/users\n\
         AuthzSVNAccessFile {authz}\n\
         Satisfy Any\n\
         Require valid-user\n\
         </Location>\n"
    )
}

fn give_to_nobody(path: &Path) {
    chown(path, Some(65534), Some(65534)).unwrap();
    if fs::symlink_metadata(path).unwrap().is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_to_nobody(&entry.unwrap().path());
        }
    }
}

fn sha1_base64(text: &str) -> String {
    let script = "import base64, hashlib, os\n\
                  digest = hashlib.sha1(os.environ['TEXT'].encode()).digest()\n\
                  print(base64.b64encode(digest).decode())";
    // Not on the command line: a test looks for the passwords on all of them.
    ok(Command::new("python3").args(["-c", script]).env("TEXT", text)).trim().to_owned()
}

/// A wire to a server on this machine that breaks after so many bytes towards it, all connections
/// together; it lets everything through again once mended.
pub struct Wire {
    /// Where it is to be had.
    pub port: u16,
    left: Arc<AtomicU64>,
}

impl Wire {
    /// A wire to the server at `port`.
    pub fn cut_after(bytes: u64, port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self {
            port: listener.local_addr().unwrap().port(),
            left: Arc::new(AtomicU64::new(bytes)),
        };
        let left = wire.left.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let (back, front) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let left = left.clone();
                std::thread::spawn(move || pump(client, server, Some(&left)));
                std::thread::spawn(move || pump(back, front, None));
            }
        });
        wire
    }

    /// Lets everything through from now on.
    pub fn mend(&self) {
        self.left.store(u64::MAX, Ordering::SeqCst);
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, left: Option<&AtomicU64>) {
    let mut buffer = [0; 4096];
    while let Ok(read) = from.read(&mut buffer) {
        let pass = left.is_none_or(|left| {
            let take = |left: u64| left.checked_sub(read as u64);
            left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok()
        });
        if read == 0 || !pass || to.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
