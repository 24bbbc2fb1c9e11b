//! HTML turned to the text a person sees: paragraphs and lines, quotes with `>`, the addresses
//! behind links. Pure, and linear in its input.

use mail_parser::decoders::html::add_html_token;

/// Quotes nested deeper than this are shown at this depth.
const DEEPEST_QUOTE: usize = 16;
/// Longer texts in place of a picture are no emoji.
const LONGEST_EMOJI: usize = 16;

/// Turns `html` to text of at most about `limit` bytes; struck text stands between `~~`.
pub(crate) fn text(html: &str, limit: usize) -> String {
    let mut page = Page { limit, ..Page::default() };
    let mut rest = html;
    while !rest.is_empty() && page.out.len() < limit {
        let Some(start) = rest.find('<') else {
            page.text(rest);
            break;
        };
        page.text(&rest[..start]);
        rest = page.markup(&rest[start..]);
    }
    page.flush();
    page.out
}

#[derive(Default)]
struct Page {
    limit: usize,
    out: String,
    line: String,
    quote: usize,
    preformatted: usize,
    /// A blank is due before the next word.
    blank: bool,
    /// An empty line is due before the next line.
    paragraph: bool,
    /// The element whose content is not shown, and how often it is open.
    hidden: Option<(String, usize)>,
    /// The address of the open link, and where its text begins in `line`.
    link: Option<(String, usize)>,
}

impl Page {
    fn text(&mut self, text: &str) {
        if self.hidden.is_some() {
            return;
        }
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some(length) = entity(rest) {
                let mut decoded = String::new();
                add_html_token(&mut decoded, &rest.as_bytes()[..length], false);
                decoded.chars().for_each(|c| self.character(c));
                rest = &rest[length..];
            } else {
                match c {
                    '\n' if self.preformatted > 0 => self.flush_even_empty(),
                    ' ' | '\t' | '\n' | '\r' | '\x0c' if self.preformatted == 0 => {
                        self.blank = true;
                    }
                    c => self.character(c),
                }
                rest = &rest[c.len_utf8()..];
            }
        }
    }

    fn character(&mut self, c: char) {
        if self.blank && !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
        self.blank = false;
        self.line.push(if c == '\u{a0}' { ' ' } else { c });
    }

    /// Ends the line if there is anything on it.
    fn flush(&mut self) {
        if !self.line.trim().is_empty() {
            self.flush_even_empty();
        }
        self.line.clear();
        self.blank = false;
    }

    fn flush_even_empty(&mut self) {
        if self.out.len() >= self.limit {
            self.line.clear();
            return;
        }
        let prefix = ">".repeat(self.quote);
        if self.paragraph && !self.out.is_empty() {
            self.out.push_str(&prefix);
            self.out.push('\n');
        }
        self.paragraph = false;
        let line = self.line.trim_end();
        self.out.push_str(&prefix);
        if self.quote > 0 && !line.is_empty() {
            self.out.push(' ');
        }
        self.out.push_str(line);
        self.out.push('\n');
        self.line.clear();
        self.blank = false;
        self.link = self.link.take().map(|(address, _)| (address, 0));
    }

    /// Takes what begins with `<`; returns what follows.
    fn markup<'a>(&mut self, rest: &'a str) -> &'a str {
        if let Some(comment) = rest.strip_prefix("<!--") {
            return comment.find("-->").map_or("", |end| &comment[end + 3..]);
        }
        let Some(tag) = Tag::read(rest) else {
            self.text("<");
            return &rest[1..];
        };
        let after = &rest[tag.length..];
        if tag.closes {
            self.close(&tag.name);
            return after;
        }
        if matches!(&tag.name[..], "script" | "style") {
            return after_raw_text(after, &tag.name);
        }
        self.open(&tag);
        after
    }

    fn open(&mut self, tag: &Tag<'_>) {
        if let Some((name, depth)) = &mut self.hidden {
            *depth += usize::from(*name == tag.name && !is_void(name));
            return;
        }
        let unseen = matches!(&tag.name[..], "head" | "title" | "template" | "select");
        if (unseen || tag.is_hidden()) && !is_void(&tag.name) {
            self.hidden = Some((tag.name.clone(), 1));
            return;
        }
        match &tag.name[..] {
            "br" => self.flush_even_empty(),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" => {
                self.flush();
                self.paragraph = true;
            }
            "blockquote" => {
                self.flush();
                self.quote = (self.quote + 1).min(DEEPEST_QUOTE);
            }
            "pre" => {
                self.flush();
                self.preformatted += 1;
            }
            "li" => {
                self.flush();
                self.line.push_str("* ");
            }
            "hr" => {
                self.flush();
                self.line.push_str(&"_".repeat(32));
                self.flush();
            }
            "a" => {
                // The blank before the link belongs before it.
                let address = tag.attribute("href").filter(|href| href.starts_with("http"));
                self.link = address.map(|address| (address, self.line.len()));
            }
            "img" => {
                if let Some(alt) = tag.attribute("alt").filter(|alt| alt.len() <= LONGEST_EMOJI) {
                    self.text(&alt);
                }
            }
            "del" | "s" | "strike" => "~~".chars().for_each(|c| self.character(c)),
            name if is_block(name) => self.flush(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if let Some((hidden, depth)) = &mut self.hidden {
            *depth -= usize::from(hidden == name);
            if *depth == 0 {
                self.hidden = None;
            }
            return;
        }
        match name {
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "table" => {
                self.flush();
                self.paragraph = true;
            }
            "blockquote" => {
                self.flush();
                self.quote = self.quote.saturating_sub(1);
            }
            "pre" => {
                self.flush();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            "td" | "th" => self.blank = true,
            "a" => {
                if let Some((address, start)) = self.link.take() {
                    let shown = self.line.get(start..).unwrap_or_default().trim();
                    let bare = |text: &str| text.trim_end_matches('/').to_owned();
                    if !shown.is_empty() && bare(shown) != bare(&address) {
                        self.line.push_str(&format!(" <{address}>"));
                    }
                }
            }
            "del" | "s" | "strike" => self.line.push_str("~~"),
            name if is_block(name) => self.flush(),
            _ => {}
        }
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "tr"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "body"
            | "html"
            | "center"
            | "dl"
            | "dt"
            | "dd"
            | "address"
            | "form"
            | "fieldset"
            | "main"
            | "nav"
            | "tbody"
            | "thead"
            | "caption"
            | "li"
    )
}

/// Elements that are never closed.
fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img" | "input" | "meta" | "link" | "base" | "col" | "wbr")
}

