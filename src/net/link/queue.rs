//! What waits to be written to one peer.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem;
use std::task::Poll;

use event_listener::{Event, EventListener};
use futures_util::task::AtomicWaker;

use super::waiting::{Class, Entry, Load, State};
use crate::net::limits::{Limits, WhenFull};
use crate::sync::{AtomicU64, Lock, Ordering};

/// How many messages are taken at a time. What is taken cannot be dropped any more.
const BATCH: usize = 64;

/// What became of a message.
pub(super) enum Pushed {
    Taken,
    /// It was dropped, and counted.
    Dropped,
    /// There is no room: here it is again.
    Full(Entry),
    /// Nothing more is taken.
    Shut,
    /// The other side is to be disconnected.
    TooSlow,
}

/// Bounded in number and in bytes. What the other side is owed is counted apart, against the same bounds: it is always taken, and who
/// reads stops reading while it is too much.
pub(super) struct Queue {
    state: Lock<State>,
    /// Woken outside of the lock, by who has found the writer asleep.
    writer: AtomicWaker,
    /// Rung outside of the lock, after something was taken that is not owed.
    room: Event,
    /// The same of what is owed. Who waits for the one is not woken in place of who waits for the other.
    owed_room: Event,
    max_messages: usize,
    max_bytes: usize,
    when_full: WhenFull,
    /// Events that were taken. Counted under the lock, after the event stands in its place: who reads a number knows that what he pushes
    /// from then on comes after so many.
    accepted: AtomicU64,
    /// How many of them have arrived for certain. It only grows.
    confirmed: AtomicU64,
}

impl Queue {
    pub(super) fn new(limits: &Limits) -> Self {
        let state = State {
            is_lockstep: true,
            ..State::default()
        };
        Self {
            state: Lock::new(state),
            writer: AtomicWaker::new(),
            room: Event::new(),
            owed_room: Event::new(),
            max_messages: limits.max_queue(),
            max_bytes: limits.queue_bytes,
            when_full: limits.full_queue_policy(),
            accepted: AtomicU64::new(0),
            confirmed: AtomicU64::new(0),
        }
    }

    /// Takes a message, or says why not. Never waits.
    pub(super) fn push(&self, entry: Entry) -> Pushed {
        let mut lost = Vec::new();
        let mut state = self.state.hold();
        if state.is_shut {
            return Pushed::Shut;
        }
        while self.is_full(*state.load(entry.class), entry.bytes()) {
            match (entry.class, self.when_full) {
                // Who reads stops before it is much.
                (Class::Owed, _) => break,
                (Class::Event, WhenFull::Disconnect) => return Pushed::TooSlow,
                (Class::Call, _) | (Class::Event, WhenFull::Block) => return Pushed::Full(entry),
                (Class::Event, WhenFull::DropOldest) => {
                    let mut entries = state.entries.iter();
                    let oldest = entries.position(|entry| entry.class == Class::Event);
                    state.dropped += 1;
                    match oldest.and_then(|at| state.remove(at)) {
                        Some(entry) => lost.push(entry),
                        // Nothing but calls: then it is this one.
                        None => return Pushed::Dropped,
                    }
                }
                (Class::Event, WhenFull::DropNewest) => {
                    state.dropped += 1;
                    return Pushed::Dropped;
                }
            }
        }
        let is_event = entry.class == Class::Event;
        state.add(entry);
        if is_event {
            self.accepted.fetch_add(1, Ordering::Release);
        }
        let wakes = mem::take(&mut state.writer_sleeps);
        drop(state);
        if wakes {
            self.writer.wake();
        }
        Pushed::Taken
    }

    /// A message alone is never too much.
    fn is_full(&self, load: Load, bytes: usize) -> bool {
        load.messages > 0
            && (load.messages >= self.max_messages || load.bytes + bytes > self.max_bytes)
    }

    /// To be awaited where there was no room, after another look.
    pub(super) fn room(&self) -> EventListener {
        self.room.listen()
    }

    /// To be awaited before more is read, where the other side is owed as much as may be.
    pub(super) fn owed_room(&self) -> Option<EventListener> {
        let room = self.owed_room.listen();
        let owed = self.state.hold().owed;
        self.is_full(owed, 0).then_some(room)
    }

