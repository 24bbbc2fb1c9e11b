//! A sentence with a figure in it: whether it casts a vote by one of the [`forms`], is none by its
//! shape, or has to be asked about.

mod shape;

use std::cell::OnceCell;
use std::ops::Range;

use super::forms::{self, Deed, Fit, Words};
use super::tokens::{Kind, Token, Tokens};
use super::words::{
    Alarms, CJK_REASONS, COMPANY, CONDITIONS, DENIALS, FOREIGN, FOREIGN_KNOWN, FROM, HARMLESS,
    HATS, LEADS, ME, MINE, NO_ISSUES, NO_REASONS, OBJECTS, OF_OTHERS, OTHERS, OWN, OWN_STARTS,
    REASONS, SOFT, SUBORDINATES, TASKS, TELLS, TOLD, WORK,
};
use super::{Value, claim};

/// What a figure, or a remark without one, comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Something is done by it.
    Plain(Deed),
    /// It may be the vote: to be asked unless the writer has one.
    Doubt(Doubt),
    /// It is none, by its shape.
    None,
}

/// What is doubtful.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doubt {
    /// It stands somewhere in a sentence.
    Named,
    /// It stands where a vote would: at an end of its line or sentence.
    Vote,
    /// It depends on something.
    Condition,
    /// It may be somebody else's, or on something else.
    Other,
    /// It is asked, not said.
    Question,
}

impl Doubt {
    /// The question for people.
    pub(super) const fn question(self) -> &'static str {
        match self {
            Self::Named | Self::Vote => "is it the vote?",
            Self::Condition => "a condition, or not decided: does the vote count?",
            Self::Other => "is it the writer's own vote on this?",
            Self::Question => "a question, or the vote?",
        }
    }
}

/// What was found in a sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// The figure's token, or that of the word that takes the vote back.
    pub(super) at: usize,
    pub(super) verdict: Verdict,
    pub(super) claim: Option<bool>,
}

/// What is known of a line from those around it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Note {
    /// It is one of the options to choose from, or of a table of several people's votes.
    pub(super) listed: bool,
    /// It is one of several marks on single things.
    pub(super) item: bool,
    /// It answers one of several quoted remarks.
    pub(super) under_remark: bool,
}

pub(super) struct Sentence<'t> {
    tokens: &'t Tokens,
    range: Range<usize>,
    /// What of it forms read: claims and what only marks up are left out.
    items: Vec<usize>,
    /// The tokens that say "(binding)".
    claims: Vec<usize>,
    /// For each of the items whether forms pass over it.
    passed_over: Vec<bool>,
    asks: bool,
    /// It is a part of one that never ends.
    is_part: bool,
    /// The subject of the mail, in lower case.
    subject: &'t str,
    writer: &'t str,
    /// What makes it doubtful as a whole, once it was asked.
    alarm: OnceCell<Option<Doubt>>,
}

impl Words for Sentence<'_> {
    fn word(&self, index: usize) -> &str {
        match self.items.get(index).map(|at| &self.tokens.all[*at]) {
            Some(token) if !matches!(token.kind, Kind::Figure(_)) => self.tokens.text(token),
            _ => "",
        }
    }

    fn is_figure(&self, index: usize) -> bool {
        self.items.get(index).is_some_and(|at| matches!(self.tokens.all[*at].kind, Kind::Figure(_)))
    }

    fn is_passed_over(&self, index: usize) -> bool {
        self.passed_over.get(index).copied().unwrap_or_default()
    }
}

/// The most tokens of a sentence that is read whole; in longer ones nothing is plain.
const LONGEST: usize = 80;

/// Every sentence of `tokens`.
pub(super) fn all<'t>(
    tokens: &'t Tokens,
    subject: &'t str,
    writer: &'t str,
) -> impl Iterator<Item = Sentence<'t>> {
    let (mut from, mut part) = (0, false);
    std::iter::from_fn(move || {
        if from >= tokens.all.len() {
            return None;
        }
        let rest = &tokens.all[from..];
        let length = rest.iter().take(LONGEST).position(|token| ends(token.kind));
        let endless = length.is_none() && rest.len() > LONGEST;
        let length = length.unwrap_or(rest.len().min(LONGEST));
        let range = from..from + length;
        from += length + usize::from(!endless);
        let sentence = Sentence::new(tokens, range, subject, writer);
        Some(Sentence { is_part: std::mem::replace(&mut part, endless) || endless, ..sentence })
    })
}

