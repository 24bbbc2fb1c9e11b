//! The play: what happens in a rehearsal, act by act.

use std::path::Path;

use chrono::{TimeDelta, Timelike};

use super::super::Session;
use super::mails::{Answer, Posted};
use super::scene::Scene;
use super::{CLASS, RehearseArgs};
use crate::backend::{files, isolated};
use crate::dist::common_root;
use crate::error::Failure;
use crate::policy::Preset;
use crate::release::Version;
use crate::report::rehearse::Left;

/// A rehearsal that is under way.
pub(super) struct Play<'a> {
    pub(super) session: &'a Session,
    pub(super) args: &'a RehearseArgs,
    pub(super) scene: Scene,
    /// Whether the dist area is a Subversion repository.
    pub(super) subversion: bool,
    /// The address of the dist area.
    pub(super) dist: String,
    pub(super) name: String,
    pub(super) version: String,
    pub(super) preset: Preset,
}

impl<'a> Play<'a> {
    pub(super) fn new(
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

    pub(super) fn play(&mut self) -> Result<(), Failure> {
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

    pub(super) fn end(&mut self) -> Result<(), Failure> {
        self.scene.end(self.session)
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
    pub(super) fn transcript(&self) -> String {
        let steps = self.scene.steps.iter().enumerate();
        steps.map(|(number, step)| step.transcript(number + 1)).collect()
    }

    /// What to look at.
    pub(super) fn left(&self) -> Vec<Left> {
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
