//! The rules that decide a vote, as a small catalogue beside that of the checks: each looks at the
//! score of a vote and says whether it holds, with the numbers. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::kind::{MinusOne, Requirements, VoteKind};
use crate::checks::{Check, CheckOutcome, Severity};
use crate::policy;

/// How many voted what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Count {
    /// `+1`
    pub plus_one: u32,
    /// `0`
    pub zero: u32,
    /// `-1`
    pub minus_one: u32,
}

/// The score of a vote: all that the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// What it takes to pass.
    pub requirements: Requirements,
    /// Binding votes.
    pub binding: Count,
    /// Who cast a binding -1 and gave a reason.
    pub vetoes: Vec<String>,
    /// Who cast a binding -1 that nobody ruled to be answered.
    pub unanswered: Vec<String>,
    /// When it opened.
    pub opened: Option<DateTime<Utc>>,
    /// Whether `opened` is only known to be no later: the call was not found.
    pub opened_at_latest: bool,
    /// The instant it closed, or that it is judged by while it is open.
    pub until: DateTime<Utc>,
    /// The hours that it has to be open.
    pub hours: u32,
    /// Why it may be open for less than is usual (V-03).
    pub expedited: Option<String>,
}

/// Every rule, in the order of the report.
pub const CATALOGUE: &[&Check<Score>] =
    &[&OPEN_LONG_ENOUGH, &THREE_BINDING, &MAJORITY, &NO_VETO, &MINUS_ONE_ANSWERED];

/// The vote was open long enough.
pub const OPEN_LONG_ENOUGH: Check<Score> = Check {
    id: "vote-open-long-enough",
    title: "The vote was open for the announced hours, and for 72 unless it was expedited",
    severity: Severity::Error,
    rule: Some(policy::V_02),
    why: "everybody shall have the chance to look at what is released, in every time zone and over \
          a weekend; the PMC may shorten that in an emergency, and says why in the vote mail",
    fix: "leave the vote open until the time is over; if it was closed too early, vote again",
    run: open_long_enough,
};

/// The vote has its quorum.
pub const THREE_BINDING: Check<Score> = Check {
    id: "vote-three-binding",
    title: "At least three members of the PMC voted +1",
    severity: Severity::Error,
    rule: Some(policy::T_01),
    why: "a release is an act of the foundation: three people who may act for it have to stand by \
          it, having looked at it themselves",
    fix: "ask members of the PMC to look at the candidate; there is no limit to how long a vote is \
          open",
    run: three_binding,
};

/// More are for it than against.
pub const MAJORITY: Check<Score> = Check {
    id: "vote-majority",
    title: "More binding votes are +1 than -1",
    severity: Severity::Error,
    rule: Some(policy::T_01),
    why: "a release needs a majority of the binding votes; a single -1 does not veto it, and votes \
          that do not bind are not weighed",
    fix: "look at the reasons of those who voted -1; if they are right, cancel the vote and make \
          the next candidate",
    run: majority,
};

/// Nobody vetoed.
pub const NO_VETO: Check<Score> = Check {
    id: "vote-no-veto",
    title: "No binding -1 with a reason",
    severity: Severity::Error,
    rule: Some(policy::T_11),
    why: "a change of code, and lazy consensus, need that nobody who may is against it; a -1 without \
          a technical reason has no weight",
    fix: "find a change that the person who voted -1 can live with; only they can lift the veto",
    run: no_veto,
};

/// The project's own, stricter rule about -1.
pub const MINUS_ONE_ANSWERED: Check<Score> = Check {
    id: "vote-minus-one-answered",
    title: "Every binding -1 was taken back, changed or answered",
    severity: Severity::Error,
    rule: None,
    why: "the project asks for it in its settings (`minus_one = \"must-be-answered\"`), which goes \
          beyond the rules of the ASF",
    fix: "settle it with the voter, who can vote again; if it was answered to everybody's content, \
          rule so with --rule MESSAGE-ID=answered --reason TEXT",
    run: minus_one_answered,
};

fn open_long_enough(score: &Score) -> CheckOutcome {
    let Some(opened) = score.opened else {
        return CheckOutcome::not_run("nothing says when the vote opened");
    };
    let open = score.until - opened;
    let time = duration(open);
    let because = match &score.expedited {
        Some(reason) => format!(", expedited: {reason}"),
        None => String::new(),
    };
    let wanted = score.hours;
    if open >= TimeDelta::hours(wanted.into()) {
        CheckOutcome::pass(format!("open for {time} of at least {wanted} hours{because}"))
    } else if score.opened_at_latest {
        CheckOutcome::not_run(format!(
            "the call was not found; the vote was open for at least {time}, of {wanted} hours"
        ))
    } else {
        let message = format!("open for {time}, of at least {wanted} hours{because}");
        CheckOutcome::found(Severity::Error, message, "")
    }
}

fn three_binding(score: &Score) -> CheckOutcome {
    let (have, minimum) = (score.binding.plus_one, score.requirements.minimum);
    if minimum == 0 {
        CheckOutcome::not_applicable(format!("a {} vote has no quorum", score.requirements.kind))
    } else if have >= minimum {
        CheckOutcome::pass(format!("{have} binding +1, of at least {minimum}"))
    } else {
        let message = format!("{have} of {minimum} binding +1: {} missing", minimum - have);
        CheckOutcome::found(Severity::Error, message, "")
    }
}

