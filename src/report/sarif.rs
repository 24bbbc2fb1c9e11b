//! Findings in SARIF 2.1.0, which code hosts show beside the lines they are about.
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>

use serde_json::{Value, json};

use super::verify::VerificationReport;
use crate::checks::{CheckOutcome, Severity};

/// Writes the findings of a verification as one SARIF log.
pub fn sarif(report: &VerificationReport) -> String {
    let rules: Vec<Value> = report
        .checks
        .iter()
        .map(|check| {
            json!({
                "id": check.id,
                "shortDescription": { "text": check.title },
                "help": { "text": check.fix },
                "helpUri": check.basis.map(|rule| rule.link),
                "defaultConfiguration": { "level": level(check.severity) },
            })
        })
        .map(without_null)
        .collect();
    let mut results = Vec::new();
    for (index, check) in report.checks.iter().enumerate() {
        let CheckOutcome::Finding { findings } = &check.outcome else { continue };
        for finding in findings {
            let location = finding.path.as_ref().map(|path| {
                let region = finding.line.map(|line| json!({ "startLine": line }));
                let place = json!({ "artifactLocation": { "uri": uri(path) }, "region": region });
                json!([{ "physicalLocation": without_null(place) }])
            });
            results.push(without_null(json!({
                "ruleId": check.id,
                "ruleIndex": index,
                "level": level(finding.severity),
                "message": { "text": finding.message },
                "locations": location,
            })));
        }
    }
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "plusone",
                "version": report.tool,
                "rules": rules,
            } },
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A relative reference: what is no plain character of a path is escaped.
fn uri(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(byte.into());
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

fn without_null(value: Value) -> Value {
    match value {
        Value::Object(map) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        other => other,
    }
}
