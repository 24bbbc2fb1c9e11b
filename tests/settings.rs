//! The reference of settings says what plusone reads: its rows against serde, against the
//! resolved settings, and against `docs/settings.md`.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use plusone::checks::adjust::Adjustments;
use plusone::policy::Preset;
use plusone::project::file::SettingsFile;
use plusone::project::mail::{LetterSettings, MailSettings};
use plusone::project::reference::{Assumed, Home, Setting, TABLES, VARIABLES, page};
use plusone::project::template::Template;
use plusone::project::{Flags, Project};

const KINDS: [Preset; 3] = [Preset::TopLevel, Preset::Podling, Preset::Plain];

fn settings() -> impl Iterator<Item = &'static Setting> {
    TABLES.iter().flat_map(|table| table.settings)
}

fn parse(text: &str) -> Result<SettingsFile, String> {
    SettingsFile::parse(text, "a test").map_err(|error| format!("{error}\n{text}"))
}

/// The names that serde expects in a table, by its complaint about one that is none; none if it
/// takes no table there, or any name.
fn expected_in(header: &str) -> Option<Vec<String>> {
    let complaint = parse(&format!("{header}\nzzz-no-such-name = 1\n")).err()?;
    let (_, expected) = complaint.split_once("unknown field `zzz-no-such-name`, expected")?;
    let line = expected.lines().next().unwrap();
    Some(line.split('`').skip(1).step_by(2).map(str::to_owned).collect())
}

/// All settings below a table, found by asking serde.
fn known_below(prefix: &str) -> BTreeSet<String> {
    let table = match prefix {
        "" => expected_in(""),
        _ => expected_in(&format!("[{prefix}]")).or_else(|| expected_in(&format!("[[{prefix}]]"))),
    };
    let Some(names) = table else { return BTreeSet::from([prefix.to_owned()]) };
    assert!(!names.is_empty(), "serde names no field of {prefix}");
    let whole = |name: &String| match prefix {
        "" => name.clone(),
        _ => format!("{prefix}.{name}"),
    };
    names.iter().flat_map(|name| known_below(&whole(name))).collect()
}

#[test]
fn every_setting_has_a_row_and_every_row_a_setting() {
    let known = known_below("");
    assert!(known.contains("vote.roster.ids") && known.contains("waivers.reason"), "{known:?}");
    let rows: BTreeSet<String> = settings().map(|setting| setting.name.to_owned()).collect();
    assert_eq!(rows.len(), settings().count(), "a row is there twice");
    let without: Vec<_> = known.difference(&rows).collect();
    assert!(without.is_empty(), "add rows to src/project/reference/rows.rs for {without:?}");
    let strange: Vec<_> = rows.difference(&known).collect();
    assert!(strange.is_empty(), "nothing reads {strange:?}");
}

#[test]
fn rows_stand_in_their_tables_and_their_examples_parse() {
    for table in TABLES {
        let path = table.header.trim_matches(['[', ']']);
        parse(&table.example()).unwrap();
        for setting in table.settings {
            let name = setting.name;
            if name == path {
                continue;
            }
            let (prefix, key) = name.rsplit_once('.').unwrap();
            assert_eq!(prefix, path, "{name} is in the table {path}");
            assert!(setting.example.starts_with(&format!("{key} = ")), "{name}");
        }
    }
}

#[test]
fn the_checks_in_examples_can_be_set_and_waived() {
    let text: String = TABLES
        .iter()
        .filter(|table| ["[checks]", "[[waivers]]"].contains(&table.header))
        .map(|table| table.example())
        .collect();
    let file = parse(&text).unwrap();
    assert_eq!((file.checks.len(), file.waivers.len()), (1, 1));
    Adjustments::new(&file.checks, &file.waivers, &[]).unwrap();
}

