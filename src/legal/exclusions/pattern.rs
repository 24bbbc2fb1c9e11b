//! Patterns of the three dialects as globs of one: gitignore's, Ant's, and the expressions of names of old RAT.

use globset::{Glob, GlobBuilder};

/// One pattern of a list.
#[derive(Debug)]
pub(super) struct Rule {
    /// From 1.
    pub(super) line: usize,
    /// As written.
    pub(super) text: String,
    /// Whether it takes files out of the list again.
    pub(super) negated: bool,
    /// The file is meant if any of them matches.
    pub(super) globs: Vec<(Glob, Reach)>,
}

/// What a glob is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// The path of the file.
    File,
    /// The directories that the file lies in.
    Directories,
    /// Both.
    All,
}

/// The longest pattern that is read.
const LONGEST: usize = 500;

impl Rule {
    fn new(line: usize, text: &str, negated: bool, globs: Vec<(Glob, Reach)>) -> Self {
        Self { line, text: text.to_owned(), negated, globs }
    }

    /// As in `.gitignore`: without a slash in any directory, a directory with all below it.
    pub(super) fn gitignore(line: usize, text: &str) -> Result<Self, String> {
        let (negated, pattern) = checked(text)?;
        Ok(Self::new(line, text, negated, like_gitignore(pattern)?))
    }

