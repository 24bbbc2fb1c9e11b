//! `plusone rehearse`: a whole release, end to end, in throw-away places on this machine.
//!
//! It runs plusone itself, with the commands that a release manager and a voter would type, and real
//! parts: git, gpg, and Subversion if it is there. The list is a directory of mails. Only the clock
//! is set forward (`--time`).

mod mails;
mod scene;

use std::path::{Path, PathBuf};

use chrono::{Datelike, TimeDelta, Timelike};
use clap::Args;

use super::Session;
use crate::backend::{files, isolated, machine};
use crate::dist::common_root;
use crate::error::{ExitStatus, Failure};
use crate::letters::facts::disclaimer;
use crate::policy::Preset;
use crate::project::FILE_NAME;
use crate::project::file::SettingsFile;
use crate::release::Version;
use crate::report::rehearse::{Left, RehearsalReport};
use mails::{Answer, Posted};
use scene::Scene;

/// Arguments of `plusone rehearse`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Nothing leaves the machine, and your own keys, settings and repositories are not touched: there is a \
throw-away home, GnuPG home, project, dist area and list. What was made is left to be looked at: \
archives, mails, the page of the vote, the ledger, and every command with all it printed.

With --repo a clone of your own repository is released for practice, with your plusone.toml or what \
`plusone init` finds; only the dist area, the roster and the KEYS file are those of the rehearsal.

Examples:
  plusone rehearse
  plusone rehearse --podling --into /tmp/rehearsal
  plusone rehearse --repo . --version 2.1.0")]
pub struct RehearseArgs {
    /// Directory for all of it, which must be empty or not exist [default: a new one]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Repository to rehearse with, instead of a sample project
    #[arg(long, value_name = "GIT-REPO")]
    repo: Option<PathBuf>,
    /// Version to release with --repo
    #[arg(long, value_name = "VERSION", requires = "repo")]
    version: Option<Version>,
    /// The sample is a podling, with its two votes
    #[arg(long, conflicts_with = "repo")]
    podling: bool,
    /// Keep the throw-away secret key too
    #[arg(long)]
    keep: bool,
}

/// Who releases.
const MANAGER: &str = "Rae Leaser <rae@apache.org>";

const MEMBERS: &str = "rae    Rae Leaser   rae@apache.org\n\
                       ada    Ada Lang     ada@apache.org\n\
                       ben    Ben Ngo      ben@apache.org\n\
                       chloe  Chloé Roy    chloe@apache.org\n";
const INCUBATOR: &str = "ada    Ada Lang     ada@apache.org\n\
                         iris   Iris Imai    iris@apache.org\n\
                         ivan   Ivan Ito     ivan@apache.org\n";

/// The class `Main` of Java 8 with nothing in it (JVM specification, 4.1): what must not be in a
/// source release.
const CLASS: &[u8] = b"\xca\xfe\xba\xbe\0\0\0\x34\0\x05\x07\0\x02\x01\0\x04Main\x07\0\x04\x01\0\
\x10java/lang/Object\0\x20\0\x01\0\x03\0\0\0\0\0\0\0\0\0";

