//! What keeps a send from beginning.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use event_listener::{Event as Told, EventListener};

use crate::sync::Arc;

/// What a send waits for: a place of a connection's, or of the signal's; or, for a group, whatever comes first.
pub(crate) struct Bar {
    first: Awaited,
    others: Vec<Awaited>,
}

struct Awaited {
    listener: EventListener,
    /// Whose places those are that not every send needs.
    room: Option<Arc<Told>>,
}

impl Bar {
    pub(crate) fn of(room: &Arc<Told>) -> Self {
        Self::of_one(room.listen(), Some(Arc::clone(room)))
    }

    fn of_one(listener: EventListener, room: Option<Arc<Told>>) -> Self {
        Self {
            first: Awaited { listener, room },
            others: Vec::new(),
        }
    }

    /// Waits for this one as well.
    pub(super) fn or(mut self, other: Self) -> Self {
        self.others.push(other.first);
        self.others.extend(other.others);
        self
    }

    /// Of the signal's places, which every send needs.
    pub(super) fn of_signal(listener: EventListener) -> Self {
        Self::of_one(listener, None)
    }

    /// Of news that all are told who wait.
    pub(super) fn of_news(listener: EventListener) -> Self {
        Self::of_one(listener, None)
    }

    /// Ready once it was told.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if Pin::new(&mut self.first.listener).poll(cx).is_ready() {
            return Poll::Ready(());
        }
        for other in &mut self.others {
            if Pin::new(&mut other.listener).poll(cx).is_ready() {
                // What was told is to be passed on; of others, the listeners do so themselves.
                mem::swap(&mut self.first, other);
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }

    /// Whether it is told of news, too.
    pub(super) fn is_of_news(&self) -> bool {
        self.others.last().is_some_and(|last| last.room.is_none())
    }

    /// Whether it is of those places.
    pub(super) fn is_of(&self, room: &Arc<Told>) -> bool {
        let mut all = std::iter::once(&self.first).chain(&self.others);
        all.any(|one| one.room.as_ref().is_some_and(|own| Arc::ptr_eq(own, room)))
    }

    /// Who was told of a place of these may not need it any more: the next one looks for himself, unless it is taken.
    pub(super) fn pass_on(self, is_taken: impl FnOnce(&Arc<Told>) -> bool) {
        if let Some(room) = self.first.room.filter(|room| !is_taken(room)) {
            room.notify_additional(1);
        }
    }
}
