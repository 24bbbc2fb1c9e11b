//! For every check, candidates that it finds fault with, and no other does.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

use plusone::checks::CATALOGUE;

use super::candidate::{Candidate, Maker, gzip, with_header};
use super::support::{Server, root};
use super::with_outcome;

/// A way to spoil a candidate, with the check that has to find it, how gravely, and words of the
/// finding.
struct Case {
    check: &'static str,
    severity: &'static str,
    words: &'static str,
    spoil: fn(&Maker, &mut Candidate),
}

const fn case(
    check: &'static str,
    severity: &'static str,
    words: &'static str,
    spoil: fn(&Maker, &mut Candidate),
) -> Case {
    Case { check, severity, words, spoil }
}

/// Runs the cases whose check begins with `family`.
fn run(family: &str) {
    let maker = Maker::new();
    let mut failures = Vec::new();
    for case in CASES.iter().filter(|case| case.check.starts_with(family)) {
        let mut candidate = Candidate::sound();
        (case.spoil)(&maker, &mut candidate);
        let ran = maker.verify(&candidate);
        let name = format!("{} ({})", case.check, case.words);
        if ran.stderr.contains("panicked") || ran.stdout.is_empty() {
            failures.push(format!("{name}: {}", ran.stderr));
            continue;
        }
        let report = ran.json();
        let found = with_outcome(&report, "finding");
        if found != BTreeSet::from([case.check.to_owned()]) {
            let checks = report["checks"].as_array().unwrap().iter();
            let findings: Vec<_> = checks.filter(|check| check["outcome"] == "finding").collect();
            failures.push(format!("{name}: found by {found:?}: {findings:#?}"));
            continue;
        }
        let check =
            report["checks"].as_array().unwrap().iter().find(|check| check["id"] == case.check);
        let findings = check.unwrap()["findings"].as_array().unwrap();
        let hit = findings.iter().any(|finding| {
            finding["severity"] == case.severity
                && finding["message"].as_str().unwrap().contains(case.words)
        });
        if !hit {
            failures.push(format!("{name}: {findings:#?}"));
        }
        // Whose KEYS it is is for the voter to say.
        let unknown = case.check == "signature-keys-source";
        let status = if unknown { 3 } else { i32::from(case.severity == "error") };
        if ran.status != status {
            failures.push(format!("{name}: exit {} instead of {status}", ran.status));
        }
    }
    assert!(failures.is_empty(), "{} cases:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn every_check_has_a_case() {
    let covered: BTreeSet<&str> = CASES.iter().map(|case| case.check).collect();
    let all: BTreeSet<&str> = CATALOGUE.iter().map(|check| check.id).collect();
    assert_eq!(all.difference(&covered).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(covered.difference(&all).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn candidate_checks_find_what_they_are_for() {
    run("candidate");
}

#[test]
fn checksum_checks_find_what_they_are_for() {
    run("checksum");
}

#[test]
fn signature_checks_find_what_they_are_for() {
    run("signature");
}

#[test]
fn archive_checks_find_what_they_are_for() {
    run("archive");
}

#[test]
fn legal_checks_find_what_they_are_for() {
    run("legal");
}

#[test]
fn source_checks_find_what_they_are_for() {
    run("source");
}

#[test]
fn the_check_of_the_mail_finds_what_it_is_for() {
    run("mail");
}

/// Replaces the text of the checksum file.
fn checksum(candidate: &mut Candidate, change: fn(String) -> String) {
    candidate.afterwards = Box::new(move |_, directory| {
        let path = directory.join("apache-demo-1.2.0-src.tar.gz.sha512");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, change(text)).unwrap();
    });
}

/// Puts a file into the candidate's directory.
fn beside(candidate: &mut Candidate, name: &'static str, bytes: &'static [u8]) {
    candidate.afterwards = Box::new(move |_, directory| {
        fs::write(directory.join(name), bytes).unwrap();
    });
}

/// Appends a public key of the world's to KEYS.
fn to_keys(maker: &Maker, key: &str) {
    let exported = maker.world.run("gpg", &["--batch", "--armor", "--export", key]).ok().stdout;
    let mut keys = fs::OpenOptions::new().append(true).open(maker.world.path("KEYS")).unwrap();
    keys.write_all(exported.as_bytes()).unwrap();
}

const SRC: &str = "apache-demo-1.2.0-src.tar.gz";

const CASES: &[Case] = &[
    // candidate
    case(
        "candidate-has-source-archive",
        "error",
        "the candidate's directory is empty",
        |_, candidate| {
            candidate.words = vec!["--without".into(), "source".into()];
            candidate.afterwards = Box::new(|_, directory| {
                for suffix in ["", ".asc", ".sha512"] {
                    fs::remove_file(directory.join(format!("{SRC}{suffix}"))).unwrap();
                }
            });
        },
    ),
    case("candidate-unexpected-files", "warning", "vote.eml is neither", |_, candidate| {
        beside(candidate, "vote.eml", b"Subject: [VOTE]\n");
    }),
    case("candidate-unexpected-files", "warning", ".DS_Store is a hidden file", |_, candidate| {
        beside(candidate, ".DS_Store", b"\0\0\0\x01Bud1");
    }),
    case("candidate-no-keys-inside", "error", "KEYS lies in the candidate", |_, candidate| {
        beside(candidate, "KEYS", b"a key\n");
    }),
    case(
        "candidate-version-in-names",
        "warning",
        "does not name the version 1.3.0",
        |_, candidate| {
            candidate
                .put("CHANGES.md", "## 1.3.0\n")
                .put("Cargo.toml", with_header("#", "[package]\nversion = \"1.3.0\"\n"));
            candidate.words = vec!["--version".into(), "1.3.0".into()];
        },
    ),
    case("candidate-no-rc-in-names", "warning", "carries the number", |_, candidate| {
        candidate.name = "apache-demo-1.2.0-rc1-src.tar.gz".to_owned();
        candidate.top = "apache-demo-1.2.0-rc1-src".to_owned();
    }),
    case(
        "candidate-incubating-in-names",
        "error",
        "does not contain `incubating`",
        |_, candidate| {
            candidate.put("DISCLAIMER", DISCLAIMER);
            candidate.words = vec!["--policy".into(), "podling".into()];
        },
    ),
    case("candidate-file-size", "warning", "more than 100 MB", |_, candidate| {
        // Bytes that do not shrink: a generator of Knuth's.
        candidate.before_signing = |mut bytes| {
            let mut state = 1_u64;
            let noise = std::iter::repeat_with(|| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            });
            let noise: Vec<u8> = noise.take(101 << 20).collect();
            // A comment field of gzip cannot hold it, an extra member of stored blocks can.
            let mut stored = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
            stored.write_all(&vec![0; noise.len()]).unwrap();
            bytes.extend(stored.finish().unwrap());
            bytes
        };
    }),
    // checksum
    case("checksum-present", "error", "neither a .sha512 nor a .sha256", |_, candidate| {
        candidate.afterwards = Box::new(|_, directory| {
            fs::remove_file(directory.join(format!("{SRC}.sha512"))).unwrap();
        });
    }),
    case("checksum-matches", "error", "says SHA-512 00", |_, candidate| {
        checksum(candidate, |_| format!("{}  {SRC}\n", "00".repeat(64)));
    }),
    case("checksum-matches", "error", "cannot be used: line 1 holds no digest", |_, candidate| {
        checksum(candidate, |_| "<html>404 Not Found</html>\n".to_owned());
    }),
    case("checksum-names-its-artifact", "warning", "names `dist/apache", |_, candidate| {
        checksum(candidate, |text| text.replace("  apache", "  dist/apache"));
    }),
    case(
        "checksum-names-its-artifact",
        "warning",
        "names `apache-demo-1.2.0-rc1",
        |_, candidate| {
            checksum(candidate, |text| text.replace("1.2.0-src", "1.2.0-rc1-src"));
        },
    ),
    case("checksum-algorithm-accepted", "error", "is an MD5 checksum", |_, candidate| {
        beside(
            candidate,
            "apache-demo-1.2.0-src.tar.gz.md5",
            b"d41d8cd98f00b204e9800998ecf8427e\n",
        );
    }),
    case("checksum-algorithm-accepted", "warning", "is a SHA-1 checksum", |_, candidate| {
        beside(
            candidate,
            "apache-demo-1.2.0-src.tar.gz.sha1",
            b"da39a3ee5e6b4b0d3255bfef95601890afd80709\n",
        );
    }),
    // signature
    case("signature-present", "error", "has no .asc file", |_, candidate| {
        candidate.afterwards = Box::new(|_, directory| {
            fs::remove_file(directory.join(format!("{SRC}.asc"))).unwrap();
        });
    }),
    case("signature-armored-detached", "error", "is binary", |_, candidate| {
        candidate.afterwards = Box::new(|maker, directory| {
            let asc = directory.join(format!("{SRC}.asc"));
            let out = asc.with_extension("bin");
            let words =
                ["--batch", "--dearmor", "--output", out.to_str().unwrap(), asc.to_str().unwrap()];
            maker.world.run("gpg", &words).ok();
            fs::rename(out, asc).unwrap();
        });
    }),
    case("signature-good", "error", "bad signature", |_, candidate| {
        // Signed before the last change, of which the checksum knows.
        candidate.afterwards = Box::new(|maker, directory| {
            let other = directory.join("other");
            fs::write(&other, "something else").unwrap();
            maker.sign(&other, super::support::JANE, &[]);
            fs::rename(directory.join("other.asc"), directory.join(format!("{SRC}.asc"))).unwrap();
            fs::remove_file(other).unwrap();
        });
    }),
    case("signature-keys-source", "warning", "not where the project has it", |maker, candidate| {
        let server = Server::new(&maker.world.path(""));
        let named = VOTE.replace("https://downloads.apache.org/demo", &server.url);
        candidate.mail = Some(named);
        candidate.server = Some(server);
    }),
    case("signature-signer-in-keys", "error", "the key is not in KEYS", |maker, candidate| {
        candidate.key = maker.world.new_key("Stranger <stranger@apache.org>", "", &[]);
        candidate.words = vec!["--without".into(), "source-tag-signed".into()];
    }),
    case("signature-key-valid", "error", "revoked", |maker, candidate| {
        let key = rsa(maker, "Revoked <jane@apache.org>");
        candidate.key = key.clone();
        candidate.afterwards = Box::new(move |maker, _| {
            let home = maker.world.path("gnupg");
            let revocation = home.join(format!("openpgp-revocs.d/{key}.rev"));
            let text = fs::read_to_string(revocation).unwrap().replace(":-----", "-----");
            let file = maker.world.path("revocation");
            fs::write(&file, text).unwrap();
            maker.world.run("gpg", &["--batch", "--import", file.to_str().unwrap()]).ok();
            to_keys(maker, &key);
        });
    }),
    case("signature-digest-strong", "error", "SHA-1", |_, candidate| {
        candidate.signing = vec!["--digest-algo", "SHA1", "--allow-weak-digest-algos"];
    }),
    case("signature-key-strength", "error", "RSA keys only", |maker, candidate| {
        candidate.key = maker.world.new_key("Jane <jane@apache.org>", "", &[]);
        to_keys(maker, &candidate.key);
    }),
    case("signature-signer-is-committer", "error", "is by mallory", |maker, candidate| {
        candidate.key = rsa(maker, "Mallory <mallory@apache.org>");
        to_keys(maker, &candidate.key);
    }),
    // archive
    case("archive-readable", "error", "the archive cannot be read", |_, candidate| {
        candidate.words =
            vec!["--without".into(), "source".into(), "--without".into(), "legal".into()];
        candidate.before_signing = |mut bytes| {
            bytes.truncate(bytes.len() / 2);
            bytes
        };
    }),
    case("archive-readable", "error", "follows the end of the tar", |_, candidate| {
        candidate.before_signing = |mut bytes| {
            bytes.extend(gzip(b"hidden behind the end"));
            bytes
        };
    }),
    case("archive-unambiguous", "error", "zz has 512 bytes of content, and", |_, candidate| {
        candidate.words =
            vec!["--without".into(), "source".into(), "--without".into(), "legal".into()];
        candidate.raw("zz", tar::EntryType::Directory, "", &[0; 512]);
    }),
    case("archive-single-top-directory", "warning", "is in `demo-9`", |_, candidate| {
        candidate.top = "demo-9".to_owned();
    }),
    case("archive-safe-paths", "error", "is a link that leads out", |_, candidate| {
        candidate.words = vec!["--without".into(), "source".into()];
        candidate.raw("zz", tar::EntryType::Symlink, "../../etc/passwd", b"");
    }),
    case("archive-safe-paths", "error", "leads out of the directory", |_, candidate| {
        candidate.words = vec!["--without".into(), "source".into()];
        candidate.raw("zz/../../../x", tar::EntryType::Regular, "", b"");
    }),
    case("archive-safe-paths", "error", "is setuid", |_, candidate| {
        candidate.packed().get_mut("src/main.c").unwrap().1 = 0o4644;
    }),
    case("archive-safe-paths", "error", "is a device", |_, candidate| {
        candidate.words = vec!["--without".into(), "source".into()];
        candidate.raw("zz", tar::EntryType::Char, "", b"");
    }),
    case("archive-safe-paths", "warning", "where case does not count", |_, candidate| {
        candidate.put("src/MAIN.C", with_header("//", "int x;\n"));
    }),
    case(
        "archive-no-compiled-code",
        "error",
        "src/x.bin is compiled: Java class",
        |_, candidate| {
            // Magic, minor 0, major 52: Java 8 (JVMS 4.1), with a constant pool.
            candidate.put(
                "src/x.bin",
                b"\xca\xfe\xba\xbe\0\0\0\x34\0\x0d\x0a\0\x03\0\x0a\x07\0\x0b\x07\0\x0c",
            );
        },
    ),
    case("archive-no-compiled-code", "error", "lib/a.zip holds deep/tool: ELF", |_, candidate| {
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file("deep/tool", options).unwrap();
        zip.write_all(&fs::read("/bin/true").unwrap()).unwrap();
        candidate.put("lib/a.zip", zip.finish().unwrap().into_inner());
    }),
    case(
        "archive-no-nested-archives",
        "warning",
        "testdata/a.bin is an archive",
        |_, candidate| {
            let mut tar = tar::Builder::new(Vec::new());
            let mut header = tar::Header::new_gnu();
            header.set_size(5);
            tar.append_data(&mut header, "a.txt", &b"hello"[..]).unwrap();
            candidate.put("testdata/a.bin", gzip(&tar.into_inner().unwrap()));
        },
    ),
    case("archive-no-leftovers", "warning", ".git is", |_, candidate| {
        candidate.words = vec!["--without".into(), "source".into()];
        candidate.packed().insert(".git/HEAD".into(), (b"ref: refs/heads/main\n".to_vec(), 0o644));
    }),
    case("archive-formats-agree", "error", "differs between", |_, candidate| {
        candidate.words = vec!["--without".into(), "source".into()];
        candidate.afterwards = Box::new(|maker, directory| {
            let mut other = Candidate::sound();
            other.put("README.md", "# Demo\n\nAnother one.\n");
            let name = "apache-demo-1.2.0-src.tar";
            maker.artifact(directory, name, &other.tar(), super::support::JANE, &[]);
        });
    }),
    case("archive-reproducible-metadata", "note", "different times", |_, candidate| {
        candidate.times = vec![1, 2, 3];
    }),
    // legal
    case("legal-license-present", "error", "has no LICENSE", |_, candidate| {
        candidate.remove("LICENSE");
    }),
    case("legal-license-text", "error", "where the Apache License has", |_, candidate| {
        let text = fs::read_to_string(root().join("LICENSE")).unwrap();
        candidate.put("LICENSE", text.replace("perpetual", "temporary"));
    }),
    case(
        "legal-license-pointers",
        "error",
        "points to licenses/LICENSE-zlib.txt",
        |_, candidate| {
            let text = fs::read_to_string(root().join("LICENSE")).unwrap();
            candidate.put(
                "LICENSE",
                text + "\nThis product bundles zlib, see licenses/LICENSE-zlib.txt.\n",
            );
        },
    ),
    case("legal-notice-present", "error", "has no NOTICE", |_, candidate| {
        candidate.remove("NOTICE");
    }),
    case("legal-notice-form", "error", "developed by", |_, candidate| {
        let (text, _) = candidate.tree["NOTICE"].clone();
        candidate.put(
            "NOTICE",
            String::from_utf8(text).unwrap().replace("developed at", "developed by"),
        );
    }),
    case("legal-notice-form", "error", "does not begin with the product", |_, candidate| {
        let (text, _) = candidate.tree["NOTICE"].clone();
        candidate.put("NOTICE", String::from_utf8(text).unwrap().replace("Apache Demo", "Demo"));
    }),
    case("legal-notice-year", "warning", "ends with 2025", |_, candidate| {
        let (text, _) = candidate.tree["NOTICE"].clone();
        candidate.put("NOTICE", String::from_utf8(text).unwrap().replace("2026", "2025"));
    }),
    case("legal-disclaimer", "error", "has no DISCLAIMER", |_, candidate| {
        candidate.name = "apache-demo-1.2.0-incubating-src.tar.gz".to_owned();
        candidate.top = "apache-demo-1.2.0-incubating-src".to_owned();
        candidate.words = vec!["--policy".into(), "podling".into()];
    }),
    case(
        "legal-source-headers",
        "error",
        "src/bare.py (Python) has no licence header",
        |_, candidate| {
            candidate.put("src/bare.py", "import sys\n\n\ndef main():\n    print(sys.argv)\n    print('a line more')\n    return 0\n\nmain()\n");
        },
    ),
    case("legal-source-headers", "warning", "other words", |_, candidate| {
        let text = String::from_utf8(with_header("//", "int y;\n")).unwrap();
        candidate.put("src/other.c", text.replace("to you under", "to everybody under"));
    }),
    case("legal-category-x", "error", "speaks of GPL-3.0", |_, candidate| {
        let text = fs::read_to_string(root().join("LICENSE")).unwrap();
        candidate.put(
            "LICENSE",
            text + "\nThe file src/gpl.c is under:\n\nSPDX-License-Identifier: GPL-3.0-or-later\n",
        );
        candidate.put("src/gpl.c", "/* SPDX-License-Identifier: GPL-3.0-or-later\n * This program is free software: you can redistribute it and/or modify\n * it under the terms of the GNU General Public License as published by\n * the Free Software Foundation, either version 3 of the License, or\n * (at your option) any later version.\n */\nint gpl;\n");
    }),
    case("legal-category-b", "error", "speaks of MPL-2.0", |_, candidate| {
        let text = fs::read_to_string(root().join("LICENSE")).unwrap();
        candidate.put("LICENSE", text + "\nsrc/mpl.c is under the Mozilla Public License, v. 2.0:\nSPDX-License-Identifier: MPL-2.0\n");
        candidate.put("src/mpl.c", "/* This Source Code Form is subject to the terms of the Mozilla Public\n * License, v. 2.0. If a copy of the MPL was not distributed with this\n * file, You can obtain one at https://mozilla.org/MPL/2.0/. */\nint mpl;\n");
    }),
    case("legal-category-b", "note", "LICENSE-binary and 1 more speak", |_, candidate| {
        candidate.put(
            "LICENSE-binary",
            "Holds foo, under the terms of the Eclipse Public License 2.0.\n",
        );
        candidate.put("licenses-binary/LICENSE-bar.txt", "SPDX-License-Identifier: MPL-2.0\n");
    }),
    case("legal-category-x", "note", "README.md speaks of GPL", |_, candidate| {
        candidate.put("README.md", "# Demo\n\nMay be used with foo, which is under the terms of the GPL and not in here.\n");
    }),
    case(
        "legal-category-unlisted",
        "warning",
        "Elastic-2.0, which is in no category",
        |_, candidate| {
            candidate.put(
                "src/vendored.c",
                "/* SPDX-License-Identifier: Elastic-2.0 */\nint vendored;\n",
            );
        },
    ),
    case("legal-license-text", "warning", "lacks the appendix", |_, candidate| {
        let text = fs::read_to_string(root().join("LICENSE")).unwrap();
        candidate.put("LICENSE", &text[..text.find("APPENDIX").unwrap()]);
    }),
    case("legal-license-present", "error", "has no LICENSE", |_, candidate| {
        let (text, _) = candidate.tree["LICENSE"].clone();
        candidate.remove("LICENSE");
        candidate.put("META-INF/LICENSE", text);
    }),
    case(
        "legal-license-pointers",
        "warning",
        "licenses/LICENSE-isc.txt has the text of ISC",
        |_, candidate| {
            candidate.put("licenses/LICENSE-isc.txt", "Copyright 2011 Jane\n\nPermission to use, copy, modify, and/or distribute this software for any purpose\nwith or without fee is hereby granted, provided that the above copyright notice\nand this permission notice appear in all copies.\n");
        },
    ),
    case(
        "legal-license-pointers",
        "warning",
        "licenses/LICENSE-x.txt is a web page",
        |_, candidate| {
            candidate.put(
                "licenses/LICENSE-x.txt",
                "<!DOCTYPE html>\n<html><body>Not found</body></html>\n",
            );
        },
    ),
    case("legal-license-pointers", "warning", "docs/lato.woff2 is a font", |_, candidate| {
        candidate.put("docs/lato.woff2", b"wOF2\0\x01\0\0\0\0");
    }),
    case(
        "legal-source-headers",
        "error",
        "bin/run (shell) has no licence header",
        |_, candidate| {
            candidate.put("bin/run", "#!/usr/bin/env bash\nset -e\nfor each in a b c d e f; do\n  echo \"a line that somebody wrote: $each\"\ndone\necho done\n");
        },
    ),
    case(
        "legal-source-headers",
        "warning",
        "LicenseRef-Public-Domain, which LICENSE",
        |_, candidate| {
            candidate.put("src/sha.c", "/*\nA digest in C\n100% Public Domain\n*/\nint sha(const char *text) { return text[0] + text[1]; }\nint sha_of_nothing(void) { return 0; }\n");
        },
    ),
    case("archive-no-leftovers", "error", "3 files `._*`", |_, candidate| {
        candidate.words = vec!["--without".into(), "source".into()];
        for name in ["._a", "src/._main.c", "src/deep/._b"] {
            candidate
                .packed()
                .insert(name.into(), (b"\0\x05\x16\x07\0\x02\0\0Mac OS X".to_vec(), 0o644));
        }
    }),
    // source
    case("source-matches-tag", "error", "src/main.c is not as in the tag", |_, candidate| {
        let bytes = with_header("//", "int main(void) { return 1; }\n");
        candidate.packed().insert("src/main.c".into(), (bytes, 0o644));
    }),
    case("source-matches-tag", "error", "src/more.c is not in the tag", |_, candidate| {
        let bytes = with_header("//", "int more;\n");
        candidate.packed().insert("src/more.c".into(), (bytes, 0o644));
    }),
    case(
        "source-matches-tag",
        "warning",
        "configure and 1 more are generated by",
        |_, candidate| {
            candidate.put(
                "configure.ac",
                String::from_utf8(with_header("#", "AC_INIT([demo], [1.2.0])\nAC_OUTPUT\n"))
                    .unwrap(),
            );
            for name in ["configure", "install-sh"] {
                candidate.packed().insert(name.into(), (with_header("#", "exit 0\n"), 0o755));
            }
        },
    ),
    case("source-matches-tag", "note", "CHANGES.md is in the tag, not in", |_, candidate| {
        candidate.packed().remove("CHANGES.md").unwrap();
    }),
    case("source-matches-tag", "warning", "build.sh is executable in the tag", |_, candidate| {
        candidate.packed().get_mut("build.sh").unwrap().1 = 0o644;
    }),
    case("source-tag-names-the-commit", "error", "leads to", |_, candidate| {
        candidate.words =
            vec!["--commit".into(), "0123456789abcdef0123456789abcdef01234567".into()];
    }),
    case("source-tag-signed", "note", "is a lightweight tag", |_, candidate| {
        candidate.sign_tag = false;
    }),
    case("source-rebuild-identical", "note", "could not be made again", |_, candidate| {
        candidate.words = vec!["--rebuild".into()];
    }),
    case("source-rebuild-identical", "error", "could not be made again", |_, candidate| {
        candidate.put("plusone.toml", with_header("#", "[verify]\nreproducible = true\n"));
    }),
    case("source-builds", "error", "`sh build.sh` ended with status 7", |_, candidate| {
        candidate.put(
            "plusone.toml",
            with_header("#", "[verify]\nbuild = [\"true\", \"sh build.sh\"]\n"),
        );
        candidate.put("build.sh", with_header("#", "test -f NOTICE && exit 7\n"));
        // What only the archive says is run where that is said.
        candidate.words = vec!["--build-as-told".into()];
    }),
    case("source-versions-agree", "warning", "Cargo.toml states 1.1.0", |_, candidate| {
        candidate.put("Cargo.toml", with_header("#", "[package]\nversion = \"1.1.0\"\n"));
    }),
    // mail
    case("mail-names-what-was-verified", "error", "which is not that of", |_, candidate| {
        candidate.mail = Some(VOTE.replace("{sha512}", &"ab".repeat(64)));
    }),
    case("mail-names-what-was-verified", "error", "states the commit", |_, candidate| {
        candidate.mail = Some(VOTE.replace("{commit}", &"0123456789".repeat(4)));
        // The tag is what it is; the mail is wrong about it.
        candidate.words = vec!["--without".into(), "source-tag-names-the-commit".into()];
    }),
    case("source-changelog-mentions-version", "note", "does not mention 1.2.0", |_, candidate| {
        candidate.put("CHANGES.md", "# Changes\n\n## 1.1.0\n");
    }),
];

/// A key of 2048 bits, which is made quickly; it is strong enough for all but a note.
fn rsa(maker: &Maker, user_id: &str) -> String {
    let words = [
        "--batch",
        "--quiet",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "",
        "--quick-generate-key",
        user_id,
        "rsa4096",
        "sign,cert",
        "1y",
    ];
    maker.world.run("gpg", &words).ok();
    let listing =
        maker.world.run("gpg", &["--batch", "--with-colons", "--list-keys", user_id]).stdout;
    let line = listing.lines().find(|line| line.starts_with("fpr:")).unwrap();
    line.split(':').nth(9).unwrap().to_owned()
}

/// A call as release managers write it.
pub(crate) const VOTE: &str = "\
From: Jane Doe <jane@apache.org>
To: dev@demo.apache.org
Subject: [VOTE] Release Apache Demo 1.2.0 (rc1)
Date: Fri, 20 Nov 2026 12:00:00 +0000
Message-ID: <vote-1@apache.org>

Hi all,

please vote on releasing Apache Demo 1.2.0, candidate 1:

  https://dist.apache.org/repos/dist/dev/demo/1.2.0-rc1/

The tag is v1.2.0-rc1, commit {commit}.
SHA-512 of apache-demo-1.2.0-src.tar.gz:
{sha512}

KEYS: https://downloads.apache.org/demo/KEYS

The vote is open for at least 72 hours.

[ ] +1 Release this package
[ ]  0 I have no opinion
[ ] -1 Do not release it, because ...

Jane
";

const DISCLAIMER: &str = "\
Apache Demo is an effort undergoing incubation at The Apache Software Foundation (ASF), sponsored by the Apache
Incubator. Incubation is required of all newly accepted projects until a further review indicates that the
infrastructure, communications, and decision making process have stabilized in a manner consistent with other
successful ASF projects. While incubation status is not necessarily a reflection of the completeness or stability of
the code, it does indicate that the project has yet to be fully endorsed by the ASF.
";