/// Runs the command.
///
/// # Errors
/// A program is missing, a place cannot be written to, or a command of the rehearsal does not end
/// as it should.
pub fn run(session: &Session, args: RehearseArgs) -> Result<ExitStatus, Failure> {
    let watch = machine::stopwatch();
    for program in ["git", "gpg"] {
        if !isolated::is_there(program) {
            return Err(Failure::usage(format!("a rehearsal needs the program `{program}`"))
                .hint(format!("install {program}, or put it on the PATH")));
        }
    }
    let root = place(args.into.as_deref())?;
    let gnupg = files::scratch().map_err(Failure::outside)?;
    files::make_private(gnupg.path()).map_err(Failure::outside)?;
    let mut play = Play::new(session, &args, &root, gnupg.path())?;
    session.ui.show(|page| {
        page.paragraph(&format!(
            "A release from beginning to end, in {}. Nothing of it leaves this machine, and your own keys, settings and repositories are not touched.",
            root.display()
        ));
    })?;
    let played = play.play();
    let _ = play.scene.environment_ends();
    let transcript = play.transcript();
    files::write(&root.join("transcript.txt"), transcript.as_bytes()).map_err(Failure::outside)?;
    played?;
    let mut report = RehearsalReport {
        directory: root.display().to_string(),
        left: play.left(),
        seconds: watch.seconds(),
        repository: args.repo.as_ref().map(|repository| repository.display().to_string()),
        steps: play.scene.steps,
    };
    if args.keep {
        let path = gnupg.keep();
        let what = "the throw-away key (GNUPGHOME)".to_owned();
        report.left.push(Left { what, path: path.display().to_string() });
    }
    match session.ui.tells_people() {
        true => session.ui.show(|page| report.write_end(page)).map(|()| ExitStatus::Done),
        false => session.ui.emit(&report),
    }
}

/// The directory for all of it.
fn place(into: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(into) = into else {
        return files::kept_scratch("plusone-rehearsal-").map_err(Failure::outside);
    };
    files::make_directory(into).map_err(Failure::usage)?;
    let into = files::absolute(into);
    if !files::list(&into).map_err(Failure::usage)?.is_empty() {
        return Err(Failure::usage(format!("`{}` is not empty", into.display()))
            .hint("name a directory that does not exist yet with --into"));
    }
    Ok(into)
}

/// A rehearsal that is under way.
struct Play<'a> {
    session: &'a Session,
    args: &'a RehearseArgs,
    scene: Scene,
    /// Whether the dist area is a Subversion repository.
    subversion: bool,
    /// The address of the dist area.
    dist: String,
    name: String,
    version: String,
    preset: Preset,
}

impl<'a> Play<'a> {
    fn new(
        session: &'a Session,
        args: &'a RehearseArgs,
        root: &Path,
        gnupg: &Path,
    ) -> Result<Self, Failure> {
        let subversion = ["svn", "svnmucc", "svnadmin"].into_iter().all(isolated::is_there);
        let scheme = if subversion { "file://" } else { "directory:" };
        let dist = format!("{scheme}{}/dist", root.display());
        // A path with a blank or so would have to be encoded in an address.
        common_root(&[&dist]).map_err(|error| {
            Failure::usage(error).hint("name a directory with a plain path with --into")
        })?;
        // On a full hour: whoever reads the mails has less to read.
        let start = session.now + TimeDelta::hours(1);
        let start = start.with_minute(0).and_then(|time| time.with_second(0)).unwrap_or(start);
        let start = start.with_nanosecond(0).unwrap_or(start);
        Ok(Self {
            session,
            args,
            scene: Scene::new(root, gnupg, start)?,
            subversion,
            dist,
            name: "rehearsal".to_owned(),
            version: args.version.as_ref().map_or_else(|| "1.0.1".to_owned(), Version::to_string),
            preset: if args.podling { Preset::Podling } else { Preset::TopLevel },
        })
    }

    fn play(&mut self) -> Result<(), Failure> {
        self.project()?;
        self.key()?;
        self.settings()?;
        let sample = self.args.repo.is_none();
        if sample {
            self.first_candidate()?;
        }
        let rc = if sample { "2".to_owned() } else { self.free_candidate()? };
        self.candidate(&rc)?;
        let call = self.call(&rc)?;
        self.verify(&rc, &call)?;
        self.votes(&rc, &call)?;
        self.result(&rc, &call)?;
        if self.preset == Preset::Podling {
            self.incubator(&rc)?;
        }
        self.promote(&rc)?;
        self.announce(&rc)?;
        self.page(&rc)
    }

