//! Rows of cells, aligned under their headings.

use std::borrow::Cow;
use std::fmt;

use super::words::{cut, on_one_line};

/// The most characters of a name that are shown.
const NAME: usize = 24;

/// A heading, and whether what stands below is numbers.
pub(crate) type Column = (&'static str, bool);

/// A line for the headings and one for each row. No line break at the end.
pub(crate) fn write_grid<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    columns: &[Column; N],
    rows: &[[String; N]],
) -> fmt::Result {
    let head = columns.map(|(heading, _)| heading.to_owned());
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().chain([&head]);
        let widths = cells.map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    });
    write_row(f, columns, &head, &widths)?;
    for row in rows {
        f.write_str("\n")?;
        write_row(f, columns, row, &widths)?;
    }
    Ok(())
}

/// Numbers to the right. The last column is one of them, so no line ends in blanks.
fn write_row<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    columns: &[Column; N],
    row: &[String; N],
    widths: &[usize; N],
) -> fmt::Result {
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        if column > 0 {
            f.write_str("  ")?;
        }
        if columns[column].1 {
            write!(f, "{cell:>width$}")?;
        } else {
            write!(f, "{cell:<width$}")?;
        }
    }
    Ok(())
}

/// A name that keeps to its line and to its column.
pub(crate) fn short(name: &str) -> Cow<'_, str> {
    match on_one_line(name) {
        Cow::Borrowed(name) => cut(name, NAME),
        Cow::Owned(name) => Cow::Owned(cut(&name, NAME).into_owned()),
    }
}
