//! What the names of files and directories tell about a candidate, where nobody says it.

use crate::release::{CandidateNumber, ProjectName, Version};

/// What names tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guess {
    /// The project, or one of its components.
    pub project: Option<ProjectName>,
    /// The version, without `-incubating`.
    pub version: Option<Version>,
    /// The candidate's number.
    pub rc: Option<CandidateNumber>,
    /// Whether a name says `incubating`.
    pub incubating: bool,
    /// Whether a name begins with `apache-`.
    pub apache: bool,
}

impl Guess {
    /// Takes what is missing from another guess.
    pub fn complete(&mut self, other: Guess) {
        self.project = self.project.take().or(other.project);
        self.version = self.version.take().or(other.version);
        self.rc = self.rc.or(other.rc);
        self.incubating |= other.incubating;
        self.apache |= other.apache;
    }
}

/// File name endings of artifacts, the longest first (ATR takes the same).
const ARTIFACTS: [&str; 34] = [
    ".tar.bz2", ".tar.gz", ".tar.xz", ".tar.zst", ".snupkg", ".sling", ".nupkg", ".crate", ".vsix",
    ".whl", ".tgz", ".tar", ".zip", ".jar", ".war", ".ear", ".rpm", ".deb", ".dmg", ".exe", ".msi",
    ".gem", ".nar", ".nbm", ".pkg", ".pom", ".rar", ".bin", ".far", ".txz", ".tbz2", ".apk",
    ".phar", ".jmod",
];

/// Endings of archives that are looked into.
const ARCHIVES: [&str; 8] =
    [".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar", ".zip"];

/// What stands for source in the names of archives.
const SOURCE: [&str; 8] =
    ["-source-release", "-sources", "-source", "-src", "_src", ".src", "-orig", ".orig"];

/// Whether a file is an artifact by its name.
pub fn is_artifact(name: &str) -> bool {
    let lower = name.to_lowercase();
    ARTIFACTS.iter().any(|ending| lower.ends_with(ending))
}

/// Whether a file is an archive that can be looked into, by its name.
pub fn is_archive(name: &str) -> bool {
    let lower = name.to_lowercase();
    ARCHIVES.iter().any(|ending| lower.ends_with(ending))
}

/// Whether an archive says in its name that it holds source.
pub fn is_source(name: &str) -> bool {
    let stem = stem(name).to_lowercase();
    SOURCE.iter().any(|word| stem.ends_with(word) || stem.contains(&format!("{word}-")))
}

/// A file name without directories and without the ending of an artifact.
pub fn stem(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    let lower = name.to_lowercase();
    let ending = ARTIFACTS.iter().find(|ending| lower.ends_with(*ending));
    ending.map_or(name, |ending| &name[..name.len() - ending.len()])
}

/// Guesses from the names of artifacts, the likeliest first, and of the directory.
pub fn guess<'a>(names: impl IntoIterator<Item = &'a str>, directory: &str) -> Guess {
    let mut found = Guess::default();
    for name in names {
        let (without_source, _) = without_source(stem(name));
        let one = from_stem(without_source);
        found.project = found.project.or(one.project);
        found.version = found.version.or(one.version);
        found.rc = found.rc.or(one.rc);
        found.incubating |= one.incubating;
        found.apache |= one.apache;
    }
    let directory = directory.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let there = from_stem(directory);
    found.version = found.version.or(there.version);
    found.rc = found.rc.or(there.rc).or_else(|| candidate_number(directory).map(|(_, rc)| rc));
    found.incubating |= there.incubating;
    found
}

fn without_source(stem: &str) -> (&str, bool) {
    let lower = stem.to_lowercase();
    match SOURCE.iter().find(|word| lower.ends_with(*word)) {
        Some(word) => (&stem[..stem.len() - word.len()], true),
        None => (stem, false),
    }
}

