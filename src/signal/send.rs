//! The send: its builder and its three ends.

use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::{fmt, mem};

use super::conduct::{End, conduct};
use super::delivery::Delivery;
use super::event::Event;
use super::filter::{Filters, filter_methods};
use super::fold::{First, Fold, FoldFuture, TryFold};
use super::handle::Signal;
use super::join::JoinFuture;
use super::key::{IntoKey, Key};
use super::panic::{Panic, capture};
use super::registry::{Held, Slot};
use super::report::{Failure, Report};
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
    draft: Draft<P>,
    filters: Filters<K>,
    to_all: bool,
}

enum Draft<P> {
    Defaults,
    Own(P),
    /// `update` panicked: there is nothing to send.
    Failed(Panic),
}

impl<'a, P, R, K> SendBuilder<'a, P, R, K> {
    pub(super) fn new(signal: &'a Signal<P, R, K>) -> Self {
        Self {
            signal,
            draft: Draft::Defaults,
            filters: Filters::new(),
            to_all: false,
        }
    }

    /// Sends this payload in the place of the signal's defaults.
    pub fn with(mut self, payload: P) -> Self {
        self.draft = Draft::Own(payload);
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
        let base = match mem::replace(&mut self.draft, Draft::Defaults) {
            Draft::Defaults => capture(|| self.signal.defaults().clone()),
            Draft::Own(payload) => Ok(payload),
            Draft::Failed(panic) => Err(panic),
        };
        let changed = base.and_then(|mut payload| {
            capture(move || {
                change(&mut payload);
                payload
            })
        });
        self.draft = changed.map_or_else(Draft::Failed, Draft::Own);
        self
    }

    filter_methods!(
        "Names a sender: connections to it are reached, as are unfiltered ones.",
        "Names a key: connections to it are reached, as are unfiltered ones."
    );

    /// Reaches every connection, whatever its filters. Predicates (`.when(..)`) still decide for themselves. Looks at each
    /// connection before it begins, for those whose senders have died.
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
    pub fn now(self) -> Delivery<R> {
        let handover = Handover::new(self.signal.spawner(), self.signal.shared.schedule);
        let mut spawning = Spawning {
            handover,
            report: Report::new(),
        };
        match self.conduct(&mut spawning) {
            Ok(()) => Delivery::new(spawning.report, spawning.handover.into_board()),
            Err(panic) => Delivery::new(Report::of_unsent(panic), None),
        }
    }

    /// Runs all callbacks inside the task that awaits this, the async ones concurrently, and gives the report. No
    /// executor is needed.
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
    pub(super) fn conduct(self, end: &mut impl End<P, R, K>) -> Result<(), Panic> {
        let Self {
            signal,
            draft,
            filters,
            to_all,
        } = self;
        let shared = &signal.shared;
        let own = match draft {
            Draft::Defaults => None,
            Draft::Own(payload) => Some(payload),
            Draft::Failed(panic) => return Err(panic),
        };
        let event = |Filters { keys, senders, .. }| {
            let info = &shared.origin.info;
            let borrows = own.is_none() || info.name().is_some();
            let origin = borrows.then(|| shared.lent.load());
            Event::new(own, keys, senders, info.id(), origin)
        };
        conduct(&shared.registry, filters, to_all, event, end);
        Ok(())
    }
}

/// The end of a send whose async callbacks go to an executor.
struct Spawning<'a, R> {
    handover: Handover<'a, R>,
    report: Report<R>,
}

impl<P, R, K> End<P, R, K> for Spawning<'_, R>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    #[inline]
    fn replied(&mut self, reply: R) -> ControlFlow<()> {
        self.report.push(Ok(reply));
        ControlFlow::Continue(())
    }

    fn failed(&mut self, failure: Failure) -> ControlFlow<()> {
        self.report.push(Err(failure));
        ControlFlow::Continue(())
    }

    fn granted(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
    ) -> ControlFlow<()> {
        match self.handover.take(slot, event, held, self.report.count()) {
            Handed::Over => self.report.keep_place(),
            Handed::Replied(reply) => self.report.push(Ok(reply)),
            Handed::Failed(failure) => self.report.push(Err(failure)),
            Handed::Refused => {}
        }
        ControlFlow::Continue(())
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
        match &self.draft {
            Draft::Defaults => {}
            Draft::Own(payload) => drop(fields.field("payload", payload)),
            Draft::Failed(panic) => drop(fields.field("payload", panic)),
        }
        fields
            .field("keys", &self.filters.keys)
            .field("senders", &self.filters.senders)
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
