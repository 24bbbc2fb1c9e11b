//! What the notices of the GNU licences say behind the licence's name: version, later versions, exceptions.

use std::borrow::Cow;

use super::fold::Folded;

/// The id of a GNU licence with the version that its notice tells a sentence later, with whether later ones will do,
/// and with the exception that follows. `end` is where its name ends. Other ids are returned as they are.
pub(super) fn with_version(
    text: &Folded<'_>,
    id: Cow<'static, str>,
    end: usize,
) -> Cow<'static, str> {
    let family = id.split('-').next().unwrap_or_default();
    if !matches!(family, "GPL" | "LGPL" | "AGPL") {
        return id;
    }
    let ranges = text.words(end, 40);
    let words: Vec<&[u8]> = ranges.iter().map(|at| text.word(at)).collect();
    let mut version = id.split_once('-').map(|(_, version)| version.to_owned());
    let mut at = 0;
    if version.is_none() {
        while at < words.len().min(24) && version.is_none() {
            if matches!(words[at], b"version" | b"v") {
                version = gnu_version(words.get(at + 1), words.get(at + 2));
            }
            at += 1;
        }
    }
    let Some(version) = version else { return id };
    let plus = text.raw.get(end) == Some(&b'+');
    let later = words.iter().skip(at).take(14);
    let later = plus || later.clone().any(|word| *word == b"later");
    let exception = exception(text, end, &version);
    format!("{family}-{version}-{}{exception}", if later { "or-later" } else { "only" }).into()
}

/// The special exception after a notice of the GPL, with ` WITH ` before it.
fn exception(text: &Folded<'_>, end: usize, version: &str) -> &'static str {
    if text.find("gcc runtime library exception", text.over(end, 160)).is_some() {
        return " WITH GCC-exception-3.1";
    }
    let Some(found) = text.find("special exception", text.over(end, 160)) else { return "" };
    let has = |phrase| text.find(phrase, text.over(found.end, 80)).is_some();
    if has("libtool") {
        " WITH Libtool-exception"
    } else if has("autoconf") {
        if version == "3.0" {
            " WITH Autoconf-exception-generic-3.0"
        } else {
            " WITH Autoconf-exception-generic"
        }
    } else if has("bison") {
        " WITH Bison-exception-2.2"
    } else if has("this font") {
        " WITH Font-exception-2.0"
    } else if has("compiled with gcc") || has("compile some of these files with gcc") {
        " WITH GCC-exception-2.0"
    } else if has("linking") || has("link this library") {
        " WITH Classpath-exception-2.0"
    } else {
        ""
    }
}

fn gnu_version(major: Option<&&[u8]>, minor: Option<&&[u8]>) -> Option<String> {
    match (major.copied(), minor.copied()) {
        (Some(b"2"), Some(b"1")) => Some("2.1".into()),
        (Some(b"1"), _) => Some("1.0".into()),
        (Some(b"2"), _) => Some("2.0".into()),
        (Some(b"3"), _) => Some("3.0".into()),
        _ => None,
    }
}
