//! Files that mean harm, with bounded time and memory.

use super::support::{self, JANE, Ran, World};

/// Runs with at most 1 GB of address space and 30 s.
fn bounded(world: &World, words: &str) -> Ran {
    let line =
        format!("ulimit -v 1000000; exec timeout 30 {} {words}", env!("CARGO_BIN_EXE_plusone"));
    world.run("sh", &["-c", &line])
}

/// Writes what a line of Python makes; `packet(tag, body)` and `armor(bytes)` are there.
fn python(world: &World, line: &str) {
    const TOOLS: &str = "import base64, sys, zlib
def packet(tag, body): return bytes([0xC0 | tag, 255]) + len(body).to_bytes(4, 'big') + body
def armor(data):
    text = base64.b64encode(data).decode()
    lines = [text[at:at + 64] for at in range(0, len(text), 64)]
    return '\\n'.join([BEGIN, '', *lines, END, ''])
BEGIN, END = ['-----%s PGP PUBLIC KEY BLOCK-----' % word for word in ('BEGIN', 'END')]
jane = open(sys.argv[1]).read().split('\\n\\n', 1)[1].split('\\n=')[0]
jane = base64.b64decode(jane)
out = open('KEYS', 'w')
";
    let jane = support::root().join("tests/fixtures/keys/jane.asc");
    world.run("python3", &["-c", &format!("{TOOLS}{line}"), jane.to_str().unwrap()]).ok();
}

#[test]
fn armor_without_end() {
    let world = World::new();
    python(&world, "out.write(BEGIN + '\\n\\n' + ('A' * 64 + '\\n') * 950_000)");
    let list = bounded(&world, "keys list KEYS").ok().stdout;
    assert!(list.contains("unread   line 1: the block has no END line"), "{list}");
    bounded(&world, "keys check KEYS").fails(1, &[]);
    world.import_jane();
    bounded(&world, &format!("keys append {JANE} --to KEYS")).fails(2, &["no END line"]);
    python(&world, "out.write(BEGIN + '\\n\\n' + ('A' * 64 + '\\n') * 1_100_000)");
    bounded(&world, "keys list KEYS").fails(2, &["more than 67108864 bytes"]);
}

#[test]
fn more_than_a_keys_file_holds() {
    let world = World::new();
    world.import_jane();
    python(&world, "out.write(('x' * 99 + '\\n') * 681_000)");
    for words in ["list KEYS", "check KEYS", &format!("append {JANE} --to KEYS")] {
        let ran = bounded(&world, &format!("keys {words}"));
        assert!(ran.stderr.contains("more than 67108864 bytes"), "{words}: {}", ran.stderr);
        assert!([2, 3].contains(&ran.status), "{words}");
    }
    bounded(&world, "keys list /dev/zero").fails(2, &["more than 67108864 bytes"]);
}

#[test]
fn a_million_blocks_and_a_million_subkeys() {
    let world = World::new();
    // 256 MB, of which the program itself takes a part.
    let measured = |line: &str, words: &str| {
        python(&world, line);
        let line = format!(
            "ulimit -t 10; exec /usr/bin/time -f %M -o ../peak {} {words}",
            env!("CARGO_BIN_EXE_plusone")
        );
        let ran = world.run("sh", &["-c", &line]);
        let peak = std::fs::read_to_string(world.path("peak")).unwrap();
        let peak: u64 = peak.lines().last().unwrap().parse().unwrap();
        assert!(peak < 256 << 10, "{words}: {peak} kB");
        ran
    };
    let begins = "out.write((BEGIN + '\\n') * 1_000_000); out.write(armor(jane))";
    let list = measured(begins, "keys list KEYS").ok().stdout;
    assert!(list.contains(JANE), "{list:.500}");
    assert!(list.contains("blocks or lines that hold no key"), "{list:.500}");
    let subkeys = "body = lambda n: bytes([4, 0]) + n.to_bytes(4, 'big') + bytes([1, 0, 8, 255, 0, 2, 3])\n\
                   out.write(''.join(armor(jane + b''.join(packet(14, body(n * 40000 + m)) for m in range(40000))) for n in range(30)))";
    let list = measured(subkeys, "keys list KEYS");
    assert!(
        list.stdout.contains("more than 100000 subkeys"),
        "{:.500}{:.500}",
        list.stdout,
        list.stderr
    );
}

#[test]
fn a_user_id_of_a_megabyte() {
    let world = World::new();
    python(&world, "out.write(armor(jane + packet(13, b'A' * 1_000_000)))");
    let list = bounded(&world, "keys list KEYS").ok().stdout;
    assert!(list.contains(JANE) && list.contains("a user id of 1000000 bytes"), "{list:.500}");
    assert!(list.len() < 10_000);
    assert!(bounded(&world, "keys list KEYS --format json").ok().stdout.len() < 10_000);
}

#[test]
fn packets_in_packets_are_not_unpacked() {
    let world = World::new();
    python(
        &world,
        "bomb = zlib.compress(b'\\0' * 100_000_000)
out.write(armor(packet(8, b'\\2' + bomb)) + armor(jane))",
    );
    let list = bounded(&world, "keys list KEYS").ok().stdout;
    assert!(list.contains("a compressed packet, which is not unpacked"), "{list}");
    assert!(list.contains(&format!("valid    {JANE}")), "{list}");
    python(
        &world,
        "nested = jane
for _ in range(2000): nested = packet(8, b'\\0' + nested)
many = b''.join(packet(tag, b'x') for tag in range(64)) * 2000
out.write(armor(nested) + armor(many) + armor(jane))",
    );
    let list = bounded(&world, "keys list KEYS").ok().stdout;
    assert!(list.contains(&format!("valid    {JANE}")), "{list}");
}
