//! How long a file may be.

use crate::lexer::code_lines;
use crate::{Source, Violation};

/// Directories whose files are counted.
const COUNTED: [&str; 4] = ["src/", "tests/", "examples/", "benches/"];
/// The most lines a file may have, of whatever kind.
const LINES: usize = 500;
/// A file under src has to stay below this, blank lines and comments not counted.
const CODE_LINES: usize = 400;

pub(crate) fn check(files: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for Source { path, text } in files {
        let lines = text.lines().count();
        if lines > LINES && COUNTED.iter().any(|directory| path.starts_with(directory)) {
            found.push(Violation::new(
                path,
                0,
                format!("{lines} lines, of at most {LINES}"),
            ));
        }
        if path.starts_with("src/") && path.ends_with(".rs") {
            let lines = code_lines(text);
            if lines >= CODE_LINES {
                found.push(Violation::new(
                    path,
                    0,
                    format!("{lines} lines of code, and not fewer than {CODE_LINES}"),
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{CODE_LINES, LINES, check};
    use crate::{Source, expect_one};

    #[test]
    fn sees_a_long_file() {
        for path in [
            "src/a.rs",
            "tests/a.rs",
            "tests/run.sh",
            "examples/a/main.rs",
            "benches/a.rs",
        ] {
            expect_one(
                &check(&[Source::new(path, &"// a\n".repeat(LINES + 1))]),
                path,
                0,
                &["501 lines"],
            );
            assert_eq!(check(&[Source::new(path, &"// a\n".repeat(LINES))]), []);
        }
        assert_eq!(
            check(&[Source::new("docs/a.md", &"a\n".repeat(LINES + 1))]),
            []
        );
    }

    #[test]
    fn sees_much_code() {
        let text = |lines| "// a\n".repeat(LINES - CODE_LINES) + &"a();\n".repeat(lines);
        expect_one(
            &check(&[Source::new("src/a.rs", &text(CODE_LINES))]),
            "src/a.rs",
            0,
            &["400 lines of code"],
        );
        assert_eq!(check(&[Source::new("src/a.rs", &text(CODE_LINES - 1))]), []);
        assert_eq!(check(&[Source::new("tests/a.rs", &text(CODE_LINES))]), []);
    }
}
