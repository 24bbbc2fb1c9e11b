#!/bin/sh
# Makes what a voter gets of a large project, out of texts that a developer's machine has anyway, for benches/voter.sh
# and `plusone verify`: DIR/repo, a git repository with the tag v1.0-rc1 of about 27,000 source files; DIR/candidate with
# their tar.gz of about 128 MB, .sha512 and .asc; DIR/KEYS. Usage: benches/verify_tree.sh DIR
#
# FILES and BYTES (before compression) change the size. Where the machine has too little text, files are taken again
# under the name of another directory.
set -eu
mkdir -p "$1"
to=$(cd "$1" && pwd)
here=$(cd "$(dirname "$0")/.." && pwd)
export FILES="${FILES:-27000}" BYTES="${BYTES:-655000000}"
name=apache-bench-1.0-src
rm -rf "$to/repo" "$to/candidate" "$to/KEYS"
mkdir -p "$to/repo" "$to/candidate"

for root in "${CARGO_HOME:-$HOME/.cargo}/registry/src" /usr/include /usr/share /usr/lib/python3 "$HOME/.pyenv/versions"; do
    # Texts alone, and not empty: a source release has no compiled code.
    [ -d "$root" ] && find "$root" -type f -size -1024k ! -name '*.pyc' ! -path '*/.git/*' ! -path '*/__pycache__/*' \
        ! -path '*.egg-info/*' ! -path '*/node_modules/*' -print0 | xargs -0 grep -IlZ '' || true
done | python3 -c '
import hashlib, os, shutil, sys

to, files, size = sys.argv[1], int(os.environ["FILES"]), int(os.environ["BYTES"])
known = [path for path in sys.stdin.buffer.read().split(b"\0") if path]
# The same choice whenever the same files are there.
known.sort(key=lambda path: hashlib.sha256(path).digest())
sizes = {path: os.stat(path).st_size for path in known}
chosen = [(copy, path) for copy in range(files // max(len(known), 1) + 1) for path in known]
chosen, spare = chosen[:files], chosen[files:files * 4] or [(9, path) for path in known]
# Small files give way to large ones until there are as many bytes as wanted.
total = sum(sizes[path] for _, path in chosen)
chosen.sort(key=lambda it: sizes[it[1]])
spare.sort(key=lambda it: -sizes[it[1]])
for index, other in enumerate(spare[:len(chosen)]):
    if total >= size:
        break
    total += sizes[other[1]] - sizes[chosen[index][1]]
    chosen[index] = other
for copy, path in chosen:
    name = os.path.join(to.encode(), b"copy-%d" % copy if copy else b"", path.lstrip(b"/").replace(b"/.", b"/dot-"))
    os.makedirs(os.path.dirname(name), exist_ok=True)
    shutil.copyfile(path, name)
' "$to/repo"

cd "$to/repo"
printf 'Apache Bench\nCopyright 2026 The Apache Software Foundation\n' >NOTICE
cp "$here/LICENSE" LICENSE
printf '[project]\nname = "bench"\n' >plusone.toml
git init -q -b main .
git config gc.auto 0
git add -A -f
git -c user.name=bench -c user.email=bench@example.org commit -q -m bench
git tag v1.0-rc1
git gc -q

cd "$to/candidate"
git -C "$to/repo" archive --format=tar --prefix="$name/" v1.0-rc1 | gzip -n >"$name.tar.gz"
sha512sum "$name.tar.gz" >"$name.tar.gz.sha512"
GNUPGHOME=$(mktemp -d /tmp/pobench.XXXXXX)
export GNUPGHOME
trap 'gpgconf --kill all 2>/dev/null || true; rm -rf "$GNUPGHOME"' EXIT
gpg --batch --quiet --import "$here/tests/fixtures/keys/jane.secret.asc"
gpg --batch --quiet --armor --detach-sign "$name.tar.gz"
cp "$here/KEYS.example" "$to/KEYS"
echo "$to: $(git -C "$to/repo" ls-files | wc -l) files, $(tar -xzOf "$name.tar.gz" | wc -c) bytes in them," \
    "$(stat -c %s "$name.tar.gz") bytes of tar.gz"
