//! `plusone package` and `plusone sign` with real git and gpg: the same bytes whatever the machine,
//! accepted by the tools that voters use, and a clear error for everything that can go wrong.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use support::{JANE, Ran, World};

const REF: &[&str] = &["package", "--ref", "v1.2.0-rc1"];

fn package(world: &World, more: &[&str]) -> Ran {
    world.plusone(&[REF, more].concat())
}

/// The archives that `package` makes in all formats, without signatures.
fn unsigned(world: &World, more: &[&str]) -> Vec<(String, Vec<u8>)> {
    let out = tempfile::tempdir().unwrap();
    let words = ["--no-sign", "--archive", "tar.gz", "--archive", "zip", "--archive", "tar.xz"];
    package(world, &[&words[..], &["--out", out.path().to_str().unwrap()], more].concat()).ok();
    let names = world.names(out.path());
    assert_eq!(names.len(), 6, "{names:?}");
    names.into_iter().map(|name| (name.clone(), fs::read(out.path().join(name)).unwrap())).collect()
}

#[track_caller]
fn nothing_left(world: &World) {
    assert_eq!(world.names(&world.repo("dist/1.2.0-rc1")), Vec::<String>::new());
}

#[test]
fn the_result_satisfies_the_tools_of_voters() {
    let world = World::with_project();
    let report = package(&world, &["--format", "json"]).ok().json();
    let artifact = &report["artifacts"][0];
    assert_eq!(report["schema"], "plusone.package/1");
    assert_eq!(artifact["path"], "dist/1.2.0-rc1/apache-demo-1.2.0-src.tar.gz");
    assert_eq!(artifact["commit"], world.git(&["rev-parse", "HEAD"]).trim());
    assert_eq!(artifact["mtime"], 1_795_168_800);
    assert_eq!(artifact["signer"]["fingerprint"], JANE);
    let directory = world.repo("dist/1.2.0-rc1");
    let name = "apache-demo-1.2.0-src.tar.gz";
    assert_eq!(
        world.names(&directory),
        [name.to_owned(), format!("{name}.asc"), format!("{name}.sha512")]
    );
    let there = |program: &str, words: &[&str]| {
        support::ran(world.command(program).current_dir(&directory).args(words))
    };
    assert_eq!(
        there("sha512sum", &["-c", &format!("{name}.sha512")]).ok().stdout.trim(),
        format!("{name}: OK")
    );
    assert!(
        there("sha512sum", &[name]).ok().stdout.starts_with(artifact["sha512"].as_str().unwrap())
    );
    let tar_digest = there("sh", &["-c", &format!("gzip -dc {name} | sha512sum")]).ok().stdout;
    assert!(tar_digest.starts_with(artifact["tar_sha512"].as_str().unwrap()));
    let status =
        there("gpg", &["--batch", "--status-fd", "1", "--verify", &format!("{name}.asc"), name])
            .ok();
    let valid = status
        .stdout
        .lines()
        .find(|line| line.starts_with("[GNUPG:] VALIDSIG"))
        .unwrap()
        .to_owned();
    assert!(valid.contains(JANE), "{valid}");
    // The eighth field is the digest algorithm; 10 is SHA-512 (RFC 9580, 9.5).
    assert_eq!(valid.split(' ').nth(9), Some("10"), "{valid}");
    if support::program_for("the_result_satisfies_the_tools_of_voters", "sqv") {
        let keys = support::root().join("tests/fixtures/keys/jane.asc");
        there("sqv", &["--keyring", keys.to_str().unwrap(), &format!("{name}.asc"), name]).ok();
    }
    let commit = there("sh", &["-c", &format!("gzip -dc {name} | git get-tar-commit-id")]).ok();
    assert_eq!(commit.stdout.trim(), artifact["commit"]);
}

#[test]
fn git_archive_lists_the_same_members() {
    let world = World::with_project();
    let deep = format!("{}/{}", "d".repeat(90), "e".repeat(90));
    world.write(&format!("{deep}/file"), "deep\n");
    world.write("ümlaut/größe.txt", "utf-8\n");
    world.write("a b/with blank", "");
    world.write("lib-a", "sorts before lib/\n");
    world.write("lib/x", "x\n");
    std::os::unix::fs::symlink("../src/main.c", world.repo("lib/link")).unwrap();
    std::os::unix::fs::symlink("x".repeat(120), world.repo("lib/long-link")).unwrap();
    world.write(".gitattributes", "docs export-ignore\n");
    world.write("docs/secret.md", "not released\n");
    world.commit("more");
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    package(
        &world,
        &["--no-sign", "--archive", "tar.gz", "--archive", "tar.xz", "--archive", "zip"],
    )
    .ok();
    let shell = |line: &str| world.run("sh", &["-c", line]).ok().stdout;
    let base = "dist/1.2.0-rc1/apache-demo-1.2.0-src";
    let expected = shell(
        "git archive --prefix=apache-demo-1.2.0-src/ v1.2.0-rc1 | tar --quoting-style=literal -t",
    );
    assert!(expected.contains("größe") && !expected.contains("secret"), "{expected}");
    assert_eq!(shell(&format!("tar --quoting-style=literal -tzf {base}.tar.gz")), expected);
    assert_eq!(shell(&format!("tar --quoting-style=literal -tJf {base}.tar.xz")), expected);
    let python = "import zipfile,sys; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print('\\n'.join(z.namelist()))";
    let zip = world.run("python3", &["-c", python, &format!("{base}.zip")]).ok().stdout;
    assert_eq!(zip, expected);
    // What is unpacked is what git itself checks out.
    shell(&format!(
        "mkdir ../t ../g ../z && tar -C ../t -xzf {base}.tar.gz && unzip -q {base}.zip -d ../z"
    ));
    shell("git archive --prefix=apache-demo-1.2.0-src/ v1.2.0-rc1 | tar -C ../g -x");
    shell("diff -r --no-dereference ../t ../g && diff -r --no-dereference ../z ../g");
    assert_eq!(
        shell(&format!(
            "tar --numeric-owner -tvzf {base}.tar.gz | awk '{{print $1, $2, $4, $5}}' | sort -u"
        )),
        "-rw-r--r-- 0/0 2026-11-20 10:00\n-rwxr-xr-x 0/0 2026-11-20 10:00\ndrwxr-xr-x 0/0 2026-11-20 10:00\nlrwxrwxrwx 0/0 2026-11-20 10:00\n"
    );
}

