//! A candidate that plusone makes of its own repository, by the plusone.toml in it, passes every
//! check.

use super::support::{JANE, World, root};

#[test]
fn a_candidate_of_this_repository_passes() {
    let world = World::new();
    world.import_jane();
    let (origin, clone) = (root(), world.path("repo"));
    world.git(&["clone", "--quiet", "--no-hardlinks", origin.to_str().unwrap(), "."]);
    world.git(&["-c", "gpg.program=gpg", "tag", "-s", "-u", JANE, "-m", "candidate", "v0.1.0-rc1"]);
    let package = ["package", "--ref", "v0.1.0-rc1", "--version", "0.1.0", "--rc", "1"];
    world.plusone(&[&package[..], &["--level", "fast", "--key", JANE]].concat()).ok();
    let keys = clone.join("tests/fixtures/keys/jane.asc");
    let verify = ["--format", "json", "verify", "dist/0.1.0-rc1", "--git", ".", "--keys"];
    let ran = world.plusone(&[&verify[..], &[keys.to_str().unwrap()]].concat()).ok();
    let report = ran.json();
    assert_eq!(report["verdict"], "pass");
    // What plusone.toml says of itself.
    assert_eq!(report["artifacts"][0]["name"], "plusone-0.1.0-src.tar.gz", "{report:#}");
    for check in report["checks"].as_array().unwrap() {
        let outcome = check["outcome"].as_str().unwrap();
        // The change log names the version when it is released.
        let noted = check["id"] == "source-changelog-mentions-version";
        assert!(matches!(outcome, "pass" | "not-applicable") || noted, "{check:#}");
    }
    let rebuilt = report["checks"].as_array().unwrap().iter();
    let rebuilt = rebuilt.clone().find(|check| check["id"] == "source-rebuild-identical").unwrap();
    assert_eq!(rebuilt["outcome"], "pass", "{rebuilt:#}");
}
