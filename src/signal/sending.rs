//! How a send begins and goes on, whatever its end.

use std::hash::Hash;
use std::task::{Context, Poll, ready};

use super::conduct::{Once, Post, conduct, count_once, gather, walk_booked};
use super::delivery::Delivery;
use super::dispatcher::{Open, Round};
use super::end::{Collecting, End, Start};
use super::event::Event;
use super::failure::Cause;
use super::flight::Aloft;
use super::flow::Deadline;
use super::handle::Signal;
use super::panic::Panic;
use super::passage::{Barred, Passage, Waiting, Whom};
use super::reach::Reach;
use super::registry::{Held, Slot};
use super::report::Report;
use super::schedule::{Handed, Handover};
use super::send::{Rare, SendBuilder};
use super::surroundings::Surroundings;
use super::trace;
use crate::sync::Arc;

impl<'a, P, R, K> SendBuilder<'a, P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Leave to begin; `None` where none is needed.
    pub(super) fn try_pass(&mut self) -> Result<Leave<P, R, K>, Barred> {
        let shared = &self.signal.shared;
        let (whom, is_lenient) = whom(self.rare.as_deref(), self.reach);
        if shared.registry.status().is_open() && matches!(whom, Whom::Reach(_)) {
            return Ok(None);
        }
        Passage::get(shared, &mut self.event, (&whom, is_lenient)).map(Some)
    }

    pub(super) fn take_failed(&mut self) -> Option<Panic> {
        self.rare.as_mut()?.failed.take()
    }

    pub(super) fn deadline(&self) -> Option<Deadline> {
        let time = self.rare.as_ref()?.timeout?;
        Some(self.surroundings().deadline(time))
    }

    #[inline]
    pub(super) fn surroundings(&self) -> &'a Arc<Surroundings<P, R, K>> {
        &self.signal.shared.registry.surroundings
    }

    pub(super) fn undelivered(&self, cause: Cause) -> Delivery<R> {
        let mut delivery = Delivery::new();
        *delivery.report() = Report::of_unsent(self.surroundings().fail_send(cause));
        delivery
    }

    /// Never an error: made where it stays.
    pub(super) fn deliver<E>(
        &mut self,
        mut terms: Option<Box<Terms<P, R, K>>>,
    ) -> Result<Delivery<R>, E> {
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
        let Collecting { report, starting } = collecting;
        if let Some(handover) = starting.handover {
            let board = handover.into_board(report);
            delivery.wait_for(board);
        } else if let Some(round) = starting.terms.and_then(|mut terms| terms.round.take()) {
            Open::new(round).end(report);
        }
        delivered
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
        let (begun, deadline) = ready!(self.poll_leave(waiting, cx));
        Poll::Ready(begun.and_then(|passage| self.deliver(Terms::new(passage, deadline))))
    }

    /// Ready to begin, as soon as it may, with what is left of its time; or never to, which is an `Err`. The wait goes on in
    /// `waiting`.
    #[inline]
    pub(super) fn poll_leave(
        &mut self,
        waiting: &mut Option<Box<Waiting>>,
        cx: &mut Context<'_>,
    ) -> Poll<Left<P, R, K>> {
        // Most sends have nothing to look at.
        let is_open = || self.signal.shared.registry.status().is_open();
        if self.rare.is_none() && waiting.is_none() && is_open() {
            return Poll::Ready((Ok(None), None));
        }
        let begun = ready!(self.poll_begin(waiting, cx));
        let deadline = waiting.take().and_then(|waiting| waiting.into_deadline());
        Poll::Ready((begun, deadline))
    }

    fn poll_begin(
        &mut self,
        waiting: &mut Option<Box<Waiting>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Leave<P, R, K>, Cause>> {
        if let Some(panic) = self.take_failed() {
            return Poll::Ready(Err(Cause::Panicked(panic)));
        }
        let has_begun = waiting.as_ref().is_some_and(|waiting| waiting.has_begun());
        let looks = has_begun || !self.signal.shared.registry.status().is_open();
        if looks || self.reach == Reach::One {
            return self.poll_passage(waiting, cx).map_ok(Some);
        }
        // With what is left of its time.
        waiting.get_or_insert_with(|| Box::new(Waiting::new(self.deadline())));
        Poll::Ready(Ok(None))
    }

    /// Ready with whom it reaches and leave to begin, as soon as it may; or never to, which is an `Err`.
    pub(super) fn poll_passage(
        &mut self,
        waiting: &mut Option<Box<Waiting>>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Passage<P, R, K>, Cause>> {
        let waiting = waiting.get_or_insert_with(|| Box::new(Waiting::new(self.deadline())));
        let shared = &self.signal.shared;
        let (whom, is_lenient) = whom(self.rare.as_deref(), self.reach);
        let event = &mut self.event;
        let get = || Passage::get(shared, event, (&whom, is_lenient));
        waiting.poll(get, cx)
    }

    /// Leads the send past every connection that matches, until `end` breaks it off; if it had to get leave to begin, past
    /// those that were found then.
    #[inline]
    pub(super) fn conduct(&mut self, row: Option<Vec<Post<P, R, K>>>, end: &mut impl End<P, R, K>) {
        if let Some(row) = row {
            drop(self.conduct_booked(row, end));
            return;
        }
        let shared = &self.signal.shared;
        let _span = trace::send(&shared.origin.info);
        if !shared.registry.status().is_silent() {
            let complete = |event: &mut Event<P, K>| event.complete(&shared.lent, shared.is_named);
            conduct(&shared.registry, &mut self.event, self.reach, complete, end);
        }
    }

    /// Leads the send past those that were found; gives the event they share.
    #[inline(never)]
    pub(super) fn conduct_booked(
        &mut self,
        row: Vec<Post<P, R, K>>,
        end: &mut impl End<P, R, K>,
    ) -> Arc<Event<P, K>> {
        let _span = trace::send(&self.signal.shared.origin.info);
        let event = self.keep_event();
        if let Some(round) = self.begin_round(&row, &event) {
            end.opened(round);
        }
        let _ = walk_booked(row, &event, &mut self.once(), end);
        event
    }

    /// Where the signal has dispatchers, they are told that the send begins.
    pub(super) fn begin_round(
        &self,
        row: &[Post<P, R, K>],
        event: &Arc<Event<P, K>>,
    ) -> Option<Arc<Round>> {
        let called = row.iter().filter_map(Post::called);
        let meets_twins = self.once().is_some();
        let receivers = || {
            if meets_twins {
                count_once(called)
            } else {
                called.count()
            }
        };
        Round::begin(self.surroundings(), event, receivers)
    }

    /// The connections that match, and the event they share, for a send that does not call them all at once.
    pub(super) fn gather(&mut self) -> Gathered<P, R, K> {
        let shared = &self.signal.shared;
        let (row, _) = gather(&shared.registry, &mut self.event, self.reach);
        self.event.complete(&shared.lent, shared.is_named);
        (row, self.keep_event())
    }

    /// What it takes to call each callback once, where a send may meet one several times.
    pub(super) fn once(&self) -> Option<Once> {
        let meets_twins = self.signal.shared.registry.is_uneven(false);
        (self.reach == Reach::Channel && meets_twins).then(Once::default)
    }

    pub(super) fn keep_event(&mut self) -> Arc<Event<P, K>> {
        Arc::new(self.event.keep())
    }
}

/// Whom a send looks for, and whether it does without those that have no room.
fn whom<P, R, K>(rare: Option<&Rare<P, R, K>>, reach: Reach) -> (Whom<'_, P, R, K>, bool) {
    rare.map_or((Whom::Reach(reach), false), |rare| {
        (rare.whom(reach), rare.is_lenient)
    })
}

/// What few sends go by.
pub(super) struct Terms<P, R, K> {
    row: Option<Vec<Post<P, R, K>>>,
    deadline: Option<Deadline>,
    /// Where the send goes through dispatchers, from when it has begun.
    round: Option<Arc<Round>>,
    /// The send, if it is counted already.
    aloft: Option<Aloft>,
}

impl<P, R, K> Terms<P, R, K> {
    pub(super) fn new(passage: Leave<P, R, K>, deadline: Option<Deadline>) -> Option<Box<Self>> {
        let (row, aloft) = match passage {
            Some(Passage { row, aloft }) => (Some(row), Some(aloft)),
            None if deadline.is_none() => return None,
            None => (None, None),
        };
        Some(Box::new(Self {
            row,
            deadline,
            round: None,
            aloft,
        }))
    }
}

/// Leave to begin or why there is none, and what is left of the send's time.
type Left<P, R, K> = (Result<Leave<P, R, K>, Cause>, Option<Deadline>);

/// Leave to begin, where that has to be got.
pub(super) type Leave<P, R, K> = Option<Passage<P, R, K>>;

/// Connections that match, and the event they share.
pub(super) type Gathered<P, R, K> = (Vec<Post<P, R, K>>, Arc<Event<P, K>>);

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
            let terms = terms.take();
            let terms = terms.map(|terms| ((terms.deadline, terms.round), terms.aloft));
            let (terms, aloft) = terms.unwrap_or_default();
            Handover::new(home, shared.schedule, terms, aloft)
        });
        handover.take(slot, event, held, place)
    }

    fn opened(&mut self, round: Arc<Round>) {
        if let Some(terms) = &mut self.terms {
            terms.round = Some(round);
        }
    }
}
