//! Which mails of a large mailbox have to be read to see one vote whole: known from a quick look at
//! every header. Pure.
//!
//! Everything that [`super::thread::threads`] would tie to the vote is selected: all that is linked
//! by Message-IDs, and every mail with a vote's subject that fits one of those selected. So the vote
//! found among the selected mails is the one found among all.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

use super::subject::{Kind, Subject, which_call};
use super::thread::Which;
use crate::mail::fields;
use crate::mail::glance::{digest, look};

/// What was seen of many mails, each known by its number from 0.
#[derive(Debug, Default)]
pub struct Selection {
    /// The digest of each Message-ID; 0 where there is none.
    ids: Vec<u64>,
    /// The digests of the ids each mail names, one mail's after another's, and where they end.
    named: Vec<u64>,
    named_end: Vec<usize>,
    said: Vec<Said>,
}

/// The subject of a mail about a vote.
#[derive(Debug)]
struct Said {
    mail: usize,
    text: String,
    read: Subject,
}

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
        if let Some(subject) = seen.subject.filter(|subject| may_be_of_vote(subject)) {
            let text = fields::text(subject);
            let read = which_call(&text);
            if matches!(read.kind, Kind::Vote | Kind::Result | Kind::Cancel) {
                self.said.push(Said { mail: self.ids.len(), text, read });
            }
        }
        self.ids.push(seen.id.unwrap_or(0));
        self.named_end.push(self.named.len());
        Some(length)
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

    /// The numbers of the mails to read, ascending. Where no subject fits, every vote is selected,
    /// so that what may have been meant can be told.
    pub fn wanted(&self, which: &Which) -> Vec<usize> {
        let mut families = Families::of(self);
        let mut wanted = Wanted::default();
        if let Which::MessageId(id) = which {
            let id = id.trim().trim_start_matches('<').trim_end_matches('>');
            let family = digest(id.as_bytes()).and_then(|id| families.of_id(id));
            wanted.families.extend(family);
        }
        for said in &self.said {
            if said.read.kind == Kind::Vote && which.fits(&said.text, &said.read) {
                wanted.keys.push(&said.read);
            }
        }
        if wanted.families.is_empty() && wanted.keys.is_empty() {
            wanted.keys.extend(self.said.iter().map(|said| &said.read));
        }
        self.close(&mut wanted, &mut families);
        (0..self.len())
            .filter(|mail| {
                let family = families.of_mail(*mail);
                wanted.families.contains(&family)
            })
            .collect()
    }

    /// Adds what fits what is wanted, until nothing more does.
    fn close<'s>(&'s self, wanted: &mut Wanted<'s>, families: &mut Families) {
        let mut by_key: HashMap<&str, Vec<&Said>> = HashMap::new();
        let mut by_family: HashMap<usize, Vec<&Said>> = HashMap::new();
        for said in &self.said {
            by_key.entry(&said.read.key).or_default().push(said);
            by_family.entry(families.of_mail(said.mail)).or_default().push(said);
        }
        let mut known: BTreeSet<&str> = BTreeSet::new();
        let mut new_families: Vec<usize> = wanted.families.iter().copied().collect();
        loop {
            while let Some(subject) = wanted.keys.pop() {
                if !known.insert(&subject.key) {
                    continue;
                }
                for (_, group) in by_key.iter().filter(|(_, group)| group[0].read.fits(subject)) {
                    for said in group {
                        wanted.keys.push(&said.read);
                        let family = families.of_mail(said.mail);
                        if wanted.families.insert(family) {
                            new_families.push(family);
                        }
                    }
                }
            }
            let Some(family) = new_families.pop() else { return };
            let members = by_family.get(&family).into_iter().flatten();
            wanted.keys.extend(members.map(|said| &said.read));
        }
    }
}

#[derive(Default)]
struct Wanted<'s> {
    families: BTreeSet<usize>,
    /// Subjects whose like is still to be looked for.
    keys: Vec<&'s Subject>,
}

/// Whether a subject, as it stands in the header, can be that of a mail about a vote: it holds one
/// of the words that [`which_call`] goes by, or is encoded.
fn may_be_of_vote(subject: &[u8]) -> bool {
    const STEMS: &[&[u8]] =
        &[b"vot", b"result", b"cancel", b"clos", b"pass", b"fail", b"withdr", b"abort", b"abando"];
    // Folds may part a word of tags no more than they part other words.
    subject.windows(2).enumerate().any(|(at, pair)| match pair {
        b"=?" => true,
        [first, _] => match first | 0x20 {
            b'v' | b'r' | b'c' | b'p' | b'f' | b'w' | b'a' => STEMS.iter().any(|stem| {
                subject[at..].get(..stem.len()).is_some_and(|word| word.eq_ignore_ascii_case(stem))
            }),
            _ => false,
        },
        _ => false,
    })
}

/// Mails linked by the ids they have and name, directly or over others.
struct Families {
    /// The mail that first had or named an id.
    first: HashMap<u64, usize, BuildHasherDefault<AsIs>>,
    up: Vec<usize>,
}

impl Families {
    fn of(seen: &Selection) -> Self {
        let first = HashMap::with_capacity_and_hasher(seen.len(), BuildHasherDefault::default());
        let mut families = Self { first, up: (0..seen.len()).collect() };
        let mut start = 0;
        for (mail, id) in seen.ids.iter().enumerate() {
            let end = seen.named_end[mail];
            let own = Some(id).filter(|id| **id != 0);
            for id in own.into_iter().chain(&seen.named[start..end]) {
                let other = *families.first.entry(*id).or_insert(mail);
                families.join(mail, other);
            }
            start = end;
        }
        families
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.of_mail(one), self.of_mail(other));
        self.up[one.max(other)] = one.min(other);
    }

    fn of_mail(&mut self, mail: usize) -> usize {
        let mut mail = mail;
        while self.up[mail] != mail {
            self.up[mail] = self.up[self.up[mail]];
            mail = self.up[mail];
        }
        mail
    }

    fn of_id(&mut self, id: u64) -> Option<usize> {
        let mail = self.first.get(&id).copied()?;
        Some(self.of_mail(mail))
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
