//! Checks of announcements: what the moderators of announce@apache.org look for, and what they
//! reject.

use chrono::TimeDelta;

use super::super::Kind;
use super::super::fold::fold;
use super::links::{Link, links};
use super::{Posting, finding, flat, outcome};
use crate::checks::{CheckOutcome, Finding, Severity};
use crate::policy::Preset;

/// How long a release takes to the download servers at most.
const HOUR: TimeDelta = TimeDelta::hours(1);

fn not_announced(posting: &Posting) -> Option<CheckOutcome> {
    (posting.letter.kind != Kind::Announce)
        .then(|| CheckOutcome::not_applicable("it is no announcement"))
}

/// Why an address is not for the public, if it is not.
fn forbidden(link: &Link<'_>) -> Option<&'static str> {
    if link.is_on("dist.apache.org") {
        Some("dist.apache.org is for developers")
    } else if link.is_on("repository.apache.org") {
        Some("repository.apache.org is for developers")
    } else if link.is_mirror_script() && !link.is_artifact() {
        Some("a mirror script alone is no download page")
    } else if link.is_bare_directory() {
        Some("a directory is no download page")
    } else {
        None
    }
}

pub(super) fn no_forbidden_links(posting: &Posting) -> CheckOutcome {
    if let Some(outcome) = not_announced(posting) {
        return outcome;
    }
    if !posting.preset.is_asf() {
        return CheckOutcome::not_applicable("the rule is the ASF's");
    }
    let all = links(&posting.letter.body);
    let findings = all.iter().filter_map(|link| {
        let message = format!("{}: {}", link.text, forbidden(link)?);
        Some(finding(Severity::Error, message, "link to the project's download page instead"))
    });
    outcome(findings.collect(), format!("{} links", all.len()))
}

pub(super) fn download_page(posting: &Posting) -> CheckOutcome {
    if let Some(outcome) = not_announced(posting) {
        return outcome;
    }
    let severity = if posting.preset.is_asf() { Severity::Error } else { Severity::Warning };
    let Some(page) = posting.known.download_page.as_deref() else {
        return CheckOutcome::found(
            severity,
            "the project has no download page in its settings",
            "set `project.download_page`",
        );
    };
    let plain = |url: &str| url.trim_end_matches('/').to_owned();
    if !links(&posting.letter.body).iter().any(|link| plain(link.text) == plain(page)) {
        let message = format!("it does not link to {page}");
        return CheckOutcome::found(severity, message, "link to the download page");
    }
    match &posting.known.download_page_text {
        None => CheckOutcome::not_run(format!("{page} is linked to, and was not looked at")),
        Some(text) => outcome(page_findings(posting, text), format!("{page} is ready")),
    }
}

/// What is missing on a download page, or should not be there.
fn page_findings(posting: &Posting, page: &str) -> Vec<Finding> {
    // An address in an attribute may be escaped.
    let text = page.replace("&amp;", "&");
    let all = links(&text);
    let mut findings = Vec::new();
    let mut expect = |there: bool, message: &str, fix: &str| {
        if !there {
            findings.push(finding(Severity::Error, format!("the download page {message}"), fix));
        }
    };
    if let Some(version) = &posting.known.version {
        let message = format!("does not name {version}");
        expect(text.contains(&version[..]), &message, "publish the new version on the page first");
    }
    if !posting.preset.is_asf() {
        return findings;
    }
    let public = |link: &Link<'_>| link.scheme == "https" && link.is_on("downloads.apache.org");
    let of_version = |link: &Link<'_>| {
        posting.known.version.as_deref().is_none_or(|version| link.text.contains(version))
    };
    let ends = |endings: &[&str]| {
        all.iter().any(|link| {
            public(link) && of_version(link) && endings.iter().any(|e| link.file().ends_with(e))
        })
    };
    let on_downloads = "link to it on https://downloads.apache.org";
    let keys = all.iter().any(|link| public(link) && link.file() == "KEYS");
    expect(keys, "does not link to KEYS on downloads.apache.org", on_downloads);
    let signature = "does not link to the signature (.asc) on downloads.apache.org";
    expect(ends(&[".asc"]), signature, on_downloads);
    let checksum = "does not link to the checksum (.sha512) on downloads.apache.org";
    expect(ends(&[".sha512", ".sha256"]), checksum, on_downloads);
    let source =
        all.iter().any(|link| link.is_mirror_script() && link.is_artifact() && of_version(link));
    let fix = "link to the source as https://www.apache.org/dyn/closer.lua/<path>/<file>";
    expect(source, "does not link to the source through closer.lua", fix);
    let how = flat(&text);
    let fix = "say on the page how to verify a download";
    expect(how.contains("verif"), "does not say how to verify a download", fix);
    for link in all
        .iter()
        .filter(|link| link.is_on("dist.apache.org") || link.is_on("repository.apache.org"))
    {
        let message = format!("the download page links to {}", link.text);
        let fix = "link to downloads.apache.org instead";
        findings.push(finding(Severity::Error, message, fix));
    }
    findings
}

