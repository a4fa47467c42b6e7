//! What a send has to get hold of before it begins, where limits are set.
//!
//! All of it or nothing: what cannot be had at once has the send give back what it holds, and wait for the one thing that
//! was missing. So no two sends wait for each other, and one that is dropped while it waits has delivered nothing.

use std::hash::Hash;
use std::task::{Context, Poll};

use super::conduct::{Booked, gather};
use super::event::Event;
use super::failure::Cause;
use super::flight::Aloft;
use super::flow::{Deadline, Sleep};
use super::handle::Shared;
use super::places::InLine;

/// Leave to begin: the connections that are reached, with what was booked of them.
pub(super) struct Passage<P, R, K> {
    pub(super) row: Vec<Booked<P, R, K>>,
    pub(super) aloft: Aloft,
}

/// Why a send may not begin.
pub(super) enum Barred {
    /// Until this is told, at least.
    Full(InLine),
    Closed,
}

impl<P, R, K> Passage<P, R, K>
where
    P: Send + Sync + 'static,
    R: Send + 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// Gets hold of everything, or of nothing.
    pub(super) fn get(
        shared: &Shared<P, R, K>,
        event: &mut Event<P, K>,
        to_all: bool,
    ) -> Result<Self, Barred> {
        if shared.registry.is_closed() {
            return Err(Barred::Closed);
        }
        event.complete(&shared.lent, shared.is_named);
        let got = Self::try_get(shared, event, to_all);
        got.map_err(|line| {
            // What is borrowed of the signal is not kept while others send.
            event.part();
            // Whoever closes the signal looks for who waits after having closed it.
            if shared.registry.is_closed() {
                Barred::Closed
            } else {
                Barred::Full(line)
            }
        })
    }

    fn try_get(
        shared: &Shared<P, R, K>,
        event: &Event<P, K>,
        to_all: bool,
    ) -> Result<Self, InLine> {
        let flight = &shared.registry.surroundings.flight;
        let aloft = match flight.try_take_off() {
            Some(aloft) => aloft,
            None => {
                let line = flight.line_up();
                flight.try_take_off().ok_or(line)?
            }
        };
        let row = gather(&shared.registry, event, to_all).into_iter();
        let row = row.map(|slot| {
            let booking = slot.holds_up().then(|| slot.book(event)).transpose()?;
            Ok((slot, booking))
        });
        let row = row.collect::<Result<Vec<_>, InLine>>()?;
        Ok(Self { row, aloft })
    }
}

impl<P, R, K> Passage<P, R, K> {
    /// Whether there is a place in it of what stands at that address.
    fn is_at(&self, address: usize) -> bool {
        let mut booked = self.row.iter().filter_map(|(_, booking)| booking.as_ref());
        self.aloft.is_at(address) || booked.any(|booking| booking.is_at(address))
    }
}

/// A send that looks for leave to begin.
pub(super) struct Waiting {
    line: Option<InLine>,
    deadline: Option<Deadline>,
    /// Made when it has to wait: tells when its time is up.
    sleep: Option<Sleep>,
}

impl Waiting {
    pub(super) fn new(deadline: Option<Deadline>) -> Self {
        Self {
            line: None,
            deadline,
            sleep: None,
        }
    }

    /// Whether it has had to wait.
    pub(super) fn has_begun(&self) -> bool {
        self.line.is_some()
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
            if let Some(line) = &mut self.line {
                if line.poll(cx).is_pending() {
                    break;
                }
            }
            let got = get();
            // It was told of a place. If that is not what it goes on with, the next one in line is to have it.
            let told = self.line.as_ref();
            match got {
                Ok(passage) => {
                    if let Some(line) = told.filter(|line| !passage.is_at(line.address())) {
                        line.pass_on();
                    }
                    return Poll::Ready(Ok(passage));
                }
                Err(Barred::Closed) => {
                    told.into_iter().for_each(InLine::pass_on);
                    return Poll::Ready(Err(Cause::Closed));
                }
                Err(Barred::Full(next)) => {
                    if let Some(line) = told.filter(|line| line.address() != next.address()) {
                        line.pass_on();
                    }
                    self.line = Some(next);
                }
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
