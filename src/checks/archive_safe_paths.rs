//! `archive-safe-paths`: no member leaves the directory, or overwrites another.

use std::collections::HashMap;

use super::{Check, CheckOutcome, Finding, Severity};
use crate::archive::read::HeadKind;
use crate::evidence::Evidence;
use crate::evidence::Member;
use crate::policy;

pub(super) const CHECK: Check<Evidence> = Check {
    id: "archive-safe-paths",
    title: "No member leaves the directory, or overwrites another",
    severity: Severity::Error,
    rule: Some(policy::P_19),
    why: "an archive is unpacked by people and machines that trust it; a path that leads out of \
          the directory writes where it should not",
    fix: "make the archive with `plusone package` or `git archive`, from a clean tree",
    run,
};

fn run(evidence: &Evidence) -> CheckOutcome {
    let mut findings = Vec::new();
    let mut members = 0;
    for (artifact, contents) in evidence.readable_contents() {
        members += contents.members.len();
        let mut paths = HashMap::new();
        for member in &contents.members {
            for (severity, what) in objections(member) {
                let message = format!("{}: {} {what}", artifact.base_name(), member.display());
                findings.push(Finding::new(severity, message).at(member.display()));
            }
            let folded = String::from_utf8_lossy(&member.path).to_lowercase();
            match paths.insert(folded, &member.path) {
                Some(other) if *other != member.path => {
                    let message = format!(
                        "{}: {} and {} are one file where case does not count",
                        artifact.base_name(),
                        String::from_utf8_lossy(other),
                        member.display()
                    );
                    findings.push(Finding::new(Severity::Warning, message).at(member.display()));
                }
                _ => {}
            }
        }
    }
    CheckOutcome::of(findings, format!("{members} members"))
}

fn objections(member: &Member) -> Vec<(Severity, &'static str)> {
    let mut found = Vec::new();
    let path = &member.path[..];
    let drive = path.len() > 1 && path[0].is_ascii_alphabetic() && path[1] == b':';
    if path.starts_with(b"/") || path.starts_with(b"\\") || drive {
        found.push((Severity::Error, "is an absolute path"));
    }
    if path.split(|&byte| byte == b'/' || byte == b'\\').any(|part| part == b"..") {
        found.push((Severity::Error, "leads out of the directory"));
    }
    if path.iter().any(u8::is_ascii_control) {
        found.push((Severity::Error, "has a control character in its name"));
    }
    match &member.kind {
        HeadKind::Symlink(target) if leaves(path, target, true) => {
            found.push((Severity::Error, "is a link that leads out of the directory"));
        }
        HeadKind::HardLink(target) if leaves(b"", target, false) => {
            found.push((Severity::Error, "is a link that leads out of the directory"));
        }
        HeadKind::Other(b'3' | b'4') => found.push((Severity::Error, "is a device")),
        HeadKind::Other(b'6') => found.push((Severity::Error, "is a named pipe")),
        HeadKind::Other(_) => found.push((Severity::Error, "is neither file, link nor directory")),
        _ => {}
    }
    // On a directory it only hands on the group.
    if member.mode & 0o6000 != 0 && !member.is_directory() {
        found.push((Severity::Error, "is setuid or setgid"));
    }
    found
}

/// Whether a link's target is outside of the top directory.
fn leaves(path: &[u8], target: &[u8], relative: bool) -> bool {
    if target.starts_with(b"/") || target.get(1) == Some(&b':') {
        return true;
    }
    let mut depth = if relative { path.iter().filter(|&&byte| byte == b'/').count() } else { 0 };
    for part in target.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            // The top directory itself is as far up as a link may lead.
            b".." if depth <= usize::from(relative) => return true,
            b".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::leaves;

    #[test]
    fn links_stay_inside() {
        assert!(!leaves(b"x-1/bin/tool", b"../lib/tool", true));
        assert!(!leaves(b"x-1/bin/tool", b"tool.sh", true));
        assert!(leaves(b"x-1/bin/tool", b"../../etc/passwd", true));
        assert!(leaves(b"x-1/tool", b"../y", true));
        assert!(leaves(b"x-1/tool", b"/etc/passwd", true));
        assert!(leaves(b"", b"../x", false));
        assert!(!leaves(b"", b"x-1/a", false));
    }
}