#[test]
fn nothing_of_the_machine_changes_a_byte() {
    let mut world = World::with_project();
    world.write("text.txt", "one\ntwo\n");
    world.write(".gitattributes", "*.txt text\nversion export-subst\n");
    world.write("version", "$Format:%H %h %D$\n");
    world.commit("attributes");
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    let expected = unsigned(&world, &[]);
    let same = |world: &World, more: &[&str], what: &str| {
        assert!(unsigned(world, more) == expected, "{what} changed the bytes");
    };
    for threads in ["1", "3", "8"] {
        same(&world, &["--threads", threads], "the number of threads");
    }
    for (name, value) in
        [("TZ", "Asia/Tokyo"), ("LC_ALL", "tr_TR.UTF-8"), ("LANG", "de_DE"), ("GIT_DIR_NOT", "x")]
    {
        world.variables = vec![(name.to_owned(), value.to_owned())];
        same(&world, &[], name);
    }
    world.variables.clear();
    for (setting, value) in [
        ("core.autocrlf", "true"),
        ("core.eol", "crlf"),
        ("tar.umask", "0077"),
        ("core.abbrev", "5"),
        ("core.quotePath", "false"),
        ("tar.tar.gz.command", "cat"),
        ("core.precomposeUnicode", "true"),
    ] {
        world.git(&["config", setting, value]);
        same(&world, &[], setting);
    }
    let global = world.path("home/.config/git/attributes");
    fs::create_dir_all(global.parent().unwrap()).unwrap();
    for path in [global, world.repo(".git/info/attributes"), world.path("attributes")] {
        fs::write(&path, "src export-ignore\n*.txt eol=crlf\n").unwrap();
        world.git(&["config", "core.attributesFile", world.path("attributes").to_str().unwrap()]);
        same(&world, &[], path.to_str().unwrap());
    }
    world.git(&["config", "filter.shout.smudge", "tr a-z A-Z"]);
    world.git(&["branch", "another-name-for-the-commit"]);
    same(&world, &[], "a branch");
    // A dirty work tree, another branch checked out, a replaced object.
    world.write("src/main.c", "changed\n");
    world.write("untracked", "new\n");
    same(&world, &[], "the work tree");
    let blob = world.git(&["rev-parse", "v1.2.0-rc1:text.txt"]);
    let other = world.git(&["rev-parse", "v1.2.0-rc1:LICENSE"]);
    world.git(&["replace", blob.trim(), other.trim()]);
    same(&world, &[], "a replaced object");
    let shell = format!(
        "umask 077 && exec {} package --ref v1.2.0-rc1 --no-sign --out {}",
        env!("CARGO_BIN_EXE_plusone"),
        world.path("umask").display()
    );
    world.run("sh", &["-c", &shell]).ok();
    let name = "apache-demo-1.2.0-src.tar.gz";
    let archive = fs::read(world.path("umask").join(name)).unwrap();
    assert!(expected.iter().any(|(other, bytes)| other == name && *bytes == archive), "umask");
    // A clone elsewhere, bare, and by another git if there are two.
    let clone = world.path("clone.git");
    world.git(&["clone", "-q", "--bare", ".", clone.to_str().unwrap()]);
    for git in ["/usr/bin", "/usr/local/bin"] {
        if !Path::new(git).join("git").exists() {
            continue;
        }
        let path = format!("{git}:{}", std::env::var("PATH").unwrap());
        let out = world.path(&format!("clone{}", git.replace('/', "-")));
        let words = [
            "-C",
            clone.to_str().unwrap(),
            "package",
            "--ref",
            "v1.2.0-rc1",
            "--no-sign",
            "--out",
            out.to_str().unwrap(),
        ];
        support::ran(world.command(env!("CARGO_BIN_EXE_plusone")).env("PATH", path).args(words))
            .ok();
        assert!(fs::read(out.join(name)).unwrap() == archive, "the git in {git}");
    }
}

