//! `format=flowed` (RFC 3676): lines that were one are joined again. Pure.

/// Joins the flowed lines of `text`, at each depth of quoting for itself. `delsp` tells that the
/// blank at the end of a flowed line is no part of the text.
pub(crate) fn joined(text: &str, delsp: bool) -> String {
    let mut out = String::with_capacity(text.len());
    // The depth of the paragraph that the next line may go on with.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let depth = line.bytes().take_while(|byte| *byte == b'>').count();
        let content = &line[depth..];
        let content = content.strip_prefix(' ').unwrap_or(content);
        let signature = content == "-- ";
        if open.is_some_and(|open| open != depth || signature) {
            out.push('\n');
            open = None;
        }
        if open.is_none() && depth > 0 {
            out.push_str(&line[..depth]);
            out.push(' ');
        }
        let flowed = content.ends_with(' ') && !signature;
        out.push_str(if flowed && delsp { &content[..content.len() - 1] } else { content });
        open = flowed.then_some(depth);
        if !flowed {
            out.push('\n');
        }
    }
    if open.is_some() {
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3676's rules (4.1 to 4.5), one by one.
    #[test]
    fn lines_that_were_one_are_joined() {
        for (text, read) in [
            ("one \ntwo\nthree\n", "one two\nthree\n"),
            ("> a \n> b\n", "> a b\n"),
            (">> a \n> b\n", ">> a \n> b\n"),
            ("+1 \n> quoted\n", "+1 \n> quoted\n"),
            (" >stuffed\n From here\n", ">stuffed\nFrom here\n"),
            ("a \n-- \nJane\n", "a \n-- \nJane\n"),
            (">-- \n> Jane\n", "> -- \n> Jane\n"),
            ("one \n\ntwo\n", "one \ntwo\n"),
            ("open ", "open \n"),
        ] {
            assert_eq!(joined(text, false), read, "{text:?}");
        }
        assert_eq!(joined("https://x.org/ \nlong\n", true), "https://x.org/long\n");
    }
}
