//! Filling the template of a letter, strictly. Pure.
//!
//! A template starts with its headers, one a line (`Subject:`, `To:`, `Cc:`, the first needed),
//! then an empty line, then the text. Comments in `{# … #}` and empty lines may stand before the
//! headers, so that a licence header has a place. Headers and text are filled by minijinja, each
//! on its own: a header stays one line whatever is put into it.
//!
//! Nothing is left blank or unfinished. A name that is not known, or known to have no value, is an
//! error where it is printed; so is what a person was meant to replace (`<placeholder>`, `TODO`,
//! `TBD`, `XXX`, `{{`). Lines that quote somebody else (`> …`) are not looked at for that: a
//! voter's words must not be able to hold up the result.
//!
//! Besides minijinja's own filters there are `fold` (prose at 72 columns; `fold(4)` indents the
//! later lines), `quote` (somebody else's words), `utc` (an instant in words) and `sh` (one word of
//! a shell command).

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::ops::Range;

use chrono::{DateTime, Utc};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};
use serde::Serialize;

use super::fold::{fold, quote};
use crate::error::shell_line;

/// The text of a template with the name it goes by in messages: a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// What became of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// `Subject:`, one line, not empty.
    pub subject: String,
    /// `To:`; empty if the template has none.
    pub to: String,
    /// `Cc:`; empty if the template has none.
    pub cc: String,
    /// The text: no control characters, no blank at the end of a line, never two empty lines in a
    /// row, a line feed at the end.
    pub body: String,
}

/// A template that cannot be filled, or that was not filled in to the end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}:{column}: {message}")]
pub struct TemplateError {
    /// The template, or the letter made from it, where what is wrong came from a value.
    pub name: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// How many characters it is about, at least 1.
    pub width: usize,
    /// The line it is about.
    pub text: String,
    /// What is wrong.
    pub message: String,
    /// What can be done about it, if that is known.
    pub help: Option<String>,
}

impl TemplateError {
    /// The place as compilers show it: the line, a caret line below it, and help.
    pub fn excerpt(&self) -> String {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        // A tab before the place stays one, so that the carets stand below it at any tab width.
        let before = self.text.chars().take(self.column - 1);
        let lead: String = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        let carets = "^".repeat(self.width);
        let mut out = format!("{margin}--> {}:{}:{}\n", self.name, self.line, self.column);
        // Writing to a String cannot fail.
        let _ = write!(out, "{margin} |\n{number} | {}\n{margin} | {lead}{carets}\n", self.text);
        if let Some(help) = &self.help {
            let _ = writeln!(out, "{margin} = help: {help}");
        }
        out
    }

