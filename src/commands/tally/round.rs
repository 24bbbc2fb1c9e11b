//! From a thread to its count.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::people::Evidence;
use super::{Job, WhichRound, mails};
use crate::error::Failure;
use crate::mail::{Message, MessageId};
use crate::policy::Preset;
use crate::project::mail::INCUBATOR_LIST;
use crate::report::tally::{Presentation, ResultLine, TallyReport};
use crate::vote::ballot::{self, Says};
use crate::vote::call::{self, Call};
use crate::vote::cancel;
use crate::vote::identity::{Identities, called};
use crate::vote::kind::{LEAST_HOURS, MinusOne, Requirements, VoteKind};
use crate::vote::names::fold;
use crate::vote::own_text::{self, Kind};
use crate::vote::result::{self, Claims};
use crate::vote::roster::Body;
use crate::vote::subject::{self, which_call};
use crate::vote::tally::{
    Answer, CallMail, End, Ruling, RulingError, Tally, Times, VoteRound, tally,
};
use crate::vote::thread::{FindError, Thread, Which, find};

/// The votes that are meant.
pub(super) struct Meant<'t> {
    /// The project's own, or the podling's.
    pub(super) podling: Option<&'t Thread>,
    /// The Incubator's.
    pub(super) incubator: Option<&'t Thread>,
    /// Whether the project is a podling.
    pub(super) is_podling: bool,
}

/// Finds the votes that are meant.
pub(super) fn meant<'t>(job: &Job<'_>, threads: &'t [Thread]) -> Result<Meant<'t>, Failure> {
    let which = mails::which(job);
    let newest = find(threads, &which).map_err(|error| not_found(job, error))?;
    let is_podling = job.preset == Preset::Podling || is_incubators(newest);
    let alone = |thread: &'t Thread| Meant {
        incubator: Some(thread).filter(|thread| is_incubators(thread)),
        podling: Some(thread).filter(|thread| !is_incubators(thread)),
        is_podling,
    };
    if !is_podling || matches!(which, Which::MessageId(_)) && job.args.round.is_none() {
        return Ok(alone(newest));
    }
    // The other vote is on the same: found by the subject of the one that was found.
    let read = which_call(&newest.call.subject);
    let fits = |thread: &&Thread| which_call(&thread.call.subject).fits(&read);
    let newest_of = |incubator: bool| {
        let fitting = threads.iter().filter(fits).filter(|one| is_incubators(one) == incubator);
        fitting.max_by_key(|thread| (thread.call.date, thread.call.id.clone()))
    };
    let wanted =
        |round: WhichRound| job.args.round.is_none_or(|r| r == round || r == WhichRound::Both);
    let podling = newest_of(false).filter(|_| wanted(WhichRound::Ppmc));
    let incubator = newest_of(true).filter(|_| wanted(WhichRound::Ipmc));
    let missing = |body: Body| {
        Failure::usage(format!("there is no vote of the {body} on this in the mails"))
            .hint("give the mails of both lists, or name the vote there is with --round")
    };
    match (job.args.round, podling, incubator) {
        (Some(WhichRound::Ppmc | WhichRound::Both), None, _) => Err(missing(Body::Ppmc)),
        (Some(WhichRound::Ipmc | WhichRound::Both), _, None) => Err(missing(Body::Ipmc)),
        _ => Ok(Meant { podling, incubator, is_podling }),
    }
}

fn is_incubators(thread: &Thread) -> bool {
    thread.call.lists.iter().any(|list| list.eq_ignore_ascii_case(INCUBATOR_LIST))
}

fn not_found(job: &Job<'_>, error: FindError) -> Failure {
    let candidates = match &error {
        FindError::NoVotes => {
            return Failure::usage(error)
                .hint("are these the mails of the list that the vote was held on?");
        }
        FindError::NotFound { candidates, .. } | FindError::Ambiguous { candidates, .. } => {
            candidates.clone()
        }
    };
    let failure = match &error {
        FindError::NotFound { wanted, .. } => Failure::usage(format!("there is no vote {wanted}")),
        _ => Failure::usage(&error),
    };
    let mut failure = candidates
        .iter()
        .take(4)
        .fold(failure, |failure, subject| failure.hint(format!("there is: {subject}")));
    if job.args.subject.is_none() {
        failure = failure.hint("name it with --subject TEXT or --message-id ID");
    }
    failure
}

/// A vote, counted.
pub(super) struct Count {
    pub(super) tally: Tally,
    /// What the call states.
    pub(super) call: Call,
    /// The mails of it that are ruled on now.
    pub(super) ruled: Vec<MessageId>,
    result: Option<(End, Claims)>,
    warnings: Vec<String>,
}

