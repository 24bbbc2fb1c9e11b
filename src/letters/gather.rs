//! The facts of a letter from a project's settings and what was staged. Pure.

use super::facts::{
    AnnounceFacts, ArtifactFacts, Place, PodlingRound, Reference, Release, Rules, SignerFacts,
    VoteFacts, disclaimer,
};
use super::window::Window;
use super::{Kind, bare_address};
use crate::candidate::{self, DirectoryError};
use crate::error::shell_line;
use crate::policy::Preset;
use crate::project::mail::{INCUBATOR_LIST, LetterForm, LetterSettings};
use crate::project::template::{MissingValue, Names, Template};
use crate::project::{Project, public_name};
use crate::release::{CandidateNumber, ObjectId, Version};

/// A project with a candidate of its next release.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The project.
    pub project: &'a Project,
    /// What its letters look like.
    pub settings: &'a LetterSettings,
    /// The version.
    pub version: &'a Version,
    /// The candidate's number; a project can do without.
    pub rc: Option<CandidateNumber>,
    /// The sender, as the mail names them.
    pub from: &'a str,
}

/// What was staged.
#[derive(Debug, Clone)]
pub struct Staged {
    /// The commit that it was made of.
    pub commit: ObjectId,
    /// Whether the candidate has a tag of its own.
    pub tagged: bool,
    /// Where it lies; none where the settings say it.
    pub url: Option<String>,
    /// The revision that holds it.
    pub revision: Option<u64>,
    /// The artifacts.
    pub artifacts: Vec<ArtifactFacts>,
    /// Who signed them.
    pub signer: SignerFacts,
}

/// Facts that the settings do not give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FactsError {
    /// A template needs what is not known.
    #[error(transparent)]
    Missing(#[from] MissingValue),
    /// The candidate's directory is none.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// Nobody said it.
    #[error("`{setting}` is not set")]
    Unset {
        /// As in `project.download_page`.
        setting: &'static str,
    },
}

impl Subject<'_> {
    fn names(&self) -> Names {
        self.project.names(Some(self.version), self.rc)
    }

    fn fill(&self, template: Option<&Template>) -> Result<Option<String>, MissingValue> {
        template.map(|template| template.render(&self.names())).transpose()
    }

    /// What every letter speaks of, for a letter of this kind.
    ///
    /// # Errors
    /// The subject needs what is not known, or nobody says who gets the letter.
    pub fn release(&self, kind: Kind) -> Result<Release, FactsError> {
        let settings = self.settings;
        let form: &LetterForm = match kind {
            Kind::Vote => &settings.vote,
            Kind::Result => &settings.result,
            Kind::Cancel => &settings.cancel,
            Kind::Announce => &settings.announce,
            Kind::Reply => &settings.reply,
        };
        let (to, cc) = match kind {
            Kind::Announce => (settings.announce_to.value.clone(), settings.announce_cc.clone()),
            Kind::Reply => {
                (settings.vote_list.iter().map(|l| l.value.clone()).collect(), Vec::new())
            }
            _ => (
                settings.vote_list.iter().map(|list| list.value.clone()).collect(),
                settings.vote_cc.clone(),
            ),
        };
        let setting = if kind == Kind::Announce { "announce.to" } else { "vote.list" };
        if Vec::is_empty(&to) {
            return Err(FactsError::Unset { setting });
        }
        let preset = self.project.preset.value;
        Ok(Release {
            project: self.project.name.value.to_string(),
            display: public_name(preset, &self.project.display.value),
            version: self.version.to_string(),
            candidate: self.rc.map(|rc| rc.0),
            preset,
            manager: sender_name(self.from),
            subject: form.subject(&self.names())?,
            to,
            cc,
        })
    }

    /// Where voters find the candidate that was staged at an address; none where the settings say it.
    ///
    /// # Errors
    /// The settings do not say where the staging area is.
    pub fn candidate_url(&self, staged: Option<&str>) -> Result<String, FactsError> {
        let (dev, public) = (&self.project.dist_dev, &self.project.dev_public);
        let area = match (public, staged) {
            (None, Some(url)) => return Ok(url.to_owned()),
            (Some(public), _) => self.fill(Some(&public.value))?,
            (None, None) => self.fill(dev.as_ref().map(|dev| &dev.value))?,
        };
        let area = area.ok_or(FactsError::Unset { setting: "dist.dev" })?;
        let directory = candidate::directory(self.project, &self.names())?;
        match directory.trim_matches('/') {
            "." | "" => Ok(area),
            below => Ok(format!("{}/{below}", area.trim_end_matches('/'))),
        }
    }

    /// The call to vote. `round` is which of a podling's votes it is.
    ///
    /// # Errors
    /// A setting that is needed is missing.
    pub fn vote(
        &self,
        staged: &Staged,
        window: Window,
        round: Option<PodlingRound>,
    ) -> Result<VoteFacts, FactsError> {
        let names = self.names();
        let mut release = self.release(Kind::Vote)?;
        if matches!(round, Some(PodlingRound::Second { .. })) {
            release.to = vec![INCUBATOR_LIST.to_owned()];
        }
        let url = self.candidate_url(staged.url.as_deref())?;
        let url = format!("{}/", url.trim_end_matches('/'));
        let repository = self.settings.repository.as_deref();
        let tag = match staged.tagged {
            false => None,
            true => {
                let name = self.project.candidate_tag.value.render(&names)?;
                let link = repository.and_then(|repository| tag_link(repository, &name));
                Some(Reference { name, link })
            }
        };
        let commit = staged.commit.to_string();
        let link = repository.and_then(|repository| commit_link(repository, &commit));
        let rules = Rules::of(release.preset, &release.project, &release.display, round.as_ref());
        Ok(VoteFacts {
            tag,
            commit: Reference { name: commit, link },
            verify: shell_line(&["plusone", "verify", &url].map(str::to_owned)),
            place: Place { url, revision: staged.revision },
            artifacts: staged.artifacts.clone(),
            signer: staged.signer.clone(),
            keys: self.project.keys_address()?,
            changes: self.fill(self.settings.vote_changes.as_ref())?,
            build: self.fill(self.settings.build.as_ref())?,
            note: None,
            rules,
            window,
            podling: round.or((release.preset == Preset::Podling).then_some(PodlingRound::First)),
            release,
        })
    }

    /// The announcement, with what is worth knowing of this release.
    ///
    /// # Errors
    /// A setting that is needed is missing: an announcement without a download page must not be
    ///
    pub fn announce(&self, highlights: Vec<String>) -> Result<AnnounceFacts, FactsError> {
        let settings = self.settings;
        let release = self.release(Kind::Announce)?;
        let unset = |setting| FactsError::Unset { setting };
        let about = settings.description.clone().ok_or(unset("project.description"))?;
        let page = settings.download_page.clone().ok_or(unset("project.download_page"))?;
        Ok(AnnounceFacts {
            about,
            highlights,
            download_page: page,
            changes: self.fill(settings.announce_changes.as_ref())?,
            keys: self.project.keys_address()?,
            verification: settings.verification.clone(),
            site: settings.site.clone(),
            contact: settings.contact.clone(),
            disclaimer: disclaimer(release.preset, &release.display),
            release,
        })
    }
}