    fn at(name: &str, text: &str, range: Range<usize>, message: String) -> Self {
        let boundary = |at: usize| {
            let mut before = (0..=at.min(text.len())).rev();
            before.find(|at| text.is_char_boundary(*at)).unwrap_or(0)
        };
        let start = boundary(range.start);
        let end = boundary(range.end).max(start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        Self {
            name: name.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            width: text[start..end.min(line_end)].chars().count().max(1),
            text: text[line_start..line_end].trim_end_matches('\r').to_owned(),
            message,
            help: None,
        }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Fills a template with facts. `finished` asks that nothing is left for a person to replace.
///
/// # Errors
/// See [`TemplateError`].
pub fn fill(
    source: Source<'_>,
    facts: &impl Serialize,
    finished: bool,
) -> Result<Filled, TemplateError> {
    let facts = Value::from(Serde(facts));
    let environment = environment();
    let layout = Layout::of(source)?;
    let part = |range: &Range<usize>| fill_part(&environment, source, range.clone(), &facts);
    let header = |name: &str| match layout.headers.iter().find(|header| header.name == name) {
        None => Ok(String::new()),
        Some(header) => {
            let text = clean(&part(&header.value)?);
            let text = text.trim().to_owned();
            if text.contains('\n') {
                let message = format!("`{name}` became more than one line");
                return Err(TemplateError::at(
                    source.name,
                    source.text,
                    header.value.clone(),
                    message,
                ));
            }
            Ok(text)
        }
    };
    let (to, cc, subject) = (header("To")?, header("Cc")?, header("Subject")?);
    let start = || TemplateError::at(source.name, source.text, 0..0, String::new());
    if subject.is_empty() {
        let message = "the letter has no subject".to_owned();
        return Err(TemplateError { message, ..start() }
            .help("a template starts with `Subject: …`, `To: …`, then an empty line"));
    }
    let body = tidy(&clean(&part(&layout.body)?));
    let filled = Filled { subject, to, cc, body };
    match finished.then(|| unfinished(source, &filled)).flatten() {
        Some(error) => Err(error),
        None => Ok(filled),
    }
}

struct Header {
    name: &'static str,
    value: Range<usize>,
}

/// Where the headers and the text of a template are.
struct Layout {
    headers: Vec<Header>,
    body: Range<usize>,
}

impl Layout {
    fn of(source: Source<'_>) -> Result<Self, TemplateError> {
        let text = source.text;
        let mut at = preamble(text);
        let mut headers: Vec<Header> = Vec::new();
        while at < text.len() {
            let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
            let line = text[at..end].trim_end();
            if line.is_empty() {
                return Ok(Self { headers, body: (end + 1).min(text.len())..text.len() });
            }
            let wrong = |message: String| {
                TemplateError::at(source.name, text, at..at + line.len(), message)
                    .help("a template starts with `Subject: …`, `To: …`, then an empty line")
            };
            let Some((name, _)) = line.split_once(':') else {
                return Err(wrong("expected a header or an empty line".to_owned()));
            };
            let known = ["Subject", "To", "Cc"].into_iter().find(|h| h.eq_ignore_ascii_case(name));
            let Some(known) = known else {
                return Err(wrong(format!(
                    "`{name}` is not a header of a letter; there are Subject, To and Cc"
                )));
            };
            if headers.iter().any(|header| header.name == known) {
                return Err(wrong(format!("`{known}` is there twice")));
            }
            headers.push(Header { name: known, value: at + name.len() + 1..at + line.len() });
            at = end + 1;
        }
        Ok(Self { headers, body: text.len()..text.len() })
    }
}

/// The end of the comments and empty lines that a template starts with.
fn preamble(text: &str) -> usize {
    let mut rest = text.trim_start_matches('\u{feff}');
    loop {
        let trimmed = rest.trim_start();
        match trimmed.strip_prefix("{#").and_then(|comment| comment.split_once("#}")) {
            Some((_, after)) => rest = after,
            None => return text.len() - trimmed.len(),
        }
    }
}

fn environment() -> Environment<'static> {
    /// Steps a template may take: hundreds of times what ours take, done in milliseconds.
    const FUEL: u64 = 200_000;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_debug(true);
    environment.set_fuel(Some(FUEL));
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .keep_trailing_newline(true)
        .build();
    environment.set_syntax(syntax.expect("the usual delimiters are distinct"));
    environment.set_formatter(|out, _, value| {
        // Known to have no value is no more printable than not known.
        if value.is_undefined() || value.is_none() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        write!(out, "{value}").map_err(Error::from)
    });
    environment
        .add_filter("fold", |text: &str, indent: Option<usize>| fold(text, indent.unwrap_or(0)));
    environment
        .add_filter("quote", |text: &str, indent: Option<usize>| quote(text, indent.unwrap_or(0)));
    environment.add_filter("utc", |text: &str| in_words(text));
    environment.add_filter("sh", |text: &str| shell_line(&[text.to_owned()]));
    environment
}

/// An instant in words, for a mail that is read all over the world.
fn in_words(text: &str) -> Result<String, Error> {
    let instant: DateTime<Utc> = text.parse().map_err(|_| {
        Error::new(ErrorKind::InvalidOperation, format!("`{text}` is not an instant"))
    })?;
    Ok(instant.format("%A, %-d %B %Y, %H:%M UTC").to_string())
}

fn fill_part(
    environment: &Environment<'_>,
    source: Source<'_>,
    range: Range<usize>,
    facts: &Value,
) -> Result<String, TemplateError> {
    let text = &source.text[range.clone()];
    let rendered =
        environment.template_from_named_str(source.name, text).and_then(|t| t.render(facts));
    rendered.map_err(|error| {
        // An error without a place is about the whole part.
        let inner = error.range().unwrap_or(0..0);
        let place = range.start + inner.start..range.start + inner.end;
        let piece = text.get(inner).unwrap_or_default().trim();
        let error_at = |message| TemplateError::at(source.name, source.text, place, message);
        match error.kind() {
            ErrorKind::UndefinedError => {
                let error = error_at(format!("`{piece}` has no value here"));
                match names(facts) {
                    names if names.is_empty() => error,
                    names => error.help(format!("there are {names}")),
                }
            }
            kind => error_at(error.detail().map_or_else(|| kind.to_string(), str::to_owned)),
        }
    })
}

/// The names that facts have a value for.
fn names(facts: &Value) -> String {
    let Ok(keys) = facts.try_iter() else {
        return String::new();
    };
    let known = keys.filter(|key| facts.get_item(key).is_ok_and(|value| !value.is_none()));
    let mut names: Vec<String> = known.map(|key| key.to_string()).collect();
    names.sort();
    names.join(", ")
}

/// Takes out what could act on a terminal or turn the direction of text; a stranger's name or
/// reason may hold it.
fn clean(text: &str) -> String {
    let acts = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
    };
    text.chars().filter(|&c| !acts(c)).collect()
}

fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        // "-- " is the mark of a signature, blank and all.
        let line = if line == "-- " { line } else { line.trim_end() };
        if !line.is_empty() || !(out.is_empty() || out.ends_with("\n\n")) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.truncate(out.trim_end_matches('\n').len());
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

/// The first thing in a filled letter that somebody was meant to replace. Its place is in the
/// template if it stands there, else in the letter: then a value brought it.
fn unfinished(source: Source<'_>, filled: &Filled) -> Option<TemplateError> {
    let headers = format!("{}\n{}\n{}\n", filled.subject, filled.to, filled.cc);
    let found = [&headers, &filled.body]
        .into_iter()
        .find_map(|text| placeholders(text).into_iter().next().map(|range| (text, range)));
    let (text, range) = found?;
    let word = &text[range.clone()];
    let message = format!("`{word}` was meant to be replaced");
    let error = match source.text[preamble(source.text)..].find(word) {
        Some(at) => {
            let at = at + preamble(source.text);
            TemplateError::at(source.name, source.text, at..at + word.len(), message)
        }
        None => {
            let name = format!("the letter made from {}", source.name);
            TemplateError::at(&name, text, range, message)
        }
    };
    Some(error)
}

/// Where a text holds what a person was meant to replace: `<words>` without a matching `</words>`,
/// the words TODO, TBD, FIXME and XXX, braces of a template. Quoted lines are passed over.
pub fn placeholders(text: &str) -> Vec<Range<usize>> {
    let closed: BTreeSet<&str> = text
        .split("</")
        .skip(1)
        .filter_map(|after| after.split_once('>').map(|(name, _)| name))
        .collect();
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim_start().starts_with('>') {
            let inside = line_placeholders(line, &closed);
            found.extend(inside.into_iter().map(|r| start + r.start..start + r.end));
        }
        start += line.len();
    }
    found
}

