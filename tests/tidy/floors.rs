//! Imports point down only, and rooms on one floor are strangers to each other.

use crate::mentions::Mention;
use crate::paths::Paths;
use crate::{Source, Violation};

/// The rooms of the crate, the lowest floor first. The root, src/lib.rs, is the face and may see everything.
const FLOORS: [&[&str]; 5] = [
    &["sync"],                                    // 0
    &["spawn"],                                   // 1
    &["signal"],                                  // 2
    &["testing", "band", "hub", "bus", "router"], // 3
    &["net", "nats"],                             // 4
];

pub(crate) fn check(sources: &[Source]) -> Vec<Violation> {
    let paths = Paths::new(sources);
    let mut found = Vec::new();
    for file in &paths.files {
        let Some(room) = file.module.first() else {
            continue;
        };
        let Some(floor) = floor_of(room) else {
            found.push(Violation::new(
                file.path,
                0,
                format!("{room} stands on no floor"),
            ));
            continue;
        };
        for mention in &file.mentions {
            let Some(target) = paths.followed(mention) else {
                continue;
            };
            if let Some(what) = complaint((room, floor), mention, target.first()) {
                found.push(Violation::new(file.path, mention.line, what));
            }
        }
    }
    found
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

fn complaint(
    (room, floor): (&str, usize),
    mention: &Mention,
    target: Option<&String>,
) -> Option<String> {
    let spelling = mention.spelling();
    // An exported macro stands in the root, wherever it was written.
    let Some((target, reached)) = target.and_then(|name| Some((name, floor_of(name)?))) else {
        return (!mention.is_macro)
            .then(|| format!("{spelling} cannot be placed: name the room it comes from"));
    };
    if target == room || reached < floor {
        None
    } else if reached == floor {
        Some(format!(
            "{spelling} reaches sideways, from {room} into {target} (both on floor {floor})"
        ))
    } else {
        Some(format!(
            "{spelling} reaches up, from {room} (floor {floor}) into {target} (floor {reached})"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{Source, Violation, expect_one};

    fn check_one(path: &str, text: &str) -> Vec<Violation> {
        let face = Source::new(
            "src/lib.rs",
            "pub use signal::{Event, send::SendBuilder};\npub use net::tcp as carrier;\n",
        );
        let signal = Source::new("src/signal/mod.rs", "");
        check(&[
            Source::new(path, text),
            face,
            signal,
            Source::new("src/net/mod.rs", ""),
        ])
    }

    #[test]
    fn sees_imports_that_point_up() {
        for (path, text, line, spelling) in [
            (
                "src/sync.rs",
                "\nuse crate::spawn::Smol;\n",
                2,
                "crate::spawn::Smol",
            ),
            (
                "src/spawn/mod.rs",
                "use crate::{sync::Arc,\n    signal::Event};\n",
                2,
                "crate::signal::Event",
            ),
            (
                "src/spawn/smol.rs",
                "fn f() {\n    super::super::signal::f();\n}\n",
                2,
                "super::super::signal::f",
            ),
            (
                "src/spawn/smol.rs",
                "mod tests { use super::super::super::bus::X; }",
                1,
                "super::super::super::bus::X",
            ),
            (
                "src/signal/registry/mod.rs",
                "type X = crate::hub::Topic;",
                1,
                "crate::hub::Topic",
            ),
            (
                "src/bus/mod.rs",
                "macro_rules! m { () => { $crate::net::f() } }",
                1,
                "crate::net::f",
            ),
            // By way of the face.
            ("src/spawn/mod.rs", "use crate::Event;", 1, "crate::Event"),
            (
                "src/spawn/mod.rs",
                "use crate::SendBuilder as Builder;",
                1,
                "crate::SendBuilder",
            ),
            (
                "src/hub/mod.rs",
                "use fanfare::carrier::Tcp;",
                1,
                "fanfare::carrier::Tcp",
            ),
        ] {
            expect_one(
                &check_one(path, text),
                path,
                line,
                &[spelling, "reaches up"],
            );
        }
    }

    #[test]
    fn sees_imports_that_point_sideways() {
        for (path, text, spelling) in [
            (
                "src/hub/mod.rs",
                "use crate::band::Band;",
                "crate::band::Band",
            ),
            (
                "src/router/request.rs",
                "use super::super::bus::Bus;",
                "super::super::bus::Bus",
            ),
            (
                "src/nats/mod.rs",
                "use crate::net::Codec;",
                "crate::net::Codec",
            ),
        ] {
            expect_one(&check_one(path, text), path, 1, &[spelling, "sideways"]);
        }
    }

    #[test]
    fn sees_what_it_cannot_place() {
        for text in [
            "use crate::*;",
            "use crate::Unknown;",
            "use crate as fan;",
            "use crate::helpers::f;",
        ] {
            expect_one(
                &check_one("src/spawn/mod.rs", text),
                "src/spawn/mod.rs",
                1,
                &["cannot be placed"],
            );
        }
        expect_one(
            &check_one("src/helpers/mod.rs", ""),
            "src/helpers/mod.rs",
            0,
            &["no floor"],
        );
    }

    #[test]
    fn lets_pass_what_points_down_or_stays() {
        for (path, text) in [
            ("src/lib.rs", "pub use nats::Nats; pub use crate::bus::Bus;"),
            (
                "src/net/mod.rs",
                "use crate::{band::A, signal::B, spawn::C, sync::D, Event};",
            ),
            (
                "src/signal/send.rs",
                "use super::event::Event; use crate::signal::key::Key; use self::a::B;",
            ),
            (
                "src/signal/mod.rs",
                "mod tests { use super::*; }\npub(crate) use event::Event;",
            ),
            (
                "src/sync.rs",
                "// use crate::signal::X;\n/// [x](crate::signal::X)\nfn f() { \"crate::signal::X\" }",
            ),
            (
                "src/spawn/mod.rs",
                "crate::noted!(1); use std::sync::Arc; use futures::{future, net::X};",
            ),
        ] {
            assert_eq!(check_one(path, text), [], "{path}: {text}");
        }
    }
}
