//! The conventions of real projects: how they name their archives, tags and directories, and how
//! they word the subject of a call. From their own release guides and scripts, read 2026-11.

use crate::sample::*;
use plusone::letters::Letter;

struct Convention {
    name: &'static str,
    toml: &'static str,
    version: &'static str,
    rc: Option<u32>,
    subject: &'static str,
    /// What the call must name: archive, tag, directory.
    names: &'static [&'static str],
}

const CONVENTIONS: &[Convention] = &[
    Convention {
        name: "lucene",
        toml: r#"
[project]
name = "lucene"
display = "Lucene"
repository = "https://github.com/apache/lucene"
[naming]
archive = "lucene-{version}-src"
tag = "releases/lucene/{version}"
formats = ["tgz"]
[dist]
dev_directory = "lucene-{version}-RC{rc}-rev-7f9f04e3ea6025fe3c4b7e7c2d9d0c20bd47bafe/lucene"
[vote]
subject = "[VOTE] Release {display} {version} RC{rc}"
"#,
        version: "10.3.2",
        rc: Some(1),
        subject: "[VOTE] Release Lucene 10.3.2 RC1",
        names: &[
            "lucene-10.3.2-src.tgz",
            "dist/dev/lucene/lucene-10.3.2-RC1-rev-7f9f04e3ea6025fe3c4b7e7c2d9d0c20bd47bafe/lucene/",
        ],
    },
    Convention {
        name: "airflow",
        toml: r#"
[project]
name = "airflow"
display = "Airflow"
repository = "https://github.com/apache/airflow"
[naming]
archive = "apache_airflow-{version}-source"
candidate_tag = "{version}rc{rc}"
tag = "{version}"
[dist]
dev_directory = "{version}rc{rc}"
[vote]
subject = "[VOTE] Release {display} {version} from {version}rc{rc}"
"#,
        version: "3.1.5",
        rc: Some(2),
        subject: "[VOTE] Release Airflow 3.1.5 from 3.1.5rc2",
        names: &[
            "apache_airflow-3.1.5-source.tar.gz",
            "Tag 3.1.5rc2",
            "dist/dev/airflow/3.1.5rc2/",
        ],
    },
    Convention {
        name: "kafka",
        toml: r#"
[project]
name = "kafka"
repository = "https://github.com/apache/kafka"
[naming]
archive = "kafka-{version}-src"
candidate_tag = "{version}-rc{rc}"
formats = ["tgz"]
[vote]
subject = "[VOTE] {version} RC{rc}"
"#,
        version: "4.2.0",
        rc: Some(0),
        subject: "[VOTE] 4.2.0 RC0",
        names: &["kafka-4.2.0-src.tgz", "Tag 4.2.0-rc0", "dist/dev/kafka/4.2.0-rc0/"],
    },
    Convention {
        name: "arrow-rs",
        toml: r#"
[project]
name = "arrow"
display = "Apache Arrow Rust"
repository = "https://github.com/apache/arrow-rs"
[naming]
archive = "apache-arrow-rs-{version}"
candidate_tag = "{version}-rc{rc}"
[dist]
dev_directory = "apache-arrow-rs-{version}-rc{rc}"
[vote]
subject = "[VOTE][RUST] Release {display} {version} RC{rc}"
"#,
        version: "57.1.0",
        rc: Some(1),
        subject: "[VOTE][RUST] Release Apache Arrow Rust 57.1.0 RC1",
        names: &[
            "apache-arrow-rs-57.1.0.tar.gz",
            "Tag 57.1.0-rc1",
            "dist/dev/arrow/apache-arrow-rs-57.1.0-rc1/",
        ],
    },
    Convention {
        name: "iceberg-rust",
        toml: r#"
[project]
name = "iceberg"
display = "Apache Iceberg Rust"
repository = "https://github.com/apache/iceberg-rust"
[naming]
archive = "apache-iceberg-rust-{version}"
candidate_tag = "v{version}-rc.{rc}"
[dist]
dev_directory = "apache-iceberg-rust-{version}-rc{rc}"
[vote]
subject = "[VOTE] Release {display} {version} RC{rc}"
"#,
        version: "0.8.0",
        rc: Some(1),
        subject: "[VOTE] Release Apache Iceberg Rust 0.8.0 RC1",
        names: &[
            "apache-iceberg-rust-0.8.0.tar.gz",
            "Tag v0.8.0-rc.1",
            "dist/dev/iceberg/apache-iceberg-rust-0.8.0-rc1/",
        ],
    },
    Convention {
        name: "opendal",
        toml: r#"
[project]
name = "opendal"
display = "Apache OpenDAL"
repository = "https://github.com/apache/opendal"
[naming]
candidate_tag = "v{version}-rc.{rc}"
[dist]
dev_directory = "{version}-rc.{rc}"
[vote]
subject = "[VOTE] Release {display} {version}-rc.{rc}"
"#,
        version: "0.55.0",
        rc: Some(1),
        subject: "[VOTE] Release Apache OpenDAL 0.55.0-rc.1",
        names: &[
            "apache-opendal-0.55.0-src.tar.gz",
            "Tag v0.55.0-rc.1",
            "dist/dev/opendal/0.55.0-rc.1/",
        ],
    },
    Convention {
        name: "apisix",
        toml: r#"
[project]
name = "apisix"
display = "Apache APISIX"
repository = "https://github.com/apache/apisix"
[naming]
archive = "apache-apisix-{version}-src"
formats = ["tgz"]
[dist]
dev_directory = "{version}"
[vote]
subject = "[VOTE] Release {display} {version}"
"#,
        version: "3.14.1",
        rc: None,
        subject: "[VOTE] Release Apache APISIX 3.14.1",
        names: &["apache-apisix-3.14.1-src.tgz", "dist/dev/apisix/3.14.1/"],
    },
    Convention {
        name: "superset",
        toml: r#"
[project]
name = "superset"
display = "Apache Superset"
repository = "https://github.com/apache/superset"
[naming]
archive = "apache_superset-{version}rc{rc}-source"
candidate_tag = "{version}rc{rc}"
[dist]
dev_directory = "{version}rc{rc}"
[vote]
subject = "[VOTE] Release {display} {version} based on Superset {version}rc{rc}"
"#,
        version: "6.0.0",
        rc: Some(4),
        subject: "[VOTE] Release Apache Superset 6.0.0 based on Superset 6.0.0rc4",
        names: &[
            "apache_superset-6.0.0rc4-source.tar.gz",
            "Tag 6.0.0rc4",
            "dist/dev/superset/6.0.0rc4/",
        ],
    },
    Convention {
        name: "hbase",
        toml: r#"
[project]
name = "hbase"
display = "Apache HBase"
repository = "https://gitbox.apache.org/repos/asf?p=hbase.git"
[naming]
archive = "hbase-{version}-src"
candidate_tag = "{version}RC{rc}"
tag = "rel/{version}"
[dist]
dev_directory = "{version}RC{rc}"
"#,
        version: "2.6.4",
        rc: Some(0),
        subject: "[VOTE] Release Apache HBase 2.6.4 RC0",
        names: &["hbase-2.6.4-src.tar.gz", "Tag 2.6.4RC0", "dist/dev/hbase/2.6.4RC0/"],
    },
    Convention {
        name: "spark",
        toml: r#"
[project]
name = "spark"
display = "Apache Spark"
repository = "https://github.com/apache/spark"
[naming]
archive = "spark-{version}"
candidate_tag = "v{version}-rc{rc}"
formats = ["tgz"]
[dist]
dev_directory = "v{version}-rc{rc}-bin"
[vote]
subject = "[VOTE] Release {display} {version} (RC{rc})"
"#,
        version: "4.1.0",
        rc: Some(3),
        subject: "[VOTE] Release Apache Spark 4.1.0 (RC3)",
        names: &["spark-4.1.0.tgz", "Tag v4.1.0-rc3", "dist/dev/spark/v4.1.0-rc3-bin/"],
    },
    Convention {
        name: "commons-lang",
        toml: r#"
[project]
name = "commons"
component = "lang"
display = "Apache Commons Lang"
repository = "https://github.com/apache/commons-lang"
[naming]
archive = "commons-{component}-{version}-src"
candidate_tag = "commons-{component}-{version}-RC{rc}"
tag = "rel/commons-{component}-{version}"
formats = ["tar.gz", "zip"]
[dist]
dev_directory = "{component}/{version}-RC{rc}"
[vote]
subject = "[VOTE] Release {display} {version} based on RC{rc}"
"#,
        version: "3.20.0",
        rc: Some(1),
        subject: "[VOTE] Release Apache Commons Lang 3.20.0 based on RC1",
        names: &[
            "commons-lang-3.20.0-src.tar.gz",
            "commons-lang-3.20.0-src.zip",
            "Tag commons-lang-3.20.0-RC1",
            "dist/dev/commons/lang/3.20.0-RC1/",
        ],
    },
    Convention {
        name: "openwhisk",
        toml: r#"
[project]
name = "openwhisk"
component = "cli"
display = "Apache OpenWhisk CLI"
repository = "https://github.com/apache/openwhisk-cli"
[naming]
archive = "openwhisk-{component}-{version}-sources"
[dist]
dev_directory = "rc{rc}"
[vote]
subject = "[VOTE] Release {display} (v{version}, rc{rc})"
"#,
        version: "1.2.0",
        rc: Some(2),
        subject: "[VOTE] Release Apache OpenWhisk CLI (v1.2.0, rc2)",
        names: &["openwhisk-cli-1.2.0-sources.tar.gz", "dist/dev/openwhisk/rc2/"],
    },
    Convention {
        name: "skywalking-eyes",
        toml: r#"
[project]
name = "skywalking"
component = "eyes"
display = "Apache SkyWalking Eyes"
repository = "https://github.com/apache/skywalking-eyes"
[naming]
archive = "skywalking-license-eye-{version}-src"
candidate_tag = "v{version}"
formats = ["tgz"]
[dist]
dev_directory = "{component}/{version}"
[vote]
subject = "[VOTE] Release {display} version {version}"
"#,
        version: "0.8.0",
        rc: None,
        subject: "[VOTE] Release Apache SkyWalking Eyes version 0.8.0",
        names: &[
            "skywalking-license-eye-0.8.0-src.tgz",
            "Tag v0.8.0",
            "dist/dev/skywalking/eyes/0.8.0/",
        ],
    },
    Convention {
        name: "magpie",
        toml: r#"
[project]
name = "magpie"
display = "Apache Magpie"
repository = "https://github.com/apache/magpie"
[naming]
archive = "apache-magpie-{version}-source"
candidate_tag = "{version}-rc{rc}"
formats = ["zip"]
[vote]
subject = "[VOTE] Release {display} {version} from {version}-rc{rc}"
"#,
        version: "0.1.0",
        rc: Some(2),
        subject: "[VOTE] Release Apache Magpie 0.1.0 from 0.1.0-rc2",
        names: &["apache-magpie-0.1.0-source.zip", "Tag 0.1.0-rc2", "dist/dev/magpie/0.1.0-rc2/"],
    },
    Convention {
        name: "cloudberry",
        toml: r#"
[project]
name = "cloudberry"
display = "Apache Cloudberry"
kind = "podling"
repository = "https://github.com/apache/cloudberry"
[naming]
archive = "apache-cloudberry-{version}-incubating-src"
candidate_tag = "{version}-incubating-rc{rc}"
[dist]
dev_directory = "{version}-incubating-rc{rc}"
[vote]
subject = "[VOTE] Release {display} {version}-rc{rc}"
"#,
        version: "2.1.0",
        rc: Some(1),
        subject: "[VOTE] Release Apache Cloudberry (Incubating) 2.1.0-rc1",
        names: &[
            "apache-cloudberry-2.1.0-incubating-src.tar.gz",
            "Tag 2.1.0-incubating-rc1",
            "dist/dev/incubator/cloudberry/2.1.0-incubating-rc1/",
        ],
    },
];

