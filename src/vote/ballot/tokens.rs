//! Own lines as tokens: words in lower case, marks, and the figures that may be votes.
//!
//! The many ways to type the same are one here: signs and digits of every width, dashes, quotation
//! marks, emphasis (dropped), smileys and other pictures (dropped). What has digits but cannot be a
//! vote (telephone numbers, time zones, versions, dates) is a plain number.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Value;
use super::figure::{self, Figure};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// Digits only.
    Number,
    /// `10:00`.
    Clock,
    Figure(Figure),
    Mark(char),
    /// The end of a line that does not go on in the next.
    Break,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Bytes of [`Tokens::folded`].
    start: usize,
    end: usize,
    /// Which of the lines.
    pub(super) line: usize,
    /// Begins with a capital letter.
    pub(super) capital: bool,
}

/// What is known of a line beside its tokens.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineInfo {
    /// It is an item of a list.
    pub(super) bullet: bool,
    /// Its tokens.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The tokens of some lines.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    folded: String,
    pub(super) all: Vec<Token>,
    pub(super) lines: Vec<LineInfo>,
}

/// Words that want another after them: a line that ends in one goes on in the next.
#[rustfmt::skip]
static DANGLING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "a an the of for to at least than more one two three four five binding non-binding with his her their your my our any no not need needs be was were is are gave \
     give giving vote voted votes voting would another these those get got few some enough from into by as because if cast casting additional required minimum and \
     or previous own".split_ascii_whitespace().collect()
});

impl Tokens {
    /// Reads lines, each with whether the line before it belongs to another paragraph.
    pub(super) fn read<'t>(lines: impl Iterator<Item = (&'t str, bool)>) -> Self {
        let mut tokens = Self::default();
        let mut chars = Vec::new();
        let mut length_before = 0;
        for (text, new_paragraph) in lines {
            chars.clear();
            chars.extend(text.chars().filter_map(plain));
            let length = chars.len();
            let line = tokens.lines.len();
            let (at, bullet) = bullet(&chars);
            let from = tokens.all.len();
            tokens.line(&chars, at, line);
            let info = LineInfo { bullet, from, to: tokens.all.len() };
            if line > 0 && (new_paragraph || bullet || !tokens.goes_on(from, length_before)) {
                tokens.break_before(from, line);
                tokens.lines.push(LineInfo { from: from + 1, to: info.to + 1, ..info });
            } else {
                tokens.lines.push(info);
            }
            length_before = length;
        }
        tokens
    }

    pub(super) fn text(&self, token: &Token) -> &str {
        &self.folded[token.start..token.end]
    }

    fn break_before(&mut self, at: usize, line: usize) {
        let kind = Kind::Break;
        self.all.insert(at, Token { kind, start: 0, end: 0, line, capital: false });
    }

    fn push(&mut self, kind: Kind, chars: &[char], line: usize) {
        let start = self.folded.len();
        for c in chars {
            self.folded.extend(c.to_lowercase());
        }
        let capital = chars.first().is_some_and(|c| c.is_uppercase());
        self.all.push(Token { kind, start, end: self.folded.len(), line, capital });
    }

    fn line(&mut self, chars: &[char], mut at: usize, line: usize) {
        let first = self.all.len();
        while at < chars.len() {
            let c = chars[at];
            if c == ' ' {
                at += 1;
                continue;
            }
            let before = self.all[first..].last().map(|token| token.kind);
            let (kind, end) = token(chars, at, before);
            if let Some(kind) = kind {
                match kind {
                    Kind::Mark(mark) => self.push(kind, &[mark], line),
                    _ => self.push(kind, &chars[at..end], line),
                }
            }
            at = end;
        }
    }

    /// Whether the line whose tokens begin at `from` goes on with the sentence before it, whose
    /// line has `length` characters: a full line goes on, and so does one that ends in a word that
    /// wants another ("at least 3 binding"). A vote at the start of a line follows only the latter.
    fn goes_on(&self, from: usize, length: usize) -> bool {
        let (Some(last), Some(next)) = (self.all[..from].last(), self.all.get(from)) else {
            return false;
        };
        let dangling = match last.kind {
            Kind::Word => DANGLING.contains(self.text(last)),
            Kind::Number => true,
            _ => false,
        };
        let asks_for_more = self.text(last) == ":" && self.says_my_vote(from - 1);
        match (last.kind, next.kind) {
            (Kind::Break, _) => false,
            // "at least 3", "no" and the like; other numbers end their line.
            (Kind::Number, Kind::Figure(_)) => self.counts_votes(from),
            (_, Kind::Figure(_)) => {
                dangling && !matches!(self.text(last), "no" | "not") || asks_for_more
            }
            (Kind::Mark('.' | '!' | '?' | ':' | ';'), _) => false,
            (Kind::Mark(','), _) => true,
            _ => dangling || length >= 60 || !next.capital && next.kind == Kind::Word,
        }
    }

    /// "at least 3", "needs 2": the line that ends before `at` asks for votes.
    fn counts_votes(&self, at: usize) -> bool {
        let words = &self.all[at.saturating_sub(5)..at];
        words.iter().any(|token| {
            matches!(self.text(token), "least" | "need" | "needs" | "require" | "requires")
        })
    }

    /// "my vote:", "my vote is:".
    fn says_my_vote(&self, colon: usize) -> bool {
        let words: Vec<&str> =
            self.all[colon.saturating_sub(4)..colon].iter().map(|token| self.text(token)).collect();
        words.contains(&"my") && (words.contains(&"vote") || words.contains(&"ballot"))
    }
}