impl Count {
    /// The report, with what is to be told of the mailboxes.
    pub(super) fn report(&self, presentation: &Presentation, told: &[String]) -> TallyReport {
        let result = self.result.as_ref().map(|(mail, claims)| ResultLine {
            mail: mail.clone(),
            differences: result::differences(claims, &self.tally),
            claims: claims.clone(),
        });
        let mut report = TallyReport::of(&self.tally, result, presentation);
        report.vote.warnings.extend(self.warnings.iter().chain(told).cloned());
        report
    }
}

/// Counts one vote. `earlier` is the podling's own vote, whose votes the call may carry over.
pub(super) fn count(
    job: &Job<'_>,
    threads: &[Thread],
    thread: &Thread,
    body: Body,
    people: &Evidence,
    earlier: Option<(&Thread, &Tally)>,
    now: DateTime<Utc>,
) -> Result<Count, Failure> {
    let stated = call::read(&thread.call.subject, &thread.call.text, thread.call.date);
    let project = project(job, thread)?;
    let roster = people.roster(&project, body)?;
    let identities = people.identities(job, &roster)?;
    let mut warnings = message_warnings(thread);
    let caller = (!thread.call_is_missing()).then(|| Caller::of(thread, &identities));
    let end = |mail: &Option<Message>| {
        let mail = mail.as_ref()?;
        let who = identities.who(mail);
        let is_member = who.id.as_deref().is_some_and(|id| roster.members.contains_key(id));
        Some(End {
            message_id: mail.id.clone(),
            at: mail.date?,
            from: if who.name.is_empty() { called(&mail.sender) } else { who.name.clone() },
            authorised: is_member
                || caller.as_ref().is_none_or(|caller| caller.sent(mail, &identities)),
            evidence: None,
        })
    };
    let result = end(&thread.result);
    let cancel = end(&thread.cancel).or_else(|| {
        let stated = stated_by(thread, &identities, caller.as_ref(), cancel::stated);
        stated.into_iter().next()
    });
    let restart = stated_by(thread, &identities, caller.as_ref(), cancel::restarted).pop();
    let mut answers = answers(thread, &identities, now);
    answers.extend(strays(threads, thread, &identities, now));
    if let Some((earlier, counted)) = earlier {
        answers.extend(carried(thread, earlier, counted, &identities, &roster, now, &mut warnings));
    }
    let (version, rc) = candidate(job, &stated);
    let round = VoteRound {
        version,
        rc,
        call: (!thread.call_is_missing()).then(|| CallMail {
            message_id: thread.call.id.clone(),
            subject: thread.call.subject.clone(),
            from: called(&thread.call.sender),
        }),
        times: times(job, thread, &stated)?,
        requirements: requirements(job, thread)?,
        roster_day: job.args.as_of,
        result: result.clone(),
        cancel,
        restart,
        project,
        roster,
    };
    // Of a podling's two votes a ruling is on one: whoever calls looks that it is on any.
    let mails: BTreeSet<&MessageId> = answers.iter().map(|answer| &answer.message_id).collect();
    let here = |ruling: &&Ruling| mails.contains(&ruling.message_id);
    let mut rulings: Vec<Ruling> = job.rulings.iter().filter(here).cloned().collect();
    let ruled = rulings.iter().map(|ruling| ruling.message_id.clone()).collect();
    // What was ruled before counts, unless it is ruled anew.
    let anew = |ruling: &Ruling| job.rulings.iter().any(|new| new.message_id == ruling.message_id);
    rulings.extend(job.remembered.iter().filter(here).filter(|ruling| !anew(ruling)).cloned());
    let least = round.requirements.least_hours;
    let short = stated.hours.as_ref().map(|hours| hours.value).filter(|hours| *hours < least);
    if let Some(hours) = short.filter(|_| round.times.expedited.is_none()) {
        warnings.push(format!(
            "the call says {hours} hours and gives no reason that was found for less than {least}: \
             --expedited REASON names it"
        ));
    }
    let tally = tally(round, answers, &rulings, now).map_err(|error| {
        let hint = match &error {
            RulingError::Clear { .. } => "leave that --rule out: only unclear mails need one",
            RulingError::NoMail(_) => {
                "the ids of the mails are printed with them; -v lists every mail"
            }
            RulingError::Twice(_) => "leave one of them out",
        };
        Failure::usage(error).hint(hint)
    })?;
    let claims = result
        .filter(|end| end.at <= now)
        .zip(thread.result.as_ref())
        .map(|(end, mail)| (end, result::read(&mail.text)));
    Ok(Count { tally, call: stated, ruled, result: claims, warnings })
}

