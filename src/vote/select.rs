//! Which mails of a large mailbox have to be read to see one vote whole: known from a quick look at
//! every header. Pure.
//!
//! Everything that [`super::thread::threads`] would tie to the vote is selected: all that is linked
//! by Message-IDs, and every mail with a vote's subject that fits one of those selected. So the vote
//! found among the selected mails is the one found among all.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread::ScopedJoinHandle;

use chrono::{DateTime, Utc};

use super::subject::{Kind, Subject, which_call};
use super::thread::{Thread, Which, find, threads};
use crate::mail::glance::{digest, look};
use crate::mail::{self, fields};

/// What was seen of many mails, each known by its number from 0.
#[derive(Debug, Default)]
pub struct Selection {
    /// The digest of each Message-ID; 0 where there is none.
    ids: Vec<u64>,
    /// The digests of the ids each mail names, one mail's after another's, and where they end.
    named: Vec<u64>,
    named_end: Vec<usize>,
    said: Vec<Said>,
    /// Subjects as they stand in headers, read: those of a thread are all the same.
    subjects: HashMap<Vec<u8>, Option<Arc<(String, Subject)>>>,
}

/// The subject of a mail about a vote.
#[derive(Debug)]
struct Said {
    mail: usize,
    subject: Arc<(String, Subject)>,
    date: Option<DateTime<Utc>>,
}

impl Said {
    fn read(&self) -> &Subject {
        &self.subject.1
    }
}

/// The mails that were read to see a vote.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The votes in them.
    pub threads: Vec<Thread>,
    /// Their bytes, if they were to be kept.
    pub mails: Vec<Vec<u8>>,
    /// How many were read.
    pub read: usize,
}

impl Gathered {
    /// Adds mails that are not tied to any of these.
    fn append(&mut self, mut more: Self) {
        self.threads.append(&mut more.threads);
        self.mails.append(&mut more.mails);
        self.read += more.read;
    }
}

/// Mails among which a vote may be that is meant; no other mail is tied to any of them.
#[derive(Clone)]
struct Candidate {
    /// No call among them is newer.
    newest: Option<DateTime<Utc>>,
    /// Their numbers, ascending.
    mails: Vec<usize>,
}

