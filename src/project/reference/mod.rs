//! Every setting with what it does: the rows of `docs/settings.md`. Pure.
//!
//! `tests/settings.rs` holds these rows against the structs in [`super::file`]: a setting without a
//! row, a row without a setting, an example that does not parse or a default that is not the one in
//! force fails there. To add a setting, add its row to `rows.rs` and run
//! `PLUSONE_WRITE=1 cargo test --test settings`.

mod rows;

use std::fmt::Write as _;

pub use rows::TABLES;

/// A table of the settings file.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// Its line in the file: `[naming]`, `[[waivers]]`.
    pub header: &'static str,
    /// What it is about, in a few sentences.
    pub about: &'static str,
    /// Its settings, in the order of the page.
    pub settings: &'static [Setting],
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name with that of its table: `naming.tag`.
    pub name: &'static str,
    /// What it takes, in words.
    pub takes: &'static str,
    /// Which files may hold it.
    pub home: Home,
    /// What holds where no file says it.
    pub default: Assumed,
    /// What it does.
    pub text: &'static str,
    /// Its line in an example of the table.
    pub example: &'static str,
}

/// Which files may hold a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// `plusone.toml` and the user's own file; `plusone.toml` prevails.
    Either,
    /// `plusone.toml`; in the user's own file it has no effect.
    Project,
    /// The user's own file; refused in `plusone.toml`.
    User,
}

/// What holds where no file says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assumed {
    /// Nothing; what needs it says so.
    Nothing,
    /// One value, as TOML, for all kinds of projects.
    Value(&'static str),
    /// A value, as TOML, for top-level projects, podlings and plain projects; empty for none.
    ByKind([&'static str; 3]),
    /// What cannot be said as a value.
    Words(&'static str),
}

/// A variable of naming templates.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// As written between the braces.
    pub name: &'static str,
    /// What it stands for.
    pub text: &'static str,
}

/// The variables of naming templates, as [`super::template`] has them.
pub const VARIABLES: &[Variable] = &[
    Variable { name: "project", text: "the short name, `project.name`" },
    Variable {
        name: "display",
        text: "the full name, `project.display`; a podling's with `(Incubating)`",
    },
    Variable { name: "component", text: "`project.component`, where it is set" },
    Variable { name: "version", text: "the version: `1.10.0`" },
    Variable { name: "major", text: "its first number" },
    Variable { name: "minor", text: "its second number" },
    Variable { name: "patch", text: "its third number" },
    Variable { name: "rc", text: "the number of the candidate; releases have none" },
    Variable { name: "incubating", text: "the word `incubating` for podlings, else nothing" },
];

/// Columns of the page's prose.
const WIDTH: usize = 120;

const INTRODUCTION: &str = "# The settings\n\n\
    This page is written by `cargo test --test settings`, from `src/project/reference/rows.rs`; a test \
    keeps it to what plusone reads.\n\n\
    There are two files, both TOML:\n\n\
    - `plusone.toml` in the root of the repository, for everybody who releases or verifies the \
    project. `plusone init` writes it.\n\
    - `~/.config/plusone/config.toml` (`$XDG_CONFIG_HOME/plusone/config.toml` if that is set), for \
    you: your key, your mail server.\n\n\
    Flags prevail over `plusone.toml`, `plusone.toml` over your own file, your own file over the \
    defaults. `package` reads the `plusone.toml` of the commit that it packages, not that of the \
    work tree. `--config FILE` takes the place of `plusone.toml`. A name that is not on this page \
    is an error. No setting holds a password or a private key.\n\n\
    Ids such as S-05 are those of the rules in [src/policy.rs](../src/policy.rs).\n\n\
    ## Templates\n\n\
    A template is text with variables in braces: `v{version}-rc{rc}`.\n\n";

const SEPARATORS: &str = "\nA variable without a value is an error. With a separator before its \
    name, as in `{-component}`, it may be missing, and the separator goes with it: \
    `apache-{project}{-component}-{version}` gives `apache-fortress-3.0.1` or \
    `apache-fortress-core-3.0.1`.\n";

/// The page `docs/settings.md`.
pub fn page() -> String {
    let mut out = String::new();
    for paragraph in INTRODUCTION.lines() {
        fill(&mut out, paragraph);
    }
    for Variable { name, text } in VARIABLES {
        fill(&mut out, &format!("- `{{{name}}}`: {text}"));
    }
    for paragraph in SEPARATORS.lines() {
        fill(&mut out, paragraph);
    }
    for table in TABLES {
        // Writing to a String cannot fail; that holds for all `let _` below.
        let _ = writeln!(out, "\n## `{}`\n", table.header);
        fill(&mut out, table.about);
        let _ = writeln!(out, "\n```toml\n{}```", table.example());
        for setting in table.settings {
            setting.write(&mut out);
        }
    }
    out
}

impl Table {
    /// The table with the example of each setting: TOML that can be read.
    pub fn example(&self) -> String {
        let lines = self.settings.iter().map(|setting| format!("{}\n", setting.example));
        format!("{}\n{}", self.header, lines.collect::<String>())
    }
}

impl Setting {
    fn write(&self, out: &mut String) {
        let _ = writeln!(out, "\n### `{}`\n", self.name);
        fill(out, self.text);
        out.push('\n');
        fill(out, &format!("- Takes: {}", self.takes));
        match self.default {
            Assumed::Nothing => {}
            Assumed::Value(value) => fill(out, &format!("- Default: `{value}`")),
            Assumed::Words(words) => fill(out, &format!("- Default: {words}")),
            Assumed::ByKind([top_level, podling, plain]) => {
                let say = |value: &str| match value {
                    "" => "nothing".to_owned(),
                    value => format!("`{value}`"),
                };
                if top_level == podling {
                    fill(out, &format!("- Default, top-level and podling: {}", say(top_level)));
                } else {
                    fill(out, &format!("- Default, top-level: {}", say(top_level)));
                    fill(out, &format!("- Default, podling: {}", say(podling)));
                }
                fill(out, &format!("- Default, plain: {}", say(plain)));
            }
        }
        match self.home {
            Home::Either => {}
            Home::Project => fill(out, "- Where: in `plusone.toml` only"),
            Home::User => fill(out, "- Where: in your own file only"),
        }
    }
}

/// Writes a paragraph or an item of a list in lines that are not too long.
fn fill(out: &mut String, text: &str) {
    let indent = if text.starts_with("- ") { "  " } else { "" };
    let mut width = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if width > 0 && width + 1 + length > WIDTH {
            out.push('\n');
            out.push_str(indent);
            width = indent.len();
        } else if width > 0 {
            out.push(' ');
            width += 1;
        }
        out.push_str(word);
        width += length;
    }
    out.push('\n');
}
