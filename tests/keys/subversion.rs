//! `append` to Subversion: real repositories, over `file://` and `svnserve`.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::support::{self, JANE, Ran, World};
use super::{imported, new_key, plain_project};

const OLD: &str = "PGP keys of the project, as they were\n";

/// A world with Jane's key and a repository with `dist/KEYS` in it.
fn world() -> Option<World> {
    if !support::program_for("keys::subversion", "svnadmin") {
        return None;
    }
    let world = World::new();
    world.import_jane();
    world.run("svnadmin", &["create", "../svn"]).ok();
    world.write("import/dist/KEYS", OLD);
    world.run("svn", &["import", "-q", "-m", "first", "import", &root(&world)]).ok();
    Some(world)
}

fn root(world: &World) -> String {
    format!("file://{}", world.path("svn").display())
}

fn keys(world: &World) -> String {
    format!("{}/dist/KEYS", root(world))
}

fn append(world: &World, id: &str, to: &str, more: &[&str]) -> Ran {
    world.plusone(&[&["keys", "append", id, "--to", to], more].concat())
}

fn youngest(world: &World) -> u32 {
    world.run("svnlook", &["youngest", "../svn"]).ok().stdout.trim().parse().unwrap()
}

/// What the repository holds, without going through a client.
fn content(world: &World, name: &str) -> String {
    world.run("svnlook", &["cat", "../svn", name]).ok().stdout
}

/// Puts a program before the real `svn`: `line` of shell, in which `$real` is that one.
fn wrap_svn(world: &mut World, line: &str) {
    let real = world.run("sh", &["-c", "command -v svn"]).ok().stdout;
    world.write(
        "../bin/svn",
        format!("#!/bin/sh\nreal={}\n{line}\nexec $real \"$@\"\n", real.trim()),
    );
    let program = world.path("bin/svn");
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    world.variables.push(("PATH".to_owned(), format!("{}:{path}", world.path("bin").display())));
}

#[test]
fn a_plan_is_shown_and_run_once() {
    let Some(world) = world() else { return };
    let shown = append(&world, JANE, &keys(&world), &[]).ok().stdout;
    for words in ["would    commit KEYS", "bytes at its end", &format!("Add the key {JANE}")] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    let plan = append(&world, JANE, &keys(&world), &["--format", "json"]).ok().json();
    assert_eq!(plan["schema"], "plusone.plan/1");
    assert_eq!(youngest(&world), 1);
    assert_eq!(content(&world, "dist/KEYS"), OLD);

    let done = append(&world, JANE, &keys(&world), &["-x", "--format", "json"]).ok().json();
    assert_eq!(done["steps"][0]["id"], plan["steps"][0]["id"]);
    assert_eq!(done["steps"][0]["outcome"], "revision 2");
    assert_eq!(youngest(&world), 2);
    let new = content(&world, "dist/KEYS");
    assert!(new.starts_with(OLD));
    world.write("new", &new);
    assert_eq!(imported(&world.repo("new")), [JANE]);
    let changed = world.run("svnlook", &["changed", "../svn"]).ok().stdout;
    assert_eq!(changed, "U   dist/KEYS\n");
    let message = world.run("svnlook", &["log", "../svn"]).ok().stdout;
    assert_eq!(message, format!("Add the key {JANE} to KEYS\n"));
    // Once more is nothing.
    let again = append(&world, JANE, &keys(&world), &["-x"]).ok().stdout;
    assert!(again.contains("has all of") && again.contains("nothing to do"), "{again}");
    assert_eq!(youngest(&world), 2);
    let list = world.plusone(&["keys", "list", &keys(&world)]).ok().stdout;
    assert!(list.contains(JANE), "{list}");
}

#[test]
fn wrong_addresses_are_clear() {
    let Some(world) = world() else { return };
    let root = root(&world);
    let refused = |place: &str, more: &[&str], status: i32, words: &[&str]| {
        let more = [more, &["-x"]].concat();
        let words = [words, &["hint:"]].concat();
        append(&world, JANE, &format!("{root}{place}"), &more).fails(status, &words);
        assert_eq!(youngest(&world), 1);
    };
    refused("/dist/KEYZ", &[], 2, &["there is no file", "--create"]);
    refused("/dist", &[], 3, &["is a directory"]);
    refused("/nowhere/KEYS", &["--create"], 3, &["nowhere' doesn't exist"]);
    refused("/dist/", &[], 3, &["no address of a file"]);
    append(&world, JANE, &format!("{root}/dist/OTHER"), &["-x", "--create"]).ok();
    assert!(content(&world, "dist/OTHER").contains("BEGIN PGP PUBLIC KEY BLOCK"));
}

