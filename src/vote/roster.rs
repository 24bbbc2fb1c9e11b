//! Whose votes bind: the rosters of projects and podlings, in every form that is published, and as
//! a plain list.
//!
//! Read are whimsy's `public_ldap_projects.json`, `committee-info.json` and
//! `public_ldap_people.json`, projects.apache.org's `committees.json`, `groups.json`, `people.json`
//! and `podlings.json`, and text with a member a line: `id  Name  [address…] [YYYY-MM-DD]`. Which
//! it is is told by the content. The first that lists the members decides who is one (T-03); the
//! others add names, dates and addresses. Pure.

use std::collections::BTreeMap;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::names;

/// The most bytes that a roster may have; the ASF's have about one million.
pub const LARGEST: usize = 16 << 20;

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Body {
    /// The project management committee of a top-level project.
    Pmc,
    /// The committee of a podling, in its own vote (V-08).
    Ppmc,
    /// The committee of the Incubator, in the second vote on a podling's release (V-08).
    Ipmc,
}

impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Body::Pmc => "PMC",
            Body::Ppmc => "PPMC",
            Body::Ipmc => "Incubator PMC",
        })
    }
}

/// A person whose votes bind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// The name in its spellings, the one to show first.
    pub names: Vec<String>,
    /// When they joined, where that is known.
    pub since: Option<NaiveDate>,
    /// Their addresses besides `<id>@apache.org`, in lower case; `github:LOGIN` too.
    pub addresses: Vec<String>,
}

/// A document that the roster was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Path or address.
    pub name: String,
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// The day it is of: as it says itself, else when it was fetched.
    pub dated: Option<NaiveDate>,
}

/// A document to read.
#[derive(Debug, Clone)]
pub struct Document<'a> {
    /// Path or address.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
    /// The day it was fetched, for what does not say its own.
    pub fetched: Option<NaiveDate>,
}

/// Whose votes bind in one vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    /// The project or podling.
    pub project: String,
    /// Which committee.
    pub body: Body,
    /// The members by their ids.
    pub members: BTreeMap<String, Member>,
    /// Where it was read, the document that decides first.
    pub sources: Vec<Source>,
}

/// A roster that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RosterError {
    /// Far larger than any roster.
    #[error("`{name}` has {bytes} bytes, more than any roster has")]
    TooLarge {
        /// The document.
        name: String,
        /// Its size.
        bytes: usize,
    },
    /// Begins like JSON and is none.
    #[error("`{name}` is no valid JSON: {message}")]
    Json {
        /// The document.
        name: String,
        /// What is wrong and where.
        message: String,
    },
    /// Neither one of the JSON forms nor a list.
    #[error("`{name}` is no roster that plusone knows")]
    Unknown {
        /// The document.
        name: String,
    },
    /// A line of a text roster that names nobody.
    #[error("`{name}`, line {line}: {message}")]
    Line {
        /// The document.
        name: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The project is in none of the documents.
    #[error("the roster has no {body} of `{project}`{}", did_you_mean(similar))]
    NoProject {
        /// Which committee was looked for.
        body: Body,
        /// Whose.
        project: String,
        /// Names that are spelled like it.
        similar: Vec<String>,
    },
    /// There is nobody in it.
    #[error("the roster has no member of the {body} of `{project}`")]
    Empty {
        /// Which committee was looked for.
        body: Body,
        /// Whose.
        project: String,
    },
}

fn did_you_mean(similar: &[String]) -> String {
    match similar {
        [] => String::new(),
        [one] => format!("; did you mean `{one}`?"),
        many => format!("; did you mean one of `{}`?", many.join("`, `")),
    }
}

