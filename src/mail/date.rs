//! Dates as mails write them: RFC 5322 with its obsolete forms, `asctime`, ISO 8601, and the forms
//! people use in sentences. Pure.

use chrono::{DateTime, Duration, NaiveDate, Utc};

/// Reads a `Date` field: day names are passed over (they are often wrong), comments too, years may
/// have two digits, and an unknown or missing zone is UTC, as RFC 5322 (4.3) wants it.
pub fn read(text: &str) -> Option<DateTime<Utc>> {
    Parts::of(text)?.instant(Some(0))
}

/// Reads an instant stated in a sentence, as in "closes on Tuesday, November 24th 2026 at 3 PM
/// UTC". None without a date, a time of day, or a zone that means one only (CST is two).
pub fn stated(text: &str) -> Option<DateTime<Utc>> {
    let spaced = text.replace(['(', ')', ',', ';', '*', '`'], " ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let anchor = (0..words.len()).find(|&index| {
        let around = [index.checked_sub(1), Some(index + 1)];
        let numbered = |at: usize| words.get(at).is_some_and(|word| begins_with_digit(word));
        let month = month(words[index]).is_some() && around.into_iter().flatten().any(numbered);
        month || (begins_with_digit(words[index]) && is_whole_date(words[index]))
    })?;
    let first = (0..anchor).rev().take_while(|&index| dates(words[index])).last();
    let behind = words[anchor + 1..].iter().take_while(|word| dates(word)).count();
    let words = &words[first.unwrap_or(anchor)..=anchor + behind];
    if words.iter().any(|word| word.eq_ignore_ascii_case("CST")) {
        return None;
    }
    let parts = Parts::of(&words.join(" "))?;
    parts.time?;
    parts.instant(None)
}

fn begins_with_digit(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
}

/// `2026-11-24`, `24-Nov-2026`, with or without a time behind a `T`.
fn is_whole_date(word: &str) -> bool {
    let mut parts = Parts::default();
    parts.date(word.trim_end_matches('.'));
    parts.year.is_some() && parts.month.is_some() && parts.day.is_some()
}

/// Whether a word can stand beside a date as a part of it.
fn dates(word: &str) -> bool {
    let bare = word.trim_end_matches([':', '.']).to_ascii_lowercase();
    let filler = ["at", "of", "the", "on", "am", "pm", "a.m", "p.m", "@", "-", "cst"];
    let weekday = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .iter()
        .any(|day| bare.starts_with(day) && (bare.len() == 3 || bare.ends_with("day")));
    begins_with_digit(&bare)
        || filler.contains(&&bare[..])
        || weekday
        || month(&bare).is_some()
        || zone(&bare).is_some()
}

#[derive(Default)]
struct Parts {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<(u32, u32, u32)>,
    /// Minutes east.
    zone: Option<i32>,
}

/// The most words a date is looked for in.
const MOST_WORDS: usize = 64;

impl Parts {
    fn of(text: &str) -> Option<Self> {
        let text = without_comments(text);
        let parted = |c: char| c.is_whitespace() || c == ',' || c == ';';
        let mut words: Vec<&str> =
            text.split(parted).filter(|word| !word.is_empty()).take(MOST_WORDS).collect();
        // A date at the end of a sentence.
        if let Some(last) = words.last_mut() {
            *last = last.trim_end_matches('.');
        }
        let mut parts = Self::default();
        for (index, word) in words.iter().enumerate() {
            parts.take(word, words.get(index + 1).copied().unwrap_or_default());
        }
        Some(parts)
    }

