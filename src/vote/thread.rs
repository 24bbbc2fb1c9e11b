//! Which mails belong to which vote: bytes have become messages, messages become threads. Pure.
//!
//! Mails belong together by Message-ID, In-Reply-To and References, and where those are missing by
//! the subject. A thread that holds several calls is cut at each: an answer belongs to the call it
//! descends from, else to the newest call before it. The order of the messages changes nothing.

mod copies;
mod family;
mod find;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use chrono::{DateTime, TimeDelta, Utc};

use super::subject::{Kind, Subject, which_call};
use crate::mail::{Message, MessageId, SenderSource};
use copies::unique;
use family::Family;

pub use find::{FindError, Which, find};

/// A vote with everything that was said in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The mail that called the vote. Where it is in no archive, one made of its answers' subject
    /// stands for it: see [`Thread::call_is_missing`].
    pub call: Message,
    /// Every other mail, by date and then id, those after a result too.
    pub answers: Vec<Message>,
    /// The `[RESULT]` mail: the last of the person who called the vote, else the last.
    pub result: Option<Message>,
    /// The `[CANCEL]` mail, chosen likewise.
    pub cancel: Option<Message>,
    /// The same call, posted again or on another list. Their answers are among `answers`.
    pub also_posted: Vec<Message>,
}

/// The warning of a message that only stands for a call that was not found.
const CALL_MISSING: &str = "the mail that called this vote was not found; only answers to it were";

impl Thread {
    /// Whether the mail that called the vote was not found. Then `call` has no text, sender and
    /// date.
    pub fn call_is_missing(&self) -> bool {
        self.call.warnings.iter().any(|warning| warning == CALL_MISSING)
    }

    /// Whether a later vote may take the place of this one unasked: it is called by the same person,
    /// on another list, or after this one was over by its own caller's word.
    fn is_superseded_by(&self, later: &Thread) -> bool {
        let (call, next) = (&self.call, &later.call);
        let over = [&self.result, &self.cancel].into_iter().flatten();
        let mut over = over.filter(|end| same_sender(end, call) && end.date <= next.date);
        let shared = call.lists.is_empty()
            || next.lists.is_empty()
            || call.lists.iter().any(|list| next.lists.contains(list));
        same_sender(call, next)
            || !shared
            || self.call_is_missing()
            || later.call_is_missing()
            || over.next().is_some()
    }

    /// Every mail that was found, the call first.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        let call = std::iter::once(&self.call).filter(|_| !self.call_is_missing());
        let last = self.result.iter().chain(&self.cancel);
        call.chain(&self.also_posted).chain(&self.answers).chain(last)
    }
}

/// A mail by subject alone is of a vote called at most so long before.
const LONGEST_VOTE: TimeDelta = TimeDelta::days(180);
/// The same call on two lists is posted within this time.
const CROSS_POST: TimeDelta = TimeDelta::days(1);
/// A call sent again so soon, with the same text, was sent by mistake.
const DOUBLE_POST: TimeDelta = TimeDelta::hours(1);
/// So many earlier calls with the same subject are looked at.
const MOST_POSTS: usize = 20;
/// Its vote on a podling's release is a vote of its own (POLICY V-08, V-09).
const INCUBATOR: &str = "general@incubator.apache.org";

/// Sorts messages into votes, by the date of the call. Mails that belong to no vote are left out.
pub fn threads(messages: Vec<Message>) -> Vec<Thread> {
    let sorting = Sorting::of(unique(messages));
    let owners = sorting.owners();
    sorting.assembled(owners)
}

/// Mails without a date come last.
fn order(message: &Message) -> (bool, Option<DateTime<Utc>>, &MessageId) {
    (message.date.is_none(), message.date, &message.id)
}

/// Where a mail belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// To the vote that the mail of this index called.
    Call(usize),
    /// To the vote of this number whose call was not found.
    Missing(usize),
    /// To another subject, begun within a thread.
    Elsewhere,
    /// Not known by references.
    Unknown,
}

struct Sorting {
    messages: Vec<Message>,
    subjects: Vec<Rc<Subject>>,
    family: Family,
    /// The subjects of calls that are no replies.
    called: HashSet<String>,
}

impl Sorting {
    fn of(messages: Vec<Message>) -> Self {
        // Those of a thread are all the same.
        let mut read: HashMap<&str, Rc<Subject>> = HashMap::new();
        let subjects: Vec<Rc<Subject>> = messages
            .iter()
            .map(|message| {
                let new = || Rc::new(which_call(&message.subject));
                read.entry(&message.subject).or_insert_with(new).clone()
            })
            .collect();
        let calling = messages.iter().zip(&subjects).filter(|(message, subject)| {
            !subject.reply && subject.kind == Kind::Vote && reads_as_call(&message.text)
        });
        let called = calling.map(|(_, subject)| subject.key.clone()).collect();
        let family = Family::of(&messages);
        Self { messages, subjects, family, called }
    }