fn sorted(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut numbers: Vec<usize> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

/// So many mails are read at once, half of them by a second thread.
const AT_ONCE: usize = 4000;
/// So often the mails are gone through for those linked to others.
const MOST_PASSES: usize = 30;

impl Selection {
    /// Looks at the mail that `bytes` begin with, which need not go on behind its header; returns
    /// how long that is. None, and nothing noted, where the header goes on behind the bytes; unless
    /// they are `all` there is.
    pub fn add(&mut self, bytes: &[u8], all: bool) -> Option<usize> {
        let seen = look(bytes, &mut self.named);
        let Some(length) = seen.end.or_else(|| all.then_some(bytes.len())) else {
            self.named.truncate(self.named_end.last().copied().unwrap_or(0));
            return None;
        };
        let subject = seen.subject.filter(|subject| may_be_of_vote(subject));
        if let Some(subject) = subject.and_then(|subject| self.subject(subject)) {
            let date = mail::date_of(&bytes[..length.min(bytes.len())]);
            self.said.push(Said { mail: self.ids.len(), subject, date });
        }
        self.ids.push(seen.id.unwrap_or(0));
        self.named_end.push(self.named.len());
        Some(length)
    }

    /// The subject read, if it is that of a mail about a vote.
    fn subject(&mut self, raw: &[u8]) -> Option<Arc<(String, Subject)>> {
        if let Some(known) = self.subjects.get(raw) {
            return known.clone();
        }
        let text = fields::text(raw);
        let read = which_call(&text);
        let of_vote = matches!(read.kind, Kind::Vote | Kind::Result | Kind::Cancel);
        let subject = of_vote.then(|| Arc::new((text, read)));
        self.subjects.insert(raw.to_owned(), subject.clone());
        subject
    }

    /// Whether the mail that was looked at last has a Message-ID.
    pub fn last_has_an_id(&self) -> bool {
        self.ids.last().is_some_and(|id| *id != 0)
    }

    /// How many mails were looked at.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether none was.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Adds what was seen elsewhere, behind what was seen here.
    pub fn append(&mut self, other: Self) {
        let (mails, named) = (self.ids.len(), self.named.len());
        self.ids.extend(other.ids);
        self.named.extend(other.named);
        self.named_end.extend(other.named_end.iter().map(|end| end + named));
        let moved = other.said.into_iter().map(|said| Said { mail: said.mail + mails, ..said });
        self.said.extend(moved);
    }

    /// Reads the mails that have to be known to see the vote that is meant. `fetch` is given their
    /// numbers, ascending, and hands over each; `piecemeal` says that it may well be called more than
    /// once. The mails' bytes are returned only to `keep` them. Where no vote is found, those of every
    /// vote come, so that what may have been meant can be told.
    ///
    /// # Errors
    /// Those of `fetch`.
    pub fn gather<E: Send>(
        &self,
        which: &Which,
        piecemeal: bool,
        keep: bool,
        fetch: impl Fn(&[usize], &mut dyn FnMut(&[u8])) -> Result<(), E> + Sync,
    ) -> Result<Gathered, E> {
        let part = |numbers: &[usize]| {
            let mut messages = Vec::with_capacity(numbers.len());
            let mut mails = Vec::new();
            fetch(numbers, &mut |bytes| {
                messages.push(mail::read(bytes));
                mails.extend(keep.then(|| bytes.to_vec()));
            })?;
            Ok((messages, mails))
        };
        let read = |numbers: &[usize]| {
            let mut messages = Vec::with_capacity(numbers.len());
            let mut mails = Vec::new();
            let at_once = if piecemeal { AT_ONCE } else { numbers.len().max(1) };
            for numbers in numbers.chunks(at_once) {
                // Few are not worth a second thread.
                let cut = if numbers.len() == AT_ONCE { AT_ONCE / 2 } else { numbers.len() };
                let (first, second) = numbers.split_at(cut);
                let (first, second) = std::thread::scope(|scope| {
                    let second = (!second.is_empty()).then(|| scope.spawn(|| part(second)));
                    let join = |thread: ScopedJoinHandle<'_, _>| {
                        thread.join().unwrap_or_else(|panic| resume_unwind(panic))
                    };
                    (part(first), second.map(join))
                });
                for half in [Some(first), second].into_iter().flatten() {
                    let (more, bytes) = half?;
                    messages.extend(more);
                    mails.extend(bytes);
                }
            }
            Ok(Gathered { threads: threads(messages), mails, read: numbers.len() })
        };
        let candidates = self.candidates(which);
        let mut gathered = Gathered::default();
        // An exact candidate number goes before a newer vote without one, and a subject may turn
        // out ambiguous: then all are needed.
        if !piecemeal || !matches!(which, Which::Release { rc: None, .. }) {
            let all = candidates.into_iter().flat_map(|candidate| candidate.mails);
            gathered = read(&sorted(all))?;
        } else {
            let mut newest: Option<Option<DateTime<Utc>>> = None;
            for candidate in candidates {
                if newest.is_some_and(|date| candidate.newest < date) {
                    break;
                }
                let more = read(&candidate.mails)?;
                let found = find(&more.threads, which).ok();
                let found = found.filter(|vote| which.is_named_by(&which_call(&vote.call.subject)));
                newest = newest.max(found.map(|vote| vote.call.date));
                gathered.append(more);
            }
        }
        match find(&gathered.threads, which) {
            Ok(_) => Ok(gathered),
            Err(_) => {
                drop(gathered);
                read(&self.of_votes())
            }
        }
    }

    /// The numbers of the mails of every vote.
    fn of_votes(&self) -> Vec<usize> {
        self.linked_to_votes(None)
    }

    /// The id of a mail, if it has one, and those it names.
    fn all_ids(&self, mail: usize) -> impl Iterator<Item = u64> {
        let start = mail.checked_sub(1).map_or(0, |before| self.named_end[before]);
        let own = Some(self.ids[mail]).filter(|id| *id != 0);
        own.into_iter().chain(self.named[start..self.named_end[mail]].iter().copied())
    }

    /// The numbers of the mails about votes, of those with the id `and_of`, and of all that are
    /// linked to any of them by ids; ascending.
    fn linked_to_votes(&self, and_of: Option<u64>) -> Vec<usize> {
        let mut known = Ids::default();
        and_of.into_iter().for_each(|id| known.insert(id));
        let mut is_linked = vec![false; self.len()];
        for said in &self.said {
            is_linked[said.mail] = true;
            self.all_ids(said.mail).for_each(|id| known.insert(id));
        }
        // Mails name earlier ones, so that mostly the second pass finds nothing more.
        let mut passes = 0;
        loop {
            let mut found = false;
            for (mail, is_linked) in is_linked.iter_mut().enumerate() {
                if !*is_linked && self.all_ids(mail).any(|id| known.contains(id)) {
                    *is_linked = true;
                    found = true;
                    self.all_ids(mail).for_each(|id| known.insert(id));
                }
            }
            passes += 1;
            if !found {
                break;
            }
            // Not to be led on forever: more to read is no harm.
            if passes == MOST_PASSES {
                is_linked.fill(true);
                break;
            }
        }
        (0..self.len()).filter(|mail| is_linked[*mail]).collect()
    }

    /// The mails to read, those first among which the newest call can be.
    fn candidates(&self, which: &Which) -> Vec<Candidate> {
        let id = match which {
            Which::MessageId(id) => {
                let id = id.trim().trim_start_matches('<').trim_end_matches('>');
                digest(id.as_bytes())
            }
            _ => None,
        };
        let mut ties = Ties::of(self, id);
        let meant = |said: &&Said| {
            said.read().kind == Kind::Vote && which.may_fit(&said.subject.0, said.read())
        };
        let mut groups = Groups::default();
        let family = id.and_then(|id| ties.families.of_id(id));
        groups.gather(family.into_iter().collect(), &mut ties);
        for said in self.said.iter().filter(meant) {
            let family = ties.families.of_mail(said.mail);
            groups.gather(family.into_iter().collect(), &mut ties);
        }
        let empty = Candidate { newest: None, mails: Vec::new() };
        let mut candidates = vec![empty; groups.count];
        for said in &self.said {
            let family = ties.families.of_mail(said.mail);
            if let Some(group) = family.and_then(|family| groups.of.get(&family)) {
                let newest = &mut candidates[*group].newest;
                *newest = (*newest).max(said.date);
            }
        }
        for place in 0..ties.families.members.len() {
            if let Some(group) = groups.of.get(&ties.families.top(place)) {
                candidates[*group].mails.push(ties.families.members[place]);
            }
        }
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.newest));
        candidates
    }
}

