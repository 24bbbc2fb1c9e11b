//! Names of people, folded so that the same name written differently is found equal: case, accents,
//! and the order `Last, First`. Pure.

/// Letters with marks and what they are without. Signs that are letters of their own in some
/// language (ø, ł, ß) are written as people write them where these letters are missing.
const MARKED: &[(&str, &str)] = &[
    ("a", "àáâãäåāăąǎạảấầẩẫậắằẳẵặ"),
    ("ae", "æ"),
    ("c", "çćĉċč"),
    ("d", "ďđð"),
    ("e", "èéêëēĕėęěẹẻẽếềểễệ"),
    ("g", "ĝğġģ"),
    ("h", "ĥħ"),
    ("i", "ìíîïĩīĭįıǐịỉ"),
    ("j", "ĵ"),
    ("k", "ķ"),
    ("l", "ĺļľŀł"),
    ("n", "ñńņňŉ"),
    ("o", "òóôõöøōŏőǒọỏốồổỗộơớờởỡợ"),
    ("oe", "œ"),
    ("r", "ŕŗř"),
    ("s", "śŝşšș"),
    ("ss", "ß"),
    ("t", "ţťŧț"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųǔụủưứừửữự"),
    ("w", "ŵ"),
    ("y", "ýÿŷỳỵỷỹ"),
    ("z", "źżž"),
];

/// Longer than any name; what is longer is cut.
const LONGEST: usize = 200;

/// Folds a name: lower case, no accents, words divided by single blanks, `Doe, Jane` turned to
/// `jane doe`, additions in parentheses dropped. Names that fold to the same text are the same.
pub fn fold(name: &str) -> String {
    let name = match name.char_indices().nth(LONGEST) {
        Some((end, _)) => &name[..end],
        None => name,
    };
    let mut plain = String::with_capacity(name.len());
    let mut depth = 0_usize;
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            '(' | '[' | '<' => depth += 1,
            ')' | ']' | '>' => depth = depth.saturating_sub(1),
            '\u{300}'..='\u{36f}' => {}
            _ if depth > 0 => {}
            _ if c.is_ascii() => plain.push(c),
            _ => match MARKED.iter().find(|(_, marked)| marked.contains(c)) {
                Some((letters, _)) => plain.push_str(letters),
                None => plain.push(c),
            },
        }
    }
    let turned = match plain.split_once(',') {
        Some((last, first)) if !first.contains(',') => format!("{first} {last}"),
        _ => plain,
    };
    let words = turned.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

/// The number of letters that have to be inserted, removed, replaced or swapped with their
/// neighbour to make one text of the other, if at most `most`.
pub(crate) fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    let one: Vec<char> = one.chars().take(LONGEST).collect();
    let other: Vec<char> = other.chars().take(LONGEST).collect();
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let replaced = last[j] + usize::from(a != b);
            let mut least = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                least = least.min(before_last[j - 1] + 1);
            }
            row.push(least);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

/// The candidates that are spelled nearly like `wanted`, nearest first, at most three.
pub(crate) fn similar<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let most = if wanted.chars().count() > 4 { 2 } else { 1 };
    let mut near: Vec<(usize, &str)> = candidates
        .filter_map(|candidate| Some((distance(wanted, candidate, most)?, candidate)))
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(_, candidate)| candidate).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_written_differently_is_the_same() {
        for (one, other) in [
            ("Hervé BOUTEMY", "Herve Boutemy"),
            ("Boutemy, Hervé", "Hervé Boutemy"),
            ("Herman van Hövell", "herman van hovell"),
            ("Jean-Baptiste Onofre\u{301}", "Jean Baptiste Onofré"),
            ("\"L. C. Hsieh\"", "L.C. Hsieh"),
            ("Łukasz Lenart", "Lukasz Lenart"),
            ("Jane Doe (JD)", "Jane  Doe"),
            ("Nguyễn Văn Á", "Nguyen Van A"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} and {other}");
        }
        for (one, other) in [("Li Wei", "Wei Li"), ("Jane Doe", "Jane Roe"), ("王伟", "王芳")] {
            assert_ne!(fold(one), fold(other), "{one} and {other}");
        }
        assert_eq!(fold("(only)"), "");
    }

    #[test]
    fn misspellings_are_near() {
        assert_eq!(distance("hyukjin kon", "hyukjin kwon", 2), Some(1));
        assert_eq!(distance("marte", "amrte", 2), Some(1));
        assert_eq!(distance("maven", "spark", 2), None);
        let known = ["fortress", "maven", "directory"];
        assert_eq!(similar("fortess", known.into_iter()), ["fortress"]);
    }
}