/// The character that stands for all that look like it; none for what is not seen.
fn plain(c: char) -> Option<char> {
    Some(match c {
        '＋' | '﹢' | '➕' | '✚' => '+',
        '−' | '－' | '﹣' | '‐' | '‑' | '‒' | '–' | '➖' => '-',
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10)?,
        '’' | '‘' | '´' | 'ʼ' => '\'',
        '“' | '”' | '„' | '«' | '»' | '「' | '」' | '『' | '』' => '"',
        '：' => ':',
        '，' | '、' | '､' => ',',
        '。' => '.',
        '！' => '!',
        '？' => '?',
        '；' => ';',
        '（' => '(',
        '）' => ')',
        '［' | '【' | '〔' => '[',
        '］' | '】' | '〕' => ']',
        '／' => '/',
        '＝' => '=',
        '●' | '▪' | '◦' | '‣' | '·' | '■' | '○' => '•',
        '\t' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => ' ',
        '\u{3000}' => ' ',
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}' => return None,
        '\u{2060}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{20e3}' => return None,
        '\u{1f3fb}'..='\u{1f3ff}' => return None,
        c if c.is_control() => ' ',
        c => c,
    })
}

/// Skips what begins an item of a list; says where the text begins.
fn bullet(chars: &[char]) -> (usize, bool) {
    let start = chars.iter().position(|&c| c != ' ').unwrap_or(chars.len());
    let marks = chars[start..].iter().take_while(|c| "-*•+—".contains(**c)).count();
    let after = start + marks;
    let digits = chars[start..].iter().take_while(|c| c.is_ascii_digit()).count();
    let space_then_digit = chars.get(after) == Some(&' ')
        && chars[after..].iter().find(|c| **c != ' ').is_some_and(char::is_ascii_digit)
        && matches!(chars[start], '+' | '-');
    if marks > 0 && chars.get(after) == Some(&' ') && !space_then_digit {
        return (after + 1, true);
    }
    let numbered = (1..=3).contains(&digits)
        && matches!(chars.get(start + digits), Some('.' | ')'))
        && chars.get(start + digits + 1) == Some(&' ')
        && chars[start + digits + 1..].iter().any(|c| *c != ' ');
    if numbered { (start + digits + 2, true) } else { (start, false) }
}

