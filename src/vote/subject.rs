//! What the subject of a mail says: whether it calls a vote, tells a result or cancels, and of what.
//! Pure.

use serde::Serialize;

/// What a mail is for, by its subject (POLICY V-07: the tags are convention).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `[VOTE]`.
    Vote,
    /// `[RESULT]`, in any company.
    Result,
    /// `[CANCEL]`, in any company and spelling.
    Cancel,
    /// `[DISCUSS]`.
    Discuss,
    /// `[ANNOUNCE]`.
    Announce,
    /// Anything else.
    Other,
}

/// A subject taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// What the mail is for.
    pub kind: Kind,
    /// It answers or forwards another mail: `Re:`, `AW:`, `Fwd:` and their like, or reminds of it.
    pub reply: bool,
    /// The words that name the project, in lower case: `apache`, `foo`, `bar`.
    pub project: Vec<String>,
    /// The first version named, without `v` before it and `-incubating` behind it.
    pub version: Option<String>,
    /// The number of the release candidate.
    pub rc: Option<u32>,
    /// The number of the attempt, in `(take 2)`.
    pub take: Option<u32>,
    /// The subject without reply marks, tags and doubled blanks, in lower case; by it mails without
    /// references find their thread.
    pub key: String,
}

/// Reads a decoded subject.
pub fn which_call(subject: &str) -> Subject {
    let subject: String = subject.chars().take(LONGEST).collect();
    let (unmarked, mut reply) = without_reply_marks(&subject);
    let unmarked = without_was(unmarked);
    let (tags, rest) = without_tags(unmarked);
    let (kind, rest) = kind(&tags, &rest);
    reply |= tags.iter().any(|tag| matches!(&tag[..], "reminder" | "last call" | "bump"));
    let words = words(&rest);
    let mut found = Subject {
        kind,
        reply,
        project: Vec::new(),
        version: None,
        rc: None,
        take: None,
        key: rest.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase(),
    };
    found.read_words(&words);
    found
}

/// Longer subjects are cut.
const LONGEST: usize = 1000;

