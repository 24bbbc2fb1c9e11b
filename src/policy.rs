//! The rules of the ASF as data, each with its citation, and the presets that choose among them.
//!
//! A rule keeps the id it has in the project's policy notes (K-08, P-07, …); code and tests cite
//! the id, so that a reader can walk from a message to the rule and back. Pure.

use serde::{Deserialize, Serialize};

/// How strongly the source puts a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// The source says MUST (or REQUIRED, or MUST NOT).
    Must,
    /// The source says SHOULD (or SHOULD NOT).
    Should,
    /// Custom of the projects, or common sense; no ASF text demands it.
    Custom,
}

/// One rule with the place where it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// Its id, as in `K-08`.
    pub id: &'static str,
    /// How strongly it is put.
    pub strength: Strength,
    /// The rule in one sentence, our words.
    pub text: &'static str,
    /// Where it is written.
    pub link: &'static str,
}

const RELEASE_POLICY: &str = "https://www.apache.org/legal/release-policy.html";
const DISTRIBUTION: &str = "https://infra.apache.org/release-distribution.html#sigs-and-sums";
const DISTRIBUTION_ARCHIVES: &str = "https://infra.apache.org/release-distribution.html#archival";
const SIGNING: &str = "https://infra.apache.org/release-signing.html";
const HEADERS: &str = "https://www.apache.org/legal/src-headers.html#notice";
const CREATION: &str = "https://infra.apache.org/release-publishing.html";
const INCUBATION: &str = "https://incubator.apache.org/policy/incubation.html#releases";
const SOURCE_HEADERS: &str = "https://www.apache.org/legal/src-headers.html";
const THIRD_PARTY: &str = "https://www.apache.org/legal/resolved.html";
const LICENSING: &str = "https://infra.apache.org/licensing-howto.html";
const PATHS: &str = "https://github.com/apache/tooling-trusted-releases";
const VOTES: &str =
    "https://cwiki.apache.org/confluence/display/INCUBATOR/Incubator+Release+Checklist";
const VOTING: &str = "https://www.apache.org/foundation/voting.html#ReleaseVotes";
const DOWNLOAD_PAGES: &str = "https://infra.apache.org/release-download-pages.html";
const ANNOUNCEMENTS: &str =
    "https://www.apache.org/legal/release-policy.html#release-announcements";
const ARCHIVES: &str = "https://reproducible-builds.org/docs/archives/";

macro_rules! rules {
    ($($name:ident $id:literal $strength:ident $link:expr, $text:literal;)*) => {
        $(
            #[doc = concat!($id, ": ", $text)]
            pub const $name: Rule =
                Rule { id: $id, strength: Strength::$strength, text: $text, link: $link };
        )*
        /// Every rule that plusone cites, in the order of their ids.
        pub const RULES: &[Rule] = &[$($name),*];
    };
}