/// Families that belong together by the subjects of their mails.
#[derive(Default)]
struct Groups {
    of: HashMap<usize, usize>,
    count: usize,
}

impl Groups {
    /// Makes a group of everything tied to the families of `start`, if they are in none yet.
    fn gather(&mut self, start: Vec<usize>, ties: &mut Ties<'_>) {
        if start.iter().all(|family| self.of.contains_key(family)) {
            return;
        }
        let number = self.count;
        self.of.extend(ties.closure(start).into_iter().map(|family| (family, number)));
        self.count += 1;
    }
}

/// What ties mails to each other: ids, and the subjects of votes.
struct Ties<'s> {
    families: Families,
    by_key: HashMap<&'s str, Vec<&'s Said>>,
    by_family: HashMap<usize, Vec<&'s Said>>,
}

impl<'s> Ties<'s> {
    fn of(seen: &'s Selection, and_of: Option<u64>) -> Self {
        let mut families = Families::of(seen, and_of);
        let mut by_key: HashMap<&str, Vec<&Said>> = HashMap::new();
        let mut by_family: HashMap<usize, Vec<&Said>> = HashMap::new();
        for said in &seen.said {
            by_key.entry(&said.read().key).or_default().push(said);
            if let Some(family) = families.of_mail(said.mail) {
                by_family.entry(family).or_default().push(said);
            }
        }
        Self { families, by_key, by_family }
    }

    /// Adds the families of mails with subjects that fit, until no more do.
    fn closure(&mut self, start: Vec<usize>) -> BTreeSet<usize> {
        let mut found: BTreeSet<usize> = start.iter().copied().collect();
        let mut known: BTreeSet<&str> = BTreeSet::new();
        let mut new = start;
        while let Some(family) = new.pop() {
            let members = self.by_family.get(&family).into_iter().flatten();
            let keys: Vec<&Said> =
                members.copied().filter(|said| known.insert(&said.read().key)).collect();
            if keys.is_empty() {
                continue;
            }
            let fitting = self
                .by_key
                .values()
                .filter(|group| keys.iter().any(|said| said.read().fits(group[0].read())));
            let fitting: Vec<&Said> = fitting.flatten().copied().collect();
            for said in fitting {
                let family = self.families.of_mail(said.mail);
                new.extend(family.filter(|family| found.insert(*family)));
            }
        }
        found
    }
}

