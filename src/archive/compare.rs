//! Whether an archive is what a commit gives: to the byte, in content, or not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde::Serialize;

use super::read::{self, Listing, Member, MemberKind};
use super::{Layout, TreeError};
use crate::source::{Entry, Kind, Survey, Tree};

/// How an archive compares with the tree it should hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "verdict")]
pub enum Comparison {
    /// The same bytes.
    Identical,
    /// The same members with the same content; what differs is around it.
    ContentIdentical {
        /// What differs, a sentence each.
        metadata: Vec<String>,
    },
    /// Unpackers disagree about what it holds, so that it cannot be the same.
    Ambiguous {
        /// Which member, and who makes what of it.
        why: String,
    },
    /// Not the same content.
    Different {
        /// Members that the tree does not have.
        added: Vec<String>,
        /// What the tree has and the archive has not.
        missing: Vec<String>,
        /// Members with other content, another type, or another executable bit, with how they
        /// differ.
        changed: Vec<String>,
        /// What differs besides.
        metadata: Vec<String>,
    },
}

/// Lists the members that `tree` gives under `layout`, as [`read::list`] would read them back.
///
/// # Errors
/// As [`Tree::visit`].
pub fn expected_members(
    tree: &mut dyn Tree,
    layout: &Layout,
) -> Result<(Vec<Member>, Survey), TreeError> {
    let mtime = i64::try_from(layout.mtime).unwrap_or(i64::MAX);
    let member =
        |path: Vec<u8>, kind, mode| Member { path, kind, mode, mtime, owner: "0:0 :".to_owned() };
    let top = layout.top_directory.as_bytes();
    let mut members = vec![member(top.to_vec(), MemberKind::Directory, 0o755)];
    let mut survey = Survey::default();
    survey.pass(tree, &mut |entry: &Entry, content: &mut dyn Read| {
        let path = [top, b"/", entry.path.as_bytes()].concat();
        members.push(match &entry.kind {
            Kind::Directory => member(path, MemberKind::Directory, 0o755),
            Kind::Symlink { target } => member(path, MemberKind::Symlink(target.clone()), 0o777),
            Kind::File { executable } => {
                let (sha512, size) = read::digest(content)?;
                let mode = if *executable { 0o755 } else { 0o644 };
                member(path, MemberKind::File { sha512, size, executable: *executable }, mode)
            }
        });
        Ok(())
    })?;
    Ok((members, survey))
}

/// Compares what an archive holds with what it should; the bytes of the two are already known to
/// differ.
pub fn compare(expected: &[Member], found: &Listing, expected_tar: Option<[u8; 64]>) -> Comparison {
    let ours = by_path(expected);
    let theirs = by_path(&found.members);
    let mut added = Vec::new();
    let mut missing = Vec::new();
    let mut changed = Vec::new();
    let mut metadata = Vec::new();

    // A directory that comes only with what is in it is no difference in content.
    let implied = |members: &BTreeMap<&[u8], &Member>, directory: &[u8]| {
        let below = [directory, b"/"].concat();
        members.keys().any(|path| path.starts_with(&below))
    };
    let mut unlisted = 0;
    for (path, member) in &theirs {
        if !ours.contains_key(path) {
            match member.kind {
                MemberKind::Directory if implied(&ours, path) => unlisted += 1,
                _ => added.push(lossy(path)),
            }
        }
    }
    for (path, member) in &ours {
        match theirs.get(path) {
            Some(other) => changed.extend(difference(path, member, other)),
            None => match member.kind {
                MemberKind::Directory if path.is_empty() || implied(&theirs, path) => unlisted += 1,
                _ => missing.push(lossy(path)),
            },
        }
    }
    if unlisted > 0 {
        metadata
            .push(format!("{unlisted} directories have no member of their own in one of the two"));
    }
    metadata.extend(around(expected, found));
    if added.is_empty() && missing.is_empty() && changed.is_empty() {
        if metadata.is_empty() {
            metadata.push(if expected_tar.is_some() && expected_tar == found.tar_sha512 {
                "the tar stream is identical, its compression is not".to_owned()
            } else {
                "the members are identical, how the archive stores them is not".to_owned()
            });
        }
        return Comparison::ContentIdentical { metadata };
    }
    Comparison::Different { added, missing, changed, metadata }
}

