//! The end of a hub, and what it shows.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use super::handle::Hub;
use crate::signal::{Inspection, Unfinished};
use crate::spawn::BoxFuture;

impl<M: Send + Sync + 'static> Hub<M> {
    /// Lets nothing more be published or requested, and nobody listen or respond; tells whether it was open until now.
    ///
    /// What was accepted goes on, and so do requests that somebody was given. Messages that wait in queues can be consumed, and
    /// queues then end. What is published or requested gets its payload back, also if it waits for room at this moment. See
    /// [`Signal::close`](crate::Signal::close).
    pub fn close(&self) -> bool {
        self.shared.responders.close();
        self.shared.signal.close()
    }

    /// Waits until no listener or responder is running or has yet to run. A listener must not wait for this: it would wait for
    /// itself. See [`Signal::idle`](crate::Signal::idle).
    ///
    /// # Cancel safety
    /// Dropping the future stops the waiting, nothing else.
    pub async fn idle(&self) {
        self.shared.responders.idle().await;
        self.shared.signal.idle().await;
    }

    /// Closes the hub at once, and waits until nothing is under way any more: [`close`](Self::close), then [`idle`](Self::idle). With
    /// a [`timeout`](HubDrain::timeout), no longer than that.
    ///
    /// # Examples
    /// ```
    /// # futures_lite::future::block_on(async {
    /// use std::time::Duration;
    /// use fanfare::hub::Hub;
    ///
    /// let hub = Hub::<u32>::new();
    /// hub.connect(|m| async move { println!("{}: {m}", m.topic()) }).topic("orders.*").name("ship").await?;
    /// hub.publish("orders.new", 7).await?;
    /// if let Err(unfinished) = hub.drain().timeout(Duration::from_secs(5)).await {
    ///     eprintln!("{unfinished}"); // the names of the listeners whose calls are still under way
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub fn drain(&self) -> HubDrain<M> {
        self.close();
        HubDrain {
            hub: self.clone(),
            timeout: None,
        }
    }

    /// Shows who listens: listeners and subscriptions, and no responders. See [`Signal::inspect`](crate::Signal::inspect).
    #[must_use]
    pub fn inspect(&self) -> Inspection {
        self.shared.signal.inspect()
    }
}

/// The end of a hub that is waited for. Made by [`Hub::drain`].
#[must_use = "the hub is closed, but nothing is waited for until this is awaited"]
pub struct HubDrain<M> {
    hub: Hub<M>,
    timeout: Option<Duration>,
}

impl<M> HubDrain<M> {
    /// Waits no longer than this. What has not finished by then goes on, and is told of.
    pub fn timeout(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }
}

/// Waits. `Err` with what is still under way when the time is up: calls of listeners, then those of responders.
impl<M: Send + Sync + 'static> IntoFuture for HubDrain<M> {
    type Output = Result<(), Unfinished>;
    type IntoFuture = BoxFuture<'static, Result<(), Unfinished>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (mut listeners, mut responders) = (
                self.hub.shared.signal.drain(),
                self.hub.shared.responders.drain(),
            );
            if let Some(time) = self.timeout {
                listeners = listeners.timeout(time);
                responders = responders.timeout(time);
            }
            let (listeners, responders) =
                futures_util::future::join(listeners.into_future(), responders.into_future()).await;
            Unfinished::of_all([listeners, responders].into_iter().filter_map(Result::err))
        })
    }
}

impl<M> fmt::Debug for HubDrain<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubDrain")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
