//! The vote as one page for people: no script, nothing loaded from elsewhere, fit for print, for
//! dark and light. Well-formed XML, so that any reader of either can read it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::{AsideLine, BallotLine, TallyReport, Vote, instant};
use crate::mail::MessageId;
use crate::report::harmless;
use crate::vote::ballot::Value;
use crate::vote::tally::{Outcome, Standing, figure};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1a1a1a;--soft:#5c5c5c;--paper:#fff;--line:#d5d5d5;--plus:#1a6b32;\
--minus:#a81e1e;--zero:#5c5c5c;--warn:#8a5300;--band:#f4f4f4}\
@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--soft:#a6a6a6;--paper:#161616;--line:#3d3d3d;\
--plus:#6fce8b;--minus:#ff8a80;--zero:#a6a6a6;--warn:#ffc46b;--band:#212121}}\
*{box-sizing:border-box}\
body{margin:0 auto;max-width:60rem;padding:1.5rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);\
background:var(--paper)}\
h1{font-size:1.6rem;line-height:1.2;margin:0 0 .5rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}\
h3{font-size:1rem;margin:1.5rem 0 .25rem}a{color:inherit}\
.soft{color:var(--soft)}.outcome{font-weight:700;font-size:1.2rem}\
.passed{color:var(--plus)}.failed,.cancelled{color:var(--minus)}.open,.needs-ruling{color:var(--warn)}\
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.5rem 0}dt{color:var(--soft)}\
dd{margin:0;overflow-wrap:anywhere}\
table{border-collapse:collapse}th,td{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}\
td.n,th.n{text-align:right}\
ol.line{list-style:none;margin:.5rem 0;padding:0 0 0 1rem;border-left:2px solid var(--line)}\
ol.line>li{position:relative;padding:.4rem 0 .4rem .5rem}\
ol.line>li::before{content:'';position:absolute;left:-1.42rem;top:.95rem;width:.7rem;height:.7rem;\
border-radius:50%;background:var(--line)}\
ol.line>li.plus::before{background:var(--plus)}ol.line>li.minus::before{background:var(--minus)}\
ol.line>li.zero::before{background:var(--zero)}\
ol.line>li.apart{color:var(--soft)}\
.vote{font-weight:700;font-variant-numeric:tabular-nums}.plus .vote{color:var(--plus)}\
.minus .vote{color:var(--minus)}.apart .vote{text-decoration:line-through}\
.total{float:right;color:var(--soft);font-variant-numeric:tabular-nums;padding-left:1rem}\
blockquote{margin:.1rem 0;padding:.1rem .6rem;border-left:3px solid var(--line);background:var(--band);\
white-space:pre-wrap;overflow-wrap:anywhere}\
.warn{color:var(--warn)}\
svg{width:100%;height:auto;display:block;margin:.5rem 0}svg text{font:11px system-ui,sans-serif;fill:var(--soft)}\
svg .axis{stroke:var(--line)}svg .plus{fill:var(--plus)}svg .minus{fill:var(--minus)}svg .zero{fill:var(--zero)}\
svg .hollow{fill:var(--paper);stroke:var(--soft)}svg path{fill:none;stroke:var(--plus);stroke-width:2}\
svg path.minus{fill:none;stroke:var(--minus)}svg .due{stroke:var(--warn);stroke-dasharray:4 3}\
@media print{body{max-width:none;padding:0;font-size:10pt}li,table,svg{break-inside:avoid}\
:root{--ink:#000;--soft:#444;--paper:#fff;--line:#999;--plus:#000;--minus:#000;--zero:#444;--warn:#000;\
--band:#fff}a{text-decoration:none}}";

/// Writes the page.
pub(super) fn page(report: &TallyReport) -> String {
    let on = report.vote.on();
    let mut out = String::new();
    let title = format!("Vote on {on}: {}", words(report.outcome));
    // Writing to a String cannot fail; that holds for all `let _` below.
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n\
         <meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Vote on {}</h1>\n",
        escape(&title),
        escape(&on),
    );
    let class = report.outcome.as_str();
    let _ = writeln!(out, "<p class=\"outcome {class}\">{}</p>", escape(words(report.outcome)));
    list(&mut out, &report.reasons);
    for (outcome, reasons, vote) in report.votes() {
        if !report.rounds.is_empty() {
            let _ = writeln!(out, "<h2>The vote of the {}: {}</h2>", vote.body, words(outcome));
            list(&mut out, reasons);
        }
        vote_part(&mut out, vote);
    }
    let _ = writeln!(
        out,
        "</main>\n<footer class=\"soft\"><p>Counted by plusone as of {}.</p></footer>\n</body>\n</html>",
        instant(report.vote.as_of)
    );
    out
}

fn words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "open",
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Cancelled => "cancelled",
        Outcome::NeedsRuling => "waits for a ruling",
    }
}

