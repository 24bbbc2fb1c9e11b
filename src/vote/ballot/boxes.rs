//! Ballots to be ticked: `[x] +1 approve`, `( ) 0`, `+1 [x]`, `☑ +1`.

use super::Value;
use super::tokens::{Kind, Tokens};

/// One option of a ballot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    /// The vote that it is for.
    pub(super) value: Value,
    /// Whether it is ticked; none if the box holds something that is no tick.
    pub(super) ticked: Option<bool>,
}

/// Reads a line as an option of a ballot.
pub(super) fn read(line: &str) -> Option<Choice> {
    let mut line = line.trim_start_matches(|c: char| c.is_whitespace() || "•>|".contains(c));
    while let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        line = rest.trim_start();
    }
    if line.len() > 400 {
        return None;
    }
    let leading = tick(line).and_then(|(ticked, rest)| Some((ticked, first_figure(rest)?)));
    let (ticked, value) = leading.or_else(|| {
        // The box stands after the vote.
        let at = line.find(['[', '☐', '☑', '☒'])?;
        let (vote, rest) = line.split_at(at);
        let (ticked, _) = tick(rest).filter(|(ticked, _)| ticked.is_some())?;
        let alone = vote.chars().filter(|c| !c.is_whitespace()).count() <= 3;
        Some((ticked, first_figure(vote).filter(|_| alone)?))
    })?;
    Some(Choice { value, ticked })
}

/// Reads a box at the start: whether it is ticked, and what follows it.
fn tick(text: &str) -> Option<(Option<bool>, &str)> {
    let mut chars = text.chars();
    let close = match chars.next()? {
        '[' | '［' | '【' => [']', '］', '】'],
        '(' | '（' => [')', '）', ')'],
        '☑' | '☒' | '✅' | '🗹' => return Some((Some(true), chars.as_str())),
        '☐' | '⬜' | '□' => return Some((Some(false), chars.as_str())),
        _ => return None,
    };
    let inside = chars.as_str();
    let end = inside.char_indices().take(8).find(|(_, c)| close.contains(c))?.0;
    let rest = &inside[end..];
    let rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
    let mark: String =
        inside[..end].chars().filter(|c| !c.is_whitespace() && *c != '\u{fe0f}').collect();
    // A round one is a box only if it is empty or holds a plain tick: "(a) +1" is a list.
    let ticked = match &mark[..] {
        "" | "_" | "__" => Some(false),
        "x" | "X" | "✓" | "✔" | "√" | "х" | "Х" | "×" | "✗" | "✘" | "*" | "✅" | "☑" => {
            Some(true)
        }
        "v" | "V" | "y" | "Y" | "yes" | "Yes" | "YES" | "ok" | "OK" if text.starts_with('[') => {
            Some(true)
        }
        _ if text.starts_with('[')
            && mark.chars().count() <= 2
            && !mark.contains(|c: char| c.is_ascii_digit()) =>
        {
            None
        }
        _ => return None,
    };
    Some((ticked, rest))
}

/// The vote that `text` begins with.
fn first_figure(text: &str) -> Option<Value> {
    let text: String = text.chars().take(64).collect();
    let tokens = Tokens::read(std::iter::once((&text[..], false)));
    let opener = |kind: Kind| matches!(kind, Kind::Mark('`' | '"'));
    match tokens.all.iter().find(|token| !opener(token.kind))?.kind {
        Kind::Figure(figure) if !figure.plural => figure.value,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes() {
        let plus = |ticked| Some(Choice { value: Value::PlusOne, ticked });
        for line in [
            "[x] +1 approve",
            "[X] +1",
            "[ x ] +1",
            "(x) +1 yes",
            "[✓] +1",
            "  - [x] +1",
            "+1 [x]",
            "+1 [X] yes",
            "☑ +1",
            "[*] +1",
            "[x]+1",
            "[✔️] **+1** Release",
            "[x] `+1`",
            "[ X] +1",
        ] {
            assert_eq!(read(line), plus(Some(true)), "{line}");
        }
        for line in [
            "[ ] +1 approve",
            "[] +1",
            "( ) +1",
            "[  ] +1",
            "+1 [ ]",
            "[_] +1",
            "☐ +1",
            "* [ ] +1 yes",
        ] {
            assert_eq!(read(line), plus(Some(false)), "{line}");
        }
        assert_eq!(read("[?] +1"), plus(None));
        assert_eq!(read("[ ]  0 no opinion").map(|choice| choice.value), Some(Value::Zero));
        assert_eq!(read("[ ] -1 because").map(|choice| choice.value), Some(Value::MinusOne));
        for line in [
            "[1] +1",
            "(a) +1",
            "[x] signature is good",
            "+1 (binding)",
            "I ticked [x]",
            "[+1] yes",
            "+1 for [x]",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
