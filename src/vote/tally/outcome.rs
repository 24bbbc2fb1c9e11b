//! From the sorted answers to the outcome.

use chrono::{DateTime, TimeDelta, Utc};

use super::fold::Folded;
use super::{Answer, Ballot, Counts, Judged, Outcome, Standing, Tally, VoteRound};
use crate::checks::CheckOutcome;
use crate::vote::ballot::Value;
use crate::vote::roster::Body;
use crate::vote::rules::{CATALOGUE, Count, Score, duration};

/// When the vote opened, may close, and was closed, as known at the instant it is judged by.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) opened: Option<DateTime<Utc>>,
    /// Only the first answer says so.
    opened_at_latest: bool,
    /// Hours that it has to be open.
    hours: u32,
    pub(super) closes_at: Option<DateTime<Utc>>,
    pub(super) closed_at: Option<DateTime<Utc>>,
    cancelled: bool,
}

impl Schedule {
    pub(super) fn of(round: &VoteRound, answers: &[Answer], as_of: DateTime<Utc>) -> Self {
        let times = &round.times;
        let hours = match &times.expedited {
            Some(_) => times.hours,
            None => times.hours.max(round.requirements.least_hours),
        };
        let first = || answers.iter().filter_map(|answer| answer.at).min();
        let restarted = round.restarted(as_of).map(|restart| restart.at);
        let opened = restarted.max(times.opened).or_else(first);
        let by_hours = opened.and_then(|at| at.checked_add_signed(TimeDelta::hours(hours.into())));
        let closes_at = match times.closes {
            Some(closes) if times.closes_given => Some(closes),
            // A stated end is no end before the hours are over.
            closes => closes.max(by_hours),
        };
        let ended = |end: &Option<super::End>| {
            end.as_ref().filter(|end| end.authorised && end.at <= as_of).map(|end| end.at)
        };
        let (result, cancel) = (ended(&round.result), ended(&round.cancel));
        let firm = closes_at.filter(|at| times.firm && *at <= as_of);
        let closed_at = [result, cancel, firm].into_iter().flatten().min();
        // A vote that was cancelled and has a result after that went on.
        let cancelled = cancel.is_some_and(|cancel| result.is_none_or(|result| result <= cancel));
        let opened_at_latest = times.opened.is_none();
        Self { opened, opened_at_latest, hours, closes_at, closed_at, cancelled }
    }
}

pub(super) fn decide(
    round: VoteRound,
    schedule: Schedule,
    folded: Folded,
    answers: Vec<Answer>,
    as_of: DateTime<Utc>,
) -> Tally {
    let score = score(&round, &schedule, &folded, as_of);
    let judged: Vec<Judged> = CATALOGUE
        .iter()
        .map(|rule| Judged { id: rule.id, title: rule.title, outcome: (rule.run)(&score) })
        .collect();
    let (outcome, reasons) = outcome(&round, &schedule, &folded, &score, &judged, as_of);
    let mut warnings = folded.warnings;
    warnings.extend(oddities(&round, as_of));
    Tally {
        outcome,
        counts: counts(&folded.ballots),
        reasons,
        round,
        closes_at: schedule.closes_at,
        closed_at: schedule.closed_at,
        as_of,
        judged,
        ballots: folded.ballots,
        unclear: folded.unclear,
        not_countable: folded.not_countable,
        withdrawals: folded.withdrawals,
        dismissed: folded.dismissed,
        answers,
        no_vote: folded.no_vote,
        rulings: folded.rulings,
        warnings,
    }
}

fn counts(ballots: &[Ballot]) -> Counts {
    let mut counts = Counts::default();
    for ballot in ballots.iter().filter(|ballot| ballot.counts()) {
        let count = match ballot.standing {
            Standing::Binding => &mut counts.binding,
            Standing::NonBinding => &mut counts.non_binding,
        };
        match ballot.value {
            Value::PlusOne => count.plus_one += 1,
            Value::Zero => count.zero += 1,
            Value::MinusOne => count.minus_one += 1,
        }
    }
    counts
}