impl Roster {
    /// Reads the roster of a committee from one or more documents.
    ///
    /// # Errors
    /// See [`RosterError`].
    pub fn read(
        project: &str,
        body: Body,
        documents: &[Document<'_>],
    ) -> Result<Self, RosterError> {
        let parsed = documents.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
        let key = if body == Body::Ipmc { "incubator" } else { project };
        let lists = parsed.iter().map(|form| form.members(key, body));
        let mut lists: Vec<Option<Members>> = lists.collect();
        let Some(deciding) = lists.iter().position(Option::is_some) else {
            let known = parsed.iter().flat_map(|form| form.projects(body));
            let similar = names::similar(key, known).into_iter().map(str::to_owned).collect();
            return Err(RosterError::NoProject { body, project: key.to_owned(), similar });
        };
        let mut members = lists[deciding].take().unwrap_or_default();
        if members.is_empty() {
            return Err(RosterError::Empty { body, project: key.to_owned() });
        }
        // Documents that say nothing of these people are no sources.
        let mut used = vec![false; parsed.len()];
        used[deciding] = true;
        for (id, member) in &mut members {
            for (number, form) in parsed.iter().enumerate() {
                let listed = lists[number].as_mut().and_then(|list| list.remove(id));
                let named = form.name_of(id);
                used[number] |= listed.is_some() || named.is_some();
                member.learn(listed.unwrap_or_default());
                let names = named.into_iter().collect();
                let addresses = form.logins_of(id);
                member.learn(Member { names, addresses, since: None });
            }
        }
        let deciding = used[..deciding].iter().filter(|used| **used).count();
        let mut sources: Vec<Source> = documents
            .iter()
            .zip(&parsed)
            .zip(used)
            .filter(|(_, used)| *used)
            .map(|((document, form), _)| Source {
                name: document.name.to_owned(),
                sha256: hex(&Sha256::digest(document.bytes)),
                dated: form.dated().or(document.fetched),
            })
            .collect();
        sources[..=deciding].rotate_right(1);
        Ok(Self { project: project.to_owned(), body, members, sources })
    }

    /// The day of the document that decides.
    pub fn dated(&self) -> Option<NaiveDate> {
        self.sources.first().and_then(|source| source.dated)
    }

    /// Whether a person's votes bind on a day (T-03): none where they are no member, the day they
    /// become one where that is later.
    pub fn membership(&self, id: &str, day: NaiveDate) -> Membership {
        match self.members.get(id) {
            None => Membership::None,
            Some(Member { since: Some(since), .. }) if *since > day => Membership::From(*since),
            Some(_) => Membership::Member,
        }
    }
}

/// What a person is to a committee on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Membership {
    /// A member.
    Member,
    /// A member, but only from this later day on.
    From(NaiveDate),
    /// No member.
    None,
}

type Members = BTreeMap<String, Member>;

