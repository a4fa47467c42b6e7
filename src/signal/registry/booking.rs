//! What a send has to wait for at a connection, and how it is told to look again.

use std::hash::Hash;

use event_listener::EventListener;

use super::head::{ASYNC, COUNTED, GUARDED, HOLDS_UP, STREAM};
use super::options::{Considered, Held};
use super::slot::Connected;
use crate::signal::event::Event;
use crate::signal::stream::{Seat, StreamTarget};

/// What a send has found out about a connection before it began, and got hold of.
pub(crate) struct Booking<P, K> {
    pub(super) held: Option<Held>,
    pub(super) seat: Option<Seat<P, K>>,
}

/// Nothing.
impl<P, K> Default for Booking<P, K> {
    fn default() -> Self {
        Self {
            held: None,
            seat: None,
        }
    }
}

impl<P, R, K> dyn Connected<P, R, K> {
    /// The signal is closed: its stream ends once it is read, and sends that wait for it look again.
    pub(crate) fn let_go_of_senders(&self) {
        if let Some(stream) = self.stream() {
            stream.begin_to_close();
        }
        self.wake_senders();
    }

    /// Has sends that wait for it look again.
    pub(crate) fn wake_senders(&self) {
        if !self.head().holds_up() {
            return;
        }
        if let Some(stream) = self.stream() {
            stream.wake_senders();
        }
        let options = self.options();
        let flow = options.as_ref().and_then(|options| options.flow.as_ref());
        if let Some(lane) = flow.and_then(|flow| flow.lane.as_ref()) {
            lane.wake_senders();
        }
    }
}

impl<P, R, K> dyn Connected<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Whether a send may have to wait for it.
    pub(super) fn may_hold_up(&self) -> bool {
        self.stream().is_some_and(StreamTarget::is_waited_for)
            || self.options().is_some_and(|options| options.may_hold_up())
    }

    /// Gets hold of what a send would have to wait for. `Err`: it is not there yet.
    pub(crate) fn book(&self, event: &Event<P, K>) -> Result<Booking<P, K>, EventListener> {
        let mut booking = Booking::default();
        let guarded = self.head().state() & GUARDED != 0;
        let is_odd = self.head().state() & !(ASYNC | STREAM | HOLDS_UP | COUNTED | GUARDED) != 0;
        if is_odd || !self.is_alive() {
            // The walk will find out by itself that it is not to be called.
            return Ok(booking);
        }
        if let Some(options) = guarded.then(|| self.options()).flatten() {
            let Considered::Granted(mut held) = options.consider(event) else {
                return Ok(booking);
            };
            if let Some(lane) = held.flow.as_ref().and_then(|flow| flow.lane.clone()) {
                held.promise = Some(wait_for(|| lane.promise(), || lane.listen())?);
            }
            booking.held = Some(held);
        }
        if let Some(stream) = self.stream() {
            booking.seat = wait_for(|| stream.reserve().ok(), || stream.listen())?;
        }
        Ok(booking)
    }
}

/// Looks, listens, and looks again: what comes in between is not missed.
fn wait_for<T>(
    mut look: impl FnMut() -> Option<T>,
    listen: impl FnOnce() -> EventListener,
) -> Result<T, EventListener> {
    if let Some(found) = look() {
        return Ok(found);
    }
    let listener = listen();
    look().ok_or(listener)
}
