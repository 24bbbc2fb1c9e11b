//! `legal-source-headers`: every source file has the ASF's licence header.

use std::collections::{BTreeMap, BTreeSet};

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Contents;
use crate::evidence::Evidence;
use crate::legal::exclusions::{Format, Reason};
use crate::legal::file_type::{Known, Room};
use crate::legal::licence;
use crate::legal::{Exclusions, FileLegal, Header};
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-source-headers",
    title: "Every source file has the ASF's licence header",
    severity: Severity::Error,
    rule: Some(policy::P_10),
    why: "a file that is taken out of the package has to say by itself under which terms",
    fix: "add the header of https://www.apache.org/legal/src-headers.html; files that need none \
          go into .rat-excludes, .licenserc.yaml, or `exclude_headers` in the [verify] table of \
          plusone.toml",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if !evidence.preset.is_asf() {
        return CheckOutcome::not_applicable("the project may head its files as it likes");
    }
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (_, contents) in evidence.source_contents() {
        let exclusions = exclusions(contents, evidence, &mut findings);
        let listed = listed_licences(contents);
        let mut good = 0;
        let mut exempt = 0;
        let mut taken_out: BTreeMap<String, usize> = BTreeMap::new();
        let before = findings.len();
        for (path, member) in contents.below_top() {
            let Some(legal) = member.legal.as_deref() else { continue };
            let path = String::from_utf8_lossy(path).into_owned();
            if legal.header.is_good() {
                good += 1;
            } else if let Some(why) = exclusions.why(&path) {
                if let Reason::Listed { file, .. } = why {
                    *taken_out.entry(file.to_owned()).or_default() += 1;
                }
                exempt += 1;
            } else if legal.generated.is_some() || member.tiny {
                exempt += 1;
            } else {
                match objection(legal, &listed) {
                    Some((severity, what, line)) => {
                        let finding = Finding::new(severity, format!("{path} {what}")).at(path);
                        let finding = finding.fix(remedy(&legal.header));
                        findings.push(match line {
                            Some(line) => finding.line(line),
                            None => finding,
                        });
                    }
                    None => exempt += 1,
                }
            }
        }
        let lists: BTreeMap<&str, usize> = exclusions.lists().collect();
        let lists = lists.into_iter().map(|(file, patterns)| {
            let files = taken_out.get(file).copied().unwrap_or_default();
            format!("{file} ({} take out {})", count(patterns, "pattern"), count(files, "file"))
        });
        let lists = lists.collect::<Vec<_>>().join(", ");
        // Whoever reads of files without header wants to know which lists were looked at.
        if findings.len() > before && !lists.is_empty() {
            let fix = "a list that is not named here was not found";
            findings.push(
                Finding::new(Severity::Note, format!("lists of exclusions: {lists}")).fix(fix),
            );
        }
        let lists = if lists.is_empty() { lists } else { format!("; {lists}") };
        seen.push(format!("{good} files with it, {exempt} that need none{lists}"));
    }
    texts::outcome(findings, seen)
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// What the project's own lists leave out, those that its settings name too.
fn exclusions(contents: &Contents, evidence: &Evidence, findings: &mut Vec<Finding>) -> Exclusions {
    let mut exclusions = Exclusions::new();
    let own = evidence.header_exclusions.join("\n");
    exclusions.add(Format::Rat, "plusone.toml", &own);
    let text = |path: &str| {
        contents.texts.get(path).map(|text| String::from_utf8_lossy(&text.bytes).into_owned())
    };
    for path in contents.texts.keys() {
        if let (Some(format), Some(text)) = (Format::of(path), text(path)) {
            exclusions.add(format, path, &text);
        }
    }
    for elsewhere in std::mem::take(&mut exclusions.elsewhere) {
        if let Some(text) = text(&elsewhere.path) {
            exclusions.add_from(Format::Rat, &elsewhere.path, &text, &elsewhere.base);
        } else {
            let message = format!(
                "{} names the list {}, which could not be read",
                elsewhere.file, elsewhere.path
            );
            let finding = Finding::new(Severity::Note, message).at(&elsewhere.file);
            findings.push(finding.line(elsewhere.line));
        }
    }
    for unclear in &exclusions.unclear {
        let message =
            format!("{}: `{}` is not understood: {}", unclear.file, unclear.text, unclear.why);
        findings.push(Finding::new(Severity::Note, message).at(&unclear.file).line(unclear.line));
    }
    exclusions
}

