//! From a thread to its count.

use std::collections::{BTreeSet, HashMap};
use std::panic::resume_unwind;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::people::Evidence;
use super::{Job, WhichRound, mails};
use crate::error::Failure;
use crate::mail::{Address, Deed, Message, MessageId, SenderSource};
use crate::policy::Preset;
use crate::project::mail::INCUBATOR_LIST;
use crate::report::tally::{Presentation, ResultLine, TallyReport};
use crate::vote::ballot::{self, Says};
use crate::vote::call::{self, Call};
use crate::vote::cancel;
use crate::vote::identity::{Identities, Identity, called};
use crate::vote::kind::{LEAST_HOURS, MinusOne, Requirements, VoteKind};
use crate::vote::names::fold;
use crate::vote::own_text::{self, Kind};
use crate::vote::result::{self, Claims};
use crate::vote::roster::{Body, Roster};
use crate::vote::subject::{self, which_call};
use crate::vote::tally::{
    Answer, CallMail, End, Ruling, RulingError, RulingValue, Tally, Times, VoteRound, tally,
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
    let identities = people.identities(job, &roster)?.of_thread(&thread.call, thread.messages());
    let mut warnings = message_warnings(thread);
    let caller = (!thread.call_is_missing()).then(|| Caller::of(&thread.call, &identities));
    let rulings = || job.rulings.iter().chain(&job.remembered);
    let is_genuine = |id: &MessageId| {
        rulings().any(|ruling| ruling.message_id == *id && ruling.value == RulingValue::Genuine)
    };
    let end = |mail: &Message| {
        let who = identities.who(mail);
        let is_member = who.id.as_deref().is_some_and(|id| roster.members.contains_key(id));
        let is_caller = |caller: &Caller| caller.sent(mail, &who);
        let authorised = is_genuine(&mail.id)
            || is_member && !who.is_weak()
            || caller.as_ref().is_none_or(is_caller);
        let called_like = |caller: &Caller| caller.is_called_like(&mail.sender);
        Some(End {
            message_id: mail.id.clone(),
            at: mail.date?,
            from: if who.name.is_empty() { called(&mail.sender) } else { who.name.clone() },
            authorised,
            by_name: !authorised && (is_member || caller.as_ref().is_some_and(called_like)),
            evidence: None,
        })
    };
    // The last by who may end the vote; where nobody may, what is told of is the last.
    let last = |chosen: &'_ Option<Message>, kind: subject::Kind| {
        let first = chosen.as_ref().and_then(|mail| Some((mail.clone(), end(mail)?)))?;
        if first.1.authorised {
            return Some(first);
        }
        let others = thread.answers.iter().rev().filter(|mail| {
            let read = which_call(&mail.subject);
            read.kind == kind && !read.reply
        });
        let mut others = others.filter_map(|mail| Some((mail.clone(), end(mail)?)));
        Some(others.find(|(_, end)| end.authorised).unwrap_or(first))
    };
    let result = last(&thread.result, subject::Kind::Result);
    let cancel = last(&thread.cancel, subject::Kind::Cancel).map(|(_, end)| end);
    let mut answers = answers(thread, &identities, now);
    let in_words = |said| stated_by(thread, &answers, caller.as_ref(), &is_genuine, said);
    let cancel = match cancel {
        Some(end) if end.authorised => Some(end),
        other => in_words(cancel::stated).into_iter().next().or(other),
    };
    let restart = in_words(cancel::restarted).pop();
    if let Some(end) = restart.as_ref().filter(|end| !end.authorised) {
        warnings.push(end.by_name_only("new beginning", "changes"));
    }
    let restart = restart.filter(|end| end.authorised);
    answers.extend(strays(threads, thread, &identities, now));
    answers.extend(carried(thread, earlier, &answers, &identities, &roster, now, &mut warnings));
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
        result: result.as_ref().map(|(_, end)| end.clone()),
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
    let claims =
        result.filter(|(_, end)| end.at <= now).map(|(mail, end)| (end, result::read(&mail.text)));
    Ok(Count { tally, call: stated, ruled, result: claims, warnings })
}