rules! {
    K_01 "K-01" Must DISTRIBUTION, "Every artifact has a valid, armored, detached OpenPGP signature named after it with .asc";
    K_02 "K-02" Must DISTRIBUTION, "Binary .sig signatures are not provided";
    K_03 "K-03" Must RELEASE_POLICY, "Artifacts are signed by the release manager, who is a committer";
    K_05 "K-05" Must DISTRIBUTION, "The project's KEYS file holds every public key that signs its artifacts";
    K_08 "K-08" Must DISTRIBUTION, "Keys that sign new artifacts are RSA of at least 2048 bits; new keys should have 4096";
    K_09 "K-09" Should DISTRIBUTION, "Signatures use a strong digest: SHA-512 is preferred, SHA-1 and MD5 are avoided";
    K_12 "K-12" Must DISTRIBUTION, "A compromised key is revoked and replaced at once";
    K_13 "K-13" Should CREATION, "Signatures of current releases stay valid: the key outlives them";
    K_14 "K-14" Should SIGNING, "The key has the release manager's @apache.org address as a user id";
    C_01 "C-01" Must DISTRIBUTION, "Every artifact has a SHA-256 or SHA-512 checksum file";
    C_02 "C-02" Should DISTRIBUTION, "MD5 and SHA-1 checksums are not supplied";
    C_06 "C-06" Custom SIGNING, "The checksum file has the form of sha512sum, with the artifact's plain name";
    P_01 "P-01" Must RELEASE_POLICY, "A release contains a source package sufficient to build and test it";
    P_02 "P-02" Should RELEASE_POLICY, "A source release contains no compiled code";
    P_03 "P-03" Must RELEASE_POLICY, "Convenience packages have the version of the source they are made of";
    P_04 "P-04" Must RELEASE_POLICY, "LICENSE and NOTICE are at the root of every source package";
    P_05 "P-05" Must LICENSING, "LICENSE and NOTICE mention nothing that is not in the package";
    P_06 "P-06" Must RELEASE_POLICY, "LICENSE holds the full Apache License and the licences of everything bundled";
    P_07 "P-07" Must HEADERS, "NOTICE begins with the product, the copyright and the attribution to the ASF";
    P_08 "P-08" Should HEADERS, "The years in NOTICE reach to the year of the release";
    P_10 "P-10" Must SOURCE_HEADERS, "Every source file has the ASF's licence header, without a copyright notice in it";
    P_14 "P-14" Must THIRD_PARTY, "Only Category A licences are bundled in source; Category X never, Category B not in source";
    P_17 "P-17" Should DISTRIBUTION, "Artifacts are smaller than 100 MB; beyond 1 GB they are not hosted";
    P_18 "P-18" Should RELEASE_POLICY, "The contents of the source package match the tag";
    P_19 "P-19" Custom PATHS, "Everything is in one top-level directory named like the archive, and nothing leaves it";
    P_20 "P-20" Custom PATHS, "The candidate holds artifacts, their signatures and checksums, and no KEYS file";
    P_21 "P-21" Must INCUBATION, "The name of every release archive of a podling contains `incubating`";
    P_22 "P-22" Should "https://incubator.apache.org/policy/incubation.html#disclaimers", "A podling's archive has a disclaimer beside LICENSE and NOTICE";
    R_02 "R-02" Must CREATION, "Only PMC members can commit to dist/release, unless the PMC opened it to all committers";
    S_01 "S-01" Should RELEASE_POLICY, "Candidates are staged in dist/dev";
    S_04 "S-04" Custom VOTES, "A vote is on one set of bytes that never changes; other bytes are another candidate, with a vote of its own";
    S_05 "S-05" Custom RELEASE_POLICY, "The candidate's number is in directory and tag, not in the archive's name, so that files move unchanged";
    T_01 "T-01" Must RELEASE_POLICY, "A release passes with at least three binding +1 and more binding +1 than binding -1";
    T_02 "T-02" Must VOTING, "Releases cannot be vetoed";
    T_03 "T-03" Must RELEASE_POLICY, "Votes of PMC members are binding, as the roster says at the time of the vote";
    S_03 "S-03" Must RELEASE_POLICY, "Unreleased material is not advertised outside the developers' community";
    R_04 "R-04" Should RELEASE_POLICY, "What was voted on is moved to the release area as it is, and not built again";
    X_01 "X-01" Must RELEASE_POLICY, "Every release stays in the archive for ever; what leaves dist/release has to be there first";
    X_02 "X-02" Should DISTRIBUTION_ARCHIVES, "dist/release holds only the newest release of each line under development";
    X_03 "X-03" Should DOWNLOAD_PAGES, "Pre-releases leave dist/release once what they led to is released";
    X_07 "X-07" Custom RELEASE_POLICY, "Finished candidates are cleared out of dist/dev";
    V_01 "V-01" Must RELEASE_POLICY, "A release is approved by a vote on the project's list";
    V_06 "V-06" Custom VOTES, "A call to vote names the version, the candidate, the commit, KEYS, the closing time and the options";
    V_07 "V-07" Custom VOTING, "Subjects carry a tag: `[VOTE]`, `[RESULT] [VOTE]`, `[CANCEL] [VOTE]`, `[ANNOUNCE]`";
    V_11 "V-11" Must INCUBATION, "A release vote is not held on a private list";
    A_01 "A-01" Must ANNOUNCEMENTS, "An announcement waits at least an hour after the upload";
    A_03 "A-03" Must ANNOUNCEMENTS, "An announcement links to the project's download page";
    A_04 "A-04" Must ANNOUNCEMENTS, "announce@apache.org takes mail from @apache.org addresses only";
    A_05 "A-05" Must ANNOUNCEMENTS, "An announcement says in three to five lines what the project is";
    A_06 "A-06" Must "https://issues.apache.org/jira/browse/INFRA-27370", "announce@apache.org takes plain text only";
    A_07 "A-07" Must DOWNLOAD_PAGES, "An announcement links neither to dist.apache.org nor to repository.apache.org, nor to a mirror script or a bare directory instead of a download page";
    A_08 "A-08" Must DOWNLOAD_PAGES, "A download page links to the source through closer.lua, and to signature, checksum and KEYS on downloads.apache.org";
    A_12 "A-12" Must "https://incubator.apache.org/policy/incubation.html#disclaimers", "A podling's announcement carries the disclaimer and says that it is in incubation";
    T_05 "T-05" Must VOTING, "Votes that count are +1, 0 and -1; fractions are opinions";
    T_11 "T-11" Must VOTING, "A change of code needs consensus: a -1 with a technical reason is a veto";
    V_02 "V-02" Should RELEASE_POLICY, "Votes on releases stay open for at least 72 hours";
    V_03 "V-03" Must RELEASE_POLICY, "An expedited vote says in its mail why it is shorter";
    REPRO "8.2" Custom ARCHIVES, "The same commit gives the same archive, on any machine";
}

