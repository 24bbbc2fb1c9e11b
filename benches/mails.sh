#!/bin/sh
# Finds the newest vote in a list's archive of 100,000 mails (300 MB), and prints CPU time and memory beside those of
# grep, which only counts lines, and of Python's mailbox and email, which read every mail (PYTHON=no leaves it out).
#
#   sh benches/mails.sh [MBOX]
set -eu
cd "$(dirname "$0")/.."
cargo build --release --locked --quiet --bench mails
mails=$(ls -t target/release/deps/mails-* | grep -v '\.d$' | head -n 1)
mbox=${1:-/tmp/plusone-bench.mbox}
[ -f "$mbox" ] || "$mails" make "$mbox" "${COUNT:-100000}"
exec python3 - "$mails" "$mbox" "${PYTHON:-yes}" "${RUNS:-7}" <<'PY'
import os, subprocess, sys
mails, mbox, python, runs = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

def best(command, runs):
    """The least CPU seconds of the runs, all processes of the shell together, and the peak memory in MB."""
    found = None
    for _ in range(runs):
        child = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE)
        child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        assert status == 0, command
        cpu = used.ru_utime + used.ru_stime
        found = min(found, (cpu, used.ru_maxrss / 1024)) if found else (cpu, used.ru_maxrss / 1024)
    return found

READ = """
import email, mailbox, sys
count = 0
for mail in mailbox.mbox(sys.argv[1], factory=lambda f: email.message_from_binary_file(f), create=False):
    count += 'vote' in (mail['Subject'] or '').lower()
    for part in mail.walk():
        if part.get_content_maintype() == 'text':
            part.get_payload(decode=True)
"""
os.environ["READ"] = READ
ours, memory = best(f"exec {mails} find {mbox}", runs)
one, _ = best(f"exec {mails} find {mbox} 1.17.0", runs)
grep, _ = best(f"cat {mbox} | grep -c '^From '", runs)
print(f"newest vote      {ours:.3f} s CPU, {memory:.0f} MB")
print(f"vote by version  {one:.3f} s CPU")
print(f"grep -c          {grep:.3f} s CPU; newest vote takes {ours / grep:.2f} of it")
if python == "yes":
    slow, _ = best(f'exec python3 -c "$READ" {mbox}', 1)
    print(f"Python           {slow:.1f} s CPU; newest vote takes {ours / slow:.4f} of it")
PY
