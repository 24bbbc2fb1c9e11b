//! What a repository shows about its project: the proposals of `plusone init`.
//!
//! Each proposal says what it was read from. Nothing is proposed that nothing points to; what
//! merely follows from the kind of project stays a default. Pure: whoever calls has read the files.

use saphyr::{LoadableYamlNode, Yaml};

use super::template::{Names, Template};
use super::{Preset, default_display};
use crate::release::ProjectName;

/// What was found in the repository; absent files are none.
#[derive(Debug, Clone, Default)]
pub struct Sighting {
    /// Addresses of the remotes, `origin` first if there is one.
    pub remotes: Vec<String>,
    /// All tags, newest first.
    pub tags: Vec<String>,
    /// The text of NOTICE.
    pub notice: Option<String>,
    /// The name of the disclaimer file, if there is one.
    pub disclaimer: Option<String>,
    /// The text of `.asf.yaml`.
    pub asf_yaml: Option<String>,
    /// A DOAP file: its name and text.
    pub doap: Option<(String, String)>,
}

/// A setting with what it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal<T> {
    /// The value.
    pub value: T,
    /// What it was read from, for people: "the remote …".
    pub from: String,
}

/// Everything that a repository proposes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposals {
    /// `project.name`
    pub name: Option<Proposal<ProjectName>>,
    /// `project.component`
    pub component: Option<Proposal<ProjectName>>,
    /// `project.display`
    pub display: Option<Proposal<String>>,
    /// `project.kind`
    pub kind: Option<Proposal<Preset>>,
    /// `project.description`
    pub description: Option<Proposal<String>>,
    /// `project.site`
    pub site: Option<Proposal<String>>,
    /// `project.download_page`
    pub download_page: Option<Proposal<String>>,
    /// `naming.tag`
    pub tag: Option<Proposal<String>>,
    /// `naming.candidate_tag`
    pub candidate_tag: Option<Proposal<String>>,
    /// `vote.list`
    pub list: Option<Proposal<String>>,
    /// Files that are there and could not be read, with the reason.
    pub unreadable: Vec<String>,
}

/// Forms of candidate tags in use, the commonest first.
const CANDIDATE_TAGS: [&str; 12] = [
    "v{version}-rc{rc}",
    "v{version}-RC{rc}",
    "v{version}-rc.{rc}",
    "{version}-rc{rc}",
    "{version}-RC{rc}",
    "{version}rc{rc}",
    "{version}RC{rc}",
    "{project}-{version}-rc{rc}",
    "{project}-{version}-RC{rc}",
    "apache-{project}-{version}-rc{rc}",
    "{project}{-component}-{version}-RC{rc}",
    "apache-{project}{-component}-{version}-rc{rc}",
];

/// Forms of release tags in use.
const RELEASE_TAGS: [&str; 12] = [
    "v{version}",
    "{version}",
    "rel/{version}",
    "rel/v{version}",
    "release/{version}",
    "release-{version}",
    "{project}-{version}",
    "apache-{project}-{version}",
    "rel/{project}-{version}",
    "releases/{project}/{version}",
    "rel/{project}{-component}-{version}",
    "apache-{project}{-component}-{version}",
];

/// Reads the sighting.
pub fn detect(sighting: &Sighting) -> Proposals {
    let mut found = Proposals::default();
    let repository = sighting.remotes.iter().find_map(|remote| {
        let (owner, name) = owner_and_name(remote)?;
        Some((owner, name, remote.clone()))
    });
    detect_kind(sighting, &mut found, repository.as_ref());
    let asf = read_asf_yaml(sighting, &mut found);
    detect_names(&mut found, repository.as_ref(), asf.as_ref());
    if let Some(notice) = &sighting.notice {
        found.display = product_line(notice)
            .map(|value| Proposal { value, from: "the first line of NOTICE".to_owned() });
    }
    read_doap(sighting, &mut found);
    let names = Names {
        project: found.name.as_ref().map(|name| name.value.to_string()).unwrap_or_default(),
        component: found.component.as_ref().map(|component| component.value.to_string()),
        ..Names::default()
    };
    found.candidate_tag = tag_form(&sighting.tags, &CANDIDATE_TAGS, &names);
    let candidates: Option<Template> =
        found.candidate_tag.as_ref().and_then(|form| form.value.parse().ok());
    let releases: Vec<String> = sighting
        .tags
        .iter()
        .filter(|tag| candidates.as_ref().is_none_or(|form| form.read(tag, &names).is_none()))
        .cloned()
        .collect();
    found.tag = tag_form(&releases, &RELEASE_TAGS, &names);
    found
}

