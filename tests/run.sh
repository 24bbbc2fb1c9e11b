#!/bin/sh
# Installs what the tests need, where it may, and runs the whole suite. What could not be run is listed at the end;
# in CI (CI set) that is a failure.
#
#   sh tests/run.sh             everything
#   sh tests/run.sh --no-install   with the programs that are there
set -eu
cd "$(dirname "$0")/.."

# Program, Debian package, Homebrew formula.
needs='git git git
gpg gnupg gnupg
pinentry-curses pinentry-curses pinentry
svn subversion subversion
svnadmin subversion subversion
svnserve subversion subversion
apache2 apache2 httpd
aiosmtpd python3-aiosmtpd -
sqv sqv sequoia-sqv
openssl openssl openssl
xz xz-utils xz
zip zip zip
unzip unzip unzip
bsdtar libarchive-tools libarchive
pigz pigz pigz
bzip2 bzip2 bzip2
zstd zstd zstd
lz4 lz4 lz4
cpio cpio cpio
file file file-formula
gcc gcc gcc
ar binutils binutils
javac default-jdk-headless openjdk
mandoc mandoc mandoc
groff groff-base groff
zsh zsh zsh
fish fish fish
python3 python3 python3
chromium chromium chromium
pdftotext poppler-utils poppler'

missing() {
    printf '%s\n' "$needs" | while read -r program debian brew; do
        command -v "$program" >/dev/null 2>&1 || echo "$program $debian $brew"
    done
}

PATH=$PATH:/usr/sbin
lacking=$(missing)
# A module, not a program: the tests of Subversion over http need it.
if command -v apt-get >/dev/null 2>&1 && [ ! -e /usr/lib/apache2/modules/mod_dav_svn.so ]; then
    lacking=$(printf '%s\nmod_dav_svn libapache2-mod-svn subversion\n' "$lacking" | sed '/^$/d')
fi
if [ -n "$lacking" ] && [ "${1:-}" != --no-install ]; then
    packages=$(printf '%s\n' "$lacking" | cut -d' ' -f2 | sort -u | tr '\n' ' ')
    if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
        echo "installing: $packages"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >/dev/null
        # shellcheck disable=SC2086 # a list of packages
        apt-get install -qq -y --no-install-recommends $packages >/dev/null || {
            # Not every system has every package (Ubuntu has no Chromium): each by itself, then.
            for package in $packages; do
                apt-get install -qq -y --no-install-recommends "$package" >/dev/null || true
            done
        }
        lacking=$(missing)
    fi
fi
if [ -n "$lacking" ]; then
    echo "These programs are missing, and their tests will not be run:"
    printf '%s\n' "$lacking" | while read -r program debian brew; do
        echo "  $program (apt install $debian, brew install $brew)"
    done
fi

PLUSONE_NOT_RUN=$(mktemp)
export PLUSONE_NOT_RUN
trap 'rm -f "$PLUSONE_NOT_RUN"' EXIT

status=0
cargo test --locked --no-fail-fast || status=$?

if [ -s "$PLUSONE_NOT_RUN" ]; then
    echo
    echo "Not run:"
    sort -u "$PLUSONE_NOT_RUN" | sed 's/^/  /'
    if [ -n "${CI:-}" ]; then
        echo "In CI this is a failure."
        [ "$status" -ne 0 ] || status=1
    fi
fi
exit "$status"
