//! `signature-keys-source`: the KEYS file comes from where the project has it.

use super::{Check, CheckOutcome, Finding, Severity};
use crate::evidence::Evidence;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "signature-keys-source",
    title: "The KEYS file is the project's",
    severity: Severity::Warning,
    rule: Some(policy::K_05),
    why: "a mail can name any file, with any key in it: only downloads.apache.org, \
          dist.apache.org/repos/dist/release and the address in your own settings are where the \
          project's committee writes and nobody else does; a good signature by another file's key \
          proves nothing",
    fix: "compare the file with the project's own, and name the one that you believe with --keys",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    match &evidence.keys {
        Ok(Some(keys)) => {
            let doubt = keys.doubt.iter().map(|doubt| Finding::new(Severity::Warning, doubt));
            CheckOutcome::of(doubt.collect(), keys.place.clone())
        }
        Ok(None) => CheckOutcome::not_applicable("no KEYS file is known"),
        Err(reason) => CheckOutcome::not_run(reason),
    }
}
