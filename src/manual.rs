//! The manual pages: one for plusone, and one for each command.
//!
//! Names, options and commands come from the command line's own definition, through clap_mangen;
//! what a command says below its options (`after_long_help`) becomes description, exit status and
//! examples. Files and environment are the tables here. The same program gives the same bytes: no
//! page is dated. Pure.

use std::fmt::Write as _;

use clap::Command;
use clap_mangen::Man;

/// A manual page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its file name, as in `plusone-keys-append.1`.
    pub name: String,
    /// Its text, in the man macros of roff.
    pub text: String,
}

/// The first line of every page, by which it is known again.
const OURS: &str = ".\\\" Written by `plusone man`.\n";

/// How plusone ends.
const EXIT_STATUS: &[(&str, &str)] = &[
    ("0", "Done, and what was judged is good."),
    ("1", "What was judged is bad: findings of severity error, a vote that did not pass."),
    ("2", "The command line or the settings cannot be used."),
    (
        "3",
        "Could not complete: something outside failed, a check could not run, a vote is open or waits for a ruling.",
    ),
    ("4", "A mistake in plusone itself."),
];

/// Variables that plusone or the programs it runs go by.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "PLUSONE_SMTP_PASSWORD",
        "Password for the mail server, where the transport is smtp and `user` is set. `password_command` in the [mail] table of your own settings is the other way.",
    ),
    ("VISUAL, EDITOR", "The editor of --edit; vi if neither is set."),
    (
        "SOURCE_DATE_EPOCH",
        "Seconds since 1970 that `plusone package` dates members with, instead of the commit's date.",
    ),
    ("PATH", "Where git, gpg, svn, svnmucc and the other programs are looked for."),
    ("GNUPGHOME", "Where gpg has its keys; ~/.gnupg if it is not set."),
    (
        "GPG_TTY",
        "The terminal that gpg asks for a PIN or passphrase at; found by plusone if it is not set.",
    ),
    ("NO_COLOR", "If set and not empty, no colours unless --color=always."),
    ("COLUMNS", "Width that text is wrapped to, between 40 and 120; 80 if it is not set."),
    ("HOME, XDG_CONFIG_HOME", "Where your own settings are looked for."),
    ("HTTPS_PROXY, HTTP_PROXY, NO_PROXY", "Proxies for downloads."),
];

/// Files that plusone reads and writes.
const FILES: &[(&str, &str)] = &[
    (
        "plusone.toml",
        "The project's settings, in the root of the repository. `plusone init` writes it. A commit is packaged by the file that is in it.",
    ),
    (
        "~/.config/plusone/config.toml",
        "Your own settings, such as the signing key and how you send mail. They are overruled by the project's where both speak.",
    ),
    (
        ".plusone/",
        "The ledger of every release, in the root of the repository: what was done, by version. Git ignores it; `plusone status --rebuild` makes it anew.",
    ),
    ("dist/", "Where `plusone package` puts candidates, below the root of the repository."),
];

/// The name of the page of a command: that of plusone itself if there are no words.
pub fn page_name(words: &[String]) -> String {
    let words = words.iter().map(|word| format!("-{word}"));
    format!("plusone{}.1", words.collect::<String>())
}

/// Whether a file was written as a page of ours.
pub fn is_ours(bytes: &[u8]) -> bool {
    bytes.starts_with(OURS.as_bytes())
}

/// The pages of a command and of all below it.
pub fn pages(command: Command) -> Vec<Page> {
    let mut command = without_help_command(command);
    command.build();
    let mut pages = Vec::new();
    collect(&command, &[], &mut pages);
    pages
}

fn without_help_command(command: Command) -> Command {
    command.disable_help_subcommand(true).mut_subcommands(without_help_command)
}

fn collect(command: &Command, words: &[String], pages: &mut Vec<Page>) {
    pages.push(Page { name: page_name(words), text: page(command, words) });
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        collect(below, &[words, &[below.get_name().to_owned()]].concat(), pages);
    }
}

