//! `.licenserc.yaml` of skywalking-eyes: `paths-ignore` of its header, or of each of its headers; and `paths`, outside of
//! which nothing is looked at.

use saphyr::{LoadableYamlNode, MarkedYaml, YamlData};

use super::List;
use super::pattern::Rule;

/// The largest file that is read.
pub(super) const LARGEST: usize = 256 << 10;
/// Nested collections that a line may open: the parser's result is a tree, which is taken down by recursion.
const DEEPEST_LINE: usize = 16;

/// Reads the settings.
pub(super) fn read(text: &str, list: &mut List) {
    if let Some((line, why)) = refused(text) {
        return list.unclear(line, "", why);
    }
    let documents = match MarkedYaml::load_from_str(text) {
        Ok(documents) => documents,
        Err(error) => {
            return list.unclear(error.marker().line(), "", format!("it is no YAML: {error}"));
        }
    };
    for document in &documents {
        match &document.data.as_mapping_get("header").map(|header| &header.data) {
            // What one header leaves out another may look at.
            Some(YamlData::Sequence(headers)) => {
                headers.iter().for_each(|header| patterns(header, "paths-ignore", "", list))
            }
            Some(_) => {
                if let Some(header) = document.data.as_mapping_get("header") {
                    patterns(header, "paths", "!", list);
                    patterns(header, "paths-ignore", "", list);
                }
            }
            None => {}
        }
    }
}

/// The patterns of a key; `before` makes of each one that takes files out of the list again, so that all others are in it.
fn patterns(header: &MarkedYaml<'_>, key: &str, before: &str, list: &mut List) {
    let Some(paths) = header.data.as_mapping_get(key) else { return };
    let YamlData::Sequence(paths) = &paths.data else { return };
    if !before.is_empty()
        && let Some(first) = paths.first()
    {
        let line = first.span.start.line();
        list.rule(line, key, Rule::gitignore(line, "**"));
    }
    for path in paths {
        let line = path.span.start.line();
        match path.data.as_str() {
            Some(pattern) => {
                let rule = Rule::gitignore(line, &format!("{before}{}", pattern.trim()));
                list.rule(line, pattern, rule);
            }
            None => list.unclear(line, "", "it is no text"),
        }
    }
}

/// What a stranger could blow up memory or stack with, and nobody writes here: anchors, and deep nesting.
fn refused(text: &str) -> Option<(usize, &'static str)> {
    text.lines().enumerate().find_map(|(index, line)| {
        let opens = |word: &str| matches!(word, "-" | "?" | ":");
        let nested = line.split_whitespace().take_while(|word| opens(word)).count();
        let brackets = line.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
        let is_comment = line.trim_start().starts_with('#');
        let anchor = line.split([' ', '\t', '[', '{', ',']).any(|word| {
            word.strip_prefix('&')
                .is_some_and(|name| name.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        });
        match () {
            () if is_comment => None,
            () if nested > DEEPEST_LINE || brackets > 200 => {
                Some((index + 1, "it is nested too deeply to be read"))
            }
            () if anchor => Some((index + 1, "anchors are not read")),
            () => None,
        }
    })
}
