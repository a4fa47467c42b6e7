//! The orderly end of a server.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use futures_lite::future::or;
use futures_util::future::join_all;

use super::handle::Handle;
use crate::net::link::Link;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// The end of a server, which is closed by now. Made by [`ServerRouter::stop`](super::ServerRouter::stop).
#[must_use = "the server is closed, but its peers stay until this is awaited"]
pub struct Stop<V> {
    shared: Arc<Handle<V>>,
    timeout: Option<Duration>,
}

/// What was under way when the time of a [`stop`](super::ServerRouter::stop) was up. It was broken off: all links are closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unanswered {
    /// Requests of peers, or to peers.
    pub requests: usize,
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests } = self;
        write!(
            f,
            "{requests} requests had no reply when the server was stopped, and were broken off"
        )
    }
}

impl std::error::Error for Unanswered {}

impl<V> Stop<V> {
    pub(super) fn new(shared: Arc<Handle<V>>) -> Self {
        Self {
            shared,
            timeout: None,
        }
    }

    /// Waits no longer than this for requests that are under way.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

/// Waits until all peers are told and gone.
///
/// # Errors
/// The time was up: what was under way is broken off.
///
/// # Cancel safety
/// Dropped before it is ready, the server is closed, and the rest is as if nothing had been awaited.
impl<V: Send + Sync + 'static> IntoFuture for Stop<V> {
    type Output = Result<(), Unanswered>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let core = &self.shared.core;
            let none = core.under_way.none();
            let unanswered = match self.timeout {
                None => {
                    none.await;
                    0
                }
                Some(time) => {
                    let idle = async {
                        none.await;
                        0
                    };
                    let sleep = core.timer.sleep(time);
                    let late = async {
                        sleep.await;
                        core.under_way.count()
                    };
                    or(idle, late).await
                }
            };
            let links = core.let_go();
            let end = |link| Link::close_telling(link, "the server has stopped");
            join_all(links.iter().map(end)).await;
            // Another one can listen at the same address.
            core.listening.none().await;
            match unanswered {
                0 => Ok(()),
                requests => Err(Unanswered { requests }),
            }
        })
    }
}

impl<V> fmt::Debug for Stop<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
