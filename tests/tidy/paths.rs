//! Where in the crate the paths lead that its files mention.

use std::collections::{HashMap, HashSet};

use crate::Source;
use crate::mentions::{Location, Mention, mentions};

pub(crate) struct File<'a> {
    pub(crate) path: &'a str,
    pub(crate) module: Location,
    pub(crate) mentions: Vec<Mention>,
}

/// All files, so that a path can be followed through the `use` of another one.
pub(crate) struct Paths<'a> {
    pub(crate) files: Vec<File<'a>>,
    modules: HashSet<Location>,
    imports: HashMap<Location, Location>,
}

impl<'a> Paths<'a> {
    pub(crate) fn new(sources: &'a [Source]) -> Self {
        let mut paths = Self {
            files: Vec::new(),
            modules: HashSet::new(),
            imports: HashMap::new(),
        };
        for source in sources {
            let module = module_of(&source.path);
            let mentions = mentions(&source.text, &module);
            paths
                .modules
                .extend(mentions.iter().map(|mention| mention.module.clone()));
            paths.modules.insert(module.clone());
            paths.files.push(File {
                path: &source.path,
                module,
                mentions,
            });
        }
        for mention in paths.files.iter().flat_map(|file| &file.mentions) {
            if let (Some(name), Some(target)) = (&mention.name, paths.spelled(mention)) {
                let mut location = mention.module.clone();
                location.push(name.clone());
                paths.imports.insert(location, target);
            }
        }
        paths
    }

    /// What the path says. `None`: it leads out of the crate, or begins with a name that a `use` has brought.
    pub(crate) fn spelled(&self, mention: &Mention) -> Option<Location> {
        let first = mention.segments[0].as_str();
        let mut rest = mention.segments.as_slice();
        let mut location = mention.module.clone();
        if first == "crate" || first == env!("CARGO_PKG_NAME") {
            location.clear();
            rest = &rest[1..];
        } else if first == "self" || first == "super" {
            while let [first, others @ ..] = rest {
                match first.as_str() {
                    "self" => {}
                    "super" => drop(location.pop()),
                    _ => break,
                }
                rest = others;
            }
        } else {
            let mut child = location.clone();
            child.push(first.to_owned());
            if !self.modules.contains(&child) {
                return None;
            }
        }
        location.extend_from_slice(rest);
        Some(location)
    }

    /// Where the path really leads: what it says, each name that a module has only by its `use` replaced.
    pub(crate) fn followed(&self, mention: &Mention) -> Option<Location> {
        let mut location = self.spelled(mention)?;
        // A ring of imports does not compile. This only keeps it from hanging the check.
        for _ in 0..16 {
            let prefix = |length: &usize| (location[..*length].to_vec(), *length);
            let unknown =
                (1..=location.len()).find(|length| !self.modules.contains(&location[..*length]));
            let Some((name, length)) = unknown.as_ref().map(prefix) else {
                break;
            };
            let Some(target) = self.imports.get(&name) else {
                break;
            };
            location = [target.as_slice(), &location[length..]].concat();
        }
        Some(location)
    }

    /// The part of a room to which a location belongs: the child module in it, or `mod` where it is the room's own.
    pub(crate) fn part<'l>(&self, location: &'l [String]) -> &'l str {
        let is_child = location.len() >= 2 && self.modules.contains(&location[..2]);
        if is_child { &location[1] } else { "mod" }
    }
}

/// `src/signal/registry/index.rs` is `signal::registry::index`; the crate's root is empty.
fn module_of(path: &str) -> Location {
    let path = path.strip_prefix("src/").unwrap_or(path);
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" {
        Vec::new()
    } else {
        path.split('/').map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Paths, module_of};
    use crate::Source;

    /// Where each path of the first file leads.
    #[track_caller]
    fn expect(sources: &[(&str, &str)], wanted: &[&str]) {
        let sources: Vec<_> = sources
            .iter()
            .map(|(path, text)| Source::new(path, text))
            .collect();
        let paths = Paths::new(&sources);
        let led = paths.files[0]
            .mentions
            .iter()
            .map(|mention| paths.followed(mention));
        let led: Vec<_> = led
            .map(|led| led.map_or("outside".to_owned(), |led| led.join("::")))
            .collect();
        assert_eq!(led, wanted);
    }

    #[test]
    fn knows_the_module_of_a_file() {
        for (path, module) in [
            ("src/lib.rs", ""),
            ("src/sync.rs", "sync"),
            ("src/signal/mod.rs", "signal"),
            ("src/signal/registry/index.rs", "signal::registry::index"),
        ] {
            assert_eq!(module_of(path).join("::"), module);
        }
    }

    #[test]
    fn reads_paths_from_where_they_stand() {
        let text = "use crate::a; use self::b; use super::c; use super::super::d; use e::f; use std::g;\n\
                    mod h { use super::i; use super::super::j; use k::l; }";
        expect(
            &[
                ("src/r/s/mod.rs", text),
                ("src/r/s/e.rs", ""),
                ("src/r/s/h/k.rs", ""),
            ],
            &[
                "a",
                "r::s::b",
                "r::c",
                "d",
                "r::s::e::f",
                "outside",
                "r::s::i",
                "r::j",
                "r::s::h::k::l",
            ],
        );
    }

    #[test]
    fn follows_what_other_files_import() {
        let text = "use crate::Top; use fanfare::room::Thing as T; use crate::room::part::Real;\n\
                    use crate::carrier::f; use crate::carrier::Unknown;";
        expect(
            &[
                ("src/low.rs", text),
                (
                    "src/lib.rs",
                    "pub use room::Thing as Top; pub use room::part as carrier;",
                ),
                (
                    "src/room/mod.rs",
                    "pub use part::Real as Thing; pub(crate) use super::Top as Again;",
                ),
                (
                    "src/room/part.rs",
                    "pub use super::super::other::{self, f};",
                ),
                ("src/other.rs", ""),
            ],
            &[
                "room::part::Real",
                "room::part::Real",
                "room::part::Real",
                "other::f",
                "room::part::Unknown",
            ],
        );
    }

    #[test]
    fn survives_a_ring() {
        expect(
            &[
                ("src/a.rs", "pub use crate::b::X;"),
                ("src/b.rs", "pub use crate::a::X;"),
            ],
            &["b::X"],
        );
    }
}
