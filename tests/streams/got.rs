//! What a subscription gives, as values to compare, and wakers that remember.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Wake, Waker};

use fanfare::{RecvError, Subscription, TryRecvError};

/// One thing that a consumer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Got {
    Event(u32),
    Lost(u64),
    End,
}

/// Everything that can be had without waiting.
pub(crate) fn drain<K>(events: &mut Subscription<u32, K>) -> Vec<Got> {
    let mut all = Vec::new();
    loop {
        match events.try_recv() {
            Ok(event) => all.push(Got::Event(**event)),
            Err(TryRecvError::Lost(count)) => all.push(Got::Lost(count)),
            Err(TryRecvError::Empty) => return all,
            Err(TryRecvError::Closed) => {
                all.push(Got::End);
                return all;
            }
        }
    }
}

/// What comes next, awaited.
pub(crate) async fn recv<K>(events: &mut Subscription<u32, K>) -> Got {
    match events.recv().await {
        Ok(event) => Got::Event(**event),
        Err(RecvError::Lost(count)) => Got::Lost(count),
        Err(RecvError::Closed) => Got::End,
    }
}

/// Events with these numbers.
pub(crate) fn events(numbers: impl IntoIterator<Item = u32>) -> Vec<Got> {
    numbers.into_iter().map(Got::Event).collect()
}

/// Counts how often it was woken.
#[derive(Default)]
pub(crate) struct Bell(AtomicUsize);

impl Bell {
    pub(crate) fn new() -> (Arc<Self>, Waker) {
        let bell = Arc::new(Self::default());
        (Arc::clone(&bell), Waker::from(bell))
    }

    /// How often since the last time.
    pub(crate) fn rung(&self) -> usize {
        self.0.swap(0, Ordering::SeqCst)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}
