//! A bounded queue with many producers and one consumer, in which losses keep their place.

use std::task::{Context, Poll, Waker};

use event_listener::Event;
use futures_util::task::AtomicWaker;

use super::place::Place;
use super::queue::{Pushed, Queue, Received, Stage};
use crate::signal::overflow::Overflow;
use crate::signal::panic::drop_quietly;
use crate::sync::{Arc, Lock};

/// Items that wait for their consumer, at most `capacity` of them, those aside that have a [`Place`] and are to come.
///
/// What there was no room for is counted where it is missing: before, between or after what was kept.
pub(crate) struct Inbox<T> {
    queue: Lock<Queue<T>>,
    capacity: usize,
    overflow: Overflow,
    /// Told of each place that has become free, if sends wait for one, and of the end.
    room: Arc<Event>,
    /// The consumer's, when it found nothing. It registers before it looks again, and producers wake it after they have
    /// let go of the lock on `queue`: one sees the other.
    consumer: AtomicWaker,
}

/// There is no place, and nothing may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl<T> Inbox<T> {
    /// An empty one. A capacity of 0 counts as 1; room is made as it is needed.
    pub(crate) fn new(capacity: usize, overflow: Overflow) -> Self {
        Self {
            queue: Lock::new(Queue::new()),
            capacity: capacity.max(1),
            overflow,
            room: Arc::new(Event::new()),
            consumer: AtomicWaker::new(),
        }
    }

    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) fn overflow(&self) -> Overflow {
        self.overflow
    }

    /// How many items wait.
    pub(crate) fn len(&self) -> usize {
        self.queue.hold().items
    }

    /// How many items have been lost so far.
    pub(crate) fn lost(&self) -> u64 {
        self.queue.hold().lost
    }

    /// Whether nothing comes any more. There may be items left.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.queue.hold().stage, Stage::Closed | Stage::Abandoned)
    }

    /// Puts an item in, as far as there is room, without waiting.
    pub(crate) fn push(&self, item: T) -> Pushed<T> {
        let pushed = self.queue.hold().push(item, self.capacity, self.overflow);
        if let Pushed::Taken | Pushed::Lost(_) = pushed {
            self.consumer.wake();
        }
        pushed
    }

    /// Has everybody who waits for room look again, whatever there is.
    pub(crate) fn wake_senders(&self) {
        self.room.notify(usize::MAX);
    }

    /// Takes a place for an item that is to come. Where nobody has to wait, because something may be lost or the inbox is
    /// closed, a place is promised to everybody and takes no room.
    pub(crate) fn reserve(self: &Arc<Self>) -> Result<Place<T>, Full> {
        if self.overflow == Overflow::Wait {
            self.take_place()
        } else {
            Ok(Place::new(self, false))
        }
    }

    /// Takes a place for an item that is to come, if there is room, whatever the policy is. Of an inbox that is closed, a place
    /// is promised to everybody.
    pub(crate) fn take_place(self: &Arc<Self>) -> Result<Place<T>, Full> {
        let mut queue = self.queue.hold();
        let is_taken = queue.stage == Stage::Open;
        if is_taken {
            if !queue.has_room(self.capacity) {
                return Err(Full);
            }
            queue.places += 1;
        }
        drop(queue);
        Ok(Place::new(self, is_taken))
    }

    /// To be told of room: ask, listen, ask again, wait.
    ///
    /// Each place that becomes free wakes one who listens. Who is woken and does not take the place drops the listener,
    /// or the place, and the next one is woken.
    pub(crate) fn room(&self) -> &Arc<Event> {
        &self.room
    }

    /// Fills a place that was taken. It is honoured by an inbox that has been closed meanwhile.
    pub(super) fn fill(&self, item: T) -> Pushed<T> {
        let mut queue = self.queue.hold();
        queue.places -= 1;
        if queue.stage == Stage::Abandoned {
            return Pushed::Closed(item);
        }
        queue.append(item);
        drop(queue);
        self.consumer.wake();
        Pushed::Taken
    }

    /// Takes a place back.
    pub(super) fn release(&self) {
        let mut queue = self.queue.hold();
        queue.places -= 1;
        let stage = queue.stage;
        drop(queue);
        if stage == Stage::Open {
            self.tell_of_room();
        } else {
            // It may have been what the consumer was waiting for.
            self.consumer.wake();
        }
    }

    /// Takes what is next; `None` if there is nothing yet.
    pub(crate) fn try_recv(&self) -> Option<Received<T>> {
        let next = self.queue.hold().take();
        if matches!(next, Some(Received::Item(_))) {
            self.tell_of_room();
        }
        next
    }

    /// As `try_recv`, and has the consumer woken when there is something. For one consumer at a time.
    pub(crate) fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Received<T>> {
        if let Some(next) = self.try_recv() {
            return Poll::Ready(next);
        }
        self.consumer.register(cx.waker());
        self.try_recv().map_or(Poll::Pending, Poll::Ready)
    }

    /// Forgets who was to be woken.
    pub(crate) fn forget_consumer(&self) -> Option<Waker> {
        self.consumer.take()
    }

    /// Ends it on the side of the producers: what is there can be read, and what has a place still comes.
    pub(crate) fn close(&self) {
        self.end(Stage::Closed);
    }

    /// As `close`, but takes in what comes from now on, until the consumer has been told of the end.
    pub(crate) fn begin_to_close(&self) {
        self.end(Stage::Closing);
    }

    fn end(&self, how: Stage) {
        let mut queue = self.queue.hold();
        if queue.stage >= how {
            return;
        }
        queue.stage = how;
        drop(queue);
        self.room.notify(usize::MAX);
        self.consumer.wake();
    }

    /// Ends it on the side of the consumer, who is gone: drops what is there, and what comes.
    pub(crate) fn abandon(&self) {
        let mut queue = self.queue.hold();
        queue.stage = Stage::Abandoned;
        let left = queue.clear();
        drop(queue);
        self.room.notify(usize::MAX);
        drop_quietly(self.consumer.take());
        drop(left);
    }

    fn tell_of_room(&self) {
        if self.overflow == Overflow::Wait {
            // One more, whether or not others have been told already: each place is somebody's.
            self.room.notify_additional(1);
        }
    }
}

impl<T> Drop for Inbox<T> {
    fn drop(&mut self) {
        drop(self.queue.get_mut().clear());
    }
}