/// The mails in which who called the vote says in words that it is over, or begins anew; where there
/// are none, those by somebody of the same name.
fn stated_by(
    thread: &Thread,
    answers: &[Answer],
    caller: Option<&Caller>,
    is_genuine: &dyn Fn(&MessageId) -> bool,
    stated: fn(&str, Option<&str>) -> Option<ballot::Evidence>,
) -> Vec<End> {
    let Some(caller) = caller else { return Vec::new() };
    let told = |mail: &Message| {
        let told = std::iter::once(&thread.call).chain(&thread.also_posted);
        { told }.chain(&thread.result).chain(&thread.cancel).any(|known| known.id == mail.id)
    };
    let like = thread.messages().zip(answers).filter(|(mail, answer)| {
        caller.sent(mail, &answer.identity) || caller.is_called_like(&mail.sender)
    });
    let ends = { like }.filter(|(mail, _)| !told(mail)).filter_map(|(mail, answer)| {
        let evidence = stated(&mail.text, None)?;
        let authorised = caller.sent(mail, &answer.identity) || is_genuine(&mail.id);
        Some(End {
            message_id: mail.id.clone(),
            at: mail.date?,
            from: called(&mail.sender),
            authorised,
            by_name: !authorised,
            evidence: Some(evidence),
        })
    });
    let ends: Vec<End> = ends.collect();
    match ends.iter().any(|end| end.authorised) {
        true => ends.into_iter().filter(|end| end.authorised).collect(),
        false => ends,
    }
}

/// Who called a vote.
struct Caller {
    identity: Identity,
    sender: Arc<Address>,
}

impl Caller {
    fn of(call: &Message, identities: &Identities) -> Self {
        Self { identity: identities.who(call), sender: call.sender.clone() }
    }

    /// Whether they sent a mail, which is by `who`: known by address.
    fn sent(&self, mail: &Message, who: &Identity) -> bool {
        let hidden =
            matches!(mail.sender_source, SenderSource::Hidden(_) | SenderSource::Unsure(_));
        let address = &mail.sender.address;
        let same = address.eq_ignore_ascii_case(&self.sender.address) && !address.is_empty();
        who.key == self.identity.key && !hidden && (same || !who.is_weak())
    }

