//! Is this machine, this key and this repository ready for a release? The checks of
//! `plusone doctor`.
//!
//! Everything looked at is collected before; a value that could not be had is an `Err` with the
//! reason, and its checks then say that they could not run. Pure.

use chrono::{DateTime, Datelike, Utc};

use crate::checks::{Check, CheckOutcome, Finding, Severity};
use crate::policy::{self, Preset};
use crate::release::Version;

/// What is known, or why it is not.
pub type Known<T> = Result<T, String>;

/// Everything that the checks look at.
#[derive(Debug, Clone)]
pub struct Readiness {
    /// As of when.
    pub now: DateTime<Utc>,
    /// Which rules apply.
    pub preset: Preset,
    /// The version to be released, if it is known.
    pub version: Option<Version>,
    /// Programs, with the first line of their `--version`.
    pub tools: Vec<Tool>,
    /// The work tree; none in a bare repository.
    pub work_tree: Known<Option<WorkTreeFacts>>,
    /// Tags of the candidate and of the release.
    pub tags: Vec<TagFacts>,
    /// The key that will sign.
    pub key: Known<SigningKey>,
    /// Whether a probe signature could be made; none if it was not tried.
    pub probe: Option<Known<()>>,
    /// The project's KEYS file: its address and whether the key is in it; none if the project has
    /// no such file.
    pub keys_file: Known<Option<(String, bool)>>,
    /// NOTICE at the commit, if it is there.
    pub notice: Known<Option<String>>,
    /// Names of files in the root at the commit.
    pub root_files: Vec<String>,
    /// Manifests with the version they state.
    pub manifests: Vec<Manifest>,
    /// Addresses of the staging and release areas with what came of asking the server.
    pub dist: Vec<(String, Known<()>)>,
    /// Where the roster was looked for and how many people it names; none if nothing is set.
    pub roster: Known<Option<(String, usize)>>,
}

/// A program that a release needs.
#[derive(Debug, Clone)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// The oldest version that will do.
    pub oldest: (u32, u32),
    /// What it says of its version, or why it cannot be run.
    pub found: Known<String>,
    /// Whether this project's release goes without it.
    pub optional: bool,
    /// How to get it.
    pub install: &'static str,
}

/// The work tree.
#[derive(Debug, Clone, Default)]
pub struct WorkTreeFacts {
    /// Files changed or unknown.
    pub changes: usize,
    /// The upstream branch, if there is one.
    pub upstream: Option<String>,
    /// Commits that the upstream lacks.
    pub ahead: u64,
    /// Commits that only the upstream has.
    pub behind: u64,
}

/// A tag that the release will make or has made.
#[derive(Debug, Clone)]
pub struct TagFacts {
    /// Its name.
    pub name: String,
    /// Whether it is the release's own tag, not the candidate's.
    pub of_release: bool,
    /// Where it points.
    pub state: TagState,
}

/// Where a tag points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TagState {
    /// It does not exist yet.
    Free,
    /// To the commit that is to be released.
    AtCommit,
    /// To another commit.
    Elsewhere,
}

/// The key that will sign.
#[derive(Debug, Clone)]
pub struct SigningKey {
    /// Primary fingerprint.
    pub fingerprint: String,
    /// Algorithm and size of the key that signs: `RSA 4096`.
    pub algorithm: String,
    /// Bits, if it is RSA.
    pub rsa_bits: Option<u32>,
    /// When it expires, if ever.
    pub expires: Option<DateTime<Utc>>,
    /// Whether gpg holds it for revoked or disabled.
    pub revoked: bool,
    /// User ids that are not revoked.
    pub user_ids: Vec<String>,
}

/// A file that states the version.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// Its path.
    pub path: String,
    /// The version it states; none if it states none.
    pub version: Known<Option<String>>,
}

