//! The end of a router, and what it shows.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use super::handle::Router;
use crate::signal::{Inspection, Unfinished};
use crate::spawn::BoxFuture;

impl<V: Send + Sync + 'static> Router<V> {
    /// Lets nothing more be sent or requested, and nobody listen or register; tells whether it was open until now.
    ///
    /// What was accepted goes on, and so do requests that a handler was given. Messages that wait in queues can be received, and
    /// queues then end. What is sent or requested gets its payload back, also if it waits for room at this moment. Senders stay until
    /// they are dropped: [`presence`](Self::presence) tells of that, and no message. See [`Signal::close`](crate::Signal::close).
    pub fn close(&self) -> bool {
        self.shared.handlers.close();
        self.shared.signal.close()
    }

    /// Waits until no listener or handler is running or has yet to run. A listener must not wait for this: it would wait for
    /// itself. See [`Signal::idle`](crate::Signal::idle).
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn idle(&self) {
        self.shared.handlers.idle().await;
        self.shared.signal.idle().await;
    }

    /// Closes the router at once, and waits until nothing is under way any more: [`close`](Self::close), then [`idle`](Self::idle). With
    /// a [`timeout`](RouterDrain::timeout), no longer than that.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::time::Duration;
    /// use fanfare::Router;
    ///
    /// let router = Router::<u32>::new();
    /// router.connect(|m| async move { println!("{m}") }).sender("counter").name("show").await;
    /// let counter = router.sender("counter").event("count").register().await?;
    /// counter.send("count", 7).await?;
    /// if let Err(unfinished) = router.drain().timeout(Duration::from_secs(5)).await {
    ///     eprintln!("{unfinished}"); // the names of the listeners whose calls are still under way
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn drain(&self) -> RouterDrain<V> {
        self.close();
        RouterDrain {
            router: self.clone(),
            timeout: None,
        }
    }

    /// Shows who listens: listeners and subscriptions. Senders are shown by [`senders`](Self::senders). See [`Signal::inspect`](crate::Signal::inspect).
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        self.shared.signal.inspect()
    }
}

/// The end of a router that is waited for. Made by [`Router::drain`].
#[must_use = "the router is closed, but nothing is waited for until this is awaited"]
pub struct RouterDrain<V> {
    router: Router<V>,
    timeout: Option<Duration>,
}

impl<V> RouterDrain<V> {
    /// Waits no longer than this. What has not finished by then goes on, and is told of.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

/// Waits. `Err` with what is still under way when the time is up: calls of listeners, then those of handlers.
impl<V: Send + Sync + 'static> IntoFuture for RouterDrain<V> {
    type Output = Result<(), Unfinished>;
    type IntoFuture = BoxFuture<'static, Result<(), Unfinished>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (mut listeners, mut handlers) = (
                self.router.shared.signal.drain(),
                self.router.shared.handlers.drain(),
            );
            if let Some(time) = self.timeout {
                listeners = listeners.timeout(time);
                handlers = handlers.timeout(time);
            }
            let (listeners, handlers) =
                futures_util::future::join(listeners.into_future(), handlers.into_future()).await;
            Unfinished::of_all([listeners, handlers].into_iter().filter_map(Result::err))
        })
    }
}

impl<V> fmt::Debug for RouterDrain<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouterDrain")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
