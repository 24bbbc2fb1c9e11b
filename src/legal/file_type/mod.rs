//! What a file is by its name, how comments are written in it, and whether it can hold one at all.
//!
//! A table of extensions and of well-known names. Extensions that only wrap another (`config.h.in`, `nginx.conf.j2`)
//! are taken off; a name that is not in the table is [`Known::Unknown`], which is not the same as "no comments".

mod table;

use table::{EXTENSIONS, NAMES};

/// How comments are written in a type of file.
#[derive(Debug, PartialEq, Eq)]
pub struct FileType {
    /// What it is called.
    pub name: &'static str,
    /// Openers of comments that end with the line.
    pub line: &'static [&'static str],
    /// Openers and closers of comments that may span lines.
    pub block: &'static [(&'static str, &'static str)],
    /// Whether there is room for a header.
    pub room: Room,
}

/// Whether a type of file has room for a licence header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Room {
    /// In a comment.
    Comment,
    /// Prose without comments: a header can stand in it as text.
    Prose,
    /// None: a comment would break it (JSON, CSV).
    None,
}

/// What the table says of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// A type with room for a header.
    Holds(&'static FileType),
    /// A type without.
    CannotHold(&'static FileType),
    /// Not in the table; if it is text, nothing is known of its comments.
    Unknown,
}

impl Known {
    /// The type, if it is known.
    pub const fn file_type(self) -> Option<&'static FileType> {
        match self {
            Known::Holds(file_type) | Known::CannotHold(file_type) => Some(file_type),
            Known::Unknown => None,
        }
    }
}

/// Endings that only wrap the type before them.
const WRAPPERS: &[&str] = &[
    "in", "j2", "tmpl", "template", "tpl", "dist", "sample", "example", "orig", "default",
    "mustache", "hbs", "erb", "ftl", "vm", "mako", "ejs", "jinja", "jinja2", "stg", "tt", "liquid",
    "gotmpl",
];

/// The longest extension of the table.
const LONGEST: usize = 16;

/// Looks up the type of a file by its path. Upper and lower case are the same.
pub fn of(path: &str) -> Known {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = by_name(name).or_else(|| by_extension(name));
    match known {
        Some(file_type) if file_type.room == Room::None => Known::CannotHold(file_type),
        Some(file_type) => Known::Holds(file_type),
        None => Known::Unknown,
    }
}

/// Looks up the type of a script by the interpreter that its first line names: `#!/usr/bin/env python3`.
pub fn of_script(start: &[u8]) -> Known {
    let Some(line) = start.strip_prefix(b"#!").and_then(|rest| rest.split(|&b| b == b'\n').next())
    else {
        return Known::Unknown;
    };
    let line = String::from_utf8_lossy(&line[..line.len().min(200)]).to_lowercase();
    let called = |name: &&(&str, &str)| {
        line.split(['/', ' ', '\t']).any(|word| word.trim().starts_with(name.0))
    };
    let interpreters = [
        ("python", "x.py"),
        ("perl", "x.pl"),
        ("ruby", "x.rb"),
        ("node", "x.js"),
        ("groovy", "x.groovy"),
    ];
    of(interpreters.iter().find(called).map_or("x.sh", |known| known.1))
}

fn by_name(name: &str) -> Option<&'static FileType> {
    look_up(NAMES, name).or_else(|| {
        // `Dockerfile.alpine`, `Jenkinsfile-nightly`, `Makefile.win`.
        let stem = name.split(['.', '-']).next().filter(|stem| stem.len() < name.len())?;
        let open_ended = [
            "dockerfile",
            "containerfile",
            "jenkinsfile",
            "makefile",
            "gnumakefile",
            "vagrantfile",
        ];
        let known = open_ended.iter().any(|known| known.eq_ignore_ascii_case(stem));
        // But `Makefile.py` is Python, and `Makefile.in` goes the way of all wrappers.
        let own = name
            .rsplit('.')
            .next()
            .filter(|extension| *extension != name)
            .and_then(|e| look_up(EXTENSIONS, e));
        if known && own.is_none() { look_up(NAMES, stem) } else { None }
    })
}

