//! Where the guide's release happens: Jane's machine, the servers of the ASF, and the others.

use std::fs;
use std::path::PathBuf;

use crate::support::svn::{COMMITTER, KEYS, PMC_MEMBER, SvnServer, executable};
use crate::support::{Server, World, certificates, program_for, root};

/// The dist area as the page names it; here `svnserve` has it.
const DIST: &str = "https://dist.apache.org/repos/dist";
/// Jane's repository as the page names it; as long as a path of the test, so that lines break alike.
const HOME: &str = "/home/jane/project";
/// The id of the step that a person is asked about, as the page has it.
const STEP: &str = "b6d40f97612d";

pub struct Guide {
    world: World,
    dist: SvnServer,
    web: Server,
    /// How many mails the lists have.
    mails: usize,
    /// What [`STEP`] stands for.
    step: String,
}

impl Guide {
    pub fn new(test: &str) -> Option<Self> {
        let programs = ["openssl", "python3", "gpg"].map(|program| program_for(test, program));
        let dist = SvnServer::svnserve(test)?;
        if programs.contains(&false) {
            return None;
        }
        let mut world = World::new();
        for directory in ["web/list", "bin", "home/.config/plusone"] {
            fs::create_dir_all(world.path(directory)).unwrap();
        }
        let web = world.path("web");
        certificates(&web);
        let script = fs::read_to_string(root().join("tests/guide/web.py")).unwrap();
        let server = Server::of(&script, &web);
        let program = format!(
            "#!/bin/sh\nexec {} --time \"$(cat {})\" \"$@\"\n",
            env!("CARGO_BIN_EXE_plusone"),
            world.path("now").display()
        );
        executable(&world.path("bin/plusone"), &program);
        let path = std::env::var("PATH").unwrap();
        for (name, value) in [
            ("PATH", format!("{}:{path}", world.path("bin").display())),
            ("COLUMNS", "80".to_owned()),
            ("https_proxy", server.url.clone()),
            ("http_proxy", server.url.clone()),
            ("SSL_CERT_FILE", web.join("ca.pem").display().to_string()),
        ] {
            world.variables.push((name.to_owned(), value));
        }
        let guide = Self { world, dist, web: server, mails: 0, step: STEP.to_owned() };
        guide.log_in(PMC_MEMBER);
        guide.serve_files();
        Some(guide)
    }

    /// Sets the clock, of plusone and of gpg.
    pub fn now(&self, time: &str) {
        fs::write(self.world.path("now"), time).unwrap();
        self.dist.set_clock(time);
        let plain: String = time.chars().filter(|c| c.is_ascii_digit() || *c == 'T').collect();
        let line = format!("faked-system-time {plain}!\n");
        fs::write(self.world.path("gnupg/gpg.conf"), line).unwrap();
    }

    /// Runs a line of the page as Jane; returns its status and what it printed, in the page's names.
    pub fn run(&mut self, line: &str) -> (i32, String) {
        let mut line = self.here(line);
        if line.contains("keys generate") {
            // Nobody is there to be asked for one.
            line += " --no-passphrase";
        }
        let mut shell = self.world.command("sh");
        shell.args(["-c", &format!("exec 2>&1\n{line}")]);
        let ran = crate::support::ran(&mut shell);
        if let Some((_, asked)) = ran.stdout.split_once("--settle ") {
            self.step = asked.chars().take_while(char::is_ascii_hexdigit).collect();
        }
        (ran.status, self.there(&ran.stdout))
    }

    /// What others do, or what is not worth showing.
    pub fn meanwhile(&mut self, what: &str) {
        match what {
            "a project" => self.project(),
            "KEYS reaches the download servers" => {
                self.serve("downloads.apache.org/demo/KEYS", &self.dist.cat("release/demo/KEYS"));
            }
            "mail is sent" => self.send(),
            "votes" => self.votes(),
            "Jane is no member" => self.log_in(COMMITTER),
            "Jane is a member" => self.log_in(PMC_MEMBER),
            "the page is ready" => self.download_page(),
            "sendmail breaks down" => {
                executable(
                    &self.world.path("bin/sendmail"),
                    "#!/bin/sh\ncat > /dev/null\nkill -9 $$\n",
                );
            }
            "a project outside the ASF" => self.other_project(),
            _ => panic!("nobody knows how to do this: {what}"),
        }
    }

