//! What the program prints, word for word: the transcripts in `tests/cmd/`.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests touch the outside")]

mod support;

use support::World;

#[test]
fn transcripts() {
    let world = World::new();
    world.import_jane();
    let find = |program: &str| {
        let line = format!("command -v {program}");
        world.run("sh", &["-c", &line]).ok().stdout.trim().to_owned()
    };
    let cases = trycmd::TestCases::new();
    for program in ["cp", "git", "gpg", "tar", "sha512sum"] {
        cases.register_bin(program, std::path::PathBuf::from(find(program)));
    }
    // No network in tests: a proxy that is not there answers for every server.
    for name in ["http_proxy", "https_proxy"] {
        cases.env(name, "http://127.0.0.1:9");
    }
    for (name, value) in world.command("true").get_envs() {
        if let Some(value) = value {
            cases.env(name.to_str().unwrap(), value.to_str().unwrap());
        }
    }
    cases.env("COLUMNS", "80");
    cases.case("tests/cmd/*.md");
}
