//! Async callables, and what they have begun.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use atomic_refcell::{AtomicRefCell, AtomicRefMut};

use super::board::Desk;
use super::event::Event;
use super::job::{Job, Ticket};
use super::panic::{capture, drop_quietly};
use super::registry::{Held, Slot};
use super::target::{Dependence, Kind, Target, Unready};
use crate::spawn::BoxFuture;
use crate::sync::{Arc, AtomicBool, Lock, Ordering};

/// An async callable.
pub(crate) struct AsyncTarget<F, D, Fut> {
    start: F,
    needs: D,
    /// The box of the last call that was ready at its first poll, for the next one. Who finds it in use makes another:
    /// nobody waits for it, so callbacks may run while it is borrowed. The lock is never taken: it is there for futures
    /// that are not `Sync`.
    spare: AtomicRefCell<Lock<Option<Seat<Fut>>>>,
    /// Set when the box was found in use: an allocation for each call costs less than a box that two threads pull at.
    is_given_up: AtomicBool,
    /// Whether the last call was not ready at its first poll, and took its box along. Then the next one is likely to.
    has_waited: AtomicBool,
}

/// Where a future lives. It can be emptied and filled again without moving what is in it.
type Seat<Fut> = Pin<Box<Option<Fut>>>;

/// Boxes are kept for futures up to this size. For larger ones an allocation is not what a call costs, and they would
/// be large in every connection.
const KEPT: usize = 1024;

/// Writes what is new alone: threads that only read disturb each other little.
#[inline]
fn note(flag: &AtomicBool, is_set: bool) {
    if flag.load(Ordering::Relaxed) != is_set {
        flag.store(is_set, Ordering::Relaxed);
    }
}

enum First {
    Ready,
    Pending,
    Gone,
}

impl<F, D, Fut> AsyncTarget<F, D, Fut> {
    pub(super) fn new(start: F, needs: D) -> Self {
        Self {
            start,
            needs,
            spare: AtomicRefCell::new(Lock::new(None)),
            is_given_up: AtomicBool::new(false),
            has_waited: AtomicBool::new(false),
        }
    }

    /// The box that is kept, if there may be one and it is free.
    #[inline]
    fn spare(&self) -> Option<AtomicRefMut<'_, Lock<Option<Seat<Fut>>>>> {
        let is_kept = size_of::<Fut>() <= KEPT
            && !self.is_given_up.load(Ordering::Relaxed)
            && !self.has_waited.load(Ordering::Relaxed);
        if !is_kept {
            return None;
        }
        let spare = self.spare.try_borrow_mut().ok();
        if spare.is_none() {
            // Another thread sends as well, or the callback to itself.
            self.is_given_up.store(true, Ordering::Relaxed);
        }
        spare
    }

    #[inline]
    fn begin_in<P, R, K>(
        &self,
        seat: &mut Option<Seat<Fut>>,
        event: Arc<Event<P, K>>,
        cx: &mut Context<'_>,
        unready: &mut Unready<R>,
    ) -> Option<R>
    where
        F: Fn(&D, Arc<Event<P, K>>) -> Option<Fut>,
        Fut: Future<Output = R> + Send + 'static,
    {
        let future = seat.get_or_insert_with(|| Box::pin(None));
        // Out here, since it has to survive a panic in the future's drop.
        let mut reply = None;
        let first = capture(|| {
            future.set((self.start)(&self.needs, event));
            let Some(running) = future.as_mut().as_pin_mut() else {
                return First::Gone;
            };
            let Poll::Ready(ready) = running.poll(cx) else {
                return First::Pending;
            };
            reply = Some(ready);
            // Its drop is the user's code as well: a panic there is the callback's.
            future.set(None);
            First::Ready
        });
        match first {
            Ok(First::Ready) => {
                note(&self.has_waited, false);
                return reply;
            }
            Ok(First::Pending) => match seat.take() {
                Some(future) => {
                    note(&self.has_waited, true);
                    *unready = Unready::Waits(Started(future));
                }
                None => unreachable!("it was put there above"),
            },
            Ok(First::Gone) => {}
            Err(panic) => {
                drop_quietly(seat.take());
                drop_quietly(reply);
                *unready = Unready::Failed(panic);
            }
        }
        None
    }
}

impl<P, R, K, F, D, Fut> Target<P, R, K> for AsyncTarget<F, D, Fut>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Send + Sync + 'static,
    F: Fn(&D, Arc<Event<P, K>>) -> Option<Fut> + Send + Sync,
    Fut: Future<Output = R> + Send + 'static,
    D: Dependence,
{
    fn kind(&self) -> Kind {
        Kind::Async
    }

    fn begin(
        &self,
        event: Arc<Event<P, K>>,
        cx: &mut Context<'_>,
        unready: &mut Unready<R>,
    ) -> Option<R> {
        let mut spare = self.spare();
        let mut own = None;
        let seat = match &mut spare {
            Some(spare) => spare.get_mut(),
            None => &mut own,
        };
        self.begin_in(seat, event, cx, unready)
    }

    fn job(
        &self,
        slot: Arc<Slot<P, R, K>>,
        event: Arc<Event<P, K>>,
        held: Option<Box<Held>>,
        desk: Desk<R>,
        place: usize,
    ) -> BoxFuture<'static, ()> {
        let ticket = Ticket::granted(slot, event, held, desk, place);
        Box::pin(Job::<P, R, K, Fut>::new(ticket))
    }

    fn start(&self, event: Arc<Event<P, K>>, future: &mut dyn Any) {
        match future.downcast_mut::<Option<Fut>>() {
            Some(future) => *future = (self.start)(&self.needs, event),
            None => unreachable!("the job was made by this very callable"),
        }
    }

    fn is_alive(&self) -> bool {
        self.needs.is_alive()
    }
}

/// The future of a call that was not ready at its first poll.
pub(crate) struct Started<R>(Pin<Box<dyn Waiting<R>>>);

trait Waiting<R>: Send {
    fn poll_waiting(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R>;
}

impl<Fut: Future + Send> Waiting<Fut::Output> for Option<Fut> {
    fn poll_waiting(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Fut::Output> {
        match self.as_pin_mut() {
            Some(future) => future.poll(cx),
            None => unreachable!("only calls that wait leave their seats' makers"),
        }
    }
}

impl<R> Future for Started<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<R> {
        self.0.as_mut().poll_waiting(cx)
    }
}
