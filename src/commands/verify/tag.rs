//! The tag, or commit, that a candidate is said to be made of.

use std::collections::BTreeSet;
use std::path::Path;

use sha2::{Digest, Sha512};

use super::super::Session;
use super::keys::KeysRead;
use super::target::Target;
use crate::archive::{self, Effort, Format, Layout, Level};
use crate::backend::files;
use crate::backend::git::{Bare, Commit, GitError, Repository};
use crate::backend::machine;
use crate::backend::tag::{self, Fetched, TagObject};
use crate::candidate::TagChoice;
use crate::evidence::{
    Artifact, Evidence, Known, ObjectFormat, Rebuilt, TagFacts, TagSignature, TreeFile,
};
use crate::openpgp;
use crate::source::TarTree;

/// A tag that was found.
pub(super) struct TagRead {
    facts: TagFacts,
    pub(super) format: ObjectFormat,
    bare: Bare,
    commit: Commit,
    repository: Repository,
    _fetched: Option<Fetched>,
}

/// Finds the tag and reads its tree; none if nobody named a repository.
pub(super) fn read(
    session: &Session,
    target: &Target,
    keys: Option<&KeysRead>,
) -> Known<Option<TagRead>> {
    let Some(place) = &target.repository else { return Ok(None) };
    let words = |error: GitError| error.to_string();
    session.ui.detail(&format!("looking into {place}"));
    let (repository, fetched, name) = find(target, place)?;
    // Whoever names a branch with --tag means that.
    let reference = match (&name, target.tag.as_ref().or(target.commit.as_ref())) {
        (Some(name), _) => format!("refs/tags/{name}"),
        (None, Some(other)) => other.clone(),
        (None, None) => return Err(format!("it is not known what to compare with in {place}")),
    };
    let commit = repository.commit(&reference).map_err(words)?;
    if target.fetch {
        repository.complete(&commit.id, true).map_err(words)?;
    }
    let bare = repository.bare(&commit.id).map_err(words)?;
    let (tree, submodules) =
        bare.tree(&commit.id).map_err(|error| partial(&repository, &commit, error))?;
    let signature = match &name {
        Some(name) => signature(session, &repository, name, keys).map_err(words)?,
        None => TagSignature::Lightweight,
    };
    let facts = TagFacts {
        repository: place.clone(),
        tag: name,
        commit: commit.id.clone(),
        stated: target.commit.clone(),
        signature,
        tree,
        submodules,
        archived: None,
    };
    let format = tag::object_format(&commit.id);
    Ok(Some(TagRead { facts, format, bare, commit, repository, _fetched: fetched }))
}

/// What git says of a tree that it cannot read; that the clone is a partial one explains it better.
fn partial(repository: &Repository, commit: &Commit, error: GitError) -> String {
    match repository.complete(&commit.id, false) {
        Err(partial @ GitError::Partial { .. }) => {
            format!("{partial}: --fetch fetches them at once")
        }
        _ => error.to_string(),
    }
}

/// The repository, and the tag's name if there is one.
fn find(target: &Target, place: &str) -> Known<(Repository, Option<Fetched>, Option<String>)> {
    let words = |error: GitError| error.to_string();
    if !place.contains("://") && files::is_directory(Path::new(place)) {
        let repository = Repository::discover(Path::new(place)).map_err(words)?;
        if let Some(name) = &target.tag {
            let is_tag = repository.has_tag(name).map_err(words)?;
            if !is_tag && repository.commit(name).is_err() {
                return Err(format!("there is no tag `{name}` in {place}"));
            }
            return Ok((repository, None, is_tag.then(|| name.clone())));
        }
        if target.commit.is_some() {
            return Ok((repository, None, None));
        }
        let name = chosen(target, place, &repository.tags().map_err(words)?.into_iter().collect())?;
        return Ok((repository, None, Some(name)));
    }
    // git's complaint does not always name the place.
    let words = |error: GitError| match error.to_string() {
        text if text.contains(place) => text,
        text => format!("{place}: {text}"),
    };
    let fetch = |tag: Option<&str>, commit: Option<&str>| tag::fetch(place, tag, commit);
    // Servers give out commits by their whole ids only.
    let whole = target.commit.as_ref().is_some_and(|id| matches!(id.len(), 40 | 64));
    if target.tag.is_some() || whole {
        let fetched = fetch(target.tag.as_deref(), target.commit.as_deref()).map_err(words)?;
        return Ok((fetched.repository.clone(), Some(fetched), target.tag.clone()));
    }
    let name = chosen(target, place, &tag::remote_tags(place).map_err(words)?)?;
    let fetched = fetch(Some(&name), None).map_err(words)?;
    Ok((fetched.repository.clone(), Some(fetched), Some(name)))
}

