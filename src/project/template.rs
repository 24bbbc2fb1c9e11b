//! Naming templates: `v{version}-rc{rc}`.
//!
//! A piece in braces is a variable. With a separator before its name, as in `{-component}`, the
//! separator is only written when the variable has a value; without one, a missing value is an
//! error.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::release::{CandidateNumber, Version};

/// The variables a template can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variable {
    /// The project's short name.
    Project,
    /// The project's full name, for texts.
    Display,
    /// The component of a project that releases several, if any.
    Component,
    /// The version.
    Version,
    /// The version's first number.
    Major,
    /// The version's second number.
    Minor,
    /// The version's third number.
    Patch,
    /// The number of the release candidate.
    Rc,
    /// The word `incubating` for podlings, else nothing.
    Incubating,
}

impl Variable {
    const ALL: [Variable; 9] = [
        Variable::Project,
        Variable::Display,
        Variable::Component,
        Variable::Version,
        Variable::Major,
        Variable::Minor,
        Variable::Patch,
        Variable::Rc,
        Variable::Incubating,
    ];

    /// As written between the braces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Variable::Project => "project",
            Variable::Display => "display",
            Variable::Component => "component",
            Variable::Version => "version",
            Variable::Major => "major",
            Variable::Minor => "minor",
            Variable::Patch => "patch",
            Variable::Rc => "rc",
            Variable::Incubating => "incubating",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Variable { separator: Option<char>, variable: Variable },
}

/// A parsed template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template {
    text: String,
    pieces: Vec<Piece>,
}

/// A template that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A name that is no variable.
    #[error("`{{{name}}}` in the template `{template}` is not a variable; there are {}", known())]
    Unknown {
        /// What stands between the braces.
        name: String,
        /// The whole template.
        template: String,
    },
    /// A brace without its partner.
    #[error("a brace is not closed in the template `{0}`")]
    Unclosed(String),
}

/// A variable without a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the template `{template}` needs `{{{variable}}}`, which has no value here")]
pub struct MissingValue {
    /// The variable's name.
    pub variable: &'static str,
    /// The whole template.
    pub template: String,
}

fn known() -> String {
    Variable::ALL.map(|variable| format!("{{{}}}", variable.as_str())).join(" ")
}

/// The values that templates are filled with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The project's short name.
    pub project: String,
    /// Its full name.
    pub display: Option<String>,
    /// Its component, if it releases several.
    pub component: Option<String>,
    /// The version.
    pub version: Option<Version>,
    /// The candidate's number.
    pub rc: Option<CandidateNumber>,
    /// Whether it is a podling.
    pub incubating: bool,
}

impl Names {
    fn value(&self, variable: Variable) -> Option<String> {
        let number = |index: usize| {
            let version = self.version.as_ref()?.as_str();
            let core = version.split(['-', '+']).next().unwrap_or(version);
            core.split('.').nth(index).map(str::to_owned)
        };
        match variable {
            Variable::Project => Some(self.project.clone()),
            Variable::Display => self.display.clone(),
            Variable::Component => self.component.clone(),
            Variable::Version => self.version.as_ref().map(Version::to_string),
            Variable::Major => number(0),
            Variable::Minor => number(1),
            Variable::Patch => number(2),
            Variable::Rc => self.rc.map(|rc| rc.to_string()),
            Variable::Incubating => self.incubating.then(|| "incubating".to_owned()),
        }
    }
}

/// What a text told about a candidate when it was held against a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The version in the text.
    pub version: Option<Version>,
    /// The candidate number in the text.
    pub rc: Option<CandidateNumber>,
}

impl Template {
    /// The template as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the template names the variable.
    pub fn uses(&self, wanted: Variable) -> bool {
        self.pieces
            .iter()
            .any(|piece| matches!(piece, Piece::Variable { variable, .. } if *variable == wanted))
    }

    /// Fills the template.
    ///
    /// # Errors
    /// A variable without a value that is not optional.
    pub fn render(&self, names: &Names) -> Result<String, MissingValue> {
        let mut text = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Variable { separator, variable } => {
                    match (separator, names.value(*variable)) {
                        (separator, Some(value)) => {
                            text.extend(*separator);
                            text.push_str(&value);
                        }
                        (Some(_), None) => {}
                        (None, None) => {
                            return Err(MissingValue {
                                variable: variable.as_str(),
                                template: self.text.clone(),
                            });
                        }
                    }
                }
            }
        }
        Ok(text)
    }

    /// Reads version and candidate number out of a text that this template could have made; what
    /// `names` already says must agree. None if it could not have made it.
    pub fn read(&self, text: &str, names: &Names) -> Option<Read> {
        let start = Read { version: names.version.clone(), rc: names.rc };
        read_pieces(&self.pieces, text, names, start)
    }
}

fn read_pieces(pieces: &[Piece], text: &str, names: &Names, known: Read) -> Option<Read> {
    let Some((piece, rest)) = pieces.split_first() else {
        return text.is_empty().then_some(known);
    };
    match piece {
        Piece::Text(literal) => read_pieces(rest, text.strip_prefix(&literal[..])?, names, known),
        Piece::Variable { separator, variable } => {
            // Another component's text lacks this one's name.
            let may_lack = *variable != Variable::Component || names.component.is_none();
            let skipped = || {
                separator.filter(|_| may_lack)?;
                read_pieces(rest, text, names, known.clone())
            };
            let after = match separator {
                Some(separator) => match text.strip_prefix(*separator) {
                    Some(after) => after,
                    None => return skipped(),
                },
                None => text,
            };
            // The longest value first: a version may hold what looks like the next literal.
            let ends = after.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
            let found = ends.filter_map(|end| {
                let (value, later) = after.split_at(end);
                let known = take(*variable, value, names, &known)?;
                read_pieces(rest, later, names, known)
            });
            found.into_iter().next().or_else(skipped)
        }
    }
}