fn majority(score: &Score) -> CheckOutcome {
    let Count { plus_one, minus_one, .. } = score.binding;
    if !matches!(score.requirements.kind, VoteKind::Release | VoteKind::Procedural) {
        CheckOutcome::not_applicable("votes are not weighed against each other here")
    } else if plus_one > minus_one {
        CheckOutcome::pass(format!("{plus_one} binding +1 to {minus_one} binding -1"))
    } else {
        let message = format!("{plus_one} binding +1 to {minus_one} binding -1: no majority");
        CheckOutcome::found(Severity::Error, message, "")
    }
}

fn no_veto(score: &Score) -> CheckOutcome {
    if matches!(score.requirements.kind, VoteKind::Release | VoteKind::Procedural) {
        CheckOutcome::not_applicable(format!("a {} vote has no vetoes", score.requirements.kind))
    } else if score.vetoes.is_empty() {
        CheckOutcome::pass("no veto")
    } else {
        let message = format!("vetoed by {}", score.vetoes.join(", "));
        CheckOutcome::found(Severity::Error, message, "")
    }
}

fn minus_one_answered(score: &Score) -> CheckOutcome {
    if score.requirements.minus_one == MinusOne::Majority {
        CheckOutcome::not_applicable("the project does not ask for it")
    } else if score.unanswered.is_empty() {
        CheckOutcome::pass("no -1 is unanswered")
    } else {
        let message = format!("the -1 of {} is not answered", score.unanswered.join(", "));
        CheckOutcome::found(Severity::Error, message, "")
    }
}

/// A duration for people: `71 hours 59 minutes`.
pub(crate) fn duration(time: TimeDelta) -> String {
    let minutes = time.num_minutes().max(0);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let count = |number: i64, unit: &str| match number {
        1 => format!("1 {unit}"),
        _ => format!("{number} {unit}s"),
    };
    match (hours, minutes) {
        (0, minutes) => count(minutes, "minute"),
        (hours, 0) => count(hours, "hour"),
        (hours, minutes) => format!("{} {}", count(hours, "hour"), count(minutes, "minute")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Preset;

    fn score(kind: VoteKind, plus_one: u32, minus_one: u32) -> Score {
        let until = DateTime::from_timestamp(1_800_000_000, 0).expect("an instant");
        Score {
            requirements: Requirements::new(kind, Preset::TopLevel, None, MinusOne::Majority)
                .expect("the rules themselves"),
            binding: Count { plus_one, zero: 0, minus_one },
            vetoes: Vec::new(),
            unanswered: Vec::new(),
            opened: Some(until - TimeDelta::hours(72)),
            opened_at_latest: false,
            until,
            hours: 72,
            expedited: None,
        }
    }

    fn failing(score: &Score) -> Vec<&'static str> {
        let failing = CATALOGUE.iter().filter(|rule| {
            matches!((rule.run)(score), CheckOutcome::Finding { .. } | CheckOutcome::NotRun { .. })
        });
        failing.map(|rule| rule.id).collect()
    }

    // POLICY T-01, T-02, T-11, read off by hand.
    #[test]
    fn the_rules_are_those_of_the_asf() {
        use VoteKind::{CodeChange, Lazy, Procedural, Release};
        let none: [&str; 0] = [];
        for (kind, plus, minus, fails) in [
            (Release, 3, 0, &none[..]),
            (Release, 3, 2, &none[..]),
            (Release, 2, 0, &["vote-three-binding"][..]),
            (Release, 3, 3, &["vote-majority"][..]),
            (Release, 0, 0, &["vote-three-binding", "vote-majority"][..]),
            (Procedural, 1, 0, &none[..]),
            (Procedural, 1, 1, &["vote-majority"][..]),
            (CodeChange, 3, 1, &none[..]),
            (CodeChange, 2, 0, &["vote-three-binding"][..]),
            (Lazy, 0, 0, &none[..]),
        ] {
            assert_eq!(failing(&score(kind, plus, minus)), fails, "{kind} {plus} {minus}");
        }
        let vetoed = Score { vetoes: vec!["Jane".into()], ..score(CodeChange, 5, 1) };
        assert_eq!(failing(&vetoed), ["vote-no-veto"]);
        let vetoed = Score { vetoes: vec!["Jane".into()], ..score(Release, 5, 1) };
        assert_eq!(failing(&vetoed), none);
    }

    #[test]
    fn a_minute_short_is_too_short() {
        let whole = score(VoteKind::Release, 3, 0);
        let short = Score { until: whole.until - TimeDelta::minutes(1), ..whole.clone() };
        assert_eq!(failing(&short), ["vote-open-long-enough"]);
        let CheckOutcome::Finding { findings } = open_long_enough(&short) else { panic!() };
        assert_eq!(findings[0].message, "open for 71 hours 59 minutes, of at least 72 hours");
        let unknown = Score { opened: None, ..whole.clone() };
        assert_eq!(failing(&unknown), ["vote-open-long-enough"]);
        let expedited = Score { hours: 24, expedited: Some("a hole".into()), ..short };
        assert!(failing(&expedited).is_empty());
    }

    #[test]
    fn a_project_may_ask_that_every_minus_one_is_answered() {
        let mut strict = score(VoteKind::Release, 5, 1);
        strict.requirements.minus_one = MinusOne::MustBeAnswered;
        strict.unanswered = vec!["Max".to_owned()];
        assert_eq!(failing(&strict), ["vote-minus-one-answered"]);
        strict.unanswered.clear();
        assert!(failing(&strict).is_empty());
    }
}
