//! The addresses in a text, and what they point at. Pure.

/// An address of the web, in a letter or on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link<'a> {
    /// As it stands there.
    pub text: &'a str,
    /// `https` or `http`.
    pub scheme: &'a str,
    /// The host, without a port.
    pub host: &'a str,
    /// What follows the host, query included; starts with `/` or is empty.
    pub path: &'a str,
    /// Whether it names an XML namespace or schema rather than a place to go to.
    pub namespace: bool,
}

/// Every address in a text, in order. Punctuation of the sentence around it is left out.
pub fn links(text: &str) -> Vec<Link<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("http").map(|at| from + at) {
        from = at + "http".len();
        let rest = &text[from..];
        let Some(after) = ["://", "s://"].iter().find_map(|mark| rest.strip_prefix(mark)) else {
            continue;
        };
        let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"'`{}|\\^".contains(c);
        let length = after.find(ends).unwrap_or(after.len());
        let body = without_punctuation(&after[..length]);
        let end = text.len() - after.len() + body.len();
        from = end.max(from);
        let host_end = body.find(['/', '?', '#']).unwrap_or(body.len());
        let host = body[..host_end].rsplit('@').next().unwrap_or_default();
        found.push(Link {
            text: &text[at..end],
            scheme: if rest.starts_with('s') { "https" } else { "http" },
            host: host.split(':').next().unwrap_or_default(),
            path: &body[host_end..],
            namespace: names_namespace(&text[..at]),
        });
    }
    found
}

/// Leaves out what belongs to the sentence: final punctuation, and brackets that were not opened
/// inside the address.
fn without_punctuation(address: &str) -> &str {
    let count = |c: char| address.matches(c).count();
    let mut unopened = count(')').saturating_sub(count('('));
    address.trim_end_matches(|c: char| match c {
        ')' if unopened > 0 => {
            unopened -= 1;
            true
        }
        c => ".,;:!?*_]".contains(c),
    })
}

fn names_namespace(before: &str) -> bool {
    // An attribute's name is short; what comes before it is not looked at for every address.
    let start = before.char_indices().rev().take(40).last().map_or(0, |(at, _)| at);
    let before = before[start..].trim_end_matches(['"', '\'']);
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '<').next().unwrap_or_default();
    word.starts_with("xmlns") || word.ends_with("schemaLocation=")
}

/// Endings of the files that a release consists of.
const ARTIFACTS: [&str; 12] = [
    ".tar.gz", ".tgz", ".tar.xz", ".tar.bz2", ".zip", ".jar", ".war", ".whl", ".gem", ".crate",
    ".msi", ".dmg",
];

impl Link<'_> {
    /// Whether the host is this one.
    pub fn is_on(&self, host: &str) -> bool {
        self.host.eq_ignore_ascii_case(host)
    }

    /// The file that it is about: the last part of its path, or of what it asks a mirror script
    /// for.
    pub fn file(&self) -> &str {
        let whole = self.path.split('#').next().unwrap_or_default();
        let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
        let mut asked = query.split('&').filter_map(|pair| {
            pair.strip_prefix("path=").or_else(|| pair.strip_prefix("filename="))
        });
        asked.next().unwrap_or(path).rsplit('/').next().unwrap_or_default()
    }

    /// Whether it is a file that can be downloaded as part of a release.
    pub fn is_artifact(&self) -> bool {
        ARTIFACTS.iter().any(|ending| self.file().ends_with(ending))
    }

    /// Whether it goes through the ASF's mirror script, current or abandoned.
    pub fn is_mirror_script(&self) -> bool {
        let path = self.path.to_ascii_lowercase();
        self.host.ends_with("apache.org")
            && ["closer.lua", "closer.cgi", "mirrors.cgi", "/dyn/"].iter().any(|s| path.contains(s))
    }

    /// Whether it shows what lies in a directory of released files, which is no download page.
    pub fn is_bare_directory(&self) -> bool {
        let whole = self.path.split(['?', '#']).next().unwrap_or_default();
        let on_host = ["downloads.apache.org", "dlcdn.apache.org"].iter().any(|h| self.is_on(h));
        let in_dist = self.is_on("www.apache.org") && whole.starts_with("/dist/");
        let last = self.file();
        (on_host || in_dist) && (last.is_empty() || !(last.contains('.') || last == "KEYS"))
            || (on_host || in_dist) && is_version(last)
    }
}

/// Whether the last part of a path is a version, and so a directory: `1.2.0`.
fn is_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_without_their_sentence() {
        let text = "See https://a.org/x, (http://b.org/y(z)) or <https://c.org>; \
                    **https://d.org:8443/p?q=1#r** https:// httpsx://e and \
                    xmlns=\"http://maven.apache.org/POM/4.0.0\" https://u@h.org/a.";
        let found: Vec<_> = links(text).iter().map(|link| (link.text, link.host)).collect();
        assert_eq!(
            found,
            [
                ("https://a.org/x", "a.org"),
                ("http://b.org/y(z)", "b.org"),
                ("https://c.org", "c.org"),
                ("https://d.org:8443/p?q=1#r", "d.org"),
                ("https://", ""),
                ("http://maven.apache.org/POM/4.0.0", "maven.apache.org"),
                ("https://u@h.org/a", "h.org"),
            ]
        );
        let namespaces: Vec<_> = links(text).iter().map(|link| link.namespace).collect();
        assert_eq!(namespaces, [false, false, false, false, false, true, false]);
    }

    #[test]
    fn what_an_address_points_at() {
        let link = |text| links(text).remove(0);
        let closer = link("https://www.apache.org/dyn/closer.lua/x/1.0/apache-x-1.0-src.tar.gz");
        assert!(closer.is_mirror_script() && closer.is_artifact());
        let asked = link("https://www.apache.org/dyn/closer.lua?path=/x/1.0/a.zip&action=download");
        assert!(asked.is_artifact());
        assert!(!link("https://www.apache.org/dyn/closer.cgi/x/").is_artifact());
        for directory in [
            "https://downloads.apache.org/x/1.0/",
            "https://downloads.apache.org/x/1.0.2",
            "https://www.apache.org/dist/curator/4.1.0/",
            "https://dlcdn.apache.org/x",
        ] {
            assert!(link(directory).is_bare_directory(), "{directory}");
        }
        for file in [
            "https://downloads.apache.org/x/KEYS",
            "https://downloads.apache.org/x/1.0/apache-x-1.0-src.tar.gz.asc",
            "https://www.apache.org/info/verification.html",
            "https://x.apache.org/download/",
        ] {
            assert!(!link(file).is_bare_directory(), "{file}");
        }
    }
}