    /// The first number whose tag the repository does not have yet.
    fn free_candidate(&mut self) -> Result<String, Failure> {
        let tags = self.scene.quietly(&["git", "tag", "--list"])?;
        for number in 1..1000 {
            let name = self.tag_name(&number.to_string())?;
            if !tags.lines().any(|tag| tag == name) {
                return Ok(number.to_string());
            }
        }
        Err(Failure::usage(format!("every candidate of {} has a tag", self.version))
            .hint("say another version with --version"))
    }

    fn end(&mut self) -> Result<(), Failure> {
        self.scene.end(self.session)
    }

    /// The repository, and the dist area.
    fn project(&mut self) -> Result<(), Failure> {
        self.scene.begin("A project and its dist area");
        if let Some(repository) = &self.args.repo {
            let from = files::absolute(repository).display().to_string();
            files::make_directory(&self.scene.repository()).map_err(Failure::outside)?;
            self.scene.run(&["git", "clone", "--quiet", "--no-hardlinks", &from, "."], &[0])?;
        } else {
            self.sample()?;
        }
        for (name, value) in [("user.name", "Rae Leaser"), ("user.email", "rae@apache.org")] {
            self.scene.quietly(&["git", "config", name, value])?;
        }
        if self.args.repo.is_none() {
            self.scene.quietly(&["git", "add", "-A"])?;
            self.scene.run(&["git", "commit", "--quiet", "-m", "The first version"], &[0])?;
        }
        match self.subversion {
            true => {
                let repository = self.scene.root.join("dist").display().to_string();
                self.scene.run(&["svnadmin", "create", &repository], &[0])?;
            }
            false => self.scene.say(
                "There is no Subversion on this machine, so a plain directory is the dist area.",
            ),
        }
        self.end()
    }

    fn sample(&mut self) -> Result<(), Failure> {
        let year = self.scene.now().year().to_string();
        let notice = include_str!("sample/NOTICE").replace("YEAR", &year);
        self.scene.write("project/LICENSE", include_bytes!("../../../LICENSE"))?;
        self.scene.write("project/NOTICE", notice.as_bytes())?;
        self.scene.write("project/README.md", include_bytes!("sample/README.md"))?;
        self.scene.write("project/src/main.c", include_bytes!("sample/main.c"))?;
        if let Some(text) = disclaimer(self.preset, "Apache Rehearsal (Incubating)") {
            self.scene.write("project/DISCLAIMER", format!("{text}\n").as_bytes())?;
        }
        self.scene.run(&["git", "init", "--quiet", "--initial-branch=main"], &[0])?;
        let origin = match self.preset {
            Preset::Podling => "https://github.com/apache/incubator-rehearsal.git",
            _ => "https://github.com/apache/rehearsal.git",
        };
        self.scene.quietly(&["git", "remote", "add", "origin", origin]).map(drop)
    }

    fn key(&mut self) -> Result<(), Failure> {
        self.scene.begin("The release manager's key, once in a life");
        let (name, address) = ("Rae Leaser", "rae@apache.org");
        let generate = ["plusone", "keys", "generate", "--name", name, "--email", address];
        self.scene.run(&[&generate[..], &["--no-passphrase"]].concat(), &[0])?;
        self.end()
    }

