//! What `plusone verify` found.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Page, Report, SHOWN, Tone, count, kinds, severity_label, size};
use crate::checks::adjust::{Verdict, Waived, family};
use crate::checks::{CheckOutcome, Finding, Severity};
use crate::error::ExitStatus;
use crate::openpgp::Judgement;
use crate::policy::Rule;

/// A candidate with everything that was found.
#[derive(Debug, Serialize)]
pub struct VerificationReport {
    /// What all checks together say.
    pub verdict: Verdict,
    /// What was verified.
    pub candidate: Candidate,
    /// Its artifacts.
    pub artifacts: Vec<VerifiedArtifact>,
    /// The keys that signatures were judged by.
    pub keys: Option<Keys>,
    /// The commit that the sources were compared with.
    pub tag: Option<Tag>,
    /// One by one, in the order of the catalogue.
    pub checks: Vec<VerifiedCheck>,
    /// What the reader should know about how it was found out.
    pub remarks: Vec<String>,
    /// How long it took.
    pub timing: Timing,
    /// The voter's mail, if a draft was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
    /// plusone's own version.
    pub tool: &'static str,
}

/// What was verified.
#[derive(Debug, Serialize)]
pub struct Candidate {
    /// The project's short name, as far as known.
    pub project: Option<String>,
    /// Its version, as far as known.
    pub version: Option<String>,
    /// The number of the candidate.
    pub rc: Option<u32>,
    /// Whose rules it was judged by.
    pub policy: &'static str,
    /// Where it lies.
    pub place: String,
}

/// An artifact.
#[derive(Debug, Serialize)]
pub struct VerifiedArtifact {
    /// Its name below the candidate's directory.
    pub name: String,
    /// `source` or `convenience`.
    pub role: &'static str,
    /// Bytes.
    pub size: u64,
    /// SHA-512 of its bytes, hex.
    pub sha512: String,
    /// Its signatures, each with what it is worth in words.
    pub signatures: Vec<Signature>,
    /// Whether at least one signature is good.
    pub signed: bool,
}

/// A signature with what it is worth.
#[derive(Debug, Serialize)]
pub struct Signature {
    /// In a sentence.
    pub words: String,
    /// In detail.
    #[serde(flatten)]
    pub judgement: Judgement,
}

/// A KEYS file.
#[derive(Debug, Serialize)]
pub struct Keys {
    /// Where it was read.
    pub place: String,
    /// SHA-512 of its bytes, hex.
    pub sha512: String,
    /// How many certificates are in it.
    pub certificates: usize,
}

/// A tag or commit.
#[derive(Debug, Serialize)]
pub struct Tag {
    /// Where the repository is.
    pub repository: String,
    /// The tag, if there is one.
    pub name: Option<String>,
    /// The commit.
    pub commit: String,
}

/// A check with what came of it.
#[derive(Debug, Serialize)]
pub struct VerifiedCheck {
    /// Its id.
    pub id: &'static str,
    /// What holds when it passes.
    pub title: &'static str,
    /// The gravest that it can find.
    pub severity: Severity,
    /// The rule it rests on; none for good practice.
    pub basis: Option<Rule>,
    /// How to mend what it finds.
    pub fix: &'static str,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: CheckOutcome,
    /// What it found and the project stands by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<Waived>,
}

/// How long it took.
#[derive(Debug, Serialize)]
pub struct Timing {
    /// Wall clock, in seconds.
    pub seconds: f64,
}

/// What a voter reads first: what nobody can have meant, then what ties the package to its signer and its tag; headers of
/// single files last. A check stands where the first beginning of its id stands.
const ORDER: &[&str] = &[
    "archive-no-compiled-code",
    "signature-",
    "checksum-",
    "archive-readable",
    "archive-unambiguous",
    "archive-",
    "source-matches-tag",
    "source-tag",
    "candidate-",
    "legal-license",
    "legal-notice",
    "legal-disclaimer",
    "source-",
    "mail-",
    "legal-category",
];

fn rank(check: &VerifiedCheck) -> usize {
    let place = ORDER.iter().position(|begins| check.id.starts_with(begins));
    place.unwrap_or(ORDER.len())
}

