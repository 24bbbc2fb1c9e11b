//! `text/enriched` (RFC 1896) turned to plain text. Pure.

/// Takes out the commands; single line ends are blanks, and of more one is left out.
pub(crate) fn text(enriched: &str) -> String {
    let mut out = String::with_capacity(enriched.len());
    let mut rest = enriched;
    let mut unfilled = 0_usize;
    let mut quote = 0_usize;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("<<") {
            out.push('<');
            rest = after;
        } else if let Some((command, after)) = command(rest) {
            match command {
                "param" => {
                    rest = after.split_once("</param>").map_or("", |(_, after)| after);
                    continue;
                }
                "nofill" => unfilled += 1,
                "/nofill" => unfilled = unfilled.saturating_sub(1),
                "excerpt" => quote = (quote + 1).min(16),
                "/excerpt" => quote = quote.saturating_sub(1),
                _ => {}
            }
            rest = after;
        } else if c == '\n' {
            let count = rest.bytes().take_while(|byte| *byte == b'\n').count();
            rest = &rest[count..];
            let kept = if unfilled > 0 { count } else { count - 1 };
            match kept {
                0 => out.push(' '),
                _ => (0..kept).for_each(|_| {
                    out.push('\n');
                    out.push_str(&">".repeat(quote));
                }),
            }
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// `<name>` or `</name>`: its inside and what follows.
fn command(text: &str) -> Option<(&str, &str)> {
    let body = text.strip_prefix('<')?;
    let named = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'/');
    let length = body.bytes().take(60).take_while(named).count();
    let after = body[length..].strip_prefix('>')?;
    (length > 0).then_some((&body[..length], after))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 1896, section 3, shortened, and its rules for line ends.
    #[test]
    fn commands_are_taken_out_and_lines_filled() {
        assert_eq!(
            text("<bold>Now</bold> is the time for\n<italic>all</italic> <<men>"),
            "Now is the time for all <men>"
        );
        assert_eq!(text("one\n\ntwo\n\n\nthree"), "one\ntwo\n\nthree");
        assert_eq!(text("<color><param>red</param>+1</color>"), "+1");
        assert_eq!(text("<nofill>a\nb</nofill>\n<nofill>c"), "a\nb c");
        assert_eq!(text("<excerpt>\n\n+1</excerpt>"), "\n>+1");
        assert_eq!(text("a < b <"), "a < b <");
        assert_eq!(text("<param>never closed"), "");
    }
}