fn take(variable: Variable, value: &str, names: &Names, known: &Read) -> Option<Read> {
    let mut known = known.clone();
    match variable {
        Variable::Version => {
            let version: Version = value.parse().ok()?;
            if known.version.get_or_insert_with(|| version.clone()) != &version {
                return None;
            }
        }
        Variable::Rc => {
            let rc: CandidateNumber = value.parse().ok()?;
            if *known.rc.get_or_insert(rc) != rc {
                return None;
            }
        }
        other => {
            if names.value(other)? != value {
                return None;
            }
        }
    }
    Some(known)
}

impl FromStr for Template {
    type Err = TemplateError;
    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let unclosed = || TemplateError::Unclosed(text.to_owned());
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(brace) = rest.find(['{', '}']) {
            let (literal, tail) = rest.split_at(brace);
            if !literal.is_empty() {
                pieces.push(Piece::Text(literal.to_owned()));
            }
            let inside = tail.strip_prefix('{').ok_or_else(unclosed)?;
            let (name, later) = inside.split_once('}').ok_or_else(unclosed)?;
            let separator =
                name.chars().next().filter(|c| matches!(c, '-' | '_' | '.' | '/' | ' '));
            let word = separator.map_or(name, |separator| &name[separator.len_utf8()..]);
            let variable = Variable::ALL.into_iter().find(|variable| variable.as_str() == word);
            let variable = variable.ok_or_else(|| TemplateError::Unknown {
                name: name.to_owned(),
                template: text.to_owned(),
            })?;
            pieces.push(Piece::Variable { separator, variable });
            rest = later;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { text: text.to_owned(), pieces })
    }
}

impl TryFrom<String> for Template {
    type Error = TemplateError;
    fn try_from(text: String) -> Result<Self, TemplateError> {
        text.parse()
    }
}

impl From<Template> for String {
    fn from(template: Template) -> String {
        template.text
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(version: &str, rc: Option<u32>) -> Names {
        Names {
            project: "fortress".to_owned(),
            version: version.parse().ok(),
            rc: rc.map(CandidateNumber),
            ..Names::default()
        }
    }

    #[test]
    fn templates_of_real_projects_render() {
        let podling = Names {
            incubating: true,
            component: Some("core".to_owned()),
            ..names("2.10", Some(3))
        };
        for (template, expected) in [
            ("v{version}-rc{rc}", "v2.10-rc3"),
            ("{version}RC{rc}", "2.10RC3"),
            ("rel/v{major}.{minor}", "rel/v2.10"),
            (
                "apache-{project}{-component}-{version}{-incubating}-src",
                "apache-fortress-core-2.10-incubating-src",
            ),
        ] {
            let template: Template = template.parse().expect("a template");
            assert_eq!(template.render(&podling).as_deref(), Ok(expected));
        }
        let plain: Template =
            "apache-{project}{-component}-{version}{-incubating}-src".parse().expect("a template");
        assert_eq!(plain.render(&names("1.0", None)).as_deref(), Ok("apache-fortress-1.0-src"));
        let tag: Template = "v{version}-rc{rc}".parse().expect("a template");
        assert_eq!(tag.render(&names("1.0", None)).map_err(|e| e.variable), Err("rc"));
    }

    #[test]
    fn tags_are_read_back() {
        let nothing = Names { project: "fortress".to_owned(), ..Names::default() };
        let read = |template: &str, text: &str, names: &Names| {
            let template: Template = template.parse().expect("a template");
            template
                .read(text, names)
                .map(|read| (read.version.map(String::from), read.rc.map(|rc| rc.0)))
        };
        let version = |v: &str| Some(v.to_owned());
        assert_eq!(
            read("v{version}-rc{rc}", "v1.2.0-rc1", &nothing),
            Some((version("1.2.0"), Some(1)))
        );
        assert_eq!(
            read("{version}rc{rc}", "1.2.0rc12", &nothing),
            Some((version("1.2.0"), Some(12)))
        );
        assert_eq!(
            read("v{version}-rc{rc}", "v1.0.0-M1-rc2", &nothing),
            Some((version("1.0.0-M1"), Some(2)))
        );
        assert_eq!(read("v{version}-rc{rc}", "v1.2.0", &nothing), None);
        assert_eq!(read("v{version}-rc{rc}", "v1.2.0-rc1", &names("1.3.0", None)), None);
        assert_eq!(
            read("rel/{project}-{version}", "rel/fortress-3.1", &nothing),
            Some((version("3.1"), None))
        );
    }

    #[test]
    fn mistakes_are_named() {
        assert!(
            matches!("v{verison}".parse::<Template>(), Err(TemplateError::Unknown { name, .. }) if name == "verison")
        );
        for bad in ["v{version", "v}version", "{{version}}"] {
            assert!(bad.parse::<Template>().is_err(), "{bad}");
        }
    }
}
