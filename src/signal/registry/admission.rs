//! Whether a send may call a connection, and what it has to get hold of before.

use std::hash::Hash;

use event_listener::Event as Told;

use super::head::{ASYNC, COUNTED, GUARDED, HOLDS_UP, STREAM};
use super::options::{Considered, Held, Options, Spent};
use super::slot::{Connected, Slot};
use crate::signal::bar::Bar;
use crate::signal::event::Event;
use crate::signal::flow::Solo;
use crate::signal::panic::Panic;
use crate::signal::stream::{Seat, StreamTarget};
use crate::signal::target::Kind;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Weak};

/// Whether a send may call a connection.
pub(crate) enum Admission<P, K> {
    Call(Option<Held>),
    /// As `Call`, if it is async.
    Start(Option<Held>),
    /// Its stream takes the event, on a seat that may have been taken before.
    Take(Option<Seat<P, K>>),
    /// Later, if nothing else comes.
    Defer(Held),
    /// Not now, or not this event.
    Refused,
    /// Never again: something it depends on has died.
    Gone,
    /// Its predicate panicked.
    Failed(Panic),
}

/// What a send has found out about a connection before it began, and got hold of.
pub(crate) struct Booking<P, K> {
    /// What its options said, if it has any.
    asked: Option<Considered>,
    seat: Option<Seat<P, K>>,
    /// Whether it would be called, as it stood.
    is_called: bool,
}

impl<P, K> Booking<P, K> {
    pub(crate) fn is_called(&self) -> bool {
        self.is_called
    }

    /// Whether a place of these was got hold of.
    pub(crate) fn is_of(&self, room: &Arc<Told>) -> bool {
        let promise = match &self.asked {
            Some(Considered::Granted(held)) => held.promise.as_ref(),
            _ => None,
        };
        promise.is_some_and(|promise| promise.is_of_room(room))
            || self.seat.as_ref().is_some_and(|seat| seat.is_of_room(room))
    }
}

/// What a member of a group says to an event.
pub(crate) enum Offer<P, K> {
    /// It takes it; its place is kept.
    Room(Booking<P, K>),
    /// It would take it, and has no room. What was asked of it, and what to wait for, if sends wait for it.
    Full(Option<Booking<P, K>>, Option<Bar>),
    /// It does not.
    Passed,
}

/// Nothing.
impl<P, K> Default for Booking<P, K> {
    fn default() -> Self {
        Self {
            asked: None,
            seat: None,
            is_called: false,
        }
    }
}