#[test]
fn source_date_epoch_wins_over_the_commit() {
    let mut world = World::with_project();
    world.variables = vec![("SOURCE_DATE_EPOCH".into(), "1700000000".into())];
    let report = package(&world, &["--no-sign", "--format", "json"]).ok().json();
    assert_eq!(report["artifacts"][0]["mtime"], 1_700_000_000);
    let listing = world.run("tar", &["-tvzf", "dist/1.2.0-rc1/apache-demo-1.2.0-src.tar.gz"]).ok();
    assert!(
        listing.stdout.lines().all(|line| line.contains("2023-11-14 22:13")),
        "{}",
        listing.stdout
    );
    world.variables = vec![("SOURCE_DATE_EPOCH".into(), "yesterday".into())];
    package(&world, &["--no-sign"]).fails(2, &["SOURCE_DATE_EPOCH", "hint:"]);
}

#[test]
fn substitutions_that_move_are_reported() {
    let world = World::with_project();
    world.write(".gitattributes", "version export-subst\nstable export-subst\n");
    world.write("version", "$Format:%D$ $Format:%h$\n");
    world.write("stable", "$Format:%H %cI$\n");
    world.write("plain", "$Format:%d$ without the attribute\n");
    world.commit("attributes");
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    let report = package(&world, &["--no-sign", "--format", "json"]).ok().json();
    let warnings = report["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let text = warnings[0].as_str().unwrap();
    assert!(text.contains("`version`") && text.contains("%D %h"), "{text}");
    let member = |name: &str| {
        let path = format!("apache-demo-1.2.0-src/{name}");
        world
            .run("tar", &["-xzOf", "dist/1.2.0-rc1/apache-demo-1.2.0-src.tar.gz", &path])
            .ok()
            .stdout
    };
    let commit = world.git(&["rev-parse", "HEAD"]);
    assert_eq!(member("stable"), format!("{} 2026-11-20T10:00:00Z\n", commit.trim()));
    assert_eq!(member("plain"), "$Format:%d$ without the attribute\n");
}

#[test]
fn names_that_do_not_travel_are_reported() {
    let world = World::with_project();
    world.write("readme.MD", "clashes\n");
    world.write("docs/aux.txt", "a device\n");
    world.commit("names");
    world.git(&["rm", "-q", "NOTICE"]);
    world.commit("no notice");
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    let run = package(&world, &["--no-sign"]).ok();
    let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "README.md and readme.MD",
        "docs/aux.txt: the name of a device",
        "no NOTICE in the root of the archive (P-04)",
    ] {
        assert!(words.contains(expected), "{words}");
    }
}

