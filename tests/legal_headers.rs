//! The headers of files: every style of comment, the variants people write, other licences, and what is no header.
//!
//! The expected values are a person's reading of the texts under POLICY's section 7 and P-10 to P-13.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests touch the outside, and a panic is how they fail"
)]

use plusone::legal::header::{START, read};
use plusone::legal::{FileLegal, Header, How, Kind};
use proptest::prelude::*;

/// The ASF's header as its site gives it, a line a line.
const ASF: &str = "Licensed to the Apache Software Foundation (ASF) under one
or more contributor license agreements.  See the NOTICE file
distributed with this work for additional information
regarding copyright ownership.  The ASF licenses this file
to you under the Apache License, Version 2.0 (the
\"License\"); you may not use this file except in compliance
with the License.  You may obtain a copy of the License at

  http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing,
software distributed under the License is distributed on an
\"AS IS\" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY
KIND, either express or implied.  See the License for the
specific language governing permissions and limitations
under the License.
";

const SHORT: &str = "Licensed to the Apache Software Foundation (ASF) under one or more contributor license agreements; \
    and to You under the Apache License, Version 2.0.";

const OWNER: &str = "Licensed under the Apache License, Version 2.0 (the \"License\");
you may not use this file except in compliance with the License.
You may obtain a copy of the License at

    http://www.apache.org/licenses/LICENSE-2.0

Unless required by applicable law or agreed to in writing, software
distributed under the License is distributed on an \"AS IS\" BASIS,
WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
See the License for the specific language governing permissions and
limitations under the License.
";

const MIT: &str = "Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the \"Software\"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.
";

const BSD: &str = "Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:
1. Redistributions of source code must retain the above copyright notice.
2. Redistributions in binary form must reproduce the above copyright notice.
";

fn lines(open: &str, leader: &str, text: &str, close: &str) -> String {
    let body: String = text.lines().map(|line| format!("{leader}{line}\n")).collect();
    format!("{open}{body}{close}")
}

fn legal(text: &str) -> FileLegal {
    read("x", text.as_bytes(), true)
}

fn header(text: &str) -> Header {
    legal(text).header
}

#[track_caller]
fn third(text: &str, licence: &str, line: usize) {
    assert_eq!(header(text), Header::ThirdParty { licence: licence.into(), line }, "{text}");
}

#[test]
fn the_full_header_in_every_style_of_comment() {
    for (open, leader, close) in [
        ("/*\n", " * ", " */\npackage a;\n"),
        ("/**\n", " * ", " */\n"),
        ("/* ", "   ", "*/\n"),
        ("/*!\n", " * ", " */\n"),
        ("", "// ", ""),
        ("", "/// ", ""),
        ("", "//! ", ""),
        ("", "# ", "\nimport os\n"),
        ("", "## ", ""),
        ("#!/bin/sh\n#\n", "# ", ""),
        ("#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\n", "# ", ""),
        ("\"\"\"\n", "", "\"\"\"\n"),
        ("'''\n", "", "'''\n"),
        ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!--\n", "  ", "-->\n<project/>"),
        ("<!--\n", "  ~ ", "  -->\n"),
        ("<!DOCTYPE html>\n<!-- ", "     ", "-->\n"),
        ("<?php\n/**\n", " * ", " */\n"),
        ("<%--\n", "  ", "--%>\n"),
        ("<#--\n", "  ", "-->\n"),
        ("", "; ", ""),
        ("", ";;; ", ""),
        ("", "-- ", ""),
        ("--[[\n", "", "]]\n"),
        ("{-\n", "", "-}\n"),
        ("(*\n", " * ", " *)\n"),
        ("{\n", "  ", "}\n"),
        ("", "% ", ""),
        ("", "%% ", ""),
        ("@echo off\r\n", "REM ", ""),
        ("", "rem ", ""),
        ("", "@rem ", ""),
        ("", ":: ", ""),
        ("", "dnl ", ""),
        ("", "' ", ""),
        ("", "\" ", ""),
        ("", "! ", ""),
        ("", "C     ", ""),
        ("", "!! ", ""),
        ("", "*> ", ""),
        ("#|\n", "  ", "|#\n"),
        ("=begin\n", "", "=end\n"),
        ("=pod\n\n", "", "\n=cut\n"),
        ("{{!--\n", "  ", "--}}\n"),
        ("{{! ", "  ", "}}\n"),
        ("{#\n", "", "#}\n"),
        ("{*\n", "", "*}\n"),
        ("#*\n", " * ", "*#\n"),
        ("#[[\n", "", "]]\n"),
        ("<#\n", "", "#>\n"),
        ("@*\n", "", "*@\n"),
        ("/+\n", " + ", " +/\n"),
        ("..\n", "  ", "\nTitle\n=====\n"),
        ("////\n", "", "////\n"),
        ("", "//- ", ""),
        ("", ".\\\" ", ""),
        ("", "@c ", ""),
        ("", "@comment ", ""),
        ("#=\n", "", "=#\n"),
        ("\u{feff}/*\n", " * ", " */\n"),
        ("", "", "\nprose goes on here\n"),
        ("/** What the package is for. */\n/*\n", " * ", " */\n"),
        ("[//]: # (\n", "", ")\n"),
        ("---\n", "# ", "---\n"),
        ("/****************************\n", " * ", " ****************************/\n"),
        ("//=-------------------------\n", "//| ", "//=--\n"),
    ] {
        let text = lines(open, leader, ASF, close);
        let found = legal(&text);
        assert_eq!(found.header, Header::AsfFull, "{text}");
        assert_eq!(found.licences, [], "{text}");
        let line = text.lines().position(|line| line.contains("Licensed to")).unwrap() + 1;
        assert_eq!(found.header_line, Some(line), "{text}");
        let dos = text.replace("\r\n", "\n").replace('\n', "\r\n");
        assert_eq!(header(&dos), Header::AsfFull);
    }
}

#[test]
fn the_full_header_as_people_wrap_and_write_it() {
    let one_line = ASF.split_whitespace().collect::<Vec<_>>().join(" ");
    let columns: String = ASF
        .split_whitespace()
        .collect::<Vec<_>>()
        .chunks(3)
        .map(|words| format!("# {}\n", words.join("  ")))
        .collect();
    for text in [
        one_line.clone(),
        columns,
        ASF.replace("http:", "https:"),
        ASF.replace("to you", "to You"),
        ASF.to_uppercase(),
        ASF.replace('"', "&quot;"),
        ASF.replace("\"License\"", "“License”").replace("\"AS IS\"", "«AS IS»"),
        ASF.replace("(ASF)", "(\"ASF\")"),
        ASF.replace("\n\n", "\n<p>\n"),
        ASF.replace("\n\n", "\n <p/>\n </p>"),
        format!("String HEADER = \"{}\";", ASF.replace('\n', "\\n")),
        lines("", "\"", &ASF.replace('"', "'"), "").replace('\n', "\\r\\n\"\n"),
        ASF.replace('\n', "\r"),
        format!("{}{ASF}", "a line of code\n".repeat(300)),
        ASF.replace("LICENSE-2.0", "LICENSE-2.0>"),
        format!("{ASF}\n\nSPDX-License-Identifier: Apache-2.0\n"),
    ] {
        assert_eq!(header(&text), Header::AsfFull, "{text}");
    }
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(ASF.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read("x.ps1", &wide, true).header, Header::AsfFull);
    let bare: Vec<u8> = ASF.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(read("x.ps1", &bare, true).header, Header::AsfFull);
    let latin = [b"# \xc4nderungen von Jos\xe9\n", ASF.as_bytes()].concat();
    assert_eq!(read("x.py", &latin, true).header, Header::AsfFull);
}

#[test]
fn the_short_header() {
    for text in [SHORT.to_owned(), format!("/*! {SHORT} */"), SHORT.replace("; and", ",\n * and")] {
        assert_eq!(header(&text), Header::AsfShort, "{text}");
    }
    assert!(header(SHORT).is_good() && header(ASF).is_good());
    assert_eq!(header(&format!("{SHORT}\n\n{ASF}")), Header::AsfFull);
}

/// The differences of a variant: line, expected, found.
#[track_caller]
fn variant(text: &str, wanted: &[(usize, &str, &str)]) {
    let Header::AsfVariant(differences) = header(text) else {
        panic!("{:?}\n{text}", header(text))
    };
    let found: Vec<(usize, &str, &str)> =
        differences.iter().map(|one| (one.line, &one.expected[..], &one.found[..])).collect();
    assert_eq!(found, wanted, "{text}");
}

#[test]
fn other_words_are_told() {
    variant(&ASF.replace("See the NOTICE", "Read the NOTICE"), &[(2, "see", "read")]);
    variant(&ASF.replace("LICENSE-2.0", "LICENSE-2.0.txt"), &[(9, "", "txt")]);
    variant(
        &ASF.replace("or more contributor", "or morecontributor"),
        &[(2, "more contributor", "morecontributor")],
    );
    variant(
        &ASF.replace("regarding copyright ownership. ", ""),
        &[(4, "regarding copyright ownership", "")],
    );
    variant(&ASF.replace(" (ASF)", ""), &[(1, "asf", "")]);
    variant(
        &ASF.replace("Licensed to the Apache", "Licenced to the Apache"),
        &[(1, "licensed", "licenced")],
    );
    variant(&ASF.replace("Licensed to the Apache", "Licensed to Apache"), &[(1, "the", "")]);
    variant(&ASF.replace("Foundation (ASF)", "Foundaton (ASF)"), &[(1, "foundation", "foundaton")]);
    variant(
        &ASF.replace("Apache Software Foundation (ASF)", "ASF"),
        &[(1, "apache software foundation", "")],
    );
    variant(
        &ASF.replace("The ASF licenses", "The Foo Project licenses"),
        &[(4, "asf", "foo project")],
    );
    variant(
        &ASF.replace("express or implied", "expressed or implied").replace("AS IS", "AS-WAS"),
        &[(13, "is", "was"), (14, "express", "expressed")],
    );
    let cut = &ASF[..ASF.find("regarding").unwrap()];
    let Header::AsfVariant(differences) =
        header(&format!("/* {cut} */\nint the_work(void) {{ return under; }}\n"))
    else {
        panic!("a header cut short is one with words missing");
    };
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert!(
        differences[0].expected.starts_with("regarding copyright ownership the asf"),
        "{differences:?}"
    );
    let headless = &ASF[ASF.find("The ASF licenses").unwrap()..];
    let Header::AsfVariant(differences) = header(headless) else {
        panic!("{:?}", header(headless))
    };
    assert!(differences[0].expected.starts_with("licensed to the apache"), "{differences:?}");
    variant(&SHORT.replace("Version 2.0", "Version 2.1"), &[(1, "0", "1")]);
    variant(&SHORT.replace("agreements; and", "agreements; and also"), &[(1, "", "also")]);
    // The best of several decides.
    assert_eq!(header(&format!("{}\n\n{ASF}", ASF.replace("AS IS", "as"))), Header::AsfFull);
}

#[test]
fn a_header_beyond_the_start_is_none() {
    let far = format!("{}{ASF}", "x\n".repeat(START / 2));
    assert_eq!(read("x", far.as_bytes(), true).header, Header::None);
    assert_eq!(read("x", &far.as_bytes()[..START], false).header, Header::None);
}

#[test]
fn talk_about_the_foundation_is_no_header() {
    for text in [
        "Foo was licensed to the Apache Software Foundation in 2010, by its authors.",
        "// Licensed to the ASF: see the site.",
        "Copyright 2010 The Apache Software Foundation",
        "import org.apache.license.LicenseChecker;",
        "",
        "plain text without a word of it",
        "the ASF licenses this file differently",
    ] {
        assert_eq!(header(text), Header::None, "{text}");
    }
}

#[test]
fn copyright_lines_within_the_header() {
    for (text, line) in [
        (format!("/*\n * Copyright 2020 Foo Inc.\n *\n{} */\n", lines("", " * ", ASF, "")), 2),
        (format!("/*\n{} *\n * Copyright (c) Jane Doe\n */\n", lines("", " * ", ASF, "")), 19),
        (format!("# (C) x\n# Copyright © 2019-2021 Jane\n#\n{}", lines("", "# ", ASF, "")), 2),
        (
            format!(
                "<?xml version=\"1.0\"?>\n<!--\n Copyright 2022 The Apache Software Foundation\n\n{ASF}-->\n"
            ),
            3,
        ),
        (format!("<!-- Copyright by Foo\n{ASF}-->\n"), 1),
        (format!("/* {SHORT} Copyright 2020 Foo */"), 1),
    ] {
        assert_eq!(header(&text), Header::AsfWithCopyright { line }, "{text}");
        let dos = text.replace('\n', "\r\n");
        assert_eq!(header(&dos), Header::AsfWithCopyright { line }, "{text}");
    }
    for text in [
        // Another comment, another matter.
        format!("/* Copyright 2020 Foo */\n\n/*\n{} */\n", lines("", " * ", ASF, "")),
        format!("{}\n# Copyright 2020 Foo\n", lines("", "# ", ASF, "")),
        format!("/*\n{} */\n/* Copyright 2020 Foo */\n", lines("", " * ", ASF, "")),
        format!(
            "/*\n{} */\nString COPYRIGHT = \"Copyright 2020 Foo\";\n",
            lines("", " * ", ASF, "")
        ),
        format!("/*\n{} * See the copyright law.\n */\n", lines("", " * ", ASF, "")),
    ] {
        assert_eq!(header(&text), Header::AsfFull, "{text}");
    }
}

#[test]
fn the_apache_license_by_other_owners() {
    for (text, line) in [
        (format!("/*\n * Copyright 2020 Google LLC\n *\n{} */", lines("", " * ", OWNER, "")), 4),
        (OWNER.to_owned(), 1),
        (format!("# Copyright [yyyy] [name of copyright owner]\n#\n{}", lines("", "# ", OWNER, "")), 3),
        (
            "// Licensed to Elasticsearch B.V. under one or more contributor license agreements.\n// Elasticsearch B.V. \
             licenses this file to you under the Apache License, Version 2.0 (the \"License\"); you may not use this file"
                .to_owned(),
            2,
        ),
        ("# This software is licensed under the Apache 2.0 license.".to_owned(), 1),
        ("# License: Apache-2.0".to_owned(), 1),
    ] {
        assert_eq!(header(&text), Header::Apache2ByOwner { line }, "{text}");
    }
    let both =
        format!("/*\n{} */\n/*\n{} */", lines("", " * ", ASF, ""), lines("", " * ", OWNER, ""));
    assert_eq!(header(&both), Header::ThirdPartyAndAsf { licence: "Apache-2.0".into(), line: 20 });
    // What documentation says of other things is no second header.
    let prose = format!(
        "/*\n{} */\n/** Foo is published under the Apache License, Version 2.0. */",
        lines("", " * ", ASF, "")
    );
    assert_eq!(header(&prose), Header::AsfFull);
}

#[test]
fn spdx_identifiers() {
    for (text, id) in [
        ("// SPDX-License-Identifier: Apache-2.0\n", "Apache-2.0"),
        ("/* SPDX-License-Identifier: MIT OR Apache-2.0 */", "MIT OR Apache-2.0"),
        (
            "<!-- SPDX-License-Identifier: (GPL-2.0-only WITH Classpath-exception-2.0) -->",
            "(GPL-2.0-only WITH Classpath-exception-2.0)",
        ),
        ("# spdx-license-identifier:BSD-3-Clause\r\n", "BSD-3-Clause"),
        ("{# SPDX-License-Identifier: MIT #}", "MIT"),
        (".. SPDX-License-Identifier: nonsense licence\n", "nonsense licence"),
    ] {
        assert_eq!(header(text), Header::SpdxOnly(id.into()), "{text}");
    }
    for text in [
        "# SPDX-License-Identifier:\n",
        "print(\"SPDX-License-Identifier: MIT\")",
        "see SPDX-License-Identifier",
    ] {
        assert_eq!(header(text), Header::None, "{text}");
    }
    let two = legal("// SPDX-License-Identifier: MIT\n\n// SPDX-License-Identifier: ISC\n");
    let found: Vec<_> = two.licences.iter().map(|one| (&one.id[..], one.line, one.how)).collect();
    assert_eq!(found, [("MIT", 1, How::Spdx), ("ISC", 3, How::Spdx)]);
    let foreign = format!("# SPDX-License-Identifier: MIT\n\n{}", lines("", "# ", ASF, ""));
    assert_eq!(header(&foreign), Header::ThirdPartyAndAsf { licence: "MIT".into(), line: 1 });
}

#[test]
fn licences_by_their_texts() {
    third(&lines("/*\n * Copyright 2020 Foo\n *\n", " * ", MIT, " */"), "MIT", 4);
    third(&lines("/*\n", " * ", &format!("The MIT License (MIT)\n\n{MIT}"), " */"), "MIT", 2);
    third(&format!("{MIT}\nThe Software shall be used for Good, not Evil.\n"), "JSON", 1);
    third(&lines("", "# ", BSD, ""), "BSD-2-Clause", 1);
    third(
        &format!("{BSD}3. Neither the name of Foo may be used to endorse or promote products.\n"),
        "BSD-3-Clause",
        1,
    );
    third(
        &format!(
            "{BSD}3. All advertising materials mentioning features or use of this software\nmust say so.\n"
        ),
        "BSD-4-Clause",
        1,
    );
    third(
        "// Permission to use, copy, modify, and/or distribute this software for any\n// purpose with or without fee is hereby \
         granted, provided that the above\n// copyright notice and this permission notice appear in all copies.",
        "ISC",
        1,
    );
    third(
        "/* Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted. */",
        "0BSD",
        1,
    );
    third(
        " This software is provided 'as-is'.\n Permission is granted to anyone to use this software for any purpose,\n \
         including commercial applications, and to alter it",
        "Zlib",
        2,
    );
    third(
        "This is free and unencumbered software released into the public domain.",
        "Unlicense",
        1,
    );
    third("# The author placed this in the public domain.", "LicenseRef-Public-Domain", 1);
    third(
        "Copying and distribution of this file, with or without modification, are permitted in any medium without\n\
         # royalty provided the copyright notice and this notice are preserved.",
        "FSFAP",
        2,
    );
    third(
        "Permission is hereby granted, free of charge, to any person obtaining a copy of the Unicode data files and any",
        "Unicode-DFS-2016",
        1,
    );
    third(
        "Permission is hereby granted, free of charge, to any person or organization obtaining a copy of the software",
        "BSL-1.0",
        1,
    );
    third(
        "# Redistribution and use in source and binary forms, with or without\n# modification, are permitted only as authorized \
         by the OpenLDAP\n# Public License.",
        "OLDAP",
        1,
    );
}

#[test]
fn licences_by_their_notices() {
    let gpl = |name: &str, version: &str, or: &str| {
        format!(
            "# This program is free software; you can redistribute it and/or modify\n# it under the terms of the GNU {name}\n\
             # as published by the Free Software Foundation; either version {version} of the License{or}.\n#\n# You should have \
             received a copy of the GNU {name}\n# along with this program."
        )
    };
    let later = ", or\n# (at your option) any later version";
    third(&gpl("General Public License", "2", later), "GPL-2.0-or-later", 2);
    third(&gpl("General Public License", "3", later), "GPL-3.0-or-later", 2);
    third(&gpl("General Public License", "2", ""), "GPL-2.0-only", 2);
    third(&gpl("Lesser General Public License", "2.1", later), "LGPL-2.1-or-later", 2);
    third(&gpl("Library General Public License", "2", later), "LGPL-2.0-or-later", 2);
    third(&gpl("Affero General Public License", "3", later), "AGPL-3.0-or-later", 2);
    let exception = |words: &str| {
        let text = gpl("General Public License", "3", later);
        format!(
            "{text}\n#\n# As a special exception to the GNU General Public License, if you distribute this\n# file {words}"
        )
    };
    third(
        &exception(
            "as part of a program that contains a\n# configuration script generated by Autoconf, you may",
        ),
        "GPL-3.0-or-later WITH Autoconf-exception-generic-3.0",
        2,
    );
    third(
        &exception("as part of a program or library that is built using GNU Libtool"),
        "GPL-3.0-or-later WITH Libtool-exception",
        2,
    );
    for (text, licence) in [
        (
            "/* This Source Code Form is subject to the terms of the Mozilla Public\n * License, v. 2.0. If a copy of the MPL was \
             not distributed with this */",
            "MPL-2.0",
        ),
        (
            "/* The contents of this file are subject to the Mozilla Public License Version 1.1 */",
            "MPL-1.1",
        ),
        (
            " * This program and the accompanying materials are made available under\n * the terms of the Eclipse Public License v1.0",
            "EPL-1.0",
        ),
        ("// under the terms of the Eclipse Public License 2.0 which is available at", "EPL-2.0"),
        ("# subject to the terms of the Common Development and Distribution License (the", "CDDL"),
        ("// Distributed under the Boost Software License, Version 1.0.", "BSL-1.0"),
        ("// Licensed under the MIT license.", "MIT"),
        ("// Licensed under MIT", "MIT"),
        ("// Dual licensed under the MIT and GPL licenses.", "MIT OR GPL"),
        ("/*! @license MIT */", "MIT"),
        ("# License: BSD", "BSD"),
        ("// Use of this source code is governed by a BSD-style license that can be found", "BSD"),
        ("# Released under the 3-clause BSD license.", "BSD-3-Clause"),
        (
            "// licensed under the Creative Commons Attribution-ShareAlike 4.0 International License",
            "CC-BY-SA-4.0",
        ),
        ("# under a license: https://creativecommons.org/licenses/by/3.0/", "CC-BY-3.0"),
        ("// Licensed under the Business Source License 1.1", "BUSL-1.1"),
        ("# subject to the Server Side Public License, version 1", "SSPL-1.0"),
        ("// Licensed under the Elastic License 2.0", "Elastic-2.0"),
        ("# Licensed under the Confluent Community License", "LicenseRef-Confluent-Community-1.0"),
        ("% under the terms of the GPLv3+", "GPL-3.0-or-later"),
        ("# you may use it under the terms of the Artistic License 2.0", "Artistic-2.0"),
        ("# under the SIL Open Font License, Version 1.1", "OFL-1.1"),
        ("# Licensed under the WTFPL", "WTFPL"),
        ("# subject to version 3.01 of the PHP license", "PHP"),
    ] {
        let Header::ThirdParty { licence: found, .. } = header(text) else {
            panic!("{:?}: {text}", header(text))
        };
        assert_eq!(found, licence, "{text}");
    }
    let dual = legal("// Dual licensed under the MIT and GPL licenses.");
    assert_eq!(dual.licences.iter().map(|one| &one.id[..]).collect::<Vec<_>>(), ["MIT OR GPL"]);
    let either = legal(
        "// Licensed under either of Apache License, Version 2.0 or MIT license at your option.",
    );
    assert_eq!(
        either.licences.iter().map(|one| &one.id[..]).collect::<Vec<_>>(),
        ["Apache-2.0 OR MIT"]
    );
}

#[test]
fn names_alone_are_mentioned_only() {
    for text in [
        "String mit = \"Licensed under the MIT license\";",
        "if (license.equals(\"GPL\")) {",
        "See the GNU General Public License for more details.",
        "a GPL-compatible licence checker",
        "\"license\": \"MIT\",",
        "the driver's license says nothing",
        "assertEquals(\"Permission is hereby granted, free of charge, to any person obtaining a copy of\", x);",
    ] {
        assert_eq!(header(text), Header::None, "{text}");
    }
}

#[test]
fn someone_elses_header_beside_the_asfs() {
    let text =
        format!("/*\n{} */\n\n/*\n{} */", lines("", " * ", ASF, ""), lines("", " * ", MIT, ""));
    assert_eq!(header(&text), Header::ThirdPartyAndAsf { licence: "MIT".into(), line: 21 });
    let bsd = format!("{BSD}\n{ASF}");
    assert_eq!(header(&bsd), Header::ThirdPartyAndAsf { licence: "BSD-2-Clause".into(), line: 1 });
}

#[test]
fn kinds_of_files() {
    assert_eq!(read("x", b"", true).kind, Kind::Empty);
    for bytes in [
        &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
        b"\x7fELF\x02\x01\x01\0\0\0",
        b"%PDF-1.4\nLicensed",
        b"\x1f\x8b\x08\x08\x90\x80\x01\x02\x03\x04\x05\xff",
    ] {
        assert_eq!(read("x", bytes, true).kind, Kind::Binary);
    }
    for bytes in
        [&b"plain"[..], b"Jos\xe9", "日本語".as_bytes(), b"\x0c\x1b[1m", &"é".as_bytes()[..1]]
    {
        assert_eq!(read("x", bytes, bytes.len() > 1).kind, Kind::Text);
    }
    let binary = [ASF.as_bytes(), b"\0"].concat();
    assert_eq!(read("x", &binary, true).header, Header::None);
}

#[test]
fn generated_files_are_marked() {
    let text =
        format!("{}\n// Code generated by protoc. DO NOT EDIT.\n", lines("", "// ", ASF, ""));
    let found = legal(&text).generated.unwrap();
    assert_eq!(
        (found.line, &found.mark[..]),
        (Some(18), "// Code generated by protoc. DO NOT EDIT.")
    );
    assert_eq!(read("a/x.min.js", b"var a", true).generated.unwrap().line, None);
    assert_eq!(legal(ASF).generated, None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_can_be_read(path in "\\PC{0,40}", bytes in prop::collection::vec(any::<u8>(), 0..600), complete: bool) {
        let _ = read(&path, &bytes, complete);
    }

    /// Pieces of licences in any order, with any line ends: the same is found in both, on the same lines.
    #[test]
    fn line_ends_change_nothing(
        pieces in prop::collection::vec((0..PIECES.len(), 0_usize..200, prop::sample::select(LEADERS)), 0..12),
    ) {
        let mut text = String::new();
        for (piece, cut, leader) in pieces {
            let piece = PIECES[piece];
            let cut = piece.len().saturating_sub(cut);
            text.push_str(&lines("", leader, piece.get(..cut).unwrap_or(piece), ""));
        }
        let text: String = text.chars().take(START / 2).collect();
        prop_assume!(text.is_ascii());
        let unix = read("x", text.as_bytes(), true);
        let dos = read("x", text.replace('\n', "\r\n").as_bytes(), true);
        prop_assert_eq!(unix, dos);
    }

    /// A header with a word taken out is never taken for a whole one.
    #[test]
    fn no_word_can_be_missing(word in 0_usize..113, leader in prop::sample::select(LEADERS)) {
        let mut words: Vec<&str> = ASF.split_whitespace().collect();
        let word = word % words.len();
        words.remove(word);
        let text: String = words.chunks(7).map(|words| format!("{leader}{}\n", words.join(" "))).collect();
        prop_assert_ne!(header(&text), Header::AsfFull);
        prop_assert_ne!(header(&text), Header::None);
    }
}

const LEADERS: &[&str] = &["", " * ", "# ", "// ", "dnl ", "REM ", "; ", "\" "];

const PIECES: &[&str] = &[
    ASF,
    SHORT,
    OWNER,
    MIT,
    BSD,
    "/*",
    " */",
    "Copyright 2020 Foo",
    "Generated by the protocol buffer compiler.  DO NOT EDIT!",
    "SPDX-License-Identifier: MIT",
    "under the terms of the GNU General Public License as published; either version 2, or later",
    "code(\"Licensed under the MIT license\");\n\n",
    "Licensed to the Apache Software Foundation",
];
