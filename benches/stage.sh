#!/bin/sh
# Stages five files of 200 MB and promotes them, beside `svn import` and `svnmucc mv`, over file://, svnserve and httpd
# on this machine; prints the ratios of this one run. FILES and MEGABYTES make it smaller, RUNS repeats the staging and
# MOVES the promotion, both turn about with the peer: what takes milliseconds wants many runs, and the middle one counts.
# WIRE puts the servers so many milliseconds away: without it, most of a promotion is the start of programs.
#
#   sh benches/stage.sh [file|svn|http]...
#   WIRE=25 MEGABYTES=1 sh benches/stage.sh svn http
#
# Needs subversion, and for http apache2 with mod_dav_svn (apt install subversion apache2 libapache2-mod-svn).
set -eu
cd "$(dirname "$0")/.."
files=${FILES:-5} megabytes=${MEGABYTES:-200} runs=${RUNS:-3} moves=${MOVES:-25} wire=${WIRE:-}
# Cargo says where it puts the program.
bench=$(cargo build --release --locked --bench stage --message-format json | python3 -c '
import json, sys
built = [json.loads(line) for line in sys.stdin]
print([one["executable"] for one in built if one.get("target", {}).get("name") == "stage"][-1])')
work=$(mktemp -d /tmp/plusone-stage.XXXXXX)
chmod 755 "$work"
servers=
stop() {
    for server in $servers; do
        kill "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    done
    servers=
}
trap 'stop; rm -rf "$work"' EXIT

mkdir "$work/candidate"
for n in $(seq "$files"); do head -c "${megabytes}000000" /dev/urandom >"$work/candidate/file$n.tar.gz"; done
# The checks that come before staging have read the files: their digests are known.
(cd "$work/candidate" && sha512sum -- *) >"$work/digests"

start() { # a new repository each time: svn stores the same bytes only once
    stop
    rm -rf "$work/svn"
    svnadmin create "$work/svn"
    root=file://$work/svn
    svn mkdir -q -m first "$root/dev" "$root/release"
    case $1 in
    svn)
        printf '[general]\nanon-access = write\n' >"$work/svn/conf/svnserve.conf"
        svnserve -d --foreground --listen-host 127.0.0.1 --listen-port 39711 -r "$work/svn" &
        servers=$! root=svn://127.0.0.1:39711
        ;;
    http)
        modules=/usr/lib/apache2/modules
        {
            for module in mpm_event authn_core authz_core dav dav_svn; do
                echo "LoadModule ${module}_module $modules/mod_$module.so"
            done
            printf '%s\n' "ServerRoot $work" "ServerName 127.0.0.1" "Listen 127.0.0.1:39711" "PidFile $work/pid" \
                "ErrorLog $work/error.log" "User nobody" "Group nogroup" \
                "<Location /dist>" "DAV svn" "SVNPath $work/svn" "</Location>"
        } >"$work/httpd.conf"
        [ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$work/svn"
        apache2 -D FOREGROUND -f "$work/httpd.conf" &
        servers=$! root=http://127.0.0.1:39711/dist
        ;;
    esac
    [ "$1" = file ] || for _ in $(seq 100); do
        svn info --non-interactive "$root" >/dev/null 2>&1 && break
        sleep 0.1
    done
    if [ "$1" != file ] && [ -n "$wire" ]; then
        python3 benches/wire.py 39712 39711 "$wire" &
        servers="$servers $!" root=$(echo "$root" | sed 's/39711/39712/')
        sleep 0.5
    fi
    sync
}

seconds() { # the wall time of a command
    python3 -c '
import subprocess, sys, time
start = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(f"{time.monotonic() - start:.4f}")' "$@"
}
middle() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }
ratio() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }
back() { svnmucc -m back mv "$root/release/1.0.0" "$root/dev/1.0.0-rc1" >/dev/null; }

for kind in ${*:-file svn http}; do
    imports= stages= moved= promoted=
    for _ in $(seq "$runs"); do
        start "$kind"
        imports="$imports $(seconds svn import --quiet --no-ignore --no-auto-props -m import "$work/candidate" "$root/dev/1.0.0-rc1")"
        start "$kind"
        stages="$stages $(seconds "$bench" stage "$root" dev/1.0.0-rc1 "$work/candidate" <"$work/digests")"
    done
    for _ in $(seq "$moves"); do
        moved="$moved $(seconds svnmucc -m move mv "$root/dev/1.0.0-rc1" "$root/release/1.0.0")"
        back
        promoted="$promoted $(seconds "$bench" promote "$root" dev/1.0.0-rc1 release/1.0.0)"
        back
    done
    # shellcheck disable=SC2086 # lists of numbers
    import=$(middle $imports) stage=$(middle $stages) move=$(middle $moved) promote=$(middle $promoted)
    echo "$kind: stage $stage s, svn import $import s, ratio $(ratio "$stage" "$import") (at most 1.0)"
    echo "$kind: promote $promote s, svnmucc mv $move s, ratio $(ratio "$promote" "$move") (at most 1.2)"
done
