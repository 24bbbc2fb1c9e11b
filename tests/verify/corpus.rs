//! Real releases and real mails.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::candidate::{Candidate, Maker, NOW};
use super::checks::VOTE;
use super::support::gpg::{gpg_says, programs_for};
use super::support::{World, corpus_for};
use super::{check, messages};

/// A release as it was published, with the key that its directory has.
struct Release {
    name: String,
    archive: Vec<u8>,
    signature: Vec<u8>,
    keys: Vec<u8>,
}

const RELEASES: [&str; 4] = ["apr-util_1.6.3", "apr_1.7.2", "avro-c_1.11.1", "zookeeper_3.8.0"];

fn releases(corpus: &Path) -> Vec<Release> {
    let read = |name: &&str| {
        let directory = corpus.join("releases").join(name);
        let names = fs::read_dir(&directory).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let name = names.into_iter().find(|name| !name.ends_with(".asc")).unwrap();
        Release {
            archive: fs::read(directory.join(&name)).unwrap(),
            signature: fs::read(directory.join(format!("{name}.asc"))).unwrap(),
            keys: fs::read(directory.join("signing-key.asc")).unwrap(),
            name,
        }
    };
    RELEASES.iter().map(read).collect()
}

/// What a verification says of the signature: the report, the kind of the first verdict.
fn judged(world: &World, release: &Release) -> (Value, String) {
    let directory = world.path("candidate");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir(&directory).unwrap();
    let archive = directory.join(&release.name);
    fs::write(&archive, &release.archive).unwrap();
    fs::write(directory.join(format!("{}.asc", release.name)), &release.signature).unwrap();
    let keys = world.path("keys.asc");
    fs::write(&keys, &release.keys).unwrap();
    let (archive, keys) = (archive.to_str().unwrap(), keys.to_str().unwrap());
    let first = ["--format", "json", "--time", NOW, "verify", archive, "--keys", keys];
    let more = ["--without", "source", "--without", "legal", "--without", "checksum-present"];
    let ran = world.plusone(&[&first[..], &more].concat());
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    let report = ran.json();
    let status = match report["verdict"].as_str().unwrap() {
        "pass" => 0,
        "fail" => 1,
        _ => 3,
    };
    assert_eq!(ran.status, status);
    let verdict = &report["artifacts"][0]["signatures"][0]["verdict"]["kind"];
    let verdict = verdict.as_str().unwrap_or("none").to_owned();
    (report, verdict)
}

/// What `gpg --verify` says in a throw-away home.
fn gpg(release: &Release) -> Vec<String> {
    gpg_says(&release.keys, &release.signature, &release.archive)
}

#[test]
fn four_releases_get_the_verdicts_that_gpg_gives() {
    let test = "four_releases_get_the_verdicts_that_gpg_gives";
    let Some(corpus) = corpus_for(test).filter(|_| programs_for(test)) else { return };
    let world = World::new();
    for release in releases(&corpus) {
        let name = &release.name;
        let (report, verdict) = judged(&world, &release);
        if name.starts_with("apr_1.7.2") {
            assert_eq!(gpg(&release), ["ERRSIG"], "{name}");
            assert_eq!(verdict, "signer_not_in_keys", "{name}");
            assert_eq!(report["verdict"], "fail");
            let found = messages(&report, "signature-signer-in-keys");
            assert!(found[0].contains("65B2D44FE74BD5E3DE3AC3F082781DE46D5954FA"), "{found:?}");
        } else {
            assert_eq!(gpg(&release), ["GOODSIG"], "{name}");
            assert_eq!(verdict, "good", "{name}");
            assert_eq!(report["verdict"], "pass", "{report:#}");
            assert_eq!(report["artifacts"][0]["signed"], true);
        }
    }
}

/// A number between 0 and `below`, another each time.
fn any(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap() % below
}

