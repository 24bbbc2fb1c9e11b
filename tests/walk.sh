#!/bin/sh
# Builds plusone and cuts a release before your eyes: a throw-away repository, a throw-away GnuPG home with a fresh
# key, settings, a signed archive, and the look that a voter takes at it. Everything is left in a directory of its own.
set -eu
cd "$(dirname "$0")/.."
cargo build --release --locked
plusone=$PWD/target/release/plusone
sample=$PWD/tests/cmd/walk.in
into=$(mktemp -d /tmp/plusone-walk.XXXXXX)

run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

PATH=$(dirname "$plusone"):$PATH
HOME=$into/home
GNUPGHOME=$into/gnupg
GIT_CONFIG_NOSYSTEM=1
export PATH HOME GNUPGHOME GIT_CONFIG_NOSYSTEM
mkdir "$HOME"
mkdir -m 700 "$GNUPGHOME"
trap 'gpgconf --kill all 2>/dev/null || true' EXIT
cp -R "$sample" "$into/demo"
cd "$into/demo"
git config --global user.name 'Jane Doe'
git config --global user.email jane@apache.org
git init -q -b main
git remote add origin https://github.com/apache/demo.git
gpg --batch --quiet --passphrase '' --quick-generate-key 'Jane Doe (CODE SIGNING KEY) <jane@apache.org>' rsa4096 sign,cert 5y 2>/dev/null

run plusone init
git add -A
git commit -q -m 'The first version'
run git tag v1.2.0-rc1
run plusone package --ref v1.2.0-rc1 --version 1.2.0
archive=dist/1.2.0-rc1/apache-demo-1.2.0-src.tar.gz
run plusone package --check "$archive" --ref v1.2.0-rc1 --version 1.2.0
run gpg --batch --verify "$archive.asc" "$archive"
sum='sha512sum'
command -v sha512sum >/dev/null 2>&1 || sum='shasum -a 512' # macOS
# shellcheck disable=SC2086 # two words on macOS
(cd dist/1.2.0-rc1 && run $sum -c ./*.sha512)
printf '\nAll of it is in %s\n' "$into"
