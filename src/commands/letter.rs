//! A mail of a release on its way: composed, edited, looked at, sent once.
//!
//! Before a mail is sent it is written into the ledger as it stands. Should it be unclear whether it
//! was sent, this very mail is looked for, and no other is composed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::Args;
use serde::Serialize;

use super::Session;
use super::act::{self, Outward};
use super::underway::{Underway, ledger_failure};
use crate::backend::ledger::Notebook;
use crate::backend::mailer::{
    EmlFiles, Mailer, PATIENCE, Password, Poster, Posting, Sendmail, Smtp, Tls,
};
use crate::backend::{files, http, machine, process};
use crate::error::Failure;
use crate::ledger::What;
use crate::ledger::state::Prepared;
use crate::letters::lint::{self, Asked, Known};
use crate::letters::template::{Source, TemplateError};
use crate::letters::{Kind, Letter};
use crate::mail::MessageId;
use crate::mail::compose::Outgoing;
use crate::plan::{Plan, Progress, Step};
use crate::project::FILE_NAME;
use crate::project::mail::{MailSettings, Transport};
use crate::report::plan::{Checked, MailText, PlanReport, Stopped};

/// How a mail is written and sent.
#[derive(Debug, Args)]
pub(super) struct LetterArgs {
    /// Sender [default: `mail.from` of the settings]
    #[arg(long, value_name = "ADDRESS", help_heading = "The mail")]
    from: Option<String>,
    /// Template to fill instead of the project's or plusone's
    #[arg(long, value_name = "FILE", help_heading = "The mail", conflicts_with = "draft")]
    template: Option<PathBuf>,
    /// Change the mail in your editor before it is looked at
    #[arg(long, help_heading = "The mail")]
    edit: bool,
    /// Send this text, with its headers, as --edit left it
    #[arg(long, value_name = "FILE", help_heading = "The mail")]
    draft: Option<PathBuf>,
    /// How it is sent: eml (a file for your mail program), smtp or sendmail
    #[arg(long, value_name = "HOW", help_heading = "The mail")]
    transport: Option<Transport>,
    /// Directory for eml files [default: beside the ledger]
    #[arg(long, value_name = "DIR", help_heading = "The mail")]
    out: Option<PathBuf>,
    /// Ask for every link in the mail
    #[arg(long, help_heading = "The mail")]
    check_links: bool,
    /// Leave out a check of the mail; can be repeated
    #[arg(long, value_name = "CHECK", help_heading = "The mail")]
    without: Vec<String>,
}

/// Where mails are written.
pub(super) struct Desk<'a> {
    session: &'a Session,
    underway: &'a Underway,
    args: &'a LetterArgs,
    settings: MailSettings,
    /// The sender.
    pub(super) from: String,
}

/// A mail that is ready to be sent.
pub(super) struct Dispatch {
    /// What the ledger calls it: `vote`, `result-ipmc`.
    name: String,
    pub(super) letter: Letter,
    pub(super) mail: Outgoing,
    /// When the vote that it calls closes.
    pub(super) closes: Option<DateTime<Utc>>,
    /// The step that sends it.
    step: String,
    /// It was begun to be sent before.
    resumed: bool,
}

/// The longest letter.
const LARGEST: u64 = 1 << 20;

impl<'a> Desk<'a> {
    pub(super) fn new(
        session: &'a Session,
        underway: &'a Underway,
        args: &'a LetterArgs,
    ) -> Result<Self, Failure> {
        let (set, kind) = (&underway.settings, underway.project.preset.value);
        let settings =
            MailSettings::resolve(&set.user, &set.project, kind).map_err(Failure::usage)?;
        let known = |id: &String| lint::CATALOGUE.iter().any(|check| check.id == *id);
        if let Some(id) = args.without.iter().find(|id| !known(id)) {
            return Err(Failure::usage(format!("there is no check of mails `{id}`"))
                .run(["plusone", "explain", "mail"]));
        }
        let set = settings.from.as_ref().map(|from| from.value.clone());
        let from = args.from.clone().or(set).ok_or_else(|| {
            Failure::usage("nothing says who sends the mail")
                .hint("set `from = \"Jane Doe <jane@apache.org>\"` in the [mail] table of ~/.config/plusone/config.toml, or say --from")
        })?;
        Ok(Self { session, underway, args, settings, from })
    }

    /// Composes a mail from facts, or takes the draft that was named.
    pub(super) fn compose(
        &self,
        kind: Kind,
        name: &str,
        facts: &impl Serialize,
        thread: &[MessageId],
    ) -> Result<Dispatch, Failure> {
        let mut letter = match &self.args.draft {
            Some(path) => self.draft(kind, path)?,
            None => self.render(kind, facts)?,
        };
        if self.args.edit {
            letter = self.edit(kind, name, &letter)?;
        }
        // As it will be read again from the ledger, should that be needed.
        let letter = Letter::from_draft(kind, &letter.draft()).map_err(Failure::usage)?;
        self.dispatch(name, letter, self.session.now, thread)
    }

