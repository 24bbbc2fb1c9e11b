//! Figures that may be votes, told from the many numbers that only look like one.

use super::Value;
use super::tokens::Kind;

/// A number as votes are written: a sign and digits, or `0` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    /// The vote it is; none for one that cannot count (POLICY T-05).
    pub(super) value: Option<Value>,
    /// `+1s`.
    pub(super) plural: bool,
    /// A `0` without a sign.
    pub(super) bare: bool,
    /// With a space between sign and digit.
    pub(super) spaced: bool,
    /// `:+1:`.
    pub(super) emoji: bool,
    /// A slip of the pen: `+1binding`, `<+1>`.
    pub(super) slip: bool,
}

/// Reads a figure, or a number that only looks like one.
pub(super) fn read(chars: &[char], at: usize, before: Option<Kind>) -> Option<(Kind, usize)> {
    let is_sign = |c: &&char| matches!(c, '+' | '-' | '±' | '—');
    let signs = chars[at..].iter().take(4).take_while(is_sign).count();
    let signs = match chars[at..] {
        ['+', '/', '-', ..] | ['-', '/', '+', ..] => 3,
        _ => signs,
    };
    let mut digits_at = at + signs;
    let starts_clause =
        matches!(before, None | Some(Kind::Mark('.' | '!' | ',' | '•' | '"' | '(')));
    let spaced = signs == 1
        && starts_clause
        && matches!(chars[at], '+' | '-')
        && chars.get(digits_at) == Some(&' ')
        && matches!(chars.get(digits_at + 1), Some('0' | '1'));
    digits_at += usize::from(spaced);
    let digits = chars[digits_at..].iter().take_while(|c| c.is_ascii_digit()).count();
    if digits == 0 || chars[at] == '—' && at > 0 && chars[at - 1] != ' ' {
        return None;
    }
    let mut end = digits_at + digits;
    let fraction = match chars.get(end) {
        Some('.' | ',') => chars[end + 1..].iter().take_while(|c| c.is_ascii_digit()).count(),
        _ => 0,
    };
    end += if fraction > 0 { 1 + fraction } else { 0 };
    if signs == 0 && (digits != 1 || chars[at] != '0' || fraction > 0) {
        return None;
    }
    let plural = plural_end(chars, end);
    let junk = follows_code(chars, at, before) || goes_on(chars, plural.unwrap_or(end), signs > 0);
    let zone = signs > 0 && digits == 4 && before == Some(Kind::Clock);
    let octal = digits > 1 && chars[digits_at] == '0';
    let slip = junk && is_slip(&chars[at..], before);
    if (junk && !slip) || zone || octal || is_telephone(chars, digits_at) {
        if signs == 0 {
            return None;
        }
        let tail = chars[end..].iter().take_while(|c| c.is_alphanumeric()).count();
        return Some((Kind::Number, if tail > 0 { end + tail } else { end }));
    }
    let sign: String = chars[at..at + signs].iter().collect();
    let digit = (digits == 1 && fraction == 0).then(|| chars[digits_at]);
    let value = match (&sign[..], digit) {
        ("+", Some('1')) => Some(Value::PlusOne),
        ("-" | "—", Some('1')) => Some(Value::MinusOne),
        ("" | "+" | "-" | "—" | "±" | "+-" | "-+" | "+/-" | "-/+", Some('0')) => {
            Some(Value::Zero)
        }
        ("±" | "+-" | "-+" | "+/-" | "-/+", _) => return Some((Kind::Number, end)),
        _ => None,
    };
    // A half, not a choice as in `+1/0/-1`.
    let half = matches!(chars[end..], ['/', '1'..='9', ..]);
    let (plural, bare, value) = (plural.is_some(), signs == 0, value.filter(|_| !half));
    let figure = Figure { value, plural, bare, spaced, emoji: false, slip };
    Some((Kind::Figure(figure), if plural { plural_end(chars, end).unwrap_or(end) } else { end }))
}

/// Whether a line begins with a vote to which something sticks by mistake.
fn is_slip(chars: &[char], before: Option<Kind>) -> bool {
    match (before, chars) {
        (None, ['+' | '-', '1', tail @ ..]) => {
            let tail: String =
                tail.iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
            tail.trim_start_matches('_').starts_with(char::is_alphabetic)
                && !matches!(&tail[..], "st" | "th" | "ed" | "d" | "h")
        }
        (Some(Kind::Mark('<')), ['+' | '-', '1', '>', ..]) => true,
        _ => false,
    }
}

/// Where `s` or `'s` ends that makes a plural of the number before `at`.
fn plural_end(chars: &[char], at: usize) -> Option<usize> {
    let apostrophe = usize::from(chars.get(at) == Some(&'\''));
    let s = at + apostrophe;
    let ends = chars.get(s + 1).is_none_or(|c| !c.is_alphanumeric());
    (matches!(chars.get(s), Some('s' | 'S')) && ends).then_some(s + 1)
}

/// Whether what stands before makes it part of a word, a path or a calculation.
fn follows_code(chars: &[char], at: usize, before: Option<Kind>) -> bool {
    let Some(&last) = at.checked_sub(1).and_then(|before| chars.get(before)) else {
        return false;
    };
    let of_choice = last == '/' && before == Some(Kind::Mark('/'));
    let opens_call = matches!(last, '(' | '[')
        && at >= 2
        && (chars[at - 2].is_ascii_alphanumeric() || chars[at - 2] == '_');
    let before_last = at.checked_sub(2).map_or(' ', |at| chars[at]);
    let code = last.is_ascii_alphanumeric()
        || "=<>\\^%$#&@)]}+-±".contains(last)
        || last == '_' && before_last.is_alphanumeric();
    opens_call || code || last == '/' && !of_choice
}

/// Whether what stands after makes it another number or a word.
fn goes_on(chars: &[char], at: usize, signed: bool) -> bool {
    let next_is_digit = chars.get(at + 1).is_some_and(char::is_ascii_digit);
    match chars.get(at) {
        Some(c) if c.is_ascii_alphanumeric() => true,
        Some('%' | '°' | '€' | '$' | '^' | '\'' | '@' | '\\') => true,
        Some('_') => chars.get(at + 1).is_some_and(|c| c.is_alphanumeric()),
        Some('.' | ':' | '-' | ',') => next_is_digit,
        Some('/') => next_is_digit && !signed,
        _ => false,
    }
}

/// A telephone number: seven to fifteen digits in groups, from here on.
fn is_telephone(chars: &[char], at: usize) -> bool {
    let mut digits = 0;
    let mut gap = 0;
    let mut groups = 1;
    for (index, c) in chars[at..].iter().take(40).enumerate() {
        match c {
            c if c.is_ascii_digit() => {
                groups += usize::from(gap > 0);
                (digits, gap) = (digits + 1, 0);
            }
            ' ' | '-' | '.' | '(' | ')' | '/' if gap < 3 => gap += 1,
            // A word glued to the digits: not a group of a telephone number, but `2.1.0-rc1`.
            c if c.is_alphanumeric() && gap == 0 && index > 0 => return false,
            _ => break,
        }
    }
    (7..=15).contains(&digits) && groups > 1 || digits > 9
}
