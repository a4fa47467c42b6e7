//! How many sends of a signal are under way, and at most how many may be.

use event_listener::{Event, EventListener};

use super::places::{InLine, Places};
use crate::sync::{Arc, AtomicUsize, Ordering};

/// In `count`: somebody waits for it to become 0, so whoever lands tells. It stays.
const AWAITED: usize = 1 << (usize::BITS - 1);

/// The sends of one signal whose callbacks have not all finished. Those whose callbacks are all done by the end of the
/// walk are not counted, unless there is a limit.
///
/// `count` is written by sends as they begin and end, without a lock. All of it is `SeqCst`: who waits registers first
/// and looks at the count afterwards, and who lands changes the count first and looks for waiters afterwards.
#[derive(Debug)]
pub(crate) struct Flight {
    count: AtomicUsize,
    limit: Option<usize>,
    /// For sends that wait for another one to land.
    room: Event,
    /// For who waits until none is left.
    empty: Event,
}

/// A send that is under way, until this is dropped.
#[derive(Debug)]
pub(crate) struct Aloft(Arc<Flight>);

impl Flight {
    pub(crate) fn new(limit: Option<usize>) -> Arc<Self> {
        Arc::new(Self {
            count: AtomicUsize::new(0),
            limit,
            room: Event::new(),
            empty: Event::new(),
        })
    }

    pub(crate) fn limit(&self) -> Option<usize> {
        self.limit
    }

    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst) & !AWAITED
    }

    /// Counts a send, whatever the limit is.
    pub(crate) fn take_off(self: &Arc<Self>) -> Aloft {
        self.count.fetch_add(1, Ordering::SeqCst);
        Aloft(Arc::clone(self))
    }

    /// Counts a send, if the limit allows.
    pub(crate) fn try_take_off(self: &Arc<Self>) -> Option<Aloft> {
        let Some(limit) = self.limit else {
            return Some(self.take_off());
        };
        let counted = self
            .count
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |count| {
                (count & !AWAITED < limit).then_some(count + 1)
            });
        counted.ok().map(|_| Aloft(Arc::clone(self)))
    }

    /// Told when a send has landed: look again after this.
    pub(crate) fn line_up(self: &Arc<Self>) -> InLine {
        InLine::at(Arc::clone(self) as Arc<dyn Places>)
    }

    /// Told when none is left: look again after this.
    pub(crate) fn listen_for_rest(&self) -> EventListener {
        let listener = self.empty.listen();
        self.count.fetch_or(AWAITED, Ordering::SeqCst);
        listener
    }

    /// Has all sends that wait look again.
    pub(crate) fn wake_all(&self) {
        self.room.notify(usize::MAX);
    }
}

impl Aloft {
    /// Whether it is a place of what stands at that address.
    pub(crate) fn is_at(&self, address: usize) -> bool {
        Arc::as_ptr(&self.0).addr() == address
    }
}

impl Places for Flight {
    fn room(&self) -> &Event {
        &self.room
    }
}

impl Drop for Aloft {
    fn drop(&mut self) {
        let before = self.0.count.fetch_sub(1, Ordering::SeqCst);
        if self.0.limit.is_some() {
            self.0.room.notify_additional(1);
        }
        if before == AWAITED | 1 {
            self.0.empty.notify(usize::MAX);
        }
    }
}