/// Members by their path below the top directory.
fn by_path(members: &[Member]) -> BTreeMap<&[u8], &Member> {
    members.iter().map(|member| (below_top(&member.path), member)).collect()
}

fn below_top(path: &[u8]) -> &[u8] {
    match path.iter().position(|&byte| byte == b'/') {
        Some(slash) => &path[slash + 1..],
        None => b"",
    }
}

fn difference(path: &[u8], ours: &Member, theirs: &Member) -> Option<String> {
    let how = match (&ours.kind, &theirs.kind) {
        (
            MemberKind::File { sha512, size, executable },
            MemberKind::File { sha512: other, size: other_size, executable: other_executable },
        ) => {
            if sha512 != other {
                format!("other content, {other_size} bytes instead of {size}")
            } else if executable != other_executable {
                format!("{} executable", if *executable { "not" } else { "is" })
            } else {
                return None;
            }
        }
        (a, b) if a == b => return None,
        (MemberKind::Symlink(target), MemberKind::Symlink(other)) => {
            format!("links to {} instead of {}", lossy(other), lossy(target))
        }
        (a, b) => format!("{} instead of {}", called(b), called(a)),
    };
    Some(format!("{}: {how}", lossy(path)))
}

fn called(kind: &MemberKind) -> String {
    match kind {
        MemberKind::Directory => "a directory".to_owned(),
        MemberKind::File { .. } => "a file".to_owned(),
        MemberKind::Symlink(_) => "a symbolic link".to_owned(),
        MemberKind::Other(letter) => format!("a member of type {:?}", char::from(*letter)),
    }
}

/// Says what differs around the content: top directory, times, owners, modes, order, commit.
fn around(expected: &[Member], found: &Listing) -> Vec<String> {
    let mut sentences = Vec::new();
    let tops = |members: &[Member]| -> BTreeSet<Vec<u8>> {
        let first =
            |path: &[u8]| path.split(|&byte| byte == b'/').next().unwrap_or_default().to_vec();
        members.iter().map(|member| first(&member.path)).collect()
    };
    let (our_tops, their_tops) = (tops(expected), tops(&found.members));
    if our_tops != their_tops {
        let list = |tops: &BTreeSet<Vec<u8>>| {
            tops.iter().take(3).map(|top| lossy(top)).collect::<Vec<_>>().join(", ")
        };
        sentences.push(format!(
            "top directory {} instead of {}",
            list(&their_tops),
            list(&our_tops)
        ));
    }
    let ours = by_path(expected);
    let pairs: Vec<(&Member, &Member)> = found
        .members
        .iter()
        .filter_map(|member| ours.get(below_top(&member.path)).map(|ours| (*ours, member)))
        .collect();
    let mut say = |what: &str, differs: &dyn Fn(&Member, &Member) -> Option<String>| {
        let examples: Vec<String> = pairs.iter().filter_map(|(a, b)| differs(a, b)).collect();
        if let Some(first) = examples.first() {
            sentences.push(format!("{what} of {} members: {first}", examples.len()));
        }
    };
    let zip = found.tar_sha512.is_none();
    say("time", &|a, b| {
        // zip counts in steps of two seconds.
        let slack = if zip { 1 } else { 0 };
        ((a.mtime - b.mtime).abs() > slack).then(|| format!("{} instead of {}", b.mtime, a.mtime))
    });
    say("owner", &|a, b| {
        (!zip && a.owner != b.owner).then(|| format!("`{}` instead of `{}`", b.owner, a.owner))
    });
    say("mode", &|a, b| {
        (a.mode != b.mode).then(|| format!("{:04o} instead of {:04o}", b.mode, a.mode))
    });
    let order = |members: &[(&Member, &Member)]| -> Vec<Vec<u8>> {
        members.iter().map(|(_, theirs)| below_top(&theirs.path).to_vec()).collect()
    };
    let theirs = order(&pairs);
    let place: BTreeMap<&[u8], usize> =
        expected.iter().enumerate().map(|(at, m)| (below_top(&m.path), at)).collect();
    if !theirs.is_sorted_by_key(|path| place.get(&path[..]).copied()) {
        sentences.push("the order of the members".to_owned());
    }
    sentences
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