impl Report for VerificationReport {
    const SCHEMA: &'static str = "plusone.verification/1";

    fn exit(&self) -> ExitStatus {
        match self.verdict {
            Verdict::Pass => ExitStatus::Done,
            Verdict::Fail => ExitStatus::Bad,
            Verdict::Incomplete => ExitStatus::Incomplete,
        }
    }

    fn write(&self, page: &mut Page) {
        self.write_candidate(page);
        self.write_families(page);
        self.write_findings(page);
        for remark in &self.remarks {
            page.paragraph(remark);
        }
        page.paragraph(&self.conclusion());
        if let Some(reply) = &self.reply {
            page.verbatim(reply);
        }
    }
}

impl VerificationReport {
    fn write_candidate(&self, page: &mut Page) {
        let candidate = &self.candidate;
        let words = [
            Some(candidate.project.as_deref().unwrap_or("candidate").to_owned()),
            candidate.version.clone(),
            candidate.rc.map(|rc| format!("rc{rc}")),
        ];
        page.title(&words.into_iter().flatten().collect::<Vec<_>>().join(" "));
        let mut fields = vec![("at", candidate.place.clone())];
        fields.push(("rules", candidate.policy.to_owned()));
        if let Some(keys) = &self.keys {
            fields.push(("KEYS", keys.place.clone()));
            fields.push(("sha512", keys.sha512.clone()));
        }
        if let Some(tag) = &self.tag {
            let name = tag.name.as_deref().map_or(String::new(), |name| format!("{name}, "));
            fields.push(("tag", format!("{name}commit {} in {}", tag.commit, tag.repository)));
        }
        page.fields(fields);
        for artifact in &self.artifacts {
            page.title(&artifact.name);
            let mut fields =
                vec![("size", size(artifact.size)), ("sha512", artifact.sha512.clone())];
            for signature in &artifact.signatures {
                fields.push(("signed", signature.words.clone()));
            }
            if artifact.signatures.is_empty() {
                fields.push(("signed", "no signature that can be read".to_owned()));
            }
            page.fields(fields);
        }
    }

    /// A line for each family: how many of its checks came out how.
    fn write_families(&self, page: &mut Page) {
        page.title("Checks");
        let mut order: Vec<&str> = Vec::new();
        let mut counts: BTreeMap<&str, BTreeMap<Column, u64>> = BTreeMap::new();
        for check in &self.checks {
            let family = family(check.id);
            if !order.contains(&family) {
                order.push(family);
            }
            let row = counts.entry(family).or_default();
            *row.entry(column(&check.outcome)).or_default() += 1;
            if !check.waived.is_empty() {
                *row.entry(Column::Waived).or_default() += 1;
            }
        }
        page.fields(order.into_iter().map(|family| {
            let cells = counts[family].iter();
            let cells = cells.map(|(column, number)| format!("{number} {}", column.word()));
            (family, cells.collect::<Vec<_>>().join(", "))
        }));
    }

    fn write_findings(&self, page: &mut Page) {
        let unsigned: Vec<&str> = self
            .artifacts
            .iter()
            .filter(|artifact| !artifact.signed)
            .map(|artifact| &artifact.name[..])
            .collect();
        let gravest_first = [Severity::Error, Severity::Warning, Severity::Note];
        let mut checks: Vec<&VerifiedCheck> = self.checks.iter().collect();
        checks.sort_by_key(|check| rank(check));
        for severity in gravest_first {
            for check in &checks {
                let CheckOutcome::Finding { findings } = &check.outcome else { continue };
                for kind in kinds(findings) {
                    if kind.first().is_some_and(|one| one.severity == severity) {
                        write_kind(page, check, severity, &kind, &unsigned);
                    }
                }
            }
        }
        // What was not run for one reason is told at once.
        let mut not_run: Vec<(&str, Vec<&str>)> = Vec::new();
        for check in &self.checks {
            if let CheckOutcome::NotRun { reason } = &check.outcome {
                match not_run.iter_mut().find(|(known, _)| known == reason) {
                    Some((_, ids)) => ids.push(check.id),
                    None => not_run.push((reason, vec![check.id])),
                }
            }
        }
        for (reason, ids) in not_run {
            page.item(Tone::Warning, "not run", &format!("{}: {reason}", ids.join(", ")), []);
        }
        for check in &self.checks {
            for waived in check.waived.iter().take(SHOWN) {
                let text = format!("{}: {}", check.id, waived.finding.message);
                page.item(Tone::Plain, "waived", &text, [("reason", waived.reason.clone())]);
            }
        }
    }

