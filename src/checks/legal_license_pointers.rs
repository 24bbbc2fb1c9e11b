//! `legal-license-pointers`: what LICENSE points to is in the package.

use std::collections::BTreeSet;

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::{Contents, Evidence, Member};
use crate::legal::{How, Licence, is_for_binaries, licence};
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-license-pointers",
    title: "What LICENSE points to is in the package",
    severity: Severity::Error,
    rule: Some(policy::P_06),
    why: "the licence of a bundled part has to be in the package, in LICENSE itself or in a file \
          that it points to",
    fix: "add the file, or take the part out of LICENSE if it is no longer bundled",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = 0;
    for (artifact, contents) in evidence.source_contents() {
        let Some((name, text)) = texts::of_package(artifact, contents, texts::LICENSE) else {
            continue;
        };
        if evidence.preset.is_asf() {
            unlisted(contents, name, &text, &mut findings);
        }
        let paths: BTreeSet<&[u8]> = contents.below_top().map(|(path, _)| path).collect();
        for pointer in licence::pointers(&text) {
            let path = pointer.path.trim_start_matches("./");
            let there = paths.contains(path.as_bytes())
                || paths.iter().any(|known| known.ends_with(format!("/{path}").as_bytes()));
            if there {
                seen += 1;
                continue;
            }
            let message = format!("{name} points to {path}, which is not in the package");
            findings.push(Finding::new(Severity::Error, message).at(name).line(pointer.line));
        }
    }
    if findings.is_empty() && seen == 0 {
        return CheckOutcome::not_applicable("LICENSE points to no files");
    }
    CheckOutcome::of(findings, format!("{seen} of {seen}"))
}

/// Licence files of bundled parts that LICENSE neither holds nor points to. The Apache License need not be repeated.
fn unlisted(contents: &Contents, name: &str, text: &str, findings: &mut Vec<Finding>) {
    let beyond = licence::beyond_apache(text);
    let held = licence::find(text);
    for (path, member) in contents.below_top() {
        let path = String::from_utf8_lossy(path).into_owned();
        if let Some((what, fix)) = no_licence(&path, member, text) {
            let message = format!("{path} {what}");
            findings.push(Finding::new(Severity::Warning, message).at(path).fix(fix));
            continue;
        }
        let root = !path.contains('/') && !path.contains(['-', '_']);
        if root || is_for_binaries(&path) || licence::points_to(&beyond, &path) {
            continue;
        }
        let is_held = |one: &Licence| {
            one.id.starts_with("Apache") || held.iter().any(|known| known.id == one.id)
        };
        let mut texts = member.licences.iter().filter(|one| one.how == How::Text);
        let Some(one) = texts.find(|one| !is_held(one)) else { continue };
        let message = format!("{path} has the text of {}, and {name} does not point to it", one.id);
        let fix = "name the part and this file in LICENSE, or take the file out if nothing in the \
                   package is under it";
        findings.push(Finding::new(Severity::Warning, message).at(path).line(one.line).fix(fix));
    }
}

/// What has no licence though it seems to, or needs one: a web page in its place, a font that LICENSE does not speak of.
fn no_licence(path: &str, member: &Member, text: &str) -> Option<(&'static str, &'static str)> {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    if member.web_page && !matches!(ending, "html" | "htm") {
        return Some(("is a web page", "put the licence's own text there"));
    }
    if !matches!(ending, "ttf" | "otf" | "woff" | "woff2" | "eot") {
        return None;
    }
    let family = stem.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let text = text.to_lowercase();
    let told = text.contains("font") || family.len() > 2 && text.contains(family);
    (!told).then_some((
        "is a font, and LICENSE speaks of none",
        "name the font and its licence in LICENSE; the usual one, the OFL, is of Category B and \
         may not be in source",
    ))
}