    fn project(&self) {
        self.world.git(&["init", "-q", "-b", "main"]);
        let remote = "https://github.com/apache/demo.git";
        self.world.git(&["remote", "add", "origin", remote]);
        // Fetched from nowhere, pushed to here.
        let bare = self.world.path("github").display().to_string();
        self.world.run("git", &["init", "-q", "--bare", "-b", "main", &bare]).ok();
        let elsewhere = format!("url.{bare}.pushInsteadOf");
        self.world.git(&["config", "--global", &elsewhere, remote]);
        let walk = root().join("tests/cmd/walk.in");
        for name in ["LICENSE", "NOTICE", "README.md", "src/main.c"] {
            self.world.write(name, fs::read(walk.join(name)).unwrap());
        }
        self.world.commit("A project");
    }

    fn other_project(&self) {
        let files = [
            ("LICENSE", fs::read_to_string(root().join("tests/cmd/walk.in/LICENSE")).unwrap()),
            ("NOTICE", "Widget\nCopyright 2026 The authors of Widget\n".to_owned()),
            (
                "widget.sh",
                "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\necho widget\n".to_owned(),
            ),
        ];
        for (name, text) in files {
            self.world.write(&format!("../widget/{name}"), text);
        }
        let areas = ["srv/dist/dev/widget", "srv/dist/release/widget"];
        for area in areas {
            fs::create_dir_all(self.world.path(area)).unwrap();
        }
        self.world.git(&["init", "-q", "-b", "main", "../widget"]);
    }

    /// Writes a file of Jane's: settings of hers, or `plusone.toml`, which is told where the dist area
    /// is here.
    pub fn write(&self, name: &str, text: &str) {
        let url = &self.dist.url;
        let dist = format!(
            "\n[dist]\ndev = \"{url}/dev/{{project}}\"\nrelease = \"{url}/release/{{project}}\"\n"
        );
        match name.strip_prefix("~/") {
            Some(below) => fs::write(self.world.path("home").join(below), text).unwrap(),
            None if text.contains("[dist]") => self.world.write(name, self.here(text)),
            None => self.world.write(name, format!("{text}{dist}")),
        }
    }

    /// Names of the page as they are here.
    fn here(&self, text: &str) -> String {
        let srv = self.world.path("srv").display().to_string();
        text.replace(DIST, &self.dist.url).replace("/srv", &srv).replace(STEP, &self.step)
    }

    /// What was printed, in the names of the page.
    fn there(&self, text: &str) -> String {
        let path = |name: &str| self.world.path(name).display().to_string();
        text.replace(&self.dist.url, DIST)
            .replace(&self.step, STEP)
            .replace(&path("repo"), HOME)
            .replace(&path("home"), "/home/jane")
            .replace(&path("srv"), "/srv")
            .replace(&path("gnupg"), "/home/jane/.gnupg")
            .replace(&format!("{}/", path("")).replace("//", "/"), "/home/jane/")
    }

    /// The password that svn has stored, as it stores it (subversion/libsvn_subr/config_auth.c).
    fn log_in(&self, (name, password): (&str, &str)) {
        let realm = format!("<{}> demo", self.dist.url);
        let item = |text: &str| format!("{}\n{text}\n", text.len());
        let mut text = String::new();
        for (key, value) in [
            ("passtype", "simple"),
            ("password", password),
            ("svn:realmstring", &realm),
            ("username", name),
        ] {
            text += &format!("K {}V {}", item(key), item(value));
        }
        let directory = self.world.path("home/.subversion/auth/svn.simple");
        fs::create_dir_all(&directory).unwrap();
        let script = "import hashlib, sys; print(hashlib.md5(sys.argv[1].encode()).hexdigest())";
        let digest = self.world.run("python3", &["-c", script, &realm]).ok().stdout;
        fs::write(directory.join(digest.trim()), text + "END\n").unwrap();
    }

    /// What the servers of the ASF have.
    fn serve_files(&self) {
        let member = |id: &str, name: &str| {
            format!("\"{id}\": {{\"name\": \"{name}\", \"date\": \"2020-01-01\"}}")
        };
        let people = [
            ("jane", "Jane Doe"),
            ("alice", "Alice Ahn"),
            ("bob", "Bob Brook"),
            ("carol", "Carol Cruz"),
        ];
        let roster: Vec<String> = people.iter().map(|(id, name)| member(id, name)).collect();
        let ids: Vec<String> = people.iter().map(|(id, _)| format!("\"{id}\"")).collect();
        let ids = ids.join(", ");
        self.serve(
            "whimsy.apache.org/public/committee-info.json",
            &format!(
                "{{\"last_updated\": \"2026-11-19 21:57:21 UTC\", \"committee_count\": 1, \"committees\": {{\"demo\": \
                 {{\"display_name\": \"Demo\", \"mail_list\": \"demo\", \"pmc\": true, \"roster\": {{{}}}}}}}}}",
                roster.join(", ")
            ),
        );
        self.serve(
            "whimsy.apache.org/public/public_ldap_projects.json",
            &format!(
                "{{\"lastTimestamp\": \"20261119115218Z\", \"project_count\": 1, \"projects\": {{\"demo\": \
                 {{\"pmc\": true, \"members\": [{ids}], \"owners\": [{ids}]}}}}}}"
            ),
        );
        self.serve("downloads.apache.org/demo/KEYS", KEYS);
    }