impl Subject {
    /// Whether both can speak of the same vote: neither says a version, candidate or attempt that
    /// the other contradicts, and the words that name the project fit.
    pub fn fits(&self, other: &Subject) -> bool {
        fn agree<T: PartialEq>(one: &Option<T>, other: &Option<T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        self.key == other.key
            || (self.version == other.version
                && agree(&self.rc, &other.rc)
                // The first attempt has no number.
                && self.take.unwrap_or(1) == other.take.unwrap_or(1)
                && self.shares_words_with(other))
    }

    /// Most of the words of the one that has fewer are the other's too.
    fn shares_words_with(&self, other: &Subject) -> bool {
        let (few, many) = match self.project.len() <= other.project.len() {
            true => (&self.project, &other.project),
            false => (&other.project, &self.project),
        };
        let shared = few.iter().filter(|word| many.contains(word)).count();
        shared > 0 && shared * 3 >= few.len() * 2
    }

    fn read_words(&mut self, words: &[&str]) {
        let mut index = 0;
        while let Some(word) = words.get(index) {
            let next = words.get(index + 1).copied().unwrap_or_default();
            let lower = word.to_lowercase();
            index += 1;
            if let Some(number) = candidate(&lower) {
                self.rc.get_or_insert(number);
            } else if matches!(&lower[..], "rc" | "rc#" | "candidate") && number(next).is_some() {
                self.rc = self.rc.or(number(next));
                index += 1;
            } else if matches!(&lower[..], "take" | "attempt" | "try") && number(next).is_some() {
                self.take = number(next);
                index += 1;
            } else if let Some((name, version, rc)) = version(&lower) {
                self.version.get_or_insert(version);
                self.rc = self.rc.or(rc);
                self.name(name);
            } else if number(&lower).is_some()
                && self.version.is_none()
                && (index >= 2 && words[index - 2].eq_ignore_ascii_case("version")
                    || candidate(&next.to_lowercase()).is_some()
                    || ["rc", "based", "from"].iter().any(|word| next.eq_ignore_ascii_case(word))
                    || index == words.len()
                        && !index.checked_sub(2).is_some_and(|at| counts(words[at])))
            {
                self.version = Some(lower);
            } else {
                self.name(&lower);
            }
        }
    }

    fn name(&mut self, word: &str) {
        let parts = word.split(|c: char| !c.is_alphanumeric());
        let named = parts.filter(|part| !part.is_empty() && !STOP_WORDS.contains(part));
        self.project.extend(named.map(str::to_owned));
    }
}

/// Whether a number behind the word counts something else than versions: `Phase 1`.
fn counts(word: &str) -> bool {
    const WORDS: &[&str] =
        &["phase", "part", "step", "stage", "round", "milestone", "option", "no"];
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// Words of a subject that name no project.
const STOP_WORDS: &[&str] = &[
    "release",
    "releases",
    "releasing",
    "released",
    "version",
    "versions",
    "of",
    "the",
    "a",
    "an",
    "for",
    "on",
    "from",
    "based",
    "as",
    "to",
    "and",
    "vote",
    "incubating",
    "incubator",
    "candidate",
    "rc",
    "please",
    "call",
];

/// Takes `Re:`, `AW:`, `Fwd:`, `Re[2]:`, `回复：` and their like off the front, as often as they
/// stand there, also between list tags; tells whether there was one.
fn without_reply_marks(subject: &str) -> (&str, bool) {
    const MARKS: &[&str] = &[
        "re", "aw", "fw", "fwd", "wg", "sv", "vs", "antw", "antwort", "rif", "r", "odp", "ynt",
        "enc", "res", "rv", "tr", "vá", "回复", "答复", "回覆", "转发", "轉寄", "返信",
    ];
    let mut rest = subject.trim();
    let mut reply = false;
    loop {
        if let Some(after) = without_gateway_mark(rest) {
            rest = after;
            continue;
        }
        let Some((mark, after)) = rest.split_once([':', '：']) else { break };
        let mark = mark.trim().to_lowercase();
        let bare = mark.split(['[', '(', '^', '*']).next().unwrap_or_default().trim();
        if !MARKS.contains(&bare) {
            break;
        }
        reply = true;
        rest = after.trim_start();
    }
    (rest, reply)
}

/// Takes off the front what mail gateways put there, as in `**EXT**`, `EXTERNAL:` and `{Spam?}`; what
/// they put into brackets is a tag. A word that nothing parts from the rest is a part of the subject.
fn without_gateway_mark(subject: &str) -> Option<&str> {
    const MARKS: &[&str] = &[
        "ext",
        "extern",
        "external",
        "externe",
        "externo",
        "externa",
        "esterno",
        "spam",
        "junk",
        "caution",
        "warning",
        "suspected",
        "untrusted",
        "phishing",
        "外部",
        "外部邮件",
        "社外",
    ];
    const BESIDE: &[&str] = &["email", "mail", "message", "sender", "source", "possible"];
    let mut rest = subject.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[');
    let mut is_mark = false;
    loop {
        let words = rest.trim_start();
        let end = words.find(|c: char| !c.is_alphanumeric()).unwrap_or(words.len());
        let word = words[..end].to_lowercase();
        match MARKS.contains(&&word[..]) {
            true => is_mark = true,
            false if BESIDE.contains(&&word[..]) => {}
            false => break,
        }
        rest = &words[end..];
    }
    let after = rest.trim_start_matches(|c: char| "*})>|#=~!?:：-–—_ ".contains(c));
    let gap = &rest[..rest.len() - after.len()];
    let parts = gap.contains(|c: char| "*})>|#=~!?:：".contains(c))
        || [" - ", " – ", " — "].contains(&gap)
        || after.starts_with('[');
    (is_mark && parts).then_some(after)
}

/// Takes `(was: an earlier subject)` off the end.
fn without_was(subject: &str) -> &str {
    let lower = subject.to_ascii_lowercase();
    let cut =
        ["(was:", "[was:", "(was ", "- was:"].iter().filter_map(|mark| lower.find(mark)).min();
    // `to_ascii_lowercase` keeps every byte's place.
    cut.filter(|at| *at > 0).map_or(subject, |at| subject[..at].trim_end())
}

/// Takes `[tags]` out, wherever they stand; gives them in lower case, and the rest. A reply mark
/// behind a list's tag goes too.
fn without_tags(subject: &str) -> (Vec<String>, String) {
    let mut tags = Vec::new();
    let mut out = String::new();
    let mut rest = subject;
    while let Some(start) = rest.find('[') {
        let Some(length) = rest[start..].find(']') else { break };
        out.push_str(&rest[..start]);
        out.push(' ');
        let tag = rest[start + 1..start + length].trim().to_lowercase();
        tags.push(tag.split_whitespace().collect::<Vec<_>>().join(" "));
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    let (rest, _) = without_reply_marks(&out);
    // A mark between a tag and the rest is no part of either.
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || ":-–—".contains(c));
    (tags, rest.trim_end().to_owned())
}

/// What kind of mail it is, and the rest of the subject without the words that said so.
fn kind(tags: &[String], rest: &str) -> (Kind, String) {
    let mut kinds: Vec<Kind> = tags.iter().filter_map(|tag| kind_of_tag(tag)).collect();
    let mut rest = rest.trim().to_owned();
    // Words outside brackets count in front, as in `RESULT: …` and `VOTE: …`.
    while let Some((kind, after)) = kind_in_front(&rest) {
        kinds.push(kind);
        rest = after.to_owned();
    }
    // Of a vote it may also be said that it passed, failed or was withdrawn, and so at the end, as
    // in `[VOTE] … - CANCELED`.
    if kinds.contains(&Kind::Vote) {
        kinds.extend(tags.iter().filter_map(|tag| end_of_vote(tag)));
        if let Some((kind, before)) = kind_at_end(&rest) {
            kinds.push(kind);
            rest = before.to_owned();
        }
    }
    // A cancelled vote's result is that it was cancelled; a result names the vote; a discussion of
    // a vote is no vote.
    let order = [Kind::Cancel, Kind::Result, Kind::Discuss, Kind::Vote, Kind::Announce];
    let kind = order.into_iter().find(|kind| kinds.contains(kind)).unwrap_or(Kind::Other);
    (kind, rest)
}

fn kind_in_front(rest: &str) -> Option<(Kind, &str)> {
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let kind = kind_of_tag(&word.to_lowercase())?;
    let marked = after.trim_start().starts_with([':', '-', '–', '—']);
    let shouted = word.chars().count() > 3 && word.chars().all(char::is_uppercase);
    // `Result of the vote on …`.
    let of = ["of ", "for "].iter().any(|of| after.trim_start().starts_with(of));
    let front = |c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—');
    (marked || shouted || (kind == Kind::Result && of))
        .then(|| (kind, after.trim_start_matches(front)))
}

fn kind_at_end(rest: &str) -> Option<(Kind, &str)> {
    let behind = |c: char| c.is_whitespace() || matches!(c, ')' | '!' | '.' | '*' | '(' | ':');
    let trimmed = rest.trim_end_matches(behind);
    let (at, joint) = trimmed.char_indices().rev().find(|(_, c)| !c.is_alphabetic())?;
    let (before, word) = trimmed.split_at(at + joint.len_utf8());
    let word = word.to_lowercase();
    let ends = |kind: &Kind| matches!(kind, Kind::Cancel | Kind::Result);
    let kind = kind_of_tag(&word).filter(ends).or_else(|| end_of_vote(&word))?;
    let joint = |c: char| c.is_whitespace() || matches!(c, '-' | '–' | '—' | ':' | '(' | ',');
    Some((kind, before.trim_end_matches(joint)))
}

fn kind_of_tag(tag: &str) -> Option<Kind> {
    let words: Vec<&str> = tag.split(|c: char| !c.is_alphanumeric()).collect();
    let is = |known: &[&str]| words.iter().any(|word| known.contains(word));
    // Before, about and against a vote.
    if is(&["pre", "prevote", "draft"]) {
        return Some(Kind::Discuss);
    }
    if words.iter().any(|word| word.starts_with("cancel")) {
        Some(Kind::Cancel)
    } else if is(&["result", "results"]) {
        Some(Kind::Result)
    } else if is(&["discuss", "discussion", "proposal"]) {
        Some(Kind::Discuss)
    } else if is(&["vote", "votes", "voting"]) {
        Some(Kind::Vote)
    } else if is(&["announce", "announcement", "ann"]) {
        Some(Kind::Announce)
    } else {
        None
    }
}

/// What words say of a vote that say nothing elsewhere.
fn end_of_vote(tag: &str) -> Option<Kind> {
    let mut words = tag.split(|c: char| !c.is_alphanumeric());
    words.find_map(|word| match word {
        "passed" | "failed" | "closed" => Some(Kind::Result),
        "withdrawn" | "aborted" | "abandoned" => Some(Kind::Cancel),
        _ => None,
    })
}

fn words(text: &str) -> Vec<&str> {
    let parted =
        |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | ';' | ':' | '"' | '/');
    let trimmed = text.split(parted).map(|word| word.trim_matches(['.', '-', '!', '?', '\'']));
    trimmed.filter(|word| !word.is_empty()).collect()
}

fn number(word: &str) -> Option<u32> {
    word.trim_start_matches('#').parse().ok().filter(|_| word.len() <= 4)
}

/// `rc3`, `rc.3`, `rc-3`, `rc#3`.
fn candidate(word: &str) -> Option<u32> {
    number(word.strip_prefix("rc")?.trim_start_matches(['.', '-', '#', '_']))
}

/// `1.2.0`, `v1.2.0-rc3`, `2.1.0rc1`, `2.1.0-incubating-rc1`, `foo-1.2.0`: what is glued before the
/// version, the version, the candidate.
fn version(word: &str) -> Option<(&str, String, Option<u32>)> {
    let mut starts = word.char_indices().filter(|(index, c)| {
        let before = word[..*index].chars().next_back();
        c.is_ascii_digit() && before.is_none_or(|b| matches!(b, '-' | '_' | 'v'))
    });
    let (start, _) = starts.find(|(index, _)| dotted(&word[*index..]))?;
    let (name, version) = word.split_at(start);
    let (version, rc) = match version.rfind("rc") {
        Some(at) => match candidate(&version[at..]) {
            Some(rc) => (version[..at].trim_end_matches(['-', '.', '_']), Some(rc)),
            None => (version, None),
        },
        None => (version, None),
    };
    let version = version.replace("-incubating", "").replace(".incubating", "");
    Some((name.strip_suffix('v').unwrap_or(name), version, rc))
}

/// Whether it begins with numbers parted by dots.
fn dotted(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let first = digits(text);
    let rest = &text[first..];
    first > 0 && rest.starts_with('.') && digits(&rest[1..]) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(subject: &str) -> (Kind, String, Option<String>, Option<u32>) {
        let read = which_call(subject);
        (read.kind, read.project.join(" "), read.version, read.rc)
    }

    #[test]
    fn a_counted_phase_is_no_version() {
        let read = |subject| which_call(subject).version;
        assert_eq!(read("[VOTE] SPIP: Lazy Prefetching - Phase 1"), None);
        assert_eq!(read("[VOTE] Move to Java 21, option 2"), None);
        assert_eq!(read("[VOTE] Release Commons Parent 71"), Some("71".to_owned()));
    }

    /// As a person reads these subjects, most of them in the forms of CONVENTIONS.md's table.
    #[test]
    fn calls_name_project_version_and_candidate() {
        for (subject, project, version, rc) in [
            (
                "[VOTE] Release Apache Foo Bar 1.2.0 (incubating) RC3",
                "apache foo bar",
                "1.2.0",
                Some(3),
            ),
            (
                "[VOTE] Apache APISIX Ingress Controller Release 2.0.0-rc4",
                "apache apisix ingress controller",
                "2.0.0",
                Some(4),
            ),
            (
                "[VOTE] Apache apisix-ingress-controller 2.0.0-rc4",
                "apache apisix ingress controller",
                "2.0.0",
                Some(4),
            ),
            ("[VOTE] Release Maven Doxia version 1.8", "maven doxia", "1.8", None),
            ("[VOTE] Release Lucene 9.1.0 RC1", "lucene", "9.1.0", Some(1)),
            ("[VOTE] Release Airflow 2.10.0 from 2.10.0rc2", "airflow", "2.10.0", Some(2)),
            ("[VOTE] 3.9.0 RC4", "", "3.9.0", Some(4)),
            (
                "[VOTE][RUST] Release Apache Arrow Rust 53.0.0 RC1",
                "apache arrow rust",
                "53.0.0",
                Some(1),
            ),
            ("[VOTE] Release Apache OpenDAL 0.50.0-rc.1", "apache opendal", "0.50.0", Some(1)),
            (
                "[VOTE] Release Apache OpenWhisk Runtime (v1.2.0, rc1)",
                "apache openwhisk runtime",
                "1.2.0",
                Some(1),
            ),
            ("[VOTE] Release Apache Burr 0.40.0-incubating-RC0", "apache burr", "0.40.0", Some(0)),
            ("[VOTE] Release Commons Parent 71 based on RC2", "commons parent", "71", Some(2)),
            (
                "[VOTE] Release Foo 2.0.0-alpha-1 release candidate 2",
                "foo",
                "2.0.0-alpha-1",
                Some(2),
            ),
            ("[VOTE] Release apache-foo-1.0.1-rc2", "apache foo", "1.0.1", Some(2)),
            ("VOTE: Release Foo 1.0", "foo", "1.0", None),
        ] {
            let expected = (Kind::Vote, project.to_owned(), Some(version.to_owned()), rc);
            let (kind, found, found_version, found_rc) = short(subject);
            assert_eq!((kind, found, found_version, found_rc), expected, "{subject}");
        }
        assert_eq!(which_call("[VOTE] Release Foo 3.0.0 (take 2)").take, Some(2));
        assert_eq!(short("[VOTE] Open issues as an experimental option").2, None);
    }

    #[test]
    fn kinds_are_told_in_every_spelling() {
        for (subject, kind) in [
            ("[RESULT] [VOTE] Release Foo 1.0", Kind::Result),
            ("[Result][VOTE] Release Foo 1.0", Kind::Result),
            ("[VOTE][RESULT] Release Foo 1.0", Kind::Result),
            ("[VOTE RESULT] Release Foo 1.0", Kind::Result),
            ("RESULT: Release Foo 1.0", Kind::Result),
            ("Result: [VOTE] Release Foo 1.0", Kind::Result),
            ("[RESULTS][VOTE] Release Foo 1.0", Kind::Result),
            ("[VOTE] Release Foo 1.0 - RESULT", Kind::Result),
            ("[VOTE][PASSED] Release Foo 1.0", Kind::Result),
            ("[CANCEL] [VOTE] Release Foo 1.0", Kind::Cancel),
            ("[CANCELLED] Release Foo 1.0", Kind::Cancel),
            ("[CANCELED] [VOTE] Release Foo 1.0", Kind::Cancel),
            ("[VOTE] [CANCELLED] Release Foo 1.0", Kind::Cancel),
            ("[VOTE] Release Foo 1.0 - CANCELED", Kind::Cancel),
            ("[VOTE] Release Foo 1.0 (cancelled)", Kind::Cancel),
            ("[RESULT][CANCELLED][VOTE] Release Foo 1.0", Kind::Cancel),
            ("CANCELLED: [VOTE] Release Foo 1.0", Kind::Cancel),
            ("[VOTE CANCELED] Release Foo 1.0", Kind::Cancel),
            ("[DISCUSS] Release Foo 1.0", Kind::Discuss),
            ("[DISCUSS][VOTE] Release Foo 1.0", Kind::Discuss),
            ("[PRE-VOTE] Release Foo 1.0", Kind::Discuss),
            ("[ANN] Foo 1.0 released", Kind::Announce),
            ("[VOTE FAILED] Release Foo 1.0", Kind::Result),
            ("[VOTE] Release Foo 1.0 (withdrawn)", Kind::Cancel),
            ("[FAILED] Foo nightly build", Kind::Other),
            ("[jira] [Closed] (FOO-1) cannot cancel", Kind::Other),
            ("Foo fails to build", Kind::Other),
            ("Vote fraud in Foo", Kind::Other),
            ("[VOTE] Accept result caching", Kind::Vote),
        ] {
            let read = which_call(subject);
            assert_eq!(read.kind, kind, "{subject}");
            if subject.contains("Release Foo 1.0") {
                assert_eq!(read.key, "release foo 1.0", "{subject}");
                assert_eq!(read.version.as_deref(), Some("1.0"), "{subject}");
            }
        }
    }

    #[test]
    fn reply_marks_do_not_hide_the_subject() {
        for subject in [
            "Re: [VOTE] Release Foo 1.0",
            "RE: Re: [VOTE]  Release  Foo 1.0",
            "AW: [EXTERNAL] [VOTE] Release Foo 1.0",
            "Fwd: [VOTE] Release Foo 1.0",
            "回复：[VOTE] Release Foo 1.0",
            "Re[2]: [VOTE] Release Foo 1.0",
            "[foo-dev] Re: [VOTE] Release Foo 1.0",
            "Re: [VOTE] Release Foo 1.0 (was: [DISCUSS] when)",
            "[REMINDER][VOTE] Release Foo 1.0",
            "RE: **EXT** [VOTE] Release Foo 1.0",
            "**EXT** RE: [VOTE] Release Foo 1.0",
            "Re: [D] [VOTE] Release Foo 1.0 [foo]",
            "RE: EXTERNAL: [VOTE] Release Foo 1.0",
            "AW: [EXT] RE: [VOTE] Release Foo 1.0",
            "Re: {External Sender} [VOTE] Release Foo 1.0",
            "(External Email) Re: [VOTE] Release Foo 1.0",
            "Re: <EXTERN> Re: [VOTE] Release Foo 1.0",
            "RE: External - [VOTE] Release Foo 1.0",
            "Re: ***SPAM*** [VOTE] Release Foo 1.0",
            "Re: ⚠ EXTERNAL: [VOTE] Release Foo 1.0",
            "Re: [EXT]: [VOTE] Release Foo 1.0",
            "Re: [EXT] - [VOTE]: Release Foo 1.0",
        ] {
            let read = which_call(subject);
            assert_eq!((read.kind, &read.key[..]), (Kind::Vote, "release foo 1.0"), "{subject}");
            assert_eq!(read.reply, !subject.starts_with("[foo"), "{subject}");
        }
        assert!(!which_call("[VOTE] Release: Foo 1.0").reply);
        for subject in
            ["External tables 1.0", "External-Dns 1.0", "Mail: Foo 1.0", "Spam filter: 1.0"]
        {
            assert_eq!(which_call(&format!("[VOTE] {subject}")).key, subject.to_lowercase());
        }
    }

    #[test]
    fn results_find_calls_of_similar_words_only() {
        let fits = |one: &str, other: &str| which_call(one).fits(&which_call(other));
        let call = "[VOTE] Release Maven Indexer 6.0.0";
        assert!(fits("[RESULT] [VOTE] Release Apache Maven Indexer version 6.0.0", call));
        assert!(!fits("[RESULT] [VOTE] Release Apache Maven Indexer version 6.0.1", call));
        assert!(!fits("[RESULT] [VOTE] Release Apache Maven Doxia Tools Site 6.0.0", call));
        assert!(!fits("[RESULT] [VOTE] Release Foo 1.0 RC2", "[VOTE] Release Foo 1.0 RC1"));
        assert!(fits("[RESULT] [VOTE] Release Foo 1.0", "[VOTE] Release Foo 1.0 RC1"));
        assert!(!fits("[RESULT] [VOTE] Foo 1.0", "[VOTE] Foo 1.0 (take 2)"));
    }
}