fn ends(kind: Kind) -> bool {
    matches!(kind, Kind::Break | Kind::Mark('.' | '!' | '?' | ';'))
}

impl<'t> Sentence<'t> {
    fn new(tokens: &'t Tokens, range: Range<usize>, subject: &'t str, writer: &'t str) -> Self {
        let all = &tokens.all[range.clone()];
        let claims = claim::places(tokens, range.clone());
        let marks_up = |kind| {
            matches!(
                kind,
                Kind::Mark('[' | ']' | '{' | '}' | '"' | '\'' | '`' | '<' | '>' | '|' | '•')
            )
        };
        let mut items: Vec<usize> = Vec::with_capacity(all.len());
        for at in range.clone().filter(|at| !claims.contains(at)) {
            let kind = tokens.all[at].kind;
            let closes_empty = kind == Kind::Mark(')')
                && items.last().is_some_and(|last| tokens.all[*last].kind == Kind::Mark('('));
            match () {
                () if closes_empty => drop(items.pop()),
                () if marks_up(kind) => {}
                () => items.push(at),
            }
        }
        let passed_over = items.iter().map(|at| match tokens.all[*at].kind {
            Kind::Mark(mark) => matches!(mark, '(' | ')'),
            Kind::Word => forms::is_adverb(tokens.text(&tokens.all[*at])),
            _ => false,
        });
        let passed_over = passed_over.collect();
        let asks = tokens.all.get(range.end).is_some_and(|end| end.kind == Kind::Mark('?'));
        Self {
            tokens,
            range,
            items,
            claims,
            passed_over,
            asks,
            is_part: false,
            subject,
            writer,
            alarm: OnceCell::new(),
        }
    }

