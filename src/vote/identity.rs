//! Who sent a mail: whether its address or, marked, its name belongs to a person with an id, and how
//! that is known.
//!
//! Evidence, the strongest first: `<id>@apache.org`; an alias that the release manager gave; the
//! roster's own addresses; the user ids of one key in KEYS; authors in the git history; and the
//! display name alone, when exactly one member of the roster has it, or somebody who wrote in the
//! same thread from an address that is known. Evidence that points to two people points to nobody.
//! A person with two addresses is one voter. Logins on GitHub are addresses: `github:LOGIN`. Pure.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::names::fold;
use super::roster::Roster;
use crate::mail::{Address, Message, SenderSource, is_machine};

/// Which evidence tells who a sender is, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The address is `<id>@apache.org`.
    ApacheAddress,
    /// An alias says so: `--alias`, `[vote.aliases]`.
    Alias,
    /// The roster has the address.
    RosterAddress,
    /// One key in KEYS has this address and one of the person's.
    Keys,
    /// The git history has this address and one of the person's under one name.
    Git,
    /// Only the name is the same; weak.
    Name,
    /// Nobody that the roster, KEYS or an alias knows.
    Unknown,
}

impl How {
    /// For people: `by name`.
    pub const fn as_str(self) -> &'static str {
        match self {
            How::ApacheAddress => "by apache.org address",
            How::Alias => "by alias",
            How::RosterAddress => "by roster address",
            How::Keys => "by KEYS",
            How::Git => "by git history",
            How::Name => "by name",
            How::Unknown => "not known",
        }
    }
}

/// Who a sender is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The id, where the person is known.
    pub id: Option<String>,
    /// The name to show: the roster's, else the mail's; empty if there is none.
    pub name: String,
    /// How it is known.
    pub how: How,
    /// The evidence in words, or why nobody could be told.
    pub because: Cow<'static, str>,
    /// The field that told the sender, where it is another than `From`.
    pub field: Option<&'static str>,
    /// Why a person has to say first whose mail it is, if so.
    pub unproven: Option<String>,
    /// What is the same for all mails of one voter and different for different voters.
    pub key: String,
}

impl Identity {
    /// Whether only a name, or a field that anybody may write, says whose mail it is.
    pub fn is_weak(&self) -> bool {
        self.how == How::Name || self.unproven.is_some()
    }
}

/// What the address of somebody on GitHub begins with.
const GITHUB: &str = "github:";

/// A key in KEYS with the people's names and addresses that it carries.
#[derive(Debug, Clone)]
pub struct KeyOwner {
    /// The fingerprint.
    pub fingerprint: String,
    /// Its user ids that are self-signed and not revoked: `Jane Doe <jane@example.org>`.
    pub user_ids: Vec<String>,
}

/// An author in the git history.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Author {
    /// As committed.
    pub name: String,
    /// As committed.
    pub address: String,
    /// As the mailmap has them; the same as `address` without one.
    pub mapped_address: String,
}

/// An alias that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AliasError {
    /// The address says itself whose it is.
    #[error("`{address}` is the address of `{owner}` and cannot be an alias of `{id}`")]
    Apache {
        /// The alias.
        address: String,
        /// Whose address it is.
        owner: String,
        /// Whose it should be.
        id: String,
    },
    /// Given twice.
    #[error("`{alias}` is given as an alias of `{first}` and of `{second}`")]
    Twice {
        /// The alias.
        alias: String,
        /// The id given first.
        first: String,
        /// The id given then.
        second: String,
    },
}

#[derive(Debug, Clone)]
struct Owner {
    id: String,
    how: How,
    because: Cow<'static, str>,
    /// Evidence of this kind also gives it to somebody else, so that it is nobody's.
    disputed: bool,
}

/// Everything that is known about who has which address and name.
#[derive(Debug, Clone, Default)]
pub struct Identities {
    addresses: BTreeMap<String, Owner>,
    alias_names: BTreeMap<String, String>,
    member_names: BTreeMap<String, BTreeSet<String>>,
    /// Of people without an id that have several addresses, one that stands for all.
    same: BTreeMap<String, String>,
    /// Names of people who wrote in the thread from an address that is known.
    thread_names: BTreeMap<String, BTreeSet<String>>,
    /// The lists of the thread.
    lists: Vec<String>,
    names: BTreeMap<String, String>,
}