fn score(round: &VoteRound, schedule: &Schedule, folded: &Folded, as_of: DateTime<Utc>) -> Score {
    let against = || {
        folded.ballots.iter().filter(|ballot| {
            ballot.counts()
                && ballot.standing == Standing::Binding
                && ballot.value == Value::MinusOne
        })
    };
    let unanswered = against().filter(|ballot| !folded.answered.contains(&ballot.message_id));
    Score {
        requirements: round.requirements,
        binding: counts(&folded.ballots).binding,
        vetoes: against().filter(|ballot| ballot.reasoned).map(name).collect(),
        unanswered: unanswered.map(name).collect(),
        opened: schedule.opened,
        opened_at_latest: schedule.opened_at_latest,
        until: schedule.closed_at.unwrap_or(as_of),
        hours: schedule.hours,
        expedited: round.times.expedited.clone(),
    }
}

fn name(ballot: &Ballot) -> String {
    match (&ballot.identity.name[..], &ballot.identity.id) {
        ("", Some(id)) => id.clone(),
        ("", None) => crate::vote::identity::shorten(&ballot.sender.address),
        (name, _) => name.to_owned(),
    }
}

fn outcome(
    round: &VoteRound,
    schedule: &Schedule,
    folded: &Folded,
    score: &Score,
    judged: &[Judged],
    as_of: DateTime<Utc>,
) -> (Outcome, Vec<String>) {
    if let Some(cancel) = round.cancel.as_ref().filter(|_| schedule.cancelled) {
        let at = cancel.at.format("%Y-%m-%d %H:%M UTC");
        let mut reasons = vec![format!("cancelled by {} on {at}", cancel.from)];
        reasons.extend(cancel.evidence.as_ref().map(|line| format!("by the line: {}", line.text)));
        return (Outcome::Cancelled, reasons);
    }
    let said = |fits: fn(&CheckOutcome) -> bool| -> Vec<String> {
        judged.iter().filter(|rule| fits(&rule.outcome)).flat_map(words).collect()
    };
    let wrong = |outcome: &CheckOutcome| matches!(outcome, CheckOutcome::Finding { .. });
    let unknown = |outcome: &CheckOutcome| matches!(outcome, CheckOutcome::NotRun { .. });
    let right = |outcome: &CheckOutcome| matches!(outcome, CheckOutcome::Pass { .. });
    if schedule.opened.is_some_and(|opened| as_of < opened) {
        return (Outcome::Open, vec!["the vote is not open yet".to_owned()]);
    }
    let closed = schedule.closed_at.is_some();
    if let Some(closes_at) = schedule.closes_at.filter(|at| !closed && as_of < *at) {
        let left = duration(closes_at - as_of);
        let until = closes_at.format("%Y-%m-%d %H:%M UTC");
        let mut reasons = vec![format!("open for another {left}, until {until} at the earliest")];
        let others =
            judged.iter().filter(|rule| rule.id != super::super::rules::OPEN_LONG_ENOUGH.id);
        reasons.extend(others.filter(|rule| wrong(&rule.outcome)).flat_map(words));
        return (Outcome::Open, reasons);
    }
    let (best, worst) = extremes(folded, score);
    if best != worst {
        let open = folded.unsettled.iter().map(|unsettled| &folded.unclear[unsettled.unclear]);
        let open = open.filter(|aside| aside.standing == Standing::Binding);
        let mut reasons: Vec<String> = open
            .map(|aside| format!("<{}> could decide the vote: {}", aside.message_id, aside.why))
            .collect();
        reasons.extend(by_name(folded).map(|ballot| {
            let (id, who) = (&ballot.message_id, name(ballot));
            format!("<{id}> could decide the vote: only the name says that it is by {who}")
        }));
        reasons.extend(said(wrong));
        return (Outcome::NeedsRuling, reasons);
    }
    let wrong = said(wrong);
    if !wrong.is_empty() {
        if closed {
            return (Outcome::Failed, wrong);
        }
        let mut reasons = wrong;
        reasons.push("the time is over, but nobody closed the vote: it can go on".to_owned());
        return (Outcome::Open, reasons);
    }
    let unknown = said(unknown);
    if !unknown.is_empty() {
        return (Outcome::NeedsRuling, unknown);
    }
    (Outcome::Passed, said(right))
}

