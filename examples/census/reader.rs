//! A reader: the async callback of one language. It reads its files and adds them up.

use crate::count::count_file;
use crate::file::{FileEvent, Outcome};
use crate::problem::{Kind, Problem};
use crate::row::Row;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) struct Reader {
    pub(crate) language: &'static str,
    row: Mutex<Row>,
}

impl Reader {
    pub(crate) fn new(language: &'static str) -> Arc<Self> {
        Arc::new(Self {
            language,
            row: Mutex::default(),
        })
    }

    /// A file that cannot be counted is a file all the same, so the table's total is what the walker found.
    pub(crate) async fn read(self: Arc<Self>, file: Arc<FileEvent>) -> Outcome {
        // Reading blocks, so it happens on a thread for that; this pool serves any runtime.
        let reading = Arc::clone(&file);
        let counts = smol::unblock(move || count_file(&reading.path)).await;

        let mut row = self.row.lock().unwrap_or_else(PoisonError::into_inner);
        match counts {
            Ok(counts) => {
                row.add(&file.path, file.bytes, counts);
                counts
                    .map(drop)
                    .ok_or_else(|| Problem::new(Kind::NotUtf8, &file.path, ""))
            }
            Err(error) => {
                row.add(&file.path, file.bytes, None);
                Err(Problem::new(Kind::Unreadable, &file.path, &error))
            }
        }
    }

    pub(crate) fn row(&self) -> Row {
        self.row
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
