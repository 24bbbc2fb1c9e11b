//! `append` to a local file.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::support::{self, JANE, Ran, World};
use super::{imported, new_key, plain_project, read, revoke};

fn append(world: &World, id: &str, more: &[&str]) -> Ran {
    world.plusone(&[&["keys", "append", id, "--to", "KEYS"], more].concat())
}

fn gpg(world: &World, words: &[&str]) {
    let quiet = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
    world.run("gpg", &[&quiet[..], words].concat()).ok();
}

#[test]
fn old_bytes_stay_and_a_second_time_is_no_time() {
    let world = World::new();
    world.import_jane();
    for old in [
        &b"PGP keys of the project\n"[..],
        b"PGP keys of the project, without final newline",
        b"PGP keys of Fran\xe7ois\r\n\r\n",
        &fs::read(support::root().join("tests/fixtures/keys/rsa8192.asc")).unwrap(),
    ] {
        world.write("KEYS", old);
        let report = append(&world, JANE, &["--format", "json"]).ok().json();
        assert_eq!(report["schema"], "plusone.keys-append/1");
        assert_eq!(report["appended"], true);
        let first = read(&world, "KEYS");
        assert!(first.starts_with(old));
        assert!(imported(&world.repo("KEYS")).contains(&JANE.to_owned()));
        let crlf = old.contains(&b'\r');
        assert_eq!(first[old.len()..].windows(2).any(|two| two == b"\r\n"), crlf);
        let before = fs::metadata(world.repo("KEYS")).unwrap();
        let report = append(&world, JANE, &["--format", "json"]).ok().json();
        assert_eq!(report["appended"], false);
        assert_eq!(read(&world, "KEYS"), first);
        assert_eq!(fs::metadata(world.repo("KEYS")).unwrap().ino(), before.ino());
    }
    assert_eq!(world.names(&world.path("repo")), ["KEYS"]);
}

#[test]
fn a_changed_certificate_is_appended_again() {
    let world = World::new();
    let key = new_key(&world, "Jane <jane@apache.org>", "rsa2048", "1y", &[]);
    append(&world, &key, &["--create"]).ok();
    let mut old = read(&world, "KEYS");
    for (change, note) in [
        (&["--quick-set-expire", &key, "3y"][..], "new expiry"),
        (&["--quick-add-key", &key, "rsa2048", "sign", "1y"], "new subkey"),
        (&["--quick-add-uid", &key, "Jane <jane@example.org>"], "new user id"),
    ] {
        gpg(&world, change);
        let said = append(&world, &key, &[]).ok().stdout;
        assert!(said.contains("appended") && said.contains(note), "{note}: {said}");
        let new = read(&world, "KEYS");
        assert!(new.starts_with(&old));
        assert!(String::from_utf8_lossy(&new[old.len()..]).contains(note));
        old = new;
        assert!(append(&world, &key, &[]).ok().stdout.contains("has all of"));
    }
    assert_eq!(read(&world, "KEYS"), old);
    assert_eq!(imported(&world.repo("KEYS")), [key]);
}

#[test]
fn the_revocation_of_a_key_that_is_there_is_taken() {
    let world = World::new();
    let key = new_key(&world, "Jane <jane@apache.org>", "rsa2048", "1y", &[]);
    append(&world, &key, &["--create"]).ok();
    let old = read(&world, "KEYS");
    revoke(&world, &key);
    let said = append(&world, &key, &[]).ok().stdout;
    assert!(said.contains("new revocation"), "{said}");
    let new = read(&world, "KEYS");
    assert!(new.starts_with(&old) && new != old);
    assert!(append(&world, &key, &[]).ok().stdout.contains("has all of"));
    assert_eq!(read(&world, "KEYS"), new);
    let list = world.plusone(&["keys", "list", "KEYS"]).ok().stdout;
    assert!(list.contains(&format!("revoked  {key}")), "{list}");
}

