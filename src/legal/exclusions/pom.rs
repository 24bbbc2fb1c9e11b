//! `pom.xml`: what the configuration of the apache-rat-plugin excludes.

use roxmltree::{Document, Node, ParsingOptions};

use super::List;
use super::pattern::Rule;

/// Nodes of a document that are read; the largest known pom has 30,000.
const MOST_NODES: u32 = 500_000;
/// Elements that may be open at once.
const DEEPEST: usize = 500;

/// The document, if a stranger's may be read.
pub(super) fn parsed<'a>(text: &'a str, list: &mut List) -> Option<Document<'a>> {
    if is_too_deep(text) {
        list.unclear(0, "", "it is nested too deeply to be read");
        return None;
    }
    let options =
        ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    match Document::parse_with_options(text, options) {
        Ok(document) => Some(document),
        Err(error) => {
            list.unclear(error.pos().row as usize, "", format!("it is no XML: {error}"));
            None
        }
    }
}

/// Reads the configuration.
pub(super) fn read(text: &str, list: &mut List) {
    let Some(document) = parsed(text, list) else { return };
    let plugins = document.descendants().filter(|node| is(node, "plugin") && is_rat(node));
    for plugin in plugins {
        for node in plugin.descendants() {
            let Some(text) = node.text().map(str::trim).filter(|text| !text.is_empty()) else {
                continue;
            };
            let line = || document.text_pos_at(node.range().start).row as usize;
            let parent = node.parent_element().map_or("", |parent| parent.tag_name().name());
            match (parent, node.tag_name().name()) {
                ("excludes" | "inputExcludes", "exclude" | "inputExclude") => {
                    let line = line();
                    list.rule(line, text, Rule::ant(line, text));
                }
                (_, "excludesFile" | "inputExcludesFile" | "inputExcludeFile") => {
                    elsewhere(line(), text, list)
                }
                _ => {}
            }
        }
    }
}

fn elsewhere(line: usize, text: &str, list: &mut List) {
    let bases =
        ["${project.basedir}/", "${basedir}/", "${maven.multiModuleProjectDirectory}/", "./"];
    let path = bases.iter().find_map(|base| text.strip_prefix(base)).unwrap_or(text);
    let inside =
        !path.starts_with('/') && !path.contains("${") && !path.split('/').any(|part| part == "..");
    if inside {
        list.elsewhere.push((line, path.to_owned()));
    } else {
        list.unclear(line, text, "the file lies elsewhere");
    }
}

fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

fn is_rat(plugin: &Node<'_, '_>) -> bool {
    let mut children = plugin.children();
    children.any(|node| {
        is(&node, "artifactId")
            && node.text().is_some_and(|text| text.trim() == "apache-rat-plugin")
    })
}

/// Whether more elements are open at once than any person nests; counted roughly, without a parser.
fn is_too_deep(text: &str) -> bool {
    let (mut open, bytes) = (0_usize, text.as_bytes());
    for at in memchr::memchr_iter(b'<', bytes) {
        match bytes.get(at + 1) {
            Some(b'/') => open = open.saturating_sub(1),
            Some(b'!' | b'?') | None => {}
            Some(_) => {
                let end = memchr::memchr(b'>', &bytes[at..]).map_or(at, |end| at + end);
                open += usize::from(bytes[end.saturating_sub(1)] != b'/');
            }
        }
        if open > DEEPEST {
            return true;
        }
    }
    false
}
