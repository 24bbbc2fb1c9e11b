//! A figure with what stands around it: the words of its sentence before and after, whether the
//! voter calls it binding, and its place on the line.

use super::figure::Figure;
use super::pattern::Side;
use super::tokens::{Kind, Token, Tokens};

/// How far a rule looks, in tokens.
const WINDOW: usize = 24;

/// A figure in its sentence.
pub(super) struct Mention<'t> {
    pub(super) figure: Figure,
    at: usize,
    /// Which of the lines.
    pub(super) line: usize,
    /// What stands before it in its sentence, "binding" left out.
    pub(super) before: Side<'t>,
    /// What stands after it.
    pub(super) after: Side<'t>,
    /// What stands between it and [`Self::after`]: "(binding)".
    pub(super) with: &'t [Token],
    /// Whether "(binding)" or "(non-binding)" goes with it.
    pub(super) claim: Option<bool>,
    /// The sentence is a question.
    pub(super) asks: bool,
    /// Nothing stands before it on its line, and the line does not go on with the one before.
    pub(super) starts_line: bool,
    /// It is put between quotation marks.
    pub(super) quoted: bool,
    /// It is the first thing in an item of a list, or the item's last.
    pub(super) in_item: bool,
    /// The tokens of the line below, if there is one.
    pub(super) below: &'t [Token],
    pub(super) tokens: &'t Tokens,
}

impl<'t> Mention<'t> {
    /// Every figure in `tokens`.
    pub(super) fn all(tokens: &'t Tokens) -> impl Iterator<Item = Self> {
        tokens.all.iter().enumerate().filter_map(|(at, token)| match token.kind {
            Kind::Figure(figure) => Some(Self::new(tokens, at, figure)),
            _ => None,
        })
    }

    fn new(tokens: &'t Tokens, at: usize, figure: Figure) -> Self {
        let all = &tokens.all;
        let line = all[at].line;
        let info = tokens.lines[line];
        let sentence_from = sentence_start(all, at);
        let sentence_to = sentence_end(all, at);
        let (start, claim_before) = claim_before(tokens, sentence_from, at);
        let (end, claim_after) = claim_after(tokens, at + 1, sentence_to);
        let before = Side { tokens, slice: &all[sentence_from..start], backwards: true, line };
        let after = Side { tokens, slice: &all[end..sentence_to], backwards: false, line };
        let quote_marks = |token: Option<&Token>| {
            matches!(token.map(|token| token.kind), Some(Kind::Mark('"' | '`' | '\'')))
        };
        let stop = all.get(sentence_to).map(|token| token.kind);
        Self {
            figure,
            at,
            line,
            before,
            after,
            with: &all[at + 1..end],
            claim: claim_after
                .or(claim_before)
                .or_else(|| claim_elsewhere(tokens, sentence_from..start, end..sentence_to)),
            asks: stop == Some(Kind::Mark('?')),
            starts_line: before.slice.is_empty() && start <= info.from,
            quoted: quote_marks(all.get(at + 1)) && quote_marks(all[..at].last()),
            in_item: info.bullet,
            below: tokens.lines.get(line + 1).map_or(&[], |info| &all[info.from..info.to]),
            tokens,
        }
    }

    /// The figure as it is written, its sign and digits in ASCII.
    pub(super) fn text(&self) -> &'t str {
        self.tokens.text(&self.tokens.all[self.at])
    }

    /// Whether it stands alone in its sentence.
    pub(super) fn is_alone(&self) -> bool {
        self.before.slice.is_empty() && self.after.slice.is_empty()
    }

    /// Whether nothing follows it on its line but the end of the sentence.
    pub(super) fn ends_line(&self) -> bool {
        self.after.ends(0)
    }
}

fn ends_sentence(kind: Kind) -> bool {
    matches!(kind, Kind::Break | Kind::Mark('.' | '!' | '?' | ';'))
}

fn sentence_start(all: &[Token], at: usize) -> usize {
    let from = at.saturating_sub(WINDOW);
    let stop = all[from..at].iter().rposition(|token| ends_sentence(token.kind));
    stop.map_or(from, |stop| from + stop + 1)
}

fn sentence_end(all: &[Token], at: usize) -> usize {
    let to = (at + 1 + WINDOW).min(all.len());
    let stop = all[at + 1..to].iter().position(|token| ends_sentence(token.kind));
    stop.map_or(to, |stop| at + 1 + stop)
}

/// The word in the languages and slips of the pen it is met in.
const BINDING: &[&str] = &[
    "binding",
    "binging",
    "bindng",
    "biding",
    "bindig",
    "bindign",
    "bidning",
    "bindin",
    "blinding",
    "biniding",
    "bind",
    "bindings",
    "vinculante",
    "verbindlich",
    "bindend",
    "contraignant",
    "有约束力",
    "有约束力的",
    "拘束力あり",
];

/// Tells "binding" from "non-binding" in one word.
pub(super) fn word_claims(word: &str) -> Option<bool> {
    if BINDING.contains(&word) {
        return Some(true);
    }
    let prefixes = ["non-", "non", "not-", "no-", "un", "none-", "nonn-", "not", "n-"];
    let negated = prefixes.iter().filter_map(|prefix| word.strip_prefix(prefix));
    let known = negated.into_iter().any(|rest| BINDING.contains(&rest));
    (known || matches!(word, "无约束力" | "拘束力なし")).then_some(false)
}

