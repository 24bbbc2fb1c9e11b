#!/bin/sh
# Writes the manual pages and completions that packages hold, with the program that is packed.
#
#   sh packaging/prepare.sh target/release/plusone [DIRECTORY]
set -eu
plusone=$1
into=${2:-$(dirname "$0")/../target/package}
rm -rf "$into/man" "$into/completions"
mkdir -p "$into/completions"
"$plusone" man --out "$into/man" >/dev/null
"$plusone" completions bash >"$into/completions/plusone"
"$plusone" completions zsh >"$into/completions/_plusone"
"$plusone" completions fish >"$into/completions/plusone.fish"
