//! What a pattern of words cannot tell of a figure's sentence: conditions, clauses, who speaks.

use super::mention::{Mention, word_claims};
use super::pattern::{Side, divides};
use super::tokens::{Kind, Token};
use super::{Value, words};

/// More figures in one sentence than a person votes with.
pub(super) fn is_row_of_numbers(mention: &Mention<'_>) -> bool {
    let figures = |side: Side<'_>| {
        side.slice.iter().filter(|token| matches!(token.kind, Kind::Figure(_))).count()
    };
    figures(mention.before) + figures(mention.after) >= 6
}

/// A `0` that counts something, a dash before a number.
pub(super) fn is_plain_number(mention: &Mention<'_>) -> bool {
    let first = mention.after.at(0).map(|token| token.kind);
    let ends = mention.ends_line() || matches!(first, Some(Kind::Mark(mark)) if mark != '/');
    let is_vote = |word: &str| words::set("vote").contains(&word);
    let named = mention.before.words().take(3).any(is_vote) && !mention.before.ends(0);
    let bare = mention.figure.bare;
    let spaced_plus = mention.figure.spaced && mention.figure.value == Some(Value::PlusOne);
    let spaced = mention.figure.spaced && mention.figure.value != Some(Value::PlusOne);
    let scoped = matches!(mention.after.word(0), "for" | "on");
    let second = scoped && mention.before.words().any(|word| word.starts_with(['+', '-']));
    let of_vote = |side: Side<'_>| {
        side.words().any(is_vote)
            || side.slice.iter().any(|token| matches!(token.kind, Kind::Figure(_)))
    };
    let changed = matches!(mention.before.word(0), "from" | "to")
        && (of_vote(mention.before) || of_vote(mention.after));
    let own = matches!(mention.before.word(0), "i'm" | "im" | "am");
    let said = ends || mention.claim.is_some() || is_from_me(mention);
    let calculates = matches!(mention.after.word(0), "+" | "=" | "*");
    spaced_plus && calculates
        || bare && !((mention.starts_line || named) && said || second || changed || own)
        || spaced && mention.claim.is_none() && !is_dash_and_number(mention)
}

/// "No strong feelings, 0": a `0` that ends a sentence without other numbers.
pub(super) fn is_last_zero(mention: &Mention<'_>) -> bool {
    let counts = |token: &Token| matches!(token.kind, Kind::Number | Kind::Figure(_) | Kind::Clock);
    mention.figure.bare
        && mention.before.word(0) == ","
        && mention.after.slice.is_empty()
        && !mention.before.slice.iter().any(counts)
}

/// `- 1` alone on a line: a vote or the item of a list.
pub(super) fn is_dash_and_number(mention: &Mention<'_>) -> bool {
    mention.figure.spaced
        && mention.figure.value == Some(Value::MinusOne)
        && mention.claim.is_none()
        && mention.starts_line
        && mention.is_alone()
}

/// A figure that is none of the votes, and does not stand where a vote would.
pub(super) fn is_odd_figure(mention: &Mention<'_>) -> bool {
    let first = mention.after.at(0).map(|token| token.kind);
    let like_a_vote = mention.ends_line()
        || mention.claim.is_some()
        || matches!(first, Some(Kind::Mark(mark)) if divides(mark) || mark == '(')
        || words::set("connective").contains(&mention.after.word(0));
    mention.figure.value.is_none() && !(like_a_vote && mention.before.slice.is_empty())
}

/// Inside the parentheses of a call: `indexOf(x, -1)`.
pub(super) fn is_in_call(mention: &Mention<'_>) -> bool {
    let mut depth = 0;
    let tokens = mention.before.slice;
    for (at, token) in tokens.iter().enumerate().rev() {
        match token.kind {
            Kind::Mark(')') => depth += 1,
            Kind::Mark('(') if depth > 0 => depth -= 1,
            Kind::Mark('(') => {
                return token.glued && at > 0 && tokens[at - 1].kind == Kind::Word;
            }
            _ => {}
        }
    }
    false
}

/// The writer praises what is voted on, and thanks nobody.
pub(super) fn praises(mention: &Mention<'_>) -> bool {
    let said = |name: &str| mention.before.words().any(|word| words::set(name).contains(&word));
    said("praise") && !mention.before.words().any(|word| word.starts_with("thank"))
}

