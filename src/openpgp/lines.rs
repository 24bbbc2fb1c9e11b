//! The lines of a text, whatever ends them.

use std::ops::Range;

/// One line.
#[derive(Debug, Clone)]
pub(super) struct Line<'t> {
    /// Counted from 1.
    pub(super) number: u32,
    /// Without its line ending.
    pub(super) content: &'t [u8],
    /// With its line ending.
    pub(super) range: Range<usize>,
}

/// Lines ended by LF, CR LF or CR.
pub(super) struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    number: u32,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t [u8]) -> Self {
        Self { text, at: 0, number: 0 }
    }

    /// Returns the next line.
    pub(super) fn peek(&self) -> Option<Line<'t>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let length = length.unwrap_or(rest.len());
        let ending = match &rest[length..] {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        Some(Line {
            number: self.number.saturating_add(1),
            content: &rest[..length],
            range: self.at..self.at + length + ending,
        })
    }

    /// Returns what would be the next line if it were as long as the one before, when a line ends there; else the next
    /// line. Whoever takes it must find out that there is no line end in it.
    pub(super) fn peek_like(&self, length: usize) -> Option<Line<'t>> {
        let rest = self.text.get(self.at..)?;
        let ending = match rest.get(length..) {
            Some([b'\n', ..]) => 1,
            Some([b'\r', b'\n', ..]) => 2,
            _ => 0,
        };
        if length == 0 || ending == 0 {
            return self.peek();
        }
        Some(Line {
            number: self.number.saturating_add(1),
            content: &rest[..length],
            range: self.at..self.at + length + ending,
        })
    }

    /// Goes on behind the line.
    pub(super) fn skip(&mut self, line: &Line<'_>) {
        self.at = line.range.end;
        self.number = line.number;
    }

    /// Returns the next line and goes on behind it.
    pub(super) fn next(&mut self) -> Option<Line<'t>> {
        let line = self.peek()?;
        self.skip(&line);
        Some(line)
    }
}