fn list(out: &mut String, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    out.push_str("<ul>\n");
    for line in lines {
        let _ = writeln!(out, "<li>{}</li>", escape(line));
    }
    out.push_str("</ul>\n");
}

fn vote_part(out: &mut String, vote: &Vote) {
    facts(out, vote);
    totals(out, vote);
    chart(out, vote);
    out.push_str("<h2>From opening to close</h2>\n<ol class=\"line\">\n");
    time_line(out, vote);
    out.push_str("</ol>\n");
    asides(out, "Unclear: a person has to decide", &vote.unclear);
    asides(out, "Cannot count", &vote.not_countable);
    if let Some(result) = &vote.result {
        let from = escape(&result.mail.from);
        let _ = writeln!(out, "<h2>The result as told by {from}, {}</h2>", instant(result.mail.at));
        match result.differences.is_empty() {
            true => out.push_str("<p>It agrees with the mails.</p>\n"),
            false => list(out, &result.differences),
        }
    }
    if !vote.warnings.is_empty() {
        out.push_str("<h2>Worth knowing</h2>\n");
        list(out, &vote.warnings);
    }
}

fn facts(out: &mut String, vote: &Vote) {
    out.push_str("<dl>\n");
    let mut fact = |label: &str, value: &str| {
        let _ = writeln!(out, "<dt>{label}</dt><dd>{value}</dd>");
    };
    if let Some(call) = &vote.call {
        fact("Called", &format!("{}, by {}", escape(&call.subject), escape(&call.from)));
    }
    if let Some(thread) = &vote.thread {
        fact("Thread", &link(thread, thread));
    }
    fact("Votes of", &format!("the {} of {}", vote.body, escape(&vote.project)));
    if let Some(at) = vote.opened_at {
        fact("Opened", &time(at));
    }
    if let Some(at) = vote.closes_at {
        fact("Closes", &format!("{} at the earliest", time(at)));
    }
    if let Some(reason) = &vote.expedited {
        fact("Expedited", &escape(reason));
    }
    if let Some(at) = vote.closed_at {
        fact("Closed", &time(at));
    }
    fact("As of", &time(vote.as_of));
    for source in &vote.roster.sources {
        let dated = source.dated.map_or("no date".to_owned(), |day| day.to_string());
        fact("Roster", &format!("{}, {dated}, SHA-256 {}", escape(&source.name), source.sha256));
    }
    out.push_str("</dl>\n");
}

