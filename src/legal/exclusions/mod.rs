//! Files that need no licence header, and why: what the project's own lists say, and what is always exempt (P-11).
//!
//! Read are `.rat-excludes`, Arrow's `rat_exclude_files.txt`, skywalking-eyes' `.licenserc.yaml`, hawkeye's
//! `licenserc.toml`, and what `pom.xml`, Gradle and Ant tell RAT, in their own dialects. A stranger wrote them: sizes and counts are bounded, and a line that cannot be understood is kept as
//! [`Unclear`] instead of being guessed at. All paths are relative to the archive's top directory.

mod ant;
mod defaults;
mod gradle;
mod hawkeye;
mod licenserc;
mod pattern;
mod pom;
mod rat;

use std::collections::BTreeSet;

use globset::{Candidate, GlobSet, GlobSetBuilder};

use super::file_type::{self, Known};
use super::generated;
use pattern::{Reach, Rule};

/// What kind of list a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `.rat-excludes` and its like: a pattern a line.
    Rat,
    /// Arrow's `rat_exclude_files.txt`: a pattern of whole paths a line.
    Paths,
    /// `.licenserc.yaml`.
    Licenserc,
    /// hawkeye's `licenserc.toml`.
    Hawkeye,
    /// `pom.xml`.
    Pom,
    /// Gradle's build file.
    Gradle,
    /// Ant's build file.
    Ant,
}

impl Format {
    /// Tells by the name whether a file of an archive is such a list.
    pub fn of(path: &str) -> Option<Self> {
        match path.rsplit('/').next().unwrap_or(path) {
            ".rat-excludes" | "rat-excludes" | ".ratexclude" | ".rat-exclude"
            | "rat-excludes.txt" | ".rat-excludes.txt" | ".ratignore" => Some(Format::Rat),
            "rat_exclude_files.txt" => Some(Format::Paths),
            "licenserc.toml" | ".licenserc.toml" => Some(Format::Hawkeye),
            ".licenserc.yaml" | ".licenserc.yml" | "licenserc.yaml" | "licenserc.yml" => {
                Some(Format::Licenserc)
            }
            "pom.xml" => Some(Format::Pom),
            "build.xml" => Some(Format::Ant),
            name if name.ends_with(".gradle") || name.ends_with(".gradle.kts") => {
                Some(Format::Gradle)
            }
            _ => None,
        }
    }
}

/// Why a file needs no header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason<'a> {
    /// A list of the project's own says so.
    Listed {
        /// The list.
        file: &'a str,
        /// From 1.
        line: usize,
        /// As written.
        pattern: &'a str,
    },
    /// Files like it are always exempt.
    Exempt {
        /// In a few words.
        why: &'static str,
    },
}

/// A line of a list that could not be understood; files it means may be reported wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// The list.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// As written, or what was being read; shortened.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

/// A list that a `pom.xml` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Of the list, relative to the archive's top directory.
    pub path: String,
    /// The `pom.xml` that names it.
    pub file: String,
    /// Its line.
    pub line: usize,
    /// The directory that its patterns start from.
    pub base: String,
}

/// The largest list that is read: 4 MiB; a `.licenserc.yaml` may have 256 KiB.
pub const LARGEST: usize = 4 << 20;
/// Patterns that are kept of all lists.
const MOST_PATTERNS: usize = 5_000;
/// Directories of a path that are looked at.
const DEEPEST: usize = 64;
/// Unclear lines that are kept.
const MOST_UNCLEAR: usize = 1000;

/// Everything that is exempt.
#[derive(Debug)]
pub struct Exclusions {
    sets: Vec<Set>,
    defaults: GlobSet,
    modules: BTreeSet<String>,
    patterns: usize,
    /// Lines that could not be understood.
    pub unclear: Vec<Unclear>,
    /// Lists that a `pom.xml` names and that should be added too.
    pub elsewhere: Vec<Elsewhere>,
}