/// The sets of rules a project can release under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// A top-level project of the ASF.
    #[default]
    TopLevel,
    /// A podling: the Incubator's rules come on top.
    Podling,
    /// Any project that likes the process; nothing of the ASF's infrastructure is expected.
    Plain,
}

impl Preset {
    /// The word in `plusone.toml` and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Preset::TopLevel => "top-level",
            Preset::Podling => "podling",
            Preset::Plain => "plain",
        }
    }

    /// Whether the ASF's rules bind this project.
    pub const fn is_asf(self) -> bool {
        !matches!(self, Preset::Plain)
    }

    /// The address domain that a release manager's key is expected to carry (K-14), if any.
    pub const fn key_domain(self) -> Option<&'static str> {
        if self.is_asf() { Some("apache.org") } else { None }
    }
}

/// What a project makes of a check of good practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Its findings are notes.
    Allow,
    /// Its findings are warnings.
    Warn,
    /// Its findings are errors.
    Deny,
}

/// A finding that the project stands by, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Id of the check.
    pub check: String,
    /// Which paths, as a glob over the path below the top directory; all findings without it.
    #[serde(default)]
    pub path: Option<String>,
    /// Why it is all right; printed.
    pub reason: String,
}

/// Whether a podling that says in DISCLAIMER-WIP what is not yet in order may release with findings
/// of this check (POLICY 3.1, LEGAL-469). What is not listed there stays as grave as it is.
pub fn tolerated_in_progress(check: &str) -> bool {
    const TOLERATED: [&str; 5] = [
        "archive-no-compiled-code",
        "archive-no-nested-archives",
        "legal-license-pointers",
        "legal-source-headers",
        "legal-notice-form",
    ];
    TOLERATED.contains(&check)
}

/// The least number of days a signing key should still be valid for. Custom: long enough for the
/// vote, its repetition and the first months of the release.
pub const KEY_DAYS_LEFT: i64 = 90;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_ids_are_unique_and_linked() {
        for (index, rule) in RULES.iter().enumerate() {
            assert!(rule.link.starts_with("https://"), "{}", rule.id);
            assert!(!rule.text.ends_with('.'), "{}", rule.id);
            assert!(RULES[..index].iter().all(|other| other.id != rule.id), "{}", rule.id);
        }
    }
}
