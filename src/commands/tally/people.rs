//! Who is who: rosters, aliases, KEYS and the git history, read.

use std::path::Path;

use chrono::NaiveDate;

use super::super::{git_failure, keys};
use super::Job;
use crate::backend::git::Repository;
use crate::backend::{files, http, machine};
use crate::error::Failure;
use crate::openpgp::{Keyring, KeysFile, Limits, certificates};
use crate::policy::Preset;
use crate::vote::identity::{Author, Identities, KeyOwner};
use crate::vote::roster::{self, Body, Roster, RosterError};

/// What tells who is who, read once for both votes of a podling.
pub(super) struct Evidence {
    documents: Vec<Document>,
    keys: Vec<KeyOwner>,
    authors: Vec<Author>,
}

/// A document of a roster.
#[derive(Debug, Clone)]
pub(super) struct Document {
    /// Which vote it is for, where that is said.
    pub(super) body: Option<Body>,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
    pub(super) fetched: Option<NaiveDate>,
}

/// The files that a directory of rosters can hold; the first that lists members decides.
const KNOWN_FILES: [&str; 7] = [
    "public_ldap_projects.json",
    "committee-info.json",
    "public_ldap_people.json",
    "committees.json",
    "groups.json",
    "people.json",
    "podlings.json",
];

const WHIMSY: &str = "https://whimsy.apache.org/public";
const WHIMSY_FILES: [&str; 2] = ["public_ldap_projects.json", "committee-info.json"];

impl Evidence {
    pub(super) fn read(job: &Job<'_>) -> Result<Self, Failure> {
        let mut evidence = Self { documents: Vec::new(), keys: Vec::new(), authors: Vec::new() };
        if let Some(kept) = &job.rosters {
            evidence.documents.clone_from(kept);
        }
        let given = job.args.roster.iter().filter(|_| job.rosters.is_none());
        for source in given {
            let (body, source) = match source.split_once('=') {
                Some(("pmc", source)) => (Some(Body::Pmc), source),
                Some(("ppmc", source)) => (Some(Body::Ppmc), source),
                Some(("ipmc", source)) => (Some(Body::Ipmc), source),
                _ => (None, &source[..]),
            };
            evidence.read_source(job, body, source)?;
        }
        if job.rosters.as_ref().is_none_or(Vec::is_empty) && job.args.roster.is_empty() {
            evidence.read_settings(job)?;
        }
        if let Some(place) = &job.args.keys {
            evidence.keys = owners(job, place)?;
        }
        if let Some(directory) = &job.args.git {
            let repository = Repository::discover(directory).map_err(git_failure)?;
            let authors = repository.authors().map_err(git_failure)?;
            let author = |(name, address, mapped_address)| Author { name, address, mapped_address };
            evidence.authors = authors.into_iter().map(author).collect();
        }
        Ok(evidence)
    }

    fn read_settings(&mut self, job: &Job<'_>) -> Result<(), Failure> {
        let set = &job.settings;
        let tables = [&set.project.vote.roster, &set.user.vote.roster];
        let pick = |pick: fn(&crate::project::file::RosterTable) -> Option<String>| {
            tables.iter().find_map(|table| pick(table))
        };
        let ppmc = pick(|table| table.ppmc.clone());
        let ipmc = pick(|table| table.ipmc.clone());
        for (body, source) in [(Body::Ppmc, &ppmc), (Body::Ipmc, &ipmc)] {
            if let Some(source) = source {
                self.read_source(job, Some(body), source)?;
            }
        }
        let from = pick(|table| table.from.clone());
        match (pick(|table| table.source.clone()).as_deref(), from) {
            (Some("list"), _) => {
                let mut lists = tables.iter().map(|table| &table.ids);
                let ids = lists.find(|ids| !ids.is_empty()).cloned().unwrap_or_default();
                let (body, name, fetched) = (None, "plusone.toml".to_owned(), None);
                let bytes = ids.join("\n").into_bytes();
                self.documents.push(Document { body, name, bytes, fetched });
                Ok(())
            }
            (Some("file"), Some(path)) => self.read_source(job, None, &path),
            (Some("file"), None) => Err(Failure::usage(
                "`vote.roster.source` is `file`, but `vote.roster.from` names none",
            )),
            (None, None) if ppmc.is_some() && ipmc.is_some() => Ok(()),
            (Some("whimsy"), Some(base)) => self.read_whimsy(job, None, &base),
            (Some("whimsy"), None) => self.read_whimsy(job, None, WHIMSY),
            (Some(other), _) => Err(Failure::usage(format!("`vote.roster.source` is `{other}`"))
                .hint("expected `whimsy`, `file` or `list`")),
            (None, _) if job.preset == Preset::Plain => {
                Err(Failure::usage("nothing says whose votes bind")
                    .hint("name a file with --roster: a line for each, `id  Name  [address…]`"))
            }
            (None, _) => self.read_whimsy(job, None, WHIMSY),
        }
    }

