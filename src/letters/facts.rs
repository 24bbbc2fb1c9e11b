//! What letters are made of: plain values, serialised as they stand into the templates. Pure.
//!
//! The kinds of projects differ by data, not by templates: [`Rules::of`] and [`disclaimer`] hold
//! what is said for a top-level project, a podling and any other project. No mail address of a
//! voter is among the facts, so that none gets into a result.

use serde::Serialize;

use super::window::Window;
use crate::policy::Preset;
use crate::project::default_display;

/// What every letter speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Release {
    /// Short name of the project: `fortress`.
    pub project: String,
    /// Full name as the public is told: `Apache Fortress`, `Apache Burr (Incubating)`.
    pub display: String,
    /// The version.
    pub version: String,
    /// The number of the candidate, where the project counts them.
    pub candidate: Option<u32>,
    /// Which rules apply.
    pub preset: Preset,
    /// Who signs the letter: the release manager's name.
    pub manager: String,
    /// The subject in the project's own form; the template has one to fall back on.
    pub subject: Option<String>,
    /// Who gets it, each as a mail names them.
    pub to: Vec<String>,
    /// Who gets a copy.
    pub cc: Vec<String>,
}

/// A thing in a repository with its page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// A tag's name, or a commit's object id in full.
    pub name: String,
    /// The page that shows it.
    pub link: Option<String>,
}

/// A file that is voted on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArtifactFacts {
    /// Its directory below the candidate's, without a final `/`; empty for none.
    pub directory: String,
    /// Its name.
    pub name: String,
    /// Its SHA-512, hex.
    pub sha512: String,
}

/// Where the candidate lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// Its directory, with a final `/`.
    pub url: String,
    /// The Subversion revision that holds what is voted on (S-04).
    pub revision: Option<u64>,
}

/// Who signed the artifacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignerFacts {
    /// Primary fingerprint, in full.
    pub fingerprint: String,
    /// A user id of the key.
    pub name: Option<String>,
}

/// Which of a podling's two votes it is (V-08).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "round")]
pub enum PodlingRound {
    /// On the podling's own list.
    First,
    /// On general@incubator.apache.org (V-10).
    Second {
        /// The call on the podling's list.
        call: Option<String>,
        /// Its result.
        result: Option<String>,
        /// What it came to, in a sentence; none while both votes run side by side (V-09).
        outcome: Option<String>,
        /// Members of the Incubator PMC who voted there in favour and whose votes are carried over.
        carried: Vec<String>,
    },
}

/// Whose votes bind, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rules {
    /// Whose votes bind, as the subject of a sentence: `Votes of …`.
    pub binding: String,
    /// What the vote needs to pass (T-01).
    pub passes: String,
    /// What else must happen before it is released.
    pub beyond: Option<String>,
    /// Where the rules are written.
    pub link: Option<String>,
}

impl Rules {
    /// The rules by kind of project; `round` for podlings. In words without a `+1` outside the
    /// ballot: tallies take such a line of the call for the release manager's vote.
    pub fn of(preset: Preset, project: &str, display: &str, round: Option<&PodlingRound>) -> Self {
        let short = committee_name(preset, project, display);
        let (binding, beyond) = match (preset, round) {
            (Preset::TopLevel, _) => {
                (format!("Votes of members of the {short} PMC are binding"), None)
            }
            (Preset::Podling, Some(PodlingRound::Second { .. })) => {
                ("Votes of members of the Incubator PMC are binding".to_owned(), None)
            }
            (Preset::Podling, _) => (
                format!("Votes of members of the {short} PPMC are binding in this vote"),
                Some(
                    "The release also needs a vote of the Incubator PMC, on \
                     general@incubator.apache.org. It may follow this one or run at the same \
                     time, and it is the one that binds the ASF."
                        .to_owned(),
                ),
            ),
            (Preset::Plain, _) => (format!("Votes of maintainers of {display} are binding"), None),
        };
        Self {
            binding,
            passes: "at least three binding votes in favour, and more binding votes in favour \
                     than against"
                .to_owned(),
            beyond,
            link: preset
                .is_asf()
                .then(|| "https://www.apache.org/foundation/voting.html#ReleaseVotes".to_owned()),
        }
    }
}