    /// The mail that was begun to be sent, as it was.
    pub(super) fn resume(
        &self,
        kind: Kind,
        name: &str,
        prepared: &Prepared,
    ) -> Result<Dispatch, Failure> {
        let letter = Letter::from_draft(kind, &prepared.draft).map_err(Failure::outside)?;
        let thread: Vec<MessageId> = prepared.thread.iter().cloned().map(MessageId).collect();
        let mut dispatch = self.dispatch(name, letter, prepared.date, &thread)?;
        if dispatch.mail.message_id().0 == prepared.message_id && dispatch.step != prepared.step {
            return Err(Failure::usage(
                "this mail was begun to go another way, and it is not known what became of it",
            )
            .hint("run the same command with the --transport that it was begun with, or say what became of it:")
            .run(["plusone", "status", "--settle", &format!("{}=not-done", prepared.step)]));
        }
        if dispatch.step != prepared.step {
            return Err(Failure::outside(format!(
                "the mail <{}> that was begun to be sent is not in the ledger as it was",
                prepared.message_id
            ))
            .hint("look for it in the list's archive, and say what became of it:")
            .run([
                "plusone",
                "status",
                "--settle",
                &format!("{}=done", prepared.step),
            ]));
        }
        dispatch.closes = prepared.closes;
        dispatch.resumed = true;
        Ok(dispatch)
    }

    fn dispatch(
        &self,
        name: &str,
        letter: Letter,
        date: DateTime<Utc>,
        thread: &[MessageId],
    ) -> Result<Dispatch, Failure> {
        let mail = letter.outgoing(date, thread).map_err(|error| {
            Failure::usage(error).hint(format!("see [mail], [vote] and [announce] in {FILE_NAME}"))
        })?;
        let step = self.step(&letter, &mail, String::new()).id;
        let name = name.to_owned();
        Ok(Dispatch { name, letter, mail, closes: None, step, resumed: false })
    }

    fn render(&self, kind: Kind, facts: &impl Serialize) -> Result<Letter, Failure> {
        let letters = &self.underway.letters;
        let form = match kind {
            Kind::Vote => &letters.vote,
            Kind::Result => &letters.result,
            Kind::Cancel => &letters.cancel,
            Kind::Announce => &letters.announce,
            Kind::Reply => &letters.reply,
        };
        let own = form.template.as_ref().map(|path| {
            files::inside(&self.underway.root, Path::new(path)).map_err(|error| {
                Failure::usage(error).hint(
                    "a template of the settings lies in the repository; --template names any other",
                )
            })
        });
        let own = if self.args.template.is_some() { None } else { own.transpose()? };
        let own = self.args.template.clone().or(own);
        let own = match own {
            Some(path) => Some((path.display().to_string(), read(&path)?)),
            None => None,
        };
        let own = own.as_ref().map(|(name, text)| Source { name, text });
        Letter::render(kind, own, &self.from, facts).map_err(|error: TemplateError| {
            let excerpt = error.excerpt();
            Failure::usage(error).excerpt(excerpt)
        })
    }

    fn draft(&self, kind: Kind, path: &Path) -> Result<Letter, Failure> {
        let name = path.display();
        Letter::from_draft(kind, &read(path)?).map_err(|error| {
            Failure::usage(format!("`{name}`: {error}"))
                .hint("a draft begins with From, To and Subject, then an empty line and the text")
        })
    }

    /// Has the letter edited; what a person wrote stays in a file, whatever happens then.
    fn edit(&self, kind: Kind, name: &str, letter: &Letter) -> Result<Letter, Failure> {
        let path = self.home()?.join(format!("{}.txt", self.file_name(name)));
        files::write(&path, letter.draft().as_bytes()).map_err(Failure::outside)?;
        process::edit(&path).map_err(|error| {
            Failure::outside(error)
                .hint("set EDITOR, as in EDITOR=nano")
                .hint(format!("or edit {} and name it with --draft", path.display()))
        })?;
        let path = path.display().to_string();
        self.session.ui.note(&format!("your text is in {path}; --draft {path} takes it again"));
        self.draft(kind, Path::new(&path))
    }

    fn home(&self) -> Result<PathBuf, Failure> {
        let home = self.underway.ledger.home();
        files::ensure_ignored_directory(home.parent().unwrap_or(&home))
            .and_then(|()| files::make_directory(&home))
            .map_err(ledger_failure)?;
        Ok(home)
    }