/// All checks, in the order of the report.
pub const CATALOGUE: &[Check<Readiness>] = &[
    Check {
        id: "tools-present",
        title: "The programs that a release runs are there and new enough",
        severity: Severity::Error,
        fix: "install what is missing",
        why: "git gives the tree, gpg signs, svn stages and promotes",
        rule: None,
        run: tools_present,
    },
    Check {
        id: "tree-committed",
        title: "The work tree is clean and equal to its upstream",
        severity: Severity::Warning,
        fix: "commit and push before the release",
        why: "an archive is made of a commit; what is not committed or not pushed is missing from \
              it or unknown to the voters",
        rule: Some(policy::P_18),
        run: tree_committed,
    },
    Check {
        id: "tags-free",
        title: "The tags of candidate and release are free, or where they should be",
        severity: Severity::Error,
        fix: "take the next candidate number, and never move a tag that was pushed",
        why: "voters compare the archive with the tag; a tag that was moved breaks every clone",
        rule: Some(policy::P_18),
        run: tags_free,
    },
    Check {
        id: "key-usable",
        title: "There is a secret key to sign with",
        severity: Severity::Error,
        fix: "make a key with `plusone keys generate`, or name yours with --key",
        why: "every artifact needs a signature by its release manager",
        rule: Some(policy::K_01),
        run: key_usable,
    },
    Check {
        id: "key-signs",
        title: "The key signs, now",
        severity: Severity::Error,
        fix: "try `gpg --clearsign` in this terminal; check the agent, the card and GPG_TTY",
        why: "an agent, a card or a PIN that fails is better met now than after the archive is built",
        rule: Some(policy::K_01),
        run: key_signs,
    },
    Check {
        id: "key-strong",
        title: "The key is RSA with 4096 bits",
        severity: Severity::Error,
        fix: "make a new RSA key of 4096 bits and append it to KEYS",
        why: "the ASF takes RSA keys of at least 2048 bits and asks for 4096 in new ones",
        rule: Some(policy::K_08),
        run: key_strong,
    },
    Check {
        id: "key-expiry",
        title: "The key is valid for another 90 days",
        severity: Severity::Error,
        fix: "extend the key with `gpg --quick-set-expire` and append it to KEYS again",
        why: "a signature by a key that has expired looks bad to everybody who checks it later",
        rule: Some(policy::K_13),
        run: key_expiry,
    },
    Check {
        id: "key-address",
        title: "The key carries the release manager's address",
        severity: Severity::Warning,
        fix: "add the address to the key with `gpg --quick-add-uid`",
        why: "voters tell by the address whose key it is",
        rule: Some(policy::K_14),
        run: key_address,
    },
    Check {
        id: "key-published",
        title: "The key is in the project's KEYS file",
        severity: Severity::Error,
        fix: "append the key with `plusone keys append`",
        why: "voters verify with the keys in that file and no others",
        rule: Some(policy::K_05),
        run: key_published,
    },
    Check {
        id: "legal-files",
        title: "LICENSE and NOTICE are in the root",
        severity: Severity::Error,
        fix: "add the files and commit them",
        why: "every source package must hold them, and a vote on one that does not is lost",
        rule: Some(policy::P_04),
        run: legal_files,
    },
    Check {
        id: "notice-year",
        title: "NOTICE reaches to this year",
        severity: Severity::Warning,
        fix: "bring the years in NOTICE up to date",
        why: "the copyright years should cover the year of the release",
        rule: Some(policy::P_08),
        run: notice_year,
    },
    Check {
        id: "versions-agree",
        title: "The manifests state the version that is released",
        severity: Severity::Warning,
        fix: "set the version in the manifests and commit them",
        why: "a source package that builds as another version is a common reason for a new vote",
        rule: None,
        run: versions_agree,
    },
    Check {
        id: "dist-reachable",
        title: "The staging and release areas can be reached",
        severity: Severity::Warning,
        fix: "look whether the address and the network are right",
        why: "candidates are staged there; who may write is known only when it is tried",
        rule: Some(policy::S_01),
        run: dist_reachable,
    },
    Check {
        id: "roster-known",
        title: "The roster can be read",
        severity: Severity::Warning,
        fix: "name the roster in the settings",
        why: "whose votes are binding is decided by the roster",
        rule: Some(policy::T_03),
        run: roster_known,
    },
];

fn tools_present(ready: &Readiness) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for tool in &ready.tools {
        let fix = format!("install {}: {}", tool.name, tool.install);
        let severity = if tool.optional { Severity::Note } else { Severity::Error };
        match &tool.found {
            Err(reason) => findings.push(Finding::new(severity, reason).fix(fix)),
            Ok(line) => match version_in(line) {
                Some(version) if version < tool.oldest => {
                    let message = format!(
                        "{} is {}.{}, older than {}.{}",
                        tool.name, version.0, version.1, tool.oldest.0, tool.oldest.1
                    );
                    findings.push(Finding::new(severity, message).fix(fix));
                }
                Some((major, minor)) => seen.push(format!("{} {major}.{minor}", tool.name)),
                None => seen.push(tool.name.to_owned()),
            },
        }
    }
    CheckOutcome::of(findings, seen.join(", "))
}

