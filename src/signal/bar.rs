//! What keeps a send from beginning.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use event_listener::{Event as Told, EventListener};

use crate::sync::Arc;

/// What a send waits for: a place of a connection's, or of the signal's.
pub(crate) struct Bar {
    listener: EventListener,
    /// Whose places those are that not every send needs.
    room: Option<Arc<Told>>,
}

impl Bar {
    pub(crate) fn of(room: &Arc<Told>) -> Self {
        Self {
            listener: room.listen(),
            room: Some(Arc::clone(room)),
        }
    }

    /// Of the signal's places, which every send needs.
    pub(super) fn of_signal(listener: EventListener) -> Self {
        Self {
            listener,
            room: None,
        }
    }

    /// Ready once it was told.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.listener).poll(cx)
    }

    /// Whether it is of those places.
    pub(super) fn is_of(&self, room: &Arc<Told>) -> bool {
        self.room.as_ref().is_some_and(|own| Arc::ptr_eq(own, room))
    }

    /// Who was told of a place of these may not need it any more: the next one looks for himself, unless it is taken.
    pub(super) fn pass_on(self, is_taken: impl FnOnce(&Arc<Told>) -> bool) {
        if let Some(room) = self.room.filter(|room| !is_taken(room)) {
            room.notify_additional(1);
        }
    }
}
