//! Lists: ballots to choose from, checklists, tallies of votes under names. What they are is told by
//! the lines around a line, which a pattern of words does not see.

use super::mention::Mention;
use super::tokens::{Kind, Token, Tokens};
use super::{Value, words};

/// What is known of a line from the lines around it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Note {
    /// It explains or offers one of several votes.
    pub(super) option: bool,
    /// It is one of several marks on single items.
    pub(super) checklist: bool,
    /// It is one of several votes under names.
    pub(super) tally: bool,
    /// It begins with the writer's own name.
    pub(super) under_name: bool,
    /// It answers one of several quoted remarks.
    pub(super) under_remark: bool,
}

/// Takes notes on every line; `writer` is the name of who wrote the mail.
pub(super) fn notes(tokens: &Tokens, writer: &str) -> Vec<Note> {
    let mut notes = vec![Note::default(); tokens.lines.len()];
    let lines = || tokens.lines.iter().enumerate();
    let starts: Vec<Start> = lines()
        .filter_map(|(line, info)| Start::of(tokens, line, &tokens.all[info.from..info.to]))
        .collect();
    for run in runs(&starts) {
        let is_checklist = run.iter().filter(|start| start.has_item).count() >= 2;
        for start in run.iter().filter(|start| start.has_item && is_checklist) {
            notes[start.line].checklist = true;
        }
    }
    for run in ballots(&starts) {
        for start in run {
            notes[start.line].option = true;
        }
    }
    for run in runs(&starts) {
        let named = run.iter().filter(|start| start.names).count();
        for start in run.iter().filter(|_| named >= 2) {
            notes[start.line].tally = true;
        }
    }
    for start in starts.iter().filter(|start| start.instructs) {
        notes[start.line].option = true;
    }
    let labels: Vec<(usize, &[Token])> = lines()
        .filter_map(|(line, info)| Some((line, name_label(&tokens.all[info.from..info.to])?)))
        .collect();
    let writer: Vec<String> = writer.split_whitespace().map(str::to_lowercase).collect();
    for (line, name) in &labels {
        notes[*line].tally |= labels.len() >= 2;
        notes[*line].under_name =
            name.iter().all(|token| writer.iter().any(|word| word == tokens.text(token)));
    }
    notes
}

/// A line that begins with a vote.
#[derive(Clone, Copy)]
struct Start {
    line: usize,
    value: Value,
    /// Nothing follows.
    is_bare: bool,
    /// What follows reads like the explanation of an option.
    explains: bool,
    /// What follows tells the voter what to write.
    instructs: bool,
    /// What follows names what it is about.
    has_item: bool,
    /// What follows is a name.
    names: bool,
}

impl Start {
    fn of(tokens: &Tokens, line: usize, of_line: &[Token]) -> Option<Self> {
        let opener = |token: &&Token| matches!(token.kind, Kind::Mark('[' | '(' | '"' | '`'));
        let skipped = of_line.iter().take_while(opener).count();
        let value = match of_line.get(skipped)?.kind {
            Kind::Figure(figure) if !figure.plural => figure.value?,
            _ => return None,
        };
        let tail = &of_line[skipped + 1..];
        let word = |index: usize| tail.get(index).map_or("", |token| tokens.text(token));
        let is_in = |word: &str, name: &str| words::set(name).contains(&word);
        let mark = matches!(tail.first().map(|token| token.kind), Some(Kind::Mark(_)));
        let open = tail.iter().position(|token| token.kind == Kind::Mark('('));
        let instructs = open.is_some_and(|open| {
            let inside = tail[open..].iter().take_while(|token| token.kind != Kind::Mark(')'));
            inside.into_iter().any(|token| is_in(tokens.text(token), "instruction"))
        }) || tail.last().is_some_and(|token| token.kind == Kind::Mark('.'))
            && tail
                .iter()
                .rev()
                .find(|token| token.kind == Kind::Word)
                .is_some_and(|token| matches!(tokens.text(token), "because" | "since"));
        Some(Self {
            line,
            value,
            is_bare: tail.is_empty(),
            explains: matches!(word(0), "=" | ":") || is_in(word(usize::from(mark)), "option"),
            instructs,
            names: are_names(tokens, tail),
            has_item: tail.first().is_some_and(|token| token.kind == Kind::Word)
                && !is_in(word(0), "connective"),
        })
    }
}

/// Groups starts that follow one another, with at most one other line between.
fn runs(starts: &[Start]) -> impl Iterator<Item = &[Start]> {
    starts.chunk_by(|a, b| b.line - a.line <= 2)
}

