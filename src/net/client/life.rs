//! The end of a client, and what it shows.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use super::handle::{ClientRouter, Handle};
use crate::signal::{Inspection, Unfinished};
use crate::spawn::BoxFuture;
use crate::sync::Arc;

impl<V: Send + Sync + 'static> ClientRouter<V> {
    /// Lets nothing more be sent, requested or connected, and ends the connection in order: what was sent before is written. Tells whether it
    /// was open until now. What is under way here goes on; messages that wait in queues can be received, and queues then end.
    pub fn close(&self) -> bool {
        self.core().close()
    }

    /// Waits until no listener or handler here is running or has yet to run. A listener must not wait for this. See
    /// [`Router::idle`](crate::router::Router::idle).
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn idle(&self) {
        self.core().desk.idle().await;
        self.core().heard.idle().await;
    }

    /// Closes it at once, and waits until the connection has ended and nothing is under way here: [`close`](Self::close), then
    /// [`idle`](Self::idle). With a [`timeout`](ClientDrain::timeout), what is under way is waited for no longer than that.
    ///
    /// # Examples
    /// ```
    /// # async fn example(client: fanfare::net::ClientRouter<f64>) {
    /// use std::time::Duration;
    ///
    /// if let Err(unfinished) = client.drain().timeout(Duration::from_secs(5)).await {
    ///     eprintln!("{unfinished}"); // the names of the listeners whose calls are still under way
    /// }
    /// # }
    /// ```
    pub fn drain(&self) -> ClientDrain<V> {
        self.close();
        ClientDrain {
            shared: Arc::clone(&self.shared),
            timeout: None,
        }
    }

    /// Shows who listens here. See [`Router::inspect`](crate::router::Router::inspect).
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        self.core().heard.inspect()
    }
}

/// The end of a client that is waited for. Made by [`ClientRouter::drain`].
#[must_use = "the client is closed, but nothing is waited for until this is awaited"]
pub struct ClientDrain<V> {
    shared: Arc<Handle<V>>,
    timeout: Option<Duration>,
}

impl<V> ClientDrain<V> {
    /// Waits no longer than this for what is under way. What has not finished by then goes on, and is told of.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

/// Waits. `Err` with what is still under way when the time is up.
impl<V: Send + Sync + 'static> IntoFuture for ClientDrain<V> {
    type Output = Result<(), Unfinished>;
    type IntoFuture = BoxFuture<'static, Result<(), Unfinished>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let core = &self.shared.core;
            let (mut listeners, mut handlers) = (core.heard.drain(), core.desk.drain());
            if let Some(time) = self.timeout {
                listeners = listeners.timeout(time);
                handlers = handlers.timeout(time);
            }
            let idle = futures_util::future::join(listeners.into_future(), handlers.into_future());
            let ((listeners, handlers), ()) =
                futures_util::future::join(idle, core.over.wait()).await;
            Unfinished::of_all([listeners, handlers].into_iter().filter_map(Result::err))
        })
    }
}

impl<V> fmt::Debug for ClientDrain<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientDrain")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