fn words(judged: &Judged) -> Vec<String> {
    match &judged.outcome {
        CheckOutcome::Pass { seen } => vec![seen.clone()],
        CheckOutcome::Finding { findings } => {
            findings.iter().map(|finding| finding.message.clone()).collect()
        }
        CheckOutcome::NotRun { reason } | CheckOutcome::NotApplicable { reason } => {
            vec![reason.clone()]
        }
    }
}

/// The ballots that count for or against by nothing but a name. One whose voter's last word is
/// unclear is not among them.
fn by_name(folded: &Folded) -> impl Iterator<Item = &Ballot> {
    let open: Vec<usize> = folded.unsettled.iter().filter_map(|open| open.before).collect();
    let known = folded.ballots.iter().enumerate();
    let counting = known.filter(move |(index, _)| !open.contains(index)).map(|(_, ballot)| ballot);
    counting.filter(|ballot| ballot.counts() && ballot.by_name() && ballot.value != Value::Zero)
}

/// Whether the vote passes if all whose word is unclear are for it and those known by name only are
/// not against it, and if it is the other way round: every rule is the easier to keep the more are
/// for it and the fewer against.
fn extremes(folded: &Folded, score: &Score) -> (bool, bool) {
    fn without(score: &mut Score, ballot: &Ballot) {
        let Count { plus_one, zero, minus_one } = &mut score.binding;
        match ballot.value {
            Value::PlusOne => *plus_one -= 1,
            Value::Zero => *zero -= 1,
            Value::MinusOne => *minus_one -= 1,
        }
        let who = name(ballot);
        for names in [&mut score.vetoes, &mut score.unanswered] {
            if let Some(at) = names.iter().position(|name| *name == who) {
                names.remove(at);
            }
        }
    }
    let (mut best, mut worst) = (score.clone(), score.clone());
    for unsettled in &folded.unsettled {
        if folded.unclear[unsettled.unclear].standing != Standing::Binding {
            continue;
        }
        let before = unsettled.before.map(|index| &folded.ballots[index]);
        if let Some(before) = before.filter(|ballot| ballot.standing == Standing::Binding) {
            without(&mut best, before);
            without(&mut worst, before);
        }
        best.binding.plus_one += 1;
        worst.binding.minus_one += 1;
        worst.vetoes.push("somebody unclear".to_owned());
        worst.unanswered.push("somebody unclear".to_owned());
    }
    for ballot in by_name(folded) {
        match ballot.value {
            Value::PlusOne => without(&mut worst, ballot),
            _ => without(&mut best, ballot),
        }
    }
    let passes = |score: &Score| {
        CATALOGUE.iter().all(|rule| !matches!((rule.run)(score), CheckOutcome::Finding { .. }))
    };
    (passes(&best), passes(&worst))
}

fn oddities(round: &VoteRound, as_of: DateTime<Utc>) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(restart) = round.restarted(as_of) {
        let line = restart.evidence.as_ref().map_or("", |line| &line.text);
        let time = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut warning = format!(
            "{} began the vote anew (`{line}`): votes from before are asked about, and its time runs \
             from then on. --opened {} counts without them",
            restart.from,
            time(restart.at)
        );
        if let Some(opened) = round.times.opened {
            warning += &format!(", --opened {} as if nothing had been", time(opened));
        }
        warnings.push(warning);
    }
    for (end, what) in [(&round.result, "[RESULT]"), (&round.cancel, "[CANCEL]")] {
        if let Some(end) = end.as_ref().filter(|end| end.at > as_of) {
            let at = end.at.format("%Y-%m-%d %H:%M UTC");
            warnings.push(format!(
                "the {what} of {} is dated {at}, later than this count: it ends nothing",
                end.from
            ));
        }
        if let Some(end) = end.as_ref().filter(|end| !end.authorised && end.at <= as_of) {
            warnings.push(match end.by_name {
                false => format!(
                    "the {what} of {} is not by who called the vote and not by a member; it ends \
                     nothing",
                    end.from
                ),
                true => end.by_name_only(what, "ends"),
            });
        }
    }
    if round.times.expedited.is_some() && round.roster.body != Body::Pmc {
        warnings
            .push("podlings have no expedited votes; ask the Incubator first (V-04)".to_owned());
    }
    warnings
}