    fn read_source(
        &mut self,
        job: &Job<'_>,
        body: Option<Body>,
        source: &str,
    ) -> Result<(), Failure> {
        if source == "whimsy" {
            return self.read_whimsy(job, body, WHIMSY);
        }
        if source.starts_with("https://") || source.starts_with("http://") {
            return self.fetch(job, body, source);
        }
        let path = Path::new(source);
        if !files::is_directory(path) {
            return self.read_file(body, path)?.ok_or_else(|| {
                Failure::usage(format!("there is no roster `{source}`"))
                    .hint("--roster takes `whimsy`, an address, a directory or a file")
            });
        }
        let before = self.documents.len();
        for name in files::list(path).map_err(Failure::outside)? {
            // Copies may carry where they come from in front of their name.
            if KNOWN_FILES.iter().any(|known| name.ends_with(known)) {
                self.read_file(body, &path.join(name))?;
            }
        }
        let rank = |document: &Document| {
            KNOWN_FILES.iter().position(|known| document.name.ends_with(known))
        };
        self.documents[before..].sort_by_key(rank);
        match self.documents.len() > before {
            true => Ok(()),
            false => Err(Failure::usage(format!("there is no roster in `{source}`"))
                .hint(format!("looked for {}", KNOWN_FILES.join(", ")))),
        }
    }

    fn read_whimsy(
        &mut self,
        job: &Job<'_>,
        body: Option<Body>,
        base: &str,
    ) -> Result<(), Failure> {
        let base = base.trim_end_matches('/');
        WHIMSY_FILES.iter().try_for_each(|name| self.fetch(job, body, &format!("{base}/{name}")))
    }

    fn fetch(&mut self, job: &Job<'_>, body: Option<Body>, url: &str) -> Result<(), Failure> {
        job.session.ui.detail(&format!("fetching the roster from {url}"));
        let bytes = http::get(url, roster::LARGEST as u64).map_err(|error| {
            Failure::outside(error)
                .hint("give a copy with --roster FILE, or a list: `id  Name  [address…]` a line")
        })?;
        let fetched = Some(job.session.now.date_naive());
        self.documents.push(Document { body, name: url.to_owned(), bytes, fetched });
        Ok(())
    }

    fn read_file(&mut self, body: Option<Body>, path: &Path) -> Result<Option<()>, Failure> {
        let bytes = files::read(path, roster::LARGEST as u64).map_err(Failure::outside)?;
        Ok(bytes.map(|bytes| {
            let name = path.display().to_string();
            self.documents.push(Document { body, name, bytes, fetched: None });
        }))
    }

    /// The documents of rosters.
    pub(super) fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The roster of one committee: from what is named for it, else from what is named for none.
    pub(super) fn roster(&self, project: &str, body: Body) -> Result<Roster, Failure> {
        let of = |wanted: Option<Body>| -> Vec<roster::Document<'_>> {
            let fitting = self.documents.iter().filter(|read| read.body == wanted);
            fitting.map(document).collect()
        };
        let named = of(Some(body));
        let documents = if named.is_empty() { of(None) } else { named };
        if documents.is_empty() {
            return Err(Failure::usage(format!("no roster of the {body} is given"))
                .hint("name one, as in --roster ppmc=FILE --roster ipmc=FILE"));
        }
        Roster::read(project, body, &documents).map_err(|error| match &error {
            RosterError::NoProject { .. } => Failure::usage(&error)
                .hint("name the project as the roster has it, with --project NAME")
                .hint("or give its members in a file: `id  Name  [address…]` a line"),
            _ => Failure::usage(&error)
                .hint("a roster has `id  Name  [address…]` a line, or is a file of whimsy's"),
        })
    }

    /// Everything that is known about addresses and names, with this roster.
    pub(super) fn identities(&self, job: &Job<'_>, roster: &Roster) -> Result<Identities, Failure> {
        let mut identities = Identities::new(roster);
        let set = &job.settings;
        let of_settings = set.user.vote.aliases.iter().chain(&set.project.vote.aliases);
        let of_settings =
            of_settings.flat_map(|(id, aliases)| aliases.iter().map(move |alias| (id, alias)));
        let of_flags = job.args.alias.iter().map(|(id, alias)| (id, alias));
        for (id, alias) in of_settings.chain(of_flags) {
            identities.alias(id, alias).map_err(|error| {
                Failure::usage(error)
                    .hint("aliases are in plusone.toml, [vote.aliases], and --alias")
            })?;
        }
        identities.add_keys(&self.keys);
        identities.add_authors(&self.authors);
        Ok(identities)
    }
}

fn document(read: &Document) -> roster::Document<'_> {
    roster::Document { name: &read.name, bytes: &read.bytes, fetched: read.fetched }
}

/// The owners of the keys in a KEYS file, by user ids that the key itself signed.
fn owners(job: &Job<'_>, place: &str) -> Result<Vec<KeyOwner>, Failure> {
    let bytes = keys::read_keys(place)?;
    let file = KeysFile::read(&bytes, &Limits::default()).map_err(|error| {
        Failure::usage(error).hint(format!("look at it with: plusone keys check {place}"))
    })?;
    let keyring = Keyring::new(file);
    let certificates = certificates(&keyring, job.session.now, machine::threads());
    let owner = |certificate: crate::openpgp::Certificate| KeyOwner {
        fingerprint: certificate.fingerprint.to_string(),
        user_ids: certificate
            .user_ids
            .into_iter()
            .filter(|id| id.bound && !id.revoked)
            .map(|id| id.text)
            .collect(),
    };
    let owners: Vec<KeyOwner> = certificates.into_iter().flatten().map(owner).collect();
    if owners.is_empty() {
        return Err(Failure::usage(format!("there is no OpenPGP key in `{place}`"))
            .hint("name the project's KEYS file, or leave --keys out"));
    }
    Ok(owners)
}
