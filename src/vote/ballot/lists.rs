//! Lists: ballots to choose from, tables of several people's votes, answers to quoted remarks. What
//! they are is told by the lines around a line, which a sentence does not see.

use super::Value;
use super::sentence::{self, Note};
use super::tokens::{Kind, Token, Tokens};
use crate::vote::own_text::{Kind as Whose, Line};

/// Takes notes on every line of `tokens`; `writer` is the name of who wrote the mail.
pub(super) fn notes(tokens: &Tokens, writer: &str) -> Vec<Note> {
    let line = |line: usize| {
        tokens.lines.get(line).map_or(&[][..], |info| &tokens.all[info.from..info.to])
    };
    let mut notes = vec![Note::default(); tokens.lines.len()];
    let starts: Vec<(usize, Value, &[Token])> = (0..tokens.lines.len())
        .filter_map(|at| starts_with_vote(line(at)).map(|(value, tail)| (at, value, tail)))
        .collect();
    for run in starts.chunk_by(|one, other| other.0 - one.0 <= 2) {
        // The three votes to choose from, below one another.
        for options in run.windows(3) {
            let [one, two, three] = [options[0].1, options[1].1, options[2].1];
            if one != two && two != three && one != three {
                options.iter().for_each(|(at, ..)| notes[*at].listed = true);
            }
        }
        let named = |tail: &[Token]| are_names(tokens, tail.iter());
        if run.iter().filter(|(_, _, tail)| named(tail)).count() >= 2 {
            run.iter().for_each(|(at, ..)| notes[*at].listed = true);
        }
    }
    for run in starts.chunk_by(|one, other| other.0 - one.0 <= 2) {
        let marks = |tail: &[Token]| {
            tail.first().is_some_and(|token| {
                token.kind == Kind::Word && !GO_ON.contains(&tokens.text(token))
            })
        };
        if run.iter().filter(|(_, _, tail)| marks(tail)).count() >= 2 {
            run.iter()
                .filter(|(_, _, tail)| marks(tail))
                .for_each(|(at, ..)| notes[*at].item = true);
        }
    }
    for (at, _, tail) in &starts {
        // A heading, names below it.
        let heading = tail.last().is_some_and(|last| last.kind == Kind::Mark(':'));
        if heading && are_names(tokens, line(at + 1).iter()) {
            notes[*at].listed = true;
        }
    }
    let labelled: Vec<usize> =
        (0..tokens.lines.len()).filter(|at| name_label(line(*at)).is_some()).collect();
    let own = |at: &usize| {
        let mut name = name_label(line(*at)).unwrap_or_default().iter();
        name.all(|token| {
            writer.split_whitespace().any(|word| word.to_lowercase() == tokens.text(token))
        })
    };
    if labelled.len() >= 2 && !labelled.iter().all(own) {
        labelled.iter().for_each(|at| notes[*at].listed = true);
    }
    notes
}

/// Words that go on with a vote rather than name what a mark is for.
const GO_ON: &[&str] =
    &["binding", "non-binding", "non", "not", "from", "for", "to", "on", "as", "because", "again"];

/// The vote that a line begins with, and what follows.
fn starts_with_vote(line: &[Token]) -> Option<(Value, &[Token])> {
    let opens = |token: &&Token| matches!(token.kind, Kind::Mark('[' | '(' | '"' | '`'));
    let skipped = line.iter().take_while(opens).count();
    match line.get(skipped)?.kind {
        Kind::Figure(figure) if !figure.plural => Some((figure.value?, &line[skipped + 1..])),
        _ => None,
    }
}

/// The name in `Jane Doe: +1`.
fn name_label(line: &[Token]) -> Option<&[Token]> {
    let name =
        line.iter().take(5).take_while(|token| token.kind == Kind::Word && token.capital).count();
    let mark = line.get(name)?.kind;
    let figure = matches!(line.get(name + 1)?.kind, Kind::Figure(_));
    (name > 0 && matches!(mark, Kind::Mark(':' | '-')) && figure).then(|| &line[..name])
}

/// Names of people: two words at least, all of them with a capital.
pub(super) fn are_names<'t>(tokens: &Tokens, list: impl Iterator<Item = &'t Token>) -> bool {
    const PARTICLES: &str = "and & van von de der den di da du la le el al ten";
    let (mut depth, mut words) = (0, 0);
    for token in list {
        match token.kind {
            Kind::Mark('(' | '[' | '<') => depth += 1,
            Kind::Mark(')' | ']' | '>') => depth -= 1,
            _ if depth > 0 => {}
            Kind::Mark(',' | '.' | '&' | '-' | ':' | '*') | Kind::Break => {}
            Kind::Word if token.capital => words += 1,
            Kind::Word if PARTICLES.split(' ').any(|known| known == tokens.text(token)) => {}
            _ => return false,
        }
    }
    words >= 2
}

/// A quote of more lines is of a mail, and not a remark.
const MOST_OF_A_REMARK: usize = 6;

/// For each own line whether it begins the answer to one of several quoted remarks: right below a
/// quote that speaks of no vote, with more of the writer's words below another quote.
pub(super) fn under_remarks(all: &[Line<'_>], own: &[Line<'_>]) -> Vec<bool> {
    let mut answers = vec![false; own.len()];
    let mut pending = None;
    let mut quote: Option<bool> = None;
    let (mut quoted, mut proposes) = (0, false);
    let mut at = 0;
    for line in all {
        match line.kind {
            Whose::Quoted => {
                let speaks = quote.unwrap_or(false) || speaks_of_vote(line.text);
                quote = Some(speaks);
                quoted += 1;
                proposes |= sentence::proposes(line.text);
            }
            Whose::Own if own.get(at).is_some_and(|own| own.number == line.number) => {
                if let Some(speaks_of_vote) = quote.take() {
                    // A few lines that propose something else.
                    answers[at] |= proposes && quoted <= MOST_OF_A_REMARK;
                    (quoted, proposes) = (0, false);
                    // What came before is not the last word, so it answers what is above it.
                    if let Some(before) = pending.replace((at, !speaks_of_vote)) {
                        answers[before.0] |= before.1;
                    }
                }
                at += 1;
            }
            _ => {}
        }
    }
    answers
}

/// A line of the call or of another vote.
fn speaks_of_vote(quoted: &str) -> bool {
    let folded = quoted.to_lowercase();
    let words = ["vote", "release", "approve", "candidate", "proposal", "propose"];
    words.iter().any(|word| folded.contains(word))
        || Tokens::read(std::iter::once((quoted.trim_start_matches(['>', ' ']), true)))
            .all
            .iter()
            .any(|token| matches!(token.kind, Kind::Figure(_)))
}
