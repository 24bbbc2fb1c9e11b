//! The web addresses of a call, by what they lead to. Pure.

use super::lines::Lines;
use super::{Call, Commit, Stated, Tag, add};

/// Sorts the addresses of `lines` into `call`.
pub(super) fn read(lines: &Lines<'_>, call: &mut Call) {
    let mut perhaps = Vec::new();
    for (index, line, url) in lines.urls() {
        let Some((_, rest)) = url.split_once("://") else { continue };
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let host = host.to_ascii_lowercase();
        let path = path.split(['?', '#']).next().unwrap_or_default();
        if path.rsplit('/').next().is_some_and(is_keys) {
            add(&mut call.keys, url, line);
        } else if is_staging(&host, path) {
            add(&mut call.staging, url, line);
        } else if is_code_host(&host) {
            source(call, &host, &url, line);
        } else if is_archive(path) {
            add(&mut call.files, url, line);
        } else if is_dist(&host, path) {
            let facts = if is_file(path) { &mut call.files } else { &mut call.directories };
            add(facts, url, line);
        } else if path.ends_with('/') && introduces_candidate(lines, index) {
            perhaps.push((line, url));
        }
    }
    // Elsewhere than in a dist area only the words tell.
    if call.directories.is_empty() {
        perhaps.into_iter().for_each(|(line, url)| add(&mut call.directories, url, line));
    }
}

fn introduces_candidate(lines: &Lines<'_>, index: usize) -> bool {
    let own = lines.own()[index].text;
    let own = own.split("://").next().unwrap_or_default();
    let words = format!("{} {own}", lines.before(index)).to_lowercase();
    ["candidate", "artifacts"].iter().any(|word| words.contains(word))
}

fn is_keys(name: &str) -> bool {
    matches!(name, "KEYS" | "KEYS.txt" | "KEYS.asc")
}

/// Dist areas in Subversion, mirrors of them, and people's own directories as of old. Their front
/// pages are no candidates.
fn is_dist(host: &str, path: &str) -> bool {
    let named = |rest: &str| !rest.trim_matches('/').is_empty();
    let below = |start: &str| path.strip_prefix(start).is_some_and(named);
    let area = ["dist/dev/", "dist/release/"].iter().find_map(|area| path.split_once(area));
    if area.is_some_and(|(_, rest)| named(rest)) {
        return true;
    }
    match host {
        "downloads.apache.org" | "dlcdn.apache.org" | "archive.apache.org" => below(""),
        "home.apache.org" | "people.apache.org" => path.starts_with('~') && path.contains('/'),
        "www.apache.org" => below("dist/") || below("dyn/closer"),
        _ => false,
    }
}

/// Nexus: `content/repositories/orgapachefoo-1001`, `service/local/repositories/…/content`.
fn is_staging(host: &str, path: &str) -> bool {
    host.starts_with("repository.")
        && (path.starts_with("content/repositories/")
            || path.starts_with("content/groups/")
            || path.starts_with("service/local/repositories/"))
}

/// An archive of source or binaries, its signature or checksum.
fn is_archive(path: &str) -> bool {
    const BESIDE: &[&str] = &[".asc", ".sig", ".sha512", ".sha256", ".sha1", ".md5"];
    const ENDS: &[&str] = &[".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip"];
    let path = path.to_ascii_lowercase();
    let file = BESIDE.iter().find_map(|end| path.strip_suffix(end)).unwrap_or(&path);
    ENDS.iter().any(|end| file.ends_with(end))
}

/// Whether a path ends in a file's name rather than a directory's.
fn is_file(path: &str) -> bool {
    const ENDS: &[&str] = &[
        ".gz", ".tgz", ".xz", ".bz2", ".zip", ".tar", ".jar", ".whl", ".crate", ".asc", ".sig",
        ".sha512", ".sha256", ".sha1", ".md5", ".txt", ".md", ".html", ".pom", ".rpm", ".deb",
        ".json", ".xml",
    ];
    let path = path.to_ascii_lowercase();
    ENDS.iter().any(|end| path.ends_with(end))
}

fn is_code_host(host: &str) -> bool {
    matches!(
        host,
        "github.com"
            | "www.github.com"
            | "gitlab.com"
            | "codeberg.org"
            | "gitbox.apache.org"
            | "git-wip-us.apache.org"
            | "svn.apache.org"
    )
}