/// The patterns of one list.
#[derive(Debug)]
struct Set {
    file: String,
    base: String,
    /// Whether the patterns count again from every module below, as Maven inherits them.
    inherited: bool,
    rules: Vec<Rule>,
    globs: GlobSet,
    /// For each glob the index of its rule, and what it is held against.
    owners: Vec<(usize, Reach)>,
    /// Whether any glob is held against directories.
    reaches_directories: bool,
}

impl Default for Exclusions {
    fn default() -> Self {
        Self::new()
    }
}

impl Exclusions {
    /// What is always exempt, without any list.
    pub fn new() -> Self {
        let mut globs = GlobSetBuilder::new();
        for exemption in defaults::EXEMPTIONS {
            globs.add(pattern::fixed(exemption.pattern));
        }
        Self {
            sets: Vec::new(),
            defaults: globs.build().expect("a test builds the table"),
            modules: BTreeSet::new(),
            patterns: 0,
            unclear: Vec::new(),
            elsewhere: Vec::new(),
        }
    }

    /// Reads a list. Its patterns start from where its tool starts them: from the directory that it lies in, or from the
    /// top where the tool is told of it from there.
    pub fn add(&mut self, format: Format, file: &str, text: &str) {
        let base = file.rsplit_once('/').map_or("", |(directory, _)| directory);
        let of_tools = ["dev", "ci", "tools", "config", "scripts", "build-support"];
        let told_of = base.split('/').any(|part| part.starts_with('.') || of_tools.contains(&part));
        let base = match format {
            Format::Paths => "",
            Format::Licenserc | Format::Hawkeye if told_of => "",
            _ => base,
        };
        self.add_from(format, file, text, base);
    }

    /// Reads a list whose patterns start from another directory, as those do that a `pom.xml` names.
    pub fn add_from(&mut self, format: Format, file: &str, text: &str, base: &str) {
        let mut list = List::default();
        let largest = if format == Format::Licenserc { licenserc::LARGEST } else { LARGEST };
        if text.len() > largest {
            list.unclear(0, "", format!("it has {} bytes, more than are read", text.len()));
        } else {
            match format {
                Format::Rat => rat::read(text, &mut list, Rule::rat),
                Format::Paths => rat::read(text, &mut list, Rule::fnmatch),
                Format::Hawkeye => hawkeye::read(text, &mut list),
                Format::Licenserc => licenserc::read(text, &mut list),
                Format::Pom => pom::read(text, &mut list),
                Format::Gradle => gradle::read(text, &mut list),
                // Most do not speak of RAT at all, and may have a DTD.
                Format::Ant if text.contains("apache.rat") => ant::read(text, &mut list),
                Format::Ant => {}
            }
        }
        if format == Format::Pom {
            self.modules.insert(base.to_owned());
        }
        for (line, path) in list.elsewhere {
            let path = if base.is_empty() { path } else { format!("{base}/{path}") };
            self.elsewhere.push(Elsewhere {
                path,
                file: file.to_owned(),
                line,
                base: base.to_owned(),
            });
        }
        let room = MOST_PATTERNS - self.patterns;
        if list.rules.len() > room {
            list.unclear.push((
                0,
                String::new(),
                format!("only {room} of {} patterns are kept", list.rules.len()),
            ));
            list.rules.truncate(room);
        }
        self.patterns += list.rules.len();
        match Set::new(file, base, format, list.rules) {
            Ok(set) => self.sets.extend(set),
            Err(error) => list.unclear.push((
                0,
                String::new(),
                format!("its patterns are too large together: {error}"),
            )),
        }
        let room = MOST_UNCLEAR.saturating_sub(self.unclear.len());
        self.unclear.extend(list.unclear.into_iter().take(room).map(|(line, text, why)| Unclear {
            file: file.to_owned(),
            line,
            text,
            why,
        }));
    }

    /// The lists that were read, each with how many patterns it has.
    pub fn lists(&self) -> impl Iterator<Item = (&str, usize)> {
        self.sets.iter().map(|set| (&set.file[..], set.rules.len()))
    }

