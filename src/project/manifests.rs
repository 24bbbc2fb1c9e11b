//! The version that a manifest states: Cargo.toml, pom.xml, package.json, pyproject.toml, Gradle,
//! CMake, and any file by the text before it.

use serde_json::Value;

/// The usual manifests, looked for in the root.
pub const USUAL: [&str; 8] = [
    "Cargo.toml",
    "pom.xml",
    "package.json",
    "pyproject.toml",
    "build.gradle",
    "build.gradle.kts",
    "gradle.properties",
    "CMakeLists.txt",
];

/// Finds the version that a usual manifest states; none if it states none, or one that is made at
/// build time.
///
/// # Errors
/// What is wrong with the file.
pub fn version(path: &str, text: &str) -> Result<Option<String>, String> {
    match path.rsplit('/').next().unwrap_or(path) {
        "Cargo.toml" => {
            toml_value(text, &[&["package", "version"], &["workspace", "package", "version"]])
        }
        "pyproject.toml" => {
            toml_value(text, &[&["project", "version"], &["tool", "poetry", "version"]])
        }
        "package.json" => {
            let json: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
            Ok(json.get("version").and_then(Value::as_str).map(str::to_owned))
        }
        "pom.xml" => maven(text),
        "build.gradle" | "build.gradle.kts" | "gradle.properties" => Ok(gradle(text)),
        "CMakeLists.txt" => Ok(cmake(text)),
        _ => Ok(None),
    }
}

/// Finds the version behind the text that a settings file names.
pub fn version_after(text: &str, after: &str) -> Option<String> {
    let (_, rest) = text.split_once(after)?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || ".-_+~".contains(c)));
    let version = &rest[..end.unwrap_or(rest.len())];
    (!version.is_empty()).then(|| version.to_owned())
}

fn toml_value(text: &str, paths: &[&[&str]]) -> Result<Option<String>, String> {
    let table: toml::Table =
        text.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let table = toml::Value::Table(table);
    let find = |path: &&[&str]| {
        path.iter().try_fold(&table, |value, key| value.get(key)).and_then(toml::Value::as_str)
    };
    Ok(paths.iter().find_map(find).map(str::to_owned))
}

/// `project/version`, else that of the parent; `${…}` is looked up among the properties.
fn maven(text: &str) -> Result<Option<String>, String> {
    let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
    let project = document.root_element();
    let child = |node: roxmltree::Node<'_, '_>, name: &str| {
        let found = node.children().find(|child| child.tag_name().name() == name);
        found.map(|found| found.id())
    };
    let text_of = |id| document.get_node(id).and_then(|node| node.text()).map(str::trim);
    let own = child(project, "version");
    let parent =
        || child(project, "parent").and_then(|id| child(document.get_node(id)?, "version"));
    let Some(stated) = own.or_else(parent).and_then(text_of) else {
        return Ok(None);
    };
    let property = |name: &str| {
        let properties = document.get_node(child(project, "properties")?)?;
        child(properties, name).and_then(text_of)
    };
    let mut version = stated.to_owned();
    while let Some(start) = version.find("${") {
        let Some(length) = version[start..].find('}') else {
            return Ok(None);
        };
        let name = &version[start + 2..start + length];
        let Some(value) = property(name).filter(|value| !value.contains("${")) else {
            return Ok(None);
        };
        version = format!("{}{value}{}", &version[..start], &version[start + length + 1..]);
    }
    Ok(Some(version))
}

/// `version = '1.2'`, `version '1.2'`, `version=1.2`, at the start of a line.
fn gradle(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.trim().strip_prefix("version")?;
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '.' || c == '_') {
            return None;
        }
        let value = rest.trim().trim_start_matches('=').trim();
        let value = value.trim_matches(['"', '\'']);
        let plain = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
        (value.starts_with(|c: char| c.is_ascii_digit()) && value.chars().all(plain))
            .then(|| value.to_owned())
    })
}

/// `project(name VERSION 1.2.3 …)`.
fn cmake(text: &str) -> Option<String> {
    let code: String = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or(line))
        .collect::<Vec<_>>()
        .join(" ");
    let lower = code.to_ascii_lowercase();
    let start = lower.find("project(").or_else(|| lower.find("project ("))?;
    let arguments = code[start..].split_once('(')?.1.split_once(')')?.0;
    let mut words = arguments.split_whitespace();
    words.find(|word| word.eq_ignore_ascii_case("VERSION"))?;
    let version = words.next()?;
    version.starts_with(|c: char| c.is_ascii_digit()).then(|| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_state_their_version() {
        let pom = "<project xmlns='http://maven.apache.org/POM/4.0.0'><parent><version>9</version></parent>\
                   <version>${revision}</version><properties><revision>1.2.0</revision></properties>\
                   <dependencies><dependency><version>7</version></dependency></dependencies></project>";
        let cases = [
            ("Cargo.toml", "[package]\nname='a'\nversion='1.2.0'\n", Some("1.2.0")),
            ("Cargo.toml", "[workspace.package]\nversion='1.2.0'\n", Some("1.2.0")),
            ("Cargo.toml", "[package]\nversion.workspace=true\n", None),
            ("pom.xml", pom, Some("1.2.0")),
            ("pom.xml", "<project><parent><version>3</version></parent></project>", Some("3")),
            ("pom.xml", "<project><version>${changelist}</version></project>", None),
            ("package.json", r#"{"name":"a","version":"1.2.0"}"#, Some("1.2.0")),
            ("pyproject.toml", "[project]\ndynamic=['version']\n", None),
            ("pyproject.toml", "[tool.poetry]\nversion='1.2.0'\n", Some("1.2.0")),
            ("build.gradle", "plugins {}\nversion = '1.2.0'\n", Some("1.2.0")),
            ("build.gradle.kts", "version = \"1.2.0-SNAPSHOT\"\n", Some("1.2.0-SNAPSHOT")),
            ("build.gradle", "versions.a = '3'\nversion project.findProperty('v')\n", None),
            ("gradle.properties", "group=org\nversion=1.2.0\n", Some("1.2.0")),
            (
                "CMakeLists.txt",
                "# project(x VERSION 9)\nproject(x\n  VERSION 1.2.0\n  LANGUAGES C)",
                Some("1.2.0"),
            ),
        ];
        for (path, text, expected) in cases {
            assert_eq!(version(path, text), Ok(expected.map(str::to_owned)), "{path}: {text}");
        }
        for (path, text) in
            [("Cargo.toml", "[package"), ("pom.xml", "<project>"), ("package.json", "{")]
        {
            assert!(version(path, text).is_err(), "{path}: {text}");
        }
    }

    #[test]
    fn other_files_by_what_stands_before() {
        let text = "#define VERSION \"1.2.0\" /* the version */";
        assert_eq!(version_after(text, "VERSION \"").as_deref(), Some("1.2.0"));
        assert_eq!(version_after(text, "RELEASE "), None);
    }
}
