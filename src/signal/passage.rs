//! What a send has to get hold of before it begins, where limits are set.
//!
//! All of it or nothing: what cannot be had at once has the send give back what it holds, and wait for the one thing that
//! was missing. So no two sends wait for each other, and one that is dropped while it waits has delivered nothing.

use std::hash::Hash;
use std::task::{Context, Poll};

use event_listener::Event as Told;

use super::bar::Bar;
use super::conduct::{Post, gather};
use super::event::Event;
use super::failure::Cause;
use super::flight::Aloft;
use super::flow::{Deadline, Sleep};
use super::handle::Shared;
use super::reach::Reach;
use super::registry::Slot;
use crate::sync::Arc;

/// Leave to begin: the connections that are reached, with what was booked of them.
pub(super) struct Passage<P, R, K> {
    pub(super) row: Vec<Post<P, R, K>>,
    pub(super) aloft: Aloft,
}

impl<P, R, K> Passage<P, R, K> {
    fn has_place_of(&self, room: &Arc<Told>) -> bool {
        self.row.iter().any(|post| post.has_place_of(room))
    }
}

/// Why a send may not begin.
pub(super) enum Barred {
    /// Until this is told, at least.
    Full(Bar),
    Closed,
}

impl<P, R, K> Passage<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Gets hold of everything, or of nothing; a send that is lenient, of what there is.
    pub(super) fn get(
        shared: &Shared<P, R, K>,
        event: &mut Event<P, K>,
        (whom, is_lenient): (&Whom<'_, P, R, K>, bool),
    ) -> Result<Self, Barred> {
        if shared.registry.is_closed() {
            return Err(Barred::Closed);
        }
        event.complete(&shared.lent, shared.is_named);
        let got = Self::try_get(shared, event, (whom, is_lenient));
        got.map_err(|bar| {
            // What is borrowed of the signal is not kept while others send.
            event.part();
            // Whoever closes the signal looks for who waits after having closed it.
            if shared.registry.is_closed() {
                Barred::Closed
            } else {
                Barred::Full(bar)
            }
        })
    }

    fn try_get(
        shared: &Shared<P, R, K>,
        event: &mut Event<P, K>,
        (whom, is_lenient): (&Whom<'_, P, R, K>, bool),
    ) -> Result<Self, Bar> {
        let flight = &shared.registry.surroundings.flight;
        let aloft = match flight.try_take_off() {
            Some(aloft) => aloft,
            None => {
                let bar = Bar::of_signal(flight.listen_for_room());
                flight.try_take_off().ok_or(bar)?
            }
        };
        // Dispatchers are told how many it reaches.
        let asks_all = shared.registry.surroundings.dispatch.is_some();
        loop {
            let (mut row, version) = match whom {
                Whom::Reach(reach) => {
                    let (row, version) = gather(&shared.registry, event, *reach);
                    (row, Some(version))
                }
                Whom::One(slot) => {
                    let post = slot.cloned().map(Post::one);
                    (post.into_iter().collect(), None)
                }
            };
            let booked = row.iter_mut().try_for_each(|post| {
                let booked = post.book(event, asks_all);
                // Without a place, it finds out when its turn comes.
                if is_lenient { Ok(()) } else { booked }
            });
            match (booked, version) {
                // Who has come to a group since was not asked, and has told before anybody listened.
                (Err(bar), Some(version))
                    if bar.is_of_news() && !shared.registry.is_at(version) => {}
                (Err(bar), _) => return Err(bar),
                (Ok(()), _) => return Ok(Self { row, aloft }),
            }
        }
    }
}

/// Whom a send looks for.
pub(super) enum Whom<'a, P, R, K> {
    Reach(Reach),
    /// One connection, if it is there.
    One(Option<&'a Arc<Slot<P, R, K>>>),
}

/// A send that looks for leave to begin.
pub(super) struct Waiting {
    bar: Option<Bar>,
    deadline: Option<Deadline>,
    /// Made when it has to wait: tells when its time is up.
    sleep: Option<Sleep>,
}

impl Waiting {
    pub(super) fn new(deadline: Option<Deadline>) -> Self {
        Self {
            bar: None,
            deadline,
            sleep: None,
        }
    }

    /// Whether it has had to wait.
    pub(super) fn has_begun(&self) -> bool {
        self.bar.is_some()
    }

    /// What is left of its time goes to its calls.
    pub(super) fn into_deadline(self) -> Option<Deadline> {
        self.deadline
    }

    /// Ready with leave to begin, or with the reason why there is none.
    pub(super) fn poll<P, R, K>(
        &mut self,
        mut get: impl FnMut() -> Result<Passage<P, R, K>, Barred>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Passage<P, R, K>, Cause>> {
        loop {
            if let Some(bar) = &mut self.bar {
                if bar.poll(cx).is_pending() {
                    break;
                }
            }
            let told = self.bar.take();
            let got = get();
            if let Some(told) = told {
                told.pass_on(|room| match &got {
                    Ok(passage) => passage.has_place_of(room),
                    Err(Barred::Full(next)) => next.is_of(room),
                    Err(Barred::Closed) => false,
                });
            }
            match got {
                Ok(passage) => return Poll::Ready(Ok(passage)),
                Err(Barred::Closed) => return Poll::Ready(Err(Cause::Closed)),
                Err(Barred::Full(bar)) => self.bar = Some(bar),
            }
        }
        if let Some(deadline) = &self.deadline {
            let sleep = self.sleep.get_or_insert_with(|| deadline.sleep());
            if sleep.poll(cx).is_ready() {
                return Poll::Ready(Err(Cause::TimedOut));
            }
        }
        Poll::Pending
    }
}