    /// Settings that point at the throw-away places, KEYS, and a look whether all is ready.
    fn settings(&mut self) -> Result<(), Failure> {
        self.scene.begin("The project's settings, once for a project");
        let path = self.scene.repository().join(FILE_NAME);
        if !files::exists(&path) {
            self.scene.run(&["plusone", "init", "--yes"], &[0])?;
        }
        let text = files::read_text(&path, 1 << 20).map_err(Failure::outside)?.unwrap_or_default();
        let read = SettingsFile::parse(&text, FILE_NAME).map_err(Failure::usage)?;
        self.preset = read.project.kind.unwrap_or_default();
        self.name = read.project.name.as_ref().map_or("rehearsal", |name| name.as_str()).to_owned();
        let text = self.pointed(&text)?;
        files::write(&path, text.as_bytes()).map_err(Failure::outside)?;
        self.scene.write("members.txt", MEMBERS.as_bytes())?;
        self.scene.write("incubator.txt", INCUBATOR.as_bytes())?;
        let user = format!("[mail]\nfrom = \"{MANAGER}\"\n");
        self.scene.write("home/.config/plusone/config.toml", user.as_bytes())?;
        self.scene.say(
            "In plusone.toml the dist area, KEYS and the roster are then those of this rehearsal.",
        );
        self.scene.quietly(&["git", "add", "-A"])?;
        self.scene.quietly(&[
            "git",
            "commit",
            "--quiet",
            "--allow-empty",
            "-m",
            "Say how we release",
        ])?;
        self.area()?;
        let keys = self.keys();
        let append = ["plusone", "keys", "append", "rae@apache.org", "--to", &keys, "--create"];
        let append =
            if self.subversion { [&append[..], &["-x"]].concat() } else { append.to_vec() };
        self.scene.run(&append, &[0])?;
        let version = self.version.clone();
        self.scene.run(&["plusone", "doctor", "--version", &version, "--rc", "1"], &[0, 1, 3])?;
        self.end()
    }

    /// The settings with the places of the rehearsal in them.
    fn pointed(&self, text: &str) -> Result<String, Failure> {
        let mut settings: toml::Table = text.parse().map_err(Failure::bug)?;
        let mut set = |table: &str, name: &str, value: toml::Value| {
            let table = settings
                .entry(table)
                .or_insert_with(|| toml::Value::Table(toml::Table::new()))
                .as_table_mut();
            if let Some(table) = table {
                table.insert(name.to_owned(), value);
            }
        };
        let below = |area: &str| toml::Value::from(format!("{}/{area}/{{project}}", self.dist));
        set("dist", "dev", below("dev"));
        set("dist", "release", below("release"));
        set("dist", "keys", toml::Value::from(self.keys()));
        let mut roster = toml::Table::new();
        roster.insert("source".to_owned(), "file".into());
        let members = self.scene.root.join("members.txt").display().to_string();
        roster.insert("from".to_owned(), members.into());
        set("vote", "roster", roster.into());
        let project = settings.get_mut("project").and_then(toml::Value::as_table_mut);
        if let Some(project) = project {
            let page = format!("https://{}.apache.org/download.html", self.name);
            project.entry("download_page").or_insert(page.into());
            project.entry("description").or_insert(
                "A program of one line, to be released for practice.\nIt greets, and ends.\nNobody needs it."
                    .into(),
            );
        }
        // The comments at the top are kept: a licence header is one.
        let header: Vec<&str> = text.lines().take_while(|line| line.starts_with('#')).collect();
        let settings = toml::to_string(&settings).map_err(Failure::bug)?;
        Ok(format!("{}\n\n{settings}", header.join("\n")))
    }

    /// Directories in the dist area, and a release that will be superseded.
    fn area(&mut self) -> Result<(), Failure> {
        let name = self.name.clone();
        let old = format!("release/{name}/1.0.0");
        let text = b"the release before this one, as far as a rehearsal is concerned\n";
        if self.subversion {
            let url = |path: &str| format!("{}/{path}", self.dist);
            let (dev, release, old) =
                (url(&format!("dev/{name}")), url(&format!("release/{name}")), url(&old));
            self.scene.write("home/old", text)?;
            let file = self.scene.root.join("home/old").display().to_string();
            let make = ["svn", "mkdir", "--quiet", "--parents", "-m", "The dist area"];
            self.scene.quietly(&[&make[..], &[&dev, &release, &old]].concat())?;
            let target = format!("{old}/apache-{name}-1.0.0-src.tar.gz");
            self.scene.quietly(&[
                "svn",
                "import",
                "--quiet",
                "-m",
                "An old release",
                &file,
                &target,
            ])?;
            return Ok(());
        }
        let directory = self.scene.root.join("dist").join("dev").join(&name);
        files::make_directory(&directory).map_err(Failure::outside)?;
        self.scene.write(&format!("dist/{old}/apache-{name}-1.0.0-src.tar.gz"), text)
    }

