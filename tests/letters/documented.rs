//! `docs/projects.md`: the settings shown there give the names that the projects really use. What
//! is expected here is from the projects' own release guides and scripts, read 2026-11.

use std::fs;

use plusone::candidate;
use plusone::letters::Kind;
use plusone::project::FILE_NAME;
use plusone::project::file::SettingsFile;
use plusone::project::template::Template;

use crate::sample::{MONDAY, Sample, rendered, window};
use crate::support;

/// What a project really uses, as far as its scripts and guides say.
struct Real {
    project: &'static str,
    version: &'static str,
    /// None for a project that does not number its candidates.
    rc: Option<u32>,
    candidate_tag: Option<&'static str>,
    tag: Option<&'static str>,
    archives: &'static [&'static str],
    /// None where the archive has none.
    top_directory: Option<&'static str>,
    /// Below `https://dist.apache.org/repos/dist/dev/`.
    dev: &'static str,
    /// Below `https://dist.apache.org/repos/dist/release/`.
    release: Option<&'static str>,
    subject: Option<&'static str>,
}

const REAL: &[Real] = &[
    Real {
        project: "Airflow",
        version: "3.1.5",
        rc: Some(2),
        candidate_tag: Some("3.1.5rc2"),
        tag: Some("3.1.5"),
        archives: &["apache_airflow-3.1.5-source.tar.gz"],
        top_directory: Some("apache-airflow-3.1.5"),
        dev: "airflow/3.1.5rc2",
        release: None,
        subject: Some("[VOTE] Release Airflow 3.1.5 from 3.1.5rc2"),
    },
    Real {
        project: "Kafka",
        version: "4.2.0",
        rc: Some(0),
        candidate_tag: Some("4.2.0-rc0"),
        tag: Some("4.2.0"),
        archives: &["kafka-4.2.0-src.tgz"],
        top_directory: Some("kafka-4.2.0-src"),
        dev: "kafka/4.2.0-rc0",
        release: None,
        subject: Some("[VOTE] 4.2.0 RC0"),
    },
    Real {
        project: "Arrow Rust",
        version: "57.1.0",
        rc: Some(1),
        candidate_tag: Some("57.1.0-rc1"),
        tag: Some("57.1.0"),
        archives: &["apache-arrow-rs-57.1.0.tar.gz"],
        top_directory: Some("apache-arrow-rs-57.1.0"),
        dev: "arrow/apache-arrow-rs-57.1.0-rc1",
        release: Some("arrow/arrow-rs-57.1.0"),
        subject: Some("[VOTE][RUST] Release Apache Arrow Rust 57.1.0 RC1"),
    },
    Real {
        project: "Iceberg Rust",
        version: "0.9.1",
        rc: Some(2),
        candidate_tag: Some("v0.9.1-rc.2"),
        tag: Some("v0.9.1"),
        archives: &["apache-iceberg-rust-0.9.1.tar.gz"],
        top_directory: Some("apache-iceberg-rust-0.9.1"),
        dev: "iceberg/apache-iceberg-rust-0.9.1-rc2",
        release: Some("iceberg/apache-iceberg-rust-0.9.1"),
        subject: Some("[VOTE] Release Apache Iceberg Rust 0.9.1 RC2"),
    },
    Real {
        project: "OpenDAL",
        version: "0.55.0",
        rc: Some(1),
        candidate_tag: Some("v0.55.0-rc.1"),
        tag: Some("v0.55.0"),
        archives: &["apache-opendal-core-0.55.0-src.tar.gz"],
        top_directory: Some("apache-opendal-core-0.55.0-src"),
        dev: "opendal/0.55.0-rc.1",
        release: Some("opendal/0.55.0"),
        subject: Some("[VOTE] Release Apache OpenDAL 0.55.0-rc.1"),
    },
    Real {
        project: "APISIX",
        version: "3.14.1",
        rc: None,
        candidate_tag: None,
        tag: None,
        archives: &["apache-apisix-3.14.1-src.tgz"],
        top_directory: None,
        dev: "apisix/3.14.1",
        release: None,
        subject: Some("[VOTE] Release Apache APISIX 3.14.1"),
    },
    Real {
        project: "HBase",
        version: "2.6.4",
        rc: Some(0),
        candidate_tag: Some("2.6.4RC0"),
        tag: Some("rel/2.6.4"),
        archives: &["hbase-2.6.4-src.tar.gz"],
        top_directory: Some("hbase-2.6.4"),
        dev: "hbase/2.6.4RC0",
        release: None,
        subject: None,
    },
    Real {
        project: "Spark",
        version: "4.1.0",
        rc: Some(3),
        candidate_tag: Some("v4.1.0-rc3"),
        tag: Some("v4.1.0"),
        archives: &["spark-4.1.0.tgz"],
        top_directory: Some("spark-4.1.0"),
        dev: "spark/v4.1.0-rc3-bin",
        release: Some("spark/spark-4.1.0"),
        subject: None,
    },
    Real {
        project: "Commons Lang",
        version: "3.20.0",
        rc: Some(1),
        candidate_tag: Some("commons-lang-3.20.0-RC1"),
        tag: Some("rel/commons-lang-3.20.0"),
        archives: &["commons-lang-3.20.0-src.tar.gz", "commons-lang-3.20.0-src.zip"],
        top_directory: Some("commons-lang-3.20.0-src"),
        dev: "commons/lang/3.20.0-RC1",
        release: None,
        subject: Some("[VOTE] Release Apache Commons Lang 3.20.0 based on RC1"),
    },
    Real {
        project: "Burr",
        version: "0.41.0",
        rc: Some(0),
        candidate_tag: Some("v0.41.0-incubating-RC0"),
        tag: None,
        archives: &["apache-burr-0.41.0-incubating-src.tar.gz"],
        top_directory: Some("apache-burr-0.41.0-incubating-src"),
        dev: "incubator/burr/0.41.0-incubating-RC0",
        release: None,
        subject: None,
    },
];