/// The first `N.N` in a line like `git version 2.47.3`.
fn version_in(line: &str) -> Option<(u32, u32)> {
    line.split([' ', '(', ')']).find_map(|word| {
        let mut numbers = word.split('.');
        let major = numbers.next()?.parse().ok()?;
        let minor = numbers.next()?.parse().ok()?;
        Some((major, minor))
    })
}

fn tree_committed(ready: &Readiness) -> CheckOutcome {
    let facts = match &ready.work_tree {
        Err(reason) => return CheckOutcome::not_run(reason),
        Ok(None) => return CheckOutcome::not_applicable("the repository has no work tree"),
        Ok(Some(facts)) => facts,
    };
    let mut findings = Vec::new();
    let mut warn = |message: String, fix: &str| {
        findings.push(Finding::new(Severity::Warning, message).fix(fix));
    };
    if facts.changes > 0 {
        let files = if facts.changes == 1 { "file is" } else { "files are" };
        warn(
            format!("{} {files} changed or unknown to git", facts.changes),
            "commit, stash or ignore them: `git status` lists them",
        );
    }
    match &facts.upstream {
        None => warn(
            "the branch follows no upstream, so nobody can tell whether it was pushed".to_owned(),
            "push it with `git push -u`",
        ),
        Some(upstream) => {
            if facts.ahead > 0 {
                warn(format!("{upstream} lacks {}", commits(facts.ahead)), "`git push`");
            }
            if facts.behind > 0 {
                warn(
                    format!("{upstream} is {} further", commits(facts.behind)),
                    "`git pull --ff-only`",
                );
            }
        }
    }
    CheckOutcome::of(findings, "clean and pushed".to_owned())
}

fn commits(number: u64) -> String {
    format!("{number} {}", if number == 1 { "commit" } else { "commits" })
}

fn tags_free(ready: &Readiness) -> CheckOutcome {
    if ready.tags.is_empty() {
        return CheckOutcome::not_applicable("say the version with --version to have them checked");
    }
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for tag in &ready.tags {
        match (tag.state, tag.of_release) {
            (TagState::Free, _) => seen.push(format!("{} is free", tag.name)),
            (TagState::AtCommit, false) => seen.push(format!("{} is at the commit", tag.name)),
            (TagState::AtCommit | TagState::Elsewhere, true) => findings.push(
                Finding::new(
                    Severity::Error,
                    format!("the release tag {} exists already", tag.name),
                )
                .fix("release under a new version; never move a tag that was pushed"),
            ),
            (TagState::Elsewhere, false) => findings.push(
                Finding::new(
                    Severity::Error,
                    format!("the candidate tag {} is at another commit", tag.name),
                )
                .fix("take the next candidate number, or check out the tagged commit"),
            ),
        }
    }
    CheckOutcome::of(findings, seen.join(", "))
}

fn with_key(ready: &Readiness, check: impl FnOnce(&SigningKey) -> CheckOutcome) -> CheckOutcome {
    match &ready.key {
        Ok(key) => check(key),
        Err(_) => CheckOutcome::not_applicable("there is no key to look at"),
    }
}

fn key_usable(ready: &Readiness) -> CheckOutcome {
    match &ready.key {
        Ok(key) if key.revoked => CheckOutcome::found(
            Severity::Error,
            format!("the key {} is revoked or disabled", key.fingerprint),
            "sign with another key, with --key or `key` in your own settings",
        ),
        Ok(key) => CheckOutcome::pass(key.fingerprint.clone()),
        Err(reason) => CheckOutcome::found(
            Severity::Error,
            reason.clone(),
            "make one with `plusone keys generate`, or name one with --key, or with `key` in the [signing] table of ~/.config/plusone/config.toml",
        ),
    }
}

fn key_signs(ready: &Readiness) -> CheckOutcome {
    match &ready.probe {
        None => CheckOutcome::not_applicable("no probe signature was asked for"),
        Some(Ok(())) => CheckOutcome::pass("a probe signature was made and verified"),
        Some(Err(reason)) => CheckOutcome::found(
            Severity::Error,
            format!("a probe signature failed: {reason}"),
            "try `gpg --clearsign` in this terminal; check the agent, the card and GPG_TTY",
        ),
    }
}

