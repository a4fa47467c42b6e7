//! That the table of `docs/flow.md` and the tests of this directory go together: a cell, a test, and the other way round.
//!
//! The rule: the head of a column is the name of a file, and the first cell of a row, in words of lower case with `_` between
//! them, that of a test in it. Capitals begin a word. So "`queue`, `DropOldest`" in column "slow" is `slow::queue_drop_oldest`.

use std::collections::BTreeSet;

const DOC: &str = include_str!("../../docs/flow.md");
const COLUMNS: [(&str, &str); 5] = [
    ("slow", include_str!("slow.rs")),
    ("burst", include_str!("burst.rs")),
    ("panic", include_str!("panic.rs")),
    ("cancel", include_str!("cancel.rs")),
    ("close", include_str!("close.rs")),
];

/// The rows of the one table in a text, cell by cell; the line of dashes aside.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix('|')?.strip_suffix('|'));
    let rows = lines.map(|line| line.split('|').map(str::trim).collect());
    rows.filter(|row: &Vec<&str>| row.iter().any(|cell| cell.contains(|c| c != '-')))
        .collect()
}

/// What a row is called among the tests.
fn name(row: &str) -> String {
    let mut name = String::new();
    let mut is_inside = false;
    for c in row.chars() {
        if c.is_alphanumeric() || c == '_' {
            if !name.is_empty() && (!is_inside || c.is_uppercase()) {
                name.push('_');
            }
            name.extend(c.to_lowercase());
        }
        is_inside = c.is_alphanumeric() || c == '_';
    }
    name
}

/// The tests of a file.
fn tests(source: &str) -> impl Iterator<Item = &str> {
    let mut lines = source.lines().map(str::trim);
    std::iter::from_fn(move || {
        lines.find(|line| *line == "#[test]")?;
        lines.next()?.strip_prefix("fn ")?.strip_suffix("() {")
    })
}

#[test]
fn each_cell_is_a_test_and_each_test_a_cell() {
    let rows = rows(DOC);
    let (head, rows) = rows.split_first().expect("there is a table");
    let columns: Vec<_> = COLUMNS.iter().map(|(column, _)| *column).collect();
    assert_eq!(head[1..], columns);
    let mut cells = BTreeSet::new();
    for row in rows {
        assert_eq!(row.len(), head.len(), "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        for column in &columns {
            let is_new = cells.insert(format!("{column}::{}", name(row[0])));
            assert!(is_new, "{} stands there twice", row[0]);
        }
    }
    let mut tested = BTreeSet::new();
    for (column, source) in COLUMNS {
        assert_eq!(
            tests(source).count(),
            source.matches("#[test]").count(),
            "{column}.rs"
        );
        tested.extend(tests(source).map(|test| format!("{column}::{test}")));
    }
    let without_test: Vec<_> = cells.difference(&tested).collect();
    let without_cell: Vec<_> = tested.difference(&cells).collect();
    assert!(
        without_test.is_empty(),
        "cells of docs/flow.md without a test: {without_test:?}"
    );
    assert!(
        without_cell.is_empty(),
        "tests without a cell in docs/flow.md: {without_cell:?}"
    );
    assert_eq!(cells.len(), 16 * 5);
}

#[test]
fn rows_become_names() {
    for (row, expected) in [
        ("`sequential`", "sequential"),
        ("`queue`, `DropOldest`", "queue_drop_oldest"),
        ("stream, `Wait`", "stream_wait"),
        ("`max_in_flight` of a signal", "max_in_flight_of_a_signal"),
    ] {
        assert_eq!(name(row), expected);
    }
}

#[test]
fn tables_are_read() {
    let text = "a | b\n\n| x | y |\n|---|---|\n| `1` | two words |\n";
    assert_eq!(rows(text), [["x", "y"], ["`1`", "two words"]]);
    let source = "#[test]\nfn one() {\n}\nfn helper() {\n}\n\n#[test]\nfn two() {\n}\n";
    assert_eq!(tests(source).collect::<Vec<_>>(), ["one", "two"]);
}