fn totals(out: &mut String, vote: &Vote) {
    out.push_str(
        "<table>\n<thead><tr><th scope=\"col\">Votes</th><th scope=\"col\" class=\"n\">+1</th>\
         <th scope=\"col\" class=\"n\">0</th><th scope=\"col\" class=\"n\">-1</th></tr></thead>\n<tbody>\n",
    );
    let rows = [("Binding", vote.counts.binding), ("Non-binding", vote.counts.non_binding)];
    for (label, of) in rows {
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{label}</th><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td></tr>",
            of.plus_one, of.zero, of.minus_one
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

const WIDTH: i64 = 800;
const MARGIN: i64 = 12;
const FLOOR: i64 = 120;

/// Binding +1 and -1 over time, with a dot for each vote.
fn chart(out: &mut String, vote: &Vote) {
    let dated: Vec<&BallotLine> = vote.ballots.iter().filter(|b| b.at.is_some()).collect();
    let instants = dated.iter().filter_map(|b| b.at);
    let Some(start) = vote.opened_at.into_iter().chain(instants.clone()).min() else { return };
    let last = vote.closed_at.unwrap_or(vote.as_of.min(vote.closes_at.unwrap_or(vote.as_of)));
    let end = instants.chain([last]).chain(vote.closes_at).max().unwrap_or(last);
    let span = (end - start).num_seconds().max(1);
    let x = |at: DateTime<Utc>| MARGIN + (at - start).num_seconds() * (WIDTH - 2 * MARGIN) / span;
    let counts = vote.counts.binding;
    let most = i64::from(counts.plus_one.max(counts.minus_one).max(3));
    let y = |number: i64| FLOOR - number * 90 / most;
    let _ = writeln!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} 160\" role=\"img\" aria-label=\"Binding votes over time: {} +1, {} -1\">",
        counts.plus_one, counts.minus_one
    );
    let _ = writeln!(
        out,
        "<line class=\"axis\" x1=\"{MARGIN}\" y1=\"{FLOOR}\" x2=\"{}\" y2=\"{FLOOR}\"/>",
        WIDTH - MARGIN
    );
    if let Some(due) = vote.closes_at {
        let at = x(due);
        let _ =
            writeln!(out, "<line class=\"due\" x1=\"{at}\" y1=\"20\" x2=\"{at}\" y2=\"{FLOOR}\"/>");
        let anchor = if at > WIDTH / 2 { "end" } else { "start" };
        let _ = writeln!(
            out,
            "<text x=\"{at}\" y=\"14\" text-anchor=\"{anchor}\">may close {}</text>",
            instant(due)
        );
    }
    for (value, class) in [(Value::PlusOne, "plus"), (Value::MinusOne, "minus")] {
        let mut number = 0;
        let mut path = format!("M{} {}", x(start), y(0));
        let counted =
            |b: &&&BallotLine| b.counted && b.standing == Standing::Binding && b.value == value;
        for at in dated.iter().filter(counted).filter_map(|b| b.at) {
            number += 1;
            let _ = write!(path, " H{} V{}", x(at), y(number));
        }
        if number > 0 {
            let _ = writeln!(out, "<path class=\"{class}\" d=\"{path} H{}\"/>", x(end));
        }
    }
    for ballot in &dated {
        let Some(at) = ballot.at else { continue };
        let class = if ballot.counted { class_of(ballot.value) } else { "hollow" };
        let radius = if ballot.standing == Standing::Binding { 5 } else { 3 };
        let _ = writeln!(
            out,
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{FLOOR}\" r=\"{radius}\"><title>{}: {}, {}</title></circle>",
            x(at),
            escape(&ballot.who()),
            figure(ballot.value),
            ballot.binds()
        );
    }
    let _ = writeln!(
        out,
        "<text x=\"{MARGIN}\" y=\"150\">{}</text><text x=\"{}\" y=\"150\" text-anchor=\"end\">{}</text>\n</svg>",
        instant(start),
        WIDTH - MARGIN,
        instant(end)
    );
}

const fn class_of(value: Value) -> &'static str {
    match value {
        Value::PlusOne => "plus",
        Value::Zero => "zero",
        Value::MinusOne => "minus",
    }
}

