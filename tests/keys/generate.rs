//! `generate`.

use super::support::{JANE, Ran, World};
use super::{fingerprints, read};

fn generate(world: &World, email: &str, more: &[&str]) -> Ran {
    let words = ["keys", "generate", "--name", "Joan Böse", "--email", email];
    world.plusone(&[&words[..], more].concat())
}

/// The fields of the records of one type, as gpg lists the secret keys.
fn records(world: &World, kind: &str) -> Vec<Vec<String>> {
    let listing = world.run("gpg", &["--batch", "--with-colons", "--list-secret-keys"]).ok();
    let fields = |line: &str| line.split(':').map(str::to_owned).collect::<Vec<_>>();
    listing.stdout.lines().map(fields).filter(|fields| fields[0] == kind).collect()
}

#[test]
fn a_key_is_rsa_4096_and_comes_with_its_revocation() {
    let world = World::new();
    let made = generate(&world, "joan@apache.org", &["--no-passphrase", "--format", "json"]).ok();
    let report = made.json();
    assert_eq!(report["schema"], "plusone.keys-generate/1");
    let fingerprint = report["fingerprint"].as_str().unwrap();
    assert_eq!(fingerprints(&world, &[]), [fingerprint]);
    // GnuPG's doc/DETAILS: field 3 is the size, 4 the algorithm (1 is RSA), 12 the capabilities.
    let primary = &records(&world, "sec")[0];
    assert_eq!([&primary[2][..], &primary[3]], ["4096", "1"]);
    assert!(primary[11].starts_with("sc") || primary[11].starts_with("cs"), "{primary:?}");
    assert_eq!(records(&world, "ssb").len(), 0);
    let seconds = |field: usize| primary[field].parse::<i64>().unwrap();
    assert_eq!((seconds(6) - seconds(5)) / 86_400 / 365, 5);
    assert_eq!(records(&world, "uid")[0][9], "Joan Böse (CODE SIGNING KEY) <joan@apache.org>");
    let revocation = std::fs::read_to_string(report["revocation"].as_str().unwrap()).unwrap();
    assert!(revocation.contains("BEGIN PGP PUBLIC KEY BLOCK"));
    // Nobody makes the same key twice unawares.
    let again = generate(&world, "joan@apache.org", &[]);
    again.fails(3, &["warning: gpg has a secret key of this user id already", fingerprint]);
    assert_eq!(fingerprints(&world, &[]), [fingerprint]);
    // It fits what the other commands ask for.
    let listed = world.plusone(&["keys", "list", "--secret", "--format", "json"]).ok().json();
    assert_eq!(listed["keys"][0]["objections"].as_array().unwrap().len(), 0);
    world.plusone(&["keys", "append", "Joan Böse", "--to", "KEYS", "--create"]).ok();
    world.plusone(&["keys", "check", "KEYS"]).ok();
    assert!(!read(&world, "KEYS").is_empty());
}

#[test]
fn a_subkey_signs_and_a_descriptor_gives_the_passphrase() {
    let world = World::new();
    let line = format!(
        "exec {} keys generate --name Joan --email joan@apache.org --comment '' --bits 3072 \
         --subkey --expire 2w --passphrase-fd 3 3<passphrase",
        env!("CARGO_BIN_EXE_plusone")
    );
    world.write("passphrase", "correct horse\n");
    let made = world.run("sh", &["-c", &line]).ok();
    assert!(made.stdout.contains("https://id.apache.org/"), "{}", made.stdout);
    assert!(made.stdout.contains("plusone keys publish"), "{}", made.stdout);
    assert!(made.stdout.contains("git config --global user.signingKey"), "{}", made.stdout);
    assert!(!(made.stdout + &made.stderr).contains("correct horse"));
    let (primary, subkey) = (&records(&world, "sec")[0], &records(&world, "ssb")[0]);
    assert_eq!([&primary[2], &subkey[2]], ["3072", "3072"]);
    // Lower case is of the key itself: the primary key certifies, the subkey signs.
    let own = |fields: &[String]| fields[11].replace(char::is_uppercase, "");
    assert_eq!([own(primary), own(subkey)], ["c", "s"]);
    assert_eq!(records(&world, "uid")[0][9], "Joan <joan@apache.org>");
    world.run("gpgconf", &["--kill", "gpg-agent"]).ok();
    let sign = |passphrase: &str| {
        let words = ["--batch", "--pinentry-mode", "loopback", "--passphrase", passphrase];
        world.run("gpg", &[&words[..], &["-o", "-", "--armor", "-b", "passphrase"]].concat()).status
    };
    assert_ne!(sign("wrong"), 0);
    assert_eq!(sign("correct horse"), 0);
}

#[test]
fn without_terminal_and_passphrase_nothing_is_made() {
    let world = World::new();
    let words = ["pinentry", "hint: run it at a terminal", "--passphrase-fd"];
    generate(&world, "joan@apache.org", &[]).fails(3, &words);
    generate(&world, "joan@apache.org", &["--passphrase-fd", "9"]).fails(3, &["made no key"]);
    assert_eq!(fingerprints(&world, &[]), Vec::<String>::new());
    assert_eq!(world.names(&world.path("gnupg/private-keys-v1.d")), Vec::<String>::new());
}

#[test]
fn names_and_addresses_are_checked_first() {
    let world = World::new();
    for email in ["joan", "joan@", "@apache.org", "joan@apache", "a b@apache.org", "a@b@apache.org"]
    {
        generate(&world, email, &["--no-passphrase"]).fails(2, &["is no mail address"]);
    }
    generate(&world, "a@b.org,c@d.org", &["--no-passphrase"]).fails(2, &["is no mail address"]);
    let named = |name: &str, words: &[&str]| {
        let line = ["keys", "generate", "--email", "joan@apache.org", "--no-passphrase", "--name"];
        world.plusone(&[&line[..], &[name]].concat()).fails(2, words);
    };
    named("", &["--name is empty"]);
    named("Joan (x)", &["bracket"]);
    named("Joan <x>", &["bracket"]);
    named("Joan\nKey-Type: DSA", &["control character"]);
    generate(&world, "j@apache.org", &["--no-passphrase", "--bits", "1024"]).fails(2, &["1024"]);
    generate(&world, "j@apache.org", &["--no-passphrase", "--expire", "soon"]).fails(2, &["5y"]);
    assert!(!fingerprints(&world, &[]).contains(&JANE.to_owned()));
    assert_eq!(fingerprints(&world, &[]), Vec::<String>::new());
}
