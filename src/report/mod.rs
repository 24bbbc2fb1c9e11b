//! What commands have to say, as values: one report, several voices.
//!
//! A report is data first (`--format json`) and writes itself for people as a [`Page`], which
//! becomes plain text or Markdown. Text from outside is made harmless where a page takes it in, so
//! that no report can forget it. Pure.

pub mod doctor;
pub mod explain;
pub mod keys;
pub mod manual;
pub mod package;
pub mod plan;
pub mod rehearse;
pub mod sarif;
pub mod settings;
pub mod sign;
pub mod status;
mod table;
pub mod tally;
pub mod verify;

use std::borrow::Cow;
use std::fmt::Write as _;

use serde::Serialize;

use crate::checks::{Finding, Severity};
use crate::error::{ExitStatus, shell_line};

/// The result of a command.
pub trait Report: Serialize {
    /// The name and version of its JSON form: `plusone.package/1`.
    const SCHEMA: &'static str;

    /// How the program ends with this result.
    fn exit(&self) -> ExitStatus;

    /// Says it to people.
    fn write(&self, page: &mut Page);
}

/// How a piece of text is meant; colours follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Wrong.
    Bad,
    /// Worth a look.
    Warning,
    /// Neither.
    Plain,
}

/// Findings of one kind that are shown to people; all are in the JSON.
const SHOWN: usize = 3;

/// Findings of one check by their kinds: of one kind are those as grave as each other and with the same remedy.
fn kinds(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut kinds: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let same = |kind: &&mut Vec<&Finding>| {
            kind.first().is_some_and(|it| it.severity == finding.severity && it.fix == finding.fix)
        };
        match kinds.iter_mut().find(same) {
            Some(kind) => kind.push(finding),
            None => kinds.push(vec![finding]),
        }
    }
    kinds
}

/// How a finding of a check is shown, and what stands before it.
const fn severity_label(severity: Severity) -> (Tone, &'static str) {
    match severity {
        Severity::Error => (Tone::Bad, "error"),
        Severity::Warning => (Tone::Warning, "warning"),
        Severity::Note => (Tone::Plain, "note"),
    }
}

#[derive(Debug, Clone)]
enum Block {
    Title(String),
    Fields(Vec<(String, String)>),
    Item { tone: Tone, label: String, text: String, details: Vec<(String, String)> },
    Paragraph(String),
    Table { head: Vec<String>, rows: Vec<Row> },
    Commands(Vec<String>),
    Verbatim(String),
}

/// A row of a table.
#[derive(Debug, Clone)]
pub struct Row {
    /// How its second cell is meant.
    pub tone: Tone,
    /// One for each column but the last.
    pub cells: Vec<String>,
    /// The last column: in text, lines below the row.
    pub below: Vec<String>,
}

/// Text for people, block by block.
#[derive(Debug, Clone, Default)]
pub struct Page {
    blocks: Vec<Block>,
}

impl Page {
    /// Starts a section.
    pub fn title(&mut self, text: &str) {
        self.blocks.push(Block::Title(harmless(text)));
    }

