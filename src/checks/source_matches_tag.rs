//! `source-matches-tag`: the archive holds what the tag holds, and nothing else.

use std::collections::BTreeSet;

use super::{Check, CheckOutcome, Finding, Severity};
use crate::archive::read::{Container, HeadKind};
use crate::evidence::Evidence;
use crate::evidence::{Contents, TagFacts, TreeFile, TreeKind};
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "source-matches-tag",
    title: "The archive holds what the tag holds, and nothing else",
    severity: Severity::Error,
    rule: Some(policy::P_18),
    why: "what is voted on is what everybody can read in the repository; a file that came in on \
          the way has been seen by nobody",
    fix: "make the archive of the tag, with `plusone package --ref TAG`; generated files that \
          belong in it are waived by name, with the reason",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let tag = match &evidence.tag {
        Ok(Some(tag)) => tag,
        Ok(None) => {
            return CheckOutcome::not_run("no repository is known: name it with --git and --tag");
        }
        Err(reason) => return CheckOutcome::not_run(reason),
    };
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (artifact, contents) in evidence.source_contents() {
        let before = findings.len();
        let counts = compare(contents, tag, &mut findings);
        if findings[before..].iter().all(|finding| finding.severity == Severity::Note) {
            seen.push(format!("{}: {counts}", artifact.base_name()));
        }
    }
    if seen.is_empty() && findings.is_empty() {
        return CheckOutcome::not_applicable("there is no source archive that can be read");
    }
    CheckOutcome::of(findings, seen.join("; "))
}

fn compare(contents: &Contents, tag: &TagFacts, findings: &mut Vec<Finding>) -> String {
    let mut equal = 0;
    let mut rendered = 0;
    let mut present = BTreeSet::new();
    for (path, member) in contents.below_top() {
        let kind = match &member.kind {
            HeadKind::File if member.mode & 0o100 != 0 => TreeKind::Executable,
            HeadKind::File => TreeKind::File,
            HeadKind::Symlink(_) => TreeKind::Symlink,
            HeadKind::Directory => continue,
            HeadKind::HardLink(_) | HeadKind::Other(_) => TreeKind::File,
        };
        present.insert(path);
        let shown = String::from_utf8_lossy(path).into_owned();
        let same = |file: &TreeFile| member.id == Some(file.id);
        let archived = tag.archived.as_ref().and_then(|archived| archived.get(path));
        match (tag.tree.get(path), archived) {
            (Some(file), _) if same(file) => {
                equal += 1;
                mode_differs(&shown, file.kind, kind, contents.container, findings);
            }
            (Some(_), Some(file)) if same(file) => rendered += 1,
            (Some(file), archived) => {
                let theirs = archived.unwrap_or(file);
                let ours = match (&member.kind, member.id) {
                    (HeadKind::HardLink(_), _) => "a hard link".to_owned(),
                    (HeadKind::Other(_), _) => "neither file nor link".to_owned(),
                    (_, Some(id)) => id.short(),
                    // No repository can hold it: see `BlobHasher::finish`.
                    (_, None) => "a forged content".to_owned(),
                };
                let message =
                    format!("{shown} is not as in the tag: {ours}, not {}", theirs.id.short());
                findings.push(Finding::new(Severity::Error, message).at(shown));
            }
            (None, _) => findings.push(added(&shown, path, tag)),
        }
    }
    let missing = tag.tree.keys().filter(|path| !present.contains(&path[..]));
    let (ignored, lacking): (Vec<_>, Vec<_>) = missing.partition(|path| {
        tag.archived.as_ref().is_some_and(|archived| !archived.contains_key(*path))
    });
    for path in &lacking {
        // It may hold less than the tag: the tag is the finding's measure, not its content.
        let shown = String::from_utf8_lossy(path).into_owned();
        let message = format!("{shown} is in the tag, not in the archive");
        findings.push(Finding::new(Severity::Note, message).at(shown));
    }
    format!(
        "{equal} files as in {}, {rendered} as git exports them, {} left out by export-ignore",
        tag.tag.as_deref().unwrap_or(tag.commit.short()),
        ignored.len()
    )
}

/// A zip often keeps no modes; links and files are told apart all the same.
fn mode_differs(
    path: &str,
    tagged: TreeKind,
    found: TreeKind,
    container: Container,
    findings: &mut Vec<Finding>,
) {
    let link = (tagged == TreeKind::Symlink) != (found == TreeKind::Symlink);
    if link || (tagged != found && container != Container::Zip) {
        let word = |kind| match kind {
            TreeKind::File => "a plain file",
            TreeKind::Executable => "executable",
            TreeKind::Symlink => "a symbolic link",
        };
        let severity = if link { Severity::Error } else { Severity::Warning };
        let message =
            format!("{path} is {} in the tag and {} in the archive", word(tagged), word(found));
        findings.push(Finding::new(severity, message).at(path));
    }
}

fn added(shown: &str, path: &[u8], tag: &TagFacts) -> Finding {
    let inside = |submodule: &&Vec<u8>| {
        path.strip_prefix(&submodule[..]).is_some_and(|rest| rest.starts_with(b"/"))
    };
    match tag.submodules.iter().find(inside) {
        Some(submodule) => {
            let submodule = String::from_utf8_lossy(submodule);
            let message =
                format!("{shown} is in the submodule {submodule}, which was not compared");
            Finding::new(Severity::Warning, message).at(shown)
        }
        None => Finding::new(Severity::Error, format!("{shown} is not in the tag")).at(shown),
    }
}
