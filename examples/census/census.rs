//! The census: one signal a file, from the walker to whoever listens.

use crate::args::Options;
use crate::file::{FileSeen, Outcome};
use crate::flight::Flight;
use crate::listeners::Listeners;
use crate::problem::Problems;
use crate::progress::Progress;
use crate::row::Row;
use crate::runtime::Runtime;
use crate::size::SizeClass;
use crate::walk::Found;
use crate::walker::Walker;
use fanfare::Signal;
use smol::Unblock;
use smol::stream::StreamExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many entries the walker may find before somebody takes them.
const AHEAD: usize = 256;

pub(crate) struct Census {
    pub(crate) root: PathBuf,
    pub(crate) runtime: Runtime,
    pub(crate) rows: Vec<(&'static str, Row)>,
    pub(crate) sizes: Vec<(SizeClass, u64)>,
    pub(crate) largest: Vec<(u64, PathBuf)>,
    /// Files that came from the walker.
    pub(crate) walked: u64,
    pub(crate) links: u64,
    pub(crate) left_out: u64,
    pub(crate) problems: Problems,
    pub(crate) signals: u64,
    pub(crate) callbacks: u64,
    pub(crate) elapsed: Duration,
}

/// Knows nothing of the runtime it is on, apart from passing on the signal's spawner.
pub(crate) async fn take(options: &Options) -> Census {
    let walker = Arc::new(Walker::new(options));
    let progress = Arc::new(Progress::start());
    if progress.is_visible() {
        let ahead = Arc::clone(&walker);
        progress.set_total(smol::unblock(move || ahead.count_files()).await);
    }

    let signal = Signal::builder(FileSeen::default())
        .reply::<Outcome>()
        .name("census");
    let signal = options.runtime.spawner(signal).build();
    let listeners = Listeners::connect(&signal, &walker, &progress).await;

    let (mut links, mut left_out) = (0, 0);
    let mut flight = Flight::default();
    let started = Instant::now();
    // Reading directories blocks: the walker goes on a thread of its own.
    let mut entries = Unblock::with_capacity(AHEAD, walker.walk());
    while let Some(found) = entries.next().await {
        match found {
            Found::File(file) => {
                let path = file.path.clone();
                let delivery = signal
                    .send()
                    .sender(&walker)
                    .keys(file.keys())
                    .with(file)
                    .await;
                flight.push(path, delivery).await;
            }
            Found::Link => links += 1,
            Found::LeftOut => left_out += 1,
            Found::Problem(problem) => flight.problems.add(problem),
        }
    }
    flight.land().await;
    let elapsed = started.elapsed();
    progress.finish();

    Census {
        root: options.root.clone(),
        runtime: options.runtime,
        rows: listeners
            .readers
            .iter()
            .map(|reader| (reader.language, reader.row()))
            .collect(),
        sizes: listeners
            .sizes
            .iter()
            .map(|size| (size.class, size.files()))
            .collect(),
        largest: listeners.largest.files(),
        walked: walker.files_sent(),
        links,
        left_out,
        problems: flight.problems,
        signals: flight.signals,
        callbacks: flight.callbacks,
        elapsed,
    }
}