/// Reads one token at `at`, where no space is: what it is, if anything, and where it ends.
fn token(chars: &[char], at: usize, before: Option<Kind>) -> (Option<Kind>, usize) {
    let c = chars[at];
    if let Some((kind, end)) = emoji(chars, at) {
        return (kind, end);
    }
    // Struck out is not said.
    if chars[at..].starts_with(&['~', '~'])
        && let Some(length) = chars[at + 2..].windows(2).take(200).position(|two| two == ['~', '~'])
    {
        return (None, at + length + 4);
    }
    if let Some((kind, end)) = figure::read(chars, at, before) {
        return (Some(kind), end);
    }
    if chars[at..].starts_with(&['-', '>']) || chars[at..].starts_with(&['=', '>']) {
        return (Some(Kind::Mark('→')), at + 2);
    }
    if c.is_alphanumeric() || c == '@' && chars.get(at + 1).is_some_and(|c| c.is_alphanumeric()) {
        let end = word_end(chars, at);
        return (Some(word_kind(&chars[at..end])), end);
    }
    match c {
        '*' | '_' | '~' => (None, at + 1),
        '→' | '👍' | '👎' => (Some(Kind::Mark(c)), at + 1),
        '⇒' => (Some(Kind::Mark('→')), at + 1),
        '…' => (Some(Kind::Mark('.')), at + 1),
        c if c.is_ascii() || c == '±' || c == '—' || c == '°' => (Some(Kind::Mark(c)), at + 1),
        '•' => (Some(Kind::Mark(c)), at + 1),
        _ => (None, at + 1),
    }
}

/// `:+1:` and its like, and smileys, which say nothing.
fn emoji(chars: &[char], at: usize) -> Option<(Option<Kind>, usize)> {
    let rest = &chars[at..];
    if !matches!(rest[0], ':' | ';') {
        return None;
    }
    let value = match rest {
        [':', '+', '1', ':', ..] => Some(Value::PlusOne),
        [':', '-', '1', ':', ..] => Some(Value::MinusOne),
        _ => None,
    };
    if value.is_some() {
        let figure =
            Figure { value, plural: false, bare: false, spaced: false, emoji: true, slip: false };
        return Some((Some(Kind::Figure(figure)), at + 4));
    }
    let nose = usize::from(rest.get(1) == Some(&'-'));
    let mouth = rest.get(1 + nose).is_some_and(|c| ")D(P]|/".contains(*c));
    let ends = rest.get(2 + nose).is_none_or(|c| !c.is_alphanumeric());
    if mouth && ends {
        return Some((None, at + 2 + nose));
    }
    let name =
        rest[1..].iter().take(24).take_while(|c| c.is_ascii_lowercase() || **c == '_').count();
    let code = name > 1 && rest.get(1 + name) == Some(&':');
    match (code, rest[1..].starts_with(&['t', 'h', 'u', 'm', 'b', 's', 'd'])) {
        (true, true) => Some((Some(Kind::Mark('👎')), at + name + 2)),
        (true, false) if rest[1..].starts_with(&['t', 'h', 'u', 'm', 'b', 's']) => {
            Some((Some(Kind::Mark('👍')), at + name + 2))
        }
        (true, false) => Some((None, at + name + 2)),
        _ => None,
    }
}

/// Letters and digits, and between them what binds them together: `non-binding`, `rc1.2`, `a@b.c`.
fn word_end(chars: &[char], at: usize) -> usize {
    let address = chars[at..].starts_with(&['h', 't', 't', 'p']);
    let mut end = at + 1;
    while let Some(&c) = chars.get(end) {
        let next = chars.get(end + 1);
        let next_fits = next.is_some_and(|c| c.is_alphanumeric());
        let binds = match c {
            '-' | '\'' | '@' | '&' | '_' | '/' | '.' => next_fits,
            '+' => chars[end - 1].is_ascii_alphanumeric() && next_fits,
            ':' | ',' => chars[end - 1].is_ascii_digit() && next.is_some_and(char::is_ascii_digit),
            _ => false,
        };
        let of_address = address && !matches!(c, ' ' | ')' | '>' | '"' | ']');
        if !(c.is_alphanumeric() || binds || of_address) {
            break;
        }
        end += 1;
    }
    end
}