/// How long the entity is that `text` begins with, as in `&amp;`.
fn entity(text: &str) -> Option<usize> {
    let body = text.strip_prefix('&')?;
    let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'#';
    let length = body.bytes().take(32).take_while(|byte| named(*byte)).count();
    (length > 0 && body.as_bytes().get(length) == Some(&b';')).then_some(length + 2)
}

fn after_raw_text<'a>(text: &'a str, name: &str) -> &'a str {
    let mut from = 0;
    while let Some(found) = text[from..].find("</") {
        from += found + 2;
        if text.as_bytes()[from..]
            .get(..name.len())
            .is_some_and(|b| b.eq_ignore_ascii_case(name.as_bytes()))
        {
            return text[from..].find('>').map_or("", |end| &text[from + end + 1..]);
        }
    }
    ""
}

struct Tag<'a> {
    name: String,
    closes: bool,
    attributes: &'a str,
    /// Bytes from `<` to `>`, both included.
    length: usize,
}

impl<'a> Tag<'a> {
    /// None when the `<` is only a character. A tag that is never closed takes the rest, as in a
    /// browser.
    fn read(text: &'a str) -> Option<Self> {
        let closes = text.starts_with("</");
        let start = if closes { 2 } else { 1 };
        let first = text.as_bytes().get(start)?;
        if !first.is_ascii_alphabetic() && !matches!(first, b'!' | b'?') {
            return None;
        }
        let body = &text[start..];
        let named = |c: char| !c.is_ascii_alphanumeric() && !matches!(c, ':' | '-' | '!' | '?');
        let name_end = body.find(named).unwrap_or(body.len());
        let mut quote = None;
        let mut end = body.len();
        for (index, byte) in body.bytes().enumerate().skip(name_end) {
            match (quote, byte) {
                (Some(open), byte) if byte == open => quote = None,
                (None, b'"' | b'\'') if body[..index].trim_end().ends_with('=') => {
                    quote = Some(byte);
                }
                (None, b'>') => {
                    end = index;
                    break;
                }
                _ => {}
            }
        }
        Some(Self {
            name: body[..name_end].to_ascii_lowercase(),
            closes,
            attributes: &body[name_end..end],
            length: (start + end + 1).min(text.len()),
        })
    }