/// The tag, by the names of all tags.
fn chosen(target: &Target, place: &str, tags: &BTreeSet<String>) -> Known<String> {
    match target.tag_among(tags) {
        TagChoice::One(name) => Ok(name),
        TagChoice::Several(names) => {
            let shown = names[..names.len().min(5)].join(", ");
            Err(format!("{place} has several tags that it may be ({shown}): name it with --tag"))
        }
        TagChoice::None => Err(format!(
            "{place} has no tag that is called as those of such a candidate: name it with --tag"
        )),
    }
}

fn signature(
    session: &Session,
    repository: &Repository,
    name: &str,
    keys: Option<&KeysRead>,
) -> Result<TagSignature, GitError> {
    let (payload, signature) = match repository.tag_object(name)? {
        TagObject::Lightweight => return Ok(TagSignature::Lightweight),
        TagObject::Unsigned => return Ok(TagSignature::Unsigned),
        TagObject::Signed(payload, signature) => (payload, signature),
    };
    let Some(keys) = keys else {
        let words = "signed, and no KEYS file is known to check it with".to_owned();
        return Ok(TagSignature::Signed { good: false, words });
    };
    let judged = openpgp::judge(&signature, &mut &payload[..], &keys.keyring, session.now);
    Ok(match judged {
        Ok(judgements) => {
            let good = judgements.iter().any(openpgp::Judgement::is_good);
            let words: Vec<String> = judgements.iter().map(openpgp::Judgement::words).collect();
            TagSignature::Signed { good, words: words.join("; ") }
        }
        Err(error) => TagSignature::Signed { good: false, words: error.to_string() },
    })
}

impl TagRead {
    /// Asks git what it makes of the tree, if an archive differs from it.
    pub(super) fn explained(mut self, artifacts: &[Artifact]) -> Known<TagFacts> {
        let sources = artifacts.iter().filter(|one| one.role == crate::evidence::Role::Source);
        let differs =
            sources.filter_map(|one| one.contents.as_ref()?.as_ref().ok()).any(|contents| {
                let mut equal = 0;
                let members = contents.below_top().filter(|(_, member)| !member.is_directory());
                let strange = members.into_iter().any(|(path, member)| {
                    equal += 1;
                    self.facts.tree.get(path).map(|file: &TreeFile| file.id) != member.id
                });
                strange || equal != self.facts.tree.len()
            });
        if differs {
            let archived = self.bare.archived(&self.commit.id);
            let partial = |error| partial(&self.repository, &self.commit, error);
            self.facts.archived = Some(archived.map_err(partial)?);
        }
        Ok(self.facts)
    }
}

/// Makes every source archive again and compares.
pub(super) fn rebuild(target: &Target, evidence: &Evidence) -> Known<Option<Rebuilt>> {
    let facts = match &evidence.tag {
        Ok(Some(facts)) => facts,
        Ok(None) => return Err("no repository is known to make it from".to_owned()),
        Err(reason) => return Err(reason.clone()),
    };
    let words = |error: GitError| error.to_string();
    let (repository, _fetched, _) = find(target, &facts.repository)?;
    let commit = repository.commit(facts.commit.as_str()).map_err(words)?;
    let bare = repository.bare(&commit.id).map_err(words)?;
    let mut rebuilt = Rebuilt { same: Vec::new(), different: Vec::new() };
    for (artifact, contents) in evidence.source_contents() {
        let name = artifact.name.clone();
        let format = Format::ALL.into_iter().find(|format| name.ends_with(&format!(".{format}")));
        let (Some(format), Some(top)) = (format, contents.top()) else {
            rebuilt.different.push((name, "it is not of a form that can be made again".to_owned()));
            continue;
        };
        let layout = Layout {
            top_directory: String::from_utf8_lossy(top).into_owned(),
            mtime: commit.time,
            commit: commit.id.clone(),
        };
        let mut made = Vec::new();
        for level in [Level::Best, Level::Fast] {
            let effort = Effort { level, threads: machine::threads() };
            let mut stream = bare.archive(&commit.id).map_err(words)?;
            let mut tree = TarTree::new(&mut stream, commit.id.clone());
            let mut digest = Digested(Sha512::new());
            let written = archive::write(&mut tree, format, &layout, effort, &mut digest);
            match (written, stream.finish()) {
                (Err(_), Err(of_git)) if of_git.complains() => {
                    return Err(partial(&repository, &commit, of_git));
                }
                (written, ended) => {
                    written.map_err(|error| error.to_string())?;
                    ended.map_err(words)?;
                }
            }
            made.push(crate::checksum::hex(&digest.0.finalize()));
            if made.last() == Some(&artifact.sha512()) {
                break;
            }
        }
        match made.contains(&artifact.sha512()) {
            true => rebuilt.same.push((name, true)),
            false => rebuilt
                .different
                .push((name, format!("plusone makes {} of {}", made.join(" or "), commit.id))),
        }
    }
    Ok(Some(rebuilt))
}

/// Digests what is written to it.
struct Digested(Sha512);

impl std::io::Write for Digested {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
