//! What the checks of legal files have in common.

use std::collections::BTreeSet;

use super::{CheckOutcome, Finding, Severity};
use crate::evidence::{Artifact, Contents, Evidence, Member, Role};
use crate::legal::file_type::{Known, Room};
use crate::legal::{Category, How, Judged, Licence, category, is_for_binaries};

/// Names that LICENSE may have (P-04: the bare one is preferred).
pub(super) const LICENSE: &[&str] =
    &["LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING", "META-INF/LICENSE"];

/// Names that NOTICE may have.
pub(super) const NOTICE: &[&str] = &["NOTICE", "NOTICE.txt", "NOTICE.md", "META-INF/NOTICE"];

/// Names that a podling's disclaimer may have (P-22).
pub(super) const DISCLAIMER: &[&str] = &[
    "DISCLAIMER",
    "DISCLAIMER-WIP",
    "DISCLAIMER.txt",
    "DISCLAIMER-WIP.txt",
    "DISCLAIMER.md",
    "DISCLAIMER-WIP.md",
];

/// The text of a package's LICENSE or NOTICE, by its names. In META-INF it counts for convenience packages only: whoever
/// unpacks a source package looks at its root (P-04).
pub(super) fn of_package(
    artifact: &Artifact,
    contents: &Contents,
    names: &[&'static str],
) -> Option<(&'static str, String)> {
    let counts = |name: &str| artifact.role != Role::Source || !name.starts_with("META-INF/");
    let names: Vec<&'static str> = names.iter().copied().filter(|name| counts(name)).collect();
    contents.text(&names)
}

/// Looks for a file that has to be in every package. One that cannot be read may have it.
pub(super) fn in_every_package(
    evidence: &Evidence,
    what: &str,
    names: &[&'static str],
) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    let unread = evidence.artifacts.iter().any(|it| matches!(it.contents, Some(Err(_))));
    for (artifact, contents) in evidence.readable_contents() {
        if let Some((name, _)) = of_package(artifact, contents, names) {
            seen.push(name);
        } else {
            let message = format!("{} has no {what} in its top directory", artifact.base_name());
            findings.push(Finding::new(Severity::Error, message).at(&artifact.name));
        }
    }
    if findings.is_empty() && seen.is_empty() && unread {
        return CheckOutcome::not_run("the archive cannot be read");
    }
    outcome(findings, seen)
}

/// The outcome of a look at files of which there should be some.
pub(super) fn outcome<T: Into<String>>(findings: Vec<Finding>, seen: Vec<T>) -> CheckOutcome {
    if findings.is_empty() && seen.is_empty() {
        return CheckOutcome::not_applicable("there is no such file that can be read");
    }
    let seen: BTreeSet<String> = seen.into_iter().map(Into::into).collect();
    CheckOutcome::of(findings, seen.into_iter().collect::<Vec<_>>().join(", "))
}

/// What the files of the sources are put under, or hold the text of, each licence of a file once. A mere name (`not under
/// the GPL`) counts for nothing.
pub(super) fn stated(
    evidence: &Evidence,
) -> impl Iterator<Item = (String, &Member, &Licence, Judged)> {
    let members = evidence.source_contents().flat_map(|(_, contents)| contents.below_top());
    members.flat_map(|(path, member)| {
        let path = String::from_utf8_lossy(path).into_owned();
        // A file that is called a licence was read as one, and whole.
        let legal = member.legal.iter().filter(|_| member.licences.is_empty());
        let headed = legal.flat_map(|legal| &legal.licences);
        let licences = headed.chain(&member.licences).filter(|one| one.how != How::Name);
        let mut seen = BTreeSet::new();
        let once = licences.filter(move |licence| seen.insert(&licence.id[..]));
        once.map(move |licence| (path.clone(), member, licence, category(&licence.id)))
    })
}

/// How grave it is what a file says: an error is only what a header or a licence file says, as prose may speak of what is
/// not in the package.
pub(super) fn weight(path: &str, member: &Member) -> Severity {
    const DOCUMENTS: [&str; 10] = [
        ".adoc",
        ".asciidoc",
        ".htm",
        ".html",
        ".markdown",
        ".md",
        ".mdx",
        ".rst",
        ".tex",
        ".xhtml",
    ];
    if !member.licences.is_empty() {
        return Severity::Error;
    }
    let lower = path.to_lowercase();
    if DOCUMENTS.iter().any(|ending| lower.ends_with(ending)) {
        return Severity::Note;
    }
    match member.legal.as_ref().map(|legal| legal.file_type) {
        Some(Known::Holds(known)) if known.room == Room::Comment => Severity::Error,
        Some(Known::Unknown) => Severity::Warning,
        _ => Severity::Note,
    }
}

/// Every file that is put under a licence of the category, or holds its text.
pub(super) fn of_category(evidence: &Evidence, wanted: Category) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut for_binaries: BTreeSet<String> = BTreeSet::new();
    for (path, member, Licence { id, line, .. }, judged) in stated(evidence) {
        if judged.category != wanted {
            continue;
        }
        if is_for_binaries(&path) {
            for_binaries.insert(path);
            continue;
        }
        let letter = wanted.as_str();
        let message = if judged.by == *id {
            format!("{path} speaks of {id}, of Category {letter}")
        } else {
            format!("{path} speaks of {id}; {} is of Category {letter}", judged.by)
        };
        findings.push(Finding::new(weight(&path, member), message).at(path).line(*line));
    }
    if let Some(first) = for_binaries.first() {
        let message = format!(
            "{first}{} of licences of Category {}, for the binary packages",
            match for_binaries.len() {
                1 => " speaks".to_owned(),
                count => format!(" and {} more speak", count - 1),
            },
            wanted.as_str()
        );
        let fix = "nothing in the source package; what the binary packages hold has to be \
                   allowed there";
        findings.push(Finding::new(Severity::Note, message).at(first).fix(fix));
    }
    findings
}
