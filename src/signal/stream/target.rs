//! What a subscription's connection calls: nothing. It puts the event into the inbox.

use std::fmt;

use event_listener::Event as Told;

use super::inbox::{Full, Inbox};
use super::place::Place;
use super::queue::Pushed;
use crate::signal::event::Event;
use crate::signal::overflow::Overflow;
use crate::signal::target::{Kind, Target};
use crate::sync::Arc;

/// The events of a subscription.
pub(crate) type Events<P, K> = Inbox<Arc<Event<P, K>>>;
/// A place for one of them.
pub(crate) type Seat<P, K> = Place<Arc<Event<P, K>>>;

/// Feeds a subscription. It goes with its connection, and the subscription then ends.
pub(crate) struct StreamTarget<P, K> {
    inbox: Arc<Events<P, K>>,
}

impl<P, K> StreamTarget<P, K> {
    pub(super) fn new(inbox: &Arc<Events<P, K>>) -> Self {
        Self {
            inbox: Arc::clone(inbox),
        }
    }

    /// Whether a send has to take a seat before it delivers to anybody.
    pub(crate) fn is_waited_for(&self) -> bool {
        self.inbox.overflow() == Overflow::Wait
    }

    /// Takes a seat, where sends wait for one; `None` where they do not.
    pub(crate) fn reserve(&self) -> Result<Option<Seat<P, K>>, Full> {
        if self.is_waited_for() {
            self.inbox.reserve().map(Some)
        } else {
            Ok(None)
        }
    }

    /// Takes a seat, whatever the policy is, if there is room.
    pub(crate) fn take_seat(&self) -> Result<Seat<P, K>, Full> {
        self.inbox.take_place()
    }

    /// Told of a seat: ask, listen, ask again, wait.
    pub(crate) fn room(&self) -> &Arc<Told> {
        self.inbox.room()
    }

    /// Delivers an event. `Full` only where a seat should have been taken and was not.
    pub(crate) fn accept(
        &self,
        event: Arc<Event<P, K>>,
        seat: Option<Seat<P, K>>,
    ) -> Pushed<Arc<Event<P, K>>> {
        match seat {
            Some(seat) => seat.fill(event),
            None => self.inbox.push(event),
        }
    }

    /// How many events wait, and how many have been lost.
    pub(crate) fn waiting_and_lost(&self) -> (usize, u64) {
        (self.inbox.len(), self.inbox.lost())
    }

    /// Ends the subscription once it has been emptied.
    pub(crate) fn close(&self) {
        self.inbox.close();
    }

    /// The same, as far as new sends go: those that have begun still deliver.
    pub(crate) fn begin_to_close(&self) {
        self.inbox.begin_to_close();
    }

    /// Has all sends that wait look again.
    pub(crate) fn wake_senders(&self) {
        self.inbox.wake_senders();
    }
}

/// Its policy, in words.
impl<P, K> fmt::Display for StreamTarget<P, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inbox = &self.inbox;
        write!(f, "capacity {} {}", inbox.capacity(), inbox.overflow())
    }
}

impl<P, K> Drop for StreamTarget<P, K> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<P, R, K> Target<P, R, K> for StreamTarget<P, K>
where
    P: Send + Sync,
    K: Send + Sync,
{
    fn kind(&self) -> Kind {
        Kind::Stream
    }

    fn is_alive(&self) -> bool {
        !self.inbox.is_closed()
    }

    fn stream(&self) -> Option<&StreamTarget<P, K>> {
        Some(self)
    }
}
