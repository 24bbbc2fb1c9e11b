//! Which figures are no vote by their shape: those of a count, a choice, a range, code, a legend,
//! somebody else's.

use super::super::lists;
use super::super::tokens::{Kind, Token};
use super::super::words::{NOBODY, NUMBERS, QUANTITIES};
use super::{LONGEST, Sentence, Words, is_of_others};

impl Sentence<'_> {
    /// Whether a figure is no vote by its shape: one of a count, a choice, a range, code, a legend.
    pub(super) fn is_none(&self, index: usize) -> bool {
        let Some(figure) = self.figure(index) else { return false };
        if figure.plural {
            return true;
        }
        let at = self.items[index];
        let all = &self.tokens.all;
        let next = all.get(at + 1).map(|token| token.kind);
        let behind = index + 1 + usize::from(matches!(self.word(index + 1), "vote" | "votes"));
        let legend = matches!(next, Some(Kind::Mark('=')))
            || matches!(self.word(index + 1), "means" | "mean" | "indicates" | "is" | "=");
        let number =
            |index: usize| matches!(self.token(index).map(|token| token.kind), Some(Kind::Number));
        let nobody = NOBODY.contains(self.word(behind + 1))
            || number(behind + 1)
            || self.is_figure(behind + 1);
        let empty =
            index == 0 && self.is_mark(behind, ":") && nobody && behind + 2 >= self.items.len()
                || self.is_mark(behind, "(x×") && number(behind + 1);
        legend && !self.word(index + 1).starts_with("is")
            || empty
            || self.is_counted(index)
            || self.is_number(index)
            || index > 0 && self.is_choice(index)
            || self.is_code(at)
            || self.names_behind_colon(index)
            || index > 0 && is_of_others(self.word(index - 1))
    }

    /// "3 binding +1", "and no -1": a number in front that counts votes.
    fn is_counted(&self, index: usize) -> bool {
        const BETWEEN: &[&str] =
            &["pmc", "ipmc", "more", "vote", "valid", "further", "additional", "other"];
        const BEFORE: &[&str] = &[
            "least", "need", "needs", "require", "requires", "with", "have", "has", "got", "by",
            "only", "of", "are", "and", "gave", "count",
        ];
        let between =
            (0..index).rev().take_while(|index| BETWEEN.contains(&self.word(*index))).count();
        let first = index - between;
        let Some(number) = first.checked_sub(1) else { return false };
        let word = self.word(number);
        let is_number =
            |index: usize| self.token(index).is_some_and(|token| token.kind == Kind::Number);
        let counts = is_number(number) && word.len() <= 2 || NUMBERS.contains(word);
        let binding = self.claim(Some(index)).is_some();
        let votes = matches!(self.word(index + 1), "vote" | "votes")
            || between > 0
            || binding && number == 0;
        let led = number > 0 && BEFORE.contains(&self.word(number - 1));
        // "No -1, please" says something.
        let denies = matches!(word, "no" | "any" | "zero") && number == 0;
        counts && !denies && (votes || led || self.is_mark(number.wrapping_sub(1), ","))
    }

    /// "exit code -1", "returned -1", "git log -1", "UTC +1".
    fn is_number(&self, index: usize) -> bool {
        let own =
            self.words(0..self.items.len()).any(|word| matches!(word, "i" | "my" | "me" | "i'm"));
        let mut at = index - usize::from(index > 0 && self.is_mark(index - 1, "("));
        while at > 0
            && (matches!(
                self.word(at - 1),
                "is" | "was" | "of" | "with" | "to" | "a" | "be" | "->"
            ) || self.is_mark(at - 1, "=:"))
        {
            at -= 1;
        }
        at > 0 && !own && QUANTITIES.contains(self.word(at - 1))
    }

    /// Another figure beside it: "+1 or -1", "+1/0/-1", "from -1 to +1", "-1 and +1".
    pub(super) fn is_choice(&self, index: usize) -> bool {
        let Some(figure) = self.figure(index) else { return false };
        let beside = |one: usize, other: usize| {
            let links =
                matches!(self.word(one), "or" | "oder" | "ou" | "o" | "或" | "/" | "または" | "..");
            links && self.figure(other).is_some_and(|other| other.value != figure.value)
        };
        let ranges = |first: usize, link: usize, last: usize| {
            let spans = matches!(
                (self.word(first), self.word(link)),
                ("between", "and") | ("range" | "ranges" | "ranging" | "anywhere", _)
            );
            spans && self.is_figure(last)
        };
        // "-1, 0, +1"
        let listed = |one: usize, other: usize| {
            self.is_mark(one, ",")
                && self.figure(other).is_some_and(|other| other.value != figure.value)
        };
        let around = (index + 1, index + 2, index.wrapping_sub(1), index.wrapping_sub(2));
        let list = listed(around.0, around.1)
            && (self.is_mark(index + 3, ",") && self.is_figure(index + 4)
                || listed(around.2, around.3))
            || listed(around.2, around.3)
                && self.is_mark(index.wrapping_sub(3), ",")
                && self.is_figure(index.wrapping_sub(4));
        list || beside(index + 1, index + 2)
            || index >= 2 && beside(index - 1, index - 2)
            || index >= 1 && ranges(index - 1, index + 1, index + 2)
            || index >= 3 && ranges(index - 3, index - 1, index - 2)
    }

    /// Between backticks with more.
    fn is_code(&self, at: usize) -> bool {
        let tick = |token: &&Token| token.kind == Kind::Mark('`');
        let line = self.tokens.all[at].line;
        let info = self.tokens.lines[line];
        let from = info.from.max(at.saturating_sub(LONGEST));
        let to = info.to.min(at + LONGEST);
        let of_line = self.tokens.all.get(from..to).unwrap_or_default();
        let here = at.saturating_sub(from);
        if here >= of_line.len() {
            return false;
        }
        let before = of_line[..here].iter().filter(tick).count();
        let alone = here > 0
            && of_line[here - 1].kind == Kind::Mark('`')
            && of_line.get(here + 1).is_none_or(|token| token.kind == Kind::Mark('`'));
        before % 2 == 1 && !alone && of_line[here..].iter().any(|token| tick(&token))
    }

    /// `+1: Jane Doe, John Roe`
    fn names_behind_colon(&self, index: usize) -> bool {
        let colon = (index + 1..self.items.len()).find(|at| {
            !self.is_mark(*at, "()")
                && !self.is_figure(*at)
                && self.word(*at) != "votes"
                && self.word(*at) != "vote"
                && !matches!(self.token(*at).map(|t| t.kind), Some(Kind::Number))
        });
        let Some(colon) = colon.filter(|at| index == 0 && self.is_mark(*at, ":")) else {
            return false;
        };
        let names = self.items[colon + 1..].iter().map(|at| &self.tokens.all[*at]);
        lists::are_names(self.tokens, names)
    }
}
