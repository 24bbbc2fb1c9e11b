//! How a project writes its mails, and how its release manager sends them: `[vote]`, `[result]`,
//! `[cancel]`, `[announce]`, `[reply]` and `[mail]`.
//!
//! Where a password goes and which programs run is the user's own business: those settings are
//! refused in a repository's `plusone.toml`.

use std::fmt;
use std::str::FromStr;

use super::file::{LetterTable, SettingsFile};
use super::template::{MissingValue, Names, Template};
use super::{Layers, Project, ProjectError, Source, Sourced};
use crate::policy::Preset;

/// The list of the Incubator on which a podling's second vote is held (V-08).
pub const INCUBATOR_LIST: &str = "general@incubator.apache.org";

/// The server that committers of the ASF send through.
const ASF_SERVER: &str = "mail-relay.apache.org";

/// The web archive of the ASF's lists.
pub const ASF_ARCHIVE: &str = "https://lists.apache.org";

/// The ASF's page on how to verify downloads.
const VERIFICATION: &str = "https://www.apache.org/info/verification.html";

/// How mail leaves the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// Not by us: a file, to be opened in a mail program.
    #[default]
    Eml,
    /// Through an SMTP server.
    Smtp,
    /// Through the program `sendmail`.
    Sendmail,
}

impl Transport {
    /// The word in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Transport::Eml => "eml",
            Transport::Smtp => "smtp",
            Transport::Sendmail => "sendmail",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Transport {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Transport::Eml, Transport::Smtp, Transport::Sendmail];
        let found = all.into_iter().find(|transport| transport.as_str() == text);
        found.ok_or_else(|| format!("`{text}` is none of `eml`, `smtp` and `sendmail`"))
    }
}

/// An SMTP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name.
    pub host: String,
    /// Its port; none for the usual one.
    pub port: Option<u16>,
    /// TLS from the start; else STARTTLS.
    pub implicit_tls: bool,
}

/// How mail is sent.
#[derive(Debug, Clone)]
pub struct MailSettings {
    /// The sender.
    pub from: Option<Sourced<String>>,
    /// How.
    pub transport: Sourced<Transport>,
    /// The SMTP server; the ASF's projects have one by default.
    pub server: Option<Sourced<Server>>,
    /// Who logs in there.
    pub user: Option<String>,
    /// A command that prints the password.
    pub password_command: Option<String>,
    /// A file of certificates that are trusted besides the system's.
    pub ca: Option<String>,
    /// The program for `sendmail`.
    pub sendmail: Option<String>,
}

impl MailSettings {
    /// Resolves the layers.
    ///
    /// # Errors
    /// A word that is none of those allowed, or a setting that a repository must not make.
    pub fn resolve(
        user: &SettingsFile,
        project: &SettingsFile,
        kind: Preset,
    ) -> Result<Self, ProjectError> {
        let mail = &project.mail;
        let personal = [
            ("mail.server", &mail.server),
            ("mail.tls", &mail.tls),
            ("mail.user", &mail.user),
            ("mail.password_command", &mail.password_command),
            ("mail.ca", &mail.ca),
            ("mail.sendmail", &mail.sendmail),
        ];
        if let Some((setting, _)) = personal.into_iter().find(|(_, value)| value.is_some()) {
            return Err(ProjectError::Value {
                setting,
                layer: Source::Project,
                message: "it belongs in your own settings: where a password goes, and what runs \
                          to get it, is not for a repository to say"
                    .to_owned(),
            });
        }
        let layers = Layers { user, project };
        let transport = match layers.pick(|file| file.mail.transport.clone()) {
            None => Sourced { value: Transport::default(), source: Source::Default(kind) },
            Some(Sourced { value, source }) => match value.parse() {
                Ok(value) => Sourced { value, source },
                Err(message) => {
                    let setting = "mail.transport";
                    return Err(ProjectError::Value { setting, layer: source, message });
                }
            },
        };
        Ok(Self {
            from: layers.pick(|file| file.mail.from.clone()),
            transport,
            server: server(user, kind)?,
            user: user.mail.user.clone(),
            password_command: user.mail.password_command.clone(),
            ca: user.mail.ca.clone(),
            sendmail: user.mail.sendmail.clone(),
        })
    }
}