fn by_extension(name: &str) -> Option<&'static FileType> {
    let (stem, extension) = name.rsplit_once('.')?;
    if WRAPPERS.iter().any(|wrapper| wrapper.eq_ignore_ascii_case(extension)) {
        // Once more only: `x.in.in` is nobody's.
        let inner = look_up(NAMES, stem)
            .or_else(|| stem.rsplit_once('.').and_then(|(_, inner)| look_up(EXTENSIONS, inner)));
        if inner.is_some() {
            return inner;
        }
    }
    look_up(EXTENSIONS, extension)
}

fn look_up(table: &[(&str, &'static FileType)], name: &str) -> Option<&'static FileType> {
    let mut lower = [0; LONGEST + 16];
    let lower = lower.get_mut(..name.len())?;
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let found = table.binary_search_by(|(known, _)| known.as_bytes().cmp(lower)).ok()?;
    Some(table[found].1)
}

#[cfg(test)]
mod tests {
    use super::table::TYPES;
    use super::*;

    #[test]
    fn tables_are_sorted_and_short_enough() {
        for table in [EXTENSIONS, NAMES] {
            for two in table.windows(2) {
                assert!(two[0].0 < two[1].0, "{} {}", two[0].0, two[1].0);
            }
            for (name, _) in table {
                assert!(name.len() <= LONGEST + 16);
                assert_eq!(*name, name.to_lowercase());
            }
        }
        assert!(EXTENSIONS.len() > 200, "{}", EXTENSIONS.len());
    }

    #[test]
    fn every_type_is_used_and_has_markers_where_it_has_room() {
        for file_type in TYPES {
            let used = EXTENSIONS.iter().chain(NAMES).any(|(_, of)| std::ptr::eq(*of, *file_type));
            assert!(used, "{}", file_type.name);
            let markers = file_type.line.len() + file_type.block.len();
            assert_eq!(
                file_type.room == Room::Comment,
                markers > 0 && file_type.room != Room::Prose,
                "{}",
                file_type.name
            );
        }
    }

    #[test]
    fn names_find_their_types() {
        for (path, name) in [
            ("a/b/Main.java", "C-like"),
            ("MAIN.C", "C-like"),
            ("a.b/Makefile", "makefile"),
            ("src/Makefile.am", "makefile"),
            ("Makefile.in", "makefile"),
            ("Makefile.win", "makefile"),
            ("Makefile.py", "Python"),
            ("Dockerfile.alpine", "text with # comments"),
            ("Jenkinsfile-owasp", "C-like"),
            ("configure.in", "M4"),
            ("include/apr.h.in", "C-like"),
            ("conf/nginx.conf.j2", "text with # comments"),
            ("templates/list.j2", "Jinja"),
            ("pom.xml", "XML"),
            ("CMakeLists.txt", "CMake"),
            ("README.txt", "plain text"),
            ("README", "plain text"),
            (".gitignore", "text with # comments"),
            ("x/.editorconfig", "settings"),
            ("run.cmd", "batch file"),
            ("query.HQL", "SQL"),
            ("x.g4", "grammar"),
            ("a.rst", "reStructuredText"),
            ("app.vue", "web component"),
        ] {
            match of(path) {
                Known::Holds(file_type) => assert_eq!(file_type.name, name, "{path}"),
                other => panic!("{path}: {other:?}"),
            }
        }
        for path in [
            "a.json",
            "x/schema.avsc",
            "n.ipynb",
            "t.csv",
            "Cargo.lock",
            "package-lock.json",
            "META-INF/MANIFEST.MF",
        ] {
            assert!(matches!(of(path), Known::CannotHold(_)), "{path}");
        }
        for path in [
            "",
            "/",
            "a",
            "a.",
            "a.unheard",
            "configure",
            &"x".repeat(5000),
            "a.é",
            ".",
            "dir.java/x",
        ] {
            assert_eq!(of(path), Known::Unknown, "{path}");
        }
    }
}