fn detect_kind(
    sighting: &Sighting,
    found: &mut Proposals,
    repository: Option<&(String, String, String)>,
) {
    let propose = |value, from: &str| Some(Proposal { value, from: from.to_owned() });
    let of_the_asf = sighting
        .notice
        .as_ref()
        .is_some_and(|notice| notice.contains("The Apache Software Foundation"));
    found.kind = match (repository, &sighting.disclaimer) {
        (Some((owner, name, remote)), _) if owner == "apache" && name.starts_with("incubator-") => {
            propose(Preset::Podling, &format!("the remote {remote}"))
        }
        (_, Some(file)) if of_the_asf => propose(Preset::Podling, file),
        (Some((owner, _, remote)), _) if owner == "apache" => {
            propose(Preset::TopLevel, &format!("the remote {remote}"))
        }
        _ if of_the_asf => propose(Preset::TopLevel, "NOTICE"),
        (Some((_, _, remote)), _) => propose(Preset::Plain, &format!("the remote {remote}")),
        _ => None,
    };
}

/// Addresses of the project's lists and what GitHub shows of it.
struct AsfYaml {
    domain: Option<String>,
}

fn read_asf_yaml(sighting: &Sighting, found: &mut Proposals) -> Option<AsfYaml> {
    let text = sighting.asf_yaml.as_ref()?;
    let documents = match Yaml::load_from_str(text) {
        Ok(documents) => documents,
        Err(error) => {
            found.unreadable.push(format!(".asf.yaml: {error}"));
            return None;
        }
    };
    let document = documents.first()?;
    let github = document.as_mapping_get("github");
    let text_in =
        |node: Option<&Yaml<'_>>, key: &str| node?.as_mapping_get(key)?.as_str().map(str::to_owned);
    let from = || ".asf.yaml".to_owned();
    let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    found.description = text_in(github, "description")
        .map(|value| Proposal { value: one_line(value), from: from() });
    found.site = text_in(github, "homepage").map(|value| Proposal { value, from: from() });
    let addresses = document.as_mapping_get("notifications").and_then(Yaml::as_mapping);
    let domain = addresses.into_iter().flatten().find_map(|(_, address)| {
        let (_, domain) = address.as_str()?.split_once('@')?;
        Some(domain.strip_suffix(".apache.org")?.to_owned())
    });
    Some(AsfYaml { domain })
}

fn detect_names(
    found: &mut Proposals,
    repository: Option<&(String, String, String)>,
    asf: Option<&AsfYaml>,
) {
    let domain = asf.and_then(|asf| asf.domain.as_ref());
    if let Some(name) = domain.and_then(|domain| domain.parse::<ProjectName>().ok()) {
        found.list = Some(Proposal {
            value: format!("dev@{name}.apache.org"),
            from: "the lists in .asf.yaml".to_owned(),
        });
        found.name = Some(Proposal { value: name, from: "the lists in .asf.yaml".to_owned() });
    }
    let Some((_, repository, remote)) = repository else {
        return;
    };
    let short = repository.strip_prefix("incubator-").unwrap_or(repository);
    let from = format!("the remote {remote}");
    match &found.name {
        None => {
            let name: Option<ProjectName> = short.parse().ok();
            if found.kind.as_ref().is_some_and(|kind| kind.value.is_asf()) {
                found.list = name.as_ref().map(|name| Proposal {
                    value: format!("dev@{name}.apache.org"),
                    from: from.clone(),
                });
            }
            found.name = name.map(|value| Proposal { value, from });
        }
        Some(name) => {
            let component =
                short.strip_prefix(name.value.as_str()).and_then(|rest| rest.strip_prefix('-'));
            let component = component.and_then(|component| component.parse().ok());
            found.component = component.map(|value| Proposal { value, from });
        }
    }
}

