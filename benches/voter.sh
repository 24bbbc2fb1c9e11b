#!/bin/bash
# What a voter does by hand, or by the script that goes from one to the next, for a candidate from
# benches/verify_tree.sh; prints the seconds of each step and of all. `plusone verify` is measured against it.
# Leaves nothing behind. Usage: benches/voter.sh DIR
set -euo pipefail
dir=$(cd "$1" && pwd)
archive=("$dir"/candidate/*.tar.gz)
archive=${archive[0]}
name=$(basename "$archive" .tar.gz)
work=$(mktemp -d /tmp/povoter.XXXXXX)
export GNUPGHOME=$work/gnupg LC_ALL=C
mkdir -m 700 "$GNUPGHOME"
clean() {
    git -C "$dir/repo" worktree remove --force "$work/tag" 2>/dev/null || true
    git -C "$dir/repo" worktree prune
    gpgconf --kill all 2>/dev/null || true
    rm -rf "$work"
}
trap clean EXIT

# The words and the wall time of a step on one line.
step() {
    local TIMEFORMAT="%8R s  $1"
    shift
    time "$@"
}
import() { gpg --batch --quiet --import "$dir/KEYS"; }
signature() { gpg --batch --quiet --verify "$archive.asc" "$archive" 2>"$work/gpg" || { cat "$work/gpg" >&2; return 1; }; }
checksum() { (cd "$(dirname "$archive")" && sha512sum --quiet -c "$name.tar.gz.sha512"); }
unpack() { tar -C "$work" -xzf "$archive"; }
checkout() { git -C "$dir/repo" worktree add -q --detach "$work/tag" v1.0-rc1; }
compare() { diff -r --exclude=.git "$work/tag" "$work/$name" >"$work/diff" || { head "$work/diff" >&2; return 1; }; }
headers() {
    # grep says 1 where every file has it.
    grep -rL 'Licensed to the Apache Software Foundation' "$work/$name" \
        --include='*.java' --include='*.c' --include='*.py' --include='*.rs' >"$work/headers" || [ $? -eq 1 ]
}
voter() {
    step 'gpg --import KEYS' import
    step 'gpg --verify' signature
    step 'sha512sum -c' checksum
    step 'tar xzf' unpack
    step 'git worktree add' checkout
    step 'diff -r' compare
    step 'grep for the header' headers
}
step 'all' voter
echo "$(find "$work/$name" -type f | wc -l) files, $(wc -l <"$work/headers") of them sources without the header" >&2
