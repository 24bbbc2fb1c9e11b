#!/bin/sh
# Runs plusone and its peers side by side on the same input and prints the ratios of this one run.
#
#   sh benches/compare.sh package [TREE]   against git archive | gzip / pigz + sha512sum + gpg; TREE from benches/tree.sh
#   sh benches/compare.sh keys             against sqv and sq, see benches/keys.rs
#   sh benches/compare.sh headers [TREE]   against hawkeye, see benches/headers.rs; TREE from benches/tree.sh
#
# Needs hyperfine, pigz, python3 and GNU time (apt install hyperfine pigz time).
set -eu
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet
plusone=$PWD/target/release/plusone
work=$(mktemp -d /tmp/plusone-bench.XXXXXX)
trap 'GNUPGHOME=$work/gnupg gpgconf --kill all 2>/dev/null || true; rm -rf "$work"' EXIT

package() {
    tree=${1:-$work/tree}
    [ -d "$tree/.git" ] || sh benches/tree.sh "$tree"
    GNUPGHOME=$work/gnupg
    export GNUPGHOME
    mkdir -m 700 "$GNUPGHOME"
    gpg --batch --quiet --import tests/fixtures/keys/jane.secret.asc
    cd "$tree"
    recipe() { # $1 the compressor
        echo "git archive --format=tar --prefix=apache-bench-1.0-src/ v1.0-rc1 | $1 >$work/r.tar.gz && sha512sum $work/r.tar.gz >$work/r.tar.gz.sha512 && gpg --batch --yes --armor --detach-sign $work/r.tar.gz"
    }
    ours() { # $1 the level
        echo "$plusone package --quiet --ref v1.0-rc1 --level $1 --out $work/$1 --format json >/dev/null"
    }
    hyperfine --warmup 1 --runs "${RUNS:-5}" --export-json "$work/package.json" --shell sh \
        --prepare "rm -rf $work/best $work/fast" \
        -n best "$(ours best)" -n fast "$(ours fast)" \
        -n gzip-9 "$(recipe 'gzip -9 -n')" -n pigz-6 "$(recipe 'pigz -6 -n')"
    size() { stat -c %s "$1"; }
    sh -c "$(recipe 'gzip -9 -n')"; gzip9=$(size "$work/r.tar.gz")
    sh -c "$(recipe 'gzip -6 -n')"; gzip6=$(size "$work/r.tar.gz")
    rm -rf "$work/best" "$work/fast"
    sh -c "$(ours best)"; best=$(size "$work/best/apache-bench-1.0-src.tar.gz")
    sh -c "$(ours fast)"; fast=$(size "$work/fast/apache-bench-1.0-src.tar.gz")
    rm -rf "$work/best"
    # Our own process; git, which maps its packs into memory, is counted apart by the system.
    peak=$(python3 - "$plusone" "$work/best" <<'PY'
import os, subprocess, sys, threading, time
child = subprocess.Popen([sys.argv[1], "package", "--quiet", "--ref", "v1.0-rc1", "--out", sys.argv[2]], stdout=subprocess.DEVNULL)
peak = 0
while child.poll() is None:
    try:
        for line in open(f"/proc/{child.pid}/status"):
            if line.startswith("VmHWM"):
                peak = max(peak, int(line.split()[1]))
    except OSError:
        pass
    time.sleep(0.005)
print(peak // 1024)
PY
)
    python3 - "$work/package.json" "$gzip9" "$gzip6" "$best" "$fast" "$peak" <<'PY'
import json, sys
results = {r["command"]: r for r in json.load(open(sys.argv[1]))["results"]}
gzip9, gzip6, best, fast, peak = map(int, sys.argv[2:])
wall = lambda name: results[name]["mean"]
cpu = lambda name: results[name]["user"] + results[name]["system"]
print(f"best against gzip -9: wall {wall('best') / wall('gzip-9'):.3f}, CPU {cpu('best') / cpu('gzip-9'):.3f}, size {best / gzip9:.4f}")
print(f"fast against pigz -6: wall {wall('fast') / wall('pigz-6'):.3f}, CPU {cpu('fast') / cpu('pigz-6'):.3f}, size against gzip -6 {fast / gzip6:.4f}")
print(f"peak memory of plusone at best: {peak} MB")
PY
}

keys() {
    corpus=${PLUSONE_CORPUS:-$PWD/../shared/corpus}/keys
    [ -d "$corpus" ] || { echo "no corpus at $corpus" >&2; exit 1; }
    # One large KEYS file: all of the corpus, and the signer at its end.
    cat "$corpus"/*.KEYS tests/fixtures/keys/jane.asc >"$work/KEYS"
    GNUPGHOME=$work/gnupg
    export GNUPGHOME
    mkdir -m 700 "$GNUPGHOME"
    gpg --batch --quiet --import tests/fixtures/keys/jane.secret.asc
    echo small >"$work/file"
    gpg --batch --armor --local-user 026C42E54EACA43DBD3E37BE2BD8343396AF737C --detach-sign "$work/file"
    # The peers stop at the second armored block, and sqv at the first certificate it does not know: they get the
    # packets of each block that gpg decodes and sqv takes.
    python3 - "$work" <<'PY'
import os, re, subprocess, sys
work = sys.argv[1]
text = open(f"{work}/KEYS", "rb").read()
blocks = re.findall(rb"-----BEGIN PGP PUBLIC KEY BLOCK-----.*?-----END PGP PUBLIC KEY BLOCK-----\r?\n", text, re.S)
with open(f"{work}/keyring.pgp", "wb") as out:
    for block in blocks:
        packets = subprocess.run(["gpg", "--batch", "--dearmor"], input=block, capture_output=True).stdout
        open(f"{work}/one.pgp", "wb").write(packets)
        words = ["sqv", "--keyring", f"{work}/one.pgp", f"{work}/file.asc", f"{work}/file"]
        if b"Malformed" not in subprocess.run(words, capture_output=True).stderr:
            out.write(packets)
PY
    # What starting and hashing take, with a keyring of the signer alone.
    gpg --batch --export 026C42E54EACA43DBD3E37BE2BD8343396AF737C >"$work/signer.pgp"
    cargo build --release --locked --quiet --benches
    bench=$(find target/release/deps -name 'keys-*' -type f -perm -u+x | xargs ls -t | head -1)
    echo "KEYS: $(stat -c %s "$work/KEYS") bytes; keyring: $(stat -c %s "$work/keyring.pgp") bytes"
    hyperfine --warmup 2 --runs "${RUNS:-10}" --ignore-failure --export-json "$work/keys.json" --shell none \
        -n judge "$bench judge $work/KEYS $work/file.asc $work/file" \
        -n judge-floor "$bench judge tests/fixtures/keys/jane.asc $work/file.asc $work/file" \
        -n sqv "sqv --keyring $work/keyring.pgp $work/file.asc $work/file" \
        -n sqv-floor "sqv --keyring $work/signer.pgp $work/file.asc $work/file" \
        -n list "$bench list $work/KEYS" \
        -n sq-list "sq keyring list $work/keyring.pgp"
    python3 - "$work/keys.json" <<'PY'
import json, sys
mean = {r["command"]: r["mean"] for r in json.load(open(sys.argv[1]))["results"]}
ours, theirs = mean["judge"] - mean["judge-floor"], mean["sqv"] - mean["sqv-floor"]
print(f"finding the signer and judging, beyond starting and hashing, against sqv: {ours / theirs:.3f}; all in all {mean['judge'] / mean['sqv']:.3f}")
print(f"listing with checked self-signatures, against sq keyring list: {mean['list'] / mean['sq-list']:.3f}")
PY
}

headers() {
    command -v hawkeye >/dev/null || { echo "not run: headers: no hawkeye on the PATH (cargo install hawkeye)"; exit 0; }
    tree=${1:-$work/tree}
    [ -d "$tree" ] || sh benches/tree.sh "$tree"
    tree=$(cd "$tree" && pwd)
    cargo build --release --locked --quiet --benches
    bench=$PWD/$(find target/release/deps -name 'headers-*' -type f -perm -u+x | xargs ls -t | head -1)
    # All files, also those that git ignores: an extracted archive has no git.
    printf '[header]\nbuiltin = "Apache-2.0-ASF"\n[git]\nignore = "disable"\n[files]\nroot = "%s"\n' "$tree" >"$work/licenserc.toml"
    "$bench" "$tree" | tail -1
    echo "hawkeye: $(hawkeye --config "$work/licenserc.toml" check 2>/dev/null | grep -c '^unsupported') files of unsupported types"
    hyperfine --warmup 2 --runs "${RUNS:-10}" --ignore-failure --export-json "$work/headers.json" --shell none \
        -n headers "$bench $tree" -n hawkeye "hawkeye --config $work/licenserc.toml check"
    python3 - "$work/headers.json" <<'PY'
import json, sys
results = {r["command"]: r for r in json.load(open(sys.argv[1]))["results"]}
wall = lambda name: results[name]["mean"]
cpu = lambda name: results[name]["user"] + results[name]["system"]
print(f"headers against hawkeye: wall {wall('headers') / wall('hawkeye'):.3f}, CPU {cpu('headers') / cpu('hawkeye'):.3f}")
PY
}

what=${1:-package}
[ $# -eq 0 ] || shift
case $what in
    package) package "$@" ;;
    keys) keys ;;
    headers) headers "$@" ;;
    *) echo "usage: benches/compare.sh package [TREE] | keys | headers [TREE]" >&2; exit 2 ;;
esac
