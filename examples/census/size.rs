//! Sizes: the classes that files are sent by, and the sync callbacks that look at them.

use crate::file::{FileEvent, Outcome};
use fanfare::Key;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

/// How many of the largest files are kept.
const KEPT: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SizeClass {
    Empty,
    Small,
    Medium,
    Large,
    Huge,
}

impl SizeClass {
    pub(crate) const ALL: [SizeClass; 5] = [
        Self::Empty,
        Self::Small,
        Self::Medium,
        Self::Large,
        Self::Huge,
    ];

    pub(crate) fn of(bytes: u64) -> Self {
        match bytes {
            0 => Self::Empty,
            1..=0xfff => Self::Small,
            0x1000..=0xffff => Self::Medium,
            0x1_0000..=0xf_ffff => Self::Large,
            _ => Self::Huge,
        }
    }

    pub(crate) fn key(self) -> Key {
        Key::from_static(match self {
            Self::Empty => "size:empty",
            Self::Small => "size:small",
            Self::Medium => "size:medium",
            Self::Large => "size:large",
            Self::Huge => "size:huge",
        })
    }

    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Small => "under 4 KiB",
            Self::Medium => "under 64 KiB",
            Self::Large => "under 1 MiB",
            Self::Huge => "larger",
        }
    }
}

/// Counts the files of one class.
pub(crate) struct SizeCount {
    pub(crate) class: SizeClass,
    files: AtomicU64,
}

impl SizeCount {
    pub(crate) fn new(class: SizeClass) -> Arc<Self> {
        Arc::new(Self {
            class,
            files: AtomicU64::new(0),
        })
    }

    pub(crate) fn count(&self, _: &FileEvent) -> Outcome {
        self.files.fetch_add(1, Relaxed);
        Ok(())
    }

    pub(crate) fn files(&self) -> u64 {
        self.files.load(Relaxed)
    }
}

/// Keeps the largest files, the largest first.
#[derive(Default)]
pub(crate) struct Largest(Mutex<BTreeSet<(Reverse<u64>, PathBuf)>>);

impl Largest {
    pub(crate) fn look(&self, file: &FileEvent) -> Outcome {
        let mut files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files.insert((Reverse(file.bytes), file.path.clone()));
        if files.len() > KEPT {
            files.pop_last();
        }
        Ok(())
    }

    pub(crate) fn files(&self) -> Vec<(u64, PathBuf)> {
        let files = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        files
            .iter()
            .map(|(Reverse(bytes), path)| (*bytes, path.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::SizeClass::{self, Empty, Huge, Large, Medium, Small};

    #[test]
    fn borders() {
        let borders = [
            (0, Empty),
            (1, Small),
            (4_095, Small),
            (4_096, Medium),
            (65_535, Medium),
            (65_536, Large),
            (1_048_575, Large),
            (1_048_576, Huge),
            (u64::MAX, Huge),
        ];
        for (bytes, class) in borders {
            assert_eq!(SizeClass::of(bytes), class, "{bytes}");
        }
    }
}
