//! What has become of a receiver, for the call that it belongs to.

use crate::signal::flight::PutOff;
use crate::sync::{AtomicU32, OnceLock, Ordering};

/// Shared by a call and its receiver, which may be on different threads. It is there as long as either of them is.
///
/// `stage` goes from `WAITS` to `STARTED`, by the receiver, or to `STOPPED`, by the call: one exchange decides which.
#[derive(Debug)]
pub(crate) struct Fate {
    stage: AtomicU32,
    /// What has the signal count a receiver whose call is over. Set by the call, dropped with the last of the two.
    left_behind: OnceLock<PutOff>,
}

const WAITS: u32 = 0;
const STARTED: u32 = 1;
const STOPPED: u32 = 2;

impl Fate {
    pub(crate) fn new() -> Self {
        Self {
            stage: AtomicU32::new(WAITS),
            left_behind: OnceLock::new(),
        }
    }

    /// For the receiver: whether it may start.
    pub(super) fn start(&self) -> bool {
        self.leave_waiting(STARTED)
    }

    /// For the call: has a receiver that has not started never start; false if it has.
    pub(crate) fn stop(&self) -> bool {
        self.leave_waiting(STOPPED) || self.stage.load(Ordering::SeqCst) == STOPPED
    }

    fn leave_waiting(&self, stage: u32) -> bool {
        let left = self
            .stage
            .compare_exchange(WAITS, stage, Ordering::SeqCst, Ordering::SeqCst);
        left.is_ok()
    }

    pub(crate) fn has_started(&self) -> bool {
        self.stage.load(Ordering::SeqCst) == STARTED
    }

    /// For the call, which ends before its receiver does: has the signal wait for that.
    pub(crate) fn leave_behind(&self, counted: PutOff) {
        // Set once: a call ends once.
        drop(self.left_behind.set(counted));
    }
}