/// Projects that vote on a bare commit.
const UNTAGGED: [&str; 3] = ["lucene", "apisix", "openwhisk"];

fn call(convention: &Convention) -> Letter {
    let sample = Sample::new(convention.toml, convention.version, convention.rc);
    let mut staged = sample.staged();
    staged.tagged = !UNTAGGED.contains(&convention.name);
    let window = window(MONDAY, 72, sample.project.preset.value);
    let facts = sample.subject().vote(&staged, window, None).unwrap();
    rendered(plusone::letters::Kind::Vote, &facts)
}

#[test]
fn each_project_is_called_to_vote_in_its_own_words() {
    for convention in CONVENTIONS {
        let letter = call(convention);
        assert_eq!(letter.subject, convention.subject);
        for name in convention.names {
            assert!(letter.body.contains(name), "{}: no {name}", convention.name);
        }
        snapshot(&format!("vote-{}", convention.name), &letter);
    }
}

/// The rule by which the ASF's own tally takes a line for a vote (PITFALLS of other tools): a call
/// whose text holds such a line counts as a vote of the release manager, or as an unclear one.
fn taken_for_a_vote(body: &str) -> Vec<&str> {
    let vote = |line: &&str| {
        let line = *line;
        let option = ["[ ] +1", "[ ] -1", "[ ] 0"].iter().any(|o| line.contains(o));
        let says = ["+1", "-1"]
            .iter()
            .any(|value| line.starts_with(value) || line.contains(&format!(" {value}")));
        !option && !line.starts_with('>') && (says || ["0", "+0", "-0"].contains(&line.trim()))
    };
    body.lines().filter(vote).collect()
}

#[test]
fn no_call_counts_as_a_vote() {
    assert_eq!(taken_for_a_vote("we need 3 +1 votes\n+1\nok\n").len(), 2);
    for convention in CONVENTIONS {
        let letter = call(convention);
        assert_eq!(taken_for_a_vote(&letter.body), [""; 0], "{}", convention.name);
    }
}

#[test]
fn prose_is_narrow_and_addresses_are_whole() {
    for convention in CONVENTIONS {
        for line in call(convention).body.lines() {
            let verbatim = line.starts_with("  ");
            assert!(verbatim || line.chars().count() <= 78, "{}: {line}", convention.name);
            assert!(!line.ends_with(' '), "{line:?}");
        }
    }
}