    /// The name of a file with a mail: `vote-rc1`.
    fn file_name(&self, name: &str) -> String {
        self.underway.rc.map_or_else(|| name.to_owned(), |rc| format!("{name}-rc{rc}"))
    }

    /// The step that sends a mail. A mail that was only written into a file can still be sent, so that
    /// these are two steps; whichever server it is sent through, it is one.
    fn step(&self, letter: &Letter, mail: &Outgoing, how: String) -> Step {
        let mut details = vec![("to".to_owned(), letter.to.join(", "))];
        if !letter.cc.is_empty() {
            details.push(("cc".to_owned(), letter.cc.join(", ")));
        }
        details.push(("how".to_owned(), how));
        let word = match letter.kind {
            Kind::Vote => "[VOTE]",
            Kind::Result => "[RESULT]",
            Kind::Cancel => "[CANCEL]",
            Kind::Announce => "[ANNOUNCE]",
            Kind::Reply => "reply",
        };
        let verb = if self.writes_files() { "write" } else { "send" };
        let id = mail.message_id();
        details.push(("id".to_owned(), format!("<{id}>")));
        Step::new(format!("{verb} the {word} mail"), details, id.0.as_bytes())
    }

    fn writes_files(&self) -> bool {
        self.args.transport.unwrap_or(self.settings.transport.value) == Transport::Eml
    }

    /// The way that mails are sent. The password is asked for only if it is needed now.
    fn mailer(&self, send: bool) -> Result<Box<dyn Mailer>, Failure> {
        Ok(match self.args.transport.unwrap_or(self.settings.transport.value) {
            Transport::Eml => {
                let home = || self.underway.ledger.home();
                Box::new(EmlFiles { directory: self.args.out.clone().unwrap_or_else(home) })
            }
            Transport::Sendmail => {
                let program = self.settings.sendmail.clone();
                Box::new(program.map_or_else(Sendmail::default, |program| Sendmail { program }))
            }
            Transport::Smtp => Box::new(self.smtp(send)?),
        })
    }

    fn smtp(&self, send: bool) -> Result<Smtp, Failure> {
        let server = self.settings.server.as_ref().ok_or_else(|| {
            Failure::usage("nothing says which SMTP server mails are sent through").hint(
                "set `server = \"mail.example.org:587\"` in the [mail] table of your own settings",
            )
        })?;
        let server = &server.value;
        let tls = if server.implicit_tls { Tls::Implicit } else { Tls::StartTls };
        let login = match &self.settings.user {
            None => None,
            // Shown, not used.
            Some(user) if !send => Some((user.clone(), Password::new(""))),
            Some(user) => {
                let command = self.settings.password_command.as_deref();
                let password = Password::read(command).map_err(|error| {
                    Failure::outside(error).hint("nothing was sent; `password_command` is in the [mail] table of your own settings")
                })?;
                let password = password.ok_or_else(|| {
                    Failure::usage(format!("there is no password for {user} at {}", server.host))
                        .hint("set PLUSONE_SMTP_PASSWORD, or `password_command` in the [mail] table of your own settings")
                })?;
                Some((user.clone(), password))
            }
        };
        Ok(Smtp {
            host: server.host.clone(),
            port: server.port.unwrap_or(tls.port()),
            tls,
            login,
            trusted: self.settings.ca.as_ref().map(PathBuf::from),
            patience: PATIENCE,
        })
    }

    /// Shows a mail with what is to be said of it. If there is a ledger in hand and nothing stops it,
    /// sends it as well, and tells so.
    pub(super) fn post(
        &self,
        dispatch: &Dispatch,
        mut known: Known,
        out: &mut PlanReport,
        notebook: Option<&mut Notebook>,
    ) -> Result<bool, Failure> {
        let how = self.mailer(false)?.describes();
        out.plan.steps.push(self.step(&dispatch.letter, &dispatch.mail, how));
        out.mail = Some(dispatch.text());
        known.now = Some(self.session.now);
        known.version = Some(self.underway.version.to_string());
        known.asked.extend(self.ask_links(&dispatch.letter));
        let checked = self.look(dispatch, known);
        // What was begun to be sent was looked at then.
        if !dispatch.resumed {
            out.stopped = stopped(&checked, dispatch.letter.kind == Kind::Announce);
        }
        out.checked = Some(checked);
        let (Some(notebook), None) = (notebook, &out.stopped) else { return Ok(false) };
        self.send(dispatch, &mut out.plan, notebook)?;
        out.notes.extend(self.note(&out.plan));
        Ok(true)
    }

