//! The send: its builder and its three ends.

use std::future::{Future, IntoFuture};
use std::hash::Hash;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::{fmt, mem};

use super::Signal;
use super::callback::Run;
use super::delivery::Delivery;
use super::event::{Event, Payload};
use super::filter::{Filters, filter_methods};
use super::fold::{First, Fold, FoldFuture, TryFold};
use super::join::JoinFuture;
use super::key::Key;
use super::matching::each_once;
use super::panic::{Panic, capture, drop_quietly};
use super::registry::{Admission, Registry};
use super::report::{Failure, Report};
use super::schedule::{Board, Granted, Job, Schedule, Start, call_sync, failure};
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

    /// Reaches every connection, whatever its filters. Predicates (`.when(..)`) still decide for themselves.
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
        let signal = self.signal;
        let event = match self.into_event() {
            Ok(event) => event,
            Err(panic) => return Delivery::new(Report::of_unsent(panic), None, 0),
        };
        let mut report = Report::new();
        let mut board = None;
        let mut place = 0;
        let mut hand_over = Handover {
            signal,
            board: &mut board,
        };
        conduct(&signal.shared.registry, event, |step| {
            match step {
                Step::Outcome(outcome) => report.push(outcome),
                Step::Async(granted) => match hand_over.take(granted, place) {
                    Handed::Over => {}
                    Handed::Finished(outcome) => report.push(outcome),
                    Handed::Refused => return ControlFlow::Continue(()),
                },
            }
            place += 1;
            ControlFlow::Continue(())
        });
        Delivery::new(report, board, place)
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

    fn into_event(self) -> Result<(Event<P, K>, bool), Panic> {
        let shared = &self.signal.shared;
        let payload = match self.draft {
            Draft::Defaults => Payload::Defaults(Arc::clone(&shared.defaults)),
            Draft::Own(payload) => Payload::Own(payload),
            Draft::Failed(panic) => return Err(panic),
        };
        let Filters { keys, senders, .. } = self.filters;
        Ok((
            Event::new(payload, keys, senders, Arc::clone(&shared.info)),
            self.to_all,
        ))
    }

    /// Runs the send inside the task of `cx`: each outcome that is there at once goes to `finished` with its place, each
    /// call that has to wait to `waiting`. `finished` may break it off.
    pub(super) fn run_in_task(
        self,
        cx: &mut Context<'_>,
        mut finished: impl FnMut(Result<R, Failure>, usize) -> ControlFlow<()>,
        mut waiting: impl FnMut(super::schedule::Call<P, R, K>, usize),
    ) -> Result<(), Panic> {
        let registry = &self.signal.shared.registry;
        let event = self.into_event()?;
        let mut place = 0;
        conduct(registry, event, |step| {
            let outcome = match step {
                Step::Outcome(outcome) => Some(outcome),
                Step::Async(granted) => match granted.start() {
                    Start::Started(mut call) => match Pin::new(&mut call).poll(cx) {
                        Poll::Ready(outcome) => Some(outcome),
                        Poll::Pending => {
                            waiting(call, place);
                            None
                        }
                    },
                    Start::Failed(failure) => Some(Err(failure)),
                    Start::Refused => return ControlFlow::Continue(()),
                },
            };
            place += 1;
            outcome.map_or(ControlFlow::Continue(()), |outcome| {
                finished(outcome, place - 1)
            })
        });
        Ok(())
    }
}

/// What a send meets on its way, in match order.
enum Step<P, R, K> {
    Outcome(Result<R, Failure>),
    Async(Granted<P, R, K>),
}

/// Walks the connections that match, in order: runs sync callbacks, and passes async ones on.
///
/// The lists are borrowed as they stood at the beginning; no lock is held while anything of the user's runs.
fn conduct<P, R, K: Hash + Eq>(
    registry: &Registry<P, R, K>,
    (event, to_all): (Event<P, K>, bool),
    mut step: impl FnMut(Step<P, R, K>) -> ControlFlow<()>,
) {
    let lists = if to_all {
        registry.everything()
    } else {
        registry.snapshot(event.keys(), event.senders())
    };
    let mut event = Carried::Own(event);
    for slot in each_once(&lists, |list| {
        list.as_ref().map_or(&[][..], |list| list.as_slice())
    }) {
        let held = match slot.admit(event.get()) {
            Admission::Granted(held) => held,
            Admission::Refused => continue,
            Admission::Gone => {
                slot.disconnect();
                continue;
            }
            Admission::Failed(panic) => {
                if step(Step::Outcome(Err(failure(slot, panic)))).is_break() {
                    return;
                }
                continue;
            }
        };
        let next = match slot.callback.run() {
            Run::Sync(callback) => call_sync(slot, callback, event.get(), held).map(Step::Outcome),
            Run::Async(_) if slot.callback.is_alive() => {
                let (slot, event) = (Arc::clone(slot), event.share());
                Some(Step::Async(Granted { slot, event, held }))
            }
            Run::Async(_) => {
                slot.disconnect();
                None
            }
        };
        if next.is_some_and(|next| step(next).is_break()) {
            return;
        }
    }
}

/// The event on the stack, until the first async callback needs it shared.
enum Carried<P, K> {
    Own(Event<P, K>),
    Shared(Arc<Event<P, K>>),
    /// Only inside `share`.
    Moving,
}

impl<P, K> Carried<P, K> {
    fn get(&self) -> &Event<P, K> {
        match self {
            Self::Own(event) => event,
            Self::Shared(event) => event,
            Self::Moving => unreachable!("share() puts an event back"),
        }
    }

    fn share(&mut self) -> Arc<Event<P, K>> {
        let event = match mem::replace(self, Self::Moving) {
            Self::Own(event) => Arc::new(event),
            Self::Shared(event) => event,
            Self::Moving => unreachable!("share() puts an event back"),
        };
        *self = Self::Shared(Arc::clone(&event));
        event
    }
}

/// Hands async calls to the signal's spawner.
struct Handover<'a, P, R, K> {
    signal: &'a Signal<P, R, K>,
    board: &'a mut Option<Arc<Board<R>>>,
}

enum Handed<R> {
    Over,
    Finished(Result<R, Failure>),
    Refused,
}

impl<P, R, K> Handover<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    fn take(&mut self, granted: Granted<P, R, K>, place: usize) -> Handed<R> {
        match self.signal.shared.schedule {
            Schedule::Spawn => {
                let job = Job::granted(granted, self.board(), place);
                self.spawn(job)
            }
            Schedule::Eager => {
                let slot = Arc::clone(&granted.slot);
                match granted.start() {
                    // The executor polls it again as soon as it has it, so no wake-up can be lost here.
                    Start::Started(mut call) => {
                        match Pin::new(&mut call).poll(&mut Context::from_waker(Waker::noop())) {
                            Poll::Ready(outcome) => Handed::Finished(outcome),
                            Poll::Pending => {
                                let job = Job::started(&slot, call, self.board(), place);
                                self.spawn(job)
                            }
                        }
                    }
                    Start::Failed(failure) => Handed::Finished(Err(failure)),
                    Start::Refused => Handed::Refused,
                }
            }
        }
    }

    fn spawn(&self, job: Job<P, R, K>) -> Handed<R> {
        // A spawner that panics has dropped the job, which has reported itself as aborted.
        if let Err(panic) = capture(|| self.signal.spawner().spawn(Box::pin(job))) {
            drop_quietly(panic);
        }
        Handed::Over
    }

    fn board(&mut self) -> &Arc<Board<R>> {
        self.board.get_or_insert_with(Board::new)
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