#[test]
fn what_does_not_belong_there_is_refused() {
    let world = World::new();
    world.import_jane();
    let fixture = |name: &str| fs::read(support::root().join("tests/fixtures/keys").join(name));
    let refused = |id: &str, words: &[&str]| {
        let old = read(&world, "KEYS");
        append(&world, id, &[]).fails(2, &[words, &["hint:"]].concat());
        assert_eq!(read(&world, "KEYS"), old);
    };
    append(&world, JANE, &[]).fails(2, &["there is no file `KEYS`", "--create"]);
    assert_eq!(world.names(&world.path("repo")), Vec::<String>::new());

    world.write("KEYS", fixture("jane.secret.asc").unwrap());
    refused(JANE, &["secret keys"]);
    world.write("KEYS", "# A build file\nall: build\n");
    refused(JANE, &["not a KEYS file"]);
    world.write("KEYS", b"\x99\x02\x0d\x04binary\0\0\0");
    refused(JANE, &["not a KEYS file"]);

    world.write("KEYS", fixture("jane.asc").unwrap());
    let past = ["--faked-system-time", "20200101T000000!"];
    let expired = new_key(&world, "Old <old@apache.org>", "rsa2048", "1y", &past);
    refused(&expired, &["expired on 2020-12-31"]);
    let revoked = new_key(&world, "Revoked <revoked@apache.org>", "rsa2048", "1y", &[]);
    revoke(&world, &revoked);
    refused(&revoked, &["was revoked on"]);
    let weak = new_key(&world, "Weak <weak@apache.org>", "rsa1024", "1y", &[]);
    refused(&weak, &["RSA 1024", "K-08"]);
    let curve = new_key(&world, "Curve <curve@apache.org>", "ed25519", "1y", &[]);
    refused(&curve, &["Ed25519", "K-08"]);
    refused("nobody", &["no public key `nobody`"]);
    refused("apache.org", &["fits several keys"]);

    plain_project(&world);
    append(&world, &curve, &[]).ok();
    refused(&weak, &["RSA 1024"]);
}

#[test]
fn a_file_is_never_half_written() {
    let world = World::new();
    world.import_jane();
    let old = "PGP keys\n".repeat(100_000);
    world.write("KEYS", &old);
    // A disk that is full, as far as this process is concerned.
    let line = format!(
        "trap '' XFSZ; ulimit -f 64; exec {} keys append {JANE} --to KEYS",
        env!("CARGO_BIN_EXE_plusone")
    );
    world.run("sh", &["-c", &line]).fails(3, &["cannot write `", "hint: nothing was changed"]);
    assert_eq!(read(&world, "KEYS"), old.as_bytes());
    // root may write anywhere.
    if fs::metadata(world.repo("KEYS")).unwrap().uid() != 0 {
        let mode = |mode| fs::Permissions::from_mode(mode);
        fs::set_permissions(world.path("repo"), mode(0o500)).unwrap();
        append(&world, JANE, &[]).fails(3, &["cannot write to the directory", "hint:"]);
        fs::set_permissions(world.path("repo"), mode(0o700)).unwrap();
        assert_eq!(read(&world, "KEYS"), old.as_bytes());
    }
    assert_eq!(world.names(&world.path("repo")), ["KEYS"]);
}

#[test]
fn links_and_permissions_stay() {
    let world = World::new();
    world.import_jane();
    world.write("dist/KEYS", "PGP keys\n");
    fs::set_permissions(world.repo("dist/KEYS"), fs::Permissions::from_mode(0o664)).unwrap();
    symlink("dist/KEYS", world.repo("KEYS")).unwrap();
    append(&world, JANE, &[]).ok();
    assert_eq!(fs::read_link(world.repo("KEYS")).unwrap().to_str(), Some("dist/KEYS"));
    assert!(read(&world, "dist/KEYS").len() > 1000);
    let mode = fs::metadata(world.repo("dist/KEYS")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o664);
}

#[test]
fn nobody_is_lost_when_several_append_at_once() {
    let world = World::new();
    plain_project(&world);
    world.write("KEYS", "PGP keys\n");
    let mut keys: Vec<String> = (0..8)
        .map(|n| new_key(&world, &format!("K{n} <k{n}@example.org>"), "ed25519", "1y", &[]))
        .collect();
    std::thread::scope(|scope| {
        for key in &keys {
            scope.spawn(|| append(&world, key, &[]).ok());
        }
    });
    keys.sort();
    assert_eq!(imported(&world.repo("KEYS")), keys);
    assert!(read(&world, "KEYS").starts_with(b"PGP keys\n"));
}