#[test]
fn every_altered_copy_is_found() {
    let test = "every_altered_copy_is_found";
    let Some(corpus) = corpus_for(test).filter(|_| programs_for(test)) else { return };
    let world = World::new();
    let all = releases(&corpus);
    let mut state = 7;
    for (index, original) in all.iter().enumerate() {
        let other = &all[(index + 2) % all.len()];
        let copy = || Release {
            name: original.name.clone(),
            archive: original.archive.clone(),
            signature: original.signature.clone(),
            keys: original.keys.clone(),
        };
        let mut altered = Vec::new();
        for _ in 0..3 {
            let mut one = copy();
            let at = any(&mut state, one.archive.len());
            one.archive[at] ^= 1 << any(&mut state, 8);
            altered.push((format!("byte {at} of the archive"), one));
        }
        for cut in [1, 512, original.archive.len() / 2] {
            let mut one = copy();
            one.archive.truncate(one.archive.len() - cut);
            altered.push((format!("cut off by {cut}"), one));
        }
        let mut one = copy();
        one.archive.extend(b"more");
        altered.push(("more at the end".to_owned(), one));
        let mut one = copy();
        one.signature.clone_from(&other.signature);
        altered.push(("another project's signature".to_owned(), one));
        let mut one = copy();
        one.signature.clone_from(&other.signature);
        one.keys.extend(&other.keys);
        altered.push(("another project's signature, with its key".to_owned(), one));
        let mut one = copy();
        one.keys.clone_from(&other.keys);
        altered.push(("another key".to_owned(), one));
        for (what, one) in altered {
            let what = format!("{}: {what}", one.name);
            let (report, verdict) = judged(&world, &one);
            let word = gpg(&one);
            assert_ne!(word, ["GOODSIG"], "{what}");
            let expected = match &word[..] {
                [word] if word == "BADSIG" => "bad",
                [word] if word == "ERRSIG" => "signer_not_in_keys",
                other => panic!("{what}: gpg says {other:?}"),
            };
            assert_eq!(verdict, expected, "{what}");
            assert_eq!(report["verdict"], "fail", "{what}");
            assert_eq!(report["artifacts"][0]["signed"], false, "{what}");
        }
        // One bit in the text of the signature: what gpg does not call good is not good.
        let lines = original.signature.iter().position(|&byte| byte == b'=');
        let body = original.signature.windows(2).position(|two| two == b"\n\n").unwrap();
        let end = lines.filter(|&end| end > body).unwrap_or(original.signature.len() - 40);
        for _ in 0..12 {
            let mut one = copy();
            let at = body + any(&mut state, end - body);
            one.signature[at] ^= 1 << any(&mut state, 7);
            let (report, verdict) = judged(&world, &one);
            let word = gpg(&one);
            let what = format!("{}: byte {at} of the signature, {word:?}, {verdict}", one.name);
            if report["verdict"] == "pass" {
                // White space, or what the signature does not protect.
                assert_eq!(word, ["GOODSIG"], "{what}");
            }
            if word != ["GOODSIG"] {
                assert_eq!(report["verdict"], "fail", "{what}");
                assert_eq!(report["artifacts"][0]["signed"], false, "{what}");
            }
        }
    }
}

/// Mails that call a vote, with what a reader does not find in them: as they are verified without
/// any network, in the words of the remarks.
const MAILS: [(&str, &str, &str, Option<&str>); 11] = [
    ("apisix-apisix-ingress-controller-2-0-0-rc4", "2.0.0", "checksums", None),
    ("incubator-cloudberry-2-1-0-rc1", "2.1.0", "checksums", Some("3 tags")),
    ("maven-release-maven-doxia-1-8", "1.8", "KEYS, a tag, a commit", None),
    ("maven-release-maven-indexer-6-0-0", "6.0.0", "KEYS, a tag, a commit", None),
    ("maven-release-maven-javadoc-plugin-3-0-0-take-2", "3.0.0", "KEYS, a tag, a commit", None),
    ("maven-release-maven-javadoc-plugin-3-0-0", "3.0.0", "KEYS, a tag, a commit", None),
    (
        "maven-release-maven-jdeprscan-plugin-3-0-0-alpha-1",
        "3.0.0-alpha-1",
        "KEYS, a tag, a commit",
        None,
    ),
    ("maven-release-maven-pdf-plugin-1-4", "1.4", "KEYS, a tag, a commit", None),
    (
        "spark-open-github-issues-as-an-experimental-option",
        "",
        "KEYS, a tag, a commit, checksums, a version, how long the vote is open",
        None,
    ),
    (
        "spark-spip-asynchronous-metadata-resolution-lazy-prefetching-phase-1",
        "",
        "KEYS, a tag, a commit, checksums",
        None,
    ),
    (
        "spark-spip-spark-55489-extending-spark-3-5-lts-period-with-security-fixes",
        "",
        "KEYS, a tag, a commit, checksums",
        None,
    ),
];