    /// Whether a mail looks like the call of a vote by its text.
    fn calls(&self, node: usize) -> bool {
        self.subjects[node].kind == Kind::Vote && reads_as_call(&self.messages[node].text)
    }

    fn owners(&self) -> Vec<Owner> {
        let mut owners = self.by_references();
        self.cross_posts(&mut owners);
        self.by_subject(&mut owners);
        owners
    }

    /// Walks down the families: a call owns what descends from it.
    fn by_references(&self) -> Vec<Owner> {
        let mut owners = vec![Owner::Unknown; self.family.len()];
        for node in self.family.parents_first() {
            let inherited = self.family.parent(node).map_or(Owner::Unknown, |up| owners[up]);
            owners[node] = match self.subjects.get(node) {
                Some(subject) => match subject.kind {
                    // An answer stays where it is, whatever it calls itself.
                    Kind::Discuss if subject.reply && inherited != Owner::Unknown => inherited,
                    Kind::Discuss | Kind::Announce => Owner::Elsewhere,
                    Kind::Vote if self.is_call(node, inherited) => Owner::Call(node),
                    Kind::Other => inherited,
                    _ if inherited == Owner::Elsewhere => Owner::Unknown,
                    _ => inherited,
                },
                None => inherited,
            };
        }
        owners
    }

    /// Whether the mail `node` with a subject of a vote calls one, rather than answering.
    fn is_call(&self, node: usize, inherited: Owner) -> bool {
        let (message, subject) = (&self.messages[node], &self.subjects[node]);
        if let Owner::Call(call) = inherited {
            // What is written on GitHub below a call, and the call edited there, calls nothing.
            if message.mirrored.is_some() {
                return false;
            }
            // Within a thread: another candidate, or the same person beginning anew.
            let another = !subject.fits(&self.subjects[call]);
            let anew = !subject.reply && same_sender(message, &self.messages[call]);
            return (another || anew) && self.calls(node);
        }
        if subject.reply {
            return false;
        }
        let fresh = message.in_reply_to.is_empty() && message.references.is_empty();
        (fresh && !self.called.contains(&subject.key)) || self.calls(node)
    }

    /// Gives what belongs to a call that was posted twice to the first of them.
    fn cross_posts(&self, owners: &mut [Owner]) {
        let mut first_of: HashMap<usize, usize> = HashMap::new();
        let mut firsts: HashMap<&str, Vec<usize>> = HashMap::new();
        for later in calls(owners) {
            let earlier = firsts.entry(&self.subjects[later].key).or_default();
            let near = earlier.iter().rev().take(MOST_POSTS).copied();
            match { near }.find(|&earlier| self.is_cross_post(earlier, later)) {
                Some(first) => {
                    first_of.insert(later, first);
                }
                None => earlier.push(later),
            }
        }
        for owner in owners {
            if let Owner::Call(call) = owner
                && let Some(first) = first_of.get(call)
            {
                *owner = Owner::Call(*first);
            }
        }
    }

    fn is_cross_post(&self, earlier: usize, later: usize) -> bool {
        let (first, second) = (&self.messages[earlier], &self.messages[later]);
        let (Some(one), Some(other)) = (first.date, second.date) else { return false };
        let of_incubator = |message: &Message| message.lists.iter().any(|list| list == INCUBATOR);
        if self.subjects[earlier].key != self.subjects[later].key
            || !same_sender(first, second)
            || of_incubator(first) != of_incubator(second)
        {
            return false;
        }
        let other_list = !first.lists.iter().any(|list| second.lists.contains(list))
            && !first.lists.is_empty()
            && !second.lists.is_empty();
        let apart = other - one;
        (other_list && apart <= CROSS_POST && similar(&first.text, &second.text))
            || (apart <= DOUBLE_POST && same_words(&first.text, &second.text))
    }

