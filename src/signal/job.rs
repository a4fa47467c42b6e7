//! Calls that run on an executor.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::board::{Alarm, Desk};
use super::event::Event;
use super::failure::{Cause, Failure};
use super::panic::{capture, drop_quietly};
use super::registry::{Held, Slot};
use super::surroundings::Surroundings;
use super::trace::{self, LaterSpan};
use crate::sync::Arc;

/// What a job knows of its call before it starts: everything but the type of its future.
pub(crate) struct Ticket<P, R, K> {
    slot: Arc<Slot<P, R, K>>,
    /// Until it starts; where failures are told, until it ends.
    event: Option<Arc<Event<P, K>>>,
    /// Where failures are told: that may be when the signal has gone.
    home: Option<Arc<Surroundings<P, R, K>>>,
    has_started: bool,
    held: Option<Box<Held>>,
    /// Whether it was counted when it was handed over.
    is_counted: bool,
    /// Whether it counts as running.
    is_running: bool,
    /// Where the outcome goes; `None` once it has.
    desk: Option<Desk<R>>,
    place: usize,
    alarm: Alarm,
    span: LaterSpan,
}

impl<P, R, K> Ticket<P, R, K> {
    /// For a call that was granted and has not started.
    #[inline]
    pub(super) fn granted(
        slot: Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Box<Held>>,
        desk: Desk<R>,
        place: usize,
    ) -> Self {
        let is_counted = slot.is_counted();
        if is_counted {
            slot.running().hand_over();
        }
        Self {
            home: home_of(&*slot, &desk),
            slot,
            event: Some(event),
            has_started: false,
            is_counted,
            held,
            is_running: false,
            desk: Some(desk),
            place,
            alarm: Alarm::default(),
            span: trace::here(),
        }
    }

    /// For a call that had to wait in the send, and goes on elsewhere. It counts as running from now on.
    pub(crate) fn started(
        slot: Arc<Slot<P, R, K>>,
        event: Option<Arc<Event<P, K>>>,
        held: Option<Held>,
        desk: Desk<R>,
        place: usize,
    ) -> Self {
        slot.running().enter();
        Self {
            home: home_of(&*slot, &desk),
            slot,
            event,
            has_started: true,
            is_counted: false,
            held: held.map(Box::new),
            is_running: true,
            desk: Some(desk),
            place,
            alarm: Alarm::default(),
            span: trace::here(),
        }
    }

    fn aborted(&self) -> Failure {
        self.slot.failure(Cause::Aborted)
    }

    fn is_stopped(&self) -> bool {
        self.desk.as_ref().is_some_and(Desk::is_aborted)
    }

    /// Has an abort wake the task; false if it has happened.
    fn listen(&mut self, cx: &Context<'_>) -> bool {
        match &self.desk {
            Some(desk) => desk.listen(&mut self.alarm, cx.waker()),
            None => false,
        }
    }
}

fn home_of<P, R, K>(slot: &Slot<P, R, K>, desk: &Desk<R>) -> Option<Arc<Surroundings<P, R, K>>> {
    let home = desk.is_told().then(|| slot.home.upgrade()).flatten()?;
    Some(Arc::clone(&home.surroundings))
}

pin_project! {
    /// One call as a task for an executor. Whatever becomes of the task, the board gets an outcome: a job that is
    /// dropped before it has finished leaves "aborted".
    pub(crate) struct Job<P, R, K, Fut> {
        ticket: Ticket<P, R, K>,
        #[pin]
        future: Option<Fut>,
    }

    impl<P, R, K, Fut> PinnedDrop for Job<P, R, K, Fut> {
        fn drop(this: Pin<&mut Self>) {
            if this.ticket.desk.is_some() {
                let aborted = this.ticket.aborted();
                this.finish(Err(aborted));
            }
        }
    }
}

/// What a poll comes to. The reply goes another way, since it has to survive a panic in the future's drop.
enum Step {
    Ready,
    Pending,
    /// The connection was ended after the grant, or the object of a weak method has died.
    Refused,
}

