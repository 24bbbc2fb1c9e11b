//! What a mail, an archive, a server or a repository brings is a stranger's: nothing of it runs
//! unasked, none of it is believed because it says so.

use std::fs;
use std::path::Path;

use super::candidate::{Candidate, Maker, with_header};
use super::checks::VOTE;
use super::support::{Ran, Server, root};

/// A mail that names this KEYS file, and a candidate that fits it.
fn mail(maker: &Maker, candidate: &Candidate, keys: &str) -> String {
    let directory = maker.stage(candidate);
    let archive = directory.join(&candidate.name);
    let sum = maker.world.run("sha512sum", &[archive.to_str().unwrap()]).ok().stdout;
    let commit = maker.world.git(&["rev-parse", "HEAD"]);
    let text = VOTE.replace("{sha512}", sum.split(' ').next().unwrap());
    let text = text.replace("{commit}", commit.trim());
    let path = maker.world.path("vote.eml");
    fs::write(&path, text.replace("https://downloads.apache.org/demo/KEYS", keys)).unwrap();
    path.display().to_string()
}

fn outcome(ran: &Ran, id: &str) -> (String, String) {
    let report = ran.json();
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == id);
    let check = check.unwrap();
    let words = check["reason"].as_str().or(check["findings"][0]["message"].as_str());
    (check["outcome"].as_str().unwrap().to_owned(), words.unwrap_or_default().to_owned())
}

#[test]
fn keys_that_a_mail_names_are_not_believed() {
    let maker = Maker::new();
    let server = Server::new(&maker.world.path(""));
    let named = format!("{}/KEYS", server.url);
    let candidate = Candidate::sound();
    let mail = mail(&maker, &candidate, &named);
    let directory = maker.world.path(&candidate.directory).display().to_string();
    let words = ["--at", &directory, "--git", ".", "--tag", &candidate.tag];
    let told = maker.judge(&mail, &words);
    assert_eq!(told.status, 3, "{}", told.stdout);
    let (found, words_found) = outcome(&told, "signature-keys-source");
    assert_eq!(found, "finding");
    assert!(words_found.contains("over http"), "{words_found}");
    assert_eq!(outcome(&told, "signature-signer-in-keys").0, "not-run");
    assert_eq!(told.json()["verdict"], "incomplete");
    // The voter says so.
    let said = maker.judge(&mail, &[&words[..], &["--keys", &named]].concat());
    assert_eq!(outcome(&said, "signature-keys-source").0, "pass");
    assert_eq!(said.json()["verdict"], "pass", "{}", said.stdout);
    assert!(said.json()["remarks"].to_string().contains("KEYS came over http"), "{}", said.stdout);
    // So do the voter's settings.
    maker
        .world
        .write("plusone.toml", format!("[project]\nname = \"demo\"\n[dist]\nkeys = \"{named}\"\n"));
    let said = maker.judge(&mail, &words);
    assert_eq!(outcome(&said, "signature-keys-source").0, "pass", "{}", said.stdout);
}

