//! What a `[RESULT]` mail claims, and where that differs from what was counted.
//!
//! Read are numbers with what they are numbers of (`11 +1s (9 binding)`, `+1 (binding): 3`) and
//! lists of names below or behind a heading (`+1: Jane, Max`, `PMC quorum: …`), with stars and
//! parentheses that say who binds. What is not understood claims nothing. Pure.

use std::collections::BTreeSet;

use serde::Serialize;

use super::ballot::Value;
use super::identity::Identity;
use super::names::{distance, fold};
use super::own_text::{self, Kind};
use super::rules::Count;
use super::tally::{Ballot, Standing, State, Tally, figure};
use crate::mail::Address;

/// How many votes of a kind a mail claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ClaimedNumber {
    /// The vote.
    pub value: Value,
    /// Whether those that bind are meant, or those that do not; none for all.
    pub binding: Option<bool>,
    /// How many.
    pub number: u32,
    /// Line of the mail's text, from 1.
    pub line: usize,
}

/// A person whose vote a mail claims.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimedVoter {
    /// As the mail calls them.
    pub name: String,
    /// Their vote.
    pub value: Value,
    /// Whether it is claimed to bind; none where nothing is said.
    pub binding: Option<bool>,
    /// Line of the mail's text, from 1.
    pub line: usize,
}

/// Everything that a mail claims of a vote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Claims {
    /// In the order of the mail.
    pub numbers: Vec<ClaimedNumber>,
    /// In the order of the mail, each once.
    pub voters: Vec<ClaimedVoter>,
}

/// A mail with more is no result.
const MOST: usize = 1000;

/// Reads the claims in the text of a `[RESULT]` mail.
pub fn read(text: &str) -> Claims {
    let mut reader = Reader::default();
    for line in own_text::lines(text, None) {
        let full = reader.claims.voters.len().max(reader.claims.numbers.len()) >= MOST;
        match line.kind {
            Kind::Own if !full => reader.read(line.text, line.number),
            Kind::Own | Kind::Doubtful => {}
            _ => reader.heading = None,
        }
    }
    reader.claims
}

#[derive(Debug, Default)]
struct Reader {
    claims: Claims,
    heading: Option<Heading>,
    /// What a star behind a name says of its vote.
    star: Option<bool>,
    /// The last figure seen, for `PMC quorum:` below it.
    value: Option<Value>,
}

#[derive(Debug, Clone, Copy)]
struct Heading {
    value: Value,
    binding: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Number(u32),
    Figure(Value),
    Binding(bool),
    Word(&'t str),
    /// The end of a part of a sentence.
    Break,
}

impl Reader {
    fn read(&mut self, line: &str, number: usize) {
        let plain = line.replace('−', "-").replace('＋', "+");
        let plain = without_bullet(&plain);
        if plain.is_empty() {
            return;
        }
        let tokens = tokens(plain);
        self.stars(plain, &tokens);
        let before = self.claims.numbers.len();
        self.numbers(&tokens, number);
        let counted = self.claims.numbers.len() > before;
        if let Some((head, tail)) = split_heading(plain) {
            self.heading(head, tail, number);
        } else if counted || is_closing(plain) {
            self.heading = None;
        } else {
            self.voter(plain, &tokens, number);
        }
    }

