//! The vote as one page for people: no script, nothing loaded from elsewhere, fit for print, for
//! dark and light. Well-formed XML, so that any reader of either can read it.

mod chart;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::{AsideLine, BallotLine, TallyReport, Vote, instant};
use crate::mail::MessageId;
use crate::report::harmless;
use crate::vote::ballot::Value;
use crate::vote::identity::How;
use crate::vote::tally::{Outcome, Ruling, Standing, figure};

const STYLE: &str = include_str!("html/page.css");

/// Nothing may be loaded, whatever a mail makes a reader believe.
const NOTHING_LOADED: &str = "default-src 'none'; style-src 'unsafe-inline'";

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
         <meta http-equiv=\"Content-Security-Policy\" content=\"{NOTHING_LOADED}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>Vote on {}</h1>\n",
        escape(&title),
        escape(&on),
    );
    verdict(&mut out, report.outcome, &report.reasons);
    let both = !report.rounds.is_empty();
    for (outcome, reasons, vote) in report.votes() {
        if both {
            let _ = writeln!(out, "<h2>The vote of the {}</h2>", vote.body);
            verdict(&mut out, outcome, reasons);
        }
        vote_part(&mut out, vote, if both { "h3" } else { "h2" });
    }
    let _ = writeln!(
        out,
        "</main>\n<footer class=\"soft\"><p>Counted by plusone as of {}.</p></footer>\n</body>\n</html>",
        instant(report.vote.as_of)
    );
    out
}

