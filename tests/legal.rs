//! The legal room over four real releases. The numbers were found with `tar`, `grep -L`, `diff` and by reading.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

mod support;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use plusone::legal::exclusions::{Format, Reason};
use plusone::legal::header::{START, read};
use plusone::legal::licence::{Appendix, apache_text, find, pointers};
use plusone::legal::notice::{Attribution, Years};
use plusone::legal::{Category, Exclusions, FileLegal, Header, How, Kind, category, notice};

/// The files of a release by their paths below its top directory.
struct Release(BTreeMap<String, Vec<u8>>);

impl Release {
    fn open(corpus: &Path, name: &str) -> Self {
        let path = corpus.join("releases").join(name);
        let file = BufReader::new(File::open(&path).unwrap());
        let content: Box<dyn Read> = if name.ends_with(".bz2") {
            Box::new(bzip2::read::MultiBzDecoder::new(file))
        } else {
            Box::new(flate2::read::MultiGzDecoder::new(file))
        };
        let mut files = BTreeMap::new();
        for entry in tar::Archive::new(content).entries().unwrap() {
            let mut entry = entry.unwrap();
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let path = entry.path().unwrap().to_str().unwrap().to_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.insert(path.split_once('/').unwrap().1.to_owned(), bytes);
        }
        Self(files)
    }

    fn legal(&self, path: &str) -> FileLegal {
        let bytes = &self.0[path];
        read(path, &bytes[..bytes.len().min(START)], bytes.len() <= START)
    }

    fn text(&self, path: &str) -> String {
        String::from_utf8(self.0[path].clone()).unwrap()
    }

    /// Files with this ending: all, and those without the ASF's header in any form.
    fn count(&self, ending: &str) -> (usize, usize) {
        let paths = || self.0.keys().filter(|path| path.ends_with(ending));
        (paths().count(), paths().filter(|path| !has_asf(&self.legal(path).header)).count())
    }
}

fn has_asf(header: &Header) -> bool {
    matches!(
        header,
        Header::AsfFull
            | Header::AsfShort
            | Header::AsfVariant(_)
            | Header::AsfWithCopyright { .. }
            | Header::ThirdPartyAndAsf { .. }
    )
}

const ZOOKEEPER: &str = "zookeeper_3.8.0/zookeeper_3.8.0.orig.tar.gz";
const APR: &str = "apr_1.7.2/apr_1.7.2.orig.tar.bz2";
const APR_UTIL: &str = "apr-util_1.6.3/apr-util_1.6.3.orig.tar.bz2";
const AVRO: &str = "avro-c_1.11.1/avro-c_1.11.1.orig.tar.gz";

#[test]
fn headers_are_counted_as_grep_counts_them() {
    let Some(corpus) = support::corpus_for("legal::headers_are_counted_as_grep_counts_them") else {
        return;
    };
    // find -name '*.java' | wc -l; grep -L 'Licensed to the Apache Software Foundation' | wc -l
    for (name, files, counts) in [
        (ZOOKEEPER, 1444, &[(".java", 898, 1), (".c", 17, 2), (".h", 42, 4)][..]),
        (APR, 498, &[(".c", 271, 20), (".h", 109, 1)]),
        (APR_UTIL, 254, &[(".c", 86, 2), (".h", 45, 1)]),
        (AVRO, 164, &[(".c", 68, 1), (".h", 25, 4)]),
    ] {
        let release = Release::open(&corpus, name);
        assert_eq!(release.0.len(), files, "{name}");
        for (ending, all, without) in counts {
            assert_eq!(release.count(ending), (*all, *without), "{name} {ending}");
        }
        // Whatever grep finds near the start is found here too, in files of any type.
        for (path, bytes) in &release.0 {
            let start = &bytes[..bytes.len().min(START)];
            let grep = memchr::memmem::find(
                start,
                b"Licensed to the Apache Software Foundation (ASF) under one",
            );
            let legal = release.legal(path);
            if grep.is_some() && legal.kind == Kind::Text {
                assert!(has_asf(&legal.header), "{name} {path}: {:?}", legal.header);
            }
        }
    }
}

#[test]
fn single_files_say_what_a_reader_sees() {
    let Some(corpus) = support::corpus_for("legal::single_files_say_what_a_reader_sees") else {
        return;
    };
    let zookeeper = Release::open(&corpus, ZOOKEEPER);
    let server = "zookeeper-server/src/main/java/org/apache/zookeeper/server";
    let third = |licence: &str, line| Header::ThirdParty { licence: licence.into(), line };
    for (path, header) in [
        (
            "zookeeper-contrib/zookeeper-contrib-zooinspector/src/main/java/com/nitido/utils/toaster/Toaster.java",
            Header::Apache2ByOwner { line: 3 },
        ),
        ("conf/logback.xml", Header::AsfWithCopyright { line: 2 }),
        ("pom.xml", Header::AsfFull),
        ("bin/zkServer.cmd", Header::AsfFull),
        (
            "zookeeper-client/zookeeper-client-c/src/hashtable/hashtable.c",
            third("BSD-3-Clause", 247),
        ),
        ("zookeeper-docs/src/main/resources/markdown/skin/prototype.js", third("MIT", 4)),
        ("zookeeper-docs/src/main/resources/markdown/index.md", Header::Apache2ByOwner { line: 4 }),
        ("zookeeper-client/zookeeper-client-c/Makefile.am", Header::None),
    ] {
        assert_eq!(zookeeper.legal(path).header, header, "{path}");
    }
    // Slips of the keyboard: `uuuuu` and `requuuasired`, `morecontributor`.
    for path in [
        &format!("{server}/Request.java")[..],
        "zookeeper-server/src/test/java/org/apache/zookeeper/test/QuorumUtilTest.java",
    ] {
        assert!(matches!(zookeeper.legal(path).header, Header::AsfVariant(_)), "{path}");
    }
    let apr = Release::open(&corpus, APR);
    for (path, header) in [
        ("build/apr_common.m4", Header::AsfFull),
        ("build/win32ver.awk", Header::AsfFull),
        ("include/apr_fnmatch.h", third("BSD-4-Clause", 5)),
        ("network_io/unix/inet_ntop.c", third("ISC", 3)),
        ("build/config.guess", third("GPL-3.0-or-later WITH Autoconf-exception-generic-3.0", 10)),
        (
            "strings/apr_strings.c",
            Header::ThirdPartyAndAsf { licence: "BSD-4-Clause".into(), line: 20 },
        ),
        ("configure.in", Header::None),
    ] {
        assert_eq!(apr.legal(path).header, header, "{path}");
    }
    let generated = apr.legal("build-outputs.mk").generated.unwrap();
    assert_eq!(
        (generated.line, &generated.mark[..]),
        (Some(1), "# DO NOT EDIT. AUTOMATICALLY GENERATED.")
    );
    assert_eq!(apr.legal("CHANGES").generated, None);
    let avro = Release::open(&corpus, AVRO);
    // A script within the page: `the terms of the GNU General Public License, as long as you do not remove …`.
    assert_eq!(avro.legal("docs/index.html").header, third("GPL", 554));
    assert_eq!(category("GPL").category, Category::X);
}