    fn token(&self, index: usize) -> Option<&'t Token> {
        self.items.get(index).map(|at| &self.tokens.all[*at])
    }

    fn is_mark(&self, index: usize, marks: &str) -> bool {
        matches!(self.token(index).map(|token| token.kind), Some(Kind::Mark(mark)) if marks.contains(mark))
    }

    fn words(&self, range: Range<usize>) -> impl Iterator<Item = &str> {
        range.map(|index| self.word(index))
    }

    /// Everything in it that may be a vote. `notes` are those of the lines.
    pub(super) fn found(&self, notes: &[Note]) -> Vec<Found> {
        // Without a figure only words of a vote can do something: that takes it back.
        const VOTES: &[&str] =
            &["vote", "veto", "ballot", "stimme", "votum", "voto", "stem", "głos", "голос"];
        let speaks = |index: usize| {
            let word = self.word(index);
            self.is_figure(index) || VOTES.contains(&word) || is_cjk(word)
        };
        if !(0..self.items.len()).any(speaks) {
            return Vec::new();
        }
        let mut found: Vec<Found> = Vec::new();
        // A former vote inside a form is part of it.
        let mut covered = vec![false; self.items.len()];
        let mut taken = 0;
        let mut start = Some(0);
        while let Some(from) = start {
            if let Some((at, fit)) = self.form_from(from).filter(|(at, _)| *at >= taken) {
                let at_token = fit.figure.unwrap_or(at);
                found.push(Found {
                    at: self.items[at_token],
                    verdict: self.weigh(at, fit, notes),
                    claim: self.claim(fit.figure),
                });
                covered[at..fit.end].fill(true);
                taken = fit.end;
            }
            start = self.next_clause(from.max(taken));
        }
        for index in
            (0..self.items.len()).filter(|index| self.is_figure(*index) && !covered[*index])
        {
            let (at, verdict) = (self.items[index], self.doubt(index, notes));
            found.push(Found { at, verdict, claim: None });
        }
        found
    }

    /// The form at the clause that begins at `from`, with or without the words that lead to it.
    fn form_from(&self, from: usize) -> Option<(usize, Fit)> {
        self.beginnings(from).find_map(|at| Some((at, forms::at(self, at)?)))
    }

    /// The beginning of a clause, also without the words that lead to it.
    fn beginnings(&self, from: usize) -> impl Iterator<Item = usize> {
        const MOST: usize = 12;
        let leads = move |at: &usize| {
            let word = self.word(*at);
            let skips = word == ":" && *at == 0;
            (skips || LEADS.contains(word) || self.is_passed_over(*at)).then_some(at + 1)
        };
        std::iter::successors(Some(from), leads).take(MOST)
    }

    /// Where the next clause begins: behind a comma, a dash, a bracket, or a word such as "so".
    fn next_clause(&self, from: usize) -> Option<usize> {
        (from..self.items.len()).find_map(|index| {
            let behind = index + 1;
            let bracket = self.is_mark(index, "(") && self.is_figure(behind);
            let parts = bracket
                || self.is_mark(index, ",-—|/")
                || matches!(
                    self.word(index),
                    "and" | "but" | "so" | "therefore" | "hence" | "thus" | "because"
                );
            let addressed = || {
                self.word(index) == ":"
                    && (self.words(0..index).all(|word| LEADS.contains(word))
                        || self.is_writer(0..index))
            };
            ((parts || addressed()) && behind < self.items.len()).then_some(behind)
        })
    }

    /// Whether what a form says counts, by what stands before and behind it.
    fn weigh(&self, start: usize, fit: Fit, notes: &[Note]) -> Verdict {
        let figure = fit.figure.and_then(|index| self.figure(index));
        let line = self.tokens.all[self.items[fit.figure.unwrap_or(start)]].line;
        let note = notes.get(line).copied().unwrap_or_default();
        if fit.figure.is_some_and(|index| self.is_none(index)) || note.listed {
            return Verdict::None;
        }
        let doubt = match () {
            () if figure.is_some_and(|figure| self.is_odd(figure, fit)) => Some(Doubt::Vote),
            () if note.item => Some(Doubt::Named),
            () if self.is_part => Some(Doubt::Named),
            () if self.asks || fit.figure.is_some_and(|index| self.is_choice(index)) => {
                Some(Doubt::Question)
            }
            () if note.under_remark => Some(Doubt::Other),
            () if fit.figure.is_some_and(|index| self.is_quoted(self.items[index])) => {
                Some(Doubt::Other)
            }
            () => self.doubt_before(start, line).or_else(|| self.doubt_behind(fit)),
        };
        // A zero without a sign is a vote where nothing leads to it but the line's own beginning.
        let bare = figure.is_some_and(|figure| figure.bare);
        if bare && (doubt.is_some() || start > 0 && !self.says_vote(start, fit.end)) {
            let says = matches!(
                self.word(fit.end),
                "no" | "not" | "neutral" | "abstain" | "i" | "as" | "because"
            );
            let ends = if start > 0 { fit.end == self.items.len() } else { says };
            return if ends { Verdict::Doubt(Doubt::Named) } else { Verdict::None };
        }
        doubt.map_or(Verdict::Plain(fit.deed), Verdict::Doubt)
    }

    /// A slip of the pen, a dash before a lone digit, a smiley beside words.
    fn is_odd(&self, figure: super::figure::Figure, fit: Fit) -> bool {
        let lone = self.items.len() == 1;
        let dash = figure.spaced
            && figure.value == Some(Value::MinusOne)
            && self.claim(fit.figure).is_none();
        figure.slip || dash && lone || figure.emoji && !lone
    }

    fn says_vote(&self, start: usize, end: usize) -> bool {
        end - start > 1
    }

    /// What makes doubtful what is said before `start`.
    fn doubt_before(&self, start: usize, line: usize) -> Option<Doubt> {
        let before: Vec<&str> = self.words(0..start).collect();
        let first = before.iter().find(|word| !LEADS.contains(**word));
        if let Some(doubt) = alarm(&before, true) {
            return Some(doubt);
        }
        // "With that fixed, +1"
        let begins = |index: &usize| *index == 0 || self.is_mark(index - 1, ",-—(");
        let depends = |index: usize| {
            SUBORDINATES.contains(self.word(index))
                && !matches!(self.word(index + 1), "now" | "me" | "us" | "my" | "what" | "thanks")
        };
        if (0..start).filter(begins).any(depends) || self.is_foreign(0..start) {
            return Some(Doubt::Condition);
        }
        if self.names_somebody(0..start) {
            return Some(Doubt::Other);
        }
        // "Push the tag, then I am +1", "... and you have my +1"
        let then =
            start > 0 && self.word(start - 1) == "then" || self.word(start).starts_with("you");
        let then_first = start > 0 && self.word(start - 1) == "then" && start == 1;
        if then_first || first.is_some_and(|first| then || TASKS.contains(first)) {
            return Some(Doubt::Condition);
        }
        // `Jane Doe - +1`, `- signature, +1`, `the signature: +1`.
        let behind_dash = start > 0 && self.is_mark(start - 1, "-—");
        let names =
            || (0..start - 1).all(|index| self.token(index).is_some_and(|token| token.capital));
        if behind_dash && names() && start <= 5 && !self.is_writer(0..start - 1) {
            return Some(Doubt::Other);
        }
        if self.tokens.lines[line].bullet && first.is_some() {
            return Some(Doubt::Vote);
        }
        let conjunction = start > 0 && self.word(start - 1) == "and" && first.is_some();
        let of_writer = before.first().is_some_and(|word| OWN_STARTS.contains(*word));
        (conjunction && !of_writer).then_some(Doubt::Vote)
    }

    /// Whether words of another language stand there that are not known to be harmless.
    fn is_foreign(&self, range: Range<usize>) -> bool {
        let words = || {
            range.clone().filter(|index| {
                self.token(*index).is_some_and(|token| token.kind == Kind::Word && !token.capital)
            })
        };
        let known = |word: &str| {
            FOREIGN_KNOWN.contains(word)
                || LEADS.contains(word)
                || ME.contains(word)
                || MINE.contains(word)
                || REASONS.contains(word)
                || CJK_REASONS.iter().any(|start| word.starts_with(start))
        };
        let foreign = |word: &str| {
            FOREIGN.contains(word) || word.contains(|c: char| ('\u{80}'..'\u{530}').contains(&c))
        };
        words().any(|index| foreign(self.word(index)))
            && !words().all(|index| known(self.word(index)))
    }

    /// "for Xavier", "received from Xavier"
    fn names_somebody(&self, range: Range<usize>) -> bool {
        range.clone().any(|index| {
            let name = index + 1;
            matches!(self.word(index), "for" | "from" | "by" | "to")
                && range.contains(&name)
                && self.token(name).is_some_and(|token| token.kind == Kind::Word && token.capital)
                && !self.subject_has(self.word(name))
                && !HATS.contains(self.word(name))
                && !self.word(name).chars().any(|c| c.is_ascii_digit())
                && !self.is_writer(name..name + 1)
        })
    }

    /// `+1 -- Xavier`
    fn is_signed_by_another(&self, at: usize) -> bool {
        let dashes = (at..self.items.len()).take_while(|index| self.is_mark(*index, "-—/")).count();
        let name = at + dashes..self.items.len();
        let capital = |index: usize| {
            self.token(index).is_some_and(|token| token.kind == Kind::Word && token.capital)
        };
        dashes > 0
            && (1..=3).contains(&name.len())
            && name.clone().all(capital)
            && !self.is_writer(name.clone())
            && !name
                .clone()
                .any(|index| HATS.contains(self.word(index)) || REASONS.contains(self.word(index)))
    }

    /// Whether more stands between the quotation marks that open before a figure.
    fn is_quoted(&self, at: usize) -> bool {
        let mark =
            |at: usize| self.tokens.all.get(at).is_some_and(|token| token.kind == Kind::Mark('"'));
        let near = at + 1..self.tokens.all.len().min(at + LONGEST);
        at > 0 && mark(at - 1) && !mark(at + 1) && near.clone().any(mark)
    }

    fn is_writer(&self, range: Range<usize>) -> bool {
        let mut words = self.words(range);
        words.all(|word| self.writer.split_whitespace().any(|name| name.to_lowercase() == word))
    }

    /// What makes doubtful what is said behind a form that ends at `end`.
    fn doubt_behind(&self, fit: Fit) -> Option<Doubt> {
        let end = fit.end;
        let mut at = end;
        let rest: Vec<&str> = self.words(end..self.items.len()).collect();
        if let Some(doubt) = alarm(&rest, false) {
            return Some(doubt);
        }
        let letters = |word: &&&str| word.chars().any(char::is_alphabetic);
        let soft = |skipped: usize| {
            rest.iter().skip(skipped).filter(letters).take(3).any(|word| SOFT.contains(*word))
        };
        if rest.iter().find(letters).is_some_and(|word| TELLS.contains(*word)) {
            return Some(Doubt::Other);
        }
        let plus = fit
            .figure
            .and_then(|index| self.figure(index))
            .is_some_and(|figure| figure.value == Some(Value::PlusOne));
        let otherwise = |at: usize| match rest[at] {
            "let's" => !matches!(
                rest.get(at + 1),
                Some(&("ship" | "release" | "go" | "get" | "do" | "roll"))
            ),
            "don't" | "not" => matches!(rest.get(at + 1), Some(&("release" | "ship" | "publish"))),
            _ => false,
        };
        if plus && (0..rest.len()).any(otherwise) {
            return Some(Doubt::Other);
        }
        let to_do = rest.iter().enumerate().any(|(at, word)| {
            *word == "must"
                || matches!(*word, "needs" | "need" | "has" | "have")
                    && rest.get(at + 1) == Some(&"to")
        });
        let later = rest
            .iter()
            .any(|word| matches!(*word, "next" | "later" | "future" | "minor" | "afterwards"));
        if plus && to_do && !later || self.is_foreign(end..self.items.len()) {
            return Some(Doubt::Condition);
        }
        let near = end..self.items.len().min(end + 6);
        if self.names_somebody(near) || self.is_signed_by_another(end) {
            return Some(Doubt::Other);
        }
        if fit.deed == Deed::Carries {
            return None;
        }
        if soft(0) && self.is_mark(at, "(") {
            return Some(Doubt::Condition);
        }
        // "(Jane)", "(proxy for Jane)"
        if self.is_mark(at, "(") {
            let close = (at..self.items.len()).find(|index| self.is_mark(*index, ")"));
            let inside = at + 1..close.unwrap_or(self.items.len());
            let names = inside.len() <= 3
                && inside.clone().all(|index| {
                    self.token(index).is_some_and(|token| token.kind == Kind::Word && token.capital)
                        && !HATS.contains(self.word(index))
                });
            let told = matches!(self.word(inside.start), "for" | "from" | "by" | "via" | "per");
            if told || names && !inside.is_empty() && !self.is_writer(inside) {
                return Some(Doubt::Other);
            }
            at = close.map_or(at, |close| close + 1);
        }
        while matches!(self.word(at), "vote" | "votes") {
            at += 1;
        }
        at = self.behind_me(at);
        at = match self.object(at) {
            Ok(at) => at,
            Err(doubt) => return Some(doubt),
        };
        at = self.behind_me(at);
        while self.is_passed_over(at) && !self.is_mark(at, "(") {
            at += 1;
        }
        if self.is_writer(at..self.items.len()) {
            return None;
        }
        let next = self.word(at);
        // `+1:` and nothing else heads a list.
        if self.is_mark(at, ":") && (at + 1 == self.items.len() || self.lists_words(at + 1)) {
            return Some(Doubt::Vote);
        }
        let same = |other: super::figure::Figure| {
            fit.figure
                .and_then(|index| self.figure(index))
                .is_some_and(|one| one.value == other.value)
        };
        let goes_on = self.is_mark(at, ",-—:/|(~→")
            || self.figure(at).is_some_and(same)
            || fit.deed == Deed::Withdraws && next == "and"
            || REASONS.contains(next)
            || matches!(next, "with" | "w/")
                && self.words(at..self.items.len().min(at + 5)).any(|word| COMPANY.contains(word))
            || matches!(next, "i" | "we") && WORK.contains(self.word(at + 1))
            || plus && next == "👍"
            || !plus && self.gives_a_reason(at)
            || next == "no" && NO_ISSUES.contains(self.word(at + 1))
            || !plus && matches!(next, "do" | "don't")
            || CJK_REASONS.iter().any(|start| next.starts_with(start));
        match () {
            () if at >= self.items.len() => None,
            // "+1, but only after ..."
            () if soft(at - end) => Some(Doubt::Condition),
            () if goes_on => None,
            () => Some(Doubt::Other),
        }
    }

    /// Whether words follow a -1 that opens its sentence, as in "-1 does not build": more than a unit
    /// of measure, and no preposition.
    fn gives_a_reason(&self, at: usize) -> bool {
        let opens = self.figure(0).is_some_and(|figure| figure.value == Some(Value::MinusOne));
        let word = |index: usize| self.token(index).is_some_and(|token| token.kind == Kind::Word);
        opens && word(at) && word(at + 1) && !NO_REASONS.contains(self.word(at))
    }

    /// `build, tests`: single words in a row.
    fn lists_words(&self, from: usize) -> bool {
        let mut items = self.items[from..].split(|at| self.tokens.all[*at].kind == Kind::Mark(','));
        self.items.len() - from >= 3 && items.all(|item| item.len() == 1)
    }

    /// Passes over "from me", "de ma part".
    fn behind_me(&self, at: usize) -> usize {
        let mut end = at;
        if !FROM.contains(self.word(end)) {
            return at;
        }
        end += 1;
        while MINE.contains(self.word(end)) {
            end += 1;
        }
        if ME.contains(self.word(end)) || end > at + 1 && self.word(end - 1) == "parte" {
            end += usize::from(ME.contains(self.word(end)));
            end += usize::from(matches!(self.word(end), "mia" | "mía"));
            return end;
        }
        at
    }

    /// Passes over "for the release", "to release this", "on releasing 1.2.0-rc1 as 1.2.0"; only
    /// words that can name what is voted on.
    fn object(&self, at: usize) -> Result<usize, Doubt> {
        const LINKS: &[&str] = &["for", "to", "on", "of", "towards"];
        if !LINKS.contains(&self.word(at)) && !matches!(self.word(at), "release" | "releasing") {
            return Ok(at);
        }
        let mut named = false;
        let mut end = at;
        while end < self.items.len() {
            let word = self.word(end);
            if is_candidate(word) && !self.subject.contains(word) {
                return Err(Doubt::Other);
            }
            let names = matches!(word, "this" | "it" | "one") || OBJECTS.contains(word);
            let of_subject = word.len() > 1 && self.subject_has(word);
            if !(names || of_subject || LINKS.contains(&word) || matches!(word, "the" | "a" | "as"))
            {
                break;
            }
            named |= names || of_subject;
            end += 1;
        }
        // "as" goes on with the reason.
        end -= usize::from(end > at && self.word(end - 1) == "as");
        if named { Ok(end) } else { Err(Doubt::Other) }
    }

    fn subject_has(&self, word: &str) -> bool {
        let mut words = self.subject.split(|c: char| !c.is_alphanumeric() && !".-_".contains(c));
        words.any(|known| {
            known.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
        })
    }

    fn figure(&self, index: usize) -> Option<super::figure::Figure> {
        match self.token(index)?.kind {
            Kind::Figure(figure) => Some(figure),
            _ => None,
        }
    }

    /// What a figure is that no form reads.
    fn doubt(&self, index: usize, notes: &[Note]) -> Verdict {
        let token = &self.tokens.all[self.items[index]];
        let listed = notes.get(token.line).is_some_and(|note| note.listed);
        let Some(figure) = self.figure(index) else { return Verdict::None };
        let bare_end = figure.bare
            && index > 0
            && self.is_mark(index - 1, ",")
            && index + 1 == self.items.len();
        if listed || self.is_none(index) || figure.value.is_none() || figure.bare && !bare_end {
            return Verdict::None;
        }
        if self.asks {
            return Verdict::Doubt(Doubt::Question);
        }
        let alarm = *self.alarm.get_or_init(|| {
            let words: Vec<&str> = self.words(0..self.items.len()).collect();
            alarm(&words, true)
        });
        let of_line = |index: usize| self.token(index).is_none_or(|other| other.line != token.line);
        // "This one gets a +1 from me"
        let end = self.behind_me(index + 1);
        let ends = end > index + 1 && (end == self.items.len() || self.is_mark(end, ",-—("));
        if ends && alarm.is_none() && !self.words(0..index).any(|word| DENIALS.contains(word)) {
            return Verdict::Plain(Deed::Votes);
        }
        let at_end = index == 0 || index + 1 >= self.items.len() || of_line(index + 1);
        let doubt = alarm.unwrap_or(if at_end { Doubt::Vote } else { Doubt::Named });
        Verdict::Doubt(doubt)
    }

    /// Whether it makes a vote in the next sentence of its line one on what somebody said.
    pub(super) fn leads_elsewhere(&self) -> bool {
        let words: Vec<&str> = self.words(0..self.items.len()).collect();
        let right = words.len() <= 5
            && matches!(words[..], [.., "is", "right"] | [.., "has", "a", "point"]);
        words.len() <= 8 && (right || alarm(&words, true) == Some(Doubt::Other))
    }

    /// Whether what it says of a vote may be more than naming it: of the writer's own, or denying.
    pub(super) fn is_of_writer(&self) -> bool {
        let mut words = self.words(0..self.items.len());
        words.any(|word| OWN.contains(word) || matches!(word, "longer" | "anymore" | "not"))
    }

    /// Whether a vote on the next line is not the writer's, or depends on something, by what leads
    /// to it here.
    pub(super) fn leads_to(&self) -> Option<Doubt> {
        let words: Vec<&str> = self.words(0..self.items.len()).collect();
        let last = words.last().copied()?;
        let opens =
            matches!(last, ":" | "," | "said" | "says" | "wrote" | "is" | "returned" | "prints");
        if !opens {
            return None;
        }
        if let Some(doubt) = alarm(&words, true) {
            return Some(doubt);
        }
        if SUBORDINATES.contains(words.first().copied().unwrap_or_default()) {
            return Some(Doubt::Condition);
        }
        let own = |word: &&str| {
            OWN.contains(*word)
                || matches!(
                    *word,
                    "i'm"
                        | "i'd"
                        | "vote"
                        | "verdict"
                        | "conclusion"
                        | "summary"
                        | "result"
                        | "so"
                        | "me"
                )
        };
        let others = words.iter().any(|word| is_of_others(word));
        let greets = words.iter().all(|word| LEADS.contains(*word) || word.len() == 1)
            || words.first().is_some_and(|first| LEADS.contains(*first)) && words.len() <= 5;
        match last {
            ":" if others || !(words.iter().any(own) || greets) => Some(Doubt::Other),
            "said" | "says" | "wrote" | "returned" | "prints" => Some(Doubt::Other),
            _ => None,
        }
    }

    /// Whether it makes the vote of the sentence before it depend on something.
    pub(super) fn takes_back(&self) -> bool {
        let words: Vec<&str> = self.words(0..self.items.len()).collect();
        let first = words.iter().find(|word| !LEADS.contains(**word)).copied().unwrap_or_default();
        let of_vote =
            matches!(first, "this" | "that" | "it" | "my" | "note" | "condition" | "valid");
        // "If the tag is signed": half a sentence, which goes with the one before.
        let own_clause = |word: &&str| {
            matches!(*word, "," | "please" | "i" | "we" | "let" | "you" | "i'd" | "i'll" | "let's")
        };
        let begin = words.iter().position(|word| !matches!(*word, "-" | "(" | "only" | "but"));
        let half = begin.is_some_and(|begin| {
            let words = &words[begin..];
            let starts = words.len().min(3);
            (alarm(&words[..starts], false) == Some(Doubt::Condition)
                && CONDITIONS.first.contains(words[0])
                || matches!(words[0], "after" | "once" | "when" | "until"))
                && words.len() > 2
                && !words.iter().any(own_clause)
        });
        half || of_vote && words.len() > 2 && alarm(&words, false) == Some(Doubt::Condition)
    }

    /// The lines of its first and last word.
    pub(super) fn lines(&self) -> Option<(usize, usize)> {
        let line = |at: &usize| self.tokens.all[*at].line;
        Some((line(self.items.first()?), line(self.items.last()?)))
    }

    /// Words of consent without a figure, and the vote that they may be.
    pub(super) fn consent(&self) -> Option<(usize, Option<Value>)> {
        if (0..self.items.len()).any(|index| self.figure(index).is_some_and(|figure| !figure.bare))
            || self.asks
        {
            return None;
        }
        let all = &self.tokens.all[self.range.clone()];
        let opening = all.iter().take_while(|token| matches!(token.kind, Kind::Mark(_))).count();
        if self.claims.first().is_some_and(|first| *first <= self.range.start + opening) {
            return Some((self.range.start, None));
        }
        let one = self.tokens.all.get(*self.items.first()?)?;
        let starts = one.kind == Kind::Number && self.tokens.text(one) == "1";
        if starts && (self.word(1) == "+" || self.items.len() == 1 && !self.claims.is_empty()) {
            return Some((self.items[0], None));
        }
        let mut start = Some(0);
        while let Some(from) = start {
            let consent = |at| forms::consents(self, at).map(|value| (self.items[at], value));
            if let Some(found) = self.beginnings(from).find_map(consent) {
                return Some(found);
            }
            start = self.next_clause(from);
        }
        None
    }

    /// Whether "(binding)" goes with the figure.
    fn claim(&self, figure: Option<usize>) -> Option<bool> {
        claim::of(self.tokens, self.range.clone(), figure.map(|index| self.items[index]))
    }
}

