//! Which of a repository's tags a candidate was made of, where nobody says it.

use crate::release::{CandidateNumber, ProjectName, Version};

/// What the names of tags tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChoice {
    /// None of them is such a candidate's.
    None,
    /// It is this one.
    One(String),
    /// It may be any of these.
    Several(Vec<String>),
}

/// Words in front of a version that say nothing about what it is the version of.
const WORDS: [&str; 9] =
    ["", "v", "apache", "rel", "release", "releases", "tag", "tags", "candidate"];

/// Chooses among the names of tags: what they end with has to be the version, with the candidate's
/// number or without, in the forms in use (`v1.2.0-rc1`, `1.2.0rc1`, `rel/demo-1.2.0_RC.1`,
/// `1.2.0-incubating-RC1`).
pub fn choose_tag<'a>(
    tags: impl IntoIterator<Item = &'a str>,
    project: Option<&ProjectName>,
    version: &Version,
    rc: Option<CandidateNumber>,
) -> TagChoice {
    let version = version.as_str().trim_end_matches("-incubating").to_lowercase();
    let ranked = tags.into_iter().filter_map(|tag| {
        let (before, number) = split(&tag.to_lowercase(), &version)?;
        let stage = match (rc, number) {
            (Some(rc), Some(number)) if rc.0 == number => 1,
            (Some(_), Some(_)) => return None,
            // The tag of the release, made of the same commit.
            (Some(_), None) | (None, Some(_)) => 0,
            (None, None) => 1,
        };
        Some(((stage, prefix_rank(&before, project)), tag))
    });
    let mut best: Vec<&str> = Vec::new();
    let mut highest = (0, 0);
    for (rank, tag) in ranked {
        if rank > highest {
            highest = rank;
            best.clear();
        }
        if rank == highest {
            best.push(tag);
        }
    }
    match best[..] {
        [] => TagChoice::None,
        [one] => TagChoice::One(one.to_owned()),
        _ => TagChoice::Several(best.into_iter().map(str::to_owned).collect()),
    }
}

/// What stands before the version, and the candidate's number behind it; none if the tag is of
/// another version or of something else.
fn split(tag: &str, version: &str) -> Option<(String, Option<u32>)> {
    let (before, after) = tag.rsplit_once(version)?;
    let bare = before.strip_suffix('v').unwrap_or(before);
    let ends = |text: &str| text.is_empty() || text.ends_with(['-', '_', '/']);
    if !ends(bare) && !ends(before) {
        return None;
    }
    let separators = ['-', '_', '.'];
    let after = after.strip_prefix("-incubating").unwrap_or(after);
    if after.is_empty() {
        return Some((before.to_owned(), None));
    }
    let after = after.trim_start_matches(separators);
    let number = after.strip_prefix("rc").or_else(|| after.strip_prefix("candidate"))?;
    let number = number.trim_start_matches(separators).parse().ok()?;
    Some((before.to_owned(), Some(number)))
}

/// How well what stands before the version suits the project.
fn prefix_rank(before: &str, project: Option<&ProjectName>) -> u8 {
    let words = |text: &str| {
        let parts = text.split(['-', '_', '/']).filter(|part| !WORDS.contains(part));
        parts.collect::<Vec<_>>().join("-")
    };
    let named = words(before);
    match project {
        Some(project) if named == words(project.as_str()) => 4,
        _ if !named.is_empty() => 1,
        _ if before == "v" => 3,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(tags: &[&str], rc: Option<u32>) -> TagChoice {
        let project = "demo".parse().ok();
        let version = "1.2.0".parse().expect("a version");
        choose_tag(tags.iter().copied(), project.as_ref(), &version, rc.map(CandidateNumber))
    }

    fn one(tag: &str) -> TagChoice {
        TagChoice::One(tag.to_owned())
    }

    #[test]
    fn forms_in_use_are_known() {
        // As Lucene, Kafka, iceberg-rust, nanoarrow, HBase, Commons, Burr, Maven have them.
        for tag in [
            "v1.2.0-rc1",
            "1.2.0rc1",
            "1.2.0RC1",
            "v1.2.0-rc.1",
            "apache-demo-1.2.0-rc1",
            "rel/demo-1.2.0-RC1",
            "releases/demo/1.2.0",
            "rel/v1.2.0",
            "v1.2.0-incubating-RC1",
            "other-1.2.0",
            "1.2.0_rc1",
            "V1.2.0-Candidate-1",
        ] {
            assert_eq!(choose(&["v1.1.0", tag, "v1.2.0-rc2", "1.2.01"], Some(1)), one(tag));
        }
        for tag in
            ["v1.2.0-rc10", "v11.2.0-rc1", "v0.1.2.0", "v1.2.0-rc1-docs", "v1.2.00", "dev1.2.0"]
        {
            assert_eq!(choose(&[tag], Some(1)), TagChoice::None, "{tag}");
        }
    }

    #[test]
    fn the_likeliest_comes_first() {
        let tags = ["other-1.2.0-rc1", "demo-1.2.0-rc1", "1.2.0-rc1", "v1.2.0-rc1", "v1.2.0"];
        assert_eq!(choose(&tags, Some(1)), one("demo-1.2.0-rc1"));
        assert_eq!(choose(&tags[2..], Some(1)), one("v1.2.0-rc1"));
        assert_eq!(choose(&tags, None), one("v1.2.0"));
        assert_eq!(choose(&["v1.2.0-rc3"], None), one("v1.2.0-rc3"));
        let two = ["v1.2.0-rc1", "v1.2.0-rc2"];
        assert_eq!(choose(&two, None), TagChoice::Several(two.map(str::to_owned).to_vec()));
        let two = ["core-1.2.0-rc1", "web-1.2.0-rc1"];
        assert_eq!(choose(&two, Some(1)), TagChoice::Several(two.map(str::to_owned).to_vec()));
    }
}