/// The sections of the page that show settings: heading, settings, and what else they say.
fn sections() -> Vec<(String, String, String)> {
    let page = fs::read_to_string(support::root().join("docs/projects.md")).unwrap();
    let sections = page.split("\n## ").skip(1);
    sections
        .filter_map(|section| {
            let (heading, text) = section.split_once('\n').unwrap();
            let (before, after) = text.split_once("```toml\n")?;
            let (toml, after) = after.split_once("```\n").unwrap();
            assert!(!after.contains("```toml"), "{heading} shows one file");
            Some((heading.to_owned(), toml.to_owned(), format!("{before}{after}")))
        })
        .collect()
}

#[test]
fn the_settings_shown_give_the_names_in_use() {
    let sections = sections();
    let headings: Vec<&str> = sections.iter().map(|(heading, _, _)| &heading[..]).collect();
    assert_eq!(headings, REAL.iter().map(|real| real.project).collect::<Vec<_>>());
    for (real, (name, toml, prose)) in REAL.iter().zip(&sections) {
        assert!(prose.contains("\nBy hand: "), "{name} does not say what stays by hand");
        let sample = Sample::new(toml, real.version, real.rc);
        let (project, names) = (&sample.project, sample.names());
        let render = |template: &Template| {
            template.render(&names).unwrap_or_else(|missing| panic!("{name}: {missing}"))
        };
        if let Some(tag) = real.candidate_tag {
            assert_eq!(render(&project.candidate_tag.value), tag, "{name}");
        }
        if let Some(tag) = real.tag {
            assert_eq!(render(&project.tag.value), tag, "{name}");
        }
        let base = render(&project.archive.value);
        let formats = project.formats.value.iter();
        let archives: Vec<String> = formats.map(|format| format!("{base}.{format}")).collect();
        assert_eq!(archives, real.archives, "{name}");
        if let Some(top) = real.top_directory {
            assert_eq!(render(&project.top_directory.value), top, "{name}");
        }
        let dev = render(&project.dist_dev.as_ref().unwrap().value);
        let directory = candidate::directory(project, &names).unwrap();
        let expected = format!("https://dist.apache.org/repos/dist/dev/{}", real.dev);
        assert_eq!(format!("{dev}/{directory}"), expected, "{name}");
        if let Some(release) = real.release {
            let area = render(&project.dist_release.as_ref().unwrap().value);
            let file = SettingsFile::parse(toml, FILE_NAME).unwrap();
            let directory = file.dist.release_directory.as_ref().map(render);
            let directory = directory.unwrap_or_else(|| real.version.to_owned());
            let expected = format!("https://dist.apache.org/repos/dist/release/{release}");
            assert_eq!(format!("{area}/{directory}"), expected, "{name}");
        }
        if let Some(subject) = real.subject {
            let opened = window(MONDAY, 72, project.preset.value);
            let mut staged = sample.staged();
            // A project that does not number its candidates votes on a commit.
            staged.tagged = real.rc.is_some();
            let facts = sample.subject().vote(&staged, opened, None).unwrap();
            let letter = rendered(Kind::Vote, &facts);
            assert_eq!(letter.subject, subject, "{name}");
        }
    }
}
