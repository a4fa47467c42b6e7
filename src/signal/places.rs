//! Waiting for a place, of whatever kind.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use event_listener::{Event, EventListener};

use crate::sync::Arc;

/// What has places that become free: the calls of a connection, the events of a stream, the sends of a signal.
pub(crate) trait Places: Send + Sync {
    /// Told once for each place that becomes free, and of the end.
    fn room(&self) -> &Event;
}

/// Somebody who waits for a place. Each one that becomes free wakes one who waits.
///
/// Who is woken and does not take the place has to let the next one know, or nobody might: dropped before it was polled, it
/// does so by itself, and afterwards by [`pass_on`](Self::pass_on).
pub(crate) struct InLine {
    listener: EventListener,
    places: Arc<dyn Places>,
}

impl InLine {
    /// At the end of the line. Look for a place again after this.
    pub(crate) fn at(places: Arc<dyn Places>) -> Self {
        Self {
            listener: places.room().listen(),
            places,
        }
    }

    /// Ready when there may be a place.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.listener).poll(cx)
    }

    /// Where what it waits for a place of stands.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.places).addr()
    }

    /// Lets the next one know.
    pub(crate) fn pass_on(&self) {
        self.places.room().notify_additional(1);
    }
}