#[test]
fn licences_and_notices_of_the_releases() {
    let Some(corpus) = support::corpus_for("legal::licences_and_notices_of_the_releases") else {
        return;
    };
    for (name, license, lines, appended) in [
        (ZOOKEEPER, "LICENSE.txt", (2, 202), &[][..]),
        (
            APR,
            "LICENSE",
            (1, 201),
            &[("BSD-4-Clause-UC", 219), ("ISC", 251), ("Zlib", 286), ("BSD-4-Clause", 307)],
        ),
        (
            AVRO,
            "LICENSE",
            (2, 202),
            &[("BSD-3-Clause", 211), ("LicenseRef-Public-Domain", 238), ("MIT", 248)],
        ),
    ] {
        let release = Release::open(&corpus, name);
        let license = release.text(license);
        let apache =
            apache_text(&license).unwrap_or_else(|difference| panic!("{name}: {difference}"));
        assert_eq!((apache.line, apache.last_line), lines, "{name}");
        assert_eq!(apache.appendix, Appendix::Same, "{name}");
        let found = find(&license);
        let found: Vec<(&str, usize)> = found
            .iter()
            .filter(|one| one.how != How::Name)
            .map(|one| (&one.id[..], one.line))
            .collect();
        assert_eq!(found[0], ("Apache-2.0", lines.0), "{name}");
        assert_eq!(&found[1..], appended, "{name}");
        assert_eq!(pointers(&license), [], "{name}");
    }
    let years = |name, path| {
        let notice = notice::read(&Release::open(&corpus, name).text(path));
        assert_eq!(notice.attribution.unwrap().what, Attribution::At);
        (notice.product.unwrap().what, notice.copyright.unwrap().what)
    };
    assert_eq!(
        years(ZOOKEEPER, "NOTICE.txt"),
        ("Apache ZooKeeper".into(), Years { first: 2009, last: 2022 })
    );
    assert_eq!(
        years(APR, "NOTICE"),
        ("Apache Portable Runtime".into(), Years { first: 2000, last: 2023 })
    );
    assert_eq!(years(AVRO, "NOTICE"), ("Apache Avro".into(), Years { first: 2010, last: 2010 }));
}

#[test]
fn zookeepers_pom_exempts_what_it_lists() {
    let Some(corpus) = support::corpus_for("legal::zookeepers_pom_exempts_what_it_lists") else {
        return;
    };
    let release = Release::open(&corpus, ZOOKEEPER);
    let mut exclusions = Exclusions::new();
    for path in release.0.keys().filter(|path| Format::of(path) == Some(Format::Pom)) {
        exclusions.add(Format::Pom, path, &release.text(path));
    }
    assert_eq!(exclusions.unclear, []);
    // grep -n 'nitido' pom.xml and so on.
    let pom = release.text("pom.xml");
    for (path, pattern) in [
        (
            "zookeeper-contrib/zookeeper-contrib-zooinspector/src/main/java/com/nitido/utils/toaster/Toaster.java",
            "**/src/main/java/com/nitido/utils/toaster/Toaster.java",
        ),
        ("conf/zoo_sample.cfg", "conf/zoo_sample.cfg"),
        (
            "zookeeper-docs/src/main/resources/markdown/skin/prototype.js",
            "src/main/resources/markdown/skin/*",
        ),
        ("zookeeper-client/zookeeper-client-c/Makefile.am", "**/Makefile.am"),
        ("zookeeper-client/zookeeper-client-c/src/hashtable/hashtable.c", "**/src/hashtable/*"),
    ] {
        let line = pom
            .lines()
            .position(|line| line.contains(&format!("<exclude>{pattern}</exclude>")))
            .unwrap()
            + 1;
        assert_eq!(exclusions.why(path), Some(Reason::Listed { file: "pom.xml", line, pattern }));
    }
    assert_eq!(
        exclusions.why("zookeeper-server/src/main/java/org/apache/zookeeper/server/Request.java"),
        None
    );
    // RAT passed for this release, with these lists: no Java file is left that is neither exempt nor the ASF's.
    for path in release.0.keys().filter(|path| path.ends_with(".java")) {
        assert!(has_asf(&release.legal(path).header) || exclusions.why(path).is_some(), "{path}");
    }
}