    /// Names and values below each other.
    pub fn fields<'a>(&mut self, fields: impl IntoIterator<Item = (&'a str, String)>) {
        let fields = fields.into_iter().map(|(label, value)| (label.to_owned(), harmless(&value)));
        self.blocks.push(Block::Fields(fields.collect()));
    }

    /// One line of a list, with a word in front that says how it stands, and details below it.
    pub fn item<'a>(
        &mut self,
        tone: Tone,
        label: &str,
        text: &str,
        details: impl IntoIterator<Item = (&'a str, String)>,
    ) {
        let details =
            details.into_iter().map(|(label, value)| (label.to_owned(), harmless(&value)));
        self.blocks.push(Block::Item {
            tone,
            label: label.to_owned(),
            text: harmless(text),
            details: details.collect(),
        });
    }

    /// A table; what is in its last column stands below each row in text.
    pub fn table(&mut self, head: &[&str], rows: impl IntoIterator<Item = Row>) {
        let harmless = |texts: Vec<String>| texts.iter().map(|text| harmless(text)).collect();
        let row = |row: Row| Row {
            tone: row.tone,
            cells: harmless(row.cells),
            below: harmless(row.below),
        };
        let head = head.iter().map(|text| (*text).to_owned()).collect();
        self.blocks.push(Block::Table { head, rows: rows.into_iter().map(row).collect() });
    }

    /// A sentence or more.
    pub fn paragraph(&mut self, text: &str) {
        self.blocks.push(Block::Paragraph(harmless(text)));
    }

    /// Commands to type.
    pub fn commands<'a>(&mut self, commands: impl IntoIterator<Item = &'a [&'a str]>) {
        let line = |words: &[&str]| {
            harmless(&shell_line(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>()))
        };
        self.blocks.push(Block::Commands(commands.into_iter().map(line).collect()));
    }

    /// Text with lines of its own, neither wrapped nor indented.
    pub fn verbatim(&mut self, text: &str) {
        let lines: Vec<String> = text.lines().map(harmless).collect();
        self.blocks.push(Block::Verbatim(lines.join("\n")));
    }

    /// Plain text, wrapped to `width` columns where that is possible, with colours if asked.
    pub fn to_text(&self, width: usize, colour: bool) -> String {
        let mut out = String::new();
        for (index, block) in self.blocks.iter().enumerate() {
            let joined = matches!(
                (index.checked_sub(1).map(|before| &self.blocks[before]), block),
                (None, _)
                    | (
                        Some(Block::Title(_)),
                        Block::Fields(_) | Block::Commands(_) | Block::Table { .. }
                    )
                    | (Some(Block::Item { .. }), Block::Item { .. })
                    | (Some(Block::Paragraph(_)), Block::Commands(_))
            );
            if !joined {
                out.push('\n');
            }
            text_block(&mut out, block, width, colour);
        }
        out
    }

    /// Markdown.
    pub fn to_markdown(&self) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            if !out.is_empty() && !matches!(block, Block::Item { .. }) {
                out.push('\n');
            }
            markdown_block(&mut out, block);
        }
        out
    }
}

fn text_block(out: &mut String, block: &Block, width: usize, colour: bool) {
    match block {
        Block::Title(text) => push_line(out, &paint(text, "1", colour)),
        Block::Fields(fields) => push_fields(out, fields, 2, width),
        Block::Item { tone, label, text, details } => {
            let code = tone_code(*tone);
            let indent = LABEL_WIDTH + 1;
            let wrapped = wrap(text, width.saturating_sub(indent), indent);
            push_line(
                out,
                &format!("{} {wrapped}", paint(&format!("{label:<LABEL_WIDTH$}"), code, colour)),
            );
            push_fields(out, details, indent, width);
        }
        Block::Paragraph(text) => push_line(out, &wrap(text, width, 0)),
        Block::Table { head, rows } => table::push(out, head, rows, width, colour),
        Block::Verbatim(text) => push_line(out, text),
        Block::Commands(lines) => {
            lines.iter().for_each(|line| push_line(out, &format!("  {line}")))
        }
    }
}

const fn tone_code(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "32",
        Tone::Bad => "1;31",
        Tone::Warning => "33",
        Tone::Plain => "0",
    }
}

/// Columns kept for the word in front of an item.
const LABEL_WIDTH: usize = 8;

fn push_fields(out: &mut String, fields: &[(String, String)], indent: usize, width: usize) {
    let labels = fields.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    for (label, value) in fields {
        let column = indent + labels + 2;
        let wrapped = wrap(value, width.saturating_sub(column), column);
        push_line(out, &format!("{:indent$}{label:<labels$}  {wrapped}", ""));
    }
}

