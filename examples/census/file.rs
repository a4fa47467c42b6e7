//! What a signal tells: a file was found.

use crate::language::extension_of;
use crate::problem::Problem;
use crate::size::SizeClass;
use fanfare::{Event, Key, Signal};
use std::path::PathBuf;

pub(crate) type FileSignal = Signal<FileSeen, Outcome>;
pub(crate) type FileEvent = Event<FileSeen>;

/// What every callback replies. The report of a send brings it back to the sender.
pub(crate) type Outcome = Result<(), Problem>;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileSeen {
    pub(crate) path: PathBuf,
    pub(crate) extension: String,
    pub(crate) bytes: u64,
}

impl FileSeen {
    pub(crate) fn new(path: PathBuf, bytes: u64) -> Self {
        let extension = extension_of(&path);
        Self {
            path,
            extension,
            bytes,
        }
    }

    pub(crate) fn keys(&self) -> [Key; 2] {
        [
            extension_key(&self.extension),
            SizeClass::of(self.bytes).key(),
        ]
    }
}

pub(crate) fn extension_key(extension: &str) -> Key {
    format!("ext:{extension}").into()
}
