//! The page and the charts from the lines of a run: `bench-report RESULTS DOCS`, from this package's directory.

use std::env::args_os;
use std::path::{Path, PathBuf};
use std::process::exit;

fn main() {
    let paths: Vec<PathBuf> = args_os().skip(1).map(PathBuf::from).collect();
    let [results, docs] = &paths[..] else {
        eprintln!("usage: bench-report RESULTS DOCS");
        exit(2);
    };
    if let Err(error) = fanfare_benches::report::write(results, Path::new("."), docs) {
        eprintln!("{}: {error}", results.display());
        exit(1);
    }
}
