//! How long a vote stays open: from the instant of sending, to the minute, in UTC. Pure.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc, Weekday};
use serde::Serialize;

use crate::policy::Preset;

/// Hours that a release vote stays open at least, unless it is expedited (V-02).
pub const LEAST_HOURS: u32 = 72;

/// The longest vote that is not taken for a slip of the pen: eight weeks.
const MOST_HOURS: u32 = 8 * 7 * 24;

/// The time in which a vote is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Window {
    /// When the call is sent.
    pub opened: DateTime<Utc>,
    /// No vote is closed before this; a full minute, never earlier than the hours ask for.
    pub closes: DateTime<Utc>,
    /// Hours between.
    pub hours: u32,
    /// Whether some of it is a Saturday or Sunday in UTC.
    pub weekend: bool,
    /// Why the PMC decided for less than 72 hours (V-03).
    pub expedited: Option<String>,
}

/// A vote that must not be called like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// No time at all, or more than anybody means.
    #[error("a vote cannot stay open for {0} hours: expected 1 to {MOST_HOURS}")]
    Hours(u32),
    /// Less than 72 hours and not a word why (V-02, V-03).
    #[error(
        "a release vote stays open for at least {LEAST_HOURS} hours, not {0}, unless the PMC has decided to expedite it, for a reason that the mail must give"
    )]
    Unexplained(u32),
    /// Less than 72 hours for a podling (V-04).
    #[error(
        "a podling's vote stays open for at least {LEAST_HOURS} hours, not {0}: there are no expedited releases in the Incubator"
    )]
    Podling(u32),
}

impl Window {
    /// The window of a vote called at `opened`. `expedited` is the reason for a shorter one, which
    /// the ASF's projects must have (V-03), podlings cannot have (V-04) and others need not.
    ///
    /// # Errors
    /// See [`WindowError`].
    pub fn new(
        opened: DateTime<Utc>,
        hours: u32,
        preset: Preset,
        expedited: Option<&str>,
    ) -> Result<Self, WindowError> {
        if !(1..=MOST_HOURS).contains(&hours) {
            return Err(WindowError::Hours(hours));
        }
        let reason = expedited.map(str::trim).filter(|reason| !reason.is_empty());
        let short = hours < LEAST_HOURS;
        match (preset, reason) {
            (Preset::Podling, _) if short => return Err(WindowError::Podling(hours)),
            (Preset::TopLevel, None) if short => return Err(WindowError::Unexplained(hours)),
            _ => {}
        }
        let end = opened
            .checked_add_signed(TimeDelta::hours(hours.into()))
            .and_then(|end| {
                let past = i64::from(end.second()) * 1_000_000_000 + i64::from(end.nanosecond());
                let rest = if past == 0 { 0 } else { 60_000_000_000 - past };
                end.checked_add_signed(TimeDelta::nanoseconds(rest))
            })
            .ok_or(WindowError::Hours(hours))?;
        Ok(Self {
            opened,
            closes: end,
            hours,
            weekend: touches_weekend(opened, end),
            expedited: reason.filter(|_| short).map(str::to_owned),
        })
    }
}

fn touches_weekend(from: DateTime<Utc>, to: DateTime<Utc>) -> bool {
    let free = |day: Weekday| matches!(day, Weekday::Sat | Weekday::Sun);
    let days = from.date_naive().iter_days().take_while(|day| *day <= to.date_naive());
    // A week has a weekend: no need to look further.
    days.take(8).any(|day| {
        let begins = day.and_hms_opt(0, 0, 0).is_some_and(|midnight| midnight.and_utc() < to);
        free(day.weekday()) && begins
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn closes_after_the_hours_and_on_a_full_minute() {
        for (opened, hours, closes, weekend) in [
            // 2026-11-20 is a Friday (cal(1)).
            ("2026-11-20T10:00:00Z", 72, "2026-11-23T10:00:00Z", true),
            ("2026-11-20T10:00:01Z", 72, "2026-11-23T10:01:00Z", true),
            ("2026-11-23T23:59:59.5Z", 96, "2026-11-28T00:00:00Z", false),
            ("2026-11-23T23:59:59.5Z", 97, "2026-11-28T01:00:00Z", true),
            ("2026-11-16T00:00:00Z", 72, "2026-11-19T00:00:00Z", false),
            ("2026-11-22T23:00:00Z", 72, "2026-11-25T23:00:00Z", true),
            // Over the end of February in a leap year, and of the year.
            ("2028-02-27T12:00:00Z", 72, "2028-03-01T12:00:00Z", true),
            ("2026-12-29T12:00:00Z", 72, "2027-01-01T12:00:00Z", false),
        ] {
            let window = Window::new(instant(opened), hours, Preset::TopLevel, None);
            let window = window.expect("a window");
            assert_eq!(window.closes, instant(closes), "{opened}");
            assert_eq!(window.weekend, weekend, "{opened}");
            assert_eq!(window.expedited, None);
        }
    }

    #[test]
    fn short_votes_need_a_reason_and_podlings_have_none() {
        let open =
            |hours, preset, why| Window::new(instant("2026-11-20T10:00:00Z"), hours, preset, why);
        assert_eq!(open(24, Preset::TopLevel, None), Err(WindowError::Unexplained(24)));
        assert_eq!(open(24, Preset::TopLevel, Some(" ")), Err(WindowError::Unexplained(24)));
        let expedited =
            open(24, Preset::TopLevel, Some("CVE-2026-0001 is exploited")).expect("V-03");
        assert_eq!(expedited.expedited.as_deref(), Some("CVE-2026-0001 is exploited"));
        assert_eq!(open(71, Preset::Podling, Some("urgent")), Err(WindowError::Podling(71)));
        assert!(open(72, Preset::Podling, None).is_ok());
        assert!(open(1, Preset::Plain, None).is_ok());
        for hours in [0, 72_000, u32::MAX] {
            assert_eq!(open(hours, Preset::Plain, Some("x")), Err(WindowError::Hours(hours)));
        }
        // A reason is beside the point when nothing is cut short.
        assert_eq!(open(72, Preset::TopLevel, Some("x")).expect("fine").expedited, None);
    }
}