    /// Looks at a mail.
    fn look(&self, dispatch: &Dispatch, known: Known) -> Checked {
        let mut checked = Checked::new("the mail");
        let posting = lint::Posting {
            letter: dispatch.letter.clone(),
            preset: self.underway.project.preset.value,
            known,
        };
        for check in lint::CATALOGUE {
            if self.args.without.iter().any(|id| id == check.id) {
                checked.left_out.push(check.id.to_owned());
                continue;
            }
            let only_when_asked = check.id == "mail-links-resolve" && !self.args.check_links;
            if !only_when_asked {
                checked.add(check, (check.run)(&posting));
            }
        }
        checked
    }

    /// Sends a mail as the one step of a plan, unless that was done before.
    fn send(
        &self,
        dispatch: &Dispatch,
        plan: &mut Plan,
        notebook: &mut Notebook,
    ) -> Result<(), Failure> {
        let mailer = self.mailer(true)?;
        if self.args.out.is_none() {
            self.home()?;
        }
        if !dispatch.resumed {
            notebook.write(dispatch.prepared()).map_err(ledger_failure)?;
        }
        let candidate = notebook.state().candidate(&self.underway.version, self.underway.rc);
        let known = candidate.and_then(|candidate| candidate.steps.get(&dispatch.step));
        let started = known.filter(|step| step.progress == Progress::Started).map(|step| step.at);
        let posting =
            Posting { name: self.file_name(&dispatch.name), mail: dispatch.mail.clone(), started };
        let poster = Poster {
            mailer: &*mailer,
            mails: BTreeMap::from([(dispatch.step.clone(), posting)]),
            archive: self.underway.letters.archive.clone(),
            now: self.session.now,
        };
        let mut outward = Outward { poster: Some(poster), committer: None };
        act::run(plan, notebook, &mut outward).map_err(Failure::from)
    }

    /// Says what to do with a mail that is in a file.
    fn note(&self, plan: &Plan) -> Option<String> {
        let path = plan.steps.first()?.outcome.as_ref().filter(|_| self.writes_files())?;
        let open = if machine::is_macos() { "open" } else { "xdg-open" };
        Some(format!(
            "The mail is a file: open it in your mail program (`{open} {path}`), look at it, and send it from there."
        ))
    }
}

impl Dispatch {
    /// The mail as people read it.
    fn text(&self) -> MailText {
        let letter = &self.letter;
        MailText {
            from: letter.from.clone(),
            to: letter.to.clone(),
            cc: letter.cc.clone(),
            subject: letter.subject.clone(),
            body: letter.body.clone(),
            message_id: self.mail.message_id().to_string(),
        }
    }

    fn prepared(&self) -> What {
        let parts = self.mail.parts();
        What::MailPrepared {
            mail: self.name.clone(),
            step: self.step.clone(),
            message_id: self.mail.message_id().to_string(),
            date: parts.date,
            draft: self.letter.draft(),
            thread: parts.thread.iter().map(ToString::to_string).collect(),
            closes: self.closes,
        }
    }
}

impl Desk<'_> {
    /// Asks for every link in a mail, if that is wanted.
    fn ask_links(&self, letter: &Letter) -> Vec<Asked> {
        if !self.args.check_links {
            return Vec::new();
        }
        let mut urls: Vec<&str> = lint::links::links(&letter.body)
            .iter()
            .filter(|link| !link.namespace && !link.host.is_empty())
            .map(|link| link.text)
            .collect();
        urls.sort_unstable();
        urls.dedup();
        urls.into_iter().map(|url| ask(self.session, url, false)).collect()
    }
}

/// Asks whether there is something at an address.
pub(super) fn ask(session: &Session, url: &str, released_file: bool) -> Asked {
    session.ui.detail(&format!("asking for {url}"));
    let failure = http::ask(url).err().map(|error| error.to_string());
    Asked { url: url.to_owned(), failure, released_file }
}

/// Why a mail must not be sent as it is. `strictly`: what could not be looked at stops it too.
fn stopped(checked: &Checked, strictly: bool) -> Option<Stopped> {
    let errors = checked.errors();
    if errors > 0 {
        let found =
            if errors == 1 { "1 error is".to_owned() } else { format!("{errors} errors are") };
        let why =
            format!("{found} found in the mail; mend it, or leave a check out with --without");
        return Some(Stopped { why, incomplete: false });
    }
    let not_run: Vec<&str> = checked.not_run().collect();
    (strictly && !not_run.is_empty()).then(|| Stopped {
        why: format!(
            "what must be looked at first could not be: {}; try again later, or leave it out with --without",
            not_run.join(", ")
        ),
        incomplete: true,
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    let text = files::read_text(path, LARGEST).map_err(Failure::usage)?;
    text.ok_or_else(|| Failure::usage(format!("there is no file `{}`", path.display())))
}
