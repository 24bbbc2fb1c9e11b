//! The page of `plusone tally --html`, looked at in a headless Chromium that runs no scripts: on a
//! desk, on a telephone, in the dark and in print.
//!
//! The picture in the README, `docs/tally.png`, is made anew by
//! `cargo test --test tally_page -- --ignored`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use support::World;
use support::browser::{Browser, Look};

const DESK: Look = Look { width: 1280, height: 900, dark: false, print: false };
const TELEPHONE: Look = Look { width: 360, height: 780, ..DESK };
const DARK: Look = Look { dark: true, ..DESK };
const PRINT: Look = Look { width: 720, print: true, ..DESK };

/// Counts a thread of `tests/threads` and returns the page.
fn page(world: &World, thread: &str, words: &[&str]) -> PathBuf {
    for name in ["members.txt", "page-members.txt"] {
        fs::copy(support::root().join("tests/threads").join(name), world.repo(name)).unwrap();
    }
    let mbox = support::root().join("tests/threads").join(thread);
    let mbox = if mbox.exists() { mbox } else { world.repo(thread) };
    let fixed =
        ["tally", "--mbox", mbox.to_str().unwrap(), "--project", "demo", "--html", "vote.html"];
    let ran = world.plusone(&[&fixed[..], words].concat());
    assert!(ran.status != 2 && ran.status != 4, "{}", ran.stderr);
    world.repo("vote.html")
}

fn scripts(world: &World) -> PathBuf {
    let words =
        ["--version", "2.0.0", "--roster", "page-members.txt", "--time", "2026-11-24T10:00:00Z"];
    page(world, "page.mbox", &words)
}

/// Many voters, as a popular project has them: sixty over three days, every fourth binding, bursts of
/// five within a minute.
fn crowd(world: &World) -> PathBuf {
    let call = fs::read_to_string(support::root().join("tests/threads/passed.mbox")).unwrap();
    let call = call.split("\nFrom list@").next().unwrap();
    let mut mbox = format!("{call}\n");
    let mut roster = String::new();
    for number in 0..60 {
        let (hour, minute) = (11 + number / 5 * 5, number % 5);
        let (day, hour) = (20 + hour / 24, hour % 24);
        let name = format!("Voter Number{number:02}");
        write!(
            mbox,
            "From list@lists.example Fri Nov 20 10:00:00 2026\nFrom: {name} <v{number:02}@apache.org>\n\
             To: dev@demo.apache.org\nSubject: Re: [VOTE] Release Apache Demo 1.2.0 (rc1)\n\
             Date: {day} Nov 2026 {hour:02}:{minute:02}:00 +0000\nMessage-ID: <v{number}@lists.example>\n\
             In-Reply-To: <call@lists.example>\n\n+1, looked at part {number:02}\n\n"
        )
        .unwrap();
        if number % 4 == 0 {
            writeln!(roster, "v{number:02}  {name}").unwrap();
        }
    }
    world.write("crowd.mbox", mbox);
    world.write("crowd.txt", roster);
    page(
        world,
        "crowd.mbox",
        &["--version", "1.2.0", "--roster", "crowd.txt", "--time", "2026-11-24T10:00:00Z"],
    )
}