/// The mails in which who called the vote says in words that it is over, or begins anew.
fn stated_by(
    thread: &Thread,
    identities: &Identities,
    caller: Option<&Caller>,
    stated: fn(&str, Option<&str>) -> Option<crate::vote::ballot::Evidence>,
) -> Vec<End> {
    let Some(caller) = caller else { return Vec::new() };
    let own = thread.answers.iter().filter(|mail| caller.sent(mail, identities));
    let ends = own.filter_map(|mail| {
        let evidence = stated(&mail.text, None)?;
        Some(End {
            message_id: mail.id.clone(),
            at: mail.date?,
            from: called(&mail.sender),
            authorised: true,
            evidence: Some(evidence),
        })
    });
    ends.collect()
}

/// Who called a vote.
struct Caller {
    key: String,
    name: String,
}

impl Caller {
    fn of(thread: &Thread, identities: &Identities) -> Self {
        let name = thread.call.sender.name.as_deref().unwrap_or_default();
        Self { key: identities.who(&thread.call).key, name: fold(name) }
    }

    /// Whether they sent a mail. Some call from one address and close from another, so that the
    /// name is enough.
    fn sent(&self, mail: &Message, identities: &Identities) -> bool {
        let name = mail.sender.name.as_deref().map(fold).unwrap_or_default();
        identities.who(mail).key == self.key || (!name.is_empty() && name == self.name)
    }
}

/// The project's name: as given, else that of the list.
fn project(job: &Job<'_>, thread: &Thread) -> Result<String, Failure> {
    let (file, user) = (&job.settings.project.project, &job.settings.user.project);
    let named = job.args.project.as_ref().or(file.name.as_ref()).or(user.name.as_ref());
    if let Some(name) = named {
        return Ok(name.to_string());
    }
    let of_list = thread.call.lists.iter().find_map(|list| {
        let domain = list.split_once('@')?.1.to_lowercase();
        let name = domain.strip_suffix(".apache.org")?.split('.').next()?.to_owned();
        Some(name).filter(|name| !name.is_empty())
    });
    of_list.ok_or_else(|| {
        Failure::usage("nothing says which project it is, so nobody knows whose votes bind")
            .hint("name it with --project NAME")
    })
}

/// Version and candidate: as given, else as the call says.
fn candidate(
    job: &Job<'_>,
    stated: &Call,
) -> (Option<crate::release::Version>, Option<crate::release::CandidateNumber>) {
    let version = stated.version.as_ref().and_then(|version| version.value.parse().ok());
    let rc = stated.rc.as_ref().map(|rc| crate::release::CandidateNumber(rc.value));
    (job.args.version.clone().or(version), job.args.rc.or(rc))
}

fn requirements(job: &Job<'_>, thread: &Thread) -> Result<Requirements, Failure> {
    let kind = job.args.kind.0;
    let read = which_call(&thread.call.subject);
    if kind == VoteKind::Lazy && read.version.is_some() {
        return Err(Failure::usage("a release cannot be approved by lazy consensus")
            .hint("leave out --kind for a vote on a release"));
    }
    let (file, user) = (&job.settings.project.vote, &job.settings.user.vote);
    let minus_one = file.minus_one.as_ref().or(user.minus_one.as_ref());
    let minus_one = minus_one.map_or(Ok(MinusOne::default()), |text| text.parse());
    let minus_one = minus_one.map_err(|error| {
        Failure::usage(format!("the setting `vote.minus_one` {error}"))
            .hint("mend it in plusone.toml")
    })?;
    Requirements::new(kind, job.preset, file.minimum.or(user.minimum), minus_one).map_err(|error| {
        Failure::usage(error).hint("a project may ask for more than the ASF's rules, not for less")
    })
}