    /// Why a file needs no header; none if it needs one as far as its path tells. See [`Tiny`] for its content.
    pub fn why(&self, path: &str) -> Option<Reason<'_>> {
        let listed = self.sets.iter().find_map(|set| set.why(path, &self.modules));
        listed.or_else(|| self.always(path))
    }

    fn always(&self, path: &str) -> Option<Reason<'static>> {
        if let Some(first) = self.defaults.matches(path).first() {
            return Some(Reason::Exempt { why: defaults::EXEMPTIONS[*first].why });
        }
        if let Known::CannotHold(_) = file_type::of(path) {
            return Some(Reason::Exempt { why: "its format has no comments" });
        }
        generated::by_name(path)
            .map(|_| Reason::Exempt { why: "its name says that a program wrote it" })
    }
}

impl Set {
    /// None if there is nothing in it.
    fn new(
        file: &str,
        base: &str,
        format: Format,
        rules: Vec<Rule>,
    ) -> Result<Option<Self>, globset::Error> {
        if rules.is_empty() {
            return Ok(None);
        }
        let mut globs = GlobSetBuilder::new();
        let mut owners = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            for (glob, reach) in &rule.globs {
                globs.add(glob.clone());
                owners.push((index, *reach));
            }
        }
        let inherited = format == Format::Pom;
        let globs = globs.build()?;
        let reaches_directories = owners.iter().any(|(_, reach)| *reach != Reach::File);
        let (file, base) = (file.to_owned(), base.to_owned());
        Ok(Some(Self { file, base, inherited, rules, globs, owners, reaches_directories }))
    }

    fn why(&self, path: &str, modules: &BTreeSet<String>) -> Option<Reason<'_>> {
        let below = strip_directory(path, &self.base)?;
        let mut found = self.matching(below);
        if found.is_none() && self.inherited {
            let slashes = below.match_indices('/').map(|(at, _)| at);
            let skipped = path.len() - below.len();
            found = slashes
                .filter(|at| modules.contains(&path[..skipped + at]))
                .find_map(|at| self.matching(&below[at + 1..]));
        }
        let rule = found?;
        Some(Reason::Listed { file: &self.file, line: rule.line, pattern: &rule.text })
    }

    /// The rule that decides: the last one that matches, unless it takes a file out again.
    fn matching(&self, path: &str) -> Option<&Rule> {
        let mut matches = Vec::new();
        let mut last = self.last_matching(path, Reach::Directories, &mut matches);
        if self.reaches_directories {
            let directories = path.match_indices('/').map(|(at, _)| &path[..at]);
            // As deep as a path can be in an archive, but no deeper than anybody's tree.
            for directory in directories.take(DEEPEST) {
                last = last.max(self.last_matching(directory, Reach::File, &mut matches));
            }
        }
        Some(&self.rules[last?]).filter(|rule| !rule.negated)
    }

    /// The index of the last rule with a matching glob, except of those that are held against something else.
    fn last_matching(&self, path: &str, except: Reach, matches: &mut Vec<usize>) -> Option<usize> {
        self.globs.matches_candidate_into(&Candidate::new(path), matches);
        let owners = matches.iter().map(|glob| self.owners[*glob]);
        owners.filter(|(_, reach)| *reach != except).map(|(rule, _)| rule).max()
    }
}

fn strip_directory<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    if base.is_empty() {
        return Some(path);
    }
    path.strip_prefix(base)?.strip_prefix('/')
}

/// What is read of one list.
#[derive(Default)]
struct List {
    rules: Vec<Rule>,
    unclear: Vec<(usize, String, String)>,
    elsewhere: Vec<(usize, String)>,
}

impl List {
    fn unclear(&mut self, line: usize, text: &str, why: impl Into<String>) {
        if self.unclear.len() < MOST_UNCLEAR {
            let text = text.chars().take(200).collect();
            self.unclear.push((line, text, why.into()));
        }
    }

    /// Adds a pattern, or says that it is unclear.
    fn rule(&mut self, line: usize, text: &str, rule: Result<Rule, String>) {
        match rule {
            Ok(rule) => self.rules.push(rule),
            Err(why) => self.unclear(line, text, why),
        }
    }
}

