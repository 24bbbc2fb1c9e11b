//! `plusone init`: settings from what the repository shows.

use std::path::Path;

use clap::Args;

use super::{Session, git_failure};
use crate::backend::files;
use crate::backend::git::Repository;
use crate::error::{ExitStatus, Failure};
use crate::policy::Preset;
use crate::project::detect::{self, Proposal, Proposals, Sighting};
use crate::project::{FILE_NAME, default_archive};
use crate::release::ProjectName;
use crate::report::settings::{Setting, SettingsReport};

/// Arguments of `plusone init`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Reads remotes, tags, NOTICE, DISCLAIMER, .asf.yaml and a DOAP file. At a terminal it asks about \
what others depend on; elsewhere flags overrule what was found.")]
pub struct InitArgs {
    /// Short name of the project, as in its roster and dist directory
    #[arg(long, value_name = "NAME")]
    project: Option<ProjectName>,
    /// Full name, as in "Apache Fortress"
    #[arg(long, value_name = "NAME")]
    display: Option<String>,
    /// Whose rules apply: top-level, podling or plain
    #[arg(long, value_name = "KIND", value_parser = kind)]
    kind: Option<Preset>,
    /// Mailing list that votes
    #[arg(long, value_name = "ADDRESS")]
    list: Option<String>,
    /// Replace an existing plusone.toml
    #[arg(long)]
    force: bool,
    /// Ask nothing, take what was found
    #[arg(short, long)]
    yes: bool,
}

fn kind(text: &str) -> Result<Preset, String> {
    [Preset::TopLevel, Preset::Podling, Preset::Plain]
        .into_iter()
        .find(|preset| preset.as_str() == text)
        .ok_or_else(|| "expected top-level, podling or plain".to_owned())
}

/// The most that is read of NOTICE, `.asf.yaml` and DOAP files.
const LARGEST_FILE: u64 = 1 << 20;

/// Runs the command.
///
/// # Errors
/// The project has no name, there is a settings file already, or it cannot be written.
pub fn run(session: &Session, args: InitArgs) -> Result<ExitStatus, Failure> {
    let repository = Repository::discover(Path::new(".")).map_err(git_failure)?;
    let Some(top) = repository.work_tree() else {
        return Err(Failure::usage(
            "this is a bare repository, which has no place for plusone.toml",
        ));
    };
    let path = top.join(FILE_NAME);
    if files::exists(&path) && !args.force {
        return Err(Failure::usage(format!(
            "there is a {FILE_NAME} already: `{}`",
            path.display()
        ))
        .hint("edit it, or write it anew with --force"));
    }
    let mut found = detect::detect(&look(&repository, top)?);
    overrule(&mut found, &args);
    if session.ui.can_ask() && !args.yes {
        ask(session, &mut found)?;
    }
    let Some(name) = found.name.clone() else {
        return Err(Failure::usage("nothing shows what the project is called").run([
            "plusone",
            "init",
            "--project",
            "NAME",
            "--kind",
            "top-level",
        ]));
    };
    let kind = found.kind.clone().unwrap_or_else(|| Proposal {
        value: Preset::TopLevel,
        from: "plusone's default".to_owned(),
    });
    let display = detect::display_or_default(&found, kind.value, &name.value);
    let rows = rows(&found, &name, &kind, &display);
    files::write(&path, render(kind.value, &rows).as_bytes()).map_err(Failure::outside)?;
    let settings = rows.into_iter().filter_map(|row| row.setting).collect();
    session.ui.emit(&SettingsReport {
        path: path
            .strip_prefix(files::absolute(Path::new(".")))
            .unwrap_or(&path)
            .display()
            .to_string(),
        settings,
        warnings: found.unreadable,
    })
}