/// What a reader could stumble over, found by measuring: text that is wider than the window, labels on
/// top of each other, and text with less contrast than the 4.5 : 1 of WCAG 2.2 (1.4.3).
const STUMBLES: &str = r"
(() => {
  const found = [];
  const wide = document.documentElement.scrollWidth;
  const room = document.documentElement.clientWidth;
  if (wide > room) found.push(`the page is ${wide} wide in a window of ${room}`);
  const say = e => `<${e.localName} class='${e.getAttribute('class') ?? ''}'> ${e.textContent.slice(0, 40)}`;
  const holder = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
  const holders = [...document.body.querySelectorAll('*')].filter(e => holder(e) && e.localName !== 'title');
  const boxes = e => { const r = document.createRange(); r.selectNodeContents(e); return [...r.getClientRects()]; };
  for (const e of holders)
    for (const b of boxes(e))
      if (b.left < 0 || b.right > room + 0.5) { found.push(`outside of the window: ${say(e)}`); break; }
  const labels = [...document.querySelectorAll('svg text, .ends time, .key')];
  const box = e => e.getBoundingClientRect();
  labels.forEach((one, n) => labels.slice(n + 1).forEach(two => {
    const [a, b] = [box(one), box(two)];
    if (a.left < b.right && b.left < a.right && a.top + 1 < b.bottom && b.top + 1 < a.bottom)
      found.push(`on top of each other: ${say(one)} and ${say(two)}`);
  }));
  const parts = text => text.match(/[\d.]+/g).map(Number);
  const light = text => parts(text).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = e => { for (; e; e = e.parentElement) {
    const colour = getComputedStyle(e).backgroundColor;
    if ((parts(colour)[3] ?? 1) > 0) return colour;
  } return 'rgb(255,255,255)'; };
  for (const e of holders) {
    const style = getComputedStyle(e);
    const ink = e.closest('svg') ? style.fill : style.color;
    const [a, b] = [light(ink), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${say(e)}`);
  }
  return found;
})()";

#[test]
fn the_page_reads_well_everywhere() {
    const TEST: &str = "the_page_reads_well_everywhere";
    if !support::program_for(TEST, "chromium") {
        return;
    }
    let world = World::new();
    let mut browser = Browser::start(&world);
    for (name, page) in [("scripts", scripts as fn(&World) -> PathBuf), ("crowd", crowd)] {
        browser.open(&page(&world));
        for look in [DESK, TELEPHONE, DARK, Look { dark: true, ..TELEPHONE }, PRINT] {
            browser.look(look);
            let found = browser.evaluate(STUMBLES);
            assert_eq!(found, serde_json::json!([]), "{name}, {look:?}");
            let ground = browser.evaluate("getComputedStyle(document.body).backgroundColor");
            let ground = ground.as_str().unwrap();
            let channel: u32 = ground["rgb(".len()..].split(',').next().unwrap().parse().unwrap();
            assert_eq!(channel < 64, look.dark, "{name}, {look:?}: the ground is {ground}");
        }
        browser.look(TELEPHONE);
        let telephone = browser.screenshot();
        browser.look(DARK);
        let dark = browser.screenshot();
        browser.look(DESK);
        let desk = browser.screenshot();
        // ISO/IEC 15948: eight bytes of signature, then IHDR with width and height.
        assert_eq!(&telephone[..16], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
        let width = |png: &[u8]| u32::from_be_bytes(png[16..20].try_into().unwrap());
        assert_eq!((width(&telephone), width(&dark)), (360, 1280));
        let keep = std::env::var_os("PLUSONE_PICTURES").map(PathBuf::from);
        for (look, picture) in [("telephone", telephone), ("dark", dark), ("desk", desk)] {
            if let Some(keep) = &keep {
                fs::write(keep.join(format!("{name}-{look}.png")), picture).unwrap();
            }
        }
    }
    let worse =
        "<p style='white-space: nowrap; color: #bbb; background: #fff'>A line without an end: "
            .to_owned();
    let worse = worse + &"long, ".repeat(200) + "</p>";
    browser.evaluate(&format!("document.body.insertAdjacentHTML('beforeend', `{worse}`)"));
    let found = browser.evaluate(STUMBLES);
    assert_eq!(found.as_array().unwrap().len(), 3, "wide, outside and pale: {found}");
    // Nothing but the page itself was asked for, each time it was opened.
    let pages = format!("file://{}", world.repo("vote.html").display());
    assert_eq!(browser.wanted(), [&pages[..], &pages]);
}

/// What `page.mbox` says, as a person reads it, from the opening to the close: who, what, the line,
/// and the totals after it.
const STORY: &[&str] = &[
    "The vote opened\n2026-11-20 10:00 UTC",
    "+1 Ann Archer (ann), binding (by apache.org address)",
    "binding 1 +1, 0 -1 · non-binding 0",
    "+1 (binding)",
    "+1 עדי לוי (adi), binding",
    "binding 2 +1, 0 -1 · non-binding 0",
    "+1 (binding), הכול נראה טוב",
    "+1 محمد العلي, non-binding",
    "binding 2 +1, 0 -1 · non-binding 1",
    "+1 王小明 (wang), binding",
    "binding 3 +1, 0 -1 · non-binding 1",
    "+1 (binding)，签名和校验和都正确，在三台机器上从源代码构建成功",
    "0 Hubert Blaine Wolfeschlegelsteinhausenbergerdorffpneumonoultramicroscopicsilicovolcanoconiosis (hubert), \
     binding, superseded",
    "binding 3 +1, 0 -1 · non-binding 1",
    "no time this week",
    "+1 t…@a.subdomain.of.a.subdomain.of.mail.example, non-binding",
    "binding 3 +1, 0 -1 · non-binding 2",
    "-1 Bob Baker (bob), binding, withdrawn",
    "binding 3 +1, 1 -1 · non-binding 2",
    "It does not start here:",
    "at org.apache.demo.Main.main(Main.java:12)",
    "+1 Hubert Blaine",
    "binding 4 +1, 1 -1 · non-binding 2",
    "I change my vote from 0 to +1, I found the time.",
    "Bob Baker (bob) takes -1 back",
    "binding 4 +1, 0 -1 · non-binding 2",
    "It was my machine. I withdraw my -1.",
    "+1 Zoë 🎉 Žižek, non-binding",
    "binding 4 +1, 0 -1 · non-binding 3",
    "The vote may close\n2026-11-23 10:00 UTC",
    "The vote was closed\n2026-11-23 12:00 UTC",
    "+1 Lena Late (lena), binding, late",
    "binding 4 +1, 0 -1 · non-binding 3",
];

#[test]
fn without_scripts_the_page_shows_the_whole_vote() {
    const TEST: &str = "without_scripts_the_page_shows_the_whole_vote";
    if !support::program_for(TEST, "chromium") {
        return;
    }
    let world = World::new();
    let mut browser = Browser::start(&world);
    browser.open(&scripts(&world));
    browser.look(DESK);
    // What is drawn, in the order of reading; what is hidden is not in it.
    let shown = |browser: &mut Browser, part: &str| {
        let text = browser.evaluate(&format!("document.querySelector('{part}').innerText"));
        text.as_str().unwrap().replace("\n\n", "\n")
    };
    let line = shown(&mut browser, "ol.line");
    let mut rest = &line[..];
    for part in STORY {
        let at = rest.find(part).unwrap_or_else(|| panic!("no {part:?} in {rest}"));
        rest = &rest[at + part.len()..];
    }
    let all = shown(&mut browser, "body");
    for part in [
        "Vote on demo 2.0.0 rc2",
        "Passed",
        "4 binding +1, of at least 3",
        "Binding\t4\t0\t0",
        "Non-binding\t3\t0\t0",
        "Dora Dean (dora), would bind",
        "+1 or -1, I cannot decide yet.",
        "Cleo Cole (cleo), would bind",
        "+0.5, it builds but I did not try it",
        "the result says 6 +1, the mails say 7",
    ] {
        assert!(all.contains(part), "no {part:?} in {all}");
    }
    // Ten votes: four bind and three do not, and three are not in the counts.
    let dots = browser.evaluate(
        "['.plus[r=\"5\"]', '.plus[r=\"3\"]', '.hollow'].map(dot => document.querySelectorAll('svg .dot' + dot).length)",
    );
    assert_eq!(dots, serde_json::json!([4, 3, 3]));
    // The line of time goes down the page and never back.
    let tops = browser.evaluate(
        "[...document.querySelectorAll('ol.line > li')].map(entry => entry.getBoundingClientRect().top)",
    );
    let tops: Vec<f64> = tops.as_array().unwrap().iter().map(|top| top.as_f64().unwrap()).collect();
    assert_eq!(tops.len(), 14);
    assert!(tops.is_sorted());
}

#[test]
fn in_print_every_voter_is_there() {
    const TEST: &str = "in_print_every_voter_is_there";
    if !["chromium", "pdftotext"].iter().all(|program| support::program_for(TEST, program)) {
        return;
    }
    let world = World::new();
    let mut browser = Browser::start(&world);
    browser.open(&crowd(&world));
    world.write("vote.pdf", browser.pdf());
    let text = world.run("pdftotext", &["-layout", "vote.pdf", "-"]).ok().stdout;
    for number in 0..60 {
        let name = format!("Voter Number{number:02} (v{number:02})");
        assert!(text.contains(&name), "no {name} in {text}");
        assert!(text.contains(&format!("+1, looked at part {number:02}")), "{number}");
    }
    for part in
        ["Passed", "The vote opened", "The vote may close", "binding 15 +1, 0 -1 · non-binding 45"]
    {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
}

/// Makes `docs/tally.png` anew: the vote of `changed.mbox`, with an end that does not leave it open.
#[test]
#[ignore = "writes the picture in the README"]
fn picture_for_the_readme() {
    let world = World::new();
    let thread = support::root().join("tests/threads/changed.mbox");
    let last = "From list@lists.example Fri Nov 20 10:00:00 2026\nFrom: Catherine =?utf-8?Q?C=C3=B4t=C3=A9?= \
        <cat@apache.org>\nTo: dev@demo.apache.org\nSubject: Re: [VOTE] Release Apache Demo 1.2.0 (rc1)\n\
        Date: Mon, 23 Nov 2026 09:00:00 +0000\nMessage-ID: <cat3@lists.example>\n\
        In-Reply-To: <call@lists.example>\n\n+1 (binding), now with the right file.\n";
    world.write("picture.mbox", fs::read_to_string(thread).unwrap() + last);
    let words = ["--version", "1.2.0", "--roster", "members.txt", "--time", "2026-11-24T10:00:00Z"];
    let page = page(&world, "picture.mbox", &words);
    let mut browser = Browser::start(&world);
    browser.open(&page);
    browser.look(Look { width: 900, ..DESK });
    let picture = browser.picture(900, 1300);
    assert!(picture.len() < 150_000, "{}", picture.len());
    fs::write(support::root().join("docs/tally.png"), picture).unwrap();
}