impl Identities {
    /// Starts with what the roster says.
    pub fn new(roster: &Roster) -> Self {
        let mut known = Self::default();
        for (id, member) in &roster.members {
            if let Some(name) = member.names.first() {
                known.names.insert(id.clone(), name.clone());
            }
            for name in &member.names {
                known.member_names.entry(fold(name)).or_default().insert(id.clone());
            }
        }
        let listed = roster.members.iter().flat_map(|(id, member)| {
            member.addresses.iter().map(move |address| (id.as_str(), address.as_str()))
        });
        known.learn(listed, How::RosterAddress, "the roster has this address");
        known
    }

    /// Takes an alias: another address or name of the person with this id.
    ///
    /// # Errors
    /// It contradicts an `apache.org` address or another alias.
    pub fn alias(&mut self, id: &str, alias: &str) -> Result<(), AliasError> {
        let id = id.to_lowercase();
        if !alias.contains('@') && !alias.to_lowercase().starts_with(GITHUB) {
            let twice = |first: String| AliasError::Twice {
                alias: alias.to_owned(),
                first,
                second: id.clone(),
            };
            return match self.alias_names.insert(fold(alias), id.clone()) {
                Some(first) if first != id => Err(twice(first)),
                _ => Ok(()),
            };
        }
        let address = normal(alias);
        if let Some(owner) = apache_id(&address) {
            return match owner == id {
                true => Ok(()),
                false => Err(AliasError::Apache { address, owner, id }),
            };
        }
        let because = format!("the alias {id} = {address}").into();
        let owner = Owner { id: id.clone(), how: How::Alias, because, disputed: false };
        match self.addresses.insert(address.clone(), owner) {
            Some(before) if before.how == How::Alias && before.id != id => {
                Err(AliasError::Twice { alias: address, first: before.id, second: id })
            }
            _ => Ok(()),
        }
    }

    /// Learns from the keys of the project's KEYS file: who signs one user id has them all.
    pub fn add_keys(&mut self, keys: &[KeyOwner]) {
        let people = keys.iter().map(|key| {
            let mut person = Person::of(How::Keys, format!("key {} in KEYS", key.fingerprint));
            for user_id in &key.user_ids {
                let (name, address) = split_user_id(user_id);
                person.names.extend(name.map(|name| fold(&name)));
                person.addresses.extend(address.map(|address| normal(&address)));
            }
            person
        });
        self.add_people(people.collect());
    }

    /// Learns from the authors of the git history: one name, or one entry of the mailmap, with
    /// several addresses is one person.
    pub fn add_authors(&mut self, authors: &[Author]) {
        let mut by_name: BTreeMap<String, Person> = BTreeMap::new();
        let mut by_mapped: BTreeMap<String, Person> = BTreeMap::new();
        let add = |person: &mut Person, author: &Author| {
            person.names.insert(fold(&author.name));
            person.addresses.insert(normal(&author.address));
            person.addresses.insert(normal(&author.mapped_address));
        };
        for author in authors {
            // One word is a nickname or a machine and no name of a person.
            let name = fold(&author.name);
            if name.contains(' ') {
                let because = || format!("the git history, where {} has both", author.name);
                let person = by_name.entry(name).or_insert_with(|| Person::of(How::Git, because()));
                add(person, author);
            }
            if normal(&author.mapped_address) != normal(&author.address) {
                let person = by_mapped
                    .entry(normal(&author.mapped_address))
                    .or_insert_with(|| Person::of(How::Git, "the mailmap".to_owned()));
                add(person, author);
            }
        }
        self.add_people(by_mapped.into_values().chain(by_name.into_values()).collect());
    }