    fn conclusion(&self) -> String {
        let with = |wanted: Severity| {
            let findings = self.checks.iter().filter_map(|check| match &check.outcome {
                CheckOutcome::Finding { findings } => Some(findings),
                _ => None,
            });
            findings.flatten().filter(|finding| finding.severity == wanted).count() as u64
        };
        let errors = count(with(Severity::Error), "error", "errors");
        let warnings = count(with(Severity::Warning), "warning", "warnings");
        match self.verdict {
            Verdict::Pass => format!(
                "Everything that a machine can check is well ({warnings}). Build it, test it and \
                 look at it before you vote: that is yours to do."
            ),
            Verdict::Fail => format!("Not well: {errors}, {warnings}."),
            Verdict::Incomplete => format!(
                "Nothing is wrong that could be seen ({warnings}), but not everything could be \
                 looked at: this is no pass."
            ),
        }
    }
}

/// Findings of one kind as one entry: how many, the first of them, and what to do about it.
fn write_kind(
    page: &mut Page,
    check: &VerifiedCheck,
    severity: Severity,
    findings: &[&Finding],
    unsigned: &[&str],
) {
    let (tone, label) = severity_label(severity);
    let place = |finding: &Finding| {
        let line = finding.line.map_or(String::new(), |line| format!(":{line}"));
        finding.path.as_ref().map(|path| format!("{path}{line}"))
    };
    let mut details = Vec::new();
    let text = match findings {
        [one] => {
            details.extend(place(one).map(|place| ("in", place)));
            format!("{}: {}", check.id, one.message)
        }
        _ => {
            for finding in findings.iter().take(SHOWN) {
                let line = finding.line.map_or(String::new(), |line| format!(" (line {line})"));
                details.push(("as", format!("{}{line}", finding.message)));
            }
            if let Some(more) = findings.len().checked_sub(SHOWN).filter(|more| *more > 0) {
                details.push(("more", format!("{more}; --format json has them all")));
            }
            format!("{}: {} findings", check.id, findings.len())
        }
    };
    let own = findings.first().map_or("", |finding| &finding.fix[..]);
    details.push(("fix", if own.is_empty() { check.fix } else { own }.to_owned()));
    match check.basis {
        Some(rule) => details.push(("rule", format!("{} {}", rule.id, rule.link))),
        None => details.push(("rule", "none: good practice".to_owned())),
    }
    if matches!(family(check.id), "archive" | "legal" | "source") && !unsigned.is_empty() {
        let whose =
            format!("found in what nobody's good signature vouches for: {}", unsigned.join(", "));
        details.push(("note", whose));
    }
    page.item(tone, label, &text, details);
}

/// A column of the table of families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Ok,
    Error,
    Warning,
    Note,
    NotRun,
    NotApplicable,
    Waived,
}

impl Column {
    fn word(self) -> &'static str {
        match self {
            Column::Ok => "ok",
            Column::Error => "with errors",
            Column::Warning => "with warnings",
            Column::Note => "with notes",
            Column::NotRun => "not run",
            Column::NotApplicable => "not applicable",
            Column::Waived => "with waivers",
        }
    }
}

fn column(outcome: &CheckOutcome) -> Column {
    match outcome {
        CheckOutcome::Pass { .. } => Column::Ok,
        CheckOutcome::NotRun { .. } => Column::NotRun,
        CheckOutcome::NotApplicable { .. } => Column::NotApplicable,
        CheckOutcome::Finding { findings } => {
            match findings.iter().map(|finding| finding.severity).max() {
                Some(Severity::Error) => Column::Error,
                Some(Severity::Warning) => Column::Warning,
                _ => Column::Note,
            }
        }
    }
}
