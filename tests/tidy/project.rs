//! Where the files come from: git where the project is a clone, the directories where it is an unpacked package.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Source;
use crate::layout::ALLOWED;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &str) -> Source {
    let text =
        fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    Source::new(path, &text)
}

/// The crate's own sources.
pub(crate) fn sources() -> Vec<Source> {
    let is_source =
        |source: &Source| source.path.starts_with("src/") && source.path.ends_with(".rs");
    files().into_iter().filter(is_source).collect()
}

/// Every text file of the project: what is under version control, and what would be after `git add`.
pub(crate) fn files() -> Vec<Source> {
    let mut arguments = vec!["--cached", "--others", "--exclude-standard", "--"];
    arguments.extend(ALLOWED);
    let paths = git(&arguments).unwrap_or_else(|| {
        let mut found = Vec::new();
        for name in ALLOWED {
            walk(&root(), name, &mut found);
        }
        found
    });
    // What is not UTF-8 is not text. What cannot be read was deleted and git has not been told yet.
    let source = |path: String| {
        Some(Source {
            text: fs::read_to_string(root().join(&path)).ok()?,
            path,
        })
    };
    paths.into_iter().filter_map(source).collect()
}

/// The names directly under the root: those that git knows, else those that are there.
pub(crate) fn top_level() -> Vec<String> {
    if let Some(paths) = git(&["--cached"]) {
        let first = |path: &String| path.split('/').next().unwrap_or_default().to_owned();
        return paths
            .iter()
            .map(first)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
    }
    names(&root())
}

/// Paths as `git ls-files` lists them. `None`: there is no repository here, no git, or nothing in it yet.
fn git(arguments: &[&str]) -> Option<Vec<String>> {
    if !root().join(".git").exists() {
        return None;
    }
    let output = Command::new("git")
        .current_dir(root())
        // Hooks run with these set, perhaps to another place.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .args(["ls-files", "-z"])
        .args(arguments)
        .output()
        .ok()?;
    let listed = String::from_utf8_lossy(&output.stdout);
    let paths: Vec<String> = listed
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect();
    (output.status.success() && !paths.is_empty()).then_some(paths)
}

fn walk(root: &Path, path: &str, found: &mut Vec<String>) {
    let full = root.join(path);
    if full.is_dir() {
        for name in names(&full) {
            walk(root, &format!("{path}/{name}"), found);
        }
    } else if full.is_file() {
        found.push(path.to_owned());
    }
}

fn names(directory: &Path) -> Vec<String> {
    let entries =
        fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
