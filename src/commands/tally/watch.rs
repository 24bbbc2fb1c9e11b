//! Looking at a vote again and again, and saying what has changed.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Counted, Job};
use crate::backend::machine;
use crate::error::{ExitStatus, Failure, FailureKind};
use crate::report::harmless;
use crate::report::tally::{AsideLine, BallotLine, TallyReport};
use crate::vote::tally::{Outcome, Standing, figure};

/// Between two looks at somebody else's server there is at least so much time.
const SHORTEST: u64 = 10;

/// Looks until the vote is over. A look that fails is told of, and does not end it.
pub(super) fn run(job: &Job<'_>, every: u64) -> Result<ExitStatus, Failure> {
    let local = job.args.thread.is_empty() && job.args.list.is_empty();
    let pause = Duration::from_secs(if local { every.max(1) } else { every.max(SHORTEST) });
    let ui = &job.session.ui;
    let mut last: Option<TallyReport> = None;
    loop {
        let now = if last.is_none() { job.session.now } else { machine::now() };
        match (job.count(now), &last) {
            (Ok(Counted { report, .. }), before) => {
                match before {
                    None => drop(ui.emit(&report)?),
                    Some(before) => {
                        for line in changes(before, &report) {
                            ui.print(&format!(
                                "{} {}\n",
                                now.format("%Y-%m-%d %H:%M UTC"),
                                harmless(&line)
                            ))?;
                        }
                    }
                }
                job.write_html(&report)?;
                if !matches!(report.outcome, Outcome::Open | Outcome::NeedsRuling) {
                    return match last {
                        None => Ok(crate::report::Report::exit(&report)),
                        Some(_) => ui.emit(&report),
                    };
                }
                last = Some(report);
            }
            // What was wrong from the start does not mend itself.
            (Err(failure), None) => return Err(failure),
            (Err(failure), _) if failure.kind == FailureKind::Outside => ui.warn(&failure.error),
            (Err(failure), _) => return Err(failure),
        }
        std::thread::sleep(pause);
    }
}

/// What is different, in sentences.
fn changes(before: &TallyReport, after: &TallyReport) -> Vec<String> {
    let known = |report: &TallyReport| -> BTreeMap<String, BallotLine> {
        let votes = report.votes().into_iter();
        let ballots = votes.flat_map(|(_, _, vote)| vote.ballots.clone());
        ballots.map(|ballot| (ballot.message_id.0.clone(), ballot)).collect()
    };
    let earlier = known(before);
    let mut lines = Vec::new();
    for (id, ballot) in known(after) {
        if earlier.contains_key(&id) {
            continue;
        }
        let binds = match ballot.standing {
            Standing::Binding => "binding",
            Standing::NonBinding => "non-binding",
        };
        let said = ballot.evidence.as_ref().map_or("", |evidence| &evidence.text);
        lines.push(format!("{} voted {} ({binds}): {said}", ballot.who(), figure(ballot.value)));
    }
    let asides = |report: &TallyReport| -> Vec<String> {
        let votes = report.votes().into_iter();
        let told = votes.flat_map(|(_, _, vote)| {
            let unclear = vote.unclear.iter().map(|aside| {
                let AsideLine { message_id, from, why, .. } = aside;
                format!("unclear <{message_id}> of {from}: {why}")
            });
            let no_vote = vote.no_vote.iter().map(|aside| {
                let AsideLine { message_id, from, .. } = aside;
                format!("no vote in <{message_id}> of {from}: {}", aside.gist())
            });
            unclear.chain(no_vote).collect::<Vec<_>>()
        });
        told.collect()
    };
    let seen = asides(before);
    lines.extend(asides(after).into_iter().filter(|aside| !seen.contains(aside)));
    if before.outcome != after.outcome {
        lines.push(format!("the vote is {}", after.outcome.as_str()));
    }
    lines
}