    /// Where the KEYS file is.
    fn keys(&self) -> String {
        let dist = match self.subversion {
            true => self.dist.clone(),
            false => self.scene.root.join("dist").display().to_string(),
        };
        format!("{dist}/release/{}/KEYS", self.name)
    }

    /// Where a candidate is, for a voter.
    fn staged(&self, rc: &str) -> String {
        let dist = match self.subversion {
            true => self.dist.clone(),
            false => self.scene.root.join("dist").display().to_string(),
        };
        format!("{dist}/dev/{}/{}-rc{rc}", self.name, self.version)
    }

    /// The other way: a candidate with compiled code in it, which a voter finds.
    fn first_candidate(&mut self) -> Result<(), Failure> {
        let version = self.version.clone();
        let which = ["--version", &version, "--rc", "1"];
        self.scene.begin("Candidate 1, with a mistake in it");
        self.scene.say("Somebody has committed a compiled class.");
        self.scene.write("project/src/Main.class", CLASS)?;
        self.scene.quietly(&["git", "add", "-A", "--force"])?;
        self.scene.quietly(&["git", "commit", "--quiet", "-m", "Add Main"])?;
        self.tag("1")?;
        self.scene.run(&[&["plusone", "package"][..], &which].concat(), &[0])?;
        self.scene.run(&[&["plusone", "stage"][..], &which, &["-x"]].concat(), &[1])?;
        self.scene.say("It stops there. A release manager in a hurry leaves the check out:");
        let without = ["--without", "archive-no-compiled-code", "-x"];
        self.scene.run(&[&["plusone", "stage"][..], &which, &without].concat(), &[0])?;
        self.scene.status()?;
        self.end()?;

        let call = self.call("1")?;
        self.scene.begin("A voter finds it");
        self.scene.hour += 2;
        let (staged, keys) = (self.staged("1"), self.keys());
        let mail = format!("../{}", call.file);
        let verify = ["plusone", "verify", &mail, "--at", &staged, "--keys", &keys];
        self.scene.voter(&[&verify[..], &["--git", "../project"]].concat(), &[1])?;
        let hour = self.scene.hour;
        let text = "-1 (binding)\n\nsrc/Main.class is compiled code; the source release must not have it.\n\nBen";
        let answer =
            Answer { from: "Ben Ngo <ben@apache.org>", hour, id: "ben-0@people.example", text };
        self.scene.answer(&call, &answer)?;
        self.scene.say(
            "Ben answers with -1 and says why. A -1 is no veto, but the release manager agrees.",
        );
        self.end()?;

        self.scene.begin("Cancelled");
        self.scene.hour += 1;
        let reason = "src/Main.class is compiled code. It is removed for candidate 2.";
        self.scene.run(
            &[&["plusone", "cancel"][..], &which, &["--reason", reason, "-x"]].concat(),
            &[0],
        )?;
        self.scene.deliver(&version, "cancel-rc1")?;
        self.scene.run(&["git", "rm", "--quiet", "src/Main.class"], &[0])?;
        self.scene.quietly(&["git", "commit", "--quiet", "-m", "Remove compiled code"])?;
        self.scene.status()?;
        self.scene.hour += 18;
        self.end()
    }

    fn tag(&mut self, rc: &str) -> Result<(), Failure> {
        let version = self.version.clone();
        let tag = self.tag_name(rc)?;
        let message = format!("{version} candidate {rc}");
        let tag = ["git", "tag", "--sign", "-m", &message, &tag];
        self.scene
            .run(&[&["git", "-c", "user.signingkey=rae@apache.org"][..], &tag[1..]].concat(), &[0])
            .map(drop)
    }

