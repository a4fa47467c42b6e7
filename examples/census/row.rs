//! A row of the table: what is known of one language.

use crate::count::Counts;
use std::cmp::Reverse;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) counts: Counts,
    pub(crate) longest: Option<Longest>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Longest {
    pub(crate) lines: u64,
    pub(crate) path: PathBuf,
}

impl Longest {
    /// Longer, and among equals the first by path: files are read in any order and the table should not tell.
    fn beats(&self, other: &Longest) -> bool {
        (self.lines, Reverse(&self.path)) > (other.lines, Reverse(&other.path))
    }
}

impl Row {
    /// `None` for a file whose lines could not be counted.
    pub(crate) fn add(&mut self, path: &Path, bytes: u64, counts: Option<Counts>) {
        let longest = counts.map(|counts| Longest {
            lines: counts.lines,
            path: path.to_owned(),
        });
        self.merge(Row {
            files: 1,
            bytes,
            counts: counts.unwrap_or_default(),
            longest,
        });
    }

    pub(crate) fn merge(&mut self, other: Row) {
        self.files += other.files;
        self.bytes += other.bytes;
        self.counts.lines += other.counts.lines;
        self.counts.blank += other.counts.blank;
        self.counts.todos += other.counts.todos;
        self.longest = match (self.longest.take(), other.longest) {
            (Some(ours), Some(theirs)) => Some(if theirs.beats(&ours) { theirs } else { ours }),
            (ours, theirs) => ours.or(theirs),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_files_does_not_show() {
        let files = [("b", 3), ("a", 3), ("c", 1)];
        let row = |order: &[usize]| {
            let mut row = Row::default();
            for &at in order {
                let counts = Counts {
                    lines: files[at].1,
                    ..Counts::default()
                };
                row.add(Path::new(files[at].0), 10, Some(counts));
            }
            row.add(Path::new("binary"), 5, None);
            row
        };
        assert_eq!(row(&[0, 1, 2]), row(&[2, 1, 0]));
        assert_eq!(
            row(&[0, 1, 2]).longest,
            Some(Longest {
                lines: 3,
                path: "a".into()
            })
        );
        assert_eq!((row(&[0, 1, 2]).files, row(&[0, 1, 2]).bytes), (4, 35));
    }
}
