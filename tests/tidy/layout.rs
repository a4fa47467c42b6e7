//! What the project consists of, and that its documents keep up with it.

use crate::lexer::tokens;
use crate::{Source, Violation};

/// What may stand at the top level.
pub(crate) const ALLOWED: [&str; 11] = [
    "Cargo.toml",
    "README.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "src",
    "tests",
    "examples",
    "benches",
    "docs",
    ".ci",
];

/// What git and cargo put beside it.
const MADE: [&str; 6] = [
    ".git",
    "target",
    "Cargo.lock",
    "Cargo.toml.orig",
    ".cargo_vcs_info.json",
    ".cargo-ok",
];

pub(crate) fn check_top_level(names: &[String]) -> Vec<Violation> {
    let is_known = |name: &str| ALLOWED.contains(&name) || MADE.contains(&name);
    let unknown = names.iter().filter(|name| !is_known(name));
    unknown
        .map(|name| Violation::new(name, 0, "has no place at the top level"))
        .collect()
}

/// The first version heading (`## [1.2.3] - 2026-01-01`, brackets and date as one likes) is the manifest's version, or
/// says `Unreleased`.
pub(crate) fn check_changelog(changelog: &Source, manifest: &Source) -> Vec<Violation> {
    let Some(version) = package_version(&manifest.text) else {
        return vec![Violation::new(
            &manifest.path,
            0,
            "the package has no version",
        )];
    };
    let mut headings = (1..)
        .zip(changelog.text.lines())
        .filter_map(|(line, text)| Some((line, text.strip_prefix("## ")?)));
    let Some((line, heading)) = headings.next() else {
        return vec![Violation::new(
            &changelog.path,
            0,
            "has no version heading (a line that begins with \"## \")",
        )];
    };
    let named = heading
        .trim_start_matches('[')
        .split([']', ' '])
        .next()
        .unwrap_or_default();
    if named == version || named == "Unreleased" {
        return Vec::new();
    }
    vec![Violation::new(
        &changelog.path,
        line,
        format!("begins with {named:?}, but the package is {version:?}"),
    )]
}

fn package_version(manifest: &str) -> Option<&str> {
    let mut lines = manifest
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "[package]")
        .skip(1);
    lines
        .by_ref()
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| {
            let value = line
                .strip_prefix("version")?
                .trim_start()
                .strip_prefix('=')?;
            value.split('"').nth(1)
        })
}

/// A document names an example as `examples/name`, as `--example name` or in backticks.
pub(crate) fn check_examples(files: &[Source]) -> Vec<Violation> {
    let is_document = |file: &&Source| file.path == "README.md" || file.path.starts_with("docs/");
    let documents: Vec<&str> = files
        .iter()
        .filter(is_document)
        .map(|file| file.text.as_str())
        .collect();
    let mut found = Vec::new();
    for Source { path, .. } in files {
        let Some(name) = example_name(path) else {
            continue;
        };
        let ways = [
            format!("examples/{name}"),
            format!("--example {name}"),
            format!("`{name}"),
        ];
        if !ways
            .iter()
            .any(|way| documents.iter().any(|text| contains_word(text, way)))
        {
            found.push(Violation::new(
                path,
                0,
                format!("README.md and docs do not name the example {name}"),
            ));
        }
    }
    found
}

fn example_name(path: &str) -> Option<&str> {
    let name = path.strip_prefix("examples/")?;
    let name = name
        .strip_suffix("/main.rs")
        .or_else(|| name.strip_suffix(".rs"))?;
    (!name.contains('/')).then_some(name)
}

/// Whether the text holds the words, not followed by more of a name.
fn contains_word(text: &str, words: &str) -> bool {
    let goes_on = |c: char| c == '_' || c == '-' || c.is_alphanumeric();
    text.match_indices(words)
        .any(|(at, _)| !text[at + words.len()..].starts_with(goes_on))
}

