//! Gradle's `rat { … }` and `tasks.rat { … }`, in Groovy or Kotlin: the patterns of `exclude` and `excludes`.
//!
//! A build file is a program, which is not run: what is no plain string there is unclear.

use super::List;
use super::pattern::Rule;

/// Bytes between `rat` and the brace that opens its block: `tasks.named<RatTask>("rat").configure {`.
const BEFORE_BLOCK: usize = 120;

/// Reads the build file.
pub(super) fn read(text: &str, list: &mut List) {
    let mut from = 0;
    while let Some(at) = text[from..].find("rat").map(|at| from + at) {
        from = at + 3;
        let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if is_word(text[..at].chars().next_back()) || is_word(text[from..].chars().next()) {
            continue;
        }
        let Some(open) = text[from..].find('{').filter(|open| *open <= BEFORE_BLOCK) else {
            continue;
        };
        if text[from..from + open].contains(['\n', ';', '}']) {
            continue;
        }
        from += open + 1;
        from += block(text, from, list);
    }
}

/// Reads a block from behind its opening brace on; returns its length.
fn block(text: &str, start: usize, list: &mut List) -> usize {
    let (mut depth, mut brackets) = (1_usize, 0_usize);
    // Whether a statement goes on that excludes.
    let mut excludes = false;
    let mut last = ' ';
    let mut at = start;
    let line_of = |at: usize| text[..at].matches('\n').count() + 1;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        }
        if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            continue;
        }
        match c {
            '"' | '\'' => {
                let Some(end) = rest[1..].find(c) else { break };
                if excludes {
                    let pattern = &rest[1..=end];
                    let line = line_of(at);
                    list.rule(line, pattern, Rule::ant(line, pattern));
                }
                (at, last) = (at + end + 2, c);
                continue;
            }
            '{' => depth += 1,
            '}' => {
                depth -= 1;
                if depth == 0 {
                    return at - start;
                }
            }
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets = brackets.saturating_sub(1),
            '\n' | ';' if brackets == 0 && last != ',' && last != '=' => excludes = false,
            'e' if rest.starts_with("exclude") && !last.is_alphanumeric() => {
                excludes = true;
                at += "exclude".len();
                last = 'e';
                continue;
            }
            _ => {}
        }
        if !c.is_whitespace() {
            last = c;
        }
        at += c.len_utf8();
    }
    text.len() - start
}