    /// Learns from the mails of the thread that is counted: over which lists they come, and what
    /// people are called who write from an address that is known.
    pub fn of_thread<'m>(
        mut self,
        call: &Message,
        mails: impl Iterator<Item = &'m Message>,
    ) -> Self {
        self.lists.clone_from(&call.lists);
        for mail in mails {
            let plain = matches!(mail.sender_source, SenderSource::From | SenderSource::GitHub);
            let (Some(name), true) = (&mail.sender.name, plain) else { continue };
            if let Some(owner) = self.owner(&normal(&mail.sender.address)) {
                self.thread_names.entry(fold(name)).or_default().insert(owner.id);
            }
        }
        self
    }

    /// Says who sent a mail.
    pub fn who(&self, message: &Message) -> Identity {
        let sender = &message.sender;
        let name = sender.name.as_deref().unwrap_or_default().trim();
        let address = normal(&sender.address);
        let source = message.sender_source;
        let owner = match source {
            SenderSource::Unsure(why) => {
                return Identity {
                    id: None,
                    name: name.to_owned(),
                    how: How::Unknown,
                    because: why.into(),
                    field: None,
                    unproven: Some(format!("whose mail is it? {why}")),
                    key: format!("mail:{}", message.id),
                };
            }
            SenderSource::Hidden(_) => None,
            // What list software puts in place of the sender is everybody's address.
            SenderSource::From if message.lists.contains(&address) => None,
            _ => Some(&address[..]),
        };
        let by_address = owner.and_then(|address| self.owner(address));
        let found = by_address.map_or_else(|| self.by_name(name), Ok);
        let mut identity = match found {
            Ok(Owner { id, how, because, .. }) => Identity {
                name: self.names.get(&id).map_or(name, String::as_str).to_owned(),
                key: format!("id:{id}"),
                id: Some(id),
                how,
                because,
                field: None,
                unproven: None,
            },
            Err(because) => Identity {
                id: None,
                name: name.to_owned(),
                how: How::Unknown,
                because: match address.strip_prefix(GITHUB) {
                    Some(login) => {
                        format!("nobody says whose login that is: --alias ID={GITHUB}{login}")
                            .into()
                    }
                    None => because,
                },
                field: None,
                unproven: None,
                key: match owner.filter(|address| !address.is_empty()) {
                    Some(address) => {
                        format!("address:{}", self.same.get(address).map_or(address, |one| one))
                    }
                    None => format!("name:{}", fold(name)),
                },
            },
        };
        identity.field = source.other_field();
        if let Some(field) = identity.field
            && identity.how < How::Name
            && let Some(id) = &identity.id
        {
            let here = message.lists.iter().any(|list| self.lists.contains(list));
            if !here || !self.is_called(id, name, source) {
                identity.unproven = Some(format!(
                    "is it by {}? The list stands in From, and only {field} says so, which anybody \
                     can write",
                    if identity.name.is_empty() { id } else { &identity.name }
                ));
            }
        }
        identity
    }

    /// Whether somebody behind a list has the name that `From` carries. Where no name is known, only
    /// what list software itself writes is believed.
    fn is_called(&self, id: &str, name: &str, source: SenderSource) -> bool {
        let words = |name: &str| -> BTreeSet<String> {
            fold(name).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        let carried = words(name);
        let of_id = |names: &BTreeMap<String, BTreeSet<String>>| -> Vec<BTreeSet<String>> {
            let named = names.iter().filter(|(_, ids)| ids.contains(id));
            named.map(|(name, _)| words(name)).collect()
        };
        let mut known = of_id(&self.member_names);
        known.extend(of_id(&self.thread_names));
        let aliases = self.alias_names.iter().filter(|(_, owner)| *owner == id);
        known.extend(aliases.map(|(name, _)| words(name)));
        let of_list = matches!(source, SenderSource::OriginalFrom | SenderSource::Unmasked);
        !carried.is_empty()
            && match known.is_empty() {
                true => of_list,
                false => {
                    known.iter().any(|name| carried.is_subset(name) || name.is_subset(&carried))
                }
            }
    }

    /// The name of the person with this id, if it is known.
    pub fn name(&self, id: &str) -> Option<&str> {
        self.names.get(id).map(String::as_str)
    }

    fn owner(&self, address: &str) -> Option<Owner> {
        match apache_id(address) {
            Some(id) => {
                let because = "an apache.org address".into();
                Some(Owner { id, how: How::ApacheAddress, because, disputed: false })
            }
            None => self.addresses.get(address).filter(|owner| !owner.disputed).cloned(),
        }
    }

    fn by_name(&self, name: &str) -> Result<Owner, Cow<'static, str>> {
        let folded = fold(name);
        let owner = |id: &str, how: How, because: Cow<'static, str>| {
            Ok(Owner { id: id.to_owned(), how, because, disputed: false })
        };
        if let Some(id) = self.alias_names.get(&folded) {
            return owner(id, How::Alias, format!("the alias {id} = {name}").into());
        }
        let members = self.member_names.get(&folded).into_iter().flatten();
        let writers = self.thread_names.get(&folded).into_iter().flatten();
        let ids: BTreeSet<&str> = members.clone().chain(writers).map(String::as_str).collect();
        let mut only = ids.iter();
        match (only.next(), only.next()) {
            _ if folded.is_empty() => Err("neither address nor name is on the roster".into()),
            (None, _) => Err("neither address nor name is on the roster".into()),
            (Some(id), None) if members.count() == 0 => {
                let because = format!("only the name is the same as in mails from {id}'s address");
                owner(id, How::Name, because.into())
            }
            (Some(id), None) => {
                owner(id, How::Name, "only the name is the same as on the roster".into())
            }
            _ => {
                let all: Vec<&str> = ids.into_iter().collect();
                Err(format!("{} people have this name: {}", all.len(), all.join(", ")).into())
            }
        }
    }

    /// Gives the addresses of each of these people to the one id that they point to: by an address
    /// that is known already, else by a name that one member has.
    fn add_people(&mut self, people: Vec<Person>) {
        for person in people {
            let by_address: BTreeSet<String> =
                person.addresses.iter().filter_map(|a| Some(self.owner(a)?.id)).collect();
            let (ids, how) = match by_address.is_empty() {
                false => (by_address, person.how),
                true => {
                    let named = person.names.iter().filter_map(|name| self.member_names.get(name));
                    (named.flatten().cloned().collect(), How::Name)
                }
            };
            if ids.is_empty() {
                let known = person.addresses.iter().find_map(|address| self.same.get(address));
                let first = known.or(person.addresses.first()).cloned().unwrap_or_default();
                let others = person.addresses.into_iter().filter(|address| !is_machine(address));
                self.same.extend(others.map(|address| (address, first.clone())));
                continue;
            }
            let mut ids = ids.iter();
            let (Some(id), None) = (ids.next(), ids.next()) else { continue };
            let because = match how {
                How::Name => format!("only by the name in {}", person.because),
                _ => person.because.clone(),
            };
            let listed = person.addresses.iter().map(|address| (id.as_str(), address.as_str()));
            self.learn(listed, how, &because);
        }
    }

    /// Takes addresses that nothing stronger has told the owner of. Two owners by the same kind of
    /// evidence are none.
    fn learn<'a>(
        &mut self,
        listed: impl Iterator<Item = (&'a str, &'a str)>,
        how: How,
        because: &str,
    ) {
        for (id, address) in listed {
            let address = normal(address);
            if address.is_empty() || apache_id(&address).is_some() || is_machine(&address) {
                continue;
            }
            match self.addresses.get_mut(&address) {
                Some(owner) if owner.how < how || owner.id == id => {}
                Some(owner) if owner.how == how => owner.disputed = true,
                _ => {
                    let because = because.to_owned().into();
                    let owner = Owner { id: id.to_owned(), how, because, disputed: false };
                    self.addresses.insert(address, owner);
                }
            }
        }
    }
}