fn word_kind(word: &[char]) -> Kind {
    let digits = word.iter().filter(|c| c.is_ascii_digit()).count();
    match digits {
        0 => Kind::Word,
        n if n == word.len() => Kind::Number,
        n if n + 1 >= word.len() - word.iter().filter(|c| **c == ':').count()
            && word.contains(&':') =>
        {
            Kind::Clock
        }
        _ => Kind::Word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(text: &str) -> Vec<Option<Value>> {
        let tokens = Tokens::read(std::iter::once((text, false)));
        tokens
            .all
            .iter()
            .filter_map(|token| match token.kind {
                Kind::Figure(figure) => Some(figure.value),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn figures_in_every_writing() {
        let plus = Some(Value::PlusOne);
        for text in [
            "+1",
            "＋１",
            "+ 1",
            "*+1*",
            "**+1**",
            "`+1`",
            "(+1)",
            ":+1:",
            "+1!",
            "\t+1.",
            "➕1️⃣",
            "_+1_",
            "同意+1",
            "vote:+1",
            "\"+1\"",
            "[+1]",
            "+1\u{200b}",
            "+1s",
            "LGTM.+1",
            "+1/",
        ] {
            assert_eq!(figures(text), [plus], "{text}");
        }
        for text in ["-1", "−1", "–1", "‑1", "－１", "—1", ":-1:", "-1, no", "- 1"] {
            assert_eq!(figures(text), [Some(Value::MinusOne)], "{text}");
        }
        for text in ["0", "+0", "-0", "±0", "+/-0", "−0", "+-0", "0, no"] {
            assert_eq!(figures(text), [Some(Value::Zero)], "{text}");
        }
        for text in ["+0.5", "-0,9", "++1", "+100", "+1.5", "+1000!", "+10", "+2", "--1"] {
            assert_eq!(figures(text), [None], "{text}");
        }
        assert_eq!(figures("+1/0/-1").len(), 3);
    }

    #[test]
    fn numbers_that_are_no_figures() {
        for text in [
            "+1 555 0100",
            "+1-415-555-0100",
            "+1 (415) 555-0100",
            "+1.415.555.0100",
            "+49 30 1234567",
            "12:00 +1000",
            "10:00:00 -0700",
            "rc-1",
            "C++1",
            "x=-1",
            "f(-1)",
            "a[-1]",
            "UTC+1",
            "+1.2.3",
            "1.0-1",
            "+1%",
            "-1°",
            "+1st",
            "2026-11-01",
            "10",
            "0x0",
            "0.5",
            "http://x.org/?a=b&c=-1",
            "foo -1a",
            "3-1",
            "+1ed",
            "2 + 1",
            "10-1",
        ] {
            assert_eq!(figures(text), [], "{text}");
        }
        assert_eq!(figures("+1 2.1.0 rc1"), [Some(Value::PlusOne)]);
        assert_eq!(figures("+1 3 tests and 12345 files"), [Some(Value::PlusOne)]);
    }

    #[test]
    fn sentences_go_on_over_lines() {
        let breaks = |text: &str| {
            let tokens = Tokens::read(text.lines().map(|line| (line, false)));
            tokens.all.iter().filter(|token| token.kind == Kind::Break).count()
        };
        assert_eq!(breaks("we need at least 3 binding\n+1 votes"), 0);
        assert_eq!(breaks("I built it\n+1"), 1);
        assert_eq!(breaks("+1\nif it works"), 0);
        assert_eq!(breaks("+1\nIt works"), 1);
        assert_eq!(breaks("one\n- two"), 1);
        assert_eq!(breaks("My vote:\n+1"), 0);
    }
}
