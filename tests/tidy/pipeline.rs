//! Inside `signal`: connect → registry → send → matching → schedule → report.

use crate::lexer::tokens;
use crate::paths::Paths;
use crate::{Source, Violation};

const ROOM: &str = "signal";

/// A part of `signal` (left) that may not import from others (right). `mod` is src/signal/mod.rs.
const APART: [(&str, &[&str]); 1] = [(
    "registry",
    &["send", "sending", "schedule", "delivery", "connect"],
)];

/// A part of `signal` (left) that only the send, its ends and what they give back (right) may import.
const RESERVED: [(&str, &[&str]); 2] = [
    ("matching", &["conduct"]),
    ("schedule", &["end", "sending", "join", "fold", "delivery"]),
];

/// Settings that a reserved part declares and that everybody may name.
const OPEN: [(&str, &str); 1] = [("schedule", "Schedule")];

/// The part that neither locks nor awaits, and the names that would show it.
const PURE: &str = "matching";
const IMPURE: [&str; 8] = [
    "async", "await", "lock", "try_lock", "hold", "Lock", "Mutex", "RwLock",
];

pub(crate) fn check_imports(sources: &[Source]) -> Vec<Violation> {
    let paths = Paths::new(sources);
    let mut found = Vec::new();
    for file in &paths.files {
        let Some(room) = file.module.first() else {
            continue;
        };
        let inside = (room == ROOM).then(|| paths.part(&file.module));
        for mention in &file.mentions {
            // From outside, what a part shows by way of mod.rs is everybody's.
            let led = if inside.is_some() {
                paths.followed(mention)
            } else {
                paths.spelled(mention)
            };
            let Some(led) = led.filter(|led| led.first().is_some_and(|room| room == ROOM)) else {
                continue;
            };
            let target = paths.part(&led);
            if is_denied(inside, target, led.get(2)) {
                let from = inside.unwrap_or(room);
                let what = format!(
                    "{} reaches {target}, which {from} may not import",
                    mention.spelling()
                );
                found.push(Violation::new(file.path, mention.line, what));
            }
        }
    }
    found
}

/// From a part of the room, or from outside it, to a part, and the name there.
fn is_denied(from: Option<&str>, target: &str, name: Option<&String>) -> bool {
    if from == Some(target) {
        return false;
    }
    let is_in = |parts: &[&str]| from.is_some_and(|from| parts.contains(&from));
    let is_open = OPEN
        .iter()
        .any(|(part, open)| *part == target && name.is_some_and(|name| name == open));
    APART
        .iter()
        .any(|(part, others)| from == Some(part) && others.contains(&target))
        || RESERVED
            .iter()
            .any(|(part, others)| *part == target && !is_in(others) && !is_open)
}