/// Tells what some words claim; nothing if they claim both.
fn claims(tokens: &Tokens, words: &[Token]) -> Option<bool> {
    let mut found = None;
    for (at, token) in words.iter().enumerate().filter(|(_, token)| token.kind == Kind::Word) {
        let Some(claim) = word_claims(tokens.text(token)) else { continue };
        let mut before = words[..at].iter().rev().filter(|token| token.kind != Kind::Mark('-'));
        let negated = before.next().is_some_and(|token| {
            matches!(tokens.text(token), "non" | "not" | "no" | "un" | "none")
        });
        let claim = claim && !negated;
        if found.is_some_and(|found| found != claim) {
            return None;
        }
        found = Some(claim);
    }
    found
}

fn opens(kind: Kind) -> bool {
    matches!(kind, Kind::Mark('(' | '[' | '{' | '"' | '`' | '\'' | '<'))
}

fn closes(kind: Kind) -> bool {
    matches!(kind, Kind::Mark(')' | ']' | '}' | '"' | '`' | '\'' | '>'))
}

/// Reads "(binding)" and its like from `from` on: where it ends, and what it claims.
fn claim_after(tokens: &Tokens, from: usize, to: usize) -> (usize, Option<bool>) {
    let all = &tokens.all[..to];
    let mut at = from;
    let mut claim = None;
    for _ in 0..3 {
        while all.get(at).is_some_and(|token| closes(token.kind)) {
            at += 1;
        }
        let mark = all.get(at).map(|token| token.kind);
        let dashes = all[at..].iter().take_while(|token| token.kind == Kind::Mark('-')).count();
        let start = at
            + match mark {
                Some(Kind::Mark('-')) => dashes.min(2),
                Some(Kind::Mark(',' | '—' | ':' | '/' | '|')) => 1,
                _ => 0,
            };
        let Some(first) = all.get(start) else { break };
        let end = match opens(first.kind) {
            true => closing(all, start),
            false => start + words_of_claim(tokens, &all[start..]),
        };
        let Some(found) = claims(tokens, &all[start..end]) else { break };
        claim = claim.or(Some(found));
        at = end;
    }
    while all.get(at).is_some_and(|token| closes(token.kind)) {
        at += 1;
    }
    (at, claim)
}

/// Where the parenthesis ends that opens at `open`, itself included.
fn closing(all: &[Token], open: usize) -> usize {
    let inside = all[open + 1..].iter().take(WINDOW);
    let close = inside.clone().position(|token| closes(token.kind));
    // Left open: its first words only.
    close.map_or(open + 1 + inside.count().min(3), |close| open + close + 2)
}

/// How many tokens "binding", "non binding" or "non - binding" takes.
fn words_of_claim(tokens: &Tokens, words: &[Token]) -> usize {
    let word = |index: usize| words.get(index).map_or("", |token| tokens.text(token));
    let negation = usize::from(matches!(word(0), "non" | "not" | "no" | "un"));
    let dash = usize::from(negation == 1 && word(1) == "-");
    match word_claims(word(negation + dash)) {
        Some(_) => negation + dash + 1,
        None => 0,
    }
}

/// The same before the figure: "binding +1", "non-binding: +1", "(binding) +1".
fn claim_before(tokens: &Tokens, from: usize, to: usize) -> (usize, Option<bool>) {
    let all = &tokens.all;
    let mut at = to;
    while at > from && opens(all[at - 1].kind) {
        at -= 1;
    }
    let mark = at > from && matches!(all[at - 1].kind, Kind::Mark(':' | '-' | '—'));
    let mut end = at - usize::from(mark);
    if end > from && all[end - 1].kind == Kind::Mark(')') {
        let open = all[from..end].iter().rposition(|token| token.kind == Kind::Mark('('));
        let claim = open.and_then(|open| claims(tokens, &all[from + open..end]));
        return match (open, claim) {
            (Some(open), Some(claim)) => (from + open, Some(claim)),
            _ => (at, None),
        };
    }
    if end == from || word_claims(tokens.text(&all[end - 1])).is_none() {
        return (at, None);
    }
    let whole = end;
    end -= 1;
    while end > from && matches!(tokens.text(&all[end - 1]), "non" | "not" | "no" | "-") {
        end -= 1;
    }
    (end, claims(tokens, &all[end..whole]))
}

/// A claim that does not touch the figure: in parentheses or as "non-binding" in the same sentence,
/// or alone in the next one.
fn claim_elsewhere(
    tokens: &Tokens,
    before: std::ops::Range<usize>,
    after: std::ops::Range<usize>,
) -> Option<bool> {
    let all = &tokens.all;
    let next = after.end + 1;
    let next_end = all.len().min(next + 4);
    let next_end = all.get(next..next_end).and_then(|few| {
        few.iter().position(|token| ends_sentence(token.kind)).map(|end| next + end)
    });
    let alone = next_end.or((all.len() <= next + 4).then_some(all.len()));
    if let Some(few) = alone.and_then(|end| all.get(next..end))
        && let Some(claim) = claims(tokens, few)
        && few.iter().filter(|token| token.kind == Kind::Word).count() <= 2
    {
        return Some(claim);
    }
    let slices = [&all[after], &all[before]];
    slices.into_iter().find_map(|slice| {
        let open = slice.iter().rposition(|token| token.kind == Kind::Mark('('));
        let in_parentheses = open.and_then(|open| claims(tokens, &slice[open..]));
        in_parentheses.or_else(|| claims(tokens, slice).filter(|claim| !claim))
    })
}