#[test]
fn an_entry_committed_in_between_stays() {
    let Some(mut world) = world() else { return };
    let theirs = World::new();
    let other = new_key(&theirs, "Other <other@apache.org>", "rsa2048", "1y", &[]);
    let entry = theirs.plusone(&["keys", "export", &other]).ok().stdout;
    world.write("theirs", entry);
    // Before our first commit of each file, somebody else adds to it.
    let line = format!(
        "if [ \"$1\" = commit ] && mkdir '{scratch}/once' 2>/dev/null; then\n\
         $real checkout -q '{root}/dist' '{scratch}/wc'; cd '{scratch}/wc'\n\
         cat ../theirs >>$(cat ../name); $real add -q --force $(cat ../name)\n\
         $real commit -q -m theirs; cd - >/dev/null\n\
         fi",
        scratch = world.path("repo").display(),
        root = root(&world),
    );
    wrap_svn(&mut world, &line);
    for (name, more) in [("KEYS", &["-x"][..]), ("NEW", &["-x", "--create"])] {
        world.write("name", name);
        let before = youngest(&world);
        let to = format!("{}/dist/{name}", root(&world));
        let ran = append(&world, JANE, &to, more).ok();
        assert!(ran.stderr.contains("somebody else committed in between"), "{}", ran.stderr);
        assert_eq!(youngest(&world), before + 2, "theirs and ours");
        world.write("after", content(&world, &format!("dist/{name}")));
        let mut both = [JANE.to_owned(), other.clone()];
        both.sort();
        assert_eq!(imported(&world.repo("after")), both);
        fs::remove_dir_all(world.repo("wc")).unwrap();
        fs::remove_dir(world.repo("once")).unwrap();
    }
    assert!(content(&world, "dist/KEYS").starts_with(OLD));
}

#[test]
fn eight_at_once_lose_nobody() {
    let Some(world) = world() else { return };
    plain_project(&world);
    let mut all: Vec<String> = (0..8)
        .map(|n| new_key(&world, &format!("K{n} <k{n}@example.org>"), "ed25519", "1y", &[]))
        .collect();
    std::thread::scope(|scope| {
        for key in &all {
            scope.spawn(|| append(&world, key, &keys(&world), &["-x"]).ok());
        }
    });
    assert_eq!(youngest(&world), 9);
    let new = content(&world, "dist/KEYS");
    assert!(new.starts_with(OLD));
    world.write("new", new);
    all.sort();
    assert_eq!(imported(&world.repo("new")), all);
}

#[test]
fn what_a_hook_forbids_is_said() {
    let Some(world) = world() else { return };
    let hook = world.path("svn/hooks/pre-commit");
    fs::write(&hook, "#!/bin/sh\necho 'only on Mondays' >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    let ran = append(&world, JANE, &keys(&world), &["-x"]);
    ran.fails(3, &["only on Mondays", "hint: nothing was committed"]);
    assert_eq!(youngest(&world), 1);
}

/// `svnserve` for the repository, where `rm` may write and `reader` may read.
struct Served(Child, String);

impl Served {
    fn new(world: &World) -> Self {
        let configure = |name: &str, text: &str| {
            fs::write(world.path("svn/conf").join(name), text).unwrap();
        };
        configure(
            "svnserve.conf",
            "[general]\nanon-access = none\nauth-access = write\npassword-db = passwd\nauthz-db = authz\n",
        );
        configure("passwd", "[users]\nrm = s3cret word\nreader = other\n");
        configure("authz", "[/]\nrm = rw\nreader = r\n");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = world
            .command("svnserve")
            .args(["--daemon", "--foreground", "--listen-host", "127.0.0.1", "--listen-port"])
            .arg(port.to_string())
            .arg("--root")
            .arg(world.path("svn"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Self(child, format!("svn://127.0.0.1:{port}/dist/KEYS"))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_server_decides_who_commits_and_passwords_stay_hidden() {
    if !support::program_for("a_server_decides_who_commits", "svnserve") {
        return;
    }
    let Some(mut world) = world() else { return };
    let served = Served::new(&world);
    let log = world.path("argv");
    wrap_svn(&mut world, &format!("echo \"$@\" >>'{}'; env >>'{0}'", log.display()));
    let try_as = |user: &str, command: &str, more: &[&str]| {
        let words = ["--svn-username", user, "--svn-password-command", command];
        append(&world, JANE, &served.1, &[&words[..], more].concat())
    };
    let failed = |ran: Ran, words: &[&str]| {
        assert!(!ran.stderr.contains("s3cret") && !ran.stdout.contains("s3cret"));
        ran.fails(3, &[words, &["hint:"]].concat());
        assert_eq!(youngest(&world), 1);
    };
    failed(append(&world, JANE, &served.1, &["-x"]), &["svn checkout", "nothing was committed"]);
    failed(try_as("rm", "echo wrong", &["-x"]), &["Authentication"]);
    failed(try_as("rm", "exit 7", &["-x"]), &["exit status: 7"]);
    failed(try_as("rm", "true", &["-x"]), &["printed nothing"]);
    // A reader sees the plan, and the server refuses the rest.
    try_as("reader", "echo other", &[]).ok();
    failed(try_as("reader", "echo other", &["-x"]), &["svn commit", "Authorization failed"]);

    // The password is read from a file, so that no command line holds it.
    world.write("password", "s3cret word\nsecond line\n");
    let ran = try_as("rm", "cat password", &["-x"]).ok();
    assert!(!(ran.stdout + &ran.stderr).contains("s3cret"));
    assert_eq!(youngest(&world), 2);
    assert!(content(&world, "dist/KEYS").starts_with(OLD));
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.contains("--password-from-stdin") && log.contains("commit"), "{log}");
    assert!(!log.contains("s3cret"), "{log}");
    // Nor does svn keep it.
    let kept = world.run("grep", &["-r", "s3cret", "../home"]);
    assert_eq!(kept.status, 1, "{}", kept.stdout);
    append(&world, JANE, &served.1, &["--svn-password-command", "true"])
        .fails(2, &["--svn-username"]);
}