impl<P, R, K, Fut> Job<P, R, K, Fut> {
    /// A call that starts on the executor.
    pub(crate) fn new(ticket: Ticket<P, R, K>) -> Self {
        Self {
            ticket,
            future: None,
        }
    }

    /// A call that goes on there.
    pub(crate) fn going_on(ticket: Ticket<P, R, K>, future: Fut) -> Self {
        Self {
            ticket,
            future: Some(future),
        }
    }

    /// First the call ends, then it is reported: who has seen the report finds nothing running.
    fn finish(self: Pin<&mut Self>, outcome: Result<R, Failure>) {
        let mut this = self.project();
        let ticket = this.ticket;
        let Some(desk) = ticket.desk.take() else {
            return;
        };
        if let Err(failure) = &outcome {
            let event = || ticket.event.clone();
            match &ticket.home {
                Some(home) => home.tell(failure, event),
                None => ticket.slot.tell(failure, event),
            }
        }
        if ticket.event.is_some() || ticket.held.is_some() || this.future.is_some() {
            // What was held for it goes inside it: its drop, too, may wait for the connection.
            let _frame = ticket.is_running.then(|| ticket.slot.running().frame());
            drop(capture(|| this.future.set(None)));
            drop_quietly(ticket.event.take());
            drop(ticket.held.take());
        }
        if ticket.is_running {
            ticket.slot.running().leave();
        }
        if ticket.is_counted {
            ticket.slot.running().take_back();
        }
        desk.leave(&ticket.alarm, ticket.place, outcome);
    }
}

impl<P, R, K, Fut> Job<P, R, K, Fut>
where
    Fut: Future<Output = R> + 'static,
{
    fn step(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<R, Failure>> {
        let mut this = self.project();
        let ticket = this.ticket;
        let slot = &ticket.slot;
        if !ticket.is_running {
            // Counted before it looks: who ends the connection looks at the count after having ended it.
            slot.running().enter();
            ticket.is_running = true;
        }
        let _frame = slot.running().frame();
        let mut reply = None;
        let span = &ticket.span;
        let poll = || {
            if !ticket.has_started {
                ticket.has_started = true;
                let event = if ticket.home.is_some() {
                    ticket.event.clone()
                } else {
                    ticket.event.take()
                };
                let Some(event) = event else {
                    return Step::Refused;
                };
                if !slot.may_start() {
                    return Step::Refused;
                }
                let mut future: Option<Fut> = None;
                slot.start(event, &mut future);
                this.future.set(future);
            }
            let Some(running) = this.future.as_mut().as_pin_mut() else {
                slot.lose_object();
                return Step::Refused;
            };
            let Poll::Ready(ready) = running.poll(cx) else {
                return Step::Pending;
            };
            reply = Some(ready);
            this.future.set(None);
            Step::Ready
        };
        let step = capture(|| span.within(poll));
        Poll::Ready(match (step, reply) {
            (Ok(Step::Pending), _) => return Poll::Pending,
            (Ok(_), Some(reply)) => Ok(reply),
            (Ok(_), None) => Err(ticket.aborted()),
            (Err(panic), reply) => {
                drop_quietly(reply);
                Err(slot.failure(Cause::Panicked(panic)))
            }
        })
    }
}

impl<P, R, K, Fut> Future for Job<P, R, K, Fut>
where
    Fut: Future<Output = R> + 'static,
{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.ticket.desk.is_none() {
            return Poll::Ready(());
        }
        let outcome = if self.ticket.is_stopped() {
            Err(self.ticket.aborted())
        } else {
            match self.as_mut().step(cx) {
                Poll::Ready(outcome) => outcome,
                // An abort before this has had nobody to wake.
                Poll::Pending if self.as_mut().project().ticket.listen(cx) => return Poll::Pending,
                Poll::Pending => Err(self.ticket.aborted()),
            }
        };
        self.finish(outcome);
        Poll::Ready(())
    }
}
