//! Ant's `<rat:report>`: what its file sets exclude.

use roxmltree::{Document, Node};

use super::List;
use super::pattern::Rule;
use super::pom;

/// Reads the build file.
pub(super) fn read(text: &str, list: &mut List) {
    let Some(document) = pom::parsed(text, list) else { return };
    let is_report = |node: &Node<'_, '_>| {
        let name = node.tag_name();
        name.name() == "report" && name.namespace().is_some_and(|space| space.contains("rat"))
    };
    for report in document.descendants().filter(is_report) {
        for set in report.descendants() {
            let excludes = set.attribute("excludes").unwrap_or_default();
            for pattern in excludes.split([',', ' ', '\n', '\t']).filter(|it| !it.is_empty()) {
                rule(&document, &set, pattern, list);
            }
            if set.tag_name().name() == "exclude"
                && let Some(pattern) = set.attribute("name")
            {
                rule(&document, &set, pattern, list);
            }
        }
    }
}

/// A pattern below the directory of its file set.
fn rule(document: &Document<'_>, node: &Node<'_, '_>, pattern: &str, list: &mut List) {
    let line = document.text_pos_at(node.range().start).row as usize;
    let directory = node.ancestors().find_map(|set| set.attribute("dir")).unwrap_or(".");
    let directory = directory.trim_end_matches('/');
    let whole = match directory {
        "." | "" | "${basedir}" => pattern.to_owned(),
        _ => format!("{directory}/{pattern}"),
    };
    list.rule(line, pattern, Rule::ant(line, &whole));
}