    fn take(&mut self, word: &str, next: &str) {
        let bare = word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '-');
        if self.time.is_none() && self.clock(bare, next) {
            return;
        }
        if self.time.is_some() && self.zone.is_none() {
            self.zone = zone(bare);
            if self.zone.is_some() {
                return;
            }
        }
        if self.month.is_none() || self.day.is_none() || self.year.is_none() {
            self.date(bare);
        }
    }

    /// `10:00`, `10:00:30.5`, `10:00Z`, `3PM`, `3 PM`, `10:00+02:00`.
    fn clock(&mut self, word: &str, next: &str) -> bool {
        let lower = word.to_ascii_lowercase();
        let half = |text: &str| match text {
            "am" | "a.m" | "a.m." => Some(false),
            "pm" | "p.m" | "p.m." => Some(true),
            _ => None,
        };
        let (digits, glued) = match lower.find(|c: char| !c.is_ascii_digit() && c != ':') {
            Some(end) => lower.split_at(end),
            None => (&lower[..], ""),
        };
        let afternoon = half(glued).or_else(|| half(&next.to_ascii_lowercase()));
        let numbers: Option<Vec<u32>> = digits.split(':').map(|n| n.parse().ok()).collect();
        let (hour, minute, second) = match numbers.as_deref() {
            Some([hour, minute]) => (*hour, *minute, 0),
            Some([hour, minute, second]) => (*hour, *minute, *second),
            Some([hour]) if afternoon.is_some() && digits.len() <= 2 => (*hour, 0, 0),
            _ => return false,
        };
        let hour = match afternoon {
            Some(true) if hour < 12 => hour + 12,
            Some(false) if hour == 12 => 0,
            _ => hour,
        };
        if hour > 24 || minute > 59 || second > 60 {
            return false;
        }
        self.time = Some((hour, minute, second.min(59)));
        let glued = glued
            .strip_prefix('.')
            .map_or(glued, |fraction| fraction.trim_start_matches(|c: char| c.is_ascii_digit()));
        self.zone = zone(glued);
        true
    }

    /// Day, month, year in any of `24`, `24th`, `Nov`, `2026`, `26`, `24-Nov-2026`, `2026-11-24`,
    /// `2026/11/24`, `20261124`, and `2026-11-24T10:00Z`.
    fn date(&mut self, word: &str) {
        if let Some((date, time)) = word.split_once(['T', 't'])
            && date.len() >= 8
            && date.starts_with(|c: char| c.is_ascii_digit())
            && time.contains(':')
        {
            self.date(date);
            if self.time.is_none() {
                self.clock(time, "");
            }
            return;
        }
        let pieces: Vec<&str> = word.split(['-', '/']).collect();
        if let [first, second, third] = pieces[..] {
            let number = |text: &str| text.parse::<u32>().ok();
            if let (4, Some(year), Some(month), Some(day)) =
                (first.len(), number(first), number(second), number(third))
            {
                (self.year, self.month, self.day) = (Some(year as i32), Some(month), Some(day));
            } else if let (Some(day), Some(month)) = (number(first), month(second)) {
                (self.day, self.month) = (Some(day), Some(month));
                self.year = year(third);
            }
            return;
        }
        if self.month.is_none() && month(word).is_some() {
            self.month = month(word);
            return;
        }
        let ordinal = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = &word[ordinal.len()..];
        if !matches!(&suffix.to_ascii_lowercase()[..], "" | "st" | "nd" | "rd" | "th") {
            return;
        }
        let Ok(number) = ordinal.parse::<u32>() else { return };
        if self.day.is_none() && ordinal.len() <= 2 && (1..=31).contains(&number) {
            self.day = Some(number);
        } else if self.year.is_none() && suffix.is_empty() {
            self.year = year(ordinal);
        }
    }

    /// `otherwise` is the zone, in minutes east, where none is named.
    fn instant(&self, otherwise: Option<i32>) -> Option<DateTime<Utc>> {
        let (hour, minute, second) = self.time.unwrap_or_default();
        let date = NaiveDate::from_ymd_opt(self.year?, self.month?, self.day?)?;
        // 24:00 is the end of the day.
        let time = date.and_hms_opt(hour % 24, minute, second)?;
        let east = Duration::minutes(self.zone.or(otherwise)?.into());
        let day = Duration::days(i64::from(hour / 24));
        Some(time.checked_add_signed(day)?.checked_sub_signed(east)?.and_utc())
    }
}

fn without_comments(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => continue,
        }
        if matches!(c, '(' | ')') {
            out.push(' ');
        }
    }
    // An opened bracket that is never closed hides nothing.
    if depth > 0 { text.replace('(', " ") } else { out }
}

fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    if word.len() < 3 {
        return None;
    }
    MONTHS.iter().position(|month| month.starts_with(&word)).map(|index| index as u32 + 1)
}

/// RFC 5322 (4.3): two digits are of 1950 to 2049, three count from 1900.
fn year(word: &str) -> Option<i32> {
    let number: i32 = word.parse().ok()?;
    match word.len() {
        2 if number < 50 => Some(2000 + number),
        2 | 3 => Some(1900 + number),
        4 => Some(number),
        _ => None,
    }
}

