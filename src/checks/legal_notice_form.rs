//! `legal-notice-form`: NOTICE begins as it has to.

use std::collections::BTreeSet;

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::legal::notice::{self, Attribution};
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-notice-form",
    title: "NOTICE begins as it has to",
    severity: Severity::Error,
    rule: Some(policy::P_07),
    why: "NOTICE has to name the product, the copyright of the ASF and where the software was \
          developed, and nothing that does not belong there",
    fix: "begin it with `Apache NAME`, `Copyright YEARS The Apache Software Foundation`, and \
          `This product includes software developed at The Apache Software Foundation \
          (https://www.apache.org/).`",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if !evidence.preset.is_asf() {
        return CheckOutcome::not_applicable("the form is that of the ASF");
    }
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (_, contents) in evidence.source_contents() {
        let Some((name, text)) = contents.text(texts::NOTICE) else { continue };
        let read = notice::read(&text);
        let mut found = |severity, line: usize, what: String| {
            findings.push(Finding::new(severity, format!("{name}: {what}")).at(name).line(line));
        };
        match &read.product {
            Some(product) => seen.push(product.what.clone()),
            None => {
                found(Severity::Error, 1, "it does not begin with the product, `Apache …`".into())
            }
        }
        if read.copyright.is_none() {
            let what = "there is no line `Copyright YEARS The Apache Software Foundation`";
            found(Severity::Error, 1, what.into());
        }
        match &read.attribution {
            Some(at) if at.what == Attribution::By => {
                let what = "it says `developed by`; since 2013 it has to say `developed at`";
                found(Severity::Error, at.line, what.into());
            }
            Some(_) => {}
            None => {
                let what = "it does not say `This product includes software developed at The Apache Software Foundation`";
                found(Severity::Error, 1, what.into());
            }
        }
        // P-09: a licence belongs in LICENSE; whoever passes the software on must keep NOTICE.
        if let Some(first) = read.licences.first() {
            let ids: BTreeSet<&str> = read.licences.iter().map(|one| &one.id[..]).collect();
            let ids = ids.into_iter().collect::<Vec<_>>().join(", ");
            let message = format!("{name}: licences do not belong here but in LICENSE: {ids}");
            let finding = Finding::new(Severity::Warning, message).at(name).line(first.line);
            findings.push(
                finding.fix(
                    "move the licences to LICENSE, and leave only what they ask to be in NOTICE",
                ),
            );
        }
    }
    CheckOutcome::of(findings, seen.join(", "))
}
