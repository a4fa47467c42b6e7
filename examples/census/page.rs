//! The printed page.

use crate::census::Census;
use crate::row::{Longest, Row};
use crate::shown::{counted, grouped, shortened, shown};
use crate::table::{Align, Table};
use std::cmp::Reverse;
use std::fmt;
use std::path::Path;

const PATH_WIDTH: usize = 44;

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.table())?;
        self.write_sizes(f)?;
        self.write_problems(f)?;
        self.write_speed(f)
    }
}

impl Census {
    fn table(&self) -> Table<7> {
        let mut rows: Vec<_> = self.rows.iter().filter(|(_, row)| row.files > 0).collect();
        rows.sort_by_key(|(name, row)| (Reverse((row.counts.lines, row.files)), *name));
        let mut total = Row::default();
        for (_, row) in &rows {
            total.merge(row.clone());
        }
        let columns = [
            ("Language", Align::Left),
            ("Files", Align::Right),
            ("Lines", Align::Right),
            ("Blank", Align::Right),
            ("Bytes", Align::Right),
            ("TODO", Align::Right),
            ("Longest file", Align::Left),
        ];
        let mut table = Table::new(columns, self.cells("Total", &total));
        for (name, row) in rows {
            table.push(self.cells(name, row));
        }
        table
    }

    fn cells(&self, name: &str, row: &Row) -> [String; 7] {
        let longest = |longest: &Longest| {
            let path = shortened(&self.relative(&longest.path), PATH_WIDTH);
            format!("{path} ({})", grouped(longest.lines))
        };
        [
            name.to_owned(),
            grouped(row.files),
            grouped(row.counts.lines),
            grouped(row.counts.blank),
            grouped(row.bytes),
            grouped(row.counts.todos),
            row.longest.as_ref().map_or_else(|| "-".to_owned(), longest),
        ]
    }

    fn relative(&self, path: &Path) -> String {
        match path.strip_prefix(&self.root) {
            Ok(below) if below == Path::new("") => shown(path),
            Ok(below) => shown(below),
            Err(_) => shown(path),
        }
    }

    fn write_sizes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = self
            .sizes
            .iter()
            .map(|(class, files)| format!("{} {}", grouped(*files), class.describe()));
        writeln!(f, "Sizes: {}", sizes.collect::<Vec<_>>().join(", "))?;
        if !self.largest.is_empty() {
            writeln!(f, "Largest files, in bytes:")?;
        }
        let width = self
            .largest
            .first()
            .map_or(0, |(bytes, _)| grouped(*bytes).len());
        for (bytes, path) in &self.largest {
            writeln!(f, "  {:>width$}  {}", grouped(*bytes), self.relative(path))?;
        }
        if self.links > 0 {
            writeln!(
                f,
                "Not followed: {} (--follow does)",
                counted(self.links, "link", "links")
            )?;
        }
        if self.left_out > 0 {
            let directories = counted(self.left_out, "directory", "directories");
            writeln!(
                f,
                "Left out: {directories} of git or caches (--all walks them)"
            )?;
        }
        Ok(())
    }

    fn write_problems(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.problems.count() == 0 {
            return Ok(());
        }
        writeln!(
            f,
            "\n{}:",
            counted(self.problems.count(), "problem", "problems")
        )?;
        for (kind, pile) in self.problems.piles() {
            writeln!(f, "  {} ({}):", kind.describe(), grouped(pile.count))?;
            for problem in &pile.first {
                let colon = if problem.reason.is_empty() { "" } else { ": " };
                writeln!(
                    f,
                    "    {}{colon}{}",
                    self.relative(&problem.path),
                    problem.reason
                )?;
            }
            let more = pile.count - pile.first.len() as u64;
            if more > 0 {
                writeln!(f, "    and {} more", grouped(more))?;
            }
        }
        Ok(())
    }

    fn write_speed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        // A float's cast saturates: no time at all gives a large number, nothing in no time gives 0.
        let per_second = |count: u64| grouped((count as f64 / seconds).round() as u64);
        let (signals, callbacks) = (grouped(self.signals), grouped(self.callbacks));
        let walked = counted(self.walked, "file", "files");
        writeln!(f, "\nOn {}: {walked} in {:.2?}", self.runtime, self.elapsed)?;
        writeln!(
            f,
            "  {signals:>11} signals    {:>9} a second",
            per_second(self.signals)
        )?;
        writeln!(
            f,
            "  {callbacks:>11} callbacks  {:>9} a second",
            per_second(self.callbacks)
        )
    }
}
