//! `.rat-excludes` and `rat_exclude_files.txt`: a pattern a line; `#`, `//` and `/*` open comments.

use super::List;
use super::pattern::Rule;

/// Reads the list, each pattern as `rule` does.
pub(super) fn read(text: &str, list: &mut List, rule: fn(usize, &str) -> Result<Rule, String>) {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let is_comment = ["#", "//", "/*"].iter().any(|start| line.starts_with(start));
        if !line.is_empty() && !is_comment {
            list.rule(index + 1, line, rule(index + 1, line));
        }
    }
}