/// Owner and name of a repository, from the address of a remote on a forge:
/// `git@github.com:apache/x.git`, `https://github.com/apache/x`,
/// `https://gitbox.apache.org/repos/asf/x.git`.
fn owner_and_name(remote: &str) -> Option<(String, String)> {
    let path = remote.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let remote_address = path.contains("://") && !path.starts_with("file:");
    let scp_like =
        !path.contains("://") && path.split_once(':').is_some_and(|(host, _)| host.contains('.'));
    if !remote_address && !scp_like {
        return None;
    }
    let mut parts = path.rsplit(['/', ':']);
    let name = parts.next().filter(|name| !name.is_empty())?;
    let owner = parts.next()?;
    let owner = if path.contains("gitbox.apache.org/repos/asf/") { "apache" } else { owner };
    Some((owner.to_lowercase(), name.to_lowercase()))
}

/// The product's name in NOTICE's first line (P-07).
fn product_line(notice: &str) -> Option<String> {
    let line = notice.lines().map(str::trim).find(|line| !line.is_empty())?;
    let line = line.trim_start_matches(['=', '#', '-', '/', '*', ' ']).trim();
    let lower = line.to_lowercase();
    let end = lower.find("(incubating)").unwrap_or(line.len());
    // Lower case can be longer than what it was made of.
    let name = line.get(..end)?.trim();
    (!name.is_empty() && name.len() <= 80 && !lower.starts_with("copyright"))
        .then(|| name.to_owned())
}

fn read_doap(sighting: &Sighting, found: &mut Proposals) {
    const DOAP: &str = "http://usefulinc.com/ns/doap#";
    const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    let Some((file, text)) = &sighting.doap else {
        return;
    };
    let document = match roxmltree::Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            found.unreadable.push(format!("{file}: {error}"));
            return;
        }
    };
    let value = |name: &str| -> Option<Proposal<String>> {
        let node = document.descendants().find(|node| node.has_tag_name((DOAP, name)))?;
        let text = node.attribute((RDF, "resource")).or_else(|| node.text())?;
        let value = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!value.is_empty()).then(|| Proposal { value, from: file.clone() })
    };
    found.display =
        value("name").filter(|name| name.value.contains(' ')).or_else(|| found.display.take());
    found.description = value("shortdesc").or_else(|| found.description.take());
    found.site = value("homepage").or_else(|| found.site.take());
    found.download_page = value("download-page");
}

/// The form that most of the newest tags have.
fn tag_form(tags: &[String], forms: &[&str], names: &Names) -> Option<Proposal<String>> {
    let newest = &tags[..tags.len().min(50)];
    let mut best: Option<(usize, &str, &str)> = None;
    for form in forms {
        let template: Template = form.parse().ok()?;
        let fits = |tag: &&String| {
            let read = template.read(tag, names);
            read.and_then(|read| read.version).is_some_and(|version| {
                version.as_str().starts_with(|c: char| c.is_ascii_digit())
                    && !version.as_str().contains("rc")
                    && !version.as_str().contains("RC")
            })
        };
        let count = newest.iter().filter(fits).count();
        let example = newest.iter().find(fits);
        if let Some(example) = example
            && best.is_none_or(|(most, _, _)| count > most)
        {
            best = Some((count, form, example));
        }
    }
    best.map(|(_, form, example)| Proposal {
        value: form.to_owned(),
        from: format!("the tag {example}"),
    })
}

