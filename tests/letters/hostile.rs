//! Nothing that somebody writes into a template, a mail or a page makes us panic or hang.

use plusone::letters::lint::{CATALOGUE, Known, Posting, links};
use plusone::letters::template::{Source, fill, placeholders};
use plusone::letters::{Kind, Letter, fold};
use plusone::mail::compose::{parse_address, split_addresses};
use plusone::policy::Preset;
use proptest::prelude::*;
use serde_json::json;

fn look(kind: Kind, body: &str) {
    let posting = Posting {
        letter: Letter {
            kind,
            from: body.chars().take(40).collect(),
            to: vec!["announce@apache.org".into(), body.chars().take(30).collect()],
            cc: Vec::new(),
            subject: body.chars().take(90).collect(),
            body: body.to_owned(),
            content_type: "text/plain".into(),
        },
        preset: Preset::Podling,
        known: Known {
            version: Some("1.0".into()),
            download_page: Some("https://x.apache.org/".into()),
            download_page_text: Some(body.to_owned()),
            ..Known::default()
        },
    };
    for check in CATALOGUE {
        let _ = (check.run)(&posting);
    }
    let _ = Letter::from_draft(kind, body);
}

proptest! {
    #[test]
    fn any_template_is_filled_or_told(
        text in "(Subject: |To:|\\{\\{|\\}\\}|\\{%|%\\}|\\{#|#\\}|\n|\r\n| if | for | in | x | \\| fold|\
                 \\| quote| else | end(if|for|filter)| filter fold|'|\"|\\(|\\)|[a-z]|é|日|\t|<|>){0,60}"
    ) {
        let facts = json!({ "x": "y", "a": [1, 2], "b": null });
        for text in [text.clone(), format!("Subject: s\n\n{text}")] {
            if let Err(error) = fill(Source { name: "t", text: &text }, &facts, true) {
                let lines: Vec<&str> = text.split('\n').collect();
                // The place is in the template, or in the letter made from it.
                prop_assert!(error.line <= lines.len().max(1) || error.name != "t", "{error:?}");
                prop_assert!(error.width >= 1 && error.column >= 1);
                prop_assert!(error.excerpt().contains(" | "));
            }
        }
    }

    #[test]
    fn any_text_is_looked_at(
        text in "(https?://|apache.org|/|closer.lua|\\?path=|<[a-z]{1,3}>|</|> |\\[ ?\\]|\\+1|rc1|\n|\
                 @|,|\"|\\.|TODO|\\{\\{|[a-z0-9]{1,4}|é|日| ){0,60}"
    ) {
        for kind in Kind::ALL {
            look(kind, &text);
        }
        for link in links::links(&text) {
            prop_assert!(text.contains(link.text));
        }
        let _ = (fold::fold(&text, 3), fold::quote(&text, 2), parse_address(&text));
        for item in split_addresses(&text) {
            prop_assert!(!item.is_empty());
        }
        for range in placeholders(&text) {
            prop_assert!(text.get(range).is_some());
        }
    }
}

#[test]
fn long_texts_are_read_to_their_end() {
    // Work that is not linear would take hours.
    const LENGTH: usize = 1 << 18;
    let pieces = [
        "<",
        "<a>",
        "<a></b>",
        "http://",
        "http://a\"",
        "http://a)",
        "((((",
        "{{",
        "+1 ",
        "> ",
        "a, ",
        "\"",
        "x",
    ];
    for piece in pieces {
        let text = piece.repeat(LENGTH / piece.len());
        look(Kind::Announce, &text);
        look(Kind::Vote, &text);
        let _ = (fold::fold(&text, 0), fold::quote(&text, 0), split_addresses(&text));
    }
}
