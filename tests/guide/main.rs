//! `docs/manager.md` shows a whole release, and this is where it happens: the commands of the page
//! are run in their order, and print what the page says.
//!
//! A line of `...` stands for any lines, `[..]` for any text within a line. Comments of the page
//! direct the test and are seen by nobody else: `<!-- now TIME -->` sets the clock, `<!-- exit N -->`
//! says how the last command of the next block ends (else with 0), `<!-- file PATH -->` writes the next
//! block of settings to that file, `<!-- meanwhile WHAT -->` has others do something
//! ([`Guide::meanwhile`]). With `PLUSONE_SHOW=1` nothing is compared, and what
//! was printed is shown.
#![allow(
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod place;
#[path = "../support/mod.rs"]
mod support;

use std::fs;

use place::Guide;

/// What the page asks for, in its order.
enum Item<'a> {
    Now(&'a str),
    Exit(i32),
    Meanwhile(&'a str),
    /// Name and text.
    File(&'a str, String),
    /// Line of the first command, and the lines.
    Block(usize, Vec<&'a str>),
}

fn items(page: &str) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let comment = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
        if line == "```console" {
            let block = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            items.push(Item::Block(number + 2, block.collect()));
        } else if let ("```toml", Some(Item::File(_, text))) = (line, items.last_mut())
            && text.is_empty()
        {
            let block = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
            *text = block.map(|line| format!("{line}\n")).collect();
        } else if let Some((word, rest)) = comment.and_then(|comment| comment.split_once(' ')) {
            items.push(match word {
                "now" => Item::Now(rest),
                "exit" => Item::Exit(rest.parse().unwrap()),
                "meanwhile" => Item::Meanwhile(rest),
                "file" => Item::File(rest, String::new()),
                _ => continue,
            });
        }
    }
    items
}

/// The commands of a block, each with its line and what it is said to print.
fn commands<'a>(first: usize, block: &[&'a str]) -> Vec<(usize, String, Vec<&'a str>)> {
    let mut commands: Vec<(usize, String, Vec<&str>)> = Vec::new();
    for (number, line) in block.iter().enumerate() {
        match (line.strip_prefix("$ "), line.strip_prefix("> "), commands.last_mut()) {
            (Some(command), ..) => commands.push((first + number, command.to_owned(), Vec::new())),
            (None, Some(more), Some((_, command, said))) if said.is_empty() => {
                *command = format!("{command}\n{more}");
            }
            (None, _, Some((_, _, said))) => said.push(line),
            (None, _, None) => panic!("line {}: no command before {line}", first + number),
        }
    }
    commands
}

/// Whether a line is what is said of it.
fn line_matches(said: &str, line: &str) -> bool {
    match said.split_once("[..]") {
        None => said == line,
        Some((before, after)) => line.strip_prefix(before).is_some_and(|rest| {
            let mut starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
            starts.any(|at| line_matches(after, &rest[at..]))
        }),
    }
}

fn matches(said: &[&str], lines: &[&str]) -> bool {
    match (said, lines) {
        ([], []) => true,
        (["...", said @ ..], _) => (0..=lines.len()).any(|skip| matches(said, &lines[skip..])),
        ([one, said @ ..], [line, lines @ ..]) => line_matches(one, line) && matches(said, lines),
        _ => false,
    }
}

#[test]
fn wildcards_stand_for_what_they_say() {
    assert!(matches(&["a[..]c", "...", "z"], &["abbc", "x", "y", "z"]));
    assert!(matches(&["a", "..."], &["a"]));
    assert!(!matches(&["a[..]c"], &["abbd"]));
    assert!(!matches(&["a"], &["a", "b"]));
    assert!(!matches(&["...", "a"], &["b"]));
}

#[test]
fn the_guide_tells_what_happens() {
    let Some(mut guide) = Guide::new("guide") else { return };
    let show = std::env::var_os("PLUSONE_SHOW").is_some();
    let page = fs::read_to_string(support::root().join("docs/manager.md")).unwrap();
    let (mut exit, mut tried, mut wrong) = (0, 0, 0);
    for item in items(&page) {
        let (first, block) = match item {
            Item::Now(time) => {
                guide.now(time);
                continue;
            }
            Item::Meanwhile(what) => {
                guide.meanwhile(what);
                continue;
            }
            Item::File(name, text) => {
                assert!(!text.is_empty(), "no block of settings follows `file {name}`");
                guide.write(name, &text);
                continue;
            }
            Item::Exit(status) => {
                exit = status;
                continue;
            }
            Item::Block(first, block) => (first, block),
        };
        let commands = commands(first, &block);
        let last = commands.len();
        for (number, (line, command, said)) in commands.into_iter().enumerate() {
            let (status, printed) = guide.run(&command);
            let wanted = if number + 1 == last { std::mem::take(&mut exit) } else { 0 };
            if show {
                println!("[{line}] ({status}, said {wanted})\n$ {command}\n{printed}");
                continue;
            }
            let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
            let end = said.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
            if status != wanted || !matches(&said[..end], &printed) {
                let printed = printed.join("\n");
                println!(
                    "docs/manager.md:{line}: $ {command}\nexit status {status}, said is {wanted}; \
                     printed:\n{printed}\n"
                );
                wrong += 1;
            }
            tried += 1;
        }
    }
    assert_eq!(wrong, 0, "commands do not do what the page says");
    assert!(show || tried > 30, "{tried} commands");
}