/// Something that happened on the way.
enum Event<'v> {
    Mark(&'static str),
    Ballot(&'v BallotLine),
    Withdrawal(&'v AsideLine),
}

/// Every event in order of time, with the totals so far: as they stood then, so that a vote that was
/// changed later counts until it was.
fn time_line(out: &mut String, vote: &Vote) {
    let ballots = vote.ballots.iter().map(|ballot| (ballot.at, Event::Ballot(ballot)));
    let withdrawals = vote.withdrawals.iter().map(|aside| (aside.at, Event::Withdrawal(aside)));
    let mut events: Vec<(Option<DateTime<Utc>>, Event<'_>)> =
        marks(vote).into_iter().chain(ballots).chain(withdrawals).collect();
    events.sort_by_key(|(at, _)| *at);
    let mut standing: BTreeMap<&MessageId, &BallotLine> = BTreeMap::new();
    for (at, event) in events {
        let by = match event {
            Event::Mark(text) => {
                let at = at.map_or_else(String::new, time);
                let _ = writeln!(out, "<li>{at} <strong>{text}</strong></li>");
                continue;
            }
            Event::Ballot(ballot) => &ballot.message_id,
            Event::Withdrawal(aside) => &aside.message_id,
        };
        standing.retain(|_, earlier| earlier.state_by.as_ref() != Some(by));
        if let Event::Ballot(ballot) = event
            && !matches!(ballot.state, "late" | "early")
        {
            standing.insert(by, ballot);
        }
        let totals = totals_of(&standing);
        match event {
            Event::Ballot(ballot) => ballot_entry(out, ballot, &totals),
            Event::Withdrawal(aside) => withdrawal_entry(out, aside, &totals),
            Event::Mark(_) => {}
        }
    }
}

fn marks(vote: &Vote) -> Vec<(Option<DateTime<Utc>>, Event<'static>)> {
    let mut marks = Vec::new();
    marks.extend(vote.opened_at.map(|at| (Some(at), Event::Mark("The vote opened"))));
    if vote.closed_at.is_none_or(|closed| vote.closes_at < Some(closed)) {
        marks.extend(vote.closes_at.map(|at| (Some(at), Event::Mark("The vote may close"))));
    }
    let cancelled = vote.cancel.as_ref().is_some_and(|cancel| Some(cancel.at) == vote.closed_at);
    let ended = if cancelled { "The vote was cancelled" } else { "The vote was closed" };
    marks.extend(vote.closed_at.map(|at| (Some(at), Event::Mark(ended))));
    marks
}

fn totals_of(standing: &BTreeMap<&MessageId, &BallotLine>) -> String {
    let number = |binds: Standing, value: Option<Value>| {
        let fits = |b: &&&BallotLine| b.standing == binds && value.is_none_or(|v| b.value == v);
        standing.values().filter(fits).count()
    };
    format!(
        "binding {} +1, {} -1 · non-binding {}",
        number(Standing::Binding, Some(Value::PlusOne)),
        number(Standing::Binding, Some(Value::MinusOne)),
        number(Standing::NonBinding, None),
    )
}

fn withdrawal_entry(out: &mut String, aside: &AsideLine, totals: &str) {
    let _ = writeln!(
        out,
        "<li><span class=\"total\">{totals}</span>{} <strong>{}</strong> {}",
        aside.at.map_or("no date".to_owned(), time),
        escape(&aside.from),
        escape(&aside.why),
    );
    if let Some(text) = &aside.text {
        let _ = writeln!(out, "<blockquote>{}</blockquote>", escape(text));
    }
    if let Some(address) = &aside.link {
        let _ = writeln!(out, "<div class=\"soft\">{}</div>", link(address, "the mail"));
    }
    out.push_str("</li>\n");
}

fn ballot_entry(out: &mut String, ballot: &BallotLine, totals: &str) {
    let apart = if ballot.counted { "" } else { " apart" };
    let _ = writeln!(
        out,
        "<li class=\"{}{apart}\"><span class=\"total\">{totals}</span>{} <span class=\"vote\">{}</span> \
         <strong>{}</strong>, {}{} <span class=\"soft\">({})</span>",
        class_of(ballot.value),
        ballot.at.map_or("no date".to_owned(), time),
        figure(ballot.value),
        escape(&ballot.who()),
        ballot.binds(),
        match ballot.state {
            "counted" => String::new(),
            state => format!(", {state}"),
        },
        escape(ballot.known.as_str()),
    );
    match (&ballot.words, &ballot.evidence) {
        (Some(words), _) => {
            let _ = writeln!(out, "<blockquote>{}</blockquote>", escape_lines(words));
        }
        (None, Some(evidence)) => {
            let _ = writeln!(out, "<blockquote>{}</blockquote>", escape(&evidence.text));
        }
        (None, None) => {}
    }
    if let Some(reason) = &ballot.ruling {
        let _ = writeln!(out, "<div class=\"warn\">By ruling: {}</div>", escape(reason));
    }
    if let Some(note) = &ballot.note {
        let _ = writeln!(out, "<div class=\"soft\">{}</div>", escape(note));
    }
    if let Some(address) = &ballot.link {
        let _ = writeln!(out, "<div class=\"soft\">{}</div>", link(address, "the mail"));
    }
    out.push_str("</li>\n");
}

fn asides(out: &mut String, title: &str, asides: &[AsideLine]) {
    if asides.is_empty() {
        return;
    }
    let _ = writeln!(out, "<h2>{title}</h2>\n<ul>");
    for aside in asides {
        let at = aside.at.map_or(String::new(), |at| format!(", {}", time(at)));
        let from = escape(&aside.from);
        let _ = writeln!(out, "<li><strong>{from}</strong>{at}: {}", escape(&aside.why));
        if let Some(text) = &aside.text {
            let _ = writeln!(out, "<blockquote>{}</blockquote>", escape(text));
        }
        if let Some(how) = &aside.settled {
            let _ = writeln!(out, "<div class=\"soft\">settled: {}</div>", escape(how));
        }
        if let Some(address) = &aside.link {
            let _ = writeln!(out, "<div class=\"soft\">{}</div>", link(address, "the mail"));
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
}

fn time(at: DateTime<Utc>) -> String {
    format!("<time datetime=\"{}\">{}</time>", at.format("%Y-%m-%dT%H:%M:%SZ"), instant(at))
}

/// A link to an archive. Another scheme than http could act.
fn link(address: &str, text: &str) -> String {
    match address.starts_with("https://") || address.starts_with("http://") {
        true => format!("<a href=\"{}\">{}</a>", escape(address), escape(text)),
        false => escape(address),
    }
}

/// Makes foreign text harmless, in HTML, in attributes and to the eye.
fn escape(text: &str) -> String {
    let text = harmless(text);
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Neither XML nor HTML has these.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}