#[test]
fn commands_that_an_archive_brings_are_shown_and_not_run() {
    let maker = Maker::new();
    let server = Server::new(&maker.world.path(""));
    let mark = maker.world.path("mark");
    let mut candidate = Candidate::sound();
    let line = format!("[verify]\nbuild = [\"touch {}\"]\n", mark.display());
    candidate.put("plusone.toml", with_header("#", &line));
    let mail = mail(&maker, &candidate, &format!("{}/KEYS", server.url));
    let directory = maker.world.path(&candidate.directory).display().to_string();
    let elsewhere = maker.world.path("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let elsewhere = elsewhere.display().to_string();
    let run = |more: &[&str]| {
        let words = ["-C", &elsewhere, "--format", "json", "verify", &mail, "--at", &directory];
        maker.world.plusone(&[&words[..], more].concat())
    };
    let keys = maker.world.path("KEYS").display().to_string();
    let told = run(&["--keys", &keys, "--build"]);
    let (found, words) = outcome(&told, "source-builds");
    assert_eq!(found, "not-run", "{words}");
    assert!(words.contains("touch ") && words.contains("--build-as-told"), "{words}");
    assert!(!mark.exists());
    // Even so nothing is run that only the mail's own KEYS vouches for.
    let told = run(&["--build-as-told"]);
    assert!(outcome(&told, "source-builds").1.contains("only such a KEYS file vouches for"));
    assert!(!mark.exists());
    let own = run(&["--keys", &keys, "--build-with", "test -f NOTICE"]);
    assert_eq!(outcome(&own, "source-builds").0, "pass", "{}", own.stdout);
    assert!(!mark.exists());
    let told = run(&["--keys", &keys, "--build-as-told"]);
    assert_eq!(outcome(&told, "source-builds").0, "pass", "{}", told.stdout);
    assert!(mark.exists());
    // A checkout that the voter names is the voter's word.
    fs::remove_file(&mark).unwrap();
    let repository = maker.world.repo("").display().to_string();
    let told = run(&["--keys", &keys, "--build", "--git", &repository, "--tag", &candidate.tag]);
    assert_eq!(outcome(&told, "source-builds").0, "pass", "{}", told.stdout);
    assert!(mark.exists());
}

#[test]
fn no_program_that_a_repository_names_is_run() {
    let maker = Maker::new();
    let candidate = Candidate::sound();
    let directory = maker.stage(&candidate).display().to_string();
    let marks = maker.world.path("marks");
    let program = maker.world.path("program.sh");
    let script = format!("#!/bin/sh\necho \"$0 $*\" >> {}\ncat\n", marks.display());
    fs::write(&program, script).unwrap();
    maker.world.run("chmod", &["+x", program.to_str().unwrap()]).ok();
    let hooks = maker.world.path("hooks");
    fs::create_dir_all(&hooks).unwrap();
    for name in
        ["post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman"]
    {
        fs::copy(&program, hooks.join(name)).unwrap();
    }
    let named = program.display();
    let settings = format!(
        "[core]\n\trepositoryformatversion = 1\n\tfsmonitor = {named}\n\tsshCommand = {named}\n\
         \tpager = {named}\n\thooksPath = {}\n\talternateRefsCommand = {named}\n\
         [extensions]\n\tpartialClone = origin\n\
         [remote \"origin\"]\n\turl = ssh://evil.example/x\n\tpromisor = true\n\
         \tpartialclonefilter = blob:none\n\
         [filter \"x\"]\n\tclean = {named}\n\tsmudge = {named}\n\tprocess = {named}\n\trequired = true\n\
         [diff]\n\texternal = {named}\n[diff \"x\"]\n\ttextconv = {named}\n\
         [credential]\n\thelper = {named}\n[gpg]\n\tprogram = {named}\n[log]\n\tshowSignature = true\n\
         [alias]\n\trev-parse = !{named}\n\tstatus = !{named}\n[protocol \"ext\"]\n\tallow = always\n",
        hooks.display()
    );
    fs::write(maker.world.repo(".git/config"), settings).unwrap();
    fs::write(maker.world.repo(".git/info/attributes"), "* filter=x diff=x\n").unwrap();
    // Not as the index has it, so that git looks at it.
    maker.world.write("NOTICE", "changed");
    let run = |words: &[&str]| {
        let ran = maker.world.plusone(words);
        let marked = fs::read_to_string(&marks).unwrap_or_default();
        assert_eq!(marked, "", "{words:?}: {}", ran.stderr);
        ran
    };
    let keys = maker.world.path("KEYS").display().to_string();
    let everything = |tag: &str| {
        run(&["doctor", "--version", "1.2.0", "--rc", "1"]);
        run(&["status", "--offline"]);
        run(&[
            "package",
            "--ref",
            tag,
            "--version",
            "1.2.0",
            "--project",
            "demo",
            "--no-sign",
            "--force",
        ]);
        run(&["verify", &directory, "--keys", &keys, "--git", ".", "--tag", tag, "--rebuild"])
    };
    let judged = everything(&candidate.tag);
    assert!(
        judged.stdout.contains("source-matches-tag") || judged.status == 0,
        "{}",
        judged.stdout
    );
    // What the clone lacks, git would fetch by the programs that the repository names.
    let blob = maker.world.git(&[
        "-c",
        "core.fsmonitor=false",
        "rev-parse",
        &format!("{}:NOTICE", candidate.tag),
    ]);
    let blob = blob.trim().to_owned();
    // That was the test's own git.
    fs::write(&marks, "").unwrap();
    fs::remove_file(maker.world.repo(&format!(".git/objects/{}/{}", &blob[..2], &blob[2..])))
        .unwrap();
    everything(&candidate.tag);
    let commit = maker.world.git(&[
        "-c",
        "core.fsmonitor=false",
        "rev-parse",
        &format!("{}^{{commit}}", candidate.tag),
    ]);
    let commit = commit.trim().to_owned();
    fs::write(&marks, "").unwrap();
    fs::remove_file(maker.world.repo(&format!(".git/objects/{}/{}", &commit[..2], &commit[2..])))
        .unwrap();
    everything(&candidate.tag);
}

#[test]
fn no_password_of_an_address_is_told() {
    let maker = Maker::new();
    let directory = maker.stage(&Candidate::sound()).display().to_string();
    let server = Server::new(&maker.world.path(""));
    let keys = server.url.replace("http://", "http://jane:s3cretpw@") + "/nope";
    let sarif = maker.world.path("found.sarif").display().to_string();
    for form in ["human", "json", "markdown"] {
        let words = ["--format", form, "verify", &directory, "--keys", &keys, "--git", ".", "-v"];
        let told = maker.world.plusone(&[&words[..], &["--sarif", &sarif]].concat());
        let sarif = fs::read_to_string(&sarif).unwrap();
        for text in [&told.stdout, &told.stderr, &sarif] {
            assert!(!text.contains("s3cretpw"), "{form}: {text}");
        }
        assert!(told.stdout.contains("http://…@127.0.0.1"), "{form}: {}", told.stdout);
    }
}

#[test]
fn another_host_after_a_redirect_is_told() {
    let maker = Maker::new();
    let directory = maker.stage(&Candidate::sound()).display().to_string();
    let server = Server::new(&maker.world.path(""));
    let script = format!(
        "import http.server as h\n\
         class Handler(h.BaseHTTPRequestHandler):\n    \
         def do_GET(self):\n        \
         self.send_response(302)\n        \
         self.send_header('Location', '{}' + self.path)\n        \
         self.end_headers()\n\
         server = h.ThreadingHTTPServer(('127.0.0.1', 0), Handler)\n\
         print(server.server_port, flush=True)\nserver.serve_forever()\n",
        server.url.replace("127.0.0.1", "localhost")
    );
    let first = Server::of(&script, Path::new("/"));
    let keys = format!("{}/KEYS", first.url);
    let told = maker.judge(&directory, &["--keys", &keys, "--git", ".", "--tag", "v1.2.0-rc1"]);
    let remarks = told.json()["remarks"].to_string();
    assert!(remarks.contains("/KEYS led to http://localhost:"), "{remarks}");
    assert!(remarks.contains("another host"), "{remarks}");
}

#[test]
fn nothing_is_kept_through_a_link() {
    let maker = Maker::new();
    let candidate = Candidate::sound();
    let staged = maker.stage(&candidate);
    let server = Server::new(staged.parent().unwrap());
    let url = format!("{}/{}", server.url, staged.file_name().unwrap().to_str().unwrap());
    let into = maker.world.path("into");
    fs::create_dir_all(&into).unwrap();
    let victim = maker.world.path("victim");
    for name in [format!("{}.asc", candidate.name), format!("{}.sha512.part", candidate.name)] {
        fs::write(&victim, "mine").unwrap();
        let link = into.join(&name);
        // A link to nothing would be made a file by who writes through it.
        fs::remove_file(&victim).unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        let words = ["--into", into.to_str().unwrap(), "--without", "source"];
        maker.judge(&url, &words).fails(2, &["it is a symbolic link"]);
        assert!(!victim.exists(), "{name}");
        fs::remove_file(&link).unwrap();
    }
}

#[test]
fn a_template_lies_in_the_repository() {
    let maker = Maker::new();
    let world = &maker.world;
    fs::write(world.path("secret"), "From: x").unwrap();
    std::os::unix::fs::symlink(world.path("secret"), world.repo("link.txt")).unwrap();
    let walk = root().join("tests/cmd/walk.in");
    for name in ["LICENSE", "NOTICE"] {
        world.write(name, fs::read(walk.join(name)).unwrap());
    }
    let area = world.path("area");
    for name in ["dev/demo", "release/demo"] {
        fs::create_dir_all(area.join(name)).unwrap();
    }
    let area = area.display();
    for template in ["../secret", &world.path("secret").display().to_string(), "link.txt"] {
        let settings = format!(
            "[project]\nname = \"demo\"\n[dist]\ndev = \"directory:{area}/dev/demo\"\nrelease = \"directory:{area}/release/demo\"\n\
             [vote]\ntemplate = \"{template}\"\n[mail]\nfrom = \"Jane <jane@apache.org>\"\n"
        );
        world.write("plusone.toml", settings);
        world.commit("a template");
        world.git(&["tag", "-f", "v1.2.0-rc1"]);
        world.plusone(&["package", "--version", "1.2.0", "--rc", "1", "--force"]).ok();
        let stage = [
            "stage",
            "--version",
            "1.2.0",
            "--rc",
            "1",
            "--without",
            "legal",
            "--without",
            "archive",
            "-x",
        ];
        world.plusone(&stage);
        let told = world.plusone(&["vote", "--version", "1.2.0", "--rc", "1"]);
        told.fails(2, &["it is not in the repository", "--template"]);
        fs::remove_dir_all(world.repo(".plusone")).unwrap();
        fs::remove_dir_all(world.path("area/dev/demo/1.2.0-rc1")).unwrap();
    }
}