    /// Finds the vote of mails with a vote's subject whose references lead to none.
    fn by_subject(&self, owners: &mut [Owner]) {
        let calls = calls(owners);
        let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
        for &call in &calls {
            by_key.entry(&self.subjects[call].key).or_default().push(call);
        }
        let mut missing = Missing::default();
        for node in self.family.parents_first() {
            if owners[node] != Owner::Unknown {
                continue;
            }
            let inherited = self.family.parent(node).map_or(Owner::Unknown, |up| owners[up]);
            let Some(subject) = self.subjects.get(node) else {
                owners[node] = inherited;
                continue;
            };
            owners[node] = match subject.kind {
                Kind::Vote | Kind::Result | Kind::Cancel => {
                    let same = by_key.get(&subject.key[..]).map_or(&[][..], Vec::as_slice);
                    let similar = || match subject.kind {
                        Kind::Vote => None,
                        _ => self.newest_before(node, &calls),
                    };
                    match (self.newest_before(node, same).or_else(similar), inherited) {
                        (Some(call), _) => Owner::Call(call),
                        (None, Owner::Call(_) | Owner::Missing(_)) => inherited,
                        _ => missing.owner(subject),
                    }
                }
                _ => inherited,
            };
        }
        // The call in a [CANCEL] or [RESULT] of its own is known only when answers were seen.
        for owner in owners.iter_mut() {
            if let Owner::Missing(number) = owner
                && !missing.voted[*number]
            {
                *owner = Owner::Unknown;
            }
        }
    }

    /// The newest of `calls` before the mail `node` that fits its subject; the oldest where all are
    /// later, as with a wrong clock.
    fn newest_before(&self, node: usize, calls: &[usize]) -> Option<usize> {
        let date = self.messages[node].date;
        let fitting = |call: &&usize| self.subjects[**call].fits(&self.subjects[node]);
        let near = |call: &&usize| match (self.messages[**call].date, date) {
            (Some(called), Some(sent)) => called <= sent && sent - called <= LONGEST_VOTE,
            _ => true,
        };
        let skewed = |call: &&usize| match (self.messages[**call].date, date) {
            (Some(called), Some(sent)) => called > sent && called - sent <= CROSS_POST,
            _ => false,
        };
        let mut fit = calls.iter().filter(fitting);
        let newest = fit.clone().rev().find(near);
        newest.or_else(|| fit.find(skewed)).copied()
    }

    fn assembled(self, owners: Vec<Owner>) -> Vec<Thread> {
        let mut members: BTreeMap<(bool, usize), Vec<usize>> = BTreeMap::new();
        for (node, owner) in owners.iter().enumerate().take(self.messages.len()) {
            match owner {
                Owner::Call(call) => members.entry((false, *call)).or_default().push(node),
                Owner::Missing(number) => members.entry((true, *number)).or_default().push(node),
                Owner::Elsewhere | Owner::Unknown => {}
            }
        }
        let groups: Vec<Group> = members
            .into_iter()
            .map(|((missing, number), members)| self.group(missing, number, members))
            .collect();
        let mut messages = self.messages;
        let mut threads: Vec<Thread> =
            groups.into_iter().map(|group| group.thread(&mut messages)).collect();
        threads.sort_by(|one, other| order(&one.call).cmp(&order(&other.call)));
        threads
    }

    /// Gives every member of a vote its part. Members come by date.
    fn group(&self, missing: bool, number: usize, members: Vec<usize>) -> Group {
        // Where the call is missing, a forwarded or answered copy of it may still be there.
        let call = match missing {
            false => Some(number),
            true => members
                .iter()
                .copied()
                .find(|&node| self.messages[node].in_reply_to.is_empty() && self.calls(node)),
        };
        let stand_in = call.is_none().then(|| self.stand_in(&members));
        let result = self.last_of(Kind::Result, call, &members);
        let cancel = self.last_of(Kind::Cancel, call, &members);
        let also = |node: usize| {
            !missing
                && !self.subjects[node].reply
                && call.is_some_and(|call| node != call && self.is_cross_post(call, node))
                && self.calls(node)
        };
        let rest =
            |node: &usize| Some(*node) != call && Some(*node) != result && Some(*node) != cancel;
        let (also_posted, answers) =
            members.iter().copied().filter(rest).partition(|&node| also(node));
        Group { call, stand_in, answers, result, cancel, also_posted }
    }

    /// The last mail of a kind, of the person who called the vote if they sent one, that is no
    /// answer to another of its kind.
    fn last_of(&self, kind: Kind, call: Option<usize>, members: &[usize]) -> Option<usize> {
        let by_caller = |node: &usize| {
            call.is_some_and(|call| same_sender(&self.messages[call], &self.messages[*node]))
        };
        // Who answers ends nothing, but for who called the vote.
        let told = |node: &usize| {
            self.subjects[*node].kind == kind
                && (!self.subjects[*node].reply || by_caller(node))
                && !self
                    .family
                    .real_ancestor(*node, self.messages.len())
                    .is_some_and(|up| self.subjects[up].kind == kind && self.subjects[*node].reply)
        };
        let rank = |node: &usize| (by_caller(node), !self.subjects[*node].reply, *node);
        members.iter().copied().filter(told).max_by_key(rank)
    }