struct Person {
    how: How,
    because: String,
    names: BTreeSet<String>,
    addresses: BTreeSet<String>,
}

impl Person {
    fn of(how: How, because: String) -> Self {
        Self { how, because, names: BTreeSet::new(), addresses: BTreeSet::new() }
    }
}

/// An address as it is compared. The one that GitHub gives to people for their commits is a login.
fn normal(address: &str) -> String {
    let address = address.trim().trim_matches(['<', '>']).to_lowercase();
    match address.strip_suffix("@users.noreply.github.com") {
        Some(login) => {
            format!("{GITHUB}{}", login.split_once('+').map_or(login, |(_, login)| login))
        }
        None => address,
    }
}

/// The id in `<id>@apache.org`, also with an addition as in `jane+lists@apache.org`.
fn apache_id(address: &str) -> Option<String> {
    let local = address.strip_suffix("@apache.org").filter(|_| !is_machine(address))?;
    let id = local.split_once('+').map_or(local, |(id, _)| id);
    // Web archives cut addresses: `ja...@apache.org`.
    Some(id.to_owned()).filter(|id| !id.is_empty() && !id.contains(".."))
}

/// Name and address of an OpenPGP user id.
fn split_user_id(text: &str) -> (Option<String>, Option<String>) {
    let named = |name: &str| Some(name.trim().to_owned()).filter(|name| !name.is_empty());
    match text.rsplit_once('<') {
        Some((name, address)) => (
            named(name),
            Some(address.trim_end_matches('>').to_owned()).filter(|a| a.contains('@')),
        ),
        None if text.contains('@') => (None, Some(text.to_owned())),
        None => (named(text), None),
    }
}

