//! What no file may contain.

use crate::{Source, Violation};

pub(crate) fn check(files: &[Source]) -> Vec<Violation> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(Source { path, text }: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    for (line, content) in (1..).zip(text.split('\n')) {
        if content.ends_with(char::is_whitespace) {
            found.push(Violation::new(path, line, "ends in whitespace"));
        }
        if path.ends_with(".rs") && content.contains('\t') {
            found.push(Violation::new(path, line, "contains a tab"));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        found.push(Violation::new(
            path,
            text.lines().count(),
            "does not end in a newline",
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{Source, expect_one};

    #[test]
    fn sees_trailing_whitespace() {
        expect_one(
            &check(&[Source::new("docs/a.md", "a\nb \nc\n")]),
            "docs/a.md",
            2,
            &["whitespace"],
        );
        expect_one(
            &check(&[Source::new("docs/a.md", "a\r\n")]),
            "docs/a.md",
            1,
            &["whitespace"],
        );
    }

    #[test]
    fn sees_tabs_in_rust() {
        expect_one(
            &check(&[Source::new("src/a.rs", "\n\tx\n")]),
            "src/a.rs",
            2,
            &["tab"],
        );
        assert_eq!(check(&[Source::new("LICENSE", "\tx\n")]), []);
    }

    #[test]
    fn sees_a_missing_newline() {
        expect_one(
            &check(&[Source::new("src/a.rs", "a\nb")]),
            "src/a.rs",
            2,
            &["newline"],
        );
        assert_eq!(check(&[Source::new("src/empty.rs", "")]), []);
    }
}