/// Minutes east of a zone: `+0200`, `+02:00`, `UTC+2`, and the names that mean one zone only.
fn zone(word: &str) -> Option<i32> {
    let word = word.trim_end_matches('.');
    let upper = word.to_ascii_uppercase();
    let hours = match &upper[..] {
        "Z" | "UT" | "UTC" | "GMT" | "WET" => 0,
        "BST" | "WEST" | "CET" | "MEZ" => 1,
        "CEST" | "MESZ" | "EET" => 2,
        "EEST" | "MSK" => 3,
        "JST" | "KST" => 9,
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => {
            let offset = upper.strip_prefix("UTC").or_else(|| upper.strip_prefix("GMT"));
            return numeric_zone(offset.unwrap_or(&upper));
        }
    };
    Some(hours * 60)
}

fn numeric_zone(word: &str) -> Option<i32> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = match digits.len() {
        1 | 2 => (number, 0),
        4 => (number / 100, number % 100),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Option<DateTime<Utc>> {
        Some(text.parse().expect("an instant in the test"))
    }

    /// Instants worked out by hand, those in RFC 5322's own forms checked with `date -u -d`.
    #[test]
    fn fields_are_read_in_every_form_in_use() {
        for (text, instant) in [
            ("Sun, 17 Dec 2017 17:36:53 +0100", "2017-12-17T16:36:53Z"),
            ("17 Dec 2017 17:36 GMT", "2017-12-17T17:36:00Z"),
            ("Mon, 17 Dec 2017 17:36:53 -0000", "2017-12-17T17:36:53Z"),
            ("17 Dec 17 17:36:53 EST", "2017-12-17T22:36:53Z"),
            ("Tue, 9 Apr 99 01:02:03 PDT", "1999-04-09T08:02:03Z"),
            ("9 Apr 102 01:02:03 +0000", "2002-04-09T01:02:03Z"),
            ("Tue, 09 Apr 2002 16:47:02 +0200 (CEST)", "2002-04-09T14:47:02Z"),
            ("Tue(day), 9 (the (nested) ninth) Apr 2002 16:47:02 +0530", "2002-04-09T11:17:02Z"),
            ("Mon May 14 19:23:38 2001", "2001-05-14T19:23:38Z"),
            ("Mon May 14 19:23:38 EDT 2001", "2001-05-14T23:23:38Z"),
            ("14-May-2001 19:23:38 -0330", "2001-05-14T22:53:38Z"),
            ("2001-05-14T19:23:38+02:00", "2001-05-14T17:23:38Z"),
            ("2026-11-24 19:23:38.125Z", "2026-11-24T19:23:38Z"),
            ("Fri, 30 Jun 2017 23:59:60 +0000", "2017-06-30T23:59:59Z"),
            ("Fri, 30 Jun 2017 23:00:00 XYZ", "2017-06-30T23:00:00Z"),
            ("30 Jun 2017 24:00:00 +0000", "2017-07-01T00:00:00Z"),
            ("30 Jun 2017", "2017-06-30T00:00:00Z"),
        ] {
            assert_eq!(read(text), utc(instant), "{text}");
        }
        for nonsense in ["", "yesterday", "31 Feb 2020 10:00 +0000", "10:00", "32 Dec 2017 1:1:1"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn sentences_are_read_only_with_time_and_zone() {
        for (text, instant) in [
            ("until 2026-11-24 12:00 UTC.", "2026-11-24T12:00:00Z"),
            ("closes on Tuesday, November 24th, 2026 at 3 PM UTC", "2026-11-24T15:00:00Z"),
            ("24 November 2026, 12:30pm PST (noon)", "2026-11-24T20:30:00Z"),
            ("ends at 12:00 AM UTC on 24th of Nov. 2026", "2026-11-24T00:00:00Z"),
            ("closes 2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"),
            ("by Tue 24 Nov 2026 09:00 UTC+8", "2026-11-24T01:00:00Z"),
            ("2026/11/24 09:00 GMT", "2026-11-24T09:00:00Z"),
            ("votes may be cast until 24 Nov 2026 12:00 (UTC)", "2026-11-24T12:00:00Z"),
            ("with 3 +1 votes by Nov 24 2026 12:00 UTC, 72 hours", "2026-11-24T12:00:00Z"),
            ("open 72 hours, until 2026-11-24 at 18:00 UTC", "2026-11-24T18:00:00Z"),
        ] {
            assert_eq!(stated(text), utc(instant), "{text}");
        }
        for vague in [
            "until Tuesday",
            "until 24 November 2026",
            "until 24 November 2026 12:00",
            "until 24 November 2026 12:00 CST",
            "you may vote +1 on 2.0.0 at 12:00 UTC",
            "open for 72 hours",
        ] {
            assert_eq!(stated(vague), None, "{vague}");
        }
    }
}
