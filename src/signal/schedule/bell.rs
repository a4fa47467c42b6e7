//! Which groups of calls were woken.

use std::mem;
use std::task::{Wake, Waker};

use futures_util::task::AtomicWaker;

use crate::sync::{Arc, AtomicBool, Lock, Ordering};

/// Where the bells of one crew ring, and the task that attends to them.
pub(super) struct Hall {
    /// The numbers of bells that have been rung and not been attended to.
    rung: Lock<Vec<usize>>,
    task: AtomicWaker,
}

impl Hall {
    pub(super) fn new(task: &Waker) -> Arc<Self> {
        let hall = Self {
            rung: Lock::new(Vec::new()),
            task: AtomicWaker::new(),
        };
        hall.task.register(task);
        Arc::new(hall)
    }

    /// Nobody attends any more. Whoever still has a way to ring does not keep the task's waker alive.
    pub(super) fn close(&self) {
        drop(self.task.take());
    }

    /// Takes the numbers of the bells that have been rung; those that ring from now on wake this task.
    pub(super) fn attend(&self, task: &Waker, rung: &mut Vec<usize>) {
        // First the task, then the numbers: what rings in between does both.
        self.task.register(task);
        rung.clear();
        mem::swap(&mut *self.rung.hold(), rung);
    }
}

/// Wakes one group.
pub(super) struct Bell {
    hall: Arc<Hall>,
    number: usize,
    is_rung: AtomicBool,
}

impl Bell {
    pub(super) fn new(hall: &Arc<Hall>, number: usize) -> Arc<Self> {
        Arc::new(Self {
            hall: Arc::clone(hall),
            number,
            is_rung: AtomicBool::new(false),
        })
    }

    /// One that rings from the beginning, without having woken the task.
    pub(super) fn rung(hall: &Arc<Hall>, number: usize) -> Arc<Self> {
        let bell = Self::new(hall, number);
        bell.is_rung.store(true, Ordering::Release);
        hall.rung.hold().push(number);
        bell
    }

    /// Before its group is polled: what rings from now on is another time. An exchange, as in ringing: who finds it rung
    /// has written first what the poll shall see, and only an exchange hands that over.
    pub(super) fn reset(&self) {
        self.is_rung.swap(false, Ordering::AcqRel);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.is_rung.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut rung = self.hall.rung.hold();
        // Who rang the first one wakes the task for all.
        let is_first = rung.is_empty();
        rung.push(self.number);
        drop(rung);
        if is_first {
            self.hall.task.wake();
        }
    }
}