fn times(job: &Job<'_>, thread: &Thread, stated: &Call) -> Result<Times, Failure> {
    let args = job.args;
    let set = job.settings.project.vote.hours.or(job.settings.user.vote.hours);
    let expedited = args
        .expedited
        .clone()
        .or_else(|| stated.expedited.as_ref().map(|reason| reason.value.clone()));
    let announced = stated.hours.as_ref().map(|hours| hours.value);
    let hours = match (args.hours, announced, set) {
        (Some(given), _, _) => given,
        (None, Some(announced), Some(set)) if expedited.is_none() => announced.max(set),
        (None, Some(announced), _) => announced,
        (None, None, set) => set.unwrap_or(LEAST_HOURS),
    };
    // An end that the mail states stands for itself; hours that are given say otherwise.
    let end = stated.closes_at.as_ref().filter(|_| args.hours.is_none());
    let firm = end.is_some_and(|end| {
        let line = thread.call.text.lines().nth(end.line.saturating_sub(1)).unwrap_or_default();
        let line = line.to_lowercase();
        !["least", "earl", "soon", "minimum", "longer"].iter().any(|word| line.contains(word))
    });
    let opened = args.opened.or(thread.call.date.filter(|_| !thread.call_is_missing()));
    let closes = args.closes.or(end.map(|end| end.value));
    if (args.opened.is_some() || args.closes.is_some())
        && opened.zip(closes).is_some_and(|(opened, closes)| closes <= opened)
    {
        return Err(Failure::usage("the vote closes before it opens").hint(
            "the times of the mail are changed by --opened and --closes: give both, or look again",
        ));
    }
    Ok(Times {
        opened,
        opened_given: args.opened.is_some(),
        hours,
        closes,
        firm: args.closes.is_some() || firm,
        closes_given: args.closes.is_some(),
        expedited: expedited.filter(|_| hours < LEAST_HOURS),
    })
}

/// A mail dated so much later than the count, which nobody says to have received, has a wrong clock;
/// others come later.
const WRONG_CLOCK: TimeDelta = TimeDelta::days(7);

/// What keeps a mail's words from being taken as they are: that they could not be read, or that its
/// date cannot be.
fn doubt(message: &Message, says: &Says, now: DateTime<Utc>) -> Option<String> {
    if let Some(why) = message.unread().filter(|_| *says == Says::Nothing) {
        return Some(format!("{why}: does it vote?"));
    }
    let at = message.date.filter(|at| *at - WRONG_CLOCK > now && message.received.is_none())?;
    let at = at.format("%Y-%m-%d");
    (*says != Says::Nothing)
        .then(|| format!("dated {at}, long after this count: is its clock wrong?"))
}

/// Answers whose subject is nearly that of the call, and that name no mail of its thread.
fn strays(
    threads: &[Thread],
    thread: &Thread,
    identities: &Identities,
    now: DateTime<Utc>,
) -> Vec<Answer> {
    let subject = which_call(&thread.call.subject);
    let others = threads.iter().filter(|other| {
        other.call_is_missing()
            && other.call.id != thread.call.id
            && is_incubators(other) == is_incubators(thread)
            && which_call(&other.call.subject).fits(&subject)
    });
    let mut strays: Vec<Answer> =
        others.flat_map(|other| answers(other, identities, now)).collect();
    for stray in &mut strays {
        if stray.reading.says != Says::Nothing {
            let why = "its subject is not quite that of the call, and it names no mail that it \
                       answers: is it of this vote?";
            stray.reading.says = Says::Unclear(why.to_owned());
        }
    }
    strays
}

/// Every mail of the thread, read.
fn answers(thread: &Thread, identities: &Identities, now: DateTime<Utc>) -> Vec<Answer> {
    let calls: Vec<&MessageId> =
        std::iter::once(&thread.call.id).chain(thread.also_posted.iter().map(|m| &m.id)).collect();
    let by_id: BTreeMap<&MessageId, &Message> =
        thread.messages().map(|message| (&message.id, message)).collect();
    thread
        .messages()
        .map(|message| {
            let refers = || message.in_reply_to.iter().chain(message.references.iter().rev());
            let answered = refers().find_map(|id| by_id.get(id)).copied();
            // What stands for a call that was not found may have the id of an answer.
            let is_call = !thread.call_is_missing() && calls.contains(&&message.id);
            let mut reading = ballot::read(message, answered, is_call);
            let doubt = doubt(message, &reading.says, now).filter(|_| !is_call);
            let at = message.date.filter(|at| doubt.is_none() || *at <= now);
            if let Some(why) = doubt {
                reading.says = Says::Unclear(why);
            }
            let words = own_words(message, answered);
            Answer {
                message_id: message.id.clone(),
                sender: message.sender.clone(),
                at,
                answers_call: refers().any(|id| calls.contains(&id)) || is_call,
                identity: identities.who(message),
                reasoned: is_reasoned(&words),
                words: match reading.says {
                    Says::Nothing if !reading.figure => String::new(),
                    _ => words,
                },
                reading,
                carried_from: None,
            }
        })
        .collect()
}

/// The most of somebody's words that is kept.
const MOST_WORDS: usize = 2000;

