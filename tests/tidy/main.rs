//! The structure of the project, checked.
//!
//! Every check is a function of paths and texts that returns what it found, so that the tests beside it can show that
//! it finds something. This file only feeds them the project.

mod floors;
mod layout;
mod lexer;
mod mentions;
mod paths;
mod pipeline;
mod project;
mod runtimes;
mod size;
mod text;

use std::fmt;

/// A file of the project: its path from the root, with `/` between the parts, and what is in it.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }
}

/// What a check complains about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    pub(crate) path: String,
    /// From 1; 0 where it is the whole file.
    pub(crate) line: usize,
    pub(crate) what: String,
}

impl Violation {
    pub(crate) fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what: what.into(),
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

#[track_caller]
fn expect_none(violations: &[Violation]) {
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

/// One complaint, of this file and line, in which all these words occur.
#[cfg(test)]
#[track_caller]
pub(crate) fn expect_one(violations: &[Violation], path: &str, line: usize, words: &[&str]) {
    let [violation] = violations else {
        panic!("expected one violation, got {violations:#?}")
    };
    assert_eq!(
        (violation.path.as_str(), violation.line),
        (path, line),
        "{violation}"
    );
    for word in words {
        assert!(
            violation.what.contains(word),
            "{word:?} is not in {violation}"
        );
    }
}

#[test]
fn imports_point_down() {
    expect_none(&floors::check(&project::sources()));
}

#[test]
fn inside_signal_imports_follow_the_pipeline() {
    expect_none(&pipeline::check_imports(&project::sources()));
}

#[test]
fn matching_is_pure() {
    expect_none(&pipeline::check_purity(&project::sources()));
}

#[test]
fn runtimes_and_reactors_are_named_in_one_room_only() {
    expect_none(&runtimes::check(&project::sources()));
}

#[test]
fn files_are_small() {
    expect_none(&size::check(&project::files()));
}

#[test]
fn text_is_clean() {
    expect_none(&text::check(&project::files()));
}

#[test]
fn top_level_is_what_was_agreed() {
    expect_none(&layout::check_top_level(&project::top_level()));
}

#[test]
fn changelog_knows_the_version() {
    expect_none(&layout::check_changelog(
        &project::read("CHANGELOG.md"),
        &project::read("Cargo.toml"),
    ));
}

#[test]
fn examples_are_named_in_the_documents() {
    expect_none(&layout::check_examples(&project::files()));
}

#[test]
fn unsafe_code_is_forbidden() {
    expect_none(&layout::check_forbids_unsafe(&project::read("src/lib.rs")));
}

#[test]
fn the_project_was_found() {
    let paths: Vec<String> = project::sources()
        .into_iter()
        .map(|source| source.path)
        .collect();
    for path in ["src/lib.rs", "src/sync.rs", "src/signal/mod.rs"] {
        assert!(
            paths.iter().any(|found| found == path),
            "{path} is not among {paths:#?}"
        );
    }
}