fn look(repository: &Repository, top: &Path) -> Result<Sighting, Failure> {
    let mut remotes = repository.remotes().map_err(git_failure)?;
    remotes.sort_by_key(|(name, _)| match &name[..] {
        "origin" => 0,
        "upstream" => 1,
        _ => 2,
    });
    let names = files::list(top).map_err(Failure::outside)?;
    // What is no text shows nothing.
    let read = |name: &str| files::read_text(&top.join(name), LARGEST_FILE).ok().flatten();
    let first = |wanted: &dyn Fn(&str) -> bool| names.iter().find(|name| wanted(name)).cloned();
    let stem = |name: &str, stem: &str| {
        name == stem || name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.'))
    };
    let doap = first(&|name| {
        let lower = name.to_lowercase();
        lower.contains("doap") && (lower.ends_with(".rdf") || lower.ends_with(".xml"))
    });
    Ok(Sighting {
        remotes: remotes.into_iter().map(|(_, url)| without_secret(&url)).collect(),
        tags: repository.tags().map_err(git_failure)?,
        notice: first(&|name| stem(name, "NOTICE")).and_then(|name| read(&name)),
        disclaimer: first(&|name| stem(name, "DISCLAIMER") || stem(name, "DISCLAIMER-WIP")),
        asf_yaml: read(".asf.yaml"),
        doap: doap.and_then(|name| Some((name.clone(), read(&name)?))),
    })
}

/// Drops user name and password from an address that is going to be shown and written down.
fn without_secret(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        None => url.to_owned(),
    }
}

fn overrule(found: &mut Proposals, args: &InitArgs) {
    fn set<T: Clone>(slot: &mut Option<Proposal<T>>, flag: &Option<T>, name: &str) {
        if let Some(value) = flag {
            *slot = Some(Proposal { value: value.clone(), from: name.to_owned() });
        }
    }
    set(&mut found.name, &args.project, "--project");
    set(&mut found.display, &args.display, "--display");
    set(&mut found.kind, &args.kind, "--kind");
    set(&mut found.list, &args.list, "--list");
}

fn ask(session: &Session, found: &mut Proposals) -> Result<(), Failure> {
    let ui = &session.ui;
    let answered = || "your answer".to_owned();
    loop {
        let shown = found.name.as_ref().map(|name| name.value.to_string()).unwrap_or_default();
        let answer = ui.ask("Short name of the project, as in its roster", &shown)?;
        if answer == shown && found.name.is_some() {
            break;
        }
        match answer.parse() {
            Ok(value) => {
                found.name = Some(Proposal { value, from: answered() });
                break;
            }
            Err(error) => ui.warn(&error.to_string()),
        }
    }
    loop {
        let shown = found.kind.as_ref().map_or(Preset::TopLevel, |kind| kind.value);
        let answer = ui.ask("Kind: top-level, podling or plain", shown.as_str())?;
        match kind(&answer) {
            Ok(value) if found.kind.as_ref().is_some_and(|kind| kind.value == value) => break,
            Ok(value) => {
                found.kind = Some(Proposal { value, from: answered() });
                break;
            }
            Err(message) => ui.warn(&message),
        }
    }
    let kind = found.kind.as_ref().map_or(Preset::TopLevel, |kind| kind.value);
    let Some(name) = found.name.clone() else {
        return Ok(());
    };
    let display = detect::display_or_default(found, kind, &name.value);
    let answer = ui.ask("Full name", &display.value)?;
    if answer != display.value {
        found.display = Some(Proposal { value: answer, from: answered() });
    }
    let list = found.list.as_ref().map_or_else(String::new, |list| list.value.clone());
    let answer = ui.ask("Mailing list that votes", &list)?;
    if answer != list {
        found.list = Some(Proposal { value: answer, from: answered() });
    }
    Ok(())
}

/// A line of the settings file: a table's name, a setting, or a default shown as a comment.
struct Row {
    table: &'static str,
    setting: Option<Setting>,
    line: String,
}

