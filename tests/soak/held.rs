//! Futures that a thread has begun and not finished.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::callbacks::Loads;
use crate::counts::{Counts, Flag};

/// How long nothing may happen before a thread says that it hangs. Nothing waits for it that goes well.
pub(crate) const HANGS: Duration = Duration::from_secs(60);

type Local<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Some futures, each polled only when it was woken.
pub(crate) struct Hands<'a> {
    counts: &'a Counts,
    held: Vec<(&'static str, Local<'a>, Arc<Flag>)>,
}

impl<'a> Hands<'a> {
    pub(crate) fn new(counts: &'a Counts) -> Self {
        Self {
            counts,
            held: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }

    /// Polls it once, and keeps it if it has to wait.
    pub(crate) fn begin(&mut self, what: &'static str, future: impl Future<Output = ()> + 'a) {
        self.held
            .push((what, Box::pin(future), Flag::new(self.counts)));
        self.poll(self.held.len() - 1);
    }

    fn poll(&mut self, place: usize) -> bool {
        let (_, future, flag) = &mut self.held[place];
        if !flag.take() {
            return false;
        }
        let waker = Waker::from(Arc::clone(flag));
        if future
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_ready()
        {
            drop(self.held.swap_remove(place));
        }
        true
    }

    /// Polls one of them, if it was woken.
    pub(crate) fn poll_one(&mut self, rng: &mut Rng) {
        if !self.held.is_empty() {
            self.poll(rng.usize(..self.held.len()));
        }
    }

    /// Changes its mind about one of them.
    pub(crate) fn drop_one(&mut self, rng: &mut Rng) {
        if !self.held.is_empty() {
            drop(self.held.swap_remove(rng.usize(..self.held.len())));
        }
    }

    /// Polls what is woken until nothing is left.
    pub(crate) fn finish(&mut self, seed: u64, signal: &Loads) {
        let mut last = Instant::now();
        while !self.held.is_empty() {
            let mut has_polled = false;
            for place in (0..self.held.len()).rev() {
                if place < self.held.len() && self.poll(place) {
                    has_polled = true;
                }
            }
            if has_polled {
                last = Instant::now();
                continue;
            }
            thread::park_timeout(Duration::from_secs(1));
            let what: Vec<_> = self.held.iter().map(|(what, ..)| *what).collect();
            let [tasks, wakers, calls] = self.counts.left();
            assert!(
                last.elapsed() < HANGS,
                "seed {seed}: nobody wakes {what:?}; {tasks} tasks, {wakers} wakers and {calls} calls are left of {}",
                signal.inspect()
            );
        }
    }
}
