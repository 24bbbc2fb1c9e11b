#!/bin/sh
# Makes a git repository of about 25,000 files and 350 MB out of sources that a developer's machine has anyway
# (Cargo's registry, system headers, Python's library), for benches/compare.sh. Usage: benches/tree.sh DIR
set -eu
to=$1
files=${FILES:-25000}
bytes=${BYTES:-350000000}
rm -rf "$to"
mkdir -p "$to"
for root in "${CARGO_HOME:-$HOME/.cargo}/registry/src" /usr/include /usr/lib/python3* "$HOME/.pyenv/versions"; do
    [ -d "$root" ] && find "$root" -type f -size -8192k -not -name '*.pyc' -print
done | LC_ALL=C sort | awk -v files="$files" 'NR <= files' >"$to/.list"
total=0
while IFS= read -r path; do
    total=$((total + $(stat -c %s "$path")))
    [ "$total" -gt "$bytes" ] && break
    printf '%s\n' "$path"
done <"$to/.list" | sed 's|^/||' >"$to/.take"
tar -C / -cf - -T "$to/.take" | tar -C "$to" -xf -
rm "$to/.list" "$to/.take"
cd "$to"
git init -q -b main .
printf 'Apache Bench\nCopyright 2026 The Apache Software Foundation\n' >NOTICE
cp "$(dirname "$(command -v "$0")")/../LICENSE" . 2>/dev/null || echo 'see NOTICE' >LICENSE
printf '[project]\nname = "bench"\n' >plusone.toml
git add -A -f
git -c user.name=bench -c user.email=bench@example.org commit -q -m bench
git tag v1.0-rc1
echo "$to: $(git ls-files | wc -l) files, $(du -sb --exclude=.git . | cut -f1) bytes"
