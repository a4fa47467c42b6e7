//! The send: its builder and its three ends.

use std::convert::Infallible;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use super::conduct::{Booked, conduct, gather, walk_booked};
use super::delivery::Delivery;
use super::end::{Collecting, End, Start};
use super::event::Event;
use super::failure::Cause;
use super::filter::filter_methods;
use super::flight::Aloft;
use super::flow::Deadline;
use super::fold::{First, Fold, FoldFuture, TryFold};
use super::handle::Signal;
use super::join::JoinFuture;
use super::key::{IntoKey, Key};
use super::panic::{Panic, capture};
use super::passage::{Barred, Passage, Waiting};
use super::registry::{Held, Slot};
use super::report::Report;
use super::schedule::{Handed, Handover};
use super::sender::IntoSender;
use super::surroundings::Surroundings;
use super::trace;
use super::unsent::{Unsent, Why};
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
    rare: Option<Box<Rare>>,
    to_all: bool,
}

/// What few sends say. Apart, since builders are moved with each word.
#[derive(Default)]
struct Rare {
    /// `update` panicked: there is nothing to send.
    failed: Option<Panic>,
    timeout: Option<Duration>,
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
            to_all: false,
        }
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

    fn rare(&mut self) -> &mut Rare {
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

    /// As `now`, for who goes on with the event if it may not begin.
    pub(super) fn try_deliver(&mut self) -> Result<Delivery<R>, Barred> {
        let passage = self.try_pass()?;
        self.deliver(Terms::new(passage, None))
    }

    /// As `try_deliver`, waiting until it may begin. Not to be asked again once it is ready.
    pub(super) fn poll_deliver(
        &mut self,
        waiting: &mut Option<Box<Waiting>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Delivery<R>, Cause>> {
        let begun = ready!(self.poll_begin(waiting, cx));
        *waiting = None;
        Poll::Ready(begun.and_then(|passage| self.deliver(Terms::new(passage, None))))
    }

    /// Leave to begin; `None` where none is needed.
    fn try_pass(&mut self) -> Result<Leave<P, R, K>, Barred> {
        let shared = &self.signal.shared;
        if shared.registry.status().is_open() {
            return Ok(None);
        }
        Passage::get(shared, &mut self.event, self.to_all).map(Some)
    }

    fn take_failed(&mut self) -> Option<Panic> {
        self.rare.as_mut()?.failed.take()
    }

    fn deadline(&self) -> Option<Deadline> {
        let time = self.rare.as_ref()?.timeout?;
        Some(self.surroundings().deadline(time))
    }

    #[inline]
    pub(super) fn surroundings(&self) -> &'a Arc<Surroundings<P, R, K>> {
        &self.signal.shared.registry.surroundings
    }

    fn undelivered(&self, cause: Cause) -> Delivery<R> {
        let mut delivery = Delivery::new();
        *delivery.report() = Report::of_unsent(self.surroundings().fail_send(cause));
        delivery
    }

    /// Never an error: made where it stays.
    fn deliver<E>(&mut self, mut terms: Option<Box<Terms<P, R, K>>>) -> Result<Delivery<R>, E> {
        let mut delivered = Ok(Delivery::new());
        let Ok(delivery) = &mut delivered else {
            unreachable!("it has just been made")
        };
        let row = terms.as_mut().and_then(|terms| terms.row.take());
        let mut collecting = Collecting {
            report: delivery.report(),
            starting: Spawning {
                signal: self.signal,
                handover: None,
                terms,
            },
        };
        self.conduct(row, &mut collecting);
        if let Some(handover) = collecting.starting.handover {
            let board = handover.into_board();
            delivery.wait_for(board);
        }
        delivered
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

    /// Whether nothing has to be looked at before it begins.
    #[inline]
    pub(super) fn is_unhindered(&self) -> bool {
        self.rare.is_none() && self.signal.shared.registry.status().is_open()
    }

    /// Ready to begin, as soon as it may; the wait goes on in `waiting`. `Err`: it never may.
    pub(super) fn poll_begin(
        &mut self,
        waiting: &mut Option<Box<Waiting>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Leave<P, R, K>, Cause>> {
        if let Some(panic) = self.take_failed() {
            return Poll::Ready(Err(Cause::Panicked(panic)));
        }
        let waiting = waiting.get_or_insert_with(|| Box::new(Waiting::new(self.deadline())));
        let shared = &self.signal.shared;
        if !waiting.has_begun() && shared.registry.status().is_open() {
            return Poll::Ready(Ok(None));
        }
        let (event, to_all) = (&mut self.event, self.to_all);
        let get = || Passage::get(shared, event, to_all);
        waiting.poll(get, cx).map_ok(Some)
    }

    /// Leads the send past every connection that matches, until `end` breaks it off: those that were found before, if it had
    /// to get leave to begin.
    #[inline]
    pub(super) fn conduct(
        &mut self,
        row: Option<Vec<Booked<P, R, K>>>,
        end: &mut impl End<P, R, K>,
    ) {
        let shared = &self.signal.shared;
        let _span = trace::send(&shared.origin.info);
        if let Some(row) = row {
            let event = Arc::new(self.event.keep());
            let _ = walk_booked(row, &event, end);
        } else if !shared.registry.status().is_silent() {
            let complete = |event: &mut Event<P, K>| event.complete(&shared.lent, shared.is_named);
            conduct(
                &shared.registry,
                &mut self.event,
                self.to_all,
                complete,
                end,
            );
        }
    }

    /// The connections that match, and the event they share, for a send that does not call them all at once.
    pub(super) fn gather(&mut self) -> Gathered<P, R, K> {
        let shared = &self.signal.shared;
        let row = gather(&shared.registry, &self.event, self.to_all);
        self.event.complete(&shared.lent, shared.is_named);
        let row = row.into_iter().map(|slot| (slot, None)).collect();
        (row, self.keep_event())
    }

    pub(super) fn keep_event(&mut self) -> Arc<Event<P, K>> {
        Arc::new(self.event.keep())
    }
}

/// What few sends go by.
struct Terms<P, R, K> {
    row: Option<Vec<Booked<P, R, K>>>,
    deadline: Option<Deadline>,
    /// The send, if it is counted already.
    aloft: Option<Aloft>,
}

impl<P, R, K> Terms<P, R, K> {
    fn new(passage: Leave<P, R, K>, deadline: Option<Deadline>) -> Option<Box<Self>> {
        let (row, aloft) = match passage {
            Some(Passage { row, aloft }) => (Some(row), Some(aloft)),
            None if deadline.is_none() => return None,
            None => (None, None),
        };
        Some(Box::new(Self {
            row,
            deadline,
            aloft,
        }))
    }
}

/// Leave to begin, where that has to be got.
type Leave<P, R, K> = Option<Passage<P, R, K>>;

/// Connections that match, and the event they share.
pub(super) type Gathered<P, R, K> = (Vec<Booked<P, R, K>>, Arc<Event<P, K>>);

/// Hands async callbacks to an executor.
struct Spawning<'a, P, R, K> {
    signal: &'a Signal<P, R, K>,
    /// Made for the first of them.
    handover: Option<Handover<'a, P, R, K>>,
    terms: Option<Box<Terms<P, R, K>>>,
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
        let shared = &self.signal.shared;
        let terms = &mut self.terms;
        let handover = self.handover.get_or_insert_with(|| {
            let home = &shared.registry.surroundings;
            let terms = terms.take().map(|terms| (terms.deadline, terms.aloft));
            let (deadline, aloft) = terms.unwrap_or_default();
            Handover::new(home, shared.schedule, deadline, aloft)
        });
        handover.take(slot, event, held, place)
    }
}