/// Whether a subject, as it stands in the header, can be that of a mail about a vote: it holds one
/// of the words without which [`which_call`] sees none, or is encoded. That something passed or
/// failed is no such word: every build that failed would have to be read.
fn may_be_of_vote(subject: &[u8]) -> bool {
    const STEMS: &[&[u8]] = &[b"vot", b"result", b"cancel"];
    // Folds may part a word of tags no more than they part other words.
    subject.windows(2).enumerate().any(|(at, pair)| match pair {
        b"=?" => true,
        [first, _] => match first | 0x20 {
            b'v' | b'r' | b'c' => STEMS.iter().any(|stem| {
                subject[at..].get(..stem.len()).is_some_and(|word| word.eq_ignore_ascii_case(stem))
            }),
            _ => false,
        },
        _ => false,
    })
}

/// Mails linked by the ids they have and name, directly or over others. Only those that are linked
/// to a mail about a vote are known, which are few.
struct Families {
    /// The numbers of the mails, ascending.
    members: Vec<usize>,
    /// For each member the place of another one of the family, until one names itself.
    up: Vec<usize>,
    /// The place of the member that first had or named an id.
    first: HashMap<u64, usize, BuildHasherDefault<AsIs>>,
}

impl Families {
    fn of(seen: &Selection, and_of: Option<u64>) -> Self {
        let members = seen.linked_to_votes(and_of);
        let up = (0..members.len()).collect();
        let mut families = Self { members, up, first: HashMap::default() };
        for place in 0..families.members.len() {
            for id in seen.all_ids(families.members[place]) {
                let other = *families.first.entry(id).or_insert(place);
                let (one, other) = (families.top(place), families.top(other));
                families.up[one.max(other)] = one.min(other);
            }
        }
        families
    }

    fn top(&mut self, place: usize) -> usize {
        let mut place = place;
        while self.up[place] != place {
            self.up[place] = self.up[self.up[place]];
            place = self.up[place];
        }
        place
    }

    /// The family of a mail that is a member.
    fn of_mail(&mut self, mail: usize) -> Option<usize> {
        let place = self.members.binary_search(&mail).ok()?;
        Some(self.top(place))
    }

    fn of_id(&mut self, id: u64) -> Option<usize> {
        let place = self.first.get(&id).copied()?;
        Some(self.top(place))
    }
}

/// Ids, and a quick way to tell that one is not among them.
#[derive(Default)]
struct Ids {
    exact: HashSet<u64, BuildHasherDefault<AsIs>>,
    /// A bit for each value of the lowest 16 bits of an id.
    perhaps: Vec<u64>,
}

impl Ids {
    fn insert(&mut self, id: u64) {
        self.perhaps.resize(1 << 10, 0);
        self.perhaps[(id >> 6 & 0x3ff) as usize] |= 1 << (id & 0x3f);
        self.exact.insert(id);
    }

    fn contains(&self, id: u64) -> bool {
        let bits = self.perhaps.get((id >> 6 & 0x3ff) as usize);
        bits.is_some_and(|bits| bits >> (id & 0x3f) & 1 == 1) && self.exact.contains(&id)
    }
}

/// Digests need no hashing.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_subject_of_a_vote_is_passed_over() {
        const WORDS: &[&str] = &[
            "[VOTE]",
            "Vote:",
            "[RESULT]",
            "Results of",
            "[CANCEL]",
            "CANCELLED",
            "[PASSED]",
            "passed",
            "[FAILED]",
            "- FAILED",
            "closed",
            "[WITHDRAWN]",
            "aborted:",
            "abandoned",
            "[jira]",
            "Re:",
            "release",
            "1.0",
        ];
        let mut of_vote = 0;
        for one in WORDS {
            for two in WORDS {
                for three in WORDS {
                    let subject = format!("{one} {two} {three}");
                    if matches!(which_call(&subject).kind, Kind::Vote | Kind::Result | Kind::Cancel)
                    {
                        assert!(may_be_of_vote(subject.as_bytes()), "{subject}");
                        of_vote += 1;
                    }
                }
            }
        }
        assert!(of_vote > 1000, "{of_vote}");
        assert!(!may_be_of_vote(b"[jira] [Created] (X-1) it fails"));
    }
}
