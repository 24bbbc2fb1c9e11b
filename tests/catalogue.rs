//! The catalogue of checks holds together: files, ids, wording, the reference page.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use plusone::checks::CATALOGUE;
use plusone::report::explain::{Explanation, reference};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn each_check_is_a_file_and_each_file_a_check() {
    let ids: BTreeSet<String> = CATALOGUE.iter().map(|check| check.id.to_owned()).collect();
    assert_eq!(ids.len(), CATALOGUE.len(), "an id is used twice");
    let others = ["mod.rs", "adjust.rs", "signatures.rs", "texts.rs"];
    let files: BTreeSet<String> = fs::read_dir(root().join("src/checks"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !others.contains(&&name[..]))
        .map(|name| name.trim_end_matches(".rs").replace('_', "-"))
        .collect();
    assert_eq!(ids, files);
}

#[test]
fn checks_say_what_they_have_to() {
    for check in CATALOGUE {
        let id = check.id;
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{id}");
        assert!(check.title.starts_with(char::is_uppercase), "{id}: {}", check.title);
        assert!(!check.title.ends_with('.') && check.title.len() < 80, "{id}: {}", check.title);
        for text in [check.why, check.fix] {
            assert!(
                text.len() > 20 && !text.ends_with('.') && !text.contains("  "),
                "{id}: {text}"
            );
            // Names such as LICENSE or MD5 stand as they are.
            let first = text.split(' ').next().unwrap();
            let plain = first.to_lowercase() == first || first.to_uppercase() == first;
            assert!(plain, "{id}: {text}");
        }
    }
}

/// `PLUSONE_WRITE=1 cargo test --test catalogue` writes the page anew.
#[test]
fn the_reference_page_is_that_of_the_checks() {
    let votes = plusone::vote::rules::CATALOGUE.iter().map(|rule| Explanation::of(rule));
    let mails = plusone::letters::lint::CATALOGUE.iter().map(Explanation::of);
    let candidates = CATALOGUE.iter().map(|check| Explanation::of(check));
    let explanations: Vec<_> = candidates.chain(votes).chain(mails).collect();
    let page = reference(&explanations);
    let path = root().join("docs/checks.md");
    if std::env::var_os("PLUSONE_WRITE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap_or_default(), page, "run with PLUSONE_WRITE=1");
}