/// An address as it may be published: `j…@example.org`.
pub fn shorten(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return address.to_owned();
    };
    let first: String = local.trim_matches('"').chars().take(1).collect();
    format!("{first}…@{domain}")
}

/// Text with every address in it shortened.
pub fn shorten_all(text: &str) -> String {
    if !text.contains('@') {
        return text.to_owned();
    }
    let inside = |c: char| c.is_alphanumeric() || "@._+-%'=/".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(inside) {
        let (before, word) = rest.split_at(start);
        let (word, after) = word.split_at(word.find(|c| !inside(c)).unwrap_or(word.len()));
        out.push_str(before);
        match word.split_once('@') {
            Some((local, domain)) if !local.is_empty() && domain.contains('.') => {
                out.push_str(&shorten(word));
            }
            _ => out.push_str(word),
        }
        rest = after;
    }
    out + rest
}

/// The person's name and address as a mail has them, for messages.
pub fn called(sender: &Address) -> String {
    match &sender.name {
        Some(name) if !name.is_empty() => name.clone(),
        _ => shorten(&sender.address),
    }
}

#[cfg(test)]
mod tests {
    use super::super::roster::{Body, Document};
    use super::*;
    use crate::mail::MessageId;

    const ROSTER: &str = "jane  Jane Doe  jane@home.example\nmax  Max Muster\n\
                          li1  Li Wei\nli2  Li Wei\nherve  Hervé Boutemy\n";

    fn known() -> Identities {
        let document = Document { name: "roster", bytes: ROSTER.as_bytes(), fetched: None };
        Identities::new(&Roster::read("demo", Body::Pmc, &[document]).expect("a roster"))
    }

    fn mail(name: &str, address: &str) -> Message {
        let name = Some(name.to_owned()).filter(|name| !name.is_empty());
        let from = Address { name, address: address.to_owned() };
        Message {
            id: MessageId("1@x".to_owned()),
            sender: from.into(),
            lists: vec!["dev@demo.apache.org".to_owned()],
            ..Message::default()
        }
    }

    fn who(known: &Identities, name: &str, address: &str) -> (Option<String>, How) {
        let identity = known.who(&mail(name, address));
        (identity.id, identity.how)
    }

    fn is(id: &str, how: How) -> (Option<String>, How) {
        (Some(id.to_owned()), how)
    }

    #[test]
    fn addresses_and_names_tell_who_it_is() {
        let mut known = known();
        known.alias("max", "max@work.example").expect("an alias");
        known.alias("max", "M. Muster").expect("an alias");
        assert_eq!(who(&known, "x", "Jane@Apache.org"), is("jane", How::ApacheAddress));
        assert_eq!(who(&known, "x", "jane+x@apache.org"), is("jane", How::ApacheAddress));
        assert_eq!(who(&known, "x", "new@apache.org"), is("new", How::ApacheAddress));
        assert_eq!(who(&known, "x", "JANE@home.example"), is("jane", How::RosterAddress));
        assert_eq!(who(&known, "x", "max@work.example"), is("max", How::Alias));
        assert_eq!(who(&known, "m muster", "a@b.example"), is("max", How::Alias));
        assert_eq!(who(&known, "BOUTEMY, Herve", "h@free.example"), is("herve", How::Name));
        assert_eq!(who(&known, "Jane Roe", "j@b.example"), (None, How::Unknown));
        assert_eq!(who(&known, "", "j@b.example"), (None, How::Unknown));
        // Neither a host below apache.org nor one that ends like it is apache.org.
        assert_eq!(who(&known, "", "jane@demo.apache.org"), (None, How::Unknown));
        assert_eq!(who(&known, "", "jane@xapache.org"), (None, How::Unknown));
    }

