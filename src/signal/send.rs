//! The send: its builder and its three ends.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::conduct::conduct;
use super::delivery::Delivery;
use super::end::{Collecting, End, Start};
use super::event::Event;
use super::filter::filter_methods;
use super::fold::{First, Fold, FoldFuture, TryFold};
use super::handle::Signal;
use super::join::JoinFuture;
use super::key::{IntoKey, Key};
use super::panic::{Panic, capture};
use super::registry::{Held, Slot};
use super::report::Report;
use super::schedule::{Handed, Handover};
use super::sender::IntoSender;
use crate::sync::Arc;

/// A send in the making. End it in `.await`, [`now`](Self::now), [`join`](Self::join), [`first`](Self::first) or
/// [`fold`](Self::fold): without one of them nothing is sent.
///
/// Callbacks run in order of priority, then of connection. Sync ones run within the send. The send reaches the
/// connections that stand when it begins; one that is ended meanwhile and whose call has not started is passed by.
#[must_use = "nothing is sent until the builder is ended by `.await`, `.now()`, `.join()`, `.first()` or `.fold()`"]
pub struct SendBuilder<'a, P, R = (), K = Key> {
    signal: &'a Signal<P, R, K>,
    event: Event<P, K>,
    /// `update` panicked: there is nothing to send.
    failed: Option<Panic>,
    to_all: bool,
}

impl<'a, P, R, K> SendBuilder<'a, P, R, K> {
    #[inline]
    pub(super) fn new(signal: &'a Signal<P, R, K>) -> Self {
        Self {
            signal,
            event: Event::new(signal.shared.id),
            failed: None,
            to_all: false,
        }
    }

    /// Sends this payload in the place of the signal's defaults.
    #[inline]
    pub fn with(mut self, payload: P) -> Self {
        self.event.set(payload);
        self.failed = None;
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
        if self.failed.is_some() {
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
            Err(panic) => self.failed = Some(panic),
        }
        self
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
        self.to_all = true;
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
    #[inline]
    pub fn now(mut self) -> Delivery<R> {
        // A program that offers many signals has few that anybody listens to: these cost next to nothing where they are sent.
        if self.failed.is_none() && self.signal.shared.registry.is_silent() {
            return Delivery::new();
        }
        self.deliver()
    }

    fn deliver(&mut self) -> Delivery<R> {
        let mut delivery = Delivery::new();
        let mut collecting = Collecting {
            report: delivery.report(),
            starting: Spawning {
                signal: self.signal,
                handover: None,
            },
        };
        let sent = self.conduct(&mut collecting);
        if let Some(handover) = collecting.starting.handover {
            let board = handover.into_board();
            delivery.wait_for(board);
        }
        if let Err(panic) = sent {
            *delivery.report() = Report::of_unsent(panic);
        }
        delivery
    }

    /// Runs all callbacks inside the task that awaits this, the async ones concurrently, and gives the report. No
    /// executor is needed.
    ///
    /// A callback that is ready at once allocates nothing: its connection keeps the memory of its future, up to a kilobyte,
    /// for the next call.
    ///
    /// # Cancel safety
    /// Nothing happens before the first poll; then all callbacks start. Dropping the future afterwards cancels those
    /// that have not finished: their futures are dropped where they wait.
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

    /// Leads the send past every connection that matches, until `end` breaks it off. `Err`: `update` panicked, and
    /// nothing is sent.
    #[inline]
    pub(super) fn conduct(&mut self, end: &mut impl End<P, R, K>) -> Result<(), Panic> {
        if let Some(panic) = self.failed.take() {
            return Err(panic);
        }
        let shared = &self.signal.shared;
        if !shared.registry.is_silent() {
            let complete = |event: &mut Event<P, K>| event.complete(&shared.lent, shared.is_named);
            conduct(
                &shared.registry,
                &mut self.event,
                self.to_all,
                complete,
                end,
            );
        }
        Ok(())
    }
}

/// Hands async callbacks to an executor.
struct Spawning<'a, P, R, K> {
    signal: &'a Signal<P, R, K>,
    /// Made for the first of them.
    handover: Option<Handover<'a, R>>,
}

impl<P, R, K> Start<P, R, K> for Spawning<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    #[inline]
    fn start(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
    ) -> Handed<R> {
        let handover = self.handover.get_or_insert_with(|| {
            Handover::new(self.signal.spawner(), self.signal.shared.schedule)
        });
        handover.take(slot, event, held, place)
    }
}

/// Sends, and gives the [`Delivery`]: sync callbacks have run by then, async ones are with the spawner.
impl<'a, P, R, K> IntoFuture for SendBuilder<'a, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Delivery<R>;
    type IntoFuture = SendFuture<'a, P, R, K>;

    fn into_future(self) -> Self::IntoFuture {
        SendFuture { send: Some(self) }
    }
}

impl<P: fmt::Debug, R, K: fmt::Debug> fmt::Debug for SendBuilder<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("SendBuilder");
        if let Some(panic) = &self.failed {
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

/// A send that has been awaited. Made by `.await` on a [`SendBuilder`].
///
/// # Cancel safety
/// The first poll sends and is ready. Before it nothing has been sent.
#[must_use = "futures do nothing unless awaited"]
pub struct SendFuture<'a, P, R = (), K = Key> {
    send: Option<SendBuilder<'a, P, R, K>>,
}

/// Nothing in it is ever pinned.
impl<P, R, K> Unpin for SendFuture<'_, P, R, K> {}

impl<P, R, K> Future for SendFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Delivery<R>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Delivery<R>> {
        Poll::Ready(self.send.take().expect("polled after it was ready").now())
    }
}

impl<P, R, K> fmt::Debug for SendFuture<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFuture")
            .field("sent", &self.send.is_none())
            .finish_non_exhaustive()
    }
}