pub(crate) fn check_purity(sources: &[Source]) -> Vec<Violation> {
    let file = format!("src/{ROOM}/{PURE}.rs");
    let directory = format!("src/{ROOM}/{PURE}/");
    let mut found = Vec::new();
    for Source { path, text } in sources {
        if *path == file || path.starts_with(&directory) {
            let impure = tokens(text)
                .into_iter()
                .filter(|token| IMPURE.contains(&token.text));
            found.extend(impure.map(|token| {
                let what = format!(
                    "{PURE} neither locks nor awaits: what does {} do here?",
                    token.text
                );
                Violation::new(path, token.line, what)
            }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{check_imports, check_purity};
    use crate::{Source, Violation, expect_one};

    fn check_one(path: &str, text: &str) -> Vec<Violation> {
        let mut sources = vec![Source::new(
            "src/signal/mod.rs",
            "mod send; pub(crate) use delivery::Delivery; pub use schedule::Schedule;",
        )];
        for part in [
            "conduct",
            "send",
            "connect",
            "delivery",
            "matching",
            "registry/mod",
            "schedule/mod",
        ] {
            sources.push(Source::new(&format!("src/signal/{part}.rs"), ""));
        }
        sources.retain(|source| source.path != path);
        sources.push(Source::new(path, text));
        let mut found = check_imports(&sources);
        found.retain(|violation| violation.path == path);
        found
    }

    #[test]
    fn sees_a_registry_that_knows_the_send() {
        for (path, text, target) in [
            (
                "src/signal/registry/mod.rs",
                "use super::send::SendBuilder;",
                "send",
            ),
            (
                "src/signal/registry/index.rs",
                "use super::super::delivery::Delivery;",
                "delivery",
            ),
            (
                "src/signal/registry/index.rs",
                "fn f() { crate::signal::connect::f() }",
                "connect",
            ),
            (
                "src/signal/registry/index.rs",
                "use crate::signal::Delivery;",
                "delivery",
            ),
            (
                "src/signal/registry.rs",
                "use super::{schedule};",
                "schedule",
            ),
        ] {
            expect_one(
                &check_one(path, text),
                path,
                1,
                &[target, "registry may not"],
            );
        }
    }

    #[test]
    fn sees_a_stranger_who_matches_or_schedules() {
        for (path, text, target) in [
            (
                "src/signal/connect.rs",
                "use super::matching::find;",
                "matching",
            ),
            (
                "src/signal/report.rs",
                "use super::schedule::{self};",
                "schedule",
            ),
            ("src/signal/mod.rs", "use matching::find;", "matching"),
            (
                "src/signal/matching.rs",
                "use super::schedule::run;",
                "schedule",
            ),
            (
                "src/signal/schedule/task.rs",
                "use super::super::matching::find;",
                "matching",
            ),
            (
                "src/hub/mod.rs",
                "use crate::signal::matching::find;",
                "matching",
            ),
        ] {
            expect_one(&check_one(path, text), path, 1, &[target]);
        }
    }

    #[test]
    fn lets_the_send_conduct() {
        for (path, text) in [
            (
                "src/signal/conduct.rs",
                "use super::{matching, registry::Registry, delivery::Delivery};",
            ),
            ("src/signal/end.rs", "use super::schedule::run;"),
            (
                "src/signal/conduct/walk.rs",
                "use crate::signal::matching::find;",
            ),
            (
                "src/signal/registry/mod.rs",
                "use super::key::Key; mod chunk; use self::chunk::Chunk;",
            ),
            (
                "src/signal/schedule/task.rs",
                "use super::Schedule; mod tests { use super::super::run; }",
            ),
            ("src/signal/mod.rs", "pub use schedule::Schedule;"),
            (
                "src/signal/builder.rs",
                "use super::{schedule::Schedule}; use super::Schedule::Spawn;",
            ),
            ("src/signal/join.rs", "use super::schedule::run;"),
            ("src/hub/mod.rs", "use crate::signal::Schedule;"),
            ("src/lib.rs", "pub use signal::schedule::Schedule;"),
        ] {
            assert_eq!(check_one(path, text), [], "{path}: {text}");
        }
    }

    #[test]
    fn sees_matching_that_waits() {
        for (text, word) in [
            ("fn f(x: &X) {\n    x.lock();\n}", "lock"),
            ("\nuse std::sync::Mutex;", "Mutex"),
            ("async_fn();\nf().await;", "await"),
        ] {
            let path = "src/signal/matching.rs";
            expect_one(&check_purity(&[Source::new(path, text)]), path, 2, &[word]);
            let path = "src/signal/matching/merge.rs";
            expect_one(&check_purity(&[Source::new(path, text)]), path, 2, &[word]);
            assert_eq!(check_purity(&[Source::new("src/signal/send.rs", text)]), []);
        }
        let text =
            "//! Neither lock() nor .await, and no Mutex.\nfn unblock() { block(\"Mutex\"); }";
        assert_eq!(
            check_purity(&[Source::new("src/signal/matching.rs", text)]),
            []
        );
    }
}
