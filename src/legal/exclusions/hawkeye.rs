//! `licenserc.toml` of hawkeye: `excludes`, which read like `.gitignore`.

use toml::{Table, Value};

use super::List;
use super::pattern::Rule;

/// Reads the settings.
pub(super) fn read(text: &str, list: &mut List) {
    let table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => return list.unclear(0, "", format!("it is no TOML: {}", error.message())),
    };
    let Some(Value::Array(patterns)) = table.get("excludes") else { return };
    for pattern in patterns {
        let Some(pattern) = pattern.as_str() else {
            list.unclear(0, "excludes", "it is no text");
            continue;
        };
        // The parser tells no lines.
        let quoted = |line: &str| {
            line.contains(&format!("\"{pattern}\"")) || line.contains(&format!("'{pattern}'"))
        };
        let line = text.lines().position(quoted).map_or(0, |index| index + 1);
        list.rule(line, pattern, Rule::gitignore(line, pattern));
    }
}