    fn attribute(&self, wanted: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/');
            let end = end.unwrap_or(rest.len()).max(1);
            let (name, after) = rest.split_at_checked(end)?;
            let after = after.trim_start();
            let Some(value) = after.strip_prefix('=') else {
                if name.eq_ignore_ascii_case(wanted) {
                    return Some(String::new());
                }
                rest = after;
                continue;
            };
            let value = value.trim_start();
            let (value, after) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    let inner = &value[1..];
                    inner.split_once(quote).unwrap_or((inner, ""))
                }
                _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            if name.eq_ignore_ascii_case(wanted) {
                return Some(decoded(value));
            }
            rest = after;
        }
    }

    fn is_hidden(&self) -> bool {
        let style = self.attribute("style").unwrap_or_default().replace(' ', "");
        self.attribute("hidden").is_some() || style.to_ascii_lowercase().contains("display:none")
    }
}

fn decoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = entity(rest);
        match length {
            Some(length) => add_html_token(&mut out, &rest.as_bytes()[..length], false),
            None => out.push('&'),
        }
        rest = &rest[length.unwrap_or(1)..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_as_a_person_sees_it() {
        for (html, read) in [
            ("<p>Hi,</p><p>+1&nbsp;(binding)<br>Jane</p>", "Hi,\n\n+1 (binding)\nJane\n"),
            ("<div>+1</div><div><br></div><div>Jane &lt;j@x&gt;</div>", "+1\n\nJane <j@x>\n"),
            (
                "+1<blockquote><div>one</div><blockquote>two</blockquote></blockquote>end",
                "+1\n> one\n>> two\nend\n",
            ),
            ("a  \n b&#43;1 &#x2212; &bogus; & c", "a b+1 − &bogus; & c\n"),
            ("<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc\n"),
            ("<ul><li>one<li>two</ul>", "* one\n* two\n"),
            ("<a href=\"https://x.org/a?b=1&amp;c\">here</a>.", "here <https://x.org/a?b=1&c>.\n"),
            ("<a href='https://x.org/'>https://x.org</a>", "https://x.org\n"),
            ("<s>+1</s> -1", "~~+1~~ -1\n"),
            ("<img alt=\"👍\" src=x>", "👍\n"),
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"),
            ("a < b > c, 1 <2", "a < b > c, 1 <2\n"),
        ] {
            assert_eq!(text(html, 1000), read, "{html}");
        }
    }

    #[test]
    fn what_is_not_shown_is_not_read() {
        for html in [
            "<html><head><title>+1</title><style>p{}</style></head><body>x</body></html>",
            "<script>if (a > b) '+1'</script>x",
            "<!-- +1 -->x",
            "<!--[if mso]><p>+1</p><![endif]-->x",
            "<div style=\"color:red; display: none\"><div>+1</div>-1</div>x",
            "<span hidden>+1</span>x",
            "<p title='> +1'>x</p>",
            "x<p unclosed='+1",
        ] {
            assert_eq!(text(html, 1000).trim(), "x", "{html}");
        }
    }

    #[test]
    fn hostile_pages_cost_no_more_than_their_size() {
        let newlines = format!("{}<pre>{}", "<blockquote>".repeat(16), "\n".repeat(1 << 20));
        assert!(text(&newlines, 1 << 20).len() < 2 << 20);
        for piece in
            ["<", "<a", "<a '", "<a b='", "<blockquote>", "&", "<!--", "</", "<script>", "<s "]
        {
            let page = piece.repeat(200_000 / piece.len());
            assert!(text(&page, 1 << 20).len() < 8 << 20);
        }
    }
}