/// What a project is called in full, if nothing shows it.
pub fn display_or_default(found: &Proposals, kind: Preset, name: &ProjectName) -> Proposal<String> {
    found.display.clone().unwrap_or_else(|| Proposal {
        value: default_display(kind, name.as_str()),
        from: "its short name".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<T: Clone>(proposal: &Option<Proposal<T>>) -> Option<T> {
        proposal.as_ref().map(|proposal| proposal.value.clone())
    }

    #[test]
    fn a_top_level_project_shows_itself() {
        let sighting = Sighting {
            remotes: vec!["git@github.com:apache/directory-fortress-core.git".into()],
            tags: vec!["3.0.1".into(), "3.0.1-rc2".into(), "3.0.1-rc1".into(), "3.0.0".into()],
            notice: Some("Apache Fortress\nCopyright 2026 The Apache Software Foundation\n".into()),
            asf_yaml: Some(
                "github:\n  description: Role based access\n  homepage: https://d.apache.org\n\
                 notifications:\n  commits: commits@directory.apache.org\n"
                    .into(),
            ),
            ..Sighting::default()
        };
        let found = detect(&sighting);
        assert_eq!(value(&found.name).map(String::from).as_deref(), Some("directory"));
        assert_eq!(value(&found.component).map(String::from).as_deref(), Some("fortress-core"));
        assert_eq!(value(&found.kind), Some(Preset::TopLevel));
        assert_eq!(value(&found.display).as_deref(), Some("Apache Fortress"));
        assert_eq!(value(&found.list).as_deref(), Some("dev@directory.apache.org"));
        assert_eq!(value(&found.candidate_tag).as_deref(), Some("{version}-rc{rc}"));
        assert_eq!(value(&found.tag).as_deref(), Some("{version}"));
        assert_eq!(value(&found.site).as_deref(), Some("https://d.apache.org"));
    }

    #[test]
    fn podlings_are_told_by_remote_or_disclaimer() {
        let remote = Sighting {
            remotes: vec!["https://github.com/apache/incubator-burr".into()],
            ..Sighting::default()
        };
        let found = detect(&remote);
        assert_eq!(value(&found.kind), Some(Preset::Podling));
        assert_eq!(value(&found.name).map(String::from).as_deref(), Some("burr"));
        let disclaimer = Sighting {
            remotes: vec!["https://gitbox.apache.org/repos/asf/burr.git".into()],
            disclaimer: Some("DISCLAIMER-WIP".into()),
            notice: Some(
                "Apache Burr (Incubating)\nCopyright 2026 The Apache Software Foundation".into(),
            ),
            ..Sighting::default()
        };
        let found = detect(&disclaimer);
        assert_eq!(value(&found.kind), Some(Preset::Podling));
        assert_eq!(value(&found.display).as_deref(), Some("Apache Burr"));
    }

    #[test]
    fn doap_files_are_read() {
        let text = r#"<rdf:RDF xmlns="http://usefulinc.com/ns/doap#"
            xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><Project>
            <name>Apache X</name><shortdesc>A
            thing</shortdesc><homepage rdf:resource="https://x.apache.org"/>
            <download-page rdf:resource="https://x.apache.org/download.html"/></Project></rdf:RDF>"#;
        let doap = Some(("doap_X.rdf".to_owned(), text.to_owned()));
        let found = detect(&Sighting { doap, ..Sighting::default() });
        assert_eq!(value(&found.display).as_deref(), Some("Apache X"));
        assert_eq!(value(&found.description).as_deref(), Some("A thing"));
        assert_eq!(
            value(&found.download_page).as_deref(),
            Some("https://x.apache.org/download.html")
        );
    }

    #[test]
    fn nothing_is_made_up() {
        assert_eq!(detect(&Sighting::default()), Proposals::default());
        let local = Sighting { remotes: vec!["/srv/git/x.git".into()], ..Sighting::default() };
        assert_eq!(detect(&local).name, None);
        let broken = Sighting { asf_yaml: Some("a: [".into()), ..Sighting::default() };
        assert_eq!(detect(&broken).unreadable.len(), 1);
    }

    #[test]
    fn tags_of_real_projects_have_forms() {
        for (tags, candidate, release) in [
            (vec!["v1.2.0", "v1.2.0-rc1"], Some("v{version}-rc{rc}"), Some("v{version}")),
            (vec!["rel/2.6.0", "2.6.0RC0"], Some("{version}RC{rc}"), Some("rel/{version}")),
            (vec!["v0.52.0", "v0.52.0-rc.1"], Some("v{version}-rc.{rc}"), Some("v{version}")),
            (vec!["2.11.0rc1", "2.10.5"], Some("{version}rc{rc}"), Some("{version}")),
            (vec!["nightly"], None, None),
        ] {
            let tags = tags.into_iter().map(str::to_owned).collect();
            let found = detect(&Sighting { tags, ..Sighting::default() });
            assert_eq!(value(&found.candidate_tag).as_deref(), candidate);
            assert_eq!(value(&found.tag).as_deref(), release);
        }
    }
}