    #[test]
    fn two_members_with_one_name_are_neither() {
        let identity = known().who(&mail("Li Wei", "li@b.example"));
        assert_eq!(identity.id, None);
        assert_eq!(identity.because, "2 people have this name: li1, li2");
    }

    #[test]
    fn keys_and_git_tell_further_addresses() {
        let mut known = known();
        known.add_keys(&[
            KeyOwner {
                fingerprint: "AA".to_owned(),
                user_ids: vec![
                    "Jane <jane@apache.org>".into(),
                    "J (work) <jd@work.example>".into(),
                ],
            },
            KeyOwner {
                fingerprint: "BB".to_owned(),
                user_ids: vec!["a@apache.org".into(), "b@apache.org".into(), "ab@x.example".into()],
            },
            KeyOwner {
                fingerprint: "CC".to_owned(),
                user_ids: vec!["Max Muster <mm@x.example>".into()],
            },
        ]);
        let author = |name: &str, address: &str, mapped: &str| Author {
            name: name.to_owned(),
            address: address.to_owned(),
            mapped_address: mapped.to_owned(),
        };
        known.add_authors(&[
            author("Jane Doe", "jd@git.example", "jd@git.example"),
            author("Jane Doe", "jd@work.example", "jd@work.example"),
            author("root", "root@localhost", "root@localhost"),
            author("nick", "nick@git.example", "max@apache.org"),
        ]);
        assert_eq!(who(&known, "", "jd@work.example"), is("jane", How::Keys));
        assert_eq!(who(&known, "", "ab@x.example"), (None, How::Unknown));
        known.add_authors(&[
            author("Con Tributor", "con@home.example", "con@home.example"),
            author("Con Tributor", "con@work.example", "con@work.example"),
        ]);
        let key = |address: &str| known.who(&mail("x", address)).key;
        assert_eq!(key("con@home.example"), key("con@work.example"));
        assert_ne!(key("con@home.example"), key("con@x.example"));
        assert_eq!(who(&known, "", "mm@x.example"), is("max", How::Name));
        assert_eq!(who(&known, "", "jd@git.example"), is("jane", How::Git));
        assert_eq!(who(&known, "", "nick@git.example"), is("max", How::Git));
        assert_eq!(who(&known, "", "root@localhost"), (None, How::Unknown));
    }

    #[test]
    fn an_alias_cannot_take_what_is_told_otherwise() {
        let mut known = known();
        let error = known.alias("max", "jane@apache.org").expect_err("Jane's");
        assert!(error.to_string().contains("is the address of `jane`"), "{error}");
        known.alias("max", "m@x.example").expect("an alias");
        assert!(known.alias("max", "M@x.example").is_ok());
        assert!(matches!(known.alias("jane", "m@x.example"), Err(AliasError::Twice { .. })));
        // What the release manager says is stronger than the roster's own list.
        known.alias("max", "jane@home.example").expect("an alias");
        assert_eq!(who(&known, "", "jane@home.example"), is("max", How::Alias));
    }

    #[test]
    fn the_address_of_the_list_is_nobodys() {
        let known = known();
        let one = known.who(&mail("Ann via dev", "dev@demo.apache.org"));
        let other = known.who(&mail("Bob via dev", "dev@demo.apache.org"));
        assert_ne!(one.key, other.key);
        assert_eq!(who(&known, "Max Muster", "dev@demo.apache.org"), is("max", How::Name));
    }

    fn behind(name: &str, address: &str, source: SenderSource) -> Message {
        Message { sender_source: source, ..mail(name, address) }
    }