/// How small a text is too small to be protected: both must hold. The ASF names no number (P-11); these are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiny {
    /// Fewer lines than this.
    pub lines: usize,
    /// Fewer bytes than this.
    pub bytes: usize,
}

impl Default for Tiny {
    fn default() -> Self {
        Self { lines: 5, bytes: 100 }
    }
}

impl Tiny {
    /// Whether a file is that small; `start` and `complete` as for [`header::read`](super::header::read).
    pub fn why(self, start: &[u8], complete: bool) -> Option<Reason<'static>> {
        let small = complete
            && start.len() < self.bytes
            && start.split(|byte| *byte == b'\n').count() <= self.lines;
        small.then_some(Reason::Exempt { why: "it is too small to be protected" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(format: Format, file: &str, text: &str) -> Exclusions {
        let mut exclusions = Exclusions::new();
        exclusions.add(format, file, text);
        exclusions
    }

    fn listed<'a>(exclusions: &'a Exclusions, path: &str) -> Option<(usize, &'a str)> {
        match exclusions.why(path) {
            Some(Reason::Listed { line, pattern, .. }) => Some((line, pattern)),
            _ => None,
        }
    }

    #[test]
    fn rat_excludes_read_like_gitignore() {
        let text = "# comment\n\n// another\n/* third\n*.foo\ndocs/gen\n/top.x\nbuild/\n  spaced.y  \n!keep.foo\nweb/**/lib.js\n";
        let exclusions = with(Format::Rat, ".rat-excludes", text);
        assert_eq!(exclusions.unclear, []);
        for (path, line) in [
            ("a.foo", Some(5)),
            ("x/y/a.foo", Some(5)),
            ("keep.foo", None),
            ("x/keep.foo", None),
            ("docs/gen", Some(6)),
            ("docs/gen/deep/x.java", Some(6)),
            ("x/docs/gen", None),
            ("top.x", Some(7)),
            ("a/top.x", None),
            ("build/x.c", Some(8)),
            ("a/build/x.c", Some(8)),
            ("build", None),
            ("spaced.y", Some(9)),
            ("web/lib.js", Some(11)),
            ("web/a/b/lib.js", Some(11)),
            ("web/a/other.js", None),
        ] {
            assert_eq!(listed(&exclusions, path).map(|found| found.0), line, "{path}");
        }
        assert_eq!(
            exclusions.why("x/a.foo"),
            Some(Reason::Listed { file: ".rat-excludes", line: 5, pattern: "*.foo" })
        );
    }

    #[test]
    fn old_rat_lines_are_expressions_of_names() {
        let text = ".*md\n.*\\.scss\ngen-java.*\ncached/.*\n.*\\.(png|gif)\n^exact\\.txt$\n[0-9]+\\.x\nDESC(a\n.*";
        let exclusions = with(Format::Rat, ".rat-excludes", text);
        let unclear: Vec<usize> = exclusions.unclear.iter().map(|unclear| unclear.line).collect();
        assert_eq!(unclear, [7, 8], "{:?}", exclusions.unclear);
        for (path, line) in [
            ("docs/index.md", Some(1)),
            (".foomd", Some(9)),
            ("x/a.scss", Some(2)),
            ("gen-java/A.java", Some(3)),
            ("gen-java-beans/A.java", Some(3)),
            ("cached/a/b", Some(4)),
            ("x/cached/b", Some(4)),
            ("a.png", Some(5)),
            ("b/a.gif", Some(5)),
            ("a.jpg", None),
            ("exact.txt", Some(6)),
            ("inexact.txt", None),
            // The last line is the hidden files, not everything.
            ("src/A.java", None),
            (".hidden", Some(9)),
        ] {
            assert_eq!(listed(&exclusions, path).map(|found| found.0), line, "{path}");
        }
    }

    #[test]
    fn a_list_below_counts_from_its_own_directory() {
        let exclusions = with(Format::Rat, "sub/.rat-excludes", "/a.x\n*.y\n");
        assert!(listed(&exclusions, "sub/a.x").is_some());
        assert!(listed(&exclusions, "sub/deep/b.y").is_some());
        assert!(listed(&exclusions, "a.x").is_none() && listed(&exclusions, "b.y").is_none());
        assert!(listed(&exclusions, "subway/b.y").is_none());
    }

    #[test]
    fn lists_start_where_their_tools_start_them() {
        // Python: fnmatch.fnmatch("cpp/a/b.c", "cpp/*.c") is true, and `{` is nothing special.
        let arrow = with(Format::Paths, "dev/release/rat_exclude_files.txt", "cpp/*.c\n{x}.js\n");
        assert_eq!(listed(&arrow, "cpp/a/b.c"), Some((1, "cpp/*.c")));
        assert_eq!(listed(&arrow, "{x}.js"), Some((2, "{x}.js")));
        assert_eq!(listed(&arrow, "x/cpp/b.c"), None);
        let text = "header:\n  paths-ignore:\n    - gen/**\n";
        let told_of = with(Format::Licenserc, ".github/config/licenserc.yml", text);
        assert!(listed(&told_of, "gen/a.c").is_some());
        let own = with(Format::Licenserc, "web/.licenserc.yaml", text);
        assert!(listed(&own, "gen/a.c").is_none());
        assert!(listed(&own, "web/gen/a.c").is_some());
    }

    #[test]
    fn eyes_look_only_at_their_paths() {
        let text = "header:\n  paths:\n    - 'src/**'\n  paths-ignore:\n    - src/gen/**\n";
        let exclusions = with(Format::Licenserc, ".licenserc.yaml", text);
        assert!(listed(&exclusions, "docs/a.c").is_some());
        assert!(listed(&exclusions, "src/a.c").is_none());
        assert!(listed(&exclusions, "src/gen/a.c").is_some());
    }

    #[test]
    fn hawkeye_excludes() {
        let text =
            "headerPath = \"Apache-2.0.txt\"\nexcludes = [\n  \"*.gen.c\",\n  'vendor/',\n]\n";
        let exclusions = with(Format::Hawkeye, "licenserc.toml", text);
        assert_eq!(listed(&exclusions, "a/b.gen.c"), Some((3, "*.gen.c")));
        assert_eq!(listed(&exclusions, "vendor/a.c"), Some((4, "vendor/")));
        assert_eq!(listed(&exclusions, "src/a.c"), None);
        assert_eq!(with(Format::Hawkeye, "licenserc.toml", "excludes = [").unclear.len(), 1);
    }

    #[test]
    fn gradle_and_ant_tell_rat_what_to_leave_out() {
        let gradle = "plugins { id 'org.nosphere.apache.rat' version '0.8.1' }\n\
            tasks.rat {\n  // exclude 'no'\n  exclude '**/gen/**' // why\n\
            \x20 excludes = [\n    \"docs/*.txt\",\n    \"x.y\"\n  ]\n  verbose = 'src/*'\n}\n\
            jar { exclude 'src/**' }\n";
        let exclusions = with(Format::Gradle, "build.gradle", gradle);
        assert_eq!(listed(&exclusions, "a/gen/b.c"), Some((4, "**/gen/**")));
        assert_eq!(listed(&exclusions, "docs/a.txt"), Some((6, "docs/*.txt")));
        assert_eq!(listed(&exclusions, "x.y"), Some((7, "x.y")));
        assert_eq!(listed(&exclusions, "src/a.c"), None);
        let ant = "<project xmlns:rat=\"antlib:org.apache.rat.anttasks\">\n<rat:report>\n\
            <fileset dir=\"src\" excludes=\"a/**, b.c\"><exclude name=\"**/*.gen\"/></fileset>\n\
            </rat:report>\n<fileset dir=\".\"><exclude name=\"**/*.h\"/></fileset></project>\n";
        let exclusions = with(Format::Ant, "build.xml", ant);
        for (path, line) in [
            ("src/a/x.c", Some(3)),
            ("src/b.c", Some(3)),
            ("src/x/y.gen", Some(3)),
            ("a/x.c", None),
            ("x.h", None),
        ] {
            assert_eq!(listed(&exclusions, path).map(|found| found.0), line, "{path}");
        }
    }

    #[test]
    fn two_stars_are_no_expression() {
        let exclusions = with(Format::Rat, ".ratignore", "**/.*\n.*/**\n");
        assert_eq!(exclusions.unclear, []);
        assert!(listed(&exclusions, "a/.hidden").is_some());
        assert!(listed(&exclusions, ".github/x.c").is_some());
        assert!(listed(&exclusions, "src/x.c").is_none());
    }

    #[test]
    fn licenserc_paths_are_ignored() {
        let one = "header:\n  license:\n    spdx-id: Apache-2.0\n  paths-ignore:\n    - dist\n    - '**/*.md'\n    - \"LICENSE\"\n    - .github/ISSUE_TEMPLATE/*\n  comment: on-failure\n";
        let exclusions = with(Format::Licenserc, ".licenserc.yaml", one);
        assert_eq!(exclusions.unclear, []);
        assert_eq!(listed(&exclusions, "dist/a.js"), Some((5, "dist")));
        assert_eq!(listed(&exclusions, "x/README.md"), Some((6, "**/*.md")));
        assert_eq!(listed(&exclusions, "README.md"), Some((6, "**/*.md")));
        assert_eq!(
            listed(&exclusions, ".github/ISSUE_TEMPLATE/bug.yml"),
            Some((8, ".github/ISSUE_TEMPLATE/*"))
        );
        let several = "header:\n  - paths-ignore:\n      - a\n  - paths-ignore: [b, 'c/**']\n";
        let exclusions = with(Format::Licenserc, ".licenserc.yaml", several);
        for path in ["a/x", "b/x", "c/x"] {
            assert!(listed(&exclusions, path).is_some(), "{path}");
        }
    }

    #[test]
    fn broken_or_hostile_yaml_is_unclear() {
        let nested = format!("header:\n  paths-ignore: {}", "[".repeat(5000));
        let dashes = format!("header:\n{}x", "- ".repeat(20_000));
        let bomb = "a: &a [x]\nheader:\n  paths-ignore: [*a, *a]\n".to_owned();
        let large = "#".repeat(300 << 10);
        for text in ["header: [", "a: b: c", &nested, &dashes, &bomb, &large] {
            let exclusions = with(Format::Licenserc, ".licenserc.yaml", text);
            assert_eq!(exclusions.unclear.len(), 1, "{}", &text[..text.len().min(40)]);
        }
        assert_eq!(with(Format::Licenserc, ".licenserc.yaml", "header: 5\n").unclear, []);
        assert_eq!(with(Format::Licenserc, ".licenserc.yaml", "").unclear, []);
    }

    const POM: &str = r#"<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <build><plugins>
    <plugin><artifactId>other</artifactId><configuration><excludes><exclude>nope/**</exclude></excludes></configuration></plugin>
    <plugin>
      <groupId>org.apache.rat</groupId>
      <artifactId>apache-rat-plugin</artifactId>
      <configuration>
        <excludesFile>dev/rat.txt</excludesFile>
        <excludes>
          <exclude>**/*.dat</exclude>
          <exclude>only-top.txt</exclude>
          <exclude>gen/</exclude>
          <exclude>${project.basedir}/etc/{odd}.cfg</exclude>
          <exclude>${other}/x</exclude>
          <exclude>src/test/resources/**</exclude>
          <exclude>%regex[.*\.bin]</exclude>
        </excludes>
      </configuration>
    </plugin>
  </plugins></build>
</project>"#;

    #[test]
    fn poms_read_like_ant() {
        let mut exclusions = with(Format::Pom, "pom.xml", POM);
        exclusions.add(Format::Pom, "module/pom.xml", "<project/>");
        let unclear: Vec<usize> = exclusions.unclear.iter().map(|unclear| unclear.line).collect();
        assert_eq!(unclear, [15], "{:?}", exclusions.unclear);
        for (path, line) in [
            ("a.dat", Some(11)),
            ("x/y/a.dat", Some(11)),
            ("only-top.txt", Some(12)),
            // Ant: without `**/` only at the top, which a module has too.
            ("x/only-top.txt", None),
            ("module/only-top.txt", Some(12)),
            ("gen/a/b.java", Some(13)),
            ("etc/{odd}.cfg", Some(14)),
            ("module/src/test/resources/x.z", Some(16)),
            ("unrelated/src/test/resources/x.z", None),
            ("x/a.bin", Some(17)),
            ("nope/x", None),
        ] {
            assert_eq!(listed(&exclusions, path).map(|found| found.0), line, "{path}");
        }
        assert_eq!(exclusions.elsewhere.len(), 1);
        assert_eq!(
            (&exclusions.elsewhere[0].path[..], exclusions.elsewhere[0].line),
            ("dev/rat.txt", 9)
        );
    }

    #[test]
    fn hostile_poms_are_unclear() {
        let deep = "<a>".repeat(1_000_000);
        let many = format!("<a>{}</a>", "<b/>".repeat(900_000));
        let entities = "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>".to_owned();
        for text in ["<project", "", &deep, &many, &entities] {
            let exclusions = with(Format::Pom, "pom.xml", text);
            assert_eq!(exclusions.unclear.len(), 1, "{}", &text[..text.len().min(40)]);
        }
    }

    #[test]
    fn some_files_are_always_exempt() {
        let exclusions = Exclusions::new();
        for path in [
            ".gitignore",
            "a/.gitignore",
            ".gitattributes",
            "src/main/resources/META-INF/services/java.sql.Driver",
            "package.json",
            "a/b/schema.avsc",
            "LICENSE",
            "NOTICE",
            "LICENSE.txt",
            "DISCLAIMER-WIP",
            "licenses/LICENSE-foo.txt",
            "README.md",
            "a/README",
            "INSTALL",
            "CHANGES.txt",
            "web/jquery.min.js",
            ".github/workflows/ci.yml",
            "KEYS",
            "Cargo.lock",
            "a.iml",
            ".project",
            "x/.DS_Store",
            "go.sum",
            "debian/py.typed",
            ".rat-excludes",
            "META-INF/LICENSE",
        ] {
            assert!(matches!(exclusions.why(path), Some(Reason::Exempt { .. })), "{path}");
        }
        for path in [
            "src/Main.java",
            "pom.xml",
            "LicenseChecker.java",
            "License.java",
            "docs/guide.md",
            "a.yaml",
            "Makefile",
            "services/x.txt",
            "readme_generator.py",
            "NoticeBoard.vue",
            "conf/app.properties",
        ] {
            assert_eq!(exclusions.why(path), None, "{path}");
        }
        assert!(defaults::EXEMPTIONS.iter().all(|exemption| !exemption.why.is_empty()));
    }

    #[test]
    fn tiny_files_are_exempt() {
        let tiny = Tiny::default();
        assert!(tiny.why(b"# package\n", true).is_some());
        assert!(tiny.why(b"# package\n", false).is_none());
        assert!(tiny.why(b"1\n2\n3\n4\n5\n6\n", true).is_none());
        assert!(tiny.why(&[b'x'; 100], true).is_none());
        assert!(Tiny { lines: 99, bytes: 500 }.why(&[b'x'; 100], true).is_some());
    }

    #[test]
    fn patterns_are_bounded() {
        let long = format!("{}\n{}", "x".repeat(5000), "{".repeat(400));
        assert_eq!(with(Format::Rat, ".rat-excludes", &long).unclear.len(), 2);
        let many: String = (0..30_000).map(|n| format!("f{n}.x\n")).collect();
        let exclusions = with(Format::Rat, ".rat-excludes", &many);
        assert_eq!(exclusions.unclear.len(), 1);
        assert!(
            listed(&exclusions, "a/f4999.x").is_some() && listed(&exclusions, "f5000.x").is_none()
        );
    }
}