    /// As in Ant: from the base directory, a final slash is all below.
    pub(super) fn ant(line: usize, text: &str) -> Result<Self, String> {
        let (_, whole) = checked(text)?;
        let pattern =
            whole.strip_prefix("%ant[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(whole);
        if let Some(expression) = bracketed_expression(pattern) {
            return Ok(Self::new(line, text, false, like_expression(expression)?));
        }
        let bases = [
            "${project.basedir}/",
            "${basedir}/",
            "${maven.multiModuleProjectDirectory}/",
            "./",
            "/",
        ];
        let pattern = bases.iter().find_map(|base| pattern.strip_prefix(base)).unwrap_or(pattern);
        if pattern.contains("${") {
            return Err("the value of the property is not known".into());
        }
        let mut pattern = escaped(&pattern.replace('\\', "/"));
        if pattern.ends_with('/') {
            pattern.push_str("**");
        }
        Ok(Self::new(line, text, false, vec![(glob(&pattern, false)?, Reach::File)]))
    }

    /// As Python's `fnmatch` has it, which Arrow and DataFusion hold against whole paths: `*` crosses slashes.
    pub(super) fn fnmatch(line: usize, text: &str) -> Result<Self, String> {
        checked(text)?;
        let mut pattern = String::with_capacity(text.len());
        for c in text.chars() {
            if matches!(c, '{' | '}' | '\\') {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        Ok(Self::new(line, text, false, vec![(glob(&pattern, true)?, Reach::File)]))
    }

    /// As in RAT's list of names: both as in `.gitignore` and, if it looks like one, as an expression.
    pub(super) fn rat(line: usize, text: &str) -> Result<Self, String> {
        let (negated, pattern) = checked(text)?;
        if let Some(expression) = bracketed_expression(pattern) {
            return Ok(Self::new(line, text, negated, like_expression(expression)?));
        }
        let pattern = pattern
            .strip_prefix("%ant[")
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(pattern);
        // Alone it would be every file, if it were an expression; and none has two stars, as `**/.*` and `.*/**` have.
        if !looks_like_expression(pattern) || pattern == ".*" || pattern.contains("**") {
            return Ok(Self::new(line, text, negated, like_gitignore(pattern)?));
        }
        let mut globs = like_expression(pattern)?;
        if !pattern.contains(['\\', '(', ')', '|', '^', '$', '+']) {
            globs.extend(like_gitignore(pattern)?);
        }
        Ok(Self::new(line, text, negated, globs))
    }
}

/// A pattern of our own tables.
pub(super) fn fixed(pattern: &str) -> Glob {
    glob(pattern, false).expect("a test builds the tables")
}

fn checked(text: &str) -> Result<(bool, &str), String> {
    if text.len() > LONGEST {
        return Err(format!("a pattern of {} bytes is not read", text.len()));
    }
    match text.strip_prefix('!') {
        Some(pattern) => Ok((true, pattern.trim_start())),
        None => Ok((false, text)),
    }
}

fn glob(pattern: &str, crosses: bool) -> Result<Glob, String> {
    let mut builder = GlobBuilder::new(pattern);
    builder.literal_separator(!crosses).backslash_escape(true);
    builder.build().map_err(|error| format!("it is no pattern: {}", error.kind()))
}

fn like_gitignore(pattern: &str) -> Result<Vec<(Glob, Reach)>, String> {
    let directory = pattern.ends_with('/');
    let core = pattern.trim_end_matches('/');
    let anchored = core.contains('/');
    let core = core.strip_prefix("./").unwrap_or(core).trim_start_matches('/');
    if core.is_empty() {
        return Err("it names nothing".into());
    }
    let start = if anchored { "" } else { "**/" };
    let reach = if directory { Reach::Directories } else { Reach::All };
    Ok(vec![(glob(&format!("{start}{core}"), false)?, reach)])
}

fn bracketed_expression(pattern: &str) -> Option<&str> {
    pattern.strip_prefix("%regex[")?.strip_suffix(']')
}

fn looks_like_expression(pattern: &str) -> bool {
    let has = |what: &str| pattern.contains(what);
    has(".*")
        || has("\\")
        || has(".+")
        || has("|")
        || has("(")
        || has("]+")
        || has("]*")
        || pattern.starts_with('^')
        || pattern.ends_with('$')
}

/// An expression as a glob, if it is simple enough: it speaks of the whole name, or of the path if it has a slash.
fn like_expression(expression: &str) -> Result<Vec<(Glob, Reach)>, String> {
    let pattern = translated(expression).ok_or("it is an expression that is not understood")?;
    let core = pattern.trim_start_matches('/');
    if core.is_empty() || core.chars().all(|c| matches!(c, '*' | '?' | '/')) {
        return Err("it would exclude every file".into());
    }
    if core.contains('/') {
        let anywhere = glob(&format!("**/{core}"), true)?;
        return Ok(vec![(glob(core, true)?, Reach::File), (anywhere, Reach::File)]);
    }
    Ok(vec![(glob(&format!("**/{core}"), false)?, Reach::All)])
}

fn translated(expression: &str) -> Option<String> {
    let expression = expression.strip_prefix('^').unwrap_or(expression);
    let expression = match expression.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => rest,
        _ => expression,
    };
    let mut glob = String::new();
    let mut chars = expression.chars().peekable();
    let mut in_group = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let c = chars.next().filter(|c| !c.is_ascii_alphanumeric())?;
                glob.push_str(&escaped(&c.to_string()));
            }
            '.' if chars.peek() == Some(&'*') => {
                chars.next();
                glob.push('*');
            }
            '.' if chars.peek() == Some(&'+') => {
                chars.next();
                glob.push_str("?*");
            }
            '(' if !in_group => {
                in_group = true;
                if chars.peek() == Some(&'?') {
                    return None;
                }
                glob.push('{');
            }
            ')' if in_group => {
                in_group = false;
                glob.push('}');
            }
            '|' if in_group => glob.push(','),
            '*' | '+' | '?' | '{' | '}' | '[' | ']' | '(' | ')' | '|' | '^' | '$' | ',' => {
                return None;
            }
            c => glob.push(c),
        }
        let quantified = matches!(chars.peek(), Some('*' | '+' | '?' | '{'));
        if quantified {
            return None;
        }
    }
    (!in_group).then_some(glob)
}

/// What means nothing in Ant but something in a glob.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '{' | '}' | '[' | ']' | '!' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
