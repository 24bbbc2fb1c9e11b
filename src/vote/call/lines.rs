//! The lines of a call: those of the sender's own, with their numbers, and the web addresses on
//! them, joined where a mail program broke them. Pure.

use crate::mail::fields::start;

/// A line of the mail's text.
#[derive(Clone, Copy)]
pub(super) struct Line<'a> {
    /// From 1.
    pub(super) number: usize,
    /// Without blanks at its end.
    pub(super) text: &'a str,
}

/// The lines that are not quoted.
pub(super) struct Lines<'a>(Vec<Line<'a>>);

/// Longer lines are looked at up to here.
const LONGEST_LINE: usize = 4000;
/// A line that a program broke would have been longer than this.
const WIDTH: usize = 70;

impl<'a> Lines<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let lines = text.lines().enumerate().map(|(index, text)| Line {
            number: index + 1,
            text: start(text, LONGEST_LINE).trim_end(),
        });
        Self(lines.filter(|line| !line.text.starts_with(['>', '|'])).collect())
    }

    pub(super) fn own(&self) -> &[Line<'a>] {
        &self.0
    }

    /// The nearest line with something on it before the one at `index`.
    pub(super) fn before(&self, index: usize) -> &'a str {
        let filled = |line: &&Line<'_>| !line.text.trim().is_empty();
        self.0[..index].iter().rev().take(3).find(filled).map_or("", |line| line.text)
    }

    /// Every web address with the index and the number of its line.
    pub(super) fn urls(&self) -> Vec<(usize, usize, String)> {
        let mut found = Vec::new();
        for (index, line) in self.0.iter().enumerate() {
            for start in starts(line.text) {
                let (mut url, open) = url(&line.text[start..]);
                if open && url.len() == line.text.len() - start {
                    let mut width = line.text.chars().count();
                    for next in self.0[index + 1..].iter().take(3) {
                        let Some(more) = continuation(&url, width, next.text) else { break };
                        url.push_str(more);
                        width = next.text.chars().count();
                    }
                }
                found.push((index, line.number, url));
            }
        }
        found
    }
}

fn starts(text: &str) -> impl Iterator<Item = usize> {
    let schemes = ["https://", "http://", "svn://"];
    let hit = move |(at, _): (usize, &str)| {
        schemes.iter().any(|scheme| text[at..].starts_with(scheme)).then_some(at)
    };
    // Every scheme ends in `://`; what stands before that is looked at.
    text.match_indices("://").filter_map(move |(at, _)| {
        let begin = text[..at]
            .rfind(|c: char| !c.is_ascii_alphabetic())
            .map_or(0, |before| before + text[before..].chars().next().map_or(1, char::len_utf8));
        hit((begin, text))
    })
}

/// The address that `text` begins with, and whether nothing but the line's end ended it.
fn url(text: &str) -> (String, bool) {
    let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"`|\\^{}，。（）".contains(c);
    let end = text.find(ends).unwrap_or(text.len());
    let mut url = &text[..end];
    loop {
        let before = url.len();
        url = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
        for (open, close) in [('(', ')'), ('[', ']')] {
            if url.ends_with(close) && url.matches(close).count() > url.matches(open).count() {
                url = &url[..url.len() - 1];
            }
        }
        if url.len() == before {
            break;
        }
    }
    (url.to_owned(), end == text.len())
}

/// The rest of an address on the next line: a single word that can only be the rest of a path, and
/// would not have fitted on the line before.
fn continuation<'a>(url: &str, width: usize, next: &'a str) -> Option<&'a str> {
    let word = next.trim_end();
    let single = !word.is_empty() && !word.contains(char::is_whitespace);
    let path = |c: char| c.is_ascii_alphanumeric() || "._~%+-/@=&?#".contains(c);
    let pathlike = word.contains(['/', '.', '-', '=', '%']) && word.chars().all(path);
    let broken_after = url.ends_with(['/', '-', '=', '&', '?', '%', '_']);
    let first = word.find('/').map_or(word.len(), |at| at + 1);
    let too_long = width + first > WIDTH;
    let other = word.contains("://") || word.starts_with("--") || word.ends_with(':');
    (single && pathlike && broken_after && too_long && !other).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(text: &str) -> Vec<String> {
        Lines::of(text).urls().into_iter().map(|(_, _, url)| url).collect()
    }

    #[test]
    fn addresses_end_where_a_reader_ends_them() {
        for (text, url) in [
            ("see https://x.org/a.", "https://x.org/a"),
            ("(https://x.org/a)", "https://x.org/a"),
            ("https://x.org/a_(b)", "https://x.org/a_(b)"),
            ("<https://x.org/a>,", "https://x.org/a"),
            ("[1]:https://x.org/a/", "https://x.org/a/"),
            ("`https://x.org/a`", "https://x.org/a"),
            ("*http://x.org/?a=1&b;c*", "http://x.org/?a=1&b;c"),
        ] {
            assert_eq!(urls(text), [url], "{text}");
        }
        assert_eq!(
            urls("https://a.org https://b.org/x, ftp://c.org"),
            ["https://a.org", "https://b.org/x"]
        );
        assert_eq!(urls("> https://quoted.org\n://\nhttps:// x"), ["https://"]);
    }

    #[test]
    fn addresses_broken_over_lines_are_joined_and_no_others() {
        let long = "https://repository.apache.org/content/repositories/foo-1383/org/apache/";
        assert_eq!(urls(&format!("{long}\nfoo/foo-1.0.zip\n")), [format!("{long}foo/foo-1.0.zip")]);
        assert_eq!(urls(&format!("{long}\nnot a path\n")), [long]);
        assert_eq!(urls("https://x.org/a/\nfoo/bar.zip\n"), ["https://x.org/a/"]);
        assert_eq!(urls(&format!("{long}\n{long}\n")), [long, long]);
    }
}
