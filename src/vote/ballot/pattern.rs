//! A small language of patterns, so that the rules can be read as a table.
//!
//! A pattern is words around `#`, which stands for the figure: `thanks|thank .. for ?the #` matches
//! "thanks a lot for the +1". Between spaces stand:
//!
//! - `a|b`: one of these words; `?a|b`: the same or nothing
//! - `stem~` and `~ending`: words that begin or end so
//! - `@set`: a word of [`super::words::set`]
//! - `..`: up to four words, no comma, other mark or figure among them; `...`: up to ten tokens
//! - `N`: a number; `V`: a figure; any sign of punctuation: itself; `,`: any sign between clauses
//! - `^`: the start of the line; `$`: the end of the line or of the clause
//!
//! A word ending with a comma in the text is that word and the mark `,`: marks are tokens.

use super::tokens::{Kind, Token, Tokens};
use super::words;

/// A pattern: what stands before the figure, from the figure outwards, and what stands after it.
#[derive(Debug)]
pub(super) struct Pattern {
    before: Vec<Piece>,
    after: Vec<Piece>,
}

#[derive(Debug)]
enum Piece {
    One(Vec<Choice>),
    Maybe(Vec<Choice>),
    Gap { most: usize, over_marks: bool },
    Edge,
}

#[derive(Debug)]
enum Choice {
    Word(&'static str),
    Stem(&'static str),
    Ending(&'static str),
    Set(&'static [&'static str]),
    Mark(char),
    ClauseMark,
    Figure,
    Number,
}

/// What stands on one side of a figure in its sentence, counted from the figure outwards.
#[derive(Clone, Copy)]
pub(super) struct Side<'t> {
    pub(super) tokens: &'t Tokens,
    pub(super) slice: &'t [Token],
    pub(super) backwards: bool,
    /// The line that the figure is on.
    pub(super) line: usize,
}

impl<'t> Side<'t> {
    pub(super) fn at(&self, index: usize) -> Option<&'t Token> {
        match self.backwards {
            true => self.slice.len().checked_sub(index + 1).map(|index| &self.slice[index]),
            false => self.slice.get(index),
        }
    }

    /// The word or mark there; empty beyond the end.
    pub(super) fn word(&self, index: usize) -> &'t str {
        self.at(index).map_or("", |token| self.tokens.text(token))
    }

    /// The words from the figure outwards.
    pub(super) fn words(self) -> impl Iterator<Item = &'t str> {
        (0..self.slice.len()).map(move |index| self.word(index))
    }

    /// Whether nothing more stands there on the figure's line.
    pub(super) fn ends(&self, index: usize) -> bool {
        self.at(index).is_none_or(|token| token.line != self.line)
    }
}

/// Whether the mark divides clauses.
pub(super) fn divides(mark: char) -> bool {
    matches!(mark, ',' | '-' | '—' | '.' | '!' | '?' | ';' | ':' | '•' | '/' | '→' | '"' | '|')
}

impl Pattern {
    pub(super) fn new(pattern: &'static str) -> Self {
        let (before, after) = pattern.split_once('#').unwrap_or((pattern, ""));
        let mut before: Vec<Piece> = before.split_whitespace().map(Piece::new).collect();
        before.reverse();
        Self { before, after: after.split_whitespace().map(Piece::new).collect() }
    }

    pub(super) fn matches(&self, before: Side<'_>, after: Side<'_>) -> bool {
        fits(&self.before, before, 0) && fits(&self.after, after, 0)
    }
}

impl Piece {
    fn new(text: &'static str) -> Self {
        match text {
            "^" | "$" => Self::Edge,
            ".." => Self::Gap { most: 4, over_marks: false },
            "..." => Self::Gap { most: 10, over_marks: true },
            _ => match text.strip_prefix('?') {
                Some(choices) if !choices.is_empty() => Self::Maybe(Choice::all(choices)),
                _ => Self::One(Choice::all(text)),
            },
        }
    }
}

impl Choice {
    fn all(text: &'static str) -> Vec<Self> {
        text.split('|').map(Self::new).collect()
    }

    fn new(text: &'static str) -> Self {
        let mut chars = text.chars();
        match (chars.next(), chars.next()) {
            (Some(','), None) => return Self::ClauseMark,
            (Some('V'), None) => return Self::Figure,
            (Some('N'), None) => return Self::Number,
            (Some(mark), None) if !mark.is_alphanumeric() => return Self::Mark(mark),
            _ => {}
        }
        if let Some(stem) = text.strip_suffix('~') {
            Self::Stem(stem)
        } else if let Some(name) = text.strip_prefix('@') {
            Self::Set(words::set(name))
        } else if let Some(ending) = text.strip_prefix('~') {
            Self::Ending(ending)
        } else {
            Self::Word(text)
        }
    }

    fn fits(&self, tokens: &Tokens, token: &Token) -> bool {
        let word = || tokens.text(token);
        match (self, token.kind) {
            (Self::Mark(mark), Kind::Mark(found)) => *mark == found,
            (Self::ClauseMark, Kind::Mark(found)) => divides(found),
            (Self::Figure, Kind::Figure(_)) => true,
            (Self::Number, Kind::Number) => true,
            (Self::Number, Kind::Word) => NUMBERS.contains(&word()),
            (Self::Word(expected), Kind::Word | Kind::Number) => word() == *expected,
            (Self::Stem(stem), Kind::Word) => word().starts_with(stem),
            (Self::Ending(ending), Kind::Word) => word().ends_with(ending),
            (Self::Set(set), Kind::Word) => set.contains(&word()),
            _ => false,
        }
    }
}

const NUMBERS: &[&str] = &[
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve", "n", "x", "drei", "trois", "tres", "três", "tre", "drie",
];

/// Matches the pieces from `at` on outwards.
fn fits(pieces: &[Piece], side: Side<'_>, at: usize) -> bool {
    let Some((piece, rest)) = pieces.split_first() else { return true };
    let here = |choices: &[Choice]| {
        side.at(at)
            .is_some_and(|token| choices.iter().any(|choice| choice.fits(side.tokens, token)))
    };
    match piece {
        Piece::One(choices) => here(choices) && fits(rest, side, at + 1),
        Piece::Maybe(choices) => here(choices) && fits(rest, side, at + 1) || fits(rest, side, at),
        Piece::Edge => side.ends(at) || !side.backwards && is_clause_mark(side.at(at)),
        Piece::Gap { most, over_marks } => (0..=*most)
            .take_while(|&skipped| {
                skipped == 0
                    || side
                        .at(at + skipped - 1)
                        .is_some_and(|token| *over_marks || !parts_clauses(token.kind))
            })
            .any(|skipped| fits(rest, side, at + skipped)),
    }
}

fn parts_clauses(kind: Kind) -> bool {
    match kind {
        Kind::Mark(mark) => divides(mark),
        Kind::Figure(_) => true,
        _ => false,
    }
}

fn is_clause_mark(token: Option<&Token>) -> bool {
    matches!(token.map(|token| token.kind), Some(Kind::Mark(mark)) if divides(mark) && mark != '/')
}
