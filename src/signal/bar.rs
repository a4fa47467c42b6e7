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

    /// Who was told of a place may not need it any more: the next one looks for himself.
    pub(super) fn pass_on(self, next: Option<&Self>) {
        let Some(room) = self.room else { return };
        let next = next.and_then(|next| next.room.as_ref());
        if next.is_none_or(|next| !Arc::ptr_eq(next, &room)) {
            room.notify_additional(1);
        }
    }
}