/// "your", "Jane's"
fn is_of_others(word: &str) -> bool {
    let is = matches!(word, "it's" | "that's" | "here's" | "let's" | "what's" | "there's");
    OF_OTHERS.contains(word) || word.ends_with("'s") && !is
}

/// `rc2`
fn is_candidate(word: &str) -> bool {
    word.strip_prefix("rc")
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit()) && !rest.is_empty())
}

fn is_cjk(word: &str) -> bool {
    word.chars().next().is_some_and(|c| {
        ('\u{3040}'..='\u{9fff}').contains(&c) || ('\u{ac00}'..='\u{d7af}').contains(&c)
    })
}

/// What makes it doubtful that words around a vote leave it one; `before` it, those that tell of
/// others as well.
fn alarm(words: &[&str], before: bool) -> Option<Doubt> {
    let phrase = |at: usize, phrase: &str| {
        phrase.split('_').enumerate().all(|(nth, part)| words.get(at + nth) == Some(&part))
    };
    let any = |list: &Alarms| {
        (0..words.len()).any(|at| {
            let known = list.first.contains(words[at]) && {
                list.phrases.iter().any(|known| phrase(at, known))
            };
            let harmless = matches!(words[at], "if" | "when") && {
                let next = words.get(at + 1).copied().unwrap_or_default();
                let previous = at.checked_sub(1).map_or("", |at| words[at]);
                HARMLESS.contains(next) || HARMLESS.contains(previous)
            };
            known && !harmless
                || is_cjk(words[at]) && list.parts.iter().any(|part| words[at].contains(part))
        })
    };
    match () {
        () if any(&CONDITIONS) => Some(Doubt::Condition),
        () if any(&OTHERS) || before && any(&TOLD) => Some(Doubt::Other),
        () => None,
    }
}

