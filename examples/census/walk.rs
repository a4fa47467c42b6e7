//! A walk through a directory: what is found there, one by one.

use crate::file::FileSeen;
use crate::problem::{Kind, Problem};
use crate::shown::shown;
use std::fs;
use std::io;
use std::path::Path;
use walkdir::{DirEntry, WalkDir};

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    File(FileSeen),
    /// A link that leads somewhere, not followed.
    Link,
    /// A directory that only `--all` walks.
    LeftOut,
    Problem(Problem),
}

pub(crate) struct Walk {
    entries: walkdir::IntoIter,
    all: bool,
}

impl Walk {
    pub(crate) fn new(root: &Path, follow: bool, all: bool) -> Self {
        let entries = WalkDir::new(root).follow_links(follow).into_iter();
        Self { entries, all }
    }
}

impl Iterator for Walk {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            let entry = match self.entries.next()? {
                Ok(entry) => entry,
                Err(error) => return Some(Found::Problem(problem_of(&error))),
            };
            if !entry.file_type().is_dir() {
                return Some(found(&entry));
            }
            if !self.all && is_left_out(&entry) {
                self.entries.skip_current_dir();
                return Some(Found::LeftOut);
            }
        }
    }
}

/// Never the directory that was asked for.
fn is_left_out(dir: &DirEntry) -> bool {
    dir.depth() > 0 && (dir.file_name() == ".git" || dir.path().join("CACHEDIR.TAG").is_file())
}

fn found(entry: &DirEntry) -> Found {
    let path = entry.path().to_owned();
    let kind = entry.file_type();
    if kind.is_symlink() {
        return match fs::metadata(&path) {
            Ok(_) => Found::Link,
            Err(error) => Found::Problem(Problem::new(Kind::BrokenLink, path, &error)),
        };
    }
    // A pipe would keep its reader waiting, a device might never end.
    if !kind.is_file() {
        return Found::Problem(Problem::new(Kind::Special, path, ""));
    }
    match entry.metadata() {
        Ok(metadata) => Found::File(FileSeen::new(path, metadata.len())),
        Err(error) => Found::Problem(problem_of(&error)),
    }
}

fn problem_of(error: &walkdir::Error) -> Problem {
    let path = error.path().unwrap_or(Path::new("?"));
    if let Some(ancestor) = error.loop_ancestor() {
        return Problem::new(
            Kind::Loop,
            path,
            &format!("leads back to {}", shown(ancestor)),
        );
    }
    // The error's own words name the path a second time; those of the system say only why.
    let reason = error
        .io_error()
        .map_or_else(|| error.to_string(), io::Error::to_string);
    let kind = if path.is_symlink() {
        Kind::BrokenLink
    } else {
        Kind::Unreadable
    };
    Problem::new(kind, path, &reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn walk(scratch: &Scratch, follow: bool, all: bool) -> Vec<Found> {
        Walk::new(scratch.path(), follow, all).collect()
    }

    fn files(found: &[Found]) -> usize {
        found
            .iter()
            .filter(|found| matches!(found, Found::File(_)))
            .count()
    }

    fn problems(found: &[Found]) -> Vec<Kind> {
        let kind = |found: &Found| match found {
            Found::Problem(problem) => Some(problem.kind),
            _ => None,
        };
        found.iter().filter_map(kind).collect()
    }

    #[test]
    fn an_empty_directory_has_nothing() {
        assert_eq!(walk(&Scratch::new(), false, false), []);
    }

    #[test]
    fn caches_and_git_only_when_asked_for() {
        let scratch = Scratch::new();
        scratch.file("CACHEDIR.TAG", b"the root is walked all the same");
        scratch.file("target/CACHEDIR.TAG", b"");
        scratch.file("target/debug/x.o", b"");
        scratch.file(".git/HEAD", b"");
        scratch.file("src/.hidden.rs", b"1");
        let found = walk(&scratch, false, false);
        assert_eq!((files(&found), found.len()), (2, 4));
        assert_eq!(files(&walk(&scratch, false, true)), 5);
    }

    #[cfg(unix)]
    #[test]
    fn links() {
        use std::os::unix::fs::symlink;
        let scratch = Scratch::new();
        scratch.file("a/real.rs", b"12345");
        let links = [
            ("real.rs", "a/link"),
            ("nowhere", "a/broken"),
            ("self", "self"),
            ("..", "a/up"),
        ];
        for (target, name) in links {
            symlink(target, scratch.path().join(name)).expect("a link can be made");
        }

        let stayed = walk(&scratch, false, false);
        assert_eq!(files(&stayed), 1);
        assert_eq!(problems(&stayed), [Kind::BrokenLink; 2]);
        assert_eq!(
            stayed.iter().filter(|&found| *found == Found::Link).count(),
            2
        );

        let followed = walk(&scratch, true, false);
        let mut kinds = problems(&followed);
        kinds.sort();
        assert_eq!(files(&followed), 2);
        assert_eq!(kinds, [Kind::BrokenLink, Kind::BrokenLink, Kind::Loop]);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_opened() {
        let scratch = Scratch::new();
        let socket = scratch.path().join("socket");
        let _listener =
            std::os::unix::net::UnixListener::bind(socket).expect("a socket can be made");
        assert_eq!(problems(&walk(&scratch, false, false)), [Kind::Special]);
    }

    #[test]
    fn a_root_that_went_away_is_a_problem() {
        let found: Vec<_> = Walk::new(Path::new("no/such/dir"), false, false).collect();
        assert_eq!(problems(&found), [Kind::Unreadable]);
    }
}
