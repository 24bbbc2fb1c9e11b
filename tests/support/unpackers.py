"""Unpacks archives with every reader there is, each into a directory of its own that is thrown away.

Reads the path of an archive a line and answers with a line of JSON: for each reader why it failed, or null, and the
tree that it left: for a path its kind, its content (a digest, or a link's target) and whether its owner may run it.
"""
import hashlib, json, os, shutil, signal, stat, subprocess, sys, tarfile, tempfile, warnings, zipfile

# A file that is written to where a pipe is waits for ever.
PATIENCE = 15
ENV = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def tree(root):
    found = {}
    for directory, names, files in os.walk(root):
        for name in names + files:
            path = os.path.join(directory, name)
            about = os.lstat(path)
            kind = stat.S_IFMT(about.st_mode)
            content = ""
            if kind == stat.S_IFREG and about.st_size > 1 << 30:
                content = str(about.st_size)
            elif kind == stat.S_IFREG:
                with open(path, "rb") as file:
                    content = hashlib.sha512(file.read()).hexdigest()
            elif kind == stat.S_IFLNK:
                content = os.fsencode(os.readlink(path)).hex()
            runs = kind == stat.S_IFREG and bool(about.st_mode & 0o100)
            letter = {stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l"}.get(kind, "o")
            found[os.fsencode(os.path.relpath(path, root)).hex()] = [letter, content, runs]
    return found


def command(*words):
    def unpack(archive, root):
        # unzip takes `[` in the archive's name for a pattern, and nothing is asked of it.
        ran = subprocess.run(
            [word.format(archive=archive) for word in words], cwd=root, env=ENV, timeout=PATIENCE,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        # unzip says by 1 that it had something to say, and unpacked all.
        if ran.returncode > (words[0] == "unzip"):
            raise RuntimeError("%d: %s" % (ran.returncode, ran.stdout.decode("utf-8", "replace")[:300]))
    return unpack


def python_tar(archive, root):
    with tarfile.open(archive) as tar:
        # Whatever is in it, nothing is written elsewhere.
        if hasattr(tarfile, "tar_filter"):
            tar.extraction_filter = staticmethod(tarfile.tar_filter)
        tar.errorlevel = 2
        # Whose it is does not matter here.
        tar.chown = lambda *whom, **how: None
        tar.extractall(root)


def python_zip(archive, root):
    with zipfile.ZipFile(archive) as zip:
        zip.extractall(root)


# Nothing that a file system may not have.
PLAIN = ["-o", "--no-acls", "--no-fflags", "--no-xattrs"]
TAR = {
    "GNU tar": command("tar", "--no-same-owner", "-xf", "{archive}"),
    "bsdtar": command("bsdtar", *PLAIN, "-xf", "{archive}"),
    "Python": python_tar,
}
ZIP = {
    "unzip": command("unzip", "-q", "-o", "{archive}"),
    "bsdtar": command("bsdtar", *PLAIN, "-xf", "{archive}"),
    "bsdtar of a stream": command("sh", "-c", "cat {archive} | bsdtar %s -xf -" % " ".join(PLAIN)),
    "Python": python_zip,
}


def impatient(*_):
    raise TimeoutError("it waits for ever")


def unpacked(archive):
    answers = {}
    for name, unpack in (ZIP if archive.endswith(".zip") else TAR).items():
        root = tempfile.mkdtemp(prefix="unpacked.")
        failure = None
        signal.alarm(PATIENCE + 5)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                unpack(archive, root)
        except Exception as error:  # whatever it is: this reader refuses it
            failure = "%s: %s" % (type(error).__name__, error)
        signal.alarm(0)
        answers[name] = {"failure": failure, "tree": tree(root)}
        shutil.rmtree(root, ignore_errors=True)
    return answers


if __name__ == "__main__":
    os.umask(0o022)
    signal.signal(signal.SIGALRM, impatient)
    for line in sys.stdin:
        print(json.dumps(unpacked(line.rstrip("\n"))), flush=True)
