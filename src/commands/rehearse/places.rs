//! The places of a rehearsal: the project, the key, the settings that point at them, the dist area.

use chrono::Datelike;

use super::play::Play;
use super::{INCUBATOR, MANAGER, MEMBERS};
use crate::backend::files;
use crate::error::Failure;
use crate::letters::facts::disclaimer;
use crate::policy::Preset;
use crate::project::file::SettingsFile;
use crate::project::{FILE_NAME, Flags, Project};
use crate::release::Version;

impl Play<'_> {
    /// The first number whose tag the repository does not have yet.
    pub(super) fn free_candidate(&mut self) -> Result<String, Failure> {
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

    /// The repository, and the dist area.
    pub(super) fn project(&mut self) -> Result<(), Failure> {
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

    pub(super) fn sample(&mut self) -> Result<(), Failure> {
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

    pub(super) fn key(&mut self) -> Result<(), Failure> {
        self.scene.begin("The release manager's key, once in a life");
        let (name, address) = ("Rae Leaser", "rae@apache.org");
        let generate = ["plusone", "keys", "generate", "--name", name, "--email", address];
        self.scene.run(&[&generate[..], &["--no-passphrase"]].concat(), &[0])?;
        self.end()
    }

    /// Settings that point at the throw-away places, KEYS, and a look whether all is ready.
    pub(super) fn settings(&mut self) -> Result<(), Failure> {
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
    pub(super) fn pointed(&self, text: &str) -> Result<String, Failure> {
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
    pub(super) fn area(&mut self) -> Result<(), Failure> {
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
    pub(super) fn keys(&self) -> String {
        let dist = match self.subversion {
            true => self.dist.clone(),
            false => self.scene.root.join("dist").display().to_string(),
        };
        format!("{dist}/release/{}/KEYS", self.name)
    }

    /// Where a candidate is, for a voter.
    pub(super) fn staged(&self, rc: &str) -> String {
        let dist = match self.subversion {
            true => self.dist.clone(),
            false => self.scene.root.join("dist").display().to_string(),
        };
        format!("{dist}/dev/{}/{}-rc{rc}", self.name, self.version)
    }

    /// The candidate's tag, by the project's settings.
    pub(super) fn tag_name(&self, rc: &str) -> Result<String, Failure> {
        let path = self.scene.repository().join(FILE_NAME);
        let text = files::read_text(&path, 1 << 20).map_err(Failure::outside)?.unwrap_or_default();
        let read = SettingsFile::parse(&text, FILE_NAME).map_err(Failure::usage)?;
        let none = SettingsFile::default();
        let project = Project::resolve(&none, &read, &Flags::default());
        let project = project.map_err(Failure::usage)?;
        let version: Version = self.version.parse().map_err(Failure::usage)?;
        let names = project.names(Some(&version), rc.parse().ok());
        project.candidate_tag.value.render(&names).map_err(super::super::underway::missing)
    }

    /// The arguments with which votes are counted.
    pub(super) fn counted(&self) -> Vec<String> {
        let mut words = ["--eml", "../list"].map(str::to_owned).to_vec();
        if self.preset == Preset::Podling {
            for roster in ["ppmc=../members.txt", "ipmc=../incubator.txt"] {
                words.extend(["--roster", roster].map(str::to_owned));
            }
        }
        words
    }
}
