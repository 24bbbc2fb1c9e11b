//! Tables as text: columns side by side where they fit.

use super::{Row, paint, push_line, tone_code, wrap};

/// What a name may take of a line that is too narrow for everything.
const NAME: usize = 32;

/// Writes a table. Where a line is too narrow, a longer name has a line of its own, and the last
/// columns stand below their row, with their headings.
pub(super) fn push(out: &mut String, head: &[String], rows: &[Row], width: usize, colour: bool) {
    let last = head.len().saturating_sub(1);
    let cells = || rows.iter().map(|row| &row.cells[..]).chain([head]);
    let mut widths: Vec<usize> = (0..last)
        .map(|index| cells().filter_map(|cells| cells.get(index)).map(|c| columns(c)).max())
        .map(Option::unwrap_or_default)
        .collect();
    let taken = |widths: &[usize]| widths.iter().sum::<usize>() + 2 * widths.len();
    if taken(&widths) > width + 2
        && let Some(first) = widths.first_mut()
    {
        let names = cells().filter_map(|cells| cells.first()).map(|cell| columns(cell));
        *first = names.filter(|name| *name <= NAME).max().unwrap_or_default();
    }
    let mut kept = last;
    while kept > 2 && taken(&widths[..kept]) > width + 2 {
        kept -= 1;
    }
    let line = |cells: &[String], paint_cell: &dyn Fn(usize, String) -> String| {
        let cells = cells.iter().zip(&widths).take(kept).enumerate();
        let padded = cells.map(|(index, (cell, width))| {
            let blanks = width.saturating_sub(columns(cell));
            paint_cell(index, format!("{cell}{:blanks$}", ""))
        });
        padded.collect::<Vec<_>>().join("  ")
    };
    push_line(out, &line(head, &|_, cell| paint(&cell, "2", colour)));
    for row in rows {
        let tone = |index: usize, cell: String| match index {
            1 => paint(&cell, tone_code(row.tone), colour),
            _ => cell,
        };
        let mut cells = row.cells.clone();
        if let Some((name, room)) = cells.first_mut().zip(widths.first())
            && columns(name) > *room
        {
            push_line(out, name);
            name.clear();
        }
        push_line(out, &line(&cells, &tone));
        let moved = head.iter().zip(&row.cells).take(last).skip(kept);
        let moved: Vec<String> = moved.map(|(head, cell)| format!("{head} {cell}")).collect();
        let moved = Some(moved.join(", ")).filter(|moved| !moved.is_empty());
        for below in moved.iter().chain(&row.below) {
            push_line(out, &format!("    {}", wrap(below, width.saturating_sub(4), 4)));
        }
    }
}

/// How many columns of a terminal a text takes: two for the scripts of East Asia and for pictures
/// (Unicode's UAX 11), none for marks on the letter before.
pub(super) fn columns(text: &str) -> usize {
    let width = |c: char| match u32::from(c) {
        0x0300..=0x036f | 0x0591..=0x05bd | 0x064b..=0x065f | 0x20d0..=0x20f0 | 0xfe00..=0xfe0f => {
            0
        }
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f900..=0x1f9ff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    };
    text.chars().map(width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Tone;

    fn table(width: usize, rows: &[[&str; 4]]) -> String {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let row = |cells: &[&str; 4]| Row {
            tone: Tone::Plain,
            cells: texts(&cells[..3]),
            below: texts(&cells[3..]),
        };
        let rows: Vec<Row> = rows.iter().map(row).collect();
        let mut out = String::new();
        push(&mut out, &["who", "vote", "known", "line"].map(str::to_owned), &rows, width, false);
        out
    }

    #[test]
    fn what_does_not_fit_stands_below() {
        let long = "a name of more than thirty-two letters";
        let rows = [["Jane", "+1", "by address", "+1"], [long, "0", "not known", "0"]];
        assert_eq!(
            table(80, &rows),
            "who                                     vote  known\n\
             Jane                                    +1    by address\n    +1\n\
             a name of more than thirty-two letters  0     not known\n    0\n"
        );
        assert_eq!(
            table(40, &rows),
            "who   vote  known\nJane  +1    by address\n    +1\n\
             a name of more than thirty-two letters\n      0     not known\n    0\n"
        );
        assert_eq!(
            table(12, &rows[..1]),
            "who   vote\nJane  +1\n    known by\n    address\n    +1\n"
        );
    }

    #[test]
    fn wide_letters_take_two_columns() {
        // Unicode 16, EastAsianWidth.txt: W for these three, N for the other two; Mn for U+0301.
        assert_eq!(["王", "あ", "🎉", "é", "א", "e\u{301}"].map(columns), [2, 2, 2, 1, 1, 1]);
        assert_eq!(
            table(80, &[["王小", "+1", "x", ""], ["Jane", "0", "y", ""]]),
            "who   vote  known\n王小  +1    x\n\nJane  0     y\n\n"
        );
    }
}