/// What the committee behind a release is called: that of `Apache SkyWalking Eyes` is the one of
/// Apache SkyWalking, the project `skywalking`.
pub fn committee_name(preset: Preset, project: &str, display: &str) -> String {
    let words: Vec<&str> = display.trim_end_matches(" (Incubating)").split(' ').collect();
    match words.iter().position(|word| word.eq_ignore_ascii_case(project)) {
        Some(at) if words[0] == "Apache" || !preset.is_asf() => words[..=at].join(" "),
        Some(at) => format!("Apache {}", words[..=at].join(" ")),
        None => default_display(preset, project),
    }
}

/// The disclaimer that a podling's announcement must carry, as the Incubator words it.
pub fn disclaimer(preset: Preset, display: &str) -> Option<String> {
    let short = display.trim_end_matches(" (Incubating)");
    (preset == Preset::Podling).then(|| {
        format!(
            "{short} is an effort undergoing incubation at The Apache Software Foundation (ASF), \
             sponsored by the Apache Incubator. Incubation is required of all newly accepted \
             projects until a further review indicates that the infrastructure, communications, \
             and decision making process have stabilized in a manner consistent with other \
             successful ASF projects. While incubation status is not necessarily a reflection of \
             the completeness or stability of the code, it does indicate that the project has yet \
             to be fully endorsed by the ASF."
        )
    })
}

/// The call to vote (V-06).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoteFacts {
    /// What is released.
    #[serde(flatten)]
    pub release: Release,
    /// The candidate's tag; a project can vote on a bare commit.
    pub tag: Option<Reference>,
    /// The commit.
    pub commit: Reference,
    /// Where the candidate lies.
    pub place: Place,
    /// What is voted on.
    pub artifacts: Vec<ArtifactFacts>,
    /// Who signed it.
    pub signer: SignerFacts,
    /// The project's public KEYS file.
    pub keys: Option<String>,
    /// What has changed.
    pub changes: Option<String>,
    /// How to build it, if there is a page for it.
    pub build: Option<String>,
    /// Paragraphs of the release manager's own.
    pub note: Option<String>,
    /// Who binds and what it takes.
    pub rules: Rules,
    /// When.
    pub window: Window,
    /// Which of a podling's votes.
    pub podling: Option<PodlingRound>,
    /// The command that checks all that a machine can check: `plusone verify …`.
    pub verify: String,
}

/// A counted or uncounted vote in a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoterFacts {
    /// The voter: [`voter_name`].
    pub name: String,
    /// `+1`, `0` or `-1`.
    pub value: String,
    /// What was given as the reason, in the voter's words; shown for 0 and -1.
    pub reason: Option<String>,
    /// What the tally has to say about it: "changed from 0", "carried over from dev@".
    pub note: Option<String>,
}

/// How a voter is called in public: name and id, never a mail address (a name that is one is cut
/// before its `@`).
pub fn voter_name(name: Option<&str>, id: Option<&str>, address: &str) -> String {
    let local = |text: &str| text.split('@').next().unwrap_or_default().trim().to_owned();
    let name = name.map(local).filter(|name| !name.is_empty());
    match (name, id.map(local).filter(|id| !id.is_empty())) {
        (Some(name), Some(id)) if name != id => format!("{name} ({id})"),
        (Some(name), _) => name,
        (None, Some(id)) => id,
        (None, None) => local(address),
    }
}

/// Votes of one standing, by value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// +1
    pub plus_one: u32,
    /// 0
    pub zero: u32,
    /// -1
    pub minus_one: u32,
}

impl Counts {
    /// Counts votes by their value.
    pub fn of(voters: &[VoterFacts]) -> Self {
        let count = |value: &str| voters.iter().filter(|v| v.value == value).count() as u32;
        Self { plus_one: count("+1"), zero: count("0"), minus_one: count("-1") }
    }
}

/// A decision of a person on a mail that no rule could decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RulingFacts {
    /// Whose mail.
    pub voter: String,
    /// The words in question, theirs.
    pub text: String,
    /// How it is counted, and why, in the words of who decided.
    pub ruling: String,
}

/// What the vote came to (T-10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResultFacts {
    /// What was voted on.
    #[serde(flatten)]
    pub release: Release,
    /// The subject of the call.
    pub vote_subject: String,
    /// Whether it passed.
    pub passed: bool,
    /// When it was.
    pub window: Window,
    /// Who binds and what it took.
    pub rules: Rules,
    /// Binding votes, in the order of the mails.
    pub binding: Vec<VoterFacts>,
    /// The others.
    pub others: Vec<VoterFacts>,
    /// How many binding ones.
    pub binding_counts: Counts,
    /// How many others.
    pub other_counts: Counts,
    /// What a person had to decide.
    pub rulings: Vec<RulingFacts>,
    /// What was said and could not count, with why: late votes, fractions.
    pub not_counted: Vec<VoterFacts>,
    /// The call in the list's archive.
    pub thread: Option<String>,
    /// What comes next.
    pub next: Option<String>,
}

