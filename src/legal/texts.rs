//! The permissive licence texts that do not say their name: those that open with `Permission is hereby granted` or the
//! like, and the BSD family. They are told apart by the conditions that follow.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::fold::Folded;

/// How the texts of the BSD family open.
pub(super) static REDISTRIBUTION: LazyLock<Finder<'static>> =
    LazyLock::new(|| Finder::new("redistribution and"));

/// Which of the texts that open with `permission` this is.
pub(super) fn permission(text: &Folded<'_>, at: usize) -> Option<&'static str> {
    let follows = |phrase| text.follow(at, phrase);
    if let Some(end) =
        follows("permission is hereby granted free of charge to any person obtaining a copy of")
    {
        if text.follow(end, "the unicode data files").is_some() {
            return Some("Unicode-DFS-2016");
        }
        let body = text.over(end, 150);
        let has = |phrase| text.find(phrase, body.clone()).is_some();
        return Some(if has("good not evil") {
            "JSON"
        } else if has("redistributions of source code must retain") {
            "NCSA"
        } else if has("covered by this license") {
            "BSL-1.0"
        } else if has("the above copyright notice and this permission notice")
            || has("this permission notice")
            || body.end == text.lower.len()
        {
            "MIT"
        } else {
            "MIT-0"
        });
    }
    if follows("permission is hereby granted free of charge to any person or organization obtaining a copy").is_some() {
        return Some("BSL-1.0");
    }
    if follows(
        "permission is granted to anyone to use this software for any purpose including commercial",
    )
    .is_some()
    {
        return Some("Zlib");
    }
    let isc = [
        "permission to use copy modify and or distribute this software for any purpose with or without fee",
        "permission to use copy modify and distribute this software for any purpose with or without fee",
    ];
    if let Some(end) = isc.iter().find_map(|phrase| text.follow(at, phrase)) {
        let kept = text.find("copyright notice and this permission notice", text.over(end, 40));
        return Some(if kept.is_some() { "ISC" } else { "0BSD" });
    }
    let hpnd = [
        "permission to use copy modify and distribute this software and its documentation",
        "permission to use copy modify distribute this software and its documentation",
        "permission to use copy and distribute this software and its documentation",
    ];
    if follows(
        "permission to use copy modify distribute and sell this software and its documentation",
    )
    .is_some()
    {
        return Some("HPND-sell-variant");
    }
    if hpnd.iter().any(|phrase| text.follow(at, phrase).is_some()) {
        return Some("HPND");
    }
    if follows("permission to copy distribute and modify it").is_some() {
        return Some("FSFUL");
    }
    let kept = [
        "permission to copy and or distribute it with or without modifications as long as this notice",
        "permission to copy and distribute it with or without modifications as long as this notice",
    ];
    kept.iter().any(|phrase| text.follow(at, phrase).is_some()).then_some("FSFULLR")
}

/// Which text of the BSD family follows its first words.
pub(super) fn redistribution(text: &Folded<'_>, end: usize, next: Option<usize>) -> &'static str {
    if text.find("authorized by the openldap public license", text.over(end, 20)).is_some() {
        return "OLDAP";
    }
    if text.find("duplicated in all such forms", text.over(end, 30)).is_some() {
        return "BSD-4.3TAHOE";
    }
    let body = end..next.unwrap_or(usize::MAX).min(text.over(end, 700).end);
    let last = text.find("advised of the possibility", body.clone());
    let body = body.start..last.map_or(body.end, |last| last.end);
    let has = |phrase| text.find(phrase, body.clone()).is_some();
    if has("end user documentation included with the redistribution") {
        return if has("apache software foundation") {
            "Apache-1.1"
        } else {
            "LicenseRef-Apache-1.1-like"
        };
    }
    if has("accompanied by information on how to obtain complete source code") {
        return "Sleepycat";
    }
    let advertising = has("advertising materials mentioning");
    if advertising && has("openssl") {
        return "OpenSSL";
    }
    let endorsing = has("endorse or promote products");
    match (advertising, endorsing) {
        (true, _) => "BSD-4-Clause",
        (false, true) => "BSD-3-Clause",
        (false, false) if has("redistributions in binary form") => "BSD-2-Clause",
        (false, false) if has("redistributions of source code") => "BSD-1-Clause",
        // With conditions of its own, or none.
        (false, false) => "BSD",
    }
}