/// Finds ballots: two or three different votes below one another, each with its meaning.
fn ballots(starts: &[Start]) -> Vec<&[Start]> {
    let mut found = Vec::new();
    for run in runs(starts) {
        let mut from = 0;
        for at in 1..=run.len() {
            let repeats = at < run.len() && run[from..at].iter().any(|s| s.value == run[at].value);
            if at < run.len() && !repeats {
                continue;
            }
            let ballot = &run[from..at];
            from = at;
            let explained = ballot.iter().filter(|start| start.explains).count();
            let bare = ballot.iter().all(|start| start.is_bare);
            let enough = match ballot.len() {
                3 => explained > 0 || bare,
                2 => explained == 2,
                _ => false,
            };
            if enough {
                found.push(ballot);
            }
        }
    }
    found
}

/// The name in `Jane Doe: +1`.
fn name_label(line: &[Token]) -> Option<&[Token]> {
    let name = line.iter().take(5).take_while(|token| token.capital).count();
    let mark = line.get(name)?.kind;
    let figure = matches!(line.get(name + 1)?.kind, Kind::Figure(_));
    (name > 0 && matches!(mark, Kind::Mark(':' | '-')) && figure).then(|| &line[..name])
}

/// What stands behind the colon after the figure, if there is one.
fn list_after_colon<'t>(mention: &Mention<'t>) -> Option<&'t [Token]> {
    if !mention.before.slice.is_empty() {
        return None;
    }
    let after = mention.after;
    let skipped = usize::from(matches!(after.word(0), "vote" | "votes" | "binding"));
    let counted = usize::from(after.word(skipped) == "(") * 3;
    let at = skipped + counted;
    (after.word(at) == ":").then(|| {
        let list = &after.slice[at + 1..];
        let end = list.iter().position(|token| token.line != mention.line).unwrap_or(list.len());
        &list[..end]
    })
}

/// `+1: Jane, Bob`, `+1 (3): …`, `+1:` above names, `-1: none`.
pub(super) fn is_tally(mention: &Mention<'_>) -> bool {
    let after = mention.after;
    let counted = mention.starts_line
        && (after.word(0) == "("
            && matches!(after.at(1).map(|t| t.kind), Some(Kind::Number))
            && after.word(2) == ")"
            || matches!(after.word(0), "x" | "×" | "=")
                && matches!(after.at(1).map(|t| t.kind), Some(Kind::Number)));
    let Some(list) = list_after_colon(mention) else { return counted };
    let none = |token: &Token| {
        let word = mention.tokens.text(token);
        matches!(word, "none" | "nobody" | "n/a" | "no" | "nil" | "keine" | "aucun")
            || token.kind == Kind::Number
            || word == "0"
    };
    match list {
        [] if mention.claim.is_none() => {
            mention.below.is_empty()
                || are_names(mention.tokens, mention.below)
                || mention.below.iter().all(none)
                || matches!(mention.below[0].kind, Kind::Figure(_))
        }
        [] => is_legend(mention) || are_names(mention.tokens, mention.below),
        [only] if none(only) => true,
        list => counted || are_names(mention.tokens, list),
    }
}

/// `+1 (* for non-binding):`.
fn is_legend(mention: &Mention<'_>) -> bool {
    mention.with.iter().any(|token| matches!(mention.tokens.text(token), "for" | "=" | "means"))
}

/// `+1 (binding):` and then nothing.
pub(super) fn is_empty_heading(mention: &Mention<'_>) -> bool {
    mention.below.is_empty() && list_after_colon(mention).is_some_and(<[Token]>::is_empty)
}

/// `+1: build, tests`: names or items, nobody knows.
pub(super) fn is_list_after_colon(mention: &Mention<'_>) -> bool {
    list_after_colon(mention).is_some_and(|list| {
        let mut items = list.split(|token| token.kind == Kind::Mark(','));
        list.len() >= 3 && items.all(|item| item.len() == 1)
    })
}

/// Names of people: two words at least, all of them with a capital.
fn are_names(tokens: &Tokens, list: &[Token]) -> bool {
    const PARTICLES: &[&str] = &[
        "and", "&", "van", "von", "de", "der", "den", "di", "da", "du", "la", "le", "el", "al",
        "ten",
    ];
    let mut depth = 0;
    let mut words = 0;
    for token in list {
        match token.kind {
            Kind::Mark('(' | '[' | '<') => depth += 1,
            Kind::Mark(')' | ']' | '>') => depth -= 1,
            _ if depth > 0 => {}
            Kind::Mark(',' | '.' | '&' | '-') | Kind::Break => {}
            Kind::Word if token.capital => words += 1,
            Kind::Word if PARTICLES.contains(&tokens.text(token)) => {}
            _ => return false,
        }
    }
    words >= 2
}