    /// Whether somebody has their name.
    fn is_called_like(&self, sender: &Address) -> bool {
        let name = |sender: &Address| sender.name.as_deref().map(fold).unwrap_or_default();
        !name(sender).is_empty() && name(sender) == name(&self.sender)
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

/// So many mails are read at once, half of them by a second thread.
const AT_ONCE: usize = 4000;

/// Every mail of the thread, read.
fn answers(thread: &Thread, identities: &Identities, now: DateTime<Utc>) -> Vec<Answer> {
    let messages: Vec<&Message> = thread.messages().collect();
    let by_id: HashMap<&str, &Message> =
        messages.iter().map(|message| (&message.id.0[..], *message)).collect();
    let mut answers = Vec::with_capacity(messages.len());
    // Many write often.
    let mut known: [HashMap<&Address, Arc<Identity>>; 2] = Default::default();
    let [known, others] = &mut known;
    for messages in messages.chunks(AT_ONCE) {
        // Few are not worth a second thread.
        let cut = if messages.len() == AT_ONCE { AT_ONCE / 2 } else { messages.len() };
        let (first, second) = messages.split_at(cut);
        std::thread::scope(|scope| {
            let second = (!second.is_empty())
                .then(|| scope.spawn(|| read(thread, second, identities, &by_id, now, others)));
            answers.extend(read(thread, first, identities, &by_id, now, known));
            let second = second.map(|second| second.join().unwrap_or_else(|e| resume_unwind(e)));
            answers.extend(second.into_iter().flatten());
        });
    }
    answers
}

/// Some mails of the thread, read. `known` are the people whose mails were.
fn read<'m>(
    thread: &Thread,
    messages: &[&'m Message],
    identities: &Identities,
    by_id: &HashMap<&str, &Message>,
    now: DateTime<Utc>,
    known: &mut HashMap<&'m Address, Arc<Identity>>,
) -> Vec<Answer> {
    let read = messages.iter().map(|message| {
        let who = || Arc::new(identities.who(message));
        let identity = match message.sender_source {
            SenderSource::From => known.entry(&message.sender).or_insert_with(who).clone(),
            _ => who(),
        };
        answer(thread, message, identity, by_id, now)
    });
    read.collect()
}

/// A mail of the thread, read.
fn answer(
    thread: &Thread,
    message: &Message,
    identity: Arc<Identity>,
    by_id: &HashMap<&str, &Message>,
    now: DateTime<Utc>,
) -> Answer {
    let is_call = |id: &str| {
        thread.call.id.0 == id || thread.also_posted.iter().any(|posted| posted.id.0 == id)
    };
    let refers = || message.in_reply_to.iter().chain(message.references.iter().rev());
    let answered = refers().find_map(|id| by_id.get(id)).copied();
    let opens = message.mirrored.as_ref().is_some_and(|m| m.deed == Deed::Opened);
    // What stands for a call that was not found may have the id of an answer.
    let calls = opens || !thread.call_is_missing() && is_call(&message.id.0);
    let mut reading = ballot::read(message, answered, calls);
    let doubt = doubt(message, &reading.says, now).filter(|_| !calls);
    let at = message.date.filter(|at| doubt.is_none() || *at <= now);
    if let Some(why) = doubt {
        reading.says = Says::Unclear(why);
    }
    let words = match reading.says {
        Says::Nothing if !reading.figure => String::new(),
        _ => own_words(message, answered),
    };
    Answer {
        message_id: message.id.clone(),
        sender: message.sender.clone(),
        at,
        answers_call: calls || refers().any(is_call),
        identity,
        reasoned: is_reasoned(&words),
        words,
        reading,
        carried_from: None,
        mirrored: message.mirrored.clone(),
    }
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
/// over by name (V-10). Those that it does not name are told of, and those that it names and nobody
/// finds. `here` are the answers to the call itself.
fn carried(
    thread: &Thread,
    earlier: Option<(&Thread, &Tally)>,
    here: &[Answer],
    identities: &Identities,
    roster: &Roster,
    now: DateTime<Utc>,
    warnings: &mut Vec<String>,
) -> Vec<Answer> {
    if roster.body != Body::Ipmc {
        return Vec::new();
    }
    let lines: Vec<own_text::Line<'_>> = own_text::lines(&thread.call.text, None)
        .into_iter()
        .filter(|line| line.kind == Kind::Own)
        .collect();
    let speaks = lines.iter().any(|line| {
        let line = line.text.to_lowercase();
        line.contains("carr") || line.contains("ipmc")
    });
    let names = |line: &str, answer: &Answer| {
        let folded = format!(" {} ", fold_line(line));
        let (name, sender) = (&answer.identity.name, answer.sender.name.as_deref());
        let names = [
            fold(name),
            fold(sender.unwrap_or("")),
            answer.identity.id.clone().unwrap_or_default(),
        ];
        names.iter().any(|name| !name.is_empty() && folded.contains(&format!(" {name} ")))
    };
    let mut answers = Vec::new();
    if let Some((earlier, counted)) = earlier {
        let voted = counted.ballots().iter().filter(|ballot| ballot.counts());
        let voted: BTreeSet<&MessageId> = voted.map(|ballot| &ballot.message_id).collect();
        answers = self::answers(earlier, identities, now);
        answers.retain(|answer| {
            let id = answer.identity.id.as_deref();
            let member = id.is_some_and(|id| roster.members.contains_key(id));
            voted.contains(&answer.message_id) && member
        });
    }
    let list = earlier.and_then(|(earlier, _)| earlier.call.lists.first().cloned());
    let list = list.unwrap_or_else(|| "the podling's list".to_owned());
    let voted_here = |answer: &Answer| {
        let mut again = here.iter().filter(|one| one.reading.says != Says::Nothing);
        again.any(|one| one.identity.key == answer.identity.key)
    };
    let mut carried: Vec<Answer> = Vec::new();
    for mut answer in answers {
        if speaks && lines.iter().any(|line| names(line.text, &answer)) {
            answer.carried_from = Some(list.clone());
            carried.push(answer);
        } else if !voted_here(&answer) {
            warnings.push(format!(
                "{} of the Incubator PMC voted on {list}; the call does not carry that over",
                answer.identity.name
            ));
        }
    }
    let from = lines.iter().position(|line| line.text.to_lowercase().contains("carr"));
    let items = lines[from.unwrap_or(lines.len())..].iter().filter(|line| {
        let text = line.text.trim_start();
        let item = text.trim_start_matches(['-', '*', '•']);
        item.len() < text.len() && ["+1", "-1"].iter().any(|figure| item.contains(figure))
    });
    for item in items {
        let found = |answers: &[Answer]| answers.iter().any(|answer| names(item.text, answer));
        if !found(&carried) && !found(here) {
            warnings.push(format!(
                "the call carries over `{}`, and no such vote was found",
                item.text.trim()
            ));
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