#[test]
fn lfs_pointers_stop_the_work() {
    let world = World::with_project();
    world.write("logo.png", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n");
    world.commit("a pointer");
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    package(&world, &[]).fails(2, &["Git LFS pointers", "`logo.png`", "hint:"]);
    nothing_left(&world);
}

#[test]
fn submodules_are_refused_included_or_left_empty() {
    let mut world = World::with_project();
    let inner = world.path("inner");
    fs::create_dir(&inner).unwrap();
    let inner = inner.to_str().unwrap().to_owned();
    world.git(&["-C", &inner, "init", "-q", "-b", "main"]);
    fs::create_dir(Path::new(&inner).join("deep")).unwrap();
    fs::write(Path::new(&inner).join("deep/code.c"), "inside\n").unwrap();
    world.git(&["-C", &inner, "add", "-A"]);
    world.git(&["-C", &inner, "commit", "-q", "-m", "inner"]);
    world.variables = vec![("GIT_ALLOW_PROTOCOL".into(), "file".into())];
    world.git(&["submodule", "--quiet", "add", &inner, "lib"]);
    world.write("lib-a", "sorts between\n");
    world.commit("with a submodule");
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    package(&world, &["--no-sign"]).fails(2, &["submodules", "`lib`", "submodules = \"include\""]);
    nothing_left(&world);

    let list = |setting: &str| {
        world.write(
            "plusone.toml",
            format!("[project]\nname = \"demo\"\n[source]\nsubmodules = \"{setting}\"\n"),
        );
        world.commit(setting);
        world.git(&["tag", "-f", "v1.2.0-rc1"]);
        package(&world, &["--no-sign", "--force"]).ok();
        let archive = "dist/1.2.0-rc1/apache-demo-1.2.0-src.tar.gz";
        package(&world, &["--check", archive]).ok();
        let listing = world.run("tar", &["-tzf", archive]).ok().stdout;
        listing
            .lines()
            .filter(|line| line.contains("/lib"))
            .map(|line| line.replace("apache-demo-1.2.0-src/", ""))
            .collect::<Vec<_>>()
    };
    // Who only compares takes the archive as `git archive` makes it.
    let archive = "git archive --prefix=apache-demo-1.2.0-src/ v1.2.0-rc1 | gzip -n > ../a.tar.gz";
    world.run("sh", &["-c", archive]).ok();
    let archive = world.path("a.tar.gz").display().to_string();
    package(&world, &["--check", &archive]).ok();
    assert_eq!(list("empty"), ["lib-a", "lib/"]);
    assert_eq!(list("include"), ["lib-a", "lib/", "lib/deep/", "lib/deep/code.c"]);
    // A clone that lacks the submodule cannot include it.
    world.git(&["clone", "-q", ".", world.path("clone").to_str().unwrap()]);
    let clone = world.path("clone");
    world
        .plusone(&["-C", clone.to_str().unwrap(), "package", "--ref", "v1.2.0-rc1", "--no-sign"])
        .fails(3, &["submodule `lib` is not in this clone", "git submodule update --init -- lib"]);
}

#[test]
fn check_gives_each_of_its_verdicts() {
    let world = World::with_project();
    package(&world, &["--no-sign", "--archive", "tar.gz", "--archive", "zip"]).ok();
    let check = |path: &str, more: &[&str]| {
        package(&world, &[&["--check", path, "--format", "json"], more].concat())
    };
    let directory = "dist/1.2.0-rc1/";
    for name in ["apache-demo-1.2.0-src.tar.gz", "apache-demo-1.2.0-src.zip"] {
        let report = check(&format!("{directory}{name}"), &[]).ok().json();
        assert_eq!(report["verdict"], "identical");
        assert_eq!(report["sha512"], report["rebuilt_sha512"]);
    }

    // The same content by others: git itself, and tar and zip of a checkout.
    let shell = |line: &str| world.run("sh", &["-c", line]).ok().stdout;
    shell("git archive --prefix=apache-demo-1.2.0-src/ -o ../git.tar.gz v1.2.0-rc1");
    shell("git archive --prefix=other/ -o ../git.zip v1.2.0-rc1");
    shell("mkdir ../x && git archive --prefix=apache-demo-1.2.0-src/ v1.2.0-rc1 | tar -C ../x -x");
    shell(
        "tar -C ../x --sort=name --mtime=@0 --owner=jane:1000 --group=jane:1000 -cJf ../gnu.tar.xz apache-demo-1.2.0-src",
    );
    shell("tar -C ../x -cjf ../gnu.tar.bz2 apache-demo-1.2.0-src");
    shell(&format!(
        "gzip -dc {directory}apache-demo-1.2.0-src.tar.gz | gzip -1 > ../other-level.tar.gz"
    ));
    for (name, expected) in [
        ("git.tar.gz", "mode"),
        ("git.zip", "top directory other instead of apache-demo-1.2.0-src"),
        ("gnu.tar.xz", "`1000:1000 jane:jane` instead of `0:0 :`"),
        ("gnu.tar.bz2", "owner"),
        ("other-level.tar.gz", "the tar stream is identical, its compression is not"),
    ] {
        let report = check(&format!("../{name}"), &[]).ok().json();
        assert_eq!(report["verdict"], "content-identical", "{name}: {report}");
        let metadata = report["metadata"].to_string();
        assert!(metadata.contains(expected), "{name}: {metadata}");
    }

    // Other content: one file changed, one gone, one more, one no longer executable.
    shell(
        "cd ../x/apache-demo-1.2.0-src && echo more >> README.md && rm LICENSE && echo x > extra && chmod -x build.sh",
    );
    shell(
        "tar -C ../x -czf ../bad.tar.gz apache-demo-1.2.0-src && cd ../x && zip -qr ../bad.zip apache-demo-1.2.0-src",
    );
    for name in ["bad.tar.gz", "bad.zip"] {
        let run = check(&format!("../{name}"), &[]);
        assert_eq!(run.status, 1, "{}", run.stderr);
        let report = run.json();
        assert_eq!(report["verdict"], "different");
        assert_eq!(report["added"], serde_json::json!(["extra"]));
        assert_eq!(report["missing"], serde_json::json!(["LICENSE"]));
        assert_eq!(
            report["changed"],
            serde_json::json!([
                "README.md: other content, 12 bytes instead of 7",
                "build.sh: not executable"
            ])
        );
    }
    let human = package(&world, &["--check", "../bad.tar.gz"]);
    assert_eq!(human.status, 1);
    for line in ["different: it is not what the commit gives", "added    extra", "missing  LICENSE"]
    {
        assert!(human.stdout.contains(line), "{}", human.stdout);
    }

    // The same content for GNU tar, and one file more for who reads on behind a directory.
    const ODD: &str = "import gzip, sys, tarfile, io
tar = bytearray(gzip.open(sys.argv[1]).read())
end = len(tar.rstrip(b'\\0')) + -len(tar.rstrip(b'\\0')) % 512
more = tarfile.TarInfo('apache-demo-1.2.0-src/empty'); more.type = tarfile.DIRTYPE; more.size = 512
hidden = tarfile.TarInfo('apache-demo-1.2.0-src/hidden')
tar[end:end] = more.tobuf() + hidden.tobuf()
gzip.open(sys.argv[2], 'wb').write(tar)";
    let made = format!("{directory}apache-demo-1.2.0-src.tar.gz");
    world.run("python3", &["-c", ODD, &made, "../odd.tar.gz"]).ok();
    let run = check("../odd.tar.gz", &[]);
    assert_eq!((run.status, &run.json()["verdict"]), (1, &"ambiguous".into()));
    let human = package(&world, &["--check", "../odd.tar.gz"]);
    assert!(human.stdout.contains("empty/ has 512 bytes of content"), "{}", human.stdout);

    // Not an archive, a broken one, none.
    fs::write(world.path("page.tar.gz"), "<html>404</html>").unwrap();
    check("../page.tar.gz", &[]).fails(2, &["not a tar"]);
    shell("head -c 300 ../git.tar.gz > ../cut.tar.gz");
    check("../cut.tar.gz", &[]).fails(2, &["cut.tar.gz", "cannot be read"]);
    check("../nowhere.tar.gz", &[]).fails(2, &["nowhere.tar.gz"]);
}

#[test]
fn names_follow_version_candidate_and_kind() {
    let world = World::with_project();
    world.write("plusone.toml", "[project]\nname = \"burr\"\nkind = \"podling\"\n[naming]\ncandidate_tag = \"{version}RC{rc}\"\nformats = [\"tgz\"]\n");
    world.commit("podling");
    world.git(&["tag", "0.40.0RC0"]);
    world.plusone(&["package", "--version", "0.40.0", "--rc", "0", "--no-sign"]).ok();
    assert_eq!(
        world.names(&world.repo("dist/0.40.0-rc0")),
        ["apache-burr-0.40.0-incubating-src.tgz", "apache-burr-0.40.0-incubating-src.tgz.sha512"]
    );
    // A branch says neither version nor candidate.
    world
        .plusone(&["package", "--ref", "main", "--no-sign"])
        .fails(2, &["version cannot be read from `main`", "--version"]);
    world
        .plusone(&["package", "--ref", "main", "--version", "1.0", "--no-sign"])
        .fails(2, &["{rc}", "--rc", "--out"]);
    world.plusone(&["package", "--no-sign"]).fails(2, &["not said what to package", "--ref"]);
    world
        .plusone(&["package", "--ref", "v9", "--no-sign"])
        .fails(2, &["no commit called `v9`", "git fetch --tags"]);
    world.plusone(&["package", "--ref", "--output=/tmp/x", "--no-sign"]).fails(2, &[]);
}

#[test]
fn settings_come_from_the_commit() {
    let world = World::with_project();
    world.write("plusone.toml", "[project]\nname = \"changed-later\"\n");
    let run = package(&world, &["--no-sign", "-v"]).ok();
    assert!(run.stdout.contains("apache-demo-1.2.0-src.tar.gz"), "{}", run.stdout);
    assert!(run.stderr.contains("1 file is changed or unknown"), "{}", run.stderr);
    world.git(&["rm", "-q", "--cached", "plusone.toml"]);
    world.git(&["commit", "-q", "-m", "without settings"]);
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    let run = package(&world, &["--no-sign"]).ok();
    assert!(run.stderr.contains("plusone.toml is not in the commit"), "{}", run.stderr);
    world.write("plusone.toml", "[project]\nname = \"demo\"\nformat = \"zip\"\n");
    package(&world, &["--no-sign"]).fails(2, &["plusone.toml:3:1", "format"]);
    fs::remove_file(world.repo("plusone.toml")).unwrap();
    package(&world, &["--no-sign"]).fails(2, &["the project has no name", "plusone init"]);
    let outside = World::new();
    outside
        .plusone(&["package", "--ref", "v1"])
        .fails(2, &["not inside a git repository", "-C DIR"]);
}

#[test]
fn what_was_made_before_is_kept_or_in_the_way() {
    let world = World::with_project();
    let directory = world.repo("dist/1.2.0-rc1");
    package(&world, &[]).ok();
    let signature = fs::read(directory.join("apache-demo-1.2.0-src.tar.gz.asc")).unwrap();
    let again = package(&world, &["--format", "json"]).ok().json();
    assert_eq!(again["artifacts"][0]["unchanged"], true);
    assert_eq!(fs::read(directory.join("apache-demo-1.2.0-src.tar.gz.asc")).unwrap(), signature);
    let archive = directory.join("apache-demo-1.2.0-src.tar.gz");
    fs::write(&archive, "another archive").unwrap();
    package(&world, &[]).fails(2, &["exists and is another archive", "--rc", "--force"]);
    assert_eq!(fs::read(&archive).unwrap(), b"another archive");
    assert_eq!(world.names(&directory).len(), 3);
    package(&world, &["--force"]).ok();
    assert!(fs::read(&archive).unwrap().starts_with(&[0x1f, 0x8b]));
    // The old signature belonged to the same bytes, a new one was made all the same.
    let name = archive.to_str().unwrap();
    world.run("gpg", &["--batch", "--verify", &format!("{name}.asc"), name]).ok();
}

/// A pinentry that answers every question the same way: what real ones do when a person errs.
fn pinentry(world: &World, answer: &str) {
    let path = world.path("pinentry");
    let script = format!(
        "#!/bin/sh\necho 'OK ready'\nwhile read -r word rest; do\n case $word in\n GETPIN) {answer};;\n BYE) echo OK; exit;;\n *) echo OK;;\n esac\ndone\n"
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    use_pinentry(world, path.to_str().unwrap());
}

fn use_pinentry(world: &World, path: &str) {
    fs::write(world.path("gnupg/gpg-agent.conf"), format!("pinentry-program {path}\n")).unwrap();
    let _ = world.run("gpgconf", &["--kill", "all"]);
}

#[test]
fn each_way_in_which_signing_fails_has_its_remedy() {
    let world = World::with_project();
    let locked = world.new_key("locked@apache.org", "correct", &[]);
    let sign = |key: &str| package(&world, &["--key", key]);

    pinentry(&world, "printf 'D wrong\\nOK\\n'");
    sign(&locked).fails(3, &["passphrase or PIN was wrong", "hint:"]);
    pinentry(&world, "echo 'ERR 83886179 Operation cancelled <Pinentry>'");
    sign(&locked).fails(3, &["was cancelled", "hint:"]);
    use_pinentry(&world, "/nowhere/pinentry");
    sign(&locked).fails(3, &["no pinentry program can be started", "pinentry-curses"]);
    if support::program_for(
        "each_way_in_which_signing_fails_has_its_remedy (no terminal)",
        "pinentry-curses",
    ) {
        use_pinentry(&world, "/usr/bin/pinentry-curses");
        sign(&locked).fails(3, &["no terminal to ask on", "GPG_TTY=$(tty)"]);
    }
    pinentry(&world, "printf 'D correct\\nOK\\n'");
    sign(&locked).ok();
    fs::remove_dir_all(world.repo("dist")).unwrap();

    let words = ["--faked-system-time", "20240101T000000"];
    let expired = world.new_key("expired@apache.org", "", &words);
    sign(&expired).fails(2, &["has expired", "--quick-set-expire"]);
    sign("nobody@apache.org").fails(2, &["no secret key `nobody@apache.org`", "--key"]);
    sign("apache.org").fails(2, &["fits several secret keys", JANE, &locked]);

    // The secret is on another machine: only the stub is here.
    let stub = world.path(&format!("gnupg/private-keys-v1.d/{}.key", keygrip(&world, &locked)));
    fs::remove_file(stub).unwrap();
    let _ = world.run("gpgconf", &["--kill", "all"]);
    sign(&locked).fails(2, &["secret"]);

    // Without an agent there is no secret key to be seen or used.
    fs::write(world.path("gnupg/gpg.conf"), "no-autostart\n").unwrap();
    let _ = world.run("gpgconf", &["--kill", "all"]);
    sign(JANE).fails(3, &["gpg-agent cannot be reached", "gpgconf --launch gpg-agent"]);
    nothing_left(&world);
}

#[test]
fn an_interrupt_leaves_nothing_behind() {
    let world = World::with_project();
    let locked = world.new_key("locked@apache.org", "correct", &[]);
    pinentry(&world, "sleep 20");
    let mut child = world
        .command(env!("CARGO_BIN_EXE_plusone"))
        .args(["package", "--ref", "v1.2.0-rc1", "--key", &locked])
        .spawn()
        .unwrap();
    wait_for_the_pinentry(&world);
    world.run("kill", &["-INT", &child.id().to_string()]).ok();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    nothing_left(&world);
    assert_eq!(hidden(&world), Vec::<String>::new());
}

/// Directories for files in the making.
fn hidden(world: &World) -> Vec<String> {
    let mut names = world.names(&world.repo("dist"));
    names.retain(|name| name.starts_with(".plusone-"));
    names
}

/// The archive is there under its temporary name while the pinentry waits.
fn wait_for_the_pinentry(world: &World) {
    for _ in 0..200 {
        let archive = "apache-demo-1.2.0-src.tar.gz.sha512";
        if hidden(world).iter().any(|name| world.repo("dist").join(name).join(archive).exists()) {
            std::thread::sleep(std::time::Duration::from_millis(300));
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("nothing is made");
}

#[test]
fn what_a_killed_program_left_is_neither_staged_nor_kept() {
    let world = World::with_project();
    let locked = world.new_key("locked@apache.org", "correct", &[]);
    pinentry(&world, "sleep 20");
    let mut child = world
        .command(env!("CARGO_BIN_EXE_plusone"))
        .args(["package", "--ref", "v1.2.0-rc1", "--key", &locked])
        .spawn()
        .unwrap();
    wait_for_the_pinentry(&world);
    child.kill().unwrap();
    child.wait().unwrap();
    let directory = world.repo("dist/1.2.0-rc1");
    assert_eq!(
        world.names(&directory),
        Vec::<String>::new(),
        "nothing but finished files is there"
    );
    assert_eq!(hidden(&world).len(), 1);
    // What an earlier version left in the candidate's own directory.
    let left = directory.join(".plusone-AbCdEf");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("apache-demo-1.2.0-src.tar.gz"), "half").unwrap();
    package(&world, &["--key", JANE]).ok();
    assert_eq!(hidden(&world), Vec::<String>::new(), "it is swept away");
    let area = world.path("area");
    for name in ["dev/demo", "release/demo"] {
        fs::create_dir_all(area.join(name)).unwrap();
    }
    let area = area.display();
    let settings = format!(
        "[project]\nname = \"demo\"\n[dist]\ndev = \"directory:{area}/dev/demo\"\nrelease = \"directory:{area}/release/demo\"\n"
    );
    world.write("plusone.toml", settings);
    let stage = ["stage", "--version", "1.2.0", "--rc", "1", "--without", "legal", "-x"];
    let staged = world.plusone(&stage).ok().stdout;
    assert!(staged.contains("commit 3 files"), "{staged}");
    assert!(staged.contains("left here:\n.plusone-AbCdEf/"), "{staged}");
    assert_eq!(world.names(&world.path("area/dev/demo/1.2.0-rc1")).len(), 3);
}

#[test]
fn objects_that_are_missing_are_git_s_to_tell() {
    let world = World::with_project();
    let id = world.git(&["rev-parse", "v1.2.0-rc1:src/main.c"]).trim().to_owned();
    let object = world.repo(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    let kept = fs::read(&object).unwrap();
    fs::remove_file(&object).unwrap();
    let told = package(&world, &["--no-sign"]).fails(3, &["git archive", "git fsck"]);
    assert!(told.stderr.contains(&id) || told.stderr.contains("src/main.c"), "{}", told.stderr);
    nothing_left(&world);
    fs::write(&object, kept).unwrap();
    // A partial clone fetches what it lacks where that is asked for, and nowhere else.
    for name in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
        world.git(&["config", name, "true"]);
    }
    let url = format!("file://{}", world.repo("").display());
    for (filter, name) in [("blob:none", "without-files"), ("tree:0", "without-trees")] {
        let clone = world.path(name).display().to_string();
        let filter = format!("--filter={filter}");
        world.git(&["clone", "-q", "--no-checkout", &filter, &url, &clone]);
        let words = ["-C", &clone, "package", "--ref", "v1.2.0-rc1", "--no-sign"];
        let refused = world.plusone(&words).fails(3, &["this partial clone", "origin", "--fetch"]);
        assert!(refused.stderr.contains("run the same command with --fetch"), "{}", refused.stderr);
        world.plusone(&[&words[..], &["--fetch"]].concat()).ok();
        let archive = format!("{clone}/dist/1.2.0-rc1/apache-demo-1.2.0-src.tar.gz");
        let words = ["package", "--check", &archive, "--ref", "v1.2.0-rc1", "--version", "1.2.0"];
        world.plusone(&words).ok();
    }
}

#[test]
fn dates_that_no_archive_holds_are_refused() {
    let mut world = World::with_project();
    // The year 2255.
    world.variables = vec![("GIT_COMMITTER_DATE".into(), "@9000000000 -1200".into())];
    world.write("later", "");
    world.commit("later");
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    package(&world, &["--no-sign"]).fails(2, &["dates after 2242", "SOURCE_DATE_EPOCH"]);
    world.variables.push(("SOURCE_DATE_EPOCH".into(), "1700000000".into()));
    package(&world, &["--no-sign"]).ok();
    let dated = world.run("tar", &["-tvzf", "dist/1.2.0-rc1/apache-demo-1.2.0-src.tar.gz"]).ok();
    assert!(dated.stdout.contains("2023-11-14"), "{}", dated.stdout);
    world.variables[1].1 = "9000000000".into();
    package(&world, &["--no-sign"]).fails(2, &["SOURCE_DATE_EPOCH is dated", "dates after 2242"]);
}

#[test]
fn no_directory_leads_out_of_its_place() {
    let world = World::with_project();
    for directory in ["../..", "/tmp/elsewhere", "a/../../b", "a//b"] {
        let settings =
            format!("[project]\nname = \"demo\"\n[dist]\ndev_directory = \"{directory}\"\n");
        world.write("plusone.toml", settings);
        world.commit("elsewhere");
        world.git(&["tag", "-f", "v1.2.0-rc1"]);
        package(&world, &["--no-sign"]).fails(2, &["is no directory below another", "--out"]);
    }
    fs::create_dir(world.path("outside")).unwrap();
    std::os::unix::fs::symlink(world.path("outside"), world.repo("dist")).unwrap();
    world.write("plusone.toml", "[project]\nname = \"demo\"\n");
    world.commit("a link");
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    package(&world, &["--no-sign"]).fails(2, &["it is a symbolic link", "--out"]);
    assert_eq!(world.names(&world.path("outside")), Vec::<String>::new());
}

fn keygrip(world: &World, fingerprint: &str) -> String {
    let listing = world
        .run(
            "gpg",
            &["--batch", "--with-colons", "--with-keygrip", "--list-secret-keys", fingerprint],
        )
        .ok();
    let line = listing.stdout.lines().find(|line| line.starts_with("grp:")).unwrap().to_owned();
    line.split(':').nth(9).unwrap().to_owned()
}

#[test]
fn the_key_is_chosen_openly() {
    let world = World::new();
    world.git(&["init", "-q", "-b", "main"]);
    world.write("plusone.toml", "[project]\nname = \"demo\"\nkind = \"plain\"\n");
    world.write("LICENSE", "x\n");
    world.commit("first");
    world.git(&["tag", "v1.2.0-rc1"]);
    package(&world, &[]).fails(2, &["no secret key to sign with", "--no-sign"]);
    let private = world.new_key("me@example.org", "", &[]);
    package(&world, &["--force"]).ok();
    // A plain project knows no preferred address; an ASF project prefers apache.org.
    world.import_jane();
    package(&world, &["--force"])
        .fails(2, &["several secret keys", &format!("--key {private} is me@example.org")]);
    world.write("plusone.toml", "[project]\nname = \"demo\"\n");
    world.commit("asf");
    world.git(&["tag", "-f", "v1.2.0-rc1"]);
    fs::remove_dir_all(world.repo("dist")).unwrap();
    let report = package(&world, &["--format", "json"]).ok().json();
    assert_eq!(report["artifacts"][0]["signer"]["fingerprint"], JANE);
    let settings = world.path("home/.config/plusone/config.toml");
    fs::create_dir_all(settings.parent().unwrap()).unwrap();
    fs::write(settings, format!("[signing]\nkey = \"{private}\"\n")).unwrap();
    fs::remove_dir_all(world.repo("dist")).unwrap();
    let report = package(&world, &["--format", "json"]).ok().json();
    assert_eq!(report["artifacts"][0]["signer"]["fingerprint"], private);
}

#[test]
fn disks_that_refuse_are_named() {
    let world = World::with_project();
    fs::write(world.repo("dist"), "a file where a directory should be").unwrap();
    package(&world, &["--no-sign"]).fails(3, &["dist"]);
    if Path::new("/dev/full").exists() {
        // A disk that is full the moment it is written to.
        let mut state = 1u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        };
        let noise: Vec<u8> = (0..200_000).map(|_| noise()).collect();
        world.write("noise.bin", noise);
        world.commit("larger than what fits");
        world.git(&["tag", "-f", "v1.2.0-rc1"]);
        let full = world.repo("full");
        fs::create_dir(&full).unwrap();
        let run = world.run("sh", &["-c", &format!("ulimit -f 40; trap '' XFSZ; exec {} package --ref v1.2.0-rc1 --no-sign --out full", env!("CARGO_BIN_EXE_plusone"))]);
        run.fails(3, &["cannot write the archive"]);
        assert_eq!(world.names(&full), Vec::<String>::new());
    }
}

fn artifact(world: &World, name: &str) -> PathBuf {
    let path = world.path(name);
    fs::write(&path, format!("the bytes of {name}\n")).unwrap();
    path
}

#[test]
fn sign_gives_artifacts_their_checksum_and_signature_once() {
    let world = World::new();
    world.import_jane();
    let one = artifact(&world, "demo-1.0-bin.zip");
    let two = artifact(&world, "demo-1.0.jar");
    let (one, two) = (one.to_str().unwrap(), two.to_str().unwrap());
    let report = world.plusone(&["sign", one, two, "--format", "json"]).ok().json();
    assert_eq!(report["artifacts"][1]["signature_made"], true);
    for path in [one, two] {
        world.run("gpg", &["--batch", "--verify", &format!("{path}.asc"), path]).ok();
    }
    support::ran(world.command("sha512sum").current_dir(world.path("")).args([
        "-c",
        "demo-1.0-bin.zip.sha512",
        "demo-1.0.jar.sha512",
    ]))
    .ok();
    let before = fs::read(format!("{one}.asc")).unwrap();
    let again = world.plusone(&["sign", one, "--format", "json"]).ok().json();
    assert_eq!(again["artifacts"][0]["signature_made"], false);
    assert_eq!(again["artifacts"][0]["checksum_written"], false);
    assert_eq!(fs::read(format!("{one}.asc")).unwrap(), before);

    // A checksum in another dialect is right all the same.
    let digest = report["artifacts"][1]["sha512"].as_str().unwrap().to_uppercase();
    let bsd = format!("SHA512 (demo-1.0.jar) = {digest}\r\n");
    fs::write(format!("{two}.sha512"), &bsd).unwrap();
    world.plusone(&["sign", two]).ok();
    assert_eq!(fs::read_to_string(format!("{two}.sha512")).unwrap(), bsd);

    // What is wrong stays until --force.
    fs::write(two, "changed\n").unwrap();
    world.plusone(&["sign", two]).fails(2, &["bad signature", "--force"]);
    world.plusone(&["sign", two, "--force"]).ok();
    world.run("gpg", &["--batch", "--verify", &format!("{two}.asc"), two]).ok();
    fs::write(format!("{one}.sha512"), format!("{}  demo-1.0-bin.zip\n", "0".repeat(128))).unwrap();
    world.plusone(&["sign", one]).fails(2, &["does not match the file", "--force"]);
    fs::write(format!("{one}.sha512"), "<html>").unwrap();
    world.plusone(&["sign", one]).fails(2, &["is no checksum file", "--force"]);
}

#[test]
fn sign_never_signs_a_signature() {
    let world = World::new();
    world.import_jane();
    for name in ["a.zip.asc", "a.zip.sha512", "a.zip.SHA256", "a.md5", "KEYS"] {
        let path = artifact(&world, name);
        world.plusone(&["sign", path.to_str().unwrap()]).fails(2, &[name]);
    }
    world.plusone(&["sign", "nowhere.zip"]).fails(2, &["there is no file `nowhere.zip`"]);
    world.plusone(&["sign", "/tmp"]).fails(2, &["`/tmp` is not a file"]);
    assert_eq!(
        world.names(&world.path("")).iter().filter(|name| name.ends_with(".asc.asc")).count(),
        0
    );
}
