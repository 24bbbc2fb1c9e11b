//! A project with all that a release needs: repository, key, dist area, post, roster.

use std::fs;
use std::path::Path;

use crate::post::{PASSWORD, Post};
use crate::support::svn::{COMMITTER, SvnServer};
use crate::support::{Ran, World};

pub struct Ground {
    pub world: World,
    pub area: Area,
    pub post: Post,
}

pub enum Area {
    Svn(SvnServer),
    /// A plain directory, `area` in the world.
    Plain,
}

/// Who votes.
pub const MEMBERS: &str = "jane    Jane Doe      jane@apache.org\n\
                           alice   Alice Ahn     alice@apache.org\n\
                           bob     Bob Brook     bob@apache.org\n\
                           carol   Carol Cruz    carol@apache.org\n";

/// Friday (cal(1)).
pub const PACKAGED: &str = "2026-11-20T11:00:00Z";
pub const CALLED: &str = "2026-11-20T12:00:00Z";
/// Monday, when the 72 hours are over.
pub const CLOSED: &str = "2026-11-23T12:30:00Z";

impl Ground {
    /// Over a Subversion server, or a plain directory if there is none.
    pub fn new(test: &str, area: Area, kind: &str, more: &str) -> Option<Self> {
        let post = Post::new(test)?;
        let mut world = World::new();
        world.import_jane();
        // The tests happen at a time of their own, and so do signatures.
        fs::write(world.path("gnupg/gpg.conf"), "faked-system-time 20261120T105500!\n").unwrap();
        world.git(&["init", "-q", "-b", "main"]);
        let walk = crate::support::root().join("tests/cmd/walk.in");
        for name in ["LICENSE", "NOTICE", "README.md", "src/main.c"] {
            world.write(name, fs::read(walk.join(name)).unwrap());
        }
        let base = match &area {
            Area::Svn(server) => server.url.clone(),
            Area::Plain => {
                for name in ["area/dev/demo", "area/release/demo"] {
                    fs::create_dir_all(world.path(name)).unwrap();
                }
                format!("directory:{}", world.path("area").display())
            }
        };
        world.write("members.txt", MEMBERS);
        world.write(".gitattributes", "members.txt export-ignore\nplusone.toml export-ignore\n");
        let (http, https) = (post.http, post.https);
        world.write(
            "plusone.toml",
            format!(
                "[project]\nname = \"demo\"\nkind = \"{kind}\"\n\
                 description = \"Apache Demo shows how a release is made. It has one file.\\nThat is enough for a demonstration.\\nNothing else is in it.\"\n\
                 download_page = \"https://localhost:{https}/download.html\"\n\
                 [dist]\ndev = \"{base}/dev/{{project}}\"\nrelease = \"{base}/release/{{project}}\"\n\
                 [vote]\nlist = \"dev@demo.apache.org\"\narchive = \"http://127.0.0.1:{http}\"\n\
                 [vote.roster]\nsource = \"file\"\nfrom = \"members.txt\"\n{more}"
            ),
        );
        world.commit("first");
        world.git(&["tag", "v1.2.0-rc1"]);
        let settings = world.path("home/.config/plusone");
        fs::create_dir_all(&settings).unwrap();
        fs::write(
            settings.join("config.toml"),
            format!(
                "[mail]\nfrom = \"Jane Doe <jane@apache.org>\"\ntransport = \"smtp\"\n\
                 server = \"localhost:{}\"\nuser = \"jane\"\npassword_command = \"printf '%s' '{PASSWORD}'\"\nca = \"{}\"\n",
                post.smtp,
                post.path("ca.pem").display()
            ),
        )
        .unwrap();
        let authority = post.path("ca.pem").display().to_string();
        world.variables.push(("SSL_CERT_FILE".to_owned(), authority));
        Some(Self { world, area, post })
    }

    /// Runs plusone at an instant.
    pub fn at(&self, time: &str, words: &[&str]) -> Ran {
        if let Area::Svn(server) = &self.area {
            server.set_clock(time);
        }
        self.world.plusone(&[&["--time", time][..], words].concat())
    }

    /// As [`Ground::at`], as somebody with a password for the Subversion server.
    pub fn at_as(&self, time: &str, who: (&str, &str), words: &[&str]) -> Ran {
        let Area::Svn(server) = &self.area else { return self.at(time, words) };
        if server.port.is_none() {
            return self.at(time, words);
        }
        let command = format!("printf '%s' '{}'", who.1);
        let access = ["--svn-username", who.0, "--svn-password-command", &command];
        self.at(time, &[words, &access].concat())
    }

    pub fn package(&self) {
        self.at(PACKAGED, &["package", "--version", "1.2.0", "--rc", "1"]).ok();
    }

    pub fn stage(&self) {
        self.at_as(PACKAGED, COMMITTER, &["stage", "--version", "1.2.0", "-x"]).ok();
    }

    pub fn call(&self) {
        self.at(CALLED, &["vote", "-x"]).ok();
    }

    /// Three binding +1, one other, a question.
    pub fn vote(&self) {
        let call = self.post.mail("[VOTE]");
        let answer = |from: &str, date: &str, text: &str| self.post.answer(from, date, &call, text);
        answer(
            "Jane Doe <jane@apache.org>",
            "Fri, 20 Nov 2026 13:00:00 +0000",
            "+1 (binding)\n\nJane",
        );
        answer(
            "Alice Ahn <alice@apache.org>",
            "Sat, 21 Nov 2026 09:00:00 +0000",
            "+1\n\nbuilt it on Debian",
        );
        answer(
            "Xaver <xaver@example.org>",
            "Sat, 21 Nov 2026 10:00:00 +0000",
            "+1 (binding), works for me",
        );
        answer(
            "Bob Brook <bob@apache.org>",
            "Sun, 22 Nov 2026 09:00:00 +0000",
            "+1, checked signature and checksum",
        );
    }

    /// The directory of the ledger.
    pub fn home(&self) -> std::path::PathBuf {
        self.world.repo(".plusone/1.2.0")
    }

    pub fn ledger(&self) -> String {
        fs::read_to_string(self.home().join("ledger.jsonl")).unwrap_or_default()
    }

    /// Events in the ledger by their name.
    pub fn events(&self, name: &str) -> usize {
        let wanted = format!("\"event\":\"{name}\"");
        self.ledger().lines().filter(|line| line.contains(&wanted)).count()
    }
}

/// A page as the moderators of announce@apache.org want it.
pub fn page(version: &str) -> String {
    let base = format!("demo/{version}/apache-demo-{version}-src.tar.gz");
    format!(
        "<html><body><p>Apache Demo {version}: \
         <a href=\"https://www.apache.org/dyn/closer.lua/{base}\">source</a>, \
         <a href=\"https://downloads.apache.org/{base}.asc\">signature</a>, \
         <a href=\"https://downloads.apache.org/{base}.sha512\">SHA-512</a>, \
         <a href=\"https://downloads.apache.org/demo/KEYS\">KEYS</a>. \
         <a href=\"https://www.apache.org/info/verification.html\">How to verify</a></p></body></html>"
    )
}

/// Copies a directory with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    let status = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(status.success());
}