fn rows(
    found: &Proposals,
    name: &Proposal<ProjectName>,
    kind: &Proposal<Preset>,
    display: &Proposal<String>,
) -> Vec<Row> {
    fn known(name: &'static str, value: &str, from: &str) -> Row {
        let (table, key) = name.split_once('.').unwrap_or((name, name));
        let quoted = toml::Value::String(value.to_owned());
        Row {
            table,
            line: format!("# from {}\n{key} = {quoted}", from.replace(['\n', '\r'], " ")),
            setting: Some(Setting { name, value: value.to_owned(), from: from.to_owned() }),
        }
    }
    fn optional(name: &'static str, proposal: &Option<Proposal<String>>, default: &str) -> Row {
        match proposal {
            Some(proposal) => known(name, &proposal.value, &proposal.from),
            None => comment(name, default),
        }
    }
    fn comment(name: &'static str, default: &str) -> Row {
        let (table, key) = name.split_once('.').unwrap_or((name, name));
        Row { table, line: format!("# {key} = {default}"), setting: None }
    }
    let component = found.component.as_ref();
    let component =
        component.map(|c| Proposal { value: c.value.to_string(), from: c.from.clone() });
    let area = match kind.value {
        Preset::TopLevel => "\"https://dist.apache.org/repos/dist/dev/{project}\"",
        Preset::Podling => "\"https://dist.apache.org/repos/dist/dev/incubator/{project}\"",
        Preset::Plain => "\"https://svn.example.org/dist/dev/{project}\"",
    };
    let archive = format!("\"{}\"", default_archive(kind.value));
    let mut rows = vec![
        known("project.name", name.value.as_str(), &name.from),
        known("project.display", &display.value, &display.from),
        known("project.kind", kind.value.as_str(), &kind.from),
        optional("project.component", &component, "\"core\""),
        optional("project.description", &found.description, "\"…\""),
        optional("project.site", &found.site, "\"https://…\""),
        optional("project.download_page", &found.download_page, "\"https://…\""),
        optional("naming.tag", &found.tag, "\"v{version}\""),
        optional("naming.candidate_tag", &found.candidate_tag, "\"v{version}-rc{rc}\""),
        comment("naming.archive", &archive),
        comment("naming.top_directory", &archive),
        comment("naming.formats", "[\"tar.gz\"]"),
        comment("source.submodules", "\"error\"   # or \"include\", \"empty\""),
        comment("dist.dev", area),
        comment("dist.dev_directory", "\"{version}-rc{rc}\""),
        comment("dist.release", &area.replace("/dev/", "/release/")),
        comment("dist.release_directory", "\"{version}\""),
        optional("vote.list", &found.list, "\"dev@example.org\""),
        comment("vote.hours", "72"),
    ];
    rows.retain(|row| !(component.is_none() && row.line == "# component = \"core\""));
    rows
}

/// The header that a source file of the ASF has (P-10): without it, this file would be the first thing
/// that stops the release.
const LICENCE_HEADER: &str = "\
# Licensed to the Apache Software Foundation (ASF) under one
# or more contributor license agreements.  See the NOTICE file
# distributed with this work for additional information
# regarding copyright ownership.  The ASF licenses this file
# to you under the Apache License, Version 2.0 (the
# \"License\"); you may not use this file except in compliance
# with the License.  You may obtain a copy of the License at
#
#   http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing,
# software distributed under the License is distributed on an
# \"AS IS\" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY
# KIND, either express or implied.  See the License for the
# specific language governing permissions and limitations
# under the License.

";

fn render(kind: Preset, rows: &[Row]) -> String {
    let mut text = if kind.is_asf() { LICENCE_HEADER } else { "" }.to_owned();
    text += "# How this project releases; written by `plusone init`. What is commented out is the\n\
             # default. Templates know {project} {component} {version} {major} {minor} {patch} {rc}\n\
             # {incubating}; {-component} writes the hyphen only if there is a component.\n";
    let mut table = "";
    for row in rows {
        if row.table != table {
            table = row.table;
            text += &format!("\n[{table}]\n");
        }
        text += &row.line;
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::file::SettingsFile;

    #[test]
    fn what_is_written_can_be_read() {
        let from = || "a \"test\"\nwith lines".to_owned();
        let name = Proposal { value: "x".parse().expect("a name"), from: from() };
        let kind = Proposal { value: Preset::Podling, from: from() };
        let display = Proposal { value: "Apache \"X\" \\ Ü".to_owned(), from: from() };
        let found = Proposals {
            list: Some(Proposal { value: "dev@x.apache.org".into(), from: from() }),
            ..Proposals::default()
        };
        let text = render(kind.value, &rows(&found, &name, &kind, &display));
        let settings = SettingsFile::parse(&text, FILE_NAME).expect("our own file");
        assert_eq!(settings.project.display.as_deref(), Some("Apache \"X\" \\ Ü"));
        assert_eq!(settings.project.kind, Some(Preset::Podling));
        // The commented defaults must be settings too.
        let uncommented: String = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if rest.contains(" = ") && !rest.starts_with("from") => {
                    format!("{rest}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
        SettingsFile::parse(&uncommented, FILE_NAME).expect("the defaults");
    }

    #[test]
    fn passwords_in_remotes_are_not_written_down() {
        assert_eq!(
            without_secret("https://jane:s3cret@github.com/apache/x.git"),
            "https://github.com/apache/x.git"
        );
        assert_eq!(without_secret("git@github.com:apache/x.git"), "git@github.com:apache/x.git");
    }
}