/// What the sender wrote, without quotes and signatures.
fn own_words(message: &Message, answered: Option<&Message>) -> String {
    let answered = answered.map(|message| &message.text[..]);
    let lines = own_text::lines(&message.text, answered).into_iter();
    let own: Vec<&str> =
        lines.filter(|line| line.kind == Kind::Own).map(|line| line.text.trim_end()).collect();
    let mut text = own.join("\n").trim().to_owned();
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    match text.char_indices().nth(MOST_WORDS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Whether there is more than a vote in somebody's words: a -1 without a reason is no veto (T-11).
fn is_reasoned(words: &str) -> bool {
    const EMPTY: &[&str] = &[
        "binding", "non", "my", "vote", "from", "me", "pmc", "ipmc", "ppmc", "hi", "hello", "all",
        "thanks", "thank", "you", "regards", "best", "i", "for", "this", "on", "release", "cheers",
        "sorry",
    ];
    let said = words.split(|c: char| !c.is_alphanumeric()).filter(|word| {
        word.chars().any(char::is_alphabetic) && !EMPTY.contains(&&word.to_lowercase()[..])
    });
    // A language without blanks says much in one word.
    let (words, letters) =
        said.fold((0, 0), |(words, letters), word| (words + 1, letters + word.chars().count()));
    words >= 3 || letters >= 12
}

/// The votes of members of the Incubator's committee in the podling's own vote that the call carries
/// over by name (V-10). Those that it does not name are told of.
fn carried(
    thread: &Thread,
    earlier: &Thread,
    counted: &Tally,
    identities: &Identities,
    roster: &crate::vote::roster::Roster,
    now: DateTime<Utc>,
    warnings: &mut Vec<String>,
) -> Vec<Answer> {
    let lines: Vec<own_text::Line<'_>> = own_text::lines(&thread.call.text, None)
        .into_iter()
        .filter(|line| line.kind == Kind::Own)
        .collect();
    let speaks = lines.iter().any(|line| {
        let line = line.text.to_lowercase();
        line.contains("carr") || line.contains("ipmc")
    });
    let list = earlier.call.lists.first().cloned().unwrap_or_else(|| "the podling's list".into());
    let voted: Vec<&MessageId> =
        counted.ballots().iter().filter(|b| b.counts()).map(|ballot| &ballot.message_id).collect();
    let mut answers = answers(earlier, identities, now);
    answers.retain(|answer| {
        let id = answer.identity.id.as_deref();
        voted.contains(&&answer.message_id) && id.is_some_and(|id| roster.members.contains_key(id))
    });
    let mut carried = Vec::new();
    for mut answer in answers {
        let names =
            [fold(&answer.identity.name), fold(answer.sender.name.as_deref().unwrap_or(""))];
        let id = answer.identity.id.clone().unwrap_or_default();
        let named = lines.iter().find(|line| {
            let folded = format!(" {} ", fold_line(line.text));
            names.iter().any(|name| !name.is_empty() && folded.contains(&format!(" {name} ")))
                || folded.contains(&format!(" {id} "))
        });
        match named {
            Some(_) if speaks => {
                answer.carried_from = Some(list.clone());
                carried.push(answer);
            }
            _ => warnings.push(format!(
                "{} of the Incubator PMC voted on {list}; the call does not carry that over",
                answer.identity.name
            )),
        }
    }
    carried
}

/// A line folded as names are, with what is in parentheses.
fn fold_line(line: &str) -> String {
    fold(&line.replace(['(', ')', '[', ']', '<', '>', ','], " "))
}

fn message_warnings(thread: &Thread) -> Vec<String> {
    let mut warnings = Vec::new();
    if thread.call_is_missing() {
        warnings
            .push("the mail that called the vote was not found: give it, or --opened".to_owned());
    }
    for message in thread.messages() {
        // That a mail has no date matters only for its vote; the count tells of that.
        for warning in message.warnings.iter().filter(|_| message.date.is_some()) {
            warnings.push(format!("the mail of {}: {warning}", called(&message.sender)));
        }
    }
    let alone = thread.answers.iter().filter(|message| {
        message.in_reply_to.is_empty()
            && message.references.is_empty()
            && !thread.call_is_missing()
            && which_call(&message.subject).kind == subject::Kind::Vote
    });
    let alone: BTreeSet<String> = alone.map(|message| called(&message.sender)).collect();
    if !alone.is_empty() {
        let names = alone.into_iter().collect::<Vec<_>>().join(", ");
        warnings.push(format!("taken for answers by their subject alone: the mails of {names}"));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_more_than_a_vote() {
        for bare in ["-1", "-1 (binding)", "Hi all,\n\n-1 from me\n\nThanks", ""] {
            assert!(!is_reasoned(bare), "{bare}");
        }
        for reason in
            ["-1 the NOTICE is wrong", "-1: signature missing", "-1 缺少许可证文件请修复后重新投票"]
        {
            assert!(is_reasoned(reason), "{reason}");
        }
    }
}