/// The licences that LICENSE and the files that it points to speak of.
fn listed_licences(contents: &Contents) -> BTreeSet<&str> {
    let text = contents.text(texts::LICENSE).map(|(_, text)| licence::beyond_apache(&text));
    let text = text.unwrap_or_default();
    let listed = contents.below_top().filter(|(path, _)| {
        let path = String::from_utf8_lossy(path);
        texts::LICENSE.contains(&&path[..]) || licence::points_to(&text, &path)
    });
    let licences = listed.flat_map(|(_, member)| &member.licences);
    licences.map(|licence| &licence.id[..]).collect()
}

/// What to do about a file with another header than the ASF's; empty where the check's own remedy fits.
fn remedy(header: &Header) -> &'static str {
    match header {
        Header::ThirdParty { .. } => {
            "leave the file's own header; put its licence into LICENSE, or let LICENSE point to a \
             file that has it"
        }
        Header::ThirdPartyAndAsf { .. } => {
            "keep the header of whoever wrote the file, and only that; what others wrote never \
             gets the ASF's"
        }
        _ => "",
    }
}

/// What is wrong with a file without the header, how gravely, and where; none if nothing is.
fn objection(
    legal: &FileLegal,
    listed: &BTreeSet<&str>,
) -> Option<(Severity, String, Option<usize>)> {
    let at = legal.header_line;
    Some(match &legal.header {
        Header::AsfFull | Header::AsfShort => return None,
        Header::AsfVariant(differences) => {
            let first = differences.first();
            let what =
                first.map_or(String::new(), |one| match (&one.found[..], &one.expected[..]) {
                    ("", missing) => format!(": leaves out `{missing}`"),
                    (more, "") => format!(": adds `{more}`"),
                    (found, expected) => format!(": `{found}` where it has `{expected}`"),
                });
            let line = first.map(|one| one.line).or(at);
            (Severity::Warning, format!("has the header with other words{what}"), line)
        }
        Header::AsfWithCopyright { line } => {
            let what = "has a copyright line in the header, where none belongs";
            (Severity::Warning, what.to_owned(), Some(*line))
        }
        Header::Apache2ByOwner { line } => {
            let what = "has the header of another owner's Apache License, not the ASF's";
            (Severity::Warning, what.to_owned(), Some(*line))
        }
        Header::SpdxOnly(id) => {
            let what = format!("has only `SPDX-License-Identifier: {id}`, which is no header");
            (Severity::Warning, what, at)
        }
        Header::ThirdParty { licence, line } => {
            // P-13: it keeps its own; its licence has to be in the package (P-06).
            let known =
                |id: &str| listed.iter().any(|known| known.contains(id) || id.contains(known));
            if licence.split(" OR ").any(known) {
                return None;
            }
            let what = format!("is under {licence}, which LICENSE does not speak of");
            (Severity::Warning, what, Some(*line))
        }
        Header::ThirdPartyAndAsf { licence, line } => {
            let what = format!("has the ASF's header and that of {licence}; it can be only one's");
            (Severity::Warning, what, Some(*line))
        }
        Header::None => match legal.file_type {
            Known::Holds(known) if known.room == Room::Comment => {
                (Severity::Error, format!("({}) has no licence header", known.name), None)
            }
            Known::Holds(known) => {
                (Severity::Warning, format!("({}) has no licence header", known.name), None)
            }
            Known::Unknown => {
                let what = "has no licence header, and it is not known what it is";
                (Severity::Note, what.to_owned(), None)
            }
            Known::CannotHold(_) => return None,
        },
    })
}