/// "from me", right after the figure.
pub(super) fn is_from_me(mention: &Mention<'_>) -> bool {
    let skipped = usize::from(matches!(mention.after.word(0), "vote" | "votes"));
    words::set("from").contains(&mention.after.word(skipped))
        && words::set("me").contains(&mention.after.word(skipped + 1))
}

/// The writer is the subject of what stands before.
pub(super) fn has_first_person(mention: &Mention<'_>) -> bool {
    mention.before.words().any(|word| words::set("i").contains(&word))
}

/// "I'd like to".
pub(super) fn is_polite(mention: &Mention<'_>) -> bool {
    mention.before.words().any(|word| matches!(word, "like" | "love" | "want"))
}

/// "It would be", "if it was".
pub(super) fn is_subjunctive(mention: &Mention<'_>) -> bool {
    let words = ["would", "could", "might", "i'd", "wouldn't", "couldn't"];
    let depends = ["would", "could", "will", "depends", "depend", "requires", "needs", "only"];
    mention.before.words().any(|word| words.contains(&word))
        || mention.after.words().take(6).any(|word| depends.contains(&word))
}

/// The sentence is about what others do.
pub(super) fn is_of_others(mention: &Mention<'_>) -> bool {
    let others =
        ["you", "your", "he", "she", "they", "his", "her", "their", "anybody", "everybody"];
    mention.before.words().any(|word| {
        others.contains(&word) || word.ends_with("'s") && word != "it's" && word != "let's"
    })
}

/// A colon before it, and before that a sentence rather than a label: "all fine on my side: +1".
pub(super) fn follows_sentence(mention: &Mention<'_>) -> bool {
    let has_verb = mention.before.slice.iter().any(|t| t.kind == Kind::Word && !t.capital);
    let words = mention.before.words().skip(1).filter(|word| word.len() > 1).count();
    let agrees = mention.before.words().any(|word| matches!(word, "agree" | "with" | "what"));
    mention.before.word(0) == ":"
        && has_verb
        && (words >= 3 && mention.figure.value == Some(Value::PlusOne) && !agrees
            || mention.claim.is_some() && words >= 2)
        && mention.ends_line()
        && !mention.in_item
}

/// "I do not want to": a wish not to.
pub(super) fn is_not_said(mention: &Mention<'_>) -> bool {
    matches!(mention.before.word(0), "no" | "any" | "without")
        || mention.before.words().any(|word| matches!(word, "not" | "don't" | "wouldn't" | "never"))
}

/// The sentence names a condition or a later time.
pub(super) fn speaks_of_later(mention: &Mention<'_>) -> bool {
    const MODALS: &[&str] = &["will", "i'll", "we'll", "going", "would", "i'd", "shall", "able"];
    let modal = mention.before.words().any(|word| MODALS.contains(&word));
    let later = |side: Side<'_>| {
        (0..side.slice.len()).any(|index| {
            words::set("later").contains(&side.word(index))
                && (modal || side.word(index) != "after")
                && !words::set("harmless").contains(&next(side, index))
                || side.word(index) == "as" && ["soon", "long"].contains(&next(side, index))
        })
    };
    later(mention.after) || later(mention.before)
}

/// The word that follows the one at `index` in the text.
fn next(side: Side<'_>, index: usize) -> &str {
    match (side.backwards, index) {
        (true, 0) => "",
        (true, _) => side.word(index - 1),
        (false, _) => side.word(index + 1),
    }
}

/// The word before the one at `index` in the text.
fn previous(side: Side<'_>, index: usize) -> &str {
    match (side.backwards, index) {
        (true, _) => side.word(index + 1),
        (false, 0) => "",
        (false, _) => side.word(index - 1),
    }
}

/// The sentence is about a release candidate other than by the name of this one.
pub(super) fn names_another_candidate(mention: &Mention<'_>) -> bool {
    let other = |word: &str| {
        let candidate = word.strip_prefix("rc").map(|rest| rest.trim_start_matches(['-', '.']));
        candidate.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            || matches!(word, "previous" | "earlier" | "last" | "former" | "first")
    };
    mention.after.words().take(8).any(other) || mention.before.words().take(8).any(other)
}

