//! A project's own template takes the place of ours.

use plusone::letters::Kind;
use plusone::letters::template::Source;
use plusone::policy::Preset;

use crate::sample::*;

/// In the manner of a project that words its calls by itself, licence header and all.
const OWN: &str = "{#
Licensed to the Apache Software Foundation (ASF) under one or more contributor license agreements;
and to You under the Apache License, Version 2.0.
#}
Subject: [VOTE] Release {{ display }} {{ version }}
To: {{ to | join(\", \") }}

Hello, Community,

{% filter fold %}
This is a call for the vote to release {{ display }} version {{ version }}, which is made from the
commit named below.
{% endfilter %}

Release notes:
{{ changes }}

The release candidates:
{{ place.url }}

Release Commit ID:
{{ commit.name }}

Keys to verify the Release Candidate:
{{ keys }}
{% for artifact in artifacts %}

{{ artifact.name }}
{{ artifact.sha512 }}
{% endfor %}

The vote will be open for at least {{ window.hours }} hours, until {{ window.closes | utc }}.

[ ] +1 approve
[ ] +0 no opinion
[ ] -1 disapprove with the reason
";

const SETTINGS: &str = r#"
[project]
name = "apisix"
display = "Apache APISIX"
[naming]
formats = ["tgz"]
[dist]
dev_directory = "{version}"
[vote]
changes = "https://github.com/apache/apisix/blob/release/{major}.{minor}/CHANGELOG.md"
"#;

#[test]
fn a_project_words_its_own_call() {
    let sample = Sample::new(SETTINGS, "3.14.1", None);
    let mut staged = sample.staged();
    staged.tagged = false;
    let facts = sample.subject().vote(&staged, window(MONDAY, 72, Preset::TopLevel), None).unwrap();
    let own = Source { name: "release/vote.txt", text: OWN };
    snapshot("vote-own-template", &filled(Kind::Vote, Some(own), &facts));
}

#[test]
fn a_slip_in_it_is_shown() {
    let sample = Sample::new(SETTINGS, "3.14.1", None);
    let mut staged = sample.staged();
    staged.tagged = false;
    let facts = sample.subject().vote(&staged, window(MONDAY, 72, Preset::TopLevel), None).unwrap();
    let text = OWN.replace("{{ commit.name }}", "{{ commit.nmae }}");
    let own = Source { name: "release/vote.txt", text: &text };
    let error = plusone::letters::Letter::render(Kind::Vote, Some(own), FROM, &facts).unwrap_err();
    assert_eq!(error.to_string(), "release/vote.txt:22:4: `commit.nmae` has no value here");
    let excerpt = error.excerpt();
    assert!(excerpt.starts_with(
        "  --> release/vote.txt:22:4\n   |\n22 | {{ commit.nmae }}\n   |    ^^^^^^^^^^^\n   = help: there are artifacts,"
    ), "{excerpt}");
    // The tag is known not to be there: it cannot be printed by mistake.
    let text = OWN.replace("{{ commit.name }}", "{{ tag }}");
    let own = Source { name: "release/vote.txt", text: &text };
    let error = plusone::letters::Letter::render(Kind::Vote, Some(own), FROM, &facts).unwrap_err();
    assert_eq!(error.message, "`tag` has no value here");
}
