//! The send: its builder and its ends.

use std::fmt;
use std::hash::Hash;
use std::ops::ControlFlow;
use std::time::Duration;

use super::delivery::Delivery;
use super::event::Event;
use super::failure::Cause;
use super::filter::filter_methods;
use super::fold::{First, Fold, FoldFuture, TryFold};
use super::handle::Signal;
use super::join::JoinFuture;
use super::key::{IntoKey, Key};
use super::panic::{Panic, capture};
use super::passage::{Barred, Prelude, Wanted, Whom};
use super::reach::Reach;
use super::registry::Slot;
use super::sender::IntoSender;
use super::sending::Terms;
use super::unsent::{Unsent, Why};
use crate::sync::Arc;

/// A send in the making. End it in `.await`, [`now`](Self::now), [`join`](Self::join), [`first`](Self::first) or
/// [`fold`](Self::fold): without one of them nothing is sent.
///
/// Callbacks run in order of priority, then of connection. Sync ones run within the send. The send reaches the
/// connections that stand when it begins; one that is ended meanwhile and whose call has not started is passed by.
#[must_use = "nothing is sent until the builder is ended by `.await`, `.now()`, `.join()`, `.first()` or `.fold()`"]
pub struct SendBuilder<'a, P, R = (), K = Key> {
    pub(super) signal: &'a Signal<P, R, K>,
    pub(super) event: Event<P, K>,
    pub(super) rare: Option<Box<Rare<P, R, K>>>,
    pub(super) reach: Reach,
}

/// What few sends say. Apart, since builders are moved with each word.
pub(super) struct Rare<P, R, K> {
    /// `update` panicked: there is nothing to send.
    pub(super) failed: Option<Panic>,
    pub(super) timeout: Option<Duration>,
    /// The one connection that it is for, if that is there. Looked at where the reach says so.
    pub(super) one: Option<Arc<Slot<P, R, K>>>,
    /// Whether it does without those that have no room for it.
    pub(super) is_lenient: bool,
    /// What is to be done when it begins.
    pub(super) prelude: Option<Box<dyn Prelude>>,
}

impl<P, R, K> Rare<P, R, K> {
    pub(super) fn wanted(&mut self, reach: Reach) -> Wanted<'_, P, R, K> {
        let whom = match reach {
            Reach::One => Whom::One(self.one.as_ref()),
            reach => Whom::Reach(reach),
        };
        Wanted {
            whom,
            is_lenient: self.is_lenient,
            prelude: self.prelude.as_mut(),
        }
    }
}

/// Nothing.
impl<P, R, K> Default for Rare<P, R, K> {
    fn default() -> Self {
        Self {
            failed: None,
            timeout: None,
            one: None,
            is_lenient: false,
            prelude: None,
        }
    }
}

impl<'a, P, R, K> SendBuilder<'a, P, R, K> {
    #[inline]
    pub(super) fn new(signal: &'a Signal<P, R, K>) -> Self {
        Self::of(signal, Event::new(signal.shared.id))
    }

    /// A send of this event: one that goes on from elsewhere, or that was put down while it waited.
    #[inline]
    pub(super) fn of(signal: &'a Signal<P, R, K>, event: Event<P, K>) -> Self {
        Self {
            signal,
            event,
            rare: None,
            reach: Reach::Matching,
        }
    }

    /// Names one more key.
    #[inline]
    pub(crate) fn add_key(&mut self, key: K) {
        self.event.filters.add_key(key);
    }

    /// Puts it down, with what it was told of its event and nothing else.
    pub(super) fn into_event(self) -> Event<P, K> {
        self.event
    }

    /// Sends this payload in the place of the signal's defaults.
    #[inline]
    pub fn with(mut self, payload: P) -> Self {
        self.event.set(payload);
        if let Some(rare) = &mut self.rare {
            rare.failed = None;
        }
        self
    }

    /// Sends the payload with some of its fields changed: a copy of the defaults, or what `with` was given.
    ///
    /// If the copying or the change panics, nothing is delivered: the send reaches nobody and its report has that panic
    /// as its only failure.
    pub fn update(mut self, change: impl FnOnce(&mut P)) -> Self
    where
        P: Clone,
    {
        if self.failed().is_some() {
            return self;
        }
        let base = match self.event.take() {
            Some(payload) => Ok(payload),
            None => capture(|| self.signal.defaults().clone()),
        };
        let changed = base.and_then(|mut payload| {
            capture(move || {
                change(&mut payload);
                payload
            })
        });
        match changed {
            Ok(payload) => self.event.set(payload),
            Err(panic) => self.rare().failed = Some(panic),
        }
        self
    }

    /// Stops what has not finished after this time: each such callback is reported as timed out. Where the send has to wait
    /// before it can begin, that is part of the time; if it is up by then, the send reaches nobody, and its report says so.
    ///
    /// Sync callbacks cannot be stopped, and are not.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.rare().timeout = Some(time);
        self
    }

    /// Has this done when it begins.
    pub(crate) fn after(mut self, prelude: Box<dyn Prelude>) -> Self {
        self.rare().prelude = Some(prelude);
        self
    }

    pub(super) fn rare(&mut self) -> &mut Rare<P, R, K> {
        self.rare.get_or_insert_default()
    }

    fn failed(&self) -> Option<&Panic> {
        self.rare.as_ref()?.failed.as_ref()
    }

    filter_methods!(
        event.filters,
        "Names a sender: connections to it are reached, as are unfiltered ones.",
        "Names a key: connections to it are reached, as are unfiltered ones."
    );

    /// Reaches every connection, whatever its filters. Predicates (`.when(..)`) still decide for themselves. Looks at each
    /// connection before it begins, for those whose senders have died. The first such send makes a list of all connections,
    /// which the signal keeps from then on.
    pub fn to_all(mut self) -> Self {
        self.reach = Reach::All;
        self
    }
}