/// `apache-x-y-1.2.0-incubating-rc3` in its parts.
fn from_stem(stem: &str) -> Guess {
    let lower = stem.to_lowercase();
    let incubating = lower.contains("incubating");
    let (mut rest, apache) = match lower.strip_prefix("apache-") {
        Some(_) => (stem["apache-".len()..].to_owned(), true),
        None => (stem.to_owned(), false),
    };
    rest = rest.replace("-incubating", "").replace("-INCUBATING", "").replace("incubating-", "");
    let rc = candidate_number(&rest);
    if let Some((start, _)) = rc {
        rest.truncate(start);
    }
    // The version begins behind the first separator that a digit follows.
    let start = rest.char_indices().find_map(|(at, c)| {
        let next = rest[at + c.len_utf8()..].chars().next();
        let digits = next.is_some_and(|c| c.is_ascii_digit());
        let versioned = digits && rest[at..].contains('.');
        (matches!(c, '-' | '_') && versioned).then_some(at)
    });
    let (project, version) = match start {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None if rest.starts_with(|c: char| c.is_ascii_digit()) => ("", &rest[..]),
        None => (&rest[..], ""),
    };
    Guess {
        project: project.to_lowercase().parse().ok(),
        version: version.parse().ok(),
        rc: rc.map(|(_, rc)| rc),
        incubating,
        apache,
    }
}

/// Where `-rc3`, `_RC3`, `.rc3` or `rc3` stands in a name, with the number.
fn candidate_number(name: &str) -> Option<(usize, CandidateNumber)> {
    let lower = name.to_lowercase();
    lower.match_indices("rc").find_map(|(at, _)| {
        let before = lower[..at].chars().next_back();
        let rest = lower[at + 2..].trim_start_matches(['-', '.', '_']);
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        let word = before.is_none_or(|c| !c.is_ascii_alphabetic());
        let start = at - before.map_or(0, |c| usize::from(matches!(c, '-' | '_' | '.')));
        let number = digits.parse().ok().filter(|_| word)?;
        Some((start, number))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, directory: &str) -> (String, String, Option<u32>, bool) {
        let guess = guess([name], directory);
        (
            guess.project.map(String::from).unwrap_or_default(),
            guess.version.map(String::from).unwrap_or_default(),
            guess.rc.map(|rc| rc.0),
            guess.incubating,
        )
    }

    #[test]
    fn names_are_taken_apart() {
        // Names as real projects have them.
        for (name, directory, project, version, rc, incubating) in [
            ("apache-fortress-2.0.8-src.tar.gz", "2.0.8-rc2", "fortress", "2.0.8", Some(2), false),
            (
                "apache-apisix-ingress-controller-2.0.0-rc4-src.tgz",
                "x",
                "apisix-ingress-controller",
                "2.0.0",
                Some(4),
                false,
            ),
            (
                "apache-cloudberry-2.1.0-incubating-src.tar.gz",
                "2.1.0-incubating-rc1",
                "cloudberry",
                "2.1.0",
                Some(1),
                true,
            ),
            ("apr-util-1.6.3.tar.bz2", "", "apr-util", "1.6.3", None, false),
            ("apr_1.7.2.orig.tar.bz2", "", "apr", "1.7.2", None, false),
            (
                "commons-lang3-3.12.0-src.zip",
                "3.12.0-RC1",
                "commons-lang3",
                "3.12.0",
                Some(1),
                false,
            ),
            ("doxia-1.8-source-release.zip", "", "doxia", "1.8", None, false),
            (
                "apache-iceberg-1.4.0.tar.gz",
                "apache-iceberg-1.4.0-rc2",
                "iceberg",
                "1.4.0",
                Some(2),
                false,
            ),
            ("hive-4.0.0-beta-1-src.tar.gz", "", "hive", "4.0.0-beta-1", None, false),
        ] {
            let expected = (project.to_owned(), version.to_owned(), rc, incubating);
            assert_eq!(of(name, directory), expected, "{name}");
        }
    }

    #[test]
    fn sources_and_archives_are_told_by_name() {
        for name in [
            "apache-x-1.0-src.tar.gz",
            "x-1.0-source-release.zip",
            "x-1.0-sources.tgz",
            "x-src-1.0.tgz",
        ] {
            assert!(is_source(name) && is_archive(name), "{name}");
        }
        assert!(!is_source("apache-x-1.0-bin.tar.gz"));
        assert!(is_artifact("x-1.0.jar") && !is_archive("x-1.0.jar"));
        assert!(!is_artifact("x-1.0.tar.gz.asc") && !is_artifact("README.md"));
        assert_eq!(stem("dir/apache-x-1.0-src.tar.gz"), "apache-x-1.0-src");
    }
}