/// Sends, and gives the [`Delivery`]: sync callbacks have run by then, async ones are with the spawner.
///
/// It waits only where a limit says so: `max_in_flight`, of the signal or of a connection, and full queues and streams with
/// [`Overflow::Wait`](crate::Overflow::Wait). Of a signal that is closed, the delivery reaches nobody and its report says so.
impl<'a, P, R, K> IntoFuture for SendBuilder<'a, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Delivery<R>;
    type IntoFuture = SendFuture<'a, P, R, K>;

    fn into_future(self) -> Self::IntoFuture {
        SendFuture {
            send: Some(self),
            waiting: None,
        }
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

/// A send that has been awaited. Made by `.await` on a [`SendBuilder`].
///
/// # Cancel safety
/// All or nothing: a send delivers in one go, at the poll that makes the future ready. One that is dropped before that,
/// while it waits for room, has delivered nothing to anybody, and holds no place anywhere.
#[must_use = "futures do nothing unless awaited"]
pub struct SendFuture<'a, P, R = (), K = Key> {
    send: Option<SendBuilder<'a, P, R, K>>,
    /// Made if it has to look before it begins.
    waiting: Option<Box<Waiting>>,
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

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Delivery<R>> {
        let this = &mut *self;
        let send = this.send.as_mut().expect("polled after it was ready");
        let begun = if send.is_unhindered() && this.waiting.is_none() {
            Ok(None)
        } else {
            ready!(send.poll_begin(&mut this.waiting, cx))
        };
        let deadline = this
            .waiting
            .take()
            .and_then(|waiting| waiting.into_deadline());
        // Taken out first: one that has begun must not be sent again.
        let mut send = this.send.take().expect("it was there");
        Poll::Ready(match begun {
            Ok(passage) => match send.deliver::<Infallible>(Terms::new(passage, deadline)) {
                Ok(delivery) => delivery,
                Err(never) => match never {},
            },
            Err(cause) => send.undelivered(cause),
        })
    }
}

impl<P, R, K> fmt::Debug for SendFuture<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendFuture")
            .field("sent", &self.send.is_none())
            .finish_non_exhaustive()
    }
}