fn key_strong(ready: &Readiness) -> CheckOutcome {
    with_key(ready, |key| {
        let fix = "make a new RSA key of 4096 bits and append it to KEYS";
        // Outside the ASF the rule is advice.
        let severe = if ready.preset.is_asf() { Severity::Error } else { Severity::Note };
        match key.rsa_bits {
            Some(bits) if bits >= 4096 => CheckOutcome::pass(key.algorithm.clone()),
            Some(bits) if bits >= 2048 => CheckOutcome::found(
                Severity::Warning.min(severe),
                format!("the key has {bits} bits"),
                fix,
            ),
            Some(bits) => CheckOutcome::found(severe, format!("the key has only {bits} bits"), fix),
            None => {
                CheckOutcome::found(severe, format!("the key is {}, not RSA", key.algorithm), fix)
            }
        }
    })
}

fn key_expiry(ready: &Readiness) -> CheckOutcome {
    with_key(ready, |key| {
        let Some(expires) = key.expires else {
            return CheckOutcome::pass("it does not expire");
        };
        let day = expires.format("%Y-%m-%d");
        let fix = format!(
            "extend it with `gpg --quick-set-expire {} 5y` and append it to KEYS again",
            key.fingerprint
        );
        let days = (expires - ready.now).num_days();
        if expires <= ready.now {
            CheckOutcome::found(Severity::Error, format!("the key expired on {day}"), fix)
        } else if days < policy::KEY_DAYS_LEFT {
            let message = format!("the key expires on {day}, in {days} days");
            CheckOutcome::found(Severity::Warning, message, fix)
        } else {
            CheckOutcome::pass(format!("until {day}"))
        }
    })
}

fn key_address(ready: &Readiness) -> CheckOutcome {
    with_key(ready, |key| {
        let Some(domain) = ready.preset.key_domain() else {
            return CheckOutcome::not_applicable("this project asks for no particular address");
        };
        let at_domain = |id: &&String| {
            let id = id.to_ascii_lowercase();
            id.trim_end_matches('>').ends_with(&format!("@{domain}"))
        };
        match key.user_ids.iter().find(at_domain) {
            Some(id) => CheckOutcome::pass(id.clone()),
            None => CheckOutcome::found(
                Severity::Warning,
                format!("no user id of the key has an @{domain} address"),
                format!(
                    "add it with `gpg --quick-add-uid {} 'Your Name <id@{domain}>'`",
                    key.fingerprint
                ),
            ),
        }
    })
}

fn key_published(ready: &Readiness) -> CheckOutcome {
    with_key(ready, |key| match &ready.keys_file {
        Err(reason) => CheckOutcome::not_run(reason),
        Ok(None) => CheckOutcome::not_applicable("the settings name no KEYS file (dist.keys)"),
        Ok(Some((address, true))) => CheckOutcome::pass(address.clone()),
        Ok(Some((address, false))) => CheckOutcome::found(
            Severity::Error,
            format!("{address} does not hold the key {}", key.fingerprint),
            format!("append it with `plusone keys append {}`", key.fingerprint),
        ),
    })
}

fn legal_files(ready: &Readiness) -> CheckOutcome {
    let present =
        |wanted: &str| ready.root_files.iter().any(|name| name.split('.').next() == Some(wanted));
    let wanted: &[&str] = match ready.preset {
        Preset::TopLevel => &["LICENSE", "NOTICE"],
        Preset::Podling => &["LICENSE", "NOTICE", "DISCLAIMER"],
        Preset::Plain => &["LICENSE"],
    };
    let in_place =
        |name: &str| present(name) || (name == "DISCLAIMER" && present("DISCLAIMER-WIP"));
    let findings = wanted.iter().filter(|name| !in_place(name)).map(|name| {
        let severity = if ready.preset.is_asf() { Severity::Error } else { Severity::Warning };
        Finding::new(severity, format!("there is no {name} in the root of the commit"))
            .fix(format!("add {name} and commit it"))
    });
    CheckOutcome::of(findings.collect(), wanted.join(", "))
}