pub(crate) fn check_forbids_unsafe(root: &Source) -> Vec<Violation> {
    let words: Vec<&str> = tokens(&root.text)
        .into_iter()
        .map(|token| token.text)
        .collect();
    let is_there = words
        .windows(8)
        .any(|found| found == ["#", "!", "[", "forbid", "(", "unsafe_code", ")", "]"]);
    if is_there {
        Vec::new()
    } else {
        vec![Violation::new(
            &root.path,
            0,
            "lacks #![forbid(unsafe_code)]",
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expect_one;

    #[test]
    fn sees_a_stranger_at_the_top() {
        let names = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        expect_one(
            &check_top_level(&names(&["src", "notes.txt"])),
            "notes.txt",
            0,
            &["no place"],
        );
        assert_eq!(check_top_level(&names(&ALLOWED)), []);
        assert_eq!(check_top_level(&names(&MADE)), []);
    }

    #[test]
    fn sees_an_old_changelog() {
        let manifest = "[package]\nrust-version = \"1.85\"\nversion = \"0.2.0\"\n[dependencies]\nversion = \"9\"\n";
        let check = |text: &str| {
            check_changelog(
                &Source::new("CHANGELOG.md", text),
                &Source::new("Cargo.toml", manifest),
            )
        };
        expect_one(
            &check("# Changelog\n\n## [0.1.0] - 2026\n\n## 0.2.0\n"),
            "CHANGELOG.md",
            3,
            &["0.1.0", "0.2.0"],
        );
        expect_one(&check("# Changelog\n"), "CHANGELOG.md", 0, &["heading"]);
        for heading in [
            "[0.2.0] - 2026-01-01",
            "0.2.0",
            "[0.2.0]",
            "0.2.0 (2026)",
            "[Unreleased]",
            "Unreleased",
        ] {
            assert_eq!(
                check(&format!("# Changelog\n\n## {heading}\n\n## 0.1.0\n")),
                []
            );
        }
    }

    #[test]
    fn sees_a_missing_version() {
        let manifest = Source::new(
            "Cargo.toml",
            "[package]\nname = \"x\"\n[dependencies]\nversion = \"1\"\n",
        );
        expect_one(
            &check_changelog(&Source::new("CHANGELOG.md", "## 1"), &manifest),
            "Cargo.toml",
            0,
            &["version"],
        );
    }

    #[test]
    fn sees_an_example_nobody_names() {
        let check = |path: &str, text: &str| {
            let text = Source::new("docs/guide.md", text);
            check_examples(&[Source::new(path, ""), text, Source::new("README.md", "")])
        };
        for text in [
            "",
            "first",
            "examples/first_steps.rs",
            "`first-steps`",
            "--example firsts",
        ] {
            expect_one(
                &check("examples/first.rs", text),
                "examples/first.rs",
                0,
                &["first"],
            );
            expect_one(
                &check("examples/first/main.rs", text),
                "examples/first/main.rs",
                0,
                &["first"],
            );
        }
        for text in [
            "(../examples/first.rs)",
            "see examples/first",
            "--example first",
            "the `first` one",
            "`first.rs`",
        ] {
            assert_eq!(check("examples/first.rs", text), []);
        }
        assert_eq!(check("examples/first/part.rs", ""), []);
        assert_eq!(check("examples/README.md", ""), []);
    }

    #[test]
    fn sees_a_root_that_allows_unsafe() {
        let check = |text: &str| check_forbids_unsafe(&Source::new("src/lib.rs", text));
        for text in [
            "",
            "// #![forbid(unsafe_code)]",
            "#![deny(unsafe_code)]",
            "\"#![forbid(unsafe_code)]\"",
        ] {
            expect_one(&check(text), "src/lib.rs", 0, &["forbid"]);
        }
        assert_eq!(check("//! Crate.\n#![forbid(unsafe_code)]\n"), []);
    }
}