impl Member {
    fn learn(&mut self, more: Member) {
        for name in more.names {
            if !name.is_empty() && !self.names.contains(&name) {
                self.names.push(name);
            }
        }
        self.since = self.since.or(more.since);
        for address in more.addresses {
            if !self.addresses.contains(&address) {
                self.addresses.push(address);
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A document by its form.
enum Form {
    /// `public_ldap_projects.json`
    LdapProjects { projects: Map<String, Value>, dated: Option<NaiveDate> },
    /// `public_ldap_people.json`
    LdapPeople(Map<String, Value>),
    /// `committee-info.json`
    CommitteeInfo { committees: Map<String, Value>, dated: Option<NaiveDate> },
    /// `committees.json`
    Committees(Vec<Value>),
    /// `groups.json`
    Groups(Map<String, Value>),
    /// `people.json`
    People(Map<String, Value>),
    /// `podlings.json`, which says what podlings are called and not who is in them.
    Podlings,
    /// A member a line.
    Text(Members),
}

fn parse(document: &Document<'_>) -> Result<Form, RosterError> {
    let name = || document.name.to_owned();
    if document.bytes.len() > LARGEST {
        return Err(RosterError::TooLarge { name: name(), bytes: document.bytes.len() });
    }
    let bytes = document.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document.bytes);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[')) {
        return text(document.name, &String::from_utf8_lossy(bytes));
    }
    let json = serde_json::from_slice(bytes)
        .map_err(|error| RosterError::Json { name: name(), message: error.to_string() })?;
    form_of(json).ok_or_else(|| RosterError::Unknown { name: name() })
}

fn form_of(json: Value) -> Option<Form> {
    let mut map = match json {
        Value::Array(list) if list.iter().any(|item| item["roster"].is_object()) => {
            return Some(Form::Committees(list));
        }
        Value::Object(map) => map,
        _ => return None,
    };
    let dated = |map: &Map<String, Value>, key: &str| map.get(key).and_then(day);
    if let Some(projects) = take(&mut map, "projects") {
        return Some(Form::LdapProjects { projects, dated: dated(&map, "lastTimestamp") });
    }
    if let Some(committees) = take(&mut map, "committees") {
        return Some(Form::CommitteeInfo { committees, dated: dated(&map, "last_updated") });
    }
    if let Some(people) = take(&mut map, "people") {
        return Some(Form::LdapPeople(people));
    }
    let all = |fits: fn(&Value) -> bool| !map.is_empty() && map.values().all(fits);
    if all(Value::is_array) {
        Some(Form::Groups(map))
    } else if all(|entry| entry["groups"].is_array()) {
        Some(Form::People(map))
    } else if all(|entry| entry["podling"].is_boolean()) {
        Some(Form::Podlings)
    } else {
        None
    }
}

fn take(map: &mut Map<String, Value>, key: &str) -> Option<Map<String, Value>> {
    match map.get_mut(key).map(Value::take) {
        Some(Value::Object(inner)) => Some(inner),
        _ => None,
    }
}

/// A day as the documents write it: `2025-02-19…` or `20250219…`.
fn day(value: &Value) -> Option<NaiveDate> {
    let text = value.as_str()?;
    let begin = |length: usize, format: &str| {
        text.get(..length).and_then(|text| NaiveDate::parse_from_str(text, format).ok())
    };
    begin(10, "%Y-%m-%d").or_else(|| begin(8, "%Y%m%d"))
}

fn text(name: &str, text: &str) -> Result<Form, RosterError> {
    let mut members = Members::new();
    for (index, line) in text.lines().enumerate() {
        // A `#` inside a word belongs to it.
        let comment = line
            .match_indices('#')
            .find(|(at, _)| line[..*at].chars().next_back().is_none_or(char::is_whitespace));
        let line = comment.map_or(line, |(at, _)| &line[..at]);
        let mut words = line.split_whitespace();
        let Some(id) = words.next() else { continue };
        let wrong =
            |message: String| RosterError::Line { name: name.to_owned(), line: index + 1, message };
        if !is_id(id) {
            return Err(wrong(format!("`{id}` is no id; expected `id  Name  [address…]`")));
        }
        let mut member = Member::default();
        let mut called: Vec<&str> = Vec::new();
        for word in words {
            let bare = word.trim_matches(['<', '>', ',', ';', '[', ']']);
            if bare.contains('@') || bare.to_lowercase().starts_with("github:") {
                member.addresses.push(bare.to_lowercase());
            } else if let Ok(since) = NaiveDate::parse_from_str(bare, "%Y-%m-%d") {
                member.since = Some(since);
            } else {
                called.push(word);
            }
        }
        if !called.is_empty() {
            member.names.push(called.join(" "));
        }
        if let Some(before) = members.insert(id.to_lowercase(), member) {
            let again = before.names.first().map_or(String::new(), |name| format!(" ({name})"));
            return Err(wrong(format!("`{id}`{again} is listed twice")));
        }
    }
    Ok(Form::Text(members))
}

/// Whether a word can be an id: as the ASF gives them, or as another project may.
fn is_id(word: &str) -> bool {
    word.len() <= 64
        && word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

impl Form {
    /// The members of a committee, if this form lists them: an empty list for one without members.
    fn members(&self, key: &str, body: Body) -> Option<Members> {
        match self {
            Form::Text(members) => Some(members.clone()),
            Form::LdapProjects { projects, .. } => Some(ids(&projects.get(key)?["owners"])),
            // The rest knows no podling's committee: groups.json has its committers only.
            _ if body == Body::Ppmc => None,
            Form::CommitteeInfo { committees, .. } => {
                let by_list =
                    || committees.values().find(|committee| committee["mail_list"] == key);
                dated_members(&committees.get(key).or_else(by_list)?["roster"])
            }
            Form::Committees(list) => {
                let named = |field: &str| list.iter().find(|committee| committee[field] == key);
                dated_members(&named("id").or_else(|| named("group"))?["roster"])
            }
            Form::Groups(groups) => Some(ids(groups.get(&format!("{key}-pmc"))?)),
            Form::People(people) => {
                let group = format!("{key}-pmc");
                let belongs = |person: &Value| {
                    person["groups"]
                        .as_array()
                        .is_some_and(|groups| groups.contains(&group[..].into()))
                };
                let members: Members = people
                    .iter()
                    .filter(|(_, person)| belongs(person))
                    .map(|(id, _)| (id.to_lowercase(), Member::default()))
                    .collect();
                Some(members).filter(|members| !members.is_empty())
            }
            Form::LdapPeople(_) | Form::Podlings => None,
        }
    }

    fn name_of(&self, id: &str) -> Option<String> {
        match self {
            Form::People(people) | Form::LdapPeople(people) => {
                people.get(id)?["name"].as_str().map(str::to_owned)
            }
            _ => None,
        }
    }

    /// What somebody is called on GitHub, by any field of that name.
    fn logins_of(&self, id: &str) -> Vec<String> {
        let (Form::People(people) | Form::LdapPeople(people)) = self else { return Vec::new() };
        let person = people.get(id).and_then(Value::as_object).into_iter().flatten();
        let told = person.filter(|(field, _)| field.to_lowercase().contains("github"));
        let told = told.flat_map(|(_, value)| match value {
            Value::Array(logins) => logins.iter().collect(),
            one => vec![one],
        });
        let login = |told: &Value| {
            let login = told.as_str()?.trim_end_matches('/').rsplit('/').next()?.to_lowercase();
            (!login.is_empty()).then(|| format!("github:{login}"))
        };
        told.filter_map(login).collect()
    }

    /// The names of the committees that this form lists.
    fn projects(&self, body: Body) -> Vec<&str> {
        match self {
            Form::LdapProjects { projects, .. } => projects.keys().map(String::as_str).collect(),
            _ if body == Body::Ppmc => Vec::new(),
            Form::CommitteeInfo { committees, .. } => {
                committees.keys().map(String::as_str).collect()
            }
            Form::Committees(list) => list.iter().filter_map(|item| item["id"].as_str()).collect(),
            Form::Groups(groups) => {
                groups.keys().filter_map(|group| group.strip_suffix("-pmc")).collect()
            }
            _ => Vec::new(),
        }
    }

    fn dated(&self) -> Option<NaiveDate> {
        match self {
            Form::LdapProjects { dated, .. } | Form::CommitteeInfo { dated, .. } => *dated,
            _ => None,
        }
    }
}

fn ids(list: &Value) -> Members {
    let ids = list.as_array().into_iter().flatten().filter_map(Value::as_str);
    ids.map(|id| (id.to_lowercase(), Member::default())).collect()
}

fn dated_members(roster: &Value) -> Option<Members> {
    let member = |(id, entry): (&String, &Value)| {
        let names = entry["name"].as_str().map(str::to_owned).into_iter().collect();
        let member = Member { names, since: day(&entry["date"]), addresses: Vec::new() };
        (id.to_lowercase(), member)
    };
    Some(roster.as_object()?.iter().map(member).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(project: &str, body: Body, documents: &[&str]) -> Result<Roster, RosterError> {
        let documents: Vec<Document<'_>> = documents
            .iter()
            .map(|text| Document { name: "roster", bytes: text.as_bytes(), fetched: None })
            .collect();
        Roster::read(project, body, &documents)
    }

    fn ids_of(roster: &Roster) -> Vec<&str> {
        roster.members.keys().map(String::as_str).collect()
    }

    const LDAP: &str = r#"{"lastTimestamp": "20261101115218Z", "project_count": 2, "projects": {
        "demo": {"members": ["jane", "max", "eve"], "owners": ["jane", "max"]},
        "incubator": {"members": ["ida"], "owners": ["ida"]},
        "burr": {"members": ["bo", "cy"], "owners": ["bo"], "podling": "current"}}}"#;
    const INFO: &str = r#"{"last_updated": "2026-11-02 21:57:21 UTC", "committees": {
        "demoapp": {"display_name": "Demo", "mail_list": "demo", "pmc": true, "roster": {
            "jane": {"name": "Jane Doe", "date": "2020-02-01"},
            "eve": {"name": "Eve", "date": "2021-01-01"}}}}}"#;
    const COMMITTEES: &str = r#"[{"id": "demo", "group": "demo", "roster": {
        "jane": {"name": "Jane Doe", "date": "2020-02-01"}}}]"#;
    const PEOPLE: &str = r#"{"jane": {"name": "Jané Doe", "groups": ["demo", "demo-pmc"]},
        "eve": {"name": "Eve", "groups": ["demo"]}}"#;

    #[test]
    fn the_first_list_decides_and_the_others_add() {
        let both = roster("demo", Body::Pmc, &[LDAP, INFO, PEOPLE]).expect("a roster");
        assert_eq!(ids_of(&both), ["jane", "max"]);
        assert_eq!(both.members["jane"].names, ["Jane Doe", "Jané Doe"]);
        assert_eq!(both.members["jane"].since, NaiveDate::from_ymd_opt(2020, 2, 1));
        assert_eq!(both.dated(), NaiveDate::from_ymd_opt(2026, 11, 1));
        let info = roster("demo", Body::Pmc, &[INFO]).expect("found by its list");
        assert_eq!(ids_of(&info), ["eve", "jane"]);
        assert_eq!(ids_of(&roster("demo", Body::Pmc, &[COMMITTEES]).expect("listed")), ["jane"]);
        assert_eq!(ids_of(&roster("demo", Body::Pmc, &[PEOPLE]).expect("by groups")), ["jane"]);
        let groups = r#"{"demo": ["jane", "eve"], "demo-pmc": ["jane"]}"#;
        assert_eq!(ids_of(&roster("demo", Body::Pmc, &[groups]).expect("listed")), ["jane"]);
    }

    #[test]
    fn podlings_have_two_rosters() {
        let podling = roster("burr", Body::Ppmc, &[LDAP]).expect("a podling");
        assert_eq!(ids_of(&podling), ["bo"]);
        let incubator = roster("burr", Body::Ipmc, &[LDAP]).expect("the Incubator");
        assert_eq!(ids_of(&incubator), ["ida"]);
        let committers = r#"{"burr": ["bo"], "demo-pmc": ["jane"]}"#;
        let error = roster("burr", Body::Ppmc, &[committers]).expect_err("no committee");
        assert_eq!(error.to_string(), "the roster has no PPMC of `burr`");
    }

    #[test]
    fn a_list_is_enough() {
        let text = "# the PMC\n\njane  Jane Doe  <Jane@Example.org>, jd@example.com 2020-02-01\n\
                    max\tMax C# Muster # since 2019\n";
        let list = roster("any", Body::Pmc, &[text]).expect("a list");
        assert_eq!(ids_of(&list), ["jane", "max"]);
        assert_eq!(list.members["jane"].addresses, ["jane@example.org", "jd@example.com"]);
        assert_eq!(list.members["jane"].names, ["Jane Doe"]);
        assert_eq!(list.members["max"].names, ["Max C# Muster"]);
        let people = r#"{"jane": {"name": "Jane Doe", "groups": ["demo-pmc"],
            "githubUsername": ["JaneD", "https://github.com/jd2/"]}}"#;
        let logins = roster("demo", Body::Pmc, &[people]).expect("by groups");
        assert_eq!(logins.members["jane"].addresses, ["github:janed", "github:jd2"]);
        // sha256sum of "max\n"
        let one = roster("any", Body::Pmc, &["max\n"]).expect("a list");
        assert_eq!(
            one.sources[0].sha256,
            "dbe7218fd3953d71eac340668b850fe4b57278326a462a0cf0ad506efbf8b02e"
        );
    }

    #[test]
    fn members_bind_from_their_day_on() {
        let roster = roster("demo", Body::Pmc, &[COMMITTEES]).expect("a roster");
        let day = |day| NaiveDate::from_ymd_opt(2020, 2, day).expect("a day");
        assert_eq!(roster.membership("jane", day(1)), Membership::Member);
        let before = NaiveDate::from_ymd_opt(2020, 1, 31).expect("a day");
        assert_eq!(roster.membership("jane", before), Membership::From(day(1)));
        assert_eq!(roster.membership("eve", day(1)), Membership::None);
    }

    #[test]
    fn mistakes_are_named() {
        let said = |project, documents: &[&str]| {
            roster(project, Body::Pmc, documents).expect_err("a mistake").to_string()
        };
        assert_eq!(said("dmeo", &[LDAP]), "the roster has no PMC of `dmeo`; did you mean `demo`?");
        assert!(said("demo", &["{\"projects\": "]).contains("is no valid JSON: EOF"));
        assert_eq!(said("demo", &["{\"a\": 1}"]), "`roster` is no roster that plusone knows");
        assert_eq!(
            said("demo", &["jane Jane\nJane"]),
            "`roster`, line 2: `Jane` (Jane) is listed twice"
        );
        assert!(said("demo", &["<html>"]).contains("line 1: `<html>` is no id"));
        assert_eq!(said("demo", &["# nobody\n"]), "the roster has no member of the PMC of `demo`");
    }
}
