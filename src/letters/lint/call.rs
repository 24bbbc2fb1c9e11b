//! Checks of what is said while nothing is released yet: calls to vote, results, cancellations.

use super::super::Kind;
use super::links::links;
use super::{Posting, finding, flat, outcome};
use crate::checks::{CheckOutcome, Severity};

/// Local parts of lists that are closed to the public.
const PRIVATE: [&str; 4] = ["private", "security", "board", "members"];

/// Local parts of lists of people who use what is released.
const PUBLIC: [&str; 5] = ["announce", "announcements", "users", "user", "news"];

fn local_part(address: &str) -> String {
    address.split('@').next().unwrap_or_default().to_ascii_lowercase()
}

pub(super) fn on_public_list(posting: &Posting) -> CheckOutcome {
    if posting.letter.kind == Kind::Announce {
        return CheckOutcome::not_applicable("it is no part of a vote");
    }
    let mut findings = Vec::new();
    for recipient in posting.letter.recipients() {
        let local = local_part(recipient);
        if PRIVATE.contains(&&local[..]) || local.ends_with("-private") {
            findings.push(finding(
                Severity::Error,
                format!("it goes to {recipient}, which is a private list"),
                "send it to the project's public list only",
            ));
        }
    }
    let list = posting.known.vote_list.as_deref();
    if let Some(list) = list.filter(|list| !posting.goes_to(list)) {
        findings.push(finding(
            Severity::Error,
            format!("it does not go to {list}, where the vote is held"),
            format!("send it to {list}"),
        ));
    }
    if list.is_none() && posting.preset.is_asf() {
        let on_asf = |address: &str| address.to_ascii_lowercase().ends_with(".apache.org");
        if !posting.letter.recipients().any(on_asf) {
            let message = "it goes to no list of the ASF";
            let fix = "a release is voted on by the project, on its list at apache.org";
            findings.push(finding(Severity::Error, message, fix));
        }
    }
    let recipients: Vec<&str> = posting.letter.recipients().collect();
    outcome(findings, recipients.join(", "))
}

pub(super) fn unreleased_stays_private(posting: &Posting) -> CheckOutcome {
    let mut findings = Vec::new();
    if posting.letter.kind == Kind::Announce {
        for link in links(&posting.letter.body) {
            let path = link.path.to_ascii_lowercase();
            if path.contains("/dist/dev/") || path.contains("snapshot") || names_candidate(&path) {
                let fix = "link to what is released";
                let message = format!("{} is not released", link.text);
                findings.push(finding(Severity::Error, message, fix));
            }
        }
        return outcome(findings, "every link is to something released");
    }
    for recipient in posting.letter.recipients() {
        if PUBLIC.contains(&&local_part(recipient)[..]) {
            findings.push(finding(
                Severity::Error,
                format!("it goes to {recipient}, a list of people who use releases"),
                "send it to the developers' list only",
            ));
        }
    }
    outcome(findings, "it goes to developers only")
}

/// Whether an address names a candidate: `-rc1`, `RC2`, `1.0rc3`, `-rc.1`.
fn names_candidate(path: &str) -> bool {
    path.match_indices("rc").any(|(at, _)| {
        let before = path[..at].chars().next_back();
        let after = path[at + 2..].trim_start_matches(['.', '-']);
        before.is_some_and(|c| c.is_ascii_digit() || matches!(c, '-' | '_' | '.'))
            && after.starts_with(|c: char| c.is_ascii_digit())
    })
}

pub(super) fn elements(posting: &Posting) -> CheckOutcome {
    if posting.letter.kind != Kind::Vote {
        return CheckOutcome::not_applicable("it is no call to vote");
    }
    let body = &posting.letter.body;
    let (text, all) = (flat(body), links(body));
    let known = &posting.known;
    let asf = posting.preset.is_asf();
    let mut findings = Vec::new();
    let mut expect = |severity, there: bool, what: &str, fix: &str| {
        if !there {
            findings.push(finding(severity, format!("it does not give {what}"), fix));
        }
    };
    let candidate = match &known.candidate_url {
        Some(url) => body.contains(url.trim_end_matches('/')),
        None => all.iter().any(|link| {
            link.path.contains("/dist/dev/")
                || link.is_on("repository.apache.org")
                || link.is_on("releases.apache.org")
                || link.is_artifact()
        }),
    };
    expect(Severity::Error, candidate, "the address of the candidate", "link to what is voted on");
    let version =
        known.version.as_deref().is_none_or(|version| text.contains(&version.to_lowercase()));
    expect(Severity::Error, version, "the version", "name the version that is voted on");
    let commit = match &known.commit {
        Some(commit) => body.contains(&commit[..]),
        None => has_object_id(body),
    };
    expect(
        Severity::Warning,
        commit,
        "the commit in full",
        "give the commit's object id, all of it",
    );
    let keys = all.iter().any(|link| {
        link.file().starts_with("KEYS") && (!asf || link.is_on("downloads.apache.org"))
    });
    let fix = match asf {
        true => "link to KEYS on https://downloads.apache.org",
        false => "link to the KEYS file",
    };
    expect(Severity::Warning, keys, "the public KEYS file", fix);
    let digest = text.contains("sha512") || text.contains("sha-512") || text.contains("sha256");
    expect(Severity::Warning, digest, "checksums", "give the SHA-512 of each artifact");
    let time = text.contains(" utc") || text.contains("hours") || text.contains("gmt");
    expect(Severity::Warning, time, "the time until which it is open", "say until when, in UTC");
    let option = |values: &[&str]| {
        let marked = |line: &str| {
            let line = line.trim_start().trim_start_matches("- ").trim_start_matches("* ");
            let line = line.strip_prefix('[').map_or(line, |l| l.trim_start_matches([' ', ']']));
            values.iter().any(|value| line.trim_start_matches('[').starts_with(value))
        };
        body.lines().any(marked)
    };
    let options = option(&["+1"]) && option(&["0", "+0", "-0", "+/-0"]) && option(&["-1"]);
    expect(Severity::Warning, options, "the options +1, 0 and -1", "list them, a line each");
    outcome(findings, "all is there")
}

/// Whether a git object id in full is in the text: 40 or 64 hex digits in lower case, as git has
/// them and fingerprints do not, that are not said to be a checksum.
fn has_object_id(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut before = "";
    words.into_iter().any(|word| {
        let checksum = before.to_ascii_lowercase().starts_with("sha");
        before = word;
        let digits = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        !checksum && matches!(word.len(), 40 | 64) && word.bytes().all(digits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_told_by_their_names() {
        for path in ["/x/1.0-rc1/", "/x/1.0rc3", "/tag/v1.0-rc.2", "/x_rc10.tar.gz", "/1.0.rc1"] {
            assert!(names_candidate(path), "{path}");
        }
        for path in ["/source/", "/march2026", "/src-1.0", "/arc1/x", "/rcfile", "/x-rc/"] {
            assert!(!names_candidate(path), "{path}");
        }
    }
}
