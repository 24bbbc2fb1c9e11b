//! The chart of a vote: binding votes as they stood, and a dot for each vote.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::{Happened, Totals, class_of, escape, time};
use crate::report::tally::{Vote, instant};
use crate::vote::ballot::Value;
use crate::vote::tally::{Standing, figure};

/// Where the lines of the chart start, and how high they can go, in pixels.
const FLOOR: usize = 110;
const HEIGHT: usize = 95;
/// Dots nearer than this many hundredths of a percent stand below each other, in so many rows at most.
const NEAR: i64 = 300;
const ROWS: usize = 8;

/// The part of time that the chart shows, for places in hundredths of a percent of its width.
struct Span {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
}

impl Span {
    /// From opening to close, with a quarter of that on either side for votes that came too early or
    /// too late; a mail with the date of another year must not press all others together.
    fn of(vote: &Vote) -> Option<Self> {
        let in_time = vote.ballots.iter().filter(|b| !matches!(b.state, "late" | "early"));
        let instants: Vec<_> = in_time.filter_map(|b| b.at).collect();
        let all = vote.ballots.iter().filter_map(|b| b.at);
        let start = vote.opened_at.or(all.clone().min())?;
        let ends = [vote.closed_at, vote.closes_at, Some(start)];
        let end = ends.into_iter().flatten().chain(instants).max()?;
        let quarter = (end - start) / 4;
        let early = all.clone().filter(|at| *at >= start - quarter).min().unwrap_or(start);
        let late = all.filter(|at| *at <= end + quarter).max().unwrap_or(end);
        Some(Self { start: start.min(early), end: end.max(late) })
    }

    fn place(&self, at: DateTime<Utc>) -> i64 {
        let whole = (self.end - self.start).num_seconds().max(1);
        ((at - self.start).num_seconds() * 10_000 / whole).clamp(0, 10_000)
    }
}

fn percent(place: i64) -> String {
    format!("{}.{:02}%", place / 100, place % 100)
}

/// Binding +1 and -1 as they stood over time, with a dot for each vote. Places are percentages, so
/// that text and dots keep their size on a telephone.
pub(super) fn chart(out: &mut String, vote: &Vote, history: &[Happened<'_>]) {
    let Some(span) = Span::of(vote) else { return };
    let mut steps = vec![(span.start, Totals::default())];
    steps.extend(history.iter().filter_map(|happened| Some((happened.at?, happened.totals))));
    let most = steps.iter().map(|(_, totals)| totals.plus.max(totals.minus)).max();
    let most = most.unwrap_or(0).max(3);
    let y = |number: usize| FLOOR - number * HEIGHT / most;
    let (dots, rows) = dots(vote, &span);
    let counts = vote.counts.binding;
    let _ = writeln!(
        out,
        "<div class=\"chart\">\n<svg role=\"img\" height=\"{}\" aria-label=\"Binding votes over time: {} +1, {} -1\">",
        FLOOR + 4 + 13 * rows,
        counts.plus_one,
        counts.minus_one
    );
    for number in (0..=most).step_by(most.div_ceil(5)) {
        let y = y(number);
        let _ = writeln!(
            out,
            "<line x1=\"0\" y1=\"{y}\" x2=\"100%\" y2=\"{y}\"/><text x=\"0\" dx=\"-7\" y=\"{}\" \
             text-anchor=\"end\">{number}</text>",
            y + 4
        );
    }
    if let Some(due) = vote.closes_at {
        let at = percent(span.place(due));
        let _ =
            writeln!(out, "<line class=\"due\" x1=\"{at}\" y1=\"5\" x2=\"{at}\" y2=\"{FLOOR}\"/>");
    }
    let until = span.place(vote.as_of);
    let plus: Vec<_> = steps.iter().map(|(at, totals)| (span.place(*at), totals.plus)).collect();
    let minus: Vec<_> = steps.iter().map(|(at, totals)| (span.place(*at), totals.minus)).collect();
    stairs(out, "plus", &plus, until, y);
    stairs(out, "minus", &minus, until, y);
    out.push_str(&dots);
    let due = vote.closes_at.map_or(String::new(), |at| {
        format!(" The dotted upright line: it may close, {}.", instant(at))
    });
    let _ = writeln!(
        out,
        "</svg>\n<p class=\"ends\">{} {}</p>\n<p class=\"key\">Lines: binding votes as they stood, +1 solid, -1 \
         dashed. Below, a dot for each vote: large ones bind, squares are -1, hollow ones do not count.{due}</p>\n\
         </div>",
        time(span.start),
        time(span.end)
    );
}

/// Draws a number that goes up and down, where it is not nothing.
fn stairs(
    out: &mut String,
    class: &str,
    steps: &[(i64, usize)],
    until: i64,
    y: impl Fn(usize) -> usize,
) {
    let mut line = |x1: i64, from: usize, x2: i64, to: usize| {
        if (from, to) == (0, 0) {
            return;
        }
        let (x1, y1, x2, y2) = (percent(x1), y(from), percent(x2), y(to));
        let _ = writeln!(
            out,
            "<line class=\"step {class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"
        );
    };
    let (mut x, mut number) = (0, 0);
    for (at, next) in steps.iter().copied() {
        if next != number {
            line(x, number, at, number);
            line(at, number, at, next);
            (x, number) = (at, next);
        }
    }
    if until > x {
        line(x, number, until, number);
    }
}

/// A dot for each vote, and in how many rows they are.
fn dots(vote: &Vote, span: &Span) -> (String, usize) {
    let mut out = String::new();
    // The last place in each row that has a dot.
    let mut rows: Vec<i64> = Vec::new();
    let mut dated: Vec<_> = vote.ballots.iter().filter_map(|b| Some((b.at?, b))).collect();
    dated.sort_by_key(|(at, _)| *at);
    for (at, ballot) in dated {
        let place = span.place(at);
        let free = rows.iter().position(|last| place - last >= NEAR);
        let row = match free {
            Some(row) => row,
            None if rows.len() < ROWS => {
                rows.push(place);
                rows.len() - 1
            }
            None => (0..ROWS).min_by_key(|row| rows.get(*row)).unwrap_or(0),
        };
        if let Some(last) = rows.get_mut(row) {
            *last = place;
        }
        let class = if ballot.counted { class_of(ballot.value) } else { "hollow" };
        let radius = if ballot.standing == Standing::Binding { 5 } else { 3 };
        let (x, y, side) = (percent(place), FLOOR + 12 + 13 * row, 2 * radius);
        let shape = match ballot.value {
            Value::MinusOne => format!(
                "rect class=\"dot {class}\" x=\"{x}\" y=\"{y}\" width=\"{side}\" height=\"{side}\" \
                 transform=\"translate(-{radius} -{radius})\""
            ),
            _ => format!("circle class=\"dot {class}\" cx=\"{x}\" cy=\"{y}\" r=\"{radius}\""),
        };
        let name = shape.split(' ').next().unwrap_or_default();
        let _ = writeln!(
            out,
            "<{shape}><title>{}: {}, {}</title></{name}>",
            escape(&ballot.who()),
            figure(ballot.value),
            ballot.binds()
        );
    }
    (out, rows.len())
}