    /// What is known of a call that was not found.
    fn stand_in(&self, members: &[usize]) -> Message {
        let first = members.first().map(|node| &self.messages[*node]);
        let said = members.iter().find(|node| self.subjects[**node].kind == Kind::Vote);
        let subject = said.map(|node| self.messages[*node].subject.clone()).unwrap_or_default();
        let at = subject.find('[').unwrap_or(0);
        let named = first.and_then(|message| {
            message.references.iter().next().or(message.in_reply_to.iter().next())
        });
        let own = || first.map(|message| message.id.clone()).unwrap_or_default();
        Message {
            id: named.map_or_else(own, |id| MessageId(id.to_owned())),
            subject: subject[at..].to_owned(),
            lists: first.map(|message| message.lists.clone()).unwrap_or_default(),
            warnings: vec![CALL_MISSING.to_owned()],
            ..Message::default()
        }
    }
}

/// The parts of a vote, as indices of messages.
struct Group {
    call: Option<usize>,
    stand_in: Option<Message>,
    answers: Vec<usize>,
    result: Option<usize>,
    cancel: Option<usize>,
    also_posted: Vec<usize>,
}

impl Group {
    fn thread(self, messages: &mut [Message]) -> Thread {
        let mut take = |node: usize| std::mem::take(&mut messages[node]);
        let call = self.call.map(&mut take).or(self.stand_in);
        Thread {
            call: call.expect("a group has a call or what stands for it"),
            answers: self.answers.into_iter().map(&mut take).collect(),
            result: self.result.map(&mut take),
            cancel: self.cancel.map(&mut take),
            also_posted: self.also_posted.into_iter().map(&mut take).collect(),
        }
    }
}

/// Votes whose call was not found, by their subject.
#[derive(Default)]
struct Missing {
    keys: HashMap<String, usize>,
    subjects: Vec<Subject>,
    voted: Vec<bool>,
}

impl Missing {
    fn owner(&mut self, subject: &Subject) -> Owner {
        let known = self.keys.get(&subject.key).copied().or_else(|| {
            let fitting = |known: &Subject| subject.kind != Kind::Vote && known.fits(subject);
            self.subjects.iter().position(fitting)
        });
        let number = known.unwrap_or_else(|| {
            self.subjects.push(subject.clone());
            self.voted.push(false);
            self.keys.insert(subject.key.clone(), self.voted.len() - 1);
            self.voted.len() - 1
        });
        self.voted[number] |= subject.kind == Kind::Vote;
        Owner::Missing(number)
    }
}

/// The mails that call a vote, by date.
fn calls(owners: &[Owner]) -> Vec<usize> {
    let own = |(node, owner): (usize, &Owner)| (*owner == Owner::Call(node)).then_some(node);
    owners.iter().enumerate().filter_map(own).collect()
}

/// Whether two mails have the same sender by address: a name is not a person.
fn same_sender(one: &Message, other: &Message) -> bool {
    let known = |message: &Message| {
        let unknown =
            matches!(message.sender_source, SenderSource::Hidden(_) | SenderSource::Unsure(_));
        !unknown && !message.sender.address.is_empty()
    };
    one.sender.address.eq_ignore_ascii_case(&other.sender.address) && known(one) && known(other)
}

/// Whether a text calls a vote: outside of quotes it offers ballots, or says how long the vote is
/// open.
fn reads_as_call(text: &str) -> bool {
    let own = || text.lines().map(str::trim).filter(|line| !line.starts_with(['>', '|']));
    let box_of = |line: &str| {
        let inside = line.strip_prefix('[')?.split_once(']')?;
        inside.0.trim().is_empty().then(|| inside.1.trim().to_owned())
    };
    let ballots = own().filter_map(box_of);
    let offered = ballots.filter(|line| line.starts_with(['+', '-', '−', '0', '±'])).count();
    if offered >= 2 {
        return true;
    }
    let own: String = own().collect::<Vec<_>>().join(" ").to_lowercase();
    own.contains("vote")
        && [
            " hours",
            "72h",
            "will be open",
            "is open",
            "remain open",
            "open until",
            "open for",
            "call for a vote",
            "call a vote",
            "calling a vote",
            "calling for a vote",
            "call for vote",
            "start a vote",
            "starting a vote",
            "please vote",
            "vote on releas",
            "vote to release",
        ]
        .iter()
        .any(|words| own.contains(words))
}

/// Whether most lines of two texts are the same.
fn similar(one: &str, other: &str) -> bool {
    let lines = |text: &str| -> BTreeSet<String> {
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let (one, other) = (lines(one), lines(other));
    let shared = one.intersection(&other).count();
    shared * 5 >= one.union(&other).count() * 4
}

fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}