fn server(user: &SettingsFile, kind: Preset) -> Result<Option<Sourced<Server>>, ProjectError> {
    let wrong =
        |setting, message: String| ProjectError::Value { setting, layer: Source::User, message };
    let implicit_tls = match user.mail.tls.as_deref() {
        None | Some("starttls") => false,
        Some("implicit") => true,
        Some(word) => {
            let message =
                format!("`{word}` is neither `starttls` nor `implicit`; there is no third");
            return Err(wrong("mail.tls", message));
        }
    };
    let Some(text) = &user.mail.server else {
        let default = kind.is_asf().then(|| Sourced {
            value: Server { host: ASF_SERVER.to_owned(), port: None, implicit_tls },
            source: Source::Default(kind),
        });
        return Ok(default);
    };
    let (host, port) = match text.rsplit_once(':') {
        None => (&text[..], None),
        Some((host, port)) => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => return Err(wrong("mail.server", format!("`{port}` is not a port"))),
        },
    };
    let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if host.is_empty() || !host.chars().all(fine) {
        return Err(wrong("mail.server", format!("`{host}` is not the name of a server")));
    }
    let value = Server { host: host.to_owned(), port, implicit_tls };
    Ok(Some(Sourced { value, source: Source::User }))
}

/// A letter in the project's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LetterForm {
    /// The subject.
    pub subject: Option<Template>,
    /// The template: a path in the repository.
    pub template: Option<String>,
}

impl LetterForm {
    /// The subject for this release, if the project has its own form.
    ///
    /// # Errors
    /// It needs a value that is not known: a candidate's number in a project without.
    pub fn subject(&self, names: &Names) -> Result<Option<String>, MissingValue> {
        self.subject.as_ref().map(|subject| subject.render(names)).transpose()
    }
}

/// What a project's letters look like, what they link to, and who gets them.
#[derive(Debug, Clone)]
pub struct LetterSettings {
    /// What the project is, in a few sentences.
    pub description: Option<String>,
    /// Its home page.
    pub site: Option<String>,
    /// Its download page.
    pub download_page: Option<String>,
    /// Where its repository is shown.
    pub repository: Option<String>,
    /// What has changed, for voters.
    pub vote_changes: Option<Template>,
    /// How to build it.
    pub build: Option<Template>,
    /// What has changed, for users.
    pub announce_changes: Option<Template>,
    /// How to verify a download.
    pub verification: Option<String>,
    /// How to take part.
    pub contact: Vec<String>,
    /// The list that votes are held on.
    pub vote_list: Option<Sourced<String>>,
    /// The list's web archive, without a final `/`.
    pub archive: Option<String>,
    /// Who gets a copy of what is sent there.
    pub vote_cc: Vec<String>,
    /// How long a vote stays open at least, in hours.
    pub hours: Sourced<u32>,
    /// Who gets the announcement.
    pub announce_to: Sourced<Vec<String>>,
    /// Who gets a copy of it.
    pub announce_cc: Vec<String>,
    /// The call to vote.
    pub vote: LetterForm,
    /// The result.
    pub result: LetterForm,
    /// The cancellation.
    pub cancel: LetterForm,
    /// The announcement.
    pub announce: LetterForm,
    /// A voter's answer.
    pub reply: LetterForm,
}