    /// The candidate's tag, by the project's settings.
    fn tag_name(&self, rc: &str) -> Result<String, Failure> {
        let path = self.scene.repository().join(FILE_NAME);
        let text = files::read_text(&path, 1 << 20).map_err(Failure::outside)?.unwrap_or_default();
        let read = SettingsFile::parse(&text, FILE_NAME).map_err(Failure::usage)?;
        let none = SettingsFile::default();
        let project = crate::project::Project::resolve(&none, &read, &Default::default());
        let project = project.map_err(Failure::usage)?;
        let version: Version = self.version.parse().map_err(Failure::usage)?;
        let names = project.names(Some(&version), rc.parse().ok());
        project.candidate_tag.value.render(&names).map_err(super::underway::missing)
    }

    /// Tagged, packaged, rebuilt and found identical, staged.
    fn candidate(&mut self, rc: &str) -> Result<(), Failure> {
        let version = self.version.clone();
        let which = ["--version", &version, "--rc", rc];
        self.scene.begin(&format!("Candidate {rc}"));
        self.tag(rc)?;
        self.scene.run(&[&["plusone", "package"][..], &which].concat(), &[0])?;
        let directory = self.scene.repository().join("dist");
        let below = files::list(&directory).map_err(Failure::outside)?;
        let below = below.iter().find(|name| name.contains(&format!("rc{rc}")));
        let below = below.cloned().unwrap_or_else(|| format!("{version}-rc{rc}"));
        let archives = files::list(&directory.join(&below)).map_err(Failure::outside)?;
        if let Some(archive) = archives.iter().find(|name| crate::candidate::is_archive(name)) {
            let archive = format!("dist/{below}/{archive}");
            self.scene.say("Whoever has the tag can make the same bytes:");
            let tag = self.tag_name(rc)?;
            let check = ["plusone", "package", "--check", &archive, "--ref", &tag];
            self.scene.run(&[&check[..], &which].concat(), &[0])?;
        }
        let stage = [&["plusone", "stage"][..], &which, &["-x"]].concat();
        let staged = self.scene.run(&stage, &[0, 1])?;
        if staged.contains("Nothing was sent") {
            self.end()?;
            return Err(Failure::usage("the candidate has errors, so it was not staged")
                .hint("mend them in your repository, or waive what the project stands by, then rehearse again")
                .hint(format!("all of it is left in {}", self.scene.root.display())));
        }
        self.scene.status()?;
        self.end()
    }

    fn call(&mut self, rc: &str) -> Result<Posted, Failure> {
        let version = self.version.clone();
        self.scene.hour += 1;
        self.scene.begin("The call to vote");
        self.scene.run(&["plusone", "vote", "--version", &version, "--rc", rc, "-x"], &[0])?;
        self.scene.say("The mail is a file to be sent with a mail program. Here the list is a directory, and it is put there.");
        let call = self.scene.deliver(&version, &format!("vote-rc{rc}"))?;
        self.scene.status()?;
        self.end()?;
        Ok(call)
    }

    fn verify(&mut self, rc: &str, call: &Posted) -> Result<(), Failure> {
        self.scene.begin("A voter verifies it, from the mail");
        self.scene.hour += 3;
        let (staged, keys, mail) = (self.staged(rc), self.keys(), format!("../{}", call.file));
        let verify = ["plusone", "verify", &mail, "--at", &staged, "--keys", &keys];
        // A repository of one's own may have what a voter finds.
        let fine: &[i32] = if self.args.repo.is_some() { &[0, 1, 3] } else { &[0] };
        let words = [&verify[..], &["--git", "../project", "--rebuild", "--reply"]].concat();
        let reply = self.scene.voter(&words, fine)?;
        self.scene.write("voter/reply.txt", reply.as_bytes())?;
        self.end()
    }

    /// The arguments with which votes are counted.
    fn counted(&self) -> Vec<String> {
        let mut words = ["--eml", "../list"].map(str::to_owned).to_vec();
        if self.preset == Preset::Podling {
            for roster in ["ppmc=../members.txt", "ipmc=../incubator.txt"] {
                words.extend(["--roster", roster].map(str::to_owned));
            }
        }
        words
    }