fn verdict(out: &mut String, outcome: Outcome, reasons: &[String]) {
    let class = outcome.as_str();
    let words = escape(words(outcome));
    let _ = writeln!(out, "<div class=\"verdict {class}\"><p class=\"outcome\">{words}</p>");
    list(out, reasons);
    out.push_str("</div>\n");
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

fn vote_part(out: &mut String, vote: &Vote, heading: &str) {
    let history = history(vote);
    totals(out, vote);
    chart::chart(out, vote, &history);
    facts(out, vote);
    let _ = writeln!(out, "<{heading}>From opening to close</{heading}>\n<ol class=\"line\">");
    time_line(out, &history);
    out.push_str("</ol>\n");
    // What was taken back stands in the line already.
    for (title, _, mails) in vote.asides().iter().filter(|(_, label, _)| *label != "back") {
        asides(out, heading, title, mails);
    }
    no_vote(out, heading, vote);
    let rulings = vote.rulings_elsewhere();
    if !rulings.is_empty() {
        let _ = writeln!(out, "<{heading}>Rulings</{heading}>");
        let line = |ruling: &&Ruling| {
            format!("<{}> is taken for {}: {}", ruling.message_id, ruling.value, ruling.reason)
        };
        list(out, &rulings.iter().map(line).collect::<Vec<_>>());
    }
    if let Some(result) = &vote.result {
        let (from, at) = (escape(&result.mail.from), instant(result.mail.at));
        let _ =
            writeln!(out, "<{heading}>The result as told by <bdi>{from}</bdi>, {at}</{heading}>");
        list(out, &result.agreement().into_iter().collect::<Vec<_>>());
        list(out, &result.differences);
    }
    if !vote.warnings.is_empty() {
        let _ = writeln!(out, "<{heading}>Worth knowing</{heading}>");
        list(out, &vote.warnings);
    }
}

fn facts(out: &mut String, vote: &Vote) {
    out.push_str("<dl>\n");
    let mut fact = |label: &str, value: &str| {
        let _ = writeln!(out, "<dt>{label}</dt><dd>{value}</dd>");
    };
    if let Some(call) = &vote.call {
        fact("Called", &format!("{}, by <bdi>{}</bdi>", escape(&call.subject), escape(&call.from)));
    }
    if let Some(thread) = &vote.thread {
        fact("Thread", &link(thread, thread));
    }
    fact("Votes of", &format!("the {} of {}", vote.body, escape(&vote.project)));
    if let Some(at) = vote.opened_at {
        fact("Opened", &time(at));
    }
    if let Some(restart) = &vote.restart {
        fact("Anew", &time(restart.at));
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
        let name = escape(&source.name);
        fact("Roster", &format!("{name}, {dated} <small>SHA-256 {}</small>", source.sha256));
    }
    if let Some(missing) = vote.not_voted() {
        fact("Not voted", &escape(&missing));
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

const fn class_of(value: Value) -> &'static str {
    match value {
        Value::PlusOne => "plus",
        Value::Zero => "zero",
        Value::MinusOne => "minus",
    }
}

/// Something that happened on the way, with the totals after it: as they stood then, so that a vote
/// that was changed later counts until it was.
struct Happened<'v> {
    at: Option<DateTime<Utc>>,
    event: Event<'v>,
    totals: Totals,
}

#[derive(Clone, Copy)]
enum Event<'v> {
    Mark(&'static str),
    Ballot(&'v BallotLine),
    Withdrawal(&'v AsideLine),
}

/// Binding +1 and -1, and all that does not bind.
#[derive(Clone, Copy, Default)]
struct Totals {
    plus: usize,
    minus: usize,
    non_binding: usize,
}

impl Totals {
    fn of(standing: &BTreeMap<&MessageId, &BallotLine>) -> Self {
        let number = |binds: Standing, value: Option<Value>| {
            let fits = |b: &&&BallotLine| b.standing == binds && value.is_none_or(|v| b.value == v);
            standing.values().filter(fits).count()
        };
        Self {
            plus: number(Standing::Binding, Some(Value::PlusOne)),
            minus: number(Standing::Binding, Some(Value::MinusOne)),
            non_binding: number(Standing::NonBinding, None),
        }
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { plus, minus, non_binding } = self;
        write!(f, "binding {plus} +1, {minus} -1 · non-binding {non_binding}")
    }
}

/// Every event in order of time.
fn history(vote: &Vote) -> Vec<Happened<'_>> {
    let ballots = vote.ballots.iter().map(|ballot| (ballot.at, Event::Ballot(ballot)));
    let withdrawals = vote.withdrawals.iter().map(|aside| (aside.at, Event::Withdrawal(aside)));
    let mut events: Vec<(Option<DateTime<Utc>>, Event<'_>)> =
        marks(vote).into_iter().chain(ballots).chain(withdrawals).collect();
    events.sort_by_key(|(at, _)| *at);
    let mut standing: BTreeMap<&MessageId, &BallotLine> = BTreeMap::new();
    let happened = events.into_iter().map(|(at, event)| {
        let by = match event {
            Event::Mark(_) => None,
            Event::Ballot(ballot) => Some(&ballot.message_id),
            Event::Withdrawal(aside) => Some(&aside.message_id),
        };
        standing.retain(|_, earlier| by.is_none() || earlier.state_by.as_ref() != by);
        if let Event::Ballot(ballot) = event
            && !matches!(ballot.state, "late" | "early")
        {
            standing.insert(&ballot.message_id, ballot);
        }
        Happened { at, event, totals: Totals::of(&standing) }
    });
    happened.collect()
}

fn time_line(out: &mut String, history: &[Happened<'_>]) {
    for Happened { at, event, totals } in history {
        match event {
            Event::Mark(text) => {
                let at = at.map_or_else(String::new, time);
                let _ = writeln!(
                    out,
                    "<li class=\"mark\"><p><strong>{text}</strong></p><p class=\"when\">{at}</p></li>"
                );
            }
            Event::Ballot(ballot) => ballot_entry(out, ballot, *totals),
            Event::Withdrawal(aside) => withdrawal_entry(out, aside, *totals),
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

fn withdrawal_entry(out: &mut String, aside: &AsideLine, totals: Totals) {
    let _ = writeln!(
        out,
        "<li class=\"mark\"><p class=\"who\"><span><strong><bdi>{}</bdi></strong> {}</span> \
         <span class=\"total\">{totals}</span></p>",
        escape(&aside.from),
        escape(&aside.why),
    );
    when(out, aside.at, aside.link.as_deref());
    quote(out, aside.text.as_deref());
    out.push_str("</li>\n");
}

fn ballot_entry(out: &mut String, ballot: &BallotLine, totals: Totals) {
    let apart = if ballot.counted { "" } else { " apart" };
    let state = if ballot.state == "counted" { "" } else { ballot.state };
    let (tone, known) = match (ballot.standing, ballot.known) {
        (Standing::Binding, How::Name) => ("warn", "by name only"),
        (_, known) => ("soft", known.as_str()),
    };
    let _ = writeln!(
        out,
        "<li class=\"{}{apart}\"><p class=\"who\"><span><span class=\"vote\">{}</span> \
         <strong>{}</strong>, {}{}{state} <span class=\"{tone}\">({known})</span></span> \
         <span class=\"total\">{totals}</span></p>",
        class_of(ballot.value),
        figure(ballot.value),
        voter(ballot),
        ballot.binds(),
        if state.is_empty() { "" } else { ", " },
    );
    when(out, ballot.at, ballot.link.as_deref());
    let evidence = ballot.evidence.as_ref().map(|evidence| &evidence.text[..]);
    quote(out, ballot.words.as_deref().or(evidence));
    if let Some(reason) = &ballot.ruling {
        let _ = writeln!(out, "<p class=\"warn\">By ruling: {}</p>", escape(reason));
    }
    if let Some(note) = &ballot.note {
        let _ = writeln!(out, "<p class=\"soft\">{}</p>", escape(note));
    }
    out.push_str("</li>\n");
}

/// The name in the direction of its script; the id beside it.
fn voter(ballot: &BallotLine) -> String {
    match &ballot.voter {
        Some(id) if *id != ballot.name && !ballot.name.is_empty() => {
            format!("<bdi>{}</bdi> ({})", escape(&ballot.name), escape(id))
        }
        _ => format!("<bdi>{}</bdi>", escape(&ballot.who())),
    }
}

/// When a mail was sent, and where it can be read.
fn when(out: &mut String, at: Option<DateTime<Utc>>, address: Option<&str>) {
    let at = at.map_or("no date".to_owned(), time);
    let mail = address.map_or(String::new(), |it| format!(" · {}", link(it, "the mail")));
    let _ = writeln!(out, "<p class=\"when\">{at}{mail}</p>");
}

/// A voter's words, in the direction of their script.
fn quote(out: &mut String, text: Option<&str>) {
    if let Some(text) = text {
        let _ = writeln!(out, "<blockquote dir=\"auto\">{}</blockquote>", escape_lines(text));
    }
}

fn asides(out: &mut String, heading: &str, title: &str, asides: &[AsideLine]) {
    if asides.is_empty() {
        return;
    }
    let _ = writeln!(out, "<{heading}>{title}</{heading}>\n<ul class=\"asides\">");
    for aside in asides {
        let from = escape(&aside.from);
        let _ = writeln!(
            out,
            "<li><p><strong><bdi>{from}</bdi></strong>, {}: {}</p>",
            match aside.standing {
                Standing::Binding => "would bind",
                Standing::NonBinding => "would not bind",
            },
            escape(&aside.why)
        );
        when(out, aside.at, aside.link.as_deref());
        quote(out, aside.words.as_deref().or(aside.text.as_deref()));
        if let Some(how) = &aside.settled {
            let _ = writeln!(out, "<p class=\"soft\">settled: {}</p>", escape(how));
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ul>\n");
}

/// Every other mail, a line each, those first that a person would look at.
fn no_vote(out: &mut String, heading: &str, vote: &Vote) {
    let mails = vote.without_vote();
    if mails.is_empty() {
        return;
    }
    let _ = writeln!(out, "<{heading}>No vote found in</{heading}>\n<ul class=\"asides\">");
    for mail in mails {
        let class = if mail.stands_out() { "line" } else { "line soft" };
        let at = mail.at.map_or("no date".to_owned(), time);
        let at = mail
            .link
            .as_deref()
            .map_or(at.clone(), |it| format!("{at} · {}", link(it, "the mail")));
        let _ = writeln!(
            out,
            "<li class=\"{class}\"><p><strong><bdi>{}</bdi></strong>: <bdi>{}</bdi> <small>{at}</small></p></li>",
            escape(&mail.from),
            escape(&mail.gist()),
        );
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
