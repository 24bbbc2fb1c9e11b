//! Folding prose to the width of a mail, and what must not be torn apart or come to stand at the
//! start of a line. Pure.

/// Columns of folded prose: room for three levels of `> ` before 78 (RFC 5322, section 2.1.1).
pub const WIDTH: usize = 72;

/// Folds paragraphs, which empty lines separate, at blanks to [`WIDTH`] columns, `indent` columns
/// in from the left except for the first line. A word is never broken: addresses and digests stay
/// whole. Ends with a line feed if the text does.
pub fn fold(text: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    for line in text.lines().chain([""]) {
        if !line.trim().is_empty() {
            paragraph.extend(line.split_whitespace());
        } else if !paragraph.is_empty() {
            if !out.is_empty() {
                out.push('\n');
            }
            push_paragraph(&mut out, &paragraph, indent);
            paragraph.clear();
        }
    }
    if !text.ends_with('\n') {
        out.truncate(out.trim_end().len());
    }
    out
}

fn push_paragraph(out: &mut String, words: &[&str], indent: usize) {
    let mut column = 0;
    let mut words = words.iter().peekable();
    while let Some(first) = words.next() {
        let mut chunk = (*first).to_owned();
        while let Some(next) = words.next_if(|next| changes_meaning(next)) {
            chunk.push(' ');
            chunk.push_str(next);
        }
        let width = chunk.chars().count();
        if column > 0 && column + 1 + width > WIDTH {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(&chunk);
        column += width;
    }
    out.push('\n');
}

/// Whether a word at the start of a line would be read as something else: a vote, a quote, an mbox
/// separator, the mark of a signature. Tallies take a line that starts with `+1` for a vote.
fn changes_meaning(word: &str) -> bool {
    let vote = word.strip_prefix(['+', '-', '−', '±']).unwrap_or(word);
    let vote = vote.starts_with(|c: char| c.is_ascii_digit()) && word.len() <= 4;
    vote || word.starts_with('>') || word.starts_with("--") || word == "From"
}

/// Puts `> ` before each line, as for a text that somebody else wrote. Ends without a line feed.
pub fn quote(text: &str, indent: usize) -> String {
    let margin = " ".repeat(indent);
    let folded: Vec<String> = text.trim_end().lines().map(|line| fold(line, 0)).collect();
    let folded = folded.join("\n");
    let quoted = folded.split('\n').map(|line| format!("{margin}> {line}").trim_end().to_owned());
    quoted.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_is_filled_and_words_stay_whole() {
        let url = format!("https://www.example.org/{}", "x".repeat(90));
        let text = format!("one two\nthree {url} four\n\n\nsecond  paragraph\n");
        assert_eq!(fold(&text, 0), format!("one two three\n{url}\nfour\n\nsecond paragraph\n"));
        assert_eq!((&fold(" \n\n", 0)[..], &fold("a  b", 0)[..]), ("", "a b"));
        let long = fold(&"word ".repeat(200), 2);
        assert!(long.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(long.lines().skip(1).all(|line| line.starts_with("  word")));
    }

    #[test]
    fn folding_makes_no_vote_and_no_quote() {
        for word in ["+1", "-1", "0", "+0,", "−1", "+1.", ">x", "--", "From"] {
            let text = format!("{} {word} is said", "w".repeat(WIDTH - word.chars().count()));
            let folded = fold(&text, 0);
            assert!(folded.lines().all(|line| !line.starts_with(word)), "{folded}");
        }
        // An ordinary number of a release may stand anywhere.
        let text = format!("{} 72 hours", "w".repeat(WIDTH));
        assert!(fold(&text, 0).lines().next().expect("a line").ends_with(" 72"));
    }

    #[test]
    fn quotes_keep_their_lines() {
        assert_eq!(quote("a\n\nb c\n", 4), "    > a\n    >\n    > b c");
    }
}