    /// Votes as people write them.
    fn votes(&mut self, rc: &str, call: &Posted) -> Result<(), Failure> {
        self.scene.begin("The votes, as people write them");
        let version = self.version.clone();
        let hour = self.scene.hour;
        let ada = format!(
            "+1 (binding)\n\nSignature and checksum are good, it builds on Debian 12 and macOS.\n\n\
             > Please vote:\n>\n> [ ] +1 release it as {version}\n> [ ] 0 no opinion\n> [ ] -1 do not release it (please say why)\n\n\
             --\nAda Lang\n+49 30 1234567\n"
        );
        let answers = [
            ("Rae Leaser <rae@apache.org>", 1, "rae-1", "+1 from me"),
            ("Ada Lang <ada@apache.org>", 5, "ada-1", &ada[..]),
            ("Ben Ngo <ben@apache.org>", 9, "ben-1", "+1, looks good\n\nBen"),
            (
                "Dan Dale <dan@example.org>",
                20,
                "dan-1",
                "+1 (binding)\n\nWorks for us in production.",
            ),
            (
                "Ben Ngo <ben@apache.org>",
                26,
                "ben-2",
                "I have to change my vote to -1: README says nothing about Windows.\n\nBen",
            ),
            (
                "Chloé Roy <chloe@apache.org>",
                30,
                "chloe-1",
                "+1 if it builds with an old compiler too\n\nChloé",
            ),
        ];
        for (from, after, id, text) in answers {
            let id = format!("{id}@people.example");
            self.scene.answer(call, &Answer { from, hour: hour + after, id: &id, text })?;
        }
        self.scene.say("Rae and Ada vote +1, Ada with the ballot quoted below. Ben votes +1 and changes to -1. Dan is no member, and says \"binding\" all the same. Chloé writes what nobody can count.");
        self.scene.hour = hour + 40;
        let counted = self.counted();
        let counted: Vec<&str> = counted.iter().map(|word| &word[..]).collect();
        let tally =
            [&["plusone", "tally", "--version", &version, "--rc", rc][..], &counted].concat();
        let tally = match self.preset {
            Preset::Podling => [&tally[..], &["--round", "ppmc"]].concat(),
            _ => tally,
        };
        self.scene.run(&tally, &[3])?;
        self.scene.hour = hour + 73;
        self.scene
            .say("The 72 hours are over. Chloé's vote would decide, and plusone does not guess:");
        self.scene.run(&tally, &[3])?;
        self.scene.say(
            "Chloé is asked and confirms. That is a ruling, which is printed with the result.",
        );
        let rule = [
            "--rule",
            "<chloe-1@people.example>=+1",
            "--reason",
            "Chloé has built it with GCC 8 meanwhile, and confirmed her vote in the chat",
        ];
        self.scene.run(&[&tally[..], &rule].concat(), &[0])?;
        self.scene.status()?;
        self.end()
    }

    fn result(&mut self, rc: &str, call: &Posted) -> Result<(), Failure> {
        self.scene.begin("The result");
        let version = self.version.clone();
        self.scene.run(&["plusone", "result", "--version", &version, "--rc", rc, "-x"], &[0])?;
        self.scene.deliver(&version, &format!("result-rc{rc}"))?;
        let hour = self.scene.hour + 5;
        let text = "-1, sorry for being late: the logo is ugly";
        let answer =
            Answer { from: "Ella Egg <ella@example.org>", hour, id: "ella-1@people.example", text };
        self.scene.answer(call, &answer)?;
        self.scene.say("Ella votes five hours later: that is listed, and does not count.");
        self.scene.status()?;
        self.end()
    }