fn push_line(out: &mut String, line: &str) {
    out.push_str(line.trim_end());
    out.push('\n');
}

fn paint(text: &str, code: &str, colour: bool) -> String {
    if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Breaks text at blanks; a word that is longer than a line stays whole, so that digests and
/// addresses can be copied.
fn wrap(text: &str, width: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = table::columns(word);
        if column > 0 && column + 1 + length > width {
            // Writing to a String cannot fail.
            let _ = write!(out, "\n{:indent$}", "");
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

fn markdown_block(out: &mut String, block: &Block) {
    let code = |text: &str| format!("`{}`", text.replace('`', "'"));
    match block {
        Block::Title(text) => push_line(out, &format!("### {}", markdown_text(text))),
        Block::Fields(fields) => {
            for (label, value) in fields {
                push_line(out, &format!("- {label}: {}", code(value)));
            }
        }
        Block::Item { label, text, details, .. } => {
            push_line(out, &format!("- **{label}** {}", markdown_text(text)));
            for (label, value) in details {
                push_line(out, &format!("  - {label}: {}", markdown_text(value)));
            }
        }
        Block::Paragraph(text) => push_line(out, &markdown_text(text)),
        Block::Table { head, rows } => {
            let line = |cells: &mut dyn Iterator<Item = String>| {
                format!("| {} |", cells.collect::<Vec<_>>().join(" | "))
            };
            // A bar would end the cell even within backquotes.
            let cell = |text: &String| markdown_text(text).replace("\\|", "|").replace('|', "\\|");
            push_line(out, &line(&mut head.iter().map(cell)));
            push_line(out, &line(&mut head.iter().map(|_| "---".to_owned())));
            for row in rows {
                let below = row.below.iter().map(cell).collect::<Vec<_>>().join("<br>");
                push_line(out, &line(&mut row.cells.iter().map(cell).chain([below])));
            }
        }
        Block::Verbatim(text) => push_line(out, &format!("```\n{text}\n```")),
        Block::Commands(lines) => push_line(out, &format!("```\n{}\n```", lines.join("\n"))),
    }
}

/// Keeps Markdown and HTML in foreign text from meaning anything; what stands between two single
/// backquotes means nothing already, and stays. CommonMark (6.1) pairs only runs of one length, so
/// that any other backquote is escaped: it could make our pairs differ from the reader's.
fn markdown_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '`' {
            let run = rest.len() - rest.trim_start_matches('`').len();
            let (ticks, after) = rest.split_at(run);
            if run == 1
                && let Some(end) = single_backquote(after)
            {
                let (code, after) = after.split_at(end + 1);
                out.push('`');
                out.push_str(code);
                rest = after;
            } else {
                out.push_str(&ticks.replace('`', "\\`"));
                rest = after;
            }
            continue;
        }
        if matches!(c, '<' | '>' | '*' | '_' | '[' | ']' | '|' | '#' | '\\') {
            out.push('\\');
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Where a backquote stands that has none beside it.
fn single_backquote(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let is = |at: Option<usize>| at.and_then(|at| bytes.get(at)) == Some(&b'`');
    (0..bytes.len()).find(|at| is(Some(*at)) && !is(at.checked_sub(1)) && !is(at.checked_add(1)))
}

/// Replaces what could act on a terminal or mislead a reader: control characters, and the
/// characters that turn the direction of text or take no room.
pub fn harmless(text: &str) -> String {
    let text = &*without_logins(text);
    let acts = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    if !text.contains(acts) {
        return text.to_owned();
    }
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if acts(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
        out
    })
}

/// The text without the names and passwords in its addresses: `https://…@example.org/`. A user's
/// name alone stays where it is no secret, as in `svn+ssh://jane@example.org/`.
pub fn without_logins(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    for (at, _) in text.match_indices("://") {
        let start = at + 3;
        if start < done {
            continue;
        }
        let ends = |c: char| {
            c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '\\')
        };
        let rest = &text[start..];
        let rest = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
        // A password may hold a slash, although it should not.
        let login = match authority.contains('@') {
            true => authority.rfind('@'),
            false
                if !port.is_empty()
                    && !port.bytes().all(|byte| byte.is_ascii_digit() || byte == b']') =>
            {
                rest.rfind('@')
            }
            false => None,
        };
        let Some(end) = login else { continue };
        let scheme = text[..at].rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '+').next();
        let web = scheme.is_some_and(|scheme| scheme.to_ascii_lowercase().starts_with("http"));
        if web || rest[..end].contains(':') {
            out.push_str(&text[done..start]);
            out.push('…');
            done = start + end;
        }
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// A count of bytes for people: `128.4 MB`, in powers of ten as download pages have it.
pub fn size(bytes: u64) -> String {
    let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit as f64),
        None => format!("{bytes} bytes"),
    }
}

/// `1 file`, `2 files`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_cannot_act() {
        assert_eq!(harmless("a\u{1b}[31mb\r\n\u{202e}c"), r"a\u{1b}[31mb\u{d}\u{a}\u{202e}c");
        assert_eq!(harmless("Łukasz – ok"), "Łukasz – ok");
        assert_eq!(markdown_text("<b> *x* `a_b`"), r"\<b\> \*x\* `a_b`");
        // As they stand, cmark makes a tag of the first two: runs of different length are no pair.
        assert_eq!(markdown_text("` <b>"), r"\` \<b\>");
        assert_eq!(markdown_text("``` <b> `"), r"\`\`\` \<b\> \`");
        assert_eq!(markdown_text("` `` <b> ``"), r"\` \`\` \<b\> \`\`");
        // Here it ends the code at the third run, before the tag.
        assert_eq!(markdown_text("` `` ` <b> `"), r"` `` ` \<b\> \`");
    }

    #[test]
    fn logins_are_not_told() {
        for (text, told) in [
            ("at https://jane:s3cret@example.org/x: no", "at https://…@example.org/x: no"),
            ("(http://token@example.org)", "(http://…@example.org)"),
            ("svn://jane:a@b@host:3690/x http://u:p@h", "svn://…@host:3690/x http://…@h"),
            ("'https://u:pa/ss@host/'", "'https://…@host/'"),
            ("svn+ssh://jane@host/x", "svn+ssh://jane@host/x"),
            ("https://host:8080/a@b", "https://host:8080/a@b"),
            ("http://[::1]:80/a@b", "http://[::1]:80/a@b"),
            ("<jane@example.org> x://y", "<jane@example.org> x://y"),
        ] {
            assert_eq!(without_logins(text), told);
            assert_eq!(harmless(text), told);
        }
    }

    #[test]
    fn tables_are_lines_in_text_and_cells_in_markdown() {
        let mut page = Page::default();
        let row = |who: &str, vote: &str, below: &str| Row {
            tone: Tone::Good,
            cells: vec![who.to_owned(), vote.to_owned()],
            below: vec![below.to_owned()],
        };
        page.table(&["who", "vote", "line"], [row("Jane", "+1", "a|b"), row("M", "0", "\u{1b}c")]);
        assert_eq!(
            page.to_text(80, false),
            "who   vote\nJane  +1\n    a|b\nM     0\n    \\u{1b}c\n"
        );
        assert_eq!(
            page.to_markdown(),
            "| who | vote | line |\n| --- | --- | --- |\n| Jane | +1 | a\\|b |\n\
             | M | 0 | \\\\u{1b}c |\n"
        );
    }

    #[test]
    fn long_words_stay_whole() {
        assert_eq!(wrap("a bb ccc dddddddd e", 6, 2), "a bb\n  ccc\n  dddddddd\n  e");
    }

    #[test]
    fn sizes_are_for_people() {
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(127_520_000), "127.5 MB");
    }
}
