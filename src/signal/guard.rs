//! What a connection's handle gives: guards that act when they are dropped, and a future that waits.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::atomic::fence;
use std::task::{Context, Poll};

use event_listener::EventListener;

use super::connection::Connection;
use super::key::Key;
use super::registry::Port;
use crate::sync::Ordering;

/// Suspends a connection as long as it lives. Made by [`Connection::block`].
#[must_use = "the connection goes on as soon as the guard is dropped"]
pub struct BlockGuard<K = Key> {
    port: Port<K>,
}

impl<K> BlockGuard<K> {
    pub(super) fn new(port: Port<K>) -> Self {
        if let Some(port) = port.upgrade() {
            port.block();
        }
        Self { port }
    }
}

impl<K> Drop for BlockGuard<K> {
    fn drop(&mut self) {
        if let Some(port) = self.port.upgrade() {
            port.unblock();
        }
    }
}

impl<K> fmt::Debug for BlockGuard<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BlockGuard").finish_non_exhaustive()
    }
}

impl<K> UnwindSafe for BlockGuard<K> {}
impl<K> RefUnwindSafe for BlockGuard<K> {}

/// A [`Connection`] that ends when this is dropped. Made by [`Connection::scoped`].
#[must_use = "the connection ends as soon as this is dropped"]
pub struct ScopedConnection<K = Key> {
    connection: Connection<K>,
    is_released: bool,
}

impl<K> ScopedConnection<K> {
    pub(super) fn new(connection: Connection<K>) -> Self {
        Self {
            connection,
            is_released: false,
        }
    }

    /// Lets the connection live on.
    pub fn release(mut self) -> Connection<K> {
        self.is_released = true;
        self.connection.clone()
    }
}

impl<K> Deref for ScopedConnection<K> {
    type Target = Connection<K>;

    fn deref(&self) -> &Connection<K> {
        &self.connection
    }
}

impl<K> Drop for ScopedConnection<K> {
    fn drop(&mut self) {
        if !self.is_released {
            self.connection.disconnect();
        }
    }
}

impl<K> fmt::Debug for ScopedConnection<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScopedConnection").field(&**self).finish()
    }
}

/// Resolves when no call of an ended connection is running. Made by [`Connection::disconnect_and_wait`].
#[must_use = "the connection is ended, but nothing waits for its calls without `.await`"]
pub struct DisconnectAndWait<K = Key> {
    port: Port<K>,
    stood: bool,
    listener: Option<EventListener>,
}

impl<K> DisconnectAndWait<K> {
    pub(super) fn new(port: Port<K>, stood: bool) -> Self {
        Self {
            port,
            stood,
            listener: None,
        }
    }
}

impl<K> Future for DisconnectAndWait<K> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = &mut *self;
        // What is called is held by whoever calls it.
        let Some(port) = this.port.upgrade() else {
            // Whoever let go of it last has done so after its last call.
            fence(Ordering::Acquire);
            return Poll::Ready(this.stood);
        };
        port.poll_rest(&mut this.listener, cx).map(|()| this.stood)
    }
}

impl<K> fmt::Debug for DisconnectAndWait<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DisconnectAndWait")
            .field("stood", &self.stood)
            .finish_non_exhaustive()
    }
}

impl<K> UnwindSafe for DisconnectAndWait<K> {}
impl<K> RefUnwindSafe for DisconnectAndWait<K> {}