pub(super) fn one_hour_after_promotion(posting: &Posting) -> CheckOutcome {
    if let Some(outcome) = not_announced(posting) {
        return outcome;
    }
    if !posting.preset.is_asf() {
        return CheckOutcome::not_applicable("the rule is the ASF's");
    }
    let missing = posting.known.asked.iter().filter(|asked| asked.released_file);
    let mut findings: Vec<Finding> = missing
        .filter_map(|asked| {
            let message = format!("{}: {}", asked.url, asked.failure.as_ref()?);
            Some(finding(Severity::Error, message, "wait until it can be downloaded"))
        })
        .collect();
    let (Some(promoted), Some(now)) = (posting.known.promoted_at, posting.known.now) else {
        return match findings.is_empty() {
            true => CheckOutcome::not_run("it is not known when the release was promoted"),
            false => CheckOutcome::Finding { findings },
        };
    };
    let passed = now.signed_duration_since(promoted);
    if passed < HOUR {
        let message = format!("it was promoted {} minutes ago", passed.num_minutes());
        let fix = format!("wait until {}", (promoted + HOUR).format("%Y-%m-%d %H:%M UTC"));
        findings.insert(0, finding(Severity::Error, message, fix));
    }
    outcome(findings, format!("promoted {}", promoted.format("%Y-%m-%d %H:%M UTC")))
}

/// Lines of prose that an announcement should have about the project.
const ABOUT_LINES: usize = 3;

pub(super) fn about_text(posting: &Posting) -> CheckOutcome {
    if let Some(outcome) = not_announced(posting) {
        return outcome;
    }
    if !posting.preset.is_asf() {
        return CheckOutcome::not_applicable("the rule is the ASF's");
    }
    let lines: Vec<&str> = posting.letter.body.lines().collect();
    let paragraphs = lines.split(|line| line.trim().is_empty()).filter(|lines| is_about(lines));
    let longest = paragraphs.map(about_lines).max().unwrap_or(0);
    if longest >= ABOUT_LINES {
        return CheckOutcome::pass(format!("{longest} lines"));
    }
    CheckOutcome::found(
        Severity::Warning,
        match longest {
            0 => "nothing in it says what the project is".to_owned(),
            1 => "one line says what the project is".to_owned(),
            lines => format!("{lines} lines say what the project is"),
        },
        "say in three to five lines what it is and whom it is for",
    )
}

/// Whether a paragraph is prose about the project: no list, no code, no address alone, neither the
/// sentence that announces nor the disclaimer.
fn is_about(lines: &[&str]) -> bool {
    let text = flat(&lines.join("\n"));
    let others = [" to announce ", "undergoing incubation", "thanks to", "thank you"];
    let prose = |line: &&str| line.starts_with(char::is_alphabetic) && !line.starts_with("http");
    !others.iter().any(|phrase| text.contains(phrase))
        && !lines.is_empty()
        && lines.iter().all(prose)
        && (text.contains(". ") || text.ends_with('.'))
}

/// How many lines of a usual mail a paragraph fills.
fn about_lines(lines: &[&str]) -> usize {
    fold(&lines.join("\n"), 0).lines().count()
}

pub(super) fn podling_disclaimer(posting: &Posting) -> CheckOutcome {
    if let Some(outcome) = not_announced(posting) {
        return outcome;
    }
    if posting.preset != Preset::Podling {
        return CheckOutcome::not_applicable("the project is no podling");
    }
    let text = flat(&posting.letter.body);
    let mut findings = Vec::new();
    let phrases =
        ["undergoing incubation at the apache software foundation", "fully endorsed by the asf"];
    // DISCLAIMER-WIP is worded differently where it speaks of the ASF's endorsement.
    let wip = text.contains("may not be fully compliant with asf policy");
    if !(text.contains(phrases[0]) && (text.contains(phrases[1]) || wip)) {
        let fix = "add the text of DISCLAIMER, or of DISCLAIMER-WIP";
        findings.push(finding(Severity::Error, "it does not carry the disclaimer", fix));
    }
    if !text.contains("incubating") && !text.contains("incubation") {
        let fix = "call it `Apache … (Incubating)` where it is first named";
        findings.push(finding(Severity::Error, "it does not say that it is in incubation", fix));
    }
    outcome(findings, "the disclaimer is there")
}