/// The name in `Jane Doe <jane@apache.org>`; without one, what stands before the `@`.
fn sender_name(from: &str) -> String {
    let name = from.rsplit_once('<').map_or("", |(name, _)| name.trim().trim_matches('"'));
    match name {
        "" => bare_address(from).split('@').next().unwrap_or_default().to_owned(),
        name => name.to_owned(),
    }
}

/// How a forge shows commits and tags: what follows the address of the repository.
fn shown(repository: &str) -> Option<(String, &'static str, &'static str)> {
    let base = repository.trim_end_matches('/').trim_end_matches(".git").to_owned();
    let host = base.strip_prefix("https://")?.split('/').next()?;
    Some(match host {
        "gitbox.apache.org" => (format!("{base}.git"), ";a=commit;h=", ";a=commit;h=refs/tags/"),
        host if host.contains("gitlab") => (base, "/-/commit/", "/-/tree/"),
        "codeberg.org" => (base, "/commit/", "/src/tag/"),
        _ => (base, "/commit/", "/tree/"),
    })
}

/// The page that shows a commit, on GitHub, GitLab, Codeberg or GitBox.
pub fn commit_link(repository: &str, commit: &str) -> Option<String> {
    let (base, by_commit, _) = shown(repository)?;
    Some(format!("{base}{by_commit}{commit}"))
}

/// The page that shows a tag.
pub fn tag_link(repository: &str, tag: &str) -> Option<String> {
    let (base, _, by_tag) = shown(repository)?;
    Some(format!("{base}{by_tag}{tag}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forges_show_commits_and_tags() {
        let links = |repository| (commit_link(repository, "abc"), tag_link(repository, "v1"));
        let some = |a: &str, b: &str| (Some(a.to_owned()), Some(b.to_owned()));
        assert_eq!(
            links("https://github.com/apache/x.git"),
            some("https://github.com/apache/x/commit/abc", "https://github.com/apache/x/tree/v1")
        );
        assert_eq!(
            links("https://gitbox.apache.org/repos/asf?p=x.git"),
            some(
                "https://gitbox.apache.org/repos/asf?p=x.git;a=commit;h=abc",
                "https://gitbox.apache.org/repos/asf?p=x.git;a=commit;h=refs/tags/v1"
            )
        );
        assert_eq!(
            links("https://gitlab.example.org/a/b/"),
            some(
                "https://gitlab.example.org/a/b/-/commit/abc",
                "https://gitlab.example.org/a/b/-/tree/v1"
            )
        );
        assert_eq!(links("git@github.com:apache/x.git"), (None, None));
    }

    #[test]
    fn the_sender_signs() {
        assert_eq!(sender_name("Jane Doe <jane@apache.org>"), "Jane Doe");
        assert_eq!(sender_name("\"Doe, Jane\" <jane@apache.org>"), "Doe, Jane");
        assert_eq!(sender_name("jane@apache.org"), "jane");
    }
}
