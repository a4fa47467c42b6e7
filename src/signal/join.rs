//! A send inside one task, to its end.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::hash::Hash;
use std::mem;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::conduct::{Booked, Once, walk_booked};
use super::end::{Collecting, Start};
use super::event::Event;
use super::failure::Failure;
use super::flight::Aloft;
use super::key::Key;
use super::passage::{Passage, Waiting};
use super::registry::{Held, Ranked, Slot};
use super::report::{Late, Report};
use super::schedule::{Crew, Handed};
use super::send::SendBuilder;
use super::surroundings::Surroundings;
use crate::sync::Arc;

/// Runs a send's callbacks in the task that polls it. Made by [`SendBuilder::join`].
#[must_use = "nothing is sent until it is awaited"]
pub struct JoinFuture<'a, P, R = (), K = Key> {
    send: Option<SendBuilder<'a, P, R, K>>,
    /// Made if it has to look before it begins.
    waiting: Option<Box<Waiting>>,
    report: Report<R>,
    crew: Crew<P, R, K>,
    late: Late<R>,
    /// The send, from when it has to be counted until this is dropped.
    aloft: Option<Aloft>,
    groups: Option<Box<Groups<'a, P, R, K>>>,
}

/// The connections whose turn has not come, where they come by priority.
struct Groups<'a, P, R, K> {
    home: Option<&'a Arc<Surroundings<P, R, K>>>,
    event: Option<Arc<Event<P, K>>>,
    rest: VecDeque<Booked<P, R, K>>,
    once: Option<Once>,
}

/// Nothing in it is ever pinned: callbacks' futures are boxed.
impl<P, R, K> Unpin for JoinFuture<'_, P, R, K> {}

impl<'a, P, R, K> JoinFuture<'a, P, R, K> {
    pub(super) fn new(send: SendBuilder<'a, P, R, K>) -> Self {
        Self {
            send: Some(send),
            waiting: None,
            report: Report::new(),
            crew: Crew::new(),
            late: Late::new(),
            aloft: None,
            groups: None,
        }
    }

    /// Runs callbacks group by group: those of one priority concurrently, those of a lower one once all before them have
    /// finished, sync ones among them.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use fanfare::Signal;
    ///
    /// let stop = Signal::<()>::default();
    /// stop.connect(|_| async { println!("first the doors close") }).priority(1).await;
    /// stop.connect(|_| async { println!("then the lights go out") }).await;
    /// stop.send().join().by_priority().await;
    /// # });
    /// ```
    pub fn by_priority(mut self) -> Self {
        self.groups = Some(Box::new(Groups {
            home: None,
            event: None,
            rest: VecDeque::new(),
            once: None,
        }));
        self
    }
}

impl<P, R, K> JoinFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Begins, if it has not: calls everybody, or finds out who is to be called. `Err`: it reached nobody.
    fn poll_begin(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        let Some(send) = &mut self.send else {
            return Poll::Ready(Ok(()));
        };
        let (begun, deadline) = ready!(send.poll_leave(&mut self.waiting, cx));
        let home = send.surroundings();
        self.crew.begin(home.has_witness(), deadline);
        let passage = match begun {
            Ok(passage) => passage,
            Err(cause) => {
                self.send = None;
                return Poll::Ready(Err(home.fail_send(cause)));
            }
        };
        let row = passage.map(|Passage { row, aloft }| {
            self.aloft = Some(aloft);
            row
        });
        if let Some(groups) = &mut self.groups {
            let (row, event) = match row {
                Some(row) => (row, send.keep_event()),
                None => send.gather(),
            };
            groups.rest = row.into();
            groups.once = send.once();
            groups.event = Some(event);
            groups.home = Some(home);
        } else {
            let mut collecting = Collecting {
                report: &mut self.report,
                starting: Joining {
                    home,
                    crew: &mut self.crew,
                    aloft: &mut self.aloft,
                    cx,
                },
            };
            send.conduct(row, &mut collecting);
        }
        self.send = None;
        if self.aloft.is_none() && self.groups.is_some() {
            self.aloft = Some(home.flight.take_off());
        }
        Poll::Ready(Ok(()))
    }

    /// Calls the next group; false if there is none.
    fn begin_group(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(groups) = &mut self.groups else {
            return false;
        };
        let (Some(home), Some(event)) = (groups.home, &groups.event) else {
            return false;
        };
        let priority_of = |(slot, _): &Booked<P, R, K>| slot.rank().priority();
        let Some(priority) = groups.rest.front().map(priority_of) else {
            return false;
        };
        let others = groups
            .rest
            .iter()
            .position(|one| priority_of(one) != priority);
        let size = others.unwrap_or(groups.rest.len());
        let group: Vec<_> = groups.rest.drain(..size).collect();
        let mut collecting = Collecting {
            report: &mut self.report,
            starting: Joining {
                home,
                crew: &mut self.crew,
                aloft: &mut self.aloft,
                cx,
            },
        };
        let _ = walk_booked(group, event, &mut groups.once, &mut collecting);
        true
    }
}

impl<P, R, K> Future for JoinFuture<'_, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    type Output = Report<R>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Report<R>> {
        let this = &mut *self;
        if let Err(failure) = ready!(this.poll_begin(cx)) {
            return Poll::Ready(Report::of_unsent(failure));
        }
        loop {
            let late = &mut this.late;
            let finished = |place, outcome| {
                late.push(place, outcome);
                ControlFlow::Continue(())
            };
            ready!(this.crew.poll(cx, finished));
            if !this.begin_group(cx) {
                break;
            }
        }
        this.groups = None;
        // First the send has landed, then it is told.
        this.aloft = None;
        let late = mem::replace(&mut this.late, Late::new());
        Poll::Ready(mem::replace(&mut this.report, Report::new()).with_late(late))
    }
}

/// Has async callbacks run in the task that waits for them.
struct Joining<'a, 'c, P, R, K> {
    home: &'a Arc<Surroundings<P, R, K>>,
    crew: &'a mut Crew<P, R, K>,
    aloft: &'a mut Option<Aloft>,
    cx: &'a mut Context<'c>,
}

impl<P, R, K> Start<P, R, K> for Joining<'_, '_, P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    #[inline(always)]
    fn start(
        &mut self,
        slot: &Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Held>,
        place: usize,
    ) -> Handed<R> {
        let around = (self.home, &mut *self.cx);
        let handed = self.crew.start(slot, event, held, place, around);
        if matches!(handed, Handed::Over) && self.aloft.is_none() {
            // Before the walk has ended: who waits for the signal to be idle looks at the walks first.
            *self.aloft = Some(self.home.flight.take_off());
        }
        handed
    }
}

impl<P, R, K> fmt::Debug for JoinFuture<'_, P, R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinFuture")
            .field("sent", &self.send.is_none())
            .field("finished", &(self.report.finished() + self.late.count()))
            .finish_non_exhaustive()
    }
}
