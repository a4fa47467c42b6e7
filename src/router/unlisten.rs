//! Ceasing to listen, by callback.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::places::{Places, place_methods};
use super::route::Route;
use crate::signal::DisconnectBuilder;

/// A disconnect by callback in the making: `.await` or [`now`](Self::now) does it, and tells whether anything was removed.
/// [`and_wait`](Self::and_wait) waits for what runs, too.
///
/// Bare, it ends the listener. With senders, events or routes, it takes the listener off exactly what they say, as it was said when
/// it was connected: off any event of `thermometer`, but not off its `temperature`, if it listens to that as well. A listener
/// that is left with nothing ends. What is not there is ignored.
#[must_use = "nothing is disconnected until the builder is ended by `.await`, `.now()` or `.and_wait()`"]
pub struct Unlisten<V> {
    disconnect: DisconnectBuilder<V, (), Route>,
    places: Places,
}

impl<V: Send + Sync + 'static> Unlisten<V> {
    pub(super) fn new(disconnect: DisconnectBuilder<V, (), Route>) -> Self {
        Self {
            disconnect,
            places: Places::default(),
        }
    }

    place_methods!("Takes the listener off");

    /// Disconnects. What `.await` does, from sync code.
    pub fn now(self) -> bool {
        self.builder().now()
    }

    /// Disconnects, and waits until no call of a listener that has ended by this is running; tells whether anything was removed.
    /// Messages that wait for it are dropped. One that goes on listening to something else is not waited for.
    ///
    /// # Cancel safety
    /// The first poll disconnects. Dropping the future after that stops the waiting, nothing else.
    pub async fn and_wait(self) -> bool {
        let (removed, ended) = self.builder().now_and_tell();
        if let Some(ended) = ended {
            ended.disconnect_and_wait().await;
        }
        removed
    }

    fn builder(self) -> DisconnectBuilder<V, (), Route> {
        match self.places.named() {
            Some(routes) => self.disconnect.keys(routes),
            None => self.disconnect,
        }
    }
}

impl<V: Send + Sync + 'static> IntoFuture for Unlisten<V> {
    type Output = bool;
    type IntoFuture = UnlistenFuture<V>;

    fn into_future(self) -> Self::IntoFuture {
        UnlistenFuture {
            unlisten: Some(self),
        }
    }
}

impl<V> fmt::Debug for Unlisten<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unlisten")
            .field("places", &self.places)
            .finish_non_exhaustive()
    }
}

/// A disconnect that has been awaited. Made by `.await` on an [`Unlisten`].
///
/// # Cancel safety
/// The first poll disconnects and is ready. Before it nothing has been disconnected.
#[must_use = "futures do nothing unless awaited"]
pub struct UnlistenFuture<V> {
    unlisten: Option<Unlisten<V>>,
}

/// Nothing in it is ever pinned.
impl<V> Unpin for UnlistenFuture<V> {}

impl<V: Send + Sync + 'static> Future for UnlistenFuture<V> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<bool> {
        let unlisten = self.unlisten.take().expect("polled after it was ready");
        Poll::Ready(unlisten.now())
    }
}

impl<V> fmt::Debug for UnlistenFuture<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnlistenFuture").finish_non_exhaustive()
    }
}