fn notice_year(ready: &Readiness) -> CheckOutcome {
    let text = match &ready.notice {
        Err(reason) => return CheckOutcome::not_run(reason),
        Ok(None) => return CheckOutcome::not_applicable("there is no NOTICE"),
        Ok(Some(text)) => text,
    };
    let this_year = ready.now.year();
    let copyright =
        text.lines().find(|line| line.trim_start().to_lowercase().starts_with("copyright"));
    let last_year = copyright.and_then(|line| {
        let numbers = line.split(|c: char| !c.is_ascii_digit()).filter(|n| n.len() == 4);
        numbers.filter_map(|number| number.parse::<i32>().ok()).max()
    });
    let finding = |message: String| {
        CheckOutcome::found(
            Severity::Warning,
            message,
            format!("write the years up to {this_year} into NOTICE and commit it"),
        )
    };
    match last_year {
        Some(year) if year >= this_year => CheckOutcome::pass(format!("it reaches to {year}")),
        Some(year) => finding(format!("the copyright line of NOTICE ends with {year}")),
        None => finding("NOTICE has no copyright line with a year".to_owned()),
    }
}

fn versions_agree(ready: &Readiness) -> CheckOutcome {
    let Some(version) = &ready.version else {
        return CheckOutcome::not_applicable("say the version with --version to have them checked");
    };
    let mut findings = Vec::new();
    let mut agree = Vec::new();
    for manifest in &ready.manifests {
        let mut warn = |message| {
            let fix = format!("set the version in {} to {version} and commit it", manifest.path);
            findings.push(Finding::new(Severity::Warning, message).fix(fix));
        };
        match &manifest.version {
            Ok(Some(found)) if same_version(found, version.as_str()) => {
                agree.push(&manifest.path[..])
            }
            Ok(Some(found)) => warn(format!("{} states {found}, not {version}", manifest.path)),
            Ok(None) => {}
            Err(reason) => warn(format!("{} cannot be read: {reason}", manifest.path)),
        }
    }
    if findings.is_empty() && agree.is_empty() {
        return CheckOutcome::not_applicable("no manifest states a version");
    }
    CheckOutcome::of(findings, agree.join(", "))
}

/// A podling's `-incubating` is part of the release's name, not always of the manifest's version.
fn same_version(stated: &str, released: &str) -> bool {
    let core = |text: &str| text.trim_end_matches("-incubating").to_owned();
    core(stated) == core(released)
}

fn dist_reachable(ready: &Readiness) -> CheckOutcome {
    if ready.dist.is_empty() {
        return CheckOutcome::not_applicable("the settings name no staging area (dist.dev)");
    }
    match ready.dist.iter().find_map(|(url, answer)| Some((url, answer.as_ref().err()?))) {
        Some((url, reason)) => CheckOutcome::not_run(format!("{url}: {reason}")),
        None => {
            let urls: Vec<_> = ready.dist.iter().map(|(url, _)| url.as_str()).collect();
            CheckOutcome::pass(urls.join(", "))
        }
    }
}