    #[test]
    fn another_field_than_from_is_believed_where_the_name_fits() {
        use SenderSource::{OriginalFrom, ReplyTo, Unmasked};
        let call = mail("Ann", "ann@apache.org");
        let known = known().of_thread(&call, [].into_iter());
        let ids = Document { name: "ids", bytes: b"v1\n", fetched: None };
        let ids = Roster::read("demo", Body::Pmc, &[ids]).expect("a roster");
        let ids = Identities::new(&ids).of_thread(&call, [].into_iter());
        for (known, name, address, source, is_proven) in [
            (&known, "Max Muster", "max@apache.org", ReplyTo, true),
            (&known, "Max", "max@apache.org", Unmasked, true),
            (&known, "Eve", "max@apache.org", ReplyTo, false),
            (&known, "", "max@apache.org", OriginalFrom, false),
            // Without names on the roster only what the list writes tells.
            (&ids, "Vera Voter", "v1@apache.org", OriginalFrom, true),
            (&ids, "Vera Voter", "v1@apache.org", ReplyTo, false),
        ] {
            let identity = known.who(&behind(name, address, source));
            assert!(identity.id.is_some() && identity.field.is_some(), "{name} {source:?}");
            assert_eq!(identity.unproven.is_none(), is_proven, "{name} {source:?}");
        }
        let mut elsewhere = behind("Max Muster", "max@apache.org", ReplyTo);
        elsewhere.lists = vec!["dev@other.apache.org".to_owned()];
        assert!(known.who(&elsewhere).unproven.is_some(), "another list's marks");
    }

    #[test]
    fn a_mail_of_nobody_in_particular_is_nobodys() {
        let unsure = SenderSource::Unsure("it has several From fields");
        let one = known().who(&behind("Jane Doe", "jane@apache.org", unsure));
        assert_eq!((one.id, one.how), (None, How::Unknown));
        assert!(one.unproven.is_some_and(|why| why.contains("several From fields")));
    }

    #[test]
    fn logins_are_told_by_aliases_git_and_the_roster() {
        let text = "ann  Ann Archer  github:Ann-A\nbob  Bob Baker\ncat  Cat Cole\n";
        let document = Document { name: "roster", bytes: text.as_bytes(), fetched: None };
        let roster = Roster::read("demo", Body::Pmc, &[document]).expect("a roster");
        let mut known = Identities::new(&roster);
        known.alias("bob", "github:BobB").expect("an alias");
        let author = |name: &str, address: &str| Author {
            name: name.to_owned(),
            address: address.to_owned(),
            mapped_address: address.to_owned(),
        };
        known.add_authors(&[
            author("Cat Cole", "cat@apache.org"),
            author("Cat Cole", "12+catc@users.noreply.github.com"),
            author("Cat Cole", "noreply@github.com"),
        ]);
        let who = |login: &str| {
            let address = format!("github:{login}");
            known.who(&behind(&format!("GitHub user {login}"), &address, SenderSource::GitHub))
        };
        for (login, id, how) in [
            ("ann-a", "ann", How::RosterAddress),
            ("bobb", "bob", How::Alias),
            ("CatC", "cat", How::Git),
        ] {
            assert_eq!((who(login).id.as_deref(), who(login).how), (Some(id), how), "{login}");
        }
        let dan = who("dan");
        assert_eq!((dan.id, &dan.key[..]), (None, "address:github:dan"));
        assert_eq!(dan.because, "nobody says whose login that is: --alias ID=github:dan");
    }

    #[test]
    fn who_wrote_from_a_known_address_is_known_by_name_elsewhere() {
        let ids = Document { name: "ids", bytes: b"v1\nv2\n", fetched: None };
        let ids = Roster::read("demo", Body::Pmc, &[ids]).expect("a roster");
        let mails = [mail("Vera Voter", "v1@apache.org"), mail("Vic", "v2@apache.org")];
        let known = Identities::new(&ids).of_thread(&mails[0], mails.iter());
        assert_eq!(who(&known, "Voter, Vera", "vera@home.example"), is("v1", How::Name));
        assert_eq!(who(&known, "Xaver", "xaver@home.example"), (None, How::Unknown));
    }

    #[test]
    fn addresses_are_shortened_for_the_public() {
        assert_eq!(shorten("jane.doe@gmail.com"), "j…@gmail.com");
        assert_eq!(shorten("nobody"), "nobody");
        assert_eq!(
            shorten_all("+1 (<jane@x.example>, me@y.example.) @all 2@3"),
            "+1 (<j…@x.example>, m…@y.example.) @all 2@3"
        );
    }
}