impl<'a, P, R, K> SendBuilder<'a, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Sends now: runs the sync callbacks and hands the async ones to the spawner. What `.await` does, from sync code.
    ///
    /// # Errors
    /// Where the send would have to wait, for a connection whose queue is full or because of `max_in_flight`, and where the
    /// signal is closed: nothing is delivered, and [`Unsent`] gives the payload back. A signal that sets no limits and is not
    /// closed sends always.
    #[inline]
    pub fn now(mut self) -> Result<Delivery<R>, Unsent<P>> {
        let status = self.signal.shared.registry.status();
        // A program that offers many signals has few that anybody listens to: these cost next to nothing where they are sent.
        if self.rare.is_none() {
            if status.is_silent() {
                return Ok(Delivery::new());
            }
            if status.is_open() {
                return self.deliver(None);
            }
        }
        self.now_if_it_may()
    }

    /// As [`now`](Self::now), and does not wait for those that have no room: a queue that is full goes without the event, which is
    /// its failure, and a callback that is busy has it wait for its turn, beyond its limit. For who must neither wait nor leave others out.
    pub(crate) fn now_where_there_is_room(mut self) -> Result<Delivery<R>, Unsent<P>> {
        self.rare().is_lenient = true;
        self.now()
    }

    #[inline(never)]
    fn now_if_it_may(mut self) -> Result<Delivery<R>, Unsent<P>> {
        if let Some(panic) = self.take_failed() {
            return Ok(self.undelivered(Cause::Panicked(panic)));
        }
        let deadline = self.deadline();
        match self.try_pass() {
            Ok(passage) => self.deliver(Terms::new(passage, deadline)),
            Err(Barred::Full(_)) => Err(Unsent::new(self.event.take(), Why::Full)),
            Err(Barred::Closed) => Err(Unsent::new(self.event.take(), Why::Closed)),
        }
    }

    /// Runs all callbacks inside the task that awaits this, the async ones concurrently, and gives the report. No
    /// executor is needed.
    ///
    /// A callback that is ready at once allocates nothing: its connection keeps the memory of its future, up to a kilobyte,
    /// for the next call.
    ///
    /// # Cancel safety
    /// Nothing happens before the first poll; then all callbacks start, at once or, where the send has to wait for room,
    /// when it has room with all of them: dropped before that, it has delivered nothing to anybody. Dropping the future
    /// afterwards cancels the callbacks that have not finished: their futures are dropped where they wait.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Signal;
    ///
    /// let square = Signal::builder(0u32).reply::<u32>().build();
    /// square.connect(|ev| async move { **ev * **ev }).await;
    /// let report = square.send().with(7).join().await;
    /// assert_eq!(report.replies(), [49]);
    /// # });
    /// ```
    pub fn join(self) -> JoinFuture<'a, P, R, K> {
        JoinFuture::new(self)
    }

    /// Runs callbacks inside the task that awaits this until one replies, and gives that reply; `None` if none does.
    ///
    /// As [`join`](Self::join), but the first reply ends it: callbacks that have not started by then do not start, those
    /// that wait are cancelled. Failures are passed over.
    pub fn first(self) -> FoldFuture<'a, P, R, K, First> {
        FoldFuture::new(self, First)
    }

    /// Runs all callbacks as [`join`](Self::join) does, and folds their replies as they come, storing none.
    ///
    /// Replies come in the order in which callbacks finish. Failures are passed over.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Signal;
    ///
    /// let offers = Signal::builder(()).reply::<u32>().build();
    /// offers.connect_sync(|_| 30).await;
    /// offers.connect(|_| async { 20 }).await;
    /// assert_eq!(offers.send().fold(u32::MAX, u32::min).await, 20);
    /// # });
    /// ```
    pub fn fold<A, F>(self, init: A, fold: F) -> FoldFuture<'a, P, R, K, Fold<A, F>>
    where
        F: FnMut(A, R) -> A,
    {
        FoldFuture::new(self, Fold::new(init, fold))
    }

    /// As [`fold`](Self::fold), until `fold` breaks off: a quorum, a first success.
    ///
    /// Breaking off ends it as a reply ends [`first`](Self::first).
    pub fn try_fold<A, B, F>(self, init: A, fold: F) -> FoldFuture<'a, P, R, K, TryFold<A, F>>
    where
        F: FnMut(A, R) -> ControlFlow<B, A>,
    {
        FoldFuture::new(self, TryFold::new(init, fold))
    }
}

impl<P: fmt::Debug, R, K: fmt::Debug> fmt::Debug for SendBuilder<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("SendBuilder");
        if let Some(panic) = self.failed() {
            fields.field("payload", panic);
        } else if let Some(payload) = self.event.own() {
            fields.field("payload", payload);
        }
        fields
            .field("keys", &self.event.keys())
            .field("senders", &self.event.senders())
            .finish_non_exhaustive()
    }
}