/// Whether the vote hangs on a condition: right after it, or a firm one later in the sentence, or
/// the sentence begins with one.
pub(super) fn is_conditional(mention: &Mention<'_>) -> bool {
    let after = mention.after;
    let minus = mention.figure.value == Some(Value::MinusOne);
    let mut marks = 0;
    for index in 0..after.slice.len().min(14) {
        let word = after.word(index);
        if matches!(after.at(index).map(|token| token.kind), Some(Kind::Mark(mark)) if divides(mark))
        {
            marks += 1;
            continue;
        }
        let near = index <= 1 || index <= 3 && words::set("firm").contains(&word);
        let late_word = matches!(word, "once" | "when") && index <= 4 && marks == 0;
        let firm = words::set("firm").contains(&word) && marks <= 1;
        let known = words::set("condition").contains(&word) && (near || late_word || firm);
        // "-1 until it is fixed", "-1, when I build it, it fails": a -1 now.
        let conditional = known && (!minus || matches!(word, "if" | "unless" | "falls" | "si"));
        if conditional && !is_harmless(after, index) {
            return true;
        }
        if word == "as" && index <= 4 && matches!(next(after, index), "soon" | "long") {
            return true;
        }
        if word == "after" && index <= 1 && is_yet_to_come(after, index + 1) {
            return true;
        }
    }
    let before = mention.before;
    (0..before.slice.len()).any(|index| {
        matches!(before.word(index), "if" | "once" | "unless" | "provided" | "assuming" | "wenn")
            && !is_harmless(before, index)
    })
}

/// "after the year is mended", but not "after building it".
fn is_yet_to_come(side: Side<'_>, from: usize) -> bool {
    let done = side.word(from).ends_with("ing") || words::set("i").contains(&side.word(from));
    !done && (from..from + 6).any(|at| matches!(side.word(at), "is" | "are" | "gets" | "get"))
}

/// "nice if", "let me know if", "if possible", "unless I missed something".
fn is_harmless(side: Side<'_>, index: usize) -> bool {
    let open = |word: &str| matches!(word, "late" | "open" | "matters" | "counts" | "worth");
    let around = index.saturating_sub(8)..(index + 8).min(side.slice.len());
    words::set("polite").contains(&previous(side, index))
        || words::set("harmless").contains(&next(side, index))
        || side.word(index) == "unless" && next(side, index).starts_with('i')
        || around.clone().any(|index| open(side.word(index)))
}

/// Whether a clause begins with the figure: after a comma or dash, or after words that lead to it.
pub(super) fn starts_clause(mention: &Mention<'_>) -> bool {
    match mention.before.at(0).map(|token| token.kind) {
        None => true,
        Some(Kind::Mark(',' | '-' | '—' | '•' | ')' | '|')) => {
            !mention.figure.bare || matches!(mention.after.word(0), "for" | "on")
        }
        Some(Kind::Word) => {
            let word = mention.before.word(0);
            let known = |name: &str| words::set(name).contains(&word);
            known("lead") && mention.figure.value == Some(Value::PlusOne)
                || matches!(word, "so" | "and" | "but" | "therefore" | "thus" | "hence" | "still")
        }
        _ => false,
    }
}

/// A vote to choose: another figure beside it, with nothing or nothing but "or" or a comma between.
pub(super) fn is_choice(mention: &Mention<'_>) -> bool {
    let beside = |side: Side<'_>| {
        let or = matches!(side.word(0), "or" | "oder" | "ou" | "o" | "または" | "或");
        let linked = or || matches!(side.word(0), "," | "/" | "|" | "and" | "to");
        let second = usize::from(matches!(side.word(1), "or" | "and" | "a"));
        // Over the "(binding)" that goes with the other one, in parentheses or not.
        let between = || side.words().skip(1 + second);
        let claim = match side.word(1 + second) {
            ")" => between().position(|word| word == "(").map_or(0, |at| at + 1),
            word if word_claims(word).is_some() => between()
                .take_while(|w| word_claims(w).is_some() || matches!(*w, "non" | "-"))
                .count(),
            _ => 0,
        };
        if let Some(Kind::Figure(figure)) = side.at(0).map(|token| token.kind) {
            // A bare 0 in front may be a number.
            let counts = figure.bare && side.backwards;
            return figure.value != mention.figure.value && !counts;
        }
        match side.at(1 + second + claim).map(|token| token.kind) {
            Some(Kind::Figure(figure)) => or || linked && figure.value != mention.figure.value,
            _ => false,
        }
    };
    beside(mention.after) || beside(mention.before)
}

/// Whether it may be meant as a vote although it is not plainly cast.
pub(super) fn may_be_vote(mention: &Mention<'_>) -> bool {
    let plus = mention.figure.value == Some(Value::PlusOne);
    !mention.figure.bare
        && (has_first_person(mention)
            || plus && mention.ends_line() && !mention.before.slice.is_empty())
}