/// Whether a quoted line proposes something else than the vote.
pub(super) fn proposes(line: &str) -> bool {
    let folded = line.to_lowercase();
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric() && !"'-_".contains(c))
        .filter(|word| !word.is_empty())
        .collect();
    alarm(&words, false) == Some(Doubt::Other)
        || words.iter().any(|word| matches!(*word, "extend" | "withdraw" | "rc2" | "rc3"))
}

/// What makes a ticked option doubtful, by the words behind its vote.
pub(super) fn doubt_of_option(tokens: &Tokens) -> Option<Doubt> {
    let words: Vec<&str> = tokens.all.iter().map(|token| tokens.text(token)).collect();
    let vote = tokens.all.iter().position(|token| matches!(token.kind, Kind::Figure(_)))?;
    let behind = &words[vote + 1..];
    let mut near = behind.iter().filter(|word| word.chars().any(char::is_alphabetic)).take(2);
    let name = tokens.all.get(vote + 2).is_some_and(|token| token.capital);
    match () {
        () if near.any(|word| SOFT.contains(*word)) => Some(Doubt::Condition),
        () if matches!(behind.first(), Some(&("for" | "from"))) && name => Some(Doubt::Other),
        () => alarm(behind, false),
    }
}

/// Whether a line speaks of the writer: "my", "I".
pub(super) fn is_first_person(line: &crate::vote::own_text::Line<'_>) -> bool {
    let folded = line.text.to_lowercase();
    let mut words = folded.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.any(|word| {
        matches!(
            word,
            "i" | "i'm" | "my" | "me" | "mine" | "mein" | "meine" | "mon" | "mi" | "meu" | "我"
        )
    })
}