#[test]
fn every_mail_can_be_named() {
    let Some(corpus) = corpus_for("every_mail_can_be_named") else { return };
    let maker = Maker::new();
    let sound = maker.stage(&Candidate::sound());
    let empty = maker.world.path("empty");
    fs::create_dir(&empty).unwrap();
    let keys = maker.world.path("KEYS");
    let files = fs::read_dir(corpus.join("mails")).unwrap().map(|entry| entry.unwrap().path());
    let votes: Vec<PathBuf> = files
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.starts_with("VOTE-") && name.ends_with(".eml")
        })
        .collect();
    assert_eq!(votes.len(), MAILS.len());
    for (name, version, missing, more) in MAILS {
        let mail = corpus.join(format!("mails/VOTE-{name}.eml"));
        let verify = |at: &Path, reply: &[&str]| {
            let words = [
                &["--at", at.to_str().unwrap(), "--keys", keys.to_str().unwrap()][..],
                &["--git", "."],
                reply,
            ];
            let ran = maker.judge(mail.to_str().unwrap(), &words.concat());
            assert!(!ran.stderr.contains("panicked"), "{name}: {}", ran.stderr);
            ran
        };
        let ran = verify(&empty, &["--reply"]);
        assert_eq!(ran.status, 1, "{name}: {}", ran.stderr);
        let report = ran.json();
        let found = messages(&report, "candidate-has-source-archive");
        assert_eq!(found, ["the candidate's directory is empty"], "{name}");
        let remarks = report["remarks"].to_string();
        let expected = format!("The mail does not state {missing}");
        assert!(remarks.contains(&expected), "{name}: {remarks}");
        if !version.is_empty() {
            assert_eq!(report["candidate"]["version"], version, "{name}");
        }
        assert_eq!(remarks.contains(more.unwrap_or(" tags;")), more.is_some(), "{name}: {remarks}");
        let podling = name.starts_with("incubator");
        let policy = if podling { "podling" } else { "top-level" };
        assert_eq!(report["candidate"]["policy"], policy, "{name}");
        // Another candidate than the mail's is no pass, if the mail says anything of its own.
        let report = verify(&sound, &[]).json();
        // These two are on no release, and state nothing of one.
        let silent = ["spark-open", "spark-spip-async"].iter().any(|start| name.starts_with(start));
        assert_eq!(report["verdict"] == "pass", silent, "{name}");
        assert_eq!(report["artifacts"][0]["signed"], true, "{name}");
    }
}

#[test]
fn announcements_are_no_votes() {
    let Some(corpus) = corpus_for("announcements_are_no_votes") else { return };
    let maker = Maker::new();
    let sound = maker.stage(&Candidate::sound());
    for entry in fs::read_dir(corpus.join("mails")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.starts_with("ANN") {
            continue;
        }
        let ran = maker.judge(path.to_str().unwrap(), &["--at", sound.to_str().unwrap()]);
        assert!(ran.stderr.contains("the subject does not say [VOTE]"), "{name}: {}", ran.stderr);
        assert_ne!(ran.json()["verdict"], "pass");
    }
}

#[test]
fn a_mail_may_state_other_digests() {
    let maker = Maker::new();
    let candidate = Candidate::sound();
    let directory = maker.stage(&candidate);
    let archive = directory.join(&candidate.name);
    let commit = maker.world.git(&["rev-parse", "HEAD"]);
    let sum = |program: &str| {
        let out = maker.world.run(program, &[archive.to_str().unwrap()]).ok().stdout;
        out.split(' ').next().unwrap().to_owned()
    };
    let mail = maker.world.path("vote.eml");
    let words = maker.all_there();
    for (program, outcome) in [
        ("sha256sum", "pass"),
        ("sha512sum", "pass"),
        // It proves nothing, and accuses nobody.
        ("sha1sum", "pass"),
        ("md5sum", "pass"),
    ] {
        let algorithm = program.trim_end_matches("sum").to_uppercase();
        let text = VOTE.replace("SHA-512 of", &format!("{algorithm} of"));
        let text = text.replace("{commit}", commit.trim());
        fs::write(&mail, text.replace("{sha512}", &sum(program))).unwrap();
        let at = ["--at", directory.to_str().unwrap()];
        let more: Vec<&str> = at.into_iter().chain(words.iter().map(|word| &word[..])).collect();
        let report = maker.judge(mail.to_str().unwrap(), &more).json();
        let found = check(&report, "mail-names-what-was-verified");
        assert_eq!(found["outcome"], outcome, "{program}: {found:#}");
        let named = found["seen"].as_str().unwrap().contains("the digest of");
        assert_eq!(named, !["sha1sum", "md5sum"].contains(&program), "{program}: {found}");
        if named {
            let wrong = sum(program).replace(['0', '1', '2', '3'], "f");
            let text = fs::read_to_string(&mail).unwrap().replace(&sum(program), &wrong);
            fs::write(&mail, text).unwrap();
            let report = maker.judge(mail.to_str().unwrap(), &more).json();
            assert_eq!(report["verdict"], "fail", "{program}");
        }
    }
}