impl LetterSettings {
    /// Resolves the layers for a project.
    pub fn resolve(user: &SettingsFile, project: &SettingsFile, resolved: &Project) -> Self {
        let layers = Layers { user, project };
        let kind = resolved.preset.value;
        let dev = || format!("dev@{}.apache.org", resolved.name.value);
        let vote_list = layers.pick(|file| file.vote.list.clone()).or_else(|| {
            kind.is_asf().then(|| Sourced { value: dev(), source: Source::Default(kind) })
        });
        let announce_to = layers.pick(|file| file.announce.to.clone()).unwrap_or_else(|| {
            let everybody = kind.is_asf().then(|| "announce@apache.org".to_owned());
            let list = vote_list.iter().map(|list| list.value.clone());
            let value = everybody.into_iter().chain(list).collect();
            Sourced { value, source: Source::Default(kind) }
        });
        let list = |pick: fn(&SettingsFile) -> Option<Vec<String>>| {
            layers.pick(pick).map_or_else(Vec::new, |list| list.value)
        };
        let form = |pick: fn(&SettingsFile) -> LetterTable| LetterForm {
            subject: layers.pick(|file| pick(file).subject).map(|subject| subject.value),
            template: layers.pick(|file| pick(file).template).map(|template| template.value),
        };
        let text = |pick: fn(&SettingsFile) -> Option<String>| layers.pick(pick).map(|t| t.value);
        let template =
            |pick: fn(&SettingsFile) -> Option<Template>| layers.pick(pick).map(|t| t.value);
        Self {
            description: text(|file| file.project.description.clone()),
            site: text(|file| file.project.site.clone()),
            download_page: text(|file| file.project.download_page.clone()),
            repository: text(|file| file.project.repository.clone()),
            vote_changes: template(|file| file.vote.changes.clone()),
            build: template(|file| file.vote.build.clone()),
            announce_changes: template(|file| file.announce.changes.clone()),
            verification: text(|file| file.announce.verification.clone())
                .or_else(|| kind.is_asf().then(|| VERIFICATION.to_owned())),
            contact: list(|file| file.announce.contact.clone()),
            archive: text(|file| file.vote.archive.clone())
                .or_else(|| kind.is_asf().then(|| ASF_ARCHIVE.to_owned()))
                .map(|archive| archive.trim_end_matches('/').to_owned()),
            vote_cc: list(|file| file.vote.cc.clone()),
            hours: layers
                .pick(|file| file.vote.hours)
                .unwrap_or(Sourced { value: 72, source: Source::Default(kind) }),
            announce_to,
            announce_cc: list(|file| file.announce.cc.clone()),
            vote: form(|file| LetterTable {
                subject: file.vote.subject.clone(),
                template: file.vote.template.clone(),
            }),
            result: form(|file| file.result.clone()),
            cancel: form(|file| file.cancel.clone()),
            announce: form(|file| LetterTable {
                subject: file.announce.subject.clone(),
                template: file.announce.template.clone(),
            }),
            reply: form(|file| file.reply.clone()),
            vote_list,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Flags;
    use super::*;
    use crate::release::CandidateNumber;

    fn files(user: &str, project: &str) -> (SettingsFile, SettingsFile) {
        let parse = |text, path| SettingsFile::parse(text, path).expect("settings");
        (parse(user, "user"), parse(project, "plusone.toml"))
    }

    fn letters(project: &str) -> (LetterSettings, Names) {
        let (user, file) = files("", project);
        let resolved = Project::resolve(&user, &file, &Flags::default()).expect("a project");
        let names = resolved.names("1.2.0".parse().ok().as_ref(), Some(CandidateNumber(2)));
        (LetterSettings::resolve(&user, &file, &resolved), names)
    }

    #[test]
    fn a_project_has_its_own_words() {
        let (letters, names) = letters(
            "[project]\nname = \"burr\"\nkind = \"podling\"\n[vote]\ncc = [\"x@example.org\"]\n\
             subject = \"[VOTE] Release {display} {version} (rc{rc})\"\n[result]\ntemplate = \"r.txt\"\n",
        );
        let subject = letters.vote.subject(&names);
        assert_eq!(
            subject.expect("all values").as_deref(),
            Some("[VOTE] Release Apache Burr (Incubating) 1.2.0 (rc2)")
        );
        assert_eq!(letters.result.template.as_deref(), Some("r.txt"));
        assert_eq!(letters.cancel, LetterForm::default());
        assert_eq!(letters.vote_cc, ["x@example.org"]);
    }

    #[test]
    fn defaults_follow_the_kind_of_project() {
        let (asf, _) = letters("[project]\nname = \"demo\"\n");
        assert_eq!(asf.vote_list.map(|list| list.value).as_deref(), Some("dev@demo.apache.org"));
        assert_eq!(asf.announce_to.value, ["announce@apache.org", "dev@demo.apache.org"]);
        assert_eq!(asf.hours.value, 72);
        let (plain, _) = letters("[project]\nname = \"demo\"\nkind = \"plain\"\n");
        assert!(plain.vote_list.is_none() && plain.announce_to.value.is_empty());
    }

    #[test]
    fn servers_and_commands_are_the_user_s() {
        let resolve = |user: &str, project: &str, kind| {
            let (user, project) = files(user, project);
            MailSettings::resolve(&user, &project, kind)
        };
        for line in [
            "server = \"evil.example\"",
            "password_command = \"curl evil.example\"",
            "sendmail = \"x\"",
        ] {
            let project = format!("[mail]\n{line}\n");
            let refused = resolve("", &project, Preset::TopLevel);
            assert!(
                matches!(refused, Err(ProjectError::Value { layer: Source::Project, .. })),
                "{line}"
            );
        }
        let mail =
            resolve("", "[mail]\ntransport = \"smtp\"\n", Preset::TopLevel).expect("settings");
        let server = mail.server.expect("a default").value;
        assert_eq!((&server.host[..], server.port, server.implicit_tls), (ASF_SERVER, None, false));
        assert_eq!(
            (mail.transport.value, mail.transport.source),
            (Transport::Smtp, Source::Project)
        );
        let own = "[mail]\nserver = \"mail.example.org:4650\"\ntls = \"implicit\"\n";
        let server = resolve(own, "", Preset::Plain).expect("settings").server.expect("ours").value;
        assert_eq!(
            (&server.host[..], server.port, server.implicit_tls),
            ("mail.example.org", Some(4650), true)
        );
        for bad in
            ["server = \"a b\"", "server = \"x:port\"", "tls = \"none\"", "transport = \"fax\""]
        {
            assert!(resolve(&format!("[mail]\n{bad}\n"), "", Preset::Plain).is_err(), "{bad}");
        }
        assert!(resolve("", "", Preset::Plain).expect("settings").server.is_none());
    }
}
