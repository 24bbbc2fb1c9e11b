//! How long a vote is open, and why for less than usual. Pure.

use super::lines::Lines;
use super::{Call, Stated};
use crate::mail::date;

/// What policy wants (V-02).
const USUAL_HOURS: u32 = 72;
/// Longer times are no time of a vote.
const LONGEST_HOURS: u32 = 24 * 90;

/// Reads from `lines` how long the vote is open.
pub(super) fn read(lines: &Lines<'_>, call: &mut Call) {
    let own = lines.own();
    for (index, line) in own.iter().enumerate() {
        // A sentence may be broken over two lines.
        let next = own.get(index + 1).map_or("", |next| next.text);
        let both = format!("{} {}", line.text.trim(), next.trim());
        let lower = line.text.to_lowercase();
        let about = |text: &str| {
            let text = text.to_lowercase();
            OPEN.iter().any(|word| text.contains(word))
        };
        if call.hours.is_none() {
            let here = hours(&lower).filter(|_| about(&both) || about(lines.before(index)));
            // "… at least" on one line, "72 hours" broken in the middle.
            let broken = || {
                hours(&both.to_lowercase())
                    .filter(|_| about(line.text) && hours(&next.to_lowercase()).is_none())
            };
            call.hours = here.or_else(broken).map(|value| Stated { value, line: line.number });
        }
        if call.closes_at.is_none() && UNTIL.iter().any(|word| lower.contains(word)) {
            let stated = date::stated(line.text).or_else(|| date::stated(&both));
            call.closes_at = stated.map(|value| Stated { value, line: line.number });
        }
    }
    if call.hours.as_ref().is_some_and(|hours| hours.value >= USUAL_HOURS) {
        return;
    }
    let why = own.iter().find(|line| {
        let lower = line.text.to_lowercase();
        WHY.iter().any(|word| lower.contains(word))
    });
    // "Open for 24 hours because of …": the reason in the sentence of the hours.
    let reason = || {
        let hours = call.hours.as_ref()?;
        let index = own.iter().position(|line| line.number == hours.line)?;
        let few = own.get(index..)?.iter().take(2).take_while(|line| !line.text.trim().is_empty());
        let sentence = few.map(|line| line.text.trim()).collect::<Vec<_>>().join(" ");
        let lower = sentence.to_lowercase();
        let given = BECAUSE.iter().any(|word| lower.contains(word));
        given.then_some(Stated { value: sentence, line: hours.line })
    };
    call.expedited = why
        .map(|line| Stated { value: line.text.trim().to_owned(), line: line.number })
        .or_else(reason);
}

const BECAUSE: &[&str] = &["because", "due to", "owing to", "on account of"];

const OPEN: &[&str] =
    &["vote", "open", "close", "remain", "until", "end", "deadline", "period", "at least"];
const UNTIL: &[&str] = &["close", "until", "end", "deadline", "open", "conclude", "by ", "expire"];
const WHY: &[&str] = &[
    "expedite",
    "shorten",
    "shorter",
    "reduced vot",
    "less than 72",
    "instead of 72",
    "instead of the usual",
    "zero-day",
    "0-day",
    "actively exploited",
    "emergency",
];

/// Hours in a sentence in lower case: `72 hours`, `72h`, `72+ hours`, `72-hour`, `3 days`, `a week`,
/// `seventy-two hours`.
fn hours(text: &str) -> Option<u32> {
    let parted =
        |c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '*' | ';' | ':' | '~');
    let words: Vec<&str> = text
        .split(parted)
        .map(|word| word.trim_matches(['.', '!', '_']))
        .filter(|word| !word.is_empty())
        .collect();
    words.iter().enumerate().find_map(|(index, word)| {
        let next = words.get(index + 1).copied().unwrap_or_default();
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let (number, glued) = word.split_at(digits);
        let glued = glued.trim_start_matches(['+', '-']);
        let unit = unit(if digits == 0 || glued.is_empty() { next } else { glued })?;
        let count = match number.parse() {
            Ok(count) => count,
            Err(_) => in_words(word.trim_end_matches('-'))?,
        };
        let hours: u32 = unit.checked_mul(count)?;
        (1..=LONGEST_HOURS).contains(&hours).then_some(hours)
    })
}

fn unit(word: &str) -> Option<u32> {
    match word.trim_end_matches(['.', '+']) {
        "h" | "hr" | "hrs" | "hour" | "hours" | "hour's" | "hours'" => Some(1),
        "day" | "days" | "d" => Some(24),
        "week" | "weeks" => Some(24 * 7),
        _ => None,
    }
}

fn in_words(word: &str) -> Option<u32> {
    Some(match word {
        "a" | "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "seven" => 7,
        "twenty-four" => 24,
        "forty-eight" => 48,
        "seventy-two" => 72,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::read;

    fn hours(text: &str) -> Option<(u32, usize)> {
        read("[VOTE] Release Foo 1.0", text, None).hours.map(|hours| (hours.value, hours.line))
    }

    #[test]
    fn hours_are_read_in_every_wording() {
        for (text, expected) in [
            ("The vote will be open for at least 72 hours.", 72),
            ("Vote open for 72h", 72),
            ("This vote is open for 72+ hours", 72),
            ("The usual 72-hour vote applies.", 72),
            ("Voting closes in three days", 72),
            ("The VOTE will remain open for at least *72 hours*", 72),
            ("The vote is open for the next 24 hours", 24),
            ("open for at least seventy-two hours", 72),
            ("the vote stays open for a week", 168),
            ("This vote will be open for a minimum of (120 hours)", 120),
        ] {
            assert_eq!(hours(text), Some((expected, 1)), "{text}");
        }
        assert_eq!(hours("The vote will be open for at least\n72 hours."), Some((72, 2)));
        assert_eq!(hours("The vote will be open for at least 72\nhours."), Some((72, 1)));
        assert_eq!(hours("We fixed it in 3 days.\n\n\n\nThanks"), None);
        assert_eq!(hours("> The vote is open for 72 hours"), None);
        assert_eq!(hours("Please vote. It took a 1000000000000 hours"), None);
    }

    #[test]
    fn a_short_vote_says_why() {
        let text = "This vote is open for 24 hours only.\nIt is expedited: CVE-2026-1 is public.\n";
        let call = read("[VOTE] Release Foo 1.0", text, None);
        let why = call.expedited.map(|why| (why.line, why.value));
        assert_eq!(why, Some((2, "It is expedited: CVE-2026-1 is public.".to_owned())));
        let text_of = |text: &str| {
            read("[VOTE] Release Foo 1.0", text, None).expedited.map(|why| (why.line, why.value))
        };
        let because = "The vote is open for 24 hours because of\nCVE-2026-1, which is public.";
        assert_eq!(text_of(because), Some((1, because.replace('\n', " "))));
        assert_eq!(
            text_of("The vote is open for 24 hours.\n\nBecause of rain we were late."),
            None
        );
        assert_eq!(text_of(&because.replace("24", "72")), None);
        let usual = read("[VOTE] Release Foo 1.0", &text.replace("24", "72"), None);
        assert_eq!(usual.expedited, None);
    }
}