impl<P, R, K> dyn Connected<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Asks whether this event may be delivered, and takes one of the calls that `.times(n)` left. What was booked before
    /// is not asked for again.
    pub(crate) fn admit(
        &self,
        event: &Event<P, K>,
        booking: Option<Booking<P, K>>,
    ) -> Admission<P, K> {
        // What did not match when the send looked for places has none: what has changed since comes too late.
        let comes_too_late = match &booking {
            None => false,
            Some(Booking {
                asked: None, seat, ..
            }) => seat.is_none() && self.stream().is_some_and(StreamTarget::is_waited_for),
            Some(Booking { asked, .. }) => matches!(asked, Some(Considered::Refused)),
        };
        if comes_too_late {
            return Admission::Refused;
        }
        match self.head().state() & !(ASYNC | STREAM | HOLDS_UP | COUNTED) {
            0 => self.grant(None, booking.and_then(|booking| booking.seat)),
            GUARDED => self.ask(event, booking),
            _ => Admission::Refused,
        }
    }

    fn grant(&self, held: Option<Held>, seat: Option<Seat<P, K>>) -> Admission<P, K> {
        match self.kind() {
            Kind::Sync => Admission::Call(held),
            Kind::Async => Admission::Start(held),
            Kind::Stream if !self.is_alive() => Admission::Gone,
            Kind::Stream => Admission::Take(seat),
        }
    }

    fn ask(&self, event: &Event<P, K>, booking: Option<Booking<P, K>>) -> Admission<P, K> {
        let Booking { asked, seat, .. } = booking.unwrap_or_default();
        // A clone, so that the predicate runs without the lock.
        let Some(options) = self.options() else {
            return self.grant(None, seat);
        };
        if !self.is_alive() {
            return Admission::Gone;
        }
        let held = match asked.unwrap_or_else(|| options.consider(event)) {
            Considered::Granted(held) => held,
            Considered::Refused => return Admission::Refused,
            Considered::Gone => return Admission::Gone,
            Considered::Failed(panic) => return Admission::Failed(panic),
        };
        if !options.lets_pass() {
            return Admission::Refused;
        }
        if options.debounce().is_some() {
            return Admission::Defer(held.without_objects());
        }
        if self.spend(&options) {
            self.grant(Some(held), seat)
        } else {
            Admission::Refused
        }
    }

    /// Takes one of the calls that `.times(n)` left; with the last one the connection ends.
    fn spend(&self, options: &Arc<Options<P, K>>) -> bool {
        match options.spend() {
            Spent::Granted => true,
            Spent::Last => {
                if self.exhaust(options) {
                    self.leave_home();
                }
                true
            }
            Spent::Refused => false,
        }
    }

    /// Asks again for a call that was put off.
    pub(crate) fn grant_again(&self, mut held: Held) -> Option<Held> {
        let options = self.options()?;
        let is_granted =
            self.stands() && self.is_alive() && options.hold(&mut held) && self.spend(&options);
        is_granted.then_some(held)
    }

    /// Puts an event off, in the place of the one that was put off before.
    pub(crate) fn defer(self: &Arc<Self>, event: Arc<Event<P, K>>, held: Held)
    where
        P: Send + Sync,
        R: Send,
    {
        let (Some(options), Some(home)) = (self.options(), self.home.upgrade()) else {
            return;
        };
        let home = Arc::clone(&home.surroundings);
        let Some(debounce) = options.debounce() else {
            return;
        };
        let (timer, spawner) = (home.timer(), home.lasting_spawner());
        let weak: Weak<Slot<P, R, K>> = Arc::downgrade(self);
        let aloft = home.flight.put_off();
        let begin = move || {
            let slot = weak.upgrade()?;
            let held = slot.grant_again(held)?;
            let call = Solo::begin(&slot, &home, event, held)?;
            let run: BoxFuture<'static, ()> = Box::pin(async move {
                call.await;
                drop(aloft);
            });
            Some(run)
        };
        debounce.offer(Box::new(begin), timer, &*spawner);
    }

    /// Gets hold of what a send would have to wait for. `Err`: it is not there yet.
    pub(crate) fn book(&self, event: &Event<P, K>) -> Result<Booking<P, K>, Bar> {
        let mut booking = Booking::default();
        let guarded = self.head().state() & GUARDED != 0;
        if self.is_odd() {
            // Blocked, or ended: it is passed by, whatever becomes of it meanwhile.
            booking.asked = Some(Considered::Refused);
            return Ok(booking);
        }
        if !self.is_alive() {
            return Ok(booking);
        }
        booking.is_called = self.stream().is_none();
        if let Some(options) = guarded.then(|| self.options()).flatten() {
            let mut asked = options.consider(event);
            let Considered::Granted(held) = &mut asked else {
                // A predicate that panics is the callback's failure.
                booking.is_called &= matches!(asked, Considered::Failed(_));
                booking.asked = Some(asked);
                return Ok(booking);
            };
            booking.is_called &= options.would_call();
            let lane = held.flow.as_ref().and_then(|flow| flow.lane.clone());
            if let Some(lane) = lane.filter(|_| self.holds_up()) {
                held.promise = Some(wait_for(|| lane.promise(), lane.room())?);
            }
            booking.asked = Some(asked);
        }
        if let Some(stream) = self.stream() {
            booking.seat = wait_for(|| stream.reserve().ok(), stream.room())?;
        }
        Ok(booking)
    }

    /// Asks a member of a group whether it takes an event, and gets hold of its place, whatever its policy is: another one may
    /// have room.
    pub(crate) fn offer(&self, event: &Event<P, K>) -> Offer<P, K> {
        if self.is_odd() {
            return Offer::Passed;
        }
        if !self.is_alive() {
            self.disconnect();
            return Offer::Passed;
        }
        let mut booking = Booking {
            is_called: self.stream().is_none(),
            ..Booking::default()
        };
        let is_guarded = self.head().state() & GUARDED != 0;
        if let Some(options) = is_guarded.then(|| self.options()).flatten() {
            let mut lane = None;
            let asked = match options.consider(event) {
                Considered::Granted(_) if !options.may_pass() => return Offer::Passed,
                Considered::Granted(held) => {
                    booking.is_called &= options.would_call();
                    // A call that is put off takes its place when it is made.
                    let own = held.flow.as_ref().and_then(|flow| flow.lane.clone());
                    lane = own.filter(|_| options.debounce().is_none());
                    Considered::Granted(held)
                }
                Considered::Refused => return Offer::Passed,
                Considered::Gone => {
                    self.disconnect();
                    return Offer::Passed;
                }
                // The callback's failure, which is what the event comes to.
                failed @ Considered::Failed(_) => failed,
            };
            booking.asked = Some(asked);
            let promise = lane.map(|lane| self.look_again(|| lane.promise(), lane.room()));
            match (promise.transpose(), &mut booking.asked) {
                (Ok(promise), Some(Considered::Granted(held))) => held.promise = promise,
                (Ok(_), _) => {}
                (Err(bar), _) => return Offer::Full(Some(booking), bar),
            }
        }
        if let Some(stream) = self.stream() {
            match self.look_again(|| stream.take_seat().ok(), stream.room()) {
                Ok(seat) => booking.seat = Some(seat),
                Err(bar) => return Offer::Full(booking.asked.is_some().then_some(booking), bar),
            }
        }
        Offer::Room(booking)
    }

    /// Whether it is blocked, or has ended.
    fn is_odd(&self) -> bool {
        self.head().state() & !(ASYNC | STREAM | HOLDS_UP | COUNTED | GUARDED) != 0
    }

    /// As `wait_for`, if sends wait for it.
    fn look_again<T>(
        &self,
        mut look: impl FnMut() -> Option<T>,
        room: &Arc<Told>,
    ) -> Result<T, Option<Bar>> {
        if self.holds_up() {
            return wait_for(look, room).map_err(Some);
        }
        look().ok_or(None)
    }
}

/// Looks, listens, and looks again: what comes in between is not missed.
fn wait_for<T>(mut look: impl FnMut() -> Option<T>, room: &Arc<Told>) -> Result<T, Bar> {
    if let Some(found) = look() {
        return Ok(found);
    }
    let bar = Bar::of(room);
    look().ok_or(bar)
}