/// The vote is called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CancelFacts {
    /// What was voted on.
    #[serde(flatten)]
    pub release: Release,
    /// The subject of the call.
    pub vote_subject: String,
    /// Why, in the release manager's words.
    pub reason: String,
    /// The call in the list's archive.
    pub thread: Option<String>,
    /// The number of the candidate that follows.
    pub next_candidate: Option<u32>,
    /// Where the candidate was, if it is removed from there.
    pub removed: Option<String>,
}

/// The release is out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnounceFacts {
    /// What is released.
    #[serde(flatten)]
    pub release: Release,
    /// What the project is: three to five lines of prose.
    pub about: String,
    /// What is worth knowing of this release, an item each.
    pub highlights: Vec<String>,
    /// The download page.
    pub download_page: String,
    /// What has changed.
    pub changes: Option<String>,
    /// The project's public KEYS file.
    pub keys: Option<String>,
    /// A page on how to verify downloads.
    pub verification: Option<String>,
    /// The project's home page.
    pub site: Option<String>,
    /// How to take part: lists, issues; an item each.
    pub contact: Vec<String>,
    /// The podling's disclaimer: [`disclaimer`].
    pub disclaimer: Option<String>,
}

/// One thing that the machine looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckFacts {
    /// What holds when it passes.
    pub title: String,
    /// What was seen or found, or why it could not be looked at.
    pub details: Vec<String>,
}

/// A voter's answer, without the vote, which is the voter's own (V-05).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReplyFacts {
    /// What is voted on.
    #[serde(flatten)]
    pub release: Release,
    /// The subject of the call.
    pub vote_subject: String,
    /// What was looked at: an address, with the revision.
    pub looked_at: String,
    /// The program and its version: `plusone 0.1.0`.
    pub tool: String,
    /// What it ran on: `Linux x86_64`.
    pub system: String,
    /// SHA-512 of what was looked at.
    pub artifacts: Vec<ArtifactFacts>,
    /// Checks that passed.
    pub passed: Vec<CheckFacts>,
    /// Checks that found something, errors first.
    pub found: Vec<CheckFacts>,
    /// Checks that could not be run: no pass.
    pub not_run: Vec<CheckFacts>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_s_address_is_told() {
        for (name, id, address, expected) in [
            (Some("Jane Doe"), Some("jane"), "jane@apache.org", "Jane Doe (jane)"),
            (Some("Jane Doe"), None, "jd@example.org", "Jane Doe"),
            (None, Some("jane"), "jd@example.org", "jane"),
            (None, None, "jd@example.org", "jd"),
            (Some("jd@example.org"), None, "jd@example.org", "jd"),
            (Some("jane"), Some("jane"), "jane@apache.org", "jane"),
            (Some(" "), Some(""), "jd@example.org", "jd"),
        ] {
            let told = voter_name(name, id, address);
            assert_eq!(told, expected);
            assert!(!told.contains('@'));
        }
    }

    #[test]
    fn a_component_has_the_committee_of_its_project() {
        for (project, display, expected) in [
            ("skywalking", "Apache SkyWalking Eyes", "Apache SkyWalking"),
            ("lucene", "Lucene", "Apache Lucene"),
            ("burr", "Apache Burr (Incubating)", "Apache Burr"),
            ("kafka", "Apache Kafka", "Apache Kafka"),
            ("ws", "Apache Axiom", "Apache Ws"),
        ] {
            assert_eq!(committee_name(Preset::TopLevel, project, display), expected);
        }
        assert_eq!(committee_name(Preset::Plain, "kettle", "Kettle"), "Kettle");
    }

    #[test]
    fn the_call_says_nothing_that_reads_as_a_vote() {
        for preset in [Preset::TopLevel, Preset::Podling, Preset::Plain] {
            let rules = Rules::of(preset, "x", "Apache X", None);
            let text = format!("{rules:?}");
            assert!(!text.contains("+1") && !text.contains("-1"), "{text}");
        }
    }
}