    fn serve(&self, name: &str, text: &str) {
        let path = self.world.path("web").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn download_page(&self) {
        let base = "demo/1.2.0/apache-demo-1.2.0-src.tar.gz";
        let page = format!(
            "<html><body><p>Apache Demo 1.2.0: \
             <a href=\"https://www.apache.org/dyn/closer.lua/{base}\">source</a>, \
             <a href=\"https://downloads.apache.org/{base}.asc\">signature</a>, \
             <a href=\"https://downloads.apache.org/{base}.sha512\">SHA-512</a>, \
             <a href=\"https://downloads.apache.org/demo/KEYS\">KEYS</a>. \
             <a href=\"https://www.apache.org/info/verification.html\">How to verify</a></p></body></html>"
        );
        self.serve("demo.apache.org/download.html", &page);
    }

    /// Jane sends the newest draft, five minutes later, from a mail program that makes Message-IDs of
    /// its own, as many do.
    fn send(&mut self) {
        let drafts = self.drafts();
        let newest = drafts.last().unwrap_or_else(|| panic!("there is no draft"));
        let text = fs::read_to_string(newest).unwrap();
        let id = format!("Message-ID: <{}.b7a1d3f0@apache.org>\r\n", self.mails + 1);
        let own = |line: &str| match line.split_once(": ") {
            Some(("Message-ID", _)) => id.clone(),
            Some(("X-Unsent", _)) => String::new(),
            Some(("Date", date)) => {
                format!("Date: {}\r\n", date.trim().replace(":00:00", ":05:00"))
            }
            _ => line.to_owned(),
        };
        let mail: String = text.split_inclusive('\n').map(own).collect();
        self.deliver(&mail);
    }

    /// All drafts of mails, the newest last.
    fn drafts(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for version in self.world.names(&self.world.repo(".plusone")) {
            let directory = self.world.repo(".plusone").join(version);
            for name in self.world.names(&directory) {
                if name.ends_with(".eml") {
                    found.push(directory.join(name));
                }
            }
        }
        found.sort_by_key(|path| fs::metadata(path).unwrap().modified().unwrap());
        found
    }

    fn deliver(&mut self, mail: &str) {
        self.mails += 1;
        let path = self.world.path(&format!("web/list/{:04}.eml", self.mails));
        fs::write(path, mail).unwrap();
    }

    /// Answers to the newest call.
    fn votes(&mut self) {
        let lists = self.world.path("web/list");
        let mails = self.world.names(&lists).into_iter();
        let mut mails = mails.map(|name| fs::read_to_string(lists.join(name)).unwrap());
        let call = mails.rfind(|mail| mail.contains("\nSubject: [VOTE]")).unwrap();
        let header = |name: &str| {
            let prefix = format!("{name}: ");
            let line = call.lines().find(|line| line.starts_with(&prefix)).unwrap();
            line[prefix.len()..].trim().to_owned()
        };
        let (subject, id, to) = (header("Subject"), header("Message-ID"), header("To"));
        for (name, address, date, text) in [
            ("Jane Doe", "jane@apache.org", "Fri, 20 Nov 2026 13:00:00 +0000", "+1 (binding)"),
            (
                "Alice Ahn",
                "alice@apache.org",
                "Sat, 21 Nov 2026 09:00:00 +0000",
                "+1\n\nBuilt and tested on Debian 13.",
            ),
            (
                "Xaver Xylander",
                "xaver@example.org",
                "Sat, 21 Nov 2026 10:00:00 +0000",
                "+1 (binding), works for me",
            ),
            (
                "Carol Cruz",
                "carol@apache.org",
                "Sun, 22 Nov 2026 08:00:00 +0000",
                "+1 if the tests run on macOS, too.",
            ),
        ] {
            let number = self.mails + 1;
            let text = text.replace('\n', "\r\n");
            let who = address.split('@').next().unwrap();
            self.deliver(&format!(
                "From: {name} <{address}>\r\nTo: {to}\r\nSubject: Re: {subject}\r\nDate: {date}\r\n\
                 Message-ID: <{who}-{number}@voters.example>\r\nIn-Reply-To: {id}\r\nReferences: {id}\r\n\
                 MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
            ));
        }
    }
}
