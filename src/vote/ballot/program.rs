//! Lines that a program wrote into a mail: logs, commands, patches.

/// What a program printed: logs, commands, stack traces.
pub(super) fn is_of_program(text: &str) -> bool {
    const STARTS: &[&str] = &[
        "[INFO]",
        "[DEBUG]",
        "[WARN",
        "[ERROR]",
        "[TRACE]",
        "$ ",
        "at org.",
        "at java.",
        "at com.",
        "Caused by:",
        ">>> ",
    ];
    let text = text.trim_start();
    STARTS.iter().any(|start| text.starts_with(start))
}

/// The hunks of a patch, by the line counts in their headers.
#[derive(Default)]
pub(super) struct Patch {
    old: u32,
    new: u32,
    /// Between `diff --git` and the first hunk.
    in_header: bool,
}

impl Patch {
    /// Whether the next line belongs to a patch.
    pub(super) fn holds(&mut self, line: &str) -> bool {
        if let Some(ranges) = line.strip_prefix("@@ -") {
            let mut ranges = ranges.split([' ', '+']).filter(|range| !range.is_empty());
            let count = |range: Option<&str>| {
                let range = range.unwrap_or_default();
                range.split_once(',').map_or(1, |(_, count)| count.parse().unwrap_or(0))
            };
            (self.old, self.new) = (count(ranges.next()), count(ranges.next()));
            self.in_header = false;
            return true;
        }
        if line.starts_with("diff --git ") {
            self.in_header = true;
        }
        let is_header = ["diff --git ", "index ", "--- ", "+++ ", "new file", "deleted file"];
        if self.in_header && is_header.iter().any(|start| line.starts_with(start)) {
            return true;
        }
        let (old, new) = match line.chars().next() {
            Some('+') => (0, 1),
            Some('-') => (1, 0),
            Some(' ') | None => (1, 1),
            _ => (u32::MAX, 0),
        };
        if self.old + self.new == 0 || old > self.old || new > self.new {
            (self.old, self.new) = (0, 0);
            return false;
        }
        (self.old, self.new) = (self.old - old, self.new - new);
        true
    }
}
