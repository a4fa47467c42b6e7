//! The walker: the sender of every signal.

use crate::args::Options;
use crate::file::{FileEvent, Outcome};
use crate::walk::{Found, Walk};
use fanfare::AsSender;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub(crate) struct Walker {
    root: PathBuf,
    follow: bool,
    all: bool,
    sent: AtomicU64,
}

impl AsSender for Walker {}

impl Walker {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            root: options.root.clone(),
            follow: options.follow,
            all: options.all,
            sent: AtomicU64::new(0),
        }
    }

    /// What is there, in the order of the directories. Blocks, as directories are read.
    pub(crate) fn walk(&self) -> Walk {
        Walk::new(&self.root, self.follow, self.all)
    }

    /// A walk of its own, for who needs to know beforehand.
    pub(crate) fn count_files(&self) -> u64 {
        self.walk()
            .filter(|found| matches!(found, Found::File(_)))
            .count() as u64
    }

    /// Hears what the walker sends.
    pub(crate) fn sent(&self, _: &FileEvent) -> Outcome {
        self.sent.fetch_add(1, Relaxed);
        Ok(())
    }

    pub(crate) fn files_sent(&self) -> u64 {
        self.sent.load(Relaxed)
    }
}
