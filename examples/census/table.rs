//! A table of text: a heading, rows, a rule, totals; every column as wide as its widest cell.

use std::fmt;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

pub(crate) struct Table<const N: usize> {
    align: [Align; N],
    heading: [String; N],
    rows: Vec<[String; N]>,
    totals: [String; N],
}

impl<const N: usize> Table<N> {
    pub(crate) fn new(columns: [(&str, Align); N], totals: [String; N]) -> Self {
        Self {
            align: columns.map(|(_, align)| align),
            heading: columns.map(|(name, _)| name.to_owned()),
            rows: Vec::new(),
            totals,
        }
    }

    pub(crate) fn push(&mut self, row: [String; N]) {
        self.rows.push(row);
    }

    fn widths(&self) -> [usize; N] {
        let lines = || self.rows.iter().chain([&self.heading, &self.totals]);
        std::array::from_fn(|at| {
            lines()
                .map(|line| line[at].chars().count())
                .max()
                .unwrap_or(0)
        })
    }

    fn line(&self, widths: &[usize; N], cells: &[String; N]) -> String {
        let mut line = String::new();
        for ((cell, &width), align) in cells.iter().zip(widths).zip(self.align) {
            line += &match align {
                Align::Left => format!("{cell:<width$}  "),
                Align::Right => format!("{cell:>width$}  "),
            };
        }
        line.truncate(line.trim_end().len());
        line
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widths = self.widths();
        let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * N.saturating_sub(1));
        writeln!(f, "{}", self.line(&widths, &self.heading))?;
        writeln!(f, "{rule}")?;
        for row in &self.rows {
            writeln!(f, "{}", self.line(&widths, row))?;
        }
        writeln!(f, "{rule}")?;
        writeln!(f, "{}", self.line(&widths, &self.totals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align() {
        let columns = [("Name", Align::Left), ("Size", Align::Right)];
        let mut table = Table::new(columns, ["Total".into(), "1,006".into()]);
        table.push(["é".into(), "1,000".into()]);
        table.push(["b".into(), "6".into()]);
        let expected = "\
Name    Size
────────────
é      1,000
b          6
────────────
Total  1,006
";
        assert_eq!(table.to_string(), expected);
    }
}