fn line_placeholders(line: &str, closed: &BTreeSet<&str>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for mark in ["{{", "}}", "{%", "%}", "{#"] {
        found.extend(line.match_indices(mark).map(|(at, mark)| at..at + mark.len()));
    }
    for word in ["TODO", "TBD", "FIXME", "XXX"] {
        let whole = |at: usize| {
            let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '/');
            !line[..at].ends_with(joins) && !line[at + word.len()..].starts_with(joins)
        };
        let places = line.match_indices(word).map(|(at, _)| at).filter(|&at| whole(at));
        found.extend(places.map(|at| at..at + word.len()));
    }
    for (at, _) in line.match_indices('<') {
        // Up to the next bracket of either kind: a line of `<` alone is looked at once.
        let rest = &line[at + 1..];
        let Some(length) = rest.find(['<', '>']).filter(|&end| rest[end..].starts_with('>')) else {
            continue;
        };
        let inside = &rest[..length];
        let wordy = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '\'');
        let is_name = inside.starts_with(char::is_alphabetic)
            && inside.len() <= 60
            && inside.chars().all(wordy);
        // `List<String>` is code, and XML closes what it opens.
        let is_code = line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if is_name && !is_code && !closed.contains(inside) {
            found.push(at..at + length + 2);
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

impl fmt::Display for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in [("To", &self.to), ("Cc", &self.cc), ("Subject", &self.subject)] {
            if !value.is_empty() {
                writeln!(f, "{name}: {value}")?;
            }
        }
        write!(f, "\n{}", self.body)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(text: &str) -> Result<Filled, TemplateError> {
        let facts = json!({
            "display": "Apache Demo", "version": "1.0", "nothing": null, "words": "a\nb",
            "left": "<your text>", "said": "TODO\n<x>\u{1b}[31m", "when": "2026-11-23T10:00:00Z",
        });
        fill(Source { name: "vote.txt", text }, &facts, true)
    }

    #[track_caller]
    fn fails(text: &str, place: (usize, usize), caret_line: &str, words: &str) {
        let error = filled(text).expect_err(text);
        assert_eq!((error.line, error.column), place, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        let excerpt = error.excerpt();
        assert!(excerpt.lines().any(|line| line == caret_line), "{excerpt}");
    }

    #[test]
    fn headers_and_text_are_filled() {
        let text = "{# Licensed\nto nobody #}\n\nTo: dev@x.org\nsubject: [VOTE] {{ display }}\r\n\
                    \nHello  \n\n\n{% if nothing %}\nno\n{% endif %}\n{{ when | utc }}\n-- \n\
                    {{ said | quote }}\n\n";
        let filled = filled(text).expect("a letter");
        assert_eq!((&filled.to[..], &filled.cc[..]), ("dev@x.org", ""));
        assert_eq!(filled.subject, "[VOTE] Apache Demo");
        assert_eq!(
            filled.body,
            "Hello\n\nMonday, 23 November 2026, 10:00 UTC\n-- \n> TODO\n> <x>[31m\n"
        );
    }

    #[test]
    fn what_is_not_known_is_pointed_at() {
        fails(
            "Subject: x\n\nRelease {{ dispaly }} now\n",
            (3, 12),
            "  |            ^^^^^^^",
            "`dispaly`",
        );
        fails(
            "Subject: {{ nothing }}\n\nx\n",
            (1, 13),
            "  |             ^^^^^^^",
            "`nothing` has no value",
        );
        fails(
            "Subject: x\n\n{{ display.short }}\n",
            (3, 4),
            "  |    ^^^^^^^^^^^^^",
            "`display.short`",
        );
        fails(
            "Subject: x\n\n{% if missing %}x{% endif %}",
            (3, 7),
            "  |       ^^^^^^^",
            "`missing`",
        );
        let error = filled("Subject: x\n\n{{ dispaly }}").expect_err("a misspelt name");
        assert_eq!(
            error.excerpt(),
            " --> vote.txt:3:4\n  |\n3 | {{ dispaly }}\n  |    ^^^^^^^\n  = help: there are \
             display, left, said, version, when, words\n"
        );
    }

    #[test]
    fn mistakes_of_the_template_are_pointed_at() {
        fails("Subject: x\n\nok\n{% endfor %}\n", (4, 4), "  |    ^^^^^^", "endfor");
        fails("Subject: x\n\n{{ display | shout }}\n", (3, 14), "  |              ^^^^^", "shout");
        fails(
            "Subject: x\n\n{{ version | utc }}\n",
            (3, 14),
            "  |              ^^^",
            "not an instant",
        );
        fails("Subject: x\n\n\t{{ }}\n", (3, 5), "  | \t   ^^", "unexpected");
        fails(
            "Subject: {{ words }}\n\nx\n",
            (1, 9),
            "  |         ^^^^^^^^^^^^",
            "more than one line",
        );
        fails("From: me\n\nx\n", (1, 1), "  | ^^^^^^^^", "`From` is not a header");
        fails("Subject: a\nSubject: b\n\nx\n", (2, 1), "  | ^^^^^^^^^^", "twice");
        fails("Hello all\n", (1, 1), "  | ^^^^^^^^^", "expected a header");
        fails("To: a@b.c\n\nx\n", (1, 1), "  | ^", "no subject");
        let endless = "Subject: x\n\n{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        assert!(filled(endless).expect_err("endless").message.contains("fuel"));
    }

    #[test]
    fn what_was_to_be_replaced_is_pointed_at() {
        fails("Subject: x\n\nsee <the link>.\n", (3, 5), "  |     ^^^^^^^^^^", "`<the link>`");
        fails("Subject: TODO\n\nx\n", (1, 10), "  |          ^^^^", "`TODO`");
        fails("Subject: x\n\n{{ '{{' }} x\n", (3, 1), "  | ^^", "`{{`");
        let error = filled("Subject: x\n\na\n{{ left }}\n").expect_err("a value's placeholder");
        assert_eq!((&error.name[..], error.line), ("the letter made from vote.txt", 2));
        for fine in [
            "<plugin>\n  <version>1.0</version>\n</plugin>",
            "<https://example.org/> and <jane@example.org> and a < b > c",
            "a List<String> is no placeholder, nor XXXL, TODO-list",
            "> TODO <x>",
        ] {
            filled(&format!("Subject: x\n\n{fine}\n")).expect(fine);
        }
    }
}