/// Everything that is resolved of the settings, without the layers that the values came from.
fn resolved(kind: Preset, user: &str, project: &str) -> Result<String, String> {
    let text = format!("project.kind = \"{}\"\n{project}", kind.as_str());
    let named = if project.contains("project.name") { "" } else { "project.name = \"demo\"\n" };
    let (user, file) = (parse(user)?, parse(&format!("{named}{text}"))?);
    let project = Project::resolve(&user, &file, &Flags::default()).map_err(|e| e.to_string())?;
    let mail = MailSettings::resolve(&user, &file, kind).map_err(|error| error.to_string())?;
    let letters = LetterSettings::resolve(&user, &file, &project);
    let all = format!("{project:?} {mail:?} {letters:?}");
    let mut out = String::new();
    let mut rest = &all[..];
    while let Some((before, after)) = rest.split_once("source: ") {
        out.push_str(before);
        // `Project`, or `Default(Plain)`.
        let end = after.find([',', ' ', '}']).unwrap();
        rest = &after[end..];
    }
    Ok(out + rest)
}

/// Settings that are read where they are needed, and not resolved with the others.
const READ_ELSEWHERE: [&str; 9] = [
    "dist.svn_username",
    "dist.svn_password_command",
    "vote.aliases",
    "vote.minimum",
    "vote.minus_one",
    "vote.roster.ids",
    "vote.roster.from",
    "vote.roster.ppmc",
    "vote.roster.ipmc",
];

/// A line that sets one thing, with its whole name.
fn line(setting: &Setting, value: &str) -> String {
    format!("{} = {value}\n", setting.name)
}

#[test]
fn defaults_are_those_in_force() {
    for setting in settings().filter(|setting| setting.name != "project.kind") {
        for (index, kind) in KINDS.into_iter().enumerate() {
            let value = match setting.default {
                Assumed::Value(value) => value,
                Assumed::ByKind(values) => values[index],
                Assumed::Nothing | Assumed::Words(_) => continue,
            };
            if value.is_empty() {
                continue;
            }
            let said = line(setting, value);
            let (user, project) = match setting.home {
                Home::User => (&said[..], ""),
                Home::Either | Home::Project => ("", &said[..]),
            };
            let name = setting.name;
            assert_eq!(resolved(kind, user, project), resolved(kind, "", ""), "{name} {kind:?}");
        }
    }
    let undecided = resolved(Preset::TopLevel, "", "").unwrap();
    let no_kind = parse("project.name = \"demo\"").unwrap();
    let project = Project::resolve(&SettingsFile::default(), &no_kind, &Flags::default()).unwrap();
    assert_eq!(project.preset.value, Preset::TopLevel);
    assert!(undecided.contains("TopLevel"));
}

#[test]
fn what_is_set_has_an_effect_where_the_page_says() {
    for table in TABLES {
        for setting in table.settings {
            let name = setting.name;
            let separate = matches!(setting.home, Home::Project)
                || READ_ELSEWHERE.contains(&name)
                || table.header.starts_with("[[")
                || ["project.kind", "vote.roster.source"].contains(&name);
            if separate {
                continue;
            }
            let (_, value) = setting.example.split_once(" = ").unwrap();
            let said = line(setting, value);
            let unset = resolved(Preset::TopLevel, "", "").unwrap();
            let set = resolved(Preset::TopLevel, &said, "");
            if name == "project.name" {
                continue;
            }
            assert_ne!(set.as_ref().unwrap(), &unset, "{name} in one's own file");
            let in_project = resolved(Preset::TopLevel, "", &said);
            match setting.home {
                Home::User => assert!(in_project.unwrap_err().contains(name), "{name}"),
                _ => assert_eq!(in_project, set, "{name}"),
            }
        }
    }
}

#[test]
fn the_variables_are_those_of_templates() {
    let complaint = "{zzz}".parse::<Template>().unwrap_err().to_string();
    let (_, known) = complaint.split_once("there are ").unwrap();
    let ours: Vec<String> = VARIABLES.iter().map(|v| format!("{{{}}}", v.name)).collect();
    assert_eq!(ours.join(" "), known);
}

/// `PLUSONE_WRITE=1 cargo test --test settings` writes the page anew.
#[test]
fn the_page_is_that_of_the_rows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    let page = page();
    if std::env::var_os("PLUSONE_WRITE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "run with PLUSONE_WRITE=1");
}