    /// `(* = binding)`, `+1 (* for non-binding)`
    fn stars(&mut self, line: &str, tokens: &[Token<'_>]) {
        if let (true, Some(binding)) = (line.contains('*'), standing(tokens))
            && line.split_whitespace().any(|word| word.trim_matches(['(', '[', ':']) == "*")
        {
            self.star = Some(binding);
        }
    }

    fn numbers(&mut self, tokens: &[Token<'_>], line: usize) {
        let mut value = None;
        for (at, token) in tokens.iter().enumerate() {
            if let Token::Figure(figure) = token {
                value = Some(*figure);
                self.value = Some(*figure);
            }
            let Token::Number(number) = *token else { continue };
            // `at least three binding votes`: what it takes, not what there was.
            if tokens[..at].ends_with(&[Token::Word("at"), Token::Word("least")]) {
                continue;
            }
            // What stands between this number and the next thing that is counted.
            let rest = tokens[at + 1..].iter();
            let scope: Vec<Token<'_>> = { rest }
                .take_while(|token| !matches!(token, Token::Number(_) | Token::Break))
                .copied()
                .collect();
            let figure = scope.iter().take(4).find_map(|token| match token {
                Token::Figure(value) => Some(*value),
                _ => None,
            });
            let binding = standing(&scope);
            let votes = scope
                .iter()
                .take(3)
                .any(|token| matches!(token, Token::Word(word) if word.starts_with("vote")));
            let claimed = match (figure, value) {
                (Some(figure), _) => Some((figure, binding)),
                // `11 +1s (9 binding)`: of the figure before.
                (None, Some(before)) if binding.is_some() => Some((before, binding)),
                (None, None) if binding.is_some() && votes => Some((Value::PlusOne, binding)),
                // `+1 (binding): 3`
                (None, Some(before)) if at + 1 == tokens.len() => {
                    Some((before, standing(&tokens[..at])))
                }
                _ => None,
            };
            if let Some((value, binding)) = claimed {
                self.claims.numbers.push(ClaimedNumber { value, binding, number, line });
            }
        }
    }

    /// `+1: …`, `Binding +1 votes:`, `PMC quorum: …`
    fn heading(&mut self, head: &str, tail: &str, line: usize) {
        let tokens = tokens(head);
        let figure = tokens.iter().find_map(|token| match token {
            Token::Figure(value) => Some(*value),
            _ => None,
        });
        let starred = head.contains('*');
        let binding = standing(&tokens).filter(|_| !starred);
        let value = match (figure, binding) {
            (Some(value), _) => value,
            (None, Some(_)) => self.value.unwrap_or(Value::PlusOne),
            (None, None) => {
                self.heading = None;
                return;
            }
        };
        // Everything but a name or a few before the figure is no heading but a sentence.
        let heading = Heading { value, binding };
        self.heading = Some(heading);
        for name in names_in(tail) {
            self.claim(&name, heading, line);
        }
    }

    /// A name in a list, or a name with its vote.
    fn voter(&mut self, line: &str, tokens: &[Token<'_>], number: usize) {
        let figures: Vec<Value> = tokens
            .iter()
            .filter_map(|token| match token {
                Token::Figure(value) => Some(*value),
                _ => None,
            })
            .collect();
        // Nobody has a name of so many words: the list is over, and sentences follow.
        if figures.is_empty() && line.split([',', ';']).any(|part| part.split(' ').count() > 7) {
            self.heading = None;
            return;
        }
        let heading = match (figures[..].first(), self.heading) {
            (Some(value), _) if figures.len() == 1 => {
                Heading { value: *value, binding: standing(tokens) }
            }
            (None, Some(heading)) => {
                Heading { binding: standing(tokens).or(heading.binding), ..heading }
            }
            _ => return,
        };
        let rest: String = line
            .split_whitespace()
            .filter(|word| figure_of(word.trim_matches(['(', ')', '[', ']', ':', ','])).is_none())
            .collect::<Vec<_>>()
            .join(" ");
        let names = names_in(&rest);
        match names.is_empty() {
            true if figures.is_empty() => self.heading = None,
            true => {}
            false => names.iter().for_each(|name| self.claim(name, heading, number)),
        }
    }

    fn claim(&mut self, name: &str, heading: Heading, line: usize) {
        let starred = name.ends_with('*');
        let binding = match self.star {
            Some(of_star) => Some(if starred { of_star } else { !of_star }),
            None => heading.binding,
        };
        let name = name.trim_end_matches('*').trim();
        let tokens = tokens(name);
        let binding = standing(&tokens).or(binding);
        let name = without_additions(name);
        if !is_name(&name) {
            return;
        }
        let known = self
            .claims
            .voters
            .iter_mut()
            .find(|voter| voter.value == heading.value && fold(&voter.name) == fold(&name));
        match known {
            Some(voter) => voter.binding = binding.or(voter.binding),
            None => {
                let value = heading.value;
                self.claims.voters.push(ClaimedVoter { name, value, binding, line });
            }
        }
    }
}

/// A line without the mark of a list, which a blank parts from what follows: that tells a dash from
/// the sign of a figure.
fn without_bullet(line: &str) -> &str {
    let line = line.trim();
    let rest = line.trim_start_matches(['*', '-', '•', '·', '#', '—']);
    if rest.starts_with(char::is_whitespace) { rest.trim_start() } else { line }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| !c.is_whitespace()) {
        rest = &rest[start..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        let bare = word.trim_matches(['(', ')', '[', ']', ':', ',', ';', '.', '!', '*', '"', '=']);
        let lower = bare.to_ascii_lowercase();
        if let Some(value) = figure_of(bare) {
            tokens.push(Token::Figure(value));
        } else if let Some(number) = number_of(if tokens.is_empty() { &lower } else { bare }) {
            tokens.push(Token::Number(number));
        } else {
            match &lower[..] {
                "" => {}
                "binding" if matches!(tokens.last(), Some(Token::Word("non" | "Non" | "NON"))) => {
                    tokens.pop();
                    tokens.push(Token::Binding(false));
                }
                "non-binding" | "nonbinding" | "non_binding" | "unbinding" => {
                    tokens.push(Token::Binding(false));
                }
                "binding" | "pmc" | "ppmc" | "ipmc" => tokens.push(Token::Binding(true)),
                _ => tokens.push(Token::Word(bare)),
            }
        }
        if word.ends_with([',', ';', '.', '!']) {
            tokens.push(Token::Break);
        }
    }
    tokens
}

/// Whether those that bind are meant: `non-binding` wins, as in `non-binding (PMC: see above)`.
fn standing(tokens: &[Token<'_>]) -> Option<bool> {
    let said = |wanted: bool| tokens.contains(&Token::Binding(wanted));
    match (said(true), said(false)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

fn figure_of(word: &str) -> Option<Value> {
    let word = word.trim_matches(['*', '_', '`', '\'']);
    let word = ["'s", "’s", "s"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    match word {
        "+1" => Some(Value::PlusOne),
        "+0" | "-0" | "±0" => Some(Value::Zero),
        "-1" => Some(Value::MinusOne),
        _ => None,
    }
}

/// Digits, or a number in words, in lower case: `One` may be a name.
fn number_of(word: &str) -> Option<u32> {
    const WORDS: [&str; 13] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    if let Some(number) = WORDS.iter().position(|known| *known == word) {
        return u32::try_from(number).ok();
    }
    let word = word.strip_suffix('x').unwrap_or(word);
    let digits = (1..=3).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| digits)
}

/// The two sides of the colon of a heading: what is before it is short and names a vote.
fn split_heading(line: &str) -> Option<(&str, &str)> {
    let (head, tail) = line.split_once(':')?;
    let short = head.split_whitespace().count() <= 10 && !tail.starts_with("//");
    let tokens = tokens(head);
    let votes = tokens.iter().any(|token| matches!(token, Token::Figure(_) | Token::Binding(_)));
    (short && votes).then_some((head, tail))
}

/// The names in `Jane Doe, Max Muster and Eve`.
fn names_in(list: &str) -> Vec<String> {
    let list = list.replace(" and ", ", ").replace(" & ", ", ");
    // `Doe, Jane` is not told from two names: results do not write it.
    let names = list.split([',', ';']).map(str::trim);
    names.filter(|name| is_name(&without_additions(name))).map(str::to_owned).collect()
}

/// `Jane Doe (jane) <jane@apache.org> [binding]` without what is in brackets.
fn without_additions(name: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for c in name.chars() {
        match c {
            '(' | '[' | '<' => depth += 1,
            ')' | ']' | '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let words = out.split_whitespace().filter(|word| {
        !matches!(&word.to_lowercase()[..], "binding" | "non-binding" | "*" | "-" | "–")
    });
    words.collect::<Vec<_>>().join(" ").trim_matches([':', '*', ' ', '-']).to_owned()
}

/// Whether a text can be the name of a person: few words, each like a name's.
fn is_name(text: &str) -> bool {
    const NO_NAMES: &[&str] = &[
        "none", "n/a", "nobody", "vote", "votes", "voted", "thanks", "thank", "the", "with", "and",
        "reached", "passed", "failed", "no", "yes", "total", "quorum", "members", "i", "we", "hi",
        "hello", "all", "regards", "best", "cheers", "others", "http", "https", "approve",
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    (1..=6).contains(&words.len())
        && text.chars().count() <= 60
        && !text.ends_with(['.', '!', '?'])
        && text.chars().any(char::is_alphabetic)
        && !text.contains("://")
        && words.iter().all(|word| {
            let bare = word.trim_matches(['.', ',', '\'', '"']).to_lowercase();
            !NO_NAMES.contains(&&bare[..]) && !bare.chars().all(|c| c.is_ascii_digit())
        })
}

/// Whether a line ends the mail: `Thanks,`, `Best regards`.
fn is_closing(line: &str) -> bool {
    let first = line.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let words = ["thanks", "thank", "regards", "best", "cheers", "sincerely", "kind", "yours"];
    words.contains(&&first.to_lowercase()[..])
}

/// Where the claims differ from the count, in sentences; none if they agree.
pub fn differences(claims: &Claims, tally: &Tally) -> Vec<String> {
    let mut found = number_differences(claims, tally);
    let counted: Vec<&Ballot> = tally.ballots().iter().filter(|ballot| ballot.counts()).collect();
    let mut named = BTreeSet::new();
    for claim in &claims.voters {
        match matching(&claim.name, &counted) {
            Some((index, spelled)) => {
                named.insert(index);
                found.extend(voter_differences(claim, counted[index], spelled));
            }
            None => found.push(not_counted(claim, tally)),
        }
    }
    for (index, ballot) in counted.iter().enumerate() {
        let listed = claims.voters.iter().any(|claim| claim.value == ballot.value);
        if listed && !named.contains(&index) {
            found.push(format!(
                "{} voted {} ({}) and is missing from the result",
                shown(ballot),
                figure(ballot.value),
                standing_words(ballot.standing),
            ));
        }
    }
    found
}

fn number_differences(claims: &Claims, tally: &Tally) -> Vec<String> {
    let counts = tally.counts();
    let of = |count: Count, value: Value| match value {
        Value::PlusOne => count.plus_one,
        Value::Zero => count.zero,
        Value::MinusOne => count.minus_one,
    };
    let mut found = Vec::new();
    for claim in &claims.numbers {
        let (binding, others) =
            (of(counts.binding, claim.value), of(counts.non_binding, claim.value));
        let (ours, what) = match claim.binding {
            Some(true) => (binding, "binding "),
            Some(false) => (others, "non-binding "),
            None => (binding + others, ""),
        };
        if ours != claim.number {
            let difference = format!(
                "the result says {} {what}{}, the mails say {ours}",
                claim.number,
                figure(claim.value),
            );
            if !found.contains(&difference) {
                found.push(difference);
            }
        }
    }
    found
}

fn voter_differences(claim: &ClaimedVoter, ballot: &Ballot, spelled: bool) -> Vec<String> {
    let mut found = Vec::new();
    let name = shown(ballot);
    if !spelled {
        found.push(format!("the result writes `{}` for {name}", claim.name));
    }
    if claim.value != ballot.value {
        found.push(format!(
            "the result has {name} as {}, the mail says {}",
            figure(claim.value),
            figure(ballot.value),
        ));
    }
    let binds = ballot.standing == Standing::Binding;
    match claim.binding {
        Some(true) if !binds => {
            found.push(format!("the result has {name} as binding, but the roster has not"));
        }
        Some(false) if binds => {
            found.push(format!("the result has {name} as not binding, but the roster has"));
        }
        _ => {}
    }
    found
}

fn not_counted(claim: &ClaimedVoter, tally: &Tally) -> String {
    let begin = format!("the result counts {} of {}, ", figure(claim.value), claim.name);
    let all: Vec<&Ballot> = tally.ballots().iter().collect();
    let why = match matching(&claim.name, &all).map(|(index, _)| &all[index].state) {
        Some(State::Late) => "whose vote came after the close".to_owned(),
        Some(State::Early) => "whose vote came before the opening".to_owned(),
        Some(State::Withdrawn(_)) => "whose vote was taken back".to_owned(),
        _ => {
            let claimed = fold(&claim.name);
            let is_theirs = |identity: &Identity, sender: &Address| {
                let name = sender.name.as_deref().unwrap_or_default();
                fold(name) == claimed || fold(&identity.name) == claimed
            };
            let mut asked = tally.unclear().iter().chain(tally.not_countable());
            let mut silent = tally.no_vote().map(|mail| mail.answer);
            if let Some(aside) = asked.find(|one| is_theirs(&one.identity, &one.sender)) {
                format!("whose mail is unclear: {}", aside.why)
            } else if let Some(mail) = silent.find(|one| is_theirs(&one.identity, &one.sender)) {
                format!("in whose mail <{}> no vote was found", mail.message_id)
            } else {
                "of whom no vote was found".to_owned()
            }
        }
    };
    begin + &why
}

/// The one ballot of the person with this name, and whether the name is spelled so: the whole name
/// or the id, else the words of it that only one voter has, else the one name nearly spelled so.
fn matching(name: &str, ballots: &[&Ballot]) -> Option<(usize, bool)> {
    let wanted = fold(name);
    let names = |ballot: &Ballot| -> Vec<String> {
        let mail = ballot.sender.name.as_deref().unwrap_or_default();
        vec![fold(&ballot.identity.name), fold(mail)]
    };
    let one = |fits: &dyn Fn(&Ballot) -> bool| -> Option<usize> {
        let mut fitting = ballots.iter().enumerate().filter(|(_, ballot)| fits(ballot));
        let first = fitting.next()?.0;
        fitting.next().is_none().then_some(first)
    };
    let whole = one(&|ballot| {
        names(ballot).contains(&wanted)
            || ballot.identity.id.as_deref().is_some_and(|id| id == name.to_lowercase())
    });
    let part = || {
        one(&|ballot| {
            names(ballot).iter().any(|known| {
                let known: Vec<&str> = known.split(' ').collect();
                !known.is_empty() && wanted.split(' ').all(|word| known.contains(&word))
            })
        })
    };
    let near = || {
        let most = if wanted.chars().count() > 6 { 2 } else { 1 };
        one(&|ballot| names(ballot).iter().any(|known| distance(known, &wanted, most).is_some()))
    };
    whole.or_else(part).map(|index| (index, true)).or_else(|| near().map(|index| (index, false)))
}

fn shown(ballot: &Ballot) -> String {
    match ballot.identity.name.is_empty() {
        true => super::identity::called(&ballot.sender),
        false => ballot.identity.name.clone(),
    }
}

const fn standing_words(standing: Standing) -> &'static str {
    match standing {
        Standing::Binding => "binding",
        Standing::NonBinding => "non-binding",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<(&'static str, Option<bool>, u32)> {
        let claims = read(text);
        claims.numbers.iter().map(|c| (figure(c.value), c.binding, c.number)).collect()
    }

    fn voters(text: &str) -> Vec<(String, &'static str, Option<bool>)> {
        let claims = read(text);
        claims.voters.into_iter().map(|c| (c.name, figure(c.value), c.binding)).collect()
    }

    #[test]
    fn numbers_are_read_with_what_they_count() {
        const BINDING: Option<bool> = Some(true);
        const OTHERS: Option<bool> = Some(false);
        for (text, expected) in [
            (
                "The vote passed with 11 +1s (9 binding).",
                vec![("+1", None, 11), ("+1", BINDING, 9)],
            ),
            (
                "The vote passes with 16 +1s (9 binding +1s) and no -1s.",
                vec![("+1", None, 16), ("+1", BINDING, 9), ("-1", None, 0)],
            ),
            ("3 PMC +1 binding votes:", vec![("+1", BINDING, 3)]),
            ("+1 (binding): 4", vec![("+1", BINDING, 4)]),
            ("+1 (non-binding): 2", vec![("+1", OTHERS, 2)]),
            ("We got three binding +1 votes", vec![("+1", BINDING, 3)]),
            (
                "4 binding +1, 2 non binding +1, 1 -1 (non-binding)",
                vec![("+1", BINDING, 4), ("+1", OTHERS, 2), ("-1", OTHERS, 1)],
            ),
            ("The release 2.0.0 has 17 fixes", vec![]),
            ("> 9 +1 votes", vec![]),
            ("-1: 0", vec![("-1", None, 0)]),
        ] {
            assert_eq!(numbers(text), expected, "{text}");
        }
    }

    #[test]
    fn names_are_read_in_lists_of_all_kinds() {
        let list = |names: &[&str], value, binding| -> Vec<(String, &'static str, Option<bool>)> {
            names.iter().map(|name| ((*name).to_owned(), value, binding)).collect()
        };
        assert_eq!(
            voters("+1 : Robert S, Ann and Petar T\n\nPMC quorum reached\n\nRegards,\n\nRobert"),
            list(&["Robert S", "Ann", "Petar T"], "+1", None)
        );
        assert_eq!(
            voters("+1 : Ann, Bob, Cat\n\nPMC quorum: Ann, Cat\n"),
            [
                ("Ann".to_owned(), "+1", Some(true)),
                ("Bob".to_owned(), "+1", None),
                ("Cat".to_owned(), "+1", Some(true)),
            ]
        );
        assert_eq!(
            voters("+1 (* for non-binding):\nAnn One\nBob Two*\n\n+0:\nNone\n\n-1:\nCat Three"),
            [
                ("Ann One".to_owned(), "+1", Some(true)),
                ("Bob Two".to_owned(), "+1", Some(false)),
                ("Cat Three".to_owned(), "-1", Some(true)),
            ]
        );
        assert_eq!(
            voters("(* = binding)\n+1:\nAnn One *\nBob Two\n\n+0: None\n\nThank you all :)\n"),
            [("Ann One".to_owned(), "+1", Some(true)), ("Bob Two".to_owned(), "+1", Some(false)),]
        );
        assert_eq!(
            voters(
                "3 PMC +1 binding votes:\n\n* Ann One\n* Bob Two\n\nVote thread:\nhttps://x/y\n"
            ),
            list(&["Ann One", "Bob Two"], "+1", Some(true))
        );
        assert_eq!(
            voters("- Ann One +1 (binding)\n- Bob Two: +1 (non-binding)\n-1 Cat Three\n"),
            [
                ("Ann One".to_owned(), "+1", Some(true)),
                ("Bob Two".to_owned(), "+1", Some(false)),
                ("Cat Three".to_owned(), "-1", None),
            ]
        );
        assert_eq!(voters("I am happy to say that the vote has passed.\n\nThanks\nAnn"), []);
    }
}
