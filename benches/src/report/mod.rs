//! From the lines of a run to the page and its charts.

mod chart;
mod data;
mod families;
mod figures;
mod goals;
mod machine;
mod page;
mod palette;
mod records;
mod text;
mod verdict;

use std::path::Path;
use std::{fs, io};

use data::Data;

/// Reads the lines in `results` and writes `benchmarks.md` and the charts under `docs`.
///
/// `package` is this package's directory: versions come from its lock file, and from `reasons.md`, if it is there, why
/// goals are missed.
///
/// # Errors
/// What keeps it from reading or writing, and a line that makes no sense.
pub fn write(results: &Path, package: &Path, docs: &Path) -> io::Result<()> {
    let data = Data::new(records::read(&fs::read_to_string(results)?)?);
    let charts = docs.join("benchmarks");
    fs::create_dir_all(&charts)?;
    for family in families::ALL {
        if let Some(svg) = family.chart(&data) {
            fs::write(charts.join(format!("{}.svg", family.id)), svg)?;
        }
    }
    let reasons = fs::read_to_string(package.join("reasons.md")).unwrap_or_default();
    let lock = fs::read_to_string(package.join("Cargo.lock"))?;
    fs::write(
        docs.join("benchmarks.md"),
        page::page(&data, &reasons, &lock),
    )
}
