//! Signals whose callbacks are known by number, what they reach, and threads in step.

use std::hash::Hash;
use std::hint::spin_loop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::abort;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

use fanfare::{AsSender, Key, Signal};
use futures_lite::future::block_on;
/// A send that waits for ever says nothing: this ends the process.
pub(crate) fn watch() {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        thread::spawn(|| {
            thread::sleep(Duration::from_secs(120));
            eprintln!("a test hangs");
            abort();
        });
    });
}

/// Callbacks reply with what they are known by.
pub(crate) type Numbered<K = Key> = Signal<(), usize, K>;

pub(crate) fn numbered<K: Hash + Eq + Send + Sync + 'static>() -> Numbered<K> {
    watch();
    Signal::builder(()).reply().key().build()
}

/// What a send to these keys calls, in order.
pub(crate) fn heard<K: Hash + Eq + Send + Sync + 'static>(
    signal: &Numbered<K>,
    keys: impl IntoIterator<Item: Into<K>>,
) -> Vec<usize> {
    block_on(
        signal
            .send()
            .keys(keys.into_iter().map(Into::into))
            .now()
            .unwrap()
            .join(),
    )
    .into_replies()
}

pub(crate) fn bare<K: Hash + Eq + Send + Sync + 'static>(signal: &Numbered<K>) -> Vec<usize> {
    block_on(signal.send().now().unwrap().join()).into_replies()
}

pub(crate) fn all<K: Hash + Eq + Send + Sync + 'static>(signal: &Numbered<K>) -> Vec<usize> {
    block_on(signal.send().to_all().now().unwrap().join()).into_replies()
}

pub(crate) struct Machine(
    #[expect(dead_code, reason = "it needs a size, not a use")] pub(crate) u8,
);
impl AsSender for Machine {}

#[derive(Clone, Default)]
pub(crate) struct Drops(pub(crate) Arc<AtomicUsize>);

impl Drops {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn one(&self) -> Dropped {
        Dropped(self.clone())
    }
}

pub(crate) struct Dropped(pub(crate) Drops);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Runs something when it is dropped.
pub(crate) struct OnDrop<F: FnMut()>(pub(crate) F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Lets threads go round by round, closer together than a `Barrier` does.
pub(crate) fn in_step(threads: usize, rounds: usize, work: impl Fn(usize, usize) + Sync) {
    let arrived = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let go = |thread: usize| {
        for round in 0..rounds {
            arrived.fetch_add(1, Ordering::SeqCst);
            let mut spins = 0;
            while arrived.load(Ordering::SeqCst) < threads * (round + 1) {
                if failed.load(Ordering::SeqCst) {
                    return;
                }
                spins += 1;
                if spins % 200 == 0 {
                    thread::yield_now();
                } else {
                    spin_loop();
                }
            }
            let run = AssertUnwindSafe(|| work(thread, round));
            if catch_unwind(run).is_err() {
                failed.store(true, Ordering::SeqCst);
                return;
            }
        }
    };
    let go = &go;
    thread::scope(|scope| {
        for thread in 0..threads {
            scope.spawn(move || go(thread));
        }
    });
    assert!(!failed.load(Ordering::SeqCst));
}