/// Repositories, tags and commits at code hosts.
fn source(call: &mut Call, host: &str, url: &str, line: usize) {
    let Some((_, rest)) = url.split_once("://") else { return };
    if let Some((repository, query)) = gitweb(host, url) {
        add(&mut call.repositories, repository.clone(), line);
        let head = query
            .split([';', '&'])
            .find_map(|part| part.strip_prefix("h=").or_else(|| part.strip_prefix("hb=")));
        let Some(head) = head else { return };
        let tag = head.strip_prefix("refs/tags/");
        let is_tag = tag.is_some() || query.contains("a=tag");
        match tag.unwrap_or(head) {
            hash if is_hash(hash) => add_commit(call, hash, line),
            name if is_tag => add_tag(call, name, url, &repository, line),
            _ => {}
        }
        return;
    }
    let pieces: Vec<&str> = rest.split(['?', '#']).next().unwrap_or_default().split('/').collect();
    if host == "svn.apache.org" {
        if let Some(at) = pieces.iter().position(|piece| *piece == "tags")
            && let Some(name) = pieces.get(at + 1).filter(|name| !name.is_empty())
        {
            let repository = url.split("/tags/").next().unwrap_or_default().to_owned();
            add_tag(call, name, url, &repository, line);
        }
        return;
    }
    let [_, owner, name, action @ ..] = &pieces[..] else { return };
    let name = name.strip_suffix(".git").unwrap_or(name);
    if owner.is_empty() || name.is_empty() {
        return;
    }
    let repository = format!("https://{host}/{owner}/{name}");
    // GitLab puts a dash before what is done.
    let action: Vec<&str> = action.iter().copied().filter(|piece| *piece != "-").collect();
    match &action[..] {
        [] | [""] => add(&mut call.repositories, repository, line),
        ["commit" | "commits", hash, ..] if is_hash(hash) => {
            add(&mut call.repositories, repository, line);
            add_commit(call, hash, line);
        }
        ["tree", hash] | ["tree", hash, ""] if is_hash(hash) => {
            add(&mut call.repositories, repository, line);
            add_commit(call, hash, line);
        }
        ["releases" | "src", "tag", name @ ..] | ["tree" | "tags", name @ ..]
            if name.iter().any(|piece| piece.contains(|c: char| c.is_ascii_digit())) =>
        {
            add(&mut call.repositories, repository.clone(), line);
            let name = name.join("/");
            add_tag(call, name.trim_matches('/'), url, &repository, line);
        }
        _ => {}
    }
}

/// `https://gitbox.apache.org/repos/asf?p=foo.git;a=tag;h=refs/tags/v1`: repository and query.
fn gitweb<'u>(host: &str, url: &'u str) -> Option<(String, &'u str)> {
    if !matches!(host, "gitbox.apache.org" | "git-wip-us.apache.org") {
        return None;
    }
    match url.split_once('?') {
        Some((base, query)) => {
            let name = query.split([';', '&']).find_map(|part| part.strip_prefix("p="))?;
            Some((format!("{}/{name}", base.trim_end_matches('/')), query))
        }
        None => Some((url.to_owned(), "")),
    }
}

fn is_hash(text: &str) -> bool {
    (7..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
        && text.contains(|c: char| c.is_ascii_digit())
}

fn add_tag(call: &mut Call, name: &str, url: &str, repository: &str, line: usize) {
    let tag = Tag {
        name: name.to_owned(),
        url: Some(url.to_owned()),
        repository: Some(repository.to_owned()),
    };
    add(&mut call.tags, tag, line);
}

/// Adds a commit, or the rest of one that was known cut short.
pub(super) fn add_commit(call: &mut Call, hash: &str, line: usize) {
    let hash = hash.to_ascii_lowercase();
    let same = |known: &&mut Stated<Commit>| {
        known.value.hash.starts_with(&hash) || hash.starts_with(&known.value.hash)
    };
    if let Some(known) = call.commits.iter_mut().find(same) {
        known.line = known.line.min(line);
        if known.value.hash.len() < hash.len() {
            known.value = commit(hash);
        }
        return;
    }
    add(&mut call.commits, commit(hash), line);
}

fn commit(hash: String) -> Commit {
    Commit { short: !matches!(hash.len(), 40 | 64), hash }
}
