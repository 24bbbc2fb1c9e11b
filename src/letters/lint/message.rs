//! Checks of any letter: is it finished, and will it arrive as it is meant.

use super::super::{Kind, bare_address, template};
use super::links::links;
use super::{Posting, finding, outcome};
use crate::checks::{CheckOutcome, Severity};

/// Findings after which a letter needs a rewrite, not a list.
const MOST_PLACEHOLDERS: usize = 20;

pub(super) fn no_placeholders(posting: &Posting) -> CheckOutcome {
    let letter = &posting.letter;
    let mut findings = Vec::new();
    let mut look = |place: &str, text: &str| {
        for range in template::placeholders(text).into_iter().take(MOST_PLACEHOLDERS) {
            let line = text[..range.start].matches('\n').count() + 1;
            let place = if place.is_empty() { format!("line {line}") } else { place.to_owned() };
            let message = format!("{place}: `{}` was meant to be replaced", &text[range]);
            findings.push(finding(Severity::Error, message, "replace it, or reword the line"));
        }
    };
    look("subject", &letter.subject);
    look("", &letter.body);
    let ballot: Vec<&str> = letter.body.lines().filter(|line| line.starts_with('[')).collect();
    let unmarked = |line: &&str| line.starts_with("[ ]") || line.starts_with("[]");
    if letter.kind == Kind::Reply && ballot.len() >= 3 && ballot.iter().all(unmarked) {
        findings.push(finding(
            Severity::Error,
            "no vote is marked",
            "write your vote: an x in one pair of brackets, or +1, 0 or -1 in a line of its own \
             instead of the three",
        ));
    }
    outcome(findings, "nothing is left to be replaced")
}

/// The tags at the start of a subject, without brackets, in capitals: `[RESULT] [VOTE] …`.
fn tags(subject: &str) -> Vec<String> {
    let mut rest = subject.trim();
    let mut tags = Vec::new();
    while let Some((tag, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        tags.push(tag.trim().to_uppercase());
        rest = after.trim_start();
    }
    tags
}

pub(super) fn subject_tag(posting: &Posting) -> CheckOutcome {
    let subject = &posting.letter.subject;
    let tags = tags(subject);
    let has = |any: &[&str]| tags.iter().any(|tag| any.contains(&&tag[..]));
    const RESULT: &[&str] = &["RESULT", "RESULTS"];
    const CANCEL: &[&str] = &["CANCEL", "CANCELED", "CANCELLED"];
    const ANNOUNCE: &[&str] = &["ANNOUNCE", "ANN", "ANNOUNCEMENT"];
    let (fits, expected) = match posting.letter.kind {
        Kind::Vote => (has(&["VOTE"]) && !has(RESULT) && !has(CANCEL), "[VOTE]"),
        Kind::Result => (has(RESULT) && has(&["VOTE"]), "[RESULT] [VOTE]"),
        Kind::Cancel => (has(CANCEL) && has(&["VOTE"]), "[CANCEL] [VOTE]"),
        Kind::Announce => (has(ANNOUNCE) && !has(&["VOTE"]), "[ANNOUNCE]"),
        Kind::Reply => (subject.trim_start().to_lowercase().starts_with("re:"), "Re:"),
    };
    let mut findings = Vec::new();
    if !fits {
        let message = format!("the subject is `{subject}`");
        let fix = format!("let it start with `{expected}`");
        findings.push(finding(Severity::Warning, message, fix));
    }
    if let Some(version) = posting.known.version.as_deref().filter(|v| !subject.contains(v)) {
        let message = format!("the subject does not name the version {version}");
        findings.push(finding(Severity::Warning, message, "name it"));
    }
    outcome(findings, format!("`{subject}`"))
}

pub(super) fn plain_text(posting: &Posting) -> CheckOutcome {
    let letter = &posting.letter;
    let mut findings = Vec::new();
    if !letter.content_type.eq_ignore_ascii_case("text/plain") {
        let message = format!("it is {}", letter.content_type);
        let fix = "send it as plain text: in a mail program, switch formatting off";
        findings.push(finding(posting.strictness(), message, fix));
    }
    let lower = letter.body.to_lowercase();
    let marks = ["<html", "<body", "<br>", "<br/>", "<br />", "<p>", "<div", "<a href", "&nbsp;"];
    if let Some(mark) = marks.iter().find(|mark| lower.contains(**mark)) {
        let message = format!("there is HTML in the text: `{mark}`");
        findings.push(finding(posting.strictness(), message, "write it in words"));
    }
    outcome(findings, letter.content_type.clone())
}

pub(super) fn from_apache(posting: &Posting) -> CheckOutcome {
    if !posting.goes_to_announce() {
        return CheckOutcome::not_applicable("it does not go to announce@apache.org");
    }
    let from = bare_address(&posting.letter.from);
    match from.rsplit_once('@') {
        Some((_, domain)) if domain.eq_ignore_ascii_case("apache.org") => CheckOutcome::pass(from),
        _ => CheckOutcome::found(
            Severity::Error,
            format!("it comes from {from}"),
            "send it from your @apache.org address, through mail-relay.apache.org",
        ),
    }
}

pub(super) fn https_only(posting: &Posting) -> CheckOutcome {
    let all = links(&posting.letter.body);
    let bad = all.iter().filter(|link| link.scheme == "http" && !link.namespace);
    let findings = bad.map(|link| {
        let fix = format!("write {}", link.text.replacen("http://", "https://", 1));
        finding(posting.strictness(), format!("{} is not https", link.text), fix)
    });
    outcome(findings.collect(), format!("{} links", all.len()))
}

pub(super) fn links_resolve(posting: &Posting) -> CheckOutcome {
    let asked: Vec<_> = posting.known.asked.iter().filter(|asked| !asked.released_file).collect();
    if asked.is_empty() {
        return CheckOutcome::not_run("the links were not asked for");
    }
    let findings = asked.iter().filter_map(|asked| {
        let message = format!("{}: {}", asked.url, asked.failure.as_ref()?);
        Some(finding(Severity::Error, message, "mend the link, or wait until it answers"))
    });
    outcome(findings.collect(), format!("{} links answer", asked.len()))
}