    /// Takes back a call that nobody waits for any more; tells whether it was still here.
    pub(super) fn withdraw(&self, id: u64) -> bool {
        let withdrawn = {
            let mut state = self.state.hold();
            let at = state.entries.iter().position(|entry| entry.id == Some(id));
            at.and_then(|at| state.remove(at))
        };
        if withdrawn.is_some() {
            self.room.notify_additional(1);
        }
        withdrawn.is_some()
    }

    /// The next messages to write; none once the queue is shut and empty. One task alone calls it.
    pub(super) async fn next(&self, batch: &mut Vec<Entry>) {
        let taken = poll_fn(|cx| {
            self.writer.register(cx.waker());
            let mut state = self.state.hold();
            let most = if state.is_lockstep { 1 } else { BATCH };
            while batch.len() < most {
                let Some(entry) = state.next().and_then(|at| state.remove(at)) else {
                    break;
                };
                if state.is_lockstep && entry.class != Class::Owed {
                    state.unanswered = entry.id;
                    state.lockstep_events += u64::from(entry.class == Class::Event);
                }
                batch.push(entry);
            }
            if batch.is_empty() && !state.is_shut {
                state.writer_sleeps = true;
                return Poll::Pending;
            }
            Poll::Ready(())
        });
        taken.await;
        let owed = batch
            .iter()
            .filter(|entry| entry.class == Class::Owed)
            .count();
        if owed > 0 {
            self.owed_room.notify(usize::MAX);
        }
        if batch.len() > owed {
            self.room.notify_additional(batch.len() - owed);
        }
    }

    /// Whether nothing waits that may be written.
    pub(super) fn is_idle(&self) -> bool {
        self.state.hold().next().is_none()
    }

    /// Whether one call is written at a time: for peers that take each read for one message.
    pub(super) fn lockstep(&self) -> bool {
        self.state.hold().is_lockstep
    }

    /// The other side has said hello.
    pub(super) fn end_lockstep(&self) {
        self.change(|state| {
            state.is_lockstep = false;
            state.unanswered = None;
        });
    }

    /// This call has its reply, or is given up.
    pub(super) fn answered(&self, id: u64) {
        self.change(|state| {
            if state.unanswered == Some(id) {
                state.unanswered = None;
            }
        });
    }

    /// A plain peer has replied to this call, and so to what was written before.
    pub(super) fn answered_in_lockstep(&self, id: u64) {
        let confirmed = {
            let state = self.state.hold();
            (state.unanswered == Some(id)).then_some(state.lockstep_events)
        };
        self.confirm(confirmed.unwrap_or(0));
        self.answered(id);
    }

    /// How many events were taken so far.
    pub(super) fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Acquire)
    }

    /// So many events have arrived, since something has that was sent after them. Relaxed: a figure.
    pub(super) fn confirm(&self, events: u64) {
        self.confirmed.fetch_max(events, Ordering::Relaxed);
    }

    /// How many events were taken of which nothing shows that they have arrived.
    pub(super) fn unconfirmed(&self) -> u64 {
        let confirmed = self.confirmed.load(Ordering::Relaxed);
        self.accepted().saturating_sub(confirmed)
    }

    /// Takes nothing more; the writer ends once nothing is left.
    pub(super) fn shut(&self) {
        self.change(|state| {
            state.is_shut = true;
            // There is no time to be polite any more.
            state.is_lockstep = false;
        });
        self.room.notify(usize::MAX);
        self.owed_room.notify(usize::MAX);
    }

    /// Shuts it, and lets go of what waits.
    pub(super) fn clear(&self) {
        let mut left = VecDeque::new();
        self.change(|state| {
            state.is_shut = true;
            state.waiting = Load::default();
            state.owed = Load::default();
            left = mem::take(&mut state.entries);
        });
        self.room.notify(usize::MAX);
        self.owed_room.notify(usize::MAX);
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let wakes = {
            let mut state = self.state.hold();
            change(&mut state);
            mem::take(&mut state.writer_sleeps)
        };
        if wakes {
            self.writer.wake();
        }
    }

    /// Messages and bytes that wait, and how many events were dropped.
    pub(super) fn figures(&self) -> (usize, usize, u64) {
        let state = self.state.hold();
        let messages = state.waiting.messages + state.owed.messages;
        let bytes = state.waiting.bytes + state.owed.bytes;
        (messages, bytes, state.dropped)
    }
}