fn roster_known(ready: &Readiness) -> CheckOutcome {
    match &ready.roster {
        Err(reason) => CheckOutcome::not_run(reason),
        Ok(None) => CheckOutcome::not_applicable("the settings name no roster (vote.roster)"),
        Ok(Some((address, 0))) => CheckOutcome::found(
            Severity::Error,
            format!("{address} names nobody for this project"),
            "check `project.name`: it must be the project's short name in the roster",
        ),
        Ok(Some((address, people))) => {
            CheckOutcome::pass(format!("{people} people, from {address}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> Readiness {
        Readiness {
            now: "2026-11-21T12:00:00Z".parse().expect("a time"),
            preset: Preset::TopLevel,
            version: "1.2.0".parse().ok(),
            tools: Vec::new(),
            work_tree: Ok(None),
            tags: Vec::new(),
            key: Ok(SigningKey {
                fingerprint: "AB".repeat(20),
                algorithm: "RSA 4096".to_owned(),
                rsa_bits: Some(4096),
                expires: None,
                revoked: false,
                user_ids: vec!["Jane Doe (CODE SIGNING KEY) <jane@apache.org>".to_owned()],
            }),
            probe: None,
            keys_file: Ok(None),
            notice: Ok(Some(
                "Apache X\nCopyright 2019-2026 The Apache Software Foundation\n".into(),
            )),
            root_files: vec!["LICENSE".into(), "NOTICE.txt".into()],
            manifests: Vec::new(),
            dist: Vec::new(),
            roster: Ok(None),
        }
    }

    fn severity(outcome: &CheckOutcome) -> Option<Severity> {
        match outcome {
            CheckOutcome::Finding { findings } => findings.iter().map(|f| f.severity).max(),
            _ => None,
        }
    }

    fn with_signing_key(change: impl FnOnce(&mut SigningKey)) -> Readiness {
        let mut ready = ready();
        if let Ok(key) = &mut ready.key {
            change(key);
        }
        ready
    }

    #[test]
    fn ids_are_unique_and_titles_plain() {
        for (index, check) in CATALOGUE.iter().enumerate() {
            assert!(CATALOGUE[..index].iter().all(|other| other.id != check.id), "{}", check.id);
            assert!(!check.title.ends_with('.'), "{}", check.id);
        }
    }

    #[test]
    fn key_strength_follows_k_08() {
        let bits = |rsa_bits| with_signing_key(|key| key.rsa_bits = rsa_bits);
        assert_eq!(severity(&key_strong(&bits(Some(4096)))), None);
        assert_eq!(severity(&key_strong(&bits(Some(3072)))), Some(Severity::Warning));
        assert_eq!(severity(&key_strong(&bits(Some(1024)))), Some(Severity::Error));
        assert_eq!(severity(&key_strong(&bits(None))), Some(Severity::Error));
        let plain = Readiness { preset: Preset::Plain, ..bits(None) };
        assert_eq!(severity(&key_strong(&plain)), Some(Severity::Note));
    }

    #[test]
    fn keys_warn_ninety_days_ahead() {
        let expires = |day: &str| {
            let day = format!("{day}T00:00:00Z").parse().ok();
            severity(&key_expiry(&with_signing_key(|key| key.expires = day)))
        };
        assert_eq!(expires("2026-11-20"), Some(Severity::Error));
        assert_eq!(expires("2027-01-01"), Some(Severity::Warning));
        assert_eq!(expires("2027-03-01"), None);
    }

    #[test]
    fn addresses_end_in_the_domain() {
        let id = |id: &str| {
            let ids = vec![id.to_owned()];
            severity(&key_address(&with_signing_key(|key| key.user_ids = ids)))
        };
        assert_eq!(id("Jane <jane@apache.org>"), None);
        assert_eq!(id("jane@APACHE.org"), None);
        assert_eq!(id("Jane <jane@notapache.org>"), Some(Severity::Warning));
        assert_eq!(id("jane@apache.org <jane@example.org>"), Some(Severity::Warning));
    }

    #[test]
    fn notice_years_count_to_the_last() {
        let year = |line: &str| {
            let notice = Ok(Some(format!("Apache X\n{line}\n")));
            severity(&notice_year(&Readiness { notice, ..ready() }))
        };
        assert_eq!(year("Copyright 2026 The Apache Software Foundation"), None);
        assert_eq!(
            year("Copyright 2014-2025 The Apache Software Foundation"),
            Some(Severity::Warning)
        );
        assert_eq!(year("All rights reserved"), Some(Severity::Warning));
    }

    #[test]
    fn manifests_may_leave_out_incubating() {
        let states = |version: &str| {
            let manifest = Manifest { path: "pom.xml".into(), version: Ok(Some(version.into())) };
            severity(&versions_agree(&Readiness { manifests: vec![manifest], ..ready() }))
        };
        assert_eq!(states("1.2.0"), None);
        assert_eq!(states("1.2.0-incubating"), None);
        assert_eq!(states("1.2.0-SNAPSHOT"), Some(Severity::Warning));
    }

    #[test]
    fn versions_of_tools_are_found_in_their_lines() {
        assert_eq!(version_in("git version 2.47.3"), Some((2, 47)));
        assert_eq!(version_in("gpg (GnuPG) 2.2.40"), Some((2, 2)));
        assert_eq!(version_in("svn, version 1.14.2 (r1899510)"), Some((1, 14)));
    }

    #[test]
    fn what_could_not_be_had_is_no_pass() {
        let offline = Readiness {
            keys_file: Err("no network".into()),
            roster: Err("no network".into()),
            ..ready()
        };
        assert!(matches!(key_published(&offline), CheckOutcome::NotRun { .. }));
        assert!(matches!(roster_known(&offline), CheckOutcome::NotRun { .. }));
    }
}