fn page(command: &Command, words: &[String]) -> String {
    let said = Said::of(command);
    let is_top = words.is_empty();
    // The global options are those of every command: plusone(1) has them.
    let shown = match is_top {
        true => command.clone(),
        false => command.clone().mut_args(|arg| match arg.is_global_set() {
            true => arg.hide(true),
            false => arg,
        }),
    };
    let man = Man::new(shown);
    let mut text = OURS.to_owned();
    let title = page_name(words).trim_end_matches(".1").to_uppercase();
    let version = env!("CARGO_PKG_VERSION");
    // Not clap_mangen's title, which loses the empty date: another field would stand in its place.
    let _ = writeln!(text, ".TH \"{title}\" \"1\" \"\" \"plusone {version}\" \"plusone manual\"");
    text += &rendered(|out| man.render_name_section(out));
    text += ".SH SYNOPSIS\n";
    push_line(&mut text, &usage(command));
    text += &rendered(|out| man.render_description_section(out));
    for paragraph in &said.description {
        text += ".PP\n";
        push_line(&mut text, paragraph);
    }
    if command.has_subcommands() {
        text += &rendered(|out| man.render_subcommands_section(out));
    }
    text += &rendered(|out| man.render_options_section(out));
    if !is_top {
        text += ".SH GLOBAL OPTIONS\n";
        push_line(&mut text, "Those of every command are described in plusone(1).");
    }
    text += ".SH EXIT STATUS\n";
    match &said.exit_status {
        Some(own) => {
            push_line(&mut text, own);
            push_line(&mut text, "Otherwise as in plusone(1).");
        }
        None => push_entries(&mut text, EXIT_STATUS),
    }
    if is_top {
        text += ".SH FILES\n";
        push_entries(&mut text, FILES);
        text += ".SH ENVIRONMENT\n";
        push_entries(&mut text, ENVIRONMENT);
    }
    let examples = match is_top {
        true => TOP_EXAMPLES.iter().map(|&line| line.to_owned()).collect(),
        false => said.examples,
    };
    if !examples.is_empty() {
        text += ".SH EXAMPLES\n.nf\n";
        examples.iter().for_each(|line| push_line(&mut text, line));
        text += ".fi\n";
    }
    text += ".SH SEE ALSO\n";
    push_line(&mut text, if is_top { "git(1), gpg(1), svn(1)" } else { "plusone(1)" });
    text
}

/// The usage line, which names what is required and leaves the rest to the options.
fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    usage.trim_start_matches("Usage: ").trim().to_owned()
}

/// A release from its beginning to its end.
const TOP_EXAMPLES: &[&str] = &[
    "plusone init",
    "plusone doctor --version 1.2.0 --rc 1",
    "plusone package --version 1.2.0 --rc 1",
    "plusone stage --version 1.2.0 --rc 1 --execute",
    "plusone vote --version 1.2.0 --rc 1",
    "plusone verify vote.eml --reply",
    "plusone status",
];

/// What a command says below its options, by its parts.
#[derive(Default)]
struct Said {
    description: Vec<String>,
    exit_status: Option<String>,
    examples: Vec<String>,
}

impl Said {
    fn of(command: &Command) -> Self {
        let text = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
        let mut said = Self::default();
        for paragraph in text.split("\n\n") {
            let examples = ["Examples:\n", "Example:\n"];
            if let Some(lines) = examples.iter().find_map(|head| paragraph.strip_prefix(head)) {
                said.examples.extend(lines.lines().map(|line| line.trim().to_owned()));
            } else if let Some(status) = paragraph.strip_prefix("Exit status: ") {
                said.exit_status = Some(status.to_owned());
            } else if !paragraph.trim().is_empty() {
                said.description.push(paragraph.to_owned());
            }
        }
        said
    }
}

/// What clap_mangen writes of one section.
fn rendered(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    // Writing to a Vec cannot fail.
    let _ = write(&mut out);
    let text = String::from_utf8_lossy(&out).into_owned();
    // Its preamble defines the string for apostrophes that it uses then; the character itself is
    // shorter. Breaks around an empty line do nothing, and linters say so.
    text.replace(".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n", "")
        .replace("\\*(Aq", "\\(aq")
        .replace("\n.br\n\n.br\n", "\n.sp\n")
        .replace(" \n", "\n")
}

fn push_entries(text: &mut String, entries: &[(&str, &str)]) {
    for (name, means) in entries {
        let _ = write!(text, ".TP\n\\fB{}\\fR\n", escaped(name));
        push_line(text, means);
    }
}

fn push_line(text: &mut String, line: &str) {
    // A line that begins with one of these would be a request.
    let shield = if line.starts_with(['.', '\'']) { "\\&" } else { "" };
    let _ = writeln!(text, "{shield}{}", escaped(line));
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out += "\\e",
            '-' => out += "\\-",
            '\'' => out += "\\(aq",
            '`' => out += "\\(ga",
            '^' => out += "\\(ha",
            '~' => out += "\\(ti",
            '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_said_is_a_request() {
        let mut text = String::new();
        push_line(&mut text, ".plusone/ isn't a\\b -x");
        assert_eq!(text, "\\&.plusone/ isn\\(aqt a\\eb \\-x\n");
    }

    #[test]
    fn what_a_command_says_falls_into_its_parts() {
        let said = Said::of(&Command::new("x").after_long_help(
            "One\nmore.\n\nTwo.\n\nExit status: 0 yes.\n\nExamples:\n  x --y\n  x 'z'",
        ));
        assert_eq!(said.description, ["One\nmore.", "Two."]);
        assert_eq!(said.exit_status.as_deref(), Some("0 yes."));
        assert_eq!(said.examples, ["x --y", "x 'z'"]);
    }
}