    /// A podling's second vote.
    fn incubator(&mut self, rc: &str) -> Result<(), Failure> {
        let version = self.version.clone();
        self.scene.begin("The Incubator's vote");
        self.scene.hour += 6;
        self.scene.run(&["plusone", "vote", "--version", &version, "--rc", rc, "-x"], &[0])?;
        let call = self.scene.deliver(&version, &format!("vote-ipmc-rc{rc}"))?;
        let hour = self.scene.hour;
        for (from, after, id) in [
            ("Iris Imai <iris@apache.org>", 10, "iris-1@people.example"),
            ("Ivan Ito <ivan@apache.org>", 20, "ivan-1@people.example"),
        ] {
            let text = "+1 (binding)\n\nChecked DISCLAIMER, LICENSE and NOTICE.";
            self.scene.answer(&call, &Answer { from, hour: hour + after, id, text })?;
        }
        self.scene.say("Ada is a member of the Incubator's committee: her vote is carried over. Iris and Ivan vote.");
        self.scene.hour = hour + 73;
        let counted = self.counted();
        let counted: Vec<&str> = counted.iter().map(|word| &word[..]).collect();
        let tally = ["plusone", "tally", "--version", &version, "--rc", rc, "--round", "both"];
        self.scene.run(&[&tally[..], &counted].concat(), &[0])?;
        self.scene.run(&["plusone", "result", "--version", &version, "--rc", rc, "-x"], &[0])?;
        self.scene.deliver(&version, &format!("result-ipmc-rc{rc}"))?;
        self.scene.status()?;
        self.end()
    }

    fn promote(&mut self, rc: &str) -> Result<(), Failure> {
        self.scene.begin("The release");
        let version = self.version.clone();
        self.scene.run(&["plusone", "promote", "--version", &version, "--rc", rc, "-x"], &[0])?;
        self.scene.status()?;
        self.end()
    }

    fn announce(&mut self, rc: &str) -> Result<(), Failure> {
        self.scene.begin("The announcement");
        let version = self.version.clone();
        let which = ["plusone", "announce", "--version", &version, "--rc", rc];
        let highlight = ["--highlight", "It is here", "--without", "mail-download-page", "-x"];
        let words = [&which[..], &highlight].concat();
        if self.preset.is_asf() {
            self.scene.say("At once is too early: the download servers need an hour.");
            self.scene.run(&words, &[1])?;
            self.scene.hour += 2;
        }
        self.scene.say("A rehearsal has no download page, so that check is left out.");
        self.scene.run(&words, &[0])?;
        self.scene.deliver(&version, &format!("announce-rc{rc}"))?;
        self.scene.status()?;
        self.end()
    }

    /// The page of the vote, with what came late.
    fn page(&mut self, rc: &str) -> Result<(), Failure> {
        self.scene.begin("The page of the vote, for everybody");
        self.scene.hour += 12;
        let version = self.version.clone();
        let counted = self.counted();
        let counted: Vec<&str> = counted.iter().map(|word| &word[..]).collect();
        let tally = ["plusone", "tally", "--version", &version, "--rc", rc];
        let html = ["--html", "../tally.html"];
        self.scene.run(&[&tally[..], &counted, &html].concat(), &[0])?;
        self.end()
    }

    /// Everything that was done, with all that was printed.
    fn transcript(&self) -> String {
        let steps = self.scene.steps.iter().enumerate();
        steps.map(|(number, step)| step.transcript(number + 1)).collect()
    }

    /// What to look at.
    fn left(&self) -> Vec<Left> {
        let root = &self.scene.root;
        let left = |what: &str, path: String| Left { what: what.to_owned(), path };
        let below = |path: &str| root.join(path).display().to_string();
        vec![
            left("the archives", below("project/dist")),
            left("the mails", below("list")),
            left("a voter's draft", below("voter/reply.txt")),
            left("the vote", below("tally.html")),
            left("the ledger", below(&format!("project/.plusone/{}/ledger.jsonl", self.version))),
            left("the dist area", if self.subversion { self.dist.clone() } else { below("dist") }),
            left("all that was printed", below("transcript.txt")),
        ]
    }
}
