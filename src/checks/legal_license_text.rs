//! `legal-license-text`: LICENSE holds the whole Apache License.

use super::texts;
use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::legal::licence::{self, Appendix};
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "legal-license-text",
    title: "LICENSE holds the whole Apache License",
    severity: Severity::Error,
    rule: Some(policy::P_06),
    why: "a licence with other words is another licence",
    fix: "copy the text from https://www.apache.org/licenses/LICENSE-2.0.txt and append the \
          licences of what is bundled",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    if !evidence.preset.is_asf() {
        return CheckOutcome::not_applicable("the project may choose its licence");
    }
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for (artifact, contents) in evidence.readable_contents() {
        let Some((name, text)) = texts::of_package(artifact, contents, texts::LICENSE) else {
            continue;
        };
        match licence::apache_text(&text) {
            Ok(found) if found.appendix == Appendix::Absent => {
                let message = format!("{name} lacks the appendix, `How to apply`");
                let finding = Finding::new(Severity::Warning, message);
                findings.push(finding.at(name).line(found.last_line));
            }
            Ok(found) => {
                if let Appendix::Differs(difference) = found.appendix {
                    let message = format!("{name} has another appendix: {difference}");
                    let finding = Finding::new(Severity::Note, message);
                    findings.push(finding.at(name).line(difference.line));
                }
                seen.push(name);
            }
            Err(difference) => {
                let finding = Finding::new(Severity::Error, format!("{name}: {difference}"));
                findings.push(finding.at(name).line(difference.line));
            }
        }
    }
    texts::outcome(findings, seen)
}
